"""compare_feedback(): what push, pull, and both do to a memory, in the mean over many."""

from __future__ import annotations

import functools
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from ..math._array import raw
from ._checks import whole
from .push_pull import HierarchicalMemory, looks, run

FEEDBACK = {"none": (0, 0), "push": (1, 0), "pull": (0, 1), "push-pull": (1, 1)}


class FeedbackComparison(NamedTuple):
    """What `compare_feedback` returns: means over all trees and cues, in NumPy.

    t     : (time,) ms
    child : {"none", "push", "pull", "push-pull"} -> (time,) overlap with the child
    right : the same names -> (time,) share of cues for which the upper layer is nearest to the right parent
    """

    t: np.ndarray
    child: dict
    right: dict

    def at(self, t) -> dict:
        """Overlap with the child at time t, ms, for each kind of feedback."""
        last = np.searchsorted(self.t, t + 1e-6) - 1
        return {name: float(x[last]) for name, x in self.child.items()}

    def __repr__(self):
        return "FeedbackComparison(" + ", ".join(f"{name} {x[-1]:.3f}" for name, x in self.child.items()) + ")"


def compare_feedback(
    model: HierarchicalMemory, trees=6, cues=8, *, sibling=0.2, cousin=0.1, duration=15.0, dt=0.05, every=0.5, seed=0
) -> FeedbackComparison:
    """The same cues and the same noise without feedback, with push, with pull, and with both.

    trees, cues     : how many trees are stored, one after the other, and how many children of each are called up
    sibling, cousin : shares of the cue, as in `PatternTree.cues`
    duration        : ms; at the end of the feedback its effect is largest

    >>> found = compare_feedback(HierarchicalMemory(N=300), trees=1, cues=4)
    >>> list(found.at(15.0))
    ['none', 'push', 'pull', 'push-pull']
    """
    trees, seed = (
        whole("trees", trees, 1, 1000, "each is stored alone"),
        whole("seed", seed, 0, 2**31, "it says which noise"),
    )
    samples, steps = looks(duration, dt, every)
    grown = [model.tree(seed=1000 * seed + i) for i in range(trees)]
    memories = jax.tree.map(lambda *x: jnp.stack(x), *(model.store(tree)._replace(model=None) for tree in grown))
    called = jax.tree.map(lambda *x: jnp.stack(x), *(tree.cues(cues, sibling, cousin, seed) for tree in grown))
    models = [model.replace(push=p * model.push, pull=q * model.pull) for p, q in FEEDBACK.values()]
    models = jax.tree.map(lambda *x: jnp.asarray(x, float), *raw(models))
    seeds = np.arange(trees, dtype=np.uint32) + np.uint32(seed)
    child, right = (np.asarray(x) for x in _compare(models, memories, called, seeds, dt, samples=samples, steps=steps))
    t = dt * steps * np.arange(1, samples + 1)
    return FeedbackComparison(t, dict(zip(FEEDBACK, child, strict=True)), dict(zip(FEEDBACK, right, strict=True)))


@functools.partial(jax.jit, static_argnames=("samples", "steps"))
def _compare(models, memories, cues, seeds, dt, *, samples, steps):
    def one_tree(given):
        memory, cues, seed = given

        def one(model):
            child, _, right, *_ = run(model, memory, cues, seed, dt, samples=samples, steps=steps)
            return child.mean(-1), right.mean(-1)

        return jax.vmap(one)(models)

    # One tree after the other: each is a matrix product of all its cues, and together they would not stay in the cache
    return jax.tree.map(lambda x: x.mean(0), lax.map(one_tree, (memories, cues, seeds)))
