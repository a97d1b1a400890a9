"""Weight initialisers: how strong synapses are. Each is called as `init(shape, rng)` when a rule has drawn the synapses.

>>> import brainlab as bl
>>> bl.connect.FixedOutDegree(2)(3, 3, weight=bl.connect.Constant(0.5)).dense().sum(axis=1)
Array([1., 1., 1.], dtype=float32)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ._checks import finite, positive
from .errors import ConnectError


@dataclass(frozen=True)
class Constant:
    """Every weight is `value`.

    >>> Constant(0.5)((3,), np.random.default_rng(0))
    array([0.5, 0.5, 0.5])
    """

    value: float

    def __post_init__(self):
        finite("Constant: value", self.value, "Constant(0.5)")

    def __call__(self, shape, rng):
        return np.full(shape, float(self.value))


@dataclass(frozen=True)
class Normal:
    """Gaussian with `mean` and standard deviation `std`. With a `std` near the mean some weights have the other sign:
    the neuron is then excitatory to some and inhibitory to others, against Dale's law; LogNormal and Gamma keep the sign.

    >>> Normal(1.0, 0.1)((100_000,), np.random.default_rng(0)).std().round(3)
    np.float64(0.1)
    """

    mean: float
    std: float

    def __post_init__(self):
        finite("Normal: mean", self.mean, "Normal(1.0, 0.1)")
        positive("Normal: std", self.std, "Normal(1.0, 0.1)")

    def __call__(self, shape, rng):
        return rng.normal(self.mean, self.std, shape)


@dataclass(frozen=True)
class Uniform:
    """Anything from `low` to `high`, equally likely.

    >>> Uniform(0.0, 1.0)((100_000,), np.random.default_rng(0)).mean().round(2)
    np.float64(0.5)
    """

    low: float
    high: float

    def __post_init__(self):
        low, high = finite("Uniform: low", self.low), finite("Uniform: high", self.high)
        if low >= high:
            raise ConnectError(
                f"Uniform(low={low:g}, high={high:g}): low must be below high.",
                try_=f"Uniform({high:g}, {low:g})" if low > high else f"Constant({low:g})",
            )

    def __call__(self, shape, rng):
        return rng.uniform(self.low, self.high, shape)


@dataclass(frozen=True)
class LogNormal:
    r"""Weights whose logarithm is Gaussian: many weak synapses and a few strong ones, all of the sign of `mean`.

    mean, std : of the weights themselves, not of their logarithms; $\sigma^2 = \ln(1 + std^2/mean^2)$,
                $\mu = \ln|mean| - \sigma^2/2$

    Source: found in cortex by Song, Sjostrom, Reigl, Nelson & Chklovskii, PLoS Biol. 3 (2005) e68.

    >>> LogNormal(-1.0, 0.5)((100_000,), np.random.default_rng(0)).mean().round(2)
    np.float64(-1.0)
    """

    mean: float
    std: float

    def __post_init__(self):
        positive("LogNormal: std", self.std, "LogNormal(1.0, 0.5)")
        _not_zero("LogNormal", self.mean)

    def __call__(self, shape, rng):
        variance = np.log1p((self.std / self.mean) ** 2)
        return np.sign(self.mean) * rng.lognormal(np.log(abs(self.mean)) - variance / 2, np.sqrt(variance), shape)


@dataclass(frozen=True)
class Gamma:
    r"""Gamma-distributed weights with `mean` and `std`, all of the sign of `mean`: shape $mean^2/std^2$; `std = mean` is
    the exponential distribution.

    >>> Gamma(2.0, 0.5)((100_000,), np.random.default_rng(0)).std().round(2)
    np.float64(0.5)
    """

    mean: float
    std: float

    def __post_init__(self):
        positive("Gamma: std", self.std, "Gamma(1.0, 0.5)")
        _not_zero("Gamma", self.mean)

    def __call__(self, shape, rng):
        return rng.gamma((self.mean / self.std) ** 2, self.std**2 / abs(self.mean), shape) * np.sign(self.mean)


def _not_zero(name, mean):
    if finite(f"{name}: mean", mean, f"{name}(1.0, 0.5)") == 0:
        raise ConnectError(
            f"{name}: mean = 0: all weights have the sign of their mean, and 0 has none.", try_=f"{name}(1.0, 0.5)"
        )
