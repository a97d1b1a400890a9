"""Which names a function reads and binds, read off its byte code."""

from __future__ import annotations

import dis
import weakref
from types import CodeType

_SCOPE = {"LOAD_GLOBAL": "global", "LOAD_NAME": "global", "LOAD_DEREF": "cell", "LOAD_CLASSDEREF": "cell"}
_SKIP = ("CACHE", "EXTENDED_ARG", "RESUME", "PRECALL")
_known: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()


def names_read(code: CodeType):
    """((scope, name, path), ...) and {"global": names bound, "cell": names bound}.

    scope : "global", "cell" (a closure variable), or "local" for the first argument, which is `self` in methods
    path  : what follows the name, attributes as text and constant subscripts as 1-tuples: `s["a"].b` is (("a",), "b")
    """
    if code not in _known:
        _known[code] = _read(code)
    return _known[code]


def _read(code):
    loads, stores, path, constant = [], {"global": set(), "cell": set()}, None, None
    first = code.co_varnames[0] if code.co_argcount else None
    for i in dis.get_instructions(code):
        name, value = i.opname, i.argval
        if name.startswith("LOAD_FAST") and isinstance(value, tuple):  # Python 3.13 loads two at once
            value = value[-1]
        if name in _SCOPE or (name.startswith("LOAD_FAST") and value == first):
            path, constant = [], None
            loads.append((_SCOPE.get(name, "local"), value, path))
        elif name in ("LOAD_ATTR", "LOAD_METHOD") and path is not None and constant is None:
            path.append(value)
        elif (
            name in ("LOAD_CONST", "LOAD_SMALL_INT")
            and path is not None
            and constant is None
            and isinstance(value, str | int)
        ):
            constant = (value,)
        elif constant is not None and (name == "BINARY_SUBSCR" or (name == "BINARY_OP" and i.argrepr == "[]")):
            path.append(constant)
            constant = None
        elif name in ("STORE_GLOBAL", "STORE_DEREF"):
            scope = "global" if name == "STORE_GLOBAL" else "cell"
            stores[scope].add(value)
            loads.append((scope, value, []))
            path = constant = None
        elif name not in _SKIP:
            path = constant = None
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            more, bound = names_read(inner)
            loads += [(scope, name, path) for scope, name, path in more if scope != "local"]
            for scope in stores:
                stores[scope] |= bound[scope]
    return tuple((scope, name, tuple(path)) for scope, name, path in loads), stores
