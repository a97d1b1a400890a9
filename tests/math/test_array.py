"""bm.Array has NumPy's manners: every operator, method and kind of index does what NumPy does on the same numbers."""

import copy
import operator
import pickle
import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.special

import brainlab.math as bm
from brainlab.math import Array
from brainlab.math.errors import DtypeError, ShapeError

rng = np.random.default_rng(0)
FLOATS = rng.integers(1, 20, (2, 3, 3)) / 4  # quarters: exact in float32, so that // and % cannot round differently
INTS = rng.integers(1, 6, (2, 3, 3))
CUBE = rng.normal(size=(4, 3, 5))


def same(ours, theirs):
    """An `Array`, or a tuple of them, with NumPy's shape, kind of number and numbers. Single precision is enough."""
    if isinstance(theirs, tuple):
        assert len(ours) == len(theirs)
        for one, other in zip(ours, theirs, strict=True):
            same(one, other)
    elif isinstance(theirs, np.ndarray | np.generic):
        assert type(ours) is Array
        assert ours.shape == theirs.shape
        assert ours.dtype.kind == theirs.dtype.kind
        np.testing.assert_allclose(np.asarray(ours), theirs, rtol=1e-5, atol=1e-6)
    else:
        assert ours == theirs


@pytest.fixture(autouse=True)
def restore_precision():
    before = jax.config.jax_enable_x64
    yield
    jax.config.update("jax_enable_x64", before)


# ---- operators

ARITHMETIC = "add sub mul truediv floordiv mod pow matmul".split()
BITS = "and_ or_ xor lshift rshift".split()
COMPARE = "eq ne lt le gt ge".split()
PAIRS = {
    "array, array": (bm.array, bm.array),
    "array, numpy": (bm.array, np.array),
    "numpy, array": (np.array, bm.array),
    "array, list": (bm.array, np.ndarray.tolist),
    "list, array": (np.ndarray.tolist, bm.array),
    "array, jax": (bm.array, jnp.array),  # a jax array on the left wins: see test_jax_functions_take_arrays
}
CASES = [(name, FLOATS) for name in ARITHMETIC + COMPARE] + [(name, INTS) for name in ARITHMETIC + COMPARE + BITS]
CASES = [pytest.param(getattr(operator, n), v, id=f"{n}-{v.dtype}") for n, v in CASES]
CASES += [pytest.param(divmod, v, id=f"divmod-{v.dtype}") for v in (FLOATS, INTS)]


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("op, values", CASES)
def test_binary_operator(op, values, pair):
    left, right = PAIRS[pair]
    x, y = values
    same(op(left(x), right(y)), op(x, y))


@pytest.mark.parametrize("op, values", [case for case in CASES if "matmul" not in case.id])
def test_operator_with_a_number(op, values):
    x, y = values
    number = y[0, 0].item()
    same(op(bm.array(x), number), op(x, number))
    same(op(number, bm.array(x)), op(number, x))
    same(op(bm.array(x), y[0, 0]), op(x, y[0, 0]))  # a NumPy number
    same(op(y[0, 0], bm.array(x)), op(y[0, 0], x))


@pytest.mark.parametrize("values", [FLOATS, INTS], ids=["float", "int"])
@pytest.mark.parametrize("name", ARITHMETIC + BITS)
def test_operator_in_place(name, values):
    x, y = values
    op = getattr(operator, "i" + name.rstrip("_"))
    if values is FLOATS and name in BITS or values is INTS and name == "truediv":
        for refuses in (x.copy(), bm.array(x)):  # both libraries
            with pytest.raises(TypeError):
                op(refuses, y)
        return
    a = before = bm.array(x)
    a = op(a, bm.array(y))
    assert a is before
    same(a, op(x.copy(), y))


@pytest.mark.parametrize("op", [operator.neg, operator.pos, abs, lambda x: round(x, 1)])
def test_unary_operator(op):
    same(op(bm.array(CUBE)), np.round(CUBE, 1) if op.__name__ == "<lambda>" else op(CUBE))


