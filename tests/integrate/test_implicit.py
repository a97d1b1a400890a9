"""The methods that use the Jacobian: order, stiffness, what counts as coupled, and the period of a Hodgkin-Huxley neuron."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.linalg
from jax import lax
from scipy.integrate import solve_ivp

import brainlab as bl
import brainlab.math as bm
from brainlab.analysis import fi_curve
from brainlab.integrate._coupling import independent, vectors
from brainlab.integrate._equation import Equation
from brainlab.integrate._phi import expm, exponential_step, phi2
from brainlab.integrate._steppers import stepper
from brainlab.networks.core import trace

METHODS = {"backward_euler": 1, "exp_rosenbrock_euler": 2, "etd2rk": 2, "strang": 2}
every = pytest.mark.parametrize("method", METHODS)
W = np.array([[0.0, 0.5, -0.3], [-0.5, 0.0, 0.2], [0.3, 0.1, 0.0]])


# ---- phi functions


def test_phi2(x64):
    z = np.concatenate([-np.logspace(2, -9, 45), [0.0], np.logspace(-9, 2, 45)])
    exact = [scipy.linalg.expm(np.array([[x, 1, 0], [0, 0, 1], [0, 0, 0.0]]))[0, 2] for x in z]
    values, slope = jax.jit(jax.vmap(phi2)), jax.jit(jax.vmap(jax.grad(phi2)))
    np.testing.assert_allclose(values(z), exact, rtol=2e-12)
    slopes = slope(z)
    assert float(slopes[45]) == pytest.approx(1 / 6, rel=1e-14)
    e = 1e-5
    near = np.abs(z) < 3
    difference = (values(z + e) - values(z - e)) / (2 * e)
    np.testing.assert_allclose(slopes[near], difference[near], rtol=1e-6)


@pytest.mark.parametrize("n", [2, 5, 9])
def test_expm_is_that_of_scipy(n, x64):
    A = np.random.default_rng(n).normal(size=(4, n, n)) * np.array([1e-3, 1.0, 10.0, 0.0])[:, None, None]
    for ours, a in zip(jax.jit(expm)(A), A, strict=True):
        theirs = scipy.linalg.expm(a)
        np.testing.assert_allclose(ours, theirs, atol=1e-12 * np.abs(theirs).max())


def test_expm_of_a_very_stiff_matrix(x64):
    found = jax.jit(expm)(jnp.array([[-1e8, 1e8], [0.0, -1.0]]))
    np.testing.assert_allclose(found, [[0, np.exp(-1)], [0, np.exp(-1)]], atol=1e-7)


def test_gradient_through_expm(x64):
    A, B = np.random.default_rng(0).normal(size=(2, 3, 3))
    slope = jax.jit(jax.grad(lambda s: expm(A + s * B).sum()))(0.0)
    assert float(slope) == pytest.approx(scipy.linalg.expm_frechet(A, B, compute_expm=False).sum(), rel=1e-10)


def test_exponential_step_solves_a_linear_equation(x64):
    """y' = J y + a + b t."""
    rng = np.random.default_rng(1)
    for d in (1, 3):
        J, a, b, y, h = rng.normal(size=(d, d)), *rng.normal(size=(3, d)), 0.7
        exact = solve_ivp(lambda t, y, J=J, a=a, b=b: J @ y + a + b * t, (0, h), y, rtol=1e-12, atol=1e-13).y[:, -1]
        np.testing.assert_allclose(y + jax.jit(exponential_step)(J, J @ y + a, b, h), exact, rtol=1e-9)


# ---- order


def lorenz(y, t):
    return [10 * (y[1] - y[0]), y[0] * (28 - y[2]) - y[1] + bm.sin(3 * t), y[0] * y[1] - 8 / 3 * y[2]]


def network(x, s, t):
    return -x + bm.matmul(W, bm.tanh(s)) + bm.sin(t), x - s**2


def alone(x, v, t):
    return v * bm.cos(t), -x * v


def mixed(x, v, t):  # a number and a vector
    return -x + v.sum() * bm.cos(t), -v * x


PROBLEMS = {  # f, y0, t1
    "one number, t": (lambda y, t: -2 * t * y**2, 1.0, 2.0),
    "a vector, coupled": (lorenz, np.array([1.0, 1.0, 1.0]), 0.1),
    "a vector, elements alone": (lambda y, t: y * (1 - y) * bm.cos(t), np.array([0.1, 0.5]), 2.0),
    "two vectors, a matrix between": (network, (np.array([0.1, 0.2, 0.3]), np.array([1.0, 0.5, 0.0])), 2.0),
    "two vectors, neuron by neuron": (alone, (np.ones(3), np.arange(3.0)), 2.0),
    "a number and a vector": (mixed, (1.0, np.array([0.5, 1.0])), 2.0),
}


