"""The nearer, the likelier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ._checks import positive, probability
from ._draw import bernoulli
from ._space import Space, check_space, walk
from .rule import Drawn, Rule

LEAST = 60  # bands; all that is less likely than 2^-60 p_max shares the last one


@dataclass(frozen=True, repr=False, eq=False)
class Gaussian(Rule):
    r"""Neurons in space; a pair at distance $d$ is connected with probability

    $$p(d) = p_{max} \, e^{-d^2 / 2 \sigma^2}$$

    sigma : in units of the side of the space, which is 1
    p_max : the probability at distance 0
    shape : None: the neurons stand evenly on a line of length 1, neuron i at i/n; (rows, columns): on a grid
    periodic : the line is a ring, the grid a torus, and distance the shorter way round
    positions, post_positions : instead of shape: (neuron,) or (neuron, axis), coordinates in [0, 1); the second for
        targets that are elsewhere. Then, and for two lines of different sizes, all pairs are looked at: 10^8 take seconds.
    self_connections : a neuron may be connected to itself (d = 0), where both sides are one population

    Source: the fall with distance, in cortex: Hellwig, Biol. Cybern. 82 (2000) 111.

    >>> import brainlab as bl
    >>> ring = bl.connect.Gaussian(0.05, p_max=0.5)(1000, 1000)
    >>> round(ring.n_synapses / 1000 ** 2, 2), round(0.5 * 0.05 * (2 * np.pi) ** 0.5, 2)     # found; the formula's integral
    (0.06, 0.06)
    """

    sigma: float
    p_max: float = 1.0
    shape: tuple | None = None
    periodic: bool = True
    positions: Any = None
    post_positions: Any = None
    self_connections: bool = True

    def __post_init__(self):
        positive("Gaussian: sigma", self.sigma, "Gaussian(0.1)")
        probability("Gaussian: p_max", self.p_max, "Gaussian(0.1, p_max=1.0)")
        check_space(self)

    def check(self, n_pre, n_post):
        Space(self, n_pre, n_post)

    def expected(self, n_pre, n_post):
        axes = self.positions.shape[1] if self.positions is not None else len(self.shape or (1,))
        return n_pre * n_post * self.p_max * min(1.0, (2 * np.pi * self.sigma**2) ** (axes / 2))

    def draw(self, n_pre, n_post, rng):
        space = Space(self, n_pre, n_post)
        keys = self.by_pairs(space, rng) if space.shape is None else self.by_offsets(space, n_pre, rng)
        return Drawn(keys if self.self_connections else keys[keys // n_post != keys % n_post])

    def probability(self, distance):
        return self.p_max * np.exp(-0.5 * (distance / self.sigma) ** 2)

    def by_pairs(self, space, rng):
        return np.concatenate([keys[rng.random(len(keys)) < self.probability(d)] for keys, d in space.all_pairs()])

    def by_offsets(self, space, n, rng):
        """On a regular grid what counts is the way from one neuron to the other. Ways that are about as likely, within a
        factor of 2, form a band: pairs are drawn with the band's highest probability, and kept with p / highest."""
        steps, distance = space.grid_offsets()
        p = self.probability(distance)
        band = np.minimum((distance / self.sigma) ** 2 / (2 * np.log(2)), LEAST).astype(int)
        keys = [np.empty(0, np.int64)]
        for b in np.unique(band):
            highest, (ways,) = self.p_max * 0.5**b, np.nonzero(band == b)
            pre, way = np.divmod(bernoulli(n * len(ways), highest, rng), len(ways))
            way = ways[way]
            kept = rng.random(len(way)) * highest < p[way]
            pre, way = pre[kept], way[kept]
            post, inside = walk(pre, steps[way], space.shape, self.periodic)
            keys.append((pre * n + post)[inside])
        keys = np.concatenate(keys)
        keys.sort()
        return keys
