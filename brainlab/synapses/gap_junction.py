"""GapJunction: an electrical synapse, two cells joined by a conductance."""

from __future__ import annotations

from .. import math as bm
from .synapse import Synapse, _numbers, refuse_negative


class GapJunction(Synapse):
    r"""Gap junction: current flows from the cell that is more depolarised, whether it spikes or not.

    $$I_i = \sum_j w_{ij}\, (V_j - V_i)$$

    The weight is the conductance. There is no state, no delay and no parameter; both cells feel it, so the connection
    should be symmetric.

    Source: Bennett, Ann. N. Y. Acad. Sci. 137 (1966) 509; Connors & Long, Annu. Rev. Neurosci. 27 (2004) 393.

    >>> junction = GapJunction()
    >>> junction.current(0.1 * -50.0, 0.1, -65.0)
    1.5
    >>> slow, fast = junction.coupling(0.1, 0.1), junction.coupling(0.1, 0.1, C=1.0, frequency=100.0)
    >>> print(f"{slow:.2f} of a constant potential arrives, {fast:.2f} of one that changes at 100 Hz")
    0.50 of a constant potential arrives, 0.15 of one that changes at 100 Hz
    """

    side = "gap"

    def initial(self):
        return ()

    def current(self, driven, total, V):
        """The current into a cell at V (mV).

        driven : the sum of w_ij V_j: the potentials of the others through the connection, `V @ connection`
        total  : the sum of w_ij, of its conductances
        """
        return driven - total * V

    def coupling(self, g_c, g_L, C=0.0, frequency=0.0):
        r"""The coupling coefficient: how much of the potential of one cell arrives in another one that is at rest.

        $$\left|\frac{g_c}{g_c + g_L + i \omega C}\right|$$

        g_c, g_L  : conductance of the junction, and leak of the cell (uS)
        C         : its capacitance (nF)
        frequency : Hz; fast signals, such as spikes, pass badly: it is a low-pass filter
        """
        return g_c / bm.hypot(g_c + g_L, 2e-3 * bm.pi * frequency * C)

    def sign(self, V):
        """0: it pulls two cells together, which excites one and inhibits the other."""
        return 0.0

    def check_weight(self, weights):
        values = _numbers(self, weights)
        if values is not None:
            refuse_negative(self, values, "current would flow uphill, and two cells drive each other apart", "weight=0.1")
