"""P14a, the raster theatre: its regimes are those of Brunel (2000), and turning a knob compiles nothing."""

import threading
import time

import numpy as np
import pytest

import brainlab as bl
from brainlab import panels
from brainlab.panels import raster_theatre
from brainlab.panels._stage import CHUNK, Stage
from brainlab.params import ParamError


@pytest.fixture(scope="module")
def panel():
    return panels.RasterTheatrePanel(N=2500)


def regime(panel, **values):
    """What it shows one second after a new beginning."""
    panel.scenario("like noise")
    panel.set(N=2500, **values)
    return panel.run(1000.0)


# The rates are those of other code, for 2500 neurons with 250 inputs each and J = 0.1 sqrt(5) mV; other random networks.
@pytest.mark.parametrize(
    ("g", "eta", "rate", "regular"), [(3.0, 2.0, 213.8, True), (6.0, 4.0, 101.5, False), (5.0, 2.0, 60.2, False)]
)
def test_past_g_4_clocks_become_irregular(panel, g, eta, rate, regular):
    shown = regime(panel, g=g, eta=eta)
    assert shown["rate (Hz)"] == pytest.approx(rate, rel=0.08)
    assert (shown["CV"] < 0.2) == regular and (shown["CV"] > 0.3) != regular


def test_more_inhibition_at_the_same_rate_is_more_irregular(panel):
    less, more = regime(panel, g=5.0, eta=2.0), regime(panel, g=8.0, eta=3.4)
    assert more["rate (Hz)"] == pytest.approx(less["rate (Hz)"], rel=0.15)
    assert more["CV"] > 1.5 * less["CV"]


def test_the_two_rhythms(panel):
    """Brunel's figure 8 has 180 Hz and 22 Hz for the full network."""
    slow, fast = regime(panel, g=4.5, eta=0.9), regime(panel, g=6.0, eta=4.0)
    assert 20 < slow["rhythm (Hz)"] < 40 and 150 < fast["rhythm (Hz)"] < 200
    assert slow["rate (Hz)"] < 0.7 * slow["rhythm (Hz)"] and fast["rate (Hz)"] < 0.7 * fast["rhythm (Hz)"]
    assert slow["unsteadiness"] > 1.0


def test_conductances_keep_it_awake_and_without_excitation_it_falls_silent():
    panel = panels.RasterTheatrePanel(network="COBA", N=1000, g=7.444, eta=0.0)
    shown = panel.run(1000.0)
    assert shown["rate (Hz)"] == pytest.approx(18.0, rel=0.15), "Brette et al. 2007, benchmark 1, by other code: 18 to 19 Hz"
    assert shown["CV"] > 1.2
    silent = panel.set(J=0.2) and panel.run(1500.0)
    assert silent["rate (Hz)"] == 0 and "Silence: not one of 1000" in panel.layout.readout.text


def test_the_answers_of_the_predictions_are_what_happens():
    panel = panels.RasterTheatrePanel()
    for name, option in (("like clocks", "faster, like clocks"), ("the same rate, more inhibition", "more irregular")):
        numbers = panel.scenario(name)
        assert panel.scenarios[name].predict.came_true(numbers) == option
    assert numbers["rate (Hz)"] == pytest.approx(panel.scenario("like noise")["rate (Hz)"], rel=0.1)


# ---- the stage


def test_a_stage_turns_its_knobs_in_millivolts():
    stage = Stage("Brunel", 500)
    stage.turn(g=4.0, eta=2.0, J=0.5)
    J = 0.5 * 0.1 * np.sqrt(12500 / 500)
    assert (float(stage.exc.weight), float(stage.inh.weight), float(stage.ext.weight)) == pytest.approx((J, -4 * J, J))
    assert stage.ext.rate * stage.ext.n == pytest.approx(2.0 * 20.0 / (J * 0.020))  # twice theta / (J tau), in Hz


def test_in_a_network_of_conductances_g_is_the_ratio_at_rest():
    stage = Stage("COBA", 500)
    assert stage.g == pytest.approx(67 * 10 * 20 / (6 * 5 * 60), rel=1e-5)  # nS times ms times mV
    assert stage.jump == pytest.approx(6.0 * 5 * 60 / 200, rel=1e-5)  # mV, on 200 pF
    stage.turn(g=stage.g, eta=1.0, J=1.0)
    assert stage.ext.rate * stage.jump * 0.020 == pytest.approx(10.0)  # mV of mean drive: from rest to threshold


