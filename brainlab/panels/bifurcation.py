"""P12c: the bifurcation pad. Drag the current: phase plane, trace, eigenvalues and the place in the diagram follow."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from ..analysis import continuation
from ..analysis._newton import newton_all
from ..integrate._steppers import stepper
from ..language import tr
from ..math._array import raw
from ..models import MorrisLecar
from ..models.morris_lecar import SETS
from ..params import info, param
from ._planes import appearance, arrow_lines, rest_points
from ._scripts import code, value
from .figures import Axis, Figure, above, evenly
from .panel import Panel, Scenario
from .prediction import Choose

DURATION, DT = 1000.0, 0.1  # ms
STEPS = round(DURATION / DT)
POINTS = 1400  # of the trajectory in the plane
EARLY, LATE = STEPS // 5, 3 * STEPS // 5  # from here on the rate, and the size of the swings are read
AT_ONCE = 20.0  # per ms. Where w is faster it has arrived within a step of 0.1 ms, and RK4 would not be stable
CURRENTS = (-20.0, 250.0)  # uA/cm2, of the diagram
VOLTS, GATE = (-80.0, 60.0), (-0.1, 1.0)
LINE = np.linspace(-79.7, 60.3, 201)  # mV; beside E_K = -84, where the nullcline of V has no value
STARTS = np.linspace(-78.0, 50.0, 17)  # of the searches for fixed points, on the nullcline of w
SIZES = np.array([140.0, 1.1])  # of the picture, in V and w
ARROWS = np.meshgrid(np.linspace(-75, 55, 12), np.linspace(-0.05, 0.95, 9))


def _of(name: str) -> dict:
    """What a published set of parameters changes."""
    return {n: getattr(SETS[name], n) for n in ("g_Ca", "V3", "V4", "phi")}


class BifurcationPanel(Panel):
    model = MorrisLecar
    title = "The bifurcation pad"
    question = "How does firing begin: small or at full size, slow or with a rate of its own?"
    surprise = (
        "The same equations begin to fire at any rate, however slow, or at 9 Hz and never slower: V3, V4 and g_Ca decide."
    )
    visible = ("I", "phi", "g_Ca", "V3", "V4")
    carries = {"V0": ("start",), "w0": ("start",)}
    without = ("C", "E_Ca", "E_K", "E_L", "V1", "V2")

    I: float = param(80.0, "uA/cm2", "current", symbol="I", slider=CURRENTS)
    V0: float = param(-20.0, "mV", "V at the start", symbol="V_0", slider=VOLTS)
    w0: float = param(0.1, "1", "w at the start", symbol="w_0", slider=GATE)

    scenarios = {
        "a rate of its own": Scenario(
            {"I": 92.0, "V0": -30.0},
            "At 92 it can rest or fire: the unstable cycle lies between. Drag the start across it.",
        ),
        "as slow as you like": Scenario(
            {**_of("snic"), "I": 41.0},
            "Two fixed points have met on the cycle: where they were, the state still lingers. Go down towards 40.",
            predict=Choose(
                "Rest was a node, and has just vanished by meeting a saddle. How fast will the neuron fire?",
                ("not at all", "slowly", "at 50 Hz at least"),
                answer=lambda numbers: int(np.digitize(numbers["rate (Hz)"], (0.5, 50.0))),
            ),
        ),
        "beside a saddle": Scenario(
            {**_of("homoclinic"), "I": 37.0, "V0": 0.0},
            "With a fast w a cycle ends at the saddle, and rest and firing are there together.",
        ),
        "born small": Scenario(
            {"phi": 0.3, "I": 152.0, "V0": -5.0},
            "At 157, coming from above, a stable cycle is born with no size at all: supercritical. Go slowly down.",
        ),
        "too much": Scenario({"I": 230.0, "V0": 20.0}, "A strong current holds V up: the neuron rests, depolarised."),
    }

    def build(self):
        self.plane = Figure(Axis("V", "mV", VOLTS), Axis("w", "", GATE), title="phase plane: drag the start", height=330)
        self.field = self.plane.curve("", "ghost", width=1.0, ghost=False, given=True)
        self.V_line = self.plane.curve("V stands still", 3, dash="dashed", ghost=False, given=True)
        self.w_line = self.plane.curve("w stands still", 4, dash="dotted", width=2.0, ghost=False, given=True)
        self.path = self.plane.curve("trajectory", 1, width=2.0)
        self.points = {
            "stable": self.plane.dots("stable", 3, given=True),
            "unstable": self.plane.dots("unstable", 2, shape="rings", given=True),
            "saddle": self.plane.dots("saddle", 4, shape="squares", given=True),
        }
        self.plane.handle("start", "xy", min=VOLTS[0], max=VOLTS[1], step=0.01, label="start", color="2")
        self.diagram = Figure(
            Axis("I", "uA/cm2", CURRENTS), Axis("V", "mV", VOLTS), title="diagram: drag the current", height=330
        )
        self.rest_stable = self.diagram.curve("rest", 3, width=2.0, ghost=False)
        self.rest_unstable = self.diagram.curve("unstable rest", 2, dash="dashed", ghost=False)
        self.cycle_stable = self.diagram.curve("cycle", 1, width=2.0, ghost=False)
        self.cycle_unstable = self.diagram.curve("unstable cycle", 4, dash="dashed", ghost=False)
        self.hopf = self.diagram.dots("Hopf", 5, shape="squares")
        self.folds = self.diagram.dots("fold", 5, shape="rings")
        self.now = self.diagram.dots("this run", 6, ghost=True)
        self.diagram.handle(
            "I", "x", min=CURRENTS[0], max=CURRENTS[1], step=0.1, unit="uA/cm2", label="current", text="I",
            color="ghost", dash="5 4",
        )  # fmt: skip
        self.V_figure = Figure(
            Axis("t", "ms", (0, DURATION)), Axis("V", "mV", VOLTS), title="membrane potential", height=210
        )
        self.V = self.V_figure.curve("V", 1)
        self.eigen = Figure(
            Axis("real part", "1/ms", (-0.3, 0.3)),
            Axis("imaginary part", "1/ms", (-0.3, 0.3)),
            title="eigenvalues",
            height=210,
        )
        self.axis = self.eigen.curve("", "ghost", width=1.0, ghost=False, given=True)
        self.values_at = {
            "stable": self.eigen.dots("stable", 3),
            "unstable": self.eigen.dots("unstable", 2, shape="rings"),
            "saddle": self.eigen.dots("saddle", 4, shape="squares"),
        }
        self._known, self._cycles_of = (None, None), None  # (neuron, its diagram); the neuron whose cycles are drawn
        self.figures = [self.plane, self.diagram, self.V_figure, self.eigen]
        return [[self.plane, self.diagram], [self.V_figure, self.eigen]]

    def hand(self, name):
        return [self._wanted["V0"], self._wanted["w0"]] if name == "start" else super().hand(name)

    def touched(self, figure, moved):
        if "start" in moved:
            moved = {"V0": float(moved["start"][0]), "w0": float(moved["start"][1])}
        super().touched(figure, moved)

    def simulate(self, model, I, V0, w0):
        p, step = (raw(model), I), stepper("rk4")

        def body(y, _):
            y = step(lambda y, t: limited(y, p), y, 0.0, DT)
            return y, y

        y0 = jnp.stack([V0, w0])
        _, y = jax.lax.scan(body, y0, None, length=STEPS)
        starts = jnp.stack([STARTS, raw(model.steady(STARTS)).w], 1)
        roots, _, found = newton_all(exact, p, starts, SIZES)
        return {
            "y": jnp.concatenate([y0[None], y]),
            "arrows": jax.vmap(lambda y: exact(y, p))(jnp.stack([jnp.ravel(a) for a in ARROWS], 1)),
            "V_line": V_nullcline(model, I, LINE),
            "w_line": raw(model.steady(LINE)).w,
            "roots": roots,
            "found": found,
            "jacobians": jax.vmap(jax.jacfwd(lambda y: exact(y, p)))(roots),
        }

    def draw(self, y, arrows, V_line, w_line, roots, found, jacobians):
        at = np.stack([np.ravel(a) for a in ARROWS], 1)
        x, height = arrow_lines(at / SIZES * 5, arrows / SIZES * 5)
        self.field.set(x * SIZES[0] / 5, height * SIZES[1] / 5)
        self.V_line.set(LINE, np.where(np.abs(V_line) < 9, V_line, np.nan))
        self.w_line.set(LINE, w_line)
        self.path.set(*evenly(y, SIZES, POINTS).T)
        self.V.set(np.arange(STEPS + 1) * DT, y[:, 0])
        rests = rest_points(roots, found, jacobians, (VOLTS, GATE))
        for look, points in self.points.items():
            points.set(*np.array([point for point, kind, _ in rests if appearance(kind) == look]).reshape(-1, 2).T)
        reach = above(0.3, [0.0, *(max(abs(v.real), abs(v.imag)) for _, _, values in rests for v in values)])
        self.eigen.set_ranges(x=(-reach, reach), y=(-reach, reach))
        self.axis.set([0, 0], [-reach, reach])
        for look, dots in self.values_at.items():
            values = np.array([v for _, kind, values in rests if appearance(kind) == look for v in values], complex)
            dots.set(values.real, values.imag)
        late = y[LATE:, 0]
        self.now.set([self.values["I"]] * 2, [late.min(), late.max()])
        if not self.diagram.ghostly:
            self._draw_diagram()

    def _neuron(self):
        model, _ = self.state(self.values)
        return model, tuple(float(getattr(model, name)) for name in info(model))

    def _draw_diagram(self):
        """The fixed points at once. The cycles take ten times as long: they come when the hand rests."""
        model, key = self._neuron()
        if self._known[0] == key:
            return
        self._known = key, continuation(model, "I", *CURRENTS, cycles=False)
        fixed = self._known[1].fixed
        self.rest_stable.set(fixed.values, np.where(fixed.stable, fixed["V"], np.nan))
        self.rest_unstable.set(fixed.values, np.where(fixed.stable, np.nan, fixed["V"]))
        self._mark(self._known[1])
        for curve in (self.cycle_stable, self.cycle_unstable):
            curve.set([], [])

    def _mark(self, diagram):
        for dots, points in ((self.hopf, diagram.hopf), (self.folds, (*diagram.folds, *diagram.cycle_folds))):
            dots.set([p.value for p in points], [p.y[0] for p in points])

    def _rest(self):
        super()._rest()
        with self._lock:
            model, key = self._neuron()
            if self._cycles_of == key or self._known[0] != key:
                return
            self._cycles_of = key
            diagram = continuation(model, "I", *CURRENTS)
            for curve, wanted in ((self.cycle_stable, True), (self.cycle_unstable, False)):
                lines = [
                    np.stack(
                        [np.append(b.values, np.nan), np.append(np.where(b.stable == wanted, side[:, 0], np.nan), np.nan)]
                    )
                    for b in diagram.cycles
                    for side in (b.low, b.high)
                ]
                curve.set(*(np.concatenate(lines, 1) if lines else ([], [])))
            self._mark(diagram)

    def measure(self, y, arrows, V_line, w_line, roots, found, jacobians):
        rests = rest_points(roots, found, jacobians, (VOLTS, GATE))
        leading = max((v for _, _, values in rests for v in values), key=lambda v: v.real, default=0j)
        late = y[LATE:, 0]
        middle = (late.min() + late.max()) / 2
        V = y[EARLY:, 0]
        swings = np.flatnonzero((V[:-1] < middle) & (V[1:] >= middle)) if np.ptp(late) > 1.0 else []
        rate = 1000.0 * (len(swings) - 1) / ((swings[-1] - swings[0]) * DT) if len(swings) > 1 else 0.0
        diagram = self._known[1]
        return {
            "fixed points": ", ".join(kind for _, kind, _ in rests),
            "leading eigenvalue (1/ms)": float(leading.real),
            "its imaginary part": float(abs(leading.imag)),
            "swing (mV)": round(float(np.ptp(late)), 2),
            "rate (Hz)": rate,
            "Hopf (uA/cm2)": ", ".join(f"{p.value:.2f}" for p in diagram.hopf),
            "folds (uA/cm2)": ", ".join(f"{p.value:.2f}" for p in diagram.folds),
        }

    def words(self, numbers):
        kinds = [tr(kind) for kind in numbers["fixed points"].split(", ") if kind]
        said = tr("Fixed points: {kinds}. ", kinds=", ".join(kinds) if kinds else tr("none in the picture"))
        said += tr(
            "The largest real part of an eigenvalue is {real:.3f} per ms. ", real=numbers["leading eigenvalue (1/ms)"]
        )
        if numbers["rate (Hz)"]:
            return said + tr(
                "V swings by {swing:.0f} mV, {rate:.1f} times a second.",
                swing=numbers["swing (mV)"],
                rate=numbers["rate (Hz)"],
            )
        return said + tr("In the end V moves by {swing:.1f} mV.", swing=numbers["swing (mV)"])

    def script(self):
        model, _ = self.state()
        return code(
            f"neuron = bl.{model!r}",
            f'diagram = bl.analysis.continuation(neuron, "I", {CURRENTS[0]}, {CURRENTS[1]})',
            "diagram.plot().save('diagram.svg')",
            f'points = bl.analysis.fixed_points(neuron, {{"V": {VOLTS}, "w": {GATE}}}, I={value(self.values["I"])})',
            "print(diagram, points)",
            "leading = max((v for p in points for v in p.eigenvalues), key=lambda v: v.real)",
            'print(f"leading eigenvalue (1/ms) {leading.real:.4g}")',
        )


def exact(y, p):
    """dV/dt and dw/dt, (2,)."""
    model, I = p
    return jnp.stack(raw(model.derivative(y[0], y[1], I)))


def limited(y, p):
    """The same, with w no faster than a step can follow."""
    slope, (model, _) = exact(y, p), p
    far = raw(model.steady(y[0])).w - y[1]
    return slope.at[1].set(jnp.clip(slope[1], -AT_ONCE * jnp.abs(far), AT_ONCE * jnp.abs(far)))


def V_nullcline(model, I, V):
    """w for which V stands still at V."""
    inward = I - model.g_Ca * raw(model.m_inf(V)) * (V - model.E_Ca) - model.g_L * (V - model.E_L)
    pull = model.g_K * (V - model.E_K)
    return inward / jnp.where(jnp.abs(pull) > 1e-6, pull, 1e-6)  # without potassium there is no such w: far outside
