"""Who may draw and who may only ask: threads of the browser's messages, of the worker and of Python, all at once."""

import gc
import subprocess
import sys
import threading
import time

import jax
import numpy as np
from test_panel import Browser, Line, wait_for

from brainlab import panels
from brainlab.panels.worker import Worker
from brainlab.params import ParamError


def test_a_message_in_another_thread_is_only_stored_there():
    panel, where = Line(), []
    panel.snapshot()
    Browser(panel)
    real = panel.draw
    panel.draw = lambda **arrays: where.append(threading.current_thread().name) or real(**arrays)
    for i in range(8):
        threading.Thread(target=panel.controls["slope"].from_browser, args=(i / 2,)).start()
    wait_for(lambda: where, "drawn")
    assert set(where) == {"brainlab-panel"}


def test_the_thread_of_a_forgotten_panel_ends():
    class Owner:
        drawn = rested = 0

        def draw(self):
            self.drawn += 1

        def rest(self):
            self.rested += 1

        def ready(self):
            return 0.0

    def used():
        owner = Owner()
        worker = Worker(owner.draw, owner.rest, owner.ready)
        worker.ask()
        wait_for(lambda: owner.drawn == 1 and owner.rested == 1, "drawn, and a rest after it")
        return worker._thread

    thread = used()
    gc.collect()
    thread.join(5)
    assert not thread.is_alive()


def test_a_value_that_comes_while_a_pinned_run_is_drawn_is_not_lost():
    panel = Line()
    panel.set(slope=1.0)
    panel.pin()
    real, panel.draw = panel.draw, lambda **arrays: (panel.figure.ghostly and panel._take({"slope": 4.0}), real(**arrays))
    panel.set(slope=2.0)
    panel.draw = real
    assert panel.snapshot()["end"] == 40.0


def test_a_throw_of_the_die_while_a_picture_is_drawn_is_not_lost():
    panel = Line()
    first = panel.snapshot()["noise"]
    real = panel.draw

    def draw(**arrays):
        panel.draw = real
        panel._seed += 1  # as the button does, in another thread
        real(**arrays)

    panel.draw = draw
    assert panel.set(slope=2.5)["noise"] == first
    assert panel.snapshot()["noise"] != first


def test_two_threads_store_two_values():
    panel, checking = Line(), threading.Barrier(2, timeout=5)
    real = panel._checked
    panel._checked = lambda name, value: (checking.wait(), real(name, value))[1]  # both are under way at the same time
    threads = [threading.Thread(target=panel._take, args=({name: value},)) for name, value in (("slope", 1.5), ("n", 20))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert panel._wanted == {"slope": 1.5, "n": 20}


def test_a_handle_that_is_back_in_range_takes_its_error_with_it():
    panel = Line()
    panel._problem = ParamError("too low")
    panel.controls["slope"].from_browser(2.0)
    assert panel.line.y[-1] == 20.0 and panel.layout.readout.error == ""


def test_what_came_with_a_refused_value_is_drawn():
    panel = Line()
    panel.snapshot()
    panel._take({"slope": 3.0})
    panel._problem = ParamError("too low")
    panel._ask()
    assert panel.line.y[-1] == 30.0 and panel.layout.readout.error == "too low"


def test_a_message_of_another_thread_does_not_overtake_a_frame():
    panel, sent = Line(), []
    panel.snapshot()
    Browser(panel)
    readout = panel.layout.readout
    readout.comm.send = lambda data, buffers=None: sent.append("its own")

    def post(message, buffers=None):
        late = threading.Thread(target=readout.send, args=({},))
        late.start()
        late.join(0.2)
        sent.append("frame")

    panel.pacer.send = post
    panel.controls["slope"].from_browser(2.0)
    wait_for(lambda: len(sent) == 2, "both")
    assert sent == ["frame", "its own"]


def test_what_the_code_box_shows_does_not_undo_a_move():
    panel = Line()
    panel.set(slope=2.0)
    real = panel.code

    def code():
        panel.code = real
        text = real()
        panel._take({"slope": 4.0})  # a hand moves on while the code is written
        return text

    panel.code = code
    panel.layout.rest()
    assert panel._wanted["slope"] == 4.0


def test_of_two_views_one_is_closed():
    panel = Line()
    for view in ("left", "right", "right"):
        panel.pacer.from_browser({"hello": view})
    panel.pacer.from_browser({"bye": "left"})
    assert panel.pacer.connected
    panel.pacer.from_browser({"bye": "right"})
    assert not panel.pacer.connected


def test_a_live_panel_goes_on_after_a_long_silence():
    panel = panels.StripChartPanel()
    panel.snapshot()
    browser = Browser(panel)
    panel.play()
    wait_for(lambda: browser.frames > 5, "frames")
    browser.alive = False
    wait_for(lambda: not panel.pacer.connected, "silence")
    time.sleep(0.5)
    browser.alive, now = True, panel._now
    panel.pacer.from_browser({"painted": panel.pacer._sent})
    wait_for(lambda: panel._now > now + 10, "it runs again")
    panel.pause()


def test_a_live_panel_that_blew_up_in_a_step_begins_anew():
    panel = panels.StripChartPanel()
    panel.snapshot()
    panel._state = jax.tree.map(lambda x: x * np.nan, panel._state)
    panel.layout.tools.press("step")
    assert "became NaN" in panel.layout.readout.error
    panel.layout.tools.press("step")
    assert panel.layout.readout.state == "ok"


def test_python_ends_while_a_live_panel_plays():
    page = "panel.pacer.send = lambda m, b=None: panel.pacer.from_browser({'painted': m.get('frame', 0)})"
    play = "panel.snapshot(); panel.pacer.from_browser({'hello': 'page'}); panel.play(); time.sleep(0.5)"
    code = f"import time; from brainlab import panels; panel = panels.StripChartPanel(); {page}; {play}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0 and done.stderr == ""
