"""WangBuzsaki, Graded and their network, against the same equations in SciPy and against published numbers."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import brainlab as bl
from brainlab.networks import SimulationError
from brainlab.networks.ready import set_wang_buzsaki, wang_buzsaki
from brainlab.synapses import Graded, SynapseError, response

exp = np.exp


def plain(t, y, I, g, tau):
    """One cell that inhibits itself: what each cell of the network does if all do the same."""
    V, h, n, s = y
    alpha_m, beta_m = 0.1 * (V + 35) / (1 - exp(-(V + 35) / 10)), 4 * exp(-(V + 60) / 18)
    alpha_h, beta_h = 0.07 * exp(-(V + 58) / 20), 1 / (1 + exp(-(V + 28) / 10))
    alpha_n, beta_n = 0.01 * (V + 34) / (1 - exp(-(V + 34) / 10)), 0.125 * exp(-(V + 44) / 80)
    m = alpha_m / (alpha_m + beta_m)
    dV = I - 35 * m**3 * h * (V - 55) - 9 * n**4 * (V + 90) - 0.1 * (V + 65) - g * s * (V + 75)
    return (
        dV,
        5 * (alpha_h * (1 - h) - beta_h * h),
        5 * (alpha_n * (1 - n) - beta_n * n),
        12 * (1 - s) / (1 + exp(-V / 2)) - s / tau,
    )


def plain_rate(I=1.0, g=0.1, tau=10.0, duration=1000.0):
    def up(t, y, *args):
        return y[0]

    up.direction = 1
    start = (-64.0, 0.78, 0.09, 0.0)
    times = solve_ivp(plain, (0, duration), start, events=up, args=(I, g, tau), rtol=1e-8, atol=1e-10).t_events[0]
    return rate_of(times, duration / 2)


def rate_of(times, after):
    return 1000 / np.diff(times[times > after]).mean()


@pytest.mark.parametrize("I, published", [(0.2, 8.62), (1.0, 59.69), (5.0, 189.6)])
def test_one_cell(I, published):
    run = bl.simulate(bl.WangBuzsaki(), 1000.0, inputs=I, monitors=())
    rate = rate_of(np.asarray(run.spike_times(0)), 400.0)
    assert rate == pytest.approx(published, rel=1e-3)
    assert rate == pytest.approx(plain_rate(I, g=0.0), rel=5e-4)


def test_the_cell_rests_where_its_equations_do(x64):
    V, h, n = map(float, bl.WangBuzsaki().initial())
    assert np.abs(plain(0.0, (V, h, n, 0.0), 0.0, 0.0, 10.0)[:3]).max() < 1e-9


def test_m_follows_at_once_and_has_no_hole():
    assert float(bl.WangBuzsaki().m_inf(-35.0)) == pytest.approx(1 / (1 + 4 * exp(-25 / 18)), rel=1e-6)


def test_the_synapse_is_exact_for_a_held_potential(x64):
    synapse = Graded(alpha=2.0, tau=7.0, theta=-5.0, sigma=3.0)
    F = 1 / (1 + exp(-(-3.0 + 5.0) / 3.0))
    out = solve_ivp(lambda t, s: 2.0 * F * (1 - s) - s / 7.0, (0, 4.0), [0.1], rtol=1e-11, atol=1e-13)
    assert float(synapse.advance(0.1, -3.0, 4.0)[0]) == pytest.approx(out.y[0, -1], rel=1e-9)
    assert float(synapse.advance(0.5, -1e6, 7.0)[0]) == pytest.approx(0.5 / np.e) and synapse.output(0.3) == 0.3
    assert synapse.current(0.2, -65.0) == pytest.approx(-2.0)


def test_the_synapse_hears_no_spikes():
    with pytest.raises(SynapseError, match=r"^Graded\(\) does not respond to spikes\.\n  why: it follows the potential"):
        response(Graded(), [1.0], 10.0)
    cells = bl.Population(bl.WangBuzsaki(), 2)
    spikes = bl.networks.PoissonGroup(2, 5.0)
    with pytest.raises(SimulationError, match="a group has no potential"):
        bl.simulate(bl.Network(bl.Projection(spikes, cells, bl.connect.AllToAll(), Graded())), 1.0)


@pytest.mark.parametrize(
    "kw, published", [({}, 40.0), ({"tau": 5.0}, 47.1), ({"tau": 20.0}, 28.5), ({"I": 2.0}, 72.5)], ids=str
)
def test_alike_they_fire_as_one(kw, published):
    """Published: counts in a window. The rate of one cell that inhibits itself is exact."""
    run = bl.simulate(wang_buzsaki(n=100, **kw), 700.0, monitors=())
    late = run.spikes.between(350.0, 700.0)
    assert bl.analysis.coherence(late) > 0.99
    rate = rate_of(run.spikes.of(0), 350.0)
    assert rate == pytest.approx(plain_rate(duration=700.0, **kw), rel=2e-3)
    assert rate == pytest.approx(published, rel=0.035)


def test_unlike_they_fall_apart():
    net, found = wang_buzsaki(n=100), {}
    for I_sd in (0.03, 0.1):
        set_wang_buzsaki(net, I_sd=I_sd)
        net.reset_state()
        net.population("cells").V = np.random.default_rng(5).uniform(-70.0, -50.0, 100)
        late = bl.simulate(net, 1000.0, monitors=()).spikes.between(500.0, 1000.0)
        found[I_sd] = late.rates().mean(), bl.analysis.coherence(late, bin=2.5)
    assert found[0.03] == pytest.approx((39.2, 0.5), abs=2.5) and 0.3 < found[0.03][1] < 0.7
    assert found[0.1] == pytest.approx((33.6, 0.1), abs=1.5) and 0.05 < found[0.1][1] < 0.2


def test_other_values_in_the_middle_of_its_life():
    net = wang_buzsaki(n=50, I=1.0, I_sd=0.05, g=0.2)
    cells, inhibition = net.population("cells"), net.projections[0]
    drive = 0.1 * (np.asarray(cells.model.E_L) + 65.0)
    assert drive.mean() == pytest.approx(1.0, rel=1e-5) and drive.std() == pytest.approx(0.05, rel=1e-4)
    assert float(inhibition.weight) == pytest.approx(0.004)
    set_wang_buzsaki(net, I=2.0, g=0.1, tau=5.0)
    moved = 0.1 * (np.asarray(cells.model.E_L) + 65.0)
    np.testing.assert_allclose(moved, drive + 1.0, rtol=1e-4)
    assert float(inhibition.weight) == pytest.approx(0.002) and inhibition.synapse.tau == 5.0


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: wang_buzsaki(n=1), "n = 1: a whole number of neurons, 2 or more, is expected"),
        (lambda: wang_buzsaki(n=4, I_sd=-0.1), r"I_sd = -0\.1: a number, 0 or more, is expected"),
        (lambda: wang_buzsaki(n=4, g=-1.0), r"g = -1\.0: a number, 0 or more, is expected"),
        (lambda: wang_buzsaki(n=4, I=np.inf), "I = inf: a finite number is expected"),
    ],
)
def test_wrong_values(call, message):
    with pytest.raises(SimulationError, match=message):
        call()
