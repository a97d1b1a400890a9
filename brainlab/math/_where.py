"""Where in the student's own code: the line that runs now, the line that failed, and the names that stand in it."""

from __future__ import annotations

import functools
import linecache
import os
import re
import sys
import sysconfig
from types import ModuleType, SimpleNamespace

_OURS = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_LIBRARY = tuple({os.path.realpath(sysconfig.get_path(p)) + os.sep for p in ("stdlib", "platstdlib")})
_INSTALLED = re.compile(r"[\\/](site|dist)-packages[\\/]")
_DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")


@functools.lru_cache(maxsize=4096)
def is_user_file(filename: str) -> bool:
    """Neither brainlab nor Python's own nor an installed package; a notebook cell and a doctest are the student's."""
    if filename.startswith("<"):
        return not filename.startswith("<frozen")
    return not os.path.realpath(filename).startswith((_OURS, *_LIBRARY)) and not _INSTALLED.search(filename)


def is_user_object(thing) -> bool:
    """An object, class or module whose attributes are the student's own business."""
    if isinstance(thing, SimpleNamespace):
        return True
    if isinstance(thing, ModuleType):
        return is_user_file(getattr(thing, "__file__", None) or "<frozen>")
    return _is_users(thing if isinstance(thing, type) else type(thing))


@functools.lru_cache(maxsize=1024)
def _is_users(cls) -> bool:
    if cls.__module__ in ("builtins", "__main__") or cls.__module__.startswith(("jax", "numpy", "brainlab")):
        return cls.__module__ == "__main__"
    module = sys.modules.get(cls.__module__)
    return module is None or is_user_file(getattr(module, "__file__", None) or "<frozen>")


def user_frame():
    """The innermost running frame that is the student's."""
    frame = sys._getframe(1)
    while frame is not None and not is_user_file(frame.f_code.co_filename):
        frame = frame.f_back
    return frame


def failed_frame(error):
    """(frame, line number) of the innermost line of the student's that the error passed through."""
    found, tb = (None, 0), error.__traceback__
    while tb is not None:
        if is_user_file(tb.tb_frame.f_code.co_filename):
            found = (tb.tb_frame, tb.tb_lineno)
        tb = tb.tb_next
    return found


def source_line(frame, lineno: int | None = None) -> str:
    if frame is None:
        return ""
    return linecache.getline(frame.f_code.co_filename, lineno or frame.f_lineno, frame.f_globals).strip()


def place(frame, lineno: int | None = None) -> str:
    """`file.py, line 12:  self.count += 1`"""
    if frame is None:
        return "a line that Python no longer shows"
    name = frame.f_code.co_filename
    if name.startswith("<ipython-input") or f"{os.sep}ipykernel_" in name:
        name = "this notebook"
    else:
        name = name if name.startswith("<") else os.path.basename(name)
    line = source_line(frame, lineno)
    return f"{name}, line {lineno or frame.f_lineno}" + (f":  {line}" if line else "")


def names_in(frame, line: str) -> dict:
    """What the dotted names in a line of code stand for, as far as looking them up runs no code of the student's."""
    found = {}
    for dotted in _DOTTED.findall(line):
        first, *rest = dotted.split(".")
        value = frame.f_locals.get(first, frame.f_globals.get(first))
        for i, part in enumerate(rest):
            value = getattr(value, "__dict__", {}).get(part)
            if value is not None and i < len(rest):
                found[".".join([first, *rest[: i + 1]])] = value
        if first in frame.f_locals or first in frame.f_globals:
            found.setdefault(first, frame.f_locals.get(first, frame.f_globals.get(first)))
    return found


def name_of(thing, frame) -> str | None:
    """What the student calls this object: `self.count`, `history`."""
    if frame is None:
        return None
    in_line = names_in(frame, source_line(frame))
    for dotted, value in [*in_line.items(), *frame.f_locals.items(), *frame.f_globals.items()]:
        if value is thing and not dotted.startswith("_"):
            return dotted
    owner = frame.f_locals.get("self")
    for attribute, value in getattr(owner, "__dict__", {}).items():
        if value is thing:
            return f"self.{attribute}"
    return None
