"""WinnerTakeAll: points that excite themselves and inhibit all. When exactly one of them stays active, in closed form."""

from __future__ import annotations

import math

import numpy as np

from .. import math as bm
from ..math._array import unbox
from ..params import ParamError, param
from .dynamics import Dynamics
from .threshold_linear import SteadyState, ThresholdLinear
from .wilson_cowan import WHY_C, WHY_TAU


class WinnerTakeAll(Dynamics):
    r"""n points of a field: each excites itself, and inhibits all of them, itself too.

    $$\tau \frac{dr_i}{dt} = -r_i + \Big[w\, r_i - k \sum_j r_j + h_i\Big]_+$$

    It is the field of Amari with a kernel that is as narrow as it can be, and a bump of one point. Two points are a
    decision. With all points active the equation is linear: a *difference* between two of them grows as (w - 1)/tau, their
    *sum* as (w - 1 - n k)/tau. With one point active, its rate is h/(1 - w + k). So

    * w < 1: differences fade, and several points are active together;
    * 1 < w < 1 + k: they grow until one is left, however many points there are;
    * w > 1 + k: not even a single point is held back, and it runs away.

    The winner sends k/(1 - w + k) times its own input to the others: `hold`. Only who gets more than that can still take
    over, and in between a choice, once made, stays.

    Source: Amari & Arbib, in: Metzler (ed.), Systems Neuroscience (1977) 119; with threshold-linear points: Hahnloser,
    Sarpeshkar, Mahowald, Douglas & Seung, Nature 405 (2000) 947. The default values are ours, with round numbers.

    >>> net = WinnerTakeAll()
    >>> net.decides, net.hold
    (True, 2.0)
    >>> for state in net.steady_states():
    ...     print(state)
    SteadyState(r=[0, 40]: stable)
    SteadyState(r=[13.33, 13.33]: unstable)
    SteadyState(r=[40, 0]: stable)

    Twice the input of the winner is still not enough, a little more is:

    >>> [len(net.replace(h=np.array([20.0, h])).steady_states()) for h in (39.9, 40.1)]
    [3, 1]
    """

    states = ("r",)
    units = {"r": "Hz"}
    method = "rk4"
    dt = 1.0

    w: float = param(1.5, "1", "excitation of a point by itself", symbol="w", slider=(0, 3), at_least=0, why=WHY_C)
    k: float = param(1.0, "1", "inhibition of every point by each", symbol="k", slider=(0, 3), at_least=0, why=WHY_C)
    h: np.ndarray = param(np.array([20.0, 20.0]), "Hz", "input of each point", symbol="h", slider=(0, 50))
    tau: float = param(10.0, "ms", "time constant", symbol=r"\tau", slider=(1, 50), above=0, why=WHY_TAU)

    def __post_init__(self):
        super().__post_init__()
        if np.ndim(unbox(self.h)) != 1 or not np.size(unbox(self.h)):
            raise ParamError(
                f"WinnerTakeAll.h has shape {np.shape(unbox(self.h))}: one number for each point is expected.",
                why="there are as many points as inputs, and a race needs two",
                try_="WinnerTakeAll(h=np.array([20.0, 21.0]))",
            )

    @property
    def size(self) -> int:
        """How many points there are."""
        return np.shape(unbox(self.h))[0]

    def initial(self):
        """Silence: (n,)."""
        return (bm.zeros(self.size),)

    def derivative(self, r):
        """r: (..., n) Hz."""
        return (bm.maximum(self.w * r - self.k * r.sum(-1, keepdims=True) + self.h, 0.0) - r) / self.tau

    @property
    def growth(self):
        """(of differences, of the sum) 1/ms, while all points are active: the eigenvalues."""
        return (self.w - 1) / self.tau, (self.w - 1 - self.size * self.k) / self.tau

    @property
    def decides(self) -> bool:
        """Is one point left in the end, whatever the inputs above 0?"""
        return 1.0 < self.w < 1.0 + self.k

    @property
    def hold(self) -> float:
        """How many times the winner's input another point must get to take over; below 1 where none of them wins alone."""
        return self.k / (1 - self.w + self.k) if self.w < 1 + self.k else math.inf

    def network(self) -> ThresholdLinear:
        """The same, with the weights written out."""
        return ThresholdLinear(W=self.w * bm.eye(self.size) - self.k, h=bm.asarray(self.h), tau=self.tau)

    def steady_states(self) -> list[SteadyState]:
        """All rates that stay. With w = 1 two points fill a line with them, which is an error: no weight is that exact."""
        return self.network().steady_states()
