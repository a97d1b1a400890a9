"""Hodgkin-Huxley: rates, rest, bifurcations, spikes. In 64 bits, and against scipy."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

import brainlab as bl
import brainlab.math as bm
from brainlab.analysis import fi_curve
from brainlab.models.hh import exprel_rate
from brainlab.networks.core import trace

DT = 0.01
HH = bl.HH()


def plain(t, y, I):
    """The equations as a textbook prints them, in NumPy."""
    V, m, h, n = y
    am, bm_ = 0.1 * (V + 40) / (1 - np.exp(-(V + 40) / 10)), 4 * np.exp(-(V + 65) / 18)
    ah, bh = 0.07 * np.exp(-(V + 65) / 20), 1 / (1 + np.exp(-(V + 35) / 10))
    an, bn = 0.01 * (V + 55) / (1 - np.exp(-(V + 55) / 10)), 0.125 * np.exp(-(V + 65) / 80)
    current = 120 * m**3 * h * (V - 50) + 36 * n**4 * (V + 77) + 0.3 * (V + 54.387)
    return [I - current, am * (1 - m) - bm_ * m, ah * (1 - h) - bh * h, an * (1 - n) - bn * n]


def pulse(amplitude, start, width, duration):
    t = np.arange(round(duration / DT))
    on = (t >= round(start / DT)) & (t < round((start + width) / DT))
    return np.multiply.outer(on * 1.0, amplitude)


def spikes_of(I, **options):
    with bm.enable_x64():
        return np.asarray(trace(HH, I, DT, record=(), **options)["spikes"])


# ---- rates


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_rates_at_the_removable_singularities(dtype):
    with bm.enable_x64() if dtype == "float64" else bm.enable_x64(False):
        for V, name, value, slope in ((-40.0, "alpha_m", 1.0, 0.05), (-55.0, "alpha_n", 0.1, 0.005)):
            rate = lambda V, name=name: getattr(HH.rates(V), name).value  # noqa: E731
            at, gradient = jax.value_and_grad(rate)(jnp.asarray(V))
            assert at.dtype == dtype
            assert float(at) == np.dtype(dtype).type(value)
            assert float(gradient) == pytest.approx(slope, rel=1e-6)
            near = jax.vmap(jax.grad(rate))(V + jnp.array([-1e-3, -1e-5, 1e-5, 1e-3]))
            np.testing.assert_allclose(near, slope, rtol=1e-3)


def test_safe_rate_is_smooth_where_series_and_formula_meet(x64):
    x = np.concatenate(
        [[-1e-3 * (1 + 1e-9), -1e-3 * (1 - 1e-9), 1e-3 * (1 - 1e-9), 1e-3 * (1 + 1e-9)], np.linspace(-20, 20, 81)]
    )
    x = x[x != 0]
    np.testing.assert_allclose(exprel_rate(x), x / -np.expm1(-x), rtol=1e-12)
    slope = jax.vmap(jax.grad(lambda x: exprel_rate(x).value))(jnp.asarray(x))
    eps = 1e-6
    difference = ((x + eps) / -np.expm1(-(x + eps)) - (x - eps) / -np.expm1(-(x - eps))) / (2 * eps)
    np.testing.assert_allclose(slope, difference, atol=1e-8)


def test_gradient_through_a_trace_that_passes_the_singularities(x64):
    I, start = np.full(300, 10.0), (-55.0, 0.1, 0.5, 0.35)  # starts on one of them

    def last(g_Na):
        return trace(HH.replace(g_Na=g_Na), I, DT, state=start)["V"][-1]

    gradient = float(jax.grad(last)(120.0))
    difference = float(last(120.0 + 1e-4) - last(120.0 - 1e-4)) / 2e-4
    assert gradient == pytest.approx(difference, rel=1e-5)


# ---- rest


def test_rest(x64):
    np.testing.assert_allclose(HH.initial(), [-64.9964, 0.052955, 0.595994, 0.317732], rtol=2e-6)
    V, m, h, n = (float(x) for x in HH.initial())
    assert HH.g_Na * m**3 * h + HH.g_K * n**4 + HH.g_L == pytest.approx(0.678, abs=5e-4)
    slope = jax.grad(lambda V: sum(HH.currents(V, *HH.steady(V))).value)(V)
    assert float(slope) == pytest.approx(1.167, abs=5e-4)
    np.testing.assert_allclose(plain(0, (V, m, h, n), 0.0), 0, atol=1e-9)


def test_gradient_of_rest(x64):
    gradient = jax.grad(lambda E_L: bl.HH(E_L=E_L).rest().value)(-54.387)
    difference = (float(bl.HH(E_L=-54.386).rest()) - float(bl.HH(E_L=-54.388).rest())) / 0.002
    assert float(gradient) == pytest.approx(difference, rel=1e-6)


def test_rest_is_finite_even_without_conductances():
    assert np.isfinite(float(bl.HH(g_Na=0.0, g_K=0.0, g_L=0.0).rest()))
    assert float(bl.HH(g_Na=0.0, g_K=0.0).rest()) == pytest.approx(-54.387, abs=1e-4)


# ---- bifurcations


@functools.cache
def _jacobian():
    def slope(y, I):
        return jnp.stack([bl.math.asarray(x).value for x in HH.derivative(*y, I)])

    return jax.jit(jax.jacfwd(slope))


def leading(V):
    """(real part, frequency in Hz, I) of the oscillating pair at the fixed point with membrane potential V."""
    gates = [float(x) for x in HH.steady(V)]
    I = float(sum(HH.currents(V, *gates)))
    pair = np.linalg.eigvals(_jacobian()(jnp.array([V, *gates]), I))
    pair = pair[np.argmax(pair.imag)]
    return pair.real, pair.imag / (2 * np.pi) * 1000, I


@pytest.mark.parametrize(
    ("bracket", "I", "V", "frequency"),
    [((-61, -58), 9.77544, -59.654, 93.30), ((-44, -42), 154.5224, -43.058, 169.17)],
)
def test_hopf_pair(x64, bracket, I, V, frequency):
    at = brentq(lambda V: leading(V)[0], *bracket, xtol=1e-10)
    assert at == pytest.approx(V, abs=6e-4)
    assert leading(at)[2] == pytest.approx(I, rel=1e-5)
    assert leading(at)[1] == pytest.approx(frequency, abs=6e-3)


def test_bistable_between_onset_and_hopf():
    with bm.enable_x64():
        resting = [float(x) for x in (HH.rest(8.0), *HH.steady(HH.rest(8.0)))]
        firing = [float(x) for x in HH.initial()]
        start = tuple(np.stack([resting, firing], axis=1))
        spikes = np.asarray(trace(HH, np.full(20_000, 8.0), DT, state=start, record=())["spikes"])
    assert spikes[:, 0].sum() == 0 and spikes[10_000:, 1].sum() >= 5


# ---- f-I

RATES = {
    6.3: 52.37, 6.5: 55.06, 7: 58.33, 8: 62.47, 10: 68.324, 15: 78.65, 20: 86.47, 40: 108.61, 80: 137.01, 100: 147.27,
    140: 164.44, 150: 167.85,
}  # fmt: skip


@pytest.fixture(scope="module")
def rates():
    with bm.enable_x64():
        currents = [6.25, 6.2583, 6.2625, *RATES, 160.0]
        found = fi_curve(HH, currents, duration=1000.0, settle=400.0, level=-45.0)
    return dict(zip(currents, found, strict=True))


def test_rates(rates):
    for I, rate in RATES.items():
        assert rates[I] == pytest.approx(rate, abs=0.006 if rate < 100 else 0.011), I


def test_onset_and_block(rates):
    assert rates[6.2583] == 0.0  # onset of repetitive firing 6.2604 +- 0.0021
    assert rates[6.2625] > 50  # class II: it jumps
    assert rates[160.0] == 0.0


def test_rate_at_10_in_float32():
    assert fi_curve(HH, [10.0])[0] == pytest.approx(68.324, abs=2e-3)


def test_few_spikes_below_onset():
    assert spikes_of(np.full(20_000, 6.2)).sum() == 3
    counts = spikes_of(np.broadcast_to([2.238, 2.243], (20_000, 2))).sum(0)
    assert counts.tolist() == [0, 1]  # rheobase of a single spike: 2.24034


def test_temperature(x64):
    rates = fi_curve(HH.replace(T=18.5), [10.0, 20.0, 50.0], duration=400.0, settle=100.0, level=-45.0)
    np.testing.assert_allclose(rates, [188.6, 254.0, 352.8], atol=0.06)
    np.testing.assert_allclose(HH.replace(T=16.3).rates(-50.0), 3 * np.array(HH.rates(-50.0)), rtol=1e-12)


# ---- single spikes


@pytest.fixture(scope="module")
def action_potential():
    with bm.enable_x64():
        return np.asarray(trace(HH, pulse(40.0, 5.0, 0.5, 40.0), DT)["V"])


def test_action_potential(action_potential):
    V, rest = action_potential, action_potential[400]
    assert V.max() == pytest.approx(40.75, abs=0.01)
    assert (V.argmax() + 1) * DT - 5.0 == pytest.approx(1.21, abs=0.011)
    half = 0.5 * (V.max() + rest)
    i = np.flatnonzero(np.diff(V > half))
    assert np.diff(i + (half - V[i]) / (V[i + 1] - V[i]))[0] * DT == pytest.approx(1.485, abs=5e-3)
    assert V.min() == pytest.approx(-76.18, abs=0.01)
    assert V.min() - rest == pytest.approx(-11.19, abs=0.01)
    assert np.diff(V).max() / DT == pytest.approx(314, abs=1)


def test_limit_cycle_at_10(x64):
    V = np.asarray(trace(HH, np.full(15_000, 10.0), DT)["V"])[8_000:]
    assert V.max() == pytest.approx(30.431, abs=2e-3)
    assert V.min() == pytest.approx(-74.896, abs=2e-3)
    assert 1000 / 68.324 == pytest.approx(14.636, abs=5e-4)


def test_instant_depolarisation_threshold(x64):
    V, *gates = (float(x) for x in HH.initial())
    spikes = trace(HH, np.zeros(3000), DT, state=(V + np.array([6.500, 6.510]), *gates), record=())["spikes"]
    assert spikes.sum(0).tolist() == [0, 1]  # 6.505 mV


def test_strength_duration():
    """Thresholds at the six widths; the first three were bisected with scipy's solver, the others are MODELS.md's."""
    thresholds = {0.1: 65.127, 0.5: 13.275, 1.0: 6.919, 2.0: 3.861, 5.0: 2.351, 10.0: 2.2404}
    I = np.stack([pulse(np.array([0.998, 1.002]) * a, 0.0, w, 40.0) for w, a in thresholds.items()], axis=1)
    assert spikes_of(I).sum(0).tolist() == [[0, 1]] * 6


def test_one_threshold_against_scipy():
    def fires(I):
        start = [-64.99637933119206, 0.052955086813, 0.59599412474, 0.31773239976]
        during = solve_ivp(plain, (0, 0.5), start, args=(I,), rtol=1e-8, atol=1e-9)
        after = solve_ivp(plain, (0.5, 30), during.y[:, -1], args=(0.0,), rtol=1e-8, atol=1e-9)
        return after.y[0].max() > 0

    assert [fires(13.26), fires(13.29)] == [False, True]


def test_anode_break():
    I = pulse(np.array([-2.775, -2.79, -3.0]), 0.0, 50.0, 80.0)
    spikes = spikes_of(I)
    assert spikes.sum(0).tolist() == [0, 1, 1]  # release of -2.783 is enough
    assert (np.argmax(spikes[:, 2]) + 1) * DT - 50.0 == pytest.approx(7.11, abs=0.015)


def test_refractory_table():
    """Amplitude of a second 0.5 ms pulse that makes a second spike, by the interval between the pulses' starts."""
    table = {6: 155.8, 8: 73.2, 10: 42.2, 14: 17.46, 16: 12.95, 18: 11.30, 25: 13.53}
    first = pulse(40.0, 0.0, 0.5, 60.0)[:, None, None]
    second = np.stack([pulse(np.array([0.995, 1.005]) * a, i, 0.5, 60.0) for i, a in table.items()], axis=1)
    assert spikes_of(first + second).sum(0).tolist() == [[1, 2]] * len(table)
    early = spikes_of(first[:, 0, 0] + pulse(250.0, 5.0, 0.5, 60.0))
    assert early.sum() == 1  # absolutely refractory
    assert table[18] < 13.33  # supernormal: easier than at rest


