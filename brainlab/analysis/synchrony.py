"""Do neurons act together? From their voltages, and from their spikes."""

from __future__ import annotations

import numpy as np

from ._checks import refuse
from ._signals import whole_bins
from .spikes import as_array, events


def synchrony(V) -> float:
    r"""chi: how much of the voltages' fluctuation is common to all neurons. 1: all do the same; $1/\sqrt{N}$: independent.

    $$\chi^2 = \frac{\operatorname{Var}_t\, \langle V_i \rangle_i}{\langle \operatorname{Var}_t V_i \rangle_i}$$

    V : (time, neuron), any trace; of a run without its beginning, which is common to all that start alike

    For an asynchronous state chi falls with the size of the network as $1/\sqrt{N}$, for a synchronous one it does not.

    Source: Golomb and Rinzel, Physica D 72 (1994) 259; Golomb, Scholarpedia 2 (2007) 1347.

    >>> t = np.linspace(0, 100, 1000)[:, None]
    >>> round(synchrony(np.sin(t + [0.0, 0.0])), 6), round(synchrony(np.sin(t + [0.0, np.pi])), 6)
    (1.0, 0.0)
    """
    V = as_array(getattr(V, "value", V))
    if V.ndim != 2 or V.shape[1] < 2 or V.dtype.kind not in "iuf":
        raise refuse(
            f"V is {V.shape}, {V.dtype}: (time, neuron) of two neurons or more is expected.",
            why="synchrony is what several neurons have in common",
            try_='synchrony(run["V"])',
        )
    if not np.isfinite(V).all():
        raise refuse("V holds NaN or infinity: finite numbers are expected.")
    V = V - V.mean(axis=0, dtype=float)
    own = V.var(axis=0).mean()
    if own == 0:
        raise refuse("none of the traces changes, so there is nothing to have in common.", try_="a run with an input")
    return float(np.sqrt(V.mean(axis=1).var() / own))


def coherence(spikes, dt=None, bin=1.0) -> float:
    r"""kappa: how often neurons fire in the same bin, a mean over all pairs. 1: always together.

    $$\kappa_{ij} = \frac{\sum_l X_i(l) X_j(l)}{\sqrt{\sum_l X_i(l) \sum_l X_j(l)}}, \qquad X_i(l) = 1 \text{ if neuron } i
    \text{ fires in bin } l, \text{ else } 0$$

    spikes : (time, neuron) bool with dt, or a Spikes
    bin    : ms, a whole number of steps, and short against the intervals: neurons that are independent meet by chance with
             kappa = (share of bins with a spike), which is near rate times bin. A last bin that is not full is left out
    returns: a number; pairs with a neuron that never fires have no kappa and are left out. NaN if there are no others

    The time goes with the number of spikes, not of pairs: with $u_i = 1/\sqrt{n_i}$ the sum over the pairs is
    $\sum_l (\sum_i u_i X_i(l))^2$ less the pairs of each with itself.

    Source: Wang and Buzsaki, J. Neurosci. 16 (1996) 6402.

    >>> round(coherence([[1, 1], [0, 0], [1, 1]], dt=1.0), 6), coherence([[1, 0], [0, 1], [1, 0]], dt=1.0)
    (1.0, 0.0)
    """
    spikes, single = events(spikes, dt)
    if single or spikes.size < 2:
        raise refuse(
            "these are the spikes of one neuron: coherence is that of two or more.", try_="autocorrelation(spikes, dt)"
        )
    width, bins = whole_bins("bin", bin, spikes.dt, spikes.n_steps)
    inside = spikes.steps < bins * width
    place = np.sort((spikes.steps[inside] // width).astype(np.int64) * spikes.size + spikes.neurons[inside])
    place = place[np.diff(place, prepend=-1) != 0]  # np.unique hashes, which takes 20 times as long
    at, neurons = np.divmod(place, spikes.size)
    n = np.bincount(neurons, minlength=spikes.size)
    active = np.count_nonzero(n)
    if active < 2:
        return float("nan")
    together = np.bincount(at, 1 / np.sqrt(n[neurons]))
    # Each active neuron contributes exactly 1 with itself; rounding must not make 0 a little negative.
    return float(max((together**2).sum() - active, 0.0) / (active * (active - 1)))
