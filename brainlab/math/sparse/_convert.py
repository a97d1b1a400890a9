"""Between stores, and from and to the sparse matrices of SciPy and JAX. Synapses between the same two neurons are kept apart
wherever the other side can hold them."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from .._array import raw
from .._wiring import WiringError, check_indices, check_shape, check_weights
from ._connection import Connection, number_of_neurons, table, weight_array
from ._padded import Padded
from ._ragged import Ragged


def from_pairs(pre, post, weights=1.0, shape=None, store="padded"):
    """A connection out of a list of synapses, in any order. The same pair twice is two synapses.

    pre, post : (n_synapses,) whole numbers
    weights   : () one for all, or (n_synapses,)
    shape     : (n_pre, n_post)
    store     : "padded" or "ragged"

    >>> import brainlab.math as bm
    >>> bm.sparse.from_pairs([0, 2, 2], [1, 0, 1], [1., 2., 3.], shape=(3, 2)).dense()
    Array([[0., 1.],
           [0., 0.],
           [2., 3.]], dtype=float32)
    """
    pre, post, weights = np.asarray(table(pre)), np.asarray(table(post)), np.asarray(weight_array(weights))
    if not isinstance(shape, list | tuple) or len(shape) != 2:
        raise WiringError.of(
            f"shape = {shape!r}: it is (n_pre, n_post).", try_="from_pairs(pre, post, weights, shape=(100, 80))"
        )
    n_pre, n_post = (number_of_neurons(f"shape[{k}]", n, "shape=(100, 80)") for k, n in enumerate(shape))
    check_shape("pre", pre, 1, "one neuron for each synapse: (n_synapses,)")
    if pre.shape != post.shape:
        raise WiringError.of(f"pre has {len(pre)} synapses, post has shape {post.shape}: both name the same synapses.")
    for name, who, n in (("pre", pre, n_pre), ("post", post, n_post)):
        check_indices(name, who, n, f"and there are {n} such neurons: 0 to {n - 1}")
    check_weights(weights, [(), pre.shape], ["all", "each synapse"])
    if store not in ("padded", "ragged"):
        raise WiringError.of(f'store = {store!r}: it is "padded" or "ragged".', try_='store="padded"')
    return (_padded if store == "padded" else _ragged)(pre, post, weights, n_pre, n_post)


def from_scipy(matrix, store="padded"):
    """A connection out of any scipy.sparse matrix or array: every entry that it stores is a synapse, also a 0, and one that
    a COO matrix stores twice is two.

    >>> import scipy.sparse, brainlab.math as bm
    >>> bm.sparse.from_scipy(scipy.sparse.eye_array(3))
    Padded(3 -> 3, 3 synapses, 24 B)
    """
    if not hasattr(matrix, "tocoo"):
        raise WiringError.of(
            f"from_scipy takes a matrix of scipy.sparse, got {type(matrix).__name__}.", try_="bm.sparse.Dense(matrix)"
        )
    coo = matrix.tocoo()
    return from_pairs(coo.row, coo.col, coo.data, coo.shape, store)


def from_bcoo(matrix, store="padded"):
    """A connection out of a jax.experimental.sparse.BCOO of two dimensions; an entry stored twice is two synapses. What JAX
    itself put behind the end to fill up the array is left out.

    >>> from jax.experimental.sparse import BCOO
    >>> import brainlab.math as bm
    >>> bm.sparse.from_bcoo(BCOO.fromdense(bm.eye(3).value))
    Padded(3 -> 3, 3 synapses, 24 B)
    """
    if getattr(matrix, "n_batch", None) != 0 or matrix.n_dense or len(matrix.shape) != 2:
        raise WiringError.of(f"from_bcoo takes a BCOO matrix of two sparse dimensions, got {_describe(matrix)}.")
    pre, post = np.asarray(matrix.indices).T
    real = (pre < matrix.shape[0]) & (post < matrix.shape[1])
    return from_pairs(pre[real], post[real], np.asarray(matrix.data)[real], matrix.shape, store)


def from_bcsr(matrix, store="padded"):
    """The same for a jax.experimental.sparse.BCSR.

    >>> from jax.experimental.sparse import BCSR
    >>> import brainlab.math as bm
    >>> bm.sparse.from_bcsr(BCSR.fromdense(bm.eye(3).value))
    Padded(3 -> 3, 3 synapses, 24 B)
    """
    if not hasattr(matrix, "indptr") or matrix.n_batch or matrix.n_dense or len(matrix.shape) != 2:
        raise WiringError.of(f"from_bcsr takes a BCSR matrix of two sparse dimensions, got {_describe(matrix)}.")
    return from_bcoo(matrix.to_bcoo(), store)


def _describe(matrix):
    return f"{type(matrix).__name__} of shape {np.shape(matrix)}"


def to_scipy(connection: Connection):
    from scipy.sparse import coo_array

    pre, post, weights = connection._synapses()
    return coo_array((weights, (pre, post)), connection.shape).tocsr()


def to_bcoo(connection: Connection):
    from jax.experimental.sparse import BCOO

    pre, post, weights = connection._synapses()
    return BCOO((jnp.asarray(weights), jnp.stack([pre, post], 1)), shape=connection.shape)


def to_bcsr(connection: Connection):
    from jax.experimental.sparse import BCSR

    return BCSR.from_scipy_sparse(to_scipy(connection))


def to_padded(connection: Connection) -> Padded:
    return connection if isinstance(connection, Padded) else _padded(*_parts(connection))


def to_ragged(connection: Connection) -> Ragged:
    return connection if isinstance(connection, Ragged) else _ragged(*_parts(connection))


def _parts(connection):
    """One weight for all stays one."""
    pre, post, weights = connection._synapses()
    one = np.asarray(raw(connection.weights))
    return pre, post, one if one.ndim == 0 else weights, *connection.shape


def _sorted(pre, post, weights, n_pre):
    order = np.lexsort((post, pre))  # stable, so that synapses between the same two neurons keep their order
    weights = weights if weights.ndim == 0 else weights[order]
    return pre[order], post[order], weights, np.bincount(pre, minlength=n_pre)


def _ragged(pre, post, weights, n_pre, n_post):
    _, post, weights, lengths = _sorted(pre, post, weights, n_pre)
    return Ragged(np.concatenate([[0], np.cumsum(lengths)]), post, weights, n_post)


def _padded(pre, post, weights, n_pre, n_post):
    pre, post, weights, lengths = _sorted(pre, post, weights, n_pre)
    place = np.arange(len(pre)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    targets = np.full((n_pre, lengths.max()), n_post, np.int32)
    targets[pre, place] = post
    if weights.ndim:
        each = weights
        weights = np.zeros(targets.shape, each.dtype)
        weights[pre, place] = each
    return Padded(targets, weights, n_post)
