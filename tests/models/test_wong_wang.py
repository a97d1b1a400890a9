"""The Wong-Wang model: its fixed points, where it has to choose, and its choices."""

import jax
import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq, root

import brainlab as bl
import brainlab.math as bm
from brainlab.models import decide
from brainlab.params import ParamError


def plain(S, mu_0=30.0, c=0.0):
    """As the paper prints it (Wong & Wang 2006, eqs. 1 to 7, without noise), in ms."""
    H = lambda x: (270 * x - 108) / (1 - np.exp(-0.154 * (270 * x - 108)))  # noqa: E731
    x1 = 0.2609 * S[0] - 0.0497 * S[1] + 0.3255 + 5.2e-4 * mu_0 * (1 + c / 100)
    x2 = 0.2609 * S[1] - 0.0497 * S[0] + 0.3255 + 5.2e-4 * mu_0 * (1 - c / 100)
    r = np.array([H(x1), H(x2)])
    return -np.asarray(S) / 100 + (1 - np.asarray(S)) * 0.641 * r / 1000, r


@pytest.mark.parametrize("c", [0.0, 25.6])
def test_equations(c, x64):
    model = bl.WongWang(coherence=c)
    for S in ((0.1, 0.1), (0.6, 0.05), (0.3, 0.7)):
        np.testing.assert_allclose(model.derivative(*S), plain(S, c=c)[0], rtol=1e-12)
        np.testing.assert_allclose(model.rates(*S), plain(S, c=c)[1], rtol=1e-12)
    np.testing.assert_allclose(
        model.rates(0.1, 0.1, noise1=0.01)[0], model.replace(I_0=0.3355).rates(0.1, 0.1)[0], rtol=1e-12
    )


def test_the_rate_has_no_hole(x64):
    """H is 0/0 at a x = b; its limit is 1/d and the slope there a/2."""
    model = bl.WongWang()
    assert float(model.rate(0.4)) == pytest.approx(1 / 0.154, rel=1e-12)
    assert float(bm.grad(model.rate)(0.4)) == pytest.approx(135.0, rel=1e-9)
    assert float(model.rate(0.0)) < 1e-4 and np.isfinite(float(bm.grad(model.rate)(-5.0)))


@pytest.mark.parametrize(
    ("mu_0", "c", "expected"),
    [
        (
            0.0,
            0.0,
            [((0.1027, 0.1027), "stable", 1.78), ((0.567, 0.0319), "stable", 20.43), ((0.3138, 0.0558), "saddle", None)],
        ),
        (30.0, 0.0, [((0.6587, 0.0518), "stable", 30.11), ((0.4245, 0.4245), "saddle", 11.51)]),
        (30.0, 100.0, [((0.7093, 0.024), "stable", 38.06)]),
    ],
)
def test_fixed_points(mu_0, c, expected):
    """MODELS.md, section 5; and there are no others but their mirror images."""
    found = bl.analysis.fixed_points(bl.WongWang(mu_0=mu_0, coherence=c))
    for S, kind, rate in expected:
        point = min(found, key=lambda p, S=S: np.abs(p.y - S).max())
        np.testing.assert_allclose(point.y, S, atol=6e-5 if S[0] < 0.56 or S[0] > 0.6 else 5e-4)
        np.testing.assert_allclose(point.y, root(lambda S: plain(S, mu_0, c)[0], S, tol=1e-13).x, atol=1e-8)
        assert kind in point.kind
        if rate:
            assert float(bl.WongWang(mu_0=mu_0, coherence=c).rates(*point.y)[0]) == pytest.approx(rate, abs=6e-3)
    mirrored = {tuple(np.round(S[::-1], 3)) for S, *_ in expected} if c == 0 else set()
    assert len(found) == len({tuple(np.round(S, 3)) for S, *_ in expected} | mirrored)


