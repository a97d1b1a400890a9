"""Every pair by chance."""

from __future__ import annotations

from dataclasses import dataclass

from ._checks import probability, switch
from ._draw import bernoulli
from .rule import Drawn, Rule


@dataclass(frozen=True, repr=False)
class FixedProbability(Rule):
    r"""Every pair of neurons is connected with probability `p`, independently of all others.

    In-degrees and out-degrees are then binomial: $p n \pm \sqrt{p (1 - p) n}$.

    p : 0 to 1
    self_connections : also neuron i to itself, where both sides are one population

    Source: Gilbert, Ann. Math. Stat. 30 (1959) 1141; Erdos & Renyi (1959) fix the total instead (FixedTotal).

    >>> import brainlab as bl
    >>> connection = bl.connect.FixedProbability(0.02)(4000, 4000, seed=1)     # COBA's: about 80 each
    >>> connection.shape, connection.n_synapses // 4000
    ((4000, 4000), 80)
    """

    p: float
    self_connections: bool = True

    def __post_init__(self):
        probability("FixedProbability: p", self.p, "FixedProbability(0.02)")
        switch("FixedProbability: self_connections", self.self_connections)

    def expected(self, n_pre, n_post):
        return self.p * n_pre * n_post

    def draw(self, n_pre, n_post, rng):
        if self.self_connections:
            return Drawn(bernoulli(n_pre * n_post, self.p, rng))
        return Drawn(without_diagonal(bernoulli(n_pre * (n_pre - 1), self.p, rng), n_pre))


def without_diagonal(places, n):
    """Keys pre * n + post out of places among the n (n - 1) pairs of different neurons: pre * (n - 1) + rank of post.

    In row i the diagonal is passed when rank >= i: one more for each row above, and one more if it lies behind.
    """
    pre = places // max(n - 1, 1)
    behind = places - pre * (n - 1) >= pre
    pre += places
    pre += behind
    return pre
