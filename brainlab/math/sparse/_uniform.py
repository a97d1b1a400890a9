"""Uniform: everybody to everybody with the same weight. Stores one number."""

from __future__ import annotations

import jax.numpy as jnp
from jax import lax

from .. import _events
from .._array import box, raw
from .._wiring import WiringError
from ._connection import Connection, number_of_neurons, weight_array


class Uniform(Connection):
    r"""Everybody to everybody with one weight: all that arrives is the number of spikes, $y_j + w \sum_i s_i$.

    shape            : (n_pre, n_post)
    weight           : one number
    self_connections : False: a neuron does not reach itself; only where n_pre is n_post

    Memory and time do not depend on the number of synapses.

    >>> import brainlab.math as bm
    >>> connection = bm.sparse.Uniform((3, 3), weight=0.5, self_connections=False)
    >>> connection
    Uniform(3 -> 3, 6 synapses, 4 B)
    >>> bm.array([True, True, False]) @ connection
    Array([0.5, 0.5, 1. ], dtype=float32)
    """

    leaves = ("weights",)
    sizes = ("n_pre", "n_post", "self_connections")

    def __init__(self, shape, weight=1.0, self_connections=True):
        if not isinstance(shape, list | tuple) or len(shape) != 2:
            raise WiringError.of(f"shape = {shape!r}: it is (n_pre, n_post).", try_="Uniform((100, 100), weight=0.1)")
        n_pre, n_post = (number_of_neurons(f"shape[{k}]", n, "Uniform((100, 100), weight=0.1)") for k, n in enumerate(shape))
        if not self_connections and n_pre != n_post:
            raise WiringError.of(
                f"self_connections=False between {n_pre} and {n_post} neurons.",
                "only a population that is connected to itself has neurons that could reach themselves",
                f"Uniform(({n_pre}, {n_post}), ...)",
            )
        self._set(n_pre=n_pre, n_post=n_post, self_connections=bool(self_connections))
        self._set(weights=self._checked(weight))

    def _checked(self, weights):
        weights = weight_array(weights)
        if weights.shape != ():
            raise WiringError.of(
                f"weights has shape {weights.shape}; a Uniform connection has one weight, ().",
                "that is why it needs no memory",
                "bm.sparse.Dense(matrix) for a weight for each pair",
            )
        return weights

    @property
    def n_synapses(self):
        """How many synapses there are."""
        return self.n_pre * self.n_post - (0 if self.self_connections else self.n_pre)

    def dense(self):
        """The matrix: (n_pre, n_post)."""
        matrix = jnp.full(self.shape, raw(self.weights))
        return box(matrix if self.self_connections else jnp.fill_diagonal(matrix, 0, inplace=False))

    def degree(self, side="out"):
        """How many synapses each neuron has: the same for all."""
        self._check_side(side)
        n, others = self.shape if side == "out" else self.shape[::-1]
        return box(jnp.full(n, others - (not self.self_connections), jnp.int32))

    def _deliver(self, words, y):
        w = raw(self.weights).astype(y.dtype)
        y = y + w * lax.population_count(words).sum(dtype=jnp.uint32).astype(y.dtype)
        if self.self_connections:
            return y
        return y.at[:-1].add(-w * _events.unpack(words, self.n_pre).astype(y.dtype))

    def _add(self, spikes, y):
        return y + self._times(spikes, self.n_post)

    def _times(self, x, n=None):
        own = 0 if self.self_connections else x
        return raw(self.weights).astype(x.dtype) * jnp.broadcast_to(x.sum() - own, (n or self.n_pre,))

    def _entries(self):
        pre, post = jnp.indices(self.shape, dtype=jnp.int32)
        used = self.self_connections | (pre != post)
        weights = jnp.broadcast_to(raw(self.weights), self.shape)
        return pre.ravel(), jnp.where(used, post, self.n_post).ravel(), weights.ravel()
