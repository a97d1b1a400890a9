"""GuessAndVerify: a fast path guesses the whole, the guess is fed back, and a slow path checks the parts."""

from __future__ import annotations

import hashlib

import jax.numpy as jnp
import numpy as np

from ..math._array import Array, unbox
from ..math._trace import is_tracer
from ..models.base import Model
from ..params import ParamError, param
from .appearance import appearance
from .digits import Digits, digits
from .errors import VisionError
from .fast_guess import softmax_regression
from .filters import coarse
from .pathways import Pathways

WHY_SHARE = "it is the share of pixels that something else covers"
WHY_WIDTH = "an error of nothing would be infinitely surprising"
WHY_GAIN = "feedback would push what contradicts the guess, and silence what fits"
RIDGE = 0.1  # on the fast path: with it 90 % of clean digits are right at first sight
_learned: dict = {}


class GuessAndVerify(Model):
    r"""Recognise and segment at once, by guess and verify: a model of seeing along two paths.

    The fast path (M) looks at the coarse picture and gives a probability p_M(c) for every digit c. Each of the k best
    guesses is fed back to the slow path (P), which knows what digits of that kind look like, x = mu_c + U_c z, and asks
    which of the pixels the guess explains:

    $$e = x - \mu_c - U_c z, \qquad g_i = \sigma\big(\log[(1-\pi)\,\mathcal N(e_i; 0, s^2)] - \log \pi\big)^{f}$$
    $$z \leftarrow \arg\min_z \; \sum_i g_i\, (x_i - \mu_{c,i} - (U_c z)_i)^2 + s^2 |z|^2$$

    The mask g is the segmentation: near 1 where a pixel belongs to the digit (feedback pushes it), near 0 where something
    else must be in front (feedback silences it, pull). At first the look is rough, s is large, and from iteration to
    iteration finer. The guess that explains the picture best wins: log evidence + prior * log p_M(c).

    The gain f of the feedback multiplies log g everywhere. Without it (f = 0) nothing is masked, and what covers the digit
    spoils the guess. With too much of it (f > 1) a pixel that contradicts speaks for the guess: the model hallucinates.

    Where it does not help: noise that is the same everywhere has nothing to be masked, and a mask then loses information;
    on clean digits too. With few guesses k the digit may not be among them; k trades time for accuracy.

    Source: the idea: Hochstein & Ahissar, Neuron 36 (2002) 791 (reverse hierarchy); probabilistic PCA: Tipping & Bishop
    (1999); masks by a broad second component: Black & Jepson, Int. J. Comput. Vis. 26 (1998) 63 (robust appearance).

    >>> seeing = GuessAndVerify().learn()
    >>> data = digits()
    >>> bool((seeing.look(data.test_images[:50]).label == data.test_labels[:50]).mean() > 0.95)
    True
    """

    Q: int = param(
        12, "1", "directions in which a digit varies", at_least=1, at_most=40, structural=True, why="it is learned"
    )
    iterations: int = param(10, "1", "passes of feedback", at_least=1, structural=True, why="one pass is the least")
    k: float = param(
        5.0, "1", "guesses that are verified", symbol="k", slider=(1, 10), at_least=1, at_most=10, why="there are ten digits"
    )
    pi: float = param(
        0.1,
        "1",
        "share of pixels that are covered",
        symbol=r"\pi",
        slider=(0.01, 0.6),
        above=0,
        below=1,
        why=WHY_SHARE,
    )
    s: float = param(0.15, "1", "tolerance of the last look", symbol="s", slider=(0.05, 0.3), above=0, why=WHY_WIDTH)
    rough: float = param(
        2.0,
        "1",
        "times s: tolerance of the first look",
        slider=(1, 6),
        at_least=1,
        why="looks get finer with time",
    )
    prior: float = param(0.5, "1", "weight of the guess", slider=(0, 5), at_least=0, why="a guess denies nothing")
    feedback: float = param(1.0, "1", "gain of the feedback", symbol="f", slider=(0, 3), at_least=0, why=WHY_GAIN)
    delay: float = param(
        0.0, "iterations", "until the feedback arrives", slider=(0, 10), at_least=0, why="feedback is not ahead of the guess"
    )

    def __post_init__(self):
        super().__post_init__()
        if not is_tracer(unbox(self.k)) and unbox(self.k) != round(unbox(self.k)):
            raise ParamError(
                f"GuessAndVerify.k = {self.k}: the number of guesses must be whole.",
                why="a guess is verified or it is not",
                try_=f"GuessAndVerify(k={round(self.k)})",
            )

    def learn(self, data: Digits | None = None) -> Pathways:
        """Both paths, from examples of clean digits: neither ever sees what can cover them. Under a second.

        data : of `digits()`, which is also what None means; what was learned once is kept for the session
        """
        data = digits() if data is None else data
        images, labels = _examples(data, self.Q)
        key = (self.Q, hashlib.sha256(images.tobytes() + labels.tobytes()).digest())
        if key not in _learned:
            W, b = softmax_regression(unbox(coarse(images)), labels, RIDGE)
            looks = [appearance(images[labels == c], self.Q)[:2] for c in range(10)]
            mu, U = (np.stack(part).astype(np.float32) for part in zip(*looks, strict=True))
            _learned[key] = tuple(Array(jnp.asarray(x)) for x in (W, b, mu, U))
        return Pathways(self, *_learned[key])


def _examples(data, Q):
    """(images, labels) to learn from, or an error that says what is wrong with them."""
    if not isinstance(data, Digits):
        raise VisionError(
            f"{data!r:.40} are no digits.",
            why="learning needs pictures and what they show",
            try_="learn(bl.vision.digits())",
        )
    images, labels = np.asarray(data.train_images, np.float32), np.asarray(data.train_labels)
    if images.shape[1:] != (64,) or labels.shape != images.shape[:1]:
        raise VisionError(
            f"train_images are {images.shape}, train_labels {labels.shape}: (n, 64) and (n,) are expected.",
            why="every picture has 8 x 8 pixels and one label",
        )
    counts = np.bincount(labels[(labels >= 0) & (labels <= 9)], minlength=10)
    if counts.min() <= Q:
        raise VisionError(
            f"there are {counts.min()} examples of the digit {counts.argmin()}, for Q = {Q} directions.",
            why="n examples vary in n - 1 directions at most",
            try_="learn(bl.vision.digits())",
        )
    return images, labels
