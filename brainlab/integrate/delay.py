"""Delay: what a network remembers of the last steps, for synapses whose signals take time."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from ..math._array import Array, box, raw, unbox
from ..math._where import place, user_frame
from ..math.module import Module
from ..math.variable import Variable
from ._equation import numbers
from ._mesh import check_step
from .errors import IntegrateError


class Delay(Module):
    """A ring buffer: values that are pushed in come out a fixed number of steps later. In each step read first, then push.

    like  : what is pushed: an array like it, which is also what is read before anything was pushed; or a shape, for zeros
    delay : one number, or one for each element (an array that fits `like`), in the unit of dt
    dt    : the step
    round : take the nearest number of steps where dt does not divide the delay; otherwise that is an error

    The ring counts steps, it has no clock, so it is exact however long a run is.

    >>> import brainlab as bl, brainlab.math as bm
    >>> axon = bl.Delay(2, delay=[1.0, 2.0], dt=1.0)
    >>> def step(x):
    ...     arriving = axon.read()
    ...     axon.push(x)
    ...     return arriving
    >>> bm.for_loop(step, bm.array([[1., 1.], [2., 2.], [3., 3.], [4., 4.]]))
    Array([[0., 0.],
           [1., 0.],
           [2., 1.],
           [3., 2.]], dtype=float32)

    Errors: a delay below dt, or one that is no whole number of steps; a push of another shape.
    """

    def __init__(self, like, delay, dt, round: bool = False):
        if isinstance(like, int | tuple) and not isinstance(like, bool):
            like = np.zeros(like)
        start = jnp.asarray(unbox(numbers("like", like)))
        self.delay, self.dt, self.shape = delay, check_step(dt), start.shape
        self.steps = _whole_steps(delay, float(unbox(dt)), start.shape, round)
        self.longest = int(self.steps.max())
        self.start = start
        self.ring = Variable(jnp.repeat(start[None], self.longest, axis=0))
        self.at = Variable(jnp.int32(0))  # the place of the next push: a step number would end at 2**31

    def read(self) -> Array:
        """What was pushed `delay` before the push that comes next."""
        rows = (raw(self.at.value) - self.steps) % self.longest
        ring = raw(self.ring.value)
        return box(ring[rows] if rows.ndim == 0 else jnp.take_along_axis(ring, rows[None], axis=0)[0])

    def push(self, x):
        """Put in the value of this step."""
        if np.shape(unbox(x)) != self.shape:
            raise IntegrateError(
                f"a value of shape {np.shape(unbox(x))} is pushed into a Delay of shape {self.shape}.",
                place(user_frame()),
                "each element has a past of its own",
                f"bl.Delay({np.shape(unbox(x))}, ...)",
            )
        self.ring[self.at.value] = x
        self.at.value = (self.at.value + 1) % self.longest

    def reset(self):
        """Forget what was pushed."""
        self.ring.value = jnp.broadcast_to(self.start, self.ring.shape)
        self.at.value = 0


def _whole_steps(delay, dt, shape, nearest):
    """The delays as numbers of steps: one, or an array of the shape of what is delayed."""
    delays = np.asarray(unbox(numbers("delay", delay)), np.float64)
    if delays.ndim and delays.shape != shape:
        raise IntegrateError(
            f"delay has shape {delays.shape}, and what is delayed has shape {shape}.",
            place(user_frame()),
            "there is one delay for all elements or one for each",
            "delay=1.0",
        )
    exact = delays / dt
    steps = np.rint(exact)
    for tau, n, whole in zip(delays.flat, exact.flat, steps.flat, strict=True):
        if not np.isfinite(n) or n < 1 - 1e-6:
            raise IntegrateError(
                f"delay = {tau:g} is shorter than the step dt = {dt:g}.",
                place(user_frame()),
                "what is pushed in one step can be read in the next one at the earliest",
                f"delay={dt:g}   # or a smaller dt",
            )
        if abs(n - whole) > 1e-6 * whole + 1e-6 and not nearest:  # float32(0.1) still divides 1
            raise IntegrateError(
                f"delay = {tau:g} is {n:g} steps of dt = {dt:g}, not a whole number.",
                place(user_frame()),
                "a network knows its past at its own steps only",
                f"delay={whole * dt:g}   # or round=True",
            )
    return steps.astype(np.int32)
