"""Stochastic differential equations: sdeint makes a step, solve_sde a whole path."""

from __future__ import annotations

import difflib
import functools

import jax
import jax.numpy as jnp
import numpy as np

from ..math._array import box, raw, unbox
from ..math._program import call
from ..math._trace import discover, is_tracer, local
from ..math._where import place, user_frame
from ..math.loops import scan
from ..math.random import DEFAULT
from ._diffusion import Diffusion, noise_of
from ._equation import Equation, check_args, numbers
from ._mesh import check_step, mesh
from ._methods import find_method
from ._sde_methods import SDE
from ._steppers import pack
from .errors import IntegrateError
from .noise import BrownianPath, as_key, draw
from .solution import Solution, check_finite

_CALCULI = {"ito": "euler_maruyama", "stratonovich": "heun"}  # and the method where none is named


def solve_sde(
    f, g, y0, t0, t1, dt=None, steps=None, method=None, kind="ito", noise=None, args=(), wiener="diagonal"
) -> Solution:
    r"""A path of $dX = f(X, t, \ldots)\,dt + g(X, t, \ldots)\,dW$ from X(t0) = y0 to t1, with equal steps.

    f, g      : f(x, t, *args) and g(x, t, *args). Several states: f(x, y, t) -> (dx, dy), and g likewise
    dt, steps : the step, or the number of steps; one of the two
    method    : a name from `bl.methods("sde")`; None takes euler_maruyama, for Stratonovich equations heun
    kind      : the calculus of the equation, "ito" or "stratonovich"; None is what the method solves. In Ito's g is taken
                where the step begins, in Stratonovich's in its middle: the same equation, read in two ways, has two
                solutions. They differ by the drift $\frac12 g\,\partial g/\partial x$, and not at all where g does not
                depend on x (additive noise)
    noise     : a seed or key; a `bl.brownian` path, which stays the same whatever dt; or (dW, I10), each (steps, ...):
                increments, and $I_{10} = \int (W_s - W_{t_n})\,ds$ over each step. dW alone, if the method needs no I10.
                None draws from the stream of `bm.random`
    wiener    : "diagonal": each element of each state has a process of its own. "scalar": one process drives all.
                If g has one axis more than its state it is a matrix, with one process for each column. Where the noise is
                given, its shape decides: () is one for all, (number of states, ...) one for each
    returns   : `sol` with sol.t (time,) and sol.y (time, ...), the first row at t0; for several states a tuple of these

    Times are t0 + i dt, never added up. A solution that becomes NaN raises `DivergedError`. The strong order of a method
    is that of scalar noise and of diagonal noise where g of an element depends on this element alone; of additive noise
    it is 1 for euler_maruyama and exp_euler. With a matrix the Stratonovich methods keep 1 if its columns commute.

    >>> import brainlab as bl, brainlab.math as bm
    >>> f, g = (lambda x, t, tau, sigma: -x / tau), (lambda x, t, tau, sigma: sigma)
    >>> sol = bl.solve_sde(f, g, 0.0, 0.0, 100.0, dt=0.1, noise=1, args=(10.0, 0.3))
    >>> sol
    Solution(t (1001,), x (1001,), method='euler_maruyama')

    A thousand trials at once: the variance becomes sigma**2 * tau / 2 = 0.45.

    >>> trial = lambda key: bl.solve_sde(f, g, 0.0, 0.0, 100.0, dt=0.1, noise=key, args=(10.0, 0.3)).y[-1]
    >>> bool(abs(bm.vmap(trial)(bm.random.split(1000)).var() - 0.45) < 0.1)
    True
    """
    row, drift = _method(method, kind), Equation(f)
    diffusion = Diffusion(g, drift)
    y0 = drift.initial(y0)
    check_args(args)
    several = len(drift.states) > 1
    for equation in (drift, diffusion):
        equation.bind((*(y0 if several else (y0,)), t0, *args), {}, solving=True)
    _check_wiener(wiener)
    noise = _given(noise, row)
    if dt is None and steps is None:
        steps = noise.steps if isinstance(noise, BrownianPath) else len(noise[0]) if isinstance(noise, tuple) else None
    times, dt, finer = mesh(t0, t1, dt, steps, "an equation with noise has no way back: the noise of a step is new")
    noise = _on_mesh(noise, times)

    def inline(y0, times, dt, noise, *args):
        times, dt, noise = raw(times), raw(dt), raw(noise)
        field, y = drift.field(args), drift.floats(y0)
        push, form = noise_of(diffusion.field(args), y, times[0], row, wiener)
        if not isinstance(noise, tuple):
            n = len(times) - 1
            noise = draw(noise, dt * n, n, n, form.shape)
        noise = noise if row.double_integral else noise[:1]
        spread = form.spread(noise[0].shape[1:])

        def step(y, t, *noise):
            return row.coefficients(field, push, y, t, dt, *map(spread, noise))

        if not local.python:  # float32 states of an equation in float64 are float64, from the start
            out = discover("solve_sde", lambda: step(y, times[0], *(part[0] for part in noise))).out
            y = jax.tree.map(lambda y, out: y.astype(out.dtype), y, out)
        y, unpack = pack(y)

        def body(y, now):
            y = pack(step(unpack(raw(y)), *raw(now)))[0]
            return y, y

        _, rows = scan(body, y, (times[:-1], *noise))
        rows = jax.tree.map(lambda first, rest: jnp.concatenate([first[None], rest]), y, raw(rows))
        return tuple(jnp.moveaxis(rows, 1, 0)) if several and not isinstance(rows, tuple) else rows

    y = call("solve_sde", inline, (f, g), (y0, times, dt, noise, *args), {}, (row.name, len(drift.states), wiener))
    return check_finite(Solution(box(jnp.asarray(times)), y, drift.states, row.name), finer)


