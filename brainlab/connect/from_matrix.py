"""Given as a matrix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .errors import ConnectError
from .rule import Drawn, Rule


@dataclass(frozen=True, repr=False, eq=False)
class FromMatrix(Rule):
    """A synapse from i to j wherever `A[i, j]` is not 0; A[i, j] is its weight, and `weight` multiplies it.

    A : (pre, post), of numbers or of True and False; also a scipy.sparse matrix

    >>> import brainlab as bl
    >>> bl.connect.FromMatrix([[0, 2], [3, 0]])(2, 2, weight=0.5).dense()
    Array([[0. , 1. ],
           [1.5, 0. ]], dtype=float32)
    """

    A: Any

    def __post_init__(self):
        if hasattr(self.A, "tocoo"):  # scipy.sparse
            A = self.A.tocsr()
            A.sum_duplicates()
        else:
            A = np.array(self.A)
        if len(A.shape) != 2 or 0 in A.shape or A.dtype.kind not in "biuf":
            raise ConnectError(
                f"FromMatrix: A has shape {A.shape} and holds {A.dtype}: a matrix of numbers (pre, post) is expected.",
                try_="FromMatrix([[0, 1], [1, 0]])",
            )
        object.__setattr__(self, "A", A)

    def check(self, n_pre, n_post):
        if self.A.shape != (n_pre, n_post):
            turned = ".T" if self.A.shape == (n_post, n_pre) else ""
            raise ConnectError(
                f"A is {self.A.shape}, the populations are (n_pre, n_post) = ({n_pre}, {n_post}).",
                why="row i of A are the synapses from neuron i, column j those onto neuron j",
                try_=f"FromMatrix(A{turned})" if turned else "",
            )

    def expected(self, n_pre, n_post):
        return np.count_nonzero(self.A) if isinstance(self.A, np.ndarray) else self.A.count_nonzero()

    def draw(self, n_pre, n_post, rng):
        pre, post = self.A.nonzero()
        keys = pre.astype(np.int64) * n_post + post
        values = np.asarray(self.A[pre, post]).ravel()
        if not isinstance(self.A, np.ndarray):  # scipy.sparse promises no order
            order = np.argsort(keys, kind="stable")
            keys, values = keys[order], values[order]
        return Drawn(keys, factor=None if values.dtype == bool else values)
