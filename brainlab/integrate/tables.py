"""All methods of all families in one table."""

from __future__ import annotations

import difflib

from ._dde_methods import DDE
from ._fde_methods import FDE
from ._methods import MethodTable
from ._sde_methods import SDE
from ._steppers import ODE
from ._stiff import STIFF
from .errors import IntegrateError

_FAMILIES = {"ode": ODE, "stiff": STIFF, "sde": SDE, "fde": FDE, "dde": DDE}


def methods(kind: str | None = None) -> MethodTable:
    """The methods of integration there are: rows with name, kind, order, strong_order and source.

    kind : "ode", "stiff", "sde", "fde" or "dde"; None for all

    >>> methods("ode")[9].name, methods("ode")[9].order
    ('rk4', 4)
    """
    if kind is None:
        return MethodTable(row for family in _FAMILIES.values() for row in family)
    if kind not in _FAMILIES:
        close = difflib.get_close_matches(str(kind).lower(), _FAMILIES, n=1)
        raise IntegrateError(
            f"there are no methods of kind {kind!r}." + (f" Did you mean {close[0]!r}?" if close else ""),
            why=f"the kinds are {', '.join(_FAMILIES)}",
            try_=f'bl.methods("{close[0] if close else "ode"}")',
        )
    return _FAMILIES[kind]
