"""ConnorStevens: a Hodgkin-Huxley neuron with one more potassium current, which lets it fire as slowly as it likes."""

from __future__ import annotations

from typing import NamedTuple

import jax

from .. import math as bm
from ..math._array import box, raw
from ..params import param
from ._rest import rest_of_membrane
from .hh import WHY_C, WHY_G, exprel_rate
from .neuron import Neuron


class Gates(NamedTuple):
    """One value per gate."""

    m: object
    h: object
    n: object
    a: object
    b: object


class Currents(NamedTuple):
    """Ionic currents, uA/cm2; outward is positive."""

    I_Na: object
    I_K: object
    I_A: object
    I_L: object


class ConnorStevens(Neuron):
    r"""Connor-Stevens neuron: a walking leg axon of the crab, with the transient potassium current I_A.

    $$C \frac{dV}{dt} = I - g_{Na} m^3 h (V - E_{Na}) - g_K n^4 (V - E_K) - g_A a^3 b (V - E_A) - g_L (V - E_L)$$
    $$\tau_x(V) \frac{dx}{dt} = x_\infty(V) - x, \quad x = m, h, n, a, b$$

    I in uA/cm2. A spike is counted when V crosses 0 mV upwards. I_A holds V down until it inactivates: the first spike
    comes late, and firing begins at any rate, however slow. With g_A = 0 both are gone.

    Source: Connor & Stevens, J. Physiol. 213 (1971) 31; Connor, Walter & McKown, Biophys. J. 18 (1977) 81; equations and
    values as in Dayan & Abbott, Theoretical Neuroscience (2001), section 6.2 and appendix 6.A.

    >>> f"{ConnorStevens().initial()[0]:.2f} mV"
    '-67.98 mV'
    """

    states = ("V", "m", "h", "n", "a", "b")
    units = {"V": "mV", "m": "1", "h": "1", "n": "1", "a": "1", "b": "1"}
    current_unit = "uA/cm2"
    method = "rk4"
    dt = 0.01
    threshold = 0.0

    C: float = param(1.0, "uF/cm2", "membrane capacitance", symbol="C", slider=(0.5, 3), above=0, why=WHY_C)
    g_Na: float = param(120.0, "mS/cm2", "sodium conductance", symbol=r"g_{Na}", slider=(0, 240), at_least=0, why=WHY_G)
    g_K: float = param(20.0, "mS/cm2", "potassium conductance", symbol="g_K", slider=(0, 60), at_least=0, why=WHY_G)
    g_A: float = param(47.7, "mS/cm2", "A-current conductance", symbol="g_A", slider=(0, 100), at_least=0, why=WHY_G)
    g_L: float = param(0.3, "mS/cm2", "leak conductance", symbol="g_L", slider=(0, 2), at_least=0, why=WHY_G)
    E_Na: float = param(55.0, "mV", "sodium reversal potential", symbol=r"E_{Na}", slider=(0, 100))
    E_K: float = param(-72.0, "mV", "potassium reversal potential", symbol="E_K", slider=(-100, -40))
    E_A: float = param(-75.0, "mV", "A-current reversal potential", symbol="E_A", slider=(-100, -40))
    E_L: float = param(-17.0, "mV", "leak reversal potential", symbol="E_L", slider=(-90, 0))

    def gates(self, V) -> tuple[Gates, Gates]:
        """(where the gates settle if V is held, their time constants in ms)."""
        alpha_m, beta_m = 3.8 * exprel_rate((V + 29.7) / 10), 15.2 * bm.exp(-0.0556 * (V + 54.7))
        alpha_h, beta_h = 0.266 * bm.exp(-0.05 * (V + 48)), 3.8 / (1 + bm.exp(-0.1 * (V + 18)))
        alpha_n, beta_n = 0.2 * exprel_rate((V + 45.7) / 10), 0.25 * bm.exp(-0.0125 * (V + 55.7))
        rising = 0.0761 * bm.exp(0.0314 * (V + 94.22)) / (1 + bm.exp(0.0346 * (V + 1.17)))
        steady = Gates(
            m=alpha_m / (alpha_m + beta_m),
            h=alpha_h / (alpha_h + beta_h),
            n=alpha_n / (alpha_n + beta_n),
            a=rising ** (1 / 3),
            b=(1 + bm.exp(0.0688 * (V + 53.3))) ** -4.0,
        )
        taus = Gates(
            m=1 / (alpha_m + beta_m),
            h=1 / (alpha_h + beta_h),
            n=1 / (alpha_n + beta_n),
            a=0.3632 + 1.158 / (1 + bm.exp(0.0497 * (V + 55.96))),
            b=1.24 + 2.678 / (1 + bm.exp(0.0624 * (V + 50))),
        )
        return steady, taus

    def steady(self, V) -> Gates:
        """Where the gates settle if V is held."""
        return self.gates(V)[0]

    def currents(self, V, m, h, n, a, b) -> Currents:
        return Currents(
            self.g_Na * m * m * m * h * (V - self.E_Na),
            self.g_K * (n * n) * (n * n) * (V - self.E_K),
            self.g_A * a * a * a * b * (V - self.E_A),
            self.g_L * (V - self.E_L),
        )

    def derivative(self, V, m, h, n, a, b, I):
        dV = (I - sum(self.currents(V, m, h, n, a, b))) / self.C
        steady, taus = self.gates(V)
        return dV, *((end - x) / tau for x, end, tau in zip((m, h, n, a, b), steady, taus, strict=True))

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
    return raw(rest_of_membrane(model, I, model.E_Na, model.E_K, model.E_A, model.E_L))


@jax.jit  # as one program: op by op it would be some forty
def _settled(neuron):
    V = neuron.rest()
    return raw((V, *neuron.steady(V)))
