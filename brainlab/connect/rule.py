"""What all rules share: a rule is a description; called with two sizes it draws synapses and puts them into a store."""

from __future__ import annotations

import dataclasses
from typing import NamedTuple

import numpy as np

from . import _build
from ._checks import same_size, whole
from .errors import ConnectError


class Drawn(NamedTuple):
    """The synapses that a rule has drawn.

    keys   : (synapse,) int64, pre * n_post + post of every synapse, in order; one that comes twice is a multapse
    factor : None, or (synapse,): what the weights are multiplied by (a rule that knows how strong, such as MexicanHat)
    order  : None, or (synapse,): the place of each synapse in what the student gave (FromPairs)
    """

    keys: np.ndarray
    factor: np.ndarray | None = None
    order: np.ndarray | None = None


class Rule:
    """Who is connected to whom, for any number of neurons.

    A rule is a frozen description: `rule(n_pre, n_post, seed=0, weight=1.0, store="auto")` gives a Connection.

    n_pre, n_post : number of neurons on the two sides
    seed   : the same seed gives the same synapses, in every store but "just_in_time"
    weight : a number for all; an array (pre, post) or (synapse,), ordered by pre and then by post; or an initialiser
             such as bl.connect.Normal(1.0, 0.1), called as init(shape, rng). Its unit is that of the synapse.
    store  : "padded" (every row as long as the longest), "ragged", "dense", "uniform" (AllToAll with one weight),
             "just_in_time" (nothing is stored, targets are drawn anew whenever a neuron spikes); "auto": what suits the rule
    """

    auto = "padded"

    def __call__(self, n_pre, n_post, seed=0, weight=1.0, store="auto"):
        name = type(self).__name__
        n_pre, n_post = whole(f"{name}: n_pre", n_pre, 1), whole(f"{name}: n_post", n_post, 1)
        seed = whole(f"{name}: seed", seed, 0, try_="seed=0")
        store = _build.known_store(store)
        if not getattr(self, "self_connections", True):
            same_size(self, n_pre, n_post, "only within one population can a neuron's connection to itself be left out")
        self.check(n_pre, n_post)
        store = self.choose(weight) if store == "auto" else store
        if store == "just_in_time":
            return self.just_in_time(n_pre, n_post, seed, weight)
        if store == "uniform":
            return self.uniform(n_pre, n_post, weight)
        _build.check_memory(self, self.expected(n_pre, n_post), n_pre, n_post, weight, store)
        drawn = self.draw(n_pre, n_post, np.random.default_rng((seed, 0)))
        return _build.stored(self, drawn, n_pre, n_post, np.random.default_rng((seed, 1)), weight, store)

    def check(self, n_pre: int, n_post: int) -> None:
        """Can the rule be followed with these sizes?"""

    def expected(self, n_pre: int, n_post: int) -> float:
        """About how many synapses there will be."""
        raise NotImplementedError(f"{type(self).__name__} does not say how many synapses it makes")

    def draw(self, n_pre: int, n_post: int, rng) -> Drawn:
        raise NotImplementedError(f"{type(self).__name__} does not say which neurons it connects")

    def choose(self, weight) -> str:
        """The store that suits this rule."""
        return self.auto

    def just_in_time(self, n_pre, n_post, seed, weight):
        k = max(1, round(self.expected(n_pre, n_post) / n_pre))
        raise ConnectError(
            f'{self!r} has no store "just_in_time".',
            why="targets that are drawn anew at every spike are independent draws, as many for every neuron",
            try_=_build.just_in_time_line(k, n_pre, n_post),
        )

    def uniform(self, n_pre, n_post, weight):
        raise ConnectError(
            f'{self!r} has no store "uniform".',
            why="it holds one weight for every pair of neurons, and this rule leaves pairs out",
            try_=f'bl.connect.AllToAll()({n_pre}, {n_post}, store="uniform"), or store="padded"',
        )

    def __repr__(self):
        shown = []
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if hasattr(value, "shape") and value.shape:
                shown.append(f"{field.name}=<array {value.shape}>")
            elif field.default is dataclasses.MISSING or value != field.default:
                shown.append(f"{field.name}={value!r}")
        return f"{type(self).__name__}({', '.join(shown)})"
