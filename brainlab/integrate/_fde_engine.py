"""The engine of fractional differential equations: one step, and a march in which every step remembers all before it.

The memory is a convolution that is needed while it is made: what step n remembers contains step n - 1. Short marches sum
it as it stands, n**2 / 2 products. Long ones cut time into blocks: inside a block the sum, and of what lies before it a
fast Fourier transform of ever longer pieces, n (log n)**2 in all.
Source: Hairer, Lubich, Schlichte (1985), SIAM J. Sci. Stat. Comput. 6.
"""

from __future__ import annotations

import functools
import math

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from ..math._array import raw
from ..math._where import place, user_frame
from ..math.loops import scan
from ._fde_methods import Rule, Weights
from .errors import IntegrateError

DIRECT = 1024  # up to so many steps the plain sum is the fastest
BLOCK = 256
MOST_ITERATIONS = 30  # of Newton's method, which needs 2 to 4; more mean that there is no solution near


def flatten(y):
    """(vector, back): all elements of all states, and the way back from rows of such vectors (..., n)."""
    parts = y if isinstance(y, tuple) else (y,)
    shapes, dtype = [part.shape for part in parts], jnp.result_type(*parts)
    if jnp.issubdtype(dtype, jnp.complexfloating):
        raise IntegrateError(
            "the state is complex.",
            place(user_frame()),
            "fractional equations are solved in real numbers",
            "def f(re, im, t): ...   # two states",
        )
    ends = np.cumsum([math.prod(shape) for shape in shapes])[:-1]

    def back(vectors):
        pieces = jnp.split(vectors, ends, axis=-1)
        states = tuple(p.reshape(p.shape[:-1] + shape) for p, shape in zip(pieces, shapes, strict=True))
        return states if isinstance(y, tuple) else states[0]

    return jnp.concatenate([part.reshape(-1).astype(dtype) for part in parts]), back


def on_vectors(field, back):
    """The field of states as one of vectors."""
    return lambda x, t: flatten(field(back(x), t))[0]


def finish_step(rule: Rule, f, x, start, memory, t, new):
    """x at the end t of a step, from T (n,) and the sums (row, n) over the past; `new` is the weight of the slope at t."""
    known = start + memory
    if rule.new == "unused":
        return known[0]
    if rule.new == "predicted":
        return known[1] + new * f(known[0], t)
    return solved(lambda x: x - known[0] - new * f(x, t), x, jnp.max(jnp.abs(start)) + jnp.max(jnp.abs(memory)))


def solved(residual, guess, size):
    """x with residual(x) = 0, by Newton's method with the Jacobian from automatic differentiation; NaN if there is none
    near the guess. Its gradient is that of the solution, by the implicit function theorem.

    size : of the terms that the residual subtracts. Where x goes through 0 they are what is rounded.
    """
    size = lax.stop_gradient(size)

    def newton(residual, x):
        enough = float(jnp.finfo(x.dtype).eps) ** (2 / 3)  # errors are squared: the one after this is below rounding

        def wrong(step, x):
            return jnp.max(jnp.abs(step)) > enough * (size + jnp.max(jnp.abs(x)))  # False where it is NaN

        def improve(state):
            x, _, count = state
            step = linear(jax.jacfwd(residual)(x), residual(x))
            return x - step, step, count + 1

        x, step, _ = lax.while_loop(
            lambda state: (state[2] == 0) | wrong(state[1], state[0]) & (state[2] < MOST_ITERATIONS), improve, (x, x, 0)
        )
        return jnp.where(wrong(step, x) | jnp.isnan(step).any(), jnp.nan, x)

    return lax.custom_root(residual, guess, newton, lambda g, b: linear(jax.jacfwd(g)(b), b))


def summed(kernel, memory):
    return jnp.matmul(kernel, memory, precision="highest")  # else a GPU may round the factors to 10 bits


def linear(matrix, b):
    return b / matrix[0] if b.shape == (1,) else jnp.linalg.solve(matrix, b)


