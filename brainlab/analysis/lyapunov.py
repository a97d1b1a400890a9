"""Lyapunov exponents: how fast neighbours part."""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from ..integrate._steppers import stepper
from ._checks import positive, refuse, whole
from ._flow import flow
from ._ranges import in_double, time_step
from ._system import system


@in_double
def lyapunov_exponents(
    target, start=None, duration=1000.0, dt=None, n=None, *, settle=None, args=None, **parameters
) -> np.ndarray:
    r"""The exponents of a trajectory, (n,), the largest first, per unit of time.

    $$\dot Y = \frac{\partial f}{\partial y}\, Y, \qquad \lambda_i = \lim_{t \to \infty} \frac{1}{t} \log |Y_i(t)|$$

    Above 0: chaos. On a limit cycle, on any attractor that is no fixed point, one is 0. Their sum is the rate at which
    volumes grow.

    start    : None: a model's own
    duration : the longer, the more digits: about sqrt(1 / duration) of them
    dt       : None: a model's own, or 0.01
    n        : how many, the largest ones; None: all
    settle   : runs that long first, to reach the attractor; None: a tenth of the duration

    The columns of Y are made orthogonal every ten steps, before all turn to the direction that grows most.
    Source: Benettin, Galgani, Giorgilli, Strelcyn, Meccanica 15 (1980) 9.

    >>> lyapunov_exponents(lambda x, y, t: (-x, -3 * y), (1.0, 1.0), duration=50.0).round(3)
    array([-1., -3.])
    """
    found = system(target, start, args, **parameters)
    states = len(found.states)
    n = states if n is None else whole("n", n, 1, states, why=f"the states are {', '.join(found.states)}")
    dt = getattr(found.target, "dt", 0.01) if dt is None else dt
    dt, steps = time_step(found, duration, dt)
    settle = duration / 10 if settle is None else positive("settle", settle, duration / 10, zero=True)
    p, y = found.dtyped(), found.start[None]
    if settle >= dt:
        before = round(settle / dt)
        y = flow(found.field, p, y, dt, steps=before, every=before)[-1]
    rates = np.asarray(_exponents(found.field, p, y[0], dt, n=n, rounds=max(steps // 10, 1)))
    if not np.isfinite(rates).all():
        raise refuse(
            "the trajectory became infinite or NaN.",
            why="a step longer than the fastest process overshoots, each time by more; or the equation itself runs away",
            try_=f"dt={dt / 10:g}",
        )
    return np.sort(rates)[::-1]


@functools.partial(jax.jit, static_argnames=("field", "n", "rounds", "steps"))
def _exponents(field, p, y, dt, *, n, rounds, steps=10):
    """The tangents Y are (n, states), one in each row; `rounds` times `steps` steps."""
    y = jnp.asarray(y, jnp.result_type(float))
    step, dt = stepper("rk4"), jnp.asarray(dt, y.dtype)

    def both(state, t):
        slope, push = jax.linearize(lambda y: field(y, p), state[0])
        return jnp.concatenate([slope[None], jax.vmap(push)(state[1:])])

    def round_(state, _):
        state = lax.fori_loop(0, steps, lambda i, s: step(both, s, 0.0, dt), state)
        rows, lengths = [], []
        for row in state[1:]:  # Gram and Schmidt's way, which for few short rows is far cheaper than a call of LAPACK
            for other in rows:
                row = row - (row @ other) * other
            lengths.append(jnp.linalg.norm(row))
            rows.append(row / lengths[-1])
        return jnp.stack([state[0], *rows]), jnp.log(jnp.stack(lengths))

    state = jnp.concatenate([y[None], jnp.eye(n, len(y), dtype=y.dtype)])
    return lax.scan(round_, state, None, length=rounds)[1].mean(0) / (steps * dt)
