"""What can be taken hold of on a figure: lines and points to drag, curves to draw, intervals to brush, places to click."""

from __future__ import annotations

from ..language import tr
from .widgets import Overlay


class Hands:
    """The part of `Figure` and `Raster` that lies over the picture. Panels name everything in English."""

    def __init__(self, overlay: Overlay):
        self.overlay = overlay
        self._hands: dict = {"handles": [], "draw": {}, "brush": {}, "click": {}}

    def handle(self, name: str, axis: str, **look):
        """A line (axis "x" or "y") or point ("xy") to drag; its value is the panel's control of that name. With
        removable=True a double click, or the Delete key on it, gives it the value None."""
        self._hands["handles"].append({"name": name, "axis": axis, **look})
        self.show_hands()

    def enable(self, name: str, yes: bool):
        """Let a handle be taken hold of, or only be seen."""
        handles = [{**h, "disabled": not yes} if h["name"] == name else h for h in self._hands["handles"]]
        if handles != self._hands["handles"]:
            self._hands["handles"] = handles
            self.show_hands()

    def drawn(self, name: str, n: int, **look):
        """Let the pointer draw y(x), n numbers over the width: the panel's array parameter of that name."""
        self._hands["draw"] = {"name": name, "n": n, **look}
        self.show_hands()

    def brushed(self, name: str, **look):
        """Let an interval of x be brushed: the panel's array parameter (2,) of that name."""
        self._hands["brush"] = {"name": name, "axis": "x", **look}
        self.show_hands()

    def clicked(self, name: str, **look):
        """Let a place be clicked: `touched` is told of the point [x, y] by that name. `hand` gives None for it, so that the
        same place can be clicked again."""
        self._hands["click"] = {"name": name, **look}
        self.show_hands()

    def show_hands(self):
        """Everything that can be taken hold of, in the current language; also after a prediction was drawn."""

        def translated(part):
            return {**part, "label": tr(part["label"])} if part.get("label") else dict(part)

        with self.overlay.hold_sync():
            self.overlay.handles = [translated(handle) for handle in self._hands["handles"]]
            self.overlay.draw, self.overlay.brush = translated(self._hands["draw"]), translated(self._hands["brush"])
            self.overlay.click = translated(self._hands["click"])

    def has(self, name: str) -> bool:
        """Is there something of that name to take hold of?"""
        overlay = self.overlay
        return any(part.get("name") == name for part in (*overlay.handles, overlay.draw, overlay.brush, overlay.click))

    def describe(self, text: str):
        """What the figure shows, for those who do not see it."""
        self.overlay.description = text
