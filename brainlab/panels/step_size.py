"""P8a: the step-size cliff. Drag the step dt of an integrator, and see its trace, its growth per step, and its error."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from ..integrate._steppers import stepper
from ..language import tr
from ..params import param
from ._scripts import code, value
from .figures import Axis, Figure
from .panel import Panel, Scenario
from .prediction import Choose

METHODS = ("euler", "heun2", "rk4", "exp_euler")
NAMES = ("Euler", "Heun", "RK4", "exponential Euler")
STEPS = 500
COUNTED = 200  # steps after which the size of x is read
SHOWN = 10.0  # time constants
ROUNDING = 2e-6  # what 500 additions in float32 may lose
SMALLEST, LARGEST = 0.02, 3.0  # dt / tau
GRID = np.geomspace(SMALLEST, LARGEST, 40)
EVEN = np.linspace(0.05, LARGEST, 60)
FLOOR, TOP = 1e-9, 1e30  # an error of exactly 0 has no logarithm; beyond 1e30 float32 soon ends


class StepSizePanel(Panel):
    title = "The step-size cliff"
    question = "How long may a time step be, and how wrong is the answer?"
    surprise = "At dt = 2 tau Euler's method never decays: |x| stays 1. At 2.1 tau it is 1.9e8 after 200 steps."
    visible = ("h", "drive", "method")
    carries = {"h": ("log_h",)}

    h: float = param(
        0.5, "tau", "time step", symbol="dt", slider=(SMALLEST, LARGEST), at_least=SMALLEST, at_most=LARGEST,
        why="shorter ones would need more steps than the picture has points, longer ones only explode faster",
    )  # fmt: skip
    drive: float = param(0.0, "", "size of the drive sin(t / tau)", symbol="A", slider=(0, 1))
    method: str = param("euler", "", "integrator", structural=True, choices=METHODS)

    scenarios = {
        "short steps": Scenario(
            {}, "The dots lie beside the exact curve. Drag the first step longer: where does it go wrong, and how?"
        ),
        "two time constants": Scenario(
            {"h": 2.0},
            "Each step goes from x to exactly -x. The equation decays, its numerical solution never does.",
            predict=Choose(
                "x decays with the time constant tau. Euler's method takes steps of exactly 2 tau. What will x do?",
                ("decay, only less exactly", "jump to and fro for ever", "grow without end"),
                answer=lambda numbers: int(np.digitize(numbers["|x| after 200 steps"], (0.99, 1.01))),
            ),
        ),
        "a little longer": Scenario(
            {"h": 2.1}, "Only 5 % longer, and each step makes x 10 % larger: 1.1 to the power of 200 is 1.9e8."
        ),
        "four slopes instead of one": Scenario(
            {"h": 1.0, "method": "rk4"},
            "RK4 costs four times as much per step. How much smaller is its error? Then find its own cliff.",
        ),
        "no error at all": Scenario(
            {"h": 2.5, "method": "exp_euler"},
            "Exponential Euler solves this equation exactly: only rounding is left, at any step. Now turn up the drive.",
        ),
    }

    def build(self):
        self.x_figure = Figure(
            Axis("t", "tau", (0, SHOWN)), Axis("x", "", (-2, 2)), title="the first steps: drag their length", height=230
        )
        self.exact = self.x_figure.curve("exact", 5, dash="dashed", width=1.6, ghost=False, given=True)
        self.x = self.x_figure.curve("numerical", 1)
        self.dots = self.x_figure.dots("", 1)
        look = dict(label="time step", text="dt", unit="tau", color="ghost", dash="5 4")
        self.x_figure.handle("h", "x", min=SMALLEST, max=LARGEST, step=0.01, **look)
        self.error_figure = Figure(
            Axis("log10 of dt / tau", "", tuple(np.log10((SMALLEST, LARGEST)))), Axis("log10 of error", "", (-8, 2)),
            title="largest error against step: drag here too", height=250,
        )  # fmt: skip
        self.errors = self.error_figure.several(NAMES, [1, 2, 3, 4], ghost=False)
        self.now = self.error_figure.dots("this run", 6)
        log_look = {**look, "unit": "", "label": "step, log10 of dt / tau"}
        low, high = np.log10((SMALLEST, LARGEST))
        self.error_figure.handle("log_h", "x", min=float(low), max=float(high), step=0.005, **log_look)
        self.growth_figure = Figure(
            Axis("dt", "tau", (0, LARGEST)), Axis("|x| is multiplied by", "", (0, 2.5)), title="what each step does",
            height=250,
        )  # fmt: skip
        self.edge = self.growth_figure.curve("1: neither more nor less", "ghost", width=1.0, ghost=False)
        self.growth = self.growth_figure.several(NAMES, [1, 2, 3, 4], ghost=False)
        self.factor = self.growth_figure.dots("this run", 6)
        self.growth_figure.handle("h", "x", min=SMALLEST, max=LARGEST, step=0.01, **look)
        self.figures = [self.x_figure, self.error_figure, self.growth_figure]
        return [self.x_figure, [self.error_figure, self.growth_figure]]

    def hand(self, name):
        return float(np.log10(self._wanted["h"])) if name == "log_h" else super().hand(name)

    def touched(self, figure, moved):
        if "log_h" in moved:
            moved = {"h": float(np.clip(10 ** moved["log_h"], SMALLEST, LARGEST))}
        super().touched(figure, moved)

    def simulate(self, h, drive, method):
        steps = jnp.append(GRID, jnp.array([h, h / 2]))  # the last two tell the order at h
        runs = [run(name, steps, drive) for name in METHODS]
        mine = METHODS.index(method)
        ahead = jnp.stack([growth(name, jnp.append(EVEN, h)) for name in METHODS])
        t = jnp.arange(STEPS + 1) * h
        return {
            "x": runs[mine][0][:, -2],
            "exact": solution(t, drive),
            "errors": jnp.stack([errors[:-2] for _, errors in runs]),
            "error": runs[mine][1][-2],
            "finer": runs[mine][1][-1],
            "growth": ahead[:, :-1],
            "factor": ahead[mine, -1],
            "h": h,
            "drive": drive,
        }

    def draw(self, x, exact, errors, error, finer, growth, factor, h, drive):
        fine = np.linspace(0, SHOWN, 300)
        n = min(int(SHOWN / h + 1e-4) + 2, len(x))  # with one beyond the picture
        t, seen = np.arange(n) * h, np.clip(x[:n], -1e3, 1e3)  # a browser cannot draw to the moon
        self.exact.set(fine, np.asarray(solution(fine, drive)))
        self.x.set(t, seen)
        self.dots.set(*((t, seen) if h >= 0.1 else ([], [])))
        self.errors.set(np.log10(GRID), np.log10(np.clip(errors, FLOOR, TOP)))
        self.now.set([np.log10(h)], [np.log10(np.clip(error, FLOOR, TOP))])
        self.edge.set([0, LARGEST], [1, 1])
        self.growth.set(EVEN, growth)
        self.factor.set([h], [factor])

    def measure(self, x, exact, errors, error, finer, growth, factor, h, drive):
        rounding = finer < ROUNDING  # of no order
        return {
            "largest error": float(error),
            "order here": 0.0 if rounding else float(np.log2(error / finer)),
            "growth per step": float(factor),
            "|x| after 200 steps": float(abs(x[COUNTED])),
        }

    def words(self, numbers):
        size, factor = numbers["|x| after 200 steps"], numbers["growth per step"]
        said = tr("Each step multiplies x by {factor:.3g}. ", factor=factor)
        if size >= TOP:
            said += tr("After 200 steps |x| is beyond 1e30.")
        elif factor > 0.9995:
            said += tr("After 200 steps |x| is {size:.2g}; the exact one is gone.", size=size)
        else:
            said += tr("The largest error is {error:.1g}", error=numbers["largest error"])
            order = numbers["order here"]
            if not order:
                return said + tr(": that is rounding.")
            said += tr("; half the step makes it {n:.3g} times smaller.", n=2**order)
        return said

    def script(self):
        v = self.values
        drive = f"{value(v['drive'])} * bm.sin(t) - x" if v["drive"] else "-x"
        return code(
            "import brainlab.math as bm",
            "",
            f"dt = {value(v['h'])}      # in time constants",
            f'run = bl.solve_ode(lambda x, t: {drive}, 1.0, 0.0, {COUNTED} * dt, steps={COUNTED}, method="{v["method"]}")',
            f'print(f"|x| after {COUNTED} steps {{abs(float(run.y[-1])):.4g}}")',
        )


def run(method, h, drive):
    """x (STEPS + 1, steps h) from x(0) = 1, and the largest error of each up to t = SHOWN. h: (k,) steps in units of tau."""
    step = stepper(method)

    def body(x, i):
        new = jax.vmap(lambda x, h: step(lambda y, t: drive * jnp.sin(t) - y, x, i * h, h))(x, h)
        new = jnp.where(jnp.abs(x) < TOP, new, x)  # it has exploded; inf - inf would be NaN
        return new, new

    start = jnp.ones_like(h)
    _, x = jax.lax.scan(body, start, jnp.arange(STEPS))
    x = jnp.concatenate([start[None], x])
    t = jnp.arange(STEPS + 1)[:, None] * h
    wrong = jnp.where(t <= SHOWN + 1e-4, jnp.abs(x - solution(t, drive)), 0.0)
    return x, wrong.max(0)


def solution(t, drive):
    """Of dx/dt = A sin t - x with x(0) = 1: it decays to an oscillation that lags behind the drive."""
    xp = jnp if isinstance(t, jax.Array) else np
    return (1 + drive / 2) * xp.exp(-t) + drive / 2 * (xp.sin(t) - xp.cos(t))


def growth(method, h):
    """By how much one step multiplies |x| without a drive: the stability function at -h, made by the method itself."""
    return jax.vmap(lambda h: jnp.abs(stepper(method)(lambda y, t: -y, jnp.ones_like(h), 0.0, h)))(h)
