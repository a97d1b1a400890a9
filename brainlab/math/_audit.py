"""Audit: what a function read and left behind while it was compiled, besides Variables.

Numbers, arrays and lists that the traced code read are now built into the compiled code. The audit remembers them, so
that a later call can say "k was 1.0 when compiled, is now 100.0" instead of using the old value in silence. And a list
or attribute that holds a tracer after the run was changed from inside: it is put back, and the student is told.
"""

from __future__ import annotations

import dis
import functools
import weakref
from types import CodeType, FunctionType, MethodType

import jax
import numpy as np

from . import errors
from ._array import Array
from ._trace import is_tracer
from ._where import is_user_file

_NUMBERS = (bool, int, float, complex, str)
_ARRAYS = (np.ndarray, np.generic, jax.Array)
_MISSING = "missing"
_LARGE = 1 << 16  # bytes, and list elements: of larger ones a sample is compared


class Audit:
    """What the functions of one program depend on. `changed()` is called before every run, so it is a few `is` tests."""

    def __init__(self, functions=()):
        self.names: dict = {}  # (id, name) -> (weak owner or dict, name, value, label)
        self.cells: dict = {}
        self.contents: dict = {}  # id -> [object that can change in place, what it was, label]
        self.seen: set = set()
        for fun in functions:
            self.function(fun)

    # ---- collecting
    def attribute(self, module, name, value):
        """A Module's attribute was read while a function was traced."""
        label = f"{type(module).__name__}.{name}"
        if self._matters(value, label):
            owner = vars(module) if name in vars(module) else vars(_definer(type(module), name))
            if name in vars(module):
                self.names[id(module), name] = weakref.ref(module), name, value, label
            elif not isinstance(owner.get(name), property):  # of the class, as long as the object has none of its own
                self.names[id(owner), name] = owner, name, value, label
                self.names[id(module), name] = weakref.ref(module), name, _MISSING, label

    def function(self, fun):
        """The globals and closure variables that a function of the student's names, and the functions that it calls."""
        if isinstance(fun, functools.partial):
            return self.function(fun.func)
        if isinstance(fun, MethodType):
            owner = fun.__self__
            if isinstance(fun.__func__, FunctionType) and not hasattr(type(owner), "variables"):  # not a Module
                self._plain_owner(owner, fun.__func__.__code__)
            return self.function(fun.__func__)
        if not isinstance(fun, FunctionType):
            inner = getattr(fun, "fun", None) or vars(_definer(type(fun), "__call__")).get("__call__")
            return self.function(inner) if isinstance(inner, FunctionType | MethodType) else None
        if id(fun) in self.seen or not is_user_file(fun.__code__.co_filename):
            return None
        self.seen.add(id(fun))
        for name in _global_names(fun.__code__):
            value = fun.__globals__.get(name, _MISSING)
            if self._matters(value, name) or name in _stored_names(fun.__code__):
                self.names[id(fun.__globals__), name] = fun.__globals__, name, value, name
        for name, cell in zip(fun.__code__.co_freevars, fun.__closure__ or (), strict=True):
            value = _content(cell)
            if self._matters(value, name):
                self.cells[id(cell)] = cell, value, name

    def _plain_owner(self, owner, code):
        attributes = getattr(owner, "__dict__", {})
        for name in code.co_names:
            if name in attributes and self._matters(attributes[name], name):
                self.names[id(owner), name] = (
                    weakref.ref(owner),
                    name,
                    attributes[name],
                    f"{type(owner).__name__}.{name}",
                )
        if attributes:
            self.contents.setdefault(id(attributes), [attributes, dict(attributes), type(owner).__name__])

    def _matters(self, value, label) -> bool:
        if isinstance(value, Array):
            if not hasattr(value, "_tree"):
                self.contents.setdefault(id(value), [value, value._value, label])
            return not hasattr(value, "_tree")  # a Variable may change, that is what it is for
        if isinstance(value, list | dict):
            self.contents.setdefault(id(value), [value, value.copy(), label])
        elif isinstance(value, np.ndarray):
            self.contents.setdefault(id(value), [value, _sample(value), label])
        elif isinstance(value, FunctionType | MethodType | functools.partial) or hasattr(type(value), "variables"):
            self.function(value)
            return False
        return isinstance(value, (*_NUMBERS, *_ARRAYS)) and not is_tracer(value)

    # ---- after the run
    def restore(self) -> str | None:
        """Put back what holds a tracer now; the name of the first such thing."""
        leaked = None
        for thing, before, label in self.contents.values():
            values = thing.values() if isinstance(thing, dict) else thing if isinstance(thing, list) else ()
            old = before.values() if isinstance(before, dict) else before
            if any(_holds_tracer(v) and not any(v is o for o in old) for v in values):
                if isinstance(thing, dict):
                    changed = [k for k, v in thing.items() if _holds_tracer(v)]
                    leaked = leaked or (f"{label}.{changed[0]}" if label[0].isupper() else f"{label}[{changed[0]!r}]")
                    thing.clear()
                    thing.update(before)
                else:
                    leaked = leaked or label
                    thing[:] = before
        for owner, name, before, label in self.names.values():
            space = _space(owner)
            if isinstance(space, dict) and _holds_tracer(space.get(name)):
                leaked = leaked or label
                space.pop(name) if before is _MISSING else space.update({name: before})
        for cell, before, label in self.cells.values():
            if _holds_tracer(_content(cell)):
                leaked = leaked or label
                cell.cell_contents = before
        return leaked

    def finish(self, kind):
        """End of a good run: complain about what leaked, and take the contents as they are now as the compiled ones.
        Returns which lists and dicts the function has changed itself."""
        leaked = self.restore()
        if leaked:
            raise errors.NotAVariableError.of(
                leaked, kind, "plain Python", "return the value, or write it into a bm.Variable", frame=None
            )
        changed = set()
        for key, entry in self.contents.items():
            thing, before, _ = entry
            entry[1] = thing._value if isinstance(thing, Array) else _sample(thing)
            if isinstance(thing, list | dict) and not _same(entry[1], _sample(before)):
                changed.add(key)  # the function does it itself, for example to count how often it is traced
        return changed

    def forget(self, keys):
        """Do not compare these contents any more."""
        for key in keys:
            self.contents.pop(key, None)

    def built_in(self) -> dict[str, str]:
        """The numbers and arrays from outside, by name."""
        found = [(label, value) for _, _, value, label in self.names.values()]
        found += [(label, value) for _, value, label in self.cells.values()]
        return {label: _text(value) for label, value in found if isinstance(value, (*_NUMBERS, *_ARRAYS, Array))}

    # ---- before every later run
    def changed(self):
        """None, or (name, value when compiled, value now)."""
        for owner, name, old, label in self.names.values():
            space = _space(owner)
            new = old if space is None else space.get(name, _MISSING)
            if new is not old and not _same(new, old):
                return label, _text(old), _text(new)
        for cell, old, label in self.cells.values():
            new = _content(cell)
            if new is not old and not _same(new, old):
                return label, _text(old), _text(new)
        for thing, old, label in self.contents.values():
            if isinstance(thing, Array):
                if thing._value is not old and not _same(thing._value, old):
                    return label, _text(old), _text(thing)
            elif not _same(_sample(thing), old):
                return label, _text(old), _text(_sample(thing))
        return None


