"""Controls made from `param(...)`: unit, range, default, meaning and hard bounds are written there and nowhere else."""

from __future__ import annotations

import math

from ..language import tr
from ..params import Param
from .widgets import Choice, Slider, Toggle


def control(p: Param, value=None):
    """The widget for one parameter: a slider with its number box, a switch, or a choice.

    >>> from brainlab.params import Param
    >>> slider = control(Param(10.0, "ms", "membrane time constant", slider=(1, 50), name="tau_m"))
    >>> slider.value, slider.min, slider.max, slider.step, slider.unit
    (10.0, 1.0, 50.0, 0.2, 'ms')
    """
    value = p.default if value is None else value
    common = {"label": tr(p.doc), "help": help_text(p), "rebuilds": p.structural}
    if p.choices:
        return Choice(value=str(value), options=[[str(c), tr(str(c))] for c in p.choices], **common)
    if isinstance(p.default, bool):
        return Toggle(value=value, **common)
    low, high = p.slider or _range(p)
    return Slider(
        value=float(value),
        min=float(low),
        max=float(high),
        step=step(low, high),
        symbol=p.symbol or ("" if p.name in p.doc.replace(":", " ").split() else p.name),
        unit="" if p.unit == "1" else p.unit,  # a pure number: "0.5 1" would read as two
        default=float(p.default),
        **common,
    )


def relabel(widget, p: Param):
    """The same control in the current language."""
    widget.label, widget.help = tr(p.doc), help_text(p)
    if p.choices:
        widget.options = [[str(c), tr(str(c))] for c in p.choices]


def read(p: Param, value):
    """What a control's value means for the parameter: choices travel as text."""
    if p.choices:
        return next((c for c in p.choices if str(c) == str(value)), value)
    return value


def help_text(p: Param) -> str:
    """What the tooltip says: the name in code, what it must be, and why."""
    rule = "" if p.choices or not p.rule else _rule(p)
    return f"{p.name}: {rule}{tr(p.why)}".strip(": ")


def _rule(p: Param) -> str:
    """As `p.rule`, in the current language."""
    words = {
        "above {bound}": p.above,
        "at least {bound}": p.at_least,
        "below {bound}": p.below,
        "at most {bound}": p.at_most,
    }
    said = (tr(text, bound=p.with_unit(bound)) for text, bound in words.items() if bound is not None)
    return tr(" and ").join(said) + ". "


def step(low: float, high: float) -> float:
    """A round step, about 200 of them from end to end.

    >>> step(0, 5), step(-80, -50), step(1, 50)
    (0.02, 0.2, 0.2)
    """
    raw = (high - low) / 250
    power = 10.0 ** math.floor(math.log10(raw))
    return round(next(m * power for m in (1, 2, 5, 10) if m * power >= raw * 0.999), 12)


def _range(p: Param):
    """Without a declared slider: around the default, inside the hard bounds."""
    width = abs(float(p.default)) or 1.0
    low, high = float(p.default) - width, float(p.default) + width
    return max([low, *(b for b in (p.above, p.at_least) if b is not None)]), min(
        [high, *(b for b in (p.below, p.at_most) if b is not None)]
    )
