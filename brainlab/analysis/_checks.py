"""What is asked wrongly, and how that is said."""

from __future__ import annotations

import math

import numpy as np

from ..math._array import unbox
from ..math._where import place, user_frame
from .spikes import AnalysisError


def refuse(what, why="", try_="") -> AnalysisError:
    """The error to raise, with the student's own line in it."""
    return AnalysisError(what, place(user_frame()), why, try_)


def checked_range(name, given, paste) -> tuple[float, float]:
    """(low, high). paste: the line to try, with {} for both numbers."""
    try:
        low, high = (float(unbox(x)) for x in given)
    except (TypeError, ValueError):
        raise refuse(f"{name} = {given!r:.40}: two numbers are expected.", try_=paste.format("-1.0", "1.0")) from None
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        better = sorted((low, high)) if low != high else (low, low + 1)
        raise refuse(
            f"{name} = ({low:g}, {high:g}): the first must be below the second, both finite.",
            try_=paste.format(*(f"{x:g}" for x in better)) if math.isfinite(low + high) else paste.format("-1.0", "1.0"),
        )
    return low, high


def whole(name, value, low, high=None, example=None, why="") -> int:
    """A whole number from `low` to `high`."""
    if isinstance(value, bool) or not isinstance(value, int) or value < low or (high is not None and value > high):
        limits = f"{low} or more" if high is None else f"from {low} to {high}"
        raise refuse(f"{name} = {value!r:.40}: a whole number, {limits}, is expected.", why, f"{name}={example or low}")
    return value


def positive(name, value, example, zero=False) -> float:
    """A finite number above 0; with `zero`, 0 is one, too."""
    value = unbox(value)
    try:
        fine = not isinstance(value, str | bool) and np.ndim(value) == 0 and math.isfinite(value)
        fine = fine and (value > 0 or (zero and value == 0))
    except TypeError:
        fine = False
    if not fine:
        rule = "not below 0" if zero else "above 0"
        raise refuse(f"{name} = {value!r:.40}: a number {rule} is expected.", try_=f"{name}={example:g}")
    return float(value)
