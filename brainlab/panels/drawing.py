"""How a panel draws: what is wanted now becomes arrays, the arrays become traits of marks, in whichever thread may do it."""

from __future__ import annotations

import functools
import inspect

import jax
import numpy as np

from .._teaching import TeachingError
from ..language import tr
from ..params import info
from .programs import Program
from .snapshot import Snapshot


class Drawing:
    """The half of `Panel` that makes one picture.

    `_wanted` holds the values asked for, and may change at any moment, from any thread; `values` are those that the picture
    being drawn belongs to: `draw`, `measure`, `words` and `script` read these.
    """

    def _ask(self):
        """Soon, by the worker, if a browser is there to see it; now, if not."""
        if self.pacer.connected:
            self._worker.ask()
        else:
            self._frame()

    def _may_draw(self) -> float:
        """Seconds to wait before the next frame."""
        return self.layout.pace.wait()

    @classmethod
    @functools.cache
    def _program(cls) -> Program:
        asked = list(inspect.signature(cls.simulate).parameters)

        def run(model, experiment, seed):
            values = {n: getattr(experiment, n) for n in info(experiment) if n in asked}
            if "key" in asked:
                values["key"] = jax.random.PRNGKey(seed)
            return cls.simulate(cls, **({"model": model} if "model" in asked else {}), **values)

        return Program(run)

    def _frame(self, raising: bool = False):
        """Draw what is wanted now. An error is shown in the panel, which lives on; who called from Python gets it too."""
        with self._lock, self.layout.pace.frame(self.layout.moving()):
            try:
                self._problem, problem = None, self._problem
                self._draw_wanted(raising or problem is not None)
                if problem is not None:  # one value was refused; others may have come with it
                    raise problem
            except Exception as error:
                self.layout.show_problem(error)
                if raising:
                    raise
            finally:
                self.layout.acknowledge()
        if raising or not self.pacer.connected:
            self._rest()

    def _rest(self):
        """The hand rests: now what need not follow every move."""
        with self._lock:
            self._show_carried()
            self.layout.rest()

    def _draw_wanted(self, wait: bool):
        program = self._program()
        wanted, pinned, seed = self._wanted, self._pinned, np.uint32(self._seed)  # they may change while this is drawn
        model, experiment = self.state(wanted)
        if not wait and self._shown is not None and not program.is_ready(model, experiment, seed):
            return self._rebuild(wanted, (model, experiment, seed))
        self.values = wanted
        key = _shown_key(wanted, pinned, seed)
        if key != self._shown:
            arrays = program(model, experiment, seed)
            refuse_nan(arrays)
            self.draw(**arrays)
            self.numbers = self.measure(**arrays)
            self._draw_pinned(pinned, program, seed)
            self._shown = key
            self.arrays = arrays
        self._show_controls()
        self.layout.show_words(self.words(Snapshot.of(self.numbers)))

    def _draw_pinned(self, pinned, program, seed):
        if pinned is None:
            return
        wanted, self.values = self.values, pinned
        key = (*map(_hashable, pinned.values()), seed)
        try:
            if self._ghost is None or self._ghost[0] != key:
                self._ghost = (key, program(*self.state(pinned), seed))
            for figure in self.figures:
                figure.ghostly = True
            self.draw(**self._ghost[1])
        finally:
            self.values = wanted
            for figure in self.figures:
                figure.ghostly = False

    def _rebuild(self, wanted, args):
        """A structural control was moved: the old picture stays while the new code is compiled elsewhere."""
        self.layout.show_busy(tr("rebuilding ..."))
        if self._building is None:

            def done(error):
                self._building = None
                if self._wanted is wanted:  # else something else is wanted by now, and may well work
                    self._problem = error
                self._worker.ask()

            self._building = True
            self._program().build(args, done)

    def _show_controls(self):
        """Controls and handles stand where the values are; the one in the student's hand is left alone."""
        self.layout.acknowledge()  # what has come so far is in the values; only a newer move holds a control back
        self._acting.now = True
        try:
            handles = {}
            while self._behind:
                widget, name = self._behind.popleft()
                if widget is self.controls.get(name):
                    value = self._wanted[name]
                    widget.show(str(value) if self.parameters[name].choices else value)
                    continue
                if name == widget.brush.get("name"):
                    interval = self.hand(name)
                    handles.setdefault(widget, {})[name] = None if interval is None else np.ravel(interval).tolist()
                for part in (name, *self.carries.get(name, ())):
                    if widget.at_once(part):
                        value = self.hand(part)
                        handles.setdefault(widget, {})[part] = value.tolist() if isinstance(value, np.ndarray) else value
                self._carried.extend((widget, part) for part in (name, *self.carries.get(name, ())))
            for overlay, values in handles.items():
                overlay.show(values)
            for name, widget in self.controls.items():
                widget.changed = bool(self._wanted[name] != self.parameters[name].default)
        finally:
            self._acting.now = False

    def _show_carried(self):
        """Drawings are long; they follow the other controls when the hand rests."""
        self._acting.now = True
        try:
            while self._carried:
                overlay, name = self._carried.pop()
                value = self.hand(name) if name in overlay.draw.values() else None
                if value is not None:
                    overlay.show({name: np.ravel(value).tolist()})
        finally:
            self._acting.now = False


def refuse_nan(arrays: dict):
    for name, values in arrays.items():
        if np.asarray(values).dtype.kind == "f" and np.isnan(values).any():
            raise TeachingError(
                tr("{name} became NaN: these values make the equations blow up.", name=name),
                why=tr("the step dt is too long for the fastest change in the model"),
                try_=tr("a smaller dt, or reset"),
            )


def _shown_key(wanted, pinned, seed):
    ghost = None if pinned is None else tuple(map(_hashable, pinned.values()))
    return tuple(map(_hashable, wanted.values())), seed, ghost


def _hashable(value):
    return value.tobytes() if isinstance(value, np.ndarray) else value
