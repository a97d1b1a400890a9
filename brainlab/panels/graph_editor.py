"""P13d: a small network under the knife. Click a neuron to stimulate or silence it, a connection to cut it."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from ..language import tr
from ..models import LIF
from ..networks.core import advance, stepper_of
from ..params import param
from ._scripts import code, counted, value
from ._small_graphs import EDGES, MOST, N, place_of, places
from .figures import Axis, Figure
from .graph import GraphFigure
from .lif_bench import mean_rate
from .panel import Panel, Scenario
from .prediction import Choose
from .raster import Raster

DURATION, DT = 200.0, 0.1  # ms
STEPS = round(DURATION / DT)
CLOCK = (np.arange(STEPS) + 1) * DT
BEGIN, KICK = 10.0, 30.0  # ms, mV: when the neurons that are stimulated get a push, and how large it is
LONGEST = 12.0  # ms; so far back the spikes are remembered
PAST = round(LONGEST / DT) + 1
LATE = 100.0  # ms; from here on the rate is read
END = 20.0  # ms; with a spike in the last of them the activity goes on
GLOW = 4.0  # ms; how long a neuron shines after its spike
TOP = -5.0  # mV; how high a spike is drawn: the model itself has only the moment
FIRST = np.eye(N)[0]  # neuron 1 stimulated, the others left alone


def cut(graph: str, *edges: tuple[int, int]) -> np.ndarray:
    """All connections whole but these. edges: (from, to), counted from 1"""
    whole = np.ones(MOST)
    whole[[place_of(graph, *edge) for edge in edges]] = 0.0
    return whole


class GraphEditorPanel(Panel):
    model = LIF
    title = "A small network under the knife"
    question = "Which of its connections does the activity of a network depend on?"
    surprise = "In a ring that leads both ways a pulse dies where its halves meet. Cut one connection, and it runs for ever."
    visible = ("graph", "weight", "delay", "drive", "t_ref")

    weight: float = param(20.0, "mV", "weight of every connection", symbol="w", slider=(0, 30))
    delay: float = param(
        3.0, "ms", "delay", symbol=r"\Delta", slider=(0.5, 10), at_least=DT, at_most=LONGEST,
        why="a spike needs a step of time at least, and no longer ones are remembered here",
    )  # fmt: skip
    drive: float = param(0.0, "nA", "current into every neuron", symbol="I", slider=(0, 2))
    time: float = param(17.0, "ms", "time that the graph shows", slider=(0, DURATION))
    edges: float = param(np.ones(MOST), "", "connections, 1 whole and 0 cut", at_least=0, at_most=1)
    neurons: float = param(FIRST, "", "neurons, 1 stimulated and 2 silenced", at_least=0, at_most=2)
    graph: str = param("web", "", "network", structural=True, choices=tuple(EDGES))

    scenarios = {
        "one of a dozen": Scenario(
            {"t_ref": 8.0},
            "Cut the twelve connections one at a time, and mend each again. The activity depends on one of them.",
        ),
        "a chain": Scenario(
            {"graph": "chain", "time": 22.0},
            "The pulse comes through once. Drag the line on the spikes: the graph shows where it is. Cut the way.",
        ),
        "a shortcut": Scenario(
            {"graph": "shortcut", "t_ref": 8.0},
            "The shortest way round sets the pace. Cut the shortcut from 1 to 6, and mend it again.",
            predict=Choose(
                "A pulse goes round a ring of eight in 24 ms. Now a shortcut leads from 1 to 6. How often does 1 fire?",
                ("as often as before", "twice as often", "never again"),
                answer=lambda numbers: int(numbers["rate of neuron 1 (Hz)"] > 60) if numbers["goes on"] else 2,
            ),
        ),
        "both ways round": Scenario(
            {"graph": "two-way", "t_ref": 8.0, "time": 19.0},
            "Two pulses run, and meet at neuron 5: behind each lie neurons that have just fired. Cut any connection.",
        ),
        "both ways, one cut": Scenario(
            {"graph": "two-way", "t_ref": 8.0, "time": 40.0, "edges": cut("two-way", (1, 8))},
            "One of the two pulses never sets out, and the other meets nobody. In the heart this is called re-entry.",
            predict=Choose(
                "In a ring that leads both ways the pulse dies after 12 ms, where its halves meet. Now the connection from "
                "1 to 8 is cut. What happens?",
                ("it dies earlier", "it dies as before", "it never ends"),
                answer=lambda numbers: 2 if numbers["goes on"] else int(numbers["last spike (ms)"] > BEGIN + 11),
            ),
        ),
        "too weak alone": Scenario(
            {"weight": 10.0, "drive": 1.1, "t_ref": 8.0},
            "A spike moves V by 10 mV, the threshold is 15 mV away. The current makes up for it: turn it down.",
        ),
    }  # fmt: skip

    def build(self):
        self.plan = GraphFigure(title="click a neuron: stimulated, silenced; click a connection: cut", height=310)
        self.raster = Raster(
            Axis("t", "ms", (0, DURATION)), Axis("neuron", "", (0.4, N + 0.6)), title="who fires when", height=200
        )
        look = dict(min=0.0, max=DURATION, step=0.5, unit="ms", color="ghost", dash="5 4")
        self.V_figure = Figure(
            Axis("t", "ms", (0, DURATION)), Axis("V", "mV", (-70, 0)), title="V of neurons 1 and 2", height=160
        )
        self.V = self.V_figure.several(["neuron 1", "neuron 2"], ghost=True)
        for figure in (self.raster, self.V_figure):
            figure.handle("time", "x", label="time that the graph shows", text="t", **look)
        self.figures = [self.plan, self.raster, self.V_figure]
        return list(self.figures)

    def touched(self, figure, moved):
        if "edges" in moved:  # of this network there are fewer than there is room for
            given = np.asarray(moved["edges"], float)
            moved = {**moved, "edges": np.concatenate([given, np.ones(MOST - len(given))])}
        if "neurons" in moved:
            moved = {**moved, "neurons": np.asarray(moved["neurons"], float)}
        super().touched(figure, moved)

    def _take(self, values, source=None):
        if values.get("graph", self._wanted["graph"]) != self._wanted["graph"]:
            values = {"edges": np.ones(MOST), **values}  # what was cut belongs to the network that it was cut in
        super()._take(values, source)

    def simulate(self, model, weight, delay, drive, edges, neurons, graph):
        pre, post = np.array(EDGES[graph]).T
        W = jnp.zeros((N, N)).at[pre, post].set(weight * edges[: len(pre)])
        V, spikes = run(model, W, delay, drive, neurons == 1, neurons == 2)
        return {"V": V, "spikes": spikes, "depth": (V - model.E_L) / (model.V_th - model.E_L)}

    def draw(self, V, spikes, depth):
        steps, neurons = np.nonzero(spikes)
        self.raster.spikes.set(CLOCK[steps], neurons + 1)
        self.V.set(CLOCK, np.where(spikes, TOP, V)[:, :2].T)
        v = self.values
        edges = EDGES[v["graph"]]
        try:
            self._acting.now = True
            self.plan.set(places(v["graph"]), edges, v["neurons"], v["edges"][: len(edges)], shine(spikes, depth, v["time"]))
        finally:
            self._acting.now = False

    def measure(self, V, spikes, depth):
        when = CLOCK[spikes.any(1)]
        late = CLOCK > LATE
        return {
            "spikes": int(spikes.sum()),
            "last spike (ms)": round(float(when[-1]), 1) if len(when) else 0.0,
            "goes on": int(len(when) > 0 and when[-1] > DURATION - END),
            "neurons that fire": int(spikes.any(0).sum()),
            "rate of neuron 1 (Hz)": mean_rate(CLOCK[late], spikes[late, 0]),
            "connections": int(self.values["edges"][: len(EDGES[self.values["graph"]])].sum()),
        }

    def words(self, numbers):
        said = tr(
            "{whole} of {all} connections are whole, {active} of {n} neurons fire: {spikes} in 200 ms. ",
            whole=numbers["connections"],
            all=len(EDGES[self.values["graph"]]),
            active=numbers["neurons that fire"],
            n=N,
            spikes=counted(numbers["spikes"]),
        )
        if numbers["goes on"]:
            return said + tr("It goes on and on, neuron 1 at {rate:.1f} Hz.", rate=numbers["rate of neuron 1 (Hz)"])
        return said + tr("It is over after {last:g} ms.", last=numbers["last spike (ms)"])

    def script(self):
        model, _ = self.state()
        v = self.values
        whole = [edge for edge, there in zip(EDGES[v["graph"]], v["edges"], strict=False) if there == 1]
        stimulated, silenced = (np.flatnonzero(v["neurons"] == state).tolist() for state in (1, 2))
        lines, parts = [f"neuron = bl.{model!r}"], []
        if silenced:
            lines += [
                f"thresholds = np.full({N}, neuron.V_th)",
                f"thresholds[{silenced}] = 1000.0                    # silenced: out of reach",
                "neuron = neuron.replace(V_th=thresholds)",
            ]
        lines.append(f"cells = bl.Population(neuron, {N})                   # neuron 1 is number 0 here")
        if whole:
            pre, post = map(list, zip(*whole, strict=True))
            delay = value(round(v["delay"] / DT) * DT)
            lines += [
                f"pairs = bl.connect.FromPairs(pre={pre}, post={post})",
                "jump = bl.synapses.Delta()",
                f"synapses = bl.Projection(cells, cells, pairs, jump, weight={value(v['weight'])}, delay={delay})",
            ]
            parts.append("synapses")
        if stimulated:
            lines += [
                f"push = bl.networks.SpikeTimes(1, neurons=[0], times=[{value(BEGIN - DT)}])",
                f"there = bl.connect.FromPairs(pre={[0] * len(stimulated)}, post={stimulated})",
                f"start = bl.Projection(push, cells, there, bl.synapses.Delta(), weight={KICK}, delay={DT})",
            ]
            parts.append("start")
        return code(
            *(["import numpy as np", ""] if silenced else []),
            *lines,
            f"net = bl.Network({', '.join(parts) or 'cells'}, seed=0)",
            f"run = bl.simulate(net, {DURATION}, dt={DT}, inputs={value(v['drive'])}, monitors=())",
            'print(f"spikes {run.spikes.count}")',
            'print(f"last spike (ms) {max(run.spikes.times, default=0.0):.1f}")',
        )


def run(model, W, delay, drive, stimulated, silenced):
    """(V, spikes), both (STEPS, N): a spike of neuron i moves V of neuron j by W[i, j] mV, `delay` later.

    Everything is traced: another matrix compiles nothing anew.
    """
    late, step = jnp.round(delay / DT).astype(jnp.int32), stepper_of(model)

    def body(carry, i):
        V, left, past = carry  # past: the spikes of the last steps, in a ring
        jump = past[(i - late) % PAST] @ W + jnp.where(stimulated & (i == round(BEGIN / DT) - 1), KICK, 0.0)
        new = advance(model, step, (V,), left, drive, i * DT, DT, jump)
        return (*new.states, new.left, past.at[i % PAST].set(new.spikes.astype(V.dtype))), (*new.states, new.spikes)

    held = jnp.where(silenced, jnp.inf, 0.0)  # who is silenced is refractory for ever
    start = jnp.full(N, model.E_L), held, jnp.zeros((PAST, N))
    return jax.lax.scan(body, start, jnp.arange(STEPS))[1]


def shine(spikes, depth, time):
    """(N,) 0 to 1: how brightly each neuron shines at `time` (ms). A spike fades; below the threshold V shines faintly."""
    i = int(np.clip(round(time / DT) - 1, 0, STEPS - 1))
    before = spikes[: i + 1]
    since = np.where(before.any(0), before[::-1].argmax(0) * DT, np.inf)
    return np.maximum(np.exp(-since / GLOW), 0.4 * np.clip(depth[i], 0.0, 1.0))
