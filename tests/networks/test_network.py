"""The engine against the same networks in plain NumPy (`plain_network.py`): spike for spike, in 64 bits."""

import numpy as np
import plain_network as plain
import pytest

import brainlab as bl
from brainlab.networks import Monitor, PoissonGroup, PoissonInput, SpikeTimes
from brainlab.synapses import AMPA, NMDA, STDP, Delta, Exponential, GapJunction, ShortTermPlasticity

pytestmark = pytest.mark.usefixtures("x64")

N = 6
DRIVE = np.linspace(1.7, 2.6, N)  # nA: all of them fire, each at its own rate
RNG = np.random.default_rng(12)
MASK = RNG.random((N, N)) < 0.6
W = MASK * RNG.uniform(0.02, 0.1, (N, N))


def stored(W, store="padded"):
    return bl.connect.FromMatrix(W)(*W.shape, store=store)


def cells(n=N, name="cells"):
    return bl.Population(bl.LIF(), n, name=name)


def same(run, reference, steps):
    """Spike for spike, and the potentials of all neurons."""
    fired, V = reference.run(steps)
    at, neurons = np.nonzero(fired)
    np.testing.assert_array_equal(run.spikes.steps, at)
    np.testing.assert_array_equal(run.spikes.neurons, neurons)
    np.testing.assert_allclose(run["V"], V, atol=1e-6)
    assert len(at) > 10


def compare(synapse, reference, W=W, **kw):
    group = cells()
    net = bl.Network(bl.Projection(group, group, stored(W), synapse, **kw), seed=1)
    run = bl.simulate(net, 60.0, inputs=DRIVE, monitors=Monitor("V"))
    same(run, plain.Plain(N, [reference], I=DRIVE), 600)
    return net


# ---- synapses and delays


@pytest.mark.parametrize("delay, steps", [(None, 1), (0.1, 1), (1.7, 17)])
def test_conductances_and_one_delay(delay, steps):
    compare(Exponential(tau=4.0, E_rev=-80.0), plain.Decaying(W, steps, 4.0, -80.0), delay=delay)


def test_currents_of_either_sign():
    signed = W * RNG.choice([-1, 1], W.shape) * 10
    compare(Exponential(tau=3.0), plain.Decaying(signed, 5, 3.0), W=signed, delay=0.5)


def test_a_delay_for_each_synapse():
    connection = stored(W)
    rows = np.asarray(connection.targets)
    table = RNG.integers(1, 40, rows.shape)
    steps = np.ones(W.shape, int)
    for i, row in enumerate(rows):
        for k, j in enumerate(row):
            if j < N:
                steps[i, j] = table[i, k]
    compare(Exponential(tau=4.0, E_rev=0.0), plain.Decaying(W, steps, 4.0, 0.0), delay=0.1 * table)


def test_jumps_of_the_potential():
    mV = 30 * W * RNG.choice([-1, 1], W.shape)
    compare(Delta(), plain.Jumping(mV, 8), W=mV, delay=0.8)


def test_jumps_with_a_delay_for_each_synapse():
    connection = bl.connect.AllToAll()(N, N, store="padded")
    mV, table = RNG.uniform(-2, 2, (N, N)), RNG.integers(1, 30, (N, N))
    connection = connection.with_weights(np.pad(mV, ((0, 0), (0, connection.targets.shape[1] - N))))
    group = cells()
    late = np.pad(0.1 * table, ((0, 0), (0, connection.targets.shape[1] - N)), constant_values=0.1)
    net = bl.Network(bl.Projection(group, group, connection, Delta(), delay=late), seed=1)
    run = bl.simulate(net, 60.0, inputs=DRIVE, monitors=Monitor("V"))
    same(run, plain.Plain(N, [plain.Jumping(mV, table)], I=DRIVE), 600)


