"""What is made of the spikes of populations, against closed forms and loops over all pairs."""

import numpy as np
import pytest
from scipy import signal

from brainlab import analysis
from brainlab.analysis import (
    autocorrelation,
    coherence,
    cross_correlation,
    cv,
    fano,
    firing_rate,
    isi,
    isi_histogram,
    lfp_proxy,
    peak_frequency,
    population_rate,
    psth,
    raster,
    spectrum,
    spike_times,
    synchrony,
)
from brainlab.networks import Spikes

P = 0.02  # per step of 1 ms: 20 Hz


@pytest.fixture(scope="module")
def poisson():
    """Bernoulli steps, 100 s: of windows of n steps the counts have mean n p and variance n p (1 - p)."""
    return np.random.default_rng(0).random((100_000, 20)) < P


@pytest.fixture(scope="module")
def clock():
    table = np.zeros((2000, 2), bool)
    table[4::20, 0] = table[9::20, 1] = True
    return table


# ---- events and tables


@pytest.mark.parametrize(
    "call",
    [
        lambda s, dt: firing_rate(s, dt, window=20.0),
        lambda s, dt: np.concatenate(spike_times(s, dt)),
        lambda s, dt: np.concatenate(isi(s, dt)),
        lambda s, dt: cv(s, dt),
        lambda s, dt: raster(s, dt),
        lambda s, dt: np.concatenate(psth(s, dt, bin=20.0)),
        lambda s, dt: population_rate(s, dt, bin=5.0, sigma=10.0),
        lambda s, dt: fano(s, dt, window=50.0),
        lambda s, dt: np.concatenate(isi_histogram(s, dt, bin=10.0)),
        lambda s, dt: coherence(s, dt, bin=2.0),
        lambda s, dt: cross_correlation(s, s, dt, bin=5.0),
        lambda s, dt: autocorrelation(s, dt),
        lambda s, dt: spectrum(s, dt, segment=500.0),
    ],
)
def test_events_and_tables_give_the_same(poisson, call):
    table = poisson[:2000]
    from_table, from_events = call(table, 0.5), call(Spikes.from_dense(table, 0.5), None)
    np.testing.assert_array_equal(from_table, from_events)


def test_events_know_when_they_began(clock):
    later = Spikes.from_dense(clock, 1.0, 100.0)
    assert spike_times(later)[0][0] == 105.0 and raster(later)[0][0] == 105.0
    assert psth(later)[0][0] == 100.0 and population_rate(later, bin=10.0)[0][0] == 105.0


def test_silence_has_no_variability_and_a_rate_of_zero():
    silent = Spikes([], [], 1000, 3, 1.0)
    assert np.isnan(cv(silent)).all() and np.isnan(fano(silent)).all() and np.isnan(coherence(silent))
    assert not population_rate(silent)[1].any() and not firing_rate(silent).any() and not spectrum(silent).power.any()
    assert [len(x) for x in isi(silent)] == [0, 0, 0]


# ---- rates


def test_the_rate_counts_spikes_per_neuron_and_second(poisson):
    t, rate = population_rate(poisson, 1.0, bin=10.0)
    np.testing.assert_allclose(rate, poisson.reshape(-1, 10, 20).sum((1, 2)) / 20 / 0.010)
    assert t[:2].tolist() == [5.0, 15.0] and len(t) == 10_000
    assert len(population_rate(poisson[:25], 1.0, bin=10.0)[0]) == 2  # a bin that is not full is no bin


def test_a_smooth_rate_is_a_gaussian_and_keeps_its_level_at_the_ends():
    one = np.zeros(401, bool)
    one[200] = True
    t, rate = population_rate(one, 0.5, bin=0.5, sigma=10.0)
    gauss = np.exp(-(((t - t[200]) / 10.0) ** 2) / 2) / (10.0 * np.sqrt(2 * np.pi)) * 1000.0
    np.testing.assert_allclose(rate, np.where(abs(t - t[200]) <= 40, gauss, 0), rtol=1e-3, atol=1e-9)
    np.testing.assert_allclose(population_rate(np.ones(30, bool), 1.0, sigma=100.0)[1], 1000.0)


# ---- single neurons


def test_counts_and_intervals_of_a_poisson_process(poisson):
    assert np.nanmean(fano(poisson, 1.0)) == pytest.approx(1 - P, abs=0.02)
    np.testing.assert_allclose(cv(poisson, 1.0), np.sqrt(1 - P), atol=0.06)  # geometric intervals
    edges, density = isi_histogram(poisson, 1.0, bin=1.0)
    expected = P * (1 - P) ** (edges[1:60] - 1)
    np.testing.assert_allclose(density[1:60], expected, atol=5 * np.sqrt(P / 40_000))
    assert density[0] == 0 and density.sum() == pytest.approx(1)


