"""Near ones, and a few far ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ._checks import probability, same_size
from .errors import ConnectError
from .ring import even
from .rule import Drawn, Rule


@dataclass(frozen=True, repr=False)
class SmallWorld(Rule):
    """A ring of `k` nearest neighbours in which every edge is moved, with probability `p`, to a far end chosen by chance.

    Few moved edges make all distances short and leave the neighbourhoods almost as they were: a small world. Edges have
    no direction (both neurons are connected to each other); no pair has two, no neuron one to itself. All edges to be
    moved are taken away first, where the original goes round the ring edge by edge.

    k : even, at most half the number of neurons; p : 0 (a ring) to 1 (a random graph)

    Source: Watts & Strogatz, Nature 393 (1998) 440.

    >>> import brainlab as bl
    >>> bl.connect.SmallWorld(4, 0.1)(1000, 1000).n_synapses
    4000
    """

    k: int
    p: float

    def __post_init__(self):
        even("SmallWorld", self.k)
        probability("SmallWorld: p", self.p, "SmallWorld(10, 0.1)")

    def check(self, n_pre, n_post):
        same_size(self, n_pre, n_post, "the neurons of a small world are both: they send and receive")
        if 2 * self.k > n_pre:
            raise ConnectError(
                f"{self!r}: k = {self.k} is more than half of {n_pre} neurons.",
                why="a small world is sparse, n >> k; in a dense one all are near anyway",
                try_=f"SmallWorld({max(2, n_pre // 10 // 2 * 2)}, {self.p})",
            )

    def expected(self, n_pre, n_post):
        return self.k * n_pre

    def draw(self, n_pre, n_post, rng):
        n, half = n_pre, self.k // 2
        kept = rng.random((n, half)) >= self.p  # [i, j]: the edge from i to i + j + 1
        here, step = np.nonzero(kept)
        start, _ = np.nonzero(~kept)
        end = moved(start, kept, rng)
        a = np.concatenate([here, start])
        b = np.concatenate([(here + step + 1) % n, end])
        keys = np.concatenate([a * n + b, b * n + a])
        keys.sort()
        return Drawn(keys)


def moved(start, kept, rng):
    """New ends for edges that begin at `start`: drawn again until there is no loop and no edge twice."""
    n, half = kept.shape
    end, left = np.empty(len(start), np.int64), np.arange(len(start))
    while len(left):
        end[left] = rng.integers(0, n, len(left))
        low, high = np.minimum(start, end), np.maximum(start, end)
        order = np.argsort(low * n + high)
        same = np.diff((low * n + high)[order]) == 0
        bad = start == end
        # All of an edge that is there twice are drawn again, not all but one: else a neuron with every place around it
        # taken by such edges would search for ever.
        bad[order[1:][same]] = bad[order[:-1][same]] = True
        for first, ahead in ((low, high - low), (high, low - high + n)):
            on_ring = (ahead > 0) & (ahead <= half)
            bad[on_ring] |= kept[first[on_ring], ahead[on_ring] - 1]
        left = np.nonzero(bad)[0]
    return end
