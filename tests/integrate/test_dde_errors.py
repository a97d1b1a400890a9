"""Delay equations: each mistake gets its lesson."""

import numpy as np
import pytest

import brainlab as bl
import brainlab.math as bm
from brainlab.integrate import DivergedError, IntegrateError
from brainlab.integrate._dde_plan import MOST_POINTS


def f(x, t, delayed):
    return -delayed[0]


def raises(*texts, error=IntegrateError):
    """All the texts in one message."""
    return pytest.raises(error, match=r"(.|\n)*".join(texts))


def solve(f=f, taus=1.0, history=1.0, t0=0.0, t1=2.0, steps=20, **more):
    return bl.solve_dde(f, taus, history, t0, t1, steps=steps, **more)


def test_unknown_method():
    with raises("there is no method 'rk5'. Did you mean 'rk4'", "the methods are euler, rk4"):
        solve(method="rk5")


def test_delay_below_the_step():
    with raises(r"taus\[1\] = 0.01 is shorter than the step dt = 0.1", "an explicit method", r"steps=200   # dt = 0.01"):
        solve(taus=[1.0, 0.01])
    with raises(r"taus\[0\] = 0.15 is shorter than the step dt = 0.2", r"steps=14   # dt = 0.142857"):
        bl.solve_dde(f, 0.15, 1.0, 0.0, 2.0, dt=0.2, method="euler")
    assert solve(taus=np.float32(0.1)).y.shape == (21,)


@pytest.mark.parametrize("tau", [0.0, -1.0, float("nan"), float("inf")])
def test_delay_that_is_none(tau):
    for taus in (tau, [1.0, tau]):
        with raises(f"a delay of {tau:g} is not a finite number above 0", "lies in the past"):
            solve(taus=taus)


@pytest.mark.parametrize("taus", ["1", [], [[1.0]], [1.0, "2"], None, True, {"a": 1.0}])
def test_delays_that_are_no_numbers(taus):
    with raises("taus = ", "one number, or a list of them", r"taus=\[1.0\]"):
        solve(taus=taus)


def test_delay_that_depends_on_the_state():
    for taus in (lambda x: 1 + x, [1.0, lambda t, x: x]):
        with raises("a delay that is a function of time or state is not supported", "depend on the solution", "taus=1.0"):
            solve(taus=taus)


def test_traced_delays_and_times():
    with raises("inside a compiled function taus must be known", "pass what changes by args"):
        bm.jit(lambda tau: solve(taus=tau).y)(1.0)
    with raises("inside a compiled function t0, t1 or dt must be known"):
        bm.jit(lambda t1: solve(t1=t1).y)(2.0)
    assert bm.jit(lambda x: solve(history=x).y)(1.0).shape == (21,)


def test_parameters():
    with raises(r"ode\(x, t\) has 0 parameters after t, and args has 0", r"def f\(x, t, delayed\): ..."):

        def ode(x, t):
            return -x

        solve(ode)
    with raises("has 2 parameters after t, and args has 2", "a parameter for each of args", r"delayed, a1, a2\)"):
        solve(lambda x, t, d, k: -k * d[0], args=(1.0, 2.0))
    with raises(r"has 3 parameters after t, and args has 0"):
        solve(lambda x, t, d, s, k: -k * d[0])
    with raises("has no parameter t"):
        solve(lambda x, delayed: -x)
    with raises("args = 2.0 is not a tuple", r"args=\(a,\)"):
        solve(lambda x, t, d, k: -k * d[0], args=2.0)


def test_forgotten_index():
    """`delayed` has a row for each delay, also for one."""
    with raises(
        r"late returned a derivative of shape \(1,\) for x, which has shape \(\)", r"delayed\[0\] is the state one delay ago"
    ):

        def late(x, t, delayed):
            return -delayed

        solve(late)
    with raises(r"a derivative of shape \(1, 3\) for x, which has shape \(3,\)"):
        solve(lambda x, t, d: -d, history=np.ones(3))
    with raises("returned nothing for x"):
        solve(lambda x, t, d: None)


def test_history():
    with raises("history = 'one': a number is expected"):
        solve(history="one")
    pair = lambda x, y, t, d: (-d[0][0], x)  # noqa: E731
    with raises(r"has 2 states \(x, y\), and history is one value", r"history=lambda t: \(x0, y0\)"):
        solve(pair)
    with raises(r"has 2 states \(x, y\), and history\(t\) is 3 values", "each state needs a past"):
        solve(pair, history=lambda t: (t, t, t))
    with raises(r"has 1 state \(x\), and history\(t\) is nothing"):
        solve(history=lambda t: None)
    with raises("history", error=Exception):  # a function of two arguments: Python's own words
        solve(history=lambda t, x: x)


def test_mesh():
    with raises("dt = 0.3 does not divide t1 - t0 = 1"):
        bl.solve_dde(f, 1.0, 1.0, 0.0, 1.0, dt=0.3)
    with raises("t1 = 0 is not after t0 = 0"):
        solve(t1=0.0)
    with raises("t1 = -1 is not after t0 = 0", "an equation with delays has no way back", "t0=-1, t1=0"):
        solve(t1=-1.0)


def test_too_many_breaking_points():
    with raises(f"more than {MOST_POINTS} breaking points", "comes back after every sum of delays", "an earlier t1"):
        solve(lambda x, t, d, s: -s[0], taus=[1.0, np.sqrt(2), np.pi / 2], t1=300.0, steps=3000)


def test_the_end_of_the_numbers():
    with raises("x became infinite at t = ", "steps=", error=DivergedError):
        solve(lambda x, t, d: x * x * d[0], history=3.0, t1=5.0)
    with raises("history: x is NaN|y0: x is NaN at the start", error=DivergedError):
        solve(history=float("nan"))


def test_a_delay_that_is_not_there():
    with raises("index 1 is out of bounds.*and there is one delay", "`taus` lists the delays", r"taus=\[1.0, 1.0\]"):
        solve(lambda x, t, delayed: -delayed[1])
    with raises("list index out of range, and there are 2 delays", r"or delayed\[1\]"):
        solve(lambda x, y, t, delayed: (y, -delayed[2][0]), taus=[1.0, 1.5], history=(1.0, 0.0))


def test_history_that_takes_no_time():
    with raises(r"history\(t\): too many positional arguments", "at a time up to t0", "history=lambda t: 1.0"):
        solve(history=lambda: 1.0)
