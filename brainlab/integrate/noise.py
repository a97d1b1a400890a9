"""Brownian paths: noise that is a thing of its own, and can be looked at more finely without becoming another one."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import random as jr

from ..math._array import box, raw, unbox
from ..math._trace import is_tracer
from ..math._where import place, user_frame
from ..math.random import DEFAULT, _key_of
from ._mesh import MOST_STEPS, mesh
from .errors import IntegrateError


def brownian(key=None, t0=0.0, t1=1.0, shape=(), steps: int = 1) -> BrownianPath:
    r"""Wiener processes W(t) from t0 to t1, as `noise=` for `bl.solve_sde`: the same noise whatever the step.

    key   : a whole number (the seed) or a key of `bm.random.split`; None takes one from the stream of `bm.random`
            (numbers in 32 and in 64 bits are drawn differently: a seed gives one path in each)
    shape : how many processes: () is one, (n,) are n independent ones
    steps : what the path is drawn with. It can be seen with steps * 2**k steps, and with any number that divides these

    >>> import brainlab as bl
    >>> path = bl.brownian(1, 0.0, 1.0, steps=100)
    >>> coarse, fine = path.at(50), path.refine(2)
    >>> bool(abs(coarse.W - fine.W[::4]).max() < 1e-6)
    True
    >>> f, g = (lambda x, t: -x), (lambda x, t: 0.5)
    >>> bl.solve_sde(f, g, 0.0, 0.0, 1.0, dt=0.005, noise=path)
    Solution(t (201,), x (201,), method='euler_maruyama')
    """
    mesh(t0, t1, None, steps, "a path begins with W(t0) = 0, and is drawn from there on")  # its errors
    try:
        shape = tuple(int(n) for n in (shape if isinstance(shape, tuple | list) else (shape,)))
        if min(shape, default=1) < 1:
            raise ValueError
    except (TypeError, ValueError):
        raise IntegrateError(
            f"shape = {shape!r:.40}: it says how many processes there are.", place(user_frame()), try_="shape=(2,)   # two"
        ) from None
    return BrownianPath(as_key(key), unbox(t0), unbox(t1), shape, int(steps), int(steps))


@dataclass(frozen=True, repr=False)
class BrownianPath:
    r"""What `bl.brownian` returns: a path W(t), seen at `steps` equal steps.

    path.t, path.W    : (steps + 1,) times and (steps + 1, ...) values, W(t0) = 0
    path.dW, path.I10 : (steps, ...) increments, and $I_{10} = \int_{t_n}^{t_{n+1}} (W_s - W_{t_n})\,ds$ of each step
    path.refine(2)    : the same path, twice as many steps
    path.at(1000)     : the same path, with this number of steps

    Over a step of length h, (dW, I10) is Gaussian with variances h and h^3/3 and covariance h^2/2
    (Kloeden and Platen, 1992, eq. 10.4.3). A finer path is drawn given both of the coarser one, so that it only adds.
    """

    key: Any
    t0: Any
    t1: Any
    shape: tuple[int, ...] = ()
    base: int = 1  # the steps that it is drawn with
    steps: int = 1

    def at(self, steps: int) -> BrownianPath:
        """The same path, cut into another number of steps."""
        mesh(self.t0, self.t1, None, steps)  # its errors
        _halvings(self.base, steps)
        return replace(self, steps=int(steps))

    def refine(self, factor: int = 2) -> BrownianPath:
        """The same path, with each step cut into `factor`."""
        return self.at(self.steps * factor)

    def increments(self, steps: int | None = None):
        """(dW, I10), each (steps, ...)."""
        path = self if steps is None else self.at(steps)
        return box(draw(unbox(path.key), unbox(path.t1) - unbox(path.t0), path.base, path.steps, path.shape))

    @property
    def dW(self):
        return self.increments()[0]

    @property
    def I10(self):
        return self.increments()[1]

    @property
    def t(self):
        return box(jnp.asarray(mesh(self.t0, self.t1, None, self.steps)[0]))

    @property
    def W(self):
        dW = raw(self.dW)
        return box(jnp.concatenate([jnp.zeros_like(dW[:1]), jnp.cumsum(dW, 0)]))

    def __repr__(self):
        return f"BrownianPath(t {self.t0:g} to {self.t1:g}, steps {self.steps}, shape {self.shape})"


jax.tree_util.register_dataclass(BrownianPath, ["key", "t0", "t1"], ["shape", "base", "steps"])


def draw(key, duration, base, steps, shape):
    """(dW, I10) of `steps` steps, of a path drawn with `base` steps.

    Raw JAX, each part compiled for itself: a finer path then shares the code of the coarser one.
    """
    h = duration / base
    dW, area = _first(jr.fold_in(key, 0), h, base, shape)
    for level in range(1, _halvings(base, steps) + 1):
        dW, area = _halved(jr.fold_in(key, level), dW, area, h)
        h = h / 2
    return _merged(dW, area, h, dW.shape[0] // steps)


@functools.partial(jax.jit, static_argnums=(2, 3))
def _first(key, h, steps, shape):
    """dW and the area between path and chord, I10 - h/2 dW, which is independent of dW and has variance h^3/12."""
    x, z = jr.normal(key, (2, steps, *shape))
    return jnp.sqrt(h) * x, h * jnp.sqrt(h / 12) * z


@jax.jit
def _halved(key, dW, area, h):
    r"""Both halves of each step, given what is known of the whole.

    With half-steps of length k = h/2, increments dW/2 +- d and areas a1, a2: area = (a1 + a2) + k d. There d has variance
    k/2 and a1 + a2 has k^3/6, independent of each other and of dW. So given the area d is Gaussian with mean
    3/(4k) area and variance k/8; a1 + a2 is what remains of the area, and a1 - a2 is free, with variance k^3/6.
    """
    k = h / 2
    x, z = jr.normal(key, (2, *dW.shape))
    d = 3 / (4 * k) * area + jnp.sqrt(k / 8) * x
    both, difference = area - k * d, k * jnp.sqrt(k / 6) * z

    def in_turn(first, second):
        return jnp.stack([first, second], 1).reshape(-1, *dW.shape[1:])

    return in_turn(dW / 2 + d, dW / 2 - d), in_turn((both + difference) / 2, (both - difference) / 2)


@functools.partial(jax.jit, static_argnums=3)
def _merged(dW, area, h, many):
    """(dW, I10), each `many` steps as one: increments add up, and I10 counts what W had reached before each of them."""
    I10 = area + h / 2 * dW
    if many == 1:
        return dW, I10
    dW, I10 = (x.reshape(-1, many, *x.shape[1:]) for x in (dW, I10))
    later = np.arange(many)[::-1]  # steps that come after this one, and start higher by its dW
    return dW.sum(1), I10.sum(1) + h * jnp.tensordot(dW, jnp.asarray(later, dW.dtype), (1, 0))


def _halvings(base, steps) -> int:
    """How often the steps that the path is drawn with must be halved, so that `steps` divides their number."""
    for k in range(64):
        if base * 2**k >= MOST_STEPS:
            break
        if base * 2**k % steps == 0:
            return k
    raise IntegrateError(
        f"a path drawn with {base} steps cannot be cut into {steps}.",
        place(user_frame()),
        f"it has {base} * 2**k steps, or a number that divides these",
        f"bl.brownian(..., steps={steps})   # or another number of steps here: {_near(base, steps)}",
    )


def _near(base, steps):
    """The number of steps, of those that the path can have by halving alone, that is nearest."""
    return min((base * 2**k for k in range(31)), key=lambda n: abs(n - steps))


def as_key(key):
    """A seed or a key as the two words of a key of JAX; None takes the next one of the stream."""
    if key is None:
        return DEFAULT.next_key()
    key = unbox(key)
    if isinstance(key, int | np.integer) and not isinstance(key, bool):
        return _key_of(key)
    if hasattr(key, "dtype") and jnp.issubdtype(key.dtype, jax.dtypes.prng_key):
        key = jr.key_data(key)
    if hasattr(key, "dtype") and key.dtype == np.uint32 and key.shape == (2,):
        return key
    if hasattr(key, "dtype") and jnp.issubdtype(key.dtype, jnp.integer) and key.shape == ():
        return jr.PRNGKey(key)
    shape = () if is_tracer(key) else np.shape(key)
    many = len(shape) == 2 and shape[1] == 2
    raise IntegrateError(
        f"{'these are ' + str(shape[0]) + ' keys' if many else f'{key!r:.40} is neither a seed nor a key'}.",
        place(user_frame()),
        "noise is drawn from one whole number, or from one key",
        "bm.vmap(lambda key: bl.brownian(key, ...).W)(keys)" if many else "noise=0, or a key of bm.random.split()",
    )
