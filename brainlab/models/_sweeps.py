"""How the units of a symmetric network look at their input: one after the other, or all at once. Pure, and compiled."""

from __future__ import annotations

import functools
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from jax import random as jr

from ..math._array import Array
from ..params import ParamError

ORDERS = ("asynchronous", "synchronous")
ROUNDING = 8  # in units of the last digit of the sum of all weights of a unit: what is smaller is no input


class Recall(NamedTuple):
    """What `recall` returns. Of several starts (batch, N) each has its own, behind the axis of time.

    states   : (sweeps + 1, N) at the start and after every sweep, in which each unit looked at its input once
    energy   : (sweeps + 1,)
    overlaps : (sweeps + 1, P) with every stored pattern: 1 is the pattern, -1 its negative, 0 has nothing to do with it
    settled  : True if the last sweep changed nothing
    period   : 1 at rest; 2 if the state comes back after two sweeps and not after one; 0 if neither
    descent  : the energy after every single update, (sweeps N + 1,); synchronous updates are one each sweep
    """

    states: Array
    energy: Array
    overlaps: Array
    settled: Array
    period: Array
    descent: Array


def check_order(order):
    if order not in ORDERS:
        raise ParamError(
            f"order = {order!r:.40}: the order of updates is one of {', '.join(map(repr, ORDERS))}.",
            why="units look at their input one after the other, or all at once",
            try_="order='asynchronous'",
        )


def check_sweeps(count, name="sweeps"):
    if isinstance(count, bool) or not isinstance(count, int) or count < 1:
        raise ParamError(f"{name} = {count!r:.40}: a whole number, 1 or more, is expected.", try_=f"{name}=10")


def product(s, W):
    """s W with all digits: some accelerators would round to three."""
    return jnp.matmul(s, W, precision="highest")


def energy_of(s, W):
    return -0.5 * (s * product(s, W)).sum(-1)


def negligible(W):
    """(N,) an input below this is rounding: the sum is 0, and the unit stays as it is."""
    return ROUNDING * jnp.finfo(W.dtype).eps * jnp.abs(W).sum(-1)


def answer(input, now, T, noise, least):
    """The new state: the sign of the input, with thermal noise such that s = 1 with probability 1/(1 + exp(-2 h / T))."""
    x = input - 0.5 * T * noise
    return jnp.where(jnp.abs(x) <= least, now, jnp.sign(x))


def one_after_the_other(W, least, T, s, E, key):
    """A sweep in random order. Returns s, E and the energy after each update.

    The input of all units is kept, and only changes by a column of W when a unit changes: no product of N x N.
    The energy changes by -(change) (input), which at T = 0 is never above 0, and so is the rounded sum.
    """
    N = s.shape[-1]
    to_order, to_noise = jr.split(key)
    order, noise = jr.permutation(to_order, N), jr.logistic(to_noise, (N,), s.dtype)

    def update(now, place):
        s, h, E = now
        i, noise = place
        change = answer(h[i], s[i], T, noise, least[i]) - s[i]
        E = E - change * h[i]
        return (s.at[i].add(change), h + change * W[i], E), E  # W is symmetric: row i is column i

    (s, _, E), energies = lax.scan(update, (s, product(s, W), E), (order, noise))
    return s, E, energies


def all_at_once(W, least, T, s, E, key):
    """A sweep in which everybody answers to the same state."""
    s = answer(product(s, W), s, T, jr.logistic(key, s.shape, s.dtype), least)
    E = energy_of(s, W)
    return s, E, E[None]


SWEEPS = dict(zip(ORDERS, (one_after_the_other, all_at_once), strict=True))


def sweeps_of(W, T, s, key, sweeps, order):
    """(states, energies, energies after every update) of one start, (N,)."""
    least, sweep = negligible(W), SWEEPS[order]

    def body(now, key):
        s, E, energies = sweep(W, least, T, *now, key)
        return (s, E), (s, E, energies)

    E = energy_of(s, W)
    _, (states, energy, descent) = lax.scan(body, (s, E), jr.split(key, sweeps))
    first = lambda x, y: jnp.concatenate([x[None], y])  # noqa: E731
    return first(s, states), first(E, energy), first(E, descent.ravel())


def rest(states):
    """(settled, period) of states (sweeps + 1, ..., N)."""
    same = (states[-1] == states[-2]).all(-1)
    swings = (states[-1] == states[-3]).all(-1) if len(states) > 2 else jnp.zeros_like(same)
    return same, jnp.where(same, 1, jnp.where(swings, 2, 0))


@functools.partial(jax.jit, static_argnames=("sweeps", "order"))
def run(W, T, patterns, s, key, *, sweeps, order):
    """`Recall` of starts s (..., N)."""
    starts = s.reshape(-1, s.shape[-1])
    keys = jax.vmap(functools.partial(jr.fold_in, key))(jnp.arange(len(starts)))
    found = jax.vmap(lambda s, key: sweeps_of(W, T, s, key, sweeps, order), out_axes=1)(starts, keys)
    states, energy, descent = (x.reshape(len(x), *s.shape[:-1], *x.shape[2:]) for x in found)
    return Recall(states, energy, product(states, patterns.T) / s.shape[-1], *rest(states), descent)
