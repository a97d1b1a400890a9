"""Padded: rows of equal length. The fastest store, and the one to take unless there is a reason."""

from __future__ import annotations

import jax.numpy as jnp

from .. import _events
from .._array import raw
from .._wiring import check_indices, check_shape, check_weights
from ._connection import Connection, number_of_neurons, table, weight_array


class Padded(Connection):
    """Synapses as rows of equal length: whom each neuron reaches, and by which weights.

    targets : (n_pre, K) whole numbers 0..n_post-1; n_post itself in places that are not used
    weights : () one for all, (n_pre,) one for each row, or (n_pre, K) one for each synapse
    n_post  : how many neurons there are to be reached

    Memory: 4 bytes a place for the target, 4 for the weight where there is one for each.

    >>> import brainlab.math as bm
    >>> connection = bm.sparse.Padded([[0, 1], [2, 3]], weights=[[1., 2.], [3., 0.]], n_post=3)
    >>> connection
    Padded(2 -> 3, 3 synapses, 32 B)
    >>> connection.dense()
    Array([[1., 2., 0.],
           [0., 0., 3.]], dtype=float32)
    >>> bm.array([False, True]) @ connection
    Array([0., 0., 3.], dtype=float32)
    >>> connection @ bm.array([1., 1., 1.])
    Array([3., 3.], dtype=float32)
    """

    leaves = ("targets", "weights")

    def __init__(self, targets, weights=1.0, n_post=None):
        targets = table(targets)
        check_shape("targets", targets, 2, "one row of K targets for each presynaptic neuron: (n_pre, K)")
        n_post = number_of_neurons("n_post", n_post, "Padded(targets, weights, n_post=100)")
        check_indices(
            "targets",
            targets,
            n_post + 1,
            f"and there are {n_post} postsynaptic neurons: 0 to {n_post - 1}, and {n_post} for a place that is not used",
            "there is no such neuron, and its current would be lost",
        )
        self._set(n_pre=len(targets), n_post=n_post, targets=targets.astype(jnp.int32))
        self._set(weights=self._checked(weights))

    def _checked(self, weights):
        weights = weight_array(weights)
        check_weights(weights, [(), (self.n_pre,), self.targets.shape], ["all", "each row", "each synapse"])
        return weights

    def _deliver(self, words, y):
        return _events.deliver(words, y, self.targets, raw(self.weights))

    def _add(self, spikes, y):
        return _events.propagate(spikes, jnp.pad(y, (0, 1)), self.targets, raw(self.weights))[:-1]

    def _times(self, x):
        weights = raw(self.weights)
        weights = weights[:, None] if weights.ndim == 1 else weights
        return (jnp.pad(x, (0, 1))[self.targets] * weights).sum(1)

    def _entries(self):
        weights = raw(self.weights)
        weights = weights[:, None] if weights.ndim == 1 else weights
        pre = jnp.broadcast_to(jnp.arange(self.n_pre, dtype=jnp.int32)[:, None], self.targets.shape)
        return pre.ravel(), self.targets.ravel(), jnp.broadcast_to(weights, self.targets.shape).ravel()
