"""LivePanel: a model that runs while one looks, drawn as a strip chart that moves from right to left."""

from __future__ import annotations

import functools
import inspect
import time

import numpy as np

from .._teaching import TeachingError
from ..language import tr
from ..params import info
from .code import SEEDS
from .drawing import refuse_nan
from .panel import Panel
from .programs import Program
from .snapshot import Snapshot

LONGEST = 0.1  # s; after a longer pause the model goes on from where it was, it does not catch up


class LivePanel(Panel):
    """A panel whose model goes on in time. A subclass declares, besides what `Panel` asks for:

    sample, window : ms between two points of the chart; how many ms it shows
    start(self, model, ...) -> state              : pure
    advance(self, model, state, I, ...) -> (state, row) : pure; one `sample` further; row: dict of numbers for the chart
    a parameter `speed` in ms of the model per second
    `draw(t, **rows)` gets t (n,) in ms before now, and the rows of the window, (n,) each

    All samples of a frame run in one compiled call; how many they are is a traced number.
    """

    sample = 0.1
    window = 100.0
    most = 64  # samples in one frame; a page that draws few frames a second sees the model run slower than asked
    step = 1.0  # ms, what the button of that name goes on by
    opening = 0.0  # ms that have passed when the panel opens, so that the chart is not empty

    def __init__(self, **values):
        self._history: dict[str, np.ndarray] = {}
        self._state = None
        self._clock = self._due = self._now = 0.0
        self.playing = False
        self.events = {name: 0.0 for name in self.event_names}
        super().__init__(**values)
        self.pacer.on_painted(lambda *_: self._worker.ask() if self.playing else None)  # also after a long silence

    event_names: tuple[str, ...] = ()  # what a button sends into the model once: an argument of `advance`, 1 for one frame

    # ---- what a student or a notebook calls

    def play(self):
        """Let it run, at `speed`."""
        self.playing, self._clock = True, time.monotonic()
        self._show_playing()
        self._ask()

    def pause(self):
        self.playing = False
        self._show_playing()

    def run(self, duration: float) -> Snapshot:
        """Go on by `duration` ms now, whether it plays or not."""
        if not duration > 0:
            raise TeachingError(f"duration = {duration} ms: it must be above 0 ms.", try_="panel.run(10.0)")
        with self._lock:
            self._go_on(round(duration / self.sample))
        return self.snapshot()

    def send(self, event: str):
        """As the button of that name: once, at the next moment."""
        with self._lock:  # not while the worker hands the events of before to the model
            self.events[event] = 1.0
        self._ask()

    def pin(self):
        """Keep what the chart shows now as a ghost."""
        with self._lock:
            for figure in self.figures:
                figure.ghostly = True
            try:
                self._draw_history()
            finally:
                for figure in self.figures:
                    figure.ghostly = False
        self._pinned = {}
        self.layout.show_pinned(True)

    def _choose(self, name):
        with self._lock:  # not while the worker is about to store where the old run has come to
            self._state = None
            super()._choose(name)

    def tools(self):
        names = {True: tr("pause"), False: tr("play")}
        title = tr("run or stop (the chart stays)")
        return [
            {"name": "play", "label": names[self.playing], "icon": "pause" if self.playing else "play", "title": title},
            {"name": "step", "label": tr("step"), "icon": "step", "title": tr("one millisecond further")},
        ]

    def pressed(self, name):
        if name == "play":
            self.pause() if self.playing else self.play()
        elif name == "step":
            self.pause()
            try:
                with self._lock:
                    self._go_on(round(self.step / self.sample))
            except Exception as error:  # shown in the panel, which lives on
                self._state, self._problem = None, error
            self._ask()
        elif name in self.events:
            self.send(name)

    # ---- one picture

    @classmethod
    @functools.cache
    def _program(cls) -> Program:
        asked = list(inspect.signature(cls.advance).parameters)

        def go_on(model, experiment, events, state, n, seed):
            import jax
            import jax.numpy as jnp

            values = {k: getattr(experiment, k) for k in info(experiment) if k in asked}
            keys = jax.random.split(jax.random.PRNGKey(seed), cls.most) if "key" in asked else None

            def one(carry, x):
                i, key = x
                extra = {"key": key} if "key" in asked else {}
                now = {name: jnp.where(i == 0, value, 0.0) for name, value in events.items()}
                after, row = cls.advance(cls, model, carry, **values, **now, **extra)
                return jax.tree.map(lambda a, b: jnp.where(i < n, a, b), after, carry), row

            return jax.lax.scan(one, state, (jnp.arange(cls.most), keys))

        return Program(go_on)

    @classmethod
    @functools.cache
    def _starter(cls) -> Program:
        return Program(lambda model: cls.start(cls, model))

    def _go_on(self, samples: int):
        """That many samples further, in as many frames' worth of compiled calls as it takes."""
        model, experiment = self.state()
        if self._state is None:
            self._state = self._starter()(model)
            self._history, self._now = {}, 0.0
            samples += round(self.opening / self.sample)
        while samples > 0:
            n = min(samples, self.most)
            events, self.events = self.events, dict.fromkeys(self.events, 0.0)
            seed = np.uint32((self._seed * 1_000_003 + round(self._now / self.sample)) % SEEDS)
            state, rows = self._program()(model, experiment, events, self._state, n, seed)
            rows = {name: row[:n] for name, row in rows.items()}
            refuse_nan(rows)
            keep = round(self.window / self.sample)
            self._history = {k: np.concatenate([self._history.get(k, row[:0]), row])[-keep:] for k, row in rows.items()}
            self._state, self._now, samples = state, self._now + n * self.sample, samples - n

    def _draw_wanted(self, wait: bool):
        self.values, samples = self._wanted, 0
        if self.playing and self.pacer.connected:
            now = time.monotonic()
            passed, self._clock = min(now - self._clock, LONGEST), now
            self._due += passed * self._wanted["speed"] / self.sample
            samples = min(int(self._due), self.most)
            self._due = min(self._due - samples, 1.0)
        try:
            self._go_on(samples)
        except Exception:
            self._state = None  # it blew up: begin anew with the next picture
            self.pause()
            raise
        self._draw_history()
        rows = self._rows()
        self.numbers = self.measure(**rows)
        self._shown = ()
        self._show_controls()
        self.layout.show_words(self.words(Snapshot.of(self.numbers)))
        if self.playing and self.pacer.connected:
            self._worker.ask()

    def _rows(self):
        n = len(next(iter(self._history.values()), ()))
        return {"t": (np.arange(n) - n + 1) * self.sample, **self._history}

    def _draw_history(self):
        self.draw(**self._rows())

    def _may_draw(self):
        """At most 50 frames a second while it plays: more would only heat the laptop."""
        rest = 0.02 - (time.monotonic() - self._clock) if self.playing else 0.0
        return max(self.layout.pace.wait(), rest)

    def _show_playing(self):
        tool = self.tools()[0]
        self.layout.tools.update("play", label=tool["label"], icon=tool["icon"])
