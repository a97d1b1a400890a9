"""solve_ode with rtol: the loops of _adaptive.py called from the host, and what is said when they do not arrive."""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
import numpy as np

from ..math._array import as_arrays, box, raw
from ..math._program import call
from ..math._trace import local
from ..math._where import place, user_frame
from ._adaptive import ARRIVED, GOING, STUCK, Run, Tolerance, accepted_steps, attempt, on_mesh, on_mesh_with_gradient, start
from ._dense import Dense, boxed
from ._layout import Layout
from ._tolerances import any_traced, check_tolerances, unknown_length
from .errors import DivergedError
from .solution import Solution

CHUNK = 2**18  # bytes of rows in one run of the compiled loop. From twice that on XLA takes it apart: 5 times slower
MAX_STEPS = 100_000
GRADIENT_STEPS = 4096  # up to so many, a loop of fixed length, which can be run backwards


def solve(row, f, equation, y0, t0, t1, times, args, rtol, atol, max_steps, max_dt, enough) -> Solution:
    """At the times if there are some, else in the accepted steps. `enough(dense)`: whether an event has ended the run."""
    layout = Layout(equation.states, equation.floats(y0))
    dtype = jnp.result_type(*jax.tree.leaves(equation.floats(y0)))
    rtol, atol = check_tolerances(rtol, atol, layout, dtype)
    tol = Tolerance(rtol, atol, np.inf if max_dt is None else max_dt)
    solver = _Solver(row, f, equation, layout, dtype, args)
    most = max_steps or MAX_STEPS
    traced = local.stack or any_traced(y0, t0, t1, tol, times, args)
    dense = None if traced else solver.collect(y0, t0, t1, tol, most, enough)
    if dense is None:  # now or, where f closes over something traced, found out by collect
        if times is None:
            raise unknown_length()
        y = solver.at(times, y0, t0, t1, tol, most, max_steps is not None and max_steps <= GRADIENT_STEPS)
        return Solution(box(jnp.asarray(times)), y, equation.states, row.name)
    if times is None:
        t, y = dense.t, dense.y
    else:
        t = times[times <= dense.last]
        y = dense(t)
    return Solution(box(jnp.asarray(t)), boxed(y), equation.states, row.name, dense, stats=solver.stats)


