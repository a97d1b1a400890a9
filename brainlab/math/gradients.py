"""grad and its family: derivatives with respect to arguments, Variables or whole Modules."""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
import numpy as np

from . import errors
from ._array import Array, as_arrays, box, raw
from ._program import boxed, call, split
from ._text import called, text, types_text
from ._trace import Trace, local, read_all, write_all
from ._where import place, user_frame
from .module import Module
from .variable import Variable

_SUGGEST = "(...).sum() or .mean() for one number, bm.vector_grad for each element, bm.jacobian for all by all"


def grad(fun=None, grad_vars=None, argnums=None, *, has_aux: bool = False, return_value: bool = False):
    """The gradient of a function that returns one number.

    grad_vars    : Variables, Modules (all their Variables), or lists and dicts of them
    argnums      : positions of arguments; the first one if neither is given
    has_aux      : `fun` returns (number, anything); the anything is returned as well
    return_value : return the number as well
    returns      : a function. It gives the gradients in the shape of what was asked for: of `grad_vars`, of the
                   arguments, or the pair of both; then the value, then aux, if they were asked for

    >>> import brainlab.math as bm
    >>> bm.grad(lambda x: x ** 3)(2.)
    Array(12., dtype=float32)
    >>> w = bm.Variable([1., 2.])
    >>> bm.grad(lambda x: (w * x).sum(), grad_vars=w, return_value=True)(3.)
    (Array([3., 3.], dtype=float32), Array(9., dtype=float32))
    """
    if fun is None:
        return functools.partial(grad, **_given(grad_vars, argnums, has_aux=has_aux, return_value=return_value))

    def derive(pure, args):
        (value, kept), gradients = jax.value_and_grad(pure, argnums=(0, 1), has_aux=True)(*args)
        return gradients, value, kept

    return _Derivative("grad", fun, derive, grad_vars, argnums, has_aux, return_value, _one_number)


def value_and_grad(fun=None, grad_vars=None, argnums=None, *, has_aux: bool = False):
    """Like `grad`, and gives (value, gradients) in JAX's order; ((value, aux), gradients) with `has_aux`.

    >>> import brainlab.math as bm
    >>> bm.value_and_grad(lambda x: x ** 2)(3.)
    (Array(9., dtype=float32), Array(6., dtype=float32))
    """
    if fun is None:
        return functools.partial(value_and_grad, **_given(grad_vars, argnums, has_aux=has_aux))
    derivative = grad(fun, grad_vars, argnums, has_aux=has_aux, return_value=True)

    @functools.wraps(fun, updated=())
    def both(*args, **kwargs):
        gradients, value, *aux = derivative(*args, **kwargs)
        return ((value, *aux) if has_aux else value), gradients

    return both


def vector_grad(fun=None, grad_vars=None, argnums=None, *, has_aux: bool = False, return_value: bool = False):
    """The derivative of each element of the result, summed: what `grad` gives for `fun(x).sum()`. For a function that
    works element by element it is the elementwise derivative.

    >>> import brainlab.math as bm
    >>> bm.vector_grad(bm.sin)(bm.array([0., bm.pi]))
    Array([ 1., -1.], dtype=float32)
    """
    if fun is None:
        return functools.partial(vector_grad, **_given(grad_vars, argnums, has_aux=has_aux, return_value=return_value))

    def derive(pure, args):
        value, pull_back, kept = jax.vjp(pure, *args, has_aux=True)
        return pull_back(jax.tree.map(jnp.ones_like, value)), value, kept

    return _Derivative("vector_grad", fun, derive, grad_vars, argnums, has_aux, return_value, _any_floats)


def jacobian(fun=None, grad_vars=None, argnums=None, *, has_aux: bool = False, return_value: bool = False):
    """All derivatives of all results: shape (*result, *argument).

    >>> import brainlab.math as bm
    >>> bm.jacobian(lambda x: x ** 2)(bm.array([1., 2.]))
    Array([[2., 0.],
           [0., 4.]], dtype=float32)
    """
    return _matrix("jacobian", jax.jacrev, _any_floats, fun, grad_vars, argnums, has_aux, return_value)


def hessian(fun=None, grad_vars=None, argnums=None, *, has_aux: bool = False, return_value: bool = False):
    """Second derivatives of a function that returns one number: shape (*argument, *argument). With respect to several
    things a tuple of rows of blocks, in the order Variables, then arguments.

    >>> import brainlab.math as bm
    >>> bm.hessian(lambda x: x[0] ** 2 * x[1])(bm.array([1., 2.]))
    Array([[4., 2.],
           [2., 0.]], dtype=float32)
    """
    return _matrix("hessian", jax.hessian, _one_number, fun, grad_vars, argnums, has_aux, return_value)


