"""What checks have in common: call the student's code safely, read numbers of any kind, name what is wrong with them."""

from __future__ import annotations

import inspect
import linecache
import re
import sys
import traceback
import warnings
from pathlib import Path

import numpy as np

from ._exercise import Failed, Text, Untouched, Wrong

LESSONS = str(Path(__file__).resolve().parent)


def call(function, *args, **kwargs):
    """What the student's function returns. Its exceptions become messages with line and reason; Ctrl-C still works."""
    require_function(function)
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = function(*args, **kwargs)
    except Wrong:
        raise
    except Exception as error:
        raise explained(error) from None
    if has_ellipsis(value) or (value is None and is_blank(function)):
        raise Untouched
    if value is None:
        raise Wrong("Your function gives back nothing (None). Is the `return` missing?")
    return value


def require_function(function):
    if has_ellipsis(function) or function is None:
        raise Untouched
    if not callable(function):
        raise Wrong("`check` needs the function itself, so that it can try other numbers: give its name, without brackets.")


def explained(error: Exception) -> Wrong:
    """The student's exception as a message: kind, text, and the line of the student's code that it came from."""
    if "ellipsis" in str(error).lower():
        return Untouched()
    text = (str(error).strip().splitlines() or [""])[0][:200]
    text = re.sub(r" at 0x[0-9a-f]+", "", text)
    name = type(error).__name__
    frames = [f for f in traceback.extract_tb(error.__traceback__, limit=200) if _is_students(f.filename)]
    if isinstance(error, SyntaxError) or not frames:
        return Failed("Your function cannot be called as the exercise asks: {error}: {reason}", error=name, reason=text)
    line = frames[-1]
    source = (line.line or linecache.getline(line.filename, line.lineno)).strip()
    if "truth value of an array" in text:
        return Failed(
            "Line {line} of your code, `{source}`, asks one `if` about many numbers at once. Use `where(condition, "
            "yes, no)`.",
            line=line.lineno,
            source=source,
        )
    return Failed(
        "Line {line} of your code, `{source}`, stopped with {error}: {reason}",
        line=line.lineno,
        source=source,
        error=name,
        reason=text,
    )


def _is_students(filename: str) -> bool:
    """Not ours, not a library's: cells of a notebook and files of the student's own."""
    if filename.startswith("<frozen") or filename.startswith(LESSONS) or "site-packages" in filename:
        return False
    package = str(Path(LESSONS).parent)
    return not filename.startswith((package, sys.base_prefix + "/lib", sys.prefix + "/lib"))


def is_blank(function) -> bool:
    """A function whose body is only a docstring and `...` or `pass`."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    if code is None or code.co_names or len(code.co_varnames) > code.co_argcount + code.co_kwonlyargcount + 2:
        return False
    return all(constant in (None, ..., function.__doc__) for constant in code.co_consts)


def has_ellipsis(value) -> bool:
    """`...` itself, or somewhere in a tuple, list or dictionary."""
    if value is ...:
        return True
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, np.ndarray) and value.dtype == object:
        value = value.ravel().tolist()
    return isinstance(value, tuple | list) and any(has_ellipsis(v) for v in value)


def numbers(value, shape=None, meaning: str = "") -> np.ndarray:
    """The value as float64, whatever it was: float, list, NumPy, jax, bm. `shape`: the one it must have."""
    if has_ellipsis(value):
        raise Untouched
    try:
        array = np.asarray(value)
        if array.dtype == object:
            array = np.array([np.asarray(v) for v in value])
        if array.dtype.kind == "c" and np.any(array.imag):
            raise Wrong("The answer has an imaginary part: a root or a logarithm of a negative number?")
        if array.dtype.kind not in "fiubc":
            raise TypeError
        array = np.asarray(array.real, float)
    except (TypeError, ValueError):
        raise Wrong("A number or an array of numbers is needed here, not {kind}.", kind=_kind(value)) from None
    if shape is not None and array.shape != shape:
        if array.size == 1 and shape == ():
            return array.reshape(())
        raise Wrong("The answer has the shape {got}; it should be {want}.", got=array.shape, want=_shape(shape, meaning))
    return array


def number(value) -> float:
    return float(numbers(value, ()))


def _shape(shape, meaning):
    text = Text("one number") if shape == () else shape
    return Text("{shape} ({meaning})", shape=text, meaning=Text(meaning)) if meaning else text


def _kind(value) -> str:
    return f"{type(value).__name__} ({str(value)[:30]})" if isinstance(value, str) else type(value).__name__


def is_close(got, want, rtol=1e-3, atol=1e-9) -> bool:
    got, want = np.asarray(got, float), np.asarray(want, float)
    return got.shape == want.shape and bool(np.all(np.abs(got - want) <= atol + rtol * np.abs(want)))


def compare(got, want, inputs, unit="", rtol=1e-3, atol=1e-9, guesses=()):
    """Return if `got` is `want`; otherwise raise Wrong with the likeliest reason.

    got, want : (k,) the student's and the right answers for k inputs
    inputs    : k texts, "I = 2 nA"
    guesses   : pairs (what a known misconception would give, its message), tried first
    """
    got, want = np.asarray(got, float).ravel(), np.asarray(want, float).ravel()
    if is_close(got, want, rtol, atol):
        return
    for values, message in guesses:
        if is_close(got, np.ravel(values), rtol, atol):
            raise Wrong(message)
    bad = ~np.isfinite(got)
    if bad.any():
        raise Wrong("For {input} your answer is {got}, not a finite number.", input=inputs[bad.argmax()], got=got[bad][0])
    _systematic(got, want, unit, rtol, atol)
    i = int(np.argmax(np.abs(got - want) / (atol + rtol * np.abs(want))))
    raise Wrong(
        "For {input} the answer should be about {want}, yours is {got}.",
        input=inputs[i],
        want=with_unit(want[i], unit),
        got=with_unit(got[i], unit),
    )


def _systematic(got, want, unit, rtol, atol):
    """Sign, unit, constant factor or offset: only where several different answers agree on it."""
    if len(want) < 2 or np.ptp(want) <= 10 * rtol * np.abs(want).max():
        return
    if is_close(-got, want, rtol, atol):
        raise Wrong("The size is right, the sign is not.")
    if is_close(got / 1e3, want, rtol, atol):
        raise Wrong("Your answer is 1000 times too large. Look at the units: it should come out in {unit}.", unit=unit)
    if is_close(got * 1e3, want, rtol, atol):
        raise Wrong("Your answer is 1000 times too small. Look at the units: it should come out in {unit}.", unit=unit)
    some = np.abs(want) > atol
    if np.any(got[some]) and is_close(got * np.mean(want[some]) / np.mean(got[some]), want, rtol, atol):
        raise Wrong("Your answer is always {factor} times the right one.", factor=f"{np.mean(got[some] / want[some]):.3g}")
    if is_close(got - np.mean(got - want), want, rtol, atol):
        raise Wrong("Your answer is always off by {offset}.", offset=with_unit(float(np.mean(got - want)), unit))


def with_unit(value, unit="") -> str:
    return f"{float(value):.4g} {unit}".strip()
