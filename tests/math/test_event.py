"""Event-driven products against the matrix product, in NumPy's float64, for random tables, weights and spikes."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import brainlab.math as bm
from brainlab.math import _events
from brainlab.math.event import WiringError

SIZES = [(1, 1, 1), (33, 7, 3), (64, 40, 4), (6, 4, 0)]  # n, m, K: below, at and above whole words
B = 3  # replicas

networks = st.builds(
    lambda *a: Network(*a),
    st.sampled_from(SIZES),
    st.sampled_from(["all", "row", "synapse"]),
    st.sampled_from(["bool", "float"]),
    st.sampled_from([0.0, 0.1, 0.5, 1.0]),
    st.integers(0, 2**32 - 1),
)
few = settings(max_examples=40, deadline=None)


class Network:
    """Random targets with duplicates and unused places, weights of one of three kinds, spikes of one of two."""

    def __init__(self, size, kind, dtype, share, seed):
        self.n, self.m, self.K = n, m, K = size
        r = np.random.default_rng(seed)
        self.targets = r.integers(0, m + 1, (n, K)).astype(np.int32)
        self.weights = r.normal(size={"all": (), "row": (n,), "synapse": (n, K)}[kind]).astype(np.float32)
        self.weights = np.asarray(self.weights, np.float32)
        events = r.random((B, n)) < share
        self.many = events if dtype == "bool" else (events * r.normal(size=(B, n))).astype(np.float32)
        self.ys = r.normal(size=(B, m)).astype(np.float32)
        self.spikes, self.y, self.c = self.many[0], self.ys[0], r.normal(size=m).astype(np.float32)

    def __repr__(self):
        return f"{self.n}x{self.K} -> {self.m}, weights {self.weights.shape}, {self.spikes}"

    def spread(self, x):
        """(), (n,) or (n, K) as (n, K)"""
        return np.broadcast_to(np.reshape(x, np.shape(x) + (1,) * (2 - np.ndim(x))), (self.n, self.K))

    def matrix(self, weights=None):
        W = np.zeros((self.n, self.m + 1))
        np.add.at(W, (np.arange(self.n)[:, None], self.targets), self.spread(self.weights if weights is None else weights))
        return W[:, :-1]


def close(ours, exact):
    np.testing.assert_allclose(np.asarray(ours, float), exact, rtol=2e-5, atol=2e-5)


def product(s, y, targets, weights):
    return bm.event._propagate(s, jnp.pad(y, (0, 1)), targets, weights)[:-1]


def total(s, y, weights, targets, c):
    return (c * product(s, y, targets, weights)).sum()


run = jax.jit(product)
replicas = jax.jit(jax.vmap(product, (0, 0, None, None)))
gradients = jax.jit(jax.grad(total, (0, 1, 2)))
gradients_w = jax.jit(jax.grad(total, (1, 2)))
many_gradients = jax.jit(jax.vmap(jax.grad(total, (0, 2)), (0, 0, None, None, None)))


@few
@given(networks)
def test_is_the_matrix_product(net):
    close(run(net.spikes, net.y, net.targets, net.weights), net.y + net.spikes @ net.matrix())


@pytest.mark.parametrize("kind, dtype", [("all", "bool"), ("row", "bool"), ("synapse", "float")])
def test_takes_what_a_student_has(kind, dtype):
    net = Network((33, 7, 3), kind, dtype, 0.3, 5)
    y = bm.event.propagate(bm.array(net.spikes), bm.Variable(net.y), net.targets.astype(np.int64), net.weights)
    assert isinstance(y, bm.Array)
    close(y, net.y + net.spikes @ net.matrix())


@few
@given(networks)
def test_the_form_for_other_processors_agrees_with_the_loop(net):
    if not net.K:
        return
    values = None if net.spikes.dtype == bool else net.many
    words = jnp.stack([_events.pack(s != 0) for s in jnp.asarray(net.many)])
    args = words, values, np.pad(net.ys, ((0, 0), (0, 1))), net.targets, net.weights, np.int32(0)
    exact = net.ys + net.many @ net.matrix()
    close(jax.jit(_events._padded.loop)(*args)[:, :-1], exact)
    close(jax.jit(_events._padded.at_once)(*args)[:, :-1], exact)


@few
@given(networks)
def test_replicas(net):
    close(replicas(net.many, net.ys, net.targets, net.weights), net.ys + net.many @ net.matrix())


@few
@given(networks)
def test_gradient_is_that_of_the_product(net):
    """d/ds = W c, also where s is 0; d/dy = c; d/dW_ij = s_i c_j, summed where a weight is shared."""
    each = np.where(net.targets < net.m, net.spikes[:, None] * np.append(net.c, 0)[net.targets], 0)
    each = each.sum(axis=tuple(range(net.weights.ndim, 2)))
    if net.spikes.dtype == bool:
        dy, dw = gradients_w(net.spikes, net.y, net.weights, net.targets, net.c)
    else:
        ds, dy, dw = gradients(net.spikes, net.y, net.weights, net.targets, net.c)
        close(ds, net.matrix() @ net.c)
        many_ds, many_dw = many_gradients(net.many, net.ys, net.weights, net.targets, net.c)
        close(many_ds, np.tile(net.matrix() @ net.c, (B, 1)))
        close(many_dw[0], each)
    close(dy, net.c)
    close(dw, each)


@few
@given(networks)
def test_packing_and_finding(net):
    words = bm.event.pack(net.spikes)
    assert words.shape == (-(-net.n // 32),) and words.dtype == jnp.uint32
    np.testing.assert_array_equal(bm.event.unpack(words, net.n), net.spikes != 0)
    count, events = bm.event.compact(words)
    assert int(count) == np.count_nonzero(net.spikes)
    np.testing.assert_array_equal(np.sort(np.asarray(events)[: int(count)]), np.flatnonzero(net.spikes))
    if net.spikes.dtype == bool:
        close(bm.event.deliver(words, net.y, net.targets, net.weights), net.y + net.spikes @ net.matrix())


NET = Network((33, 7, 3), "synapse", "float", 0.4, 1)


def test_replicas_of_replicas_and_replicas_with_weights_and_targets_of_their_own():
    r = np.random.default_rng(0)
    s, ys = r.random((2, B, 33)) < 0.3, r.normal(size=(2, B, 7)).astype(np.float32)
    twice = jax.vmap(jax.vmap(product, (0, 0, None, None)), (0, 0, None, None))
    close(jax.jit(twice)(s, ys, NET.targets, NET.weights), ys + s @ NET.matrix())
    w = r.normal(size=(B, 33, 3)).astype(np.float32)
    exact = [NET.y + NET.spikes @ NET.matrix(x) for x in w]
    close(jax.jit(jax.vmap(product, (None, None, None, 0)))(NET.spikes, NET.y, NET.targets, w), exact)
    nets = [Network((33, 7, 3), "row", "bool", 0.3, seed) for seed in range(B)]
    args = (np.stack([getattr(net, name) for net in nets]) for name in ("spikes", "y", "targets", "weights"))
    close(jax.jit(jax.vmap(product))(*args), [net.y + net.spikes @ net.matrix() for net in nets])


def test_goes_forwards_too():
    """Forward mode and second derivatives: total(a s, a w) = a**2 s @ W @ c."""
    f = jax.jit(jax.hessian(lambda a: total(a * NET.spikes, jnp.zeros(7), a * NET.weights, NET.targets, NET.c)))
    close(f(1.0), 2 * NET.spikes @ NET.matrix() @ NET.c)


def test_backwards_is_a_gather():
    """Over all synapses; adding them up one by one would cost several times as much."""
    text = gradients.lower(NET.spikes, NET.y, NET.weights, NET.targets, NET.c).compile().as_text()
    assert " gather(" in text and " scatter(" not in text


def test_a_surrogate_gradient_reaches_silent_neurons():
    def loss(V):
        spikes = (V > 0).astype(V.dtype)
        spikes = spikes + jax.nn.sigmoid(4 * V) - jax.lax.stop_gradient(jax.nn.sigmoid(4 * V))
        return (NET.c * product(spikes, jnp.asarray(NET.y), NET.targets, NET.weights)).sum()

    V = np.linspace(-1, 1, 33, dtype=np.float32)
    s = 1 / (1 + np.exp(-4 * V))
    close(jax.jit(jax.grad(loss))(V), 4 * s * (1 - s) * (NET.matrix() @ NET.c))


def test_what_is_not_zero_is_an_event_and_what_is_zero_does_nothing():
    targets, w = np.array([[0, 1], [1, 2], [2, 2]]), np.array([[1.0, 1], [np.inf, np.nan], [2, 3]], np.float32)
    out = np.asarray(bm.event.propagate(bm.array([np.nan, 0.0, -2.0]), bm.zeros(3), targets, w))
    assert np.isnan(out[:2]).all() and out[2] == -10
    np.testing.assert_array_equal(bm.event.propagate(np.array([0, 0, 3]), bm.zeros(3), targets, w), [0, 0, 15])


def test_whole_numbers_and_64_bits(x64):
    counts = bm.event.propagate(np.array([True, True, False]), np.zeros(2, int), np.array([[0, 1], [1, 1], [0, 0]]), 1)
    assert counts.dtype == jnp.int64
    np.testing.assert_array_equal(counts, [1, 3])
    s, y, w = (np.asarray(x, float) for x in (NET.spikes, NET.y, NET.weights))
    out = bm.event.propagate(s, y, NET.targets, w)
    assert out.dtype == jnp.float64
    np.testing.assert_allclose(out, y + s @ NET.matrix(), rtol=1e-14)
    connected = np.array([[True, False], [True, True], [False, True]])
    np.testing.assert_array_equal(
        bm.event.propagate(np.ones(3, bool), np.zeros(2), np.array([[0, 1], [0, 1], [0, 1]]), connected), [2, 2]
    )


def test_other_numbers_compile_nothing_anew():
    f = jax.jit(lambda *args: product(*args))
    for factor in (np.float32(1), np.float32(2), np.float32(0)):
        out = f(factor * NET.spikes, NET.y, NET.targets, factor * NET.weights)
        close(out, NET.y + factor**2 * NET.spikes @ NET.matrix())
    assert f._cache_size() == 1


def test_a_network_adds_into_its_own_state():
    """The raw form: targets are places of a flat vector, some of which nobody reads."""
    state = np.zeros(12, np.float32)
    out = bm.event._deliver(_events.pack(jnp.array([True, False, True])), state, jnp.array([[4, 5], [0, 0], [5, 11]]), 2.0)
    np.testing.assert_array_equal(out, [0, 0, 0, 0, 2, 4, 0, 0, 0, 0, 0, 2])


# ---- mistakes

TABLE = np.array([[0, 1], [1, 2], [2, 3]])


def said(s, y, targets, weights, f=None):
    with pytest.raises(WiringError) as error:
        (f or bm.event.propagate)(s, y, targets, weights)
    assert "test_event.py" in error.value.where
    return str(error.value)


@pytest.mark.parametrize(
    "changes, text",
    [
        ({"s": np.ones(4)}, "spikes has 4 neurons, targets has 3 rows: both are the presynaptic neurons."),
        ({"s": np.ones((2, 3))}, "spikes has shape (2, 3); it is one number for each neuron: (n,)."),
        ({"y": np.zeros((1, 3))}, "y has shape (1, 3); it is one number for each postsynaptic neuron: (m,)."),
        ({"y": np.zeros(2)}, "targets[2, 1] = 3, and y has 2 neurons: 0 to 1, and 2 for a place that is not used."),
        ({"targets": TABLE - 1}, "targets[0, 0] = -1, and y has 3 neurons"),
        ({"targets": TABLE[0]}, "targets has shape (2,); it is one row of K targets for each presynaptic neuron: (n, K)."),
        ({"targets": TABLE / 2}, "targets holds float32, not whole numbers."),
        ({"w": np.ones(2)}, "weights has shape (2,); it can be () for all; (3,) for each row; (3, 2) for each synapse."),
        (
            {"y": np.zeros(3, int), "w": np.int32(1)},
            "spikes holds float32; it cannot be added into y, which holds int32, without loss.",
        ),
        ({"w": np.complex64(1j)}, "weights holds complex64; it cannot be added into y, which holds float32, without loss."),
    ],
)
def test_what_does_not_fit_is_named(changes, text):
    args = {"s": np.ones(3), "y": np.zeros(3), "targets": TABLE, "w": np.float32(1)} | changes
    assert text in said(*args.values())


def test_a_table_of_floats_says_what_to_paste():
    assert "try: targets.astype(int)" in said(np.ones(3), np.zeros(3), TABLE / 2, 1.0)
    assert "try: y = y.astype(bm.float32)" in said(np.ones(3), np.zeros(3, int), TABLE, 1)


def test_words_that_are_not_of_these_neurons():
    words = bm.event.pack(np.ones(40, bool))
    assert "words is uint32 (2,); targets has 3 neurons, whose words are uint32 (1,)." in said(
        words, np.zeros(3), TABLE, 1.0, bm.event.deliver
    )
    with pytest.raises(WiringError, match=r"words is bool \(3,\); n = 3 neurons"):
        bm.event.unpack(np.ones(3, bool), 3)
    with pytest.raises(WiringError, match="spikes has shape"):
        bm.event.pack(np.ones((2, 3)))


def test_inside_jit_shapes_are_checked_and_numbers_are_not():
    with pytest.raises(WiringError, match="spikes has 4 neurons"):
        bm.jit(bm.event.propagate)(np.ones(4), np.zeros(3), TABLE, 1.0)
    np.testing.assert_array_equal(bm.jit(bm.event.propagate)(np.ones(3), np.zeros(3), TABLE, 1.0), [1, 2, 2])
