"""Branches of limit cycles: closed forms, scipy's integrator at tight tolerance, and published numbers."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from brainlab.analysis import continuation, cycle_branch, limit_cycle
from brainlab.models import HH, HindmarshRose, morris_lecar, wilson_cowan


def quintic(x, y, t, mu=-0.5):
    """r' = mu r + r^3 - r^5, turning at rate 1: cycles at r^2 = (1 +- sqrt(1 + 4 mu))/2, a fold of cycles at mu = -1/4."""
    r2 = x * x + y * y
    g = mu + r2 - r2 * r2
    return g * x - y, x + g * y


def van_der_pol(x, v, t, mu=1.0):
    return v, mu * (1 - x * x) * v - x


def rossler(x, y, z, t, c=2.0):
    return -y - z, x + 0.2 * y, 0.2 + z * (x - c)


def one_period(f, y0, section, skip):
    """(period, (t, y)) by scipy: between upward crossings of 0 by section(y), after `skip`."""
    cross = lambda t, y: section(y)  # noqa: E731
    cross.direction = 1
    tight = dict(rtol=1e-11, atol=1e-12, method="DOP853")
    late = solve_ivp(lambda t, y: f(*y, t), (0, skip), y0, **tight).y[:, -1]
    run = solve_ivp(lambda t, y: f(*y, t), (0, skip), late, events=cross, dense_output=True, **tight)
    first, second = run.t_events[0][:2] if run.t_events[0][0] > 1e-6 else run.t_events[0][1:3]
    t = np.linspace(first, second, 200)
    return second - first, (t - first, run.sol(t).T)


def test_fold_of_cycles_in_closed_form():
    diagram = continuation(quintic, "mu", -0.5, 0.5, intervals=12)
    (branch,) = diagram.cycles
    (fold,) = diagram.cycle_folds
    assert fold.value == pytest.approx(-0.25, abs=1e-9) and fold.y[0] == pytest.approx(np.sqrt(0.5), abs=1e-6)
    r2 = branch.high[1:, 0] ** 2
    np.testing.assert_allclose(-r2 + r2**2, branch.values[1:], atol=1e-5)
    np.testing.assert_allclose(branch.low, -branch.high, atol=1e-5)
    np.testing.assert_allclose(branch.period, 2 * np.pi, rtol=1e-8)
    # Floquet: exp(2 pi dr'/dr) for a push along r, and 1 for one along the cycle
    expected = np.exp(2 * np.pi * (branch.values[1:] + 3 * r2 - 5 * r2**2))
    np.testing.assert_allclose(np.prod(branch.multipliers[1:], axis=1).real, expected, rtol=1e-4, atol=1e-9)
    assert (branch.stable[1:] == (r2 > 0.5)).all()
    assert branch.ended == "left" and branch.values[-1] == pytest.approx(0.5)
    t, y = branch.cycle(-1)
    assert np.ptp(np.hypot(*y.T)) < 1e-6 and t[-1] == pytest.approx(2 * np.pi)


def test_van_der_pol_by_scipy():
    exact, orbit = one_period(van_der_pol, [2.0, 0.0], lambda y: y[0], 40.0)
    branch = cycle_branch(van_der_pol, "mu", 0.5, 5.0, start=orbit)
    assert branch.ended == "left, left" and branch.stable.all()
    np.testing.assert_allclose(branch.values[[0, -1]], [0.5, 5.0])
    stiff, _ = one_period(lambda x, v, t: van_der_pol(x, v, t, 5.0), [2.0, 0.0], lambda y: y[0], 40.0)
    assert branch.period[-1] == pytest.approx(stiff, rel=1e-6)  # 11.6122
    known = cycle_branch(van_der_pol, "mu", 1.0, 1.2, start=orbit)
    k = int(np.argmin(known.values))
    assert known.values[k] == pytest.approx(1.0) and known.period[k] == pytest.approx(exact, rel=1e-7)  # 6.6633
    # Liouville: the product of the multipliers is exp of the divergence mu (1 - x^2) summed over a period
    t, y = known.cycle(k)
    whole = np.trapezoid(1 - np.interp(fine := np.linspace(0, t[-1], 4001), t, y[:, 0]) ** 2, fine)
    assert np.prod(known.multipliers[k]).real == pytest.approx(np.exp(whole), rel=0.01)


