"""What to call things in messages: Variables by their name, pytrees by their shapes."""

import functools
from types import FunctionType

import jax
import numpy as np

from ._where import name_of, user_frame


def called(owner) -> str:
    """What to call an Array or Variable in a message."""
    name = getattr(owner, "name", None)
    if name:
        return f"Variable '{name}'"
    return name_of(owner, user_frame()) or ("this Variable" if hasattr(owner, "_tree") else "this array")


def bare(owner) -> str:
    """A name for the owner that can stand in a line to paste."""
    return name_of(owner, user_frame()) or (getattr(owner, "name", None) or "v").split(".")[-1]


def tree_text(tree) -> str:
    text = str(tree).removeprefix("PyTreeDef(").removesuffix(")")
    return "an array" if text == "*" else text.replace("*", "array")


def types_text(tree) -> str:
    """float32[3], or (float32[3], int32[]): shapes and dtypes in the order of the pytree."""
    leaves, structure = jax.tree.flatten(tree)
    if not leaves:
        return "nothing"
    texts = [f"{x.dtype}{list(x.shape)}".replace(" ", "") for x in leaves]
    return str(jax.tree.unflatten(structure, texts)).replace("'", "")


def text(x) -> str:
    """A value in a message, on one line. No `__repr__` of the student's is run, and nothing large is spelt out."""
    value = getattr(x, "_value", x)
    if hasattr(x, "_tree"):
        return "a Variable"
    if isinstance(value, jax.core.Tracer):
        return "a traced value"
    if isinstance(value, jax.Array | np.ndarray):
        plain = getattr(value.dtype, "kind", "?") in "biufc" and value.size <= 8
        return str(np.asarray(value).tolist()) if plain else f"an array of shape {value.shape}"
    if isinstance(x, bool | int | float | complex | str | bytes | np.generic | range | slice | type(None)):
        return _short(repr(x))
    if isinstance(x, list | tuple | set | dict):
        few = len(x) <= 8
        if few and isinstance(x, dict):
            return _short("{" + ", ".join(f"{text(k)}: {text(v)}" for k, v in x.items()) + "}")
        ends = {list: "[]", tuple: "()", set: "{}"}.get(type(x))
        return _short(", ".join(map(text, x)).join(ends)) if few and ends else f"a {type(x).__name__} of {len(x)}"
    if isinstance(x, FunctionType | functools.partial):
        return f"the function {getattr(x, '__name__', 'partial')}"
    if isinstance(x, type):
        return f"the class {x.__name__}"
    return "missing" if type(x).__name__ == "missing" else f"a {type(x).__name__}"


def _short(line: str) -> str:
    line = " ".join(line.split())
    return line if len(line) <= 60 else line[:57] + "..."


def is_number(shown: str) -> bool:
    try:
        float(shown)
    except ValueError:
        return False
    return True


def start_text(array) -> str:
    return f"bm.zeros({tuple(array.shape)})" if array.ndim else "0."
