"""P17d: guess and verify. Hide a digit behind whatever you draw, and watch the guess come back and sort out its pixels."""

from __future__ import annotations

import functools

import jax.numpy as jnp
import numpy as np
from scipy import ndimage

from ..language import tr
from ..math._array import raw
from ..params import param
from ..vision import GuessAndVerify, corrupt, cover, digits
from ._scripts import code
from ._whole import count_in, refuse_parts
from .figures import Axis, Figure
from .panel import Panel, Scenario
from .pictures import Picture
from .prediction import Choose
from .programs import Program

SHAPE, N = (8, 8), 64
ITERATIONS = GuessAndVerify().iterations
EXAMPLES = 49  # of each digit: as many as there are of the rarest among the test pictures
TEN = tuple(map(str, range(10)))
ITSELF = "own"  # those of the fast path
CLEAN = "nothing"
CORRUPTIONS = {
    "noise": ("gauss", 0.4),
    "salt+pepper": ("salt and pepper", 0.2),
    "block": ("noise block", 4),
    "bar": ("bar", 1),
}
INK = 0.4  # a pixel darker than this is a stroke
AMISS = 0.1  # a pixel that is further from the clean digit than this is not the digit's
DEPTH = 60.0  # how far below the best a guess is still drawn in the race
TOUCHING = np.ones((3, 3))
LOW = np.repeat([0.0, 1.0], [48, 16])  # something in front of the two lowest rows


