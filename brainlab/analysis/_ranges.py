"""Which part of the space of states to look at, and in which steps of time."""

from __future__ import annotations

import functools

import numpy as np

import brainlab.math as bm

from ._checks import checked_range, positive, refuse
from ._flow import flow
from ._system import System


def in_double(function):
    """Computed in 64 bits whatever is set outside: an eigenvalue near 0 is what analysis is about, and speed allows it."""

    @functools.wraps(function)
    def inner(*args, **kwargs):
        with bm.enable_x64():
            return function(*args, **kwargs)

    return inner


def box(system: System, ranges=None) -> np.ndarray:
    """(n, 2): low and high of each state. ranges: name -> (low, high); those not named are found."""
    if ranges is not None and not isinstance(ranges, dict):
        if np.ndim(ranges) != 2 or len(ranges) != len(system.states):
            raise refuse(
                f"ranges = {ranges!r:.60}: one (low, high) for each state is expected.",
                why=f"the states are {', '.join(system.states)}",
                try_="ranges={" + f"{system.states[0]!r}: (-1.0, 1.0)" + "}",
            )
        ranges = dict(zip(system.states, ranges, strict=True))
    ranges = {name: r for name, r in (ranges or {}).items() if r is not None}
    for name, r in ranges.items():
        system.check_states(name, 1)
        ranges[name] = checked_range(f"the range of {name}", r, f'ranges={{{{"{name}": ({{}}, {{}})}}}}')
    missing = [name for name in system.states if name not in ranges]
    known = getattr(system.target, "ranges", {})
    if any(name not in known for name in missing):
        known = {**dict(zip(system.states, _visited(system), strict=True)), **known}
    return np.array([ranges.get(name) or known[name] for name in system.states], float)


def time_step(system: System, duration, dt) -> tuple[float, int]:
    """(dt, steps). A model knows its own step; for a function it is a 2000th of the duration."""
    duration = positive("duration", duration, 100.0)
    dt = getattr(system.target, "dt", duration / 2000) if dt is None else positive("dt", dt, 0.01)
    if dt >= duration:
        raise refuse(f"dt = {dt:g} is not shorter than the duration, {duration:g}.", try_=f"dt={duration / 1000:g}")
    return float(dt), round(duration / dt)


def _visited(system: System) -> np.ndarray:
    """(n, 2): where trajectories go that begin around the start, with some room. One that runs away is followed a little."""
    gates = np.zeros(len(system.states), bool)
    millivolts = np.array([system.units.get(name) == "mV" for name in system.states])
    if millivolts.any():
        gates = np.array([system.units.get(name) == "1" for name in system.states])
        gates &= (system.start >= 0) & (system.start <= 1)
    kick = np.where(millivolts, 40.0, np.where(gates, 0.5, np.maximum(np.abs(system.start), 1.0)))
    middle = np.where(gates, 0.5, system.start + np.where(millivolts, 20.0, 0.0))
    low, high = middle - 3 * kick, middle + 3 * kick
    starts = middle + kick * (2 * spread(8, len(kick)) - 1)
    y = flow(system.field, system.dtyped(), starts, getattr(system.target, "dt", 0.02), steps=10_000, every=10)
    y = np.where(_stay((y - middle) / kick)[:, None], y, np.clip(np.where(np.isfinite(y), y, system.start), low, high))
    y = y.reshape(-1, len(kick))
    low, high = y.min(0), y.max(0)
    room = 0.1 * np.maximum(high - low, 1e-3 * kick)
    return np.stack([np.where(gates, 0.0, low - room), np.where(gates, 1.0, high + room)], 1)


def _stay(y) -> np.ndarray:
    """Which of the trajectories (time, k, n) do not run away: later they go about as far as they did before."""
    with np.errstate(over="ignore", invalid="ignore"):
        far = np.abs(y).max(2)
        before, later = np.array_split(far, 2)
        return np.isfinite(far).all(0) & (later.max(0) < 1.5 * np.maximum(before.max(0), 2))


def spread(k, n) -> np.ndarray:
    """k points that fill the unit cube of n dimensions evenly, (k, n): multiples of a root of x^(n+1) = x + 1, modulo 1.

    Source: Roberts (2018), The unreasonable effectiveness of quasirandom sequences.

    >>> spread(2, 1).round(3).tolist()
    [[0.118], [0.736]]
    """
    x = 2.0
    for _ in range(60):
        x = (1 + x) ** (1 / (n + 1))
    return (0.5 + np.arange(1, k + 1)[:, None] * x ** -np.arange(1.0, n + 1)) % 1.0
