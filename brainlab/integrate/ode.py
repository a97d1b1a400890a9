"""Ordinary differential equations: odeint makes a step, solve_ode a whole solution."""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
from jax import lax

from ..math._array import box, raw
from ..math._program import call
from ..math._trace import Trace, discover, local
from ..math._where import place, user_frame
from ..math.loops import scan
from . import _controlled as controlled
from . import _stiff as stiff
from ._dense import Dense, slopes_of
from ._equation import Equation, check_args, numbers
from ._events import check_events, find, with_events
from ._mesh import check_span, check_step, mesh
from ._methods import MethodTable, find_method
from ._steppers import ODE, stepper
from ._tolerances import check_limits, check_times, needs_rtol, no_estimate
from .errors import IntegrateError
from .solution import Solution, check_finite


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


def solve_ode(
    f,
    y0,
    t0,
    t1,
    dt=None,
    steps=None,
    method: str | None = None,
    args=(),
    *,
    rtol=None,
    atol=None,
    times=None,
    events=None,
    max_steps=None,
    max_dt=None,
) -> Solution:
    r"""Solve $dy/dt = f(y, t, \ldots)$ from y(t0) = y0 to t1: with equal steps, or with steps as long as the error allows.

    f         : as for `odeint`
    y0        : one number or array; for several states a tuple of them
    dt, steps : the step, or the number of steps. Times are t0 + i dt, never added up
    method    : a name from `bl.methods("ode")` or `bl.methods("stiff")`; else "rk4" for equal steps, "tsit5" with rtol
    args      : a tuple of what f takes after t: numbers, arrays, models. Other values run the same compiled code
    events    : name -> g(x, t, ...), or a `bl.event` of it: moments where g is zero, in sol.events[name]
    returns   : `sol` with sol.t (time,) and sol.y (time, ...), the first row at t0; for several states a tuple of these;
                sol(t) is the solution at any time

    >>> import brainlab as bl
    >>> sol = bl.solve_ode(lambda x, t, tau: -x / tau, 1.0, 0.0, 10.0, dt=0.1, args=(10.0,))
    >>> sol
    Solution(t (101,), x (101,), method='rk4')
    >>> sol.y[-1]
    Array(0.36787..., dtype=float32)

    With rtol, a step is repeated shorter until its error, estimated by an embedded method, is below `atol + rtol |y|`:

    rtol, atol : atol is one number, or one for each state; by default rtol
    dt, steps, times : where the solution is wanted (times: increasing numbers); by default in the steps that were accepted
    max_steps  : attempts before it gives up, 100 000 by default
    max_dt     : no step is longer; a pulse that is shorter than the steps may else not be seen

    >>> bl.solve_ode(lambda x, t: -x, 1.0, 0.0, 10.0, rtol=1e-4)
    Solution(t (13,), x (13,), method='tsit5')
    >>> sol = bl.solve_ode(lambda x, t: -x, 1.0, 0.0, 10.0, rtol=1e-4, steps=100, events={"half": lambda x, t: x - 0.5})
    >>> sol.t.shape, sol.events["half"]
    ((101,), Array([0.693...], dtype=float32))

    In compiled code (jit, vmap, grad) steps that follow the error need dt, steps or times, so that the number of rows is
    known, and there are no events. What fails there gives NaN; elsewhere it raises `DivergedError`. Gradients: equal steps
    have them in both modes; with rtol there is forward mode (`bm.jacfwd`, `jax.jvp`), and reverse mode (`bm.grad`) where
    `max_steps` is given and at most 4096: the loop then has that length, so choose it small. The lengths of the steps count
    as constants in both. Stiff methods have reverse mode for what is in y0 and `args`.
    """
    adaptive, equation = not (rtol is None and atol is None), Equation(f)
    row = _method(("tsit5" if adaptive else "rk4") if method is None else method, adaptive)
    y0 = equation.initial(y0)
    check_args(args)
    equation.bind((*(y0 if len(equation.states) > 1 else (y0,)), t0, *args), {}, solving=True)
    events = check_events(events, equation, args)
    check_limits(max_steps, max_dt)
    if adaptive:
        (t0, t1), finer = check_span(t0, t1), f"rtol={rtol!r}"
        times = _wanted(t0, t1, dt, steps, times)
        if row.kind == "stiff":
            solution = stiff.solve(row, f, equation, y0, t0, t1, times, args, rtol, atol, max_steps, max_dt)
        else:
            ends = any(e.terminal for e, _ in events.values())
            enough = (lambda dense: find(dense, events)[1] is not None) if ends else None
            solution = controlled.solve(row, f, equation, y0, t0, t1, times, args, rtol, atol, max_steps, max_dt, enough)
    else:
        for name, value in (("times", times), ("max_steps", max_steps), ("max_dt", max_dt)):
            if value is not None:
                raise needs_rtol(name, value)
        times, dt, finer = mesh(t0, t1, dt, steps)
        if row.kind == "stiff":
            solution = stiff.solve(row, f, equation, y0, times[0], times[-1], times, args, None, None, None, None)
        else:
            solution = _equal_steps(row.name, f, equation, y0, times, dt, args)
    if events:
        solution = with_events(solution, events)
    return check_finite(solution, finer)


def _method(name, adaptive):
    row = find_method(MethodTable((*ODE, *stiff.STIFF)), name)
    if adaptive and row.kind == "ode" and row.error is None:
        raise no_estimate(row, ODE, stiff.STIFF)
    return row


def _wanted(t0, t1, dt, steps, times):
    """The times at which a solution with steps of its own is wanted, or None for these steps."""
    if times is None:
        return None if dt is None and steps is None else mesh(t0, t1, dt, steps)[0]
    if dt is not None or steps is not None:
        raise IntegrateError(
            f"both times and {'steps' if dt is None else 'dt'} are given.",
            place(user_frame()),
            "each of them says where the solution is wanted",
            "times=[...] alone, or steps=100 alone",
        )
    return check_times(times, t0, t1)


def _equal_steps(method, f, equation, y0, times, dt, args) -> Solution:
    several = len(equation.states) > 1

    def inline(y0, times, dt, *args):
        step, field, times, dt = stepper(method), equation.field(args), raw(times), raw(dt)
        y, walk = equation.floats(y0), scan
        if not local.python:  # float32 states of an equation in float64 are float64, from the start
            found = discover("solve_ode", lambda: field(y, times[0]))
            y = jax.tree.map(lambda y, k: y.astype(jnp.result_type(y, k, dt)), y, found.out)
            if not found.written:
                walk = _scan

        def body(y, t):
            y = step(field, raw(y), raw(t), dt)
            return y, y

        _, rows = walk(body, y, times[:-1])
        return jax.tree.map(lambda first, rest: jnp.concatenate([first[None], rest]), y, raw(rows))

    y = call("solve_ode", inline, (f,), (y0, times, dt, *args), {}, (method, len(equation.states)))
    parts = raw(y) if several else (raw(y),)
    dense = Dense(times, parts, functools.partial(slopes_of, f, equation, times, parts, args))
    return Solution(box(jnp.asarray(times)), y, equation.states, method, dense)


def _scan(body, y, times):
    """`bm.scan` for an equation that writes no Variables: f is traced once for each stage, which is most of a first call."""
    if local.stack[-1].discovering:
        return y, jax.tree.map(lambda y: jnp.zeros((len(times), *y.shape), y.dtype), y)

    def inside(y, t):
        with Trace("solve_ode"):
            return body(y, t)

    return lax.scan(inside, y, times)
