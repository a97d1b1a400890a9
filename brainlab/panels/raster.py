"""A figure that shows who fired when: spikes on a canvas, with the same hands over it as over a figure of curves."""

from __future__ import annotations

import ipywidgets
import numpy as np

from .. import svg
from ..language import tr
from .figures import MARGIN, Axis, Prediction
from .hands import Hands
from .widgets import Canvas, Overlay


class Spikes:
    """The spikes of a raster, in the place of `Curves`. A pinned run leaves no ghost: two rasters mix."""

    given = False

    def __init__(self, raster, labels, colors):
        self.raster, self.labels, self.colors = raster, labels, colors
        self.x = self.y = np.zeros(0)
        self.kinds = np.zeros(0, int)
        self._visible = True

    def set(self, times, neurons, kinds=None):
        """times, neurons : (spikes,); kinds : (spikes,), which of the labels each spike has, or None for the first"""
        if self.raster.ghostly:
            return
        self.x, self.y = np.asarray(times, np.float32), np.asarray(neurons, np.float32)
        self.kinds = np.zeros(len(self.x), int) if kinds is None else np.asarray(kinds, int)
        self.raster._paint()

    def clear_ghost(self):
        pass

    @property
    def visible(self) -> bool:
        return self._visible

    @visible.setter
    def visible(self, value: bool):
        if value != self._visible:
            self._visible = value
            self.raster._paint()

    def layers(self):
        for kind, (label, color) in enumerate(zip(self.labels, self.colors, strict=True)):
            mine = self.kinds == kind
            if self.visible and mine.any():
                yield svg.Layer(self.x[mine], self.y[mine], tr(label), svg.COLORS[color - 1], "points")


class Raster(Hands):
    """Spikes of many neurons over time; used like a `Figure`.

    x, y   : `Axis`, of time and of the neurons' numbers
    labels : of the kinds of spikes, the legend; colors: 1 to 6 of the palette, one for each
    height : pixels
    """

    def __init__(self, x: Axis, y: Axis, labels=("spike",), colors=(1,), *, title: str = "", height: int = 240, legend=True):
        self.x, self.y, self.title, self.height, self.legend = x, y, title, height, legend
        self.ghostly = False
        self.spikes = Spikes(self, list(labels), list(colors))
        self.curves = [self.spikes]
        self.canvas = Canvas(height="100%", margin=MARGIN)
        super().__init__(Overlay(x_range=list(x.span), y_range=list(y.span), margin=MARGIN))
        self.prediction = Prediction(self)  # only asked to clear: nobody sketches a raster
        self._header = ipywidgets.HTML()
        self._header.add_class("bl-figure-header")
        self.widget = ipywidgets.VBox([self._header, self._stacked()])
        self.widget.add_class("bl-figure")
        self.relabel()

    def _stacked(self):
        """Canvas and overlay in one place, as `stack` does it for bqplot's figures."""
        for layer in (self.canvas, self.overlay):
            layer.layout.grid_area = "1 / 1 / 2 / 2"
            layer.layout.width = layer.layout.height = "100%"
            layer.layout.min_width = layer.layout.min_height = layer.layout.margin = "0px"
        box = ipywidgets.Box([self.canvas, self.overlay])
        box.layout = ipywidgets.Layout(
            display="grid",
            grid_template_columns="minmax(0, 1fr)",
            grid_template_rows=f"{self.height}px",
            height=f"{self.height}px",
            width="100%",
        )
        return box

    def _paint(self):
        shown = slice(None) if self.spikes.visible else slice(0)
        colors = np.asarray(self.spikes.colors, np.uint8)[self.spikes.kinds[shown]]
        self.canvas.raster(self.spikes.x[shown], self.spikes.y[shown], self.x.span, self.y.span, colors)

    def set_ranges(self, x=None, y=None):
        """Show another part of the plane."""
        for axis, span, name in ((self.x, x, "x_range"), (self.y, y, "y_range")):
            if span is not None and tuple(span) != axis.span and not self.ghostly:
                axis.span = (float(span[0]), float(span[1]))
                setattr(self.overlay, name, list(axis.span))
                self._paint()

    # ---- words

    def moving(self):
        """As `Figure.moving`."""
        return [self.overlay, self.canvas]

    def hide_results(self, hidden: bool):
        self.spikes.visible = not hidden

    def relabel(self):
        self.canvas.x_label, self.canvas.y_label = self.x.label, self.y.label
        self.canvas.label = self.overlay.label = tr(self.title) or f"{self.y.label}, {self.x.label}"
        names = "".join(
            f'<span class="bl-key"><svg width="8" height="12"><path d="M4 0v12" stroke="var(--bl-{color})" '
            f'stroke-width="2.5"/></svg>{tr(label)}</span>'
            for label, color in zip(self.spikes.labels, self.spikes.colors, strict=True)
            if label and self.legend
        )
        self._header.value = f'<span class="bl-figure-title">{tr(self.title)}</span>{names}'
        self.show_hands()

    def axes(self) -> svg.Axes:
        """The static twin."""
        layers = list(self.spikes.layers())
        return svg.Axes(self.x.label, self.y.label, tr(self.title), self.x.span, self.y.span, layers, self.height)
