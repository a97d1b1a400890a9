"""P13c: spike-timing-dependent plasticity. Drag the gap of two spikes; point by point the window comes to light."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from ..language import tr
from ..math._array import raw
from ..params import param
from ..synapses import STDP
from ..synapses.stdp import _respond
from ._scripts import code, value
from .figures import Axis, Figure
from .panel import Panel, Scenario
from .prediction import Choose

PAIRS = 60  # as many as Bi & Poo (1998) gave
SPAN = 100.0  # ms
CLOCK = np.linspace(-SPAN, SPAN, 401)
START = 0.5  # of w_max
SAME = 1e-3  # ms; spikes nearer to each other than this are at the same time
RULE = ("A_plus", "A_minus", "tau_plus", "tau_minus", "w_max")
PERCENT = 100.0


class STDPPanel(Panel):
    model = STDP
    title = "Which spike came first?"
    question = "Can a synapse learn from the order of two spikes?"
    surprise = (
        "The order decides the sign: post 10 ms after pre strengthens the synapse by 0.303 % of w_max, 10 ms before pre it "
        "weakens it by 0.318 %."
    )
    visible = ("gap", "rate", "tau_plus", "tau_minus", "rule")

    gap: float = param(
        10.0, "ms", "from pre to post", symbol=r"\Delta t", slider=(-80, 80), at_least=-SPAN, at_most=SPAN,
        why="the picture ends there, and hardly any change is left",
    )  # fmt: skip
    rate: float = param(
        1.0, "Hz", "pairs in a second", slider=(0.5, 50), at_least=0.1, at_most=100, why="a pair needs a time of its own"
    )
    rule: bool = param(False, "", "show the whole window")

    scenarios = {
        "point by point": Scenario(
            {}, "Drag the spike of the other cell, slowly, from right to left and past 0. Each gap leaves a point below."
        ),
        "the other way round": Scenario(
            {"gap": -10.0},
            "Pre came too late to have had a part in the spike of the other cell: the synapse is weakened.",
            predict=Choose(
                "Pre fired 10 ms before the other cell, and the synapse grew. Now it fires 10 ms after it. What will it do?",
                ("grow just the same", "stay as it is", "shrink"),
                answer=lambda numbers: 1 - int(np.sign(round(numbers["change by one pair (% of w_max)"], 6))),
            ),
        ),
        "at the same time": Scenario(
            {"gap": 0.0, "rule": True},
            "No order, no change; half a millisecond to either side, and it is the largest there is.",
        ),
        "pairs in a hurry": Scenario(
            {"gap": 10.0, "rate": 40.0, "rule": True},
            "Every 25 ms a pair: the next pre comes 15 ms after this post, and that counts too. Most of the gain is lost.",
        ),
        "only the nearest": Scenario(
            {"gap": 10.0, "rate": 40.0, "rule": True, "pairing": "nearest"},
            "Each spike remembers only the last one of the other cell. Compare with the scenario before.",
        ),
        "who wins by chance": Scenario(
            {"gap": -30.0, "tau_minus": 34.0, "rule": True},
            "Random spikes meet at every gap. The area below 0 is larger than that above: what is not related grows weak.",
        ),
    }  # fmt: skip

    def build(self):
        look = dict(min=-80.0, max=80.0, step=0.5, unit="ms", label="from pre to post", color="ghost", dash="5 4")
        time = (-SPAN, SPAN)
        self.pair_figure = Figure(
            Axis("t", "ms", time), Axis("trace", "", (0, 1.15)), title="one pair: drag the other spike", height=170
        )
        self.pre = self.pair_figure.curve("pre, and what it leaves behind", 3, width=2.0, ghost=False, given=True)
        self.post = self.pair_figure.curve(
            "post, and what it leaves behind", 2, dash="dashed", width=2.0, ghost=False, given=True
        )
        self.read = self.pair_figure.dots("read when the second spike comes", 6)
        self.pair_figure.handle("gap", "x", text="post", **look)
        self.window_figure = Figure(
            Axis("t_post - t_pre", "ms", time),
            Axis("change", "% of w_max", (-0.6, 0.6)),
            title="change by one pair",
            height=230,
        )
        self.zero = self.window_figure.curve("", "ghost", width=1.0, ghost=False, given=True)
        self.curve = self.window_figure.curve("the rule", 4, dash="dashed")
        self.seen = self.window_figure.dots("gaps that you have tried", 5)
        self.now = self.window_figure.dots("this gap", 6, shape="squares")
        self.window_figure.handle("gap", "x", text="gap", **look)
        self.w_figure = Figure(
            Axis("pairs", "", (0, PAIRS)), Axis("w", "w_max", (0, 1)), title="the weight over 60 pairs", height=170
        )
        self.w = self.w_figure.curve("w", 1)
        self.figures = [self.pair_figure, self.window_figure, self.w_figure]
        self._tried, self._of = {}, None  # gap -> change, and the rule that it was measured with
        return list(self.figures)

    def tools(self):
        return [{"name": "forget", "label": tr("no points"), "title": tr("forget the gaps that were tried")}]

    def pressed(self, name):
        with self._lock:
            self._tried.clear()
            self._shown = None  # draw it again
        self._ask()

    def simulate(self, model, gap, rate):
        w = paired(model, gap, 1000.0 / rate, PAIRS)
        one = paired(model, gap, 1000.0, 1)
        return {"w": w, "one": one[-1] - START * model.w_max, "window": raw(model.window(CLOCK)), "w_max": model.w_max}

    def draw(self, w, one, window, w_max):
        v, percent = self.values, PERCENT / w_max
        gap, ghostly = v["gap"], self.window_figure.ghostly
        if not ghostly:
            of = tuple(v[name] for name in RULE)
            if of != self._of:  # points of another rule would lie
                self._tried, self._of = {}, of
            self._tried[round(gap)] = (gap, float(one) * percent)
        self.pre.set(*faded(0.0, v["tau_plus"]))
        self.post.set(*faded(gap, v["tau_minus"]))
        read = [] if gap == 0 else [np.exp(-abs(gap) / v["tau_plus" if gap > 0 else "tau_minus"])]
        self.read.set([max(gap, 0.0)] * len(read), read)
        self.zero.set([-SPAN, SPAN], [0, 0])
        self.curve.set(CLOCK, window * percent if v["rule"] else np.full(len(CLOCK), np.nan))
        self.seen.set(*np.array(sorted(self._tried.values())).T)
        self.now.set([gap], [one * percent])
        top = max(PERCENT * max(abs(v["A_plus"]), abs(v["A_minus"])), 0.1)
        top = 0.2 * np.ceil(top / 0.2 + 0.1)
        self.window_figure.set_ranges(y=(-top, top))
        self.w.set(np.repeat(np.arange(PAIRS + 1), 2)[1:], np.repeat(np.append(START, w[1::2] / w_max), 2)[:-1])

    def measure(self, w, one, window, w_max):
        v = self.values
        return {
            "change by one pair (% of w_max)": float(PERCENT * one / w_max),
            "w after 60 pairs (w_max)": float(w[-1] / w_max),
            "area of the window (ms)": v["A_plus"] * v["tau_plus"] - v["A_minus"] * v["tau_minus"],
        }

    def words(self, numbers):
        gap, change = self.values["gap"], numbers["change by one pair (% of w_max)"]
        order = tr("pre {gap:g} ms before post", gap=gap) if gap > 0 else tr("post {gap:g} ms before pre", gap=-gap)
        if gap == 0:
            order = tr("both at the same time")
        said = tr("{order}: {change:+.3f} % of w_max by one pair. ", order=order[0].upper() + order[1:], change=change + 0.0)
        return said + tr("After 60 pairs w has gone from 0.5 to {w:.3f} of w_max.", w=numbers["w after 60 pairs (w_max)"])

    def script(self):
        model, _ = self.state()
        return code(
            "import numpy as np",
            "",
            f"stdp = bl.synapses.{model!r}",
            f"gap, rate, w = {value(self.values['gap'])}, {value(self.values['rate'])}, {START} * stdp.w_max      # ms, Hz",
            "one = stdp.respond([0.0], [gap], w=w).w[-1] - w",
            f"pre = np.arange({PAIRS}) * 1000.0 / rate",
            "many = stdp.respond(pre, pre + gap, w=w)",
            'print(f"change by one pair (% of w_max) {float(100 * one / stdp.w_max):.4g}")',
            'print(f"w after 60 pairs (w_max) {float(many.w[-1] / stdp.w_max):.5g}")',
        )


def paired(model, gap, interval, pairs):
    """(2 * pairs,): the weight after each spike. Pairs come every `interval` ms, post `gap` ms after pre."""
    starts = jnp.arange(pairs) * interval
    t, is_pre = jnp.concatenate([starts, starts + gap]), jnp.arange(2 * pairs) < pairs
    order = jnp.argsort(t)
    t, pre, post = t[order], is_pre[order], ~is_pre[order]
    # Two spikes at the same time are one event, in which neither sees the other.
    same = jnp.append(jnp.diff(t) < SAME, False)
    after = jnp.append(False, same[:-1])
    pre, post = (jnp.where(after, False, x | (same & jnp.roll(x, -1))) for x in (pre, post))
    return _respond(model, START * model.w_max, pre, post, jnp.append(jnp.diff(t), 0.0))


def faded(at, tau):
    """x, y of a trace that jumps to 1 at the time `at` and decays."""
    t = np.linspace(0.0, max(SPAN - at, 0.0), 120)
    return at + np.append(0.0, t), np.append(0.0, np.exp(-t / tau))
