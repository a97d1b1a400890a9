"""Each mistake gets its lesson: what, why, and a line to paste."""

import jax
import numpy as np
import pytest

import brainlab as bl
import brainlab.math as bm
from brainlab.integrate import DivergedError, IntegrateError


def f(x, t):
    return -x


def raises(*texts, error=IntegrateError):
    """All the texts in one message."""
    return pytest.raises(error, match=r"(.|\n)*".join(texts))


@pytest.mark.parametrize("dt", [0, -0.1, float("nan"), float("inf"), "0.1", None, [0.1, 0.2]])
def test_step_size(dt):
    with raises("dt = ", "must be one finite number above 0", "dt=0.01"):
        bl.odeint(f, dt=dt)
    if dt is not None:
        with raises("must be one finite number above 0"):
            bl.odeint(f)(1.0, 0.0, dt=dt)
        with raises("must be one finite number above 0"):
            bl.solve_ode(f, 1.0, 0.0, 1.0, dt=dt)


@pytest.mark.parametrize("steps", [0, -3, 2.5, True, "10"])
def test_number_of_steps(steps):
    with raises("steps = ", "a whole number, 1 or more", "steps=100"):
        bl.solve_ode(f, 1.0, 0.0, 1.0, steps=steps)


def test_dt_or_steps():
    with raises("both dt and steps are given", "dt=0.1"):
        bl.solve_ode(f, 1.0, 0.0, 1.0, dt=0.1, steps=10)
    with raises("neither dt nor steps is given", "dt=0.01"):
        bl.solve_ode(f, 1.0, 0.0, 1.0)


def test_dt_must_divide_the_time():
    with raises("dt = 0.3 does not divide t1 - t0 = 1: it is 3.33333 steps", r"steps=4   # dt = 0.25"):
        bl.solve_ode(f, 1.0, 0.0, 1.0, dt=0.3)
    with raises("dt = 2 does not divide t1 - t0 = 1", "steps=1   # dt = 1"):
        bl.solve_ode(f, 1.0, 0.0, 1.0, dt=2.0)
    assert bl.solve_ode(f, 1.0, 0.0, 1.0, dt=np.float32(0.1)).t.shape == (11,)


def test_time_runs_forwards():
    with raises("t1 = 1 is not after t0 = 1"):
        bl.solve_ode(f, 1.0, 1.0, 1.0, dt=0.1)
    with raises("t1 = -1 is not after t0 = 0", r"solve_ode\(lambda x, t: -f\(x, -t\), y0, 0, 1, ...\)   # backwards"):
        bl.solve_ode(f, 1.0, 0.0, -1.0, dt=0.1)
    back = bl.solve_ode(lambda x, t: -f(x, -t), 1.0, 0.0, 1.0, dt=0.1)
    assert float(back.y[-1]) == pytest.approx(np.e, rel=1e-5)
    with raises("t1 = nan is not after"):
        bl.solve_ode(f, 1.0, 0.0, float("nan"), dt=0.1)


def test_functions_that_are_no_equation():
    with raises("an equation is a function", "lambda x, t: -x"):
        bl.odeint(3.0)
    with raises(r"no_time\(x, y\) has no parameter t", "what stands before t is a state", r"def f\(x, t\): ..."):

        @bl.odeint
        def no_time(x, y):
            return -x

    with raises(r"scipys\(t, y\) has no state before t", "first what changes in time, then t"):

        @bl.odeint
        def scipys(t, y):
            return -y

    with raises(r"with_dt\(x, t, dt\) has a parameter dt"):

        @bl.odeint
        def with_dt(x, t, dt):
            return -x

    with raises("has no parameter t"):
        bl.solve_ode(lambda x: -x, 1.0, 0.0, 1.0, dt=0.1)


def test_arguments_that_are_missing_or_too_many():
    def g(x, t, tau):
        return -x / tau

    with raises(r"g\(x, t, tau\): missing a required argument: 'tau'", r"step\(x, t, tau\)"):
        bl.odeint(g)(1.0, 0.0)
    with raises("missing a required argument: 't'"):
        bl.odeint(f)(1.0)
    with raises("too many positional arguments"):
        bl.solve_ode(f, 1.0, 0.0, 1.0, dt=0.1, args=(1.0,))
    with raises("missing a required argument: 'tau'", "f is called with x, t, then what is in args", r"args=\(tau,\)"):
        bl.solve_ode(g, 1.0, 0.0, 1.0, dt=0.1)
    with raises("args = 1.0 is not a tuple", r"args=\(a,\)"):
        bl.solve_ode(g, 1.0, 0.0, 1.0, dt=0.1, args=1.0)


