"""Pictures that need no download: the digits of scikit-learn and the samples of scikit-image."""

from __future__ import annotations

import functools
from typing import NamedTuple

import numpy as np

from ._checks import missing
from .errors import VisionError

TRAINED = 1200  # of 1797


class Digits(NamedTuple):
    """Handwritten digits, a part to learn from and a part to be tested with. Pixels are 0 (paper) to 1 (ink).

    train_images : (1200, 64); train_labels : (1200,)
    test_images  : (597, 64);  test_labels  : (597,)
    """

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns) of one picture."""
        return 8, 8

    def __repr__(self):
        return f"Digits({len(self.train_images)} to learn, {len(self.test_images)} to test, 8 x 8 pixels)"


@functools.cache
def digits() -> Digits:
    """The 1797 handwritten digits that scikit-learn brings along, 8 x 8 pixels, always divided in the same way.

    The arrays are shared by all who ask, so they cannot be written to: `digits.test_images.copy()` can.

    Source: Alpaydin & Kaynak (1998), Optical Recognition of Handwritten Digits, UCI Machine Learning Repository; here the
    1797 pictures of its test set, from 13 writers.

    >>> digits()
    Digits(1200 to learn, 597 to test, 8 x 8 pixels)
    >>> int(digits().test_labels[0])
    4
    """
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        raise missing("scikit-learn", "the digits", '"brainlab[vision]"') from None
    pixels, labels = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(labels))
    images, labels = (pixels[order] / 16).astype(np.float32), labels[order]
    parts = images[:TRAINED], labels[:TRAINED], images[TRAINED:], labels[TRAINED:]
    for part in parts:
        part.setflags(write=False)
    return Digits(*parts)


SAMPLES = ("astronaut", "brick", "camera", "cell", "coffee", "coins", "grass", "gravel", "horse", "page", "text")


def samples(name: str) -> np.ndarray:
    """A picture that scikit-image brings along, in grey, 0 (black) to 1 (white): (rows, columns).

    name : "horse" (a silhouette), "coins", "brick", "camera" and others; a wrong name says which there are

    >>> samples("camera").shape
    (512, 512)
    """
    if name not in SAMPLES:
        raise VisionError(
            f"there is no sample {name!r:.40}.",
            why="only pictures inside the package itself are shown, so that nothing is downloaded: " + ", ".join(SAMPLES),
            try_='samples("coins")',
        )
    try:
        from skimage import color, data
    except ImportError:
        raise missing("scikit-image", "these pictures", "scikit-image") from None
    picture = np.asarray(getattr(data, name)())
    picture = picture / 255 if picture.dtype == np.uint8 else picture
    return np.asarray(color.rgb2gray(picture) if picture.ndim == 3 else picture, np.float32)
