"""ifelse and cond: one of several branches, chosen by numbers that are known only when the code runs."""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from . import errors
from ._array import Array, as_arrays, raw
from ._text import types_text
from ._trace import Trace, discover, is_tracer, local, read_all, write_all
from ._where import place, user_frame

_NO_OPERANDS = object()


def ifelse(condition, branches, operands=_NO_OPERANDS):
    """Run one branch: `true_fun(operands) if condition else false_fun(operands)`.

    condition : one bool; or a list of them, for if, elif, elif ... (the first that holds counts)
    branches  : [true_fun, false_fun]; or one per condition and a last one for "else". A branch may be a plain value.
    operands  : what the branch is called with, as one argument; leave it out for branches without argument

    Inside compiled code all branches must give the same shapes and dtypes, and only the chosen one runs. With a
    condition that is known, in plain Python, it is Python's own `if`.

    >>> import brainlab.math as bm
    >>> bm.ifelse(True, [lambda x: x + 1, lambda x: x - 1], 10)
    Array(11, dtype=int32)
    >>> grade = bm.jit(lambda x: bm.ifelse([x > 90, x > 60], [2, 1, 0]))
    >>> grade(95.), grade(70.), grade(10.)
    (Array(2, dtype=int32), Array(1, dtype=int32), Array(0, dtype=int32))
    """
    advice = "bm.where(condition, a, b) to choose for each element, or (condition).any()"
    conditions = [
        one_bool(c, "ifelse", errors.BranchMismatchError, advice)
        for c in (condition if isinstance(condition, list | tuple) else [condition])
    ]
    _check_count(conditions, branches)
    calls = [_caller(branch, operands) for branch in branches]
    if not any(map(is_tracer, conditions)):
        chosen = next((i for i, c in enumerate(conditions) if c), len(calls) - 1)
        return as_arrays(calls[chosen]())
    return as_arrays(_traced(conditions, calls))


def cond(pred, true_fun, false_fun, *operands):
    """`true_fun(*operands) if pred else false_fun(*operands)`: jax.lax.cond, with Variables.

    >>> import brainlab.math as bm
    >>> bm.jit(lambda x: bm.cond(x > 0, lambda x: x, lambda x: -x, x))(-3.)
    Array(3., dtype=float32)
    """
    return ifelse(pred, [functools.partial(true_fun, *operands), functools.partial(false_fun, *operands)])


def _traced(conditions, calls):
    found = [discover("ifelse", lambda call=call: raw(call())) for call in calls]
    out = _common_type([f.out for f in found])
    written = list({id(v): v for f in found for v in f.written}.values())
    if local.stack[-1].discovering:
        return found[0]._replace(out=out, written=written).pretend()

    def branch(call):
        def run(values):
            with Trace("ifelse", written, values) as trace:
                result = jax.tree.map(lambda x, s: lax.convert_element_type(x, s.dtype), raw(call()), out)
            return result, [trace.values[id(v)] for v in written]

        return run

    if len(calls) == 2:
        index = jnp.where(conditions[0], 0, 1)
    else:  # the first condition that holds, or the last branch
        index = jnp.argmax(jnp.stack([*map(jnp.asarray, conditions[: len(calls) - 1]), jnp.asarray(True)]))
    result, values = lax.switch(index, [branch(call) for call in calls], read_all(written))
    write_all(written, values)
    return result


def _caller(branch, operands):
    if not callable(branch):
        return lambda: branch
    return branch if operands is _NO_OPERANDS else functools.partial(branch, operands)


def one_bool(condition, kind, error, advice):
    """A condition as one bool, known or not yet."""
    condition = condition.value if isinstance(condition, Array) else condition
    if np.shape(condition) != ():
        raise error(
            f"the condition of bm.{kind} has shape {np.shape(condition)}, and must be one bool.",
            place(user_frame()),
            "a branch runs for all elements or for none, and a loop goes on or it stops",
            advice,
        )
    return condition.astype(bool) if is_tracer(condition) else bool(condition)


def _check_count(conditions, branches):
    if not isinstance(branches, list | tuple) or len(branches) not in (len(conditions), len(conditions) + 1):
        n = len(branches) if isinstance(branches, list | tuple) else 1
        raise errors.BranchMismatchError(
            f"bm.ifelse got {len(conditions)} condition(s) and {n} branch(es).",
            place(user_frame()),
            "there is one branch for each condition, and one for 'else'",
            "bm.ifelse(x > 0, [f, g], x)  or  bm.ifelse([x > 1, x > 0], [f, g, h], x)",
        )
    if len(branches) == 1:
        raise errors.BranchMismatchError("bm.ifelse got one branch.", place(user_frame()), "", "bm.ifelse(x > 0, [f, g], x)")


def _common_type(outs):
    """The type of the result. Python numbers take the dtype of the arrays in the other branches."""
    structures = [jax.tree.structure(o) for o in outs]
    leaves = [jax.tree.leaves(o) for o in outs]
    if any(s != structures[0] for s in structures):
        raise _mismatch(outs)
    common = []
    for column in zip(*leaves, strict=True):
        strong = {x.dtype for x in column if not x.weak_type}
        with jax.numpy_dtype_promotion("standard"):
            dtype = strong.pop() if len(strong) == 1 else jnp.result_type(*(x.dtype for x in column))
            fits = all(x.dtype == dtype or (x.weak_type and jnp.result_type(_zero(x), dtype) == dtype) for x in column)
        if strong or not fits or any(x.shape != column[0].shape for x in column):
            raise _mismatch(outs)
        common.append(jax.ShapeDtypeStruct(column[0].shape, dtype))
    return jax.tree.unflatten(structures[0], common)


def _zero(x):
    """A Python number of the same kind: what "weakly typed" means."""
    return {"b": False, "i": 0, "u": 0, "f": 0.0, "c": 0j}[x.dtype.kind]


def _mismatch(outs):
    texts = [types_text(o) for o in outs]
    other = next((i for i, t in enumerate(texts) if t != texts[0]), 1)
    return errors.BranchMismatchError(
        f"the branches of bm.ifelse differ: branch 0 gives {texts[0]}, branch {other} gives {texts[other]}.",
        place(user_frame()),
        "compiled code must know the shape of the result before it knows which branch runs",
        "the same shape and dtype from each branch: bm.zeros_like(x), x.astype(...), 0. instead of 0",
    )
