"""P16c: two groups of cells race. Drag the evidence or draw it, and find out when it comes too late to change the choice."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from ..analysis._newton import newton_all
from ..language import tr
from ..math._array import raw
from ..models import WongWang
from ..params import param
from ._planes import appearance, rest_points
from ._scripts import code, value
from .figures import Axis, Figure, above, evenly
from .panel import Panel, Scenario
from .prediction import Choose

BEFORE, STIMULUS, AFTER, DT = 200.0, 1000.0, 400.0, 1.0  # ms
T = np.arange(-BEFORE, STIMULUS + AFTER, DT) + DT  # the end of each step
ON = (T > 0) & (T <= STIMULUS)
FRAME = 10  # ms; the dots move once in a frame, and what they show can change as often
FRAMES = np.arange(-BEFORE, STIMULUS + AFTER + FRAME, FRAME)
SPAN = (-BEFORE, STIMULUS + AFTER)
COHERENCES = np.array([-51.2, -25.6, -12.8, -6.4, 0.0, 6.4, 12.8, 25.6, 51.2])  # %, of the curves
TRIALS, PATHS = 100, 6  # of each coherence; drawn in the plane
GATES = (0.0, 0.8)
FINE, STARTS = 300, 20  # points of a nullcline, and of the searches for fixed points along each
NARROW = 1e-3  # nA, an inhibition below which nullclines are drawn as if it had this one
BINS = np.arange(0.0, STIMULUS + 1, 50.0)


class EvidencePanel(Panel):
    model = WongWang
    title = "Two groups race"
    question = "When is a choice made, and when does more evidence come too late?"
    surprise = (
        "With no evidence at all it decides, and once it has, half of all dots moving the other way hardly ever turn it."
    )
    visible = ("coherence", "late", "when", "mu_0", "sigma")
    uses_noise = True
    carries = {"coherence": ("drawn",), "late": ("drawn", "step"), "when": ("drawn", "step")}

    late: float = param(
        0.0, "%", "coherence after the change", symbol="c_{late}", slider=(-100, 100), at_least=-100, at_most=100,
        why="at 100 % all dots move to one side, and at -100 % to the other",
    )  # fmt: skip
    when: float = param(STIMULUS, "ms", "time of the change", symbol="t_{late}", slider=(0, STIMULUS))
    threshold: float = param(
        15.0, "Hz", "rate at which a group has decided", symbol=r"\theta", slider=(5, 40), above=0,
        why="it would have decided before it saw anything",
    )  # fmt: skip
    at: float = param(300.0, "ms", "time that the plane shows", symbol="t", slider=SPAN)
    drawn: float = param(np.zeros(len(FRAMES)), "%", "evidence drawn by hand, added")

    scenarios = {
        "no evidence": Scenario(
            {}, "The dots move at random, and one group wins all the same. Throw the die: which one is chance."
        ),
        "stronger evidence": Scenario(
            {"coherence": 25.6},
            "Fewer errors, and sooner. In the plane: the line of group 2 has moved, and most paths end on one side.",
            predict=Choose(
                "Without evidence a choice took about 450 ms. Now 26 of 100 dots move together. How long does it take?",
                ("longer: there is more to see", "as long", "clearly less"),
                answer=lambda n: int(np.digitize(-n["mean reaction time (ms)"], (-500, -400))),
            ),
        ),
        "too late": Scenario(
            {"coherence": 12.8, "late": -51.2, "when": 700.0, "at": 800.0},
            "Drag the point in the first figure to the left. From when on does it count? Where is the state then?",
            predict=Choose(
                "For 700 ms a few dots move to side 1, then half of all dots to side 2. How many trials end at 2?",
                ("hardly any", "about half", "nearly all"),
                answer=lambda n: int(np.digitize(n["end at 2 (%)"], (25, 75))),
            ),
        ),
        "early enough": Scenario(
            {"coherence": 12.8, "late": -51.2, "when": 100.0, "at": 200.0},
            "The same evidence 600 ms earlier decides nearly every trial. Now draw evidence of your own.",
        ),
        "too faint to choose": Scenario(
            {"mu_0": 2.0, "at": 500.0},
            "With so few spikes from outside both groups stay at rest: there is still a place for the state in the middle.",
        ),
    }

    def build(self):
        self.c_figure = Figure(
            Axis("t", "ms", SPAN), Axis("evidence", "%", (-100, 100)), title="evidence: draw it", height=190
        )
        self.none = self.c_figure.curve("", "ghost", width=1.0, ghost=False, given=True)
        self.evidence = self.c_figure.curve("dots that move together", 4, width=2.0, given=True)
        self.c_figure.drawn("drawn", len(FRAMES), min=-100.0, max=100.0, color="transparent", label="evidence")
        self.c_figure.handle(
            "step", "xy", min=[0.0, -100.0], max=[STIMULUS, 100.0], step=[10.0, 0.4], label="change", color="4"
        )
        look = dict(min=-100.0, max=100.0, step=0.4, unit="%", label="coherence", text="c", color="ghost", dash="5 4")
        self.p_figure = Figure(
            Axis("coherence", "%", (-60, 60)), Axis("choices of 1", "%", (0, 100)), title="choices", height=190
        )
        self.p_curve = self.p_figure.curve("", 1, width=1.2, ghost=False)
        self.p = self.p_figure.dots("100 trials each", 1, ghost=True)
        self.p_now = self.p_figure.dots("this coherence", 4)
        self.p_figure.handle("coherence", "x", **look)
        self.r_figure = Figure(
            Axis("t", "ms", SPAN), Axis("rate", "Hz", (0, 40)), title="one trial: drag the time", height=230
        )
        self.r = [self.r_figure.curve(f"group {i}", i) for i in (1, 2)]
        self.r_figure.handle(
            "threshold",
            "y",
            min=1.0,
            max=40.0,
            step=0.5,
            unit="Hz",
            label="threshold",
            color="ghost",
            dash="5 4",
        )
        self.r_figure.handle(
            "at", "x", min=SPAN[0], max=SPAN[1], step=10.0, unit="ms", label="time", text="t", color="5", dash="2 3"
        )
        self.time_figure = Figure(
            Axis("coherence", "%", (-60, 60)), Axis("reaction time", "ms", (0, 1000)), title="how long it takes", height=230
        )
        self.time_curve = self.time_figure.curve("", 1, width=1.2, ghost=False)
        self.time = self.time_figure.dots("mean", 1, ghost=True)
        self.time_now = self.time_figure.dots("this coherence", 4)
        self.time_figure.handle("coherence", "x", **look)
        self.plane = Figure(Axis("S1", "", GATES), Axis("S2", "", GATES), title="the gates, at this time", height=340)
        self.lines = [
            self.plane.curve(f"S{i} stands still", i, dash=dash, width=width, given=True)
            for i, dash, width in ((1, "dashed", 1.6), (2, "dotted", 2.0))
        ]
        self.others = self.plane.curve("other trials", "ghost", width=0.9, ghost=False)
        self.path = self.plane.curve("this trial", 5, width=1.6)
        self.points = {
            "stable": self.plane.dots("stable", 3),
            "unstable": self.plane.dots("unstable", 4, shape="rings"),
            "saddle": self.plane.dots("saddle", 4, shape="squares"),
        }
        self.here = self.plane.dots("now", 5)
        self.h_figure = Figure(
            Axis("reaction time", "ms", (0, STIMULUS)), Axis("trials", "", (0, 20)), title="at this coherence", height=340
        )
        self.bars = [self.h_figure.curve(f"choices of {i}", i, dash=dash) for i, dash in ((1, "solid"), (2, "dashed"))]
        self.figures = [self.c_figure, self.p_figure, self.r_figure, self.time_figure, self.plane, self.h_figure]
        return [self.figures[:2], self.figures[2:4], self.figures[4:]]

    def hand(self, name):
        v = self._wanted
        if name == "step":
            return [v["when"], v["late"]]
        if name == "drawn":
            return np.clip(dots(v["coherence"], v["late"], v["when"], v["drawn"]), -100, 100)
        return super().hand(name)

    def touched(self, figure, moved):
        if "step" in moved:
            moved = {**moved, "when": float(moved["step"][0]), "late": float(moved["step"][1])}
        if "drawn" in moved:
            v = self._wanted
            moved = {**moved, "drawn": np.array(moved["drawn"], float) - dots(v["coherence"], v["late"], v["when"], 0.0)}
        super().touched(figure, moved)

    def simulate(self, model, key, late, when, threshold, at, drawn):
        model = raw(model)
        first = jnp.append(COHERENCES, model.coherence)  # the curves, and what the controls say
        shown = jnp.clip(dots(first, late, when, drawn[:, None], FRAMES[:, None]), -100, 100)  # (frames, coherences)
        c = jnp.repeat(shown[: len(T) // FRAME], round(FRAME / DT), axis=0)
        kept = jnp.exp(-DT / model.tau_AMPA)
        fresh = model.sigma * jnp.sqrt((1 - kept * kept) / 2) * jax.random.normal(key, (len(T), 2, TRIALS))

        def step(now, inputs):
            S, noise, choice, time = now
            t, on, c, fresh = inputs
            net = model.replace(coherence=c[:, None], mu_0=model.mu_0 * on)
            S = S + DT * jnp.stack(raw(net.derivative(*S, *noise)))
            noise = kept * noise + fresh[:, None]  # the same for all coherences
            rates = jnp.stack(raw(net.rates(*S, *noise)))
            new = (on > 0) & (choice == 0) & (rates.max(0) >= threshold)
            choice, time = jnp.where(new, 1 + jnp.argmax(rates, 0), choice), jnp.where(new, t, time)
            return (S, noise, choice, time), (S[:, -1, :PATHS], rates[:, -1, 0])

        def run(now, steps, c, fresh):
            return jax.lax.scan(step, now, (T[steps], 1.0 * ON[steps], c[steps], fresh[steps]))

        # Waiting is the same for all coherences, and what comes after the stimulus is only drawn.
        start, end = np.searchsorted(T, (0.5, STIMULUS + 0.5))
        nothing = jnp.zeros((2, 1, TRIALS))
        now = nothing + model.initial()[0], nothing, jnp.zeros((1, TRIALS), int), nothing[0]
        now, before = run(now, slice(start), c[:, -1:], fresh)
        now, during = run(tuple(jnp.repeat(x, len(first), -2) for x in now), slice(start, end), c, fresh)
        S, _, choice, time = now
        ahead = 1 + (S[1, -1] > S[0, -1])
        _, after = run(tuple(x[..., -1:, :PATHS] for x in now), slice(end, None), c[:, -1:], fresh[..., :PATHS])
        S, r = (jnp.concatenate(parts) for parts in zip(before, during, after, strict=True))
        i = jnp.clip(jnp.round((at + BEFORE) / DT).astype(int) - 1, 0, len(T) - 1)
        now = model.replace(coherence=c[i, -1], mu_0=model.mu_0 * jnp.asarray(1.0 * ON)[i])
        lines = jnp.stack([nullcline(now, 1), nullcline(now, -1)[::-1]])
        starts = jnp.clip(jnp.concatenate([*lines[:, :, :: FINE // STARTS].transpose(0, 2, 1)]), 0, 1)
        roots, _, found = newton_all(slope, now, starts, jnp.full(2, GATES[1]))
        return {
            "c": shown[:, -1],
            "S": S,
            "r": r,
            "choice": choice,
            "time": time,
            "ahead": ahead,
            "here": S[i, :, 0],
            "lines": lines,
            "roots": roots,
            "found": found,
            "jacobians": jax.vmap(jax.jacfwd(lambda y: slope(y, now)))(roots),
        }

    def draw(self, c, S, r, choice, time, ahead, here, lines, roots, found, jacobians):
        shown = (FRAMES >= 0) & (FRAMES < STIMULUS)
        self.none.set(SPAN, [0, 0])
        self.evidence.set(np.stack([FRAMES[shown], FRAMES[shown] + FRAME], 1).ravel(), np.repeat(c[shown], 2))
        for curve, rate in zip(self.r, r.T, strict=True):
            curve.set(T, rate)
        self.r_figure.set_ranges(y=(0.0, above(40.0, r)))
        share, mean = np.array([summary(*row) for row in zip(choice, time, strict=True)]).T
        now = self.values["coherence"]
        for figure in (self.p_figure, self.time_figure):
            figure.set_ranges(x=(-60.0, 60.0) if abs(now) <= 60 else (-100.0, 100.0))
        for curve, points, here_now, y in (
            (self.p_curve, self.p, self.p_now, share),
            (self.time_curve, self.time, self.time_now, mean),
        ):
            curve.set(COHERENCES, y[:-1])
            points.set(COHERENCES, y[:-1])
            here_now.set([now], y[-1:])
        for curve, line in zip(self.lines, lines, strict=True):
            curve.set(*line)
        self.path.set(*evenly(S[:, :, 0], np.ones(2), 500).T)
        others = [np.append(evenly(S[:, :, i], np.ones(2), 120), np.full((1, 2), np.nan), 0) for i in range(1, PATHS)]
        self.others.set(*np.concatenate(others).T)
        self.here.set(*here[:, None])
        rests = self.rests(roots, found, jacobians)
        for look, points in self.points.items():
            points.set(*np.array([point for point, kind, _ in rests if appearance(kind) == look]).reshape(-1, 2).T)
        counts = [np.histogram(time[-1][choice[-1] == i], BINS)[0] for i in (1, 2)]
        self.h_figure.set_ranges(y=(0.0, above(20.0, *counts)))
        for curve, count in zip(self.bars, counts, strict=True):
            curve.set(np.repeat(BINS, 2), np.concatenate([[0], np.repeat(count, 2), [0]]))

    def rests(self, roots, found, jacobians):
        return rest_points(roots, found, jacobians, ((-0.02, GATES[1]), (-0.02, GATES[1])))

    def measure(self, c, S, r, choice, time, ahead, here, lines, roots, found, jacobians):
        share, mean = summary(choice[-1], time[-1])
        decided = choice[-1] > 0
        return {
            "this trial": "undecided" if not decided[0] else f"chooses {choice[-1, 0]}",
            "reaction time (ms)": float(time[-1, 0]),
            "decided (%)": 100.0 * float(decided.mean()),
            "choose 1 (%)": float(np.nan_to_num(share)),
            "mean reaction time (ms)": float(np.nan_to_num(mean)),
            "end at 2 (%)": 100.0 * float((ahead == 2).mean()),
            "change their mind (%)": 100.0 * float((decided & (ahead != choice[-1])).mean()),
            "fixed points": ", ".join(kind for _, kind, _ in self.rests(roots, found, jacobians)),
        }

    def words(self, numbers):
        if numbers["this trial"] == "undecided":
            said = tr("In this trial neither group reaches {threshold:g} Hz. ", threshold=self.values["threshold"])
        else:
            said = tr(
                "In this trial group {group} is the first at {threshold:g} Hz, after {time:.0f} ms. ",
                group=numbers["this trial"][-1],
                threshold=self.values["threshold"],
                time=numbers["reaction time (ms)"],
            )
        if numbers["decided (%)"]:
            said += tr(
                "Of 100 trials {n:.0f} decide, {share:.0f} % of them for 1, after {mean:.0f} ms on average; "
                "{changed:.0f} change their mind later.",
                n=numbers["decided (%)"],
                share=numbers["choose 1 (%)"],
                mean=numbers["mean reaction time (ms)"],
                changed=numbers["change their mind (%)"],
            )
        else:
            said += tr("So it is in all 100 trials.")
        v = self.values
        if (
            np.abs(dots(v["coherence"], v["late"], v["when"], v["drawn"])[(FRAMES >= 0) & (FRAMES < STIMULUS)]).max()
            > 100.001
        ):
            said += " " + tr("Evidence beyond 100 % counts as 100 %: then all dots move to one side.")
        return said

    def script(self):
        model, _ = self.state()
        v = self.values
        by_hand = ["evidence = evidence + np.repeat(drawn, 10)"] if np.any(v["drawn"]) else []
        first = round(BEFORE / FRAME)
        drawn = [float(f"{x:.3g}") for x in v["drawn"][first : first + round(STIMULUS / FRAME)]]
        return code(
            "import brainlab.math as bm",
            "import numpy as np",
            "",
            f"model, trials = bl.{model!r}, 400",
            f"frames = np.repeat(np.arange(0, {STIMULUS:.0f}, {FRAME}), {FRAME})  # one value per ms",
            f"evidence = np.where(frames < {value(v['when'])}, {value(v['coherence'])}, {value(v['late'])})",
            *([f"drawn = {drawn}"] if by_hand else []),
            *by_hand,
            "S, noise = bm.Variable(0.1 * bm.ones((2, trials))), bm.Variable(bm.zeros((2, trials)))",
            "kept = np.exp(-1 / model.tau_AMPA)",
            "",
            "",
            "def step(shown):",
            "    net = model.replace(coherence=shown[0], mu_0=shown[1])",
            "    S.value = S + bm.stack(net.derivative(*S, *noise))",
            "    noise.value = kept * noise + model.sigma * ((1 - kept**2) / 2) ** 0.5 * bm.random.normal(size=(2, trials))",
            "    return bm.stack(net.rates(*S, *noise))",
            "",
            "",
            f"bm.for_loop(step, (np.zeros({BEFORE:.0f}), np.zeros({BEFORE:.0f})))  # waiting",
            "rates = np.asarray(bm.for_loop(step, (np.clip(evidence, -100, 100), np.full(len(evidence), model.mu_0))))",
            f"there = rates.max(1) >= {value(v['threshold'])}",
            "first, decided = there.argmax(0), there.any(0)",
            "choice = 1 + rates.argmax(1)[first, np.arange(trials)]",
            "if decided.any():",
            '    print(f"mean reaction time (ms) {1 + first[decided].mean():.4g}")',
            'print(f"decided (%) {100 * decided.mean():.4g}")',
        )


def dots(first, late, when, drawn, frames=FRAMES):
    """%, in each frame; it is not yet cut off at 100."""
    return (jnp if isinstance(first, jax.Array) else np).where(frames < when, first, late) + drawn


def summary(choice, time):
    """(% that choose 1 among those that decide, ms on average); nan where none decides."""
    decided = choice > 0
    if not decided.any():
        return np.nan, np.nan
    return 100.0 * (choice[decided] == 1).mean(), time[decided].mean()


def slope(S, model):
    """dS1/dt and dS2/dt, (2,), without noise."""
    return jnp.stack(raw(model.derivative(S[0], S[1])))


def nullcline(model, side):
    """(2, FINE): the own gate and that of the other group, along the input of the own one: there it stands still.

    side : 1 or -1, to which the dots must move to be evidence for the own group
    """
    outside = model.I_0 + model.J_ext * model.mu_0 * (1 + side * model.coherence / 100)
    x = jnp.linspace(outside - model.J_other, outside + model.J_same, FINE)
    opened = model.gamma / 1000 * model.tau_S * raw(model.rate(x))
    own = opened / (1 + opened)
    return jnp.stack([own, (model.J_same * own + outside - x) / jnp.maximum(model.J_other, NARROW)])