def test_the_statistics_are_those_of_all_spikes():
    stage, other = Stage("Brunel", 500), Stage("Brunel", 500)
    knobs = dict(g=5.0, eta=2.0, J=1.0)
    stage.begin(3, **knobs), other.begin(3, **knobs)
    for _ in range(8):
        stage.go_on()
    spikes = bl.simulate(other.net, 8 * CHUNK, monitors=()).spikes
    found = stage.statistics()
    assert found["mean"] == pytest.approx(spikes.rates().mean())
    watched = spikes.only(stage.watched)
    np.testing.assert_allclose(stage.watched_spikes().times, watched.times, rtol=1e-9)
    assert found["cv"] == pytest.approx(np.nanmean(bl.analysis.cv(watched)))
    rate = bl.analysis.population_rate(spikes, bin=1.0)[1]
    chance = rate.mean() * 1000.0 / 500  # the variance of the rate of 500 Poisson neurons in bins of 1 ms
    assert found["unsteadiness"] == pytest.approx(np.sqrt(rate.var() - chance) / rate.mean())


def test_a_run_is_rounded_up_to_whole_pieces(panel):
    panel.scenario("like noise")
    panel.set(N=2500)
    now = panel._now
    panel.run(30.0)
    assert panel._now == now + 2 * CHUNK
    panel.layout.tools.press("step")
    assert panel._now == now + 3 * CHUNK
    with pytest.raises(bl._teaching.TeachingError, match="above 0 ms"):
        panel.run(0.0)


# ---- live: a page that paints at once


@pytest.fixture
def live():
    panel = panels.RasterTheatrePanel(N=1000)
    panel.snapshot()
    panel.pacer.send = lambda message, buffers=None: panel.pacer.from_browser({"painted": message.get("frame", 0)})
    panel.pacer.from_browser({"hello": "page"})
    yield panel
    panel.pause()
    panel.pacer.from_browser({"bye": "page"})


def wait_for(condition, what):
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.01)


def test_another_size_is_built_while_the_old_network_goes_on(live, monkeypatch):
    allowed = threading.Event()

    class Slow(Stage):
        def __init__(self, *args):
            allowed.wait(60)
            super().__init__(*args)

    live.play()
    monkeypatch.setattr(raster_theatre, "Stage", Slow)
    live.controls["N"].from_browser("2500")
    wait_for(lambda: live._building is not None, "it is being built")
    now = live._now
    wait_for(lambda: live._now > now + 200, "the old network goes on")
    assert live._stage.cells.size == 1000 and live.layout.readout.state == "busy"
    allowed.set()
    wait_for(lambda: live._stage.cells.size == 2500, "the new one takes over")
    now = live._now
    wait_for(lambda: live._now > now + 100 and live.layout.readout.state == "ok", "and goes on")


def test_what_cannot_be_built_is_said_and_the_old_network_goes_on(live, monkeypatch):
    def broken(*args):
        raise ParamError("no room for so many")

    monkeypatch.setattr(raster_theatre, "Stage", broken)
    live.controls["N"].from_browser("2500")
    wait_for(lambda: "no room for so many" in live.layout.readout.error, "the error is shown")
    live.controls["N"].from_browser("1000")
    wait_for(lambda: live.layout.readout.state == "ok", "the old one is there")


def test_the_way_back_is_short(live, monkeypatch):
    first = live._stage
    live.controls["N"].from_browser("2500")
    wait_for(lambda: live._stage.cells.size == 2500, "the new one is there")
    monkeypatch.setattr(raster_theatre, "Stage", None)  # nothing may be built any more
    live.controls["N"].from_browser("1000")
    wait_for(lambda: live._stage is first and not live._owed, "the old one again, from the beginning")
    assert live.layout.readout.state == "ok" and live._now == raster_theatre.OPENING


def test_the_latest_knobs_win_and_the_map_follows(live):
    live.play()
    traces = live.traces
    for g in np.linspace(3.0, 7.0, 30):
        live.map.overlay.from_browser({"point": [float(g), 3.0]})
    wait_for(lambda: abs(live._stage.inh.weight / live._stage.exc.weight + 7.0) < 1e-5, "g arrived")
    assert live._wanted["eta"] == 3.0 and live.hand("point") == [7.0, 3.0]
    assert live.traces == traces
