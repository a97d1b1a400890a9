"""JointEq: one equation out of parts, the same numbers as written by hand, and errors that name part and state."""

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import solve_ivp

import brainlab as bl
import brainlab.math as bm
from brainlab.integrate import IntegrateError


def membrane(V, t, w, I, C=1.0):
    return (V - V**3 / 3 - w + I) / C


def recovery(w, t, V, tau=12.5):
    return (V + 0.7 - 0.8 * w) / tau


def pair(x, y, t, V):
    return y + V, -x


NEURON = bl.JointEq(membrane, recovery, units={"V": "mV", "I": "nA"})


def test_signature():
    assert str(NEURON) == "JointEq(V, w, t, I, C=1.0, tau=12.5)"
    assert str(bl.JointEq(recovery, membrane)) == "JointEq(w, V, t, I, tau=12.5, C=1.0)"  # those without a value first
    assert NEURON(1.0, 0.5, 0.0, 2.0) == (membrane(1.0, 0.0, 0.5, 2.0), recovery(0.5, 0.0, 1.0))
    assert NEURON(1.0, 0.5, 0.0, tau=5.0, I=2.0)[1] == recovery(0.5, 0.0, 1.0, 5.0)


def test_agrees_with_scipy(x64):
    def plain(t, y, I=0.5):
        return [y[0] - y[0] ** 3 / 3 - y[1] + I, (y[0] + 0.7 - 0.8 * y[1]) / 12.5]

    exact = solve_ivp(plain, (0, 20), [-1.0, 0.2], method="DOP853", rtol=1e-11, atol=1e-12).y[:, -1]
    sol = bl.solve_ode(NEURON, (-1.0, 0.2), 0.0, 20.0, dt=0.01, args=(0.5,))
    np.testing.assert_allclose([sol["V"][-1], sol["w"][-1]], exact, atol=1e-8)
    swapped = bl.solve_ode(bl.JointEq(recovery, membrane), (0.2, -1.0), 0.0, 20.0, dt=0.01, args=(0.5,))
    np.testing.assert_allclose(swapped["V"], sol["V"], rtol=1e-13)


def test_steps_gradients_and_several_neurons(x64):
    step = bl.odeint(NEURON, method="rk4", dt=0.1)
    many = step(np.array([0.0, 1.0]), np.array([0.0, 0.5]), 0.0, 0.5)
    one = step(1.0, 0.5, 0.0, I=0.5)
    assert [float(x[1]) for x in many] == pytest.approx([float(x) for x in one])
    slope = bm.grad(lambda I: step(1.0, 0.5, 0.0, I)[0])(0.5)
    assert float(slope) == pytest.approx(float(step(1.0, 0.5, 0.0, 1.0)[0] - step(1.0, 0.5, 0.0, 0.0)[0]), rel=1e-2)


def test_parts_of_several_states_and_parts_of_parts():
    joint = bl.JointEq(pair, NEURON)
    assert joint.__signature__.parameters.keys() == {"x", "y", "V", "w", "t", "I", "C", "tau"}
    np.testing.assert_allclose(joint(1.0, 2.0, 3.0, 4.0, 0.0, 5.0), (5.0, -1.0, *NEURON(3.0, 4.0, 0.0, 5.0)))
    stacked = bl.JointEq(lambda x, y, t: jnp.stack([y, -x]), lambda z, t, x: x)
    assert [float(k) for k in stacked(1.0, 2.0, 3.0, 0.0)] == [2.0, -1.0, 1.0]


def test_names_after_a_star_and_one_part_alone():
    joint = bl.JointEq(lambda x, t, *, k=2.0: -k * x)
    assert joint(3.0, 0.0) == -6.0 and joint(3.0, 0.0, 1.0) == -3.0
    assert float(bl.solve_ode(joint, 1.0, 0.0, 1.0, dt=0.01).y[-1]) == pytest.approx(np.exp(-2.0), rel=1e-5)


def test_a_method_is_a_part():
    class Cell:
        tau = 5.0

        def leak(self, V, t, s):
            return (s - V) / self.tau

    assert bl.JointEq(Cell().leak, lambda s, t: -s)(1.0, 2.0, 0.0) == (0.2, -2.0)


