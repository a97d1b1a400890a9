"""continuation: fixed points followed along a parameter, through folds, with the cycles that are born on the way."""

from __future__ import annotations

import numpy as np

from ..math._array import unbox
from ._branch import Steps, Walk, both_ways, correct
from ._checks import checked_range, refuse
from ._derivatives import Derivatives
from ._special import FixedPoints, critical_pair, lyapunov
from ._system import System, system
from .cycles_branch import follow_cycles
from .diagrams import Branch, Diagram, SpecialPoint
from .fixed_points import fixed_points


def continuation(
    target, parameter, low, high=None, *, start=None, args=None, cycles=True, step=0.015, intervals=24, longest_period=None,
    **changes,
) -> Diagram:  # fmt: skip
    r"""The bifurcation diagram of a model over one parameter: fixed points, folds, Hopf points, and limit cycles.

    $$f(y, \lambda) = 0, \qquad \langle \dot y_0, y - y_0 \rangle + \dot\lambda_0 (\lambda - \lambda_0) = \Delta s$$

    The branch is walked by its length s and not by the parameter, so that it goes around folds. It begins with the fixed
    point next to `start`, at the parameter's present value (or at the end of the range nearest to it), and goes both ways.
    What is special is located in float64, to ten digits or so, whatever the session computes with.

    target     : a model, or a function f(x, t, ...) as `bl.solve_ode` takes it
    parameter  : its name; of a model also an input, such as "I"
    low, high  : its range; or `low` is the pair of them
    start      : a state near a fixed point; None: the model's own
    args       : values of what f takes after t
    cycles     : False leaves the cycles out, which take most of the time
    step       : the longest step, in parts of the range
    intervals  : of the mesh on each cycle, with four Gauss points in each; the error falls with its eighth power. Where
                 that is too coarse, as for bursts, there will be up to four times as many
    longest_period : where a branch of cycles ends on its way to one that takes for ever; None: 30 times the shortest period
    changes    : other parameters, by name
    returns    : a `Diagram`: .fixed, .cycles, .folds, .hopf, .cycle_folds, .plot()

    Where branches cross (a pitchfork) the crossing is reported as a "branch point" and this one goes on; the other is found
    from another `start`. Cycles are those born at Hopf points. What is joined to the branch outside of the range only is not
    found: a wider range shows it.

    Other values of any parameter compile nothing anew.

    Source: Seydel, Practical Bifurcation and Stability Analysis (2010), ch. 4 to 7; Kuznetsov, Elements of Applied
    Bifurcation Theory (2004), ch. 5 and 10.

    >>> def f(x, y, t, mu=-0.5):                                     # a Hopf point at mu = 0: the cycle has radius sqrt(mu)
    ...     r2 = x * x + y * y
    ...     return mu * x - y - r2 * x, x + mu * y - r2 * y
    >>> d = continuation(f, "mu", -0.5, 1.0)
    >>> d.hopf
    (<Hopf at mu = 0: supercritical, period 6.2832>,)
    >>> print(f"{d.cycles[0].high[-1, 0]:.4f}")                      # x at mu = 1
    1.0000
    """
    found = system(target, start, args, **changes)
    low, high = check_range(found, parameter, low, high)
    if isinstance(step, bool) or not (isinstance(step, int | float) and 0 < step <= 0.2):
        raise refuse(
            f"step = {step!r:.40}: it must be above 0 and at most 0.2.", why="it is a part of the range", try_="step=0.015"
        )
    derivatives = Derivatives(found, parameter)
    first, scale = first_point(found, derivatives, parameter, low, high)
    curve = FixedPoints(derivatives, np.append(scale, high - low))
    branch = both_ways(curve, first, [(len(scale), low, high)], Steps(longest=step, first=step / 3))
    fixed = _branch(found, derivatives, parameter, branch)
    branches, settings = [], dict(intervals=intervals, longest_period=longest_period)
    for point in fixed.special if cycles else ():
        if point.kind != "Hopf" or any(_ends_at(branch, point, scale, high - low) for branch in branches):
            continue
        branches.append(follow_cycles(found, derivatives, parameter, (low, high), scale, point, **settings))
    return Diagram(fixed, tuple(branches), found.units)


