r"""The functions that exponential methods are made of: $\varphi_1, \varphi_2$ of numbers and of small matrices."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import lax

MOST_SQUARINGS = 40  # enough for matrices of norm 5e11


@jax.custom_jvp
def phi1(z):
    """(exp(z) - 1) / z, also at 0, and with a gradient there.

    In single precision a difference of exponentials is as good as expm1: what it loses, eps/z, is less than eps of the way
    that a state goes in one step. It is quicker, and it is much of what a step of a network does.

    >>> float(phi1(0.0)), float(jax.grad(phi1)(0.0))
    (1.0, 0.5)
    """
    z = jnp.asarray(z, jnp.result_type(z, jnp.float32)) + 1e-30  # at 0 it is 1e-30/1e-30 = 1; elsewhere it changes nothing
    if z.dtype == jnp.float32:
        return jnp.where(z * z < 1e-4, z + z * z * (1 / 2 + z / 6), jnp.exp(z) - 1) / z
    return jnp.expm1(z) / z


@phi1.defjvp
def _(primals, tangents):
    (z,), (dz,) = primals, tangents
    y = phi1(z)
    small = jnp.abs(z) < 0.1
    safe = jnp.where(small, 1.0, z)  # without it the gradient of the gradient is NaN at 0
    series = 1 / 2 + z * (1 / 3 + z * (1 / 8 + z * (1 / 30 + z * (1 / 144 + z * (1 / 840 + z / 5760)))))
    return y, jnp.where(small, series, (jnp.exp(safe) - y) / safe) * dz


def phi2(z):
    """(exp(z) - 1 - z) / z^2, also at 0, and with a gradient there.

    >>> float(phi2(0.0)), round(float(jax.grad(phi2)(0.0)), 6)
    (0.5, 0.166667)
    """
    small = jnp.abs(z) < 0.5  # up to there the difference loses digits
    near, safe = jnp.where(small, z, 0.0), jnp.where(small, 1.0, z)
    series = jnp.ones_like(safe)
    for k in range(15, 2, -1):  # 1/2 (1 + z/3 (1 + z/4 (...)))
        series = 1 + near / k * series
    return jnp.where(small, series / 2, (jnp.expm1(safe) - safe) / safe**2)


def exponential_step(J, slope, drift, dt):
    r"""$dt\,\varphi_1(dt J)\,f + dt^2 \varphi_2(dt J)\,\partial_t f$: how far y' = f + J (y - y_0) + t f_t comes in dt.

    J            : (..., d, d)
    slope, drift : (..., d), f and its derivative by t

    For d > 1 both are columns of one exponential, of J with two more columns and rows (Al-Mohy & Higham, SIAM J. Sci.
    Comput. 33 (2011) 488, theorem 2.1).
    """
    d = slope.shape[-1]
    if d == 1:
        z = dt * J[..., 0]
        return dt * (phi1(z) * slope + dt * phi2(z) * drift)
    columns = jnp.stack([dt * dt * drift, dt * slope], axis=-1)
    # The result is linear in the columns: brought to size 1 they do not make the matrix larger than it is.
    size = lax.stop_gradient(jnp.abs(columns).max((-2, -1), keepdims=True))
    size = jnp.where(size > 0, size, 1.0)
    wide = jnp.concatenate([dt * J, columns / size], axis=-1)
    below = jnp.broadcast_to(jnp.eye(2, d + 2, d + 1, dtype=wide.dtype), (*wide.shape[:-2], 2, d + 2)).at[..., 1, :].set(0)
    return size[..., 0] * expm(jnp.concatenate([wide, below], axis=-2))[..., :d, -1]


def expm(A):
    """The exponential of each matrix (..., n, n): halved until it is small, a Taylor series, squared as often.

    Differentiable, unlike a loop whose length is a number; all matrices are halved equally often.

    >>> print(f"sin(1) = {expm(jnp.array([[0.0, 1.0], [-1.0, 0.0]]))[0, 1]:.4f}")
    sin(1) = 0.8415
    """
    norm = lax.stop_gradient(jnp.abs(A).sum(-2).max())
    halvings = jnp.clip(jnp.ceil(jnp.log2(2 * jnp.where(jnp.isfinite(norm) & (norm > 0), norm, 1.0))), 0, MOST_SQUARINGS)
    E = _taylor(A * 2.0**-halvings, 14 if jnp.finfo(A.dtype).eps < 1e-10 else 8)  # norm <= 1/2: the next is below rounding
    return lax.fori_loop(0, MOST_SQUARINGS, lambda i, E: lax.cond(i < halvings, lambda E: _times(E, E), lambda E: E, E), E)


def _taylor(A, degree):
    """1 + A + A^2/2 + ... to a degree 3n + 2, three terms at a time, which takes n + 2 products.

    Source: Paterson & Stockmeyer, SIAM J. Comput. 2 (1973) 60.
    """
    one, square = jnp.eye(A.shape[-1], dtype=A.dtype), _times(A, A)
    cube = _times(square, A)

    def three(k):  # k! / A^k times the terms k, k + 1, k + 2
        return one + (A + square / (k + 2)) / (k + 1)

    E = three(degree - 2)
    for k in range(degree - 5, -1, -3):
        E = three(k) + _times(E, cube) / ((k + 1) * (k + 2) * (k + 3))
    return E


def _times(A, B):
    """A B. Small ones column by row: of many such products XLA makes one loop, five times as fast as theirs one by one."""
    if A.shape[-1] > 8:
        return A @ B
    return sum(A[..., :, k, None] * B[..., None, k, :] for k in range(A.shape[-1]))
