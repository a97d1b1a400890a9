"""sdeint and solve_sde: the laws of what comes out, what drives what, and that it works under every transform."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import brainlab as bl
import brainlab.math as bm

ROWS = bl.methods("sde")
BY_NAME = {"ids": lambda row: row.name}

# ---- laws


def leak(x, t, tau, sigma):
    return -x / tau


def constant(x, t, tau, sigma):
    return sigma


def test_variance_of_ornstein_uhlenbeck():
    """sigma^2 tau / 2 = 0.45, exact for exp_euler at any step; Euler-Maruyama's is 1 / (1 - dt / (2 tau)) times that."""
    dt, tolerance = 5.0, 0.04
    x = bl.solve_sde(leak, constant, np.zeros(20000), 0.0, 50.0, dt=dt, noise=1, args=(10.0, 0.3), method="exp_euler").y[-1]
    assert np.var(x) == pytest.approx(0.45, rel=tolerance) and abs(np.mean(x)) < 0.02
    x = bl.solve_sde(leak, constant, np.zeros(20000), 0.0, 50.0, dt=dt, noise=1, args=(10.0, 0.3)).y[-1]
    assert np.var(x) == pytest.approx(0.45 / (1 - dt / 20), rel=tolerance)


def test_exponential_euler_has_the_law_of_one_step(x64):
    """x + noise of variance sigma^2 tau / 2 (1 - e^(-2 dt / tau)), mean x e^(-dt / tau)."""
    step = bl.sdeint(leak, constant, method="exp_euler", dt=3.0)
    mean = float(step(2.0, 0.0, 10.0, 0.3, dW=0.0))
    assert mean == pytest.approx(2 * np.exp(-0.3), rel=1e-13)
    deviation = float(step(2.0, 0.0, 10.0, 0.3, dW=np.sqrt(3.0))) - mean
    assert deviation**2 == pytest.approx(0.45 * (1 - np.exp(-0.6)), rel=1e-12)


def test_noise_that_is_scaled_with_dt_vanishes():
    """The mistake: dt * normal instead of sqrt(dt) * normal. The variance is dt times what it should be: .0045 for .45."""

    def wrong(x, key):
        x = x - x / 10 * 0.01 + 0.3 * 0.01 * jax.random.normal(key, x.shape)
        return x, None

    x, _ = jax.lax.scan(wrong, jnp.zeros(1000), jax.random.split(jax.random.key(0), 5000))
    assert np.var(x) == pytest.approx(0.0045, rel=0.15)
    right = bl.solve_sde(leak, constant, np.zeros(1000), 0.0, 50.0, dt=0.01, noise=0, args=(10.0, 0.3)).y[-1]
    assert np.var(right) == pytest.approx(0.45, rel=0.15)


def test_ito_and_stratonovich_are_two_equations(x64):
    """dX = s X dW on one path: exp(s W - s^2 t / 2) in Ito's sense, exp(s W) in Stratonovich's; with the drift
    of the difference they are one."""
    path, s = bl.brownian(7, 0.0, 1.0, steps=1024), 0.8
    W, nothing, g = float(path.W[-1]), (lambda x, t: 0.0 * x), (lambda x, t: s * x)

    def end(f, method, kind):
        return float(bl.solve_sde(f, g, 1.0, 0.0, 1.0, dt=1 / 1024, method=method, kind=kind, noise=path).y[-1])

    assert end(nothing, "sri1w1", "ito") == pytest.approx(np.exp(s * W - s**2 / 2), rel=1e-4)
    assert end(nothing, None, "stratonovich") == pytest.approx(np.exp(s * W), rel=1e-2)
    assert end(lambda x, t: s**2 / 2 * x, "sri1w1", "ito") == pytest.approx(np.exp(s * W), rel=1e-4)
    assert end(lambda x, t: -(s**2) / 2 * x, "heun", "stratonovich") == pytest.approx(np.exp(s * W - s**2 / 2), rel=1e-2)


# ---- the calls


def test_a_solution_is_the_formula():
    dW = np.array([0.1, -0.2, 0.3])
    f, g = (lambda x, t: -x + t), (lambda x, t: 0.5 * x)
    sol = bl.solve_sde(f, g, 1.0, 2.0, 2.3, dt=0.1, noise=dW)
    x = [1.0]
    for i in range(3):
        x.append(x[-1] + 0.1 * (-x[-1] + 2 + 0.1 * i) + 0.5 * x[-1] * dW[i])
    np.testing.assert_allclose(sol.y, x, rtol=1e-6)
    np.testing.assert_allclose(sol.t, [2.0, 2.1, 2.2, 2.3], rtol=1e-6)
    assert (
        sol.y.dtype == bm.float32
        and sol.method == "euler_maruyama"
        and repr(sol) == "Solution(t (4,), x (4,), method='euler_maruyama')"
    )
    for noise in ((dW, 0 * dW), (dW, None), (dW.tolist(), [0, 0, 0]), dW.tolist()):
        assert (bl.solve_sde(f, g, 1.0, 2.0, 2.3, noise=noise).y == sol.y).all()  # as many steps as there is noise


