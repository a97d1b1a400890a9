"""The table of methods: every row has its order, by its coefficients and by measurement."""

import functools
from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import solve_ivp

import brainlab as bl
import brainlab.math as bm
from brainlab.integrate._steppers import pack, phi1, stepper

ROWS = bl.methods("ode")
TABLEAUX = [row for row in ROWS if isinstance(row.coefficients, tuple) and not row.error]  # pairs: test_adaptive.py
BY_NAME = {"ids": lambda row: row.name}


def exact(row):
    """(a, b, c) with rational numbers where they are: a square matrix, the weights, the times of the stages."""
    number = float if row.name == "ralston4" else lambda x: Fraction(x).limit_denominator(1000)
    a, b = row.coefficients
    n = len(b)
    a = [[number(x) for x in line] + [number(0)] * (n - len(line)) for line in ((), *a)]
    return np.array(a, object), np.array([number(x) for x in b], object), np.array([sum(line) for line in a], object)


@pytest.mark.parametrize("row", TABLEAUX, **BY_NAME)
def test_order_conditions(row):
    """Hairer, Norsett, Wanner (1993), table II.2.2: one condition for each tree with up to 4 nodes."""
    a, b, c = exact(row)
    trees = {
        1: [(b.sum(), 1)],
        2: [(b @ c, 2)],
        3: [(b @ c**2, 3), (b @ (a @ c), 6)],
        4: [(b @ c**3, 4), (b @ (c * (a @ c)), 8), (b @ (a @ c**2), 12), (b @ (a @ (a @ c)), 24)],
    }
    tolerance = 1e-14 if row.name == "ralston4" else 0  # it has square roots
    holds = {order: all(abs(value - Fraction(1, d)) <= tolerance for value, d in these) for order, these in trees.items()}
    assert all(holds[order] for order in trees if order <= row.order)
    assert row.order == 4 or not holds[row.order + 1]  # and not more than it says


def test_known_points_of_the_tableaux():
    """What the names promise beyond the order."""
    rows = {row.name: exact(row) for row in TABLEAUX}
    assert list(rows["rk4"][2]) == [0, Fraction(1, 2), Fraction(1, 2), 1]
    assert list(rows["rk38"][2]) == [0, Fraction(1, 3), Fraction(2, 3), 1]
    assert list(rows["heun3"][2]) == [0, Fraction(1, 3), Fraction(2, 3)]
    np.testing.assert_allclose(rows["ralston4"][2].astype(float), [0, 0.4, (14 - 3 * 5**0.5) / 16, 1], rtol=1e-14)
    assert all(x >= 0 for x in [*rows["ssprk3"][0].ravel(), *rows["ssprk3"][1]])  # strong stability needs no negative one


PROBLEMS = {  # f, y0, args, solution at t
    "logistic": (lambda y, t: y * (1 - y), 0.1, lambda t: 1 / (1 + 9 * np.exp(-t))),
    "nonautonomous": (lambda y, t: y * bm.cos(t), 1.0, lambda t: np.exp(np.sin(t))),
    "rational": (lambda y, t: -2 * t * y**2, 1.0, lambda t: 1 / (1 + t**2)),
}


def measured_order(row, f, y0, solution, steps, t1=2.0):
    """From the largest error on the way: at one time it may happen to be zero."""

    def error(ends):
        y, worst = np.float64(y0), 0.0
        for a, b in zip(ends, ends[1:], strict=False):  # of each part as many steps: one compiled code
            sol = bl.solve_ode(f, y, a, b, steps=steps, method=row.name)
            y, worst = sol.y[-1], max(worst, np.abs(np.asarray(sol.y) - solution(np.asarray(sol.t))).max())
        return worst

    return np.log2(error([0.0, t1]) / error([0.0, t1 / 2, t1]))


@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize("row", ROWS, **BY_NAME)
def test_order_of_convergence(row, problem, x64):
    better = row.name == "exp_euler" and problem == "logistic"  # see test_exponential_euler_has_order_2_...
    steps, slack = (80, 0.25) if row.order < 5 else (20, 0.7)  # before rounding is seen
    assert measured_order(row, *PROBLEMS[problem], steps) == pytest.approx(row.order + better, abs=slack)


