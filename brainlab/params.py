"""param(): unit, default, range, symbol and meaning of a parameter, written once, where the equation is.

From one `param(...)` come the signature, the table, the check with its explanation, the slider and the test row.
"""

from __future__ import annotations

import dataclasses
import difflib
import html
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np

from ._teaching import TeachingError


class ParamError(TeachingError, ValueError):
    """A parameter has a value that the equation has no meaning for, or a name that the model does not have.

    >>> from brainlab.models.base import Model
    >>> class Leak(Model):
    ...     tau: float = param(10.0, "ms", "membrane time constant", above=0, slider=(1, 50),
    ...                        why="V would run away from rest instead of towards it")
    >>> Leak(tau=-3.0)
    Traceback (most recent call last):
    brainlab.params.ParamError: Leak.tau = -3.0 ms: the membrane time constant must be above 0 ms.
      why: V would run away from rest instead of towards it.
      try: Leak(tau=10.0)      # 1 to 50 ms is typical
    """


@dataclass(frozen=True)
class Param:
    """What there is to know about one parameter."""

    default: Any
    unit: str = ""
    doc: str = ""
    symbol: str = ""  # LaTeX; the name itself if empty
    above: float | None = None  # the equation stops meaning anything at or below this
    below: float | None = None
    at_least: float | None = None  # the same, and the bound itself still has a meaning
    at_most: float | None = None
    slider: tuple[float, float] | None = None  # where it is interesting
    why: str = ""  # one sentence: what would happen outside the bounds
    structural: bool = False  # changes shapes or control flow: the code is compiled anew
    choices: tuple = ()
    optional: bool = False  # None is a value too: "there is none"
    name: str = ""  # set by the class that it stands in

    @property
    def numeric(self) -> bool:
        return self.optional or isinstance(self.default, int | float | np.ndarray) and not isinstance(self.default, bool)

    @property
    def switch(self) -> bool:
        """True or False. Unless it is structural it is traced, and turning it compiles nothing anew."""
        return isinstance(self.default, bool) and not self.structural

    def with_unit(self, value) -> str:
        return f"{value:g} {self.unit}".strip() if isinstance(value, int | float) else f"{value} {self.unit}".strip()

    @property
    def rule(self) -> str:
        """`above 0 ms`, in words."""
        if self.choices:
            return "one of " + ", ".join(map(repr, self.choices))
        limits = {"above": self.above, "at least": self.at_least, "below": self.below, "at most": self.at_most}
        return " and ".join(f"{word} {self.with_unit(bound)}" for word, bound in limits.items() if bound is not None)

    def outside(self, numbers):
        """Where `numbers` break the rule: an array of bools."""
        bad = np.zeros(np.shape(numbers), bool)
        for bound, breaks in (
            (self.above, np.less_equal),
            (self.at_least, np.less),
            (self.below, np.greater_equal),
            (self.at_most, np.greater),
        ):
            if bound is not None:
                bad = bad | breaks(numbers, bound)
        return bad

    def typical(self) -> str:
        if self.slider is None:
            return ""
        low, high = self.slider
        return f"{low:g} to {self.with_unit(high)} is typical"

    def check(self, owner: str, value):
        """The value as the model keeps it, or a ParamError. Tracers pass: inside compiled code nothing is checked."""
        if self.choices and value not in self.choices:
            raise self._error(owner, value, f"the {self.doc or self.name} must be {self.rule}")
        if self.structural:
            return self._check_structural(owner, value)
        if _is_traced(value) or (self.optional and value is None):
            return value
        if self.switch:
            if not isinstance(value, bool | np.bool_):
                raise self._error(owner, value, f"the {self.doc or self.name} must be True or False")
            return bool(value)
        numbers = _numbers(value)
        if numbers is None:
            kinds = "a number, an array of numbers, or None" if self.optional else "a number or an array of numbers"
            raise self._error(owner, value, f"the {self.doc or self.name} must be {kinds}")
        for bad, rule in ((~np.isfinite(numbers), "finite"), (self.outside(numbers), self.rule)):
            if np.any(bad):
                raise self._error(owner, value, f"the {self.doc or self.name} must be {rule}", np.argwhere(bad)[0])
        if isinstance(value, int | np.number):
            return float(value)  # one dtype, so that 20 and 20.0 are the same compiled code
        if isinstance(value, float):
            return value
        if isinstance(value, np.ndarray) or getattr(value, "dtype", np.dtype(int)).kind != "f":
            return numbers  # a copy: a model does not change when the student's array does
        return value

    def _check_structural(self, owner, value):
        """Of the same kind as the default: a size stays a whole number, a switch True or False."""
        kind, value = type(self.default), int(value) if isinstance(value, np.integer) else value
        if kind in (bool, int, str) and type(value) is not kind:
            word = {bool: "True or False", int: "a whole number", str: "a text"}[kind]
            raise self._error(owner, value, f"the {self.doc or self.name} must be {word}")
        numbers = _numbers(value)
        if numbers is not None and np.any(self.outside(numbers)):
            raise self._error(owner, value, f"the {self.doc or self.name} must be {self.rule}")
        try:
            hash(value)
        except TypeError:
            raise self._error(owner, value, f"the {self.doc or self.name} must be a number, a text or a tuple") from None
        return value

    def _error(self, owner, value, rule, where=()):
        shown, at = value, ""
        if len(where):
            index = tuple(int(i) for i in where)
            shown, at = np.asarray(value)[index].item(), f"[{', '.join(map(str, index))}]"
        shown = f"{shown!r} {self.unit}".strip() if isinstance(shown, int | float) else repr(shown)
        typical = f"      # {self.typical()}" if self.typical() else ""
        return ParamError(
            f"{owner}.{self.name}{at} = {shown}: {rule}.",
            why=self.why,
            try_=f"{owner}({self.name}={self.default!r}){typical}",
        )


