"""P15c: one after the other, or all at once. Only in the first case the energy always falls."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from ..language import tr
from ..math._array import raw
from ..models import Hopfield
from ..models._sweeps import ORDERS, rest, sweeps_of
from ..models.hopfield import weights
from ..params import param
from ._scripts import code
from .figures import Axis, Figure
from .panel import Panel, Scenario
from .pictures import Picture
from .prediction import Choose

N, SHAPE = 100, (10, 10)
NETWORKS, STARTS = 6, 50
SWEEPS = 20
MOST = 60  # patterns
RISE = 1e-3  # less is rounding: the energy goes in steps of 0.02 (4/N for an odd number of patterns)
SHOWN = (0, 1, SWEEPS - 2, SWEEPS - 1, SWEEPS)  # sweeps whose states are shown


class EnergyHikePanel(Panel):
    model = Hopfield
    title = "All at once"
    question = "Does it matter whether units answer one after the other or all at the same time?"
    surprise = "At once, 3 of 10 starts never come to rest, and in 4 of 10 the energy rises. One by one that never happens."
    visible = ("together", "P", "T", "run")
    without = ("rule",)
    uses_noise = True

    together: bool = param(True, "", "all units answer at once")
    P: float = param(
        29.0, "", "patterns", symbol="P", slider=(1, MOST), at_least=1, at_most=MOST, why="with more nothing new happens"
    )
    run: float = param(
        2.0, "", "start that is shown", slider=(1, STARTS), at_least=1, at_most=STARTS,
        why=f"each network begins {STARTS} times",
    )  # fmt: skip

    scenarios = {
        "all at once": Scenario(
            {},
            "The coloured dots are runs whose energy rose, the grey ones only fall. See the states below: do the last two "
            "differ? Try other starts.",
        ),
        "one after the other": Scenario(
            {"together": False},
            "The same networks and the same starts. Each line only falls, and at its end nothing changes any more.",
            predict=Choose(
                "Now the units look one after the other. In how many of the 300 runs does the energy ever rise?",
                ("in about 40 %, as before", "in a few", "in none"),
                answer=lambda n: int(np.digitize(-n["energy rose (%)"], (-20, -0.01))),
            ),
        ),
        "few patterns": Scenario(
            {"P": 3.0}, "With 3 patterns there is hardly a quarrel: all at once is fine, too, and takes a sweep or two."
        ),
        "many patterns": Scenario(
            {"P": 59.0}, "The more patterns, the more units disagree, and the more of them change their minds together."
        ),
        "with thermal noise": Scenario(
            {"together": False, "T": 0.5},
            "Thermal noise lifts the energy now and then. That is what it is for: it gets out of states nobody stored.",
        ),
    }

    def build(self):
        self.controls["P"].step = self.controls["run"].step = 1.0
        self.energy_figure = Figure(
            Axis("sweeps", "", (0, SWEEPS)), Axis("energy", "", (-80, 20)), title="50 runs of one network", height=300
        )
        self.falling = self.energy_figure.curve("it only falls", "ghost", width=0.8, ghost=False)
        self.rising = self.energy_figure.curve("it rises somewhere", 4, width=0.8, ghost=False)
        self.one = self.energy_figure.curve("the start that is shown", 1, width=2.6)
        self.changes_figure = Figure(
            Axis("sweeps", "", (0, SWEEPS)), Axis("units that changed", "", (0, 60)), title="who has changed", height=300
        )
        self.changes = self.changes_figure.curve("since the sweep before", 1, width=2.0)
        self.two_back = self.changes_figure.curve("since two sweeps before", 3, dash="dashed", width=2.0)
        self.states = Picture(
            [f"{k}" for k in SHOWN], SHAPE, title="states after so many sweeps", scale="ink", span=(-1.0, 1.0), height=130
        )
        self.figures = [self.energy_figure, self.changes_figure, self.states]
        return [[self.energy_figure, self.changes_figure], self.states]

    def simulate(self, model, together, P, run, key):
        to_patterns, to_starts, to_run = jax.random.split(key, 3)
        T, X = raw(model.T), jax.random.rademacher(to_patterns, (NETWORKS, MOST, N), jnp.result_type(float))
        stored = jnp.arange(MOST)[:, None] < jnp.round(P)
        W = jax.vmap(lambda X: weights("hebb", jnp.where(stored, X, 0)))(X)
        s = jax.random.rademacher(to_starts, (NETWORKS, STARTS, N), W.dtype)

        def runs(order):
            # One order of units for all: an update is then one row of W, added to all.
            one = lambda W, s: sweeps_of(W, T, s, to_run, SWEEPS, order)  # noqa: E731
            states, energy, descent = jax.vmap(jax.vmap(one, (None, 0)))(W, s)
            settled, period = rest(jnp.moveaxis(states, 2, 0))
            return states[0], energy[0], (jnp.diff(descent) > RISE).any(-1), settled, period

        found = jax.lax.cond(together, lambda: runs(ORDERS[1]), lambda: runs(ORDERS[0]))
        states, energy, rises, settled, period = found
        return {
            "energy": energy,
            "rises": rises,
            "settled": settled,
            "period": period,
            "states": states[jnp.round(run).astype(int) - 1],
        }

    def draw(self, energy, rises, settled, period, states):
        chosen = round(self.values["run"]) - 1
        low, high = float(energy.min()), float(energy.max())
        self.energy_figure.set_ranges(y=(10 * np.floor(low / 10), 10 * np.ceil(high / 10)))
        for curve, which in ((self.falling, ~rises[0]), (self.rising, rises[0])):
            curve.set(*lines(energy[which]))
        sweeps = np.arange(SWEEPS + 1)
        self.one.set(sweeps, energy[chosen])
        changed = [(states[k:] != states[: len(states) - k]).sum(1) for k in (1, 2)]
        self.changes_figure.set_ranges(y=(0.0, max(60.0, 10 * np.ceil(max(c.max() for c in changed) / 10))))
        self.changes.set(sweeps[1:], changed[0])
        self.two_back.set(sweeps[2:], changed[1])
        self.states.set(states[list(SHOWN)])

    def measure(self, energy, rises, settled, period, states):
        chosen = round(self.values["run"]) - 1
        return {
            "come to rest (%)": 100 * float(settled.mean()),
            "swing between two states (%)": 100 * float((period == 2).mean()),
            "energy rose (%)": 100 * float(rises.mean()),
            "energy at the end": round(float(energy[chosen, -1]), 3),
            "units that swing": int((states[-1] != states[-2]).sum()),
        }

    def words(self, numbers):
        said = tr(
            "Of 300: {rest:.0f} % come to rest, {swing:.0f} % swing between two states; the energy rose in {rise:.0f} %. ",
            rest=numbers["come to rest (%)"],
            swing=numbers["swing between two states (%)"],
            rise=numbers["energy rose (%)"],
        )
        if numbers["units that swing"] == 0:
            return said + tr("The one that is shown rests at an energy of {E:.1f}.", E=numbers["energy at the end"])
        return said + tr("In the one that is shown {n} units still change in each sweep.", n=numbers["units that swing"])

    def script(self):
        model, _ = self.state()
        order, P = ORDERS[bool(self.values["together"])], round(self.values["P"])
        return code(
            "import numpy as np",
            "",
            "rises, swings = [], []",
            f"for seed in range({NETWORKS}):",
            f"    rng = np.random.default_rng([{self._seed}, seed])",
            f"    memory = bl.{model!r}.store(rng.choice([-1, 1], ({P}, {N})), overload=True)",
            f"    run = memory.recall(rng.choice([-1, 1], ({STARTS}, {N})), sweeps={SWEEPS}, order={order!r})",
            f"    rises.append((np.diff(np.asarray(run.descent), axis=0) > {RISE}).any(0))",
            "    swings.append(np.asarray(run.period) == 2)",
            'print(f"energy rose (%) {100 * np.mean(rises):.3g}")',
            'print(f"swing between two states (%) {100 * np.mean(swings):.3g}")',
        )


def lines(y):
    """(x, y) of the rows of y (n, points) as one curve with gaps."""
    gap = np.full((len(y), 1), np.nan)
    return np.tile(np.arange(y.shape[1] + 1.0), len(y)), np.concatenate([y, gap], 1).ravel()
