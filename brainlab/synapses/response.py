"""response(): what one synapse does with a list of spikes."""

from __future__ import annotations

from numbers import Real
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from ..math._array import Array, box, raw, unbox
from .errors import SynapseError
from .stdp import _times
from .synapse import Synapse


class Response(NamedTuple):
    """What `response` returns: row i is at the time t[i] = i dt, and a spike at that time has arrived."""

    t: Array  # (time,) ms
    g: Array  # (time,) in the unit of the weight; (time, n) if a parameter is an array (n,)
    current: Array | None  # the same shape, at the potential V; None where it depends on V and no V was given


def response(synapse: Synapse, spike_times, duration, dt=0.1, V=None, weight=1.0) -> Response:
    """The conductance (or current) of one synapse that receives spikes, and its current into a cell clamped at V.

    spike_times : ms, each taken to the nearest step
    duration    : ms
    dt          : ms; g does not depend on it, but for the spikes that it moves
    V           : mV; a number
    weight      : in the unit of a conductance, or of a current if the synapse has no E_rev

    It is differentiable in the parameters, V and the weight, and other values do not compile anew.

    >>> import brainlab as bl
    >>> answer = response(bl.synapses.Exponential(tau=5.0), [1.0], duration=2.0, dt=0.5)
    >>> answer.t
    Array([0. , 0.5, 1. , 1.5, 2. ], dtype=float32)
    >>> print(*(f"{g:.3f}" for g in answer.g))
    0.000 0.000 1.000 0.905 0.819
    """
    _check_synapse(synapse)
    synapse.check_weight(weight)
    _check_potential(V)
    spikes = _on_grid(_times("spike_times", spike_times), duration, dt)
    out = _respond(*raw((synapse, spikes, weight, V)), dt)
    return Response(*(None if x is None else box(x) for x in out))


@jax.jit
def _respond(synapse, spikes, weight, V, dt):
    dtype = jnp.result_type(float)
    synapse, weight, V = jax.tree.map(lambda x: jnp.asarray(x, dtype), (synapse, weight, V))
    start = raw(synapse.initial())
    shape = jnp.broadcast_shapes(*map(jnp.shape, (*jax.tree.leaves((synapse, weight)), *start)))
    start = tuple(jnp.broadcast_to(jnp.asarray(x, dtype), shape) for x in start)

    def post(states, spike):
        states = (states[0] + spike * weight * raw(synapse.jump), *states[1:])
        return raw(synapse.advance(*states, dt)), raw(synapse.output(*states))

    def pre(states, spike):
        return raw(synapse.advance(*states, spike, dt)), weight * raw(synapse.output(*states))

    g = lax.scan(post if synapse.side == "post" else pre, start, spikes)[1]
    unknown = V is None and synapse.E_rev is not None
    return jnp.arange(len(spikes)) * dt, g, None if unknown else raw(synapse.current(g, V))


def _check_synapse(synapse):
    if isinstance(synapse, type) and issubclass(synapse, Synapse):
        raise SynapseError(
            f"{synapse.__name__} is a class of synapses; a synapse is {synapse.__name__}().",
            why="its parameters are given between the brackets",
            try_=f"bl.synapses.{synapse.__name__}()",
        )
    if not isinstance(synapse, Synapse):
        raise SynapseError(f"a synapse was expected, got {synapse!r:.60}.", try_="bl.synapses.Exponential(tau=5.0)")
    if synapse.side in ("gap", "graded"):
        gap = synapse.side == "gap"
        raise SynapseError(
            f"{synapse!r} does not respond to spikes.",
            why="it passes the potential itself: its current is there all the time" if gap else "it follows the potential",
            try_="junction.current(w * V_other, w, V)" if gap else "synapse.advance(s, V_pre, dt)",
        )
    if synapse.side == "jump":
        raise SynapseError(
            f"{synapse!r} has no conductance that could be shown.",
            why="the potential jumps, and the current is over at once",
            try_="bl.synapses.Exponential(tau=0.5)",
        )


def _check_potential(V):
    V = unbox(V)
    known = not (V is None or isinstance(V, jax.core.Tracer))
    if known and (np.ndim(V) or np.asarray(V).dtype.kind not in "iuf" or not np.isfinite(V)):
        raise SynapseError(
            f"V = {V!r:.60}: the potential of the clamp is one finite number (mV).",
            why="one that changes in time needs no run of its own: g does not depend on it",
            try_="synapse.current(answer.g, V)",
        )


def _on_grid(times, duration, dt):
    """(steps + 1,) bool: does a spike arrive at the time i dt?"""
    for name, value in (("duration", duration), ("dt", dt)):
        if isinstance(unbox(value), bool) or not isinstance(value, Real) or not (np.isfinite(value) and value > 0):
            raise SynapseError(f"{name} = {value!r}: a number of ms above 0 is expected.", try_=f"{name}=0.1")
    if np.any((times < 0) | (times > duration)):
        first = times[(times < 0) | (times > duration)][0]
        raise SynapseError(
            f"spike_times has {first:g} ms: it must lie from 0 to duration = {duration:g} ms.",
            try_=f"duration={max(first + 100, duration):g}",
        )
    index = np.round(times / dt).astype(int)
    step, count = np.unique(index, return_counts=True)
    if np.any(count > 1):
        near = np.sort(times[index == step[count > 1][0]])
        raise SynapseError(
            f"spike_times has {near[0]:g} and {near[1]:g} ms in one step of dt = {dt:g} ms.",
            why="a step has room for one spike of a neuron",
            try_=f"dt={(near[1] - near[0]) / 2:g}",
        )
    spikes = np.zeros(round(duration / dt) + 1, bool)
    spikes[np.minimum(index, len(spikes) - 1)] = True
    return spikes
