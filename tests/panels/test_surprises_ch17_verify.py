"""What the panel of guess and verify says, against the equations written out in NumPy and pieces counted by scikit-image."""

import numpy as np
import pytest
from skimage.measure import label

import brainlab as bl
from brainlab import panels
from brainlab.params import ParamError


@pytest.fixture(scope="module")
def panel():
    return panels.GuessVerifyPanel()


@pytest.fixture(scope="module")
def eyes():
    return bl.vision.GuessAndVerify().learn()


def test_the_feedback_corrects_the_guess_and_too_much_of_it_does_not(panel):
    panel.scenario("something in front")
    shown = [panel.set(digit=d) for d in range(10)]
    assert {numbers["first guess"] for numbers in shown} == {2}
    assert sum(numbers["verdict"] == numbers["digit"] != 2 for numbers in shown) == 7
    clean = [panel.set(digit=d, feedback=3.0, occluder=np.zeros(64)) for d in range(10)]
    assert all(numbers["verdict"] != numbers["digit"] for numbers in clean)


def test_so_it_is_for_all_clean_digits(eyes):
    data = bl.vision.digits()
    images, labels = data.test_images[:200], data.test_labels[:200]
    right = [(np.asarray(eyes.replace(feedback=f).look(images).label) == labels).mean() for f in (0.0, 1.0, 3.0)]
    assert right[0] > 0.98 and right[1] > 0.94 and right[2] < 0.03


def test_without_feedback_it_sees_fragments(panel):
    shown = panel.scenario("no feedback")
    assert shown["pieces"] >= 3 and shown["verdict"] == 8 != shown["digit"]
    whole = panel.set(feedback=1.0)
    assert whole["pieces"] == 1 and whole["verdict"] == 5 == whole["digit"]
    assert whole["overlap of mask and what is over it"] > 0.5
    ink = panel.arrays["percept"].reshape(8, 8) > panels.guess_verify.INK
    assert label(ink, connectivity=2).max() == whole["pieces"]


def test_told_the_wrong_thing_it_makes_up_ink(panel):
    shown = panel.scenario("told what to see")
    assert shown["digit"] == shown["first guess"] == 3 and shown["verdict"] == 8
    white = panel.arrays["picture"] < 0.1
    made_up = (panel.arrays["percept"] - panel.arrays["picture"])[white].sum()
    assert shown["ink made up"] == pytest.approx(made_up, rel=1e-3) and made_up > 1.5
    assert (panel.arrays["mask"][panel.arrays["percept"] - panel.arrays["picture"] > 0.3] < 0.2).all()
    assert panel.set(feedback=0.0)["ink made up"] == 0
    assert panel.set(told="own", feedback=1.0)["verdict"] == 3


def test_the_mask_costs_something_where_nothing_is_covered(panel):
    for scenario in ("Gaussian noise", "a clean digit"):
        shown = panel.scenario(scenario)
        assert shown["verdict"] != shown["digit"], scenario
        shown = panel.set(feedback=0.0)
        assert shown["verdict"] == shown["digit"], scenario


def test_the_parts_correct_the_guess_when_the_feedback_has_come(panel):
    assert panel.scenario("something in front")["verdict"] == 5
    assert panel.set(iteration=0)["verdict"] == 2, "before the feedback"
    assert panel.set(iteration=10, delay=10)["masked pixels"] == 0
    assert panel.set(delay=0, k=1)["verdict"] == 2, "with one guess there is nothing to choose"
    assert panel.set(k=10)["verdict"] == 5


