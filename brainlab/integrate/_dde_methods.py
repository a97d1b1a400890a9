"""The methods of delay differential equations: Runge-Kutta tableaux from the table of ordinary ones."""

from __future__ import annotations

from ._methods import Method, MethodTable, find_method
from ._steppers import ODE


def _row(name, source) -> Method:
    row = find_method(ODE, name)
    return Method(name, "dde", row.order, source, row.coefficients)


DDE = MethodTable(
    (
        _row("euler", "Bellen and Zennaro (2003), Numerical Methods for Delay Differential Equations, ch. 1"),
        _row("rk4", "Bellen and Zennaro (2003), ch. 4, 6: Kutta's method, breaking points in the mesh"),
    )
)
