"""Two-tone scenes, as Mooney's: lit things among rubbish, cut into black and white; and three ways to look at them.

Whether an edge is shadow, rubbish or outline cannot be told from the edge. Who knows the thing can tell; but to know it
one has to see where it is. Source of the idea: Mooney, Can. J. Psychol. 11 (1957) 219; Cavanagh, in Representations of
Vision (1991).
"""

from __future__ import annotations

import functools
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from .scenes import waves

KINDS, LIGHTS = 6, 4  # things that can be in a scene, and sides that the light can come from
SIDE = 24  # pixels of the window that a thing fits into
SIZE = 40  # of a scene
ROOM = 8  # pixels of empty page around a template while it is blurred
STEP = 2  # pixels from place to place
PLACES = (SIZE - SIDE) // STEP + 1  # in each direction
GRAIN = 1.7  # pixels: how smooth the rubbish is, about as the things
SKY = 0.15  # grey of a shadow: some light comes from everywhere
DOUBT = 0.1  # how often a pixel of a known thing is not as expected


class Guess(NamedTuple):
    """Which thing, lit from where, at which place (row, column of its window); each (n,)."""

    kind: jax.Array
    light: jax.Array
    row: jax.Array
    column: jax.Array


class TwoTone(NamedTuple):
    """Scenes, and what is in them: `images` (n, SIZE, SIZE) 0 or 1, `figure` (n, SIZE, SIZE) bool, `truth` a `Guess`."""

    images: jax.Array
    figure: jax.Array
    truth: Guess


@functools.cache
def things() -> tuple[np.ndarray, np.ndarray]:
    """The six things: grey (KINDS, LIGHTS, SIDE, SIDE) from 0 to 1, and their outlines (KINDS, SIDE, SIDE) bool.

    Each is a dome with bumps, lit from left, below, right or above (Lambert's law). The same on every machine.

    >>> grey, outline = things(); grey.shape, outline.shape
    ((6, 4, 24, 24), (6, 24, 24))
    """
    rng = np.random.default_rng(5)
    y, x = np.mgrid[:SIDE, :SIDE] - (SIDE - 1) / 2
    grey, outlines = [], []
    for _ in range(KINDS):
        edge = 0.36 * SIDE * (1 + waves(np.arctan2(y, x), rng, 0.2))
        height = 4.0 * np.sqrt(np.clip(1 - np.hypot(x, y) / edge, 0, None))
        for _ in range(5):
            at, wide, high = rng.uniform(-5, 5, 2), rng.uniform(1.5, 3), rng.choice([-1, 1]) * rng.uniform(3, 5)
            height += high * np.exp(-((x - at[0]) ** 2 + (y - at[1]) ** 2) / (2 * wide**2))
        down, right = np.gradient(height)
        outline = np.hypot(x, y) < edge
        outlines.append(outline)
        for angle in 2 * np.pi * np.arange(LIGHTS) / LIGHTS:
            lit = 0.5 + np.cos(angle) * right - np.sin(angle) * down  # the sun stands at 27 degrees
            lit = np.clip(lit / np.sqrt(1 + right**2 + down**2), 0, 1)
            grey.append(outline * (SKY + (1 - SKY) * lit))
    return np.reshape(grey, (KINDS, LIGHTS, SIDE, SIDE)).astype(np.float32), np.array(outlines)


def two_tone(n: int, blur=0.7, clutter=0.8, threshold=0.4, key=None) -> TwoTone:
    """n scenes, each with one of the things in it, somewhere; pure, and can be compiled.

    blur      : pixels (standard deviation) before it is cut
    clutter   : 0 to 1, the share of the ground that rubbish covers
    threshold : 0 to 1, the grey from which on a pixel is white
    key       : of `jax.random`; None is key 0

    >>> scenes = two_tone(3); scenes.images.shape, int(scenes.figure[0].sum()) > 150
    ((3, 40, 40), True)
    """
    keys = jax.random.split(jax.random.key(0) if key is None else key, 3)
    which = jax.random.randint(keys[0], (4, n), 0, jnp.array([KINDS, LIGHTS, PLACES, PLACES])[:, None])
    truth = Guess(which[0], which[1], STEP * which[2], STEP * which[3])
    rubbish, heap = smooth_noise(keys[1], n), smooth_noise(keys[2], n)
    grey, outlines = (jnp.asarray(part) for part in things())
    figure = put(outlines[truth.kind], truth)
    ground = jnp.where(heap < clutter, rubbish, 0.0)
    scene = jnp.where(figure, put(grey[truth.kind, truth.light], truth), ground)
    return TwoTone(cut(scene, blur, threshold), figure, truth)


# ---- three ways to look at it


def regions(images):
    """Bottom-up: neighbours of one tone belong together. (n, rows, columns) int, the same number within a region.

    Along every row and column, there and back, each pixel takes over the larger number of its neighbour of the same tone,
    until nothing changes: a dozen rounds for a winding region.

    >>> number = regions(jnp.array([[[0, 0, 1], [1, 0, 1]]]))[0]
    >>> print(number)
    [[4 4 5]
     [3 4 5]]
    """
    n, rows, columns = images.shape
    tone = jnp.moveaxis(images, 0, 2)  # the pictures last: each step below goes through all of them at once
    own = jnp.broadcast_to(jnp.arange(rows * columns, dtype=jnp.int32).reshape(rows, columns, 1), tone.shape)

    def carry_on(before, here):
        number = jnp.where(here[1] == before[1], jnp.maximum(here[0], before[0]), here[0])
        return (number, here[1]), number

    def there_and_back(number, tone):
        for back in (False, True):
            end = -1 if back else 0
            number = jax.lax.scan(carry_on, (number[end], tone[end]), (number, tone), reverse=back)[1]
        return number

    def one_round(carry):
        before, _ = carry
        number = there_and_back(before, tone)
        number = there_and_back(number.swapaxes(0, 1), tone.swapaxes(0, 1)).swapaxes(0, 1)
        return number, jnp.any(number != before)

    number, _ = jax.lax.while_loop(lambda carry: carry[1], one_round, (own, True))
    return jnp.moveaxis(number, 2, 0)


