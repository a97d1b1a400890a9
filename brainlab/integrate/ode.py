"""Ordinary differential equations: odeint makes a step, solve_ode a whole solution."""

from __future__ import annotations

import functools
import math

import jax
import jax.numpy as jnp
import numpy as np

from ..math._array import box, raw, unbox
from ..math._program import call
from ..math._trace import discover, is_tracer, local
from ..math._where import place, user_frame
from ..math.loops import scan
from ._equation import Equation, check_step, numbers
from ._methods import find_method
from ._steppers import ODE, pack, stepper
from .errors import IntegrateError
from .solution import Solution, check_finite

MOST_STEPS = 2**30  # a solution of one number in each row would take 8 GB


def odeint(f=None, method: str = "rk4", dt: float = 0.01):
    r"""A function that makes one step of $dx/dt = f(x, t, \ldots)$.

    f       : f(x, t, *args) -> dx/dt. Several states: f(x, y, t, *args) -> (dx, dy); the states are what stands before t
    method  : a name from `bl.methods("ode")`
    dt      : the step, in the unit of time of f
    returns : step(x, t, *args) -> x at t + dt; for several states step(x, y, t, *args) -> (x, y). `dt=` takes another step.

    >>> import brainlab as bl
    >>> step = bl.odeint(lambda x, t, tau: -x / tau, method="rk4", dt=0.1)
    >>> step(1.0, 0.0, 10.0)
    Array(0.99004984, dtype=float32)

    It is a decorator as well, also of methods:

    >>> @bl.odeint(method="euler", dt=0.1)
    ... def spring(x, v, t, k=1.0):
    ...     return v, -k * x
    >>> spring(1.0, 0.0, t=0.0)
    (Array(1., dtype=float32), Array(-0.1, dtype=float32))
    """
    if f is None:
        return functools.partial(odeint, method=method, dt=dt)
    return Step(f, method, dt)


class Step:
    """What `bl.odeint` returns."""

    def __init__(self, fun, method, dt):
        self.method, self.dt = find_method(ODE, method).name, check_step(dt)
        self.equation, self.fun = Equation(fun), fun
        functools.update_wrapper(self, fun, updated=())

    def __call__(self, *given, dt=None, **named):
        states, t, args, named = self.equation.bind(given, named)
        states, t = tuple(map(numbers, self.equation.states, states)), numbers("t", t)
        dt = self.dt if dt is None else check_step(dt)
        n = len(states)

        def inline(*given, **named):
            field = self.equation.field(given[n + 2 :], named)
            y = self.equation.floats(given[:n] if n > 1 else given[0])
            return stepper(self.method)(field, y, raw(given[n]), raw(given[n + 1]))

        return call("odeint", inline, (self.fun,), (*states, t, dt, *args), named, (self.method, n))

    def __get__(self, owner, cls=None):
        """As a method: `self` is not a state."""
        if owner is None or not hasattr(self.fun, "__get__"):
            return self
        return Step(self.fun.__get__(owner, cls), self.method, self.dt)

    def same_as(self):  # what makes two of these do the same: see math/_program.py
        return self.fun, self.method, self.dt

    def __repr__(self):
        return f"<bl.odeint of {self.equation.name}: {self.method}, dt={self.dt}>"


def solve_ode(f, y0, t0, t1, dt=None, steps=None, method: str = "rk4", args=()) -> Solution:
    r"""Solve $dy/dt = f(y, t, \ldots)$ from y(t0) = y0 to t1, with equal steps.

    f, method : as for `odeint`
    y0        : one number or array; for several states a tuple of them
    dt, steps : the step, or the number of steps; one of the two
    args      : a tuple of what f takes after t: numbers, arrays, models. Other values run the same compiled code.
    returns   : `sol` with sol.t (time,) and sol.y (time, ...), the first row at t0; for several states a tuple of these

    Times are t0 + i dt, never added up. A solution that becomes NaN raises `DivergedError`.

    >>> import brainlab as bl
    >>> sol = bl.solve_ode(lambda x, t, tau: -x / tau, 1.0, 0.0, 10.0, dt=0.1, args=(10.0,))
    >>> sol
    Solution(t (101,), x (101,), method='rk4')
    >>> sol.y[-1]
    Array(0.36787..., dtype=float32)
    """
    method, equation = find_method(ODE, method).name, Equation(f)
    y0 = equation.initial(y0)
    if not isinstance(args, tuple | list):
        raise IntegrateError(
            f"args = {args!r:.40} is not a tuple.", place(user_frame()), "it lists what f takes after t", "args=(a,)   # one"
        )
    several = len(equation.states) > 1
    equation.bind((*(y0 if several else (y0,)), t0, *args), {})
    times, dt, finer = _mesh(t0, t1, dt, steps)

    def inline(y0, times, dt, *args):
        step, field, times, dt = stepper(method), equation.field(args), raw(times), raw(dt)
        y = equation.floats(y0)
        if not local.python:  # float32 states of an equation in float64 are float64, from the start
            y = jax.tree.map(lambda y, out: y.astype(out.dtype), y, _shapes(step, field, y, times[0], dt))
        y, unpack = pack(y)

        def body(y, t):
            y = pack(step(field, unpack(raw(y)), raw(t), dt))[0]
            return y, y

        _, rows = scan(body, y, times[:-1])
        rows = jax.tree.map(lambda first, rest: jnp.concatenate([first[None], rest]), y, raw(rows))
        return tuple(jnp.moveaxis(rows, 1, 0)) if several and not isinstance(rows, tuple) else rows

    y = call("solve_ode", inline, (f,), (y0, times, dt, *args), {}, (method, len(equation.states)))
    return check_finite(Solution(box(jnp.asarray(times)), y, equation.states, method), finer)


