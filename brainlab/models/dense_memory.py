"""DenseMemory: a sharper energy, and the same units hold many times as many patterns."""

from __future__ import annotations

import functools
import math

import jax
import jax.numpy as jnp
from jax import lax
from jax import random as jr

from ..integrate.noise import as_key
from ..math._array import Array, box
from ..params import param
from ._patterns import checked_patterns, checked_state
from ._sweeps import ROUNDING, Recall, check_sweeps, product, rest
from .base import Model


class DenseMemory(Model):
    r"""Dense associative memory: the overlap with each pattern counts to the power n, not squared.

    $$E = -N \sum_\mu m_\mu^n, \qquad m_\mu = \frac{1}{N} \sum_i \xi^\mu_i s_i$$

    A unit takes the sign with the lower energy. With n = 2 this is Hopfield's network with Hebb's rule. With a larger n
    the pattern that is closest outvotes all others together: capacity grows as N^(n-1) instead of N. There is no longer a
    weight between two units: a synapse of n = 3 connects three. With an odd n the negative of a pattern is no memory.

    Source: Krotov & Hopfield, NIPS 29 (2016), eqs. 1 to 4.

    >>> import numpy as np
    >>> patterns = np.random.default_rng(0).choice([-1, 1], (100, 100))  # as many patterns as units
    >>> for n in (2, 3):
    ...     run = DenseMemory(n=n).recall(patterns, patterns)
    ...     print(n, float((run.states[-1] == patterns).all(1).mean()))
    2 0.0
    3 1.0
    """

    n: int = param(
        3, "", "power of the overlaps", at_least=2, structural=True, why="the energy would not fall into anything"
    )

    def energy(self, patterns, s) -> Array:
        """E of states s (..., N)."""
        X = checked_patterns(patterns)
        N = X.shape[1]
        return box(-N * ((product(checked_state(s, N), X.T) / N) ** self.n).sum(-1))

    def recall(self, patterns, s, sweeps=10, seed=0) -> Recall:
        """Start at s; units look one after the other in random order, `sweeps` times.

        patterns : (P, N) of +1 and -1
        s        : (N,), or (batch, N) for many starts
        """
        check_sweeps(sweeps)
        X = checked_patterns(patterns)
        s = checked_state(s, X.shape[1])
        return Recall(*box(tuple(_recall(X, s, as_key(seed), n=self.n, sweeps=sweeps))))


@functools.partial(jax.jit, static_argnames=("n", "sweeps"))
def _recall(X, s, key, *, n, sweeps):
    N = X.shape[1]

    def update(now, i):
        s, k, E = now
        # By how much the energy is higher with unit i off than with it on: N sum((o + x)^n - (o - x)^n), in which all even
        # powers of x cancel. Left out here, they cost no digits.
        others, mine = (k - X[:, i] * s[i]) / N, X[:, i] / N
        terms = N * sum(2 * math.comb(n, p) * others ** (n - p) * mine**p for p in range(1, n + 1, 2))
        gain, least = terms.sum(), ROUNDING * jnp.finfo(X.dtype).eps * jnp.abs(terms).sum()
        change = jnp.where(jnp.abs(gain) <= least, 0.0, jnp.sign(gain) - s[i])
        E = E - jnp.abs(gain * change) / 2
        return (s.at[i].add(change), k + change * X[:, i], E), E

    def sweep(now, key):
        s, E = now
        (s, _, E), descent = lax.scan(update, (s, product(X, s), E), jr.permutation(key, N))
        return (s, E), (s, E, descent)

    def start(s, key):
        E = -N * ((product(X, s) / N) ** n).sum()
        _, (states, energy, descent) = lax.scan(sweep, (s, E), jr.split(key, sweeps))
        first = lambda x, y: jnp.concatenate([x[None], y])  # noqa: E731
        return first(s, states), first(E, energy), first(E, descent.ravel())

    starts = s.reshape(-1, N)
    keys = jax.vmap(functools.partial(jr.fold_in, key))(jnp.arange(len(starts)))
    found = jax.vmap(start, out_axes=1)(starts, keys)
    states, energy, descent = (x.reshape(len(x), *s.shape[:-1], *x.shape[2:]) for x in found)
    return Recall(states, energy, product(states, X.T) / N, *rest(states), descent)
