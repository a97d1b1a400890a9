"""What P15a computes: a cue, the run that it starts, and the state after every single update."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from ..math._array import raw
from ..models._patterns import flip
from ..models._sweeps import ORDERS, energy_of, product, sweeps_of
from ..models.hopfield import weights
from ..vision.letters import letters as bitmaps
from .programs import Program

SHAPE = bitmaps.shape
N = SHAPE[0] * SHAPE[1]
SWEEPS = 4
END = SWEEPS * N  # single updates
SETS = ("HXT", "ACEH", "ABCDEFGH")
MOST = 9  # memories: the letters and a drawing
KEPT = 20  # sets of weights: going back to one learns nothing anew


def recall(T, values, seed, together, X, W):
    """The run of a cue through a memory, pure. X: (MOST, N), rows of zeros where there are fewer memories; W: (N, N)"""
    e, key = values, jax.random.PRNGKey(seed)
    to_run, to_cue = jax.random.fold_in(key, 0), jax.random.fold_in(key, 1)  # the first is that of `Memory.recall`
    memories = jnp.abs(X).any(1).sum()
    chosen = e["which"].astype(int) - 1
    cue = raw(flip(X[chosen], jnp.round(e["share"] / 100 * N), to_cue))
    cue = jnp.where((e["painted"] != 0).any(), e["painted"], cue)
    runs = [sweeps_of(W, raw(T), cue, to_run, SWEEPS, order) for order in ORDERS]
    states = jnp.where(together, runs[1][0], runs[0][0])
    steps = jnp.append(jnp.repeat(runs[1][2][:-1], N), runs[1][2][-1])
    descent = jnp.where(together, steps, runs[0][2])
    now = state_at(states, jnp.floor(e["updates"]), to_run, together)
    return {
        "X": X,
        "memories": memories,
        "chosen": chosen,
        "cue": cue,
        "states": states,
        "descent": descent,
        "now": now,
        "overlaps": product(jnp.stack([cue, now, states[-1]]), X.T) / N,
        "levels": energy_of(X, W),
        "energy_now": energy_of(now, W),
    }


def state_at(states, updates, key, together):
    """The state (N,) after so many single updates of `sweeps_of`, out of those after whole sweeps (SWEEPS + 1, N)."""
    sweep = jnp.clip(updates // N, 0, SWEEPS - 1).astype(int)
    done = updates - N * sweep
    turn = jax.random.permutation(jax.random.split(jax.random.split(key, SWEEPS)[sweep])[0], N)
    asked = jnp.where(together, done >= N, jnp.zeros(N, bool).at[turn].set(jnp.arange(N) < done))
    return jnp.where(asked, states[sweep + 1], states[sweep])


class Stored(Program):
    """A program of (model, experiment, seed). It knows only the weights, and not by which rule they were learnt from which
    letters: choosing others compiles nothing but that rule."""

    def __init__(self, function):
        super().__init__(function)
        self._known = {}

    def __call__(self, model, experiment, seed):
        return super().__call__(*self._args(model, experiment, seed, self._learn(model, experiment)))

    def is_ready(self, model, experiment, seed):
        known = self._known.get(_key(model, experiment))
        return known is not None and super().is_ready(*self._args(model, experiment, seed, known))

    def _args(self, model, experiment, seed, known):
        values = {name: getattr(experiment, name) for name in ("share", "which", "updates", "painted")}
        return model.T, values, seed, experiment.order == ORDERS[1], *known

    def _learn(self, model, experiment):
        """(X, W): the patterns (MOST, N), with rows of zeros where there are fewer, and the weights."""
        key = _key(model, experiment)
        if key not in self._known:
            letters = bitmaps(experiment.letters)
            X = np.zeros((MOST, N), np.float32)
            X[: len(letters)], X[len(letters)] = letters, experiment.own
            self._known[key] = X, np.asarray(_weights(model.rule, X))
            for old in [*self._known][:-KEPT]:
                self._known.pop(old, None)
        return self._known[key]


def _key(model, experiment):
    return model.rule, experiment.letters, np.asarray(experiment.own).tobytes()


_weights = jax.jit(weights, static_argnums=0)
