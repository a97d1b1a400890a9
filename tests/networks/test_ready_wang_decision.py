"""Wang's decision network against published numbers, and against the same network written down in NumPy."""

import numpy as np
import pytest

import brainlab as bl
from brainlab.networks import SimulationError
from brainlab.networks.ready import set_wang_decision, wang_decision

GROUPS = [240, 240, 1120]  # A, B, others


def test_who_hears_what():
    """The matrix of the paper: 1.7 within a group, so much less from outside that a cell hears as much as without groups."""
    net = wang_decision(n=1000)
    weights = {"Exponential": np.zeros((800, 800)), "NMDA": np.zeros((800, 800))}
    for p in net.projections:
        pre, post = ((end, 0) if end.size == 800 else (end, getattr(end, "start", 0)) for end in (p.pre, p.post))
        if "I" not in (repr(p.pre)[-1:], getattr(p.pre, "name", ""), getattr(p.post, "name", "")):
            rows, columns = (slice(start, start + end.size) for end, start in (pre, post))
            weights[p.synapse_kind.__name__][rows, columns] += float(p.weight)
    minus = 1 - 0.15 * 0.7 / 0.85
    shape = np.repeat(
        np.repeat([[1.7, minus, 1.0], [minus, 1.7, 1.0], [minus, minus, 1.0]], [120, 120, 560], 0), [120, 120, 560], 1
    )
    for name, nS in (("Exponential", 0.05), ("NMDA", 0.165)):
        np.testing.assert_allclose(weights[name], 2e-3 * nS * shape, rtol=1e-5)
        np.testing.assert_allclose(weights[name].mean(0), 2e-3 * nS, rtol=1e-5)


def plain(coherence, seed, before=300.0, after=700.0, dt=0.1):
    """Spikes of A, B, all E and all I in each step; forward Euler, conductances as they are in the middle of a step."""
    rng = np.random.default_rng(seed)
    minus = 1 - 0.15 * 0.7 / 0.85
    W = np.array([[1.7, minus, minus], [minus, 1.7, minus], [1.0, 1.0, 1.0]])  # from column to row
    V, left = [rng.uniform(-70, -50, n) for n in (1600, 400)], [np.zeros(1600), np.zeros(400)]
    ampa, gaba = [np.zeros(1600), np.zeros(400)], [np.zeros(1600), np.zeros(400)]
    x, s = np.zeros(1600), np.zeros(1600)
    steps = round((before + after) / dt)
    count, on_the_way = np.zeros((steps, 4)), [[np.zeros(1600, bool), np.zeros(400, bool)]] * 5

    def by_group(values):
        return np.add.reduceat(values.astype(float), [0, 240, 480])

    for k in range(steps):
        from_E, from_I = on_the_way.pop(0)
        stimulus = np.array([1 + coherence, 1 - coherence, 0.0]) * 40.0 * (k * dt >= before)
        ampa[0] += 2.1 * rng.poisson(np.repeat(2400.0 + stimulus, GROUPS) * dt / 1000)
        ampa[0] += 0.05 * np.repeat(W @ by_group(from_E), GROUPS)
        ampa[1] += 1.62 * rng.poisson(2.4 * dt, 400) + 0.04 * from_E.sum()
        gaba[0] += 1.3 * from_I.sum()
        gaba[1] += 1.0 * from_I.sum()
        x += from_E
        s += dt * (0.5 * x * (1 - s) - s / 100)
        x *= np.exp(-dt / 2)
        nmda = [0.165 * np.repeat(W @ by_group(s), GROUPS), 0.13 * s.sum()]
        fired = []
        for j, (C, g_L, t_ref) in enumerate(((500.0, 25.0, 2.0), (200.0, 20.0, 1.0))):
            v = V[j]
            I = -g_L * (v + 70) - ampa[j] * np.exp(-dt / 4) * v - gaba[j] * np.exp(-dt / 10) * (v + 70)
            I -= nmda[j] * v / (1 + np.exp(-0.062 * v) / 3.57)
            v = np.where(left[j] > 0, v, v + dt * I / C)
            now = (v >= -50) & (left[j] <= 0)
            V[j], left[j] = np.where(now, -55.0, v), np.where(now, t_ref / dt, left[j] - 1)
            ampa[j], gaba[j] = ampa[j] * np.exp(-dt / 2), gaba[j] * np.exp(-dt / 5)
            fired.append(now)
        on_the_way.append(fired)
        count[k] = fired[0][:240].sum(), fired[0][240:480].sum(), fired[0].sum(), fired[1].sum()
    return count


