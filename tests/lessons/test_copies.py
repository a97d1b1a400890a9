"""The working copy: what the student did stays, what the student left alone follows the course."""

import copy
import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brainlab import cli
from brainlab.lessons import copies
from brainlab.lessons._merge import NOTE, merge


def cell(id, source, kind="markdown", **more):
    extra = {"outputs": [], "execution_count": None} if kind == "code" else {}
    return {"cell_type": kind, "id": id, "metadata": {}, "source": source} | extra | more


def notebook(*cells):
    return {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def texts(nb):
    return ["".join(c["source"]) for c in nb["cells"]]


A, B, C = cell("a", "A"), cell("b", "B = ...", "code"), cell("c", "C")
BASE = notebook(A, B, C)


# ---- merging


def test_nothing_new_changes_nothing():
    mine = notebook(A, cell("b", "B = 1", "code"), cell("x", "my own"))
    assert merge(BASE, mine, BASE) == mine


def test_untouched_cells_follow_the_course():
    new = notebook(A, cell("b", "B = ... # better", "code"), cell("n", "new"), C)
    assert merge(BASE, BASE, new) == new


def test_changed_and_own_cells_stay():
    mine = notebook(A, cell("b", "B = 1", "code"), cell("x", "my own"), C, cell("y", "last"))
    new = notebook(cell("a", "A2"), B, cell("n", "new"), cell("c", "C2"))
    assert texts(merge(BASE, mine, new)) == ["A2", "B = 1", "my own", "new", "C2", "last"]


def test_running_a_cell_is_no_change_and_its_output_stays():
    ran = cell("b", "B = ...", "code", outputs=[{"output_type": "stream", "name": "stdout", "text": "3"}], execution_count=7)
    result = merge(BASE, notebook(A, ran, C), notebook(cell("a", "A2"), B, C))
    assert result["cells"][1] == ran and texts(result)[0] == "A2"
    assert merge(BASE, notebook(A, ran, C), notebook(A, cell("b", "B2", "code"), C))["cells"][1] == cell("b", "B2", "code")


def test_a_conflict_keeps_both_and_the_new_one_cannot_undo_the_answer():
    mine = notebook(A, cell("b", "B = 1", "code"), C)
    new = notebook(A, cell("b", "B = ...  # in mV", "code"), C)
    result = merge(BASE, mine, new)
    assert texts(result) == ["A", "B = 1", f"{NOTE}\n\n```python\nB = ...  # in mV\n```", "C"]
    assert result["cells"][2]["cell_type"] == "markdown"
    assert merge(BASE, result, new) == result  # the same update again, after a crash
    assert merge(new, result, new) == result


def test_a_new_version_with_fences_is_shown_whole():
    new = notebook(A, cell("b", "'''\n```x```\n'''", "code"), C)
    assert "````python\n'''\n```x```" in texts(merge(BASE, notebook(A, cell("b", "1", "code"), C), new))[2]


def test_the_same_change_on_both_sides_is_no_conflict():
    both = notebook(A, cell("b", "B = 2", "code"), C)
    assert merge(BASE, both, copy.deepcopy(both)) == both


def test_cells_that_leave_the_course():
    gone = notebook(A)
    assert texts(merge(BASE, notebook(A, B, cell("c", "mine")), gone)) == ["A", "mine"]


def test_what_the_student_deleted_stays_away():
    assert texts(merge(BASE, notebook(A, C), notebook(A, cell("b", "B2", "code"), C))) == ["A", "C"]


def test_new_order():
    assert texts(merge(BASE, BASE, notebook(C, A, B))) == ["C", "A", "B = ..."]
    turned = notebook(C, B, A)  # the student's order holds
    assert texts(merge(BASE, turned, notebook(B, A, cell("n", "new"), C))) == ["C", "B = ...", "A", "new"]


def test_a_source_in_lines_is_the_same_source():
    lines = notebook(cell("a", ["A\n", "2"]))
    assert merge(notebook(cell("a", "A\n2")), lines, notebook(cell("a", "A3"))) == notebook(cell("a", "A3"))


def test_cells_without_or_with_the_same_id_are_not_lost():
    twice = notebook(A, cell("a", "copied by hand"), {"cell_type": "markdown", "source": "old editor", "metadata": {}})
    result = merge(notebook(A), twice, notebook(cell("a", "A2")))
    assert texts(result) == ["A2", "copied by hand", "old editor"]
    assert len({c["id"] for c in result["cells"]}) == 3


def test_an_unknown_base_keeps_everything():
    mine = notebook(A, cell("b", "B = 1", "code"))
    result = merge({"cells": []}, mine, BASE)
    assert texts(result)[:2] == ["A", "B = 1"] and "B = ..." in texts(result)[2] and texts(result)[3] == "C"


ids = st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=8)
source = st.sampled_from(["one", "two", "three", "four"])


