"""Downloads: hands the student a file, through the browser."""

from __future__ import annotations

import anywidget

from ._front_end import script


class Downloads(anywidget.AnyWidget):
    """Invisible, and need not be displayed.

    save(filename, content, mime)  offers text or bytes as a download in the page(s) open on this kernel
    """

    _esm = script("downloads")

    def save(
        self, filename: str, content: str | bytes, mime: str = "text/plain", svg_to_png: bool = False, scale: float = 2.0
    ):
        """content : text or bytes; svg_to_png : the content is SVG, the browser makes a PNG of it, `scale` times as large"""
        data = content.encode() if isinstance(content, str) else bytes(content)
        self.send({"filename": filename, "mime": mime, "png": svg_to_png, "scale": scale}, [data])

    def __repr__(self):
        return "Downloads()"
