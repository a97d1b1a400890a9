"""P11d: a slow ramp up and down. The Hodgkin-Huxley neuron starts at one current and stops at another."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from ..language import tr
from ..models import HH
from ..networks.core import trace
from ..params import param
from ._scripts import code, value
from .figures import Axis, Figure
from .panel import Panel, Scenario
from .prediction import Choose

STEPS = 160_000  # up and down; dt is 0.05 ms on the longest ramp and shorter on others
BLOCK = 20  # steps for which a random number holds
BUCKETS = 320  # of the trace that is shown: its smallest and largest V
WINDOWS = 40  # of each branch, in which the size of the swings is measured


class HysteresisPanel(Panel):
    model = HH
    title = "The way up and the way down"
    question = "Does the neuron stop firing at the current at which it started?"
    surprise = "On a ramp of 4 s it starts at about 11 uA/cm2 on the way up, and fires on until 6.3 on the way down."
    visible = ("top", "duration", "noise", "g_K")
    # What makes the neuron faster is not offered: the steps are as long as the neuron as it is allows.
    without = ("C", "g_Na", "E_Na", "E_K", "E_L", "T")
    uses_noise = True

    top: float = param(
        15.0, "uA/cm2", "highest current", symbol=r"I_{top}", slider=(5, 25), above=0, why="the way up must go up"
    )
    duration: float = param(
        4.0, "s", "time to the top", symbol=r"t_{up}", slider=(1, 4), above=0.1, at_most=8,
        why="slower, the steps of the simulation would be too long; faster, it is a pulse",
    )  # fmt: skip
    noise: float = param(
        0.001, "uA/cm2", "noise in the current", symbol=r"\sigma", slider=(0, 0.5), at_least=0,
        why="there is no less than no noise",
    )  # fmt: skip

    scenarios = {
        "up and down": Scenario({}, "Between 6.3 and 9.8 it can rest or fire. What it does depends on where it comes from."),
        "not far enough": Scenario(
            {"top": 9.0},
            "From 6.3 on, a kick would make it fire for ever. Nothing kicks it.",
            predict=Choose(
                "On the way down it fired as long as there were more than 6.3 uA/cm2. Now it turns at 9. Will it fire?",
                ("yes, from 6.3 on", "no, not at all"),
                answer=lambda numbers: 0 if numbers["spikes"] else 1,
            ),
        ),
        "noisy": Scenario(
            {"noise": 0.3}, "Noise kicks the neuron over the border early: the start moves down, the end hardly moves."
        ),
        "faster": Scenario(
            {"duration": 1.0}, "Rest is unstable from 9.8 on, but V needs time to leave it: it starts later."
        ),
        "no noise at all": Scenario(
            {"noise": 0.0},
            "Only rounding errors push V off its rest. Where it starts is an accident of arithmetic.",
        ),
    }

    def build(self):
        self.V_figure = Figure(Axis("t", "s", (0, 8)), Axis("V", "mV", (-90, 60)), title="membrane potential", height=210)
        self.V = self.V_figure.curve("V, its lowest and highest values", 1)
        self.I_figure = Figure(
            Axis("t", "s", (0, 8)), Axis("I", "uA/cm2", (0, 26)), title="current: drag its top", height=130
        )
        self.I_curve = self.I_figure.curve("I", 2, given=True)
        look = dict(min=5.0, max=25.0, step=0.1, unit="uA/cm2", label="highest current", color="ghost", dash="5 4")
        self.I_figure.handle("top", "y", **look)
        self.loop_figure = Figure(
            Axis("I", "uA/cm2", (0, 16)), Axis("swing of V", "mV", (0, 130)), title="size of the swings", height=220
        )
        self.up = self.loop_figure.curve("way up", 3)
        self.down = self.loop_figure.curve("way down", 4, dash="dashed")
        self.figures = [self.V_figure, self.I_figure, self.loop_figure]
        return list(self.figures)

    def simulate(self, model, key, top, duration, noise):
        dt = 2000.0 * duration / STEPS
        share = 1.0 - jnp.abs(jnp.arange(STEPS) / (STEPS / 2) - 1.0)  # 0 at both ends, 1 in the middle
        # Noise of which 1 ms has the standard deviation `noise`, however long the steps are.
        kicks = noise / jnp.sqrt(BLOCK * dt) * jax.random.normal(key, (STEPS // BLOCK,))
        out = trace(model, top * share + jnp.repeat(kicks, BLOCK), dt)
        V, spikes = out["V"], out["spikes"]
        buckets, windows = V.reshape(BUCKETS, -1), V.reshape(2 * WINDOWS, -1)
        rising = share[spikes.argmax()] * top
        return {
            "low": buckets.min(1),
            "high": buckets.max(1),
            "swing": windows.max(1) - windows.min(1),
            "start": jnp.where(spikes.any(), rising, 0.0),
            "stop": jnp.where(spikes.any(), top * share[STEPS - 1 - spikes[::-1].argmax()], 0.0),
            "spikes": spikes.sum(),
        }

    def draw(self, low, high, swing, start, stop, spikes):
        length, top = 2 * self.values["duration"], self.values["top"]
        t = (np.arange(2 * BUCKETS) + 0.5) * length / (2 * BUCKETS)
        for figure in (self.V_figure, self.I_figure):
            figure.set_ranges(x=(0.0, length))
        self.V.set(t, np.stack([low, high], 1).ravel())
        self.I_curve.set([0.0, length / 2, length], [0.0, top, 0.0])
        self.loop_figure.set_ranges(x=(0.0, 16.0 if top <= 16 else 26.0))
        current = (np.arange(WINDOWS) + 0.5) / WINDOWS * top
        self.up.set(current, swing[:WINDOWS])
        self.down.set(current[::-1], swing[WINDOWS:])

    def measure(self, low, high, swing, start, stop, spikes):
        return {"starts at (uA/cm2)": float(start), "stops at (uA/cm2)": float(stop), "spikes": int(spikes)}

    def words(self, numbers):
        if not numbers["spikes"]:
            return tr("Up to {top:g} uA/cm2 and down again the neuron stays silent.", top=self.values["top"])
        return tr(
            "On the way up it starts to fire at {start:.1f} uA/cm2, on the way down it stops at {stop:.1f}. {n} spikes.",
            start=numbers["starts at (uA/cm2)"],
            stop=numbers["stops at (uA/cm2)"],
            n=numbers["spikes"],
        )

    def script(self):
        model, _ = self.state()
        top, half = value(self.values["top"]), 1000.0 * self.values["duration"]
        dt, sigma = value(2 * half / STEPS), self.values["noise"]
        noise = ""
        if sigma:  # of correlation time 1 ms, and of the same intensity
            noise = f" + bl.inputs.noise({value(sigma / 2**0.5)}, tau=1.0)"
        return code(
            f"neuron = bl.{model!r}",
            f"up = bl.inputs.ramp(0.0, {top}, stop={value(half)})      # uA/cm2, ms",
            f"down = bl.inputs.ramp(0.0, -{top}, start={value(half)}, stop={value(2 * half)})",
            f"run = bl.simulate(neuron, {value(2 * half)}, dt={dt}, inputs=up + down{noise})",
            "times = run.spike_times()",
            "if len(times):",
            f'    print(f"starts at (uA/cm2) {{times[0] / {value(half)} * {top}:.4g}}")',
            f'    print(f"stops at (uA/cm2) {{(2 - times[-1] / {value(half)}) * {top}:.4g}}")',
        )
