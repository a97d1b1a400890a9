"""GABA_B: slow inhibition that needs a burst."""

from __future__ import annotations

from .. import math as bm
from ..params import param
from ._decay import mean_decay
from ._transmitter import bind, concentration, duration, rate, release
from .synapse import Synapse, reversal

WHY_HILL = "the channels would close where there is more G-protein"


class GABA_B(Synapse):
    r"""GABA_B receptor: it activates G-proteins, and only where four of them come together a potassium channel opens.

    $$\frac{dr}{dt} = K_1 T (1 - r) - K_2 r, \qquad \frac{ds}{dt} = K_3 r - K_4 s, \qquad
    I = g\, \frac{s^n}{s^n + K_d}\, (E_{rev} - V)$$

    Each spike lets go a pulse of transmitter T; r is the fraction of receptors that have bound it, s the concentration of
    activated G-protein. With n = 4 one spike does next to nothing, and ten in a row do a thousand times as much.

    Source: Destexhe, Mainen & Sejnowski, Kinetic models of synaptic transmission, in Koch & Segev (eds.), Methods in
    Neuronal Modeling, 2nd ed. (1998), ch. 1.

    >>> import brainlab as bl
    >>> one = bl.synapses.response(GABA_B(), [0.0], 500.0).g.max()
    >>> ten = bl.synapses.response(GABA_B(), [5.0 * i for i in range(10)], 500.0).g.max()
    >>> print(f"open at most: {one:.5f} after one spike, {ten:.2f} after ten")
    open at most: 0.00026 after one spike, 0.38 after ten
    """

    side = "pre"
    states = ("r", "s", "left")
    units = {"r": "1", "s": "uM", "left": "ms"}  # left: how much longer there is transmitter

    K1: float = rate(0.09, "1/(mM ms)", "binding rate", "K_1", (0.01, 1))
    K2: float = rate(0.0012, "1/ms", "unbinding rate", "K_2", (0.0001, 0.01))
    K3: float = rate(0.18, "uM/ms", "production of G-protein", "K_3", (0.01, 1))
    K4: float = rate(0.034, "1/ms", "decay of G-protein", "K_4", (0.005, 0.2))
    Kd: float = param(
        100.0, "uM^n", "where half of the channels are open", symbol="K_d", slider=(1, 500), above=0, why=WHY_HILL
    )
    n: float = param(4.0, "1", "binding sites of a channel", symbol="n", slider=(1, 6), above=0, why=WHY_HILL)
    T: float = concentration()
    pulse: float = duration()
    E_rev: float = reversal(-95.0)

    def initial(self):
        return 0.0, 0.0, 0.0

    def advance(self, r, s, left, spikes, dt):
        on, left = release(left, spikes, self.pulse, dt)
        r, s = self._bound(r, s, on, self.K1 * self.T)
        r, s = self._bound(r, s, dt - on, 0.0)
        return r, s, left

    def _bound(self, r, s, t, binding):
        """r and s after t ms of constant transmitter: r goes to a plateau, and s follows both in closed form."""
        plateau = binding / (binding + self.K2)
        fast, slow = (binding + self.K2) * t, self.K4 * t
        made = plateau * mean_decay(0.0, slow) + (r - plateau) * mean_decay(fast, slow)
        return bind(r, t, 0.0, binding, self.K2), s * bm.exp(-slow) + self.K3 * t * made

    def output(self, r, s, left):
        powered = bm.where(s > 0, s, 1.0) ** self.n  # the gradient of 0**n with respect to n is NaN
        return bm.where(s > 0, powered / (powered + self.Kd), 0.0)
