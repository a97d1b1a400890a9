"""simulate: run neurons for a while and get everything that was monitored."""

from __future__ import annotations

from numbers import Real

import jax
import numpy as np

from ..connect._memory import check_fits
from ..integrate import DivergedError
from ..math import random
from ..math._array import Array, raw, unbox
from ..math._trace import local
from ..models.neuron import Neuron
from .core import trace, unknown_monitor
from .devices import fetch, mesh_of, spread
from .errors import SimulationError
from .inputs import Input
from .network import Network
from .population import Population, check_dt
from .run import Run

MOST_STEPS = 2**30  # a row of one neuron alone would take 10 GB


def simulate(
    target, duration: float, dt: float | None = None, inputs=0.0, monitors=None, progress: bool = False, devices=None
):
    """Run a neuron, a population or a network for `duration` ms.

    target   : a Neuron, such as bl.LIF(): a fresh cell at rest; a Population or a Network goes on from where it is
    dt       : ms, time step; None for the model's own (0.1 for LIF, 0.01 for HH). t_ref is rounded to whole steps
    inputs   : a number, an Input of bl.inputs, or an array: (time,), (neuron,) or (time, neuron), in the model's unit
    monitors : names of states to keep; "I" is the input. None: the first state, V. Spikes are always kept
    progress : show a progress bar
    devices  : a number or a list of jax devices over which the neurons are spread; see docs/several_machines.md

    For a Network, inputs is a dict {population: input} if it has several; monitors are names or `bl.networks.Monitor`s
    (None: V of four neurons of each population; "V": of all); a NetworkRun comes back, with spikes as events. It runs in
    pieces: Ctrl-C, or the stop button, ends it with what there is, and the next call goes on.

    >>> import brainlab as bl
    >>> run = bl.simulate(bl.LIF(), duration=100.0, inputs=2.0)
    >>> run
    Run(LIF, 1 neuron, 100 ms, dt=0.1 ms, 6 spikes, V -65 to -50.03 mV)
    >>> run["V"].shape
    (1000, 1)
    >>> run.spike_times()[:3].round(1)
    array([13.9, 29.8, 45.7])
    """
    if local.stack:
        raise SimulationError(
            "simulate was called inside a transform such as bm.jit.",
            why="it is compiled already, and checks its numbers, which a transform hides",
            try_="for many runs at once give parameters or inputs as arrays; inside a loop of your own use pop.step(I, dt)",
        )
    if isinstance(target, Network):
        from ._run_network import run_network

        return run_network(target, duration, dt, inputs, monitors, progress, mesh_of(devices))
    population = target if isinstance(target, Population) else _single(target)
    model = population.model
    dt = model.dt if dt is None else dt
    steps = count_steps(model, duration, dt)
    monitors = model.states[:1] if monitors is None else (monitors,) if isinstance(monitors, str) else monitors
    if not isinstance(monitors, tuple | list):
        raise SimulationError(
            f"monitors = {monitors!r}: the names of what is kept are expected.", try_=f"monitors=({model.states[0]!r},)"
        )
    monitors = tuple(monitors)
    for name in monitors:
        if name not in (*model.states, "I"):
            raise unknown_monitor(model, name)
    check_fits(
        f"{steps:,} steps of {population.size:,} neurons, with {', '.join(monitors) or 'nothing'} and spikes,",
        (2.0 + 4 * len(monitors)) * steps * population.size,
        "bl.simulate(bl.Network(population), ...), which keeps spikes as events and V of a few neurons",
        why="a row for each step is kept, 4 bytes for a number and 1 for a spike",
        error=SimulationError,
    )
    I, bias = current(inputs, steps, dt, population.size, type(model).__name__)
    key = random.DEFAULT.next_key() if np.any(population.noise) else None

    mesh = mesh_of(devices)
    numbers = raw((model, I, population.state(), population.noise, population.refractory.value, bias))
    if mesh is not None:
        numbers = spread(numbers, population.size, mesh)
    neurons, driven, state, noise, refractory, constant = numbers

    def run(record, progress=False):
        return trace(
            neurons,
            driven,
            dt,
            state=state,
            key=key,
            noise=noise,
            method=population.method,
            record=record,
            refractory=refractory,
            bias=constant,
            progress=progress,
        )

    wanted = tuple(name for name in monitors if name != "I")
    out = run(wanted, progress)
    out = out if mesh is None else jax.tree.map(fetch, out)
    if progress:
        jax.effects_barrier()  # the last report may still be on its way
    if not all(np.isfinite(x).all() for x in out["state"]):  # in NumPy: each small JAX operation would be compiled
        raise _diverged(model, run(model.states), population.t, dt)
    for name, value in zip(model.states, out["state"], strict=True):
        getattr(population, name).value = value
    population.refractory.value = out["refractory"]
    spikes = np.asarray(out["spikes"])
    population.spikes.value = spikes[-1]
    data = {name: np.asarray(out[name]) for name in wanted}
    given = np.asarray(I).reshape(steps, -1) + np.asarray(bias if bias is not None else 0.0)
    given = np.broadcast_to(given, (steps, population.size))
    result = Run(population, dt, population.t, data, spikes, given, monitors)
    population.t += steps * dt
    return result


