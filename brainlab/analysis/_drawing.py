"""How dynamics is drawn: arrows, nullclines, full and open points."""

from __future__ import annotations

import numpy as np

from .. import svg

X_COLOR, Y_COLOR, RUN_COLOR, ARROW_COLOR, POINT_COLOR = *svg.COLORS[:3], "#b5b5b5", "#222222"


def plane_axes(plane, height) -> svg.Axes:
    """The phase plane as a picture's axes."""
    axes = svg.Axes(
        plane.system.label(plane.x), plane.system.label(plane.y), "", plane.x_range, plane.y_range, height=height
    )
    axes.layers += arrow_layers(plane.arrows, plane.x_range, plane.y_range)
    for name, color in ((plane.x, X_COLOR), (plane.y, Y_COLOR)):
        axes.layers += curves(plane.nullclines[name], f"d{name}/dt = 0", color, "solid" if name == plane.x else "dashed")
    for run in plane.trajectories:
        axes.layers += curves(run.y, "", RUN_COLOR)
    axes.layers += point_layers(plane.fixed_points, plane.x, plane.y)
    return axes


def arrow_layers(arrows, x_range, y_range) -> list[svg.Layer]:
    """Arrows of one length that show the direction, one layer for each row."""
    size = np.array([x_range[1] - x_range[0], y_range[1] - y_range[0]])
    step = 0.7 / max(arrows.shape[:2])
    layers = []
    for row in arrows:
        at, way = row[:, :2] / size, row[:, 2:] / size
        length = np.hypot(*way.T)[:, None]
        way = np.where(length > 0, way / np.where(length > 0, length, 1.0), 0.0) * step
        side = way[:, ::-1] * [-1, 1]
        tip = at + way / 2
        none = np.full_like(at, np.nan)
        parts = [at - way / 2, tip, tip - 0.3 * way + 0.18 * side, none, tip, tip - 0.3 * way - 0.18 * side, none]
        points = np.stack(parts, 1).reshape(-1, 2) * size
        layers.append(svg.Layer(*points.T, color=ARROW_COLOR, width=0.9))
    return layers


def curves(points, label, color, dash="solid", most=600, width=1.6) -> list[svg.Layer]:
    """A curve in the plane, in pieces of `most` points, short enough to be drawn point by point: up to two for each pixel of
    the width. The label stands at the first."""
    points = np.asarray(points, float)
    points = points[:: max(len(points) // 3000, 1)]
    pieces = [points[i : i + most + 1] for i in range(0, max(len(points) - 1, 1), most)]
    return [
        svg.Layer(*piece.T, label=label if i == 0 else "", color=color, dash=dash, width=width)
        for i, piece in enumerate(pieces)
    ]


def point_layers(points, x, y) -> list[svg.Layer]:
    """Stable ones full, all others open."""
    layers = []
    for kind, stable in (("points", True), ("rings", False)):
        there = [p for p in points if p.stable == stable]
        if there:
            at = np.array([[p[x], p[y]] for p in there])
            layers.append(svg.Layer(*at.T, label="stable" if stable else "unstable", color=POINT_COLOR, kind=kind))
    return layers
