"""Delay differential equations: how fast the state changes depends on what it was some time ago."""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp

from ..math._array import box, raw
from ..math._program import call
from ..math._trace import discover, is_tracer, local
from ..math.loops import scan
from ._dde_equation import DelayEquation, check_delays, check_history, check_step_below, known_numbers
from ._dde_history import is_traceable, tabulated
from ._dde_methods import DDE
from ._dde_plan import INNER, MORE, hermite, lagrange, make_plan, quartic
from ._equation import check_args
from ._mesh import mesh
from ._methods import find_method
from ._steppers import _ahead
from .solution import Solution, check_finite


def solve_dde(f, taus, history, t0, t1, dt=None, steps=None, method: str = "rk4", args=()) -> Solution:
    r"""Solve $x'(t) = f(x(t), t, x(t - \tau_1), x(t - \tau_2), \ldots)$ from t0 to t1, with equal steps.

    f         : f(x, t, delayed, *args) -> dx/dt; `delayed[k]` is x(t - taus[k]), `delayed[0]` also if there is one delay.
                Neutral, where also the slope back then counts: f(x, t, delayed, delayed_slopes, *args), which is
                recognised by the one parameter more. Several states: f(x, y, t, delayed, *args) -> (dx, dy), and
                `x_then, y_then = delayed[0]`
    taus      : the delays, constant: one number or a list of them, in the unit of time of f, none shorter than dt
    history   : x up to t0: a function h(t), or a number or array if it was constant; for several states a tuple. The
                solution starts from h(t0). A function that cannot be compiled (`math.sin`, `if t < 0`) is asked beforehand
    dt, steps : the step, or the number of steps; one of the two. The step need not divide the delays
    method    : a name from `bl.methods("dde")`
    args      : a tuple of what f takes after that. Other values, and other delays, run the same compiled code
    returns   : `sol` with sol.t (time,) and sol.y (time, ...), the first row at t0; for several states a tuple of these

    A correction that comes too late overshoots: the swings of $x' = -x(t - \tau)$ die away below $\tau = \pi/2$ only.

    >>> import brainlab as bl
    >>> for tau in (1.5, 1.8):
    ...     sol = bl.solve_dde(lambda x, t, delayed: -delayed[0], tau, 1.0, 0.0, 100.0, dt=0.05)
    ...     print(f"tau = {tau}: |x| up to {abs(sol.y[-200:]).max():.2g} at the end")
    tau = 1.5: |x| up to 0.15 at the end
    tau = 1.8: |x| up to 2.5e+02 at the end

    In each step the past is a polynomial: the cubic Hermite one, made right at one more point. A derivative of x jumps at
    t0 and after each sum of delays: there the solver ends an additional step, which keeps the order, also for steps that
    do not divide the delays. Source: Bellen and Zennaro (2003), Numerical Methods for Delay Differential Equations.

    Errors: a delay below dt or one that depends on the state, parameters that do not fit; `DivergedError` if x ends.
    """
    method = find_method(DDE, method)
    check_args(args, "the delayed state")
    equation, taus = DelayEquation(f, len(args)), check_delays(taus)
    changing = callable(history)
    constant = check_history(history) if changing else equation.constant(history)
    times, dt, finer = mesh(t0, t1, dt, steps, "an equation with delays has no way back: it would need the future")
    if is_tracer(times) or is_tracer(dt):
        raise known_numbers("t0, t1 or dt")
    check_step_below(taus, dt, times[-1] - times[0])
    (a, b), inner = method.coefficients, (INNER, *MORE) if equation.neutral else (INNER,)
    points = tuple(dict.fromkeys((0, *map(sum, a), *inner, 1)))  # where in a step the past is asked for
    # A Runge-Kutta method of order p is not hurt by a jump of the derivative p + 1, which is p delays after t0.
    plan, shown = make_plan(times, taus, points, None if equation.neutral else method.order - 1)

    compiled = changing and is_traceable(equation, history)
    table = tabulated(equation, history, plan, times[0]) if changing and not compiled else None

    def inline(constant, table, plan, shown, t0, *args):
        table, before = raw(table), constant if table is None else raw(table).start
        past = functools.partial(equation.past, history) if compiled else lambda t: equation.floats(before)
        rows = _integrate(equation, past, table, args, (a, b), points, inner, raw(plan), raw(t0))
        return jax.tree.map(lambda x: x[raw(shown)], rows)

    functions = (f, history) if compiled else (f,)
    y = call("solve_dde", inline, functions, (constant, table, plan, shown, times[0], *args), {}, (method.name, compiled))
    return check_finite(Solution(box(jnp.asarray(times)), y, equation.states, method.name), finer)


