"""Each mistake with a fractional equation gets its lesson."""

import numpy as np
import pytest

import brainlab as bl
import brainlab.math as bm
from brainlab.integrate import DivergedError, IntegrateError, short_memory_error


def f(x, t):
    return -x


def raises(*texts, error=IntegrateError):
    """All the texts in one message."""
    return pytest.raises(error, match=r"(.|\n)*".join(texts))


@pytest.mark.parametrize("alpha", [0, 0.0, -0.5, 2.5, float("nan"), float("inf"), "0.5", None, True, [0.5], np.ones(2)])
def test_alpha(alpha):
    with raises("alpha = ", "must be a number above 0 and below 2", "the past pulls back", "alpha=0.8"):
        bl.solve_fde(f, alpha, 1.0, 0.0, 1.0, dt=0.1)
    with raises("must be a number above 0 and below 2"):
        bl.fdeint(f, alpha=alpha)
    with raises("must be a number above 0 and below 2"):
        short_memory_error(alpha, 1.0)


def test_alpha_2_is_two_equations():
    with raises("alpha = 2", r"bl.solve_ode\(lambda x, v, t: \(v, f\(x, t\)\)"):
        bl.solve_fde(f, 2, [1.0, 0.0], 0.0, 1.0, dt=0.1)


def test_alpha_above_1():
    with raises("l1_implicit is for alpha up to 1, and alpha = 1.5", 'method="pi_trapezoid"   # or caputo_euler, gl, pece'):
        bl.solve_fde(f, 1.5, [1.0, 0.0], 0.0, 1.0, dt=0.1, method="l1_implicit")
    with raises("alpha = 1.5: a step is for alpha up to 1", "begins with a slope", r"bl.solve_fde\(f, 1.5, \[x0, v0\]"):
        bl.fdeint(f, alpha=1.5)


def test_number_of_initial_values():
    with raises(r"alpha = 0.8 needs y\(0\), and y0 = \[1.0, 2.0\] has 2 values", "is an array", r"y0=\[bm.array"):
        bl.solve_fde(f, 0.8, [1.0, 2.0], 0.0, 1.0, dt=0.1)
    for y0 in (1.0, [1.0], bm.ones(2)):
        with raises(r"alpha = 1.2 needs y\(0\) and y'\(0\), and y0 = .* has 1 value", "rounded up", r"y0=\[0.0, 0.0\]"):
            bl.solve_fde(f, 1.2, y0, 0.0, 1.0, dt=0.1)
    with raises(r"needs y\(0\), and y0 = \[\] has 0 values"):
        bl.solve_fde(f, 0.8, [], 0.0, 1.0, dt=0.1)
    with raises(r"alpha needs y\(0\), and y0 = .* has 2 values"):
        bm.vmap(lambda a: bl.solve_fde(f, a, [1.0, 0.0], 0.0, 1.0, dt=0.1, method="l1_implicit").y)(bm.array([0.5, 0.6]))


def test_initial_values_of_several_states():
    def g(x, y, t):
        return y, -x

    assert bl.solve_fde(g, 0.8, (1.0, 2.0), 0.0, 1.0, steps=2).y[0].shape == (3,)
    assert bl.solve_fde(g, 1.2, [(1.0, 2.0), (0.0, 0.0)], 0.0, 1.0, steps=2).y[0].shape == (3,)
    with raises(r"g has 2 states \(x, y\), and y0 has 3 values", r"y0=\(x0, y0\)"):
        bl.solve_fde(g, 0.8, [(1.0, 2.0, 3.0)], 0.0, 1.0, dt=0.1)
    with raises("and y0 has one value"):
        bl.solve_fde(g, 0.8, [1.0], 0.0, 1.0, dt=0.1)
    with raises(r"needs y\(0\) and y'\(0\)", r"y0=\[\(0.0, 0.0\), \(0.0, 0.0\)\]"):
        bl.solve_fde(g, 1.5, [(1.0, 2.0)], 0.0, 1.0, dt=0.1)
    with raises(r"y\(0\) has shape \(2,\), and y'\(0\) has shape \(3,\)", r"y0=\[x0, 0 \* x0\]"):
        bl.solve_fde(f, 1.5, [bm.ones(2), bm.ones(3)], 0.0, 1.0, dt=0.1)


