"""Connection: what every store of synapses can do."""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
import numpy as np

from .. import _events
from .._array import Array, box, raw, unbox
from .._trace import is_tracer
from .._wiring import WiringError, check_fits


class Weights(Array):
    """The weights of a connection. Everything computed from them is an ordinary array; they themselves stay as they are:
    `jit` remembers which connection it compiled, and would not see that a number in it has changed."""

    __slots__ = ()

    @property
    def value(self):
        """The jax array inside."""
        return self._value

    @value.setter
    def value(self, new):
        raise WiringError.of(
            "the weights of a connection cannot be changed in place.",
            "compiled code may hold the old ones",
            "w = connection.weights.copy();  w[0] = 1.0;  connection = connection.with_weights(w)",
        )


jax.tree_util.register_pytree_node(Weights, lambda w: ((w.value,), None), lambda _, leaves: box(leaves[0]))


class Connection:
    r"""Synapses from n_pre neurons (rows) to n_post neurons (columns): a matrix W that is stored in some clever way.

    spikes @ connection     : (n_pre,) -> (n_post,), what arrives at each neuron: $\sum_i s_i W_{ij}$. bool or numbers
    connection @ x          : (n_post,) -> (n_pre,), the other way: $\sum_j W_{ij} x_j$
    connection.add(spikes, y) : y + spikes @ connection, without building the zeros: the fast form
    connection.weights, connection.with_weights(w) : the weights, and the same synapses with others
    connection.dense()      : the matrix itself; .pairs() who is connected to whom; .degree("out") how many synapses each has
    connection.padded(), .ragged(), .to_scipy() : the same synapses in another store

    Two synapses between the same two neurons stay two, and their weights add up. A connection is a JAX pytree: tables and
    weights are its leaves, so it passes through jit, vmap and grad, and other weights compile nothing anew.

    A store is a subclass that names its leaves and its sizes and says how one event is delivered:

    leaves, sizes           : names of attributes: arrays (traced), and whole numbers (static), n_pre and n_post among them.
                              `weights`, of all synapses, is one of them. None of them can be changed in place
    _deliver(words, y)      : y + spikes @ W for packed spikes; y: (n_post + 1,), the last of which is a place for anything
    _add(spikes, y)         : the same for numbers instead of packed spikes, y: (n_post,), differentiable
    _times(x)               : W @ x
    _entries()              : pre, post and weight of every synapse, three arrays of one length; post is n_post where a place
                              of the table is not used
    _checked(weights)       : the weights as a jax array, or a WiringError
    """

    leaves: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ("n_pre", "n_post")
    n_pre: int
    n_post: int
    weights: Weights

    __array_ufunc__ = None  # numpy_array @ connection asks us

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        jax.tree_util.register_pytree_with_keys(
            cls,
            lambda c: (
                tuple((jax.tree_util.GetAttrKey(name), unbox(vars(c)[name])) for name in cls.leaves),
                tuple(vars(c)[name] for name in cls.sizes),
            ),
            functools.partial(_rebuild, cls),
        )

    def _set(self, **attributes):
        """What __init__ ends with: attributes are set once."""
        for name, value in attributes.items():
            value = unbox(value) if isinstance(value, Array) else value
            vars(self)[name] = Weights(value) if name == "weights" and isinstance(value, jax.Array) else value

    def __setattr__(self, name, value):
        raise WiringError.of(
            f"{type(self).__name__}.{name} cannot be set: a connection does not change.",
            "compiled code relies on its tables",
            "connection = connection.with_weights(w)",
        )

    # ---- products

    @property
    def shape(self):
        """(n_pre, n_post)"""
        return self.n_pre, self.n_post

    @property
    def T(self):
        raise WiringError.of(
            f"{self._name()} has no transpose: it is stored by rows.",
            "the rows of its transpose would have to be collected first",
            "connection @ x is the product with the transpose; bm.sparse.from_scipy(connection.to_scipy().T) stores it",
        )

    def add(self, spikes, y):
        """y + spikes @ self. spikes: (n_pre,) bool or numbers; y: (n_post,); returns (n_post,) of y's dtype."""
        spikes, y = _vector("spikes", spikes), _vector("y", y)
        self._check("spikes", spikes, self.n_pre, "presynaptic")
        self._check("y", y, self.n_post, "postsynaptic")
        check_fits("spikes", spikes, y)
        check_fits("weights", raw(self.weights), y)
        return box(self._add_any(spikes, y))

    def __rmatmul__(self, spikes):
        spikes = _vector("spikes", spikes, most=2)
        self._check("spikes", spikes, self.n_pre, "presynaptic")
        weights = raw(self.weights)
        dtype = weights.dtype if spikes.dtype == bool else jnp.promote_types(spikes.dtype, weights.dtype)
        product = lambda s: self._add_any(s, jnp.zeros(self.n_post, dtype))  # noqa: E731
        return box(product(spikes) if spikes.ndim == 1 else jax.vmap(product)(spikes))

    def __matmul__(self, x):
        x = _vector("x", x, most=2)
        if x.shape[0] != self.n_post:
            raise WiringError.of(f"x has {x.shape[0]} neurons, {self._name()} has {self.n_post} postsynaptic ones.")
        x = x.astype(jnp.promote_types(x.dtype, raw(self.weights).dtype))
        return box(self._times(x) if x.ndim == 1 else jax.vmap(self._times, in_axes=1, out_axes=1)(x))

    def _add_any(self, spikes, y):
        if spikes.dtype != bool:
            return self._add(spikes.astype(y.dtype), y)
        return self._deliver(_events.pack(spikes), jnp.pad(y, (0, 1)))[:-1]

    def _check(self, name, x, n, kind):
        if x.shape[-1] != n:
            raise WiringError.of(f"{name} has {x.shape[-1]} neurons, {self._name()} has {n} {kind} ones.")

    # ---- what is stored

    def with_weights(self, weights):
        """The same synapses with other weights."""
        new = object.__new__(type(self))
        new._set(**(vars(self) | {"weights": self._checked(weights)}))
        return new

    def dense(self):
        """The matrix: (n_pre, n_post). Synapses between the same two neurons are added up."""
        pre, post, w = self._entries()
        return box(jnp.zeros(self.shape, w.dtype).at[pre, post].add(w, mode="drop"))

    def pairs(self):
        """Who is connected to whom: pre (n_synapses,), post (n_synapses,), whole numbers, in the order of the store."""
        pre, post, _ = self._synapses()
        return box(jnp.asarray(pre)), box(jnp.asarray(post))

    def degree(self, side="out"):
        """How many synapses each neuron has: "out" (n_pre,), that it makes; "in" (n_post,), that it receives."""
        self._check_side(side)
        pre, post, _ = self._entries()
        used = (post < self.n_post).astype(jnp.int32)
        return box(
            jnp.zeros(self.n_pre if side == "out" else self.n_post, jnp.int32)
            .at[pre if side == "out" else post]
            .add(used, mode="drop")
        )

    def _check_side(self, side):
        if side not in ("out", "in"):
            raise WiringError.of(
                f'side = {side!r}: it is "out", of each presynaptic, or "in", of each postsynaptic neuron.',
                try_='connection.degree("in")',
            )

    def _synapses(self):
        """pre, post, weight of what is really there, as NumPy arrays."""
        if self._is_traced():
            raise WiringError.of(
                f"how many synapses {self._name()} has is not known inside jit.",
                "compiled code is made for shapes, and this shape depends on numbers that are not known yet",
                "do this before, outside the compiled function",
            )
        pre, post, w = map(np.asarray, self._entries())
        used = post < self.n_post
        return pre[used], post[used], w[used]

    @property
    def n_synapses(self):
        """How many synapses there are."""
        return len(self._synapses()[0])

    @property
    def nbytes(self):
        """Memory of tables and weights, in bytes."""
        return sum(leaf.nbytes for leaf in jax.tree.leaves(self))

    def to_scipy(self):
        """A scipy.sparse.csr_array; synapses between the same two neurons are added up."""
        from ._convert import to_scipy

        return to_scipy(self)

    def to_bcoo(self):
        """A jax.experimental.sparse.BCOO; synapses between the same two neurons stay two entries."""
        from ._convert import to_bcoo

        return to_bcoo(self)

    def to_bcsr(self):
        """A jax.experimental.sparse.BCSR; synapses between the same two neurons are added up."""
        from ._convert import to_bcsr

        return to_bcsr(self)

    def padded(self):
        """The same synapses as rows of equal length: `Padded`, the fastest."""
        from ._convert import to_padded

        return to_padded(self)

    def ragged(self):
        """The same synapses as rows of any length: `Ragged`, the smallest when few neurons have very many."""
        from ._convert import to_ragged

        return to_ragged(self)

    def _is_traced(self):
        return any(map(is_tracer, jax.tree.leaves(self)))

    def _name(self):
        return f"{type(self).__name__}({self.n_pre} -> {self.n_post})"

    def __repr__(self):
        if self._is_traced():
            return f"{type(self).__name__}({self.n_pre} -> {self.n_post}, traced)"
        sizes = f"{self.n_pre} -> {self.n_post}, {self.n_synapses} synapses, {_bytes(self.nbytes)}"
        return f"{type(self).__name__}({sizes})"

    def _repr_html_(self):
        from ._picture import html

        return html(self)


