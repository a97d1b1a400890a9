"""Population: where a number of neurons are now."""

from __future__ import annotations

import functools
from numbers import Real

import jax
import jax.numpy as jnp
import numpy as np

from ..integrate._methods import find_method
from ..integrate._steppers import ODE
from ..math import random
from ..math._array import box, raw, unbox
from ..math._trace import is_tracer
from ..math.module import Module
from ..math.variable import Variable
from ..models.dynamics import Dynamics
from ..models.neuron import Neuron
from ..params import info
from .core import advance, stepper_of
from .errors import SimulationError
from .view import View


class Population(Module):
    """`size` neurons of one model. Each of the model's states is a Variable of that name, with one value per neuron.

    model  : a Neuron, such as LIF(tau_m=20.0); a parameter may be an array (neuron,): the neurons then differ
    size   : how many neurons
    noise  : mV/sqrt(ms), white noise on V: each step adds noise * sqrt(dt) * (standard normal). A number or (neuron,).
             For tau_m dV/dt = ... + sigma sqrt(tau_m) xi, as in Siegert's formula, noise is sigma / sqrt(tau_m)
    method : name of the integrator; None for the model's own
    name   : how reports call it

    `V`, `w`, ... : the states;  `refractory` : ms until each neuron is ready again;  `spikes` : who fired in the last step

    >>> import brainlab as bl
    >>> cells = bl.Population(bl.LIF(), 3)
    >>> cells.V
    Variable([-65., -65., -65.], dtype=float32, name='Population.V')
    >>> cells.V[1] = -50.1
    >>> cells.step(2.0, dt=0.5)
    Array([False,  True, False], dtype=bool)
    """

    def __init__(self, model: Neuron, size: int = 1, *, noise=0.0, method: str | None = None, name: str | None = None):
        _check_model(model)
        if isinstance(size, bool) or not isinstance(size, int | np.integer) or size < 1:
            raise SimulationError(
                f"size = {size!r}: the number of neurons must be a whole number, 1 or more.",
                try_=f"bl.Population({type(model).__name__}(), 100)",
            )
        if method is not None:
            find_method(ODE, method)
            if model.scheme_step() is not None:
                raise SimulationError(
                    f"{type(model).__name__} has a numerical scheme of its own, and method={method!r} was asked for.",
                    why="only one of them can make the step",
                    try_=f'{type(model).__name__}(scheme="continuous")',
                )
        self.model, self.size, self.method, self.name = model, int(size), method, name
        self.noise = _check_noise(noise, self.size)
        for parameter in info(model):
            shape = np.shape(unbox(getattr(model, parameter)))
            if shape not in ((), (self.size,)):
                raise SimulationError(
                    f"{type(model).__name__}.{parameter} is {shape}, the population has size {self.size}.",
                    why="a parameter that differs between neurons has one value for each",
                    try_=f"bl.Population(model, {shape[0]})",
                )
        for state, value in zip(model.states, self._initial(), strict=True):
            setattr(self, state, Variable(value))
        self.refractory = Variable(self._none())
        self.spikes = Variable(np.zeros(self.size, bool))
        self.t = 0.0  # ms; where the next `simulate` goes on

    def _initial(self):
        return _initial(raw(self.model), self.size)

    def _none(self):
        return np.zeros(self.size, jnp.result_type(float))

    def state(self) -> tuple:
        """The values of all states, V first: (neuron,) each."""
        return tuple(getattr(self, name).value for name in self.model.states)

    def reset_state(self) -> None:
        """Back to the beginning: at rest, no spikes, t = 0."""
        for state, value in zip(self.model.states, self._initial(), strict=True):
            getattr(self, state).value = value
        self.refractory.value = self._none()
        self.spikes.value = np.zeros(self.size, bool)
        self.t = 0.0

    def step(self, I=0.0, dt: float | None = None):
        """One time step with the current `I`, a number or (neuron,): for loops that do more than neurons alone.

        Returns the spikes, (neuron,) bool. Noise comes from `bm.random`. `simulate` is the fast way through many steps.
        """
        dt = self.model.dt if dt is None else dt
        I = unbox(I)
        if not isinstance(I, jax.Array) and (_as_numbers(I) is None or not np.all(np.isfinite(I))):
            raise SimulationError(f"I = {I!r:.60}: a finite number is expected, or one per neuron.", try_="pop.step(2.0)")
        if np.shape(I) not in ((), (self.size,)):
            raise SimulationError(
                f"I is {np.shape(I)}, the population has size {self.size}.", try_="a number, or one per neuron"
            )
        if not is_tracer(dt):
            check_dt(self.model, dt)
        key = random.DEFAULT.next_key() if np.any(self.noise) else None
        states, refractory, spikes = _step(
            raw(self.model), self.state(), self.refractory.value, I, dt, key, self.noise, method=self.method
        )
        for name, value in zip(self.model.states, states, strict=True):
            getattr(self, name).value = value
        self.refractory.value = refractory
        self.spikes.value = spikes
        return box(spikes)

    def __getitem__(self, part: slice) -> View:
        """Some neighbours, for projections: `cells[:3200]`."""
        return View(self, part)

    def __repr__(self):
        more = [f"name={self.name!r}"] * (self.name is not None) + [f"noise={self.noise:g}"] * bool(
            np.ndim(self.noise) == 0 and self.noise
        )
        return f"Population({', '.join([repr(self.model), str(self.size), *more])})"


