"""The plane of E and I in real JupyterLab: its lines are taken hold of, and go where the finger goes."""

import pytest

from .test_panels import drag, middle


@pytest.fixture(scope="module")
def lab_page(open_notebook):
    page = open_notebook("ei_plane", "import brainlab as bl\nplane = bl.panels.EIPlanePanel()\nplane")
    page.page.wait_for_function("() => document.querySelectorAll('.bl-panel path.line').length >= 10")
    page.until("plane.pacer.connected")
    return page


@pytest.fixture(autouse=True)
def no_problems(lab_page):
    lab_page.kernel("plane.scenario('weak excitation')")
    yield
    assert lab_page.problems == []


def test_turning_the_line_of_E_finds_the_border(lab_page):
    lab_page.until("plane.numbers['dI/dh_I'] > 0")
    traces = lab_page.kernel("print(plane.traces)")
    handle = middle(lab_page.page.locator(".bl-hit[data-name=line_E]"))
    drag(lab_page.page, *handle, [(0, -6 * i) for i in range(20)])
    lab_page.until("plane.values is plane._wanted and plane.values['w_EE'] > 1.2 and plane.numbers['dI/dh_I'] < 0")
    lab_page.until("plane.numbers['I after (Hz)'] < plane.numbers['I before (Hz)']")
    lab_page.until("abs(plane.controls['w_EE'].value - plane.values['w_EE']) < 1e-9")
    assert lab_page.kernel("print(plane.traces)") == traces, "nothing was compiled"


def test_the_line_of_I_is_pulled_and_the_other_figure_follows(lab_page):
    handle = middle(lab_page.page.locator(".bl-hit[data-name=line_I]"))
    drag(lab_page.page, *handle, [(0, -3 * i) for i in range(15)])
    lab_page.until("plane.values is plane._wanted and plane.values['h_I'] > 5")
    lab_page.until("abs(plane.sweep.overlay.value['h_I'] - plane.values['h_I']) < 1e-6")
    lab_page.until("abs(plane.I_now.x[0] - plane.values['h_I']) < 1e-4")
