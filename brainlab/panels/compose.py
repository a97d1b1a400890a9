"""P8c: plug gates under a membrane, and choose how the joint equations take a step."""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
import numpy as np

from ..language import tr
from ..models import HH
from ..params import param
from . import _compose_script, _parts
from ._scripts import counted
from .figures import Axis, Figure
from .note import Note
from .panel import Panel, Scenario
from .prediction import Choose

DURATION = 150.0  # ms
FINEST, LONGEST = 0.025, 0.2  # ms
GRID = (0.05, 0.075, 0.1, 0.125, 0.15, 0.175, 0.2)  # ms, of the curve of errors
FAR = 1e3  # mV; a run that comes here has blown up
ROOMS = (2.0, 4.0, 10.0, 20.0, 40.0)  # ms, how late the picture can show


class ComposePanel(Panel):
    model = HH
    title = "Plug a gate under a membrane"
    question = "In which order may the parts of a model be moved by a step?"
    surprise = "With 0.1 ms exponential Euler makes the period 5 % too long. Let the gates see the new V, and it is 0.5 %."
    visible = ("dt", "I", "parts", "scheme")
    without = ("C", "E_Na", "E_K", "E_L", "T")

    dt: float = param(
        0.1, "ms", "time step", symbol="dt", slider=(FINEST, LONGEST), at_least=FINEST, at_most=LONGEST,
        why="the reference has steps of 0.025 ms, and a spike is over in one",
    )  # fmt: skip
    I: float = param(10.0, "uA/cm2", "current", slider=(0, 30))
    g_M: float = param(
        0.3, "mS/cm2", "slow potassium conductance", symbol="g_M", slider=(0, 1), at_least=0,
        why="a channel can be closed, not less than closed",
    )  # fmt: skip
    parts: str = param("V+m,h,n", "", "what is plugged together", structural=True, choices=tuple(_parts.SETS))
    scheme: str = param("exp_euler", "", "how a step is taken", structural=True, choices=_parts.SCHEMES)

    scenarios = {
        "all from the old state": Scenario(
            {}, "Exponential Euler never blows up. But every spike is later than the one before: the period is 5 % too long."
        ),
        "all at once, RK4": Scenario(
            {"scheme": "rk4", "dt": 0.05},
            "Four equations, one vector. Make the step longer, slowly, to 0.1 ms.",
        ),
        "one after the other": Scenario(
            {"scheme": "in_turn"},
            "First V, then the gates with the new V. The same work, the order alone was changed. Compare with Strang.",
            predict=Choose(
                "With all from the old state the period was 5 % too long. Now the gates see the V that was just computed. "
                "The error of the period will be",
                ("larger", "about the same", "about ten times smaller"),
                answer=lambda numbers: int(np.digitize(-abs(numbers["period error (%)"]), (-7, -2))),
            ),
        ),
        "a slow gate more": Scenario(
            {"parts": "V+m,h,n,p", "scheme": "strang"},
            "One more part, one more equation; nothing else was touched. The intervals grow. Turn up g_M under more.",
        ),
        "no sodium": Scenario(
            {"parts": "V+n", "scheme": "strang"},
            "Two dimensions: V rises, n follows and pulls it back. No spike without m.",
        ),
    }

    def build(self):
        self.note = Note()
        self.V_figure = Figure(
            Axis("t", "ms", (0, DURATION)), Axis("V", "mV", (-90, 60)), title="membrane potential", height=220
        )
        self.exact = self.V_figure.curve("reference: RK4, 0.025 ms", 5, dash="dashed", ghost=False)
        self.V = self.V_figure.curve("this scheme", 1)
        self.late_figure = Figure(
            Axis("t", "ms", (0, DURATION)), Axis("later", "ms", (-2, 2)), title="how late each spike is", height=210
        )
        self.late = self.late_figure.curve("", 1)
        self.late_dots = self.late_figure.dots("later than the reference", 1)
        self.error_figure = Figure(
            Axis("dt", "ms", (0, 0.21)), Axis("too long by", "%", (-2, 12)), title="period: drag the step", height=210
        )
        self.errors = self.error_figure.curve("this scheme", 3)
        self.now = self.error_figure.dots("this step", 2)
        look = dict(unit="ms", label="time step", text="dt", color="ghost", dash="5 4")
        self.error_figure.handle("dt", "x", min=FINEST, max=LONGEST, step=0.001, **look)
        self.figures = [self.V_figure, self.late_figure, self.error_figure]
        return [self.note, self.V_figure, [self.late_figure, self.error_figure]]

    def relabel(self):
        super().relabel()
        self.tabulate()

    def tabulate(self):
        """Who is plugged in, what each equation moves, and what it has to be told by the others."""
        gates = _parts.SETS[self.values["parts"]]
        currents = [tr(name) for needs, name in CHANNELS.items() if set(needs) <= set(gates)]
        rows = [[tr("membrane"), "V (mV)", ", ".join((*gates, "I")), ", ".join(currents)]]
        rows += [[tr(GATES[name]), name, "V", ""] for name in gates]
        rows.append([tr("together"), f"({', '.join(('V', *gates))})", "I", tr("{n} dimensions", n=1 + len(gates))])
        self.note.table([tr("part"), tr("moves"), tr("is told"), tr("contains")], rows)

    def simulate(self, model, dt, I, g_M, parts, scheme):
        gates = _parts.SETS[parts]
        of = functools.partial(run, model, gates, g_M=g_M, I=I)
        V, steps = of(scheme, dt, steps=round(DURATION / FINEST))
        grid = jnp.asarray(GRID)
        many, done = jax.vmap(lambda dt: of(scheme, dt, steps=round(DURATION / GRID[0])))(grid)
        reference, _ = of("rk4", FINEST, steps=round(DURATION / FINEST))
        return {"V": V, "steps": steps, "many": many, "done": done, "reference": reference, "dt": dt}

    def draw(self, V, steps, many, done, reference, dt):
        if not self.V_figure.ghostly:
            self.tabulate()
        V = V[: min(whole_steps(dt), steps) + 1]  # it ends where it blows up
        self.exact.set(np.arange(len(reference)) * FINEST, reference)
        self.V.set(np.arange(len(V)) * dt, V)
        mine, right = crossings(V, dt), crossings(reference, FINEST)
        n = min(len(mine), len(right))
        late = mine[:n] - right[:n]
        self.late.set(right[:n], late)
        self.late_dots.set(right[:n], late)
        room = next((r for r in ROOMS if r > 1.05 * np.abs(late).max(initial=0.0)), ROOMS[-1])
        self.late_figure.set_ranges(y=(-room, room))
        wrong = np.array([period_error(row[: n + 1], h, reference) for row, h, n in zip(many, GRID, done, strict=True)])
        seen = np.isfinite(wrong)
        self.errors.set(np.array(GRID)[seen], wrong[seen])
        here = period_error(V, dt, reference)
        self.now.set(*(([dt], [here]) if np.isfinite(here) else ([], [])))

    def measure(self, V, steps, many, done, reference, dt):
        whole = whole_steps(dt)
        V = V[: min(whole, steps) + 1]
        error = period_error(V, dt, reference)
        return {
            "dimension": 1 + len(_parts.SETS[self.values["parts"]]),
            "spikes": len(crossings(V, dt)),
            "reference spikes": len(crossings(reference, FINEST)),
            "period error (%)": float(error) if np.isfinite(error) else 0.0,
            "blows up at (ms)": float(steps * dt) if steps < whole else 0.0,
        }

    def words(self, numbers):
        n = numbers["dimension"]
        said = tr("One equation. ") if n == 1 else tr("{n} equations. ", n=n)
        if numbers["blows up at (ms)"]:
            return said + tr("With this step it blows up after {t:.1f} ms.", t=numbers["blows up at (ms)"])
        if numbers["reference spikes"] < 3:
            return said + tr("In 150 ms: {n}.", n=counted(numbers["spikes"]))
        return said + tr(
            "{n} in 150 ms, {right} in the reference; the period is {error:+.2f} % off.",
            n=counted(numbers["spikes"]),
            right=numbers["reference spikes"],
            error=round(numbers["period error (%)"], 2) + 0.0,  # not -0
        )

    def script(self):
        model, _ = self.state()
        return _compose_script.script(model, _parts.SETS[self.values["parts"]], self.values, DURATION)


