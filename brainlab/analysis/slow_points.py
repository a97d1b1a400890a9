"""Slow points: where a system of many states lingers."""

from __future__ import annotations

from dataclasses import dataclass, field

import jax.numpy as jnp
import numpy as np

from ._checks import refuse, whole
from ._flow import flow
from ._newton import distinct, zeros
from ._ranges import box, in_double, spread
from ._system import system
from .fixed_points import FixedPoint, make_point, rounded


@dataclass(frozen=True)
class SlowPoint(FixedPoint):
    """A state that changes more slowly than its neighbours. q = |f|^2 / 2; where `fixed` it is 0, to rounding."""

    q: float = 0.0
    fixed: bool = False
    f: np.ndarray = field(default=None, repr=False)

    @property
    def stable(self) -> bool:
        return self.fixed and super().stable

    def __repr__(self):
        at = ", ".join(f"{name}={value:.4g}" for name, value in list(zip(self.states, rounded(self.y), strict=True))[:6])
        at += ", ..." * (len(self.states) > 6)
        return f"SlowPoint({at}: {f'{self.kind}' if self.fixed else f'q = {self.q:.3g}'})"


@in_double
def slow_points(
    target, ranges=None, *, starts=None, n=128, slower_than=None, scale=None, start=None, args=None, **parameters
) -> list[SlowPoint]:
    r"""Minima of $q(y) = \tfrac12 |f(y)|^2$: fixed points, where q = 0, and the slow ones that a fixed point leaves behind.

    ranges      : name -> (low, high), where searches begin; without them half of these begin on trajectories
    starts      : (k, n) states where searches begin, instead of ranges; states of a run are good ones (Sussillo and Barak)
    n           : searches
    slower_than : keep what has a smaller q; None: all minima
    scale       : (n,) what 1 is in each component of f, where states have different units; None: 1 for all
    returns     : the slowest first. `eigenvalues` and `kind` are those of the Jacobian there, which for a point that is
                  not quite fixed say how neighbours move relative to it

    All searches run at once. Source: Sussillo and Barak, Neural Computation 25 (2013) 626.

    >>> ghost = slow_points(lambda x, t, r=-0.01: x**2 - r, {"x": (-1, 1)}, r=-0.01)
    >>> len(ghost), abs(ghost[0].y.round(6)), f"{ghost[0].q:.2g}"
    (1, array([0.]), '5e-05')
    """
    found = system(target, start, args, **parameters)
    states = len(found.states)
    whole("n", n, 1, example=128)
    scale = np.ones(states) if scale is None else np.asarray(scale, float)
    if scale.shape != (states,) or not (np.isfinite(scale) & (scale > 0)).all():
        raise refuse(f"scale = {scale.tolist()!r:.60}: a number above 0 for each state, {', '.join(found.states[:6])}.")
    limits = None
    if starts is not None:
        starts = np.atleast_2d(np.asarray(starts, float))
        if starts.ndim != 2 or starts.shape[1] != states or not np.isfinite(starts).all():
            raise refuse(
                f"starts is {starts.shape}: (start, {states}) finite numbers are expected.",
                why=f"the states are {', '.join(found.states[:8])}",
                try_="starts=run.y[::50]",
            )
        width = np.maximum(np.ptp(starts, axis=0), 1e-3 * np.maximum(np.abs(starts).max(0), 1.0))
    else:
        limits = box(found, ranges)
        low, width = limits[:, 0], np.ptp(limits, axis=1)
        starts = low + width * spread(n, states)
        if ranges is None:
            dt = getattr(found.target, "dt", 0.02)
            way = np.asarray(flow(found.field, found.dtyped(), starts[: max(n // 16, 1)], dt, steps=2000, every=250))
            way = way[1:].reshape(-1, states)
            way = way[np.isfinite(way).all(1)][: n // 2]
            starts[n - len(way) :] = way
    return _found(found, starts, width, limits, scale, slower_than)


def _found(found, starts, width, limits, scale, slower_than):
    p = found.dtyped()
    end = zeros(found.field, p, jnp.asarray(starts), jnp.asarray(width), jnp.asarray(scale), steps=200)
    y, f, J = (np.asarray(a) for a in (end.y, end.f, end.jacobian))
    q = 0.5 * ((f / scale) ** 2).sum(1)
    A = np.nan_to_num(J * width / scale[:, None])  # what f changes by over the box
    reach = np.abs(A).sum((1, 2))
    with np.errstate(invalid="ignore", over="ignore"):
        fixed = np.sqrt(2 * q) < 1e-7 * np.maximum(reach, np.median(reach))
        uphill = np.abs(np.einsum("kij,ki->kj", A, f / scale)).max(1)  # of q, over the box
        minimum = fixed | ((uphill < 0.05 * q) & (reach > 0))  # a plateau, such as of an exponential cut off, is no minimum
    fine = minimum & np.isfinite(q) & np.isfinite(J).all((1, 2))
    if limits is not None:
        room = 0.05 * width
        fine &= ((y >= limits[:, 0] - room) & (y <= limits[:, 1] + room)).all(1)
    if slower_than is not None:
        fine &= q < slower_than
    order = np.flatnonzero(fine)[np.argsort(q[fine], kind="stable")]
    order = order[distinct(y[order], width, 1e-3)] if len(order) else order
    out = []
    for i in order:
        point = make_point(found.states, y[i], J[i])
        out.append(SlowPoint(point.states, y[i], point.eigenvalues, point.kind, J[i], float(q[i]), bool(fixed[i]), f[i]))
    return out