def test_round_to_whole_numbers():
    assert round(bm.array([1.2, -2.7, 3.5])).tolist() == [1, -3, 4]


def test_invert():
    same(~bm.array(INTS), ~INTS)
    same(~bm.array(INTS > 3), ~(INTS > 3))


@pytest.mark.parametrize("op", [operator.and_, operator.or_, operator.xor])
def test_logic_of_masks(op):
    same(op(bm.array(INTS > 2), bm.array(INTS < 4)), op(INTS > 2, INTS < 4))


def test_numpy_array_takes_an_array_in_place():
    x = np.ones(3)
    x += bm.ones(3)
    assert x.tolist() == [2.0, 2.0, 2.0]


# ---- methods and properties: the code runs once with Arrays and once with NumPy's

METHODS = """
a.sum()   a.sum(axis=0)   a.sum(axis=(0,2))   a.sum(axis=1,keepdims=True)   a.prod(axis=-1)   a.mean()   a.mean(axis=1)
a.cumsum()   a.cumsum(axis=1)   a.cumprod(axis=0)   a.max()   a.max(axis=2)   a.min()   a.min(axis=0)
a.std()   a.std(axis=0,ddof=1)   a.var(axis=1)   a.argmax()   a.argmax(axis=1)   a.argmin()   a.argmin(axis=0)
a.argsort()   a.argsort(axis=0)   k[0,0].cumsum().searchsorted(3)   (a>0).all()   (a>0).any(axis=0)   (a>0).nonzero()
a.reshape(12,5)   a.reshape((5,-1))   a.reshape(-1)   a.ravel()   a.flatten()   a[:1].squeeze()   a[:1].squeeze(0)
a.T   a.mT   a.transpose()   a.transpose(2,0,1)   a.transpose((1,0,2))   a.swapaxes(0,2)   a.diagonal()   a.trace()
a.astype(int)   a.astype(bool)   k.astype(float)   a.astype(complex)   a.clip(-0.5,0.5)   a.clip(min=0)
a.conj()   a.conjugate()   a.real   a.imag   (a+1j).imag   a.dot(a[0,0])   a[0].dot(a[1].T)   a.copy()
a.take([0,2],axis=0)   a.take(7)   a.repeat(2)   a.repeat([1,2,1],axis=1)   a.round()   a.round(1)   a.round(decimals=2)
a.compress([True,False,True],axis=1)   (k[0]%2).choose([k[0],-k[0]])
k.tolist()   k[0,0,0].item()   k.item(3)   a.ndim   a.shape   a.size   a.dtype.kind
""".split()


@pytest.mark.parametrize("code", METHODS)
def test_method(code):
    same(eval(code, {"a": bm.array(CUBE), "k": bm.array(INTS)}), eval(code, {"a": CUBE, "k": INTS}))


def test_sort_and_fill_work_in_place():
    for axis in (-1, 0, 1):
        a, x = bm.array(CUBE), CUBE.copy()
        assert a.sort(axis=axis) is None
        x.sort(axis=axis)
        same(a, x)
    assert a.fill(7) is None
    same(a, np.full_like(x, 7))


def test_memory():
    a = bm.array(CUBE)
    assert a.nbytes == a.size * a.itemsize == len(a.tobytes())
    same(bm.array(INTS.astype(np.int32)).view(np.uint32), INTS.astype(np.uint32))


# ---- indices

INDICES = [
    *(0, -1, np.int64(2), True, None, ..., ()),
    *np.s_[1:3, ::-1, 5:2, 10:20, -3:, ::2],
    *(np.s_[::2, 1], np.s_[-3:, :-1, ::2], np.s_[..., 0], np.s_[1, ..., 2], np.s_[:, None, 1], np.s_[2, 1, 3]),
    *([0, 2], [-1, 1], [], [[0, 1], [2, 3]], [True, False, True, False]),
    *(np.s_[[0, 1], [2, 0]], np.s_[:, [2, 0]], np.s_[[0, 2], :, [1, 3]]),
    *(np.s_[[[0], [2]], [0, 1]], np.s_[1:, [0, 2], 0]),
    *(CUBE > 0, CUBE[:, 0, 0] > 0, np.s_[CUBE[:, 0, 0] > 0, 1], np.s_[0, :, CUBE[0, 0] > 0], np.zeros(4, bool)),
    *(np.array([3, 0]), np.array(2), np.s_[np.array([[0, 1], [2, 3]]), 1], np.array([], int)),
]


