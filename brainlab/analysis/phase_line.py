"""One state on its line, three and more in projections: the phase plane's neighbours."""

from __future__ import annotations

import functools
import itertools
from dataclasses import dataclass, field

import jax
import numpy as np

from .. import svg
from ._checks import checked_range, refuse
from ._drawing import POINT_COLOR, RUN_COLOR, curves, point_layers
from ._plane import plane
from ._ranges import box, in_double, spread, time_step
from ._system import System, system
from .fixed_points import FixedPoint, make_point, points_in, rounded
from .phase_plane import other_states
from .trajectories import Trajectory, run_from


@dataclass(frozen=True)
class PhaseLine:
    """How fast one state changes, at each of its values.

    at, slopes   : (n,) values of x, and dx/dt there
    fixed_points : where it is 0; stable where it falls
    held, slaved : what the further states do
    """

    x: str
    x_range: tuple[float, float]
    at: np.ndarray = field(repr=False)
    slopes: np.ndarray = field(repr=False)
    fixed_points: list[FixedPoint]
    held: dict[str, float]
    slaved: tuple[str, ...]
    system: System = field(repr=False)

    def __repr__(self):
        points = ", ".join(f"{rounded(p[self.x]):.4g} {'stable' if p.stable else p.kind}" for p in self.fixed_points)
        return f"PhaseLine({self.x}: {points or 'no fixed point'})"

    def plot(self, width=560, height=300) -> svg.Picture:
        zero = svg.Layer(np.zeros(1), np.zeros(1), color=svg.GHOST, kind="level", width=1)
        curve = svg.Layer(self.at, self.slopes, width=2)
        layers = [zero, curve]
        for kind, stable in (("points", True), ("rings", False)):
            there = np.array([p[self.x] for p in self.fixed_points if p.stable == stable])
            if len(there):
                name = "stable" if stable else "unstable"
                layers.append(svg.Layer(there, 0 * there, label=name, color=POINT_COLOR, kind=kind))
        axes = svg.Axes(self.system.label(self.x), f"d{self.x}/dt", "", self.x_range, layers=layers, height=height)
        return svg.compose([axes], width=width, description=repr(self))


@in_double
def phase_line(target, x=None, x_range=None, *, held=None, slaved=(), start=None, args=None, **parameters) -> PhaseLine:
    r"""One state: $\dot x = f(x)$ as a curve, and its zeros, stable where it falls.

    x       : which state; None: the first
    x_range : (low, high); None: where trajectories go that begin near the start
    held, slaved : what the further states of a larger system do: see `phase_plane`. With all gates slaved a neuron's is
              its steady current-voltage curve, over -C

    >>> phase_line(lambda x, t, r=0.5: r * x - x**3, x_range=(-2, 2))
    PhaseLine(x: -0.7071 stable, 0 unstable node, 0.7071 stable)
    """
    found = system(target, start, args, **parameters)
    axes = found.check_states(x, 1)
    slaved, held = other_states(found, axes, slaved, held)
    name = found.states[axes[0]]
    low, high = box(found)[axes[0]] if x_range is None else checked_range("x_range", x_range, "x_range=({}, {})")
    f, given = plane(found, axes, slaved, held)
    at = np.linspace(low, high, 401)
    slopes = np.asarray(_along(f, given, at))
    with np.errstate(invalid="ignore"):
        change = np.flatnonzero((slopes[1:] >= 0) != (slopes[:-1] >= 0))[:32]
    starts = np.concatenate([(at[change] + at[change + 1]) / 2, low + (high - low) * spread(64 - len(change), 1)[:, 0]])
    points = [make_point(found.states, y, J) for y, J in f.zeros(given, np.array([low]), np.array([high]), starts[:, None])]
    names = tuple(found.states[i] for i in slaved)
    return PhaseLine(name, (float(low), float(high)), at, slopes, points, held, names, found)


@functools.partial(jax.jit, static_argnames=("field",))
def _along(field, p, at):
    return jax.vmap(lambda x: field(x[None], p)[0])(at)


@dataclass(frozen=True)
class PhaseSpace:
    """Three states or more: fixed points and trajectories; `plot` shows each pair of the drawn states."""

    states: tuple[str, ...]
    ranges: np.ndarray = field(repr=False)  # (n, 2) of all states of the system
    fixed_points: list[FixedPoint]
    trajectories: list[Trajectory]
    system: System = field(repr=False)

    def __repr__(self):
        points, runs = len(self.fixed_points), len(self.trajectories)
        return f"PhaseSpace({', '.join(self.states)}: fixed points: {points}, trajectories: {runs})"

    def plot(self, width=720, height=260) -> svg.Picture:
        row = []
        for x, y in itertools.combinations(self.states, 2):
            layers = [
                layer
                for run in self.trajectories
                for layer in curves(np.stack([run[x], run[y]], 1), "", RUN_COLOR, most=200, width=1)
            ]
            layers += point_layers(self.fixed_points, x, y)
            ranges = [tuple(self.ranges[self.system.states.index(name)]) for name in (x, y)]
            row.append(svg.Axes(self.system.label(x), self.system.label(y), "", *ranges, layers=layers, height=height))
        return svg.compose([row], width=width, description=repr(self))


@in_double
def phase_space(
    target, states=None, ranges=None, *, trajectories=(), duration=100.0, dt=None, start=None, args=None, **parameters
) -> PhaseSpace:
    """Three states of a system of three or more, in projections: its fixed points, and trajectories.

    states       : which three; None: the first ones
    ranges       : name -> (low, high), of all states (those not named are found): where fixed points are looked for
    trajectories : starts, with all states of the system each

    >>> def lorenz(x, y, z, t, sigma=10.0, rho=28.0, beta=8 / 3):
    ...     return sigma * (y - x), x * (rho - z) - y, x * y - beta * z
    >>> box = {"x": (-30, 30), "y": (-30, 30), "z": (0, 60)}
    >>> phase_space(lorenz, ranges=box, trajectories=[(1, 1, 1)], duration=20.0).fixed_points
    [FixedPoint(x=-8.485, y=-8.485, z=27: saddle focus), FixedPoint(x=0, y=0, z=0: saddle), FixedPoint(x=8.485, ...)]
    """
    found = system(target, start, args, **parameters)
    n = len(found.states)
    if n < 3:
        raise refuse(
            f"the states are {', '.join(found.states)}, and a space has three.",
            try_=f"bl.analysis.phase_{'plane' if n > 1 else 'line'}(...)",
        )
    names = tuple(found.states[i] for i in found.check_states(states, 3))
    ranges = box(found, ranges)
    runs = []
    if len(trajectories):
        starts = np.atleast_2d(np.asarray(trajectories, float))
        if starts.ndim != 2 or starts.shape[1] != n or not np.isfinite(starts).all():
            raise refuse(
                f"trajectories = {starts.tolist()!r:.60}: {n} finite numbers for each start are expected.",
                why=f"the states are {', '.join(found.states)}",
                try_=f"trajectories=[{tuple(found.start.tolist())}]",
            )
        dt, steps = time_step(found, duration, dt)
        runs = run_from(found, starts, dt, steps)
    return PhaseSpace(names, ranges, points_in(found, ranges), runs, found)
