"""The phase plane of two states: arrows, nullclines, fixed points and trajectories, fast enough to follow a slider."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from .. import svg
from ._checks import checked_range, refuse, whole
from ._drawing import plane_axes
from ._newton import distinct
from ._nullclines import grid_values, zero_curves
from ._plane import Plane, plane
from ._ranges import box, in_double, spread, time_step
from ._system import System, system
from .fixed_points import FixedPoint, make_point, rounded
from .trajectories import Trajectory, run_from, within

_STARTS = 48


@dataclass(frozen=True)
class PhasePlane:
    """What is in the plane of two states.

    x, y              : the names of the two states
    x_range, y_range  : (low, high)
    nullclines        : name -> (points, 2): where that state does not change; NaN between two curves
    arrows            : (row, column, 4): x, y, dx/dt, dy/dt
    fixed_points      : in the order of x; each with all states of the system. Eigenvalues and kind are those of the plane
    trajectories      : one for each start, in the plane
    held              : name -> value of the states that are held
    slaved            : names of the states that follow at once
    parameters        : name -> value
    """

    x: str
    y: str
    x_range: tuple[float, float]
    y_range: tuple[float, float]
    nullclines: dict[str, np.ndarray] = field(repr=False)
    arrows: np.ndarray = field(repr=False)
    fixed_points: list[FixedPoint]
    trajectories: list[Trajectory]
    held: dict[str, float]
    slaved: tuple[str, ...]
    parameters: dict[str, float]
    system: System = field(repr=False)

    def __repr__(self):
        n = len(self.fixed_points)
        points = "; ".join(f"{rounded(p[self.x]):.4g}, {rounded(p[self.y]):.4g} {p.kind}" for p in self.fixed_points)
        rest = [f"{name} = {value:.4g}" for name, value in self.held.items()] + [f"{name} follows" for name in self.slaved]
        more = f", {', '.join(rest)}" if rest else ""
        return f"PhasePlane({self.x}, {self.y}{more}: {n} fixed point{'s' * (n != 1)}{': ' * (n > 0)}{points})"

    def plot(self, width=560, height=420) -> svg.Picture:
        """Filled: stable; open: unstable. The picture shows arrows of one length; `arrows` has the speeds."""
        axes = plane_axes(self, height)
        kinds = ", ".join(p.kind for p in self.fixed_points) or "no fixed point"
        return svg.compose([axes], width=width, description=f"phase plane of {self.x} and {self.y}: {kinds}")


@in_double
def phase_plane(
    target, x=None, y=None, x_range=None, y_range=None, *, trajectories=(), duration=100.0, dt=None, held=None, slaved=(),
    start=None, args=None, resolution=None, arrows=21, **parameters,
) -> PhasePlane:  # fmt: skip
    r"""The plane of two states: $\dot x = f(x, y)$, $\dot y = g(x, y)$, nullclines f = 0 and g = 0, fixed points f = g = 0.

    target           : any model, or a function f(x, y, ..., t, parameters...) -> derivatives
    x, y             : which states; None: the first two
    x_range, y_range : (low, high); None: where trajectories go that begin near the start
    trajectories     : starts, (x, y) each
    duration, dt     : of the trajectories; dt None: a model's own, or a 2000th of the duration
    held             : of further states, name -> value; those not named are held where the model starts
    slaved           : further states that are fast enough to be where they would settle: "m", or ("m", "h")
    start, args      : as `bl.analysis.trajectory` and `bl.solve_ode` take them
    resolution       : of the grid on which the nullclines are looked for; None: 161, or 81 where states follow
    arrows           : so many in each direction
    parameters       : values by name, of a model's inputs too. Others of them compile nothing anew

    With held states it is a slice: fixed points and trajectories are those of the two equations alone. One state:
    `phase_line`; three: `phase_space`. Resets of integrate-and-fire models are not in their derivative, so not here.

    Source: Strogatz, Nonlinear Dynamics and Chaos (1994), ch. 6.

    >>> import brainlab as bl
    >>> phase_plane(bl.FitzHughNagumo(), I=0.5)
    PhasePlane(v, w: 1 fixed point: -0.8048, -0.1311 unstable focus)
    >>> phase_plane(bl.HH(), "V", "n", slaved="m", held={"h": 0.4}, x_range=(-90, 40), y_range=(0, 1))
    PhasePlane(V, n, h = 0.4, m follows: 3 fixed points: -65.33, 0.3126 stable focus; ...)
    """
    found = system(target, start, args, **parameters)
    axes = two_states(found, x, y)
    slaved, held = other_states(found, axes, slaved, held)
    resolution = (81 if slaved else 161) if resolution is None else resolution
    whole("resolution", resolution, 21, example=161)
    whole("arrows", arrows, 2, example=21)
    low, high = plane_ranges(found, axes, x_range, y_range)
    f, given = plane(found, axes, slaved, held)
    xs, ys = (np.linspace(a, b, resolution) for a, b in zip(low, high, strict=True))
    values = np.asarray(grid_values(f, given, xs, ys))
    name_x, name_y = (found.states[i] for i in axes)
    return PhasePlane(
        name_x,
        name_y,
        *(tuple(map(float, r)) for r in zip(low, high, strict=True)),
        {name: zero_curves(v, xs, ys) for name, v in zip((name_x, name_y), values, strict=True)},
        _arrows(values, xs, ys, arrows),
        _points(found, f, given, low, high, _candidates(values, xs, ys)),
        _runs(found, f, given, trajectories, duration, dt, low, high),
        {name: float(np.asarray(given[1])[found.states.index(name)]) for name in held},
        tuple(found.states[i] for i in slaved),
        dict(found.p),
        found,
    )


def two_states(found, x, y) -> tuple[int, ...]:
    """The places of the two that are asked for, or of the first ones."""
    if len(found.states) < 2:
        only = getattr(found.target, "__name__", f"{type(found.target).__name__}()")
        raise refuse(f"there is one state, {found.states[0]}, and a plane has two.", try_=f"bl.analysis.phase_line({only})")
    names = [name for name in found.states if name not in (x, y)]
    rest = iter([*names, None])
    return found.check_states([name or next(rest) for name in (x, y)], 2)


def other_states(found, axes, slaved, held):
    """(places of the slaved states, {name: value} of all held ones)."""
    slaved = (slaved,) if isinstance(slaved, str) else tuple(slaved)
    slaved = found.check_states(slaved, len(slaved)) if slaved else ()
    given = dict(held or {})
    for name in given:
        found.check_states(name, 1)
    drawn = [found.states[i] for i in axes]
    twice = [found.states[i] for i in slaved if i in axes or found.states[i] in given] + [n for n in given if n in drawn]
    if twice:
        raise refuse(
            f"{twice[0]} is asked to be two things at once.",
            why=f"{', '.join(drawn)} are the axes; each other state is either held or slaved",
            try_=f'held={{"{twice[0]}": 0.5}}' if twice[0] not in drawn else "",
        )
    for name, value in given.items():
        if not (np.ndim(value) == 0 and not isinstance(value, str) and np.isfinite(value)):
            raise refuse(f"held[{name!r}] = {value!r:.40}: one finite number is expected.", try_=f'held={{"{name}": 0.5}}')
    rest = [i for i in range(len(found.states)) if i not in (*axes, *slaved)]
    return slaved, {found.states[i]: float(given.get(found.states[i], found.start[i])) for i in rest}


def plane_ranges(found, axes, x_range, y_range):
    given = [
        None if r is None else checked_range(f"{n}_range", r, f"{n}_range=({{}}, {{}})")
        for n, r in (("x", x_range), ("y", y_range))
    ]
    if None in given:
        automatic = box(found)[list(axes)]
        given = [tuple(a) if g is None else g for g, a in zip(given, automatic, strict=True)]
    return np.array(given, float).T


def _arrows(values, xs, ys, count):
    """From the grid that is there already: its middle points of `count` equal parts."""
    pick = ((np.arange(count) + 0.5) / count * len(xs)).astype(int)
    x, y = np.meshgrid(xs[pick], ys[pick])
    return np.stack([x, y, *values[:, pick[:, None], pick]], -1)


def _candidates(values, xs, ys):
    """Where both derivatives change sign within a cell of the grid, and points all over the plane. Always as many."""
    with np.errstate(invalid="ignore"):
        corners = np.stack([values[:, :-1, :-1], values[:, 1:, :-1], values[:, :-1, 1:], values[:, 1:, 1:]])
        row, column = np.nonzero(((corners.min(0) <= 0) & (corners.max(0) >= 0)).all(0))
    cells = np.column_stack([(xs[column] + xs[column + 1]) / 2, (ys[row] + ys[row + 1]) / 2])
    low, width = np.array([xs[0], ys[0]]), np.array([xs[-1] - xs[0], ys[-1] - ys[0]])
    cells = cells[:: max(len(cells) // 100, 1)]  # many only where fixed points are a whole line
    cells = cells[distinct(cells, width, 4 / len(xs))][: _STARTS // 2] if len(cells) else cells.reshape(0, 2)
    return np.vstack([cells, low + width * spread(_STARTS - len(cells), 2)])


def _points(found, f: Plane, given, low, high, starts) -> list[FixedPoint]:
    order = np.argsort(f.axes)
    return [make_point(found.states, y, J[order][:, order]) for y, J in f.zeros(given, low, high, starts)]


def _runs(found, f, given, starts, duration, dt, low, high) -> list[Trajectory]:
    starts = np.asarray(starts, float) if len(starts) else np.zeros((0, 2))
    if starts.shape == (2,):
        starts = starts[None]
    if starts.ndim != 2 or starts.shape[1] != 2 or not np.isfinite(starts).all():
        raise refuse(
            f"trajectories = {starts.tolist()!r:.60}: pairs of finite numbers are expected.",
            why="each is a point of the plane where a trajectory begins",
            try_=f"trajectories=[({(low[0] + high[0]) / 2:.3g}, {(low[1] + high[1]) / 2:.3g})]",
        )
    if not len(starts):
        return []
    dt, steps = time_step(found, duration, dt)
    runs = run_from(found, starts, dt, steps, f, given)
    drawn = tuple(found.states[i] for i in f.axes)
    return [within(Trajectory(drawn, run.t, run.y), low, high) for run in runs]
