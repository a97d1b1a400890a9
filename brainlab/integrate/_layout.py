"""Layout: the states of an equation as one vector, and back."""

from __future__ import annotations

import math

import jax.numpy as jnp
import numpy as np


class Layout:
    """Where each state stands in the vector. y: one array, or a tuple of them."""

    def __init__(self, names, y):
        self.names, self.several = names, isinstance(y, tuple)
        parts = y if self.several else (y,)
        self.shapes = [np.shape(part) for part in parts]
        self.real = [not jnp.issubdtype(part.dtype, jnp.complexfloating) for part in parts]
        self.ends = np.cumsum([math.prod(shape) for shape in self.shapes])

    @property
    def size(self) -> int:
        return int(self.ends[-1])

    def vector(self, y):
        """(size,); numbers of several dtypes meet in the one that holds them all."""
        parts = y if self.several else (y,)
        dtype = jnp.result_type(*parts)
        return jnp.concatenate([jnp.ravel(part).astype(dtype) for part in parts])

    def parts(self, rows) -> tuple:
        """(..., size) -> (..., shape) for each state. Of NumPy or of JAX, as what goes in."""
        parts = (rows[..., end - math.prod(shape) : end] for end, shape in zip(self.ends, self.shapes, strict=True))
        parts = (part.reshape(*part.shape[:-1], *shape) for part, shape in zip(parts, self.shapes, strict=True))
        return tuple(part.real if real else part for part, real in zip(parts, self.real, strict=True))

    def states(self, vector):
        parts = self.parts(vector)
        return parts if self.several else parts[0]

    def field(self, field):
        """The derivative of the vector."""
        return lambda vector, t: self.vector(field(self.states(vector), t))

    def spread(self, values):
        """One number for all elements, or one (or one array) for each state, as a vector."""
        parts = values if isinstance(values, tuple) else (values,) * len(self.shapes)
        return jnp.concatenate([jnp.broadcast_to(p, shape).ravel() for p, shape in zip(parts, self.shapes, strict=True)])

    def name(self, i: int) -> str:
        """What the i-th number of the vector is called: V, or V[3]."""
        k = int(np.searchsorted(self.ends, i, side="right"))
        index = np.unravel_index(i - (self.ends[k - 1] if k else 0), self.shapes[k]) if self.shapes[k] else ()
        return self.names[k] + (f"[{', '.join(str(int(j)) for j in index)}]" if index else "")
