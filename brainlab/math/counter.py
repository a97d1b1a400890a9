r"""Random numbers from a counter: a pure function of (seed, stream, step, element), with nothing to keep and to pass on.

$$x_i = \mathrm{hash}(\text{seed}, \text{stream}, k, i)$$

Element i of step k is the same number in a network of any size, in whatever order and on whichever machine it is drawn:

>>> import brainlab.math as bm
>>> bm.counter.uniform(7, step=1000, n=2)
Array([0.22444695, 0.48951763], dtype=float32)
>>> bm.counter.uniform(7, step=1000, n=4)
Array([0.22444695, 0.48951763, 0.2387672 , 0.82769614], dtype=float32)

seed   : whole number from 0 up to 2**32 - 1; another seed is another experiment
step   : whole number, the time step. Seed and step may be traced, and are then taken modulo 2**32
n      : how many elements, 0 ... n-1; or an array with the numbers of the elements, for one part of a network
stream : whole number; noise, input and connections of one experiment take different streams
returns: (n,); float32, or float64 with the same 32 random bits under `bm.enable_x64()`

The hash keeps 64 bits of (seed, stream, step) and gives 32. It passes the tests of tests/math/test_counter.py; it is no
cipher. Within one step and stream no two elements have equal bits (the hash is one-to-one), which shows only where n
comes near 2**32. `bm.random` is a stream that advances by itself: for everything that is not drawn at every step.
"""

from __future__ import annotations

import operator

import jax
import jax.numpy as jnp
import numpy as np

from .._teaching import TeachingError
from . import _counter
from ._array import box, unbox
from ._names import missing_name
from ._text import text
from ._trace import is_tracer
from ._where import place, user_frame


class CounterError(TeachingError, ValueError):
    """A seed, a step, a number of elements or a rate from which no random number can be made.

    >>> import brainlab.math as bm
    >>> bm.counter.uniform(-1, step=0, n=3)
    Traceback (most recent call last):
    brainlab.math.counter.CounterError: seed = -1: a seed is a whole number from 0 up to 4294967295.
    ...
    """

    @classmethod
    def of(cls, what, why, try_):
        return cls(what, place(user_frame()), why, try_)


def _inline(f, *static):
    """Compiled where it is called from Python; inside other compiled code as if it were written there."""
    return jax.jit(f, static_argnames=static, inline=True)


_bits, _uniform, _normal, _integers = map(_inline, (_counter.bits, _counter.uniform, _counter.normal, _counter.integers))
_poisson = _inline(_counter.poisson, "most", "pieces")


def bits(seed, step, n, stream=0):
    """32 random bits for each element, as uint32.

    >>> import brainlab.math as bm
    >>> bm.counter.bits(0, step=0, n=2).dtype
    dtype('uint32')
    """
    return box(_bits(*_checked(seed, step, n, stream)))


def uniform(seed, step, n, stream=0):
    """Evenly between 0 and 1, both excluded: the 2**23 numbers (k + 1/2) / 2**23, all of them exact in float32.

    >>> import brainlab.math as bm
    >>> u = bm.counter.uniform(0, step=0, n=1000)
    >>> bool(u.min() > 0 and u.max() < 1)
    True
    """
    return box(_uniform(*_checked(seed, step, n, stream)))


def normal(seed, step, n, stream=0):
    """Standard normal numbers: the inverse of the distribution function, to 5e-6, out to 6.3 standard deviations.

    On a CPU four to five times as fast as `jax.random.normal`.

    >>> import brainlab.math as bm
    >>> x = bm.counter.normal(0, step=0, n=10_000)
    >>> round(float(x.std()), 1)
    1.0
    """
    return box(_normal(*_checked(seed, step, n, stream)))


def integers(high, seed, step, n, stream=0):
    """Whole numbers from 0 up to, not including, `high`, each with probability 1/high to within 2**-32; int32.

    >>> import brainlab.math as bm
    >>> bm.counter.integers(10, 0, step=0, n=1000).max()
    Array(9, dtype=int32)
    """
    high = _whole("high", high, 1, 2**31 - 1, "the number of possible values")
    return box(_integers(high, *_checked(seed, step, n, stream)))


