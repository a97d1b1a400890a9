"""Network: populations and what connects them."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from ..math import random
from ..math._array import unbox
from ..math.module import Module
from ..math.variable import Variable
from .errors import SimulationError
from .groups import Group, PoissonInput
from .population import Population
from .projection import Projection, check_synapse
from .view import whole


class Channel(Module):
    """The state of one kind of synapse at all neurons of a population, shared by all projections that feed it."""

    def __init__(self, synapse, population):
        self.synapse, self.population = synapse, population
        self.reset()

    def reset(self):
        zeros = np.zeros(self.population.size, jnp.result_type(float))
        for name, value in zip(self.synapse.states, self.synapse.initial(), strict=True):
            setattr(self, name, zeros + value if isinstance(vars(self).get(name), Variable) else Variable(zeros + value))

    def values(self):
        return tuple(getattr(self, name).value for name in self.synapse.states)


class Network(Module):
    """Populations, projections and inputs as one thing that `simulate` runs.

    parts : Projections and PoissonInputs, in any order. Their populations come with them; one that nothing reaches is given
            by itself
    seed  : of everything random in the run, a whole number; None takes one from `bm.random`. Random numbers are a function
            of seed, step and neuron: a run in pieces is the run in one go
    dt    : ms, the step of its runs where `simulate` is given none; None: the smallest of its models

    `populations`, `groups` : by name;  `projections`, `inputs` : in order;  `t` : ms, how far it is

    >>> import brainlab as bl
    >>> E, I = bl.Population(bl.LIF(), 80, name="E"), bl.Population(bl.LIF(), 20, name="I")
    >>> fast = bl.synapses.Exponential(tau=5.0)
    >>> net = bl.Network(
    ...     bl.Projection(E, I, bl.connect.FixedProbability(0.2), fast, weight=0.1, delay=1.0),
    ...     bl.Projection(I, E, bl.connect.FixedProbability(0.2), bl.synapses.Exponential(tau=10.0), weight=-0.4),
    ...     seed=1,
    ... )
    >>> net
    Network(E: 80 LIF, I: 20 LIF; 2 projections, 5... synapses)
    >>> bl.simulate(net, 50.0, inputs={"E": 2.0, "I": 1.2}).of("E").spikes
    Spikes(1... spikes, 80 neurons, 50 ms, dt=0.1 ms, ... Hz each)
    """

    def __init__(self, *parts, seed: int | None = None, dt: float | None = None, name: str | None = None):
        self.name, self.usual_dt = name, dt
        self.projections = [p for p in parts if isinstance(p, Projection)]
        self.inputs = [p for p in parts if isinstance(p, PoissonInput)]
        alone = [p for p in parts if isinstance(p, Population)]
        for part in parts:
            if not isinstance(part, Projection | PoissonInput | Population):
                raise SimulationError(
                    f"{part!r:.60} is no part of a network: projections, PoissonInputs and populations are.",
                    try_="bl.Network(projection, other_projection)",
                )
        ends = [whole(end)[0] for p in self.projections for end in (p.pre, p.post)] + [whole(p.post)[0] for p in self.inputs]
        groups = _unique([*alone, *ends])
        self.populations = _by_name([g for g in groups if isinstance(g, Population)])
        self.groups = _by_name([g for g in groups if isinstance(g, Group)])
        if not self.populations:
            raise SimulationError("a network needs a population.", try_="bl.Network(bl.Population(bl.LIF(), 100))")
        if seed is None:
            seed = int(np.asarray(jax.random.bits(unbox(random.DEFAULT.next_key()))))
        if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or not 0 <= seed < 2**32:
            raise SimulationError(f"seed = {seed!r:.40}: a whole number from 0 up to 2**32 - 1 is expected.", try_="seed=1")
        self.seed = int(seed)
        self.channels = self._make_channels()
        self.memory = None  # what is on its way: made by the first run, which knows dt
        self.parts = None  # the same on several devices
        self.steps_done, self.dt = 0, None

    def _make_channels(self) -> list[Channel]:
        channels = {}
        for part in (*self.projections, *self.inputs):
            synapse, population = part.synapse, whole(part.post)[0]
            check_synapse(synapse)
            part._channel = None
            if synapse.side in ("post", "jump"):
                part._channel = channels.setdefault((id(synapse), id(population)), Channel(synapse, population))
        return list(channels.values())

    @property
    def t(self) -> float:
        return self.steps_done * (self.dt or 0.0)

    def reset_state(self) -> None:
        """Back to the beginning: all neurons at rest, nothing on its way, learned weights as they were given."""
        for population in self.populations.values():
            population.reset_state()
        for channel in self.channels:
            channel.reset()
        for projection in self.projections:
            if projection.stdp is not None:
                projection.w.value = jnp.broadcast_to(
                    jnp.reshape(
                        projection.weight.value, (-1, 1) if projection.weight.ndim == 1 else projection.weight.shape
                    ),
                    projection.w.shape,
                )
        self.memory, self.parts, self.steps_done, self.dt = None, None, 0, None

    def population(self, which) -> Population:
        """A population of this network: itself, its name, or a part of it."""
        if isinstance(which, str) and which in self.populations:
            return self.populations[which]
        found = [p for p in self.populations.values() if p is whole(which)[0]] if hasattr(which, "size") else []
        if not found:
            known = ", ".join(map(repr, self.populations))
            raise SimulationError(
                f"{which!r:.60} is no population of this network: it has {known}.", try_=f"{next(iter(self.populations))!r}"
            )
        return found[0]

    def __repr__(self):
        cells = [f"{name}: {p.size} {type(p.model).__name__}" for name, p in self.populations.items()]
        count = sum(p.connection.n_synapses for p in self.projections)
        many = len(self.projections)
        return f"Network({', '.join(cells)}; {many} projection{'s' * (many != 1)}, {count} synapses)"


def _unique(items):
    return list({id(item): item for item in items}.values())


def _by_name(groups) -> dict:
    named = {}
    for group in groups:
        name = group.name or type(getattr(group, "model", group)).__name__
        if name in named and group.name:
            raise SimulationError(
                f"two populations are called {name!r}.",
                why="results are found by name",
                try_=f'bl.Population({type(getattr(group, "model", group)).__name__}(), {group.size}, name="other")',
            )
        k = 2
        while name in named:
            name, k = f"{type(getattr(group, 'model', group)).__name__} {k}", k + 1
        named[name] = group
    return named