def test_milstein_by_hand(x64):
    f, g, k = (lambda x, t: 0.0 * x), (lambda x, t: x**2), {"dt": 0.1, "dW": 0.3}
    assert float(bl.sdeint(f, g, "milstein")(2.0, 0.0, **k)) == pytest.approx(2 + 4 * 0.3 + 16 * (0.09 - 0.1) / 2)
    ahead = (2 + 4 * np.sqrt(0.1)) ** 2
    free = 2 + 4 * 0.3 + (ahead - 4) * (0.09 - 0.1) / (2 * np.sqrt(0.1))
    assert float(bl.sdeint(f, g, "milstein_free")(2.0, 0.0, **k)) == pytest.approx(free)
    assert float(bl.sdeint(f, g, "euler_heun")(2.0, 0.0, **k)) == pytest.approx(2 + (4 + 3.2**2) / 2 * 0.3)


def test_the_same_noise_in_all_its_forms():
    path = bl.brownian(1, 0.0, 1.0, shape=(3,), steps=8)
    f, g = (lambda x, t: -x), (lambda x, t: 0.5 + 0.1 * x)
    k = {"y0": np.zeros(3), "t0": 0.0, "t1": 1.0, "steps": 8, "method": "sri1w1"}
    by_path = bl.solve_sde(f, g, **k, noise=path).y
    for noise in (path.increments(8), list(path.increments()), 1, jax.random.key(1), jax.random.PRNGKey(1), jnp.int32(1)):
        np.testing.assert_allclose(bl.solve_sde(f, g, **k, noise=noise).y, by_path, rtol=1e-6)
    with bm.disable_jit():
        np.testing.assert_allclose(bl.solve_sde(f, g, **k, noise=path).y, by_path, rtol=1e-5)
    bm.random.seed(5)
    first, second = bl.solve_sde(f, g, **k).y, bl.solve_sde(f, g, **k).y
    bm.random.seed(5)
    assert (bl.solve_sde(f, g, **k).y == first).all() and (first != second).any()


def test_which_process_drives_what():
    """With f = 0 and g = 1 the state is W itself."""
    zero, one = (lambda x, t: 0.0 * x), (lambda x, t: 1.0)
    k = {"t0": 0.0, "t1": 1.0, "steps": 4}
    x = bl.solve_sde(zero, one, np.zeros((2, 3)), **k, noise=0).y[-1]
    assert len(np.unique(x)) == 6
    x = bl.solve_sde(zero, one, np.zeros((2, 3)), **k, noise=0, wiener="scalar").y[-1]
    assert len(np.unique(x)) == 1
    path = bl.brownian(2, 0.0, 1.0, shape=(3,), steps=4)
    x = bl.solve_sde(zero, one, np.zeros((2, 3)), **k, noise=path).y[-1]
    np.testing.assert_allclose(x, np.tile(path.W[-1], (2, 1)), rtol=1e-6)
    column = bl.solve_sde(zero, lambda x, t: bm.ones((2, 1)), np.zeros(2), **k, noise=3).y[-1]
    assert column[0] == column[1]
    row = bl.solve_sde(zero, lambda x, t: [1.0, 10.0], 0.0, **k, noise=np.ones((4, 2))).y[-1]  # two processes, one state
    assert float(row) == pytest.approx(44.0)
    one_axis = bl.solve_sde(zero, one, np.zeros(2), **k, noise=np.ones((4, 1)), method="milstein").y[-1]
    assert one_axis.tolist() == [4.0, 4.0]


def test_several_states_and_their_processes():
    zero, k = (lambda x, y, t: (0.0 * x, 0.0 * y)), {"t0": 0.0, "t1": 1.0, "steps": 4}
    each = lambda x, y, t: (1.0, 1.0)  # noqa: E731
    x, y = bl.solve_sde(zero, each, (0.0, 0.0), **k, noise=0).y
    assert x[-1] != y[-1]
    x, y = bl.solve_sde(zero, each, (0.0, 0.0), **k, noise=0, wiener="scalar").y
    assert x[-1] == y[-1]
    x, y = bl.solve_sde(zero, each, (0.0, 0.0), **k, noise=np.array([[1.0, 2.0]] * 4)).y
    assert (float(x[-1]), float(y[-1])) == (4.0, 8.0)
    x, y = bl.solve_sde(zero, each, (np.zeros(3), 0.0), **k, noise=0, method="sri1w1").y  # of different shapes
    assert x.shape == (5, 3) and y.shape == (5,) and len({*np.asarray(x[-1]).tolist(), float(y[-1])}) == 4
    x, y = bl.solve_sde(zero, lambda x, y, t: ([1.0, 2.0], [0.0, 3.0]), (0.0, 0.0), **k, noise=np.ones((4, 2))).y  # a matrix
    assert (float(x[-1]), float(y[-1])) == (12.0, 12.0)


