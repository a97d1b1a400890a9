"""Made-up scenes of which everything is known: shapes with holes, textures, bars that cover them."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from ._checks import generator, whole

MOST_HOLES = 3
SMALLEST = 28  # pixels
TOO_SMALL = "in a smaller picture the wall around a hole would be thinner than the diagonal of a pixel"
# Number of holes -> (their radius, their distance from the centre), as shares of the mean radius of the shape. Its radius is
# at least 0.82 of that everywhere, so every wall is at least 0.19 of it thick.
_HOLES = {0: (0.0, 0.0), 1: (0.36, 0.15), 2: (0.2, 0.4), 3: (0.18, 0.45)}


@dataclass(frozen=True)
class Scenes:
    """Pictures, and what is in them.

    images  : (n, size, size) float32, 0 (black) to 1 (white)
    figure  : (n, size, size) bool, the pixels of the figure that are seen: the true segmentation
    covered : (n, size, size) bool, the pixels that something else covers
    holes   : (n,) int, of the whole figure, covered or not
    """

    images: np.ndarray
    figure: np.ndarray
    covered: np.ndarray
    holes: np.ndarray

    def __len__(self):
        return len(self.images)

    def __repr__(self):
        n, rows, columns = self.images.shape
        return f"Scenes({n} of {rows} x {columns})"


def shapes(n: int, holes: int | None = None, *, opened: bool = False, size: int = 32, seed: int = 0) -> Scenes:
    """White shapes with wavy outlines on black, each in one piece.

    $$r(\\theta) = R \\Big(1 + \\sum_{k=2}^{4} a_k \\cos(k \\theta + \\phi_k)\\Big)$$

    holes  : 0 to 3 in each of them; None: by chance
    opened : each hole is joined to the outside by a channel. What is seen of it is nearly the same, but it is no hole: only
             the whole tells the two apart (Chen, Science 218:699, 1982)
    size   : of the picture, pixels

    >>> scenes = shapes(3, holes=2); scenes, scenes.holes
    (Scenes(3 of 32 x 32), array([2, 2, 2]))
    >>> shapes(3, holes=4)
    Traceback (most recent call last):
    brainlab.vision.errors.VisionError: holes = 4: a whole number from 0 to 3 is expected.
    ...
    """
    n, size = whole("n", n, 0, 100_000, "so many pictures"), whole("size", size, SMALLEST, 512, TOO_SMALL)
    rng = generator(seed)
    if holes is not None:
        holes = whole("holes", holes, 0, MOST_HOLES, "more would run into each other")
    counts = rng.integers(0, MOST_HOLES + 1, n) if holes is None else np.full(n, holes)
    figure = np.stack([_shape(rng, count, opened, size) for count in counts]) if n else np.zeros((0, size, size), bool)
    return Scenes(figure.astype(np.float32), figure, np.zeros_like(figure), counts * (not opened))


def _shape(rng, holes, opened, size):
    centre = (size - 1) / 2 + rng.uniform(-1, 1, 2)
    y, x = np.mgrid[:size, :size] - centre[:, None, None]
    R, turned = 0.3 * size * rng.uniform(0.9, 1.1), rng.uniform(0, 2 * np.pi)
    figure = np.hypot(x, y) < R * (1 + waves(np.arctan2(y, x), rng, 0.06))
    radius, distance = (R * share for share in _HOLES[holes])
    for angle in turned + 2 * np.pi * np.arange(holes) / max(holes, 1):
        along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
        figure &= np.hypot(along - distance, across) >= radius
        if opened:
            figure &= (along < distance) | (abs(across) > max(0.12 * R, 0.75))  # wide enough to be walked through
    return figure


def waves(theta, rng, strength):
    """What is added to the radius of a circle: three waves around it, each at most `strength` high."""
    heights, phases = rng.uniform(0, strength, 3), rng.uniform(0, 2 * np.pi, 3)
    return sum(a * np.cos(k * theta + phase) for k, a, phase in zip((2, 3, 4), heights, phases, strict=True))


def textured(scenes: Scenes, angle: float = 90.0, wavelength: float = 4.0, noise: float = 0.1, seed: int = 0) -> Scenes:
    """The same scenes, figure and ground filled with stripes of one contrast: only their orientation differs.

    angle      : degrees between the stripes of figure and ground; at 0 nothing tells them apart
    wavelength : pixels from stripe to stripe
    noise      : standard deviation, of a range of grey from 0 to 1

    >>> textured(shapes(2)).images.mean().round(1)
    np.float32(0.5)
    """
    rng = generator(seed)
    n, size, _ = scenes.images.shape
    y, x = np.mgrid[:size, :size] * (2 * np.pi / wavelength)
    turned, phases = rng.uniform(0, np.pi, (n, 1, 1)), rng.uniform(0, 2 * np.pi, (2, n, 1, 1))

    def stripes(angle, phase):
        return 0.5 + 0.35 * np.sin(x * np.cos(angle) + y * np.sin(angle) + phase)

    figure = stripes(turned + np.deg2rad(angle), phases[0])
    images = np.where(scenes.figure, figure, stripes(turned, phases[1])) + rng.normal(0, noise, scenes.images.shape)
    return dataclasses.replace(scenes, images=np.clip(images, 0, 1).astype(np.float32))


def occluded(scenes: Scenes, width: float = 6.0, grey: float = 0.5, seed: int = 0) -> Scenes:
    """The same scenes behind a bar, which goes through the figure in any direction.

    width : of the bar, pixels
    grey  : of the bar, 0 to 1

    >>> whole = shapes(2, holes=0)
    >>> bool((occluded(whole).figure <= whole.figure).all())
    True
    """
    rng = generator(seed)
    n, size, _ = scenes.images.shape
    y, x = np.mgrid[:size, :size] - (size - 1) / 2
    angle, shift = rng.uniform(0, np.pi, (n, 1, 1)), rng.uniform(-0.12, 0.12, (n, 1, 1)) * size
    bar = abs(x * np.cos(angle) + y * np.sin(angle) - shift) < width / 2
    images = np.where(bar, np.float32(grey), scenes.images)
    return Scenes(images, scenes.figure & ~bar, scenes.covered | bar, scenes.holes)
