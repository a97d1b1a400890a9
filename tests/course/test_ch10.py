"""Chapter 10: the numbers that its saved outputs show and its prose claims, against closed forms and scipy."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import dblquad, quad
from scipy.special import erfcx, log_ndtr

import brainlab as bl

FILE = Path(__file__).resolve().parents[2] / "course" / "ch10_lif.ipynb"
CELLS = {cell["id"]: cell for cell in json.loads(FILE.read_text(encoding="utf-8"))["cells"]}
PROSE = " ".join(" ".join(cell["source"]) for cell in CELLS.values() if cell["cell_type"] == "markdown")


def shown(id: str) -> np.ndarray:
    """All numbers in the saved output of a cell, in their order."""
    outputs = CELLS[id]["outputs"]
    text = "".join("".join(o.get("text") or o["data"]["text/plain"]) for o in outputs)
    return np.array(re.findall(r"(?<![\w.])-?\d+\.?\d*", text), float)


def test_the_pulse_that_is_just_enough():
    width, found, formula = shown("lapicque-table").reshape(-1, 3).T
    charge = [quad(lambda t: np.exp(-t / 10.0) / 10.0, 0, w)[0] for w in width]  # the share of the way, integrated anew
    np.testing.assert_allclose(found, 1.5 / np.array(charge), atol=0.06)
    np.testing.assert_allclose(formula, found, atol=0.05)
    assert 1.5 / (1 - np.exp(-10 * np.log(2) / 10)) == pytest.approx(3.0), "twice the rheobase, at the chronaxie"
    assert f"{10 * np.log(2):.1f}$ ms" in PROSE
    assert 2 < found[width == 5.0][0] / 1.5 < 3, "the prediction offers it as two to three times as much"


def test_euler_is_early_and_the_exact_step_late():
    yours, library = shown("library").reshape(2, -1)
    first = 10 * np.log(20 / 5)
    assert f"{first:.3f}" in PROSE
    assert yours[0] < first < library[0]
    assert library[0] == pytest.approx(np.ceil(first / 0.1) * 0.1)
    assert yours[0] == pytest.approx(np.ceil(np.log(5 / 20) / np.log(1 - 0.1 / 10)) * 0.1), "Euler: 20 (1 - dt/tau)^n left"
    np.testing.assert_allclose(np.diff(library - yours), 0.1, atol=1e-9)
    np.testing.assert_array_equal(shown("library-euler"), yours)
    np.testing.assert_allclose(shown("refractory-run"), library[0] + 2.0)


def test_the_rate_begins_suddenly_and_ends_at_500_hz():
    current, rate = shown("fi-ends-numbers").reshape(-1, 2).T
    silent, *firing = rate
    assert silent == 0.0 and current[0] == 1.5
    want = 1000 / (2 + 10 * np.log(10 * current[1:] / (10 * current[1:] - 15)))
    np.testing.assert_allclose(firing, want, atol=0.06)
    assert firing[0] > 13 and 490 < firing[-1] < 500
    simulated, formula = shown("fi-compare").reshape(2, -1)
    np.testing.assert_allclose(simulated, formula, rtol=0.01)
    assert np.all(simulated[2:] < formula[2:])


def test_with_longer_steps_euler_is_too_fast_and_the_exact_method_too_slow():
    dt, exact, euler = shown("steps-table").reshape(-1, 3).T
    late = dt * np.ceil(10 * np.log(16) / dt)
    early = dt * np.ceil(np.log(1 / 16) / np.log(1 - dt / 10))
    np.testing.assert_allclose(exact, 1000 / (2 + late), atol=0.006)
    np.testing.assert_allclose(euler, 1000 / (2 + early), atol=0.006)
    free = 1000 / (2 + 10 * np.log(16))
    assert np.all(exact <= free + 0.005) and np.all(euler > free)
    assert f"{free:.2f} Hz" in PROSE and euler[-1] / free == pytest.approx(1.025, abs=0.0005)
    panel = bl.panels.LIFPanel().scenario("coarse steps")
    assert panel["rate (Hz)"] == pytest.approx(euler[-1], abs=0.01), "the panel shows the same"
    assert panel["rate (Hz)"] > panel["closed form (Hz)"]


def passage(mu, sigma, tau=10.0, theta=15.0, t_ref=2.0):
    """(Hz, CV) of a LIF neuron in white noise: Siegert (1951), and the second moment as in Brunel (2000); reset at 0."""
    low, high = -mu / sigma, (theta - mu) / sigma
    mean = t_ref + tau * np.sqrt(np.pi) * quad(lambda x: erfcx(-x), low, high)[0]

    def inner(u, x):  # exp(x^2 + u^2) (1 + erf u)^2, put together in logarithms
        return np.exp(x**2 + u**2 + 2 * (np.log(2) + log_ndtr(u * np.sqrt(2))))

    variance = 2 * np.pi * tau**2 * dblquad(inner, low, high, lambda x: x - 12, lambda x: x)[0]
    return 1000 / mean, np.sqrt(variance) / mean


def test_noise_below_and_above_the_rheobase():
    weak_rate, weak_cv, strong_rate, strong_cv = shown("noise-cv")
    rate, cv = passage(12.0, 3.0 * np.sqrt(2))
    assert shown("siegert")[0] == pytest.approx(rate, abs=0.06)
    assert weak_rate == pytest.approx(0.94 * rate, rel=0.01), "steps of 0.1 ms miss 6 % of it"
    assert rate - shown("siegert-fine")[0] == pytest.approx((rate - weak_rate) / np.sqrt(10), abs=0.3)
    assert weak_cv == pytest.approx(cv, abs=0.08)
    rate, cv = passage(30.0, 3.0 * np.sqrt(2))
    assert strong_rate == pytest.approx(rate, rel=0.03) and strong_cv == pytest.approx(cv, abs=0.06)
    twin_rate, still, twin_cv = shown("twins-noise")
    assert still == 0.0 and twin_rate == pytest.approx(weak_rate, abs=2.5) and twin_cv == pytest.approx(weak_cv, abs=0.15)


def test_the_lowest_threshold_answers_first():
    equal, different = shown("spread-first")
    lowest = np.random.default_rng(0).normal(-50.0, 2.0, 100).min() + 65.0
    first = 10 * np.log(22 / (22 - np.array([15.0, lowest])))
    assert np.all((first <= [equal, different]) & ([equal, different] < first + 0.11))
    assert 0.5 < different / equal < 0.6, "in little more than half of the time"
    (_, rate0, varies0), (_, rate2, varies2) = shown("group-spread").reshape(2, 3)
    period = 2 + first[0]
    assert rate0 == pytest.approx(np.floor((180 - first[0]) / period + 1) / 0.2, abs=0.5), "whole volleys in 200 ms"
    assert rate2 == pytest.approx(rate0, rel=0.03) and varies0 > 100 > 10 > varies2


def test_v_never_passes_its_threshold():
    low, high, count = shown("cosmetic")
    assert (low, high) == (-65.0, -50.0)
    assert count == np.floor((200 - 10 * np.log(2)) / (2 + 10 * np.log(2))) + 1
