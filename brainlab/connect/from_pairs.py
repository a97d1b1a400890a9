"""Given as a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .errors import ConnectError
from .rule import Drawn, Rule


@dataclass(frozen=True, repr=False, eq=False)
class FromPairs(Rule):
    """A synapse from pre[s] to post[s] for every s. A pair given twice has two synapses.

    pre, post : (synapse,) indices of neurons, counted from 0. An array of weights (synapse,) is in the same order.

    >>> import brainlab as bl
    >>> bl.connect.FromPairs(pre=[1, 0], post=[0, 2])(2, 3, weight=[0.1, 0.2]).dense()
    Array([[0. , 0. , 0.2],
           [0.1, 0. , 0. ]], dtype=float32)
    """

    pre: Any
    post: Any

    def __post_init__(self):
        for name in ("pre", "post"):
            indices = np.array(getattr(self, name))
            if indices.ndim != 1 or (indices.size and indices.dtype.kind not in "iu"):
                raise ConnectError(
                    f"FromPairs: {name} has shape {indices.shape} and holds {indices.dtype}: "
                    "a list of whole numbers is expected.",
                    try_="FromPairs(pre=[0, 1], post=[1, 2])",
                )
            object.__setattr__(self, name, indices.astype(np.int64))
        if len(self.pre) != len(self.post):
            raise ConnectError(
                f"FromPairs: {len(self.pre)} neurons in pre, {len(self.post)} in post.",
                why="synapse s goes from pre[s] to post[s]",
                try_="FromPairs(pre=[0, 1], post=[1, 2])",
            )

    def check(self, n_pre, n_post):
        for name, indices, n in (("pre", self.pre, n_pre), ("post", self.post, n_post)):
            outside = np.nonzero((indices < 0) | (indices >= n))[0]
            if len(outside):
                s = int(outside[0])
                raise ConnectError(
                    f"FromPairs: {name}[{s}] = {indices[s]}, and there are {n} neurons, 0 to {n - 1}.",
                    why="neurons are counted from 0",
                    try_=f"n_{name}={int(indices.max()) + 1}" if indices[s] >= n else f"{name} without negative numbers",
                )

    def expected(self, n_pre, n_post):
        return len(self.pre)

    def draw(self, n_pre, n_post, rng):
        keys = self.pre * n_post + self.post
        order = np.argsort(keys, kind="stable")
        return Drawn(keys[order], order=order)