class _Solver:
    """One equation, by one method, with its arguments."""

    def __init__(self, row, f, equation, layout, dtype, args):
        self.row, self.f, self.equation, self.layout, self.dtype, self.args = row, f, equation, layout, dtype, args
        self.stats = {}

    def _call(self, kind, inline, *values, options=()):
        options = (self.row.name, len(self.layout.shapes), *options)
        return raw(call(kind, inline, (self.f,), (*values, *self.args), {}, options))

    def _begin(self, y0, t0, t1, tol, args):
        """(field of vectors, tolerances of vectors, () -> the start) inside a program."""
        layout, field = self.layout, self.layout.field(self.equation.field(args))
        y, t0, t1, tol = layout.vector(self.equation.floats(y0)), raw(t0), raw(t1), raw(tol)
        tol = tol._replace(atol=layout.spread(tol.atol))
        return field, tol, functools.partial(start, self.row, field, y, t0, t1, tol)

    def at(self, times, y0, t0, t1, tol, most, gradient):
        """The rows at the times, in compiled code."""

        def inline(times, y0, t0, t1, tol, *args):
            field, tol, begin = self._begin(y0, t0, t1, tol, args)
            loop = on_mesh_with_gradient if gradient else on_mesh
            return self.layout.states(loop(self.row, field, raw(t1), tol, begin(), raw(times), most))

        return as_arrays(self._call("solve_ode", inline, times, y0, t0, t1, tol, options=("at", most, gradient)))

    def collect(self, y0, t0, t1, tol, most, enough) -> Dense | None:
        """All accepted steps, chunk by chunk, so that their number needs no limit; None if something was traced."""

        def inline(fresh, run, most, y0, t0, t1, tol, *args):
            field, tol, begin = self._begin(y0, t0, t1, tol, args)
            fresh, run = raw((fresh, run))
            run = jax.tree.map(lambda new, old: jnp.where(fresh, new, old.astype(new.dtype)), begin(), run)
            return run, *accepted_steps(self.row, field, raw(t1), tol, run, raw(most), length)

        run, blocks, going = self._empty(), [], True
        row_bytes = (3 * self.layout.size + 2) * self.dtype.itemsize
        length = 1 << max(8, min(12, (CHUNK // row_bytes).bit_length() - 1))  # 256 to 4096 steps
        while going:
            out = self._call("solve_ode", inline, not blocks, run, np.int32(most), y0, t0, t1, tol)
            if any_traced(out):
                return None
            before, run, n, rows = out
            rows = jax.tree.map(lambda x, n=int(n): np.asarray(x)[:n], rows)
            blocks.append((before, rows))
            going = run.status == GOING and run.attempts < most and not (enough and enough(self._dense(blocks[-1:])))
        steps = sum(len(rows[0]) for _, rows in blocks)
        self.stats = {"accepted": steps, "rejected": int(run.attempts) - steps}
        dense = self._dense(blocks)
        if run.status != ARRIVED and not (enough and enough(dense)):
            self._stopped(run, y0, t0, t1, tol, most)
        return dense

    def _dense(self, blocks) -> Dense:
        """The pieces of some chunks, as a function of time."""
        (before, _), parts = blocks[0], [rows for _, rows in blocks]
        first = tuple(np.asarray(x)[None] for x in (before.t, before.rest, before.y, before.slope))
        t, rest, y, slope = (np.concatenate([x, *(rows[i] for rows in parts)]) for i, x in enumerate(first))
        quartic = self.layout.parts(np.concatenate([rows[4] for rows in parts])) if self.row.quartic else None
        slopes = self.layout.parts(slope)
        return Dense(t.astype(float) + rest, self.layout.parts(y), lambda: slopes, quartic)

    def _empty(self) -> Run:
        real = jnp.finfo(self.dtype).dtype
        y, zero, whole = np.zeros(self.layout.size, self.dtype), np.zeros((), real), np.zeros((), np.int32)
        return Run(zero, zero, y, y, zero, zero, np.False_, whole, whole)

    def _stopped(self, run, y0, t0, t1, tol, most):
        """Say where it did not go on, which number asks for ever shorter steps, and what else there is to try."""

        def inline(run, y0, t0, t1, tol, *args):
            field, tol, _ = self._begin(y0, t0, t1, tol, args)
            run = raw(run)
            run = run._replace(h=jnp.where(run.status == STUCK, 10, 1) * run.h)  # as long as the one that failed last
            ratio = attempt(self.row, field, raw(t1), tol, run)[2]
            return jnp.argmax(ratio), jnp.max(ratio), jnp.isfinite(run.slope)

        worst, ratio, finite = self._call("solve_ode, where", inline, run, y0, t0, t1, tol)
        t, end, rtol = float(run.t) + float(run.rest), float(t1), float(tol.rtol)
        name = self.layout.name(int(worst) if finite.all() else int(np.argmin(finite)))
        stiff = f'method="kvaerno5", rtol={rtol:g}   # if the equation is stiff: needs pip install "brainlab[stiff]"'
        if run.status != STUCK:
            raise DivergedError(
                f"{most} steps have not reached t1 = {end:g}: they are at t = {t:.6g}; {name} asks for the shortest.",
                place(user_frame()),
                "a stiff equation keeps the steps of an explicit method as short as its fastest process, at rest too",
                stiff,
            )
        if not finite.all() or not np.isfinite(ratio):
            raise DivergedError(
                f"{name} became NaN or infinite after t = {t:.6g}, however short the step.",
                place(user_frame()),
                "f has no finite value there: 0/0, a log or root of a negative number, or a solution that runs away",
                f"t1={t:.6g}   # and look at what the states do before" if t > float(t0) else "another y0",
            )
        raise DivergedError(
            f"no step from t = {t:.6g} on is short enough for rtol = {rtol:g}: {name} changes too fast.",
            place(user_frame()),
            "the solution runs away to infinity or f jumps there, or the equation is stiff beyond an explicit method",
            stiff,
        )
