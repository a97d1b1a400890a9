"""EIF: the exponential integrate-and-fire neuron."""

from __future__ import annotations

from typing import ClassVar

from .. import math as bm
from ..params import param
from .lif import REFRACTORY, WHY_RESET
from .neuron import Neuron

WHY_C = "charge would lower the voltage that it should raise"
WHY_G = "V would run away from rest instead of towards it"
WHY_DELTA = "the spike would point downwards; at 0 the equation divides by 0 (a LIF neuron is the limit)"


class EIF(Neuron):
    r"""Exponential integrate-and-fire neuron: a leak, and the sodium current at the onset of a spike.

    $$C \frac{dV}{dt} = -g_L (V - E_L) + g_L \Delta_T e^{(V - V_T)/\Delta_T} + I,
    \qquad V \ge V_{peak} \Rightarrow V \leftarrow V_{reset}$$

    V_T is where the slope of the right-hand side is zero: at rheobase V stops there. I in uA/cm2.

    Source: Fourcaud-Trocme, Hansel, van Vreeswijk & Brunel, J. Neurosci. 23 (2003) 11628, whose values (fitted to the
    Wang-Buzsaki neuron) are the defaults.

    >>> f"{EIF().rheobase():.3f} uA/cm2"
    '0.162 uA/cm2'
    """

    states = ("V",)
    units = {"V": "mV"}
    ranges = {"V": (-80.0, -45.0)}
    current_unit = "uA/cm2"
    method = "rk4"
    dt = 0.05
    ordered: ClassVar = (("V_T", "V_peak", "it would fire before the exponential sets in"), ("V_reset", "V_peak", WHY_RESET))

    C: float = param(1.0, "uF/cm2", "membrane capacitance", symbol="C", slider=(0.5, 3), above=0, why=WHY_C)
    g_L: float = param(0.1, "mS/cm2", "leak conductance", symbol="g_L", slider=(0.02, 0.5), above=0, why=WHY_G)
    E_L: float = param(-65.0, "mV", "leak reversal potential", symbol="E_L", slider=(-80, -50))
    V_T: float = param(-59.9, "mV", "soft threshold", symbol="V_T", slider=(-65, -40))
    Delta_T: float = param(
        3.48, "mV", "sharpness of the spike onset", symbol=r"\Delta_T", slider=(0.5, 10), above=0, why=WHY_DELTA
    )
    V_peak: float = param(-30.0, "mV", "where the spike is cut off", symbol=r"V_{peak}", slider=(-40, 30))
    V_reset: float = param(-68.0, "mV", "reset potential", symbol=r"V_{reset}", slider=(-90, -55))
    t_ref: float = param(1.7, "ms", "refractory period", **REFRACTORY)

    def initial(self):
        return (self.E_L,)

    def derivative(self, V, I):
        V = bm.minimum(V, self.V_peak)  # beyond it the spike is over; stages of a step may look further
        spike_current = self.g_L * upstroke(V, self.V_T, self.Delta_T)
        return (-self.g_L * (V - self.E_L) + spike_current + I) / self.C

    @property
    def threshold(self):
        return self.V_peak

    def reset(self, V):
        return (self.V_reset + 0 * V,)

    def rheobase(self):
        """uA/cm2; above it there is no fixed point."""
        return self.g_L * (self.V_T - self.E_L - self.Delta_T)


def upstroke(V, V_T, Delta_T):
    r"""$\Delta_T e^{(V - V_T)/\Delta_T}$, mV, with the exponent held below 30.

    exp overflows in 32 bits at 88. With a sharp onset (small Delta_T) V gets there before V_peak cuts it off, and one
    step of inf makes NaN of everything. At exp(30) = 10^13 the neuron is beyond V_peak within any time step anyway.
    """
    return Delta_T * bm.exp(bm.minimum((V - V_T) / Delta_T, 30.0))
