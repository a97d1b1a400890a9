"""P11b: the same current as a step and as a ramp. How fast it comes decides whether the Hodgkin-Huxley neuron fires."""

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

BEFORE, AFTER = 10.0, 70.0  # ms; the current begins at t = 0
DT = 0.01  # ms; warmth and more channels need short steps
STEPS = round((BEFORE + AFTER) / DT)
CLOCK = (np.arange(STEPS) + 1) * DT - BEFORE
CLOCK_BEFORE = CLOCK - DT  # the current of a step is the one at its beginning


class RampPanel(Panel):
    model = HH
    title = "Fast or slow"
    question = "Is it the size of the current that makes the neuron fire, or how fast it comes?"
    surprise = "A step to 5.5 uA/cm2 gives one spike. The same current, reached over 20 ms, gives none."
    visible = ("rise", "I", "T", "g_K")

    I: float = param(5.5, "uA/cm2", "final current", slider=(0, 15))
    rise: float = param(
        0.0,
        "ms",
        "rise time",
        symbol=r"t_{rise}",
        slider=(0, 50),
        at_least=0,
        at_most=60,
        why="nothing ends before it began, and the simulation ends at 70 ms",
    )

    scenarios = {
        "a step": Scenario({}, "Drag the upright dashed line to the right. From where on is there no spike?"),
        "slow": Scenario(
            {"rise": 20.0},
            "Look at h and n: during the ramp h falls and n rises, long before V could reach a threshold.",
            predict=Choose(
                "As a step, 5.5 uA/cm2 gave one spike. Now the same current is reached over 20 ms. What will you see?",
                ("no spike", "one spike", "many spikes"),
                answer=lambda numbers: min(numbers["spikes"], 2),
            ),
        ),
        "the border": Scenario({"rise": 13.0}, "Make the ramp longer by tenths of a millisecond. Are there half spikes?"),
        "slow but strong": Scenario({"rise": 20.0, "I": 8.0}, "More current, as slowly. How much does it need to fire?"),
        "warm": Scenario({"rise": 8.0, "T": 12.0}, "The gates are nearly twice as fast. At 6.3 C this ramp made a spike."),
    }

    def build(self):
        span = (-BEFORE, AFTER)
        self.V_figure = Figure(Axis("t", "ms", span), Axis("V", "mV", (-90, 60)), title="membrane potential", height=220)
        self.V_step = self.V_figure.curve("V, the same current as a step", 1, dash="dotted", width=1.2, ghost=False)
        self.V = self.V_figure.curve("V", 1)
        self.I_figure = Figure(Axis("t", "ms", span), Axis("I", "uA/cm2", (-1, 16)), title="current: drag it", height=150)
        self.I_curve = self.I_figure.curve("I", 2, given=True)
        look = dict(color="ghost", dash="5 4")
        self.I_figure.handle("rise", "x", min=0.0, max=50.0, step=0.1, unit="ms", label="rise time", **look)
        self.I_figure.handle("I", "y", min=0.0, max=15.0, step=0.1, unit="uA/cm2", label="final current", **look)
        self.gates_figure = Figure(Axis("t", "ms", span), Axis("open share", "", (0, 1)), title="gates", height=190)
        self.gates = self.gates_figure.several(["m", "h", "n"], [3, 4, 5], ghost=True)
        self.figures = [self.V_figure, self.I_figure, self.gates_figure]
        return list(self.figures)

    def simulate(self, model, I, rise):
        shape = jnp.stack([ramp(CLOCK_BEFORE, rise), ramp(CLOCK_BEFORE, 0.0)], 1)
        out = trace(model, I * shape, DT, record=model.states)
        V, gates = out["V"], jnp.stack([out[name][:, 0] for name in ("m", "h", "n")])
        return {"V": V, "gates": gates, "spikes": out["spikes"].sum(0), "current": I * shape[:, 0]}

    def draw(self, V, gates, spikes, current):
        self.V.set(CLOCK, V[:, 0])
        self.V_step.set(CLOCK, V[:, 1])
        self.I_curve.set(CLOCK, current)
        self.gates.set(CLOCK, gates)

    def measure(self, V, gates, spikes, current):
        full = min(int(np.searchsorted(CLOCK, self.values["rise"])), STEPS - 1)
        return {
            "spikes": int(spikes[0]),
            "spikes as a step": int(spikes[1]),
            "highest V (mV)": float(V[:, 0].max()),
            "h when the current is full": float(gates[1, full]),
            "n when the current is full": float(gates[2, full]),
        }

    def words(self, numbers):
        n, I = counted(numbers["spikes"]), self.values["I"]
        if not self.values["rise"]:
            return tr("As a step, {I:g} uA/cm2 gives {n}.", I=I, n=n)
        said = tr(
            "Reached over {rise:g} ms, {I:g} uA/cm2 gives {n}; as a step it gives {step}.",
            rise=self.values["rise"],
            I=I,
            n=n,
            step=counted(numbers["spikes as a step"]),
        )
        if numbers["spikes"]:
            return said
        h, gate = numbers["h when the current is full"], numbers["n when the current is full"]
        return said + tr(" When the current is full, h has gone to {h:.2f} and n to {gate:.2f}.", h=h, gate=gate)

    def script(self):
        model, _ = self.state()
        rise, I = self.values["rise"], value(self.values["I"])
        shape = f"bl.inputs.step({I}, start={BEFORE})"
        if rise > 0:
            shape = f"bl.inputs.ramp(0.0, {I}, start={BEFORE}, stop={value(BEFORE + rise)})"
        return code(
            f"neuron = bl.{model!r}",
            f"current = {shape}      # uA/cm2, ms",
            f"run = bl.simulate(neuron, {BEFORE + AFTER}, dt={DT}, inputs=current)",
            'print(f"spikes {run.spikes.sum()}")',
        )


def ramp(t, rise):
    """From 0 at t = 0 in a straight line to 1 at t = rise; a step if rise is 0. t: (n,) ms"""
    early = jnp.clip(t / jnp.maximum(rise, 1e-6), 0.0, 1.0)
    return jnp.where(rise > 0, early, (t > -1e-4) * 1.0)
