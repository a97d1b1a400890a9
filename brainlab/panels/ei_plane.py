"""P14b: the E-I phase plane. Push the inhibitory cells, and see whether they fire more, or less."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from ..integrate._steppers import stepper
from ..language import tr
from ..math._array import raw
from ..models import EIRates
from ..params import info, param
from ._rate_plane import E_COLOR, I_COLOR, RatePlane
from ._scripts import code, value
from .figures import Axis, Figure, above
from .panel import Scenario
from .prediction import Choose

DURATION, PUSHED, DT = 400.0, 200.0, 0.2  # ms; the push comes in the middle of the run
HALF = round(PUSHED / DT)
LATE = round(50.0 / DT)  # steps at the end of each half, over which its rates are averaged
FAR = 1e3  # Hz; who fires so fast has run away
SPAN = (-1.0, 25.0)  # Hz
INPUTS = info(EIRates)["h_I"].slider
SWEEP = np.linspace(*INPUTS, 141)  # Hz, of h_I
LINE = np.linspace(*SPAN, 131)  # Hz
PUSH_AT, TILT_AT = 3.0, 16.0  # Hz: E where the handles lie on their lines
NARROW = 1e-3  # a weight of w_EI or a slope below which a line is drawn as if it had this one
ACTIVE = np.array([[True, True], [True, False], [False, True], [False, False]])  # E, I


class EIPlanePanel(RatePlane):
    model = EIRates
    title = "Push the inhibition"
    question = "Inhibitory cells get more input. Do they fire more?"
    surprise = "Where excitation alone would explode (w_EE above 1), inhibitory cells that are driven more fire less."
    visible = ("w_EE", "h_I", "push", "h_E", "w_IE")
    carries = {
        **RatePlane.carries,
        **dict.fromkeys(("h_I", "w_IE", "w_II"), ("line_I",)),
        **dict.fromkeys(("w_EE", "w_EI", "h_E"), ("line_E",)),
    }
    span, unit, duration = SPAN, "Hz", DURATION

    push: float = param(8.0, "Hz", "more for the inhibitory cells from 200 ms on", symbol=r"\Delta h_I", slider=(-10, 10))
    E0: float = param(0.0, "Hz", "E at the start", symbol="E_0", slider=(0, 25), at_least=0, why="there is no negative rate")
    I0: float = param(0.0, "Hz", "I at the start", symbol="I_0", slider=(0, 25), at_least=0, why="there is no negative rate")

    scenarios = {
        "weak excitation": Scenario(
            {"w_EE": 0.5, "h_E": 20.0},
            "At 200 ms the inhibitory cells are pushed, and fire more. Turn the line of E by its handle: is it always so?",
        ),
        "the same push": Scenario(
            {"h_E": 20.0},
            "I jumps up, silences excitation that it lives on, and ends lower. See where the lines cross, before and after.",
            predict=Choose(
                "Excitatory cells now excite each other four times as much. At 200 ms the inhibitory cells get the same "
                "8 Hz more. In the end, at what rate do they fire?",
                ("at a higher rate than before", "at the same rate as before", "at a lower rate than before"),
                answer=lambda n: 1 - int(np.sign(round(n["I after (Hz)"] - n["I before (Hz)"], 2))),
            ),
        ),
        "at the border": Scenario(
            {"w_EE": 1.0, "h_E": 20.0},
            "The line of E is level: wherever the line of I meets it, I is the same. Inhibition costs it nothing.",
        ),
        "inhibition too slow": Scenario(
            {"w_EE": 2.2, "h_E": 8.0, "h_I": 4.0, "tau_I": 40.0, "push": 0.0, "w_IE": 1.5},
            "The lines cross, but the state goes round the crossing for ever: inhibition comes too late each time.",
        ),
        "two ends": Scenario(
            {"w_EE": 3.0, "w_EI": 1.0, "w_IE": 1.0, "h_E": -6.0, "h_I": 1.0, "push": 0.0, "E0": 6.0, "I0": 12.0},
            "Silence, or an explosion: the saddle lies between. Drag the start across it. Nothing here limits the rates.",
        ),
    }

    def build(self):
        self.build_plane("phase plane: drag the start and the lines")
        self.pushed_line = self.plane.curve("after the push", I_COLOR, width=1.0, ghost=False)
        self.pushed_path = self.plane.curve("", 4, width=2.0)
        self.plane.handle("line_I", "xy", label="input to the inhibitory cells", text="h_I", color=str(I_COLOR))
        self.plane.handle("line_E", "xy", label="excitatory to excitatory", text="w_EE", color=str(E_COLOR))
        self.sweep = Figure(Axis("h_I", "Hz", INPUTS), Axis("rate", "Hz", SPAN), title="steady rates: drag h_I", height=360)
        self.E_steady = self.sweep.curve("E", E_COLOR)
        self.I_steady = self.sweep.curve("I", I_COLOR, dash="dotted", width=2.0)
        self.E_now = self.sweep.dots("", E_COLOR)
        self.I_now = self.sweep.dots("before and after the push", I_COLOR)
        self.sweep.handle(
            "h_I", "x", min=INPUTS[0], max=INPUTS[1], step=0.1, unit="Hz", label="input to the inhibitory cells", text="h_I",
            color="ghost", dash="5 4",
        )  # fmt: skip
        self.build_traces("a push at 200 ms")
        self.push_mark = self.traces_figure.curve("", "ghost", width=1.0, ghost=False, given=True)
        self.figures = [self.plane, self.sweep, self.traces_figure]
        return [[self.plane, self.sweep], self.traces_figure]

    def hand(self, name):
        v = self._wanted
        if name == "line_I":
            return [PUSH_AT, max((v["w_IE"] * PUSH_AT + v["h_I"]) / (1 + v["w_II"]), 0.0)]
        if name == "line_E":
            return [TILT_AT, (v["h_E"] + (v["w_EE"] - 1) * TILT_AT) / max(v["w_EI"], NARROW)]
        return super().hand(name)

    def touched(self, figure, moved):
        """The line goes where the finger is: that of I up and down, that of E turns round its lower end."""
        v = self._wanted
        if "line_I" in moved:
            E, I = moved["line_I"]
            moved = {**moved, "h_I": round((1 + v["w_II"]) * I - v["w_IE"] * E, 3)}
        if "line_E" in moved:
            E, I = moved["line_E"]
            moved = {**moved, "w_EE": round(max(1 + (v["w_EI"] * I - v["h_E"]) / max(E, 1.0), 0.0), 3)}
        super().touched(figure, moved)

    def simulate(self, model, push, E0, I0):
        model, step = raw(model), stepper("rk4")
        pushed = model.replace(h_I=model.h_I + push)

        def run(model, y):
            def body(y, _):
                new = step(lambda y, t: slope(model, y), y, 0.0, DT)
                y = jnp.where(jnp.all(jnp.abs(new) < FAR), new, y)  # False for NaN too
                return y, y

            return jax.lax.scan(body, y, None, length=HALF)[1]

        y0 = jnp.stack([E0, I0])
        before = run(model, y0)
        after = run(pushed, before[-1])
        roots, found = steady_rates(model, model.h_I)
        swept, exists = steady_rates(model, SWEEP)
        return {
            "y": jnp.concatenate([y0[None], before, after]),
            "arrows": jax.vmap(lambda y: slope(model, y))(jnp.asarray(self.arrows_at())),
            "E_line": E_nullcline(model),
            "I_lines": jnp.stack([I_nullcline(m, LINE) for m in (model, pushed)]),
            "roots": roots,
            "found": found,
            "jacobians": linearised(model),
            "responses": responses(model),
            "swept": swept,
            "exists": exists,
        }

    def draw(self, y, arrows, E_line, I_lines, roots, found, jacobians, responses, swept, exists):
        self.draw_plane(arrows, E_line, (LINE, I_lines[0]), self.rests(roots, found, jacobians))
        self.pushed_line.set(LINE, I_lines[1])
        self.path.set(*self.along(y[: HALF + 1]))
        self.pushed_path.set(*self.along(y[HALF:]))
        held = np.where((exists & stable(jacobians)[:, None])[:, :, None], swept, np.nan)
        held = np.concatenate([held, np.full((4, 1, 2), np.nan)], 1).reshape(-1, 2)  # a gap between any two of the four
        for curve, rates in zip((self.E_steady, self.I_steady), held.T, strict=True):
            curve.set(np.tile(np.append(SWEEP, np.nan), 4), rates)
        h_I, rates = self.values["h_I"], settled(y)
        for dots, rate in zip((self.E_now, self.I_now), rates.T, strict=True):
            dots.set([h_I, h_I + self.values["push"]], rate)
        self.traces_figure.set_ranges(y=(SPAN[0], min(above(SPAN[1], y), 100.0)))
        self.push_mark.set([PUSHED, PUSHED], [-1e3, 1e3])
        t = np.arange(len(y)) * DT
        self.E.set(t, y[:, 0])
        self.I.set(t, y[:, 1])

    def measure(self, y, arrows, E_line, I_lines, roots, found, jacobians, responses, swept, exists):
        before, after = settled(y)
        held = np.flatnonzero(found & stable(jacobians))
        nearest = min(held, key=lambda i: np.abs(roots[i] - before).sum(), default=None)
        return {
            "E before (Hz)": float(before[0]),
            "E after (Hz)": float(after[0]),
            "I before (Hz)": float(before[1]),
            "I after (Hz)": float(after[1]),
            "dI/dh_I": "none" if nearest is None else float(responses[nearest]),
            "swing of E (Hz)": round(float(np.ptp(y[HALF // 2 : HALF + 1, 0])), 2),
            "highest rate (Hz)": float(y.max()),
        }

    def words(self, numbers):
        if numbers["highest rate (Hz)"] > 0.5 * FAR:
            return tr("Excitation runs away: inhibition does not hold it.")
        if numbers["dI/dh_I"] == "none":
            return tr(
                "No steady state is stable. Before the push E swings by {swing:.1f} Hz.", swing=numbers["swing of E (Hz)"]
            )
        said = tr("dI/dh_I = {response:.2f}. ", response=numbers["dI/dh_I"])
        if not self.values["push"]:
            return said + tr(
                "E comes to {E:.1f} Hz, and I to {I:.1f} Hz.", E=numbers["E before (Hz)"], I=numbers["I before (Hz)"]
            )
        return said + tr(
            "Inhibitory cells get {push:g} Hz more: I goes from {I0:.1f} to {I1:.1f} Hz, E from {E0:.1f} to {E1:.1f} Hz.",
            push=self.values["push"],
            I0=numbers["I before (Hz)"],
            I1=numbers["I after (Hz)"],
            E0=numbers["E before (Hz)"],
            E1=numbers["E after (Hz)"],
        )

    def script(self):
        model, _ = self.state()
        v = {name: value(self.values[name]) for name in ("E0", "I0", "push")}
        return code(
            "import numpy as np",
            "",
            f"model = bl.{model!r}",
            "",
            "",
            "def field(E, I, t, model):",
            "    return model.derivative(E, I)",
            "",
            "",
            "def settled(run):",
            f"    return float(np.asarray(run['I'])[-{LATE}:].mean())",
            "",
            "",
            f"first = bl.solve_ode(field, ({v['E0']}, {v['I0']}), 0.0, {PUSHED}, dt={DT}, args=(model,))",
            f"pushed = model.replace(h_I=model.h_I + {v['push']})",
            f"then = bl.solve_ode(field, (first['E'][-1], first['I'][-1]), {PUSHED}, {DURATION}, dt={DT}, args=(pushed,))",
            "states = [state for state in model.steady_states() if state.stable]",
            "print(states)",
            'print(f"I before (Hz) {settled(first):.4g}")',
            'print(f"I after (Hz) {settled(then):.4g}")',
            "if len(states) == 1:",
            '    print(f"dI/dh_I {states[0].response[1, 1]:.4g}")',
        )


def slope(model, y):
    """dE/dt and dI/dt, (2,)."""
    return jnp.stack(raw(model.derivative(y[0], y[1])))


def steady_rates(model, h_I):
    """(rates (4, ..., 2), exists (4, ...)): the steady state with each set of active populations, in the order of ACTIVE."""
    h_I, none = jnp.asarray(h_I), jnp.zeros_like(h_I)
    a, d = 1 - model.w_EE, 1 + model.w_II
    det = nonzero(a * d + model.w_EI * model.w_IE)
    E = jnp.stack([(d * model.h_E - model.w_EI * h_I) / det, none + model.h_E / nonzero(a), none, none])
    I = jnp.stack([(a * h_I + model.w_IE * model.h_E) / det, none, h_I / d, none])
    rates = jnp.stack([E, I], -1)
    inputs = jnp.stack([model.w_EE * E - model.w_EI * I + model.h_E, model.w_IE * E - model.w_II * I + h_I], -1)
    active = ACTIVE.reshape(4, *(1,) * h_I.ndim, 2)
    return rates, jnp.where(active, rates > 0, inputs <= 0).all(-1)


def linearised(model):
    """(4, 2, 2) 1/ms: the Jacobian at each of these states."""
    W = jnp.stack([model.w_EE, -model.w_EI, model.w_IE, -model.w_II]).reshape(2, 2)
    return (ACTIVE[:, :, None] * W - jnp.eye(2)) / jnp.stack([model.tau_E, model.tau_I])[:, None]


def responses(model):
    """(4,) dI/dh_I at each of these states."""
    a, d = 1 - model.w_EE, 1 + model.w_II
    return jnp.stack([a / nonzero(a * d + model.w_EI * model.w_IE), 0.0 * d, 1 / d, 0.0 * d])


def nonzero(x):
    """x, or infinity for a 0 by which nothing can be divided: that steady state then does not exist."""
    return jnp.where(jnp.abs(x) > 1e-6, x, jnp.inf)


def E_nullcline(model):
    """(2, 3): x and y of its corners. Down the axis, where inhibition silences E; then with the slope (w_EE - 1) / w_EI."""
    w_EI = jnp.maximum(model.w_EI, NARROW)
    low, high = model.h_E / w_EI, (model.h_E + (model.w_EE - 1) * SPAN[1]) / w_EI
    return jnp.stack([jnp.stack([0.0 * low, 0.0 * low, SPAN[1] + 0.0 * low]), jnp.stack([FAR + 0.0 * low, low, high])])


def I_nullcline(model, E):
    """I at which I stands still, as a function of E."""
    return jnp.maximum((model.w_IE * E + model.h_I) / (1 + model.w_II), 0.0)


def settled(y):
    """Rates at the end of each half of the run: (2, 2), before and after the push; E, I."""
    return np.stack([y[HALF - LATE + 1 : HALF + 1].mean(0), y[-LATE:].mean(0)])


def stable(jacobians):
    return (np.linalg.eigvals(jacobians.astype(float)).real < 0).all(1)
