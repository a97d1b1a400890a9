"""AdEx: the adaptive exponential integrate-and-fire neuron, and the firing patterns of Naud et al."""

from __future__ import annotations

import functools
from typing import ClassVar

from .. import math as bm
from ..params import param
from .eif import WHY_C, WHY_DELTA, WHY_G, upstroke
from .lif import REFRACTORY
from .neuron import Drive, Neuron


class AdEx(Neuron):
    r"""Adaptive exponential integrate-and-fire neuron: an EIF with one slow adaptation current.

    $$C \frac{dV}{dt} = -g_L (V - E_L) + g_L \Delta_T e^{(V - V_T)/\Delta_T} - w + I, \qquad
    \tau_w \frac{dw}{dt} = a (V - E_L) - w$$
    $$V \ge V_{peak} \Rightarrow V \leftarrow V_{reset},\; w \leftarrow w + b$$

    pF, nS, mV, ms and pA: consistent without factors. V_T is the soft threshold (NEST calls it V_th); V_peak only cuts
    the spike off. While it is refractory V is held, and w goes on.

    Source: Brette & Gerstner, J. Neurophysiol. 94 (2005) 3637 (the default values); Naud, Marcille, Clopath & Gerstner,
    Biol. Cybern. 99 (2008) 335 (PATTERNS).

    >>> neuron = AdEx()
    >>> f"{neuron.saddle_node():.3f} pA, {neuron.hopf():.3f} pA"
    '627.311 pA, 627.182 pA'
    """

    states = ("V", "w")
    units = {"V": "mV", "w": "pA"}
    ranges = {"V": (-85.0, -35.0), "w": (-150.0, 500.0)}
    current_unit = "pA"
    method = "rk4"
    dt = 0.05
    ordered: ClassVar = (
        ("V_T", "V_peak", "it would fire before the exponential sets in"),
        ("V_reset", "V_peak", "it would fire again at once, at every step"),
    )

    C: float = param(281.0, "pF", "membrane capacitance", symbol="C", slider=(50, 500), above=0, why=WHY_C)
    g_L: float = param(30.0, "nS", "leak conductance", symbol="g_L", slider=(1, 60), above=0, why=WHY_G)
    E_L: float = param(-70.6, "mV", "leak reversal potential", symbol="E_L", slider=(-90, -50))
    V_T: float = param(-50.4, "mV", "soft threshold", symbol="V_T", slider=(-60, -40))
    Delta_T: float = param(
        2.0, "mV", "sharpness of the spike onset", symbol=r"\Delta_T", slider=(0.5, 5), above=0, why=WHY_DELTA
    )
    a: float = param(4.0, "nS", "adaptation below threshold", symbol="a", slider=(-20, 20))
    tau_w: float = param(
        144.0,
        "ms",
        "time constant of adaptation",
        symbol=r"\tau_w",
        slider=(10, 500),
        above=0,
        why="w would grow without end",
    )
    b: float = param(80.5, "pA", "adaptation by each spike", symbol="b", slider=(0, 200))
    V_reset: float = param(-70.6, "mV", "reset potential", symbol=r"V_{reset}", slider=(-80, -40))
    V_peak: float = param(0.0, "mV", "where the spike is cut off", symbol=r"V_{peak}", slider=(-30, 30))
    t_ref: float = param(0.0, "ms", "refractory period", **REFRACTORY)

    def initial(self):
        return self.E_L, 0.0 * self.E_L

    def derivative(self, V, w, I):
        V = bm.minimum(V, self.V_peak)  # beyond it the spike is over, and w must not see how far a step overshot
        dV = (-self.g_L * (V - self.E_L) + self.g_L * upstroke(V, self.V_T, self.Delta_T) - w + I) / self.C
        dw = (self.a * (V - self.E_L) - w) / self.tau_w
        return dV, dw

    @property
    def threshold(self):
        return self.V_peak

    def reset(self, V, w):
        return self.V_reset + 0 * V, w + self.b

    def saddle_node(self):
        """pA; above it there is no fixed point (a > -g_L)."""
        ratio = self.a / self.g_L
        return (self.g_L + self.a) * (self.V_T - self.E_L - self.Delta_T + self.Delta_T * bm.log(1 + ratio))

    def hopf(self):
        """pA; where rest loses its stability to an oscillation. It does so before the saddle-node if a/g_L > tau_m/tau_w."""
        ratio = self.C / self.g_L / self.tau_w
        depolarised = self.V_T - self.E_L + self.Delta_T * bm.log(1 + ratio)
        return (self.g_L + self.a) * depolarised - self.g_L * self.Delta_T * (1 + ratio)


def _pattern(C, g_L, E_L, V_T, Delta_T, a, tau_w, b, V_reset, I):
    model = AdEx(C=C, g_L=g_L, E_L=E_L, V_T=V_T, Delta_T=Delta_T, a=a, tau_w=tau_w, b=b, V_reset=V_reset)
    return model, Drive(functools.partial(_constant, I), duration=500.0, dt=0.01)


def _constant(I, t):
    return I + 0.0 * t


# name -> (model, drive): a constant current for 500 ms from rest. Naud et al. (2008), table 1.
PATTERNS = {
    "tonic": _pattern(200, 10, -70, -50, 2, 2, 30, 0, -58, 500),
    "adaptation": _pattern(200, 12, -70, -50, 2, 2, 300, 60, -58, 500),
    "initial burst": _pattern(130, 18, -58, -50, 2, 4, 150, 120, -50, 400),
    "regular bursting": _pattern(200, 10, -58, -50, 2, 2, 120, 100, -46, 210),
    "delayed accelerating": _pattern(200, 12, -70, -50, 2, -10, 300, 0, -58, 300),
    "delayed regular bursting": _pattern(100, 10, -65, -50, 2, -10, 90, 30, -47, 110),
    "transient": _pattern(100, 10, -65, -50, 2, 10, 90, 100, -47, 180),
    "irregular": _pattern(100, 12, -60, -50, 2, -11, 130, 30, -48, 160),
}
