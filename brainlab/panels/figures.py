"""A figure of a panel: bqplot marks made once, a layer for hands and screen readers over them, and a static twin in SVG.

Drawing only ever sets traits of marks that exist. At most two points per pixel leave the kernel; a path in a plane, which
turns back, is thinned along its length.
"""

from __future__ import annotations

import bqplot
import ipywidgets
import numpy as np

from .. import svg
from ..language import tr
from .hands import Hands
from .widgets import Overlay, stack

MARGIN = {"top": 12, "bottom": 42, "left": 62, "right": 14}
POINTS = 350  # buckets of the envelope: two points each, about one point per pixel
DASHES = list(svg.DASHES)
INK = "var(--jp-content-font-color1, #333)"
LINES = dict(grid_lines="solid", grid_color="var(--bl-grid)", label_color=INK)
# Points are lines of no length with round ends, 7 px wide by panel.css, which knows them by this width. bqplot's Scatter
# would move the axes by the size of its markers, and a handle over it would no longer stand where it says. A ring is a
# large point with a small one of the page's colour on it.
WIDTHS = {"dots": 0.5, "squares": 0.6, "rings": 0.7, "holes": 0.8}


class Axis:
    """`Axis("V", "mV", (-90, 50))`: what is measured, in which unit, and which part of it is shown.

    ticks : False where the places along it are no numbers
    names : what stands at 0, 1, 2 ... instead of numbers, in the language of the moment: for bars. Later: `Figure.set_names`
    """

    def __init__(self, name: str, unit: str = "", span=(0.0, 1.0), ticks: bool = True, names: tuple[str, ...] = ()):
        self.name, self.unit, self.span, self.ticks, self.names = name, unit, span, ticks, names

    @property
    def label(self) -> str:
        return f"{tr(self.name)} ({self.unit})" if self.unit else tr(self.name)


class Curves:
    """One bqplot mark that draws one curve or several over the same x, and their ghosts from a pinned run."""

    def __init__(self, figure, labels, colors, dashes, kind="line", width=1.6, ghosts=True, given=False):
        self.figure, self.labels, self.kind, self.width = figure, labels, kind, width
        self.colors, self.dashes, self.given = colors, dashes, given
        self.x = self.y = np.zeros(0)
        self.ghost_x = self.ghost_y = np.zeros(0)
        self.mark = figure._lines(kind, [f"var(--bl-{c})" for c in colors], dashes[0], width)
        self.hole = figure._lines("holes", ["var(--jp-layout-color0, #fff)"], "solid", width) if kind == "rings" else None
        self.ghosts, self.ghost = ghosts, None  # the ghost's mark is made when a run is first pinned

    def set(self, x, y):
        """x: (n,), y: (n,) or (curves, n). Where the panel is drawing a pinned run, its ghosts are set instead."""
        x, y = np.asarray(x, np.float32), np.asarray(y, np.float32)
        if self.figure.ghostly:
            if self.ghosts:
                self.ghost_x, self.ghost_y = x, y
                self.ghost = self.ghost or self.figure._ghost(self.kind)
                _assign(self.ghost, x, y)
            return
        self.x, self.y = x, y
        for mark in self.marks:
            _assign(mark, x, y)

    @property
    def marks(self):
        return [mark for mark in (self.mark, self.hole) if mark is not None]

    def clear_ghost(self):
        if self.ghost is not None:
            self.ghost_x = self.ghost_y = np.zeros(0)
            _assign(self.ghost, self.ghost_x, self.ghost_y)

    @property
    def visible(self) -> bool:
        return self.mark.visible

    @visible.setter
    def visible(self, value: bool):
        for mark in self.marks:
            mark.visible = value

    def layers(self):
        """The same for the static picture."""
        kind = {"dots": "points", "rings": "rings", "squares": "squares"}.get(self.kind, "line")
        if self.ghost_y.size:
            for y in np.atleast_2d(self.ghost_y):
                yield svg.Layer(self.ghost_x, y, "", svg.GHOST, kind, "dashed", 1.2)
        if self.visible and self.y.size:
            for i, y in enumerate(np.atleast_2d(self.y)):
                color = svg.GHOST if self.colors[i] == "ghost" else svg.COLORS[self.colors[i] - 1]
                dash = self.dashes[i]
                yield svg.Layer(self.x, y, tr(self.labels[i]), color, kind, dash, self.width)


