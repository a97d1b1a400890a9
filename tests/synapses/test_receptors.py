"""AMPA, GABA_A, GABA_B and both NMDA synapses against scipy's integrator, and the published numbers."""

import numpy as np
import pytest
import scipy.optimize
from scipy.integrate import simpson, solve_ivp

from brainlab.synapses import AMPA, GABA_A, GABA_B, NMDA, KineticNMDA, magnesium_block, response

TIGHT = dict(rtol=1e-10, atol=1e-13, method="DOP853")
TIMES = [1.0, 1.6, 9.0, 9.3, 30.0]  # two of them during the pulse of the spike before


def transmitter(times, pulse):
    """When it begins and ends: spikes during a pulse prolong it."""
    spans = []
    for t in times:
        if spans and t <= spans[-1][1]:
            spans[-1][1] = t + pulse
        else:
            spans.append([t, t + pulse])
    return spans


def solved(slopes, start, times, pulse, duration, dt):
    """The states at all multiples of dt, integrated from edge to edge of the pulses."""
    spans = transmitter(times, pulse)
    edges = sorted({0.0, duration, *(e for span in spans for e in span if e < duration)})
    t, rows, y = np.arange(round(duration / dt) + 1) * dt, [np.asarray(start)], np.asarray(start)
    for low, high in zip(edges, edges[1:], strict=False):
        on = any(a <= low < b for a, b in spans)
        inside = t[(t > low + 1e-9) & (t <= high + 1e-9)]
        out = solve_ivp(lambda t, y, on=on: slopes(y, 1.0 * on), (low, high), y, t_eval=[*np.minimum(inside, high)], **TIGHT)
        rows.extend(out.y.T)
        y = solve_ivp(lambda t, y, on=on: slopes(y, 1.0 * on), (low, high), y, **TIGHT).y[:, -1]
    return np.array(rows)


@pytest.mark.parametrize("synapse, peak", [(AMPA(), 0.61799), (GABA_A(), 0.95982), (KineticNMDA(), 0.06924)])
def test_one_pulse(x64, synapse, peak):
    answer = response(synapse, [2.0], 12.0)
    assert float(answer.g.max()) == pytest.approx(peak, abs=5e-6) and float(answer.t[answer.g.argmax()]) == pytest.approx(
        3.0
    )
    assert answer.g[-1] == pytest.approx(float(answer.g.max()) * np.exp(-synapse.beta * 9.0), rel=1e-9)


@pytest.mark.parametrize("synapse", [AMPA(), GABA_A(T=0.5, pulse=0.7), KineticNMDA()])
@pytest.mark.parametrize("dt", [0.1, 0.05])
def test_binding_agrees_with_scipy(x64, synapse, dt):
    expected = solved(
        lambda y, on: [synapse.alpha * synapse.T * on * (1 - y[0]) - synapse.beta * y[0]],
        [0.0], TIMES, synapse.pulse, 40.0, dt,
    )  # fmt: skip
    np.testing.assert_allclose(response(synapse, TIMES, 40.0, dt=dt).g, expected[:, 0], atol=1e-9)


def test_pulses_last_as_long_as_they_should(x64):
    """Also if they are no whole number of steps, or shorter than one."""
    for pulse in (0.03, 0.1, 1.0, 1.04, 2.5):
        synapse = AMPA(pulse=pulse)
        plateau, speed = 1.1 / 1.29, 1.29
        at_end = plateau * (1 - np.exp(-speed * pulse))
        g = response(synapse, [0.0], 5.0, dt=0.1).g
        assert float(g[-1]) == pytest.approx(at_end * np.exp(-0.19 * (5.0 - pulse)), rel=1e-9)


def test_gaba_b_agrees_with_scipy(x64):
    synapse = GABA_B()
    times = [5.0 * i for i in range(10)]

    def slopes(y, on):
        return [0.09 * on * (1 - y[0]) - 0.0012 * y[0], 0.18 * y[0] - 0.034 * y[1]]

    for spikes in (times, TIMES):
        s = solved(slopes, [0.0, 0.0], spikes, 1.0, 100.0, 0.5 if spikes is times else 0.1)[:, 1]
        got = response(synapse, spikes, 100.0, dt=0.5 if spikes is times else 0.1).g
        np.testing.assert_allclose(got, s**4 / (s**4 + 100), rtol=1e-6, atol=1e-12)