def test_fano_of_each_window_by_hand(poisson):
    counts = poisson[:1050, :3].astype(int)[:1000].reshape(10, 100, 3).sum(1)
    np.testing.assert_allclose(fano(poisson[:1050, :3], 1.0), counts.var(axis=0, ddof=1) / counts.mean(axis=0))


def test_a_clock_has_no_variability(clock):
    assert cv(clock, 1.0).tolist() == [0, 0] and fano(clock, 1.0).tolist() == [0, 0]
    assert fano(clock[:, 0], 1.0) == 0.0 and isinstance(fano(clock[:, 0], 1.0), float)
    edges, density = isi_histogram(clock, 1.0, bin=5.0)
    assert edges.tolist() == [0, 5, 10, 15, 20, 25] and density.tolist() == [0, 0, 0, 0, 0.2]


def test_intervals_of_gamma_trains():
    """Every fourth event of a Poisson process: CV 1/2 and, for long windows, Fano factor 1/4."""
    rng = np.random.default_rng(3)
    times = np.cumsum(rng.gamma(4, 5.0, 20_000))
    train = Spikes.from_times(times[times < 390_000], np.zeros((times < 390_000).sum(), int), 390_000.0, 1, 0.1)
    assert cv(train)[0] == pytest.approx(0.5, rel=0.02)
    assert fano(train, window=1000.0)[0] == pytest.approx(0.25, rel=0.15)


# ---- synchrony


def test_chi_is_one_for_copies_and_falls_as_the_square_root_of_n():
    rng = np.random.default_rng(4)
    one = rng.normal(size=(2000, 1))
    assert synchrony(np.repeat(one, 5, axis=1) + np.arange(5)) == pytest.approx(1.0)  # different means do not count
    for n in (16, 100):
        assert synchrony(rng.normal(size=(20_000, n))) == pytest.approx(1 / np.sqrt(n), rel=0.03)
    # A common part of variance c beside an own one of 1 - c: chi^2 = c + (1 - c)/N.
    mixed = np.sqrt(0.3) * rng.normal(size=(20_000, 1)) + np.sqrt(0.7) * rng.normal(size=(20_000, 10))
    assert synchrony(mixed) ** 2 == pytest.approx(0.3 + 0.07, rel=0.05)


def test_chi_of_phases_on_a_circle():
    """N oscillators, phases spread over an arc a: the mean has the amplitude sin(a/2)/(a/2)."""
    t = 2 * np.pi * np.arange(1000) / 1000
    arc = 2.0
    phases = (np.arange(500) + 0.5) / 500 * arc
    assert synchrony(np.sin(t[:, None] + phases)) == pytest.approx(np.sin(arc / 2) / (arc / 2), rel=1e-4)


def test_kappa_is_the_mean_over_all_pairs(poisson):
    table = poisson[:1000].copy()
    table[:, 3] = False  # silent: in no pair
    X = table.reshape(200, 5, 20).any(1).astype(float)
    pairs = [
        (X[:, i] * X[:, j]).sum() / np.sqrt(X[:, i].sum() * X[:, j].sum())
        for i in range(20)
        for j in range(i)
        if 3 not in (i, j)
    ]
    assert coherence(table, 1.0, bin=5.0) == pytest.approx(np.mean(pairs))


def test_kappa_of_copies_and_of_strangers(poisson, clock):
    assert coherence(np.repeat(poisson[:, :1], 10, axis=1), 1.0) == pytest.approx(1.0)
    assert coherence(poisson, 1.0) == pytest.approx(P, rel=0.05)  # by chance: the share of bins with a spike
    assert coherence(clock, 1.0) == 0.0 and coherence(clock, 1.0, bin=10.0) == pytest.approx(1.0)
    assert np.isnan(coherence(clock[:, [0, 0]] & [True, False], 1.0))


# ---- correlation


def test_a_shifted_copy_peaks_at_the_shift(poisson):
    train = poisson[:20_000, 0]
    found = cross_correlation(train, np.roll(train, 7), dt=0.5, max_lag=10.0)
    assert found.peak() == 3.5 and found.values.max() == pytest.approx(1.0, rel=0.01)
    assert np.abs(found.values[found.lags != 3.5]).max() < 0.05
    assert cross_correlation(np.roll(train, 7), train, dt=0.5, max_lag=10.0).peak() == -3.5
    spikes = Spikes.from_dense(poisson[:20_000], 0.5)
    np.testing.assert_array_equal(cross_correlation(spikes.only(0), spikes.only(1), bin=5.0).values.shape, (21,))
    assert repr(found.plot()) == "<1 curve over lag (ms)>"


