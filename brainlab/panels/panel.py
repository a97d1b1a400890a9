"""Panel: one question that can be touched. Controls -> Model -> arrays -> marks.

Reading the controls and setting the marks are here; the arrays come from `simulate`, which is pure, compiled, and can be
tested without a browser. Whoever changes something only stores what is wanted and wakes the worker: the latest value wins.
"""

from __future__ import annotations

import dataclasses
import functools
import threading
from collections import deque
from dataclasses import dataclass, field

import numpy as np

from .. import language
from ..language import tr
from ..models import Model
from ..params import ParamError, info, unknown_name
from . import code, controls
from .drawing import Drawing
from .layout import Layout
from .note import Note
from .prediction import Choose, Sketch
from .snapshot import Snapshot, short
from .worker import Worker


@dataclass(frozen=True)
class Scenario:
    """A named setting and what to look at. With `predict` the answer stays hidden until the student has committed to one."""

    values: dict = field(default_factory=dict)
    look: str = ""
    predict: Choose | Sketch | None = None


class Panel(Drawing):
    """The base class of panels. A subclass declares and draws:

    model     : the `Model` class whose parameters become controls, or None
    parameters of the experiment: `I: float = param(2.0, "nA", "injected current", slider=(0, 5))` in the class body
    visible   : names of the controls that are always seen; the others are under "more"
    scenarios : name -> Scenario; the first is what the panel opens with
    build()   : make the figures, once
    simulate(self, model, key, I, ...) -> dict of arrays: pure, compiled; `self` is the class. `key` only if it asks for it
    draw(**arrays)            : set the marks
    measure(**arrays) -> dict : numbers in the arrays, by name with unit
    words(numbers) -> str     : the same in a sentence
    script() -> str           : Python code that does the same without the panel
    """

    model: type[Model] | None = None
    title = ""
    question = ""
    surprise = ""
    visible: tuple[str, ...] = ()
    without: tuple[str, ...] = ()  # parameters of the model that this panel does not show
    scenarios: dict[str, Scenario] = {"start": Scenario()}
    uses_noise = False
    carries: dict[str, tuple[str, ...]] = {}  # parameter -> handles or drawings of other names that move with it: see `hand`

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        own = {name: value for name, value in vars(cls).items() if isinstance(value, dataclasses.Field)}
        inherited = getattr(cls, "experiment", None)
        base = (inherited,) if inherited is not None else (Model,)
        body = {"__annotations__": dict.fromkeys(own, float), "__module__": cls.__module__, **own}
        cls.experiment = type(cls.__name__, base, body)
        for name in own:
            delattr(cls, name)
        cls.parameters = {**(info(cls.model) if cls.model else {}), **info(cls.experiment)}
        for name in cls.without:
            del cls.parameters[name]

    def __init__(self, **values):
        self._lock = threading.RLock()  # one picture at a time
        self._storing = threading.Lock()  # one change of what is wanted at a time; never held while anything is drawn
        self._wanted = {name: p.default for name, p in self.parameters.items()}
        self._seed, self._pinned, self._scenario = 0, None, next(iter(self.scenarios))
        self._acting = threading.local()  # this thread is putting values into the controls itself
        self._behind: deque = deque()  # (widget, name): who does not yet show the value of name
        self._carried: list = []
        self._ghost: tuple | None = None  # (what was pinned, its arrays)
        self.values = self._wanted  # those of the picture
        self._shown: tuple | None = None
        self._problem: Exception | None = None
        self._building = None
        self.numbers: dict = {}
        self.figures: list = []
        self.controls = {n: controls.control(p) for n, p in self.parameters.items() if np.ndim(p.default) == 0}
        self.rows = self.build()
        self.layout = Layout(self)
        self.pacer = self.layout.pacer
        self._worker = Worker(self._frame, self._rest, self._may_draw)
        for name, widget in self.controls.items():
            widget.hold_ack = True
            widget.observe(functools.partial(self._on_control, name), "value")
        for figure in self.figures:
            figure.overlay.hold_ack = True
            figure.overlay.observe(functools.partial(self._on_hands, figure), "value")
        self.pacer.on_painted(lambda *_: self._worker.wake())
        self.pacer.on_hello(lambda *_: self._worker.ask())
        language.follow(self)
        self._take_all({**self.scenarios[self._scenario].values, **values})

    # ---- what a subclass fills in

    def build(self) -> list:
        """Make the figures; returns them in rows: a figure, a list of them side by side, or a `Note`."""
        raise NotImplementedError

    def simulate(self, model, key):
        raise NotImplementedError

    def draw(self, **arrays):
        raise NotImplementedError

    def measure(self, **arrays) -> dict:
        return {}

    def words(self, numbers: dict) -> str:
        return repr(Snapshot(numbers))

    def script(self) -> str:
        raise NotImplementedError

    def tools(self) -> list[dict]:
        """Buttons of its own, before those that every panel has."""
        return []

    def pressed(self, name: str):
        """One of them was pressed."""

    # ---- what a student or a notebook calls

    def set(self, **values) -> Snapshot:
        """Change parameters by name, as if the controls were moved, and wait for the picture. Returns what it shows."""
        self.state({**self._wanted, **{n: self._checked(n, v) for n, v in values.items()}})  # do they go together?
        self._take(values)
        return self.snapshot()

    def snapshot(self) -> Snapshot:
        """The numbers that the picture shows now."""
        self._frame(raising=True)
        return Snapshot.of(self.numbers)

    def scenario(self, name: str) -> Snapshot:
        """Everything as this scenario has it."""
        if name not in self.scenarios:
            raise unknown_name(type(self).__name__, name, self.scenarios)
        self._choose(name)
        return self.snapshot()

    def _choose(self, name):
        """Want what the scenario has; the picture follows. This is what the browser's choice does: it waits for nothing."""
        self._scenario = name
        self._take_all(self.scenarios[name].values)
        self.layout.predict(self.scenarios[name].predict)
        self.unpin()

    def reset(self) -> Snapshot:
        """Back to the scenario that was chosen last."""
        return self.scenario(self._scenario)

    def new_noise(self):
        """Throw the die: other random numbers, until the next throw."""
        self._seed += 1
        self._ask()

    def pin(self):
        """Keep this run as a ghost; it is drawn again on the same noise as the run it is compared with."""
        self._pinned = dict(self._wanted)
        self.layout.show_pinned(True)
        self._ask()

    def unpin(self):
        self._pinned = None
        self.layout.show_pinned(False)
        with self._lock:
            for figure in self.figures:
                for curves in figure.curves:
                    curves.clear_ghost()
        self._ask()

    def code(self) -> str:
        """This state as a line of text: `panel.load(code)` brings it back, here or on another machine."""
        return code.write(type(self).__name__, self._changed(), self._seed)

    def load(self, text: str) -> Snapshot:
        """The state that `code()` wrote."""
        self._restore(text)
        return self.snapshot()

    def _restore(self, text):
        values, seed = code.read(type(self).__name__, text, self.parameters)
        checked = {n: self._checked(n, v) for n, v in values.items()}
        self.state({**{n: p.default for n, p in self.parameters.items()}, **checked})  # do they go together?
        self._take_all(values)
        self._seed = seed
        self._ask()

    def state(self, values: dict | None = None) -> tuple:
        """(model, experiment) of these values; by default as the controls have them now."""
        values = self._wanted if values is None else values
        models = [cls for cls in (self.model, self.experiment) if cls is not None]
        built = [cls(**{n: values[n] for n in info(cls) if n in values}) for cls in models]
        return (built[0] if self.model else None, built[-1])

    @property
    def traces(self) -> int:
        """How often `simulate` was traced, by all panels of this class."""
        return self._program().traces

    # ---- from the controls

    def _take(self, values: dict, source=None):
        """Check and store; nothing is stored unless all of it can be. `source` is the widget that shows it already."""
        checked = {n: self._checked(n, v) for n, v in values.items()}
        with self._storing:
            wanted = {**self._wanted, **checked}
            self.state(wanted)  # refuses values that exclude each other, such as a reset above the threshold
            self._wanted = wanted
            self._problem = None  # what was wrong with the values before is over
        for name in values:
            if name in self.controls:
                self.controls[name].error = ""
            self._behind.extend((widget, name) for widget in self._showing(name) if widget is not source)

    def _showing(self, name):
        """The widgets that show the value of a parameter: its control, and the figures it is a handle in."""
        if name in self.controls:
            yield self.controls[name]
        for figure in self.figures:
            if any(figure.has(n) for n in (name, *self.carries.get(name, ()))):
                yield figure.overlay

    def hand(self, name: str):
        """Where the handle or drawing of that name stands; a subclass may draw another quantity than the parameter."""
        return self._wanted[name]

    def _take_all(self, values: dict):
        """These values, and the default for every other parameter."""
        for widget in self.controls.values():
            widget.forget()
        self._take({**{n: p.default for n, p in self.parameters.items()}, **values})

    def _checked(self, name, value):
        if name not in self.parameters:
            raise unknown_name(type(self).__name__, name, self.parameters)
        p = self.parameters[name]
        owner = self.model.__name__ if self.model and name in info(self.model) else type(self).__name__
        value = p.check(owner, controls.read(p, value))
        if np.shape(value) != np.shape(p.default):
            raise ParamError(f"{owner}.{name} has shape {np.shape(value)}, it must be {np.shape(p.default)}.")
        return value

    def _on_control(self, name, change):
        if getattr(self._acting, "now", False):
            return
        widget = self.controls[name]
        try:
            self._take({name: change["new"]}, widget)
        except ParamError as error:
            widget.error = error.what
            widget.acknowledge()
            return
        self._ask()

    def _on_hands(self, figure, change):
        if getattr(self._acting, "now", False):
            return
        old = change["old"] if isinstance(change["old"], dict) else {}
        moved = {n: v for n, v in change["new"].items() if old.get(n) != v}
        try:
            self.touched(figure, moved)
        except ParamError as error:
            self._problem = error
        self._ask()

    def touched(self, figure, moved: dict):
        """A handle was dragged, a curve drawn: by default it is the parameter of that name."""
        self._take({name: value for name, value in moved.items() if name in self.parameters}, figure.overlay)
        for name in moved.keys() - self.parameters.keys():
            self.layout.sketched(name, moved[name])

    def _changed(self) -> dict:
        return {n: v for n, v in self._wanted.items() if np.any(v != self.parameters[n].default)}

    # ---- how it is shown

    def relabel(self):
        """Everything in the current language."""
        for name, widget in self.controls.items():
            controls.relabel(widget, self.parameters[name])
        for figure in self.figures:
            figure.relabel()
        self.layout.relabel()
        if self._shown is not None:
            self._ask()

    def picture(self):
        """The static twin of the figures: SVG that needs no widget."""
        from .. import svg

        with self._lock:  # curves and words of one frame
            self._frame(raising=True)
            rows = [row for row in self.rows if not isinstance(row, Note)]
            rows = [[f.axes() for f in row] if isinstance(row, list) else row.axes() for row in rows]
            return svg.compose(rows, title=tr(self.title), description=f"{tr(self.title)}: {self.words(self.snapshot())}")

    def __repr__(self):
        changed = {**{n: self._wanted[n] for n in self.visible if n in self.controls}, **self._changed()}
        values = ", ".join(f"{n}={short(v)}" for n, v in changed.items() if np.ndim(v) == 0)
        return f"{type(self).__name__}({values}) -> {self.snapshot()!r}"

    @property
    def widget(self):
        return self.layout.widget

    def _repr_mimebundle_(self, include=None, exclude=None):
        text = repr(self)  # compiles and draws: the panel opens with a picture
        bundle = self.widget._repr_mimebundle_() or {}
        return {**bundle, "text/plain": text, "image/svg+xml": self.picture().text}
