"""P10c: a hundred neurons, no two alike. What one says in spikes, all together say as a rate."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from scipy.special import ndtri

from ..language import tr
from ..models import LIF
from ..networks.core import trace
from ..params import param
from ._scripts import code, value
from .figures import Axis, Figure, above
from .panel import Panel, Scenario
from .prediction import Choose
from .raster import Raster

N = 100
DURATION, ON = 200.0, 20.0  # ms; from ON on the current flows
DT, BIN = 0.1, 4.0  # ms
STEPS, BINS = round(DURATION / DT), round(DURATION / BIN)
LATE = 100.0  # ms; from here on the beginning is forgotten
Z = ndtri((np.arange(N) + 0.5) / N)  # a normal distribution in a hundred equal parts: no luck of the draw
CLOCK = (np.arange(STEPS) + 1) * DT
WHOLE = np.array([0.0, DURATION])


class PopulationPanel(Panel):
    model = LIF
    title = "A hundred neurons"
    question = "Why can a group of neurons say more than each of them?"
    surprise = "A hundred equal neurons shout and fall silent together. Spread their thresholds, and their rate is steady."
    visible = ("spread", "I", "sigma", "tau_m")
    uses_noise = True

    spread: float = param(
        2.0, "mV", "spread of thresholds", symbol=r"\Delta V_{th}", slider=(0, 6), at_least=0,
        why="thresholds cannot differ by less than nothing",
    )  # fmt: skip
    I: float = param(2.2, "nA", "current", slider=(0, 5))
    sigma: float = param(
        0.0, "mV", "noise (spread of V)", symbol=r"\sigma", slider=(0, 6), at_least=0, why="there is no less than no noise"
    )
    window: float = param(WHOLE, "ms", "brushed interval")

    scenarios = {
        "all different": Scenario({}, "Low thresholds are at the bottom. Brush an interval: who fires in it, and how fast?"),
        "all equal": Scenario(
            {"spread": 0.0},
            "Every neuron is a copy of the next. The hundred of them tell you no more than one.",
            predict=Choose(
                "The thresholds no longer differ. How will the rate of the hundred together look?",
                ("steady", "in bursts, with silence between"),
                answer=lambda numbers: int(numbers["unsteadiness"] > 1),
            ),
        ),
        "the answer to a step": Scenario(
            {"spread": 2.0, "window": np.array([ON, 40.0])},
            "In the first 20 ms the group answers in the order of the thresholds. It is faster than its mean neuron.",
        ),
        "equal, but noisy": Scenario({"spread": 0.0, "sigma": 2.0}, "Noise also keeps them apart. Throw the die."),
        "too little for half of them": Scenario(
            {"I": 1.5, "spread": 3.0},
            "The mean threshold is just out of reach. How does the rate of the group grow with I?",
        ),
    }

    def build(self):
        time = Axis("t", "ms", (0, DURATION))
        self.raster = Raster(
            time, Axis("neuron", "", (-1, N)), ("spike", "spike in the interval"), (1, 2), title="who fires when", height=260
        )
        self.rate_figure = Figure(
            Axis("t", "ms", (0, DURATION)), Axis("rate", "Hz", (0, 300)), title="rate of all together", height=190
        )
        self.rate = self.rate_figure.curve("rate", 3)
        self.marked = self.rate_figure.curve("in the interval", 2, width=2.6, ghost=False)
        look = dict(label="brushed interval", unit="ms", color="2")
        self.raster.brushed("window", **look)
        self.rate_figure.brushed("window", **look)
        self.figures = [self.raster, self.rate_figure]
        return list(self.figures)

    def touched(self, figure, moved):
        if "window" in moved:  # nothing brushed is everything
            moved = {**moved, "window": WHOLE if moved["window"] is None else np.sort(np.asarray(moved["window"], float))}
        super().touched(figure, moved)

    def hand(self, name):
        window = self._wanted["window"]
        return (None if np.array_equal(window, WHOLE) else window) if name == "window" else super().hand(name)

    def simulate(self, model, key, spread, I, sigma):
        thresholds = jnp.maximum(model.V_th + spread * Z, model.V_reset + 1.0)  # below the reset it would never stop
        group = spread_out(model, thresholds)
        current = jnp.where(CLOCK > ON + 0.5 * DT, I, 0.0)
        noise = sigma * jnp.sqrt(2 / model.tau_m)  # sigma is the spread that V would have without a threshold
        spikes = trace(group, current, DT, key=key, noise=noise, record=())["spikes"]
        return {"spikes": spikes, "thresholds": thresholds}

    def draw(self, spikes, thresholds):
        times, neurons = spike_list(spikes)
        low, high = self.values["window"]
        self.raster.spikes.set(times, neurons, self._brushed & (times >= low) & (times <= high))
        rate = binned(spikes)
        edges = np.repeat(np.arange(BINS + 1) * BIN, 2)[1:-1]
        steps = np.repeat(rate, 2)
        self.rate_figure.set_ranges(y=(0.0, above(300.0, rate)))
        self.rate.set(edges, steps)
        inside = (edges >= low - BIN / 2) & (edges <= high + BIN / 2) & self._brushed
        self.marked.set(edges[inside], steps[inside])

    @property
    def _brushed(self) -> bool:
        return not np.array_equal(self.values["window"], WHOLE)

    def measure(self, spikes, thresholds):
        low, high = self.values["window"]
        inside = spikes[(low <= CLOCK) & (high >= CLOCK)]
        late = binned(spikes)[round(LATE / BIN) :]
        return {
            "rate (Hz)": 1000.0 * float(inside.sum()) / N / max(float(high - low), DT),
            "active neurons": int(inside.any(0).sum()),
            "spikes": int(inside.sum()),
            "unsteadiness": float(late.std() / late.mean()) if late.any() else 0.0,
        }

    def words(self, numbers):
        low, high = self.values["window"]
        where = tr("Between {low:.0f} and {high:.0f} ms", low=low, high=high) if self._brushed else tr("In all 200 ms")
        return tr(
            "{where} {active} of {n} neurons fire, {rate:.1f} Hz on average. "
            "From 100 ms on, the rate of all together varies by {percent:.0f} % of its mean.",
            where=where,
            active=numbers["active neurons"],
            n=N,
            rate=numbers["rate (Hz)"],
            percent=100 * numbers["unsteadiness"],
        )

    def script(self):
        model, _ = self.state()
        v = {name: value(self.values[name]) for name in ("spread", "I", "sigma")}
        low, high = map(value, self.values["window"])
        return code(
            "import numpy as np",
            "from scipy.special import ndtri",
            "",
            f"neuron = bl.{model!r}",
            f"z = ndtri((np.arange({N}) + 0.5) / {N})      # a normal distribution in {N} equal parts",
            f"neuron = neuron.replace(V_th=np.maximum(neuron.V_th + {v['spread']} * z, neuron.V_reset + 1.0))",
            f"group = bl.Population(neuron, {N}, noise={v['sigma']} * (2 / neuron.tau_m) ** 0.5)",
            f"run = bl.simulate(group, {DURATION}, dt={DT}, inputs=bl.inputs.step({v['I']}, start={ON}))",
            f"inside = run.spikes[(run.t >= {low}) & (run.t <= {high})]",
            f'print(f"rate (Hz) {{1000 * inside.sum() / {N} / ({high} - {low}):.4g}}")',
        )


def spread_out(model: LIF, thresholds) -> LIF:
    """The model with one threshold per neuron; inside compiled code."""
    leaves, tree = jax.tree_util.tree_flatten_with_path(model)
    return jax.tree.unflatten(tree, [thresholds if path[-1].name == "V_th" else leaf for path, leaf in leaves])


def spike_list(spikes):
    """(times, neurons) of (time, neuron) spikes."""
    steps, neurons = np.nonzero(spikes)
    return CLOCK[steps], neurons


def binned(spikes):
    """(BINS,) Hz per neuron: the histogram of all spikes."""
    return spikes.reshape(BINS, -1, N).sum((1, 2)) / N / BIN * 1000.0
