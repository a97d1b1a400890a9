"""Implicit methods for stiff equations, by diffrax (https://docs.kidger.site/diffrax). It is loaded at the first use."""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
import numpy as np

from ..math._array import as_arrays, box, raw
from ..math._program import call
from ..math._trace import local
from ..math._where import place, user_frame
from ._dense import Dense, boxed, slopes_of
from ._layout import Layout
from ._methods import STIFF_NAMES, Method, MethodTable
from ._tolerances import any_traced, check_tolerances, unknown_length
from .errors import DivergedError, IntegrateError
from .solution import Solution

_KVAERNO = "Kvaerno (2004), BIT 44: ESDIRK; computed by diffrax"
_KENCARP = "Kennedy and Carpenter (2003), Appl. Numer. Math. 44: ARK ESDIRK; computed by diffrax"
_ROWS = {  # name: (class in diffrax, order, source)
    "implicit_euler": ("ImplicitEuler", 1, "Euler (1768), backwards, with Heun's rule as the estimate; computed by diffrax"),
    "kvaerno3": ("Kvaerno3", 3, _KVAERNO),
    "kvaerno4": ("Kvaerno4", 4, _KVAERNO),
    "kvaerno5": ("Kvaerno5", 5, _KVAERNO),
    "kencarp3": ("KenCarp3", 3, _KENCARP),
    "kencarp4": ("KenCarp4", 4, _KENCARP),
    "kencarp5": ("KenCarp5", 5, _KENCARP),
}
STIFF = MethodTable(Method(name, "stiff", _ROWS[name][1], _ROWS[name][2], _ROWS[name][0]) for name in STIFF_NAMES)
MAX_STEPS = 16_384  # rows that are kept


def solve(row, f, equation, y0, t0, t1, times, args, rtol, atol, max_steps, max_dt) -> Solution:
    """By steps that follow the tolerance, or from each of the times to the next where rtol is None."""
    diffrax = _diffrax(row.name)
    layout, fixed = Layout(equation.states, equation.floats(y0)), rtol is None
    dtype = jnp.result_type(*jax.tree.leaves(equation.floats(y0)))
    if not jnp.issubdtype(dtype, jnp.floating):
        raise IntegrateError(
            f"method {row.name!r} does not take complex states.",
            place(user_frame()),
            "its Newton iteration has real matrices",
            "two real states: the real part and the imaginary one",
        )
    eps = float(jnp.finfo(dtype).eps)
    rtol, atol = (eps**0.5, eps**0.5) if fixed else check_tolerances(rtol, atol, layout, dtype)
    traced = local.stack or any_traced(y0, t0, t1, rtol, atol, times, args)
    if traced and times is None:
        raise unknown_length()
    most = max_steps or (max(MAX_STEPS, len(times) + 1) if fixed else MAX_STEPS)
    limit = np.inf if max_dt is None else max_dt

    def inline(y0, t0, t1, rtol, atol, limit, times, *args):
        y0, t0, t1, rtol, atol, limit, times, args = raw((y0, t0, t1, rtol, atol, limit, times, args))
        y0, atol = layout.vector(equation.floats(y0)), layout.spread(atol)

        def field(t, y, args):  # the arguments as diffrax wants them: what a function closes over has no gradient there
            return layout.field(equation.field(args))(y, t).astype(y0.dtype)

        solver = getattr(diffrax, row.coefficients)(root_finder=_newton(diffrax, rtol, atol, fixed))
        control = diffrax.StepTo(ts=times) if fixed else diffrax.PIDController(rtol=rtol, atol=atol, dtmax=limit)
        terms = diffrax.ODETerm(field)
        if row.name.startswith("kencarp"):  # an explicit half, which is zero here, and an implicit one
            terms = diffrax.MultiTerm(diffrax.ODETerm(lambda t, y, args: jnp.zeros_like(y)), terms)
        out = diffrax.diffeqsolve(
            terms,
            solver,
            t0,
            t1,
            None,
            y0,
            args,
            saveat=diffrax.SaveAt(ts=times)
            if times is not None and (traced or fixed)
            else diffrax.SaveAt(t0=True, steps=True),
            stepsize_controller=control,
            max_steps=most,
            throw=False,
        )
        good = out.result == diffrax.RESULTS.successful
        full = out.result == diffrax.RESULTS.max_steps_reached
        return out.ts, out.ys, good, full, out.stats["num_accepted_steps"], out.stats["num_rejected_steps"]

    options = (row.name, len(equation.states), fixed, bool(traced), most)
    out = call("solve_ode", inline, (f,), (y0, t0, t1, rtol, atol, limit, times, *args), {}, options)
    t, y, good, full, accepted, rejected = raw(out)
    if traced or any_traced(y):
        if times is None:
            raise unknown_length()
        y = jnp.where(good, y, jnp.nan)
        return Solution(box(jnp.asarray(times)), as_arrays(layout.states(y)), equation.states, row.name)
    t, y = np.asarray(t, float), np.asarray(y)
    rows = np.isfinite(t) & np.isfinite(y).all(-1)
    t, y = (times if fixed else t)[rows], y[rows]
    if not good or len(t) < 2:
        _stopped(row, t, t1, full, most, fixed)
    parts = layout.parts(y)
    dense = Dense(t, parts, functools.partial(slopes_of, f, equation, t, parts, args))
    if not fixed and times is not None:
        t, parts = times, dense(times)
    stats = {"accepted": int(accepted), "rejected": int(rejected)}
    return Solution(box(jnp.asarray(t)), boxed(parts), equation.states, row.name, dense, stats=stats)


def _newton(diffrax, rtol, atol, fixed):
    """Newton's iteration, stopped by the tolerances.

    diffrax's own choice keeps one Jacobian from the last step and gives up when that converges slowly: on Robertson's
    and van der Pol's equations it rejects every other step and takes five times as many (measured, diffrax 0.7.2).
    """
    import optimistix  # comes with diffrax

    return optimistix.Newton(rtol, atol) if fixed else diffrax.with_stepsize_controller_tols(optimistix.Newton)()


def _diffrax(name):
    try:
        import diffrax
    except ImportError:
        raise IntegrateError(
            f"method {name!r} is computed by diffrax, which is not installed here.",
            place(user_frame()),
            "implicit methods for stiff equations are no part of the core",
            'pip install "brainlab[stiff]"',
        ) from None
    return diffrax


def _stopped(row, t, t1, full, most, fixed):
    where = f"{t[-1]:.6g}" if len(t) else "the start"
    if full:
        raise DivergedError(
            f"{most} steps have not reached t1 = {float(t1):g}: they are at t = {where}.",
            place(user_frame()),
            "the tolerance asks for more of them, or the solution never rests",
            f"max_steps={10 * most}, or with bm.enable_x64(): ..., where 7 digits are too few",
        )
    raise DivergedError(
        f"{row.name} found no next step after t = {where}.",
        place(user_frame()),
        "its equation for the next state has no solution that Newton's iteration finds: f is not finite or jumps there, "
        + ("or the step is too long" if fixed else "or the tolerance is below what the numbers resolve"),
        "a smaller dt, or rtol=1e-6 in place of dt" if fixed else "rtol=1e-4, or with bm.enable_x64(): ...",
    )
