"""The two functions of which all exact steps are made, safe where the plain formula is 0/0."""

from __future__ import annotations

from .. import math as bm

NEAR = 1e-3  # below it the series is used: it is exact to rounding there, and so is its gradient


def mean_decay(a, b):
    """The mean of exp(-x) for x from a to b: (exp(-a) - exp(-b)) / (b - a), and exp(-a) where they are equal.

    What decays with one time constant while it feeds something that decays with another ends up in this form. No
    exponential here can overflow, and nothing is lost where a and b are nearly the same.

    >>> mean_decay(0.0, 1.0), mean_decay(2.0, 2.0)
    (Array(0.63212055, dtype=float32), Array(0.13533528, dtype=float32))
    """
    low, high = bm.minimum(a, b), bm.maximum(a, b)
    gap = high - low  # not abs(b - a): at a = b JAX takes its slope to be 1, this one's is 0, as it must be
    near = gap < NEAR
    safe = bm.where(near, 1.0, gap)  # without it the value is right but the gradient is NaN at a = b
    series = 1 - gap / 2 * (1 - gap / 3 * (1 - gap / 4 * (1 - gap / 5)))
    return bm.exp(-low) * bm.where(near, series, -bm.expm1(-safe) / safe)


def log_ratio(q):
    """log(q) / (q - 1), and 1 at q = 1.

    >>> log_ratio(2.0), log_ratio(1.0)
    (Array(0.6931472, dtype=float32), Array(1., dtype=float32))
    """
    d = q - 1
    near = abs(d) < NEAR
    safe = bm.where(near, 2.0, q)
    series = 1 - d * (1 / 2 - d * (1 / 3 - d * (1 / 4 - d / 5)))
    return bm.where(near, series, bm.log(safe) / (safe - 1))
