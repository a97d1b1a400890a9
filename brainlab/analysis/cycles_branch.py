"""Branches of limit cycles: from a Hopf point, or from a cycle that is known."""

from __future__ import annotations

import numpy as np

from ..math._array import unbox
from ._branch import Point, Steps, correct, walk
from ._checks import positive, refuse, whole
from ._collocation import Cycles, Orbit
from ._derivatives import Derivatives
from ._special import critical_pair
from ._system import System, system
from .diagrams import CycleBranch, SpecialPoint

STEPS = Steps(first=0.02, longest=0.06, most=400)
STAGES = 4


def cycle_branch(
    target, parameter, low, high=None, *, start, args=None, intervals=30, longest_period=None, **changes
) -> CycleBranch:  # fmt: skip
    r"""Limit cycles followed along a parameter, stable or not, with their periods and Floquet multipliers.

    $$\dot y = T f(y, \lambda), \qquad y(1) = y(0)$$

    target, parameter, low, high, args, changes : as `continuation` takes them
    start     : where to begin: a Hopf point of a diagram; a `LimitCycle`; or (t, y) with y (time, state), one period of a
                cycle at the parameter's present value, such as the last one of a simulation
    intervals : of the mesh, with four Gauss points in each; the error falls with its eighth power
    longest_period : where the branch ends; None: 30 times the shortest period on it
    returns   : a `CycleBranch`: .values, .period, .low, .high, .multipliers, .stable, .special, .cycle(k)

    Source: Doedel, Keller & Kernevez, Int. J. Bifurcation Chaos 1 (1991) 745.

    >>> def f(x, y, t, mu=1.0):                                      # a cycle of radius sqrt(mu) and period 2 pi
    ...     r2 = x * x + y * y
    ...     return mu * x - y - r2 * x, x + mu * y - r2 * y
    >>> t = np.linspace(0, 6.3, 100)
    >>> branch = cycle_branch(f, "mu", 0.5, 2.0, start=(t, np.stack([np.cos(t), np.sin(t)], 1)))
    >>> print(f"{branch.values[-1]:.4f} {branch.high[-1, 0]:.4f} {branch.period[-1]:.4f}")
    2.0000 1.4142 6.2832
    """
    from .continuation import check_range, scale_of  # which uses this module

    if not isinstance(start, SpecialPoint):
        known = getattr(start, "system", None)  # a `LimitCycle` knows the parameters that it was found with
        if isinstance(known, System):
            changes = {**known.p, **changes}
        start = _one_period(start)
    found = system(target, start.y if isinstance(start, SpecialPoint) else start[1][0], args, **changes)
    low, high = check_range(found, parameter, low, high)
    if isinstance(start, SpecialPoint) and (start.kind != "Hopf" or len(start.y) != len(found.states)):
        raise refuse(
            f"start = {start!r}: cycles begin at a Hopf point of the same model.", try_="start=continuation(...).hopf[0]"
        )
    value = start.value if isinstance(start, SpecialPoint) else found.p[parameter]
    if not low <= value <= high:
        raise refuse(
            f"start is at {parameter} = {value:g}, which is not between {low:g} and {high:g}.",
            try_=f"{parameter}={(low + high) / 2:g}" if not isinstance(start, SpecialPoint) else f"low={value - 1:g}",
        )
    scale = scale_of(found, start.y if isinstance(start, SpecialPoint) else np.abs(start[1]).max(0))
    derivatives = Derivatives(found, parameter)
    return follow_cycles(
        found, derivatives, parameter, (low, high), scale, start, intervals=intervals, longest_period=longest_period
    )


