"""Correlation of two signals with a lag: who follows whom, and what repeats itself."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ._checks import positive, refuse
from ._signals import signal


class Correlogram(NamedTuple):
    """lags (lag,) ms, values (lag,) from about -1 to 1."""

    lags: np.ndarray
    values: np.ndarray

    def peak(self) -> float:
        """ms; the lag at which the correlation is largest."""
        return float(self.lags[np.argmax(self.values)])

    def plot(self):
        from .. import svg

        return svg.picture(self.lags, {"correlation": self.values}, x_label="lag (ms)", y_label="correlation")


def cross_correlation(a, b, dt=None, max_lag=50.0, bin=None) -> Correlogram:
    r"""Correlation coefficient of a(t) and b(t + lag): a peak at a positive lag says that b follows a.

    $$C(\tau) = \frac{\langle (a(t) - \bar a)(b(t + \tau) - \bar b) \rangle_t}{\sigma_a \sigma_b}$$

    a, b    : each a trace, (time,), such as a voltage or a rate; or spikes, (time,) or (time, neuron) bool or a Spikes, of
              which the rate of the whole population is taken: `spikes.only([3])` is one neuron of it
    dt      : ms; a Spikes has its own
    max_lag : ms
    bin     : ms, a whole number of steps: means over bins are correlated, as spikes hardly ever meet in one step. None: none

    Means and sigmas are those of the whole signals, the mean over t is over the times that both have: at long lags there are
    few. By the fast Fourier transform.

    >>> a = np.array([0.0, 1, 0, 0, 0, 0, 0, 0])
    >>> found = cross_correlation(a, np.roll(a, 2), dt=0.5, max_lag=2.0)
    >>> found.lags[[0, -1]], found.peak()
    (array([-2.,  2.]), 1.0)
    """
    (a, step), (b, other) = signal("a", a, dt, bin), signal("b", b, dt, bin)
    if len(a) != len(b) or step != other:
        raise refuse(
            f"a has {len(a)} steps of {step:g} ms and b {len(b)} of {other:g} ms: they must be of the same times.",
            try_="a.between(t0, t1), b.between(t0, t1)",
        )
    n, max_lag = len(a), positive("max_lag", max_lag, example=50.0, zero=True)
    most = int(np.floor(max_lag / step + 1e-6))
    if most >= n:
        raise refuse(
            f"max_lag = {max_lag:g} ms is not shorter than the signals, {n * step:g} ms.", try_=f"max_lag={n * step / 4:g}"
        )
    for name, x in (("a", a), ("b", b)):
        if np.ptp(x) == 0:
            raise refuse(f"{name} is {x[0]:g} all the time.", why="what never changes is correlated with nothing")
    size = n + most  # so many zeros that no lag meets the other end
    a, b = ((x - x.mean()) / x.std() for x in (a, b))
    sums = np.fft.irfft(np.conj(np.fft.rfft(a, size)) * np.fft.rfft(b, size), size)
    lags = np.arange(-most, most + 1)
    return Correlogram(lags * step, sums[lags] / (n - np.abs(lags)))


def autocorrelation(a, dt=None, max_lag=50.0, bin=None) -> Correlogram:
    """Correlation of a signal with itself: 1 at lag 0, and a peak at each period of a rhythm. See `cross_correlation`.

    >>> t = np.arange(0, 1000, 0.5)
    >>> found = autocorrelation(np.cos(2 * np.pi * t / 20), dt=0.5, max_lag=25.0)
    >>> found.values[found.lags == 20.0].round(3)
    array([1.])
    """
    return cross_correlation(a, a, dt, max_lag, bin)
