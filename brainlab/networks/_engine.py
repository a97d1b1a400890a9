"""The loop of a network: one compiled function of arrays. `_plan` makes its arguments out of a Network.

In each step, at the time t = k dt:

1. spikes that were fired `delay` ago arrive: they are added to the states of the synapses they reach, or to what is still
   on its way (one delay for each synapse);
2. every population goes on by dt under the current of its synapses, and some of its neurons fire;
3. who fired is packed, 32 neurons in a number, and remembered until the longest delay is over.

A population and all its synapses are one array (row, neuron + 1): the states of the model, the steps of refractoriness that
are left, then the states of the synapses. So a step reads and writes one array per population, and spikes are added right
into it: few arrays is what makes a loop fast. Its last column is where unused places of a table of targets point.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from ..math import _counter as counter
from ..math import _events as events
from ..math._array import raw
from .core import advance, stepper_of

# ---- what a network is made of: structure (compiled in), and numbers (arrays that can be others without compiling)


@dataclass(frozen=True)
class Cells:
    """A population. channels: (row, number of states) of each synapse that it has, counted behind its own rows."""

    size: int
    states: int
    method: str | None
    noisy: bool
    channels: tuple[tuple[int, int], ...]
    sources: tuple[int, ...]  # its pieces, in order
    borders: tuple[tuple[int, int], ...]  # (start, stop) of each


@dataclass(frozen=True)
class Drive:
    """Spikes that come from outside: "poisson" or "given"."""

    kind: str
    size: int
    source: int


@dataclass(frozen=True)
class Link:
    """A projection. kind: how it works, see `_arrive` and `_current`; pieces: (source, rows) that it listens to."""

    kind: str  # "events", "store", "later", "released", "learned", "saturating", "graded", "gap"
    pieces: tuple[tuple[int, int], ...]
    pre: int | None  # of graded synapses and gap junctions, whose V it is: population, first neuron
    pre_start: int
    post: int
    start: int
    size: int
    row: int  # of the population's array


@dataclass(frozen=True)
class Rain:
    """Poisson input to a population."""

    post: int
    start: int
    size: int
    row: int


@dataclass(frozen=True)
class Watch:
    """What is recorded. of: "state" (population, row), "synapse" (link or channel current), "own" (states of a link)."""

    of: str
    index: int
    item: int
    every: int
    mean: bool
    width: int


@dataclass(frozen=True)
class Structure:
    cells: tuple[Cells, ...]
    drives: tuple[Drive, ...]
    links: tuple[Link, ...]
    rains: tuple[Rain, ...]
    watches: tuple[Watch, ...]
    words: tuple[int, ...]  # of each source
    capacity: int  # steps that a call has room for


class State(NamedTuple):
    """Everything that changes. rings[s]: (longest delay, words) the spikes of source s; links[l]: what link l keeps."""

    cells: tuple
    rings: tuple
    links: tuple


class Numbers(NamedTuple):
    """Everything that does not change in a run."""

    models: tuple
    noise: tuple
    first: tuple  # number of the first neuron of each population, for its random numbers
    bias: tuple  # constant inputs
    I: tuple  # (capacity,) or (capacity, neuron), or None
    synapses: tuple  # for each population, those of its channels
    drives: tuple  # probability of a spike in a step, or (capacity, words)
    links: tuple  # a dict for each link
    rains: tuple  # (expected spikes in a step, weight)
    watched: tuple  # numbers of the neurons


@functools.partial(jax.jit, static_argnames="structure")
def run(structure: Structure, numbers: Numbers, state: State, start, count, dt, seed):
    """`count` steps from step `start` on: (state, words of each step (capacity, words), what is watched, in rows)."""
    dtype = state.cells[0].dtype
    dt = jnp.asarray(dt, dtype)
    numbers = jax.tree.map(lambda x: x.astype(dtype) if jnp.issubdtype(x.dtype, jnp.floating) else x, numbers)
    spikes = jnp.zeros((structure.capacity, sum(_own_words(structure))), jnp.uint32)
    rows = [jnp.zeros((-(-structure.capacity // w.every), w.width), dtype) for w in structure.watches]

    def step(i, now):
        state, spikes, rows = now
        state, words, currents = one_step(structure, numbers, state, i, start + i, dt, seed)
        state = state._replace(rings=remember(state.rings, words, start + i))
        own = [words[s] for cell in structure.cells for s in cell.sources]
        spikes = lax.dynamic_update_index_in_dim(spikes, jnp.concatenate(own), i, 0)
        rows = [
            lax.dynamic_update_index_in_dim(a, _seen(w, which, state, currents), i // w.every, 0)
            for w, which, a in zip(structure.watches, numbers.watched, rows, strict=True)
        ]
        return state, spikes, rows

    return lax.fori_loop(jnp.int32(0), count, step, (state, spikes, rows))


def one_step(structure, numbers, state, i, k, dt, seed):
    """Step k of the network's life, the i-th of this call: (state, words of each source, currents of the synapses)."""
    cells, links = list(state.cells), []
    for link, p, own in zip(structure.links, numbers.links, state.links, strict=True):
        x = cells[link.post]
        if link.kind == "graded":
            own = jnp.stack(raw(p["synapse"].advance(*own, _potential(link, p, cells), dt)))
        elif link.kind != "gap":
            own, cells[link.post] = _arrive(link, p, own, state.rings, x, structure, k, dt)
        links.append(own)
    for number, (rain, (expected, weight)) in enumerate(zip(structure.rains, numbers.rains, strict=True)):
        elements = jnp.arange(rain.size, dtype=jnp.uint32) + numbers.first[rain.post] + rain.start
        drops = counter.poisson(expected, seed, k, elements, stream=1000 + number)
        here = (rain.row, slice(rain.start, rain.start + rain.size))
        cells[rain.post] = cells[rain.post].at[here].add(weight * drops)

    words, currents = {}, {}
    graded = [
        _conductance(link, p, own, cells, structure)
        for link, p, own in zip(structure.links, numbers.links, links, strict=True)
    ]
    for c in range(len(cells)):
        mine = [
            (l, structure.links[l], graded[l])
            for l in range(len(graded))
            if structure.links[l].post == c and graded[l] is not None
        ]
        cells[c], fired, seen = _go_on(structure.cells[c], numbers, c, cells[c], mine, i, k, dt, seed)
        currents |= seen
        for source, (a, b) in zip(structure.cells[c].sources, structure.cells[c].borders, strict=True):
            words[source] = events.pack(fired[a:b])
    for number, (drive, p) in enumerate(zip(structure.drives, numbers.drives, strict=True)):
        if drive.kind == "poisson":
            u = counter.uniform(seed, k, drive.size, stream=2000 + number)
            words[drive.source] = events.pack(u < p)
        else:
            words[drive.source] = lax.dynamic_index_in_dim(p, i, keepdims=False)
    return State(tuple(cells), state.rings, tuple(links)), words, currents


