"""HierarchicalMemory: the layer of the whole tells the layer of the parts what to look for, and then what not."""

from __future__ import annotations

import functools
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax import random as jr
from scipy.sparse.linalg import LinearOperator, eigsh

from ..math._array import raw, unbox
from ..models.base import Model
from ..params import param
from ._checks import generator
from .errors import VisionError
from .pattern_tree import Cues, PatternTree, pattern_tree

DT_OF_THE_NOISE = 0.01  # the authors' step: theirs is drawn anew at each, and means less the shorter that is
WHY_GAIN = "the sign is in the equation: push excites, pull inhibits"
WHY_LAYER = "a layer that inhibits itself has no memory, and one that its input inhibits sees the negative"


class HierarchicalMemory(Model):
    r"""Push-pull feedback: a memory of children below, one of their parents above, and what the upper one says back.

    $$\tau \dot h^1 = -h^1 + W^1 \tilde x^1 + a \tilde x^{cue} + g_{push} F^T \tilde x^2 - g_{pull} b_1 \tilde x^2 + \xi$$
    $$\tau \dot h^2 = -h^2 + c_2 W^2 \tilde x^2 + c_F F \tilde x^1, \qquad x = \tfrac12 + \tfrac1\pi \arctan(8 \pi h),
    \qquad \tilde x = x - \gamma \langle x \rangle$$

    W of each layer is Hebb's rule over its patterns (of 0 and 1, minus their mean, no self-connections), F Hebb's rule from
    children to their parents; each is divided by its largest singular value. Children of one parent are alike, so a child
    that is called up brings its siblings along. The parents come earlier and more clearly, from all of them together: then
    push (from t_push to t_pull) sends the parent down and keeps what belongs to other families quiet, and pull (from t_pull
    to t_off) takes away what all siblings have in common, so that what remains is the child.

    In the authors' program (gamma = 0) x lies between 0 and 1 and its mean is a drive that all get: the parent that wins
    above is a wrong one as often as not, and push alone makes the memory worse. With the mean taken out of all that is sent
    (gamma = 1, inhibition that cells share) the parent is right and push helps too, while it lasts: with the cue still there
    the memory returns to where it was. More than b_1 = 0.2 or so makes the pull too strong, and it turns the child into its
    opposite.

    Source: Liu, Zou, Ji, Tian, Mi, Huang, Wong & Wu, NeurIPS 32 (2019), section 4; Liu et al. (2020), Neural feedback
    disentangles pattern correlations; equations and values as in the authors' programs. The time is in their unit.

    >>> model = HierarchicalMemory(N=300)
    >>> tree = model.tree(seed=1)
    >>> run = model.store(tree).recall(tree.cues(4))
    >>> run
    HierarchyRun(4 cues, 25 ms: child ..., parent ...)
    >>> run.child.shape, run.parents.shape                  # (time, cue), (time, cue, parent)
    ((50, 4), (50, 4, 8))
    """

    N: int = param(1000, "1", "cells of each layer", at_least=2, structural=True, why="cells need others")
    grandparents: int = param(2, "1", "grandparents", at_least=1, structural=True, why="somebody was first")
    parents: int = param(4, "1", "parents of each grandparent", at_least=1, structural=True, why="no line would go on")
    children: int = param(15, "1", "children of each parent", at_least=1, structural=True, why="no line would go on")
    b1: float = param(
        0.15, "1", "likeness of children and parents", symbol="b_1", slider=(0, 0.5), at_least=0, at_most=1,
        why="0 are strangers, and at 1 all children of a parent are the same",
    )  # fmt: skip
    b2: float = param(
        0.1, "1", "likeness of parents and grandparents", symbol="b_2", slider=(0, 0.5), at_least=0, at_most=1,
        why="0 are strangers, and at 1 all parents of a grandparent are the same",
    )  # fmt: skip
    push: float = param(1.0, "1", "push", symbol="g_{push}", slider=(0, 5), at_least=0, why=WHY_GAIN)
    pull: float = param(10.0, "1", "pull, in units of b1", symbol="g_{pull}", slider=(0, 20), at_least=0, why=WHY_GAIN)
    inhibition: float = param(
        1.0, "1", "inhibition that a layer shares", symbol=r"\gamma", slider=(0, 1), at_least=0, at_most=1,
        why="at 0 nothing of the mean is taken away, and at 1 all of it",
    )  # fmt: skip
    tau: float = param(
        5.0, "ms", "time constant", symbol=r"\tau", slider=(1, 20), above=0, why="h would run away from its input"
    )
    a: float = param(1.0, "1", "strength of the cue", symbol="a", slider=(0, 2), at_least=0, why=WHY_LAYER)
    c2: float = param(2.0, "1", "memory of parents", symbol="c_2", slider=(0, 4), at_least=0, why=WHY_LAYER)
    cF: float = param(2.0, "1", "children to parents", symbol="c_F", slider=(0, 4), at_least=0, why=WHY_LAYER)
    noise: float = param(0.1, "1", "width of the noise", slider=(0, 1), at_least=0, why="there is no less than none")
    t_push: float = param(5.0, "ms", "push begins", symbol="t_{push}", slider=(0, 25))
    t_pull: float = param(10.0, "ms", "pull follows push", symbol="t_{pull}", slider=(0, 25))
    t_off: float = param(15.0, "ms", "feedback ends", symbol="t_{off}", slider=(0, 25))

    def tree(self, seed=0) -> PatternTree:
        """Patterns to store, of this model's sizes and likeness: see `pattern_tree`."""
        return pattern_tree(self.N, self.grandparents, self.parents, self.children, unbox(self.b1), unbox(self.b2), seed)

    def store(self, tree: PatternTree) -> Hierarchy:
        """The connections that Hebb's rule makes out of a tree. They keep this model's parameters beside them."""
        if not isinstance(tree, PatternTree):
            raise VisionError(f"{tree!r:.40} is no tree of patterns.", try_="memory = model.store(model.tree(seed=0))")
        children, parents = ((x + 1) / 2 for x in (tree.children, tree.parents))
        lower, upper = children - children.mean(), parents - parents.mean()
        families = lower.reshape(len(parents), -1, lower.shape[1]).sum(1)  # what all children of a parent send to it
        W1, W2, F = Hebb.of(lower, lower), Hebb.of(upper, upper), Hebb.of(upper, families)
        return Hierarchy(self, W1, W2, F, jnp.asarray(tree.children), jnp.asarray(tree.parents))

    def activity(self, h):
        """x of h: between 0 and 1."""
        return 0.5 + jnp.arctan(8 * jnp.pi * h) / jnp.pi


