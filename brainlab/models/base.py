"""Model: equations and parameters of a neuron, a synapse, a field. Pure: where it is now is somebody else's business."""

from __future__ import annotations

import dataclasses
import functools
import inspect

import jax
import numpy as np

from ..math._array import Array, unbox
from ..params import ParamError, Table, info, table, unknown_name


class Model:
    """The base class of models: a frozen dataclass of parameters, and a JAX pytree.

    >>> from brainlab.params import param
    >>> class LIF(Model):
    ...     tau_m: float = param(20.0, "ms", "membrane time constant", symbol=r"\\tau_m", above=0, slider=(1, 50))
    ...     E_L: float = param(-65.0, "mV", "resting potential", slider=(-80, -50))
    ...     def derivative(self, V, I):
    ...         return (-(V - self.E_L) + I) / self.tau_m
    >>> LIF(tau_m=10)
    LIF(tau_m=10.0)
    >>> LIF().replace(E_L=-70.0).derivative(-70.0, 5.0)
    0.25
    >>> LIF(tau=10.0)
    Traceback (most recent call last):
    brainlab.params.ParamError: LIF has no parameter 'tau'. Did you mean 'tau_m'?
    ...
    >>> LIF.table()
    LIF
    name   value  unit  meaning                 range
    tau_m  20     ms    membrane time constant  above 0 ms
    E_L    -65    mV    resting potential       any

    A gradient comes back as a model, so it is read by name, and a parameter can be an array, one value per neuron:

    >>> import brainlab.math as bm
    >>> bm.grad(lambda model: model.derivative(-60.0, 0.0))(LIF()).tau_m
    Array(0.0125, dtype=float32)
    >>> LIF(tau_m=bm.array([10.0, 20.0])).derivative(-70.0, 5.0)
    Array([1. , 0.5], dtype=float32)
    """

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        for name, annotation in inspect.get_annotations(cls).items():
            if not isinstance(vars(cls).get(name), dataclasses.Field) and "ClassVar" not in str(annotation):
                raise ParamError(
                    f"{cls.__name__}.{name} is not declared with param(...).",
                    why="unit, range and meaning of a parameter are written once, where the equation is",
                    try_=f'{name}: float = param(1.0, "ms", "what it means")',
                )
        dataclasses.dataclass(frozen=True, eq=False, repr=False, kw_only=True)(cls)
        parameters = info(cls)
        traced = [p.name for p in parameters.values() if not p.structural]
        fixed = [p.name for p in parameters.values() if p.structural]
        _check_names_first(cls, parameters)
        jax.tree_util.register_pytree_with_keys(
            cls,
            lambda m: (
                tuple((jax.tree_util.GetAttrKey(n), getattr(m, n)) for n in traced),
                tuple(getattr(m, n) for n in fixed),
            ),
            functools.partial(_rebuild, cls, traced, fixed),
        )

    def __post_init__(self):
        for name, p in info(self).items():
            value = p.check(type(self).__name__, getattr(self, name))
            object.__setattr__(self, name, Array(value) if isinstance(value, list | tuple) and p.numeric else value)

    def replace(self, **changes):
        """The same model with some parameters changed."""
        _refuse_unknown(type(self).__name__, changes, info(self))
        return dataclasses.replace(self, **changes)

    @classmethod
    def table(cls) -> Table:
        """The parameters with units, meaning and range."""
        return table(cls)

    def _repr_html_(self):
        return table(self)._repr_html_()

    def __repr__(self):
        """Only what differs from the defaults."""
        parts = []
        for name, p in info(self).items():
            value = getattr(self, name)
            if not _is_default(value, p.default):
                parts.append(f"{name}={value!r}")
        return f"{type(self).__name__}({', '.join(parts)})"


def _rebuild(cls, traced, fixed, fixed_values, values):
    """A model out of its leaves, which may be tracers or anything that JAX puts there: nothing is checked."""
    model = object.__new__(cls)
    for name, value in (*zip(traced, values, strict=True), *zip(fixed, fixed_values, strict=True)):
        object.__setattr__(model, name, value)
    return model


def _check_names_first(cls, parameters):
    """An unknown name gets our error with the name that was meant, not Python's."""
    made = cls.__init__

    @functools.wraps(made)
    def __init__(self, *args, **given):
        if args:
            raise ParamError(
                f"{cls.__name__} takes its parameters by name, got {args[0]!r}.",
                why="in a list of numbers nobody sees which is which",
                try_=f"{cls.__name__}({next(iter(parameters), 'name')}={args[0]!r})",
            )
        _refuse_unknown(cls.__name__, given, parameters)
        made(self, **given)

    cls.__init__ = __init__


def _refuse_unknown(owner, given, parameters):
    for name in given:
        if name not in parameters:
            raise unknown_name(owner, name, parameters)


def _is_default(value, default) -> bool:
    value = unbox(value)
    if np.shape(value) != np.shape(default) or hasattr(value, "aval") and not hasattr(value, "addressable_shards"):
        return False
    return bool(np.all(np.asarray(value) == np.asarray(default)))
