"""The solution between its rows, and the moments at which something is zero."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import brainlab as bl
import brainlab.math as bm
from brainlab.integrate import DivergedError, IntegrateError


def raises(*texts, error=IntegrateError):
    """All the texts in one message."""
    return pytest.raises(error, match=r"(.|\n)*".join(texts))


def oscillator(x, v, t):
    return v, -x


def decay(x, t):
    return -x


def error_between(h, method):
    """The largest error at many times, of one method with steps of equal length h."""
    if method == "rk4":
        sol = bl.solve_ode(oscillator, (1.0, 0.0), 0.0, 4.0, dt=h, method=method)
    else:  # equal steps of a pair: a tolerance that allows them all
        sol = bl.solve_ode(oscillator, (1.0, 0.0), 0.0, 4.0, rtol=1e3, atol=1e3, max_dt=h, method=method)
    t = np.linspace(0.5, 4, 2001)
    return np.abs(np.asarray(sol(t)[0]) - np.cos(t)).max()


@pytest.mark.parametrize(("method", "order"), [("rk4", 4), ("bs23", 3), ("rkf45", 4), ("dopri5", 5), ("tsit5", 5)])
def test_order_of_dense_output(method, order, x64):
    """The local error of the cubic is O(h**4), of the quartics O(h**5); the method's own error is not above that."""
    errors = [error_between(h, method) for h in (0.2, 0.1, 0.05)]
    assert np.log2(errors[0] / errors[1]) == pytest.approx(order, abs=0.4)
    assert np.log2(errors[1] / errors[2]) == pytest.approx(order, abs=0.3)


def test_shapes_and_rows():
    y0 = (bm.ones((2, 3)), 0.0)
    f = lambda x, n, t: (-x, x.sum())  # noqa: E731
    for more in (dict(rtol=1e-5), dict(dt=0.1)):
        sol = bl.solve_ode(f, y0, 0.0, 1.0, **more)
        x, n = sol(0.35)
        assert x.shape == (2, 3) and n.shape == () and isinstance(x, bm.Array)
        x, n = sol(np.array([[0.1, 0.2]]))
        assert x.shape == (1, 2, 2, 3) and n.shape == (1, 2)
        np.testing.assert_allclose(x[0, :, 1, 1], np.exp([-0.1, -0.2]), rtol=1e-4)
        for state, rows in zip(sol(sol.dense.t), sol.y, strict=True):
            np.testing.assert_allclose(state, rows, rtol=1e-6)
    assert sol([0.0, 1.0])[1].shape == (2,) and sol([])[1].shape == (0,)


def test_one_state_is_no_tuple():
    sol = bl.solve_ode(decay, bm.ones(4), 0.0, 1.0, rtol=1e-5)
    assert sol(0.5).shape == (4,) and float(sol(bm.array(0.5))[0]) == pytest.approx(np.exp(-0.5), rel=1e-5)


def test_outside():
    for sol in (bl.solve_ode(decay, 1.0, 0.0, 2.0, rtol=1e-3), bl.solve_ode(decay, 1.0, 0.0, 2.0, dt=0.1)):
        with raises("t = 2.5 is outside of the solution, which goes from 0 to 2", r"sol\(2\)"):
            sol(2.5)
        with raises("t = -0.1 is outside", r"sol\(0\)"):
            sol([0.5, -0.1])
        with raises("t = nan is outside"):
            sol(float("nan"))


def test_inside_compiled_code(x64):
    inside = lambda k, t: bl.solve_ode(lambda x, t, k: -k * x, 1.0, 0.0, 2.0, dt=0.01, args=(k,))(t)  # noqa: E731
    assert float(bm.jit(inside)(1.5, 0.777)) == pytest.approx(np.exp(-1.5 * 0.777), rel=1e-8)
    assert float(bm.grad(inside)(1.5, 0.777)) == pytest.approx(-0.777 * np.exp(-1.5 * 0.777), rel=1e-6)
    out = bm.jit(lambda k: bl.solve_ode(lambda x, t, k: -k * x, 1.0, 0.0, 2.0, dt=0.1, args=(k,)))(1.0)
    with raises("this solution is known in its rows only", "steps=1000"):
        out(0.5)


