"""Audit: what a function read and left behind while it was compiled, besides Variables.

What the traced code read by name (globals, closure variables, attributes) is now built into the compiled code. The audit
remembers each name and what it stood for, so that a later call can say "k was 1.0 when compiled, is now 100.0" instead of
using the old value in silence. And a list or object that holds a tracer after the run was changed from inside: it is put
back, and the student is told.
"""

from __future__ import annotations

import dis
import functools
import weakref
from types import CodeType, FunctionType, MethodType, ModuleType

from . import errors
from ._snapshot import MISSING, holds_tracer, remember
from ._text import text
from ._where import is_user_file

_LOADS = ("LOAD_GLOBAL", "LOAD_NAME", "LOAD_DEREF", "LOAD_CLASSDEREF")
_CONTAINERS = (list, dict, set)
_GONE = object()  # the owner of a name does not live any more, so nobody can have changed it


class Audit:
    """What the functions of one program depend on.

    entries : (where, name) -> (get, name, same, old text, label). `get(name, MISSING)` looks it up now, and `same(now)`
              says whether it still is what was compiled. Nothing here keeps the student's objects alive.
    """

    def __init__(self, functions=()):
        self.entries: dict = {}
        self.watched: dict = {}  # id -> (what is in it now, what was in it, put that back, label); only during the trace
        self.stored: set = set()  # names that the function itself binds anew, such as a counter of its own
        self.seen: set = set()
        for fun in functions:
            self.function(fun)

    # ---- collecting
    def attribute(self, module, name, value):
        """A Module's attribute was read while a function was traced."""
        self._member(module, name, value, type(module).__name__)

    def _member(self, owner, name, value, owner_name):
        label = f"{owner_name}.{name}"
        own = getattr(owner, "__dict__", {})
        definer = next((c for c in type(owner).__mro__ if name in vars(c)), None)
        if name in own:
            self._record(_weak_getter(owner), (id(owner), name), name, value, label)
        elif definer is not None and not isinstance(vars(definer)[name], property | FunctionType):
            self._record(vars(definer).get, (id(definer), name), name, vars(definer)[name], label)
            own_text = text(vars(definer)[name])  # and nothing of the object's own hides it
            self._record(_weak_getter(owner), (id(owner), name), name, MISSING, label, own_text)
        elif definer is not None and isinstance(vars(definer)[name], FunctionType):
            self._code(vars(definer)[name], owner)

    def _record(self, get, where, name, value, label, old=None):
        if where in self.entries:
            return
        if isinstance(value, ModuleType) or (isinstance(value, type) and value is not MISSING):
            return
        self.entries[where] = get, name, remember(value), old or text(value), label
        self._watch(value, label)
        self.function(value.__func__ if isinstance(value, staticmethod | classmethod) else value)

    def _watch(self, value, label, depth=3):
        """Remember what is in a container now, and in the containers inside it, to see afterwards what was put there."""
        if isinstance(value, _CONTAINERS) and id(value) not in self.watched and depth and len(value) < 10_000:
            before = value.copy()

            def put_back():
                value.clear()
                value.extend(before) if isinstance(value, list) else value.update(before)

            self.watched[id(value)] = lambda: _parts(value), _parts(before), put_back, label
            for inner in _parts(value):
                self._watch(inner, label, depth - 1)
        elif depth and not isinstance(value, type) and hasattr(value, "__dict__") and is_user_file(_file_of(type(value))):
            if not hasattr(type(value), "variables"):  # a Module looks after its attributes itself
                self._watch(vars(value), type(value).__name__, depth - 1)

    def _watch_name(self, where, get, put, label):
        """The same for a global or a closure variable that the function binds anew."""
        before = get()
        self.watched.setdefault(where, (lambda: [get()], [before], lambda: put(before), label))

    def function(self, fun):
        """What a function of the student's names, and the functions that it names in turn."""
        if isinstance(fun, functools.partial):
            self.function(fun.func)
            for i, value in enumerate(fun.args):
                self._record(_weak(fun, lambda f, i=i: f.args[i]), (id(fun), i), str(i), value, f"argument {i} of a partial")
            for name, value in fun.keywords.items():
                self._record(_weak(fun, lambda f, n=name: f.keywords[n]), (id(fun), name), name, value, name)
            return
        if isinstance(fun, MethodType):
            return self._code(fun.__func__, fun.__self__)
        if not isinstance(fun, FunctionType):
            if type(fun).__module__.startswith("brainlab.math") and hasattr(fun, "fun"):  # our own Jit and Derivative
                return self.function(fun.fun)
            call = next((vars(c)["__call__"] for c in type(fun).__mro__ if "__call__" in vars(c)), None)
            return self._code(call, fun) if isinstance(call, FunctionType) else None
        if not is_user_file(fun.__code__.co_filename):
            return self.function(fun.__wrapped__) if hasattr(fun, "__wrapped__") else None
        self._code(fun, None)

    def _code(self, fun, owner):
        if not isinstance(fun, FunctionType):
            return self.function(fun)
        if (id(fun), id(owner)) in self.seen or not is_user_file(fun.__code__.co_filename):
            return None
        self.seen.add((id(fun), id(owner)))
        loads, stores = _names(fun.__code__)
        self.stored.update(stores)
        cells = dict(zip(fun.__code__.co_freevars, fun.__closure__ or (), strict=True))
        first = fun.__code__.co_varnames[:1]
        for op, root, path in loads:
            if op == "self":
                value = owner if (root,) == first and owner is not None else None
            elif root in cells:
                cell = cells[root]
                value = _content(cell)
                i = fun.__code__.co_freevars.index(root)
                self._record(_weak(fun, lambda f, i=i: _content(f.__closure__[i])), id(cell), root, value, root)
                self._watch_name(id(cell), lambda cell=cell: _content(cell), lambda v, cell=cell: _fill(cell, v), root)
            else:
                space = fun.__globals__
                value = space.get(root, MISSING)
                if value is MISSING and root not in stores:
                    continue  # a builtin
                self._record(space.get, (id(space), root), root, value, root)
                if root in stores:
                    get = functools.partial(space.get, root, MISSING)
                    self._watch_name((id(space), root), get, functools.partial(_bind, space, root), root)
            self._path(value, path, type(owner).__name__ if op == "self" else root)
        positional = fun.__code__.co_varnames[: fun.__code__.co_argcount]
        for i, name in enumerate(positional[len(positional) - len(fun.__defaults__ or ()) :]):
            self._record(_weak(fun, lambda f, i=i: f.__defaults__[i]), (id(fun), name), name, fun.__defaults__[i], name)
        for name, value in (fun.__kwdefaults__ or {}).items():
            self._record(_weak(fun, lambda f, n=name: f.__kwdefaults__[n]), (id(fun), name), name, value, name)
        return None

    def _path(self, value, path, label):
        """`settings.rates.k`: the attributes of plain objects. Those of Modules are seen when they are read."""
        for name in path:
            if value is None or value is MISSING:
                return
            if hasattr(type(value), "variables"):
                pass
            elif isinstance(value, ModuleType):
                if not is_user_file(getattr(value, "__file__", None) or "<frozen"):
                    return
                self._record(vars(value).get, (id(value), name), name, vars(value).get(name, MISSING), f"{label}.{name}")
            elif not is_user_file(_file_of(type(value))):
                return
            else:
                self._member(value, name, getattr(value, "__dict__", {}).get(name), label)
                self._watch(getattr(value, "__dict__", None), label, depth=1)
            value, label = getattr(value, "__dict__", {}).get(name), f"{label}.{name}"

    # ---- after the run
    def restore(self) -> str | None:
        """Put back what holds a tracer now; the name of the first such thing."""
        leaked = None
        for now, before, put_back, label in self.watched.values():
            if any(holds_tracer(v) and not any(v is o for o in before) for v in now()):
                put_back()
                leaked = leaked or label
        return leaked

    def finish(self, kind):
        """End of a good run: complain about what leaked, and let go of the student's objects."""
        leaked = self.restore()
        if leaked:
            raise errors.NotAVariableError.of(
                leaked, kind, "plain Python", "return the value, or write it into a bm.Variable"
            )
        self.watched.clear()
        self.settle()

    def settle(self):
        """Forget what the function itself changes when it is traced, such as a list that it counts its runs in."""
        for where, (get, name, same, _, _) in list(self.entries.items()):
            now = get(name, MISSING)
            if name in self.stored or (now is not _GONE and not same(now)):
                self.entries.pop(where)

    def add(self, other: Audit):
        self.entries |= other.entries
        self.stored |= other.stored
        self.settle()

    def built_in(self) -> dict[str, str]:
        """The numbers, arrays and settings from outside, by name."""
        return {label: old for _, _, same, old, label in self.entries.values() if same.shown}

    # ---- before every later run
    def changed(self):
        """None, or (name, value when compiled, value now)."""
        for get, name, same, old, label in self.entries.values():
            now = get(name, MISSING)
            if now is not _GONE and not same(now):
                return label, old, now
        return None