@pytest.fixture(scope="module")
def trials():
    """Four of them: 300 ms without a stimulus after 200 ms to settle, then 0.8 s of one with coherence 51.2 %."""
    net, found = wang_decision(strength=0.0), []
    for seed in range(4):
        net.reset_state()
        net.seed = seed
        set_wang_decision(net, 0.0, strength=0.0)
        quiet = bl.simulate(net, 500.0, monitors=())
        set_wang_decision(net, 51.2)
        found.append((quiet, bl.simulate(net, 800.0, monitors=()).of("E").spikes))
    return found


def test_spontaneous_rates_are_the_published_ones(trials):
    for name, rate, tolerance in (("E", 2.2, 0.4), ("I", 7.8, 0.8)):
        found = [quiet.of(name).spikes.between(200.0, 500.0).rates().mean() for quiet, _ in trials]
        assert np.mean(found) == pytest.approx(rate, abs=tolerance)


def test_at_51_percent_A_wins(trials):
    A, B = ([spikes.only(slice(first, first + 240)) for _, spikes in trials] for first in (0, 240))
    late = [[spikes.between(1100.0, 1300.0).rates().mean() for spikes in group] for group in (A, B)]
    assert np.all(np.array(late[0]) > 20) and np.all(np.array(late[1]) < 5)
    assert np.mean(late[0]) == pytest.approx(32.4, abs=4.0) and np.mean(late[1]) == pytest.approx(1.6, abs=1.0)
    times = []
    for spikes in A:
        rate = np.bincount(spikes.steps // 10, minlength=800) / 240 * 1000
        smooth = np.convolve(rate, np.ones(50) / 50, "valid")
        times.append(np.argmax(smooth > 15.0) + 25)
    assert np.mean(times) == pytest.approx(368, abs=100)


def test_the_same_network_in_numpy(trials):
    count = plain(0.512, 1)
    settled, last = count[1500:3000], count[-2500:]
    E = [quiet.of("E").spikes.between(200.0, 500.0).rates().mean() for quiet, _ in trials]
    assert settled[:, 2].sum() / 1600 / 0.15 == pytest.approx(np.mean(E), abs=0.6)
    A = [spikes.between(950.0, 1200.0).only(slice(0, 240)).rates().mean() for _, spikes in trials]  # 450 ms after onset
    assert min(A) - 6 < last[:, 0].sum() / 240 / 0.25 < max(A) + 6


def test_without_evidence_chance_decides():
    net, winners = wang_decision(coherence=0.0), []
    for seed in range(5):
        net.reset_state()
        net.seed = seed
        rates = bl.simulate(net, 800.0, monitors=()).of("E").spikes.between(600.0, 800.0).rates()
        A, B = rates[:240].mean(), rates[240:480].mean()
        winners.append(A > B)
    assert 0 < sum(winners) < 5


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: wang_decision(n=10), "n = 10: a whole number of neurons, 100 or more"),
        (lambda: wang_decision(coherence=120.0, n=100), r"coherence = 120\.0: a number from -100 to 100 \(%\) is expected"),
        (lambda: set_wang_decision(wang_decision(n=100), 0.0, -1.0), r"strength = -1\.0: a number of Hz, 0 or more, is exp"),
    ],
)
def test_wrong_values(call, message):
    with pytest.raises(SimulationError, match=message):
        call()
