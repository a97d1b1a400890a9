"""A figure that is an image of pixels, or a row of them. One can be painted with the mouse."""

from __future__ import annotations

import ipywidgets
import numpy as np

from .. import svg
from ..language import tr
from .figures import Axis, Prediction
from .hands import Hands
from .widgets import Pixels

# The colours from the lowest value to the highest; those of the page change with the theme.
SCALES = {"grey": ("#000000", "#ffffff"), "ink": ("page", "text"), "diverging": ("1", "page", "2")}


class Image:
    """One image of a `Picture`, in the place of `Curves`: its values go into the exported data."""

    given = False

    def __init__(self, label: str):
        self.labels = [label]
        self.said = None  # a label in the language of the moment
        self.x = self.y = np.zeros(0)
        self.mask = None

    @property
    def name(self) -> str:
        return tr(self.labels[0]) if self.said is None else self.said

    def clear_ghost(self):
        """A pinned run leaves no ghost: two images mix."""


class Picture(Hands):
    """Images of pixels, side by side; used like a `Figure`.

    labels : one for each image, written over it; `set` may give others
    shape  : (rows, columns) of each image
    scale  : "grey" (low is black), "ink" (low is the page, high its text: for letters) or "diverging" (blue, page, orange)
    span   : the values of the first colour and of the last; beyond them an image shows just that colour
    mask   : what the tint means that `set(..., masks=...)` lays over the images, for the legend; color: 1 to 6, of the tint
    given  : no result, it stays while one predicts
    height : pixels

    To show:

        self.picture = Picture(["digit", "reconstruction"], (8, 8), title="what it sees", mask="attended")    # in build()
        self.picture.set([digit, reconstruction], masks=[mask, None])                                         # in draw()

    To paint an array parameter of the panel, `drawing: float = param(np.zeros(64), ...)`:

        self.paper = Picture(["draw here"], (8, 8), scale="ink")                                              # in build()
        self.paper.painted("drawing")

    That image follows the parameter by itself, as a handle does; where it shows something else, the panel's `hand(name)`
    says what. With `over=True` the parameter is laid over the image as its mask: an occluder that is drawn by hand. `set`
    gives the image itself then, and needs no more than None for an image that is the parameter.

    To choose: `picture.clicked("memory")` tells `touched` the number of the image that was clicked, by that name.
    """

    def __init__(
        self,
        labels=("",),
        shape=(8, 8),
        *,
        title="",
        scale="grey",
        span=(0.0, 1.0),
        mask="",
        color=3,
        given=False,
        height=200,
    ):
        self.x, self.y, self.title, self.height = Axis("pixel", ticks=False), Axis("value", span=span), title, height
        self.shape, self.mask, self.color, self.given, self.legend = tuple(shape), mask, color, given, scale != "ink"
        self.ghostly = self._hidden = False
        self.stops = SCALES[scale]
        self._words: tuple = tuple(labels)
        self.curves = [Image(label) for label in labels]
        layout = ipywidgets.Layout(width="100%", height=f"{height}px")
        super().__init__(Pixels(stops=list(self.stops), span=list(map(float, span)), tint=str(color), layout=layout))
        self.prediction = Prediction(self)  # only asked to clear: nobody sketches an image
        self._header = ipywidgets.HTML()
        self._header.add_class("bl-figure-header")
        self.widget = ipywidgets.VBox([self._header, self.overlay])
        self.widget.add_class("bl-figure")
        self.widget.add_class("bl-picture")
        self.set([np.full(self.shape, span[0])] * len(self._words))
        self.relabel()

    def set(self, images, masks=None, labels=None):
        """
        images : (n, rows * columns) or (n, rows, columns), or a list of such; None for an image that is painted
        masks  : None, or for each image None or 0 to 1 for each pixel
        labels : None for those of the beginning, or one for each image, in the language of the moment
        """
        if self.ghostly:
            return
        words = self._words if labels is None else tuple(labels)
        masks = [None] * len(images) if masks is None else masks
        while len(self.curves) < len(images):
            self.curves.append(Image(""))
        del self.curves[max(len(images), 1) :]
        for image, label, values, mask in zip(self.curves, words, images, masks, strict=True):
            image.labels, image.said = [label], None if labels is None else label
            image.y = np.zeros(0) if values is None else np.asarray(values, np.float32).reshape(self.shape).ravel()
            image.x = np.arange(len(image.y))
            image.mask = None if mask is None else np.asarray(mask, np.float32).reshape(self.shape).ravel()
        self._paint()

    def painted(self, name: str, *, image: int = 0, on: float = 1.0, off: float = 0.0, width: int = 1, over=False, label=""):
        """Let the pointer paint image number `image`: the panel's array parameter of that name, rows * columns numbers.

        on, off : what a press gives a pixel, and what it takes it back to; width: pixels painted at once, in each direction
        over    : paint a mask over the image, not the image
        """
        self._hands["draw"] = dict(name=name, image=image, on=on, off=off, width=width, over=over, tool="on", label=label)
        self.show_hands()
        self._paint()

    def tool(self, tool: str):
        """What the pointer does to pixels from now on, "on" or "off": not every hand has a Shift key or a right button."""
        self._hands["draw"]["tool"] = tool
        self.show_hands()

    def _paint(self):
        low, high = self.y.span
        rows, columns = self.shape
        sent = []
        for k, image in enumerate(self.curves):
            shown = len(image.y) and (self.given or not self._hidden or k == self._hands["draw"].get("image"))
            sent.append(
                {
                    "label": image.name,
                    "rows": rows,
                    "columns": columns,
                    "pixels": shades(image.y, low, high).tobytes() if shown else None,
                    "mask": shades(image.mask, 0.0, 1.0).tobytes() if shown and image.mask is not None else None,
                }
            )
        if sent != self.overlay.images:
            self.overlay.images = sent

    def moving(self):
        """As `Figure.moving`."""
        return [self.overlay]

    def hide_results(self, hidden: bool):
        self._hidden = hidden
        self._paint()

    def relabel(self):
        self.overlay.label = tr(self.title) or ", ".join(filter(None, (image.name for image in self.curves)))
        keys = self._key() if self.legend else ""
        if self.mask:
            tint = f'<span class="bl-tint" style="background:var(--bl-{self.color})"></span>'
            keys += f'<span class="bl-key">{tint}{tr(self.mask)}</span>'
        self._header.value = f'<span class="bl-figure-title">{tr(self.title)}</span>{keys}'
        self._paint()
        self.show_hands()

    def _key(self) -> str:
        """The scale, from the lowest value to the highest."""
        colors = ",".join(stop if stop[0] == "#" else f"var(--bl-{stop})" for stop in self.stops)
        low, high = (f"{value:g}".replace("-", "−") for value in self.y.span)
        bar = f'<span class="bl-scale" style="background:linear-gradient(to right,{colors})"></span>'
        return f'<span class="bl-key">{low} {bar} {high}</span>'

    def axes(self) -> svg.Images:
        """The static twin."""
        images, (low, high), spec = [], self.y.span, self._hands["draw"]
        for k, (image, sent) in enumerate(zip(self.curves, self.overlay.images, strict=True)):
            values, mask = image.y if sent["pixels"] is not None else None, image.mask
            hand = self.overlay.value.get(spec.get("name"))
            if k == spec.get("image") and hand is not None:
                if spec["over"]:
                    mask = (np.array(hand) - spec["off"]) / (spec["on"] - spec["off"])
                else:
                    values = np.array(hand)
            colors = None
            if values is not None:
                colors = svg.colored(shades(values, low, high), self.stops, mask, str(self.color)).reshape(*self.shape, 3)
            images.append((sent["label"], self.shape, colors))
        return svg.Images(tr(self.title), images, self.height)


def shades(values, low: float, high: float) -> np.ndarray:
    """uint8, 0 at `low` and 255 at `high`.

    >>> shades([-1.0, 0.0, 1.0, 9.0], -1.0, 1.0)
    array([  0, 128, 255, 255], dtype=uint8)
    """
    return np.clip(np.round(255.0 * (np.asarray(values, float) - low) / (high - low)), 0, 255).astype(np.uint8)
