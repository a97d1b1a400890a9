"""How lessons look in a notebook: a short text that stays the same, and a card that follows the theme of the page."""

from __future__ import annotations

import html
import re

from ..language import tr
from ._exercise import Text
from ._store import notes

# Told apart by sign and word first; the colours are blue and vermilion (Okabe & Ito), 3:1 on white and on black.
SIGNS = {
    "passed": ("✓", "#0072B2"),
    "wrong": ("✗", "#D55E00"),
    "error": ("✗", "#D55E00"),
    "untouched": ("…", "#767676"),
    "info": ("?", "#767676"),
}


class Card:
    """A headline, a text and perhaps code. `repr` is plain text without anything that changes from day to day."""

    def __init__(self, sign: str, head: Text, body: Text, code: str = "", foot: Text | None = None):
        self.sign, self.head, self.body, self.code, self.foot = sign, head, body, code, foot
        self.notes = notes()

    def __repr__(self):
        lines = [f"{self.head}: {self.body}".replace("`", "") if str(self.body) else str(self.head)]
        lines += [self.code] if self.code else []
        return "\n".join([*lines, *map(str, self.notes)])

    def _repr_html_(self):
        icon, colour = SIGNS[self.sign]
        code = f'<pre style="{CODE}">{html.escape(self.code)}</pre>' if self.code else ""
        small = [*([self.foot] if self.foot else []), *self.notes]
        feet = "".join(f'<div style="opacity:.8;font-size:.9em;margin-top:4px">{inline(str(t))}</div>' for t in small)
        return (
            f'<div role="status" style="{BOX};border-left:5px solid {colour}">'
            f'<b><span aria-hidden="true" style="color:{colour}">{icon}</span> {html.escape(str(self.head))}</b>'
            f"<div>{inline(str(self.body))}</div>{code}{feet}</div>"
        )


BOX = (
    "color:var(--jp-ui-font-color1,inherit);background:var(--jp-layout-color1,transparent);padding:6px 12px;"
    "border:1px solid var(--jp-border-color2,#8888);border-radius:3px;max-width:46em;line-height:1.5"
)
CODE = "background:var(--jp-layout-color2,#8882);color:inherit;padding:6px;overflow-x:auto;line-height:1.3;white-space:pre"


def inline(text: str) -> str:
    """Plain text with `code` as HTML.

    >>> inline("`a < b` holds")
    '<code>a &lt; b</code> holds'
    """
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text, quote=False)).replace("\n", "<br>")


class Table:
    """Rows of text, in a notebook with bars for what is done."""

    def __init__(self, columns: tuple, rows: list[tuple], shares: list[tuple[int, int]] | None = None, links=None):
        self.columns, self.rows, self.shares, self.links = columns, rows, shares, links or {}
        self.notes = notes()

    def __repr__(self):
        lines = [[str(cell) for cell in row] for row in [self.columns, *self.rows]]
        widths = [max(_width(line[i]) for line in lines) for i in range(len(self.columns))]
        text = ["  ".join(c + " " * (w - _width(c)) for c, w in zip(line, widths, strict=True)).rstrip() for line in lines]
        return "\n".join([*text, *map(str, self.notes)])

    def _repr_html_(self):
        head = "".join(f'<th scope="col" style="text-align:left">{html.escape(str(c))}</th>' for c in self.columns)
        if self.shares:
            head += f'<th scope="col" style="text-align:left">{html.escape(tr("progress"))}</th>'
        body = "".join(self._row(i, row) for i, row in enumerate(self.rows))
        foot = "".join(f"<div>{inline(str(t))}</div>" for t in self.notes)
        return f'<table style="color:var(--jp-ui-font-color1,inherit)"><thead><tr>{head}</tr></thead>{body}</table>{foot}'

    def _row(self, i, row):
        cells = [html.escape(str(cell)) for cell in row]
        if i in self.links:
            where, column = self.links[i]
            cells[column] = f'<a href="{html.escape(where)}">{cells[column]}</a>'
        text = "".join(f'<td style="text-align:left">{cell}</td>' for cell in cells)
        return f"<tr>{text}{f'<td>{bar(*self.shares[i])}</td>' if self.shares else ''}</tr>"


def bar(done: int, of: int) -> str:
    """A bar and its number, so that nothing hangs on seeing the bar."""
    if not of:
        return ""
    share = round(100 * done / of)
    return (
        f'<span aria-hidden="true" style="display:inline-block;width:6em;height:.7em;border:1px solid #767676">'
        f'<span style="display:block;width:{share}%;height:100%;background:#0072B2"></span></span> {done} / {of}'
    )


def _width(text: str) -> int:
    """Columns in a fixed-width font: a Chinese character takes two."""
    return sum(2 if ord(c) > 0x2E7F else 1 for c in text)
