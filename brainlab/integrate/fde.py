"""Fractional differential equations: the order of the derivative is a number between 0 and 2. solve_fde, fdeint."""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
import numpy as np

from ..math._array import box, raw, unbox
from ..math._program import call
from ..math._trace import discover, is_tracer
from ..math._where import place, user_frame
from ._equation import Equation, check_args
from ._fde_engine import flatten, march, on_vectors
from ._fde_methods import FDE, weights
from ._fde_problem import check_alpha, check_memory, initial_values
from ._fde_step import FractionalStep
from ._mesh import mesh
from ._methods import find_method
from .errors import IntegrateError
from .solution import Solution, check_finite


def solve_fde(f, alpha, y0, t0, t1, dt=None, steps=None, method: str = "pece", args=(), memory=None) -> Solution:
    r"""Solve $D^\alpha y = f(y, t, \ldots)$ from t0 to t1, with equal steps. $D^\alpha$ is Caputo's derivative from t0:

    $$D^\alpha y(t) = \frac{1}{\Gamma(1 - \alpha)} \int_{t_0}^t \frac{y'(s)}{(t - s)^\alpha} ds, \qquad 0 < \alpha < 1$$

    f, args   : as for `solve_ode`
    alpha     : the order, above 0 and below 2. Other values run the same compiled code, also under `vmap` and `grad`.
    y0        : the initial values, as many as alpha rounded up: [y(0)], above 1 [y(0), y'(0)]. Each is a number or an
                array; for several states a tuple of them, [(x0, y0)]. A plain y(0) will do where one is needed.
    dt, steps : the step, or the number of steps; one of the two
    method    : a name from `bl.methods("fde")`. `caputo_euler` and `pece` are explicit; `gl`, `l1_implicit` (alpha up to
                1) and `pi_trapezoid` solve for the new state by Newton's method, with the Jacobian of all its elements
    memory    : None remembers all. A time forgets what is older (`gl`, `l1_implicit`), and is wrong by at most
                `bl.integrate.short_memory_error`
    returns   : `sol` with sol.t (time,) and sol.y (time, ...), the first row at t0

    Below alpha = 1 most solutions begin as y(0) + c (t - t0)**alpha, with an infinite slope: there `pece` and
    `pi_trapezoid` have order 1 + alpha at a later time, and `l1_implicit` has order 1. Beyond 1024 steps the memory is
    summed by Fourier transforms, in n (log n)**2 operations. A solution that becomes NaN, also because Newton's method
    finds none, raises `DivergedError`. The weights are computed in float64; an alpha that is traced, by `vmap` or `grad`,
    has them in its own precision.

    Source: Diethelm (2010), The Analysis of Fractional Differential Equations; Garrappa (2018), Mathematics 6.

    Half of the relaxation that an ordinary derivative would give; the tail falls as a power of t:

    >>> import brainlab as bl
    >>> sol = bl.solve_fde(lambda x, t: -x, 0.5, 1.0, 0.0, 20.0, dt=0.05)
    >>> sol
    Solution(t (401,), x (401,), method='pece')
    >>> f"{float(sol.y[-1]):.3f}"
    '0.123'
    """
    row, equation = find_method(FDE, method), Equation(f)
    alpha = check_alpha(alpha, row)
    start = initial_values(equation, alpha, y0, 2 if row.coefficients.below > 1 else 1)
    check_args(args)
    several = len(equation.states) > 1
    equation.bind((*(start[0] if several else start[:1]), t0, *args), {}, solving=True)
    times, dt, finer = mesh(t0, t1, dt, steps, "the memory begins at t0; an equation that remembers cannot be run backwards")
    rule, steps = row.coefficients, len(times) - 1
    remembered = check_memory(memory, dt, row, f"or {method} with memory=None")
    past = weights(rule, alpha, steps)
    if remembered is not None:
        past = past._replace(past=past.past * (np.arange(steps) < remembered))
    elapsed = (jnp if is_tracer(dt) else np).arange(steps + 1) * dt

    def inline(start, times, elapsed, scale, past, *args):
        field, times = equation.field(args), raw(times)
        first, *more = [equation.floats(values) for values in start]
        slopes = discover("solve_fde", field, first, times[0]).out
        start, back = zip(*(flatten(_fitted(values, first, slopes)) for values in (first, *more)), strict=True)
        rows = march(rule, raw(past), on_vectors(field, back[0]), jnp.stack(start), times, raw(elapsed), raw(scale))
        return back[0](rows)

    given = (start, times, elapsed, unbox(dt) ** alpha, past, *args)
    y = call("solve_fde", inline, (f,), given, {}, (method, len(start), len(equation.states)))
    return check_finite(Solution(box(jnp.asarray(times)), y, equation.states, method), finer)


def fdeint(f=None, alpha=None, method: str = "pece", dt: float = 0.01, memory=None, steps: int = 10_000):
    r"""A function that makes one step of $D^\alpha x = f(x, t, \ldots)$ and remembers: the past is part of the state.

    f, method : as for `solve_fde`
    alpha     : the order, a number above 0 and up to 1
    dt        : the step; all of them are equal
    memory    : a time: what is older is forgotten (`gl`, `l1_implicit`; see `solve_fde`). None remembers all.
    steps     : for how many steps there is room when all is remembered. When it is full the next call raises, and inside
                of compiled code x is NaN.
    returns   : step(x, t, *args) -> x at t + dt; for several states step(x, y, t, *args) -> (x, y). The first call says
                where it starts. `step.reset()` forgets all.

    What is remembered are Variables, so that a step works in `bm.for_loop` and under `bm.jit`:

    >>> import brainlab as bl, brainlab.math as bm
    >>> step = bl.fdeint(lambda x, t: -x, alpha=0.5, dt=0.05)
    >>> x = bm.Variable(1.0)
    >>> def body(i):
    ...     x.value = step(x, i * 0.05)
    ...     return x.value
    >>> f"{float(bm.for_loop(body, bm.arange(400))[-1]):.3f}"
    '0.123'
    """
    if f is None:
        return functools.partial(fdeint, alpha=alpha, method=method, dt=dt, memory=memory, steps=steps)
    return FractionalStep(f, alpha, method, dt, memory, steps)


def _fitted(values, first, slopes):
    """In the shapes of y(0) and the dtypes of the slopes: float32 states of an equation in float64 are float64."""

    def fitted(value, state, slope):
        if value.shape not in ((), state.shape):
            raise IntegrateError(
                f"y(0) has shape {state.shape}, and y'(0) has shape {value.shape}.",
                place(user_frame()),
                "each element of the state begins with a value and a slope of its own",
                "y0=[x0, 0 * x0]",
            )
        return jnp.broadcast_to(value, state.shape).astype(jnp.result_type(value, slope))

    return jax.tree.map(fitted, values, first, slopes)
