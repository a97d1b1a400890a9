"""One thread that draws. Whoever wants a new picture only says so; what is asked for meanwhile is drawn once, at the end.

Messages from the browser arrive on changing threads (JupyterLab uses a subshell), so nothing is drawn where they arrive.
"""

from __future__ import annotations

import atexit
import threading
import weakref

REST = 0.3  # s
_all: weakref.WeakSet = weakref.WeakSet()
_ending = threading.Event()


class Worker:
    """Calls `draw()` in a thread of its own whenever `ask()` was called since, and `ready()` allows it.

    draw, rest, ready : bound methods of the panel; held weakly, so that a forgotten panel's thread ends.
                        `rest()` is called when nothing has been asked for some time: for what need not be done 40 times a
                        second; `ready()` says in how many seconds the browser can take another frame, 0 is now
    """

    def __init__(self, draw, rest, ready):
        self._draw, self._rest, self._ready = map(weakref.WeakMethod, (draw, rest, ready))
        self._asked, self._news = threading.Event(), threading.Event()
        self._thread = None
        self._starting = threading.Lock()
        _all.add(self)
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
            ready = self._ready()
            wait = 0.0 if ready is None else ready()
            del ready
            if wait > 0:
                self._news.wait(min(wait, 0.25))
                continue
            self._asked.clear()  # before drawing: what is asked for from now on is drawn again
            draw = self._draw()
            if draw is None or _ending.is_set():
                return
            draw()
            del draw


@atexit.register
def _end():
    """Python ends. It stops a thread wherever it is, and inside compiled code that aborts the process."""
    _ending.set()
    for worker in list(_all):
        _let_go(worker._asked, worker._news)
        if worker._thread is not None:
            worker._thread.join(1.0)


def _let_go(*events):
    """The panel is gone: its thread looks up and ends."""
    for event in events:
        event.set()
