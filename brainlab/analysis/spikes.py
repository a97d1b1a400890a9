"""What to make of spikes: pure functions, NumPy arrays in and out.

Spikes are a table, (time,) or (time, neuron), time first, with its dt; or the events of a large network, a `Spikes`, which
knows its dt. Both give the same numbers.
"""

from __future__ import annotations

from numbers import Real

import numpy as np

from .._teaching import TeachingError
from ..networks.spikes import Spikes


class AnalysisError(TeachingError, ValueError):
    """Numbers from which the asked quantity cannot be computed.

    >>> firing_rate([0.3, 12.5], dt=0.1)
    Traceback (most recent call last):
    brainlab.analysis.spikes.AnalysisError: spikes holds [0.3, 12.5]: True or False (1 or 0) is expected for every time step.
      why: these look like spike times.
      try: run.spikes
    """


def firing_rate(spikes, dt=None, window=50.0):
    """Population rate: the share of neurons spiking, smoothed over `window`.

    spikes : (time, neuron) or (time,) bool, or a Spikes
    dt     : ms
    window : ms, width of the moving average; the default shows gamma rhythms and hides single spikes
    returns: (time,) Hz; near the ends the window is cut, not filled with zeros

    >>> firing_rate(np.eye(4, dtype=bool), dt=1.0, window=1.0)
    array([250., 250., 250., 250.])
    """
    spikes, _ = events(spikes, dt)
    positive_ms(window=window)
    n, dt = spikes.n_steps, spikes.dt
    width = round(min(window / dt, 2 * n))
    if width < 1:
        raise AnalysisError(f"window = {window:g} ms is shorter than a step, dt = {dt:g} ms.", try_=f"window={10 * dt:g}")
    total = np.concatenate([[0.0], np.cumsum(np.bincount(spikes.steps, minlength=n) / spikes.size)])
    i = np.arange(n)
    low, high = np.maximum(i - (width - 1) // 2, 0), np.minimum(i + width // 2 + 1, n)
    return (total[high] - total[low]) / ((high - low) * dt) * 1000.0


def spike_times(spikes, dt=None, start=0.0):
    """When each neuron fired, ms: an array for (time,), a list of arrays for (time, neuron). Row i is at start + (i + 1) dt.
    A Spikes has its own start, to which this one is added.

    >>> spike_times([0, 1, 0, 1], dt=0.5)
    array([1., 2.])
    """
    spikes, single = events(spikes, dt)
    _, steps = _by_neuron(spikes)
    times = start + spikes.t_start + (steps + 1) * spikes.dt
    return times if single else np.split(times, np.cumsum(spikes.counts())[:-1])


def isi(spikes, dt=None):
    """Intervals between the spikes of each neuron, ms: an array for (time,), a list of arrays for (time, neuron).

    >>> isi([0, 1, 0, 1, 1], dt=0.5)
    array([1. , 0.5])
    """
    times = spike_times(spikes, dt)
    return [np.diff(t) for t in times] if isinstance(times, list) else np.diff(times)


def cv(spikes, dt=None):
    """Coefficient of variation of the intervals, std/mean: 0 for a clock, 1 for a Poisson process.

    A number for (time,), (neuron,) for (time, neuron); NaN where there are fewer than three spikes. The mean over the
    neurons that have one is `np.nanmean(cv(spikes))`.

    >>> cv([1, 0, 1, 0, 1], dt=1.0)
    0.0
    """
    spikes, single = events(spikes, dt)
    owner, length = intervals(spikes)
    n = np.bincount(owner, minlength=spikes.size)
    with np.errstate(invalid="ignore"):
        mean = np.bincount(owner, length, spikes.size) / n
        variance = np.bincount(owner, (length - mean[owner]) ** 2, spikes.size) / n
    found = np.where(n > 1, np.sqrt(variance) / mean, np.nan)
    return float(found[0]) if single else found


def raster(spikes, dt=None, start=0.0):
    """(times, neurons): one entry per spike, ms and number of the neuron, in the order of time. For a raster plot.

    >>> raster([[0, 1], [1, 0]], dt=1.0)
    (array([1., 2.]), array([1, 0]))
    """
    spikes, _ = events(spikes, dt)
    return start + spikes.times, spikes.neurons.astype(int)


def psth(spikes, dt=None, bin=10.0):
    """Peri-stimulus time histogram over trials: (edges, rate).

    spikes : (time, trial) bool, or a Spikes whose neurons are the trials
    bin    : ms
    returns: edges (bins + 1,) ms and rate (bins,) Hz per trial; a last bin that is not full is left out of both

    >>> psth([[1, 1], [0, 0], [0, 1], [0, 0]], dt=5.0, bin=10.0)
    (array([ 0., 10., 20.]), array([100.,  50.]))
    """
    spikes, _ = events(spikes, dt)
    positive_ms(bin=bin)
    dt = spikes.dt
    width = max(round(bin / dt), 1)
    bins = spikes.n_steps // width
    if bins == 0:
        raise AnalysisError(
            f"bin = {bin:g} ms is longer than the whole recording, {spikes.duration:g} ms.",
            try_=f"bin={spikes.duration / 10:g}",
        )
    count = np.bincount(spikes.steps // width, minlength=bins)[:bins]
    return spikes.t_start + np.arange(bins + 1) * width * dt, count / spikes.size / (width * dt) * 1000.0


def siegert(mu, sigma, tau, theta, V_reset, t_ref=0.0):
    r"""Firing rate of a LIF neuron driven by white noise, in closed form: Hz.

    $$\tau \frac{dV}{dt} = -V + \mu + \sigma \sqrt{\tau}\, \xi(t), \qquad
    \nu^{-1} = t_{ref} + \tau \sqrt{\pi}
    \int_{(V_r - \mu)/\sigma}^{(\theta - \mu)/\sigma} e^{x^2} (1 + \mathrm{erf}\, x)\, dx$$

    mu, sigma, theta, V_reset : mV, measured from rest; mu and sigma may be arrays
    tau, t_ref : ms

    Source: Siegert, Phys. Rev. 81 (1951) 617; Brunel, J. Comput. Neurosci. 8 (2000) 183, eq. 21. exp(x^2) overflows and
    1 + erf(x) rounds to 0; their product is erfcx(-x), which does neither.

    >>> f"{siegert(15.0, 5.0, tau=20.0, theta=20.0, V_reset=10.0, t_ref=2.0):.3f} Hz"
    '9.461 Hz'
    """
    from scipy.integrate import quad
    from scipy.special import erfcx

    for name, value in {"mu": mu, "sigma": sigma, "tau": tau, "theta": theta, "V_reset": V_reset, "t_ref": t_ref}.items():
        several = name in ("mu", "sigma") and as_array(value).dtype.kind in "iuf" and np.all(np.isfinite(value))
        if not (several or is_number(value)):
            raise AnalysisError(f"{name} = {value!r:.40}: a finite number is expected.", try_=f"{name}=10.0")
    if tau <= 0 or t_ref < 0:
        raise AnalysisError(
            f"tau = {tau:g} ms, t_ref = {t_ref:g} ms: tau must be above 0 ms, t_ref 0 ms or more.",
            try_="tau=20.0, t_ref=2.0",
        )
    mu, sigma = np.broadcast_arrays(np.asarray(mu, float), np.asarray(sigma, float))
    if np.any(sigma <= 0):
        raise AnalysisError(
            f"sigma = {sigma.min():g} mV: Siegert's formula needs noise, sigma above 0 mV.",
            why="without noise the rate is LIF.rate(I)",
            try_="sigma=1.0",
        )
    if V_reset >= theta:
        raise AnalysisError(
            f"V_reset = {V_reset:g} mV is not below the threshold, theta = {theta:g} mV.", try_=f"V_reset={theta - 10:g}"
        )

    def one(mu, sigma):
        low, high = (V_reset - mu) / sigma, (theta - mu) / sigma
        if high > 26:  # exp(26^2) is the largest number there is: a first spike after 10^280 years
            return 0.0
        integral = quad(lambda x: erfcx(-x), low, high, limit=200)[0]
        return 1000.0 / (t_ref + tau * np.sqrt(np.pi) * integral)

    rates = np.array([one(m, s) for m, s in zip(mu.ravel(), sigma.ravel(), strict=True)]).reshape(mu.shape)
    return float(rates) if rates.ndim == 0 else rates


# ---- what all of them take


def events(spikes, dt=None) -> tuple[Spikes, bool]:
    """(Spikes, whether it was (time,): one neuron, for which a number is returned and no array)."""
    if isinstance(spikes, Spikes):
        if dt is not None and dt != spikes.dt:
            raise AnalysisError(f"dt = {dt!r:.40}: these spikes have dt = {spikes.dt:g} ms.", try_="leave out dt")
        if not spikes.n_steps:
            raise AnalysisError("these spikes are of a run of 0 steps.", why="there is nothing to count in no time")
        return spikes, False
    table = _bools(spikes)
    positive_ms(dt=dt)
    return Spikes.from_dense(table, dt), table.ndim == 1


def _by_neuron(spikes):
    """(neurons, steps) of all spikes, neuron after neuron."""
    order = np.argsort(spikes.neurons, kind="stable")
    return spikes.neurons[order], spikes.steps[order].astype(int)


def intervals(spikes) -> tuple[np.ndarray, np.ndarray]:
    """(owner, length): all intervals between spikes, whose they are and how many steps they last."""
    neurons, steps = _by_neuron(spikes)
    same = neurons[1:] == neurons[:-1]
    return neurons[1:][same], np.diff(steps)[same]


def _bools(spikes):
    values = as_array(getattr(spikes, "value", spikes))
    if values.ndim not in (1, 2) or not len(values):
        raise AnalysisError(f"spikes is {values.shape}: (time,) or (time, neuron) is expected.", try_="run.spikes")
    if values.dtype.kind not in "biuf":
        raise AnalysisError(f"spikes = {spikes!r:.60}: True or False is expected for every time step.", try_="run.spikes")
    if values.dtype != bool:
        odd = np.unique(values[(values != 0) & (values != 1)])
        if len(odd):
            times = values.ndim == 1 and np.all(np.diff(values) > 0)
            raise AnalysisError(
                f"spikes holds {odd[:3].tolist()}: True or False (1 or 0) is expected for every time step.",
                why="these look like spike times" if times else "",
                try_="run.spikes",
            )
    return values.astype(bool)


def positive_ms(**values):
    for name, value in values.items():
        if not is_number(value):
            raise AnalysisError(f"{name} = {value!r:.40}: it must be a number of ms.", try_=f"{name}=1.0")
        if value <= 0:
            raise AnalysisError(f"{name} = {value:g} ms: it must be above 0 ms.", try_=f"{name}=1.0")


def as_array(values) -> np.ndarray:
    """In NumPy; rows of different lengths are no array, which its dtype says."""
    try:
        return np.asarray(values)
    except ValueError:
        return np.asarray(None)


def is_number(value) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and bool(np.isfinite(value))
