"""Steps as long as the error allows: embedded pairs, rejection, the clock, transforms, and what is refused."""

import jax
import numpy as np
import pytest
from scipy.integrate import solve_ivp

import brainlab as bl
import brainlab.math as bm
from brainlab.integrate import DivergedError, IntegrateError
from brainlab.integrate._methods import find_method
from brainlab.integrate._steppers import ODE

PAIRS = [row for row in bl.methods("ode") if row.error]
BY_NAME = {"ids": lambda row: row.name}


def raises(*texts, error=IntegrateError):
    """All the texts in one message."""
    return pytest.raises(error, match=r"(.|\n)*".join(texts))


def van_der_pol(x, v, t, mu):
    return v, mu * (1 - x**2) * v - x


def reference(mu, t1, times=None):
    f = lambda t, s: [s[1], mu * (1 - s[0] ** 2) * s[1] - s[0]]  # noqa: E731
    return solve_ivp(f, (0, t1), [2.0, 0.0], method="DOP853", rtol=1e-12, atol=1e-12, t_eval=times).y


# ---- the pairs


def trees(order):
    """All rooted trees with so many nodes, each the sorted tuple of its branches: (), ((),), ((), ()), ..."""
    if order == 1:
        return [()]

    def forests(nodes, largest):
        if nodes == 0:
            yield ()
        for n in range(min(nodes, largest), 0, -1):
            for tree in trees(n):
                for rest in forests(nodes - n, n):
                    yield tuple(sorted((tree, *rest)))

    return sorted(set(forests(order - 1, order - 1)))


def weight(tree, a):
    """(the elementary weights of all stages, the density): Hairer, Norsett, Wanner (1993), II.2, theorem 2.13."""
    stages, density, nodes = np.ones(len(a)), 1, 1
    for branch in tree:
        inner, gamma, n = weight(branch, a)
        stages, density, nodes = stages * (a @ inner), density * gamma, nodes + n
    return stages, density * nodes, nodes


def square(row):
    """The tableau with the slope at the end of the step as a last stage."""
    a, b = row.coefficients
    matrix = np.zeros((len(b) + 1, len(b) + 1))
    for i, line in enumerate((*a, b)):
        matrix[i + 1, : len(line)] = line
    return matrix, np.append(b, 0.0)


def test_number_of_trees():
    assert [len(trees(n)) for n in range(1, 7)] == [1, 1, 2, 4, 9, 20]  # Hairer II.2, table 2.1


@pytest.mark.parametrize("row", PAIRS, **BY_NAME)
def test_order_conditions_of_both_solutions(row):
    """The higher order holds for the solution that goes on; the estimate sees the last order of it, and no lower one."""
    a, b = square(row)
    error = np.append(row.error, [0.0] * (len(b) - len(row.error)))
    for order in range(1, row.order + 2):
        conditions = [weight(tree, a)[:2] for tree in trees(order)]
        misses = [abs(b @ stages - 1 / density) for stages, density in conditions]
        seen = [abs(error @ stages) for stages, _ in conditions]
        assert (max(misses) < 1e-12) == (order <= row.order)
        assert (max(seen) < 1e-12) == (order < row.order)


@pytest.mark.parametrize("row", [row for row in PAIRS if row.quartic], **BY_NAME)
def test_order_conditions_of_the_dense_output(row):
    """At s = 1/2: all trees of order 4, sum b_i(s) Phi_i = s**order / density. The cubic alone misses those of order 4."""
    a, b = square(row)
    s, first, last = 0.5, np.eye(len(b))[0], np.eye(len(b))[-1]
    cubic = s * b + s * (s - 1) * ((1 - 2 * s) * b + (s - 1) * first + s * last)
    quartic = cubic + (s * (1 - s)) ** 2 * np.array(row.quartic)
    for order in range(1, 6):
        conditions = [weight(tree, a)[:2] for tree in trees(order)]
        miss = [max(abs(w @ stages - s**order / density) for stages, density in conditions) for w in (cubic, quartic)]
        assert (miss[0] < 1e-12) == (order <= 3)
        assert (miss[1] < 1e-12) == (order <= 4)


