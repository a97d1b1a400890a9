"""How binary cells run: at each moment one of them looks at its input, and only if it changes are others told."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass, field

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from ...math import _counter as counter
from ...math._array import raw, unbox
from ..errors import SimulationError


@dataclass(frozen=True)
class BinaryRun:
    """What `BalancedBinary.simulate` returns. All in NumPy; the first N cells are excitatory, the others inhibitory.

    t          : (time,) ms
    m_E, m_I   : (time,) share of active cells
    active     : (2N,) share of the looks at which each cell was active
    excitation, inhibition : (time, watched) what the watched cells get from E and from outside, and from I (below 0)
    input      : (2N,) excitation + inhibition - threshold of every cell, at the end: above 0 it will turn on
    """

    t: np.ndarray
    m_E: np.ndarray
    m_I: np.ndarray
    active: np.ndarray = field(repr=False)
    excitation: np.ndarray = field(repr=False)
    inhibition: np.ndarray = field(repr=False)
    input: np.ndarray = field(repr=False)

    def inputs(self, population="E") -> np.ndarray:
        """(N,) the input of every cell of one population, for a histogram; `net.input_law` says what it should be."""
        if population not in ("E", "I"):
            raise SimulationError(f"population = {population!r:.40}: it is 'E' or 'I'.", try_="run.inputs('E')")
        N = len(self.input) // 2
        return self.input[:N] if population == "E" else self.input[N:]

    def __repr__(self):
        return (
            f"BinaryRun(2 x {len(self.input) // 2} cells, {len(self.t) * self.t[0]:g} ms: "
            f"m_E {self.m_E.mean():.4f}, m_I {self.m_I.mean():.4f})"
        )


def run(net, targets, duration, dt, settle, start, watch, seed) -> BinaryRun:
    """`net.simulate`: what is asked is checked, and the loop is compiled and run."""
    samples, before = _looks(duration, dt, settle)
    N, watch = net.N, _watched(watch, net.N)
    check_seed(seed)
    if np.ndim(targets) != 2 or len(targets) != 2 * N:
        raise SimulationError(
            f"connections has shape {np.shape(targets)}, and the network has 2 x {N} cells.",
            why="row j holds whom cell j tells",
            try_="net.simulate(connections=net.wire(seed=0))",
        )
    start = unbox(start)
    if isinstance(start, bool | str) or np.ndim(start) or not 0 <= start <= 1:
        raise SimulationError(f"start = {start!r:.40}: a share of active cells, from 0 to 1, is expected.", try_="start=0.1")
    state, looks = beginning(N, start, seed)
    out = _run(raw(net), targets, state, looks, dt, before, watch, samples=before + samples)
    active, kept, excitation, inhibition, input = (np.asarray(x) for x in out)
    m, shown = active[before:] / N, slice(before, None)
    t = dt * np.arange(1, samples + 1)
    return BinaryRun(t, m[:, 0], m[:, 1], kept / samples, excitation[shown], inhibition[shown], input)


def beginning(N, start, seed):
    """(which cells are active at first (2N,), the seed of who looks when)"""
    rng = np.random.default_rng([seed, 1])  # not the numbers of the connections once more
    return (rng.random(2 * N) < start).astype(np.int32), np.uint32(rng.integers(2**32))


def check_seed(seed):
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise SimulationError(f"seed = {seed!r:.40}: a whole number, 0 or more, is expected.", try_="seed=1")


def wire(n, p, rng) -> np.ndarray:
    """(n, most) int32: row j holds whom cell j tells, in order, filled up with n. Any two cells with probability p.

    Gaps between successes are geometric: only those that are there are drawn, not all n * n pairs.
    """
    total = n * n
    guess = int(total * p + 6 * math.sqrt(total * p)) + 10  # more than enough but once in 1e9
    places = np.cumsum(rng.geometric(p, guess)) - 1
    places = places[places < total]
    row, column = np.divmod(places, n)
    degree = np.bincount(row, minlength=n)
    first = np.cumsum(degree) - degree
    targets = np.full((n, degree.max()), n, np.int32)
    targets[row, np.arange(len(row)) - first[row]] = column
    return targets


@functools.partial(jax.jit, static_argnames="samples")
def _run(net, targets, state, seed, dt, before, watch, *, samples):
    N, J = net.N, raw(net.weights())
    row = 2 * N + 1  # counts: active inputs of every cell from E, then from I; last in each, what fills up targets
    per_ms = N / net.tau_E + N / net.tau_I  # looks of all cells together
    first = net.tau_I / (net.tau_E + net.tau_I)  # the share of them that excitatory cells have
    outside, threshold = net.K * J[:, 2] * net.m_0, jnp.stack([net.theta_E, net.theta_I])

    def tell(counts, cell, change):
        """All whom the cell tells have one active input more, or less. Whole numbers: nothing is ever rounded."""
        places = targets[cell] + row * (cell // N)  # one index: with two, XLA's scatter takes 7 times as long
        return counts.at[places].add(change, mode="promise_in_bounds", indices_are_sorted=True)

    def currents(counts, cells):
        """(from E and outside, from I), in the unit of the threshold."""
        k = cells // N
        return J[k, 0] * counts[cells] + outside[k], J[k, 1] * counts[row + cells]

    def look(i, now):
        state, counts, active = now
        k = (counter.uniform(seed, i, 1)[0] >= first).astype(jnp.int32)
        cell = k * N + counter.integers(N, seed, i, 1, stream=1)[0]
        excitation, inhibition = currents(counts, cell)
        new = (excitation + inhibition > threshold[k]).astype(jnp.int32)
        change = new - state[cell]
        counts = lax.cond(change != 0, tell, lambda counts, *_: counts, counts, cell, change)
        return state.at[cell].set(new), counts, active.at[k].add(change)

    def sample(now, i):
        cells, k, kept = now
        end = jnp.floor((i + 1) * dt * per_ms).astype(jnp.int32)
        cells = lax.fori_loop(k, end, look, cells)
        state, counts, active = cells
        return (cells, end, kept + jnp.where(i >= before, state, 0)), (active, *currents(counts, watch))

    counts = jnp.zeros(2 * row, jnp.int32)
    counts = lax.fori_loop(0, 2 * N, lambda j, counts: tell(counts, j, state[j]), counts)
    active = jnp.stack([state[:N].sum(), state[N:].sum()]).astype(jnp.int32)
    now = (state, counts, active), jnp.int32(0), jnp.zeros_like(state)
    ((state, counts, _), _, kept), (active, excitation, inhibition) = lax.scan(sample, now, jnp.arange(samples))
    cells = jnp.arange(2 * N)
    return active, kept, excitation, inhibition, sum(currents(counts, cells)) - threshold[cells // N]


def _looks(duration, dt, settle) -> tuple[int, int]:
    """How many samples are kept, and how many come before."""
    for name, value, least in (("duration", duration, 0), ("dt", dt, 0), ("settle", settle, None)):
        fine = not isinstance(value, bool | str) and np.ndim(value) == 0 and np.isreal(value) and np.isfinite(value)
        if not fine or value < 0 or value == least:
            rule = "not below 0" if least is None else "above 0"
            usual = {"duration": 200.0, "dt": 1.0, "settle": 50.0}[name]
            raise SimulationError(f"{name} = {value!r:.40}: a number of ms {rule} is expected.", try_=f"{name}={usual}")
    if dt > duration:
        raise SimulationError(f"dt = {dt:g} ms is longer than the duration of {duration:g} ms.", try_="dt=1.0")
    return round(duration / dt), round(settle / dt)


def _watched(watch, N) -> np.ndarray:
    try:
        cells = np.atleast_1d(np.asarray(watch))
        fine = cells.dtype.kind in "iu" and ((cells >= 0) & (cells < 2 * N)).all()
    except (TypeError, ValueError):
        fine = False
    if not fine:
        raise SimulationError(
            f"watch = {watch!r:.40}: numbers of cells from 0 to {2 * N - 1} are expected.",
            why=f"0 to {N - 1} are the excitatory cells, {N} to {2 * N - 1} the inhibitory ones",
            try_=f"watch=(0, {N})",
        )
    return cells.astype(np.int32)
