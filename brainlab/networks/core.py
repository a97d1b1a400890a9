"""The simulation core: pure functions, raw JAX arrays in and out. Everything that simulates neurons goes through here."""

from __future__ import annotations

import difflib
import functools
import math
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from ..integrate._steppers import stepper
from ..math import _progress
from ..math._array import raw
from .errors import SimulationError

AHEAD = 2**24  # so many random numbers are drawn in advance: 64 MB


class Step(NamedTuple):
    """What happened in one time step."""

    states: tuple  # after it, and after the reset
    left: object  # steps of refractoriness that are left
    spikes: object
    reached: tuple  # the states before the reset: how far beyond the threshold it came


def trace(
    neuron,
    I,
    dt,
    *,
    state=None,
    key=None,
    noise=0.0,
    method=None,
    record=None,
    refractory=None,
    start=0,
    bias=None,
    progress=False,
) -> dict:
    """Run neurons through the input `I`, one `lax.scan`.

    neuron     : a Neuron; its parameters may be numbers or arrays of shape n...
    I          : (steps,) or (steps, n...), one value per step, in the neuron's unit
    dt         : ms
    state      : tuple of states to start from, each a number or (n...); default: `neuron.initial()`
    key, noise : mV/sqrt(ms); each step adds noise * sqrt(dt) * (standard normal) to V. Without a key there is none
    method     : name of the integrator; default: the neuron's own
    record     : names of states; "I" is the input; None: the first state, which is V or what stands for it
    refractory : ms of refractoriness left at the beginning, a number or (n...)
    start      : number of the first step
    bias       : (n...), a constant part of the input, so that it need not be written out for every step
    progress   : show a progress bar

    returns a dict: for each recorded name (steps, n...); "spikes" (steps, n...) bool; "state", the states at the end;
    "refractory", the ms left then. Row i holds the values after step i, at the time (start + i + 1) * dt, and after a
    reset; a spike stands in the row of the step in which it happened.

    Parameters, inputs and dt are traced: other values do not compile anew. Inside another `jax.jit` it is just a part.
    """
    record = neuron.states[:1] if record is None else (record,) if isinstance(record, str) else tuple(record)
    for name in record:
        if name not in (*neuron.states, "I"):
            raise unknown_monitor(neuron, name)
    traced = raw((neuron, I, dt, state, key, noise, refractory, start, bias))
    out = _trace(*traced, method=method, record=record, progress=progress)
    return {name: out[name] for name in (*record, "spikes", "state", "refractory")}  # jit has sorted them


def unknown_monitor(neuron, name) -> SimulationError:
    known, owner = [*neuron.states, "I"], type(neuron).__name__
    close = difflib.get_close_matches(str(name), known, n=1) or [k for k in known if k.lower() == str(name).lower()]
    return SimulationError(
        f"{owner} has nothing called {name!r} to monitor." + (f" Did you mean {close[0]!r}?" if close else ""),
        why=f"{owner} has {', '.join(known[:-1])}, and I is the input; spikes are always kept",
        try_=f"monitors=({close[0] if close else 'V'!r},)",
    )


@functools.partial(jax.jit, static_argnames=("method", "record", "progress"))
def _trace(neuron, I, dt, state, key, noise, refractory, start, bias, *, method, record, progress):
    dtype = jnp.result_type(float)
    neuron, I, noise, bias = jax.tree.map(lambda x: jnp.asarray(x, dtype), (neuron, I, noise, bias))
    state = raw(neuron.initial()) if state is None else state
    left = 0.0 if refractory is None else jnp.round(jnp.asarray(refractory, dtype) / dt)
    shape = jnp.broadcast_shapes(I.shape[1:], *map(jnp.shape, (*state, left, *jax.tree.leaves((neuron, noise, bias)))))
    # All states in one array, and the countdown with them: several small arrays cost a loop 2 to 14 times as much.
    carry = jnp.stack([jnp.broadcast_to(jnp.asarray(x, dtype), shape) for x in (*state, left)])
    step = stepper_of(neuron, method)
    sigma, draw = jnp.sqrt(dt) * noise, functools.partial(jax.random.normal, dtype=dtype)
    # Drawn in one go they cost half as much as step by step; but millions of them would fill the memory.
    ahead = key is not None and len(I) * math.prod(shape) <= AHEAD
    normals = draw(key, (len(I), *shape)) if ahead else None

    def body(carry, x):
        i, I, normal = x
        if key is not None and not ahead:
            normal = draw(jax.random.fold_in(key, i), shape)
        xi = None if key is None else sigma * normal
        I = I if bias is None else I + bias
        new = advance(neuron, step, tuple(carry[:-1]), carry[-1], I, i * dt, dt, xi)
        seen = dict(zip((*neuron.states, "I"), (*new.states, jnp.broadcast_to(I, shape)), strict=True))
        return jnp.stack((*new.states, new.left)), ([seen[name] for name in record], new.spikes)

    run = functools.partial(_progress.scan, length=len(I), reverse=False) if progress else lax.scan
    carry, (rows, spikes) = run(body, carry, (jnp.arange(len(I)) + start, I, normals))
    out = dict(zip(record, rows, strict=True))
    return out | {"spikes": spikes, "state": tuple(carry[:-1]), "refractory": carry[-1] * dt}


def stepper_of(neuron, method=None):
    """The step function of a neuron: the model's own scheme, the method asked for, or the model's default."""
    return neuron.scheme_step() or stepper(method or neuron.method)


def advance(neuron, step, states, left, I, t, dt, xi=None, jump=None) -> Step:
    """One time step. `left` counts steps, whole numbers that a float holds exactly: ms would drift by rounding.

    I    : the input, or a function I(V): what synapses give depends on V, and an exponential method has to know how
    xi   : noise, added to V at the end of the step
    jump : mV, added to V at its beginning
    """
    held = left > 0

    # Refractory: V stays, adaptation goes on. A V that is alone can as well be put back after the step: what is linear in it
    # then stays one number for all cells, and its exponential is taken once.
    alone = len(states) == 1

    def slope(y, t):
        dV, *rest = _tuple(raw(neuron.derivative(*y, I(y[0]) if callable(I) else I)))
        return (dV if alone else jnp.where(held, 0.0, dV), *rest)

    start = states if jump is None else (states[0] + jnp.where(held, 0.0, jump), *states[1:])
    reached = step(slope, start, t, dt)
    if alone:
        reached = (jnp.where(held, start[0], reached[0]),)
    if xi is not None:
        reached = (reached[0] + jnp.where(held, 0.0, xi), *reached[1:])
    spikes = raw(neuron.spike(states, reached)) & ~held
    after = tuple(jnp.where(spikes, r, y) for r, y in zip(raw(neuron.reset(*reached)), reached, strict=True))
    left = jnp.where(spikes, steps_refractory(neuron, dt), jnp.maximum(left - 1, 0))
    return Step(after, left, spikes, reached)


def steps_refractory(neuron, dt):
    """t_ref as the nearest whole number of steps."""
    return jnp.round(getattr(neuron, "t_ref", 0.0) / dt)


def _tuple(x):
    return tuple(x) if isinstance(x, tuple | list) else (x,)