def _shapes(step, field, y, t, dt):
    return discover("solve_ode", lambda: step(field, y, t, dt)).out


def _mesh(t0, t1, dt, steps):
    """(times, dt, a finer mesh to paste). In float64 on the host, unless t0 or t1 is traced."""
    if (dt is None) == (steps is None):
        both = "both dt and steps are given" if dt is not None else "neither dt nor steps is given"
        raise IntegrateError(
            f"{both}.",
            place(user_frame()),
            "one of them says how finely time is cut",
            f"dt={dt!r}" if dt is not None else "dt=0.01",
        )
    if steps is not None and (isinstance(steps, bool) or not isinstance(steps, int | np.integer) or steps < 1):
        raise IntegrateError(
            f"steps = {steps!r:.40}: the number of steps must be a whole number, 1 or more.",
            place(user_frame()),
            try_="steps=100",
        )
    t0, t1, dt = unbox(t0), unbox(t1), unbox(dt) if dt is None else unbox(check_step(dt))
    if any(map(is_tracer, (t0, t1, dt))):
        return _traced_mesh(t0, t1, steps)
    t0, t1 = _instant("t0", t0), _instant("t1", t1)
    if not (math.isfinite(t0) and math.isfinite(t1) and t1 > t0):
        back = f"solve_ode(lambda x, t: -f(x, -t), y0, {0 - t0:g}, {0 - t1:g}, ...)   # backwards in time" if t1 < t0 else ""
        raise IntegrateError(
            f"t1 = {t1:g} is not after t0 = {t0:g}.", place(user_frame()), "the solution starts at t0 and ends at t1", back
        )
    finer = f"steps={10 * steps}" if steps is not None else ""
    if steps is None:
        ratio = (t1 - t0) / float(dt)
        steps = max(1, round(min(ratio, MOST_STEPS)))
        if steps < MOST_STEPS and abs(ratio - steps) > min(1e-7 * steps, 0.01):  # float32(0.1) still divides 1
            more = math.ceil(ratio)
            raise IntegrateError(
                f"dt = {float(dt):g} does not divide t1 - t0 = {t1 - t0:g}: it is {ratio:.6g} steps.",
                place(user_frame()),
                "the last step would be another one, or end beside t1",
                f"steps={more}   # dt = {(t1 - t0) / more:.6g}",
            )
    if steps >= MOST_STEPS:
        raise IntegrateError(
            f"t1 - t0 = {t1 - t0:g} in steps of {float(dt or (t1 - t0) / steps):g}: these are too many steps.",
            place(user_frame()),
            "the solution has a row for each of them, and would not fit into the memory",
            "steps=10_000",
        )
    dt = (t1 - t0) / steps
    return t0 + np.arange(steps + 1) * dt, dt, finer or f"dt={dt / 10:.9g}"


def _instant(name, t) -> float:
    try:
        return float(t if np.ndim(t) == 0 and not isinstance(t, str | bool) else "")
    except (TypeError, ValueError):
        raise IntegrateError(
            f"{name} = {t!r:.40}: a time is one number.", place(user_frame()), "the solution starts at t0 and ends at t1"
        ) from None


def _traced_mesh(t0, t1, steps):
    if steps is None:
        raise IntegrateError(
            "inside a compiled function the number of steps must be known, and t0, t1 or dt is not.",
            place(user_frame()),
            "compiled code makes arrays of one length",
            "steps=100 instead of dt=...",
        )
    dt = (t1 - t0) / steps
    return t0 + jnp.arange(steps + 1) * dt, dt, ""
