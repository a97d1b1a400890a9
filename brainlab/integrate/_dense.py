"""Dense output: the solution between its rows.

On one step from y_0 to y_1 with the slopes f_0 and f_1, and with s = (t - t_0) / h from 0 to 1, the cubic of Hermite

$$u(s) = (1 - s)\\, y_0 + s\\, y_1 + s (s - 1) \\left[(1 - 2 s)(y_1 - y_0) + (s - 1) h f_0 + s h f_1\\right]$$

(Hairer, Norsett, Wanner 1993, II.6, eq. 6.7) has order 3. Any quartic with the same ends and slopes differs from it by a
multiple of s^2 (1 - s)^2; for `dopri5` and `tsit5` that multiple, a sum of their slopes, is known and makes order 4.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..math._array import as_arrays, raw
from ..math._program import call
from ..math._trace import is_tracer
from ..math._where import place, user_frame
from ..math.loops import scan
from .errors import IntegrateError


def hermite(s, h, y0, f0, y1, f1, quartic=None):
    """The solution at the share s of a step of length h. Of NumPy or of JAX, as what goes in."""
    rise = y1 - y0
    u = y0 + s * rise + s * (s - 1) * ((1 - 2 * s) * rise + (s - 1) * h * f0 + s * h * f1)
    return u if quartic is None else u + (s * (1 - s)) ** 2 * quartic


@dataclass
class Dense:
    """A solution as a function of time.

    t       : (rows,) increasing; on the host in float64, unless it is traced
    y       : (rows, ...) for each state
    slopes  : () -> the same shapes: dy/dt in each row; asked for once, when they are needed
    quartic : (rows - 1, ...) for each state, or None
    """

    t: Any
    y: tuple
    slopes: Callable
    quartic: Any = None
    end: float | None = None  # where an event has ended it, before its last row

    @functools.cached_property
    def f(self):
        return self.slopes()

    @property
    def last(self):
        return self.t[-1] if self.end is None else self.end

    def __call__(self, t) -> tuple:
        """Each state at t, of shape t.shape + its own."""
        traced = is_tracer(t) or is_tracer(self.t)
        xp = jnp if traced else np
        t = jnp.asarray(t) if traced else np.asarray(t, float)  # float64: t - t0 has few digits left in float32
        if not traced and t.size and not (self.t[0] <= t.min() and t.max() <= self.last):
            self._outside(t)
        i = xp.clip(xp.searchsorted(self.t, t, side="right") - 1, 0, len(self.t) - 2)
        before, after = xp.asarray(self.t)[i], xp.asarray(self.t)[i + 1]
        s, h = (t - before) / (after - before), after - before
        xp = jnp if traced or any(map(is_tracer, (*self.y, *self.f))) else np
        quartics = self.quartic or (None,) * len(self.y)

        def state(y, f, quartic):
            y, f = xp.asarray(y), xp.asarray(f)
            share, length = (x.astype(y.real.dtype).reshape(x.shape + (1,) * (y.ndim - 1)) for x in (s, h))
            return hermite(
                share, length, y[i], f[i], y[i + 1], f[i + 1], None if quartic is None else xp.asarray(quartic)[i]
            )

        return tuple(map(state, self.y, self.f, quartics))

    def _outside(self, t):
        first, last = float(self.t[0]), float(self.last)
        wrong = next(float(x) for x in np.ravel(t) if not first <= x <= last)
        raise IntegrateError(
            f"t = {wrong:g} is outside of the solution, which goes from {first:g} to {last:g}.",
            place(user_frame()),
            "between its rows a solution is known as well as in them; beyond them it has not been computed",
            f"sol({min(max(wrong, first), last):g})",
        )


def slopes_of(f, equation, t, states: tuple, args) -> tuple:
    """dy/dt in each row: for solvers that have not kept it."""

    def inline(t, states, *args):
        field, several = equation.field(args), len(states) > 1

        def row(_, at):
            t, y = raw(at)
            return 0, field(y if several else y[0], t)

        out = raw(scan(row, 0, raw((t, states)))[1])
        return out if several else (out,)

    return raw(call("slopes", inline, (f,), (t, states, *args), {}, (len(states),)))


def boxed(states: tuple):
    """Arrays of the student's; one state alone is no tuple."""
    states = as_arrays(tuple(jax.tree.map(jnp.asarray, raw(states))))
    return states if len(states) > 1 else states[0]
