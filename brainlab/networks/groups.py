"""Groups that spike without being simulated: Poisson processes and given spike times; and Poisson input to a population."""

from __future__ import annotations

import numpy as np

from ..math._array import unbox
from .errors import SimulationError
from .view import View, whole


class Group:
    """Something of `size` that sends spikes and receives nothing."""

    def __init__(self, size: int, name: str | None):
        if isinstance(size, bool) or not isinstance(size, int | np.integer) or size < 1:
            raise SimulationError(
                f"size = {size!r}: the size of a group must be a whole number, 1 or more.", try_="size=100"
            )
        self.size, self.name = int(size), name

    def __getitem__(self, part: slice) -> View:
        return View(self, part)


class PoissonGroup(Group):
    """`size` independent Poisson processes.

    rate : Hz, a number or (size,). It may be changed between two calls of `simulate`: nothing is compiled anew

    >>> import brainlab as bl
    >>> bl.networks.PoissonGroup(100, rate=20.0, name="background")
    PoissonGroup(100, rate=20 Hz, name='background')
    """

    def __init__(self, size: int, rate, name: str | None = None):
        super().__init__(size, name)
        self.rate = rate

    @property
    def rate(self):
        return self._rate

    @rate.setter
    def rate(self, rate):
        self._rate = checked_rate("PoissonGroup", rate, self.size)

    def __repr__(self):
        rate = f"{self.rate:g} Hz" if np.ndim(self.rate) == 0 else f"<array {np.shape(self.rate)}>"
        return f"PoissonGroup({self.size}, rate={rate}{f', name={self.name!r}' if self.name else ''})"


class SpikeTimes(Group):
    """Neurons that spike when they are told to: a recording, or a pattern.

    neurons : who, whole numbers below size
    times   : when, ms from the beginning of the network's life (t = 0); in each step a neuron spikes at most once.
              Two arrays of equal length, in any order

    A spike at t is taken in the step that ends nearest to t, and reaches its targets as a neuron's spike does.

    >>> import brainlab as bl
    >>> bl.networks.SpikeTimes(2, neurons=[0, 1, 0], times=[5.0, 7.5, 20.0])
    SpikeTimes(2, 3 spikes)
    """

    def __init__(self, size: int, neurons, times, name: str | None = None):
        super().__init__(size, name)
        neurons, times = np.asarray(unbox(neurons)), np.asarray(unbox(times), float)
        if neurons.shape != times.shape or neurons.ndim != 1:
            raise SimulationError(
                f"SpikeTimes has neurons {neurons.shape} and times {times.shape}: each spike needs one of both.",
                try_="bl.networks.SpikeTimes(2, neurons=[0, 1], times=[5.0, 7.5])",
            )
        if neurons.size and (neurons.dtype.kind not in "iu" or neurons.min() < 0 or neurons.max() >= size):
            raise SimulationError(f"SpikeTimes: neurons must be whole numbers from 0 to {size - 1}.")
        if not np.all(np.isfinite(times)) or np.any(times <= 0):
            raise SimulationError(
                "SpikeTimes: times must be finite and above 0 ms.", why="a spike is noted at the end of its step"
            )
        order = np.argsort(times, kind="stable")
        self.neurons, self.times = neurons[order].astype(np.int32), times[order]

    def words(self, start: int, steps: int, dt: float) -> np.ndarray:
        """(steps, words): the packed spikes of the steps from `start` on."""
        n_words = -(-self.size // 32)
        step = np.round(self.times / dt).astype(np.int64) - 1 - start
        first, last = np.searchsorted(step, [0, steps])
        step, neuron = step[first:last], self.neurons[first:last]
        twice = np.unique(np.stack([step, neuron]), axis=1, return_counts=True)[1] if len(step) else np.ones(0)
        if np.any(twice > 1):
            raise SimulationError(
                f"SpikeTimes: a neuron has two spikes within one step of {dt:g} ms.",
                why="in each step a neuron spikes or does not",
                try_=f"dt={dt / 2:g}",
            )
        words = np.zeros((steps, n_words), np.uint32)
        np.bitwise_or.at(words, (step, neuron % n_words), np.uint32(1) << (neuron // n_words).astype(np.uint32))
        return words

    def __repr__(self):
        return f"SpikeTimes({self.size}, {len(self.times)} spikes{f', name={self.name!r}' if self.name else ''})"


class PoissonInput:
    """For each neuron of `post` its own `n` Poisson sources, which it shares with nobody: the rest of the brain.

    Each step adds weight times a Poisson number of mean n * rate * dt: exact, and much cheaper than n sources simulated.

    rate : Hz of each source, a number or one for each neuron of post
    weight : in the unit of the synapse, as in a Projection. Both may be changed between calls of `simulate`

    >>> import brainlab as bl
    >>> cells = bl.Population(bl.LIF(), 10, name="cells")
    >>> bl.networks.PoissonInput(cells, bl.synapses.Exponential(tau=5.0), rate=5.0, weight=0.01, n=100)
    PoissonInput(100 x 5 Hz -> cells, Exponential)
    """

    def __init__(self, post, synapse, rate, weight, n: int = 1, name: str | None = None):
        if isinstance(n, bool) or not isinstance(n, int | np.integer) or n < 1:
            raise SimulationError(
                f"PoissonInput: n = {n!r}: a whole number of sources is expected, 1 or more.", try_="n=1000"
            )
        self.post, self.synapse, self.n, self.name = post, synapse, int(n), name
        if synapse.side not in ("post", "jump"):
            raise SimulationError(
                f"PoissonInput: {type(synapse).__name__} has a state for each presynaptic neuron.",
                why="the sources here are a number only; their spikes add up",
                try_="bl.networks.PoissonGroup(n, rate) and a bl.Projection from it",
            )
        self.rate, self.weight = rate, weight

    @property
    def rate(self):
        return self._rate

    @rate.setter
    def rate(self, rate):
        self._rate = checked_rate("PoissonInput", rate, whole(self.post)[2] - whole(self.post)[1])

    @property
    def weight(self):
        return self._weight

    @weight.setter
    def weight(self, weight):
        self.synapse.check_weight(weight)
        self._weight = weight

    def __repr__(self):
        rate = f"{self.rate:g}" if np.ndim(self.rate) == 0 else f"<array {np.shape(self.rate)}>"
        return f"PoissonInput({self.n} x {rate} Hz -> {self.post.name}, {type(self.synapse).__name__})"


def checked_rate(owner: str, rate, size: int):
    values = np.asarray(unbox(rate))
    if values.dtype.kind not in "iuf" or not np.all(np.isfinite(values)) or np.any(values < 0):
        raise SimulationError(f"{owner}: rate = {rate!r:.60}: it must be 0 or more, in Hz.", try_="rate=20.0")
    if values.shape not in ((), (size,)):
        raise SimulationError(
            f"{owner}: rate is {values.shape}, the group has size {size}.", try_="a number, or one for each"
        )
    return float(values) if values.ndim == 0 else values.astype(float)
