"""What a notebook shows of a connection: its sizes, and a small picture of the matrix."""

from __future__ import annotations

import html as _html

import numpy as np

_CELLS, _SIDE, _SHADES = 40, 240, 6  # at most so many cells a side; pixels; a few shades keep a notebook's file small
_MOST = 5_000_000  # synapses; more take seconds to count


def html(connection) -> str:
    head = f"<code>{_html.escape(repr(connection))}</code>"
    if connection._is_traced():
        return head
    if connection.n_synapses > _MOST:
        return f"<div>{head}<br>more than {_MOST} synapses: too many for a picture</div>"
    return f"<div>{head}<br>{picture(connection)}</div>"


def picture(connection) -> str:
    """Rows are presynaptic neurons, columns postsynaptic ones. A cell is as strong as the share of pairs in it that are
    connected; its colour tells whether their weights together excite or inhibit."""
    from ...svg import COLORS  # above this floor: loaded when a picture is drawn

    (n_pre, n_post), (pre, post, weights) = connection.shape, connection._synapses()
    rows, columns = min(n_pre, _CELLS), min(n_post, _CELLS)
    cell = pre.astype(np.int64) * rows // n_pre * columns + post.astype(np.int64) * columns // n_post
    count = np.bincount(cell, minlength=rows * columns)
    total = np.bincount(cell, weights=weights, minlength=rows * columns)
    unit = _SIDE / max(rows, columns)
    width, height = columns * unit, rows * unit
    shade = np.ceil(_SHADES * count / max(count.max(), 1)).astype(int)
    cells = "".join(
        f'<path fill="{color}" fill-opacity="{k / _SHADES:.2f}" transform="scale({unit:g})" d="{path}"/>'
        for color, side in ((COLORS[0], total >= 0), (COLORS[1], total < 0))
        for k in range(1, _SHADES + 1)
        if (path := "".join(f"M{c % columns} {c // columns}h1v1h-1z" for c in np.flatnonzero((shade == k) & side)))
    )
    says = f"{n_pre} presynaptic rows, {n_post} postsynaptic columns, {len(pre)} synapses"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-20 -20 {width + 40:.0f} {height + 40:.0f}" '
        f'width="{width + 40:.0f}" height="{height + 40:.0f}" role="img" aria-label="{says}" '
        'font-family="system-ui, sans-serif" font-size="11">'
        f'<rect x="-20" y="-20" width="100%" height="100%" fill="#fff"/>'
        f'<text x="{width / 2:.0f}" y="-7" text-anchor="middle" fill="#444">to (post)</text>'
        f'<text transform="translate(-7 {height / 2:.0f}) rotate(-90)" text-anchor="middle" fill="#444">from (pre)</text>'
        f'{cells}<rect width="{width:.2f}" height="{height:.2f}" fill="none" stroke="#666"/>'
        f'<text x="0" y="{height + 14:.0f}" fill="{COLORS[0]}">excites</text>'
        f'<text x="{width:.0f}" y="{height + 14:.0f}" text-anchor="end" fill="{COLORS[1]}">inhibits</text></svg>'
    )
