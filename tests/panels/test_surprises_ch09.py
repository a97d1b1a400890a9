"""The surprises of chapter 9 hold with the panels as shipped, and their numbers agree with others' arithmetic."""

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import erfcx, lambertw

import brainlab as bl
import brainlab.math as bm
from brainlab import panels
from brainlab.panels import delay, noise_scaling


def test_kicks_in_proportion_to_dt_have_a_hundredth_of_the_variance():
    numbers = panels.NoiseScalingPanel(dt=0.01).snapshot()
    assert numbers["variance, theory"] == pytest.approx(0.95**2 / 2, rel=1e-3) and 0.95**2 / 2 == pytest.approx(
        0.45, abs=2e-3
    )
    assert numbers["variance"] == pytest.approx(0.45, rel=0.15), "256 paths"
    assert numbers["variance, kicks with dt"] == pytest.approx(0.0045, rel=0.15)
    assert numbers["variance, kicks with dt"] / numbers["variance"] == pytest.approx(0.01, rel=1e-3)


def test_the_noise_is_the_same_whatever_the_step():
    panel = panels.NoiseScalingPanel(sigma=1.0, tau=3.0)
    ends = {dt: (panel.set(dt=dt), panel.arrays["path"][-1, 0])[1] for dt in (0.005, 0.01, 0.02, 0.05)}
    assert max(abs(x - ends[0.005]) for x in ends.values()) < 0.05, "the same path, less finely"


@pytest.mark.parametrize("reading", ["Ito", "Stratonovich"])
def test_the_moments_are_those_of_theory(reading):
    """Where g = sigma (1 + c x) the mean of Stratonovich's process rests at tau push / (1 - tau push c), Ito's at 0."""
    sigma, tau, c = 0.8, 1.0, 0.4
    mean, variance = noise_scaling.moments(sigma, tau, c, 0.0, reading, steps=2000)
    push = sigma**2 * c / 2 if reading == "Stratonovich" else 0.0
    rest = tau * push / (1 - tau * push * c)
    assert float(mean[-1]) == pytest.approx(rest, abs=1e-3)
    want = sigma**2 * (1 + c * rest) ** 2 / (2 / tau - 2 * push * c - sigma**2 * c**2)
    assert float(variance[-1]) == pytest.approx(want, rel=2e-3)
    shown = panels.NoiseScalingPanel(sigma=sigma, c=c, dt=0.01, reading=reading).snapshot()
    assert shown["mean"] == pytest.approx(rest, abs=0.06) and shown["variance"] == pytest.approx(want, rel=0.2)


def mittag_leffler_half(t):
    """E_{1/2}(-sqrt(t)) = erfcx(sqrt(t)): the exact relaxation of order 1/2."""
    return erfcx(np.sqrt(t))


def test_half_a_derivative_leaves_a_tail():
    numbers = panels.FractionalPanel().snapshot()
    assert numbers["x after 20 ms"] == pytest.approx(mittag_leffler_half(20.0), abs=5e-4)
    assert round(float(mittag_leffler_half(20.0)), 3) == 0.123
    assert numbers["exponential"] == pytest.approx(math.exp(-20), rel=1e-3) and round(math.exp(-20) * 1e9) == 2
    assert panels.FractionalPanel(alpha=1.0).snapshot()["x after 20 ms"] < 1e-4


def test_the_sum_grows_with_the_square_of_time_unless_it_forgets():
    panel = panels.FractionalPanel()
    assert panel.snapshot()["terms summed"] == 1000 * 1001 // 2
    forgetting = panel.set(memory=2.0)
    assert forgetting["terms summed"] == sum(min(n, 100) for n in range(1, 1001))
    assert forgetting["lost by forgetting"] > 0.05


@pytest.mark.parametrize(("tau", "grows"), [(1.5, -1), (math.pi / 2, 0), (1.8, 1)])
def test_the_delay_decides_whether_swings_grow(tau, grows):
    panel = panels.DelayPanel(tau=tau)
    rate = panel.snapshot()["growth per ms"]
    assert np.sign(round(rate, 6)) == grows
    t, x, late = panel._run(panel.arrays["x"], tau)
    period = 2 * math.pi / abs(lambertw(-tau).imag / tau)
    early, end = (np.ptp(x[(t > a) & (t <= a + period)]) for a in (10.0, 30.0))
    assert math.log(end / early) / 20.0 == pytest.approx(rate, abs=3e-3), "the swings of the run, against Lambert's W"


def test_growth_solves_the_characteristic_equation():
    for b, tau in ((1.0, 1.5), (0.7, 2.5), (2.0, 0.1)):
        root = lambertw(-b * tau) / tau
        assert abs(root + b * np.exp(-root * tau)) < 1e-9 and delay.growth(b, tau) == pytest.approx(root.real)


def test_growth_of_small_swings_of_mackey_glass():
    """Where they neither grow nor die out: i w = -a - 2b e^{-i w tau}, by hand; and a small swing of the equation itself."""
    b, a = 2.0, 1.0
    w = math.sqrt((2 * b) ** 2 - a**2)
    edge = math.acos(-a / (2 * b)) / w
    assert delay.growth(2 * b, edge, a) == pytest.approx(0.0, abs=1e-12)
    slope = lambda x, t, late: b * late[0] / (1 + late[0] ** 10) - b / 2 * x  # noqa: E731
    with bm.enable_x64():
        sol = bl.solve_dde(slope, 0.6, 1.0 + 1e-7, 0.0, 20.0, steps=8000)
    x, t = np.asarray(sol.y) - 1, np.asarray(sol.t)
    rate = delay.growth(2 * b, 0.6, a)
    period = 2 * math.pi / abs(lambertw(-2 * b * 0.6 * math.exp(0.6 * a)).imag / 0.6)
    early, late = (np.ptp(x[(t > start) & (t <= start + period)]) for start in (8.0, 8.0 + 4 * period))
    assert rate > 0 and math.log(late / early) / (4 * period) == pytest.approx(rate, abs=1e-4)
    panel = panels.DelayPanel(equation="Mackey-Glass", b=b, tau=0.6)
    panel.snapshot()
    assert panel.now.y[0] == pytest.approx(rate) and panel.roots.y.shape == (120,)


def test_the_first_passage_takes_as_long_as_theory_says():
    """Siegert's integral; an Euler step sees the threshold late, by some 3 % at dt = 0.2 ms."""
    for mu in (1.1, 0.8):
        s = math.sqrt(2) * 0.2
        mean = 10.0 * math.sqrt(math.pi) * quad(lambda x: erfcx(-x), -mu / s, (1 - mu) / s)[0]
        numbers = panels.TrialsPanel(mu=mu, trials=1024).snapshot()
        assert numbers["mean of theory (ms)"] == pytest.approx(mean, rel=1e-3)
        assert numbers["mean time (ms)"] == pytest.approx(mean, rel=0.1)


def test_below_the_threshold_times_are_as_irregular_as_chance():
    panel = panels.TrialsPanel(trials=1024)
    above, below = panel.set(mu=1.5), panel.scenario("below threshold")
    assert above["spread (ms)"] < 0.5 * above["mean time (ms)"]
    assert below["spread (ms)"] > 0.75 * below["mean time (ms)"]
