"""Stores of synapses against the dense matrix in NumPy, and against scipy.sparse and JAX's own sparse matrices."""

import warnings

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st
from jax.experimental.sparse import BCOO, BCSR

import brainlab.math as bm
from brainlab.math.sparse import Connection, Dense, Padded, Ragged, Uniform, WiringError

SIZES = [(1, 1), (33, 7)]
few = settings(max_examples=20, deadline=None)


def close(ours, exact):
    np.testing.assert_allclose(np.asarray(ours, float), exact, rtol=2e-5, atol=2e-5)


def made(name, size, one_weight, seed):
    """A connection and its matrix, written down in NumPy. Rows of random lengths, with duplicates."""
    (n, m), r = size, np.random.default_rng(seed)
    w = np.float32(r.normal())
    if name == "uniform":
        return Uniform((n, m), w), np.full((n, m), w)
    if name == "uniform, none to itself":
        return Uniform((n, n), w, self_connections=False), w * (1 - np.eye(n))
    if name == "dense":
        W = (r.normal(size=(n, m)) * (r.random((n, m)) < 0.5)).astype(np.float32)
        return Dense(W), W
    K, W = 4, np.zeros((n, m + 1))
    lengths = np.minimum(np.arange(n) % (K + 1), K)  # the shapes are the same for all seeds; a row is empty
    lengths[-1] = K
    targets = np.where(np.arange(K) < lengths[:, None], r.integers(0, m, (n, K)), m)
    weights = w if one_weight else r.normal(size=(n, K)).astype(np.float32)
    np.add.at(W, (np.arange(n)[:, None], targets), np.broadcast_to(weights, (n, K)))
    if name == "padded":
        return Padded(targets, weights, m), W[:, :-1]
    real = targets < m
    return Ragged(np.append(0, np.cumsum(lengths)), targets[real], w if one_weight else weights[real], m), W[:, :-1]


NAMES = ["padded", "ragged", "dense", "uniform", "uniform, none to itself"]
connections = st.builds(made, st.sampled_from(NAMES), st.sampled_from(SIZES), st.booleans(), st.integers(0, 2**32 - 1))


@jax.jit
def products(c, spikes, rates, x):
    """Everything that a connection computes, through jit as an argument."""
    y = jnp.ones(c.n_post)
    out = spikes @ c, rates @ c, c @ x, c.add(spikes, y), c.add(rates, y), c.dense(), c.degree("out"), c.degree("in")
    return tuple(a.value for a in out)


@few
@given(connections, st.integers(0, 2**32 - 1))
def test_products_are_those_of_the_matrix(made, seed):
    (c, W), r = made, np.random.default_rng(seed)
    spikes, rates, x = r.random(len(W)) < 0.4, r.normal(size=len(W)), r.normal(size=W.shape[1])
    out = products(c, spikes, rates, x)
    for ours, exact in zip(out, (spikes @ W, rates @ W, W @ x, 1 + spikes @ W, 1 + rates @ W, W), strict=False):
        close(ours, exact)
    pre, post = map(np.asarray, c.pairs())
    assert c.shape == W.shape and len(pre) == c.n_synapses
    np.testing.assert_array_equal(out[6], np.bincount(pre, minlength=c.n_pre))
    np.testing.assert_array_equal(out[7], np.bincount(post, minlength=c.n_post))
    np.testing.assert_array_equal((scipy.sparse.coo_array((np.ones(len(pre)), (pre, post)), W.shape).toarray() > 0), W != 0)


@few
@given(connections, st.integers(0, 2**32 - 1))
def test_replicas_and_gradients(made, seed):
    (c, W), r = made, np.random.default_rng(seed)
    many, rates, x, e = (r.normal(size=s).astype(np.float32) for s in ((3, len(W)), len(W), W.shape[1], W.shape[1]))
    close(batch(c, many > 0), (many > 0) @ W)
    close(c @ np.stack([x, 2 * x], 1), np.stack([W @ x, 2 * W @ x], 1))
    weights = c.weights.value
    ds, dw = slopes(rates, weights, c, e)
    close(ds, W @ e)
    close((dw * weights).sum(), rates @ W @ e)  # Euler: the product is linear in the weights
    spikes = many > 0
    close((event_slopes(weights, spikes, c, e) * weights).reshape(3, -1).sum(1), spikes @ W @ e)