@pytest.mark.parametrize("row", PAIRS, **BY_NAME)
def test_the_error_follows_the_tolerance(row, x64):
    """Against scipy; three digits more are asked for, and three are gained, in both states."""
    errors = []
    for rtol in (1e-3, 1e-6):
        sol = bl.solve_ode(van_der_pol, (2.0, 0.0), 0.0, 5.0, rtol=rtol, method=row.name, args=(2.0,))
        expected = reference(2.0, 5.0, np.asarray(sol.t))
        errors.append(max(np.abs(np.stack(sol.y) - expected).max(axis=1)))
        assert sol.t[0] == 0 and sol.t[-1] == 5 and sol.stats["accepted"] == len(sol.t) - 1
    assert errors[1] < 1e-3 and 100 < errors[0] / errors[1] < 1e5


def test_steps_are_rejected_and_their_lengths_vary(x64):
    """A spike of the vector field after a long rest: steps grow, are rejected at it, and are short inside it."""
    pulse = lambda x, t: bm.exp(-(((t - 5) / 0.05) ** 2)) - 0.01 * x  # noqa: E731
    sol = bl.solve_ode(pulse, 0.0, 0.0, 10.0, rtol=1e-6, max_dt=0.5)
    steps = np.diff(sol.t)
    inside = np.abs(np.asarray(sol.t)[1:] - 5) < 0.1
    assert sol.stats["rejected"] > 0 and steps[inside].max() < 0.05 and steps.max() == pytest.approx(0.5)
    area = 0.05 * np.sqrt(np.pi) * np.exp(-0.01 * 5 + (0.01 * 0.05) ** 2 / 4)  # a Gaussian and an exponential
    assert float(sol.y[-1]) == pytest.approx(area, rel=1e-5)


def test_the_clock_does_not_drift():
    """1e4 equal steps in float32: a plain sum is off by about 1e-2."""
    sol = bl.solve_ode(lambda x, t: bm.ones_like(x), 0.0, 0.0, 1000.0, rtol=1e-3, max_dt=0.1)
    late = sol.dense.t[200:-1]  # after the first steps, which grow from a very short one
    steps = np.diff(late)
    np.testing.assert_allclose(steps, np.float32(0.1), rtol=1e-5)
    n = len(late) - 1
    assert n > 9000 and late[-1] - late[0] == pytest.approx(n * float(np.float32(0.1)), abs=1e-4)
    assert float(np.cumsum(np.full(n, 0.1, np.float32))[-1]) != pytest.approx(n * 0.1, abs=1e-3)
    assert sol.t[-1] == 1000


# ---- what goes in and out


def test_shapes_and_dtypes():
    sol = bl.solve_ode(lambda x, n, t: (-x, x.sum()), (bm.ones((2, 3)), 0), 0.0, 1.0, rtol=1e-5)
    rows = len(sol.t)
    assert sol["x"].shape == (rows, 2, 3) and sol["n"].shape == (rows,) and sol["x"].dtype == sol.t.dtype == bm.float32
    np.testing.assert_allclose(sol["n"][-1], 6 * (1 - np.exp(-1.0)), rtol=1e-4)
    assert repr(sol) == f"Solution(t ({rows},), x ({rows}, 2, 3), n ({rows},), method='tsit5')"
    turn = bl.solve_ode(lambda z, t: 1j * z, 1.0 + 0j, 0.0, 1.0, rtol=1e-5)
    np.testing.assert_allclose(turn.y[-1], np.exp(1j), rtol=1e-4)


def test_dtypes_meet_in_float64(x64):
    y0, w = bm.zeros(2, dtype=bm.float32), bm.ones(2, dtype=bm.float64)
    sol = bl.solve_ode(lambda x, t, w: w - x, y0, 0.0, 1.0, rtol=1e-5, args=(w,))
    assert sol.y.dtype == bm.float64
    np.testing.assert_allclose(sol.y[-1], 1 - np.exp(-1.0), rtol=1e-4)


