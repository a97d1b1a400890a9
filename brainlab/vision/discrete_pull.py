"""DiscretePull: pull in a Hopfield network of +-1, where theory says how strong it should be."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from ..math._array import raw
from ..models.base import Model
from ..params import param
from ._checks import whole
from .errors import VisionError
from .pattern_tree import Cues, PatternTree


class DiscretePull(Model):
    r"""A Hopfield network of related patterns, from which a layer above takes away what siblings have in common.

    $$h_i = \sum_j W_{ij} s_j - g_n (P - 1)\, b_1^3\, \xi_i^{parent}, \qquad s_i \leftarrow \mathrm{sign}(h_i), \qquad
    W = \frac1N \sum_\mu \xi^\mu \xi^{\mu T} \text{ without its diagonal}$$

    The P - 1 siblings of a child overlap with it by b_1^2 each, so they all speak at once, and together they say
    $b_1^2 \sum \xi \approx (P - 1)\, b_1^3\, \xi^{parent}$ : noise that does not average out. With g_n = 1 the pull is just
    that, and takes it away; with much more it pushes the memory away from its own family, and destroys it.

    Source: the form in the authors' comments on Liu et al., NeurIPS 32 (2019), section 3.

    >>> from brainlab.vision import pattern_tree
    >>> tree = pattern_tree(b1=0.2, seed=1)
    >>> cues = tree.cues(20, seed=1)
    >>> without, with_pull = (DiscretePull(g_n=g).recall(tree, cues).mean() for g in (0.0, 1.0))
    >>> bool(with_pull > without + 0.05)
    True
    """

    g_n: float = param(
        1.0, "1", "pull, in units of what siblings say", symbol="g_n", slider=(0, 5), at_least=0,
        why="below 0 the family would be pushed, not pulled",
    )  # fmt: skip
    b1: float = param(
        0.2, "1", "likeness of children and parents", symbol="b_1", slider=(0, 0.5), at_least=0, at_most=1,
        why="0 are strangers, and at 1 all children of a parent are the same",
    )  # fmt: skip

    def recall(self, tree: PatternTree, cues: Cues, sweeps=10) -> np.ndarray:
        """(cue,) overlap with the child, -1 to 1, after so many updates of all cells at once. The parent is told."""
        sweeps = whole("sweeps", sweeps, 1, 10_000, "all cells are updated so many times")
        if not isinstance(tree, PatternTree) or not isinstance(cues, Cues):
            raise VisionError("a tree and cues of it are expected.", try_="DiscretePull().recall(tree, tree.cues(8))")
        return np.asarray(_recall(raw(self), tree, cues, sweeps))


@jax.jit
def _recall(model, tree, cues, sweeps):
    xi, N = jnp.asarray(tree.children), tree.children.shape[1]
    P = len(xi) // len(tree.parents)
    pull = model.g_n * (P - 1) * model.b1**3 * jnp.asarray(tree.parents)[cues.parent]

    def sweep(_, s):
        h = (s @ xi.T) @ xi / N - len(xi) / N * s - pull
        return jnp.where(h > 0, 1.0, -1.0)

    s = lax.fori_loop(0, sweeps, sweep, jnp.asarray(cues.patterns, float))
    return (s * xi[cues.child]).mean(-1)
