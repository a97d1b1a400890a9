"""The surprise of P15a, HopfieldPainterPanel, against a Hopfield network in a few lines of NumPy."""

import numpy as np
import pytest

from brainlab import panels
from brainlab._teaching import TeachingError
from brainlab.models import PatternError
from brainlab.panels.hopfield_painter import END, FACE, SWEEPS, N
from brainlab.params import ParamError
from brainlab.vision import letters


@pytest.fixture(scope="module")
def painter():
    return panels.HopfieldPainterPanel()


@pytest.fixture(autouse=True)
def from_the_start(painter):
    painter._seed = 0
    painter.scenario("three letters")


def hebb(X):
    W = X.T @ X / X.shape[1]
    np.fill_diagonal(W, 0)
    return W


def settle(W, s):
    """One unit after the other, always in the order of their numbers, until none changes."""
    s = s.copy()
    while True:
        before = s.copy()
        for i in range(len(s)):
            h = W[i] @ s
            s[i] = s[i] if abs(h) < 1e-6 else np.sign(h)
        if (s == before).all():
            return s


def test_nobody_stored_the_negative_and_it_comes_back(painter):
    X = letters("HXT")
    for which in (1.0, 2.0, 3.0):
        assert painter.set(which=which, share=90.0)["overlap with the start"] == pytest.approx(-1)
        np.testing.assert_array_equal(painter.arrays["states"][-1], -X[int(which) - 1])
        np.testing.assert_array_equal(settle(hebb(X), -X[int(which) - 1]), -X[int(which) - 1])
        assert painter.set(share=10.0)["overlap with the start"] == pytest.approx(1)
    levels = painter.arrays["levels"][:3]
    np.testing.assert_allclose(levels, [-0.5 * x @ hebb(X) @ x for x in X], rtol=1e-5)
    np.testing.assert_allclose(levels, [-0.5 * -x @ hebb(X) @ -x for x in X], rtol=1e-5)


def test_letters_that_resemble_each_other(painter):
    X = letters("ACEH")
    kept = [(settle(hebb(X), x) == x).all() for x in X]
    assert kept == [True, True, False, True]
    for which, stays in enumerate(kept, 1):
        shown = painter.set(letters="ACEH", which=float(which), share=0.0)
        assert (shown["overlap with the start"] == pytest.approx(1)) == stays
    assert painter.scenario("too much alike")["overlap with the start"] < 0.99
    assert painter.set(rule="pseudo-inverse")["overlap with the start"] == pytest.approx(1)


@pytest.mark.parametrize("order", ["asynchronous", "synchronous"])
def test_the_state_at_every_update_has_the_energy_of_the_curve(painter, order):
    painter.set(order=order, which=2.0, share=35.0)
    descent, W = painter.arrays["descent"], hebb(letters("HXT"))
    for updates in (0, 1, 7, N - 1, N, N + 13, END - 1, END):
        painter.set(updates=float(updates))
        now = painter.arrays["now"]
        assert -0.5 * now @ W @ now == pytest.approx(descent[updates], abs=1e-4), updates
        assert painter.arrays["energy_now"] == pytest.approx(descent[updates], abs=1e-4)
    np.testing.assert_array_equal(now, painter.arrays["states"][-1])


def test_energy_only_falls_when_units_take_turns(painter):
    for share in range(0, 101, 5):
        painter.set(share=float(share))
        assert np.diff(painter.arrays["descent"]).max() <= 1e-5
        np.testing.assert_array_equal(
            painter.arrays["states"][-1], settle(hebb(letters("HXT")), painter.arrays["states"][-1])
        )


def test_all_at_once_may_swing_for_ever(painter):
    shown = painter.scenario("all at once")
    states = painter.arrays["states"]
    assert shown["sweeps"] == SWEEPS and (states[-1] == states[-3]).all() and (states[-1] != states[-2]).any()
    again = np.sign(hebb(letters("HXT")) @ states[-1])
    np.testing.assert_array_equal(again, states[-2])
    assert "no rest" in painter.words(shown)
    assert painter.set(order="asynchronous")["sweeps"] < SWEEPS


