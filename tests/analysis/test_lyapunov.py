"""Lyapunov exponents against closed forms and published values."""

import re

import numpy as np
import pytest

import brainlab as bl
from brainlab.analysis import lyapunov_exponents


def lorenz(x, y, z, t, sigma=10.0, rho=28.0, beta=8 / 3):
    return sigma * (y - x), x * (rho - z) - y, x * y - beta * z


def test_lorenz():
    """(0.9056, 0, -14.5723): Sprott, Chaos and Time-Series Analysis (2003). The sum is -(sigma + 1 + beta) exactly."""
    exponents = lyapunov_exponents(lorenz, (1.0, 1.0, 1.0), duration=3000.0)
    np.testing.assert_allclose(exponents, [0.9056, 0.0, -14.5723], atol=0.02)
    assert exponents.sum() == pytest.approx(-(10 + 1 + 8 / 3), abs=1e-3)
    largest = lyapunov_exponents(lorenz, (1.0, 1.0, 1.0), duration=3000.0, n=1)
    np.testing.assert_allclose(largest, exponents[:1], atol=0.02)


def test_linear_equations_are_their_eigenvalues():
    A = np.array([[-1.0, 2.0], [0.0, -0.5]])
    found = lyapunov_exponents(lambda x, y, t: (A[0, 0] * x + A[0, 1] * y, A[1, 1] * y), (1.0, 1.0), duration=200.0)
    np.testing.assert_allclose(found, [-0.5, -1.0], atol=1e-2)


def test_a_cycle_has_a_zero():
    """FHN at I = 0.5: 0 along the cycle, the mean divergence across."""
    found = lyapunov_exponents(bl.FitzHughNagumo(), duration=2000.0, I=0.5)
    cycle = bl.analysis.limit_cycle(bl.FitzHughNagumo(), (1.0, 0.0), I=0.5)
    divergence = np.trapezoid(1 - cycle["v"] ** 2 - 0.8 / 12.5, cycle.t) / cycle.period
    np.testing.assert_allclose(found, [0.0, divergence], atol=5e-3)


def test_hindmarsh_rose_is_chaotic_at_one_current_only():
    rates = [lyapunov_exponents(bl.HindmarshRose(), duration=10_000.0, n=1, I=I)[0] for I in (3.25, 2.0)]
    assert rates[0] == pytest.approx(0.0126, abs=0.002) and abs(rates[1]) < 5e-4


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: lyapunov_exponents(lorenz, (1, 1, 1), n=4), "n = 4: a whole number, from 1 to 3"),
        (lambda: lyapunov_exponents(lorenz, (1, 1, 1), settle=-1), "settle = -1"),
        (lambda: lyapunov_exponents(lorenz, (1, 1, 1), duration=1.0, dt=2.0), "dt = 2 is not shorter"),
        (lambda: lyapunov_exponents(lambda x, t: x * x, 1.0, 10.0), "became infinite or NaN"),
    ],
)
def test_errors(call, match, said):
    assert re.search("(?s)" + match, said(call))