def test_correlation_by_the_sum(poisson):
    rng = np.random.default_rng(5)
    a, b = rng.normal(size=60), rng.normal(size=60)
    found = cross_correlation(a, b, dt=2.0, max_lag=9.0)  # multiples of the step up to it
    assert found.lags.tolist() == [-8, -6, -4, -2, 0, 2, 4, 6, 8]
    x, y = a - a.mean(), b - b.mean()
    for lag, value in zip((found.lags / 2).astype(int), found.values, strict=True):
        both = [x[t] * y[t + lag] for t in range(60) if 0 <= t + lag < 60]
        assert value == pytest.approx(np.mean(both) / (a.std() * b.std()))
    assert found.values[4] == pytest.approx(np.corrcoef(a, b)[0, 1])


def test_autocorrelation_of_known_processes():
    rng = np.random.default_rng(6)
    noise = rng.normal(size=200_000)
    x = signal.lfilter([1.0], [1.0, -np.exp(-0.1 / 2.0)], noise)  # tau = 2 ms: exp(-lag/tau)
    found = autocorrelation(x, dt=0.1, max_lag=6.0)
    np.testing.assert_allclose(found.values, np.exp(-np.abs(found.lags) / 2.0), atol=0.04)
    assert found.values[60] == pytest.approx(1.0)
    assert np.abs(autocorrelation(noise, dt=0.1, max_lag=6.0).values[61:]).max() < 5 / np.sqrt(200_000)


# ---- spectra


def test_poisson_processes_have_a_flat_spectrum(poisson):
    rate = P * 1000.0
    found = spectrum(poisson, 1.0, segment=100.0)
    np.testing.assert_allclose(found.power[2:-1], 2 * rate * (1 - P) / 20, rtol=0.2)
    assert found.power[2:-1].mean() == pytest.approx(2 * rate * (1 - P) / 20, rel=0.02)


def test_area_under_the_spectrum_is_the_variance_and_scipy_agrees():
    x = np.random.default_rng(7).normal(size=40_000)
    found = spectrum(x, 0.5, segment=500.0)
    assert found.power.sum() * found.f[1] == pytest.approx(x.var(), rel=0.02)
    f, power = signal.welch(x, 2000.0, nperseg=1000)
    np.testing.assert_allclose(found.f, f)
    np.testing.assert_allclose(found.power, power)
    assert repr(found.plot(high=100.0)) == "<1 curve over f (Hz)>"


def test_a_rhythm_in_the_rate_is_found_in_the_spikes():
    t = np.arange(0, 20_000, 1.0)
    rng = np.random.default_rng(8)
    table = rng.random((20_000, 50)) < (0.02 * (1 + np.sin(2 * np.pi * 0.0374 * t)))[:, None]
    spikes = Spikes.from_dense(table, 1.0)
    assert peak_frequency(spikes) == pytest.approx(37.4, abs=0.2)
    assert peak_frequency(spikes, bin=2.0, segment=2000.0) == pytest.approx(37.4, abs=0.2)
    assert peak_frequency(population_rate(spikes, bin=4.0)[1], dt=4.0) == pytest.approx(37.4, abs=0.2)
    again = autocorrelation(spikes, max_lag=40.0)
    later = again.lags > 15
    assert again.lags[later][np.argmax(again.values[later])] == pytest.approx(1000 / 37.4, abs=1.5)  # one period


def test_peaks_are_sought_in_the_range_that_is_asked_for():
    t = np.arange(0, 4000, 1.0)
    x = 3 * np.sin(2 * np.pi * 0.010 * t) + np.sin(2 * np.pi * 0.060 * t)
    assert peak_frequency(x, 1.0) == pytest.approx(10.0, abs=0.05)
    assert peak_frequency(x, 1.0, low=30, high=100) == pytest.approx(60.0, abs=0.05)
    assert peak_frequency(x, 1.0, low=11, high=50) == 11.0  # the slope of the other one: no peak to refine


# ---- field potential


def test_the_field_is_the_published_sum():
    I_E, I_I = np.random.default_rng(9).random((2, 200, 3))
    lfp = lfp_proxy(I_E, -I_I, dt=0.5)
    expected = [I_E[k - 12].sum() + 1.65 * I_I[k].sum() for k in range(12, 200)]
    np.testing.assert_allclose(lfp, expected)
    np.testing.assert_allclose(lfp_proxy(I_E.sum(1), -I_I.sum(1), dt=0.5), expected)
    other = lfp_proxy(I_E, -I_I, dt=0.5, delay_E=0.0, delay_I=2.0, alpha=1.0)
    np.testing.assert_allclose(other, [I_E[k].sum() + I_I[k - 4].sum() for k in range(4, 200)])


