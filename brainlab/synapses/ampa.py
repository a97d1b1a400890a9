"""AMPA: fast excitation."""

from __future__ import annotations

from ._transmitter import bind, concentration, duration, rate, release
from .synapse import Synapse, reversal


class AMPA(Synapse):
    r"""AMPA receptor: fast excitation by glutamate.

    $$\frac{dr}{dt} = \alpha T (1 - r) - \beta r$$

    Each spike lets go a pulse of transmitter T; r is the fraction of receptors that have bound it, and are open. A spike
    during a pulse prolongs it. r saturates: one spike opens 62 % of them, a hundred can open no more than all.

    Source: Destexhe, Mainen & Sejnowski, Neural Comput. 6 (1994) 14 (the scheme); the same, Kinetic models of synaptic
    transmission, in Koch & Segev (eds.), Methods in Neuronal Modeling, 2nd ed. (1998), ch. 1 (the values).

    >>> synapse = AMPA()
    >>> r, left = synapse.advance(*synapse.initial(), True, dt=1.0)
    >>> print(f"{r:.5f} after the pulse")
    0.61799 after the pulse
    """

    side = "pre"
    states = ("r", "left")
    units = {"r": "1", "left": "ms"}  # left: how much longer there is transmitter

    alpha: float = rate(1.1, "1/(mM ms)", "binding rate", r"\alpha", (0.1, 5))
    beta: float = rate(0.19, "1/ms", "unbinding rate", r"\beta", (0.02, 1))
    T: float = concentration()
    pulse: float = duration()
    E_rev: float = reversal(0.0)

    def initial(self):
        return 0.0, 0.0

    def advance(self, r, left, spikes, dt):
        on, left = release(left, spikes, self.pulse, dt)
        return bind(r, on, dt - on, self.alpha * self.T, self.beta), left

    def output(self, r, left):
        return r
