"""P9d: the same random run a thousand times, at once. How long until the threshold, and what one more trial costs."""

from __future__ import annotations

import functools
import time

import jax
import jax.numpy as jnp
import numpy as np

from ..integrate._sde_methods import sde_stepper
from ..language import tr
from ..params import param
from ._scripts import code, value
from .figures import Axis, Figure, above
from .noise_twins import siegert
from .panel import Panel, Scenario
from .prediction import Choose

DURATION, DT = 200.0, 0.2  # ms
STEPS = round(DURATION / DT)
COUNTS = (1, 4, 16, 64, 256, 1024)
PATHS = 4  # drawn
BINS = 40
REPEATS = 3  # of each measurement of time; the shortest one counts


class TrialsPanel(Panel):
    title = "A thousand trials at once"
    question = "How long does a noisy neuron take to its threshold, and what does it cost to ask a thousand times?"
    surprise = "Below the threshold chance decides alone: the times are spread about as widely as they are long."
    visible = ("trials", "mu", "sigma", "tau")
    uses_noise = True

    mu: float = param(1.1, "V_th", "drive", symbol=r"\mu", slider=(0.5, 2))
    sigma: float = param(
        0.2, "V_th", "noise", symbol=r"\sigma", slider=(0.05, 0.6), above=0.01,
        why="without noise all trials are the same trial",
    )  # fmt: skip
    tau: float = param(
        10.0, "ms", "membrane time constant", symbol=r"\tau_m", slider=(2, 40), above=0,
        why="V would run away from rest instead of towards it",
    )  # fmt: skip
    trials: int = param(256, "", "number of trials", structural=True, choices=COUNTS)

    scenarios = {
        "a histogram": Scenario({}, "Each trial runs from 0 to the threshold. Most are quick, some take very long."),
        "one trial": Scenario({"trials": 1}, "One trial says little. Throw the die a few times."),
        "a thousand": Scenario(
            {"trials": 1024},
            "The third figure was measured on this machine, just now: what one trial costs if many run at once.",
        ),
        "below threshold": Scenario(
            {"mu": 0.7, "tau": 5.0, "trials": 1024},
            "The drive alone never gets there. Noise does, at random: the histogram is nearly exponential.",
            predict=Choose(
                "The drive stops short of the threshold. How widely will the times be spread?",
                ("hardly: all wait equally long", "half as much as they are long", "about as much as they are long"),
                answer=lambda numbers: int(
                    np.digitize(numbers["spread (ms)"], np.array([0.3, 0.7]) * numbers["mean time (ms)"])
                ),
            ),
        ),
    }

    def build(self):
        self.V_figure = Figure(
            Axis("t", "ms", (0, 100)), Axis("V / V_th", "", (-0.6, 1.2)), title="the first trials", height=210, legend=False
        )
        self.threshold = self.V_figure.curve("", 4, dash="dashed", width=1.2, ghost=False, given=True)
        self.V = self.V_figure.several([""] * PATHS, [1, 2, 3, 6])
        self.V_figure.handle(
            "mu", "y", min=0.5, max=2.0, step=0.01, unit="V_th", label="drive", text="mu", color="ghost", dash="5 4"
        )
        self.h_figure = Figure(
            Axis("time to threshold", "ms", (0, DURATION)),
            Axis("share per bin", "", (0, 0.3)),
            title="all trials",
            height=230,
        )
        self.histogram = self.h_figure.curve("trials", 1)
        self.mean = self.h_figure.curve("mean of theory", 3, dash="dashed", ghost=False)
        self.cost_figure = Figure(
            Axis("log10 of trials", "", (-0.2, 3.2)), Axis("log10 of time of one, us", "", (-0.5, 4)),
            title="what one trial costs here", height=230,
        )  # fmt: skip
        self.cost = self.cost_figure.dots("measured", 2)
        self.cost_line = self.cost_figure.curve("", 2, width=1.0, ghost=False)
        self.now = self.cost_figure.dots("as many as now", 4)
        self.figures = [self.V_figure, self.h_figure, self.cost_figure]
        return [self.V_figure, [self.h_figure, self.cost_figure]]

    def simulate(self, key, mu, sigma, tau, trials):
        paths, times = passages(key, mu, sigma, tau, trials)
        shown = jnp.arange(STEPS + 1)[:, None] * DT <= times[None, :PATHS]
        return {
            "V": jnp.where(shown, paths, -10.0),
            "times": times,
            "mean": 1000.0 / siegert(jnp.array([mu]), sigma, tau, 0.0)[0],
        }

    def draw(self, V, times, mean):
        V = np.where(V > -9, V, 1.0)  # who has arrived stays at the threshold
        rows = np.ones((PATHS, STEPS + 1))
        rows[: V.shape[1]] = V.T
        half = STEPS // 2 + 1
        self.threshold.set([0, 100], [1, 1])
        self.V.set(np.arange(half) * DT, rows[:, :half])
        share, edges = np.histogram(times[times <= DURATION], BINS, (0, DURATION))
        share = share / len(times)
        top = above(0.3, share)
        self.h_figure.set_ranges(y=(0.0, top))
        self.histogram.set(np.repeat(edges, 2), np.concatenate([[0], np.repeat(share, 2), [0]]))
        self.mean.set([mean, mean], [0, top])
        counts, cost = np.log10(COUNTS), np.log10(measured())
        self.cost.set(counts, cost)
        self.cost_line.set(counts, cost)
        self.now.set([np.log10(len(times))], [cost[COUNTS.index(len(times))]])

    def measure(self, V, times, mean):
        there = times <= DURATION
        return {
            "trials": len(times),
            "reached the threshold": int(there.sum()),
            "mean time (ms)": float(times[there].mean()) if there.any() else 0.0,
            "spread (ms)": float(times[there].std()) if there.any() else 0.0,
            "mean of theory (ms)": float(mean),
        }

    def words(self, numbers):
        return tr(
            "{there} of {trials} trials reach the threshold within 200 ms: after {mean:.1f} ms on average, with a spread of "
            "{spread:.1f} ms. Theory, without steps and without an end: {theory:.1f} ms.",
            there=numbers["reached the threshold"],
            trials=numbers["trials"],
            mean=numbers["mean time (ms)"],
            spread=numbers["spread (ms)"],
            theory=numbers["mean of theory (ms)"],
        )

    def script(self):
        v = {name: value(x) for name, x in self.values.items() if name != "trials"}
        n = self.values["trials"]
        return code(
            "import brainlab.math as bm",
            "import numpy as np",
            "",
            f"mu, sigma, tau = {v['mu']}, {v['sigma']}, {v['tau']}",
            "run = bl.solve_sde(lambda V, t: (mu - V) / tau, lambda V, t: sigma * (2 / tau) ** 0.5,",
            f"                   bm.zeros({n}), 0.0, {DURATION}, dt={DT}, noise=0)",
            "above = np.asarray(run.y) >= 1.0",
            f"times = np.where(above.any(0), above.argmax(0) * {DT}, np.nan)",
            'print(f"mean time (ms) {np.nanmean(times) if above.any() else 0.0:.4g}")',
        )


