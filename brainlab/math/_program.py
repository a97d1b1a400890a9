"""Program: one function, compiled for the Variables it meets. And the cache that finds it again.

Every transform is written once, for the case that it runs inside a trace. Called from plain Python it is compiled as a
whole: `for_loop(body, xs)` is then `jit(for_loop)(body, xs)`. Programs are kept per function, so that the second call
traces nothing, also when the function is a lambda that is made anew each time from the same code and the same objects.
"""

from __future__ import annotations

import functools
import itertools
import threading
import weakref
from collections import OrderedDict
from types import FunctionType, MethodType

import jax
import numpy as np

from . import errors
from ._array import _CONCRETE, Array, as_arrays
from ._audit import Audit
from ._snapshot import only_numbers
from ._trace import Trace, discover, is_tracer, local
from ._translate import JAX_ERRORS, translate
from ._where import place, user_frame
from .module import Module
from .variable import Variable

_KEPT = 1024  # programs; the one unused for longest goes first


class _MoreVariables(Exception):
    """A trace met Variables that are not yet inputs of the program."""


class Program:
    """A jitted function from (values of Variables, arguments) to (result, new values of the Variables it writes)."""

    def __init__(self, kind: str):
        self.kind = kind
        self.variables: tuple[weakref.ref, ...] = ()  # only ever grows; weak, so that a program keeps no state alive
        self.audit = Audit()  # of all its traces
        self.history: list[str] = []  # why each trace was made
        self.reason = "first call"  # of the next one, if it is the first
        self.signature: dict | None = None
        self.lock = threading.Lock()
        self._start()

    def _start(self):
        me = weakref.ref(self)  # no cycle: a program that nobody needs is gone at once, with its compiled code
        self.compiled = jax.jit(lambda values, args, kwargs: me()._trace(values, args, kwargs))

    def __call__(self, inline, functions, args, kwargs):
        """Run `inline(*args, **kwargs)`, compiled. `functions` are the student's own, for the audit."""
        args = tuple([a._value if type(a) is Array else a for a in args])  # the same code for NumPy, JAX and our arrays
        before = local.calling
        while True:
            variables = self.variables
            try:
                values = [ref()._value for ref in variables]
            except AttributeError:  # a Variable that the function used has died: it must be using another one now
                self.variables, self.history = (), []
                self._start()
                continue
            local.calling = inline, functions, variables
            try:
                out, written = self.compiled(values, args, kwargs)
                break
            except _MoreVariables:
                continue
            except Exception as error:
                better = self._explained(error, args, kwargs)
                if better is None:
                    raise
                raise better from None
            finally:
                local.calling = before
        for ref, new in zip(variables, written, strict=True):
            if new is not None:
                variable = ref()
                if type(new) is not _CONCRETE and any(map(is_tracer, jax.tree.leaves(new))):
                    raise errors.RawTransformError.at(variable)
                variable._value = new
        return out

    def _explained(self, error, args, kwargs):
        """The error in the student's terms, if it is one of those that JAX raises about its tracers."""
        if isinstance(error, errors.TeachingError):
            return None
        if isinstance(error, JAX_ERRORS) or isinstance(error.__cause__, JAX_ERRORS) or "concrete values" in str(error):
            return translate(error, self.kind)
        return _not_an_array(self.kind, args, kwargs) if isinstance(error, TypeError) else None

    def stale(self):
        """None, or (name, old, new) of something that is built in and has changed."""
        return self.audit.changed()

    def _trace(self, values, args, kwargs):
        inline, functions, refs = local.calling
        variables = [ref() for ref in refs]
        audit = Audit(functions)
        try:
            if not variables and not self.history:
                found = discover(self.kind, functools.partial(run_boxed, inline), args, kwargs, audit=audit)
                audit.restore()
                if found.variables:
                    self._grow(found.variables)
            with Trace(self.kind, variables, values) as trace:
                trace.audit = audit
                out = run_boxed(inline, args, kwargs)
            new = [v for v in trace.variables.values() if not any(v is w for w in variables)]
            if new:
                self._grow(new)
            audit.finish(self.kind)
        finally:
            audit.restore()
        with self.lock:
            self.audit.add(audit)
            self.history.append(self._reason(variables, values, args, kwargs))
        return out, [trace.values[k] if k in trace.written else None for k in map(id, variables)]

    def _grow(self, more):
        with self.lock:
            known = {id(ref()) for ref in self.variables}
            self.variables += tuple(weakref.ref(v) for v in more if id(v) not in known)
        raise _MoreVariables

    def _reason(self, variables, values, args, kwargs) -> str:
        """Why this trace was needed: what differs from the one before."""
        flat = jax.tree_util.tree_flatten_with_path((args, kwargs))[0]
        now = {_path(path): jax.typeof(x).str_short() for path, x in flat}
        now["x64"] = str(jax.config.jax_enable_x64)
        now["number of Variables"] = str(len(variables))
        before, self.signature = self.signature, now
        if before is None:
            return self.reason
        keys = [k for k in {**before, **now} if before.get(k) != now.get(k)]
        return "; ".join(f"{k}: {before.get(k, 'nothing')} -> {now.get(k, 'nothing')}" for k in keys) or "other structure"


