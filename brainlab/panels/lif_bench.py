"""P10a: a LIF neuron on the bench. Drag its threshold, reset and rest on the trace, draw its current, read its rate."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from ..language import tr
from ..math._array import raw
from ..models import LIF
from ..networks.core import trace
from ..params import param
from ._scripts import code, counted, value
from .figures import Axis, Figure, above
from .panel import Panel, Scenario
from .prediction import Choose, Sketch

DURATION = 200.0  # ms
TOP = 20.0  # mV; how high a spike is drawn: the model itself has only the moment
CURRENTS = np.linspace(0, 5, 501)


class LIFPanel(Panel):
    model = LIF
    title = "A neuron on the bench"
    question = "What decides whether the neuron fires, and what only how fast?"
    surprise = "The time constant changes the rate, but not the weakest current that makes it fire."
    visible = ("I", "tau_m", "t_ref", "sigma")
    uses_noise = True
    carries = {"I": ("drawn",)}

    I: float = param(2.0, "nA", "current", slider=(0, 5))
    sigma: float = param(
        0.0, "mV", "noise (spread of V)", symbol=r"\sigma", slider=(0, 10), at_least=0, why="there is no less than no noise"
    )
    drawn: float = param(np.zeros(100), "nA", "current drawn by hand, added")
    dt: float = param(0.1, "ms", "time step", symbol="dt", structural=True, choices=(0.01, 0.1, 0.5, 1.0))
    method: str = param("exp_euler", "", "integrator", structural=True, choices=("exp_euler", "euler", "rk4"))

    scenarios = {
        "steady firing": Scenario({}, "Drag the dashed lines on the trace. Which of them changes the rate the most?"),
        "just too little": Scenario(
            {"I": 1.45},
            "The current stops short of the threshold by half a millivolt. Wait as long as you like.",
            predict=Sketch("1.45 nA from now on, and no spike. Draw how V goes, on the first figure.", start=-65.0),
        ),
        "slower membrane": Scenario(
            {"I": 1.6, "tau_m": 20.0},
            "Make the membrane faster and slower, and look where the curve of rates begins.",
            predict=Choose(
                "The time constant was doubled, from 10 to 20 ms. Before, the neuron needed 1.5 nA to fire. And now?",
                ("half as much", "the same", "twice as much"),
                answer=lambda numbers: 1 + round(np.log2(max(numbers["rheobase (nA)"], 0.01) / 1.5)),
            ),
        ),
        "noise": Scenario({"I": 1.3, "sigma": 2.0}, "Below threshold, and yet it fires. Throw the die."),
        "coarse steps": Scenario(
            {"I": 1.6, "dt": 1.0, "method": "euler"}, "With a long step Euler's method fires too early."
        ),
    }

    def build(self):
        self.V_figure = Figure(
            Axis("t", "ms", (0, DURATION)), Axis("V", "mV", (-90, 30)), title="membrane potential", height=250
        )
        self.V = self.V_figure.curve("V", 1)
        for name in ("V_th", "V_reset", "E_L"):
            p = self.parameters[name]
            look = dict(min=-89.0, max=0.0, step=0.1, unit=p.unit, label=p.doc, text=name, color="ghost", dash="5 4")
            self.V_figure.handle(name, "y", **look)
        self.I_figure = Figure(
            Axis("t", "ms", (0, DURATION)), Axis("I", "nA", (-1, 6)), title="current: draw on it", height=150
        )
        self.I_curve = self.I_figure.curve("I", 2, given=True)
        self.I_figure.drawn("drawn", 100, min=-1.0, max=6.0, color="transparent", label="current")
        self.f_figure = Figure(
            Axis("I", "nA", (0, 5)), Axis("rate", "Hz", (0, 200)), title="rate against current", height=210
        )
        self.f = self.f_figure.curve("constant current, closed form", 3, dash="solid")
        self.now = self.f_figure.dots("this run", 2, ghost=True)
        self.f_figure.handle(
            "I", "x", min=0.0, max=5.0, step=0.02, unit="nA", label="current", text="I", color="ghost", dash="5 4"
        )
        self.figures = [self.V_figure, self.I_figure, self.f_figure]
        return [self.V_figure, self.I_figure, self.f_figure]

    def hand(self, name):
        """The hand draws the whole current; the parameter is what it adds to I."""
        return self._wanted["I"] + self._wanted["drawn"] if name == "drawn" else super().hand(name)

    def touched(self, figure, moved):
        if "drawn" in moved:
            moved = {**moved, "drawn": np.array(moved["drawn"], float) - self._wanted["I"]}
        super().touched(figure, moved)

    def simulate(self, model, key, I, sigma, drawn, dt, method):
        t = (jnp.arange(round(DURATION / dt)) + 1) * dt
        current = I + jnp.interp(t, jnp.linspace(0, DURATION, len(drawn)), drawn)
        noise = sigma * jnp.sqrt(2 / model.tau_m)  # so that sigma is the spread (SD) that V would have without a threshold
        out = trace(model, current, dt, key=key, noise=noise, method=method)
        rates = raw(model.rate(jnp.append(CURRENTS, I)))
        return {
            "t": t,
            "V": out["V"],
            "spikes": out["spikes"],
            "current": current,
            "rates": rates[:-1],
            "closed": rates[-1],
            "I": I,
        }

    def draw(self, t, V, spikes, current, rates, closed, I):
        self.V.set(t, np.where(spikes, TOP, V))
        self.I_curve.set(t, current)
        self.f.set(CURRENTS, rates)
        rate = mean_rate(t, spikes)
        self.now.set([I], [rate])
        self.f_figure.set_ranges(y=(0.0, above(200.0, rates, rate)))

    def measure(self, t, V, spikes, current, rates, closed, I):
        rheobase = self.values["V_th"] - self.values["E_L"]
        return {
            "spikes": int(spikes.sum()),
            "rate (Hz)": mean_rate(t, spikes),
            "closed form (Hz)": float(closed),
            "rheobase (nA)": rheobase / self.values["R_m"],
        }

    def words(self, numbers):
        if numbers["spikes"] < 2:  # no interval, no rate
            few = dict(n=counted(numbers["spikes"]), rheobase=numbers["rheobase (nA)"])
            return tr("In 200 ms: {n}. It needs {rheobase:g} nA to fire at all.", **few)
        return tr(
            "{spikes} spikes in 200 ms, {rate:g} Hz. It needs {rheobase:g} nA to fire at all.",
            spikes=numbers["spikes"],
            rate=numbers["rate (Hz)"],
            rheobase=numbers["rheobase (nA)"],
        )

    def script(self):
        model, _ = self.state()
        v = self.values
        current = f"bl.inputs.constant({value(v['I'])})"
        lines = [f"neuron = bl.{model!r}"]
        if np.any(v["drawn"]):
            lines += [f"drawn = {[float(f'{x:.4g}') for x in v['drawn']]}"]
            current += f" + bl.inputs.drawn(drawn, dt={DURATION} / {len(v['drawn']) - 1})"
        return code(
            *lines,
            f"current = {current}      # nA",
            f'cell = bl.Population(neuron, method="{v["method"]}", noise={value(v["sigma"])} * (2 / neuron.tau_m) ** 0.5)',
            f"run = bl.simulate(cell, {DURATION}, dt={v['dt']}, inputs=current)",
            "times = run.spike_times()",
            "rate = 1000 * (len(times) - 1) / (times[-1] - times[0]) if len(times) > 1 else 0.0",
            'print(f"rate (Hz) {rate:.4g}")',
        )


def mean_rate(t, spikes):
    """Hz; from the first spike to the last, so that a window cut anywhere does not matter. 0 with fewer than two spikes."""
    times = t[np.asarray(spikes, bool)]
    return 1000.0 * (len(times) - 1) / float(times[-1] - times[0]) if len(times) > 1 else 0.0
