"""moving_discs(): films of a disc that comes, goes, or passes by."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ._checks import generator, whole
from .errors import VisionError

MOTIONS = ("looming", "receding", "translating")


class Films(NamedTuple):
    """What `moving_discs` returns.

    pixels : (time, film, size * size), 0 (background) to about 1 (disc)
    labels : (film,) 0, 1 or 2: a place in `MOTIONS`
    contact: (film,) frames until a looming disc would arrive, counted from the first one; NaN for the others
    """

    pixels: np.ndarray
    labels: np.ndarray
    contact: np.ndarray

    def __repr__(self):
        T, n, pixels = self.pixels.shape
        size = round(pixels**0.5)
        return f"Films({n} of {T} frames, {size} x {size} pixels)"


def moving_discs(n=300, motion=None, *, frames=20, size=12, noise=0.1, seed=0) -> Films:
    r"""Films of a disc on the retina. What comes nearer at constant speed grows slowly at first, then explosively.

    $$R(t) = \frac{c}{T + \tau - t}, \qquad t = 0 \ldots T$$

    `tau` frames after the last one, 2 to 12, it would be there. A receding disc is the same film backwards: every frame of
    it could be from a looming one, and so could the mean of all. A translating one passes by, at constant size. Sizes differ
    so much that even knowing which frame it is says little: one has to see the change.

    n      : films
    motion : "looming", "receding" or "translating"; None: a third of each, mixed
    frames, size : of each film, and pixels along its edge
    noise  : standard deviation of every pixel, new in every frame

    Source: Gibson (1950), The Perception of the Visual World; Lee, Perception 5 (1976) 437 for tau.

    >>> moving_discs(6)
    Films(6 of 20 frames, 12 x 12 pixels)
    """
    if motion is not None and motion not in MOTIONS:
        raise VisionError(
            f"motion = {motion!r:.40}: it is one of {', '.join(map(repr, MOTIONS))}.",
            why="a disc comes, goes, or passes by",
            try_=f"motion={MOTIONS[0]!r}",
        )
    n = whole("n", n, 1, 100_000, "so many films are made")
    frames = whole("frames", frames, 2, 10_000, "nothing moves in a single frame")
    size = whole("size", size, 4, 200, "a disc must fit in and be able to grow")
    if isinstance(noise, bool | str) or np.ndim(noise) or not 0 <= noise < np.inf:
        raise VisionError(f"noise = {noise!r:.40}: a number, 0 or more, is expected.", why="it is a width", try_="noise=0.1")
    rng = generator(seed)
    labels = rng.permutation(np.arange(n) % 3) if motion is None else np.full(n, MOTIONS.index(motion))
    left = np.arange(frames)[::-1, None]  # frames until the last one
    tau = rng.uniform(2, 12, n)
    middle = size * np.exp(rng.uniform(np.log(0.08), np.log(0.3), n))  # the radius half-way
    radius = middle * (left.mean() + tau) / (left + tau)
    where = rng.uniform(0.35, 0.65, (2, n)) * size + 0 * left[..., None].transpose(0, 2, 1)
    passing = labels == 2
    angle, far = rng.uniform(0, 2 * np.pi, n), rng.uniform(0.4, 0.9, n) * size
    along = (0.5 - left / (frames - 1)) * far  # from one side to the other
    path = np.stack([along * np.sin(angle), along * np.cos(angle)], 1)
    radius = np.where(passing, middle, radius)
    where = np.where(passing, where + path, where)
    grid = np.arange(size) + 0.5
    rows, columns = (where[:, k, :, None, None] for k in (0, 1))
    distance = np.hypot(grid[:, None] - rows, grid[None, :] - columns)
    films = np.clip(radius[..., None, None] - distance + 0.5, 0, 1).reshape(frames, n, -1)  # the edge is one pixel wide
    backwards = (labels == 1)[:, None]
    films = np.where(backwards, films[::-1], films) + noise * rng.standard_normal(films.shape)
    return Films(films.astype(np.float32), labels, np.where(labels == 0, frames - 1 + tau, np.nan))
