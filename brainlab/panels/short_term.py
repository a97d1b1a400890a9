"""P13c: short-term plasticity. A train of spikes, what each of them releases, and what the other cell gets in the end."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from ..language import tr
from ..math._array import raw
from ..params import param
from ..synapses import ShortTermPlasticity
from ._scripts import code, value
from .figures import Axis, Figure, above
from .panel import Panel, Scenario
from .prediction import Choose
from .synapse_workshop import stems

BEFORE, TRAIN, END = 50.0, 1000.0, 2100.0  # ms
ROOM = 100  # spikes of the train; one more tests how it has recovered
TAU_M, FULL = 20.0, 10.0  # ms, and mV by which a release of everything would lift the potential
CLOCK = np.arange(0.0, END, 1.0)
RATES = np.linspace(1, 100, 199)
FACILITATION = {"U": 0.05, "tau_f": 1000.0, "tau_d": 100.0}


class STPPanel(Panel):
    model = ShortTermPlasticity
    title = "A synapse that tires, or warms up"
    question = "Does the other cell get twice as much when a neuron fires twice as fast?"
    surprise = (
        "Not at a depressing synapse: from 20 to 40 Hz what it releases in a second grows by 5 %. Each spike releases half."
    )
    visible = ("rate", "U", "tau_f", "tau_d", "pause")
    carries = {"pause": ("test",), "rate": ("test",)}

    rate: float = param(
        20.0, "Hz", "rate of the spikes", slider=(1, ROOM), at_least=1, at_most=ROOM,
        why="the train lasts one second, and has room for a hundred spikes",
    )  # fmt: skip
    pause: float = param(
        500.0, "ms", "pause before the last spike", symbol=r"t_{pause}", slider=(10, 1000), at_least=1, at_most=1000,
        why="the picture ends there",
    )  # fmt: skip

    scenarios = {
        "it tires": Scenario(
            {}, "Each spike finds less to release. Drag the last spike: how long does the synapse need to recover?"
        ),
        "twice the rate": Scenario(
            {"rate": 40.0},
            "Above some rate the synapse can send no more than it gets back: 1/tau_d in a second. What the other cell "
            "gets no longer tells how fast this one fires, only that it changed.",
            predict=Choose(
                "At 20 Hz this synapse releases 1.14 of its store in a second. How much is it at 40 Hz?",
                ("about the same", "half as much again", "twice as much"),
                answer=lambda numbers: int(np.digitize(numbers["drive (1/s)"], (1.35, 2.0))),
            ),
        ),
        "it warms up": Scenario(
            FACILITATION, "The first spikes release little; each makes the next release more. Compare the two lower curves."
        ),
        "its favourite rate": Scenario(
            {**FACILITATION, "rate": 12.0, "U": 0.02, "tau_d": 300.0},
            "Facilitation needs fast spikes, recovery slow ones: a spike counts most at a rate between. Where is it?",
        ),
        "without a memory": Scenario(
            {"tau_f": 0.0, "tau_d": 0.0},
            "All spikes are alike. Only now does twice the rate drive the other cell twice as much.",
        ),
    }  # fmt: skip

    def build(self):
        span = (0.0, END)
        self.A_figure = Figure(
            Axis("t", "ms", span), Axis("release", "", (0, 1)), title="releases: drag the test", height=170
        )
        self.releases = self.A_figure.curve("release of a spike", 2, width=2.4)
        self.steady = self.A_figure.curve("settles to (closed form)", 4, dash="dashed", ghost=False)
        self.A_figure.handle(
            "test", "x", min=BEFORE, max=END, step=1.0, unit="ms", label="test spike", text="test", color="ghost", dash="5 4"
        )
        self.x_figure = Figure(Axis("t", "ms", span), Axis("share", "", (0, 1)), title="what makes the release", height=150)
        self.shares = self.x_figure.several(["resources left, x", "share that a spike would release, u"], [3, 5])
        self.V_figure = Figure(Axis("t", "ms", span), Axis("PSP", "mV", (0, 10)), title="the other cell", height=140)
        self.V = self.V_figure.curve("PSP", 1)
        look = dict(min=1.0, max=float(ROOM), step=0.5, unit="Hz", label="rate of the spikes", color="ghost", dash="5 4")
        rates = (0, ROOM)
        self.A_rate = Figure(
            Axis("rate", "Hz", rates), Axis("release", "", (0, 1)), title="settled: of one spike", height=190
        )
        self.A_curve = self.A_rate.curve("closed form", 4)
        self.A_now = self.A_rate.dots("this train", 2)
        self.A_rate.handle("rate", "x", **look)
        self.drive_figure = Figure(
            Axis("rate", "Hz", rates), Axis("release", "1/s", (0, 2)), title="settled: of one second", height=190
        )
        self.limit = self.drive_figure.curve("limit, 1/tau_d", 3, dash="dotted", width=2.0, ghost=False, given=True)
        self.drive = self.drive_figure.curve("closed form", 4)
        self.drive_now = self.drive_figure.dots("this train", 2)
        self.drive_figure.handle("rate", "x", **look)
        self.figures = [self.A_figure, self.x_figure, self.V_figure, self.A_rate, self.drive_figure]
        return [self.A_figure, self.x_figure, self.V_figure, [self.A_rate, self.drive_figure]]

    def hand(self, name):
        return last_of_train(self._wanted["rate"]) + self._wanted["pause"] if name == "test" else super().hand(name)

    def touched(self, figure, moved):
        if "test" in moved:
            moved = {"pause": float(np.clip(moved["test"] - last_of_train(self._wanted["rate"]), 1.0, 1000.0))}
            self._take(moved)  # the handle is shown where it may be: not before the train, not a second after it
            return
        super().touched(figure, moved)

    def simulate(self, model, rate, pause):
        interval, n = 1000.0 / rate, jnp.floor(rate + 1e-3)
        place = jnp.arange(ROOM + 1)
        times = jnp.where(place < n, BEFORE + place * interval, BEFORE + (n - 1) * interval + pause)  # the rest at the test
        spikes = place <= n
        until_next = jnp.append(jnp.diff(times), 0.0)

        def event(carry, now):
            u, x, V = carry
            spike, wait = now
            u_next, x_next, release = raw(model.advance(u, x, spike, wait))
            u_used, V = u + model.U * (1 - u) * spike, V + FULL * release
            return (u_next, x_next, V * jnp.exp(-wait / TAU_M)), (u_used, x - release, V, release)

        start = (*(jnp.asarray(value, float) for value in model.initial()), jnp.asarray(0.0))
        _, (u, x, V, A) = jax.lax.scan(event, start, (spikes * 1.0, until_next))
        since = jnp.searchsorted(times, CLOCK, side="right") - 1
        known = jnp.maximum(since, 0)
        ago = jnp.maximum(CLOCK - times[known], 0.0)
        u_now, x_now, _ = raw(
            model.advance(jnp.where(since < 0, 0.0, u[known]), jnp.where(since < 0, 1.0, x[known]), 0.0, ago)
        )
        return {
            "times": times,
            "A": A,
            "n": n,
            "u": u_now + model.U * (1 - u_now),
            "x": x_now,
            "V": jnp.where(since < 0, 0.0, V[known] * jnp.exp(-ago / TAU_M)),
            "settled": raw(model.steady(jnp.append(RATES, rate))),
            "limit": jnp.where(model.tau_d > 0, 1000.0 / jnp.where(model.tau_d > 0, model.tau_d, 1.0), 0.0),
        }

    def draw(self, times, A, n, u, x, V, settled, limit):
        rate, there = self.values["rate"], int(n) + 1
        x_stems, y_stems = stems(times[:there], 0.0, 1.0)
        self.releases.set(x_stems, y_stems * np.repeat(A[:there], 3))
        self.steady.set([0, END], [settled[-1]] * 2)
        self.A_figure.set_ranges(y=(0.0, above(0.1, A[:there], settled[-1])))
        self.shares.set(CLOCK, np.stack([x, u]))
        self.V.set(CLOCK, V)
        self.V_figure.set_ranges(y=(0.0, above(2.0, V)))
        self.A_curve.set(RATES, settled[:-1])
        self.A_now.set([rate], [A[int(n) - 1]])
        self.A_rate.set_ranges(y=(0.0, above(0.1, settled)))
        drive = RATES * settled[:-1]
        self.drive.set(RATES, drive)
        self.drive_now.set([rate], [rate * A[int(n) - 1]])
        self.limit.set(*(([0, ROOM], [limit, limit]) if 0 < limit < 2 * drive.max() else ([], [])))
        self.drive_figure.set_ranges(y=(0.0, above(0.5, drive, rate * A[int(n) - 1])))

    def measure(self, times, A, n, u, x, V, settled, limit):
        n = int(n)
        return {
            "first release": float(A[0]),
            "last release": float(A[n - 1]),
            "settles to": float(settled[-1]),
            "after the pause": float(A[n]),
            "drive (1/s)": float(settled[-1] * self.values["rate"]),
        }

    def words(self, numbers):
        return tr(
            "The first spike releases {first:.3g}, the last of the train {last:.3g}; it settles to {settled:.3g}, which is "
            "{drive:.3g} in a second. After a pause of {pause:g} ms: {again:.3g}.",
            first=numbers["first release"], last=numbers["last release"], settled=numbers["settles to"],
            drive=numbers["drive (1/s)"], pause=self.values["pause"], again=numbers["after the pause"],
        )  # fmt: skip

    def script(self):
        model, _ = self.state()
        rate = value(self.values["rate"])
        return code(
            f"synapse = bl.synapses.{model!r}",
            f"rate, pause = {rate}, {value(self.values['pause'])}      # Hz, ms",
            "u, x = synapse.initial()",
            "for i in range(int(rate + 1e-3)):      # spikes of one second",
            "    later = pause if i + 1 == int(rate + 1e-3) else 1000 / rate",
            "    u, x, release = synapse.advance(u, x, True, dt=later)",
            "    if i == 0:",
            '        print(f"first release {float(release):.5g}")',
            'print(f"last release {float(release):.5g}")',
            "_, _, again = synapse.advance(u, x, True, dt=0.0)",
            'print(f"after the pause {float(again):.5g}")',
            'print(f"settles to {float(synapse.steady(rate)):.5g}")',
            'print(f"drive (1/s) {float(rate * synapse.steady(rate)):.5g}")',
        )


def last_of_train(rate) -> float:
    """ms; when the last spike of the train comes.

    >>> last_of_train(20.0)
    1000.0
    """
    return float(BEFORE + (np.floor(rate + 1e-3) - 1) * 1000.0 / rate)