# ---- events


def test_zeros_of_a_cosine(x64):
    zeros = np.pi * (np.arange(6) + 0.5)
    g = lambda x, v, t: x  # noqa: E731
    events = {"any": g, "up": bl.event(g, direction="up"), "down": bl.event(g, direction="down")}
    for more, tolerance in ((dict(rtol=1e-11), 1e-9), (dict(dt=0.01), 1e-8)):
        sol = bl.solve_ode(oscillator, (1.0, 0.0), 0.0, 18.0, events=events, **more)
        np.testing.assert_allclose(sol.events["any"], zeros, atol=tolerance)
        np.testing.assert_allclose(sol.events["down"], zeros[::2], atol=tolerance)
        np.testing.assert_allclose(sol.events["up"], zeros[1::2], atol=tolerance)


def hh(V, m, h, n, t, neuron, I):
    return neuron.derivative(V, m, h, n, I)


def test_spike_times_of_hodgkin_huxley(x64):
    """Against scipy's own events, on the equations written down here (Hodgkin and Huxley 1952, rest at -65 mV)."""

    def scipys(t, y):
        V, m, h, n = y
        x, z = (V + 40) / 10, (V + 55) / 10
        rates = (
            (x / (1 - np.exp(-x)), 4 * np.exp(-(V + 65) / 18)),
            (0.07 * np.exp(-(V + 65) / 20), 1 / (1 + np.exp(-(V + 35) / 10))),
            (0.1 * z / (1 - np.exp(-z)), 0.125 * np.exp(-(V + 65) / 80)),
        )
        gates = [a * (1 - p) - b * p for (a, b), p in zip(rates, (m, h, n), strict=True)]
        return [10 - 120 * m**3 * h * (V - 50) - 36 * n**4 * (V + 77) - 0.3 * (V + 54.387), *gates]

    def spike(t, y):
        return y[0]

    spike.direction = 1
    neuron = bl.HH(E_L=-54.387)
    y0 = (-60.0, 0.05, 0.6, 0.32)
    expected = solve_ivp(scipys, (0, 100), y0, method="DOP853", rtol=1e-12, atol=1e-12, events=spike).t_events[0]
    found = bl.solve_ode(
        hh,
        y0,
        0.0,
        100.0,
        rtol=1e-10,
        args=(neuron, 10.0),
        events={"spike": bl.event(lambda V, m, h, n, t: V, direction="up")},
    ).events["spike"]
    assert len(expected) == 7
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_a_zero_that_is_passed_twice_in_one_step(x64):
    """Up and down again within a step of length 1: its ends have the same sign."""
    sol = bl.solve_ode(lambda x, t: 0 * x + 1, 0.0, 0.0, 10.0, rtol=1e-3, atol=1e-3)
    assert np.diff(sol.t).max() > 2
    hump = lambda x, t: (x - 4.0) * (6.5 - x)  # noqa: E731
    sol = bl.solve_ode(lambda x, t: 0 * x + 1, 0.0, 0.0, 10.0, rtol=1e-3, events={"hump": hump})
    np.testing.assert_allclose(sol.events["hump"], [4.0, 6.5], atol=1e-9)


def test_an_event_may_take_the_arguments_or_not(x64):
    f = lambda x, t, k: -k * x  # noqa: E731
    events = {"half": lambda x, t: x - 0.5, "fraction": lambda x, t, k: x - 1 / (1 + k), "time": lambda x, t: t - 1.25}
    sol = bl.solve_ode(f, 1.0, 0.0, 2.0, rtol=1e-10, args=(1.5,), events=events)
    np.testing.assert_allclose(sol.events["half"], [np.log(2) / 1.5], rtol=1e-8)
    np.testing.assert_allclose(sol.events["fraction"], [np.log(2.5) / 1.5], rtol=1e-8)
    np.testing.assert_allclose(sol.events["time"], [1.25], rtol=1e-12)
    assert sol.events["half"].shape == (1,) and bl.solve_ode(f, 1.0, 0.0, 0.1, rtol=1e-5, args=(1.5,)).events == {}


