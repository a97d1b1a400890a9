"""P17a: the chicken and the egg. To know a thing one must see where it is, and to see where it is one must know it."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from ..language import tr
from ..params import param
from ..vision import mooney
from ..vision.mooney import KINDS, SIDE, SIZE
from ._scripts import code, value
from ._whole import count_in, refuse_parts
from .figures import Axis, Figure
from .panel import Panel, Scenario
from .pictures import Picture
from .prediction import Choose

SCENES = 16  # in each mean
LEVELS = np.linspace(0.0, 1.0, 5)  # of clutter, for the curves
NAMES = tuple(map(str, range(1, KINDS + 1)))


class TwoTonePanel(Panel):
    title = "The chicken and the egg"
    question = "Which comes first: to see where a thing is, or to know what it is?"
    surprise = (
        "Regions find a quarter of the thing, templates alone are right half the time. Guess and check is right every time."
    )
    visible = ("scene", "blur", "clutter", "threshold")
    uses_noise = True

    scene: float = param(
        1, "", "number of the scene", slider=(1, SCENES), at_least=1, at_most=SCENES, why="there are as many"
    )
    blur: float = param(
        0.7, "pixels", "blur, before it is cut", symbol=r"\sigma", slider=(0, 4), at_least=0, why="it is a width"
    )
    clutter: float = param(
        0.8, "", "clutter: share of the ground", slider=(0, 1), at_least=0, at_most=1, why="it is a share of the ground"
    )
    threshold: float = param(0.4, "", "threshold between black and white", slider=(0.05, 0.95))

    scenarios = {
        "both fail alone": Scenario(
            {}, "Edges of rubbish, of shadow and of the thing look alike. Take the clutter away, slowly: who sees it first?"
        ),
        "which one is it?": Scenario(
            {"scene": 2},
            "Now that you know what it is, you see where it is. So does the model: it checks only the pixels of its guess.",
            predict=Choose(
                "One of the six things is in the scene, lit from any side. Which one?",
                NAMES,
                answer=lambda n: n["thing"] - 1,
            ),
        ),
        "on an empty page": Scenario(
            {"clutter": 0.0},
            "Without rubbish the template needs no segmentation. The region still misses what lies in shadow.",
        ),
        "a silhouette": Scenario(
            {"clutter": 0.0, "threshold": 0.05},
            "Cut so low that the shadow is white too, and the region is the thing: segmentation needs no knowledge.",
        ),
        "too much blur": Scenario(
            {"blur": 3.0},
            "What is left are blobs as large as those of the rubbish. Even both together begin to guess wrong.",
        ),
    }

    def build(self):
        count_in(self, "scene")
        self.page = Picture(["the scene"], (SIZE, SIZE), title="look at it first", given=True, height=200)
        self.known = Picture(NAMES, (SIDE, SIDE), title="the six things it knows", given=True, height=100)
        grey, outlines = mooney.things()
        self.known.set(0.2 * outlines + 0.8 * grey[:, 3])  # lit from above; a little more in the shadow, for the eye
        self.ways = Picture(
            ["segmentation alone", "recognition alone", "both together"], (SIZE, SIZE),
            title="what is taken for the thing", mask="taken for it", height=220,
        )  # fmt: skip
        self.figure = Figure(
            Axis("clutter", "", (0, 1)),
            Axis("share of scenes", "", (0, 1.05)),
            title="in all scenes: drag the clutter",
            height=210,
        )
        self.lines = self.figure.several(
            ["overlap, segmentation alone", "right, recognition alone", "right, both together"], [1, 2, 3], ghost=True
        )
        self.chance = self.figure.curve("chance", "ghost", dash="dashed", width=1.0, ghost=False, given=True)
        self.chance.set([0.0, 1.0], [1 / KINDS, 1 / KINDS])
        self.figure.handle(
            "clutter", "x", min=0.0, max=1.0, step=0.01, label="clutter", text="clutter", color="ghost", dash="5 4"
        )
        for picture in (self.page, self.known, self.ways):
            picture.legend = False  # black is black
            picture.relabel()
        self.figures = [self.page, self.known, self.ways, self.figure]
        return [[self.page, self.known], self.ways, self.figure]

    def state(self, values=None):
        values = self._wanted if values is None else values
        refuse_parts(self, values, "scene")
        return super().state(values)

    def simulate(self, key, scene, blur, clutter, threshold):
        levels = jnp.append(LEVELS, clutter)  # the same things and the same rubbish, of which more or less is shown
        scenes = jax.vmap(lambda c: mooney.two_tone(SCENES, blur, c, threshold, key))(levels)
        images, figure, truth = jax.tree.map(lambda x: x.reshape(-1, *x.shape[2:]), scenes)
        region, fit = mooney.best_region(images, figure)
        alone = mooney.whole_match(images, blur, threshold)
        both, evidence = mooney.guess_and_check(images, blur, threshold)
        outlines = jnp.asarray(mooney.things()[1])
        seen = [mooney.put(outlines[guess.kind], guess) for guess in (alone, both)]
        shares = [fit, alone.kind == truth.kind, both.kind == truth.kind, mooney.overlap(seen[1], figure)]
        shown = (len(LEVELS) * SCENES + scene - 1).astype(int)
        return {
            "image": images[shown],
            "taken": jnp.stack([region[shown], seen[0][shown], seen[1][shown]]),
            "guesses": jnp.stack([truth.kind, alone.kind, both.kind])[:, shown] + 1,
            "overlaps": jnp.stack([fit, mooney.overlap(seen[0], figure), shares[3]])[:, shown],
            "evidence": evidence[shown],
            "shares": jnp.stack(shares).reshape(4, -1, SCENES).mean(2),
        }

    def draw(self, image, taken, guesses, overlaps, evidence, shares):
        self.page.set([image])
        self.ways.set([image] * 3, masks=taken)
        self.lines.set(LEVELS, shares[:3, :-1])

    def measure(self, image, taken, guesses, overlaps, evidence, shares):
        return {
            "thing": int(guesses[0]),
            "recognition alone": int(guesses[1]),
            "both": int(guesses[2]),
            "overlap, segmentation alone": overlaps[0],
            "overlap, recognition alone": overlaps[1],
            "overlap, both": overlaps[2],
            "evidence": evidence,
            "mean overlap, segmentation alone": shares[0, -1],
            "right, recognition alone": shares[1, -1],
            "right, both": shares[2, -1],
            "mean overlap, both": shares[3, -1],
        }

    def words(self, numbers):
        return tr(
            "It is thing {thing}. Recognition alone says {alone}, both together say {both}. The best region has "
            "{region:.0f} % in common with the thing, both together {seen:.0f} %. In all {n} scenes: recognition alone is "
            "right in {often:.0f} %, both in {more:.0f} %.",
            thing=numbers["thing"], alone=numbers["recognition alone"], both=numbers["both"], n=SCENES,
            region=100 * numbers["overlap, segmentation alone"], seen=100 * numbers["overlap, both"],
            often=100 * numbers["right, recognition alone"], more=100 * numbers["right, both"],
        )  # fmt: skip

    def script(self):
        blur, clutter, threshold = (value(self.values[name]) for name in ("blur", "clutter", "threshold"))
        return code(
            "import jax",
            "from brainlab.vision import mooney",
            "",
            f"blur, threshold = {blur}, {threshold}",
            f"scenes = mooney.two_tone({SCENES}, blur, {clutter}, threshold, jax.random.PRNGKey({self._seed}))",
            "region, fit = mooney.best_region(scenes.images, scenes.figure)",
            "alone = mooney.whole_match(scenes.images, blur, threshold)",
            "both, evidence = mooney.guess_and_check(scenes.images, blur, threshold)",
            'print(f"mean overlap, segmentation alone {fit.mean():.4g}")',
            'print(f"right, recognition alone {(alone.kind == scenes.truth.kind).mean():.4g}")',
            'print(f"right, both {(both.kind == scenes.truth.kind).mean():.4g}")',
        )
