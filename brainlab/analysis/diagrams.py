"""What continuation returns: branches of fixed points and of cycles, their special points, and their picture."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ..svg import COLORS, Axes, Layer, Picture, compose
from ._checks import refuse
from ._system import label
from ._types import classify

SHAPES = {
    **{"fold": "triangles", "fold of cycles": "triangles", "Hopf": "squares", "branch point": "diamonds"},
    **{"cusp": "triangles", "Bogdanov-Takens": "squares", "Bautin": "diamonds"},
}


@dataclass(frozen=True)
class SpecialPoint:
    """Where something changes.

    kind        : "fold", "Hopf", "branch point", or on cycles "fold of cycles", "period doubling", "torus"
    value       : of the parameter
    y           : (n,) the values of the states; of a cycle, the largest
    eigenvalues : (n,) of the Jacobian; of a cycle, the Floquet multipliers
    period      : of the cycle, at a Hopf point of the cycle that is born there; NaN at others
    lyapunov    : at a Hopf point the first Lyapunov coefficient: below 0 supercritical, above 0 subcritical
    """

    kind: str
    parameter: str
    value: float
    y: np.ndarray
    eigenvalues: np.ndarray
    states: tuple[str, ...]
    period: float = np.nan
    lyapunov: float = np.nan
    second: tuple = ()  # (name, value) of a second parameter, from `two_parameters`

    @property
    def at(self) -> tuple[float, ...]:
        """The value of the parameter, or of both."""
        return (self.value, *self.second[1:])

    @property
    def omega(self) -> float:
        return 2 * np.pi / self.period

    @property
    def criticality(self) -> str:
        """ "supercritical": a stable cycle is born and grows from nothing. "subcritical": an unstable one, states jump."""
        if not np.isfinite(self.lyapunov):
            return ""
        return "supercritical" if self.lyapunov < 0 else "subcritical"

    def __repr__(self):
        more = [self.criticality] if self.criticality else []
        more += [f"period {self.period:.5g}"] if np.isfinite(self.period) else []
        second = f", {self.second[0]} = {_round(self.second[1])}" if self.second else ""
        return f"<{self.kind} at {self.parameter} = {_round(self.value)}{second}{': ' if more else ''}{', '.join(more)}>"


@dataclass(frozen=True)
class Branch:
    """Fixed points along a parameter: k of them, n states. `branch["V"]` is one state.

    ended : why it ends, at both ends: "left, left" (the range); or "closed", "stuck", "long"
    """

    parameter: str
    states: tuple[str, ...]
    values: np.ndarray  # (k,) of the parameter
    y: np.ndarray  # (k, n)
    eigenvalues: np.ndarray  # (k, n)
    special: tuple[SpecialPoint, ...]
    ended: str

    @property
    def stable(self) -> np.ndarray:
        """(k,) bool: all eigenvalues left of the imaginary axis."""
        return (self.eigenvalues.real < 0).all(axis=1)

    @property
    def types(self) -> list[str]:
        """The kind of each, as `classify` says it."""
        return [classify(values) for values in self.eigenvalues]

    def __getitem__(self, state):
        return self.y[:, _place(self, state)]

    def __len__(self):
        return len(self.values)

    def __repr__(self):
        return (
            f"<{len(self)} fixed points from {self.parameter} = {self.values[0]:.4g} to {self.values[-1]:.4g}"
            f"{'; ' if self.special else ''}{counted(self.special)}>"
        )


@dataclass(frozen=True)
class CycleBranch:
    """Limit cycles along a parameter: k of them, n states.

    ended : "left" (the range), "Hopf" (the cycles shrink to a point), "homoclinic" (the period grows without end where the
            parameter stands), "long period" (it is beyond `longest_period`), "closed"; or it was not followed to its end:
            "coarse" (more `intervals` are needed than four times those given), "stuck" (no shorter step helps), "long"
            (after 400 steps)
    """

    parameter: str
    states: tuple[str, ...]
    values: np.ndarray  # (k,)
    period: np.ndarray  # (k,) in the model's unit of time
    low: np.ndarray  # (k, n) the smallest value of each state
    high: np.ndarray  # (k, n)
    multipliers: np.ndarray  # (k, n) Floquet; one is 1
    special: tuple[SpecialPoint, ...]
    ended: str
    orbits: tuple = field(repr=False, default=())  # (phase (points,), y (points, n)) of each

    @property
    def stable(self) -> np.ndarray:
        """(k,) bool: all multipliers but the one that is 1 inside the unit circle."""
        one = np.argmin(np.abs(self.multipliers - 1), axis=1)
        others = np.abs(self.multipliers)
        others[np.arange(len(others)), one] = 0.0
        return (others < 1).all(axis=1)

    def cycle(self, k):
        """(t (points,), y (points, n)): one period of the k-th cycle."""
        phase, y = self.orbits[k]
        return phase * self.period[k], y

    def __len__(self):
        return len(self.values)

    def __repr__(self):
        low, high = self.values.min(), self.values.max()
        return (
            f"<{len(self)} cycles, {self.parameter} between {low:.4g} and {high:.4g}, period {self.period.min():.4g} to "
            f"{self.period.max():.4g}; {counted(self.special)}{'; ' if self.special else ''}ends: {self.ended}>"
        )


@dataclass(frozen=True)
class Diagram:
    """A bifurcation diagram: one branch of fixed points, and the cycles that are born on it."""

    fixed: Branch
    cycles: tuple[CycleBranch, ...]
    units: dict

    @property
    def parameter(self) -> str:
        return self.fixed.parameter

    @property
    def special(self) -> tuple[SpecialPoint, ...]:
        return self.fixed.special + tuple(point for branch in self.cycles for point in branch.special)

    def of_kind(self, kind) -> tuple[SpecialPoint, ...]:
        return tuple(point for point in self.special if point.kind == kind)

    @property
    def folds(self):
        """Where two fixed points meet and vanish: saddle-node bifurcations."""
        return self.of_kind("fold")

    @property
    def hopf(self):
        """Where a cycle is born."""
        return self.of_kind("Hopf")

    @property
    def cycle_folds(self):
        """Where two cycles meet and vanish."""
        return self.of_kind("fold of cycles")

    def __repr__(self):
        cycles = f", {len(self.cycles)} branch{'es' * (len(self.cycles) != 1)} of cycles" if self.cycles else ""
        ends = {*self.fixed.ended.split(", "), *(branch.ended for branch in self.cycles)} & {"coarse", "stuck", "long"}
        cycles += f" (not to the end: {', '.join(sorted(ends))})" if ends else ""
        special = f"; {counted(self.special)}" if self.special else ""
        return f"<diagram over {self.parameter}: {len(self.fixed)} fixed points{cycles}{special}>"

    def plot(self, state=None, *, width=640, height=320) -> Picture:
        """One state over the parameter: stable solid, unstable dashed; of cycles the largest and smallest value.

        Folds are triangles, Hopf points squares, other special points diamonds.
        """
        i = _place(self.fixed, self.fixed.states[0] if state is None else state)
        axes = Axes(label(self.parameter, self.units), label(self.fixed.states[i], self.units), height=height)
        axes.layers += _lines(self.fixed.values, self.fixed.y[:, i], self.fixed.stable, "fixed point", (0, 1))
        for k, branch in enumerate(self.cycles):
            for values, of in ((branch.high, "cycle" * (k == 0)), (branch.low, "")):
                axes.layers += _lines(branch.values, values[:, i], branch.stable, of, (2, 3))
        for kind in dict.fromkeys(point.kind for point in self.special):
            points = self.of_kind(kind)
            x, y = np.array([p.value for p in points]), np.array([p.y[i] for p in points])
            axes.layers.append(Layer(x, y, kind, "#222222", SHAPES.get(kind, "diamonds")))
        low, high = axes.ranges()[1]
        axes.y_range = low, high + 0.22 * (high - low)  # room for the legend
        return compose([axes], width=width, description=f"{self!r:.200}".strip("<>"))


def _lines(x, y, stable, name, colors):
    """Two layers, with gaps where the other one is; each reaches to the first point of the next piece."""
    out = []
    for wanted, word, dash in ((True, "stable", "solid"), (False, "unstable", "dashed")):
        here = stable == wanted
        if not here.any():
            continue
        shown = here.copy()
        if not wanted:  # the pieces meet: a point between them would be missing
            shown[:-1] |= here[1:]
            shown[1:] |= here[:-1]
        label = f"{word} {name}" if name else ""
        out.append(Layer(x, np.where(shown, y, np.nan), label, COLORS[colors[not wanted]], dash=dash, width=1.8))
    return out


def _place(branch, state):
    if state not in branch.states:
        raise refuse(
            f"no state {state!r:.40}.", why=f"the states are {', '.join(branch.states)}", try_=repr(branch.states[0])
        )
    return branch.states.index(state)


def _round(x) -> str:
    """Six digits, and 0 for what is only not 0 by rounding: parameters are located to eight digits or more."""
    return f"{0.0 if abs(x) < 1e-8 else x:.6g}"


def counted(points) -> str:
    kinds = {kind: [_round(p.value) for p in points if p.kind == kind] for kind in dict.fromkeys(p.kind for p in points)}
    return ", ".join(f"{kind} at {', '.join(values)}" for kind, values in kinds.items())
