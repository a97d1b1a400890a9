"""trace: the scan under everything."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import brainlab as bl
import brainlab.math as bm
from brainlab.networks import core
from brainlab.networks.core import trace


def test_continues_where_it_stopped():
    I = np.full(3000, 2.0)
    whole = trace(bl.AdEx(), 400 * I, 0.1, record=("V", "w"))
    first = trace(bl.AdEx(), 400 * I[:1234], 0.1, record=("V", "w"))
    rest = trace(
        bl.AdEx(), 400 * I[1234:], 0.1, state=first["state"], refractory=first["refractory"], start=1234, record=("V", "w")
    )
    for name in ("V", "w", "spikes"):
        assert (np.concatenate([first[name], rest[name]]) == np.asarray(whole[name])).all()


def test_refractoriness_is_carried_over():
    neuron, I = bl.LIF(t_ref=3.0), np.full(600, 5.0)
    whole = np.asarray(trace(neuron, I, 0.1)["V"])
    cut = np.argmax(trace(neuron, I, 0.1)["spikes"]) + 5  # in the middle of a refractory period
    first = trace(neuron, I[:cut], 0.1)
    assert float(first["refractory"]) == pytest.approx(2.6, abs=1e-5)
    rest = trace(neuron, I[cut:], 0.1, state=first["state"], refractory=first["refractory"])
    assert (np.concatenate([first["V"], rest["V"]]) == whole).all()


def test_records_states_and_input():
    out = trace(bl.HH(), jnp.arange(5.0), 0.01, record=("n", "I", "V"))
    assert list(out) == ["n", "I", "V", "spikes", "state", "refractory"]
    assert out["I"].tolist() == [0, 1, 2, 3, 4]
    assert out["n"].shape == (5,) and out["spikes"].dtype == bool


def test_an_unknown_record_teaches():
    with pytest.raises(bl.networks.SimulationError, match="HH has nothing called 'v' to monitor. Did you mean 'V'"):
        trace(bl.HH(), np.zeros(5), 0.01, record=("v",))


def test_shapes_broadcast_together():
    neuron = bl.LIF(tau_m=np.array([5.0, 10.0, 20.0]))
    assert trace(neuron, np.ones(7), 0.1)["V"].shape == (7, 3)
    assert trace(bl.LIF(), np.ones((7, 2, 3)), 0.1)["V"].shape == (7, 2, 3)
    assert trace(bl.LIF(), np.ones(7), 0.1, bias=np.arange(4.0))["V"].shape == (7, 4)
    assert trace(bl.LIF(), np.ones(7), 0.1, state=(np.zeros(2) - 60,))["V"].shape == (7, 2)


def test_bias_is_a_constant_input():
    both = trace(bl.LIF(), np.linspace(0, 1, 200), 0.1, bias=1.5)["V"]
    np.testing.assert_allclose(both, trace(bl.LIF(), np.linspace(0, 1, 200) + 1.5, 0.1)["V"], rtol=1e-6)


def test_noise_has_the_size_that_was_asked_for(x64):
    neuron = bl.LIF(tau_m=1e9, R_m=1e-9, V_th=1e6)  # no leak: V is a random walk
    key, zeros = jax.random.PRNGKey(1), np.zeros((1000, 200))
    V = trace(neuron, zeros, 0.1, key=key, noise=0.5)["V"]
    assert np.asarray(V[-1]).std() == pytest.approx(0.5 * np.sqrt(100.0), rel=0.12)
    again = trace(neuron, zeros, 0.1, key=key, noise=0.5)["V"]
    assert (np.asarray(V) == np.asarray(again)).all()
    assert (np.asarray(trace(neuron, zeros, 0.1)["V"]) == -65.0).all()


def test_noise_that_does_not_fit_in_advance(monkeypatch):
    monkeypatch.setattr(core, "AHEAD", 10)
    V = trace(bl.LIF(V_th=0.0), np.zeros((501, 300)), 0.1, key=jax.random.PRNGKey(0), noise=1.0)["V"]
    # stationary: noise * sqrt(tau / 2)
    assert np.asarray(V[-100:]).std() == pytest.approx(np.sqrt(5.0), rel=0.05)


def test_no_noise_while_refractory():
    neuron = bl.LIF(t_ref=5.0)
    out = trace(neuron, np.full(60, 0.0), 0.1, state=(-40.0,), key=jax.random.PRNGKey(0), noise=3.0)
    assert (np.asarray(out["V"])[:51] == -65.0).all() and np.asarray(out["V"])[51] != -65.0


def test_inside_another_jit_and_grad():
    @jax.jit
    def last(neuron, I):
        return trace(neuron, I, 0.1)["V"][-1]

    gradient = jax.grad(last)(bl.LIF(), jnp.full(50, 1.0))
    assert float(gradient.R_m) == pytest.approx(1 - np.exp(-0.5), rel=1e-5)
    assert float(gradient.E_L) == pytest.approx(1.0, rel=1e-5)


def test_time_moves_on_in_whole_steps():
    """A float32 clock that is summed stops at 2**24 steps: start beyond it."""
    out = trace(bl.LIF(), np.full(200, 2.0), 0.1, start=2**24 + 1)
    assert np.argmax(out["spikes"]) == 138


def test_methods_agree_for_small_steps(x64):
    I = np.full(2000, 1.4)
    reference = trace(bl.LIF(), I, 0.01)["V"][-1]
    for method in ("euler", "midpoint", "rk4", "exp_euler"):
        assert float(trace(bl.LIF(), I, 0.01, method=method)["V"][-1]) == pytest.approx(float(reference), abs=5e-3)


def test_array_parameters_may_be_bm_arrays():
    out = trace(bl.LIF(tau_m=bm.array([5.0, 10.0])), bm.ones(5), 0.1)
    assert isinstance(out["V"], jax.Array) and out["V"].shape == (5, 2)
