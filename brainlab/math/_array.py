"""bm.Array: a jax array with NumPy's manners. It can be changed in place, and every operation gives another one."""

from __future__ import annotations

import operator

import jax
import jax.numpy as jnp
import numpy as np

# The class of a jax array that holds numbers (a tracer is a jax.Array too). JAX has no public name for it, and making
# one to ask for its type would start JAX's backend, after which jax.distributed and jax_platforms come too late.
from jax._src.array import ArrayImpl as _CONCRETE

from . import errors
from ._trace import current_serial, is_tracer, local


class Array:
    """An n-dimensional array that behaves like NumPy's, computed by JAX.

    `value` is the jax array inside. Arithmetic, functions, indexing and methods give new `Array`s, and each can be
    changed in place:

    >>> a = Array([0., 0., 0.])
    >>> a[0] += 5.
    >>> a
    Array([5., 0., 0.], dtype=float32)
    >>> (a + 1)[1:]
    Array([1., 1.], dtype=float32)

    Two things differ from NumPy. A slice is a copy, never a view, so `b = a[:2]; b[0] = 9` leaves `a` alone, and a
    chain such as `a[0][1] = 9` changes only a copy: write `a[0, 1] = 9`. And nothing is rounded in silence: storing
    1.5 in an array of integers is an error.

    An index outside the array raises, as in NumPy (bare JAX would clamp it):

    >>> a[3]
    Traceback (most recent call last):
    IndexError: index 3 is out of bounds for axis 0 with size 3
    """

    __slots__ = ("__weakref__", "_born", "_value")
    __array_priority__ = 100  # so that `numpy_array + a` asks us
    __hash__ = None

    def __init__(self, value, dtype=None):
        self._value = jnp.asarray(unbox(value), dtype=dtype)
        self._born = current_serial()

    @property
    def value(self):
        """The jax array inside. Setting it keeps shape and dtype."""
        return self._value

    @value.setter
    def value(self, new):
        if local.stack and self._born < local.stack[-1].serial:
            raise errors.NotAVariableError.array(self, local.stack[-1].kind)
        self._value = fit(new, self._value, self)

    # ---- reading and writing parts
    def __getitem__(self, index):
        index = _checked(index, self.value)
        return box(self.value[index])

    def __setitem__(self, index, x):
        old = self.value
        if _is_mask(index, old.shape) and np.ndim(x) == 0:  # V[V > V_th] = V_reset: also where the mask is not known yet
            return setattr(self, "value", _where_mask(unbox(index), x, self, old))
        index, x = _checked(index, old), unbox(x)
        if not _goes_into(x, old.dtype):
            raise errors.DtypeError.of(self, old, x)
        if type(old) is _CONCRETE and not is_tracer(x) and _is_static(index):
            self.value = _set_item(old, index, x)  # compiled once per shape: 15 times faster than op by op
        else:
            self.value = old.at[index].set(jnp.asarray(x, old.dtype))

    def __len__(self):
        if self.ndim == 0:
            raise TypeError("len() of an array without dimensions")
        return self.shape[0]

    def __iter__(self):
        return (self[i] for i in range(len(self)))

    def __contains__(self, x):
        return bool((self == x).any())

    # ---- what Python asks for; a traced value makes JAX complain here, and the transform explains
    def __bool__(self):
        return bool(self.value)

    def __int__(self):
        return int(self.value)

    def __float__(self):
        return float(self.value)

    def __complex__(self):
        return complex(self.value)

    def __index__(self):
        return operator.index(self.value)

    def __format__(self, spec):
        if is_tracer(self.value):
            return str(self)  # no digits to round yet
        return format(self.value if self.ndim == 0 else str(self), spec)

    # ---- what NumPy and JAX ask for
    def __array__(self, dtype=None, copy=None):
        return np.array(self.value, dtype=dtype, copy=True) if copy else np.asarray(self.value, dtype=dtype)

    def __jax_array__(self):
        return self.value

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        """`np.sin(a)`: JAX's function of that name, so that it works inside jit and gives an `Array`."""
        ours = getattr(jnp, ufunc.__name__, None)
        if ours is None or method != "__call__" or kwargs.get("out"):  # NumPy's own business, e.g. numpy_array += ours
            return getattr(ufunc, method)(*map(_as_numpy, inputs), **kwargs)
        return box(ours(*map(unbox, inputs), **kwargs))

    # ---- NumPy's in-place methods
    def fill(self, x):
        """Set every element to `x`."""
        self[...] = x

    def sort(self, axis=-1):
        """Sort in place, as NumPy's method does; `bm.sort(a)` gives a sorted copy."""
        self.value = jnp.sort(self.value, axis=axis)

    # ---- JAX's way to a changed copy: a.at[0].set(1.)
    @property
    def at(self):
        return _At(self.value.at)

    # ---- copies and files
    def copy(self):
        return Array(self.value)

    __copy__ = copy

    def __deepcopy__(self, memo):
        return self.copy()

    def __reduce__(self):
        return Array, (np.asarray(self.value),)

    def __repr__(self):
        return f"Array({show(self.value)})"

    def __str__(self):
        return str(self.value) if type(self.value) is _CONCRETE else repr(self)


