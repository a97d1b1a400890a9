"""Each with the one at its own place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ._checks import same_size
from .rule import Drawn, Rule


@dataclass(frozen=True, repr=False)
class OneToOne(Rule):
    """Neuron i is connected to neuron i, and to no other.

    >>> import brainlab as bl
    >>> bl.connect.OneToOne()(3, 3).dense()
    Array([[1., 0., 0.],
           [0., 1., 0.],
           [0., 0., 1.]], dtype=float32)
    """

    def check(self, n_pre, n_post):
        same_size(self, n_pre, n_post, "neuron i has neuron i for its partner, so there must be as many on both sides")

    def expected(self, n_pre, n_post):
        return n_pre

    def draw(self, n_pre, n_post, rng):
        return Drawn(np.arange(n_pre) * (n_post + 1))