CHANNELS = {(): "leak", ("m", "h"): "sodium", ("n",): "potassium", ("p",): "slow potassium"}  # gates -> what they open
GATES = {"m": "sodium opens", "h": "sodium closes", "n": "potassium opens", "p": "slow potassium opens"}


def run(model, gates, scheme, dt, steps, g_M, I):
    """V (steps + 1,) and the number of steps until it blew up."""
    step = _parts.stepping(model, gates, scheme, g_M, I)

    def body(carry, _):
        y, n = carry
        new = step(y, dt)
        fine = jnp.all(jnp.abs(new) < FAR)  # False for NaN too
        y = jnp.where(fine, new, y)
        return (y, n + fine), y[0]

    y = _parts.start(model, gates)
    (_, n), V = jax.lax.scan(body, (y, 0), None, length=steps)
    return jnp.append(y[0], V), n


def whole_steps(dt) -> int:
    """How many fit into the run; dt is the nearest float32, a little more or less than what was asked for."""
    return int(DURATION / dt + 1e-3)


def crossings(V, dt) -> np.ndarray:
    """Times (ms) at which V passes 0 mV upwards, between the steps by a straight line."""
    i = np.flatnonzero((V[:-1] < 0) & (V[1:] >= 0))
    return (i - V[i] / (V[i + 1] - V[i])) * dt


def period_error(V, dt, reference) -> float:
    """By how much, in %, the mean interval from the second spike to the last is too long.

    NaN with too few spikes, or if V ends early because it blew up.
    """
    n = whole_steps(dt)
    mine, right = crossings(V[: n + 1], dt), crossings(reference, FINEST)
    if len(V) <= n or len(mine) < 3 or len(right) < 3:
        return np.nan
    n = min(len(mine), len(right))
    return 100.0 * ((mine[n - 1] - mine[1]) / (right[n - 1] - right[1]) - 1.0)
