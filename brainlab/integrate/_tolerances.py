"""What can be asked for where the solver chooses its own steps: tolerances, limits and times; and what cannot."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from ..math._array import Array, raw, unbox
from ..math._trace import is_tracer
from ..math._where import place, user_frame
from ._methods import MethodTable
from .errors import IntegrateError


def any_traced(*values) -> bool:
    leaves = jax.tree.leaves(values, is_leaf=lambda x: isinstance(x, Array))
    return any(is_tracer(unbox(x)) for x in leaves)


def check_tolerances(rtol, atol, layout, dtype):
    """(rtol, atol), the second one number for all or a tuple, one for each state."""
    if rtol is None:
        raise IntegrateError(
            f"atol = {atol!r:.40} is given, and rtol is not.",
            place(user_frame()),
            "the error allowed is atol + rtol |y|: rtol counts the digits, atol matters where y is near 0",
            f"rtol=1e-6, atol={atol!r:.40}",
        )
    _one_number("rtol", rtol, "above 0", lambda x: x > 0, "rtol=1e-6")
    if atol is None:
        atol = rtol
    if isinstance(atol, tuple | list):
        if len(atol) != len(layout.names):
            raise IntegrateError(
                f"atol has {len(atol)} values for {len(layout.names)} states ({', '.join(layout.names)}).",
                place(user_frame()),
                "it is one number for all, or a tuple with one for each state",
                "atol=1e-6",
            )
        atol = tuple(unbox(a) for a in atol)
    for a in atol if isinstance(atol, tuple) else (atol,):
        _one_number("atol", a, "0 or more", lambda x: x >= 0, "atol=1e-6")
    eps = float(jnp.finfo(dtype).eps)
    if not is_tracer(unbox(rtol)) and float(rtol) < 4 * eps:
        bits = jnp.finfo(dtype).bits
        raise IntegrateError(
            f"rtol = {float(rtol):g} is finer than numbers of {bits} bits are: they have about {-np.log10(eps):.0f} digits.",
            place(user_frame()),
            "the rounding errors of one step would be over the tolerance, however short the step is",
            f"with bm.enable_x64(): ...   # or rtol={8 * eps:.0e}" if bits == 32 else f"rtol={8 * eps:.0e}",
        )
    return unbox(rtol), tuple(atol) if isinstance(atol, tuple) else unbox(atol)


def check_limits(max_steps, max_dt):
    if max_steps is not None and (
        isinstance(max_steps, bool) or not isinstance(max_steps, int | np.integer) or not 0 < max_steps < 2**31
    ):
        raise IntegrateError(
            f"max_steps = {max_steps!r:.40}: the largest number of steps is a whole number, 1 or more.",
            place(user_frame()),
            try_="max_steps=100_000",
        )
    if max_dt is not None:
        _one_number("max_dt", max_dt, "above 0", lambda x: x > 0, "max_dt=1.0")


def check_times(times, t0, t1):
    """Increasing times between t0 and t1, in float64 on the host; traced ones pass."""
    if any_traced(times, t0, t1):
        return jnp.asarray(raw(times))
    try:
        values = np.asarray(unbox(times), float)
        fine = values.ndim == 1 and values.size and np.isfinite(values).all() and (np.diff(values) >= 0).all()
    except (TypeError, ValueError):
        fine = False
    if not fine:
        raise IntegrateError(
            f"times = {times!r:.60}: the times are a list of increasing numbers.",
            place(user_frame()),
            "the solution is given at each of them, in the order of time",
            "times=np.linspace(t0, t1, 101)",
        )
    slack = 1e-6 * (float(t1) - float(t0))  # of times made in float32
    if values[0] < float(t0) - slack or values[-1] > float(t1) + slack:
        raise IntegrateError(
            f"times go from {values[0]:g} to {values[-1]:g}, the solution from t0 = {float(t0):g} to t1 = {float(t1):g}.",
            place(user_frame()),
            "there is no solution before t0 or after t1",
            f"times=np.linspace({float(t0):g}, {float(t1):g}, 101)",
        )
    return np.clip(values, float(t0), float(t1))


def no_estimate(row, table: MethodTable, stiff: MethodTable) -> IntegrateError:
    able = [r.name for r in (*table, *stiff) if r.error or r.kind == "stiff"]
    return IntegrateError(
        f"method {row.name!r} has no estimate of its error, and rtol asks for steps that follow it.",
        place(user_frame()),
        f"those that have one are {', '.join(able)}",
        'method="tsit5", or dt=0.01 in place of rtol',
    )


def unknown_length(what="accepted steps") -> IntegrateError:
    return IntegrateError(
        f"inside a compiled function the number of {what} is not known.",
        place(user_frame()),
        "compiled code makes arrays of one length",
        "steps=100, or times=[...]: the solution at these times, by steps of the solver's own",
    )


def needs_rtol(name, value) -> IntegrateError:
    return IntegrateError(
        f"{name} = {value!r:.40} is for steps that follow the error, and no rtol is given.",
        place(user_frame()),
        "with equal steps dt or steps= says all: which times there are, and how many",
        f"rtol=1e-6, {name}=...",
    )


def _one_number(name, value, rule, fine, try_):
    number = unbox(value)
    if is_tracer(number):
        return
    try:
        good = not isinstance(number, str | bool) and np.ndim(number) == 0 and np.isfinite(number) and fine(float(number))
    except (TypeError, ValueError):
        good = False
    if not good:
        raise IntegrateError(
            f"{name} = {value!r:.40} must be one finite number {rule}.",
            place(user_frame()),
            "the error allowed in one step is atol + rtol |y|" if name != "max_dt" else "no step is longer than max_dt",
            try_,
        )
