"""What can go wrong with a synapse."""

from __future__ import annotations

from .._teaching import TeachingError


class SynapseError(TeachingError, ValueError):
    """A synapse was given weights or spikes that it has no meaning for.

    Wrong. A conductance is a number of open channels; no synapse can have fewer than none:

    >>> import brainlab as bl
    >>> bl.synapses.AMPA().check_weight([0.1, -0.2])
    Traceback (most recent call last):
    brainlab.synapses.errors.SynapseError: weight[1] = -0.2: the weight of AMPA() must be at least 0.
      why: it is a conductance; a synapse inhibits because of its reversal potential, not because of its weight.
      try: bl.synapses.GABA_A(), or E_rev=-80.0 for any other synapse

    Right. What inhibits has a reversal potential below the threshold:

    >>> bl.synapses.GABA_A().check_weight([0.1, 0.2])

    and a synapse without one gives a current, which can have either sign:

    >>> bl.synapses.Exponential().check_weight([0.1, -0.2])
    """