def run_boxed(inline, args, kwargs):
    """Call a function the way the student wrote it: `Array`s in, `Array`s out."""
    out = inline(*as_arrays(args), **as_arrays(kwargs))
    try:
        return as_arrays(out)
    except TypeError:
        bad = next(x for x in jax.tree.leaves(out) if not hasattr(x, "dtype") and not isinstance(x, int | float | complex))
        raise errors.ResultError.of(bad) from None


def _not_an_array(kind, args, kwargs):
    """The error for the first argument that is not made of numbers, if there is one."""
    for path, x in jax.tree_util.tree_flatten_with_path((args, kwargs))[0]:
        try:
            jax.typeof(x)
        except TypeError:
            return errors.StaticArgumentError.of(kind, _path(path), x)
    return None


def _path(path) -> str:
    (which, *rest) = path
    head = f"argument {rest[0].idx}" if which.idx == 0 else f"argument {rest[0].key}"
    return head + jax.tree_util.keystr(tuple(p for p in rest[1:] if getattr(p, "name", "") != "value"))


# ---- arguments that stand for themselves


class Itself:
    """An argument that is passed as the object it is, for example the `self` of a jitted method."""

    def __init__(self, it):
        self.it = it


_BY_IDENTITY = (Variable, Module, Itself)
_NUMBERS = {_CONCRETE, Array, np.ndarray, float, int, bool}


def stands_for_itself(a) -> bool:
    """A Variable or Module, or a list, tuple or dict of nothing else."""
    if type(a) in _NUMBERS:
        return False
    if isinstance(a, _BY_IDENTITY):
        return True
    if type(a) not in (list, tuple, dict) or not a:
        return False
    count, others = _count(a)
    if count and others:
        raise errors.NotAVariableError(
            "an argument is a container that mixes Variables (or Modules) with arrays.",
            place(user_frame()),
            "a Variable stands for itself and an array for its numbers; in one container nobody sees which is which",
            "pass them as two arguments",
        )
    return count > 0


def _count(a):
    """How many Variables and Modules there are in a container, and how many other things."""
    count = others = 0
    inside, seen = [a], set()
    while inside:
        x = inside.pop()
        if type(x) in (list, tuple, dict) and id(x) not in seen:
            seen.add(id(x))
            inside += itertools.islice(x.values() if isinstance(x, dict) else x, 2000)
        elif isinstance(x, _BY_IDENTITY):
            count += 1
        else:
            others += 1
        if others > 1000 and not count:  # a long list of numbers
            break
    return count, others


def boxed(a):
    """An argument inside a trace: an `Array` of its own, unless it stands for itself or is no number at all."""
    return a if stands_for_itself(a) or isinstance(a, str | bytes) or callable(a) else as_arrays(a)


def split(args, kwargs, static=()):
    """Take out what is not traced: static arguments, and Variables and Modules, which stand for themselves.

    Returns (names and objects taken out, positional rest, keyword rest, a function that puts them back).
    """
    kept = {i: a for i, a in enumerate(args) if i in static or stands_for_itself(a)}
    kept |= {k: a for k, a in kwargs.items() if k in static or stands_for_itself(a)}
    rest = tuple(a for i, a in enumerate(args) if i not in kept)
    named = {k: a for k, a in kwargs.items() if k not in kept}

    def together(rest, named):
        rest, back = iter(rest), {k: v.it if isinstance(v, Itself) else v for k, v in kept.items()}
        positional = [back[i] if i in back else next(rest) for i in range(len(args))]
        return positional, named | {k: v for k, v in back.items() if isinstance(k, str)}

    return kept, rest, named, together


