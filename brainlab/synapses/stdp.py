"""STDP: a synapse that learns from the order of two spikes."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from .. import math as bm
from ..math._array import Array, box, raw, unbox
from ..models.base import Model
from ..params import param
from .errors import SynapseError
from .synapse import _numbers, _wrong

WHY_TAU = "a spike would be remembered better the longer ago it was"
WHY_W = "weights could not lie between 0 and w_max"


class Learning(NamedTuple):
    """What `STDP.respond` returns."""

    t: Array  # ms; when either neuron fired
    w: Array  # the weight after that


class STDP(Model):
    r"""Spike-timing-dependent plasticity, pair rule: pre before post strengthens, post before pre weakens.

    $$\Delta w = w_{max} \begin{cases} A_+\, e^{-\Delta t/\tau_+} & \Delta t = t_{post} - t_{pre} > 0 \\
    -A_-\, e^{\Delta t/\tau_-} & \Delta t < 0 \end{cases} \qquad 0 \le w \le w_{max}$$

    The change does not depend on the weight, and the weight stops at its bounds: most weights end near one of them. Two
    spikes at the same time leave the weight alone. Each pair counts (pairing="all"), or only the last spike of the other
    neuron ("nearest").

    It is done with two traces that remember spikes: pre jumps by 1 when the neuron that sends fires, and decays with
    tau_plus; post when the one that receives fires, with tau_minus. So a network works only where there is a spike:

        weights_out = stdp.on_pre(weights_out, post)      # of each neuron that sends and fired: to all its targets
        weights_in  = stdp.on_post(weights_in, pre)       # of each neuron that receives and fired: from all its sources
        pre, post   = stdp.advance((pre, post), spikes_pre, spikes_post, dt)      # the spikes enter the traces last

    Source: Song, Miller & Abbott, Nat. Neurosci. 3 (2000) 919: A_+ = 0.005, A_-/A_+ = 1.05, tau = 20 ms.

    >>> stdp = STDP()
    >>> stdp.window(bm.array([10.0, 0.0, -10.0]))
    Array([ 0.00303265,  0.        , -0.00318429], dtype=float32)
    >>> print(*(f"{w:.5f}" for w in stdp.respond(pre_times=[0.0, 20.0], post_times=[10.0], w=0.5).w))
    0.50000 0.50303 0.49985
    """

    states = ("pre", "post")
    units = {"pre": "1", "post": "1"}

    A_plus: float = param(0.005, "1", "strengthening by a pair", symbol="A_+", slider=(0, 0.02))
    A_minus: float = param(0.00525, "1", "weakening by a pair", symbol="A_-", slider=(0, 0.02))
    tau_plus: float = param(20.0, "ms", "window of strengthening", symbol=r"\tau_+", slider=(2, 100), above=0, why=WHY_TAU)
    tau_minus: float = param(20.0, "ms", "window of weakening", symbol=r"\tau_-", slider=(2, 100), above=0, why=WHY_TAU)
    w_max: float = param(1.0, "weight", "largest weight", symbol="w_{max}", slider=(0.1, 2), above=0, why=WHY_W)
    pairing: str = param("all", "", "pairs that count", structural=True, choices=("all", "nearest"))

    def initial(self):
        """The traces before any spike: one value per neuron that sends, one per neuron that receives."""
        return 0.0, 0.0

    def advance(self, traces, spikes_pre, spikes_post, dt):
        """The traces (pre, post) a time dt (ms) later: the spikes, bool or 0 and 1, enter, then both decay."""
        pre, post = (self._seen(*x) for x in zip(traces, (spikes_pre, spikes_post), strict=True))
        return pre * bm.exp(-dt / self.tau_plus), post * bm.exp(-dt / self.tau_minus)

    def _seen(self, trace, spikes):
        return trace + spikes * (1 - trace if self.pairing == "nearest" else 1)

    def on_pre(self, weights, post):
        """The weights of a neuron that sends, after it fired; post: the traces of its targets, of the same shape."""
        return self._within(weights - self.w_max * self.A_minus * post)

    def on_post(self, weights, pre):
        """The weights into a neuron that receives, after it fired; pre: the traces of the neurons that send to it."""
        return self._within(weights + self.w_max * self.A_plus * pre)

    def _within(self, weights):
        return bm.clip(weights, 0.0, self.w_max)  # the hard bounds are part of the rule

    def window(self, interval):
        """The change of the weight by one pair, the picture of Bi & Poo (1998); interval = t_post - t_pre (ms)."""
        strengthen = interval > 0
        faded = bm.exp(-abs(interval) / bm.where(strengthen, self.tau_plus, self.tau_minus))
        return self.w_max * bm.where(strengthen, self.A_plus, -self.A_minus * (interval != 0)) * faded

    def respond(self, pre_times, post_times, w=0.5) -> Learning:
        """One synapse of weight w, simulated from spike to spike: no time step, so the times (ms) are taken as they are.

        >>> print(f"{STDP().respond([0.0], [10.0], w=0.5).w[-1] - 0.5:.4f}")
        0.0030
        """
        self.check_weight(w)
        pre_times, post_times = _times("pre_times", pre_times), _times("post_times", post_times)
        t = np.union1d(pre_times, post_times)
        spikes = np.isin(t, pre_times), np.isin(t, post_times)
        until_next = np.append(np.diff(t), 0.0)
        return Learning(bm.array(t), box(_respond(*raw((self, w)), *spikes, until_next)))

    def check_weight(self, weights) -> None:
        """A SynapseError if a weight does not lie between the bounds of the rule."""
        values, w_max = _numbers(self, weights), unbox(self.w_max)
        if values is None or isinstance(w_max, jax.core.Tracer):
            return
        outside = (values < 0) | (values > np.asarray(w_max))
        if np.any(outside):
            raise _wrong(
                self,
                values,
                outside,
                f"from 0 to w_max = {np.max(w_max):g}",
                "the rule keeps weights between these bounds, and the first spike would move this one there at once",
                f"bl.synapses.STDP(w_max={np.max(values) if np.max(values) > 0 else 1.0:g})",
            )


@jax.jit
def _respond(stdp, w, pre, post, until_next):
    dtype = jnp.result_type(float)
    stdp, w, until_next = jax.tree.map(lambda x: jnp.asarray(x, dtype), (stdp, w, until_next))
    shape = jnp.broadcast_shapes(*map(jnp.shape, jax.tree.leaves((stdp, w))))
    w, trace = jnp.broadcast_to(w, shape), jnp.zeros(shape, dtype)

    def event(carry, now):
        w, traces = carry
        pre, post, dt = now
        w = jnp.where(pre, raw(stdp.on_pre(w, traces[1])), w)
        w = jnp.where(post, raw(stdp.on_post(w, traces[0])), w)
        return (w, raw(stdp.advance(traces, pre, post, dt))), w

    return lax.scan(event, (w, (trace, trace)), (pre, post, until_next))[1]


def _times(name, times):
    try:
        array = np.asarray(unbox(times), float)
    except (TypeError, ValueError):
        array = np.asarray(np.nan)
    if array.ndim != 1 or not np.all(np.isfinite(array)):
        raise SynapseError(f"{name} = {times!r:.60}: a list of times in ms is expected.", try_=f"{name}=[0.0, 20.0]")
    at, times_there = np.unique(array, return_counts=True)
    if np.any(times_there > 1):
        raise SynapseError(f"{name} has {at[times_there > 1][0]:g} ms more than once.", why="a neuron fires once at a time")
    return array
