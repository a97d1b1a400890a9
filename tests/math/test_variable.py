"""Variable: what it holds, how it is changed, what it refuses."""

import copy
import pickle

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import brainlab.math as bm
from brainlab.math import errors


@pytest.mark.parametrize(
    "given, shape, dtype",
    [
        (3, (), "int32"),  # the value 3, not three zeros
        (3.0, (), "float32"),
        (True, (), "bool"),
        (1j, (), "complex64"),
        ([1.0, 2.0], (2,), "float32"),
        ([[1, 2], [3, 4]], (2, 2), "int32"),
        (np.ones(2), (2,), "float32"),
        (jnp.ones(2), (2,), "float32"),
        (bm.ones(2), (2,), "float32"),
        (np.float64(2.5), (), "float32"),
    ],
)
def test_value_given(given, shape, dtype):
    v = bm.Variable(given)
    assert (v.shape, v.dtype) == (shape, dtype)
    assert isinstance(v.value, jax.Array) and not v.value.weak_type
    np.testing.assert_array_equal(v, np.asarray(given))


def test_a_variable_of_a_variable_is_a_copy():
    a = bm.Variable([1.0, 2.0])
    b = bm.Variable(a)
    b[0] = 9.0
    assert a[0] == 1.0


def test_every_operation_gives_an_array():
    v = bm.Variable([1.0, 2.0])
    for result in (v + 1, 1 + v, -v, v[0], v[:1], v.sum(), v.T, bm.sin(v), v == 1, np.ones(2) + v, np.sin(v), abs(v)):
        assert type(result) is bm.Array


def test_alias_changes_in_place():
    v = bm.Variable(1.0)
    w = v
    w += 1
    assert w is v and v == 2.0


@pytest.mark.parametrize("new", [2, np.int8(2), True, bm.array([2])[0], jnp.int32(2), 2.0, np.float64(2)])
def test_what_fits_is_cast(new):
    v = bm.Variable(0.0)
    v.value = new
    assert v == float(new) and v.dtype == jnp.float32 and not v.value.weak_type


@pytest.mark.parametrize(
    "start, new, error, message",
    [
        ([1.0, 2.0], [1.0], errors.ShapeError, r"^Variable 'w' has shape \(2,\); the new value has shape \(1,\)"),
        ([1.0, 2.0], 3.0, errors.ShapeError, r"try: w\[\.\.\.\] = x"),
        ([1.0, 2.0], np.ones((1, 2)), errors.ShapeError, r"try: w\.value = x\.reshape\(\(2,\)\)"),
        ([1, 2], [1.5, 2.0], errors.DtypeError, "^Variable 'w' holds int32; float32 does not fit"),
        ([True, False], [1, 0], errors.DtypeError, "holds bool; int32"),
        ([1.0, 2.0], {"a": 1.0}, errors.ShapeError, "holds an array; the new value is"),
        ({"a": 1.0}, {"b": 1.0}, errors.ShapeError, "holds {'a': array}; the new value is {'b': array}"),
        ({"a": 1.0}, {"a": [1.0, 2.0]}, errors.ShapeError, "Variable 'w'"),
        ({"a": 1.0}, None, errors.ShapeError, "the new value is None"),
    ],
)
@pytest.mark.parametrize("compiled", [False, True])
def test_what_does_not_fit_is_refused(start, new, error, message, compiled):
    w = bm.Variable(start, name="w")
    before = repr(w)

    def assign():
        w.value = new

    with pytest.raises(error, match=message):
        (bm.jit(assign) if compiled else assign)()
    assert repr(w) == before


def test_index_assignment_checks_too():
    n = bm.Variable([1, 2, 3], name="n")
    with pytest.raises(errors.DtypeError, match="Variable 'n' holds int32; float32 does not fit"):
        n[0] = 1.5
    with pytest.raises(IndexError, match="out of bounds"):
        n[3] = 1
    n[0] = 7
    assert n.tolist() == [7, 2, 3]


def test_pytrees():
    v = bm.Variable({"w": bm.ones(2), "b": (0.0, [1])}, name="net")
    assert isinstance(v.value["w"], bm.Array)

    @bm.jit
    def grow():
        tree = v.value
        v.value = {"w": tree["w"] * 2, "b": (tree["b"][0] + 1, tree["b"][1])}

    grow(), grow()
    np.testing.assert_allclose(v.value["w"], [4.0, 4.0])
    assert v.value["b"][0] == 2.0 and v.value["b"][1][0] == 1
    assert "name='net'" in repr(v)
    out = bm.for_loop(lambda x: (grow(), v.value["b"][0])[1], bm.arange(3))
    np.testing.assert_allclose(out, [3.0, 4.0, 5.0])


def test_repr_shows_values_outside_and_shape_inside():
    v = bm.Variable([1.0, 2.0], name="V")
    assert repr(v) == "Variable([1., 2.], dtype=float32, name='V')"
    assert str(v) == "[1. 2.]" and f"{bm.Variable(2.5):.2f}" == "2.50"
    seen = []
    bm.jit(lambda: seen.append(repr(v)))()
    assert all("traced float32[2]" in s and "inside bm.jit" in s and "'V'" in s for s in seen[-1:])


def test_copies_and_pickle():
    v = bm.Variable([1.0, 2.0], name="V")
    for twin in (copy.deepcopy(v), pickle.loads(pickle.dumps(v))):
        assert type(twin) is bm.Variable and twin.name == "V"
        twin[0] = 9.0
        assert v[0] == 1.0


def test_variables_are_compared_by_identity_in_sets():
    a, b = bm.Variable(1.0), bm.Variable(1.0)
    assert len({a, b}) == 2 and a in {a}


def test_x64_variables_keep_their_dtype():
    with bm.enable_x64():
        v = bm.Variable(1.0)
        assert v.dtype == jnp.float64
        w = bm.Variable(bm.zeros(1, dtype=bm.float32), name="w")
        with pytest.raises(errors.DtypeError, match="w' holds float32; float64"):
            w.value = bm.zeros(1)
        w.value = bm.zeros(1, dtype=bm.float32)
    assert v.dtype == jnp.float64


def test_bare_jax_takes_variables_by_value():
    v = bm.Variable([1.0, 2.0])
    np.testing.assert_allclose(jax.jit(lambda x: jnp.sin(x) * 2)(v), 2 * np.sin([1, 2]), rtol=1e-6)
    np.testing.assert_allclose(jax.vmap(lambda x: x * 2)(v), [2.0, 4.0])
    np.testing.assert_allclose(jax.grad(lambda x: (x**2).sum().value)(v).value, [2.0, 4.0])  # jax.grad wants its own array
    np.testing.assert_allclose(jnp.dot(v, v), 5.0)


def test_a_variable_has_nothing_of_one_that_is_gone():
    """In compiled code as well, where values are found by the id of their Variable: ids are used again."""

    @bm.jit
    def made(x):
        first = bm.Variable(x)
        first.value = 2 * first
        del first
        return [v.value for v in [bm.Variable(x) for _ in range(100)]]

    assert set(map(float, made(1.0))) == {1.0}
