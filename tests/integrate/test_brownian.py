"""Brownian paths: the right law, and the same path however finely it is looked at."""

import jax
import numpy as np
import pytest
from scipy import stats

import brainlab as bl
import brainlab.math as bm

MANY = 20000


def law(h):
    """The covariance of (dW, I10) over a step of length h: Kloeden and Platen (1992), eq. 10.4.3."""
    return np.array([[h, h**2 / 2], [h**2 / 2, h**3 / 3]])


@pytest.mark.parametrize("base, steps", [(1, 1), (1, 4), (4, 2), (12, 8)])
def test_law_of_the_increments(base, steps, x64):
    """As drawn, refined, merged, and both."""
    path = bl.brownian(11, 1.0, 3.0, shape=MANY, steps=base)
    dW, I10 = map(np.asarray, path.increments(steps))
    assert dW.shape == I10.shape == (steps, MANY)
    h = 2.0 / steps
    together = np.concatenate([dW, I10])  # all of them: what happens in one step says nothing about another
    expected = np.zeros((2 * steps, 2 * steps))
    for n in range(steps):
        expected[np.ix_([n, n + steps], [n, n + steps])] = law(h)
    scale = np.sqrt(np.outer(np.diag(expected), np.diag(expected)))
    np.testing.assert_allclose(np.cov(together) / scale, expected / scale, atol=5 / np.sqrt(MANY))
    for n in range(steps):
        assert stats.kstest(dW[n] / np.sqrt(h), "norm").pvalue > 1e-3
        assert stats.kstest(I10[n] / np.sqrt(h**3 / 3), "norm").pvalue > 1e-3
    assert stats.kstest((I10[0] - h / 2 * dW[0]) * np.sqrt(12 / h**3), "norm").pvalue > 1e-3


def test_refining_changes_nothing(x64):
    path = bl.brownian(5, 0.0, 2.0, shape=(3,), steps=6)
    for fine in (path.refine(), path.at(12).refine(2)):
        r = fine.steps // 6
        np.testing.assert_allclose(fine.W[::r], path.W, atol=1e-14)
        dW, I10 = np.asarray(fine.dW), np.asarray(fine.I10)
        h, start = 2.0 / fine.steps, np.asarray(fine.W)[:-1] - np.repeat(np.asarray(path.W)[:-1], r, axis=0)
        areas = (I10 + h * start).reshape(6, r, 3).sum(1)  # the integral over a coarse step, put together from fine ones
        np.testing.assert_allclose(areas, path.I10, atol=1e-14)
        np.testing.assert_allclose(dW.reshape(6, r, 3).sum(1), path.dW, atol=1e-14)
    assert (path.at(24).W == path.refine(2).refine(2).W).all()  # whichever way
    assert (path.at(24).increments(6)[0] == path.dW).all()


def test_merging_is_a_sum(x64):
    path = bl.brownian(6, 0.0, 3.0, shape=(3,), steps=6).at(12)
    for steps in (6, 4, 3, 2, 1):
        coarse, r = path.at(steps), 12 // steps
        np.testing.assert_allclose(coarse.W, path.W[::r], atol=1e-14)
        W, I10 = np.asarray(path.W), np.asarray(path.I10)
        by_hand = [sum(I10[i] + 0.25 * (W[i] - W[r * n]) for i in range(r * n, r * n + r)) for n in range(steps)]
        np.testing.assert_allclose(coarse.I10, by_hand, atol=1e-14)
    np.testing.assert_allclose(path.at(8).W[::2], path.at(4).W, atol=1e-14)  # 8 = 24 / 3


def test_the_double_integral_is_one(x64):
    """I10 of a step is the integral of W over it: the trapezoid rule on the path seen 512 times more finely."""
    path = bl.brownian(7, 0.0, 1.0, shape=(50,), steps=512)
    W = np.asarray(path.W)
    np.testing.assert_allclose(path.at(1).I10[0], (W[:-1] + W[1:]).sum(0) / 2 / 512, atol=3e-3)  # its error: h / sqrt(12)


def test_in_float32_too():
    path = bl.brownian(8, 0.0, 1.0, shape=(10,), steps=4)
    assert path.dW.dtype == path.I10.dtype == bm.float32
    np.testing.assert_allclose(path.refine(4).W[::4], path.W, atol=2e-5)
    np.testing.assert_allclose(path.refine(4).increments(4)[1], path.I10, atol=2e-6)


def test_seeds_and_keys():
    a = bl.brownian(1, 0.0, 1.0, steps=4)
    assert (a.W == bl.brownian(jax.random.key(1), 0.0, 1.0, steps=4).W).all()
    assert (a.W != bl.brownian(2, 0.0, 1.0, steps=4).W)[1:].all()
    bm.random.seed(3)
    first = bl.brownian(steps=4)
    assert (first.W != bl.brownian(steps=4).W)[1:].all()
    bm.random.seed(3)
    assert (first.W == bl.brownian(steps=4).W).all()
    assert a.W[0] == 0 and a.t.tolist() == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert repr(a.refine(2)) == "BrownianPath(t 0 to 1, steps 8, shape ())"


def test_transforms():
    """A path from each key; and a path as an argument of a compiled function."""
    keys = bm.random.split(5)
    ends = bm.vmap(lambda key: bl.brownian(key, 0.0, 1.0, steps=4).W[-1])(keys)
    assert ends.tolist() == pytest.approx([float(bl.brownian(key, 0.0, 1.0, steps=4).W[-1]) for key in keys], rel=1e-5)
    path = bl.brownian(1, 0.0, 1.0, shape=(2,), steps=4)
    np.testing.assert_allclose(jax.jit(lambda path: path.increments(8)[1].value)(path), path.increments(8)[1], rtol=1e-5)


def test_the_step_of_a_solution_can_change_and_its_noise_not():
    """What a slider of dt does: Euler-Maruyama at three steps, on the same 200 paths, nears the solutions on these."""
    path = bl.brownian(9, 0.0, 1.0, shape=(200,), steps=10)
    f, g = (lambda x, t: 0.5 * x), (lambda x, t: 0.5 * x)
    exact, x0 = np.exp(0.5 - 0.125 + 0.5 * np.asarray(path.W[-1])), np.ones(200)
    solved = [bl.solve_sde(f, g, x0, 0.0, 1.0, dt=dt, noise=path).y[-1] for dt in (0.2, 0.05, 0.0125)]
    coarse, finer, finest = (np.abs(np.asarray(x) - exact).mean() for x in solved)
    assert coarse / finer == pytest.approx(2, abs=0.5) and finer / finest == pytest.approx(2, abs=0.5)  # order 1/2
    assert bl.solve_sde(f, g, x0, 0.0, 1.0, noise=path).y.shape == (11, 200)
