"""Snapshot: remember what a value was without keeping it alive, and tell later whether it still is the same."""

from __future__ import annotations

import functools
import itertools
import weakref
from types import CodeType, FunctionType, MethodType

import jax
import numpy as np

from ._array import Array
from ._trace import is_tracer
from ._where import is_user_object

MISSING = type("missing", (), {"__repr__": lambda self: "missing"})()
_NUMBERS = (bool, int, float, complex, str, bytes, type(None))
_SAMPLE = 1024  # of longer lists and dicts, and 16 times as many numbers of an array, only so many elements are compared

_DEPTH = 8  # containers in containers, functions in closures


class remember:
    """`same = remember(value)`; then `same(other)` is True if other is that value, or one that compiles to the same.

    This is asked before every call of a compiled function, so the usual case (it is the very same object) comes first.
    """

    __slots__ = ("array", "frozen", "ids", "kept", "ref", "shown", "this", "weak")

    def __init__(self, value):
        self.frozen = _freeze(value)
        self.ref = self.array = self.ids = self.kept = self.weak = None
        self.this = value if _is_atom(value) else GONE
        self.shown = isinstance(value, (*_NUMBERS, np.ndarray, np.generic, jax.Array, list, tuple, dict))
        if isinstance(value, Array) and not hasattr(value, "_tree"):
            self.array, self.shown = (weakref.ref(value), value._value), True
        elif isinstance(value, list | tuple):
            sample = value[:: len(value) // _SAMPLE + 1]
            if all(_is_atom(x) or hasattr(x, "_tree") for x in sample):  # numbers and Variables: who they are says it all
                self.ids, self.kept = list(map(id, sample)), [x for x in sample if _is_atom(x)]
                self.weak = [weakref.ref(x) for x in sample if not _is_atom(x)]
        elif self.this is GONE and not isinstance(value, dict | set | np.ndarray):
            self.ref = _weak(value)

    def __call__(self, other) -> bool:
        if other is self.this:
            return True
        if self.ref is not None and self.ref() is other and not is_user_object(other):
            return True
        if self.array is not None and self.array[0]() is other and other._value is self.array[1]:
            return True
        if self.ids is not None and type(other) in (list, tuple):
            sample = other[:: len(other) // _SAMPLE + 1]
            if self.ids == list(map(id, sample)) and all(ref() is not None for ref in self.weak):
                return len(other) == self.frozen[1]
        return _equal(self.frozen, _freeze(other))


GONE = object()


def _is_atom(x) -> bool:
    """What cannot change inside and may be kept."""
    return isinstance(x, _NUMBERS) or x is MISSING or type(x) in (range, slice) or isinstance(x, jax.Array)


def _freeze(x, depth=_DEPTH):
    """Something comparable that stands for x: its numbers, its parts, or who it is."""
    if isinstance(x, _NUMBERS):
        return type(x), x
    if isinstance(x, np.generic):
        return x.dtype, x.tobytes()
    if isinstance(x, Array) and not hasattr(x, "_tree"):  # not a Variable: that one may change, it counts by identity
        return "array", x._value
    if isinstance(x, jax.Array):
        return "array", x
    if isinstance(x, np.ndarray):
        if x.dtype == object:
            return "object", _Who(_weak(x))
        return "numpy", x.shape, x.dtype, x.flat[:: x.size // (16 * _SAMPLE) + 1].tobytes()
    if type(x) in (range, slice):
        return type(x), repr(x)
    if isinstance(x, set | frozenset):
        return "set", len(x), sorted(map(repr, x)) if all(isinstance(i, _NUMBERS) for i in x) else _Who(_weak(x))
    if depth == 0:
        return "object", _Who(_weak(x))
    most = _SAMPLE if depth == _DEPTH else 64
    if isinstance(x, list | tuple):
        sample = x[:: len(x) // most + 1]
        return type(x).__qualname__, len(x), [_freeze(i, depth - 1) for i in sample]
    if isinstance(x, dict):
        items = itertools.islice(x.items(), most)
        return dict, len(x), [(_freeze(k, 1), _freeze(v, depth - 1)) for k, v in items]
    parts = _parts(x)
    return ("object", _Who(_weak(x))) if parts is None else ("parts", _Who(_weak(x)), [_freeze(p, depth - 1) for p in parts])


def _parts(x):
    """What a thing is made of, if another one of the same parts does the same; None if it counts by identity."""
    if isinstance(x, FunctionType):  # defined again with the same text, as when a cell is run again
        cells = [c.cell_contents for c in x.__closure__ or () if _bound(c)]
        return [code_text(x.__code__), x.__defaults__, x.__kwdefaults__, cells]
    if isinstance(x, MethodType):
        return [x.__func__, x.__self__]
    if isinstance(x, functools.partial):
        return [x.func, x.args, x.keywords]
    if hasattr(type(x), "same_as"):  # our own Jit and Derivative
        return list(x.same_as())
    if callable(x) and not isinstance(x, type) and hasattr(x, "__wrapped__"):  # lru_cache, jax.jit
        return [x.__wrapped__]
    if isinstance(x, CodeType):
        return [code_text(x)]
    if is_user_object(x) and not isinstance(x, type) and not hasattr(type(x), "variables") and hasattr(x, "__dict__"):
        return [type(x).__qualname__, {k: v for k, v in vars(x).items()}]
    return None


def code_text(code) -> tuple:
    """A function's code without where it stands: moved down by a line, it is still the same."""
    consts = tuple(code_text(c) if isinstance(c, CodeType) else (type(c).__name__, repr(c)) for c in code.co_consts)
    return code.co_code, consts, code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars


def _weak(x):
    try:
        return weakref.ref(x)
    except TypeError:
        return lambda: x


class _Who:
    """Who something is. Equal as long as both are the same living thing."""

    __hash__ = None

    def __init__(self, ref):
        self.ref = ref

    def __eq__(self, other):
        mine = self.ref()
        return mine is not None and isinstance(other, _Who) and mine is other.ref()


def _bound(cell) -> bool:
    try:
        cell.cell_contents  # noqa: B018
    except ValueError:
        return False
    return True


def _equal(a, b) -> bool:
    if isinstance(a, tuple) and isinstance(b, tuple) and a and b:
        if a[0] == b[0] == "array":
            return a[1] is b[1] or _same_numbers(a[1], b[1])
        if a[0] == b[0] == "parts":
            return _equal(a[2], b[2])
    if isinstance(a, tuple | list) and type(a) is type(b):
        return len(a) == len(b) and all(map(_equal, a, b))
    if isinstance(a, float | complex) and isinstance(b, float | complex):
        return type(a) is type(b) and repr(a) == repr(b)  # nan is nan, and 0.0 is not -0.0
    return a is b or (type(a) is type(b) and a == b)


def _same_numbers(a, b) -> bool:
    if is_tracer(a) or is_tracer(b) or a.shape != b.shape or a.dtype != b.dtype:
        return False
    if jax.dtypes.issubdtype(a.dtype, jax.dtypes.prng_key):
        a, b = jax.random.key_data(a), jax.random.key_data(b)
    return np.array_equal(a, b, equal_nan=a.dtype.kind in "fc")


def holds_tracer(x, depth=3) -> bool:
    """Is x, or anything in it, a value that exists only while a function is traced?"""
    if isinstance(x, Array):
        x = x._value
    if isinstance(x, list | tuple | set):
        return depth > 0 and len(x) < 10_000 and any(holds_tracer(i, depth - 1) for i in x)
    if isinstance(x, dict):
        return depth > 0 and len(x) < 10_000 and any(holds_tracer(i, depth - 1) for i in x.values())
    return is_tracer(x)


def only_numbers(container, most=1000) -> bool:
    """Cheap to keep: as far as we look, numbers and texts, and lists and dicts of them."""
    for x in itertools.islice(container.values() if isinstance(container, dict) else container, most):
        if type(x) in (list, dict, set, tuple):
            if most < 10 or not only_numbers(x, most // 10):
                return False
        elif not isinstance(x, int | float | complex | str | bytes | type(None)):
            return False
    return True
