"""Where each stage of each step looks into the past: computed on the host in float64, before anything is compiled.

The delays are constant, so that which step of the past a stage needs, and which point of it, does not depend on the
solution. The compiled loop gets these as arrays and only gathers: no clock is compared with another one there, and a
delay that moves changes numbers, not code.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from ..math._where import place, user_frame
from .errors import IntegrateError

MOST_POINTS = 100_000  # breaking points; each is one more step
INNER = 1 / 4  # where in a step the slope is computed once more; not 1/2, where it would tell nothing new (Simpson's rule)
MORE = 1 / 2, 3 / 4  # and for neutral equations here: a quartic through five slopes errs less than the steps, h**5


class Plan(NamedTuple):
    """N steps, S points within a step at which the past is asked for, K delays."""

    number: Any  # (N,) of the step
    h: Any  # (N,) its length; 0 for those that only keep N the same when delays move
    t: Any  # (N, S) times of the points
    row: Any  # (N, S, K) the step of the past that has t - tau in it; -1: the history
    then: Any  # (N, S, K) t - tau, not after t0: for the history
    theta: Any  # (N, S, K) where in that step, 0 to 1
    length: Any  # (N, S, K) and how long that step is


def make_plan(times, taus, points, depth):
    """(Plan, which of its mesh points are in `times`).

    times  : (steps + 1,) the mesh of the solution, equal steps
    taus   : (K,) the delays, none of them shorter than a step
    points : (S,) where in a step the past is asked for, 0 to 1
    depth  : breaking points are sums of up to so many delays; None for all of them, as a neutral equation needs it
    """
    t0, dt, points = times[0], (times[-1] - times[0]) / (len(times) - 1), np.asarray(points, float)
    close = 1e-9 * dt + 64 * np.finfo(float).eps * np.abs([*times[[0, -1]], *taus]).max()  # the same, but for roundoff
    sums = breaking_points(taus, times[-1] - t0, depth, close)
    mesh = _merged(times, t0 + sums, close)
    real, total = len(mesh), len(times) + _slots(len(taus), len(mesh) - len(times), depth)
    mesh = np.append(mesh, np.full(total - real, times[-1]))
    h, number = np.diff(mesh), np.arange(total - 1)

    t = mesh[:-1, None] + h[:, None] * points
    then = t[..., None] - taus
    # The end of a step belongs to the piece on its left, all else to the piece on its right: slopes may jump between them.
    sides = [(-close, "left") if point == 1 else (close, "right") for point in points]
    row = [np.searchsorted(mesh[:real], then[:, i] + nudge, side) - 1 for i, (nudge, side) in enumerate(sides)]
    row = np.minimum(np.stack(row, axis=1), number[:, None, None] - 1)
    length = np.where(row < 0, 1, h[row])
    theta = np.where(row < 0, 0, np.clip((then - mesh[row]) / length, 0, 1))
    plan = Plan(number.astype(np.int32), h, t, row.astype(np.int32), np.minimum(then, t0), theta, length)
    return plan, np.searchsorted(mesh, times).astype(np.int32)


def hermite(theta, h):
    """Weights of y at the begin and the end of a step of length h, and of y' there, for y at theta in it (0 to 1).

    >>> hermite(0.5, 1.0)
    (0.5, 0.5, 0.125, -0.125)
    """
    rest = 1 - theta
    return rest**2 * (1 + 2 * theta), theta**2 * (3 - 2 * theta), h * theta * rest**2, -h * theta**2 * rest


def quartic(theta, h):
    r"""The same and the weight of y' at INNER: a polynomial of degree 4, which errs by $h^5$ where the cubic errs by $h^4$.

    A bump $\theta^2 (1-\theta)^2$ leaves y and y' at the ends as they are; so much of it is added to the cubic that y' at
    INNER is right.
    """
    c = INNER
    climb = 6 * c * (1 - c)
    cubic_slope = -climb, climb, h * (1 - c) * (1 - 3 * c), h * c * (3 * c - 2)  # times h, which may be 0
    bump = (theta * (1 - theta)) ** 2 / (2 * c * (1 - c) * (1 - 2 * c))
    return [*(w - bump * s for w, s in zip(hermite(theta, h), cubic_slope, strict=True)), bump * h]


def lagrange(nodes, theta):
    """Weights of what is known at the nodes, for the point theta."""
    return [math.prod((theta - q) / (p - q) for q in nodes if q != p) for p in nodes]


def breaking_points(taus, span, depth, close=1e-12):
    r"""All sums of delays in (0, span), of at most `depth` of them (None: of any number); those closer than `close` are one.

    Where the history ends, x' jumps. A delayed x carries that jump to x'' one delay later, to x''' two delays later, and
    so on; in a neutral equation it stays a jump of x'. A step across a jump of the derivative number j has an error
    $h^j$. Source: Bellen and Zennaro (2003), ch. 2.2.

    >>> breaking_points(np.array([1.0, 1.5]), 3.2, depth=2)
    array([1. , 1.5, 2. , 2.5, 3. ])
    """
    levels, last, left = [np.zeros(0)], np.zeros(1), MOST_POINTS
    while len(last) and depth != 0:
        last = _distinct(last[:, None] + taus, close)
        last = last[last < span - close]
        levels.append(last)
        left -= len(last)
        if left < 0:
            raise IntegrateError(
                f"taus = {', '.join(f'{tau:g}' for tau in taus)}: more than {MOST_POINTS} breaking points up to t1.",
                place(user_frame()),
                "the jump of the derivative at t0 comes back after every sum of delays, and each of them is a mesh point",
                "an earlier t1, fewer delays, or delays that are multiples of one another",
            )
        depth = depth - 1 if depth is not None else None
    return _distinct(np.concatenate(levels), close)


def _distinct(points, close):
    points = np.sort(points, axis=None)
    return points[np.diff(points, prepend=-np.inf) > close]


def _merged(times, points, close):
    """The mesh of the solution with the breaking points; what differs by roundoff only is one point."""
    near = np.searchsorted(times, points)
    distance = np.minimum(np.abs(times[near] - points), np.abs(times[near - 1] - points))
    return np.sort(np.append(times, points[distance > close]))


def _slots(delays, points, depth):
    """So many steps are kept for breaking points, also when there are fewer now: the number of steps is compiled in."""
    most = np.inf
    if depth is not None:  # the sums of up to `depth` of the delays: binomial(delays + depth, depth) - 1
        most = np.prod([(delays + i) / i for i in range(1, depth + 1)]) - 1
    return round(min(most, max(32, 2.0 ** np.ceil(np.log2(max(points, 1))))))
