"""P14a: a network of thousands of spiking neurons runs while inhibition, drive and noise are turned."""

from __future__ import annotations

import threading
import time

import numpy as np

from ..language import tr
from ..networks._engine import run as engine
from ..params import param
from ._scripts import code, value
from ._stage import BIN, CHUNK, MEMORY, RHYTHMS, SEGMENT, SETTLE, WATCHED, Stage
from .figures import Axis, Figure, above
from .live import LivePanel
from .panel import Scenario
from .prediction import Choose
from .raster import Raster

SHOWN = 500.0  # ms in the raster and in the rate
OPENING = 500.0  # ms of the model that a scenario begins with
BUDGET = 0.035  # s of computing in one frame: with the drawing, 20 frames a second at the least
OFTEN = 0.2  # s between two readings of the statistics: numbers that change with every frame cannot be read
EXCITATORY = round(0.8 * WATCHED)
REGULAR = 0.3  # below this CV a neuron is nearly a clock
REGIMES = {"SR": (3.0, 2.0), "SI fast": (6.0, 4.0), "AI": (5.0, 2.0), "SI slow": (4.5, 0.9)}


def _of(regime):
    g, eta = REGIMES[regime]
    return {"g": g, "eta": eta}


class RasterTheatrePanel(LivePanel):
    title = "The raster theatre"
    question = "When does a network of excitation and inhibition fire like a clock, in waves, or like noise?"
    surprise = (
        "Past g = 4 a regular crowd becomes an irregular one. More inhibition, at the same rate: more irregular still."
    )
    visible = ("g", "eta", "J", "network", "N")
    carries = {"g": ("point",), "eta": ("point",)}
    uses_noise = True
    sample = step = CHUNK
    window = SHOWN
    most = 4

    g: float = param(
        5.0, "1", "inhibition, relative to excitation", symbol="g", slider=(0, 8), at_least=0,
        why="a negative inhibition would excite",
    )  # fmt: skip
    eta: float = param(
        2.0, "1", "external drive, relative to threshold", symbol=r"\eta", slider=(0, 5), at_least=0,
        why="there is no less than no input",
    )  # fmt: skip
    J: float = param(
        1.0, "1", "size of a spike, relative to the published", symbol="J", slider=(0.2, 3), above=0,
        why="spikes of no size carry nothing",
    )  # fmt: skip
    network: str = param("Brunel", "", "network", structural=True, choices=("Brunel", "COBA"))
    N: int = param(4000, "", "neurons", structural=True, choices=(1000, 2500, 4000, 10000))
    speed: float = param(1000.0, "ms/s", "speed", slider=(50, 2000), above=0, why="time does not run backwards here")

    scenarios = {
        "like noise": Scenario(_of("AI"), "Press play. Each neuron fires irregularly, all together at a steady rate."),
        "like clocks": Scenario(
            _of("SR"),
            "Every neuron fires as fast as it can, at even intervals. Now drag the point slowly to the right, past g = 4.",
            predict=Choose(
                "Inhibition falls from g = 5 to g = 3, so that excitation wins. The neurons will fire",
                ("no faster than before", "faster, and irregularly", "faster, like clocks"),
                answer=lambda n: 0 if n["rate (Hz)"] < 60 else 1 + (n["CV"] < REGULAR),
            ),
        ),
        "a fast rhythm": Scenario(
            _of("SI fast"),
            "The rate swings 180 times a second. No neuron fires that fast, nor evenly: each joins now and then.",
        ),
        "a slow rhythm": Scenario(
            _of("SI slow"), "The drive alone does not reach threshold. Waves run through the network, some 25 a second."
        ),
        "the same rate, more inhibition": Scenario(
            {"g": 8.0, "eta": 4.0},
            "Go back to g = 5 and eta = 2: the same rate, yet the CV is smaller there.",
            predict=Choose(
                "From g = 5 to g = 8, with more drive so that the rate stays. The intervals of a neuron become",
                ("more regular", "as before", "more irregular"),
                answer=lambda n: int(n["CV"] > REGULAR) + int(n["CV"] > 0.6),
            ),
        ),
        "it keeps itself awake": Scenario(
            {"network": "COBA", "g": 7.4, "eta": 0.0},
            "Nothing comes from outside: eta is 0. The activity lives on what the network feeds itself.",
        ),
    }

    def __init__(self, **values):
        self._stage: Stage | None = None
        self._spare: tuple | None = None  # (key, Stage) of before: the way back is short
        self._next: tuple | None = None  # (key, its Stage or what went wrong), from the thread that builds
        self._patient, self._owed, self._read = True, 0, -np.inf
        super().__init__(**values)

    # ---- figures

    def build(self):
        time_axis = ("time before now", "ms", (-SHOWN, 0.0))
        self.raster = Raster(
            Axis(*time_axis), Axis("neuron", "", (-1, WATCHED)), ("excitatory", "inhibitory"), (2, 1),
            title="who fires when", height=240,
        )  # fmt: skip
        self.rate_figure = Figure(Axis(*time_axis), Axis("rate", "Hz", (0, 100)), title="rate of all together", height=150)
        self.rate = self.rate_figure.curve("rate", 3)
        self.map = Figure(Axis("g", "", (0, 8)), Axis("η", "", (0, 5)), title="regimes: drag the point", height=230)
        self.balance = self.map.curve("excitation = inhibition", "ghost", dash="dashed", ghost=False, given=True)
        self.reach = self.map.curve("drive = threshold", "ghost", dash="dotted", ghost=False, given=True)
        self.balance.set([4.0, 4.0], [0.0, 5.0])
        self.reach.set([0.0, 8.0], [1.0, 1.0])
        for (name, (g, eta)), color in zip(REGIMES.items(), (4, 3, 6, 5), strict=True):
            self.map.dots(name, color, shape="rings", given=True).set([g], [eta])
        look = dict(min=[0.0, 0.0], max=[8.0, 5.0], step=0.02, label="g, η", color="2")
        self.map.handle("point", "xy", **look)
        self.spectrum_figure = Figure(
            Axis("f", "Hz", (0, 450)), Axis("power", "", (0, 1)), title="spectrum of the rate", height=230
        )
        self.spectrum = self.spectrum_figure.curve("power", 3)
        self.figures = [self.raster, self.rate_figure, self.map, self.spectrum_figure]
        return [self.raster, self.rate_figure, [self.map, self.spectrum_figure]]

    def hand(self, name):
        return [self._wanted["g"], self._wanted["eta"]] if name == "point" else super().hand(name)

    def touched(self, figure, moved):
        if "point" in moved:
            moved = {"g": float(moved["point"][0]), "eta": float(moved["point"][1])}
        super().touched(figure, moved)

    # ---- going on

    @property
    def traces(self) -> int:
        """How often the loop of a network was compiled, by all of this process."""
        return engine._cache_size()

    def run(self, duration: float):
        """Go on by `duration` ms now, in whole pieces of 25 ms: the last one is finished."""
        return super().run(CHUNK * np.ceil(duration / CHUNK) if duration > 0 else duration)

    def new_noise(self):
        with self._lock:
            self._state = None  # begins anew, with the other numbers
        super().new_noise()

    def _draw_wanted(self, wait):
        self._patient = wait or not self.pacer.connected
        try:
            super()._draw_wanted(wait)
        finally:
            self._patient = True
        if self._building is not None:
            self.layout.show_busy(tr("rebuilding ..."))
        if self._owed:
            self._worker.ask()

    def _go_on(self, samples: int):
        values, seed = self._wanted, self._seed
        knobs = {name: values[name] for name in ("g", "eta", "J")}
        wanted = self._take_the_stage(values, knobs, seed)
        if self._state is None and wanted:  # a scenario: from the beginning
            self._stage.begin(seed, **knobs)
            self._state, self._owed, self._now = self._stage, round(OPENING / CHUNK), 0.0
        if self._stage.kind == values["network"]:  # the knobs of one kind mean little to the other
            self._stage.turn(**knobs)
        # A page sees the opening unroll, picture by picture; Python gets it at once.
        n = samples + self._owed if self._patient else min(max(samples, self._owed), self.most)
        began = time.monotonic()
        for _ in range(n):
            self._stage.go_on()
        if n:
            cost = (time.monotonic() - began) / n
            self.most = int(np.clip(BUDGET / cost, 1, type(self).most))
        self._owed, self._now = max(self._owed - n, 0), self._now + n * CHUNK
        self._read_statistics(n)

    def _take_the_stage(self, values, knobs, seed) -> bool:
        """Is the network that is wanted there? While it is built, the one of before goes on."""
        key = (values["network"], values["N"])
        if self._next is not None:
            (built, stage), self._next, self._building = self._next, None, None
            if built == key and isinstance(stage, Exception):
                raise stage
            if built == key:
                self._enter(key, stage)
                self._state, self._owed = stage, 0
            elif isinstance(stage, Stage):
                self._spare = built, stage
        if self._stage is not None and self._key == key:
            return True
        if self._spare is not None and self._spare[0] == key:
            self._enter(*self._spare)
            return True
        if self._stage is None or self._patient:
            self._enter(key, Stage(*key))
            return True
        if self._building is None:
            self._building = threading.Thread(target=self._build_stage, args=(key, knobs, seed), daemon=True)
            self._building.start()
        return False

    def _enter(self, key, stage):
        if self._stage is not None:
            self._spare = self._key, self._stage
        self._stage, self._key, self._state, self._history = stage, key, None, {}

    def _build_stage(self, key, knobs, seed):
        """In a thread of its own: connect, compile, and play the first half second."""
        try:
            stage = Stage(*key)
            stage.begin(seed, **knobs)
            for _ in range(round(OPENING / CHUNK)):
                stage.go_on()
        except Exception as error:  # shown in the panel, which lives on
            stage = error
        self._next = (key, stage)
        self._worker.ask()

    def _read_statistics(self, n):
        now = time.monotonic()
        if self._patient or not n or not self._history or now - self._read > OFTEN:
            self._statistics, self._read = self._stage.statistics(), now
        spikes, rate = self._stage.watched_spikes(), self._stage.rate()
        end = spikes.t_start + spikes.duration
        kept = spikes.times > end - SHOWN
        self._history = {
            "times": spikes.times[kept] - end,
            "neurons": spikes.neurons[kept],
            "rate": rate[-round(SHOWN / BIN) :],
            **self._statistics,
        }

    def _rows(self):
        return self._history

    # ---- one picture

    def draw(self, times, neurons, rate, f, power, **numbers):
        self.raster.spikes.set(times, neurons, neurons >= EXCITATORY)
        top, shown = above(100.0, np.percentile(rate, 99)), self.rate_figure.y.span[1]
        if not top <= shown <= 2 * top:  # an axis that moves with every peak cannot be read
            self.rate_figure.set_ranges(y=(0.0, top))
        self.rate.set((np.arange(len(rate)) - len(rate) + 0.5) * BIN, rate)
        top = power[1:].max()
        self.spectrum.set(f[1:], power[1:] / top if top > 0 else power[1:])

    def measure(self, mean, cv, rhythm, unsteadiness, **arrays):
        return {"rate (Hz)": mean, "CV": cv, "rhythm (Hz)": rhythm, "unsteadiness": unsteadiness}

    def words(self, numbers):
        rate, CV, rhythm, uneven = (numbers[name] for name in ("rate (Hz)", "CV", "rhythm (Hz)", "unsteadiness"))
        if not rate:
            return tr("Silence: not one of {n} neurons fires.", n=self._stage.cells.size)
        how = "like a clock" if CV < REGULAR else "irregularly" if CV < 1.2 else "in bursts"
        return tr(
            "{n} neurons fire {rate:.0f} times a second each, {how} (CV {CV:.2f}). "
            "Their common rate varies by {percent:.0f} % of its mean, most at {rhythm:.0f} Hz.",
            n=self._stage.cells.size, rate=rate, how=tr(how), CV=CV, rhythm=rhythm, percent=100 * uneven,
        )  # fmt: skip

    def tools(self):
        return [{**tool, "title": tr("25 ms further")} if tool["name"] == "step" else tool for tool in super().tools()]

    def script(self):
        g, eta, J = (self.values[name] for name in ("g", "eta", "J"))
        N, stage = self.values["N"], self._stage
        end = MEMORY + SETTLE
        if stage.kind == "COBA":
            stage.turn(g, eta, J)
            made = [
                f"net = bl.networks.ready.coba(n={N}, seed={self._seed})",
                "E, I = net.projections",
                f"E.weight, I.weight = {value(stage.exc.weight)}, {value(stage.inh.weight)}      # uS",
            ]
            if eta:
                drive = f"bl.networks.PoissonInput(E.post, E.synapse, rate={value(stage.ext.rate)}, weight=E.weight)"
                made.append(f"net = bl.Network(E, I, {drive}, seed={self._seed})")
        else:
            jump = f"J={value(J * stage.jump)}"
            made = [
                f"net = bl.networks.ready.brunel(g={value(g)}, eta={value(eta)}, {jump}, n={N}, seed={self._seed})",
            ]
        return code(
            "import numpy as np",
            "",
            *made,
            f"spikes = bl.simulate(net, {end}, monitors=()).spikes.between({SETTLE}, {end})",
            'print(f"rate (Hz) {spikes.rates().mean():.4g}")',
            'print(f"CV {np.nanmean(bl.analysis.cv(spikes)):.4g}")',
            "t, rate = bl.analysis.population_rate(spikes, bin=1.0)",
            f'print(f"rhythm: {{bl.analysis.spectrum(rate, 1.0, segment={SEGMENT}).peak{RHYTHMS}:.4g}} Hz")',
        )
