"""The student's progress on disk: one JSON file in $BRAINLAB_HOME (or ~/.brainlab), and nowhere else.

{"exercises": {"10.1": {"attempts": 2, "passed": true, "hints": 1, "revealed": false}},
 "quizzes": {"10": {"question id": {"chosen": "choice id", "right": true, "tries": 2}}}}
"""

from __future__ import annotations

import contextlib
import copy
import json
import os
import threading
import time
from pathlib import Path

from ._exercise import Text

EMPTY = {"version": 1, "exercises": {}, "quizzes": {}}
_thread = threading.RLock()  # widget callbacks arrive on several threads
_memory: dict = copy.deepcopy(EMPTY)  # what could not be written: it lasts as long as the kernel
_notes: list[Text] = []  # said with the next thing that is shown
_said: set[str] = set()  # and not again in this kernel


def home() -> Path:
    return Path(os.environ.get("BRAINLAB_HOME") or Path.home() / ".brainlab")


def file() -> Path:
    return home() / "progress.json"


def load() -> dict:
    """What is on disk, checked entry by entry. A damaged file is put aside, never deleted."""
    with _thread:
        try:
            found = json.loads(file().read_text(encoding="utf-8"))
            if not isinstance(found, dict):
                raise ValueError
        except FileNotFoundError:
            found = copy.deepcopy(_memory)
        except OSError as error:
            _say("Your progress cannot be read ({reason}).", reason=error.strerror or type(error).__name__)
            found = copy.deepcopy(_memory)
        except ValueError:  # not JSON, or JSON of another kind
            _put_aside()
            found = copy.deepcopy(_memory)
        quizzes = {chapter: _dicts(entries) for chapter, entries in _dicts(found.get("quizzes")).items()}
        return {"version": 1, "exercises": _dicts(found.get("exercises")), "quizzes": quizzes}


def change(edit) -> None:
    """Read, let `edit(data)` change it in place, write. Other kernels do the same at the same time."""
    global _memory
    with _thread, _only_one_kernel():
        data = load()
        edit(data)
        try:
            file().parent.mkdir(parents=True, exist_ok=True)
            write(file(), json.dumps(data, indent=1, sort_keys=True) + "\n")
        except OSError as error:
            _memory = data
            _say("Your progress could not be saved ({reason}); it is kept until the kernel stops.", reason=error.strerror)


def exercise(id: str) -> dict:
    """What is known of the student's work on one exercise."""
    found = load()["exercises"].get(id, {})
    return {
        "attempts": _whole(found.get("attempts")),
        "passed": found.get("passed") is True,
        "hints": min(_whole(found.get("hints")), 3),
        "revealed": found.get("revealed") is True,
    }


def update_exercise(id: str, **values) -> None:
    change(lambda data: data["exercises"].setdefault(id, {}).update(values))


def quiz(chapter: str) -> dict:
    return load()["quizzes"].get(chapter, {})


def update_quiz(chapter: str, question: str, entry: dict) -> None:
    change(lambda data: data["quizzes"].setdefault(chapter, {}).update({question: entry}))


def forget_quiz(chapter: str) -> None:
    change(lambda data: data["quizzes"].pop(chapter, None))


def notes() -> list[Text]:
    """What has to be said about the file, once."""
    said = list(_notes)
    _notes.clear()
    return said


def write(path: Path, text: str) -> None:
    """All or nothing: a reader, and a crash, see the old file or the new one."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}.part")
    try:
        with open(draft, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _put_aside() -> None:
    number = 1
    while (aside := file().with_name(f"progress.damaged-{number}.json")).exists():
        number += 1
    try:
        os.replace(file(), aside)
    except OSError:
        return
    _say("Your file of progress was damaged. It is kept as {name}; a new one has been begun.", name=aside.name)


def _say(template, **values):
    if f"{template}{values}" not in _said:
        _said.add(f"{template}{values}")
        _notes.append(Text(template, **values))


def _dicts(found) -> dict:
    """Only what has the right form: a hand-edited file must not break a lesson."""
    return {k: v for k, v in found.items() if isinstance(v, dict)} if isinstance(found, dict) else {}


def _whole(value) -> int:
    return value if type(value) is int and value >= 0 else 0


@contextlib.contextmanager
def _only_one_kernel(patience=2.0):
    """Two notebooks are two kernels. A lock that is older than `patience` seconds belongs to one that died."""
    lock, until, mine = home() / "progress.lock", time.monotonic() + patience, False
    try:
        while not mine:
            try:
                os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
                mine = True
            except FileExistsError:
                if time.monotonic() > until:
                    break
                time.sleep(0.01)
            except OSError:  # no such folder yet, or not ours to write in: nothing to guard
                if home().is_dir():
                    break
                with contextlib.suppress(OSError):
                    home().mkdir(parents=True, exist_ok=True)
                    continue
                break
        yield
    finally:
        if mine or time.monotonic() > until:
            with contextlib.suppress(OSError):
                lock.unlink()