@pytest.mark.parametrize("where", [dict(dt=0.25), dict(steps=20), dict(times=np.linspace(0, 5, 21))], ids=str)
def test_on_a_mesh(where, x64):
    sol = bl.solve_ode(van_der_pol, (2.0, 0.0), 0.0, 5.0, rtol=1e-9, args=(2.0,), **where)
    np.testing.assert_allclose(sol.t, np.linspace(0, 5, 21), rtol=5e-16)
    np.testing.assert_allclose(np.stack(sol.y), reference(2.0, 5.0, np.linspace(0, 5, 21)), atol=3e-7)


def test_a_tolerance_for_each_state(x64):
    """A state of size 1e-6 beside one of size 1: with one atol for both it is not seen."""
    f = lambda x, small, t: (-x, 1e-6 * bm.cos(20 * t))  # noqa: E731
    one = bl.solve_ode(f, (1.0, 0.0), 0.0, 5.0, rtol=1e-5, atol=1e-3)
    each = bl.solve_ode(f, (1.0, 0.0), 0.0, 5.0, rtol=1e-5, atol=(1e-3, 1e-11))
    exact = 1e-6 * np.sin(20 * 5.0) / 20
    assert abs(each["small"][-1] - exact) < 1e-10 < abs(one["small"][-1] - exact)


def test_other_values_run_the_same_code():
    traces = []

    def f(x, t, k):
        traces.append(1)
        return -k * x

    def solve(k, rtol, t1, y0):
        return bl.solve_ode(f, y0, 0.0, t1, rtol=rtol, atol=rtol / 10, args=(k,))

    solve(1.0, 1e-4, 1.0, 1.0)
    n = len(traces)
    for k, rtol, t1, y0 in ((2.0, 1e-3, 3.0, 2.0), (0.5, 1e-5, 2.0, 5.0)):
        assert float(solve(k, rtol, t1, y0).y[-1]) == pytest.approx(y0 * np.exp(-k * t1), rel=10 * rtol)
    assert n and len(traces) == n


def test_more_steps_than_one_run_of_the_loop_has():
    sol = bl.solve_ode(lambda x, v, t: (v, -x), (1.0, 0.0), 0.0, 200.0, rtol=1e-5, max_dt=0.03)
    assert len(sol.t) > 6000 and np.all(np.diff(sol.dense.t) > 0)
    assert float(sol["x"][-1]) == pytest.approx(np.cos(200.0), abs=1e-3)


def test_in_plain_python():
    with bm.disable_jit():
        sol = bl.solve_ode(lambda x, t: -x if x > 0 else x, 1.0, 0.0, 1.0, rtol=1e-3)
    assert float(sol.y[-1]) == pytest.approx(np.exp(-1.0), rel=1e-3)


def test_variables_are_read():
    tau = bm.Variable(1.0)
    f = lambda x, t: -x / tau  # noqa: E731
    assert float(bl.solve_ode(f, 1.0, 0.0, 1.0, rtol=1e-5).y[-1]) == pytest.approx(np.exp(-1), rel=1e-4)
    tau.value = 2.0
    assert float(bl.solve_ode(f, 1.0, 0.0, 1.0, rtol=1e-5).y[-1]) == pytest.approx(np.exp(-0.5), rel=1e-4)


# ---- transforms


def end(k, **more):
    return bl.solve_ode(lambda x, t, k: -k * x, 2.0, 0.0, 1.0, rtol=1e-7, times=[0.5, 1.0], args=(k,), **more).y[-1]


def test_jit_vmap_and_forward_mode(x64):
    k = bm.array([0.5, 1.0, 2.0])
    np.testing.assert_allclose(bm.vmap(end)(k), 2 * np.exp(-np.asarray(k)), rtol=1e-6)
    assert float(bm.jit(end)(1.3)) == pytest.approx(2 * np.exp(-1.3), rel=1e-6)
    value, slope = jax.jvp(jax.jit(lambda k: end(k).value), (1.3,), (1.0,))
    assert float(slope) == pytest.approx(-2 * np.exp(-1.3), rel=1e-5)


