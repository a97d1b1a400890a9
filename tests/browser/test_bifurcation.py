"""The bifurcation pad in real JupyterLab: the current is dragged in the diagram, and everything follows."""

import pytest

from .test_panels import drag, middle


@pytest.fixture(scope="module")
def lab_page(open_notebook):
    page = open_notebook("pad", "import brainlab as bl\npad = bl.panels.BifurcationPanel()\npad")
    page.page.wait_for_function("() => document.querySelectorAll('.bl-panel path.line').length >= 10")
    page.until("pad.pacer.connected")
    return page


@pytest.fixture(autouse=True)
def no_problems(lab_page):
    lab_page.kernel("pad.scenario('a rate of its own')")
    yield
    assert lab_page.problems == []


def test_the_current_is_dragged_in_the_diagram(lab_page):
    traces = lab_page.kernel("print(pad.traces)")
    diagram = lab_page.kernel("print(id(pad._known[1]))")
    drag(lab_page.page, *middle(lab_page.page.locator(".bl-hit[data-name=I]")), [(3 * i, 0) for i in range(15)])
    lab_page.until("pad.values is pad._wanted and pad.values['I'] > 100")
    lab_page.until("abs(pad.now.x[0] - pad.values['I']) < 1e-4 and 'unstable' in pad.numbers['fixed points']")
    lab_page.until("len(pad.points['unstable'].x) == 1 and len(pad.points['stable'].x) == 0")
    assert lab_page.kernel("print(pad.traces)") == traces, "nothing was compiled"
    assert lab_page.kernel("print(id(pad._known[1]))") == diagram, "the diagram is the same for all currents"


def test_another_parameter_moves_the_diagram_and_the_cycles_come_when_the_hand_rests(lab_page):
    lab_page.kernel("pad.controls['phi'].from_browser(0.1)")
    lab_page.until("'104.37' in pad.numbers['Hopf (uA/cm2)']")  # where SciPy has it too: tests/panels/test_surprises_ch12.py
    lab_page.until("len(pad.cycle_stable.x) > 20 and abs(min(pad.cycle_stable.x) - 97.8) < 1")
