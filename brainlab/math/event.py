r"""bm.event: products of spikes with connections, at the cost of the spikes.

$$y_j \leftarrow y_j + \sum_i s_i\, W_{ij}, \qquad \text{where row } i \text{ of } W \text{ is stored as its } K
\text{ targets and weights}$$

Few neurons spike in one step of 0.1 ms: of 4000 at 20 Hz, eight. A matrix product multiplies all the zeros as well; here
rows of silent neurons are never looked at. `propagate` is that product; `pack`, `unpack` and `compact` are its parts, and
`deliver` is the form for spikes that are packed already. Everything works inside jit, vmap and grad.

Sources: the idea is as old as spiking simulators (Brette et al. 2007, J. Comput. Neurosci. 23:349, section 2.2); counting
the zeros below the lowest bit by a population count is in Warren (2012), Hacker's Delight, section 5-4.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from . import _events
from ._array import box, raw
from ._events import deliver as _deliver  # noqa: F401  the kernels, for networks: jax arrays, no checks
from ._events import propagate as _propagate
from ._wiring import WiringError as WiringError
from ._wiring import check_fits, check_indices, check_shape, check_weights

_compact = jax.jit(_events.compact)  # a loop that is not compiled with others is compiled once, not at each call


def propagate(spikes, y, targets, weights):
    """y + spikes @ W, where W is stored by rows of equal length. What does not spike costs nothing.

    spikes  : (n,) bool, or numbers: an event is what is not 0, and its value multiplies its row
    y       : (m,) what arrives is added to; the result has its shape and dtype
    targets : (n, K) whole numbers 0..m-1, where each row goes; m in places that are not used, since every row has K
    weights : () one for all, (n,) one for each row, or (n, K) one for each synapse
    returns : (m,)

    A target that stands twice in a row gets two weights: two synapses between the same two neurons. The gradient is that
    of the product: also with respect to spikes that are 0, so that surrogate gradients have somewhere to go. For bool
    there is none. Of 4000 neurons with 80 synapses each, 4 spikes cost 1.7 us and 40 cost 5 us; the matrix product 1.2 ms.

    >>> import brainlab.math as bm
    >>> targets = bm.array([[0, 1], [2, 3], [1, 3]])             # 3 neurons, 2 synapses each; the last one goes nowhere
    >>> weights = bm.array([[1., 2.], [3., 0.], [5., 0.]])
    >>> bm.event.propagate(bm.array([True, False, True]), bm.zeros(3), targets, weights)
    Array([1., 7., 0.], dtype=float32)
    >>> bm.event.propagate(bm.array([0., 0.5, 0.]), bm.ones(3), targets, weights)
    Array([1. , 1. , 2.5], dtype=float32)
    """
    spikes, y, targets, weights = map(raw, (spikes, y, targets, weights))
    check_shape("spikes", spikes, 1, "one number for each neuron: (n,)")
    _check_table(y, targets, weights)
    if len(spikes) != len(targets):
        raise WiringError.of(
            f"spikes has {len(spikes)} neurons, targets has {len(targets)} rows: both are the presynaptic neurons.",
            try_="targets: one row for each neuron that can spike",
        )
    check_fits("spikes", spikes, y)
    return box(_propagate(spikes, _with_bin(y), targets.astype(jnp.int32), weights)[:-1])


def deliver(words, y, targets, weights):
    """The same as `propagate` for spikes that are packed already: what a network does once for several connections.

    words   : (ceil(n / 32),) uint32 from `pack`; row r of targets belongs to element r
    returns : (m,)

    >>> import brainlab.math as bm
    >>> words = bm.event.pack(bm.array([True, False, True]))
    >>> bm.event.deliver(words, bm.zeros(3), bm.array([[0, 1], [2, 2], [1, 2]]), 0.5)
    Array([0.5, 1. , 0.5], dtype=float32)
    """
    words, y, targets, weights = map(raw, (words, y, targets, weights))
    _check_table(y, targets, weights)
    _check_words(words, len(targets), "targets has")
    return box(_deliver(words, _with_bin(y), targets.astype(jnp.int32), weights)[:-1])


def pack(spikes):
    """32 neurons in one number. spikes: (n,) bool, or numbers of which all but 0 count; returns (ceil(n / 32),) uint32.

    Bit b of word j is element b * words + j, where words is how many there are: neighbours lie in different words, which
    a processor packs faster.

    >>> import brainlab.math as bm
    >>> bm.event.pack(bm.array([True, False, True]))
    Array([5], dtype=uint32)
    """
    spikes = raw(spikes)
    check_shape("spikes", spikes, 1, "one number for each neuron: (n,)")
    return box(_events.pack(spikes != 0))


def unpack(words, n):
    """The spikes in packed words, of n neurons: (n,) bool.

    >>> import brainlab.math as bm
    >>> bm.event.unpack(bm.event.pack(bm.array([True, False, True])), 3)
    Array([ True, False,  True], dtype=bool)
    """
    words = raw(words)
    _check_words(words, n, "n =")
    return box(_events.unpack(words, n))


def compact(words):
    """How many bits are set, and which. The cost is that of the words and of the bits that are set.

    returns: count, and (32 * words,) int32 of which the first `count` are the elements, in the order of the words, not of
             the elements; the others mean nothing

    >>> import brainlab.math as bm
    >>> count, events = bm.event.compact(bm.event.pack(bm.array([True, False, True])))
    >>> count, events[:2]
    (Array(2, dtype=int32), Array([0, 2], dtype=int32))
    """
    words = raw(words)
    _check_words(words, 32 * words.size, "n =")
    return box(_compact(words[None]))


def _check_table(y, targets, weights):
    check_shape("y", y, 1, "one number for each postsynaptic neuron: (m,)")
    check_shape("targets", targets, 2, "one row of K targets for each presynaptic neuron: (n, K)")
    m, (n, K) = len(y), targets.shape
    check_indices(
        "targets",
        targets,
        m + 1,
        f"and y has {m} neurons: 0 to {m - 1}, and {m} for a place that is not used",
        "there is no such neuron, and its current would be lost",
    )
    check_weights(weights, [(), (n,), (n, K)], ["all", "each row", "each synapse"])
    check_fits("weights", weights, y)


def _check_words(words, n, has):
    if words.dtype != jnp.uint32 or words.ndim != 1 or len(words) != -(-n // 32):
        raise WiringError.of(
            f"words is {words.dtype} {words.shape}; {has} {n} neurons, whose words are uint32 ({-(-n // 32)},).",
            try_="words = bm.event.pack(spikes)",
        )


def _with_bin(y):
    """y and one more place, where what goes nowhere goes."""
    return jnp.pad(y, (0, 1))
