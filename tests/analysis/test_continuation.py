"""Branches of fixed points: folds, Hopf points and branch points against closed forms and roots found by scipy."""

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.optimize import brentq, minimize_scalar

import brainlab as bl
from brainlab.analysis import _derivatives, continuation
from brainlab.models import HH, FitzHughNagumo, MorrisLecar, morris_lecar, wilson_cowan


def saddle_node(x, t, r=-1.0):
    return r + x * x


def pitchfork(x, t, r=-1.0):
    return r * x - x**3


def hopf_normal_form(x, y, t, mu=-0.5, s=-1.0):
    r2 = x * x + y * y
    return mu * x - y + s * r2 * x, x + mu * y + s * r2 * y


def test_fold_of_the_normal_form():
    fixed = continuation(saddle_node, "r", -1.0, 1.0, start=-1.0).fixed
    (fold,) = fixed.special
    assert fold.kind == "fold" and abs(fold.value) < 1e-9
    np.testing.assert_allclose(fixed.y[:, 0] ** 2, -fixed.values, atol=1e-9)
    assert (fixed.stable == (fixed["x"] < 0)).all()
    assert fixed.ended == "left, left" and fixed.values[0] == fixed.values[-1] == -1.0  # both arms, to the end of the range


def test_branch_point_of_a_pitchfork():
    fixed = continuation(pitchfork, "r", -1.0, 1.0, start=0.0).fixed
    assert [p.kind for p in fixed.special] == ["branch point"] and abs(fixed.special[0].value) < 1e-6
    assert (fixed.y == 0).all()


@pytest.mark.parametrize(("s", "word"), [(-1.0, "supercritical"), (1.0, "subcritical")])
def test_lyapunov_coefficient_of_the_normal_form(s, word):
    (hopf,) = continuation(hopf_normal_form, "mu", -0.5, 0.5, s=s, cycles=False).hopf
    # in the coordinate z along q, |q| = 1, the cubic term s r^2 is 2 s |z|^2, and omega is 1
    assert hopf.lyapunov == pytest.approx(2 * s) and hopf.criticality == word
    assert hopf.value == pytest.approx(0, abs=1e-9) and hopf.omega == pytest.approx(1)


def test_hopf_points_of_fitzhugh_nagumo():
    m = FitzHughNagumo()
    diagram = continuation(m, "I", -1, 3, cycles=False)
    a, b, tau = 0.7, 0.8, 12.5
    for hopf, v in zip(diagram.hopf, (-np.sqrt(1 - b / tau), np.sqrt(1 - b / tau)), strict=True):  # where the trace is 0
        assert hopf.value == pytest.approx((v + a) / b - v + v**3 / 3, abs=1e-9)
        assert hopf.omega == pytest.approx(np.sqrt(1 / tau - (b / tau) ** 2))
        np.testing.assert_allclose(hopf.y, [v, (v + a) / b], atol=1e-8)
    np.testing.assert_allclose([h.value for h in diagram.hopf], [0.331281, 1.418719], atol=5e-7)


@pytest.mark.parametrize(("b", "word"), [(0.8, "subcritical"), (0.55, "subcritical"), (0.47, "supercritical")])
def test_criticality_of_fitzhugh_nagumo(b, word):
    """l1 is 0 where 2 alpha - alpha^2 = 1/tau, alpha = b/tau: by hand from the planar formula of Guckenheimer & Holmes."""
    alpha = b / 12.5
    assert (2 * alpha - alpha**2 > 1 / 12.5) == (word == "subcritical")
    assert {h.criticality for h in continuation(FitzHughNagumo(), "I", -2, 3, cycles=False, b=b).hopf} == {word}


def steady_current(V, g_Ca, V3, V4):
    """Of Morris-Lecar, in NumPy, with all else as Rinzel & Ermentrout have it: (I, trace of the Jacobian at phi)."""
    m, w = 0.5 * (1 + np.tanh((V + 1.2) / 18)), 0.5 * (1 + np.tanh((V - V3) / V4))
    I = g_Ca * m * (V - 120) + 8 * w * (V + 84) + 2 * (V + 60)
    slope_m = 0.5 / 18 / np.cosh((V + 1.2) / 18) ** 2
    dV = -(g_Ca * (m + slope_m * (V - 120)) + 8 * w + 2) / 20
    return I, lambda phi: dV - phi * np.cosh((V - V3) / (2 * V4))


@pytest.mark.parametrize(
    ("name", "shape", "phi", "brackets", "published"),
    [
        ("hopf", (4.4, 2, 30), 0.04, [(-30, -10), (0, 20)], [93.8576, 212.0188]),
        ("snic", (4, 12, 17.4), 1 / 15, [(0, 20)], [97.788]),
        ("homoclinic", (4, 12, 17.4), 0.23, [(0, 10)], [36.316]),
    ],
)
def test_hopf_points_of_morris_lecar(name, shape, phi, brackets, published):
    diagram = continuation(morris_lecar.SETS[name], "I", -30, 260, cycles=False)
    roots = [brentq(lambda V: steady_current(V, *shape)[1](phi), *ends, xtol=1e-13) for ends in brackets]
    np.testing.assert_allclose([h.value for h in diagram.hopf], [steady_current(V, *shape)[0] for V in roots], rtol=1e-8)
    np.testing.assert_allclose([h.value for h in diagram.hopf], published, atol=5e-4)
    assert {h.criticality for h in diagram.hopf} == {"subcritical"}  # Rinzel & Ermentrout: all begin with a jump


