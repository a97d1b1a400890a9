"""Three notebooks become one: what the student had from us (base), what the student made of it (mine), what is new.

Cells are told apart by their id. A cell is touched if its source is not the one that was handed out; outputs and
execution counts never count, so running a notebook does not make it the student's.
"""

from __future__ import annotations

import copy
import hashlib

NOTE = "*The lesson has a new version of the cell above. Yours was kept; the new one, to compare or copy from:*"


def merge(base: dict, mine: dict, new: dict) -> dict:
    """The student's notebook on the new state of the lesson. Nothing that the student wrote is lost.

    | the lesson's cell   | untouched by the student | changed by the student                   | deleted |
    |---------------------|--------------------------|------------------------------------------|---------|
    | stays               | stays, with its outputs  | the student's                            | deleted |
    | changes             | the new version          | the student's, the new one in a note     | deleted |
    | goes                | goes                     | the student's                            | deleted |
    | comes in            | put in after the cell that it follows in the lesson                         |
    """
    mine = unique_ids(mine)
    old, now, his = by_id(base), by_id(new), by_id(mine)
    kept = []
    for cell in mine["cells"]:
        kept += _student_cell(cell, old.get(cell["id"]), now.get(cell["id"]), his)
    fresh = [copy.deepcopy(cell) for cell in new["cells"] if cell["id"] not in his and cell["id"] not in old]
    lesson_order = [cell["id"] for cell in new["cells"]]
    same_order = [i for i in ids(mine) if i in old] == [i for i in ids(base) if i in his]
    if same_order:  # the lesson's order, with the student's own cells after what they stood after
        skeleton = {cell["id"]: cell for cell in [*kept, *fresh] if cell["id"] in now}
        cells = [skeleton[i] for i in lesson_order if i in skeleton]
        cells = weave(cells, [cell for cell in kept if cell["id"] not in now], [cell["id"] for cell in kept])
    else:  # the student has put cells in another order: that one holds
        cells = weave(kept, fresh, lesson_order)
    return mine | {"cells": cells, "nbformat_minor": max(mine.get("nbformat_minor", 5), new.get("nbformat_minor", 5))}


def _student_cell(cell, old, now, his) -> list[dict]:
    """What becomes of one cell of the student's copy: it, the new version, both, or nothing."""
    if old is None and now is None:
        return [cell]
    if now is None:
        return [] if same(cell, old) else [cell]
    if same(cell, now):
        metadata = now.get("metadata", {}) if old and cell.get("metadata") == old.get("metadata") else cell["metadata"]
        return [cell | {"metadata": copy.deepcopy(metadata)}]
    if old is not None and same(cell, old):
        return [copy.deepcopy(now)]
    if old is not None and same(now, old):
        return [cell]
    note = new_version(now)
    return [cell] if note["id"] in his else [cell, note]


def new_version(cell: dict) -> dict:
    """The lesson's cell as a note below the student's. Code is shown, not run: it would undo the student's answer."""
    text = source(cell)
    if cell["cell_type"] == "code":
        fence = "`" * max(3, 1 + max((len(run) for run in _ticks(text)), default=0))
        text = f"{fence}python\n{text}\n{fence}"
    digest = hashlib.sha256(source(cell).encode()).hexdigest()[:8]
    note = {"cell_type": "markdown", "id": f"{cell['id'][:50]}-{digest}", "metadata": {"brainlab": {"note": "new version"}}}
    if "attachments" in cell:
        note["attachments"] = copy.deepcopy(cell["attachments"])
    return note | {"source": f"{NOTE}\n\n{text}"}


def weave(cells: list[dict], more: list[dict], order: list[str]) -> list[dict]:
    """Put each of `more` after the nearest cell that comes before it in `order` and is there; else at the top."""
    result = list(cells)
    place = {i: n for n, i in enumerate(order)}
    for cell in more:
        before = order[: place[cell["id"]]]
        there = {c["id"]: n for n, c in enumerate(result)}
        after = next((there[i] for i in reversed(before) if i in there), -1)
        result.insert(after + 1, cell)
    return result


def same(a: dict, b: dict) -> bool:
    return (a["cell_type"], source(a), a.get("attachments") or {}) == (b["cell_type"], source(b), b.get("attachments") or {})


def source(cell: dict) -> str:
    text = cell.get("source", "")
    return "".join(text) if isinstance(text, list) else text


def ids(notebook: dict) -> list[str]:
    return [cell["id"] for cell in notebook["cells"]]


def by_id(notebook: dict) -> dict[str, dict]:
    return {cell["id"]: cell for cell in notebook["cells"]}


def unique_ids(notebook: dict) -> dict:
    """Cells without an id (older editors) or with one twice (a hand-made copy) get their own: none is taken for another."""
    taken, cells = {c["id"] for c in notebook["cells"] if "id" in c}, []
    seen: set[str] = set()
    for cell in notebook["cells"]:
        name = cell.get("id")
        if name is None or name in seen:
            number = 1
            while (name := f"{(cell.get('id') or 'own')[:50]}-{number}") in taken:
                number += 1
            cell = cell | {"id": name}
        seen.add(name)
        taken.add(name)
        cells.append({"metadata": {}} | cell)
    return notebook | {"cells": cells}


def _ticks(text: str) -> list[str]:
    """The runs of backticks in a text."""
    return [run for run in "".join(c if c == "`" else " " for c in text).split(" ") if run]
