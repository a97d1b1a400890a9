"""The panels on synapses in real JupyterLab: spikes are placed by a click, dragged, and taken away."""

import pytest

from .test_panels import box_of, drag, middle


@pytest.fixture(scope="module")
def lab_page(open_notebook):
    page = open_notebook(
        "synapses",
        "import brainlab as bl\nworkshop = bl.panels.SynapsePanel()\nworkshop",
        "pair = bl.panels.STDPPanel()\npair",
    )
    page.page.wait_for_function("() => document.querySelectorAll('.bl-panel path.line').length >= 12")
    page.until("workshop.pacer.connected and pair.pacer.connected")
    return page


@pytest.fixture(autouse=True)
def one_spike(lab_page):
    lab_page.kernel("workshop.scenario('one, and four in a row'); workshop.set(times=[40.0] + [-1.0] * 11)")
    lab_page.page.wait_for_function("() => [...document.querySelectorAll('.bl-hit[data-name^=spike]')].filter("
                                    "node => node.style.display !== 'none').length === 1")  # fmt: skip
    yield
    assert lab_page.problems == []


def plane(lab_page):
    return lab_page.page.locator(".bl-panel").first.locator(".bl-plane").first


def hit(lab_page, i):
    return lab_page.page.locator(f".bl-hit[data-name='spike {i}']")


def test_a_click_places_a_spike_and_everything_follows(lab_page):
    traces = lab_page.kernel("print(workshop.traces)")
    box = box_of(plane(lab_page))
    for share in (0.5, 0.75):
        lab_page.page.mouse.click(box["x"] + share * box["width"], box["y"] + 0.5 * box["height"])
    lab_page.until("workshop.numbers['spikes'] == 3 and workshop.values is workshop._wanted")
    lab_page.until("(abs(workshop.values['times'][:3] - [40, 100, 150]) < 0.5).all()")
    lab_page.until("workshop.g.y[1200:].max() > 1.9")  # after 60 ms: from the new spikes
    hit(lab_page, 3).wait_for(state="attached")
    assert "3 spikes" in lab_page.page.locator(".bl-panel").first.inner_text()
    assert lab_page.kernel("print(workshop.traces)") == traces, "nothing was compiled"


def test_the_same_place_can_be_clicked_again(lab_page):
    box = box_of(plane(lab_page))
    for _ in range(2):
        lab_page.page.mouse.click(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"])
        lab_page.until("workshop.numbers['spikes'] == 2")
        lab_page.page.wait_for_timeout(300)
        hit(lab_page, 2).dispatch_event("dblclick")
        lab_page.until("workshop.numbers['spikes'] == 1")
        lab_page.page.wait_for_timeout(300)


def test_a_spike_is_dragged(lab_page):
    drag(lab_page.page, *middle(hit(lab_page, 1)), [(4 * i, 0) for i in range(20)])
    lab_page.until("workshop._wanted['times'][0] > 50 and workshop.values is workshop._wanted")
    lab_page.until("workshop.g.y[:int(4000 * workshop.values['times'][0] / 200)].max() == 0")


def test_a_double_click_takes_it_away(lab_page):
    lab_page.page.mouse.dblclick(*middle(hit(lab_page, 1)))
    lab_page.until("workshop.numbers['spikes'] == 0")
    assert "No spike" in lab_page.page.locator(".bl-panel").first.inner_text()


def test_with_keys_alone(lab_page):
    keys = lab_page.page.keyboard
    plane(lab_page).focus()
    keys.press("Enter")  # where the cross is: the middle
    lab_page.until("workshop.numbers['spikes'] == 2 and abs(workshop.values['times'][1] - 100) < 1")
    node = lab_page.page.locator(".bl-handle[data-name='spike 2']")
    node.focus()
    keys.press("ArrowRight")
    lab_page.until("abs(workshop.values['times'][1] - 100.5) < 0.4")
    keys.press("Delete")
    lab_page.until("workshop.numbers['spikes'] == 1")


def test_the_window_is_built_while_the_gap_is_dragged(lab_page):
    lab_page.kernel("pair.scenario('point by point')")
    handle = lab_page.page.locator(".bl-panel").nth(1).locator(".bl-hit[data-name=gap]").first
    drag(lab_page.page, *middle(handle), [(-5 * i, 0) for i in range(40)])
    lab_page.until("pair._wanted['gap'] < -20 and pair.values is pair._wanted")
    lab_page.until("len(pair.seen.x) >= 8 and pair.seen.y.min() < -0.2 and pair.seen.y.max() > 0.2")
