"""Graded: a synapse that follows the potential of the cell that sends, not its spikes."""

from __future__ import annotations

from .. import math as bm
from ..params import param
from .exponential import WHY_TAU
from .synapse import Synapse, reversal


class Graded(Synapse):
    r"""Graded synapse: as long as the sending cell is depolarised, transmitter is set free, and channels open.

    $$\frac{ds}{dt} = \alpha F(V_{pre}) (1 - s) - \frac{s}{\tau}, \qquad
    F(V) = \frac{1}{1 + e^{-(V - \theta)/\sigma}}, \qquad I = g\,(E_{rev} - V)$$

    Each neuron that sends has one s, which all its synapses share; g is the sum of weight * s. There is no delay, and a
    spike acts because it is a depolarisation. With models whose spikes have a shape (HH, WangBuzsaki): a LIF has none.

    Source: Wang & Buzsaki, J. Neurosci. 16 (1996) 6402, whose beta is 1/tau; Wang & Rinzel, Neural Comput. 4 (1992) 84.

    >>> synapse = Graded()
    >>> at_rest, in_a_spike = (synapse.advance(0.0, V, 0.3)[0] for V in (-65.0, 20.0))
    >>> print(f"{at_rest:.3f} {in_a_spike:.3f}")
    0.000 0.965
    """

    side = "graded"
    states = ("s",)
    units = {"s": "1"}

    alpha: float = param(
        12.0,
        "1/ms",
        "opening rate",
        symbol=r"\alpha",
        slider=(0.1, 20),
        at_least=0,
        why="transmitter would close channels that were never open",
    )
    tau: float = param(10.0, "ms", "decay time constant", symbol=r"\tau", slider=(1, 50), above=0, why=WHY_TAU)
    theta: float = param(0.0, "mV", "potential of half release", symbol=r"\theta", slider=(-60, 20))
    sigma: float = param(
        2.0,
        "mV",
        "width of the release curve",
        symbol=r"\sigma",
        slider=(0.5, 20),
        above=0,
        why="depolarisation would stop the release that it should start",
    )
    E_rev: float = reversal(-75.0)

    def initial(self):
        return (0.0,)

    def advance(self, s, V, dt):
        """s a time dt later, while the cell that sends is held at V (mV): solved in closed form."""
        opening = self.alpha * (1 + bm.tanh((V - self.theta) / (2 * self.sigma))) / 2  # F(V); exp would overflow
        total = opening + 1 / self.tau
        end = opening / total
        return (end + (s - end) * bm.exp(-total * dt),)

    def output(self, s):
        return s