@pytest.mark.parametrize("synapse, reference", [(AMPA(), plain.AMPA), (NMDA(), plain.NMDA)], ids=["AMPA", "NMDA"])
@pytest.mark.parametrize("store", ["padded", "dense", "ragged"])
def test_synapses_that_saturate(synapse, reference, store):
    group = cells()
    net = bl.Network(bl.Projection(group, group, stored(W, store), synapse, delay=1.2), seed=1)
    run = bl.simulate(net, 60.0, inputs=DRIVE, monitors=Monitor("V"))
    same(run, plain.Plain(N, [reference(W, 12)], I=DRIVE), 600)


def test_gap_junctions():
    g = np.triu(W, 1)
    compare(GapJunction(), plain.Gap(g + g.T), W=g + g.T)


def test_short_term_plasticity():
    stp = ShortTermPlasticity(U=0.3, tau_f=200.0, tau_d=90.0)
    reference = plain.Decaying(5 * W, 3, 4.0, 0.0, stp=(0.3, 200.0, 90.0))
    compare(Exponential(tau=4.0, E_rev=0.0), reference, W=5 * W, delay=0.3, stp=stp)


def test_the_releases_of_a_20_hz_train():
    """0.5, 0.26515, 0.15483, 0.10302: the sequence of Tsodyks and Markram with U = 0.5 and 800 ms."""
    sender, cell = SpikeTimes(1, [0] * 4, [10.0, 60.0, 110.0, 160.0]), cells(1)
    synapse = Exponential(tau=1e-3)  # gone at once: each release by itself
    projection = bl.Projection(sender, cell, bl.connect.AllToAll(), synapse, weight=1e-6, stp=ShortTermPlasticity())
    run = bl.simulate(bl.Network(projection, seed=0), 200.0, monitors=Monitor("x", of=projection))
    x = run.of(projection)["x"][:, 0]
    drops = np.flatnonzero(np.diff(x, prepend=1.0) < -0.01)
    np.testing.assert_array_equal(drops, [100, 600, 1100, 1600])
    after = 1 - (1 - x[drops]) * np.exp(0.1 / 800)  # x is kept at the end of the step, when it has recovered a little
    np.testing.assert_allclose(np.r_[1.0, x[drops[1:] - 1]] - after, [0.5, 0.26515, 0.15483, 0.10302], atol=2e-4)


# ---- views, several populations, several projections


def test_parts_of_a_population_as_senders_and_receivers():
    group = cells()
    fast, slow = Exponential(tau=4.0, E_rev=0.0), Exponential(tau=9.0, E_rev=-80.0)
    first, second = W[2:5, 1:4], W[:3, 3:]
    net = bl.Network(
        bl.Projection(group[2:5], group[1:4], stored(first), fast, delay=0.7),
        bl.Projection(group[:3], group[3:], stored(second, "dense"), slow, delay=1.1),
        bl.Projection(group[4:], group[:2], stored(W[4:, :2]), fast),  # the same synapse: it adds up
        seed=1,
    )
    assert len(net.channels) == 2
    run = bl.simulate(net, 60.0, inputs=DRIVE, monitors=Monitor("V"))
    a, b, c = np.zeros((3, N, N))
    a[2:5, 1:4], b[:3, 3:], c[4:, :2] = first, second, W[4:, :2]
    parts = [plain.Decaying(a, 7, 4.0, 0.0), plain.Decaying(b, 11, 9.0, -80.0), plain.Decaying(c, 1, 4.0, 0.0)]
    same(run, plain.Plain(N, parts, I=DRIVE), 600)


def test_gap_junctions_and_nmda_between_parts():
    group = cells()
    net = bl.Network(
        bl.Projection(group[:3], group[2:], stored(W[:3, 2:]), GapJunction()),
        bl.Projection(group[3:], group[:3], stored(W[3:, :3]), NMDA(), delay=0.4),
        seed=1,
    )
    run = bl.simulate(net, 60.0, inputs=DRIVE, monitors=Monitor("V"))
    a, b = np.zeros((2, N, N))
    a[:3, 2:], b[3:, :3] = W[:3, 2:], W[3:, :3]
    same(run, plain.Plain(N, [plain.Gap(a), plain.NMDA(b, 4)], I=DRIVE), 600)


