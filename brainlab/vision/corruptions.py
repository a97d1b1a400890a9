"""What can happen to a picture on its way to the eye: noise, blocks, bars, hands, and other pictures."""

from __future__ import annotations

import numpy as np

from ..math._array import unbox
from ._checks import generator, pictures, whole
from .errors import VisionError

KINDS = ("gauss", "salt and pepper", "noise block", "bar")


def corrupt(images, kind: str, amount, seed=0, shape=None) -> np.ndarray:
    """The pictures with something over them, another draw for each. Same seed, same noise.

    images : (..., pixels), 0 to 1
    kind   : "gauss": every pixel is off by a Gaussian number with standard deviation `amount`, and kept between 0 and 1
             "salt and pepper": a share `amount` of the pixels is 0 or 1 instead
             "noise block": a square of `amount` x `amount` pixels is noise, evenly between 0 and 1
             "bar": a bar across the picture, `amount` pixels wide, is 1
    shape  : (rows, columns) of one picture; None: it is a square

    >>> paper = np.zeros((2, 16))
    >>> corrupt(paper, "bar", 1).sum(1)
    array([4., 4.], dtype=float32)
    >>> corrupt(paper, "bar", 5)
    Traceback (most recent call last):
    brainlab.vision.errors.VisionError: amount = 5: a whole number from 0 to 4 is expected.
    ...
    """
    if kind not in KINDS:
        raise VisionError(
            f"kind = {kind!r:.40} is no corruption.",
            why="there are " + ", ".join(map(repr, KINDS)),
            try_=f"kind={KINDS[1]!r}",
        )
    images, (rows, columns) = pictures(images, shape)
    rng, flat = generator(seed), np.array(images, np.float32).reshape(-1, rows, columns)
    if kind in ("gauss", "salt and pepper"):
        amount = _amount(amount, 1.0 if kind == "salt and pepper" else np.inf)
    else:
        amount = whole("amount", amount, 0, min(rows, columns), "it is counted in pixels, and must fit into the picture")
    flat = {"gauss": _gauss, "salt and pepper": _pepper, "noise block": _block, "bar": _bar}[kind](flat, amount, rng)
    return flat.reshape(np.shape(images)).astype(np.float32)


def _gauss(images, sigma, rng):
    return np.clip(images + sigma * rng.standard_normal(images.shape), 0, 1)


def _pepper(images, share, rng):
    return np.where(rng.random(images.shape) < share, rng.random(images.shape) < 0.5, images)


def _block(images, size, rng):
    n, rows, columns = images.shape
    for image in images:
        row, column = rng.integers(rows - size + 1), rng.integers(columns - size + 1)
        image[row : row + size, column : column + size] = rng.random((size, size))
    return images


def _bar(images, width, rng):
    for image in images:
        lines = image.T if rng.random() < 0.5 else image
        first = rng.integers(len(lines) - width + 1)
        lines[first : first + width] = 1.0
    return images


def cover(images, mask, value=1.0) -> np.ndarray:
    """The pictures with the pixels of a mask painted over: an occluder that was drawn by hand.

    images : (..., pixels)
    mask   : (pixels,) or (rows, columns), True where something is in front
    value  : of what is in front, 1.0 is ink

    >>> cover(np.zeros((2, 4)), [[True, False], [False, False]])
    array([[1., 0., 0., 0.],
           [1., 0., 0., 0.]], dtype=float32)
    """
    images = np.array(pictures(images, (1, np.shape(unbox(images))[-1]) if np.ndim(unbox(images)) else None)[0], np.float32)
    mask = np.asarray(unbox(mask))
    if mask.size != images.shape[-1]:
        raise VisionError(
            f"the mask has {mask.size} pixels, and the pictures have {images.shape[-1]}.",
            why="the mask says of every pixel whether something is in front",
            try_="np.zeros((8, 8), bool)",
        )
    mask = mask.reshape(-1).astype(bool)
    if not mask.any():
        raise VisionError("the mask is empty.", why="nothing would be covered", try_="mask[2:4] = True")
    images[..., mask] = _amount(value, 1.0, "value")
    return images


def overlap(a, b, offset: int, shape=None) -> np.ndarray:
    """Two pictures on one sheet, the second `offset` columns to the right: where both have ink, the darker wins.

    a, b   : (..., pixels), of the same shape
    offset : columns; with 8 columns and offset 2, six columns are shared
    returns: (..., rows * (columns + offset))

    >>> overlap([1.0, 0.0, 0.0, 0.0], [0.0, 0.5, 0.0, 0.0], 1).reshape(2, 3)
    array([[1. , 0. , 0.5],
           [0. , 0. , 0. ]], dtype=float32)
    """
    (a, (rows, columns)), (b, _) = pictures(a, shape), pictures(b, shape)
    if np.shape(a) != np.shape(b):
        raise VisionError(
            f"a is {np.shape(a)}, b is {np.shape(b)}: both say picture.", why="each picture of a lies under one of b"
        )
    offset = whole("offset", offset, 0, columns, "further apart they do not overlap")
    sheets = np.zeros((2, *np.shape(a)[:-1], rows, columns + offset), np.float32)
    sheets[0, ..., :columns] = np.reshape(a, (*np.shape(a)[:-1], rows, columns))
    sheets[1, ..., offset:] = np.reshape(b, (*np.shape(b)[:-1], rows, columns))
    return sheets.max(0).reshape(*np.shape(a)[:-1], -1)


def _amount(value, highest, name="amount") -> float:
    number = unbox(value)
    if isinstance(number, bool | str) or np.ndim(number) or not np.isreal(number) or not 0 <= number <= highest:
        rule = f"from 0 to {highest:g}" if np.isfinite(highest) else "0 or more"
        raise VisionError(f"{name} = {value!r:.40}: a number {rule} is expected.", try_=f"{name}=0.2")
    return float(number)