def poisson(rate, seed, step, n, stream=0, most=4.0):
    r"""How many events happen where `rate` are expected in one step: rate in Hz times dt in ms, by 1000; int32.

    $$P(k) = \frac{r^k}{k!} e^{-r}$$

    rate : number or (n,), may be traced. It can be large: sums of Poisson numbers are Poisson numbers, so a rate above
           `most` is drawn in rate/most independent pieces. That is exact, and takes as many times longer
    most : the largest rate that is drawn at once. It fixes a number of comparisons, so another one compiles anew

    The numbers come from 32 bits by inversion: counts less probable than 2**-32 = 2e-10 do not happen, the others do with
    their probabilities to float32. A rate that is negative, infinite or NaN is an error; inside compiled code, where
    nothing can be raised, the count is -1.

    >>> import brainlab.math as bm
    >>> counts = bm.counter.poisson(0.5, 0, step=0, n=10_000)
    >>> round(float(counts.mean()), 1)
    0.5
    """
    seed, step, elements, stream = _checked(seed, step, n, stream)
    rate, pieces = _checked_rate(rate, elements.shape), True
    if not (isinstance(most, int | float) and 0 < most <= 60):  # beyond, exp(-rate) nears the smallest float32
        raise CounterError.of(
            f"most = {text(most)}: a rate that is drawn at once is above 0 and at most 60.",
            "larger rates are drawn in pieces, whatever `most` is",
            "bm.counter.poisson(rate, seed, step, n, most=4.0)",
        )
    if not is_tracer(rate):
        pieces = bool(np.any(np.asarray(rate) > most))
    return box(_poisson(rate, seed, step, elements, stream, most=float(most), pieces=pieces))


# ---- what the student gave


def _checked(seed, step, n, stream):
    words = [_whole(name, x, 0, 2**32 - 1, f"a {name}") for name, x in (("seed", seed), ("step", step), ("stream", stream))]
    return *words[:2], _elements(unbox(n)), words[2]


def _whole(name, x, low, high, what):
    """A whole number; one that is traced is not looked at."""
    x = unbox(x)
    try:
        if is_tracer(x) and x.ndim == 0 and jnp.issubdtype(x.dtype, jnp.integer):
            return x
        if not isinstance(x, bool | jax.core.Tracer) and low <= operator.index(x) <= high:
            return np.uint32(operator.index(x))
    except TypeError:  # no whole number
        pass
    keys = jnp.issubdtype(getattr(x, "dtype", None), jax.dtypes.prng_key)
    raise CounterError.of(
        f"{name} = {'a key of jax.random' if keys else text(x)}: {what} is a whole number from {low} up to {high}.",
        "the bits are made from whole numbers of 32 bits, one for all elements",
        f"{name}={min(max(low, 1), high)}   # for several at once: bm.vmap",
    )


def _elements(n):
    """The numbers of the elements."""
    whole = lambda x: not isinstance(x, bool) and jnp.issubdtype(jnp.result_type(x), jnp.integer)  # noqa: E731
    if isinstance(n, int | np.integer) and whole(n) and 0 <= n < 2**31:
        return _counter.elements(int(n))
    if isinstance(n, jax.Array | np.ndarray) and n.ndim and whole(n) and (is_tracer(n) or np.min(n, initial=0) >= 0):
        return jnp.asarray(n)
    raise CounterError.of(
        f"n = {text(n)}: n is how many elements, or an array with their numbers, 0 or more.",
        "compiled code is made for one number of elements",
        "bm.counter.uniform(seed, step, n=100)",
    )


def _checked_rate(rate, shape):
    rate = unbox(jnp.asarray(rate) if isinstance(rate, list | tuple) else rate)
    if jnp.ndim(rate) and jnp.shape(rate) != shape:
        raise CounterError.of(
            f"rate has shape {jnp.shape(rate)}, n stands for {shape}: both say element.",
            "each element has its own rate, or all have the same",
            "bm.counter.poisson(rate, seed, step, n=len(rate))",
        )
    if is_tracer(rate):
        return rate
    try:
        values = np.ravel(np.asarray(rate, float))
        bad = [float(r) for r in values[~((values >= 0) & (values < np.inf))]]
    except (TypeError, ValueError):  # no numbers at all
        bad = [rate]
    if bad:
        raise CounterError.of(
            f"rate = {text(bad[0])}: a rate is a finite number, 0 or more.",
            "it says how many events are expected in one step",
            "bm.counter.poisson(0.8, seed, step, n)   # 8000 Hz and dt = 0.1 ms",
        )
    return rate


def __getattr__(name):
    raise missing_name("bm.counter", name, globals())
