"""Slider: a number that can be dragged, stepped by key or typed."""

from __future__ import annotations

import math

import traitlets as t

from ._front_end import plain_symbol, script, style
from .pipelined import Pipelined


def nice_step(span: float) -> float:
    """About 1/200 of the span, as 1, 2 or 5 times a power of ten.

    >>> nice_step(49.0), nice_step(1.0), nice_step(30.0)
    (0.2, 0.005, 0.2)
    """
    if not span > 0:
        return 1.0
    power = math.floor(math.log10(span / 200))
    lead = span / 200 / 10.0**power
    nearest = min((1, 2, 5, 10), key=lambda n: abs(math.log(lead / n)))
    return float(f"{nearest}e{power}")


class Slider(Pipelined):
    r"""A range, a number box and a unit.

    value          : float. May lie outside [min, max]: the box shows it and the thumb rests at its end
    min, max, step : the range where it is interesting; step 0 means about 1/200 of it
    log            : the thumb moves by factors
    symbol, unit   : LaTeX such as r"\tau_m"; text such as "ms"
    default        : what a double click on the label, or the arrow beside the box, goes back to (None: no arrow)
    changed        : shows a dot: the value is not the default
    error          : shown under the control and read out
    rebuilds       : moving it compiles anew; says so

    >>> Slider(value=10.0, min=1, max=50, symbol=r"\tau_m", unit="ms", label="membrane time constant")
    Slider(membrane time constant: 10 ms)
    """

    _esm, _css = script("label", "slider"), style("label", "slider")
    english = {
        "reset": "reset to {value}",
        "changed": "changed",
        "rebuilds": "rebuilds",
        "empty": "Type a number here.",
        "bad": "“{text}” is not a number.",
        "type": "{label}, type a number",
    }

    value = t.CFloat(0.0).tag(sync=True)
    min = t.CFloat(0.0).tag(sync=True)
    max = t.CFloat(1.0).tag(sync=True)
    step = t.CFloat(0.0).tag(sync=True)
    log = t.Bool(False).tag(sync=True)
    symbol = t.Unicode().tag(sync=True, to_json=lambda latex, _: plain_symbol(latex))
    unit = t.Unicode().tag(sync=True)
    default = t.CFloat(None, allow_none=True).tag(sync=True)
    changed = t.Bool(False).tag(sync=True)
    error = t.Unicode().tag(sync=True)
    rebuilds = t.Bool(False).tag(sync=True)

    def __init__(self, **traits):
        if not traits.get("step"):
            traits["step"] = nice_step(float(traits.get("max", 1.0)) - float(traits.get("min", 0.0)))
        super().__init__(**traits)

    def __repr__(self):
        return f"Slider({self.label or self.symbol or 'value'}: {self.value:.6g}{' ' * bool(self.unit)}{self.unit})"
