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
        args, kwargs = tuple(map(_inside, args)), {k: _inside(v) for k, v in kwargs.items()}
        try:
            out = fun(*args, **kwargs)
        except TypeError:  # unlike NumPy, JAX wants arrays for lists of numbers: bm.mean([1., 2.])
            if not any(isinstance(a, list | tuple) for a in args):
                raise
            out = fun(*(_from_lists(a) for a in args), **kwargs)
        return wrap(out) if callable(out) and not isinstance(out, type) else box(out)  # bm.vectorize gives a function

    for method in ("accumulate", "at", "outer", "reduce", "reduceat"):  # of a ufunc: bm.add.reduce(a)
        if isinstance(fun, jnp.ufunc):
            setattr(wrapped, method, wrap(getattr(fun, method)))
    return wrapped


def _from_lists(a):
    """A list of numbers as an array; of a list of arrays or lists that a function joins, each of them."""
    if not isinstance(a, list | tuple):
        return a
    ragged = len({len(i) if isinstance(i, list | tuple) else None for i in a}) > 1
    return list(map(jnp.asarray, a)) if ragged or any(hasattr(i, "shape") for i in a) else jnp.asarray(a)


class _Indexed:
    """bm.r_, bm.c_, bm.mgrid, bm.ogrid: functions that are called with square brackets."""

    def __init__(self, inside):
        self._inside = inside

    def __getitem__(self, index):
        return box(self._inside[unbox(index)])


def _inside(x):
    if isinstance(x, list | tuple):
        return type(x)(map(_inside, x)) if type(x) in (list, tuple) else x
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
        if name in ("r_", "c_", "mgrid", "ogrid"):
            names[name] = _Indexed(thing)
        elif not name.startswith("_") and not isinstance(thing, types.ModuleType):
            names[name] = wrap(thing) if callable(thing) and not isinstance(thing, type) else thing
    return names


def numpy_namespace() -> dict:
    """What `bm` takes over from jax.numpy, and NumPy's old name for `vstack`, which the lecture uses."""
    names = namespace(jnp)
    names.update({name: _shape_is_one_tuple(names[name], name) for name in _SHAPED})
    names["row_stack"] = names["vstack"]
    return names
