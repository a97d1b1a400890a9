"""Audit: what a function read and left behind while it was compiled, besides Variables.

What the traced code read by name (globals, closure variables, attributes, defaults) is now built into the compiled code.
The audit remembers each name and what it stood for, so that a later call can say "k was 1.0 when compiled, is now 100.0"
instead of using the old value in silence. And a list or object that holds a tracer after the run was changed from inside:
it is put back, and the student is told.

Attributes of Modules are seen when they are read (`Module.__getattribute__`). All other names are read off the byte code
of the student's functions, with the attributes and constant subscripts behind them: `settings["dt"]`, `cell.soma.g_Na`.
Why it is done at all: docs/decisions/0002.
"""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable
from types import FunctionType, MethodType, ModuleType
from typing import NamedTuple

from . import errors
from ._bytecode import names_read
from ._snapshot import MISSING, holds_tracer, only_numbers, remember
from ._text import text
from ._where import is_user_file, is_user_object, place, user_frame

_CONTAINERS = (list, dict, set)
_CHANGING = {"append", "extend", "insert", "add", "update", "clear", "pop", "remove", "discard", "setdefault"}


class Entry(NamedTuple):
    """One name that compiled code depends on."""

    get: Callable  # what it stands for now; GONE if its owner does not live any more
    same: remember  # is that what was compiled?
    old: str  # what it was, in words
    label: str  # what the student calls it


class Watched(NamedTuple):
    """Something that the function could leave a tracer in."""

    now: Callable  # the values in it
    before: list
    put_back: Callable
    label: str
    what: str


GONE = object()


