"""Phase plane: nullclines, arrows, fixed points against formulas."""

import re

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import solve_ivp

import brainlab as bl
from brainlab.analysis import phase_plane
from brainlab.analysis._nullclines import zero_curves

BOX = dict(x_range=(-2.5, 2.5), y_range=(-1.5, 2.5))


def points_of(curve):
    return curve[np.isfinite(curve).all(1)]


def test_fitzhugh_nagumo():
    plane = phase_plane(bl.FitzHughNagumo(), trajectories=[(0.0, 0.0), (1.0, 1.0)], duration=50.0, I=0.5, **BOX)
    v, w = points_of(plane.nullclines["v"]).T
    np.testing.assert_allclose(w, v - v**3 / 3 + 0.5, atol=1e-8)
    v, w = points_of(plane.nullclines["w"]).T
    np.testing.assert_allclose(w, (v + 0.7) / 0.8, atol=1e-10)
    x, y, dx, dy = np.moveaxis(plane.arrows, -1, 0)
    np.testing.assert_allclose(dx, x - x**3 / 3 - y + 0.5, atol=1e-12)
    np.testing.assert_allclose(dy, (x + 0.7 - 0.8 * y) / 12.5, atol=1e-12)
    (point,) = plane.fixed_points
    assert point.kind == "unstable focus" and point["v"] == pytest.approx(-0.80477, abs=1e-4)
    f = lambda t, y: [y[0] - y[0] ** 3 / 3 - y[1] + 0.5, (y[0] + 0.7 - 0.8 * y[1]) / 12.5]  # noqa: E731
    for run in plane.trajectories:
        exact = solve_ivp(f, (0, 50), run.y[0], rtol=1e-11, atol=1e-12, t_eval=run.t[::100])
        np.testing.assert_allclose(run.y[::100], exact.y.T, atol=1e-5)
    assert repr(plane) == "PhasePlane(v, w: 1 fixed point: -0.8048, -0.1311 unstable focus)"


def test_no_slider_compiles_anew():
    traced = []

    def f(x, y, t, a=1.0, b=0.0):
        traced.append(1)
        return a * x - y, x + b

    for a in (1.0, 2, -0.5):
        phase_plane(f, trajectories=[(a, 0)], x_range=(-1, 1 + a * a), y_range=(-1, 1), a=a, b=0.1 * a)
        if a == 1.0:
            n = len(traced)
    assert len(traced) == n


def test_the_axes_can_be_swapped():
    plane = phase_plane(bl.FitzHughNagumo(), "w", "v", x_range=BOX["y_range"], y_range=BOX["x_range"])
    straight = phase_plane(bl.FitzHughNagumo(), **BOX)
    np.testing.assert_allclose(plane.fixed_points[0].y, straight.fixed_points[0].y, atol=1e-12)
    np.testing.assert_allclose(plane.fixed_points[0].jacobian, straight.fixed_points[0].jacobian, atol=1e-10)
    w, v = points_of(plane.nullclines["v"]).T
    np.testing.assert_allclose(w, v - v**3 / 3, atol=1e-6)


def test_hodgkin_huxley_in_two_states():
    """m at m_inf(V), h held: the nullcline of n is n_inf(V), and I closes V's."""
    hh = bl.HH()
    plane = phase_plane(hh, "V", "n", slaved="m", held={"h": 0.4}, x_range=(-90, 40), y_range=(0, 1), I=10.0)
    V, n = points_of(plane.nullclines["n"]).T
    np.testing.assert_allclose(n, hh.steady(jnp.asarray(V)).n.value, atol=1e-4)
    V, n = points_of(plane.nullclines["V"]).T
    V, n = V[V > -70], n[V > -70]  # g_K n^4 (V - E_K) carries what the other currents leave; near E_K no n would do
    m = np.asarray(hh.steady(jnp.asarray(V)).m.value, float)
    left = 10.0 - 120 * m**3 * 0.4 * (V - 50) - 0.3 * (V + 54.387)
    np.testing.assert_allclose(n, (left / (36 * (V + 77))) ** 0.25, atol=5e-4)
    assert plane.slaved == ("m",) and plane.held == {"h": 0.4}
    for point in plane.fixed_points:
        assert point["h"] == 0.4 and point["m"] == pytest.approx(float(hh.steady(point["V"]).m), abs=1e-5)


