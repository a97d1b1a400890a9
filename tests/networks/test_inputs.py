"""Inputs: values, sums, wrong arguments."""

import numpy as np
import pytest

import brainlab as bl
from brainlab.networks.errors import SimulationError

inputs = bl.inputs


def test_values():
    assert inputs.constant(2.0).values(3, 0.1).tolist() == [2, 2, 2]
    assert inputs.step(1.0, 0.3, 0.6).values(10, 0.1).tolist() == [0, 0, 0, 1, 1, 1, 0, 0, 0, 0]
    np.testing.assert_allclose(inputs.ramp(1.0, 3.0, 1.0, 3.0).values(5, 1.0), [1, 1, 2, 3, 3])
    assert inputs.pulses(2.0, 0.2, 0.1, 0.3, 3).values(10, 0.1).nonzero()[0].tolist() == [2, 5, 8]
    t = np.arange(100) * 0.5
    np.testing.assert_allclose(inputs.sine(2.0, 40.0, 1.0).values(100, 0.5), 2 * np.sin(2 * np.pi * 0.04 * t + 1))


@pytest.mark.parametrize("dt", [0.1, 0.01, 0.025, 0.7])
def test_a_step_starts_at_its_step_whatever_the_rounding(dt):
    for k in (1, 3, 7, 29, 113):
        assert np.argmax(inputs.step(1.0, k * dt).values(200, dt)) == k


def test_sums_and_multiples():
    a, b = inputs.step(2.0, 1.0), inputs.constant(1.0)
    assert (a + b).values(2, 1.0).tolist() == [1, 3]
    assert (3 * a - b + 0.5).values(2, 1.0).tolist() == [-0.5, 5.5]
    assert (-a).values(2, 1.0).tolist() == [0, -2]
    assert (a * np.array([1.0, 2.0])).values(2, 1.0).tolist() == [[0, 0], [2, 4]]
    assert (np.array([1.0, 2.0]) * a + b).values(2, 1.0).tolist() == [[1, 1], [3, 5]]
    assert inputs.constant([1.0, 2.0, 3.0]).values(2, 0.1).shape == (2, 3)
    assert repr(2 * (a + 1)) == "2 * (step(2, start=1) + 1)"


def test_noise():
    x = inputs.noise(2.0, tau=3.0, mean=1.0, seed=5).values(200_000, 0.1)
    assert x.mean() == pytest.approx(1.0, abs=0.1) and x.std() == pytest.approx(2.0, rel=0.03)
    y = x - x.mean()
    assert (y[30:] * y[:-30]).mean() / y.var() == pytest.approx(np.exp(-1), abs=0.04)
    assert (x == inputs.noise(2.0, tau=3.0, mean=1.0, seed=5).values(200_000, 0.1)).all()
    assert inputs.noise(1.0, size=3).values(10, 0.1).shape == (10, 3)


def test_drawn():
    assert inputs.drawn([1.0, 2.0, 3.0]).values(3, 0.1).tolist() == [1, 2, 3]
    np.testing.assert_allclose(inputs.drawn([0.0, 1.0, 0.0], dt=1.0).values(4, 0.5), [0, 0.5, 1, 0.5])
    assert inputs.drawn(np.ones((3, 2)), dt=1.0).values(6, 0.5).shape == (6, 2)


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: inputs.drawn([1.0, 2.0]).values(10, 0.1), "the drawn input has 2 values, the run 10 steps of 0.1 ms"),
        (lambda: inputs.drawn([1.0, 2.0], dt=1.0).values(100, 0.1), "lasts 2 ms, the run 10 ms"),
        (lambda: inputs.drawn([]), r"got shape \(0,\)"),
        (lambda: inputs.drawn([1.0, np.nan]), "must be finite"),
        (lambda: inputs.drawn([1.0], dt=0), "above 0 ms"),
        (lambda: inputs.step("2"), "must be a number"),
        (lambda: inputs.step(np.inf), "must be finite, got inf"),
        (lambda: inputs.step(1.0, start=5.0, stop=3.0), "stop = 3 ms is not after start = 5 ms"),
        (lambda: inputs.step(np.ones((2, 2))), r"got shape \(2, 2\)"),
        (lambda: inputs.ramp(0, 1, start="a"), "start = 'a': a time in ms"),
        (lambda: inputs.pulses(1.0, width=0), "longer than 0 ms"),
        (lambda: inputs.pulses(1.0, count=2), "2 pulses need the interval"),
        (lambda: inputs.pulses(1.0, count=0), "whole number"),
        (lambda: inputs.pulses(1.0, count=2, interval=np.inf), "interval = inf"),
        (lambda: inputs.ramp(0, 1, stop=np.inf), "stop = inf"),
        (lambda: inputs.ramp(np.ones((2, 2)), 1), r"the first of an input is a number or an array \(neuron,\)"),
        (lambda: inputs.noise(1.0, seed="a"), "seed = 'a': it must be a whole number, 0 or more"),
        (lambda: inputs.noise(1.0, size=0), "size = 0: it must be a whole number, 1 or more"),
        (lambda: inputs.pulses(1.0, width=5.0, interval=2.0, count=3), "shorter than the pulse"),
        (lambda: inputs.sine(1.0, frequency=None), "frequency = None"),
        (lambda: inputs.noise(-1.0), "sigma must be 0 or more"),
        (lambda: inputs.constant(1.0) * "a", "factor of an input"),
        (lambda: inputs.constant(1.0) + [[1], [1, 2]], "added number of an input"),
        (lambda: inputs.constant(1.0) + np.ones((2, 2)), r"added number of an input is a number or an array \(neuron,\)"),
    ],
)
def test_wrong_arguments_teach(call, match):
    with pytest.raises(SimulationError, match=match):
        call()


def test_a_number_minus_an_input():
    assert (3.0 - inputs.step(1.0, start=0.2)).values(4, 0.1).tolist() == [3.0, 3.0, 2.0, 2.0]
