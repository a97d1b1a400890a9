"""P9a: how loud a random step is. The same noise cut into long and short steps, scaled rightly and wrongly."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from ..integrate._sde_methods import sde_stepper
from ..language import tr
from ..params import param
from ._scripts import code, value
from .figures import Axis, Figure, above
from .panel import Panel, Scenario
from .prediction import Choose

DURATION = 10.0  # ms
FINEST = 2000  # steps of the shortest dt; the increments of longer steps are sums of these, so that it is the same noise
TRIALS = 256
SETTLED = 5.0  # ms; from then on the variance is averaged
METHODS = {"Ito": "euler_maruyama", "Stratonovich": "euler_heun"}


class NoiseScalingPanel(Panel):
    title = "How loud is a random step?"
    question = "By how much must a random kick shrink when the time step shrinks?"
    surprise = "With kicks in proportion to dt, not to its root, the variance at dt = 0.01 is 0.0045 instead of 0.45."
    visible = ("dt", "sigma", "tau", "c", "reading")
    uses_noise = True

    sigma: float = param(
        0.95, "1/sqrt(ms)", "noise", symbol=r"\sigma", slider=(0, 1.5), at_least=0, why="there is no less than no noise"
    )
    tau: float = param(
        1.0, "ms", "time constant", symbol=r"\tau", slider=(0.2, 3), above=0, why="x would run away instead of coming back"
    )
    c: float = param(0.0, "1", "how much the noise grows with x", symbol="c", slider=(0, 0.5))
    x0: float = param(0.0, "1", "where all paths start", symbol="x_0", slider=(-3, 3))
    dt: float = param(
        0.01, "ms", "time step", symbol="dt", structural=True, choices=(0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
    )
    reading: str = param("Ito", "", "reading of g(x) dW", structural=True, choices=tuple(METHODS))

    scenarios = {
        "two ways to shrink": Scenario({}, "Change dt. One variance stays where theory has it, the other goes with dt."),
        "a shorter step": Scenario(
            {"dt": 0.005},
            "Twice as many kicks. Their variances add up, not their sizes.",
            predict=Choose(
                "The time step is halved, from 0.01 to 0.005 ms. What happens to the variance when kicks go with dt itself?",
                ("it stays", "it halves", "it doubles"),
                answer=lambda numbers: 1 if numbers["variance, kicks with dt"] < 0.0034 else 0,
            ),
        ),
        "all from one place": Scenario(
            {"x0": 2.5, "sigma": 0.6}, "The mean falls with tau, the spread rises twice as fast."
        ),
        "louder where x is large": Scenario(
            {"c": 0.4, "sigma": 0.8}, "The noise depends on x. Read it as Stratonovich: now it also pushes upwards."
        ),
        "coarse": Scenario(
            {"dt": 0.5}, "A long step has the right noise, but too much variance: the decay within it is missed."
        ),
    }

    def build(self):
        self.x_figure = Figure(
            Axis("t", "ms", (0, DURATION)), Axis("x", "", (-3, 3)), title="one path, scaled twice", height=230
        )
        self.band = self.x_figure.several(("mean of theory, and one SD to both sides", "", ""), [5, 5, 5], given=True)
        self.wrong = self.x_figure.curve("kicks with dt: wrong", 4, dash="dashed")
        self.right = self.x_figure.curve("kicks with the root of dt", 1)
        self.x_figure.handle(
            "x0", "y", min=-3.0, max=3.0, step=0.05, label="where all paths start", text="x0", color="ghost", dash="5 4"
        )
        self.v_figure = Figure(
            Axis("t", "ms", (0, DURATION)),
            Axis("variance of x", "", (0, 0.8)),
            title="variance across 256 paths",
            height=220,
        )
        self.theory = self.v_figure.curve("theory", 5, dash="dash_dotted", width=2.0, ghost=False, given=True)
        self.v_wrong = self.v_figure.curve("kicks with dt: wrong", 4, dash="dashed")
        self.v_right = self.v_figure.curve("kicks with the root of dt", 1)
        self.figures = [self.x_figure, self.v_figure]
        return list(self.figures)

    def simulate(self, key, sigma, tau, c, x0, dt, reading):
        steps = round(DURATION / dt)
        fine = jnp.sqrt(DURATION / FINEST) * jax.random.normal(key, (FINEST, TRIALS))
        dW = fine.reshape(steps, -1, TRIALS).sum(1)
        kicks = jnp.stack([dW, jnp.sqrt(dt) * dW], 1)  # the second kick has the size dt
        step = sde_stepper(METHODS[reading])

        def body(x, dW):
            x = step(lambda x, t: -x / tau, lambda x, t: sigma * (1 + c * x), x, 0.0, dt, dW)
            return x, (x[:, 0], x.mean(1), x.var(1))

        start = jnp.full((2, TRIALS), x0)
        _, (path, mean, variance) = jax.lax.scan(body, start, kicks)
        first = jnp.full((1, 2), x0)
        theory_mean, theory = moments(sigma, tau, c, x0, reading)
        return {
            "path": jnp.concatenate([first, path]),
            "mean": mean[:, 0],
            "variance": jnp.concatenate([0 * first, variance]),
            "theory_mean": theory_mean,
            "theory": theory,
        }

    def draw(self, path, mean, variance, theory_mean, theory):
        t, fine = np.linspace(0, DURATION, len(path)), np.linspace(0, DURATION, len(theory))
        spread = np.sqrt(np.maximum(theory, 0))
        reach = above(3.0, np.abs(path[:, 0]), np.abs(theory_mean) + spread)
        self.x_figure.set_ranges(y=(-reach, reach))
        self.band.set(fine, np.stack([theory_mean, theory_mean + spread, theory_mean - spread]))
        self.right.set(t, path[:, 0])
        self.wrong.set(t, path[:, 1])
        self.v_figure.set_ranges(y=(0.0, above(0.8, variance, theory)))
        self.theory.set(fine, theory)
        self.v_right.set(t, variance[:, 0])
        self.v_wrong.set(t, variance[:, 1])

    def measure(self, path, mean, variance, theory_mean, theory):
        late, fine = (round(len(rows) * SETTLED / DURATION) for rows in (mean, theory))
        return {
            "variance": float(variance[late:, 0].mean()),
            "variance, kicks with dt": float(variance[late:, 1].mean()),
            "variance, theory": float(theory[fine:].mean()),
            "mean": round(float(mean[late:].mean()), 2),
            "mean, theory": round(float(theory_mean[fine:].mean()), 2),
        }

    def words(self, numbers):
        said = tr(
            "From 5 ms on the variance is {right:.3g}; theory says {theory:.3g}. With kicks scaled by dt it is {wrong:.2g}.",
            right=numbers["variance"],
            theory=numbers["variance, theory"],
            wrong=numbers["variance, kicks with dt"],
        )
        if self.values["c"]:
            said += " " + tr("The mean is {mean:.2f}.", mean=numbers["mean"])
        return said

    def script(self):
        v = self.values
        sigma, tau, c, dt = (value(v[name]) for name in ("sigma", "tau", "c", "dt"))
        return code(
            "import brainlab.math as bm",
            "",
            f"path = bl.brownian(0, 0.0, {DURATION}, shape=({TRIALS},), steps={FINEST})",
            f"f, g = (lambda x, t: -x / {tau}), (lambda x, t: {sigma} * (1 + {c} * x))",
            f"x0 = {value(v['x0'])} * bm.ones({TRIALS})",
            f'how = dict(kind="{v["reading"].lower()}", method="{METHODS[v["reading"]]}")',
            f"run = bl.solve_sde(f, g, x0, 0.0, {DURATION}, dt={dt}, noise=path, **how)",
            f"late = run.y[round({SETTLED} / {dt}):]",
            'print(f"variance {float(late.var(axis=1).mean()):.4g}")',
        )


def moments(sigma, tau, c, x0, reading, steps=400):
    r"""Mean and variance of $dx = -x/\tau\,dt + \sigma(1 + c x)\,dW$ at steps + 1 times, by Heun's method.

    Ito: $m' = -m/\tau$, and $v' = -2v/\tau + \sigma^2 E[(1 + c x)^2]$. Stratonovich's reading has the additional drift
    $g g'/2 = \sigma^2 c (1 + c x)/2$. Source: Kloeden and Platen (1992), sections 4.4 and 4.9.
    """
    push = sigma**2 * c / 2 if reading == "Stratonovich" else 0.0

    def slopes(s):
        m, v = s
        return jnp.stack(
            [-m / tau + push * (1 + c * m), 2 * v * (push * c - 1 / tau) + sigma**2 * ((1 + c * m) ** 2 + c**2 * v)]
        )

    def body(s, _):
        k = slopes(s)
        s = s + DURATION / steps * (k + slopes(s + DURATION / steps * k)) / 2
        return s, s

    start = jnp.stack([x0, 0.0 * x0])
    _, rows = jax.lax.scan(body, start, None, length=steps)
    return tuple(jnp.concatenate([start[None], rows]).T)