def to_arrays(index):
    """The same index with every NumPy array in it as an `Array`."""
    if isinstance(index, tuple):
        return tuple(map(to_arrays, index))
    return bm.array(index) if isinstance(index, np.ndarray) else index


@pytest.mark.parametrize("index", INDICES, ids=lambda i: repr(i)[:40])
def test_get_and_set_parts(index):
    a = bm.array(CUBE)
    same(a[index], CUBE[index])
    same(a[to_arrays(index)], CUBE[index])
    for value in (7, np.float32(0.5), rng.normal(size=CUBE[index].shape)):
        for ours in (index, to_arrays(index)):
            a, x = bm.array(CUBE), CUBE.copy()
            a[ours] = bm.array(value)
            x[index] = value
            same(a, x)
    a[index] *= 2
    x[index] *= 2
    same(a, x)


def test_get_the_same_element_twice():
    same(bm.array(CUBE)[[1, 1, 0]], CUBE[[1, 1, 0]])


def test_bounds_of_a_slice_may_be_arrays():
    a = bm.arange(5)
    a[bm.array(3) :] = 0
    assert a[: bm.array(4)].tolist() == [0, 1, 2, 0]


def test_set_from_lists_and_broadcast():
    a = bm.zeros((2, 3))
    a[0] = [1, 2, 3]
    a[:, 1:] = [[5.0], [6.0]]
    assert a.tolist() == [[1, 5, 5], [0, 6, 6]]
    with pytest.raises(ValueError):
        a[0] = [1, 2]
    with pytest.raises(ValueError):
        a[0, 0] = [1, 2]


OUTSIDE = [
    *(4, -5, np.int64(4), np.s_[0, 3], np.s_[0, 0, -6], np.s_[:, 3], np.s_[0, 0, 0, 0], np.s_[..., 5]),
    *([0, 4], np.array([-5]), np.s_[[0], [3]], np.ones(3, bool), np.ones((4, 4), bool), [True, False]),
    *(1.0, "x", np.array([0.0]), (0, 1.0)),
]


@pytest.mark.parametrize("index", OUTSIDE, ids=lambda i: repr(i)[:40])
def test_index_outside_raises(index):
    a = bm.array(CUBE)
    for i in (index, to_arrays(index)):
        with pytest.raises(IndexError):
            a[i]
        with pytest.raises(IndexError):
            a[i] = 1.0
    same(a, CUBE)


def test_index_error_has_numpys_words():
    a = bm.zeros(3)
    with pytest.raises(IndexError, match="index 3 is out of bounds for axis 0 with size 3"):
        a[3]
    with pytest.raises(IndexError, match="index -4 is out of bounds for axis 0 with size 3"):
        a[-4] = 1.0
    with pytest.raises(IndexError, match="too many indices"):
        bm.array(1.0)[0]


def test_array_without_dimensions():
    a = bm.array(1.0)
    a[()] += 1
    assert a[()] == 2
    a[...] = 3
    assert a == 3


# ---- every result is an Array that can be changed in place, and none is a view