batch = jax.jit(lambda c, s: (s @ c).value)
slopes = jax.jit(jax.grad(lambda s, w, c, e: (e * (s @ c.with_weights(w)).value).sum(), (0, 1)))
event_slopes = jax.jit(
    jax.vmap(jax.grad(lambda w, s, c, e: (e * (s @ c.with_weights(w)).value).sum()), (None, 0, None, None)),
)


@settings(max_examples=8, deadline=None)  # every example has shapes of its own
@given(connections)
def test_conversions_keep_the_matrix(made):
    c, W = made
    A = c.to_scipy()
    close(A.toarray(), W)
    close(c.to_bcoo().todense(), W)
    close(c.to_bcsr().todense(), W)
    for other in (c.padded(), c.ragged(), c.padded().ragged(), c.ragged().padded(), bm.sparse.from_scipy(A)):
        close(other.dense(), W)
    assert c.padded().n_synapses == c.ragged().n_synapses == c.n_synapses  # duplicates stay two synapses
    assert c.to_bcoo().nse == c.n_synapses
    assert bm.sparse.from_bcoo(c.to_bcoo(), store="ragged").n_synapses == c.n_synapses


def test_duplicates_are_added_up_only_where_the_other_side_cannot_hold_them():
    c = bm.sparse.from_pairs([1, 0, 1], [2, 0, 2], [1.0, 5.0, 3.0], shape=(2, 3))
    assert c.n_synapses == 3 and c.to_bcoo().nse == 3 and c.to_scipy().nnz == 2 and c.to_bcsr().nse == 2
    assert bm.sparse.from_scipy(c.to_scipy()).n_synapses == 2
    pre, post = c.pairs()
    assert pre.tolist() == [0, 1, 1] and post.tolist() == [0, 2, 2] and c.weights.tolist() == [[5, 0], [1, 3]]
    coo = scipy.sparse.coo_array((np.ones(2), ([0, 0], [1, 1])), (2, 2))
    assert bm.sparse.from_scipy(coo).n_synapses == 2


def test_matrices_of_jax_and_scipy():
    W = np.array([[0, 2.0, 0], [3, 0, 4]], np.float32)
    close(bm.sparse.from_bcsr(BCSR.fromdense(W)).dense(), W)
    close(bm.sparse.from_bcoo(BCOO.fromdense(W, nse=5)).dense(), W)  # JAX fills up with indices behind the end
    assert bm.sparse.from_bcoo(BCOO.fromdense(W, nse=5)).n_synapses == 3
    for form in ("csr", "csc", "coo", "lil"):
        close(bm.sparse.from_scipy(scipy.sparse.csr_array(W).asformat(form), store="ragged").dense(), W)
    assert bm.sparse.from_scipy(scipy.sparse.csr_array((3, 2))).n_synapses == 0
    close(np.ones(3, bool) @ bm.sparse.from_scipy(scipy.sparse.csr_array((3, 2)), store="ragged"), [0, 0])


@pytest.mark.parametrize("name", NAMES)
def test_is_a_pytree_and_other_weights_compile_nothing_anew(name):
    c, W = made(name, (6, 6), False, 0)
    again = jax.tree.unflatten(jax.tree.structure(c), jax.tree.leaves(c))
    assert type(again) is type(c) and repr(again) == repr(c) and isinstance(again.weights, bm.Array)
    traced = []

    @jax.jit
    def run(c):
        traced.append(repr(c))
        return (np.ones(6, bool) @ c).value

    for factor in (1, 2, 3):
        close(run(c.with_weights(factor * c.weights)), factor * W.sum(0))
    assert traced == [f"{type(c).__name__}(6 -> 6, traced)"]
    close(bm.jit(lambda c, s: s @ c)(c, bm.ones(6)), W.sum(0))
    assert jax.tree.structure(bm.jit(lambda c: c)(c)) == jax.tree.structure(c)


