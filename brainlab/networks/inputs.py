"""Input currents: each is a description that can be added, scaled and drawn, and becomes numbers when a run needs them.

>>> import brainlab as bl
>>> I = bl.inputs.step(2.0, start=0.2) + 0.5
>>> I.values(steps=4, dt=0.1)
array([0.5, 0.5, 2.5, 2.5])
"""

from __future__ import annotations

from collections.abc import Callable
from numbers import Real

import numpy as np

from ..math._array import Array
from .errors import SimulationError


class Input:
    """A current in time. `I + J`, `I + 0.5`, `3 * I` and `-I` are inputs too.

    Times count from the beginning of a run, in ms. An amplitude may be an array (neuron,), one value per neuron.
    """

    __array_ufunc__ = None  # numpy_array * input: ask us
    __slots__ = ("_values", "_text")

    def __init__(self, values: Callable, text: str):
        self._values, self._text = values, text

    def values(self, steps: int, dt: float) -> np.ndarray:
        """(steps,) or (steps, neuron): the current during each step, taken at the step's beginning."""
        return self._values(steps, dt)

    def __add__(self, other):
        if isinstance(other, Input):
            return Input(lambda n, dt: _plus(self.values(n, dt), other.values(n, dt)), f"{self!r} + {other!r}")
        other = _per_neuron("added number", other)
        return Input(
            lambda n, dt: _plus(self.values(n, dt), np.broadcast_to(other, (n, *other.shape))), f"{self!r} + {_short(other)}"
        )

    __radd__ = __add__

    def __mul__(self, factor):
        factor = _per_neuron("factor", factor)

        def values(n, dt):
            mine = self.values(n, dt)
            return np.multiply.outer(mine, factor) if mine.ndim == 1 else mine * factor

        inside = f"({self!r})" if " + " in self._text else repr(self)
        return Input(values, f"{_short(factor)} * {inside}")

    __rmul__ = __mul__

    def __neg__(self):
        return -1 * self

    def __sub__(self, other):
        return self + -1 * other

    def __rsub__(self, other):
        return -1 * self + other

    def __repr__(self):
        return self._text


def constant(amplitude) -> Input:
    """The same all the time.

    >>> constant(2.0)
    constant(2)
    """
    return _wave("constant", lambda t: np.ones_like(t), amplitude)


def step(amplitude, start=0.0, stop=None) -> Input:
    """`amplitude` from `start` until `stop` (until the end if None), 0 elsewhere; ms.

    >>> step(3.0, start=0.1, stop=0.3).values(5, dt=0.1)
    array([0., 3., 3., 0., 0.])
    """
    start, stop = _times(start=start, stop=np.inf if stop is None else stop)
    _ordered("step", start, stop)
    return _wave("step", lambda t: _between(t, start, stop), amplitude, start=start, stop=stop)


def ramp(first, last, start=0.0, stop=None) -> Input:
    """From `first` at `start` in a straight line to `last` at `stop` (the end of the run if None); constant outside; ms.

    >>> ramp(0.0, 4.0).values(4, dt=1.0)
    array([0., 1., 2., 3.])
    """
    (first, last), (start,) = (_per_neuron("first", first), _per_neuron("last", last)), _times(start=start)
    if stop is not None:
        stop = _finite("stop", stop)
        _ordered("ramp", start, stop)

    def values(steps, dt):
        end = steps * dt if stop is None else stop
        share = np.clip((np.arange(steps) * dt - start) / max(end - start, dt), 0.0, 1.0)
        return first + np.multiply.outer(share, last - first)

    return Input(values, f"ramp({_short(first)}, {_short(last)}{_listed(start=start, stop=stop)})")


