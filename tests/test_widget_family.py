"""The widget family without a browser: values in order, acknowledgements, eras, threads, and plain mistakes."""

import json
import re
import threading

import numpy as np
import pytest

pytest.importorskip("anywidget")

from brainlab import language  # noqa: E402
from brainlab.panels.widgets import (  # noqa: E402
    Buttons,
    Canvas,
    Choice,
    Downloads,
    Graph,
    Overlay,
    Pacer,
    Pixels,
    Readout,
    Slider,
    Toggle,
)
from brainlab.panels.widgets._front_end import plain_symbol, script  # noqa: E402

FAMILY = [Slider, Toggle, Choice, Buttons, Overlay, Canvas, Graph, Pixels, Pacer, Readout, Downloads]


@pytest.fixture
def sent(monkeypatch):
    """What a widget sends to the browser."""
    messages = []
    for cls in FAMILY:
        monkeypatch.setattr(cls, "send", lambda self, content, buffers=None: messages.append(content))
    return messages


def message(control, **content):
    """A message as it comes off the wire."""
    control._handle_msg(
        {"content": {"data": {"method": "custom", "content": json.loads(json.dumps(content))}}, "buffers": []}
    )


# ---- values


def test_a_value_from_the_browser_runs_observers_and_is_acknowledged(sent):
    slider, seen = Slider(value=1.0), []
    slider.observe(lambda change: seen.append(change["new"]), "value")
    message(slider, kind="value", value=2.5, seq=1, page="a", era=slider._era)
    message(slider, kind="value", value=3, seq=2, page="a", era=slider._era)
    assert seen == [2.5, 3.0] and sent == [{"acked": 1, "page": "a"}, {"acked": 2, "page": "a"}]


def test_a_held_acknowledgement_covers_all_that_was_overtaken(sent):
    slider = Slider(value=0.0, hold_ack=True)
    for n in range(1, 5):
        slider.from_browser(float(n), n, page="a")
    slider.from_browser(9.0, 1, page="another page counts for itself")
    assert sent == [] and slider.value == 9.0
    slider.acknowledge()
    slider.acknowledge()
    assert sent == [{"acked": 4, "page": "a"}, {"acked": 1, "page": "another page counts for itself"}]


def test_an_older_value_that_comes_late_is_dropped(sent):
    slider = Slider(value=0.0)
    slider.from_browser(2.0, 2)
    slider.from_browser(1.0, 1)
    assert slider.value == 2.0 and len(sent) == 1


def test_what_was_sent_before_python_set_the_value_is_dropped_but_acknowledged(sent):
    slider = Slider(value=0.0)
    era = slider._era
    slider.value = 5.0
    slider.from_browser(1.0, 1, era=era)
    assert slider.value == 5.0 and sent == [{"acked": 1, "page": ""}]
    slider.from_browser(6.0, 2, era=slider._era)
    assert slider.value == 6.0


def test_a_value_is_not_echoed_and_pythons_own_travels_with_its_era(monkeypatch):
    slider, states = Slider(value=0.0), []
    monkeypatch.setattr(Slider, "_send", lambda self, msg, buffers=None: states.append(msg.get("state", msg.get("content"))))
    slider.from_browser(1.0, 1)
    assert states == [{"acked": 1, "page": ""}]
    slider.value = 4.0
    assert states[1] == {"value": 4.0, "_era": slider._era}
    with slider.hold_sync():
        slider.value, slider.changed = 3.0, True
    assert states[2] == {"value": 3.0, "changed": True, "_era": slider._era}


def test_show_yields_to_the_hand(sent):
    slider = Slider(value=0.0, hold_ack=True)
    slider.from_browser(2.0, 1)
    slider.show(1.0)  # a frame for the value before has been drawn
    assert slider.value == 2.0
    slider.acknowledge()
    slider.show(1.0)
    assert slider.value == 1.0
    overlay = Overlay(value={"a": 0.0, "b": 0.0}, hold_ack=True)
    overlay.from_browser({"a": 2.0}, 1)
    overlay.show({"a": 1.0, "b": 1.0})
    assert overlay.value == {"a": 2.0, "b": 1.0}


def test_an_observer_that_fails_does_not_silence_the_control(sent):
    slider = Slider(value=0.0)
    slider.observe(lambda change: 1 / 0, "value")
    with pytest.raises(ZeroDivisionError):
        slider.from_browser(1.0, 1)
    assert sent == [{"acked": 1, "page": ""}]


