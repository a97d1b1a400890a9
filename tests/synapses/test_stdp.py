"""STDP: the numbers of the pair rule, sums over pairs written out, bounds, and what a network calls."""

import numpy as np
import pytest

import brainlab.math as bm
from brainlab.synapses import STDP, SynapseError


def pairs(pre, post, nearest=False):
    """The change by hand: each pair counted, or for each spike the last one of the other neuron."""
    total = 0.0
    for spikes, others, A in ((post, pre, 0.005), (pre, post, -0.00525)):
        for t in spikes:
            before = sorted(s for s in others if s < t)
            total += A * sum(np.exp(-(t - s) / 20) for s in (before[-1:] if nearest else before))
    return total


def change(pre, post, **parameters):
    return float(STDP(**parameters).respond(pre, post, w=0.5).w[-1]) - 0.5


def test_pairs_and_triplet(x64):
    assert change([0.0], [10.0]) == pytest.approx(0.0030327, abs=5e-8)
    assert change([10.0], [0.0]) == pytest.approx(-0.0031843, abs=5e-8)
    assert change([0.0, 20.0], [10.0]) == pytest.approx(-0.00015163, abs=5e-9)


def test_bursts(x64):
    """Three spikes before and two after: every pair, or only the nearest."""
    pre, post = [0.0, 10.0, 20.0], [5.0, 15.0]
    assert change(pre, post) == pytest.approx(-0.00050749, abs=5e-9)
    assert change(pre, post, pairing="nearest") == pytest.approx(-0.00038940, abs=5e-9)


@pytest.mark.parametrize("pairing", ["all", "nearest"])
def test_random_trains(x64, pairing):
    rng = np.random.default_rng(0)
    pre, post = rng.uniform(0, 200, 12), rng.uniform(0, 200, 9)
    assert change(pre, post, pairing=pairing) == pytest.approx(pairs(pre, post, pairing == "nearest"), abs=1e-12)


def test_the_window_is_what_pairs_do(x64):
    stdp = STDP(A_plus=0.01, tau_plus=15.0, tau_minus=30.0, w_max=2.0)
    for interval in (-40.0, -5.0, 0.0, 5.0, 40.0):
        simulated = float(stdp.respond([100.0], [100.0 + interval], w=1.0).w[-1]) - 1.0
        assert float(stdp.window(interval)) == pytest.approx(simulated, abs=1e-13)
    assert stdp.window(bm.array([-5.0, 0.0, 5.0])).shape == (3,)
    assert stdp.window(5.0) == pytest.approx(2 * 0.01 * np.exp(-1 / 3))


def test_weights_stop_at_their_bounds(x64):
    up = STDP(A_plus=0.6).respond([0.0, 10.0], [1.0, 11.0], w=0.5)
    assert up.w.max() == 1.0 and up.w[-1] <= 1.0
    assert STDP(A_minus=0.9).respond([1.0], [0.0], w=0.1).w[-1] == 0.0


def test_what_a_network_calls(x64):
    """Steps of dt over several neurons, the rows and columns of a weight matrix, against sums over all pairs."""
    rng = np.random.default_rng(1)
    stdp, dt, steps = STDP(), 0.5, 120
    spikes_pre, spikes_post = rng.random((steps, 3)) < 0.08, rng.random((steps, 2)) < 0.08
    W = np.full((3, 2), 0.5)
    traces = tuple(np.broadcast_to(x, n).astype(float) for x, n in zip(stdp.initial(), (3, 2), strict=True))
    advance, on_pre, on_post = map(bm.jit, (stdp.advance, stdp.on_pre, stdp.on_post))
    for pre, post in zip(spikes_pre, spikes_post, strict=True):
        for i in np.flatnonzero(pre):
            W[i] = on_pre(W[i], traces[1])
        for j in np.flatnonzero(post):
            W[:, j] = on_post(W[:, j], traces[0])
        traces = advance(traces, pre, post, dt)
    for i in range(3):
        for j in range(2):
            times = (dt * np.flatnonzero(s) for s in (spikes_pre[:, i], spikes_post[:, j]))
            assert W[i, j] - 0.5 == pytest.approx(pairs(*times), abs=1e-12)


def test_vmap_grad_and_no_new_compilation(x64, monkeypatch):
    calls, on_pre = [], STDP.on_pre
    monkeypatch.setattr(STDP, "on_pre", lambda *args: (calls.append(1), on_pre(*args))[1])
    times = [0.0, 7.0, 31.0, 55.0, 80.0], [3.0, 50.0]  # as many as in no other test

    def last(stdp, w=0.5):
        return stdp.respond(*times, w=w).w[-1]

    last(STDP())
    traced = len(calls)
    for stdp in (STDP(A_plus=0.01), STDP(tau_minus=30.0, w_max=2.0)):
        last(stdp, 0.4)
    assert len(calls) == traced > 0
    many = bm.vmap(lambda A: last(STDP(A_plus=A)))(bm.array([0.001, 0.005]))
    np.testing.assert_allclose(many, [float(last(STDP(A_plus=A))) for A in (0.001, 0.005)], rtol=1e-12)
    gradient = bm.grad(last)(STDP())
    for name in ("A_plus", "A_minus", "tau_plus", "tau_minus"):
        value = getattr(STDP(), name)
        up, down = (last(STDP(**{name: value * f})) for f in (1 + 1e-5, 1 - 1e-5))
        assert float(getattr(gradient, name)) == pytest.approx(float(up - down) / (2e-5 * value), rel=1e-6)
    assert STDP(A_plus=[0.001, 0.005]).respond(*times).w.shape == (7, 2)


@pytest.mark.parametrize(
    "wrong, message",
    [
        (dict(pre_times=0.0), r"^pre_times = 0\.0: a list of times in ms is expected\.\n  try: pre_times=\[0\.0, 20\.0\]"),
        (dict(post_times=["a"]), r"^post_times = \['a'\]: a list of times"),
        (dict(post_times=[np.nan]), "a list of times in ms is expected"),
        (dict(pre_times=[5.0, 5.0]), r"pre_times has 5 ms more than once\.\n  why: a neuron fires once at a time"),
        (dict(w=1.5), r"^weight = 1\.5: the weight of STDP\(\) must be from 0 to w_max = 1\.(.|\n)*STDP\(w_max=1\.5\)"),
        (dict(w=-0.5), r"^weight = -0\.5: (.|\n)*STDP\(w_max=1\)"),
        (dict(w=[0.5, 2.0]), r"^weight\[1\] = 2: "),
    ],
)
def test_wrong_arguments(wrong, message):
    with pytest.raises(SynapseError, match=message):
        STDP().respond(**{"pre_times": [0.0], "post_times": [1.0], **wrong})


def test_an_array_of_bounds():
    STDP(w_max=[1.0, 2.0]).check_weight([0.5, 1.5])
    with pytest.raises(SynapseError, match=r"^weight\[0\] = 1\.5: .* from 0 to w_max = "):
        STDP(w_max=[1.0, 2.0]).check_weight([1.5, 1.5])
