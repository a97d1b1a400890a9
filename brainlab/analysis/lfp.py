"""The local field potential, as far as neurons without shape can tell."""

from __future__ import annotations

import numpy as np

from ._checks import positive, refuse
from .spikes import as_array, positive_ms


def lfp_proxy(I_E, I_I, dt, delay_E=6.0, delay_I=0.0, alpha=1.65) -> np.ndarray:
    r"""Stand-in for the local field potential: the reference weighted sum of synaptic currents.

    $$\mathrm{LFP}(t) = \sum_i I_{E,i}(t - 6\,\mathrm{ms}) - 1.65 \sum_i I_{I,i}(t)$$

    I_E, I_I : (time, neuron) or (time,), excitatory and inhibitory currents into the excitatory (pyramidal) cells, with
               their signs: excitation above 0, inhibition below. So both raise the sum, as they do in the tissue: current
               that enters at the apical dendrites and current that leaves at the soma flow through the cell the same way
    dt       : ms
    delay_E, delay_I, alpha : ms, ms, 1; the defaults are the published ones
    returns  : (time - steps of the longer delay,): row 0 is at that delay after the first row of the currents. It has the
               currents' unit times neurons: only its course in time means something

    Interneurons are left out: their dendrites point everywhere, and what they add cancels.

    Source: Mazzoni, Linden, Cuntz, Lansner, Panzeri and Einevoll, PLoS Comput. Biol. 11 (2015) e1004584 ("RWS").

    >>> lfp_proxy([1.0, 2.0, 3.0], [0.0, -1.0, -2.0], dt=6.0)
    array([2.65, 5.3 ])
    """
    positive_ms(dt=dt)
    I_E, I_I = _summed("I_E", I_E), _summed("I_I", I_I)
    if len(I_E) != len(I_I):
        raise refuse(f"I_E has {len(I_E)} times and I_I {len(I_I)}: they must be of the same run.")
    if I_E.mean() < 0 or I_I.mean() > 0:
        raise refuse(
            f"the mean of I_E is {I_E.mean():.3g} and that of I_I {I_I.mean():.3g}: above 0 and below 0 is expected.",
            why="current into the cell counts as positive, so excitation is above 0 and inhibition below",
            try_=f"lfp_proxy({'-' if I_E.mean() < 0 else ''}I_E, {'-' if I_I.mean() > 0 else ''}I_I, dt={dt:g})",
        )
    alpha = positive("alpha", alpha, example=1.65, zero=True)
    delays = [positive(n, d, example=6.0, zero=True) / dt for n, d in (("delay_E", delay_E), ("delay_I", delay_I))]
    late_E, late_I = map(round, delays)
    for name, late, steps in (("delay_E", late_E, delays[0]), ("delay_I", late_I, delays[1])):
        if abs(late - steps) > 1e-6 * max(steps, 1):
            raise refuse(
                f"{name} = {steps * dt:g} ms is not a whole number of steps of dt = {dt:g} ms.", try_=f"{name}={late * dt:g}"
            )
    first = max(late_E, late_I)
    if first >= len(I_E):
        raise refuse(f"the run, {len(I_E) * dt:g} ms, is not longer than the delay, {first * dt:g} ms.")
    n = len(I_E) - first
    return I_E[first - late_E :][:n] - alpha * I_I[first - late_I :][:n]


def _summed(name, I):
    I = as_array(getattr(I, "value", I))
    if I.ndim not in (1, 2) or I.dtype.kind not in "iuf" or not I.size or not np.isfinite(I).all():
        raise refuse(f"{name} is {I.shape}, {I.dtype}: finite numbers, (time, neuron) or (time,), are expected.")
    return I.sum(axis=1, dtype=float) if I.ndim == 2 else I.astype(float)
