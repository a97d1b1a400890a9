"""ThresholdLinear: rate units that are linear above their threshold and silent below it. Its steady states are algebra."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from .. import math as bm
from ..math._array import unbox
from ..params import ParamError, param
from .dynamics import Dynamics

MOST_UNITS = 14  # 2**14 sets of active units take a second


class ThresholdLinear(Dynamics):
    r"""n rate units that excite and inhibit each other: linear above threshold, silent below.

    $$\tau \frac{dr}{dt} = -r + [W r + h]_+, \qquad [x]_+ = \max(x, 0)$$

    W (n, n): row i holds what unit i receives, W[i, j] from unit j. h, tau: one number or (n,). The default values are two
    units that inhibit each other: the one that is ahead wins. As soon as it is known which units are active, all is
    linear: `steady_states` looks at every set of them.

    Source: Hartline & Ratliff, J. Gen. Physiol. 40 (1957) 357 (the eye of the horseshoe crab); sets of active units:
    Hahnloser, Sarpeshkar, Mahowald, Douglas & Seung, Nature 405 (2000) 947.

    >>> for state in ThresholdLinear().steady_states():
    ...     print(state)
    SteadyState(r=[0, 1]: stable)
    SteadyState(r=[0.3333, 0.3333]: unstable)
    SteadyState(r=[1, 0]: stable)

    It runs as any equation does, and there is a gradient by every weight:

    >>> import brainlab as bl
    >>> net = ThresholdLinear(h=[1.0, 1.1])
    >>> run = bl.solve_ode(lambda r, t, net: net.derivative(r), *net.initial(), 0.0, 300.0, dt=1.0, args=(net,))
    >>> run.y[-1].round(3)
    Array([0. , 1.1], dtype=float32)
    """

    states = ("r",)
    units = {"r": "Hz"}
    method = "rk4"
    dt = 1.0

    W: np.ndarray = param(np.array([[0.0, -2.0], [-2.0, 0.0]]), "1", "weights between the units", symbol="W", slider=(-3, 3))
    h: float = param(1.0, "Hz", "input from outside", symbol="h", slider=(-10, 50))
    tau: float = param(
        10.0,
        "ms",
        "time constant",
        symbol=r"\tau",
        slider=(1, 50),
        above=0,
        why="the rate would run away from what drives it instead of towards it",
    )

    def __post_init__(self):
        super().__post_init__()
        shape = np.shape(unbox(self.W))
        if len(shape) != 2 or shape[0] != shape[1]:
            raise ParamError(
                f"ThresholdLinear.W has shape {shape}: it must be square.",
                why="row i holds what unit i receives from each unit",
                try_="ThresholdLinear(W=[[0.0, -2.0], [-2.0, 0.0]])",
            )
        for name in ("h", "tau"):
            given = np.shape(unbox(getattr(self, name)))
            if given not in ((), shape[:1]):
                raise ParamError(
                    f"ThresholdLinear.{name} has shape {given}, and W is {shape}: there are {shape[0]} units.",
                    why="it is one number for all units, or one for each",
                    try_=f"{name}=np.full({shape[0]}, {10.0 if name == 'tau' else 1.0})",
                )

    @property
    def size(self) -> int:
        """How many units there are."""
        return np.shape(unbox(self.W))[0]

    def initial(self):
        """Silence: (n,)."""
        return (bm.zeros(self.size),)

    def derivative(self, r):
        """r: (..., n) Hz."""
        return (bm.maximum(r @ bm.asarray(self.W).T + self.h, 0.0) - r) / self.tau

    def steady_states(self) -> list[SteadyState]:
        r"""All rates that stay, in the order of the first unit's.

        With the active units A known, $r_A = (1 - W_{AA})^{-1} h_A$, which must be above 0; the input $W r + h$ of all
        others must not be. All 2^n sets are tried. One whose $1 - W_{AA}$ has no inverse has no state, or a line of them,
        which is an error: such a network integrates its input, and no weight of a real one is that exact.
        """
        W = np.asarray(unbox(self.W), float)
        n = self.size
        if n > MOST_UNITS:
            raise ParamError(
                f"{n} units: steady_states takes {MOST_UNITS} at most.",
                why=f"it looks at every set of active units, and there are 2**{n} = {2.0**n:.1g}",
                try_="bl.solve_ode(lambda r, t, net: net.derivative(r), *net.initial(), 0.0, 1000.0, dt=1.0, args=(net,))",
            )
        h, tau = (np.broadcast_to(np.asarray(unbox(x), float), n) for x in (self.h, self.tau))
        sets = (np.arange(2**n)[:, None] >> np.arange(n) & 1).astype(bool)
        found = [state for active in sets if (state := _steady_state(W, h, tau, active)) is not None]
        return sorted(found, key=lambda state: tuple(state.r))


@dataclass(frozen=True)
class SteadyState:
    """Rates that stay.

    r           : (n,) Hz
    active      : (n,) bool, the units above threshold
    stable      : what begins close by comes back
    eigenvalues : (n,) complex, 1/ms
    response    : (n, n) d r_i / d h_j: how the rate of unit i follows the input of unit j, (1 - W)^-1 of the active units
    """

    r: np.ndarray
    active: np.ndarray
    stable: bool
    eigenvalues: np.ndarray = field(repr=False)
    response: np.ndarray = field(repr=False)

    def __repr__(self):
        return f"SteadyState(r=[{', '.join(f'{x:.4g}' for x in self.r)}]: {'stable' if self.stable else 'unstable'})"


def _steady_state(W, h, tau, active):
    """The steady state with exactly these units active, or None."""
    among = np.where(np.outer(active, active), W, 0.0)
    left = np.eye(len(W)) - among
    if np.linalg.svd(left, compute_uv=False)[-1] < 1e-12 * (1 + np.abs(W).max()):
        nearest = np.linalg.lstsq(left, active * h, rcond=None)[0]
        if np.allclose(left @ nearest, active * h, rtol=0, atol=1e-9 * (1 + np.abs(h).max())):
            units = ", ".join(map(str, np.flatnonzero(active)))
            raise ParamError(
                f"ThresholdLinear.W: with the units {units} active, 1 - W has no inverse: their steady states fill a line.",
                why="the units feed back exactly as much as they lose",
                try_="net.replace(W=0.999 * net.W)",
            )
        return None
    response = np.linalg.inv(left) * active  # the input of a silent unit changes nothing
    r = np.where(active, response @ h, 0.0)
    if (r[active] <= 0).any() or ((W @ r + h)[~active] > 0).any():
        return None
    eigenvalues = np.linalg.eigvals((among - np.eye(len(W))) / tau[:, None])
    return SteadyState(r, active, bool((eigenvalues.real < 0).all()), eigenvalues, response)
