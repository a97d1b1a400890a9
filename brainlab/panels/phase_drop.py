"""P8b: drop a state into the phase plane. Field, nullclines, fixed points, trajectory and traces move together."""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
import numpy as np

from ..analysis._newton import newton_all
from ..integrate._steppers import stepper
from ..language import tr
from ..math._array import raw
from ..models import FitzHughNagumo
from ..params import param
from ._planes import appearance, arrow_lines, rest_points
from ._scripts import code, counted, value
from .figures import Axis, Figure
from .panel import Panel, Scenario
from .prediction import Choose

DURATION = 100.0
SHORTEST = 0.05
STEPS = round(DURATION / SHORTEST)
FAR = 1e3  # a state that comes here has left the picture for ever
SIDE = 2.5  # the plane reaches from -SIDE to SIDE
BOX = (-SIDE, SIDE), (-SIDE, SIDE)
LINE = np.linspace(-SIDE - 0.5, SIDE + 0.5, 161)  # along which the nullclines are drawn
STARTS = np.linspace(-2.4, 2.4, 9)  # of the searches for fixed points, on the nullcline of v
ARROWS = np.meshgrid(np.linspace(-2.3, 2.3, 12), np.linspace(-2.2, 2.2, 9))
SHOWN = 600  # points of a trajectory
NEURON, SPRING = "FitzHugh-Nagumo", "oscillator"


