"""A progress bar for compiled loops that costs the loop nothing.

A call back to Python from every step would be slower than the step. So the loop is cut into pieces: inside a piece
nothing is added, and Python hears of the progress once per piece.
"""

from __future__ import annotations

import functools
import itertools

import jax
import jax.numpy as jnp
from jax import lax

_PIECES = 50
_numbers = itertools.count()
_bars: dict = {}  # number of the loop -> the bar that is open


def report(number: int, length: int, n: int) -> None:
    """n more steps are done. Called from compiled code, and from the Python loop under `bm.disable_jit()`."""
    from tqdm.auto import tqdm

    if n == 0 and number in _bars:  # the last run was interrupted
        _bars.pop(number).close()
    bar = _bars.setdefault(number, None) or tqdm(total=length, unit="step")
    _bars[number] = bar
    bar.update(n)
    if bar.n >= length:
        _bars.pop(number).close()


def new_number() -> int:
    return next(_numbers)


def scan(step, start, xs, length: int, reverse: bool):
    """`lax.scan` in pieces of equal length, and a shorter one at the end."""
    tell = functools.partial(report, new_number(), length)
    size = max(1, -(-length // _PIECES))
    whole, rest = divmod(length, size)

    def at(state, _):  # elements are taken from the whole of xs: cutting it into pieces would copy it
        i, carry = state
        where = length - 1 - i if reverse else i
        carry, y = step(carry, jax.tree.map(lambda a: lax.dynamic_index_in_dim(a, where, keepdims=False), xs))
        return (i + 1, carry), y

    def piece(state, _, n=size):
        out = lax.scan(at, state, length=n)
        jax.debug.callback(functools.partial(tell, n))  # without operands there is nothing to copy
        return out

    jax.debug.callback(functools.partial(tell, 0))
    state, ys = lax.scan(piece, (jnp.uint32(0), start), length=whole)  # unsigned: JAX need not look for negative ones
    ys = jax.tree.map(lambda a: a.reshape(whole * size, *a.shape[2:]), ys)
    if rest:
        state, more = piece(state, None, rest)
        ys = jax.tree.map(lambda a, b: jnp.concatenate([a, b]), ys, more)
    return state[1], jax.tree.map(lambda a: a[::-1], ys) if reverse else ys
