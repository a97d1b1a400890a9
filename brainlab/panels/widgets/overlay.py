"""Overlay: what can be dragged, drawn, brushed and clicked ON a picture."""

from __future__ import annotations

import ipywidgets
import traitlets as t

from ._front_end import script, style
from .pipelined import Pipelined


class Overlay(Pipelined):
    """A transparent layer over a bqplot figure: handles, a curve drawn by hand, a brushed interval, clicks.

    x_range, y_range   : [low, high], data coordinates of the plot area (set them whenever the figure's scales change)
    margin             : dict top, bottom, left, right in px: the figure's `fig_margin`
    label, description : what it is called, and what can be done with it, for those who hear it
    handles            : list of dicts: name, axis ("y": a level, "x": a time, "xy": a point), min, max, step, label, unit,
                         color ("1" to "6" of the palette, "ghost", or any CSS colour), dash ("4 3"), text (the short visible
                         label; default: label). xy: min, max, step may be pairs [x, y]. bare: no visible label. removable:
                         a double click or the Delete key make its value None; a handle whose value is None is not there
    draw               : {} or dict(name, n, color, min, max, label, unit, hint): pointer or keys draw y(x), n numbers over
                         x_range
    brush              : {} or dict(name, axis="x", label, unit, color): an interval [low, high], or None
    click              : {} or dict(name, label): a point [x, y]
    value              : dict: name -> number, [x, y] or list; only what moved is sent, the rest stays

    >>> overlay = Overlay(handles=[dict(name="V_th", axis="y", label="threshold")], value={"V_th": -50.0, "I": 2.0})
    >>> overlay.from_browser({"V_th": -48.0}, 1); overlay.value
    {'V_th': -48.0, 'I': 2.0}
    """

    _esm, _css = script("space", "handles", "planes", "overlay"), style("overlay")
    english = {
        "draw": "Draw here with the mouse, or use the arrow keys.",
        "cursor": "at {x}: {y}",
        "low": "{label}, from",
        "high": "{label}, to",
        "brush": "{label}: drag, or press Enter to begin",
        "click": "{label}: arrow keys move, Enter chooses",
    }

    value = t.Dict().tag(sync=True)
    x_range = t.List([0.0, 1.0]).tag(sync=True)
    y_range = t.List([0.0, 1.0]).tag(sync=True)
    margin = t.Dict({"top": 10, "bottom": 35, "left": 50, "right": 15}).tag(sync=True)
    description = t.Unicode().tag(sync=True)
    handles = t.List().tag(sync=True)
    draw = t.Dict().tag(sync=True)
    brush = t.Dict().tag(sync=True)
    click = t.Dict().tag(sync=True)

    def __init__(self, **traits):
        self._held: set[str] = set()  # names that the browser moved since the last acknowledgement
        super().__init__(**traits)

    def from_browser(self, value, seq=None, *, page="", era=None):
        """As for every control; but a click is a deed, not a state: one that came while Python set something else counts."""
        super().from_browser(value, seq, page=page, era=None if self.click.get("name") in value else era)

    def _take(self, value):
        with self._counting:
            self._held |= value.keys()
        super()._take({**self.value, **value})

    def show(self, value: dict) -> None:
        """Set some names from Python; those that the hand is moving stay where the hand has them."""
        with self._counting:
            free = {name: v for name, v in value.items() if name not in self._held}
        if any(self.value.get(name) != v for name, v in free.items()):
            self.value = {**self.value, **free}

    def at_once(self, name: str) -> bool:
        """Does what has this name follow every frame? A curve that was drawn follows when the hand rests: it is long."""
        return any(part.get("name") == name for part in (*self.handles, self.click))

    def acknowledge(self) -> None:
        with self._counting:
            self._held.clear()
        super().acknowledge()

    def __repr__(self):
        names = [part["name"] for part in (*self.handles, self.draw, self.brush, self.click) if part]
        return f"Overlay({', '.join(names)})"


def stack(figure, overlay: Overlay, height: int | str = 320) -> ipywidgets.Box:
    """The figure and the overlay in one place, at full width: pixels of one are pixels of the other.

    The figure is made to fill the place (no aspect ratio of its own, no padding inside the axes) and the overlay takes over
    its margins, so plot area = place minus margin. height: pixels, or a CSS length
    """
    height = f"{height}px" if isinstance(height, int) else height
    figure.min_aspect_ratio, figure.max_aspect_ratio = 1e-3, 1e3
    figure.padding_x = figure.padding_y = 0.0
    figure.display_toolbar = False  # its pan and zoom would move the axes away from under the handles
    overlay.margin = dict(figure.fig_margin)
    for layer in (figure, overlay):
        layer.layout.grid_area = "1 / 1 / 2 / 2"
        layer.layout.width = layer.layout.height = "100%"
        layer.layout.min_width = layer.layout.min_height = layer.layout.margin = "0px"
    box = ipywidgets.Box([figure, overlay])
    box.layout = ipywidgets.Layout(
        display="grid", grid_template_columns="minmax(0, 1fr)", grid_template_rows=height, height=height, width="100%"
    )
    box.add_class("bl-stack")
    return box
