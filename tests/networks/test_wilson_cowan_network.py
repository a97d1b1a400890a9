"""Coupled Wilson-Cowan nodes: one node in disguise, and two that lock as the theory of weak coupling says."""

import jax
import numpy as np
import pytest
from scipy.integrate import solve_ivp

import brainlab as bl
from brainlab.networks import SimulationError, WilsonCowanNetwork

NODE = bl.WilsonCowan()
PAIR = np.array([[0.0, 1.0], [1.0, 0.0]])


def alone(node, start, duration, dt=0.2):
    f = lambda E, I, t, node: node.derivative(E, I)  # noqa: E731
    return bl.solve_ode(f, start, 0.0, duration, dt=dt, args=(node,))


def test_without_coupling_they_are_single_nodes(x64):
    network = WilsonCowanNetwork(bl.WilsonCowan(P=np.array([0.5, 1.25, 1.5])), np.zeros((3, 3)))
    together = network.simulate(100.0, dt=0.2, start=(0.1, [0.05, 0.05, 0.1]))
    assert together["E"].shape == (501, 3) and float(together.t[-1]) == 100.0
    for i, (P, I) in enumerate(((0.5, 0.05), (1.25, 0.05), (1.5, 0.1))):
        single = alone(bl.WilsonCowan(P=P), (0.1, I), 100.0)
        np.testing.assert_allclose(together["E"][:, i], single["E"], atol=1e-12)
        np.testing.assert_allclose(together["I"][:, i], single["I"], atol=1e-12)


def test_in_step_they_are_one_node_with_more_excitation(x64):
    """Every row of C sums to 1.5, every row of C^I to 0.7: c1 + 1.5 and c3 + 0.7."""
    C = 0.5 * (np.ones((4, 4)) - np.eye(4))
    network = WilsonCowanNetwork(NODE, C, to_inhibitory=np.full((4, 4), 0.175))
    together = network.simulate(100.0, dt=0.2, start=(0.1, 0.05))
    single = alone(bl.WilsonCowan(c1=17.5, c3=15.7), (0.1, 0.05), 100.0)
    np.testing.assert_allclose(together["E"], np.asarray(single["E"])[:, None] * np.ones(4), atol=1e-10)


def test_delays_are_those_of_the_pairs(x64):
    """Three nodes in a chain: what arrives is E of the one before, 4 ms and 11 ms ago. By Picard's steps with scipy."""
    C, d = np.zeros((3, 3)), np.zeros((3, 3))
    C[1, 0], C[2, 1], d[1, 0], d[2, 1] = 2.0, 3.0, 4.0, 11.0
    run = WilsonCowanNetwork(NODE, C, delay=d).simulate(80.0, dt=0.2, start=([0.1, 0.2, 0.3], [0.05, 0.1, 0.1]))
    heard = lambda t: 0.0  # noqa: E731
    for i, (weight, delay, E, I) in enumerate(((0.0, 0.0, 0.1, 0.05), (2.0, 4.0, 0.2, 0.1), (3.0, 11.0, 0.3, 0.1))):
        arriving = lambda t, w=weight, d=delay, f=heard: w * f(t - d)  # noqa: E731
        sol = solve_ivp(
            lambda t, y, a=arriving: wc(y, NODE.P + a(t)),
            (0, 80),
            (E, I),
            rtol=1e-9,
            atol=1e-11,
            dense_output=True,
            max_step=1,
        )
        heard = lambda t, sol=sol.sol, E=E: sol(t)[0] if t > 0 else E  # noqa: E731
        np.testing.assert_allclose(run["E"][:, i], sol.sol(np.asarray(run.t))[0], atol=2e-6)


