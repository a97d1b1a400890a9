"""Steps as long as the error allows: one attempt, the control of its length, and the loops around it. Raw JAX.

The state is one vector here, and `field(y, t)` its derivative. Source of all of it: Hairer, Norsett, Wanner, Solving
Ordinary Differential Equations I (1993), II.4; the PI controller is of Gustafsson (1991), ACM Trans. Math. Softw. 17.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from ..math._trace import local
from ._dense import hermite
from ._steppers import _ahead

SAFETY, LEAST, MOST = 0.9, 0.2, 10.0  # the next step over this one: of the best guess, at least, at most
GOING, ARRIVED, STUCK = 0, 1, 2


class Tolerance(NamedTuple):
    """An error of `atol + rtol |y|` in each element is allowed, in the mean over the elements. No step is over `max_dt`."""

    rtol: Any
    atol: Any
    max_dt: Any


class Run(NamedTuple):
    """Where an integration is."""

    t: Any
    rest: Any  # what t has lost to rounding: the time is t + rest. A float32 sum of 1e5 steps of 0.01 would be 0.7 off
    y: Any
    slope: Any  # f(y, t): the last slope of one step is the first one of the next
    h: Any  # length of the next attempt
    error: Any  # of the last accepted step, in units of what is allowed
    rejected: Any  # whether the last attempt was
    attempts: Any
    status: Any


class Piece(NamedTuple):
    """One accepted step, as dense output needs it: the two ends and the quartic term (see _dense.py)."""

    t: Any
    rest: Any
    h: Any
    ends: Any  # (y, slope, next y, next slope)
    quartic: Any


def norm(x, scale):
    return jnp.sqrt(jnp.mean(jnp.abs(x / scale) ** 2))


def start(row, field, y, t0, t1, tol) -> Run:
    """The first state, and a first step such that an Euler step would keep the tolerance (Hairer, II.4)."""
    slope = field(y, t0)
    y = y.astype(slope.dtype)
    scale = tol.atol + tol.rtol * jnp.abs(y)
    size, speed = norm(y, scale), norm(slope, scale)
    h = jnp.where((size < 1e-5) | (speed < 1e-5), 1e-6, 0.01 * size / jnp.where(speed > 0, speed, 1.0))
    h = jnp.minimum(h, t1 - t0)
    bend = norm(field(y + h * slope, t0 + h) - slope, scale) / h
    steepest = jnp.maximum(speed, bend)
    better = jnp.where(steepest <= 1e-15, jnp.maximum(1e-6, 1e-3 * h), (0.01 / steepest) ** (1 / row.order))
    good = jnp.isfinite(better)  # else the first attempts find a length that has a finite result
    h = jnp.where(good, jnp.minimum(jnp.minimum(100 * h, better), t1 - t0), h)
    real = jnp.finfo(slope.dtype).dtype
    number = jnp.asarray(t0, real)
    zero = jnp.zeros_like(number)
    whole = jnp.zeros((), jnp.int32)
    h = lax.stop_gradient(h).astype(real)
    return Run(number, zero, y, slope, h, zero + 1e-4, whole > 0, whole, whole + GOING)


def attempt(row, field, t1, tol, run: Run) -> tuple[Run, Piece, Any]:
    """One step with its error estimate. A rejected one leaves time and state as they are and tries a shorter one next."""
    (a, b), y, left = row.coefficients, run.y, (t1 - run.t) - run.rest
    h = jnp.minimum(run.h, tol.max_dt)
    last = 1.01 * h >= left  # nor is a tiny step left for the end
    h = lax.stop_gradient(jnp.where(last, left, h)).astype(run.h.dtype)

    slopes = [run.slope]
    for weights in a:
        slopes.append(field(_ahead(y, h, weights, slopes), run.t + (run.rest + sum(weights) * h)))
    new = _ahead(y, h, b, slopes)
    step = run.rest + h
    t = jnp.where(last, t1, run.t + step).astype(run.t.dtype)
    slopes.append(field(new, t))

    wrong = _ahead(jnp.zeros_like(y), h, row.error, slopes[: len(row.error)])
    ratio = jnp.abs(wrong) / (tol.atol + tol.rtol * jnp.maximum(jnp.abs(y), jnp.abs(new)))
    error = lax.stop_gradient(jnp.sqrt(jnp.mean(ratio**2)))
    good = (error <= 1) & jnp.isfinite(new).all() & jnp.isfinite(slopes[-1]).all()

    k = row.order  # of the estimate as a function of h: the lower order + 1
    floor = jnp.maximum(error, 1e-10)
    longer = SAFETY * floor ** (-0.85 / k) * run.error ** (0.2 / k)
    longer = jnp.clip(longer, LEAST, jnp.where(run.rejected, 1.0, MOST))
    shorter = jnp.clip(SAFETY * floor ** (-1 / k), 0.1, 0.9)
    shorter = jnp.where(jnp.isfinite(error) & (error > 1), shorter, 0.1)
    stuck = ~good & (h * shorter <= jnp.finfo(h.dtype).eps * jnp.abs(run.t) + 1e3 * jnp.finfo(h.dtype).tiny)

    rest = jnp.where(last, 0.0, step - (t - run.t)).astype(run.t.dtype)  # exact: Dekker (1971), Numer. Math. 18
    accepted = Run(t, rest, new, slopes[-1], h * longer, jnp.maximum(error, 1e-4), False, run.attempts + 1, 0)
    status = jnp.where(good & last, ARRIVED, jnp.where(stuck, STUCK, GOING))
    refused = run._replace(h=h * shorter, rejected=True, attempts=run.attempts + 1)
    following = jax.tree.map(lambda new, old: jnp.where(good, new, old).astype(jnp.result_type(old)), accepted, refused)
    following = following._replace(status=status.astype(run.status.dtype))
    quartic = h * _ahead(jnp.zeros_like(y), 1.0, row.quartic, slopes) if row.quartic else None
    return following, Piece(run.t, run.rest, h, (y, run.slope, new, slopes[-1]), quartic), ratio


def loop(cond, body, state):
    """`lax.while_loop`, or Python's own inside `bm.disable_jit()`."""
    if not local.python:
        return lax.while_loop(cond, body, state)
    while cond(state):
        state = body(state)
    return state


