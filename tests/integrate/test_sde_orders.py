"""Every method for stochastic equations has its order: on paths that are known, and by its coefficients."""

import functools
from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.linalg import expm

import brainlab as bl
import brainlab.math as bm
from brainlab.integrate._sde_methods import sde_stepper

ROWS = bl.methods("sde")
BY_NAME = {"ids": lambda row: row.name}
PATHS = 300
STEPS = (16, 128)
a = 0.7

# ---- strong orders. X = h(W + c t) solves the Stratonovich equation dX = g(X) (c dt + o dW) with g = h'(h^-1(X));
# the drift of the Ito equation is g g'/2 more. From Kloeden and Platen (1992), section 4.4.

PROBLEMS = {  # g, Stratonovich drift, g g'/2, x0, X(1) of W(1)
    "geometric": (lambda x, t: 0.6 * x, lambda x, t: 1.3 * x, lambda x, t: 0.18 * x, 1.0, lambda W: np.exp(1.3 + 0.6 * W)),
    "arctan": (
        lambda x, t: a * bm.cos(x) ** 2,
        lambda x, t: 0.0 * x,
        lambda x, t: -(a**2) * bm.sin(x) * bm.cos(x) ** 3,
        0.3,
        lambda W: np.arctan(a * W + np.tan(0.3)),
    ),
    "sinh": (
        lambda x, t: bm.sqrt(x * x + 1),
        lambda x, t: bm.sqrt(x * x + 1),
        lambda x, t: x / 2,
        0.0,
        lambda W: np.sinh(1 + W),
    ),
    "tanh": (
        lambda x, t: 0.5 * (1 - x * x),
        lambda x, t: 0.0 * x,
        lambda x, t: -0.25 * x * (1 - x * x),
        0.2,
        lambda W: np.tanh(0.5 * W + np.arctanh(0.2)),
    ),
    "nonautonomous": (
        lambda x, t: 0.8 * x,
        lambda x, t: x * bm.cos(3 * t),
        lambda x, t: 0.32 * x,
        1.0,
        lambda W: np.exp(np.sin(3) / 3 + 0.8 * W),
    ),
    "additive": (
        lambda x, t: 0.5 * (1 + t) ** 2,
        lambda x, t: 2 / (1 + t) * x + 0.5 * (1 + t) ** 2,
        lambda x, t: 0.0,
        1.0,
        lambda W: 4 * (1 + 0.5 * (W + 1)),
    ),
}
ADDITIVE = {"euler_maruyama": 1, "exp_euler": 1, "heun": 2, "sri1w1": 2, "sri2w1": 2}  # better than in general


def all_problems(calculus):
    """All of them at once, one element each: f, g of a vector state (problem, path), its noise is diagonal."""
    rows = list(PROBLEMS.values())

    def f(x, t):
        return bm.stack(
            [bm.array(p[1](x[i], t) + (p[2](x[i], t) if calculus == "ito" else 0.0)) for i, p in enumerate(rows)]
        )

    def g(x, t):
        return bm.stack([p[0](x[i], t) + 0.0 * x[i] for i, p in enumerate(rows)])

    return f, g, np.array([p[3] * np.ones(PATHS) for p in rows])


@functools.cache
def noise(steps):
    """(dW, I10) of 6 x PATHS processes on [0, 1]: always the same ones. Drawn finely, and merged."""
    return tuple(map(np.asarray, bl.brownian(3, 0.0, 1.0, shape=(6, PATHS), steps=1024).increments(steps)))


def some(steps, processes):
    return tuple(part[:, processes] for part in noise(steps))


def ends():
    """W(1) of each."""
    return noise(STEPS[0])[0].sum(0)


def slope(coarse, fine):
    return np.log(np.mean(coarse) / np.mean(fine)) / np.log(STEPS[1] / STEPS[0])


@pytest.mark.parametrize("row", ROWS, **BY_NAME)
def test_strong_order(row, x64):
    exact = np.array([p[4](W) for p, W in zip(PROBLEMS.values(), ends(), strict=True)])
    f, g, y0 = all_problems(row.calculus)
    k = {"y0": y0, "t0": 0.0, "t1": 1.0, "method": row.name, "kind": row.calculus}
    coarse, fine = (np.abs(np.asarray(bl.solve_sde(f, g, **k, noise=noise(n)).y[-1]) - exact) for n in STEPS)
    for i, problem in enumerate(PROBLEMS):
        order = ADDITIVE.get(row.name, row.strong_order) if problem == "additive" else row.strong_order
        assert slope(coarse[i], fine[i]) == pytest.approx(order, abs=0.2), problem


def circle(calculus):
    """One process turns a point about the origin: (cos W, sin W)."""
    half = 0.5 if calculus == "ito" else 0.0
    return (lambda x, y, t: (-half * x, -half * y)), (lambda x, y, t: (-y, x))


@pytest.mark.parametrize("row", ROWS, **BY_NAME)
def test_strong_order_of_two_states_with_one_process(row, x64):
    W, errors = ends()[1], []
    k = {"y0": (np.ones(PATHS), np.zeros(PATHS)), "t0": 0.0, "t1": 1.0, "method": row.name, "kind": row.calculus}
    for n in STEPS:
        x, y = bl.solve_sde(*circle(row.calculus), **k, noise=some(n, 1)).y
        errors.append(np.hypot(x[-1] - np.cos(W), y[-1] - np.sin(W)))
    assert slope(*errors) == pytest.approx(row.strong_order, abs=0.2)