def test_the_loop_is_that_of_the_equations(panel, eyes):
    panel.scenario("something in front")
    panel.set(digit=3, example=40, corruption="bar", delay=2, feedback=0.8, pi=0.15)
    a, pi, f, s = panel.arrays, 0.15, 0.8, eyes.model.s
    data = bl.vision.digits()
    clean = data.test_images[np.flatnonzero(data.test_labels == 3)[39]]
    picture = bl.vision.corrupt(clean, "bar", 1, seed=0).astype(float)
    picture[48:] = 1.0
    np.testing.assert_array_equal(a["picture"], picture.astype(np.float32))
    digit = a["guesses"][a["best"]]
    mu, U = (np.asarray(part)[digit].astype(float) for part in (eyes.mu, eyes.U))
    z = np.linalg.solve(U.T @ U + s**2 * np.eye(12), U.T @ (picture - mu))
    for now in range(10):
        e, gain = picture - mu - U @ z, f if now >= 2 else 0.0
        width = s * eyes.model.rough ** (1 - np.clip((now - 2) / 9, 0, 1))
        inside = (1 - pi) * np.exp(-(e**2) / (2 * width**2)) / np.sqrt(2 * np.pi) / width
        g = (inside / (inside + pi)) ** gain
        z = np.linalg.solve((U.T * g) @ U + width**2 * np.eye(12), U.T @ (g * (picture - mu)))
    np.testing.assert_allclose(a["mask"], g, atol=2e-3)
    np.testing.assert_allclose(a["reconstruction"], mu + U @ z, atol=2e-3)


def test_what_is_drawn_covers_and_is_masked(panel):
    panel.scenario("a clean digit")
    occluder = np.zeros((8, 8))
    occluder[:, 7] = 1
    panel.touched(panel.sight, {"occluder": occluder.ravel().tolist()})
    shown = panel.set(digit=8, example=1)
    assert (panel.arrays["picture"].reshape(8, 8)[:, 7] == 1).all()
    assert panel.arrays["mask"].reshape(8, 8)[:, 7].max() < 0.1 and shown["first guess"] == 7 and shown["verdict"] == 8
    assert "cover(picture" in panel.script()
    panel.pressed("wipe")
    assert not panel.values["occluder"].any() and panel.snapshot()["masked pixels"] < shown["masked pixels"]


def test_a_bar_of_the_guesses_is_clicked_and_steps_are_taken(panel):
    panel.scenario("something in front")
    panel.touched(panel.bars_figure, {"tell": [8.2, 0.4]})
    assert panel.snapshot()["verdict"] == 8 and panel.values["told"] == "8"
    assert np.isnan(panel.belief.y).sum() == 10 and panel.belief.y[np.flatnonzero(panel.belief.x == 8)].max() == 1
    panel.touched(panel.bars_figure, {"tell": [7.9, 0.1]})
    assert panel.snapshot()["verdict"] == 5 and panel.values["told"] == "own"
    panel.pressed("step")
    assert panel.values["iteration"] == 0
    panel.pressed("step")
    assert panel.values["iteration"] == 1


def test_two_digits_explain_each_other_away(panel, eyes):
    shown = panel.scenario("two digits")
    assert (shown["left"], shown["right"]) == (shown["read left"], shown["read right"]) == (1, 3)
    assert shown["ink with its owner"] > 0.9 and "1 and 3" in panel.words(shown)
    data = bl.vision.digits()
    left, right = (data.test_images[np.flatnonzero(data.test_labels == d)[1]] for d in (1, 3))
    sheet = np.pad(left.reshape(8, 8), ((0, 0), (0, 3)))
    sheet[:, 3:] = np.maximum(sheet[:, 3:], right.reshape(8, 8))
    np.testing.assert_array_equal(panel.arrays["picture"], sheet.ravel())
    assert panel.arrays["mask"].reshape(8, 11)[:, :3].min() == 1, "nobody else can have written there"
    first = [np.asarray(eyes.guess(window.ravel())).argmax() for window in (sheet[:, :8], sheet[:, 3:])]
    assert first == [9, 5], "what the fast path sees"
    shown = panel.set(feedback=0.0)
    assert (shown["read left"], shown["read right"]) == (8, 3)
    assert panel.sight.shape == (8, 11) and panel.sight.overlay.disabled
    with pytest.raises(ParamError, match="one guess is fed back to one digit, and here are two"):
        panel.touched(panel.bars_figure, {"tell": [8.0, 0.4]})
    panel.scenario("a clean digit")
    assert panel.sight.shape == (8, 8) and not panel.sight.overlay.disabled


def test_what_is_counted_is_whole(panel):
    with pytest.raises(ParamError, match=r"GuessVerifyPanel.digit = 2.5: the digit must be a whole number"):
        panel.set(digit=2.5)
    with pytest.raises(ParamError, match=r"k = 2.5: the number of guesses must be whole"):
        panel.set(k=2.5)