class PhaseDropPanel(Panel):
    model = FitzHughNagumo
    title = "Drop a state into the plane"
    question = "Where does a state go, and does the integrator take it there?"
    surprise = "A spring without friction keeps its energy. By Euler, dt = 0.1, it has 500 times as much after ten turns."
    visible = ("I", "dt", "time", "method", "equations")
    carries = {"v0": ("start",), "w0": ("start",)}

    I: float = param(0.0, "", "current", symbol="I", slider=(-0.5, 2))
    dt: float = param(
        0.1, "", "time step", symbol="dt", slider=(SHORTEST, 1.5), at_least=SHORTEST, at_most=2,
        why="shorter steps than 0.05 would be more than the picture has room for, longer ones miss the whole spike",
    )  # fmt: skip
    time: float = param(4.0, "", "time of the cursor", symbol="t", slider=(0, DURATION), at_least=0, at_most=DURATION,
        why="the run lasts from 0 to 100",
    )  # fmt: skip
    v0: float = param(-0.4, "", "v at the start", symbol="v_0", slider=(-SIDE, SIDE))
    w0: float = param(-0.6, "", "w at the start", symbol="w_0", slider=(-SIDE, SIDE))
    method: str = param("rk4", "", "integrator", structural=True, choices=("euler", "heun2", "rk4"))
    equations: str = param(NEURON, "", "equations", structural=True, choices=(NEURON, SPRING))

    scenarios = {
        "one excursion": Scenario(
            {},
            "A stable focus, and still a long way round. Drag the start point to the left: from where on is there no spike?",
        ),
        "for ever": Scenario(
            {"I": 0.5}, "The fixed point has become unstable: from wherever you drop the state, it ends on the same cycle."
        ),
        "three fixed points": Scenario(
            {"b": 2.0, "a": 0.0, "v0": 0.1, "w0": 0.5},
            "Two stable ones and a saddle between them. Which line divides those who go left from those who go right?",
        ),
        "without friction": Scenario(
            {"equations": SPRING, "v0": 1.0, "w0": 0.0},
            "Round and round on one circle: the energy stays. The eigenvalues are +i and -i.",
        ),
        "without friction, Euler": Scenario(
            {"equations": SPRING, "v0": 1.0, "w0": 0.0, "method": "euler"},
            "Each step goes along the tangent, so a little outwards. The eigenvalues lie outside the region where Euler "
            "is stable, "
            "however short the step.",
            predict=Choose(
                "A spring without friction keeps its energy. Ten turns with Euler's method and dt = 0.1: what becomes of "
                "it?",
                ("it stays, to a few percent", "about twice as much", "hundreds of times as much"),
                answer=lambda numbers: int(np.digitize(numbers["energy after ten turns"], (1.5, 20))),
            ),
        ),
        "steps too long": Scenario(
            {"I": 0.5, "dt": 1.0, "method": "euler"},
            "On the outer branches an eigenvalue reaches -3, and Euler needs dt below 2/3. Look at the trace there.",
        ),
    }

    def build(self):
        span = (-SIDE, SIDE)
        self.plane = Figure(Axis("v", "", span), Axis("w", "", span), title="phase plane: drag the start", height=360)
        self.field = self.plane.curve("", "ghost", width=1.0, ghost=False, given=True)
        self.v_line = self.plane.curve("v stands still", 3, dash="dashed", ghost=False, given=True)
        self.w_line = self.plane.curve("w stands still", 4, dash="dotted", width=2.0, ghost=False, given=True)
        self.path = self.plane.curve("trajectory", 1, width=2.0)
        self.points = {
            "stable": self.plane.dots("stable", 3, given=True),
            "unstable": self.plane.dots("unstable", 2, shape="rings", given=True),
            "saddle": self.plane.dots("saddle", 4, shape="squares", given=True),
        }
        self.now = self.plane.dots("at the cursor", 6)
        self.plane.handle("start", "xy", min=-SIDE, max=SIDE, step=0.01, label="start", color="2")
        self.eigen = Figure(
            Axis("real part", "", (-4.5, 1.5)), Axis("imaginary part", "", (-1.6, 1.6)),
            title="eigenvalues", height=360,
        )  # fmt: skip
        self.border = self.eigen.curve("the method is stable inside", 5, dash="dashed", ghost=False)
        self.axis = self.eigen.curve("", "ghost", width=1.0, ghost=False, given=True)
        self.values_now = self.eigen.dots("at the cursor", 6)
        self.values_at = {
            "stable": self.eigen.dots("stable", 3),
            "unstable": self.eigen.dots("unstable", 2, shape="rings"),
            "saddle": self.eigen.dots("saddle", 4, shape="squares"),
        }
        self.trace_figure = Figure(
            Axis("t", "", (0, DURATION)), Axis("v, w", "", span), title="traces: drag the cursor", height=210
        )
        self.v = self.trace_figure.curve("v", 1)
        self.w = self.trace_figure.curve("w", 4, dash="dotted", width=2.0)
        self.cursor = self.trace_figure.dots("", 6)
        self.trace_figure.handle(
            "time", "x", min=0.0, max=DURATION, step=0.1, label="time of the cursor", text="t", color="ghost", dash="5 4"
        )
        self.figures = [self.plane, self.eigen, self.trace_figure]
        return [[self.plane, self.eigen], self.trace_figure]

    def hand(self, name):
        return [self._wanted["v0"], self._wanted["w0"]] if name == "start" else super().hand(name)

    def touched(self, figure, moved):
        if "start" in moved:
            moved = {"v0": float(moved["start"][0]), "w0": float(moved["start"][1])}
        super().touched(figure, moved)

    def simulate(self, model, I, dt, time, v0, w0, method, equations):
        p = (raw(model), I)
        field = FIELDS[equations]
        step = stepper(method)

        def body(y, i):
            new = step(lambda y, t: field(y, p), y, i * dt, dt)
            y = jnp.where(jnp.all(jnp.abs(new) < FAR), new, y)  # False for NaN too
            return y, y

        y0 = jnp.stack([v0, w0])
        _, y = jax.lax.scan(body, y0, jnp.arange(STEPS))
        y = jnp.concatenate([y0[None], y])
        v_still, w_still = NULLCLINES[equations](model, I)
        roots, _, found = newton_all(field, p, jnp.stack([STARTS, v_still(STARTS)], 1), jnp.full(2, 2 * SIDE))
        at = jnp.stack([jnp.interp(time, jnp.arange(STEPS + 1) * dt, y[:, k]) for k in (0, 1)])
        slopes = jax.vmap(lambda y: field(y, p))
        return {
            "y": y,
            "arrows": slopes(jnp.stack([jnp.ravel(a) for a in ARROWS], 1)),
            "v_line": jnp.stack([LINE, v_still(LINE)]),
            "w_line": jnp.stack([w_still(LINE), LINE]),
            "roots": roots,
            "found": found,
            "jacobians": jax.vmap(jax.jacfwd(lambda y: field(y, p)))(roots),
            "at": at,
            "jacobian": jax.jacfwd(lambda y: field(y, p))(at),
            "dt": dt,
        }

    def draw(self, y, arrows, v_line, w_line, roots, found, jacobians, at, jacobian, dt):
        n = int(DURATION / dt + 1e-4) + 1
        t, y = np.arange(n) * dt, np.clip(y[:n], -99, 99)
        few = np.unique(np.linspace(0, n - 1, min(n, SHOWN)).astype(int))
        self.field.set(*arrow_lines(np.stack([np.ravel(a) for a in ARROWS], 1), arrows))
        self.v_line.set(*v_line)
        self.w_line.set(*w_line)
        self.path.set(*y[few].T)
        self.now.set([at[0]], [at[1]])
        self.v.set(t, y[:, 0])
        self.w.set(t, y[:, 1])
        time = self.values["time"]
        self.cursor.set([time, time], at)
        rests = rest_points(roots, found, jacobians, BOX)
        for look, points in self.points.items():
            points.set(*np.array([point for point, kind, _ in rests if appearance(kind) == look]).reshape(-1, 2).T)
        for look, dots in self.values_at.items():
            values = np.array([v for _, kind, values in rests if appearance(kind) == look for v in values], complex)
            dots.set(values.real, values.imag)
        here = np.linalg.eigvals(jacobian.astype(float))
        self.values_now.set(here.real, here.imag)
        border = stability_border(self.values["method"]) / dt
        self.border.set(border.real, border.imag)
        self.axis.set([0, 0], [-9, 9])

    def measure(self, y, arrows, v_line, w_line, roots, found, jacobians, at, jacobian, dt):
        rests = rest_points(roots, found, jacobians, BOX)
        leading = max((v for _, _, values in rests for v in values), key=lambda v: v.real, default=0j)
        y = y[: int(DURATION / dt + 1e-4) + 1]
        numbers = {
            "fixed points": len(rests),
            "kinds": ", ".join(kind for _, kind, _ in rests),
            "leading eigenvalue": float(leading.real) if abs(leading.real) > 1e-6 else 0.0,
            "its imaginary part": float(abs(leading.imag)),
            "spikes": int(((y[:-1, 0] < 0) & (y[1:, 0] >= 0)).sum()),
            "v": float(at[0]),
            "w": float(at[1]),
        }
        if self.values["equations"] == SPRING:
            energy = ((y[[0, min(round(TEN_TURNS / dt), len(y) - 1)]] - [self.values["I"], 0.0]) ** 2).sum(1)
            numbers["energy after ten turns"] = float(energy[1] / energy[0]) if energy[0] else 0.0
        return numbers

    def words(self, numbers):
        kinds = [tr(kind) for kind in numbers["kinds"].split(", ") if kind]
        said = tr("Fixed points: {kinds}. ", kinds=", ".join(kinds) if kinds else tr("none in the picture"))
        if "energy after ten turns" in numbers:
            return said + tr(
                "After ten turns the energy is {ratio:.4g} times what it was.", ratio=numbers["energy after ten turns"]
            )
        said += tr("At t = {t:g}: v = {v:.2f}, w = {w:.2f}. ", t=self.values["time"], v=numbers["v"], w=numbers["w"])
        return said + tr("Until t = 100: {n}.", n=counted(numbers["spikes"]))

    def script(self):
        model, _ = self.state()
        v = self.values
        start = f"({value(v['v0'])}, {value(v['w0'])})"
        lines = [f"neuron = bl.{model!r}", "", "", "def field(v, w, t, I):", "    return neuron.derivative(v, w, I)"]
        if v["equations"] == SPRING:
            lines = ["def field(v, w, t, I):", "    return w, I - v"]
        return code(
            "import numpy as np",
            "",
            *lines,
            "",
            "",
            f"dt, I = {value(v['dt'])}, {value(v['I'])}",
            f"steps = int({DURATION} / dt + 1e-4)",
            f'run = bl.solve_ode(field, {start}, 0.0, steps * dt, steps=steps, method="{v["method"]}", args=(I,))',
            'v = np.asarray(run["v"])',
            'print(f"spikes {((v[:-1] < 0) & (v[1:] >= 0)).sum()}")',
        )


