"""LIF: the closed form, the grid of time steps, noise."""

import numpy as np
import pytest

import brainlab as bl
import brainlab.math as bm
from brainlab.analysis import fi_curve, siegert
from brainlab.networks.core import trace

RATES = {1.501: 13.309, 1.6: 33.641, 2.0: 63.040, 3.0: 111.964, 6.0: 205.05, 10.0: 275.85}


def test_closed_form(x64):
    rates = bl.LIF().rate(np.array(list(RATES)))
    np.testing.assert_allclose(rates, list(RATES.values()), rtol=3e-5)
    assert bl.LIF().rheobase() == 1.5
    assert float(bl.LIF().rate(1.5)) == 0.0
    assert float(bl.LIF().rate(1e9)) == pytest.approx(500, rel=1e-6)  # t_ref caps it


def test_simulation_approaches_the_closed_form(x64):
    currents = [1.6, 2.0, 3.0, 6.0, 10.0]
    rates = fi_curve(bl.LIF(), currents, dt=0.002, duration=500.0, settle=50.0)
    np.testing.assert_allclose(rates, bl.LIF().rate(np.array(currents)), rtol=5e-4)


def test_gradient_of_the_rate_is_finite_below_threshold():
    assert float(bm.grad(lambda I: bl.LIF().rate(I))(1.0)) == 0.0
    assert float(bm.grad(lambda I: bl.LIF().rate(I))(2.0)) > 0


@pytest.mark.parametrize(
    ("method", "dt", "steps"), [("exp_euler", 0.1, 139), ("euler", 0.1, 138), ("exp_euler", 1.0, 14), ("euler", 1.0, 14)]
)
def test_first_spike_from_reset(x64, method, dt, steps):
    out = trace(bl.LIF(), np.full(200, 2.0), dt, method=method)
    assert np.argmax(out["spikes"]) + 1 == steps


def test_exponential_euler_is_exact_for_constant_input(x64):
    V = trace(bl.LIF(V_th=0.0), np.full(100, 2.0), 0.5)["V"]
    t = 0.5 * np.arange(1, 101)
    np.testing.assert_allclose(V, -45 - 20 * np.exp(-t / 10), rtol=1e-13)


@pytest.mark.parametrize(
    ("t_ref", "dt", "held"), [(2.0, 0.1, 20), (0.3, 0.1, 3), (0.0, 0.1, 0), (0.7, 0.05, 14), (25.0, 0.01, 2500)]
)
def test_refractory_steps_are_counted_not_summed(t_ref, dt, held):
    out = trace(bl.LIF(t_ref=t_ref), np.full(held + 20, 0.0), dt, state=(-40.0,))
    V = np.asarray(out["V"])
    assert out["spikes"][0] and V[0] == -65.0
    # held for t_ref although the current (-1 nA) would move it at once
    out = trace(bl.LIF(t_ref=t_ref), np.full(held + 20, -1.0), dt, state=(-40.0,))
    assert np.argmax(np.asarray(out["V"]) != -65.0) == (1 + held if held else 1)


def test_siegert():
    for (mu, sigma), rate in {(15, 5): 9.461, (20, 5): 27.341, (25, 2): 42.850, (10, 5): 0.882}.items():
        assert siegert(mu, sigma, tau=20.0, theta=20.0, V_reset=10.0, t_ref=2.0) == pytest.approx(rate, abs=6e-4)
    assert siegert(0.0, 0.5, tau=20.0, theta=20.0, V_reset=10.0) == 0.0
    assert siegert(np.array([15.0, 20.0]), 5.0, 20.0, 20.0, 10.0, 2.0).shape == (2,)
    # with vanishing noise: the closed form
    model = bl.LIF()
    assert siegert(20.0, 0.05, 10.0, 15.0, 0.0, 2.0) == pytest.approx(float(model.rate(2.0)), rel=1e-4)


def test_noise_fires_at_the_rate_of_siegert(x64):
    """Euler-Maruyama misses crossings between steps: a few per cent low, less with a smaller step."""
    model = bl.LIF(tau_m=20.0, E_L=0.0, V_th=20.0, V_reset=10.0, R_m=1.0)
    bm.random.seed(1)
    cells = bl.Population(model, 400, noise=5 / np.sqrt(20.0))
    run = bl.simulate(cells, 600.0, dt=0.025, inputs=20.0, monitors=())
    spikes = run.spikes[4000:]
    rate = spikes.mean() / 0.025 * 1000
    assert 0.955 * 27.341 < rate < 1.0 * 27.341
    intervals = np.concatenate(bl.analysis.isi(spikes, 0.025))
    assert intervals.std() / intervals.mean() == pytest.approx(0.583, abs=0.03)


def test_noise_fires_below_rheobase():
    run = bl.simulate(bl.Population(bl.LIF(), 50, noise=2.0), 300.0, inputs=1.3, monitors=())
    assert run.spikes.sum() > 50
    assert bl.simulate(bl.LIF(), 300.0, inputs=1.3).spikes.sum() == 0
