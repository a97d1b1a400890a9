"""The nearest on a ring."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ._checks import same_size, whole
from .errors import ConnectError
from .rule import Drawn, Rule


@dataclass(frozen=True, repr=False)
class Ring(Rule):
    """Neurons in a ring, each connected to its `k` nearest: k/2 on either side, in both directions.

    k : even, below the number of neurons

    >>> import brainlab as bl
    >>> bl.connect.Ring(2)(5, 5).dense()
    Array([[0., 1., 0., 0., 1.],
           [1., 0., 1., 0., 0.],
           [0., 1., 0., 1., 0.],
           [0., 0., 1., 0., 1.],
           [1., 0., 0., 1., 0.]], dtype=float32)
    """

    k: int

    def __post_init__(self):
        even("Ring", self.k)

    def check(self, n_pre, n_post):
        same_size(self, n_pre, n_post, "the neurons of a ring are both: they send and receive")
        if self.k >= n_pre:
            raise ConnectError(
                f"{self!r}: {self.k} neighbours were asked for, and a ring of {n_pre} neurons has {n_pre - 1} others.",
                try_=f"bl.connect.Ring({max(2, (n_pre - 1) // 2 * 2)})",
            )

    def expected(self, n_pre, n_post):
        return self.k * n_pre

    def draw(self, n_pre, n_post, rng):
        steps = np.arange(1, self.k // 2 + 1)
        posts = (np.arange(n_pre)[:, None] + np.concatenate([-steps, steps])) % n_pre
        posts.sort(axis=1)
        return Drawn((posts + (np.arange(n_pre) * n_post)[:, None]).ravel())


def even(name, k):
    whole(f"{name}: k", k, 2, f"{name}(4)")
    if k % 2:
        raise ConnectError(
            f"{name}: k = {k}: it must be even.", why="there are k/2 neighbours on either side", try_=f"{name}({k + 1})"
        )