def march(rule: Rule, weights: Weights, f, start, times, elapsed, scale, block: int | None = None):
    """The states (time, n), the first row at times[0].

    f             : f(x, t) -> slope, vectors of n numbers
    start         : (order, n): y(0), and y'(0) where alpha is above 1
    elapsed, scale: times - times[0], and dt**alpha
    block         : how many steps are summed as they stand; the choice changes roundings only
    """
    steps, dtype = len(times) - 1, start.dtype
    block = block or (steps if steps <= DIRECT else BLOCK)
    blocks = -(-steps // block)
    padded = blocks * block
    past, first, new, scale = (jnp.asarray(w, dtype) for w in (*weights, scale))
    past, new = jnp.pad(past, ((0, 0), (0, padded - steps))), new * scale
    newest_last = jnp.pad(past[:, block - 1 :: -1], ((0, 0), (0, block)))
    add_to_far, room = _far(past, block, blocks)
    rows, n = len(past), start.shape[1]

    def taylor(elapsed):
        return start[0] if len(start) == 1 else start[0] + elapsed.astype(dtype) * start[1]

    def step(carry, xs):
        """One step: `near` is what this block remembers, `far` the sum over all blocks before it."""
        x, oldest, near = raw(carry)
        i, t, t_next, since, since_next, extra, far, live = raw(xs)
        memory = scale * f(x, t) if rule.remembers == "slopes" else x - taylor(since)
        oldest = jnp.where(since == 0, memory, oldest)
        near = lax.dynamic_update_index_in_dim(near, memory, i, 0)
        kernel = lax.dynamic_slice_in_dim(newest_last, block - 1 - i, block, 1)
        past = far + summed(kernel, near) + extra[:, None] * oldest
        x = jnp.where(live, finish_step(rule, f, x, taylor(since_next), past, t_next, new), x)
        return (x, oldest, near), x

    def columns(values):  # one row for each step; what lacks to whole blocks repeats the last one
        more = [(0, padded - steps)] + [(0, 0)] * (values.ndim - 1)
        return jnp.pad(values, more, mode="edge").reshape(blocks, block, *values.shape[1:])

    live = jnp.arange(padded).reshape(blocks, block) < steps
    xs = tuple(map(columns, (times[:-1], times[1:], elapsed[:-1], elapsed[1:], first.T)))

    def one_block(carry, xs):
        x, oldest, all_memory, all_far = raw(carry)
        b, (*columns, live) = raw(xs)
        far = lax.dynamic_slice(all_far, (0, b * block, 0), (rows, block, n)).swapaxes(0, 1)
        inner = (x, oldest, jnp.zeros((block, n), dtype))
        (x, oldest, near), out = raw(scan(step, inner, (jnp.arange(block), *columns, far, live)))
        if blocks > 1:
            all_memory = lax.dynamic_update_slice(all_memory, near, (b * block, 0))
            all_far = add_to_far(b, all_memory, all_far)
        return (x, oldest, all_memory, all_far), out

    carry = (start[0], jnp.zeros_like(start[0]), jnp.zeros((room, n), dtype), jnp.zeros((rows, room, n), dtype))
    _, out = raw(scan(one_block, carry, (jnp.arange(blocks), (*xs, live))))
    return jnp.concatenate([start[:1], out.reshape(padded, n)[:steps]])


def _far(past, block, blocks):
    """(add, room): `add(b, memory, far)` after block b adds what its surroundings give to the blocks that follow.

    With L = the largest power of two that divides b + 1, the last L blocks are added to the next L: in this way each pair
    of blocks is met exactly once. A circular transform of length 2 L is enough, since only its first half is spoilt.
    """
    levels = max(blocks - 1, 0).bit_length()
    room = block * 2**levels
    past = jnp.pad(past, ((0, 0), (0, room - past.shape[1])))

    def piece(length, spectrum, end, memory, far):
        before = lax.dynamic_slice_in_dim(memory, end - length, length)
        product = spectrum[:, :, None] * jnp.fft.rfft(before, 2 * length, axis=0)
        more = jnp.fft.irfft(product, 2 * length, axis=1)[:, length:]
        after = lax.dynamic_slice_in_dim(far, end, length, axis=1)
        return lax.dynamic_update_slice_in_dim(far, after + more, end, 1)

    lengths = [block * 2**level for level in range(levels)]
    pieces = [functools.partial(piece, length, jnp.fft.rfft(past[:, : 2 * length], axis=1)) for length in lengths]
    pieces.append(lambda end, memory, far: far)  # after the last block of all

    def add(b, memory, far):
        level = lax.population_count(b ^ (b + 1)) - 1  # how often 2 divides b + 1
        level = jnp.where(b + 1 == blocks, levels, level)
        return lax.switch(level, pieces, (b + 1) * block, memory, far)

    return add, room
