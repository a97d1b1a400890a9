"""P17c: the space of hypotheses. A code that is a bit of everything falls into the one digit that explains it best."""

from __future__ import annotations

import functools

import jax.numpy as jnp
import numpy as np
from jax import random as jr

from ..language import tr
from ..math._array import raw
from ..params import info, param
from ..vision import GlobalHypothesis
from ._scripts import code, value
from ._whole import count_in, refuse_parts
from .fast_path import NAMES, pictures_and_templates
from .figures import Axis, Figure
from .panel import Panel, Scenario
from .pictures import Picture
from .prediction import Choose

STEPS = 30
SPAN = (-1.05, 1.05)
DECIDED = 0.9  # share of the evidence
PLACES = tuple(f"digit {name}" for name in NAMES)


class HypothesisPanel(Panel):
    model = GlobalHypothesis
    title = "A space of guesses"
    question = "How does one guess come out of a code that fits several?"
    surprise = (
        "Between two digits there is nothing to see: from beta = 8 on a code that is 55 % one and 45 % another ends as the "
        "one, wholly. At beta = 2 every code ends at the same place, and says nothing."
    )
    visible = ("beta", "g", "told", "noise")
    uses_noise = True
    carries = {"x": ("start",), "y": ("start",), "beta": PLACES}

    x: float = param(0.5, "1", "code at the start, to the right", slider=SPAN)
    y: float = param(-0.2, "1", "code at the start, upwards", slider=SPAN)
    noise: float = param(
        0.3, "1", "noise of the code, in all directions", symbol=r"\sigma", slider=(0, 2), at_least=0,
        why="there is no less than none",
    )  # fmt: skip
    g: float = param(
        0.0, "1", "weight of the coarse guess", symbol="g", slider=info(GlobalHypothesis)["g"].slider, at_least=0,
        why="it would be denied",
    )  # fmt: skip
    told: float = param(8, "", "coarse guess", symbol="k", slider=(0, 9), at_least=0, at_most=9, why="there are ten digits")

    scenarios = {
        "one wins": Scenario(
            {},
            "Drag the start over the plane. Each place belongs to one digit, and where two of them meet it takes longest.",
        ),
        "no decision": Scenario(
            {"beta": 2.0},
            "Competition is too weak: all hypotheses stay as likely as each other, and what is seen is their mean, a blur.",
            predict=Choose(
                "Beta goes down to 2, so that hypotheses hardly compete. Where does the same code end?",
                ("at the same digit, only later", "at a digit next to it", "between all of them"),
                answer=lambda n: 2 if n["evidence at the end"] < 0.5 else int(n["ends as"] != 3),
            ),
        ),
        "a guess from the fast path": Scenario(
            {"x": 0.4, "y": -0.1, "told": 2, "g": 1.0},
            "The code alone would become a 3. The coarse guess came first, and tips it over. Take its weight away again.",
        ),
        "a wrong guess": Scenario(
            {"x": -0.6, "y": 0.0, "told": 3, "g": 3.0},
            "The code is that of a 4. A wrong guess, three times as strong as what comes in, and a 3 is seen.",
        ),
        "only noise": Scenario(
            {"x": 0.0, "y": 0.0, "noise": 1.0},
            "There is nothing in the code, and still it ends at a digit: press the die. A guess must be verified.",
        ),
    }

    def build(self):
        count_in(self, "told")
        self.plane = Figure(
            Axis("first component", "", SPAN), Axis("second component", "", SPAN), title="a space of codes: drag the start",
            height=330,
        )  # fmt: skip
        self.memory = self.plane.dots("what is remembered", "ghost", given=True)
        self.path = self.plane.curve("the code on its way", 1, width=2.2, ghost=True)
        self.end = self.plane.dots("the end", 1)
        for name, place in zip(NAMES, PLACES, strict=True):
            self.plane.handle(place, "xy", label="what is remembered", text=name, color="ghost", disabled=True)
        self.plane.handle("start", "xy", min=SPAN[0], max=SPAN[1], label="start", color="5")
        self.race = Figure(
            Axis("hypothesis", "", names=NAMES), Axis("evidence", "", (0, 1.05)), title="how they compete", height=330
        )
        self.race.set_ranges(x=(-0.6, 9.6))
        self.first, self.third, self.last = (
            self.race.bars(label, color, width=width)
            for label, color, width in (("at the start", "ghost", 14), ("after 3 steps", 2, 9), ("at the end", 1, 4))
        )
        self.seen = Picture(
            ["at the start", "after 3 steps", "at the end"], (8, 8), title="what the code would look like",
            scale="diverging", span=(-1.0, 1.0), height=170,
        )  # fmt: skip
        self.memory.set(*places())
        self.figures = [self.plane, self.race, self.seen]
        return [[self.plane, self.race], self.seen]

    def hand(self, name):
        if name in PLACES:
            return [float(v) for v in places()[:, PLACES.index(name)]]
        return [self._wanted["x"], self._wanted["y"]] if name == "start" else super().hand(name)

    def touched(self, figure, moved):
        if "start" in moved:
            moved = {**moved, "x": float(moved["start"][0]), "y": float(moved["start"][1])}
        super().touched(figure, moved)

    def state(self, values=None):
        values = self._wanted if values is None else values
        refuse_parts(self, values, "told")
        return super().state(values)

    def simulate(self, model, x, y, noise, g, told, key):
        memory, axes = map(jnp.asarray, space())
        start = x * axes[0] + y * axes[1] + noise * jr.normal(key, memory.shape[1:]) / np.sqrt(memory.shape[1])
        found = model.replace(g=g).settle(memory, start, memory[told.astype(int)], steps=STEPS)
        codes = raw(found.codes)
        return {"path": codes @ axes.T, "evidence": raw(found.evidence), "images": codes[jnp.array([0, 3, STEPS])]}

    def draw(self, path, evidence, images):
        self.path.set(path[:, 0], path[:, 1])
        self.end.set(path[-1:, 0], path[-1:, 1])
        for bars, step in ((self.first, 0), (self.third, 3), (self.last, STEPS)):
            bars.set(np.arange(10), evidence[step])
        self.seen.set(images / np.abs(images).max(axis=1, keepdims=True))

    def measure(self, path, evidence, images):
        last = evidence[-1]
        sure = np.flatnonzero(evidence.max(1) > DECIDED)
        return {
            "ends as": int(last.argmax()),
            "evidence at the end": float(last.max()),
            "best at the start": int(evidence[0].argmax()),
            "steps to decide": int(sure[0]) if len(sure) else STEPS + 1,
        }

    def words(self, numbers):
        if numbers["steps to decide"] > STEPS:
            return tr(
                "Undecided after {n} steps: the best hypothesis, {end}, has {share:.0f} % of the evidence.",
                n=STEPS, end=numbers["ends as"], share=100 * numbers["evidence at the end"],
            )  # fmt: skip
        return tr(
            "It ends as a {end}, with more than 90 % of the evidence from step {n} on. At first {first} fitted best.",
            end=numbers["ends as"], n=numbers["steps to decide"], first=numbers["best at the start"],
        )  # fmt: skip

    def script(self):
        model, _ = self.state()
        v = {name: value(self.values[name]) for name in ("x", "y")}
        return code(
            "import numpy as np",
            "",
            "digits = bl.vision.digits()",
            "x, labels = np.asarray(digits.train_images), np.asarray(digits.train_labels)",
            "memory = np.stack([x[labels == k].mean(0) for k in range(10)])",
            "memory = memory - memory.mean(0)",
            "memory = memory / np.linalg.norm(memory, axis=1, keepdims=True)",
            "axes = np.linalg.svd(memory - memory.mean(0))[2][:2]",
            "axes = axes * np.sign(axes @ memory[3])[:, None]  # a 3 is to the right and above",
            f"start = {v['x']} * axes[0] + {v['y']} * axes[1]  # without noise",
            f"found = bl.vision.{model!r}.settle(memory, start, memory[{self.values['told']:.0f}], steps={STEPS})",
            'print(f"ends as {found.choice}")',
            'print(f"evidence at the end {found.evidence[-1].max():.4g}")',
        )


@functools.cache
def space():
    """(10, 64) what is remembered, the mean picture of each digit less the mean of all, of length 1; (2, 64) the plane in
    which these lie furthest apart (principal components), turned so that a 3 is to the right and above."""
    memory = pictures_and_templates()[2]
    memory = memory - memory.mean(0)
    memory = memory / np.linalg.norm(memory, axis=1, keepdims=True)
    axes = np.linalg.svd(memory - memory.mean(0))[2][:2]
    return memory, axes * np.sign(axes @ memory[3])[:, None]


def places():
    """(2, 10): the remembered codes, seen in the plane."""
    memory, axes = space()
    return axes @ memory.T
