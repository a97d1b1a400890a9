"""Predictive coding against algebra, principal components, and an independent program (MODELS.md, 6.3)."""

import numpy as np
import pytest

import brainlab.vision as vision
from brainlab.params import ParamError
from brainlab.vision import PredictiveCoding, VisionError
from brainlab.vision.fast_guess import softmax_regression


@pytest.fixture(scope="module")
def digits():
    return vision.digits()


@pytest.fixture(scope="module")
def net(digits):
    return PredictiveCoding().learn(digits.train_images)


def test_it_predicts_nearly_as_well_as_principal_components(digits, net):
    x, test = digits.train_images.astype(float), digits.test_images.astype(float)
    mean, axes = x.mean(0), np.linalg.svd(x - x.mean(0))[2][:32]
    pca = (((test - mean) - (test - mean) @ axes.T @ axes) ** 2).mean()
    assert pca == pytest.approx(0.00269, abs=1e-4)  # that it is the same division of the same digits
    error = (np.asarray(net.look(test).error) ** 2).mean()
    assert pca < error and error == pytest.approx(0.00305, abs=2e-4)


def test_it_denoises_and_does_not_segment(digits, net):
    W, b = softmax_regression(net.look(digits.train_images).r, digits.train_labels)
    W_pixels, b_pixels = softmax_regression(digits.train_images, digits.train_labels)

    def accuracy(images):
        return ((np.asarray(net.look(images).r) @ W + b).argmax(1) == digits.test_labels).mean()

    def from_pixels(images):
        return ((images @ W_pixels + b_pixels).argmax(1) == digits.test_labels).mean()

    wanted = {0.0: 0.970, 0.1: 0.899, 0.2: 0.807, 0.3: 0.702}
    for amount, expected in wanted.items():
        images = vision.corrupt(digits.test_images, "salt and pepper", amount, seed=1)
        assert accuracy(images) == pytest.approx(expected, abs=0.03), amount
        assert accuracy(images) < from_pixels(images) + 0.02  # no better than the pixels themselves
    noisy = vision.corrupt(digits.test_images, "gauss", 0.2, seed=1)
    clean = digits.test_images
    assert ((np.asarray(net.look(noisy).prediction) - clean) ** 2).mean() < 0.75 * ((noisy - clean) ** 2).mean()


def test_looking_ends_where_the_energy_is_least(digits, net):
    """It is quadratic: its minimum is a system of linear equations."""
    model, x = net.model.replace(steps=4000), digits.test_images[:20] - np.asarray(net.mean)
    U, U_h = (np.asarray(w, float) for w in (net.U, net.U_h))
    seen = net._replace(model=model).look(digits.test_images[:20])
    A = np.block(
        [
            [U.T @ U / model.sigma2 + (1 / model.sigma2_h + model.alpha) * np.eye(32), -U_h / model.sigma2_h],
            [-U_h.T / model.sigma2_h, U_h.T @ U_h / model.sigma2_h + model.alpha_h * np.eye(16)],
        ]
    )
    best = np.linalg.solve(A, np.concatenate([x @ U / model.sigma2, np.zeros((20, 16))], 1).T).T
    np.testing.assert_allclose(seen.r, best[:, :32], atol=2e-3)
    np.testing.assert_allclose(seen.r_h, best[:, 32:], atol=2e-3)
    np.testing.assert_allclose(seen.prediction + seen.error, digits.test_images[:20], atol=1e-5)


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (lambda n: PredictiveCoding().learn(np.zeros((10, 64))), VisionError, r"images of shape \(10, 64\) were given"),
        (lambda n: n.look(np.zeros(10)), VisionError, "64 pixels, and the pictures have 10"),
        (lambda n: n.model.learn(np.zeros((100, 64)), seed=0.5), VisionError, "seed = 0.5: a whole number"),
        (lambda n: PredictiveCoding(sigma2=0.0), ParamError, "variance of the picture must be above 0"),
        (lambda n: PredictiveCoding(n1=0), ParamError, "must be at least 1"),
    ],
)
def test_errors(net, call, error, match):
    with pytest.raises(error, match=match):
        call(net)
