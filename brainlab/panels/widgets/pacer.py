"""Pacer: the browser says when a frame was painted, so that animation never runs ahead of the eye."""

from __future__ import annotations

import threading
import time

import anywidget

from ._front_end import script, style

AWAY = 2.0  # s without an answer: the page is hidden, closed, or too busy to look


class Pacer(anywidget.AnyWidget):
    """Invisible; put it into the panel. After a frame's traits are set, call `frame()`.

    frame()          sends a mark behind the frame and returns its number (from 1)
    in_flight        frames sent and not yet painted
    here             a view was opened and not closed; two of them, on one page or two, count for themselves
    connected        one is here, and what was asked has been answered within 2 s
    on_painted(f)    f(number) when the browser has painted it (and all before it)
    on_hello(f)      f() when a page opens, or looks again after being hidden

    Nothing waits here: the one who animates sends the next frame when `in_flight` is small enough.

    >>> pacer = Pacer(); pacer.frame(); pacer.in_flight, pacer.connected
    1
    (1, False)
    >>> pacer.from_browser({"hello": "view"}); pacer.frame(); pacer.from_browser({"painted": 2}); pacer.in_flight
    2
    0
    """

    _esm, _css = script("pacer"), style("panel")  # it is in every panel, so it brings the layout
    clock = staticmethod(time.monotonic)  # a test brings its own

    def __init__(self):
        self._lock = threading.RLock()
        self._sent = self._painted = 0
        self._asked_at: float | None = None  # when the oldest unanswered frame went out
        self._views: set[str] = set()
        self._on_painted, self._on_hello = [], []
        super().__init__()
        self.on_msg(lambda _, content, buffers: self.from_browser(content))

    def frame(self, letters=(), buffers=()) -> int:
        """Mark the end of a frame. letters : (model id, message, number of buffers) of other widgets, delivered before it"""
        with self._lock:
            self._sent += 1
            number = self._sent
            if self._asked_at is None:
                self._asked_at = self.clock()
        self.send({"frame": number, **({"letters": list(letters)} if letters else {})}, list(buffers))
        return number

    @property
    def in_flight(self) -> int:
        with self._lock:
            return self._sent - self._painted

    @property
    def connected(self) -> bool:
        with self._lock:
            late = self._asked_at is not None and self.clock() - self._asked_at > AWAY
            return self.here and not late

    @property
    def here(self) -> bool:
        """A view said hello and not goodbye; it may be slow to answer."""
        return bool(self._views)

    def on_painted(self, callback) -> None:
        self._on_painted.append(callback)

    def on_hello(self, callback) -> None:
        self._on_hello.append(callback)

    def from_browser(self, content: dict) -> None:
        """{"hello": view}, {"bye": view} or {"painted": number} has come."""
        with self._lock:
            if "hello" in content:  # what an earlier page owed will not come
                self._views.add(content["hello"])
                self._painted, self._asked_at = self._sent, None
            elif "bye" in content:
                self._views.discard(content["bye"])
            elif "painted" in content:
                if content["painted"] <= self._painted:
                    return
                self._painted = content["painted"]
                self._asked_at = self.clock() if self._sent > self._painted else None
        if "hello" in content:
            for callback in list(self._on_hello):
                callback()
        if "painted" in content:
            for callback in list(self._on_painted):
                callback(content["painted"])

    def __repr__(self):
        return f"Pacer({'connected' if self.connected else 'no page'})"
