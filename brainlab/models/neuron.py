"""Neuron: what all neuron models have in common. Pure: it has no state, it says how a state changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import jax
import numpy as np

from ..math._array import unbox
from ..params import ParamError, info
from .dynamics import Dynamics


class Neuron(Dynamics):
    """The base class of neuron models.

    A subclass names its `states`, gives their `derivative` per ms and says where a spike is counted; an
    integrate-and-fire model also says where a spike sends it. Time, noise, refractoriness and the number of neurons
    are the business of `Population` and `simulate`.

    >>> from brainlab.params import param
    >>> class Leaky(Neuron):
    ...     states, units, method = ("V",), {"V": "mV"}, "exp_euler"
    ...     tau: float = param(10.0, "ms", "membrane time constant", above=0)
    ...     threshold = 15.0
    ...     def initial(self):
    ...         return (0.0,)
    ...     def derivative(self, V, I):
    ...         return (I - V) / self.tau
    ...     def reset(self, V):
    ...         return (0.0 * V,)
    >>> Leaky().derivative(5.0, 20.0)
    1.5
    """

    states: ClassVar[tuple] = ("V",)  # what changes in time, the membrane potential first
    units: ClassVar[dict] = {"V": "mV"}
    current_unit: ClassVar[str] = ""
    dt: ClassVar[float] = 0.1  # ms
    ordered: ClassVar[tuple] = ()  # (low, high, why): one parameter must lie below another

    def __post_init__(self):
        super().__post_init__()
        for low, high, why in self.ordered:
            values = [unbox(getattr(self, name)) for name in (low, high)]
            if any(isinstance(v, jax.core.Tracer) for v in values) or np.all(np.less(*values)):
                continue
            p = info(self)
            name = type(self).__name__
            raise ParamError(
                f"{name}.{low} = {p[low].with_unit(values[0])}: the {p[low].doc} must be below "
                f"{high} = {p[high].with_unit(values[1])}.",
                why=why,
                try_=f"{name}({low}={p[low].default!r}, {high}={p[high].default!r})",
            )

    def initial(self) -> tuple:
        """Where it starts: at rest, one value per state."""
        raise NotImplementedError

    def derivative(self, *states_and_I):
        """derivative(V, ..., I): the change of each state per ms."""
        raise NotImplementedError

    @property
    def threshold(self):
        """mV; reaching it from below is a spike."""
        raise NotImplementedError

    def spike(self, before: tuple, after: tuple):
        """Is there a spike between the states before and after a step?"""
        return after[0] >= self.threshold

    def reset(self, *states) -> tuple:
        """Where a spike sends the neuron. A model that makes its own spikes stays where it is."""
        return states

    def scheme_step(self) -> Callable | None:
        """A numerical scheme that belongs to the model, as step(f, y, t, dt); None: any method of `bl.methods`."""
        return None


@dataclass(frozen=True)
class Drive:
    """An input current with which a model shows a pattern: how long, at which step, from where.

    current : function of the times (ms) that gives the current, in the model's unit
    start   : state at the beginning, or None for the model's own
    """

    current: Callable[[np.ndarray], Any]
    duration: float
    dt: float
    start: tuple | None = None

    def values(self) -> np.ndarray:
        """(steps,) current at the beginning of each step.

        >>> Drive(lambda t: 5.0 * (t > 0.1), duration=0.3, dt=0.1).values()
        array([0., 0., 5.])
        """
        t = np.arange(round(self.duration / self.dt)) * self.dt
        return np.broadcast_to(np.asarray(self.current(t), float), t.shape).copy()
