"""The rich get richer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ._checks import same_size, whole
from .errors import ConnectError
from .rule import Drawn, Rule


@dataclass(frozen=True, repr=False)
class ScaleFree(Rule):
    r"""A network that has grown: each new neuron connects to `m` of those before it, the likelier the more edges they have.

    A few hubs and many with few: the number of edges k of a neuron falls as $P(k) = 2m(m+1) / [k(k+1)(k+2)] \sim k^{-3}$
    (Bollobas, Riordan, Spencer & Tusnady 2001). Edges have no direction (both neurons are connected to each other); no pair
    has two. It begins with m + 1 neurons, all connected. The store is "ragged": padding all rows to a hub's wastes memory.

    m : edges that a neuron brings, so 2m per neuron on average

    Source: Barabasi & Albert, Science 286 (1999) 509. Drawing a place in the list of all ends of edges is drawing a neuron
    by its number of edges; that list may be drawn before it is filled: Sanders & Schulz, Inf. Process. Lett. 116 (2016) 489.

    >>> import brainlab as bl
    >>> connection = bl.connect.ScaleFree(2)(1000, 1000)
    >>> connection.n_synapses == 2 * (3 + 997 * 2), int(connection.degree("out").min())
    (True, 2)
    """

    m: int
    auto = "ragged"

    def __post_init__(self):
        whole("ScaleFree: m", self.m, 1, "ScaleFree(3)")

    def check(self, n_pre, n_post):
        same_size(self, n_pre, n_post, "the neurons of a grown network are both: they send and receive")
        if self.m >= n_pre:
            raise ConnectError(
                f"{self!r}: it begins with {self.m + 1} neurons, and the population has {n_pre}.",
                try_=f"ScaleFree({max(1, n_pre // 10)})",
            )

    def expected(self, n_pre, n_post):
        return 2 * (self.m * (self.m + 1) // 2 + (n_pre - self.m - 1) * self.m)

    def draw(self, n_pre, n_post, rng):
        n, m = n_pre, self.m
        ends = np.empty(self.expected(n, n), np.int64)  # edge e goes from ends[2e] to ends[2e + 1]
        high, low = np.tril_indices(m + 1, -1)
        ends[0 : 2 * len(high) : 2], ends[1 : 2 * len(high) : 2] = high, low
        first = m + 1
        while first < n:  # generations, each half as large as all before it
            last = min(n, first + max(1, first // 2))
            grow(ends, first, last, m, rng)
            first = last
        keys = np.concatenate([ends[0::2] * n + ends[1::2], ends[1::2] * n + ends[0::2]])
        keys.sort()
        return Drawn(keys)


def grow(ends, first, last, m, rng):
    """Fill in the edges of neurons first to last: each of m ends is that found at a place drawn among all earlier ends.

    The place may be in this generation, at an end not known yet, which in turn is found at the place drawn for it: all are
    followed at once, each round twice as far. A neuron that finds the same one twice draws that place again, with it all
    that was found through it: where such repeats are rare (n >> m) this is as if the neurons had come one by one.
    """
    begin = m * (m + 1) + 2 * m * (first - m - 1)  # ends before this generation
    new = np.arange(first, last)
    source = np.repeat(new, m)
    stop = begin + 2 * len(source)
    before = np.repeat(begin + 2 * m * (new - first), m)  # ends before each neuron: it does not find itself
    ends[begin:stop:2] = source
    drawn, again = np.empty(len(source), np.int64), np.arange(len(source))
    while len(again):
        drawn[again] = rng.integers(0, before[again])
        place = drawn.copy()
        while True:
            (open_,) = np.nonzero((place >= begin) & (place % 2 == 1))
            if not len(open_):
                break
            place[open_] = place[(place[open_] - begin) // 2]
        found = ends[place].reshape(-1, m)
        order = np.argsort(found, axis=1, kind="stable")
        ranked = np.take_along_axis(found, order, axis=1)
        twice = np.zeros(found.shape, bool)
        np.put_along_axis(twice[:, :], order[:, 1:], ranked[:, 1:] == ranked[:, :-1], axis=1)
        again = np.nonzero(twice.ravel())[0]
    ends[begin + 1 : stop : 2] = found.ravel()
