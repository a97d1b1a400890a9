"""Canvas: what bqplot draws too slowly: thousands of spikes, images."""

from __future__ import annotations

import numpy as np
import traitlets as t

from ._front_end import script, style
from .pipelined import Worded


def _range(given, values):
    if given is not None:
        return [float(given[0]), float(given[1])]
    return [float(values.min()), float(values.max())] if len(values) else [0.0, 1.0]


class Canvas(Worded):
    """A drawing surface with axes.

    raster(times, neurons) : one tick per spike. 10,000 spikes cost 8 ms a frame, as SVG 500 ms
    image(array, lut)      : (rows, columns) uint8 through a colour table (256, 3) uint8
    label                  : what the picture shows, read out in its place; x_label, y_label: the axes
    height                 : CSS height
    margin                 : dict top, bottom, left, right in px: where the axes lie, as in an `Overlay` above it

    The last picture stays with the widget: a page opened later shows it too.
    """

    _esm, _css = script("surface", "canvas"), style("canvas")
    english = {"empty": "nothing to show yet"}

    content = t.Dict().tag(sync=True)
    label = t.Unicode().tag(sync=True)
    x_label = t.Unicode().tag(sync=True)
    y_label = t.Unicode().tag(sync=True)
    height = t.Unicode("240px").tag(sync=True)
    margin = t.Dict({"top": 10, "bottom": 36, "left": 50, "right": 12}).tag(sync=True)

    def raster(self, times, neurons, x_range=None, y_range=None, colors=None) -> None:
        """times, neurons : (spikes,) when and who; colors : None, or (spikes,) 1 to 6 of the palette

        >>> canvas = Canvas(label="spikes"); canvas.raster([1.0, 2.5], [0, 3], y_range=(0, 4)); canvas
        Canvas(raster of 2 spikes, x 1 to 2.5, y 0 to 4)
        """
        times, neurons = np.asarray(times, np.float32).ravel(), np.asarray(neurons, np.float32).ravel()
        if times.shape != neurons.shape:
            raise ValueError(f"times is {times.shape}, neurons is {neurons.shape}: one of each for every spike.")
        content = {"kind": "raster", "x_range": _range(x_range, times), "y_range": _range(y_range, neurons)}
        content |= {"times": times.tobytes(), "neurons": neurons.tobytes()}
        if colors is not None:
            content["colors"] = np.broadcast_to(np.asarray(colors, np.uint8), times.shape).tobytes()
        self.content = content

    def image(self, array, lut=None, x_range=None, y_range=None) -> None:
        """array : (rows, columns) uint8, the first row on top; lut : (256, 3) uint8, default greys

        With x_range and y_range the axes are drawn; without them the image is all there is.
        """
        array = np.asarray(array)
        if array.ndim != 2 or array.dtype != np.uint8:
            raise ValueError(f"the image is {array.dtype} {array.shape}: it must be uint8 (rows, columns).")
        lut = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, 1) if lut is None else np.asarray(lut)
        if lut.shape != (256, 3) or lut.dtype != np.uint8:
            raise ValueError(f"the colour table is {lut.dtype} {lut.shape}: it must be uint8 (256, 3).")
        content = {"kind": "image", "rows": array.shape[0], "columns": array.shape[1]}
        content |= {"pixels": np.ascontiguousarray(array).tobytes(), "lut": np.ascontiguousarray(lut).tobytes()}
        if x_range is not None and y_range is not None:
            content |= {"x_range": _range(x_range, ()), "y_range": _range(y_range, ())}
        self.content = content

    def __repr__(self):
        what = dict(self.content)
        if not what:
            return "Canvas(empty)"
        if what["kind"] == "image":
            return f"Canvas(image of {what['rows']} x {what['columns']})"
        (x0, x1), (y0, y1) = what["x_range"], what["y_range"]
        return f"Canvas(raster of {len(what['times']) // 4} spikes, x {x0:.4g} to {x1:.4g}, y {y0:.4g} to {y1:.4g})"