def follow_cycles(found, derivatives, parameter, limits, scale, start, *, intervals, longest_period) -> CycleBranch:
    """The part of `cycle_branch` that `continuation` uses, too: start is a Hopf point or (t, y)."""
    whole("intervals", intervals, 4, 400, example=30)
    if longest_period is not None:
        longest_period = positive("longest_period", longest_period, 1000.0)

    def curve():
        return Cycles(derivatives, scale, limits[1] - limits[0], intervals, STAGES)

    if isinstance(start, SpecialPoint):
        first = curve()
        walks = [_walk(first, _at_hopf(first, derivatives, start), limits, longest_period)]
    else:
        walks = []
        for direction in (1.0, -1.0):
            on = curve()  # each way has its own mesh, which moves
            point = _at_cycle(on, found.p[parameter], *start)
            sign = direction if point.tangent[-1] >= 0 else -direction
            walks.append(_walk(on, Point(point.z, sign * point.tangent, point.facts), limits, longest_period))
            if walks[-1].ended == "closed":
                break
    return _branch(found, parameter, first if isinstance(start, SpecialPoint) else on, walks)


def _walk(curve, first, limits, longest_period):
    """Until the period grows without end (a homoclinic orbit), or the cycle has shrunk to a point (a Hopf point)."""
    shortest, largest, shrinks = np.inf, 0.0, False

    def stop(point):
        nonlocal shortest, largest, shrinks
        u, _, period, _ = curve.split(point.z)
        shape = (u - u.mean(0)) / curve.scale
        size = np.sqrt(np.mean(np.sum(shape**2, axis=1)))
        growth = np.sum(shape * curve.split(point.tangent)[0] / curve.scale)
        ends = shrinks and growth > 0 and size < 2 * STEPS.longest and size < 0.2 * largest
        shortest, largest, shrinks = min(shortest, period), max(largest, size), growth < 0
        if ends:
            return "Hopf"
        if curve.error(point.z) > 3 * curve.coarse and 2 * curve.N > curve.most:
            return "coarse"
        grows, moves = point.tangent[-2] / period, abs(point.tangent[-1]) / curve.width
        no_end = period > 5 * shortest and moves < 1e-6 * grows  # the parameter has come to rest, the period has not
        too_long = period > (longest_period or 30 * shortest)
        return "homoclinic" if no_end else "long period" if too_long else ""

    walked = walk(curve, first, [(-1, *limits)], STEPS, stop)
    if walked.ended == "Hopf":  # where its cycles have shrunk to a point the branch turns, which is no fold
        walked.special = [s for s in walked.special if s[1] < len(walked.points)]
    walked.special = _without_noise(walked, 2e-5 * curve.width)
    return walked


def _without_noise(walked, least):
    """The special points without folds that come in pairs closer than `least`, and without one that close to the end.

    Where the period grows and the parameter does not move any more (near a homoclinic orbit, in a canard explosion), its
    last digits waver.
    """
    folds = [s for s in walked.special if s[0] == "fold of cycles"]
    kept: list = []
    for fold in folds:
        if kept and abs(kept[-1][2].z[-1] - fold[2].z[-1]) < least:
            kept.pop()
        else:
            kept.append(fold)
    if kept and abs(kept[-1][2].z[-1] - walked.points[-1].z[-1]) < least:
        kept.pop()
    return [s for s in walked.special if s[0] != "fold of cycles" or s in kept]


def _at_hopf(curve, derivatives, hopf) -> Point:
    """The point itself as a cycle of size 0, whose tangent is the rotation in the plane of the critical pair."""
    z = np.append(hopf.y, hopf.value)
    _, jacobian = derivatives.linear(z)
    omega, q = critical_pair(jacobian[:, :-1])
    u, Y = np.tile(hopf.y, (curve.N, 1)), np.tile(hopf.y, (curve.N, curve.m, 1))
    wave = [np.real(q * np.exp(2j * np.pi * places[..., None])) for places in (curve.mesh[:-1], curve.places())]
    multipliers = np.exp(hopf.eigenvalues * 2 * np.pi / omega)
    facts = Orbit(curve.mesh, multipliers, hopf.y, hopf.y)
    return Point(curve.join(u, Y, 2 * np.pi / omega, hopf.value), curve.join(*wave, 0.0, 0.0), facts)


