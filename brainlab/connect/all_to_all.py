"""Everyone with everyone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..math.sparse import Uniform
from ._build import checked_weights, is_number
from ._checks import switch
from .errors import ConnectError
from .rule import Drawn, Rule


@dataclass(frozen=True, repr=False)
class AllToAll(Rule):
    """Every neuron is connected to every neuron.

    self_connections : also each to itself, where both sides are one population

    With one weight nothing is stored but this weight (store "uniform", the default then); with many, "dense".

    >>> import brainlab as bl
    >>> bl.connect.AllToAll()(2, 3, weight=0.5).dense()
    Array([[0.5, 0.5, 0.5],
           [0.5, 0.5, 0.5]], dtype=float32)
    >>> bl.connect.AllToAll(self_connections=False)(1000, 1000).n_synapses
    999000
    """

    self_connections: bool = True

    def __post_init__(self):
        switch("AllToAll: self_connections", self.self_connections)

    def expected(self, n_pre, n_post):
        return n_pre * n_post if self.self_connections else n_pre * (n_pre - 1)

    def draw(self, n_pre, n_post, rng):
        keys = np.arange(n_pre * n_post)
        return Drawn(keys if self.self_connections else np.delete(keys, keys[:: n_post + 1]))

    def choose(self, weight):
        return "uniform" if is_number(weight) else "dense"

    def uniform(self, n_pre, n_post, weight):
        if not is_number(weight):
            raise ConnectError(
                f'store="uniform" holds one weight for all pairs; got {weight!r}.', try_='store="dense", or weight=1.0'
            )
        return Uniform((n_pre, n_post), checked_weights(weight, f"weight of {self!r}"), self.self_connections)

    def just_in_time(self, n_pre, n_post, seed, weight):
        raise ConnectError(
            f'{self!r} has no store "just_in_time".',
            why="there is nothing to draw: every neuron has all targets",
            try_='store="uniform": one weight for every pair takes no memory',
        )