def _matrix(kind, transform, check, fun, grad_vars, argnums, has_aux, return_value):
    if fun is None:
        given = _given(grad_vars, argnums, has_aux=has_aux, return_value=return_value)
        return functools.partial({"jacobian": jacobian, "hessian": hessian}[kind], **given)

    def derive(pure, args):
        def with_value(*args):
            value, kept = pure(*args)
            return value, (value, kept)

        out, (value, kept) = transform(with_value, argnums=(0, 1), has_aux=True)(*args)
        if kind == "jacobian":  # JAX nests arguments inside results; we keep arguments outside, as for gradients
            out = jax.tree.transpose(jax.tree.structure(value), jax.tree.structure(args), out)
        else:
            out = _blocks(args, out)
        return out, value, kept

    return _Derivative(kind, fun, derive, grad_vars, argnums, has_aux, return_value, check)


def _blocks(args, out):
    """JAX's Hessian of (values, arguments) as rows of blocks: one for each pair of things that it was asked about."""
    things = [(i, k) for i in (0, 1) for k in range(len(args[i]))]
    structure = {(i, k): jax.tree.structure(args[i][k]) for i, k in things}

    def block(i, k, j, m):
        swapped = jax.tree.transpose(structure[i, k], jax.tree.structure(args), out[i][k])[j][m]
        return jax.tree.transpose(structure[j, m], structure[i, k], swapped)

    return tuple(tuple(block(*row, *column) for column in things) for row in things)


class _Derivative:
    """A function that computes derivatives: what the five functions above return."""

    def __init__(self, kind, fun, derive, grad_vars, argnums, has_aux, return_value, check):
        if not callable(fun):
            raise TypeError(f"bm.{kind} takes a function, got {text(fun)}: bm.{kind}(f)(x), not bm.{kind}(f(x))")
        self.kind, self.fun, self.derive, self.check = kind, fun, derive, check
        self.has_aux, self.return_value = has_aux, return_value
        self.argnums = 0 if argnums is None and grad_vars is None else argnums
        self.variables, self.shape = (None, None) if grad_vars is None else variables_in(grad_vars)
        functools.update_wrapper(self, fun, updated=())
        self.__name__ = getattr(fun, "__name__", type(fun).__name__)

    def __call__(self, *args, **kwargs):
        options = (self.argnums, self.has_aux, self.return_value, *(self.variables or ()))
        args = tuple(a.value if isinstance(a, Variable) and i in self._numbers() else a for i, a in enumerate(args))
        return call(self.kind, self._run, (self.fun,), args, kwargs, options)

    def same_as(self):
        return self.fun, self.kind, self.argnums, self.has_aux, self.return_value, tuple(self.variables or ())

    def _numbers(self):
        return (self.argnums,) if isinstance(self.argnums, int) else tuple(self.argnums or ())

    def _run(self, *args, **kwargs):
        """In a trace: the function as JAX wants it, a pure one of (values of Variables, chosen arguments)."""
        variables, chosen = self.variables or [], self._numbers()
        if any(n >= len(args) for n in chosen):
            raise errors.GradientError(
                f"bm.{self.kind} of {self.__name__} is asked for argument {max(chosen)}, and got {len(args)} argument(s).",
                place(user_frame()),
                "gradients are taken of arguments given by position",
                f"bm.{self.kind}(f, argnums=0), or bm.{self.kind}(f, grad_vars=w) for a Variable",
            )
        written, outer = [], local.stack

        def pure(values, picked):
            leaves = [x if v._tree is None else jax.tree.leaves(x) for v, x in zip(variables, values, strict=True)]
            with Trace(self.kind, variables, leaves) as trace:
                whole = list(map(boxed, args))
                for n, a in zip(chosen, picked, strict=True):
                    whole[n] = as_arrays(a)
                out = self.fun(*whole, **{k: boxed(a) for k, a in kwargs.items()})
                value, aux = self._value_and_aux(out)
            written[:] = trace.written.values()
            return value, (raw(aux), [trace.values[id(v)] for v in written])

        values = read_all(variables) if outer else [v._value for v in variables]  # the latter under bm.disable_jit()
        values = [x if v._tree is None else jax.tree.unflatten(v._tree, x) for v, x in zip(variables, values, strict=True)]
        picked = tuple(raw(args[n]) for n in chosen)
        for name, x in [
            *((called(v), v.value) for v in variables),
            *((f"argument {n}", args[n]) for n in chosen),
        ]:
            self._check_float(name, x)
        derivatives, value, (aux, new) = self.derive(pure, (values, picked))
        if outer:
            write_all(written, new)
        else:
            for variable, x in zip(written, new, strict=True):
                variable._value = x
        return self._answer(derivatives, value, aux)

    def _value_and_aux(self, out):
        if self.has_aux and not (isinstance(out, tuple) and len(out) == 2):
            raise errors.GradientError(
                f"{self.__name__} must return (value, aux), because has_aux=True; it returned a {type(out).__name__}.",
                try_="return loss, other_results",
            )
        value, aux = out if self.has_aux else (out, None)
        value = raw(value)
        self.check(self.kind, self.__name__, value)
        return value, aux

    def _check_float(self, name, x):
        for leaf in jax.tree.leaves(raw(x)):
            if not jnp.issubdtype(leaf.dtype, np.inexact):
                raise errors.GradientError(
                    f"bm.{self.kind} of {self.__name__}: {name} holds {leaf.dtype}, and only floats have derivatives.",
                    place(user_frame()),
                    "an integer cannot change by a little",
                    "3. instead of 3, or x.astype(bm.float32)",
                )

    def _answer(self, derivatives, value, aux):
        if self.kind == "hessian":
            answer = derivatives[0][0] if len(derivatives) == 1 else derivatives
        else:
            answer = self._as_asked(*derivatives)
        extra = [*([value] if self.return_value else []), *([aux] if self.has_aux else [])]
        return box((answer, *extra) if extra else answer)

    def _as_asked(self, by_variable, by_argument):
        parts = []
        if self.variables is not None:
            parts.append(by_variable[0] if self.shape is None else jax.tree.unflatten(self.shape, by_variable))
        if self.argnums is not None:
            parts.append(by_argument[0] if isinstance(self.argnums, int) else tuple(by_argument))
        return parts[0] if len(parts) == 1 else tuple(parts)


