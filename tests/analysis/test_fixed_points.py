"""Fixed points and their kinds, against SciPy, closed forms and published values."""

import re

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.optimize import fsolve

import brainlab as bl
import brainlab.math as bm
from brainlab.analysis import classify, fixed_points
from brainlab.analysis._newton import newton_all
from brainlab.analysis._system import system

HYSTERESIS = dict(c1=12.0, c2=4.0, c3=13.0, c4=11.0, a_e=1.2, theta_e=2.8, a_i=1.0, theta_i=4.0, P=0.0)


def test_fitzhugh_nagumo_at_rest():
    (point,) = fixed_points(bl.FitzHughNagumo())
    cubic = np.roots([1.0, 0.0, 3 * (1 / 0.8 - 1), 3 * 0.7 / 0.8])  # w = (v + a)/b put into the other equation, I = 0
    v = cubic[np.abs(cubic.imag) < 1e-9].real[0]
    np.testing.assert_allclose(point.y, [v, (v + 0.7) / 0.8], atol=1e-12)
    np.testing.assert_allclose(point.y, [-1.199408, -0.624260], atol=1e-6)  # what textbooks print
    J = np.array([[1 - v**2, -1.0], [0.08, -0.064]])
    np.testing.assert_allclose(point.jacobian, J, atol=1e-10)
    np.testing.assert_allclose(np.sort_complex(point.eigenvalues), np.sort_complex(np.linalg.eigvals(J)), atol=1e-10)
    assert point.kind == "stable focus" and point.stable and point["w"] == point.y[1]


def test_kinds_change_where_the_trace_does():
    """Hopf of FHN: trace 1 - v^2 - b/tau = 0, in closed form."""
    v = -np.sqrt(1 - 0.8 / 12.5)
    I = (v + 0.7) / 0.8 - v + v**3 / 3
    assert pytest.approx(0.331281, abs=1e-6) == I
    kinds = [fixed_points(bl.FitzHughNagumo(), I=I + d)[0].kind for d in (-1e-4, 0.0, 1e-4)]
    assert kinds == ["stable focus", "centre", "unstable focus"]


def test_wilson_cowan_has_three():
    points = fixed_points(bl.WilsonCowan(**HYSTERESIS), {"E": (-0.1, 0.5), "I": (-0.1, 0.5)})
    at = [[0, 0], [0.18967, 0.06810], [0.43975, 0.22593]]
    np.testing.assert_allclose([p.y for p in points], at, atol=5e-6)
    assert [p.stable for p in points] == [True, False, True]
    f = system(bl.WilsonCowan(**HYSTERESIS))
    for p in points:
        root = fsolve(lambda y: np.asarray(f.field(jnp.asarray(y), f.p)), p.y + 0.01, xtol=1e-7)
        np.testing.assert_allclose(p.y, root, atol=1e-5)


def test_hodgkin_huxley_on_both_sides_of_its_hopf_point():
    """I = 9.77544: Hassard, J. Theor. Biol. 71 (1978) 401, for these parameters."""
    below, above = (fixed_points(bl.HH(), I=I) for I in (9.774, 9.777))
    assert [p.kind for p in (*below, *above)] == ["stable focus", "saddle focus"]
    assert above[0].unstable_directions == 2
    assert above[0]["V"] == pytest.approx(float(bl.HH().rest(9.777)), abs=1e-3)


def test_lorenz_in_closed_form():
    def lorenz(y, t, sigma, rho, beta):
        return [sigma * (y[1] - y[0]), y[0] * (rho - y[2]) - y[1], y[0] * y[1] - beta * y[2]]

    points = fixed_points(lorenz, [(-30, 30), (-30, 30), (-5, 60)], start=(1.0, 1.0, 1.0), args=(10.0, 28.0, 8 / 3))
    c = np.sqrt(8 / 3 * 27)
    np.testing.assert_allclose([p.y for p in points], [[-c, -c, 27], [0, 0, 0], [c, c, 27]], atol=1e-9)
    assert [p.kind for p in points] == ["saddle focus", "saddle", "saddle focus"]


def test_zeros_of_all_sizes_and_double_ones():
    """The box says what is large, not the numbers: picoamperes and megaohms are found alike."""
    tiny = fixed_points(
        lambda x, y, t: (1e-9 * (x / 1e-6 - 1) * (x / 1e-6 + 2), 1e6 - y), {"x": (-3e-6, 3e-6), "y": (0, 2e6)}
    )
    np.testing.assert_allclose([p.y for p in tiny], [[-2e-6, 1e6], [1e-6, 1e6]], rtol=1e-8)
    fold = fixed_points(lambda x, t: (x - 0.5) ** 2, {"x": (-1, 1)})
    assert len(fold) == 1 and fold[0].y[0] == pytest.approx(0.5, abs=1e-4)
    assert fixed_points(lambda x, t: x * x + 1, {"x": (-1, 1)}) == []
    assert fixed_points(lambda x, t: jnp.log(x), {"x": (-1, 3)})[0].y == pytest.approx([1.0])  # NaN in half of the box
    assert len(fixed_points(lambda x, t: jnp.sin(x), {"x": (0.5, 40.0)})) == 12


