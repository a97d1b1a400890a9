"""As many inputs for each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ._checks import enough, switch, whole
from ._draw import distinct_rows
from .rule import Drawn, Rule


@dataclass(frozen=True, repr=False)
class FixedInDegree(Rule):
    """Every neuron receives from exactly `k` neurons, chosen by chance (Brunel 2000's C_E and C_I).

    k : inputs of each neuron
    self_connections : a neuron may be among its own inputs, where both sides are one population
    multapses : the same input may be chosen more than once: k independent draws

    Source: Brunel, J. Comput. Neurosci. 8 (2000) 183.

    >>> import brainlab as bl
    >>> bl.connect.FixedInDegree(2)(5, 3).degree("in")
    Array([2, 2, 2], dtype=int32)
    """

    k: int
    self_connections: bool = True
    multapses: bool = False

    def __post_init__(self):
        whole("FixedInDegree: k", self.k, 1, "FixedInDegree(80)")
        switch("FixedInDegree: self_connections", self.self_connections)
        switch("FixedInDegree: multapses", self.multapses)

    def check(self, n_pre, n_post):
        there = n_pre - (not self.self_connections)
        enough(self, 1 if self.multapses else self.k, there, "inputs")

    def expected(self, n_pre, n_post):
        return self.k * n_post

    def draw(self, n_pre, n_post, rng):
        keys = partners(self, n_post, n_pre, rng)
        keys *= n_post
        keys += np.arange(n_post)[:, None]
        keys = keys.ravel()
        keys.sort()
        return Drawn(keys)


def partners(rule, n, of, rng):
    """(n, k): for each of n neurons its k partners among `of`, in order."""
    of -= not rule.self_connections
    if rule.multapses:
        found = rng.integers(0, of, (n, rule.k))
        found.sort(axis=1)
    else:
        found = distinct_rows(n, rule.k, of, rng)
    if not rule.self_connections:
        found += found >= np.arange(n)[:, None]  # one's own place is left out
    return found
