"""The surprises of the panels on synapses hold as shipped, and their numbers agree with arithmetic of another kind."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from brainlab import panels
from brainlab.params import ParamError


def exactly(panel, scenario=None, **values):
    """Its numbers; a snapshot has them rounded."""
    if scenario is not None:
        panel.scenario(scenario)
    panel.set(**values)
    return panel.numbers


# ---- P13a


def test_depolarisation_makes_more_current_of_the_same_spikes():
    panel = panels.SynapsePanel()
    rest = dict(exactly(panel, "NMDA at rest"))
    up = exactly(panel, "NMDA, depolarised")
    block = {V: 1 / (1 + np.exp(-0.062 * V) / 3.57) for V in (-70.0, -30.0)}  # Jahr and Stevens (1990)
    ratio = block[-30.0] * 30 / (block[-70.0] * 70)
    assert ratio == pytest.approx(3.44, abs=0.01)
    assert up["peak PSC (pA)"] / rest["peak PSC (pA)"] == pytest.approx(ratio, rel=1e-4)
    assert up["peak g (nS)"] == rest["peak g (nS)"], "transmitter does not ask for V"
    assert up["most inward current at (mV)"] == pytest.approx(-26.96, abs=0.5), "MODELS.md section 4"
    free = exactly(panel, Mg=0.0, V=-70.0)
    assert free["peak PSC (pA)"] == pytest.approx(70 * free["peak g (nS)"], rel=1e-5), "without magnesium: Ohm's law"


def test_a_burst_opens_a_thousand_times_what_one_spike_opens():
    numbers = exactly(panels.SynapsePanel(), "GABA_B wants a burst")
    assert 1000 < numbers["peak g, one spike = 1"] < 2000

    def slope(t, y, n):
        r, s = y
        T = float(any(21.0 + 5 * i <= t < 22.0 + 5 * i for i in range(n)))
        return 0.09 * T * (1 - r) - 0.0012 * r, 0.18 * r - 0.034 * s

    peaks = []
    for n in (1, 10):
        s = solve_ivp(slope, (0, 400), (0.0, 0.0), args=(n,), rtol=1e-8, atol=1e-10, max_step=0.25).y[1].max()
        peaks.append(s**4 / (s**4 + 100))
    assert numbers["peak g (nS)"] == pytest.approx(2 * peaks[1], rel=2e-3)
    assert numbers["peak g, one spike = 1"] == pytest.approx(peaks[1] / peaks[0], rel=0.01)


def test_receptors_are_soon_full():
    numbers = exactly(panels.SynapsePanel(), "GABA_A is soon full")
    assert numbers["peak g (nS)"] / 2 == pytest.approx(0.95982, abs=2e-3) and numbers["peak g, one spike = 1"] < 1.005
    alone = exactly(panels.SynapsePanel(synapse="AMPA", times=[20.0] + [-1.0] * 11))
    assert alone["peak g (nS)"] == pytest.approx(2 * 0.61799, rel=2e-3), "MODELS.md section 4"


def test_where_there_is_no_driving_force_there_is_no_current():
    panel = panels.SynapsePanel()
    assert exactly(panel, "inhibition without a current")["peak PSC (pA)"] == 0
    assert exactly(panel, V=-75.0)["peak PSP (mV)"] < 0 < exactly(panel, V=-85.0)["peak PSP (mV)"]


def test_potentials_add_though_the_currents_are_over():
    numbers = exactly(panels.SynapsePanel())
    arrive = np.array([20.0, 60.0, 70.0, 80.0, 90.0]) + 1.0

    def g(t):  # two exponentials of 1 and 5 ms, its peak 1 after 1.25 ln 5 ms
        ago = np.maximum(t - arrive, 0.0)
        peak = 1.25 * np.log(5.0)
        return 2.0 * (np.exp(-ago / 5) - np.exp(-ago)).sum() / (np.exp(-peak / 5) - np.exp(-peak))

    t = np.linspace(0, 200, 2001)
    run = solve_ivp(lambda t, V: (-10 * (V + 70) - g(t) * V) / 200, (0, 200), [-70.0], t_eval=t, max_step=0.2, rtol=1e-7)
    one = run.y[0][t < 60].max() + 70
    assert numbers["peak PSP (mV)"] == pytest.approx(run.y[0].max() + 70, rel=1e-3)
    assert numbers["peak PSP (mV)"] / one > 1.8 > 1.3 > numbers["peak g, one spike = 1"]


def test_spikes_are_placed_moved_and_taken_away():
    panel = panels.SynapsePanel(times=[-1.0] * 12)
    assert exactly(panel)["peak g (nS)"] == 0 and "No spike" in panel.layout.readout.text
    overlay = panel.spike_figure.overlay
    overlay.from_browser({"place": [50.03, 0.4]})
    assert exactly(panel)["spikes"] == 1 and overlay.value["spike 1"] == 50.0 and overlay.value["place"] is None
    overlay.from_browser({"place": [50.03, 0.4]})  # the same place again: it is a click all the same
    assert exactly(panel)["spikes"] == 2
    overlay.from_browser({"spike 1": 80.0})
    panel.snapshot()
    np.testing.assert_array_equal(panel.values["times"][:3], [80.0, 50.0, -1.0])
    overlay.from_browser({"spike 1": None})
    assert exactly(panel)["spikes"] == 1 and overlay.value["spike 1"] is None
    panel.layout._pressed("none")
    assert exactly(panel)["spikes"] == 0


def test_a_thirteenth_spike_is_refused_in_words():
    panel = panels.SynapsePanel(times=np.arange(12.0))
    panel.spike_figure.overlay.from_browser({"place": [100.0, 0.5]})
    assert "there is room for 12 spikes, and all are there" in panel.layout.readout.error
    assert "double-click one to take it away" in panel.layout.readout.error
    assert exactly(panel)["spikes"] == 12
    with pytest.raises(ParamError, match="at least -1 ms and at most 1000 ms"):
        panel.set(times=[2000.0] + [-1.0] * 11)


def test_only_controls_that_do_something_are_shown():
    panel = panels.SynapsePanel()
    panel.snapshot()
    shown = {n for n in ("tau_rise", "tau_decay", "E_rev", "Mg") if panel.controls[n].layout.display != "none"}
    assert shown == {"tau_rise", "tau_decay", "E_rev"}
    before = exactly(panel, "NMDA at rest")
    assert panel.controls["Mg"].layout.display == "" and panel.controls["tau_decay"].layout.display == "none"
    assert exactly(panel, tau_decay=50.0, tau_rise=3.0, E_rev=-90.0) == before


# ---- P13c: short-term plasticity


def releases(n, rate, U=0.5, tau_f=0.0, tau_d=800.0):
    """Tsodyks and Markram's synapse, in the form in which u relaxes to U; plain Python."""
    u, x, out, wait = U, 1.0, [], 1000 / rate
    for _ in range(n):
        out.append(u * x)
        x = 1 - (1 - (x - u * x)) * np.exp(-wait / tau_d)
        u = U + (u + U * (1 - u) - U) * (np.exp(-wait / tau_f) if tau_f else 0.0)
    return out