def test_the_share_is_the_share(painter):
    for share in (0.0, 20.0, 50.0, 100.0):
        assert painter.set(share=share)["wrong pixels of the cue"] == round(35 * share / 100)
    before = painter.set(share=20.0), painter.arrays["cue"].copy()
    assert painter.set(updates=3.0) and (painter.arrays["cue"] == before[1]).all(), "the same errors until the die is thrown"
    painter.new_noise()
    assert (painter.arrays["cue"] != before[1]).any()


def paint(painter, pixels):
    painter.paper.overlay.from_browser({"painted": [float(v) for v in pixels]})


def test_what_is_painted_is_the_cue_until_another_is_chosen(painter):
    H, X, T = letters("HXT")
    assert painter.paper.overlay.value["painted"] == painter.arrays["cue"].tolist(), "the brush begins on what is seen"
    paint(painter, T)
    assert painter.snapshot()["memory"] == "T" and (painter.arrays["cue"] == T).all()
    painter.set(rule="pseudo-inverse", T=0.1)
    assert (painter.arrays["cue"] == T).all()
    painter.memories.overlay.from_browser({"memory": 1})
    assert painter.snapshot()["start"] == "X" and not painter.values["painted"].any()
    assert painter.paper.overlay.value["painted"] == painter.arrays["cue"].tolist()
    code = painter.code()
    paint(painter, T)
    painted = painter.code()
    assert painter.load(code)["start"] == "X" and not painter.values["painted"].any()
    assert painter.load(painted)["memory"] == "T"


def test_a_drawing_becomes_a_memory(painter):
    assert (settle(hebb(np.vstack([letters("HXT"), FACE])), FACE) == FACE).all()
    paint(painter, FACE)
    assert painter.snapshot()["overlap"] < 0.999
    painter.pressed("store")
    shown = painter.snapshot()
    assert shown["memory"] == "yours" and shown["overlap"] == pytest.approx(1) and len(painter.memories.curves) == 4
    shown = painter.set(which=4.0, share=10.0)
    assert shown["start"] == "yours" and shown["overlap with the start"] == pytest.approx(1)
    assert painter.set(letters="ACEH")["start"] == "H", "number 4 is another one now"
    assert painter.set(letters="ABCDEFGH", which=9.0)["start"] == painter.set(share=20.0)["start"] == "yours"
    assert painter.set(letters="HXT")["start"] == "H", "there is no number 9 any more"


def test_an_empty_drawing_is_refused_and_nothing_is_lost(painter):
    before = painter.snapshot()
    painter.layout.tools.press("store")
    assert "Nothing was painted yet" in painter.layout.readout.error and "why:" in painter.layout.readout.error
    assert painter.snapshot() == before
    painter.pressed("empty")
    with pytest.raises(TeachingError, match="The drawing is empty: all of its pixels are alike"):
        painter.store()
    assert not painter.values["own"].any() and (painter.arrays["cue"] == -1).all()


def test_what_is_no_drawing_and_no_memory_is_refused(painter):
    with pytest.raises(PatternError, match=r"painted\[0\] = 0.5: a pattern is made of \+1 and -1"):
        painter.set(painted=np.full(N, 0.5))
    with pytest.raises(ParamError, match="which = 4: there are memories 1 to 3"):
        painter.set(which=4.0)
    assert painter.snapshot()["start"] == "H"


def test_step_goes_from_change_to_change_and_play_from_the_cue(painter):
    painter.set(updates=0.0)
    states = [painter.arrays["now"].copy()]
    wrong = painter.snapshot()["wrong pixels of the cue"]
    for _ in range(wrong):
        painter.step()
        states.append(painter.arrays["now"].copy())
    assert [(a != b).sum() for a, b in zip(states, states[1:], strict=False)] == [1] * wrong
    painter.step()
    assert painter.values["updates"] == END, "there is no change any more"
    painter.pressed("play")
    assert painter.playing and painter.values["updates"] == 0
    painter.pressed("play")
    assert not painter.playing
