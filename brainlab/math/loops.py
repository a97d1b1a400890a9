"""for_loop, scan and while_loop: loops that run compiled and carry the Variables along."""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from . import _progress, errors
from ._array import Array, as_arrays, raw
from ._program import call
from ._text import called, types_text
from ._trace import Trace, disable_jit, discover, is_tracer, local, read_all, write_all
from ._where import place, user_frame
from .branches import one_bool

_NOTHING = object()


def for_loop(body_fun=None, xs=_NOTHING, *, reverse: bool = False, progress: bool = False):
    """`[body_fun(x) for x in xs]`, compiled, the results stacked into arrays.

    body_fun : called with one element of `xs`; reads and writes Variables; returns anything made of arrays, or nothing
    xs       : an array, or a dict or tuple of arrays of equal length, walked along the first axis; a `range`
    reverse  : from the last element to the first; results stay in the order of `xs`
    progress : show a progress bar
    returns  : what `body_fun` returned, stacked along a new first axis

    Without `xs` it gives a function of `xs`, so that it works as a decorator.

    >>> import brainlab.math as bm
    >>> V = bm.Variable(0.)
    >>> def step(I):
    ...     V.value += 0.5 * (I - V)
    ...     return V.value
    >>> bm.for_loop(step, bm.array([1., 1., 0.]))
    Array([0.5  , 0.75 , 0.375], dtype=float32)
    """
    if body_fun is None or xs is _NOTHING:
        options = {"reverse": reverse, "progress": progress}
        return (
            functools.partial(for_loop, **options) if body_fun is None else functools.partial(for_loop, body_fun, **options)
        )

    def body(carry, x):
        return carry, body_fun(x)

    xs, length = _sequence(xs, "for_loop")
    return _scan("for_loop", body, body_fun, (), xs, length, reverse, progress)[1]


def scan(body_fun=None, init=_NOTHING, xs=None, *, length: int | None = None, reverse: bool = False, progress: bool = False):
    """A loop that hands a value from step to step: `carry, y = body_fun(carry, x)`.

    init    : the carry before the first step: any pytree of arrays; its shapes and dtypes stay
    xs      : as in `for_loop`; or None, with `length` steps
    returns : (last carry, the ys stacked)

    >>> import brainlab.math as bm
    >>> bm.scan(lambda s, x: (s + x, s), 0., bm.array([1., 2., 3.]))
    (Array(6., dtype=float32), Array([0., 1., 3.], dtype=float32))
    """
    if body_fun is None or init is _NOTHING:
        options = {"length": length, "reverse": reverse, "progress": progress}
        return functools.partial(scan, **options) if body_fun is None else functools.partial(scan, body_fun, **options)
    if xs is None and length is None:
        raise errors.LoopTypeError("bm.scan got neither xs nor length.", place(user_frame()), "", "length=100")
    if xs is not None:
        xs, n = _sequence(xs, "scan")
        if length not in (None, n):
            text = f"bm.scan: xs has {n} elements, and length={length}."
            raise errors.LoopTypeError(text, place(user_frame()), "", "leave out length")
        length = n
    return _scan("scan", body_fun, body_fun, init, xs, length, reverse, progress)


def _scan(kind, body, student, init, xs, length, reverse, progress):
    def inline(init, xs):
        run = _python_scan if local.python else _traced_scan
        return run(kind, body, init, xs, length, reverse, progress)

    out = call(kind, inline, (student,), (_strong(init), xs), {}, (length, reverse, progress))
    if progress and not local.stack:
        jax.effects_barrier()  # the last report may still be on its way
    return out


def _traced_scan(kind, body, init, xs, length, reverse, progress):
    def one(carry, x):
        out = body(as_arrays(carry), as_arrays(x))
        if not isinstance(out, tuple) or len(out) != 2:
            raise errors.LoopTypeError(
                f"the body of bm.{kind} returned {_brief(out)}.", place(user_frame()), "", "return carry, y"
            )
        return raw(out)

    first = jax.tree.map(lambda a: jax.ShapeDtypeStruct(a.shape[1:], a.dtype), raw(xs))
    found = discover(kind, one, raw(init), first)
    _same_types(kind, raw(init), found.out[0])
    if local.stack and local.stack[-1].discovering:
        found = found._replace(out=(found.out[0], _stacked(found.out[1], length)))
        return found.pretend()

    def step(carry, x):
        values, carry = carry
        with Trace(kind, found.written, values) as trace:
            carry, y = one(carry, x)
        return ([trace.values[id(v)] for v in found.written], carry), y

    start = (read_all(found.written), raw(init))
    run = _progress.scan if progress and length else lax.scan
    (values, carry), ys = run(step, start, raw(xs), length=length, reverse=reverse)
    write_all(found.written, values)
    return carry, ys


def _python_scan(kind, body, carry, xs, length, reverse, progress):
    """The same loop in Python, for `bm.disable_jit()`: real numbers, prints and breakpoints."""
    ys, carry, number = [None] * length, as_arrays(carry), _progress.new_number()
    for i in reversed(range(length)) if reverse else range(length):
        carry, y = body(carry, as_arrays(jax.tree.map(lambda a, i=i: a[i], raw(xs))))
        carry, ys[i] = as_arrays(carry), raw(y)
        if progress:
            _progress.report(number, length, 1)
    if not length:  # no step has run, so only the shapes of the results are known
        with disable_jit(False):
            return call(
                kind,
                functools.partial(_traced_scan, kind, body, length=0, reverse=reverse, progress=False),
                (body,),
                (carry, xs),
                {},
            )
    return carry, jax.tree.map(lambda *parts: jnp.stack(parts), *ys)


