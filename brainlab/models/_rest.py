"""Where a model rests: the fixed point of one variable, with a gradient."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import lax

POINTS = 256  # looked at first, to tell the lowest of several fixed points from the others


def lowest_root(f, low, high):
    """The lowest x between `low` and `high` where f goes from below 0 to above. Raw JAX, for code that is compiled.

    f         : of x (...), increasing through the root; negative at `low`, positive at `high`
    low, high : numbers or arrays (neuron,)

    >>> lowest_root(lambda x: (x + 1) * x * (x - 2), -3.0, 3.0)
    Array(-1., dtype=float32)
    """
    shape = 0.0 * f(0.5 * (jnp.asarray(low) + high))  # of all parameters together
    grid = jnp.linspace(*lax.stop_gradient((low + shape, high + shape)), POINTS)
    first = jnp.maximum(jnp.argmax(f(grid) >= 0, axis=0), 1)  # far out a rate may be inf/inf, NaN: it is not this side
    low, high = (jnp.take_along_axis(grid, (first - back)[None], axis=0)[0] for back in (1, 0))

    def halve(_, ends):
        low, high = ends
        middle = 0.5 * (low + high)
        below = ~(f(middle) >= 0)
        return jnp.where(below, middle, low), jnp.where(below, high, middle)

    low, high = lax.stop_gradient(lax.fori_loop(0, 60, halve, (low, high)))
    # One Newton step: bisection has no gradient, this has the right one (of the implicit function).
    x = 0.5 * (low + high)
    _, slope = jax.jvp(f, (x,), (jnp.ones_like(x),))
    slope = lax.stop_gradient(slope)
    steep = jnp.abs(slope) > 1e-6
    step = jnp.where(steep, f(x) / jnp.where(steep, slope, 1.0), 0.0)
    return x - jnp.where(jnp.abs(step) < 0.1, step, 0.0)


def rest_of_membrane(model, I, *reversals):
    """mV; where the currents of a conductance model with settled gates add up to I: the lowest such V.

    Below all reversal potentials the ionic current is inward, above all outward: there is one between them.
    """

    def outward(V):
        gates = model.steady(V)
        return jax.tree.leaves(sum(model.currents(V, *gates)))[0] - I

    ends = jnp.stack(jnp.broadcast_arrays(*reversals))
    reach = 1.0 + 100.0 * jnp.abs(I)  # mV; far enough that even a small leak carries the current I
    return lowest_root(outward, ends.min(0) - reach, ends.max(0) + reach)
