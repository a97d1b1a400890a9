"""What continuation asks of a field: its value and its derivatives, in float64 whatever the rest of the session uses."""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
import numpy as np


class Derivatives:
    """The field of a `System` and its derivatives by the states and by some of its parameters: NumPy in, NumPy out.

    Folds and Hopf points are found where something is zero, which 32-bit numbers cannot say. So every call is made under
    `jax.enable_x64`, and everything around it is NumPy, which has 64 bits anyway. JAX keeps what it compiled for 64 bits
    apart from the rest. Values of parameters are arguments: another one compiles nothing.
    """

    def __init__(self, system, *names: str):
        self.field, self.names, self.n = system.field, names, len(system.states)
        with jax.enable_x64(True):
            self.p = system.dtyped()

    def linear(self, z) -> tuple[np.ndarray, np.ndarray]:
        """f (n,) and its Jacobian (n, n + k) at z = (states, k parameters)."""
        with jax.enable_x64(True):
            both = np.asarray(_linear(self.field, self.names, z, self.p))
        return both[:, 0], both[:, 1:]

    def linear_many(self, z) -> tuple[np.ndarray, np.ndarray]:
        """The same at many points: z (points, n + k) -> f (points, n), Jacobians (points, n, n + k)."""
        with jax.enable_x64(True):
            both = np.asarray(_linear_many(self.field, self.names, z, self.p))
        return both[..., 0], both[..., 1:]

    def along(self, z, directions) -> tuple[np.ndarray, np.ndarray]:
        """Second and third derivatives of f along straight lines through the states: (lines, n) -> (lines, n) twice."""
        with jax.enable_x64(True):
            second, third = _along(self.field, self.names, z, directions, self.p)
            return np.asarray(second), np.asarray(third)

    def extended(self, equations, z, *fixed) -> tuple[np.ndarray, np.ndarray]:
        """equations(f, z, *fixed) -> (m,) and its Jacobian (m, len(z)), where f(y, parameters) is the field."""
        with jax.enable_x64(True):
            both = np.asarray(_extended(self.field, self.names, equations, z, fixed, self.p))
        return both[:, 0], both[:, 1:]


def _at(field, names, p):
    def f(y, values):
        return field(y, {**p, **dict(zip(names, values, strict=True))})

    return f


def _with_jacobian(f, z):
    """f(z) and Df(z) side by side: (m, 1 + len(z)). One array, since each result costs a transfer."""
    value, push = jax.linearize(f, z)
    columns = jax.vmap(push, out_axes=-1)(jnp.eye(len(z), dtype=z.dtype))
    return jnp.concatenate([value[:, None], columns], axis=1)


@functools.partial(jax.jit, static_argnames=("field", "names"))
def _linear(field, names, z, p):
    f, n = _at(field, names, p), len(z) - len(names)
    return _with_jacobian(lambda z: f(z[:n], z[n:]), z)


@functools.partial(jax.jit, static_argnames=("field", "names"))
def _linear_many(field, names, z, p):
    f, n = _at(field, names, p), z.shape[1] - len(names)
    return jax.vmap(lambda z: _with_jacobian(lambda z: f(z[:n], z[n:]), z))(z)


@functools.partial(jax.jit, static_argnames=("field", "names"))
def _along(field, names, z, directions, p):
    f, n = _at(field, names, p), directions.shape[1]
    zero, one = jnp.zeros((), z.dtype), jnp.ones((), z.dtype)

    def on_line(direction):
        def derivative(g):
            return lambda s: jax.jvp(g, (s,), (one,))[1]

        second = derivative(derivative(lambda s: f(z[:n] + s * direction, z[n:])))
        return jax.jvp(second, (zero,), (one,))

    return jax.vmap(on_line)(directions)


@functools.partial(jax.jit, static_argnames=("field", "names", "equations"))
def _extended(field, names, equations, z, fixed, p):
    f = _at(field, names, p)
    return _with_jacobian(lambda z: equations(f, z, *fixed), z)
