"""Static pictures as SVG text: what a panel shows where no widget runs (GitHub, nbviewer, an exported file).

Written by hand so that the package needs no plotting library; the colours, dashes and markers are those of the panels.
"""

from __future__ import annotations

import html
import math
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

# After Okabe and Ito (2008), "Color universal design", told apart with every common colour blindness; darker, for paper.
COLORS = ("#0072B2", "#C4500A", "#007A5A", "#A6568A", "#8A6D00", "#2F8FC4")
GHOST = "#8a8a8a"
DASHES = {"solid": "", "dashed": "7 4", "dotted": "2 3", "dash_dotted": "8 3 2 3"}
_POINTS = ("points", "rings", "squares", "triangles", "diamonds")
_VEIL = 0.65  # how strong a mask is where it is 1, as in js/pixels.js
_MARGIN = {"left": 62, "right": 16, "top": 26, "bottom": 42}


@dataclass
class Layer:
    """One curve, a cloud of points, or a level line. x, y: (n,)"""

    x: np.ndarray
    y: np.ndarray
    label: str = ""
    color: str = COLORS[0]
    kind: str = "line"  # line, points, one of _POINTS, level (a horizontal line at y), mark (a vertical line at x)
    dash: str = "solid"
    width: float = 1.6
    names: tuple[str, ...] = ()  # of points: written into them, and they are large enough for that


@dataclass
class Axes:
    """One coordinate system with its layers."""

    x_label: str = ""
    y_label: str = ""
    title: str = ""
    x_range: tuple[float, float] | None = None
    y_range: tuple[float, float] | None = None
    layers: list[Layer] = field(default_factory=list)
    height: int = 220
    ticks: tuple[bool, bool] = (True, True)  # False where the places along x or y are no numbers
    names: tuple[tuple, tuple] = ((), ())  # what stands at 0, 1, 2 ... along x and y instead of numbers

    def ranges(self):
        return self.x_range or _extent(self.layers, "x"), self.y_range or _extent(self.layers, "y")


@dataclass
class Images:
    """Images of pixels in a row. images: (label, (rows, columns), colors (rows, columns, 3) uint8; None: not shown yet)"""

    title: str
    images: list[tuple]
    height: int = 200


class Picture:
    """SVG text that Jupyter shows. `save("name.svg")` writes it."""

    def __init__(self, text: str, description: str = "a picture"):
        self.text, self.description = text, description

    def _repr_svg_(self):
        return self.text

    def __repr__(self):
        return f"<{self.description}>"

    def save(self, path) -> None:
        Path(path).write_text(self.text, encoding="utf-8")


def picture(x, curves: dict, *, x_label="", y_label="", title="", width=640, height=240) -> Picture:
    """Curves over a common x. curves: name -> (n,) or (n, several)

    >>> picture([0, 1, 2], {"V": [-65, -50, -65]}, x_label="t (ms)", y_label="V (mV)")
    <1 curve over t (ms)>
    """
    axes = Axes(x_label, y_label, title, height=height)
    for i, (name, y) in enumerate(curves.items()):
        columns = np.asarray(y, float).reshape(len(x), -1)
        for k in range(columns.shape[1]):
            style = dict(color=COLORS[(i + k) % len(COLORS)], dash=list(DASHES)[i % len(DASHES)])
            axes.layers.append(Layer(np.asarray(x, float), columns[:, k], name if k == 0 else "", **style))
    n = len(axes.layers)
    return compose([axes], width=width, description=f"{n} curve{'s' * (n != 1)} over {x_label or 'x'}")


