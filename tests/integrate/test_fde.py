"""Fractional equations: every method has its order, on exact solutions; alpha = 1 is the ordinary equation."""

import decimal
import math
from fractions import Fraction

import jax
import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import erfcx

import brainlab as bl
import brainlab.math as bm
from brainlab.integrate._fde_methods import weights

ROWS = bl.methods("fde")
BY_NAME = {"ids": lambda row: row.name}
UP_TO_2 = [row for row in ROWS if row.coefficients.below > 1]
gamma = math.gamma


def mittag_leffler(alpha, t):
    """E_alpha(-t**alpha) for 0 < alpha < 2, by the spectral integral of Gorenflo and Mainardi (1997), eq. 3.23 to 3.26."""
    if alpha == 1:
        return math.exp(-t)

    def spectrum(s):  # the rate is exp(s)
        return math.exp(alpha * s - math.exp(s) * t) / (
            math.exp(2 * alpha * s) + 2 * math.exp(alpha * s) * math.cos(math.pi * alpha) + 1
        )

    decays = quad(spectrum, -60 / alpha, math.log(700 / t), epsabs=1e-15, epsrel=1e-13, limit=500)[0]
    swings = 2 / alpha * math.exp(t * math.cos(math.pi / alpha)) * math.cos(t * math.sin(math.pi / alpha))
    return math.sin(math.pi * alpha) / math.pi * decays + (swings if alpha > 1 else 0)


def series(alpha, t, beta=1.0):
    """E_{alpha, beta}(-t**alpha) by its definition, for small t."""
    return sum((-(t**alpha)) ** k / gamma(alpha * k + beta) for k in range(60))


def test_the_reference_itself():
    for alpha in (0.3, 0.5, 0.8, 0.95, 1.0, 1.5):
        assert mittag_leffler(alpha, 0.7) == pytest.approx(series(alpha, 0.7), rel=1e-12)
    assert mittag_leffler(0.5, 20.0) == pytest.approx(erfcx(math.sqrt(20.0)), rel=1e-12)
    assert mittag_leffler(1.5, math.pi) == pytest.approx(series(1.5, math.pi), abs=1e-10)


# ---- orders

# Six equations in one, since the compiler is slow: states that do not know each other, but for u and v.
#   smooth: y = 1 + t^2 (linear), y = 1 + t^3 (nonlinear), both not autonomous, y(0) not 0
#   rough : relaxation E_alpha(-t^alpha); two coupled relaxations with rates 1 and 2
#   fade  : y = t^8 - 3 t^(4 + alpha/2) + 9/4 t^alpha (Diethelm, Ford, Freed 2002): rough, with a slope that is smooth


def six(square, cube, relax, u, v, fade, t, alpha, c2, c3, c8, c4, c0):
    root = bm.sqrt(t**alpha)
    return (
        c2 * t ** (2 - alpha) + 1 + t**2 - square,
        c3 * t ** (3 - alpha) + (1 + t**3) ** 2 - cube**2,
        -relax,
        -1.5 * u + 0.5 * v,
        0.5 * u - 1.5 * v,
        c8 * t ** (8 - alpha) - c4 * t ** (4 - alpha / 2) + c0 + (1.5 * root - t**4) ** 3 - bm.abs(fade) ** 1.5,
    )


def six_constants(a):
    c8, c4 = gamma(9) / gamma(9 - a), 3 * gamma(5 + a / 2) / gamma(5 - a / 2)
    return a, 2 / gamma(3 - a), 6 / gamma(4 - a), c8, c4, 9 / 4 * gamma(a + 1)


def six_exact(a, t):
    slow, fast = mittag_leffler(a, t), mittag_leffler(a, 2 ** (1 / a) * t)
    fade = t**8 - 3 * t ** (4 + a / 2) + 9 / 4 * t**a
    return np.array([1 + t**2, 1 + t**3, slow, (slow + fast) / 2, (slow - fast) / 2, fade])


def slopes(solve, exact, steps=(160, 320)):
    """Measured orders. An error at the level of rounding has none."""
    errors = [abs(solve(n) - exact) for n in steps]
    return np.where(errors[0] > 1e-12, np.log2((errors[0] + 1e-300) / (errors[1] + 1e-300)), np.nan)


