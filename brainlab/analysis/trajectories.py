"""Trajectories: where a state goes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from .. import svg
from ..integrate.errors import DivergedError
from ..math._where import place, user_frame
from ._checks import refuse
from ._flow import flow
from ._ranges import in_double, time_step
from ._system import System, system


@dataclass(frozen=True)
class Trajectory:
    """What a state did. t: (time,); y: (time, state); by name: run["v"]"""

    states: tuple[str, ...]
    t: np.ndarray
    y: np.ndarray

    def __getitem__(self, name: str) -> np.ndarray:
        return self.y[:, self.states.index(name)]

    def __repr__(self):
        return f"Trajectory({', '.join(self.states)}: {len(self.t)} points, t = {self.t[0]:g} to {self.t[-1]:g})"

    def plot(self) -> svg.Picture:
        """Every state against time."""
        rows = [
            svg.Axes("t", name, height=140, layers=[svg.Layer(self.t, self.y[:, i], color=svg.COLORS[i % 6])])
            for i, name in enumerate(self.states)
        ]
        return svg.compose(rows, description=f"{', '.join(self.states)} against t")


@in_double
def trajectory(target, start=None, duration=100.0, dt=None, *, args=None, **parameters) -> Trajectory:
    """The trajectory from a state, by the classical Runge-Kutta method.

    start    : one number for each state; None: a model's own
    duration : below 0 it goes back in time
    dt       : None: the model's own, or a 2000th of the duration

    Spikes of integrate-and-fire models are no part of their derivative: here nothing is reset. `bl.simulate` does.

    >>> run = trajectory(lambda x, v, t: (v, -x), (1.0, 0.0), 2 * np.pi)
    >>> run
    Trajectory(x, v: 2001 points, t = 0 to 6.28319)
    >>> run.y[-1].round(6) + 0.0
    array([1., 0.])
    """
    found = system(target, start, args, **parameters)
    if not np.ndim(duration) == 0 or not np.isfinite(duration) or duration == 0:
        raise refuse(f"duration = {duration!r:.40}: a number other than 0 is expected.", try_="duration=100.0")
    dt, steps = time_step(found, abs(duration), dt)
    (run,) = run_from(found, found.start[None], dt * np.sign(duration), steps)
    first = np.flatnonzero(~np.isfinite(run.y).all(1))
    if len(first):
        name = found.states[int(np.flatnonzero(~np.isfinite(run.y[first[0]]))[0])]
        raise DivergedError(
            f"{name} became infinite at t = {run.t[first[0]]:.6g}.",
            place(user_frame()),
            "a step longer than the fastest process overshoots, each time by more; or the equation itself runs away",
            f"dt={dt / 10:g}",
        )
    return run


def run_from(found: System, starts, dt, steps, field=None, p=None) -> list[Trajectory]:
    """One for each start, (k, n). What runs away is cut there: NaN."""
    y = np.asarray(flow(field or found.field, found.dtyped() if p is None else p, starts, dt, steps=steps))
    y = np.where(np.isfinite(y).all(-1, keepdims=True), y, np.nan)
    return [Trajectory(found.states, np.arange(steps + 1) * dt, y[:, i]) for i in range(y.shape[1])]


def within(run: Trajectory, low, high) -> Trajectory:
    """The same with NaN where it is far outside: what runs away would crowd the picture out."""
    room = 2 * (high - low)
    outside = ((run.y < low - room) | (run.y > high + room)).any(1)
    return replace(run, y=np.where(outside[:, None], np.nan, run.y))
