"""Sliders that count: they go in whole steps, and a number in between is refused, not rounded."""

from __future__ import annotations

from ..params import ParamError


def count_in(panel, *names):
    """Let the sliders of these parameters go from one whole number to the next."""
    for name in names:
        panel.controls[name].step = 1.0


def refuse_parts(panel, values, *names):
    """ParamError if one of these values is no whole number."""
    for name in names:
        if values[name] != round(values[name]):
            p = panel.parameters[name]
            raise ParamError(
                f"{type(panel).__name__}.{name} = {values[name]!r}: the {p.doc} must be a whole number.",
                why="it is counted",
                try_=f"{name}={round(values[name])}",
            )
