"""Model: equations and parameters of a neuron, a synapse, a field. Pure: where it is now is somebody else's business."""

from __future__ import annotations

import dataclasses
import functools
import inspect
from collections.abc import Callable

import jax
import numpy as np

from ..math._array import Array, unbox
from ..params import ParamError, Table, info, table, unknown_name


class _TableOf:
    """`LIF.table()` shows the defaults, `neuron.table()` the values of that neuron."""

    def __get__(self, model, cls) -> Callable[[], Table]:
        return functools.partial(table, cls if model is None else model)


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
        for name, value in vars(cls).items():
            if isinstance(value, dataclasses.Field) and name not in inspect.get_annotations(cls):
                raise ParamError(f"{cls.__name__}.{name} has no type.", try_=f"{name}: float = param(...)")
        for name, annotation in inspect.get_annotations(cls).items():
            if not isinstance(vars(cls).get(name), dataclasses.Field) and "ClassVar" not in str(annotation):
                raise ParamError(
                    f"{cls.__name__}.{name} is not declared with param(...).",
                    why="unit, range and meaning of a parameter are written once, where the equation is",
                    try_=f'{name}: float = param(1.0, "ms", "what it means")',
                )
        for name in {*inspect.get_annotations(cls), *vars(cls)} & _reserved():
            raise ParamError(f"{cls.__name__}.{name} would hide Model.{name}.", try_=f"another name than {name}")
        for name in info_of_bases(cls):
            if name in vars(cls) and not isinstance(vars(cls)[name], dataclasses.Field):
                raise ParamError(
                    f"{cls.__name__}.{name} = {vars(cls)[name]!r} is not declared with param(...).",
                    why="it would be ignored: the parameter of the base class stays",
                    try_=f"{name}: float = param({vars(cls)[name]!r}, ...)",
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

    table = _TableOf()

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


def _reserved() -> set:
    return {name for name in vars(Model) if not name.startswith("_")}


def info_of_bases(cls) -> set:
    return {f.name for base in cls.__mro__[1:] if dataclasses.is_dataclass(base) for f in dataclasses.fields(base)}


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
    if isinstance(value, jax.core.Tracer) or np.shape(value) != np.shape(default):
        return False
    return bool(np.all(np.asarray(value) == np.asarray(default)))
