"""Synapse: what all synapse models have in common. Pure: it has no state, it says how a state changes."""

from __future__ import annotations

from typing import ClassVar

import jax
import numpy as np

from .. import math as bm
from ..math._array import unbox
from ..models.base import Model
from ..params import param
from .errors import SynapseError

WHY_CONDUCTANCE = "it is a conductance; a synapse inhibits because of its reversal potential, not because of its weight"


class Synapse(Model):
    r"""The base class of synapse models.

    $$I = g\,(E_{rev} - V), \qquad \text{or } I = g \text{ where the synapse has no reversal potential}$$

    There are two kinds, told apart by `side` (and three that are neither: `GapJunction`, "gap"; `Graded`, "graded";
    `Delta`, "jump"):

    "post" : linear. What many spikes do is the sum of what each does, so one state per neuron that receives is enough,
             however many synapses it has. A spike through a synapse of weight w adds w * jump to the first state.
             `advance(*states, dt)` gives the states a time dt later; `output(*states)` is g.
    "pre"  : nonlinear. It saturates, so each neuron that sends has its own state, which all its synapses share.
             `advance(*states, spikes, dt)` lets the spikes arrive and gives the states a time dt later;
             `output(*states)` is the open fraction s, and g is the sum of weight * s over the neurons that send.

    `advance` has no numerical method and no error of the step: what is linear is solved in closed form. A weight has
    the unit of a conductance (that of current/mV of the neuron that receives) or, without E_rev, of a current.

    >>> from brainlab.params import param
    >>> class Step(Synapse):  # each spike adds to a current that stays
    ...     states, units = ("g",), {"g": "weight"}
    ...     E_rev: float | None = reversal(None)
    ...     def initial(self):
    ...         return (0.0,)
    ...     def advance(self, g, dt):
    ...         return (g,)
    ...     def output(self, g):
    ...         return g
    >>> Step().current(0.5, -70.0), Step(E_rev=0.0).current(0.5, -70.0)
    (0.5, 35.0)
    """

    side: ClassVar[str] = "post"
    states: ClassVar[tuple] = ()  # what changes in time
    units: ClassVar[dict] = {}  # of each state; "weight" is the unit of the weight
    held: ClassVar[bool] = False  # what it gives at the beginning of a step it gives in all of the step
    jump: ClassVar = 1.0  # what a weight is multiplied by when a spike adds it to the first state

    def initial(self) -> tuple:
        """Where it starts: as if there had never been a spike. One value per state."""
        raise NotImplementedError

    def advance(self, *states_and_dt) -> tuple:
        """advance(*states, dt), or advance(*states, spikes, dt) on the "pre" side: the states a time dt (ms) later."""
        raise NotImplementedError

    def output(self, *states):
        """g in the unit of the weight; on the "pre" side the open fraction, 0 to 1."""
        raise NotImplementedError

    def current(self, g, V):
        """The current into a neuron at the potential V (mV): inward, which depolarises, is positive."""
        return g if self.E_rev is None else g * (self.E_rev - V)

    def sign(self, V):
        """1 where it depolarises a neuron at the potential V (mV), -1 where it hyperpolarises; at the threshold: does it
        excite or inhibit? 0 for a current, where the sign of the weight decides.

        >>> import brainlab as bl
        >>> bl.synapses.AMPA().sign(-50.0), bl.synapses.GABA_A().sign(-50.0), bl.synapses.Exponential().sign(-50.0)
        (Array(1., dtype=float32), Array(-1., dtype=float32), 0.0)
        """
        return 0.0 if self.E_rev is None else bm.sign(self.E_rev - V)

    def check_weight(self, weights) -> None:
        """A SynapseError if a weight is no finite number, or negative where it is a conductance."""
        values = _numbers(self, weights)
        if values is not None and self.E_rev is not None:
            refuse_negative(self, values, WHY_CONDUCTANCE, "bl.synapses.GABA_A(), or E_rev=-80.0 for any other synapse")


def reversal(default):
    """The parameter E_rev of a synapse. With the default None it is optional: without it the synapse gives a current."""
    return param(default, "mV", "reversal potential", symbol="E_{rev}", slider=(-100, 50), optional=default is None)


def refuse_negative(synapse, values, why, try_):
    if values.size and values.min() < 0:
        raise _wrong(synapse, values, values < 0, "at least 0", why, try_)


def _numbers(synapse, weights):
    """As a NumPy array, or None where they are not known yet: inside compiled code nothing is checked."""
    weights = unbox(weights)
    if isinstance(weights, jax.core.Tracer):
        return None
    try:
        values = np.asarray(weights)
    except ValueError:  # rows of different lengths
        values = np.asarray(None)
    if values.dtype.kind not in "iuf":
        raise SynapseError(
            f"weight = {weights!r:.60}: the weight of {synapse!r} must be a number or an array of numbers.",
            try_="weight=0.1",
        )
    if not np.all(np.isfinite(values)):
        raise _wrong(synapse, values, ~np.isfinite(values), "finite", "", "weight=0.1")
    return values


def _wrong(synapse, values, bad, rule, why, try_):
    index = tuple(int(i) for i in np.argwhere(bad)[0])
    at = f"[{', '.join(map(str, index))}]" if index else ""
    return SynapseError(f"weight{at} = {values[index]:g}: the weight of {synapse!r} must be {rule}.", why=why, try_=try_)
