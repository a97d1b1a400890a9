"""The mesh: the times of a solution with equal steps."""

from __future__ import annotations

import math

import jax.numpy as jnp
import numpy as np

from ..math._array import unbox
from ..math._trace import is_tracer
from ..math._where import place, user_frame
from .errors import IntegrateError

MOST_STEPS = 2**30  # a solution of one number in each row would take 8 GB


def mesh(t0, t1, dt, steps, one_way=None):
    """(times, dt, a finer mesh to paste). In float64 on the host, unless t0 or t1 is traced.

    one_way : why such an equation cannot be run backwards, if it cannot
    """
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
    t0, t1 = check_span(t0, t1, one_way)
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


def check_span(t0, t1, one_way=None):
    """Two finite times, the second one later, as numbers of the host. Traced ones pass. one_way : see `mesh`"""
    if is_tracer(unbox(t0)) or is_tracer(unbox(t1)):
        return t0, t1
    t0, t1 = _instant("t0", t0), _instant("t1", t1)
    if not (math.isfinite(t0) and math.isfinite(t1) and t1 > t0):
        why, back = "the solution starts at t0 and ends at t1", ""
        if t1 < t0 and one_way:
            why, back = one_way, f"t0={t1:g}, t1={t0:g}"
        elif t1 < t0:
            back = f"bl.solve_ode(lambda x, t: -f(x, -t), y0, {0 - t0:g}, {0 - t1:g}, ...)   # backwards"
        raise IntegrateError(f"t1 = {t1:g} is not after t0 = {t0:g}.", place(user_frame()), why, back)
    return t0, t1


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


def check_step(dt):
    """A step is one finite number above 0. Traced ones pass."""
    number = unbox(dt)
    if is_tracer(number):
        return dt
    try:
        fine = not isinstance(number, str | bool) and np.ndim(number) == 0 and 0 < float(number) < np.inf
    except (TypeError, ValueError):
        fine = False
    if not fine:
        raise IntegrateError(
            f"dt = {dt!r:.40}: the step must be one finite number above 0.",
            place(user_frame()),
            "time goes forwards, and by an amount",
            "dt=0.01",
        )
    return dt
