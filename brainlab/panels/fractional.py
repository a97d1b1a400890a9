"""P9b: a derivative of fractional order. Make the order smaller, and a relaxation remembers all of its past."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from ..integrate._fde_engine import march
from ..integrate._fde_methods import FDE, weights
from ..integrate._methods import find_method
from ..language import tr
from ..params import param
from ._scripts import code, value
from .figures import Axis, Figure
from .panel import Panel, Scenario
from .prediction import Sketch

DURATION, STEPS = 20.0, 1000
DT = DURATION / STEPS
AGES = np.arange(60)  # steps into the past whose weight is shown
LOWEST = 1e-9  # below this a logarithm is not drawn


class FractionalPanel(Panel):
    title = "A derivative that remembers"
    question = "What becomes of a relaxation when its derivative has the order 1/2?"
    surprise = "After 20 time constants an exponential has fallen to 2e-9. At order 1/2 a whole 0.123 is left."
    visible = ("alpha", "tau", "memory")

    alpha: float = param(
        0.5, "1", "order of the derivative", symbol=r"\alpha", slider=(0.3, 1), above=0, at_most=1,
        why="above 1 the equation oscillates, and needs a slope to start with",
    )  # fmt: skip
    tau: float = param(
        1.0, "ms", "time constant", symbol=r"\tau", slider=(0.3, 3), above=0, why="x would run away instead of coming back"
    )
    memory: float = param(
        DURATION, "ms", "how far back it remembers", slider=(0.2, DURATION), above=0,
        why="without any memory there is no fractional derivative",
    )  # fmt: skip

    scenarios = {
        "half a derivative": Scenario({}, "Fast at first, and then hardly at all. Move the order from 1/2 up to 1."),
        "an ordinary one": Scenario(
            {"alpha": 1.0}, "At order 1 only the newest step has a weight: no memory, an exponential."
        ),
        "long memory": Scenario(
            {"alpha": 0.3},
            "In the second figure the tail is a straight line: a power of t. Its slope is the order.",
            predict=Sketch("The order goes down to 0.3. Draw x in the first figure, from 1 on.", start=1.0),
        ),
        "forgetting": Scenario(
            {"memory": 5.0}, "Drag the line: what is older than this is left out of the sum. It saves time and costs truth."
        ),
    }

    def build(self):
        self.x_figure = Figure(Axis("t", "ms", (0, DURATION)), Axis("x", "", (0, 1)), title="relaxation from 1", height=220)
        self.exponential = self.x_figure.curve("exponential", 5, dash="dashed", ghost=False, given=True)
        self.whole = self.x_figure.curve("with all of its memory", 3, dash="dotted", ghost=False)
        self.x = self.x_figure.curve("of order alpha", 1)
        look = dict(min=0.2, max=DURATION, step=0.1, unit="ms", label="how far back it remembers", text="memory")
        self.x_figure.handle("memory", "x", color="ghost", dash="5 4", **look)
        self.log_figure = Figure(
            Axis("log10 of t (ms)", "", (-1.5, 1.35)), Axis("log10 of x", "", (-4, 0.2)), title="the tail", height=230
        )
        self.log_exponential = self.log_figure.curve("exponential", 5, dash="dashed", ghost=False, given=True)
        self.power = self.log_figure.curve("t to the minus alpha", 4, dash="dash_dotted", ghost=False)
        self.log_x = self.log_figure.curve("of order alpha", 1)
        self.kernel_figure = Figure(
            Axis("age of a step", "steps", (-1, len(AGES))),
            Axis("weight", "", (0, 1.05)),
            title="what is remembered",
            height=230,
        )
        self.kernel = self.kernel_figure.dots("weight of a step of x", 2, ghost=True)
        self.figures = [self.x_figure, self.log_figure, self.kernel_figure]
        return [self.x_figure, [self.log_figure, self.kernel_figure]]

    def simulate(self, alpha, tau, memory):
        rule, t = find_method(FDE, "gl").coefficients, jnp.linspace(0, DURATION, STEPS + 1)
        whole = weights(rule, alpha, STEPS)
        short = whole._replace(past=whole.past * (jnp.arange(STEPS) * DT < memory))

        def relax(kept):
            slope = lambda x, t: -x / tau**alpha  # noqa: E731
            return march(rule, kept, slope, jnp.ones((1, 1)), t, t, jnp.asarray(DT) ** alpha)[:, 0]

        return {
            "x": relax(short),
            "whole": relax(whole),
            "exponential": jnp.exp(-t / tau),
            "kernel": (AGES + 1) ** (1 - alpha) - jnp.where(AGES == 0, 0.0, jnp.maximum(AGES, 1) ** (1 - alpha)),
            "alpha": alpha,
            "tau": tau,
            "memory": memory,
        }

    def draw(self, x, whole, exponential, kernel, alpha, tau, memory):
        t = np.linspace(0, DURATION, STEPS + 1)
        forgets = memory < DURATION
        self.exponential.set(t, exponential)
        self.x.set(t, x)
        self.whole.set(*((t, whole) if forgets else ([], [])))
        log_t = np.log10(t[1:])
        self.log_exponential.set(log_t, np.log10(np.maximum(exponential[1:], LOWEST)))
        self.log_x.set(log_t, np.log10(np.maximum(x[1:], LOWEST)))
        late = np.array([1.0, DURATION])  # beside the curve, a little below its end
        self.power.set(np.log10(late), np.log10(0.7 * max(x[-1], LOWEST) * (late / DURATION) ** -alpha))
        self.kernel.set(AGES, np.where(AGES * DT < memory, kernel, 0.0))

    def measure(self, x, whole, exponential, kernel, alpha, tau, memory):
        remembered = min(STEPS, int(np.ceil(memory / DT)))
        return {
            "x after 20 ms": round(float(x[-1]), 5),  # what is left of 1 in float32
            "exponential": float(exponential[-1]),
            "lost by forgetting": float(x[-1] - whole[-1]),
            "terms summed": STEPS * remembered - remembered * (remembered - 1) // 2,
        }

    def words(self, numbers):
        said = tr(
            "After 20 ms {x:.3f} is left; of an exponential it would be {e:.1g}. {n} products were summed.",
            x=numbers["x after 20 ms"],
            e=numbers["exponential"],
            n=numbers["terms summed"],
        )
        if self.values["memory"] < DURATION:
            said += " " + tr("Forgetting has changed it by {lost:.2g}.", lost=numbers["lost by forgetting"])
        return said

    def script(self):
        v = {name: value(x) for name, x in self.values.items()}
        memory = f", memory={v['memory']}" if self.values["memory"] < DURATION else ""
        return code(
            f"alpha, tau = {v['alpha']}, {v['tau']}",
            "run = bl.solve_fde(lambda x, t: -x / tau**alpha, alpha, 1.0, 0.0, "
            f'{DURATION}, steps={STEPS}, method="gl"{memory})',
            'print(f"x after 20 ms {float(run.y[-1]):.4g}")',
        )