def test_two_populations_are_one_that_is_cut():
    E, I = cells(4, "E"), cells(2, "I")
    parts = []
    e, i = Exponential(tau=4.0, E_rev=0.0), Exponential(tau=9.0, E_rev=-80.0)
    for pre, rows, synapse in ((E, slice(0, 4), e), (I, slice(4, 6), i)):
        for post, columns in ((E, slice(0, 4)), (I, slice(4, 6))):
            parts.append(bl.Projection(pre, post, stored(W[rows, columns]), synapse, delay=0.6))
    run = bl.simulate(bl.Network(*parts, seed=1), 60.0, inputs={E: DRIVE[:4], "I": DRIVE[4:]}, monitors="V")
    a, b = W.copy(), W.copy()
    a[4:], b[:4] = 0, 0
    fired, V = plain.Plain(N, [plain.Decaying(a, 6, 4.0, 0.0), plain.Decaying(b, 6, 9.0, -80.0)], I=DRIVE).run(600)
    for part, columns in (("E", slice(0, 4)), ("I", slice(4, 6))):
        at, who = np.nonzero(fired[:, columns])
        np.testing.assert_array_equal(run.of(part).spikes.steps, at)
        np.testing.assert_array_equal(run.of(part).spikes.neurons, who)
        np.testing.assert_allclose(run.of(part)["V"], V[:, columns], atol=1e-6)


# ---- every store


@pytest.mark.parametrize("kind", ["linear", "saturating"])
def test_every_store_gives_the_same_run(kind):
    n, synapse = 40, Exponential(tau=5.0, E_rev=0.0) if kind == "linear" else AMPA()
    drive = np.linspace(1.4, 2.2, n)
    drawn = bl.connect.FixedOutDegree(7, multapses=True)(n, n, seed=4, weight=0.01, store="just_in_time")
    pairs = np.asarray(drawn.dense())
    counted = {"just_in_time": drawn, **{store: stored(pairs, store) for store in ("padded", "ragged", "dense")}}
    whole = bl.connect.AllToAll()
    all_to_all = {store: whole(n, n, weight=0.002, store=store) for store in ("uniform", "padded", "ragged", "dense")}
    for connections, reference in ((counted, pairs), (all_to_all, np.full((n, n), 0.002))):
        runs = {}
        for store, connection in connections.items():
            group = cells(n)
            net = bl.Network(bl.Projection(group, group, connection, synapse, delay=0.3), seed=1)
            run = bl.simulate(net, 40.0, inputs=drive, monitors=Monitor("V", neurons=3))
            runs[store] = run.spikes.steps.tolist(), run.spikes.neurons.tolist()
        assert all(found == runs["padded"] for found in runs.values()), [s for s in runs if runs[s] != runs["padded"]]
        model = plain.Decaying(reference, 3, 5.0, 0.0) if kind == "linear" else plain.AMPA(reference, 3)
        fired, _ = plain.Plain(n, [model], I=drive).run(400)
        np.testing.assert_array_equal(runs["padded"][0], np.nonzero(fired)[0])
        assert len(runs["padded"][0]) > 50


# ---- STDP


