"""The contents page: the chapters that lie in a folder, made from the notebooks themselves."""

from __future__ import annotations

import json
import re
from pathlib import Path

from ._cards import Table
from ._check import chapter_score
from ._exercise import Text


def contents(folder=".") -> Table:
    """The chapters in `folder` (a notebook's own one by default): title and minutes; in a page also what is done.

    The title is the notebook's first heading, the minutes stand in its metadata: {"brainlab": {"minutes": 60}}.
    """
    rows, shares, links = [], [], {}
    for file in sorted(Path(folder).glob("*.ipynb"), key=_place):
        if file.stem == "index" or (found := describe(file)) is None:
            continue
        title, minutes = found
        number = chapter_number(file)
        links[len(rows)] = (file.name, 1)
        rows.append((number, title, Text("{n} min", n=minutes) if minutes else ""))
        shares.append(chapter_score(number))
    return Table((Text("chapter"), Text("title"), Text("length")), rows, shares, links)


def chapter_number(file: Path) -> str:
    """`10` for ch10_lif.ipynb; empty for what is not a chapter."""
    match = re.match(r"ch(\d+)_", file.name)
    return str(int(match[1])) if match else ""


def describe(file: Path) -> tuple[str, int] | None:
    """Title and minutes of a notebook, or None if the file cannot be read as one."""
    try:
        notebook = json.loads(file.read_text(encoding="utf-8"))
        texts = ["".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "markdown"]
        about = notebook["metadata"].get("brainlab", {})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    headings = re.findall(r"^# +(.+?)\s*$", "\n".join(texts), re.MULTILINE)
    minutes = about.get("minutes", 0) if isinstance(about, dict) else 0
    return (headings[0] if headings else file.stem), minutes


def _place(file: Path):
    number = chapter_number(file)
    return (1, int(number), file.name) if number else (0, 0, file.name)
