"""Pathways: the fast and the slow path after learning. `look` shows them pictures."""

from __future__ import annotations

import functools
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from ..math._array import Array, box, raw, unbox
from ..math._trace import is_tracer
from ..models.base import Model
from ._checks import pictures
from ._verify import verify
from .errors import VisionError
from .filters import coarse
from .two_digits import TwoLook, look_twice

SIDE = 8


class Look(NamedTuple):
    """What was seen in n pictures. Axis "time": 0 is before any feedback, then comes one element for each iteration.

    images    : (n, 64)
    guess     : (n, 10) probability of each digit at t = 0, from the fast path
    guesses   : (n, k) the digits that were verified, the most probable one first
    z         : (n, k, time, Q) where in the space of such digits
    mask      : (n, k, time, 64) 1: belongs to the digit, 0: something else is in front
    reconstruction : (n, k, time, 64) the digit as the guess has it
    evidence  : (n, k, time) log evidence for the guess
    score     : (n, k, time) the evidence plus the weighted log probability of the guess: the highest one wins
    label     : (n,) the verdict
    """

    images: Array
    guess: Array
    guesses: Array
    z: Array
    mask: Array
    reconstruction: Array
    evidence: Array
    score: Array
    label: Array

    @property
    def residual(self):
        """(n, k, time, 64) the prediction error: what the guess does not explain."""
        return self.images[:, None, None] - self.reconstruction

    @property
    def percept(self):
        """(n, k, time, 64) what is seen: the picture where the mask lets it through, the guess where it does not."""
        return self.mask * self.images[:, None, None] + (1 - self.mask) * self.reconstruction

    @property
    def winner(self):
        """(n,) which of the k guesses won: an index into all that have an axis of guesses."""
        return self.score[:, :, -1].argmax(1)


class Pathways(NamedTuple):
    """Both paths after learning: `GuessAndVerify(...).learn()` makes one.

    model : the GuessAndVerify, with all parameters
    W, b  : the fast path: (16, 10), (10,), from a coarse picture to the scores of ten digits
    mu, U : the slow path: (10, 64), (10, 64, Q), what each digit looks like

    >>> from brainlab.vision import GuessAndVerify
    >>> GuessAndVerify().learn().replace(feedback=0.0)
    Pathways(GuessAndVerify(feedback=0.0), ten digits of 8 x 8 pixels)
    """

    model: Model
    W: Array
    b: Array
    mu: Array
    U: Array

    def __repr__(self):
        return f"Pathways({self.model}, ten digits of 8 x 8 pixels)"

    def replace(self, **changes) -> Pathways:
        """The same eyes with other parameters. Nothing is learned anew, so Q stays as it was."""
        model = self.model.replace(**changes)
        if model.Q != self.model.Q:
            raise VisionError(
                f"Q = {model.Q}, and {self.model.Q} directions were learned.",
                why="in how many directions a digit varies is learned from examples",
                try_=f"GuessAndVerify(Q={model.Q}).learn()",
            )
        return self._replace(model=model)

    def guess(self, images):
        """(n, 10) probability of each digit, from the fast path alone."""
        return box(jax.nn.softmax(_scores(raw(self), _images(images)), -1))

    def look(self, images, guess=None) -> Look:
        """Look at n pictures, each by itself.

        images : (n, 64), or (64,) for one
        guess  : a digit to be fed back whatever the fast path says, for all pictures or (n,) of them; the verdict then is
                 this digit, and the question is what is seen. None: the k best guesses
        """
        images = _images(images)
        forced = _digits(guess, len(images))
        seen = _look(raw(self), images, forced)
        if any(is_tracer(x) for x in (images, forced, self.model.k)):
            return Look(*box(tuple(seen)))  # all ten, because a traced k has no shape; those not verified score -inf
        k = 1 if guess is not None else int(unbox(self.model.k))
        some = {name: np.asarray(getattr(seen, name))[:, :k] for name in PER_GUESS}
        return Look(*box(tuple(seen._replace(**some))))

    def look_twice(self, images) -> TwoLook:
        """Look at n sheets on which two digits lie over each other, as `overlap` puts them: explaining away.

        Each pair of guesses is verified: where both digits could have the ink, it goes to the one that predicts more of
        it, and each is fitted to what it owns. The offset follows from the number of pixels. With little in common to
        see, the fast path often misses: k = 10 verifies all 100 pairs.

        images : (n, 8 * (8 + offset)), offset 0 to 8

        >>> from brainlab.vision import GuessAndVerify, digits, overlap
        >>> left, right = digits().test_images[2:4]
        >>> print(GuessAndVerify(k=10).learn().look_twice(overlap(left, right, 4)).labels)
        [[8 2]]
        """
        images = pictures(images, (1, np.shape(unbox(images))[-1]) if np.ndim(unbox(images)) else None)[0]
        offset = images.shape[-1] // SIDE - SIDE
        if images.shape[-1] % SIDE or not 0 <= offset <= SIDE or images.ndim > 2:
            raise VisionError(
                f"sheets are {images.shape}: two digits on 8 rows and 8 to 16 columns are (n, 64) to (n, 128).",
                why="the second digit lies 0 to 8 columns to the right of the first",
                try_="bl.vision.overlap(left, right, offset=4)",
            )
        images = jnp.asarray(images, float).reshape(-1, images.shape[-1])
        seen = _look_twice(raw(self), images, offset=offset)
        if any(is_tracer(x) for x in (images, self.model.k)):
            return TwoLook(*box(tuple(seen)))
        k = int(unbox(self.model.k))
        some = {"guesses": np.asarray(seen.guesses)[:, :, :k], "score": np.asarray(seen.score)[:, :k, :k]}
        return TwoLook(*box(tuple(seen._replace(**some))))


