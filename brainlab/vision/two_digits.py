"""Two digits that lie over each other: what one guess explains, the other need not."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from ..math._array import Array, unbox
from ._verify import fit, log_normal, schedule, solve
from .filters import coarse

SIDE = 8


class TwoLook(NamedTuple):
    """What was seen in n sheets with two digits. Axis "time": 0 is before any feedback, then one element per iteration.

    images   : (n, pixels)
    guess    : (n, 2, 10) probability of each digit at t = 0: of the left one, of the right one
    guesses  : (n, 2, k) the digits that were verified, the most probable one first; all k x k pairs of them
    score    : (n, k, k, time) log evidence of each pair plus the weighted log probabilities of its guesses
    labels   : (n, 2) the verdict: left, right
    owner    : (n, time, pixels) of the pair that won: 1: the left digit owns the pixel, 0: the right one
    parts    : (n, 2, time, pixels) the two digits as the guesses have them
    """

    images: Array
    guess: Array
    guesses: Array
    score: Array
    labels: Array
    owner: Array
    parts: Array

    @property
    def reconstruction(self):
        """(n, time, pixels) both together: the darker one wins."""
        return self.parts.max(1)


def sheet(parts, offset):
    """(2, ..., 8 * (8 + offset)): 8 x 8 pictures (..., 64) on the left and on the right of a sheet."""
    squares = parts.reshape(*parts.shape[:-1], SIDE, SIDE)
    edges = [(0, 0)] * (squares.ndim - 1)
    places = [jnp.pad(squares, [*edges, room]) for room in ((0, offset), (offset, 0))]
    return jnp.stack(places).reshape(2, *parts.shape[:-1], SIDE * (SIDE + offset))


def look_twice(paths, images, offset):
    """TwoLook with all ten guesses; `Pathways.look_twice` says more."""
    model = paths.model
    mu = sheet(paths.mu, offset)
    U = jnp.swapaxes(sheet(jnp.swapaxes(paths.U, 1, 2), offset), 2, 3)
    inside = sheet(jnp.ones(SIDE * SIDE, mu.dtype), offset)
    alone = jnp.stack([1 - inside[1], 1 - inside[0]])
    rows = images.reshape(-1, SIDE, SIDE + offset)
    windows = jnp.stack([rows[:, :, :SIDE], rows[:, :, offset:]], 1).reshape(-1, 2, SIDE * SIDE)
    log_p = jax.nn.log_softmax(unbox(coarse(windows)) @ paths.W + paths.b, -1)
    gains, widths = schedule(model, mu.dtype)

    def shown(z, mu, U):
        return mu + jnp.einsum("...dq,dpq->...dp", z, U)

    def owned(parts, gain):
        """(2, pixels): how far each digit owns each pixel. Where both could have the ink, it goes to the darker one."""
        log_own = jax.nn.log_sigmoid((parts - parts[::-1]) / model.s)
        return inside * jnp.where(alone > 0, 1.0, jnp.exp(gain * log_own))

    def log_evidence(x, z, mu, U, gain):
        parts = shown(z, mu, U)
        g, e = owned(parts, gain), x - (inside * parts).max(0)
        unexplained = jnp.logaddexp(jnp.log1p(-model.pi) + log_normal(e, model.s), jnp.log(model.pi))
        volumes = jax.vmap(lambda U, g, z: solve(jnp.eye(U.shape[1]) + (U.T * g) @ U / model.s**2, z)[1])(U, g, z)
        return unexplained.sum() - (z**2).sum() / 2 - volumes.sum() / 2

    def pair(x, mu, U):
        """(z, evidence) over time of one pair of guesses. mu, U: (2, pixels), (2, pixels, Q)"""

        def explain(g, s):
            return jax.vmap(lambda mu, U, g: fit(x, mu, U, g, s))(mu, U, g)

        def one(z, now):
            gain, s = now
            z = explain(owned(shown(z, mu, U), gain), s)
            return z, (z, log_evidence(x, z, mu, U, gain))

        z = explain(inside, model.s)
        _, later = lax.scan(one, z, (gains, widths))
        return jax.tree.map(
            lambda first, rest: jnp.concatenate([first[None], rest]), (z, log_evidence(x, z, mu, U, 0.0)), later
        )

    def one(now):
        x, log_p = now
        order = jnp.argsort(-log_p, -1)
        left, right = (i.ravel() for i in jnp.meshgrid(order[0], order[1], indexing="ij"))
        mus, Us = jnp.stack([mu[0][left], mu[1][right]], 1), jnp.stack([U[0][left], U[1][right]], 1)
        z, evidence = jax.vmap(pair, (None, 0, 0))(x, mus, Us)
        prior = model.prior * (log_p[0][left] + log_p[1][right])
        rank = jnp.arange(100)
        verified = (rank // 10 < model.k) & (rank % 10 < model.k)
        score = jnp.where(verified[:, None], evidence + prior[:, None], -jnp.inf)
        best = score[:, -1].argmax()
        parts = inside[:, None] * jnp.swapaxes(shown(z[best], mus[best], Us[best]), 0, 1)
        owner = jnp.where(
            inside[1] == 0, 1.0, jnp.where(inside[0] == 0, 0.0, jax.nn.sigmoid((parts[0] - parts[1]) / model.s))
        )
        labels = jnp.stack([left[best], right[best]])
        return TwoLook(x, jnp.exp(log_p), order, score.reshape(10, 10, -1), labels, owner, parts)

    return lax.map(one, (images, log_p))  # one after the other: 100 pairs at a time fill the cache
