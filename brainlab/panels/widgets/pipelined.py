"""A control that is not held to one value in flight.

ipywidgets sends the next value of a slider only when the kernel has answered the last one: one update per round trip. Here
the browser numbers its values and keeps up to 6 under way; the newest waits while they are, older ones are dropped.
"""

from __future__ import annotations

import threading
from typing import ClassVar

import anywidget
import traitlets as t

from brainlab import language

from ._front_end import translated


class Worded(anywidget.AnyWidget):
    """A widget whose own few words (`english`) are shown in the language of the moment."""

    english: ClassVar[dict[str, str]] = {}
    words = t.Dict().tag(sync=True)

    def __init__(self, **traits):
        super().__init__(**traits)
        self.relabel()
        language.follow(self)

    def relabel(self):
        """Look the words up again: the language has changed."""
        self.words = translated(self.english)


class Pipelined(Worded):
    """The base of the controls: `value`, set from either side.

    value       : what the control shows. Set it in Python and the browser follows; observers run for both sides' changes
    hold_ack    : False: a value is acknowledged when its observers have run. True: whoever draws calls `acknowledge()` after
                  the frame that used the value was sent, so the browser never runs further ahead than 6 frames
    label, help : the accessible name and the longer explanation
    disabled    : greyed out

    Messages arrive on changing threads (JupyterLab runs comms on subshells): observers should only store what is wanted and
    wake a worker. `from_browser` is the path every message takes, and what a test calls.
    """

    value = t.Any().tag(sync=True)
    label = t.Unicode().tag(sync=True)
    help = t.Unicode().tag(sync=True)
    disabled = t.Bool(False).tag(sync=True)
    _era = t.Int(0).tag(sync=True)

    def __init__(self, *, hold_ack: bool = False, **traits):
        self.hold_ack = hold_ack
        self._arriving = threading.RLock()  # one message at a time; held while observers run, so only messages take it
        self._counting = threading.Lock()  # never held while other code runs: whoever draws may call from under its own lock
        self._seen: dict[str, int] = {}  # page -> number of its newest value
        self._acked: dict[str, int] = {}
        super().__init__(**traits)
        self.on_msg(self._message)

    def _message(self, _, content, buffers):
        if content.get("kind") == "value":
            self.from_browser(content["value"], content["seq"], page=content.get("page", ""), era=content.get("era"))

    def from_browser(self, value, seq: int | None = None, *, page: str = "", era: int | None = None) -> None:
        """A value has come from the browser: set it, without an echo, and let the observers run.

        seq  : its number; a value that comes after a newer one is dropped (threads may swap two). None: the next number
        page : which browser page sent it; each page counts for itself
        era  : how many times Python had set `value` when this was sent. What was sent before Python's last word is dropped

        >>> control = Pipelined(value=1.0)
        >>> control.from_browser(2.0, 2); control.from_browser(1.5, 1); control.value
        2.0
        """
        with self._arriving:
            with self._counting:
                seq = self._seen.get(page, 0) + 1 if seq is None else seq
                if seq <= self._seen.get(page, 0):
                    return
                self._seen[page] = seq
            try:
                if era is None or era == self._era:
                    self._take(value)
            finally:
                if not self.hold_ack:
                    self.acknowledge()

    def _take(self, value):
        with self._lock_property(value=value):
            self.value = value

    def show(self, value) -> None:
        """Set `value` from Python, unless the browser has sent one that is not acknowledged yet: the hand on it wins.

        For whoever draws: the value of a finished frame must not push back a finger that has moved on since.
        """
        with self._counting:
            free = self._seen == self._acked
        if free and self.value != value:
            self.value = value

    def forget(self) -> None:
        """Drop what the browser has sent or typed until now, also where `value` stays as it is."""
        self._era += 1

    def acknowledge(self) -> None:
        """Tell the browser that every value seen so far is dealt with; nothing is sent if nothing is new."""
        with self._counting:
            news = {page: seq for page, seq in self._seen.items() if seq > self._acked.get(page, 0)}
            self._acked.update(news)
        for page, seq in news.items():
            self.send({"acked": seq, "page": page})

    def send_state(self, key=None):
        """As in ipywidgets; a `value` set in Python begins a new era, and both travel in one message."""
        keys = {key} if isinstance(key, str) else set(key or ())
        if "value" in keys:
            era = self._era + 1
            with self._lock_property(_era=era):  # stored, not sent on its own
                self._era = era
            key = keys | {"_era"}
        super().send_state(key)

    def __repr__(self):
        return f"{type(self).__name__}({self.label or 'value'}: {self.value!r})"