@pytest.mark.parametrize("more", [dict(rtol=1e-8), dict(rtol=1e-8, dt=0.1), dict(dt=0.001)], ids=str)
def test_a_terminal_event_ends_the_solution(more, x64):
    """A ball falls from 10 m: it is on the ground after sqrt(2 * 10 / 9.81)."""
    ground = bl.event(lambda x, v, t: x, direction="down", terminal=True)
    half = lambda x, v, t: x - 5.0  # noqa: E731
    later = lambda x, v, t: x + 5.0  # noqa: E731
    events = {"ground": ground, "half": half, "later": later}
    sol = bl.solve_ode(lambda x, v, t: (v, -9.81), (10.0, 0.0), 0.0, 5.0, events=events, **more)
    fall = np.sqrt(20 / 9.81)
    assert float(sol.t[-1]) == pytest.approx(fall, rel=1e-9) and float(sol["x"][-1]) == pytest.approx(0, abs=1e-8)
    assert float(sol["v"][-1]) == pytest.approx(-9.81 * fall, rel=1e-9)
    assert np.all(np.diff(sol.t) > 0) and np.asarray(sol["x"])[:-1].min() > 0
    np.testing.assert_allclose(sol.events["ground"], [fall], rtol=1e-9)
    np.testing.assert_allclose(sol.events["half"], [np.sqrt(10 / 9.81)], rtol=1e-9)
    assert sol.events["later"].shape == (0,)
    with raises("is outside of the solution, which goes from 0 to 1.42"):
        sol(2.0)


def test_what_comes_after_a_terminal_event_does_not_matter():
    """x = 1/(1 - t) runs away at t = 1, and reaches 10 before."""
    ten = {"ten": bl.event(lambda x, t: x - 10.0, terminal=True)}
    sol = bl.solve_ode(lambda x, t: x**2, 1.0, 0.0, 2.0, rtol=1e-6, events=ten)
    assert float(sol.t[-1]) == pytest.approx(0.9, abs=1e-4)
    with pytest.raises(DivergedError):
        bl.solve_ode(lambda x, t: x**2, 1.0, 0.0, 2.0, rtol=1e-6, events={"ten": lambda x, t: x - 10.0})


def test_many_states_and_an_event_of_them_all():
    y0 = bm.linspace(1.0, 2.0, 50)
    sol = bl.solve_ode(decay, y0, 0.0, 3.0, rtol=1e-5, events={"mean": lambda x, t: x.mean() - 0.75})
    np.testing.assert_allclose(sol.events["mean"], [np.log(2.0)], rtol=1e-4)


def test_events_that_are_none():
    solve = lambda events: bl.solve_ode(oscillator, (1.0, 0.0), 0.0, 1.0, rtol=1e-3, events=events)  # noqa: E731
    with raises("events have names", 'events={"spike": lambda x, v, t: x}'):
        solve([lambda x, v, t: x])
    with raises("the event 'a' is a function of x and t; states are x, v."):
        solve({"a": lambda x, t: x})
    with raises("missing a required argument: 'k'"):
        solve({"a": lambda x, v, t, k: x})
    with raises("has no parameter t"):
        solve({"a": lambda x, v: x})
    with raises("direction = 'upwards': a zero is passed up, down or in any direction"):
        bl.event(decay, direction="upwards")
    with raises(r"an event gives a result of shape \(2,\)", "one number"):
        solve({"a": lambda x, v, t: bm.array([x, v])})
    with raises("events are asked for inside a compiled function", "outside of jit"):
        bm.jit(lambda: bl.solve_ode(decay, 1.0, 0.0, 1.0, dt=0.1, events={"a": lambda x, t: x - 0.5}).y)()
    with raises("events are asked for inside a compiled function"):
        bm.jit(lambda: bl.solve_ode(decay, 1.0, 0.0, 1.0, rtol=1e-3, steps=3, events={"a": lambda x, t: x}).y)()
