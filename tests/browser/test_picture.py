"""Painting in real JupyterLab: what the hand does shows at once, the kernel follows, and Python's own word is shown too."""

import json

import numpy as np
import pytest

from brainlab.vision import letters

from .test_panels import box_of

NAME, EDGE, APART, SIZE = 18, 1, 16, 27  # px: as js/pixels.js lays 7 x 5 pixels out on a figure of 210


@pytest.fixture(scope="module")
def lab_page(open_notebook):
    page = open_notebook("picture", "import brainlab as bl\npainter = bl.panels.HopfieldPainterPanel()\npainter")
    page.page.wait_for_selector(".bl-painted", state="attached")
    page.until("painter.pacer.connected")
    return page


@pytest.fixture(autouse=True)
def empty_page(lab_page):
    lab_page.kernel("painter.pressed('empty')")
    lab_page.until("(painter.arrays['cue'] == -1).all()")
    wait_for(lab_page, -np.ones(35))
    yield
    assert lab_page.problems == []


def at(lab_page, row, column):
    box = box_of(lab_page.page.locator(".bl-painted"))
    return box["x"] + EDGE + SIZE * (column + 0.5), box["y"] + NAME + EDGE + SIZE * (row + 0.5)


SEEN = """([wanted, left, top, size]) => {
    const canvas = document.querySelector('.bl-painted'), pen = canvas.getContext('2d'), ratio = devicePixelRatio;
    const isOn = (_, i) => pen.getImageData(ratio * (left + size * (i % 5 + 0.5)),
                                            ratio * (top + size * (Math.floor(i / 5) + 0.5)), 1, 1).data[0] < 128;
    return JSON.stringify(Array.from({length: 35}, isOn)) === wanted;
}"""


def wait_for(lab_page, pattern, image=0):
    """Until the browser shows it. image 0: what is painted, 1: what the network makes of it"""
    wanted = json.dumps((np.ravel(pattern) > 0).tolist(), separators=(",", ":"))
    left = EDGE + image * (5 * SIZE + APART)
    lab_page.page.wait_for_function(SEEN, arg=[wanted, left, NAME + EDGE, SIZE], timeout=10_000)


def test_a_fast_drag_leaves_no_gap_and_the_network_answers(lab_page):
    mouse, traces = lab_page.page.mouse, lab_page.kernel("print(painter.traces)")
    mouse.move(*at(lab_page, 0, 0))
    mouse.down()
    mouse.move(*at(lab_page, 0, 4))  # one step across the page
    mouse.move(*at(lab_page, 0, 2))
    mouse.move(*at(lab_page, 6, 2))
    mouse.up()
    lab_page.until("(painter.values['painted'] == bl.vision.letters('T')[0]).all()")
    assert lab_page.kernel("print(painter.numbers['memory'], painter.numbers['overlap'])") == "T 1.0"
    wait_for(lab_page, letters("T"))
    wait_for(lab_page, letters("T"), image=1)
    assert lab_page.kernel("print(painter.traces)") == traces, "nothing was compiled"


def test_a_click_turns_a_pixel_and_the_right_button_erases(lab_page):
    mouse = lab_page.page.mouse
    for on in (1, -1, 1):
        mouse.click(*at(lab_page, 3, 1))
        lab_page.until(f"painter.values['painted'][16] == {on}")
        wait_for(lab_page, np.where(np.arange(35) == 16, on, -1))
    mouse.move(*at(lab_page, 3, 0))
    mouse.down()
    mouse.move(*at(lab_page, 3, 4), steps=3)
    mouse.up()
    lab_page.until("painter.values['painted'].reshape(7, 5).sum(1).tolist() == [-5, -5, -5, 5, -5, -5, -5]")
    mouse.move(*at(lab_page, 3, 4))
    mouse.down(button="right")
    mouse.move(*at(lab_page, 3, 3))
    mouse.up(button="right")
    lab_page.until("painter.values['painted'][15:20].tolist() == [1, 1, 1, -1, -1]")
    assert lab_page.page.locator(".lm-Menu:visible").count() == 0, "no menu over the paper"


def test_by_keys_and_from_python(lab_page):
    paper = lab_page.page.locator(".bl-painted")
    assert "arrow keys move" in paper.get_attribute("aria-label")
    lab_page.page.mouse.click(*at(lab_page, 1, 1))
    for key in ("ArrowDown", "ArrowRight", "Space"):
        lab_page.page.keyboard.press(key)
    lab_page.until("painter.values['painted'][12] == 1 and painter.values['painted'][6] == 1")
    assert lab_page.page.get_by_text("row 3, column 3: on").count() == 1
    lab_page.kernel("painter.scenario('a drawing of your own')")
    lab_page.until("painter.values['own'].any() and not painter.values['painted'].any()")
    wait_for(lab_page, eval(lab_page.kernel("print(painter.arrays['cue'].tolist())")))
