"""The surprises of chapter 12 hold with the panels as shipped, and their numbers agree with others' arithmetic."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from brainlab import panels

# ---- P12b: Hodgkin and Huxley's equations once more, with two states


def rates(V):
    a_m = 0.1 * (V + 40) / (1 - np.exp(-(V + 40) / 10))
    a_n = 0.01 * (V + 55) / (1 - np.exp(-(V + 55) / 10))
    return a_m, 4 * np.exp(-(V + 65) / 18), a_n, 0.125 * np.exp(-(V + 65) / 80)


def two_states(t, y, I=10.0, c=0.8):
    V, n = y
    a_m, b_m, a_n, b_n = rates(V)
    m, h = a_m / (a_m + b_m), c - n
    dV = I - 120 * m**3 * h * (V - 50) - 36 * n**4 * (V + 77) - 0.3 * (V + 54.387)
    return dV, a_n * (1 - n) - b_n * n


def test_two_states_fire_a_quarter_faster():
    numbers = panels.ReductionPanel().snapshot()
    run = solve_ivp(two_states, (0, 100), (-65.0, 0.32), rtol=1e-9, atol=1e-9, events=lambda t, y: y[0])
    up = [t for t in run.t_events[0] if two_states(t, run.y[:, np.searchsorted(run.t, t) - 1])[0] > 0]
    rate = 1000 * (len(up) - 2) / (up[-1] - up[1])
    assert numbers["spikes, reduced"] == len(up) and numbers["rate, reduced (Hz)"] == pytest.approx(rate, rel=2e-3)
    assert numbers["rate (Hz)"] == pytest.approx(68.324, abs=0.1), "MODELS.md, by RK4 at dt = 0.01 ms"
    assert 1.15 < numbers["rate, reduced (Hz)"] / numbers["rate (Hz)"] < 1.3


def test_with_nothing_hidden_both_runs_are_one():
    panel = panels.ReductionPanel(fast=False, tied=False)
    V = panel.snapshot() and panel.arrays["V"]
    np.testing.assert_array_equal(V[0], V[1])


def test_the_nullclines_cross_where_the_two_states_rest():
    panel = panels.ReductionPanel(I=0.0, V0=-65.0)
    panel.snapshot()
    from brainlab.panels.reduction import VOLTAGES

    gap = panel.arrays["V_line"] - panel.arrays["n_line"]
    crossings = np.flatnonzero(np.sign(gap[:-1]) != np.sign(gap[1:]))
    end = panel.arrays["V"][1, -1]
    assert min(abs(VOLTAGES[crossings] - end)) < 1.5
    for V, n in zip(VOLTAGES[::25], panel.arrays["V_line"][::25], strict=True):
        assert two_states(0, (float(V), float(n)), I=0.0)[0] == pytest.approx(0.0, abs=0.05)


# ---- P12c


def test_one_cell_begins_to_fire_in_different_ways():
    """Rinzel and Ermentrout's sets; the numbers are those of MODELS.md 1.7, computed with SciPy."""
    panel = panels.BifurcationPanel()
    own = panel.set(I=89.0, V0=20.0)
    assert own["rate (Hz)"] == pytest.approx(9.0, abs=1.0), "the slowest there is: the fold of cycles lies at 88.3"
    assert panel.set(I=88.0)["swing (mV)"] < 3.0
    slow = panel.scenario("as slow as you like")
    assert slow["rate (Hz)"] == pytest.approx(5.11, abs=0.05)
    assert panel.set(I=40.2)["rate (Hz)"] == pytest.approx(2.59, abs=0.05)
    assert slow["folds (uA/cm2)"] == "39.96, -9.95" and slow["Hopf (uA/cm2)"] == "97.79"


def test_at_92_it_rests_or_fires():
    panel = panels.BifurcationPanel()
    assert panel.snapshot()["rate (Hz)"] > 9
    rest = panel.set(V0=-27.0, w0=0.12)
    assert rest["rate (Hz)"] == 0 or rest["swing (mV)"] < 30
    assert rest["Hopf (uA/cm2)"] == "93.86, 212.02"


def test_a_cycle_is_born_small():
    panel = panels.BifurcationPanel()
    panel.scenario("born small")
    swings = [panel.set(I=I)["swing (mV)"] for I in (155.0, 152.0, 145.0)]
    assert 0 < swings[0] < swings[1] < swings[2] < 30

    def slope(t, y):  # Rinzel and Ermentrout's Morris-Lecar once more, at I = 145
        V, w = y
        m, w_inf = 0.5 * (1 + np.tanh((V + 1.2) / 18)), 0.5 * (1 + np.tanh((V - 2) / 30))
        dV = (145.0 - 4.4 * m * (V - 120) - 8 * w * (V + 84) - 2 * (V + 60)) / 20
        return dV, 0.3 * (w_inf - w) * np.cosh((V - 2) / 60)

    late = solve_ivp(slope, (0, 600), (-5.0, 0.1), rtol=1e-8, atol=1e-8, t_eval=np.arange(400, 600, 0.1)).y[0]
    assert swings[2] == pytest.approx(np.ptp(late), abs=0.05)


@pytest.mark.parametrize("phi", [0.04, 0.1])
def test_the_hopf_points_are_where_the_trace_of_the_jacobian_is_zero(phi):
    """Rinzel and Ermentrout's equations, along the nullcline of w: each V is the rest of one current."""

    def rest(V):
        m, w = 0.5 * (1 + np.tanh((V + 1.2) / 18)), 0.5 * (1 + np.tanh((V - 2) / 30))
        I = 4.4 * m * (V - 120) + 8 * w * (V + 84) + 2 * (V + 60)
        slope = -(4.4 * (m + (V - 120) * 0.5 / 18 / np.cosh((V + 1.2) / 18) ** 2) + 8 * w + 2) / 20
        return I, slope - phi * np.cosh((V - 2) / 60)

    hopf = [rest(brentq(lambda V: rest(V)[1], *ends))[0] for ends in ((-40, -10), (-5, 20))]
    shown = panels.BifurcationPanel(phi=phi).snapshot()["Hopf (uA/cm2)"]
    assert shown == ", ".join(f"{I:.2f}" for I in hopf)


def test_the_diagram_is_drawn_once_for_all_currents(monkeypatch):
    from brainlab.panels import bifurcation

    panel = panels.BifurcationPanel()
    panel.snapshot()
    calls = []
    monkeypatch.setattr(bifurcation, "continuation", lambda *a, **k: calls.append(a) or bifurcation_result)
    bifurcation_result = panel._known[1]
    panel.set(I=100.0), panel.set(V0=0.0)
    assert not calls
    panel.set(phi=0.05)
    assert len(calls) == 2, "the fixed points at once, the cycles when the hand rests"


def test_the_cycles_in_the_picture_are_those_of_the_run():
    panel = panels.BifurcationPanel(I=100.0, V0=20.0)
    swing = panel.snapshot()["swing (mV)"]
    x, y = panel.cycle_stable.x, panel.cycle_stable.y
    low, high = (float(np.interp(100.0, x[part][np.argsort(x[part])], y[part][np.argsort(x[part])])) for part in halves(y))
    assert high - low == pytest.approx(swing, rel=0.02)


def halves(y):
    """The places of the lower and of the upper side."""
    gap = np.flatnonzero(np.isnan(y))
    middle = gap[np.argmin(abs(gap - len(y) / 2))]
    good = np.isfinite(y)
    first, second = good.copy(), good.copy()
    first[middle:], second[:middle] = False, False
    return first, second