def test_from_a_limit_cycle():
    cycle = limit_cycle(van_der_pol, (2.0, 0.0), mu=2.0)
    branch = cycle_branch(van_der_pol, "mu", 1.5, 2.0, start=cycle)  # it begins where the cycle is, not at mu = 1
    k = int(np.argmax(branch.values))
    assert branch.values[k] == pytest.approx(2.0) and branch.period[k] == pytest.approx(cycle.period, rel=1e-4)


def test_error_falls_with_the_mesh():
    exact, orbit = one_period(van_der_pol, [2.0, 0.0], lambda y: y[0], 40.0)
    errors = []
    for intervals in (12, 24):  # 8 are too few, and would be doubled
        branch = cycle_branch(van_der_pol, "mu", 1.0, 1.02, start=orbit, intervals=intervals)
        errors.append(abs(branch.period[np.argmin(branch.values)] / exact - 1))
    assert errors[1] < errors[0] / 50 and errors[1] < 1e-7  # the eighth power would be 256


def test_a_mesh_that_is_too_coarse_is_made_finer():
    """Bursts: with the 24 intervals that are asked for and no more there are folds near I = 1.553 that are none."""
    model = HindmarshRose()
    hopf = continuation(model, "I", 1.2, 1.5, cycles=False).hopf[0]
    branch = cycle_branch(model, "I", 1.2, 1.58, start=hopf, intervals=24)
    used = [len(branch.cycle(k)[0]) // 5 for k in (1, -1)]
    assert used[0] == 24 < used[1] and branch.ended == "left"
    folds = [p.value for p in branch.special if p.kind == "fold of cycles"]
    np.testing.assert_allclose(folds, [1.29995, 1.56228, 1.55285], atol=2e-5)  # those of a mesh of 100 intervals
    k = int(np.argmin(np.abs(branch.values - 1.5) + 1e3 * ~branch.stable))
    assert branch.period[k] == pytest.approx(149.53, abs=0.5)  # single spikes, next to I = 1.5
    t, y = branch.cycle(-1)  # two spikes; SciPy comes back to where it began
    field = lambda t, y: [float(d) for d in model.derivative(*y, branch.values[-1])]  # noqa: E731
    there = solve_ivp(field, (0, t[-1]), y[0], rtol=1e-10, atol=1e-12, method="DOP853").y[:, -1]
    np.testing.assert_allclose(there, y[0], atol=1e-3)


def test_what_even_a_finer_mesh_cannot_show_ends_the_branch():
    hopf = continuation(HindmarshRose(), "I", 1.2, 1.5, cycles=False).hopf[0]
    branch = cycle_branch(HindmarshRose(), "I", 1.2, 1.58, start=hopf, intervals=6)
    assert branch.ended == "coarse"


def test_period_doubling_of_rossler():
    _, orbit = one_period(rossler, [1.0, 1.0, 0.0], lambda y: y[1], 300.0)
    branch = cycle_branch(rossler, "c", 2.0, 3.2, start=orbit)
    (doubling,) = [p for p in branch.special if p.kind == "period doubling"]
    assert doubling.value == pytest.approx(2.832, abs=2e-3)  # for a = b = 0.2: Gardini, Int. J. Bifurcation Chaos 5 (1985)
    assert np.abs(doubling.eigenvalues + 1).min() < 1e-6
    assert (branch.stable == (branch.values < doubling.value)).all()


@pytest.fixture(scope="module")
def hodgkin_huxley():
    return {n: continuation(HH(), "I", 0, 200, intervals=n) for n in (24, 36)}


def test_fold_of_cycles_of_hodgkin_huxley(hodgkin_huxley):
    folds = {n: [p.value for p in d.cycle_folds] for n, d in hodgkin_huxley.items()}
    assert [f"{v:.3f}" for v in folds[24]] == [f"{v:.3f}" for v in folds[36]]
    assert folds[36][2] == pytest.approx(6.2595, abs=0.0025)  # where a simulation with RK4 stops firing
    np.testing.assert_allclose(folds[36][:2], [7.84, 7.92], atol=0.01)  # Rinzel & Miller, Math. Biosci. 49 (1980) 27
    (branch,) = hodgkin_huxley[36].cycles
    assert branch.ended == "Hopf" and branch.period[-1] == pytest.approx(hodgkin_huxley[36].hopf[1].period, rel=0.01)
    knee = int(np.argmin(branch.values))
    assert not branch.stable[:knee].any() and branch.stable[knee + 1 :].all()


def test_cycle_of_hodgkin_huxley_at_one_current(hodgkin_huxley):
    branch = cycle_branch(HH(), "I", 0, 10, start=hodgkin_huxley[36].hopf[0], intervals=36)
    assert branch.ended == "left" and branch.values[-1] == 10 and branch.stable[-1]
    assert branch.period[-1] == pytest.approx(14.636, abs=5e-4)  # RK4 with dt = 0.01
    assert branch.high[-1, 0] == pytest.approx(30.431, abs=2e-3) and branch.low[-1, 0] == pytest.approx(-74.896, abs=1e-3)


def test_rate_of_morris_lecar_goes_to_zero():
    diagram = continuation(morris_lecar.SETS["snic"], "I", -30, 260)
    (branch,) = diagram.cycles
    assert branch.ended == "long period" and branch.period[-1] > 25 * branch.period.min()
    near = np.flatnonzero(branch.period > 400)[[0, -1]]  # 1/T goes with the root of the distance (Strogatz 1994, ch. 8.4)
    scaled = branch.period[near] * np.sqrt(branch.values[near] - diagram.folds[0].value)
    assert scaled[1] == pytest.approx(scaled[0], rel=0.1)
    at_45 = cycle_branch(morris_lecar.SETS["snic"], "I", 45, 260, start=diagram.hopf[0])
    assert 1000 / at_45.period[-1] == pytest.approx(10.07, abs=0.005)


def test_homoclinic_orbit_of_morris_lecar():
    """Near it the period grows by -ln(distance)/lambda, lambda the unstable eigenvalue of the saddle (Kuznetsov 2004)."""
    diagram = continuation(morris_lecar.SETS["homoclinic"], "I", -30, 260)
    (branch,) = diagram.cycles
    assert branch.ended == "homoclinic"
    end = branch.values[-1]
    saddle = [k for k, kind in enumerate(diagram.fixed.types) if kind == "saddle"]
    near = saddle[int(np.argmin(np.abs(diagram.fixed.values[saddle] - end)))]
    grow = diagram.fixed.eigenvalues[near].real.max()
    distance = np.abs(branch.values - end)
    k = [int(np.flatnonzero(distance > d)[-1]) for d in (0.1, 0.003)]
    slope = np.diff(branch.period[k]) / np.diff(np.log(distance[k]))
    assert slope[0] == pytest.approx(-1 / grow, rel=0.1)


def test_oscillation_of_wilson_cowan():
    hopf = continuation(wilson_cowan.SETS["oscillation"], "P", 1.25, 4).hopf[0]
    branch = cycle_branch(wilson_cowan.SETS["oscillation"], "P", 1.25, 4, start=hopf)
    assert branch.period[-1] == pytest.approx(39.97, abs=0.005)
    assert (round(branch.low[-1, 0], 4), round(branch.high[-1, 0], 4)) == (0.1026, 0.2697)


_t = np.linspace(0, 6.3, 50)
ORBIT = (_t, 0.01 * np.stack([np.cos(40 * _t), np.sin(7 * _t)], 1))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: cycle_branch(van_der_pol, "mu", 0, 2, start=3.0), ["start = 3.0", "Hopf point"]),
        (lambda: cycle_branch(van_der_pol, "mu", 0, 2, start=(ORBIT[0], ORBIT[1][:-1])), ["(49, 2)", "(time, state)"]),
        (lambda: cycle_branch(van_der_pol, "mu", 2, 3, start=ORBIT), ["mu = 1", "not between 2 and 3"]),
        (lambda: cycle_branch(van_der_pol, "mu", 0, 2, start=ORBIT), ["no cycle", "6.3", "settled"]),
        (lambda: cycle_branch(van_der_pol, "mu", 0, 2, start=ORBIT, intervals=2), ["intervals = 2", "4 to 400"]),
        (lambda: cycle_branch(van_der_pol, "mu", 0, 2, start=ORBIT, longest_period=-1), ["longest_period = -1"]),
    ],
)
def test_mistakes_are_explained(call, words, said):
    text = said(call)
    for word in words:
        assert word in text
