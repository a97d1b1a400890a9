"""Global features of the fast path: topology against scikit-image, motion against what a single picture can say."""

import numpy as np
import pytest
from skimage.measure import euler_number as euler_of_skimage

import brainlab.vision as vision
from brainlab.params import ParamError
from brainlab.vision import LoomingDetector, VisionError, euler_number, holes, moving_discs
from brainlab.vision.fast_guess import softmax_regression

# ---- topology


def test_euler_number_is_that_of_scikit_image():
    rng = np.random.default_rng(0)
    pictures = (rng.random((30, 12, 20)) < np.linspace(0.1, 0.9, 30)[:, None, None]).astype(float)
    wanted = [euler_of_skimage(picture, connectivity=2) for picture in pictures]
    assert len(set(wanted)) > 10
    np.testing.assert_array_equal(euler_number(pictures.reshape(30, -1), shape=(12, 20)), wanted)
    np.testing.assert_array_equal(holes(pictures.reshape(30, -1), shape=(12, 20)), 1 - np.array(wanted))


def test_a_coarse_look_is_enough_for_a_hole():
    """Discs and rings of any size at any place, in noise that is as strong as half of the contrast: seen without details."""
    rng, n = np.random.default_rng(1), 60
    rows, columns = np.mgrid[:32, :32] + 0.5
    ring = np.arange(n) % 2
    row, column, radius = rng.uniform(13, 19, n), rng.uniform(13, 19, n), rng.uniform(8, 11, n)
    distance = np.hypot(rows - row[:, None, None], columns - column[:, None, None])
    pictures = (distance < radius[:, None, None]) & ~((ring == 1)[:, None, None] & (distance < 4.5))
    noisy = pictures + 0.4 * rng.standard_normal(pictures.shape)
    blurred = vision.low_pass(noisy.reshape(n, -1), 6)
    fine = np.asarray(holes(noisy.reshape(n, -1)))
    assert (np.asarray(holes(blurred)) == ring).mean() > 0.9
    assert (fine == ring).mean() < 0.2  # with all details the noise is full of holes


# ---- motion


@pytest.fixture(scope="module")
def films():
    return moving_discs(600, seed=1), moving_discs(300, seed=2)


@pytest.fixture(scope="module")
def detector(films):
    return LoomingDetector().learn(films[0])


def test_films_are_what_they_are_called(films):
    film = moving_discs(90, noise=0.0, seed=3)
    area = film.pixels.sum(-1)
    coming, going, passing = (film.labels == k for k in range(3))
    assert (np.diff(area[:, coming], axis=0) > -0.05).all() and (np.diff(area[:, going], axis=0) < 0.05).all()
    assert (area[9:11, passing] > 0.5).all() and np.isnan(film.contact[~coming]).all() and (film.contact[coming] > 19).all()
    # 1 / R falls on a straight line, and meets 0 at the contact: constant speed. Area of a disc: pi R^2
    big = moving_discs(5, "looming", frames=30, size=60, noise=0.0, seed=5)
    for film, contact in zip(big.pixels.transpose(1, 0, 2), big.contact, strict=True):
        radius = np.sqrt(film.sum(-1) / np.pi)
        whole = np.flatnonzero((radius > 3) & (radius < 18))  # it has not yet reached the edge
        slope, offset = np.polyfit(whole, 1 / radius[whole], 1)
        assert -offset / slope == pytest.approx(contact, rel=0.03)
    assert set(films[0].labels) == {0, 1, 2} and films[0].pixels.shape == (20, 600, 144)


def test_the_reservoir_knows_what_a_picture_cannot(films, detector):
    train, test = films
    answer = detector.watch(test)
    right = answer.choice == test.labels
    assert right.mean() > 0.85
    assert all(right[test.labels == k].mean() > 0.75 for k in range(3))
    # The mean of all frames is the same for coming and going: the best linear guess from it is chance
    still, other = (x.pixels.mean(0)[x.labels < 2] for x in films)
    W, b = softmax_regression(still, train.labels[train.labels < 2], classes=2)
    assert 0.35 < ((other @ W + b).argmax(1) == test.labels[test.labels < 2]).mean() < 0.65
    # ... and so it is for a reservoir without memory: what it says at a frame depends on that frame alone
    now = detector.model.replace(alpha=1.0, rho=0.0)
    forgetful = now.learn(train).watch(test)
    two = test.labels < 2
    assert right[two].mean() > (forgetful.choice == test.labels)[two].mean() + 0.15


def test_the_decision_is_as_the_equation_says(films, detector):
    answer = detector.watch(films[1])
    model, y = detector.model, np.zeros((300, 3))
    for I, seen in zip(answer.input, answer.y, strict=True):
        y = np.maximum(y + model.eta * (I - model.leak * y - model.w * (y.sum(1, keepdims=True) - y)), 0)
        np.testing.assert_allclose(seen, y, atol=1e-4)
    above = answer.y.max(-1) >= model.threshold
    for film in range(0, 300, 7):
        frames = np.flatnonzero(above[:, film])
        if len(frames):
            assert answer.frame[film] == frames[0] and answer.choice[film] == answer.y[frames[0], film].argmax()
        else:
            assert np.isnan(answer.frame[film]) and answer.choice[film] == answer.y[-1, film].argmax()
    hasty = detector.watch(films[1], detector.model.replace(threshold=0.3))
    both = ~np.isnan(hasty.frame) & ~np.isnan(answer.frame)
    assert (hasty.frame[both] <= answer.frame[both]).all() and hasty.frame[both].mean() < answer.frame[both].mean() - 1
    assert (hasty.choice == films[1].labels).mean() < (answer.choice == films[1].labels).mean()  # faster, and worse
    assert np.abs(np.linalg.eigvals(np.asarray(detector.W, float))).max() == pytest.approx(1, rel=1e-4)


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (lambda d: moving_discs(10, "rolling"), VisionError, "motion = 'rolling': it is one of 'looming'"),
        (lambda d: moving_discs(0), VisionError, "n = 0: a whole number from 1"),
        (lambda d: moving_discs(3, frames=1), VisionError, "frames = 1: a whole number from 2"),
        (lambda d: moving_discs(3, size=2), VisionError, "size = 2: a whole number from 4"),
        (lambda d: moving_discs(3, noise=-0.1), VisionError, "noise = -0.1: a number, 0 or more"),
        (lambda d: moving_discs(3, seed=-1), VisionError, "seed = -1: a whole number, 0 or more"),
        (
            lambda d: d.watch(np.zeros((5, 2, 9))),
            VisionError,
            r"films of shape \(5, 2, 9\) were given, and the reservoir sees 144",
        ),
        (lambda d: d.model.learn("x"), VisionError, "'x' are no films to learn from"),
        (lambda d: LoomingDetector(alpha=0.0), ParamError, "leak per frame must be above 0"),
        (lambda d: LoomingDetector(N=2.5), ParamError, "must be a whole number"),
        (lambda d: euler_number(np.zeros(9), "high"), VisionError, "threshold = 'high': a number is expected"),
        (lambda d: holes(np.zeros(10)), VisionError, "10 pixels are no square picture"),
    ],
)
def test_errors(detector, call, error, match):
    with pytest.raises(error, match=match):
        call(detector)
