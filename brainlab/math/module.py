"""Module: an object whose Variables are easy to write, find, save and load."""

from __future__ import annotations

import json
from collections.abc import Iterator
from numbers import Number

import jax
import numpy as np

from . import errors
from ._array import Array, fit, raw
from ._snapshot import holds_tracer
from ._trace import current_serial, local
from ._where import user_frame
from .variable import Variable


class Module:
    """The base class of models and networks: plain attributes, some of which are Variables.

    Assigning to an attribute that holds a Variable writes into the Variable:

    >>> class Counter(Module):
    ...     def __init__(self):
    ...         self.count = Variable(0.)
    ...     def step(self):
    ...         self.count = self.count + 1
    >>> counter = Counter()
    >>> counter.step()
    >>> counter.count
    Variable(1., dtype=float32, name='Counter.count')
    >>> counter.variables()
    {'count': Variable(1., dtype=float32, name='Counter.count')}

    Nothing has to be registered and no name has to be unique: transforms find Variables by running the code. Inside a
    transform, changing any other number or array raises `NotAVariableError`, because the change would be lost.
    """

    _born = 0

    def __new__(cls, *args, **kwargs):
        self = super().__new__(cls)
        if local.stack:
            object.__setattr__(self, "_born", current_serial())
        return self

    def __getattribute__(self, name):
        value = object.__getattribute__(self, name)
        if local.stack and name != "_born" and not name.startswith("__"):
            trace = local.stack[0]
            if trace.audit is not None and self._born < trace.serial:
                trace.audit.attribute(self, name)
        return value

    def __setattr__(self, name, value):
        old = self.__dict__.get(name)
        if old is None and isinstance(getattr(type(self), name, None), Variable):
            old = getattr(type(self), name)  # one that all objects of the class share
        if isinstance(old, Variable):
            if value is not old:
                old.value = value.value if isinstance(value, Variable) else value
            return
        if local.stack and value is not old and self._born < local.stack[-1].serial:
            self._forbid(name, old, value)
        if isinstance(value, Variable) and value.name is None:
            value.name = f"{type(self).__name__}.{name}"
        object.__setattr__(self, name, value)

    def _forbid(self, name, old, value):
        """Inside a transform the attributes of an object from outside are constants."""
        fresh = isinstance(value, Module) and value._born or holds_tracer(value)
        if not (isinstance(value, Number | np.ndarray | np.generic | jax.Array | Array) or fresh):
            return
        label, what = f"{type(self).__name__}.{name}", f"a plain {type(value if old is None else old).__name__}"
        try_ = f"self.{name} = bm.Variable({old if isinstance(old, Number) else '...'})   # in __init__"
        if isinstance(value, Variable | Module):
            kind = "bm.Variable" if isinstance(value, Variable) else type(value).__name__
            what, try_ = f"a {type(value).__name__} created there", f"self.{name} = {kind}(...)   # in __init__"
        raise errors.NotAVariableError.of(label, local.stack[-1].kind, what, try_, user_frame())

    def variables(self) -> dict[str, Variable]:
        """Every Variable in this object, in its Modules, lists, tuples and dicts, by its path. For saving, resetting
        and looking; transforms do not need it. A Variable that is shared is listed once."""
        return dict(_walk(self, "", set()))

    def save(self, file) -> None:
        """Write the values of all Variables to one `.npz` file."""
        values = {path: raw(v.value) for path, v in self.variables().items()}
        leaves = {f"{p}|{i}": np.asarray(x) for p, v in values.items() for i, x in enumerate(jax.tree.leaves(v))}
        structure = {p: str(jax.tree.structure(v)) for p, v in values.items()}
        np.savez(_npz(file), **leaves, __structure__=np.array(json.dumps(structure)))

    def load(self, file) -> None:
        """Read what `save` wrote. All of it fits or nothing is changed."""
        mine, shown = self.variables(), "the file" if hasattr(file, "read") else file
        with np.load(_npz(file)) as saved:
            if "__structure__" not in saved:
                raise errors.LoadError(f"{shown} was not written by Module.save.", try_="the file that save() wrote")
            structure = json.loads(str(saved["__structure__"]))
            _compare_names(set(mine), set(structure), shown, type(self).__name__)
            new = {}
            for path, variable in mine.items():
                leaves, tree = jax.tree.flatten(raw(variable.value))
                stored = [saved[f"{path}|{i}"] for i in range(sum(k.rpartition("|")[0] == path for k in saved.files))]
                if structure[path] != str(tree) or [x.shape for x in stored] != [x.shape for x in leaves]:
                    raise errors.LoadError(
                        f"{shown}: {path} was saved with shapes {[x.shape for x in stored]}, "
                        f"this {type(self).__name__} has {[x.shape for x in leaves]}.",
                        why="the file belongs to a model of another size; nothing was loaded",
                        try_=f"build {type(self).__name__} with the sizes it had when it was saved",
                    )
                new[path] = [
                    fit(x if x.dtype.kind != "V" else x.view(old.dtype), old, variable)  # V: bfloat16 in a file
                    for x, old in zip(stored, leaves, strict=True)
                ]
        for path, values in new.items():
            mine[path].value = jax.tree.unflatten(jax.tree.structure(raw(mine[path].value)), values)

    def __repr__(self):
        parts = [f"{k}={_brief(v)}" for k, v in vars(self).items() if not k.startswith("_")]
        return f"{type(self).__name__}({', '.join(parts)})"


def _walk(thing, path: str, seen: set) -> Iterator[tuple[str, Variable]]:
    if id(thing) in seen:
        return
    if isinstance(thing, Variable):
        seen.add(id(thing))
        yield path, thing
    elif isinstance(thing, Module | list | tuple | dict):
        seen.add(id(thing))
        for name, value in _members(thing):
            plain = isinstance(thing, list | tuple) or (isinstance(name, str) and name.isidentifier())
            step = f".{name}" if plain else f"[{name!r}]"
            yield from _walk(value, f"{path}{step}".removeprefix("."), seen)


def _members(thing) -> list:
    if isinstance(thing, Module):
        shared = {k: v for c in type(thing).__mro__ for k, v in vars(c).items() if isinstance(v, Variable)}
        return list((shared | vars(thing)).items())
    return list(thing.items() if isinstance(thing, dict) else enumerate(thing))


def _npz(file):
    return file if hasattr(file, "read") or str(file).endswith(".npz") else f"{file}.npz"


def _compare_names(mine: set, saved: set, file, owner: str) -> None:
    if mine != saved:
        missing, extra = sorted(mine - saved), sorted(saved - mine)
        raise errors.LoadError(
            f"{file} does not fit {owner}: "
            + "; ".join(
                ([f"it lacks {', '.join(missing)}"] if missing else []) + ([f"it has {', '.join(extra)}"] if extra else [])
            )
            + ".",
            why="a half-loaded model looks right and answers wrong; nothing was loaded",
            try_=f"the {owner} that was saved, or another file",
        )


def _brief(value) -> str:
    text = " ".join(repr(value).split())
    return text if len(text) <= 80 else f"<{type(value).__name__}>"
