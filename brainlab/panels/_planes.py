"""What panels with a phase plane share: which fixed points are in the picture, how they look, the arrows of the field."""

from __future__ import annotations

import numpy as np

from ..analysis._newton import distinct
from ..analysis._types import classify


def rest_points(roots, found, jacobians, box) -> list[tuple]:
    """(point, kind, eigenvalues) of each fixed point in the picture, from left to right.

    box : ((low, high), (low, high)) of both states
    """
    low, high = np.array(box, float).T
    good = np.flatnonzero(found & (roots > low).all(1) & (roots < high).all(1))
    good = good[distinct(roots[good], scale=high - low, tol=3e-3)] if len(good) else good
    values = [np.linalg.eigvals(jacobians[i].astype(float)) for i in good]
    points = [(roots[i], classify(v, tol=1e-4), v) for i, v in zip(good, values, strict=True)]
    return sorted(points, key=lambda point: point[0][0])


def appearance(kind: str) -> str:
    """How a fixed point looks: a centre, on the border, is not stable in the sense that states come to it."""
    return "saddle" if "saddle" in kind else "stable" if kind.startswith("stable") else "unstable"


def arrow_lines(at, slope):
    """x, y of short arrows with gaps between them. at, slope: (n, 2); fast ones are longer, but not by as much."""
    speed = np.linalg.norm(slope, axis=1, keepdims=True) + 1e-9
    along = slope / speed * (0.08 + 0.2 * speed / (speed + 1.0))
    across = along[:, ::-1] * [-1.0, 1.0]
    tip, gap = at + along / 2, np.full_like(at, np.nan)
    barbs = [tip - 0.35 * along + side * 0.2 * across for side in (1, -1)]
    return np.stack([at - along / 2, tip, barbs[0], tip, barbs[1], gap], 1).reshape(-1, 2).T
