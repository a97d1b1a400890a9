"""What a student takes home from a panel: the numbers, the picture, and code that does the same without the panel."""

from __future__ import annotations

import io

import numpy as np

from ..language import tr


def download(panel, kind: str, downloads) -> None:
    """Hand a file to the browser. kind: csv, svg, png (made from the SVG by the browser) or py"""
    name = type(panel).__name__
    if kind == "csv":
        downloads.save(f"{name}.csv", csv(panel), "text/csv")
    elif kind in ("svg", "png"):
        downloads.save(f"{name}.{kind}", panel.picture().text, "image/svg+xml", svg_to_png=kind == "png")
    elif kind == "py":
        downloads.save(f"{name}.py", panel.script(), "text/x-python")


def csv(panel) -> str:
    """Every curve that is shown, as columns of x and y, names and units in the first line."""
    columns = {}
    for figure in panel.figures:
        for curves in figure.curves:
            for label, y in zip(curves.labels, np.atleast_2d(curves.y), strict=False):
                if y.size and label:
                    columns[f"{figure.x.label} of {tr(label)}"] = curves.x
                    columns[f"{tr(label)}, {figure.y.label}"] = y
    out = io.StringIO()
    out.write(",".join(f'"{name}"' for name in columns) + "\n")
    for i in range(max(map(len, columns.values()), default=0)):
        cells = (c[i] if i < len(c) else np.nan for c in columns.values())
        out.write(",".join("" if np.isnan(x) else f"{x:.7g}" for x in cells) + "\n")  # a gap in a curve is an empty cell
    return out.getvalue()
