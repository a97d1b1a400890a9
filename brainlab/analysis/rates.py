"""The rate of a population in time."""

from __future__ import annotations

import numpy as np

from ._checks import positive
from ._signals import counted, whole_bins
from .spikes import events


def population_rate(spikes, dt=None, bin=1.0, sigma=None) -> tuple[np.ndarray, np.ndarray]:
    """(t, rate): spikes per neuron and second, counted in bins and, if asked for, smoothed by a Gaussian.

    spikes : (time, neuron) bool with dt, or a Spikes
    bin    : ms, a whole number of steps; a last bin that is not full is left out
    sigma  : ms, standard deviation of the Gaussian; near the ends it is cut and normalised again, not filled with zeros
    returns: t (bin,) ms, the middles of the bins, and rate (bin,) Hz

    >>> t, rate = population_rate([[1, 1], [0, 0], [0, 1], [0, 0]], dt=0.5, bin=1.0)
    >>> t, rate
    (array([0.5, 1.5]), array([1000.,  500.]))
    """
    spikes, _ = events(spikes, dt)
    width, bins = whole_bins("bin", bin, spikes.dt, spikes.n_steps)
    step = width * spikes.dt
    rate = counted(spikes, width, bins) / spikes.size / step * 1000.0
    if sigma is not None:
        rate = _smooth(rate, positive("sigma", sigma, example=5.0) / step)
    return spikes.t_start + (np.arange(bins) + 0.5) * step, rate


def _smooth(values, sigma):
    """sigma in bins. Beyond 4 sigma a Gaussian is below 0.04 % of its peak."""
    n = len(values)
    reach = int(min(np.ceil(4 * sigma), n))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    inside = slice(reach, reach + n)
    return np.convolve(values, kernel)[inside] / np.convolve(np.ones(n), kernel)[inside]