def test_where_it_has_to_choose(x64):
    """On the line S1 = S2 the direction across is marginal where J_same + J_other gives it as much as it loses."""

    def across(mu_0):
        S = brentq(lambda S: plain((S, S), mu_0)[0][0], 0.01, 0.99)
        h = 1e-5
        return (plain((S + h, S - h), mu_0)[0][0] - plain((S - h, S + h), mu_0)[0][0]) / (2 * h)

    diagram = bl.analysis.continuation(bl.WongWang(), "mu_0", (0.0, 100.0))
    found = sorted(p.value for p in diagram.special if p.kind == "branch point")
    np.testing.assert_allclose(found, [brentq(across, 5, 20), brentq(across, 35, 60)], atol=2e-3)


def test_choices_and_reaction_times():
    """MODELS.md, section 5: 2000 trials of an independent program, Weibull alpha about 5 %."""
    for c, share, time in ((0.0, 0.510, 453), (3.2, 0.698, 444), (12.8, 0.985, 352), (51.2, 1.0, 182)):
        answer = decide(bl.WongWang(coherence=c), 2000)
        choice = np.asarray(answer.choice)
        assert (choice > 0).all()
        assert abs((choice == 1).mean() - share) < 4 * np.sqrt(max(share * (1 - share), 2e-4) * 2 / 2000), c
        assert np.asarray(answer.reaction_time).mean() == pytest.approx(time, rel=0.04), c


def test_without_noise_the_time_is_that_of_the_equation(x64):
    reach = lambda t, S: plain(S, c=20.0)[1][0] - 15  # noqa: E731
    reach.terminal = True
    exact = solve_ivp(lambda t, S: plain(S, c=20.0)[0], (0, 2000), [0.1, 0.1], events=reach, rtol=1e-9, atol=1e-11).t[-1]
    quiet = bl.WongWang(coherence=20.0, sigma=0.0)
    choice, time = decide(quiet, 1, dt=0.05)
    assert (int(choice[0]), float(time[0])) == (1, pytest.approx(exact, abs=0.3))
    assert int(decide(quiet.replace(coherence=-20.0), 1, dt=0.05).choice[0]) == 2


def test_a_trial_does_not_depend_on_the_others():
    few, many = (decide(bl.WongWang(), n, seed=3) for n in (5, 12))
    assert (few.reaction_time == many.reaction_time[:5]).all() and (few.choice == many.choice[:5]).all()
    assert len(set(np.asarray(many.reaction_time).tolist())) > 8
    assert not (decide(bl.WongWang(), 5, seed=4).reaction_time == few.reaction_time).all()


def test_who_is_not_asked_does_not_answer():
    choice, time = decide(bl.WongWang(mu_0=0.0, sigma=0.005), 5)
    assert (choice == 0).all() and np.isnan(np.asarray(time)).all()


def test_parameters_do_not_compile_anew():
    from brainlab.models.wong_wang import _decide

    decide(bl.WongWang(), 7)
    compiled = _decide._cache_size()
    decide(bl.WongWang(coherence=6.0, sigma=0.03, tau_AMPA=3.0), 7, threshold=12.0, duration=500.0, dt=0.25, seed=9)
    assert _decide._cache_size() == compiled
    many = jax.vmap(lambda c: decide(bl.WongWang(coherence=c, sigma=0.0), 1).choice.value)(
        np.array([-30.0, 30.0], np.float32)
    )
    assert many.tolist() == [[2], [1]]


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: decide(bl.WongWang(), trials=0), "trials = 0: a whole number, 1 or more"),
        (lambda: decide(bl.WongWang(), threshold=-1.0), "threshold = -1.0: a number above 0 Hz is expected"),
        (lambda: decide(bl.WongWang(), dt="fine"), "dt = 'fine': a number above 0 ms"),
        (lambda: decide(bl.WongWang(), duration=1.0, dt=2.0), "dt = 2 ms is longer than the duration of 1 ms"),
        (lambda: decide(bl.WongWang(), start=0.1), r"start = 0.1: a pair \(S1, S2\)"),
        (lambda: decide(bl.WilsonCowan()), "is no WongWang model"),
        (lambda: bl.WongWang(coherence=120.0), "at most 100 %"),
        (lambda: bl.WongWang(tau_S=0.0), "above 0 ms"),
    ],
)
def test_errors(call, match):
    with pytest.raises(ParamError, match=match):
        call()
