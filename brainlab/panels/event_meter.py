"""P13b: what it costs to deliver spikes. Operations counted and time measured: dense, all synapses, event-driven."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from ..language import tr
from ..params import param
from ._scripts import code, value
from ._stopwatch import SHARES, WAYS, Stopwatch, operations
from .figures import Axis, Figure
from .panel import Panel, Scenario
from .prediction import Choose
from .raster import Raster

STEPS, SHOWN = 200, 50  # of the raster: 10,000 places, in each of which a neuron spikes or does not
EACH = 1e-3  # us; what an operation takes in the dashed lines
LINE = np.linspace(-4.0, 0.0, 41)  # log10 of the share of neurons that spike
NAMES = {"dense": "dense matrix", "sparse": "all synapses", "event": "event-driven"}
COLORS = {"dense": 2, "sparse": 3, "event": 1}
LEAST = 0.1  # operations; the left end of the bars, on a logarithmic axis that has no 0
stopwatch = Stopwatch()  # one for all panels: two that measure at once would measure each other


class EventMeterPanel(Panel):
    title = "What does a spike cost?"
    question = "How much of the work in one time step is about neurons that do not spike?"
    surprise = (
        "At 10 Hz and 0.1 ms one neuron in a thousand spikes in a step: looking at all synapses is 1000 times the work."
    )
    visible = ("rate", "dt", "N", "K")
    uses_noise = True

    rate: float = param(
        10.0, "Hz", "firing rate", slider=(1, 500), above=0, at_most=1000,
        why="silent neurons send nothing, and no neuron fires more than once in a millisecond",
    )  # fmt: skip
    dt: float = param(
        0.1, "ms", "time step", symbol="dt", slider=(0.01, 1), above=0, at_most=1,
        why="in a longer step a neuron might spike twice, and one of the spikes would be lost",
    )  # fmt: skip
    N: int = param(4000, "", "neurons", structural=True, choices=(500, 1000, 2000, 4000, 8000))
    K: int = param(80, "", "synapses of each neuron", structural=True, choices=(10, 40, 80, 160, 320))

    scenarios = {
        "10 Hz, 0.1 ms": Scenario({}, "The raster has 10,000 places and about ten spikes. Raise the rate, or the step."),
        "twice the neurons": Scenario(
            {"N": 8000},
            "The matrix has four times as many places, the spikes are only twice as many.",
            predict=Choose(
                "The neurons were 4000 and are now 8000, each with 80 synapses as before. The dense product does four times "
                "as much. And the event-driven one?",
                ("as much as before", "twice as much", "four times as much"),
                answer=lambda numbers: round(np.log2(numbers["operations, event-driven"] / 320)),
            ),
        ),
        "longer steps": Scenario(
            {"dt": 1.0},
            "Ten times as many spikes in a step, a tenth of the steps: for the event-driven product that is all the same.",
        ),
        "a storm": Scenario(
            {"rate": 500.0, "dt": 1.0},
            "Half of all neurons spike in every step. It pays no longer: going from spike to spike costs more for each.",
        ),
        "nearly all to all": Scenario(
            {"N": 500, "K": 320}, "With so many synapses the matrix is nearly full. What is still empty is the time."
        ),
    }  # fmt: skip

    def build(self):
        self.raster = Raster(
            Axis("number of the step", "", (0, STEPS)),
            Axis("neuron", "", (-1, SHOWN)),
            title="200 steps of 50 of the neurons",
            height=230,
        )
        self.bars_figure = Figure(
            Axis("log10 of operations in one step", "", (np.log10(LEAST), 8.0)), Axis("", "", (0.4, 3.6), ticks=False),
            title="counted", height=230,
        )  # fmt: skip
        self.bars = {way: self.bars_figure.curve(NAMES[way], COLORS[way], width=22) for way in WAYS}
        self.time_figure = Figure(
            Axis("log10 of the share that spikes", "", (-4.0, 0.0)), Axis("log10 of us for one step", "", (-2.0, 5.0)),
            title="measured on this machine", height=270,
        )  # fmt: skip
        dashed = dict(dash="dashed", width=1.0, ghost=False, given=True)
        said = {"dense": "if each operation took 1 ns"}  # once is enough
        self.expected = {way: self.time_figure.curve(said.get(way, ""), COLORS[way], **dashed) for way in WAYS}
        self.measured = {way: self.time_figure.curve(NAMES[way], COLORS[way], width=2.4, ghost=False) for way in WAYS}
        self.now = self.time_figure.curve("this share", "ghost", dash="dotted", width=2.0, ghost=False, given=True)
        self.figures = [self.raster, self.bars_figure, self.time_figure]
        return [[self.raster, self.bars_figure], self.time_figure]

    def tools(self):
        return [
            {"name": "measure", "label": tr("measure"), "icon": "bolt", "title": tr("take the times again on this machine")}
        ]

    def pressed(self, name):
        self._measure(self._wanted["N"], self._wanted["K"], anew=True)

    def _rest(self):
        """Times are taken when the hand rests and somebody looks; in a program only when asked for."""
        super()._rest()
        if self.pacer.connected:
            self._measure(self.values["N"], self.values["K"])

    def _measure(self, N, K, anew=False):
        stopwatch.start(N, K, self._measured, anew)

    def _measured(self):
        self._shown = None  # the same values have another picture now
        self._ask()

    def simulate(self, key, rate, dt):
        return {"spikes": jax.random.uniform(key, (STEPS, SHOWN)) < rate * dt * jnp.float32(1e-3)}

    @property
    def _share(self) -> float:
        return self.values["rate"] * self.values["dt"] / 1000.0

    def draw(self, spikes):
        N, K = self.values["N"], self.values["K"]
        steps, neurons = np.nonzero(spikes)
        self.raster.spikes.set(steps + 0.5, neurons)
        counts, left = operations(N, K, self._share), np.log10(LEAST)
        for place, way in enumerate(reversed(WAYS), 1):
            self.bars[way].set([left, max(left, np.log10(counts[way]))], [place, place])
        us, shares = stopwatch.known(N, K), 10.0**LINE
        for way in WAYS:
            line = np.log10(np.array([operations(N, K, share)[way] for share in shares]) * EACH)
            self.expected[way].set(LINE, np.where(line > -2.0, line, np.nan))
            there = us is not None and np.isfinite(us[way]).all()
            self.measured[way].set(*(np.log10([SHARES, us[way]]) if there else ([], [])))
        self.now.set([np.log10(self._share)] * 2, [-2.0, 5.0])

    def measure(self, spikes):
        counts = operations(self.values["N"], self.values["K"], self._share)
        return {
            "neurons that spike in a step": self.values["N"] * self._share,
            **{f"operations, {NAMES[way]}": counts[way] for way in WAYS},
            "all synapses / event-driven": counts["sparse"] / counts["event"],
            "dense matrix / event-driven": counts["dense"] / counts["event"],
        }

    def words(self, numbers):
        said = tr(
            "In one step {active} of {N:,} neurons spike on average. Operations: {dense:,.0f} for the dense matrix, "
            "{sparse:,.0f} for all synapses, {event} event-driven, which is {times} times fewer.",
            active=plain(numbers["neurons that spike in a step"]),
            N=self.values["N"],
            dense=numbers["operations, dense matrix"],
            sparse=numbers["operations, all synapses"],
            event=plain(numbers["operations, event-driven"]),
            times=plain(numbers["all synapses / event-driven"]),
        )
        return f"{said} {self._words_measured()}"

    def _words_measured(self) -> str:
        N, K = self.values["N"], self.values["K"]
        us = stopwatch.known(N, K)
        if us is None:
            return tr("Dashed: if each operation took 1 ns. Nothing has been measured here yet for this N and K.")
        at = {way: np.exp(np.interp(np.log(self._share), np.log(SHARES), np.log(us[way]))) for way in WAYS}
        said = tr(
            "Measured here with {K} synapses of each neuron, the shortest of nine runs: all synapses {sparse} us, "
            "event-driven {event} us for one step, ",
            K=K,
            sparse=plain(at["sparse"]),
            event=plain(at["event"]),
        )
        if np.isfinite(at["dense"]):
            said += tr("dense matrix {dense} us.", dense=plain(at["dense"]))
        else:
            said += tr("the dense matrix not at all: it would take {size:.0f} MB.", size=4 * N * N / 2**20)
        return f"{said} {pays_until(us)}"

    def script(self):
        v = self.values
        return code(
            "import time",
            "",
            "import brainlab.math as bm",
            "",
            f"N, K, share = {v['N']}, {v['K']}, {value(v['rate'])} * {value(v['dt'])} / 1000",
            "connection = bl.connect.FixedOutDegree(K)(N, N, seed=0)",
            'print(f"operations, dense matrix {N * N}")',
            'print(f"operations, all synapses {connection.n_synapses}")',
            'print(f"operations, event-driven {connection.n_synapses * share:.7g}")',
            "",
            "spikes = bm.random.rand(1000, N) < share        # a thousand steps",
            "step = lambda s: connection.add(s, bm.zeros(N)).sum()",
            "float(bm.for_loop(step, spikes).sum())            # compiles",
            "begin = time.perf_counter()",
            "float(bm.for_loop(step, spikes).sum())            # a number is only there when all of it is done",
            'print(f"measured: {1000 * (time.perf_counter() - begin):.3g} us for one step, event-driven")',
        )


def plain(x: float) -> str:
    """A number without powers of ten.

    >>> plain(0.04), plain(2.031), plain(16e6)
    ('0.04', '2.03', '16,000,000')
    """
    return f"{x:,.0f}" if x >= 100 else f"{x:.3g}"


def crossing(us: dict) -> float:
    """The share of neurons at which the event-driven product costs as much as looking at all synapses; inf if at none.

    >>> crossing({"event": 1000 * SHARES, "sparse": np.full(len(SHARES), 100.0)})
    0.1
    """
    gain = np.log(us["sparse"] / us["event"])
    late = np.flatnonzero(gain > 0)
    if not len(late):
        return 0.0
    if late[-1] == len(SHARES) - 1:
        return np.inf
    i = late[-1]
    part = gain[i] / (gain[i] - gain[i + 1])
    return round(float(np.exp(np.log(SHARES[i]) + part * np.log(SHARES[i + 1] / SHARES[i]))), 6)


def pays_until(us: dict) -> str:
    share = crossing(us)
    if share == np.inf:
        return tr("Event-driven pays even if all of them spike.")
    return tr("Event-driven pays until {percent:.2g} % of the neurons spike in one step.", percent=100 * share)