def compose(rows: list, *, width=720, title="", description="a picture") -> Picture:
    """Axes below each other; a row that is a list stands side by side."""
    parts, y = [], 26 if title else 0
    for row in rows:
        row = row if isinstance(row, list) else [row]
        each = width / len(row)
        for i, axes in enumerate(row):
            drawn = _images if isinstance(axes, Images) else _axes
            parts.append(drawn(axes, i * each, y, each, axes.height))
        y += max(axes.height for axes in row)
    head = f'<text x="12" y="18" font-size="14" font-weight="600" fill="#222">{html.escape(title)}</text>' if title else ""
    text = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {y}" width="{width}" height="{y}" role="img" '
        f'aria-label="{html.escape(description, quote=True)}" font-family="system-ui, sans-serif" font-size="11">'
        f'<rect width="100%" height="100%" fill="#fff"/>{head}{"".join(parts)}</svg>'
    )
    return Picture(text, description)


def _axes(axes: Axes, x0, y0, width, height) -> str:
    (x_low, x_high), (y_low, y_high) = axes.ranges()
    left, right = x0 + _MARGIN["left"], x0 + width - _MARGIN["right"]
    top, bottom = y0 + _MARGIN["top"], y0 + height - _MARGIN["bottom"]

    def px(x):
        return left + (np.asarray(x, float) - x_low) / (x_high - x_low) * (right - left)

    def py(y):
        return bottom - (np.asarray(y, float) - y_low) / (y_high - y_low) * (bottom - top)

    clip = f"c{left:.0f}-{top:.0f}-{right:.0f}-{bottom:.0f}"  # pictures in one page share their ids: same name, same shape
    out = [f'<clipPath id="{clip}"><rect x="{left}" y="{top}" width="{right - left}" height="{bottom - top}"/></clipPath>']
    for tick, said in _ticks(axes, 0, x_low, x_high, 6):
        out.append(f'<path d="M{px(tick):.1f} {top}V{bottom}" stroke="#e6e6e6"/>')
        out.append(f'<text x="{px(tick):.1f}" y="{bottom + 14}" text-anchor="middle" fill="#444">{said}</text>')
    for tick, said in _ticks(axes, 1, y_low, y_high, 4):
        out.append(f'<path d="M{left} {py(tick):.1f}H{right}" stroke="#e6e6e6"/>')
        out.append(f'<text x="{left - 6}" y="{py(tick) + 4:.1f}" text-anchor="end" fill="#444">{said}</text>')
    out.append(f'<path d="M{left} {top}V{bottom}H{right}" fill="none" stroke="#666"/>')
    out.append(_text((left + right) / 2, bottom + 32, axes.x_label, "middle"))
    out.append(
        f'<text transform="translate({x0 + 14:.1f} {(top + bottom) / 2:.1f}) rotate(-90)" text-anchor="middle" '
        f'fill="#222">{html.escape(axes.y_label)}</text>'
    )
    out.append(_text(left, top - 9, axes.title, "start", "600"))
    out.append(f'<g clip-path="url(#{clip})">{"".join(_layer(layer, px, py, right - left) for layer in axes.layers)}</g>')
    named = [layer for layer in axes.layers if layer.label]
    beside = left + _width(axes.title) + sum(34 + _width(layer.label) for layer in named) < right
    out.append(_legend(named, left, right, top if beside else top + 20))  # beside the title, or under it if there is no room
    return "".join(out)


def _ticks(axes: Axes, which: int, low, high, about):
    """(place, what is written there) along x or y."""
    if axes.names[which]:
        return [(i, html.escape(name)) for i, name in enumerate(axes.names[which])]
    return [(tick, f"{tick:g}") for tick in ticks(low, high, about)] if axes.ticks[which] else []


