"""System: what analysis works on. Any model or function as dy/dt = f(y, p), with y one vector and p a dict of numbers."""

from __future__ import annotations

import dataclasses
import difflib
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..integrate._equation import Equation
from ..integrate.joint import JointEq
from ..math._array import raw, unbox
from ..models.base import Model
from ..params import info
from ._checks import refuse


@dataclass(frozen=True)
class Field:
    """dy/dt = field(y, p): raw JAX, y (n,), p a dict of numbers.

    It knows what is the same for all parameter values and nothing else, and is equal to another one of the same model or
    function: as a static argument of a jitted function it finds the code that is compiled already.
    """

    derivative: Callable  # of p, the states and the inputs in order
    states: tuple[str, ...]
    parameters: tuple[str, ...]

    def __call__(self, y, p):
        return jnp.stack([jnp.asarray(d, y.dtype) for d in self.derivative(p, y)])


@dataclass(frozen=True)
class _OfModel:
    cls: type
    fixed: tuple  # the structural parameters, (name, value) each
    inputs: tuple[str, ...]

    def __call__(self, p, y):
        model = object.__new__(self.cls)
        for name, value in (*self.fixed, *((k, v) for k, v in p.items() if k not in self.inputs)):
            object.__setattr__(model, name, value)
        slopes = raw(model.derivative(*y, **{name: p[name] for name in self.inputs}))
        return slopes if isinstance(slopes, tuple | list) else (slopes,)


@dataclass(frozen=True)
class _OfFunction:
    fun: Callable
    several: bool
    names: tuple[str, ...]

    def __call__(self, p, y):
        field = Equation(self.fun).field(tuple(p[name] for name in self.names))
        return field(tuple(y) if self.several else y, jnp.zeros((), y.dtype))


@dataclass(frozen=True)
class System:
    """A field with its parameter values, and where to start looking."""

    field: Field
    p: dict[str, Any]  # name -> number
    start: np.ndarray  # (n,)
    units: dict[str, str]  # of states and parameters, where known
    target: Any  # what the student gave

    @property
    def states(self) -> tuple[str, ...]:
        return self.field.states

    def replace(self, **changes) -> System:
        """With other parameter values."""
        for name in changes:
            self.check_parameter(name)
        return dataclasses.replace(self, p={**self.p, **{k: number(k, v) for k, v in changes.items()}})

    def check_parameter(self, name: str) -> str:
        if name not in self.p:
            name, known = str(name), list(self.p)
            close = [p for p in known if p.lower() == name.lower()] or difflib.get_close_matches(name, known, n=1)
            raise refuse(
                f"there is no parameter {name!r:.40}." + (f" Did you mean {close[0]!r}?" if close else ""),
                why=f"the parameters are {', '.join(known)}" if known else "the parameters of a function stand after t",
                try_=repr((close or known)[0]) if known else f"def f({', '.join(self.states)}, t, {name:.20}=1.0): ...",
            )
        return name

    def check_states(self, states, count: int) -> tuple[int, ...]:
        """The places of the states of those names; None: the first ones."""
        states = self.states[:count] if states is None else (states,) if isinstance(states, str) else tuple(states)
        unknown = [s for s in states if s not in self.states]
        if unknown or len(states) != count or len(set(states)) != count:
            said = f"no state {unknown[0]!r:.40}" if unknown else f"states = {states!r}: {count} different ones needed"
            raise refuse(f"{said}.", why=f"the states are {', '.join(self.states)}", try_=f"{self.states[:count]!r}")
        return tuple(self.states.index(s) for s in states)

    def dtyped(self):
        """p as JAX numbers of one dtype, so that a whole number does not compile anew."""
        return {k: jnp.asarray(unbox(v), jnp.result_type(float)) for k, v in self.p.items()}

    def label(self, name: str) -> str:
        return label(name, self.units)


def label(name: str, units: dict) -> str:
    """The name with its unit."""
    unit = units.get(name, "")
    return f"{name} ({unit})" if unit and unit != "1" else name


