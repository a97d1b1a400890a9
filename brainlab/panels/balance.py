"""P14c: the balanced network and its size. Excitation and inhibition cancel; what is left over makes cells irregular."""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
import numpy as np
from scipy.stats import norm

from ..language import tr
from ..math._array import raw
from ..networks.ready import BalancedBinary
from ..networks.ready._binary_run import _run, beginning
from ..params import param
from ._scripts import code
from .figures import Axis, Figure, above
from .panel import Panel, Scenario
from .prediction import Choose
from .programs import Program

SETTLE, DURATION, DT = 30.0, 90.0, 1.0  # ms
BEFORE, SAMPLES = round(SETTLE / DT), round(DURATION / DT)
WATCHED = 16  # excitatory cells, of which the liveliest is shown
OUTSIDE = np.linspace(0.0, 0.5, 41)  # values of m_0, for the curves
SIZES, COUNTS = (500, 1000, 2000), (25, 50, 100, 200, 400)
START = 0.1  # share of cells active at the beginning
KEPT = 4  # drawn networks: going back to one does not draw it again
LOW = {"root": False, "theta_E": 0.1, "theta_I": 0.07, "m_0": 0.4}  # with K = 100 the same network as with the root


class BalancePanel(Panel):
    model = BalancedBinary
    title = "Excitation and inhibition cancel"
    question = "A cell hears hundreds of others. Why does their chance not average out?"
    surprise = "With weights as 1/sqrt(K) inputs differ as much at K = 400 as at 100, with 1/K by half. Nobody put in noise."
    visible = ("m_0", "K", "N", "root")
    without = ("scaling", "tau_E", "tau_I")
    uses_noise = True

    K: int = param(100, "1", "inputs of a cell from each population", structural=True, choices=COUNTS)
    N: int = param(1000, "1", "cells of each population", structural=True, choices=SIZES)
    root: bool = param(True, "", "weights as 1/sqrt(K), else as 1/K")

    scenarios = {
        "it cancels": Scenario(
            {},
            "In the third figure both currents are several thresholds large, and their sum crosses the threshold by chance.",
        ),
        "four times the inputs": Scenario(
            {"K": 400, "N": 2000},
            "Inputs half as strong, and four times as many: the spread stays. The curves come closer to the line.",
            predict=Choose(
                "K goes from 100 to 400, and each weight is halved. The inputs of the cells differed by 0.8. And now?",
                ("by half of that", "by about as much", "by twice that"),
                answer=lambda n: int(np.digitize(n["spread of the inputs"], (0.65, 1.3))),
            ),
        ),
        "weights as 1/K": Scenario(
            LOW,
            "With these thresholds and K = 100 it is the network with the root, in other units. Now go to K = 400, and 25.",
        ),
        "1/K, and more inputs": Scenario(
            {**LOW, "K": 400, "N": 2000},
            "The histogram is half as wide: chance averages out. And the line in the second figure begins at a threshold.",
        ),
        "few inputs": Scenario(
            {"K": 25},
            "The threshold is still there: see the curves at small m_0. Inputs go in steps, which theory leaves out.",
        ),
    }

    def build(self):
        self.histogram_figure = Figure(
            Axis("input - threshold", "", (-4, 4)),
            Axis("density", "", (0, 0.8)),
            title="inputs of all excitatory cells",
            height=260,
        )
        self.histogram = self.histogram_figure.curve("the last moment", 1)
        self.law = self.histogram_figure.curve("Gaussian law", 3, dash="dashed", width=2.0, ghost=False)
        self.on = self.histogram_figure.curve("", "ghost", width=1.0, ghost=False, given=True)
        self.line_figure = Figure(
            Axis("m_0", "", (0, 0.5)), Axis("active share", "", (0, 0.6)), title="what comes out: drag m_0", height=260
        )
        self.limits = [
            self.line_figure.curve(label, 5, dash="dashed", width=1.2, ghost=False) for label in ("both, K to infinity", "")
        ]
        self.theories = [self.line_figure.curve(f"{x}, theory", c) for x, c in (("E", 1), ("I", 2))]
        self.found = [self.line_figure.dots("", c) for c in (1, 2)]
        self.line_figure.handle(
            "m_0", "x", min=0.0, max=0.5, step=0.005, label="share of active cells outside", text="m_0", color="ghost",
            dash="5 4",
        )  # fmt: skip
        self.cell_figure = Figure(
            Axis("t", "ms", (0, DURATION)), Axis("current", "", (-5, 5)), title="the liveliest of 16 cells", height=230
        )
        self.threshold = self.cell_figure.curve("threshold", "ghost", dash="dashed", width=1.2, ghost=False, given=True)
        self.excitation = self.cell_figure.curve("excitation", 1)
        self.inhibition = self.cell_figure.curve("inhibition", 2)
        self.sum = self.cell_figure.curve("sum", 3, width=2.0)
        self.figures = [self.histogram_figure, self.line_figure, self.cell_figure]
        return [[self.histogram_figure, self.line_figure], self.cell_figure]

    def state(self, values=None):
        values = self._wanted if values is None else values
        net, experiment = super().state(values)
        return net.replace(scaling=0.5 if values["root"] else 1.0), experiment

    @classmethod
    @functools.cache
    def _program(cls):
        return Wired(lambda net, experiment, seed, drawn: cls.simulate(cls, net, drawn))

    def simulate(self, net, drawn):
        targets, state, seed = drawn
        net = raw(net)
        active, kept, excitation, inhibition, input = _run(
            net, targets, state, seed, DT, BEFORE, jnp.arange(WATCHED), samples=BEFORE + SAMPLES
        )
        m = active[BEFORE:] / net.N
        outside = jnp.append(OUTSIDE, net.m_0)  # the curves, and where the hand is
        theory = jax.vmap(lambda m_0: jnp.stack(raw(net.replace(m_0=m_0).mean_field(sparse=False))))(outside)
        limit = jax.vmap(lambda m_0: in_the_limit(net.replace(m_0=m_0)))(outside)
        means, spreads = raw(net.input_law(*m[-1], sparse=False))
        return {
            "m": m.mean(0),
            "excitation": excitation[BEFORE:],
            "inhibition": inhibition[BEFORE:],
            "input": input[: net.N],
            "law": jnp.stack([means[0], spreads[0]]),
            "share": kept[: net.N] / SAMPLES,
            "theory": jnp.nan_to_num(theory, nan=-1.0),
            "limit": jnp.nan_to_num(limit, nan=-1.0),
        }

    def draw(self, m, excitation, inhibition, input, law, share, theory, limit):
        edges = bins(input, self.values["J_EE"] * self.values["K"] ** (-0.5 if self.values["root"] else -1.0))
        density, _ = np.histogram(input, edges, density=True)
        unit = max(self.values["theta_E"], 0.1)  # axes go in thresholds
        reach = above(4.0 * unit, np.quantile(np.abs(input), 0.995))
        x = np.linspace(law[0] - 4 * law[1], law[0] + 4 * law[1], 200)
        bell = norm.pdf(x, *law) if law[1] > 0 else 0 * x  # with no activity all inputs are the same
        self.histogram_figure.set_ranges(x=(-reach, reach), y=(0.0, above(0.8 / unit, density, bell)))
        self.histogram.set(np.repeat(edges, 2), np.concatenate([[0], np.repeat(density, 2), [0]]))
        self.law.set(x, bell)
        self.on.set([0, 0], [0, 1e3])
        theory, limit = (np.where(rows < 0, np.nan, rows) for rows in (theory, limit))
        self.line_figure.set_ranges(y=(0.0, above(0.6, m, np.nan_to_num(theory))))
        for k in (0, 1):
            self.limits[k].set(OUTSIDE, limit[:-1, k])
            self.theories[k].set(OUTSIDE, theory[:-1, k])
            self.found[k].set([self.values["m_0"]], [m[k]])
        on = excitation + inhibition > self.values["theta_E"]
        cell = np.abs(np.diff(on.astype(int), axis=0)).sum(0).argmax()
        t = (np.arange(SAMPLES) + 1) * DT
        plus, minus = excitation[:, cell], inhibition[:, cell]
        reach = above(5.0 * unit, np.abs(plus), np.abs(minus))
        self.cell_figure.set_ranges(y=(-reach, reach))
        self.threshold.set([0, DURATION], [self.values["theta_E"]] * 2)
        self.excitation.set(t, plus)
        self.inhibition.set(t, minus)
        self.sum.set(t, plus + minus)

    def measure(self, m, excitation, inhibition, input, law, share, theory, limit):
        return {
            "m_E": float(m[0]),
            "m_I": float(m[1]),
            "m_E, theory": float(theory[-1, 0]),
            "m_I, theory": float(theory[-1, 1]),
            "m_E, K to infinity": float(limit[-1, 0]),
            "spread of the inputs": float(input.std()),
            "spread, Gaussian law": float(law[1]),
            "excitation": float(excitation.mean()),
            "inhibition": float(inhibition.mean()),
            "cells that come and go (%)": 100.0 * float(((share > 0) & (share < 1)).mean()),
        }

    def words(self, numbers):
        said = tr(
            "A cell gets {plus:.1f} of excitation and {minus:.1f} of inhibition; inputs of cells differ by {spread:.2f}. ",
            plus=numbers["excitation"],
            minus=-numbers["inhibition"],
            spread=numbers["spread of the inputs"],
        )
        said += tr("Active are {E:.3f} of E and {I:.3f} of I. ", E=numbers["m_E"], I=numbers["m_I"])
        if numbers["m_E, theory"] < 0 or numbers["m_E, K to infinity"] < 0:
            return said + tr("With these weights there is no balance.")
        return said + tr(
            "Theory for this K: {E:.3f} and {I:.3f}; for K to infinity {limit:.3f} of E.",
            E=numbers["m_E, theory"],
            I=numbers["m_I, theory"],
            limit=numbers["m_E, K to infinity"],
        )

    def script(self):
        net, _ = self.state()
        return code(
            "from brainlab.networks.ready import BalancedBinary",
            "",
            f"net = {net!r}",
            f"run = net.simulate({DURATION}, settle={SETTLE}, watch=range({WATCHED}), seed={self._seed})",
            "m_E, m_I = net.mean_field(sparse=False)",
            "print(run)",
            'print(f"m_E {run.m_E.mean():.4g}")',
            'print(f"m_I {run.m_I.mean():.4g}")',
            'print(f"m_E, theory {m_E:.4g}")',
            "print(f\"spread of the inputs {run.inputs('E').std():.4g}\")",
        )


