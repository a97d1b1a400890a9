"""JustInTime: random targets that are made anew whenever they are needed. Stores a seed and a weight."""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp

from .. import _counter, _events
from .._array import raw
from .._wiring import WiringError, check_weights
from ..counter import _whole
from ._connection import Connection, number_of_neurons, weight_array


class JustInTime(Connection):
    r"""Each neuron reaches `out_degree` random ones, which nobody stores: a hash says who they are, at every spike anew.

    $$\mathrm{target}_{ik} = \lfloor n_{post} \, \mathrm{hash}(\text{seed}, i, k) / 2^{32} \rfloor$$

    n_pre, n_post    : numbers of neurons
    out_degree       : how many synapses each presynaptic neuron makes
    weight           : () one for all, or (n_pre,) one for each presynaptic neuron
    seed             : whole number from 0 up to 2**32 - 1. It may be traced: another network compiles nothing anew
    self_connections : False: a neuron does not reach itself; only where n_pre is n_post

    Targets are drawn with replacement: two neurons can have several synapses (multapses), a share of about
    out_degree / n_post, and the in-degree is binomial with mean n_pre out_degree / n_post. Each target has the same
    probability to within 2**-32. For other rules and for weights that learn, take a store that has synapses, `.padded()`.

    Memory does not depend on the number of synapses, and time only on the spikes; gradients, `.dense()`, `.pairs()` and
    processors other than CPUs make all targets at once. Source of the idea: Lytton, Omurtag, Neymotin and Hines (2008),
    Just-in-time connectivity for large spiking networks, Neural Computation 20, 2745.

    >>> import brainlab.math as bm
    >>> connection = bm.sparse.JustInTime(100_000, 100_000, out_degree=1000, weight=0.1, seed=1)
    >>> connection
    JustInTime(100000 -> 100000, 100000000 synapses, 8 B)
    >>> received = bm.ones(100_000, bool) @ connection
    >>> round(float(received.mean()), 2), round(float(received.std()), 1)   # 0.1 * 1000 and 0.1 * sqrt(1000)
    (100.0, 3.2)
    """

    leaves = ("seed", "weights")
    sizes = ("n_pre", "n_post", "out_degree", "self_connections")

    def __init__(self, n_pre, n_post, out_degree, weight=1.0, seed=0, self_connections=True):
        call = "JustInTime(n_pre=1000, n_post=1000, out_degree=80, weight=0.1, seed=1)"
        n_pre, n_post = number_of_neurons("n_pre", n_pre, call), number_of_neurons("n_post", n_post, call)
        if isinstance(out_degree, bool) or not hasattr(out_degree, "__index__") or out_degree < 1:
            raise WiringError.of(
                f"out_degree = {out_degree!r}: it is a number of synapses, 1 or more.",
                "every presynaptic neuron makes that many",
                call,
            )
        if not self_connections and (n_pre != n_post or n_pre == 1):
            raise WiringError.of(
                f"self_connections=False from {n_pre} to {n_post} neurons.",
                "only a population of two or more that is connected to itself has others to reach",
                f"JustInTime({n_pre}, {n_post}, out_degree={out_degree})",
            )
        self._set(n_pre=n_pre, n_post=n_post, out_degree=int(out_degree), self_connections=bool(self_connections))
        self._set(seed=jnp.uint32(_whole("seed", seed, 0, 2**32 - 1, "a seed")), weights=self._checked(weight))

    def _checked(self, weights):
        weights = weight_array(weights)
        check_weights(weights, [(), (self.n_pre,)], ["all", "each row"])
        return weights

    @property
    def n_synapses(self):
        """How many synapses there are."""
        return self.n_pre * self.out_degree

    def _deliver(self, words, y):
        return self._product(words, None, y)

    def _add(self, spikes, y):
        return self._product(_events.pack(spikes != 0), spikes, y)

    def _product(self, words, values, y):
        product, _ = _kernels(*(getattr(self, name) for name in self.sizes))
        return product(words, values, y, self.seed, raw(self.weights).astype(y.dtype))

    def _times(self, x):
        return raw(self.weights) * x[self._targets()].sum(1)

    def _targets(self):
        """All of them: (n_pre, out_degree)."""
        _, targets = _kernels(*(getattr(self, name) for name in self.sizes))
        return jax.vmap(targets, (None, 0))(self.seed, jnp.arange(self.n_pre, dtype=jnp.int32))

    def _entries(self):
        targets, weights = self._targets(), raw(self.weights)
        weights = weights[:, None] if weights.ndim else weights
        pre = jnp.broadcast_to(jnp.arange(self.n_pre, dtype=jnp.int32)[:, None], targets.shape)
        return pre.ravel(), targets.ravel(), jnp.broadcast_to(weights, targets.shape).ravel()


@functools.lru_cache(maxsize=256)
def _kernels(n_pre, n_post, out_degree, self_connections):
    """The product for these sizes, and the function that makes the targets of one row."""

    def targets(seed, row):
        # Two words, where bm.counter takes three: no noise of the same seed has the same bits
        bits = _counter.hashed(_counter.elements(out_degree), seed, row)
        if self_connections:
            return _counter.scaled(bits, n_post)
        other = _counter.scaled(bits, n_post - 1)  # one of all but itself: those behind it move up by one
        return other + (other >= row).astype(jnp.int32)

    def visit(y, first, row, value, seed, weights):
        w = weights if weights.ndim == 0 else _events.at(weights, row)
        return _events.add_at(y, first + targets(seed, row), w if value is None else w * value)

    def plain(spikes, y, seed, weights):
        each = jax.vmap(targets, (None, 0))(seed, jnp.arange(n_pre, dtype=jnp.int32))
        return y.at[each].add(jnp.broadcast_to((spikes[:n_pre] * weights)[:, None], each.shape))

    return _events.event_product(visit, plain), targets