def check_range(found: System, parameter, low, high=None) -> tuple[float, float]:
    found.check_parameter(parameter)
    return checked_range(f"the range of {parameter}", low if high is None else (low, high), f'"{parameter}", {{}}, {{}}')


def first_point(found: System, derivatives, parameter, low, high):
    """(point, scale): a fixed point in the range to begin with, and what 1 is in each state."""
    value = float(np.clip(found.p[parameter], low, high))
    scale = scale_of(found)
    curve = FixedPoints(derivatives, np.append(scale, high - low))
    border = np.append(np.zeros(len(scale)), 1 / (high - low))
    guess = np.append(found.start, value)
    first, _ = correct(curve, guess, border, most=25)
    if first is None:
        first, _ = correct(curve, _settle(derivatives, guess), border, most=25)
    if first is None:  # such as from a rest that has just vanished in a fold
        elsewhere = fixed_points(found, **{parameter: value})
        near = min(elsewhere, key=lambda point: np.linalg.norm((point.y - found.start) / scale), default=None)
        first = near and correct(curve, np.append(near.y, value), border)[0]
    if first is None:
        f, _ = derivatives.linear(guess)
        where = ", ".join(f"{s} = {x:.4g}" for s, x in zip(found.states, found.start, strict=True))
        raise refuse(
            f"no fixed point was found at {parameter} = {value:g} from {where}, nor elsewhere.",
            why=f"the largest slope there is {np.abs(f).max():.3g}, and no search led to where it is 0",
            try_="start=the last state of a simulation that has come to rest",
        )
    return first, scale_of(found, first.z[:-1])


def scale_of(found: System, *states) -> np.ndarray:
    """What 1 is in each state, (n,): the largest value that is known of it, and 1 at least."""
    ranges = getattr(found.target, "ranges", {})
    known = [found.start, *states, [max(map(abs, ranges.get(name, (0.0,)))) for name in found.states]]
    if hasattr(found.target, "initial"):  # `start` may be a state in which V happens to be near 0
        known.append([float(unbox(x)) for x in found.target.initial()])
    return np.maximum(1.0, np.abs(np.stack(known)).max(0))


def _settle(derivatives, z, steps=200):
    """A step of implicit Euler after the other, each longer if the slope has become smaller: as a simulation would end.

    Source: Kelley & Keyes, SIAM J. Numer. Anal. 35 (1998) 508 (pseudo-transient continuation).
    """
    f, jacobian = derivatives.linear(z)
    dt = 0.1 / max(np.abs(jacobian[:, :-1]).max(), 1e-12)
    for _ in range(steps):
        move = np.linalg.solve(np.eye(len(f)) / dt - jacobian[:, :-1], f)
        z = z + np.append(move, 0.0)
        before, (f, jacobian) = np.linalg.norm(f), derivatives.linear(z)
        if not np.isfinite(f).all() or np.linalg.norm(f) == 0:
            break
        dt *= float(np.clip(before / np.linalg.norm(f), 0.5, 2.0))
    return z


def _branch(found, derivatives, parameter, walked: Walk) -> Branch:
    z = np.stack([point.z for point in walked.points])
    values = np.stack([np.sort_complex(point.facts.eigenvalues) for point in walked.points])
    special = tuple(_special(derivatives, found, parameter, kind, point) for kind, _, point in walked.special)
    return Branch(parameter, found.states, z[:, -1], z[:, :-1], values, special, walked.ended)


def _special(derivatives, found, parameter, kind, point) -> SpecialPoint:
    jacobian = point.facts.jacobian[:, :-1]
    more = {}
    if kind == "Hopf":
        omega, q = critical_pair(jacobian)
        more = dict(period=2 * np.pi / omega, lyapunov=lyapunov(derivatives, point.z, jacobian, omega, q))
    values = np.sort_complex(point.facts.eigenvalues)
    return SpecialPoint(kind, parameter, float(point.z[-1]), point.z[:-1], values, found.states, **more)


def _ends_at(branch, point, scale, width) -> bool:
    """Whether these cycles have shrunk to that Hopf point: then it is the other end of the same branch."""
    close = np.abs(0.5 * (branch.low[-1] + branch.high[-1]) - point.y) < 0.1 * scale
    return branch.ended == "Hopf" and close.all() and abs(branch.values[-1] - point.value) < 0.02 * width
