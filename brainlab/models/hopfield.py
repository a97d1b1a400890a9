"""Hopfield: a network whose stable states are memories, found again from a part of them."""

from __future__ import annotations

import functools
import math
import warnings
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from .._teaching import TeachingError
from ..integrate.noise import as_key
from ..math._array import Array, box, raw, unbox
from ..math._trace import is_tracer
from ..params import param
from ._patterns import CapacityWarning, PatternError, checked_patterns, checked_state
from ._sweeps import SWEEPS, Recall, check_order, check_sweeps, energy_of, negligible, product, run
from .base import Model

NEW = 1e-6  # of the square of a pattern: what is left of it beside the others, or it depends on them
RULES = ("hebb", "pseudo-inverse", "storkey")


class Hopfield(Model):
    r"""The Amari-Hopfield network: N units that are +1 or -1, each connected with each, and an energy that only falls.

    $$s_i \leftarrow \mathrm{sign}(h_i), \qquad h_i = \sum_j W_{ij} s_j, \qquad E = -\frac{1}{2} \sum_{ij} W_{ij} s_i s_j$$

    `store` makes the weights out of patterns $\xi^\mu$; all rules give a symmetric W without diagonal:

    * Hebb: $W = \frac{1}{N} \sum_\mu \xi^\mu \xi^{\mu T}$, what fires together wires together; 0.138 N random patterns.
    * pseudo-inverse: W projects onto the patterns, so that each is its own input, however much they resemble each other.
    * Storkey: as Hebb, pattern after pattern, less what the weights so far already say about it. Local, too.

    At temperature T a unit becomes +1 with probability $1 / (1 + e^{-2 h_i / T})$. A unit without input stays as it is.

    Source: Amari, IEEE Trans. Comput. C-21 (1972) 1197; Hopfield, PNAS 79 (1982) 2554. Capacity: Amit, Gutfreund &
    Sompolinsky, Phys. Rev. Lett. 55 (1985) 1530. Rules: Personnaz, Guyon & Dreyfus, J. Physique Lett. 46 (1985) 359; Kanter
    & Sompolinsky, Phys. Rev. A 35 (1987) 380; Storkey, ICANN 1997, 451.

    >>> import brainlab as bl
    >>> patterns = np.random.default_rng(0).choice([-1, 1], (5, 100))
    >>> memory = Hopfield().store(patterns)
    >>> run = memory.recall(bl.models.flip(patterns[2], 20))
    >>> print(f"{run.overlaps[0, 2]:.1f} {run.overlaps[-1, 2]:.1f}")
    0.6 1.0
    """

    rule: str = param("hebb", "", "learning rule", structural=True, choices=RULES)
    T: float = param(
        0.0, "1", "temperature", symbol="T", slider=(0, 1.5), at_least=0, why="there is nothing calmer than no noise at all"
    )

    def capacity(self, N) -> float:
        """How many random patterns N units hold by this rule, for large N.

        Hebb: 0.138 N, beyond which all is lost at once. Storkey: N / sqrt(2 ln N). Pseudo-inverse: N, where W becomes 0.

        >>> print(*(f"{Hopfield(rule=rule).capacity(100):.1f}" for rule in RULES))
        13.8 100.0 33.0
        """
        return {"hebb": 0.138 * N, "pseudo-inverse": 1.0 * N, "storkey": N / math.sqrt(2 * math.log(N))}[self.rule]

    def store(self, patterns, overload=False) -> Memory:
        """The patterns in the weights of a network.

        patterns : (P, N) of +1 and -1
        overload : True stores more than the network holds without a warning
        """
        X = checked_patterns(patterns)
        if not (overload or is_tracer(X)):
            self._warn(*X.shape)
        return Memory(box(X), box(weights(self.rule, X)), self.T)

    def _warn(self, P, N):
        most = self.capacity(N)
        if P <= max(most - (self.rule == "pseudo-inverse"), 1):  # one is no noise to itself
            return
        share, lost, instead = {
            "hebb": ("0.138 N", "each pattern is noise for the others, and above that they are lost all at once",
                     "bl.Hopfield(rule='pseudo-inverse').store(patterns)"),
            "storkey": ("N / sqrt(2 ln N)", "each pattern is noise for the others",
                        "bl.Hopfield(rule='pseudo-inverse').store(patterns)"),
            "pseudo-inverse": ("less than N", "N patterns span all states: each state is then as good as any other",
                               "bl.DenseMemory(n=3).recall(patterns, s)"),
        }[self.rule]  # fmt: skip
        text = TeachingError(
            f"P = {P} patterns in N = {N} units: by the rule {self.rule!r} they hold about {share} = {most:.3g}.",
            why=lost,
            try_=f"{instead}      # or store(patterns, overload=True), to see it happen",
        )
        warnings.warn(CapacityWarning(str(text)), stacklevel=3)

    def connect(self, W, patterns=None) -> Memory:
        """A network with weights of your own.

        W        : (N, N), symmetric, 0 on the diagonal
        patterns : (P, N) to compare states with; None: there are none

        >>> two = Hopfield().connect([[0, -1], [-1, 0]])  # each wants to be what the other is not
        >>> print(*(run.period for run in (two.recall([1, 1]), two.recall([1, 1], order="synchronous"))))
        1 2
        """
        W = jnp.asarray(unbox(W), jnp.result_type(float))
        if W.ndim != 2 or W.shape[0] != W.shape[1] or len(W) < 2:
            raise PatternError(
                f"W has shape {W.shape}: it must be square, (N, N).", why="row i holds what unit i receives from each unit",
                try_="W = [[0, -1], [-1, 0]]",
            )  # fmt: skip
        if not is_tracer(W):
            _check_energy_exists(np.asarray(W))
        X = jnp.zeros((0, len(W)), W.dtype) if patterns is None else checked_state(patterns, len(W), "patterns")
        return Memory(box(jnp.atleast_2d(X)), box((W + W.T) / 2), self.T)


