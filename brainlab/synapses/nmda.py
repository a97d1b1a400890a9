"""NMDA: slow excitation that saturates, and that magnesium blocks at rest."""

from __future__ import annotations

from .. import math as bm
from ..params import param
from ._decay import mean_decay
from .exponential import WHY_TAU
from .synapse import Synapse, reversal

WHY_ALPHA = "spikes would close channels that were never open"
WHY_RISE = "what a spike sets free would never be gone"
MAGNESIUM = dict(symbol="[Mg^{2+}]", slider=(0, 4), at_least=0, why="there cannot be less than none")  # of both NMDAs


def magnesium_block(V, Mg=1.0):
    r"""The fraction of NMDA channels that magnesium leaves free at the potential V (mV), with Mg mM of it outside.

    $$B(V) = \frac{1}{1 + \frac{[Mg^{2+}]}{3.57}\, e^{-0.062\, V}}$$

    Source: Jahr & Stevens, J. Neurosci. 10 (1990) 3178.

    >>> print(f"{magnesium_block(-70.0):.3f} at rest, {magnesium_block(0.0):.3f} at 0 mV")
    0.044 at rest, 0.781 at 0 mV
    """
    return 1 / (1 + Mg / 3.57 * bm.exp(-0.062 * V))


class NMDA(Synapse):
    r"""NMDA synapse: slow, saturating, and open only where V has already come up.

    $$\frac{dx}{dt} = -\frac{x}{\tau_{rise}}, \quad \frac{ds}{dt} = -\frac{s}{\tau_{decay}} + \alpha x (1 - s), \qquad
    \text{spike: } x \leftarrow x + 1$$
    $$I = g\, B(V)\, (E_{rev} - V), \qquad B(V) = \frac{1}{1 + \frac{[Mg^{2+}]}{3.57}\, e^{-0.062\, V}}$$

    The channel needs two things at once, transmitter and a depolarised membrane: it detects coincidence.

    Source: Wang, J. Neurosci. 19 (1999) 9587; the block is that of Jahr & Stevens, J. Neurosci. 10 (1990) 3178.

    >>> synapse = NMDA()
    >>> x, s = synapse.advance(*synapse.initial(), True, dt=7.08)
    >>> print(f"{s:.3f} of the channels that are open at the peak of one spike")
    0.592 of the channels that are open at the peak of one spike
    >>> print(f"{synapse.current(1.0, -70.0):.2f} at rest, {synapse.current(1.0, -30.0):.2f} depolarised")
    3.11 at rest, 10.72 depolarised
    """

    side = "pre"
    states = ("x", "s")
    units = {"x": "1", "s": "1"}

    alpha: float = param(0.5, "1/ms", "opening rate", symbol=r"\alpha", slider=(0.05, 2), at_least=0, why=WHY_ALPHA)
    tau_rise: float = param(2.0, "ms", "rise time constant", symbol=r"\tau_{rise}", slider=(0.2, 20), above=0, why=WHY_RISE)
    tau_decay: float = param(
        100.0, "ms", "decay time constant", symbol=r"\tau_{decay}", slider=(10, 300), above=0, why=WHY_TAU
    )
    Mg: float = param(1.0, "mM", "magnesium outside", **MAGNESIUM)
    E_rev: float = reversal(0.0)

    def initial(self):
        return 0.0, 0.0

    def advance(self, x, s, spikes, dt):
        x = x + spikes
        # Opening alone and closing alone have closed forms: `shut` and `stay` are what each leaves of it, from the
        # beginning and from the middle of the step to its end. What opens in the step also begins to close: the integral
        # of that is taken by Simpson's rule, whose error is of order dt^5 and the small factor dt/tau_decay.
        rise, close = dt / self.tau_rise, dt / self.tau_decay
        middle = mean_decay(rise / 2, rise) * dt / 2
        shut, shut_middle = bm.exp(-self.alpha * x * mean_decay(0.0, rise) * dt), bm.exp(-self.alpha * x * middle)
        stay, stay_middle = bm.exp(-close), bm.exp(-close / 2)
        opened = stay * (1 - shut)
        s = stay * shut * s + opened + close / 6 * (opened + 4 * stay_middle * (1 - shut_middle))
        return x * bm.exp(-rise), s

    def output(self, x, s):
        return s

    def current(self, g, V):
        return g * magnesium_block(V, self.Mg) * (self.E_rev - V)
