"""Monitor: what a run of a network keeps, of whom, how often."""

from __future__ import annotations

import difflib

import numpy as np

from ..connect._memory import check_fits
from ..math._array import unbox
from ._engine import Watch
from .errors import SimulationError
from .projection import Projection
from .view import whole

FEW = 4  # neurons of each population of which a run keeps V if nothing else is asked for


class Monitor:
    """Keep one quantity of some neurons.

    name    : of a population: a state of its model ("V"). Of a projection: a state of its synapse ("g"), "current" (into the
              neurons that receive, at their V), of short-term plasticity "u" and "x", of STDP "w"
    of      : the population, a part of it, or the projection; not needed where the network has one population
    neurons : None for all, a number for the first few, a slice, or their numbers
    every   : keep each so many-th step, its value at the end
    mean    : keep the mean over these neurons only: for an LFP, or where all of them would not fit

    >>> import brainlab as bl
    >>> bl.networks.Monitor("V", neurons=10, every=5)
    Monitor('V', neurons=10, every=5)
    """

    def __init__(self, name: str, of=None, neurons=None, every: int = 1, mean: bool = False):
        if not isinstance(name, str):
            raise SimulationError(f"Monitor({name!r:.40}): the name of what is kept is expected.", try_='Monitor("V")')
        if isinstance(every, bool) or not isinstance(every, int | np.integer) or every < 1:
            raise SimulationError(f"every = {every!r}: a whole number of steps, 1 or more, is expected.", try_="every=10")
        self.name, self.of, self.neurons, self.every, self.mean = name, of, neurons, int(every), bool(mean)

    def __repr__(self):
        shown = [repr(self.name)] + [f"of={getattr(self.of, 'name', self.of)}"] * (self.of is not None)
        shown += [f"neurons={self.neurons!r}"] * (self.neurons is not None)
        shown += [f"every={self.every}"] * (self.every > 1) + ["mean=True"] * self.mean
        return f"Monitor({', '.join(shown)})"

    def chosen(self, size: int) -> np.ndarray:
        if self.neurons is None:
            return np.arange(size)
        if isinstance(self.neurons, slice):
            found = np.arange(size)[self.neurons]
        elif (
            np.ndim(self.neurons) == 0 and isinstance(self.neurons, int | np.integer) and not isinstance(self.neurons, bool)
        ):
            found = np.arange(min(int(self.neurons), size))
        else:
            found = np.asarray(unbox(self.neurons))
        if found.ndim != 1 or found.dtype.kind not in "iu" or not found.size or found.min() < 0 or found.max() >= size:
            raise SimulationError(
                f"{self!r}: numbers of neurons from 0 to {size - 1} are expected.", try_=f"neurons=slice(0, {min(10, size)})"
            )
        return found


def resolve(net, plan, monitors) -> list:
    """(Monitor, owner's name, Watch without width, numbers of the neurons) for everything that is to be kept."""
    if monitors is None:
        monitors = [Monitor(p.model.states[0], of=p, neurons=FEW) for p in net.populations.values()]
    monitors = [monitors] if isinstance(monitors, str | Monitor) else monitors
    if not isinstance(monitors, tuple | list) or not all(isinstance(m, str | Monitor) for m in monitors):
        raise SimulationError(f"monitors = {monitors!r:.60}: names, or Monitors, are expected.", try_='monitors=("V",)')
    found = []
    for monitor in monitors:
        if isinstance(monitor, str):
            owners = [p for p in net.populations.values() if monitor in p.model.states]
            if not owners:
                raise _unknown(monitor, {n for p in net.populations.values() for n in p.model.states}, "this network")
            found += [_resolved(net, plan, Monitor(monitor, of=p)) for p in owners]
        else:
            found.append(_resolved(net, plan, monitor))
    return found