def wc(y, P, parts=False):
    """The default node as the paper prints it; with parts also its Jacobian and d f / d(P, Q)."""
    S = lambda z: 1 / (1 + np.exp(-z))  # noqa: E731
    E, I = y
    s_e, s_i = S(1.3 * (16 * E - 12 * I + P - 4)), S(2 * (15 * E - 3 * I - 3.7))
    S_e, S_i, k_e, k_i = s_e - S(-5.2), s_i - S(-7.4), 1 - S(-5.2), 1 - S(-7.4)
    f = np.array([-E + (k_e - E) * S_e, -I + (k_i - I) * S_i]) / 8
    if not parts:
        return f
    by_P, by_Q = (k_e - E) * 1.3 * s_e * (1 - s_e) / 8, (k_i - I) * 2 * s_i * (1 - s_i) / 8
    return f, np.array([[(-1 - S_e) / 8 + 16 * by_P, -12 * by_P], [15 * by_Q, (-1 - S_i) / 8 - 3 * by_Q]]), (by_P, by_Q)


@pytest.fixture(scope="module")
def cycle():
    """(period, (E, I) at n phases, H to E, H to I): Malkin's theorem, from the adjoint equation integrated backwards.

    H(phi) is how fast a node gains phase from another one that is phi ahead (Hoppensteadt & Izhikevich, Weakly Connected
    Neural Networks, 1997, theorem 9.2).
    """
    rising = lambda t, y: y[0] - 0.18  # noqa: E731
    rising.direction = 1
    settled = solve_ivp(lambda t, y: wc(y, 1.25), (0, 900), (0.1, 0.05), events=rising, rtol=1e-9, atol=1e-11)
    start, (before, last) = settled.y_events[0][-1], settled.t_events[0][-2:]
    T, n = last - before, 200
    orbit = solve_ivp(lambda t, y: wc(y, 1.25), (0, T), start, rtol=1e-9, atol=1e-11, dense_output=True).sol
    at = np.arange(n) * T / n
    back = lambda t, z: -wc(orbit(t % T), 1.25, True)[1].T @ z  # noqa: E731
    z = solve_ivp(back, (5 * T, 0), (1.0, 0.0), rtol=1e-7, atol=1e-9, dense_output=True).sol(at)
    y = orbit(at)
    along = [wc(y[:, i], 1.25, True) for i in range(n)]
    z = z / [z[:, i] @ along[i][0] for i in range(n)]
    gains = z * np.array([a[2] for a in along]).T
    H = [np.array([(gain * np.roll(y[0], -k)).mean() for k in range(n)]) for gain in gains]
    return T, y, *H


def settled_difference(run):
    """(crossing,) how far the second node is behind the first, as a share of the period, at each of its crossings."""
    E, dt = np.asarray(run["E"]), float(run.t[1])

    def crossings(x):
        x = x - 0.18
        at = np.flatnonzero((x[:-1] < 0) & (x[1:] >= 0))
        return dt * (at + x[at] / (x[at] - x[at + 1]))

    first, second = crossings(E[:, 0]), crossings(E[:, 1])
    n = min(len(first), len(second))
    return (second[:n] - first[:n]) / np.diff(first).mean()


