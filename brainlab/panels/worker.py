"""One thread that draws. Whoever wants a new picture only says so; what is asked for meanwhile is drawn once, at the end.

Messages from the browser arrive on changing threads (JupyterLab uses a subshell), so nothing is drawn where they arrive.
"""

from __future__ import annotations

import threading
import weakref

REST = 0.3  # s


class Worker:
    """Calls `draw()` in a thread of its own whenever `ask()` was called since, and `ready()` allows it.

    draw, rest : bound methods of the panel; held weakly, so that a forgotten panel's thread ends. `rest()` is called when
                 nothing has been asked for some time: for what need not be done 40 times a second
    ready      : seconds until the browser can take another frame; 0 is now
    """

    def __init__(self, draw, rest, ready=lambda: 0.0):
        self._draw, self._rest, self._ready = weakref.WeakMethod(draw), weakref.WeakMethod(rest), ready
        self._asked, self._news = threading.Event(), threading.Event()
        self._thread = None
        self._starting = threading.Lock()
        weakref.finalize(draw.__self__, _let_go, self._asked, self._news)

    def ask(self):
        """The latest state should be on the screen soon. Returns at once."""
        self._asked.set()
        with self._starting:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="brainlab-panel", daemon=True)
                self._thread.start()

    def wake(self):
        """Look again whether a frame may be sent."""
        self._news.set()

    def _run(self):
        while True:
            if not self._asked.wait(REST):
                rest = self._rest()
                if rest is not None:
                    rest()
                    del rest
                self._asked.wait()
            self._news.clear()
            wait = self._ready()
            if wait > 0:
                self._news.wait(min(wait, 0.25))
                continue
            self._asked.clear()  # before drawing: what is asked for from now on is drawn again
            draw = self._draw()
            if draw is None:
                return
            draw()
            del draw


def _let_go(*events):
    """The panel is gone: its thread looks up and ends."""
    for event in events:
        event.set()
