"""Every exercise: its solution passes, its stub and each of its wrong answers get the message that is meant for them."""

import ast
import json
import linecache
import re
import tomllib
from pathlib import Path

import numpy as np
import pytest
import texts

import brainlab as bl
import brainlab.math as bm
from brainlab import language, lessons
from brainlab.lessons import _diagnose, _store
from brainlab.lessons._check import examine
from brainlab.lessons._exercise import UnknownLessonError, Wrong, exercises

COURSE = Path(__file__).resolve().parents[2] / "course"
ALL = list(exercises().values())
NONSENSE = [
    "7",
    "'a'",
    "print",
    "lambda: 1",
    *(f"lambda *a, **k: {x}" for x in ("'x'", "{}", "1 / 0", "float('nan')", "np.eye(2)")),
]
WRONG = [(e, name) for e in ALL for name in e.wrong]


def answer(exercise, code):
    """What the student's cells define; the lines of the code can be looked up, as in a notebook."""
    name = f"<cell of {exercise.id}>"
    linecache.cache[name] = (len(code), None, code.splitlines(True), name)
    cell = {"np": np, "bm": bm, "bl": bl}
    exec(compile(code, name, "exec"), cell)
    return cell[exercise.answer]


@pytest.fixture(autouse=True)
def new_student(monkeypatch, tmp_path):
    monkeypatch.setenv("BRAINLAB_HOME", str(tmp_path / "home"))
    yield
    language.use("en")


@pytest.mark.parametrize("exercise", ALL, ids=lambda e: e.id)
def test_the_solution_passes(exercise):
    card = lessons.check(exercise.id, answer(exercise, exercise.solution))
    assert repr(card).startswith(f"{exercise.id} passed: "), card
    assert _store.exercise(exercise.id) == {"attempts": 1, "passed": True, "hints": 0, "revealed": False}


@pytest.mark.parametrize("exercise", ALL, ids=lambda e: e.id)
def test_the_untouched_stub_is_met_kindly(exercise):
    found = examine(exercise, answer(exercise, exercise.stub))
    if "untouched" in exercise.wrong:  # a bug hunt: the stub runs, and its bug is what is found
        assert exercise.wrong["untouched"][1] in str(found)
    else:
        assert found.kind == "untouched" and "Nothing to check yet" in str(found)
    for nothing in (None, ..., (..., ...)):
        assert examine(exercise, nothing).kind == "untouched"


@pytest.mark.parametrize("exercise, name", WRONG, ids=lambda x: getattr(x, "id", x))
def test_a_wrong_answer_is_recognised(exercise, name):
    code, part = exercise.wrong[name]
    found = examine(exercise, answer(exercise, code))
    assert found is not None and part in str(found), found


@pytest.mark.parametrize("exercise", ALL, ids=lambda e: e.id)
def test_the_messages_exist_in_chinese_and_need_no_english(exercise):
    language.use("zh")
    language.untranslated.clear()
    for code, _ in exercise.wrong.values():
        assert re.search("[\u4e00-\u9fff]", str(examine(exercise, answer(exercise, code)))), code
    for show in (lessons.hint, lessons.task, lessons.reveal):
        assert re.search("[\u4e00-\u9fff]", repr(show(exercise.id)))
    lessons.check(exercise.id, ...)._repr_html_()
    repr(lessons.progress()), lessons.contents(COURSE)._repr_html_()
    assert not language.untranslated & texts.spoken()
    assert not language.untranslated


def test_every_text_has_a_translation_and_no_translation_is_left_over():
    language.use("en")
    here = language._catalogue("zh")
    assert not texts.spoken() - set(here)
    mine = tomllib.loads((Path(language.__file__).parent / "zh" / "lessons.toml").read_text(encoding="utf-8"))
    words = {"sodium", "potassium"}
    assert not set(mine) - texts.spoken() - words
    for english, chinese in mine.items():
        assert set(re.findall(r"\{\w+\}", english)) == set(re.findall(r"\{\w+\}", chinese)), english


@pytest.mark.parametrize("exercise", ALL, ids=lambda e: e.id)
def test_an_exercise_is_complete(exercise):
    assert len(exercise.hints) == 3 and all(exercise.hints) and len(exercise.wrong) >= 6
    for code in (exercise.stub, exercise.solution, *(code for code, _ in exercise.wrong.values())):
        ast.parse(code)
    assert exercise.praise and exercise.task and f"{exercise.answer}" in exercise.stub