def param(
    default,
    unit="",
    doc="",
    *,
    symbol="",
    above=None,
    below=None,
    at_least=None,
    at_most=None,
    slider=None,
    why="",
    structural=False,
    choices=(),
    optional=False,
):
    """Declare a parameter of a `Model`.

    default    : its value if none is given
    unit, doc  : "ms", "membrane time constant"
    symbol     : LaTeX for tables and axes
    above, below : hard bounds, where the equation stops meaning anything
    at_least, at_most : the same, with the bound itself allowed
    slider     : (low, high), where it is interesting
    why        : one sentence on what goes wrong outside the bounds
    structural : True for what changes shapes or control flow; everything else can be moved without compiling anew
    choices    : the possible values of a structural parameter
    optional   : True if the number may also be None, "there is none"; going from None to a number, or back, compiles anew
    """
    choices = tuple(choices)
    about = Param(default, unit, doc, symbol, above, below, at_least, at_most, slider, why, structural, choices, optional)
    if optional and (structural or about.switch or isinstance(default, str)):
        raise ValueError(f"the default {default!r} of '{doc}' is no number: optional=True is for numbers that may be None")
    if not structural and not isinstance(default, str) and np.ndim(unboxed := np.asarray(default)):
        about = dataclasses.replace(about, default=unboxed.astype(float))
        default = about.default
    if not structural and not about.numeric and not about.switch:
        raise ValueError(f"the default {default!r} of '{doc}' is not a number: declare it with structural=True")
    if slider is not None and default is not None and not slider[0] <= _scalar(default) <= slider[1]:
        raise ValueError(f"the default {default} of '{doc}' lies outside its own slider {slider}")
    about.check("default", default)
    if isinstance(default, np.ndarray):
        return dataclasses.field(default_factory=lambda: default.copy(), metadata={"param": about})
    return dataclasses.field(default=default, metadata={"param": about})


def info(model) -> dict[str, Param]:
    """The parameters of a model (or its class) by name: the metadata that sliders, tables and tests are made from."""
    return {
        f.name: dataclasses.replace(f.metadata["param"], name=f.name)
        for f in dataclasses.fields(model)
        if "param" in f.metadata
    }


class Table:
    """Parameters as a table, in text and in a notebook."""

    def __init__(self, title: str, rows: list[Param], values: dict):
        self.title, self.rows, self.values = title, rows, values

    columns = ("name", "value", "unit", "meaning", "range")

    def cells(self) -> list[tuple[str, ...]]:
        return [(p.name, _brief(self.values[p.name]), p.unit, _meaning(p), _range(p)) for p in self.rows]

    def __repr__(self):
        lines = [self.columns, *self.cells()]
        widths = [max(len(line[i]) for line in lines) for i in range(len(self.columns))]
        rows = ["  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip() for line in lines]
        return "\n".join([self.title, *rows])

    def _repr_html_(self):
        head = "".join(f"<th>{c}</th>" for c in ("symbol", *self.columns))
        body = ""
        for p, cells in zip(self.rows, self.cells(), strict=True):
            symbol = f"${p.symbol or p.name}$"
            body += "<tr>" + "".join(f"<td>{html.escape(c)}</td>" for c in (symbol, *cells)) + "</tr>"
        return f"<table><caption>{html.escape(self.title)}</caption><tr>{head}</tr>{body}</table>"


def table(model) -> Table:
    """The table of a model's parameters: of a class with its defaults, of an object with its values."""
    cls = model if isinstance(model, type) else type(model)
    rows = list(info(cls).values())
    values = {p.name: p.default if isinstance(model, type) else getattr(model, p.name) for p in rows}
    return Table(cls.__name__, rows, values)


def unknown_name(owner: str, name: str, known) -> ParamError:
    """The error for a parameter that does not exist, with the one that was meant."""
    known = list(known)
    close = difflib.get_close_matches(name, known, n=1) or [k for k in known if k.lower() == name.lower()]
    return ParamError(
        f"{owner} has no parameter {name!r}." + (f" Did you mean {close[0]!r}?" if close else ""),
        try_=f"{owner}({close[0] if close else known[0]}=...)" if known else "",
        why=f"its parameters are {', '.join(known)}" if known else "it has no parameters",
    )


def _is_traced(value) -> bool:
    return isinstance(getattr(value, "_value", value), jax.core.Tracer)


def _numbers(value):
    """As a NumPy array of floats, or None if it is something else."""
    if isinstance(value, bool | str | bytes | range):
        return None
    try:
        numbers = np.asarray(value)
        return numbers.astype(float) if numbers.dtype.kind in "iuf" else None
    except (TypeError, ValueError):
        return None


def _scalar(default):
    return float(np.mean(default))


def _meaning(p: Param) -> str:
    return p.doc + (" (rebuilds)" if p.structural else "")


def _range(p: Param) -> str:
    return (p.rule or "any") + (" or none" if p.optional else "")


def _brief(value) -> str:
    if value is None:
        return "none"
    if isinstance(value, float):
        return f"{value:g}"
    shape = getattr(value, "shape", ())
    return f"array {tuple(shape)}" if shape else str(value)