def test_gaba_b_with_two_equal_rates_stays_finite(x64):
    near, equal = (response(GABA_B(K2=0.034 + gap), [0.0], 100.0).g for gap in (1e-6, 0.0))
    np.testing.assert_allclose(near, equal, rtol=1e-3)
    assert equal.max() > 0


def wang(synapse, period, count, duration=None):
    """(x, s) before each spike of a regular train and at its end, and the mean of s over the last period."""
    y, mean = np.zeros(2), 0.0
    for _ in range(count):
        out = solve_ivp(
            lambda t, y: [
                -y[0] / synapse.tau_rise,
                -y[1] / synapse.tau_decay + synapse.alpha * y[0] * (1 - y[1]),
                y[1],
            ],
            (0, period), [y[0] + 1, y[1], 0.0], **TIGHT,
        )  # fmt: skip
        y, mean = out.y[:2, -1], out.y[2, -1] / period
    return y, mean


def test_nmda_single_spike(x64):
    answer = response(NMDA(), [0.0], 20.0, dt=0.01)
    i = int(answer.g.argmax())
    assert float(answer.g[i]) == pytest.approx(0.59184, abs=5e-6) and float(answer.t[i]) == pytest.approx(7.08, abs=0.005)


@pytest.mark.parametrize("dt", [0.1, 0.5])
def test_nmda_agrees_with_scipy(x64, dt):
    for period, count in ((50.0, 4), (10.0, 12)):
        (_, s), _ = wang(NMDA(), period, count)
        assert float(response(NMDA(), period * np.arange(count), period * count, dt=dt).g[-1]) == pytest.approx(s, abs=1e-6)


@pytest.mark.parametrize("rate, known", [(2, 0.1272), (5, 0.2906), (10, 0.4667), (20, 0.6463), (40, 0.7905), (80, 0.8859)])
def test_nmda_saturates(x64, rate, known):
    """Mean s of regular trains. The known numbers were made with a cruder method: they are good to 3e-4."""
    period = 1000.0 / rate
    count = max(4, round(600 / period))
    _, mean = wang(NMDA(), period, count)
    g = response(NMDA(), period * np.arange(count), period * count, dt=period / 1000).g
    got = simpson(np.asarray(g[-1001:]), dx=1 / 1000)
    assert got == pytest.approx(mean, abs=1e-6) and got == pytest.approx(known, abs=3e-4)


def test_nmda_stays_below_one():
    assert 0.99 < NMDA().advance(50.0, 0.999, True, 5.0)[1] <= 1.0


def test_magnesium_block(x64):
    worst = scipy.optimize.minimize_scalar(lambda V: -float(NMDA().current(1.0, V)), bounds=(-70, 0), method="bounded")
    assert worst.x == pytest.approx(-26.96, abs=5e-3)
    assert float(magnesium_block(-60.0)) == pytest.approx(1 / (1 + np.exp(3.72) / 3.57), rel=1e-12)
    assert magnesium_block(-80.0, 0.0) == 1.0
    for synapse in (NMDA(Mg=0.0), KineticNMDA(Mg=0.0)):
        assert synapse.current(0.1, -60.0) == pytest.approx(6.0)
    assert KineticNMDA().current(0.1, -60.0) == pytest.approx(6.0 * float(magnesium_block(-60.0)))


def test_spikes_may_be_numbers_and_arrays():
    """One state per neuron that sends; what the connection counts as an event is one here."""
    on, _ = AMPA().advance(np.zeros(3, np.float32), np.zeros(3, np.float32), np.array([0.0, 1.0, 1.0], np.float32), 1.0)
    same, _ = AMPA().advance(np.zeros(3, np.float32), np.zeros(3, np.float32), np.array([False, True, True]), 1.0)
    assert on[0] == 0 and (on == same).all() and on[1] == on[2] > 0.6
