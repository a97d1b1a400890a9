"""Readout: what the picture shows, in words."""

from __future__ import annotations

import traitlets as t

from ._front_end import script, style
from .pipelined import Worded


class Readout(Worded):
    """text : seen at once; read out by screen readers when it has rested for 0.7 s
    state : "ok", "busy" (a note with a turning ring) or "error"
    note  : what is said while busy; empty: "rebuilding"
    error : the message of an error, shown in a box and read out

    >>> Readout(text="3 spikes, 15 Hz")
    Readout(3 spikes, 15 Hz)
    """

    _esm, _css = script("readout"), style("readout")
    english = {"busy": "rebuilding…"}

    text = t.Unicode().tag(sync=True)
    state = t.Enum(("ok", "busy", "error"), "ok").tag(sync=True)
    note = t.Unicode().tag(sync=True)
    error = t.Unicode().tag(sync=True)

    def __repr__(self):
        return f"Readout({self.text})" if not self.error else f"Readout({self.text}; {self.error.splitlines()[0]})"
