"""What can be wrong with a table of connections, and the checks that say so. Inside jit, where numbers are not known, only
shapes and dtypes are checked."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from .._teaching import TeachingError
from ._array import _goes_into
from ._trace import is_tracer
from ._where import place, user_frame


class WiringError(TeachingError, ValueError):
    """Connections that do not fit: to the spikes, to the neurons they should reach, or to their own weights.

    Wrong. `spikes @ connection` goes from the presynaptic neurons (rows) to the postsynaptic ones (columns).

    >>> import brainlab.math as bm
    >>> connection = bm.sparse.Padded([[0, 1], [1, 2]], weights=0.5, n_post=3)
    >>> bm.array([True, False, True]) @ connection
    Traceback (most recent call last):
    brainlab.math._wiring.WiringError: spikes has 3 neurons, Padded(2 -> 3) has 2 presynaptic ones.
    ...

    Right: one spike for each row.

    >>> bm.array([True, False]) @ connection
    Array([0.5, 0.5, 0. ], dtype=float32)
    """

    @classmethod
    def of(cls, what, why="", try_=""):
        return cls(what, place(user_frame()), why, try_)


def check_shape(name, x, ndim, what, try_=""):
    if x.ndim != ndim:
        raise WiringError.of(f"{name} has shape {x.shape}; it is {what}.", try_=try_)


def check_indices(name, indices, limit, what, why="", try_=""):
    """Whole numbers from 0 up to, but not including, `limit`."""
    if not np.issubdtype(indices.dtype, np.integer):
        raise WiringError.of(
            f"{name} holds {indices.dtype}, not whole numbers.",
            "an index counts neurons, and there is no neuron 1.5",
            f"{name}.astype(int)",
        )
    if is_tracer(indices) or not indices.size:
        return
    values = np.asarray(indices)
    bad = np.argwhere((values < 0) | (values >= limit))
    if len(bad):
        where = tuple(map(int, bad[0]))
        raise WiringError.of(f"{name}[{', '.join(map(str, where))}] = {values[where]}, {what}.", why, try_)


def check_weights(weights, shapes, names):
    """One of several shapes. shapes: a list of tuples; names: what each of them means."""
    if weights.shape in shapes:
        return
    allowed = "; ".join(f"{shape} for {name}" for shape, name in zip(shapes, names, strict=True))
    raise WiringError.of(
        f"weights has shape {weights.shape}; it can be {allowed}.", "each synapse needs to know which weight is its own"
    )


def check_fits(name, x, y):
    """Can numbers of x's dtype be added into y without loss?"""
    if not _goes_into(x, y.dtype):
        raise WiringError.of(
            f"{name} holds {x.dtype}; it cannot be added into y, which holds {y.dtype}, without loss.",
            "a sum that is rounded in silence is wrong in silence",
            f"y = y.astype(bm.{jnp.promote_types(x.dtype, y.dtype)})",
        )
