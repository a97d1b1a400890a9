"""The methods of fractional differential equations: their weights, which are the memory, and one table."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from ..math._trace import is_tracer
from ._methods import Method, MethodTable


class Order(float):
    """The order of convergence where it depends on alpha. As a number it is the one at alpha = 1.

    >>> order = Order("min(2, 1+alpha)", lambda alpha: min(2, 1 + alpha))
    >>> order.at(0.5), float(order), f"{order}"
    (1.5, 2.0, 'min(2, 1+alpha)')
    """

    at: Callable[[float], float]

    def __new__(cls, text: str, at: Callable[[float], float]):
        self = super().__new__(cls, at(1.0))
        self.text, self.at = text, at
        return self

    def __format__(self, spec):
        return self.text


class Weights(NamedTuple):
    """What a method multiplies its past with; one row for each formula (a predictor has its own)."""

    past: Any  # (row, steps): of what is 0, 1, 2, ... steps old
    first: Any  # (row, steps): added for the very first element of the past, in step 1, 2, 3, ...
    new: Any  # of the slope at the end of the step


@dataclass(frozen=True)
class Rule:
    r"""How one step follows from the past: $x_n = T_n + \sum_j w_{n-j} z_j + w_\mathrm{new} h^\alpha f(x_n, t_n)$.

    T is the Taylor polynomial of the start: y(0), or y(0) + y'(0) t. z is what is remembered: the slopes $h^\alpha f_j$ of
    methods that integrate the equation, the states $x_j - T_j$ of methods that differentiate the solution.
    """

    weights: Callable[..., Weights]  # (alpha, steps, numpy or jax.numpy)
    remembers: str  # "slopes" or "states"
    new: str  # "unused", "predicted" or "solved": how the slope at the end of the step is found
    below: float = 2.0  # the alphas it is for; 1 is allowed in any case


def weights(rule: Rule, alpha, steps: int) -> Weights:
    """On the host in float64, whatever the states are; of an alpha that is traced (vmap, grad) in its own precision.

    No formula below subtracts two nearly equal numbers: (k+1)**alpha - k**alpha as it stands is wrong by 1.6 % in float32
    from k = 10_000 on.
    """
    return rule.weights(alpha, steps, jnp if is_tracer(alpha) else np)


def _gamma(x):
    return jax.scipy.special.gamma(x) if is_tracer(x) else math.gamma(x)


def _from_one(first, rest, xp):
    """The formulas below are for k = 2, 3, ...; k = 1 has its own."""
    return xp.concatenate([xp.reshape(xp.asarray(first, dtype=float), (1,)), rest])


def _bend(power, x, xp):
    r"""$(1 + x)^p - 1 - p x$ for |x| <= 1/2, by the binomial series."""
    j = np.arange(2.0, 51)  # (1/2)**50 is below the rounding of float64
    binomials = power * xp.cumprod((power + 1 - j) / j)
    return x**2 * xp.polyval(binomials[::-1], x)


def _differences(power, steps, xp):
    r"""$(k+1)^p - 2 k^p + (k-1)^p$ for k = 1 ... steps."""
    k = np.arange(2.0, steps + 1)
    return _from_one(2.0**power - 2, k**power * (_bend(power, 1 / k, xp) + _bend(power, -1 / k, xp)), xp)


def _rectangles(alpha, steps, xp):
    r"""$(k^\alpha - (k-1)^\alpha) / \Gamma(1 + \alpha)$: the slope is constant within a step."""
    k = np.arange(2.0, steps + 1)
    past = _from_one(1.0, -(k**alpha) * xp.expm1(alpha * np.log1p(-1 / k)), xp) / _gamma(1 + alpha)
    return Weights(past[None], 0 * past[None], 0.0)


def _trapezoids(alpha, steps, xp):
    r"""$((k+1)^{\alpha+1} - 2 k^{\alpha+1} + (k-1)^{\alpha+1}) / \Gamma(\alpha + 2)$: straight lines between the slopes."""
    k, scale = np.arange(2.0, steps + 1), _gamma(alpha + 2)
    past = _differences(alpha + 1, steps, xp)
    oldest = _from_one(alpha, k ** (alpha + 1) * _bend(alpha + 1, -1 / k, xp), xp)  # it has a line on one side only
    return Weights(past[None] / scale, (oldest - past)[None] / scale, 1 / scale)


def _predictor_corrector(alpha, steps, xp):
    predictor, corrector = _rectangles(alpha, steps, xp), _trapezoids(alpha, steps, xp)
    both = (xp.concatenate(pair) for pair in zip(predictor[:2], corrector[:2], strict=True))
    return Weights(*both, corrector.new)


def _grunwald_letnikov(alpha, steps, xp):
    r"""$-(-1)^k \binom{\alpha}{k}$."""
    past = -xp.cumprod(1 - (alpha + 1) / np.arange(1.0, steps + 1))
    return Weights(past[None], 0 * past[None], 1.0)


def _l1(alpha, steps, xp):
    r"""$-((k+1)^{1-\alpha} - 2 k^{1-\alpha} + (k-1)^{1-\alpha})$: straight lines between the states."""
    past = -_differences(1 - alpha, steps, xp)
    return Weights(past[None], 0 * past[None], _gamma(2 - alpha))


FDE = MethodTable(
    (
        Method(
            "caputo_euler",
            "fde",
            Order("1", lambda alpha: 1),
            "Diethelm, Ford, Freed (2002), Nonlinear Dynamics 29: their predictor; explicit product rectangles",
            Rule(_rectangles, "slopes", "unused"),
        ),
        Method(
            "l1_implicit",
            "fde",
            Order("2-alpha", lambda alpha: 2 - alpha),
            "Oldham, Spanier (1974), The Fractional Calculus; Lin, Xu (2007), J. Comput. Phys. 225; "
            "order 1 where y ~ t**alpha at the start: Jin, Lazarov, Zhou (2016), IMA J. Numer. Anal. 36",
            Rule(_l1, "states", "solved", below=1.0),
        ),
        Method(
            "gl",
            "fde",
            Order("1", lambda alpha: 1),
            "Gruenwald (1867), Letnikov (1868), on y - y(0), implicit; Lubich (1986), SIAM J. Math. Anal. 17",
            Rule(_grunwald_letnikov, "states", "solved"),
        ),
        Method(
            "pece",
            "fde",
            Order("min(2, 1+alpha)", lambda alpha: min(2, 1 + alpha)),
            "Diethelm, Ford, Freed (2002), Nonlinear Dynamics 29: fractional Adams-Bashforth-Moulton",
            Rule(_predictor_corrector, "slopes", "predicted"),
        ),
        Method(
            "pi_trapezoid",
            "fde",
            Order("2", lambda alpha: 2),
            "Young (1954), Proc. R. Soc. A 224; Garrappa (2018), Mathematics 6: implicit product trapezoids; "
            "order 1+alpha where y ~ t**alpha at the start",
            Rule(_trapezoids, "slopes", "solved"),
        ),
    )
)