def _single(model) -> Population:
    """A Neuron as a population: one cell, or as many as an array-valued parameter has values."""
    sizes = [len(leaf) for leaf in jax.tree.leaves(model) if np.ndim(leaf) == 1] if isinstance(model, Neuron) else []
    return Population(model, max(sizes, default=1))


def count_steps(model, duration, dt) -> int:
    check_dt(model, dt)
    if isinstance(duration, bool) or not isinstance(duration, Real) or not np.isfinite(duration):
        raise SimulationError(f"duration = {duration!r}: it must be a number of ms.", try_="duration=100.0")
    if duration <= 0:
        raise SimulationError(
            f"duration = {duration:g} ms: it must be above 0 ms.", why="time goes forwards", try_="duration=100.0"
        )
    steps = round(min(duration / dt, MOST_STEPS))
    if steps == MOST_STEPS:
        raise SimulationError(
            f"duration = {duration:g} ms in steps of dt = {dt:g} ms: these are more than {MOST_STEPS:,} steps.",
            why="so many take hours, and a row for each of them would not fit into the memory",
            try_=f"duration={1e5 * model.dt:g}",
        )
    if steps < 1 or abs(steps * dt - duration) > 1e-6 * duration:
        raise SimulationError(
            f"duration = {duration:g} ms is not a whole number of steps of dt = {dt:g} ms.",
            why="the run would end before or after the time that you asked for",
            try_=f"duration={max(steps, 1) * dt:g}",
        )
    return steps


def current(inputs, steps: int, dt: float, size: int, owner: str):
    """(I, bias): the input as trace takes it, (steps,) or (steps, neuron), and a part that is constant in time."""
    if isinstance(inputs, Input):
        values = inputs.values(steps, dt)
    elif callable(inputs):
        raise SimulationError(
            f"inputs is a function, {getattr(inputs, '__name__', inputs)!r}.",
            why="an input is numbers: a function is asked for its values at all times first",
            try_=f"inputs=f(np.arange({steps}) * {dt:g})",
        )
    else:
        try:
            values = np.asarray(unbox(inputs) if isinstance(inputs, Array) else inputs)
        except ValueError:  # rows of different lengths
            values = np.asarray(None)
    if values.dtype.kind not in "iufb" or not values.size:
        raise SimulationError(f"inputs = {inputs!r:.60}: numbers are expected.", try_="inputs=2.0")
    bad = np.argwhere(~(np.abs(values) <= np.finfo(jax.dtypes.canonicalize_dtype(float)).max))
    if len(bad):
        where = f" at {tuple(map(int, bad[0]))}" if values.ndim else ""
        value = values[tuple(bad[0])]
        why = "it is too large for a 32-bit number" if np.isfinite(value) else "no current is infinite or not a number"
        raise SimulationError(f"the input is {value}{where}.", why=why)
    zeros = np.zeros(steps)
    if values.shape in ((), (1,)):
        return zeros, values.reshape(()).astype(float)
    if values.ndim == 1 and steps == size and size > 1 and not isinstance(inputs, Input):
        raise SimulationError(
            f"the input has {steps} values, and there are {steps} steps and {size} neurons.",
            why="it could be one value per step or one per neuron",
            try_="inputs=I[:, None] for the times, inputs=I[None, :] for the neurons",
        )
    if values.shape in ((size,), (1, size)) and values.shape != (steps,):
        return zeros, values.reshape(size).astype(float)
    if values.shape == (steps,) or values.shape in ((steps, 1), (steps, size)):
        return values.astype(float), None
    raise SimulationError(
        f"the input is {values.shape}, the run has {steps} steps and {owner} {size} neuron{'s' * (size != 1)}: "
        f"(time,) = ({steps},), (neuron,) = ({size},) or (time, neuron) = ({steps}, {size}) would fit.",
        why="each step of each neuron needs one value",
        try_=f"bl.inputs.drawn(values, dt={steps * dt / len(values):g})" if values.ndim else "",
    )


def _diverged(model, out, t, dt) -> DivergedError:
    """Where it went wrong first: the error names state, time and neuron."""
    first = {}
    for name in model.states:
        bad = np.argwhere(~np.isfinite(np.asarray(out[name])))
        if len(bad):
            first[name] = tuple(map(int, bad[0]))
    name = min(first, key=lambda name: first[name][0])
    step, neuron = first[name]
    size = out[name].shape[1]
    word = "NaN" if np.isnan(np.asarray(out[name])[step, neuron]) else "infinite"
    who = f" (neuron {neuron})" if size > 1 else ""
    return DivergedError(
        f"{type(model).__name__}: {name} became {word} at t = {t + (step + 1) * dt:.4g} ms{who}.",
        why=f"the usual cause is a time step that is too long for the fastest process; it was dt = {dt:g} ms",
        try_=f"bl.simulate(..., dt={min(dt / 10, model.dt):g})",
    )
