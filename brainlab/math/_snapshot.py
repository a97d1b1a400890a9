"""Snapshot: remember what a value was without keeping it alive, and tell later whether it still is the same."""

from __future__ import annotations

import dataclasses
import itertools
import weakref
from types import FunctionType

import jax
import numpy as np

from ._array import Array
from ._trace import is_tracer

MISSING = type("missing", (), {"__repr__": lambda self: "missing"})()
_NUMBERS = (bool, int, float, complex, str, bytes, type(None))
_SAMPLE = 512  # of longer lists and dicts, and of larger NumPy arrays, only so many elements are compared


class remember:
    """`same = remember(value)`; then `same(other)` is True if other is that value, unchanged inside.

    This is asked before every call of a compiled function, so the usual case (it is the very same object) comes first.
    """

    __slots__ = ("array", "frozen", "ids", "kept", "ref", "shown", "this")

    def __init__(self, value):
        self.frozen = _freeze(value)
        self.this = self.ref = self.array = self.ids = self.kept = None
        self.shown = isinstance(value, (*_NUMBERS, np.ndarray, np.generic, jax.Array, list, tuple, dict))
        if _is_atom(value):
            self.this = value
        elif isinstance(value, Array):
            self.array, self.shown = (weakref.ref(value), value._value), True
        elif isinstance(value, list | tuple) and all(map(_is_atom, value)):
            self.ids, self.kept = list(map(id, value)), list(value)  # kept, so that no other object gets one of these ids
        elif not isinstance(value, list | tuple | dict | set | np.ndarray) and not _changeable(value):
            self.ref = _identity(value).ref

    def __call__(self, other) -> bool:
        if other is self.this and (other is not None or self.frozen == _NONE):
            return True
        if self.ref is not None and self.ref() is other:
            return True
        if self.array is not None and self.array[0]() is other and other._value is self.array[1]:
            return True
        if self.ids is not None and isinstance(other, list | tuple) and self.ids == list(map(id, other)):
            return True
        return _equal(self.frozen, _freeze(other))


def _is_atom(x) -> bool:
    """What cannot change inside, as far as compiled code is concerned, and may be kept: a number, a Variable."""
    return isinstance(x, _NUMBERS) or x is MISSING or hasattr(x, "_tree")


def _changeable(x) -> bool:
    return dataclasses.is_dataclass(x) and not type(x).__dataclass_params__.frozen


_NONE = type(None), None


def _freeze(x, depth=4):
    """Something comparable that stands for x: its numbers, or who it is."""
    if isinstance(x, _NUMBERS):
        return type(x), x
    if isinstance(x, np.generic):
        return x.dtype, x.tobytes()
    if isinstance(x, Array) and not hasattr(x, "_tree"):  # not a Variable: that one may change, it counts by identity
        return "array", x._value
    if isinstance(x, jax.Array):
        return "array", x
    if isinstance(x, np.ndarray):
        flat = x.reshape(-1)
        step = max(1, flat.size // (_SAMPLE * 32))  # 16384 numbers
        return "numpy", x.shape, x.dtype, flat[::step].tobytes() if x.dtype != object else id(x)
    if isinstance(x, list | tuple | set | frozenset) and depth:
        return type(x), len(x), [_freeze(i, depth - 1) for i in itertools.islice(x, _SAMPLE)]
    if isinstance(x, dict) and depth:
        items = itertools.islice(x.items(), _SAMPLE)
        return dict, len(x), [(k if isinstance(k, _NUMBERS) else id(k), _freeze(v, depth - 1)) for k, v in items]
    if isinstance(x, FunctionType):  # defined again with the same text, as when a cell is re-run, it is the same
        cells = [c.cell_contents for c in x.__closure__ or () if _bound(c)]
        return "function", _identity(x), x.__code__, _freeze((x.__defaults__, cells), depth - 1) if depth else None
    if dataclasses.is_dataclass(x) and not isinstance(x, type) and depth:  # a Model: its parameters
        return type(x), [_freeze(getattr(x, f.name, MISSING), depth - 1) for f in dataclasses.fields(x)]
    return "object", _identity(x)


def _identity(x):
    """Who x is. A weak reference: two of them are equal as long as both point to the same living thing."""
    try:
        return _Who(weakref.ref(x))
    except TypeError:
        return _Who(lambda: x)


class _Who:
    def __init__(self, ref):
        self.ref = ref

    def __eq__(self, other):
        mine = self.ref()
        return mine is not None and mine is other.ref()

    __hash__ = None


def _bound(cell) -> bool:
    try:
        cell.cell_contents  # noqa: B018
    except ValueError:
        return False
    return True


def _equal(a, b) -> bool:
    if a[0] == "array" and b[0] == "array":
        return a[1] is b[1] or _same_numbers(a[1], b[1])
    if a[0] == "function" and b[0] == "function":
        return a[1] == b[1] or (a[2] == b[2] and _equal_parts(a[3], b[3]))
    return len(a) == len(b) and all(map(_equal_parts, a, b))


def _equal_parts(a, b) -> bool:
    if isinstance(a, tuple) and isinstance(b, tuple) and a and b:
        return _equal(a, b)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(_equal_parts, a, b))
    if isinstance(a, float | complex) and isinstance(b, float | complex):
        return repr(a) == repr(b)  # nan is nan, and 0.0 is not -0.0
    return a is b or (type(a) is type(b) and a == b)


def _same_numbers(a, b) -> bool:
    if is_tracer(a) or is_tracer(b) or a.shape != b.shape or a.dtype != b.dtype:
        return False
    return jax.dtypes.issubdtype(a.dtype, np.number) and np.array_equal(a, b, equal_nan=a.dtype.kind in "fc")


def holds_tracer(x, depth=3) -> bool:
    """Is x, or anything in it, a value that exists only while a function is traced?"""
    if isinstance(x, Array):
        x = x._value
    if isinstance(x, list | tuple | set):
        return depth > 0 and any(holds_tracer(i, depth - 1) for i in x)
    if isinstance(x, dict):
        return depth > 0 and any(holds_tracer(i, depth - 1) for i in x.values())
    return is_tracer(x)
