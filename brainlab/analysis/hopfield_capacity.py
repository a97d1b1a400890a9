"""How much a Hopfield network holds: theory and simulation, and how much of a pattern it needs to find the rest."""

from __future__ import annotations

import functools
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import random as jr
from scipy.optimize import brentq, minimize_scalar
from scipy.special import erf, erfc

from ..integrate.noise import as_key
from ..math._array import raw, unbox
from ..models._patterns import flip
from ..models._sweeps import sweeps_of
from ..models.hopfield import RULES, Memory, weights
from ._checks import positive, refuse, whole

RECALLED = 0.9  # an overlap from here on counts as recalled: the lowest that theory has is 0.967


def ags(alpha):
    r"""The overlap m with a stored pattern after recall, for N to infinity at T = 0 and alpha = P/N random patterns.

    $$m = \mathrm{erf}(y), \qquad \sqrt{2 \alpha} = \frac{\mathrm{erf}(y)}{y} - \frac{2}{\sqrt{\pi}} e^{-y^2},
    \qquad y = \frac{m}{\sqrt{2 \alpha r}}$$

    r is how strong the noise of all other patterns is. Of the two solutions the one with the larger m is stable. Above
    alpha_c, where both meet, there is none, and m = 0: the memory is lost at once, not bit by bit.

    Source: Amit, Gutfreund & Sompolinsky, Phys. Rev. Lett. 55 (1985) 1530; Ann. Phys. 173 (1987) 30.

    >>> print(*(f"{m:.6f}" for m in ags([0.0, 0.1, 0.13, 0.14])))
    1.000000 0.997999 0.987212 0.000000
    """
    given = np.asarray(unbox(alpha), float)
    if not (given >= 0).all():
        raise refuse(f"alpha = {alpha!r:.40}: a load P/N is not below 0.", try_="bl.analysis.ags(0.1)")
    top, _, _ = _where_it_ends()
    return _overlap(given, top)[()]


def critical_load() -> tuple[float, float]:
    """(alpha_c, m_c): the load above which nothing is recalled, and the overlap just below it.

    >>> print("%.7f %.6f" % critical_load())
    0.1379056 0.967417
    """
    _, alpha, m = _where_it_ends()
    return alpha, m


def one_step_error(alpha):
    r"""The share of units that turn away when the state is a stored pattern, $\frac12 \mathrm{erfc} \sqrt{1 / (2 \alpha)}$.

    Each gets +1 from its own pattern, and from all others a Gaussian input of variance alpha.

    >>> print(f"{one_step_error(0.138):.5f}")
    0.00355
    """
    with np.errstate(divide="ignore"):
        return 0.5 * erfc(np.sqrt(0.5 / np.asarray(unbox(alpha), float)))


def thermal_overlap(T) -> float:
    """m = tanh(m / T): the overlap at temperature T with few patterns, P/N to 0. 0 from T = 1 on.

    >>> print(f"{thermal_overlap(0.5):.4f} {thermal_overlap(1.2):.4f}")
    0.9575 0.0000
    """
    T = positive("T", T, 0.5, zero=True)
    if T == 0 or T >= 1:
        return float(T == 0)
    return float(brentq(lambda m: np.tanh(m / T) - m, np.sqrt(1 - T) / 2, 1.0, xtol=1e-14))


@functools.cache
def _where_it_ends():
    """(y, alpha, m) at the largest load that has a solution."""
    y = minimize_scalar(lambda y: -_load(y), bracket=(1.0, 1.5, 2.0), tol=1e-12).x
    return y, _load(y), float(erf(y))


def _load(y):
    return 0.5 * (erf(y) / y - 2 / np.sqrt(np.pi) * np.exp(-y * y)) ** 2


@functools.partial(np.vectorize, otypes=[float])
def _overlap(alpha, top):
    if alpha == 0 or alpha > _load(top):
        return float(alpha == 0)
    far = max(2 * top, np.sqrt(1 / alpha))  # erf(y)/y is below 1/y there
    return float(erf(brentq(lambda y: _load(y) - alpha, top, far, xtol=1e-14)))


class Capacity(NamedTuple):
    """What `hopfield_capacity` returns.

    load     : (loads,) P/N
    patterns : (loads,) P
    overlap  : (loads, seeds) with the pattern that recall started at, mean over starts
    recalled : (loads, seeds) share of the starts that ended at an overlap of 0.9 or more
    theory   : (loads,) `ags`
    """

    load: np.ndarray
    patterns: np.ndarray
    overlap: np.ndarray
    recalled: np.ndarray
    theory: np.ndarray