class Wired(Program):
    """A program of (net, experiment, seed, drawn): the connections depend on N, K and the seed only, and are drawn once.

    Drawing them takes a tenth of a second, so it is done where things are compiled, and not while a hand moves.
    """

    def __init__(self, function):
        super().__init__(function)
        self._drawn = {}

    def __call__(self, net, experiment, seed):
        return super().__call__(net, experiment, seed, self._draw(net.N, net.K, int(seed)))

    def is_ready(self, net, experiment, seed):
        drawn = self._drawn.get((net.N, net.K, int(seed)))
        return drawn is not None and super().is_ready(net, experiment, seed, drawn)

    def _draw(self, N, K, seed):
        key = N, K, seed
        drawn = self._drawn.get(key)
        if drawn is None:
            targets = BalancedBinary(N=N, K=K).wire(seed)
            # As wide for every seed, or each throw of the die would compile anew: nobody tells 7 sigma more than the mean.
            missing = round(2 * K + 7 * np.sqrt(2 * K)) - targets.shape[1]
            targets = np.pad(targets, ((0, 0), (0, max(missing, 0))), constant_values=2 * N)
            drawn = self._drawn[key] = targets, *beginning(N, START, seed)
            for old in [*self._drawn][:-KEPT]:
                self._drawn.pop(old, None)
        return drawn