def test_transforms(x64):
    """A thousand trials at once, the gradient with respect to an argument, and one program for all values."""
    g = lambda x, t, mu, sigma: sigma * x  # noqa: E731
    traced = []

    def f(x, t, mu, sigma):
        traced.append(1)
        return mu * x

    def end(mu, noise, method="sri1w1"):
        return bl.solve_sde(f, g, 1.0, 0.0, 1.0, steps=32, method=method, noise=noise, args=(mu, 0.2)).y[-1]

    trials = bm.vmap(lambda key: end(0.5, key, "milstein"))(bm.random.split(1000))
    assert trials.shape == (1000,) and float(trials.mean()) == pytest.approx(np.exp(0.5), rel=0.02)
    path = bl.brownian(1, 0.0, 1.0, steps=32)
    exact = np.exp(0.5 - 0.02 + 0.2 * float(path.W[-1]))  # its derivative by mu is itself
    for jit in (jax.jit, bm.jit):
        assert float(jit(lambda mu: end(mu, path))(0.5)) == pytest.approx(exact, rel=1e-3)
    assert float(bm.grad(lambda mu: end(mu, path))(0.5)) == pytest.approx(exact, rel=1e-2)
    end(0.5, path)
    traced.clear()
    end(0.6, path), end(0.7, bl.brownian(2, 0.0, 1.0, steps=32))
    assert not traced


@pytest.mark.parametrize("row", ROWS, **BY_NAME)
def test_gradient_of_every_method(row, x64):
    """Against a difference quotient."""
    path = bl.brownian(1, 0.0, 1.0, shape=(2,), steps=4)

    def end(s):
        f, g = (lambda x, t, s: -s * x), (lambda x, t, s: s * (1 + 0.1 * x))
        return bl.solve_sde(
            f, g, np.ones(2), 0.0, 1.0, steps=4, method=row.name, kind=row.calculus, noise=path, args=(s,)
        ).y.sum()

    quotient = (float(end(0.5 + 1e-6)) - float(end(0.5 - 1e-6))) / 2e-6
    assert float(bm.grad(end)(0.5)) == pytest.approx(quotient, rel=1e-6)


def test_step_in_a_loop():
    """As in the lecture: the noise comes from bm.random, so a seed makes the loop reproducible."""

    class Walker(bl.Module):
        def __init__(self):
            self.x = bm.Variable(bm.zeros(500))
            self.step = bl.sdeint(f=self.drift, g=self.noise, method="exp_euler", dt=0.1)

        def drift(self, x, t, tau=1.0):
            return -x / tau

        def noise(self, x, t, tau=1.0):
            return (2 / tau) ** 0.5

        def update(self, i):
            self.x.value = self.step(self.x, i * 0.1, tau=0.5)

    walker = Walker()
    runs = []
    for seed in (1, 1, 2):
        bm.random.seed(seed)
        walker.x.value = bm.zeros(500)
        bm.for_loop(walker.update, bm.arange(50))
        runs.append(np.asarray(walker.x))
    assert (runs[0] == runs[1]).all() and (runs[0] != runs[2]).all()
    assert np.var(runs[0]) == pytest.approx(1.0, abs=0.2)
    assert "exp_euler, dt=0.1" in repr(walker.step)


def test_a_step_of_several_states_and_given_noise():
    step = bl.sdeint(lambda x, y, t: (y, -x), lambda x, y, t: (0.0, 1.0), dt=0.1)
    x, y = step(1.0, 0.0, 0.0, dW=np.array([5.0, 0.3]))
    assert (float(x), float(y)) == pytest.approx((1.0, -0.1 + 0.3))
    x, y = step(1.0, 0.0, t=0.0, dt=0.2, dW=0.3)  # one for both
    assert (float(x), float(y)) == pytest.approx((1.0, -0.2 + 0.3))
    a, b = step(1.0, 0.0, 0.0), step(1.0, 0.0, 0.0)
    assert a[0] == b[0] and a[1] != b[1]
    linear = bl.sdeint(lambda x, t: x, lambda x, t: 1.0, method="sri2w1", dt=0.1)
    exact = np.exp(0.1) + 0.2 + 0.004  # noise and, through the drift, its integral
    assert float(linear(1.0, 0.0, dW=0.2, I10=0.004)) == pytest.approx(exact, abs=2e-4)
    assert bl.sdeint(lambda x, t: x, lambda x, t: x, kind="stratonovich").row.name == "heun"


def test_a_changed_constant_is_seen_by_a_step_in_a_loop():
    """Also one that only g uses."""
    strength = {"sigma": 1.0}
    step = bl.sdeint(lambda x, t: 0.0 * x, lambda x, t: strength["sigma"], dt=1.0)

    def walk():
        return bm.for_loop(lambda dW: step(0.0, 0.0, dW=dW), bm.ones(3))

    assert walk().tolist() == [1.0, 1.0, 1.0]
    strength["sigma"] = 2.0
    assert walk().tolist() == [2.0, 2.0, 2.0]
