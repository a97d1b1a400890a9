"""Guess and verify in real JupyterLab: an occluder is drawn with the mouse, and what is in front is masked."""

import pytest

from .test_panels import box_of, drag, middle

NAME, EDGE, SIZE = 18, 1, 16  # px: as js/pixels.js lays 8 x 8 pixels out on a figure of 160


@pytest.fixture(scope="module")
def lab_page(open_notebook):
    page = open_notebook("verify", "import brainlab as bl\neyes = bl.panels.GuessVerifyPanel()\neyes")
    page.page.wait_for_selector(".bl-painted", state="attached")
    page.until("eyes.pacer.connected")
    return page


def test_an_occluder_is_drawn_and_masked(lab_page):
    lab_page.kernel("eyes.scenario('a clean digit'); eyes.set(digit=8, example=1)")
    traces = lab_page.kernel("print(eyes.traces)")
    box = box_of(lab_page.page.locator(".bl-painted"))
    x, y = box["x"] + EDGE + 7.5 * SIZE, box["y"] + NAME + EDGE + SIZE / 2
    drag(lab_page.page, x, y, [(0, SIZE * i) for i in range(8)])  # down the last column
    lab_page.until("eyes.values['occluder'].reshape(8, 8)[:, 7].all() and eyes.values['occluder'].sum() == 8")
    lab_page.until("eyes.arrays['mask'].reshape(8, 8)[:, 7].max() < 0.1")
    lab_page.until("'The fast path guesses 7; after 10 iterations it is read as 8' in eyes.layout.readout.text")
    lab_page.page.locator(".bl-panel button", has_text="wipe").click()
    lab_page.until("not eyes.values['occluder'].any() and 'The fast path guesses 8' in eyes.layout.readout.text")
    assert lab_page.kernel("print(eyes.traces)") == traces, "nothing was compiled"
    assert lab_page.problems == []


def test_the_iteration_is_dragged_in_the_race(lab_page):
    lab_page.kernel("eyes.scenario('something in front')")
    handle = lab_page.page.locator(".bl-hit[data-name=iteration]")
    drag(lab_page.page, *middle(handle), [(-12 * i, 0) for i in range(40)])
    lab_page.until("eyes.values['iteration'] == 0 and 'after 0 iterations it is read as 2' in eyes.layout.readout.text")
    assert lab_page.problems == []