# ---- kinds of numbers, and answers that are no answers


def test_numbers_of_all_kinds_are_read():
    for one in (1.5, np.float32(1.5), np.array(1.5), [1.5], bm.array(1.5), bm.array([1.5]).value):
        assert _diagnose.number(one) == 1.5
    for three in ([1, 2, 3], (1.0, 2, np.float64(3)), np.arange(1, 4), bm.array([1.0, 2.0, 3.0]), bm.arange(1, 4).value):
        assert _diagnose.numbers(three, (3,)).tolist() == [1, 2, 3]
    assert _diagnose.numbers((bm.array(1.0), np.float64(2.0))).tolist() == [1, 2]


@pytest.mark.parametrize("value", ["2 nA", {"a": 1}, object(), [[1, 2], [3]], {"n", "m"}, print])
def test_what_is_no_number_is_said(value):
    with pytest.raises(Wrong, match="A number or an array of numbers is needed"):
        try:
            _diagnose.numbers(value)
        except Wrong as found:
            raise Wrong(str(found)) from None


@pytest.mark.parametrize("library", ["np", "bm", "jnp"])
def test_any_array_library_will_do(library):
    import jax.numpy as jnp

    for id in ("10.2", "10.3", "10.4", "11.6"):
        exercise = exercises()[id]
        code = exercise.solution.replace("import numpy as np", "").replace("np.", "lib.")
        cell = {"lib": {"np": np, "bm": bm, "jnp": jnp}[library]}
        exec(code.replace("intervals.", "lib.asarray(intervals)."), cell)
        assert examine(exercise, cell[exercise.answer]) is None, (id, library)


def test_an_exception_names_the_line_of_the_student():
    code = "def rheobase(E_L, V_th, R_m):\n    climb = V_th - E_L\n    return climb / R\n"
    found = examine(exercises()["10.1"], answer(exercises()["10.1"], code))
    assert found.kind == "error"
    assert str(found) == "Line 3 of your code, `return climb / R`, stopped with NameError: name 'R' is not defined"


@pytest.mark.parametrize("exercise", ALL, ids=lambda e: e.id)
@pytest.mark.parametrize("nonsense", NONSENSE)
def test_nonsense_never_breaks_a_check(exercise, nonsense):
    card = lessons.check(exercise.id, eval(nonsense, {"np": np}))
    assert card.sign in ("wrong", "error") and repr(card) and card._repr_html_()


def test_an_ellipsis_left_in_a_formula_is_a_stub():
    code = "def rheobase(E_L, V_th, R_m):\n    return (V_th - E_L) / ...\n"
    assert examine(exercises()["10.1"], answer(exercises()["10.1"], code)).kind == "untouched"


