"""QIF: the quadratic integrate-and-fire neuron."""

from __future__ import annotations

from typing import ClassVar

from .. import math as bm
from ..params import param
from .lif import REFRACTORY, WHY_RESET, WHY_TAU
from .neuron import Neuron


class QIF(Neuron):
    r"""Quadratic integrate-and-fire neuron: near threshold, every neuron that starts firing slowly looks like this.

    $$\tau \frac{dV}{dt} = c\,(V - V_{rest})(V - V_c) + R\,I, \qquad V \ge V_{th} \Rightarrow V \leftarrow V_{reset}$$

    Below rheobase there are two fixed points, rest and threshold (V_rest and V_c at I = 0); they meet and vanish
    there, and the rate grows as the square root of what is beyond. I in nA, R in MOhm.

    Source: Ermentrout & Kopell (1986); Latham et al. (2000); Gerstner et al., Neuronal Dynamics (2014), section 5.3.

    >>> f"{QIF().rheobase():.4f} nA"
    '3.9375 nA'
    """

    states = ("V",)
    units = {"V": "mV"}
    ranges = {"V": (-85.0, -30.0)}
    current_unit = "nA"
    method = "rk4"
    dt = 0.05
    ordered: ClassVar = (
        ("V_rest", "V_c", "below V_rest the neuron is pulled up, above V_c it runs away: rest has to come first"),
        ("V_reset", "V_th", WHY_RESET),
    )

    tau: float = param(10.0, "ms", "membrane time constant", symbol=r"\tau", slider=(1, 50), above=0, why=WHY_TAU)
    R: float = param(
        1.0, "MOhm", "membrane resistance", symbol="R", slider=(0.1, 10), above=0, why="current would flow uphill"
    )
    c: float = param(
        0.07,
        "1/mV",
        "curvature",
        symbol="c",
        slider=(0.01, 0.2),
        above=0,
        why="the parabola would open downwards, and V fall without end instead of rising to a spike",
    )
    V_rest: float = param(-65.0, "mV", "resting potential at I = 0", symbol=r"V_{rest}", slider=(-80, -55))
    V_c: float = param(-50.0, "mV", "threshold of the parabola at I = 0", symbol="V_c", slider=(-55, -40))
    V_th: float = param(-30.0, "mV", "where the spike is cut off", symbol=r"V_{th}", slider=(-40, 30))
    V_reset: float = param(-68.0, "mV", "reset potential", symbol=r"V_{reset}", slider=(-90, -50))
    t_ref: float = param(0.0, "ms", "refractory period", **REFRACTORY)

    def initial(self):
        return (self.V_rest,)

    def derivative(self, V, I):
        return (self.c * (V - self.V_rest) * (V - self.V_c) + self.R * I) / self.tau

    @property
    def threshold(self):
        return self.V_th

    def reset(self, V):
        return (self.V_reset + 0 * V,)

    def rheobase(self):
        """nA; where the two fixed points meet."""
        return self.c * (self.V_c - self.V_rest) ** 2 / (4 * self.R)

    def rate(self, I):
        r"""Hz; how often it fires at constant current I (nA), in closed form. With $V_m$ the middle of the parabola,

        $$T = t_{ref} + \frac{\tau}{\omega} \left[\arctan\frac{c (V - V_m)}{\omega}\right]_{V_{reset}}^{V_{th}},
        \qquad \omega = \sqrt{c R (I - I_{rh})}$$
        """
        beyond = self.c * self.R * (I - self.rheobase())
        fires = beyond > 0
        omega = bm.sqrt(bm.where(fires, beyond, 1.0))
        middle = 0.5 * (self.V_rest + self.V_c)
        angle = bm.arctan(self.c * (self.V_th - middle) / omega) - bm.arctan(self.c * (self.V_reset - middle) / omega)
        return bm.where(fires, 1000.0 / (self.t_ref + self.tau * angle / omega), 0.0)
