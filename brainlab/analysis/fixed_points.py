"""Fixed points: where nothing changes, and what happens near by."""

from __future__ import annotations

from dataclasses import dataclass, field

import jax.numpy as jnp
import numpy as np

from ._checks import whole
from ._newton import distinct, zeros
from ._ranges import box, in_double, spread
from ._system import System, system
from ._types import classify, unstable_directions

_SEARCHES = 64


@dataclass(frozen=True)
class FixedPoint:
    """A state that stays.

    y           : (n,) in the order of `states`; by name: point["v"]
    eigenvalues : (n,) complex, of the Jacobian there, per unit of time
    kind        : "stable node", "saddle", ...: see `classify`
    jacobian    : (n, n) d f_i / d y_j
    """

    states: tuple[str, ...]
    y: np.ndarray
    eigenvalues: np.ndarray
    kind: str
    jacobian: np.ndarray = field(repr=False)

    def __getitem__(self, name: str) -> float:
        return float(self.y[self.states.index(name)])

    @property
    def stable(self) -> bool:
        """What begins close by comes back."""
        return self.kind in ("stable node", "stable focus")

    @property
    def unstable_directions(self) -> int:
        return unstable_directions(self.eigenvalues)

    def __repr__(self):
        at = ", ".join(f"{name}={value:.4g}" for name, value in zip(self.states, rounded(self.y), strict=True))
        return f"FixedPoint({at}: {self.kind})"


def rounded(y):
    """Without the 1e-17 that stands for 0."""
    return np.round(np.asarray(y, float), 12) + 0.0


def make_point(states, y, jacobian) -> FixedPoint:
    values = np.linalg.eigvals(jacobian)
    values = values[np.lexsort((-values.imag, -values.real))]  # the slowest to come back, or the fastest to leave, first
    return FixedPoint(tuple(states), np.asarray(y, float), values, classify(values), np.asarray(jacobian))


def find(field, p, low, high, starts, width=None) -> list:
    """[(y, jacobian)] of the distinct zeros in a box, in the order of the first state. low, high: (n,)

    width : (n,) what is far in each state; None: the box
    """
    width = high - low if width is None else width
    found = zeros(field, p, jnp.asarray(starts), jnp.asarray(width))
    y, fine, jacobian = (np.asarray(a) for a in (found.y, found.converged, found.jacobian))
    fine = fine & (y >= low - 1e-6 * width).all(1) & (y <= high + 1e-6 * width).all(1) & np.isfinite(jacobian).all((1, 2))
    best = np.flatnonzero(fine)[np.argsort(np.asarray(found.residual)[fine], kind="stable")]
    best = best[distinct(y[best], width)] if len(best) else best
    return [(y[i], jacobian[i]) for i in sorted(best, key=lambda i: tuple(y[i]))]


@in_double
def fixed_points(target, ranges=None, *, start=None, args=None, n=_SEARCHES, **parameters) -> list[FixedPoint]:
    r"""All states in a box that stay: $f(y, p) = 0$, with their eigenvalues and kinds.

    target     : any model, or a function f(x, y, ..., t, parameters...) -> derivatives
    ranges     : name -> (low, high), or one pair for each state; states that are not named get the range that
                 trajectories visit
    parameters : values by name, of a model's inputs too
    start      : a function of one vector needs it, to know its length
    n          : searches, begun evenly in the box and at the start. All run at once; with many states, or zeros close to
                 each other, take more
    returns    : in the order of the first state; empty if there is none

    Newton's method with Marquardt's damping. No method that evaluates f at points can promise that it found all zeros.

    >>> import brainlab as bl
    >>> fixed_points(lambda x, t, r=1.0: r * x - x**3, {"x": (-2, 2)})
    [FixedPoint(x=-1: stable node), FixedPoint(x=0: unstable node), FixedPoint(x=1: stable node)]
    >>> fixed_points(bl.FitzHughNagumo(), I=0.5)
    [FixedPoint(v=-0.8048, w=-0.1311: unstable focus)]
    """
    found = system(target, start, args, **parameters)
    return points_in(found, box(found, ranges), whole("n", n, 1, example=_SEARCHES))


def points_in(found: System, ranges, n=_SEARCHES) -> list[FixedPoint]:
    low, high = ranges.T
    starts = np.vstack([np.clip(found.start, low, high), low + (high - low) * spread(n, len(low))])
    return [make_point(found.states, y, J) for y, J in find(found.field, found.dtyped(), low, high, starts)]
