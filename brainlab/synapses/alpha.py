"""Alpha: the synapse that rises and decays with the same time constant."""

from __future__ import annotations

import math

from .. import math as bm
from ..params import param
from .exponential import WHY_TAU
from .synapse import Synapse, reversal


class Alpha(Synapse):
    r"""Alpha synapse: rises and decays with one time constant; a spike of weight w gives the peak w after the time tau.

    $$\frac{dx}{dt} = -\frac{x}{\tau}, \quad \frac{dg}{dt} = \frac{x - g}{\tau}, \qquad \text{spike: } x \leftarrow x + e\,w
    \qquad\Rightarrow\quad g(t) = w\,\frac{t}{\tau}\, e^{1 - t/\tau}$$

    It is the `DualExponential` with two equal time constants.

    Source: Rall, J. Neurophysiol. 30 (1967) 1138.

    >>> synapse = Alpha(tau=2.0)
    >>> x, g = synapse.advance(synapse.jump, 0.0, 2.0)
    >>> print(f"{g:.4f} at its peak")
    1.0000 at its peak
    """

    states = ("x", "g")
    units = {"x": "weight", "g": "weight"}
    jump = math.e

    tau: float = param(2.0, "ms", "time to the peak", symbol=r"\tau", slider=(0.2, 50), above=0, why=WHY_TAU)
    E_rev: float | None = reversal(None)

    def initial(self):
        return 0.0, 0.0

    def advance(self, x, g, dt):
        keep = bm.exp(-dt / self.tau)
        return x * keep, (g + x * dt / self.tau) * keep

    def output(self, x, g):
        return g