class _At:
    """`a.at[index]` with its `set`, `add`, `multiply`, ...: each gives an `Array`."""

    def __init__(self, inside):
        self._inside = inside

    def __getitem__(self, index):
        return _At(self._inside[unbox(index)])

    def __getattr__(self, name):
        method = getattr(self._inside, name)
        return lambda *args, **kwargs: box(method(*map(unbox, args), **kwargs))


# ---- between jax arrays and ours


def box(x):
    """Every jax array in x (tuples, lists, dicts) as an `Array`."""
    if type(x) is _CONCRETE or is_tracer(x) or isinstance(x, jax.Array):
        return make(x)
    if isinstance(x, tuple):
        return type(x)(*map(box, x)) if hasattr(x, "_fields") else tuple(map(box, x))
    if isinstance(x, list):
        return list(map(box, x))
    if isinstance(x, dict):
        return {k: box(v) for k, v in x.items()}
    return x


def unbox(x):
    """The other way: every `Array` in x as the jax array inside."""
    if isinstance(x, Array):
        return x.value
    if type(x) in (list, tuple):
        return type(x)(map(unbox, x))
    if type(x) is dict:
        return {k: unbox(v) for k, v in x.items()}
    if local.stack and type(x) is np.ndarray:
        return x.copy()  # JAX knows a NumPy constant by its identity and would not see that it was changed in place
    return x


def _as_numpy(x):
    return np.asarray(x) if isinstance(x, Array) else x


def make(value) -> Array:
    """An `Array` around a jax array, nothing checked."""
    a = object.__new__(Array)
    a._value = value
    a._born = local.stack[-1].serial if local.stack else 0
    return a


def as_arrays(tree):
    """Every number and array in a pytree as an `Array` of its own: what a transform hands to the student's function,
    which may change it in place as it likes."""
    return jax.tree.map(_as_array, tree, is_leaf=_is_array)


def raw(tree):
    """A pytree without our `Array`s: what a transform hands to JAX."""
    return jax.tree.map(_raw, tree, is_leaf=_is_array)


def _is_array(x):
    return isinstance(x, Array)


def _as_array(x):
    if type(x) is Array:
        return make(x._value)
    if getattr(x, "_tree", None) is not None:  # a Variable that holds a pytree
        return as_arrays(x.value)
    return make(x.value if isinstance(x, Array) else jnp.asarray(x))


def _raw(x):
    if type(x) is _CONCRETE:
        return x
    return raw(x.value) if getattr(x, "_tree", None) is not None else jnp.asarray(unbox(x))


jax.tree_util.register_pytree_with_keys(
    Array, lambda a: (((jax.tree_util.GetAttrKey("value"), a._value),), None), lambda _, children: make(children[0])
)


# ---- keeping shape and dtype


def fit(new, old, owner):
    """`new` as a jax array of the shape and dtype of `old`, or an error that names `owner`."""
    new = unbox(new)
    if np.shape(new) != old.shape:
        raise errors.ShapeError.of(owner, old, new)
    if not _goes_into(new, old.dtype):
        raise errors.DtypeError.of(owner, old, new)
    if type(new) is _CONCRETE and new.dtype == old.dtype and not new.weak_type:
        return new
    if jnp.issubdtype(old.dtype, jax.dtypes.prng_key):
        return new
    return jax.lax.convert_element_type(jnp.asarray(new, dtype=old.dtype), old.dtype)  # drops JAX's "weak type"


def _goes_into(x, dtype) -> bool:
    """Does x fit into dtype without loss? bool into int into float into complex, and into a wider one of its kind."""
    if getattr(x, "dtype", None) == dtype:
        return True
    x = x if hasattr(x, "dtype") or not isinstance(x, list | tuple) else jnp.asarray(x)
    if isinstance(x, np.ndarray | np.generic):
        x = jax.dtypes.canonicalize_dtype(x.dtype)  # NumPy's float64 is float32 here unless x64 is on
    with jax.numpy_dtype_promotion("standard"):
        return jnp.result_type(x, dtype) == dtype