class Bars(Curves):
    """A thick line from 0 for each bar, all in one mark."""

    def set(self, x, y):
        x, y = np.asarray(x, np.float32), np.asarray(y, np.float32)
        gap = np.full_like(x, np.nan)
        super().set(np.stack([x, x, gap], 1).ravel(), np.stack([0 * y, y, gap], 1).ravel())


class Figure(Hands):
    """Axes with curves, dots and things to take hold of.

    x, y   : `Axis`
    height : pixels
    """

    def __init__(self, x: Axis, y: Axis, *, title: str = "", height: int = 220, legend: bool = True):
        self.x, self.y, self.title, self.height, self.legend = x, y, title, height, legend
        self.ghostly = False  # the panel is drawing its pinned run
        self.curves: list[Curves] = []
        self._x = bqplot.LinearScale(min=x.span[0], max=x.span[1])
        self._y = bqplot.LinearScale(min=y.span[0], max=y.span[1])
        self._axes = [
            bqplot.Axis(scale=self._x, **LINES),
            bqplot.Axis(scale=self._y, side="left", label_offset="46px", **LINES),
        ]
        self._place_ticks()
        self._figure = bqplot.Figure(
            axes=self._axes, marks=[], fig_margin=MARGIN, animation_duration=0, min_aspect_ratio=0.01, max_aspect_ratio=100
        )
        super().__init__(Overlay(x_range=list(x.span), y_range=list(y.span), margin=MARGIN))
        self.prediction = Prediction(self)
        self._header = ipywidgets.HTML()
        self._header.add_class("bl-figure-header")
        self.widget = ipywidgets.VBox([self._header, stack(self._figure, self.overlay, f"{height}px")])
        self.widget.add_class("bl-figure")
        self.relabel()

    # ---- marks

    def curve(self, label: str, color: int | str = 1, *, dash: str = "solid", width=1.6, ghost=True, given=False) -> Curves:
        """One curve. color: 1 to 6 of the palette, or "ghost"; given: no result, it stays while one predicts."""
        return self._add(Curves(self, [label], [color], [dash], width=width, ghosts=ghost, given=given))

    def several(self, labels, colors=None, *, ghost=False, given=False) -> Curves:
        """Several curves over one x in one mark, which the browser draws twice as fast as one mark each."""
        colors = colors or list(range(1, len(labels) + 1))
        return self._add(Curves(self, list(labels), colors, DASHES[: len(labels)], ghosts=ghost, given=given))

    def dots(self, label: str, color: int = 1, *, shape="dots", ghost=False, given=False) -> Curves:
        """Points. shape: dots, rings or squares"""
        return self._add(Curves(self, [label], [color], ["solid"], kind=shape, ghosts=ghost, given=given))

    def bars(self, label: str, color: int = 1, *, width=14, ghost=False, given=False) -> Bars:
        """Bars from 0, over an x axis with names: `bars.set([0, 1, 2], heights)`. width: pixels"""
        return self._add(Bars(self, [label], [color], ["solid"], width=width, ghosts=ghost, given=given))

    def _add(self, curves):
        self.curves.append(curves)
        self._figure.marks = [*self._figure.marks, *curves.marks]
        self.relabel()
        return curves

    def _ghost(self, kind):
        ghost = self._lines(kind, ["var(--bl-ghost)"], "dashed", 1.2)
        self._figure.marks = [ghost, *self._figure.marks]
        return ghost

    def _lines(self, kind, colors, dash, width):
        scales, nothing = {"x": self._x, "y": self._y}, np.zeros(0, np.float32)
        width = WIDTHS.get(kind, width)
        return bqplot.Lines(x=nothing, y=nothing, scales=scales, colors=colors, line_style=dash, stroke_width=width)

    def set_ranges(self, x=None, y=None):
        """Show another part of the plane."""
        for axis, scale, span, name in ((self.x, self._x, x, "x_range"), (self.y, self._y, y, "y_range")):
            if span is not None and tuple(span) != axis.span and not self.ghostly:  # the run itself decides, not its ghost
                axis.span = (float(span[0]), float(span[1]))
                with scale.hold_sync():
                    scale.min, scale.max = axis.span
                setattr(self.overlay, name, list(axis.span))
                self._place_ticks()

    def set_names(self, names):
        """Other names along x; the axis is as long as they need."""
        if tuple(names) != self.x.names and not self.ghostly:
            self.x.names = tuple(names)
            self.set_ranges(x=(-0.6, len(names) - 0.4))
            self._place_ticks()

    def _place_ticks(self):
        """Round numbers: bqplot's own ticks cut the range into equal parts."""
        for shown, axis, about in zip(self._axes, (self.x, self.y), (6, 5), strict=True):
            shown.visible = axis.ticks
            ticks = np.array(svg.ticks(*axis.span, about) if not axis.names else range(len(axis.names)), float)
            shown.tick_labels = {str(i): name for i, name in enumerate(axis.names)}
            digits = next((n for n in range(8) if np.allclose(ticks, ticks.round(n), rtol=0, atol=1e-9)), 8)
            shown.tick_format = f".{digits}f"  # on its own and first: sent together, the old format is drawn
            shown.tick_values = ticks

    def moving(self):
        """The widgets that drawing changes."""
        return [self.overlay, *self._figure.marks]

    def hide_results(self, hidden: bool):
        """While the student predicts, only what is given is seen."""
        for curves in self.curves:
            curves.visible = curves.given or not hidden

    # ---- words

    def relabel(self):
        """Titles, labels and legend in the current language."""
        self._axes[0].label, self._axes[1].label = self.x.label, self.y.label
        names = "".join(
            f'<span class="bl-key"><svg width="22" height="8">{_key(curves.kind, color, dash)}</svg>{tr(label)}</span>'
            for curves in self.curves
            for label, color, dash in zip(curves.labels, curves.colors, curves.dashes, strict=True)
            if label and self.legend
        )
        self._header.value = f'<span class="bl-figure-title">{tr(self.title)}</span>{names}'
        self.overlay.label = tr(self.title) or f"{self.y.label}, {self.x.label}"
        if self.overlay.draw.get("name") != "prediction":  # that is the layout's
            self.show_hands()

    def axes(self) -> svg.Axes:
        """The static twin."""
        layers = [layer for curves in self.curves for layer in curves.layers()]
        for handle in self.overlay.handles:
            value = self.overlay.value.get(handle["name"])
            if value is not None and handle["axis"] != "xy":
                kind = {"y": "level", "x": "mark"}[handle["axis"]]
                layers.append(svg.Layer(np.array([value]), np.array([value]), "", svg.GHOST, kind, "dashed", 1.0))
        labels, spans = (self.x.label, self.y.label), (self.x.span, self.y.span)
        ticks, names = (self.x.ticks, self.y.ticks), (self.x.names, self.y.names)
        return svg.Axes(*labels, tr(self.title), *spans, layers, self.height, ticks, names)


