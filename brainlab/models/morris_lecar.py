"""MorrisLecar: two variables with conductances, and the three ways in which firing can begin."""

from __future__ import annotations

from typing import NamedTuple

import jax

from .. import math as bm
from ..math._array import box, raw
from ..params import param
from ._rest import rest_of_membrane
from .hh import WHY_C, WHY_G
from .neuron import Neuron

WHY_STEEP = "the channels would close where they should open"


class Gate(NamedTuple):
    """The share of open potassium channels."""

    w: object


class Currents(NamedTuple):
    """Ionic currents, uA/cm2; outward is positive."""

    I_Ca: object
    I_K: object
    I_L: object


class MorrisLecar(Neuron):
    r"""Morris-Lecar neuron: calcium that opens at once, potassium that follows slowly.

    $$C \frac{dV}{dt} = I - g_{Ca} m_\infty(V)(V - E_{Ca}) - g_K w (V - E_K) - g_L (V - E_L), \qquad
    \frac{dw}{dt} = \phi\,\frac{w_\infty(V) - w}{\tau_w(V)}$$
    $$m_\infty = \tfrac12\left(1 + \tanh\tfrac{V - V_1}{V_2}\right), \quad
    w_\infty = \tfrac12\left(1 + \tanh\tfrac{V - V_3}{V_4}\right), \quad \tau_w = 1 / \cosh\tfrac{V - V_3}{2 V_4}$$

    I in uA/cm2. A spike is counted when V crosses 0 mV upwards. `SETS` has the three sets of Rinzel & Ermentrout:
    "hopf" (the default values; firing begins with a rate), "snic" (it begins at any rate, however slow), "homoclinic".

    Source: Morris & Lecar, Biophys. J. 35 (1981) 193 (the equations, for barnacle muscle); Rinzel & Ermentrout, in Koch &
    Segev, Methods in Neuronal Modeling (1989, 1998), table of "Analysis of neural excitability and oscillations".

    >>> print(*(f"{x:.4f}" for x in MorrisLecar().initial()))
    -60.8554 0.0149
    >>> SETS["snic"]
    MorrisLecar(g_Ca=4.0, V3=12.0, V4=17.4, phi=0.06666666666666667)
    """

    states = ("V", "w")
    units = {"V": "mV", "w": "1"}
    ranges = {"V": (-75.0, 60.0), "w": (-0.05, 0.8)}
    current_unit = "uA/cm2"
    method = "rk4"
    dt = 0.1
    threshold = 0.0

    C: float = param(20.0, "uF/cm2", "membrane capacitance", symbol="C", slider=(5, 50), above=0, why=WHY_C)
    g_Ca: float = param(4.4, "mS/cm2", "calcium conductance", symbol=r"g_{Ca}", slider=(0, 8), at_least=0, why=WHY_G)
    g_K: float = param(8.0, "mS/cm2", "potassium conductance", symbol="g_K", slider=(0, 16), at_least=0, why=WHY_G)
    g_L: float = param(2.0, "mS/cm2", "leak conductance", symbol="g_L", slider=(0, 4), at_least=0, why=WHY_G)
    E_Ca: float = param(120.0, "mV", "calcium reversal potential", symbol=r"E_{Ca}", slider=(60, 160))
    E_K: float = param(-84.0, "mV", "potassium reversal potential", symbol="E_K", slider=(-110, -60))
    E_L: float = param(-60.0, "mV", "leak reversal potential", symbol="E_L", slider=(-80, -30))
    V1: float = param(-1.2, "mV", "where half the calcium channels are open", symbol="V_1", slider=(-20, 20))
    V2: float = param(18.0, "mV", "spread of the calcium activation", symbol="V_2", slider=(5, 40), above=0, why=WHY_STEEP)
    V3: float = param(2.0, "mV", "where half the potassium channels are open", symbol="V_3", slider=(-20, 30))
    V4: float = param(30.0, "mV", "spread of the potassium activation", symbol="V_4", slider=(5, 40), above=0, why=WHY_STEEP)
    phi: float = param(
        0.04,
        "1/ms",
        "speed of the potassium channels",
        symbol=r"\phi",
        slider=(0.01, 0.5),
        above=0,
        why="w would run away from its steady value instead of towards it",
    )

    def m_inf(self, V):
        return 0.5 * (1 + bm.tanh((V - self.V1) / self.V2))

    def steady(self, V) -> Gate:
        """Where w settles if V is held."""
        return Gate(0.5 * (1 + bm.tanh((V - self.V3) / self.V4)))

    def currents(self, V, w) -> Currents:
        return Currents(
            self.g_Ca * self.m_inf(V) * (V - self.E_Ca), self.g_K * w * (V - self.E_K), self.g_L * (V - self.E_L)
        )

    def derivative(self, V, w, I):
        dV = (I - sum(self.currents(V, w))) / self.C
        dw = self.phi * (self.steady(V).w - w) * bm.cosh((V - self.V3) / (2 * self.V4))
        return dV, dw

    def spike(self, before, after):
        return (before[0] < self.threshold) & (after[0] >= self.threshold)

    def initial(self):
        """At rest: the fixed point at I = 0."""
        V = self.rest()
        return V, self.steady(V).w

    def rest(self, I=0.0):
        """mV; the fixed point at constant current I (uA/cm2), stable or not. Where there are three, the lowest."""
        return box(_rest(raw(self), raw(I)))


@jax.jit
def _rest(model, I):
    return raw(rest_of_membrane(model, I, model.E_Ca, model.E_K, model.E_L))


_UPPER = dict(g_Ca=4.0, V3=12.0, V4=17.4)

SETS = {
    "hopf": MorrisLecar(),
    "snic": MorrisLecar(**_UPPER, phi=1 / 15),
    "homoclinic": MorrisLecar(**_UPPER, phi=0.23),
}