PER_GUESS = ("guesses", "z", "mask", "reconstruction", "evidence", "score")


def _images(images):
    images, _ = pictures(images, None)
    if images.shape[-1] != SIDE * SIDE or images.ndim > 2:
        raise VisionError(
            f"images are {images.shape}, and the digits that were learned have {SIDE} x {SIDE} pixels.",
            why="the slow path knows what each pixel should be",
            try_="images.reshape(-1, 64)",
        )
    return jnp.asarray(images, float).reshape(-1, SIDE * SIDE)


def _digits(guess, n):
    """(n,) of the digits that are forced; -1 where none is."""
    guess = unbox(-1 if guess is None else guess)
    if not is_tracer(guess):
        wrong = np.asarray(guess).dtype.kind not in "iu" or np.any(np.asarray(guess) > 9) or np.any(np.asarray(guess) < -1)
        if wrong or np.shape(guess) not in ((), (n,)):
            raise VisionError(
                f"guess = {guess!r:.40}: a digit from 0 to 9 is expected, or one for each of the {n} pictures.",
                why="it is what the fast path is made to say",
                try_="guess=3",
            )
    return jnp.broadcast_to(jnp.asarray(guess), (n,))


def _scores(paths, images):
    return unbox(coarse(images)) @ paths.W + paths.b


@jax.jit
def _look(paths, images, forced):
    model, log_p = paths.model, jax.nn.log_softmax(_scores(paths, images), -1)

    def one(x, log_p, forced):
        order = jnp.argsort(-log_p - jnp.where(jnp.arange(10) == forced, jnp.inf, 0.0))
        mu, U = paths.mu[order], paths.U[order]
        z, mask, evidence = jax.vmap(functools.partial(verify, model), (None, 0, 0))(x, mu, U)
        verified = jnp.arange(10) < jnp.where(forced < 0, model.k, 1)
        score = jnp.where(verified[:, None], evidence + model.prior * log_p[order][:, None], -jnp.inf)
        shown = mu[:, None] + jnp.einsum("cpq,ctq->ctp", U, z)
        return Look(x, jnp.exp(log_p), order, z, mask, shown, evidence, score, order[score[:, -1].argmax()])

    return jax.vmap(one)(images, log_p, forced)


_look_twice = functools.partial(jax.jit, static_argnames="offset")(look_twice)