def test_twice_the_rate_is_hardly_more_drive():
    panel = panels.STPPanel()
    slow, fast = exactly(panel), panel.set(rate=40.0)
    assert fast["drive (1/s)"] / slow["drive (1/s)"] == pytest.approx(1.045, abs=2e-3)
    assert slow["settles to"] == pytest.approx(releases(100, 20.0)[-1], rel=1e-5)
    assert fast["drive (1/s)"] == pytest.approx(40 * releases(200, 40.0)[-1], rel=1e-4)
    assert exactly(panel, rate=100.0)["drive (1/s)"] < 1000 / 800 == 1.25, "it sends no more than it gets back"
    assert exactly(panel, "without a memory")["drive (1/s)"] == 10.0


def test_the_releases_are_those_of_tsodyks_and_markram():
    panel = panels.STPPanel()
    numbers = exactly(panel)
    np.testing.assert_allclose(panel.arrays["A"][:4], [0.5, 0.26515, 0.15483, 0.10302], atol=2e-5)  # MODELS.md section 4
    np.testing.assert_allclose(panel.arrays["A"][:20], releases(20, 20.0), rtol=1e-5)
    x = 1 - (1 - (numbers["last release"] / 0.5 - numbers["last release"])) * np.exp(-500 / 800)
    assert numbers["after the pause"] == pytest.approx(0.5 * x, rel=1e-5)
    exactly(panel, "it warms up")
    np.testing.assert_allclose(panel.arrays["A"][:4], [0.05, 0.0923, 0.1259, 0.15191], atol=5e-5)
    np.testing.assert_allclose(panel.arrays["A"][:20], releases(20, 20.0, 0.05, 1000.0, 100.0), rtol=1e-4)


