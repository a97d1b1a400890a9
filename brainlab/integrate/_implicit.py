"""Steppers that use the Jacobian of the equation: for stiff problems, where an explicit step would have to be tiny."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from ._coupling import vectors
from ._phi import exponential_step, phi1, phi2


def backward_euler_step(f, y, t, dt):
    r"""$y + dt\,(1 - dt J)^{-1} f(y, t + dt)$: one Newton step towards $y_1 = y + dt f(y_1, t + dt)$. Order 1.

    Also called the linearly implicit Euler method. For linear equations it is the backward Euler method itself.

    Source: Hairer, Wanner, Solving Ordinary Differential Equations II (1996), IV.9.
    """
    v = vectors(f, y, t)
    later = _time(t) + dt
    return v.back(v.y + _solve(jnp.eye(v.y.shape[-1], dtype=v.y.dtype) - dt * v.jacobian(later), dt * v.field(v.y, later)))


def exp_rosenbrock_euler_step(f, y, t, dt):
    r"""$y + dt\,\varphi_1(dt J) f + dt^2 \varphi_2(dt J)\,\partial f/\partial t$ with the full Jacobian J. Order 2.

    The linear part of the equation is solved exactly, at every step anew. The last term is what a moving f needs.

    Source: Pope, Commun. ACM 6 (1963) 491; Hochbruck, Ostermann & Schweitzer, SIAM J. Numer. Anal. 47 (2009) 786.
    """
    v = vectors(f, y, t)
    t = _time(t)
    slope, drift = jax.jvp(lambda t: v.field(v.y, t), (t,), (jnp.ones_like(t),))
    return v.back(v.y + exponential_step(v.jacobian(t), slope, drift, dt))


def etd2rk_step(f, y, t, dt):
    r"""With $c = \partial f_i / \partial y_i$ of the beginning of the step and $N = f - c\,y$:

    $$a = y + dt\,\varphi_1(c\,dt)\,f(y, t), \qquad y_1 = a + dt\,\varphi_2(c\,dt)\,(N(a, t + dt) - N(y, t))$$

    Each element on its own: no matrix is inverted or exponentiated. Order 2.

    Source: Cox & Matthews, J. Comput. Phys. 176 (2002) 430, eqs. 22 and 23 (there c is the stiff linear term).
    """
    v = vectors(f, y, t)
    c = jnp.diagonal(v.jacobian(t), axis1=-2, axis2=-1)
    slope = v.field(v.y, t)
    a = v.y + dt * phi1(dt * c) * slope
    return v.back(a + dt * phi2(dt * c) * (v.field(a, t + dt) - slope - c * (a - v.y)))


def strang_step(f, y, t, dt):
    """Half a step of every state but the first, a step of the first, half a step of the others in reverse. Order 2.

    While one state moves, the others and t (at the middle of the step) stand still. Of a conductance model that makes
    linear equations: the gates at held V, then V at held gates, both solved exactly. One state alone is not split.

    Source: Strang, SIAM J. Numer. Anal. 5 (1968) 506; for gates: Hines, Int. J. Bio-Med. Comput. 15 (1984) 69, whose
    staggered steps are these, begun half a step later.
    """
    middle = _time(t) + dt / 2
    if not isinstance(y, tuple):
        return exp_rosenbrock_euler_step(lambda y, _: f(y, middle), y, t, dt)
    y = list(map(jnp.asarray, y))
    others = [(i, dt / 2) for i in range(1, len(y))]
    for i, h in (*others, (0, dt), *reversed(others)):
        alone = lambda x, _, i=i: f((*y[:i], x, *y[i + 1 :]), middle)[i]  # noqa: E731
        y[i] = exp_rosenbrock_euler_step(alone, y[i], t, h)
    return tuple(y)


def _time(t):
    """As a float: what is differentiated by t cannot be a whole number."""
    t = jnp.asarray(t)
    return t if jnp.issubdtype(t.dtype, jnp.inexact) else t.astype(jnp.result_type(float))


def _solve(A, b):
    """A^-1 b for (..., d, d) and (..., d)."""
    return b / A[..., 0] if b.shape[-1] == 1 else jnp.linalg.solve(A, b[..., None])[..., 0]
