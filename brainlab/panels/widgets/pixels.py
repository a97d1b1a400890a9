"""Pixels: images in a row, of which one can be painted."""

from __future__ import annotations

import traitlets as t

from ._front_end import script, style
from .overlay import Overlay


class Pixels(Overlay):
    """Images of pixels on one canvas. Painting shows at once in the browser; the kernel hears of it as of any other hand.

    images : list of dicts: label, rows, columns, pixels (rows * columns bytes, shades 0 to 255; None: not shown yet) and
             mask (None, or as many bytes: how strongly the tint lies over each pixel)
    stops  : the colours of the shades: names of the palette ("1" to "6", "page", "text") or CSS colours, from 0 to 255
    span   : [low, high], the values that the first and the last shade stand for
    tint   : colour of the mask
    draw   : {} or dict(name, image, on, off, width, over, tool): image number `image` is painted. A press or a drag gives
             pixels the value `on`; with the right button, Shift or tool "off" it gives `off`; `width` pixels at once. By
             keys: arrows move, space turns a pixel on or off. over: what is painted lies over the image as its mask
    click  : {} or dict(name): an image is clicked, its number is sent
    value  : dict: name -> list of rows * columns numbers

    >>> pixels = Pixels(images=[dict(label="cue", rows=1, columns=2)], draw=dict(name="cue", image=0, on=1.0, off=-1.0))
    >>> pixels.from_browser({"cue": [1.0, -1.0]}, 1); pixels.value
    {'cue': [1.0, -1.0]}
    """

    _esm, _css = script("space", "surface", "pixels"), style("pixels")
    english = {
        "keys": "Paint with the mouse; or arrow keys move, space turns a pixel on or off.",
        "pixel": "row {row}, column {column}: {state}",
        "on": "on",
        "off": "off",
    }

    images = t.List().tag(sync=True)
    stops = t.List(["#000000", "#ffffff"]).tag(sync=True)
    span = t.List([0.0, 1.0]).tag(sync=True)
    tint = t.Unicode("3").tag(sync=True)

    def at_once(self, name):
        return self.draw.get("name") == name or super().at_once(name)

    def __repr__(self):
        return f"Pixels({', '.join(image['label'] or 'an image' for image in self.images)})"