def call(kind, inline, functions, args, kwargs, options=(), static=()):
    """Run one transform: in place where a trace (or plain Python) is running already, else as a compiled program."""
    if local.stack or local.python:
        return as_arrays(inline(*args, **kwargs))
    kept, rest, named, together = split(args, kwargs, static)
    program = find(kind, functions, (options, *kept.items()))
    if kept:
        whole = inline

        def inline(*rest, **named):
            positional, named = together(rest, named)
            return whole(*positional, **named)

    return program(inline, functions, rest, named)


# ---- the cache

_programs: OrderedDict = OrderedDict()
_lock = threading.RLock()


def find(kind: str, functions, options=(), fresh: bool = False, renew: bool = True) -> Program:
    """The program of these functions. A new one if there is none, if something built into it has changed (not with
    `renew=False`), or if a `fresh` one is asked for."""
    things: list = []
    key = (kind, *(_key(f, things, ()) for f in functions), _key(options, things, ()))
    with _lock:
        entry = _programs.get(key)
        change = entry[0].stale() if entry is not None and renew else None
        if entry is not None and not fresh and change is None:
            _programs.move_to_end(key)
            return entry[0]
        program = Program(kind)
        if change is not None:
            program.reason = "{} changed: {} -> {}".format(*change)
        _programs[key] = program, [_hold(thing, key) for thing in things]
        while len(_programs) > _KEPT:
            _programs.popitem(last=False)
    return program


def _hold(thing, key):
    """Keep the id in the key valid: forget the program when the thing dies, or keep the thing if it cannot tell us."""
    try:
        return weakref.ref(thing, lambda _: _programs.pop(key, None))
    except TypeError:
        return thing


class ByValue:
    """A static argument: it counts by what it is equal to, not by who it is."""

    def __init__(self, x):
        self.x = x


def _key(x, things, path):
    """Equal for two functions that must do the same: same code, and the same objects in closure and defaults."""
    if x is None or isinstance(x, bool | int | str | bytes):
        return type(x), x
    if isinstance(x, float | complex):
        return type(x), repr(x)  # nan, -0.0
    if isinstance(x, np.generic):
        return x.dtype, x.tobytes()
    if any(x is p for p in path):  # a function that names itself
        return "itself"
    path = (*path, x)
    parts = x.items() if isinstance(x, dict) else x
    if isinstance(x, tuple) or (isinstance(x, list | dict) and _count(x)[0]):  # by content, so it need not be kept
        return type(x), *(_key(i, things, path) for i in parts)
    if isinstance(x, MethodType):
        return "method", _key(x.__func__, things, path), _key(x.__self__, things, path)
    if isinstance(x, functools.partial):
        return "partial", *(_key(i, things, path) for i in (x.func, x.args, x.keywords))
    if isinstance(x, FunctionType):
        things.append(x.__code__)
        cells = tuple(_key(_cell(c), things, path) for c in x.__closure__ or ())
        defaults = (x.__defaults__, x.__kwdefaults__)
        return id(x.__code__), id(x.__globals__), cells, _key(defaults, things, path)
    if isinstance(x, ByValue):
        return type(x.x), x.x if not isinstance(x.x, np.generic | float) else _key(x.x, things, path)
    if hasattr(type(x), "same_as"):  # our own Jit and Derivative, made anew each time of the same function
        return type(x), *(_key(i, things, path) for i in x.same_as())
    x = x.it if isinstance(x, Itself) else x
    owner = next((p for p in reversed(path[:-1]) if isinstance(p, FunctionType)), None)
    if type(x) in (list, dict, set) and owner is not None and not only_numbers(x):
        things.append(owner)  # a list cannot tell us when it dies; the function that holds it can, and does not outlive it
    else:
        things.append(x)
    return id(x)


def _cell(cell):
    try:
        return cell.cell_contents
    except ValueError:
        return None