@dataclass(frozen=True)
class Memory:
    """A network with its weights, made by `Hopfield.store`. A pytree: it goes through jit and vmap.

    patterns : (P, N) what was stored
    W        : (N, N) weights, symmetric, without diagonal
    T        : temperature
    """

    patterns: Array
    W: Array
    T: float

    @property
    def N(self) -> int:
        """How many units there are."""
        return self.W.shape[-1]

    def field(self, s) -> Array:
        """h = W s, (..., N): what each unit receives."""
        return box(product(checked_state(s, self.N), unbox(self.W)))

    def energy(self, s) -> Array:
        """E = -1/2 s W s, (...)."""
        return box(energy_of(checked_state(s, self.N), unbox(self.W)))

    def overlaps(self, s) -> Array:
        """m_mu = xi_mu s / N, (..., P): 1 is the pattern itself, -1 its negative."""
        return box(product(checked_state(s, self.N), unbox(self.patterns).T) / self.N)

    def stable(self) -> Array:
        """(P,) of True and False: is the pattern a state that stays?"""
        X, W = raw((self.patterns, self.W))
        h = product(X, W)
        return box(((h * X > 0) | (jnp.abs(h) <= negligible(W))).all(-1))

    def recall(self, s, sweeps=10, order="asynchronous", seed=0) -> Recall:
        """Start at s and let every unit look at its input, `sweeps` times.

        s     : (N,), or (batch, N) for many starts
        order : "asynchronous", one unit after the other in random order; "synchronous", all at once
        seed  : a whole number or a key, for the order and the thermal noise
        """
        check_order(order), check_sweeps(sweeps)
        s = checked_state(s, self.N)
        W, T, X = raw((self.W, self.T, self.patterns))
        return Recall(*box(tuple(run(W, T, X, s, as_key(seed), sweeps=sweeps, order=order))))

    def step(self, s, order="asynchronous", T=None, key=0) -> Array:
        """The state after one sweep, (N,). T: another temperature than the memory's."""
        check_order(order)
        s, W = checked_state(s, self.N), unbox(self.W)
        T = unbox(self.T if T is None else T)
        return box(SWEEPS[order](W, negligible(W), T, s, jnp.zeros((), s.dtype), as_key(key))[0])

    def __repr__(self):
        P, N = np.shape(unbox(self.patterns))[-2:]
        return f"Memory({P} pattern{'' if P == 1 else 's'} in {N} units)"


jax.tree_util.register_dataclass(Memory, ["patterns", "W", "T"], [])


@functools.partial(jax.jit, static_argnums=0)
def weights(rule, X) -> jax.Array:
    """W (N, N) of the patterns X (P, N). A row of zeros is no pattern."""
    N = X.shape[1]
    if rule == "hebb":
        W = product(X.T, X) / N
    else:
        W = lax.scan(_storkey if rule == "storkey" else _project, jnp.zeros((N, N), X.dtype), X)[0]
    return jnp.where(jnp.eye(N, dtype=bool), 0, W)


def _project(W, x):
    """The projection onto one pattern more: what is new in it is a direction of its own.

    Not by an SVD: LAPACK called by two programs at once, as panels do, may wait for ever; and this takes a tenth of it.
    """
    new = x - product(W, x)
    new = new - product(W, new)  # once more, for the digits that were lost
    size = (new * new).sum()
    there = size > NEW * (x * x).sum()
    return W + jnp.where(there, new[:, None] * new / jnp.where(there, size, 1), 0), None


def _storkey(W, x):
    r"""$\Delta W_{ij} = (\xi_i \xi_j - \xi_i h_{ji} - h_{ij} \xi_j) / N$, $h_{ij} = \sum_{k \ne i, j} W_{ik} \xi_k$."""
    h, there = product(W, x), x * x  # h_ij = h_i - W_ij x_j, and x_j^2 is 1, or 0 where there is no pattern
    x, h, row = x[:, None], h[:, None], there[:, None]
    change = x * x.T - x * h.T - h * x.T + W * (row + row.T)
    return W + jnp.where(jnp.eye(len(W), dtype=bool), 0, change) / len(W), None


def _check_energy_exists(W):
    if not np.isfinite(W).all():
        raise PatternError("W is not finite everywhere.", try_="np.isfinite(W)")
    rounding = 1e-5 * np.abs(W).max()
    loops, uneven = np.flatnonzero(np.diag(W)), np.argwhere(np.abs(W - W.T) > rounding)
    if len(loops):
        i = loops[0]
        raise PatternError(
            f"W[{i}, {i}] = {W[i, i]:g}: the diagonal must be 0.",
            why="a unit that drives itself holds on to any state it is in", try_="W - np.diag(np.diag(W))",
        )  # fmt: skip
    if len(uneven):
        i, j = uneven[0]
        raise PatternError(
            f"W[{i}, {j}] = {W[i, j]:g} and W[{j}, {i}] = {W[j, i]:g}: W must be symmetric.",
            why="without symmetry there is no energy that falls, and the state may go round for ever", try_="(W + W.T) / 2",
        )  # fmt: skip
