"""The balanced binary network: algebra, mean field, and the network itself against both."""

import numpy as np
import pytest
import scipy.optimize
from scipy.special import erfc

import brainlab as bl
from brainlab.networks import SimulationError
from brainlab.networks.ready import BalancedBinary
from brainlab.networks.ready._binary_run import _run
from brainlab.params import ParamError

NET = BalancedBinary()
SMALL = BalancedBinary(N=300, K=40)


@pytest.fixture(scope="module")
def wired():
    return NET.wire(seed=1)


def plain_mean_field(m_0, K, start):
    """As in the papers, with scipy: J_EE = J_IE = 1, J_E = 2, J_I = 1.8, E = 1, I = 0.8, thresholds 1 and 0.7."""

    def excess(m):
        u = np.sqrt(K) * np.array([m_0 + m[0] - 2 * m[1], 0.8 * m_0 + m[0] - 1.8 * m[1]]) - [1, 0.7]
        alpha = np.array([m[0] + 4 * m[1], m[0] + 3.24 * m[1]])
        return erfc(-u / np.sqrt(2 * alpha)) / 2 - m

    found = scipy.optimize.root(excess, start, tol=1e-13)
    assert found.success
    return found.x


# ---- theory


def test_balance_is_linear_and_knows_no_threshold(x64):
    for m_0 in (0.05, 0.2, 0.4):
        np.testing.assert_allclose(NET.replace(m_0=m_0, theta_E=3.0).balance(), (m_0, m_0), atol=1e-12)
    other = BalancedBinary(J_EE=0.5, J_EI=2.2, J_IE=1.2, J_II=1.7, J_E0=1.1, J_I0=0.6)
    m_E, m_I = map(float, other.balance())
    assert 1.1 * 0.2 + 0.5 * m_E - 2.2 * m_I == pytest.approx(0, abs=1e-12)
    assert 0.6 * 0.2 + 1.2 * m_E - 1.7 * m_I == pytest.approx(0, abs=1e-12)


def test_mean_field(x64):
    """MODELS.md, section 5, and scipy's root of the equation as printed."""
    for m_0, expected in ((0.2, (0.1446, 0.1715)), (0.3, (0.2407, 0.2660))):
        np.testing.assert_allclose(NET.replace(m_0=m_0).mean_field(), expected, atol=6e-5)
    for K, m_0 in ((30, 0.1), (200, 0.4), (5000, 0.02)):
        found = BalancedBinary(N=5000, K=K, m_0=m_0).mean_field()
        np.testing.assert_allclose(found, plain_mean_field(m_0, K, [float(m) for m in found]), atol=1e-9)
    assert tuple(map(float, NET.replace(m_0=0.0).mean_field())) == (0.0, 0.0)


def test_mean_field_comes_to_balance_as_one_over_root_k(x64):
    def away(K):
        return 0.2 - np.asarray([float(m) for m in BalancedBinary(N=10**9, K=K).mean_field()])

    np.testing.assert_allclose(away(10**6) / away(10**8), 10, rtol=0.03)


def test_the_law_of_the_input(x64):
    """Sums over random wires, drawn here: K of 2000 from each population, a share m of them active."""
    rng = np.random.default_rng(0)
    n_E, n_I = rng.binomial(2000, 0.05 * 0.15, 400_000), rng.binomial(2000, 0.05 * 0.2, 400_000)
    u = np.sqrt(100) * 0.2 + (n_E - 2 * n_I) / np.sqrt(100) - 1  # each cell is a new draw: K small against N
    means, spreads = BalancedBinary(N=2000, K=100).input_law(0.15, 0.2)
    assert float(means[0]) == pytest.approx(u.mean(), abs=0.01) and float(spreads[0]) == pytest.approx(u.std(), rel=0.01)
    at_once = rng.hypergeometric(300, 1700, 100, 400_000)  # which of 100 wires lead to the 300 active cells
    n_E = rng.binomial(300, 0.05, 400_000)  # and each of the 300 wired with probability K/N
    for n, variance in ((at_once, 100 * 0.15 * 0.85), (n_E, 100 * 0.15 * 0.95)):
        assert n.var() == pytest.approx(variance, rel=0.06)
    dense = BalancedBinary(N=2000, K=100, J_EI=0.0).input_law(0.15, 0.2, sparse=False)[1]
    assert float(dense[0]) == pytest.approx(n_E.std() / 10, rel=0.01)


