"""WilsonCowan: two populations, excitatory and inhibitory, that remember or oscillate."""

from __future__ import annotations

from .. import math as bm
from ..params import param
from .dynamics import Dynamics

WHY_TAU = "the activity would run away from what drives it instead of towards it"
WHY_C = "the synapse would change its sign: excitation would inhibit, or inhibition excite"
WHY_SLOPE = "more input would make the population less active"
WHY_R = "cells that have just fired cannot be more ready than the others"


class WilsonCowan(Dynamics):
    r"""Wilson-Cowan model: the share of excitatory cells (E) and of inhibitory cells (I) active per unit of time.

    $$\tau_e \frac{dE}{dt} = -E + (k_e - r_e E)\, S_e(c_1 E - c_2 I + P), \qquad
    \tau_i \frac{dI}{dt} = -I + (k_i - r_i I)\, S_i(c_3 E - c_4 I + Q)$$
    $$S(x) = \frac{1}{1 + e^{-a (x - \theta)}} - \frac{1}{1 + e^{a \theta}}, \qquad k = S(\infty)$$

    The form of 1972, with k - r E: later texts write 1 - r E, and get other numbers. P and Q are the inputs from outside;
    with P = Q = 0 silence is a fixed point. `SETS` has the two sets of the paper: "oscillation" (the default values; a limit
    cycle from P = 1.0682, where its period is infinite, to a Hopf point at 1.8793) and "hysteresis" (silent and active are
    both stable from P = -0.3996 to 0.3048).

    Source: Wilson & Cowan, Biophys. J. 12 (1972) 1, eqs. 11 to 15, and the values of figures 4 and 11. tau = 8 ms there.

    >>> SETS["hysteresis"].initial()
    (0.0, 0.0)
    >>> print(*(f"{x:.4f}" for x in WilsonCowan().derivative(0.1, 0.0)))
    0.0074 0.0014
    """

    states = ("E", "I")
    units = {"E": "1", "I": "1"}
    ranges = {"E": (-0.05, 0.55), "I": (-0.05, 0.55)}
    method = "rk4"
    dt = 0.1

    c1: float = param(16.0, "1", "excitatory to excitatory", symbol="c_1", slider=(0, 24), at_least=0, why=WHY_C)
    c2: float = param(12.0, "1", "inhibitory to excitatory", symbol="c_2", slider=(0, 24), at_least=0, why=WHY_C)
    c3: float = param(15.0, "1", "excitatory to inhibitory", symbol="c_3", slider=(0, 24), at_least=0, why=WHY_C)
    c4: float = param(3.0, "1", "inhibitory to inhibitory", symbol="c_4", slider=(0, 24), at_least=0, why=WHY_C)
    a_e: float = param(1.3, "1", "steepness of excitatory cells", symbol="a_e", slider=(0.5, 3), above=0, why=WHY_SLOPE)
    theta_e: float = param(4.0, "1", "threshold of excitatory cells", symbol=r"\theta_e", slider=(1, 6))
    a_i: float = param(2.0, "1", "steepness of inhibitory cells", symbol="a_i", slider=(0.5, 3), above=0, why=WHY_SLOPE)
    theta_i: float = param(3.7, "1", "threshold of inhibitory cells", symbol=r"\theta_i", slider=(1, 6))
    r_e: float = param(1.0, "1", "refractoriness of excitatory cells", symbol="r_e", slider=(0, 2), at_least=0, why=WHY_R)
    r_i: float = param(1.0, "1", "refractoriness of inhibitory cells", symbol="r_i", slider=(0, 2), at_least=0, why=WHY_R)
    tau_e: float = param(8.0, "ms", "excitatory time constant", symbol=r"\tau_e", slider=(1, 50), above=0, why=WHY_TAU)
    tau_i: float = param(8.0, "ms", "inhibitory time constant", symbol=r"\tau_i", slider=(1, 50), above=0, why=WHY_TAU)
    P: float = param(1.25, "1", "input to the excitatory cells", symbol="P", slider=(-1, 4))
    Q: float = param(0.0, "1", "input to the inhibitory cells", symbol="Q", slider=(-2, 2))

    def initial(self):
        """Silence."""
        return 0.0 * self.P, 0.0 * self.P

    def derivative(self, E, I):
        S_e, k_e = response(self.c1 * E - self.c2 * I + self.P, self.a_e, self.theta_e)
        S_i, k_i = response(self.c3 * E - self.c4 * I + self.Q, self.a_i, self.theta_i)
        return (-E + (k_e - self.r_e * E) * S_e) / self.tau_e, (-I + (k_i - self.r_i * I) * S_i) / self.tau_i


def response(x, a, theta):
    """(S(x), k): the share of cells that x drives above threshold, 0 at x = 0, and the most it can be."""
    none = _logistic(-a * theta)
    return _logistic(a * (x - theta)) - none, 1 - none


def _logistic(z):
    return 0.5 * (1 + bm.tanh(0.5 * z))  # 1/(1 + exp(-z)), which has no exponential that could overflow


SETS = {
    "oscillation": WilsonCowan(),
    "hysteresis": WilsonCowan(c1=12.0, c2=4.0, c3=13.0, c4=11.0, a_e=1.2, theta_e=2.8, a_i=1.0, theta_i=4.0, P=0.0),
}