@pytest.mark.parametrize("row", ROWS, **BY_NAME)
def test_orders(row, x64):
    for alpha in (0.3, 0.5, 0.8, 0.95, 1.0):

        def end(n, alpha=alpha):
            start = [(1.0, 1.0, 1.0, 1.0, 0.0, 0.0)]
            sol = bl.solve_fde(six, alpha, start, 0.0, 1.0, steps=n, method=row.name, args=six_constants(alpha))
            return np.array([float(y[-1]) for y in sol.y])

        measured = slopes(end, six_exact(alpha, 1.0))
        smooth = row.order.at(alpha)
        rough = {"l1_implicit": 1, "pi_trapezoid": 1 + alpha}.get(row.name, smooth)  # as the docstring says
        beyond = measured - np.array([smooth, smooth, rough, rough, rough, min(rough, smooth)])
        assert np.nanmin(beyond[:5]) > -0.2, (alpha, measured)
        early = row.name == "pece" and alpha < 0.6  # errors of its predictor still show at these steps
        assert early or (np.nanmax(beyond[:5]) < 0.2 and beyond[5] > -0.2), (alpha, measured)


@pytest.mark.parametrize("row", UP_TO_2, **BY_NAME)
def test_orders_above_1(row, x64):
    """An oscillator that is damped by its memory, from both initial values; a nonlinear equation with y = 1 + 2t + t^3."""
    alpha = 1.5

    def f(x, z, y, t, c):
        return -x, -z, c * t**1.5 + (1 + 2 * t + t**3) ** 2 - y**2

    def end(n):
        start = [(1.0, 0.0, 1.0), (0.0, 1.0, 2.0)]
        sol = bl.solve_fde(f, alpha, start, 0.0, 1.5, steps=n, method=row.name, args=(6 / gamma(2.5),))
        return np.array([float(y[-1]) for y in sol.y])

    exact = [mittag_leffler(alpha, 1.5), 1.5 * series(alpha, 1.5, beta=2.0), 1 + 3 + 1.5**3]
    measured = slopes(end, np.array(exact))
    np.testing.assert_allclose(measured[:2], row.order.at(alpha), atol=0.2)
    assert measured[2] > row.order.at(alpha) - 0.2  # two errors of pece cancel in part there: 2.5