def test_made_anew_it_finds_the_compiled_code():
    count = []

    def f(x, t, k=1.0):
        count.append(1)
        return -k * x

    for k in (1.0, 2.0):
        bl.solve_ode(bl.JointEq(f), 1.0, 0.0, 1.0, steps=7, args=(k,))
        traced = traced if k > 1 else len(count)  # noqa: F821
    assert len(count) == traced


def test_table():
    lines = repr(NEURON.table()).splitlines()
    assert lines[0].split("  ")[0] == "state" and lines[0].split()[-2:] == ["depends", "on"]
    assert lines[1].split(maxsplit=4) == ["V", "mV", "any", "membrane", "V, w, I, C"]
    assert lines[2].split(maxsplit=4) == ["w", "-", "any", "recovery", "w, V, tau"]
    shapes = NEURON.table(np.zeros(3), 0.0)
    assert [row.shape for row in shapes] == ["(3,)", "()"]
    assert "<td>membrane</td>" in NEURON._repr_html_() and "<th>depends on</th>" in NEURON._repr_html_()
    assert repr(NEURON).splitlines() == [str(NEURON), *lines]


def no_return(x, y, t):
    pass


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: bl.JointEq(), "JointEq() has no parts."),
        (
            lambda: bl.JointEq(membrane, lambda V, w, t: (V, w)),
            "V is a state of membrane and of <lambda>. ... only one part can say ... t, V",
        ),
        (lambda: bl.JointEq(lambda x: x), "has no parameter t"),
        (lambda: bl.JointEq(membrane, 7), "an equation is a function f(x, t), got 7"),
        (lambda: bl.JointEq(lambda x, t, *more: x), "takes *more. ... found by its name"),
        (lambda: bl.JointEq(membrane, lambda w, t, C=2.0: -w), "C is 1.0 in membrane and 2.0 in <lambda>. ... share"),
        (
            lambda: bl.JointEq(membrane, units={"v": "mV"}),
            "units has 'v', which is no state or parameter. Did you mean 'V'?",
        ),
        (
            lambda: NEURON(1.0, 2.0, 0.0),
            "I is needed by membrane and nobody gives it. ... a state of no part ... args=(..., I)",
        ),
        (
            lambda: bl.JointEq(lambda V, t, gate_m: V, lambda gate_n, t: gate_n)(1.0, 2.0, 0.0),
            "gate_m is needed by <lambda> and nobody gives it. Did you mean 'gate_n'?",
        ),
        (lambda: NEURON(1.0, 2.0), "t is not given.\n"),
        (lambda: NEURON(1.0, 2.0, 0.0, 1.0, rate=2.0), "got an unexpected keyword argument 'rate'"),
        (lambda: bl.JointEq(pair)(1.0, 2.0, 0.0, 3.0, 4.0), "too many positional arguments"),
        (
            lambda: bl.JointEq(lambda x, y, t: x, recovery)(1.0, 2.0, 3.0, 0.0, 5.0),
            "<lambda> returned one slope for 2 states (x, y). ... its own states change ... return dx, dy",
        ),
        (lambda: bl.JointEq(no_return)(1.0, 2.0, 0.0), "no_return returned nothing for 2 states"),
        (lambda: bl.JointEq(lambda x, y, t: (x, y, x))(1.0, 2.0, 0.0), "returned 3 slopes for 2 states"),
        (lambda: NEURON.table(1.0), "the table got 1 values for 2 states."),
    ],
)
def test_errors(make, text):
    with pytest.raises(IntegrateError) as error:
        make()
    for part in text.split(" ... "):
        assert part in str(error.value)


def test_errors_inside_solve_ode():
    with pytest.raises(IntegrateError, match="missing a required argument: 'I'"):
        bl.solve_ode(NEURON, (0.0, 0.0), 0.0, 1.0, dt=0.1)
    with pytest.raises(IntegrateError, match="returned one slope for 2 states"):
        bl.solve_ode(bl.JointEq(lambda x, y, t: -x), (0.0, 0.0), 0.0, 1.0, dt=0.1)
    with pytest.raises(IntegrateError, match="returned nothing for 1 state"):
        bl.solve_ode(bl.JointEq(lambda x, t: None), 0.0, 0.0, 1.0, dt=0.1)
