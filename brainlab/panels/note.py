"""Note: a row of a panel that is text, such as a small table."""

from __future__ import annotations

import html

import ipywidgets


class Note:
    """Text between the figures. It has no place in the picture; `panel.words` says the same to those who do not see it."""

    def __init__(self):
        self.widget = ipywidgets.HTML()
        self.widget.add_class("bl-note")

    def table(self, head: list[str], rows: list[list[str]]):
        """Show a table; the last row is the sum of the others."""

        def cells(texts, tag):
            return "".join(f"<{tag}>{html.escape(text)}</{tag}>" for text in texts)

        body = "".join(f"<tr>{cells(row, 'td')}</tr>" for row in rows)
        self.widget.value = f"<table><thead><tr>{cells(head, 'th')}</tr></thead><tbody>{body}</tbody></table>"
