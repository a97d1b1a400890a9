"""What is stored and what is shown to an associative memory: rows of +1 and -1, and how a wrong one is refused."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from .._teaching import TeachingError
from ..integrate.noise import as_key
from ..math._array import Array, box, unbox
from ..math._trace import is_tracer


class PatternError(TeachingError, ValueError):
    """A pattern of the wrong size, one that is not made of +1 and -1, or an empty one.

    >>> import brainlab as bl
    >>> bl.Hopfield().store([[1, 0, 1, 0]])
    Traceback (most recent call last):
    brainlab.models._patterns.PatternError: patterns[0, 1] = 0: a pattern is made of +1 and -1.
      why: a unit that is off has to speak against those that are on, and 0 times anything says nothing.
      try: 2 * np.array(patterns) - 1
    >>> bl.Hopfield().store(2 * np.array([[1, 0, 1, 0]]) - 1)
    Memory(1 pattern in 4 units)
    """


class CapacityWarning(UserWarning):
    """More patterns than such a memory holds. They are stored all the same; `store(patterns, overload=True)` is silent."""


def binary(values, name) -> jax.Array:
    """`values` as floats that are +1 or -1. Inside compiled code nothing is known about them, and they pass."""
    values = unbox(values)
    if is_tracer(values):
        return jnp.asarray(values, jnp.result_type(float))
    try:
        given = np.asarray(values)
        numbers = given.astype(float)
    except (TypeError, ValueError):
        raise PatternError(
            f"{name} = {values!r:.40}: rows of +1 and -1 of the same length are expected.", try_=f"{name} = [[1, -1, 1, -1]]"
        ) from None
    wrong = np.argwhere(np.abs(numbers) != 1)
    if len(wrong) or given.dtype == bool:
        at = tuple(int(i) for i in wrong[0]) if len(wrong) else (0,) * given.ndim
        grey = not np.isin(numbers, (0, 1)).all()
        raise PatternError(
            f"{name}[{', '.join(map(str, at))}] = {given[at].item()!r}: a pattern is made of +1 and -1.",
            why="a unit that is off has to speak against those that are on, and 0 times anything says nothing",
            try_=f"np.where({name} > np.mean({name}), 1, -1)" if grey else f"2 * np.array({name}) - 1",
        )
    return jnp.asarray(numbers, jnp.result_type(float))


def checked_patterns(patterns) -> jax.Array:
    """(P, N) of +1 and -1."""
    X = binary(patterns, "patterns")
    X = X[None] if X.ndim == 1 else X
    if X.ndim != 2:
        raise PatternError(
            f"patterns has shape {X.shape}: (P, N) is expected, one row for each pattern.",
            why="the network does not know that pixels have neighbours: a picture is one row of units",
            try_=f"patterns.reshape({X.shape[0]}, -1)" if X.ndim > 2 else "patterns = [[1, -1, 1, -1]]",
        )
    P, N = X.shape
    if P == 0 or N < 2:
        raise PatternError(f"patterns has shape {X.shape}: one pattern of two units is the least.")
    if not is_tracer(X):
        empty = np.flatnonzero(np.abs(np.asarray(X).sum(1)) == N)
        if len(empty):
            raise PatternError(
                f"patterns[{empty[0]}] is empty: all its {N} units are {float(X[empty[0], 0]):+.0f}.",
                why="what has no contrast shows nothing, and every pattern that is mostly of that sign would end there",
                try_="a drawing with some units at +1 and some at -1",
            )
    return X


def checked_state(s, N, name="s") -> jax.Array:
    """(..., N) of +1 and -1."""
    s = binary(s, name)
    if s.ndim == 0 or s.shape[-1] != N:
        picture = s.ndim > 1 and s.shape[-1] * s.shape[-2] == N
        raise PatternError(
            f"{name} has shape {s.shape}, and the memory has N = {N} units.",
            why="a state says of every unit whether it is on or off",
            try_=f"{name}.reshape({'' if s.ndim == 2 else '-1, '}{N})" if picture else f"{name} = memory.patterns[0]",
        )
    return s


def flip(pattern, count, seed=0) -> Array:
    """The pattern with `count` of its units turned round, drawn at random.

    pattern : (..., N); of several patterns each has its own units turned round
    count   : a whole number from 0 to N
    seed    : a whole number or a key

    >>> s = flip(np.ones(100), 30)
    >>> print(s.sum())
    40.0
    """
    s = jnp.asarray(unbox(pattern), jnp.result_type(float))
    count, N = unbox(count), s.shape[-1]
    if not is_tracer(count) and (np.ndim(count) or count != int(count) or not 0 <= count <= N):
        raise PatternError(f"count = {count!r:.40}: a whole number from 0 to N = {N} is expected.", try_=f"count={N // 5}")
    places = jax.random.uniform(as_key(seed), s.shape).argsort(-1).argsort(-1)
    return box(jnp.where(places < count, -s, s))
