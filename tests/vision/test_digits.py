"""Where pictures come from: scikit-learn's digits, scikit-image's samples, and what is said where one of them is missing."""

import sys

import numpy as np
import pytest

import brainlab.vision as vision
from brainlab.vision import MissingPackageError, VisionError


def test_the_digits_are_those_of_scikit_learn_divided_once_and_for_all():
    from sklearn.datasets import load_digits

    data, (pixels, labels) = vision.digits(), load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(1797)
    np.testing.assert_array_equal(16 * np.concatenate([data.train_images, data.test_images]), pixels[order])
    np.testing.assert_array_equal(np.concatenate([data.train_labels, data.test_labels]), labels[order])
    assert data.train_images.shape == (1200, 64) and data.test_images.shape == (597, 64) and data.shape == (8, 8)
    assert data.train_images.dtype == np.float32
    assert vision.digits() is data, "read once in a process"
    with pytest.raises(ValueError, match="read-only"):  # one student's scribbling is not another one's digit
        data.test_images[0] = 0


def test_without_scikit_learn_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(MissingPackageError, match="scikit-learn, which is not installed") as error:
        vision.digits.__wrapped__()
    assert 'pip install "brainlab[vision]"' in str(error.value)
    assert isinstance(error.value, ImportError)


def test_samples_are_grey_and_need_no_download(monkeypatch):
    pytest.importorskip("skimage")
    for name in ("horse", "coins", "brick", "astronaut"):
        picture = vision.samples(name)
        assert picture.ndim == 2 and picture.dtype == np.float32
        assert 0 <= picture.min() < 0.3 and 0.7 < picture.max() <= 1
    with pytest.raises(VisionError, match="no sample 'kidney'.*\n.*horse"):
        vision.samples("kidney")
    monkeypatch.setitem(sys.modules, "skimage", None)
    with pytest.raises(MissingPackageError, match="(?s)scikit-image, which is not installed.*pip install scikit-image"):
        vision.samples("horse")
