"""Equation: the student's f(x, t, ...) as the engines need it: a raw JAX function of (states, time), its result checked."""

from __future__ import annotations

import inspect

import jax
import jax.numpy as jnp
import numpy as np

from ..math._array import Array, as_arrays, raw, unbox
from ..math._program import boxed
from ..math._trace import is_tracer
from ..math._where import place, user_frame
from .errors import IntegrateError

_POSITIONAL = inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD


class Equation:
    """What can be read off the student's function: its states are the parameters before the one called t."""

    def __init__(self, fun):
        self.fun, self.name = fun, getattr(fun, "__name__", type(fun).__name__)
        self.signature, before = _parameters_before_t(fun, self.name)
        if not before:
            raise IntegrateError(
                f"{self.name}{self.signature} has no state before t.",
                place(user_frame()),
                "first what changes in time, then t, then the rest",
                "def f(x, t): ...",
            )
        if "dt" in self.signature.parameters:
            raise IntegrateError(
                f"{self.name}{self.signature} has a parameter dt, which is the name of the step.",
                place(user_frame()),
                "an equation does not know how it is integrated",
                "another name than dt",
            )
        self.states = tuple(before)

    def bind(self, given, named, solving=False):
        """(the states, t, the arguments after them, those by name), or an error that says what is missing: in the call of a
        step, or in the args of a solution."""
        n, names = len(self.states), list(self.signature.parameters)
        try:
            bound = self.signature.bind(*given, **named)
        except TypeError as error:
            after = ", ".join(names[n + 1 :]) + "," * (len(names) == n + 2)
            how, rest = (
                ("f is called with", "what is in args") if solving else ("a step is called with", "its other arguments")
            )
            raise IntegrateError(
                f"{self.name}{self.signature}: {error}.",
                place(user_frame()),
                f"{how} {', '.join((*self.states, 't'))}, then {rest}",
                f"args=({after})" if solving else f"step({', '.join(names)})",
            ) from None
        return bound.args[:n], bound.args[n], bound.args[n + 1 :], bound.kwargs

    def initial(self, y0):
        """y0 as numbers: one array, or one for each state."""
        n = len(self.states)
        if n == 1:
            return numbers("y0", y0)
        if not isinstance(y0, tuple | list) or len(y0) != n:
            many = f"{len(y0)} values" if isinstance(y0, tuple | list) else "one value"
            raise IntegrateError(
                f"{self.name} has {n} states ({', '.join(self.states)}), and y0 has {many}.",
                place(user_frame()),
                "each state needs to know where it starts",
                f"y0=({', '.join(f'{s}0' for s in self.states)})",
            )
        return tuple(numbers(f"{state}0", value) for state, value in zip(self.states, y0, strict=True))

    def floats(self, y):
        """States as raw JAX arrays of floats: one, or a tuple of them."""
        y = tuple(map(_float, y if isinstance(y, tuple) and len(self.states) > 1 else (y,)))
        return y if len(self.states) > 1 else y[0]

    def field(self, args=(), named=None):
        """f(y, t) -> dy for the steppers. The arguments are copied for each call: f may change them in place."""

        def field(y, t):
            states = y if isinstance(y, tuple) else (y,)
            more = {k: boxed(a) for k, a in (named or {}).items()}
            out = self.fun(*as_arrays(states), as_arrays(_float(t)), *map(boxed, args), **more)
            slopes = self._slopes(out, states)
            return slopes if isinstance(y, tuple) else slopes[0]

        return field

    def _slopes(self, out, states):
        """One derivative for each state, of its shape; one number will do for all elements."""
        n = len(states)
        if n == 1 and not (isinstance(out, tuple | list) and np.shape(states[0])[:1] == (len(out),)):
            out = (out,)  # else it is a list of the elements: [dx, dy, dz]
        elif n == 1:
            out = (_joined(out),)
        elif isinstance(out, Array | jax.Array) and out.shape[:1] == (n,):
            out = tuple(out)
        if not isinstance(out, tuple | list) or len(out) != n:
            got = f"{len(out)} derivatives" if isinstance(out, tuple | list) else "one derivative"
            raise self._wrong(f"returned {'nothing' if out is None else got} for {n} states ({', '.join(self.states)})")
        return tuple(self._slope(*each) for each in zip(self.states, map(unbox, out), states, strict=True))

    def _slope(self, name, slope, state):
        if slope is None:
            raise self._wrong(f"returned nothing for {name}")
        if isinstance(slope, tuple | list):
            raise self._wrong(f"returned {len(slope)} derivatives for {name}, which has shape {state.shape}")
        try:
            slope = jnp.asarray(slope)
        except TypeError:
            raise self._wrong(f"returned {slope!r:.40} for {name}, which is no number") from None
        if slope.shape not in ((), state.shape):
            raise self._wrong(f"returned a derivative of shape {slope.shape} for {name}, which has shape {state.shape}")
        return jnp.broadcast_to(slope, state.shape)

    def _wrong(self, what):
        return IntegrateError(
            f"{self.name} {what}.",
            place(user_frame()),
            "the derivative says how fast each element of the state changes",
            f"return {', '.join('d' + s for s in self.states)}   # each of the shape of its state",
        )


def _parameters_before_t(fun, name):
    if not callable(fun):
        raise IntegrateError(
            f"an equation is a function f(x, t), got {fun!r:.40}.", place(user_frame()), try_="bl.odeint(lambda x, t: -x)"
        )
    try:
        signature = inspect.signature(fun)
    except ValueError:  # some of C's functions
        signature = inspect.Signature()
    before = []
    for parameter in signature.parameters.values():
        if parameter.name == "t" and parameter.kind in _POSITIONAL:
            return signature, before
        before.append(parameter.name)
    raise IntegrateError(
        f"{name}{signature} has no parameter t.",
        place(user_frame()),
        "what stands before t is a state, what stands after it is not",
        "def f(x, t): ...   # several states: def f(x, y, t): ...",
    )


def check_args(args, after="t"):
    """What f takes after t, as a tuple."""
    if not isinstance(args, tuple | list):
        raise IntegrateError(
            f"args = {args!r:.40} is not a tuple.",
            place(user_frame()),
            f"it lists what f takes after {after}",
            "args=(a,)   # one",
        )


def numbers(name, value):
    """The value, which is a number or an array of numbers; a list of them will do."""
    value = unbox(value)
    if isinstance(value, int | float | jax.Array) or any(map(is_tracer, jax.tree.leaves(value))):
        return value
    try:
        array = np.asarray(value)
        fine = array.size and (array.dtype == bool or jnp.issubdtype(array.dtype, jnp.number))
    except (TypeError, ValueError):  # rows of different lengths
        fine = False
    if not fine:
        raise IntegrateError(
            f"{name} = {value!r:.40}: a number is expected, or an array of numbers.", place(user_frame()), try_=f"{name}=1.0"
        )
    return value


def _float(x):
    """As a JAX array of floats with a dtype of its own (not JAX's weak type of Python numbers, which would not stay)."""
    x = raw(x)
    x = _joined(x) if isinstance(x, list | tuple) else x
    if not jnp.issubdtype(x.dtype, jnp.inexact):
        return jax.lax.convert_element_type(x, jax.dtypes.canonicalize_dtype(float))
    return jax.lax.convert_element_type(x, x.dtype)


def _joined(parts):
    """[dx, dy, dz], the elements of one vector, as an array."""
    parts = [jnp.asarray(unbox(part)) for part in parts]
    shape = np.broadcast_shapes(*(part.shape for part in parts))
    return jnp.stack([jnp.broadcast_to(part, shape) for part in parts])