def test_folds_of_morris_lecar():
    folds = continuation(morris_lecar.SETS["snic"], "I", -30, 260, cycles=False).folds
    current = lambda V: steady_current(V, 4, 12, 17.4)[0]  # noqa: E731
    highest = minimize_scalar(lambda V: -current(V), bracket=(-35, -28), tol=1e-12)
    lowest = minimize_scalar(current, bracket=(-15, -5), tol=1e-12)
    np.testing.assert_allclose([f.value for f in folds], [-highest.fun, lowest.fun], rtol=1e-10)
    np.testing.assert_allclose([f.value for f in folds], [39.9632, -9.949], atol=5e-4)


def test_begins_elsewhere_where_rest_has_vanished():
    """From its rest at I = 0 neither Newton's method nor the flow finds the only fixed point, at the other end of the S."""
    fixed = continuation(morris_lecar.SETS["snic"], "I", 41, 120, cycles=False).fixed
    np.testing.assert_allclose([steady_current(V, 4, 12, 17.4)[0] for V in fixed["V"]], fixed.values, atol=1e-8)
    assert (np.diff(fixed.values) >= 0).all() and fixed.values[0] == 41 and fixed.special[0].kind == "Hopf"


def test_saddle_node_of_integrate_and_fire_neurons():
    """Closed forms; of AdEx the Hopf point, just before, too."""
    for model, rheobase in ((bl.QIF(), 0.07 * 15**2 / 4), (bl.EIF(), 0.1 * (-59.9 + 65 - 3.48))):
        (fold,) = continuation(model, "I", 0, 2 * rheobase).folds
        assert fold.value == pytest.approx(rheobase / getattr(model, "R", 1.0), rel=1e-9)
    diagram = continuation(bl.AdEx(), "I", 0, 1000, cycles=False)
    assert [round(p.value, 3) for p in diagram.special] == [627.182, 627.311]
    assert repr(continuation(bl.LIF(), "I", 0, 3)).endswith("fixed points>")


def hh_rates(V):
    """Opening and closing of m, h, n, in NumPy; V is none of those where they are 0/0."""
    return np.array([
        [0.1 * (V + 40) / (1 - np.exp(-(V + 40) / 10)), 4 * np.exp(-(V + 65) / 18)],
        [0.07 * np.exp(-(V + 65) / 20), 1 / (1 + np.exp(-(V + 35) / 10))],
        [0.01 * (V + 55) / (1 - np.exp(-(V + 55) / 10)), 0.125 * np.exp(-(V + 65) / 80)],
    ])  # fmt: skip


def hh_at(V):
    """(I, eigenvalues) of the fixed point of HH that has this V."""
    alpha, beta = hh_rates(V).T
    gates = alpha / (alpha + beta)
    current = lambda V, m, h, n: 120 * m**3 * h * (V - 50) + 36 * n**4 * (V + 77) + 0.3 * (V + 54.387)  # noqa: E731

    def field(y):
        alpha, beta = hh_rates(y[0]).T
        return np.concatenate([[-current(*y)], alpha * (1 - y[1:]) - beta * y[1:]])

    y, step = np.concatenate([[V], gates]), 1e-5
    columns = [(field(y + step * e) - field(y - step * e)) / (2 * step) for e in np.eye(4)]
    return current(*y), np.linalg.eigvals(np.stack(columns, 1))


def test_hopf_points_of_hodgkin_huxley():
    diagram = continuation(HH(), "I", 0, 200, cycles=False)
    growth = lambda V: max(v.real for v in hh_at(V)[1] if v.imag > 0)  # noqa: E731
    for hopf, ends, word, rate in zip(
        diagram.hopf, [(-61, -58), (-44, -41)], ["subcritical", "supercritical"], [93.30, 169.17], strict=True
    ):
        V = brentq(growth, *ends, xtol=1e-10)
        assert hopf.y[0] == pytest.approx(V, abs=1e-6) and hopf.value == pytest.approx(hh_at(V)[0], abs=1e-5)
        assert hopf.criticality == word and 1000 / hopf.period == pytest.approx(rate, abs=0.005)
    assert [round(h.value, 4) for h in diagram.hopf] == [9.7754, 154.5224]  # Hassard (1978): 9.78 and 154.5
    assert [round(float(h.y[0]), 3) for h in diagram.hopf] == [-59.654, -43.058]
    V = diagram.fixed["V"]
    np.testing.assert_allclose(diagram.fixed.values, [hh_at(v)[0] for v in V], atol=1e-6)
    between = (diagram.fixed.values > diagram.hopf[0].value) & (diagram.fixed.values < diagram.hopf[1].value)
    assert (diagram.fixed.stable == ~between).all() and diagram.fixed.types[0] == "stable focus"