@pytest.mark.parametrize("delay", [0.1, 2.0])
def test_learned_weights_are_those_of_the_rule(delay):
    """Each synapse by itself, with `STDP.respond` and the times at which its spikes arrived and its neuron fired."""
    group, stdp = cells(), STDP(A_plus=0.02, A_minus=0.021, w_max=0.1)
    connection = stored(np.where(MASK, 0.05, 0.0))
    projection = bl.Projection(group, group, connection, Exponential(tau=4.0, E_rev=0.0), delay=delay, stdp=stdp)
    net = bl.Network(projection, seed=1)
    run = bl.simulate(net, 300.0, inputs=DRIVE, monitors=Monitor("w", of=projection))
    w, targets, n = np.asarray(projection.w), np.asarray(projection.connection.targets), 0
    for i in range(N):
        for k, j in enumerate(targets[i]):
            if j == N:
                continue
            pre, post = run.spikes.of(i) + delay - 0.1, run.spikes.of(int(j))
            rule = stdp.respond(np.round(pre[pre < 299.95], 6), np.round(post[post < 299.95], 6), w=0.05)
            assert w[i, k] == pytest.approx(float(rule.w[-1]), abs=1e-9)
            n += abs(w[i, k] - 0.05) > 1e-3
    assert n > 5
    np.testing.assert_allclose(run.of(projection)["w"][-1], w.ravel())
    net.reset_state()
    assert np.allclose(np.asarray(projection.w)[targets < N], 0.05)


# ---- spikes from outside


def test_given_spikes_arrive_when_they_should():
    """A spike at 5 ms ends the 50th step; with a delay of d it is in the state at the end of step 50 + d/dt."""
    sender, cell = SpikeTimes(40, [3, 35, 3], [5.0, 7.5, 20.0]), cells(2)
    synapse, W = Exponential(tau=4.0), np.zeros((40, 2))
    W[3, 0], W[35, 1] = 0.5, 0.25
    projection = bl.Projection(sender, cell, stored(W), synapse, delay=1.0)
    run = bl.simulate(bl.Network(projection, seed=0), 30.0, monitors=Monitor("g", of=projection))
    g, t = run.of(projection)["g"], run.t

    def expected(times, w):
        return sum(w * np.exp(-(t - s - 0.9) / 4.0) * (t > s + 0.95) for s in times)

    np.testing.assert_allclose(g[:, 0], expected([5.0, 20.0], 0.5), atol=1e-12)
    np.testing.assert_allclose(g[:, 1], expected([7.5], 0.25), atol=1e-12)


@pytest.mark.parametrize("rate", [200.0, np.array([100.0, 400.0])], ids=["one", "each"])
def test_poisson_input_has_mean_and_variance_of_shot_noise(rate):
    """Campbell: mean w n r tau, variance w^2 n r tau/2."""
    cell = cells(2)
    source = PoissonInput(cell, Exponential(tau=5.0), rate, weight=1e-5, n=10)
    net = bl.Network(source, seed=3)
    state = net.channels[0]
    found = []
    for _ in range(400):
        bl.simulate(net, 50.0, monitors=())
        found.append(np.asarray(state.g))
    found, per_ms = np.array(found[1:]) / 1e-5, 10 * np.broadcast_to(rate, 2) / 1000
    # each spike is added at the beginning of a step and is exp(-dt/tau) of it at the end
    kept = np.exp(-0.1 / 5)
    np.testing.assert_allclose(found.mean(0), per_ms * 0.1 * kept / (1 - kept), rtol=0.06)
    np.testing.assert_allclose(found.var(0), per_ms * 0.1 * kept**2 / (1 - kept**2), rtol=0.3)


def test_poisson_group_fires_at_its_rate_and_its_neurons_are_independent():
    group, cell = PoissonGroup(50, rate=np.linspace(20, 200, 50)), cells(50)
    projection = bl.Projection(group, cell, bl.connect.OneToOne(), Exponential(tau=1e9), weight=1e-6)
    bl.simulate(bl.Network(projection, seed=5), 5000.0, monitors=())
    count = np.asarray(projection.state.g) / 1e-6
    expected = 5 * np.linspace(20, 200, 50)
    assert abs((count - expected) / np.sqrt(expected)).max() < 4
    assert count.sum() == pytest.approx(expected.sum(), abs=4 * np.sqrt(expected.sum()))