# ---- the network


@pytest.mark.parametrize(("m_0", "E", "I"), [(0.2, 0.1394, 0.1682), (0.3, 0.2379, 0.2636)])
def test_rates(wired, m_0, E, I):
    """MODELS.md, section 5: an independent program. Below the mean field: N is not much larger than K, and finite."""
    net = NET.replace(m_0=m_0)
    run = net.simulate(200.0, watch=(0, 1, 5000), seed=1, connections=wired)
    np.testing.assert_allclose((run.m_E.mean(), run.m_I.mean()), (E, I), atol=0.005)
    np.testing.assert_allclose((run.m_E.mean(), run.m_I.mean()), net.mean_field(sparse=False), atol=0.007)
    # Each of the two currents is far above threshold, and what is left of them is of its order.
    assert (run.excitation.mean(0) > 5).all() and (run.inhibition.mean(0) < -5).all()
    assert (abs((run.excitation + run.inhibition).mean(0)) < 2.5).all()
    means, spreads = net.input_law(run.m_E[-1], run.m_I[-1], sparse=False)
    for k, population in enumerate("EI"):
        u = run.inputs(population)
        assert u.shape == (5000,)
        assert u.mean() == pytest.approx(float(means[k]), abs=0.08) and u.std() == pytest.approx(float(spreads[k]), rel=0.05)
    # Rates differ from cell to cell, though all have the same number of inputs in the mean: some are nearly always silent.
    assert (run.active[:5000] < 0.01).mean() > 0.1 and run.active[:5000].max() > 0.8
    assert run.active[:5000].mean() == pytest.approx(run.m_E.mean(), abs=1e-6)


def test_counts_are_never_wrong():
    """After thousands of changes, the input of every cell is what a matrix of all wires says."""
    targets = SMALL.wire(seed=5)
    run = SMALL.simulate(1.0, settle=300.0, seed=5, connections=targets, watch=np.arange(600))
    assert set(np.unique(run.active)) == {0.0, 1.0}  # one look: the state itself
    C = np.zeros((600, 601))
    np.add.at(C, (np.arange(600)[:, None], targets), 1)
    to = C[:, :600].T
    assert to.max() == 1 and (C[:, 600] == targets.shape[1] - to.sum(0)).all()
    E, I = to[:, :300] @ run.active[:300] / np.sqrt(40), to[:, 300:] @ run.active[300:] / np.sqrt(40)
    first = np.arange(600) < 300
    excitation, inhibition = E + np.sqrt(40) * 0.2 * np.where(first, 1, 0.8), -I * np.where(first, 2, 1.8)
    np.testing.assert_allclose(run.excitation[0], excitation, atol=1e-5)
    np.testing.assert_allclose(run.inhibition[0], inhibition, atol=1e-5)
    np.testing.assert_allclose(run.input, excitation + inhibition - np.where(first, 1, 0.7), atol=1e-5)
    assert (run.m_E[-1], run.m_I[-1]) == pytest.approx((run.active[:300].mean(), run.active[300:].mean()), abs=1e-7)


def test_wires():
    """Any two cells with probability K/N: numbers of inputs and of outputs are binomial, and there are no pairs twice."""
    targets = BalancedBinary(N=1000, K=100).wire(seed=2)
    there = targets < 2000
    assert (np.diff(targets, axis=1)[there[:, 1:]] > 0).all()
    out, into = there.sum(1), np.bincount(targets[there], minlength=2000)
    for degree in (out, into):
        assert degree.mean() == pytest.approx(200, abs=1.5) and degree.var() == pytest.approx(180, rel=0.15)
    halves = np.bincount((targets[there] >= 1000) + 2 * (np.nonzero(there)[0] >= 1000))
    np.testing.assert_allclose(halves, 100_000, rtol=0.02)
    assert (BalancedBinary(N=30, K=30).wire() == np.arange(60)).all()  # K = N: all to all


