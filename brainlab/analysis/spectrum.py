"""Rhythms: how the power of a signal is distributed over frequencies."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ._checks import positive, refuse
from ._signals import signal, whole_bins


class Spectrum(NamedTuple):
    """f (frequency,) Hz, power (frequency,) in the square of the signal's unit per Hz."""

    f: np.ndarray
    power: np.ndarray

    def peak(self, low=None, high=None) -> float:
        """Hz; where the power is largest between low and high, None: above 0 and up to the end. Between the frequencies of
        the list by a parabola through the logarithm of the three highest values."""
        df = self.f[1]
        low = df / 2 if low is None else positive("low", low, example=5.0)
        high = self.f[-1] if high is None else positive("high", high, example=100.0)
        found = np.flatnonzero((self.f >= low) & (self.f <= high))
        if not len(found):
            raise refuse(
                f"there is no frequency between {low:g} and {high:g} Hz.",
                why=f"the spectrum goes to {self.f[-1]:g} Hz in steps of {df:g} Hz: 1 over the length of a segment",
                try_="a longer segment for finer steps, a shorter bin for higher frequencies",
            )
        i = found[np.argmax(self.power[found])]
        if not 0 < i < len(self.f) - 1 or self.power[i - 1 : i + 2].min() <= 0:
            return float(self.f[i])
        left, middle, right = np.log(self.power[i - 1 : i + 2])
        top = middle > max(left, right)  # else it is a slope that the range cuts off
        return float(self.f[i] + (0.5 * df * (left - right) / (left - 2 * middle + right) if top else 0.0))

    def plot(self, high=None):
        """A picture up to `high` Hz."""
        from .. import svg

        shown = self.f <= (self.f[-1] if high is None else positive("high", high, example=100.0))
        return svg.picture(self.f[shown], {"power": self.power[shown]}, x_label="f (Hz)", y_label="power")


def spectrum(x, dt=None, segment=None, bin=None) -> Spectrum:
    r"""Power spectral density after Welch: the mean over segments that overlap by half, each under a Hann window.

    x       : a trace, (time,), such as a voltage or `lfp_proxy`; or spikes, (time,) or (time, neuron) bool or a Spikes, of
              which the rate of the population in Hz is taken
    dt      : ms; a Spikes has its own
    segment : ms, a whole number of steps. Long ones resolve frequencies, 1/segment apart, many short ones have less noise.
              None: 1000 ms, or all of a shorter signal
    bin     : ms: means over bins are taken first, which makes long signals short and ends at 1/(2 bin). None: every step
    returns : frequencies in Hz and power; the mean is taken off, and the area under the power is the variance

    Only positive frequencies are listed, so each has the power of f and -f. N independent Poisson processes of rate r have
    the flat spectrum 2 r/N (Hz).

    Source: Welch, IEEE Trans. Audio Electroacoust. 15 (1967) 70, by `scipy.signal.welch`.

    >>> t = np.arange(0, 5000, 1.0)
    >>> found = spectrum(3.0 * np.sin(2 * np.pi * 0.040 * t), dt=1.0)
    >>> round(found.peak(), 2), round(float(found.power.sum() * found.f[1]), 2)
    (40.0, 4.5)
    """
    from scipy.signal import welch

    x, dt = signal("x", x, dt, bin)
    if len(x) < 4:
        raise refuse(f"x has {len(x)} values: a spectrum needs 4 or more.", try_="a longer run or a shorter bin")
    if segment is None:
        n = min(max(round(1000.0 / dt), 4), len(x))
    else:
        n, _ = whole_bins("segment", segment, dt, len(x))
        if n < 4:
            raise refuse(
                f"segment = {segment:g} ms is {n} steps of dt = {dt:g} ms: 4 or more are needed.",
                try_=f"segment={100 * dt:g}",
            )
    return Spectrum(*welch(x, 1000.0 / dt, "hann", n, detrend="constant"))


def peak_frequency(x, dt=None, low=None, high=None, segment=None, bin=None) -> float:
    """Hz; the frequency of the strongest rhythm between low and high. See `spectrum`.

    >>> t = np.arange(0, 5000, 1.0)
    >>> round(peak_frequency(np.sin(2 * np.pi * 0.0403 * t) + 5 * np.sin(2 * np.pi * 0.003 * t), dt=1.0, low=20, high=80), 1)
    40.3
    """
    found = spectrum(x, dt, segment, bin)
    if found.power[1:].max() <= 0:
        raise refuse("x never changes: it has no frequency.", try_="a longer run or a stronger input")
    return found.peak(low, high)
