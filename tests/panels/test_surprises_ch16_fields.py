"""What the panels of chapter 16 about rings of neurons say, in numbers; and that the hand reaches the ring."""

import numpy as np
import pytest

from brainlab import panels
from brainlab.panels.bump import _arrow, _unjoined


@pytest.fixture(scope="module")
def bump():
    return panels.BumpPanel()


@pytest.fixture(scope="module")
def adding():
    return panels.PathIntegrationPanel()


def came_true(panel, name):
    return panel.scenarios[name].predict.came_true(panel.scenario(name))


# ---- P16a


def test_the_bump_stays_for_ever_and_walks_with_the_noise(bump):
    bump.scenario("it follows")
    bump.set(stimulus=False)
    still = bump.run(300.0)
    assert still["height"] == pytest.approx(9.6569, rel=1e-3) and abs(still["bump (rad)"]) < 1e-4
    bump.scenario("a memory")
    heights, places = [], []
    for seed in range(4):
        bump._seed = seed
        bump.scenario("a memory")
        now = bump.run(100.0)
        heights.append(now["height"])
        places.append(now["bump (rad)"])
    bump._seed = 0
    assert min(heights) > 8 and np.ptp(places) > 0.2
    assert came_true(bump, "a memory") == "stands somewhere else"


def test_above_kc_there_is_none(bump):
    assert bump.scenario("too much inhibition")["height"] < 0.01
    assert "no bump" in bump.words(bump.snapshot())
    bump.set(k_rel=0.5)
    assert bump.run(50.0)["height"] < 0.01, "silence stays, too"
    bump.set(stimulus=True, z=1.0)
    assert bump.run(50.0)["bump (rad)"] == pytest.approx(1.0, abs=0.02)
    bump.set(stimulus=False, k_rel=0.95)
    assert bump.run(100.0)["height"] == pytest.approx(np.sqrt(8) * (1 + np.sqrt(0.05)) / 0.95, rel=0.02)


def test_the_lag_grows_with_the_speed_and_adaptation_turns_it_round(bump):
    assert came_true(bump, "twice as fast") == "twice as long"
    fast = bump.snapshot()["lag (rad)"]
    bump.set(v=0.02)
    assert bump.run(100.0)["lag (rad)"] == pytest.approx(0.13, abs=0.01)
    assert fast == pytest.approx(0.26, abs=0.03)
    bump.set(v=-0.02)
    assert bump.run(150.0)["lag (rad)"] == pytest.approx(0.13, abs=0.01), "behind is behind, whichever way it goes"
    assert "behind" in bump.words(bump.snapshot())
    assert came_true(bump, "running ahead") == "ahead of the stimulus"
    assert bump.snapshot()["lag (rad)"] < -0.09 and "ahead" in bump.words(bump.snapshot())
    bump.scenario("by itself")
    assert abs(bump.run(200.0)["speed (rad/ms)"]) == pytest.approx(0.0253, rel=0.05)  # MODELS.md, 3.3


def test_the_hand_and_the_button(bump):
    bump.scenario("it follows")
    bump.ring.overlay.from_browser({"hand": [0.0, 1.4]})
    assert bump._wanted["z"] == pytest.approx(np.pi / 2, abs=0.01)
    assert bump.hand("hand") == pytest.approx([0.0, 1.0], abs=0.01), "it goes back onto the ring"
    assert bump.run(2.0)["lag (rad)"] > 0.5 > 0.01 > bump.run(60.0)["lag (rad)"]
    bump.set(v=0.05)
    bump.run(20.0)
    bump.ring.overlay.from_browser({"hand": [-1.0, 0.0]})
    assert abs(bump.run(0.5)["stimulus (rad)"]) == pytest.approx(np.pi, abs=0.06), "where the hand is, though it moves"
    bump.set(stimulus=False, v=0.0)
    assert bump.ring.overlay.value["hand"] is None, "nothing to take hold of"
    bump.pressed("silence")
    assert bump.run(5.0)["height"] == 0


def test_parts_of_its_picture():
    x, y = _arrow(0.0, np.pi / 2)
    assert x[39] == pytest.approx(0, abs=1e-9) and y[39] > 0.5
    t, angle = _unjoined(np.arange(4.0), np.array([3.0, 3.1, -3.1, -3.0]))
    np.testing.assert_array_equal(t, [0, 1, 2, 2, 3])
    assert np.isnan(angle).tolist() == [False, False, True, False, False]


# ---- P16b


def test_twelve_neurons_add_up_and_eight_stick(adding):
    twelve = adding.scenario("left, right, left")
    assert twelve["largest error (rad)"] < 0.005 and twelve["head (rad)"] > 2
    assert came_true(adding, "eight neurons") == "follow only the fastest turn"
    assert adding.snapshot()["bump (rad)"] == pytest.approx(2 * np.pi / 8, abs=0.02), "on a neuron, the next one"
    adding.set(velocity=0.5 * adding.values["velocity"])
    assert abs(adding.snapshot()["bump (rad)"]) < 0.01 and adding.snapshot()["head (rad)"] > 1, "all is lost"


def test_errors_add_up(adding):
    weak = adding.scenario("weights too weak")
    assert weak["bump (rad)"] == pytest.approx(0.8 * weak["head (rad)"], abs=0.01) and weak["head (rad)"] > 6
    assert abs(adding.scenario("what is the sum?")["bump (rad)"]) < 0.01
    assert adding.scenario("noise")["largest error (rad)"] > 0.1