def _integrate(equation, history, table, args, tableau, points, inner, plan, t0):
    """The states at the points of the plan's mesh. Raw JAX, but for the loop. `table`: of a history asked beforehand."""
    (a, b), neutral = tableau, equation.neutral

    def before(step, asked, i):
        """[(x, x')] of the history, one for each delay, at the point i of a step."""
        if asked is None:
            return [_with_slope(history, t, neutral) for t in step.then[i]]
        return [jax.tree.map(lambda rows, k=k: rows[i, k], (asked.x, asked.slope)) for k in range(step.then.shape[1])]

    def look(step, weights, asked, stored, c):
        """(x, x') one delay before the point c of this step, a first axis for the delays; for x' None if nobody asks."""
        i = points.index(c)
        x, slope = zip(*before(step, asked, i), strict=True)
        x = jax.tree.map(functools.partial(_read, step.row[i], weights[0][i]), stored, *x)
        return x, jax.tree.map(functools.partial(_read, step.row[i], weights[1][i]), stored, *slope) if neutral else None

    def advance(y, begin, stored, step, weights, asked):
        """One Runge-Kutta step: the state after it, the slope there, and what is stored of it."""
        past = functools.cache(functools.partial(look, step, weights, asked, stored))

        def slope(y, c):
            return equation.slope(y, step.t[points.index(c)], *past(c), args)

        slopes = [slope(y, 0) if neutral else begin]  # in a neutral equation the slope may jump between two steps
        for row in a:
            slopes.append(slope(_ahead(y, step.h, row, slopes), sum(row)))
        new = _ahead(y, step.h, b, slopes)
        end = slope(new, 1)
        parts = [y, new, slopes[0], end]
        for c in inner:
            here = _weighted(hermite(c, step.h) if c == INNER else quartic(c, step.h), parts)
            parts.append(slope(here, c))
        return new, end, jax.tree.map(lambda *parts: jnp.stack(parts), *parts)

    def body(carry, step):
        (y, begin, stored), (step, weights, asked) = raw(carry), raw(step)
        new, end, parts = advance(y, begin, stored, step, weights, asked)
        stored = jax.tree.map(lambda rows, row: rows.at[step.number].set(row), stored, parts)
        return (new, end, stored), new

    def room(y):
        return jax.tree.map(lambda y: jnp.zeros((len(plan.h), 4 + len(inner), *y.shape), y.dtype), y)

    def slope_at_start(y):
        first, weights, asked = jax.tree.map(lambda x: x[0], (plan, _weights(plan, inner), rows_asked))
        return equation.slope(y, first.t[0], *look(first, weights, asked, room(y), 0), args)

    y, rows_asked = history(t0), None if table is None else table._replace(start=None)
    shapes = y if local.python else (y, discover("solve_dde", lambda: slope_at_start(y)).out)
    dtype = jnp.result_type(*jax.tree.leaves(shapes))  # one for all: a float32 state of an equation in float64 is float64
    y, real = jax.tree.map(lambda y: y.astype(dtype), y), jnp.finfo(dtype).dtype
    plan = plan._replace(h=plan.h.astype(real), theta=plan.theta.astype(real), length=plan.length.astype(real))
    _, rows = scan(body, (y, slope_at_start(y), room(y)), (plan, _weights(plan, inner), rows_asked))
    return jax.tree.map(lambda first, rest: jnp.concatenate([first[None], rest]), y, raw(rows))


def _weights(plan, inner):
    """x(t - tau) and x'(t - tau) are what is stored of a step times these: (N, S, K, numbers stored), one array for each."""
    nothing = jnp.zeros_like(plan.theta)
    x = [*quartic(plan.theta, plan.length), *[nothing] * (len(inner) - 1)]
    slope = [nothing, nothing, *lagrange((0, 1, *inner), plan.theta)]
    return jnp.stack(x, axis=-1), jnp.stack(slope, axis=-1) if len(inner) > 1 else None


def _with_slope(history, t, neutral):
    """(x, x') of the history; x' by differentiating the function, if it is asked for."""
    return jax.jvp(history, (t,), (jnp.ones_like(t),)) if neutral else (history(t), None)


def _read(row, weights, stored, *history):
    """The past of one state, for each of K delays: the weighted sum of a stored row, or the history where row is -1."""
    one = (slice(None), *[None] * (stored.ndim - 2))  # the shape of a state has ndim - 2 axes
    found = (weights[(slice(None), *one)] * stored[jnp.maximum(row, 0)]).sum(axis=1)
    return jnp.where((row < 0)[one], jnp.stack(history).astype(stored.dtype), found)


def _weighted(weights, parts):
    """The state somewhere in a step, from the first of what is known of it."""
    parts = parts[: len(weights)]
    return jax.tree.map(lambda *parts: sum(w * part for w, part in zip(weights, parts, strict=True)), *parts)
