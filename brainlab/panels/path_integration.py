"""P16b: shifted weights turn the bump. A velocity drawn by hand is added up to an angle, by neurons that know no numbers."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jax import lax
from jax import random as jr

from ..integrate._steppers import stepper
from ..language import tr
from ..math._array import raw
from ..models import CANN
from ..models._ring import positions, wrap
from ..params import param
from ._scripts import code, value
from .figures import Axis, Figure, above
from .panel import Panel, Scenario
from .prediction import Choose, Sketch

DURATION, DT = 300.0, 0.25  # ms
STEPS, SHOWN = round(DURATION / DT), 4  # steps, and how many of them lie between two points of the picture
CLOCK = np.arange(0, STEPS + 1, SHOWN) * DT
POINTS = 61  # of the velocity that is drawn
TIMES = np.linspace(0.0, DURATION, POINTS)
FASTEST = 0.12  # rad/ms
LOOKED = 100  # angles at which weights are shown


def _pulses(*pulses) -> np.ndarray:
    """rad/ms at TIMES: (centre in ms, height) of smooth turns. No more digits than the state of a panel carries."""
    return np.round(sum(v * np.exp(-(((TIMES - t) / 22.0) ** 2)) for t, v in pulses), 5)


class PathIntegrationPanel(Panel):
    model = CANN
    title = "A ring that adds up"
    question = "How can a network know which way the head points, if it is told only how fast the head turns?"
    surprise = "Twelve neurons add up a velocity without an error. With eight the bump sticks to them: slow turns are lost."
    visible = ("gain", "neurons", "a", "sigma")
    without = ("k", "J0", "rho", "tau", "m", "tau_v", "A", "size")
    uses_noise = True

    gain: float = param(1.0, "1", "strength of the shifted weights, 1 is exact", symbol="g", slider=(0, 2))
    neurons: int = param(12, "", "neurons on the ring", structural=True, choices=(8, 10, 12, 64))
    velocity: float = param(
        _pulses((50, 0.07), (150, -0.04), (240, 0.03)), "rad/ms", "velocity of the head", slider=(-FASTEST, FASTEST)
    )

    scenarios = {
        "left, right, left": Scenario(
            {}, "Draw another velocity. The two angles stay together, although nothing in the ring can count."
        ),
        "what is the sum?": Scenario(
            {"velocity": _pulses((60, 0.05), (200, -0.05))},
            "Turned as far back as it had turned before: it ends where it began, at any time between it knows where it is.",
            predict=Sketch("The head turns like this. Draw the angle that the ring will show.", figure=1),
        ),
        "eight neurons": Scenario(
            {"neurons": 8},
            "The bump sticks to the neurons: only the fastest turn pushes it over to the next one. Draw faster turns.",
            predict=Choose(
                "The bump of 12 neurons followed the head without an error. What will the bump of 8 neurons do?",
                ("follow as well", "follow only the fastest turn", "stand still"),
                answer=lambda n: 2 - int(np.digitize(n["share of the way"], (0.3, 0.95))),
            ),
        ),
        "weights too weak": Scenario(
            {"gain": 0.8, "velocity": _pulses((50, 0.07), (150, 0.05), (240, 0.06))},
            "Each turn is taken for a fifth less. Errors add up: without a landmark the ring never learns that it is wrong.",
        ),
        "noise": Scenario(
            {"sigma": 0.4, "neurons": 64},
            "The noise is added up, too. Throw the die: the error grows like the square root of time.",
        ),
    }

    def build(self):
        span = (0.0, DURATION)
        self.v_figure = Figure(
            Axis("t", "ms", span), Axis("velocity", "rad/ms", (-FASTEST, FASTEST)), title="velocity of the head: draw it",
            height=190,
        )  # fmt: skip
        self.v_curve = self.v_figure.curve("velocity", 2, given=True)
        self.v_figure.drawn(
            "velocity", POINTS, min=-FASTEST, max=FASTEST, color="transparent", label="velocity of the head", unit="rad/ms"
        )
        self.angle_figure = Figure(Axis("t", "ms", span), Axis("angle", "rad", (-4, 6)), title="angle", height=220)
        self.truth = self.angle_figure.curve("the head, true", 2, dash="dashed", width=2.4, ghost=False)
        self.angle = self.angle_figure.curve("the bump", 1, width=2.0)
        self.w_figure = Figure(
            Axis("angle to the other neuron", "rad", (-np.pi, np.pi)), Axis("weight", "", (-0.6, 1.2)),
            title="weights from one neuron", height=210,
        )  # fmt: skip
        self.rest = self.w_figure.curve("head at rest", "ghost", dash="dashed", ghost=False, given=True)
        self.turning = self.w_figure.curve("fastest turn", 3, ghost=False)
        self.cells = self.w_figure.dots("to the neurons there are", 3)
        self.U_figure = Figure(
            Axis("angle", "rad", (-np.pi, np.pi)), Axis("U", "", (0, 16)), title="the bump at the end", height=210
        )
        self.U = self.U_figure.curve("input U", 1)
        self.U_cells = self.U_figure.dots("neurons", 1)
        self.figures = [self.v_figure, self.angle_figure, self.w_figure, self.U_figure]
        return [self.v_figure, self.angle_figure, [self.w_figure, self.U_figure]]

    def simulate(self, model, key, gain, neurons, velocity):
        model = raw(model)
        model = model.replace(size=neurons)
        model = model.replace(k=0.5 * model.kc)
        turn = jnp.interp((jnp.arange(STEPS) + 0.5) * DT, TIMES, velocity)
        noise = model.sigma * jnp.sqrt(DT / model.tau * neurons / (2 * jnp.pi * model.rho))
        step = stepper("rk4")

        def go(i, U):
            push = gain * turn[i]
            U = step(lambda U, t: raw(model.derivative(U, 0.0, turn=push))[0], U, 0.0, DT)
            return U + noise * jr.normal(jr.fold_in(key, i), U.shape)

        def record(U, row):
            U = lax.fori_loop(row * SHOWN, (row + 1) * SHOWN, go, U)
            return U, raw(model.centre(U))

        U, centre = lax.scan(record, raw(model.initial())[0], jnp.arange(STEPS // SHOWN))
        true = jnp.append(0.0, jnp.cumsum(turn) * DT)[::SHOWN]
        path = jnp.append(0.0, jnp.cumsum(wrap(jnp.diff(centre, prepend=0.0))))
        fastest = gain * turn[jnp.argmax(abs(turn))]
        x = jnp.linspace(-jnp.pi, jnp.pi, LOOKED)
        J = model.J0 / ((2 * jnp.pi) ** 0.5 * model.a) * jnp.exp(-x * x / (2 * model.a**2))
        turning = J * (1 + model.tau * fastest * x / model.a**2)
        return {"path": path, "true": true, "U": U, "J": J, "turning": turning}

    def draw(self, path, true, U, J, turning):
        self.v_curve.set(TIMES, self.values["velocity"])
        self.truth.set(CLOCK, true)
        self.angle.set(CLOCK, path)
        low, high = min(true.min(), path.min()), max(true.max(), path.max())
        self.angle_figure.set_ranges(y=(2 * np.floor(low / 2 - 0.1), 2 * np.ceil(high / 2 + 0.1)))
        x, cells = np.linspace(-np.pi, np.pi, LOOKED), positions(len(U))
        self.rest.set(x, J)
        self.turning.set(x, turning)
        self.cells.set(cells, np.interp(cells, x, turning))
        self.w_figure.set_ranges(y=(0.4 * np.floor(turning.min() / 0.4 - 0.1), 0.4 * np.ceil(turning.max() / 0.4 + 0.1)))
        self.U.set(np.append(cells, np.pi), np.append(U, U[0]))
        self.U_cells.set(cells, U)
        self.U_figure.set_ranges(y=(0.0, above(16.0, U)))

    def measure(self, path, true, U, J, turning):
        way, gone = np.diff(true), np.diff(path)
        moved = float(way @ way)
        return {
            "head (rad)": float(true[-1]),
            "bump (rad)": float(path[-1]),
            "error (rad)": float(path[-1] - true[-1]),
            "largest error (rad)": float(abs(path - true).max()),
            "share of the way": round(float(gone @ way) / moved, 3) if moved else 1.0,
        }

    def words(self, numbers):
        return tr(
            "At the end the head is at {head:.2f} rad and the bump at {bump:.2f} rad. The bump made {percent:.0f} % of the "
            "head's way; on it, it was wrong by {error:.2f} rad at most.",
            head=numbers["head (rad)"],
            bump=numbers["bump (rad)"],
            percent=100 * numbers["share of the way"],
            error=numbers["largest error (rad)"],
        )

    def script(self):
        model, experiment = self.state()
        velocity = [float(f"{v:.4g}") for v in self.values["velocity"]]
        return code(
            "import numpy as np",
            "",
            f"ring = bl.{model.replace(size=experiment.neurons)!r}",
            "ring = ring.replace(k=0.5 * ring.kc)",
            f"velocity = {velocity}",
            f"times = np.linspace(0, {DURATION}, {POINTS})",
            f"turn = lambda t: {value(self.values['gain'])} * np.interp(t, times, velocity)",
            f"run = ring.run(None, {DURATION}, dt={DT}, turn=turn, start=0.0, seed={self._seed})",
            'print(f"bump (rad) {run.path[-1]:.4f}")',
        )
