"""The surprises of chapter 8 hold with the panels as shipped, and their numbers agree with others' arithmetic."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from test_surprises import hodgkin_huxley

from brainlab import panels
from brainlab.panels._parts import SCHEMES
from brainlab.panels.phase_drop import stability_border

# ---- P8a: the step-size cliff


def test_at_two_time_constants_euler_never_decays_and_a_little_later_explodes():
    panel = panels.StepSizePanel(h=2.0)
    assert panel.snapshot()["|x| after 200 steps"] == 1.0
    assert panel.set(h=1.9)["|x| after 200 steps"] == pytest.approx(0.9**200, rel=1e-3)
    exploded = panel.set(h=2.1)["|x| after 200 steps"]
    assert exploded == pytest.approx(1.1**200, rel=1e-3) and f"{1.1**200:.1e}" == "1.9e+08"


@pytest.mark.parametrize(
    ("method", "drive", "slope"), [("euler", 0, 1), ("heun2", 0, 2), ("rk4", 0, 4), ("exp_euler", 1, 1)]
)
def test_the_slopes_are_the_orders(method, drive, slope):
    panel = panels.StepSizePanel(method=method, drive=float(drive), h=0.4 if slope == 4 else 0.1)
    assert panel.snapshot()["order here"] == pytest.approx(slope, abs=0.3)
    row = ("euler", "heun2", "rk4", "exp_euler").index(method)
    x, y = panel.errors.x, panel.errors.y[row]
    straight = (x < -0.5) & (y > -5.5)
    assert straight.sum() > 3 and np.polyfit(x[straight], y[straight], 1)[0] == pytest.approx(slope, abs=0.25)


def test_exponential_euler_is_exact_only_without_a_drive():
    panel = panels.StepSizePanel(method="exp_euler", h=2.5)
    assert panel.snapshot()["largest error"] < 1e-6
    assert panel.set(drive=1.0)["largest error"] > 0.1


@pytest.mark.parametrize(("method", "edge"), [("euler", 2.0), ("heun2", 2.0), ("rk4", 2.785293563)])
def test_each_method_has_its_cliff(method, edge):
    """The real ends of the stability regions: Hairer and Wanner (1996), IV.2."""
    panel = panels.StepSizePanel(method=method, h=edge - 0.01)
    assert panel.snapshot()["growth per step"] < 1 < panel.set(h=edge + 0.01)["growth per step"]


def test_the_step_is_dragged_on_all_three_figures():
    panel = panels.StepSizePanel()
    panel.error_figure.overlay.from_browser({"log_h": -1.0})
    assert panel.snapshot() and panel.values["h"] == pytest.approx(0.1)
    assert panel.x_figure.overlay.value["h"] == pytest.approx(0.1)
    panel.x_figure.overlay.from_browser({"h": 1.0})
    assert panel.error_figure.overlay.value["log_h"] == pytest.approx(0.0)
    assert panel.now.x[0] == pytest.approx(0.0) and panel.factor.x[0] == pytest.approx(1.0)


# ---- P8b: the phase plane


@pytest.mark.parametrize(("method", "low", "high"), [("euler", 500, 540), ("heun2", 1.0, 1.02), ("rk4", 0.999, 1.001)])
def test_a_spring_without_friction_gains_energy_by_eulers_method(method, low, high):
    panel = panels.PhaseDropPanel(equations="oscillator", v0=1.0, w0=0.0, method=method)
    assert low < panel.snapshot()["energy after ten turns"] < high
    if method == "euler":
        assert panel.snapshot()["energy after ten turns"] == pytest.approx((1 + 0.1**2) ** round(20 * np.pi / 0.1), rel=1e-2)


def fitzhugh_nagumo(I, start, a=0.7, b=0.8, tau=12.5):
    def slope(t, y):
        return [y[0] - y[0] ** 3 / 3 - y[1] + I, (y[0] + a - b * y[1]) / tau]

    return solve_ivp(slope, (0, 100), start, rtol=1e-8, atol=1e-10, dense_output=True).sol


@pytest.mark.parametrize(("I", "v0"), [(0.0, -0.4), (0.0, -0.8), (0.5, 1.0)])
def test_the_trajectory_is_that_of_the_equations(I, v0):
    panel = panels.PhaseDropPanel(I=I, v0=v0)
    exact = fitzhugh_nagumo(I, [v0, -0.6])
    for t in (5.0, 20.0, 60.0):
        shown = panel.set(time=t)
        np.testing.assert_allclose([shown["v"], shown["w"]], exact(t), atol=2e-3)
        assert panel.now.x[0] == pytest.approx(shown["v"], abs=1e-3), "the cursor is on both figures at once"
        np.testing.assert_allclose(panel.cursor.y, [shown["v"], shown["w"]], atol=1e-3)


def test_the_fixed_point_loses_its_stability_where_the_trace_of_the_jacobian_is_0():
    panel = panels.PhaseDropPanel()
    assert panel.set(I=0.0)["kinds"] == "stable focus"
    v = panel.points["stable"]
    assert (v.x[0], v.y[0]) == pytest.approx((-1.199408, -0.624260), abs=1e-4), "FitzHugh's rest"
    for low, high in ((0.32, 0.34), (1.43, 1.41)):  # Hopf points at 0.331281 and 1.418719
        assert panel.set(I=low)["kinds"] == "stable focus" and panel.set(I=high)["kinds"] == "unstable focus"
    panel.set(I=0.5)
    assert len(panel.points["stable"].x) == 0 and len(panel.points["unstable"].x) == 1
    rings = panel.picture().text.count('fill="#fff" stroke="#C4500A"')
    assert rings == 2 + 3, "two legends, the point and its two eigenvalues"
    assert panel.scenario("three fixed points")["kinds"] == "stable focus, saddle, stable focus"
    assert len(panel.points["stable"].x) == 2 and len(panel.points["saddle"].x) == 1
    static = panel.picture().text
    assert static.count('fill="#A6568A"/>') == 2 + 3, "squares: two legends, the saddle and its two eigenvalues"


def test_the_start_is_dragged_and_everything_follows():
    panel = panels.PhaseDropPanel()
    before = panel.path.y.copy()
    panel.plane.overlay.from_browser({"start": [-1.0, 0.5]})
    assert (panel.values["v0"], panel.values["w0"]) == (-1.0, 0.5)
    assert (panel.path.x[0], panel.path.y[0]) == (-1.0, 0.5) and panel.v.y[0] == -1.0 and panel.w.y[0] == 0.5
    assert not np.array_equal(panel.path.y, before)
    panel.set(v0=1.25)
    assert panel.plane.overlay.value["start"] == [1.25, 0.5], "the point follows the slider"


def test_the_border_of_the_stability_region_is_where_a_step_keeps_the_size():
    for method, polynomial in (("euler", [1, 1]), ("heun2", [1, 1, 1 / 2]), ("rk4", [1, 1, 1 / 2, 1 / 6, 1 / 24])):
        z = stability_border(method)
        np.testing.assert_allclose(np.abs(np.polynomial.Polynomial(polynomial)(z)), 1.0, atol=1e-8)
        assert abs(z[0]) < 1e-8 and abs(z[-1]) < 1e-6, "all the way round"
    assert stability_border("rk4").real.min() == pytest.approx(-2.785, abs=2e-3)
    assert np.abs(stability_border("rk4").imag).max() > 2 * np.sqrt(2), "it holds part of the imaginary axis"


# ---- P8c: composing


@pytest.mark.parametrize(
    ("scheme", "errors"),
    [
        ("rk4", {0.05: 0.0}),
        ("exp_euler", {0.05: 2.5, 0.1: 5.0, 0.2: 10.2}),
        ("in_turn", {0.05: 0.12, 0.1: 0.49, 0.2: 1.82}),
        ("strang", {0.05: 0.12, 0.1: 0.49, 0.2: 1.82}),
    ],
)
def test_the_order_of_the_parts_decides_the_error(scheme, errors):
    panel = panels.ComposePanel(scheme=scheme)
    for dt, wrong in errors.items():
        assert panel.set(dt=dt)["period error (%)"] == pytest.approx(wrong, rel=0.02, abs=0.01)


def test_rk4_blows_up_at_a_tenth_of_a_millisecond():
    panel = panels.ComposePanel(scheme="rk4", dt=0.05)
    assert panel.snapshot()["blows up at (ms)"] == 0
    assert 0 < panel.set(dt=0.1)["blows up at (ms)"] < 10
    assert "blows up" in panel.layout.readout.text


def test_the_reference_is_the_neuron_of_the_paper():
    panel = panels.ComposePanel()
    t, V = hodgkin_huxley(lambda t: 10.0, 150)  # starts at -64.9964 mV, the panel at -65
    upwards = t[1:][(V[:-1] < 0) & (V[1:] >= 0)]
    shown = panel.late.x
    np.testing.assert_allclose(shown, upwards[: len(shown)], atol=0.06)


@pytest.mark.parametrize("parts", ["V", "V+n", "V+m,h,n", "V+m,h,n,p"])
def test_every_set_of_parts_has_its_dimension_and_all_schemes_agree_on_it(parts):
    shown = {scheme: panels.ComposePanel(parts=parts, scheme=scheme, dt=0.025).snapshot() for scheme in SCHEMES}
    gates = parts.count(",") + ("+" in parts)
    assert all(numbers["dimension"] == 1 + gates for numbers in shown.values())
    assert len({numbers["reference spikes"] for numbers in shown.values()}) == 1
    assert max(abs(numbers["spikes"] - numbers["reference spikes"]) for numbers in shown.values()) <= 1


def test_the_table_says_who_is_told_what():
    panel = panels.ComposePanel(parts="V+m,h,n,p")
    panel.snapshot()
    table = panel.note.widget.value
    assert table.count("<tr>") == 7 and "(V, m, h, n, p)" in table and "5 dimensions" in table
    panel.set(parts="V+n")
    assert panel.note.widget.value.count("<tr>") == 4 and "sodium" not in panel.note.widget.value
