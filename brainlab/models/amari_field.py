"""AmariField: a line of neurons that excite their neighbours and inhibit those further away. It can hold a bump."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import erf

from ..integrate._mesh import mesh
from ..integrate._steppers import stepper
from ..math._array import Array, box, raw, unbox
from ..math.dtypes import enable_x64
from ..params import ParamError, param
from ._ring import positions, steps_to, through
from .dynamics import Dynamics

WHY_TAU = "the field would run away from what drives it instead of towards it"
FAR = 60.0  # no bump is wider: there W is smaller than any number that a computer has
ROOT = float(np.sqrt(2 * np.pi))
# name: (w(x), W(x) = the integral of w from 0 to x, where W is largest)
KERNELS = {
    "wizard hat": (lambda x: (1 - abs(x)) * jnp.exp(-abs(x)), lambda x: x * jnp.exp(-abs(x)), 1.0),
    "dog": (
        lambda x: 2 * jnp.exp(-x * x / 2) - jnp.exp(-x * x / 8),
        lambda x: ROOT * (erf(x / 2**0.5) - erf(x / 8**0.5)),
        float(np.sqrt(8 * np.log(2) / 3)),
    ),
}


class Widths(NamedTuple):
    """Of the two bumps of a field, in its unit of length; NaN where there is none."""

    stable: float
    unstable: float


class FieldRun(NamedTuple):
    """What `AmariField.run` returns.

    t     : (time,) ms
    x     : (cells,) where the cells are
    u     : (time, ..., cells) potential
    width : (time, ...) length of all that is excited, u > 0
    """

    t: Array
    x: Array
    u: Array
    width: Array


class AmariField(Dynamics):
    r"""Amari's field: u(x) of neurons along a line, each fully active or silent.

    $$\tau \frac{\partial u}{\partial t} = -u + \int w(x - y)\, H(u(y))\, dy + h + I, \qquad
    W(D) = \int_0^D w\,dx$$

    w excites nearby and inhibits further away: the wizard hat $(1 - |x|) e^{-|x|}$, or "dog", the difference of Gaussians
    $2 e^{-x^2/2} - e^{-x^2/8}$. A bump of width D stays where W(D) = -h: the wider one is stable, the narrower one is the
    threshold between growing and dying. The line is a ring of `length`, so that it has no ends.

    Pitfall: whoever counts a cell as active when u > 0 there gets fronts that stick to the cells, and widths that depend
    on the past. Here u is a straight line between two cells, and what is active ends where that line is 0
    (`fronts="at cells"` shows the pitfall).

    Source: Amari, Biol. Cybern. 27 (1977) 77; the wizard hat: Coombes, Biol. Cybern. 93 (2005) 91.

    >>> field = AmariField(h=-0.2)
    >>> print("stable {:.4f}, unstable {:.4f}".format(*field.widths()))
    stable 2.5426, unstable 0.2592
    >>> run = field.run(field.bump(0.5), duration=500.0)
    >>> print(f"{run.width[-1]:.2f}")
    2.54
    """

    states = ("u",)
    units = {"u": "1"}
    method = "rk4"
    dt = 2.0

    h: float = param(-0.2, "1", "resting level", symbol="h", slider=(-0.45, 0.0))
    tau: float = param(10.0, "ms", "time constant", symbol=r"\tau", slider=(1, 50), above=0, why=WHY_TAU)
    length: float = param(
        20.0, "1", "length of the ring", symbol="L", slider=(10, 40), above=0, why="there has to be room for a cell"
    )
    kernel: str = param("wizard hat", "", "weights", structural=True, choices=tuple(KERNELS))
    cells: int = param(
        500, "", "cells along the ring", structural=True, at_least=8, why="a bump has to be wider than one cell"
    )
    fronts: str = param("between cells", "", "where fronts can be", structural=True, choices=("between cells", "at cells"))

    @property
    def x(self):
        """(cells,): where the cells are, from -length/2 on."""
        return box(jnp.asarray(positions(self.cells, 1.0)) * raw(self.length))

    def w(self, x):
        """Weight at the distance x."""
        return box(KERNELS[self.kernel][0](raw(x)))

    def W(self, x):
        """The weights up to the distance x together: what a front at one end of a bump of this width receives."""
        return box(KERNELS[self.kernel][1](raw(x)))

    def widths(self) -> Widths:
        """(stable, unstable): the two solutions of W(D) = -h, on a line without end.

        Those of the wizard hat are the branches of Lambert's function, -W_{-1}(h) and -W_0(h), for -1/e < h < 0.

        >>> AmariField(h=-0.5).widths()
        Widths(stable=nan, unstable=nan)
        """
        h, (_, W, peak) = float(unbox(self.h)), KERNELS[self.kernel]
        if not 0 < -h < float(W(peak)):
            return Widths(np.nan, np.nan)
        from scipy.optimize import brentq  # SciPy takes its time, and `import brainlab` needs none of it
        from scipy.special import lambertw

        if self.kernel == "wizard hat":
            return Widths(*(-float(lambertw(h, branch).real) for branch in (-1, 0)))
        with enable_x64():
            return Widths(*(brentq(lambda D: float(W(D)) + h, *span) for span in ((peak, FAR), (0.0, peak))))

    def bump(self, width=None):
        """(cells,): u around x = 0 with everything excited within `width`, W(x + D/2) - W(x - D/2) + h.

        width : None for the stable one, whose u this is exactly
        """
        if width is None:
            width = self.widths().stable
            if np.isnan(width):
                limit = float(KERNELS[self.kernel][1](KERNELS[self.kernel][2]))
                raise ParamError(
                    f"AmariField.h = {unbox(self.h)!r}: there is no bump, h must be between {-limit:.4f} and 0.",
                    why="below, the weights cannot lift a bump above threshold; above 0, everything is active",
                    try_="AmariField(h=-0.2)",
                )
        model, width = raw((self, width))
        x, W = raw(model.x), KERNELS[self.kernel][1]
        return box(W(x + width / 2) - W(x - width / 2) + model.h)

    def initial(self):
        """At rest, u = h everywhere: (cells,)."""
        return (box(jnp.zeros(self.cells) + raw(self.h)),)

    def active(self, u):
        """(..., cells): the share of each cell's surroundings that is excited; 1 inside a bump."""
        return box(_active(raw(u), self.fronts))

    def derivative(self, u, I=0.0):
        """u (..., cells); I: a number, or (..., cells)"""
        model, u, I = raw((self, u, I))
        return box(_slope(model, _weights(model), u, I))

    def run(self, u0, duration=300.0, dt=None, I=0.0) -> FieldRun:
        """The field from u0 on.

        u0           : (..., cells), such as `field.bump(1.0)`
        duration, dt : ms; None: `AmariField.dt`, a fifth of the default tau
        I            : input, a number, (cells,), or (steps, cells) if it changes in time
        """
        t, dt, _ = mesh(0.0, duration, self.dt if dt is None else dt, None)
        steps = len(t) - 1
        u0, I = raw((u0, I))
        if u0.shape[-1:] != (self.cells,):
            raise ParamError(
                f"u0 has shape {u0.shape}: {self.cells} cells are expected.",
                why="the field starts with one potential for each cell",
                try_="field.run(field.bump(1.0))",
            )
        if I.shape not in ((), (self.cells,), (steps, self.cells)):
            raise ParamError(
                f"I has shape {I.shape}: a number, ({self.cells},) or ({steps}, {self.cells}) is expected.",
                why=f"there are {self.cells} cells and {steps} steps",
                try_="I=0.1 * np.exp(-np.asarray(field.x) ** 2)",
            )
        u, width = _run(raw(self), u0, jnp.broadcast_to(I, (steps, self.cells)), dt)
        return FieldRun(box(jnp.asarray(t)), self.x, *box((u, width)))


