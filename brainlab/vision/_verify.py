"""The loop of guess and verify for one picture and one guess: pure, so that it is mapped over both."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import lax


def log_normal(e, s):
    return -0.5 * (e / s) ** 2 - jnp.log(s) - 0.5 * jnp.log(2 * jnp.pi)


def log_mask(model, e, s, gain):
    """log g: is each pixel one of the digit, or of something in front, whose pixels are anything from 0 to 1?"""
    return gain * jax.nn.log_sigmoid(jnp.log1p(-model.pi) + log_normal(e, s) - jnp.log(model.pi))


def solve(A, b):
    """(x, log det A) of A x = b, A symmetric and positive, by elimination; such a matrix needs no exchange of rows.

    LAPACK is called matrix by matrix, which for many small ones inside a loop is slow, and with two cores has hung.
    """

    def eliminate(i, state):
        rows, log_det = state
        pivot = rows[i, i]
        others = jnp.where(jnp.arange(len(b)) == i, 0, rows[:, i])
        return (rows - others[:, None] * rows[i] / pivot), log_det + jnp.log(pivot)

    rows = jnp.concatenate([A, b[:, None]], 1)
    rows, log_det = lax.fori_loop(0, len(b), eliminate, (rows, jnp.zeros((), b.dtype)))
    return rows[:, -1] / jnp.diagonal(rows), log_det


def fit(x, mu, U, g, s):
    """z of the least masked error: Q equations, s^2 |z|^2 keeps digits to what they usually look like."""
    curvature = (U.T * g) @ U + s**2 * jnp.eye(U.shape[1], dtype=U.dtype)
    return solve(curvature, U.T @ (g * (x - mu)))[0]


def log_evidence(model, e, z, U, gain):
    """log probability of the picture, z integrated out around its best value (Laplace); exact if nothing is masked."""
    log_g = log_mask(model, e, model.s, gain)
    curvature = jnp.eye(U.shape[1], dtype=U.dtype) + (U.T * jnp.exp(log_g)) @ U / model.s**2
    log_det = solve(curvature, z)[1]
    return (jnp.log1p(-model.pi) + log_normal(e, model.s) - log_g).sum() - z @ z / 2 - log_det / 2


def schedule(model, dtype):
    """(gain, s) of the feedback in each pass, (iterations,): none until it arrives, and then rougher first than last."""
    passes = jnp.arange(model.iterations, dtype=dtype)
    seen = jnp.clip((passes - model.delay) / max(model.iterations - 1, 1), 0, 1)
    return jnp.where(passes >= model.delay, model.feedback, 0.0), model.s * model.rough ** (1 - seen)


def verify(model, x, mu, U):
    """(z, mask, evidence) with time as the first axis: before feedback, then after each pass."""
    gains, widths = schedule(model, x.dtype)

    def seen(z, g, gain):
        return z, g, log_evidence(model, x - mu - U @ z, z, U, gain)

    def one(z, now):
        gain, s = now
        g = jnp.exp(log_mask(model, x - mu - U @ z, s, gain))
        z = fit(x, mu, U, g, s)
        return z, seen(z, g, gain)

    g = jnp.ones_like(x)
    z = fit(x, mu, U, g, model.s)
    _, later = lax.scan(one, z, (gains, widths))
    return jax.tree.map(lambda first, rest: jnp.concatenate([first[None], rest]), seen(z, g, 0.0), later)
