"""WangBuzsaki: a fast-spiking interneuron with Hodgkin-Huxley equations."""

from __future__ import annotations

from typing import NamedTuple

import jax

from .. import math as bm
from ..math._array import box, raw
from ..params import param
from ._rest import rest_of_membrane
from .hh import WHY_C, WHY_G, exprel_rate
from .neuron import Neuron

WHY_PHI = "the gates would stand still, or run away from where they settle"


class Gates(NamedTuple):
    """One value per gate."""

    h: object
    n: object


class Currents(NamedTuple):
    """Ionic currents, uA/cm2; outward is positive."""

    I_Na: object
    I_K: object
    I_L: object


class WangBuzsaki(Neuron):
    r"""Wang-Buzsaki neuron: an interneuron of the hippocampus that fires fast and hardly adapts.

    $$C \frac{dV}{dt} = I - g_{Na} m_\infty(V)^3 h (V - E_{Na}) - g_K n^4 (V - E_K) - g_L (V - E_L)$$
    $$\frac{dx}{dt} = \phi\,(\alpha_x(V)(1 - x) - \beta_x(V)\, x), \quad x = h, n, \qquad
    m_\infty = \frac{\alpha_m}{\alpha_m + \beta_m}$$

    I in uA/cm2. A spike is counted when V crosses 0 mV upwards. The sodium channels open at once (m has no state); phi = 5
    makes the spike short and what follows it shallow. Firing begins at any rate, however slow.

    Source: Wang & Buzsaki, J. Neurosci. 16 (1996) 6402.

    >>> f"{WangBuzsaki().initial()[0]:.2f} mV"
    '-64.02 mV'
    """

    states = ("V", "h", "n")
    units = {"V": "mV", "h": "1", "n": "1"}
    ranges = {"V": (-90.0, 60.0), "h": (0.0, 1.0), "n": (0.0, 1.0)}
    current_unit = "uA/cm2"
    method = "rk4"
    dt = 0.02
    threshold = 0.0

    C: float = param(1.0, "uF/cm2", "membrane capacitance", symbol="C", slider=(0.5, 3), above=0, why=WHY_C)
    g_Na: float = param(35.0, "mS/cm2", "sodium conductance", symbol=r"g_{Na}", slider=(0, 70), at_least=0, why=WHY_G)
    g_K: float = param(9.0, "mS/cm2", "potassium conductance", symbol="g_K", slider=(0, 30), at_least=0, why=WHY_G)
    g_L: float = param(0.1, "mS/cm2", "leak conductance", symbol="g_L", slider=(0, 1), at_least=0, why=WHY_G)
    E_Na: float = param(55.0, "mV", "sodium reversal potential", symbol=r"E_{Na}", slider=(0, 100))
    E_K: float = param(-90.0, "mV", "potassium reversal potential", symbol="E_K", slider=(-100, -40))
    E_L: float = param(-65.0, "mV", "leak reversal potential", symbol="E_L", slider=(-90, -30))
    phi: float = param(5.0, "1", "speed of the gates", symbol=r"\phi", slider=(1, 10), above=0, why=WHY_PHI)

    def m_inf(self, V):
        """The open fraction of the sodium gates, which follow V at once."""
        alpha, beta = exprel_rate((V + 35) / 10), 4 * bm.exp(-(V + 60) / 18)
        return alpha / (alpha + beta)

    def rates(self, V) -> tuple:
        """(alpha_h, beta_h, alpha_n, beta_n): opening and closing of the gates at V (mV), per ms."""
        return (
            self.phi * 0.07 * bm.exp(-(V + 58) / 20),
            self.phi / (1 + bm.exp(-(V + 28) / 10)),
            self.phi * 0.1 * exprel_rate((V + 34) / 10),
            self.phi * 0.125 * bm.exp(-(V + 44) / 80),
        )

    def steady(self, V) -> Gates:
        """Where the gates settle if V is held: h_inf, n_inf."""
        alpha_h, beta_h, alpha_n, beta_n = self.rates(V)
        return Gates(alpha_h / (alpha_h + beta_h), alpha_n / (alpha_n + beta_n))

    def currents(self, V, h, n) -> Currents:
        m = self.m_inf(V)
        return Currents(
            self.g_Na * m * m * m * h * (V - self.E_Na),
            self.g_K * (n * n) * (n * n) * (V - self.E_K),
            self.g_L * (V - self.E_L),
        )

    def derivative(self, V, h, n, I):
        alpha_h, beta_h, alpha_n, beta_n = self.rates(V)
        dV = (I - sum(self.currents(V, h, n))) / self.C
        return dV, alpha_h * (1 - h) - beta_h * h, alpha_n * (1 - n) - beta_n * n

    def spike(self, before, after):
        return (before[0] < self.threshold) & (after[0] >= self.threshold)

    def initial(self):
        """At rest: the fixed point at I = 0."""
        return box(_settled(raw(self)))

    def rest(self, I=0.0):
        """mV; the fixed point at constant current I (uA/cm2), stable or not. Where there are several, the lowest."""
        return box(_rest(raw(self), raw(I)))


@jax.jit
def _rest(model, I):
    return raw(rest_of_membrane(model, I, model.E_Na, model.E_K, model.E_L))


@jax.jit  # as one program: op by op it would be some twenty
def _settled(neuron):
    V = neuron.rest()
    return raw((V, *neuron.steady(V)))