def van_der_pol(x, v, t):
    return v, 2.0 * (1 - x**2) * v - x + bm.sin(t)


def van_der_pol_scipy(t, s):
    return [s[1], 2.0 * (1 - s[0] ** 2) * s[1] - s[0] + np.sin(t)]


@functools.cache
def reference():
    t = np.linspace(0, 5, 11)
    return solve_ivp(van_der_pol_scipy, (0, 5), [1.0, 0.0], method="DOP853", rtol=1e-11, atol=1e-12, t_eval=t).y


@pytest.mark.parametrize("row", ROWS, **BY_NAME)
def test_agrees_with_scipy(row, x64):
    sol = bl.solve_ode(van_der_pol, (1.0, 0.0), 0.0, 5.0, steps=1000, method=row.name)
    tolerance = {1: 0.1, 2: 5e-4, 3: 2e-6, 4: 2e-8, 5: 2e-9}[row.order]
    for ours, theirs in zip(sol.y, reference(), strict=True):
        np.testing.assert_allclose(ours[::100], theirs, atol=tolerance)


# ---- exponential Euler


def test_exponential_euler_is_exact_for_a_linear_equation(x64):
    sol = bl.solve_ode(lambda V, t: (-(V + 65) + 20) / 10, -65.0, 0.0, 50.0, dt=5.0, method="exp_euler")
    np.testing.assert_allclose(sol.y, -65 + 20 * (1 - np.exp(-sol.t / 10)), rtol=1e-13)


def test_exponential_euler_takes_each_state_on_its_own_diagonal(x64):
    """x' = -a x + y: the coupling is held for the step, the decay is exact."""
    step = bl.odeint(lambda x, y, t: (-3.0 * x + y, -y), method="exp_euler", dt=0.5)
    x, y = step(2.0, 1.0, 0.0)
    assert float(x) == pytest.approx(1 / 3 + (2 - 1 / 3) * np.exp(-1.5), rel=1e-14)
    assert float(y) == pytest.approx(np.exp(-0.5), rel=1e-14)


def test_exponential_euler_has_order_2_only_for_one_equation_without_t(x64):
    """There it has the whole Jacobian: Pope's method. As a system, with its own clock as a second state, the order is 1."""
    alone, errors = bl.odeint(lambda y, t: y * (1 - y), method="exp_euler"), []
    assert float(alone(0.5, 0.0, dt=0.1) - 1 / (1 + np.exp(-0.1))) < 1e-4
    for n in (80, 160):
        y, clock = bl.solve_ode(lambda y, s, t: (y * bm.cos(s), 1.0), (1.0, 0.0), 0.0, 2.0, steps=n, method="exp_euler").y
        errors.append(abs(float(y[-1]) - np.exp(np.sin(2.0))))
        assert float(clock[-1]) == pytest.approx(2.0)
    assert np.log2(errors[0] / errors[1]) == pytest.approx(1, abs=0.1)


def test_exponential_euler_is_stable_where_euler_is_not():
    f = lambda x, t: -1000.0 * (x - 1.0)  # noqa: E731
    assert float(bl.solve_ode(f, 0.0, 0.0, 1.0, dt=0.1, method="exp_euler").y[-1]) == pytest.approx(1.0)
    assert abs(bl.odeint(f, method="euler", dt=0.1)(0.0, 0.0)) > 90


def test_phi1(x64):
    z = np.concatenate([-np.logspace(2, -9, 60), [0.0], np.logspace(-9, 2, 60)])
    expected = np.array([float(np.expm1(x) / x) if x else 1.0 for x in z])
    np.testing.assert_allclose(jax.jit(jax.vmap(phi1))(z), expected, rtol=1e-13)
    slopes = jax.jit(jax.vmap(jax.grad(phi1)))(z)
    small = np.abs(z) < 0.1  # series of the derivative, sum (k+1)/(k+2)! z**k
    series = sum((k + 1) / float(np.prod(np.arange(1, k + 3))) * z**k for k in range(9))
    np.testing.assert_allclose(slopes[small], series[small], rtol=1e-10)
    assert np.isfinite(slopes).all() and np.isfinite(jax.jit(jax.grad(jax.grad(phi1)))(0.0))


