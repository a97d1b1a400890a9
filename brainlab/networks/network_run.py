"""NetworkRun: what a simulation of a network gives back."""

from __future__ import annotations

import numpy as np

from .errors import SimulationError
from .spikes import Spikes


class PopulationRun:
    """One population in the run of a network.

    spikes    : Spikes, who fired when
    run["V"]  : (time, neuron), what was monitored;  run.times("V") : (time,) ms, when;  run.neurons("V") : who
    """

    def __init__(self, name, population, spikes):
        self.name, self.model, self.size, self.spikes = name, population.model, population.size, spikes
        self.units = dict(population.model.units)
        self.data: dict = {}

    @property
    def dt(self) -> float:
        return self.spikes.dt

    @property
    def duration(self) -> float:
        return self.spikes.duration

    @property
    def t(self) -> np.ndarray:
        """(time,) ms: the end of each step."""
        return self.spikes.t_start + self.dt * np.arange(1, self.spikes.n_steps + 1)

    def rates(self) -> np.ndarray:
        """(neuron,) Hz."""
        return self.spikes.rates()

    def spike_times(self, i: int = 0) -> np.ndarray:
        """ms; when neuron i fired."""
        return self.spikes.of(i)

    def __getitem__(self, name):
        return self._kept(name)[0]

    def neurons(self, name) -> np.ndarray:
        """The numbers of the neurons that `run[name]` is of."""
        return self._kept(name)[1]

    def times(self, name) -> np.ndarray:
        """(time,) ms of the rows of `run[name]`."""
        rows, _, every = self._kept(name)
        return self.spikes.t_start + self.dt * every * np.arange(1, len(rows) + 1)

    def _kept(self, name):
        if name not in self.data:
            kept = ", ".join(map(repr, self.data)) or "nothing but spikes"
            raise SimulationError(
                f"{name!r} of {self.name} was not monitored in this run.",
                why=f"only what is monitored is kept, here {kept}",
                try_=f"monitors=bl.networks.Monitor({name!r}, of={self.name!r}, neurons=10)",
            )
        return self.data[name]

    def plot(self, name: str | None = None, neurons: int = 4):
        """A picture of one monitored quantity in the first few of its neurons."""
        from .. import svg

        name = next(iter(self.data), "V") if name is None else name
        rows, who, _ = self._kept(name)
        curves = {f"neuron {who[i]}": rows[:, i] for i in range(min(neurons, rows.shape[1]))}
        unit = self.units.get(name, "")
        return svg.picture(self.times(name), curves, x_label="t (ms)", y_label=f"{name} ({unit})" if unit else name)

    def __repr__(self):
        return f"PopulationRun({self.name}, {self.spikes!r})"


class NetworkRun:
    """The result of `simulate` for a network.

    run.of(cells), run.of("cells") : a PopulationRun, or what was monitored of a projection
    run.t       : (time,) ms, the end of each step;  run.dt, run.duration
    run.spikes, run["V"], run.rates(), run.spike_times(i) : where the network has one population, directly
    run + more  : two runs of which the second goes on where the first one ended
    """

    def __init__(self, net, runs, dt, steps, t_start):
        self.net, self.dt, self.steps, self.t_start = net, dt, steps, t_start
        self.populations = runs
        self.projections: dict = {}

    @property
    def t(self) -> np.ndarray:
        return self.t_start + self.dt * np.arange(1, self.steps + 1)

    @property
    def duration(self) -> float:
        return self.steps * self.dt

    def _keep(self, owner, monitor, rows, numbers):
        run = self.populations.get(owner)
        if run is None:
            run = self.projections.setdefault(owner, _ProjectionRun(owner, self))
        run.data[monitor.name] = rows, numbers, monitor.every

    def of(self, which):
        """The run of one population, or what was monitored of a projection."""
        for name, projection in (
            (p.name or repr(p).split(",")[0].removeprefix("Projection("), p) for p in self.net.projections
        ):
            if which is projection or which == name:
                if name not in self.projections:
                    raise SimulationError(
                        f"nothing of {name} was monitored.", try_='monitors=bl.networks.Monitor("current", of=projection)'
                    )
                return self.projections[name]
        population = self.net.population(which)
        return self.populations[next(n for n, p in self.net.populations.items() if p is population)]

    @property
    def _only(self) -> PopulationRun:
        if len(self.populations) > 1:
            names = ", ".join(map(repr, self.populations))
            raise SimulationError(
                f"the network has several populations: {names}.", try_=f"run.of({next(iter(self.populations))!r})"
            )
        return next(iter(self.populations.values()))

    @property
    def spikes(self) -> Spikes:
        return self._only.spikes

    def rates(self):
        return self._only.rates()

    def spike_times(self, i: int = 0):
        return self._only.spike_times(i)

    def plot(self, name=None, neurons=4):
        return self._only.plot(name, neurons)

    def __getitem__(self, name):
        return self._only[name]

    def __add__(self, other):
        if not isinstance(other, NetworkRun):
            return NotImplemented
        if other.net is not self.net:
            raise SimulationError("these runs are of two networks.", why="only a run that goes on can be joined")
        joined = NetworkRun(self.net, {}, self.dt, self.steps + other.steps, self.t_start)
        for name, run in self.populations.items():
            joined.populations[name] = whole = PopulationRun(
                name, self.net.populations[name], run.spikes + other.populations[name].spikes
            )
            whole.data = _joined(run.data, other.populations[name].data)
        for name, run in self.projections.items():
            joined.projections[name] = whole = _ProjectionRun(name, joined)
            whole.data = _joined(run.data, getattr(other.projections.get(name), "data", {}))
        return joined

    def __repr__(self):
        parts = [
            f"{name} {run.size} neurons at {run.rates().mean():.3g} Hz" if self.steps else name
            for name, run in self.populations.items()
        ]
        start = f" from {self.t_start:g} ms" if self.t_start else ""
        return f"NetworkRun({self.duration:g} ms{start}, dt={self.dt:g} ms: {', '.join(parts)})"


class _ProjectionRun:
    """What was monitored of a projection."""

    def __init__(self, name, run):
        self.name, self._run, self.data = name, run, {}

    def __getitem__(self, name):
        if name not in self.data:
            raise SimulationError(f"{name!r} of {self.name} was not monitored; kept is {', '.join(map(repr, self.data))}.")
        return self.data[name][0]

    def times(self, name) -> np.ndarray:
        rows, _, every = self.data[name]
        return self._run.t_start + self._run.dt * every * np.arange(1, len(rows) + 1)


def _joined(first, second):
    return {
        name: (np.concatenate([rows, second[name][0]]), who, every)
        for name, (rows, who, every) in first.items()
        if name in second
    }
