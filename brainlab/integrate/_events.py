"""Events: the times at which a function of the state is zero, found on the dense output."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from ..math._array import as_arrays, box, raw
from ..math._program import boxed, call
from ..math._trace import local
from ..math._where import place, user_frame
from ._dense import Dense, hermite
from ._dense import boxed as boxed_states
from ._equation import Equation
from ._tolerances import any_traced
from .errors import IntegrateError
from .solution import Solution

PARTS = 4  # each step is looked at in so many parts: one that goes up and down again is not missed
DIRECTIONS = ("up", "down", "any")


@dataclass(frozen=True)
class Event:
    """What `bl.event` returns."""

    g: Callable
    direction: str = "any"
    terminal: bool = False


def event(g, direction: str = "any", terminal: bool = False) -> Event:
    """A moment to be found: where g is zero.

    g         : g(x, t, ...) -> a number; the states and t as in the equation, its other arguments if g takes them
    direction : "up": from below zero to above, "down", or "any"
    terminal  : the solution ends at the first one

    >>> import brainlab as bl
    >>> fall = lambda x, v, t: (v, -9.81)
    >>> ground = bl.event(lambda x, v, t: x, direction="down", terminal=True)
    >>> sol = bl.solve_ode(fall, (10.0, 0.0), 0.0, 5.0, rtol=1e-5, events={"ground": ground})
    >>> sol.events["ground"]
    Array([1.427...], dtype=float32)
    """
    if direction not in DIRECTIONS:
        raise IntegrateError(
            f"direction = {direction!r:.40}: a zero is passed {', '.join(DIRECTIONS[:-1])} or in any direction.",
            place(user_frame()),
            try_='bl.event(g, direction="up")',
        )
    return Event(g, direction, bool(terminal))


def check_events(events, equation, args) -> dict:
    """name -> (Event, the arguments its function takes), all of the states of the equation."""
    if events is None:
        return {}
    if not isinstance(events, dict):
        raise IntegrateError(
            f"events = {events!r:.40}: events have names.",
            place(user_frame()),
            "sol.events finds their times by these",
            f'events={{"spike": lambda {", ".join(equation.states)}, t: {equation.states[0]}}}',
        )
    return {name: _checked(name, e if isinstance(e, Event) else event(e), equation, args) for name, e in events.items()}


def _checked(name, e, equation, args):
    of = Equation(e.g)
    if len(of.states) != len(equation.states):
        raise IntegrateError(
            f"the event {name!r} is a function of {', '.join(of.states)} and t; states are {', '.join(equation.states)}.",
            place(user_frame()),
            "an event sees all states, as the equation does",
            f"lambda {', '.join(equation.states)}, t: ...",
        )
    more = tuple(args) if _takes(of, equation, args) else ()
    of.bind((*equation.states, "t", *more), {}, solving=True)
    return e, more


def _takes(of, equation, args) -> bool:
    try:
        of.signature.bind(*equation.states, "t", *args)
    except TypeError:
        return False
    return True


def find(dense: Dense, events: dict) -> tuple[dict, float | None]:
    """(name -> times, when a terminal event has ended it or None)."""
    times = {name: _zeros(dense, e, args) for name, (e, args) in events.items()}
    ends = [times[name][0] for name, (e, _) in events.items() if e.terminal and len(times[name])]
    end = min(ends) if ends else None
    return {name: t if end is None else t[t <= end] for name, t in times.items()}, end


def with_events(solution: Solution, events: dict) -> Solution:
    """The solution with its events; after a terminal one it ends there, in a row of its own."""
    if local.stack or solution.dense is None or any_traced(solution.dense.t, solution.dense.y):
        raise IntegrateError(
            "events are asked for inside a compiled function.",
            place(user_frame()),
            "how many there are is not known before the run, and compiled code makes arrays of one length",
            "call bl.solve_ode outside of jit, vmap and grad",
        )
    times, end = find(solution.dense, events)
    solution = replace(solution, events={name: box(jnp.asarray(t)) for name, t in times.items()})
    if end is None:
        return solution
    dense = replace(solution.dense, end=end)
    here = np.asarray(solution.t) < np.asarray(end).astype(np.asarray(solution.t).dtype)
    t = np.append(np.asarray(solution.t)[here], end)
    last = dense(end)
    y = solution.y if isinstance(solution.y, tuple) else (solution.y,)
    y = tuple(np.concatenate([np.asarray(rows)[here], np.asarray(x)[None]]) for rows, x in zip(y, last, strict=True))
    return replace(solution, t=box(jnp.asarray(t)), y=boxed_states(y), dense=dense)


def _zeros(dense: Dense, e: Event, args) -> np.ndarray:
    steps = len(dense.t) - 1
    pieces = _pieces(dense, 1 << steps.bit_length())  # a power of 2 above it, so that few lengths are compiled
    values = np.asarray(_run("event", e, _look, (pieces,), args))  # (pieces, PARTS)
    before, after = values[:steps], np.roll(values.ravel(), -1).reshape(values.shape)[:steps]
    up, down = (before < 0) & (after >= 0), (before > 0) & (after <= 0)
    found = np.argwhere({"up": up, "down": down, "any": up | down}[e.direction])
    if not len(found):
        return np.zeros(0)
    step, part = np.resize(found, (max(16, 1 << (len(found) - 1).bit_length()), 2)).T
    here, rising = jax.tree.map(lambda x: x[step], pieces), after[step, part] > before[step, part]
    s = np.asarray(_run("event, zero", e, _halve, (here, part / PARTS, rising), args), float)[: len(found)]
    t = dense.t[found[:, 0]]
    return t + s * (dense.t[found[:, 0] + 1] - t)


def _pieces(dense: Dense, number: int):
    """(t, h, (y0, f0, y1, f1, quartic) of each state), all steps and then steps of length 0 at the end."""
    steps = len(dense.t) - 1
    i = np.minimum(np.arange(number), steps)
    j = np.minimum(i + 1, steps)
    quartics = dense.quartic or (None,) * len(dense.y)

    def state(y, f, quartic):
        y, f = np.asarray(y), np.asarray(f)
        return y[i], f[i], y[j], f[j], None if quartic is None else quartic[np.minimum(i, steps - 1)]

    real = np.asarray(dense.y[0]).real.dtype
    t, h = dense.t[i], dense.t[j] - dense.t[i]
    return t.astype(real), h.astype(real), [state(*each) for each in zip(dense.y, dense.f, quartics, strict=True)]


def _run(kind, e: Event, fun, values, args):
    def inline(*given):
        values, args = given[: len(given) - n], given[len(given) - n :]

        def g(piece, s):
            t, h, states = piece
            y = [hermite(s, h, *state) for state in states]
            out = jnp.asarray(raw(e.g(*as_arrays(tuple(y)), as_arrays(t + s * h), *map(boxed, args))))
            if out.shape:
                raise IntegrateError(
                    f"an event gives a result of shape {out.shape}.",
                    place(user_frame()),
                    "it is one number, whose zero is the moment",
                    "V[0], V.max() or V.mean() instead of V",
                )
            return out

        return fun(g, *raw(values))

    n = len(args)
    return raw(call(kind, inline, (e.g,), (*values, *args), {}, (len(values[0][2]),)))


def _look(g, pieces):
    """g at the beginning of each part of each step."""
    return jax.vmap(lambda piece: jax.vmap(lambda s: g(piece, s))(jnp.arange(PARTS) / PARTS))(pieces)


def _halve(g, pieces, low, rising):
    """Bisection: it cannot fail, and all events are halved at once."""
    real = pieces[0].dtype
    low = low.astype(real)

    def halve(_, ends):
        low, high = ends
        middle = 0.5 * (low + high)
        before = (jax.vmap(g)(pieces, middle) < 0) == rising
        return jnp.where(before, middle, low), jnp.where(before, high, middle)

    return lax.fori_loop(0, jnp.finfo(real).nmant + 2, halve, (low, low + jnp.asarray(1 / PARTS, real)))[1]
