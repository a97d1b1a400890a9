"""What is made of spikes, against counting by hand."""

import numpy as np
import pytest

import brainlab as bl
from brainlab.analysis import cv, fi_curve, firing_rate, isi, psth, raster, siegert, spike_times


def test_firing_rate_keeps_the_number_of_spikes():
    rng = np.random.default_rng(0)
    spikes = rng.random((2000, 50)) < 0.02
    rate = firing_rate(spikes, dt=0.5, window=20.0)
    assert rate.shape == (2000,)
    assert rate.mean() == pytest.approx(40.0, rel=0.03)
    assert firing_rate(np.ones((100, 2), bool), 1.0).tolist() == [1000.0] * 100  # at the ends too
    assert (firing_rate(spikes[:, 0], 0.5, 0.5) == spikes[:, 0] * 2000.0).all()


def test_firing_rate_window_is_centred():
    spikes = np.zeros(101, bool)
    spikes[50] = True
    where = np.flatnonzero(firing_rate(spikes, 1.0, window=11.0))
    assert (where[0], where[-1]) == (45, 55)


def test_times_and_intervals_agree_with_the_run():
    run = bl.simulate(bl.LIF(R_m=[10.0, 20.0]), 200.0, inputs=2.0)
    times = spike_times(run.spikes, run.dt)
    for i in range(2):
        np.testing.assert_allclose(times[i], run.spike_times(i))
        np.testing.assert_allclose(isi(run.spikes, run.dt)[i], np.diff(run.spike_times(i)))
    assert cv(run.spikes, run.dt).max() < 1e-6
    t, neurons = raster(run.spikes, run.dt)
    assert len(t) == run.spikes.sum() and (np.diff(t) >= 0).all() and set(neurons) == {0, 1}


def test_cv_of_a_poisson_process_is_one():
    spikes = np.random.default_rng(1).random((200_000, 2)) < 0.01
    np.testing.assert_allclose(cv(spikes, 0.1), 1.0, atol=0.05)
    assert np.isnan(cv([0, 1, 0, 1], 1.0))


def test_psth_counts():
    edges, rate = psth(np.ones((25, 4), bool), dt=1.0, bin=10.0)
    assert edges.tolist() == [0, 10, 20] and rate.tolist() == [1000, 1000]


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: firing_rate([1.5, 2.5, 8.0], 0.1), "these look like spike times"),
        (lambda: firing_rate(np.ones((2, 2, 2)), 0.1), r"spikes is \(2, 2, 2\)"),
        (lambda: firing_rate([0, 1], 0.0), "dt = 0 ms: it must be above 0 ms"),
        (lambda: firing_rate([0, 1], 1.0, window=-1), "window = -1 ms"),
        (lambda: psth([0, 1], 1.0, bin=100.0), "longer than the whole recording"),
        (lambda: siegert(10.0, 0.0, 20.0, 20.0, 10.0), "needs noise"),
        (lambda: siegert(10.0, 1.0, 20.0, 10.0, 10.0), "not below the threshold"),
        (lambda: fi_curve(bl.LIF(), [1.0, np.nan]), "finite numbers"),
        (lambda: fi_curve(bl.LIF(), [1.0], duration=100.0, settle=100.0), "settle = 100 ms must lie between"),
        (lambda: fi_curve(bl.HH(), [5.0, 10.0], dt=0.2), "HH at I = 5 uA/cm2 became NaN"),
        (lambda: fi_curve(bl.LIF, [1.0]), "class of neurons"),
        (lambda: fi_curve(bl.LIF(), ["a"]), "currents = .'a'.: finite numbers are expected"),
        (lambda: fi_curve(bl.LIF(), []), "finite numbers are expected"),
        (lambda: fi_curve(bl.LIF(), [1.0], settle="a"), "settle = 'a'"),
        (lambda: fi_curve(bl.LIF(), [1.0], level="a"), "level = 'a'"),
        (lambda: firing_rate(["a"], 1.0), "spikes = .'a'.: True or False"),
        (lambda: firing_rate([0, 1], None), "dt = None: it must be a number of ms"),
        (lambda: firing_rate([0, 1], 1.0, window=0.2), "shorter than a step"),
        (lambda: siegert("a", 1.0, 20.0, 20.0, 10.0), "mu = 'a': a finite number"),
        (lambda: siegert(10.0, 1.0, -20.0, 20.0, 10.0), "tau = -20 ms"),
        (lambda: fi_curve(bl.LIF(), [1.0], dt=0.3), "not a whole number of steps"),
    ],
)
def test_wrong_arguments_teach(call, match):
    with pytest.raises(ValueError, match=match):
        call()


def test_fi_curve_compiles_once(monkeypatch):
    calls, derivative = [], bl.QIF.derivative
    monkeypatch.setattr(bl.QIF, "derivative", lambda self, *a: calls.append(1) or derivative(self, *a))
    fi_curve(bl.QIF(), [4.0, 5.0], duration=101.0)
    traced = len(calls)
    fi_curve(bl.QIF(tau=12.0), [6.0, 7.0], duration=101.0, settle=50.0)
    assert len(calls) == traced > 0


def test_fi_curve_of_something_that_stops_is_zero():
    assert fi_curve(bl.HH(), [6.2], duration=500.0, settle=0.0)[0] == 0.0  # three spikes, then rest
    assert fi_curve(bl.HH(), [2.5], duration=200.0, settle=0.0)[0] == 0.0  # one spike
    assert fi_curve(bl.LIF(), 2.0, duration=300.0).shape == (1,)


def test_a_window_longer_than_the_recording_is_cut_at_both_ends():
    assert firing_rate([1, 0, 0, 0], 1.0, window=100.0).tolist() == [250.0] * 4