@functools.cache
def runner(problem, method):
    """The end of a run of n steps, as one vector: compiled once, for every n."""
    f, y0, t1 = PROBLEMS[problem]
    equation = Equation(f)
    field, step = equation.field(), stepper(method)

    @jax.jit
    def end(n):
        y = lax.fori_loop(0, n, lambda i, y: step(field, y, i * (t1 / n), t1 / n), equation.floats(y0))
        return jnp.concatenate([jnp.ravel(part) for part in jax.tree.leaves(y)])

    return end


@pytest.mark.parametrize("problem", PROBLEMS)
@every
def test_order(method, problem, x64):
    exact, end = runner(problem, "rk4")(2000), runner(problem, method)
    coarse, fine = (float(jnp.abs(end(n) - exact).max()) for n in (100, 200))
    assert np.log2(coarse / fine) == pytest.approx(METHODS[method], abs=0.12)


# ---- stiffness


@pytest.mark.parametrize("method", ["backward_euler", "exp_rosenbrock_euler", "etd2rk"])
def test_robertson(method, x64):
    """Rates from 0.04 to 3e7; DETEST problem D: an explicit method would need 1e5 steps here."""

    def f(y, t):
        a, b, c = 0.04 * y[0], 1e4 * y[1] * y[2], 3e7 * y[1] ** 2
        return [-a + b, a - b - c, c]

    def plain(t, y):
        a, b, c = 0.04 * y[0], 1e4 * y[1] * y[2], 3e7 * y[1] ** 2
        return [-a + b, a - b - c, c]

    exact = solve_ivp(plain, (0, 40), [1, 0, 0], method="Radau", rtol=1e-10, atol=1e-12).y[:, -1]
    steps = 40_000 if method == "etd2rk" else 400  # with the diagonal alone it is stiff to the coupling
    found = bl.solve_ode(f, np.array([1.0, 0.0, 0.0]), 0.0, 40.0, steps=steps, method=method).y[-1]
    np.testing.assert_allclose(found, exact, rtol=6e-3)


@every
def test_far_beyond_the_stable_step_of_an_explicit_method(method, x64):
    """y' = -1e6 (y - cos t): it settles onto cos t in a microsecond."""
    y = bl.solve_ode(lambda y, t: -1e6 * (y - bm.cos(t)), 0.0, 0.0, 1.0, steps=20, method=method).y
    # The first step forgets y(0) to 2e-5; that cos bends within a step costs dt^2/2; strang sees it in the middle alone.
    tolerance = {"backward_euler": 3e-5, "exp_rosenbrock_euler": 2e-3, "etd2rk": 3e-5, "strang": 0.03}[method]
    np.testing.assert_allclose(y[1:], np.cos(np.arange(1, 21) / 20), atol=tolerance)


def test_backward_euler_of_a_linear_equation_is_backward_euler(x64):
    A = np.array([[-3.0, 1.0], [2.0, -5.0]])
    step = bl.odeint(lambda y, t: bm.matmul(A, y) + t, method="backward_euler", dt=0.5)
    exact = np.linalg.solve(np.eye(2) - 0.5 * A, np.array([1.0, 2.0]) + 0.5 * 1.5)
    np.testing.assert_allclose(step(np.array([1.0, 2.0]), 1.0), exact, rtol=1e-13)


@pytest.mark.parametrize("method", ["exp_rosenbrock_euler", "strang", "etd2rk"])
def test_linear_equations_come_out_exact(method, x64):
    if method == "exp_rosenbrock_euler":
        A = np.array([[-3.0, 1.0], [2.0, -5.0]])
        y = bl.solve_ode(lambda y, t: bm.matmul(A, y), np.array([1.0, 2.0]), 0.0, 3.0, dt=1.5, method=method).y[-1]
        np.testing.assert_allclose(y, scipy.linalg.expm(3.0 * A) @ [1.0, 2.0], rtol=1e-11)
    sol = bl.solve_ode(lambda V, t: (-(V + 65) + 20) / 10, -65.0, 0.0, 50.0, dt=5.0, method=method)
    np.testing.assert_allclose(sol.y, -65 + 20 * (1 - np.exp(-sol.t / 10)), rtol=1e-12)


# ---- what is coupled


@pytest.mark.parametrize(
    ("f", "expected"),
    [
        (lambda x, v: (v, -x), True),
        (lambda x, v: (jnp.where(x > 0, v, 0.0), jax.nn.sigmoid(x) * jnp.arange(3)), True),
        (lambda x, v: (1.0, v), True),
        (lambda x, v: (jax.jit(jnp.tanh)(x), jax.nn.relu(v)), True),
        (lambda x, v: (x - x.mean(), v), False),
        (lambda x, v: (x[::-1], v), False),
        (lambda x, v: (jnp.ones((3, 3)) @ x, v), False),
        (lambda x, v: (jnp.roll(x, 1), v), False),
        (lambda x, v: (x, jnp.cumsum(v)), False),
        (lambda x, v: (x, (x[:, None] * v).sum(0)), False),
        (lambda x, v: (x, jax.jit(jnp.sum)(v)), False),
    ],
)
def test_independent(f, expected):
    x = jnp.array([1.0, 2.0, 3.0])
    assert independent(lambda y, t: f(*y), (x, x), 0.0) == expected


