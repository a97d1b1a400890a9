"""P11a: the Hodgkin-Huxley axon runs on a strip chart. Poison its channels, push it, hold its voltage."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jax import lax

from ..integrate._steppers import stepper
from ..language import tr
from ..math._array import raw
from ..models import HH
from ..params import param
from .figures import Axis, Figure
from .live import LivePanel
from .panel import Scenario
from .prediction import Choose

DT = 0.02  # ms; five steps of RK4 to one point of the chart
STEPS = 5
PULSE = 0.5  # ms, of the stimulate button
SHARE = dict(slider=(0, 100), at_least=0, at_most=100, why="a poison can close some of the channels, all, or none")


class StripChartPanel(LivePanel):
    model = HH
    title = "The axon, live"
    question = "Which channel makes the spike, and which ends it?"
    surprise = "TTX kills the spike. TEA does not: it makes it wider."
    visible = ("I", "TTX", "TEA", "speed", "clamp")
    sample, window, opening = DT * STEPS, 100.0, 100.0
    event_names = ("stimulate",)

    I: float = param(10.0, "uA/cm2", "current", slider=(-10, 40))
    TTX: float = param(0.0, "%", "TTX: sodium channels closed", **SHARE)
    TEA: float = param(0.0, "%", "TEA: potassium channels closed", **SHARE)
    speed: float = param(40.0, "ms/s", "speed", slider=(2, 200), above=0, why="time does not run backwards here")
    clamp: bool = param(False, "", "voltage clamp")
    V_hold: float = param(-40.0, "mV", "holding voltage", symbol=r"V_{hold}", slider=(-100, 60))
    push: float = param(40.0, "uA/cm2", "current of the stimulate button", slider=(0, 100))

    scenarios = {
        "it fires": Scenario({}, "Press play. Then slow it down and follow m, h and n through one spike."),
        "at rest": Scenario({"I": 0.0}, "Press stimulate. Press again at once: it does not answer."),
        "tetrodotoxin": Scenario({"TTX": 90.0}, "With the sodium channels closed, no push makes a spike."),
        "tetraethylammonium": Scenario(
            {"TEA": 60.0},
            "The spike goes up as before and comes down late.",
            predict=Choose(
                "TTX would close the sodium channels. Here 60 % of the potassium channels are closed. The spike will be",
                ("gone", "smaller", "wider"),
                answer=lambda numbers: 0 if not numbers["spikes"] else 2 if numbers["width (ms)"] > 1.6 else 1,
            ),
        ),
        "voltage clamp": Scenario({"clamp": True}, "The voltage is held: drag it, and watch the gates follow."),
    }

    def build(self):
        t = Axis("time before now", "ms", (-self.window, 0.0))
        self.V_figure = Figure(t, Axis("V", "mV", (-100, 60)), title="membrane potential", height=240)
        self.V = self.V_figure.curve("V", 1)
        look = dict(min=-100.0, max=60.0, step=0.5, unit="mV", text="V_hold", color="ghost", dash="5 4")
        self.V_figure.handle("V_hold", "y", label=self.parameters["V_hold"].doc, disabled=True, **look)
        self.gate_figure = Figure(t, Axis("open", "", (0, 1)), title="gates", height=170)
        self.gates = self.gate_figure.several(["m", "h", "n"], [3, 4, 5], ghost=True)
        self.figures = [self.V_figure, self.gate_figure]
        return self.figures

    def start(self, model):
        return {"y": jnp.stack([jnp.asarray(x, float) for x in raw(model.initial())]), "pulse": jnp.asarray(0.0)}

    def advance(self, model, state, I, TTX, TEA, clamp, V_hold, push, stimulate):
        model = model.replace(g_Na=model.g_Na * (1 - TTX / 100), g_K=model.g_K * (1 - TEA / 100))
        y, pulse = state["y"], jnp.where(stimulate > 0, PULSE, state["pulse"])
        current = I + jnp.where(pulse > 0.5 * self.sample, push, 0.0)

        def slope(y, t):
            dV, *gates = raw(model.derivative(*y, current))
            return (jnp.where(clamp, 0.0, dV), *gates)

        y = jnp.where(clamp, y.at[0].set(V_hold), y)
        y = lax.fori_loop(0, STEPS, lambda _, y: jnp.stack(stepper("rk4")(slope, tuple(y), 0.0, DT)), y)
        return {"y": y, "pulse": pulse - self.sample}, dict(zip("Vmhn", y, strict=True))

    def draw(self, t, V, m, h, n):
        self.V.set(t, V)
        self.V_figure.enable("V_hold", bool(self.values["clamp"]))  # without the clamp it holds nothing
        self.gates.set(t, np.stack([m, h, n]))

    def measure(self, t, V, m, h, n):
        ups = np.flatnonzero((V[:-1] < 0) & (V[1:] >= 0))
        rate = 1000.0 * (len(ups) - 1) / ((ups[-1] - ups[0]) * self.sample) if len(ups) > 1 else 0.0
        width = float(np.sum(V > -20)) * self.sample / max(len(ups), 1)
        return {"V (mV)": float(V[-1]), "spikes": len(ups), "rate (Hz)": rate, "width (ms)": width if len(ups) else 0.0}

    def words(self, numbers):
        text = {  # fewer than two spikes have no rate
            0: "V is {V:g} mV. In the last 100 ms: no spike.",
            1: "V is {V:g} mV. In the last 100 ms: one spike, {width:g} ms wide at -20 mV.",
        }.get(
            numbers["spikes"],
            "V is {V:g} mV. In the last 100 ms: {spikes} spikes, {rate:g} Hz, {width:g} ms wide at -20 mV.",
        )
        V, spikes, rate, width = (numbers[name] for name in ("V (mV)", "spikes", "rate (Hz)", "width (ms)"))
        return tr(text, V=V, spikes=spikes, rate=rate, width=width)

    def tools(self):
        push = {"name": "stimulate", "label": tr("stimulate"), "icon": "bolt", "title": tr("a short pulse of current")}
        return [*super().tools(), push]

    def script(self):
        model, experiment = self.state()
        g_Na, g_K = model.g_Na * (1 - experiment.TTX / 100), model.g_K * (1 - experiment.TEA / 100)
        if experiment.clamp:
            return f"""import brainlab as bl

axon = bl.{model!r}
V = {experiment.V_hold!r}      # mV, held
m, h, n = (float(gate) for gate in axon.steady(V))      # where the gates go
print(f"V {{V:g}} mV: m {{m:.3f}}, h {{h:.3f}}, n {{n:.3f}}")
"""
        return f"""import brainlab as bl

axon = bl.{model!r}.replace(g_Na={g_Na!r}, g_K={g_K!r})
run = bl.simulate(axon, duration=100.0, dt={DT}, inputs={experiment.I!r})
print(f"{{int(run.spikes.sum())}} spikes")
"""
