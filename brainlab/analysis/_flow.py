"""The flow of a field: Runge-Kutta steps from many starts, in one compiled loop."""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
from jax import lax

from ..integrate._steppers import stepper


@functools.partial(jax.jit, static_argnames=("field", "steps", "every"))
def flow(field, p, starts, dt, *, steps, every=1):
    """Trajectories, (steps // every + 1, k, n), the first row the starts (k, n). dt may be below 0: back in time."""
    starts = jnp.asarray(starts, jnp.result_type(float))
    step, dt = stepper("rk4"), jnp.asarray(dt, starts.dtype)
    slopes = jax.vmap(lambda y: field(y, p))

    def one(_, y):
        return step(lambda y, t: slopes(y), y, 0.0, dt)

    def some(y, _):
        y = lax.fori_loop(0, every, one, y) if every > 1 else one(0, y)
        return y, y

    _, rows = lax.scan(some, starts, None, length=steps // every)
    return jnp.concatenate([starts[None], rows])


def advance(field, p, y, duration, steps):
    """Where y (n,) is after `duration`, in equal steps. For code that is compiled; it can be differentiated."""
    step, dt = stepper("rk4"), duration / steps

    def one(y, _):
        return step(lambda y, t: field(y, p), y, 0.0, dt), None

    return lax.scan(one, y, None, length=steps)[0]
