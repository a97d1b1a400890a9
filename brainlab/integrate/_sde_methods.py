"""The steppers of stochastic differential equations: raw JAX, one engine and one table."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from ._methods import Method, MethodTable, find_method
from ._steppers import linearised, phi1


@dataclass(frozen=True)
class SDEMethod(Method):
    """`order` is that of the method where g = 0, `strong_order` that of single paths, for scalar and diagonal noise."""

    calculus: str = "ito"  # or "stratonovich"
    double_integral: bool = False  # does it need I10?
    matrix: bool = True  # does it take several Wiener processes for one state? Without Levy areas most cannot


def sde_stepper(method: str) -> Callable:
    r"""`step(f, g, y, t, dt, dW, I10=None) -> y` one step later, for $dy = f\,dt + g\,dW$. Raw JAX: for compiled code.

    f, g : of (y, t), of the structure of y. A g with one axis more than y is a matrix: its last axis counts the processes
    y    : one array, or a tuple of arrays, one per state
    dW   : increments of the Wiener process over this step, of the structure and shape of g (or one that broadcasts to it)
    I10  : $\int_t^{t+dt} (W_s - W_t)\,ds$ of the same process, of the shape of dW

    >>> step = sde_stepper("euler_maruyama")
    >>> round(step(lambda y, t: -y, lambda y, t: 0.5, 1.0, 0.0, 0.01, 0.2), 6)
    1.09
    """
    return find_method(SDE, method).coefficients


def _on_one_array(step):
    """Let a step that knows one array take several states: they are joined into one array, and taken apart again."""

    @functools.wraps(step)
    def joined(f, g, y, t, dt, dW, I10=None):
        if not isinstance(y, tuple):
            return step(f, g, y, t, dt, dW, I10)
        y = tuple(map(jnp.asarray, y))
        if len({state.shape for state in y}) == 1:
            join, apart = jnp.stack, tuple
        else:
            ends = np.cumsum([state.size for state in y])[:-1]

            def join(parts):  # in a row; the last axis of a matrix stays
                return jnp.concatenate([p.reshape(-1, *p.shape[s.ndim :]) for p, s in zip(parts, y, strict=True)])

            def apart(one):
                return tuple(p.reshape(s.shape) for p, s in zip(jnp.split(one, ends), y, strict=True))

        def on_one(fun):
            return lambda one, t: join(fun(apart(one), t))

        return apart(step(on_one(f), on_one(g), join(y), t, dt, join(dW), None if I10 is None else join(I10)))

    return joined


def _push(g, dW, y):
    """g dW: one process for each element, or the sum over the processes where g is a matrix."""
    return g * dW if jnp.ndim(g) == jnp.ndim(y) else (g * dW).sum(-1)


@_on_one_array
def _euler_maruyama(f, g, y, t, dt, dW, I10):
    r"""$y + f\,dt + g\,dW$"""
    return y + f(y, t) * dt + _push(g(y, t), dW, y)


def _exp_euler(f, g, y, t, dt, dW, I10=None):
    r"""$y + dt\,\varphi_1(dt\,a) f + \sqrt{\varphi_1(2\,dt\,a)}\; g\,dW$ with $a_i = \partial f_i/\partial y_i$.

    The root makes the variance right: noise that came early in the step has decayed since,
    $\int_0^{dt} e^{2a(dt-s)} ds = dt\,\varphi_1(2\,dt\,a)$. So an Ornstein-Uhlenbeck process has its exact law at any dt.
    """
    slopes, diagonal = linearised(f, y, t)

    def ahead(y, f, a, g, dW):
        return y + dt * phi1(dt * a) * f + jnp.sqrt(phi1(2 * dt * a)) * _push(g, dW, y)

    return jax.tree.map(ahead, y, slopes, diagonal, g(y, t), dW)


@_on_one_array
def _milstein(f, g, y, t, dt, dW, I10):
    r"""$y + f\,dt + g\,dW + \frac12 (g'g)(dW^2 - dt)$, g' by automatic differentiation."""
    here, derivative = jax.linearize(lambda y: g(y, t), y)
    return y + f(y, t) * dt + here * dW + derivative(here) * (dW**2 - dt) / 2


@_on_one_array
def _milstein_free(f, g, y, t, dt, dW, I10):
    r"""As Milstein, with $g'g \approx (g(y + f\,dt + g\sqrt{dt}) - g(y)) / \sqrt{dt}$."""
    here, root = g(y, t), jnp.sqrt(dt)
    drifted = y + f(y, t) * dt
    return drifted + here * dW + (g(drifted + here * root, t) - here) * (dW**2 - dt) / (2 * root)


@_on_one_array
def _euler_heun(f, g, y, t, dt, dW, I10):
    r"""$y + f\,dt + \frac12 (g(y) + g(\bar y))\,dW$ with $\bar y = y + g\,dW$: Stratonovich takes g in the middle."""
    here = g(y, t)
    there = g(y + _push(here, dW, y), t + dt)
    return y + f(y, t) * dt + _push((here + there) / 2, dW, y)


@_on_one_array
def _heun(f, g, y, t, dt, dW, I10):
    r"""The trapezoid rule for both: $y + \frac12 (f + \bar f)\,dt + \frac12 (g + \bar g)\,dW$, $\bar y$ by Euler."""
    drift, here = f(y, t), g(y, t)
    ahead = y + drift * dt + _push(here, dW, y)
    return y + (drift + f(ahead, t + dt)) / 2 * dt + _push((here + g(ahead, t + dt)) / 2, dW, y)


def _sri(A0, B0, A1, B1, alpha, betas):
    r"""Roessler's stochastic Runge-Kutta methods of strong order 1.5: a tableau for the drift, one for the diffusion.

    $$H^0_i = y + \sum_j A^0_{ij} f_j\,dt + \sum_j B^0_{ij} g_j\,I_{10}/dt \qquad f_i = f(H^0_i)$$
    $$H^1_i = y + \sum_j A^1_{ij} f_j\,dt + \sum_j B^1_{ij} g_j \sqrt{dt} \qquad g_i = g(H^1_i)$$
    $$y + \sum_i \alpha_i f_i\,dt
      + \sum_i (\beta^1_i I_1 + \beta^2_i I_{11}/\sqrt{dt} + \beta^3_i I_{10}/dt + \beta^4_i I_{111}/dt)\, g_i$$
    """

    def step(f, g, y, t, dt, dW, I10):
        root = jnp.sqrt(dt)
        integrals = dW, (dW**2 - dt) / 2 / root, I10 / dt, (dW**3 - 3 * dt * dW) / 6 / dt
        drift: list = []
        noise: list = []
        for a0, b0, a1, b1 in zip(A0, B0, A1, B1, strict=True):
            H0 = y + dt * _sum(a0, drift) + I10 / dt * _sum(b0, noise)
            H1 = y + dt * _sum(a1, drift) + root * _sum(b1, noise)
            drift.append(f(H0, t + sum(a0) * dt))
            noise.append(g(H1, t + sum(a1) * dt))
        weights = [_sum(beta, integrals) for beta in zip(*betas, strict=True)]
        return y + dt * _sum(alpha, drift) + sum(w * k for w, k in zip(weights, noise, strict=True))

    step.tableau = A0, B0, A1, B1, alpha, betas
    return step


def _sum(weights, terms):
    """The weights are numbers, so that zeros cost nothing."""
    return sum(w * term for w, term in zip(weights, terms, strict=True) if w)


_BETAS = (-1, 4 / 3, 2 / 3, 0), (-1, 4 / 3, -1 / 3, 0), (2, -4 / 3, -2 / 3, 0), (-2, 5 / 3, -2 / 3, 1)
_SRI1W1 = _sri(
    A0=((), (3 / 4,), (0, 0), (0, 0, 0)),
    B0=((), (3 / 2,), (0, 0), (0, 0, 0)),
    A1=((), (1 / 4,), (1, 0), (0, 0, 1 / 4)),
    B1=((), (1 / 2,), (-1, 0), (-5, 3, 1 / 2)),
    alpha=(1 / 3, 2 / 3, 0, 0),
    betas=_BETAS,
)
_SRI2W1 = _sri(
    A0=((), (1,), (1 / 4, 1 / 4), (0, 0, 0)),
    B0=((), (0,), (1, 1 / 2), (0, 0, 0)),
    A1=((), (1 / 4,), (1, 0), (0, 0, 1 / 4)),
    B1=((), (-1 / 2,), (1, 0), (2, -1, 1 / 2)),
    alpha=(1 / 6, 1 / 6, 2 / 3, 0),
    betas=(_BETAS[0], tuple(-w for w in _BETAS[1]), *_BETAS[2:]),
)


def _row(name, order, strong_order, source, step, **more) -> SDEMethod:
    return SDEMethod(name, "sde", order, source, step, strong_order, **more)


_STRATONOVICH = {"calculus": "stratonovich"}
_WITH_I10 = {"double_integral": True, "matrix": False}

SDE = MethodTable(
    (
        _row("euler_maruyama", 1, 0.5, "Ito; Maruyama (1955), Rend. Circ. Mat. Palermo 4", _euler_maruyama),
        _row("exp_euler", 1, 0.5, "Ito; noise factor of Gillespie (1996), Phys. Rev. E 54", _exp_euler),
        _row("milstein", 1, 1.0, "Ito; Milstein (1974), Theory Probab. Appl. 19", _milstein, matrix=False),
        _row(
            "milstein_free",
            1,
            1.0,
            "Ito; Kloeden and Platen (1992), Numerical Solution of SDEs, eq. 11.1.3",
            _milstein_free,
            matrix=False,
        ),
        _row("euler_heun", 1, 1.0, "Stratonovich; Kloeden and Platen (1992), section 4.9", _euler_heun, **_STRATONOVICH),
        _row("heun", 2, 1.0, "Stratonovich; Ruemelin (1982), SIAM J. Numer. Anal. 19", _heun, **_STRATONOVICH),
        _row("sri1w1", 2, 1.5, "Ito; Roessler (2010), SIAM J. Numer. Anal. 48", _on_one_array(_SRI1W1), **_WITH_I10),
        _row("sri2w1", 3, 1.5, "Ito; Roessler (2010), SIAM J. Numer. Anal. 48", _on_one_array(_SRI2W1), **_WITH_I10),
    )
)