def _one_number(kind, name, value):
    leaves = jax.tree.leaves(value)
    if len(leaves) != 1 or leaves[0].shape != ():
        raise errors.GradientError(
            f"bm.{kind} needs a function that returns one number; {name} returned {types_text(value)}.",
            place(user_frame()),
            "a gradient says how one number changes",
            _SUGGEST,
        )
    _any_floats(kind, name, value)


def _any_floats(kind, name, value):
    for leaf in jax.tree.leaves(value):
        if not jnp.issubdtype(leaf.dtype, np.inexact):
            raise errors.GradientError(
                f"bm.{kind} needs floats; {name} returned {leaf.dtype}.",
                place(user_frame()),
                "an integer cannot change by a little",
                "x.astype(bm.float32)",
            )


def variables_in(tree):
    """grad_vars as a flat list of Variables, and the structure in which to give the gradients back."""
    if isinstance(tree, Variable):
        return [tree], None
    tree = jax.tree.map(
        lambda x: dict(x.variables()) if isinstance(x, Module) else x,
        tree,
        is_leaf=lambda x: isinstance(x, Module | Array),
    )
    variables, structure = jax.tree.flatten(tree, is_leaf=lambda x: isinstance(x, Array))
    for x in variables:
        if not isinstance(x, Variable):
            raise errors.GradientError(
                f"grad_vars holds a {type(x).__name__}, which is not a Variable.",
                place(user_frame()),
                "outside arguments only a Variable has a place that a derivative can be taken of",
                "w = bm.Variable(...), or pass it as an argument: bm.grad(f)(w)",
            )
    return variables, structure


def _given(grad_vars, argnums, **options):
    """The options of a decorator that was called without a function."""
    return {"grad_vars": grad_vars, "argnums": argnums, **options}


def checkpoint(fun):
    """Forget the intermediate results of `fun` and compute them again for the gradient: less memory, more time.

    >>> import brainlab.math as bm
    >>> bm.grad(bm.checkpoint(lambda x: bm.sin(bm.sin(x))))(0.)
    Array(1., dtype=float32)
    """

    def inline(*args, **kwargs):
        if not local.stack:
            return fun(*args, **kwargs)
        written: list = []

        _, rest, named, together = split(args, kwargs)

        def pure(rest, named):
            with Trace("checkpoint") as trace:
                whole, named = together(as_arrays(rest), as_arrays(named))
                out = raw(fun(*whole, **named))
            written[:] = trace.written.values()
            return out, [trace.values[id(v)] for v in written]

        out, values = jax.checkpoint(pure)(raw(rest), raw(named))
        write_all(written, values)
        return out

    @functools.wraps(fun, updated=())
    def checkpointed(*args, **kwargs):
        return call("checkpoint", inline, (fun,), args, kwargs)

    return checkpointed
