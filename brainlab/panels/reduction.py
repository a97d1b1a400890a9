"""P12b: four states become two. Hide the fast gate, tie one slow gate to the other, and see what of the neuron is left."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from ..integrate._steppers import stepper
from ..language import tr
from ..math._array import raw
from ..models import HH
from ..params import param
from ._scripts import code, counted, value
from .figures import Axis, Figure, evenly
from .panel import Panel, Scenario
from .prediction import Choose

DURATION, DT = 100.0, 0.02  # ms
STEPS = round(DURATION / DT)
SETTLED = STEPS // 4  # from here on h and n are compared
POINTS = 900  # of a trajectory in a plane
SIZES = [150.0, 0.7]  # of that plane
VOLTAGES = np.linspace(-76.0, 49.0, 126)  # mV, along which the nullclines are drawn: between the reversal potentials


class ReductionPanel(Panel):
    model = HH
    title = "Four states become two"
    question = "Which of the four states of the Hodgkin-Huxley neuron are needed to make it fire?"
    surprise = "With m at its steady value and h = 0.8 - n, two states are left. The neuron still fires, a quarter faster."
    visible = ("I", "fast", "tied", "c")
    carries = {"V0": ("start",), "n0": ("start",)}
    without = ("C", "E_Na", "E_K", "E_L", "T")

    I: float = param(10.0, "uA/cm2", "current", symbol="I", slider=(-5, 60))
    fast: bool = param(True, "", "m follows V at once")
    tied: bool = param(True, "", "h is tied to n: h = c - n")
    c: float = param(0.8, "1", "sum of h and n, where they are tied", symbol="c", slider=(0.6, 1))
    V0: float = param(-65.0, "mV", "V at the start", symbol="V_0", slider=(-90, 50))
    n0: float = param(0.32, "1", "n at the start", symbol="n_0", slider=(0, 1), at_least=0, at_most=1, why="it is a share")

    scenarios = {
        "two states": Scenario({}, "The second figure has room for all of it. Drag the start, and turn the current down."),
        "which to hide": Scenario(
            {"tied": False},
            "Only m is hidden. It is so fast that the spike hardly changes; the rate rises by a quarter.",
            predict=Choose(
                "m is replaced by its steady value at each V, the other gates stay. What happens to the rate of firing?",
                ("it falls to 0", "it changes by less than a third", "it doubles at least"),
                answer=lambda n: int(np.digitize(n["rate, reduced (Hz)"] / max(n["rate (Hz)"], 1.0), (0.3, 1.7))),
            ),
        ),
        "all four": Scenario({"fast": False, "tied": False}, "Nothing is hidden. The two curves are one."),
        "the line in the third figure": Scenario(
            {"c": 0.9}, "While it fires, h and n move along a line. Choose c so that the dashed line lies on it."
        ),
        "too little current": Scenario(
            {"I": 4.0, "V0": -55.0}, "One spike, and rest. Look how near the start lies to the border between both."
        ),
    }

    def build(self):
        self.V_figure = Figure(
            Axis("t", "ms", (0, DURATION)), Axis("V", "mV", (-90, 60)), title="membrane potential", height=200
        )
        self.V_full = self.V_figure.curve("four states", 5, dash="dashed")
        self.V = self.V_figure.curve("reduced", 1)
        self.plane = Figure(
            Axis("V", "mV", (-90, 60)), Axis("n", "", (0.2, 0.9)), title="the plane of V and n: drag the start", height=300
        )
        self.V_line = self.plane.curve("V stands still", 3, dash="dashed", ghost=False, given=True)
        self.n_line = self.plane.curve("n stands still", 4, dash="dotted", width=2.0, ghost=False, given=True)
        self.path_full = self.plane.curve("four states", 5, dash="dashed")
        self.path = self.plane.curve("reduced", 1, width=2.0)
        self.plane.handle("start", "xy", min=-90, max=60, step=0.01, label="start", color="2")
        self.gates = Figure(
            Axis("n", "", (0.2, 0.9)), Axis("h", "", (0, 0.7)), title="do h and n move together?", height=300
        )
        self.line = self.gates.curve("h = c - n", 2, dash="dashed", ghost=False)
        self.both = self.gates.curve("four states", 5, ghost=False)
        self.figures = [self.V_figure, self.plane, self.gates]
        return [self.V_figure, [self.plane, self.gates]]

    def hand(self, name):
        return [self._wanted["V0"], self._wanted["n0"]] if name == "start" else super().hand(name)

    def touched(self, figure, moved):
        if "start" in moved:
            V, n = moved["start"]
            moved = {"V0": float(V), "n0": float(np.clip(n, 0, 1))}
        super().touched(figure, moved)

    def simulate(self, model, I, fast, tied, c, V0, n0):
        step = stepper("rk4")

        def run(fast, tied):
            def field(y, t):
                V, m, h, n = y
                m = jnp.where(fast, raw(model.steady(V)).m, m)
                h = jnp.where(tied, c - n, h)
                return jnp.stack(raw(model.derivative(V, m, h, n, I)))

            def body(y, _):
                y = step(field, y, 0.0, DT)
                return y, y

            y0 = jnp.stack([V0, raw(model.steady(V0)).m, c - n0, n0])
            return jnp.concatenate([y0[None], jax.lax.scan(body, y0, None, length=STEPS)[1]])

        y = jax.vmap(run)(jnp.stack([jnp.array(False), fast]), jnp.stack([jnp.array(False), tied]))
        return {
            "V": y[:, :, 0],
            "n": y[:, :, 3],
            "h": y[0, :, 2],
            "V_line": V_nullcline(model, I, c),
            "n_line": raw(model.steady(VOLTAGES)).n,
        }

    def draw(self, V, n, h, V_line, n_line):
        t = np.arange(STEPS + 1) * DT
        self.V_full.set(t, V[0])
        self.V.set(t, V[1])
        self.V_line.set(VOLTAGES, V_line)
        self.n_line.set(VOLTAGES, n_line)
        for path, of in ((self.path_full, 0), (self.path, 1)):
            path.set(*evenly(np.stack([V[of], n[of]], 1), SIZES, POINTS).T)
        self.both.set(*evenly(np.stack([n[0], h], 1)[SETTLED:], [0.7, 0.7], POINTS).T)
        self.line.set([0.2, 0.9], [self.values["c"] - 0.2, self.values["c"] - 0.9])

    def measure(self, V, n, h, V_line, n_line):
        counts, rates = zip(*map(firing, V), strict=True)
        return {
            "spikes": counts[0],
            "spikes, reduced": counts[1],
            "rate (Hz)": rates[0],
            "rate, reduced (Hz)": rates[1],
            "h + n, mean": float((h + n[0])[SETTLED:].mean()),
        }

    def words(self, numbers):
        states = 4 - int(self.values["fast"]) - int(self.values["tied"])
        return tr(
            "Four states: {full}, {rate:.1f} Hz. With {states} states: {reduced}, {other:.1f} Hz. "
            "On average h + n is {sum:.2f}.",
            full=counted(numbers["spikes"]),
            rate=numbers["rate (Hz)"],
            states=states,
            reduced=counted(numbers["spikes, reduced"]),
            other=numbers["rate, reduced (Hz)"],
            sum=numbers["h + n, mean"],
        )

    def script(self):
        model, _ = self.state()
        v = self.values
        m = "hh.steady(V).m" if v["fast"] else "m"
        h = f"{value(v['c'])} - n" if v["tied"] else "h"
        return code(
            "import numpy as np",
            "",
            f"hh = bl.{model!r}",
            "",
            "",
            "def field(V, m, h, n, t):",
            f"    return hh.derivative(V, {m}, {h}, n, {value(v['I'])})",
            "",
            "",
            f"V0, n0, c = {value(v['V0'])}, {value(v['n0'])}, {value(v['c'])}",
            "start = (V0, hh.steady(V0).m, c - n0, n0)",
            f"V = np.asarray(bl.solve_ode(field, start, 0.0, {DURATION}, dt={DT})['V'])",
            'print(f"spikes, reduced {((V[:-1] < 0) & (V[1:] >= 0)).sum()}")',
        )


def V_nullcline(model, I, c):
    """n at each of VOLTAGES for which V stands still, if m = m_inf(V) and h = c - n.

    Between the reversal potentials both terms of dV/dt fall with n, so that bisection finds the only zero.
    """
    V = jnp.asarray(VOLTAGES, jnp.result_type(float))
    m = raw(model.steady(V)).m

    def slope(n):
        return I - sum(raw(model.currents(V, m, c - n, n)))

    def halve(_, ends):
        low, high = ends
        middle = (low + high) / 2
        up = slope(middle) > 0
        return jnp.where(up, middle, low), jnp.where(up, high, middle)

    low, high = jax.lax.fori_loop(0, 30, halve, (jnp.zeros_like(V), jnp.full_like(V, 1.5)))
    return (low + high) / 2


def firing(V):
    """(spikes, rate in Hz) of a trace: upward crossings of 0 mV; the rate between the second and the last one."""
    at = np.flatnonzero((V[:-1] < 0) & (V[1:] >= 0))
    return len(at), 1000.0 * (len(at) - 2) / ((at[-1] - at[1]) * DT) if len(at) > 2 else 0.0
