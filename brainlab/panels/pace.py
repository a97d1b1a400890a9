"""How many frames may be on their way to the browser: enough to fill the line, too few to make a queue."""

from __future__ import annotations

import contextlib
import functools
import math
import threading
import time
from collections import deque

from .widgets import Pacer

FRAME = 0.025  # s; 40 frames a second is what we aim at
MOST = 8
PATIENCE = 2.0  # s without an answer: the page is hidden or gone, one frame goes out to see


class Pace:
    """Counts the frames that the browser has not painted yet, and learns how long the way there and back is.

    With a kernel on the same machine two frames may be under way; with one 100 ms away it takes six to show 40 a second.
    """

    def __init__(self):
        self.pacer = Pacer()
        self._lock = threading.Lock()  # of the two below: answers come in other threads
        self._sent: dict[int, float] = {}
        self._trips: deque[float] = deque(maxlen=40)  # s; the shortest of the last is the line without waiting
        self._last = 0.0
        self.pacer.on_painted(self._painted)

    @contextlib.contextmanager
    def frame(self, widgets):
        """What these widgets send in the block goes out as one message, which the browser will say it has painted.

        One message instead of ten: each costs the kernel, the server and above all the page its own handling.
        """
        letters, lock = [], threading.Lock()
        together = self.pacer.connected or self._ask_again()
        widgets = list(widgets) if together else []
        for widget in widgets:
            widget.__dict__["_send"] = functools.partial(_collect, letters, lock, widget)
        try:
            yield
        finally:
            with lock:  # another thread's message waits here: it must not overtake these
                try:
                    if together:
                        self._post(letters)
                finally:
                    for widget in widgets:
                        widget.__dict__.pop("_send", None)

    def _post(self, letters):
        self._last = time.monotonic()
        buffers = [buffer for *_, its in letters for buffer in its]
        number = self.pacer.frame([(model, message, len(its)) for model, message, its in letters], buffers)
        with self._lock:
            self._sent[number] = self._last

    def _ask_again(self) -> bool:
        """A page that said hello has fallen silent: now and then one frame goes out to see whether it is there."""
        return self.pacer.here and time.monotonic() - self._last > PATIENCE

    def _painted(self, number):
        now = time.monotonic()
        with self._lock:
            for n in [n for n in self._sent if n <= number]:
                sent = self._sent.pop(n)
                if n == number:
                    self._trips.append(now - sent)

    @property
    def window(self) -> int:
        with self._lock:
            trip = min(self._trips, default=0.0)
        return min(2 + math.ceil(trip / FRAME), MOST)

    def wait(self) -> float:
        """Seconds until another frame may go out; 0: now."""
        if self.pacer.in_flight < self.window or time.monotonic() - self._last > PATIENCE:
            return 0.0
        return 0.05


def _collect(letters, lock, widget, message, buffers=None):
    """In the place of a widget's own way to send."""
    with lock:
        collecting = "_send" in widget.__dict__
        if collecting:
            letters.append((widget.model_id, message, list(buffers or ())))
    if not collecting:
        widget._send(message, buffers)
