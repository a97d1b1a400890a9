"""Picture: what is shown, what is hidden, what is painted, and its static twin."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from brainlab import panels, svg
from brainlab.panels import Panel, Scenario
from brainlab.panels.pictures import Picture
from brainlab.params import ParamError, param


@pytest.fixture
def picture():
    return Picture(["digit", "copy"], (2, 3), title="two", span=(0.0, 2.0), mask="seen")


def shown(picture, k=0, what="pixels"):
    sent = picture.overlay.images[k][what]
    return None if sent is None else list(sent)


def test_values_become_shades_and_masks_lie_over_them(picture):
    picture.set([[0, 1, 2, 3, -1, 0.5], np.ones((2, 3))], masks=[None, [0, 0.5, 1, 1, 1, 1]])
    assert shown(picture) == [0, 128, 255, 255, 0, 64] and shown(picture, 0, "mask") is None
    assert shown(picture, 1) == [128] * 6 and shown(picture, 1, "mask") == [0, 128, 255, 255, 255, 255]
    assert picture.overlay.images[0]["label"] == "digit" and "seen" in picture._header.value
    picture.set(np.zeros((3, 6)), labels=["a", "b", "c"])
    assert [image["label"] for image in picture.overlay.images] == ["a", "b", "c"] == [c.name for c in picture.curves]
    with pytest.raises(ValueError, match="reshape"):
        picture.set(np.zeros((2, 5)))


def test_while_one_predicts_only_what_is_given_and_what_is_painted_is_seen(picture):
    picture.set(np.zeros((2, 6)))
    picture.painted("drawing", image=1)
    picture.hide_results(True)
    assert shown(picture, 0) is None and shown(picture, 1) == [0] * 6
    assert 'fill="#000000"' in svg.compose([picture.axes()]).text, "the painted one"
    picture.hide_results(False)
    assert shown(picture, 0) == [0] * 6
    given = Picture([""], (1, 2), given=True)
    given.hide_results(True)
    assert shown(given) == [0, 0]


def test_a_pinned_run_leaves_no_ghost(picture):
    picture.set(np.ones((2, 6)))
    picture.ghostly = True
    picture.set(np.zeros((2, 6)))
    assert shown(picture) == [128] * 6


def test_the_static_twin_has_every_pixel(picture):
    """The area of each colour, out of the paths."""
    values = np.random.default_rng(0).integers(0, 3, 6)
    picture.set([values, np.zeros(6)], masks=[None, [1, 0, 0, 0, 0, 0]])
    root = ET.fromstring(svg.compose([picture.axes()]).text)
    areas, frames = {}, []
    for path in root.iter("{http://www.w3.org/2000/svg}path"):
        steps = re.findall(r"h([\d.]+)v([\d.]+)h-", path.get("d"))
        area = sum(float(h) * float(v) for h, v in steps)
        if path.get("shape-rendering"):
            areas[path.get("fill")] = areas.get(path.get("fill"), 0) + area
        elif len(steps) == 1:
            frames.append(area)
    size = frames[0] / 6
    tinted = [round(0.65 * int("#007A5A"[i : i + 2], 16)) for i in (1, 3, 5)]
    expected = {"#000000": (values == 0).sum() + 5, "#808080": (values == 1).sum(), "#ffffff": (values == 2).sum()}
    expected["#{:02x}{:02x}{:02x}".format(*tinted)] = 1
    assert areas == {color: pytest.approx(n * size, rel=0.01) for color, n in expected.items() if n}


class Doodle(Panel):
    """A sheet of paper, and an occluder over an image."""

    question, surprise, visible = "?", ".", ("gain",)
    scenarios = {"start": Scenario(), "dark": Scenario({"sheet": np.full(6, -1.0)})}
    gain: float = param(1.0, "", "gain", slider=(0, 2))
    sheet: float = param(np.zeros(6), "", "sheet", at_least=-1, at_most=1)
    veil: float = param(np.zeros(6), "", "veil", at_least=0, at_most=1)

    def build(self):
        self.paper = Picture(["sheet", "twice"], (2, 3), scale="diverging", span=(-1.0, 1.0))
        self.paper.painted("sheet", on=1.0, off=-1.0)
        self.covered = Picture(["covered"], (2, 3), mask="veil")
        self.covered.painted("veil", over=True)
        self.figures = [self.paper, self.covered]
        return [self.figures]

    def simulate(self, gain, sheet, veil):
        return {"twice": gain * sheet, "seen": 1 - veil}

    def draw(self, twice, seen):
        self.paper.set([None, twice])
        self.covered.set([seen])

    def measure(self, twice, seen):
        return {"sum": float(twice.sum()), "seen": float(seen.sum())}


def test_painting_sets_the_parameter_and_comes_back_with_every_other_way_to_set_it():
    panel = Doodle()
    panel.snapshot()
    paper = panel.paper.overlay
    assert paper.value["sheet"] == [0.0] * 6, "it shows the parameter from the beginning"
    paper.from_browser({"sheet": [1, 1, -1, -1, -1, -1]}, 1)
    np.testing.assert_array_equal(panel.values["sheet"], [1, 1, -1, -1, -1, -1])
    assert shown(panel.paper, 1) == [255, 255, 0, 0, 0, 0] and panel.numbers["sum"] == -2
    panel.set(sheet=np.ones(6))
    assert paper.value["sheet"] == [1.0] * 6
    panel.scenario("dark")
    assert paper.value["sheet"] == [-1.0] * 6
    with pytest.raises(ParamError, match="must be at least -1"):
        panel.set(sheet=np.full(6, -2.0))
    with pytest.raises(ParamError, match=r"sheet has shape \(5,\), it must be \(6,\)"):
        panel.set(sheet=np.zeros(5))


def test_a_stroke_under_way_is_not_pushed_back(picture):
    picture.painted("sheet")
    paper = picture.overlay
    paper.hold_ack = True
    paper.from_browser({"sheet": [1.0] * 6})
    paper.show({"sheet": [0.0] * 6})  # of a frame that was begun before the stroke came
    assert paper.value["sheet"] == [1.0] * 6
    paper.acknowledge()
    paper.show({"sheet": [0.0] * 6})
    assert paper.value["sheet"] == [0.0] * 6


def test_what_is_painted_over_an_image_is_its_mask_in_the_twin_too():
    panel = Doodle()
    panel.covered.overlay.from_browser({"veil": [1, 0, 0, 0, 0, 0]}, 1)
    assert panel.numbers["seen"] == 5
    (_, shape, colors), = panel.covered.axes().images  # fmt: skip
    assert shape == (2, 3) and colors[0, 0].tolist() == [round(0.65 * c) for c in (0, 122, 90)]
    assert colors[0, 1].tolist() == [255, 255, 255]


def test_the_tool_can_be_changed_for_those_who_have_no_right_button():
    panel = panels.HopfieldPainterPanel()
    assert panel.paper.overlay.draw["tool"] == "on"
    panel.pressed("eraser")
    assert panel.paper.overlay.draw["tool"] == "off"
    assert next(item for item in panel.layout.tools.items if item["name"] == "eraser")["pressed"]
    panel.pressed("eraser")
    assert panel.paper.overlay.draw["tool"] == "on"
