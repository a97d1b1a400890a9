"""A figure that is a small network: neurons to stimulate or silence, connections to cut."""

from __future__ import annotations

import ipywidgets
import numpy as np

from .. import svg
from ..language import tr
from .figures import Axis, Prediction
from .hands import Hands
from .widgets import Graph

MARGIN = {"top": 36, "bottom": 26, "left": 62, "right": 34}
WORDS = ("left alone", "stimulated", "silenced")


class GraphFigure(Hands):
    """Neurons on the plane 0..1 x 0..1 and the connections between them; used like a `Figure`.

    `set` is what a panel draws. What is clicked comes to `panel.touched` as "neurons" and "edges", see `widgets.Graph`.
    """

    curves = ()

    def __init__(self, *, title: str = "", height: int = 300):
        self.x = self.y = Axis("", ticks=False)
        self.title, self.height = title, height
        self.ghostly = self._hidden = False
        self._lit = np.zeros(0)
        layout = ipywidgets.Layout(width="100%", height=f"{height}px")
        super().__init__(Graph(margin=MARGIN, layout=layout))
        self.prediction = Prediction(self)  # only asked to clear: nobody sketches a graph
        self._header = ipywidgets.HTML()
        self._header.add_class("bl-figure-header")
        self.widget = ipywidgets.VBox([self._header, self.overlay])
        self.widget.add_class("bl-figure")
        self.relabel()

    def set(self, places, edges, neurons, whole, lit):
        """places : (N, 2); edges: [(from, to), ...]; neurons: (N,) 0, 1 or 2; whole: 1 or 0 for each edge; lit: (N,) 0..1"""
        if self.ghostly:
            return
        graph, self._lit = self.overlay, np.asarray(lit, float)
        nodes = [{"name": str(i + 1), "x": float(x), "y": float(y)} for i, (x, y) in enumerate(places)]
        with graph.hold_sync():
            graph.show({"neurons": [int(n) for n in neurons], "edges": [int(e) for e in whole]})
            graph.nodes, graph.edges = nodes, [list(map(int, edge)) for edge in edges]
            self._shine()

    def _shine(self):
        self.overlay.lit = [0.0 if self._hidden else round(float(x), 2) for x in self._lit]

    def moving(self):
        """As `Figure.moving`."""
        return [self.overlay]

    def hide_results(self, hidden: bool):
        self._hidden = hidden
        self._shine()

    def relabel(self):
        self.overlay.label = tr(self.title)
        self._header.value = f'<span class="bl-figure-title">{tr(self.title)}</span>'
        self.show_hands()

    def axes(self) -> svg.Axes:
        """The static twin."""
        graph, layers = self.overlay, []
        places = np.array([[node["x"], node["y"]] for node in graph.nodes])
        for (a, b), whole in zip(graph.edges, graph.value["edges"], strict=True):
            x, y = bent(places[a], places[b]).T
            look = dict(color=svg.COLORS[2]) if whole else dict(color=svg.GHOST, dash="dashed", width=1.0)
            layers += [svg.Layer(x, y, **look), svg.Layer(x[-1:], y[-1:], kind="diamonds", color=look["color"])]
        states, names = np.array(graph.value["neurons"]), np.array([node["name"] for node in graph.nodes])
        for state, color in enumerate((svg.COLORS[0], svg.COLORS[1], svg.GHOST)):
            these = states == state
            if these.any():
                layer = svg.Layer(*places[these].T, tr(WORDS[state]), color, "rings", names=tuple(names[these]))
                layers.append(layer)
        return svg.Axes("", "", tr(self.title), (-0.08, 1.08), (-0.12, 1.12), layers, self.height, (False, False))


def bent(a, b, points: int = 12):
    """(points, 2) of a curve from a to b that ends beside b, bent to one side: there and back do not lie on each other."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    bend = (a + b) / 2 + 0.16 * np.array([b[1] - a[1], a[0] - b[0]])
    s = np.linspace(0.0, 0.88, points)[:, None]
    return (1 - s) ** 2 * a + 2 * s * (1 - s) * bend + s**2 * b
