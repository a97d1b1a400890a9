"""The student's working copy of the course: opened instead of the pristine files, and brought up to date without loss.

my_course/                   what the student works in
my_course/.brainlab/base/    each file as it was handed out last: from it one sees what the student has changed
my_course/.brainlab/backups/ what a file was before an update or a fresh start
"""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path

from .._teaching import TeachingError
from ._merge import merge

INSIDE = ".brainlab"
NOT_HANDED_OUT = ("outline_map.toml",)


class CopyError(TeachingError, OSError):
    """The working copy cannot be made or brought up to date."""


def update(course: Path, copy: Path) -> list[str]:
    """Make or refresh the working copy; returns a line for each file that was changed or needs a look.

    A file of the course that has not changed since it was handed out is not even opened in the copy.
    """
    course, copy = Path(course), Path(copy)
    if not course.is_dir():
        raise CopyError(f"there is no course in {course}.", try_="run brainlab lab in a checkout of the project")
    if copy.resolve() == course.resolve():
        raise CopyError("the working copy must be another folder than the course itself.")
    (copy / INSIDE / "base").mkdir(parents=True, exist_ok=True)
    handed_out = [file for file in sorted(course.rglob("*")) if file.is_file() and _is_handed_out(file.relative_to(course))]
    lines = [line for file in handed_out if (line := _update_file(file.relative_to(course), course, copy))]
    return lines + _retire({file.relative_to(course) for file in handed_out}, copy)


def fresh(course: Path, copy: Path, name: str) -> str:
    """Put the pristine file back; the student's own goes to the backups. `name` with or without .ipynb."""
    found = [n for n in (name, f"{name}.ipynb") if (Path(course) / n).is_file() and _is_handed_out(Path(n))]
    if not found:
        there = ", ".join(sorted(file.stem for file in Path(course).glob("*.ipynb")))
        raise CopyError(f"there is no {name!r} in the course.", where=f"there are {there}")
    name = Path(found[0])
    kept = _back_up(copy, name) if (copy / name).exists() else None
    _write(copy / INSIDE / "base" / name, (course / name).read_bytes())
    _write(copy / name, (course / name).read_bytes())
    return f"{name}: as new" + (f"; yours is kept in {kept.relative_to(copy)}" if kept else "")


def _is_handed_out(name: Path) -> bool:
    return name.name not in NOT_HANDED_OUT and not any(part.startswith((".", "__")) for part in name.parts)


def _update_file(name: Path, course: Path, copy: Path) -> str:
    pristine, mine, base = (folder / name for folder in (course, copy, copy / INSIDE / "base"))
    new = pristine.read_bytes()
    if not mine.exists():
        _write(base, new)
        _write(mine, new)
        return f"{name}: new"
    old = base.read_bytes() if base.exists() else None
    if new == old:
        return ""
    own = mine.read_bytes()
    if own == new:
        _write(base, new)
        return ""
    if own == old:
        result = new
    elif name.suffix == ".ipynb":
        try:
            result = _merged(old, own, new)
        except (ValueError, KeyError, TypeError, AttributeError):
            again = f"brainlab lab --fresh {name.stem} gives a new one"
            return f"{name}: cannot be read as a notebook, so it is left as it is; {again}"
    else:
        return f"{name}: changed by you and in the course; yours is left as it is"
    if result != own:
        _back_up(copy, name)
        _write(mine, result)  # before the base: a crash in between only means that the merge is done again
    _write(base, new)
    return f"{name}: brought up to date" if result != own else ""


def _merged(old: bytes | None, own: bytes, new: bytes) -> bytes:
    base = json.loads(old) if old else {"cells": []}
    mine = json.loads(own)
    result = merge(base, mine, json.loads(new))
    if result == mine:
        return own
    return (json.dumps(result, indent=1, ensure_ascii=False) + "\n").encode()


def _retire(handed_out: set[Path], copy: Path) -> list[str]:
    """Files that have left the course: put among the backups if the student has not changed them, else kept."""
    lines, bases = [], copy / INSIDE / "base"
    for base in sorted(file for file in bases.rglob("*") if file.is_file()):
        name = base.relative_to(bases)
        if name in handed_out:
            continue
        if (copy / name).exists() and _untouched(base, copy / name):
            _back_up(copy, name)
            (copy / name).unlink()
            lines.append(f"{name}: no longer in the course, moved to the backups")
        elif (copy / name).exists():
            lines.append(f"{name}: no longer in the course; yours is kept")
        base.unlink()
    return lines


def _untouched(base: Path, mine: Path) -> bool:
    """A notebook that was only run is untouched."""
    old, own = base.read_bytes(), mine.read_bytes()
    if old == own:
        return True
    try:
        return mine.suffix == ".ipynb" and not merge(json.loads(old), json.loads(own), {"cells": []})["cells"]
    except (ValueError, KeyError, TypeError, AttributeError):
        return False


def _back_up(copy: Path, name: Path) -> Path:
    stamp = time.strftime("%Y-%m-%d_%H%M%S")
    number, target = 0, copy / INSIDE / "backups" / stamp / name
    while target.exists():
        number += 1
        target = copy / INSIDE / "backups" / f"{stamp}-{number}" / name
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(copy / name, target)
    return target


def _write(file: Path, data: bytes) -> None:
    """All or nothing."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        draft.write_bytes(data)
        os.replace(draft, file)
    finally:
        draft.unlink(missing_ok=True)
