"""The surprise of chapter 16's panel of evidence: it decides without any, and late evidence changes nothing."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq, fsolve

from brainlab import panels
from brainlab.panels.evidence import COHERENCES, FRAMES, ON, TRIALS, T


@pytest.fixture(scope="module")
def panel():
    return panels.EvidencePanel()


def rates(S, c=0.0, mu_0=30.0, noise=0.0):
    """Wong & Wang (2006), Hz. S: (2, ...)"""
    outside = 5.2e-4 * mu_0 * np.array([1 + c / 100, 1 - c / 100]).reshape(2, *(1,) * (np.ndim(S) - 1))
    x = 0.2609 * S - 0.0497 * S[::-1] + 0.3255 + outside + noise
    return (270 * x - 108) / (1 - np.exp(-0.154 * (270 * x - 108)))


def slope(S, c=0.0, mu_0=30.0, noise=0.0):
    """Per ms."""
    return -S / 100 + (1 - S) * 0.641e-3 * rates(S, c, mu_0, noise)


def test_without_evidence_it_decides_all_the_same(panel):
    shares = []
    shown = panel.scenario("no evidence")
    for _ in range(4):
        shares.append(shown["choose 1 (%)"])
        assert shown["decided (%)"] > 95
        panel.new_noise()
        shown = panel.snapshot()
    assert abs(np.mean(shares) - 50) < 3 * 50 / np.sqrt(4 * TRIALS), "either side, by chance"


def test_evidence_that_comes_late_changes_nothing(panel):
    late = panel.scenario("too late")
    nothing = panel.set(when=1000.0)
    assert late["end at 2 (%)"] < nothing["end at 2 (%)"] + 10 < 25 and late["change their mind (%)"] < 6
    early = panel.scenario("early enough")
    assert early["end at 2 (%)"] > 90, "the same evidence, sooner"
    # Why: the state of choice 1 is still there with half of all dots against it, and it is gone with all of them.
    held = fsolve(slope, (0.66, 0.05), args=(-51.2,))
    np.testing.assert_allclose(slope(held, -51.2), 0, atol=1e-10)
    assert held[0] > 0.5
    panel.scenario("too late")
    assert panel.set(late=-100.0, when=500.0)["change their mind (%)"] > 60


def test_the_border_of_what_is_too_late(panel):
    """Evidence against a choice must be so strong that its state and the saddle meet."""
    panel.scenario("no evidence")
    ends = {}
    for c in (-60.0, -100.0):
        start = fsolve(slope, (0.6587, 0.0518))
        run = solve_ivp(lambda t, S, c=c: slope(S, c), (0, 5000), start, rtol=1e-8, atol=1e-10)
        ends[c] = run.y[0, -1] > run.y[1, -1]
    assert ends == {-60.0: True, -100.0: False}
    panel.set(sigma=0.0, coherence=25.6, when=400.0)
    assert [panel.set(late=c)["end at 2 (%)"] for c in ends] == [0, 100]


def test_the_trials_are_those_that_numpy_runs(panel):
    """The stimulus comes after 200 ms of waiting, in noise; other random numbers."""
    panel.scenario("no evidence")
    panel.set(coherence=6.4)
    choice, time = [], []
    for _ in range(4):
        panel.new_noise()
        panel.snapshot()
        choice.append(panel.arrays["choice"]), time.append(panel.arrays["time"])
        np.testing.assert_array_equal(choice[-1][list(COHERENCES).index(6.4)], choice[-1][-1])
    choice, time = np.concatenate(choice, 1), np.concatenate(time, 1)
    rng, kept = np.random.default_rng(3), np.exp(-0.5)
    for c in (0.0, 6.4, 25.6):
        S, noise, first, when = np.full((2, 1500), 0.1), np.zeros((2, 1500)), np.zeros(1500, int), np.zeros(1500)
        for t in range(-199, 1001):
            S = S + slope(S, c, 30.0 * (t > 0), noise)
            noise = kept * noise + 0.02 * np.sqrt((1 - kept**2) / 2) * rng.normal(size=(2, 1500))
            r = rates(S, c, 30.0 * (t > 0), noise)
            new = (first == 0) & (r.max(0) >= 15) & (t > 0)
            first[new], when[new] = 1 + r.argmax(0)[new], t
        mine, row = first > 0, choice[list(COHERENCES).index(c)]
        spread = when[mine].std() * np.sqrt(1 / 1500 + 1 / 400)
        assert time[list(COHERENCES).index(c)][row > 0].mean() == pytest.approx(when[mine].mean(), abs=4 * spread)
        assert (row[row > 0] == 1).mean() == pytest.approx((first[mine] == 1).mean(), abs=0.11)


def test_without_noise_it_is_the_run_of_scipy(panel):
    panel.scenario("no evidence")
    panel.set(sigma=0.0, coherence=6.4)
    waiting = solve_ivp(lambda t, S: slope(S, 0, 0.0), (0, 200), (0.1, 0.1), rtol=1e-8, atol=1e-10).y[:, -1]
    run = solve_ivp(lambda t, S: slope(S, 6.4), (0, 1000), waiting, rtol=1e-8, atol=1e-10, t_eval=T[ON])
    np.testing.assert_allclose(panel.arrays["S"][ON, :, 0], run.y.T, atol=0.01)  # Euler steps of 1 ms


def test_nullclines_and_fixed_points(panel):
    panel.scenario("no evidence")
    panel.set(coherence=12.8, at=500.0)
    a = panel.arrays
    for k in (0, 1):
        for S in a["lines"][k].T[20::40].astype(float):
            assert slope(S, 12.8)[k] == pytest.approx(0, abs=2e-5)
    for S in a["roots"][a["found"]]:
        np.testing.assert_allclose(slope(S.astype(float), 12.8), 0, atol=2e-5)
    assert panel.snapshot()["fixed points"].count("stable") == 2 and "saddle" in panel.snapshot()["fixed points"]
    waiting = brentq(lambda S: slope(np.array([S, S]), 0, 0.0)[0], 0.05, 0.2)
    panel.set(at=-50.0)
    middle = [x for x in panel.arrays["roots"] if abs(x[0] - x[1]) < 1e-3]
    assert min(abs(x[0] - waiting) for x in middle) < 1e-3 and waiting == pytest.approx(0.1027, abs=1e-4)


def test_a_faint_stimulus_leaves_it_undecided(panel):
    assert panel.scenario("too faint to choose")["decided (%)"] < 5
    assert "neither group" in panel.words(panel.snapshot())


def test_what_is_drawn_is_what_they_see(panel):
    panel.scenario("no evidence")
    panel.set(coherence=20.0, late=-20.0, when=400.0)
    wanted = np.where(FRAMES < 700, 10.0, -35.0)
    panel.touched(panel.c_figure, {"drawn": wanted.tolist()})
    panel.snapshot()
    np.testing.assert_allclose(panel.arrays["c"], wanted, atol=1e-4)
    panel.touched(panel.c_figure, {"step": [600.0, 30.0]})
    panel.snapshot()
    assert panel.values["when"] == 600 and panel.values["late"] == 30
    np.testing.assert_allclose(panel.hand("drawn"), panel.arrays["c"], atol=1e-4)


def test_evidence_beyond_all_dots_is_said(panel):
    panel.scenario("no evidence")
    panel.set(coherence=80.0, drawn=np.full(len(FRAMES), 50.0))
    assert panel.arrays["c"].max() == 100 and "counts as 100 %" in panel.words(panel.snapshot())
    panel.set(drawn=np.zeros(len(FRAMES)))
    assert "counts as" not in panel.words(panel.snapshot())
