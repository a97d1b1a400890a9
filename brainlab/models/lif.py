"""LIF: the leaky integrate-and-fire neuron."""

from __future__ import annotations

from typing import ClassVar

from .. import math as bm
from ..params import param
from .neuron import Neuron

WHY_TAU = "V would run away from rest instead of towards it"
WHY_RESET = "it would fire again at once, at every step"
WHY_T_REF = "a neuron cannot be ready again before it has fired"
REFRACTORY = dict(
    symbol=r"t_{ref}", slider=(0, 20), at_least=0, why=WHY_T_REF
)  # of every integrate-and-fire model; only the default differs


class LIF(Neuron):
    r"""Leaky integrate-and-fire neuron: a leaky capacitor with a rule for spikes.

    $$\tau_m \frac{dV}{dt} = -(V - E_L) + R_m I, \qquad V \ge V_{th} \Rightarrow V \leftarrow V_{reset}$$

    After a spike V is held at V_reset for t_ref. I in nA (1 nA through 1 MOhm is 1 mV).

    Source: Lapicque (1907); Stein (1965); Gerstner et al., Neuronal Dynamics (2014), section 1.3. The default values are
    the teaching set of this course, near those of Dayan & Abbott (2001), figure 5.5.

    >>> neuron = LIF()
    >>> neuron.derivative(-65.0, 2.0)
    2.0
    >>> neuron.rheobase()
    1.5
    >>> print(f"{neuron.rate(2.0):.2f} Hz")
    63.04 Hz
    """

    states = ("V",)
    units = {"V": "mV"}
    current_unit = "nA"
    method = "exp_euler"  # exact for a current that is constant within a step
    ordered: ClassVar = (("V_reset", "V_th", WHY_RESET),)

    tau_m: float = param(10.0, "ms", "membrane time constant", symbol=r"\tau_m", slider=(1, 50), above=0, why=WHY_TAU)
    R_m: float = param(
        10.0, "MOhm", "membrane resistance", symbol="R_m", slider=(1, 50), above=0, why="current would flow uphill"
    )
    E_L: float = param(-65.0, "mV", "resting potential", symbol="E_L", slider=(-80, -45))
    V_th: float = param(-50.0, "mV", "threshold", symbol=r"V_{th}", slider=(-60, -30))
    V_reset: float = param(-65.0, "mV", "reset potential", symbol=r"V_{reset}", slider=(-90, -50))
    t_ref: float = param(2.0, "ms", "refractory period", **REFRACTORY)

    def initial(self):
        return (self.E_L,)

    def derivative(self, V, I):
        return (-(V - self.E_L) + self.R_m * I) / self.tau_m

    @property
    def threshold(self):
        return self.V_th

    def reset(self, V):
        return (self.V_reset + 0 * V,)

    def rheobase(self):
        """nA; the current that just reaches the threshold, after infinite time."""
        return (self.V_th - self.E_L) / self.R_m

    def rate(self, I):
        r"""Hz; how often it fires at constant current I (nA), in closed form.

        $$f = \frac{1}{t_{ref} + \tau_m \ln\frac{R_m I + E_L - V_{reset}}{R_m I + E_L - V_{th}}}$$
        """
        V_end = self.R_m * I + self.E_L  # where V would settle without a threshold
        fires = V_end > self.V_th
        above = bm.where(fires, V_end - self.V_th, 1.0)  # so that the logarithm and its gradient exist at every current
        from_reset = bm.where(fires, V_end - self.V_reset, 1.0)
        period = self.t_ref + self.tau_m * bm.log(from_reset / above)
        return bm.where(fires, 1000.0 / bm.where(fires, period, 1.0), 0.0)
