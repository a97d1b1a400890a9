"""bm.random: NumPy's random functions, drawn from a seeded stream that is itself a Variable.

So it works and advances inside every transform, and `seed(n)` makes everything reproducible.

>>> from brainlab.math import random
>>> random.seed(1)
>>> a = random.normal(size=2)
>>> random.seed(1)
>>> bool((a == random.normal(size=2)).all())
True

Every function takes `key=` for those who want to hold the key in their own hands.
"""

from __future__ import annotations

import functools
import inspect
import operator
import threading

import jax
import jax.numpy as jnp
import numpy as np
from jax import random as jr

from ._array import Array, box, unbox
from ._names import missing_name
from ._trace import current_serial, is_tracer, local
from ._where import place, user_frame
from .errors import ShapeError
from .variable import Variable

_lock = threading.Lock()  # two threads must not draw the same key


class RandomState(Variable):
    """A stream of random keys: a Variable that holds the next one.

    `next_key()` gives a key and moves on. Another generator of random numbers (a faster one for network noise, say)
    is another class with this method.
    """

    def __init__(self, seed: int = 0, name: str | None = None):
        self._value, self._tree = _key_of(seed), None  # a NumPy array for now: importing us must not start JAX's backend
        self._born, self.name = current_serial(), name

    def seed(self, seed: int) -> None:
        """Start again from `seed`."""
        self.value = _key_of(seed)

    def next_key(self):
        """A key that was never given before."""
        if local.stack:
            self.value, key = _split_two(self.value)
            return key
        with _lock:
            self.value, key = _split_two(self.value)
        return key


def _key_of(seed):
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer):
        raise TypeError(f"a seed is a whole number, got {seed!r}: bm.random.seed(0)")
    return np.array([seed >> 32 & 0xFFFFFFFF, seed & 0xFFFFFFFF], np.uint32)  # what jax.random.key(seed) holds


@jax.jit
def _split_two(key):
    a, b = jr.split(key)
    return a, b


DEFAULT = RandomState(0, name="bm.random.DEFAULT")


def seed(seed: int) -> None:
    """Start the stream that all functions here draw from again, from a whole number."""
    DEFAULT.seed(seed)


def split(n: int = 2):
    """n fresh keys from the stream, for functions that take `key=`: shape (n, 2)."""
    return box(jr.split(DEFAULT.next_key(), n))


# ---- the functions: each is written as a pure function of a key, and `_draws` makes it NumPy's


def _draws(static=(), **rules):
    """Make NumPy's function out of `fun(key, *parameters, size)`: the key comes from the stream, the whole runs compiled,
    and `rules` say which parameters make sense ("scale": ">= 0"), as far as their values are known."""

    def decorate(fun):
        signature = inspect.signature(fun)
        compiled = jax.jit(fun, static_argnames=tuple({"size", *static} & set(signature.parameters)))

        @functools.wraps(fun)
        def draw(*args, key=None, **kwargs):
            given = signature.bind(None, *args, **kwargs)
            given.apply_defaults()
            key_name, *names = given.arguments
            values = {
                k: _shape(v) if k == "size" else v if k in static else _parameter(v) for k, v in given.arguments.items()
            }
            for name, rule in rules.items():
                _check(fun.__name__, name, values[name], rule)
            values[key_name] = DEFAULT.next_key() if key is None else unbox(key)
            return box(compiled(**values))

        parameters = [p for p in signature.parameters.values() if p.name != "key"]
        extra = inspect.Parameter("key", inspect.Parameter.KEYWORD_ONLY, default=None)
        draw.__signature__ = signature.replace(parameters=[*parameters, extra])
        return draw

    return decorate


_RULES = {
    ">= 0": lambda x: x >= 0,
    "> 0": lambda x: x > 0,
    "above 0, up to 1": lambda x: (x > 0) & (x <= 1),
    "between 0 and 1": lambda x: (x >= 0) & (x <= 1),
}


def _check(fun, name, value, rule):
    if value is None or is_tracer(value):
        return
    if not np.all(_RULES[rule](np.asarray(value))):
        raise ValueError(f"bm.random.{fun}: {name} must be {rule}, got {np.asarray(value).tolist()}")


def _shape(size):
    """NumPy's `size`: None, a number or a tuple."""
    if size is None:
        return None
    try:
        shape = tuple(operator.index(n) for n in size) if np.ndim(size) else (operator.index(size),)
        if any(n < 0 for n in shape):
            raise ValueError(f"bm.random: size={size} has a negative dimension")
        return shape
    except TypeError:
        if is_tracer(unbox(size)):
            raise
        raise ShapeError(f"size={size!r} is not a shape.", place(user_frame()), "", "size=3 or size=(2, 3)") from None