def test_phi1_in_float32():
    both = jax.jit(jax.value_and_grad(phi1))
    for z in (-50.0, -1e-3, -1e-5, 0.0, 9.9e-4, 1e-3, 1.1e-3):
        value, slope = both(z)
        assert float(value) == pytest.approx(np.expm1(z) / z if z else 1.0, rel=3e-7)
        assert np.isfinite(slope)


# ---- the stepper as other parts use it


@pytest.mark.parametrize("row", ROWS, **BY_NAME)
def test_stacked_and_unstacked_agree(row):
    """Three states: of one shape and dtype they are one array inside; with one of another shape they are not."""

    def f(y, t):
        x, v, *_ = y
        return (v, -x + t, *(-z for z in y[2:]))

    x, v = jnp.array([1.0, 2.0]), jnp.array([0.0, 0.5])
    step = functools.partial(jax.jit(stepper(row.name), static_argnums=0), t=0.5, dt=0.1)
    stacked, apart = step(f, (x, v)), step(f, (x, v, jnp.array(1.0)))
    one = step(lambda y, t: jnp.stack(f((y[0], y[1]), t)), jnp.stack([x, v]))
    np.testing.assert_allclose(stacked, apart[:2], rtol=1e-6)
    if row.name not in ("exp_euler", "strang"):  # which take each state on its own
        np.testing.assert_allclose(stacked, one, rtol=1e-6)
    assert apart[2].shape == () and float(apart[2]) == pytest.approx(np.exp(-0.1), rel=6e-3)


def test_pack():
    y, unpack = pack((jnp.zeros(3), jnp.ones(3)))
    assert y.shape == (2, 3) and unpack(y)[1].shape == (3,)
    for apart in ((jnp.zeros(3), jnp.ones(2)), (jnp.zeros(3), jnp.zeros(3, int))):
        y, unpack = pack(apart)
        assert isinstance(y, tuple) and unpack(y) is y


# ---- the table


def test_table_shows_itself():
    lines = repr(bl.methods()).splitlines()
    assert lines[0].split() == ["name", "kind", "order", "strong_order", "source"]
    assert len(lines) == len(bl.methods()) + 1 and any(line.startswith("rk4 ") and "Kutta" in line for line in lines)
    assert bl.methods()._repr_html_().count("<tr>") == len(lines)
    assert {row.kind for row in bl.methods(kind="ode")} == {"ode"} and all(row.source for row in ROWS)
    names = [row.name for row in ROWS]
    assert len(set(names)) == len(names) == 23


def test_unknown_names():
    with pytest.raises(bl.integrate.IntegrateError, match="no method 'RK4'. Did you mean 'rk4'?"):
        bl.odeint(lambda x, t: -x, method="RK4")
    for name, meant in {"rk5": "rk4", "rk45": "rkf45", "heun": "heun3", "tsit": "tsit5"}.items():
        with pytest.raises(bl.integrate.IntegrateError, match=f"no method '{name}'. Did you mean '{meant}'?"):
            bl.odeint(lambda x, t: -x, method=name)
    for name in ("", [], np.zeros(2)):
        with pytest.raises(bl.integrate.IntegrateError, match="there is no method"):
            bl.solve_ode(lambda x, t: -x, 1.0, 0.0, 1.0, dt=0.1, method=name)
    with pytest.raises(bl.integrate.IntegrateError, match=r'no method 7(.|\n)*the methods are euler(.|\n)*method="rk4"'):
        bl.odeint(lambda x, t: -x, method=7)
    with pytest.raises(bl.integrate.IntegrateError, match="no methods of kind 'ODE'. Did you mean 'ode'?"):
        bl.methods("ODE")
