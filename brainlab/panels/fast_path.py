"""P17b: the fast path. A coarse look at the whole gives a guess before the details can be trusted."""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
import numpy as np

from ..language import tr
from ..math._array import raw
from ..params import param
from ..vision import digits, low_pass
from ._scripts import code, value
from ._whole import count_in, refuse_parts
from .figures import Axis, Figure
from .panel import Panel, Scenario
from .pictures import Picture
from .prediction import Choose

NAMES = tuple(map(str, range(10)))
PICTURES = 20  # to choose from
MOST = 16  # looks
LOOKS = np.array([1, 2, 3, 4, 6, 8, 12, 16])
FLOOR = 0.25  # spread of a pixel from one writer to another, about: what is left where there is no noise


class FastPathPanel(Panel):
    title = "At first glance"
    question = "Why does the brain look at the coarse picture first?"
    surprise = (
        "In clean digits the details tell nearly as much as the coarse picture: 74 against 87 % are right. Under noise "
        "it is 45 against 73 %, and eight looks at the details are worth less than one at the coarse picture."
    )
    visible = ("number", "cutoff", "noise", "looks")
    uses_noise = True

    number: float = param(
        1, "", "number of the picture", slider=(1, PICTURES), at_least=1, at_most=PICTURES, why="there are as many"
    )
    cutoff: float = param(
        2.3, "cycles/picture", "where coarse ends and details begin", symbol="c", slider=(0.5, 5), at_least=0,
        why="it is how many waves fit into the picture",
    )  # fmt: skip
    noise: float = param(
        0.4, "1", "noise on each pixel, in each look", symbol=r"\sigma", slider=(0, 1.2), at_least=0,
        why="there is no less than none",
    )  # fmt: skip
    looks: float = param(
        1, "", "looks so far", slider=(1, MOST), at_least=1, at_most=MOST, why="nothing is seen in none, or the film is over"
    )

    scenarios = {
        "at first glance": Scenario(
            {},
            "One noisy look. The coarse path is right, the details are not. Drag the line of looks to the right.",
        ),
        "a clean digit": Scenario(
            {"noise": 0.0},
            "Without noise the details alone are nearly as good. It is noise that makes the coarse picture the better one.",
            predict=Choose(
                "Noise 0.4 halves what details alone are worth. Without noise, how often are they right?",
                ("by chance, 10 %", "in half of the pictures", "in three of four"),
                answer=lambda n: int(np.digitize(n["right, details"], (0.3, 0.65))),
            ),
        ),
        "wait": Scenario(
            {"looks": 8},
            "Eight looks, averaged: noise has shrunk to a third, and details are seen. They come late, but they do come.",
        ),
        "too coarse": Scenario(
            {"cutoff": 1.0},
            "Of one wave in each direction not much can be read. Now the details hold what tells digits apart.",
        ),
        "a storm": Scenario(
            {"noise": 1.0, "cutoff": 3.0},
            "Nobody can read this at once. The coarse path still is three times as good as chance.",
        ),
    }

    def build(self):
        count_in(self, "number", "looks")
        self.seen = Picture(
            ["what comes in", "the coarse picture", "the details"], (8, 8), title="one picture, two paths", given=True,
            height=190,
        )  # fmt: skip
        self.bars_figure = Figure(
            Axis("guess", "", names=NAMES),
            Axis("probability", "", (0, 1.05)),
            title="what each path makes of it",
            height=230,
        )
        self.bars_figure.set_ranges(x=(-0.6, 9.6))
        self.coarse = self.bars_figure.bars("coarse", 1, width=9)
        self.details = self.bars_figure.bars("details", 2, width=4)
        self.curve_figure = Figure(
            Axis("looks so far", "", (0, MOST + 0.5)), Axis("share right", "", (0, 1.02)),
            title="in all pictures: drag the line", height=230,
        )  # fmt: skip
        self.lines = self.curve_figure.several(["coarse", "details", "the whole picture"], [1, 2, 3], ghost=True)
        self.chance = self.curve_figure.curve("chance", "ghost", dash="dashed", width=1.0, ghost=False, given=True)
        self.chance.set([0, MOST], [0.1, 0.1])
        self.curve_figure.handle(
            "looks", "x", min=1.0, max=float(MOST), step=1.0, label="looks so far", text="looks", color="ghost", dash="5 4"
        )
        self.figures = [self.seen, self.bars_figure, self.curve_figure]
        return [self.seen, [self.bars_figure, self.curve_figure]]

    def state(self, values=None):
        values = self._wanted if values is None else values
        refuse_parts(self, values, "number", "looks")
        return super().state(values)

    def simulate(self, key, number, cutoff, noise, looks):
        images, labels, templates = map(jnp.asarray, pictures_and_templates())
        coarse = raw(low_pass(templates, cutoff))
        # A filter is a projection: what is filtered need not be filtered again in the template.
        paths = jnp.stack([coarse, templates - coarse, templates])
        several = jnp.append(LOOKS, looks)
        sigmas = noise / jnp.sqrt(several)  # of the mean of so many looks
        seen = images + sigmas[:, None, None] * jax.random.normal(key, images.shape)
        scores = match(seen[None], paths[:, None])  # (path, looks, picture, 10)
        right = (scores.argmax(-1) == labels).mean(-1)
        shown = (number - 1).astype(int)
        mine = seen[-1, shown]
        blurred = raw(low_pass(mine, cutoff))
        return {
            "images": jnp.stack([mine, blurred, mine - blurred]),
            "p": jax.nn.softmax(scores[:2, -1, shown] / (FLOOR**2 + sigmas[-1] ** 2)),
            "right": right,
            "label": labels[shown],
        }

    def draw(self, images, p, right, label):
        # The details are below 0 as often as above: their middle is grey.
        self.seen.set(np.stack([images[0], images[1], images[2] + 0.5]))
        self.coarse.set(np.arange(10), p[0])
        self.details.set(np.arange(10), p[1])
        self.lines.set(LOOKS, right[:, :-1])

    def measure(self, images, p, right, label):
        return {
            "digit": int(label),
            "guess, coarse": int(p[0].argmax()),
            "guess, details": int(p[1].argmax()),
            "right, coarse": float(right[0, -1]),
            "right, details": float(right[1, -1]),
            "right, whole": float(right[2, -1]),
            "right, details, after 8 looks": float(right[1, 5]),
        }

    def words(self, numbers):
        return tr(
            "It is a {digit}. The coarse picture says {coarse}, the details say {details}. In all pictures the coarse one "
            "is right in {often:.0f} %, the details in {less:.0f} %, the whole in {whole:.0f} %.",
            digit=numbers["digit"], coarse=numbers["guess, coarse"], details=numbers["guess, details"],
            often=100 * numbers["right, coarse"], less=100 * numbers["right, details"], whole=100 * numbers["right, whole"],
        )  # fmt: skip

    def script(self):
        cutoff, noise, looks = (value(self.values[name]) for name in ("cutoff", "noise", "looks"))
        return code(
            "import numpy as np",
            "",
            "digits = bl.vision.digits()",
            "x, labels = np.asarray(digits.test_images), np.asarray(digits.test_labels)",
            "train, known = np.asarray(digits.train_images), np.asarray(digits.train_labels)",
            "templates = np.stack([train[known == k].mean(0) for k in range(10)])",
            f"noise = {noise} / np.sqrt({looks})  # of the mean of all looks",
            f"seen = x + noise * np.random.default_rng({self._seed}).normal(size=x.shape)",
            'for name, path in (("coarse", bl.vision.low_pass), ("details", bl.vision.high_pass)):',
            f"    t = np.asarray(path(templates, {cutoff}))",
            "    guess = (seen @ t.T - (t * t).sum(1) / 2).argmax(1)",
            '    print(f"right, {name} {(guess == labels).mean():.4g}")',
        )


def match(seen, templates):
    """(..., pictures, 10): how well each template fits, -|x - t|^2 / 2 without what is the same for all of them."""
    with jax.default_matmul_precision("float32"):
        return seen @ jnp.swapaxes(templates, -1, -2) - (templates * templates).sum(-1)[..., None, :] / 2


@functools.cache
def pictures_and_templates():
    """(n, 64) test pictures, (n,) what they are, and (10, 64) the mean picture of each digit."""
    found = digits()
    train, labels = np.asarray(found.train_images), np.asarray(found.train_labels)
    templates = np.stack([train[labels == k].mean(0) for k in range(10)])
    return np.asarray(found.test_images), np.asarray(found.test_labels), templates
