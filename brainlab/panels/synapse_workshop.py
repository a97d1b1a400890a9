"""P13a: the synapse workshop. Place spikes with a click: conductance, current and potential follow, under each other."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from .. import synapses
from ..language import tr
from ..math._array import raw
from ..params import ParamError, param
from ..synapses.response import _respond
from ._scripts import code, counted, value
from .figures import Axis, Figure
from .panel import Panel, Scenario
from .prediction import Choose

STEPS = 4000  # in the window, whatever its length: moving it compiles nothing
ROOM = 12  # spikes
NONE = -1.0  # the time of a spike that is not there
C, G_L = 200.0, 10.0  # pF, nS of the membrane that answers: its time constant is 20 ms
VOLTAGES = np.linspace(-100, 40, 141)
BY_SHAPE = {"exponential": ("tau_decay",), "alpha": ("tau_decay",), "dual exponential": ("tau_rise", "tau_decay")}
CONTROLS = {**{kind: (*taus, "E_rev") for kind, taus in BY_SHAPE.items()}, "NMDA": ("Mg",)}
WHY_ROOM = "the picture begins at 0; -1 stands for a spike that is not there"
BURST = np.array([20.0 + 5 * i for i in range(10)] + [NONE] * (ROOM - 10))
HANDLES = tuple(f"spike {i}" for i in range(1, ROOM + 1))


def made(kind: str, tau_rise, tau_decay, Mg, E_rev):
    """The synapse of that kind: by its time constants, or a receptor with its published values."""
    if kind == "exponential":
        return synapses.Exponential(tau=tau_decay, E_rev=E_rev)
    if kind == "alpha":
        return synapses.Alpha(tau=tau_decay, E_rev=E_rev)
    if kind == "dual exponential":
        return synapses.DualExponential(tau_rise=tau_rise, tau_decay=tau_decay, E_rev=E_rev)
    return synapses.NMDA(Mg=Mg) if kind == "NMDA" else getattr(synapses, kind)()


class SynapsePanel(Panel):
    title = "The synapse workshop"
    question = "What becomes of a spike on the other side of a synapse?"
    surprise = (
        "The same spikes at an NMDA synapse: at -30 mV they give more than three times the current of -70 mV, though what "
        "drives it has more than halved. At rest magnesium blocks the channels; the most current flows at -27 mV."
    )
    visible = ("synapse", "V", "tau_decay", "Mg", "delay")
    carries = {"times": ("place", *HANDLES)}

    synapse: str = param(
        "dual exponential", "", "synapse", structural=True, choices=(*BY_SHAPE, "AMPA", "NMDA", "GABA_A", "GABA_B")
    )  # fmt: skip
    V: float = param(-70.0, "mV", "potential before the spikes", symbol="V", slider=(-100, 40))
    tau_rise: float = param(
        1.0, "ms", "rise time constant", symbol=r"\tau_{rise}", slider=(0.2, 20), above=0,
        why="the conductance would fall before it rises",
    )  # fmt: skip
    tau_decay: float = param(
        5.0, "ms", "decay time constant", symbol=r"\tau_{decay}", slider=(0.5, 100), above=0,
        why="what a spike has opened would never close again",
    )  # fmt: skip
    Mg: float = param(
        1.0, "mM", "magnesium outside", symbol="[Mg^{2+}]", slider=(0, 4), at_least=0, why="there cannot be less than none"
    )
    delay: float = param(
        1.0, "ms", "delay", symbol="d", slider=(0, 20), at_least=0, why="nothing arrives before it was sent"
    )
    E_rev: float = param(0.0, "mV", "reversal potential", symbol="E_{rev}", slider=(-100, 50))
    g_max: float = param(
        2.0, "nS", "all channels open", symbol="g_{max}", slider=(0.1, 10), at_least=0,
        why="a synapse inhibits because of its reversal potential, not because of its conductance",
    )  # fmt: skip
    window: float = param(
        200.0, "ms", "time shown", slider=(50, 1000), at_least=20, at_most=1000, why="the steps would be too long"
    )
    times: float = param(
        np.array([20.0, 60.0, 70.0, 80.0, 90.0, *[NONE] * (ROOM - 5)]), "ms", "times of the spikes",
        at_least=NONE, at_most=1000.0, why=WHY_ROOM,
    )  # fmt: skip

    scenarios = {
        "one, and four in a row": Scenario(
            {},
            "Click on the first figure to place a spike, drag it, double-click to take it away. The currents hardly "
            "overlap; why do the potentials pile up?",
        ),
        "NMDA at rest": Scenario(
            {"synapse": "NMDA", "window": 400.0},
            "Transmitter has opened most of the channels, and hardly any current flows. Drag V in the last figure, or take "
            "the magnesium away.",
        ),
        "NMDA, depolarised": Scenario(
            {"synapse": "NMDA", "window": 400.0, "V": -30.0},
            "Depolarisation drives magnesium out of the pore: the channel asks whether both sides are active. Where does "
            "most current flow?",
            predict=Choose(
                "The same spikes at an NMDA synapse, but V is now -30 mV and not -70: the way to E_rev = 0 mV is less than "
                "half as long. What becomes of the current?",
                ("less than half of it is left", "it stays about the same", "it is more than three times as large"),
                answer=lambda numbers: int(np.digitize(numbers["current, as a multiple of that at -70 mV"], (0.6, 2.0))),
            ),
        ),
        "GABA_B wants a burst": Scenario(
            {"synapse": "GABA_B", "window": 500.0, "V": -65.0, "times": BURST},
            "Four G-proteins must come together before one channel opens. Take spikes away, and look at the scale of the "
            "second figure.",
            predict=Choose(
                "One spike at a GABA_B synapse opens 0.03 % of its channels. Ten come, one every 5 ms. How many times that?",
                ("fewer than ten", "about ten", "about a hundred", "about a thousand"),
                answer=lambda numbers: int(np.digitize(numbers["peak g, one spike = 1"], (9, 30, 300))),
            ),
        ),
        "GABA_A is soon full": Scenario(
            {"synapse": "GABA_A", "V": -65.0},
            "One spike binds 96 % of the receptors. There is no more than all: the next spikes only keep them open.",
        ),
        "inhibition without a current": Scenario(
            {"synapse": "GABA_A", "V": -80.0},
            "V is where GABA_A pulls it: the channels open, and no current flows. Drag V to both sides. What is its sign?",
        ),
    }  # fmt: skip

    def build(self):
        span = (0, 200.0)
        look = dict(color="2", label="presynaptic spike", unit="ms", step=0.5, removable=True, bare=True, dash="none")
        self.spike_figure = Figure(
            Axis("t", "ms", span), Axis("", "", (0, 1), ticks=False), title="spikes: click, drag, double-click", height=100
        )
        self.sent = self.spike_figure.curve("sent", 2, width=2.4, ghost=False, given=True)
        self.arrived = self.spike_figure.curve("arrives", 1, width=2.4, ghost=False, given=True)
        for name in HANDLES:
            self.spike_figure.handle(name, "x", **look)
        self.spike_figure.clicked("place", label="place a spike")
        self.g_figure = Figure(Axis("t", "ms", span), Axis("g", "nS", (0, 2)), title="conductance", height=135)
        self.g_one = self.g_figure.curve("the first spike alone", 4, dash="dotted", width=2.0, ghost=False)
        self.g = self.g_figure.curve("g", 3)
        self.I_figure = Figure(
            Axis("t", "ms", span), Axis("I", "pA", (0, 100)), title="current, V clamped (inward is up)", height=135
        )
        self.I = self.I_figure.curve("PSC", 5)
        self.V_figure = Figure(Axis("t", "ms", span), Axis("V", "mV", (-80, -60)), title="potential, V let go", height=150)
        self.V_one = self.V_figure.curve("the first spike alone", 4, dash="dotted", width=2.0, ghost=False)
        self.V_curve = self.V_figure.curve("PSP", 1)
        self.IV_figure = Figure(
            Axis("V", "mV", (-100, 40)), Axis("I", "pA", (-100, 100)), title="current at its peak: drag V", height=180
        )
        self.zero = self.IV_figure.curve("", "ghost", width=1.0, ghost=False, given=True)
        self.IV = self.IV_figure.curve("at all potentials", 5)
        self.now = self.IV_figure.dots("at this one", 6)
        self.IV_figure.handle(
            "V", "x", min=-100.0, max=40.0, step=0.5, unit="mV", label="potential", color="ghost", dash="5 4"
        )
        self.in_time = [self.spike_figure, self.g_figure, self.I_figure, self.V_figure]
        self.figures = [*self.in_time, self.IV_figure]
        return list(self.figures)

    # ---- the spikes under the hand

    def tools(self):
        return [{"name": "none", "label": tr("no spikes"), "title": tr("take all spikes away")}]

    def pressed(self, name):
        self._take({"times": np.full(ROOM, NONE)})
        self._ask()

    def hand(self, name):
        if name in HANDLES:
            at = float(self._wanted["times"][HANDLES.index(name)])
            return at if at >= 0 else None
        return None if name == "place" else super().hand(name)

    def touched(self, figure, moved):
        times, held = self._wanted["times"].copy(), None
        for name in moved.keys() & set(HANDLES):
            times[HANDLES.index(name)] = NONE if moved[name] is None else moved[name]
            held = figure.overlay
        if moved.get("place") is not None:
            free = np.flatnonzero(times < 0)
            if not len(free):
                raise ParamError(
                    f"SynapsePanel.times: there is room for {ROOM} spikes, and all are there.",
                    why="more would be told apart neither by the eye nor by most synapses",
                    try_="panel.set(times=[20.0] + [-1.0] * 11)      # -1 is no spike; or double-click one to take it away",
                )
            times[free[0]] = round(max(moved["place"][0], 0.0), 1)
            held = None  # the figure does not show it yet
        if not np.array_equal(times, self._wanted["times"]):
            self._take({"times": times}, held)
        super().touched(figure, {name: x for name, x in moved.items() if name in self.parameters})

    # ---- what happens

    def simulate(self, times, delay, V, tau_rise, tau_decay, Mg, E_rev, g_max, window, synapse):
        kind, dt = made(synapse, tau_rise, tau_decay, Mg, E_rev), window / STEPS
        first = jnp.min(jnp.where(times < 0, jnp.inf, times))
        own = [jnp.where(times < 0, -jnp.inf, times), jnp.where(times == first, times, -jnp.inf)]
        trains = jnp.stack([arrivals(train + delay, dt) for train in own])
        g = jax.vmap(lambda train: _respond(kind, train, g_max, None, dt)[1])(trains)

        def slope(U, g):
            return (raw(kind.current(g, U)) - G_L * (U - V)) / C

        def heun(U, g):
            first = slope(U, g[0])
            new = U + dt * (first + slope(U + dt * first, g[1])) / 2
            return new, new

        start = jnp.full(2, V)
        _, U = jax.lax.scan(heun, start, (g[:, :-1].T, g[:, 1:].T))
        return {
            "g": g,
            "I": raw(kind.current(g[0], V)),
            "U": jnp.concatenate([start[None], U]).T,
            "unit": raw(kind.current(1.0, jnp.append(VOLTAGES, jnp.stack([V, -70.0])))),  # pA of 1 nS
        }

    def draw(self, g, I, U, unit):
        v, t = self.values, np.linspace(0, self.values["window"], STEPS + 1)
        sent = np.sort(v["times"][(v["times"] >= 0) & (v["times"] <= v["window"])])
        for figure in self.in_time:
            figure.set_ranges(x=(0.0, v["window"]))
        self.sent.set(*stems(sent, 0.0, 0.9))
        self.arrived.set(*stems(sent + v["delay"], 0.0, 0.5))
        top = g.max()
        self.g_figure.set_ranges(y=around(0.0, top))
        self.I_figure.set_ranges(y=around(I.min(), I.max()))
        self.V_figure.set_ranges(y=around(U.min(), U.max(), least=1.0))
        ends = top * np.array([unit[:-2].min(), unit[:-2].max()])
        self.IV_figure.set_ranges(y=around(*(ends + 0.05 * np.ptp(ends) * np.array([-1, 1]))))
        self.g.set(t, g[0])
        self.g_one.set(t, g[1])
        self.I.set(t, I)
        self.V_curve.set(t, U[0])
        self.V_one.set(t, U[1])
        self.zero.set([-100, 40], [0, 0])
        self.IV.set(VOLTAGES, top * unit[:-2])
        self.now.set([v["V"]], [top * unit[-2]])
        if not self.g_figure.ghostly:
            for name in ("tau_rise", "tau_decay", "E_rev", "Mg"):  # a receptor has values of its own
                self.controls[name].layout.display = "" if name in CONTROLS.get(v["synapse"], ()) else "none"

    def measure(self, g, I, U, unit):
        numbers = {
            "spikes": int((self.values["times"] >= 0).sum()),
            "peak g (nS)": float(g[0].max()),
            "peak PSC (pA)": furthest(I),
            "peak PSP (mV)": furthest(U[0] - U[0, 0]),
            "peak g, one spike = 1": float(g[0].max() / g[1].max()) if g[1].max() > 0 else 0.0,
        }
        if self.values["synapse"] == "NMDA":
            numbers["current, as a multiple of that at -70 mV"] = float(unit[-2] / unit[-1])
            numbers["most inward current at (mV)"] = float(VOLTAGES[unit[:-2].argmax()])
        return numbers

    def words(self, numbers):
        if not numbers["spikes"]:
            return tr("No spike. Click on the first figure to place one.")
        said = tr(
            "{n}: the conductance reaches {g:.3g} nS, {times:g} times what the first does alone. Current {I:.3g} pA, "
            "PSP {V:.3g} mV.",
            n=counted(numbers["spikes"]), g=numbers["peak g (nS)"], times=float(f"{numbers['peak g, one spike = 1']:.3g}"),
            I=numbers["peak PSC (pA)"], V=numbers["peak PSP (mV)"],
        )  # fmt: skip
        if "most inward current at (mV)" in numbers:
            said += tr(
                " That is {times:.3g} times the current at -70 mV; the most flows at {V:.0f} mV.",
                times=numbers["current, as a multiple of that at -70 mV"], V=numbers["most inward current at (mV)"],
            )  # fmt: skip
        return said

    def script(self):
        v = self.values
        kind = made(v["synapse"], v["tau_rise"], v["tau_decay"], v["Mg"], v["E_rev"])
        arrive = np.sort(v["times"][v["times"] >= 0]) + v["delay"]
        # A step has room for one spike of `response`; those that a hand has put onto each other are one to most receptors.
        _, places = np.unique(np.round(arrive / v["window"] * STEPS), return_index=True)
        arrive = [float(f"{t:.6g}") for t in arrive[places] if t <= v["window"]]
        return code(
            f"synapse = bl.synapses.{kind!r}",
            f"spikes = {arrive}      # ms, when they arrive",
            f"V_hold, g_max, window = {value(v['V'])}, {value(v['g_max'])}, {value(v['window'])}      # mV, nS, ms",
            f"answer = bl.synapses.response(synapse, spikes, window, dt=window / {STEPS}, V=V_hold, weight=g_max)",
            "",
            "",
            f"def membrane(V, t, C={C}, g_L={G_L}):      # pF, nS",
            "    return (g_L * (V_hold - V) + synapse.current(bl.math.interp(t, answer.t, answer.g), V)) / C",
            "",
            "",
            f"run = bl.solve_ode(membrane, V_hold, 0.0, window, steps={STEPS})",
            'print(f"peak g (nS) {float(answer.g.max()):.6g}")',
            'print(f"peak PSC (pA) {float(answer.current[abs(answer.current).argmax()]):.6g}")',
            'print(f"peak PSP (mV) {float((run.y - V_hold)[abs(run.y - V_hold).argmax()]):.6g}")',
        )


def arrivals(times, dt):
    """(STEPS + 1,): how many spikes arrive in each step; those before 0 and after the window are not there."""
    index = jnp.where(jnp.isfinite(times), jnp.round(times / dt), STEPS + 1).astype(int)
    return jnp.zeros(STEPS + 1).at[index].add(1.0, mode="drop")


def stems(x, low, high):
    """x, y of upright lines with gaps between them.

    >>> stems(np.array([5.0]), 0.0, 1.0)[1]
    array([ 0.,  1., nan])
    """
    return np.repeat(x, 3) + np.tile([0.0, 0.0, np.nan], len(x)), np.tile([low, high, np.nan], len(x))


def furthest(x) -> float:
    """The value that is furthest from 0, with its sign."""
    return float(x[np.abs(x).argmax()]) + 0.0


def around(low, high, least=1e-3) -> tuple[float, float]:
    """A range of round numbers with both in it, at least `least` wide: it grows in steps, not with every move.

    >>> around(0.0, 1.83), around(-66.2, -64.0, least=1.0)
    ((0.0, 2.0), (-66.5, -64.0))
    """
    width = max(float(high - low), least)
    power = 10.0 ** np.floor(np.log10(width))
    step = power * next(m for m in (0.2, 0.5, 1.0) if 10.001 * m * power >= width)
    ends = np.floor(low / step + 1e-3) * step, np.ceil((low + width) / step - 1e-3) * step
    return round(float(ends[0]), 9) + 0.0, round(float(ends[1]), 9) + 0.0