def _active(u, fronts):
    if fronts == "at cells":
        return (u > 0).astype(u.dtype)
    after = jnp.roll(u, -1, -1)
    crossed = (u > 0) != (after > 0)
    where = jnp.where(crossed, u / jnp.where(crossed, u - after, 1.0), 0.0)  # of u = 0 on the way to the next cell, 0 to 1
    begin = jnp.where(u > 0, 0.0, where)
    end = jnp.where(after > 0, 1.0, where)
    # An excited piece belongs to both cells, more to the nearer: so the weights, too, are straight lines between cells.
    to_next = (end * end - begin * begin) / 2
    return end - begin - to_next + jnp.roll(to_next, 1, -1)


def _weights(model):
    """The spectrum of w dx."""
    w = KERNELS[model.kernel][0](steps_to(model.cells, 1.0) * model.length)
    return jnp.fft.rfft(w) * (model.length / model.cells)


def _slope(model, weights, u, I):
    return (through(weights, _active(u, model.fronts)) + model.h + I - u) / model.tau


@jax.jit
def _run(model, u0, I, dt):
    step, weights = stepper("rk4"), _weights(model)

    def go(u, I):
        u = step(lambda u, t: _slope(model, weights, u, I), u, 0.0, dt)
        return u, u

    _, u = jax.lax.scan(go, u0, I)
    u = jnp.concatenate([u0[None], u])
    return u, _active(u, model.fronts).sum(-1) * (model.length / model.cells)
