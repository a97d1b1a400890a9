"""Friends near, foes far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ._checks import finite, positive
from ._space import Space, all_neighbours, check_space
from .errors import ConnectError
from .rule import Drawn, Rule


@dataclass(frozen=True, repr=False, eq=False)
class MexicanHat(Rule):
    r"""Neurons in space; a pair at distance $d$ has the weight

    $$w(d) = near \, e^{-d^2 / 2 \sigma_{near}^2} - far \, e^{-d^2 / 2 \sigma_{far}^2}$$

    times `weight`: positive near, negative far, the lateral inhibition that sharpens and keeps bumps of activity.

    sigma_near, sigma_far : in units of the side of the space, which is 1
    near, far : near > far, so that neighbours excite, and sigma_near < sigma_far, so that those farther away inhibit
    radius : only pairs up to this distance; None: all pairs
    shape, periodic, positions, post_positions, self_connections : as in Gaussian

    Source: Wilson & Cowan, Kybernetik 13 (1973) 55; Amari, Biol. Cybern. 27 (1977) 77.

    >>> import brainlab as bl
    >>> bl.connect.MexicanHat(0.1, 0.2, near=1.0, far=0.5)(10, 10).dense()[0, :5].tolist()
    [0.5, 0.165..., -0.167..., -0.151..., -0.067...]
    """

    sigma_near: float
    sigma_far: float
    near: float = 1.0
    far: float = 0.5
    radius: float | None = None
    shape: tuple | None = None
    periodic: bool = True
    positions: Any = None
    post_positions: Any = None
    self_connections: bool = True

    def __post_init__(self):
        for name in ("sigma_near", "sigma_far", "near", "far"):
            positive(f"MexicanHat: {name}", getattr(self, name), "MexicanHat(0.05, 0.15, near=1.0, far=0.5)")
        if self.radius is not None and finite("MexicanHat: radius", self.radius) <= 0:
            raise ConnectError(
                f"MexicanHat: radius = {self.radius}: it must be above 0.", try_="radius=0.3, or None: all pairs"
            )
        if self.sigma_near >= self.sigma_far or self.near <= self.far:
            raise ConnectError(
                f"{self!r}: sigma_near must be below sigma_far, and near above far.",
                why="a Mexican hat has its narrow peak inside its wide brim: excitation near, inhibition far",
                try_="MexicanHat(0.05, 0.15, near=1.0, far=0.5)",
            )
        check_space(self)

    @property
    def auto(self):
        return "dense" if self.radius is None else "padded"

    def check(self, n_pre, n_post):
        Space(self, n_pre, n_post)

    def expected(self, n_pre, n_post):
        space = Space(self, n_pre, n_post)
        if self.radius is None:
            return n_pre * n_post
        axes = space.pre.shape[1]
        ball = {1: 2.0, 2: np.pi}.get(axes, 4 / 3 * np.pi) * self.radius**axes
        return n_pre * n_post * min(1.0, ball)

    def profile(self, distance):
        """The weight at a distance."""
        near = self.near * np.exp(-0.5 * (distance / self.sigma_near) ** 2)
        return near - self.far * np.exp(-0.5 * (distance / self.sigma_far) ** 2)

    def draw(self, n_pre, n_post, rng):
        space = Space(self, n_pre, n_post)
        keys = self.near_by(space, n_pre, n_post)
        if not self.self_connections:
            keys = keys[keys // n_post != keys % n_post]
        return Drawn(keys, factor=self.profile(space.distance(keys // n_post, keys % n_post)))

    def near_by(self, space, n_pre, n_post):
        if self.radius is None:
            return np.arange(n_pre * n_post)
        if space.shape is None:
            return np.concatenate([keys[d <= self.radius] for keys, d in space.all_pairs()])
        steps, distance = space.grid_offsets()
        steps = steps[distance <= self.radius * (1 + 1e-9)]  # 3 steps of 0.1 are a little more than 0.3 in floats
        return all_neighbours(n_pre, steps, space.shape, self.periodic)