def hopfield_capacity(
    N=500, loads=(0.05, 0.1, 0.12, 0.13, 0.138, 0.15, 0.16, 0.18, 0.2), *, rule="hebb", seeds=4, starts=8, flips=0.0,
    sweeps=20, seed=0,
) -> Capacity:  # fmt: skip
    """Store P = load N random patterns, start at some of them, and see what is left when the network has settled.

    loads  : P/N
    seeds  : networks for each load; all run together (vmap)
    starts : patterns that recall starts at, in each network
    flips  : share of units turned round at the start
    sweeps : asynchronous, each unit once in a sweep

    In a network of finite size the overlap falls between 0.138 and 0.16: theory is for N to infinity.

    >>> found = hopfield_capacity(N=200, loads=(0.05, 0.3), starts=4)
    >>> print(found.overlap.mean(1).round(1))
    [1.  0.5]
    """
    whole("N", N, 10, example=500), whole("seeds", seeds, 1, example=4), whole("starts", starts, 1, example=8)
    whole("sweeps", sweeps, 1, example=20)
    if rule not in RULES:
        raise refuse(f"rule = {rule!r:.40}: it is one of {', '.join(map(repr, RULES))}.", try_="rule='hebb'")
    loads = np.atleast_1d(np.asarray(unbox(loads), float))
    counts = np.round(loads * N).astype(int)
    if not (np.isfinite(loads).all() and (counts >= 1).all()):
        raise refuse(
            f"loads = {loads.tolist()!r:.40}: with N = {N} units one pattern is a load of {1 / N:g}.",
            try_="loads=(0.1, 0.14)",
        )
    keys = jr.split(as_key(seed), seeds)
    most, count = int(counts.max()), _flips(flips, N)
    found = [
        _after_recall(keys, P, count, N=N, most=most, rule=rule, starts=starts, sweeps=sweeps) for P in jnp.asarray(counts)
    ]
    m = np.stack([np.asarray(x) for x in found])  # loads, seeds, starts
    there = np.arange(starts) < counts[:, None, None]
    mean = lambda x: (x * there).sum(-1) / there.sum(-1)  # noqa: E731
    return Capacity(counts / N, counts, mean(m), mean(m >= RECALLED), ags(counts / N))


@functools.partial(jax.jit, static_argnames=("N", "most", "rule", "starts", "sweeps"))
def _after_recall(keys, P, count, *, N, most, rule, starts, sweeps):
    """(seeds, starts) overlaps. Every load is the same program: of `most` patterns the first P are stored."""
    starts = min(starts, most)

    def network(key):
        to_patterns, to_flips = jr.split(key)
        X = jr.rademacher(to_patterns, (most, N), jnp.result_type(float))
        W = weights(rule, jnp.where(jnp.arange(most)[:, None] < P, X, 0))
        s = unbox(flip(X[:starts], count, to_flips))
        return W, X[:starts], s

    W, X, s = jax.vmap(network)(keys)
    found = jax.vmap(lambda W, s: ends(W, s, jr.fold_in(keys[0], 0), sweeps))(W, s)
    return (found * X).mean(-1)


def ends(W, s, key, sweeps, T=0.0):
    """(starts, N) where asynchronous recall from s (starts, N) leads. All starts, of all networks, go through the units in
    one order: an update then reads a row of W and adds it; orders of their own would have to be gathered one by one."""
    return jax.vmap(lambda s: sweeps_of(W, T, s, key, sweeps, "asynchronous")[0][-1])(s)


class Basin(NamedTuple):
    """What `hopfield_basin` returns.

    flips    : (n,) share of units turned round at the start
    overlap  : (n,) with the pattern, mean over patterns and trials
    recalled : (n,) share of the trials that ended at an overlap of 0.9 or more
    """

    flips: np.ndarray
    overlap: np.ndarray
    recalled: np.ndarray


def hopfield_basin(memory, flips=(0.0, 0.1, 0.2, 0.3, 0.4, 0.5), *, trials=20, sweeps=10, seed=0) -> Basin:
    """How much of a pattern may be wrong for the network to put it right: recall against flips.

    memory : of `bl.Hopfield().store(patterns)`
    flips  : shares of the units turned round at the start
    trials : starts for each share; trial k is with pattern k, and begins again when there are no more

    >>> import brainlab as bl
    >>> patterns = np.random.default_rng(0).choice([-1, 1], (10, 200))
    >>> hopfield_basin(bl.Hopfield().store(patterns), (0.2, 0.5)).recalled.round(1)
    array([1., 0.])
    """
    if not isinstance(memory, Memory) or np.shape(unbox(memory.patterns))[0] == 0:
        raise refuse(f"{memory!r:.60}: a memory with patterns is expected.", try_="bl.Hopfield().store(patterns)")
    whole("trials", trials, 1, example=20), whole("sweeps", sweeps, 1, example=10)
    shares = np.atleast_1d(np.asarray(unbox(flips), float))
    counts = np.array([_flips(share, memory.N) for share in shares])
    X, W, T = raw((memory.patterns, memory.W, memory.T))
    m = np.asarray(_basin(W, X[jnp.arange(trials) % len(X)], T, jnp.asarray(counts), as_key(seed), sweeps=sweeps))
    return Basin(counts / memory.N, m.mean(1), (m >= RECALLED).mean(1))


@functools.partial(jax.jit, static_argnames="sweeps")
def _basin(W, X, T, counts, key, *, sweeps):
    def share(count, key):
        to_flips, to_run = jr.split(key)
        s = unbox(flip(X, count, to_flips))
        return s, to_run

    s, keys = jax.vmap(share)(counts, jr.split(key, len(counts)))
    found = ends(W, s.reshape(-1, X.shape[1]), keys[0], sweeps, T).reshape(s.shape)
    return (found * X).mean(-1)


def _flips(share, N) -> int:
    if isinstance(share, bool | str) or not 0 <= float(share) <= 1:
        raise refuse(f"flips = {share!r:.40}: a share of the units, from 0 to 1, is expected.", try_="flips=0.2")
    return round(float(share) * N)
