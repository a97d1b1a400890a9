"""odeint and solve_ode: what goes in, what comes out, and that it works under every transform."""

import copy
import functools
import subprocess
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import brainlab as bl
import brainlab.math as bm
from brainlab.models import Model
from brainlab.params import param


def decay(x, t, tau=1.0):
    return -x / tau


# ---- odeint


def test_a_step_is_the_formula():
    step = bl.odeint(decay, method="euler", dt=0.1)
    x = step(bm.array([1.0, 2.0]), 0.0, 2.0)
    assert isinstance(x, bm.Array) and x.dtype == bm.float32
    np.testing.assert_allclose(x, [0.95, 1.9], rtol=1e-6)
    np.testing.assert_allclose(step(bm.array([1.0, 2.0]), t=0.0, tau=4.0), [0.975, 1.95], rtol=1e-6)
    np.testing.assert_allclose(step(bm.array([1.0, 2.0]), 0.0, dt=0.5), [0.5, 1.0], rtol=1e-6)
    assert repr(step) == "<bl.odeint of decay: euler, dt=0.1>"


def test_as_in_the_lecture():
    """A function, a decorator with and without settings, several states, a method."""

    @bl.odeint
    def a(x, t):
        return -x

    @bl.odeint(method="rk4", dt=0.01)
    def b(x, t):
        return -x

    assert float(a(1.0, 0.0)) == float(b(1.0, 0.0)) == pytest.approx(np.exp(-0.01))
    assert a.__name__ == "a" and a.method == "rk4" and a.dt == 0.01

    class FitzHughNagumo(bl.Module):
        def __init__(self):
            self.V, self.w, self.t = bm.Variable(0.0), bm.Variable(0.0), bm.Variable(0.0)
            self.integral = bl.odeint(self.derivative, method="rk4", dt=0.1)

        def derivative(self, V, w, t, I):
            return V - V**3 / 3 - w + I, 0.08 * (V + 0.7 - 0.8 * w)

        def update(self, I):
            self.V.value, self.w.value = self.integral(self.V, self.w, self.t, I)
            self.t.value = self.t + 0.1
            return self.V

    neuron = FitzHughNagumo()
    V = bm.for_loop(neuron.update, 0.5 * bm.ones(1000))
    sol = bl.solve_ode(neuron.derivative, (0.0, 0.0), 0.0, 100.0, dt=0.1, args=(0.5,))
    np.testing.assert_allclose(V, sol["V"][1:], atol=2e-4)
    assert V.max() > 1.5 and V.min() < -1.5  # it fires


def test_a_decorated_method():
    class Leak:
        tau = 10.0

        @bl.odeint(method="euler", dt=1.0)
        def step(self, V, t, I=0.0):
            return (-V + I) / self.tau

    assert float(Leak().step(10.0, 0.0)) == pytest.approx(9.0)
    assert float(Leak().step(10.0, 0.0, I=10.0)) == pytest.approx(10.0)
    assert isinstance(Leak.step, type(bl.odeint(decay)))


def test_the_function_may_work_in_place_and_return_a_list():
    def f(x, t, k):
        x *= -1.0
        k += 1.0  # its own copy: each of the four calls sees the same k
        return [x[0] * k, x[1]]

    k = bm.array(1.0)
    x = bl.odeint(f, dt=0.1)(bm.array([1.0, 1.0]), 0.0, k)
    np.testing.assert_allclose(x, np.exp([-0.2, -0.1]), rtol=1e-5)
    assert float(k) == 1.0


def test_derivatives_in_one_array_and_as_one_number():
    x, y = bl.odeint(lambda x, y, t: bm.array([y, -x]), dt=0.1)(1.0, 0.0, 0.0)
    np.testing.assert_allclose([x, y], [np.cos(0.1), -np.sin(0.1)], rtol=1e-5)
    np.testing.assert_allclose(bl.odeint(lambda x, t: 2, dt=0.5)(bm.zeros(3), 0.0), [1.0, 1.0, 1.0])


