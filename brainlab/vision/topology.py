"""euler_number() and holes(): what is global in a picture, and yet can be seen in one glance."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from ..math._array import box, unbox
from ..math._trace import is_tracer
from ._checks import pictures
from .errors import VisionError


def euler_number(images, threshold=0.5, shape=None):
    r"""Objects minus holes, counted by cells that see four pixels each.

    $$E = \frac{n(\text{one bright pixel}) - n(\text{three}) - 2\, n(\text{two, diagonal})}{4}$$

    n are the numbers of 2 x 2 windows, over the whole picture, that look so; around it all is dark. Every cell is blind to
    what is around its window, and none has to follow a contour: one layer of local cells and one that adds them up, which
    is as fast as any cell. No other number of topology can be had in this way (Minsky & Papert 1969, chapter 9).

    images    : (..., pixels); shape : (rows, columns) of one, None: a square
    threshold : pixels above it are bright
    returns   : (...,) whole numbers. Bright pixels touch at corners too, dark ones only at edges

    Source: Gray, IEEE Trans. Comput. C-20 (1971) 551.

    >>> ring = [1, 1, 1,  1, 0, 1,  1, 1, 1]
    >>> two_dots = [1, 0, 1,  0, 0, 0,  0, 0, 0]
    >>> euler_number([ring, two_dots])
    Array([0, 2], dtype=int32)
    """
    images, (rows, columns) = pictures(images, shape)
    _check_threshold(threshold)
    bright = (jnp.asarray(images) > unbox(threshold)).reshape(*images.shape[:-1], rows, columns).astype(jnp.int32)
    around = [(0, 0)] * (bright.ndim - 2) + [(1, 1), (1, 1)]
    b = jnp.pad(bright, around)
    here, right, below, across = b[..., :-1, :-1], b[..., :-1, 1:], b[..., 1:, :-1], b[..., 1:, 1:]
    count = here + right + below + across
    diagonal = (count == 2) & (here == across)
    windows = (count == 1).astype(jnp.int32) - (count == 3) - 2 * diagonal
    return box(windows.sum((-2, -1)) // 4)


def holes(images, threshold=0.5, shape=None):
    """How many holes a picture of one object has: 1 - `euler_number`. With more objects: of all of them, minus the others.

    Blurred or coarse pictures can be asked too, as long as a hole is larger than what they cannot see; holes are among
    the first things that we see of a figure.

    images, threshold, shape, returns : as for `euler_number`

    Source: Chen, Science 218 (1982) 699.

    >>> disc = [0, 1, 0,  1, 1, 1,  0, 1, 0]
    >>> ring = [1, 1, 1,  1, 0, 1,  1, 1, 1]
    >>> holes([disc, ring])
    Array([0, 1], dtype=int32)
    """
    return box(1 - unbox(euler_number(images, threshold, shape)))


def _check_threshold(threshold):
    value = unbox(threshold)
    if is_tracer(value):
        return
    if isinstance(value, bool | str) or np.ndim(value) or not np.isreal(value) or not np.isfinite(value):
        raise VisionError(
            f"threshold = {threshold!r:.40}: a number is expected.", why="pixels above it are bright", try_="threshold=0.5"
        )