@pytest.mark.parametrize("nonsense", ["a", None, {}, [None], [["a"]], object()])
def test_a_start_that_is_no_number(nonsense):
    with raises("y0 = .*a number is expected"):
        bl.solve_fde(f, 0.8, nonsense, 0.0, 1.0, dt=0.1)


def test_methods():
    with raises("there is no method 'l1'", "caputo_euler, l1_implicit, gl, pece, pi_trapezoid"):
        bl.solve_fde(f, 0.8, 1.0, 0.0, 1.0, dt=0.1, method="l1")
    with raises("there is no method 'pi_trapezium'. Did you mean 'pi_trapezoid'?"):
        bl.fdeint(f, alpha=0.8, method="pi_trapezium")
    with raises("there is no method 'rk4'", 'method="caputo_euler"'):
        bl.fdeint(f, alpha=0.8, method="rk4")


@pytest.mark.parametrize("dt", [0, -0.1, float("nan"), float("inf"), "0.1", [0.1, 0.2]])
def test_step_size(dt):
    with raises("dt = ", "must be one finite number above 0", "dt=0.01"):
        bl.solve_fde(f, 0.8, 1.0, 0.0, 1.0, dt=dt)
    with raises("dt = ", "must be one finite number above 0"):
        bl.fdeint(f, alpha=0.8, dt=dt)


def test_times():
    with raises("dt = 0.3 does not divide t1 - t0 = 1", "steps=4"):
        bl.solve_fde(f, 0.8, 1.0, 0.0, 1.0, dt=0.3)
    with raises("both dt and steps are given"):
        bl.solve_fde(f, 0.8, 1.0, 0.0, 1.0, dt=0.1, steps=10)
    with raises("t1 = 1 is not after t0 = 1"):
        bl.solve_fde(f, 0.8, 1.0, 1.0, 1.0, dt=0.1)
    with raises("t1 = -1 is not after t0 = 0", "an equation that remembers cannot be run backwards", "t0=-1, t1=0"):
        bl.solve_fde(f, 0.8, 1.0, 0.0, -1.0, dt=0.1)
    with raises("t1 = None: a time is one number"):
        bl.solve_fde(f, 0.8, 1.0, 0.0, None, dt=0.1)


def test_equations():
    with raises("has no parameter t"):
        bl.solve_fde(lambda x: -x, 0.8, 1.0, 0.0, 1.0, dt=0.1)
    with raises("too many positional arguments"):
        bl.solve_fde(f, 0.8, 1.0, 0.0, 1.0, dt=0.1, args=(1.0,))
    with raises("args = 1.0 is not a tuple"):
        bl.solve_fde(f, 0.8, 1.0, 0.0, 1.0, dt=0.1, args=1.0)
    with raises("the state is complex", r"def f\(re, im, t\)"):
        bl.solve_fde(f, 0.8, 1.0 + bm.array(1j), 0.0, 1.0, dt=0.1)


@pytest.mark.parametrize("method", [row.name for row in bl.methods("fde")])
def test_derivatives_of_the_wrong_shape(method):
    def g(x, t):
        return bm.ones(3)

    text = r"g returned a derivative of shape \(3,\) for x, which has shape \(2,\)"
    with raises(text, "the derivative says how fast"):
        bl.solve_fde(g, 0.8, bm.ones(2), 0.0, 1.0, steps=2, method=method)
    with raises(text):
        bl.fdeint(g, alpha=0.8, method=method)(bm.ones(2), 0.0)
    with raises("returned nothing for x"):
        bl.solve_fde(lambda x, t: None, 0.8, 1.0, 0.0, 1.0, steps=2, method=method)


