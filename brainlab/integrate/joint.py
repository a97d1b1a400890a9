"""JointEq: an equation put together from parts, each written as if the states of the others were known."""

from __future__ import annotations

import difflib
import inspect
from dataclasses import dataclass

import jax
import numpy as np

from ..math._array import Array, unbox
from ..math._where import place, user_frame
from ._equation import Equation
from ._methods import MethodTable
from .errors import IntegrateError

_EMPTY, _KIND = inspect.Parameter.empty, inspect.Parameter.POSITIONAL_OR_KEYWORD


class JointEq:
    r"""One equation out of parts: `f(all states, t, parameters)`, which `bl.odeint`, `bl.solve_ode` and the others take.

    parts : functions f(own states, t, other names) -> slopes of the own states. A name after t that is a state of another
            part is that state; any other is a parameter, and parts that use the same name share it
    units : {name: unit}, shown in the table

    The states are those of the parts in order. Every slope is computed from the same states at the same time: the order
    of the parts does not matter, as it would if one were integrated after the other.

    >>> import brainlab as bl, brainlab.math as bm
    >>> def membrane(V, t, n, I=10.0):
    ...     return I - 0.3 * (V + 54.4) - 36 * n**4 * (V + 77)
    >>> def gate(n, t, V):
    ...     return 0.1 * (1 - n) - 0.125 * bm.exp(-(V + 65) / 80) * n
    >>> neuron = bl.JointEq(membrane, gate, units={"V": "mV", "I": "uA/cm2"})
    >>> neuron
    JointEq(V, n, t, I=10.0)
    state  unit  shape  part      depends on
    V      mV    any    membrane  V, n, I
    n      -     any    gate      n, V
    >>> bl.solve_ode(neuron, (-65.0, 0.3), 0.0, 5.0, dt=0.01, args=(0.0,))
    Solution(t (501,), V (501,), n (501,), method='rk4')
    """

    def __init__(self, *parts, units: dict | None = None):
        if not parts:
            raise IntegrateError(
                "JointEq() has no parts.", place(user_frame()), "it joins equations", "bl.JointEq(membrane, gate)"
            )
        self.__name__ = "JointEq"
        self.parts, self.functions = tuple(map(_Part, parts)), parts
        self.states = _states(self.parts)
        self.parameters = _parameters(self.parts, self.states)
        names = [*self.states, "t", *self.parameters]
        self.units = dict(units or {})
        for name in self.units:
            if name not in names:
                raise _unknown(f"units has {name!r:.40}, which is no state or parameter", name, names)
        defaults = [inspect.Parameter(name, _KIND, default=d) for name, d in self.parameters.items()]
        self.__signature__ = inspect.Signature([*(inspect.Parameter(n, _KIND) for n in (*self.states, "t")), *defaults])

    def __call__(self, *given, **named):
        try:
            bound = self.__signature__.bind(*given, **named)
        except TypeError as error:
            raise self._missing(given, named) or IntegrateError(
                f"{self}: {error}.", place(user_frame()), "it is called with all states, then t, then its parameters"
            ) from None
        bound.apply_defaults()
        slopes = [part(bound.arguments) for part in self.parts]
        return slopes[0] if len(self.states) == 1 else tuple(k for ks in slopes for k in _tuple(ks))

    def _missing(self, given, named):
        """The error for the first name that nobody gives."""
        names = list(self.__signature__.parameters)
        absent = [n for n in names[len(given) :] if n not in named and self.parameters.get(n, _EMPTY) is _EMPTY]
        if len(given) > len(names) or any(n not in names for n in named) or not absent:
            return None
        who = ", ".join(part.name for part in self.parts if absent[0] in part.needs)
        what = f"{absent[0]} is needed by {who} and nobody gives it" if who else f"{absent[0]} is not given"
        others = [name for name in names if name != absent[0]]
        return _unknown(what, absent[0], others, "it is a state of no part, and has no value" if who else "")

    def table(self, *y0) -> EquationTable:
        """What depends on what: a row for each state. With values of the states, also their shapes.

        >>> JointEq(lambda x, t, k=1.0: -k * x).table([1.0, 2.0])
        state  unit  shape  part      depends on
        x      -     (2,)   <lambda>  x, k
        """
        if y0 and len(y0) != len(self.states):
            raise IntegrateError(
                f"the table got {len(y0)} values for {len(self.states)} states.",
                place(user_frame()),
                "with values it shows their shapes",
                f"table({', '.join(f'{s}0' for s in self.states)})",
            )
        shapes = dict(zip(self.states, (str(np.shape(unbox(y))) for y in y0), strict=True)) if y0 else {}
        return EquationTable(
            Row(state, self.units.get(state, "-"), shapes.get(state, "any"), part.name, ", ".join(part.depends))
            for part in self.parts
            for state in part.states
        )

    def same_as(self):  # what makes two of these do the same: see math/_program.py
        return self.functions

    def __str__(self):
        return f"JointEq{self.__signature__}"

    def __repr__(self):
        return f"{self}\n{self.table()}"

    def _repr_html_(self):
        return self.table()._repr_html_()


