"""WongWang: two groups of cells that compete until one of them has decided."""

from __future__ import annotations

import functools
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax import random as jr

from ..integrate.noise import as_key
from ..math._array import Array, box, raw, unbox
from ..math._trace import is_tracer
from ..params import ParamError, param
from .dynamics import Dynamics
from .hh import exprel_rate

WHY_TAU = "the gating would run away from what drives it instead of towards it"
WHY_J = "each group has a name for its own synapses and one for those of the other: the sign is in the equation"
WHY_COHERENCE = "at 100 % all dots move to one side, and at -100 % to the other"


class WongWang(Dynamics):
    r"""Wong-Wang model: the decision network of Wang (2002), reduced to the two NMDA gates that are slow.

    $$\frac{dS_i}{dt} = -\frac{S_i}{\tau_S} + (1 - S_i)\,\gamma\, r_i, \qquad
    r_i = H(x_i) = \frac{a x_i - b}{1 - e^{-d (a x_i - b)}}$$
    $$x_1 = J_{same} S_1 - J_{other} S_2 + I_0 + J_{ext}\,\mu_0 \left(1 + \frac{c}{100}\right) + I_{noise,1}$$

    and for x_2 with 1 and 2 exchanged and 1 - c/100. Group 1 is for motion to the one side, group 2 for the other; c is
    the share of the dots that move together. Without a stimulus (mu_0 = 0) resting and remembering either side are three
    stable states; with one (mu_0 = 30 Hz) the state between the sides is a saddle: the network has to choose. `decide`
    lets it choose many times, with noise.

    Source: Wong & Wang, J. Neurosci. 26 (2006) 1314; the network: Wang, Neuron 36 (2002) 955.

    >>> import brainlab as bl
    >>> for point in bl.analysis.fixed_points(WongWang(mu_0=0.0)):
    ...     print(point)
    FixedPoint(S1=0.03189, S2=0.567: stable node)
    FixedPoint(S1=0.05579, S2=0.3138: saddle)
    FixedPoint(S1=0.1027, S2=0.1027: stable node)
    FixedPoint(S1=0.3138, S2=0.05579: saddle)
    FixedPoint(S1=0.567, S2=0.03189: stable node)
    >>> print(*(f"{r:.2f} Hz" for r in WongWang(mu_0=0.0).rates(0.567, 0.0319)))
    20.43 Hz 0.51 Hz
    """

    states = ("S1", "S2")
    units = {"S1": "1", "S2": "1"}
    ranges = {"S1": (0.0, 0.8), "S2": (0.0, 0.8)}
    method = "rk4"
    dt = 1.0

    a: float = param(270.0, "Hz/nA", "slope of the rate", symbol="a", slider=(200, 350), above=0, why="current would calm")
    b: float = param(108.0, "Hz", "where the rate begins to rise", symbol="b", slider=(80, 140))
    d: float = param(
        0.154, "s", "sharpness of the beginning", symbol="d", slider=(0.05, 0.5), above=0, why="cells would fire below 0 Hz"
    )
    gamma: float = param(
        0.641, "1", "share of closed gates that a spike opens", symbol=r"\gamma", slider=(0.3, 1), at_least=0, at_most=1,
        why="a spike cannot open more gates than are closed, or less than none",
    )  # fmt: skip
    tau_S: float = param(100.0, "ms", "NMDA decay time constant", symbol=r"\tau_S", slider=(20, 200), above=0, why=WHY_TAU)
    J_same: float = param(
        0.2609, "nA", "excitation of the own group", symbol="J_{same}", slider=(0.1, 0.4), at_least=0, why=WHY_J
    )
    J_other: float = param(
        0.0497, "nA", "inhibition by the other group", symbol="J_{other}", slider=(0, 0.15), at_least=0, why=WHY_J
    )
    J_ext: float = param(
        5.2e-4, "nA/Hz", "current for each Hz of the stimulus", symbol="J_{ext}", slider=(0, 2e-3), at_least=0,
        why="motion to one side would speak against it",
    )  # fmt: skip
    I_0: float = param(0.3255, "nA", "background current", symbol="I_0", slider=(0.28, 0.38))
    mu_0: float = param(
        30.0, "Hz", "stimulus", symbol=r"\mu_0", slider=(0, 100), at_least=0, why="cells do not fire less than never"
    )
    coherence: float = param(
        0.0, "%", "share of dots that move together", symbol="c", slider=(-100, 100), at_least=-100, at_most=100,
        why=WHY_COHERENCE,
    )  # fmt: skip
    sigma: float = param(
        0.02, "nA", "strength of the noise", symbol=r"\sigma", slider=(0, 0.05), at_least=0, why="there is no less than none"
    )
    tau_AMPA: float = param(
        2.0, "ms", "time constant of the noise", symbol=r"\tau_{AMPA}", slider=(1, 10), above=0,
        why="noise would grow without end",
    )  # fmt: skip

    def initial(self):
        """Before the stimulus, to one digit: it then rests at 0.1027, whatever comes."""
        return 0.1 + 0.0 * self.mu_0, 0.1 + 0.0 * self.mu_0

    def derivative(self, S1, S2, noise1=0.0, noise2=0.0):
        r1, r2 = self.rates(S1, S2, noise1, noise2)
        rise = self.gamma / 1000  # the rates are in Hz, and time in ms
        return -S1 / self.tau_S + (1 - S1) * rise * r1, -S2 / self.tau_S + (1 - S2) * rise * r2

    def rates(self, S1, S2, noise1=0.0, noise2=0.0):
        """(r1, r2) in Hz, of both groups. noise1, noise2 : nA, added to their currents."""
        share = self.coherence / 100
        x1 = self.J_same * S1 - self.J_other * S2 + self.I_0 + self.J_ext * self.mu_0 * (1 + share) + noise1
        x2 = self.J_same * S2 - self.J_other * S1 + self.I_0 + self.J_ext * self.mu_0 * (1 - share) + noise2
        return self.rate(x1), self.rate(x2)

    def rate(self, x):
        """H(x) in Hz, for a current in nA. Its 0/0 at a x = b is 1/d."""
        return exprel_rate(self.d * (self.a * x - self.b)) / self.d