def show(value, name: str | None = None) -> str:
    """`[1., 2.], dtype=float32`; of a traced value the shape and what is going on."""
    name = f", name={name!r}" if name else ""
    if is_tracer(value):
        kind = f"bm.{local.stack[-1].kind}" if local.stack else "jax"
        return f"traced {value.aval.str_short()}, no numbers yet: inside {kind}{name}"
    if not isinstance(value, jax.Array | np.ndarray):
        return f"{value!r}{name}"
    if jnp.issubdtype(value.dtype, jax.dtypes.prng_key):
        return f"{value}{name}"
    text = np.array2string(np.asarray(value), separator=", ", prefix="Array(", threshold=200)
    return f"{text}, dtype={value.dtype}{name}"


# ---- indices


def _is_mask(index, shape) -> bool:
    return getattr(index, "dtype", None) == np.bool_ and index.shape == shape and shape != ()


def _where_mask(mask, x, owner, old):
    if not _goes_into(unbox(x), old.dtype):
        raise errors.DtypeError.of(owner, old, unbox(x))
    return jnp.where(mask, jnp.asarray(unbox(x), old.dtype), old)


def _is_static(index) -> bool:
    return all(isinstance(i, int) and not isinstance(i, bool) for i in (index if isinstance(index, tuple) else (index,)))


@jax.jit
def _set_item(value, index, x):
    return value.at[index].set(jnp.asarray(x, value.dtype))


def _checked(index, value):
    """The index as JAX takes it. Raises NumPy's own IndexError for one that falls outside, wherever it is known."""
    if type(index) is int:
        n = value.shape[0] if value.ndim else 0
        if value.ndim and not -n <= index < n:
            raise IndexError(f"index {index} is out of bounds for axis 0 with size {n}")
        if value.ndim:
            return index
    index = tuple(map(_plain_index, index)) if isinstance(index, tuple) else _plain_index(index)
    if not any(is_tracer(i) for i in (index if isinstance(index, tuple) else (index,))):
        np.broadcast_to(np.bool_(), value.shape)[index]  # NumPy checks the index; this array takes no memory
    return index


def _plain_index(i):
    if isinstance(i, list):
        i = np.asarray(unbox(i))
        return i if i.size else i.astype(int)
    i = unbox(i)
    return np.asarray(i) if type(i) is _CONCRETE else i


# ---- operators and methods, made from lists: they all do the same thing

_BINARY = "add sub mul truediv floordiv mod divmod pow matmul and or xor lshift rshift".split()
_COMPARE = "eq ne lt le gt ge".split()
_UNARY = "neg pos abs invert round".split()
_METHODS = (
    "all any argmax argmin argsort astype choose clip compress conj conjugate cumprod cumsum diagonal dot flatten max mean "
    "min nonzero prod ptp ravel repeat reshape round searchsorted squeeze std sum swapaxes take trace transpose var view"
).split()
_PLAIN_METHODS = "item tolist tobytes block_until_ready devices".split()
_PROPERTIES = "T mT real imag shape dtype ndim size nbytes itemsize sharding weak_type".split()


def _operand(x):
    return jnp.asarray(unbox(x)) if isinstance(x, list | tuple) else unbox(x)


def _operator(name):
    def method(self, *others):
        out = getattr(self.value, name)(*map(_operand, others))
        return out if out is NotImplemented else box(out)

    method.__name__ = name
    return method


def _in_place(name):
    def method(self, other):
        out = getattr(self.value, f"__{name}__")(_operand(other))
        if out is NotImplemented:
            return out
        self.value = out
        return self

    method.__name__ = f"__i{name}__"
    return method


def _method(name):
    def method(self, *args, **kwargs):
        return box(getattr(self.value, name)(*map(_operand, args), **unbox(kwargs)))

    method.__name__, method.__doc__ = name, getattr(getattr(jax.Array, name, None), "__doc__", None)
    return method


def _property(name):
    return property(lambda self: box(getattr(self.value, name)))


for _name in _BINARY:
    setattr(Array, f"__{_name}__", _operator(f"__{_name}__"))
    setattr(Array, f"__r{_name}__", _operator(f"__r{_name}__"))
    if _name != "divmod":
        setattr(Array, f"__i{_name}__", _in_place(_name))
for _name in _COMPARE + _UNARY:
    setattr(Array, f"__{_name}__", _operator(f"__{_name}__"))
for _name in _METHODS + _PLAIN_METHODS:
    setattr(Array, _name, _method(_name))
for _name in _PROPERTIES:
    setattr(Array, _name, _property(_name))
Array.__hash__ = None
