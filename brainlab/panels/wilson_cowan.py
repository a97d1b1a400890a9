"""P14b, second part: the plane of Wilson and Cowan. Two populations that rest, swing, or remember."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from ..analysis._newton import newton_all
from ..integrate._steppers import stepper
from ..language import tr
from ..math._array import raw
from ..models import WilsonCowan
from ..models.wilson_cowan import SETS, response
from ..params import info, param
from ._rate_plane import E_COLOR, I_COLOR, RatePlane
from ._scripts import code, value
from .figures import Axis, Figure
from .panel import Scenario
from .prediction import Choose

DURATION, DT = 400.0, 0.1  # ms
STEPS = round(DURATION / DT)
LATE = STEPS // 2  # from here on the swings are measured: well after the kick
KICK = (100.0, 140.0)  # ms
SPAN = (-0.05, 0.55)
INPUTS = info(WilsonCowan)["P"].slider
FINE = 300  # points of a nullcline
STARTS = 30  # of the searches for fixed points, along the nullcline of I
NARROW = 1e-3  # a weight below which a line is drawn as if it had this one
P_AT, Q_AT = 0.4, 0.15  # E and I where the handles lie on their lines
SWINGS = 0.01  # a smaller change of E is none
WHY_SHARE = "less than none of the cells cannot be active"

HYSTERESIS = {n: getattr(SETS["hysteresis"], n) for n in ("c1", "c2", "c3", "c4", "a_e", "theta_e", "a_i", "theta_i", "P")}


class WilsonCowanPanel(RatePlane):
    model = WilsonCowan
    title = "Rest, rhythm, memory"
    question = "When do excitation and inhibition come to rest, when do they swing, and when do they remember?"
    surprise = "More drive makes the rhythm faster, from a period of 76 ms to 27 ms, and then ends it."
    visible = ("P", "Q", "kick", "c1", "c2")
    carries = {
        **RatePlane.carries,
        **dict.fromkeys(("P", "c1", "c2", "a_e", "theta_e", "r_e"), ("line_E",)),
        **dict.fromkeys(("Q", "c3", "c4", "a_i", "theta_i", "r_i"), ("line_I",)),
    }
    span, duration, least = SPAN, DURATION, SPAN[0]

    kick: float = param(0.0, "1", "added to P from 100 to 140 ms", symbol=r"\Delta P", slider=(-2, 2))
    E0: float = param(0.1, "1", "E at the start", symbol="E_0", slider=SPAN)
    I0: float = param(0.05, "1", "I at the start", symbol="I_0", slider=SPAN)

    scenarios = {
        "a rhythm": Scenario(
            {}, "E rises, and I after it; I puts E down, and dies away itself. Pull the line of E up and down: P moves it."
        ),
        "twice the drive": Scenario(
            {"P": 2.5},
            "E has become so active that inhibition no longer silences it: both rest, high up. Go back to 1.8.",
            predict=Choose(
                "At P = 1.25 there was a rhythm of 40 ms. P is doubled. What becomes of the rhythm?",
                ("it becomes slower", "it becomes faster", "it ends"),
                answer=lambda n: 2 if n["swing of E"] < SWINGS else int(n["period (ms)"] < 40),
            ),
        ),
        "once around": Scenario(
            {"P": 0.7, "kick": 0.7, "E0": 0.0, "I0": 0.0},
            "A strong enough kick sends the state once around, and it comes to rest where it was. Make the kick weaker.",
        ),
        "a memory": Scenario(
            {**HYSTERESIS, "kick": 1.0, "E0": 0.0, "I0": 0.0},
            "There are two states to rest in, and the kick has moved it to the other. The second figure shows both.",
            predict=Choose(
                "Other weights, and silence. From 100 to 140 ms P is 1, then it is 0 again. What is left of it at 400 ms?",
                ("nothing: silence again", "E stays active", "a rhythm"),
                answer=lambda n: 2 if n["swing of E"] > SWINGS else int(n["E at the end"] > 0.2),
            ),
        ),
        "forget it": Scenario(
            {**HYSTERESIS, "kick": -1.0, "E0": 0.44, "I0": 0.23},
            "A kick the other way ends it. How weak may it be? Or drag P in the second figure down and up again.",
        ),
    }

    def build(self):
        self.build_plane("phase plane: drag the start and the lines")
        self.plane.handle("line_E", "xy", label="input to the excitatory cells", text="P", color=str(E_COLOR))
        self.plane.handle("line_I", "xy", label="input to the inhibitory cells", text="Q", color=str(I_COLOR))
        self.diagram = Figure(Axis("P", "", INPUTS), Axis("E", "", SPAN), title="where it can rest: drag P", height=360)
        self.rest_stable = self.diagram.curve("stable", 3, width=2.0)
        self.rest_unstable = self.diagram.curve("unstable", 4, dash="dashed")
        self.now = self.diagram.dots("this run from 200 ms on", E_COLOR, ghost=True)
        self.diagram.handle(
            "P", "x", min=INPUTS[0], max=INPUTS[1], step=0.01, label="input to the excitatory cells", text="P",
            color="ghost", dash="5 4",
        )  # fmt: skip
        self.build_traces("traces")
        self.kicked = self.traces_figure.curve("kick", 4, width=4.0, ghost=False, given=True)
        self.figures = [self.plane, self.diagram, self.traces_figure]
        return [[self.plane, self.diagram], self.traces_figure]

    def hand(self, name):
        model, _ = self.state()
        if name == "line_E":
            return [P_AT, float((model.c1 * P_AT - drive_of(P_AT, *excitatory(model)) + model.P) / max(model.c2, NARROW))]
        if name == "line_I":
            return [float((drive_of(Q_AT, *inhibitory(model)) + model.c4 * Q_AT - model.Q) / max(model.c3, NARROW)), Q_AT]
        return super().hand(name)

    def touched(self, figure, moved):
        """A line goes where the finger is: P moves that of E up and down, Q that of I to the sides."""
        model, _ = self.state()
        for name, input in (("line_E", "P"), ("line_I", "Q")):
            if name in moved:
                E, I = moved[name]
                drive = drive_of(E, *excitatory(model)) if input == "P" else drive_of(I, *inhibitory(model))
                mine = model.c1 * E - model.c2 * I if input == "P" else model.c3 * E - model.c4 * I
                moved = {**moved, input: round(float(drive - mine), 4)}
        super().touched(figure, moved)

    def simulate(self, model, kick, E0, I0):
        model, step = raw(model), stepper("rk4")

        def body(y, i):
            t = (i + 0.5) * DT
            P = model.P + jnp.where((t > KICK[0]) & (t < KICK[1]), kick, 0.0)
            y = step(lambda y, t: slope(y, model.replace(P=P)), y, 0.0, DT)
            return y, y

        y0 = jnp.stack([E0, I0])
        _, y = jax.lax.scan(body, y0, jnp.arange(STEPS))
        E_line, I_line = E_nullcline(model), I_nullcline(model)
        roots, _, found = newton_all(slope, model, I_line[:, :: FINE // STARTS].T, jnp.full(2, SPAN[1] - SPAN[0]))
        drive = drive_of(I_line[0], *excitatory(model))  # the P that makes E stand still there, too
        P = drive - model.c1 * I_line[0] + model.c2 * I_line[1]
        slopes = jax.vmap(jax.jacfwd(lambda y, P: slope(y, model.replace(P=P))), in_axes=(0, 0))
        return {
            "y": jnp.concatenate([y0[None], y]),
            "arrows": jax.vmap(lambda y: slope(y, model))(jnp.asarray(self.arrows_at())),
            "E_line": E_line,
            "I_line": I_line,
            "roots": roots,
            "found": found,
            "jacobians": jax.vmap(jax.jacfwd(lambda y: slope(y, model)))(roots),
            "P": P,
            "J": slopes(I_line.T, P),
        }

    def draw(self, y, arrows, E_line, I_line, roots, found, jacobians, P, J):
        self.draw_plane(arrows, E_line, I_line, self.rests(roots, found, jacobians))
        self.path.set(*self.along(y))
        stable = (np.trace(J, axis1=1, axis2=2) < 0) & (np.linalg.det(J) > 0)
        seen = np.abs(P) < 99  # elsewhere no input could do it
        self.rest_stable.set(P, np.where(stable & seen, I_line[0], np.nan))
        self.rest_unstable.set(P, np.where(~stable & seen, I_line[0], np.nan))
        late = y[LATE:, 0]
        self.now.set([self.values["P"]] * 2, [late.min(), late.max()])
        t = np.arange(STEPS + 1) * DT
        self.E.set(t, y[:, 0])
        self.I.set(t, y[:, 1])
        self.kicked.set(*((KICK, [SPAN[0] + 0.015] * 2) if self.values["kick"] else ([], [])))

    def measure(self, y, arrows, E_line, I_line, roots, found, jacobians, P, J):
        late = y[LATE:, 0]
        swing = float(np.ptp(late))
        return {
            "fixed points": ", ".join(kind for _, kind, _ in self.rests(roots, found, jacobians)),
            "E at the end": round(float(late[-1]), 4) + 0.0,
            "lowest E": float(late.min()),
            "highest E": float(late.max()),
            "swing of E": round(swing, 3),
            "period (ms)": period(late) if swing > SWINGS else 0.0,
        }

    def words(self, numbers):
        kinds = [tr(kind) for kind in numbers["fixed points"].split(", ") if kind]
        said = tr("Fixed points: {kinds}. ", kinds=", ".join(kinds) if kinds else tr("none in the picture"))
        if numbers["period (ms)"]:
            return said + tr(
                "E swings between {low:.2f} and {high:.2f}, once in {period:.0f} ms.",
                low=numbers["lowest E"],
                high=numbers["highest E"],
                period=numbers["period (ms)"],
            )
        return said + tr("At the end E is {E:.2f}.", E=numbers["E at the end"])

    def script(self):
        model, _ = self.state()
        v = {name: value(self.values[name]) for name in ("E0", "I0", "kick")}
        return code(
            "import numpy as np",
            "",
            f"model = bl.{model!r}",
            "",
            "",
            "def field(E, I, t, P):",
            "    return model.replace(P=P).derivative(E, I)",
            "",
            "",
            f"y, Es = ({v['E0']}, {v['I0']}), []",
            f"for t0, t1, kick in ((0, {KICK[0]}, 0.0), ({KICK[0]}, {KICK[1]}, {v['kick']}), ({KICK[1]}, {DURATION}, 0.0)):",
            f"    run = bl.solve_ode(field, y, t0, t1, dt={DT}, args=(model.P + kick,))",
            "    y, Es = (run['E'][-1], run['I'][-1]), [*Es, np.asarray(run['E'])]",
            f"late = np.concatenate(Es)[-{STEPS - LATE}:]",
            f'print(bl.analysis.fixed_points(model, {{"E": {SPAN}, "I": {SPAN}}}))',
            'print(f"lowest E {late.min():.4g}")',
            'print(f"highest E {late.max():.4g}")',
        )


def slope(y, model):
    """dE/dt and dI/dt, (2,)."""
    return jnp.stack(raw(model.derivative(y[0], y[1])))


def excitatory(model):
    """(a, theta, r) of the excitatory cells."""
    return model.a_e, model.theta_e, model.r_e


def inhibitory(model):
    return model.a_i, model.theta_i, model.r_i


def steady(x, a, theta, r):
    """The activity of a population whose input stays x: k S / (1 + r S)."""
    S, k = response(x, a, theta)
    return raw(k * S / (1 + r * S))


def drive_of(rate, a, theta, r):
    """The input that keeps a population at this activity: `steady` turned round. Where none does, one beyond all others."""
    none = 1 / (1 + jnp.exp(a * theta))
    share = rate / (1 - none - r * rate) + none
    possible = (share > 1e-6) & (share < 1 - 1e-6) & (r * rate < 1 - none)
    share = jnp.where(possible, share, 0.5)
    drive = theta + jnp.log(share / (1 - share)) / a
    return jnp.where(possible, drive, 1e3 * jnp.sign(rate - 0.1))


def E_nullcline(model):
    """(2, FINE): along it by the input of the excitatory cells, which is known as soon as E is."""
    low, high = SPAN
    c2 = jnp.maximum(model.c2, NARROW)
    x = jnp.linspace(model.c1 * low - c2 * high + model.P, model.c1 * high - c2 * low + model.P, FINE)
    E = steady(x, *excitatory(model))
    return jnp.stack([E, (model.c1 * E - x + model.P) / c2])


def I_nullcline(model):
    """(2, FINE): along it by the input of the inhibitory cells."""
    low, high = SPAN
    c3 = jnp.maximum(model.c3, NARROW)
    x = jnp.linspace(c3 * low - model.c4 * high + model.Q, c3 * high - model.c4 * low + model.Q, FINE)
    I = steady(x, *inhibitory(model))
    return jnp.stack([(x + model.c4 * I - model.Q) / c3, I])


def period(E) -> float:
    """ms between the first and the last time that E (time,) passes its middle upwards, by the number of swings between."""
    gap = E - (E.min() + E.max()) / 2
    up = np.flatnonzero((gap[:-1] < 0) & (gap[1:] >= 0))
    times = (up - gap[up] / (gap[up + 1] - gap[up])) * DT
    return float((times[-1] - times[0]) / (len(times) - 1)) if len(times) > 1 else 0.0
