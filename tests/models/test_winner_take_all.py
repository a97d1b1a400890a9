"""Winner-take-all: its closed forms against SciPy, and the race of the decision model beside it."""

import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import brainlab as bl
import brainlab.math as bm
from brainlab.models import WinnerTakeAll
from brainlab.params import ParamError


def end(w, k, h, r0):
    """Where it goes, in NumPy, with tau = 1."""
    slope = lambda t, r: np.maximum(w * r - k * r.sum() + h, 0) - r  # noqa: E731
    return solve_ivp(slope, (0, 300), r0, rtol=1e-8, atol=1e-9).y[:, -1]


@pytest.mark.parametrize("n", [2, 5])
@pytest.mark.parametrize(("w", "winners"), [(0.8, None), (1.2, 1), (1.9, 1)])
def test_one_is_left_if_differences_grow_and_one_is_held(n, w, winners, x64):
    """From anywhere, with nearly the same input for all; how many points there are does not matter."""
    k, rng = 1.0, np.random.default_rng(n)
    h = 10 + rng.uniform(0, 0.02, n)
    net = WinnerTakeAll(w=w, k=k, h=h)
    r = end(w, k, h, rng.uniform(0, 5, n))
    assert net.decides == (winners == 1) and (r > 1e-6).sum() == (winners or n)
    if winners:
        np.testing.assert_allclose(r.max(), h[r.argmax()] / (1 - w + k), rtol=1e-6)
    np.testing.assert_allclose(net.derivative(bm.array(r)), 0, atol=1e-6)
    assert any(s.stable and np.allclose(s.r, r, atol=1e-5) for s in net.steady_states())
    J = (w - 1) * np.eye(n) - k  # the Jacobian with all active, times tau
    np.testing.assert_allclose(np.sort(np.linalg.eigvalsh(J))[[0, -1]], sorted(10 * g for g in net.growth), atol=1e-12)


def test_beyond_the_border_a_single_point_runs_away():
    assert not WinnerTakeAll(w=2.1, k=1.0).decides and WinnerTakeAll(w=2.1, k=1.0).hold == math.inf
    assert end(2.1, 1.0, np.array([10.0, 9.0]), np.zeros(2)).max() > 1e6
    assert WinnerTakeAll(w=0.5).hold < 1 and not WinnerTakeAll(w=0.5).decides


@pytest.mark.parametrize("w", [1.2, 1.5, 1.8])
def test_who_has_won_is_overtaken_only_by_much_more(w):
    net = WinnerTakeAll(w=w, k=1.0, h=np.array([10.0, 9.9]))
    won = end(w, 1.0, np.array([10.0, 9.9]), np.zeros(2))
    assert won.argmax() == 0 and won[1] == pytest.approx(0, abs=1e-6)
    for share, winner in ((0.99, 0), (1.01, 1)):
        assert end(w, 1.0, np.array([10.0, 10.0 * share * net.hold]), won + 1e-6).argmax() == winner


def test_two_points_are_the_decision():
    """The model of Wong and Wang has the same two stable states and the same saddle between, and holds its choice."""
    two, gates = WinnerTakeAll().steady_states(), bl.analysis.fixed_points(bl.WongWang())
    assert [s.stable for s in two] == ["stable" in p.kind for p in gates] == [True, False, True]


def test_inputs_are_one_for_each_point():
    with pytest.raises(ParamError, match=r"WinnerTakeAll.h has shape \(\): one number for each point"):
        WinnerTakeAll(h=20.0)
    with pytest.raises(ParamError, match="an inhibition below 0|must be at least 0"):
        WinnerTakeAll(k=-1.0)
    assert WinnerTakeAll(h=np.ones(3)).size == 3 and WinnerTakeAll(h=np.ones(3)).initial()[0].shape == (3,)