def test_when_cells_look(wired):
    """Cells that must be on turn on at their first look: those that have not looked yet die away with tau."""
    net = NET.replace(theta_E=-40.0, theta_I=-40.0)
    run = net.simulate(250.0, settle=0.0, start=0.0, seed=1, connections=wired)  # as many looks as above: compiled already
    for m, tau in ((run.m_E, 10.0), (run.m_I, 9.0)):
        np.testing.assert_allclose(m, 1 - np.exp(-run.t / tau), atol=0.025)


def test_with_weaker_weights_nothing_fluctuates():
    weak = BalancedBinary(N=300, K=40, scaling=1.0, theta_E=0.0, theta_I=-0.1)
    law = weak.input_law(0.2, 0.2)[1]
    np.testing.assert_allclose(law, np.asarray(SMALL.input_law(0.2, 0.2)[1]) / np.sqrt(40), rtol=1e-5)


def test_runs_are_reproducible_and_do_not_compile_anew():
    a, b = SMALL.simulate(20.0, settle=0.0, seed=4), SMALL.simulate(20.0, settle=0.0, seed=4)
    assert (a.m_E == b.m_E).all() and (a.input == b.input).all() and a.t[0] == 1.0 and a.excitation.shape == (20, 1)
    wires, compiled = SMALL.wire(seed=4), _run._cache_size()
    for changed in (SMALL.replace(m_0=0.3), SMALL.replace(tau_I=5.0, J_EI=1.5, scaling=0.6, theta_E=0.5)):
        other = changed.simulate(20.0, settle=0.0, seed=4, connections=wires)
        assert not (other.m_E == a.m_E).all()
    assert _run._cache_size() == compiled
    assert not (SMALL.simulate(20.0, settle=0.0, seed=6).m_E == a.m_E).all()


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (lambda: BalancedBinary(N=100), ParamError, "BalancedBinary.K = 500 inputs from a population of N = 100 cells"),
        (lambda: BalancedBinary(N=100.5), ParamError, "must be a whole number"),
        (lambda: BalancedBinary(J_EI=-2.0), ParamError, "at least 0"),
        (lambda: BalancedBinary(m_0=1.5), ParamError, "at most 1"),
        (lambda: BalancedBinary(J_EI=1.0).balance(), SimulationError, "there is no balanced state"),
        (lambda: SMALL.simulate(0.0), SimulationError, "duration = 0.0: a number of ms above 0"),
        (lambda: SMALL.simulate(settle=-1.0), SimulationError, "settle = -1.0: a number of ms not below 0"),
        (lambda: SMALL.simulate(1.0, dt=2.0), SimulationError, "dt = 2 ms is longer than the duration of 1 ms"),
        (lambda: SMALL.simulate(1.0, dt="x"), SimulationError, "dt = 'x': a number of ms above 0"),
        (lambda: SMALL.simulate(1.0, start=2.0), SimulationError, "start = 2.0: a share of active cells, from 0 to 1"),
        (lambda: SMALL.simulate(1.0, seed=-1), SimulationError, "seed = -1: a whole number, 0 or more"),
        (lambda: SMALL.simulate(1.0, watch=600), SimulationError, "watch = 600: numbers of cells from 0 to 599"),
        (lambda: SMALL.simulate(1.0, watch="V"), SimulationError, "watch = 'V'"),
        (lambda: SMALL.simulate(1.0, connections=np.zeros((3, 3))), SimulationError, r"connections has shape \(3, 3\)"),
        (lambda: SMALL.simulate(1.0, settle=0.0).inputs("X"), SimulationError, "population = 'X': it is 'E' or 'I'"),
    ],
)
def test_errors(call, error, match):
    with pytest.raises(error, match=match):
        call()


def test_it_is_exported():
    assert bl.networks.ready.BalancedBinary is BalancedBinary and "Science 274" in BalancedBinary.__doc__
    assert "inhibitory to excitatory" in repr(BalancedBinary.table())
