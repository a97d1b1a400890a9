"""Zeros of a field from many starts at once: Levenberg-Marquardt steps, all starts in one compiled loop."""

from __future__ import annotations

import functools
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


class Zeros(NamedTuple):
    """Where each start ended. k starts, n states."""

    y: jax.Array  # (k, n)
    residual: jax.Array  # (k,) how far from a zero that is, in parts of the box, by the field's own slope
    converged: jax.Array  # (k,) bool
    f: jax.Array  # (k, n)
    jacobian: jax.Array  # (k, n, n) d f_i / d y_j


def newton_all(field, p, starts, scale=None, steps=50):
    """(roots (k, n), residuals (k,), converged (k,)): see `zeros`."""
    return zeros(field, p, starts, scale, steps=steps)[:3]


@functools.partial(jax.jit, static_argnames=("field", "steps"))
def zeros(field, p, starts, scale=None, weights=None, *, steps=50) -> Zeros:
    r"""Zeros of field(y, p), one search for each start.

    $$(\hat J^T \hat J + \mu I)\,\hat s = -\hat J^T \hat f, \qquad y \leftarrow y + S \hat s$$

    A step that does not make |f| smaller is refused and mu grows; one that does lets mu shrink, so that in the end these
    are Newton's steps. Where there is no zero to be found it ends at a minimum of |f|.

    field   : field(y, p) -> (n,), static; p may be any pytree of numbers
    starts  : (k, n)
    scale   : (n,) what is a large step in each state: the width of the box that is searched. None: the largest start
    weights : (n,) what 1 is in each component of f; None: what the field changes over a step of `scale`
    steps   : at most so many; it stops when every search has

    float64 gives all digits, float32 four or five. Source: Marquardt, J. SIAM 11 (1963) 431.
    """
    starts = jnp.asarray(starts, jnp.result_type(float))
    n, eps, tiny = starts.shape[-1], jnp.finfo(starts.dtype).eps, jnp.finfo(starts.dtype).tiny
    if scale is None:
        largest = jnp.abs(starts).max(0)
        scale = jnp.where(largest > 0, largest, 1.0)
    scale = jnp.asarray(scale, starts.dtype)
    slopes = jax.vmap(jax.jacfwd(lambda y: 2 * (field(y, p),), has_aux=True))  # (J, f)
    J, f = slopes(starts)
    if weights is None:
        weights = _typical(jnp.abs(J * scale).sum(-1))
    norm = lambda f: jnp.where(jnp.isfinite(f).all(-1), ((f / weights) ** 2).sum(-1), jnp.inf)  # noqa: E731

    typical = _typical(((J * scale / weights[:, None]) ** 2).sum((-1, -2)))

    def search(state):
        i, y, f, J, q, mu, _ = state
        A = jnp.nan_to_num(J * scale / weights[:, None])
        # mu counts in slopes squared, those here or at the starts; tiny keeps a matrix of zeros from being divided by
        size = jnp.maximum((A * A).sum((-1, -2)), typical)
        damped = jnp.swapaxes(A, -1, -2) @ A + (mu * size + tiny)[:, None, None] * jnp.eye(n, dtype=y.dtype)
        downhill = -jnp.einsum("kji,kj->ki", A, jnp.nan_to_num(f / weights))
        step = _solve_positive(damped, downhill)
        largest = jnp.abs(step).max(-1)
        step = step / jnp.maximum(largest, 1.0)[:, None]  # not further than the box is wide
        tried = y + step * scale
        J_tried, f_tried = slopes(tried)
        q_tried = norm(f_tried)
        better = q_tried < q
        expected = (step * (downhill + (mu * size)[:, None] * step)).sum(-1)  # gain, were f linear
        mu = jnp.where(q - q_tried > 0.5 * expected, mu * 0.1, jnp.where(better, mu * 2.0, mu * 10.0))
        # At the end rounding decides what is smaller; stuck: not even the smallest step downhill helps, a minimum of |f|.
        done = (largest < 4 * eps) | (~better & ((mu > 1e8) | (q <= (4 * eps) ** 2)))
        y, f = (jnp.where(better[:, None], new, old) for new, old in ((tried, y), (f_tried, f)))
        J = jnp.where(better[:, None, None], J_tried, J)
        return i + 1, y, f, J, jnp.minimum(q, q_tried), mu, done

    def unfinished(state):
        return (state[0] < steps) & ~state[-1].all()

    none, mu = jnp.zeros(len(starts), bool), jnp.full(len(starts), 1e-3, starts.dtype)
    _, y, f, J, q, _, _ = lax.while_loop(unfinished, search, (0, starts, f, J, norm(f), mu, none))
    residual = jnp.sqrt(q)
    return Zeros(y, residual, residual < 0.3 * jnp.sqrt(eps), f, J)


def _typical(sizes):
    """The geometric mean over the starts of the numbers above 0, in which a few huge ones do not count for much; or 1."""
    fine = jnp.isfinite(sizes) & (sizes > 0)
    return jnp.exp(jnp.where(fine, jnp.log(jnp.where(fine, sizes, 1.0)), 0.0).sum(0) / jnp.maximum(fine.sum(0), 1))


def _solve(A, b):
    """A x = b for many small A, (..., n, n); up to n = 2 by Cramer's rule, which costs a tenth of a call for each."""
    n = b.shape[-1]
    if n == 1:
        return b / A[..., 0]
    if n == 2:
        (a, c), (d, e) = (A[..., 0, 0], A[..., 0, 1]), (A[..., 1, 0], A[..., 1, 1])
        x = jnp.stack((e * b[..., 0] - c * b[..., 1], a * b[..., 1] - d * b[..., 0]), -1)
        return x / (a * e - c * d)[..., None]
    return jnp.linalg.solve(A, b[..., None])[..., 0]


def _solve_positive(A, b):
    """The same for symmetric A with eigenvalues above 0: elimination needs no pivots, and written out for few states it
    compiles several times faster than a call of LAPACK."""
    n = b.shape[-1]
    if n > 6:
        return jnp.linalg.solve(A, b[..., None])[..., 0]
    rows = [jnp.append(A[..., i, :], b[..., i, None], axis=-1) for i in range(n)]
    for i in range(n):
        rows[i] = rows[i] / rows[i][..., i, None]
        rows = [row if k == i else row - row[..., i, None] * rows[i] for k, row in enumerate(rows)]
    return jnp.stack([row[..., n] for row in rows], -1)


def distinct(y, scale, tol=1e-4) -> np.ndarray:
    """The numbers of the points that are no repetition of an earlier one: closer than tol in all parts of scale.

    >>> distinct([[0.0, 0.0], [1.0, 0.0], [1e-6, 0.0]], scale=[1.0, 1.0])
    array([0, 1])
    """
    y = np.asarray(y, float) / np.asarray(scale, float)
    kept: list[int] = []
    for i, point in enumerate(y):
        if not kept or np.abs(y[kept] - point).max(axis=1).min() > tol:
            kept.append(i)
    return np.array(kept, int)
