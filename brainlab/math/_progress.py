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

    def cut(a):  # the shorter piece is the last to run
        head, tail = (a[rest:], a[:rest]) if reverse else (a[: whole * size], a[whole * size :])
        return head.reshape(whole, size, *a.shape[1:]), tail

    def piece(carry, x):
        out = lax.scan(step, carry, x, length=size, reverse=reverse)
        jax.debug.callback(tell, size)
        return out

    jax.debug.callback(tell, 0)
    carry, ys = lax.scan(piece, start, jax.tree.map(lambda a: cut(a)[0], xs), length=whole, reverse=reverse)
    ys = jax.tree.map(lambda a: a.reshape(whole * size, *a.shape[2:]), ys)
    if rest:
        carry, more = lax.scan(step, carry, jax.tree.map(lambda a: cut(a)[1], xs), length=rest, reverse=reverse)
        jax.debug.callback(tell, rest)
        ys = jax.tree.map(lambda a, b: jnp.concatenate([b, a] if reverse else [a, b]), ys, more)
    return carry, ys