class GuessVerifyPanel(Panel):
    model = GuessAndVerify
    title = "Guess and verify"
    question = "You see a digit behind other things. Does the whole come first, or do the parts?"
    surprise = (
        "Cover the lowest two rows: the fast path calls every digit a 2, and feedback corrects 7 of 10. At gain 3 it "
        "misreads every clean digit."
    )
    visible = ("digit", "corruption", "feedback", "k", "pi")
    without = ("Q", "iterations", "s", "rough")
    uses_noise = True

    digit: float = param(3, "", "digit", slider=(0, 9), at_least=0, at_most=9, why="there are ten digits")
    example: float = param(
        1, "", "number of its picture", slider=(1, EXAMPLES), at_least=1, at_most=EXAMPLES, why="there are as many pictures"
    )
    corruption: str = param(CLEAN, "", "what is over it", structural=True, choices=(CLEAN, *CORRUPTIONS))
    strength: float = param(
        1.0, "", "strength of that, relative", slider=(0, 2), at_least=0, at_most=2, why="with more the digit is gone"
    )
    told: str = param(ITSELF, "", "guess that is fed back", structural=True, choices=(ITSELF, *TEN))
    iteration: float = param(
        ITERATIONS, "", "iteration that is shown", slider=(0, ITERATIONS), at_least=0, at_most=ITERATIONS,
        why="it looks as often",
    )  # fmt: skip
    occluder: float = param(np.zeros(N), "", "occluder drawn by hand: 1 where it covers", at_least=0, at_most=1)

    scenarios = {
        "something in front": Scenario(
            {"digit": 5, "occluder": LOW},
            "The first guess is 2. Drag the line 'shown' from 0 on: the mask takes away what is in front, and another guess "
            "leads. Draw on the picture, too.",
        ),
        "no feedback": Scenario(
            {"digit": 5, "example": 47, "corruption": "salt+pepper", "feedback": 0.0},
            "Nothing says which pixels belong together: what is seen is in fragments, and read wrong. Turn the feedback on.",
            predict=Choose(
                "A 5 among salt and pepper, and no feedback. The fast path guesses 8. What is seen and read?",
                ("a 5 in one piece", "an 8 in one piece", "fragments, read as 8"),
                answer=lambda n: 2 if n["pieces"] > 1 else int(n["verdict"] != n["digit"]),
            ),
        ),
        "told what to see": Scenario(
            {"told": "8", "feedback": 3.0, "delay": 0.0},
            "Strokes are seen where the page is white, and the mask says that the page is in the way. Click other bars.",
            predict=Choose(
                "A clean 3, but the guess that is fed back is 8, at gain 3. What is seen?",
                ("the 3, as it is on the page", "a 3 with holes", "an 8: ink where the page is white"),
                answer=lambda n: 2 if n["ink made up"] > 1.5 else 0,
            ),
        ),
        "Gaussian noise": Scenario(
            {"example": 39, "corruption": "noise"},
            "All pixels are a little wrong, and none belongs to something else. The mask throws good ones away. Feedback 0?",
        ),
        "a clean digit": Scenario(
            {"digit": 4, "example": 2},
            "An odd 4, nothing is over it. The mask hides what makes it odd, and a 7 is left. Without feedback it is read.",
        ),
    }

    def build(self):
        count_in(self, "digit", "example", "iteration", "delay", "k")
        for name in ("corruption", "told"):
            self.controls[name].rebuilds = False  # see `Sighted`
        self.sight = Picture(
            ["picture: draw over it", "mask", "reconstruction", "residual", "what is seen"], SHAPE,
            title="at this iteration", scale="ink", mask="drawn over it", color=2, height=160,
        )  # fmt: skip
        self.sight.painted("occluder", over=True, label="picture: draw over it")
        self.bars_figure = Figure(
            Axis("digit", "", (-0.6, 9.6), names=TEN), Axis("probability", "", (0, 1.02)),
            title="guesses: click one to feed it back", height=210,
        )  # fmt: skip
        self.first = self.bars_figure.bars("at t = 0, fast path", "ghost", width=5, given=True)
        self.belief = self.bars_figure.bars("after this iteration", 3, width=9)
        self.bars_figure.clicked("tell", label="guesses: click one to feed it back")
        self.race = Figure(
            Axis("iteration", "", (0, ITERATIONS)), Axis("log evidence", "", (-DEPTH, 14.0)),
            title="how far behind the leader: drag the lines", height=210,
        )  # fmt: skip
        self.others = self.race.curve("other guesses", "ghost", ghost=False)
        self.true = self.race.curve("the true digit", 2, dash="dashed", width=2.0)
        self.winner = self.race.curve("the verdict", 3, width=2.0)
        look = dict(min=0.0, max=float(ITERATIONS), step=1.0, color="ghost")
        self.race.handle("iteration", "x", label="iteration that is shown", text="shown", dash="5 4", **look)
        self.race.handle("delay", "x", label="until the feedback arrives", text="feedback", dash="2 3", **look)
        self.figures = [self.sight, self.bars_figure, self.race]
        return [self.sight, [self.bars_figure, self.race]]

    def state(self, values=None):
        values = self._wanted if values is None else values
        refuse_parts(self, values, "digit", "example", "iteration", "delay")
        return super().state(values)

    def hand(self, name):
        return None if name == "tell" else super().hand(name)

    def touched(self, figure, moved):
        if moved.get("tell") is not None:
            digit = str(int(np.clip(round(moved["tell"][0]), 0, 9)))
            moved = {"told": ITSELF if self._wanted["told"] == digit else digit}
        elif "occluder" in moved:
            moved = {"occluder": np.asarray(moved["occluder"], float)}
        super().touched(figure, {name: x for name, x in moved.items() if name in self.parameters or name == "prediction"})

    def tools(self):
        return [
            {
                "name": "step",
                "label": tr("step"),
                "icon": "step",
                "title": tr("to the next iteration; after the last, back to 0"),
            },
            {"name": "wipe", "label": tr("wipe"), "title": tr("take away what was drawn over the picture")},
        ]

    def pressed(self, name):
        if name == "step":
            at = self._wanted["iteration"]
            self._take({"iteration": 0.0 if at >= ITERATIONS else at + 1})
        elif name == "wipe":
            self._take({"occluder": np.zeros(N)})
        self._ask()

    # ---- one picture

    @classmethod
    @functools.cache
    def _program(cls):
        return Sighted(lambda *args: cls.simulate(cls, *args))

    def simulate(self, eyes, picture, clean, told, iteration):
        seen = raw(eyes.look(picture, told))
        now = jnp.round(iteration).astype(int)
        score = seen.score[0]  # -inf for those that were not verified
        best = jnp.argmax(score[:, now])
        return {
            "picture": picture,
            "clean": clean,
            "guess": seen.guess[0],
            "guesses": seen.guesses[0],
            "score": score,
            "best": best,
            "mask": seen.mask[0, best, now],
            "reconstruction": seen.reconstruction[0, best, now],
            "percept": seen.percept[0, best, now],
        }

    def draw(self, picture, clean, guess, guesses, score, best, mask, reconstruction, percept):
        residual = np.abs(picture - reconstruction)
        self.sight.set([picture, mask, reconstruction, residual, percept], [None] * 5)
        self.first.set(np.arange(10) - 0.28, guess)
        behind = score - score.max(0)
        now = round(self.values["iteration"])
        belief = np.exp(behind[:, now]) / np.exp(behind[:, now]).sum()
        self.belief.set(guesses, belief)
        drawn = np.where(np.isfinite(behind), np.maximum(behind, -DEPTH), np.nan)
        t = np.arange(ITERATIONS + 1)
        true = int(np.flatnonzero(guesses == self.values["digit"])[0])
        rest = [i for i in range(10) if i not in (best, true) and np.isfinite(score[i, 0])]
        gap = np.full((len(rest), 1), np.nan)
        self.others.set(np.tile(np.append(t, np.nan), len(rest)), np.concatenate([drawn[rest], gap], 1).ravel())
        self.true.set(t, drawn[true] if true != best else np.full(len(t), np.nan))
        self.winner.set(t, drawn[best])

    def measure(self, picture, clean, guess, guesses, score, best, mask, reconstruction, percept):
        amiss, masked = np.abs(picture - clean) > AMISS, mask < 0.5
        either = (amiss | masked).sum()
        return {
            "digit": int(self.values["digit"]),
            "first guess": int(guess.argmax()),
            "verdict": int(guesses[best]),
            "masked pixels": float((1 - mask).sum()),
            "overlap of mask and what is over it": float((amiss & masked).sum() / either) if either else 1.0,
            "error": float(np.sqrt(np.mean((reconstruction - clean) ** 2))),
            "pieces": ndimage.label((percept > INK).reshape(SHAPE), TOUCHING)[1],
            "ink made up": float((percept - picture)[picture < AMISS].sum()),
        }

    def words(self, numbers):
        said = tr(
            "It is a {digit}. The fast path guesses {first}; after {n:.0f} iterations it is read as {verdict}. ",
            digit=numbers["digit"], first=numbers["first guess"], n=self.values["iteration"], verdict=numbers["verdict"],
        )  # fmt: skip
        said += tr(
            "Masked: {masked:.1f} of 64 pixels. What is seen is in {pieces}",
            masked=numbers["masked pixels"],
            pieces=tr("one piece") if numbers["pieces"] == 1 else tr("{n} pieces", n=numbers["pieces"]),
        )
        return said + tr(", and {ink:.1f} pixels of its ink are made up.", ink=numbers["ink made up"])

    def script(self):
        model, _ = self.state()
        v = self.values
        lines = [
            "data = bl.vision.digits()",
            f"mine = np.flatnonzero(data.test_labels == {v['digit']:.0f})[{v['example'] - 1:.0f}]",
            "picture = data.test_images[mine]",
        ]
        if v["corruption"] != CLEAN:
            kind, amount = amount_of(v["corruption"], v["strength"])
            lines.append(f'picture = bl.vision.corrupt(picture, "{kind}", {amount!r}, seed={self._seed})')
        if v["occluder"].any():
            lines.append(f"picture = bl.vision.cover(picture, np.array({(v['occluder'] > 0.5).astype(int).tolist()}))")
        told = "" if v["told"] == ITSELF else f", guess={v['told']}"
        return code(
            "import numpy as np",
            "",
            *lines,
            f"eyes = bl.{model!r}.learn()".replace("bl.", "bl.vision.", 1),
            f"look = eyes.look(picture{told})",
            'print(f"first guess {int(look.guess[0].argmax())}")',
            f"best = int(look.score[0, :, {v['iteration']:.0f}].argmax())",
            'print(f"verdict {int(look.guesses[0, best])}")',
            f'print(f"masked pixels {{float((1 - look.mask[0, best, {v["iteration"]:.0f}]).sum()):.4g}}")',
        )


def amount_of(corruption, strength):
    """(kind, amount) as `corrupt` wants them: blocks and bars are counted in pixels."""
    kind, amount = CORRUPTIONS[corruption]
    return kind, round(amount * strength) if isinstance(amount, int) else float(amount * strength)


class Sighted(Program):
    """A program of (model, experiment, seed). It is given the picture and knows nothing of how it came about: another digit,
    another corruption or another stroke compiles nothing."""

    def __call__(self, model, experiment, seed):
        return super().__call__(*self._args(model, experiment, seed))

    def is_ready(self, model, experiment, seed):
        return super().is_ready(*self._args(model, experiment, seed))

    def _args(self, model, e, seed):
        data = digits()
        clean = data.test_images[np.flatnonzero(data.test_labels == round(e.digit))[round(e.example) - 1]]
        picture = clean
        if e.corruption != CLEAN:
            picture = corrupt(picture, *amount_of(e.corruption, e.strength), seed=int(seed))
        hidden = np.asarray(e.occluder) > 0.5
        if hidden.any():
            picture = cover(picture, hidden)
        eyes = GuessAndVerify().learn()._replace(model=model)  # learnt once
        return eyes, picture, clean, np.int32(-1 if e.told == ITSELF else e.told), e.iteration