class Hebb(NamedTuple):
    r"""$\frac{1}{N} \sum_\mu out_\mu in_\mu^T$ without its diagonal and with largest singular value 1, as its factors.

    P patterns are two products with P N numbers; the matrix of N^2 would take 4 times as long for 120 patterns of 1000.
    """

    out: jax.Array  # (P, N), already divided
    into: jax.Array  # (P, N)
    diagonal: jax.Array  # (N,)

    @classmethod
    def of(cls, out, into):
        N, diagonal = out.shape[1], (out * into).sum(0)

        def square(x):
            y = out.T @ (into @ x) - diagonal * x
            return into.T @ (out @ y) - diagonal * y

        start = np.random.default_rng(0).standard_normal(N)
        operator = LinearOperator((N, N), matvec=lambda x: square(x.ravel()), dtype=float)
        if not out.any() or not into.any():
            raise VisionError("these patterns are all the same.", why="Hebb's rule stores differences", try_="model.tree()")
        largest = np.sqrt(eigsh(operator, k=1, which="LA", v0=start, tol=1e-6, return_eigenvectors=False)[0])
        return cls(jnp.asarray(out / largest, float), jnp.asarray(into, float), jnp.asarray(diagonal / largest, float))

    def __call__(self, x):
        """x: (..., N)"""
        return (x @ self.into.T) @ self.out - self.diagonal * x

    def back(self, x):
        """The transposed matrix."""
        return (x @ self.out.T) @ self.into - self.diagonal * x


class Layers(NamedTuple):
    """Where the cells of both layers are now, (..., N) each."""

    h1: jax.Array
    h2: jax.Array
    x1: jax.Array
    x2: jax.Array


class HierarchyRun(NamedTuple):
    """What `Hierarchy.recall` returns, in NumPy.

    t       : (time,) ms
    child   : (time, cue) overlap of the lower layer with the child that the cue was made from, -1 to 1
    parents : (time, cue, parent) overlap of the upper layer with every parent
    right   : (time, cue) whether the nearest parent is that of the child
    x1, x2  : (cue, N) both layers at the end
    """

    t: np.ndarray
    child: np.ndarray
    parents: np.ndarray
    right: np.ndarray
    x1: np.ndarray
    x2: np.ndarray

    def at(self, t) -> float:
        """Mean overlap with the child at time t, ms: at the last look before it."""
        return float(self.child[np.searchsorted(self.t, t + 1e-6) - 1].mean())

    def __repr__(self):
        shares = f"child {self.child[-1].mean():.2f}, parent {self.right[-1].mean():.2f}"
        return f"HierarchyRun({self.child.shape[1]} cues, {self.t[-1]:g} ms: {shares})"


