"""The surprises of chapter 15's panels of capacity and energy, against others' arithmetic."""

import numpy as np
import pytest

from brainlab import panels

# ---- P15b: OverloadPanel


@pytest.fixture(scope="module")
def overload():
    return panels.OverloadPanel()


def recall(N, P, seed, starts=16):
    """Unit after unit in NumPy; the mean overlap."""
    rng = np.random.default_rng(seed)
    X = rng.choice([-1.0, 1.0], (P, N))
    W = X.T @ X / N
    np.fill_diagonal(W, 0)
    s = X[:starts].copy()
    h = s @ W
    for _ in range(12):
        for i in rng.permutation(N):
            change = np.where(h[:, i] == 0, s[:, i], np.sign(h[:, i])) - s[:, i]
            h += change[:, None] * W[i]
            s[:, i] += change
    return (s * X[:starts]).mean()


def test_the_overlap_falls_off_a_cliff(overload):
    shown = overload.scenario("room for all")
    assert shown["overlap"] > 0.995 and shown["patterns"] == 50
    shown = overload.set(load=0.12)
    assert shown["patterns"] == 60 and shown["overlap"] > 0.99 and shown["recalled (%)"] == 100
    assert shown["overlap, theory"] == pytest.approx(0.993223, abs=1e-4)
    shown = overload.scenario("the cliff")
    assert shown["patterns"] == 125 and shown["recalled (%)"] < 5 and shown["overlap, theory"] == 0
    assert shown["overlap"] == pytest.approx(np.mean([recall(500, 125, seed) for seed in range(3)]), abs=0.1)


def test_a_small_network_has_a_slope_and_theory_none(overload):
    shown = overload.scenario("a small network")
    assert shown["overlap, theory"] == 0 and shown["overlap"] > 0.7
    curve = overload.arrays["curve"]
    assert curve[0] > 0.999 and curve[-1] < 0.6 and (np.diff(curve) < 0.03).all()


def test_of_units_that_are_shown_their_pattern_a_gaussian_share_turns_away(overload):
    overload.scenario("one step and many")
    shown = overload.set(load=0.2)
    assert shown["by the Gaussian law (%)"] == pytest.approx(1.267, abs=2e-3)  # 1/2 erfc(sqrt(1/0.4))
    assert shown["turn away at once (%)"] == pytest.approx(1.267, abs=4 * 100 * np.sqrt(0.01267 / 8000))
    inputs = overload.arrays["inputs"]
    assert inputs.mean() == pytest.approx(1, abs=0.03) and inputs.std() == pytest.approx(np.sqrt(0.2), abs=0.02)


def test_a_worse_cue_and_another_rule(overload):
    assert 0.5 < overload.scenario("a worse cue")["overlap"] < 0.999
    shown = overload.set(flips=0.0, N=100, load=0.4, rule="pseudo-inverse")
    assert shown["recalled (%)"] == 100 and shown["overlap, theory"] == "none" and "Theory" not in overload.words(shown)


# ---- P15c: EnergyHikePanel


@pytest.fixture(scope="module")
def hike():
    return panels.EnergyHikePanel()


def test_all_at_once_the_energy_rises_and_one_after_the_other_never(hike):
    """NumPy, 60 networks: 28 % swing, 42 % rise, over networks +- 8 %: 6 networks are good to 10 %."""
    shown = hike.scenario("all at once")
    assert shown["swing between two states (%)"] == pytest.approx(28, abs=10)
    assert shown["energy rose (%)"] == pytest.approx(42, abs=10)
    assert shown["units that swing"] > 0, "the run that is shown at first is one that swings"
    assert "still change" in hike.words(shown)
    shown = hike.scenario("one after the other")
    assert shown["energy rose (%)"] == 0 and shown["swing between two states (%)"] == 0 and shown["come to rest (%)"] > 99
    assert (np.diff(hike.arrays["energy"], axis=1) <= 0).all() and "rests at an energy" in hike.words(shown)


def test_few_patterns_hardly_quarrel_and_many_do(hike):
    few, many = hike.scenario("few patterns"), hike.scenario("many patterns")
    assert few["swing between two states (%)"] < 5 and few["energy rose (%)"] < 3
    assert many["energy rose (%)"] > 50 and many["swing between two states (%)"] > 30


def test_noise_lifts_the_energy(hike):
    assert hike.scenario("with thermal noise")["energy rose (%)"] > 90


# ---- P15d: ModernHopfieldPanel


@pytest.fixture(scope="module")
def modern():
    return panels.ModernHopfieldPanel()


def test_capacity_leaps(modern):
    """MODELS.md, 3.4, d = 64: at beta 0.25 10000 patterns are found to 1 %, at 0.1 the error is 0.868. The mean of Hebb's
    rule is 0.138 x 64 = 9, of n = 3 N^2 / (6 ln N) = 164 (Krotov & Hopfield 2016); sizes go in steps of 1.8."""
    shown = modern.scenario("10000 patterns")
    assert shown["relative error"] == pytest.approx(0.010, abs=0.015) and shown["overlap, softmax"] > 0.97
    assert shown["held by Hebb"] == pytest.approx(9, abs=9) and 80 < shown["held by n = 3"] < 330
    assert shown["held by softmax"] == 10000
    shown = modern.scenario("too soft")
    assert shown["relative error"] == pytest.approx(0.868, abs=0.03) and shown["patterns in the answer"] > 300
    assert modern.scenario("no competition")["overlap, softmax"] < 0.5


def test_the_three_curves_are_those_of_numpy(modern):
    modern.scenario("10000 patterns")
    rng = np.random.default_rng(0)
    for P in (18, 178):
        X = rng.choice([-1.0, 1.0], (P, 64))
        own = np.repeat(X[:10], 40, 0)
        cues = own + 0.5 * rng.normal(size=own.shape)
        s = np.sign(cues)
        k = s @ X.T
        hebb = np.sign(k @ X - P * s)
        others = k[:, :, None] - X * s[:, None, :]
        dense = np.sign((((others + X) ** 3) - (others - X) ** 3).sum(1))
        at = np.flatnonzero(panels.modern_memory.GRID == P)[0]
        for name, answer in (("hebb", hebb), ("dense", dense)):
            assert modern.arrays[name][at] == pytest.approx((answer * own).mean(), abs=0.08), (P, name)


def test_the_answer_is_that_of_the_model(modern):
    import brainlab as bl

    modern.scenario("too soft")
    images, m = modern.arrays["images"], modern.arrays["m"]
    assert images[0] @ images[2] / 64 == pytest.approx(m, abs=0.1)
    assert float(modern.arrays["soft"][-1]) == pytest.approx(float(m), abs=1e-4)
    script = modern.script()
    assert repr(bl.ModernHopfield(beta=0.1)) in script
