"""KineticNMDA: the NMDA receptor as a two-state scheme that binds transmitter."""

from __future__ import annotations

from ..params import param
from ._transmitter import bind, concentration, duration, rate, release
from .nmda import MAGNESIUM, magnesium_block
from .synapse import Synapse, reversal


class KineticNMDA(Synapse):
    r"""NMDA receptor as a two-state scheme: slow excitation, blocked by magnesium at rest.

    $$\frac{dr}{dt} = \alpha T (1 - r) - \beta r, \qquad I = g\, B(V)\, (E_{rev} - V)$$

    Each spike lets go a pulse of transmitter T; r is the fraction of receptors that have bound it. B(V) is
    `magnesium_block`. One spike opens 7 % of them; `NMDA` is the form that saturates within a few spikes.

    Source: Destexhe, Mainen & Sejnowski, Neural Comput. 6 (1994) 14 (the scheme); the same, Kinetic models of synaptic
    transmission, in Koch & Segev (eds.), Methods in Neuronal Modeling, 2nd ed. (1998), ch. 1 (the values).

    >>> synapse = KineticNMDA()
    >>> r, left = synapse.advance(*synapse.initial(), True, dt=1.0)
    >>> print(f"{r:.5f} after the pulse")
    0.06924 after the pulse
    """

    side = "pre"
    states = ("r", "left")
    units = {"r": "1", "left": "ms"}  # left: how much longer there is transmitter

    alpha: float = rate(0.072, "1/(mM ms)", "binding rate", r"\alpha", (0.01, 1))
    beta: float = rate(0.0066, "1/ms", "unbinding rate", r"\beta", (0.001, 0.1))
    T: float = concentration()
    pulse: float = duration()
    Mg: float = param(1.0, "mM", "magnesium outside", **MAGNESIUM)
    E_rev: float = reversal(0.0)

    def initial(self):
        return 0.0, 0.0

    def advance(self, r, left, spikes, dt):
        on, left = release(left, spikes, self.pulse, dt)
        return bind(r, on, dt - on, self.alpha * self.T, self.beta), left

    def output(self, r, left):
        return r

    def current(self, g, V):
        return g * magnesium_block(V, self.Mg) * (self.E_rev - V)
