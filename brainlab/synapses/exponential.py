"""Exponential: the synapse that jumps and decays."""

from __future__ import annotations

from .. import math as bm
from ..params import param
from .synapse import Synapse, reversal

WHY_TAU = "what a spike has opened would never close again"


class Exponential(Synapse):
    r"""Exponential synapse: each spike adds its weight at once, and all of it decays with one time constant.

    $$\frac{dg}{dt} = -\frac{g}{\tau}, \qquad \text{spike: } g \leftarrow g + w$$

    Source: Dayan & Abbott, Theoretical Neuroscience (2001), section 5.8. tau = 5 ms is that of the excitatory synapses of
    Vogels & Abbott, J. Neurosci. 25 (2005) 10786.

    >>> synapse = Exponential(tau=5.0)
    >>> synapse.advance(1.0, 5.0)
    (Array(0.36787945, dtype=float32),)
    """

    states = ("g",)
    units = {"g": "weight"}

    tau: float = param(5.0, "ms", "decay time constant", symbol=r"\tau", slider=(0.5, 50), above=0, why=WHY_TAU)
    E_rev: float | None = reversal(None)

    def initial(self):
        return (0.0,)

    def advance(self, g, dt):
        return (g * bm.exp(-dt / self.tau),)

    def output(self, g):
        return g
