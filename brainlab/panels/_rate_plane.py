"""What the panels of an excitatory and an inhibitory population share: the plane of E and I, and both over time."""

from __future__ import annotations

import numpy as np

from ._planes import appearance, arrow_lines, rest_points
from .figures import Axis, Figure, evenly
from .panel import Panel

POINTS = 700  # of a trajectory in the plane
E_COLOR, I_COLOR = 1, 2  # of everything that belongs to the population


class RatePlane(Panel):
    """The abstract base of such panels. A subclass has parameters E0 and I0, where the run begins, and says:

    span, unit : of E and I in the plane
    duration   : ms, of a run
    least      : a rate is at least this
    """

    span = (0.0, 1.0)
    unit = ""
    duration = 400.0
    least = 0.0
    carries = {"E0": ("start",), "I0": ("start",)}

    def build_plane(self, title: str):
        """The plane with its field, nullclines, fixed points and start."""
        self.plane = Figure(Axis("E", self.unit, self.span), Axis("I", self.unit, self.span), title=title, height=360)
        self.field = self.plane.curve("", "ghost", width=1.0, ghost=False, given=True)
        self.E_line = self.plane.curve("E stands still", E_COLOR, dash="dashed", given=True)
        self.I_line = self.plane.curve("I stands still", I_COLOR, dash="dotted", width=2.0, given=True)
        self.path = self.plane.curve("trajectory", 5, width=2.0)
        self.points = {
            "stable": self.plane.dots("stable", 3),
            "unstable": self.plane.dots("unstable", 4, shape="rings"),
            "saddle": self.plane.dots("saddle", 4, shape="squares"),
        }
        self.plane.handle("start", "xy", min=self.least, max=self.span[1], label="start", color="5")

    def build_traces(self, title: str):
        self.traces_figure = Figure(
            Axis("t", "ms", (0, self.duration)), Axis("E, I", self.unit, self.span), title=title, height=200
        )
        self.E = self.traces_figure.curve("E", E_COLOR)
        self.I = self.traces_figure.curve("I", I_COLOR, dash="dotted", width=2.0)

    def hand(self, name):
        return [self._wanted["E0"], self._wanted["I0"]] if name == "start" else super().hand(name)

    def touched(self, figure, moved):
        if "start" in moved:
            moved = {**moved, "E0": float(moved["start"][0]), "I0": float(moved["start"][1])}
        super().touched(figure, moved)

    @classmethod
    def arrows_at(cls):
        """(n, 2): where the plane has its arrows."""
        low, high = cls.span
        rows = [np.linspace(low + 0.07 * (high - low), high - 0.04 * (high - low), n) for n in (12, 9)]
        return np.stack([np.ravel(grid) for grid in np.meshgrid(*rows)], 1)

    def draw_plane(self, arrows, E_line, I_line, rests):
        """arrows: (n, 2) changes per ms at `arrows_at`; E_line, I_line: (x, y); rests: of `rests`"""
        unit = (self.span[1] - self.span[0]) / 5  # arrow_lines draws for a plane that is 5 wide
        self.field.set(*(unit * row for row in arrow_lines(self.arrows_at() / unit, 10 * arrows / unit)))
        self.E_line.set(*E_line)
        self.I_line.set(*I_line)
        for look, points in self.points.items():
            points.set(*np.array([point for point, kind, _ in rests if appearance(kind) == look]).reshape(-1, 2).T)

    def rests(self, roots, found, jacobians):
        """The fixed points in the picture: (point, kind, eigenvalues)."""
        return rest_points(roots, found, jacobians, (self.span, self.span))

    def along(self, y):
        """x and y of a trajectory, (time, 2), for the plane."""
        return evenly(y, np.full(2, self.span[1] - self.span[0]), POINTS).T
