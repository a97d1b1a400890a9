"""Diffusion: the student's g(x, t, ...), and which Wiener process drives which element of the state."""

from __future__ import annotations

from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np

from ..math._array import unbox
from ..math._trace import discover, local
from ..math._where import place, user_frame
from ._equation import Equation
from .errors import IntegrateError


class Diffusion(Equation):
    """As an equation; but each state may have a row of numbers: one for each Wiener process."""

    def __init__(self, fun, drift: Equation):
        if not callable(fun):
            what = "is missing" if fun is None else f"= {fun!r:.40} is not a function"
            raise IntegrateError(
                f"g {what}.", place(user_frame()), "dX = f dt + g dW: g says how strong the noise is", "g=lambda x, t: 0.5"
            )
        super().__init__(fun)
        if len(self.states) != len(drift.states):
            ours, theirs = (f"{e.name}({', '.join(e.states)}, t, ...)" for e in (self, drift))
            raise IntegrateError(
                f"g is {ours} and f is {theirs}: they have different states.",
                place(user_frame()),
                "f and g are called with the same arguments",
                f"def g({', '.join(drift.states)}, t): ...",
            )

    def bind(self, given, named, solving=False):
        try:
            return super().bind(given, named, solving)
        except IntegrateError as error:
            why = "f and g are called with the same arguments: all of args go to both"
            call = f"def g({', '.join((*self.states, 't', '*args'))}): ..."
            raise IntegrateError(error.what, error.where, why, call) from None

    def _slopes(self, out, states):
        slopes = super()._slopes(out, states)
        columns = {g.shape[s.ndim :] for g, s in zip(slopes, states, strict=True)}
        if len(columns) > 1:
            shapes = ", ".join(f"{g.shape} for {name}" for g, name in zip(slopes, self.states, strict=True))
            raise self._wrong(f"returned different kinds of noise: {shapes}")
        return slopes

    def _slope(self, name, slope, state):
        if isinstance(slope, tuple | list):
            slope = jnp.stack(jnp.broadcast_arrays(*map(jnp.asarray, map(unbox, slope))))
        if slope is not None and jnp.ndim(slope) == state.ndim + 1 and jnp.shape(slope)[:-1] == state.shape:
            return jnp.asarray(slope)
        return super()._slope(name, slope, state)

    def _wrong(self, what):
        return IntegrateError(
            f"{self.name} {what}.",
            place(user_frame()),
            "g has the shape of the state, or one axis more: a matrix, with a column for each Wiener process",
            f"return {', '.join('g' + s for s in self.states)}   # each of the shape of its state",
        )


@dataclass(frozen=True)
class Noise:
    """How Wiener processes enter: `shape` of them where nobody says otherwise, and what becomes of their numbers."""

    states: tuple  # shapes
    rows: tuple  # shapes of g
    scalar: bool

    @property
    def columns(self):
        """How many processes drive one state; None where each element has its own."""
        (rest,) = {row[len(state) :] for row, state in zip(self.rows, self.states, strict=True)}
        return rest[0] if rest else None

    @property
    def alike(self):
        return len(set(self.states)) == 1

    @property
    def shape(self):
        if self.scalar or self.columns == 1:
            return ()
        if self.columns:
            return (self.columns,)
        if len(self.states) == 1:
            return self.states[0]
        if self.alike:
            return (len(self.states), *self.states[0])
        return (sum(int(np.prod(state)) for state in self.states),)

    def spread(self, shape):
        """The function that makes what a step needs, one part for each state, out of increments of this shape."""
        targets = self.states if self.columns == 1 else self.rows
        one = shape == (1,)  # one process, in an axis of its own
        if all(one or _fits(shape, target) for target in targets):
            return lambda dW: self._parts(jnp.broadcast_to(dW[0] if one else dW, target) for target in targets)
        if self.columns is None and len(self.states) > 1:
            if self.alike and shape[:1] == (len(targets),) and _fits(shape[1:], targets[0]):
                return lambda dW: self._parts(jnp.broadcast_to(part, targets[0]) for part in dW)
            if not self.alike and shape == self.shape:
                ends = np.cumsum([int(np.prod(target)) for target in targets])[:-1]
                return lambda dW: tuple(p.reshape(s) for p, s in zip(jnp.split(dW, ends), targets, strict=True))
        wanted = (f"{self.columns} columns in g" if self.columns else "one process for each element") + f": {self.shape}"
        raise IntegrateError(
            f"the noise of one step has shape {shape}, and the state {', '.join(map(str, self.states))}.",
            place(user_frame()),
            f"{wanted}. One process for all: (). Many paths at once: bm.vmap, or y0 of their shape",
            f"bl.brownian(0, t0, t1, shape={self.shape}, steps=100)   # or dW of shape (steps, ...)",
        )

    def _parts(self, parts):
        parts = tuple(parts)
        return parts if len(self.states) > 1 else parts[0]


def _fits(shape, target):
    return len(shape) <= len(target) and all(n in (1, m) for n, m in zip(shape[::-1], target[::-1], strict=False))


def noise_of(g, y, t, row, wiener):
    """(g as the steppers take it, how the noise enters), or an error if this method cannot take such noise."""
    out = g(y, t) if local.python else discover("sde", lambda: g(y, t)).out
    states, rows = (tuple(tuple(x.shape) for x in (z if isinstance(z, tuple) else (z,))) for z in (y, out))
    noise = Noise(states, rows, wiener == "scalar")
    m = noise.columns
    if m is not None and m > 1:
        if noise.scalar:
            raise IntegrateError(
                f'wiener="scalar" is one process, and g has {m} columns.',
                place(user_frame()),
                "each column of a matrix g belongs to a Wiener process of its own",
                "g of the shape of the state",
            )
        if not row.matrix:
            raise IntegrateError(
                f"{row.name} cannot take noise of {m} processes in one state.",
                place(user_frame()),
                "its order rests on the areas that two processes enclose (Levy areas), which have no simple law",
                'method="euler_maruyama"   # or exp_euler; of Stratonovich equations heun, euler_heun',
            )
    if m == 1:  # one process, written as a matrix

        def column(y, t):
            out = g(y, t)
            return tuple(part[..., 0] for part in out) if isinstance(out, tuple) else out[..., 0]

        return column, noise
    return g, noise