RESULTS = """
bm.zeros(2)+1   2*bm.zeros(2)   -bm.ones(2)   abs(bm.ones(2))   round(bm.ones(2))   divmod(bm.ones(2),2)[0]
np.ones(2)+bm.ones(2)   np.sin(bm.ones(2))   bm.exp(bm.ones(2))   bm.where(True,bm.ones(2),0)   bm.sort(bm.ones(2))
bm.array([1.,2.])   bm.asarray(np.ones(2))   bm.random.rand(3)   bm.random.normal(size=3)   bm.ones(2).copy()
bm.ones(4)[1:]   bm.ones(4)[[0,1]]   bm.ones((2,2)).T   bm.ones(4).reshape(2,2)   bm.ones((2,2)).sum(0)
bm.ones(2).astype(int)   bm.ones(2).real   bm.split(bm.ones(4),2)[0]   bm.meshgrid(bm.ones(2),bm.ones(2))[0]
list(bm.ones((2,2)))[0]   bm.nonzero(bm.ones(2))[0]   bm.ones(2).at[0].set(3.)   bm.ones(2).at[0].add(3.)
bm.linalg.inv(bm.eye(2))   bm.linalg.eig(bm.eye(2))[0]   bm.linalg.svd(bm.eye(2)).U   bm.fft.fft(bm.ones(2))
jax.jit(bm.exp)(bm.ones(2))   jax.tree.map(jnp.sin,bm.ones(2))   copy.copy(bm.ones(2))   copy.deepcopy(bm.ones(2))
""".split()


@pytest.mark.parametrize("code", RESULTS)
def test_result_can_be_changed_in_place(code):
    a = eval(code)
    assert type(a) is Array
    a[0] = a[0] * 0 + 1
    a[0] += 5
    assert bool((a[0] == 6).all())


def test_comparison_can_be_changed_in_place():
    mask = bm.array([1, 2, 3]) > 1
    mask[0] = True
    mask &= bm.array([True, True, False])
    assert mask.tolist() == [True, True, False]


def test_result_of_one_line_can_be_changed():
    a = bm.ones(2)
    (bm.zeros(2) + 1)[0] += 5
    bm.random.rand(3)[0] = 5
    bm.exp(a)[0] = 1
    assert a.tolist() == [1, 1]


@pytest.mark.parametrize(
    "code", ["a[:2]", "a[...]", "a[:]", "a.copy()", "a.reshape(-1)", "+a", "bm.array(a)", "bm.asarray(a)"]
)
def test_slice_is_a_copy(code):
    a = bm.zeros(3)
    b = eval(code)
    b[0] = 9
    assert a.tolist() == [0, 0, 0] and b[0] == 9


# ---- guests in NumPy and JAX


def test_numpy_functions_take_arrays():
    a, x = bm.array(CUBE), CUBE
    same(np.sin(a), np.sin(x))
    same(np.arctan2(a, a[0]), np.arctan2(x, x[0]))
    same(np.sum(a, axis=0), np.sum(x, axis=0))
    same(np.mean(a), np.mean(x))
    np.testing.assert_allclose(np.concatenate([a, a]), np.concatenate([x, x]), rtol=1e-6)
    np.testing.assert_allclose(np.where(a > 0, a, 0), np.where(x > 0, x, 0), rtol=1e-6)


def test_ufunc_methods_take_arrays():
    np.testing.assert_allclose(np.asarray(np.add.reduce(bm.array(FLOATS))), np.add.reduce(FLOATS))


def test_ufunc_that_jax_does_not_have():
    ours, theirs = scipy.special.erfcx(bm.array(FLOATS)), scipy.special.erfcx(FLOATS)
    np.testing.assert_allclose(np.asarray(ours), theirs, rtol=1e-5)


def test_numpy_ufunc_writes_into_a_numpy_array():
    out = np.zeros(2)
    np.add(bm.ones(2), 1, out=out)
    assert out.tolist() == [2, 2]


def test_as_a_numpy_array():
    a = bm.array(CUBE)
    assert type(np.asarray(a)) is np.ndarray and np.asarray(a).dtype == a.dtype
    assert np.asarray(a, dtype=int).dtype == int
    x = np.array(a)
    x[0] = 9
    same(a, CUBE)


