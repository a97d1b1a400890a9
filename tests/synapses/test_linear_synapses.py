"""Exponential, Alpha, DualExponential: closed forms, and the convolution of two decays where the closed form is 0/0."""

import numpy as np
import pytest

import brainlab as bl
import brainlab.math as bm
from brainlab.synapses import Alpha, DualExponential, Exponential, response
from brainlab.synapses._decay import log_ratio, mean_decay

PEAKS = {(0.5, 2.0): (0.92420, 2.116535), (2.0, 100.0): (7.98372, 1.105215)}  # peak time (ms), norm of the difference


def kernel(tau_rise, tau_decay, t):
    """Of peak 1: one decay folded with the other, by quadrature. Nothing in it is singular where they are equal."""
    same = abs(tau_decay - tau_rise) < 1e-9
    peak = tau_rise if same else np.log(tau_decay / tau_rise) / (1 / tau_rise - 1 / tau_decay)
    x, weight = np.polynomial.legendre.leggauss(40)
    t = np.append(peak, t)[:, None]
    s = t / 2 * (1 + x)
    g = (t / 2 * weight * np.exp(-s / tau_rise - (t - s) / tau_decay)).sum(1)
    return g[1:] / g[0]


def test_exponential(x64):
    answer = response(Exponential(tau=3.0), [1.0, 2.0], 10.0, dt=0.25, weight=0.7)
    t = np.asarray(answer.t)
    expected = 0.7 * sum(np.where(t >= s, np.exp(-(t - s) / 3.0), 0.0) for s in (1.0, 2.0))
    np.testing.assert_allclose(answer.g, expected, rtol=1e-12)
    np.testing.assert_allclose(answer.current, expected, rtol=1e-12)


def test_alpha(x64):
    answer = response(Alpha(tau=2.0, E_rev=0.0), [1.0], 20.0, dt=0.5, weight=0.3, V=-65.0)
    t = np.maximum(np.asarray(answer.t) - 1.0, 0.0)
    np.testing.assert_allclose(answer.g, 0.3 * t / 2 * np.exp(1 - t / 2), rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(answer.current, 65 * 0.3 * t / 2 * np.exp(1 - t / 2), rtol=1e-12, atol=1e-15)
    assert answer.g.max() == pytest.approx(0.3, rel=1e-12) and answer.t[bm.argmax(answer.g)] == 3.0


@pytest.mark.parametrize("taus", PEAKS)
def test_dual_exponential_peaks(x64, taus):
    (rise, decay), (peak, norm) = taus, PEAKS[taus]
    synapse = DualExponential(tau_rise=rise, tau_decay=decay)
    assert float(synapse.peak_time()) == pytest.approx(peak, abs=5e-6)
    assert float(synapse.jump) * rise / (decay - rise) == pytest.approx(norm, abs=5e-7)
    answer = response(synapse, [0.0], 4 * decay, dt=decay / 50)
    t = np.asarray(answer.t)
    difference = np.exp(-t / decay) - np.exp(-t / rise)
    scale = 1 / (np.exp(-float(synapse.peak_time()) / decay) - np.exp(-float(synapse.peak_time()) / rise))
    np.testing.assert_allclose(answer.g, scale * difference, rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize("ratio", [1.0, 1 + 1e-12, 1 + 1e-7, 1 - 1e-5, 1.0009, 1.0011, 0.9, 1e3])
def test_nearly_equal_time_constants(x64, ratio):
    answer = response(DualExponential(tau_rise=2.0, tau_decay=2.0 * ratio), [0.0], 8.0, dt=0.5)
    np.testing.assert_allclose(answer.g, kernel(2.0, 2.0 * ratio, np.asarray(answer.t)), rtol=3e-9, atol=1e-12)


def test_equal_time_constants_are_alpha_and_exchanged_ones_the_same(x64):
    dual, alpha = (response(s, [0.0, 3.0], 20.0).g for s in (DualExponential(tau_rise=3.0, tau_decay=3.0), Alpha(tau=3.0)))
    np.testing.assert_allclose(dual, alpha, rtol=1e-12, atol=1e-15)
    one, other = (
        response(DualExponential(tau_rise=a, tau_decay=b), [0.0, 3.0], 20.0).g for a, b in ((2.0, 7.0), (7.0, 2.0))
    )
    np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("gap", [0.0, 1e-9, 5e-4, 2e-3])
def test_gradient_where_the_time_constants_meet(x64, gap):
    def g(tau_rise):
        return response(DualExponential(tau_rise=tau_rise, tau_decay=2.0), [0.0], 8.0, dt=0.5).g[10]

    h = 1e-4
    slope = (kernel(2.0 + gap + h, 2.0, [5.0]) - kernel(2.0 + gap - h, 2.0, [5.0]))[0] / (2 * h)
    assert float(bm.grad(g)(2.0 + gap)) == pytest.approx(slope, rel=1e-5)


def test_extreme_time_constants_stay_finite():
    for rise, decay in ((1e-6, 1.0), (1.0, 1e-6), (1e-6, 1e6), (1e6, 1e6), (1e-30, 5.0)):
        g = response(DualExponential(tau_rise=rise, tau_decay=decay), [0.0], 8.0, dt=0.5).g
        assert np.isfinite(g).all() and (g >= 0).all(), (rise, decay)


def test_the_two_functions_below(x64):
    a, b = np.array([0.0, 0.0, 1.0, 3.0]), np.array([1e-8, 1e-3, 1.0, 1.0])
    x, weight = np.polynomial.legendre.leggauss(20)
    points = (a + b)[:, None] / 2 + (b - a)[:, None] / 2 * x
    np.testing.assert_allclose(mean_decay(a, b), (np.exp(-points) * weight).sum(1) / 2, rtol=1e-13)
    d = np.array([-0.5, -9e-4, 2.0**-40, 2.0**-9, 5.0])
    np.testing.assert_allclose(log_ratio(1 + d), np.log1p(d) / d, rtol=3e-13)


def test_one_state_serves_all_synapses_of_a_neuron(x64):
    """Linear: the answer to two spikes of different weight is the sum of the answers."""
    for synapse in (Exponential(), Alpha(), DualExponential()):
        both = synapse.initial()
        for _ in range(2):
            both = (both[0] + synapse.jump * np.array([0.2, 0.5]).sum(), *both[1:])
            both = synapse.advance(*both, 0.3)
        each = sum(response(synapse, [0.0, 0.3], 0.6, dt=0.3, weight=w).g[-1] for w in (0.2, 0.5))
        assert float(synapse.output(*both)) == pytest.approx(float(each), rel=1e-12)


def test_exported():
    assert bl.synapses.Exponential is Exponential and bl.synapses.SynapseError is not None
