"""As many targets for each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..math.sparse import JustInTime
from ._build import checked_weights, is_number
from ._checks import enough, switch, whole
from .errors import ConnectError
from .fixed_in_degree import partners
from .rule import Drawn, Rule


@dataclass(frozen=True, repr=False)
class FixedOutDegree(Rule):
    """Every neuron projects to exactly `k` neurons, chosen by chance.

    k : targets of each neuron
    self_connections : a neuron may be among its own targets, where both sides are one population
    multapses : the same target may be chosen more than once: k independent draws

    The one rule that also exists as just-in-time connectivity, `store="just_in_time"`: the targets are then computed from
    `seed` at every spike and never stored. They are independent draws, so `multapses=True` must be said, and others than
    those of the other stores with the same seed.

    >>> import brainlab as bl
    >>> bl.connect.FixedOutDegree(2)(3, 5).degree("out")
    Array([2, 2, 2], dtype=int32)
    >>> bl.connect.FixedOutDegree(80, multapses=True)(100_000, 100_000, store="just_in_time").n_synapses
    8000000
    """

    k: int
    self_connections: bool = True
    multapses: bool = False

    def __post_init__(self):
        whole("FixedOutDegree: k", self.k, 1, "FixedOutDegree(80)")
        switch("FixedOutDegree: self_connections", self.self_connections)
        switch("FixedOutDegree: multapses", self.multapses)

    def check(self, n_pre, n_post):
        there = n_post - (not self.self_connections)
        enough(self, 1 if self.multapses else self.k, there, "targets")

    def expected(self, n_pre, n_post):
        return self.k * n_pre

    def draw(self, n_pre, n_post, rng):
        keys = partners(self, n_pre, n_post, rng)
        keys += (np.arange(n_pre) * n_post)[:, None]
        return Drawn(keys.ravel())

    def just_in_time(self, n_pre, n_post, seed, weight):
        if not self.multapses:
            raise ConnectError(
                f'{self!r} has no store "just_in_time".',
                why="targets drawn one by one at every spike may repeat, since none is remembered",
                try_=f'bl.connect.FixedOutDegree({self.k}, multapses=True)({n_pre}, {n_post}, store="just_in_time")',
            )
        if not is_number(weight):
            raise ConnectError(
                f'store="just_in_time" has one weight for all synapses; got {weight!r}.',
                why="a weight for every synapse would have to be stored",
                try_='weight=1.0, or store="padded"',
            )
        weight = checked_weights(weight, f"weight of {self!r}")
        return JustInTime(n_pre, n_post, self.k, weight, seed, self.self_connections)