@functools.cache
def coupled(steps, method):
    """The end of two states, coupled by the drift, each with a process of its own."""
    f = lambda x, y, t: (bm.sin(y) - x, x * y / (1 + x * x) - y)  # noqa: E731
    g = lambda x, y, t: (0.5 * bm.cos(x), 0.4 * bm.sqrt(1 + y * y))  # noqa: E731
    start = np.ones(PATHS), np.zeros(PATHS)
    sol = bl.solve_sde(f, g, start, 0.0, 1.0, method=method, noise=some(steps, [2, 3]))
    return np.stack([part[-1] for part in sol.y])


@pytest.mark.parametrize("name", ["milstein", "milstein_free", "sri1w1", "sri2w1"])
def test_strong_order_of_coupled_states_with_two_processes(name, x64):
    """Diagonal noise: against the same path seen 8 times more finely."""
    errors = [np.abs(coupled(n, name) - coupled(1024, "sri2w1")).sum(0) for n in STEPS]
    assert slope(*errors) == pytest.approx({"m": 1.0, "s": 1.5}[name[0]], abs=0.2)


@pytest.mark.parametrize("row", [row for row in ROWS if row.matrix], **BY_NAME)
def test_strong_order_of_matrix_noise(row, x64):
    """dX = A X dt + B1 X dW1 + B2 X dW2, matrices that commute: X(1) = expm(A - (B1^2 + B2^2)/2 + B1 W1 + B2 W2) X(0)."""
    turn = np.array([[0.0, -1.0], [1.0, 0.0]])
    A, B1, B2 = 0.3 * np.eye(2) + 0.5 * turn, 0.4 * np.eye(2), 0.6 * turn
    middle = A - (B1 @ B1 + B2 @ B2) / 2
    drift = A if row.calculus == "ito" else middle
    start = np.array([1.0, 0.5])
    exact = [expm(middle + u * B1 + v * B2) @ start for u, v in ends()[4:].T]
    f = lambda x, t: bm.dot(x, drift.T)  # noqa: E731
    g = lambda x, t: bm.stack([bm.dot(x, B1.T), bm.dot(x, B2.T)], axis=-1)  # noqa: E731
    k = {"y0": np.tile(start, (PATHS, 1)), "t0": 0.0, "t1": 1.0, "method": row.name, "kind": row.calculus}
    errors = []
    for n in STEPS:
        dW = np.swapaxes(noise(n)[0][:, 4:], 1, 2)[:, :, None]  # (steps, path, 1, process): both elements of X share them
        errors.append(np.abs(bl.solve_sde(f, g, **k, noise=dW).y[-1] - exact))
    assert slope(*errors) == pytest.approx(row.strong_order, abs=0.2)


@pytest.mark.parametrize("row", ROWS, **BY_NAME)
def test_order_without_noise(row):
    """The column `order`: raw steps of y' = y cos t, in NumPy's 64 bits."""
    with bm.enable_x64():
        step = jax.jit(
            lambda y, t, dt: sde_stepper(row.name)(lambda y, t: y * jnp.cos(t), lambda y, t: 0 * y, y, t, dt, 0.3, 0.1)
        )
        errors = []
        for n in (20, 40):
            y = 1.0
            for i in range(n):
                y = step(y, i * 2 / n, 2 / n)
            errors.append(abs(float(y) - np.exp(np.sin(2.0))))
    assert np.log2(errors[0] / errors[1]) == pytest.approx(row.order, abs=0.3)


@pytest.mark.parametrize("name", ["sri1w1", "sri2w1"])
def test_order_conditions(name):
    """Roessler (2010), SIAM J. Numer. Anal. 48, theorem 5.1: strong order 1.5 for one Wiener process."""
    rational = np.vectorize(lambda x: Fraction(x).limit_denominator(100), otypes=[object])
    tableau = next(row for row in ROWS if row.name == name).coefficients.__wrapped__.tableau
    A0, B0, A1, B1 = (rational([list(line) + [0] * (4 - len(line)) for line in part]) for part in tableau[:4])
    alpha, betas = rational(tableau[4]), rational(tableau[5])
    e = rational(np.ones(4))
    half, third = Fraction(1, 2), Fraction(1, 3)
    assert (alpha @ e, alpha @ A0 @ e, alpha @ B0 @ e, alpha @ (B0 @ e) ** 2) == (1, half, 1, 3 * half)
    for condition, values in (
        (e, (1, 0, 0, 0)),
        (B1 @ e, (0, 1, 0, 0)),
        (A1 @ e, (1, 0, -1, 0)),
        ((B1 @ e) ** 2, (1, 0, -1, 2)),
        (B1 @ B1 @ e, (0, 0, 0, 1)),
    ):
        assert tuple(betas @ condition) == values
    assert half * betas[0] @ A1 @ B0 @ e + third * betas[2] @ A1 @ B0 @ e == 0