def relative_spread(numbers):
    return numbers["spread (ms)"] / max(numbers["mean time (ms)"], DT)


def passages(key, mu, sigma, tau, trials):
    """(V (steps + 1, shown), times (trials,) ms): from 0 to 1; who never gets there has a time beyond the end."""
    step, noise = sde_stepper("euler_maruyama"), sigma * jnp.sqrt(2 / tau)

    def body(carry, i):
        V, time = carry
        dW = jnp.sqrt(DT) * jax.random.normal(jax.random.fold_in(key, i), (trials,))
        V = step(lambda V, t: (mu - V) / tau, lambda V, t: jnp.full_like(V, noise), V, 0.0, DT, dW)
        time = jnp.where((V >= 1.0) & (time > DURATION), (i + 1) * DT, time)
        return (V, time), V[:PATHS]

    start = jnp.zeros(trials), jnp.full(trials, 2 * DURATION)
    (_, times), V = jax.lax.scan(body, start, jnp.arange(STEPS))
    return jnp.concatenate([jnp.zeros((1, V.shape[1])), V]), times


@functools.cache
def measured() -> tuple[float, ...]:
    """Microseconds that one trial costs on this machine, if COUNTS of them run at once."""
    run, key = jax.jit(passages, static_argnums=4), jax.random.PRNGKey(0)

    def shortest(n):
        run(key, 1.1, 0.2, 10.0, n)[1].block_until_ready()  # compiles
        times = []
        for _ in range(REPEATS):
            begin = time.perf_counter()
            run(key, 1.1, 0.2, 10.0, n)[1].block_until_ready()
            times.append(time.perf_counter() - begin)
        return min(times)

    return tuple(1e6 * shortest(n) / n for n in COUNTS)
