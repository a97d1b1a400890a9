"""What happens to pictures on their way: how much of it, where, and the same again with the same seed."""

import numpy as np
import pytest

import brainlab.vision as vision
from brainlab.vision import VisionError

GREY = np.full((2000, 64), 0.5, np.float32)


def test_gauss_has_the_spread_that_was_asked_for():
    noisy = vision.corrupt(GREY, "gauss", 0.1)
    assert noisy.std() == pytest.approx(0.1, rel=0.01) and noisy.mean() == pytest.approx(0.5, abs=0.002)
    strong = vision.corrupt(GREY, "gauss", 2.0)
    assert strong.min() == 0 and strong.max() == 1, "ink is ink and paper is paper"


def test_salt_and_pepper_takes_its_share_and_half_of_it_is_salt():
    noisy = vision.corrupt(GREY, "salt and pepper", 0.2)
    assert (noisy != 0.5).mean() == pytest.approx(0.2, abs=0.005)
    assert (noisy == 1).mean() == pytest.approx(0.1, abs=0.004) and (noisy == 0).mean() == pytest.approx(0.1, abs=0.004)


def test_a_block_is_a_square_of_noise_anywhere():
    changed = (vision.corrupt(GREY, "noise block", 3) != 0.5).reshape(-1, 8, 8)
    assert set(changed.sum((1, 2))) == {9} and set(changed.any(1).sum(1)) == {3} and set(changed.any(2).sum(1)) == {3}
    places = changed.reshape(-1, 64).argmax(1)
    assert len(set(places)) == 36, "6 x 6 places for its corner"


def test_a_bar_goes_across_and_is_as_wide_as_asked_for():
    bars = (vision.corrupt(GREY, "bar", 2) == 1).reshape(-1, 8, 8)
    lying, upright = bars.all(2).sum(1) == 2, bars.all(1).sum(1) == 2
    assert (lying ^ upright).all() and set(bars.sum((1, 2))) == {16}
    assert lying.mean() == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("kind, amount", [("gauss", 0.4), ("salt and pepper", 0.2), ("noise block", 3), ("bar", 1)])
def test_same_seed_same_noise_nothing_else_touched(kind, amount):
    x = GREY[:3].copy()
    first = vision.corrupt(x, kind, amount, seed=1)
    np.testing.assert_array_equal(first, vision.corrupt(x, kind, amount, seed=1))
    assert (first != vision.corrupt(x, kind, amount, seed=2)).any()
    assert (x == 0.5).all() and first.dtype == np.float32
    np.testing.assert_array_equal(vision.corrupt(x, kind, 0), x)
    assert vision.corrupt(x[0], kind, amount).shape == (64,)
    assert vision.corrupt(np.zeros((2, 40)), kind, amount, shape=(5, 8)).shape == (2, 40)


def test_cover_and_overlap():
    a, b = np.random.default_rng(0).random((2, 5, 64)).astype(np.float32)
    mask = np.zeros((8, 8), bool)
    mask[2:4] = True
    covered = vision.cover(a, mask, 0.0).reshape(5, 8, 8)
    assert not covered[:, 2:4].any()
    np.testing.assert_array_equal(np.delete(covered, (2, 3), 1), np.delete(a.reshape(5, 8, 8), (2, 3), 1))
    sheets = vision.overlap(a, b, 3).reshape(5, 8, 11)
    np.testing.assert_array_equal(sheets[:, :, :3], a.reshape(5, 8, 8)[:, :, :3])
    np.testing.assert_array_equal(sheets[:, :, 8:], b.reshape(5, 8, 8)[:, :, 5:])
    np.testing.assert_array_equal(sheets[:, :, 3:8], np.maximum(a.reshape(5, 8, 8)[:, :, 3:], b.reshape(5, 8, 8)[:, :, :5]))
    assert vision.overlap(a[0], b[0], 8).shape == (128,)


def test_intersection_over_union():
    found, true = np.random.default_rng(0).random((2, 20, 64)) < 0.3
    sets = [[set(np.flatnonzero(row)) for row in mask] for mask in (found, true)]
    by_hand = [len(a & b) / len(a | b) for a, b in zip(*sets, strict=True)]
    np.testing.assert_allclose(vision.iou(found, true), by_hand)
    assert vision.iou(np.zeros(4, bool), np.zeros(4, bool)) == 1


@pytest.mark.parametrize(
    "call, said",
    [
        (
            lambda x: vision.corrupt(x, "rain", 1),
            "kind = 'rain' is no corruption.*\n.*'gauss', .*'bar'",
        ),
        (lambda x: vision.corrupt(x, "gauss", -1), "amount = -1: a number 0 or more is expected"),
        (lambda x: vision.corrupt(x, "salt and pepper", 1.5), "amount = 1.5: a number from 0 to 1 is expected"),
        (lambda x: vision.corrupt(x, "noise block", 9), "amount = 9: a whole number from 0 to 8"),
        (lambda x: vision.corrupt(x, "bar", 0.5), "amount = 0.5: a whole number from 0 to 8"),
        (lambda x: vision.corrupt(x, "bar", 1, seed=-1), "seed = -1: a whole number, 0 or more"),
        (lambda x: vision.corrupt(x[:, :60], "bar", 1), "60 pixels are no square picture.*\n.*\n.*shape="),
        (lambda x: vision.corrupt(x, "bar", 1, shape=(4, 8)), r"shape = \(4, 8\) is 32 pixels, and the pictures have 64"),
        (lambda x: vision.corrupt("horse", "bar", 1), "'horse' is no picture"),
        (lambda x: vision.corrupt(x * np.nan, "bar", 1), "pixels that are not finite"),
        (lambda x: vision.corrupt(x[:0], "bar", 1), r"shape \(0, 64\) has no pixels"),
        (lambda x: vision.corrupt(x.astype(str), "bar", 1), "a picture of <U32 was given"),
        (lambda x: vision.cover(x, np.zeros(64)), "the mask is empty"),
        (lambda x: vision.cover(x, np.ones(9)), "the mask has 9 pixels, and the pictures have 64"),
        (lambda x: vision.cover(x, np.ones(64), 2.0), "value = 2.0: a number from 0 to 1 is expected"),
        (lambda x: vision.overlap(x, x[:1], 2), r"a is \(3, 64\), b is \(1, 64\): both say picture"),
        (lambda x: vision.overlap(x, x, 9), "offset = 9: a whole number from 0 to 8"),
        (lambda x: vision.iou(x > 1, x), "true is of float32: a mask says True or False"),
        (lambda x: vision.iou(x > 1, x[:1] > 1), r"found is \(3, 64\), true is \(1, 64\): both say pixel"),
    ],
)
def test_errors_teach(call, said):
    with pytest.raises(VisionError, match=said):
        call(GREY[:3])
