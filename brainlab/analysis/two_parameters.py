"""two_parameters: where the folds or Hopf points are when a second parameter moves, too."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ..svg import COLORS, Axes, Layer, Picture, compose
from ._branch import Steps, both_ways, correct
from ._checks import refuse
from ._derivatives import Derivatives
from ._extended import Folds, Hopfs
from ._system import label, system
from .continuation import check_range, scale_of
from .diagrams import SHAPES, SpecialPoint, counted


@dataclass(frozen=True)
class CriticalCurve:
    """Folds or Hopf points in the plane of two parameters: k of them, n states.

    ended : why it ends, at both ends: "left" (the ranges), "Bogdanov-Takens" (a Hopf point without frequency), or "closed",
            "stuck", "long"
    """

    kind: str  # "fold" or "Hopf"
    parameters: tuple[str, str]
    states: tuple[str, ...]
    values: np.ndarray  # (k, 2) of the parameters
    y: np.ndarray  # (k, n)
    omega: np.ndarray  # (k,) 1/time; NaN for folds
    lyapunov: np.ndarray  # (k,) below 0 supercritical, above 0 subcritical; NaN for folds
    special: tuple[SpecialPoint, ...]  # "cusp", "Bogdanov-Takens", "Bautin"; value is that of the first parameter
    ended: str
    units: dict = field(repr=False, default_factory=dict)

    def __len__(self):
        return len(self.values)

    def __getitem__(self, name):
        if name in self.parameters:
            return self.values[:, self.parameters.index(name)]
        if name in self.states:
            return self.y[:, self.states.index(name)]
        names = ", ".join((*self.parameters, *self.states))
        raise refuse(f"there is no {name!r:.40} on the curve.", why=f"it has {names}", try_=repr(self.parameters[0]))

    def __repr__(self):
        special = counted(self.special)
        return f"<{len(self)} {self.kind} points over {' and '.join(self.parameters)}{'; ' if special else ''}{special}>"

    def plot(self, *, width=480, height=320) -> Picture:
        """The curve; of Hopf points the subcritical part is dashed."""
        axes = Axes(*(label(name, self.units) for name in self.parameters), height=height)
        x, y = self.values.T
        if self.kind == "fold":
            axes.layers.append(Layer(x, y, "fold", COLORS[0]))
        else:
            for name, here, color, dash in (
                ("supercritical Hopf", self.lyapunov < 0, COLORS[0], "solid"),
                ("subcritical Hopf", self.lyapunov > 0, COLORS[1], "dashed"),
            ):
                if here.any():
                    axes.layers.append(Layer(x, np.where(here, y, np.nan), name, color, dash=dash))
        for kind in dict.fromkeys(p.kind for p in self.special):
            places = np.array([p.at for p in self.special if p.kind == kind])
            axes.layers.append(Layer(places[:, 0], places[:, 1], kind, "#222222", SHAPES[kind]))
        low, high = axes.ranges()[0]
        axes.x_range = low - 0.04 * (high - low), high + 0.04 * (high - low)
        low, high = axes.ranges()[1]
        axes.y_range = low, high + 0.22 * (high - low)  # room for the legend
        return compose([axes], width=width, description=f"{self!r:.200}".strip("<>"))


def two_parameters(target, point, first, second, first_range, second_range, *, args=None, step=0.015, **changes):
    r"""The curve of folds or of Hopf points through `point` in the plane of two parameters.

    $$f = 0,\; J v = 0 \;\text{(folds)} \qquad\qquad f = 0,\; J q = i\omega q \;\text{(Hopf points)}$$

    target        : a model or function, as `continuation` takes it
    point         : a fold or Hopf point of one of its diagrams
    first, second : names of two parameters; the diagram was over one of them, the other has its present value
    ..._range     : (low, high) of each; the curve ends where it leaves one of them
    step          : the longest step, in parts of the ranges
    returns       : a `CriticalCurve`: .values (k, 2), .y, .special (cusps, Bogdanov-Takens and Bautin points), .plot()

    Source: Seydel, Practical Bifurcation and Stability Analysis (2010), ch. 5.4; Kuznetsov, Elements of Applied Bifurcation
    Theory (2004), ch. 8 and 10.3.

    >>> from brainlab.analysis import continuation
    >>> def f(x, t, a=-1.0, b=1.0):                              # folds where a^2 = 4 b^3 / 27: two branches and a cusp
    ...     return a + b * x - x**3
    >>> fold = continuation(f, "a", -2, 2, start=(-1.5,)).folds[0]
    >>> two_parameters(f, fold, "a", "b", (-2, 2), (-1, 2)).special
    (<cusp at a = 0, b = 0>,)
    """
    if not isinstance(point, SpecialPoint) or point.kind not in ("fold", "Hopf"):
        raise refuse(
            f"point = {point!r:.60}: a fold or a Hopf point of a diagram is expected.", try_="continuation(...).hopf[0]"
        )
    found = system(target, point.y, args, **changes)
    if found.states != point.states:  # a function of one number, not of a vector with one
        found = system(target, float(point.y[0]), args, **changes)
    ranges = [check_range(found, name, limits) for name, limits in ((first, first_range), (second, second_range))]
    if first == second or point.parameter not in (first, second):
        raise refuse(
            f"first = {first!r}, second = {second!r}: two parameters are expected, one of them {point.parameter!r}.",
            why=f"the point was found by moving {point.parameter}",
            try_=f'two_parameters(model, point, "{point.parameter}", ...)',
        )
    values = np.array([point.value if name == point.parameter else found.p[name] for name in (first, second)])
    for name, value, (low, high) in zip((first, second), values, ranges, strict=True):
        if not low <= value <= high:
            raise refuse(
                f"the point is at {name} = {value:g}, which is not between {low:g} and {high:g}.",
                try_=f"({min(low, value):g}, {max(high, value):g})",
            )
    scale, widths = scale_of(found), [high - low for low, high in ranges]
    curve = {"fold": Folds, "Hopf": Hopfs}[point.kind](Derivatives(found, first, second), scale, widths, found.start, values)
    m = len(curve.guess)
    walked = both_ways(
        curve, _on_curve(curve, point), [(m - 2, *ranges[0]), (m - 1, *ranges[1])],
        Steps(longest=step, first=step / 3), curve.stop,
    )  # fmt: skip
    return _result(found, point.kind, (first, second), walked)


def _on_curve(curve, point):
    """The point as one of the curve; the first direction is the one in which the equations do not change."""
    _, jacobian = curve.system(curve.guess)
    border = np.linalg.svd(jacobian)[2][-1] * np.sqrt(np.maximum(curve.weights, 1e-12))
    found, _ = correct(curve, curve.guess, border, most=15)
    if found is None:
        raise refuse(
            f"the {point.kind} at {point.parameter} = {point.value:g} is none for these parameters.",
            why="it was found with other values of them",
            try_="point=continuation(...).hopf[0], with the same model",
        )
    return found


def _result(found, kind, names, walked) -> CriticalCurve:
    n = len(found.states)
    z = np.stack([p.z for p in walked.points])
    unknown = np.full(n, np.nan)
    special = tuple(
        SpecialPoint(what, names[0], float(p.z[-2]), p.z[:n], unknown, found.states, second=(names[1], float(p.z[-1])))
        for what, _, p in walked.special
    )
    omega = z[:, -3] if kind == "Hopf" else np.full(len(z), np.nan)
    coefficients = np.array([p.facts.lyapunov for p in walked.points])
    return CriticalCurve(
        kind, names, found.states, z[:, -2:], z[:, :n], omega, coefficients, special, walked.ended, found.units
    )
