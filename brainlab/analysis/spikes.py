"""What to make of spikes: pure functions, NumPy arrays in and out. Spikes are (time,) or (time, neuron), time first."""

from __future__ import annotations

from numbers import Real

import numpy as np

from .._teaching import TeachingError


class AnalysisError(TeachingError, ValueError):
    """Numbers from which the asked quantity cannot be computed.

    >>> firing_rate([0.3, 12.5], dt=0.1)
    Traceback (most recent call last):
    brainlab.analysis.spikes.AnalysisError: spikes holds [0.3, 12.5]: True or False (1 or 0) is expected for every time step.
      why: these look like spike times.
      try: run.spikes
    """


def firing_rate(spikes, dt, window=50.0):
    """Population rate: the share of neurons spiking, smoothed over `window`.

    spikes : (time, neuron) or (time,) bool
    dt     : ms
    window : ms, width of the moving average; the default shows gamma rhythms and hides single spikes
    returns: (time,) Hz; near the ends the window is cut, not filled with zeros

    >>> firing_rate(np.eye(4, dtype=bool), dt=1.0, window=1.0)
    array([250., 250., 250., 250.])
    """
    spikes = _bools(spikes)
    _positive(dt=dt, window=window)
    width = round(min(window / dt, 2 * len(spikes)))
    if width < 1:
        raise AnalysisError(f"window = {window:g} ms is shorter than a step, dt = {dt:g} ms.", try_=f"window={10 * dt:g}")
    total = np.concatenate([[0.0], np.cumsum(spikes.reshape(len(spikes), -1).mean(axis=1))])
    i = np.arange(len(spikes))
    low, high = np.maximum(i - (width - 1) // 2, 0), np.minimum(i + width // 2 + 1, len(spikes))
    return (total[high] - total[low]) / ((high - low) * dt) * 1000.0


def spike_times(spikes, dt, start=0.0):
    """When each neuron fired, ms: an array for (time,), a list of arrays for (time, neuron). Row i is at start + (i + 1) dt.

    >>> spike_times([0, 1, 0, 1], dt=0.5)
    array([1., 2.])
    """
    spikes = _bools(spikes)
    _positive(dt=dt)
    if spikes.ndim == 1:
        return start + (np.flatnonzero(spikes) + 1) * dt
    return [start + (np.flatnonzero(column) + 1) * dt for column in spikes.T]


def isi(spikes, dt):
    """Intervals between the spikes of each neuron, ms: an array for (time,), a list of arrays for (time, neuron).

    >>> isi([0, 1, 0, 1, 1], dt=0.5)
    array([1. , 0.5])
    """
    times = spike_times(spikes, dt)
    return [np.diff(t) for t in times] if isinstance(times, list) else np.diff(times)


def cv(spikes, dt):
    """Coefficient of variation of the intervals, std/mean: 0 for a clock, 1 for a Poisson process.

    A number for (time,), (neuron,) for (time, neuron); NaN where there are fewer than three spikes.

    >>> cv([1, 0, 1, 0, 1], dt=1.0)
    0.0
    """
    intervals = isi(spikes, dt)
    if not isinstance(intervals, list):
        return float(intervals.std() / intervals.mean()) if len(intervals) > 1 else float("nan")
    return np.array([x.std() / x.mean() if len(x) > 1 else np.nan for x in intervals])


def raster(spikes, dt, start=0.0):
    """(times, neurons): one entry per spike, ms and number of the neuron, in the order of time. For a raster plot.

    >>> raster([[0, 1], [1, 0]], dt=1.0)
    (array([1., 2.]), array([1, 0]))
    """
    spikes = _bools(spikes)
    _positive(dt=dt)
    steps, neurons = np.nonzero(spikes.reshape(len(spikes), -1))
    return start + (steps + 1) * dt, neurons


def psth(spikes, dt, bin=10.0):
    """Peri-stimulus time histogram over trials: (edges, rate).

    spikes : (time, trial) bool
    bin    : ms
    returns: edges (bins + 1,) ms and rate (bins,) Hz per trial; a last bin that is not full is left out of both

    >>> psth([[1, 1], [0, 0], [0, 1], [0, 0]], dt=5.0, bin=10.0)
    (array([ 0., 10., 20.]), array([100.,  50.]))
    """
    spikes = _bools(spikes)
    _positive(dt=dt, bin=bin)
    width = max(round(bin / dt), 1)
    bins = len(spikes) // width
    if bins == 0:
        raise AnalysisError(
            f"bin = {bin:g} ms is longer than the whole recording, {len(spikes) * dt:g} ms.",
            try_=f"bin={len(spikes) * dt / 10:g}",
        )
    shares = spikes[: bins * width].reshape(bins, width, -1)
    return np.arange(bins + 1) * width * dt, shares.sum(axis=1).mean(axis=1) / (width * dt) * 1000.0


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


def _positive(**values):
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
