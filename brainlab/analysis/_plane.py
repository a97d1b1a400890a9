"""Plane: some states of a system as a system of their own, the others held or following at once."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from ._newton import _solve
from ._system import System
from .fixed_points import find


@dataclass(frozen=True)
class Plane:
    """field(y, (p, held)) of the states at `axes`. Equal for equal systems, so that nothing compiles twice.

    held   : (n,) what the other states are
    slaved : those of them that are where they would settle: the zero of their own equations, by Newton's steps from `held`
    """

    field: Callable
    axes: tuple[int, ...]
    slaved: tuple[int, ...] = ()

    def __call__(self, y, given):
        return self.field(self.whole(y, given), given[0])[jnp.array(self.axes)]

    def whole(self, y, given):
        """All states, (n,)."""
        p, held = given
        full = jnp.asarray(held, y.dtype).at[jnp.array(self.axes)].set(y)
        if not self.slaved:
            return full
        own = jnp.array(self.slaved)

        def missed(s):
            return self.field(full.at[own].set(s), p)[own]

        def newton(state):
            i, s, _ = state
            step = _solve(jax.jacfwd(missed)(s), missed(s))
            return i + 1, s - step, jnp.abs(step).max() / (1.0 + jnp.abs(s).max())

        # Gates are linear in themselves: one step and one that sees that it was enough, which also brings the derivative.
        tol = 100 * jnp.finfo(y.dtype).eps
        _, s, _ = lax.while_loop(
            lambda state: (state[0] < 12) & (state[2] > tol), newton, (0, full[own], jnp.ones((), y.dtype))
        )
        return full.at[own].set(s)

    def zeros(self, given, low, high, starts) -> list:
        """[(all states, Jacobian of the plane)] of the distinct zeros in a box of the plane."""
        p, held = given
        both = self.axes + self.slaved  # searched together, which is one Newton's method instead of one within another
        whole = Plane(self.field, both)
        room = np.maximum(np.abs(np.asarray(held))[list(self.slaved)], 1.0)
        begin = np.asarray(_wholes(self, given, jnp.asarray(starts)))[:, list(both)]
        width = np.append(high - low, room)
        low, high = (np.append(edge, np.full(len(room), sign * np.inf)) for edge, sign in ((low, -1), (high, 1)))
        out = []
        for y, J in find(whole, given, low, high, np.nan_to_num(begin), width):
            k = len(self.axes)
            fast = J[:k, k:] @ np.linalg.solve(J[k:, k:], J[k:, :k]) if self.slaved else 0.0
            states = np.array(held)
            states[list(both)] = y
            out.append((states, J[:k, :k] - fast))  # with what follows at once put in
        return out


@functools.partial(jax.jit, static_argnames=("plane",))
def _wholes(plane, given, ys):
    return jax.vmap(lambda y: plane.whole(y, given))(ys)


def plane(system: System, axes, slaved=(), held=None) -> tuple[Plane, tuple]:
    """(the field, what it takes as p). held: values by name; the other ones are at the start."""
    full = np.array(system.start, float)
    for name, value in (held or {}).items():
        full[system.check_states(name, 1)[0]] = value
    return Plane(system.field, tuple(axes), tuple(slaved)), (system.dtyped(), jnp.asarray(full))
