"""pattern_tree(): patterns that are alike because they are related, as cats are among animals."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..math._array import unbox
from ._checks import generator, whole
from .errors import VisionError

MOST = 1_000_000


class Cues(NamedTuple):
    """What `PatternTree.cues` returns: spoiled children, and which ones they were.

    patterns : (n, N) of +-1
    child    : (n,) number of the child, a row of `tree.children`
    parent   : (n,) number of its parent, a row of `tree.parents`
    """

    patterns: np.ndarray
    child: np.ndarray
    parent: np.ndarray


class PatternTree(NamedTuple):
    """What `pattern_tree` returns: three generations of patterns of +-1, relatives next to each other.

    grandparents : (G, N)
    parents      : (G P, N), the first P of them children of the first grandparent
    children     : (G P C, N), the first C of them children of the first parent
    """

    grandparents: np.ndarray
    parents: np.ndarray
    children: np.ndarray

    @property
    def family(self) -> int:
        """C: children of one parent. They are what a child is confused with."""
        return len(self.children) // len(self.parents)

    def cues(self, n=8, sibling=0.2, cousin=0.1, seed=0) -> Cues:
        """n children, drawn at random, each with a part of another child in it.

        sibling : share of the pixels that come from another child of the same parent
        cousin  : share that then comes from a child of another parent with the same grandparent

        >>> tree = pattern_tree(N=1000, seed=1)
        >>> cues = tree.cues(200, sibling=0.2, cousin=0.0)
        >>> right = (cues.patterns * tree.children[cues.child]).mean()     # half of what was replaced was right anyhow
        >>> bool(abs(right - (1 - 0.2 * (1 - 0.15**2))) < 0.02)
        True
        """
        n, rng = whole("n", n, 1, MOST, "so many children are called up"), generator(seed)
        for name, value in (("sibling", sibling), ("cousin", cousin)):
            share(name, value, "it is a share of the pixels", 0.2)
        C, N = self.family, self.children.shape[1]
        P = len(self.parents) // len(self.grandparents)
        if (sibling and C < 2) or (cousin and P < 2):
            raise VisionError(
                f"this tree has {C} children of each parent and {P} parents of each grandparent.",
                why="a sibling is another child of the same parent, a cousin one of another parent",
                try_="pattern_tree(parents=4, children=15)",
            )
        child = rng.integers(len(self.children), size=n)
        parent = child // C
        patterns = self.children[child].copy()
        brother = parent * C + (child + rng.integers(1, max(C, 2), n)) % C
        uncle = parent // P * P + (parent + rng.integers(1, max(P, 2), n)) % P
        for part, other in ((sibling, brother), (cousin, uncle * C + rng.integers(C, size=n))):
            places = rng.permuted(np.tile(np.arange(N), (n, 1)), axis=1)[:, : int(part * N)]
            np.put_along_axis(patterns, places, np.take_along_axis(self.children[other], places, 1), 1)
        return Cues(patterns, child, parent)


def pattern_tree(N=1000, grandparents=2, parents=4, children=15, b1=0.15, b2=0.1, seed=0) -> PatternTree:
    r"""Patterns of +-1 in three generations: each pixel of a child is the same as its parent's a little more than by chance.

    $$P(\xi^{parent} = \xi^{grandparent}) = \frac{1 + b_2}{2}, \qquad P(\xi^{child} = \xi^{parent}) = \frac{1 + b_1}{2}$$

    A grandparent is random. Two children of one parent overlap by b1^2. At the end each parent becomes what most of its
    children say, and each grandparent what most of its parents say (a draw is -1): they are what the family has in common.

    N                    : pixels
    parents, children    : of each grandparent, and of each parent
    b1, b2               : how much children are like parents, and parents like grandparents, from 0 to 1

    Source: Liu, Zou, Ji, Tian, Mi, Huang, Wong & Wu, NeurIPS 32 (2019), section 2.

    >>> tree = pattern_tree(N=20_000, b1=0.3)
    >>> [x.shape for x in tree]
    [(2, 20000), (8, 20000), (120, 20000)]
    >>> bool(abs((tree.children[0] * tree.children[1]).mean() - 0.3**2) < 0.03)
    True
    """
    sizes = {"N": N, "grandparents": grandparents, "parents": parents, "children": children}
    N, G, P, C = (whole(name, value, 1, MOST, "there is no tree without") for name, value in sizes.items())
    why = "0 are strangers, and at 1 all children of a parent are the same"
    b1, b2, rng = share("b1", b1, why, 0.15), share("b2", b2, why, 0.1), generator(seed)

    def sign(x):
        return np.where(x > 0, np.float32(1), np.float32(-1))

    grandparent = sign(rng.random((G, 1, 1, N)) - 0.5)
    parent = sign(rng.random((G, P, 1, N)) - (1 - b2 * grandparent) / 2)
    child = sign(rng.random((G, P, C, N)) - (1 - b1 * parent) / 2)
    parent = sign(child.sum(2))
    grandparent = sign(parent.sum(1))
    return PatternTree(grandparent, parent.reshape(G * P, N), child.reshape(G * P * C, N))


def share(name, value, why, usual) -> float:
    """A number from 0 to 1."""
    number = unbox(value)
    if isinstance(number, bool | str) or np.ndim(number) or not np.isreal(number) or not 0 <= number <= 1:
        raise VisionError(f"{name} = {value!r:.40}: a number from 0 to 1 is expected.", why=why, try_=f"{name}={usual}")
    return float(number)