@pytest.mark.parametrize("inside", [lambda g: g, bm.jit], ids=["outside", "in jit"])
def test_derivatives_of_the_wrong_shape(inside):
    def wrong(result, y0, text):
        def g(x, t):
            return result

        with raises(text, "the derivative says how fast"):
            inside(lambda y: bl.odeint(g)(y, 0.0))(y0)
        with raises(text):
            inside(lambda y: bl.solve_ode(g, y, 0.0, 1.0, steps=2).y)(y0)

    wrong(np.ones(3), bm.ones(2), r"g returned a derivative of shape \(3,\) for x, which has shape \(2,\)")
    wrong(np.ones(2), 1.0, r"g returned a derivative of shape \(2,\) for x, which has shape \(\)")
    wrong(None, 1.0, "g returned nothing for x")
    wrong("up", 1.0, "g returned 'up' for x, which is no number")
    wrong((1.0, 2.0), 1.0, r"g returned 2 derivatives for x, which has shape \(\)")


def test_the_wrong_number_of_derivatives():
    for result, text in (
        ((1.0, 2.0, 3.0), "returned 3 derivatives for 2 states"),
        (1.0, "returned one derivative for 2 states"),
        (None, "returned nothing for 2 states"),
    ):
        with raises(r"g " + text + r" \(x, y\)", "return dx, dy"):

            def g(x, y, t, result=result):
                return result

            bl.odeint(g)(1.0, 2.0, 0.0)
    with raises(r"g returned a derivative of shape \(3,\) for y, which has shape \(2,\)"):

        def g(x, y, t):
            return x, bm.ones(3)

        bl.odeint(g)(bm.ones(2), bm.ones(2), 0.0)


def test_initial_states():
    def g(x, y, t):
        return y, -x

    with raises(r"g has 2 states \(x, y\), and y0 has 3 values", r"y0=\(x0, y0\)"):
        bl.solve_ode(g, (1.0, 2.0, 3.0), 0.0, 1.0, dt=0.1)
    with raises("and y0 has one value"):
        bl.solve_ode(g, 1.0, 0.0, 1.0, dt=0.1)
    with raises(r"x\[1\] is NaN at the start", error=DivergedError):
        bl.solve_ode(f, bm.array([1.0, np.nan]), 0.0, 1.0, dt=0.1)


def test_a_run_that_blows_up_says_when_and_where():
    stiff = lambda x, t, k: -k * x  # noqa: E731
    k = bm.array([1.0, 100.0])
    with raises(r"x\[1\] became infinite at t = 4\.", "overshoots", "dt=0.01", error=DivergedError):
        bl.solve_ode(stiff, bm.ones(2), 0.0, 10.0, dt=0.1, method="euler", args=(k,))
    assert np.isfinite(bl.solve_ode(stiff, bm.ones(2), 0.0, 10.0, dt=0.01, method="euler", args=(k,)).y).all()
    with raises("x became ", "steps=1000", error=DivergedError):
        bl.solve_ode(stiff, 1.0, 0.0, 10.0, steps=100, method="euler", args=(100.0,))
    with raises("w became NaN at t = 0.1", "the first step", "0/0", error=DivergedError):
        bl.solve_ode(lambda V, w, t: (-V, bm.sqrt(w - V)), (1.0, 0.0), 0.0, 1.0, dt=0.1)


def test_inside_compiled_code_nothing_is_checked():
    y = bm.jit(lambda k: bl.solve_ode(lambda x, t: -k * x, 1.0, 0.0, 10.0, dt=0.1, method="euler").y)(100.0)
    assert not np.isfinite(y).all()
    y = jax.jit(lambda y0: bl.solve_ode(lambda x, t: -100.0 * x, y0, 0.0, 10.0, dt=0.1, method="euler").y.value)(1.0)
    assert not np.isfinite(y).all()


def test_the_length_must_be_known():
    with raises("the number of steps must be known", "steps=100 instead of dt"):
        bm.jit(lambda t1: bl.solve_ode(f, 1.0, 0.0, t1, dt=0.1).y)(1.0)


def test_no_such_state():
    with raises("the solution has no state 'y'", "its states are x"):
        bl.solve_ode(f, 1.0, 0.0, 1.0, dt=0.1)["y"]


@pytest.mark.parametrize("nonsense", ["a", None, {}, [], [[1.0], [1.0, 2.0]], object()])
def test_a_start_that_is_no_number(nonsense):
    with pytest.raises(IntegrateError, match="y0 = .*a number is expected"):
        bl.solve_ode(f, nonsense, 0.0, 1.0, dt=0.1)
    with pytest.raises(IntegrateError, match="x = .*a number is expected"):
        bl.odeint(f)(nonsense, 0.0)
    with pytest.raises(IntegrateError, match="t = .*a number is expected"):
        bl.odeint(f)(1.0, nonsense)
    with pytest.raises(IntegrateError, match="t1 = .*a time is one number"):
        bl.solve_ode(f, 1.0, 0.0, nonsense, dt=0.1)


def test_too_many_steps():
    with pytest.raises(IntegrateError, match="too many steps"):
        bl.solve_ode(f, 1.0, 0.0, 1e300, dt=0.1)
    with pytest.raises(IntegrateError, match="too many steps"):
        bl.solve_ode(f, 1.0, 0.0, 1.0, steps=10**12)


def test_a_list_is_a_vector():
    assert bl.solve_ode(f, [1.0, 2.0, 3.0], 0.0, 1.0, dt=0.1).y.shape == (11, 3)
    assert bl.odeint(f)([1, 2], 0.0).shape == (2,)