def pulses(amplitude, start=0.0, width=1.0, interval=None, count=1) -> Input:
    """`count` rectangular pulses of `width` ms, one every `interval` ms (from start to start).

    >>> pulses(1.0, start=1.0, width=1.0, interval=3.0, count=2).values(6, dt=1.0)
    array([0., 1., 0., 0., 1., 0.])
    """
    start, width = _times(start=start, width=width)
    if width <= 0:
        raise SimulationError(
            f"width = {width:g} ms: a pulse must last longer than 0 ms.", try_="pulses(amplitude, width=1.0)"
        )
    _whole("count", count, least=1)
    if count > 1 and interval is None:
        raise SimulationError(f"{count} pulses need the interval between their starts.", try_=f"interval={10 * width:g}")
    interval = 0.0 if interval is None else _times(interval=interval)[0]
    if count > 1 and interval < width:
        raise SimulationError(
            f"interval = {interval:g} ms is shorter than the pulse, width = {width:g} ms.",
            why="the pulses would run into one another",
            try_=f"interval={2 * width:g}",
        )

    def shape(t):
        return np.any([_between(t, start + i * interval, start + i * interval + width) for i in range(count)], axis=0) * 1.0

    more = {"interval": interval, "count": count} if count > 1 else {}
    return _wave("pulses", shape, amplitude, start=start, width=width, **more)


def sine(amplitude, frequency, phase=0.0) -> Input:
    """amplitude * sin(2 pi frequency t + phase); frequency in Hz, phase in radians.

    >>> sine(1.0, frequency=250.0).values(4, dt=1.0).round(3)
    array([ 0.,  1.,  0., -1.])
    """
    frequency, phase = _finite("frequency", frequency), _finite("phase", phase)
    return _wave("sine", lambda t: np.sin(2e-3 * np.pi * frequency * t + phase), amplitude, frequency=frequency, phase=phase)


def noise(sigma, tau=5.0, mean=0.0, seed=0, size=None) -> Input:
    """Coloured noise (Ornstein-Uhlenbeck): standard deviation `sigma`, correlation time `tau` ms, around `mean`.

    seed : the same seed gives the same noise
    size : None for one current shared by all neurons, or their number: independent currents

    White noise on the membrane is `Population(..., noise=)`.
    Source: Uhlenbeck & Ornstein, Phys. Rev. 36 (1930) 823; the exact update is that of
    Gillespie, Phys. Rev. E 54 (1996) 2084.

    >>> noise(1.0, seed=3).values(100_000, dt=0.1).std().round(1)
    np.float64(1.0)
    """
    (tau,) = _times(tau=tau)
    sigma, mean = _finite("sigma", sigma), _finite("mean", mean)
    if tau <= 0 or sigma < 0:
        raise SimulationError(
            f"noise(sigma={sigma:g}, tau={tau:g}): sigma must be 0 or more and tau above 0 ms.", try_="noise(1.0, tau=5.0)"
        )
    _whole("seed", seed, least=0)
    if size is not None:
        _whole("size", size, least=1)

    def values(steps, dt):
        from scipy.signal import lfilter

        keep = np.exp(-dt / tau)
        xi = np.random.default_rng(seed).normal(size=(steps,) if size is None else (steps, size))
        xi[1:] *= np.sqrt(1 - keep**2)  # the first is already drawn from the stationary distribution
        return mean + sigma * lfilter([1.0], [1.0, -keep], xi, axis=0)

    return Input(values, f"noise({sigma:g}{_listed(tau=tau, mean=mean, seed=seed, size=size)})")


