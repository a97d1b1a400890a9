"""Solution: the times and the states of a run, and whether they are numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import jax
import numpy as np

from ..math._array import Array, unbox
from ..math._trace import is_tracer, local
from ..math._where import place, user_frame
from ._dense import boxed
from .errors import DivergedError, IntegrateError


@dataclass(frozen=True, repr=False)
class Solution:
    """What a solver returns.

    t : (time,), from t0 to t1
    y : (time, ...), the first row is y0; for several states a tuple of these. `sol["V"]` is the state called V.

    >>> import brainlab as bl
    >>> sol = bl.solve_ode(lambda x, v, t: (v, -x), (1.0, 0.0), 0.0, 3.0, dt=0.1)
    >>> sol
    Solution(t (31,), x (31,), v (31,), method='rk4')
    >>> bool((sol["v"] == sol.y[1]).all())
    True

    Called, it gives the state at any time, `sol(1.234)`. sol.events: the times of the events that `solve_ode` was asked
    for. sol.stats: how many steps a solver that chooses them has taken and rejected.
    """

    t: Any
    y: Any
    states: tuple[str, ...] = ()
    method: str = ""
    dense: Any = field(default=None, compare=False)  # the solution as a function of time: see _dense.py
    events: dict = field(default_factory=dict, compare=False)  # name -> (number,) times
    stats: dict = field(default_factory=dict, compare=False)  # steps accepted and rejected, where the solver chose them

    def __call__(self, t):
        """The state at t, one time or an array of them, between t0 and t1: (shape of t, ...); a tuple for several states.

        >>> import brainlab as bl
        >>> sol = bl.solve_ode(lambda x, t: -x, 1.0, 0.0, 2.0, rtol=1e-6)
        >>> sol([0.5, 1.5])
        Array([0.60653..., 0.22313...], dtype=float32)
        """
        if self.dense is None:
            raise IntegrateError(
                "this solution is known in its rows only.",
                place(user_frame()),
                "what lies between them does not leave compiled code, and methods with memory or noise have none",
                "steps=1000, or times=[...]: more rows",
            )
        return boxed(self.dense(unbox(t) if isinstance(t, Array) else t))

    def __getitem__(self, name: str):
        if name not in self.states:
            raise IntegrateError(
                f"the solution has no state {name!r}.", why=f"its states are {', '.join(self.states)}", try_="sol.y"
            )
        return self.y[self.states.index(name)] if isinstance(self.y, tuple) else self.y

    def __repr__(self):
        parts = self.y if isinstance(self.y, tuple) else (self.y,)
        shapes = ", ".join(f"{name} {tuple(part.shape)}" for name, part in zip(self.states, parts, strict=True))
        return f"Solution(t {tuple(self.t.shape)}, {shapes}, method={self.method!r})"


jax.tree_util.register_dataclass(Solution, ["t", "y"], ["states", "method"], ["dense", "events", "stats"])


def check_finite(solution: Solution, mesh: str):
    """Raise where the numbers ended. `mesh` is the finer one to try. After the run, on the host; traced ones pass."""
    parts = solution.y if isinstance(solution.y, tuple) else (solution.y,)
    if local.stack or any(is_tracer(unbox(x)) for x in (solution.t, *parts)):
        return solution
    first = None  # (row, name, place in the array, value)
    for name, part in zip(solution.states, parts, strict=True):
        values = np.asarray(part)
        good = np.isfinite(values)
        if not good.all():
            row, *index = map(int, np.argwhere(~good)[0])
            if first is None or row < first[0]:
                first = row, name, index, values[(row, *index)]
    if first is None:
        return solution
    row, name, index, value = first
    name += f"[{', '.join(map(str, index))}]" if index else ""
    became = "NaN" if np.isnan(value) else "infinite"
    if row == 0:
        raise DivergedError(f"y0: {name} is {became} at the start.", place(user_frame()), try_="a number for every element")
    why = "a step longer than the fastest process overshoots, each time by more; or the equation itself runs away"
    if row == 1:
        why = "it happened in the first step: 0/0, a log or root of a negative number in f, or a step far too long"
    raise DivergedError(f"{name} became {became} at t = {_time(solution.t, row)}.", place(user_frame()), why, mesh)


def _time(t: Array, row: int) -> str:
    return f"{float(t[row]):.6g}"
