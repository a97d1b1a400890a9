"""DelayEquation: the student's f(x, t, delayed, ...), its delays and its history, checked."""

from __future__ import annotations

import inspect
import math

import jax
import jax.numpy as jnp
import numpy as np

from ..math._array import as_arrays, unbox
from ..math._trace import is_tracer
from ..math._where import place, user_frame
from ._equation import _POSITIONAL, Equation, numbers
from .errors import IntegrateError


class DelayEquation(Equation):
    """f(x, t, delayed, *args), or neutral f(x, t, delayed, delayed_slopes, *args)."""

    def __init__(self, fun, count: int):
        """count : the number of args, by which the two are told apart"""
        super().__init__(fun)
        parameters = list(self.signature.parameters.values())[len(self.states) + 1 :]
        after = [p for p in parameters if p.kind in _POSITIONAL]
        least = sum(p.default is p.empty for p in after)
        star = any(p.kind is inspect.Parameter.VAR_POSITIONAL for p in parameters)
        most = math.inf if star else len(after)
        plain, neutral = least <= 1 + count <= most, least <= 2 + count <= most
        if not (plain or neutral):
            has = f"{least}" if least == most else f"{least} or more" if most == math.inf else f"{least} to {most}"
            raise IntegrateError(
                f"{self.name}{self.signature} has {has} parameters after t, and args has {count}.",
                place(user_frame()),
                "after t comes the delayed state, in a neutral equation also its slope, then a parameter for each of args",
                f"def f({', '.join(self.states)}, t, delayed{''.join(f', a{i + 1}' for i in range(count))}): ...",
            )
        # Both only where some have defaults: then the name tells; or with *args: what stands before them is not one of them.
        self.neutral = neutral and (not plain or (len(after) > 1 and (star or "slope" in after[1].name)))

    def slope(self, y, t, delayed, slopes, args):
        """dy/dt, raw. `delayed` and `slopes`: the states with a first axis more, one row for each delay."""
        past = (delayed, slopes) if self.neutral else (delayed,)
        if len(self.states) > 1:
            past = tuple(list(zip(*p, strict=True)) for p in past)  # delayed[k] is (x, y) at t - taus[k]
        try:
            return self.field((*past, *args))(y, t)
        except IndexError as error:
            count = len(jax.tree.leaves(delayed)[0]) if len(self.states) == 1 else len(past[0])
            raise IntegrateError(
                f"{self.name}: {error!s:.80}, and there {'is one delay' if count == 1 else f'are {count} delays'}.",
                place(user_frame()),
                "delayed[0] is the state the first delay ago, and so on; `taus` lists the delays",
                f"taus=[{', '.join(['1.0'] * (count + 1))}]   # or delayed[{count - 1}]",
            ) from error

    def constant(self, history):
        """A history that does not change, as numbers for each state."""
        n = len(self.states)
        if n > 1 and (not isinstance(history, tuple | list) or len(history) != n):
            raise self._wrong_history("history", history)
        return tuple(numbers("history", h) for h in history) if n > 1 else numbers("history", history)

    def past(self, history, t):
        """A history that is a function of time, at t, raw: one array or a tuple of them."""
        out, n = history(as_arrays(t)), len(self.states)
        if out is None or (n > 1 and (not isinstance(out, tuple | list) or len(out) != n)):
            raise self._wrong_history("history(t)", out)
        return self.floats(jax.tree.map(jnp.asarray, unbox(tuple(out) if n > 1 else out)))

    def _wrong_history(self, name, got):
        n = len(self.states)
        many = "nothing" if got is None else f"{len(got)} values" if isinstance(got, tuple | list) else "one value"
        return IntegrateError(
            f"{self.name} has {n} state{'s' * (n > 1)} ({', '.join(self.states)}), and {name} is {many}.",
            place(user_frame()),
            "each state needs a past",
            f"history=lambda t: ({', '.join(f'{s}0' for s in self.states)})",
        )

    def _wrong(self, what):
        return IntegrateError(
            f"{self.name} {what}.",
            place(user_frame()),
            "the derivative has the shape of the state; `delayed` has one more axis: delayed[0] is the state one delay ago",
            f"return {', '.join('d' + s for s in self.states)}   # from delayed[0], not from delayed",
        )


def check_history(history):
    """A function of one time."""
    try:
        inspect.signature(history).bind(0.0)
    except TypeError as error:
        raise IntegrateError(
            f"history(t): {error}.",
            place(user_frame()),
            "it says where the state was at a time up to t0",
            "history=lambda t: 1.0",
        ) from None
    except ValueError:  # some of C's functions have no signature
        pass


def check_delays(taus):
    """The delays as (K,) float64 on the host."""
    given = unbox(taus)
    many = given if isinstance(given, list | tuple) else [given]
    if any(callable(unbox(tau)) for tau in many):
        raise IntegrateError(
            f"taus = {taus!r:.60}: a delay that is a function of time or state is not supported.",
            place(user_frame()),
            "the times at which derivatives jump must be known beforehand; with such a delay they depend on the solution",
            "taus=1.0",
        )
    if any(map(is_tracer, map(unbox, many))):
        raise known_numbers("taus")
    try:
        words = any(tau is None or isinstance(tau, str | bool) for tau in many)
        delays = np.asarray([] if words else list(map(unbox, many)) if many is given else given, np.float64)
    except (TypeError, ValueError):
        delays = np.zeros(0)
    if delays.ndim > 1 or not delays.size:
        raise IntegrateError(
            f"taus = {taus!r:.60}: the delays are one number, or a list of them.",
            place(user_frame()),
            "without a delay it is an ordinary equation: bl.solve_ode",
            "taus=[1.0]",
        )
    for tau in delays.reshape(-1):
        if not 0 < tau < np.inf:
            raise IntegrateError(
                f"taus: a delay of {tau:g} is not a finite number above 0.",
                place(user_frame()),
                "a delayed state lies in the past",
                "taus=1.0",
            )
    return delays.reshape(-1)


def check_step_below(delays, dt, span):
    """An explicit step can look back to where it began, not into itself."""
    k = int(np.argmin(delays))
    tau = delays[k]
    if tau < dt * (1 - 1e-6):
        more = math.ceil(span / tau * (1 - 1e-9))
        raise IntegrateError(
            f"taus[{k}] = {tau:g} is shorter than the step dt = {dt:g}.",
            place(user_frame()),
            "an explicit method takes the delayed state from steps that are finished, and would need the one it is making",
            f"steps={more}   # dt = {span / more:.6g}",
        )


def known_numbers(name):
    return IntegrateError(
        f"inside a compiled function {name} must be known, and is not.",
        place(user_frame()),
        "where derivatives jump is found out before anything is compiled; other delays run the same compiled code anyway",
        "call bl.solve_dde outside of bm.jit, bm.grad and bm.vmap, or pass what changes by args",
    )