def test_a_run_that_blows_up_says_when_and_where():
    def stiff(x, t, k):
        return -k * x

    k = bm.array([1.0, 1000.0])
    with raises(r"x\[1\] became (infinite|NaN) at t = ", "overshoots", "dt=0.01", error=DivergedError):
        bl.solve_fde(stiff, 0.9, bm.ones(2), 0.0, 10.0, dt=0.1, method="caputo_euler", args=(k,))
    assert np.isfinite(bl.solve_fde(stiff, 0.9, bm.ones(2), 0.0, 10.0, dt=0.1, method="gl", args=(k,)).y).all()
    with raises("x became NaN at t = 0.1", "the first step", error=DivergedError):
        bl.solve_fde(lambda x, t: bm.sqrt(x - 2.0), 0.9, 1.0, 0.0, 1.0, dt=0.1)
    with raises("x is NaN at the start", error=DivergedError):
        bl.solve_fde(f, 0.9, np.nan, 0.0, 1.0, dt=0.1)


def test_newton_that_finds_nothing_is_not_silent():
    """x^2 runs away in finite time: soon x = known + dt^a x^2 has no real solution."""
    with raises("x became NaN at t = ", error=DivergedError):
        bl.solve_fde(lambda x, t: x**2, 0.8, 1.0, 0.0, 5.0, dt=0.1, method="pi_trapezoid")


def test_memory():
    with raises(
        "pece cannot forget: memory = 1.0", "stays moved", 'method="gl"   # or l1_implicit; or pece with memory=None'
    ):
        bl.solve_fde(f, 0.8, 1.0, 0.0, 5.0, dt=0.1, memory=1.0)
    for memory in (0, -1.0, 0.01, "1", True, [1.0], float("nan")):
        with raises("memory = ", r"the memory is a time, at least one step \(dt = 0.1\)", "memory=10"):
            bl.solve_fde(f, 0.8, 1.0, 0.0, 5.0, dt=0.1, method="gl", memory=memory)
    with raises("caputo_euler cannot forget"):
        bl.fdeint(f, alpha=0.8, method="caputo_euler", memory=10.0)
    for wrong in ({"memory": 0.0}, {"memory": "1"}, {"memory": 1.0, "size": -1}):
        with raises("a finite number above 0 is expected"):
            short_memory_error(0.5, **wrong)


def test_a_past_that_is_full():
    step = bl.fdeint(f, alpha=0.8, dt=0.1, steps=3)
    x = 1.0
    for i in range(3):
        x = step(x, i * 0.1)
    with raises("the past of f is full: there was room for 3 steps", "another equation", r"steps=30\), or step.reset\(\)"):
        step(x, 0.3)
    step.reset()
    values = bm.for_loop(lambda i: step(x, i * 0.1), bm.arange(5))  # compiled code cannot raise: NaN, not a shorter memory
    assert np.isfinite(values[:3]).all() and np.isnan(values[3:]).all()
    for steps in (0, -1, 2.5, True, "10"):
        with raises("steps = ", "a whole number of steps, 1 or more"):
            bl.fdeint(f, alpha=0.8, steps=steps)


def test_a_step_belongs_to_one_solution():
    step = bl.fdeint(f, alpha=0.8, dt=0.1, steps=10)
    step(bm.ones(2), 0.0)
    with raises("the state has 3 elements now; the past was made of states with 2", "another bl.fdeint"):
        step(bm.ones(3), 0.1)

    class Cell:
        @bl.fdeint(alpha=0.8)
        def move(self, x, t):
            return -x

    with raises("is a method, and its step remembers one past for all objects", "in __init__"):
        _ = Cell().move


def test_a_step_knows_its_numbers():
    with raises("alpha is not known yet", "its weights from the start", "bl.solve_fde"):
        bm.jit(lambda a: bl.fdeint(f, alpha=a)(1.0, 0.0))(0.5)
    with raises("dt is not known yet"):
        bm.jit(lambda dt: bl.fdeint(f, alpha=0.8, dt=dt)(1.0, 0.0))(0.5)
