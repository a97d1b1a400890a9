"""Delay equations: orders on problems with a known solution, or one by SciPy's method of steps; jumps, transforms."""

import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import brainlab as bl
import brainlab.math as bm
from brainlab.integrate._dde_plan import breaking_points, hermite, make_plan, quartic


def late_feedback(t, tau=1.0):
    """x' = -x(t - tau) from x = 1: by the method of steps a polynomial between the multiples of tau."""
    terms = [np.clip(t - (k - 1) * tau, 0, None) ** k * (-1) ** k / math.factorial(k) for k in range(1, 30)]
    return 1 + np.sum(terms, axis=0)


def by_steps(f, tau, history, t1):
    """Method of steps with SciPy, for one delay: on [k tau, (k+1) tau] it is an ordinary equation. Returns x(t)."""
    pieces = [lambda t: np.atleast_1d(history(t))]
    for k in range(math.ceil(t1 / tau)):
        past = pieces[-1]
        run = solve_ivp(
            lambda t, x, past=past: np.atleast_1d(f(x, t, past(t - tau))),
            (k * tau, (k + 1) * tau),
            pieces[-1](k * tau),
            method="DOP853",
            rtol=1e-12,
            atol=1e-13,
            dense_output=True,
        )
        pieces.append(run.sol)
    return lambda ts: np.stack([pieces[min(int(t // tau), len(pieces) - 2) + 1](t) for t in ts])


def mackey_glass(x, t, delayed):
    return 2 * delayed[0] / (1 + delayed[0] ** 9.65) - x


def two_delays(x, t, delayed):
    """Non-autonomous, nonlinear, with the solution (sin t, cos t)."""
    (a, b), (c, d) = delayed
    known = bm.sin(t - 1.0) * bm.cos(t - math.sqrt(2)), bm.cos(t - 1.0) + bm.sin(t - math.sqrt(2))
    return bm.stack([x[1] + a * d - known[0], -x[0] + b + c - known[1]])


def sin_cos(t):
    return np.stack([np.sin(t), np.cos(t)], -1)


PROBLEMS = {  # f, delays, history, t1, solution, measured over these numbers of steps
    "late feedback": (lambda x, t, d: -d[0], 1.0, 1.0, 7.0, late_feedback, (42, 84)),
    "steps beside the delay": (lambda x, t, d: -d[0], 1.0, 1.0, 7.0, late_feedback, (50, 99)),
    "system, two delays": (two_delays, [1.0, math.sqrt(2)], lambda t: [bm.sin(t), bm.cos(t)], 4.0, sin_cos, (41, 80)),
    "jump of the slope at t0": (  # x' = -x + x(t-1), history exp(2t): slope 2 before, -1 + exp(-2) after
        lambda x, t, d: -x + d[0],
        1.0,
        lambda t: bm.exp(2 * t),
        1.0,
        lambda t: np.exp(-t) + np.exp(-2) * (np.exp(2 * t) - np.exp(-t)) / 3,
        (9, 20),
    ),
    "delay longer than the run": (
        lambda x, t, d: -x * d[0],
        50.0,
        lambda t: bm.cos(t) / bm.cos(50.0),
        2.0,
        lambda t: np.exp((np.sin(50 - t) - np.sin(50)) / np.cos(50)) / np.cos(50),
        (20, 41),
    ),
    "neutral, smooth": (  # solution exp(-t)
        lambda x, t, d, s: -x + 0.5 * s[0] + 0.5 * d[0],
        1.0,
        lambda t: bm.exp(-t),
        4.0,
        lambda t: np.exp(-t),
        (21, 40),
    ),
    "neutral, non-autonomous system": (
        lambda x, t, d, s: bm.stack([x[1] + d[0][0] + s[0][1], -x[0] + bm.tanh(s[1][0]) - bm.tanh(bm.cos(t - 1.7))]),
        [1.0, 1.7],
        lambda t: (bm.sin(t), bm.cos(t)),
        4.0,
        sin_cos,
        (21, 40),
    ),
}  # fmt: skip


def errors(problem, method):
    f, taus, history, t1, solution, counts = problem
    for n in counts:
        sol = bl.solve_dde(f, taus, history, 0.0, t1, steps=n, method=method)
        yield np.abs(np.asarray(sol.y) - solution(np.asarray(sol.t))).max()


@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize("row", bl.methods("dde"), ids=lambda row: row.name)
def test_order_of_convergence(row, problem, x64):
    counts = np.array(PROBLEMS[problem][-1])
    wrong = np.array(list(errors(PROBLEMS[problem], row.name)))
    assert np.diff(np.log(wrong)) / -np.diff(np.log(counts)) == pytest.approx(row.order, abs=0.3)


def test_order_against_scipy(x64):
    """Mackey-Glass with the parameters at which it is chaotic has no closed form."""
    exact = by_steps(lambda x, t, d: mackey_glass(x, t, [d]), 2.0, lambda t: 0.5 + 0.1 * np.sin(t), 10.0)
    counts, wrong = np.array([75, 152, 301]), []
    for n in counts:
        sol = bl.solve_dde(mackey_glass, 2.0, lambda t: 0.5 + 0.1 * bm.sin(t), 0.0, 10.0, steps=int(n))
        wrong.append(np.abs(np.asarray(sol.y) - exact(np.asarray(sol.t))[:, 0]).max())
    assert np.diff(np.log(wrong)) / -np.diff(np.log(counts)) == pytest.approx(4, abs=0.4)
    assert wrong[-1] < 2e-6


def test_neutral_equation_with_jumps_of_the_slope(x64):
    """x' = -0.9 x'(t - 1) from x = t: a straight line between the breaking points, its slope times -0.9 at each."""
    corners = np.concatenate([[0], np.cumsum((-0.9) ** np.arange(1, 7))])
    for n in (36, 25, 61):
        sol = bl.solve_dde(lambda x, t, d, s: -0.9 * s[0], 1.0, lambda t: t, 0.0, 6.0, steps=n)
        np.testing.assert_allclose(sol.y, np.interp(sol.t, np.arange(7), corners), atol=1e-14)


def test_neutral_order_with_jumps(x64):
    """x' = -x + x'(t - 1) / 2 from x = t: by hand 1/2 - exp(-t)/2 in [0, 1], then (t - 1) exp(1 - t)/4 + c exp(1 - t)."""
    counts, wrong = (11, 20, 41), []
    for n in counts:
        sol = bl.solve_dde(lambda x, t, d, s: -x + s[0] / 2, 1.0, lambda t: t, 0.0, 2.0, steps=n)
        t = np.asarray(sol.t)
        first, u = 0.5 - np.exp(-t) / 2, t - 1
        second = np.exp(-u) * (u / 4 + 0.5 - np.exp(-1) / 2)
        wrong.append(np.abs(np.asarray(sol.y) - np.where(t <= 1, first, second)).max())
    assert np.diff(np.log(wrong)) / -np.diff(np.log(counts)) == pytest.approx(4, abs=0.4)


@pytest.mark.parametrize(("tau", "fate"), [(1.5, "dies"), (np.pi / 2, "lives"), (1.8, "grows")])
def test_late_feedback_swings(tau, fate, x64):
    """The slowest mode of x' = -x(t - tau) is exp(z t) with z = -exp(-z tau): its real part changes sign at tau = pi/2."""
    z = 0.1 + 1j
    for _ in range(50):  # Newton's method
        z -= (z + np.exp(-z * tau)) / (1 - tau * np.exp(-z * tau))
    assert fate == ("lives" if abs(z.real) < 1e-12 else "grows" if z.real > 0 else "dies")
    sol = bl.solve_dde(lambda x, t, d: -d[0], tau, 1.0, 0.0, 200.0, steps=2000)
    x, t = np.abs(np.asarray(sol.y)), np.asarray(sol.t)
    swing = [x[(t >= a) & (t < a + 60)].max() for a in (60, 130)]
    assert np.log(swing[1] / swing[0]) / 70 == pytest.approx(z.real, abs=3e-3)


# ---- forms of states, delays and history


def test_several_states_are_one_vector(x64):
    history = lambda t: (bm.cos(t), 0.5)  # noqa: E731
    pair = lambda x, v, t, d, k: (v + d[1][0], -k * d[0][0] - v)  # noqa: E731
    vector = lambda y, t, d, k: bm.stack([y[1] + d[1][0], -k * d[0][0] - y[1]])  # noqa: E731
    apart, one = (bl.solve_dde(f, [1.0, 0.7], history, 0, 3, steps=20, args=(2.0,)) for f in (pair, vector))
    np.testing.assert_allclose(np.stack(apart.y, -1), one.y, rtol=1e-13)
    assert apart.states == ("x", "v") and (apart["v"] == apart.y[1]).all()


def test_one_delay_as_a_number_or_a_list():
    given = 1.0, [1.0], (1,), np.float32(1), bm.array([1.0])
    runs = [bl.solve_dde(lambda x, t, d: -d[0], taus, 1.0, 0.0, 2.0, dt=0.1).y for taus in given]
    assert all((run == runs[0]).all() for run in runs) and runs[0].shape == (21,) and runs[0].dtype == "float32"


def test_shapes_of_states():
    """A matrix of states, each element an equation of its own; the constant history is also where it starts."""
    start = np.arange(6.0).reshape(2, 3)
    sol = bl.solve_dde(lambda x, t, d: -d[0] + 0 * d[1], [1.0, 2.0], start, 0.0, 2.0, dt=0.1)
    np.testing.assert_allclose(sol.y[0], start)
    np.testing.assert_allclose(sol.y[-1], start * late_feedback(2.0), atol=1e-6)
    assert sol.y.shape == (21, 2, 3) and repr(sol) == "Solution(t (21,), x (21, 2, 3), method='rk4')"


def test_without_a_delayed_term_it_is_rk4(x64):
    f = lambda x, t: bm.sin(t) - x * x  # noqa: E731
    late = bl.solve_dde(lambda x, t, d: f(x, t) + 0 * d[0], 0.5, 1.0, 1.0, 3.0, dt=0.1)  # breaking points are mesh points
    np.testing.assert_allclose(late.y, bl.solve_ode(f, 1.0, 1.0, 3.0, dt=0.1).y, rtol=1e-14)


def test_euler_by_hand(x64):
    """x' = -x(t - 0.2), dt = 0.1 and x = 1 before: 1, .9, .8, .8 - .09, ..."""
    sol = bl.solve_dde(lambda x, t, d: -d[0], 0.2, 1.0, 0.0, 0.5, dt=0.1, method="euler")
    np.testing.assert_allclose(sol.y, [1, 0.9, 0.8, 0.7, 0.61, 0.53], rtol=1e-13)


def test_neutral_is_told_by_the_number_of_parameters():
    run = lambda f, *args: float(bl.solve_dde(f, 1.0, lambda t: 2 * t, 0.0, 1.0, dt=0.1, args=args).y[-1])  # noqa: E731
    assert run(lambda x, t, d: 1.0) == run(lambda x, t, d, k=1.0: k) == run(lambda x, t, d, k: k, 1.0) == pytest.approx(1)
    assert run(lambda x, t, d, s: s[0]) == run(lambda x, t, d, s, k: k * s[0], 1.0) == pytest.approx(2)
    assert run(lambda x, t, d, delayed_slopes, k=0.0: k * delayed_slopes[0], 3.0) == pytest.approx(6)
    assert run(lambda x, t, d, *more: more[0] + 0 * x, 3.0) == pytest.approx(3)
    assert run(lambda x, t, d, s, *more: more[0] * s[0], 3.0) == pytest.approx(6)


def test_float64_equation_of_float32_numbers(x64):
    sol = bl.solve_dde(lambda x, t, d: -d[0] * np.float64(1), 1.0, np.float32(1), 0.0, 2.0, dt=0.25)
    assert sol.y.dtype == "float64"


# ---- transforms and the cache


def test_jit_vmap_grad(x64):
    def end(k):
        return bl.solve_dde(lambda x, t, d, k: -k * d[0], 1.0, 1.0, 0.0, 3.0, steps=25, args=(k,)).y[-1]

    exact = lambda k: 1 - 3 * k + 2 * k**2 - k**3 / 6  # noqa: E731    by the method of steps
    assert float(bm.jit(end)(0.7)) == pytest.approx(exact(0.7), abs=1e-9)
    np.testing.assert_allclose(bm.vmap(end)(bm.array([0.2, 0.7])), [exact(0.2), exact(0.7)], atol=1e-9)
    assert float(bm.grad(end)(0.7)) == pytest.approx(-3 + 4 * 0.7 - 0.7**2 / 2, abs=1e-8)
    slopes = lambda x, t, d, s, k: k * s[0]  # noqa: E731
    neutral = lambda k: bl.solve_dde(slopes, 1.0, lambda t: t, 0.0, 2.0, steps=11, args=(k,)).y[-1]  # noqa: E731
    assert float(bm.grad(neutral)(0.7)) == pytest.approx(1 + 2 * 0.7)  # k + k**2
    start = lambda x0: bl.solve_dde(lambda x, t, d: -d[0], 1.0, x0, 0.0, 3.0, steps=25).y[-1]  # noqa: E731
    assert float(bm.grad(start)(2.0)) == pytest.approx(exact(1.0), abs=1e-9)  # linear: the solution from x = 1


def test_plain_python():
    with bm.disable_jit():
        seen = []

        def f(x, t, d):
            seen.append(float(t))
            return -d[0]

        sol = bl.solve_dde(f, 1.0, lambda t: 1.0 if t > -0.5 else 1.0, 0.0, 2.0, dt=1.0)
    assert float(sol.y[-1]) == pytest.approx(-0.5, abs=1e-6) and {0.0, 0.5, 1.0, 1.5, 2.0} < set(seen)


def test_other_delays_and_values_run_the_same_code():
    traces = []

    def f(x, t, d, k):
        traces.append(1)
        return -k * d[0]

    for tau in (1.0, 0.3333, 2.7, 25.0):
        for k in (1.0, 0.5):
            bl.solve_dde(f, tau, k, 0.0, 10.0, dt=0.1, args=(k,))
        if tau == 1.0:
            once = len(traces)
    assert len(traces) == once


# ---- the plan


def test_breaking_points():
    np.testing.assert_allclose(breaking_points(np.array([1.0, 1.5]), 4.0, 2), [1, 1.5, 2, 2.5, 3])
    np.testing.assert_allclose(breaking_points(np.array([0.1]), 1.0, None, 1e-9), np.arange(1, 10) / 10)
    assert breaking_points(np.array([1.0]), 10.0, 0).size == 0


def test_the_past_is_asked_for_on_the_right_side(x64):
    """The begin of a step looks at the begin of one that is past, its end at the end of that one, roundoff or not."""
    times, points = 0.7 + np.arange(1001) * 0.1, (0, 0.5, 0.25, 1)
    plan, shown = make_plan(times, np.array([0.3]), points, 3)
    assert (shown == np.arange(1001)).all()
    rows = plan.row[:1000, :, 0]
    assert (rows == np.maximum(np.arange(1000) - 3, -1)[:, None]).all()
    np.testing.assert_allclose(plan.theta[500, :, 0], points, atol=1e-12)


def test_stored_polynomial_is_exact_for_degree_4(x64):
    p = np.polynomial.Polynomial([0.3, -1.0, 2.0, 0.7, -1.5])
    for theta in (0.0, 0.1, 0.25, 0.6, 1.0):
        known = [p(1.0), p(1.5), p.deriv()(1.0), p.deriv()(1.5), p.deriv()(1.125)]
        assert np.dot(quartic(theta, 0.5), known) == pytest.approx(p(1 + theta / 2), abs=1e-14)
    cubic = p.cutdeg(3)
    known = [cubic(1.0), cubic(1.5), cubic.deriv()(1.0), cubic.deriv()(1.5)]
    assert np.dot(hermite(0.3, 0.5), known) == pytest.approx(cubic(1.15), abs=1e-14)


@pytest.mark.parametrize(
    ("plain", "traceable"),
    [
        (lambda t: math.cos(t), lambda t: bm.cos(t)),
        (lambda t: 1.0 if t < -0.5 else 2.0, lambda t: bm.where(t < -0.5, 1.0, 2.0)),
        (lambda t: np.interp(t, [-2.0, 0.0], [0.0, 1.0]), lambda t: 1 + t / 2),
    ],
    ids=["math", "if", "numpy"],
)
def test_a_history_in_plain_python_is_asked_beforehand(plain, traceable, x64):
    """The compiled form of the same function is the reference; also neutral, where its slope is a difference."""

    def last(f, history):
        return float(bl.solve_dde(f, [1.3, 0.7], history, 0.0, 4.0, steps=60).y[-1])

    retarded = lambda x, t, z: -z[0] + 0.2 * z[1]  # noqa: E731
    assert last(retarded, plain) == pytest.approx(last(retarded, traceable), abs=1e-12)
    if plain(-0.6) != 1.0:  # at a jump there is no slope
        neutral = lambda x, t, z, dz: -x + 0.5 * dz[0] + z[1]  # noqa: E731
        assert last(neutral, plain) == pytest.approx(last(neutral, traceable), abs=1e-9)


def test_a_history_in_plain_python_has_several_elements_and_several_states(x64):
    vector = bl.solve_dde(
        lambda x, t, z: bm.stack([z[0][1], -z[1][0]]),
        [1.0, 1.5],
        lambda t: np.array([math.sin(t), math.cos(t)]),
        0.0,
        3.0,
        steps=60,
    )
    pair = bl.solve_dde(
        lambda x, y, t, z: (z[0][1], -z[1][0]), [1.0, 1.5], lambda t: (math.sin(t), math.cos(t)), 0.0, 3.0, steps=60
    )
    np.testing.assert_allclose(vector.y, np.stack(pair.y, 1), atol=1e-13)


def test_a_mistake_in_the_history_is_shown_as_it_is():
    with pytest.raises(TypeError, match="exactly one argument"):
        bl.solve_dde(lambda x, t, z: -z[0], 1.0, lambda t: math.cos(t, 2), 0.0, 1.0, steps=10)