def test_a_connection_does_not_change():
    """jit remembers a connection by identity: it would not see a number that changed in it."""
    targets, weights = np.array([[0, 1]]), np.array([[1.0, 2.0]], np.float32)
    c = Padded(targets, weights, n_post=2)
    targets[:], weights[:] = 0, 0
    assert (np.ones(1, bool) @ c).tolist() == [1, 2]
    with pytest.raises(TypeError):
        c.targets[0, 0] = 1
    with pytest.raises(WiringError, match="the weights of a connection cannot be changed in place"):
        c.weights[0, 1] = 5
    with pytest.raises(WiringError, match=r"connection = connection.with_weights\(w\)"):
        c.weights += 1
    with pytest.raises(WiringError, match="Padded.weights cannot be set: a connection does not change"):
        c.weights = 3
    w = c.weights.copy()
    w[0, 1] = 5
    assert (np.ones(1, bool) @ c.with_weights(w)).tolist() == [1, 5] and c.weights.tolist() == [[1, 2]]
    assert type(c.weights + 1) is bm.Array and type(jax.jit(lambda w: w)(c.weights)) is bm.Array


def test_gradient_of_weights_as_a_student_asks_for_it():
    c = Padded([[0, 1], [1, 2]], [[1.0, 2.0], [3.0, 4.0]], n_post=3)
    grad = bm.grad(lambda w: (bm.array([1.0, 2.0]) @ c.with_weights(w)).sum())
    assert grad(c.weights).tolist() == [[1, 1], [2, 2]]


def test_whole_numbers_and_True_become_floats_and_64_bits_stay(x64):
    assert Padded([[0]], [[True]], 1).weights.dtype == Padded([[0]], 3, 1).weights.dtype == jnp.float64
    c, W = made("padded", (33, 7), False, 0)
    c = c.with_weights(c.weights.astype(float))
    s = np.random.default_rng(0).random(33)
    np.testing.assert_allclose(s @ c, s @ np.asarray(c.dense()), rtol=1e-14)
    assert c.add(s, np.zeros(7)).dtype == jnp.float64


def test_sizes_and_memory():
    c = Padded(np.array([[0, 1, 3], [2, 3, 3]]), np.ones((2, 3)), 3)
    assert repr(c) == "Padded(2 -> 3, 3 synapses, 48 B)" and c.nbytes == 2 * 3 * (4 + 4)
    assert repr(c.ragged()) == "Ragged(2 -> 3, 3 synapses, 36 B)"
    big = Uniform((100_000, 100_000), 0.1, self_connections=False)
    assert repr(big) == "Uniform(100000 -> 100000, 9999900000 synapses, 4 B)"
    assert int(big.degree("in")[0]) == 99_999
    close((np.arange(100_000) < 3) @ big, np.where(np.arange(100_000) < 3, 0.2, 0.3))


def test_a_notebook_shows_a_picture():
    c = Padded([[0, 1], [2, 3]], [[1.0, -2.0], [3.0, 0.0]], n_post=3)
    html = c._repr_html_()
    assert "3 synapses, 32 B" in html and html.count("h1v1h-1z") == 3
    assert html.count('"#C4500A" fill-opacity') == 1, "one synapse inhibits"
    assert "2 presynaptic rows, 3 postsynaptic columns, 3 synapses" in html
    large = bm.sparse.from_pairs(np.arange(1000), np.arange(1000), shape=(1000, 1000))._repr_html_()
    assert large.count("h1v1h-1z") == 40, "a diagonal of forty cells"
    assert "too many for a picture" in Uniform((10_000, 10_000), 1.0)._repr_html_()
    assert "<svg" in Padded(np.zeros((2, 0), int), 1.0, 2)._repr_html_()


def test_every_store_is_exported():
    stores = {cls for cls in vars(bm.sparse).values() if isinstance(cls, type) and issubclass(cls, Connection)}
    assert {Padded, Ragged, Dense, Uniform} <= stores


# ---- mistakes

C = Padded([[0, 1], [1, 2]], 0.5, n_post=3)


