"""From JAX's errors about tracers to an error about the student's own line."""

from __future__ import annotations

import re

import jax

from . import errors
from ._array import Array
from ._trace import is_tracer
from ._where import failed_frame, names_in, place, source_line

JAX_ERRORS = (jax.errors.JAXTypeError, jax.errors.JAXIndexError, jax.errors.ConcretizationTypeError)

_TRY = {
    "if": "bm.where(condition, a, b) for numbers, or bm.ifelse(condition, [f, g], x) for branches that do more",
    "while": "bm.while_loop(cond_fun, body_fun, x)",
    "assert": "take the check out of the compiled function, or look at the numbers under bm.disable_jit()",
    "range": "bm.for_loop(body_fun, xs) over an array of known length, or bm.while_loop(cond_fun, body_fun, x)",
    "float": "keep it an array and convert the result outside, or look at it under bm.disable_jit()",
    "and": "& | ~ with brackets, as in (0 < x) & (x < 1), inside bm.where or bm.ifelse",
    "max": "bm.maximum(a, b), bm.minimum(a, b), bm.sort(a)",
    "numpy": "the function of the same name in brainlab.math",
    "numpy_write": "an array of ours: bm.Variable(bm.zeros(...)), and write into that",
    "shape": "a Python number, for example through bm.jit(f, static_argnums=...)",
    "mask": "bm.where(mask, a, 0.)   # same shape, and something neutral where the mask is False",
}


def translate(error: Exception, kind: str) -> errors.TeachingError:
    frame, lineno = failed_frame(error)
    line = source_line(frame, lineno)
    traced = [name for name, value in (names_in(frame, line) if frame else {}).items() if _is_traced(value)]
    name = _shown(traced) or "a number"
    where = place(frame, lineno)
    why = f"bm.{kind} runs the Python code once, for all numbers to come; they are not known yet"
    if isinstance(error, jax.errors.NonConcreteBooleanIndexError):
        what = f"a mask picks elements by numbers that are not known yet, inside bm.{kind}."
        return errors.TracedMaskError(what, where, "the result would have no fixed shape", _TRY["mask"])
    statement, try_ = _statement(line, error)
    what = f"{statement} needs to know {name} now, inside bm.{kind}."
    if isinstance(error, jax.errors.UnexpectedTracerError):
        what = f"{name} holds a value that was traced by a function which has ended."
        why = "something stored a traced array outside the compiled function: in an object, a list, a global"
        try_ = "return the value from the function, or write it into a bm.Variable"
    return errors.TracedValueError(what, where, why, _TRY.get(try_, try_))


def _is_traced(value) -> bool:
    if isinstance(value, Array):
        return hasattr(value, "_tree") or is_tracer(value._value)
    return is_tracer(value)


def _shown(names: list[str]) -> str:
    """`self.V` rather than `self.V` and `self`; the first two."""
    return " and ".join(dict.fromkeys(names[:2]))


def _statement(line: str, error) -> tuple[str, str]:
    """(what Python wanted to do, which advice)"""
    first = line.split("(")[0].split(" ")[0].rstrip(":")
    if isinstance(error, jax.errors.TracerBoolConversionError):
        if re.search(r"\b(and|or)\b|[<>]=?[^<>=]+[<>]", line):  # also 0 < x < 1, which is an `and`
            return "`and`, `or` (or a chain such as 0 < x < 1)", "and"
        if first in ("if", "elif", "while", "assert"):
            return f"`{first}`", first.removeprefix("el")
        if re.search(r"\bif\b", line):
            return "`if`", "if"
        if re.search(r"\bnot\b", line):
            return "`not`", "and"
        if re.search(r"(?<![\w.])(max|min|sorted)\(", line):
            return "Python's max, min or sorted", "max"
        return "bool()", "if"
    if re.search(r"(?<![\w.])range\(", line):
        return "range()", "range"
    if "math." in line and "bm." not in line:
        return "Python's math module", "numpy"
    for call in ("float(", "int(", "complex(", ".item(", ".tolist("):
        if call in line:
            return f"{call})", "float"
    if "concrete values" in str(error):
        return "a shape", "shape"
    if isinstance(error, ValueError):  # "setting an array element with a sequence"
        return "a NumPy array", "numpy_write"
    if isinstance(error, jax.errors.TracerArrayConversionError) or "np." in line:
        return "NumPy", "numpy"
    return ("an index or a shape", "shape") if first != "for" else ("`for`", "range")
