"""The kernels of bm.event: a product that costs what the spikes cost, not what the neurons cost. Pure JAX arrays, no checks.

On a CPU, spikes are packed 32 to a word, words that are zero are passed over, and the rows of the neurons that did spike are
added one after the other. Finding the spikes is what takes time: `jnp.nonzero` needs 30 us for 4000 neurons, this about 1.
Any other processor wants one wide operation instead of a loop, and gets a scatter-add in which silent rows point nowhere.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import lax
from jax.custom_batching import custom_vmap
from jax.custom_derivatives import SymbolicZero

i32, u32 = jnp.int32, jnp.uint32


def pack(spikes):
    """(n,) bool -> (ceil(n / 32),) uint32. Bit b of word j is element b * words + j: so that packing runs along memory."""
    words = -(-spikes.shape[0] // 32)
    bits = jnp.pad(spikes, (0, 32 * words - spikes.shape[0])).astype(u32)
    packed = bits[:words]
    for b in range(1, 32):  # written out it is one pass along memory; a sum over 32 rows takes twice as long
        packed = packed | bits[b * words : (b + 1) * words] << u32(b)
    return packed


def unpack(words, n):
    """The other way: (n,) bool."""
    return ((words >> jnp.arange(32, dtype=u32)[:, None]) & u32(1)).astype(bool).reshape(-1)[:n]


def compact(words):
    """(batch, words) uint32 -> the number of bits that are set, and the list of them: replica * 32 * words + element."""
    batch, n = words.shape
    flat = words.reshape(-1)
    busy = pack(flat != 0)  # mostly one word in ten has a spike: the others are not even looked at

    def word(k, found):
        first = k if batch == 1 else lax.div(k, i32(n)) * (32 * n) + lax.rem(k, i32(n))

        def spike(b, found):
            count, events = found
            return count + i32(1), lax.dynamic_update_slice(events, (first + b * i32(n))[None], (count,))

        return _each_bit(at(flat, k), spike, found)

    def block(j, found):
        return _each_bit(at(busy, j), lambda b, found: word(j + b * i32(len(busy)), found), found)

    return lax.fori_loop(i32(0), i32(len(busy)), block, (i32(0), jnp.zeros(32 * batch * n, i32)))


def _each_bit(word, visit, found):
    """visit(b, found) -> found for each bit b of a word that is set, from the lowest on."""

    def lowest(state):
        x, found = state
        b = lax.population_count((x & (~x + u32(1))) - u32(1)).astype(i32)
        return x & (x - u32(1)), visit(b, found)

    return lax.while_loop(lambda state: state[0] != 0, lowest, (word, found))[1]


def event_product(visit, plain, wide=None):
    """Make a product that costs its events out of what one event does.

    visit(y, first, row, value, *tables) -> y   : add row `row`, times `value` unless that is None, to y[first:]; y flat
    plain(spikes, y, *tables) -> y              : the same product over all rows at once, in operations that JAX can
                                                  differentiate; spikes: floats, at least as many as there are rows
    wide(spikes, y, *tables) -> y               : what other processors than a CPU run; `plain` if not given
    returns product(words, values, y, *tables) -> y : words packed; values (n,) of y's dtype, or None where all are 1

    Under vmap all replicas go into one list of events (a batch of while-loops would run every replica as long as the
    longest); only replicas that have tables of their own run one after the other. The derivative is that of `plain`: since
    the product is linear, that is a gather over all synapses backwards, for which JAX needs no further rule, and it goes
    forwards too.
    """
    wide = wide or plain

    def loop(words, values, y, *tables):
        (batch, size), per_replica = y.shape, 32 * words.shape[1]
        count, events = compact(words)
        values = None if values is None else jnp.pad(values, ((0, 0), (0, per_replica - values.shape[1]))).reshape(-1)

        def event(k, y):
            e = at(events, k)
            replica, row = (0, e) if batch == 1 else (lax.div(e, i32(per_replica)), lax.rem(e, i32(per_replica)))
            return visit(y, replica * size, row, None if values is None else at(values, e), *tables)

        return lax.fori_loop(i32(0), count, event, y.reshape(-1)).reshape(batch, size)

    def at_once(words, values, y, *tables):
        spikes = jax.vmap(lambda w: unpack(w, 32 * w.shape[0]).astype(y.dtype))(words) if values is None else values
        return jax.vmap(wide, (0, 0) + (None,) * len(tables))(spikes, y, *tables)

    @custom_vmap
    def many(words, values, y, *tables):
        return lax.platform_dependent(words, values, y, *tables, cpu=loop, default=at_once)

    @many.def_vmap
    def _(size, batched, *args):
        def spread(a, has):
            return a if has else jnp.broadcast_to(a, (size, *a.shape))

        if any(jax.tree.leaves(batched[3:])):  # replicas with tables of their own
            leaves, whole = jax.tree.flatten(args)
            own = jax.tree.leaves(batched)

            def one(theirs):
                theirs = iter(theirs)
                return many(*whole.unflatten(next(theirs) if has else a for a, has in zip(leaves, own, strict=True)))

            return lax.map(one, [a for a, has in zip(leaves, own, strict=True) if has]), True
        spikes_and_y = jax.tree.map(spread, tuple(args[:3]), tuple(batched[:3]))
        merged = jax.tree.map(lambda a: a.reshape(-1, a.shape[-1]), spikes_and_y)
        return many(*merged, *args[3:]).reshape(spikes_and_y[2].shape), True

    @jax.custom_jvp
    def product(words, values, y, *tables):
        return many(words[None], None if values is None else values[None], y[None], *tables)[0]

    def derivative(primals, tangents):
        words, values, y, *tables = primals
        out = product(*primals)
        spikes = unpack(words, 32 * words.shape[0]).astype(y.dtype) if values is None else values
        inputs, dots = [spikes, y, *tables], [None if values is None else tangents[1], *tangents[2:]]
        moving = [k for k, dot in enumerate(dots) if dot is not None and not isinstance(dot, SymbolicZero)]

        def of(*moved):
            new = dict(zip(moving, moved, strict=True))
            return plain(*(new.get(k, x) for k, x in enumerate(inputs)))

        if not moving:
            return out, jnp.zeros_like(out)
        return out, jax.jvp(of, [inputs[k] for k in moving], [dots[k] for k in moving])[1]

    product.defjvp(derivative, symbolic_zeros=True)
    product.loop, product.at_once = loop, at_once  # the tests compare one with the other
    return product


# ---- rows of equal length: targets (n, K), weights (), (n,) or (n, K)


def _visit(y, first, row, value, targets, weights, offset):
    w = weights if weights.ndim == 0 else at(weights, row)
    w = w if value is None else w * value
    return add_at(y, first + offset + at(targets, row), w)


def _plain(spikes, y, targets, weights, offset):
    n = targets.shape[0]
    w = weights if weights.ndim == 2 else weights[..., None]
    return y.at[targets + offset].add(
        jnp.broadcast_to(spikes[:n, None] * w, targets.shape), mode="drop", wrap_negative_indices=False
    )


def _wide(spikes, y, targets, weights, offset):
    """Rows of silent neurons point behind the end of y, where nothing is written: on a GPU, additions into one place wait
    for each other (openxla/xla issue 46225)."""
    silent = spikes[: targets.shape[0], None] == 0
    return _plain(spikes, y, jnp.where(silent, y.shape[0] - offset, targets), weights, offset)


_padded = event_product(_visit, _plain, _wide)


def deliver(words, y, targets, weights, values=None, offset=0):
    """y + spikes @ W for packed spikes, where target j of a row is element offset + j of the flat vector y: padding points
    at a place of it that nobody reads. Nothing is copied, so a network can add straight into its state.

    values : None, or (n,) numbers that multiply the rows
    """
    if targets.size == 0:
        return y
    return _padded(words, values, y, targets, jnp.asarray(weights, y.dtype), jnp.int32(offset))


def propagate(spikes, y, targets, weights):
    """The same for spikes (n,) as bool, or as numbers that multiply the rows."""
    return deliver(pack(spikes != 0), y, targets, weights, None if spikes.dtype == bool else spikes.astype(y.dtype))


def each_event(words, visit, y):
    """visit(row, y) -> y for each bit that is set, one after the other."""
    count, events = compact(words[None])
    return lax.fori_loop(i32(0), count, lambda k, y: visit(at(events, k), y), y)


def at(a, k):
    """a[k] without the bounds checks of jnp."""
    return lax.dynamic_index_in_dim(a, k, keepdims=False)


def add_at(y, index, x):
    return y.at[index].add(x, mode="promise_in_bounds", wrap_negative_indices=False)
