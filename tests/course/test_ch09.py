"""Chapter 9: the numbers that its saved outputs show and its prose claims, against closed forms and SciPy."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import erfcx, gamma, lambertw

FILE = Path(__file__).resolve().parents[2] / "course" / "ch09_noise_memory_delay.ipynb"
CELLS = {cell["id"]: cell for cell in json.loads(FILE.read_text(encoding="utf-8"))["cells"]}
PROSE = " ".join(" ".join(cell["source"]) for cell in CELLS.values() if cell["cell_type"] == "markdown")


def shown(id: str) -> np.ndarray:
    """All numbers in the saved output of a cell, in their order."""
    outputs = CELLS[id]["outputs"]
    text = "".join("".join(o.get("text") or o["data"]["text/plain"]) for o in outputs)
    return np.array(re.findall(r"(?<![\w.])-?\d+\.?\d*", text), float)


def test_the_variance_of_both_scalings():
    dt, right, wrong = shown("scaling-table").reshape(-1, 3).T
    np.testing.assert_allclose(right, 0.95**2 / 2, rtol=0.15)
    np.testing.assert_allclose(wrong, dt * 0.95**2 / 2, rtol=0.15)
    assert "0.0045 instead of 0.45" in PROSE


def test_each_method_gains_what_its_order_says():
    errors = shown("strong-orders").reshape(3, 3)
    gain = np.sqrt(errors[:, 0] / errors[:, 2])  # for a step that is four times shorter
    np.testing.assert_allclose(np.log(gain) / np.log(4), [0.5, 1.0, 1.5], atol=0.2)


def test_the_two_readings_have_the_means_of_theory():
    ito, stratonovich, theory = shown("ito-means")[[0, 1, -1]]
    assert theory == pytest.approx(np.exp(0.8**2 / 2), abs=0.005)
    error = np.sqrt(np.exp(0.64) - 1) / np.sqrt(20000)  # of the mean of so many lognormal numbers
    assert ito == pytest.approx(1.0, abs=4 * error) and stratonovich == pytest.approx(theory, abs=4 * 1.38 * error)


def mittag_leffler(alpha, t):
    """E_alpha(-t**alpha), 0 < alpha < 1, by its spectral integral: Gorenflo and Mainardi (1997), eq. 3.21."""

    def spectrum(r):
        top = r ** (alpha - 1) * np.sin(alpha * np.pi)
        return np.exp(-r * t) * top / (r ** (2 * alpha) + 2 * r**alpha * np.cos(alpha * np.pi) + 1) / np.pi

    return sum(quad(spectrum, a, b)[0] for a, b in ((0, 1e-6), (1e-6, 1e-2), (1e-2, 1), (1, np.inf)))


def test_the_tail_of_each_order():
    assert mittag_leffler(0.5, 20.0) == pytest.approx(erfcx(np.sqrt(20.0)), rel=1e-6), "the integral is right"
    alpha, _, x = shown("fractional-tail").reshape(-1, 3).T
    np.testing.assert_allclose(x, [0.0, *(mittag_leffler(a, 20.0) for a in alpha[1:])], atol=6e-4)
    assert shown("fdeint")[-1] == pytest.approx(mittag_leffler(0.5, 20.0), abs=6e-4)
    assert mittag_leffler(0.5, 1e4) == pytest.approx(1e4**-0.5 / gamma(0.5), rel=1e-3), "a power of t"


def test_the_swings_of_each_delay():
    tau, swing = shown("delayed-table").reshape(-1, 2).T
    rate = (lambertw(-tau) / tau).real
    assert np.all((swing < 0.5) == (rate < -1e-3)) and np.all((swing > 10) == (rate > 1e-3))
    assert f"{np.pi / 2:.4f}" in PROSE and abs(rate[1]) < 5e-4
    # From 1.5 to 1.8: the ratio after 95 ms, but for the amplitudes with which the two begin.
    assert np.log(swing[2] / swing[0]) == pytest.approx(95 * (rate[2] - rate[0]), abs=0.5)


def test_trials_have_the_variance_and_the_times_of_theory():
    _, variance, theory = shown("vmap")
    assert theory == pytest.approx(0.1**2 * 10 / 2 * (1 - np.exp(-10)), abs=1e-3)
    assert variance == pytest.approx(theory, rel=0.1)
    s = np.sqrt(2) * 0.2
    for mu, mean, spread in shown("trials-table").reshape(-1, 3):
        want = 10 * np.sqrt(np.pi) * quad(lambda x: erfcx(-x), -mu / s, (1 - mu) / s)[0]  # Siegert (1951)
        assert mean == pytest.approx(want, rel=0.1)
        assert (spread > 0.6 * mean) == (mu < 1)