def test_messages_from_many_threads(sent):
    slider, seen = Slider(value=0.0), []
    slider.observe(lambda change: seen.append(change["new"]), "value")
    start = threading.Barrier(8)

    def post(k):
        start.wait()
        for n in range(k, 400, 8):
            slider.from_browser(float(n), n, page="a")

    threads = [threading.Thread(target=post, args=(k,)) for k in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert slider.value == 399.0 and seen == sorted(seen)
    assert sent[-1] == {"acked": 399, "page": "a"}


def test_drawing_under_a_lock_that_an_observer_wants_is_no_deadlock(sent):
    """The worker draws under the panel's lock and acknowledges; meanwhile an observer waits for that lock."""
    slider, panel, waiting = Slider(value=0.0, hold_ack=True), threading.RLock(), threading.Event()

    def observer(change):
        waiting.set()
        with panel:
            pass

    slider.observe(observer, "value")
    with panel:
        message_thread = threading.Thread(target=slider.from_browser, args=(1.0, 1))
        message_thread.start()
        assert waiting.wait(10)
        slider.acknowledge()
        slider.show(0.5)
    message_thread.join(10)
    assert not message_thread.is_alive() and sent == [{"acked": 1, "page": ""}]


def test_the_overlay_takes_parts():
    overlay = Overlay(value={"V_th": -50.0}, draw=dict(name="I", n=3))
    overlay.from_browser({"I": [0.0, 1.0, 0.0]}, 1)
    assert overlay.value == {"V_th": -50.0, "I": [0.0, 1.0, 0.0]}
    assert repr(overlay) == "Overlay(I)"


# ---- the others


def test_choice_refuses_what_is_not_offered():
    choice = Choice(options=["euler", "rk4"], label="method")
    with pytest.raises(Exception, match=r"method = 'rk5': it must be one of euler, rk4\."):
        choice.value = "rk5"
    message(choice, kind="value", value="rk4", seq=1)
    assert choice.value == "rk4"


def test_buttons():
    pressed, bar = [], Buttons(items=[dict(name="play", label="Play"), dict(name="step", label="Step", disabled=True)])
    bar.on_press(pressed.append)
    message(bar, press="play")
    message(bar, press="step")
    message(bar, press="unknown")
    assert pressed == ["play"]
    with pytest.raises(KeyError, match="there are play, step"):
        bar.update("pause", label="Pause")


def test_pacer_counts_and_notices_that_nobody_looks(sent):
    pacer, heard = Pacer(), []
    now = [0.0]
    pacer.clock = lambda: now[0]
    pacer.on_hello(lambda: heard.append("hello"))
    pacer.on_painted(heard.append)
    assert not pacer.connected
    message(pacer, hello="view")
    assert pacer.connected and pacer.frame() == 1 and pacer.frame() == 2 and pacer.in_flight == 2
    message(pacer, painted=1)
    assert pacer.in_flight == 1
    now[0] = 2.5
    assert not pacer.connected  # frame 2 has not been answered for too long
    message(pacer, painted=2)
    assert pacer.connected and pacer.in_flight == 0 and heard == ["hello", 1, 2]
    pacer.frame()
    message(pacer, hello="view")  # the page was loaded anew: what the old one owed does not count
    assert pacer.in_flight == 0
    message(pacer, painted=1)
    message(pacer, bye="view")
    assert not pacer.connected and heard == ["hello", 1, 2, "hello"]


def test_canvas_says_what_does_not_fit():
    canvas = Canvas()
    with pytest.raises(ValueError, match=r"times is \(2,\), neurons is \(3,\)"):
        canvas.raster([1, 2], [1, 2, 3])
    with pytest.raises(ValueError, match=r"the image is float64 \(2, 2\): it must be uint8"):
        canvas.image(np.zeros((2, 2)))
    with pytest.raises(ValueError, match=r"the colour table is int64 \(3,\)"):
        canvas.image(np.zeros((2, 2), np.uint8), [1, 2, 3])
    canvas.raster([], [])
    assert repr(canvas) == "Canvas(raster of 0 spikes, x 0 to 1, y 0 to 1)"
    canvas.image(np.zeros((2, 5), np.uint8), x_range=(0, 5), y_range=(0, 2))
    assert repr(canvas) == "Canvas(image of 2 x 5)" and canvas.content["x_range"] == [0.0, 5.0]


def test_downloads_sends_bytes(monkeypatch):
    sent = []
    monkeypatch.setattr(Downloads, "send", lambda self, content, buffers: sent.append((content["filename"], buffers)))
    Downloads().save("a.txt", "ü")
    assert sent == [("a.txt", [b"\xc3\xbc"])]


@pytest.mark.parametrize("cls", FAMILY)
def test_reprs_are_short_and_stable(cls):
    assert repr(cls()) == repr(cls()) and len(repr(cls())) < 100 and "0x" not in repr(cls())


# ---- words and scripts


def test_words_follow_the_language():
    slider = Slider(rebuilds=True)
    language.use("zh")
    try:
        assert slider.words["rebuilds"] == language.tr("rebuilds") != "rebuilds"
        missing = {w for cls in FAMILY for w in getattr(cls, "english", {}).values() if language.tr(w) == w}
        assert not missing
    finally:
        language.use("en")


def test_symbols():
    assert [plain_symbol(s) for s in (r"\lambda", r"\alpha_m", r"\tau_\mathrm{syn}", r"\Omega", "g_{Na}")] == [
        "λ", "α_m", "τ_{syn}", "Ω", "g_{Na}"
    ]  # fmt: skip


@pytest.mark.parametrize("cls", FAMILY)
def test_scripts_are_small_and_need_nothing_from_elsewhere(cls):
    text = str(cls._esm)
    assert len(text) < 25_000 and not re.search(r"^import |https?://(?!www\.w3\.org/2000/svg)", text, re.MULTILINE)
    assert text.count("export default") == 1
    assert not re.search(r"(^|\s)// ", text), "a comment is carried to the browser"


def test_scripts_are_packed_once():
    assert script("pacer") is script("pacer")
