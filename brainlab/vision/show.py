"""Pictures in a notebook: what a pattern, a digit or a reconstruction looks like, without a panel."""

from __future__ import annotations

import math

import numpy as np

from .. import svg
from .errors import VisionError
from .letters import letters

LARGEST, WIDTH = 114, 690  # of an image and of a row, in units of the picture


def show(images, labels=(), shape=None, span=None, per_row=10) -> svg.Picture:
    """Images side by side: the lowest value is paper, the highest ink.

    images : (n, pixels) or (n, rows, columns), or one of them
    labels : a text over each
    shape  : (rows, columns); without it a square, or that of a letter, 7 x 5
    span   : the values of paper and ink; without it -1 and 1 if there are negative values, else 0 and 1
    per_row: after so many images a new row begins

    >>> show(letters("HXT"), list("HXT"))
    <3 images of 7 x 5 pixels: H, X, T>
    """
    images = np.asarray(images, float)
    shape = tuple(shape or (images.shape[1:] if images.ndim == 3 else _shape(images.shape[-1])))
    if images.size % math.prod(shape):
        raise VisionError(
            f"images has shape {images.shape}, and a picture of {shape[0]} x {shape[1]} has {math.prod(shape)} pixels.",
            try_="show(images, shape=(rows, columns))",
        )
    images = images.reshape(-1, *shape)
    labels = [str(label) for label in labels] or [""] * len(images)
    if len(labels) != len(images):
        raise VisionError(f"{len(labels)} labels for {len(images)} images: one for each.", try_="show(images)")
    low, high = span or ((-1.0, 1.0) if images.min() < 0 else (0.0, 1.0))
    shades = np.clip(255 * (images - low) / (high - low), 0, 255)
    drawn = [(label, shape, svg.colored(x, ("page", "text"))) for label, x in zip(labels, shades, strict=True)]
    what = f"{len(images)} image{'s' * (len(images) != 1)} of {shape[0]} x {shape[1]} pixels"
    names = ", ".join(filter(None, labels))
    pixel = min(LARGEST / shape[0], (WIDTH / min(per_row, len(drawn)) - 16) / shape[1])  # 16 between two images
    height = math.ceil(46 + pixel * shape[0])  # 46 for the labels
    rows = [svg.Images("", drawn[i : i + per_row], height) for i in range(0, len(drawn), per_row)]
    return svg.compose(rows, description=f"{what}: {names}" if names else what)


def _shape(pixels):
    side = math.isqrt(pixels)
    if side * side == pixels:
        return side, side
    if pixels == math.prod(letters.shape):
        return letters.shape
    raise VisionError(f"images of {pixels} pixels: how many rows and columns?", try_="show(images, shape=(rows, columns))")