@pytest.mark.parametrize("to", ["coupling", "to_inhibitory"])
@pytest.mark.parametrize("late", [0.0, 0.5])
def test_two_lock_as_the_phases_say(cycle, to, late, x64):
    """From a quarter period apart, fibres to E: into antiphase, to I: into phase; half a period of delay exchanges them.

    The difference follows d phi/dt = eps (H(-phi - tau) - H(phi - tau)).
    """
    T, y, to_E, to_I = cycle
    H, eps, n = (to_E if to == "coupling" else to_I), 0.02, y.shape[1]
    weights = {"coupling": np.zeros((2, 2)), to: eps * PAIR}
    network = WilsonCowanNetwork(NODE, **weights, delay=late * T)
    run = network.simulate(1600.0, dt=0.4, start=(y[0, [0, n // 4]], y[1, [0, n // 4]]))
    ahead = -settled_difference(run) % 1  # of the second node
    together = (to == "to_inhibitory") == (late == 0.0)
    assert ahead[-1] < 0.1 if together else ahead[-1] > 0.39
    phase = np.arange(n + 1) / n
    h = lambda phi: np.interp((phi - late) % 1, phase, [*H, H[0]])  # noqa: E731
    crossing = 3 if late else 0  # until the delayed coupling, which began with a constant past, has settled
    times = T * np.arange(len(ahead) - crossing)
    theory = solve_ivp(
        lambda t, phi: eps * (h(-phi) - h(phi)) / T, (0, times[-1]), [ahead[crossing]], t_eval=times, max_step=T
    )
    np.testing.assert_allclose(ahead[crossing:], theory.y[0], atol=0.03)


def test_weights_have_gradients_and_do_not_compile_anew(monkeypatch):
    calls = []
    derivative = bl.WilsonCowan.derivative
    monkeypatch.setattr(bl.WilsonCowan, "derivative", lambda self, E, I: calls.append(1) or derivative(self, E, I))

    def end(g):
        return WilsonCowanNetwork(NODE, g * PAIR).simulate(5.0, dt=0.5, start=([0.1, 0.2], 0.05))["E"].value[-1, 0]

    slope, step = jax.grad(end)(1.0), 1e-2
    assert float(slope) == pytest.approx(float(end(1 + step) - end(1 - step)) / (2 * step), rel=2e-2)
    traced = len(calls)
    WilsonCowanNetwork(NODE.replace(c1=15.0), 0.3 * PAIR).simulate(5.0, dt=0.5, start=([0.1, 0.2], 0.05))
    assert len(calls) == traced


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: WilsonCowanNetwork(bl.LIF(), PAIR), "is no WilsonCowan node"),
        (lambda: WilsonCowanNetwork(NODE, [1.0, 2.0]), r"coupling has shape \(2,\): it must be square"),
        (
            lambda: WilsonCowanNetwork(NODE, PAIR, to_inhibitory=np.eye(3)),
            r"to_inhibitory has shape \(3, 3\), and coupling is",
        ),
        (lambda: WilsonCowanNetwork(NODE, -PAIR), r"coupling\[0, 1\] = -1: a weight of long fibres must be at least 0"),
        (lambda: WilsonCowanNetwork(NODE, np.nan * PAIR), r"coupling\[0, 0\] = nan"),
        (lambda: WilsonCowanNetwork(NODE, PAIR, delay=-1.0), "delay = -1 ms: it must be finite and at least 0 ms"),
        (lambda: WilsonCowanNetwork(NODE, PAIR, delay=np.inf), "delay = inf ms"),
        (lambda: WilsonCowanNetwork(NODE, PAIR, delay=[1.0, 2.0, 3.0]), r"delay is \(3,\), coupling is \(2, 2\)"),
        (
            lambda: WilsonCowanNetwork(NODE, np.ones((4, 4)), delay=np.arange(16.0).reshape(4, 4)),
            "there are 15 different delays, and 12 at most",
        ),
        (lambda: WilsonCowanNetwork(NODE, PAIR).simulate(5.0, start=0.1), r"start = 0.1: a pair \(E, I\) is expected"),
        (
            lambda: WilsonCowanNetwork(NODE, PAIR).simulate(5.0, start=(np.zeros(3), 0.0)),
            r"E of start is \(3,\), the network has 2",
        ),
        (
            lambda: WilsonCowanNetwork(bl.WilsonCowan(P=np.zeros(3)), PAIR),
            r"WilsonCowan.P is \(3,\), the network has 2 nodes",
        ),
    ],
)
def test_errors(call, match):
    with pytest.raises(SimulationError, match=match):
        call()


def test_a_delay_below_the_step_teaches():
    with pytest.raises(bl.integrate.IntegrateError, match="0.05"):
        WilsonCowanNetwork(NODE, PAIR, delay=0.05).simulate(5.0, dt=0.1)


def test_it_says_what_it_is():
    assert repr(WilsonCowanNetwork(NODE, PAIR, delay=10.0)) == "WilsonCowanNetwork(2 nodes, delays 10 to 10 ms)"
