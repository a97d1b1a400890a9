"""The whole of jax.numpy, jax.numpy.linalg and jax.numpy.fft for `Array`s, by one wrapper."""

from __future__ import annotations

import functools
import types

import jax.numpy as jnp

from ._array import box, unbox
from ._where import place, user_frame
from .errors import ShapeError

_SHAPED = ("zeros", "ones", "empty")  # their second argument is a dtype, and beginners put the second size there


def wrap(fun):
    """The same function for `Array`s: jax arrays inside, `Array`s outside."""

    @functools.wraps(fun, updated=())
    def wrapped(*args, **kwargs):
        return box(fun(*map(_inside, args), **{k: _inside(v) for k, v in kwargs.items()}))

    for method in ("accumulate", "at", "outer", "reduce", "reduceat"):  # of a ufunc: bm.add.reduce(a)
        if isinstance(fun, jnp.ufunc):
            setattr(wrapped, method, wrap(getattr(fun, method)))
    return wrapped


def _inside(x):
    if callable(x) and not isinstance(x, type) and hasattr(x, "__code__"):  # a student's function, for bm.vectorize ...
        return lambda *args, **kwargs: unbox(x(*map(box, args), **kwargs))
    return unbox(x)


def _shape_is_one_tuple(fun, name):
    @functools.wraps(fun)
    def checked(shape, dtype=None, *args, **kwargs):
        if isinstance(dtype, int):
            sizes = ", ".join(map(str, (shape, dtype, *args)))
            raise ShapeError(
                f"bm.{name}({sizes}): the second argument is the dtype, not a size.",
                place(user_frame()),
                "the shape is one argument, a tuple",
                f"bm.{name}(({sizes}))",
            )
        return fun(shape, dtype, *args, **kwargs)

    return checked


def namespace(module) -> dict:
    """Every public name of a jax.numpy module, functions wrapped; types and constants as they are."""
    names = {}
    for name in dir(module):
        thing = getattr(module, name)
        if not name.startswith("_") and not isinstance(thing, types.ModuleType):
            names[name] = wrap(thing) if callable(thing) and not isinstance(thing, type) else thing
    return names


def numpy_namespace() -> dict:
    """What `bm` takes over from jax.numpy, and NumPy's old name for `vstack`, which the lecture uses."""
    names = namespace(jnp)
    names.update({name: _shape_is_one_tuple(names[name], name) for name in _SHAPED})
    names["row_stack"] = names["vstack"]
    return names
