"""The steppers of ordinary differential equations: raw JAX, one engine and one table."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable

import jax
import jax.numpy as jnp

from ._embedded import EMBEDDED
from ._implicit import backward_euler_step, etd2rk_step, exp_rosenbrock_euler_step, strang_step
from ._methods import Method, MethodTable, find_method
from ._phi import phi1 as phi1

_5 = math.sqrt(5)


def _row(name, order, a, b, source) -> Method:
    return Method(name, "ode", order, source, (a, b))


def stepper(method: str) -> Callable:
    """`step(f, y, t, dt) -> y` one step later. Raw JAX: for code that is compiled already.

    f : f(y, t) -> dy/dt, of the structure of y
    y : one array, or a tuple of arrays, one per state. States of equal shape and dtype are computed as one array.

    >>> stepper("midpoint")(lambda y, t: -y, 1.0, 0.0, 0.1)
    0.905
    """
    row = find_method(ODE, method)
    return row.coefficients if callable(row.coefficients) else functools.partial(_runge_kutta, *row.coefficients)


def _runge_kutta(a, b, f, y, t, dt):
    r"""$k_i = f(y + dt \sum_j a_{ij} k_j,\; t + c_i dt)$, then $y + dt \sum_i b_i k_i$.

    Source: Hairer, Norsett, Wanner, Solving Ordinary Differential Equations I (1993), II.1.
    """
    y, unpack = pack(y) if a else (y, lambda y: y)  # for one stage stacking does not pay
    slopes: list = []
    for row in ((), *a):
        here = unpack(_ahead(y, dt, row, slopes))
        slopes.append(_packed_like(y, f(here, t + sum(row) * dt if row else t)))
    return unpack(_ahead(y, dt, b, slopes))


def _ahead(y, dt, weights, slopes):
    """y + dt * (the weighted sum of slopes). The weights are numbers, so that zeros cost nothing."""
    terms = [(w, k) for w, k in zip(weights, slopes, strict=True) if w]
    if not terms:
        return y

    def add(y, *ks):
        return y + dt * functools.reduce(jnp.add, [k if w == 1 else w * k for (w, _), k in zip(terms, ks, strict=True)])

    return jax.tree.map(add, y, *(k for _, k in terms))


def exp_euler_step(f, y, t, dt):
    r"""$y + dt\,\varphi_1(dt\,a)\,f(y, t)$ with $a_i = \partial f_i / \partial y_i$, each state on its own diagonal.

    The elements of one array are taken to be independent of each other, as neurons are within one step; what couples them
    adds to a, which then is no longer the diagonal. The order is 1 in any case; it is 2 for a single equation without t,
    and linear equations with constant coefficients come out exact.
    """
    slopes, diagonal = linearised(f, y, t)
    return jax.tree.map(lambda y, k, a: y + dt * phi1(dt * a) * k, y, slopes, diagonal)


def linearised(f, y, t):
    r"""(f, $\partial f_i / \partial y_i$), each state on its own diagonal, both of the structure of y."""
    if not isinstance(y, tuple):
        return jax.jvp(lambda y: f(y, t), (y,), (jnp.ones_like(y),))
    zeros = tuple(map(jnp.zeros_like, y))
    slopes, diagonal = (), []
    for i, state in enumerate(y):
        only = (*zeros[:i], jnp.ones_like(state), *zeros[i + 1 :])
        slopes, along = jax.jvp(lambda y: f(y, t), (y,), (only,))
        diagonal.append(along[i])
    return tuple(slopes), tuple(diagonal)


def pack(y):
    """(one array, unpack): states of equal shape and dtype stacked into one, so that sums over them are one operation.

    What cannot be stacked stays as it is. Stack within a step and let the loop around it carry the states apart: a loop
    that carries them stacked runs no faster alone, half as fast under vmap, and compiles longer.
    """
    if not isinstance(y, tuple):
        return y, lambda y: y
    y = tuple(map(jnp.asarray, y))
    if len({(state.shape, state.dtype) for state in y}) != 1:
        return y, lambda y: y
    return jnp.stack(y), tuple


def _packed_like(y, slopes):
    """Slopes in the form of the packed states; a slope that is one number holds for all elements of its state."""
    if isinstance(y, tuple) or not isinstance(slopes, tuple):
        return slopes
    return jnp.stack([jnp.broadcast_to(k, y.shape[1:]) for k in slopes])


# Butcher tableaux: a = the rows under the first, empty one; b = weights. The times of the stages are the row sums of a.
ODE = MethodTable(
    (
        _row("euler", 1, (), (1,), "Euler (1768), Institutiones calculi integralis"),
        _row("midpoint", 2, ((1 / 2,),), (0, 1), "Runge (1895), Math. Ann. 46"),
        _row("heun2", 2, ((1,),), (1 / 2, 1 / 2), "Heun (1900), Z. Math. Phys. 45; the explicit trapezoid rule"),
        _row("ralston2", 2, ((2 / 3,),), (1 / 4, 3 / 4), "Ralston (1962), Math. Comp. 16: smallest error bound, 2 stages"),
        _row("rk2", 2, ((2 / 3,),), (1 / 4, 3 / 4), "the two-stage family with beta = 2/3, which is ralston2"),
        _row("rk3", 3, ((1 / 2,), (-1, 2)), (1 / 6, 2 / 3, 1 / 6), "Kutta (1901), Z. Math. Phys. 46"),
        _row("heun3", 3, ((1 / 3,), (0, 2 / 3)), (1 / 4, 0, 3 / 4), "Heun (1900), Z. Math. Phys. 45"),
        _row("ralston3", 3, ((1 / 2,), (0, 3 / 4)), (2 / 9, 1 / 3, 4 / 9), "Ralston (1962), Math. Comp. 16: 3 stages"),
        _row("ssprk3", 3, ((1,), (1 / 4, 1 / 4)), (1 / 6, 1 / 6, 2 / 3), "Shu and Osher (1988), J. Comput. Phys. 77"),
        _row(
            "rk4",
            4,
            ((1 / 2,), (0, 1 / 2), (0, 0, 1)),
            (1 / 6, 1 / 3, 1 / 3, 1 / 6),
            "Kutta (1901), Z. Math. Phys. 46: the classical method",
        ),
        _row(
            "ralston4",
            4,
            (
                (2 / 5,),
                ((-2889 + 1428 * _5) / 1024, (3785 - 1620 * _5) / 1024),
                ((-3365 + 2094 * _5) / 6040, (-975 - 3046 * _5) / 2552, (467040 + 203968 * _5) / 240845),
            ),
            (
                (263 + 24 * _5) / 1812,
                (125 - 1000 * _5) / 3828,
                1024 * (3346 + 1623 * _5) / 5924787,
                (30 - 4 * _5) / 123,
            ),
            "Ralston (1962), Math. Comp. 16: smallest error bound, 4 stages",
        ),
        _row(
            "rk38",
            4,
            ((1 / 3,), (-1 / 3, 1), (1, -1, 1)),
            (1 / 8, 3 / 8, 3 / 8, 1 / 8),
            "Kutta (1901), Z. Math. Phys. 46: the 3/8 rule",
        ),
        *EMBEDDED,
        Method(
            "exp_euler", "ode", 1, "MacGregor (1987), Neural and Brain Modeling; Pope (1963), Commun. ACM 6", exp_euler_step
        ),
        Method(
            "exp_rosenbrock_euler",
            "ode",
            2,
            "Pope (1963), Commun. ACM 6; Hochbruck et al. (2009), SIAM J. Numer. Anal. 47",
            exp_rosenbrock_euler_step,
        ),
        Method("etd2rk", "ode", 2, "Cox and Matthews (2002), J. Comput. Phys. 176", etd2rk_step),
        Method("strang", "ode", 2, "Strang (1968), SIAM J. Numer. Anal. 5: one state after the other", strang_step),
        Method(
            "backward_euler",
            "ode",
            1,
            "Hairer and Wanner (1996), IV.9: linearly implicit",
            backward_euler_step,
        ),
    )
)
