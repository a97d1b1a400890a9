"""What can go wrong when neurons are connected."""

from __future__ import annotations

from .._teaching import TeachingError


class ConnectError(TeachingError, ValueError):
    """A rule that no network can follow: its numbers, the sizes of the two populations, the weights, the memory.

    Wrong. A neuron cannot have more different partners than there are.

    >>> import brainlab as bl
    >>> bl.connect.FixedOutDegree(80)(50, 50)
    Traceback (most recent call last):
    brainlab.connect.errors.ConnectError: FixedOutDegree(k=80): 80 different targets were asked for, and there are 50.
    ...

    Right: fewer, or the same target more than once.

    >>> bl.connect.FixedOutDegree(80, multapses=True)(50, 50).n_synapses
    4000
    """
