"""vmap: run a function for many inputs at once."""

from __future__ import annotations

import dataclasses
import functools

import jax
import jax.numpy as jnp

from . import errors
from ._array import as_arrays, raw
from ._program import call, split, stands_for_itself
from ._text import called, text
from ._trace import Trace, disable_jit, discover, local, read_all, write_all
from ._where import place, user_frame
from .gradients import variables_in
from .random import RandomState


def vmap(fun=None, in_axes=0, out_axes=0, *, mapped=None, axis_size: int | None = None):
    """Run `fun` for every element along an axis of its arguments, all at once.

    in_axes, out_axes : as in jax.vmap: an axis, None for "the same for all", or one of these per argument
    mapped            : Variables, Modules, or lists of them, of which each lane gets its own slice along axis 0
    axis_size         : the number of lanes, where no argument tells it

    What happens to Variables. One in `mapped`, or given as an argument with axis 0, is split: each lane reads and writes
    its slice. Every other one is shared: all lanes read the same value, and may write only if all write the same (a step
    counter); if they do not, `SharedWriteError` says so. Random numbers differ from lane to lane.

    >>> import brainlab.math as bm
    >>> bm.vmap(lambda x, y: x * y, in_axes=(0, None))(bm.arange(3.), 10.)
    Array([ 0., 10., 20.], dtype=float32)
    """
    if fun is None:
        return functools.partial(vmap, in_axes=in_axes, out_axes=out_axes, mapped=mapped, axis_size=axis_size)
    if not callable(fun):
        raise TypeError(f"bm.vmap takes a function, got {text(fun)}: bm.vmap(f)(x), not bm.vmap(f(x))")
    variables = [] if mapped is None else variables_in(mapped)[0]

    def inline(*args, **kwargs):
        axes = (in_axes,) * len(args) if in_axes is None or isinstance(in_axes, int) else tuple(in_axes)
        _check_axes(axes, args)
        alone = list(map(stands_for_itself, args))
        own = [
            v for a, axis, is_it in zip(args, axes, alone, strict=True) if is_it and axis == 0 for v in variables_in(a)[0]
        ]
        axes = tuple(axis for axis, is_it in zip(axes, alone, strict=True) if not is_it)
        _, args, kwargs, together = split(args, kwargs)
        args, kwargs = raw(args), raw(kwargs)
        axes = tuple(map(_axes_of_model, axes, args))
        mine = [*variables, *(v for v in own if not _among(v, variables))]
        n = _lanes(args, kwargs, axes, mine, axis_size)

        def whole(*args, **kwargs):
            args, kwargs = together(args, kwargs)
            return fun(*args, **kwargs)

        return _Lanes(whole, args, kwargs, axes, out_axes, mine, n).run()

    @functools.wraps(fun, updated=())
    def vectorised(*args, **kwargs):
        return call("vmap", inline, (fun,), args, kwargs, (repr(in_axes), repr(out_axes), axis_size, *variables))

    return vectorised


class _Lanes:
    """One call of a vectorised function with n lanes."""

    def __init__(self, fun, args, kwargs, axes, out_axes, mapped, n):
        self.fun, self.arguments, self.axes, self.out_axes = fun, (args, kwargs), axes, out_axes
        self.mapped, self.n = mapped, n

    def run(self):
        if local.python:
            return self._in_python()
        try:
            found = discover("vmap", lambda: self._vmap([], [], [], self.out_axes)[0])
        except ValueError as error:
            self._explain(error)
            raise
        streams = [v for v in found.variables if isinstance(v, RandomState) and not _among(v, self.mapped)]
        shared = [v for v in self.trace.written.values() if not _among(v, [*self.mapped, *streams])]
        if local.stack[-1].discovering:
            for stream in streams:
                stream.next_key()
            return found._replace(written=[*self.mapped, *shared]).pretend()
        keys = [jax.random.split(stream.next_key(), self.n) for stream in streams]
        try:
            out, slices, values = self._vmap(streams, keys, shared, self.out_axes)
        except ValueError as error:
            self._explain(error, self._culprit(streams, keys, shared))
            raise
        write_all([*self.mapped, *shared], [*slices, *values])
        return out

    def _vmap(self, streams, keys, shared, out_axes):
        lane = functools.partial(self._lane, streams, shared)
        axes = (0, 0, self.axes, 0)
        vectorised = jax.vmap(lane, axes, (out_axes, 0, None), axis_size=self.n)
        return vectorised(read_all(self.mapped), keys, *self.arguments)

    def _lane(self, streams, shared, slices, keys, args, kwargs):
        """One lane as a pure function: its slices of Variables, its random keys, its arguments."""
        with Trace("vmap", [*self.mapped, *streams], [*slices, *keys]) as self.trace:
            out = raw(self.fun(*as_arrays(args), **as_arrays(kwargs)))
        values = self.trace.values
        return out, [values[id(v)] for v in self.mapped], [values[id(v)] for v in shared]

    def _culprit(self, streams, keys, shared):
        """Which shared Variable gets a different value in every lane?"""
        for variable in shared:
            try:
                jax.eval_shape(lambda v=variable: self._vmap(streams, keys, [v], 0)[2])
            except ValueError:
                return _shared_write(variable, self.n)
        return None

    def _explain(self, error, culprit=None):
        """JAX's complaint about out_axes, in our words: a shared Variable, or the result."""
        if isinstance(error, errors.TeachingError) or "out_axes" not in str(error):
            return
        raise culprit or errors.ShapeError(
            f"bm.vmap with out_axes={self.out_axes}: {str(error).removeprefix('at vmap ')}.",
            place(user_frame()),
            "out_axes=None says that all lanes give the same result, and they do not",
            "out_axes=0",
        ) from None

    def _in_python(self):
        """Lane by lane, for `bm.disable_jit()`. Each starts from the same shared values."""
        if self.n == 0:  # no lane runs, so only the shapes of the results are known
            with disable_jit(False):
                return call("vmap", lambda: self.run(), (self.fun,), (), {})
        outer = [v.value for v in self.mapped]
        streams, keys, results = [], [], []
        for i in range(self.n):
            args, kwargs = jax.tree.map(_taker(i), (self.axes, 0), self.arguments, is_leaf=_is_none)
            slices = [jax.tree.leaves(jax.tree.map(lambda a, i=i: a[i], raw(v))) for v in outer]
            slices = [s if v._tree is not None else s[0] for v, s in zip(self.mapped, slices, strict=True)]
            if i == 0:  # whether random numbers are drawn is known after one lane has run
                self._lane_in_python(slices, [], [], args, kwargs)
                streams = [
                    v for v in self.trace.variables.values() if isinstance(v, RandomState) and not _among(v, self.mapped)
                ]
                keys = [jax.random.split(stream.next_key(), self.n) for stream in streams]
            results.append(self._lane_in_python(slices, streams, [k[i] for k in keys], args, kwargs))
        outs, ends, written = zip(*results, strict=True)
        for variable, end in zip(self.mapped, zip(*ends, strict=True), strict=True):
            _assign(variable, jax.tree.map(lambda *parts: jnp.stack(parts), *end))
        for variable, first in written[0].values():
            for other in written[1:]:
                if not jax.tree.all(jax.tree.map(jnp.array_equal, other[id(variable)][1], first)):
                    raise _shared_write(variable, self.n)
            _assign(variable, first)
        return jax.tree.map(_stack, self.out_axes, *outs, is_leaf=_is_none) if _has(outs[0]) else None

    def _lane_in_python(self, slices, streams, keys, args, kwargs):
        out, ends, _ = self._lane(streams, [], slices, keys, args, kwargs)
        own = [*self.mapped, *streams]
        return out, ends, {k: (v, self.trace.values[k]) for k, v in self.trace.written.items() if not _among(v, own)}