def remember(rings, words, k):
    """The rings with the spikes of step k, in the place of the oldest ones."""
    return tuple(lax.dynamic_update_index_in_dim(ring, words[s], k % ring.shape[0], 0) for s, ring in enumerate(rings))


# ---- neurons


def _go_on(cell, numbers, c, x, graded, i, k, dt, seed):
    """A population one step later: (its array, who fired, currents of its synapses by channel or link)."""
    n, m, model = cell.size, cell.states, numbers.models[c]
    rows = [x[r, :n] for r in range(m + 1)]
    states, left = tuple(rows[:m]), rows[m]
    parts, later, jump = [], [], None
    for number, ((row, many), synapse) in enumerate(zip(cell.channels, numbers.synapses[c], strict=True)):
        own = tuple(x[row + r, :n] for r in range(many))
        if synapse.side == "jump":
            jump = raw(synapse.output(*own)) + (0.0 if jump is None else jump)
        else:
            # in the middle of the step: as good as the integral over it, to second order in dt
            middle = own if synapse.held else raw(synapse.advance(*own, dt / 2))
            parts.append((("channel", c, number), synapse, (raw(synapse.output(*middle)),)))
        later += raw(synapse.advance(*own, dt))
    parts += [(("link", l), p_synapse, g) for l, _, (p_synapse, g) in graded]
    outside = (
        numbers.bias[c]
        if numbers.I[c] is None
        else numbers.bias[c] + lax.dynamic_index_in_dim(numbers.I[c], i, keepdims=False)
    )

    def current(V):
        return sum((raw(synapse.current(*g, V)) for _, synapse, g in parts), outside)

    xi = None
    if cell.noisy:
        elements = jnp.arange(n, dtype=jnp.uint32) + numbers.first[c]
        xi = jnp.sqrt(dt) * numbers.noise[c] * counter.normal(seed, k, elements, stream=c)
    new = advance(model, stepper_of(model, cell.method), states, left, current if parts else outside, k * dt, dt, xi, jump)
    x = jnp.stack([jnp.broadcast_to(y, (n,)).astype(x.dtype) for y in (*new.states, new.left, *later)])
    seen = {where: raw(synapse.current(*g, new.states[0])) for where, synapse, g in parts}
    return jnp.pad(x, ((0, 0), (0, 1))), new.spikes, seen


# ---- synapses