def _images(row: Images, x0, y0, width, height) -> str:
    rows, columns = (np.array([shape[k] for _, shape, _ in row.images]) for k in (0, 1))
    names = np.array([_width(label) for label, _, _ in row.images])
    left, top, room = x0 + 14.0, y0 + 42.0, width - 28.0
    size = (height - 46.0) / rows.max()
    while size > 1 and (np.maximum(size * columns, names) + 16).sum() > room:
        size *= 0.96
    out = [_text(left, y0 + 17, row.title, "start", "600")]
    for (label, shape, colors), wide in zip(row.images, np.maximum(size * columns, names), strict=True):
        out.append(_text(left, top - 6, label, "start"))
        if colors is not None:
            out.append(_pixels(colors, left, top, size))
        out.append(
            f'<path d="M{left:.1f} {top:.1f}h{size * shape[1]:.1f}v{size * shape[0]:.1f}h{-size * shape[1]:.1f}Z" '
            f'fill="none" stroke="#666"/>'
        )
        left += wide + 16
    return "".join(out)


def _pixels(colors, left, top, size) -> str:
    """A path for each colour, of the stretches of pixels that have it: far less text than a rectangle for each pixel."""
    paths: dict[str, list[str]] = {}
    for r, line in enumerate(colors.astype(int)):
        ends = [0, *np.flatnonzero((np.diff(line, axis=0) != 0).any(1)) + 1, len(line)]
        for start, stop in zip(ends[:-1], ends[1:], strict=True):
            step = f"M{left + start * size:.1f} {top + r * size:.1f}h{(stop - start) * size:.2f}v{size:.2f}"
            paths.setdefault("#{:02x}{:02x}{:02x}".format(*line[start]), []).append(f"{step}h{-(stop - start) * size:.2f}Z")
    return "".join(
        f'<path d="{"".join(steps)}" fill="{color}" shape-rendering="crispEdges"/>' for color, steps in paths.items()
    )


def colored(shades, stops, mask=None, tint="3") -> np.ndarray:
    """(rows, columns) or (n,) of shades 0 to 255 -> the same and 3, uint8: red, green, blue.

    stops : colours from shade 0 to 255, "#rrggbb", a number of the palette, "page" or "text"
    mask  : None, or how strongly, 0 to 1, the colour `tint` lies over each pixel

    >>> colored(np.array([0, 255]), ("page", "text")).tolist()
    [[255, 255, 255], [34, 34, 34]]
    """
    at = np.linspace(0, 255, len(stops))
    rgb = np.array([_rgb(stop) for stop in stops])
    colors = np.stack([np.interp(shades, at, rgb[:, k]) for k in range(3)], -1)
    if mask is not None:
        veil = _VEIL * np.clip(mask, 0, 1)[..., None]
        colors += veil * (_rgb(tint) - colors)
    return np.round(colors).astype(np.uint8)


def _rgb(color: str) -> np.ndarray:
    text = {"page": "#ffffff", "text": "#222222"}.get(color) or (color if color[0] == "#" else COLORS[int(color) - 1])
    return np.array([int(text[i : i + 2], 16) for i in (1, 3, 5)])


def _layer(layer: Layer, px, py, pixels) -> str:
    style = f'stroke="{layer.color}" stroke-width="{layer.width}" stroke-dasharray="{DASHES[layer.dash]}"'
    if layer.kind == "level":
        return "".join(f'<path d="M0 {py(y):.1f}H9999" {style}/>' for y in np.atleast_1d(layer.y))
    if layer.kind == "mark":
        return "".join(f'<path d="M{px(x):.1f} 0V9999" {style}/>' for x in np.atleast_1d(layer.x))
    x, y = layer.x, layer.y
    if layer.kind in _POINTS:
        radius = 10 if layer.names else 2.6 if np.size(x) < 300 else 1.2  # a raster is many dots
        points = "".join(
            _point(layer, px(a), py(b), radius)
            for a, b in zip(np.atleast_1d(x), np.atleast_1d(y), strict=True)
            if np.isfinite(a) and np.isfinite(b)
        )
        return points + "".join(
            _text(px(a), py(b) + 4, name, "middle") for a, b, name in zip(x, y, layer.names, strict=False)
        )
    x, y = envelope(x, y, int(pixels))
    steps = "".join(
        f"{'L' if i and np.isfinite(y[i - 1]) else 'M'}{px(x[i]):.1f} {py(y[i]):.1f}"
        for i in range(len(x))
        if np.isfinite(x[i]) and np.isfinite(y[i])
    )
    return f'<path d="{steps}" fill="none" {style}/>' if steps else ""


