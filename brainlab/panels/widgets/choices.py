"""Toggle and Choice: yes or no, and one of several."""

from __future__ import annotations

import traitlets as t

from ._front_end import script, style
from .pipelined import Pipelined


class _Marked(Pipelined):
    """What Slider's label shows too."""

    english = {"reset": "reset to {value}", "changed": "changed", "rebuilds": "rebuilds"}

    symbol = t.Unicode().tag(sync=True)
    default = t.Any(None, allow_none=True).tag(sync=True)
    changed = t.Bool(False).tag(sync=True)
    error = t.Unicode().tag(sync=True)
    rebuilds = t.Bool(False).tag(sync=True)


class Toggle(_Marked):
    """On or off. value : bool

    >>> Toggle(value=True, label="noise")
    Toggle(noise: True)
    """

    _esm, _css = script("label", "choices"), style("label", "choices")
    value = t.Bool(False).tag(sync=True)


class Choice(_Marked):
    """One of several. value : str; options : [[value, label], ...], a plain text stands for both

    Up to 4 options are all to be seen (a radio group), more become a menu.

    >>> Choice(options=["rk4", ["euler", "Euler"]], label="method").value
    'rk4'
    """

    _esm, _css = script("label", "choices"), style("label", "choices")
    value = t.Unicode().tag(sync=True)
    options = t.List().tag(sync=True)

    def __init__(self, options=(), **traits):
        options = [[o, o] if isinstance(o, str) else [str(o[0]), str(o[1])] for o in options]
        if options:
            traits.setdefault("value", options[0][0])
        super().__init__(options=options, **traits)

    @t.validate("value")
    def _known(self, proposal):
        values = [value for value, _ in self.options]
        if proposal["value"] and values and proposal["value"] not in values:  # "": nothing is chosen yet
            raise t.TraitError(f"{self.label or 'Choice'} = {proposal['value']!r}: it must be one of {', '.join(values)}.")
        return proposal["value"]