@pytest.mark.parametrize("name", [n for n, c in bl.all_models().items() if issubclass(c, bl.Neuron)])
def test_neurons_are_independent(name):
    """A population of n neurons with k states is n systems of k, not one of n k."""
    model = bl.all_models()[name]()
    states = tuple(jnp.full(7, float(x)) for x in model.initial())
    parts = vectors(lambda y, t: _tuple(model.derivative(*y, 1.0)), states, 0.0)
    assert parts.y.shape == (7, len(states))


def _tuple(slopes):
    slopes = slopes if isinstance(slopes, tuple) else (slopes,)
    return tuple(jnp.asarray(getattr(k, "value", k)) for k in slopes)


@every
def test_a_population_is_its_neurons(method, x64):
    """The same numbers as one by one, and as one coupled system, although by other Jacobians."""
    f = lambda y, t: (y[0] - y[0] ** 3 - y[1] + t, 0.1 * (y[0] - y[1]))  # noqa: E731
    x, v = jnp.array([0.5, -1.0, 2.0]), jnp.array([0.0, 0.3, -0.2])
    step = functools.partial(jax.jit(stepper(method), static_argnums=0), t=0.3, dt=0.2)
    together = step(f, (x, v))
    one = [step(f, (x[i], v[i])) for i in range(3)]
    np.testing.assert_allclose(together, np.array(one).T, rtol=1e-12)
    tied = lambda y, t: tuple(k + 0 * k[::-1] for k in f(y, t))  # noqa: E731
    np.testing.assert_allclose(step(tied, (x, v)), together, rtol=1e-12)


# ---- under transforms


@every
def test_gradient_and_vmap(method, x64):
    def duffing(x, v, t, k):
        return v, -k * x - x**3

    def end(k):
        return bl.solve_ode(duffing, (1.0, 0.0), 0.0, 1.0, steps=20, method=method, args=(k,)).y[0][-1]

    slope = float(bm.grad(end)(2.0))
    assert slope == pytest.approx((float(end(2.0 + 1e-5)) - float(end(2.0 - 1e-5))) / 2e-5, rel=1e-6)
    np.testing.assert_allclose(bm.vmap(end)(bm.array([1.0, 2.0])), [float(end(1.0)), float(end(2.0))], rtol=1e-12)


@every
def test_float32_stays_float32(method):
    y = bl.solve_ode(lorenz, np.ones(3, np.float32), 0.0, 0.1, steps=10, method=method).y
    assert y.dtype == np.float32 and np.isfinite(y).all()


# ---- Hodgkin-Huxley: why its method is rk4


def test_period_of_hodgkin_huxley():
    """Errors of the period in percent at dt = 0.05, 0.1, 0.2 ms. Exact: rk4 at 0.01 ms, which has T = 14.636 ms."""
    expected = {
        "rk4": (0.000, None, None),
        "exp_euler": (2.5, 5.0, 10.0),
        "etd2rk": (0.32, 1.1, 3.3),
        "strang": (0.12, 0.49, 1.8),
        "exp_rosenbrock_euler": (0.000, -0.002, -0.057),
        "backward_euler": (0.12, 0.17, None),
    }

    def rate(dt, method):
        # As many steps at every dt, so that each method is compiled once.
        return float(fi_curve(bl.HH(), [10.0], duration=5000 * dt, settle=1000 * dt, dt=dt, method=method)[0])

    def unstable(dt, method):
        try:  # what becomes of it hangs on the last digits: NaN, or a membrane that is far away and stays there
            return rate(dt, method) == 0
        except bl.analysis.AnalysisError as error:
            return "HH at I = 10 uA/cm2 became NaN" in str(error)

    with bm.enable_x64():
        exact = 1000 / fi_curve(bl.HH(), [10.0], duration=250.0, settle=50.0)[0]
        assert exact == pytest.approx(14.636, abs=1e-3)
        for method, percents in expected.items():
            for dt, percent in zip((0.05, 0.1, 0.2), percents, strict=True):
                if percent is None:
                    assert unstable(dt, method), (method, dt)
                else:
                    found = 100 * (1000 / rate(dt, method) / exact - 1)
                    assert found == pytest.approx(percent, rel=0.05, abs=0.003), (method, dt)


def test_strang_on_hodgkin_huxley_has_order_2(x64):
    """V on its way up a spike, against scipy."""
    y0, slope = (-50.0, 0.1, 0.5, 0.35), jax.jit(lambda y: jnp.stack(_tuple(bl.HH().derivative(*y, 10.0))))
    exact = solve_ivp(lambda t, y: np.asarray(slope(y)), (0, 2), y0, method="DOP853", rtol=1e-10, atol=1e-11).y[0, -1]
    ends = [float(trace(bl.HH(), np.full(n, 10.0), 2 / n, state=y0, method="strang")["V"][-1]) for n in (100, 200)]
    assert np.log2(abs(ends[0] - exact) / abs(ends[1] - exact)) == pytest.approx(2, abs=0.1)
