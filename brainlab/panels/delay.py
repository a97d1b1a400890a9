"""P9c: an answer that comes too late. Drag the delay of a feedback, and its correction becomes the disturbance."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from scipy.special import lambertw

from ..language import tr
from ..params import param
from ._scripts import code, value
from .figures import Axis, Figure, above
from .panel import Panel, Scenario
from .prediction import Choose

SHOWN = 40.0  # ms
SHORTEST = 0.1  # ms
PER_DELAY = 64  # steps in one delay, whatever it is: it divides the delay, so that the past is found without interpolating
STEPS = round(PER_DELAY * SHOWN / SHORTEST)
END = 10.0  # ms at the end, in which the size of the swings is read
TOP = 1e6


class DelayPanel(Panel):
    title = "An answer that comes too late"
    question = "What does a delay do to a feedback that brings x back to 0?"
    surprise = "Up to a delay of pi/2 the swings die out; at 1.8 they grow for ever."
    visible = ("tau", "b", "equation")

    tau: float = param(
        1.5, "ms", "delay", symbol=r"\tau", slider=(SHORTEST, 3), at_least=SHORTEST, at_most=20,
        why="shorter ones are hardly a delay, and need very short steps",
    )  # fmt: skip
    b: float = param(1.0, "1/ms", "strength of the feedback", symbol="b", slider=(0.1, 2.5), above=0, why="it must answer")
    equation: str = param("feedback", "", "equation", structural=True, choices=("feedback", "Mackey-Glass"))

    scenarios = {
        "late, but in time": Scenario({}, "Drag the delay. From which length on do the swings no longer die out?"),
        "no swing at all": Scenario({"tau": 0.36}, "Below 1/e = 0.37 x goes to 0 without ever crossing it."),
        "on the edge": Scenario(
            {"tau": 1.5708}, "At pi/2 the answer comes a quarter of a period late: the swings stay as they are."
        ),
        "too late": Scenario(
            {"tau": 1.8},
            "When the correction arrives, x is on the other side already. It pushes the wrong way.",
            predict=Choose(
                "With a delay of 1.5 ms the swings die out. It becomes 1.8 ms. What will the swings do?",
                ("die out more slowly", "stay as they are", "grow"),
                answer=lambda numbers: int(np.digitize(numbers["growth per ms"], (-0.02, 0.02))),
            ),
        ),
        "chaos": Scenario(
            {"equation": "Mackey-Glass", "tau": 1.9, "b": 2.0},
            "Mackey and Glass made it for blood cells. The second figure never closes. Make the delay shorter, bit by bit.",
        ),
    }

    def build(self):
        self.x_figure = Figure(Axis("t", "ms", (0, SHOWN)), Axis("x", "", (-2, 2)), title="x: drag the delay", height=230)
        self.zero = self.x_figure.curve("", 5, width=1.0, ghost=False, given=True)
        self.x = self.x_figure.curve("x", 1)
        self.x_figure.handle(
            "tau", "x", min=SHORTEST, max=3.0, step=0.01, unit="ms", label="delay", text="tau", color="ghost", dash="5 4"
        )
        self.plane = Figure(Axis("x", "", (-2, 2)), Axis("x one delay ago", "", (-2, 2)), title="now and then", height=260)
        self.orbit = self.plane.curve("", 2)
        self.end = self.plane.dots("at the end", 4)
        self.root_figure = Figure(
            Axis("delay", "ms", (0, 3)), Axis("growth of the swings", "1/ms", (-3.0, 0.6)), title="do they grow?", height=260
        )
        self.edge = self.root_figure.curve("neither", 5, width=1.0, ghost=False, given=True)
        self.roots = self.root_figure.curve("theory", 3, ghost=False)
        self.now = self.root_figure.dots("this delay", 4)
        self.root_figure.handle(
            "tau", "x", min=SHORTEST, max=3.0, step=0.01, unit="ms", label="delay", text="tau", color="ghost", dash="5 4"
        )
        self.figures = [self.x_figure, self.plane, self.root_figure]
        return [self.x_figure, [self.plane, self.root_figure]]

    def simulate(self, tau, b, equation):
        dt = tau / PER_DELAY
        start = 0.5 if equation == "Mackey-Glass" else 1.0

        def slope(x, late):
            return b * late / (1 + late**10) - b / 2 * x if equation == "Mackey-Glass" else -b * late

        def body(i, past):
            """Heun's method; the past of one delay and one step, the oldest first, lies in a ring."""
            x, ring = past[0], past[1]
            here, late, later = x[i], ring[i % PER_DELAY], ring[(i + 1) % PER_DELAY]
            first = slope(here, late)
            new = jnp.clip(here + dt * (first + slope(here + dt * first, later)) / 2, -TOP, TOP)
            return x.at[i + 1].set(new), ring.at[i % PER_DELAY].set(here)

        x, ring = jnp.full(STEPS + 1, start), jnp.full(PER_DELAY, start)
        x, _ = jax.lax.fori_loop(0, jnp.minimum(STEPS, jnp.ceil(SHOWN / dt).astype(int)), body, (x, ring))
        return {"x": x, "tau": tau, "b": b}

    def draw(self, x, tau, b):
        t, x, late = self._run(x, tau)
        top = above(2.0, np.minimum(np.abs(x), 50.0))
        linear = self.values["equation"] == "feedback"
        span = (-top, top) if linear else (0.0, 1.5)
        self.x_figure.set_ranges(y=span)
        self.plane.set_ranges(x=span, y=span)
        self.zero.set([0, SHOWN], [0, 0] if linear else [1, 1])  # where x rests
        self.x.set(t, np.clip(x, -1e3, 1e3))
        self.orbit.set(np.clip(x, -1e3, 1e3), np.clip(late, -1e3, 1e3))
        self.end.set(x[-1:], late[-1:])
        delays = np.linspace(SHORTEST, 3, 120)
        self.edge.set([0, 3], [0, 0])
        near = (b,) if linear else (2 * b, b / 2)  # around x = 1 Mackey and Glass's x' is -2b x(t - tau) - b/2 x
        self.roots.set(delays, growth(near[0], delays, *near[1:]))
        self.now.set([tau], [growth(near[0], tau, *near[1:])])

    def _run(self, x, tau):
        """(t, x, x one delay ago) of what is shown."""
        n = min(STEPS, int(np.ceil(SHOWN / tau * PER_DELAY))) + 1
        x = x[:n]
        return np.arange(n) * (tau / PER_DELAY), x, np.concatenate([np.full(min(PER_DELAY, n), x[0]), x])[:n]

    def measure(self, x, tau, b):
        t, x, _ = self._run(x, tau)
        late = x[t > SHOWN - END]
        found = {"swing at the end": float(late.max() - late.min()), "zero crossings": int((np.diff(np.sign(x)) != 0).sum())}
        if self.values["equation"] == "feedback":
            found["growth per ms"] = float(growth(b, tau))
        return found

    def words(self, numbers):
        if "growth per ms" not in numbers:
            return tr("In the last 10 ms x moves over a range of {swing:.2f}.", swing=numbers["swing at the end"])
        rate = numbers["growth per ms"]
        if abs(rate) < 2e-4:
            return tr("The swings stay as they are.")
        doing = tr("grow") if rate > 0 else tr("die out")
        if not numbers["zero crossings"]:
            return tr("x goes to 0 and never crosses it.")
        return tr("The swings {doing}, by a factor {factor:.2f} in each ms.", doing=doing, factor=float(np.exp(rate)))

    def script(self):
        v = {name: value(x) if name != "equation" else x for name, x in self.values.items()}
        linear = v["equation"] == "feedback"
        right = "-b * delayed[0]" if linear else "b * delayed[0] / (1 + delayed[0] ** 10) - b / 2 * x"
        return code(
            f"tau, b = {v['tau']}, {v['b']}",
            f"run = bl.solve_dde(lambda x, t, delayed: {right}, tau, {1.0 if linear else 0.5}, 0.0, {SHOWN}, steps=8000)",
            f"late = run.y[run.t > {SHOWN - END}]",
            'print(f"swing at the end {float(late.max() - late.min()):.4g}")',
        )


def growth(b, tau, leak=0.0):
    r"""The rate of $x' = -b\,x(t - \tau) - a x$ with the leak a, per ms: the largest real part of
    $\lambda = -b e^{-\lambda\tau} - a$, which is $W(-b\tau e^{a\tau})/\tau - a$ with Lambert's W.
    Source: Corless et al. (1996), Adv. Comput. Math. 5, section 2.

    >>> round(float(growth(1.0, np.pi / 2)), 12)
    0.0
    """
    return lambertw(-b * tau * np.exp(leak * tau)).real / tau - leak
