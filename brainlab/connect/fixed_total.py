"""As many synapses in all."""

from __future__ import annotations

from dataclasses import dataclass

from ._checks import enough, switch, whole
from ._draw import exactly
from .fixed_probability import without_diagonal
from .rule import Drawn, Rule


@dataclass(frozen=True, repr=False)
class FixedTotal(Rule):
    """Exactly `n` synapses, between pairs chosen by chance: every set of n pairs is equally likely.

    n : number of synapses
    self_connections : neuron i to itself may be among them, where both sides are one population
    multapses : the same pair may be chosen more than once: n independent draws

    Source: Erdos & Renyi, Publ. Math. Debrecen 6 (1959) 290.

    >>> import brainlab as bl
    >>> bl.connect.FixedTotal(20)(10, 10).n_synapses
    20
    """

    n: int
    self_connections: bool = True
    multapses: bool = False

    def __post_init__(self):
        whole("FixedTotal: n", self.n, 1, "FixedTotal(1000)")
        switch("FixedTotal: self_connections", self.self_connections)
        switch("FixedTotal: multapses", self.multapses)

    def check(self, n_pre, n_post):
        enough(self, 1 if self.multapses else self.n, self.pairs(n_pre, n_post), "pairs")

    def pairs(self, n_pre, n_post):
        return n_pre * n_post if self.self_connections else n_pre * (n_pre - 1)

    def expected(self, n_pre, n_post):
        return self.n

    def draw(self, n_pre, n_post, rng):
        pairs = self.pairs(n_pre, n_post)
        if self.multapses:
            places = rng.integers(0, pairs, self.n)
            places.sort()
        else:
            places = exactly(self.n, pairs, rng)
        return Drawn(places if self.self_connections else without_diagonal(places, n_pre))
