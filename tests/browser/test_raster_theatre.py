"""The raster theatre in real JupyterLab: it plays, and what is dragged changes what is played."""

import pytest

from .test_panels import drag, middle

PIXELS = """() => {
  const canvas = document.querySelector('.bl-panel .bl-canvas'), {width, height} = canvas;
  const data = canvas.getContext('2d').getImageData(0, 0, width, height).data;
  let sum = 0, n = 0;
  for (let i = 0; i < data.length; i += 4) {   // axes and text are grey, spikes are not
    if (data[i + 3] > 200 && Math.abs(data[i] - data[i + 2]) > 60) { sum = (sum * 31 + i) % 1000003; n++; }
  }
  return [n, sum];
}"""


@pytest.fixture(scope="module")
def lab_page(open_notebook):
    page = open_notebook("theatre", "import brainlab as bl\nstage = bl.panels.RasterTheatrePanel(N=1000)\nstage")
    page.page.wait_for_function("() => document.querySelectorAll('.bl-panel path.line').length >= 5")
    page.until("stage.pacer.connected")
    return page


@pytest.fixture(autouse=True)
def no_problems(lab_page):
    lab_page.kernel("stage.pause(); stage.scenario('like noise'); stage.set(N=1000)")
    yield
    lab_page.kernel("stage.pause()")
    assert lab_page.problems == []


def test_it_plays_and_rests(lab_page):
    lab_page.page.wait_for_timeout(500)
    colored, before = lab_page.page.evaluate(PIXELS)
    assert colored > 2000, "spikes, before it plays"
    now = float(lab_page.kernel("print(stage._now)"))
    lab_page.page.locator(".bl-panel button", has_text="play").click()
    lab_page.until(f"stage._now > {now} + 500")
    assert lab_page.page.evaluate(PIXELS)[1] != before
    lab_page.page.locator(".bl-panel button", has_text="pause").click()
    lab_page.until("not stage.playing and not stage._worker._asked.is_set() and stage.pacer.in_flight == 0")
    now = float(lab_page.kernel("print(stage._now)"))
    lab_page.page.locator(".bl-panel button", has_text="step").click()
    lab_page.until(f"stage._now == {now} + 25")


def test_the_point_is_dragged_while_it_plays(lab_page):
    traces = lab_page.kernel("print(stage.traces)")
    lab_page.kernel("stage.play()")
    lab_page.until("stage.numbers['CV'] > 0.3")
    drag(lab_page.page, *middle(lab_page.page.locator(".bl-hit[data-name=point]")), [(-4 * i, 0) for i in range(25)])
    lab_page.until(
        "stage._wanted['g'] < 3.5 and abs(stage._stage.inh.weight / stage._stage.exc.weight + stage._wanted['g']) < 1e-4"
    )
    now = float(lab_page.kernel("print(stage._now)"))
    lab_page.until(f"stage._now > {now} + 1200 and stage.numbers['CV'] < 0.3", patience=30.0)
    lab_page.until("'like a clock' in stage.layout.readout.text")
    assert "like a clock" in lab_page.page.locator(".bl-panel").inner_text()
    assert lab_page.kernel("print(stage.traces)") == traces, "nothing was compiled"


def test_another_size_comes_by_itself(lab_page):
    lab_page.kernel("stage.play()")
    lab_page.page.locator(".bl-panel label", has_text="2500").click()
    lab_page.until("stage._stage.cells.size == 2500", patience=60.0)
    lab_page.until("'2500 neurons fire' in stage.layout.readout.text and stage.layout.readout.state == 'ok'")
