"""Where a field is zero in a plane: level curves of a grid by marching squares, joined to lines."""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
import numpy as np


@functools.partial(jax.jit, static_argnames=("field",))
def grid_values(field, p, xs, ys):
    """The field of two states at all points of a grid, (2, y, x). xs: (x,), ys: (y,)"""
    at = jax.vmap(jax.vmap(lambda x, y: field(jnp.stack((x, y)), p), (0, None), -1), (None, 0), -2)
    return at(xs, ys)


def zero_curves(values, xs, ys) -> np.ndarray:
    """The curves on which the values (y, x) over the grid are 0: (points, 2), one curve after the other with NaN between.

    A point lies on an edge of the grid whose ends differ in sign, where the cubic through the four nearest values is 0.
    Source of the cells' cases: Lorensen and Cline, Computer Graphics 21 (1987) 163, here in the plane.

    >>> xs = np.linspace(-2, 2, 41)
    >>> circle = zero_curves(xs**2 + xs[:, None]**2 - 1, xs, xs)
    >>> bool(abs(np.hypot(*circle.T) - 1).max() < 1e-5), circle.shape[1]
    (True, 2)
    """
    values, xs, ys = (np.asarray(a, float) for a in (values, xs, ys))
    (row, left), along_x = _crossings(values)
    (column, below), along_y = _crossings(values.T)
    points = np.concatenate(
        [
            np.column_stack([xs[left] + along_x * (xs[left + 1] - xs[left]), ys[row]]),
            np.column_stack([xs[column], ys[below] + along_y * (ys[below + 1] - ys[below])]),
        ]
    )
    ny, nx = values.shape
    flat, upright = np.full((ny, nx - 1), -1), np.full((ny - 1, nx), -1)  # the number of the point on each edge of the grid
    flat[row, left] = np.arange(len(row))
    upright[below, column] = np.arange(len(row), len(points))
    return _joined(points, _segments(values, flat, upright))


def _crossings(values):
    """Edges along the rows whose ends differ in sign, ((edge,), (edge,)), and how far along each the zero lies, (edge,)."""
    sign = values >= 0
    row, at = np.nonzero((sign[:, 1:] != sign[:, :-1]) & np.isfinite(values[:, 1:]) & np.isfinite(values[:, :-1]))
    last = values.shape[1] - 1
    f0, f1 = values[row, at], values[row, at + 1]
    before = np.where(at > 0, values[row, np.maximum(at - 1, 0)], 2 * f0 - f1)
    after = np.where(at + 2 <= last, values[row, np.minimum(at + 2, last)], 2 * f1 - f0)
    t = linear = f0 / (f0 - f1)
    for _ in range(2):  # Newton's steps on Lagrange's cubic through the four values, at -1, 0, 1, 2
        c1 = -before / 3 - f0 / 2 + f1 - after / 6
        c2, c3 = before / 2 - f0 + f1 / 2, (after - before) / 6 + (f0 - f1) / 2
        with np.errstate(all="ignore"):
            t = t - (f0 + t * (c1 + t * (c2 + t * c3))) / (c1 + t * (2 * c2 + t * 3 * c3))
    return (row, at), np.where((t >= 0) & (t <= 1), t, linear)


def _segments(values, flat, upright) -> np.ndarray:
    """Which points a cell joins, (segment, 2)."""
    bottom, top, left, right = flat[:-1], flat[1:], upright[:, :-1], upright[:, 1:]
    edges = np.stack([bottom, right, top, left], -1)
    count = (edges >= 0).sum(-1)
    two = edges[count == 2]
    pairs = two[two >= 0].reshape(-1, 2)
    four = edges[count == 4]  # all corners differ from their neighbours: the middle tells which of them hold together
    if len(four):
        corners = np.stack([values[:-1, :-1], values[:-1, 1:], values[1:, 1:], values[1:, :-1]], -1)[count == 4]
        along = (corners.mean(-1) >= 0) == (corners[:, 0] >= 0)
        swapped = np.where(along[:, None], four, four[:, [3, 0, 1, 2]])
        pairs = np.concatenate([pairs, swapped[:, :2], swapped[:, 2:]])
    return pairs


def _joined(points, segments) -> np.ndarray:
    """The points in the order in which the segments join them, NaN between two curves; a closed one ends where it began."""
    near: list[list[int]] = [[] for _ in points]
    for a, b in segments.tolist():
        near[a].append(b)
        near[b].append(a)
    order: list[int] = []
    left = [True] * len(points)
    ends = [i for i, n in enumerate(near) if len(n) == 1]
    for start in (*ends, *range(len(points))):  # what is left after the open curves are the closed ones
        if not left[start] or not near[start]:
            continue
        order += [-1] * bool(order)
        here, first = start, len(order)
        while here is not None:
            left[here] = False
            order.append(here)
            here = next((n for n in near[here] if left[n]), None)
        if len(order) - first > 2 and start in near[order[-1]]:
            order.append(start)
    return np.vstack([points, [[np.nan, np.nan]]])[order]