def test_facilitation_has_a_favourite_rate():
    panel = panels.STPPanel()
    exactly(panel, "its favourite rate")
    settled = panel.arrays["settled"][:-1]
    rates = np.linspace(1, 100, 199)
    assert 8 < rates[settled.argmax()] < 16 and settled.max() > 1.3 * max(settled[0], settled[-1])
    for rate in (3.0, 12.0, 60.0):
        assert np.interp(rate, rates, settled) == pytest.approx(releases(3000, rate, 0.02, 1000.0, 300.0)[-1], rel=2e-3)


def test_the_test_spike_is_dragged_between_its_bounds():
    panel = panels.STPPanel()
    panel.A_figure.overlay.from_browser({"test": 1250.0})
    panel.snapshot()
    assert panel.values["pause"] == 250.0
    panel.A_figure.overlay.from_browser({"test": 300.0})  # before the train ends
    panel.snapshot()
    assert panel.values["pause"] == 1.0 and panel.A_figure.overlay.value["test"] == 1001.0


# ---- P13c: STDP


def test_the_order_decides_the_sign():
    panel = panels.STDPPanel()
    assert exactly(panel)["change by one pair (% of w_max)"] == pytest.approx(0.30327, abs=2e-5)  # MODELS.md section 4
    assert exactly(panel, gap=-10.0)["change by one pair (% of w_max)"] == pytest.approx(-0.31843, abs=2e-5)
    assert exactly(panel, gap=0.0)["w after 60 pairs (w_max)"] == 0.5


@pytest.mark.parametrize(("pairing", "gap", "rate"), [("all", 10.0, 40.0), ("nearest", 10.0, 40.0), ("all", -25.0, 40.0)])
def test_pairs_in_a_hurry_see_each_other(pairing, gap, rate):
    """Pair by pair, in a double loop, as the sum is written; the third case has spikes at the same time."""
    panel = panels.STDPPanel(gap=gap, rate=rate, pairing=pairing)
    pre = np.arange(60) * 1000 / rate
    post, w = pre + gap, 0.5
    for t in np.unique(np.concatenate([pre, post])):
        for fired, others, A in ((post, pre, 0.005), (pre, post, -0.00525)):
            before = others[others < t - 1e-9]
            if t in fired and t not in others and len(before):
                w += A * np.exp(-(t - (before[-1:] if pairing == "nearest" else before)) / 20).sum()
    at_once = np.isin(post, pre)
    for t in post[at_once]:  # each sees what was before, and not the other
        earlier = [x[x < t - 1e-9] for x in (pre, post)]
        w += 0.005 * np.exp(-(t - earlier[0]) / 20).sum() - 0.00525 * np.exp(-(t - earlier[1]) / 20).sum()
    assert exactly(panel)["w after 60 pairs (w_max)"] == pytest.approx(w, abs=2e-5)


def test_the_window_is_built_point_by_point():
    panel = panels.STDPPanel()
    panel.snapshot()
    for gap in (30.0, 20.0, 5.0, -5.0):
        panel.set(gap=gap)
    np.testing.assert_array_equal(panel.seen.x, [-5, 5, 10, 20, 30])
    np.testing.assert_allclose(panel.seen.y[1:], 0.5 * np.exp(-panel.seen.x[1:] / 20), rtol=1e-3)
    assert panel.seen.y[0] == pytest.approx(-0.525 * np.exp(-0.25), rel=1e-3)
    panel.layout._pressed("forget")
    assert len(panel.seen.x) == 1
    panel.set(gap=8.0), panel.set(tau_plus=40.0)
    assert len(panel.seen.x) == 1, "points of another rule would lie"
