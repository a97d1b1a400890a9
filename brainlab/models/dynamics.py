"""Dynamics: a model whose states change in time by equations. Pure: it has no state, it says how a state changes."""

from __future__ import annotations

from typing import ClassVar

from .base import Model


class Dynamics(Model):
    """The base class of models that are ordinary differential equations.

    A subclass names its `states` and gives their `derivative`: after the states come its inputs, if it has any. So
    everything that takes equations takes it as it is: `bl.analysis.phase_plane(model)`.

    >>> from brainlab.params import param
    >>> class Spring(Dynamics):
    ...     states, units = ("x", "v"), {"x": "m", "v": "m/s"}
    ...     k: float = param(1.0, "1/s2", "stiffness", above=0)
    ...     def initial(self):
    ...         return 1.0, 0.0
    ...     def derivative(self, x, v, I=0.0):
    ...         return v, I - self.k * x
    >>> Spring().derivative(1.0, 0.0)
    (0.0, -1.0)
    """

    states: ClassVar[tuple] = ()  # what changes in time
    units: ClassVar[dict] = {}  # of each state
    ranges: ClassVar[dict] = {}  # of each state, (low, high): where a phase plane shows what there is to see
    method: ClassVar[str] = "rk4"  # the integrator that suits it,
    dt: ClassVar[float] = 0.1  # and the time step, in the model's unit of time

    def initial(self) -> tuple:
        """Where it starts: one value per state."""
        raise NotImplementedError

    def derivative(self, *states_and_inputs):
        """derivative(x, ..., inputs): the change of each state per unit of time."""
        raise NotImplementedError
