"""Progress on disk: kept, resumed by another kernel, never half written, never lost to a damaged file."""

import json
import multiprocessing
import os
import subprocess
import sys

import pytest

from brainlab import lessons
from brainlab.lessons import _store


@pytest.fixture(autouse=True)
def home(monkeypatch, tmp_path):
    monkeypatch.setenv("BRAINLAB_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(_store, "_memory", dict(_store.EMPTY))
    monkeypatch.setattr(_store, "_said", set())
    _store.notes()
    yield tmp_path / "home"
    _store.notes()


def rheobase(E_L, V_th, R_m):
    return (V_th - E_L) / R_m


def test_another_kernel_goes_on_where_this_one_stopped(home):
    lessons.check("10.1", rheobase)
    lessons.hint("10.2")
    lessons.quiz("10").answer(1, 1)
    code = "import brainlab.lessons as l; print(repr(l.progress())); print(l.hint('10.2')); print(l.quiz('10').answers[0])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=os.environ).stdout
    assert "10.1      Rheobase" in said and "passed" in said and "Hint 2 of 3" in said and "'feedback'" in said


def test_only_the_home_is_written(home):
    lessons.check("10.1", rheobase)
    assert [f.name for f in home.iterdir()] == ["progress.json"]
    assert json.loads((home / "progress.json").read_text())["exercises"]["10.1"] == {"attempts": 1, "passed": True}


def test_what_is_passed_stays_passed(home):
    lessons.check("10.1", rheobase)
    lessons.check("10.1", lambda *_: 1.0)
    assert _store.exercise("10.1")["passed"] and _store.exercise("10.1")["attempts"] == 2


@pytest.mark.parametrize("damage", ["", "{", '{"exercises": {"10.1"', "[1, 2]", "null", "\x00\x00", '"text"'])
def test_a_damaged_file_is_put_aside_and_said(home, damage):
    lessons.check("10.1", rheobase)
    (home / "progress.json").write_text(damage)
    card = lessons.check("10.2", ...)
    assert "damaged" not in repr(card)  # nothing was read for an untouched stub
    card = lessons.hint("10.2")
    assert repr(card).endswith(
        "Your file of progress was damaged. It is kept as progress.damaged-1.json; a new one has been begun."
    )
    assert (home / "progress.damaged-1.json").read_text() == damage
    assert "damaged" in card._repr_html_() and "damaged" not in repr(lessons.hint("10.2"))
    (home / "progress.json").write_text("{{")
    lessons.hint("10.2")
    assert (home / "progress.damaged-2.json").read_text() == "{{"


def test_bytes_that_are_no_text_are_damage_too(home):
    home.mkdir()
    (home / "progress.json").write_bytes(b"\xff\xfe\x80")
    assert "damaged-1" in repr(lessons.hint("10.1"))


@pytest.mark.parametrize(
    "content",
    [
        {"exercises": {"10.1": 3, "10.2": {"attempts": "many", "hints": -1, "passed": "yes"}}, "quizzes": []},
        {"exercises": [], "quizzes": {"10": 5, "11": {"upstroke": "x", "rebound": {"chosen": 7}}}},
        {"version": 99},
    ],
)
def test_entries_of_another_form_are_passed_over(home, content):
    home.mkdir()
    (home / "progress.json").write_text(json.dumps(content))
    assert _store.exercise("10.2") == {"attempts": 0, "passed": False, "hints": 0, "revealed": False}
    lessons.progress(), lessons.quiz("10"), lessons.quiz("11").answer(1, 1)
    assert repr(lessons.hint("10.2")).startswith("Hint 1")


def test_where_nothing_can_be_written_progress_lasts_as_long_as_the_kernel(home):
    home.write_text("a file where the folder should be")
    card = lessons.check("10.1", rheobase)
    assert "could not be saved" in repr(card) and "passed" in repr(card)
    assert _store.exercise("10.1")["passed"] is True
    assert repr(lessons.hint("10.1")).startswith("Hint 1")
    assert repr(lessons.hint("10.1")).startswith("Hint 2") and "saved" not in repr(lessons.hint("10.1"))  # said once


def count(home, n):
    os.environ["BRAINLAB_HOME"] = str(home)
    for _ in range(n):
        _store.change(lambda data: data["exercises"].setdefault("10.1", {}).update(
            attempts=data["exercises"].get("10.1", {}).get("attempts", 0) + 1))  # fmt: skip


def test_two_kernels_at_once_lose_nothing(home):
    together = multiprocessing.get_context("spawn")
    kernels = [together.Process(target=count, args=(home, 20)) for _ in range(2)]
    for kernel in kernels:
        kernel.start()
    for kernel in kernels:
        kernel.join()
    assert _store.exercise("10.1")["attempts"] == 40
    assert [f.name for f in home.iterdir()] == ["progress.json"]


def test_a_lock_left_by_a_dead_kernel_does_not_stop_anybody(home):
    home.mkdir()
    (home / "progress.lock").touch()
    lessons.check("10.1", rheobase)
    assert _store.exercise("10.1")["passed"] and not (home / "progress.lock").exists()


def test_a_crash_while_writing_leaves_the_old_file(home, monkeypatch):
    lessons.check("10.1", rheobase)
    before = (home / "progress.json").read_text()
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    assert "No space left" in repr(lessons.check("10.2", lambda I, **_: I))
    assert (home / "progress.json").read_text() == before and len(list(home.iterdir())) == 1