def sdeint(f=None, g=None, method=None, dt: float = 0.01, kind=None, wiener="diagonal"):
    r"""A function that makes one step of $dX = f(X, t, \ldots)\,dt + g(X, t, \ldots)\,dW$.

    f, g, method, wiener : as for `solve_sde`
    dt      : the step, in the unit of time of f
    kind    : "ito" or "stratonovich"; None is what the method solves
    returns : step(x, t, *args) -> x at t + dt; for several states step(x, y, t, *args) -> (x, y). The noise comes from the
              stream of `bm.random`, so `bm.random.seed(1)` makes it reproducible; `dW=` (and `I10=`, if the method needs it)
              takes this noise instead, and `dt=` another step

    >>> import brainlab as bl, brainlab.math as bm
    >>> step = bl.sdeint(f=lambda x, t: -x, g=lambda x, t: 0.5, method="euler_maruyama", dt=0.01)
    >>> step(1.0, 0.0, dW=0.2)
    Array(1.09, dtype=float32)
    >>> bm.random.seed(1)
    >>> a = step(bm.zeros(3), 0.0)
    >>> bm.random.seed(1)
    >>> bool((a == step(bm.zeros(3), 0.0)).all())
    True
    """
    return Step(f, g, method, dt, kind, wiener)


class Step:
    """What `bl.sdeint` returns."""

    def __init__(self, f, g, method, dt, kind, wiener):
        self.row, self.dt, self.wiener = _method(method, kind), check_step(dt), wiener
        self.drift, self.functions = Equation(f), (f, g)
        self.diffusion = Diffusion(g, self.drift)
        _check_wiener(wiener)
        functools.update_wrapper(self, f, updated=())

    def __call__(self, *given, dt=None, dW=None, I10=None, **named):
        self.diffusion.bind(given, named)
        states, t, args, named = self.drift.bind(given, named)
        states, t = tuple(map(numbers, self.drift.states, states)), numbers("t", t)
        dt = self.dt if dt is None else check_step(dt)
        if dW is None and I10 is not None:
            raise IntegrateError(
                "I10 is given, and dW is not.", place(user_frame()), "they belong to one path", "step(x, t, dW=..., I10=...)"
            )
        noise = () if dW is None else _pair((dW,) if I10 is None else (dW, I10), self.row)
        n, row = len(states), self.row

        def inline(noise, *given, **named):
            args, y = given[n + 2 :], self.drift.floats(given[:n] if n > 1 else given[0])
            t, dt = raw(given[n]), raw(given[n + 1])
            push, form = noise_of(self.diffusion.field(args, named), y, t, row, self.wiener)
            noise = raw(noise)
            if not noise:
                noise = tuple(part[0] for part in draw(DEFAULT.next_key(), dt, 1, 1, form.shape))
            noise = noise if row.double_integral else noise[:1]
            spread = form.spread(noise[0].shape)
            return row.coefficients(self.drift.field(args, named), push, y, t, dt, *map(spread, noise))

        return call("sdeint", inline, self.functions, (noise, *states, t, dt, *args), named, (row.name, n, self.wiener))

    def same_as(self):  # what makes two of these do the same: see math/_program.py
        return *self.functions, self.row.name, self.dt, self.wiener

    def __repr__(self):
        return f"<bl.sdeint of {self.drift.name} and {self.diffusion.name}: {self.row.name}, dt={self.dt}>"


