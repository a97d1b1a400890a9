"""JustInTime: the targets that nobody stores are even and independent, and its products are those of its own matrix."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

import brainlab.math as bm
from brainlab.math import _events
from brainlab.math.sparse import JustInTime, WiringError
from brainlab.math.sparse._just_in_time import _kernels

SIZES = (70, 50, 9)
RNG = np.random.default_rng(0)
SPIKES, NUMBERS, X, Y = RNG.random(70) < 0.3, RNG.normal(size=70), RNG.normal(size=50), RNG.normal(size=50)
WEIGHTS = {"one": 0.5, "each row": RNG.normal(size=70)}


def matrix(connection):
    """Built by NumPy out of the list of synapses."""
    pre, post = map(np.asarray, connection.pairs())
    dense, weights = np.zeros(connection.shape), np.asarray(connection.weights, float)
    np.add.at(dense, (pre, post), weights[pre] if weights.ndim else weights)
    return dense


# ---- the targets


@pytest.fixture(scope="module")
def big():
    """(2000, 50): who reaches whom, among 97 neurons."""
    return np.asarray(JustInTime(2000, 97, 50, seed=3).pairs()[1]).reshape(2000, 50)


def test_every_target_is_as_likely_as_any_other(big):
    assert stats.chisquare(np.bincount(big.ravel(), minlength=97)).pvalue > 1e-3
    assert stats.chisquare(np.bincount(big[:, 0], minlength=97)).pvalue > 1e-3  # that of the first synapse alone


def test_targets_depend_neither_on_the_neuron_nor_on_each_other(big):
    rows = np.repeat(np.arange(2000) // 100, 50)
    assert stats.chi2_contingency(np.histogram2d(rows, big.ravel(), (20, 97))[0]).pvalue > 1e-3
    for one, other in ((big[:, 1:], big[:, :-1]), (big[1:], big[:-1]), (big[32:], big[:-32])):
        assert stats.chi2_contingency(np.histogram2d(one.ravel() // 5, other.ravel() // 5, 20)[0]).pvalue > 1e-3
        assert stats.pearsonr(one.ravel(), other.ravel()).pvalue > 1e-3


def test_in_degrees_are_binomial():
    """Of 20 000 neurons each receives 20 on average; multapses count."""
    received = np.asarray(JustInTime(4000, 20_000, 100, seed=1).degree("in"))
    classes = np.arange(10, 32)
    law = stats.binom(4000 * 100, 1 / 20_000)
    expected = 20_000 * np.concatenate([[law.cdf(9)], law.pmf(classes), [law.sf(31)]])
    assert received.sum() == 400_000
    assert stats.chisquare(np.bincount(np.clip(received - 9, 0, 23), minlength=24), expected).pvalue > 1e-3


def test_multapses_are_as_many_as_chance_makes(big):
    distinct = np.mean([len(set(row)) for row in big])
    expected = 97 * (1 - (1 - 1 / 97) ** 50)
    assert abs(distinct - expected) < 4.5 * 2.6 / np.sqrt(
        2000
    )  # 2.6: the spread of one row, at most sqrt(50 * 50 / 2 / 97) / ...


def test_without_self_connections_all_others_are_equally_likely():
    connection = JustInTime(97, 97, 1000, seed=5, self_connections=False)
    pre, post = map(np.asarray, connection.pairs())
    assert not np.any(pre == post) and not np.any(np.diag(connection.dense()))
    assert stats.chisquare(np.bincount((post - pre) % 97, minlength=97)[1:]).pvalue > 1e-3
    assert stats.chisquare(np.bincount(post, minlength=97)).pvalue > 1e-3


def test_another_seed_is_another_network():
    one, other = (np.asarray(JustInTime(1000, 10, 100, seed=s).pairs()[1]) for s in (2**32 - 2, 2**32 - 1))
    assert stats.binomtest(int((one == other).sum()), one.size, 0.1).pvalue > 1e-3
    again = JustInTime(1000, 10, 100, seed=2**32 - 1).pairs()[1]
    np.testing.assert_array_equal(again, other)


def test_a_row_does_not_depend_on_how_many_there_are():
    few, many = (np.asarray(JustInTime(n, 97, 8, seed=3).pairs()[1]).reshape(n, 8) for n in (5, 40))
    np.testing.assert_array_equal(few, many[:5])


# ---- products


@pytest.mark.parametrize("weight", WEIGHTS.values(), ids=WEIGHTS)
def test_products_are_those_of_its_matrix(weight):
    connection = JustInTime(*SIZES, weight=weight, seed=7)
    W = matrix(connection)
    np.testing.assert_allclose(connection.dense(), W, rtol=1e-6)
    np.testing.assert_allclose(SPIKES @ connection, SPIKES @ W, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(NUMBERS.astype(np.float32) @ connection, NUMBERS @ W, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(connection @ X.astype(np.float32), W @ X, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(connection.add(SPIKES, bm.array(Y)), Y + SPIKES @ W, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(connection.padded().dense(), W, rtol=1e-6)
    np.testing.assert_array_equal(connection.degree("out"), np.full(70, 9))


def test_64_bits(x64):
    connection = JustInTime(70, 70, 9, weight=0.1, seed=7, self_connections=False)
    out = connection.add(bm.array(NUMBERS), bm.ones(70))
    assert out.dtype == bm.float64
    np.testing.assert_allclose(out, 1 + NUMBERS @ matrix(connection), rtol=1e-12, atol=1e-13)
    with jax.enable_x64(False):
        again = JustInTime(70, 70, 9, seed=7, self_connections=False)
        np.testing.assert_array_equal(again.pairs()[1], connection.pairs()[1])


@pytest.mark.parametrize("weight", WEIGHTS.values(), ids=WEIGHTS)
def test_other_processors_get_the_same(weight):
    """What is compiled for anything but a CPU, beside the loop over events."""
    product, _ = _kernels(*SIZES, True)
    tables = jnp.uint32(7), jnp.asarray(weight, jnp.float32)
    y = jnp.zeros((1, 50))
    loop, at_once = (f(_events.pack(SPIKES)[None], None, y, *tables) for f in (product.loop, product.at_once))
    np.testing.assert_allclose(loop, at_once, atol=1e-5)


def test_many_at_once():
    spikes = RNG.random((3, 70)) < 0.3
    connection = JustInTime(*SIZES, weight=0.5, seed=7)
    np.testing.assert_allclose(
        jax.vmap(lambda s: connection.add(s, bm.zeros(50)).value)(spikes), spikes @ matrix(connection), atol=1e-5
    )
    seeds, weights = jnp.arange(3, dtype=jnp.uint32), jnp.array([0.5, 1.0, 2.0])
    out = bm.vmap(lambda seed, w: SPIKES @ JustInTime(*SIZES, weight=w, seed=seed))(seeds, weights)
    for k in range(3):
        np.testing.assert_allclose(out[k], SPIKES @ matrix(JustInTime(*SIZES, weight=weights[k], seed=k)), atol=1e-5)


def test_gradients():
    connection = JustInTime(*SIZES, weight=WEIGHTS["each row"], seed=7)
    ones = matrix(connection.with_weights(1.0))
    spikes, x = jnp.asarray(SPIKES, float), jnp.asarray(X, jnp.float32)

    def loss(spikes, y, w):
        return (x * connection.with_weights(w).add(spikes, y).value).sum()

    for w in (jnp.float32(0.5), connection.weights.value):
        of_spikes, of_y, of_w = jax.jit(jax.grad(loss, argnums=(0, 1, 2)))(spikes, jnp.zeros(50), w)
        each = ones @ X
        np.testing.assert_allclose(of_spikes, w * each, rtol=1e-4, atol=1e-5)  # also where there is no spike
        np.testing.assert_allclose(of_y, X, rtol=1e-6)
        np.testing.assert_allclose(of_w, SPIKES * each if w.ndim else SPIKES @ each, rtol=1e-4, atol=1e-5)


def test_another_seed_or_weight_compiles_nothing_anew():
    traced = []

    @jax.jit
    def f(connection):
        traced.append(1)
        return (SPIKES @ connection).value

    for k in range(3):
        connection = JustInTime(*SIZES, weight=float(k), seed=k)
        np.testing.assert_allclose(f(connection), SPIKES @ matrix(connection), atol=1e-5)
    assert len(traced) == 1


def test_it_stores_two_numbers():
    connection = JustInTime(10**6, 10**6, 1000, seed=1)
    assert (connection.nbytes, connection.n_synapses) == (8, 10**9)
    assert repr(connection) == "JustInTime(1000000 -> 1000000, 1000000000 synapses, 8 B)"
    spikes = np.zeros(10**6, bool)
    spikes[[3, 999_999]] = True
    received = np.asarray(spikes @ connection)
    assert received.sum() == 2000 and 1990 < np.count_nonzero(received) <= 2000


# ---- wrong arguments


@pytest.mark.parametrize(
    "call, text",
    [
        (lambda: JustInTime(0, 5, 2), "n_pre = 0: it is a number of neurons, 1 or more."),
        (lambda: JustInTime(5, 2.5, 2), "n_post = 2.5: it is a number of neurons"),
        (lambda: JustInTime(5, 5, 0), "out_degree = 0: it is a number of synapses, 1 or more."),
        (lambda: JustInTime(5, 5, 0.1), "out_degree = 0.1: it is a number of synapses"),
        (
            lambda: JustInTime(5, 5, 2, weight=[1.0, 2.0]),
            r"weights has shape \(2,\); it can be \(\) for all; \(5,\) for each",
        ),
        (lambda: JustInTime(5, 6, 2, self_connections=False), "self_connections=False from 5 to 6 neurons."),
        (lambda: JustInTime(1, 1, 2, self_connections=False), "self_connections=False from 1 to 1 neurons."),
        (lambda: JustInTime(5, 5, 2, seed=-1), "seed = -1: a seed is a whole number from 0 up to 4294967295."),
        (lambda: np.ones(4) @ JustInTime(5, 5, 2), r"spikes has 4 neurons, JustInTime\(5 -> 5\) has 5 presynaptic ones."),
    ],
)
def test_wrong_arguments(call, text):
    with pytest.raises((WiringError, bm.counter.CounterError), match=text) as error:
        call()
    assert "test_just_in_time.py" in error.value.where