def _parameter(x):
    return jnp.asarray(unbox(x)) if isinstance(x, list | tuple) else unbox(x)


def _common(size, *parameters):
    """The shape of the result: `size`, into which the parameters must fit, or theirs."""
    shape = jnp.broadcast_shapes(*map(jnp.shape, parameters))
    if size is None:
        return shape
    if len(shape) > len(size) or jnp.broadcast_shapes(shape, size) != size:
        raise ValueError(f"bm.random: size={size} is too small for parameters of shape {shape}")
    return size


@_draws(scale=">= 0")
def normal(key, loc=0.0, scale=1.0, size=None):
    """Bell curve with mean `loc` and standard deviation `scale`."""
    return loc + scale * jr.normal(key, _common(size, loc, scale))


@_draws()
def uniform(key, low=0.0, high=1.0, size=None):
    """Evenly from `low` up to, not including, `high`."""
    return low + (high - low) * jr.uniform(key, _common(size, low, high))


def rand(*shape, key=None):
    """Evenly from [0, 1), of the given shape: `rand(2, 3)`."""
    return uniform(size=shape, key=key)


def randn(*shape, key=None):
    """Standard normal numbers of the given shape: `randn(2, 3)`."""
    return normal(size=shape, key=key)


@_draws(static=("dtype",))
def _integers(key, low, high, size=None, dtype=int):
    return jr.randint(key, _common(size, low, high), low, high, dtype=jnp.dtype(dtype))


def randint(low, high=None, size=None, dtype=int, *, key=None):
    """Whole numbers from `low` up to, not including, `high`; from 0 up to `low` if there is no `high`."""
    low, high = (0, low) if high is None else (low, high)
    _check_order("randint", low, high)
    kind = np.iinfo(dtype) if np.issubdtype(np.dtype(dtype), np.integer) else None
    if (
        kind is None
        or not any(map(is_tracer, map(unbox, (low, high))))
        and (np.any(np.asarray(low) < kind.min) or np.any(np.asarray(high) - 1 > kind.max))
    ):
        raise ValueError(f"bm.random.randint: {np.dtype(dtype)} cannot hold the whole numbers from {low} up to {high}")
    return _integers(low, high, size, jax.dtypes.canonicalize_dtype(dtype), key=key)


def _check_order(fun, low, high):
    low, high = unbox(low), unbox(high)
    if not is_tracer(low) and not is_tracer(high) and np.any(np.asarray(low) >= np.asarray(high)):
        raise ValueError(f"bm.random.{fun}: low must be below high, got {low} and {high}")


@_draws(static=("replace",))
def _pick(key, a, size=None, replace=True, p=None):
    return jr.choice(key, a, size or (), replace, p)


def choice(a, size=None, replace=True, p=None, *, key=None):
    """Elements of `a` (of range(a) if it is a number), each with probability `p`."""
    a, p = unbox(a), unbox(p)
    items = jnp.arange(a) if np.ndim(a) == 0 else jnp.asarray(a)
    if p is not None and not is_tracer(p):
        if np.shape(p) != items.shape[:1] or abs(np.sum(np.asarray(p, float)) - 1) > 1e-5 or np.any(np.asarray(p) < 0):
            raise ValueError(f"bm.random.choice: p must be {len(items)} probabilities that add up to 1, got {p}")
    wanted = int(np.prod(_shape(size) or ()))
    there = len(items) if p is None or is_tracer(p) else int(np.count_nonzero(np.asarray(p)))
    if not replace and wanted > there:
        raise ValueError(f"bm.random.choice: cannot take {wanted} of {there} elements without replacement")
    p = None if p is None else jnp.asarray(p, float)
    return _pick(items, size, replace, p, key=key)


@_draws()
def _permuted(key, x):
    return jr.permutation(key, x)


def permutation(x, *, key=None):
    """A shuffled copy of `x`, or of range(x), along the first axis."""
    x = unbox(x)
    return _permuted(jnp.arange(x) if np.ndim(x) == 0 else jnp.asarray(x), key=key)


def shuffle(x, *, key=None) -> None:
    """Shuffle `x` in place along its first axis, and return nothing, as NumPy does."""
    if isinstance(x, list):
        x[:] = [x[i] for i in permutation(len(x), key=key).tolist()]
    elif isinstance(x, np.ndarray):
        x[...] = x[np.asarray(permutation(len(x), key=key))]  # by index: through JAX its float64 would become float32
    elif isinstance(x, Array):
        x[...] = permutation(x, key=key)
    else:
        raise TypeError(f"bm.random.shuffle changes its argument in place, and cannot change a {type(x).__name__}")