@st.composite
def stories(draw):
    """Base, what the student made of it, what the course made of it."""
    base = [cell(i, f"{i} base", draw(st.sampled_from(["code", "markdown"]))) for i in draw(ids)]

    def edit(mark, fresh):
        cells = []
        for old in base:
            what = draw(st.sampled_from(["keep", "keep", "change", "delete"]))
            if what != "delete":
                cells.append(old if what == "keep" else old | {"source": f"{old['id']} {mark} {draw(source)}"})
        if draw(st.booleans()):
            cells = draw(st.permutations(cells))
        for i in draw(st.lists(st.sampled_from(fresh), unique=True, max_size=3)):
            cells.insert(draw(st.integers(0, len(cells))), cell(i, f"{i} {mark} own"))
        return notebook(*copy.deepcopy(cells))

    return notebook(*base), edit("mine", "xyz"), edit("new", "uvw")


@settings(max_examples=300, deadline=None)
@given(stories())
def test_no_story_loses_work(story):
    base, mine, new = story
    before = copy.deepcopy(story)
    result = merge(base, mine, new)
    assert story == before  # nothing is changed in place
    out, old, his = texts(result), {c["id"]: c for c in base["cells"]}, {c["id"]: c for c in mine["cells"]}
    names = [c["id"] for c in result["cells"]]
    assert len(set(names)) == len(names)
    for c in mine["cells"]:  # all that the student changed or added
        if c["id"] not in old or c["source"] != old[c["id"]]["source"]:
            assert c in result["cells"]
    for c in new["cells"]:  # all that is new in the course, unless the student had deleted the cell
        if c["id"] not in old or (c["id"] in his and c["source"] != old[c["id"]]["source"]):
            assert any(c["source"] in text for text in out)
    shared = [c["id"] for c in new["cells"] if c["id"] in old]
    if shared == [c["id"] for c in base["cells"] if c["id"] in shared]:  # the course has not turned its order round
        assert [i for i in names if i in "xyz"] == [c["id"] for c in mine["cells"] if c["id"] in "xyz"]
    assert merge(new, result, new) == result  # the next time there is nothing to do
    assert sorted(texts(merge(base, result, new))) == sorted(out)  # nor, but for the order, if the base could not be written
    assert merge(base, base, new) == new and merge(base, mine, base) == mine


# ---- files


@pytest.fixture
def course(tmp_path):
    folder = tmp_path / "course"
    folder.mkdir()
    put(folder / "ch1_a.ipynb", BASE)
    (folder / "outline_map.toml").write_text("not for students")
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / ".ipynb_checkpoints" / "x.ipynb").write_text("{}")
    (folder / "data").mkdir()
    (folder / "data" / "trace.csv").write_text("1,2")
    return folder


def put(file, nb):
    file.write_text(json.dumps(nb))


def get(file):
    return json.loads(file.read_text())


def backups(mine):
    return sorted(f for f in (mine / ".brainlab" / "backups").rglob("*") if f.is_file())


