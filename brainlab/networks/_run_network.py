"""How a network is run: in pieces of a part of a second, each complete when the next one begins.

So a run can show how far it is, be interrupted between two pieces, and go on later; nothing is lost, and the pieces give
what one run would give.
"""

from __future__ import annotations

import contextlib
import signal
import threading
import time
import warnings

import numpy as np

from ..integrate import DivergedError
from . import _engine
from ._plan import Plan
from .errors import SimulationError
from .monitor import check_memory, resolve, watches
from .network_run import NetworkRun, PopulationRun
from .simulate import count_steps, current
from .spikes import Spikes

PIECE = 0.25  # s: how long a piece may take; an interrupt waits for its end
BUFFER = 2**21  # bytes for what a piece records: spikes of steps, packed, until they are made events


def run_network(net, duration, dt, inputs, monitors, progress, mesh=None) -> NetworkRun:
    dt = _time_step(net, dt)
    steps = max(count_steps(p.model, duration, dt) for p in net.populations.values())
    given = _inputs(net, inputs, steps, dt)
    if mesh is not None:
        from .partition import run_partition

        if monitors is not None and monitors != ():
            raise SimulationError("on several devices only spikes are kept.", try_="monitors=()")
        return run_partition(net, steps, dt, given, mesh)
    if net.parts is not None:
        raise SimulationError(
            "this network has run on several devices: what is on its way is there.",
            why="spikes that have not arrived yet would be lost",
            try_="the same devices= again, or net.reset_state() first",
        )
    sketch = Plan(net, dt, 1)
    found = resolve(net, sketch, monitors)
    check_memory(found, steps)
    made, numbers_of = watches(found)
    capacity, unit = _capacity(sketch, made, steps)
    plan = Plan(net, dt, capacity, made)
    parts = []
    start = net.steps_done
    with _interrupts() as pressed, _bar(steps, progress) as bar:
        done, count, window = 0, unit, None
        while done < steps and not pressed:
            count = min(count, steps - done)
            began = time.perf_counter()
            if window is None or any(I is not None for I, _ in given):
                window = plan.numbers([_window(I, done, count, capacity, bias) for I, bias in given], numbers_of)
            parts.append(_piece(net, plan, plan.given(window, start + done, count), count, start + done))
            done += count
            bar.update(count)
            spent = time.perf_counter() - began
            if count < capacity and spent < PIECE / 2:
                count = min(capacity, 2 * count)
            elif spent > PIECE and len(parts) > 1:  # the first piece may have been compiled
                count = max(unit, count // 2 // unit * unit)
    if done < steps:
        warnings.warn(
            f"interrupted after {done * dt:g} of {duration:g} ms. Nothing is lost: this run holds what there is, "
            f"and bl.simulate(net, {(steps - done) * dt:g}) goes on.",
            stacklevel=3,
        )
    return _result(net, plan, parts, found, start, done)


def _piece(net, plan, numbers, count, start):
    """`count` steps: (spikes of each population, rows of what is watched). The network moves on only if all went well."""
    before = plan.pack()
    state, words, rows = _engine.run(
        plan.structure, numbers, before, np.int32(start), np.int32(count), plan.dt, np.uint32(net.seed)
    )
    if not all(
        bool(np.isfinite(np.asarray(x[: c.states, :-1])).all()) for x, c in zip(state.cells, plan.cells, strict=True)
    ):
        raise _diverged(net, plan, numbers, before, count, start)
    plan.unpack(state)
    net.steps_done, net.dt = start + count, plan.dt
    kept = [np.asarray(a)[: count // w.every] for a, w in zip(rows, plan.structure.watches, strict=True)]
    return _events(net, plan, np.asarray(words)[:count], start, count), kept


def _time_step(net, dt):
    if dt is None:
        dt = net.dt or net.usual_dt or min(p.model.dt for p in net.populations.values())
    if net.dt is not None and dt != net.dt:
        raise SimulationError(
            f"dt = {dt:g} ms: this network has run with {net.dt:g} ms so far.",
            why="what is on its way is counted in steps",
            try_="net.reset_state() first",
        )
    return dt


def _inputs(net, inputs, steps, dt):
    """For each population (I, bias), as `current` makes them; I is None where it is constant."""
    pops = net.populations
    if not isinstance(inputs, dict):
        if len(pops) > 1 and not (np.ndim(inputs) == 0 and not hasattr(inputs, "values") and inputs == 0):
            raise SimulationError(
                f"the network has {len(pops)} populations, and one input was given.",
                why="each population has its own",
                try_=f"inputs={{{next(iter(pops))!r}: 2.0}}",
            )
        inputs = {next(iter(pops)): inputs}
    named = {id(net.population(which)): value for which, value in inputs.items()}
    given = []
    for name, population in pops.items():
        value = named.get(id(population), 0.0)
        I, bias = current(value, steps, dt, population.size, name)
        given.append((None, bias) if bias is not None else (I, 0.0))
    return given


def _window(I, done, count, capacity, bias):
    if I is None:
        return None, bias
    rows = I[done : done + count]
    return np.concatenate([rows, np.zeros((capacity - count, *I.shape[1:]))]), bias


def _capacity(plan, made, steps):
    """(steps for which there is room, the smallest piece): pieces are whole numbers of what is recorded every n steps."""
    unit = int(np.lcm.reduce([w.every for w in made] or [1]))
    row = 4 * (
        sum(plan.structure.words[s] for c in plan.cells for s in c.sources) + sum(-(-w.width // w.every) for w in made)
    )
    most = max(unit, min(BUFFER // max(row, 1), 2**14) // unit * unit)
    capacity = unit
    while capacity < min(steps, most):  # powers of two: a longer run compiles nothing anew
        capacity *= 2
    return capacity, min(capacity, unit * max(1, -(-256 // unit)))


def _diverged(net, plan, numbers, before, count, start):
    """Where it went wrong first, found by halving the piece."""

    def bad(n):
        state, *_ = _engine.run(plan.structure, numbers, before, np.int32(start), np.int32(n), plan.dt, np.uint32(net.seed))
        for c, x in enumerate(state.cells):
            where = np.argwhere(~np.isfinite(np.asarray(x[: plan.cells[c].states, :-1])))
            if len(where):
                return c, *map(int, where[0]), float(x[tuple(where[0])])
        return None

    low, high = 0, count
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if bad(middle) else (middle, high)
    c, row, neuron, value = bad(high)
    name, population = list(net.populations.items())[c]
    word = "NaN" if np.isnan(value) else "infinite"
    return DivergedError(
        f"{population.model.states[row]} of {name} became {word} at t = {(start + high) * plan.dt:.4g} ms "
        f"(neuron {neuron}).",
        why=f"the usual cause is a time step that is too long for the fastest process; it was dt = {plan.dt:g} ms",
        try_=f"net.reset_state(); bl.simulate(net, ..., dt={plan.dt / 10:g})",
    )


def _events(net, plan, words, start, count) -> list[Spikes]:
    """The spikes of a piece, population by population. At once, for packed they take a hundred times the memory."""
    at, found = 0, []
    for cell, population in zip(plan.cells, net.populations.values(), strict=True):
        columns = []
        for s, (a, b) in zip(cell.sources, cell.borders, strict=True):
            columns.append((words[:, at : at + plan.structure.words[s]], a, b))
            at += plan.structure.words[s]
        found.append(_spikes(columns, population.size, count, plan.dt, start * plan.dt))
    return found


def _result(net, plan, parts, found, start, done):
    dt, t_start = plan.dt, start * plan.dt
    runs = {}
    for c, (name, population) in enumerate(net.populations.items()):
        pieces = [spikes[c] for spikes, _ in parts]
        spikes = Spikes.join(pieces) if pieces else Spikes([], [], 0, population.size, dt, t_start)
        runs[name] = PopulationRun(name, population, spikes)
        population.spikes.value = _last(spikes)
        population.t = net.t
    result = NetworkRun(net, runs, dt, done, t_start)
    for k, (monitor, owner, _, numbers) in enumerate(found):
        rows = np.concatenate([kept[k] for _, kept in parts]) if parts else np.zeros((0, len(numbers)))
        result._keep(owner, monitor, rows, numbers)
    return result


def _spikes(columns, size, steps, dt, t_start):
    pieces = [Spikes.from_words(np.ascontiguousarray(w), b - a, dt, t_start) for w, a, b in columns]
    if len(pieces) == 1:
        return pieces[0]
    step = np.concatenate([p.steps for p in pieces])
    neuron = np.concatenate([p.neurons + a for p, (_, a, _) in zip(pieces, columns, strict=True)])
    order = np.argsort(step.astype(np.int64) * size + neuron, kind="stable")
    return Spikes._sorted(step[order], neuron[order], steps, size, dt, t_start)


def _last(spikes):
    fired = np.zeros(spikes.size, bool)
    fired[spikes.neurons[spikes.steps == spikes.n_steps - 1]] = True
    return fired


@contextlib.contextmanager
def _interrupts():
    """A list that is empty until Ctrl-C, or the stop button of a notebook; a second one stops at once."""
    pressed: list = []
    if threading.current_thread() is not threading.main_thread():  # signals go to the main thread
        yield pressed
        return

    def note(*args):
        if pressed:
            raise KeyboardInterrupt
        pressed.append(True)

    old = signal.signal(signal.SIGINT, note)
    try:
        yield pressed
    finally:
        signal.signal(signal.SIGINT, old)


@contextlib.contextmanager
def _bar(steps, progress):
    from tqdm.auto import tqdm

    with tqdm(total=steps, unit="step", disable=not progress) as bar:
        yield bar
