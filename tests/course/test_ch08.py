"""Chapter 8: the numbers that its saved outputs show and its prose claims, against closed forms, NumPy and scipy."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

FILE = Path(__file__).resolve().parents[2] / "course" / "ch08_ode.ipynb"
CELLS = {cell["id"]: cell for cell in json.loads(FILE.read_text(encoding="utf-8"))["cells"]}
PROSE = " ".join(" ".join(cell["source"]) for cell in CELLS.values() if cell["cell_type"] == "markdown")
R = {
    "euler": [1, 1],
    "heun2": [1, 1, 1 / 2],
    "rk4": [1, 1, 1 / 2, 1 / 6, 1 / 24],
}  # a step of x' = z x, from the series of exp


def shown(id: str) -> np.ndarray:
    """All numbers in the saved output of a cell, in their order."""
    outputs = CELLS[id]["outputs"]
    text = "".join("".join(o.get("text") or o["data"]["text/plain"]) for o in outputs)
    return np.array(re.findall(r"(?<![\w.])[-+]?\d+\.?\d*(?:e[-+]\d+)?", text), float)


def factor(method, z):
    return np.polynomial.Polynomial(R[method])(z)


def test_three_steps_of_euler():
    t, euler, exact = shown("one-step").reshape(-1, 3).T
    np.testing.assert_allclose(euler, 0.9**t, atol=5e-5)
    np.testing.assert_allclose(exact, np.exp(-t / 10), atol=5e-5)


def test_the_cliff():
    h, each, _, after = shown("cliff-numbers").reshape(-1, 4).T
    np.testing.assert_allclose(each, np.abs(1 - h), atol=0.005)
    np.testing.assert_allclose(after, np.abs(1 - h) ** 200, rtol=0.05, atol=1e-30)
    assert f"{1.1**200 / 1e8:.1f} \\cdot 10^8" in PROSE


def test_the_errors_go_as_powers_of_the_step():
    for method, row in zip(R, shown("order-table").reshape(3, -1), strict=True):
        *errors, ratio = row[-4:]
        want = [abs(factor(method, -dt / 10) ** round(10 / dt) - np.exp(-1)) for dt in (2.0, 1.0, 0.5)]
        np.testing.assert_allclose(errors, want, rtol=0.05)
        assert ratio == pytest.approx(want[1] / want[2], abs=0.06)
        assert round(np.log2(ratio)) == len(R[method]) - 1


def test_exponential_euler_is_exact():
    euler, exponential, exact = shown("exact").reshape(3, 4)
    np.testing.assert_array_equal(exponential, exact)
    np.testing.assert_allclose(exact, -50 - 15 * np.exp(-25 * np.arange(4) / 10), atol=0.006)
    np.testing.assert_allclose(euler, -50 - 15 * (-1.5) ** np.arange(4), atol=0.006)


def test_the_fixed_point_and_its_eigenvalues():
    for I, real in shown("plane-kinds").reshape(-1, 2):
        v = brentq(lambda v, I=I: (v + 0.7) / 0.8 - (v - v**3 / 3 + I), -3, 3)
        values = np.linalg.eigvals([[1 - v * v, -1], [1 / 12.5, -0.8 / 12.5]])
        assert real == pytest.approx(values.real.max(), abs=6e-4)
    v = np.sqrt(1 - 0.8 / 12.5)  # the trace of the Jacobian is 0: 1 - v**2 = b / tau
    for side, text in ((-v, "0.3313"), (v, "1.4187")):
        I = (side + 0.7) / 0.8 - side + side**3 / 3
        assert f"{I:.4f}" == text and text in PROSE


def test_the_energy_of_the_spring():
    said = "".join("".join(output["text"]) for output in CELLS["spring-energy"]["outputs"])
    rows = re.findall(r"(\w+) +dt = +([\d.]+): energy times ([\d.e+]+)", said)
    assert len(rows) == 9
    for method, dt, energy in rows:
        steps = round(20 * np.pi / float(dt))
        assert float(energy) == pytest.approx(abs(factor(method, 1j * float(dt))) ** (2 * steps), rel=2e-3)


def test_the_stiff_pair():
    fast, slow, fast_implicit, slow_implicit = shown("stiff")
    A, dt = np.array([[-100.0, 100.0], [0.0, -1.0]]), 0.05
    explicit = np.linalg.matrix_power(np.eye(2) + dt * A, 40) @ [0.0, 1.0]
    implicit = np.linalg.matrix_power(np.linalg.inv(np.eye(2) - dt * A), 40) @ [0.0, 1.0]
    np.testing.assert_allclose([fast, slow], explicit, rtol=0.05)
    np.testing.assert_allclose([fast_implicit, slow_implicit], implicit, rtol=0.05)
    assert "cliff of 0.02" in PROSE and np.linalg.eigvals(A).min() == -100


def test_the_joint_equation():
    def slope(t, y):
        V, n = y
        opening, closing = 0.1 * np.exp((V + 55) / 40), 0.125 * np.exp(-(V + 65) / 80)
        return [10 - 0.3 * (V + 54.4) - 36 * n**4 * (V + 77), opening * (1 - n) - closing * n]

    V, n = solve_ivp(slope, (0, 40), [-65.0, 0.3], rtol=1e-9, atol=1e-9).y[:, -1]
    assert shown("joint-run")[-2:] == pytest.approx([V, n], abs=0.006)


# ---- the neuron of Hodgkin and Huxley, once more, in NumPy


def rates(V):
    a_m, a_n = (x / (1 - np.exp(-x)) for x in ((V + 40) / 10 + 1e-12, (V + 55) / 10 + 1e-12))
    a = np.array([a_m, 0.07 * np.exp(-(V + 65) / 20), 0.1 * a_n])
    return a, a + [4 * np.exp(-(V + 65) / 18), 1 / (1 + np.exp(-(V + 35) / 10)), 0.125 * np.exp(-(V + 65) / 80)]


def conductance(gates):
    m, h, n = gates
    g = np.array([120 * m**3 * h, 36 * n**4, 0.3])
    return 10.0 + g @ [50.0, -77.0, -54.387], g.sum()


def relax(x, gain, loss, dt):
    return gain / loss + (x - gain / loss) * np.exp(-loss * dt)


def crossings(V, dt):
    i = np.flatnonzero((V[:-1] < 0) & (V[1:] >= 0))
    return (i - V[i] / (V[i + 1] - V[i])) * dt


def run(scheme, dt):
    V, gates = -65.0, np.divide(*rates(-65.0))
    trace = [V]
    for _ in range(round(150 / dt)):
        old = V
        if scheme == "strang":
            gates = relax(gates, *rates(V), dt / 2)
        V = relax(V, *conductance(gates), dt)
        gates = relax(gates, *rates(old if scheme == "exp_euler" else V), dt / 2 if scheme == "strang" else dt)
        trace.append(V)
    return crossings(np.array(trace), dt)


def test_the_order_of_the_parts_is_ten_times_in_the_error():
    def slope(t, y):
        gain, loss = conductance(y[1:])
        a, total = rates(y[0])
        return [gain - loss * y[0], *(a - total * y[1:])]

    t = np.arange(0, 150, 0.01)
    start = [-65.0, *np.divide(*rates(-65.0))]
    V, *gates = solve_ivp(slope, (0, 150), start, t_eval=t, rtol=1e-8, atol=1e-8).y
    exact = crossings(V, 0.01)
    open_ = max(conductance(g)[1] for g in np.transpose(gates)[:2000])
    assert (f"{open_:.0f} mS/cm²" in PROSE) and f"{1 / open_:.3f} ms" in PROSE and f"{2.7853 / open_:.3f} ms" in PROSE
    found = dict(zip(("exp_euler", "in_turn", "strang"), shown("compose-errors").reshape(3, 3), strict=True))
    for scheme in found:
        for dt, percent in zip((0.1, 0.2), found[scheme][1:], strict=True):
            times = run(scheme, dt)
            n = min(len(times), len(exact))
            error = 100 * ((times[n - 1] - times[1]) / (exact[n - 1] - exact[1]) - 1)
            assert percent == pytest.approx(error, abs=0.03), (scheme, dt)
    assert found["exp_euler"][1] / found["in_turn"][1] > 9, "ten times better, for nothing"


def test_rk4_has_no_error_until_it_blows_up():
    said = "".join("".join(output["text"]) for output in CELLS["compose-rk4"]["outputs"]).splitlines()
    assert said[0].startswith("rk4, 0.05 ms: 4 equations. 11 spikes") and said[0].endswith("+0.00 % off.")
    assert said[1].startswith("rk4, 0.1 ms: 4 equations. With this step it blows up after ")
