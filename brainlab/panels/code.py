"""State code: all that was changed in a panel, as a line that can be pasted into a mail.

LIFPanel I=2 tau_m=12.5 seed=3
"""

from __future__ import annotations

import numpy as np

from .._teaching import TeachingError
from ..params import unknown_name

SEEDS = 2**32  # what the random numbers can begin with


class StateCodeError(TeachingError, ValueError):
    """A line that is not the state of this panel.

    >>> read("LIFPanel", "HHPanel I=2", {})
    Traceback (most recent call last):
    brainlab.panels.code.StateCodeError: this is the state of HHPanel, and the panel is a LIFPanel.
      try: panel.code()      # shows what a state of this panel looks like
    """

    def __init__(self, what):
        super().__init__(what, try_="panel.code()      # shows what a state of this panel looks like")


def write(panel: str, values: dict, seed: int) -> str:
    """
    >>> write("LIFPanel", {"I": 2.0, "scheme": "rk4"}, 0)
    'LIFPanel I=2.0 scheme=rk4'
    """
    parts = [f"{name}={_text(value)}" for name, value in values.items()]
    return " ".join([panel, *parts, *([f"seed={seed}"] if seed else [])])


def read(panel: str, text: str, parameters: dict) -> tuple[dict, int]:
    """The values by name, of the type that each parameter has, and the seed."""
    owner, *parts = text.split() or [""]
    if owner != panel:
        raise StateCodeError(f"this is the state of {owner or 'nothing'}, and the panel is a {panel}.")
    values, seed = {}, 0
    for part in parts:
        name, equals, value = part.partition("=")
        try:
            if name == "seed":
                seed = int(value)
                if not 0 <= seed < SEEDS:
                    raise ValueError(value)
            elif name not in parameters:
                raise unknown_name(panel, name, parameters)
            else:
                values[name] = _value(value, parameters[name].default)
        except ValueError as error:
            if isinstance(error, TeachingError):
                raise
            raise StateCodeError(f"{part!r} is not name=value with a value that {name or 'it'} can have.") from None
    return values, seed


def _text(value) -> str:
    if np.ndim(value):
        return ";".join(f"{v:.6g}" for v in np.ravel(value))
    return repr(float(value)) if isinstance(value, float) else str(value)


def _value(text: str, default):
    if isinstance(default, bool):
        if text not in ("True", "False"):
            raise ValueError(text)
        return text == "True"
    if isinstance(default, str):
        return text
    if np.ndim(default):
        return np.array([float(v) for v in text.split(";")]).reshape(np.shape(default))
    return type(default)(float(text)) if isinstance(default, int) else float(text)