def test_interrupting_a_check_works():
    def rheobase(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        lessons.check("10.1", rheobase)


# ---- hints, reveal, ids, cards


def test_hints_come_one_at_a_time_and_the_last_stays():
    e = exercises()["10.1"]
    said = [repr(lessons.hint("10.1")) for _ in range(5)]
    assert said[0] == f"Hint 1 of 3 for 10.1: {e.hints[0]}"
    assert said[2] == said[3] == said[4] == f"Hint 3 of 3 for 10.1: {e.hints[2]}"
    assert repr(lessons.hint("10.2")).startswith("Hint 1 of 3 for 10.2")


def test_the_solution_opens_after_an_attempt_only():
    assert "still closed" in repr(lessons.reveal("10.1")) and "return" not in repr(lessons.reveal("10.1"))
    lessons.check("10.1", ...)  # an untouched stub is no attempt
    assert "still closed" in repr(lessons.reveal("10.1"))
    lessons.check("10.1", lambda *_: 1.0)
    assert exercises()["10.1"].solution.strip() in repr(lessons.reveal("10.1"))
    assert _store.exercise("10.1")["revealed"]


def test_an_unknown_id_names_the_ones_there_are():
    for call in (lambda: lessons.check("10.9", 1), lambda: lessons.hint("10.9"), lambda: lessons.reveal("10.9")):
        with pytest.raises(UnknownLessonError, match=r"there is no exercise '10.9'(?s:.)*10.1, 10.2"):
            call()
    with pytest.raises(UnknownLessonError, match="there is no quiz '99'"):
        lessons.quiz("99")


def test_cards_escape_what_the_student_wrote():
    code = "def rheobase(*_):\n    raise ValueError('<script>alert(1)</script>')\n"
    card = lessons.check("10.1", answer(exercises()["10.1"], code))
    assert "<script>" in repr(card) and "<script>" not in card._repr_html_() and "&lt;script&gt;" in card._repr_html_()


def test_cards_follow_the_theme_and_do_not_hang_on_colour():
    html = lessons.check("10.1", lambda *_: 1.0)._repr_html_()
    assert "✗" in html and "not yet" in html and "var(--jp-ui-font-color1" in html and "var(--jp-layout-color1" in html


def test_progress_is_a_table():
    lessons.check("10.1", lambda E_L, V_th, R_m: (V_th - E_L) / R_m)
    lessons.hint("10.2")
    lines = repr(lessons.progress()).splitlines()
    assert lines[0].split() == ["exercise", "title", "status", "attempts", "hints", "solution", "seen"]
    rows = {line.split()[0]: line for line in lines[1:]}
    assert re.fullmatch(r"10\.1 +Rheobase +passed +1 +0", rows["10.1"]) and re.search(r"not begun +0 +1", rows["10.2"])
    assert "quiz 10" in repr(lessons.progress()) and "<table" in lessons.progress()._repr_html_()


# ---- the notebooks


def notebooks():
    return {file.name: json.loads(file.read_text(encoding="utf-8")) for file in COURSE.glob("*.ipynb")}


def test_no_solution_and_no_answer_is_in_a_notebook():
    for name, notebook in notebooks().items():
        lines = {line.strip() for cell in notebook["cells"] for line in "".join(cell["source"]).splitlines()}
        everything = json.dumps(notebook, ensure_ascii=False)
        for e in ALL:
            own = {line.strip() for line in e.solution.splitlines()} - {line.strip() for line in e.stub.splitlines()} - {""}
            assert not own <= lines, f"{name} has the solution of {e.id}"
            assert e.hints[2] not in everything, f"{name} has the last hint of {e.id}"
        for quiz in lessons.quizzes().values():
            for choice in (c for q in quiz.questions for c in q.choices):
                assert choice.feedback not in everything, f"{name} has an answer of quiz {quiz.chapter}"


@pytest.mark.parametrize("file", sorted(COURSE.glob("ch*.ipynb")), ids=lambda f: f.stem)
def test_a_chapter_has_its_exercises_word_for_word(file):
    number = lessons._contents.chapter_number(file)
    cells = [("".join(c["source"]).strip(), c["cell_type"]) for c in json.loads(file.read_text(encoding="utf-8"))["cells"]]
    for exercise in ALL:
        if exercise.chapter == number:
            for _, kind, source in exercise.cells():
                assert any(source in text and k == kind for text, k in cells), f"{file.name} lacks:\n{source}"
    if number in lessons.quizzes():
        assert any(f'bl.lessons.quiz("{number}")' in text for text, _ in cells)


def test_the_contents_page_is_made_from_the_notebooks(tmp_path):
    for name, title, minutes in (("ch11_b.ipynb", "Two", 90), ("ch2_a.ipynb", "One", 0), ("index.ipynb", "No", 1)):
        cells = [{"cell_type": "markdown", "id": "a", "metadata": {}, "source": f"# {title}\n\ntext"}]
        about = {"brainlab": {"minutes": minutes}} if minutes else {}
        (tmp_path / name).write_text(json.dumps({"cells": cells, "metadata": about, "nbformat": 4, "nbformat_minor": 5}))
    (tmp_path / "ch3_broken.ipynb").write_text("{")
    table = lessons.contents(tmp_path)
    assert repr(table).splitlines() == ["chapter  title  length", "2        One", "11       Two    90 min"]
    html = table._repr_html_()
    assert '<a href="ch11_b.ipynb">Two</a>' in html and "0 / 12" in html
    lessons.check("11.3", answer(exercises()["11.3"], exercises()["11.3"].solution))
    assert repr(lessons.contents(tmp_path)) == repr(table) and "1 / 12" in lessons.contents(tmp_path)._repr_html_()


def test_asking_for_a_check_loads_no_widgets():
    import subprocess
    import sys

    code = "import sys, brainlab.lessons as l; l.check('10.1', ...); print({'anywidget', 'bqplot'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "set()\n"