def test_jax_functions_take_arrays():
    a, x = bm.array(FLOATS), jnp.array(FLOATS)
    pairs = [(jnp.sin(a), jnp.sin(x)), (jnp.stack([a, a]), jnp.stack([x, x])), (x + a, x + x), (x @ a, x @ x)]
    for ours, theirs in pairs:
        assert isinstance(ours, jax.Array)  # JAX's own functions give JAX's own arrays
        np.testing.assert_allclose(ours, theirs, rtol=1e-6)


def test_bare_jax_transforms_take_arrays():
    a = bm.array(FLOATS)
    same(jax.jit(lambda x: x * 2)(a), FLOATS * 2)
    same(jax.vmap(lambda x: x.sum())(a), FLOATS.sum(axis=(1, 2)))
    same(jax.grad(lambda x: jnp.sum(x**2))(a), 2 * FLOATS)
    same(jax.tree.map(lambda x: x + 1, {"a": a})["a"], FLOATS + 1)
    assert len(jax.tree.leaves([a, {"b": a}])) == 2


def test_change_in_place_inside_a_bare_transform():
    @jax.jit
    def f(x):
        y = x + 1
        y[0] = 0
        return y

    assert f(bm.ones(3)).tolist() == [0, 2, 2]


# ---- what Python asks for


@pytest.mark.parametrize("value", [[1.5, 2.0], [1, 2], [True, False], [1j, 2]])
def test_pickle_and_copies(value):
    a = bm.array(value)
    for b in (pickle.loads(pickle.dumps(a)), copy.copy(a), copy.deepcopy([a])[0], a.copy()):
        assert type(b) is Array and b.dtype == a.dtype
        assert b.tolist() == value
        b[0] = False
        assert a.tolist() == value


def test_repr_str_and_format():
    a = bm.array([[1.0, 2.0], [3.0, 4.5]])
    assert repr(a) == f"Array([[1. , 2. ],\n       [3. , 4.5]], dtype={a.dtype})"
    assert repr(bm.array(True)) == "Array(True, dtype=bool)"
    assert str(bm.array([1.0, 2.0])) == f"{bm.array([1.0, 2.0])}" == "[1. 2.]"
    assert str(a[0, 0]) == "1.0"
    assert f"{a[1, 1]:.2f} {bm.array(7):03d}" == "4.50 007"
    assert len(repr(bm.zeros(100_000))) < 100 and len(repr(bm.zeros((500, 500)))) < 500


def test_python_protocols():
    a = bm.array([3.0, 1.0, 2.0])
    assert len(a) == 3 and len(bm.zeros((2, 5))) == 2
    assert [type(x) for x in a] == [Array] * 3 and [float(x) for x in a] == [3, 1, 2]
    assert [row.tolist() for row in bm.eye(2)] == [[1, 0], [0, 1]]
    assert 1 in a and 5 not in a
    assert bool(a[0]) and not bool(bm.array(0))
    assert (float(a[0]), int(a[0]), complex(a[0])) == (3.0, 3, 3 + 0j)
    assert "abc"[bm.array(1)] == "b" and list(range(bm.array(2))) == [0, 1]
    assert (float(sum(a)), float(max(a))) == (6, 3) and [float(x) for x in sorted(a)] == [1, 2, 3]
    first, *rest = a
    assert first == 3 and len(rest) == 2


@pytest.mark.parametrize(
    "code, error",
    [
        ("len(bm.array(1.))", TypeError),
        ("list(bm.array(1.))", TypeError),
        ("bool(bm.ones(2))", ValueError),
        ("float(bm.ones(2))", TypeError),
        ("int(bm.ones(2))", TypeError),
        ("[1, 2][bm.array(1.)]", TypeError),
        ("hash(bm.ones(2))", TypeError),
        ("bm.ones(2).item()", ValueError),
    ],
)
def test_python_refuses_what_numpy_refuses(code, error):
    with pytest.raises(error):
        eval(code.replace("bm.", "np."), {"np": np})
    with pytest.raises(error):
        eval(code)


# ---- errors that teach


def set_item(n):
    n[0] = 1.5


def set_slice(n):
    n[:] = [0.5, 1, 2]


def set_complex(n):
    n[0] = 1j


