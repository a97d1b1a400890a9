"""P11e: voltage clamp. The voltage is held where you put it, and the currents show themselves one by one."""

from __future__ import annotations

import math

import jax.numpy as jnp
import numpy as np

from ..language import tr
from ..math._array import raw
from ..models import HH
from ..params import param
from ._scripts import code, value
from .figures import Axis, Figure
from .panel import Panel, Scenario
from .prediction import Choose

BEFORE, AFTER = 2.0, 18.0  # ms; the voltage jumps at t = 0
CLOCK = np.linspace(-BEFORE, AFTER, 801)
LEVELS = np.linspace(-100.0, 100.0, 101)  # mV, of the I-V curves
MILLI = 1e-3  # mA in a uA: the currents under clamp are large
EARLY = np.linspace(0.0, AFTER, 361)


class ClampPanel(Panel):
    model = HH
    title = "Holding the voltage"
    question = "Which ions carry the current of a spike, when, and in which direction?"
    surprise = "At 50 mV the sodium channels open wide, and no sodium current flows: nothing drives it."
    visible = ("V_hold", "V_before", "g_Na", "g_K", "T")
    without = ("C",)

    V_hold: float = param(-20.0, "mV", "held voltage", symbol=r"V_{hold}", slider=(-100, 100))
    V_before: float = param(-65.0, "mV", "voltage before", symbol=r"V_{before}", slider=(-120, 0))

    scenarios = {
        "two currents": Scenario({}, "First inward (down) and short, then outward (up) and lasting. Drag the voltage."),
        "at the sodium potential": Scenario(
            {"V_hold": 50.0},
            "The gate m opens within a fraction of a millisecond, but V is where sodium is in balance.",
            predict=Choose(
                "The voltage jumps to 50 mV, and the sodium channels open wide. What will the sodium current be?",
                ("large and inward", "none", "large and outward"),
                answer=lambda numbers: (
                    1 if abs(numbers["peak I_Na (mA/cm2)"]) < 0.01 else 0 if numbers["peak I_Na (mA/cm2)"] < 0 else 2
                ),
            ),
        ),
        "beyond it": Scenario({"V_hold": 80.0}, "Sodium now flows out. The early current has changed its sign."),
        "TTX": Scenario({"g_Na": 0.0}, "The poison of the puffer fish shuts the sodium channels. What is left?"),
        "TEA": Scenario({"g_K": 0.0}, "Potassium channels are blocked: the early current alone. It ends by itself. Why?"),
        "held high before": Scenario(
            {"V_before": -40.0}, "Before the jump h had already fallen: the sodium channels are there, but not available."
        ),
    }

    def build(self):
        time = (-BEFORE, AFTER)
        self.V_figure = Figure(Axis("t", "ms", time), Axis("V", "mV", (-125, 110)), title="the voltage: drag it", height=150)
        self.V = self.V_figure.curve("V", 1, given=True)
        look = dict(step=0.5, unit="mV", color="ghost", dash="5 4")
        self.V_figure.handle("V_hold", "y", min=-100.0, max=100.0, label="held voltage", **look)
        self.V_figure.handle("V_before", "y", min=-120.0, max=0.0, label="voltage before", **look)
        self.I_figure = Figure(Axis("t", "ms", time), Axis("I", "mA/cm2", (-2, 2)), title="currents", height=230)
        self.total = self.I_figure.curve("all together", 2, width=2.4)
        self.parts = self.I_figure.several(["I_Na", "I_K", "I_L"], [3, 5, 4], ghost=False)
        self.IV_figure = Figure(
            Axis("V", "mV", (-100, 100)), Axis("I", "mA/cm2", (-2, 2)), title="current against voltage", height=210
        )
        self.IV = self.IV_figure.several(["I_Na at its peak", "I_K at the end"], [3, 5], ghost=True)
        self.now = self.IV_figure.dots("this voltage", 2)
        self.IV_figure.handle("V_hold", "x", min=-100.0, max=100.0, label="held voltage", **look)
        self.gates_figure = Figure(Axis("t", "ms", time), Axis("open share", "", (0, 1)), title="gates", height=210)
        self.gates = self.gates_figure.several(["m", "h", "n"], [3, 4, 5])
        self.figures = [self.V_figure, self.I_figure, self.IV_figure, self.gates_figure]
        return [self.V_figure, self.I_figure, [self.IV_figure, self.gates_figure]]

    def simulate(self, model, V_hold, V_before):
        model = raw(model)
        V = jnp.where(CLOCK < 0, V_before, V_hold)
        gates = clamped_gates(model, V_before, V_hold, jnp.maximum(CLOCK, 0.0))
        levels = jnp.append(LEVELS, V_hold)[:, None]
        m, h, n = clamped_gates(model, V_before, levels, EARLY)
        I_Na, I_K, _ = raw(model.currents(levels, m, h, n))
        at = jnp.abs(I_Na).argmax(1)
        peak = jnp.take_along_axis(I_Na, at[:, None], 1)[:, 0]
        return {
            "V": V,
            "gates": jnp.stack(gates),
            "currents": jnp.stack(raw(model.currents(V, *gates))) * MILLI,
            "peak": peak * MILLI,
            "late": I_K[:, -1] * MILLI,
            "peak_at": at[-1] * EARLY[1],
        }

    def draw(self, V, gates, currents, peak, late, peak_at):
        total, V_hold = currents.sum(0), self.values["V_hold"]
        self.V.set(CLOCK, V)
        self.I_figure.set_ranges(y=room(currents.min(), currents.max()))
        self.IV_figure.set_ranges(y=room(min(peak.min(), late.min()), max(peak.max(), late.max())))
        self.total.set(CLOCK, total)
        self.parts.set(CLOCK, currents)
        self.IV.set(LEVELS, np.stack([peak[:-1], late[:-1]]))
        self.now.set([V_hold, V_hold], [peak[-1], late[-1]])
        self.gates.set(CLOCK, gates)

    def measure(self, V, gates, currents, peak, late, peak_at):
        return {
            "peak I_Na (mA/cm2)": float(peak[-1]) + 0.0,  # not -0
            "peak at (ms)": float(peak_at),
            "late I_K (mA/cm2)": float(late[-1]) + 0.0,
            "late I (mA/cm2)": float(currents[:, -1].sum()),
        }

    def words(self, numbers):
        sodium = numbers["peak I_Na (mA/cm2)"]
        values = dict(V=self.values["V_hold"], sodium=sodium, t=numbers["peak at (ms)"])
        if abs(sodium) < 0.0005:
            said = tr("At {V:g} mV no sodium current flows.", **values)
        elif sodium < 0:
            said = tr("At {V:g} mV the sodium current is inward, {sodium:.2f} mA/cm2 after {t:.2f} ms.", **values)
        else:
            said = tr("At {V:g} mV the sodium current is outward, {sodium:.2f} mA/cm2 after {t:.2f} ms.", **values)
        return said + tr(" The potassium current goes to {potassium:.2f} mA/cm2.", potassium=numbers["late I_K (mA/cm2)"])

    def script(self):
        model, _ = self.state()
        return code(
            "import numpy as np",
            "",
            f"neuron = bl.{model!r}",
            f"V_before, V_hold = {value(self.values['V_before'])}, {value(self.values['V_hold'])}      # mV",
            f"t = np.linspace(0.0, {AFTER}, 361)      # ms",
            "gates = []",
            "for start, end, tau in zip(neuron.steady(V_before), neuron.steady(V_hold), neuron.taus(V_hold)):",
            "    gates.append(end + (start - end) * np.exp(-t / tau))",
            "I_Na, I_K, I_L = neuron.currents(V_hold, *gates)      # uA/cm2",
            "I_Na = np.asarray(I_Na) / 1000",
            'print(f"peak I_Na (mA/cm2) {I_Na[abs(I_Na).argmax()]:.4g}")',
        )


def clamped_gates(model, V_before, V, t):
    """m, h, n at t (n,) ms after V was stepped from V_before, where they had settled: each relaxes exponentially."""
    parts = zip(raw(model.steady(V_before)), raw(model.steady(V)), raw(model.taus(V)), strict=True)
    return tuple(end + (start - end) * jnp.exp(-t / tau) for start, end, tau in parts)


def room(low, high) -> tuple[float, float]:
    """A range of round numbers for both: it grows in steps, so that the picture does not jump while one drags.

    >>> room(-0.43, 0.26), room(-0.02, 4.0)
    ((-0.5, 0.3), (-0.2, 5.0))
    """
    return -_up(-low, high), _up(high, -low)


def _up(x, other) -> float:
    x = max(float(x) * 1.02, 0.04 * float(other), 0.01)
    power = 10.0 ** math.floor(math.log10(x))
    return round(next(m * power for m in (1, 1.5, 2, 3, 5, 7.5, 10) if m * power >= x * 0.9999), 6)
