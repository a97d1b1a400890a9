"""The panel of evidence in real JupyterLab: a change is dragged, evidence is drawn, the time in the plane is chosen."""

import pytest

from .test_panels import drag, middle


@pytest.fixture(scope="module")
def lab_page(open_notebook):
    page = open_notebook("evidence", "import brainlab as bl\nrace = bl.panels.EvidencePanel()\nrace")
    page.page.wait_for_function("() => document.querySelectorAll('.bl-panel path.line').length >= 10")
    page.until("race.pacer.connected")
    return page


@pytest.fixture(autouse=True)
def no_problems(lab_page):
    lab_page.kernel("race.scenario('early enough')")
    yield
    assert lab_page.problems == []


def test_a_change_that_is_pulled_to_the_right_comes_too_late(lab_page):
    lab_page.until("race.numbers['end at 2 (%)'] > 90")
    traces = lab_page.kernel("print(race.traces)")
    drag(lab_page.page, *middle(lab_page.page.locator(".bl-hit[data-name=step]")), [(6 * i, 0) for i in range(25)])
    lab_page.until("race.values is race._wanted and race.values['when'] > 500 and race.numbers['end at 2 (%)'] < 50")
    lab_page.until("abs(race.controls['when'].value - race.values['when']) < 1e-9")
    assert lab_page.kernel("print(race.traces)") == traces, "nothing was compiled"


def test_evidence_is_drawn_and_a_time_is_chosen(lab_page):
    box = lab_page.page.locator(".bl-plane").first.bounding_box()
    start = box["x"] + 0.3 * box["width"], box["y"] + 0.2 * box["height"]
    drag(lab_page.page, *start, [(8 * i, 0) for i in range(12)])
    lab_page.until("race.values is race._wanted and race.arrays['c'].max() > 40 and race.values['late'] == -51.2")
    drag(lab_page.page, *middle(lab_page.page.locator(".bl-hit[data-name=at]")), [(5 * i, 0) for i in range(15)])
    lab_page.until("race.values is race._wanted and race.values['at'] > 300")
    lab_page.until("abs(race.here.x[0] - race.arrays['here'][0]) < 1e-6")
