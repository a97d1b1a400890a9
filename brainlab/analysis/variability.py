"""How regular single neurons fire: counts and intervals. The coefficient of variation, `cv`, stands with the intervals."""

from __future__ import annotations

import numpy as np

from ._checks import refuse
from ._signals import whole_bins
from .spikes import events, intervals


def fano(spikes, dt=None, window=100.0):
    r"""Fano factor: variance over mean of the number of spikes in windows. 1 for a Poisson process, 0 for a clock.

    $$F = \frac{\operatorname{Var} n}{\langle n \rangle}$$

    spikes : (time, neuron) or (time,) bool with dt, or a Spikes
    window : ms, a whole number of steps; at least two of them must fit, and a last one that is not full is left out
    returns: (neuron,), a number for (time,); NaN for a neuron without spikes

    The time goes with the number of spikes. For a renewal process and long windows F is the square of `cv`.

    Source: Fano, Phys. Rev. 72 (1947) 26; Gerstner et al., Neuronal Dynamics (2014), ch. 7.3.

    >>> fano([1, 0, 1, 0, 0, 0, 1, 1], dt=50.0)
    0.666...
    """
    spikes, single = events(spikes, dt)
    width, bins = whole_bins("window", window, spikes.dt, spikes.n_steps, least=2)
    inside = spikes.steps < bins * width
    place = (spikes.steps[inside] // width).astype(np.int64) * spikes.size + spikes.neurons[inside]
    place, n = np.unique(place, return_counts=True)  # windows without spikes take no memory
    total = np.bincount(place % spikes.size, n, spikes.size)
    squares = np.bincount(place % spikes.size, n**2, spikes.size)
    mean = total / bins
    variance = (squares - total * mean) / (bins - 1)
    with np.errstate(invalid="ignore"):
        found = np.where(total > 0, variance / mean, np.nan)
    return float(found[0]) if single else found


def isi_histogram(spikes, dt=None, bin=5.0) -> tuple[np.ndarray, np.ndarray]:
    r"""(edges, density): how the intervals between spikes are distributed, those of all neurons together.

    spikes : (time, neuron) or (time,) bool with dt, or a Spikes
    bin    : ms, a whole number of steps; an interval on an edge counts to the right
    returns: edges (bin + 1,) ms, up to the longest interval, and density (bin,) in 1/ms: its sum times `bin` is 1.
             For a Poisson process of rate r it is $r e^{-r T}$

    >>> isi_histogram([1, 0, 1, 1], dt=1.0, bin=1.0)
    (array([0., 1., 2., 3.]), array([0. , 0.5, 0.5]))
    """
    spikes, _ = events(spikes, dt)
    width, _ = whole_bins("bin", bin, spikes.dt, spikes.n_steps)
    _, length = intervals(spikes)
    if not len(length):
        raise refuse("no neuron fires twice, so there is no interval.", try_="a longer run or a stronger input")
    count = np.bincount(length // width)
    return np.arange(len(count) + 1) * width * spikes.dt, count / (len(length) * width * spikes.dt)