@functools.partial(jax.jit, static_argnames="size")
def _initial(model, size):
    dtype = jnp.result_type(float)
    return [jnp.broadcast_to(jnp.asarray(x, dtype), (size,)) for x in raw(model.initial())]


@functools.partial(jax.jit, static_argnames="method")
def _step(model, states, refractory, I, dt, key, noise, *, method):
    dtype = states[0].dtype
    model, I, noise = jax.tree.map(lambda x: jnp.asarray(x, dtype), (model, I, noise))
    xi = None if key is None else jnp.sqrt(dt) * noise * jax.random.normal(key, states[0].shape, dtype)
    left = jnp.round(refractory / dt)
    new = advance(model, stepper_of(model, method), states, left, I, 0.0, dt, xi)
    return new.states, (new.left * dt).astype(dtype), new.spikes


def check_dt(model, dt) -> None:
    if isinstance(dt, bool) or not isinstance(dt, Real) or not np.isfinite(dt):
        raise SimulationError(f"dt = {dt!r}: the time step must be a number of ms.", try_=f"dt={model.dt:g}")
    if dt <= 0:
        raise SimulationError(
            f"dt = {dt:g} ms: the time step must be above 0 ms.", why="time goes forwards", try_=f"dt={model.dt:g}"
        )
    t_ref = np.asarray(unbox(getattr(model, "t_ref", 0.0)))
    short = t_ref[(t_ref > 0) & (np.round(t_ref / dt) < 1)]
    if short.size:
        raise SimulationError(
            f"dt = {dt:g} ms is too long for t_ref = {short.min():g} ms.",
            why="the refractory period would round to no step at all",
            try_=f"dt={short.min() / 10:g}",
        )


def _check_model(model) -> None:
    if isinstance(model, Neuron):
        return
    if isinstance(model, type) and issubclass(model, Neuron):
        raise SimulationError(
            f"{model.__name__} is a class of neurons; a neuron is {model.__name__}().",
            why="its parameters are given between the brackets",
            try_=f"{model.__name__}()",
        )
    cls = model if isinstance(model, type) else type(model)
    if issubclass(cls, Dynamics):
        states, name = ", ".join(model.states), f"{cls.__name__}()" if cls is not model else cls.__name__
        raise SimulationError(
            f"{name} is no neuron model: it has no spikes.",
            why="its equations can be solved, its states be drawn against each other; a population is made of neurons",
            try_=f"bl.solve_ode(lambda {states}, t, model: model.derivative({states}), model.initial(), 0.0, 100.0, "
            f"dt={model.dt:g}, args=(model,))",
        )
    raise SimulationError(f"a neuron model was expected, got {model!r}.", try_="bl.LIF()")


def _as_numbers(values) -> np.ndarray | None:
    try:
        array = np.asarray(values)
    except ValueError:  # rows of different lengths
        return None
    return array if array.dtype.kind in "biuf" else None


def _check_noise(noise, size):
    values = _as_numbers(unbox(noise))
    if values is None or values.dtype == bool or not np.all(np.isfinite(values)) or np.any(values < 0):
        raise SimulationError(f"noise = {noise!r}: it must be 0 or more, in mV/sqrt(ms).", try_="noise=0.5")
    if values.shape not in ((), (size,)):
        raise SimulationError(
            f"noise is {values.shape}, the population has size {size}.", try_="a number, or one per neuron"
        )
    return float(values) if values.ndim == 0 else values.astype(float)
