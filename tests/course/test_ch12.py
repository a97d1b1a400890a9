"""Chapter 12: the numbers that its saved outputs show and its prose claims, against NumPy and SciPy."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

FILE = Path(__file__).resolve().parents[2] / "course" / "ch12_dynamics.ipynb"
CELLS = {cell["id"]: cell for cell in json.loads(FILE.read_text(encoding="utf-8"))["cells"]}
PROSE = " ".join(" ".join(cell["source"]) for cell in CELLS.values() if cell["cell_type"] == "markdown")


def output(id: str) -> str:
    return "".join("".join(o.get("text") or o["data"]["text/plain"]) for o in CELLS[id]["outputs"])


def shown(id: str) -> np.ndarray:
    """All numbers in the saved output of a cell, in their order."""
    return np.array(re.findall(r"(?<![\w.])-?\d+\.?\d*", output(id)), float)


def rates(V):
    """alpha and beta of m, h, n: Hodgkin and Huxley (1952), with rest at -65 mV."""
    alpha = (
        0.1 * (V + 40) / -np.expm1(-(V + 40) / 10),
        0.07 * np.exp(-(V + 65) / 20),
        0.01 * (V + 55) / -np.expm1(-(V + 55) / 10),
    )
    beta = 4 * np.exp(-(V + 65) / 18), 1 / (1 + np.exp(-(V + 35) / 10)), 0.125 * np.exp(-(V + 65) / 80)
    return np.array(alpha), np.array(beta)


def hodgkin_huxley(y, I):
    V, m, h, n = y
    alpha, beta = rates(V)
    dV = I - 120 * m**3 * h * (V - 50) - 36 * n**4 * (V + 77) - 0.3 * (V + 54.387)
    return np.append(dV, alpha - (alpha + beta) * y[1:])


def test_m_is_the_fast_one():
    V, m, h, n = shown("time-constants").reshape(-1, 4).T
    for i, v in enumerate(V):
        alpha, beta = rates(v + 1e-7)
        np.testing.assert_allclose([m[i], h[i], n[i]], 1 / (alpha + beta), atol=0.006)
    ratio = np.minimum(h, n) / m
    assert round(ratio.min()) == 4 and 34.5 < (np.maximum(h, n) / m).max() < 35.6, "four to thirty-five times"


def test_what_the_reduction_costs():
    states, rate = shown("reduction-table").reshape(-1, 2).T
    assert list(states) == [4, 3, 2] and rate[0] == pytest.approx(68.32, abs=0.1)
    assert np.all(abs(rate[1:] / rate[0] - 1.25) < 0.03), "a quarter faster"


def morris_lecar(y, I, g_Ca=4.4, V3=2.0, V4=30.0, phi=0.04):
    V, w = y
    m, w_inf = 0.5 * (1 + np.tanh((V + 1.2) / 18)), 0.5 * (1 + np.tanh((V - V3) / V4))
    dV = (I - g_Ca * m * (V - 120) - 8 * w * (V + 84) - 2 * (V + 60)) / 20
    return np.array([dV, phi * (w_inf - w) * np.cosh((V - V3) / (2 * V4))])


def jacobian(f, y, h=1e-6):
    return np.stack([(f(y + h * e) - f(y - h * e)) / (2 * h) for e in np.eye(len(y))], axis=1)


def test_the_fixed_point_of_the_plane():
    def on_nullcline(V):
        return morris_lecar((V, 0.5 * (1 + np.tanh((V - 2) / 30))), 100.0)[0]

    V = brentq(on_nullcline, -60, 20)
    assert shown("plane-points")[:2] == pytest.approx([V, 0.5 * (1 + np.tanh((V - 2) / 30))], abs=0.006)
    values = np.linalg.eigvals(jacobian(lambda y: morris_lecar(y, 100.0), np.array([V, shown("plane-points")[1]])))
    assert (values.real > 0).all() and values.imag.any() and "unstable focus" in output("plane-points")


def test_the_two_kinds_of_onset():
    numbers = shown("pad-onsets").reshape(-1, 2)
    own, slow = dict(numbers[:3]), dict(numbers[3:])
    assert own[88.0] == 0 and own[89.0] > 9 and slow[39.8] == 0 and slow[40.2] < 3
    for rates_shown, more in ((own, {}), (slow, dict(g_Ca=4.0, V3=12.0, V4=17.4, phi=1 / 15))):
        for I, rate in rates_shown.items():
            if rate:
                run = solve_ivp(
                    lambda t, y, I=I, more=more: morris_lecar(y, I, **more), (0, 2500), (20.0, 0.1),
                    rtol=1e-8, atol=1e-8, events=lambda t, y: y[0] + 10.0,
                )  # fmt: skip
                ups = run.t_events[0][::2][-3:]
                assert rate == pytest.approx(1000 / np.diff(ups).mean(), rel=0.02), I


def rest(I):
    def current(V):
        alpha, beta = rates(V)
        return hodgkin_huxley(np.append(V, alpha / (alpha + beta)), I)[0]

    V = brentq(current, -75.0, -41.0)
    alpha, beta = rates(V)
    return np.append(V, alpha / (alpha + beta))


def test_the_hopf_points_of_hodgkin_and_huxley():
    """Their values also stand in MODELS.md; here the crossing is found again with NumPy's eigenvalues."""

    def growth(I):
        return np.linalg.eigvals(jacobian(lambda y: hodgkin_huxley(y, I), rest(I))).real.max()

    lines = output("hh-points").splitlines()
    points = [re.findall(r"I = +([\d.]+).* period +([\d.]+)", line)[0] for line in lines[:2]]
    (first, period), (second, _) = np.array(points, float)
    fold = min(float(x) for line in lines[2:] for x in re.findall(r"I = +([\d.]+)", line))
    hopf = [brentq(growth, 5.0, 20.0, xtol=1e-8), brentq(growth, 100.0, 159.0, xtol=1e-8)]
    assert [first, second] == pytest.approx(hopf, abs=6e-4)
    values = np.linalg.eigvals(jacobian(lambda y: hodgkin_huxley(y, hopf[0]), rest(hopf[0])))
    assert period == pytest.approx(2 * np.pi / abs(values.imag).max(), abs=6e-3)
    assert fold == pytest.approx(6.2595, abs=0.0026), "MODELS.md, by simulation; its error is stated there"
    assert "6.26" in PROSE and "9.78" in PROSE and "154.5" in PROSE