def _arrive(link, p, own, rings, x, structure, k, dt):
    """What reaches the synapses of one projection at the beginning of step k: (what it keeps, the population's array)."""
    heard = [rings[source][(k - p["delay"]) % rings[source].shape[0]] for source, _ in link.pieces]
    width = x.shape[1]
    flat, offset = x.reshape(-1), link.row * width + link.start
    if link.kind == "events":
        for words, (targets, weights) in zip(heard, p["tables"], strict=True):
            flat = events.deliver(words, flat, targets, weights, offset=offset)
        return own, flat.reshape(x.shape)
    spikes = jnp.concatenate([events.unpack(w, rows) for w, (_, rows) in zip(heard, link.pieces, strict=True)])
    if link.kind == "saturating":
        synapse = p["synapse"]
        return jnp.stack(jnp.broadcast_arrays(*raw(synapse.advance(*own, spikes, dt)))), x
    if link.kind == "store":
        here = slice(link.start, link.start + link.size)
        y = jnp.pad(x[link.row, here], (0, 1))
        connection = p["connection"]
        return own, x.at[link.row, here].set(connection._deliver(events.pack(spikes), y)[:-1])
    if link.kind == "released":
        *own, release = raw(p["stp"].advance(*own, spikes.astype(x.dtype), dt))
        (targets, weights), words = p["tables"][0], events.pack(spikes)
        return jnp.stack(own), events.deliver(words, flat, targets, weights, release, offset).reshape(x.shape)
    if link.kind == "later":
        return _later(link, p, own, heard, x, k)
    return _learn(link, p, own, spikes, rings, x, structure, k, dt)


def _later(link, p, own, heard, x, k):
    """Each synapse has a delay of its own: spikes go at once onto a ring of what is on its way, (step, neuron + 1)."""
    steps, width = own.shape
    ring, size = own.reshape(-1), own.size

    def onto(ring, words, targets, weights):
        def row(r, ring):
            place = events.at(targets, r) + (k % steps) * width  # tables count from the step in which it is heard
            w = weights if weights.ndim == 0 else events.at(weights, r)
            return ring.at[jnp.where(place >= size, place - size, place)].add(w)

        return events.each_event(words, row, ring)

    for words, (targets, weights) in zip(heard, p["tables"], strict=True):
        ring = onto(ring, words, targets, weights)
    own = ring.reshape(own.shape)
    arriving = lax.dynamic_index_in_dim(own, k % steps, keepdims=False)
    return own.at[k % steps].set(0.0), x.at[link.row].add(arriving)


def _learn(link, p, own, arrived, rings, x, structure, k, dt):
    """STDP: arrived spikes act through the weights of now; then pre weakens, post strengthens, and both enter the traces."""
    weights, (pre, post), stdp = own["w"], own["traces"], p["stdp"]
    targets = p["tables"][0][0]
    K, cell = targets.shape[1], structure.cells[link.post]
    fired = jnp.concatenate(
        [
            events.unpack(rings[s][(k - 1) % rings[s].shape[0]], b - a)
            for s, (a, b) in zip(cell.sources, cell.borders, strict=True)
        ]
    )[link.start : link.start + link.size]
    arrived_words = events.pack(arrived)
    table = weights[:-1].reshape(targets.shape)
    x = events.deliver(
        arrived_words, x.reshape(-1), targets, table * p["jump"], offset=link.row * x.shape[1] + link.start
    ).reshape(x.shape)
    at_targets = jnp.pad(post, (0, 1))

    def weaken(row, w):
        mine = lax.dynamic_slice(w, (row * K,), (K,))
        where = jnp.minimum(events.at(targets, row), link.size)
        return lax.dynamic_update_slice(w, raw(stdp.on_pre(mine, at_targets[where])), (row * K,))

    def strengthen(neuron, w):
        places = events.at(p["incoming"], neuron)
        return w.at[places].set(raw(stdp.on_post(w[places], pre[jnp.minimum(places // K, pre.shape[0] - 1)])))

    weights = events.each_event(arrived_words, weaken, weights)
    weights = events.each_event(events.pack(fired), strengthen, weights)
    pre, post = raw(stdp.advance((pre, post), arrived.astype(x.dtype), fired.astype(x.dtype), dt))
    return {"w": weights, "traces": (pre, post)}, x


def _conductance(link, p, own, cells, structure):
    """(synapse, arguments of its current before V) of the synapses that give a current all the time; else None."""
    if link.kind not in ("saturating", "graded", "gap"):
        return None
    connection = p["connection"]
    if link.kind != "gap":
        sent = (raw(p["synapse"].output(*own)),)
    else:
        V = _potential(link, p, cells)
        sent = (V, jnp.ones_like(V))
    size, here = structure.cells[link.post].size, slice(link.start, link.start + link.size)
    whole = link.size == size
    received = [connection._add(s, jnp.zeros(link.size, s.dtype)) for s in sent]
    return p["synapse"], tuple(g if whole else jnp.zeros(size, g.dtype).at[here].set(g) for g in received)


def _potential(link, p, cells):
    """(n_pre,) mV, of the neurons that send."""
    return cells[link.pre][0, link.pre_start : link.pre_start + p["connection"].n_pre]


# ---- records


def _own_words(structure):
    return [structure.words[s] for cell in structure.cells for s in cell.sources]


def _seen(watch, which, state, currents):
    """One row of what is watched."""
    if watch.of == "state":
        values = state.cells[watch.index][watch.item]
    elif watch.of == "current":
        values = currents[watch.item]
    else:
        own = state.links[watch.index]
        values = own["w"] if watch.item == "w" else own[watch.item]
    values = values[which]
    return values.mean(keepdims=True) if watch.mean else values