class Hierarchy(NamedTuple):
    """What `HierarchicalMemory.store` returns: the connections, a JAX pytree."""

    model: HierarchicalMemory
    W1: Hebb
    W2: Hebb
    F: Hebb
    children: jax.Array  # (children, N) of +-1
    parents: jax.Array  # (parents, N) of +-1

    def start(self, cue) -> Layers:
        zero = jnp.zeros(jnp.shape(cue), float)
        return Layers(zero, zero, zero, zero)

    def step(self, now: Layers, cue, t, dt, noise=0.0, model=None) -> Layers:
        """One step of Euler's method, pure. cue: (..., N) of 0 and 1; model: one with other gains."""
        m, (h1, h2, x1, x2) = self.model if model is None else model, now

        def sent(x):
            return x - m.inhibition * x.mean(-1, keepdims=True)

        push = m.push * ((t >= m.t_push) & (t < m.t_pull))
        pull = m.pull * m.b1 * ((t >= m.t_pull) & (t < m.t_off))
        from_parents = sent(x2)
        drive = self.W1(sent(x1)) + m.a * sent(cue) + push * self.F.back(from_parents) - pull * from_parents + noise
        h1 = h1 + dt / m.tau * (drive - h1)
        x1 = m.activity(h1)
        h2 = h2 + dt / m.tau * (m.c2 * self.W2(from_parents) + m.cF * self.F(sent(x1)) - h2)
        return Layers(h1, h2, x1, m.activity(h2))

    def recall(self, cues: Cues, duration=25.0, *, dt=0.05, every=0.5, seed=0, model=None) -> HierarchyRun:
        """Show the cues from t = 0 on, all at the same time.

        cues     : of `tree.cues`
        duration : ms; the cue stays, so after the feedback the memory returns to where it would be without
        dt       : ms
        every    : ms between two looks that are kept
        seed     : a whole number, of the noise
        model    : one with other gains or times; nothing is stored or compiled anew
        """
        generator(seed)  # its error
        samples, steps = looks(duration, dt, every)
        if not isinstance(cues, Cues) or cues.patterns.shape[1] != self.parents.shape[1]:
            raise VisionError(
                f"{cues!r:.40}... are no cues for a memory of {self.parents.shape[1]} cells.",
                why="to say how well a child is remembered one has to know which it was",
                try_="cues = tree.cues(8); memory.recall(cues)",
            )
        out = run(raw(self.model if model is None else model), self, cues, seed, dt, samples=samples, steps=steps)
        return HierarchyRun(dt * steps * np.arange(1, samples + 1), *(np.asarray(x) for x in out))


@functools.partial(jax.jit, static_argnames=("samples", "steps"))
def run(model, memory, cues, seed, dt, *, samples, steps):
    cue, key = (cues.patterns + 1) / 2, jr.key(seed)
    child, N = memory.children[cues.child], cue.shape[-1]
    width = model.noise * jnp.sqrt(DT_OF_THE_NOISE / dt)

    def step(k, now):
        noise = width * jr.uniform(jr.fold_in(key, k), cue.shape, minval=-0.5, maxval=0.5)
        return memory.step(now, cue, k * dt, dt, noise, model)

    def look(now, i):
        now = lax.fori_loop(i * steps, (i + 1) * steps, step, now)
        lower, upper = (jnp.where(h > 0, 1.0, -1.0) for h in (now.h1, now.h2))  # x > 1/2
        parents = upper @ memory.parents.T / N
        return now, ((lower * child).mean(-1), parents, parents.argmax(-1) == cues.parent)

    now, seen = lax.scan(look, memory.start(cue), jnp.arange(samples))
    return *seen, now.x1, now.x2


def looks(duration, dt, every) -> tuple[int, int]:
    """(how many looks are kept, steps between two of them)"""
    for name, value, usual in (("duration", duration, 25.0), ("dt", dt, 0.05), ("every", every, 0.5)):
        if isinstance(value, bool | str) or np.ndim(value) or not np.isreal(value) or not 0 < value < np.inf:
            raise VisionError(f"{name} = {value!r:.40}: a number above 0 ms is expected.", try_=f"{name}={usual}")
    if not dt <= every <= duration:
        raise VisionError(
            f"dt = {dt:g} ms, every = {every:g} ms, duration = {duration:g} ms: each must be at most as long as the next.",
            try_="memory.recall(cues, duration=25.0, dt=0.05, every=0.5)",
        )
    steps = round(every / dt)
    return max(round(duration / (steps * dt)), 1), steps