def test_what_follows_at_once_counts_in_the_eigenvalues():
    """x' = y + z, y' = -y, z = -2x at once: x' = y - 2x."""
    plane = phase_plane(
        lambda x, y, z, t: (y + z, -y, 100 * (-2 * x - z)), "x", "y", slaved="z", x_range=(-1, 1), y_range=(-1, 1)
    )
    np.testing.assert_allclose(plane.fixed_points[0].eigenvalues, [-1, -2], atol=1e-9)
    assert plane.fixed_points[0].kind == "stable node"


def test_nullclines_are_joined_to_curves():
    xs = np.linspace(-2, 2, 61)
    X, Y = np.meshgrid(xs, xs)
    two = zero_curves((X**2 + Y**2 - 1) * (X**2 + Y**2 - 3), xs, xs)
    pieces = np.split(two, np.flatnonzero(np.isnan(two[:, 0])))
    assert len(pieces) == 2
    radii = sorted(np.nanmean(np.hypot(*p.T)) for p in pieces)
    np.testing.assert_allclose(radii, [1.0, np.sqrt(3)], atol=1e-4)
    for piece in pieces:
        piece = points_of(piece)
        assert (piece[0] == piece[-1]).all() and np.linalg.norm(np.diff(piece, axis=0), axis=1).max() < 0.1
    cross = zero_curves(X * Y, xs + 0.01, xs + 0.01)
    assert np.abs(points_of(cross)[:, 0] * points_of(cross)[:, 1]).max() < 0.05
    assert len(zero_curves(X**2 + 1, xs, xs)) == 0
    holes = np.where(X > 0, np.nan, Y)
    np.testing.assert_allclose(points_of(zero_curves(holes, xs, xs))[:, 1], 0.0, atol=1e-12)


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: phase_plane(bl.FitzHughNagumo(), "v", "u"), "no state 'u'.*the states are v, w"),
        (lambda: phase_plane(bl.FitzHughNagumo(), "v", "v"), "2 different ones needed"),
        (lambda: phase_plane(bl.FitzHughNagumo(), x_range=(1, 0)), r"x_range = \(1, 0\).*\nx_range=\(0, 1\)"),
        (lambda: phase_plane(bl.FitzHughNagumo(), x_range=(1, np.nan)), "both finite"),
        (lambda: phase_plane(bl.FitzHughNagumo(), trajectories=[(1, 2, 3)], **BOX), "pairs of finite numbers"),
        (lambda: phase_plane(bl.FitzHughNagumo(), trajectories=[(1, 2)], duration=-1, **BOX), "duration = -1"),
        (lambda: phase_plane(bl.FitzHughNagumo(), trajectories=[(1, 2)], dt=200.0, **BOX), "dt = 200 is not shorter"),
        (lambda: phase_plane(bl.FitzHughNagumo(), resolution=5), "resolution = 5"),
        (lambda: phase_plane(bl.FitzHughNagumo(), II=5), "no parameter 'II'.*Did you mean 'I'"),
        (lambda: phase_plane(bl.HH(), "V", "n", held={"n": 0.3}), "n is asked to be two things"),
        (lambda: phase_plane(bl.HH(), "V", "n", held={"h": "x"}), "one finite number is expected"),
        (lambda: phase_plane(bl.HH(), "V", "n", slaved="k"), "no state 'k'"),
        (lambda: phase_plane(bl.LIF()), r"there is one state, V.*phase_line\(LIF\(\)\)"),
        (lambda: phase_plane(bl.HH), "HH is a class of models"),
    ],
)
def test_errors(call, match, said):
    assert re.search("(?s)" + match, said(call))
