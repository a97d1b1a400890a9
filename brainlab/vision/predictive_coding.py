"""PredictiveCoding: what is sent up is only what was not predicted, and what is sent down is the prediction."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from jax import random as jr

from ..math._array import box, raw
from ..models.base import Model
from ..params import param
from ._checks import generator, pictures
from .errors import VisionError

WHY_VARIANCE = "a variance is how far off things usually are"


class PredictiveCoding(Model):
    r"""Predictive coding in two stages: causes r explain the picture, higher causes r_h explain r.

    $$E = \frac{|x - \bar x - U r|^2}{\sigma^2} + \frac{|r - U_h r_h|^2}{\sigma_h^2} + \alpha |r|^2 + \alpha_h |r_h|^2$$
    $$\frac{dr}{dt} \propto \frac{U^T (x - \bar x - U r)}{\sigma^2} - \frac{r - U_h r_h}{\sigma_h^2} - \alpha r, \qquad
    \frac{dr_h}{dt} \propto \frac{U_h^T (r - U_h r_h)}{\sigma_h^2} - \alpha_h r_h, \qquad
    \Delta U \propto (x - \bar x - U r)\, r^T$$

    Both errors are local: a cell that compares what comes with what was predicted. Perception runs downhill in E with the
    weights fixed; learning does one step in the weights after each, and is Hebb's rule between error and cause.

    It is linear, so the causes span nearly the same space as the first principal components: there is less noise in what it
    predicts, because most noise is outside of that space. But every pixel is explained by the same causes, also those that
    belong to something else: without a mask it denoises, and does not segment. `GuessAndVerify` does.

    Source: Rao & Ballard, Nature Neurosci. 2 (1999) 79, with linear units, one module for the whole picture.

    >>> import brainlab as bl
    >>> digits = bl.vision.digits()
    >>> net = PredictiveCoding(epochs=1).learn(digits.train_images[:200])
    >>> seen = net.look(digits.test_images[:5])
    >>> seen.r.shape, seen.r_h.shape, seen.prediction.shape
    ((5, 32), (5, 16), (5, 64))
    """

    n1: int = param(32, "1", "causes of the picture", at_least=1, structural=True, why="nothing could be explained")
    n2: int = param(16, "1", "causes of the causes", at_least=1, structural=True, why="nothing could be explained")
    epochs: int = param(30, "1", "times that all pictures are seen", at_least=0, structural=True, why="never is the least")
    steps: int = param(60, "1", "steps of one look", at_least=1, structural=True, why="the causes start from nothing")
    batch: int = param(40, "1", "pictures of one step of learning", at_least=1, structural=True, why="one has to look first")
    sigma2: float = param(
        0.1, "1", "variance of the picture", symbol=r"\sigma^2", slider=(0.01, 1), above=0, why=WHY_VARIANCE
    )
    sigma2_h: float = param(
        10.0, "1", "variance of the causes", symbol=r"\sigma_h^2", slider=(0.1, 30), above=0, why=WHY_VARIANCE
    )
    alpha: float = param(
        0.02, "1", "pull of causes to nothing", symbol=r"\alpha", slider=(0, 1), at_least=0, why="causes would explode"
    )
    alpha_h: float = param(
        0.1,
        "1",
        "pull of higher causes to nothing",
        symbol=r"\alpha_h",
        slider=(0, 1),
        at_least=0,
        why="causes would explode",
    )
    rate: float = param(
        0.01, "1", "step of learning", slider=(0.001, 0.1), above=0, why="nothing would be learnt, or the opposite"
    )
    decay: float = param(
        0.01, "1", "decay of weights in learning", slider=(0, 0.1), at_least=0, why="weights would grow without a reason"
    )

    def learn(self, images, seed=0, shape=None) -> Predictor:
        """Weights that have seen the pictures `epochs` times. images: (n, pixels)"""
        images, _ = pictures(images, shape)
        if images.ndim != 2 or len(images) < self.batch:
            raise VisionError(
                f"images of shape {images.shape} were given, and one step of learning takes {self.batch}.",
                why="a rule that learns from errors needs many of them",
                try_="PredictiveCoding().learn(digits.train_images)",
            )
        generator(seed)
        images = jnp.asarray(images, float)
        mean, key = images.mean(0), jr.key(seed)
        first, second, order = jr.split(key, 3)
        U = 0.1 * jr.normal(first, (images.shape[1], self.n1))
        U_h = 0.1 * jr.normal(second, (self.n1, self.n2))
        return Predictor(self, mean, *_learn(raw(self), images - mean, U, U_h, order))


class Seen(NamedTuple):
    """What `Predictor.look` returns.

    r, r_h     : (..., n1) and (..., n2) the causes
    prediction : (..., pixels) what they expect to see
    error      : (..., pixels) the picture minus that: all that is sent up
    """

    r: jax.Array
    r_h: jax.Array
    prediction: jax.Array
    error: jax.Array


class Predictor(NamedTuple):
    """What `PredictiveCoding.learn` returns: the weights, a JAX pytree."""

    model: PredictiveCoding
    mean: jax.Array  # (pixels,)
    U: jax.Array  # (pixels, n1)
    U_h: jax.Array  # (n1, n2)

    def look(self, images) -> Seen:
        """What these weights see in pictures (..., pixels), after `steps` steps downhill from no causes at all."""
        images, _ = pictures(images, (1, len(self.mean)))
        return Seen(*box(_look(raw(self.model), self, images)))


@jax.jit
def _look(model, net, images):
    x = images - net.mean
    r, r_h = infer(model, net.U, net.U_h, x)
    return r, r_h, net.mean + r @ net.U.T, x - r @ net.U.T


def infer(model, U, U_h, x):
    """(r, r_h) of pictures x without their mean, after `steps` steps."""
    # The curvature of E is one matrix for all pictures. 1 / (its largest sum of a row) is a step that is always stable
    top = U.T @ U / model.sigma2 + (1 / model.sigma2_h + model.alpha) * jnp.eye(model.n1)
    low = U_h.T @ U_h / model.sigma2_h + model.alpha_h * jnp.eye(model.n2)
    between = jnp.abs(U_h) / model.sigma2_h
    rows = jnp.concatenate([jnp.abs(top).sum(1) + between.sum(1), jnp.abs(low).sum(1) + between.sum(0)])
    dt = 1 / rows.max()

    def step(_, now):
        r, r_h = now
        surprise, surprise_h = (x - r @ U.T) / model.sigma2, (r - r_h @ U_h.T) / model.sigma2_h
        r = r + dt * (surprise @ U - surprise_h - model.alpha * r)
        return r, r_h + dt * (surprise_h @ U_h - model.alpha_h * r_h)

    start = jnp.zeros((*x.shape[:-1], model.n1), x.dtype), jnp.zeros((*x.shape[:-1], model.n2), x.dtype)
    return lax.fori_loop(0, model.steps, step, start)


@jax.jit
def _learn(model, x, U, U_h, key):
    batches = len(x) // model.batch

    def step(weights, chosen):
        U, U_h = weights
        seen = x[chosen]
        r, r_h = infer(model, U, U_h, seen)
        error, error_h = seen - r @ U.T, r - r_h @ U_h.T
        U = U + model.rate * (error.T @ r / (model.batch * model.sigma2) - model.decay * U)
        U_h = U_h + model.rate * (error_h.T @ r_h / (model.batch * model.sigma2_h) - model.decay * U_h)
        return (U, U_h), None

    def epoch(weights, key):
        order = jr.permutation(key, len(x))[: batches * model.batch].reshape(batches, model.batch)
        return lax.scan(step, weights, order)

    return lax.scan(epoch, (U, U_h), jr.split(key, model.epochs))[0]
