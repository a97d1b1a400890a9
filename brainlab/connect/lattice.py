"""The neighbours on a grid."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ._checks import positive, same_size, switch
from ._space import all_neighbours, checked_shape, grid_shape, offsets
from .errors import ConnectError
from .rule import Drawn, Rule


@dataclass(frozen=True, repr=False)
class Lattice(Rule):
    """Neurons on a grid, each connected to all others within `radius` grid steps (Euclidean), in both directions.

    radius : in grid steps; on a square grid 1 gives 4 neighbours, 1.5 gives 8, 2 gives 12
    shape  : (rows, columns), or any number of axes; None: a square, where the number of neurons allows it
    periodic : the grid closes on itself (a torus), and every neuron has as many neighbours; False: fewer at the edges

    >>> import brainlab as bl
    >>> bl.connect.Lattice(1, shape=(3, 3), periodic=False)(9, 9).degree("out").reshape(3, 3)
    Array([[2, 3, 2],
           [3, 4, 3],
           [2, 3, 2]], dtype=int32)
    """

    radius: float = 1
    shape: tuple | None = None
    periodic: bool = True

    def __post_init__(self):
        if positive("Lattice: radius", self.radius, "Lattice(1)") < 1:
            raise ConnectError(
                f"Lattice: radius = {self.radius}: the nearest neighbour is 1 grid step away.", try_="Lattice(1)"
            )
        switch("Lattice: periodic", self.periodic)
        if self.shape is not None:
            object.__setattr__(self, "shape", checked_shape("Lattice", self.shape))

    def shape_of(self, n):
        side = math.isqrt(n)
        if self.shape is None and side**2 != n:
            raise ConnectError(f"{self!r}: {n} neurons make no square grid.", try_=f"shape=({n},), or (rows, columns)")
        return grid_shape(self, n, self.shape or (side, side))

    def check(self, n_pre, n_post):
        same_size(self, n_pre, n_post, "the neurons of a grid are both: they send and receive")
        self.shape_of(n_pre)

    def steps(self, n):
        steps = offsets(self.shape_of(n), self.periodic)
        squares = np.sum(steps**2, axis=1)
        return steps[(squares > 0) & (squares <= self.radius**2)]

    def expected(self, n_pre, n_post):
        return n_pre * len(self.steps(n_pre))

    def draw(self, n_pre, n_post, rng):
        return Drawn(all_neighbours(n_pre, self.steps(n_pre), self.shape_of(n_pre), self.periodic))
