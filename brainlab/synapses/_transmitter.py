"""Transmitter in the cleft: a short pulse after each spike, and a receptor that binds it."""

from __future__ import annotations

from .. import math as bm
from ..params import param

WHY_RATE = "receptors would bind or let go backwards"
WHY_PULSE = "without transmitter no receptor opens"


def rate(value, unit, doc, symbol, slider):
    """The parameter of a rate constant."""
    return param(value, unit, doc, symbol=symbol, slider=slider, above=0, why=WHY_RATE)


def concentration():
    """The parameter of the height of a pulse."""
    return param(1.0, "mM", "transmitter during a pulse", symbol="T", slider=(0.1, 2), above=0, why=WHY_PULSE)


def duration():
    """The parameter of the length of a pulse."""
    return param(1.0, "ms", "duration of a pulse", symbol="t_{pulse}", slider=(0.1, 5), above=0, why=WHY_PULSE)


def release(left, spikes, pulse, dt):
    """(on, left): for how much of a step there is transmitter, and how much of the pulse is left after it; ms.

    left : ms of the pulse that are left. A spike starts the pulse anew, so one that comes during a pulse prolongs it.

    It is counted in ms, not in steps, and the last step takes only what is left: a pulse lasts as long as it should with
    every dt, also if it is no whole number of steps, or shorter than one.
    """
    left = bm.where(spikes != 0, pulse, left)
    on = bm.minimum(left, dt)
    return on, left - on


def bind(r, on, off, binding, unbinding):
    """The bound fraction after `on` ms with transmitter and `off` ms without.

    r' = binding (1 - r) - unbinding r is linear while the transmitter is constant: both parts are solved in closed form.
    """
    bound = binding / (binding + unbinding)
    r = bound + (r - bound) * bm.exp(-(binding + unbinding) * on)
    return r * bm.exp(-unbinding * off)
