"""Cells on a ring: where they are, what lies between them, and what they receive through weights that only ask how far."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np


def positions(size: int, length: float = 2 * np.pi) -> np.ndarray:
    """(size,): around the ring, from -length/2 on. The other end is the same place, and is not there a second time.

    >>> positions(4, 8.0)
    array([-4., -2.,  0.,  2.])
    """
    return (np.arange(size) - size // 2) * (length / size)


def wrap(angle):
    """The same angle between -pi and pi, as rad: raw JAX.

    >>> [round(float(x), 3) for x in wrap(np.array([0.5, 6.0]))]
    [0.5, -0.283]
    """
    return jnp.remainder(angle + jnp.pi, 2 * jnp.pi) - jnp.pi


def steps_to(size: int, length: float = 2 * np.pi) -> np.ndarray:
    """(size,): how far each cell is from cell 0, the short way round, with a sign."""
    return np.roll(positions(size, length), -(size // 2))


def through(weights_spectrum, activity):
    """What every cell receives: the circular convolution, by FFT. weights_spectrum: `rfft` of the weights by distance."""
    return jnp.fft.irfft(weights_spectrum * jnp.fft.rfft(activity), activity.shape[-1])


def population_vector(activity):
    """(...) rad: each cell pulls to where it stands, as strongly as it is active (..., size). No activity: NaN. Raw JAX."""
    x = positions(activity.shape[-1])
    east, north = activity @ jnp.cos(x).astype(activity.dtype), activity @ jnp.sin(x).astype(activity.dtype)
    return jnp.where((east == 0) & (north == 0), jnp.nan, jnp.arctan2(north, east))
