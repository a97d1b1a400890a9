"""The phase plane in real JupyterLab: what is dropped on it moves everything else."""

import pytest

from .test_panels import drag, middle


@pytest.fixture(scope="module")
def lab_page(open_notebook):
    page = open_notebook("phase_plane", "import brainlab as bl\nplane = bl.panels.PhaseDropPanel()\nplane")
    page.page.wait_for_function("() => document.querySelectorAll('.bl-panel path.line').length >= 10")
    page.until("plane.pacer.connected")
    return page


@pytest.fixture(autouse=True)
def no_problems(lab_page):
    lab_page.kernel("plane.scenario('one excursion')")
    yield
    assert lab_page.problems == []


def shape(lab_page, figure, place):
    """The `d` of a curve."""
    return lab_page.page.locator(".bl-figure").nth(figure).locator("path.line").nth(place).get_attribute("d")


def wait_for_another(lab_page, before, figure, place):
    lab_page.page.wait_for_function(
        "([before, figure, place]) => document.querySelectorAll('.bl-figure')[figure].querySelectorAll('path.line')[place]"
        ".getAttribute('d') !== before",
        arg=[before, figure, place],
    )


def test_dropping_a_state_moves_the_trajectory_and_the_traces(lab_page):
    curves = [(0, 3), (2, 0)]  # after field and nullclines the trajectory; v over time
    before = [shape(lab_page, *place) for place in curves]
    assert all(len(d) > 2000 for d in before), "both are there before anything is moved"
    handle = lab_page.page.locator(".bl-hit[data-name=start]")
    drag(lab_page.page, *middle(handle), [(-2 * i, -3 * i) for i in range(20)])
    for place, d in zip(curves, before, strict=True):
        wait_for_another(lab_page, d, *place)
    lab_page.until("plane.values is plane._wanted and plane.values['v0'] < -0.6 and plane.values['w0'] > -0.3")
    lab_page.until("abs(plane.path.x[0] - plane.values['v0']) < 1e-6 and abs(plane.v.y[0] - plane.values['v0']) < 1e-6")
    lab_page.until("plane.controls['v0'].value == plane.values['v0']")


def test_the_start_is_moved_by_keys_and_has_a_name(lab_page):
    handle = lab_page.page.locator(".bl-handle[data-name=start]")
    assert handle.get_attribute("aria-label") == "start"
    handle.focus()
    for _ in range(3):
        lab_page.page.keyboard.press("ArrowUp")
    lab_page.until("plane.values['w0'] > -0.58 and plane.values['v0'] == -0.4")


def test_the_cursor_is_one_moment_on_both_figures(lab_page):
    lab_page.page.locator(".bl-handle[data-name=time]").focus()
    for _ in range(4):
        lab_page.page.keyboard.press("ArrowRight")
    lab_page.until("plane.values['time'] > 4.3")
    lab_page.until("abs(plane.now.x[0] - plane.cursor.y[0]) < 1e-6 and abs(plane.now.y[0] - plane.cursor.y[1]) < 1e-6")