class Audit:
    """What the functions of one program depend on."""

    def __init__(self, functions=()):
        self.entries: dict[tuple, Entry] = {}
        self.watched: dict = {}  # only while the function is traced
        self.stored: set = set()  # names that the function itself binds anew, such as a counter of its own
        self.followed: set = set()  # attributes of Modules of which only a part is used: `self.settings.dt`
        self.whole: set = set()  # and those that are used as a whole as well
        self.seen: set = set()
        for i, fun in enumerate(functions):
            self.function(fun, _weakly(fun), ("function", i), getattr(fun, "__name__", "it"))

    # ---- collecting
    def attribute(self, module, name):
        """A Module's attribute was read while a function was traced."""
        where, label = ("attribute", id(module), name), f"{type(module).__name__}.{name}"
        if where in self.followed - self.whole:
            return
        self._record(_step(_weakly(module), name), where, label, _member(module, name))

    def _record(self, get, where, label, value):
        if where in self.entries or value is MISSING or isinstance(value, ModuleType | property):
            return
        self.entries[where] = Entry(get, remember(value), text(value), label)
        self._watch(value, label)
        self.function(value, get, where, label)
        for inner in _parts(value) if isinstance(value, _CONTAINERS) and len(value) < 100 else ():
            self.function(inner, _weakly(inner), (where, id(inner)), label)

    def function(self, fun, get, where, label):
        """What a function of the student's depends on, and the functions that it names in turn. `get` finds it again."""
        if isinstance(fun, functools.partial):
            self.function(fun.func, _weakly(fun.func), (where, "func"), label)
            for i, value in enumerate(fun.args):
                self._record(_part(get, lambda f, i=i: f.args[i]), (where, i), f"argument {i} of {label}", value)
            for name, value in fun.keywords.items():
                self._record(_part(get, lambda f, n=name: f.keywords[n]), (where, name), name, value)
        elif isinstance(fun, MethodType):
            self._code(fun.__func__, fun.__self__, _weakly(fun.__self__), type(fun.__self__).__name__)
        elif isinstance(fun, FunctionType):
            self._code(fun)
        elif isinstance(fun, staticmethod | classmethod):
            self.function(fun.__func__, get, where, label)
        elif hasattr(type(fun), "same_as"):  # our own Jit and Derivative, and steps
            for i, one in enumerate(getattr(fun, "functions", None) or (fun.fun,)):
                self.function(one, _weakly(one), (where, "fun", i), label)
        elif not isinstance(fun, type) and isinstance(getattr(type(fun), "__call__", None), FunctionType):  # noqa: B004
            self._code(type(fun).__call__, fun, get, label)
        elif callable(fun) and not isinstance(fun, type) and hasattr(fun, "__wrapped__"):  # lru_cache, jax.jit
            self.function(fun.__wrapped__, _weakly(fun.__wrapped__), (where, "wrapped"), label)

    def _code(self, fun, owner=None, get_owner=None, owner_label=""):
        """The names in a function; `owner` is its `self`."""
        if (id(fun), id(owner)) in self.seen:
            return
        self.seen.add((id(fun), id(owner)))
        if not is_user_file(fun.__code__.co_filename):
            if hasattr(fun, "__wrapped__"):
                self.function(fun.__wrapped__, _weakly(fun.__wrapped__), ("wrapped", id(fun)), owner_label)
            return
        loads, stores = names_read(fun.__code__)
        cells = dict(zip(fun.__code__.co_freevars, fun.__closure__ or (), strict=True))
        this, space, get_fun = fun.__code__.co_varnames[:1], fun.__globals__, _weakly(fun)
        for scope, name, path in loads:
            if scope == "cell" and name in cells:
                i, cell = fun.__code__.co_freevars.index(name), cells[name]
                get = _or_kept(_part(get_fun, lambda f, i=i: _content(f.__closure__[i])), _content(cell))
                where = ("cell", id(cell))
                put = functools.partial(setattr, cell, "cell_contents")
                self._watch_name(where, functools.partial(_content, cell), put, name)
                self._follow(get, where, name, _content(cell), path)
            elif scope == "global":
                get, where = functools.partial(space.get, name, MISSING), ("global", id(space), name)
                if name in stores["global"]:
                    self._watch_name(where, get, functools.partial(_bind, space, name), name)
                self._follow(get, where, name, get(), path)
            elif scope in ("local", "cell") and (name,) == this and owner is not None:
                self._of_self(get_owner, owner_label, owner, path)
        self.stored |= {("global", id(space), name) for name in stores["global"]}
        self.stored |= {("cell", id(cells[name])) for name in stores["cell"] if name in cells}
        named = fun.__code__.co_varnames[: fun.__code__.co_argcount]
        for i, name in enumerate(named[len(named) - len(fun.__defaults__ or ()) :]):
            get = _or_kept(_part(get_fun, lambda f, i=i: f.__defaults__[i]), fun.__defaults__[i])
            self._record(get, (id(fun), name), name, fun.__defaults__[i])
        for name, value in (fun.__kwdefaults__ or {}).items():
            get = _or_kept(_part(get_fun, lambda f, n=name: f.__kwdefaults__[n]), value)
            self._record(get, (id(fun), name), name, value)

    def _of_self(self, get, label, owner, path):
        """`self.x` in a method. Of a Module only what goes on through a plain object, `self.settings.dt`, is of interest."""
        where = ("attribute", id(owner), path[0]) if path else None
        if not hasattr(type(owner), "variables"):
            self._follow(get, ("owner", id(owner)), label, owner, path)
        elif len(path) > 1 and is_user_object(part := _member(owner, path[0])) and not hasattr(type(part), "variables"):
            self.followed.add(where)
            self._follow(_step(get, path[0]), where, f"{label}.{path[0]}", part, path[1:])
        else:
            self.whole.add(where)

    def _follow(self, get, where, label, value, path):
        """Along `.soma.g_Na` or `["dt"]` to the thing that counts, as long as it is the student's own objects."""
        if hasattr(type(value), "variables"):  # a Module: what is read of it is seen when it is read
            return self._record(get, where, label, value)
        if path and isinstance(value, _CONTAINERS) and path[0] in _CHANGING:
            return self._watch(value, label)
        inner = _member(value, path[0]) if path and _may_follow(value, path[0]) else MISSING
        if inner is MISSING:
            return self._record(get, where, label, value)
        self._watch(value if isinstance(value, _CONTAINERS) else getattr(value, "__dict__", None), label, depth=2)
        step = f".{path[0]}" if isinstance(path[0], str) else f"[{path[0][0]!r}]"
        if isinstance(inner, FunctionType | property) and not isinstance(value, type | ModuleType):  # a method
            return self._code(inner.fget if isinstance(inner, property) else inner, value, get, label)
        return self._follow(_step(get, path[0]), (where, path[0]), label + step, inner, path[1:])

    def _watch(self, value, label, depth=3):
        """Remember what is in a container now, and in what is in it, to see afterwards what was put there."""
        if isinstance(value, _CONTAINERS) and id(value) not in self.watched and depth and len(value) < 10_000:
            before = value.copy()

            def put_back():
                value.clear()
                value.extend(before) if isinstance(value, list) else value.update(before)

            what = f"a {type(value).__name__}"
            self.watched[id(value)] = Watched(lambda: _parts(value), _parts(before), put_back, label, what)
            for inner in _parts(value):
                self._watch(inner, label, depth - 1)
        elif depth and is_user_object(value) and not hasattr(type(value), "variables"):  # a Module watches itself
            self._watch(getattr(value, "__dict__", None), f"an attribute of {type(value).__name__}", depth - 1)

    def _watch_name(self, where, get, put, label):
        """The same for a global or a closure variable that the function may bind anew."""
        before = get()
        what = "a Variable that was bound to a new array" if hasattr(before, "_tree") else "a name"
        put_back = functools.partial(put, before) if before is not MISSING or where[0] == "global" else lambda: None
        self.watched.setdefault(where, Watched(lambda: [get()], [before], put_back, label, what))

    # ---- after the run
    def restore(self) -> Watched | None:
        """Put back what holds a tracer now; the first such thing."""
        leaked = None
        for watched in self.watched.values():
            if any(holds_tracer(v) and not any(v is o for o in watched.before) for v in watched.now()):
                watched.put_back()
                leaked = leaked or watched
        return leaked

    def finish(self, kind):
        """End of a good run: complain about what leaked, and let go of the student's objects."""
        leaked = self.restore()
        self.watched.clear()
        if leaked:
            try_ = "return the value (a loop stacks what its body returns), or write it into a bm.Variable"
            if leaked.what.startswith("a Variable"):
                name = leaked.label
                raise errors.NotAVariableError(
                    f"{name} was changed inside bm.{kind}: the name got a new array, the Variable was not written.",
                    place(user_frame()),
                    "in Python `V = ...` makes the name V stand for something else; it writes nothing into what V was",
                    f"{name}.value = ...   # or {name} += ...",
                )
            raise errors.NotAVariableError.of(leaked.label, kind, leaked.what, try_)
        self.settle()

    def settle(self):
        """Forget what the function itself changes when it is traced, such as a list that it counts its runs in."""
        changed = self.stored | {where for where, entry in self.entries.items() if _differs(entry)}
        for where in changed & self.entries.keys():
            self.entries.pop(where)

    def add(self, other: Audit):
        self.entries |= other.entries
        self.stored |= other.stored
        self.settle()

    def built_in(self) -> dict[str, str]:
        """The numbers, arrays and settings from outside, by name."""
        return {entry.label: entry.old for entry in self.entries.values() if entry.same.shown}

    # ---- before every later run
    def changed(self):
        """None, or (name, value when compiled, value now)."""
        for entry in self.entries.values():
            if _differs(entry):
                return entry.label, entry.old, entry.get()
        return None


