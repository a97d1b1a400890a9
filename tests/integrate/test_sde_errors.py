"""Each mistake with noise gets its lesson: what, why, and a line to paste."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import brainlab as bl
import brainlab.math as bm
from brainlab.integrate import DivergedError, IntegrateError


def f(x, t):
    return -x


def g(x, t):
    return 0.5


def raises(*texts, error=IntegrateError):
    """All the texts in one message."""
    return pytest.raises(error, match=r"(.|\n)*".join(texts))


def solve(f=f, g=g, y0=0.0, t0=0.0, t1=1.0, **k):
    k.setdefault("noise", 0)
    return bl.solve_sde(f, g, y0, t0, t1, **({"steps": 10} | k))


# ---- methods and calculus


def test_unknown_method():
    with raises("no method 'euler'. Did you mean 'euler_maruyama'?", "the methods are euler_maruyama, exp_euler"):
        solve(method="euler")
    with raises("no method 'Milstein'. Did you mean 'milstein'?", 'method="milstein"'):
        bl.sdeint(f, g, method="Milstein")
    with raises("no method 'xyz'", 'method="euler_maruyama"'):
        solve(method="xyz")


@pytest.mark.parametrize("method", [row.name for row in bl.methods("sde") if row.calculus == "ito"])
def test_ito_method_for_a_stratonovich_problem(method):
    with raises(
        f"{method} solves Ito equations, and this is one of kind 'stratonovich'",
        r"the Stratonovich equation with drift f is the Ito equation with drift f \+ \(1/2\) g dg/dx",
        'method="heun"   # of Stratonovich equations: euler_heun, heun;   or kind="ito"',
    ):
        solve(method=method, kind="stratonovich")


@pytest.mark.parametrize("method", ["heun", "euler_heun"])
def test_stratonovich_method_for_an_ito_problem(method):
    for call in (lambda: solve(method=method), lambda: bl.sdeint(f, g, method=method, kind="ito")):
        with raises(
            f"{method} solves Stratonovich equations, and this is one of kind 'ito'",
            r"the Ito equation with drift f is the Stratonovich equation with drift f - \(1/2\) g dg/dx",
            'method="euler_maruyama"   # of Ito equations: euler_maruyama, exp_euler, milstein, .*sri2w1',
        ):
            call()


def test_kind():
    with raises("kind = 'Stratonovitch': it is 'ito' or 'stratonovich'. Did you mean 'stratonovich'?"):
        solve(kind="Stratonovitch")
    with raises("kind = 3", 'kind="ito"'):
        solve(kind=3)


# ---- f and g


def test_g_is_a_function():
    with raises("g = 0.5 is not a function", "how strong the noise is", "g=lambda x, t: 0.5"):
        solve(g=0.5)
    with raises("g is missing"):
        bl.sdeint(f)
    with raises("no parameter t"):
        solve(g=lambda x: x)
    with raises("has no parameter t"):
        solve(f=lambda x: x)


def test_f_and_g_have_the_same_arguments():
    with raises(r"g is g\(x, t, ...\) and f is .*\(x, y, t, ...\): they have different states", r"def g\(x, y, t\)"):
        solve(f=lambda x, y, t: (x, y), y0=(0.0, 0.0))
    with raises(r"g\(x, t\): too many positional arguments", "all of args go to both", r"def g\(x, t, \*args\)"):
        solve(f=lambda x, t, tau: -x / tau, args=(10.0,))
    with raises("missing a required argument: 'sigma'"):
        solve(f=lambda x, t, tau=1.0: -x, g=lambda x, t, tau, sigma: sigma, args=(10.0,))
    with raises("args = 10.0 is not a tuple"):
        solve(args=10.0)
    with raises("missing a required argument: 't'"):
        bl.sdeint(f, g)(1.0)


def test_shape_of_g():
    with raises(r"returned a derivative of shape \(3,\) for x, which has shape \(2,\)", "or one axis more: a matrix"):
        solve(g=lambda x, t: bm.ones(3), y0=np.zeros(2))
    with raises("returned nothing for 1 states|returned nothing for x"):
        solve(g=lambda x, t: None)
    two = {"f": lambda x, y, t: (x, y), "y0": (0.0, 0.0)}
    with raises("returned one derivative for 2 states", "return gx, gy"):
        solve(g=lambda x, y, t: 1.0, **two)
    with raises(r"returned different kinds of noise: \(\) for x, \(2,\) for y"):
        solve(g=lambda x, y, t: (1.0, [1.0, 2.0]), **two)
    with raises(r"returned a derivative of shape \(3,\) for x"):
        solve(f=lambda x, t: bm.ones(3), y0=np.zeros(2))


@pytest.mark.parametrize("method", ["milstein", "milstein_free", "sri1w1", "sri2w1"])
def test_matrix_noise_needs_levy_areas(method):
    with raises(f"{method} cannot take noise of 3 processes in one state", "Levy areas", "euler_maruyama.*exp_euler.*heun"):
        solve(g=lambda x, t: bm.ones((2, 3)), y0=np.zeros(2), method=method)


def test_wiener():
    with raises("wiener = 'vector': it is 'diagonal' or 'scalar'"):
        solve(wiener="vector")
    with raises("wiener = 'vector'"):
        bl.sdeint(f, g, wiener="vector")
    with raises('wiener="scalar" is one process, and g has 2 columns'):
        solve(g=lambda x, t: [1.0, 2.0], wiener="scalar")


# ---- noise


def test_shapes_of_the_noise():
    with raises(r"dW has shape \(9,\), and there are 10 steps", "one increment for each step", "steps=9"):
        solve(noise=np.ones(9))
    with raises(r"dW has shape \(10,\) and I10 has \(9,\)", "each increment has its double integral"):
        solve(noise=(np.ones(10), np.ones(9)))
    with raises(r"dW has shape \(10,\) and I10 has \(\)"):
        solve(noise=(np.ones(10), 0.0))
    with raises(r"dW = \[\[1.0, 2.0\], \[3.0\]\]: a number is expected, or an array of numbers"):
        solve(noise=([[1.0, 2.0], [3.0]], np.ones(2)))
    with raises(r"noise of one step has shape \(3,\), and the state \(2,\)", r"one process for each element: \(2,\)"):
        solve(noise=np.ones((10, 3)), y0=np.zeros(2))
    with raises(r"noise of one step has shape \(5,\)", "Many paths at once: bm.vmap, or y0 of their shape"):
        solve(noise=np.ones((10, 5)))
    with raises(r"noise of one step has shape \(2,\), and the state \(2,\)", r"3 columns in g: \(3,\)", r"shape=\(3,\)"):
        solve(noise=np.ones((10, 2)), y0=np.zeros(2), g=lambda x, t: bm.ones((2, 3)))
    with raises(r"noise of one step has shape \(3,\), and the state \(\), \(\)"):
        solve(lambda x, y, t: (x, y), lambda x, y, t: (1.0, 1.0), (0.0, 0.0), noise=np.ones((10, 3)))
    with raises(r"noise of one step has shape \(3,\)"):
        bl.sdeint(f, g)(np.zeros(2), 0.0, dW=np.zeros(3))
    with raises("dW = 'abc'"):
        bl.sdeint(f, g)(0.0, 0.0, dW="abc")


@pytest.mark.parametrize("method", ["sri1w1", "sri2w1"])
def test_increments_alone_are_not_enough(method):
    with raises(f"{method} needs I10, and the noise is dW alone", "where in the step", r"noise=\(dW, I10\)"):
        solve(noise=np.ones(10), method=method)
    with raises(f"{method} needs I10, and the noise is dW alone"):
        solve(noise=(np.ones(10), None), method=method)
    with raises(f"{method} needs I10"):
        bl.sdeint(f, g, method=method)(0.0, 0.0, dW=0.1)


def test_what_is_no_noise():
    for noise in ("abc", 1.5, True, jnp.zeros(3, int), {}):
        with raises("is neither a seed nor a key|dW has shape", "noise="):
            solve(noise=noise)
    with raises("these are 5 keys", r"bm.vmap\(lambda key"):
        solve(noise=bm.random.split(5))
    with raises("I10 is given, and dW is not"):
        bl.sdeint(f, g)(0.0, 0.0, I10=0.1)


def test_the_path_must_cover_the_time():
    with raises("the path goes from t = 0 to 2, the solution from 0 to 1", r"bl.brownian\(0, 0, 1, steps=10\)"):
        solve(noise=bl.brownian(0, 0.0, 2.0, steps=10))


def test_paths():
    path = bl.brownian(0, 0.0, 1.0, steps=10)
    with raises("a path drawn with 10 steps cannot be cut into 15", r"10 \* 2\*\*k", "another number of steps here: 10|20"):
        path.at(15)
    with raises("drawn with 10 steps cannot be cut into 12"):
        solve(noise=path, steps=12)
    with raises("steps = 0"):
        path.at(0)
    with raises("steps = 2.5"):
        bl.brownian(0, 0.0, 1.0, steps=2.5)
    with raises("t1 = 0 is not after t0 = 1", r"a path begins with W\(t0\) = 0", "t0=0, t1=1"):
        bl.brownian(0, 1.0, 0.0)
    for shape in ("ab", (0,), (-1,), None):
        with raises("shape = ", "how many processes"):
            bl.brownian(0, 0.0, 1.0, shape=shape)


# ---- time, and what comes out


@pytest.mark.parametrize("dt", [0, -0.1, float("nan"), "0.1"])
def test_step_size(dt):
    for call in (
        lambda: bl.solve_sde(f, g, 0.0, 0.0, 1.0, dt=dt, noise=0),
        lambda: bl.sdeint(f, g, dt=dt),
        lambda: bl.sdeint(f, g)(0.0, 0.0, dt=dt),
    ):
        with raises("dt = ", "one finite number above 0"):
            call()


def test_steps():
    with raises("neither dt nor steps is given"):
        bl.solve_sde(f, g, 0.0, 0.0, 1.0, noise=0)
    with raises("dt = 0.3 does not divide"):
        bl.solve_sde(f, g, 0.0, 0.0, 1.0, dt=0.3, noise=0)
    with raises("t1 = 0 is not after t0 = 1", "an equation with noise has no way back", "t0=0, t1=1"):
        solve(t0=1.0, t1=0.0)


def test_diverged():
    with raises("x became infinite at t = .*", "a step longer than the fastest process", "dt=0.01", error=DivergedError):
        bl.solve_sde(lambda x, t: -1000 * x, g, 1.0, 0.0, 2.0, dt=0.1, noise=0)
    with raises(r"x\[1\] became NaN at t = 0.3", error=DivergedError):
        noise = np.zeros((10, 2))
        noise[2, 1] = np.nan
        solve(y0=np.zeros(2), noise=noise)
    with raises("first step: 0/0, a log or root of a negative number", error=DivergedError):
        solve(g=lambda x, t: bm.sqrt(x), y0=-1.0)


def test_states():
    with raises("f has|2 states", "y0 has one value"):
        solve(lambda x, y, t: (x, y), lambda x, y, t: (1.0, 1.0), 0.0)


def test_the_error_says_where():
    with pytest.raises(IntegrateError) as caught:
        jax.block_until_ready(solve(noise=np.ones(9)).y)
    assert "where: test_sde_errors.py" in str(caught.value)
