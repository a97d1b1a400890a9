"""Projection: synapses from one population to another."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from ..connect import FromMatrix
from ..connect.rule import Rule
from ..integrate.delay import _whole_steps
from ..math._array import raw, unbox
from ..math.module import Module
from ..math.sparse import Connection, Padded
from ..math.variable import Variable
from ..synapses import STDP, ShortTermPlasticity, Synapse
from .errors import SimulationError
from .groups import Group
from .population import Population
from .view import View, whole


class Projection(Module):
    r"""Synapses from `pre` to `post`: who is connected, how strongly, how late, and what a spike does there.

    pre        : a Population, a part of one (`cells[:100]`), a PoissonGroup or SpikeTimes
    post       : a Population or a part of one
    connection : a rule of `bl.connect`, such as FixedProbability(0.02), or a Connection (n_pre, n_post) of `bm.sparse`
    synapse    : a synapse of `bl.synapses`. Projections to one population that are given the same synapse object share its
                 state: what they do adds up anyway, and it is computed once
    weight     : a number, an array, or an initialiser such as bl.connect.Normal(1.0, 0.1), in the unit of the synapse:
                 of a conductance (that of current/mV of the neuron) or of a current; mV for Delta. None: 1, or the weights
                 of the Connection. It can be changed between two runs: nothing is compiled anew
    delay      : ms from a spike to its effect, in whole time steps; None: one step. A number, or one for each synapse:
                 an array of the shape of the table of targets of the connection, taken to the nearest step
    stp        : a ShortTermPlasticity; it sees spikes when they arrive
    stdp       : an STDP rule; the weights are then between 0 and its w_max and change in the run. It sees a presynaptic
                 spike when it arrives, and a postsynaptic one when it happens
    seed       : for a rule and an initialiser

    Cost of a step: of a linear synapse that of the spikes; of one that saturates (AMPA, NMDA, GABA_A, GABA_B), and of gap
    junctions, that of all synapses: there every synapse gives a current all the time.

    >>> import brainlab as bl
    >>> cells = bl.Population(bl.LIF(), 100, name="cells")
    >>> bl.Projection(cells[:80], cells, bl.connect.FixedProbability(0.1), bl.synapses.Exponential(tau=5.0), weight=0.2)
    Projection(cells[0:80] -> cells, 7... synapses, Exponential)
    """

    def __init__(self, pre, post, connection, synapse, weight=None, delay=None, *, stp=None, stdp=None, seed=0, name=None):
        _check_ends(pre, post)
        self.pre, self.post, self.name = pre, post, name
        self.synapse_kind = check_synapse(synapse)
        self._synapse = synapse
        self._channel = None  # a Network gives each synapse a channel
        self.stp, self.stdp = _check_plasticity(stp, stdp, synapse)
        self._connection = _connect(connection, pre, post, weight, seed)
        self._tables = {}
        if (stp or stdp) is not None and not isinstance(self._connection, Padded):  # they go through rows of targets
            self._connection = self._connection.padded()
        self.delay = delay
        _check_delay(self)
        self._check_weights(self._connection.weights)
        if stdp is not None:
            self.w = Variable(jnp.broadcast_to(_per_synapse(raw(self._connection.weights)), self._connection.targets.shape))

    # ---- what can be changed between two runs
    @property
    def synapse(self):
        return self._synapse if self._channel is None else self._channel.synapse

    @synapse.setter
    def synapse(self, synapse):
        if type(synapse) is not type(self.synapse):
            raise SimulationError(
                f"{self!r}: its synapse is {type(self.synapse).__name__}, and cannot become {synapse!r:.60}.",
                why="another kind of synapse has other states",
                try_="a new bl.Projection and a new bl.Network",
            )
        self._synapse = synapse
        if self._channel is not None:
            self._channel.synapse = synapse

    @property
    def state(self):
        """The state of its synapses at all neurons of the population that receives, once it is in a Network: `state.g`."""
        if self._channel is None:
            raise SimulationError(
                f"{self!r} has no state for the neurons that receive.",
                why="a network makes it, for linear synapses; those that saturate have one for the neurons that send",
                try_="net = bl.Network(projection)",
            )
        return self._channel

    @property
    def connection(self) -> Connection:
        return self._connection

    @property
    def weight(self):
        """The weights: a number, or one for each row or synapse, as in the connection."""
        return self._connection.weights

    @weight.setter
    def weight(self, weight):
        if self.stdp is not None:
            raise SimulationError(
                f"{self!r}: its weights are learned.", why="each synapse has its own", try_="projection.w[:] = 0.5"
            )
        self._check_weights(weight)
        self._connection = self._connection.with_weights(weight)

    def _check_weights(self, weight):
        (self.synapse if self.stdp is None else self.stdp).check_weight(weight)

    # ---- for the engine
    def delay_steps(self, dt: float):
        """The delay in steps: a whole number, or an array of them."""
        if self.delay is None:
            return 1
        delays = np.asarray(unbox(self.delay), float)
        try:
            steps = _whole_steps(delays, float(dt), delays.shape, bool(delays.ndim))
        except ValueError as error:
            shortest = max(round(float(delays.min()) / dt), 1) * dt
            raise SimulationError(
                f"{self!r}: {error.what}",
                why="a spike arrives in a step after its own",
                try_=f"delay={shortest:g}, or another dt",
            ) from None
        return steps if delays.ndim else int(steps)

    def table(self, start: int, stop: int):
        """(targets, weights) of the presynaptic neurons start to stop - 1, as `_events.deliver` takes them."""
        if (start, stop) not in self._tables:
            self._tables[start, stop] = _rows(_targets(self), start, stop, self.connection.n_pre)
        weights = raw(self.connection.weights)
        return self._tables[start, stop], weights if weights.ndim == 0 else _rows(weights, start, stop, len(weights))

    def incoming(self):
        """(n_post, most) of a learned projection: the places in its flat table of the synapses onto each neuron."""
        if "in" not in self._tables:
            targets = np.asarray(self.connection.targets)
            n_post, flat = self.connection.n_post, targets.ravel()
            order = np.argsort(flat, kind="stable")[: int((flat < n_post).sum())]
            count = np.bincount(flat[order], minlength=n_post)
            places = np.full((n_post, max(int(count.max(initial=0)), 1)), targets.size, np.int32)
            column = np.arange(len(order)) - np.repeat(np.cumsum(count) - count, count)
            places[flat[order], column] = order
            self._tables["in"] = jnp.asarray(places)
        return self._tables["in"]

    def __repr__(self):
        name = f", name={self.name!r}" if self.name else ""
        synapses = f"{self.connection.n_synapses} synapses"
        more = "".join(f", {type(x).__name__}" for x in (self.stp, self.stdp) if x is not None)
        return f"Projection({_named(self.pre)} -> {_named(self.post)}, {synapses}, {self.synapse_kind.__name__}{more}{name})"


def check_synapse(synapse):
    if isinstance(synapse, type) and issubclass(synapse, Synapse):
        raise SimulationError(
            f"{synapse.__name__} is a class of synapses; a synapse is {synapse.__name__}().",
            why="its parameters are given between the brackets",
            try_=f"bl.synapses.{synapse.__name__}()",
        )
    if not isinstance(synapse, Synapse):
        hint = "stdp=bl.synapses.STDP()" if isinstance(synapse, STDP) else "stp=bl.synapses.ShortTermPlasticity()"
        plastic = isinstance(synapse, STDP | ShortTermPlasticity)
        raise SimulationError(
            f"synapse = {synapse!r:.60}: a synapse of bl.synapses is expected.",
            why="plasticity says how a synapse changes, not what it does" if plastic else "",
            try_=f"bl.Projection(..., bl.synapses.Exponential(tau=5.0), {hint})"
            if plastic
            else "bl.synapses.Exponential(tau=5.0)",
        )
    return type(synapse)


def _check_ends(pre, post):
    for side, end, kinds in (("pre", pre, Population | View | Group), ("post", post, Population | View)):
        if isinstance(end, View) and side == "post" and isinstance(end.population, Group):
            end = end.population
        if not isinstance(end, kinds):
            group = isinstance(end, Group)
            raise SimulationError(
                f"{side} = {end!r:.60}: " + ("it sends spikes and receives none." if group else "a population is expected."),
                try_='cells = bl.Population(bl.LIF(), 100, name="cells")',
            )


def _check_plasticity(stp, stdp, synapse):
    for name, value, kind in (("stp", stp, ShortTermPlasticity), ("stdp", stdp, STDP)):
        if value is not None and not isinstance(value, kind):
            raise SimulationError(
                f"{name} = {value!r:.60}: a {kind.__name__} is expected.", try_=f"{name}=bl.synapses.{kind.__name__}()"
            )
        if value is not None and synapse.side not in ("post", "jump"):
            raise SimulationError(
                f"{name} with {type(synapse).__name__}: it needs a synapse that adds up what arrives.",
                why="one that saturates has a state for each neuron that sends, and none for each synapse",
                try_="bl.synapses.Exponential(tau=5.0, E_rev=0.0), or DualExponential",
            )
    if stp is not None and stdp is not None:
        raise SimulationError("a projection has stp or stdp, not both.", try_="two projections")
    return stp, stdp


def _connect(connection, pre, post, weight, seed) -> Connection:
    sizes = pre.size, post.size
    if isinstance(connection, Rule):
        return connection(*sizes, seed=seed, weight=1.0 if weight is None else weight)
    if not isinstance(connection, Connection):
        matrix = np.asarray(unbox(connection)) if isinstance(connection, np.ndarray | jax.Array | list) else None
        raise SimulationError(
            f"connection = {connection!r:.60}: a rule of bl.connect or a Connection of bm.sparse is expected.",
            try_="bl.connect.FixedProbability(0.1)"
            if matrix is None
            else f"bl.connect.{FromMatrix.__name__}(matrix), or bm.sparse.Dense(matrix)",
        )
    if connection.shape != sizes:
        raise SimulationError(
            f"the connection is {connection.shape[0]} -> {connection.shape[1]}, "
            f"{_named(pre)} has {sizes[0]} neurons and {_named(post)} {sizes[1]}.",
            why="its rows are the neurons that send, its columns those that receive",
            try_=f"a connection {sizes[0]} -> {sizes[1]}",
        )
    return connection if weight is None else connection.with_weights(weight)


def _check_delay(projection):
    if projection.delay is None:
        return
    delays = np.asarray(unbox(projection.delay))
    if delays.dtype.kind not in "iuf" or not np.all(np.isfinite(delays)) or np.any(delays <= 0):
        raise SimulationError(
            f"delay = {projection.delay!r:.60}: ms above 0 are expected.",
            why="no effect comes before its cause",
            try_="delay=1.5",
        )
    if not delays.ndim:
        return
    table = getattr(projection.connection, "targets", None)
    if (
        table is None
        or delays.shape != table.shape
        or projection.synapse.side not in ("post", "jump")
        or projection.stp
        or projection.stdp
    ):
        raise SimulationError(
            f"delay is {delays.shape}: one for each synapse needs the shape of the table of targets, "
            f"{'which this store lacks' if table is None else table.shape}, and a linear synapse that does not learn.",
            why="each synapse keeps what is under way until it arrives",
            try_="connection = rule(n_pre, n_post).padded();  delay=rng.uniform(0.5, 2.0, connection.targets.shape)",
        )


def _targets(projection):
    """The table of targets as places in a row of the whole population: places not used point behind its last neuron."""
    targets, n_post = raw(projection.connection.targets), projection.connection.n_post
    population, start, _ = whole(projection.post)
    return targets if start + n_post == population.size else jnp.where(targets == n_post, population.size - start, targets)


def _rows(a, start, stop, n):
    return a if (start, stop) == (0, n) else a[start:stop]


def _per_synapse(weights):
    return weights[:, None] if weights.ndim == 1 else weights


def _named(group) -> str:
    return group.name or type(group).__name__
