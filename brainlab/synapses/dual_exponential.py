"""DualExponential: the synapse that rises with one time constant and decays with another."""

from __future__ import annotations

from .. import math as bm
from ..params import param
from ._decay import log_ratio, mean_decay
from .exponential import WHY_TAU
from .synapse import Synapse, reversal

WHY_RISE = "the conductance would fall below zero before it rises"


class DualExponential(Synapse):
    r"""Dual exponential synapse: a spike fills x, which empties into g; a spike of weight w gives the peak w.

    $$\frac{dx}{dt} = -\frac{x}{\tau_{rise}}, \quad \frac{dg}{dt} = \frac{x - g}{\tau_{decay}}, \qquad
    \text{spike: } x \leftarrow x + e^{t_{pk}/\tau_{rise}}\, w$$
    $$g(t) = w\,\frac{e^{-t/\tau_{decay}} - e^{-t/\tau_{rise}}}{e^{-t_{pk}/\tau_{decay}} - e^{-t_{pk}/\tau_{rise}}}, \qquad
    t_{pk} = \frac{\tau_{rise}\tau_{decay}}{\tau_{decay} - \tau_{rise}} \ln\frac{\tau_{decay}}{\tau_{rise}}$$

    Exchanged, the two time constants give the same curve. Equal ones are allowed: then it is the `Alpha` synapse.

    Source: Roth & van Rossum, Modeling synapses, in De Schutter (ed.), Computational Modeling Methods for
    Neuroscientists (2009), ch. 6; Dayan & Abbott, Theoretical Neuroscience (2001), section 5.8.

    >>> synapse = DualExponential(tau_rise=0.5, tau_decay=2.0)
    >>> x, g = synapse.advance(synapse.jump, 0.0, synapse.peak_time())
    >>> print(f"{g:.4f} at its peak, {synapse.peak_time():.4f} ms after the spike")
    1.0000 at its peak, 0.9242 ms after the spike
    """

    states = ("x", "g")
    units = {"x": "weight", "g": "weight"}

    tau_rise: float = param(0.5, "ms", "rise time constant", symbol=r"\tau_{rise}", slider=(0.1, 20), above=0, why=WHY_RISE)
    tau_decay: float = param(
        2.0, "ms", "decay time constant", symbol=r"\tau_{decay}", slider=(0.5, 150), above=0, why=WHY_TAU
    )
    E_rev: float | None = reversal(None)

    def initial(self):
        return 0.0, 0.0

    def peak_time(self):
        """ms from the spike to the peak."""
        return self.tau_rise * log_ratio(self.tau_rise / self.tau_decay)

    @property
    def jump(self):
        return bm.exp(self.peak_time() / self.tau_rise)  # at the peak dg/dt = 0: there g is what is left of x

    def advance(self, x, g, dt):
        rise, decay = dt / self.tau_rise, dt / self.tau_decay
        return x * bm.exp(-rise), g * bm.exp(-decay) + x * decay * mean_decay(rise, decay)

    def output(self, x, g):
        return g
