"""FractionalStep: what `bl.fdeint` returns. A step that keeps its past in Variables."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from ..math._array import raw, unbox
from ..math._program import call
from ..math._trace import discover, is_tracer, local
from ..math._where import place, user_frame
from ..math.module import Module
from ..math.variable import Variable
from ._equation import Equation, numbers
from ._fde_engine import finish_step, flatten, on_vectors, summed
from ._fde_methods import FDE, weights
from ._fde_problem import check_alpha, check_memory
from ._mesh import check_step
from ._methods import find_method
from .errors import IntegrateError


class FractionalStep(Module):
    """step(x, t, *args) -> x at t + dt, for an equation of fractional order.

    The past is a ring: what was remembered in step i lies at i modulo its length.
    """

    def __init__(self, fun, alpha, method, dt, memory, steps):
        row = find_method(FDE, method)
        self.equation, self.fun, self.method, self.rule = Equation(fun), fun, row.name, row.coefficients
        self.alpha, self.dt, self.memory = check_alpha(alpha, row), check_step(dt), memory
        self._check_known()
        self.dt = float(unbox(dt))
        if isinstance(steps, bool) or not isinstance(steps, int | np.integer) or steps < 1:
            raise IntegrateError(
                f"steps = {steps!r:.40}: the room for the past is a whole number of steps, 1 or more.",
                place(user_frame()),
                try_="steps=10_000",
            )
        remembered = check_memory(memory, self.dt, row, f"or {method} with memory=None")
        self.room = int(steps if remembered is None else remembered)
        self.weights = weights(self.rule, self.alpha, self.room)
        self.past = self.start = self.count = None  # Variables from the first step on, which knows the shapes

    def __call__(self, *given, **named):
        states, t, args, named = self.equation.bind(given, named)
        states, t, n = tuple(map(numbers, self.equation.states, states)), numbers("t", t), len(states)
        self._check_room()

        def inline(t, past, scale, *given, **named):
            field = self.equation.field(given[n:], named)
            y = self.equation.floats(given[:n] if n > 1 else given[0])
            slopes = discover("fdeint", field, y, raw(t)).out
            y = jax.tree.map(lambda y, slope: y.astype(jnp.result_type(y, slope)), y, slopes)
            x, back = flatten(y)
            self._begin(x)
            return back(self._step(on_vectors(field, back), x, raw(t), raw(past), raw(scale)))

        scale = self.dt**self.alpha
        return call("fdeint", inline, (self.fun,), (t, self.weights, scale, *states, *args), named, (self, n))

    def _step(self, f, x, t, past, scale):
        count, room = raw(self.count), self.room
        start = jnp.where(count == 0, x, raw(self.start))
        memory = scale.astype(x.dtype) * f(x, t) if self.rule.remembers == "slopes" else x - start
        ring = raw(self.past).at[count % room].set(memory)
        age = (count - jnp.arange(room)) % room  # of each place in the ring, in steps; what is older than all is not yet
        kernel = jnp.where(age <= count, past.past.astype(x.dtype)[:, age], 0)
        first = past.first.astype(x.dtype)[:, jnp.minimum(count, room - 1)]
        sums = summed(kernel, jnp.where((age <= count)[:, None], ring, 0)) + first[:, None] * ring[0]
        x = finish_step(self.rule, f, x, start, sums, t + self.dt, jnp.asarray(past.new * scale, x.dtype))
        full = (count >= room) & (self.memory is None)
        self.past, self.start, self.count = ring, start, count + 1
        return jnp.where(full, jnp.nan, x)

    def reset(self):
        """Forget the past: the next step is the first one."""
        if self.count is not None:
            self.count = 0

    def _begin(self, x):
        """Make the Variables when the first step, which may already be traced, shows how long its vectors are.

        They belong to this object, which is older than the trace: so they are as old as it is.
        """
        if self.count is None:
            with jax.ensure_compile_time_eval():
                values = {"past": jnp.zeros((self.room, *x.shape), x.dtype), "start": jnp.zeros_like(x, shape=x.shape)}
                values["count"] = jnp.zeros((), jnp.int32)
                for name, value in values.items():
                    variable = Variable(value, name=f"{type(self).__name__}.{name}")
                    variable._born = self._born
                    object.__setattr__(self, name, variable)
        if self.start.shape != x.shape:
            raise IntegrateError(
                f"the state has {x.size} elements now; the past was made of states with {self.start.size}.",
                place(user_frame()),
                "a step remembers one solution",
                "another bl.fdeint(...) for the other one",
            )

    def _check_known(self):
        """The weights are computed once, when the step is made."""
        traced = [name for name in ("alpha", "dt", "memory") if is_tracer(unbox(getattr(self, name)))]
        if traced or self.alpha > 1:
            raise IntegrateError(
                f"{traced[0]} is not known yet." if traced else f"alpha = {self.alpha:g}: a step is for alpha up to 1.",
                place(user_frame()),
                "a step that remembers has its weights from the start, for one alpha and equal steps"
                if traced
                else "above 1 the solution begins with a slope as well",
                "bl.solve_fde(f, alpha, [x0], t0, t1, steps=100)"
                if traced
                else f"bl.solve_fde(f, {self.alpha:g}, [x0, v0], t0, t1, dt={self.dt})",
            )

    def _check_room(self):
        if self.count is None or self.memory is not None or local.stack:
            return
        count = unbox(self.count.value)
        if not is_tracer(count) and int(count) >= self.room:
            raise IntegrateError(
                f"the past of {self.equation.name} is full: there was room for {self.room} steps.",
                place(user_frame()),
                "each step needs all steps before it; to leave some out in silence would be another equation",
                f"bl.fdeint(..., steps={10 * self.room}), or step.reset() before a new run",
            )

    def __get__(self, owner, cls=None):
        """As a method: `self` is not a state. Each access would begin a new past, so it is refused."""
        if owner is None:
            return self
        raise IntegrateError(
            f"{self.equation.name} is a method, and its step remembers one past for all objects.",
            place(user_frame()),
            "every object needs a past of its own",
            "self.step = bl.fdeint(self.f, alpha=0.8)   # in __init__",
        )

    def __repr__(self):
        return f"<bl.fdeint of {self.equation.name}: {self.method}, alpha={self.alpha:g}, dt={self.dt:g}>"