def test_reverse_mode(x64):
    assert float(bm.grad(lambda k: end(k, max_steps=64))(1.3)) == pytest.approx(-2 * np.exp(-1.3), rel=1e-5)
    closed = lambda k: bl.solve_ode(  # noqa: E731
        lambda x, t: -k * x, 2.0, 0.0, 1.0, rtol=1e-7, steps=2, max_steps=64
    ).y[-1]
    assert float(jax.grad(lambda k: closed(k).value)(1.3)) == pytest.approx(-2 * np.exp(-1.3), rel=1e-5)
    last = bm.grad(lambda t1: bl.solve_ode(lambda x, t: -x, 1.0, 0.0, t1, rtol=1e-7, steps=2, max_steps=64).y[-1])
    assert float(last(1.0)) == pytest.approx(-np.exp(-1.0), rel=1e-5)


def test_the_rows_must_be_known_inside():
    solve = lambda k: bl.solve_ode(lambda x, t, k: -k * x, 1.0, 0.0, 1.0, rtol=1e-4, args=(k,)).y  # noqa: E731
    with raises("inside a compiled function the number of accepted steps is not known", "steps=100, or times="):
        bm.jit(solve)(1.0)
    with raises("the number of accepted steps is not known"):
        jax.jit(lambda k: bl.solve_ode(lambda x, t: -k * x, 1.0, 0.0, 1.0, rtol=1e-4).y.value)(1.0)


def test_what_fails_inside_gives_nan():
    f = lambda x, t, k: k * x**2  # noqa: E731
    for more in ({}, {"max_steps": 100}):
        solve = lambda k: bl.solve_ode(f, 1.0, 0.0, 2.0, rtol=1e-4, steps=4, args=(k,), **more).y  # noqa: B023, E731
        y = np.asarray(bm.vmap(solve)(bm.array([0.25, 1.0])))
        np.testing.assert_allclose(y[0], 1 / (1 - 0.25 * np.linspace(0, 2, 5)), rtol=1e-3)
        assert np.isfinite(y[1, :2]).all() and np.isnan(y[1, 3:]).all()


# ---- what is refused


def decay(x, t):
    return -x


@pytest.mark.parametrize("rtol", [0, -1e-3, float("nan"), float("inf"), "1e-3", True, [1e-3, 1e-3]])
def test_rtol(rtol):
    with raises("rtol = ", "must be one finite number above 0", "rtol=1e-6"):
        bl.solve_ode(decay, 1.0, 0.0, 1.0, rtol=rtol)


def test_atol(x64):
    with raises("atol = -0.1 must be one finite number 0 or more"):
        bl.solve_ode(decay, 1.0, 0.0, 1.0, rtol=1e-3, atol=-0.1)
    with raises("atol = 0.1 is given, and rtol is not", "rtol=1e-6, atol=0.1"):
        bl.solve_ode(decay, 1.0, 0.0, 1.0, atol=0.1)
    with raises(r"atol has 3 values for 1 states \(x\)"):
        bl.solve_ode(decay, 1.0, 0.0, 1.0, rtol=1e-3, atol=(1, 2, 3))
    with raises("rtol = 5e-16 is finer than numbers of 64 bits are"):
        bl.solve_ode(decay, 1.0, 0.0, 1.0, rtol=5e-16)
    assert float(bl.solve_ode(decay, 1.0, 0.0, 1.0, rtol=1e-6, atol=0).y[-1]) == pytest.approx(np.exp(-1), rel=1e-5)


def test_a_tolerance_that_float32_does_not_have():
    with raises("rtol = 1e-09 is finer than numbers of 32 bits are: they have about 7 digits", r"bm.enable_x64\(\)"):
        bl.solve_ode(decay, 1.0, 0.0, 1.0, rtol=1e-9)