# ---- against scipy


def test_trace_against_scipy(x64):
    start = [float(x) for x in HH.initial()]
    reference = solve_ivp(
        plain, (0, 40), start, args=(10.0,), method="DOP853", rtol=1e-11, atol=1e-12, t_eval=np.arange(1, 41.0)
    )
    out = trace(HH, np.full(4000, 10.0), DT, record=HH.states)
    for i, name in enumerate(HH.states):
        np.testing.assert_allclose(out[name][99::100], reference.y[i], atol=2e-4 if name == "V" else 1e-6)


def test_taus_steady_and_currents_fit_together(x64):
    V, m, h, n = -50.0, 0.2, 0.4, 0.5
    derivative = HH.derivative(V, m, h, n, 3.0)
    steady, taus = HH.steady(V), HH.taus(V)
    for d, x, inf, tau in zip(derivative[1:], (m, h, n), steady, taus, strict=True):
        assert float(d) == pytest.approx((float(inf) - x) / float(tau), rel=1e-10)
    assert float(derivative[0]) == pytest.approx(3.0 - float(sum(HH.currents(V, m, h, n))))
    np.testing.assert_allclose([float(x) for x in derivative], plain(0, (V, m, h, n), 3.0), rtol=1e-10)


@pytest.mark.parametrize("I", [-400.0, -50.0, 40.0, 100.0, 154.5])
def test_rest_at_currents_whose_bisection_begins_far_outside(I):
    neuron = bl.HH()
    V = neuron.rest(I)
    dV = neuron.derivative(V, *neuron.steady(V), I)[0]
    assert abs(float(dV)) < 0.02 * abs(I) and -5000 < float(V) < 0