class Decisions(NamedTuple):
    """What `decide` returns, one element for each trial.

    choice        : (trials,) 1 or 2, the group that reached the threshold first; 0 if there was none in time
    reaction_time : (trials,) ms from the beginning of the stimulus; NaN without a choice
    """

    choice: Array
    reaction_time: Array


def decide(model: WongWang, trials: int = 1000, *, threshold=15.0, duration=2000.0, dt=0.5, start=None, seed=0) -> Decisions:
    r"""Show the stimulus many times. Each trial ends when one of the rates r_i reaches the threshold.

    $$\tau_{AMPA}\, \frac{dI_{noise,i}}{dt} = -I_{noise,i} + \sigma \sqrt{\tau_{AMPA}}\; \eta_i(t)$$

    The noise is an Ornstein-Uhlenbeck process, drawn exactly; the gates take Euler steps. A noisy rate is above a threshold
    for moments only, so who looks more often sees it earlier: at dt = 0.1 ms answers come 5 % sooner than at 0.5 ms.

    threshold : Hz, of the rate at this very moment, with its noise; one that looks at the mean of 50 ms answers later
    duration  : ms; who has not decided by then has not at all
    start     : (S1, S2) when the stimulus begins; None: `model.initial()`
    seed      : a whole number or a key; trial i is the same however many trials there are

    Source: Wong & Wang (2006), as the model.

    >>> answer = decide(WongWang(coherence=25.6), trials=200)
    >>> bool((answer.choice == 1).mean() > 0.98)
    True
    """
    if not isinstance(model, WongWang):
        raise ParamError(
            f"{model!r:.60} is no WongWang model.", why="decide knows its two groups", try_="decide(WongWang(coherence=6.4))"
        )
    if isinstance(trials, bool) or not isinstance(trials, int | np.integer) or trials < 1:
        raise ParamError(f"trials = {trials!r:.40}: a whole number, 1 or more, is expected.", try_="trials=1000")
    for name, value, unit, usual in (
        ("threshold", threshold, "Hz", 15.0),
        ("duration", duration, "ms", 2000.0),
        ("dt", dt, "ms", 0.5),
    ):
        _check_above_zero(name, value, unit, usual)
    if float(unbox(dt)) > float(unbox(duration)):
        raise ParamError(f"dt = {dt:g} ms is longer than the duration of {duration:g} ms.", try_="dt=0.5")
    steps = round(float(unbox(duration)) / float(unbox(dt)))
    start = model.initial() if start is None else start
    if not isinstance(start, tuple | list) or len(start) != 2:
        raise ParamError(f"start = {start!r:.40}: a pair (S1, S2) is expected.", try_="start=(0.1, 0.1)")
    return Decisions(*box(_decide(*raw((model, as_key(seed), tuple(start), dt, threshold, steps)), trials=int(trials))))


@functools.partial(jax.jit, static_argnames="trials")
def _decide(model, key, start, dt, threshold, steps, *, trials):
    dtype = jnp.result_type(float)
    start = jnp.stack([jnp.asarray(x, dtype) for x in (*start, 0.0, 0.0)])  # S1, S2 and both noises
    kept = jnp.exp(-dt / model.tau_AMPA)
    fresh = model.sigma * jnp.sqrt((1 - kept * kept) / 2)

    def trial(key):
        def step(now):
            i, y, _ = now
            S = y[:2] + dt * jnp.stack(raw(model.derivative(*y)))
            noise = kept * y[2:] + fresh * jr.normal(jr.fold_in(key, i), (2,), dtype)
            return i + 1, jnp.concatenate([S, noise]), jnp.stack(raw(model.rates(*S, *noise)))

        def undecided(now):
            i, _, rates = now
            return (i < steps) & (rates.max() < threshold)

        i, _, rates = lax.while_loop(undecided, step, (0, start, jnp.zeros(2, dtype)))
        decided = rates.max() >= threshold
        return jnp.where(decided, 1 + jnp.argmax(rates), 0), jnp.where(decided, i * dt, jnp.nan)

    return jax.vmap(trial)(jax.vmap(functools.partial(jr.fold_in, key))(jnp.arange(trials)))


def _check_above_zero(name, value, unit, usual):
    value = unbox(value)
    if is_tracer(value):
        return
    if isinstance(value, bool | str) or np.ndim(value) or not np.isreal(value) or not 0 < value < np.inf:
        raise ParamError(f"{name} = {value!r:.40}: a number above 0 {unit} is expected.", try_=f"{name}={usual}")