def test_methods_without_an_estimate():
    with raises("method 'rk4' has no estimate of its error", "tsit5, implicit_euler", 'method="tsit5"'):
        bl.solve_ode(decay, 1.0, 0.0, 1.0, rtol=1e-3, method="rk4")
    with raises("no method 'tsit4'. Did you mean 'tsit5'?"):
        bl.solve_ode(decay, 1.0, 0.0, 1.0, rtol=1e-3, method="tsit4")


def test_times_and_limits():
    for name, value in (("times", [0.5]), ("max_steps", 100), ("max_dt", 0.1)):
        with raises(f"{name} = ", "no rtol is given"):
            bl.solve_ode(decay, 1.0, 0.0, 1.0, dt=0.1, **{name: value})
    with raises("both times and dt are given"):
        bl.solve_ode(decay, 1.0, 0.0, 1.0, rtol=1e-3, dt=0.1, times=[0.5])
    with raises("both dt and steps are given"):
        bl.solve_ode(decay, 1.0, 0.0, 1.0, rtol=1e-3, dt=0.1, steps=10)
    with raises("times go from 0.5 to 2, the solution from t0 = 0 to t1 = 1"):
        bl.solve_ode(decay, 1.0, 0.0, 1.0, rtol=1e-3, times=[0.5, 2.0])
    for times in ([1.0, 0.5], [], [[0.5]], "0.5", [float("nan")]):
        with raises("times = ", "a list of increasing numbers", "np.linspace"):
            bl.solve_ode(decay, 1.0, 0.0, 1.0, rtol=1e-3, times=times)
    for n in (0, 1.5, True):
        with raises("max_steps = ", "a whole number, 1 or more"):
            bl.solve_ode(decay, 1.0, 0.0, 1.0, rtol=1e-3, max_steps=n)
    with raises("max_dt = 0 must be one finite number above 0"):
        bl.solve_ode(decay, 1.0, 0.0, 1.0, rtol=1e-3, max_dt=0)
    with raises("t1 = -1 is not after t0 = 0"):
        bl.solve_ode(decay, 1.0, 0.0, -1.0, rtol=1e-3)
    with raises("t1 = 0 is not after t0 = 0"):
        bl.solve_ode(decay, 1.0, 0.0, 0.0, rtol=1e-3)


def test_where_it_ends():
    with raises(r"is short enough for rtol = 1e-05: x\[1\] changes too fast", "infinity", error=DivergedError) as caught:
        bl.solve_ode(lambda x, t: x**2, bm.array([0.1, 1.0]), 0.0, 2.0, rtol=1e-5)
    assert "from t = 1" in str(caught.value)
    with raises("v became NaN or infinite after t = (1|0.9999)", "root of a negative", "t1=(1|0.9999)", error=DivergedError):
        bl.solve_ode(lambda x, v, t: (-x, bm.sqrt(1 - t)), (1.0, 0.0), 0.0, 2.0, rtol=1e-5)
    with raises("x became NaN or infinite after t = 0", "another y0", error=DivergedError):
        bl.solve_ode(lambda x, t: x / x, 0.0, 0.0, 2.0, rtol=1e-5)
    with raises("1000 steps have not reached t1 = 5: they are at t = 0.", "stiff", "kvaerno5", error=DivergedError):
        bl.solve_ode(lambda x, t: -10_000.0 * (x - bm.sin(t)), 0.0, 0.0, 5.0, rtol=1e-4, max_steps=1000)


def test_other_parts_refuse_methods_without_steps():
    for use in (lambda: bl.odeint(decay, method="kvaerno5"), lambda: bl.Population(bl.HH(), method="kvaerno5")):
        with raises("kvaerno5 makes no single steps", "only bl.solve_ode has it", "rtol=1e-6, method="):
            use()
    assert find_method(ODE, "tsit5").order == 5
    assert float(bl.odeint(decay, method="tsit5", dt=0.1)(1.0, 0.0)) == pytest.approx(np.exp(-0.1), rel=1e-6)
