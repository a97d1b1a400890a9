"""P15d: the sharper the competition between patterns, the more of them fit into the same units."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from ..language import tr
from ..math._array import raw
from ..models import ModernHopfield
from ..models._sweeps import product
from ..params import param
from ._scripts import code, value
from .figures import Axis, Figure
from .panel import Panel, Scenario
from .pictures import Picture
from .prediction import Choose

D, SHAPE = 64, (8, 8)
LEAST, MOST = 10, 10_000  # patterns
GRID = np.unique(np.round(np.logspace(1, 4, 13)).astype(int))
CUES = 40  # of the first 10 patterns
LARGEST = 12  # weights that are shown
HELD = 0.95  # overlap


class ModernHopfieldPanel(Panel):
    model = ModernHopfield
    title = "Capacity leaps"
    question = "How can the same 64 units hold a thousand times as many patterns?"
    surprise = (
        "By Hebb's rule 64 units hold some 10 patterns. With a softmax and beta = 0.25 it is 10000, recalled in one step."
    )
    visible = ("beta", "size", "noise")
    uses_noise = True

    size: float = param(
        2.0, "", "stored patterns, as a power of 10", symbol=r"\log_{10} P", slider=(1, 4), at_least=1, at_most=4,
        why="of fewer than ten each network holds all, and more take too long to draw",
    )  # fmt: skip
    noise: float = param(
        0.5,
        "",
        "noise on each unit of the cue",
        symbol=r"\sigma",
        slider=(0, 2),
        at_least=0,
        why="there is no less than none",
    )

    scenarios = {
        "100 patterns": Scenario(
            {}, "Three networks with the same 64 units. Hebb's rule is at its end. Drag the line to the right, up to 10000."
        ),
        "10000 patterns": Scenario(
            {"size": 4.0},
            "One weight is nearly 1: the cue has found its pattern among 10000, in one step. Now make beta smaller, slowly.",
            predict=Choose(
                "64 units, beta = 0.25 and now 10000 patterns. What does a noisy cue find in one step?",
                ("noise", "a mean of many patterns", "its own pattern"),
                answer=lambda n: int(np.digitize(n["overlap, softmax"], (0.1, 0.9))),
            ),
        ),
        "too soft": Scenario(
            {"size": 4.0, "beta": 0.1},
            "Hundreds of patterns have a share in the answer, and it is grey: a mean that nobody stored.",
        ),
        "no competition": Scenario(
            {"size": 1.0, "beta": 0.01},
            "With beta near 0 all weights are the same, and the answer is the mean of all patterns. Even 10 are too many.",
        ),
        "a bad cue": Scenario(
            {"size": 4.0, "beta": 0.5, "noise": 1.5},
            "A sharp competition decides in any case, and now and then for the wrong pattern: press the die.",
        ),
    }

    def build(self):
        self.curve_figure = Figure(
            Axis("stored patterns, as a power of 10", "", (1, 4)), Axis("overlap", "", (-0.1, 1.1)),
            title="overlap with the pattern after one step: drag the line", height=300,
        )  # fmt: skip
        self.softmax = self.curve_figure.curve("softmax", 1, width=2.2)
        self.dense = self.curve_figure.curve("power n = 3", 3, dash="dashed", width=2.0)
        self.hebb = self.curve_figure.curve("Hebb's rule, n = 2", 2, dash="dotted", width=2.0)
        self.now = self.curve_figure.dots("this many", 4)
        self.curve_figure.handle(
            "size", "x", min=1.0, max=4.0, step=0.01, label="stored patterns, as a power of 10", text="P", color="ghost",
            dash="5 4",
        )  # fmt: skip
        self.weights_figure = Figure(
            Axis("pattern, by its weight", "", names=tuple(str(k + 1) for k in range(LARGEST))),
            Axis("weight", "", (0, 1.05)),
            title="shares in the answer to one cue", height=300,
        )  # fmt: skip
        self.weights_figure.set_ranges(x=(-0.6, LARGEST - 0.4))
        self.others = self.weights_figure.bars("other patterns", "ghost", width=14)
        self.own = self.weights_figure.bars("its own", 1, width=14)
        self.units = Picture(
            ["pattern", "cue", "answer"], SHAPE, title="64 units", scale="ink", span=(-1.0, 1.0), height=150
        )
        self.figures = [self.curve_figure, self.weights_figure, self.units]
        return [[self.curve_figure, self.weights_figure], self.units]

    def simulate(self, model, size, noise, key):
        to_patterns, to_noise = jax.random.split(key)
        X = jax.random.rademacher(to_patterns, (MOST, D), jnp.result_type(float))
        own = jnp.arange(CUES) % LEAST
        cues = X[own] + noise * jax.random.normal(to_noise, (CUES, D), X.dtype)
        P = jnp.round(10**size)
        L = raw(model.beta) * product(cues, X.T)
        w = jnp.exp(L - L.max(1, keepdims=True))  # of each cue alone its own pattern has nearly the largest
        s = jnp.where(cues >= 0, 1.0, -1.0)
        k = product(s, X.T)  # whole numbers

        def curve(answer):
            return (answer * X[own]).mean(-1).mean(-1)  # (grid,)

        soft = up_to(w, X) / up_to(w, jnp.ones((MOST, 1), X.dtype))
        h = up_to(k, X) - s * GRID[:, None, None]  # without the diagonal
        # Power 3: the energy with the unit off, less that with it on, is 6 sum(o^2 x) + 2 sum(x), o = k - x s
        ones = jnp.ones_like(k)
        gain = 6 * up_to(k * k, X) - 12 * s * up_to(k, jnp.ones((MOST, 1), X.dtype)) + 8 * up_to(ones, X)
        p = jnp.where(jnp.arange(MOST) < P, w, 0)
        p = p / p.sum(1, keepdims=True)
        answer = product(p, X)
        largest, which = jax.lax.top_k(p[0], LARGEST)
        return {
            "soft": curve(soft),
            "dense": curve(jnp.sign(gain)),
            "hebb": curve(jnp.sign(h)),
            "m": (answer * X[own]).mean(),
            "error": (jnp.linalg.norm(answer - X[own], axis=1) / np.sqrt(D)).mean(),
            "largest": largest,
            "first": which == 0,
            "share": p[jnp.arange(CUES), own].mean(),
            "many": (1 / (p * p).sum(1)).mean(),
            "images": jnp.stack([X[0], cues[0], answer[0]]),
        }

    def draw(self, soft, dense, hebb, m, error, largest, first, share, many, images):
        x = np.log10(GRID)
        for curve, y in ((self.softmax, soft), (self.dense, dense), (self.hebb, hebb)):
            curve.set(x, y)
        self.now.set([self.values["size"]], [m])
        places = np.arange(LARGEST)
        self.others.set(places, np.where(first, 0, largest))
        self.own.set(places, np.where(first, largest, 0))
        self.units.set(images)

    def measure(self, soft, dense, hebb, m, error, largest, first, share, many, images):
        held = {name: most_held(curve) for name, curve in (("softmax", soft), ("n = 3", dense), ("Hebb", hebb))}
        return {
            "patterns": round(10 ** self.values["size"]),
            "overlap, softmax": float(m),
            "relative error": float(error),
            "weight of its own pattern": float(share),
            "patterns in the answer": float(many),
            **{f"held by {name}": count for name, count in held.items()},
        }

    def words(self, numbers):
        said = tr(
            "{P} patterns: the overlap after one step is {m:.3f}; {many:.1f} patterns share in an answer. ",
            P=numbers["patterns"],
            m=numbers["overlap, softmax"],
            many=numbers["patterns in the answer"],
        )
        return said + tr(
            "Of the sizes tried each holds at most: Hebb's rule {hebb}, n = 3 {dense}, softmax {soft}.",
            hebb=numbers["held by Hebb"],
            dense=numbers["held by n = 3"],
            soft=numbers["held by softmax"],
        )

    def script(self):
        model, _ = self.state()
        P, noise = round(10 ** self.values["size"]), value(self.values["noise"])
        return code(
            "import numpy as np",
            "",
            f"rng = np.random.default_rng({self._seed})",
            f"patterns = rng.choice([-1.0, 1.0], ({P}, {D}))",
            f"own = patterns[np.arange({CUES}) % {LEAST}]",
            f"cues = own + {noise} * rng.normal(size=own.shape)",
            f"answer = bl.{model!r}.retrieve(patterns, cues)",
            'print(f"overlap, softmax {(answer * own).mean():.4g}")',
        )


def up_to(w, X):
    """(grid, cues, d): w X with the first patterns only, as many as the grid says. Each pattern is used once."""
    ends = np.append(0, GRID)
    parts = [product(w[:, a:b], X[a:b]) for a, b in zip(ends[:-1], ends[1:], strict=True)]
    return jnp.cumsum(jnp.stack(parts), 0)


def most_held(curve) -> int:
    """The largest number of patterns up to which the overlap is 0.95 or more; 0 if it is not even at the smallest."""
    lost = np.flatnonzero(curve < HELD)
    return int(GRID[lost[0] - 1]) if len(lost) and lost[0] else 0 if len(lost) else int(GRID[-1])