def bins(input, step):
    """Edges for a histogram of input (N,), which goes in steps: with bins of whole steps none holds more than its share."""
    spread = max(input.std(), 0.01)
    width = step * max(round(0.35 * spread / step), 1) if step > 1e-6 else 0.35 * spread
    low, high = (np.floor((np.quantile(input, q) - input[0]) / width) for q in (0.001, 0.999))
    return input[0] - step / 2 + width * np.arange(low - 1, high + 3)


def in_the_limit(net):
    """(m_E, m_I) for K to infinity, (2,); nan where there is none.

    With weights as 1/sqrt(K) that is `balance`. With 1/K the thresholds stay: the mean input of a population that is neither
    silent nor always active lies on its threshold.
    """
    J = jnp.stack([net.J_EE, -net.J_EI, net.J_IE, -net.J_II]).reshape(2, 2)
    missing = jnp.where(net.scaling > 0.75, 1.0, 0.0) * jnp.stack([net.theta_E, net.theta_I])
    missing = missing - net.m_0 * jnp.stack([net.J_E0, net.J_I0])  # what the network itself must add
    det = J[0, 0] * J[1, 1] - J[0, 1] * J[1, 0]
    both = jnp.stack([J[1, 1] * missing[0] - J[0, 1] * missing[1], J[0, 0] * missing[1] - J[1, 0] * missing[0]]) / det
    I = jnp.maximum(missing[1] / jnp.minimum(J[1, 1], -1e-6), 0.0)  # with E silent
    alone = jnp.where(J[0, 1] * I <= missing[0], jnp.stack([0.0 * I, I]), jnp.nan)
    m = jnp.where((both >= 0).all() & (det > 0), both, alone)
    return jnp.where(m <= 1, m, jnp.nan)
