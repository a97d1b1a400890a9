"""Trajectories, the separatrices among them, and the basins between: against SciPy."""

import re

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import brainlab as bl
from brainlab.analysis import basins, separatrices, trajectory

BOX = dict(x_range=(-2.5, 2.5), y_range=(-1.5, 2.5))


def test_trajectory_forwards_and_backwards():
    there = trajectory(bl.FitzHughNagumo(), (1.0, 0.0), 5.0, dt=0.01)
    back = trajectory(bl.FitzHughNagumo(), there.y[-1], -5.0, dt=0.01)
    np.testing.assert_allclose(back.y[-1], [1.0, 0.0], atol=1e-7)
    assert back.t[-1] == pytest.approx(-5.0) and "<svg" in there.plot().text
    with pytest.raises(bl.integrate.DivergedError, match="x became infinite at t = "):
        trajectory(lambda x, t: x**2, 1.0, 5.0)


def test_separatrices_part_the_basins():
    """What ends at the saddle lies between the two basins."""

    def f(x, y, t):
        return x - x**3 + 0.5 * y, -y

    limits = dict(x_range=(-2, 2), y_range=(-2, 2))
    found = basins(f, n=20, duration=40.0, **limits)
    assert [a.kind for a in found.attractors] == ["stable node"] * 2 and sum(found.shares) == 1
    lines = separatrices(f, (0, 0), {"x": (-2, 2), "y": (-2, 2)})
    assert len(lines.stable) == len(lines.unstable) == 2
    np.testing.assert_allclose(sorted(b[-1][0] for b in lines.unstable), [-1, 1], atol=1e-6)
    curve = np.vstack([lines.stable[0][::-1], lines.stable[1]])
    curve = curve[np.argsort(curve[:, 1])]
    X, Y = np.meshgrid(found.xs, found.ys)
    right = X > np.interp(Y, curve[:, 1], curve[:, 0])
    assert (right == (found.labels == 1)).mean() > 0.99
    for point in lines.stable[0][100:400:100]:  # it does end there: SciPy's path from it comes close to the saddle
        path = solve_ivp(lambda t, y: f(*y, t), (0, 30), point, rtol=1e-10, atol=1e-12).y
        assert np.hypot(*path).min() < 2e-3
    assert all("<svg" in r.plot().text for r in (found, lines))


def test_basins_with_a_cycle():
    """FHN just below its Hopf point: rest and firing side by side."""
    found = basins(bl.FitzHughNagumo(), I=0.329, n=20, duration=600.0, **BOX)
    kinds = [type(a).__name__ for a in found.attractors]
    assert kinds == ["FixedPoint", "LimitCycle"] and found.shares[1] > 0.85 and sum(found.shares) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: trajectory(bl.FitzHughNagumo(), (1.0,)), "one finite number for each state"),
        (lambda: trajectory(bl.FitzHughNagumo(), duration=0), "a number other than 0"),
        (lambda: separatrices(bl.FitzHughNagumo(), ranges={"v": (-2, 2), "w": (-2, 2)}), "no saddle in the ranges"),
        (lambda: separatrices(bl.FitzHughNagumo(), (0, 0), {"v": (-2, 2), "w": (-2, 2)}), "no saddle near"),
        (lambda: basins(bl.FitzHughNagumo(), n=1), "n = 1: a whole number, 2 or more"),
    ],
)
def test_errors(call, match, said):
    assert re.search("(?s)" + match, said(call))
