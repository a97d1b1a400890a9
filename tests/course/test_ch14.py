"""Chapter 14: the numbers that its saved outputs show and its prose claims, against closed forms, SciPy and other seeds."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import fsolve
from scipy.special import ndtr, ndtri

import brainlab as bl
from brainlab.networks.ready import set_brunel

FILE = Path(__file__).resolve().parents[2] / "course" / "ch14_populations.ipynb"
CELLS = {cell["id"]: cell for cell in json.loads(FILE.read_text(encoding="utf-8"))["cells"]}
PROSE = " ".join(" ".join(cell["source"]) for cell in CELLS.values() if cell["cell_type"] == "markdown")


def text(id: str) -> str:
    outputs = CELLS[id]["outputs"]
    return "".join("".join(o.get("text") or o["data"]["text/plain"]) for o in outputs)


def shown(id: str) -> np.ndarray:
    """All numbers in the saved output of a cell, in their order."""
    return np.array(re.findall(r"(?<![\w.])[-+]?\d+\.?\d*", text(id).replace(",", " ")), float)


# ---- 14.1

REGIMES = ((3.0, 2.0), (5.0, 2.0), (8.0, 4.0), (6.0, 4.0), (4.5, 0.9))


def regimes():
    return dict(zip(REGIMES, shown("regimes").reshape(5, 6)[:, 2:], strict=True))  # rate, CV, Hz of all together, % of swing


def claims(rate, cv):
    """What the prose says of the first three lines of the table."""
    assert cv[0] < 0.15 and rate[1] < rate[0] / 3 and cv[1] > 3 * cv[0]
    assert rate[2] == pytest.approx(rate[1], rel=0.1) and cv[2] > 2 * cv[1], "the same rate, more irregular"


def test_the_size_that_is_announced():
    assert "2500 LIF" in text("brunel") and "625000 synapses" in text("brunel")
    assert 2500 * (200 + 50) == 625_000 and "625 000 synapses" in PROSE


def test_more_inhibition_is_more_irregular_at_the_same_rate():
    rate, cv, *_ = np.array(list(regimes().values())).T
    claims(rate, cv)
    assert rate[0] == pytest.approx(210, abs=3) and "strikes 210 times a second" in PROSE
    # The same network at the same size in other hands: 213.8, 60.2, 101.5 and 11.6 Hz with 2000 excitatory neurons.
    np.testing.assert_allclose(rate[[0, 1, 3]], [213.8, 60.2, 101.5], rtol=0.03)
    assert rate[4] == pytest.approx(11.6, rel=0.2)


def test_the_same_with_another_seed_and_a_delay_that_sets_the_rhythm():
    net = bl.networks.ready.brunel(g=3.0, eta=2.0, n=2500, seed=7)
    found = []
    for (g, eta), delay in (*((r, 1.5) for r in REGIMES[:4]), ((6.0, 4.0), 3.0)):
        set_brunel(net, g=g, eta=eta)
        for projection in net.projections:
            projection.delay = delay
        net.reset_state()
        spikes = bl.simulate(net, 600.0, monitors=()).spikes.between(100.0, 600.0)
        steps = np.bincount(((spikes.times - 100.05) // 1.0).astype(int), minlength=500)[:500]  # NumPy's own spectrum
        power = abs(np.fft.rfft(steps - steps.mean())) ** 2
        smooth = np.convolve(power, np.ones(9), "same")
        found.append((spikes.rates().mean(), np.nanmean(bl.analysis.cv(spikes)), 2.0 * (10 + smooth[10:].argmax())))
    rate, cv, rhythm = np.array(found).T
    claims(rate, cv)
    saved = shown("delays").reshape(3, 5)
    np.testing.assert_allclose(rhythm[3:], saved[:2, 1], rtol=0.08)
    assert rhythm[3] > 1.4 * rhythm[4]


def test_a_rhythm_that_nobody_has():
    delay, rhythm, period, rate, cv = shown("delays").reshape(3, 5).T
    np.testing.assert_allclose(period, 1000 / rhythm, rtol=0.01)
    assert np.all(np.diff(rhythm) < -25) and np.all((2 < period / delay) & (period / delay < 4)), "a few delays"
    assert rhythm[0] == pytest.approx(180, abs=6) and rate[0] == pytest.approx(100, abs=3) and cv.min() > 0.3
    assert np.ptp(rate) < 0.1 * rate[0], "hardly changes"


def test_large_currents_nearly_cancel():
    g, up, down, left, spread, _ = shown("budget").reshape(3, 6).T
    assert list(g) == [3, 5, 8]
    for i, ((g, eta), (rate, *_)) in enumerate(list(regimes().items())[:3]):
        J, each = 0.1 * np.sqrt(12_500 / 2500), 2500 / 12.5
        kick = J * 0.02 * rate / 1.0  # mV: one source of this rate, for ever
        assert up[i] == pytest.approx(20 * eta + each * kick, abs=1) and down[i] == pytest.approx(
            -g * each / 4 * kick, abs=1
        )
        world = eta * 20 / (J * each * 0.02)  # Hz of each source outside
        variance = J**2 * each * 0.02 / 2 * (world + rate + g**2 / 4 * rate)  # Campbell's theorem
        assert spread[i] == pytest.approx(np.sqrt(variance), abs=0.6)
    np.testing.assert_allclose(left, up + down, atol=1)
    assert left[0] > 4 * 20 and left[1] / up[1] < 1 / 3 and left[2] / up[2] < 1 / 5 and spread[2] > spread[1]


def test_coba_makes_its_own_noise():
    rate, cv = shown("coba")
    assert 17.5 < rate < 20 and cv > 1.3 and not bl.networks.ready.coba(n=500).inputs


# ---- 14.2


def S(x, a, theta):
    return 1 / (1 + np.exp(-a * (x - theta))) - 1 / (1 + np.exp(a * theta))


def wilson_cowan(P, c, e, i):
    """Right-hand side in NumPy, tau = 8 ms."""
    k_e, k_i = (1 - 1 / (1 + np.exp(a * theta)) for a, theta in (e, i))

    def slope(t, y):
        E, I = y
        drive = P(t) if callable(P) else P
        return (
            (-E + (k_e - E) * S(c[0] * E - c[1] * I + drive, *e)) / 8,
            (-I + (k_i - I) * S(c[2] * E - c[3] * I, *i)) / 8,
        )

    return slope


SWINGING = ((16, 12, 15, 3), (1.3, 4.0), (2.0, 3.7))
REMEMBERING = ((12, 4, 13, 11), (1.2, 2.8), (1.0, 4.0))


def test_more_drive_is_a_faster_rhythm_and_then_none():
    lines = [line for line in text("drive-table").splitlines() if line]
    found = {}
    for line in lines:
        P = float(re.search(r"P = +([\d.]+)", line)[1])
        run = solve_ivp(wilson_cowan(P, *SWINGING), (0, 800), (0.1, 0.05), rtol=1e-9, atol=1e-10, dense_output=True)
        t = np.linspace(400, 800, 40_001)
        E = run.sol(t)[0]
        if np.ptp(E) > 0.01:
            middle = (E.min() + E.max()) / 2
            up = t[1:][(E[:-1] < middle) & (E[1:] >= middle)]
            swing, period = map(float, re.search(r"by ([\d.]+) every (\d+) ms", line).groups())
            assert swing == pytest.approx(np.ptp(E), abs=0.01) and period == pytest.approx(np.diff(up).mean(), abs=0.6)
            found[P] = period
        else:
            assert float(re.search(r"rests at ([\d.]+)", line)[1]) == pytest.approx(E[-1], abs=1e-3)
    assert list(found) == [1.1, 1.25, 1.5] and list(found.values()) == [76, 40, 27] and "from 76 to 27 ms" in PROSE
    assert "stable node" in lines[0] and "unstable focus" in lines[2] and re.search("(?<!un)stable focus", lines[4])


def test_why_the_rhythm_ends():
    """At twice the drive I is on the steep part of its curve: it damps, more than E explodes."""

    def jacobian(P):
        slope = wilson_cowan(P, *SWINGING)
        y = fsolve(lambda y: slope(0, y), (0.2, 0.1) if P < 2 else (0.29, 0.28))
        return np.array([(np.array(slope(0, y + d)) - slope(0, y - d)) / 2e-6 for d in 1e-6 * np.eye(2)]).T

    before, after = jacobian(1.25), jacobian(2.5)
    assert np.trace(before) > 0 > np.trace(after) and after[1, 1] < 1.3 * before[1, 1] < 0


def test_a_kick_is_remembered_for_ever_or_not_at_all():
    saved = shown("kicks").reshape(-1, 2)
    for kick, end in saved:
        slope = wilson_cowan(lambda t, kick=kick: kick if 100 < t < 140 else 0.0, *REMEMBERING)
        run = solve_ivp(slope, (0, 600), (0, 0), rtol=1e-8, atol=1e-10, max_step=5.0)
        assert end == pytest.approx(run.y[0, -1], abs=2e-3)
    assert list(saved[:, 1] > 0.2) == [False, False, True, True, True]


def test_the_three_states_of_memory():
    states = re.findall(r"E=([\d.]+), I=([\d.]+): ([\w ]+)", text("fixed-points"))
    found = np.array([s[:2] for s in states], float)
    slope = wilson_cowan(0.0, *REMEMBERING)
    for y in found:
        np.testing.assert_allclose(y, fsolve(lambda y: slope(0, y), y + 0.003), atol=1e-4)
    assert [s[2] for s in states] == ["stable node", "saddle", "stable node"]


def test_inhibition_that_is_pushed_fires_less_above_the_border():
    rows = shown("push-table").reshape(-1, 6)  # w_EE, E and I before, E and I after, dI/dh_I
    for w_EE, *rates, response in rows:
        A = np.array([[1 - w_EE, 2.5], [-2.0, 2.0]])
        want = [np.linalg.solve(A, [20.0, h_I]) for h_I in (2.0, 10.0)]
        np.testing.assert_allclose(rates, np.ravel(want), atol=0.03)
        assert response == pytest.approx(np.linalg.inv(A)[1, 1], abs=6e-3)
        assert np.sign(round(rates[3] - rates[1], 2)) == np.sign(round(1 - w_EE, 2)), "the border is at 1"
        assert rates[2] < rates[0], "E falls in any case"
    assert np.any(rows[:, 0] < 1) and np.any(rows[:, 0] > 1)


# ---- 14.3


def test_chance_does_not_average_out():
    rows = [[float(x) for x in re.findall(r"[-+]?\d+\.?\d*", line)][-5:] for line in text("scaling").splitlines() if line]
    K, up, down, left, spread = np.array(rows).T
    assert list(K) == [100, 400, 100, 400]
    np.testing.assert_allclose(up + down, left, atol=0.02)
    assert up[1] / up[0] == pytest.approx(2, rel=0.15) and down[1] / down[0] == pytest.approx(2, rel=0.15)
    assert spread[1] == pytest.approx(spread[0], rel=0.1) and spread[3] < spread[2] / 2
    np.testing.assert_allclose([up[0], down[0], spread[0]], [up[2], down[2], spread[2]], rtol=0.06)  # one network, two units
    assert abs(left[1] - left[0]) < 0.05 * (up[1] - up[0]), "the sum has hardly moved"


def mean_field(K, m_0):
    """Gaussian inputs, in NumPy: the share of cells above threshold makes the inputs that bring it there."""

    def wrong(z):  # m = ndtr(z), over sqrt(K): smooth for every K
        E, I = ndtr(z)
        mean = np.array([m_0 + E - 2 * I, 0.8 * m_0 + E - 1.8 * I]) - np.array([1.0, 0.7]) / np.sqrt(K)
        return mean - z * np.sqrt([E + 4 * I, E + 3.24 * I]) / np.sqrt(K)

    return ndtr(fsolve(wrong, ndtri([0.8 * m_0, 0.9 * m_0])))[0]


def test_switches_make_a_straight_line():
    for m_0, *row in [
        np.array(re.findall(r"(?:m_0 =|:) +([\d.]+)", line), float) for line in text("linear-table").splitlines()
    ]:
        np.testing.assert_allclose(row[:3], [mean_field(K, m_0) for K in (25, 1000, 100_000)], atol=0.007)
        assert row[3] == pytest.approx(m_0, abs=1e-6), "the balance of these weights"
        assert np.all(np.diff(row) > 0), "the more inputs, the nearer"


def test_the_balance_is_two_linear_equations():
    m = np.linalg.solve([[1.0, -2.0], [1.0, -1.8]], [-0.2, -0.16])
    np.testing.assert_allclose([float(x) for x in bl.networks.ready.BalancedBinary(m_0=0.2).balance()], m, atol=1e-5)