@dataclass(frozen=True)
class Row:
    """What one state depends on."""

    state: str
    unit: str
    shape: str
    part: str
    depends: str


class EquationTable(MethodTable):
    """Rows of states, shown as a table in text and in a notebook."""

    columns = ("state", "unit", "shape", "part", "depends on")

    def cells(self):
        return [[row.state, row.unit, row.shape, row.part, row.depends] for row in self]


class _Part:
    """One function, and the names it takes."""

    def __init__(self, fun):
        equation = Equation(fun)
        self.fun, self.name, self.states = fun, equation.name, equation.states
        after = list(equation.signature.parameters.values())[len(self.states) + 1 :]
        for p in after:
            if p.kind in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD):
                raise IntegrateError(
                    f"{self.name}{equation.signature} takes {p}.",
                    place(user_frame()),
                    "what a part needs is found by its name",
                    f"def {self.name}({', '.join(self.states)}, t, V, I): ...",
                )
        self.needs = {p.name: p.default for p in after}
        self._by_name = {p.name for p in after if p.kind is inspect.Parameter.KEYWORD_ONLY}
        self.depends = tuple(dict.fromkeys((*self.states, *self.needs)))

    def __call__(self, values):
        positional = [values[n] for n in (*self.states, "t", *self.needs) if n not in self._by_name]
        out = self.fun(*positional, **{n: values[n] for n in self._by_name})
        n = len(self.states)
        if n == 1 and out is not None:
            return out
        array = isinstance(out, Array | jax.Array | np.ndarray) and out.shape[:1] == (n,)
        if not array and not (isinstance(out, tuple | list) and len(out) == n):
            got = "nothing" if out is None else f"{len(out)} slopes" if isinstance(out, tuple | list) else "one slope"
            raise IntegrateError(
                f"{self.name} returned {got} for {n} state{'s' * (n != 1)} ({', '.join(self.states)}).",
                place(user_frame()),
                "each part says how fast its own states change, and no others",
                f"return {', '.join('d' + s for s in self.states)}",
            )
        return tuple(out)


def _states(parts):
    """state -> part, in order; each state has one part."""
    owner: dict = {}
    for part in parts:
        for state in part.states:
            if state in owner:
                raise IntegrateError(
                    f"{state} is a state of {owner[state].name} and of {part.name}.",
                    place(user_frame()),
                    "only one part can say how fast it changes",
                    f"def {part.name}(..., t, {state}): ...   # after t it is only read",
                )
            owner[state] = part
    return owner


def _parameters(parts, states):
    """name -> default value: what is needed and is no state. Those without a value come first, as in any function."""
    found: dict = {}
    for part in parts:
        for name, default in part.needs.items():
            if name in states or name == "t":
                continue
            other, by = found.get(name, (_EMPTY, None))
            if other is not _EMPTY and default is not _EMPTY and not np.array_equal(unbox(other), unbox(default)):
                raise IntegrateError(
                    f"{name} is {other!r:.20} in {by} and {default!r:.20} in {part.name}.",
                    place(user_frame()),
                    "parts share what has the same name, and it can have only one value",
                    f"another name, or one value of {name} in both",
                )
            if name not in found or other is _EMPTY:
                found[name] = default, part.name
    values = {name: default for name, (default, _) in found.items()}
    return dict(sorted(values.items(), key=lambda item: item[1] is not _EMPTY))


def _tuple(slopes):
    return slopes if isinstance(slopes, tuple) else (slopes,)


def _unknown(what, name, known, why=""):
    close = difflib.get_close_matches(name, known, n=1) or [k for k in known if k.lower() == name.lower()]
    return IntegrateError(
        f"{what}." + (f" Did you mean {close[0]!r}?" if close else ""),
        place(user_frame()),
        why or f"there are {', '.join(known)}",
        f"args=(..., {name})   # what f takes after t, in order" if why else "",
    )
