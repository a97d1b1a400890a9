"""What a digit can look like: its mean, and a few directions in which it varies."""

from __future__ import annotations

import numpy as np


def appearance(images, directions: int):
    r"""Probabilistic PCA: (mu, U, s2) of x = mu + U z + noise, with z standard normal and noise of variance s2.

    U holds the first principal directions, each as long as the spread along it beyond the noise; s2 is the mean variance
    along all others. These are the most probable values, in closed form.

    images  : (n, pixels); directions : Q, how many
    returns : mu (pixels,), U (pixels, Q), s2

    Source: Tipping & Bishop, J. R. Statist. Soc. B 61 (1999) 611, eqs. 7 and 8.

    >>> line = np.outer(np.linspace(-1, 1, 5), [3.0, 4.0])
    >>> mu, U, s2 = appearance(line, 1)
    >>> abs(U[:, 0]).round(2), float(round(s2, 6))
    (array([2.12, 2.83]), 0.0)
    """
    images = np.asarray(images, float)
    mu = images.mean(0)
    spread, axes = np.linalg.eigh((images - mu).T @ (images - mu) / len(images))  # smallest first
    s2 = spread[:-directions].mean()
    return mu, axes[:, -directions:] * np.sqrt(np.maximum(spread[-directions:] - s2, 0)), s2
