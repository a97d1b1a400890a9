"""Implicit methods by diffrax: against scipy's Radau, and what is said without diffrax."""

import sys

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import brainlab as bl
import brainlab.math as bm
from brainlab.integrate import DivergedError, IntegrateError

ROWS = bl.methods("stiff")


def raises(*texts, error=IntegrateError):
    """All the texts in one message."""
    return pytest.raises(error, match=r"(.|\n)*".join(texts))


def robertson(a, b, c, t):
    slow, fast, faster = 0.04 * a, 1e4 * b * c, 3e7 * b**2
    return fast - slow, slow - fast - faster, faster


def test_robertson(x64):
    """The problem of Robertson (1966), Hairer and Wanner II, IV.1: from t = 0.3 on b follows within 1e-4."""
    pytest.importorskip("diffrax")
    f = lambda t, y: robertson(*y, t)  # noqa: E731
    sol = bl.solve_ode(robertson, (1.0, 0.0, 0.0), 0.0, 4e4, rtol=1e-7, atol=(1e-9, 1e-12, 1e-9), method="kvaerno5")
    t = np.asarray(sol.t)
    expected = solve_ivp(f, (0, 4e4), [1.0, 0.0, 0.0], method="Radau", rtol=1e-9, atol=1e-13, t_eval=t[::20]).y
    for ours, theirs in zip(sol.y, expected, strict=True):
        np.testing.assert_allclose(ours[::20], theirs, rtol=1e-5)
    assert sol.stats["accepted"] < 400 and sol.stats["rejected"] < 60  # with diffrax's own iteration: every other one


def test_van_der_pol(x64):
    """mu = 1000: an explicit method needs a million steps for one period."""
    pytest.importorskip("diffrax")

    def f(x, v, t, mu):
        return v, mu * (1 - x**2) * v - x

    jump = bl.event(lambda x, v, t: x, direction="down")
    sol = bl.solve_ode(f, (2.0, 0.0), 0.0, 1000.0, rtol=1e-6, method="kvaerno5", args=(1000.0,), events={"jump": jump})
    scipys = lambda t, s: f(*s, t, 1000.0)  # noqa: E731
    zero = lambda t, s: s[0]  # noqa: E731
    expected = solve_ivp(scipys, (0, 1000), [2.0, 0.0], method="Radau", rtol=1e-9, atol=1e-11, events=zero)
    np.testing.assert_allclose(sol.events["jump"], expected.t_events[0], rtol=1e-4)
    np.testing.assert_allclose([y[-1] for y in sol.y], expected.y[:, -1], rtol=1e-4)
    assert len(sol.t) < 1000


def test_fixed_steps_and_order(x64):
    pytest.importorskip("diffrax")
    errors = []
    for ends in ([0.0, 2.0], [0.0, 1.0, 2.0]):  # of each part 20 steps: one compiled code
        y = np.float64(1.0)
        for a, b in zip(ends, ends[1:], strict=False):
            sol = bl.solve_ode(lambda y, t: -2 * t * y**2, y, a, b, steps=20, method="kvaerno3")
            np.testing.assert_allclose(sol.t, np.linspace(a, b, 21), rtol=1e-15)
            y = sol.y[-1]
        errors.append(abs(float(y) - 0.2))
    assert np.log2(errors[0] / errors[1]) == pytest.approx(3, abs=0.4)


@pytest.mark.parametrize("method", ["implicit_euler", "kencarp4"])
def test_stable_with_a_long_step(method, x64):
    """x follows cos t at a rate of 1e4 per unit of time; the steps are 0.1."""
    pytest.importorskip("diffrax")
    sol = bl.solve_ode(lambda x, t: -1e4 * (x - bm.cos(t)), 0.0, 0.0, 1.0, dt=0.1, method=method)
    np.testing.assert_allclose(sol.y[1:], np.cos(sol.t[1:]), atol=1e-2)


def test_jit_and_grad(x64):
    pytest.importorskip("diffrax")

    def end(k):
        f = lambda x, t, k: -k * (x - bm.cos(t))  # noqa: E731
        return bl.solve_ode(f, 1.0, 0.0, 1.0, rtol=1e-8, method="kvaerno3", steps=2, max_steps=256, args=(k,)).y[-1]

    k = 50.0

    def exact(k):
        return (k**2 * np.cos(1.0) + k * np.sin(1.0) + np.exp(-k)) / (k**2 + 1)

    slope = (exact(k + 1e-4) - exact(k - 1e-4)) / 2e-4
    found, value = bm.value_and_grad(end)(k), exact(k)
    assert sorted(map(float, found)) == pytest.approx(sorted([value, slope]), rel=1e-3)


def test_dense_output(x64):
    pytest.importorskip("diffrax")
    sol = bl.solve_ode(lambda x, t: -x, 1.0, 0.0, 2.0, rtol=1e-8, method="kvaerno3")
    assert float(sol(0.7)) == pytest.approx(np.exp(-0.7), rel=1e-6)


def test_what_is_refused():
    pytest.importorskip("diffrax")
    with raises("does not take complex states"):
        bl.solve_ode(lambda z, t: 1j * z, 1.0 + 0j, 0.0, 1.0, rtol=1e-3, method="kvaerno3")
    with raises("no method 'kvaerno6'. Did you mean 'kvaerno"):
        bl.solve_ode(lambda x, t: -x, 1.0, 0.0, 1.0, rtol=1e-3, method="kvaerno6")
    with raises("the number of accepted steps is not known"):
        bm.jit(lambda k: bl.solve_ode(lambda x, t: -k * x, 1.0, 0.0, 1.0, rtol=1e-3, method="kvaerno3").y)(1.0)
    with raises("5 steps have not reached t1 = 100: they are at t = ", "max_steps=50", error=DivergedError):
        bl.solve_ode(lambda x, t: bm.cos(t) - x, 1.0, 0.0, 100.0, rtol=1e-5, method="kvaerno3", max_steps=5)
    with raises("kvaerno3 found no next step", "not finite", error=DivergedError):
        bl.solve_ode(lambda x, t: bm.sqrt(1 - t) - x, 1.0, 0.0, 2.0, dt=0.5, method="kvaerno3")


def test_without_diffrax(monkeypatch):
    monkeypatch.setitem(sys.modules, "diffrax", None)
    with raises("'kvaerno5' is computed by diffrax, which is not installed", r'pip install "brainlab\[stiff\]"'):
        bl.solve_ode(lambda x, t: -x, 1.0, 0.0, 1.0, rtol=1e-3, method="kvaerno5")


def test_the_table():
    assert {row.kind for row in ROWS} == {"stiff"} and all("diffrax" in row.source for row in ROWS)
    assert not {row.name for row in ROWS} & {row.name for row in bl.methods("ode")}