TEN_TURNS = 20 * np.pi


def neuron_field(y, p):
    model, I = p
    return jnp.stack(raw(model.derivative(y[0], y[1], I)))


def spring_field(y, p):
    """A mass on a spring, pushed by I: dv/dt = w, dw/dt = I - v."""
    return jnp.stack([y[1], p[1] - y[0]])


def neuron_nullclines(model, I):
    """(w at which v stands still, as a function of v; v at which w stands still, as a function of w)."""
    return (lambda v: v - v**3 / 3 + I), (lambda w: model.b * w - model.a)


def spring_nullclines(model, I):
    return (lambda v: 0.0 * v), (lambda w: I + 0.0 * w)


FIELDS = {NEURON: neuron_field, SPRING: spring_field}
NULLCLINES = {NEURON: neuron_nullclines, SPRING: spring_nullclines}


@functools.cache
def stability_border(method: str) -> np.ndarray:
    """Where |R(z)| = 1: a step of dx/dt = z x neither grows nor shrinks. Found by following R(z) = exp(i theta) from z = 0.

    Source: Hairer and Wanner, Solving Ordinary Differential Equations II (1996), IV.2.
    """
    order = {"euler": 1, "heun2": 2, "rk4": 4}[method]
    R = np.polynomial.Polynomial([1.0, 1.0, 1 / 2, 1 / 6, 1 / 24][: order + 1])
    z, border = 0j, []
    for theta in np.linspace(0, 2 * np.pi * order, 120 * order):
        for _ in range(8):
            z -= (R(z) - np.exp(1j * theta)) / R.deriv()(z)
        border.append(z)
    return np.array(border)