@_draws(a="> 0", b="> 0")
def beta(key, a, b, size=None):
    """Between 0 and 1, mean a / (a + b)."""
    return jr.beta(key, a, b, _common(size, a, b))


@_draws(n=">= 0", p="between 0 and 1")
def binomial(key, n, p, size=None):
    """How many of `n` trials succeed, each with probability `p`."""
    return jr.binomial(key, n, p, _common(size, n, p)).astype(int)


@_draws(p="between 0 and 1")
def bernoulli(key, p=0.5, size=None):
    """True with probability `p`."""
    return jr.bernoulli(key, p, _common(size, p))


@_draws(df="> 0")
def chisquare(key, df, size=None):
    """The sum of the squares of `df` standard normal numbers."""
    return jr.chisquare(key, df, shape=_common(size, df))


@_draws(scale=">= 0")
def exponential(key, scale=1.0, size=None):
    """Waiting times with mean `scale`."""
    return scale * jr.exponential(key, _common(size, scale))


@_draws(alpha="> 0")
def dirichlet(key, alpha, size=None):
    """Shares that add up to 1; shape (*size, len(alpha))."""
    return jr.dirichlet(key, jnp.asarray(alpha), size or ())


@_draws(shape="> 0", scale=">= 0")
def gamma(key, shape, scale=1.0, size=None):
    """Gamma law with mean shape * scale; for whole `shape` the waiting time for that many events."""
    return scale * jr.gamma(key, shape, _common(size, shape, scale))


@_draws(p="above 0, up to 1")
def geometric(key, p, size=None):
    """The number of trials until the first success."""
    return jr.geometric(key, p, _common(size, p))


@_draws(scale=">= 0")
def gumbel(key, loc=0.0, scale=1.0, size=None):
    """The law of extremes."""
    return loc + scale * jr.gumbel(key, _common(size, loc, scale))


@_draws(scale=">= 0")
def laplace(key, loc=0.0, scale=1.0, size=None):
    """Two exponential laws back to back."""
    return loc + scale * jr.laplace(key, _common(size, loc, scale))


@_draws(scale=">= 0")
def logistic(key, loc=0.0, scale=1.0, size=None):
    """Its distribution function is the sigmoid."""
    return loc + scale * jr.logistic(key, _common(size, loc, scale))


@_draws(sigma=">= 0")
def lognormal(key, mean=0.0, sigma=1.0, size=None):
    """exp of a normal number with mean `mean` and standard deviation `sigma`."""
    return jnp.exp(mean + sigma * jr.normal(key, _common(size, mean, sigma)))


@_draws()
def multivariate_normal(key, mean, cov, size=None):
    """Normal numbers with covariance `cov`; shape (*size, len(mean))."""
    return jr.multivariate_normal(key, jnp.asarray(mean, float), jnp.asarray(cov, float), size)


@_draws(a="> 0")
def pareto(key, a, size=None):
    """Pareto II (Lomax), as in NumPy: a power law that starts at 0."""
    return jr.pareto(key, a, _common(size, a)) - 1


@_draws(lam=">= 0")
def poisson(key, lam=1.0, size=None):
    """How many events happen where `lam` are expected."""
    return jr.poisson(key, lam, _common(size, lam))


@_draws(scale=">= 0")
def rayleigh(key, scale=1.0, size=None):
    """The length of a vector of two normal numbers."""
    return jr.rayleigh(key, scale, _common(size, scale))


@_draws()
def standard_cauchy(key, size=None):
    """The ratio of two normal numbers: no mean."""
    return jr.cauchy(key, size or ())


def standard_normal(size=None, *, key=None):
    """Normal numbers with mean 0 and standard deviation 1."""
    return normal(size=size, key=key)


@_draws(df="> 0")
def standard_t(key, df, size=None):
    """Student's t with `df` degrees of freedom."""
    return jr.t(key, df, _common(size, df))


@_draws()
def _truncated(key, low, high, size=None):
    return jr.truncated_normal(key, low, high, _common(size, low, high))


def truncated_normal(low, high, size=None, *, key=None):
    """Standard normal numbers between `low` and `high`."""
    _check_order("truncated_normal", low, high)
    return _truncated(low, high, size, key=key)


@_draws(a="> 0")
def weibull(key, a, size=None):
    """Waiting times whose hazard grows (a > 1) or falls (a < 1) with time."""
    return jr.weibull_min(key, 1.0, a, _common(size, a))


def __getattr__(name):
    raise missing_name("bm.random", name, globals())
