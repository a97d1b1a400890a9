"""Limit cycles by shooting: the state that comes back to itself, and how long it takes."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from .. import svg
from ._checks import positive, refuse
from ._drawing import curves
from ._flow import advance, flow
from ._ranges import in_double, time_step
from ._system import System, system

_STEPS = 2000  # in one period: the error of the Runge-Kutta method is far below that of any picture


@dataclass(frozen=True)
class LimitCycle:
    """A closed trajectory.

    period      : in the system's unit of time
    t, y        : (time,), (time, state): once around
    multipliers : (n,) Floquet multipliers, the largest first: what a small push is multiplied by in one period. A push along
                  the cycle stays as it is, so one of them is 1; `error` is how far from 1 it came out
    stable      : all others are smaller than 1 in size
    """

    states: tuple[str, ...]
    period: float
    t: np.ndarray = field(repr=False)
    y: np.ndarray = field(repr=False)
    multipliers: np.ndarray
    error: float
    system: System = field(repr=False)

    def __getitem__(self, name: str) -> np.ndarray:
        return self.y[:, self.states.index(name)]

    @property
    def stable(self) -> bool:
        others = np.delete(self.multipliers, np.argmin(np.abs(self.multipliers - 1)))
        return bool((np.abs(others) < 1).all())

    @property
    def extrema(self) -> dict[str, tuple[float, float]]:
        """name -> (smallest, largest value)."""
        return {name: (float(self[name].min()), float(self[name].max())) for name in self.states}

    def __repr__(self):
        low, high = self.extrema[self.states[0]]
        kind = "stable" if self.stable else "unstable"
        return f"LimitCycle(period {self.period:.5g}, {kind}, {self.states[0]} from {low:.4g} to {high:.4g})"

    def plot(self, width=720, height=280) -> svg.Picture:
        """Every state over one period, and the first two against each other."""
        name, label, units = self.states, self.system.label, self.system.units
        kinds: dict[str, list] = {}  # by unit: a gate beside mV would be a flat line
        for i, state in enumerate(name[:6]):
            layer = svg.Layer(self.t, self.y[:, i], label=state, color=svg.COLORS[i % 6], dash=list(svg.DASHES)[i % 4])
            kinds.setdefault(units.get(state, ""), []).append(layer)
        rows = [
            [svg.Axes("t", unit if unit != "1" else "", "", (0.0, self.period), layers=layers, height=height)]
            for unit, layers in kinds.items()
        ]
        plane = curves(self.y[:, :2], "", svg.COLORS[0], most=200)
        rows[0].append(svg.Axes(label(name[0]), label(name[1]), layers=plane, height=height))
        return svg.compose(rows, width=width, description=repr(self))


@in_double
def limit_cycle(
    target, start=None, *, period=None, duration=1000.0, dt=None, backwards=False, args=None, **parameters
) -> LimitCycle:
    r"""The limit cycle near a state: Newton's method on $\varphi_T(y_0) = y_0$ and $f(y_r) \cdot (y_0 - y_r) = 0$.

    The unknowns are $y_0$ and the period T; the second equation, Poincare's section through a point $y_r$ of the run
    before, chooses one of the cycle's points.

    start     : where to begin; None: a model's own start
    period    : about the period; then the search begins at `start` at once, which finds unstable cycles too, if both are
                close: an error is multiplied by the largest multiplier before it is seen
    duration  : how long it runs to settle first, and again to see when it comes back
    dt        : of that run; None: a model's own, or 0.01
    backwards : in negative time: with two states that finds the unstable cycle around a stable point

    The flow is 2000 steps of the classical Runge-Kutta method for one period, its derivative comes from JAX.
    Source: Kuznetsov, Elements of Applied Bifurcation Theory (2004), ch. 10.2.

    >>> limit_cycle(lambda x, y, t, mu=1.0: (y, mu * (1 - x**2) * y - x), (2.0, 0.0), duration=50.0)
    LimitCycle(period 6.6633, stable, x from -2.009 to 2.009)
    """
    found = system(target, start, args, **parameters)
    if len(found.states) == 1:
        raise refuse(
            f"there is one state, {found.states[0]}: on a line nothing comes back to where it was.",
            why="the reset after a spike is no part of dy/dt",
            try_="bl.simulate(model, ...) for the spikes of an integrate-and-fire neuron",
        )
    if period is None:
        y0, T, weight = _settled(found, duration, dt, -1.0 if backwards else 1.0)
    else:
        y0, T, weight = found.start, positive("period", period, 10.0), np.maximum(np.abs(found.start), 1.0)
    y, T, missed, monodromy = shoot(found.field, found.dtyped(), y0, T, weight)
    run = np.asarray(flow(found.field, found.dtyped(), y[None], T / _STEPS, steps=_STEPS))[:, 0]
    size = np.ptp(run, axis=0)
    if not (float(missed) < 1e-6 and float(T) > 0) or not np.isfinite(run).all():
        raise refuse(
            "the search for a cycle did not end at one.",
            why=f"Newton's method began at {_short(found, y0)} with the period {T if period is None else period:.4g}, and "
            "a guess that is too far off goes astray",
            try_="a start closer to the cycle, or a longer duration=",
        )
    if (size <= 1e-5 * weight).all():
        raise refuse(
            f"it is no cycle but the fixed point {_short(found, y)}.",
            why="a fixed point comes back to itself after any period",
            try_="a start further away from it",
        )
    values = np.linalg.eigvals(np.asarray(monodromy))
    values = values[np.argsort(-np.abs(values), kind="stable")]
    error = float(np.abs(values - 1).min())
    t = np.linspace(0.0, float(T), _STEPS + 1)
    return LimitCycle(found.states, float(T), t, run, values, error, found)


def _short(found, y):
    return ", ".join(f"{name} = {value:.4g}" for name, value in zip(found.states, np.asarray(y, float), strict=True))


@functools.partial(jax.jit, static_argnames=("field", "steps", "tries"))
def shoot(field, p, y0, T, weight, *, steps=_STEPS, tries=30):
    """(y, T, what is missed at the end in parts of weight, monodromy matrix (n, n)). weight: (n,) the size of each state."""
    y0 = jnp.asarray(y0, jnp.result_type(float))
    weight, T = jnp.asarray(weight, y0.dtype), jnp.asarray(T, y0.dtype)
    reference, way = y0, field(y0, p) / weight**2
    eps = jnp.finfo(y0.dtype).eps

    def residual(z):
        y, T = z[:-1], z[-1]
        there = advance(field, p, y, T, steps)
        return jnp.append((there - y) / weight, way @ (y - reference) / jnp.linalg.norm(way * weight))

    n, size = len(y0), jnp.append(weight, jnp.abs(T))
    slopes = jax.jacfwd(lambda z: 2 * (residual(z),), has_aux=True)

    def unfinished(state):
        i, _, _, missed, moved = state
        return (i < tries) & (moved > 1e3 * eps) & jnp.isfinite(missed)

    def newton(state):
        i, z, _, _, _ = state
        J, r = slopes(z)
        step = jnp.linalg.solve(J * size, -r)
        largest = jnp.abs(step).max()
        step = step * jnp.minimum(1.0, 0.2 / largest)  # not further than a fifth of the cycle, or of the period, at once
        return i + 1, z + size * step, J, jnp.abs(r).max(), largest

    zero, one = jnp.zeros((), y0.dtype), jnp.ones((), y0.dtype)
    start = (0, jnp.append(y0, T), jnp.zeros((n + 1, n + 1), y0.dtype), zero, one)
    _, z, J, missed, _ = lax.while_loop(unfinished, newton, start)
    return z[:-1], z[-1], missed, jnp.eye(n, dtype=y0.dtype) + J[:-1, :-1] * weight[:, None]


def _settled(found: System, duration, dt, sign):
    """(a state on the cycle, about its period, the size of each state), from a long run."""
    dt = getattr(found.target, "dt", min(0.01, duration / 1000)) if dt is None else dt
    dt, steps = time_step(found, duration, dt)
    every = max(steps // 100_000, 1)
    p = found.dtyped()
    y = flow(found.field, p, found.start[None], sign * dt, steps=steps, every=steps)[-1]
    y = np.asarray(flow(found.field, p, y, sign * dt, steps=steps, every=every))[:, 0]
    if not np.isfinite(y).all():
        raise refuse(
            f"it runs away from {_short(found, found.start)}: there is no cycle to settle on.",
            why="the numbers became infinite; a step that is too long does that, too",
            try_=f"another start, or dt={dt / 10:g}",
        )
    size = np.ptp(y[len(y) // 2 :], axis=0)
    still = np.maximum(np.abs(y).max(0), 1e-3) * 1e-4
    if (size <= still).all():
        raise refuse(
            f"it settles at {_short(found, y[-1])}: there is no cycle to be found from this start.",
            why="a run settles where the flow is stable",
            try_="other parameters, a start further away, or backwards=True for an unstable cycle of two states",
        )
    weight = np.where(size > still, size, still)
    speed = np.abs(np.gradient(y, axis=0) / weight).max(1)
    first = int(np.argmax(speed[: len(y) // 2]))  # where it is fastest the time of its return is sharpest
    away = np.abs((y[first:] - y[first]) / weight).max(1)
    left = np.flatnonzero(away > 0.2)
    back = np.flatnonzero(away[left[0] :] < 0.1) if len(left) else []
    if not len(back):
        raise refuse(
            f"it did not come back within {duration:g}.", why="the period is longer, or it never repeats",
            try_=f"duration={10 * duration:g}",
        )  # fmt: skip
    k = left[0] + back[0]
    near = away[k : k + int(np.argmax(np.append(away[k:] > 0.1, True)))]
    return y[first], (k + int(np.argmin(near))) * dt * every, weight