def test_jumps_of_wilson_cowan():
    """P is a function of E on the branch: I from its own nullcline by brentq, P from the inverse of S."""
    s = lambda x, a, theta: 1 / (1 + np.exp(-a * (x - theta))) - 1 / (1 + np.exp(a * theta))  # noqa: E731
    k = lambda a, theta: 1 - 1 / (1 + np.exp(a * theta))  # noqa: E731

    def P(E):
        I = brentq(lambda I: -I + (k(1, 4) - I) * s(13 * E - 11 * I, 1, 4), -0.2, 1.0, xtol=1e-14)
        S = E / (k(1.2, 2.8) - E)
        x = 2.8 - np.log(1 / (S + 1 / (1 + np.exp(1.2 * 2.8))) - 1) / 1.2
        return x - 12 * E + 4 * I

    up, down = minimize_scalar(lambda E: -P(E), bracket=(0.05, 0.1)), minimize_scalar(P, bracket=(0.25, 0.3))
    folds = continuation(wilson_cowan.SETS["hysteresis"], "P", -1, 1).folds
    np.testing.assert_allclose([f.value for f in folds], [-up.fun, down.fun], atol=1e-8)
    assert -0.42 < folds[1].value < folds[0].value < 0.32  # a slow ramp jumps a little later


def test_a_parameter_that_moves_compiles_nothing():
    continuation(MorrisLecar(), "I", 0, 250)
    programs = [_derivatives._linear, _derivatives._linear_many, _derivatives._along]
    before = [program._cache_size() for program in programs]
    moved = continuation(MorrisLecar(g_K=8.3), "I", 1, 240)
    assert [program._cache_size() for program in programs] == before and len(moved.hopf) == 2


def test_always_float64_and_the_session_keeps_its_own(x64):
    inside = continuation(FitzHughNagumo(), "I", -1, 3, cycles=False)
    with bl.math.enable_x64(False):
        outside = continuation(FitzHughNagumo(), "I", -1, 3, cycles=False)
        assert jnp.asarray(0.1).dtype == jnp.float32
    assert outside.fixed.y.dtype == np.float64
    np.testing.assert_allclose([h.value for h in outside.hopf], [h.value for h in inside.hopf], atol=1e-7)


def test_diagram_is_said_and_drawn(said):
    diagram = continuation(hopf_normal_form, "mu", (-0.5, 0.5))
    assert repr(diagram) == f"<diagram over mu: {len(diagram.fixed)} fixed points, 1 branch of cycles; Hopf at 0>"
    assert repr(diagram.hopf[0]) == "<Hopf at mu = 0: supercritical, period 6.2832>"
    text = diagram.plot("y").text
    for word in ("stable fixed point", "unstable fixed point", "stable cycle", "Hopf", 'stroke-dasharray="7 4"', "<rect x="):
        assert word in text
    assert "no state 'z'" in said(lambda: diagram.plot("z"))


def no_fixed_point(x, t, a=0.0):
    return 1 + a * a + x * x


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: continuation(HH(), "g_Ka", 0, 1), ["no parameter 'g_Ka'", "Did you mean 'g_K'?"]),
        (lambda: continuation(HH(), "I", 200, 0), ["the range of I = (200, 0)", "below", '"I", 0, 200']),
        (lambda: continuation(HH(), "I", (0, 1, 2)), ["range of I", "two numbers"]),
        (lambda: continuation(HH(), "I", 0, np.nan), ["(0, nan)", "both finite"]),
        (lambda: continuation(HH(), "I", 0, 10, step=0), ["step = 0", "above 0"]),
        (lambda: continuation(HH, "I", 0, 10), ["class of models", "HH()"]),
        (lambda: continuation(HH(), "I", 0, 10, start=(0.0, 1.0)), ["start", "states are V, m, h, n"]),
        (lambda: continuation(HH(), "I", 0, 10, start="rest"), ["start = 'rest'", "one finite number for each state"]),
        (lambda: continuation("HH", "I", 0, 10), ["'HH' is no model and no function"]),
        (lambda: continuation(bl.Population(HH(), 2), "I", 0, 10), ["is no model and no function"]),
        (
            lambda: continuation(lambda y, t, a=1.0: a * y[0], "a", 0, 1),
            ["does not take one number", "start=(0.0, 0.0)"],
        ),
        (
            lambda: continuation(no_fixed_point, "a", 0, 1, start=0.3),
            ["no fixed point", "a = 0 from x = 0.3", "slope there is 1.09", "simulation"],
        ),
    ],
)
def test_mistakes_are_explained(call, words, said):
    text = said(call)
    for word in words:
        assert word in text
