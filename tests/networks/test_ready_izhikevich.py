"""Izhikevich's network of 2003 against the published program, written down in NumPy."""

import numpy as np
import pytest

import brainlab as bl
from brainlab.networks.ready import izhikevich_2003


def program(net, steps, draw):
    """The loop of the paper with the cells and the weights of `net`: (step, neuron) of its spikes."""
    cells = [net.population(name) for name in "EI"]
    a, b, c, d = (
        np.concatenate([np.broadcast_to(np.asarray(getattr(p.model, name)), p.size) for p in cells]) for name in "abcd"
    )
    blocks = [np.asarray(p.connection.dense()) for p in net.projections]
    S = np.block([blocks[:2], blocks[2:]]).T  # S[i, j]: from j to i
    v = np.full(1000, -65.0)
    u, found = b * v, []
    fired = np.zeros(1000, bool)
    for t in range(steps):
        I = draw() + S[:, fired].sum(1)
        v = v + 0.5 * (0.04 * v**2 + 5 * v + 140 - u + I)
        v = v + 0.5 * (0.04 * v**2 + 5 * v + 140 - u + I)
        u = u + a * (b * v - u)
        fired = v >= 30
        v, u = np.where(fired, c, v), u + d * fired
        found += [(t, i) for i in np.flatnonzero(fired)]
    return np.array(found)


def test_spike_for_spike_the_published_program(x64):
    net = izhikevich_2003(seed=3)
    for thalamus in net.inputs:
        thalamus.weight = 0.0
    rng = np.random.default_rng(0)
    I = rng.normal(size=(60, 1000)) * np.repeat([5.0, 2.0], [800, 200])
    rows = iter(I)
    expected = program(net, 60, lambda: next(rows))
    run = bl.simulate(net, 60.0, inputs={"E": I[:, :800], "I": I[:, 800:]}, monitors=())
    assert run.dt == 1.0
    E, I = run.of("E").spikes, run.of("I").spikes
    found = sorted([*zip(E.steps, E.neurons, strict=True), *zip(I.steps, I.neurons + 800, strict=True)])
    assert len(expected) > 300
    np.testing.assert_array_equal(np.array(found), expected)


def test_rates_and_rhythms():
    """Published program: E 7.16 +- 0.14, I 6.61 +- 0.14 Hz after 200 ms, over 10 seeds; and with our own cells."""
    rates = []
    for seed in range(6):
        run = bl.simulate(izhikevich_2003(seed), 1000.0, monitors=())
        late = [run.of(name).spikes.between(200.0, 1000.0) for name in "EI"]
        rates.append([spikes.rates().mean() for spikes in late])
    assert np.mean(rates, axis=0) == pytest.approx([7.16, 6.61], abs=0.25)  # 0.14/sqrt(6) each, and ours
    count = np.bincount(late[0].steps // 5, minlength=160)  # of all E cells, in 5 ms
    assert count.var() > 5 * count.mean()  # rhythms: of independent cells the two are equal


def test_the_two_signs_of_the_thalamus_are_its_noise():
    net = izhikevich_2003()
    for part, sigma in zip((net.inputs[:2], net.inputs[2:]), (5.0, 2.0), strict=True):
        per_step = [x.n * x.rate / 1000 for x in part]
        assert sum(m * x.weight for m, x in zip(per_step, part, strict=True)) == 0
        assert sum(m * x.weight**2 for m, x in zip(per_step, part, strict=True)) == pytest.approx(sigma**2)
