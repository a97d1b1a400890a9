"""P10b: twins on frozen noise. Two LIF neurons get the same drive; one of them has noise, and fires below threshold."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import erfcx

from ..language import tr
from ..models import LIF
from ..networks.core import trace
from ..params import param
from ._scripts import code, value
from .figures import Axis, Figure, above
from .panel import Panel, Scenario
from .prediction import Choose

SHOWN, SETTLE, COUNTED = 400.0, 100.0, 900.0  # ms: on the screen; left out; counted, in each of
TRIALS = 8
DT = 0.1  # ms
DRIVES = np.linspace(0.0, 2.0, 21)
CURVE = np.linspace(0.0, 2.0, 161)
NODES, WEIGHTS = np.polynomial.legendre.leggauss(64)
TOP = 1.35  # how high a spike is drawn


class NoisePanel(Panel):
    title = "Twins, one of them in noise"
    question = "What does noise do to a neuron whose drive is too weak to make it fire?"
    surprise = "At 0.8 of the threshold the neuron is silent. With noise it fires 20 times a second, and irregularly."
    visible = ("mu", "sigma", "tau", "t_ref")
    uses_noise = True

    mu: float = param(0.8, "V_th", "drive", symbol=r"\mu", slider=(0, 2))
    sigma: float = param(
        0.0, "V_th", "noise", symbol=r"\sigma", slider=(0, 0.6), at_least=0, why="there is no less than no noise"
    )
    tau: float = param(
        10.0, "ms", "membrane time constant", symbol=r"\tau_m", slider=(2, 40), above=0,
        why="V would run away from rest instead of towards it",
    )  # fmt: skip
    t_ref: float = param(
        2.0, "ms", "refractory period", symbol=r"t_{ref}", slider=(0, 10), at_least=0,
        why="a neuron cannot be ready again before it has fired",
    )  # fmt: skip

    scenarios = {
        "silence": Scenario({}, "V settles at the drive, 0.8, and stays there. Turn the noise up, slowly."),
        "noise": Scenario(
            {"sigma": 0.2},
            "The drive has not changed. Throw the die: other spikes, the same rate.",
            predict=Choose(
                "V would rest at 0.8 of the threshold. Noise now moves it up and down by 0.2. What will the neuron do?",
                ("stay silent", "fire like a clock", "fire irregularly"),
                answer=lambda numbers: 0 if numbers["rate (Hz)"] < 1 else 1 if numbers["CV"] < 0.3 else 2,
            ),
        ),
        "at the corner": Scenario(
            {"mu": 1.0, "sigma": 0.1},
            "Without noise the curve begins infinitely steep, with noise gently.",
        ),
        "strong drive": Scenario({"mu": 1.6, "sigma": 0.2}, "Far above threshold noise changes the rate little."),
        "loud": Scenario({"mu": 0.5, "sigma": 0.5}, "The more noise, the straighter the curve: weak drives count too."),
    }

    def build(self):
        self.V_figure = Figure(
            Axis("t", "ms", (0, SHOWN)), Axis("V / V_th", "", (-0.8, 1.5)), title="two neurons, one drive", height=230
        )
        self.threshold = self.V_figure.curve("threshold", 4, dash="dashed", width=1.2, ghost=False, given=True)
        self.V = self.V_figure.curve("with noise", 1)
        self.V_still = self.V_figure.curve("without noise", 5, dash="dash_dotted", width=2.0, ghost=False)
        look = dict(min=0.0, max=2.0, step=0.01, unit="V_th", label="drive", color="ghost", dash="5 4")
        self.V_figure.handle("mu", "y", **look)
        self.f_figure = Figure(
            Axis("drive / V_th", "", (0, 2)), Axis("rate", "Hz", (0, 120)), title="rate against drive", height=230
        )
        self.f_still = self.f_figure.curve("without noise", 5, dash="dash_dotted", ghost=False)
        self.f_noise = self.f_figure.curve("with noise, Siegert's formula", 3)
        self.f_counted = self.f_figure.dots("with noise, counted", 1, ghost=True)
        self.now = self.f_figure.dots("this drive", 2, ghost=False)
        self.f_figure.handle("mu", "x", **look)
        self.figures = [self.V_figure, self.f_figure]
        return list(self.figures)

    def simulate(self, key, mu, sigma, tau, t_ref):
        neuron = unit_neuron(tau, t_ref)
        steps = round((SETTLE + COUNTED) / DT)
        noise = noise_current(key, sigma, tau, (steps, TRIALS))  # the same for every drive: frozen
        twins = trace(neuron, jnp.stack([noise[: round(SHOWN / DT), 0], jnp.zeros(round(SHOWN / DT))], 1), DT, bias=mu)
        drives = jnp.concatenate([jnp.array([mu]), DRIVES])
        many = trace(neuron, noise[:, None, :], DT, bias=drives[:, None], record=())["spikes"][round(SETTLE / DT) :]
        return {
            "V": twins["V"],
            "spikes": twins["spikes"],
            "trials": many[:, 0],
            "rates": many.sum(0).mean(1) / COUNTED * 1000.0,
            "formula": siegert(CURVE, sigma, tau, t_ref),
            "still": silent_rate(CURVE, tau, t_ref),
            "still_now": silent_rate(mu, tau, t_ref),
            "now": siegert(jnp.array([mu]), sigma, tau, t_ref)[0],
            "mu": mu,
        }

    def draw(self, V, spikes, trials, rates, formula, still, still_now, now, mu):
        t = (np.arange(len(V)) + 1) * DT
        V = np.where(spikes, TOP, V)
        self.threshold.set([0, SHOWN], [1, 1])
        self.V.set(t, V[:, 0])
        self.V_still.set(t, V[:, 1])
        self.f_still.set(CURVE, still)
        self.f_noise.set(CURVE, formula)
        self.f_counted.set(DRIVES, rates[1:])
        self.now.set([mu], [rates[0]])
        self.f_figure.set_ranges(y=(0.0, above(120.0, rates, formula, still)))

    def measure(self, V, spikes, trials, rates, formula, still, still_now, now, mu):
        intervals = np.concatenate([np.diff(np.flatnonzero(column)) for column in trials.T]) * DT
        return {
            "rate (Hz)": float(rates[0]),
            "CV": float(intervals.std() / intervals.mean()) if len(intervals) > 1 else 0.0,
            "without noise (Hz)": float(still_now),
            "formula (Hz)": float(now),
        }

    def words(self, numbers):
        before = tr("Without noise it fires at {rate:.1f} Hz. ", rate=numbers["without noise (Hz)"])
        if not numbers["without noise (Hz)"]:
            before = tr("Without noise it is silent. ")
        if not self.values["sigma"]:
            return before.strip()
        if not numbers["rate (Hz)"]:
            return before + tr("With this noise it is silent too.")
        return before + tr(
            "With this noise it fires at {rate:.1f} Hz, with a CV of {cv:.2f} (0 is a clock, 1 is chance).",
            rate=numbers["rate (Hz)"],
            cv=numbers["CV"],
        )

    def script(self):
        v = {name: value(x) for name, x in self.values.items()}
        return code(
            "# In units of the threshold: tau dV/dt = mu - V + sigma sqrt(2 tau) xi, so sigma is the spread of V",
            f"mu, sigma, tau = {v['mu']}, {v['sigma']}, {v['tau']}",
            f"neuron = bl.LIF(tau_m=tau, R_m=1.0, E_L=0.0, V_th=1.0, V_reset=0.0, t_ref={v['t_ref']})",
            "trials = bl.Population(neuron, 20, noise=sigma * (2 / tau) ** 0.5)",
            f"run = bl.simulate(trials, 2000.0, dt={DT}, inputs=mu)",
            'print(f"rate (Hz) {run.rates().mean():.4g}")',
        )


def unit_neuron(tau, t_ref) -> LIF:
    """A LIF neuron measured in units of its threshold; inside compiled code."""
    return jax.tree.unflatten(jax.tree.structure(LIF()), [tau, 1.0, 0.0, 1.0, 0.0, t_ref])


def noise_current(key, sigma, tau, shape):
    """White noise as a current, one value per step, such that V without a threshold has the standard deviation sigma.

    In one step V becomes a V + (1 - a) I with a = exp(-dt/tau); the variance of that is (1 - a)/(1 + a) times that of I.
    """
    a = jnp.exp(-DT / tau)
    return sigma * jnp.sqrt((1 + a) / (1 - a)) * jax.random.normal(key, shape)


def silent_rate(mu, tau, t_ref):
    """Hz; LIF.rate in units of the threshold."""
    fires = mu > 1
    period = t_ref + tau * jnp.log(jnp.where(fires, mu, 2.0) / jnp.where(fires, mu - 1.0, 1.0))
    return jnp.where(fires, 1000.0 / period, 0.0)


def siegert(mu, sigma, tau, t_ref):
    r"""Hz; the rate with white noise, sigma the standard deviation of V without a threshold. mu: (n,)

    $$1/\nu = t_{ref} + \tau\sqrt{\pi}\int_{-\mu/s}^{(1-\mu)/s} \mathrm{erfcx}(-x)\,dx, \qquad s = \sqrt{2}\,\sigma$$

    Siegert (1951), in the form of `bl.analysis.siegert`, whose sigma is s. By Gauss-Legendre quadrature, for compiled code.
    """
    s = jnp.sqrt(2.0) * jnp.maximum(sigma, 0.01)
    low, high = -mu / s, (1 - mu) / s
    half = (high - low) / 2
    x = (high + low)[:, None] / 2 + half[:, None] * NODES
    rate = 1000.0 / (t_ref + tau * jnp.sqrt(jnp.pi) * half * (_erfcx(-x) * WEIGHTS).sum(1))
    return jnp.where(sigma > 0.01, rate, silent_rate(mu, tau, t_ref))


def _erfcx(x):
    """JAX's own is 0 around x = 9.3 in float32; beyond 4 five terms of the asymptotic series are right to 3e-5."""
    far = x > 4.0
    u = 0.5 / jnp.where(far, x, 4.0) ** 2
    series = (1 - u * (1 - 3 * u * (1 - 5 * u * (1 - 7 * u)))) / (jnp.where(far, x, 4.0) * jnp.sqrt(jnp.pi))
    return jnp.where(far, series, erfcx(jnp.where(far, 0.0, x)))
