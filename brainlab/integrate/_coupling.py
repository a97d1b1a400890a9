"""Which elements of a state depend on each other: what decides how large the Jacobian of a step has to be."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax.extend.core import Literal
from jax.flatten_util import ravel_pytree

# Operations of JAX that compute each element of the result from the same element of the operands.
_ELEMENTWISE = frozenset(
    "abs acos acosh add add_any and asin asinh atan atan2 atanh cbrt ceil clamp convert_element_type copy copy_p cos "
    "cosh digamma div eq erf erf_inv erfc exp exp2 expm1 floor ge gt integer_pow is_finite le lgamma log log1p logistic "
    "lt max min mul ne neg nextafter not or pow rem round rsqrt select_n sign sin sinh sqrt square stop_gradient sub "
    "tan tanh xor".split()
)


class Vectors(NamedTuple):
    """The equation in the form of vectors (..., d): one for each group of elements that are coupled."""

    y: jax.Array
    field: Callable  # of (vectors, t): their slopes
    back: Callable  # from vectors to the form that the state had

    def jacobian(self, t):
        """(..., d, d): the derivatives of the slopes by the elements of the same vector."""
        directions = jnp.eye(self.y.shape[-1], dtype=self.y.dtype)
        along = lambda e: jax.jvp(lambda y: self.field(y, t), (self.y,), (jnp.broadcast_to(e, self.y.shape),))[1]  # noqa: E731
        return jax.vmap(along, out_axes=-1)(directions)


def vectors(f, y, t) -> Vectors:
    """The state as vectors.

    Several states of one shape are one vector for each element (one neuron with its V, m, h, n), if f computes each
    element from the same element of the states alone; f is traced to see that. Anything else is one vector of everything:
    a state (d,) as in Lorenz's equations, states with a matrix between their elements.
    """
    states = tuple(map(jnp.asarray, y if isinstance(y, tuple) else (y,)))

    def slopes(states, t):
        out = f(tuple(states) if isinstance(y, tuple) else states[0], t)
        out = out if isinstance(out, tuple | list) and isinstance(y, tuple) else (out,)
        return tuple(jnp.broadcast_to(jnp.asarray(k, s.dtype), s.shape) for k, s in zip(out, states, strict=True))

    def like(states):
        return tuple(states) if isinstance(y, tuple) else states[0]

    if independent(slopes, states, t):
        split = lambda v: [v[..., i] for i in range(len(states))]  # noqa: E731
        return Vectors(jnp.stack(states, -1), lambda v, t: jnp.stack(slopes(split(v), t), -1), lambda v: like(split(v)))
    flat, split = ravel_pytree(states)
    return Vectors(flat, lambda v, t: ravel_pytree(slopes(split(v), t))[0], lambda v: like(split(v)))


def independent(f, states: tuple, t) -> bool:
    """Are the states of one shape, and f computes each element from the same element of the states?

    What is not known to do so counts as coupled: that costs time, the other error would cost the order.

    >>> x = jnp.ones(3)
    >>> independent(lambda y, t: (y[1], -y[0] + t), (x, x), 0.0), independent(lambda y, t: (y[1], -y[0].sum()), (x, x), 0.0)
    (True, False)
    """
    if len({(s.shape, s.dtype) for s in states}) != 1:
        return False
    traced = jax.make_jaxpr(f)(states, t).jaxpr
    return _walk(traced, [True] * len(states) + [False], states[0].shape) is not None


def _walk(jaxpr, given: list[bool], shape):
    """Which results depend on the state, elementwise; None if one does otherwise. given: which of the operands do."""
    depends = dict(zip(jaxpr.invars, given, strict=True))

    def state(v):
        return not isinstance(v, Literal) and depends.get(v, False)

    for op in jaxpr.eqns:
        operands = [state(v) for v in op.invars]
        inner = op.params.get("jaxpr") or op.params.get("call_jaxpr")
        if not any(operands):
            found = [False] * len(op.outvars)
        elif op.primitive.name in ("jit", "pjit", "closed_call", "custom_jvp_call") and inner is not None:
            found = _walk(getattr(inner, "jaxpr", inner), operands, shape)
        elif op.primitive.name in _ELEMENTWISE and all(v.aval.shape == shape for v in op.outvars):
            found = [True] * len(op.outvars)
        else:
            found = None
        if found is None:
            return None
        depends.update(zip(op.outvars, found, strict=True))
    return [state(v) for v in jaxpr.outvars]
