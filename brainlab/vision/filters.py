"""The coarse look and the fine one: mean-pooling, and low and high spatial frequencies."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from ..math._array import box, unbox
from ..math._trace import is_tracer
from ._checks import pictures, whole
from .errors import VisionError


def coarse(images, factor: int = 2, shape=None):
    """The pictures as large cells see them: the mean of every factor x factor pixels.

    images : (..., pixels); shape : (rows, columns) of one, None: a square
    returns: (..., pixels / factor^2)

    Source: the magnocellular path has larger receptive fields and is earlier (Bullier, Brain Res. Rev. 36 (2001) 96).

    >>> coarse([1.0, 0.0, 0.0, 1.0])
    Array([0.5], dtype=float32)
    """
    images, (rows, columns) = pictures(images, shape)
    factor = whole("factor", factor, 1, min(rows, columns), "it is counted in pixels")
    if rows % factor or columns % factor:
        raise VisionError(
            f"factor = {factor} does not divide a picture of {rows} x {columns} pixels.",
            why="every cell sees as many pixels",
        )
    lead = images.shape[:-1]
    cells = jnp.asarray(images, float).reshape(*lead, rows // factor, factor, columns // factor, factor)
    return box(cells.mean((-3, -1)).reshape(*lead, -1))


def fine(images, factor: int = 2, shape=None):
    """What the coarse look misses: the picture minus its coarse version. It adds up to nothing in every cell.

    >>> fine([1.0, 0.0, 0.0, 1.0])
    Array([ 0.5, -0.5, -0.5,  0.5], dtype=float32)
    """
    images, (rows, columns) = pictures(images, shape)
    means = unbox(coarse(images, factor, (rows, columns))).reshape(*images.shape[:-1], rows // factor, columns // factor)
    spread = jnp.repeat(jnp.repeat(means, factor, -2), factor, -1)
    return box(images - spread.reshape(images.shape))


def low_pass(images, cutoff, shape=None):
    """Only spatial frequencies up to `cutoff`: blurred.

    images : (..., pixels); shape : (rows, columns) of one, None: a square
    cutoff : cycles per picture; 0 leaves the mean. Moving it compiles nothing anew

    >>> low_pass([1.0, 0.0, 0.0, 0.0], 0)
    Array([0.25, 0.25, 0.25, 0.25], dtype=float32)
    """
    images, (rows, columns) = pictures(images, shape)
    cutoff = unbox(cutoff)
    if not is_tracer(cutoff) and (isinstance(cutoff, bool | str) or np.ndim(cutoff) or not 0 <= cutoff < np.inf):
        raise VisionError(
            f"cutoff = {cutoff!r:.40}: a number of cycles per picture, 0 or more, is expected.",
            why="it is how many waves fit into the picture",
            try_="cutoff=2",
        )
    waves = jnp.hypot(rows * jnp.fft.fftfreq(rows)[:, None], columns * jnp.fft.rfftfreq(columns)[None, :])
    spectrum = jnp.fft.rfft2(jnp.asarray(images, float).reshape(*images.shape[:-1], rows, columns))
    kept = jnp.fft.irfft2(jnp.where(waves <= cutoff, spectrum, 0), (rows, columns))
    return box(kept.reshape(images.shape))


def high_pass(images, cutoff, shape=None):
    """Only spatial frequencies above `cutoff`: edges. `low_pass` and `high_pass` add up to the picture.

    >>> high_pass([1.0, 0.0, 0.0, 0.0], 0)
    Array([ 0.75, -0.25, -0.25, -0.25], dtype=float32)
    """
    return box(unbox(pictures(images, shape)[0]) - unbox(low_pass(images, cutoff, shape)))
