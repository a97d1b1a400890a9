"""The machinery under all panels: who draws, when, and what happens when something goes wrong."""

import threading
import time

import numpy as np
import pytest

from brainlab import language, panels
from brainlab.panels.figures import Axis, Figure
from brainlab.panels.panel import Panel, Scenario
from brainlab.panels.prediction import Choose, Sketch
from brainlab.params import ParamError, param


class Line(Panel):
    """y = slope x, as slowly as asked for."""

    title, question, surprise = "a line", "How steep?", "As steep as its slope."
    visible = ("slope", "n")
    uses_noise = True
    slope: float = param(1.0, "mV/ms", "slope", slider=(0, 5), at_least=0, why="it does not fall")
    n: int = param(10, "", "points", structural=True, choices=(10, 20))
    scenarios = {
        "flat": Scenario({"slope": 0.5}, "Nearly flat."),
        "guess": Scenario({"slope": 2.0}, "", predict=Choose("How steep?", ("flat", "steep"), lambda n: int(n["end"] > 15))),
        "sketch": Scenario({"slope": 3.0}, "", predict=Sketch("Draw it.")),
    }
    pause = 0.0
    drawn = 0

    def build(self):
        self.figure = Figure(Axis("t", "ms", (0, 10)), Axis("V", "mV", (0, 50)))
        self.line = self.figure.curve("V")
        self.figure.handle("slope", "y", min=0.0, max=5.0, label="slope")
        self.figures = [self.figure]
        return self.figures

    def simulate(self, slope, n, key):
        import jax
        import jax.numpy as jnp

        x = jnp.linspace(0, 10, n)
        return {"x": x, "y": slope * x + 0 * jax.random.normal(key), "noise": jax.random.normal(key)}

    def draw(self, x, y, noise):
        time.sleep(self.pause)
        type(self).drawn += 1
        if self._wanted["slope"] == 4.5:
            raise RuntimeError("4.5 is not liked")
        self.line.set(x, y)

    def measure(self, x, y, noise):
        return {"end": float(y[-1]), "noise": float(noise)}


class Browser:
    """Answers a panel's pacer as a page would: every frame is painted, a little later."""

    def __init__(self, panel):
        self.panel, self.alive, self.frames = panel, True, 0
        panel.pacer.send = self.receive
        panel.pacer.from_browser({"hello": "page"})

    def receive(self, message, buffers=None):
        if "frame" in message and self.alive:
            self.frames += 1
            threading.Timer(0.005, self.panel.pacer.from_browser, [{"painted": message["frame"]}]).start()


def wait_for(condition, what, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.01)


def test_without_a_page_everything_is_drawn_at_once():
    panel = Line()
    assert repr(panel).startswith("Line(slope=0.5, n=10) -> end 5")
    panel.controls["slope"].value = 2.0
    assert panel.line.y[-1] == 20.0
    assert panel.set(slope=3.0)["end"] == 30.0 and panel.controls["slope"].value == 3.0


def test_the_latest_value_wins_and_no_queue_is_built():
    panel = Line()
    panel.snapshot()
    Browser(panel)
    wait_for(lambda: panel.pacer.in_flight == 0, "first frame")
    panel.pause, Line.drawn = 0.05, 0
    for i in range(100):
        panel.controls["slope"].from_browser(i / 25)
    wait_for(lambda: panel.line.y[-1] == pytest.approx(39.6), "the last value is drawn")
    assert Line.drawn < 15, "100 requests, drawn at 50 ms each, must not be drawn one by one"


def test_every_value_is_acknowledged_so_that_the_browser_goes_on():
    panel = Line()
    panel.snapshot()
    sent = []
    panel.controls["slope"].send = lambda message, buffers=None: sent.append(message)
    Browser(panel)
    for i in range(20):
        panel.controls["slope"].from_browser(i / 10, i + 1)
        time.sleep(0.002)
    wait_for(lambda: sent and sent[-1]["acked"] == 20, "the last value's number comes back")
    panel.controls["slope"].from_browser(-1.0, 21)
    assert sent[-1]["acked"] == 21 and "at least 0 mV/ms" in panel.controls["slope"].error


