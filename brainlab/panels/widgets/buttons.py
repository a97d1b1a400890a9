"""Buttons: a row of them, one widget."""

from __future__ import annotations

import traitlets as t

from ._front_end import script, style
from .pipelined import Worded

ICONS = ("play", "pause", "step", "reset", "dice", "pin", "code", "save", "picture", "bolt", "more", "pencil", "check")


class Buttons(Worded):
    """A tool bar.

    items : list of dicts: name, label, and what applies of title (tooltip), icon (one of `ICONS`), pressed (True or False
            makes a button that stays down), disabled, primary, icon_only (the label is only read out)
    label : the accessible name of the bar

    >>> bar = Buttons(items=[dict(name="play", label="Play", icon="play")])
    >>> bar.on_press(print); bar.press("play")
    play
    >>> bar.update("play", label="Pause", icon="pause"); bar.items[0]["label"]
    'Pause'
    """

    _esm, _css = script("buttons"), style("buttons")
    items = t.List().tag(sync=True)
    label = t.Unicode().tag(sync=True)

    def __init__(self, items=(), **traits):
        self._pressed = []
        super().__init__(items=[dict(item) for item in items], **traits)
        self.on_msg(lambda _, content, buffers: self.press(content["press"]) if "press" in content else None)

    def on_press(self, callback) -> None:
        """Call `callback(name)` when a button is pressed."""
        self._pressed.append(callback)

    def press(self, name: str) -> None:
        """As if pressed in the browser."""
        if any(item["name"] == name and not item.get("disabled") for item in self.items):
            for callback in list(self._pressed):
                callback(name)

    def update(self, name: str, **changes) -> None:
        """Change one button: its label, icon, title, pressed or disabled."""
        if all(item["name"] != name for item in self.items):
            raise KeyError(f"no button is named {name!r}; there are {', '.join(item['name'] for item in self.items)}")
        self.items = [{**item, **changes} if item["name"] == name else item for item in self.items]

    def __repr__(self):
        return f"Buttons({', '.join(item['name'] for item in self.items)})"
