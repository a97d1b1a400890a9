"""No line of the lecture outline is lost: outline_map.toml says where each is taught, and finished chapters have it."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from brainlab.lessons import exercises

COURSE = Path(__file__).resolve().parents[2] / "course"
MAP = tomllib.loads((COURSE / "outline_map.toml").read_text(encoding="utf-8"))
PLACE = re.compile(r"(\d+)\.(\d+)( P\d+[a-e])?( ex\d+\.\d+)?")


def notebook(chapter: str) -> Path | None:
    return next(iter(COURSE.glob(f"ch{int(chapter):02d}_*.ipynb")), None)


def claims(chapter: str):
    """(id, exercise or "") for all that a chapter has to teach."""
    for id, entry in MAP["lines"].items():
        for place in entry["at"]:
            match = PLACE.fullmatch(place)
            if match[1] == chapter:
                yield id, (match[4] or "").removeprefix(" ex")


def missing(chapter: str, text: str) -> list[str]:
    """What a chapter claims and its notebook's text does not contain."""
    lost = [id for id, _ in claims(chapter) if f'<a id="{id}"></a>' not in text]
    return lost + [ex for _, ex in claims(chapter) if ex and f'check("{ex}"' not in text]


def test_every_line_has_a_place():
    assert list(MAP["lines"]) == [f"L{n:02d}" for n in range(1, 84)]
    assert list(MAP["chapters"]) == [str(n) for n in range(20)]
    for id, entry in MAP["lines"].items():
        assert entry["line"] and entry["at"], id
        for place in entry["at"]:
            match = PLACE.fullmatch(place)
            assert match and match[1] in MAP["chapters"], (id, place)
            assert not match[3] or match[3].strip()[1:-1] == match[1], (id, place)
            if match[4] and MAP["chapters"][match[1]] != "open":
                assert match[4].removeprefix(" ex") in exercises(), (id, place)


@pytest.mark.parametrize("chapter", MAP["chapters"])
def test_a_finished_chapter_has_what_it_claims(chapter):
    status, file = MAP["chapters"][chapter], notebook(chapter)
    assert status in ("open", "draft", "finished")
    assert status != "open" or file is None, f"{file} exists: chapter {chapter} is no longer open"
    if status == "finished":
        assert file is not None, f"chapter {chapter} is finished and has no notebook"
        cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
        assert missing(chapter, "\n".join("".join(cell["source"]) for cell in cells)) == []


def test_what_is_missing_is_found():
    assert missing("10", 'x <a id="L01"></a> check("10.1", rheobase)') == []
    assert missing("10", 'x check("10.1", rheobase)') == ["L01"]
    assert missing("10", '<a id="L01"></a>') == ["10.1"]


def test_the_lines_that_are_still_open(capsys):
    status = MAP["chapters"]
    still = [i for i, e in MAP["lines"].items() if any(status[PLACE.fullmatch(p)[1]] != "finished" for p in e["at"])]
    with capsys.disabled():
        print(f"\noutline: {len(still)} of {len(MAP['lines'])} lines still have a place to fill: {' '.join(still)}")
