"""What every function on pictures asks first: numbers, in rows of pixels, of a known shape."""

from __future__ import annotations

import math

import numpy as np

from ..math._array import unbox
from ..math._trace import is_tracer
from .errors import MissingPackageError, VisionError


def pictures(images, shape=None):
    """(images as a plain array (..., pixels), shape). NumPy stays NumPy; traced values are not looked into."""
    images = unbox(images)
    if not is_tracer(images):
        try:
            images = images if hasattr(images, "dtype") else np.asarray(images, np.float32)
        except (TypeError, ValueError):
            raise VisionError(
                f"{images!r:.60} is no picture.", why="a picture is a row of numbers", try_="images[0]"
            ) from None
        if images.dtype.kind not in "biuf":
            raise VisionError(f"a picture of {images.dtype} was given.", why="pixels are numbers, 0 is dark and 1 bright")
        if not np.isfinite(images).all():
            raise VisionError(
                "the picture has pixels that are not finite.", why="one such pixel spoils every sum over pixels"
            )
    if images.ndim == 0 or images.size == 0:
        raise VisionError(
            f"a picture of shape {images.shape} has no pixels.",
            why="a picture is a row of pixels",
            try_="digits.test_images[:9]",
        )
    return images, shape_of(images.shape[-1], shape)


def shape_of(pixels: int, shape=None) -> tuple[int, int]:
    """(rows, columns) of so many pixels: as given, or a square."""
    if shape is not None:
        rows, columns = (int(n) for n in shape)
        if rows * columns != pixels:
            raise VisionError(
                f"shape = ({rows}, {columns}) is {rows * columns} pixels, and the pictures have {pixels}.",
                why="a picture is a row of rows * columns pixels",
                try_="images.reshape(-1, rows * columns)",
            )
        return rows, columns
    side = math.isqrt(pixels)
    if side * side != pixels:
        raise VisionError(
            f"{pixels} pixels are no square picture.",
            why="rows and columns are not known from the number of pixels alone",
            try_=f"shape=(1, {pixels})",
        )
    return side, side


def missing(package: str, what: str, install: str) -> MissingPackageError:
    return MissingPackageError(
        f"{what} come with {package}, which is not installed here.",
        why="seeing is no part of the core, and nothing is downloaded behind your back",
        try_=f"pip install {install}",
    )


def whole(name: str, value, low: int, high: int, why: str) -> int:
    """A whole number between low and high."""
    value = unbox(value)
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not low <= value <= high:
        raise VisionError(
            f"{name} = {value!r:.40}: a whole number from {low} to {high} is expected.", why=why, try_=f"{name}={low}"
        )
    return int(value)


def generator(seed) -> np.random.Generator:
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise VisionError(
            f"seed = {seed!r:.40}: a whole number, 0 or more, is expected.",
            why="the same number gives the same noise again",
            try_="seed=0",
        )
    return np.random.default_rng(seed)