def _at_cycle(curve, value, t, y) -> Point:
    """The cycle next to one period of a simulation, at that value of the parameter."""
    from scipy.interpolate import CubicSpline  # here: `import brainlab` is fast without SciPy

    period = t[-1] - t[0]
    closed = np.concatenate([y[:-1], 0.5 * (y[:1] + y[-1:])])
    closed[0] = closed[-1]
    spline = CubicSpline((t - t[0]) / period, closed, bc_type="periodic")
    for _ in range(4):  # the mesh follows the cycle, which is read off on the mesh
        u, Y = spline(curve.mesh[:-1]), spline(curve.places())
        curve.mesh, mesh = curve.adapted(u, Y, curve.N), curve.mesh
    curve.mesh = mesh
    z = curve.join(u, Y, period, value)
    curve.pinned(Point(z, 1e3 * curve.join(np.zeros_like(u), np.zeros_like(Y), 0.0, 1e-3)))
    border = np.zeros_like(z)
    border[-1] = 1 / curve.width
    first, _ = correct(curve, z, border, most=20)
    moves = first is not None and np.ptp(curve.split(first.z)[0], axis=0)
    if first is None or (moves < 1e-3 * np.ptp(y, axis=0)).all():  # a fixed point is a solution, too
        raise refuse(
            f"no cycle was found near the one that start gives, of period {period:.4g}.",
            why="it must be one period, of a cycle that has settled, at the parameter's present value",
            try_="start=(t, y) from one maximum to the next, late in a simulation",
        )
    return first


def _branch(found, parameter, curve, walks) -> CycleBranch:
    walks = walks if len(walks) == 1 else walks[::-1]  # towards smaller values first
    points = walks[0].points if len(walks) == 1 else walks[0].points[:0:-1] + walks[1].points
    special = [s for walked in walks for s in walked.special]

    special = tuple(
        SpecialPoint(kind, parameter, float(p.z[-1]), p.facts.high, p.facts.multipliers, found.states, float(p.z[-2]))
        for kind, _, p in special
    )
    ended = walks[0].ended if len(walks) == 1 else f"{walks[0].ended}, {walks[1].ended}"
    facts = [point.facts for point in points]
    multipliers = np.stack([f.multipliers for f in facts])
    if len(walks) == 1 and len(points) > 1 and (facts[0].low == facts[0].high).all():
        multipliers[0] = multipliers[1]  # at the Hopf point itself two of them are 1, neither stable nor not
    return CycleBranch(
        parameter,
        found.states,
        values=np.array([point.z[-1] for point in points]),
        period=np.array([point.z[-2] for point in points]),
        low=np.stack([f.low for f in facts]),
        high=np.stack([f.high for f in facts]),
        multipliers=multipliers,
        special=special,
        ended=ended,
        orbits=tuple(_orbit(curve, point) for point in points),
    )


def _orbit(curve, point):
    """(phase, y) at the mesh and the Gauss points, closed."""
    u, Y, _, _ = curve.split(point.z)
    mesh = point.facts.mesh
    phase = mesh[:-1, None] + np.diff(mesh)[:, None] * np.concatenate([[0.0], curve.gauss.c])
    y = np.concatenate([u[:, None], Y], axis=1).reshape(-1, curve.n)
    return np.append(phase.ravel(), 1.0), np.concatenate([y, y[:1]])


def _pair(start):
    try:
        t, y = (start.t, start.y) if hasattr(start, "t") and hasattr(start, "y") else start
        return np.asarray(unbox(t), float), np.asarray(unbox(y), float)
    except (TypeError, ValueError):
        raise refuse(
            f"start = {start!r:.60}: a Hopf point or one period (t, y) is expected.", try_="start=continuation(...).hopf[0]"
        ) from None


def _one_period(start):
    t, y = _pair(start)
    if t.ndim != 1 or len(t) < 10 or y.ndim != 2 or len(y) != len(t) or not ((np.diff(t) > 0).all() and np.ptp(y) > 0):
        raise refuse(
            f"start has t {t.shape} and y {y.shape}: (time,) and (time, state) are expected, 10 times or more.",
            why="they are one period of a cycle: t increases, and y changes",
            try_="start=(t, y)",
        )
    return t, y