@pytest.mark.parametrize(
    "wrong, text",
    [
        (lambda: np.ones(3) @ C, "spikes has 3 neurons, Padded(2 -> 3) has 2 presynaptic ones."),
        (lambda: C @ np.ones(2), "x has 2 neurons, Padded(2 -> 3) has 3 postsynaptic ones."),
        (lambda: C.add(np.ones(2), np.ones(2)), "y has 2 neurons, Padded(2 -> 3) has 3 postsynaptic ones."),
        (lambda: C.add(np.ones(2, bool), np.ones(3, int)), "weights holds float32; it cannot be added into y"),
        (lambda: C.add(np.ones((1, 2)), np.ones(3)), "spikes has shape (1, 2); it is one number for each neuron: (n,)."),
        (lambda: C @ C, "x is Padded(2 -> 3), a connection; it is one number for each neuron: (n,)."),
        (lambda: C.degree("up"), "side = 'up': it is \"out\""),
        (lambda: C.T, "Padded(2 -> 3) has no transpose: it is stored by rows."),
        (lambda: C.with_weights(np.ones(3)), "weights has shape (3,); it can be () for all; (2,) for each row;"),
        (lambda: Padded([[0, 4]], 1.0, 3), "targets[0, 1] = 4, and there are 3 postsynaptic neurons: 0 to 2"),
        (lambda: Padded([[0, -1]], 1.0, 3), "targets[0, 1] = -1"),
        (lambda: Padded([[0.5]], 1.0, 3), "targets holds float32, not whole numbers."),
        (lambda: Padded([0, 1], 1.0, 3), "targets has shape (2,); it is one row of K targets"),
        (lambda: Padded([[0, 1]], 1.0), "n_post = None: it is a number of neurons, 1 or more."),
        (lambda: Padded([[0]], 1.0, 1.5), "n_post = 1.5: it is a number of neurons"),
        (lambda: Ragged([0, 2, 1, 3], [0, 1, 2], 1.0, 3), "indptr[2] = 1 is smaller than indptr[1] = 2."),
        (
            lambda: Ragged([-1, 3], [0, 1, 2], 1.0, 3),
            "indptr goes from -1 to 3; it goes from 0 to 3, the number of indices.",
        ),
        (lambda: Ragged([0, 2], [0, 1, 2], 1.0, 3), "indptr goes from 0 to 2; it goes from 0 to 3"),
        (lambda: Ragged([0.0, 3.0], [0, 1, 2], 1.0, 3), "indptr is float32 (2,); it is whole numbers"),
        (lambda: Ragged([0, 1], [3], 1.0, 3), "indices[0] = 3, and there are 3 postsynaptic neurons: 0 to 2."),
        (lambda: Ragged([0, 1], [0], [1.0, 2.0], 3), "weights has shape (2,); it can be () for all; (1,) for each synapse."),
        (lambda: Dense([1.0, 2.0]), "matrix has shape (2,); it is a row for each presynaptic"),
        (lambda: Dense(np.zeros((0, 2))), "matrix has shape (0, 2): there are no neurons on one side."),
        (lambda: Dense(np.eye(2)).with_weights(1.0), "weights has shape (); it can be (2, 2), the matrix."),
        (lambda: Uniform(5), "shape = 5: it is (n_pre, n_post)."),
        (lambda: Uniform((5, 0)), "shape[1] = 0: it is a number of neurons, 1 or more."),
        (lambda: Uniform((2, 3), 1.0, self_connections=False), "self_connections=False between 2 and 3 neurons."),
        (lambda: Uniform((2, 2), np.ones((2, 2))), "weights has shape (2, 2); a Uniform connection has one weight, ()."),
        (lambda: bm.sparse.from_pairs([0], [5], shape=(2, 3)), "post[0] = 5, and there are 3 such neurons: 0 to 2."),
        (lambda: bm.sparse.from_pairs([0, 1], [0], shape=(2, 3)), "pre has 2 synapses, post has shape (1,)"),
        (lambda: bm.sparse.from_pairs([0], [0]), "shape = None: it is (n_pre, n_post)."),
        (lambda: bm.sparse.from_pairs([0], [0], shape=(1, 1), store="csr"), 'store = \'csr\': it is "padded" or "ragged".'),
        (lambda: bm.sparse.from_scipy(np.eye(2)), "from_scipy takes a matrix of scipy.sparse, got ndarray."),
        (lambda: bm.sparse.from_bcoo(np.eye(2)), "from_bcoo takes a BCOO matrix of two sparse dimensions, got ndarray"),
        (lambda: bm.sparse.from_bcsr(BCOO.fromdense(jnp.eye(2))), "from_bcsr takes a BCSR matrix"),
        (lambda: bm.jit(lambda c: c.pairs())(C), "how many synapses Padded(2 -> 3) has is not known inside jit."),
    ],
)
def test_what_does_not_fit_is_named(wrong, text):
    with warnings.catch_warnings(), pytest.raises(WiringError) as error:
        warnings.simplefilter("error")
        wrong()
    assert text in str(error.value) and "test_sparse.py" in error.value.where