def _differs(entry) -> bool:
    now = entry.get()
    return now is not GONE and not entry.same(now)


# ---- looking things up again, without keeping them alive


def _weakly(thing):
    try:
        ref = weakref.ref(thing)
    except TypeError:
        return lambda: thing
    return lambda: GONE if (alive := ref()) is None else alive


def _part(get, look):
    """Something inside of what `get` finds."""
    return lambda: GONE if (whole := get()) is GONE else look(whole)


def _or_kept(get, value):
    """The same; and when the function is gone, because a lambda is made anew for each call, the value that it held. That
    may have changed inside, and a program that is found again must know."""
    keep = not isinstance(value, _CONTAINERS) or only_numbers(value)
    kept = _weakly(value) if keep else lambda: GONE
    return lambda: kept() if (now := get()) is GONE else now


def _step(get, name):
    return _part(get, functools.partial(_member, name=name))


def _member(whole, name):
    """An attribute as it is stored (no property is run), or with (key,) an element of a list or dict."""
    if isinstance(name, tuple):
        try:
            return whole[name[0]]
        except (LookupError, TypeError):
            return MISSING
    own = getattr(whole, "__dict__", {})
    if name in own:
        return own[name]
    for cls in type(whole).__mro__:
        if name in vars(cls):
            slot = type(vars(cls)[name]).__name__ == "member_descriptor"
            return getattr(whole, name, MISSING) if slot else vars(cls)[name]
    return MISSING


def _may_follow(value, name) -> bool:
    if isinstance(name, tuple):
        return isinstance(value, list | dict | tuple)
    return is_user_object(value) and not isinstance(value, tuple)  # a namedtuple counts by its content


def _content(cell):
    try:
        return cell.cell_contents
    except ValueError:  # an empty cell: the name is not bound yet
        return MISSING


def _bind(space, name, value):
    if value is MISSING:
        space.pop(name, None)
    else:
        space[name] = value


def _parts(container) -> list:
    return list(container.values() if isinstance(container, dict) else container)