def while_loop(cond_fun=None, body_fun=None, x=_NOTHING):
    """`while cond_fun(x): x = body_fun(x)`, compiled.

    cond_fun : gives one bool; reads Variables but does not write them
    body_fun : gives the next x, of the same shape and dtype; reads and writes Variables
    x        : a number, an array, or a tuple or dict of them
    returns  : the last x

    >>> import brainlab.math as bm
    >>> bm.while_loop(lambda x: x < 100, lambda x: x * 2, 3)
    Array(192, dtype=int32)
    """
    if x is _NOTHING:
        return functools.partial(while_loop, *(f for f in (cond_fun, body_fun) if f is not None))

    def inline(x):
        return _python_while(cond_fun, body_fun, x) if local.python else _traced_while(cond_fun, body_fun, x)

    return call("while_loop", inline, (cond_fun, body_fun), (_strong(x),), {})


def _python_while(cond_fun, body_fun, x):
    x = as_arrays(x)
    while _goes_on(cond_fun(x)):
        x = as_arrays(body_fun(x))
    return x


def _traced_while(cond_fun, body_fun, x):
    def condition(x):
        return _goes_on(raw(cond_fun(as_arrays(x))))

    def body(x):
        return raw(body_fun(as_arrays(x)))

    asked = discover("while_loop", condition, raw(x))
    if asked.written:
        raise errors.LoopTypeError(
            f"the condition of bm.while_loop writes {called(asked.written[0])}.",
            why="the condition only looks; how often it runs is not part of the result",
            try_="write it in body_fun",
        )
    found = discover("while_loop", body, raw(x))
    _same_types("while_loop", raw(x), found.out)
    if local.stack and local.stack[-1].discovering:
        return found.pretend()

    def in_trace(fun):
        def run(state):
            values, x = state
            with Trace("while_loop", found.written, values) as trace:
                out = fun(x)
            return out, [trace.values[id(v)] for v in found.written]

        return run

    start = (read_all(found.written), raw(x))
    values, x = lax.while_loop(lambda s: in_trace(condition)(s)[0], lambda s: in_trace(body)(s)[::-1], start)
    write_all(found.written, values)
    return x


# ---- shared


def _stacked(out, length):
    return jax.tree.map(lambda s: jax.ShapeDtypeStruct((length, *s.shape), s.dtype), out)


def _strong(tree):
    """0 and 1. as proper int32 and float32, so that a step may give back an ordinary array."""

    def strong(x):
        x = jnp.asarray(x.value if isinstance(x, Array) else x)
        return lax.convert_element_type(x, x.dtype) if x.weak_type else x

    return jax.tree.map(strong, tree, is_leaf=lambda x: isinstance(x, Array))


def _goes_on(condition):
    return one_bool(condition, "while_loop", errors.LoopTypeError, "(condition).any() or (condition).all()")


def _sequence(xs, kind):
    """xs as arrays, and their common length."""
    if isinstance(xs, range):
        xs = np.arange(xs.start, xs.stop, xs.step, dtype=np.int32)
    try:
        if hasattr(xs, "__next__"):  # zip, enumerate, a generator
            raise TypeError
        xs = raw(Array(xs) if isinstance(xs, list) else xs)
    except (TypeError, ValueError):
        what = "a function (are the arguments swapped?)" if callable(xs) else f"a {type(xs).__name__}"
        raise errors.LoopTypeError(
            f"bm.{kind} walks along arrays, and xs is {what}.",
            place(user_frame()),
            "compiled code takes one element after the other out of an array",
            f"bm.{kind}(body_fun, bm.array(list(xs)))  or, for several at once, a tuple of arrays",
        ) from None
    leaves = jax.tree.leaves(xs)
    if not leaves or any(x.ndim == 0 for x in leaves):
        n = f"{xs}" if leaves and leaves[0].ndim == 0 and not is_tracer(leaves[0]) else "n"
        raise errors.LoopTypeError(
            f"bm.{kind} walks along the first axis of xs, and {n if leaves else 'an empty xs'} has none.",
            place(user_frame()),
            "the number of steps is the length of xs",
            f"bm.{kind}(body_fun, bm.arange({n}))",
        )
    lengths = [x.shape[0] for x in leaves]
    if len(set(lengths)) > 1:
        raise errors.LoopTypeError(
            f"bm.{kind} walks along several arrays at once, and they have the lengths {', '.join(map(str, lengths))}.",
            place(user_frame()),
            "every step takes one element from each",
            "arrays of equal length",
        )
    return xs, lengths[0]


def _same_types(kind, given, back):
    """The next x must fit where the last one was."""
    text = types_text(given), types_text(back)
    if text[0] != text[1]:
        raise errors.LoopTypeError(
            f"the body of bm.{kind} was given {text[0]} and gave back {text[1]}.",
            place(user_frame()),
            "compiled code runs every step with the same shapes and dtypes",
            _advice(given, back),
        )


def _advice(given, back) -> str:
    a, b = jax.tree.leaves(given), jax.tree.leaves(back)
    if len(a) == len(b) and all(x.shape == y.shape for x, y in zip(a, b, strict=True)):
        return "start with the dtype that the body gives, e.g. 0. instead of 0, or x.astype(...) in the body"
    return "give back the same number of arrays, of the same shapes"


def _brief(out) -> str:
    return "nothing" if out is None else f"one {type(out).__name__}" if not isinstance(out, tuple) else f"{len(out)} values"
