"""A network on several devices: each has some neurons of every population, and the synapses onto them.

A spike has no effect before the shortest delay is over. So every device runs for that long by itself, then all of them tell
each other who fired, 32 neurons in a number: one exchange for each shortest delay. (Morrison, Mehring, Geisel, Aertsen &
Diesmann, Neural Comput. 17 (2005) 1776.) Random numbers are a function of seed, step and neuron, so they do not depend on
who draws them.

Spikes are those of one device, one for one, wherever the sum over the synapses of a neuron does not depend on the order of
its terms: for projections whose weights are all equal. With others it differs in the last bit, and after a while a chaotic
network goes another way.
"""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.sharding import NamedSharding
from jax.sharding import PartitionSpec as P

from ..math._array import unbox
from . import _engine
from ._engine import Cells, Link, Numbers, Rain, State, Structure
from ._plan import Plan
from .devices import AXIS, fetch
from .errors import SimulationError
from .groups import PoissonGroup
from .network_run import NetworkRun, PopulationRun
from .spikes import Spikes
from .view import whole

MOST_STEPS = 2**12  # of one call; its spikes are on every device


def run_partition(net, steps: int, dt: float, given, mesh) -> NetworkRun:
    """`simulate(net, ..., devices=)`: constant inputs, spikes only."""
    plan = _checked(net, dt, given, mesh)
    parts = _Parts(net, plan, mesh)
    numbers, state = parts.numbers([bias for _, bias in given]), parts.state()
    block, start, done, words = parts.shortest, net.steps_done, 0, []
    blocks = max(1, MOST_STEPS // block)
    while done < steps:
        many = max(1, min(blocks, (steps - done) // block))
        size = min(block, steps - done)  # what is left at the end may be shorter
        call = parts.structure, size, many, mesh, numbers, state, np.int32(start + done), dt, np.uint32(net.seed)
        state, fired = _run(*call)
        words.append([fetch(w) for w in fired])
        done += many * size
    parts.keep(state)
    net.steps_done, net.dt = start + done, dt
    runs = {}
    for c, (name, population) in enumerate(net.populations.items()):
        events = [parts.events(c, piece[c]) for piece in words]
        at = np.cumsum([0, *(len(piece[c]) for piece in words[:-1])])
        step = np.concatenate([s + offset for (s, _), offset in zip(events, at, strict=True)])
        spikes = Spikes(step, np.concatenate([n for _, n in events]), done, population.size, dt, start * dt)
        runs[name] = PopulationRun(name, population, spikes)
        population.t = net.t
    return NetworkRun(net, runs, dt, done, start * dt)


def _checked(net, dt, given, mesh) -> Plan:
    for name, population in net.populations.items():
        if population.size % mesh.size:
            raise SimulationError(
                f"{name} has {population.size} neurons, and there are {mesh.size} devices.", why="each gets the same number"
            )
    if any(I is not None for I, _ in given):
        raise SimulationError("on several devices an input is constant in time.", try_="inputs=2.0, or a PoissonInput")
    if not all(isinstance(g, PoissonGroup) for g in net.groups.values()):
        raise SimulationError("on several devices SpikeTimes are not there yet.", try_="bl.networks.PoissonGroup(n, rate)")
    plan = Plan(net, dt, 1)
    for (link, _), projection, delay in zip(plan.links, net.projections, plan.delays, strict=True):
        if link.kind not in ("events", "store") or np.ndim(delay):
            raise SimulationError(
                f"{projection!r} cannot be cut for several devices.",
                why="that is done for linear synapses that do not learn, with one delay",
                try_="devices=None",
            )
    return plan


class _Parts:
    """A network in pieces of equal size, as arrays whose first axis is the device."""

    def __init__(self, net, plan, mesh):
        self.net, self.plan, self.mesh, d = net, plan, mesh, mesh.size
        self.pops = list(net.populations.values())
        self.local = [p.size // d for p in self.pops]
        self.width = [-(-n // 32) for n in self.local]  # words of one part
        delays = [int(x) for x in plan.delays]
        self.shortest = min(delays, default=1)
        self.longest = max(delays, default=1)
        groups = list(net.groups.values())
        sizes = [d * w for w in self.width] + [-(-g.size // 32) for g in groups]
        self.source = {id(g): s for s, g in enumerate([*self.pops, *groups])}
        n_pops = len(self.pops)
        cells = tuple(
            Cells(n, c.states, c.method, c.noisy, c.channels, (s,), ((0, n),))
            for s, (n, c) in enumerate(zip(self.local, plan.cells, strict=True))
        )
        drives = tuple(_engine.Drive("poisson", g.size, n_pops + k) for k, g in enumerate(groups))
        links = tuple(self._link(link, p) for (link, _), p in zip(plan.links, net.projections, strict=True))
        rains = tuple(
            Rain(plan.place[id(whole(r.post)[0])], 0, self.local[plan.place[id(whole(r.post)[0])]], plan._row(r))
            for r in net.inputs
        )
        self.structure = Structure(cells, drives, links, rains, (), tuple(sizes), 1)

    def _link(self, link, projection):
        source = self.source[id(whole(projection.pre)[0])]
        rows = 32 * (
            self.mesh.size * self.width[source] if source < len(self.pops) else -(-whole(projection.pre)[0].size // 32)
        )
        return Link("events", ((source, rows),), None, 0, link.post, 0, self.local[link.post], link.row)

    def element(self, c, neuron):
        """The place of a neuron among the bits of the joined words."""
        n, w, d = self.local[c], self.width[c], self.mesh.size
        part, i = np.divmod(neuron, n)
        return (i // w) * (d * w) + part * w + i % w

    def events(self, c, words):
        """(steps, neurons) of the joined words (time, word)."""
        n, w = self.local[c], self.width[c]
        step, word = np.nonzero(words)
        bits = (words[step, word][:, None] >> np.arange(32, dtype=np.uint32)) & 1
        which, bit = np.nonzero(bits)
        part, j = np.divmod(word[which], w)
        neuron = part * n + bit * w + j
        return step[which], neuron

    def numbers(self, biases) -> Numbers:
        whole_numbers = self.plan.numbers([(None, b) for b in biases])
        d, n_pops = self.mesh.size, range(len(self.pops))

        def cut(c, tree):
            """(device, ...): an array with one value per neuron in parts, the same number for all otherwise."""
            size = self.pops[c].size

            def one(x):
                x = np.asarray(x)
                return x.reshape(d, -1) if x.shape == (size,) else np.broadcast_to(x, (d, *x.shape))

            return jax.tree.map(one, tree)

        everywhere = functools.partial(jax.tree.map, lambda x: np.broadcast_to(np.asarray(x), (d, *np.shape(x))))
        rains = []
        for rain, (expected, weight) in zip(self.net.inputs, whole_numbers.rains, strict=True):
            population, start, stop = whole(rain.post)
            full = np.zeros((2, population.size))
            full[0, start:stop], full[1, start:stop] = np.asarray(expected), np.asarray(weight)
            rains.append(tuple(full.reshape(2, d, -1)))
        made = Numbers(
            models=tuple(cut(c, whole_numbers.models[c]) for c in n_pops),
            noise=tuple(cut(c, whole_numbers.noise[c]) for c in n_pops),
            first=tuple(np.arange(d, dtype=np.uint32) * n for n in self.local),
            bias=tuple(cut(c, whole_numbers.bias[c]) for c in n_pops),
            I=tuple(None for _ in n_pops),
            synapses=tuple(cut(c, whole_numbers.synapses[c]) for c in n_pops),
            drives=everywhere(whole_numbers.drives),
            links=tuple(self._tables(*x) for x in zip(self.plan.links, self.net.projections, self.plan.delays, strict=True)),
            rains=tuple(rains),
            watched=(),
        )
        return self._put(made)

    def _tables(self, link, projection, delay):
        """The synapses onto the neurons of each device: rows in the order of the joined bits."""
        pre, post, w = projection.connection._synapses()
        w = w * np.asarray(unbox(projection.synapse.jump)) if projection.synapse.side == "post" else w
        (group, pre_start, _), (_, post_start, _) = whole(projection.pre), whole(projection.post)
        source, c, d = self.source[id(group)], link[0].post, self.mesh.size
        n, rows = self.local[c], 32 * self.structure.words[source]
        sender = pre + pre_start
        row = self.element(source, sender) if source < len(self.pops) else sender
        part, target = np.divmod(post + post_start, n)
        equal = bool(len(w)) and bool(np.all(w == w[0]))
        order = np.lexsort((np.arange(len(row)), row, part))
        key = (part * rows + row)[order]
        count = np.bincount(key, minlength=d * rows)
        width = max(int(count.max(initial=0)), 1)
        column = np.arange(len(key)) - np.repeat(np.cumsum(count) - count, count)
        targets = np.full((d * rows, width), n, np.int32)
        targets[key, column] = target[order]
        if equal:
            weights = np.full(d, w[0])
        else:
            weights = np.zeros((d * rows, width))
            weights[key, column] = w[order]
            weights = weights.reshape(d, rows, width)
        return {"delay": np.full(d, delay, np.int32), "tables": [(targets.reshape(d, rows, width), weights)]}

    def state(self) -> State:
        """What the populations and synapses hold, in parts; nothing is on its way at the beginning of a run in parts."""
        if self.net.memory is not None:
            raise SimulationError(
                "this network has run on one device: what is on its way is there.",
                why="a run in parts begins anew",
                try_="net.reset_state()",
            )
        if self.net.parts is not None:
            before = len(self.net.parts.cells[0])
            if before != self.mesh.size:
                raise SimulationError(
                    f"this network has run on {before} devices, and now there are {self.mesh.size}.",
                    why="what is on its way is in as many parts",
                    try_=f"devices={before}, or net.reset_state() first",
                )
            return self.net.parts
        d = self.mesh.size
        cells = []
        for x in self.plan.pack().cells:
            x = np.asarray(x)[:, :-1]
            cells.append(np.pad(x.reshape(len(x), d, -1).transpose(1, 0, 2), ((0, 0), (0, 0), (0, 1))))
        rings = tuple(np.zeros((d, self.longest, w), np.uint32) for w in self.structure.words)
        links = tuple(np.zeros((d, 0)) for _ in self.net.projections)
        return self._put(State(tuple(cells), rings, links))

    def keep(self, state) -> None:
        """The states into the populations and synapses; what is on its way stays on the devices."""
        cells = []
        for x in state.cells:
            x = fetch(x)[:, :, :-1].transpose(1, 0, 2)
            cells.append(np.pad(x.reshape(len(x), -1), ((0, 0), (0, 1))))
        links = self.plan.pack().links if self.net.memory is None else ()
        self.plan.unpack(State(tuple(map(jnp.asarray, cells)), (), links))
        self.net.memory = None
        self.net.parts = state

    def _put(self, tree):
        dtype = jnp.result_type(float)

        def put(x):
            x = np.asarray(x)
            x = x.astype(dtype) if x.dtype.kind == "f" else x
            return jax.make_array_from_callback(x.shape, NamedSharding(self.mesh, P(AXIS)), lambda where: x[where])

        return jax.tree.map(put, tree)


@functools.partial(jax.jit, static_argnames=("structure", "block", "blocks", "mesh"))
def _run(structure, block, blocks, mesh, numbers, state, start, dt, seed):
    def part(numbers, state):
        numbers, state = jax.tree.map(lambda x: x[0], (numbers, state))
        n_pops = len(structure.cells)

        def alone(i, now):
            """`block` steps on one device, after which the others hear who fired."""
            state, fired = now
            k0 = start + i * block
            mine = [jnp.zeros((block, -(-c.size // 32)), jnp.uint32) for c in structure.cells]
            drawn = [jnp.zeros((block, w), jnp.uint32) for w in structure.words[n_pops:]]

            def step(j, now):
                state, mine, drawn = now
                state, words, _ = _engine.one_step(
                    structure, numbers, state, j, k0 + j, jnp.asarray(dt, state.cells[0].dtype), seed
                )
                mine = [lax.dynamic_update_slice(a, words[s][None], (j, 0)) for s, a in enumerate(mine)]
                drawn = [lax.dynamic_update_slice(a, words[n_pops + s][None], (j, 0)) for s, a in enumerate(drawn)]
                return state, mine, drawn

            state, mine, drawn = lax.fori_loop(0, block, step, (state, mine, drawn))
            told = [lax.all_gather(a, AXIS, axis=1).reshape(block, -1) for a in mine]
            rings = list(state.rings)
            for s, words in enumerate((*told, *drawn)):
                slots = (k0 + jnp.arange(block)) % rings[s].shape[0]
                rings[s] = rings[s].at[slots].set(words)
            fired = [lax.dynamic_update_slice(a, w, (i * block, 0)) for a, w in zip(fired, told, strict=True)]
            return state._replace(rings=tuple(rings)), fired

        fired = [jnp.zeros((blocks * block, structure.words[c]), jnp.uint32) for c in range(n_pops)]
        state, fired = lax.fori_loop(0, blocks, alone, (state, fired))
        return jax.tree.map(lambda x: x[None], state), fired

    return jax.shard_map(part, mesh=mesh, in_specs=(P(AXIS), P(AXIS)), out_specs=(P(AXIS), P()), check_vma=False)(
        numbers, state
    )
