"""The small networks of the graph editor: eight neurons, where they lie, and who reaches whom."""

from __future__ import annotations

import numpy as np

N = 8
CIRCLE = 0.5 + 0.5 * np.array([[np.sin(a), np.cos(a)] for a in 2 * np.pi * np.arange(N) / N])  # clockwise from the top
LINE = np.stack([np.linspace(0, 1, N), 0.5 + 0.18 * (-1.0) ** np.arange(N)], 1)
_ROUND = [(i, (i + 1) % N) for i in range(N)]

PLACES = {"chain": LINE}
EDGES = {
    "web": [(0, 1), (0, 2), (1, 3), (1, 4), (2, 3), (2, 4), (3, 5), (4, 5), (4, 6), (5, 7), (6, 7), (7, 0)],
    "chain": _ROUND[:-1],
    "ring": _ROUND,
    "shortcut": [*_ROUND, (0, 5)],
    "two-way": [*_ROUND, *((b, a) for a, b in _ROUND)],
}
MOST = max(map(len, EDGES.values()))


def places(graph: str) -> np.ndarray:
    """(N, 2), in the unit square"""
    return PLACES.get(graph, CIRCLE)


def place_of(graph: str, a: int, b: int) -> int:
    """Which edge of `graph` leads from neuron a to neuron b, both counted from 1 as in the picture.

    >>> place_of("web", 8, 1), len(EDGES["web"])
    (11, 12)
    """
    return EDGES[graph].index((a - 1, b - 1))