def test_in_both_precisions_without_compiling_anew():
    s = system(bl.FitzHughNagumo())
    starts = np.random.default_rng(0).uniform(-2, 2, (16, 2))
    traced = []

    def f(v, w, t, I):
        traced.append(1)
        return v - v**3 / 3 - w + I, (v + 0.7 - 0.8 * w) / 12.5

    s = system(f, args=(0.0,))
    y, residual, converged = newton_all(s.field, s.dtyped(), starts)
    assert converged.all() and y.dtype == jnp.float32
    np.testing.assert_allclose(y, np.tile([-1.199408, -0.624260], (16, 1)), atol=2e-5)
    n = len(traced)
    newton_all(s.field, s.replace(I=1).dtyped(), starts)
    assert len(traced) == n


@pytest.mark.parametrize(
    ("eigenvalues", "kind"),
    [
        ([-1, -2], "stable node"),
        ([1, 2], "unstable node"),
        ([-1, 1e-3], "saddle"),
        ([-0.1 + 1j, -0.1 - 1j], "stable focus"),
        ([0.1 + 1j, 0.1 - 1j], "unstable focus"),
        ([1e-9 + 1j, 1e-9 - 1j], "centre"),
        ([-1, 1e-9], "degenerate"),
        ([0, 0], "degenerate"),
        ([-3], "stable node"),
        ([-1, -0.1 + 1j, -0.1 - 1j], "stable focus"),
        ([-1, 0.1 + 1j, 0.1 - 1j], "saddle focus"),
        ([-1 + 1e-9j, -1 - 1e-9j], "stable node"),
    ],
)
def test_classify(eigenvalues, kind):
    assert classify(eigenvalues) == kind


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: fixed_points(bl.FitzHughNagumo(), {"u": (0, 1)}), "no state 'u'.*states are v, w"),
        (lambda: fixed_points(bl.FitzHughNagumo(), {"v": (1, -1)}), r"the range of v = \(1, -1\): the first must be below"),
        (lambda: fixed_points(bl.FitzHughNagumo(), {"v": 3}), "the range of v = 3: two numbers"),
        (lambda: fixed_points(bl.FitzHughNagumo(), [(0, 1)]), "one .low, high. for each state"),
        (lambda: fixed_points(bl.FitzHughNagumo(), n=0), "n = 0: a whole number, 1 or more"),
        (lambda: fixed_points(bl.FitzHughNagumo(), J=1.0), "no parameter 'J'"),
        (lambda: fixed_points(bl.FitzHughNagumo(), i=1.0), "no parameter 'i'. Did you mean 'I'"),
        (lambda: fixed_points(lambda x, t: -x, r=1.0), r"no parameter 'r'.*stand after t.*def f\(x, t, r=1.0\)"),
        (lambda: fixed_points(bl.FitzHughNagumo(), I=np.nan), "I = nan: one finite number"),
    ],
)
def test_errors(call, match, said):
    assert re.search("(?s)" + match, said(call))


def test_where_to_look_is_found_for_plain_functions():
    """Trajectories say where: those that settle are followed however far they go, those that run away only a little."""
    far = fixed_points(lambda V, t: -(V + 65) + 10)
    assert [round(p["V"], 6) for p in far] == [-55.0]
    lorenz = fixed_points(lambda x, y, z, t: (10 * (y - x), x * (28 - z) - y, x * y - 8 / 3 * z))
    np.testing.assert_allclose([p["x"] for p in lorenz], [-(72**0.5), 0, 72**0.5], atol=1e-9)
    lotka = fixed_points(lambda x, y, t: (x * (1.1 - 0.4 * y), y * (0.1 * x - 0.4)))
    np.testing.assert_allclose([p.y for p in lotka], [[0, 0], [4, 2.75]], atol=1e-9)
    (saddle,) = fixed_points(lambda x, y, t: (x, -y))
    assert saddle.kind == "saddle"


def test_units_of_a_joint_equation_say_where_its_potential_is():
    """It begins at V = 0, from where a leak of 40 mV is no small way."""
    membrane = lambda V, t, w: -(V + 60) - 8 * w * (V + 84)  # noqa: E731
    gate = lambda w, t, V: 0.5 / (1 + bm.exp(-(V + 20) / 5)) - w  # noqa: E731
    found = system(bl.JointEq(membrane, gate, units={"V": "mV"}))
    assert found.label("V") == "V (mV)"
    (rest,) = fixed_points(found)
    w = 0.5 / (1 + np.exp(-(rest["V"] + 20) / 5))
    np.testing.assert_allclose([rest["V"], rest["w"]], [(-60 - 8 * w * 84) / (1 + 8 * w), w], atol=1e-9)