@pytest.mark.parametrize("method", ["rk4", "exp_euler"])
def test_under_every_transform(method):
    step = bl.odeint(decay, method=method, dt=0.1)
    expected = pytest.approx(np.exp(-0.1), rel=1e-5)
    assert float(step(1.0, 0.0)) == expected
    assert float(bm.jit(lambda x: step(x, 0.0))(1.0)) == expected
    assert float(jax.jit(lambda x: step(x, 0.0).value)(1.0)) == expected
    assert float(bm.grad(lambda x: step(x, 0.0))(1.0)) == expected
    assert float(jax.grad(lambda x: step(x, 0.0).value)(1.0)) == expected
    assert float(bm.vmap(lambda x: step(x, 0.0))(bm.ones(2))[1]) == expected
    assert float(jax.vmap(lambda x: step(x, 0.0).value)(jnp.ones(2))[1]) == expected
    with bm.disable_jit():
        assert float(step(1.0, 0.0)) == expected
    x = bm.Variable(1.0)

    def update(i):
        x.value = step(x, i * 0.1)

    bm.for_loop(update, bm.arange(10))
    assert float(x) == pytest.approx(np.exp(-1.0), rel=1e-5)


def test_a_step_is_traced_once():
    traces = []

    def f(x, t, k):
        traces.append(1)
        return -k * x

    step = bl.odeint(f, dt=0.1)
    x = step(bm.ones(2), 0.0, 1.0)
    n = len(traces)
    for i in range(5):
        x = step(x, i * 0.1, 0.5 * i, dt=0.01 * (i + 1))
    assert n and len(traces) == n


def test_a_number_that_changed_outside_is_seen():
    rate = [1.0]
    step = bl.odeint(lambda x, t: -rate[0] * x, method="euler", dt=0.1)
    assert float(step(1.0, 0.0)) == pytest.approx(0.9)
    rate[0] = 2.0
    assert float(step(1.0, 0.0)) == pytest.approx(0.8)


def test_a_number_that_changed_is_seen_inside_jit_too():
    k = 1.0
    step = bl.odeint(lambda x, t: -k * x, method="euler", dt=0.1)
    whole = bm.jit(lambda x: step(x, 0.0))
    assert float(whole(1.0)) == pytest.approx(0.9)
    k = 2.0
    with pytest.raises(bm.errors.StaleValueError, match="k was 1.0 when bm.jit compiled"):
        whole(1.0)


def test_whole_numbers_and_odd_functions():
    assert float(bl.odeint(decay)(1, 0)) == pytest.approx(np.exp(-0.01))
    assert float(bl.odeint(functools.partial(decay, tau=2.0))(1.0, 0.0)) == pytest.approx(np.exp(-0.005))
    step = copy.deepcopy(bl.odeint(bm.jit(decay), dt=0.1))
    assert float(step(1.0, 0.0)) == pytest.approx(np.exp(-0.1))


# ---- solve_ode


def test_times_and_shapes():
    sol = bl.solve_ode(decay, bm.ones((2, 3)), 0.0, 2.0, dt=0.1)
    assert sol.t.shape == (21,) and sol.y.shape == (21, 2, 3) and isinstance(sol.y, bm.Array)
    assert sol.y.dtype == sol.t.dtype == bm.float32
    np.testing.assert_array_equal(sol.y[0], np.ones((2, 3)))
    np.testing.assert_allclose(sol.y[-1], np.exp(-2.0), rtol=1e-5)
    assert repr(sol) == "Solution(t (21,), x (21, 2, 3), method='rk4')"
    sol = bl.solve_ode(decay, 1, 0, 1, steps=4)  # whole numbers
    assert sol.y.dtype == bm.float32 and sol.y.shape == (5,)
    np.testing.assert_array_equal(sol.t, [0, 0.25, 0.5, 0.75, 1])