def _axes_of_model(axis, arg):
    """Of a Model with one axis for all, only the parameters that are arrays are mapped; numbers are shared."""
    if not isinstance(axis, int) or not dataclasses.is_dataclass(arg):
        return axis
    leaves, structure = jax.tree.flatten(arg)
    return jax.tree.unflatten(structure, [axis if x.ndim else None for x in leaves])


def _check_axes(axes, args):
    if len(axes) != len(args):
        raise errors.ShapeError(
            f"bm.vmap got in_axes for {len(axes)} argument(s), and {len(args)} argument(s).",
            place(user_frame()),
            try_="in_axes=(0, None, ...), one per argument, None for what all lanes share",
        )


def _lanes(args, kwargs, axes, mapped, axis_size) -> int:
    sizes: dict[str, int] = {} if axis_size is None else {"axis_size": axis_size}

    def note(axis, part, name):
        for leaf in jax.tree.leaves(part) if axis is not None else ():
            if leaf.ndim <= axis:
                what = "is one number" if leaf.ndim == 0 else f"has shape {leaf.shape}"
                raise errors.ShapeError(
                    f"bm.vmap maps over axis {axis} of {name}, which {what}.",
                    place(user_frame()),
                    "each lane gets one element along that axis",
                    "in_axes=None for what all lanes share; a mapped Variable needs a first axis of one slice per lane",
                )
            sizes.setdefault(name, leaf.shape[axis])

    for i, (axis, arg) in enumerate(zip(axes, args, strict=True)):
        jax.tree.map(lambda a, part, i=i: note(a, part, f"argument {i}"), axis, arg, is_leaf=_is_none)
    for name, arg in kwargs.items():
        note(0, arg, f"argument {name}")
    for variable in mapped:
        note(0, raw(variable), called(variable))
    if len(set(sizes.values())) != 1:
        texts = ", ".join(f"{name}: {size}" for name, size in sizes.items()) or "nothing is mapped"
        raise errors.ShapeError(
            f"bm.vmap does not know how many lanes to run ({texts}).",
            place(user_frame()),
            "every mapped argument and Variable gives one slice to each lane",
            "in_axes=None for what all lanes share, or axis_size=... where nothing is mapped",
        )
    return next(iter(sizes.values()))


def _shared_write(variable, n):
    name = called(variable)
    return errors.SharedWriteError(
        f"{name} is shared by the {n} lanes of bm.vmap, and they write different values.",
        place(user_frame()),
        "a Variable holds one value, and only one lane could win",
        f"bm.vmap(f, mapped={name.split(chr(39))[1].split('.')[-1] if chr(39) in name else 'v'}), "
        "with a first axis of one slice per lane; or return the value",
    )


def _assign(variable, value):
    if local.stack:
        local.stack[-1].write(variable, value)
    else:
        variable._value = value


def _among(variable, variables) -> bool:
    return any(variable is v for v in variables)


def _taker(i):
    return lambda axis, part: part if axis is None else jax.tree.map(lambda a: jnp.take(a, i, axis=axis), part)


def _stack(axis, *parts):
    return parts[0] if axis is None else jax.tree.map(lambda *a: jnp.stack(a, axis=axis), *parts)


def _is_none(x) -> bool:
    return x is None


def _has(out) -> bool:
    return bool(jax.tree.leaves(out))
