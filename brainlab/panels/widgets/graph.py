"""Graph: neurons and connections that can be clicked."""

from __future__ import annotations

import traitlets as t

from ._front_end import script, style
from .overlay import Overlay


class Graph(Overlay):
    """A small network, drawn. A click, or Enter, takes a neuron or a connection to its next state; arrow keys go around.

    nodes : list of dicts: name, x, y, in x_range and y_range
    edges : list of [from, to], numbers of nodes
    value : dict(neurons=[0 left alone, 1 stimulated, 2 silenced for each], edges=[1 whole, 0 cut for each])
    lit   : 0 to 1 for each neuron, how brightly it shines

    >>> graph = Graph(nodes=[dict(name="1", x=0, y=0), dict(name="2", x=1, y=0)], edges=[[0, 1]],
    ...               value=dict(neurons=[1, 0], edges=[1]))
    >>> graph.from_browser({"edges": [0]}, 1); graph.value
    {'neurons': [1, 0], 'edges': [0]}
    """

    _esm, _css = script("space", "graph"), style("graph")
    english = {
        "neurons": "neuron {n}: {state}",
        "edges": "connection from {a} to {b}: {state}",
        "alone": "left alone",
        "stimulated": "stimulated",
        "silenced": "silenced",
        "whole": "whole",
        "cut": "cut",
        "keys": "Arrow keys move, Enter changes.",
    }

    nodes = t.List().tag(sync=True)
    edges = t.List().tag(sync=True)
    lit = t.List().tag(sync=True)

    def __repr__(self):
        return f"Graph({len(self.nodes)} neurons, {len(self.edges)} connections)"