def set_array(n):
    n[1:] = bm.ones(2)


def set_value(n):
    n.value = bm.ones(3)


def add_in_place(n):
    n += 1.5


def divide_in_place(n):
    n /= 2


def fill(n):
    n.fill(1.5)


@pytest.mark.parametrize(
    "change", [set_item, set_slice, set_complex, set_array, set_value, add_in_place, divide_in_place, fill]
)
def test_integers_do_not_round_in_silence(change):
    n = bm.array([1, 2, 3])
    with pytest.raises(
        DtypeError, match=r"^n holds int\d\d; (float|complex)\d+ does not fit into it without loss\.\n"
    ) as error:
        change(n)
    assert re.search(r"where: test_array.py, line \d+:  n", str(error.value))
    assert f"try: x.astype(bm.{n.dtype}) for the new value, or start n with the wider dtype" in str(error.value)
    assert n.tolist() == [1, 2, 3]


def test_smaller_kinds_fit_into_larger_ones():
    a, n = bm.zeros(3), bm.zeros(3, int)
    a[:] = [True, 2, 2.5]
    n[:2] = bm.array([True, False])
    n[2] = np.int64(7)
    assert a.tolist() == [1, 2, 2.5] and n.tolist() == [1, 0, 7]


def test_storing_may_not_lose_digits():
    a, n = bm.zeros(2, bm.float16), bm.zeros(2, bm.int8)
    for array, wide in ((a, np.float32(1.5)), (n, np.int32(3))):
        with pytest.raises(DtypeError, match="does not fit into it without loss"):
            array[0] = wide
    a[0], n[0] = 1.5, 3  # Python's own numbers have no size
    assert a[0] == 1.5 and n[0] == 3


def test_single_precision_array_refuses_doubles():
    a = bm.zeros(2, bm.float32)
    a[0] = np.float64(1.5)  # without 64 bits there are no doubles
    with bm.enable_x64():
        with pytest.raises(DtypeError, match="a holds float32; float64 does not fit"):
            a[0] = np.float64(1.5)
        a += 1.0
    assert a.dtype == np.float32 and a.tolist() == [2.5, 1]


def test_shape_stays():
    a = bm.zeros(2)
    with pytest.raises(ShapeError, match=r"^a has shape \(2,\); the new value has shape \(3,\)\.") as error:
        a.value = bm.ones(3)
    assert "try: a = x   # a new array" in str(error.value)
    with pytest.raises(ShapeError, match=r"^a has shape \(2,\); the new value has shape \(4, 2\)\."):
        a += bm.ones((4, 2))
    with pytest.raises(ShapeError, match=r"try: a\[\.\.\.\] = x   # to fill every element"):
        a.value = 0.0
    with pytest.raises(ShapeError, match=r"try: a.value = x.reshape\(\(2,\)\)"):
        a.value = bm.ones((2, 1))
    assert a.tolist() == [0, 0]


# ---- 64 bits


def single():
    return bm.zeros(1).dtype == np.float32


class TestX64:
    def test_as_a_block(self):
        a = bm.ones(2)
        with bm.enable_x64():
            assert bm.zeros(2).dtype == np.float64 and bm.arange(2).dtype == np.int64
            assert bm.random.rand().dtype == np.float64
            assert a.dtype == np.float32
        assert single()

    def test_block_ends_with_an_error(self):
        with pytest.raises(ZeroDivisionError), bm.enable_x64():
            1 / 0  # noqa: B018
        assert single()

    def test_as_a_switch(self):
        assert repr(bm.enable_x64()) == "64-bit numbers are on"
        assert bm.array(0.1).dtype == np.float64 and float(bm.array(0.1)) == 0.1
        bm.enable_x64(False)
        assert single()

    def test_block_inside_a_switch(self):
        bm.enable_x64()
        with bm.enable_x64(False):
            assert single()
        assert not single()

    def test_block_inside_a_block(self):
        with bm.enable_x64():
            with bm.enable_x64(False):
                assert single()
            assert not single()
        assert single()
