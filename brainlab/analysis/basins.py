"""Basins of attraction: where each start of a plane ends up."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from .. import svg
from ._checks import whole
from ._drawing import curves, point_layers
from ._flow import flow
from ._plane import plane
from ._ranges import in_double, time_step
from ._system import System, system
from .cycles import LimitCycle, limit_cycle
from .fixed_points import FixedPoint, points_in
from .phase_plane import other_states, plane_ranges, two_states
from .spikes import AnalysisError

_NEAR = 0.02  # of the box: an end this close to an attractor has arrived


@dataclass(frozen=True)
class Basins:
    """Which attractor each start of a plane goes to.

    x, y       : names of the two states
    xs, ys     : (n,) the starts
    labels     : (y, x) the number of the attractor; -1: none of them within the duration, or it ran away
    attractors : FixedPoint and LimitCycle objects
    """

    x: str
    y: str
    xs: np.ndarray = field(repr=False)
    ys: np.ndarray = field(repr=False)
    labels: np.ndarray = field(repr=False)
    attractors: list[FixedPoint | LimitCycle]
    system: System = field(repr=False)

    @property
    def shares(self) -> list[float]:
        """Of the plane, one for each attractor."""
        return [float((self.labels == i).mean()) for i in range(len(self.attractors))]

    def __repr__(self):
        parts = [f"{share:.1%} to {a!r}" for share, a in zip(self.shares, self.attractors, strict=True)]
        lost = float((self.labels < 0).mean())
        return f"Basins({self.x}, {self.y}: {'; '.join(parts + [f'{lost:.1%} to none'] * (lost > 0))})"

    def plot(self, width=560, height=420) -> svg.Picture:
        """A dot for each start, in the colour of its attractor."""
        x, y = np.meshgrid(self.xs, self.ys)
        layers = []
        for i, attractor in enumerate(self.attractors):
            here = self.labels == i
            color = svg.COLORS[i % len(svg.COLORS)]
            name = "cycle" if isinstance(attractor, LimitCycle) else f"{self.x} = {attractor[self.x]:.3g}"
            layers.append(svg.Layer(x[here], y[here], label=f"to {name}", color=color, kind="points"))
        for i, attractor in enumerate(self.attractors):
            if isinstance(attractor, LimitCycle):
                color = svg.COLORS[i % len(svg.COLORS)]
                layers += curves(np.stack([attractor[self.x], attractor[self.y]], 1), "", color, width=2.4)
        layers += point_layers([a for a in self.attractors if isinstance(a, FixedPoint)], self.x, self.y)
        ranges = (float(self.xs[0]), float(self.xs[-1])), (float(self.ys[0]), float(self.ys[-1]))
        axes = svg.Axes(self.system.label(self.x), self.system.label(self.y), "", *ranges, layers=layers, height=height)
        return svg.compose([axes], width=width, description=repr(self))


@in_double
def basins(
    target, x=None, y=None, x_range=None, y_range=None, *, n=40, duration=200.0, dt=None, held=None, start=None, args=None,
    **parameters,
) -> Basins:  # fmt: skip
    """Which attractor, fixed point or limit cycle, each start of a plane goes to.

    x, y             : which states; None: the first two. The further ones start where `held` says (name -> value), or at
                       the model's start, and then are free
    x_range, y_range : (low, high)
    n                : starts in each direction
    duration, dt     : of each run; what has not arrived by then has the label -1

    Attractors are the stable fixed points, and the cycles on which the other runs are found at the end.

    >>> basins(lambda x, y, t: (x - x**3, -y), x_range=(-2, 2), y_range=(-1, 1), n=10, duration=20.0)
    Basins(x, y: 50.0% to FixedPoint(x=-1, y=0: stable node); 50.0% to FixedPoint(x=1, y=0: stable node))
    """
    found = system(target, start, args, **parameters)
    whole("n", n, 2, example=40)
    dt, steps = time_step(found, duration, dt)
    axes = two_states(found, x, y)
    _, held = other_states(found, axes, (), held)
    low, high = plane_ranges(found, axes, x_range, y_range)
    f, given = plane(found, axes, (), held)
    xs, ys = (np.linspace(a, b, n) for a, b in zip(low, high, strict=True))
    grid = np.stack(np.meshgrid(xs, ys), -1).reshape(-1, 2)
    starts = np.tile(np.asarray(given[1]), (len(grid), 1))
    starts[:, list(axes)] = grid
    ends = np.asarray(flow(found.field, given[0], starts, dt, steps=steps, every=steps)[-1])
    attractors, labels = _attractors(found, ends, starts, duration, dt)
    return Basins(*(found.states[i] for i in axes), xs, ys, labels.reshape(n, n), attractors, found)


def _attractors(found, ends, starts, duration, dt):
    """(the attractors, the label of each end). A cycle is looked for from an end that is at no attractor known so far."""
    finite = np.isfinite(ends).all(1)
    labels = np.full(len(ends), -1)
    seen = np.vstack([ends[finite], starts])
    box = np.stack([seen.min(0), seen.max(0)], 1) + 1e-3 * np.array([-1.0, 1.0])
    width = np.ptp(box, axis=1)
    attractors: list = [p for p in points_in(found, box) if p.stable]
    for i, point in enumerate(attractors):
        labels[finite & _near(ends, point.y[None], width)] = i
    tried = labels >= 0
    for _ in range(8):
        left = np.flatnonzero(finite & ~tried)
        if not len(left):
            break
        first = left[0]
        tried[first] = True
        try:
            cycle = limit_cycle(found, ends[first], duration=duration, dt=dt)
        except AnalysisError:  # it is still on its way, or wanders for ever: no label
            continue
        here = finite & (labels < 0) & _near(ends, _evenly(cycle.y, width), width)
        if cycle.stable and here.any():
            labels[here], tried[here] = len(attractors), True
            attractors.append(cycle)
    used = [i for i in range(len(attractors)) if (labels == i).any()]
    return [attractors[i] for i in used], np.select([labels == i for i in used], range(len(used)), -1) if used else labels


def _evenly(y, width):
    """Points of a cycle at equal distances: equal times leave gaps where it is fast."""
    way = np.append(0.0, np.linalg.norm(np.diff(y, axis=0) / width, axis=1).cumsum())
    at = np.linspace(0.0, way[-1], int(4 * way[-1] / _NEAR) + 2)
    return np.stack([np.interp(at, way, column) for column in y.T], 1)


def _near(ends, points, width):
    """(k,) is any of the points near."""
    ends = np.nan_to_num(ends / width, nan=np.inf, posinf=np.inf, neginf=-np.inf)
    near = np.zeros(len(ends), bool)
    for point in points / width:
        near |= np.abs(ends - point).max(1) < _NEAR
    return near
