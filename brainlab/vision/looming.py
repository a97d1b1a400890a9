"""LoomingDetector: a fast path for what moves, out of a random network that remembers and one that decides."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax import random as jr

from ..math._array import raw, unbox
from ..models.base import Model
from ..params import param
from ._checks import generator
from .errors import VisionError
from .moving_discs import MOTIONS, Films, moving_discs


class LoomingDetector(Model):
    r"""Reservoir and decision: what moves is spread out in a random network, and the readouts of it compete.

    $$x \leftarrow (1 - \alpha)\, x + \alpha \tanh(\rho W x + g W^{in} u(t) + b), \qquad I = W^{out} x$$
    $$y_k \leftarrow \Big[ y_k + \eta \Big( I_k - \lambda y_k - w \sum_{j \ne k} y_j \Big) \Big]_+$$

    W is random with spectral radius 1, so the reservoir holds a fading memory of the last frames, and order in time becomes
    a place in space: a single picture could not tell coming from going. Only W^out is learnt, in one step by ridge
    regression: its rows say "now it looks like looming", or receding, or translating. That is noisy from frame to frame;
    the decision network adds it up, its groups inhibit each other, and the first one at the threshold is the answer.

    Source: Lin, Zou, Ji, Huang, Wu & Mi, Neural Networks 143 (2021) 74: the reservoir and the decision network of the fast
    subcortical path; reservoirs: Jaeger (2001); the competition: Usher & McClelland, Psychol. Rev. 108 (2001) 550.

    >>> detector, films = LoomingDetector().learn(), moving_discs(300, seed=2)
    >>> bool((detector.watch(films).choice == films.labels).mean() > 0.8)      # chance is 1/3
    True
    """

    N: int = param(300, "1", "cells of the reservoir", at_least=2, structural=True, why="a reservoir is a network")
    rho: float = param(
        0.9, "1", "spectral radius", symbol=r"\rho", slider=(0, 1.5), at_least=0,
        why="it is how much of the activity comes back, and the sign is in the random weights",
    )  # fmt: skip
    alpha: float = param(
        0.3, "1", "leak per frame", symbol=r"\alpha", slider=(0.05, 1), above=0, at_most=1,
        why="at 0 nothing ever changes, and above 1 the past counts with the wrong sign",
    )  # fmt: skip
    g: float = param(1.0, "1", "strength of the input", symbol="g", slider=(0.1, 3))
    ridge: float = param(
        1.0,
        "1",
        "ridge",
        slider=(0.01, 100),
        above=0,
        why="without it weights that cancel each other learn the noise by heart",
    )
    eta: float = param(
        0.3, "1", "step of the decision per frame", symbol=r"\eta", slider=(0.05, 1), above=0, why="nothing would be decided"
    )
    leak: float = param(
        0.1, "1", "leak of the decision", symbol=r"\lambda", slider=(0, 1), at_least=0, why="it would decide by itself"
    )
    w: float = param(
        0.5, "1", "inhibition between groups", symbol="w", slider=(0, 2), at_least=0, why="the sign is in the equation"
    )
    threshold: float = param(
        1.0, "1", "of the decision", slider=(0.1, 2), above=0, why="it would be decided before anything was seen"
    )

    def learn(self, films: Films | None = None, seed=0) -> Reservoir:
        """A reservoir with random weights, and readouts fitted to the films; None: 600 of `moving_discs`."""
        films = moving_discs(600, seed=1) if films is None else films
        _check(films)
        generator(seed)
        W, W_in, b = _weights(seed, self.N, films.pixels.shape[-1])
        x = np.asarray(_states(raw(self), W, W_in, b, films.pixels), float)[2:]  # two frames make the first motion
        x = np.concatenate([x, np.ones((*x.shape[:-1], 1))], -1).reshape(-1, self.N + 1)
        wanted = np.tile(np.eye(len(MOTIONS))[films.labels], (len(films.pixels) - 2, 1))
        square = x.T @ x + float(unbox(self.ridge)) * np.eye(self.N + 1)
        W_out = np.linalg.solve(square, x.T @ wanted)
        return Reservoir(self, W, W_in, b, jnp.asarray(W_out, float))


class Answer(NamedTuple):
    """What `Reservoir.watch` returns, in NumPy.

    choice : (film,) 0, 1 or 2, a place in `MOTIONS`: who was first at the threshold, or ahead when the film ended
    frame  : (film,) the frame of the answer; NaN if it came with the end of the film
    input  : (time, film, 3) what the readouts say at each frame
    y      : (time, film, 3) the decision network
    """

    choice: np.ndarray
    frame: np.ndarray
    input: np.ndarray
    y: np.ndarray


class Reservoir(NamedTuple):
    """What `LoomingDetector.learn` returns: the weights, a JAX pytree."""

    model: LoomingDetector
    W: jax.Array  # (N, N), spectral radius 1
    W_in: jax.Array  # (pixels, N)
    b: jax.Array  # (N,)
    W_out: jax.Array  # (N + 1, 3), the last row is for 1

    def watch(self, films: Films | np.ndarray, model=None) -> Answer:
        """What it takes the films for. films: of `moving_discs`, or (time, film, pixels); model: with other parameters."""
        pixels = films.pixels if isinstance(films, Films) else np.asarray(unbox(films))
        if pixels.ndim != 3 or pixels.shape[2] != len(self.W_in):
            raise VisionError(
                f"films of shape {pixels.shape} were given, and the reservoir sees {len(self.W_in)} pixels.",
                why="time is first, then film, then pixel",
                try_="detector.watch(moving_discs(30))",
            )
        return Answer(*(np.asarray(x) for x in _watch(raw(self.model if model is None else model), self, pixels)))


def _weights(seed, N, pixels):
    a, b, c = jr.split(jr.key(seed), 3)
    W = np.asarray(jr.normal(a, (N, N)), float)
    W = W / np.abs(np.linalg.eigvals(W)).max()
    return jnp.asarray(W, float), jr.normal(b, (pixels, N)) / np.sqrt(pixels), 0.5 * jr.normal(c, (N,))


@jax.jit
def _states(model, W, W_in, b, pixels):
    """(time, film, N)"""

    def frame(x, u):
        x = (1 - model.alpha) * x + model.alpha * jnp.tanh(model.rho * x @ W.T + model.g * u @ W_in + b)
        return x, x

    return lax.scan(frame, jnp.zeros((pixels.shape[1], len(W)), float), jnp.asarray(pixels, float))[1]


@jax.jit
def _watch(model, net, pixels):
    I = _states(model, net.W, net.W_in, net.b, pixels) @ net.W_out[:-1] + net.W_out[-1]

    def frame(y, I):
        others = y.sum(-1, keepdims=True) - y
        y = jax.nn.relu(y + model.eta * (I - model.leak * y - model.w * others))
        return y, y

    y = lax.scan(frame, jnp.zeros(I.shape[1:], float), I)[1]
    reached = y.max(-1) >= model.threshold
    first = jnp.argmax(reached, 0)
    decided = reached.any(0)
    when = jnp.where(decided, first, len(y) - 1)
    choice = y[when, jnp.arange(y.shape[1])].argmax(-1)
    return choice, jnp.where(decided, first, jnp.nan), I, y


def _check(films):
    if not isinstance(films, Films) or len(films.pixels) < 3:
        raise VisionError(
            f"{films!r:.60} are no films to learn from.",
            why="they need labels, and at least three frames",
            try_="LoomingDetector().learn(moving_discs(300))",
        )