def test_time_is_not_added_up():
    sol = bl.solve_ode(lambda x, t: bm.ones_like(x), 0.0, 0.0, 1000.0, dt=0.01)
    np.testing.assert_array_equal(sol.t, (np.arange(100_001) * 0.01).astype(np.float32))


def test_several_states_of_one_shape_and_of_several():
    def f(x, v, t, k):
        return v, -k * x

    sol = bl.solve_ode(f, (1.0, 0.0), 0.0, 3.0, dt=0.01, args=(1.0,))
    np.testing.assert_allclose(sol.y[0], np.cos(sol.t), atol=1e-5)
    np.testing.assert_allclose(sol["v"], -np.sin(sol.t), atol=1e-5)

    def g(x, v, total, t, k):
        return v, -k * x, (x**2).sum()

    apart = bl.solve_ode(g, (bm.ones(2), bm.zeros(2), 0), 0.0, 3.0, dt=0.01, args=(1.0,))
    assert [y.shape for y in apart.y] == [(301, 2), (301, 2), (301,)]
    np.testing.assert_allclose(apart["x"][:, 0], sol["x"], atol=1e-6)
    np.testing.assert_allclose(apart["total"][-1], 2 * (1.5 + np.sin(6.0) / 4), rtol=1e-4)


def test_dtypes_meet_in_float64(x64):
    y0 = bm.zeros(2, dtype=bm.float32)
    sol = bl.solve_ode(lambda x, t, w: w - x, y0, 0.0, 1.0, steps=10, args=(bm.ones(2, dtype=bm.float64),))
    assert sol.y.dtype == bm.float64
    np.testing.assert_allclose(sol.y[-1], 1 - np.exp(-1.0), rtol=1e-6)
    assert bl.solve_ode(lambda x, t: -x, y0, 0.0, 1.0, steps=10).y.dtype == bm.float32


def test_complex_states():
    sol = bl.solve_ode(lambda z, t: 1j * z, 1.0, 0.0, 1.0, steps=100)
    np.testing.assert_allclose(sol.y[-1], np.exp(1j), rtol=1e-5)


class Leaky(Model):
    tau: float = param(10.0, "ms", "time constant")
    E: float = param(-65.0, "mV", "rest")

    def derivative(self, V, t):
        return (self.E - V) / self.tau


def test_other_arguments_run_the_same_code():
    traces = []

    def f(V, t, model, I):
        traces.append(1)
        return model.derivative(V, t) + I

    def solve(tau, I, t1=20.0, y0=-50.0):
        return bl.solve_ode(f, y0, 0.0, t1, steps=200, args=(Leaky(tau=tau), I)).y

    first = solve(10.0, 0.0)
    n = len(traces)
    for tau in (5.0, 20.0):
        y = solve(tau, 0.1)
        np.testing.assert_allclose(y[-1], -65 + 0.1 * tau + (15 - 0.1 * tau) * np.exp(-20 / tau), rtol=1e-5)
    solve(10.0, 0.0, t1=30.0, y0=-40.0)
    assert n and len(traces) == n and first.shape == (201,)


def test_a_lambda_made_anew_is_traced_once():
    traces = []

    def f(x, t, k):
        traces.append(1)
        return -k * x

    lengths = []
    for k in (1.0, 2.0, 3.0):
        bl.solve_ode(lambda x, t, k: f(x, t, k), 1.0, 0.0, 1.0, steps=10, args=(k,))
        lengths.append(len(traces))
    assert lengths[0] == lengths[2]


@pytest.mark.parametrize("method", ["rk4", "exp_euler", "ralston4"])
def test_gradient_against_the_closed_form(method, x64):
    def end(k, y0):
        return bl.solve_ode(lambda x, t, k: -k * x, y0, 0.0, 1.0, steps=200, method=method, args=(k,)).y[-1]

    k = 1.3
    assert float(bm.grad(end, argnums=0)(k, 2.0)) == pytest.approx(-2 * np.exp(-k), rel=1e-8)
    assert float(bm.grad(end, argnums=1)(k, 2.0)) == pytest.approx(np.exp(-k), rel=1e-8)
    assert float(jax.grad(lambda k: end(k, 2.0).value)(k)) == pytest.approx(-2 * np.exp(-k), rel=1e-8)


