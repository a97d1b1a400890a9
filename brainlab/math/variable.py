"""bm.Variable: what changes in time. The only kind of state that survives a compiled function."""

from __future__ import annotations

from numbers import Number

import jax
import jax.numpy as jnp
import numpy as np

from . import errors
from ._array import _CONCRETE, Array, fit, make, show, unbox
from ._trace import current_serial, is_tracer, local


class Variable(Array):
    """A value that changes in time: a membrane potential, a weight that learns, a counter.

    Inside `bm.jit` and the other transforms an ordinary array is a constant; a `Variable` is read afresh at every call
    and what is written into it stays.

    value : number, array, or any pytree of them (dict, list, tuple, Model)
    name  : how error messages call it; taken from the attribute when it is kept in a `Module`

    The ways to change it, the recommended one first. Shape and dtype stay what they were:

    >>> v = Variable([1., 2.], name="v")
    >>> v.value = v + 1            # a new value
    >>> v[0] = 9.                  # a part
    >>> v += 1                     # in place
    >>> v.update([0., 0.])         # a method
    >>> v
    Variable([0., 0.], dtype=float32, name='v')

    >>> v.value = [1., 2., 3.]
    Traceback (most recent call last):
    brainlab.math.errors.ShapeError: Variable 'v' has shape (2,); the new value has shape (3,).
    ...

    It can hold a pytree as well. Its value is then a copy: change it as you like and assign it back.

    >>> layer = Variable({"w": 1., "b": 0.})
    >>> tree = layer.value
    >>> tree["w"] += 1.
    >>> layer.value = tree
    >>> layer.value["w"]
    Array(2., dtype=float32)
    """

    __slots__ = ("_tree", "name")
    __hash__ = object.__hash__  # by identity: two Variables with equal numbers are two Variables

    def __init__(self, value, name: str | None = None):
        value = unbox(value)
        if _is_plain(value):
            value = jnp.asarray(value)
        leaves, self._tree = jax.tree.flatten(value, is_leaf=lambda x: isinstance(x, Array))
        leaves = [_strong(x) for x in leaves]
        self._tree = None if self._tree == _LEAF else self._tree
        self._value = leaves[0] if self._tree is None else leaves
        self._born = current_serial()
        self.name = name

    @property
    def value(self):
        """The jax array inside (or the pytree). Assign to it to change the Variable: the recommended way."""
        value = local.stack[-1].read(self) if local.stack else self._value
        return value if self._tree is None else _grow(self._tree, value)

    @value.setter
    def value(self, new):
        old = local.stack[-1].peek(self) if local.stack else self._value
        if self._tree is None:
            new = unbox(new)
            if jax.tree.structure(new) != _LEAF and not _is_plain(new):
                raise errors.ShapeError.tree(self, _LEAF, jax.tree.structure(new))
            new = fit(jnp.asarray(new) if isinstance(new, list | tuple) else new, old, self)
        else:
            leaves, tree = jax.tree.flatten(new, is_leaf=lambda x: isinstance(x, Array))
            if tree != self._tree:
                raise errors.ShapeError.tree(self, self._tree, tree)
            new = [fit(n, o, self) for n, o in zip(leaves, old, strict=True)]
        if local.stack:
            local.stack[-1].write(self, new)
        elif type(new) is not _CONCRETE and any(map(is_tracer, jax.tree.leaves(new))):
            raise errors.RawTransformError.at(self)
        else:
            self._value = new

    def update(self, value):
        """The same as `.value = value`, for those who prefer a method."""
        self.value = value

    def __deepcopy__(self, memo):
        return _twin(type(self), self._value, self._tree, self.name)

    def __reduce__(self):
        return _twin, (type(self), jax.tree.map(np.asarray, self._value), self._tree, self.name)

    def __repr__(self):
        value = local.stack[-1].peek(self) if local.stack else self._value
        return f"Variable({show(value if self._tree is None else self.value, self.name)})"


def _twin(cls, value, tree, name):
    """Another Variable with the same value."""
    twin = object.__new__(cls)
    twin._value, twin._tree, twin.name = jax.tree.map(jnp.asarray, value), tree, name
    twin._born = current_serial()
    return twin


_LEAF = jax.tree.structure(0)


def _strong(x):
    """A leaf as a jax array with a dtype of its own (JAX calls a bare Python number "weakly typed")."""
    x = jnp.asarray(unbox(x))
    return x if not x.weak_type else jax.lax.convert_element_type(x, x.dtype)


def _grow(tree, leaves):
    return jax.tree.unflatten(tree, [Array(x) for x in leaves])


def _is_plain(value) -> bool:
    """[1., [2., 3.]] is an array; [array, array] and {"w": 1.} are containers."""
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    return isinstance(value, Number | np.generic)


# As an argument of bare JAX functions a Variable counts by value, like any array.
jax.tree_util.register_pytree_node(
    Variable,
    lambda v: ((v.value,), v._tree is None),
    lambda single, children: make(children[0]) if single else children[0],
)
