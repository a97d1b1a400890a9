"""What can go wrong when neurons are simulated."""

from __future__ import annotations

from .._teaching import TeachingError


class SimulationError(TeachingError, ValueError):
    """A simulation that cannot run as it was asked for: its time, its input, its monitors, its population.

    >>> import brainlab as bl
    >>> bl.simulate(bl.LIF(), duration=100.0, dt=-0.1)
    Traceback (most recent call last):
    brainlab.networks.errors.SimulationError: dt = -0.1 ms: the time step must be above 0 ms.
    ...
    >>> bl.simulate(bl.LIF(), duration=100.0, monitors=("v",))
    Traceback (most recent call last):
    brainlab.networks.errors.SimulationError: LIF has nothing called 'v' to monitor. Did you mean 'V'?
    ...
    """