def accepted_steps(row, field, t1, tol, run: Run, most, length):
    """(run, number of steps, their rows): up to `length` accepted steps, each written over the attempts that failed."""

    def row_of(run, piece):
        return run.t, run.rest, run.y, run.slope, piece.quartic

    def body(state):
        run, n, rows = state
        run, piece, _ = attempt(row, field, t1, tol, run)
        rows = jax.tree.map(lambda a, x: lax.dynamic_update_index_in_dim(a, x, n, 0), rows, row_of(run, piece))
        return run, n + jnp.where(run.rejected | (run.status == STUCK), 0, 1), rows

    def going(state):
        run, n, _ = state
        return (n < length) & (run.status == GOING) & (run.attempts < most)

    shape = (run.t, run.rest, run.y, run.slope, run.y if row.quartic else None)
    rows = jax.tree.map(lambda x: jnp.zeros((length, *x.shape), x.dtype), shape)
    return loop(going, body, (run, jnp.zeros((), jnp.int32), rows))


def on_mesh(row, field, t1, tol, run: Run, times, most):
    """y at the times. The loop inside runs until the next of them is passed, and keeps only the step that passed it."""
    piece = _at_rest(row, run)

    def emit(state, time):
        def going(state):
            run, _ = state
            return (run.t + run.rest < time) & (run.status == GOING) & (run.attempts < most)

        run, piece = loop(going, lambda s: _kept(s[1], *attempt(row, field, t1, tol, s[0])[:2]), state)
        y = _inside(piece, time)
        return (run, piece), jnp.where((run.t + run.rest >= time) & (run.status != STUCK), y, jnp.nan)

    return lax.scan(emit, (run, piece), times)[1]


def on_mesh_with_gradient(row, field, t1, tol, run: Run, times, most):
    """The same by a loop of `most` rounds, which can be run backwards. The lengths of the steps count as constants."""
    piece = _at_rest(row, run)

    def body(state, _):
        state = lax.cond(
            state[0].status == GOING, lambda s: _kept(s[1], *attempt(row, field, t1, tol, s[0])[:2]), lambda s: s, state
        )
        return state, (state[0].t + state[0].rest, state[1])

    (run, _), (ends, pieces) = lax.scan(body, (run, piece), None, length=most)
    found = jnp.minimum(jnp.searchsorted(lax.stop_gradient(ends), times), most - 1)
    y = jax.vmap(lambda i, time: _inside(jax.tree.map(lambda p: p[i], pieces), time))(found, times)
    return jnp.where((times <= ends[-1])[:, None], y, jnp.nan)


def _at_rest(row, run):
    """A step of length 1 that goes nowhere."""
    return Piece(run.t, run.rest, run.h * 0 + 1, (run.y, run.slope) * 2, run.y * 0 if row.quartic else None)


def _kept(before: Piece, run: Run, piece: Piece):
    """The state after an attempt; a rejected one leaves the piece before it."""
    refused = run.rejected | (run.status == STUCK)
    return run, jax.tree.map(lambda old, new: jnp.where(refused, old, new), before, piece)


def _inside(piece: Piece, time):
    return hermite(((time - piece.t) - piece.rest) / piece.h, piece.h, *piece.ends, piece.quartic)
