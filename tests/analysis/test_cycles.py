"""Limit cycles against closed forms, SciPy's runs, published periods; Floquet multipliers against Liouville's rule."""

import re

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import solve_ivp

import brainlab as bl
from brainlab.analysis import limit_cycle


def circles(x, y, t, a=0.25):
    """r' = r (a - (1 - r^2)^2), turning at speed 1: an unstable circle inside a stable one."""
    r2 = x * x + y * y
    return x * (a - (1 - r2) ** 2) - y, y * (a - (1 - r2) ** 2) + x


def test_circles_in_closed_form():
    outer = limit_cycle(circles, (0.9, 0.0), duration=100.0)
    r2 = 1 + 0.5
    assert outer.stable and outer.period == pytest.approx(2 * np.pi, abs=1e-9)
    np.testing.assert_allclose((outer.y**2).sum(1), r2, atol=1e-8)
    multiplier = np.exp(2 * np.pi * 4 * r2 * (1 - r2))  # of r: the derivative of r' there, once around
    np.testing.assert_allclose(outer.multipliers, [1.0, multiplier], atol=1e-8)
    for inner in (
        limit_cycle(circles, (0.7071, 0.0), period=6.2),
        limit_cycle(circles, (0.8, 0.0), backwards=True, duration=100.0),
    ):
        r2 = 1 - 0.5
        assert not inner.stable and inner.period == pytest.approx(2 * np.pi, abs=1e-9)
        np.testing.assert_allclose((inner.y**2).sum(1), r2, atol=1e-7)
        np.testing.assert_allclose(inner.multipliers, [np.exp(2 * np.pi * 4 * r2 * (1 - r2)), 1.0], rtol=1e-7)
        assert inner.error < 1e-6


@pytest.mark.parametrize(
    "I, period", [(0.325, 51.80), (0.335, 47.61), (0.4, 42.44), (0.5, 39.474), (1.0, 36.699), (1.4, 45.61)]
)
def test_fitzhugh_nagumo(I, period):
    cycle = limit_cycle(bl.FitzHughNagumo(), (1.5, -0.5), I=I)
    assert cycle.period == pytest.approx(period, abs=0.006) and cycle.stable and cycle.error < 1e-9
    if I == 0.5:  # SciPy, between the crossings of v = 0 upwards
        f = lambda t, y: [y[0] - y[0] ** 3 / 3 - y[1] + I, (y[0] + 0.7 - 0.8 * y[1]) / 12.5]  # noqa: E731
        up = lambda t, y: y[0]  # noqa: E731
        up.direction = 1
        times = solve_ivp(f, (0, 400), [1.5, -0.5], events=up, rtol=1e-11, atol=1e-12, method="DOP853").t_events[0]
        assert cycle.period == pytest.approx(times[-1] - times[-2], rel=1e-7)
        assert cycle.extrema["v"] == (cycle["v"].min(), cycle["v"].max())


def test_hodgkin_huxley():
    """T = 14.636 ms at 10 uA/cm2; the product of the multipliers is exp of the divergence's integral (Liouville)."""
    cycle = limit_cycle(bl.HH(), (-30.0, 0.05, 0.6, 0.3), duration=200.0, I=10.0)
    assert cycle.period == pytest.approx(14.636, abs=5e-4) and cycle.stable
    np.testing.assert_allclose(cycle.extrema["V"], (-74.896, 30.431), atol=2e-3)
    V, m, h, n = (jnp.asarray(c) for c in cycle.y.T)
    r = [np.asarray(rate.value, float) for rate in bl.HH().rates(V)]
    divergence = -(120 * m**3 * h + 36 * n**4 + 0.3) - sum(r)
    product = np.trapezoid(divergence, cycle.t)
    assert np.log(np.abs(cycle.multipliers[1])) == pytest.approx(np.log(0.0740603), abs=1e-4)
    sizes = np.log(np.maximum(np.abs(cycle.multipliers), 1e-300))
    assert sizes[:3].sum() > product - 1  # the smallest one is below what 64 bits can show beside 1


def test_wilson_cowan_and_a_burst():
    cycle = limit_cycle(bl.WilsonCowan(P=1.25), duration=500.0)
    assert cycle.period == pytest.approx(39.97, abs=0.006)
    np.testing.assert_allclose(cycle.extrema["E"], (0.1026, 0.2697), atol=6e-5)
    assert "<svg" in cycle.plot().text
    burst = limit_cycle(bl.HindmarshRose(), duration=3000.0, I=2.0)  # two spikes and a pause
    assert burst.period == pytest.approx(128.506, abs=1e-2)


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: limit_cycle(bl.FitzHughNagumo(), (1.5, -0.5), I=0.32), "it settles at v = -0.976.*backwards=True"),
        (lambda: limit_cycle(lambda x, y, t: (x, y), (1.0, 1.0)), "runs away from x = 1, y = 1"),
        (lambda: limit_cycle(bl.FitzHughNagumo(), period=-1.0), "period = -1.0: a number above 0"),
        (lambda: limit_cycle(bl.FitzHughNagumo(), period=30.0), "it is no cycle but the fixed point v = -1.199"),
        (lambda: limit_cycle(bl.FitzHughNagumo(), (1.5, -0.5), duration=30.0, I=0.5), "did not come back within 30"),
        (lambda: limit_cycle(bl.FitzHughNagumo(), duration=0.0), "duration = 0.0: a number above 0 is expected"),
        (lambda: limit_cycle(bl.LIF(), I=2.0), "one state, V: on a line.*reset.*bl.simulate"),
    ],
)
def test_errors(call, match, said):
    assert re.search("(?s)" + match, said(call))
