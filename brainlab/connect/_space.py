"""Where neurons are: on a ring, a line, a grid, or at given places in [0, 1)."""

from __future__ import annotations

import math

import numpy as np

from ._checks import switch, whole
from .errors import ConnectError

CHUNK = 2_000_000  # pairs whose distance is computed at a time


def grid(shape) -> np.ndarray:
    """Evenly spaced places in [0, 1): (neuron, axis), the last axis running fastest.

    >>> grid((2, 2))
    array([[0. , 0. ],
           [0. , 0.5],
           [0.5, 0. ],
           [0.5, 0.5]])
    """
    shape = checked_shape("grid", shape)
    return np.stack([np.ravel(i) / s for i, s in zip(np.indices(shape), shape, strict=True)], axis=1)


def checked_shape(name, shape):
    shape = tuple(shape) if isinstance(shape, tuple | list) else (shape,)
    if not shape:
        raise ConnectError(f"{name}: shape = (): a grid has at least one axis.", try_="shape=(20, 20)")
    return tuple(whole(f"{name}: shape", s, 1, "shape=(20, 20)") for s in shape)


def grid_shape(rule, n, shape):
    """The shape that n neurons have."""
    if math.prod(shape) != n:
        raise ConnectError(
            f"{rule!r}: a grid {shape} holds {math.prod(shape)} neurons, the population has {n}.",
            try_=f"shape=({n},) for a line of {n}, or a population of {math.prod(shape)}",
        )
    return shape


def offsets(shape, periodic):
    """(offset, axis): every way, in steps along the axes, from a neuron to one of the others or itself; on a periodic axis
    the shorter way round, so that none is there twice."""
    ways = [np.arange(-((s - 1) // 2), s // 2 + 1) if periodic else np.arange(1 - s, s) for s in shape]
    return np.stack([np.ravel(way) for way in np.meshgrid(*ways, indexing="ij")], axis=1)


def walk(pre, steps, shape, periodic):
    """From neurons `pre` by `steps` (pair, axis): where one arrives, and whether that is still on the grid. pre (n, 1) and
    steps (m, axis) give (n, m)."""
    post, inside = np.int64(0), np.True_
    for place, step, s in zip(np.unravel_index(pre, shape), steps.T, shape, strict=True):
        place = place + step
        if periodic:
            place %= s
        else:
            inside = inside & (place >= 0) & (place < s)
        post = post * s + place
    return post, np.broadcast_to(inside, post.shape)


def all_neighbours(n, steps, shape, periodic):
    """Keys, in order, of the pairs that any of n neurons forms with those `steps` away."""
    pre = np.arange(n)[:, None]
    post, inside = walk(pre, steps, shape, periodic)
    keys = (post + pre * n)[inside]
    keys.sort()
    return keys


def checked_positions(name, positions):
    """(neuron, axis) in [0, 1), as an array of our own."""
    if positions is None:
        return None
    places = np.array(positions, dtype=float)
    places = places[:, None] if places.ndim == 1 else places
    if places.ndim != 2 or not places.size:
        raise ConnectError(f"{name} have shape {places.shape}: (neuron,) or (neuron, axis) is expected.")
    bad = ~((places >= 0) & (places < 1))
    if bad.any():
        raise ConnectError(
            f"{name}: {places[bad][0]:g} is not a place: every coordinate is at least 0 and below 1.",
            why="distances, and sigma, are in units of the side of the space",
            try_=f"{name}=x / side   # with x from 0 to side",
        )
    return places


class Space:
    """The places of both sides, as Gaussian and MexicanHat have them: implied by a shape, or given."""

    def __init__(self, rule, n_pre, n_post):
        self.periodic, self.shape = rule.periodic, None
        if rule.positions is None:
            self.shape = grid_shape(rule, n_pre, (n_pre,) if rule.shape is None else rule.shape)
            self.pre = self.post = grid(self.shape)
            if n_post != n_pre:
                if rule.shape is not None:
                    raise ConnectError(
                        f"{rule!r}: two grids of different sizes, n_pre = {n_pre} and n_post = {n_post}, have two shapes.",
                        try_="positions=bl.connect.grid(shape), post_positions=bl.connect.grid(other_shape)",
                    )
                self.shape, self.post = None, grid(n_post)  # on the same line, but at other places
        else:
            self.pre = rule.positions
            self.post = rule.positions if rule.post_positions is None else rule.post_positions
        for side, places, n in (("n_pre", self.pre, n_pre), ("n_post", self.post, n_post)):
            if len(places) != n:
                name = "post_positions" if side == "n_post" and rule.post_positions is not None else "positions"
                raise ConnectError(
                    f"{rule!r}: {name} has {len(places)} places, and {side} = {n}.",
                    why="every neuron is somewhere",
                    try_="positions=x, post_positions=y   # for two populations",
                )

    def distance(self, pre, post):
        """Between neurons, elementwise; periodic: the shorter way round."""
        square = 0.0
        for x, y in zip(self.pre.T, self.post.T, strict=True):
            apart = np.abs(x[pre] - y[post])
            square = square + (np.minimum(apart, 1 - apart) if self.periodic else apart) ** 2
        return np.sqrt(square)

    def all_pairs(self):
        """(keys, distance) of all pairs, some rows at a time."""
        n_pre, n_post = len(self.pre), len(self.post)
        rows = max(1, CHUNK // n_post)
        for first in range(0, n_pre, rows):
            keys = np.arange(first * n_post, min(first + rows, n_pre) * n_post)
            yield keys, self.distance(keys // n_post, keys % n_post)

    def grid_offsets(self):
        """Offsets on the grid and their lengths, in units of the side."""
        steps = offsets(self.shape, self.periodic)
        return steps, np.sqrt(np.sum((steps / self.shape) ** 2, axis=1))


def check_space(rule):
    """What Gaussian and MexicanHat have in common, at construction."""
    name = type(rule).__name__
    switch(f"{name}: periodic", rule.periodic)
    switch(f"{name}: self_connections", rule.self_connections)
    for field in ("positions", "post_positions"):
        object.__setattr__(rule, field, checked_positions(field, getattr(rule, field)))
    if rule.shape is not None:
        object.__setattr__(rule, "shape", checked_shape(name, rule.shape))
        if rule.positions is not None:
            raise ConnectError(f"{name} has both shape= and positions=: the neurons are in two places.", try_="one of them")
    if rule.post_positions is not None and rule.positions is None:
        raise ConnectError(f"{name} has post_positions= without positions=.", try_="positions=x, post_positions=y")
    if rule.post_positions is not None and rule.post_positions.shape[1] != rule.positions.shape[1]:
        raise ConnectError(
            f"{name}: positions have {rule.positions.shape[1]} axes, post_positions {rule.post_positions.shape[1]}."
        )
