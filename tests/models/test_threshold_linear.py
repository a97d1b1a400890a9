"""Threshold-linear rates: closed forms, sets of active units, and the paradox of exciting inhibition."""

import functools

import jax
import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import root

import brainlab as bl
import brainlab.math as bm
from brainlab.params import ParamError


def plain(r, W, h, tau):
    return (-r + np.maximum(W @ r + h, 0)) / tau


def test_winner_takes_all(x64):
    """w > 1 between two: either is alone at h, or both are at h/(1 + w), a saddle. Below, both are the only state."""
    for w, r in ((2.0, [[0, 3], [1, 1], [3, 0]]), (0.5, [[2, 2]])):
        net = bl.ThresholdLinear(W=[[0.0, -w], [-w, 0.0]], h=3.0)
        found = net.steady_states()
        np.testing.assert_allclose([s.r for s in found], r, atol=1e-12)
        assert [s.stable for s in found] == ([True, False, True] if w > 1 else [True])
        both = found[len(found) // 2]
        np.testing.assert_allclose(np.sort(both.eigenvalues), [(-1 - w) / 10, (-1 + w) / 10], atol=1e-12)
        np.testing.assert_allclose(both.response, np.linalg.inv(np.eye(2) - np.array([[0, -w], [-w, 0]])), atol=1e-12)


def test_steady_states_are_where_it_goes(x64):
    """Random networks: each state stays, stable ones are where scipy's integrator ends, and none is missing."""
    rng = np.random.default_rng(0)
    for _ in range(5):
        W, h, tau = rng.normal(0, 0.8, (4, 4)), rng.normal(1, 1, 4), rng.uniform(5, 20, 4)
        W -= 0.9 * np.eye(4)
        net = bl.ThresholdLinear(W=W, h=h, tau=tau)
        found = net.steady_states()
        for state in found:
            np.testing.assert_allclose(plain(state.r, W, h, tau), 0, atol=1e-12)
            np.testing.assert_allclose(net.derivative(bm.array(state.r)), 0, atol=1e-12)
            assert (state.active == (state.r > 0)).all()
        start, slope = rng.uniform(0, 5, (4, 4)), functools.partial(plain, W=W, h=h, tau=tau)
        np.testing.assert_allclose(net.derivative(bm.array(start)), [slope(r) for r in start], atol=1e-12)
        for r in start:
            end = solve_ivp(lambda t, r, f=slope: f(r), (0, 4000), r, rtol=1e-8, atol=1e-10).y[:, -1]
            if np.abs(slope(end)).max() < 1e-9:
                assert any(s.stable and np.allclose(s.r, end, atol=1e-6) for s in found)
        for r in start:
            zero = root(slope, r, tol=1e-12)
            if zero.success and (zero.x > 1e-9).all():
                assert any(np.allclose(s.r, zero.x, atol=1e-8) for s in found)


def test_the_response_is_the_derivative_of_the_steady_state(x64):
    W, h = np.array([[0.5, -1.0, 0.2], [1.2, -0.3, 0.0], [0.1, -0.8, 0.0]]), np.array([3.0, 1.0, -2.0])
    state = bl.ThresholdLinear(W=W, h=h).steady_states()[0]
    assert state.active.tolist() == [True, True, False]  # the third is silent, and what it hears changes nothing
    for j in range(3):
        more = bl.ThresholdLinear(W=W, h=h + 1e-3 * np.eye(3)[j]).steady_states()[0]
        np.testing.assert_allclose((more.r - state.r) / 1e-3, state.response[:, j], atol=1e-9)


def test_analysis_and_gradients(x64):
    net = bl.ThresholdLinear()
    found = bl.analysis.fixed_points(lambda r, t: net.derivative(r), {"r0": (-0.1, 2), "r1": (-0.1, 2)}, start=(0.0, 0.0))
    np.testing.assert_allclose([p.y for p in found], [s.r for s in net.steady_states()], atol=1e-9)
    slope = bm.grad(lambda net: net.derivative(bm.array([1.0, 0.0])).sum())(net)
    np.testing.assert_allclose(slope.W, [[0.1, 0.0], [0.0, 0.0]])  # only the first is above threshold, hearing itself
    calls = []
    run = jax.jit(lambda net: calls.append(1) or net.derivative(bm.array([1.0, 0.0])))
    run(net), run(net.replace(W=[[0.0, -1.0], [-1.0, 0.0]]))
    assert len(calls) == 1


# ---- excitation and inhibition


@pytest.mark.parametrize("w_EE", [0.5, 2.0])
def test_the_paradox_begins_at_one(w_EE, x64):
    model = bl.EIRates(w_EE=w_EE)
    (state,) = model.steady_states()
    determinant = (1 - w_EE) * (1 + 1.0) + 2.5 * 2.0
    assert state.stable and state.response[1, 1] == pytest.approx((1 - w_EE) / determinant)
    more = model.replace(h_I=2.1).steady_states()[0]
    assert (more.r[1] < state.r[1]) == model.inhibition_stabilised == (w_EE > 1)
    assert more.r[0] < state.r[0]  # the excitatory rate falls in both


def test_the_default_rates(x64):
    (point,) = bl.analysis.fixed_points(bl.EIRates())
    np.testing.assert_allclose(point.y, [5.0, 6.0], atol=1e-9)  # (2 h_E - 2.5 h_I)/3, (2 h_E - h_I)/3
    (state,) = bl.EIRates().steady_states()
    np.testing.assert_allclose(np.sort_complex(state.eigenvalues), np.sort_complex(point.eigenvalues), atol=1e-9)
    assert (
        point.kind == "stable focus" and point.jacobian[0, 0] > 0
    )  # as the docstring says for any model of two populations
    np.testing.assert_allclose(bl.EIRates(h_E=-1.0, h_I=-1.0).steady_states()[0].r, 0)


def test_excitation_that_nothing_holds_explodes(x64):
    assert [s.r.tolist() for s in bl.EIRates(w_EE=1.5, w_EI=0.0).steady_states()] == []
    (state,) = bl.EIRates(
        tau_E=4.0, tau_I=40.0
    ).steady_states()  # inhibition that is too slow: (w_EE-1)/tau_E > (1+w_II)/tau_I
    assert not state.stable


@pytest.mark.parametrize("P", [0.5, 2.5])
def test_the_same_sign_decides_in_wilson_cowan(P, x64):
    """d I / d Q by two fixed points against the sign of d(dE/dt)/dE at one: the border that chapter 14 looks for."""
    less, more = (bl.analysis.fixed_points(bl.WilsonCowan(P=P, Q=Q)) for Q in (-1e-3, 1e-3))
    here = bl.analysis.fixed_points(bl.WilsonCowan(P=P))
    assert len(less) == len(more) == len(here) == 1 and here[0].stable
    assert (more[0]["I"] < less[0]["I"]) == (here[0].jacobian[0, 0] > 0) == (P > 1)


# ---- errors


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: bl.ThresholdLinear(W=[[0.0, 1.0]]), r"ThresholdLinear.W has shape \(1, 2\): it must be square"),
        (lambda: bl.ThresholdLinear(h=[1.0, 2.0, 3.0]), r"h has shape \(3,\), and W is \(2, 2\): there are 2 units"),
        (lambda: bl.ThresholdLinear(tau=[1.0]), r"try: tau=np.full\(2, 10.0\)"),
        (lambda: bl.ThresholdLinear(tau=-1.0), "above 0 ms"),
        (lambda: bl.ThresholdLinear(W=np.zeros((20, 20))).steady_states(), "20 units: steady_states takes 14 at most"),
        (
            lambda: bl.ThresholdLinear(W=[[0.5, 0.5], [0.5, 0.5]], h=0.0).steady_states(),
            "with the units 0, 1 active, 1 - W has no inverse",
        ),
        (lambda: bl.EIRates(w_EI=-1.0), "at least 0"),
    ],
)
def test_errors(call, match):
    with pytest.raises(ParamError, match=match):
        call()
