"""The graph editor in real JupyterLab: what is clicked is cut, silenced and mended, by mouse and by keys."""

import pytest

from .test_panels import box_of, middle


@pytest.fixture(scope="module")
def lab_page(open_notebook):
    page = open_notebook("graph_editor", "import brainlab as bl\neditor = bl.panels.GraphEditorPanel()\neditor")
    page.page.wait_for_selector(".bl-graph [data-item=edges-11]", state="attached")
    page.until("editor.pacer.connected")
    return page


@pytest.fixture(autouse=True)
def no_problems(lab_page):
    lab_page.kernel("editor.scenario('one of a dozen')")
    item(lab_page, "edges", 11, "whole").wait_for(state="attached")
    yield
    assert lab_page.problems == []


def item(lab_page, kind, index, state=None):
    return lab_page.page.locator(f".bl-graph [data-item={kind}-{index}]{f'[data-state={state}]' if state else ''}")


def on_the_line(lab_page, index):
    """Where the curve of a connection is, half way: its box may be anywhere."""
    box_of(item(lab_page, "edges", index))
    return lab_page.page.evaluate(
        """index => {
            const line = document.querySelector(`.bl-graph [data-item=edges-${index}] .bl-link`);
            const at = line.getPointAtLength(line.getTotalLength() / 2).matrixTransform(line.getScreenCTM());
            return [at.x, at.y];
        }""",
        index,
    )


def pixels(lab_page):
    return lab_page.page.locator(".bl-canvas").first.evaluate("canvas => canvas.toDataURL()")


def wait_for_another(lab_page, before):
    lab_page.page.wait_for_function("before => document.querySelector('.bl-canvas').toDataURL() !== before", arg=before)


def test_a_click_on_a_connection_cuts_it_and_another_mends_it(lab_page):
    traces, before = lab_page.kernel("print(editor.traces)"), pixels(lab_page)
    lab_page.page.mouse.click(*on_the_line(lab_page, 11))
    item(lab_page, "edges", 11, "cut").wait_for(state="attached")
    lab_page.until("editor.values['edges'][11] == 0 and not editor.numbers['goes on']")
    wait_for_another(lab_page, before)
    assert item(lab_page, "edges", 11).get_attribute("aria-label") == "connection from 8 to 1: cut"
    cut = pixels(lab_page)
    lab_page.page.mouse.click(*on_the_line(lab_page, 11))
    lab_page.until("editor.values['edges'][11] == 1 and editor.numbers['goes on']")
    wait_for_another(lab_page, cut)
    assert lab_page.kernel("print(editor.traces)") == traces, "nothing was compiled"


def test_a_neuron_is_stimulated_silenced_and_left_alone_again(lab_page):
    for state in ("stimulated", "silenced", "alone"):
        lab_page.page.mouse.click(*middle(item(lab_page, "neurons", 6).locator(".bl-neuron-disc")))
        item(lab_page, "neurons", 6, state).wait_for(state="attached")
        wanted = {"alone": 0, "stimulated": 1, "silenced": 2}[state]
        lab_page.until(f"editor.values is editor._wanted and editor.values['neurons'][6] == {wanted}")


def test_the_keyboard_reaches_everything(lab_page):
    first = item(lab_page, "neurons", 0)
    assert lab_page.page.locator(".bl-graph [tabindex='0']").count() == 1, "one stop of the Tab key"
    first.focus()
    lab_page.page.keyboard.press("End")
    focused = "document.activeElement.getAttribute('aria-label')"
    assert lab_page.page.evaluate(focused) == "connection from 8 to 1: whole"
    lab_page.page.keyboard.press("Enter")
    lab_page.until("not editor.numbers['goes on']")
    assert lab_page.page.evaluate(focused) == "connection from 8 to 1: cut", "the focus stays where it is"
    lab_page.page.keyboard.press("ArrowLeft")
    assert lab_page.page.evaluate(focused) == "connection from 7 to 8: whole"


def test_the_graph_follows_the_panel(lab_page):
    lab_page.kernel("editor.scenario('both ways, one cut')")
    lab_page.page.wait_for_function("() => document.querySelectorAll('.bl-graph .bl-connection').length === 16")
    assert lab_page.page.locator(".bl-graph .bl-connection[data-state=cut]").count() == 1
    lab_page.kernel("editor.reset()")
