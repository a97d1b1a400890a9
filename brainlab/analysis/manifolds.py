"""Separatrices: the trajectories that end at a saddle part the plane into the basins of what lies on either side."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from .. import svg
from ..integrate._steppers import stepper
from ._checks import positive, refuse
from ._drawing import curves, point_layers
from ._ranges import box, in_double
from ._system import System, label, system
from .fixed_points import FixedPoint, points_in


@dataclass(frozen=True)
class Separatrices:
    """The curves that end at a saddle and those that begin there.

    saddle   : the point
    stable   : [(points, n)], from the saddle outwards: what begins on them ends at the saddle
    unstable : [(points, n)], from the saddle to where its unstable directions lead
    """

    saddle: FixedPoint
    stable: list[np.ndarray] = field(repr=False)
    unstable: list[np.ndarray] = field(repr=False)
    units: dict[str, str] = field(repr=False)

    def __repr__(self):
        return f"Separatrices({self.saddle!r}, {len(self.stable)} stable, {len(self.unstable)} unstable)"

    def plot(self, x=None, y=None, width=560, height=420) -> svg.Picture:
        """Stable ones solid, unstable ones dashed. x, y: names of states; None: the first two."""
        names = self.saddle.states
        x, y = x or names[0], y or names[1]
        pick = [names.index(x), names.index(y)]
        layers = []
        for branches, name, color, dash in (
            (self.stable, "stable", svg.COLORS[0], "solid"),
            (self.unstable, "unstable", svg.COLORS[1], "dashed"),
        ):
            for i, branch in enumerate(branches):
                layers += curves(branch[:, pick], f"{name} manifold" if i == 0 else "", color, dash)
        axes = svg.Axes(
            label(x, self.units), label(y, self.units), layers=layers + point_layers([self.saddle], x, y), height=height
        )
        return svg.compose([axes], width=width, description=repr(self))


@in_double
def separatrices(target, saddle=None, ranges=None, *, length=5.0, start=None, args=None, **parameters) -> Separatrices:
    """The stable and unstable manifolds of a saddle, as far as they are curves.

    saddle   : a FixedPoint, or a state near it; None: the only saddle in the ranges
    ranges   : name -> (low, high); the curves end where they are far outside
    length   : of each curve, in widths of the box

    The curves begin a ten-thousandth of the box away from the saddle, along its eigenvectors, and follow the flow at even
    speed, the stable ones back in time. With more than two states only directions that stand alone (one real eigenvalue
    on that side of 0) are curves; a sheet is left out.

    Source: Parker and Chua, Practical Numerical Algorithms for Chaotic Systems (1989), ch. 6.

    >>> s = separatrices(lambda x, y, t: (x - x**3, -y), (0.0, 0.0), {"x": (-2, 2), "y": (-2, 2)})
    >>> s
    Separatrices(FixedPoint(x=0, y=0: saddle), 2 stable, 2 unstable)
    >>> sorted(round(float(branch[-1][0]), 3) for branch in s.unstable)
    [-1.0, 1.0]
    """
    found = system(target, start, args, **parameters)
    length = positive("length", length, 5.0)
    ranges = box(found, ranges)
    points = points_in(found, ranges)
    saddle = _saddle(found, saddle, ranges, points)
    width = ranges[:, 1] - ranges[:, 0]
    values, vectors = np.linalg.eig(saddle.jacobian)
    branches: dict[bool, list] = {True: [], False: []}
    for out in (True, False):
        side = np.flatnonzero((values.real > 0) == out)
        if len(side) == 1:
            way = vectors[:, side[0]].real
            way = way / np.abs(way / width).max()
            starts = saddle.y + 1e-4 * np.outer([1.0, -1.0], way)
            paths = np.asarray(_paths(found.field, found.dtyped(), starts, width, 1.0 if out else -1.0, round(500 * length)))
            branches[out] = [_trimmed(np.vstack([saddle.y, path]), ranges, points) for path in np.swapaxes(paths, 0, 1)]
    return Separatrices(saddle, branches[False], branches[True], found.units)


def _saddle(found: System, given, ranges, points) -> FixedPoint:
    saddles = [p for p in points if p.kind.startswith("saddle")]
    there = "; ".join(map(repr, points)) or "there is none in the ranges"
    if given is None:
        if len(saddles) != 1:
            raise refuse(
                f"there {f'are {len(saddles)} saddles' if saddles else 'is no saddle'} in the ranges: one is expected.",
                why=f"the fixed points: {there}",
                try_=f"saddle={tuple(saddles[0].y.round(3).tolist())}" if saddles else "other ranges or parameters",
            )  # fmt: skip
        return saddles[0]
    at = given.y if isinstance(given, FixedPoint) else np.asarray(given, float)
    if at.shape != (len(found.states),):
        raise refuse(f"saddle = {given!r:.60}: one number for each state, {', '.join(found.states)}.")
    width = ranges[:, 1] - ranges[:, 0]
    near = [p for p in saddles if np.abs((p.y - at) / width).max() < 0.05]
    if not near:
        raise refuse(f"there is no saddle near {at.round(4).tolist()}.", why=f"the fixed points: {there}")
    return min(near, key=lambda p: np.abs((p.y - at) / width).max())


@functools.partial(jax.jit, static_argnames=("field", "steps"))
def _paths(field, p, starts, width, sign, steps):
    """Along the flow at even speed, measured in widths of the box; slower only where it nearly stands. (steps + 1, k, n)"""
    starts = jnp.asarray(starts, jnp.result_type(float))
    step = stepper("rk4")

    def along(y, _):
        f = jax.vmap(lambda y: field(y, p))(y)
        return sign * f / (jnp.linalg.norm(f / width, axis=-1, keepdims=True) + jnp.finfo(y.dtype).tiny)

    def one(y, _):
        y = step(along, y, 0.0, 1 / 500)
        return y, y

    return jnp.concatenate([starts[None], lax.scan(one, starts, None, length=steps)[1]])


def _trimmed(path, ranges, points) -> np.ndarray:
    """Without what is far outside, and up to the point in which it ends instead of the trembling about it."""
    low, high = ranges.T
    width = high - low
    outside = ~np.isfinite(path).all(1) | ((path < low - width) | (path > high + width)).any(1)
    path = path[: int(np.argmax(outside))] if outside.any() else path
    slow = np.linalg.norm((path[10:] - path[:-10]) / width, axis=1) < 4 / 500  # ten steps that came no further than four
    if not slow[10:].any():
        return path
    end = 10 + int(np.argmax(slow[10:]))
    near = [p.y for p in points if np.abs((p.y - path[end]) / width).max() < 10 / 500]
    return np.vstack([path[:end], *near[:1]])
