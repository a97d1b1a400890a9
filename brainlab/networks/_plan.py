"""From a Network to the arguments of its loop, and back: what is structure, what is a number, what changes."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from ..math._array import raw, unbox
from ..math.sparse import Padded
from ._engine import Cells, Drive, Link, Numbers, Rain, State, Structure
from .errors import SimulationError
from .groups import PoissonGroup, SpikeTimes
from .view import whole


class Plan:
    """One run of a network: `structure` and `numbers` for the engine, `pack` and `unpack` of its state."""

    def __init__(self, net, dt: float, capacity: int, watches=()):
        self.net, self.dt = net, dt
        self.populations = list(net.populations.values())
        self.place = {id(p): c for c, p in enumerate(self.populations)}
        self.channels = [[ch for ch in net.channels if ch.population is p] for p in self.populations]
        self.cells = [self._cells(c) for c in range(len(self.populations))]
        self._sources()
        self.delays = [p.delay_steps(dt) for p in net.projections]
        self.links = [self._link(p, d) for p, d in zip(net.projections, self.delays, strict=True)]
        self.structure = Structure(
            cells=tuple(self.cells),
            drives=tuple(self.drives),
            links=tuple(link for link, _ in self.links),
            rains=tuple(self._rain(r) for r in net.inputs),
            watches=tuple(watches),
            words=tuple(-(-size // 32) for size in self.sizes),
            capacity=capacity,
        )

    # ---- structure
    def _cells(self, c):
        population = self.populations[c]
        borders = {0, population.size}
        for projection in self.net.projections:
            pre, start, stop = whole(projection.pre)
            borders |= {start, stop} if pre is population else set()
        edges = sorted(borders)
        row, rows = len(population.model.states) + 1, []
        for channel in self.channels[c]:
            rows.append((row, len(channel.synapse.states)))
            row += len(channel.synapse.states)
        pieces = tuple(zip(edges[:-1], edges[1:], strict=True))
        noisy = bool(np.any(population.noise))
        return Cells(population.size, len(population.model.states), population.method, noisy, tuple(rows), (), pieces)

    def _sources(self):
        """Pieces of populations, then groups: whoever sends spikes has a number."""
        self.sizes, self.source, self.drives = [], {}, []
        for c, (population, cell) in enumerate(zip(self.populations, self.cells, strict=True)):
            numbers = tuple(range(len(self.sizes), len(self.sizes) + len(cell.borders)))
            self.cells[c] = Cells(
                *(getattr(cell, f) for f in ("size", "states", "method", "noisy", "channels")), numbers, cell.borders
            )
            self.source[id(population)] = list(zip(numbers, cell.borders, strict=True))
            self.sizes += [b - a for a, b in cell.borders]
        for group in self.net.groups.values():
            number = len(self.sizes)
            self.source[id(group)] = [(number, (0, group.size))]
            self.sizes.append(group.size)
            self.drives.append(Drive("poisson" if isinstance(group, PoissonGroup) else "given", group.size, number))

    def _pieces(self, projection):
        """(source, first row, last row + 1) of the presynaptic side; a group is one piece, whatever part of it sends."""
        pre, start, stop = whole(projection.pre)
        pieces = [
            (s, max(a, start) - start, min(b, stop) - start) for s, (a, b) in self.source[id(pre)] if a < stop and b > start
        ]
        if id(pre) not in self.place and (start, stop) != (0, pre.size):
            raise SimulationError(f"{projection!r}: a group sends as a whole.", try_="a group for each part")
        return pieces

    def _link(self, projection, delay):
        """(Link, its numbers)"""
        synapse, connection = projection.synapse, projection.connection
        pre, pre_start, _ = whole(projection.pre)
        post, start, stop = whole(projection.post)
        pieces = self._pieces(projection)
        whole_pre = (0, connection.n_pre)
        p = {"delay": np.int32(delay if np.ndim(delay) == 0 else 1)}
        jump = raw(synapse.jump) if synapse.side == "post" else 1.0

        def tables(spans):
            found = [projection.table(*span) for span in spans]
            return [(t, w if isinstance(jump, float) and jump == 1.0 else w * jump) for t, w in found]

        if synapse.side in ("gap", "graded"):
            kind, p = synapse.side, p | {"connection": connection, "synapse": synapse}
            if id(pre) not in self.place:
                raise SimulationError(
                    f"{projection!r}: a group has no potential.", why="a gap junction passes the potential"
                )
        elif synapse.side == "pre":
            kind, p = "saturating", p | {"connection": connection, "synapse": synapse}
        elif projection.stdp is not None:
            kind = "learned"
            p |= {
                "tables": [projection.table(*whole_pre)],
                "stdp": projection.stdp,
                "incoming": projection.incoming(),
                "jump": jump,
            }
        elif projection.stp is not None:
            kind, p = "released", p | {"tables": tables([whole_pre]), "stp": projection.stp}
        elif np.ndim(delay):
            kind = "later"
            width = post.size + 1
            place = (np.asarray(delay) - 1) * width + np.asarray(projection.table(*whole_pre)[0]) + start
            p["tables"] = [
                (jnp.asarray(place[a:b], jnp.int32), w)
                for (_, a, b), (_, w) in zip(pieces, tables([x[1:] for x in pieces]), strict=True)
            ]
        elif isinstance(connection, Padded):
            kind, p = "events", p | {"tables": tables([x[1:] for x in pieces])}
        else:
            scaled = (
                connection
                if isinstance(jump, float) and jump == 1.0
                else connection.with_weights(raw(connection.weights) * jump)
            )
            kind, p = "store", p | {"connection": scaled}
        return Link(
            kind=kind,
            pieces=tuple((s, b - a) for s, a, b in pieces),
            pre=self.place.get(id(pre)) if kind in ("gap", "graded") else None,
            pre_start=pre_start,
            post=self.place[id(post)],
            start=start,
            size=stop - start,
            row=self._row(projection),
        ), p

    def _row(self, part):
        if part._channel is None:
            return -1
        c = self.place[id(part._channel.population)]
        return self.cells[c].channels[[ch is part._channel for ch in self.channels[c]].index(True)][0]

    def _rain(self, rain):
        post, start, stop = whole(rain.post)
        return Rain(self.place[id(post)], start, stop - start, self._row(rain))

    # ---- numbers
    def numbers(self, inputs, watched=()) -> Numbers:
        """inputs : for each population (I, bias): (steps,) or (steps, neuron), or None; and a constant."""
        pops = self.populations
        return jax.tree.map(
            lambda x: jnp.asarray(x, jnp.result_type(x)),  # a plain number would be another type, and compile anew
            Numbers(
                models=tuple(raw(p.model) for p in pops),
                noise=tuple(unbox(p.noise) for p in pops),
                first=tuple(np.uint32(0) for _ in pops),
                bias=tuple(bias for _, bias in inputs),
                I=tuple(I for I, _ in inputs),
                synapses=tuple(tuple(raw(ch.synapse) for ch in channels) for channels in self.channels),
                drives=tuple(self._drive(g) for g in self.net.groups.values()),
                links=tuple(raw(p) for _, p in self.links),
                rains=tuple(self._expected(r) for r in self.net.inputs),
                watched=tuple(watched),
            ),
        )

    def _drive(self, group):
        if isinstance(group, SpikeTimes):
            return np.zeros((self.structure.capacity, -(-group.size // 32)), np.uint32)  # each call has its own: `given`
        p = np.asarray(group.rate) * self.dt / 1000
        if np.any(p > 1):
            raise SimulationError(
                f"{group!r}: {np.max(group.rate):g} Hz are {np.max(p):.3g} spikes in a step of {self.dt:g} ms.",
                why="in each step a neuron spikes once at most",
                try_="bl.networks.PoissonInput(post, synapse, rate, weight, n=100), whose spikes add up",
            )
        return np.broadcast_to(p, group.size)  # one shape, so that one rate for each compiles nothing anew

    def _expected(self, rain):
        synapse = rain.synapse
        jump = raw(synapse.jump) if synapse.side == "post" else 1.0
        return np.asarray(rain.rate) * rain.n * self.dt / 1000, raw(rain.weight) * jump

    def given(self, numbers, start, steps) -> Numbers:
        """The spikes of `SpikeTimes` in the next steps."""
        drives = list(numbers.drives)
        for k, group in enumerate(self.net.groups.values()):
            if isinstance(group, SpikeTimes):
                table = np.zeros(drives[k].shape, np.uint32)
                table[:steps] = group.words(start, steps, self.dt)
                drives[k] = jnp.asarray(table)
        return numbers._replace(drives=tuple(drives))

    # ---- state
    def pack(self) -> State:
        net, dtype = self.net, jnp.result_type(float)
        cells = []
        for population, channels in zip(self.populations, self.channels, strict=True):
            left = jnp.round(population.refractory.value / self.dt)
            rows = [*population.state(), left, *(v for ch in channels for v in ch.values())]
            cells.append(tuple(jnp.asarray(r, dtype) for r in map(unbox, rows)))
        rings, kept = net.memory or self._empty(dtype)
        self._check_delays(rings, kept)
        links = [
            {"w": _flat(p.w.value, dtype), "traces": own["traces"]} if link.kind == "learned" else own
            for (link, _), p, own in zip(self.links, net.projections, kept, strict=True)
        ]
        return State(_stacked(cells), rings, tuple(links))

    def _check_delays(self, rings, kept):
        for (link, _), own, projection, delay in zip(self.links, kept, self.net.projections, self.delays, strict=True):
            room = len(own) if link.kind == "later" else min(rings[s].shape[0] for s, _ in link.pieces)
            if np.max(delay) > room:
                raise SimulationError(
                    f"{projection!r}: its delay is now {np.max(delay) * self.dt:g} ms, and the network remembers "
                    f"{room * self.dt:g} ms.",
                    why="spikes are kept only as long as the longest delay needs them",
                    try_="net.reset_state(), or the longest delay from the beginning",
                )

    def _empty(self, dtype):
        longest = [1] * len(self.sizes)
        for (link, _), delay in zip(self.links, self.delays, strict=True):
            for s, _ in link.pieces:
                longest[s] = max(longest[s], int(delay) if np.ndim(delay) == 0 else 1)
        rings = tuple(jnp.zeros((L, w), jnp.uint32) for L, w in zip(longest, self.structure.words, strict=True))
        return rings, tuple(
            self._nothing(*a, dtype) for a in zip(self.links, self.net.projections, self.delays, strict=True)
        )

    def _nothing(self, link, projection, delay, dtype):
        """What a link keeps before anything has happened."""
        link, n = link[0], projection.connection.n_pre
        if link.kind in ("saturating", "graded", "released"):
            start = (projection.stp if link.kind == "released" else projection.synapse).initial()
            return jnp.stack([jnp.full(n, x, dtype) for x in start])
        if link.kind == "later":
            return jnp.zeros((int(delay.max()), self.cells[link.post].size + 1), dtype)
        if link.kind == "learned":
            return {"w": None, "traces": (jnp.zeros(n, dtype), jnp.zeros(link.size, dtype))}
        return jnp.zeros(0, dtype)

    def unpack(self, state: State) -> None:
        """Write what the loop gave back into the populations and synapses."""
        rows = _rows(state.cells)
        for population, cell, channels, x in zip(self.populations, self.cells, self.channels, rows, strict=True):
            for name, value in zip(population.model.states, x, strict=False):
                getattr(population, name).value = value
            population.refractory.value = x[cell.states] * self.dt
            for channel, (row, many) in zip(channels, cell.channels, strict=True):
                for name, value in zip(channel.synapse.states, x[row : row + many], strict=True):
                    getattr(channel, name).value = value
        links = []
        for (link, _), projection, own in zip(self.links, self.net.projections, state.links, strict=True):
            if link.kind == "learned":
                projection.w.value = own["w"][:-1].reshape(projection.w.shape)
                own = own | {"w": None}
            links.append(own)
        self.net.memory = state.rings, tuple(links)


@jax.jit
def _stacked(cells):
    return tuple(jnp.pad(jnp.stack(rows), ((0, 0), (0, 1))) for rows in cells)


@jax.jit
def _rows(cells):
    return [list(x[:, :-1]) for x in cells]


@jax.jit
def _padded_flat(w):
    return jnp.pad(w.reshape(-1), (0, 1))


def _flat(w, dtype):
    return _padded_flat(jnp.asarray(unbox(w), dtype))
