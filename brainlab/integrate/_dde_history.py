"""A history that cannot be compiled: plain Python with `math`, `if` or NumPy arrays. It is asked on the host, beforehand."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from ..math._array import unbox

NEAR = 6e-6  # half a step of the difference that gives the slope: about the cube root of float64's rounding


class Table(NamedTuple):
    """What the solver needs of the past, one array for each state."""

    start: Any  # (...) the state at t0
    x: Any  # (N, S, K, ...) at `then` of the plan, where that lies in the history; 0 elsewhere
    slope: Any  # likewise x'; None if nobody asks


def is_traceable(equation, history) -> bool:
    """Can it be compiled? A mistake in it shows when it is asked with numbers, with Python's own message."""
    try:
        jax.eval_shape(lambda t: equation.past(history, t), jnp.zeros(()))
    except Exception:
        return False
    return True


def tabulated(equation, history, plan, t0) -> Table:
    """The history at all times at which the plan looks at it."""
    several = len(equation.states) > 1

    def at(t):
        out = history(float(t))
        return tuple(np.asarray(unbox(x), float) for x in (out if several else (out,)))

    def near(t):  # to the left only: after t0 there is no history
        x, before, earlier = at(t), at(t - NEAR), at(t - 2 * NEAR)
        return tuple((3 * a - 4 * b + c) / (2 * NEAR) for a, b, c in zip(x, before, earlier, strict=True))

    def column(ask):
        rows = [np.zeros((*asked.shape, *x.shape)) for x in start]
        for place in zip(*np.nonzero(asked), strict=True):
            for row, x in zip(rows, ask(plan.then[place]), strict=True):
                row[place] = x
        return tuple(rows) if several else rows[0]

    equation.past(lambda t: history(float(t0)), t0)  # its errors
    asked, start = plan.row < 0, at(t0)
    return Table(start if several else start[0], column(at), column(near) if equation.neutral else None)