def _point(layer: Layer, x, y, radius) -> str:
    if layer.kind == "squares":
        r = f"{2 * radius}"
        return f'<rect x="{x - radius:.1f}" y="{y - radius:.1f}" width="{r}" height="{r}" fill="{layer.color}"/>'
    if layer.kind in ("triangles", "diamonds"):
        r = 1.6 * radius
        corners = [(-r, 0.8 * r), (0, -r), (r, 0.8 * r)] if layer.kind == "triangles" else [(-r, 0), (0, -r), (r, 0), (0, r)]
        path = "L".join(f"{x + dx:.1f} {y + dy:.1f}" for dx, dy in corners)
        return f'<path d="M{path}Z" fill="{layer.color}"/>'
    fill = f'fill="{layer.color}"' if layer.kind == "points" else f'fill="#fff" stroke="{layer.color}" stroke-width="1.4"'
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" {fill}/>'


def _legend(layers, left, right, top) -> str:
    out, x = [], right
    for layer in reversed(layers):
        if x < right and x - 34 - _width(layer.label) < left:
            x, top = right, top + 14
        x -= 34 + _width(layer.label)
        dash = f'stroke="{layer.color}" stroke-width="2" stroke-dasharray="{DASHES[layer.dash]}"'
        sign = f'<path d="M{x:.0f} {top - 12}h18" {dash}/>'
        if layer.kind in _POINTS:
            sign = _point(layer, x + 13, top - 12, 2.6)
        out.append(sign + _text(x + 22, top - 9, layer.label, "start"))
    return "".join(out)


def _width(text: str) -> float:
    """Pixels, about: nothing here knows the font. Chinese characters are twice as wide."""
    return sum(11.0 if ord(letter) > 0x2E80 else 5.5 for letter in text)


def _text(x, y, text, anchor, weight="400"):
    style = f'text-anchor="{anchor}" font-weight="{weight}" fill="#222"'
    return f'<text x="{x:.1f}" y="{y:.1f}" {style}>{html.escape(text)}</text>' if text else ""


def _extent(layers, name):
    values = [np.ravel(getattr(layer, name)) for layer in layers]
    values = np.concatenate(values) if values else np.zeros(0)
    values = values[np.isfinite(values)]
    if not len(values):
        return 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    room = (high - low) * 0.06 if name == "y" else 0.0
    return (low - room, high + room) if high > low else (low - 1.0, high + 1.0)


def ticks(low: float, high: float, about: int = 6) -> list[float]:
    """Round numbers between `low` and `high`.

    >>> ticks(0, 200)
    [0.0, 50.0, 100.0, 150.0, 200.0]
    """
    raw = (high - low) / about
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= raw * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [round(i * step, 12) + 0.0 for i in range(first, math.floor(high / step + 1e-9) + 1)]


def envelope(x, y, buckets: int = 700):
    """At most 2 points per bucket that look the same: smallest and largest value of each, in their order. x, y: (n,)

    A spike one sample wide survives, which picking every k-th sample does not promise.

    >>> x, y = envelope(np.arange(10_000.0), np.eye(1, 10_000, 5_003)[0], 100)
    >>> len(x) <= 200, y.max()
    (True, np.float64(1.0))
    """
    x, y = np.asarray(x), np.asarray(y)
    n = len(y)
    size = -(-n // buckets)
    if size <= 2:
        return x, y
    whole = n - n % size
    blocks = y[:whole].reshape(-1, size)
    both = np.sort(np.stack([blocks.argmin(1), blocks.argmax(1)], 1), 1) + np.arange(0, whole, size)[:, None]
    pick = np.concatenate([both.ravel(), np.arange(whole, n)])
    return x[pick], y[pick]