def test_gradient_of_a_function_that_closes_over_the_parameter():
    def end(k):
        return bl.solve_ode(lambda x, t: -k * x, 1.0, 0.0, 1.0, steps=50).y[-1]

    assert float(bm.grad(end)(0.5)) == pytest.approx(-np.exp(-0.5), rel=1e-5)
    assert float(jax.grad(lambda k: end(k).value)(0.5)) == pytest.approx(-np.exp(-0.5), rel=1e-5)


def test_gradient_through_a_model_and_of_the_end_time():
    loss = bm.grad(lambda model: bl.solve_ode(model.derivative, -50.0, 0.0, 10.0, steps=100).y[-1])
    assert float(loss(Leaky()).E) == pytest.approx(1 - np.exp(-1.0), rel=1e-4)
    end = bm.grad(lambda t1: bl.solve_ode(decay, 1.0, 0.0, t1, steps=100).y[-1])
    assert float(end(1.0)) == pytest.approx(-np.exp(-1.0), rel=1e-4)


def test_vmap_over_arguments():
    taus = bm.array([0.5, 1.0, 2.0])
    y = bm.vmap(lambda tau: bl.solve_ode(decay, 1.0, 0.0, 1.0, steps=50, args=(tau,)).y)(taus)
    np.testing.assert_allclose(y[:, -1], np.exp(-1 / np.asarray(taus)), rtol=1e-5)
    whole = bm.vmap(lambda tau: bl.solve_ode(decay, 1.0, 0.0, 1.0, steps=50, args=(tau,)))(taus)
    assert whole.y.shape == (3, 51)


def test_variables_are_read():
    tau = bm.Variable(1.0)
    f = lambda x, t: -x / tau  # noqa: E731
    assert float(bl.solve_ode(f, 1.0, 0.0, 1.0, steps=50).y[-1]) == pytest.approx(np.exp(-1), rel=1e-5)
    tau.value = 2.0
    assert float(bl.solve_ode(f, 1.0, 0.0, 1.0, steps=50).y[-1]) == pytest.approx(np.exp(-0.5), rel=1e-5)


def test_in_plain_python():
    seen = []

    def f(x, t):
        seen.append(float(t))
        return -x if x > 0 else x

    with bm.disable_jit():
        sol = bl.solve_ode(f, 1.0, 0.0, 1.0, steps=2, method="euler")
    np.testing.assert_allclose(sol.y, [1, 0.5, 0.25])
    assert seen == [0.0, 0.5]


def test_the_equation_is_traced_once_for_each_stage():
    calls = []

    def f(x, v, t):
        calls.append(1)
        return v, -x

    bl.solve_ode(f, (1.0, 0.0), 0.0, 1.0, steps=10, method="tsit5")
    assert len(calls) <= 6 + 2  # once for its Variables, once for the dtypes


def test_variables_in_the_equation():
    """Read from outside, made inside, and written."""
    tau, evaluations = bm.Variable(2.0), bm.Variable(0)

    def reads(x, t):
        own = bm.Variable(x)
        own.value = -own / tau
        return own.value

    def writes(x, t):
        evaluations.value += 1
        return -x

    for value in (2.0, 1.0):
        tau.value = value
        assert float(bl.solve_ode(reads, 1.0, 0.0, 1.0, steps=10).y[-1]) == pytest.approx(np.exp(-1 / value), rel=1e-5)
    bl.solve_ode(writes, 1.0, 0.0, 1.0, steps=10, method="midpoint")
    bm.jit(lambda: bl.solve_ode(writes, 1.0, 0.0, 1.0, steps=10, method="midpoint").y)()
    assert int(evaluations) == 2 * 20


def test_importing_stays_cheap():
    code = "import sys, brainlab; assert not {'scipy.integrate', 'scipy', 'diffrax', 'ipywidgets'} & set(sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
