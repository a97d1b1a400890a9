"""The table of integration methods: one row each. Menus, tests and docs read it; a new method is a new row."""

from __future__ import annotations

import difflib
import html
from dataclasses import dataclass
from typing import Any

from ..math._where import place, user_frame
from .errors import IntegrateError

STIFF_NAMES = ("implicit_euler", "kvaerno3", "kvaerno4", "kvaerno5", "kencarp3", "kencarp4", "kencarp5")  # rows: _stiff.py


@dataclass(frozen=True)
class Method:
    """One row: what a method is called, how exact it is, where it comes from, and what it computes."""

    name: str
    kind: str  # "ode", "stiff", "sde", "fde", "dde"
    order: float | None  # error ~ dt**order for smooth equations
    source: str
    coefficients: Any = None  # of its family's engine
    strong_order: float | None = None  # of stochastic methods: error of single paths
    error: tuple | None = None  # of embedded pairs: weights of the slopes in the error estimate
    quartic: tuple | None = None  # of embedded pairs with dense output of order 4: see _dense.py


class MethodTable(tuple):
    """Rows of methods, shown as a table in text and in a notebook."""

    columns = ("name", "kind", "order", "strong_order", "source")

    def cells(self) -> list[list[str]]:
        return [[_brief(getattr(row, column)) for column in self.columns] for row in self]

    def __repr__(self):
        lines = [list(self.columns), *self.cells()]
        widths = [max(len(line[i]) for line in lines) for i in range(len(self.columns))]
        return "\n".join("  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip() for line in lines)

    def _repr_html_(self):
        head = "".join(f"<th>{c}</th>" for c in self.columns)
        body = "".join("<tr>" + "".join(f"<td>{html.escape(c)}</td>" for c in line) + "</tr>" for line in self.cells())
        return f"<table><tr>{head}</tr>{body}</table>"


def find_method(table: MethodTable, name) -> Method:
    """The row of that name, or an error with the name that was meant."""
    for row in table:
        if isinstance(name, str) and row.name == name:
            return row
    names = [row.name for row in table]
    if isinstance(name, str) and name in STIFF_NAMES and table and table[0].kind == "ode":
        raise IntegrateError(
            f"{name} makes no single steps: it solves a stiff equation as a whole.",
            place(user_frame()),
            "its steps are implicit and of the length that the error asks for; only bl.solve_ode has it",
            f'bl.solve_ode(f, y0, t0, t1, rtol=1e-6, method="{name}")',
        )
    close = difflib.get_close_matches(str(name).lower(), names)
    close.sort(key=lambda near: len(near) != len(str(name)))  # rk5 is rk4 with a wrong letter, before rkf45 with one missing
    raise IntegrateError(
        f"there is no method {name!r:.40}." + (f" Did you mean {close[0]!r}?" if close else ""),
        why=f"the methods are {', '.join(names)}",
        try_=f'method="{close[0] if close else "rk4" if "rk4" in names else names[0]}"',
    )


def _brief(value) -> str:
    return "-" if value is None else f"{value:g}" if isinstance(value, int | float) else value
