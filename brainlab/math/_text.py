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
    """A value on one line."""
    if isinstance(x, FunctionType | functools.partial):
        return f"the function {getattr(x, '__name__', x)}"
    value = getattr(x, "_value", x)
    if isinstance(value, jax.Array | np.ndarray) and not hasattr(x, "_tree"):
        x = "traced" if isinstance(value, jax.core.Tracer) else np.asarray(value).tolist()
    line = " ".join(repr(x).split())
    return line if len(line) <= 60 else line[:57] + "..."