def _resolved(net, plan, monitor):
    of = monitor.of
    if isinstance(of, Projection) or isinstance(of, str) and any(p.name == of for p in net.projections):
        return _of_projection(net, plan, monitor)
    if of is None:
        having = [p for p in net.populations.values() if monitor.name in p.model.states]
        if len(having) > 1:
            raise SimulationError(
                f"{monitor!r}: several populations have it.",
                try_=f"Monitor({monitor.name!r}, of={next(iter(net.populations))!r})",
            )
        of = having[0] if having else next(iter(net.populations.values()))
    population = net.population(of)
    if monitor.name not in population.model.states:
        raise _unknown(monitor.name, set(population.model.states), repr(population.name or type(population.model).__name__))
    c = plan.place[id(population)]
    _, start, stop = whole(of) if not isinstance(of, str) else whole(population)
    name = next(n for n, p in net.populations.items() if p is population)
    item = population.model.states.index(monitor.name)
    return monitor, name, ("state", c, item), start + monitor.chosen(stop - start)


def _of_projection(net, plan, monitor):
    projection = next((p for p in net.projections if p is monitor.of or p.name == monitor.of), None)
    if projection is None:
        raise SimulationError(f"{monitor!r}: this network has no such projection.", try_="bl.Network(projection, ...)")
    l = next(i for i, p in enumerate(net.projections) if p is projection)
    link, _ = plan.links[l]
    kept = (
        projection.stp if link.kind == "released" else projection.synapse if link.kind in ("saturating", "graded") else None
    )
    shared = projection._channel
    known = {"current"} | set(kept.states if kept is not None else ()) | set(shared.synapse.states if shared else ())
    known |= {"w"} if link.kind == "learned" else set()
    known -= {"current"} if projection.synapse.side == "jump" else set()
    if monitor.name not in known:
        raise _unknown(monitor.name, known, repr(projection))
    owner = projection.name or repr(projection).split(",")[0].removeprefix("Projection(")
    size = link.size
    if monitor.name == "current":
        where = ("link", l) if shared is None else ("channel", link.post, _channel(plan, link))
        return monitor, owner, ("current", 0, where), link.start + monitor.chosen(size)
    if shared is not None and monitor.name in shared.synapse.states:
        item = link.row + shared.synapse.states.index(monitor.name)
        return monitor, owner, ("state", link.post, item), link.start + monitor.chosen(size)
    if monitor.name == "w":
        return monitor, owner, ("own", l, "w"), monitor.chosen(projection.connection.targets.size)
    return monitor, owner, ("own", l, kept.states.index(monitor.name)), monitor.chosen(projection.connection.n_pre)


def _channel(plan, link):
    return [row for row, _ in plan.cells[link.post].channels].index(link.row)


def watches(found) -> tuple[list[Watch], list]:
    made = []
    for monitor, _, (of, index, item), numbers in found:
        made.append(Watch(of, index, item, monitor.every, monitor.mean, 1 if monitor.mean else len(numbers)))
    return made, [numbers.astype(np.int32) for *_, numbers in found]


def check_memory(found, steps: int) -> None:
    """Before anything is run."""
    kept = [(m, 1 if m.mean else len(numbers)) for m, _, _, numbers in found]
    if kept:
        what = ", ".join(f"{m.name} of {many:,} every {m.every} steps" for m, many in kept)
        check_fits(
            f"{what} for {steps:,} steps",
            sum(4.0 * many * (steps // m.every) for m, many in kept),
            'bl.networks.Monitor("V", neurons=10, every=10), or mean=True',
            why="every value that is kept takes 4 bytes",
            error=SimulationError,
        )


def _unknown(name, known, owner) -> SimulationError:
    known = sorted(known)
    close = difflib.get_close_matches(name, known, n=1) or [k for k in known if k.lower() == name.lower()]
    return SimulationError(
        f"{owner} has nothing called {name!r} to monitor." + (f" Did you mean {close[0]!r}?" if close else ""),
        why=f"it has {', '.join(known)}; spikes are always kept",
        try_=f"monitors=({(close or known)[0]!r},)",
    )