def _weak_getter(owner):
    """Look up an attribute of an object without keeping it alive. One that is gone cannot have changed."""
    try:
        ref = weakref.ref(owner)
    except TypeError:
        return owner.__dict__.get

    def get(name, default):
        alive = ref()
        return _GONE if alive is None else alive.__dict__.get(name, default)

    return get


def _weak(owner, look):
    """The same for a closure variable, a default, an argument of a partial: the function that has it is asked."""
    ref = weakref.ref(owner)

    def get(name, default):
        alive = ref()
        return _GONE if alive is None else look(alive)

    return get


def _content(cell):
    try:
        return cell.cell_contents
    except ValueError:  # an empty cell: the name is not bound yet
        return MISSING


def _fill(cell, value):
    if value is not MISSING:
        cell.cell_contents = value


def _bind(space, name, value):
    if value is MISSING:
        space.pop(name, None)
    else:
        space[name] = value


def _parts(container) -> list:
    return list(container.values() if isinstance(container, dict) else container)


def _file_of(cls) -> str:
    """The file that a class of the student's stands in; anything else has no methods written in Python files of theirs."""
    functions = [v for v in vars(cls).values() if isinstance(v, FunctionType)]
    return functions[0].__code__.co_filename if functions else ("<student>" if cls.__module__ == "__main__" else "<frozen")


@functools.lru_cache(maxsize=4096)
def _names(code: CodeType):
    """What a piece of code reads and binds by name: ((kind of load, name, attributes behind it), ...), {names bound}."""
    loads, stores, chain = [], set(), None
    first = code.co_varnames[:1] if code.co_argcount else ()
    for i in dis.get_instructions(code):
        if i.opname in _LOADS:
            chain = (i.opname, i.argval, [])
            loads.append(chain)
        elif i.opname.startswith("LOAD_FAST") and (i.argval,) == first:
            chain = ("self", i.argval, [])
            loads.append(chain)
        elif i.opname in ("LOAD_ATTR", "LOAD_METHOD") and chain is not None:
            chain[2].append(i.argval)
        elif i.opname in ("STORE_GLOBAL", "STORE_DEREF"):
            stores.add(i.argval)
            chain = None
            loads.append((i.opname.replace("STORE", "LOAD"), i.argval, []))
        elif i.opname not in ("CACHE", "EXTENDED_ARG"):
            chain = None
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            more, bound = _names(inner)
            loads += [(op, root, list(path)) for op, root, path in more if op != "self"]
            stores |= bound
    return tuple((op, root, tuple(path)) for op, root, path in loads), frozenset(stores)
