"""P15b: more and more patterns in one network. The overlap falls off a cliff, not down a slope."""

from __future__ import annotations

import functools
import threading

import jax
import jax.numpy as jnp
import numpy as np
from scipy.stats import norm

from ..analysis import ags, critical_load, hopfield_capacity, one_step_error
from ..analysis.hopfield_capacity import RECALLED
from ..language import tr
from ..math._array import raw
from ..models import Hopfield, flip
from ..models._sweeps import product, sweeps_of
from ..models.hopfield import weights
from ..params import param
from ._scripts import code, value
from .figures import Axis, Figure, above
from .panel import Panel, Scenario
from .prediction import Choose
from .programs import Program

SIZES = (100, 250, 500)
LEAST, MOST = 0.02, 0.4  # P/N
STARTS, SWEEPS = 16, 12
LOADS = (0.02, 0.06, 0.1, 0.12, 0.13, 0.14, 0.15, 0.16, 0.18, 0.2, 0.25, 0.3, 0.4)
FINE = np.append(np.linspace(0.0, critical_load()[0] - 1e-9, 60), [critical_load()[0] + 1e-9, MOST])
LOST = 0.5  # an overlap below which a student will not know the pattern again


class OverloadPanel(Panel):
    model = Hopfield
    title = "One pattern too many"
    question = "How much does a network remember when one keeps on storing?"
    surprise = (
        "With 60 patterns in 500 units each is recalled to 99 %. With 125 not one is: what comes back was never stored."
    )
    visible = ("load", "N", "rule", "flips", "T")
    uses_noise = True

    load: float = param(
        0.1, "", "patterns per unit", symbol=r"\alpha = P/N", slider=(LEAST, MOST), at_least=LEAST, at_most=MOST,
        why="of fewer there is none in a small network, and with more nothing new happens",
    )  # fmt: skip
    flips: float = param(
        0.0, "%", "share of units turned round at the start", slider=(0, 50), at_least=0, at_most=100,
        why="there are no more units than all",
    )  # fmt: skip
    N: int = param(500, "", "units", structural=True, choices=SIZES)

    scenarios = {
        "room for all": Scenario(
            {}, "50 patterns in 500 units: recall changes next to nothing. Drag the line to the right, slowly, up to 0.2."
        ),
        "the cliff": Scenario(
            {"load": 0.25},
            "Recall starts at the pattern itself, and in the second figure it leaves it, faster with every sweep.",
            predict=Choose(
                "At a load of 0.1 the overlap after recall was 0.998. Now it is 0.25. What becomes of the overlap?",
                ("about 0.95: each loses a little", "about 0.75", "below 0.5: they are gone"),
                answer=lambda n: int(np.digitize(-n["overlap"], (-0.85, -LOST))),
            ),
        ),
        "one step and many": Scenario(
            {"load": 0.16},
            "In the third figure 1 unit of 160 turns away at first. They push others, and these others: press the die.",
        ),
        "a small network": Scenario(
            {"load": 0.16, "N": 100},
            "Theory is for infinitely many units. With 100 the cliff is a slope: compare both curves, then choose 500.",
        ),
        "a worse cue": Scenario(
            {"load": 0.1, "flips": 30.0},
            "Long before a pattern is lost, the space around it is: with 30 % of wrong units some come home, some do not.",
        ),
        "another rule": Scenario(
            {"load": 0.4, "rule": "pseudo-inverse"},
            "200 patterns, all are recalled: this rule takes out what they share. How bad may a cue be? Raise the flips.",
        ),
    }

    def build(self):
        self.curve_figure = Figure(
            Axis("patterns per unit", "", (0, MOST)), Axis("overlap", "", (0, 1.05)), title="after recall: drag the line",
            height=300,
        )  # fmt: skip
        self.theory = self.curve_figure.curve("theory, N to infinity", 2, dash="dashed", ghost=False)
        self.measured = self.curve_figure.curve("simulation", 1)
        self.now = self.curve_figure.dots("this network", 3, ghost=True)
        self.curve_figure.handle(
            "load", "x", min=LEAST, max=MOST, step=0.002, label="patterns per unit", text="P/N", color="ghost", dash="5 4"
        )
        self.sweeps_figure = Figure(
            Axis("sweeps", "", (0, SWEEPS)), Axis("overlap", "", (0, 1.05)), title="16 recalls", height=300
        )
        self.recalls = self.sweeps_figure.curve("each from another pattern", 3, width=1.2, ghost=False)
        self.mean = self.sweeps_figure.curve("mean", 4, width=2.4)
        self.input_figure = Figure(
            Axis("input of a unit x its place in the pattern", "", (-1, 3)), Axis("density", "", (0, 1.5)),
            title="when a stored pattern is shown", height=230,
        )  # fmt: skip
        self.inputs = self.input_figure.curve("all units of 16 patterns", 1)
        self.law = self.input_figure.curve("Gaussian law", 2, dash="dashed", ghost=False)
        self.border = self.input_figure.curve("left of it they turn away", 4, width=1.2, ghost=False, given=True)
        self.figures = [self.curve_figure, self.sweeps_figure, self.input_figure]
        return [[self.curve_figure, self.sweeps_figure], self.input_figure]

    @classmethod
    @functools.cache
    def _program(cls):
        return Measured(lambda model, e, seed, curve: cls.simulate(cls, model, e.load, e.flips, e.N, seed, curve))

    def simulate(self, model, load, flips, N, seed, curve):
        """A network with P patterns: of `most` that are drawn the first P are stored, so that no load compiles anew."""
        to_patterns, to_flips, to_run = jax.random.split(jax.random.PRNGKey(seed), 3)
        P = jnp.round(load * N).astype(int)
        X = jax.random.rademacher(to_patterns, (round(MOST * N), N), jnp.result_type(float))
        W = weights(model.rule, jnp.where(jnp.arange(len(X))[:, None] < P, X, 0))
        own = X[jnp.arange(STARTS) % P]
        s = raw(flip(own, jnp.round(flips / 100 * N), to_flips))
        # One order and one noise for all starts: an update is then one row of W, added to all.
        states = jax.vmap(lambda s: sweeps_of(W, raw(model.T), s, to_run, SWEEPS, "asynchronous")[0])(s)
        return {"P": P, "m": (states * own[:, None]).mean(-1), "inputs": product(own, W) * own, "curve": curve}

    def draw(self, P, m, inputs, curve):
        alpha, hebb = P / self.values["N"], self.values["rule"] == "hebb"
        self.theory.set(*((FINE, ags(FINE)) if hebb else ([], [])))
        self.measured.set(LOADS, curve)
        self.now.set([alpha], [max(m[:, -1].mean(), 0.0)])
        self.sweeps_figure.set_ranges(y=(-above(0.5, -m) if m.min() < 0 else 0.0, 1.05))
        gap = np.full((STARTS, 1), np.nan)
        self.recalls.set(np.tile(np.arange(SWEEPS + 2.0), STARTS), np.concatenate([m, gap], 1).ravel())
        self.mean.set(np.arange(SWEEPS + 1), m.mean(0))
        density, edges = np.histogram(inputs, np.linspace(-1, 3, 61), density=True)
        x = np.linspace(-1, 3, 200)
        bell = norm.pdf(x, 1, np.sqrt(alpha)) if hebb else 0 * x
        tallest = above(0.5, density, bell)
        self.input_figure.set_ranges(y=(0.0, tallest))
        self.inputs.set(np.repeat(edges, 2), np.concatenate([[0], np.repeat(density, 2), [0]]))
        self.law.set(*((x, bell) if hebb else ([], [])))
        self.border.set([0, 0], [0, tallest])

    def measure(self, P, m, inputs, curve):
        alpha, ends = float(P / self.values["N"]), m[:, -1]
        return {
            "patterns": int(P),
            "overlap": float(ends.mean()),
            "recalled (%)": 100 * float((ends >= RECALLED).mean()),
            "overlap, theory": float(ags(alpha)) if self.values["rule"] == "hebb" else "none",
            "turn away at once (%)": 100 * float((inputs < 0).mean()),
            "by the Gaussian law (%)": 100 * float(one_step_error(alpha)) if self.values["rule"] == "hebb" else "none",
        }

    def words(self, numbers):
        said = tr(
            "{P} patterns in {N} units: the overlap after recall is {m:.3f}, and {share:.0f} % are recalled. ",
            P=numbers["patterns"],
            N=self.values["N"],
            m=numbers["overlap"],
            share=numbers["recalled (%)"],
        )
        if numbers["overlap, theory"] == "none":
            return said
        return said + tr(
            "Of units that are shown a pattern {now:.2f} % turn away at once. Theory for N to infinity: {m:.3f}.",
            now=numbers["turn away at once (%)"],
            m=numbers["overlap, theory"],
        )

    def script(self):
        model, _ = self.state()
        N, P = self.values["N"], max(round(self.values["load"] * self.values["N"]), 1)
        return code(
            "import numpy as np",
            "",
            f"patterns = np.random.default_rng({self._seed}).choice([-1, 1], ({P}, {N}))",
            f"memory = bl.{model!r}.store(patterns, overload=True)",
            f"cues = bl.models.flip(patterns[:{STARTS}], {round(self.values['flips'] / 100 * N)})",
            f"run = memory.recall(cues, sweeps={SWEEPS})",
            "m = (run.states[-1] * patterns[: len(cues)]).mean(-1)",
            f'print(f"overlap, theory {{bl.analysis.ags({value(P / N)}):.4g}}")' if model.rule == "hebb" else "",
            'print(f"overlap {m.mean():.3g}")',
        )


class Measured(Program):
    """A program of (net, experiment, seed, curve): the curve is of other networks, and measured once for each size and rule.

    That takes a second or two, so it is done where things are compiled, and not while a hand moves.
    """

    def __init__(self, function):
        super().__init__(function)
        self._curves, self._measuring = {}, threading.Lock()

    def __call__(self, net, experiment, seed):
        key = experiment.N, net.rule
        with self._measuring:
            if key not in self._curves:
                seeds = 4 if net.rule == "hebb" else 1  # the other rules learn slowly, and their curves are nearly level
                found = hopfield_capacity(experiment.N, LOADS, rule=net.rule, seeds=seeds, starts=8, sweeps=SWEEPS)
                self._curves[key] = found.overlap.mean(1).astype(np.float32)
        return super().__call__(net, experiment, seed, self._curves[key])

    def is_ready(self, net, experiment, seed):
        curve = self._curves.get((experiment.N, net.rule))
        return curve is not None and super().is_ready(net, experiment, seed, curve)