def test_an_error_while_drawing_is_shown_and_the_panel_lives_on():
    panel = Line()
    Browser(panel)
    panel.controls["slope"].from_browser(4.5)
    wait_for(lambda: panel.layout.readout.state == "error", "the error is shown")
    assert "4.5 is not liked" in panel.layout.readout.error
    panel.controls["slope"].from_browser(1.0)
    wait_for(lambda: panel.layout.readout.state == "ok" and panel.line.y[-1] == 10.0, "it goes on")
    with pytest.raises(RuntimeError, match="not liked"):
        panel.set(slope=4.5)
    assert panel.set(slope=1.0)["end"] == 10.0


def test_a_structural_control_compiles_elsewhere_while_the_old_picture_stays(monkeypatch):
    panel = Line()
    panel.snapshot()
    Browser(panel)
    release, program = threading.Event(), Line._program()

    monkeypatch.setattr(program, "is_ready", lambda *args: release.is_set())

    def build(args, then):
        threading.Thread(target=lambda: (release.wait(20), then(None))).start()

    monkeypatch.setattr(program, "build", build)
    panel.controls["n"].from_browser("20")
    wait_for(lambda: panel.layout.readout.state == "busy", "it says that it rebuilds")
    assert len(panel.line.x) == 10, "the old picture stays"
    release.set()
    wait_for(lambda: len(panel.line.x) == 20 and panel.layout.readout.state == "ok", "the new picture")


def test_handles_and_sliders_follow_each_other():
    panel = Line()
    panel.set(slope=2.0)
    assert panel.figure.overlay.value["slope"] == 2.0
    panel.figure.overlay.from_browser({"slope": 3.0}, 1)
    assert panel.controls["slope"].value == 3.0 and panel.line.y[-1] == 30.0 and panel.controls["slope"].changed
    panel.figure.overlay.from_browser({"slope": -3.0}, 2)
    assert "at least 0" in panel.layout.readout.error and panel.line.y[-1] == 30.0


def test_reset_and_changed_marks():
    panel = Line()
    panel.scenario("guess")
    panel.set(slope=4.0)
    assert panel.controls["slope"].changed
    assert panel.reset()["end"] == 20.0 and panel._scenario == "guess"
    with pytest.raises(ParamError, match="Did you mean 'guess'"):
        panel.scenario("gess")


def test_a_pinned_run_is_a_ghost_on_the_same_noise():
    panel = Line()
    panel.set(slope=2.0)
    panel.pin()
    panel.set(slope=4.0)
    assert panel.line.y[-1] == 40.0 and panel.line.ghost_y[-1] == 20.0
    panel.unpin()
    assert panel.line.ghost_y.size == 0


def test_the_die_changes_the_noise_and_nothing_else_does():
    panel = Line()
    first = panel.set(slope=2.0)["noise"]
    assert panel.set(slope=3.0)["noise"] == first
    panel.new_noise()
    second = panel.snapshot()["noise"]
    assert second != first
    assert panel.load(panel.code())["noise"] == second


def test_choosing_before_seeing():
    panel = Line()
    panel.scenario("guess")
    assert not panel.line.visible and panel.layout.readout.text.startswith("What do you expect?")
    panel.layout.reveal_button.press("reveal")
    assert not panel.line.visible and "Say it first" in panel.layout.question.value
    panel.layout.options.from_browser("flat")
    panel.layout.reveal_button.press("reveal")
    assert panel.line.visible and panel.layout.question.value == "You said: flat. It was: steep."
    panel.layout.reveal_button.press("again")
    assert not panel.line.visible and panel.layout.options.value == ""
    panel.layout.reveal()
    assert panel.layout.question.value == "It was: steep."


def test_sketching_before_seeing():
    panel = Line()
    panel.scenario("sketch")
    assert panel.figure.overlay.draw["name"] == "prediction" and not panel.line.visible
    panel.figure.overlay.from_browser({"prediction": list(np.linspace(0, 50, 80))}, 1)
    panel.layout.reveal()
    kept = panel.figure.prediction.curves
    assert panel.line.visible and kept.visible and kept.y[-1] == 50.0 and panel.figure.overlay.draw == {}
    panel.reset()
    assert kept.y.size == 0