def system(target, start=None, args=None, **changes) -> System:
    """A `System` out of a model, or of a function f(x, t, ...) as `bl.solve_ode` takes it (t is 0 here).

    start   : a state from which searches begin; a model has its own, a function of one vector must be told
    args    : values of what f takes after t, in order; those with defaults may be left out
    changes : parameters (of a model: its inputs too) by name

    >>> s = system(lambda x, y, t, a=1.0: (y, -a * x))
    >>> s.states, s.p
    (('x', 'y'), {'a': 1.0})
    >>> s.field(jnp.array([1.0, 0.0]), s.p)
    Array([ 0., -1.], dtype=float32)
    """
    if isinstance(target, System):
        found = target
    elif isinstance(target, Model) and getattr(target, "states", ()):
        found = _of_model(target)
    elif isinstance(target, type) and issubclass(target, Model):
        raise refuse(
            f"{target.__name__} is a class of models, not a model.", why="its parameters have no values yet",
            try_=f"{target.__name__}()",
        )  # fmt: skip
    elif not callable(target) or getattr(target, "model", None) is not None:
        raise refuse(
            f"{target!r:.60} is no model and no function.",
            why="what is analysed is dy/dt = f(y): a model, or f(x, t, ...)",
            try_="bl.analysis.phase_plane(bl.FitzHughNagumo(), I=0.5)",
        )
    else:
        found = _of_function(target, start, () if args is None else args)
    if start is not None:
        found = dataclasses.replace(found, start=_vector(start, found.states))
    return found.replace(**changes) if changes else found


def _of_model(model: Model) -> System:
    states = tuple(model.states)
    inputs = [p for p in inspect.signature(model.derivative).parameters.values() if p.name not in states]
    parameters = {name: p for name, p in info(model).items() if p.numeric and not p.structural}
    fixed = tuple((name, getattr(model, name)) for name in info(model) if name not in parameters)
    p = {name: number(name, getattr(model, name)) for name in parameters}
    p |= {i.name: 0.0 if i.default is inspect.Parameter.empty else number(i.name, i.default) for i in inputs}
    units = {**{name: p.unit for name, p in parameters.items()}, **getattr(model, "units", {})}
    units |= {i.name: getattr(model, "current_unit", "") for i in inputs if i.name == "I"}
    of = _OfModel(type(model), fixed, tuple(i.name for i in inputs))
    start = np.array([float(np.asarray(unbox(x))) for x in model.initial()])
    return System(Field(of, states, tuple(p)), p, start, units, model)


def _of_function(fun, start, args) -> System:
    equation = Equation(fun)
    after = list(equation.signature.parameters.values())[len(equation.states) + 1 :]
    if len(args) > len(after):
        raise refuse(
            f"{equation.name}{equation.signature} takes {len(after)} arguments after t, and args has {len(args)}.",
            why="they are its parameters, by name", try_="args=(" + "".join(f"{a.name}, " for a in after).strip() + ")",
        )  # fmt: skip
    p = {}
    for i, parameter in enumerate(after):
        value = args[i] if i < len(args) else parameter.default
        if value is inspect.Parameter.empty:
            raise refuse(
                f"{equation.name}{equation.signature}: {parameter.name} has no value.",
                why="the parameters are what stands after t",
                try_=f"args=({', '.join(a.name for a in after[: i + 1])},)",
            )
        p[parameter.name] = number(parameter.name, value)
    states, several = equation.states, len(equation.states) > 1
    vector = not several and start is not None and np.ndim(unbox(start)) == 1
    if vector:
        states = tuple(f"{states[0]}{i}" for i in range(len(start)))
    field = Field(_OfFunction(fun, not vector, tuple(p)), states, tuple(p))
    if not several and start is None:
        try:
            jax.eval_shape(field, jnp.zeros(1), p)
        except (IndexError, TypeError, ValueError) as error:
            raise refuse(
                f"{equation.name}{equation.signature} does not take one number: {error!s:.80}",
                why=f"without start= {states[0]} is one number, and not a vector of them",
                try_="start=(0.0, 0.0)",
            ) from error
    units = fun.units if isinstance(fun, JointEq) else {}
    return System(field, p, np.zeros(len(states)), units, fun)


def number(name, value) -> float:
    """One finite number, or an error that says which was not."""
    value = unbox(value)
    if isinstance(value, jax.core.Tracer):
        return value
    try:
        fine = not isinstance(value, str | bool) and np.ndim(value) == 0 and np.isfinite(float(value))
    except (TypeError, ValueError):
        fine = False
    if not fine:
        raise refuse(f"{name} = {value!r:.60}: one finite number is expected.", try_=f"{name}=1.0")
    return float(value)


def _vector(start, states):
    given = start
    try:
        start = np.atleast_1d(np.asarray(unbox(start), float))
    except (TypeError, ValueError):
        start = np.array([np.nan])
    if start.shape != (len(states),) or not np.isfinite(start).all():
        raise refuse(
            f"start = {given!r:.60}: one finite number for each state is expected.",
            why=f"the states are {', '.join(states)}",
            try_=f"start=({', '.join('0.0' for _ in states)})",
        )
    return start
