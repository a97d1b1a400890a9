"""P17d: guess and verify. Hide a digit behind whatever you draw, and watch the guess come back and sort out its pixels."""

from __future__ import annotations

import functools

import jax.numpy as jnp
import numpy as np
from scipy import ndimage

from ..language import tr
from ..math._array import raw
from ..params import ParamError, param
from ..vision import GuessAndVerify, corrupt, cover, digits, overlap
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
CLEAN, DIGIT = "nothing", "digit"
CORRUPTIONS = {
    "noise": ("gauss", 0.4),
    "salt+pepper": ("salt and pepper", 0.2),
    "block": ("noise block", 4),
    "bar": ("bar", 1),
}
INK = 0.4  # a pixel darker than this is a stroke
AMISS = 0.1  # a pixel that is further from the clean digit than this is not the digit's
OFFSET = 3  # columns from the left end of a digit to that of the digit over it
RIVALS = 8  # so many of the pairs that lose are drawn
DEPTH = 60.0  # how far below the best a guess is still drawn in the race
TOUCHING = np.ones((3, 3))
LOW = np.repeat([0.0, 1.0], [48, 16])  # something in front of the two lowest rows
ONE = ("picture: draw over it", "mask", "reconstruction", "residual", "what is seen")
TWO = ("picture", "ink of the left one", "left digit", "residual", "right digit")


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
    carries = {"corruption": ("occluder",), "told": ("tell",)}

    digit: float = param(3, "", "digit", slider=(0, 9), at_least=0, at_most=9, why="there are ten digits")
    example: float = param(
        1, "", "number of its picture", slider=(1, EXAMPLES), at_least=1, at_most=EXAMPLES, why="there are as many pictures"
    )
    corruption: str = param(CLEAN, "", "what is over it", structural=True, choices=(CLEAN, *CORRUPTIONS, DIGIT))
    strength: float = param(
        1.0, "", "strength of that, relative", slider=(0, 2), at_least=0, at_most=2, why="with more the digit is gone"
    )
    told: str = param(ITSELF, "", "guess that is fed back", structural=True, choices=(ITSELF, *TEN))
    second: float = param(5, "", "digit over it", slider=(0, 9), at_least=0, at_most=9, why="there are ten digits")
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
        "two digits": Scenario(
            {"digit": 1, "second": 3, "example": 2, "corruption": DIGIT, "k": 10.0},
            "The fast path sees 9 and 5. What one guess explains the other need not: 1 and 3. No feedback: 8 and 3.",
        ),
    }

    def build(self):
        count_in(self, "digit", "second", "example", "iteration", "delay", "k")
        for name in ("corruption", "told"):
            self.controls[name].rebuilds = False  # see `Sighted`
        self.sight = Picture(
            ONE, SHAPE,
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
        refuse_parts(self, values, "digit", "second", "example", "iteration", "delay")
        return super().state(values)

    def hand(self, name):
        if name == "occluder" and self._wanted["corruption"] == DIGIT:
            return np.zeros(8 * (8 + OFFSET))  # one draws over one digit
        return None if name == "tell" else super().hand(name)

    def touched(self, figure, moved):
        if moved.get("tell") is not None:
            digit = str(int(np.clip(round(moved["tell"][0]), 0, 9)))
            if self._wanted["corruption"] == DIGIT:
                raise ParamError(
                    f"{type(self).__name__}.told = {digit!r}: one guess is fed back to one digit, and here are two.",
                    why="each of the two has a guess of its own",
                    try_=f'panel.set(corruption="{CLEAN}", told="{digit}")',
                )
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
        now = jnp.round(iteration).astype(int)
        if len(picture) != N:
            return two_digits(eyes, picture, clean, now)
        seen = raw(eyes.look(picture, told))
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
        two = len(picture) != N
        self.sight.shape = (8, len(picture) // 8)
        self.sight.overlay.disabled = two
        shown = np.maximum(reconstruction, percept) if two else reconstruction
        self.sight.set([picture, mask, reconstruction, np.abs(picture - shown), percept], labels=TWO if two else ONE)
        behind = score - score.max(0)
        now = round(self.values["iteration"])
        belief = np.exp(behind[:, now]) / np.exp(behind[:, now]).sum()
        there = [[d in (g // 10, g % 10) if two else d == g for g in guesses] for d in range(10)]
        self.first.set(np.arange(10) - 0.28, guess)
        self.belief.set(np.arange(10), np.array(there) @ belief)
        drawn = np.where(np.isfinite(behind), np.maximum(behind, -DEPTH), np.nan)
        t = np.arange(ITERATIONS + 1)
        true = int(np.flatnonzero(guesses == self.right)[0])
        order = np.argsort(-score[:, -1])[: 1 + RIVALS if two else 10]
        rest = [i for i in order if i not in (best, true) and np.isfinite(score[i, 0])]
        gap = np.full((len(rest), 1), np.nan)
        self.others.set(np.tile(np.append(t, np.nan), len(rest)), np.concatenate([drawn[rest], gap], 1).ravel())
        self.true.set(t, drawn[true] if true != best else np.full(len(t), np.nan))
        self.winner.set(t, drawn[best])

    @property
    def right(self) -> int:
        """What is on the picture: the digit, or ten times the left digit plus the right one."""
        digit, second = round(self.values["digit"]), round(self.values["second"])
        return 10 * digit + second if self.values["corruption"] == DIGIT else digit

    def measure(self, picture, clean, guess, guesses, score, best, mask, reconstruction, percept):
        if len(picture) != N:
            ink = picture > INK
            mine = ((mask > 0.5) == (clean >= picture))[ink]
            read = divmod(int(guesses[best]), 10)
            return {"left": self.right // 10, "right": self.right % 10, "read left": read[0], "read right": read[1],
                    "ink with its owner": float(mine.mean())}  # fmt: skip
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
        if "left" in numbers:
            return tr(
                "On the sheet are {a} and {b}; the pair with most evidence is {c} and {d}. {share:.0f} % of the ink is "
                "given to the digit it belongs to.",
                a=numbers["left"], b=numbers["right"], c=numbers["read left"], d=numbers["read right"],
                share=100 * numbers["ink with its owner"],
            )  # fmt: skip
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
        eyes = f"eyes = bl.vision.{model!r}.learn()"
        if v["corruption"] == DIGIT:
            over = f"np.flatnonzero(data.test_labels == {v['second']:.0f})[{v['example'] - 1:.0f}]"
            return code(
                "import numpy as np", "", *lines, f"over = data.test_images[{over}]", eyes,
                f"look = eyes.look_twice(bl.vision.overlap(picture, over, {OFFSET}))",
                'print(f"read left {int(look.labels[0, 0])}")', 'print(f"read right {int(look.labels[0, 1])}")',
            )  # fmt: skip
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
            eyes,
            f"look = eyes.look(picture{told})",
            'print(f"first guess {int(look.guess[0].argmax())}")',
            f"best = int(look.score[0, :, {v['iteration']:.0f}].argmax())",
            'print(f"verdict {int(look.guesses[0, best])}")',
            f'print(f"masked pixels {{float((1 - look.mask[0, best, {v["iteration"]:.0f}]).sum()):.4g}}")',
        )


def two_digits(eyes, sheet, left, now):
    """The same arrays for two digits: each of the 100 guesses is a pair, 10 * left + right, and the pictures are those of
    the pair that wins in the end."""
    seen = raw(eyes.look_twice(sheet))
    score = seen.score[0].reshape(100, -1)
    return {
        "picture": sheet,
        "clean": left,
        "guess": 1 - jnp.prod(1 - seen.guess[0], 0),  # that the digit is there at all
        "guesses": (10 * seen.guesses[0, 0][:, None] + seen.guesses[0, 1]).ravel(),
        "score": score,
        "best": jnp.argmax(score[:, -1]),
        "mask": seen.owner[0, now],
        "reconstruction": seen.parts[0, 0, now],
        "percept": seen.parts[0, 1, now],
    }


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
        clean = picture = picture_of(e.digit, e.example)
        eyes = GuessAndVerify().learn()._replace(model=model)  # learnt once
        if e.corruption == DIGIT:
            sheet = overlap(clean, picture_of(e.second, e.example), OFFSET)
            return eyes, sheet, overlap(clean, np.zeros_like(clean), OFFSET), np.int32(-1), e.iteration
        if e.corruption != CLEAN:
            picture = corrupt(picture, *amount_of(e.corruption, e.strength), seed=int(seed))
        hidden = np.asarray(e.occluder) > 0.5
        if hidden.any():
            picture = cover(picture, hidden)
        return eyes, picture, clean, np.int32(-1 if e.told == ITSELF else e.told), e.iteration


def picture_of(digit, example):
    """(64,) the test picture of that digit with that number."""
    data = digits()
    return data.test_images[np.flatnonzero(data.test_labels == round(digit))[round(example) - 1]]
