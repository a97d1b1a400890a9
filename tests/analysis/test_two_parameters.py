"""Curves of folds and Hopf points: closed forms, and one-parameter diagrams at other values of the second."""

import numpy as np
import pytest

from brainlab.analysis import continuation, two_parameters
from brainlab.models import FitzHughNagumo, morris_lecar


def cusp(x, t, a=-1.0, b=1.0):
    return a + b * x - x**3


def test_cusp_of_the_normal_form():
    fold = continuation(cusp, "a", -2, 2, start=-1.5).folds[0]
    curve = two_parameters(cusp, fold, "a", "b", (-2, 2), (-1, 2))
    np.testing.assert_allclose(27 * curve["a"] ** 2, 4 * curve["b"] ** 3, atol=1e-7)
    np.testing.assert_allclose(curve["b"], 3 * curve["x"] ** 2, atol=1e-7)
    assert [p.kind for p in curve.special] == ["cusp"] and np.allclose(curve.special[0].at, 0, atol=1e-7)
    assert curve.ended == "left, left" and {curve["a"][0] > 0, curve["a"][-1] > 0} == {True, False}  # both arms
    assert repr(curve) == f"<{len(curve)} fold points over a and b; cusp at 0>"
    assert "cusp" in curve.plot().text


@pytest.fixture(scope="module")
def hopf():
    return continuation(FitzHughNagumo(), "I", -1, 3, cycles=False).hopf[0]


def test_hopf_curve_of_fitzhugh_nagumo(hopf):
    curve = two_parameters(FitzHughNagumo(), hopf, "I", "b", (-2, 3), (0.05, 4))
    tau, b = 12.5, curve["b"]
    v = -np.sqrt(1 - b / tau)  # where the trace is 0
    np.testing.assert_allclose(curve["v"], v, atol=1e-7)
    np.testing.assert_allclose(curve["I"], (v + 0.7) / b - v + v**3 / 3, atol=1e-6)
    np.testing.assert_allclose(curve.omega**2, 1 / tau - (b / tau) ** 2, atol=1e-7)
    found = {p.kind: p.at[1] for p in curve.special}
    # by hand: l1 = 0 (Guckenheimer & Holmes 1983, eq. 3.4.11) where 2 alpha - alpha^2 = 1/tau, alpha = b/tau; omega = 0 at
    # b^2 = tau
    assert found["Bautin"] == pytest.approx(tau * (1 - np.sqrt(1 - 1 / tau)), abs=1e-6)
    assert found["Bogdanov-Takens"] == pytest.approx(np.sqrt(tau), abs=1e-5)
    assert "Bogdanov-Takens" in curve.ended
    assert ((curve.lyapunov < 0) == (b < found["Bautin"])).all()
    text = curve.plot().text
    assert "supercritical Hopf" in text and "subcritical Hopf" in text


def test_folds_of_morris_lecar_at_another_conductance():
    model = morris_lecar.SETS["snic"]
    fold = continuation(model, "I", -30, 260, cycles=False).folds[0]
    curve = two_parameters(model, fold, "I", "g_Ca", (-100, 300), (3, 4.5))
    expected = [f.value for f in continuation(model, "I", -200, 300, cycles=False, g_Ca=4.5).folds]
    k = int(np.argmax(curve["g_Ca"]))  # where the curve ends
    assert curve["g_Ca"][k] == 4.5 and min(abs(curve["I"][k] - e) for e in expected) < 1e-6


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda h: two_parameters(FitzHughNagumo(), 0.33, "I", "b", (0, 1), (0, 1)), ["point = 0.33", "diagram"]),
        (lambda h: two_parameters(FitzHughNagumo(), h, "a", "b", (0, 1), (0, 1)), ["one of them 'I'", "moving I"]),
        (lambda h: two_parameters(FitzHughNagumo(), h, "I", "I", (0, 1), (0, 1)), ["two parameters"]),
        (lambda h: two_parameters(FitzHughNagumo(), h, "I", "B", (0, 1), (0, 1)), ["no parameter 'B'"]),
        (lambda h: two_parameters(FitzHughNagumo(), h, "I", "b", (1, 2), (0, 1)), ["I = 0.331281", "not between 1 and 2"]),
        (lambda h: two_parameters(FitzHughNagumo(), h, "I", "b", (0, 1), (1, 0)), ["the range of b = (1, 0)", '"b", 0, 1']),
    ],
)
def test_mistakes_are_explained(call, words, hopf, said):
    text = said(lambda: call(hopf))
    for word in words:
        assert word in text
