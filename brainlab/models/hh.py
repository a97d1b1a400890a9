"""HH: the Hodgkin-Huxley neuron."""

from __future__ import annotations

from typing import NamedTuple

import jax

from .. import math as bm
from ..math._array import box, raw
from ..params import param
from ._rest import rest_of_membrane
from .neuron import Neuron

WHY_C = "charge would lower the voltage that it should raise"
WHY_G = "a channel can be closed, not less than closed"


class Rates(NamedTuple):
    """Opening and closing rates of the three gates, per ms."""

    alpha_m: object
    beta_m: object
    alpha_h: object
    beta_h: object
    alpha_n: object
    beta_n: object


class Gates(NamedTuple):
    """One value per gate."""

    m: object
    h: object
    n: object


class Currents(NamedTuple):
    """Ionic currents, uA/cm2; outward is positive."""

    I_Na: object
    I_K: object
    I_L: object


class HH(Neuron):
    r"""Hodgkin-Huxley neuron: the squid giant axon, in today's sign and with rest near -65 mV.

    $$C \frac{dV}{dt} = I - g_{Na} m^3 h (V - E_{Na}) - g_K n^4 (V - E_K) - g_L (V - E_L)$$
    $$\frac{dx}{dt} = \phi\,(\alpha_x(V)(1 - x) - \beta_x(V)\, x), \quad x = m, h, n, \qquad \phi = 3^{(T - 6.3)/10}$$

    I in uA/cm2. A spike is counted when V crosses 0 mV upwards; above 63 uA/cm2 the oscillation no longer gets there.

    Source: Hodgkin & Huxley, J. Physiol. 117 (1952) 500-544. Their V is minus the depolarisation;
    their 0 is -65 mV here.

    >>> neuron = HH()
    >>> print(*(f"{x:.4f}" for x in neuron.initial()))
    -64.9964 0.0530 0.5960 0.3177
    >>> neuron.rates(-40.0).alpha_m
    Array(1., dtype=float32)
    """

    states = ("V", "m", "h", "n")
    units = {"V": "mV", "m": "1", "h": "1", "n": "1"}
    ranges = {"V": (-90.0, 60.0), "m": (0.0, 1.0), "h": (0.0, 1.0), "n": (0.0, 1.0)}
    current_unit = "uA/cm2"
    method = "rk4"  # exp_euler is 2.5 % off in the period at dt = 0.05 ms, this 0.000 %: docs/decisions/0006
    dt = 0.01
    threshold = 0.0
    Q10 = 3.0

    C: float = param(1.0, "uF/cm2", "membrane capacitance", symbol="C", slider=(0.5, 3), above=0, why=WHY_C)
    g_Na: float = param(120.0, "mS/cm2", "sodium conductance", symbol=r"g_{Na}", slider=(0, 240), at_least=0, why=WHY_G)
    g_K: float = param(36.0, "mS/cm2", "potassium conductance", symbol="g_K", slider=(0, 100), at_least=0, why=WHY_G)
    g_L: float = param(0.3, "mS/cm2", "leak conductance", symbol="g_L", slider=(0, 2), at_least=0, why=WHY_G)
    E_Na: float = param(50.0, "mV", "sodium reversal potential", symbol=r"E_{Na}", slider=(0, 100))
    E_K: float = param(-77.0, "mV", "potassium reversal potential", symbol="E_K", slider=(-100, -40))
    E_L: float = param(-54.387, "mV", "leak reversal potential", symbol="E_L", slider=(-90, -30))
    T: float = param(
        6.3, "C", "temperature", symbol="T", slider=(0, 30), above=-273.15, why="nothing is colder than absolute zero"
    )

    def rates(self, V) -> Rates:
        """Of the gates at V (mV), at the temperature T: per ms."""
        phi = self.Q10 ** ((self.T - 6.3) / 10)
        return Rates(
            alpha_m=phi * exprel_rate((V + 40) / 10),
            beta_m=phi * 4 * bm.exp(-(V + 65) / 18),
            alpha_h=phi * 0.07 * bm.exp(-(V + 65) / 20),
            beta_h=phi / (1 + bm.exp(-(V + 35) / 10)),
            alpha_n=phi * 0.1 * exprel_rate((V + 55) / 10),
            beta_n=phi * 0.125 * bm.exp(-(V + 65) / 80),
        )

    def steady(self, V) -> Gates:
        """Where the gates settle if V is held: m_inf, h_inf, n_inf."""
        r = self.rates(V)
        return Gates(
            r.alpha_m / (r.alpha_m + r.beta_m), r.alpha_h / (r.alpha_h + r.beta_h), r.alpha_n / (r.alpha_n + r.beta_n)
        )

    def taus(self, V) -> Gates:
        """How fast they settle there: time constants in ms."""
        r = self.rates(V)
        return Gates(1 / (r.alpha_m + r.beta_m), 1 / (r.alpha_h + r.beta_h), 1 / (r.alpha_n + r.beta_n))

    def currents(self, V, m, h, n) -> Currents:
        return Currents(
            self.g_Na * m * m * m * h * (V - self.E_Na),
            self.g_K * (n * n) * (n * n) * (V - self.E_K),
            self.g_L * (V - self.E_L),
        )

    def derivative(self, V, m, h, n, I):
        r = self.rates(V)
        dV = (I - sum(self.currents(V, m, h, n))) / self.C
        dm = r.alpha_m * (1 - m) - r.beta_m * m
        dh = r.alpha_h * (1 - h) - r.beta_h * h
        dn = r.alpha_n * (1 - n) - r.beta_n * n
        return dV, dm, dh, dn

    def spike(self, before, after):
        return (before[0] < self.threshold) & (after[0] >= self.threshold)

    def initial(self):
        """At rest: the V at which the three currents sum to zero with all gates settled, and those gates."""
        return box(_settled(raw(self)))

    def rest(self, I=0.0):
        """mV; the fixed point at constant current I (uA/cm2). Where several exist, the lowest."""
        return box(_rest(raw(self), raw(I)))


@jax.jit
def _rest(model, I):
    return raw(rest_of_membrane(model, I, model.E_Na, model.E_K, model.E_L))


@jax.jit  # as one program: op by op it would be some twenty, each with its own compilation and memory
def _settled(neuron):
    V = neuron.rest()
    return raw((V, *neuron.steady(V)))


def exprel_rate(x):
    """x / (1 - exp(-x)), which is 0/0 at x = 0, where its limit is 1 + x/2.

    Near 0 the series is used; the inner `where` keeps 0/0 out of the gradient too, which would be NaN.

    >>> exprel_rate(0.0)
    Array(1., dtype=float32)
    """
    small = abs(x) < 1e-3
    safe = bm.where(small, 1.0, x)
    return bm.where(small, 1 + x / 2 + x * x / 12, safe / -bm.expm1(-safe))