def _vector(name, x, most=1):
    if isinstance(x, Connection):
        raise WiringError.of(
            f"{name} is {x._name()}, a connection; it is one number for each neuron: (n,).",
            "a product of two connections has so many synapses that it is not stored",
            "connection.dense() @ other.dense()",
        )
    x = raw(jnp.asarray(x) if isinstance(x, list | tuple) else x)
    if not 1 <= x.ndim <= most:
        raise WiringError.of(
            f"{name} has shape {x.shape}; it is one number for each neuron: (n,){', or several such rows' * (most > 1)}."
        )
    return x


def table(indices):
    """Whole numbers as a jax array of its own, whatever they came in."""
    return _own(indices)


def _own(x):
    """A jax array, and not a window on the memory of a NumPy array that may change later."""
    return jnp.array(x) if isinstance(x, list | tuple | np.ndarray) else raw(x)


def weight_array(weights):
    """Weights as a jax array of floats: whole numbers and True become 1.0, so that they can be learned."""
    weights = _own(weights)
    return weights if jnp.issubdtype(weights.dtype, jnp.inexact) else weights.astype(float)


def number_of_neurons(name, n, try_):
    if n is None or isinstance(n, bool) or not hasattr(n, "__index__") or n < 1:
        raise WiringError.of(
            f"{name} = {n!r}: it is a number of neurons, 1 or more.",
            "a table of targets does not say how many neurons there are",
            try_,
        )
    return int(n)


def _rebuild(cls, sizes, leaves):
    """A connection out of its leaves, which may be tracers or anything that JAX puts there: nothing is checked."""
    connection = object.__new__(cls)
    connection._set(**dict(zip(cls.sizes, sizes, strict=True)), **dict(zip(cls.leaves, leaves, strict=True)))
    return connection


def _bytes(n):
    for unit in ("B", "kB", "MB"):
        if n < 1000:
            return f"{n:.3g} {unit}"
        n /= 1000
    return f"{n:.3g} GB"
