"""The surprises of chapter 14's panels of excitation and inhibition, against others' arithmetic."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq, fsolve
from scipy.stats import norm

from brainlab import panels
from brainlab.params import ParamError

# ---- P14b: EIPlanePanel


def rates(w_EE, h_I, w_EI=2.5, w_IE=2.0, w_II=1.0, h_E=20.0):
    """Both active: two linear equations."""
    return np.linalg.solve([[1 - w_EE, w_EI], [-w_IE, 1 + w_II]], [h_E, h_I])


@pytest.mark.parametrize("w_EE", [0.0, 0.5, 0.9, 1.1, 1.5, 2.0])
def test_inhibition_pushed_fires_less_only_above_the_border(w_EE):
    shown = panels.EIPlanePanel(w_EE=w_EE).snapshot()
    (E0, I0), (E1, I1) = rates(w_EE, 2.0), rates(w_EE, 10.0)
    found = [shown[f"{x} {when} (Hz)"] for x in "EI" for when in ("before", "after")]
    np.testing.assert_allclose(found, [E0, E1, I0, I1], rtol=2e-3)
    assert (I1 < I0) == (w_EE > 1) == (shown["I after (Hz)"] < shown["I before (Hz)"])
    assert shown["dI/dh_I"] == pytest.approx((I1 - I0) / 8, rel=1e-3)


def test_at_the_border_inhibition_gives_no_answer():
    shown = panels.EIPlanePanel().scenario("at the border")
    assert shown["dI/dh_I"] == 0 and shown["I after (Hz)"] == pytest.approx(shown["I before (Hz)"], abs=1e-2)
    assert shown["E after (Hz)"] < shown["E before (Hz)"] - 3


def test_inhibition_jumps_up_before_it_ends_lower():
    panel = panels.EIPlanePanel()
    panel.scenario("the same push")
    from brainlab.panels.ei_plane import DT, HALF

    def field(t, y):
        return (max(2 * y[0] - 2.5 * y[1] + 20, 0) - y[0]) / 20, (max(2 * y[0] - y[1] + 10, 0) - y[1]) / 10

    y = panel.arrays["y"][HALF:]
    run = solve_ivp(field, (0, 200), y[0], rtol=1e-8, atol=1e-8, t_eval=np.arange(HALF + 1) * DT)
    np.testing.assert_allclose(y, run.y.T, atol=5e-3)
    assert y[:, 1].max() > y[0, 1] + 2 and y[-1, 1] < y[0, 1] - 2


@pytest.mark.parametrize("scenario", panels.EIPlanePanel.scenarios)
def test_the_steady_states_are_those_of_the_model(scenario):
    panel = panels.EIPlanePanel()
    panel.scenario(scenario)
    a = panel.arrays
    model, _ = panel.state()
    states = model.steady_states()
    found = a["roots"][a["found"]]
    assert len(found) == len(states)
    for state in states:
        i = np.abs(a["roots"] - state.r).sum(1).argmin()
        np.testing.assert_allclose(a["roots"][i], state.r, rtol=1e-4, atol=1e-4)
        assert a["responses"][i] == pytest.approx(state.response[1, 1], abs=1e-5)
        np.testing.assert_allclose(np.linalg.eigvals(a["jacobians"][i]).real.max(), state.eigenvalues.real.max(), atol=1e-5)


def test_a_line_goes_where_the_finger_is():
    panel = panels.EIPlanePanel()
    panel.touched(panel.plane, {"line_I": [6.0, 9.0]})
    panel.snapshot()
    assert np.interp(6.0, panel.I_line.x, panel.I_line.y) == pytest.approx(9.0, abs=1e-3)
    panel.touched(panel.plane, {"line_E": [16.0, 14.0]})
    panel.snapshot()
    assert np.interp(16.0, panel.E_line.x[1:], panel.E_line.y[1:]) == pytest.approx(14.0, abs=1e-2)
    panel.touched(panel.plane, {"line_E": [16.0, 0.0]})
    assert panel.snapshot() and panel.values["w_EE"] == 0.0, (
        "a weight of excitation is not negative: the line turns no further"
    )
    for handle, line in (("line_I", panel.I_line), ("line_E", panel.E_line)):
        E, I = panel.hand(handle)
        assert np.interp(E, line.x, line.y) == pytest.approx(I, abs=1e-3)


def test_too_much_excitation_is_said():
    panel = panels.EIPlanePanel()
    panel.scenario("two ends")
    assert panel.snapshot()["E after (Hz)"] < 0.1
    panel.set(E0=9.0)
    assert "runs away" in panel.words(panel.snapshot())
    panel.scenario("inhibition too slow")
    assert panel.snapshot()["dI/dh_I"] == "none" and "No steady state is stable" in panel.words(panel.snapshot())
    with pytest.raises(ParamError, match="must be at least 0 Hz"):
        panel.set(E0=-1.0)


# ---- P14b: WilsonCowanPanel


def S(x, a, theta):
    return 1 / (1 + np.exp(-a * (x - theta))) - 1 / (1 + np.exp(a * theta))


def field(t, y, P, c, shape):
    """Wilson and Cowan (1972), eqs. 11 to 15, with r = 1 and tau = 8 ms."""
    (E, I), (a_e, theta_e, a_i, theta_i) = y, shape
    k_e, k_i = (1 - 1 / (1 + np.exp(a * theta)) for a, theta in (shape[:2], shape[2:]))
    to_E, to_I = c[0] * E - c[1] * I + P, c[2] * E - c[3] * I
    return (-E + (k_e - E) * S(to_E, a_e, theta_e)) / 8, (-I + (k_i - I) * S(to_I, a_i, theta_i)) / 8


OSCILLATION = (16, 12, 15, 3), (1.3, 4, 2, 3.7)
HYSTERESIS = (12, 4, 13, 11), (1.2, 2.8, 1, 4)


def test_more_drive_makes_the_rhythm_faster_and_ends_it():
    """The periods are those of MODELS.md, 3.2."""
    panel = panels.WilsonCowanPanel()
    for P, T in ((1.1, 75.9), (1.25, 39.97), (1.5, 26.56)):
        assert panel.set(P=P)["period (ms)"] == pytest.approx(T, rel=2e-3), P
    assert panel.set(P=1.25)["lowest E"] == pytest.approx(0.1026, abs=2e-4)
    assert panel.snapshot()["highest E"] == pytest.approx(0.2697, abs=2e-4)
    assert panel.set(P=1.0)["period (ms)"] == 0 and panel.set(P=2.5)["period (ms)"] == 0


def test_the_run_is_that_of_scipy():
    panel = panels.WilsonCowanPanel()
    panel.snapshot()
    run = solve_ivp(
        field, (0, 100), (0.1, 0.05), rtol=1e-8, atol=1e-8, args=(1.25, *OSCILLATION), t_eval=np.arange(1001) / 10
    )
    np.testing.assert_allclose(panel.arrays["y"][:1001], run.y.T, atol=1e-3)


def test_a_kick_is_remembered_and_another_forgets_it():
    panel = panels.WilsonCowanPanel()
    high = fsolve(lambda y: field(0, y, 0.0, *HYSTERESIS), (0.44, 0.23))
    assert high[0] == pytest.approx(0.43975, abs=1e-5), "MODELS.md, 3.2"
    assert panel.scenario("a memory")["E at the end"] == pytest.approx(high[0], abs=1e-3)
    assert panel.set(kick=0.3)["E at the end"] == pytest.approx(0, abs=1e-3)
    assert panel.scenario("forget it")["E at the end"] == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize(("scenario", "values"), [("a rhythm", OSCILLATION), ("a memory", HYSTERESIS)])
def test_the_curve_of_rest_and_its_stability(scenario, values):
    panel = panels.WilsonCowanPanel()
    panel.scenario(scenario)
    a = panel.arrays
    seen = np.flatnonzero((a["P"] > -1) & (a["P"] < 4))[::7]
    assert len(seen) > 10
    stable = np.isin(a["I_line"][0], panel.rest_stable.y[np.isfinite(panel.rest_stable.y)])
    for i in seen:
        y, P = a["I_line"][:, i].astype(float), float(a["P"][i])
        np.testing.assert_allclose(field(0, y, P, *values), 0, atol=2e-5)
        J = np.stack(
            [(np.array(field(0, y + d, P, *values)) - field(0, y - d, P, *values)) / 2e-6 for d in 1e-6 * np.eye(2)], 1
        )
        growth = np.linalg.eigvals(J).real.max()
        if abs(growth) > 1e-3:
            assert stable[i] == (growth < 0), (i, P, growth)


def test_the_nullclines_and_the_handles_on_them():
    panel = panels.WilsonCowanPanel()
    panel.snapshot()
    for k, x in enumerate("EI"):
        for y in (*panel.arrays[f"{x}_line"][:, ::20].T.astype(float), panel.hand(f"line_{x}")):
            assert field(0, y, 1.25, *OSCILLATION)[k] == pytest.approx(0, abs=2e-5)
    panel.touched(panel.plane, {"line_E": [0.3, 0.1]})
    assert panel.snapshot() and field(0, (0.3, 0.1), panel.values["P"], *OSCILLATION)[0] == pytest.approx(0, abs=1e-4)
    panel.touched(panel.plane, {"line_I": [0.3, 0.2]})
    panel.snapshot()
    assert panel.values["Q"] == pytest.approx(
        brentq(lambda Q: 0.2 - (K_I - 0.2) * S(4.5 - 0.6 + Q, 2, 3.7), -3, 3), abs=1e-3
    )


K_I = 1 - 1 / (1 + np.exp(2 * 3.7))

# ---- P14c: BalancePanel


def theory(K, N, m_0, s=0.5, theta=(1.0, 0.7)):
    """m_E, m_I: van Vreeswijk and Sompolinsky (1998), eqs. 4.3 and 4.4, with the K of a finite network."""
    J, J_0 = np.array([[1.0, -2.0], [1.0, -1.8]]), np.array([1.0, 0.8])

    def excess(m):
        mean = K ** (1 - s) * (J @ m + J_0 * m_0) - theta
        spread = np.sqrt(K ** (1 - 2 * s) * (1 - K / N) * (J**2 @ abs(m)))
        return norm.cdf(mean / spread) - m

    return fsolve(excess, (0.1, 0.15), xtol=1e-10)


@pytest.mark.parametrize(("K", "N"), [(25, 500), (100, 1000), (400, 2000)])
def test_the_theory_of_a_finite_network(K, N):
    shown = panels.BalancePanel(K=K, N=N).snapshot()
    np.testing.assert_allclose([shown["m_E, theory"], shown["m_I, theory"]], theory(K, N, 0.2), rtol=1e-3)
    assert shown["m_E, K to infinity"] == pytest.approx(0.2, abs=1e-5)


def test_chance_stays_with_the_root_and_averages_out_without():
    panel = panels.BalancePanel()
    root = [panel.set(K=K, N=2000)["spread of the inputs"] for K in (100, 400)]
    assert root[1] == pytest.approx(root[0], rel=0.1) and root[0] > 0.7
    panel.scenario("weights as 1/K")
    whole = [panel.set(K=K, N=2000)["spread of the inputs"] for K in (100, 400)]
    assert whole[1] == pytest.approx(whole[0] / 2, rel=0.15)


def test_with_low_thresholds_both_scalings_are_one_network():
    panel = panels.BalancePanel()
    # Inputs go in steps. At m_0 = 0.4 some hit the threshold exactly, and rounding decides; at 0.403 none does.
    panel.scenario("weights as 1/K")
    whole = panel.set(m_0=0.403)
    panel.scenario("it cancels")
    root = panel.set(m_0=0.403)
    assert whole["m_E"] == pytest.approx(root["m_E"], abs=1e-6) and whole["m_I"] == pytest.approx(root["m_I"], abs=1e-6)
    assert whole["spread of the inputs"] == pytest.approx(root["spread of the inputs"] / 10, rel=1e-3)
    assert whole["m_E, theory"] == root["m_E, theory"]


def test_activity_comes_near_the_line_as_K_grows():
    panel = panels.BalancePanel(N=2000)
    m = [panel.set(K=K)["m_E"] for K in (25, 100, 400)]
    assert m[0] < m[1] < m[2] < 0.2
    curve = panel.arrays["theory"][:-1, 0]
    outside = np.linspace(0, 0.5, 41)
    large = outside >= 0.15
    slopes = np.diff(curve[large]) / np.diff(outside[large])
    assert slopes.std() < 0.03 * slopes.mean(), "nearly linear, of cells that are steps"


def test_excitation_and_inhibition_grow_with_K_and_their_sum_does_not():
    panel = panels.BalancePanel(N=2000)
    few, many = panel.set(K=100), panel.set(K=400)
    assert many["excitation"] > 1.8 * few["excitation"] and many["inhibition"] < 1.8 * few["inhibition"]
    assert all(abs(n["excitation"] + n["inhibition"]) < 1 for n in (few, many))
    assert few["cells that come and go (%)"] > 30 and many["cells that come and go (%)"] > 30


def test_the_network_is_the_one_that_numpy_runs():
    """One cell after the other, with the connections of the panel and other random numbers."""
    panel = panels.BalancePanel(N=500, K=100)
    shown = [panel.snapshot()["m_E"]]
    for _ in range(3):
        panel.new_noise()
        shown.append(panel.snapshot()["m_E"])
    rng, N = np.random.default_rng(5), 500
    found = []
    for _ in range(3):
        C = rng.random((2 * N, 2 * N)) < 0.2
        J = np.repeat(np.repeat([[1.0, -2.0], [1.0, -1.8]], N, 0), N, 1) / 10 * C
        outside, theta = np.repeat([2.0, 1.6], N), np.repeat([1.0, 0.7], N)
        state = (rng.random(2 * N) < 0.1).astype(float)
        u, m = J @ state, []
        for i in range(round(120 * N * (1 / 10 + 1 / 9))):
            cell = rng.integers(N) + N * (rng.random() > 9 / 19)
            new = float(u[cell] + outside[cell] > theta[cell])
            if new != state[cell]:
                u += J[:, cell] * (new - state[cell])
                state[cell] = new
            if i > 3000 and i % 100 == 0:
                m.append(state[:N].mean())
        found.append(np.mean(m))
    assert np.mean(shown) == pytest.approx(np.mean(found), abs=0.015)


def test_the_line_of_the_limit():
    """With the root: through 0. With 1/K: from where the thresholds are reached, by the two equations of the means."""
    panel = panels.BalancePanel()
    panel.scenario("weights as 1/K")
    limit = panel.arrays["limit"][:-1]
    for m_0, m in zip(np.linspace(0, 0.5, 41), limit, strict=True):
        E, I = np.linalg.solve([[1, -2], [1, -1.8]], [0.1 - m_0, 0.07 - 0.8 * m_0])
        expected = (E, I) if E >= 0 else (0, max((0.8 * m_0 - 0.07) / 1.8, 0))
        np.testing.assert_allclose(m, expected, atol=1e-5)


def test_no_balance_is_said():
    panel = panels.BalancePanel()
    shown = panel.set(J_I0=2.0)
    assert shown["m_E"] < 0.01
    panel.set(J_I0=0.8, J_EI=0.0)
    assert "no balance" in panel.words(panel.snapshot())


def test_another_die_compiles_nothing():
    panel = panels.BalancePanel()
    panel.snapshot()
    before = panel.traces
    shown = {panel.snapshot()["m_E"]}
    for _ in range(3):
        panel.new_noise()
        shown.add(panel.snapshot()["m_E"])
    assert len(shown) == 4 and panel.traces == before


@pytest.mark.parametrize("step", [0.0, 0.1, 0.5])
def test_no_bin_of_the_histogram_holds_more_steps_than_another(step):
    from brainlab.panels.balance import bins

    rng = np.random.default_rng(0)
    input = rng.normal(-1, 0.8, 1000) if step == 0 else step * rng.integers(-20, 12, 1000) + 0.03
    edges = bins(input, step)
    assert edges[0] <= np.quantile(input, 0.001) and edges[-1] >= np.quantile(input, 0.999)
    if step:
        places = step * np.arange(-40, 40) + 0.03
        counts = np.histogram(places[(places > edges[0]) & (places < edges[-1])], edges)[0]
        assert counts.min() == counts.max()