def drawn(values, dt=None) -> Input:
    """A current given by its values: (time,) or (time, neuron).

    dt : ms between the values, which are then joined by straight lines; None: one value per step of the run

    >>> drawn([0.0, 1.0, 0.0], dt=1.0).values(6, dt=0.5)
    array([0. , 0.5, 1. , 0.5, 0. , 0. ])
    """
    values = _number("drawn current", values)
    if values.ndim not in (1, 2) or not len(values):
        raise SimulationError(f"a drawn current is (time,) or (time, neuron), got shape {values.shape}.")
    if dt is not None and _times(dt=dt)[0] <= 0:
        raise SimulationError(f"dt = {dt:g} ms: the time between two drawn values must be above 0 ms.")

    def at(steps, step_dt):
        duration = steps * step_dt
        if dt is None:
            if len(values) != steps:
                raise SimulationError(
                    f"the drawn input has {len(values)} values, the run {steps} steps of {step_dt:g} ms.",
                    why="without dt= each value stands for one step",
                    try_=f"bl.inputs.drawn(values, dt={duration / len(values):g})",
                )
            return values.copy()
        if len(values) * dt < duration - step_dt:
            raise SimulationError(
                f"the drawn input lasts {len(values) * dt:g} ms, the run {duration:g} ms.",
                why="what comes after the last drawn value is not known",
                try_=f"duration={len(values) * dt:g}",
            )
        t, known = np.arange(steps) * step_dt, np.arange(len(values)) * dt
        columns = values.reshape(len(values), -1).T
        return np.stack([np.interp(t, known, column) for column in columns], axis=-1).reshape(steps, *values.shape[1:])

    return Input(at, f"drawn({len(values)} values{_listed(dt=dt)})")


# ---- helpers


def _wave(name, shape, amplitude, **times) -> Input:
    amplitude = _per_neuron("amplitude", amplitude)
    return Input(
        lambda steps, dt: np.multiply.outer(shape(np.arange(steps) * dt) * 1.0, amplitude),
        f"{name}({_short(amplitude)}{_listed(**times)})",
    )


def _between(t, start, stop):
    """1 from start until before stop. The tolerance puts 0.3 = 3 * 0.1 (in floats a little above) where it belongs."""
    tiny = 1e-6 * (t[1] - t[0]) if len(t) > 1 else 0.0
    return ((t >= start - tiny) & (t < stop - tiny)) * 1.0


def _plus(a, b):
    return a + b if a.ndim == b.ndim else (a[:, None] + b if a.ndim == 1 else a + b[:, None])


def _number(what, value):
    try:
        array = np.asarray(value.value if isinstance(value, Array) else value)
    except (TypeError, ValueError):
        array = np.asarray(None)
    if array.dtype.kind not in "iuf":
        raise SimulationError(f"the {what} of an input must be a number or an array of numbers, got {value!r}.")
    if not np.all(np.isfinite(array)):
        raise SimulationError(f"the {what} of an input must be finite, got {_short(array)}.")
    return array.astype(float)


def _per_neuron(what, value):
    array = _number(what, value)
    if array.ndim > 1:
        raise SimulationError(f"the {what} of an input is a number or an array (neuron,), got shape {array.shape}.")
    return array


def _finite(name, value) -> float:
    if not isinstance(value, Real) or isinstance(value, bool) or not np.isfinite(value):
        raise SimulationError(f"{name} = {value!r}: it must be a finite number.")
    return float(value)


def _times(**times):
    for name, value in times.items():
        endless = name == "stop" and value == np.inf
        if not isinstance(value, Real) or isinstance(value, bool) or not (np.isfinite(value) or endless):
            raise SimulationError(f"{name} = {value!r}: a time in ms is expected.")
    return tuple(map(float, times.values()))


def _whole(name, value, least):
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise SimulationError(f"{name} = {value!r}: it must be a whole number, {least} or more.", try_=f"{name}={least + 1}")


def _ordered(name, start, stop):
    if stop <= start:
        raise SimulationError(f"{name}: stop = {stop:g} ms is not after start = {start:g} ms.", try_=f"stop={start + 100:g}")


def _short(x) -> str:
    return f"{float(x):g}" if np.ndim(x) == 0 else f"<array {np.shape(x)}>"


def _listed(**values) -> str:
    shown = {k: v for k, v in values.items() if v is not None and v != np.inf}
    return "".join(f", {k}={v:g}" if isinstance(v, Real) else f", {k}={v}" for k, v in shown.items())