@pytest.mark.parametrize("row", ROWS, **BY_NAME)
def test_what_nothing_drives_stays(row, x64):
    """D^alpha y = 0 keeps y(0). A Gruenwald-Letnikov sum over y instead of y - y(0) is wrong by half of it."""
    for alpha in (0.3, 0.8, 1.0):
        y = bl.solve_fde(lambda y, t: 0.0 * y, alpha, [1.0], 2.0, 5.0, steps=500, method=row.name).y
        np.testing.assert_allclose(y, 1.0, rtol=1e-13)
    if row in UP_TO_2:
        sol = bl.solve_fde(lambda y, t: 0.0 * y, 1.5, [1.0, -2.0], 2.0, 5.0, steps=500, method=row.name)
        np.testing.assert_allclose(sol.y, 1 - 2 * (sol.t - 2), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("row", ROWS, **BY_NAME)
def test_alpha_1_is_the_ordinary_method(row, x64):
    n, h, f = 50, 0.1, lambda y, t: -y  # noqa: E731
    y = bl.solve_fde(f, 1, 1.0, 0.0, n * h, steps=n, method=row.name).y
    i = np.arange(n + 1)
    if row.name == "pece":  # predicted by rectangles from the start, corrected by trapezoids
        expected, area = [1.0], [0.0]
        for _ in range(n):
            area.append(area[-1] - h * expected[-1])
            done = 1 - h * (0.5 * expected[0] + sum(expected[1:]))
            expected.append(done - h / 2 * (1 + area[-1]))
    else:
        factor = {"caputo_euler": 1 - h, "pi_trapezoid": (1 - h / 2) / (1 + h / 2)}.get(row.name, 1 / (1 + h))
        expected = factor**i
    np.testing.assert_allclose(y, expected, rtol=1e-12)
    if row.name == "caputo_euler":
        np.testing.assert_allclose(y, bl.solve_ode(f, 1.0, 0.0, n * h, steps=n, method="euler").y, rtol=1e-12)


@pytest.mark.parametrize("row", ROWS, **BY_NAME)
def test_the_long_tail(row):
    """x(20) of D^alpha x = -x: the exponential is gone, the power law is not. In float32."""
    x = [float(bl.solve_fde(lambda x, t: -x, a, 1.0, 0.0, 20.0, steps=1000, method=row.name).y[-1]) for a in (0.5, 1.0)]
    assert x[0] == pytest.approx(0.123, abs=5e-4) and abs(x[1]) < 5e-6  # exp(-20) = 2e-9; the rest is rounding
    assert mittag_leffler(0.5, 20.0) == pytest.approx(0.123, abs=5e-4) and math.exp(-20) == pytest.approx(2e-9, rel=0.05)


# ---- weights


def exact_weights(name, alpha, k):
    """The formulas of the books as they stand, with 60 digits."""
    with decimal.localcontext(prec=60):
        a, k, one = decimal.Decimal(alpha), decimal.Decimal(k), decimal.Decimal(1)

        def power(x, p):
            return x**p if x else decimal.Decimal(0)

        if name == "caputo_euler":
            return float(power(k, a) - power(k - 1, a)) / gamma(1 + alpha)
        p = a + 1 if name == "pi_trapezoid" else one - a
        bend = float(power(k + 1, p) - 2 * power(k, p) + power(k - 1, p))
        return bend / gamma(alpha + 2) if name == "pi_trapezoid" else -bend


@pytest.mark.parametrize("name", ["caputo_euler", "pi_trapezoid", "l1_implicit"])
def test_weights(name):
    rule = next(row.coefficients for row in ROWS if row.name == name)
    for alpha in (0.3, 0.95):
        past = weights(rule, alpha, 100_000).past[0]
        assert past.dtype == np.float64
        for k in (1, 2, 3, 10, 300, 9999, 100_000):
            assert past[k - 1] == pytest.approx(exact_weights(name, alpha, k), rel=1e-12)


def test_weights_of_gruenwald_and_letnikov():
    alpha, exact, rule = Fraction(4, 5), Fraction(1), ROWS[2].coefficients
    past = weights(rule, 0.8, 100_000).past[0]
    for k in range(1, 200):
        exact *= (k - 1 - alpha) / k
        assert past[k - 1] == pytest.approx(-float(exact), rel=1e-12)
    assert past[-1] == pytest.approx(1e5**-1.8 / -gamma(-0.8), rel=1e-4)  # the tail: Podlubny (1999), 7.3


def test_first_weight_of_the_trapezoids():
    """The oldest slope: (n - 1)^(a + 1) - (n - a - 1) n^a, in place of what one in the middle has."""
    rule, alpha = ROWS[4].coefficients, 0.7
    past, first, _ = weights(rule, alpha, 50)
    for n in range(1, 51):
        oldest = ((n - 1) ** (alpha + 1) - (n - alpha - 1) * n**alpha) / gamma(alpha + 2)
        assert past[0][n - 1] + first[0][n - 1] == pytest.approx(oldest, rel=1e-11)


@pytest.mark.parametrize("row", ROWS, **BY_NAME)
def test_weights_of_a_traced_alpha_in_float32(row):
    """10_000 steps back, where differences of powers would be wrong by 1.6 %."""
    for alpha in (0.4, 0.9):
        traced = jax.jit(lambda a: tuple(weights(row.coefficients, a, 20_000)))(alpha)
        for ours, exact in zip(traced, weights(row.coefficients, alpha, 20_000), strict=True):
            np.testing.assert_allclose(ours, exact, rtol=2e-5, atol=1e-7 * np.max(np.abs(exact)))


# ---- states, and the transforms


def test_a_vector_is_several_states():
    ours = bl.solve_fde(lambda x, y, t: (y, -x), 0.9, (1.0, 0.5), 0.0, 2.0, steps=50)
    vector = bl.solve_fde(lambda x, t: [x[1], -x[0]], 0.9, [bm.array([1.0, 0.5])], 0.0, 2.0, steps=50)
    assert vector.y.shape == (51, 2) and ours.states == ("x", "y")
    np.testing.assert_allclose(np.stack(ours.y, 1), vector.y, rtol=1e-5, atol=1e-6)
    mixed = bl.solve_fde(lambda x, y, t: (-x, -y), 0.9, [(bm.ones((2, 3)), 1.0)], 0.0, 2.0, steps=20, method="gl")
    assert mixed.y[0].shape == (21, 2, 3) and mixed["y"].shape == (21,)
    np.testing.assert_allclose(mixed.y[0][:, 1, 2], mixed["y"], rtol=1e-6)
    moving = bl.solve_fde(lambda x, t: 0 * x, 1.2, [bm.zeros(3), 1.0], 0.0, 2.0, steps=4)  # one slope for all elements
    np.testing.assert_allclose(moving.y[-1], 2.0, rtol=1e-6)


def test_another_alpha_compiles_nothing():
    traces = []

    def f(x, t, k):
        traces.append(1)
        return -k * x

    counts = []
    for alpha, k, memory in ((0.5, 1.0, None), (0.8, 2.0, None), (1.0, 3.0, None), (0.6, 1.0, 3.0)):
        bl.solve_fde(f, alpha, 1.0, 0.0, 5.0, steps=40, method="gl", args=(k,), memory=memory)
        counts.append(len(traces))
    assert counts[0] > 0 and counts == counts[:1] * 4


@pytest.mark.parametrize("row", ROWS[2:4], **BY_NAME)  # the other three are made of their parts
def test_vmap_and_grad(row, x64):
    def end(alpha, k, x0):
        f = lambda x, v, t, k: (-k * x, x - v**3)  # noqa: E731
        x, v = bl.solve_fde(f, alpha, [(x0, 0.5)], 0.0, 2.0, steps=30, method=row.name, args=(k,)).y
        return x[-1] + v[-1]

    alphas, here = bm.array([0.4, 1.0]), np.array([0.7, 1.3, 1.0])
    many = bm.vmap(lambda a: end(a, 1.3, 1.0))(alphas)
    np.testing.assert_allclose(many, [end(float(a), 1.3, 1.0) for a in alphas], rtol=1e-9)
    ours = bm.grad(end, argnums=(0, 1, 2))(*here.tolist())
    for i, value in enumerate(ours):
        h = 1e-5 * np.eye(3)[i]
        above, below = (end(*(here + way * h).tolist()) for way in (1, -1))
        numeric = (float(above) - float(below)) / 2e-5
        assert float(value) == pytest.approx(numeric, rel=1e-5)


def test_times_that_are_traced():
    end = bm.jit(lambda t1: bl.solve_fde(lambda x, t: -x, 0.5, 1.0, 0.0, t1, steps=200).y[-1])
    assert float(end(20.0)) == pytest.approx(mittag_leffler(0.5, 20.0), rel=1e-2)


def test_plain_python():
    with bm.disable_jit():
        y = bl.solve_fde(lambda x, t: -x, 0.5, 1.0, 0.0, 1.0, steps=4, method="pi_trapezoid").y
    np.testing.assert_allclose(y, bl.solve_fde(lambda x, t: -x, 0.5, 1.0, 0.0, 1.0, steps=4, method="pi_trapezoid").y, 1e-6)


# ---- short memory


@pytest.mark.parametrize("name", ["gl", "l1_implicit"])
@pytest.mark.parametrize("alpha", [0.3, 0.8, 1.0])
def test_short_memory_is_as_wrong_as_it_says_at_most(name, alpha, x64):
    """D^alpha x = -k x: the error is at most M L^-alpha / Gamma(1 - alpha) / k, and not far below."""
    k, length = 0.5, 2.0
    f = lambda x, t, k: -k * x  # noqa: E731
    whole, short = (
        bl.solve_fde(f, alpha, 1.0, 0.0, 40.0, steps=800, method=name, args=(k,), memory=m).y for m in (None, length)
    )
    bound = bl.integrate.short_memory_error(alpha, length, size=float(bm.max(bm.abs(short - 1)))) / k
    error = float(bm.max(bm.abs(whole - short)))
    assert error <= bound * (1 + 1e-9) + 1e-12
    assert alpha == 1 or error > bound / 10
    np.testing.assert_allclose(short[:41], whole[:41], rtol=1e-12)  # up to there nothing is forgotten
    if alpha == 1:
        assert bound == 0