def above(step: float, *values) -> float:
    """The end of an axis from 0: as many whole steps as all the values need, so that it does not move with every one.

    >>> above(100.0, 30.0, [80.0, 210.0]), above(100.0, 0.0)
    (300.0, 100.0)
    """
    return step * max(1.0, float(np.ceil(max(np.max(v) for v in values) / step)))


def evenly(y, sizes, points: int) -> np.ndarray:
    """The rows of y (n, 2) that lie evenly along the curve: a state that hurries and lingers is drawn with the same care.

    sizes : of the picture, in the units of both columns

    >>> evenly(np.array([[0, 0], [0, 0], [0, 0], [1, 0], [2, 0]]), [1, 1], 3)[:, 0]
    array([0, 1, 2])
    """
    if len(y) <= points:
        return y
    length = np.append(0.0, np.cumsum(np.linalg.norm(np.diff(y, axis=0) / sizes, axis=1)))
    return y[np.unique(np.searchsorted(length, np.linspace(0, length[-1], points)).clip(0, len(y) - 1))]


class Prediction:
    """The curve that the student drew; its mark is made when it is first needed."""

    def __init__(self, figure):
        self.figure, self.curves = figure, None

    def show(self, y):
        """y: (n,), over the whole width of the figure"""
        if self.curves is None:
            self.curves = self.figure.curve("your prediction", 6, dash="dashed", ghost=False, given=True)
        self.curves.set(np.linspace(*self.figure.x.span, len(y)), y)

    def clear(self):
        if self.curves is not None:
            self.curves.set(np.zeros(0), np.zeros(0))