def test_the_first_time_everything_is_copied(course, tmp_path):
    mine = tmp_path / "my_course"
    assert copies.update(course, mine) == ["ch1_a.ipynb: new", f"data{os.sep}trace.csv: new"]
    assert (mine / "ch1_a.ipynb").read_bytes() == (course / "ch1_a.ipynb").read_bytes()
    assert not (mine / "outline_map.toml").exists() and not (mine / ".ipynb_checkpoints").exists()
    assert copies.update(course, mine) == [] and backups(mine) == []


def test_without_news_the_students_file_is_not_even_opened(course, tmp_path):
    mine = tmp_path / "my_course"
    copies.update(course, mine)
    (mine / "ch1_a.ipynb").write_text("{ damaged by the student")
    assert copies.update(course, mine) == [] and (mine / "ch1_a.ipynb").read_text() == "{ damaged by the student"


def test_an_update_merges_and_backs_up_first(course, tmp_path):
    mine = tmp_path / "my_course"
    copies.update(course, mine)
    own = notebook(A, cell("b", "B = 1", "code"), C, cell("x", "电位 V"))
    put(mine / "ch1_a.ipynb", own)
    put(course / "ch1_a.ipynb", notebook(cell("a", "A2"), B, C))
    assert copies.update(course, mine) == ["ch1_a.ipynb: brought up to date"]
    assert texts(get(mine / "ch1_a.ipynb")) == ["A2", "B = 1", "C", "电位 V"]
    assert [get(f) for f in backups(mine)] == [own]
    assert copies.update(course, mine) == []
    assert not [f for f in mine.rglob("*.part")]


def test_a_crash_before_the_base_is_written_does_no_harm(course, tmp_path, monkeypatch):
    mine = tmp_path / "my_course"
    copies.update(course, mine)
    put(mine / "ch1_a.ipynb", notebook(A, cell("b", "B = 1", "code"), C))
    put(course / "ch1_a.ipynb", notebook(A, cell("b", "B2", "code"), C))
    real = copies._write

    def power_cut(file, data):
        if "base" in file.parts:
            raise OSError("power cut")
        real(file, data)

    monkeypatch.setattr(copies, "_write", power_cut)
    with pytest.raises(OSError, match="power cut"):
        copies.update(course, mine)
    once = get(mine / "ch1_a.ipynb")
    monkeypatch.setattr(copies, "_write", real)
    copies.update(course, mine)
    assert get(mine / "ch1_a.ipynb") == once and len(once["cells"]) == 4


@pytest.mark.parametrize("text", ["{", "[]", '{"cells": 3}', '{"cells": [3]}', "\x00"])
def test_what_cannot_be_read_is_left_as_it_is(course, tmp_path, text):
    mine = tmp_path / "my_course"
    copies.update(course, mine)
    (mine / "ch1_a.ipynb").write_text(text)
    put(course / "ch1_a.ipynb", notebook(A))
    [line] = copies.update(course, mine)
    assert "cannot be read as a notebook" in line and "--fresh ch1_a" in line
    assert (mine / "ch1_a.ipynb").read_text() == text


def test_a_file_the_student_threw_away_comes_fresh(course, tmp_path):
    mine = tmp_path / "my_course"
    copies.update(course, mine)
    (mine / "ch1_a.ipynb").unlink()
    assert copies.update(course, mine) == ["ch1_a.ipynb: new"]


def test_data_changed_on_both_sides_stays_the_students(course, tmp_path):
    mine = tmp_path / "my_course"
    copies.update(course, mine)
    (course / "data" / "trace.csv").write_text("3,4")
    assert "brought up to date" in copies.update(course, mine)[0] and (mine / "data" / "trace.csv").read_text() == "3,4"
    (mine / "data" / "trace.csv").write_text("mine")
    (course / "data" / "trace.csv").write_text("5,6")
    assert "yours is left as it is" in copies.update(course, mine)[0] and (mine / "data" / "trace.csv").read_text() == "mine"