def best_region(images, figure):
    """Segmentation alone: of all regions the one that fits the figure best, as if somebody told it which to take.

    returns: (n, rows, columns) bool, the region; (n,) its overlap with the figure
    """
    number = regions(images)
    count = images[0].size

    def sizes(number, weight):
        return jax.ops.segment_sum(weight.astype(jnp.float32).ravel(), number.ravel(), count)

    both = jax.vmap(sizes)(number, figure)
    either = jax.vmap(sizes)(number, jnp.ones_like(figure)) + figure.sum((1, 2))[:, None] - both
    best = jnp.argmax(both / either, 1)
    return number == best[:, None, None], jnp.max(both / either, 1)


def whole_match(images, blur, threshold) -> Guess:
    """Recognition alone: which thing, laid on the picture anywhere, agrees with it in most pixels of the window? It does not
    know which of them belong to the thing, so all count."""
    T = templates(blur, threshold)
    return _best(_laid_on(images, 2 * T - 1) + (1 - T).sum((1, 2))[:, None, None])


def guess_and_check(images, blur, threshold) -> tuple[Guess, jax.Array]:
    """Both together: each guess of a thing says which pixels are its own, and only those are checked.

    The evidence for a guess is log P(pixels | thing) - log P(pixels | ground), summed over its outline: a pixel of the thing
    is as expected but for one in ten, one of the ground is white as often as in the whole picture.

    returns: the best guess, and its evidence (n,)
    """
    T = templates(blur, threshold)
    M = jnp.repeat(jnp.asarray(things()[1]), LIGHTS, 0).astype(jnp.float32)
    yes, no = np.log(1 - DOUBT), np.log(DOUBT)
    thing = _laid_on(images, M * (2 * T - 1) * (yes - no)) + (M * (T * no + (1 - T) * yes)).sum((1, 2))[:, None, None]
    share = jnp.clip(images.mean((1, 2)), 0.05, 0.95)[:, None, None, None]
    white = _laid_on(images, M)
    ground = white * jnp.log(share) + (M.sum((1, 2))[:, None, None] - white) * jnp.log(1 - share)
    return _best(thing - ground), jnp.max(thing - ground, (1, 2, 3))


def overlap(a, b):
    """Of two segmentations: what they share over what they cover. (n, rows, columns) bool -> (n,), 0 to 1"""
    return (a & b).sum((1, 2)) / (a | b).sum((1, 2))


def templates(blur, threshold):
    """What each thing looks like under each light on an empty page: (KINDS * LIGHTS, SIDE, SIDE) 0 or 1."""
    page = jnp.pad(jnp.asarray(things()[0]).reshape(-1, SIDE, SIDE), ((0, 0), (ROOM, ROOM), (ROOM, ROOM)))
    return cut(page, blur, threshold)[:, ROOM:-ROOM, ROOM:-ROOM]


def _laid_on(images, windows):
    """The sum of products at every place: (n, KINDS * LIGHTS, PLACES, PLACES)"""
    return jax.lax.conv_general_dilated(images[:, None], windows[:, None], (STEP, STEP), "VALID")


def _best(scores) -> Guess:
    index = jnp.argmax(scores.reshape(len(scores), -1), 1)
    kind, light, row, column = jnp.unravel_index(index, (KINDS, LIGHTS, PLACES, PLACES))
    return Guess(kind, light, STEP * row, STEP * column)


# ---- pictures


def put(windows, at: Guess):
    """Each window (n, SIDE, SIDE) at its place in an empty picture (n, SIZE, SIZE)."""
    empty = jnp.zeros((SIZE, SIZE), windows.dtype)
    return jax.vmap(lambda w, r, c: jax.lax.dynamic_update_slice(empty, w, (r, c)))(windows, at.row, at.column)


def cut(images, blur, threshold):
    """Blurred, then black and white."""
    distance = jnp.arange(images.shape[1])[:, None] - jnp.arange(images.shape[1])
    weights = jnp.exp(-(distance**2) / (2 * blur**2 + 1e-3))  # without blur: 1 for itself, 0 for the neighbour
    weights = weights / weights.sum(1, keepdims=True)
    return (weights @ images @ weights.T > threshold).astype(jnp.float32)


def smooth_noise(key, n):
    """(n, SIZE, SIZE), each pixel uniform from 0 to 1, neighbours alike."""
    white = jax.random.normal(key, (n, SIZE, SIZE))
    f = 2 * np.pi * np.fft.fftfreq(SIZE)
    spectrum = np.exp(-(f[:, None] ** 2 + f**2) * GRAIN**2 / 2)
    spectrum = spectrum / np.sqrt((spectrum**2).mean())  # so that the standard deviation stays 1
    return jax.scipy.stats.norm.cdf(jnp.fft.ifft2(jnp.fft.fft2(white) * spectrum).real)
