"""Ragged: rows of any length, one behind the other (compressed sparse rows)."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jax import lax

from .. import _events
from .._array import raw
from .._trace import is_tracer
from .._wiring import WiringError, check_indices, check_shape, check_weights
from ._connection import Connection, number_of_neurons, table, weight_array


class Ragged(Connection):
    """Synapses as rows of any length, one behind the other. For networks in which few neurons have very many synapses:
    there `Padded` would fill most of its table with nothing. Where all have about as many, it takes up to 1.4 times as long.

    indptr  : (n_pre + 1,) whole numbers: row i is indices[indptr[i]:indptr[i + 1]]
    indices : (n_synapses,) whole numbers 0..n_post-1
    weights : () one for all, or (n_synapses,) one for each
    n_post  : how many neurons there are to be reached

    The names and the layout are those of scipy.sparse.csr_array.

    >>> import brainlab.math as bm
    >>> connection = bm.sparse.Ragged([0, 2, 2, 3], [0, 1, 2], weights=[1., 2., 3.], n_post=3)
    >>> connection
    Ragged(3 -> 3, 3 synapses, 40 B)
    >>> connection.dense()
    Array([[1., 2., 0.],
           [0., 0., 0.],
           [0., 0., 3.]], dtype=float32)
    >>> bm.array([True, True, False]) @ connection
    Array([1., 2., 0.], dtype=float32)
    """

    leaves = ("indptr", "indices", "weights")

    def __init__(self, indptr, indices, weights=1.0, n_post=None):
        indptr, indices = table(indptr), table(indices)
        check_shape("indptr", indptr, 1, "where each row starts, and the end: (n_pre + 1,)")
        check_shape("indices", indices, 1, "all rows, one behind the other: (n_synapses,)")
        n_post = number_of_neurons("n_post", n_post, "Ragged(indptr, indices, weights, n_post=100)")
        _check_indptr(indptr, indices)
        few = f"and there are {n_post} postsynaptic neurons: 0 to {n_post - 1}"
        check_indices("indices", indices, n_post, few, "there is no such neuron, and its current would be lost")
        self._set(n_pre=len(indptr) - 1, n_post=n_post, indptr=indptr.astype(jnp.int32), indices=indices.astype(jnp.int32))
        self._set(weights=self._checked(weights))

    def _checked(self, weights):
        weights = weight_array(weights)
        check_weights(weights, [(), self.indices.shape], ["all", "each synapse"])
        return weights

    @property
    def n_synapses(self):
        """How many synapses there are."""
        return len(self.indices)

    def _deliver(self, words, y):
        return self._product(words, None, y)

    def _add(self, spikes, y):
        return self._product(_events.pack(spikes != 0), spikes, jnp.pad(y, (0, 1)))[:-1]

    def _product(self, words, values, y):
        if not len(self.indices):
            return y
        return _ragged(words, values, y, self.indptr, self.indices, raw(self.weights).astype(y.dtype))

    def _times(self, x):
        pre, post, w = self._entries()
        return jnp.zeros(self.n_pre, x.dtype).at[pre].add(x[post] * w)

    def _entries(self):
        pre = _rows(self.indptr, self.indices)
        return pre, self.indices, jnp.broadcast_to(raw(self.weights), self.indices.shape)


def _rows(indptr, indices):
    """The row of each synapse."""
    starts = jnp.zeros(len(indices) + 1, jnp.int32).at[indptr[1:-1]].add(1)  # an empty row starts where the next one does
    return jnp.cumsum(starts[:-1], dtype=jnp.int32)


def _visit(y, first, row, value, indptr, indices, weights):
    def synapse(k, y):
        w = weights if weights.ndim == 0 else _events.at(weights, k)
        return _events.add_at(y, first + _events.at(indices, k), w if value is None else w * value)

    return lax.fori_loop(_events.at(indptr, row), _events.at(indptr, row + 1), synapse, y)


def _plain(spikes, y, indptr, indices, weights):
    return y.at[indices].add(spikes[_rows(indptr, indices)] * weights)


_ragged = _events.event_product(_visit, _plain)


def _check_indptr(indptr, indices):
    if not np.issubdtype(indptr.dtype, np.integer) or len(indptr) < 2:
        raise WiringError.of(
            f"indptr is {indptr.dtype} {indptr.shape}; it is whole numbers, one more than there are rows.",
            try_="indptr = [0, 2, 3] for two rows, of 2 synapses and of 1",
        )
    if is_tracer(indptr):
        return
    starts = np.asarray(indptr)
    if starts[0] != 0 or starts[-1] != len(indices):
        raise WiringError.of(
            f"indptr goes from {starts[0]} to {starts[-1]}; it goes from 0 to {len(indices)}, the number of indices.",
            "every synapse belongs to one row",
        )
    falls = np.flatnonzero(np.diff(starts) < 0)
    if len(falls):
        k = int(falls[0])
        raise WiringError.of(
            f"indptr[{k + 1}] = {starts[k + 1]} is smaller than indptr[{k}] = {starts[k]}.",
            "a row cannot end before it starts",
        )
