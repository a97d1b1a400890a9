"""CANN: a ring of neurons that holds a bump of activity at any angle. It follows, remembers, runs ahead, and integrates."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import random as jr

from ..integrate._mesh import mesh
from ..integrate._steppers import stepper
from ..integrate.noise import as_key
from ..math._array import Array, box, raw, unbox
from ..math._trace import is_tracer
from ..params import ParamError, param
from ._ring import population_vector, positions, steps_to, through, wrap
from .dynamics import Dynamics

WHY_TAU = "the neurons would run away from what drives them instead of towards it"
WHY_NONE = "there is no less than none"
PI = float(np.pi)


class Bump(NamedTuple):
    """The bump of a `CANN`: U0 exp(-(x - z)^2 / (2 width^2)), at any angle z."""

    U0: Array
    width: Array


class BumpRun(NamedTuple):
    """What `CANN.run` returns. The first moment is the start.

    t        : (time,) ms
    x        : (size,) rad, the angles of the neurons
    U, V     : (time, ..., size) input to the neurons, and their adaptation
    centre   : (time, ...) rad, where the bump is
    stimulus : (time,) rad, where the stimulus is; NaN where there is none
    """

    t: Array
    x: Array
    U: Array
    V: Array
    centre: Array
    stimulus: Array

    @property
    def lag(self):
        """(time, ...) rad: how far the bump is behind the stimulus; below 0 it is ahead of it, if the stimulus moves up."""
        centre, z = raw((self.centre, self.stimulus))
        return box(wrap(z.reshape(z.shape + (1,) * (centre.ndim - 1)) - centre))

    @property
    def path(self):
        """(time, ...) rad: the centre without jumps, over more than one turn."""
        return box(jnp.unwrap(raw(self.centre), axis=0))


class CANN(Dynamics):
    r"""Continuous attractor neural network: neurons on a ring, each for one angle x, with inhibition that divides.

    $$\tau \frac{\partial U}{\partial t} = -U + \rho \int J(x - x')\, r(x')\, dx' + I - V + \mathrm{noise}, \qquad
    \tau_v \frac{\partial V}{\partial t} = -V + m U$$
    $$r = \frac{[U]_+^2}{1 + k \rho \int [U]_+^2\, dx}, \qquad J(d) = \frac{J_0}{\sqrt{2\pi}\, a} e^{-d^2 / 2a^2}, \qquad
    I = A\, e^{-(x - z(t))^2 / 4a^2}$$

    Below $k_c = \rho J_0^2 / (8 \sqrt{2\pi}\, a)$ a bump of one shape can stay at every angle: the ring remembers. A
    stimulus draws it along, late by a lag in proportion to its speed. Adaptation (m) pushes it away from where it is: above
    m = tau / tau_v it travels by itself, and with a stimulus it can run ahead. With weights that are shifted to one side,
    J - tau turn J', it moves at the speed `turn`: the angle is the integral of a speed.

    The noise is independent for each neuron: U gets $\sigma \sqrt{dt / \tau} / \sqrt{\rho\, dx}$ times a normal number in
    each step. No force brings a bump back, so that the variance of its angle grows as `2 * diffusion * t`. With a
    number of neurons that are `rho dx` each, results do not depend on `size` as long as a is a few dx.

    Source: Wu, Hamaguchi & Amari, Neural Comput. 20 (2008) 994; Fung, Wong & Wu, Neural Comput. 22 (2010) 752; adaptation:
    Mi, Fung, Wong & Wu, NIPS 27 (2014) 505; shifted weights: Zhang, J. Neurosci. 16 (1996) 2112.

    >>> ring = CANN(A=2.0)
    >>> print(f"{ring.kc:.4f} {ring.bump().U0:.3f}")
    0.0997 9.626
    >>> run = ring.run(lambda t: 0.02 * t, duration=300.0)
    >>> print(f"{run.lag[-1]:.3f} rad behind")
    0.122 rad behind
    """

    states = ("U", "V")
    units = {"U": "1", "V": "1"}
    method = "rk4"
    dt = 0.1

    a: float = param(
        0.5, "rad", "range of the weights", symbol="a", slider=(0.2, 1.0), above=0, why="no neuron has a neighbour"
    )
    k: float = param(
        0.05, "1", "strength of the inhibition", symbol="k", slider=(0.01, 0.15), above=0,
        why="without inhibition a bump would grow without end",
    )  # fmt: skip
    J0: float = param(
        1.0, "1", "strength of the weights", symbol="J_0", slider=(0.5, 2), at_least=0, why="neighbours excite each other"
    )
    rho: float = param(
        1.0, "1/rad", "density of neurons", symbol=r"\rho", slider=(0.5, 2), above=0, why="there have to be neurons"
    )
    tau: float = param(1.0, "ms", "time constant", symbol=r"\tau", slider=(0.5, 20), above=0, why=WHY_TAU)
    m: float = param(0.0, "1", "strength of the adaptation", symbol="m", slider=(0, 0.3), at_least=0, why=WHY_NONE)
    tau_v: float = param(
        50.0, "ms", "time constant of the adaptation", symbol=r"\tau_v", slider=(10, 500), above=0, why=WHY_TAU
    )
    A: float = param(2.0, "1", "strength of the stimulus", symbol="A", slider=(0, 10), at_least=0, why=WHY_NONE)
    sigma: float = param(0.0, "1", "strength of the noise", symbol=r"\sigma", slider=(0, 1), at_least=0, why=WHY_NONE)
    size: int = param(128, "", "neurons on the ring", structural=True, at_least=3, why="two neurons make no ring")

    # ---- the bump in closed form

    @property
    def kc(self):
        """The inhibition at which the bump ends: at and above it there is none without a stimulus."""
        return self.rho * self.J0**2 / (8 * (2 * PI) ** 0.5 * self.a)

    def bump(self, stable: bool = True) -> Bump:
        r"""The bump that stays without stimulus and adaptation, $U_0 = J_0 (1 \pm \sqrt{1 - k/k_c}) / (4 \sqrt\pi\, a k)$.

        stable : False for the lower one (minus), the threshold: what begins lower dies away

        Exact on a line; on a ring as long as the bump is much narrower.

        >>> ring = CANN()
        >>> print("{:.4f} {:.4f}".format(ring.bump().U0, ring.bump(stable=False).U0))
        9.6260 1.6578
        """
        k, kc = unbox(self.k), unbox(self.kc)
        if not (is_tracer(k) or is_tracer(kc)) and np.any(np.asarray(k) >= np.asarray(kc)):
            raise ParamError(
                f"CANN.k = {k!r:.40}: there is no bump, k must be below kc = {np.min(kc):.4g}.",
                why="so much inhibition holds every activity down that no stimulus keeps up",
                try_=f"CANN(k={np.min(kc) / 2:.3g})",
            )
        model = raw(self)
        root = jnp.sqrt(1 - model.k / raw(model.kc))
        U0 = model.J0 * (1 + root if stable else 1 - root) / (4 * PI**0.5 * model.a * model.k)
        return Bump(*box((U0, 2**0.5 * model.a)))

    @property
    def wave_speed(self):
        r"""rad/ms at which a bump travels by itself, about: $(2a/\tau_v) \sqrt{m\tau_v/\tau - \sqrt{m\tau_v/\tau}}$.

        Source: Mi et al. (2014). The formula takes the bump to keep its shape, which it does not: the ring is slower
        by a fifth to a quarter. 0 where m is at most tau / tau_v, and the bump stays.
        """
        model = raw(self)
        ratio = model.m * model.tau_v / model.tau
        return box(2 * model.a / model.tau_v * jnp.sqrt(jnp.maximum(ratio - jnp.sqrt(ratio), 0.0)))

    @property
    def diffusion(self):
        r"""rad2/ms: half of what noise adds to the variance of the angle in each ms.

        $$D = \frac{27\, a\, \sigma^2}{16 \sqrt\pi\, \rho\, \tau\, U_0^2}$$

        Noise moves the bump by its part along the left eigenvector U U' of the eigenvalue 0; all other parts die away.
        """
        return 27 * self.a * self.sigma**2 / (16 * PI**0.5 * self.rho * self.tau * self.bump().U0 ** 2)

    # ---- the equations

    @property
    def x(self):
        """(size,) rad: the angles of the neurons, from -pi on."""
        return box(jnp.asarray(positions(self.size)))

    def initial(self, z=0.0):
        """The bump of the closed form at the angle z, or silence where there is none; not adapted. z (...) rad"""
        return box(_bump_at(*raw((self, z))))

    def stimulus(self, z):
        """(..., size): the input I of a stimulus at the angle z (...) rad; none where z is NaN."""
        return box(_seen(*raw((self, z))))

    def rates(self, U):
        """r (..., size), in the unit in which U is drive."""
        return box(_rates(*raw((self, U))))

    def derivative(self, U, V, I=0.0, turn=0.0):
        """U, V (..., size); I: input, a number or (..., size); turn: rad/ms, by which shifted weights move the bump"""
        return box(_derivative(*raw((self, U, V, I, turn))))

    def centre(self, U):
        """(...) rad: where the bump is. Each neuron pulls to its angle as strongly as it fires."""
        return box(_centre(*raw((self, U))))

    # ---- runs

    def run(self, stimulus=None, duration=500.0, dt=None, *, I=0.0, turn=0.0, start=None, every=10, seed=0) -> BumpRun:
        """The ring for `duration` ms.

        stimulus : z, where the stimulus is: a number, z(t) of an array of times, or (steps,), one for each step; in rad.
                   None, or NaN for some time: there is no stimulus
        dt       : ms; None: `CANN.dt`, a tenth of the default tau
        I        : more input, a number, (size,) or (..., size)
        turn     : rad/ms, as the stimulus: a number, a function of the times, or (steps,)
        start    : the angle where the bump is, or many (trials,), or (U, V). None: where the stimulus begins, or 0
        every    : steps from one moment in the result to the next

        >>> run = CANN(sigma=0.3, size=32).run(duration=100.0, start=np.zeros(200))      # 200 rings remember the angle 0
        >>> run.centre.shape, bool(abs(run.centre[-1].std() - 0.3) < 0.06)
        ((101, 200), True)
        """
        t, dt, _ = mesh(0.0, duration, self.dt if dt is None else dt, None)
        steps = len(t) - 1
        if isinstance(every, bool) or not isinstance(every, int | np.integer) or every < 1 or steps % every:
            raise ParamError(
                f"every = {every!r:.40}: a whole number that divides the {steps} steps is expected.",
                why="the last moment of the run is in the result",
                try_="every=1",
            )
        middle = t[:-1] + dt / 2
        z = _course("stimulus", np.nan if stimulus is None else stimulus, middle, "rad")
        turn = _course("turn", turn, middle, "rad/ms")
        U, V = self._start(start, z)
        I = raw(I)
        if I.shape[-1:] not in ((), (self.size,)):
            raise ParamError(
                f"I has shape {I.shape}: its last axis must be the {self.size} neurons.",
                why="each neuron gets its own input", try_="I=ring.stimulus(1.0)",
            )  # fmt: skip
        U, V = jnp.broadcast_arrays(U, V, I)[:2] if I.ndim else (U, V)
        split = (x.reshape(steps // every, every) for x in (z, turn))
        U, V, centre = _run(raw(self), U, V, I, *split, dt, as_key(seed))
        shown = jnp.concatenate([z[:1], z[every - 1 :: every]])
        if callable(stimulus):  # at the very moments that are shown
            shown = _course("stimulus", stimulus, t[::every], "rad")
        return BumpRun(box(jnp.asarray(t[::every])), self.x, *box((U, V, centre, shown)))

    def decode(self, I, duration=100.0):
        """(...) rad: the angle that a noisy input I (..., size) speaks of.

        The silent ring looks at it for `duration` ms: a bump grows and settles where the input overlaps most with its shape.
        """
        silent = jnp.zeros(self.size)
        return self.run(None, duration, I=I, start=(silent, silent)).centre[-1]

    def population_vector(self, activity):
        """(...) rad: the angle that an activity (..., size) speaks of if each neuron votes for its own."""
        return box(population_vector(raw(activity)))

    def _start(self, start, z):
        if isinstance(start, tuple | list) and len(start) == 2:
            U, V = raw(tuple(start))
            if U.shape[-1:] == (self.size,) == V.shape[-1:]:
                return jnp.broadcast_arrays(U, V)
        elif start is None:
            return raw(self.initial(jnp.where(jnp.isnan(z[0]), 0.0, z[0])))
        elif np.ndim(unbox(start)) < 2 and not isinstance(start, str | dict | tuple | list):
            return raw(self.initial(start))
        raise ParamError(
            f"start = {start!r:.60}: an angle, angles (trials,), or (U, V) with {self.size} neurons each is expected.",
            try_="start=0.0",
        )


def _course(name, given, times, unit):
    """(steps,): what the student gave as a number, as a function of time, or as one number for each step."""
    values = given(box(jnp.asarray(times))) if callable(given) else given
    values = raw(values)
    if values.shape not in ((), times.shape):
        raise ParamError(
            f"{name} has shape {values.shape}: a number, or one for each of the {len(times)} steps is expected.",
            why=f"it is where it is, in {unit}, during each step", try_=f"{name}=lambda t: 0.01 * t",
        )  # fmt: skip
    return jnp.broadcast_to(jnp.asarray(values, jnp.result_type(float)), times.shape)


def _gauss(model, z):
    """(..., size): the shape of the bump, of height 1 at the angle z (...)."""
    d = wrap(positions(model.size) - z[..., None])
    return jnp.exp(-d * d / (4 * model.a * model.a))


@jax.jit
def _seen(model, z):
    return jnp.where(jnp.isnan(z)[..., None], 0.0, model.A * _gauss(model, jnp.nan_to_num(z)))


@jax.jit
def _bump_at(model, z):
    alive = model.k < model.kc
    height = raw(model.replace(k=jnp.where(alive, model.k, model.kc / 2)).bump().U0)
    U = jnp.where(alive, height, 0.0) * _gauss(model, z)
    return U, jnp.zeros_like(U)


@jax.jit
def _centre(model, U):
    return population_vector(_rates(model, U))


def _rates(model, U):
    squares = jnp.maximum(U, 0.0) ** 2
    share = model.rho * (2 * PI / model.size)
    return squares / (1 + model.k * share * squares.sum(-1, keepdims=True))


def _weights(model):
    """The spectra of rho J dx and of tau rho J' dx, (2, size // 2 + 1)."""
    d = steps_to(model.size)
    J = model.J0 / ((2 * PI) ** 0.5 * model.a) * jnp.exp(-d * d / (2 * model.a**2))
    waves = np.arange(model.size // 2 + 1) * 1.0
    waves[-1] *= model.size % 2  # the shortest wave has no slope on the grid
    straight = model.rho * (2 * PI / model.size) * jnp.fft.rfft(J)
    return jnp.stack([straight, 1j * model.tau * waves * straight])


def _slope(model, weights, U, V, I, turn):
    received = through(weights[0] - turn * weights[1], _rates(model, U))
    return (received + I - V - U) / model.tau, (model.m * U - V) / model.tau_v


@jax.jit
def _derivative(model, U, V, I, turn):
    return _slope(model, _weights(model), U, V, I, turn)


@jax.jit
def _run(model, U, V, I, z, turn, dt, key):
    step = stepper("rk4")
    rows, every = z.shape
    weights = _weights(model)
    noise = model.sigma * jnp.sqrt(dt / model.tau * model.size / (2 * PI * model.rho))

    def one(i, now):
        row, U, V = now
        place, speed = z[row, i], turn[row, i]
        drive = I + _seen(model, place)
        U, V = step(lambda y, t: _slope(model, weights, *y, drive, speed), (U, V), 0.0, dt)
        U = U + noise * jr.normal(jr.fold_in(key, row * every + i), U.shape, U.dtype)
        return row, U, V

    def record(now, row):
        _, U, V = jax.lax.fori_loop(0, every, one, (row, *now))
        return (U, V), shown(U, V)

    def shown(U, V):
        return U, V, _centre(model, U)

    _, after = jax.lax.scan(record, (U, V), jnp.arange(rows))
    return jax.tree.map(lambda first, rest: jnp.concatenate([first[None], rest]), shown(U, V), after)
