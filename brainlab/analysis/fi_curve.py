"""The f-I curve: how fast a neuron fires at each constant current."""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from ..math._array import raw, unbox
from ..networks.core import advance, stepper_of
from ..networks.population import Population
from ..networks.simulate import count_steps
from .spikes import AnalysisError, as_array, is_number


def fi_curve(model, currents, duration=1000.0, dt=None, settle=None, method=None, level=None) -> np.ndarray:
    """Rates of a neuron at constant currents, all simulated at once.

    model    : a Neuron; each current starts from its rest
    currents : (current,), in the model's unit
    duration : ms
    settle   : ms that pass before spikes count; None: a fifth of the duration
    dt       : ms; None for the model's own
    level    : mV, where crossings upwards are counted; None: at the neuron's spikes. HH at more than 63 uA/cm2 oscillates
               below 0 mV, where no spikes are counted: level=-45.0 follows it to where the oscillation ends
    returns  : (current,) Hz: the number of intervals divided by the time from the first spike to the last, each where a
               straight line through the step crosses the threshold. 0 if fewer than two spikes came, or if the firing
               stopped: nothing for more than twice the longest interval at the end

    Other currents or parameters do not compile anew, another duration or number of currents does.

    >>> import brainlab as bl
    >>> bl.analysis.fi_curve(bl.LIF(), [1.0, 2.0, 3.0]).round(0)
    array([  0.,  63., 111.])
    """
    Population(model, method=method)  # refuses what is not one neuron, and unknown methods
    dt = model.dt if dt is None else dt
    steps = count_steps(model, duration, dt)
    settle = duration / 5 if settle is None else settle
    if not is_number(settle):
        raise AnalysisError(f"settle = {settle!r:.40}: it must be a number of ms.", try_=f"settle={duration / 5:g}")
    if not 0 <= settle < duration:
        raise AnalysisError(
            f"settle = {settle:g} ms must lie between 0 and the duration, {duration:g} ms.", try_=f"settle={duration / 5:g}"
        )
    if level is not None and not is_number(level):
        raise AnalysisError(f"level = {level!r:.40}: it must be a number of mV.", try_="level=-45.0")
    currents = _currents(currents)
    rates, finite = rates_at(raw(model), currents, dt, round(settle / dt), level, steps=steps, method=method)
    if not finite.all():
        at = float(currents[~np.asarray(finite)][0])
        raise AnalysisError(
            f"{type(model).__name__} at I = {at:g} {model.current_unit} became NaN within {duration:g} ms.",
            why=f"the usual cause is a time step that is too long; it was dt = {dt:g} ms",
            try_=f"dt={min(dt / 10, model.dt):g}",
        )
    return np.asarray(rates, float)


def _currents(given):
    currents = np.atleast_1d(as_array(unbox(given)))
    if currents.dtype.kind not in "iuf" or currents.ndim != 1 or not currents.size or not np.all(np.isfinite(currents)):
        raise AnalysisError(
            f"currents = {given!r:.60}: finite numbers are expected, (current,).", try_="currents=np.linspace(0, 5, 50)"
        )
    return currents.astype(float)


@functools.partial(jax.jit, static_argnames=("steps", "method"))
def rates_at(model, currents, dt, settle, level=None, *, steps, method=None):
    """(rates, finite), (current,) each: the pure part of `fi_curve`, for code that is compiled. settle counts steps."""
    dtype = jnp.result_type(float)
    model, currents, dt = jax.tree.map(lambda x: jnp.asarray(x, dtype), (model, currents, dt))
    step, shape = stepper_of(model, method), currents.shape
    zero, none = jnp.zeros(shape, dtype), jnp.full(shape, -1.0, dtype)
    states = tuple(jnp.broadcast_to(jnp.asarray(x, dtype), shape) for x in raw(model.initial()))

    def body(i, carry):
        *states, left, count, since, whole, part, longest = carry
        new = advance(model, step, tuple(states), left, currents, i * dt, dt)
        V, V_new = states[0], new.reached[0]
        there = raw(model.threshold) if level is None else level
        crossed = new.spikes if level is None else (V < level) & (V_new >= level)
        inside = jnp.clip((there - V) / jnp.where(crossed, V_new - V, 1.0), 0.0, 1.0)
        counted = crossed & (i >= settle)
        # Time since the last spike in steps and part of a step, and the sum of intervals likewise: a float holds
        # whole numbers exactly, and a time in ms would lose the part.
        first = counted & (since < 0)
        again = counted & (since >= 0)
        interval = since + 1 + inside - part
        longest = jnp.where(again, jnp.maximum(longest, interval), longest)
        whole = jnp.where(again, whole + interval, whole)
        count = count + again
        since = jnp.where(counted, 0.0, jnp.where(since >= 0, since + 1, since))
        part = jnp.where(first | again, inside, part)
        return jnp.stack((*new.states, new.left, count, since, whole, part, longest))

    carry = jnp.stack((*states, zero, zero, none, zero, zero, zero))
    *states, _, count, since, whole, _, longest = lax.fori_loop(0, steps, body, carry)
    firing = (count > 0) & (since <= 2 * longest)
    rates = jnp.where(firing, 1000.0 * count / (jnp.where(firing, whole, 1.0) * dt), 0.0)
    return rates, jnp.isfinite(jnp.stack(states)).all(0)