def test_a_chapter_that_leaves_the_course(course, tmp_path):
    mine = tmp_path / "my_course"
    put(course / "ch2_b.ipynb", BASE)
    copies.update(course, mine)
    ran = get(mine / "ch1_a.ipynb")
    ran["cells"][1]["execution_count"] = 3
    put(mine / "ch1_a.ipynb", ran)
    put(mine / "ch2_b.ipynb", notebook(A, cell("b", "B = 1", "code"), C))
    (course / "ch1_a.ipynb").unlink()
    (course / "ch2_b.ipynb").unlink()
    lines = copies.update(course, mine)
    assert lines == [
        "ch1_a.ipynb: no longer in the course, moved to the backups",
        "ch2_b.ipynb: no longer in the course; yours is kept",
    ]
    assert not (mine / "ch1_a.ipynb").exists() and (mine / "ch2_b.ipynb").exists()
    assert [get(f) for f in backups(mine)] == [ran]
    assert copies.update(course, mine) == []


def test_a_fresh_start_keeps_what_was_there(course, tmp_path):
    mine = tmp_path / "my_course"
    copies.update(course, mine)
    for text in ("first", "second"):
        put(mine / "ch1_a.ipynb", notebook(cell("x", text)))
        assert "yours is kept in" in copies.fresh(course, mine, "ch1_a")
    assert get(mine / "ch1_a.ipynb") == BASE and sorted(texts(get(f))[0] for f in backups(mine)) == ["first", "second"]
    with pytest.raises(copies.CopyError, match=r"there is no 'ch9'(?s:.)*there are ch1_a"):
        copies.fresh(course, mine, "ch9")
    with pytest.raises(copies.CopyError, match="there is no '../secret'"):
        copies.fresh(course, mine, "../secret")


def test_the_course_itself_is_never_the_copy(course, tmp_path):
    with pytest.raises(copies.CopyError, match="another folder"):
        copies.update(course, course)
    with pytest.raises(copies.CopyError, match="there is no course"):
        copies.update(tmp_path / "nothing", tmp_path / "my_course")


# ---- the command


@pytest.fixture
def lab(course, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(cli, "PROJECT", tmp_path)
    done = type("Done", (), {"returncode": 0})
    monkeypatch.setattr(cli.subprocess, "run", lambda command, cwd: asked.append(command) or done)
    return asked


def test_lab_opens_the_copy_at_the_contents_page(lab, tmp_path, capsys):
    assert cli.main(["lab", "--no-browser"]) == 0
    assert f"--ServerApp.root_dir={tmp_path / 'my_course'}" in lab[0] and lab[0][-1] == "--no-browser"
    assert "--LabApp.default_url=/lab/tree/index.ipynb" in lab[0]
    assert (tmp_path / "my_course" / "ch1_a.ipynb").exists() and "ch1_a.ipynb: new" in capsys.readouterr().out


def test_lab_fresh(lab, tmp_path, capsys):
    cli.main(["lab"])
    put(tmp_path / "my_course" / "ch1_a.ipynb", notebook(cell("x", "mine")))
    cli.main(["lab", "--fresh", "ch1_a", "--port=1"])
    assert get(tmp_path / "my_course" / "ch1_a.ipynb") == BASE and lab[1][-1] == "--port=1" and "--fresh" not in lab[1]
    with pytest.raises(SystemExit, match="there is no 'ch7'"):
        cli.main(["lab", "--fresh", "ch7"])


def test_lab_without_a_course_says_so(lab, course):
    import shutil

    shutil.rmtree(course)
    with pytest.raises(SystemExit, match="no course/ beside this installation"):
        cli.main(["lab"])


def test_the_copy_is_no_part_of_the_project():
    root = Path(cli.__file__).resolve().parent.parent
    assert "/my_course/" in (root / ".gitignore").read_text().splitlines()
