"""EIRates: an excitatory and an inhibitory population, as simple as they can be. More input may make them less active."""

from __future__ import annotations

from .. import math as bm
from ..params import param
from .dynamics import Dynamics
from .threshold_linear import SteadyState, ThresholdLinear
from .wilson_cowan import WHY_C, WHY_TAU


class EIRates(Dynamics):
    r"""Two populations with threshold-linear rates: excitatory (E) and inhibitory (I).

    $$\tau_E \frac{dE}{dt} = -E + [w_{EE} E - w_{EI} I + h_E]_+, \qquad
    \tau_I \frac{dI}{dt} = -I + [w_{IE} E - w_{II} I + h_I]_+$$

    The paradox: with both active, $dI/dh_I = (1 - w_{EE}) / \det(1 - W)$. Where excitation alone would explode
    (w_EE > 1) and inhibition holds it, exciting the inhibitory cells makes them fire LESS: they first silence some of the
    excitation that they live on. Below w_EE = 1 they fire more, as one expects. In any other model of two populations the
    same is decided by the sign of d(dE/dt)/dE at the fixed point: `bl.analysis.fixed_points(model)[0].jacobian[0, 0]`.

    Source: Tsodyks, Skaggs, Sejnowski & McNaughton, J. Neurosci. 17 (1997) 4382; in visual cortex: Ozeki, Finn, Schaffer,
    Miller & Ferster, Neuron 62 (2009) 578. The default values are ours, with round numbers for the rates.

    >>> EIRates().steady_states()
    [SteadyState(r=[5, 6]: stable)]
    >>> EIRates(h_I=5.0).steady_states()
    [SteadyState(r=[2.5, 5]: stable)]
    """

    states = ("E", "I")
    units = {"E": "Hz", "I": "Hz"}
    ranges = {"E": (-1.0, 20.0), "I": (-1.0, 20.0)}
    method = "rk4"
    dt = 0.5

    w_EE: float = param(2.0, "1", "excitatory to excitatory", symbol="w_{EE}", slider=(0, 4), at_least=0, why=WHY_C)
    w_EI: float = param(2.5, "1", "inhibitory to excitatory", symbol="w_{EI}", slider=(0, 4), at_least=0, why=WHY_C)
    w_IE: float = param(2.0, "1", "excitatory to inhibitory", symbol="w_{IE}", slider=(0, 4), at_least=0, why=WHY_C)
    w_II: float = param(1.0, "1", "inhibitory to inhibitory", symbol="w_{II}", slider=(0, 4), at_least=0, why=WHY_C)
    h_E: float = param(10.0, "Hz", "input to the excitatory cells", symbol="h_E", slider=(-5, 30))
    h_I: float = param(2.0, "Hz", "input to the inhibitory cells", symbol="h_I", slider=(-5, 30))
    tau_E: float = param(20.0, "ms", "excitatory time constant", symbol=r"\tau_E", slider=(1, 50), above=0, why=WHY_TAU)
    tau_I: float = param(10.0, "ms", "inhibitory time constant", symbol=r"\tau_I", slider=(1, 50), above=0, why=WHY_TAU)

    def initial(self):
        """Silence."""
        return 0.0 * self.h_E, 0.0 * self.h_E

    def derivative(self, E, I):
        to_E = bm.maximum(self.w_EE * E - self.w_EI * I + self.h_E, 0.0)
        to_I = bm.maximum(self.w_IE * E - self.w_II * I + self.h_I, 0.0)
        return (to_E - E) / self.tau_E, (to_I - I) / self.tau_I

    def network(self) -> ThresholdLinear:
        """The same as two units of a `ThresholdLinear`, with a sign in front of what inhibits."""
        W = bm.array([[self.w_EE, -self.w_EI], [self.w_IE, -self.w_II]])
        return ThresholdLinear(W=W, h=bm.array([self.h_E, self.h_I]), tau=bm.array([self.tau_E, self.tau_I]))

    def steady_states(self) -> list[SteadyState]:
        """All rates (E, I) that stay, silent ones too; `.response[1, 1]` is dI/dh_I."""
        return self.network().steady_states()

    @property
    def inhibition_stabilised(self) -> bool:
        """Would excitation explode without inhibition? The border of the paradox, w_EE = 1."""
        return self.w_EE > 1.0
