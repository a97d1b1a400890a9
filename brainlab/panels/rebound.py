"""P11c: anode break. A neuron that was held down fires when it is let go."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from ..language import tr
from ..models import HH
from ..networks.core import trace
from ..params import param
from ._scripts import code, counted, value
from .figures import Axis, Figure
from .panel import Panel, Scenario
from .prediction import Choose

BEFORE, AFTER = 10.0, 110.0  # ms; the current begins at t = 0
DT = 0.01  # ms; far below rest the gate m is fast, and warmth makes it faster
STEPS = round((BEFORE + AFTER) / DT)
CLOCK = (np.arange(STEPS) + 1) * DT - BEFORE
CLOCK_BEFORE = CLOCK - DT


class ReboundPanel(Panel):
    model = HH
    title = "Let go"
    question = "Can inhibition make a neuron fire?"
    surprise = "After 30 ms at -2 uA/cm2 nothing happens. After -3 the neuron fires when the current ends."
    visible = ("I", "width", "T", "g_Na")

    I: float = param(-2.0, "uA/cm2", "holding current", slider=(-15, 5))
    width: float = param(
        30.0, "ms", "duration", symbol="t_{hold}", slider=(1, 60), above=0, at_most=80,
        why="a current that lasts no time does nothing, and the simulation ends at 110 ms",
    )  # fmt: skip

    scenarios = {
        "held gently": Scenario({}, "V sags and comes back. Pull the current down and watch what happens after its end."),
        "held firmly": Scenario(
            {"I": -3.0},
            "At the end of the current h is high and n is low: sodium channels are ready, potassium channels are shut.",
            predict=Choose(
                "At -2 uA/cm2 nothing happened when the current ended. Now it is -3. What will you see?",
                ("no spike", "one spike", "many spikes"),
                answer=lambda numbers: min(numbers["spikes after release"], 2),
            ),
        ),
        "held shortly": Scenario({"I": -3.0, "width": 5.0}, "The same current, 5 ms long. How long does it have to last?"),
        "held shortly and hard": Scenario({"I": -12.0, "width": 3.0}, "Three milliseconds can be enough."),
        "fewer sodium channels": Scenario(
            {"I": -3.0, "g_Na": 100.0}, "A sixth of them is gone. How far down must it be held now?"
        ),
    }

    def build(self):
        span = (-BEFORE, AFTER)
        self.V_figure = Figure(Axis("t", "ms", span), Axis("V", "mV", (-110, 60)), title="membrane potential", height=220)
        self.V = self.V_figure.curve("V", 1)
        self.I_figure = Figure(Axis("t", "ms", span), Axis("I", "uA/cm2", (-16, 6)), title="current: drag it", height=150)
        self.I_curve = self.I_figure.curve("I", 2, given=True)
        look = dict(color="ghost", dash="5 4")
        self.I_figure.handle("I", "y", min=-15.0, max=5.0, step=0.1, unit="uA/cm2", label="holding current", **look)
        self.I_figure.handle("width", "x", min=1.0, max=60.0, step=0.5, unit="ms", label="duration", **look)
        self.gates_figure = Figure(Axis("t", "ms", span), Axis("open share", "", (0, 1)), title="gates", height=190)
        self.gates = self.gates_figure.several(["m", "h", "n"], [3, 4, 5], ghost=True)
        self.figures = [self.V_figure, self.I_figure, self.gates_figure]
        return list(self.figures)

    def simulate(self, model, I, width):
        current = jnp.where((CLOCK_BEFORE > -1e-4) & (CLOCK_BEFORE < width - 1e-4), I, 0.0)
        out = trace(model, current, DT, record=model.states)
        gates = jnp.stack([out[name] for name in ("m", "h", "n")])
        return {"V": out["V"], "gates": gates, "spikes": out["spikes"], "current": current}

    def draw(self, V, gates, spikes, current):
        self.V.set(CLOCK, V)
        self.I_curve.set(CLOCK, current)
        self.gates.set(CLOCK, gates)

    def measure(self, V, gates, spikes, current):
        width = self.values["width"]
        release = min(int(np.searchsorted(CLOCK, width - 0.5 * DT)), STEPS - 1)
        after = CLOCK[spikes & (width < CLOCK)]
        return {
            "spikes after release": len(after),
            "first spike after (ms)": float(after[0] - width) if len(after) else 0.0,
            "V at release (mV)": float(V[release]),
            "h at release": float(gates[1, release]),
            "n at release": float(gates[2, release]),
        }

    def words(self, numbers):
        held = tr(
            "Held at {I:g} uA/cm2, V goes to {V:.1f} mV, h to {h:.2f} and n to {n:.2f}. ",
            I=self.values["I"],
            V=numbers["V at release (mV)"],
            h=numbers["h at release"],
            n=numbers["n at release"],
        )
        if not numbers["spikes after release"]:
            return held + tr("Let go, it does not fire.")
        when = numbers["first spike after (ms)"]
        return held + tr("Let go, it gives {n}, after {t:.1f} ms.", n=counted(numbers["spikes after release"]), t=when)

    def script(self):
        model, _ = self.state()
        I, stop = value(self.values["I"]), value(BEFORE + self.values["width"])
        return code(
            f"neuron = bl.{model!r}",
            f"current = bl.inputs.step({I}, start={BEFORE}, stop={stop})      # uA/cm2, ms",
            f"run = bl.simulate(neuron, {BEFORE + AFTER}, dt={DT}, inputs=current)",
            f"after = run.spike_times() - {stop}",
            'print(f"spikes after release {(after > 0).sum()}")',
        )
