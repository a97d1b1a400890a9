"""One guess out of a code: the attractor network against algebra, and what a coarse look that imitates is good for."""

import sys

import jax
import numpy as np
import pytest
from scipy.special import softmax

import brainlab.vision as vision
from brainlab.params import ParamError
from brainlab.vision import Glance, GlobalHypothesis, MissingPackageError, VisionError
from brainlab.vision.hypothesis import _settle

SIMPLEX = np.eye(10) - 0.1
SIMPLEX /= np.linalg.norm(SIMPLEX, axis=1, keepdims=True)  # ten memories, as far from each other as can be


@pytest.fixture(scope="module")
def digits():
    return vision.digits()


@pytest.fixture(scope="module")
def nets():
    return Glance().learn()


# ---- the attractor network


def test_a_path_is_the_equation_step_by_step():
    rng = np.random.default_rng(0)
    code, guess = rng.standard_normal((2, 7, 10)) / 4
    model = GlobalHypothesis(beta=10.0, g=0.5, eta=0.4)
    path = model.settle(SIMPLEX, code, guess, steps=20)
    r = (code + 0.5 * guess) / 1.5
    for t in range(21):
        p = softmax(10 * r @ SIMPLEX.T, axis=1)
        np.testing.assert_allclose(path.codes[t], r, atol=2e-5)
        np.testing.assert_allclose(path.evidence[t], p, atol=5e-5)
        energy = (r * r).sum(1) / 2 - np.log(np.exp(10 * r @ SIMPLEX.T).sum(1)) / 10
        np.testing.assert_allclose(path.energy[t], energy, atol=2e-5)
        r = r + 0.4 * (p @ SIMPLEX - r)
    assert (np.diff(path.energy, axis=0) < 1e-6).all() and path.choice.shape == (7,)
    alone = model.settle(SIMPLEX, code, steps=20)
    np.testing.assert_allclose(alone.codes[0], code, atol=1e-6)  # without a guess nothing is added


def test_below_nine_the_point_between_all_memories_holds():
    """There the covariance of the memories is 1/9: the slope of one update is beta / 9."""
    near = 0.001 * SIMPLEX[3]
    for beta, slope in ((8.0, 8 / 9), (10.0, 10 / 9)):
        path = GlobalHypothesis(beta=beta, eta=1.0).settle(SIMPLEX, near, steps=20)
        length = np.linalg.norm(path.codes, axis=1)
        assert length[1] / length[0] == pytest.approx(slope, rel=0.03)
        assert (length[-1] < length[0]) == (beta < 9)
    decided = GlobalHypothesis(beta=10.0).settle(SIMPLEX, near, steps=300)
    assert decided.choice == 3 and decided.evidence[-1, 3] > 0.99
    assert GlobalHypothesis(beta=2.0).settle(SIMPLEX, SIMPLEX[3], steps=300).evidence[-1] == pytest.approx(0.1, abs=1e-3)


def test_noise_is_drawn_once_and_a_moved_slider_compiles_nothing():
    model = GlobalHypothesis()
    code = np.tile(SIMPLEX[0], (500, 1))
    path = model.settle(SIMPLEX, code, noise=0.8, steps=20, seed=3)
    assert np.linalg.norm(np.asarray(path.codes[0]) - code, axis=1).mean() == pytest.approx(0.8, rel=0.03)
    assert (np.asarray(path.codes) == model.settle(SIMPLEX, code, noise=0.8, steps=20, seed=3).codes).all()
    compiled = _settle._cache_size()
    for change, noise in (({"beta": 5.0}, 0.8), ({"eta": 0.1}, 0.0), ({}, 2)):
        model.replace(**change).settle(SIMPLEX, code, noise=noise, steps=20, seed=4)
    assert _settle._cache_size() == compiled
    inside = jax.jit(lambda beta, seed: model.replace(beta=beta).settle(SIMPLEX, code, noise=0.8, steps=20, seed=seed).codes)
    np.testing.assert_allclose(inside(16.0, 3), path.codes, atol=1e-5)  # a panel compiles it as a whole
    right = {noise: (model.settle(SIMPLEX, code, noise=noise, steps=20).choice == 0).mean() for noise in (0.5, 1.0, 3.0)}
    assert right[0.5] > 0.99 and 0.1 < right[3.0] < right[1.0] < 1


# ---- the two networks


def test_the_coarse_network_learns_by_imitation(digits, nets):
    fine, coarse = (np.asarray(look(digits.test_images)) for look in (nets.fine, nets.coarse))
    assert fine.shape == coarse.shape == (597, 32)
    np.testing.assert_allclose(np.linalg.norm(fine, axis=1), 1, atol=1e-5)
    assert (fine * coarse).sum(1).mean() > 0.8  # nearly the same code, for pictures it has not seen
    assert (fine * np.roll(coarse, 1, axis=0)).sum(1).mean() < 0.2
    blurred = vision.low_pass(digits.test_images, 3)
    np.testing.assert_allclose(nets.coarse(blurred), coarse, atol=1e-4)  # it sees nothing else anyhow


def test_the_coarse_guess_makes_the_fine_path_robust(digits, nets):
    """Both networks were trained with clean pictures alone."""

    def right(images, **how):
        return (nets.look(images, **how).choice == digits.test_labels).mean()

    coarse_alone = GlobalHypothesis(g=1e6)
    assert right(digits.test_images, guess=False) > 0.96 and right(digits.test_images) > 0.96
    assert right(digits.test_images, hypothesis=coarse_alone) < right(digits.test_images) - 0.01  # the price of blur
    for kind, amount in (("gauss", 0.4), ("salt and pepper", 0.2), ("noise block", 4)):
        noisy = vision.corrupt(digits.test_images, kind, amount, seed=1)
        assert right(noisy) > right(noisy, guess=False) + 0.03, kind
    assert Glance().learn() is nets  # once per process


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (lambda: GlobalHypothesis().settle(SIMPLEX, np.zeros(9)), VisionError, r"memory is \(10, 10\), code is \(9,\)"),
        (lambda: GlobalHypothesis().settle(SIMPLEX, np.zeros(10), np.zeros(9)), VisionError, r"guess is \(9,\)"),
        (
            lambda: GlobalHypothesis().settle(SIMPLEX, np.zeros(10), noise=-1.0),
            VisionError,
            "noise = -1.0: a number, 0 or more",
        ),
        (lambda: GlobalHypothesis().settle(SIMPLEX, np.zeros(10), steps=0), VisionError, "steps = 0: a whole number from 1"),
        (lambda: GlobalHypothesis().settle(SIMPLEX, np.zeros(10), seed=-1), VisionError, "seed = -1: a whole number"),
        (lambda: GlobalHypothesis(beta=0.0), ParamError, "sharpness of the competition must be above 0"),
        (lambda: Glance().learn("pictures"), VisionError, "'pictures' is nothing to learn from"),
        (lambda: Glance(hidden=1.5).learn(), ParamError, "must be a whole number"),
    ],
)
def test_errors(call, error, match):
    with pytest.raises(error, match=match):
        call()


def test_without_optax_it_says_what_to_install(digits, monkeypatch):
    monkeypatch.setitem(sys.modules, "optax", None)
    with pytest.raises(
        MissingPackageError, match=r"trained networks come with optax(.|\n)*pip install \"brainlab\[train\]\""
    ):
        Glance(epochs=1).learn(digits)
