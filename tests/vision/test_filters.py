"""Coarse and fine, low and high frequencies: against NumPy and against waves whose frequency is known."""

import jax
import numpy as np
import pytest

import brainlab.vision as vision
from brainlab.math._array import raw
from brainlab.vision import VisionError

x = np.random.default_rng(0).random((3, 64)).astype(np.float32)


def test_coarse_is_the_mean_of_every_square():
    by_hand = [x.reshape(3, 8, 8)[:, i : i + 2, j : j + 2].mean((1, 2)) for i in range(0, 8, 2) for j in range(0, 8, 2)]
    np.testing.assert_allclose(vision.coarse(x), np.stack(by_hand, 1), rtol=1e-6)
    np.testing.assert_allclose(vision.coarse(vision.fine(x)), 0, atol=1e-7)
    np.testing.assert_allclose(vision.fine(x, 8), x - x.mean(1, keepdims=True), atol=1e-7)
    np.testing.assert_allclose(vision.coarse(x[0, :18], 3, shape=(3, 6)), x[0, :18].reshape(3, 2, 3).mean((0, 2)), rtol=1e-6)


def test_a_wave_passes_below_the_cutoff_and_only_there():
    rows, columns = np.mgrid[:8, :16] / [[[8]], [[16]]]
    for waves in ((0, 1), (2, 0), (2, 3)):
        wave = np.cos(2 * np.pi * (waves[0] * rows + waves[1] * columns)).ravel()
        frequency = np.hypot(*waves)
        kept = vision.low_pass(wave, frequency + 0.1, shape=(8, 16))
        np.testing.assert_allclose(kept, wave, atol=1e-6)
        np.testing.assert_allclose(vision.low_pass(wave, frequency - 0.1, shape=(8, 16)), 0, atol=1e-6)
        np.testing.assert_allclose(vision.high_pass(wave, frequency - 0.1, shape=(8, 16)), wave, atol=1e-6)


def test_low_and_high_add_up():
    np.testing.assert_allclose(np.asarray(vision.low_pass(x, 2) + vision.high_pass(x, 2)), x, atol=1e-6)
    np.testing.assert_allclose(vision.low_pass(x, 0), np.broadcast_to(x.mean(1, keepdims=True), x.shape), atol=1e-6)


def test_the_cutoff_compiles_nothing_anew():
    traces = 0

    @jax.jit
    def blurred(cutoff):
        nonlocal traces
        traces += 1
        return raw(vision.low_pass(x, cutoff))

    for cutoff in (1.0, 2.0, 3.0):
        np.testing.assert_allclose(blurred(cutoff), vision.low_pass(x, cutoff), atol=1e-6)
    assert traces == 1


@pytest.mark.parametrize(
    "call, said",
    [
        (lambda: vision.coarse(x, 3), "factor = 3 does not divide a picture of 8 x 8 pixels"),
        (lambda: vision.coarse(x, 0), "factor = 0: a whole number from 1 to 8"),
        (lambda: vision.low_pass(x, -1), "cutoff = -1: a number of cycles per picture, 0 or more"),
        (lambda: vision.low_pass(x, "low"), "cutoff = 'low': a number of cycles per picture"),
        (lambda: vision.high_pass(x[:, :63], 1), "63 pixels are no square picture"),
    ],
)
def test_errors_teach(call, said):
    with pytest.raises(VisionError, match=said):
        call()
