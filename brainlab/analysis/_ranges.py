"""Which part of the space of states to look at, and what is asked wrongly about it."""

from __future__ import annotations

import functools
import math

import numpy as np

import brainlab.math as bm

from ..math._array import unbox
from ..math._where import place, user_frame
from ._flow import flow
from ._system import System
from .spikes import AnalysisError


def refuse(what, why="", try_="") -> AnalysisError:
    return AnalysisError(what, place(user_frame()), why, try_)


def in_double(function):
    """Computed in 64 bits whatever is set outside: an eigenvalue near 0 is what analysis is about, and speed allows it."""

    @functools.wraps(function)
    def inner(*args, **kwargs):
        with bm.enable_x64():
            return function(*args, **kwargs)

    return inner


def checked_range(name, given) -> tuple[float, float]:
    """(low, high)."""
    try:
        low, high = (float(unbox(x)) for x in given)
    except (TypeError, ValueError):
        raise refuse(f"{name} = {given!r:.40}: two numbers are expected.", try_=f"{name}=(-1.0, 1.0)") from None
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise refuse(
            f"{name} = ({low:g}, {high:g}): the first must be below the second, both finite.",
            try_=f"{name}=({min(low, high):g}, {max(low, high):g})" if math.isfinite(low + high) and low != high else "",
        )
    return low, high


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
    ranges = {name: checked_range(f"the range of {name}", r) for name, r in (ranges or {}).items() if r is not None}
    for name in ranges:
        system.check_states(name, 1)
    missing = [name for name in system.states if name not in ranges]
    known = getattr(system.target, "ranges", {})
    if any(name not in known for name in missing):
        known = {**dict(zip(system.states, _visited(system), strict=True)), **known}
    return np.array([ranges.get(name) or known[name] for name in system.states], float)


def time_step(system: System, duration, dt) -> tuple[float, int]:
    """(dt, steps). A model knows its own step; for a function it is a 2000th of the duration."""
    for name, value in {"duration": duration, "dt": dt}.items():
        if value is not None and not (np.ndim(unbox(value)) == 0 and math.isfinite(value) and value > 0):
            raise refuse(
                f"{name} = {value!r:.40}: it must be a number above 0.", try_=f"{name}={100.0 if name[1] == 'u' else 0.01}"
            )
    dt = getattr(system.target, "dt", duration / 2000) if dt is None else dt
    if dt >= duration:
        raise refuse(f"dt = {dt:g} is not shorter than the duration, {duration:g}.", try_=f"dt={duration / 1000:g}")
    return float(dt), round(duration / dt)


def _visited(system: System) -> np.ndarray:
    """(n, 2): where trajectories go that begin around the start, with some room."""
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
    y = np.clip(np.where(np.isfinite(y), y, system.start), low, high).reshape(-1, len(kick))
    low, high = y.min(0), y.max(0)
    room = 0.1 * np.maximum(high - low, 1e-3 * kick)
    return np.stack([np.where(gates, 0.0, low - room), np.where(gates, 1.0, high + room)], 1)


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
