"""Trace: the record of what one function does to Variables while a transform runs it with unknown numbers.

Every transform (jit, grad, for_loop, ...) runs the student's function once with tracers in place of numbers. While it
runs, a `Trace` lies on this thread's stack. A Variable asks the innermost Trace for its value and tells it the new one,
so afterwards the transform knows which Variables the function reads and writes. The Variables themselves are not
touched: an exception drops the record and nothing else, and other threads never see a tracer.
"""

from __future__ import annotations

import contextlib
import itertools
import threading
from typing import Any, NamedTuple

import jax
from jax.extend.core import get_opaque_trace_state

from . import errors

_serials = itertools.count(1)


class _Local(threading.local):
    stack: tuple[Trace, ...] = ()  # the running traces of this thread, innermost last
    python = False  # inside `bm.disable_jit()`
    calling: Any = None  # what the program that is being called works on: see _program.py


local = _Local()


class Trace:
    """One run of one function under one transform."""

    def __init__(self, kind: str, variables=(), values=(), discovering: bool = False):
        self.kind = kind
        self.serial = next(_serials)
        self.variables = {id(v): v for v in variables}  # met so far, from outside this function
        self.own: list = []  # Variables that the function made: kept, so that no later one gets the same id
        self.values = dict(zip(self.variables, values, strict=True))
        self.asked: set[int] = set()  # Variables whose value the function looked at
        self.written: dict[int, Any] = {}
        self.discovering = discovering
        self.audit: Any = None  # only the outermost trace keeps one: see _audit.py

    def __enter__(self):
        self.parent = local.stack[-1] if local.stack else None
        self.discovering = self.discovering or (self.parent is not None and self.parent.discovering)
        self.jax_state = get_opaque_trace_state()
        local.stack += (self,)
        return self

    def __exit__(self, *exc):
        local.stack = local.stack[:-1]
        if self.parent is not None:
            self.parent.asked |= self.asked

    def read(self, variable):
        self.asked.add(id(variable))
        return self.peek(variable)

    def peek(self, variable):
        """The value for our own use, such as its shape."""
        key = id(variable)
        if key not in self.values:
            self.values[key] = variable._value if self.parent is None else self.parent.peek(variable)
            if variable._born < self.serial:  # otherwise the function made it itself
                self.variables[key] = variable
            else:
                self.own.append(variable)
        return self.values[key]

    def write(self, variable, value):
        self.peek(variable)
        if self.jax_state != get_opaque_trace_state():
            raise errors.RawTransformError.at(variable)
        self.values[id(variable)] = value
        if variable._born < self.serial:
            self.written[id(variable)] = variable


def current_serial() -> int:
    """0 outside every trace; else the number of the innermost one. Arrays remember it as their birthplace."""
    return local.stack[-1].serial if local.stack else 0


def read_all(variables) -> list:
    """The values of Variables as the running trace sees them, for JAX: a pytree Variable as the list of its leaves."""
    return [local.stack[-1].peek(v) for v in variables]


def write_all(variables, values) -> None:
    """Write what came back from JAX; the shapes are right already."""
    for variable, value in zip(variables, values, strict=True):
        local.stack[-1].write(variable, value)


@contextlib.contextmanager
def disable_jit(disable: bool = True):
    """Run everything in plain Python: loops are Python loops, prints show numbers, a breakpoint in a body stops.

    >>> import brainlab.math as bm
    >>> with bm.disable_jit():
    ...     bm.for_loop(lambda x: print(float(x) ** 2), bm.array([1., 2.]))
    1.0
    4.0
    """
    before, local.python = local.python, disable
    try:
        yield
    finally:
        local.python = before


class Found(NamedTuple):
    """What `discover` learnt about a function."""

    variables: list  # every outside Variable it met
    written: list  # those that it wrote
    out: Any  # shapes and dtypes of what it returns

    def pretend(self):
        """Stand-in results while an outer function is only being discovered: the shapes are right, the numbers are
        nobody's. So that a nest of n loops costs n + 2 runs of the body and not 2**n."""
        for variable in self.written:
            variable.value = variable.value
        return jax.tree.map(lambda s: jax.lax.full(s.shape, 0, s.dtype), self.out)


def discover(kind: str, fun, *args, audit=None) -> Found:
    """Run `fun` on shapes only and report the Variables that it meets.

    The lambda is new on every call: `jax.eval_shape` and `jax.jit` share a cache by function identity, and a function
    that JAX has already traced is not run again, so its Variables would go unseen.
    """
    trace = Trace(kind, discovering=True)
    trace.audit = audit

    def run(*args):
        with trace:
            return fun(*args)

    out = jax.eval_shape(lambda *a: run(*a), *args)
    return Found(list(trace.variables.values()), list(trace.written.values()), out)


def is_tracer(x) -> bool:
    return isinstance(x, jax.core.Tracer)
