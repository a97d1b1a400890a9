"""The fast memory: blocks and Fourier transforms give what the plain sum gives, at any length; and it is usable."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.special import erfcx

import brainlab as bl
import brainlab.math as bm
from brainlab.integrate import _fde_engine
from brainlab.integrate._fde_engine import march, solved
from brainlab.integrate._fde_methods import weights

ROWS = bl.methods("fde")
BY_NAME = {"ids": lambda row: row.name}


def field(x, t, k):
    """Two elements, coupled, nonlinear, driven."""
    return jnp.stack([-k * x[0] + x[1] + jnp.sin(t), -(x[1] ** 3) - 0.5 * x[0]])


@functools.partial(jax.jit, static_argnums=(0, 1, 2))
def run(row, steps, block, past, k, dt=0.01, alpha=0.7):
    times = jnp.arange(steps + 1) * dt
    start = jnp.array([[1.0, 0.5]])
    return march(row.coefficients, past, lambda x, t: field(x, t, k), start, times, times, dt**alpha, block)


@pytest.mark.parametrize("row", ROWS, **BY_NAME)
def test_blocks_give_what_the_plain_sum_gives(row, x64):
    past = weights(row.coefficients, 0.7, 150)
    plain = run(row, 150, 150, past, 2.0)
    assert np.isfinite(plain).all()
    by_blocks = run(row, 150, 8, past, 2.0)  # 19 of them, the last one not full
    np.testing.assert_allclose(by_blocks, plain, rtol=0, atol=1e-13)


def test_any_number_of_blocks(x64):
    row = ROWS[0]
    past = weights(row.coefficients, 0.7, 9)
    plain = run(row, 9, 9, past, 2.0)
    for steps in (1, 3, 8, 9):
        past = weights(row.coefficients, 0.7, steps)
        np.testing.assert_allclose(run(row, steps, 1, past, 2.0), plain[: steps + 1], rtol=0, atol=1e-14)


def test_gradients_through_blocks(x64):
    row = ROWS[0]
    past = weights(row.coefficients, 0.7, 50)
    slope = {block: jax.grad(lambda k, b=block: run(row, 50, b, past, k)[-1].sum())(2.0) for block in (50, 8)}
    assert float(slope[8]) == pytest.approx(float(slope[50]), rel=1e-11)


@pytest.mark.parametrize("name", ["pece", "gl"])
def test_a_hundred_thousand_steps(name):
    """In float32, against the closed form E_1/2(-sqrt t) = erfcx(sqrt t). The plain sum would take 1e10 products."""
    sol = bl.solve_fde(lambda x, t: -x, 0.5, 1.0, 0.0, 100.0, steps=100_000, method=name)
    at = np.array([100, 1000, 10_000, 100_000])
    np.testing.assert_allclose(sol.y.value[at], erfcx(np.sqrt(at / 1000)), rtol=3e-3 if name == "gl" else 2e-4)


def test_blocks_are_chosen_by_the_length(monkeypatch, x64):
    """The public way, on both sides of the limit."""
    monkeypatch.setattr(_fde_engine, "DIRECT", 20)
    monkeypatch.setattr(_fde_engine, "BLOCK", 8)
    f = lambda x, t: -x + bm.sin(3 * t)  # noqa: E731
    fast = bl.solve_fde(f, 0.6, 1.0, 0.0, 5.0, steps=100)
    monkeypatch.setattr(_fde_engine, "DIRECT", 100)
    g = lambda x, t: -x + bm.sin(3 * t)  # noqa: E731  another one, so that it is compiled anew
    np.testing.assert_allclose(fast.y, bl.solve_fde(g, 0.6, 1.0, 0.0, 5.0, steps=100).y, rtol=0, atol=1e-13)


# ---- Newton's method


def test_newton(x64):
    x = solved(lambda x: x**3 - 2.0, jnp.array([1.0]), 1.0)
    assert float(x[0]) == pytest.approx(2 ** (1 / 3), rel=1e-15)
    pair = solved(lambda x: jnp.stack([x[0] ** 2 + x[1] ** 2 - 5, x[0] * x[1] - 2]), jnp.array([3.0, 0.5]), 1.0)
    np.testing.assert_allclose(pair, [2.0, 1.0], rtol=1e-14)
    slope = jax.grad(lambda a: solved(lambda x: x**3 - a, jnp.array([1.0]), 1.0)[0])(2.0)
    assert float(slope) == pytest.approx(2 ** (-2 / 3) / 3, rel=1e-12)


def test_newton_says_when_there_is_no_solution():
    assert np.isnan(solved(lambda x: x**2 + 1.0, jnp.array([0.3]), 1.0)).all()


def test_newton_where_x_goes_through_zero():
    """What is left of 1 - 1 + 1e-9 in float32 is rounding: small against 1, not against x."""
    x = solved(lambda x: x - (jnp.float32(1.0) - jnp.cos(x + 1e-4)), jnp.array([0.01], jnp.float32), 1.0)
    assert abs(float(x[0])) < 1e-6


def test_no_step_fails_where_a_long_solution_goes_through_zero():
    sol = bl.solve_fde(lambda x, t: -x + 0.1 * bm.sin(t), 0.6, 1.0, 0.0, 100.0, steps=20_000, method="gl")
    assert np.isfinite(sol.y).all() and (np.diff(np.sign(sol.y)) != 0).sum() > 20


# ---- the step that remembers


@pytest.mark.parametrize("row", ROWS, **BY_NAME)
def test_a_step_makes_the_same_solution(row):
    f = lambda x, t, k: -k * x + bm.sin(t)  # noqa: E731
    sol = bl.solve_fde(f, 0.7, [bm.array([1.0, 2.0])], 0.0, 2.0, steps=40, method=row.name, args=(1.5,))
    step = bl.fdeint(f, alpha=0.7, method=row.name, dt=0.05, steps=40)
    x, rows = bm.array([1.0, 2.0]), []
    for i in range(40):
        x = step(x, i * 0.05, 1.5)
        rows.append(np.asarray(x))
    np.testing.assert_allclose(rows, sol.y[1:], rtol=0, atol=3e-6)
    assert int(step.count) == 40 and list(step.variables()) == ["past", "start", "count"]


def test_a_step_in_a_loop_and_again():
    step = bl.fdeint(lambda x, t: -x, alpha=0.5, method="gl", dt=0.05, steps=200)
    x = bm.Variable(1.0)

    def body(i):
        x.value = step(x, i * 0.05)
        return x.value

    first = bm.for_loop(body, bm.arange(100))  # the Variables of the step are made in here
    assert float(first[-1]) == pytest.approx(erfcx(np.sqrt(5.0)), abs=2e-3)
    step.reset()
    x.value = 1.0
    np.testing.assert_allclose(bm.for_loop(body, bm.arange(100)), first, rtol=1e-6)
    whole = bl.solve_fde(lambda x, t: -x, 0.5, 1.0, 0.0, 10.0, steps=200, method="gl").y
    np.testing.assert_allclose(bm.for_loop(lambda i: body(i + 100), bm.arange(100)), whole[101:], rtol=0, atol=3e-6)


def test_a_step_with_short_memory_never_fills():
    step = bl.fdeint(lambda x, t: -x, alpha=0.5, method="gl", dt=0.05, memory=1.0)
    short = bl.solve_fde(lambda x, t: -x, 0.5, 1.0, 0.0, 5.0, steps=100, method="gl", memory=1.0).y
    x = bm.Variable(1.0)

    def body(i):
        x.value = step(x, i * 0.05)
        return x.value

    np.testing.assert_allclose(bm.for_loop(body, bm.arange(100)), short[1:], rtol=0, atol=3e-6)
    assert step.past.shape == (20, 1)


def test_a_step_as_a_decorator():
    @bl.fdeint(alpha=1.0, method="caputo_euler", dt=0.1)
    def spring(x, v, t, k=1.0):
        return v, -k * x

    x, v = spring(1.0, 0.0, t=0.0)
    assert (float(x), float(v)) == pytest.approx((1.0, -0.1))
    assert repr(spring) == "<bl.fdeint of spring: caputo_euler, alpha=1, dt=0.1>"
