"""Glance: a coarse network that learns from a fine one what to see, and tells it what to expect."""

from __future__ import annotations

import functools
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax import random as jr

from ..math._array import box, raw
from ..models.base import Model
from ..params import param
from ._checks import generator, missing, pictures
from .digits import Digits, digits
from .errors import VisionError
from .filters import low_pass
from .hypothesis import GlobalHypothesis, Trajectory


class Glance(Model):
    r"""Vision at a glance: a deep network for details, and a shallow one on the blurred picture that imitates it.

    $$\text{fine: } x \to h_1 \to h_2 \to r, \qquad \text{coarse: } \text{low-pass}(x) \to r_c$$
    $$L_{fine} = -\log p(label \mid r), \qquad L_{coarse} = |r_c - r|^2$$

    r and r_c are codes of `code` numbers between -1 and 1: the representation space. Nobody tells the coarse network any
    label: it learns what the fine one says about the same picture. It has one layer (it answers first) and sees less, but of
    the noise in single pixels most is gone from what it sees. `GlanceNets.look` lets both decide together: nearly as well as
    the fine network where the picture is clean, and nearly as well as the coarse one where it is not.

    Source: Ji, Zou, Huang & Wu, Front. Comput. Neurosci. (2020), A brain-inspired model of vision at a glance; the networks
    there are convolutional, and meet in a restricted Boltzmann machine.

    >>> nets = Glance().learn()
    >>> from brainlab.vision import digits
    >>> nets.fine(digits().test_images[:3]).shape, nets.coarse(digits().test_images[:3]).shape
    ((3, 32), (3, 32))
    """

    hidden: int = param(64, "1", "cells of the fine network's layers", at_least=1, structural=True, why="nothing would pass")
    code: int = param(32, "1", "numbers of a code", at_least=1, structural=True, why="nothing could be represented")
    cutoff: float = param(
        3.0,
        "cycles",
        "waves per picture that the coarse network sees",
        slider=(0, 6),
        at_least=0,
        why="nothing is left at 0",
    )
    epochs: int = param(25, "1", "times that all pictures are seen", at_least=0, structural=True, why="never is the least")
    batch: int = param(40, "1", "pictures of one step of learning", at_least=1, structural=True, why="one has to look first")
    rate: float = param(3e-3, "1", "step of learning (Adam)", slider=(1e-4, 1e-1), above=0, why="it would climb")

    def learn(self, images: Digits | None = None, seed=0) -> GlanceNets:
        """Both networks, trained in seconds. images: a `Digits`; None: `digits()`, for which it is done once per process."""
        generator(seed)
        if images is None:
            return _of_the_digits(tuple(jax.tree.leaves(self)), jax.tree.structure(self), seed)
        if not isinstance(images, Digits) or len(images.train_images) < self.batch:
            raise VisionError(
                f"{images!r:.60} is nothing to learn from.",
                why=f"it takes pictures with labels, {self.batch} at a time",
                try_="Glance().learn(digits())",
            )
        return _learn_both(self, images, seed)


class GlanceNets(NamedTuple):
    """What `Glance.learn` returns: the weights, a JAX pytree.

    memory : (10, code) of length 1: the mean code of each digit, minus the mean of all
    """

    cutoff: jax.Array  # of what the coarse network sees
    fine_weights: list
    coarse_weights: list
    center: jax.Array
    memory: jax.Array

    def fine(self, images):
        """Codes (..., code) of pictures (..., pixels), minus the mean of all, of length 1: details count."""
        images, _ = pictures(images)
        return box(_code(self.fine_weights, self.center, images))

    def coarse(self, images):
        """The same from the blurred pictures."""
        return box(_code(self.coarse_weights, self.center, raw(low_pass(images, self.cutoff))))

    def look(self, images, hypothesis: GlobalHypothesis | None = None, steps=20, guess=True) -> Trajectory:
        """From pictures to one guess. guess: False leaves the coarse network out."""
        hypothesis = GlobalHypothesis() if hypothesis is None else hypothesis
        expected = self.coarse(images) if guess else None
        return hypothesis.settle(self.memory, self.fine(images), expected, steps=steps)


@functools.lru_cache(maxsize=4)
def _of_the_digits(leaves, structure, seed):
    return _learn_both(jax.tree.unflatten(structure, leaves), digits(), seed)


def _learn_both(model, images, seed):
    try:
        import optax
    except ImportError:
        raise missing("optax", "trained networks", '"brainlab[train]"') from None
    a, b, c, d = jr.split(jr.key(seed), 4)
    x, labels = jnp.asarray(images.train_images, float), jnp.asarray(images.train_labels)
    blurred = raw(low_pass(x, model.cutoff))
    classes = int(images.train_labels.max()) + 1
    optimiser = optax.adam(float(model.rate))

    def label_loss(weights, x, labels):
        *layers, (W, b) = weights
        return optax.softmax_cross_entropy_with_integer_labels(network(layers, x) @ W + b, labels).mean()

    def imitation(weights, x, r):
        return ((network(weights, x) - r) ** 2).sum(-1).mean()

    sizes = x.shape[1], model.hidden, model.hidden, model.code, classes
    *fine_weights, _ = _descend(model, optimiser, label_loss, _layers(sizes, a), x, labels, b)
    r = network(fine_weights, x)
    coarse_weights = _descend(model, optimiser, imitation, _layers((x.shape[1], model.code), c), blurred, r, d)
    means = jnp.stack([r[np.asarray(images.train_labels) == k].mean(0) for k in range(classes)])
    center = means.mean(0)
    return GlanceNets(jnp.asarray(model.cutoff, float), fine_weights, coarse_weights, center, unit(means - center))


def network(weights, x):
    """Layers of tanh, so that a code lies between -1 and 1."""
    for W, b in weights:
        x = jnp.tanh(x @ W + b)
    return x


def unit(x):
    return x / jnp.maximum(jnp.linalg.norm(x, axis=-1, keepdims=True), 1e-6)


@jax.jit
def _code(weights, center, x):
    return unit(network(weights, x) - center)


def _layers(sizes, key):
    pairs = list(zip(sizes[:-1], sizes[1:], strict=True))
    keys = jr.split(key, len(pairs))
    return [(jr.normal(k, (m, n)) / np.sqrt(m), jnp.zeros(n)) for k, (m, n) in zip(keys, pairs, strict=True)]


def _descend(model, optimiser, loss, weights, x, y, key):
    """`epochs` times through all pictures, in one compiled loop."""
    batches = len(x) // model.batch

    def step(now, chosen):
        weights, state = now
        updates, state = optimiser.update(jax.grad(loss)(weights, x[chosen], y[chosen]), state)
        return (jax.tree.map(jnp.add, weights, updates), state), None

    def epoch(now, key):
        order = jr.permutation(key, len(x))[: batches * model.batch].reshape(batches, model.batch)
        return lax.scan(step, now, order)

    run = jax.jit(lambda now, keys: lax.scan(epoch, now, keys)[0][0])
    return run((weights, optimiser.init(weights)), jr.split(key, model.epochs))
