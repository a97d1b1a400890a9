"""ShortTermPlasticity: the sequences of the model's papers, its closed form and its other form."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import brainlab.math as bm
from brainlab.synapses.short_term_plasticity import SETS, ShortTermPlasticity


def releases(synapse, intervals):
    """The release at each spike; intervals (ms) lie after them. One step from spike to spike: time passes exactly."""
    u, x = synapse.initial()
    out = []
    for interval in intervals:
        u, x, release = synapse.advance(u, x, True, interval)
        out.append(float(release))
    return np.array(out)


def by_hand(U, tau_f, tau_d, intervals):
    """In the other form: u relaxes to U, and the release comes before the jump. scipy integrates."""
    u, x, out = U, 1.0, []
    for interval in intervals:
        out.append(u * x)
        u, x = u + U * (1 - u), x - u * x
        if tau_f == 0:
            u, tau = U, 1.0
        else:
            tau = tau_f
        end = solve_ivp(
            lambda t, y, tau=tau: [(U - y[0]) / tau, (1 - y[1]) / tau_d], (0, interval), [u, x], rtol=1e-11, atol=1e-13
        )
        u, x = end.y[:, -1]
    return np.array(out)


def test_depression(x64):
    got = releases(SETS["depression"], [50.0] * 4)
    np.testing.assert_allclose(got, [0.5, 0.26515, 0.15483, 0.10302], atol=5e-6)
    x, exact = 1.0, []
    for _ in range(4):
        exact.append(0.5 * x)
        x = 1 - (1 - 0.5 * x) * np.exp(-50 / 800)
    np.testing.assert_allclose(got, exact, atol=1e-12)


def test_recovery(x64):
    """500 ms after the last of 11 spikes at 20 Hz."""
    intervals = [50.0] * 10 + [500.0, 1.0]
    got = releases(SETS["depression"], intervals)
    np.testing.assert_allclose(got, by_hand(0.5, 0.0, 800.0, intervals), atol=1e-6)
    assert got[-1] == pytest.approx(0.24772, abs=5e-6)


def test_facilitation(x64):
    got = releases(SETS["facilitation"], [50.0] * 4)
    np.testing.assert_allclose(got, [0.05, 0.0923, 0.1259, 0.15191], atol=5e-6)


@pytest.mark.parametrize("U, tau_f, tau_d", [(0.5, 0.0, 800.0), (0.05, 1000.0, 100.0), (0.2, 300.0, 300.0)])
def test_the_other_form_gives_the_same(x64, U, tau_f, tau_d):
    intervals = [50.0, 20.0, 3.0, 400.0, 10.0, 10.0]
    got = releases(ShortTermPlasticity(U=U, tau_f=tau_f, tau_d=tau_d), intervals)
    np.testing.assert_allclose(got, by_hand(U, tau_f, tau_d, intervals), atol=1e-6)


def test_many_small_steps_are_one_large_one(x64):
    synapse = SETS["facilitation"]
    u, x, _ = synapse.advance(*synapse.initial(), True, 0.1)
    for _ in range(99):
        u, x, release = synapse.advance(u, x, False, 0.1)
        assert release == 0
    np.testing.assert_allclose([float(u), float(x)], synapse.advance(*synapse.initial(), True, 10.0)[:2], rtol=1e-12)


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("rate", [1.0, 20.0, 100.0])
def test_steady_state(x64, name, rate):
    assert float(SETS[name].steady(rate)) == pytest.approx(releases(SETS[name], [1000 / rate] * 300)[-1], rel=1e-9)


def test_only_those_who_fire_release(x64):
    """Under jit and vmap; in arrays, one neuron each; spikes as bool or as 0 and 1."""
    synapse, spikes = SETS["depression"], np.array([True, False, True])
    u, x = np.array([0.0, 0.1, 0.0]), np.array([1.0, 0.4, 0.5])
    for kind in (bool, float):
        new_u, new_x, release = bm.jit(synapse.advance)(u, x, spikes.astype(kind), 10.0)
        np.testing.assert_allclose(release, [0.5, 0.0, 0.25], rtol=1e-12)
    mapped = bm.vmap(lambda u, x, s: synapse.advance(u, x, s, 10.0)[1])(bm.array(u), bm.array(x), bm.array(spikes))
    np.testing.assert_allclose(mapped, new_x, rtol=1e-12)
    kept = np.exp(-10 / 800)
    np.testing.assert_allclose(new_x, 1 - (1 - np.array([0.5, 0.4, 0.25])) * kept, rtol=1e-12)
    assert (np.asarray(new_u) == 0).all()


def test_gradient(x64):
    def last(synapse):
        u, x = synapse.initial()
        for _ in range(4):
            u, x, release = synapse.advance(u, x, 1.0, 50.0)
        return release

    synapse = SETS["facilitation"]
    gradient = bm.grad(last)(synapse)
    for name in ("U", "tau_f", "tau_d"):
        value = getattr(synapse, name)
        up, down = (last(synapse.replace(**{name: value * f})) for f in (1 + 1e-6, 1 - 1e-6))
        assert float(getattr(gradient, name)) == pytest.approx(float(up - down) / (2e-6 * value), rel=1e-6)
    off = bm.grad(last)(ShortTermPlasticity(tau_f=0.0, tau_d=0.0))
    assert np.isfinite([float(off.U), float(off.tau_f), float(off.tau_d)]).all()