# ---- errors

ONES, TRAIN = np.ones((100, 2)), np.arange(100) % 7 == 0
EVENTS = Spikes.from_dense(TRAIN[:, None] & [True, True], 0.5)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: population_rate(TRAIN, 0.5, bin=0.7), "bin = 0.7 ms is not a whole number of steps of dt = 0.5 ms"),
        (lambda: population_rate(TRAIN, 0.5, bin=60.0), "bin = 60 ms: one does not fit into the recording, 50 ms"),
        (lambda: population_rate(TRAIN, 0.5, bin="a"), "bin = 'a': a number above 0"),
        (lambda: population_rate(TRAIN, 0.5, sigma=-1.0), "sigma = -1.0: a number above 0"),
        (lambda: fano(TRAIN, 0.5, window=50.0), "window = 50 ms: 2 of them do not fit into the recording"),
        (lambda: isi_histogram(np.eye(10, dtype=bool), 0.5), "no neuron fires twice"),
        (lambda: synchrony(ONES[:, 0]), "V is (100,), float64: (time, neuron) of two neurons or more"),
        (lambda: synchrony(ONES * np.nan), "V holds NaN or infinity"),
        (lambda: synchrony(ONES), "none of the traces changes"),
        (lambda: coherence(TRAIN, 0.5), "these are the spikes of one neuron"),
        (lambda: coherence(EVENTS.only(0)), "these are the spikes of one neuron"),
        (lambda: cross_correlation(ONES, ONES, 0.5), "a is (100, 2), float64: numbers, (time,), or spikes"),
        (lambda: cross_correlation(TRAIN, TRAIN[:50], 0.5), "a has 100 steps of 0.5 ms and b 50 of 0.5 ms"),
        (lambda: cross_correlation(TRAIN, TRAIN, 0.5), "max_lag = 50 ms is not shorter than the signals, 50 ms"),
        (lambda: cross_correlation(TRAIN, TRAIN, 0.5, max_lag=-1), "max_lag = -1: a number not below 0"),
        (lambda: autocorrelation(ONES[:, 0], 0.5, max_lag=5.0), "a is 1 all the time"),
        (lambda: spectrum([0.0, 1.0, 2.0], 0.5), "x has 3 values: a spectrum needs 4 or more"),
        (lambda: spectrum([0.0, np.nan], 0.5), "x holds NaN or infinity"),
        (lambda: spectrum([], 0.5), "x holds nothing"),
        (lambda: spectrum(TRAIN, 0.5, segment=80.0), "segment = 80 ms: one does not fit into the recording"),
        (lambda: spectrum(TRAIN, 0.5, segment=1.0), "segment = 1 ms is 2 steps"),
        (lambda: peak_frequency(ONES[:, 0], 0.5), "x never changes: it has no frequency"),
        (lambda: peak_frequency(TRAIN, 0.5, low=21, high=22), "no frequency between 21 and 22 Hz"),
        (lambda: peak_frequency(TRAIN, 0.5, low="a"), "low = 'a': a number above 0"),
        (lambda: lfp_proxy(ONES, ONES, 0.5), "I_E is 2 and that of I_I 2: above 0 and below 0 is expected"),
        (lambda: lfp_proxy(ONES, ONES, 0.5), "lfp_proxy(I_E, -I_I, dt=0.5)"),
        (lambda: lfp_proxy(ONES, -ONES[:50], 0.5), "I_E has 100 times and I_I 50"),
        (lambda: lfp_proxy(ONES, ["a"], 0.5), "I_I is (1,), <U1: finite numbers"),
        (lambda: lfp_proxy(ONES, -ONES, 0.7), "delay_E = 6 ms is not a whole number of steps of dt = 0.7 ms"),
        (lambda: lfp_proxy(ONES[:12], -ONES[:12], 0.5), "the run, 6 ms, is not longer than the delay, 6 ms"),
        (lambda: lfp_proxy(ONES, -ONES, 0.5, alpha=-1), "alpha = -1: a number not below 0"),
    ],
)
def test_wrong_arguments_teach(said, call, text):
    assert text in said(call)


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: fano(EVENTS, dt=0.1), "dt = 0.1: these spikes have dt = 0.5 ms"),
        (lambda: fano(TRAIN), "dt = None: it must be a number of ms"),
        (lambda: spectrum(ONES[:, 0]), "dt = None: it must be a number of ms"),
        (lambda: coherence([0.3, 12.5], 0.1), "these look like spike times"),
        (lambda: cv(Spikes([], [], 0, 3, 0.1)), "a run of 0 steps"),
    ],
)
def test_wrong_spikes_teach(call, match):
    with pytest.raises(analysis.AnalysisError, match=match):
        call()