def test_the_code_box_loads_a_state():
    panel = Line()
    panel.layout.code_box.value = "Line slope=4.0 seed=3"
    assert panel.line.y[-1] == 40.0 and panel._seed == 3
    panel.layout.code_box.value = "Line slope=steep"
    assert "is not name=value" in panel.layout.readout.error


def test_buttons():
    panel = Line()
    panel.snapshot()
    for name in ("more", "share"):
        panel.layout.tools.press(name)
    assert panel.layout.share.layout.display == ""
    noise = panel.numbers["noise"]
    panel.layout.tools.press("die")
    assert panel.numbers["noise"] != noise
    panel.layout.tools.press("pin")
    assert panel.layout.tools.items[1 + panel.uses_noise]["pressed"]
    saved = []
    panel.layout.downloads.save = lambda name, *rest, **more: saved.append(name)
    for name in ("csv", "svg", "png"):
        panel.layout.exports.press(name)
    assert saved == ["Line.csv", "Line.svg", "Line.png"]


def test_the_other_language_and_back():
    panel = panels.LIFPanel()
    panel.layout.tools.press("language")
    try:
        assert language.current() == "zh" and "阈" in panel.controls["V_th"].label
    finally:
        language.use("en")
    assert panel.controls["V_th"].label == "threshold"


def test_values_that_exclude_each_other_are_not_stored():
    panel = panels.LIFPanel()
    with pytest.raises(ParamError, match="the reset potential must be below V_th"):
        panel.set(V_reset=-45.0)
    assert panel.snapshot()["spikes"] == 12
    panel.controls["V_reset"].from_browser(-45.0)
    assert "must be below V_th" in panel.controls["V_reset"].error and panel.snapshot()["spikes"] == 12
    assert panel.set(V_reset=-45.0, V_th=-40.0)["spikes"] == 0


def test_nan_is_said_and_not_drawn():
    class Broken(Line):
        def simulate(self, slope):
            import jax.numpy as jnp

            x = jnp.arange(10.0)
            return {"x": x, "y": jnp.where(slope > 3, jnp.nan, slope * x), "noise": 0.0}

    panel = Broken()
    with pytest.raises(Exception, match="y became NaN"):
        panel.set(slope=4.0)
    assert panel.set(slope=1.0)["end"] == 9.0


# ---- live


def test_a_live_panel_plays_pauses_and_steps():
    panel = panels.StripChartPanel()
    panel.snapshot()
    Browser(panel)
    start = panel._now
    panel.play()
    wait_for(lambda: panel._now > start + 10, "the model runs")
    panel.pause()
    time.sleep(0.2)
    stopped = panel._now
    time.sleep(0.2)
    assert panel._now == stopped
    panel.layout.tools.press("step")
    assert panel._now == pytest.approx(stopped + 1.0)


def test_a_live_panel_rests_when_nobody_looks():
    panel = panels.StripChartPanel()
    panel.snapshot()
    browser = Browser(panel)
    panel.play()
    wait_for(lambda: browser.frames > 5, "frames")
    browser.alive = False
    time.sleep(0.3)
    frames, now = browser.frames, panel._now
    time.sleep(1.0)
    assert browser.frames == frames and panel._now - now < 20
    panel.pause()


def test_a_stimulus_is_given_once():
    panel = panels.StripChartPanel(I=0.0)
    panel.scenario("at rest")
    panel.send("stimulate")
    assert panel.run(60.0)["spikes"] == 1
    assert panel.run(120.0)["spikes"] == 0


def test_a_path_in_a_plane_keeps_its_corners():
    """Twenty turns of a circle: with its highest and lowest points only it would be a polygon."""
    t = np.linspace(0, 40 * np.pi, 10_000)
    path = Figure(Axis("x", "", (-1, 1)), Axis("y", "", (-1, 1))).curve("path", 1)
    path.set(np.cos(t), np.sin(t))
    x, y = path.marks[0].x, path.marks[0].y
    assert len(x) <= 1400 and (np.hypot(x[1:] + x[:-1], y[1:] + y[:-1]) > 1.99).all()