def _space(owner):
    """The names of an owner: a dict of globals as it is, an object through a weak reference (None once it is gone)."""
    if isinstance(owner, weakref.ref):
        owner = owner()
        return None if owner is None else owner.__dict__
    return owner


def _definer(cls, name):
    return next((c for c in cls.__mro__ if name in vars(c)), cls)


def _content(cell):
    try:
        return cell.cell_contents
    except ValueError:  # an empty cell: the name is not bound yet
        return _MISSING


@functools.lru_cache(maxsize=4096)
def _names(code: CodeType, opcodes: tuple[str, ...]) -> tuple[str, ...]:
    own = [i.argval for i in dis.get_instructions(code) if i.opname in opcodes]
    nested = [n for c in code.co_consts if isinstance(c, CodeType) for n in _names(c, opcodes)]
    return tuple(dict.fromkeys(own + nested))


def _global_names(code):
    return _names(code, ("LOAD_GLOBAL", "LOAD_NAME", "STORE_GLOBAL"))


def _stored_names(code):
    return _names(code, ("STORE_GLOBAL",))


def _holds_tracer(x) -> bool:
    return is_tracer(x._value if type(x) is Array else x)


def _sample(x):
    """What is compared to see whether x changed in place: numbers and arrays in a list or dict; bytes of an array."""
    if isinstance(x, np.ndarray):
        flat = x.reshape(-1)
        return flat[:: max(1, x.nbytes // _LARGE)].copy()
    if isinstance(x, dict):
        return {k: v for k, v in list(x.items())[:_LARGE] if isinstance(v, (*_NUMBERS, *_ARRAYS))}
    return [v for v in x[:_LARGE] if isinstance(v, (*_NUMBERS, *_ARRAYS))]


def _same(a, b) -> bool:
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_same(a[k], b[k]) for k in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(_same, a, b))
    if isinstance(a, Array | np.ndarray | jax.Array) or isinstance(b, Array | np.ndarray | jax.Array):
        a, b = np.asarray(a), np.asarray(b)
        return a.dtype == b.dtype and np.array_equal(a, b, equal_nan=a.dtype.kind in "fc")
    return a is b or (type(a) is type(b) and (a == b or (a != a and b != b)))


def _text(x) -> str:
    text = " ".join(repr(x if not isinstance(x, Array | jax.Array | np.ndarray) else np.asarray(x).tolist()).split())
    return text if len(text) <= 60 else text[:57] + "..."
