"""Push-pull feedback: how well a child is remembered without feedback, with push, with pull and with both.

    python benchmarks/push_pull.py            1000 cells with 15 children of each parent, and 2000 with 25
    python benchmarks/push_pull.py 1000       one size

First the form of the authors' programs (to their end, t = 25), then the one without the mean of what is sent, at the end of
the push (t = 10) and of the pull (t = 15), last the discrete network. Beside each: an independent program in NumPy, which
had 36 to 48 cues; with so few, differences of 0.02 are chance.
"""

from __future__ import annotations

import sys

import numpy as np

from brainlab.vision import DiscretePull, HierarchicalMemory, compare_feedback, pattern_tree

CHILDREN = {1000: 15, 2000: 25}
TREES, CUES = 24, 8
AUTHORS = {  # N -> none, push, pull, push-pull
    1000: (0.596, 0.575, 0.723, 0.746),
    2000: (0.604, 0.570, 0.755, 0.771),
}
CORRECTED = {  # what is spoiled -> {(time, feedback): overlap}, 1000 cells
    "as the authors'": ({}, {(10, "none"): 0.723, (10, "push"): 0.755, (15, "pull"): 0.817}),
    "0.3 from a cousin": ({"cousin": 0.3}, {(10, "none"): 0.560, (10, "push"): 0.609, (15, "push-pull"): 0.614}),
    "0.4 from a sibling": ({"sibling": 0.4}, {(10, "none"): 0.547, (10, "push"): 0.571, (15, "pull"): 0.613}),
}


def row(name, there, value, t=None):
    print(f"  {name:34}{'' if t is None else f't = {t:2}':8}{value:8.3f}{'' if np.isnan(there) else f'{there:10.3f}'}")


def authors(N):
    found = compare_feedback(
        HierarchicalMemory(N=N, children=CHILDREN[N], inhibition=0.0), TREES, CUES, duration=25.0, dt=0.1
    )
    print(f"authors' form, {N} cells, {CHILDREN[N]} children           here   elsewhere")
    for (name, value), there in zip(found.at(25.0).items(), AUTHORS[N], strict=True):
        row(name, there, value, 25)
    print(f"  the right parent above: {found.right['push-pull'][-1]:.2f}")


def corrected(N):
    model = HierarchicalMemory(N=N, children=CHILDREN[N])
    for name, (spoiled, wanted) in CORRECTED.items():
        found = compare_feedback(model, TREES, CUES, duration=15.0, dt=0.1, **spoiled)
        print(f"without the mean, {N} cells, {name}")
        for (t, feedback), there in wanted.items():
            row(feedback, there if N == 1000 else np.nan, found.at(t)[feedback], t)
        print(f"  the right parent above: {found.right['push-pull'][-1]:.2f}")


def discrete():
    trees = [pattern_tree(b1=0.2, seed=seed) for seed in range(TREES)]
    print("discrete, 1000 cells, b1 = 0.2")
    for g_n, there in ((0.0, 0.709), (0.5, np.nan), (1.0, 0.853), (2.0, np.nan), (4.0, np.nan)):
        cues = [tree.cues(20, seed=seed) for seed, tree in enumerate(trees)]
        found = [DiscretePull(g_n=g_n).recall(tree, these).mean() for tree, these in zip(trees, cues, strict=True)]
        row(f"g_n = {g_n}", there, np.mean(found))


if __name__ == "__main__":
    for N in [int(n) for n in sys.argv[1:]] or CHILDREN:
        authors(N)
        corrected(N)
    discrete()