def _method(method, kind):
    """The row of the table, if it solves equations of this kind."""
    if kind not in (None, *_CALCULI):
        close = difflib.get_close_matches(str(kind).lower(), _CALCULI, n=1)
        raise IntegrateError(
            f"kind = {kind!r:.40}: it is 'ito' or 'stratonovich'." + (f" Did you mean {close[0]!r}?" if close else ""),
            place(user_frame()),
            "dX = f dt + g dW has a meaning only if it is said where in the step g is taken",
            f'kind="{close[0] if close else "ito"}"',
        )
    if method == "euler":  # what it is called for ordinary equations
        raise IntegrateError(
            "there is no method 'euler'. Did you mean 'euler_maruyama'?",
            why=f"the methods are {', '.join(row.name for row in SDE)}",
            try_='method="euler_maruyama"',
        )
    row = find_method(SDE, _CALCULI[kind or "ito"] if method is None else method)
    if kind in (None, row.calculus):
        return row
    fitting = [r.name for r in SDE if r.calculus == kind]
    name, other = ("Ito", "Stratonovich") if kind == "ito" else ("Stratonovich", "Ito")
    sign = "-" if kind == "ito" else "+"
    raise IntegrateError(
        f"{row.name} solves {other} equations, and this is one of kind {kind!r}.",
        place(user_frame()),
        f"read in the other way it is another equation: the {name} equation with drift f is the {other} equation with drift "
        f"f {sign} (1/2) g dg/dx",
        f'method="{_CALCULI[kind]}"   # of {name} equations: {", ".join(fitting)};   or kind="{row.calculus}"',
    )


def _check_wiener(wiener):
    if wiener not in ("diagonal", "scalar"):
        raise IntegrateError(
            f"wiener = {wiener!r:.40}: it is 'diagonal' or 'scalar'.",
            place(user_frame()),
            "each element of the state has a Wiener process of its own, or one drives all; a matrix shows in the shape of g",
            'wiener="diagonal"',
        )


def _given(noise, row):
    """A path, a pair (dW, I10) or (dW,), or a key."""
    noise = unbox(noise)
    if isinstance(noise, BrownianPath):
        return noise
    if isinstance(noise, tuple | list) and len(noise) == 2 and (isinstance(noise[0], list) or np.ndim(unbox(noise[0]))):
        return _pair(noise[:1] if noise[1] is None else noise, row)
    if isinstance(noise, list | tuple) or hasattr(noise, "dtype") and jnp.issubdtype(noise.dtype, jnp.floating):
        return _pair((noise,), row)
    return as_key(noise)


def _pair(noise, row):
    noise = tuple(jnp.asarray(unbox(numbers(name, part))) for name, part in zip(("dW", "I10"), noise, strict=False))
    if len(noise) == 1 and row.double_integral:
        raise IntegrateError(
            f"{row.name} needs I10, and the noise is dW alone.",
            place(user_frame()),
            "where in the step the noise came matters at this order: I10 is the integral of W over it, of the same path",
            "noise=bl.brownian(0, t0, t1, steps=100), or noise=(dW, I10)",
        )
    shapes = [np.shape(part) for part in noise]
    if len(set(shapes)) > 1:
        raise IntegrateError(
            f"dW has shape {shapes[0]} and I10 has {shapes[1]}.",
            place(user_frame()),
            "each increment has its double integral",
            "dW, I10 = bl.brownian(0, t0, t1, steps=100).increments()",
        )
    return noise


def _on_mesh(noise, times):
    """Noise of this many steps: (dW, I10) or (dW,), or a key."""
    n = len(times) - 1
    if isinstance(noise, BrownianPath):
        ends = [unbox(t) for t in (noise.t0, noise.t1, times[0], times[-1])]
        if not any(map(is_tracer, ends)) and not np.allclose(ends[:2], ends[2:], rtol=0, atol=1e-5 * (ends[3] - ends[2])):
            raise IntegrateError(
                f"the path goes from t = {ends[0]:g} to {ends[1]:g}, the solution from {ends[2]:g} to {ends[3]:g}.",
                place(user_frame()),
                "the noise of a step is that of the path over the same time",
                f"bl.brownian(0, {ends[2]:g}, {ends[3]:g}, steps={n})",
            )
        return noise.increments(n)
    if isinstance(noise, tuple) and np.shape(noise[0])[:1] != (n,):
        raise IntegrateError(
            f"dW has shape {np.shape(noise[0])}, and there are {n} steps.",
            place(user_frame()),
            "the first axis of the noise is time: one increment for each step",
            f"steps={len(noise[0])}" if np.ndim(noise[0]) else "noise=bl.brownian(0, t0, t1, steps=100)",
        )
    return noise