def _key(kind, color, dash) -> str:
    """The sign of a curve in the legend."""
    if kind == "dots":
        return f'<circle cx="11" cy="4" r="3.5" fill="var(--bl-{color})"/>'
    if kind == "rings":
        return f'<circle cx="11" cy="4" r="3" fill="none" stroke="var(--bl-{color})" stroke-width="2"/>'
    if kind == "squares":
        return f'<rect x="7.5" y="0.5" width="7" height="7" fill="var(--bl-{color})"/>'
    return f'<path d="M0 4h22" stroke="var(--bl-{color})" stroke-width="2.5" stroke-dasharray="{svg.DASHES[dash]}"/>'


def _assign(mark, x, y):
    """Both traits in one message; what cannot be drawn (nan) leaves a gap."""
    if mark.stroke_width in WIDTHS.values():  # each point is a line of its own, of no length, with round ends
        x, y = (np.stack([np.full_like(values, np.nan), values], 1).ravel() for values in (x, y))
    else:
        x, y = _thin(x, y)
    with mark.hold_sync():
        for name, values in (("x", x), ("y", y)):
            if not np.array_equal(values, getattr(mark, name), equal_nan=True):
                setattr(mark, name, values)


def _thin(x, y):
    if y.ndim == 1:
        drawn = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        ends = slice(drawn[0], drawn[-1] + 1) if len(drawn) else slice(0)  # bqplot puts a label where a curve ends
        x, y = x[ends], y[ends]
        if len(y) > 2 * POINTS and (np.diff(x) < 0).any() and np.isfinite(x).all() and np.isfinite(y).all():
            return evenly(np.stack([x, y], 1), np.maximum([np.ptp(x), np.ptp(y)], 1e-30), 4 * POINTS).T  # it turns back
        x, y = svg.envelope(x, y, POINTS)
        bends = np.ones(len(y), bool)
        bends[1:-1] = (y[1:-1] != y[:-2]) | (y[1:-1] != y[2:])  # along a level line two points do
        return x[bends], y[bends]
    if y.shape[1] <= 2 * POINTS:
        return x, y
    # The curves of one mark share their x: two places per bucket. A smooth stretch is sampled there; where a bucket holds a
    # peak or a trough inside, the second place shows that instead.
    size = -(-y.shape[1] // POINTS)
    whole = y.shape[1] - y.shape[1] % size
    blocks = y[:, :whole].reshape(len(y), -1, size)
    first, middle = blocks[:, :, 0], blocks[:, :, size // 2]
    ends = np.stack([first, middle, blocks[:, :, -1]])
    low, high = blocks.min(2), blocks.max(2)
    second = np.where(high > ends.max(0), high, np.where(low < ends.min(0), low, middle))
    pairs = np.stack([first, second], 2).reshape(len(y), -1)
    centres = x[:whole].reshape(-1, size)
    return np.stack([centres[:, 0], centres[:, size // 2]], 1).ravel(), pairs
