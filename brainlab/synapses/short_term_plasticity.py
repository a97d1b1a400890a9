"""ShortTermPlasticity: a synapse that tires, or warms up, within a second."""

from __future__ import annotations

from .. import math as bm
from ..models.base import Model
from ..params import param

WHY_U = "it is the share of the vesicles that one spike lets go"
WHY_TAU = "a synapse cannot recover before it was used"


class ShortTermPlasticity(Model):
    r"""Short-term plasticity: a spike releases the share u of the resources x that are there; both recover by themselves.

    $$\frac{du}{dt} = -\frac{u}{\tau_f}, \quad \frac{dx}{dt} = \frac{1 - x}{\tau_d}, \qquad \text{spike: }
    u \leftarrow u + U (1 - u), \quad A = u\, x, \quad x \leftarrow x - A$$

    The release A takes the place of the spike: it is what the weight is multiplied by. Depression comes from x, which
    needs tau_d to recover; facilitation from u, which remembers spikes for tau_f. tau_f = 0 is a synapse that does not
    facilitate, tau_d = 0 one that does not tire. One (u, x) per neuron that sends, for all its synapses.

    u must be raised before the release: releasing with the u of before is a common mistake, and then the first spike after
    a pause releases nothing. The form in which u relaxes to U instead of 0 gives the same releases. `SETS` has
    "depression" (the default values) and "facilitation".

    Source: Tsodyks & Markram, PNAS 94 (1997) 719; Tsodyks, Pawelzik & Markram, Neural Comput. 10 (1998) 821.

    >>> synapse = ShortTermPlasticity()
    >>> u, x, release = synapse.advance(*synapse.initial(), True, dt=50.0)
    >>> u, x, again = synapse.advance(u, x, True, dt=50.0)
    >>> print(f"{release:.3f}, and 50 ms later {again:.3f}")
    0.500, and 50 ms later 0.265
    """

    states = ("u", "x")
    units = {"u": "1", "x": "1"}

    U: float = param(0.5, "1", "share that a spike releases", symbol="U", slider=(0.01, 1), above=0, at_most=1, why=WHY_U)
    tau_f: float = param(
        0.0, "ms", "time constant of facilitation", symbol=r"\tau_f", slider=(0, 2000), at_least=0, why=WHY_TAU
    )
    tau_d: float = param(
        800.0, "ms", "time constant of recovery", symbol=r"\tau_d", slider=(0, 2000), at_least=0, why=WHY_TAU
    )

    def initial(self):
        """Rested: nothing remembered, all resources there."""
        return 0.0, 1.0

    def advance(self, u, x, spikes, dt):
        """(u, x, release): the spikes arrive, then time goes on by dt (ms).

        spikes  : (neuron,) bool, or 0 and 1
        release : what each of them sends, u x at a spike and 0 elsewhere
        """
        u = u + self.U * (1 - u) * spikes
        release = u * x * spikes
        x = x - release
        return u * _kept(dt, self.tau_f), 1 - (1 - x) * _kept(dt, self.tau_d), release

    def steady(self, rate):
        r"""The release per spike that a regular train of `rate` Hz settles to, in closed form.

        $$A = u x, \quad u = \frac{U}{1 - (1 - U)\, e^{-\Delta/\tau_f}}, \quad
        x = \frac{1 - e^{-\Delta/\tau_d}}{1 - (1 - u)\, e^{-\Delta/\tau_d}}, \quad \Delta = 1/\text{rate}$$

        >>> print(f"{ShortTermPlasticity().steady(20.0):.4f}")
        0.0571
        """
        interval = 1000.0 / rate
        remembered, tired = _kept(interval, self.tau_f), _kept(interval, self.tau_d)
        u = self.U / (1 - (1 - self.U) * remembered)
        return u * (1 - tired) / (1 - (1 - u) * tired)


def _kept(t, tau):
    """exp(-t/tau), and 0 for tau = 0: gone at once."""
    return bm.where(tau > 0, bm.exp(-t / bm.where(tau > 0, tau, 1.0)), 0.0)


SETS = {
    "depression": ShortTermPlasticity(),
    "facilitation": ShortTermPlasticity(U=0.05, tau_f=1000.0, tau_d=100.0),
}
