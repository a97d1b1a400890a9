"""Dense: the matrix itself."""

from __future__ import annotations

import jax.numpy as jnp
from jax import lax

from .. import _events
from .._array import raw
from .._wiring import WiringError, check_shape
from ._connection import Connection, weight_array


class Dense(Connection):
    """The matrix itself: n_pre x n_post numbers. For small networks, and where most pairs are connected.

    matrix : (n_pre, n_post); 0 where there is no synapse

    Spikes (bool) add their rows; numbers, such as rates, are a matrix product.

    >>> import brainlab.math as bm
    >>> connection = bm.sparse.Dense([[1., 0.], [2., 3.]])
    >>> connection
    Dense(2 -> 2, 3 synapses, 16 B)
    >>> bm.array([False, True]) @ connection
    Array([2., 3.], dtype=float32)
    """

    leaves = ("weights",)

    def __init__(self, matrix):
        matrix = weight_array(matrix)
        check_shape(
            "matrix", matrix, 2, "a row for each presynaptic, a column for each postsynaptic neuron: (n_pre, n_post)"
        )
        if not matrix.size:
            raise WiringError.of(f"matrix has shape {matrix.shape}: there are no neurons on one side.")
        self._set(n_pre=matrix.shape[0], n_post=matrix.shape[1], weights=matrix)

    def _checked(self, weights):
        weights = weight_array(weights)
        if weights.shape != self.shape:
            raise WiringError.of(
                f"weights has shape {weights.shape}; it can be {self.shape}, the matrix.",
                "the weights of a dense connection are its matrix",
            )
        return weights

    def dense(self):
        """The matrix: (n_pre, n_post)."""
        return self.weights

    def _deliver(self, words, y):
        return _dense(words, None, y, raw(self.weights).astype(y.dtype))

    def _add(self, spikes, y):
        return y + spikes @ raw(self.weights).astype(y.dtype)

    def _times(self, x):
        return raw(self.weights).astype(x.dtype) @ x

    def _entries(self):
        matrix = raw(self.weights)
        pre, post = jnp.indices(self.shape, dtype=jnp.int32)
        return pre.ravel(), jnp.where(matrix != 0, post, self.n_post).ravel(), matrix.ravel()


def _visit(y, first, row, value, matrix):
    w = _events.at(matrix, row)
    here = lax.dynamic_slice(y, (first,), w.shape)
    return lax.dynamic_update_slice(y, here + (w if value is None else w * value), (first,))


def _plain(spikes, y, matrix):
    return y.at[: matrix.shape[1]].add(spikes[: matrix.shape[0]] @ matrix)


_dense = _events.event_product(_visit, _plain)
