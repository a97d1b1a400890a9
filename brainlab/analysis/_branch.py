"""Pseudo-arclength continuation: walking along a curve F(z) = 0, where z has one number more than F has equations.

Source: Keller, in Rabinowitz (ed.), Applications of Bifurcation Theory (1977) 359-384; Seydel, Practical Bifurcation and
Stability Analysis (2010), ch. 4. Plain NumPy: a step costs some 10 us, what is worth compiling is F.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np


class Curve(Protocol):
    """F(z) = 0, as `walk` wants it."""

    weights: np.ndarray  # of the inner product: 1/scale^2 for each number in z
    tolerance: float  # of a Newton step on that scale; the error after it is about its square

    def newton(self, z, border, off) -> tuple[np.ndarray, np.ndarray, Any]:
        """(step, tangent, aside): DF step = -F with border . step = off, and DF tangent = 0 with border . tangent = 1.

        aside: anything that was computed on the way and is wanted of the point, such as the Jacobian.
        """

    def point(self, z, tangent, aside) -> Point:
        """What is kept of a point on the curve."""

    def prepare(self, point) -> Point:
        """Before a step from here: a place to adapt the mesh or the weights."""

    def events(self, a, b) -> list[tuple[str, Any]]:
        """What happens between two neighbours: (kind, g) each, where g(point) is 0 there and changes its sign."""


@dataclass(frozen=True)
class Point:
    z: np.ndarray
    tangent: np.ndarray
    facts: Any = None  # of the point: eigenvalues, multipliers
    bend: Any = 0.0  # how fast the tangent turns, seen from the point before


@dataclass(frozen=True)
class Steps:
    """Lengths on the scale of the curve."""

    first: float = 0.005
    shortest: float = 1e-7
    longest: float = 0.015
    most: int = 2000
    turn: float = 0.9  # the smallest cosine between neighbouring tangents


@dataclass
class Walk:
    points: list[Point]
    special: list[tuple[str, int, Point]]  # (kind, number of the point before it, itself)
    ended: str  # "left", "closed", "stuck", "long" or what `stop` says


def solve_bordered(jacobian, border, residual, off):
    """(step, tangent) of `Curve.newton` for a dense DF (m, m + 1)."""
    rows = np.concatenate([jacobian, border[None]])
    right = np.zeros((len(border), 2))
    right[:-1, 0], right[-1, 0], right[-1, 1] = -residual, off, 1.0
    return np.linalg.solve(rows, right).T


def correct(curve, guess, border, most=8):
    """(point, iterations) of the curve on the plane through `guess` with normal `border`; (None, most) if there is none."""
    z = guess
    for i in range(most):
        try:
            with np.errstate(over="ignore", invalid="ignore"):  # a guess may be far off; what is not finite is refused below
                step, tangent, aside = curve.newton(z, border, border @ (guess - z))
                z, size = z + step, np.sqrt(np.sum(curve.weights * step**2))
        except np.linalg.LinAlgError:
            break
        if not (np.isfinite(size) and np.isfinite(tangent).all()) or size > 1e3:
            break
        if size < curve.tolerance:
            return curve.point(z, normalised(curve, tangent), aside), i + 1
    return None, most


def normalised(curve, tangent):
    return tangent / np.sqrt(np.sum(curve.weights * tangent**2))


def from_point(curve, point, length):
    """(the point of the curve about `length` from another one, iterations). A parabola is a better guess than a line: most
    points take one iteration less."""
    guess = point.z + length * (point.tangent + 0.5 * length * point.bend)
    return correct(curve, guess, curve.weights * point.tangent)


def walk(curve, start, inside, steps: Steps, stop=None) -> Walk:
    """From `start` in the direction of its tangent, until it leaves the box, comes back, or `stop` has a word for the end.

    inside : (place in z, low, high) each
    stop   : point -> a word, or ""
    """
    start = curve.prepare(start)
    here, h = start, steps.first
    points, special, ended = [start], [], "long"
    while len(points) < steps.most:
        new, iterations = from_point(curve, here, h)
        turn = -1.0 if new is None else float(np.sum(curve.weights * here.tangent * new.tangent))
        events = curve.events(here, new) if turn > steps.turn else None
        if events is None or (len(events) > 1 and h > steps.longest / 64):
            h /= 2
            if h < steps.shortest:
                ended = "stuck"
                break
            continue
        special += [(kind, len(points), at) for kind, g in events if (at := locate(curve, here, new, h, g)) is not None]
        edge = next(((i, limit) for i, *limits in inside for limit in _crossed(new.z[i], *limits)), None)
        if edge:
            last = _at_edge(curve, here, new, *edge)
            points += [last] if last is not None else []
            special = [s for s in special if s[1] < len(points) and _within(s[2], inside)]
            ended = "left"
            break
        word = stop(new) if stop else ""
        if word:
            ended = word
            break
        points.append(new)
        if len(points) > 10 and _closes(curve, start, here, new):
            ended = "closed"
            break
        here = curve.prepare(replace(new, bend=(new.tangent - here.tangent) / h))
        if iterations <= 3 and turn > 0.5 + 0.5 * steps.turn:
            h = min(1.5 * h, steps.longest)
        elif iterations > 5 or turn < 0.5 + 0.5 * steps.turn:
            h *= 0.7
    return Walk(points, special, ended)


def both_ways(curve, first, inside, steps: Steps, stop=None) -> Walk:
    """One walk from end to end through `first`, towards larger values of the last number in z there."""
    forward = first if first.tangent[-1] >= 0 else Point(first.z, -first.tangent, first.facts)
    ahead = walk(curve, forward, inside, steps, stop)
    if ahead.ended == "closed":
        return ahead
    back = walk(curve, Point(first.z, -forward.tangent, first.facts), inside, steps, stop)
    special = [(kind, 0, point) for kind, _, point in back.special[::-1]] + ahead.special
    return Walk(back.points[:0:-1] + ahead.points, special, f"{back.ended}, {ahead.ended}")


def locate(curve, a, b, h, g):
    """The point between a and b, h apart, where g(point) = 0."""
    from scipy.optimize import brentq  # here: `import brainlab` is fast without SciPy

    found = {0.0: a, h: b}

    def at(s):
        if s not in found:  # all points lie on planes with the same normal: in between is a better guess than ahead
            low, high = (
                end(k for k in found if found[k] is not None and (k < s) == left) for end, left in ((max, 1), (min, 0))
            )
            guess = found[low].z + (s - low) / (high - low) * (found[high].z - found[low].z)
            found[s], _ = correct(curve, guess, curve.weights * a.tangent)
        return g(found[s]) if found[s] is not None else np.nan

    if not at(0.0) * at(h) < 0:
        return b if at(h) == 0 else None
    try:
        root = brentq(at, 0.0, h, xtol=1e-4 * curve.tolerance, rtol=1e-14, maxiter=200)
    except ValueError:  # g was NaN: exactly where branches cross there is no tangent, and so no point was found
        root = next(s for s, point in found.items() if point is None) + 1e-7 * h
    if np.isfinite(at(root)):
        return found[root]
    return min((point for point in found.values() if point is not None), key=lambda point: abs(g(point)))


def _crossed(x, low, high):
    return [limit for limit, beyond in ((low, x < low), (high, x > high)) if beyond]


def _within(point, inside):
    return all(low <= point.z[i] <= high for i, low, high in inside)


def _at_edge(curve, a, b, i, limit):
    """Where the curve crosses z[i] = limit."""
    share = (limit - a.z[i]) / (b.z[i] - a.z[i])
    guess = a.z + share * (b.z - a.z)
    guess[i] = limit
    border = np.zeros_like(guess)
    border[i] = np.sqrt(curve.weights[i])
    found, _ = correct(curve, guess, border)
    if found is not None and np.sum(curve.weights * found.tangent * a.tangent) < 0:
        found = Point(found.z, -found.tangent, found.facts)
    return found


def _closes(curve, start, a, b):
    """Whether the start lies between a and b."""
    step = b.z - a.z
    if start.z.shape != b.z.shape:
        return False
    length2 = np.sum(curve.weights * step**2)
    share = np.sum(curve.weights * step * (start.z - a.z)) / length2
    off = start.z - a.z - share * step
    return 0 < share <= 1 and np.sum(curve.weights * off**2) < 0.01 * length2
