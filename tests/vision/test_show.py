"""Pictures side by side in a notebook."""

import re

import numpy as np
import pytest

from brainlab.vision import VisionError, letters, show


def fills(picture):
    return re.findall(r'<path d="([^"]*)" fill="(#[0-9a-f]{6})" shape-rendering', picture.text)


def test_ink_is_where_the_pattern_is_positive():
    (H,) = letters("H")
    ink = next(path for path, fill in fills(show(H)) if fill == "#222222")
    width = float(re.search(r"v([\d.]+)h-", ink)[1])  # of one pixel
    stretches = [float(w) / width for w in re.findall(r"h([\d.]+)v", ink)]
    assert sum(stretches) == pytest.approx((H > 0).sum(), rel=0.01)
    assert {fill for _, fill in fills(show(H))} == {"#ffffff", "#222222"}


def test_labels_rows_and_sizes_are_said():
    assert repr(show(letters("HXT"), "HXT")) == "<3 images of 7 x 5 pixels: H, X, T>"
    assert repr(show(np.zeros(64))) == "<1 image of 8 x 8 pixels>"
    assert repr(show(np.zeros((2, 3, 4)), (1, 2))) == "<2 images of 3 x 4 pixels: 1, 2>"
    one, two = (re.search(r'height="(\d+)"', show(np.zeros((4, 64)), per_row=n).text)[1] for n in (4, 2))
    assert int(two) == 2 * int(one)
    many = re.search(r'height="(\d+)"', show(np.zeros((10, 64))).text)[1]
    assert int(many) < int(one), "smaller images need a lower row"


def test_a_value_between_is_grey_and_one_beyond_stays_ink():
    tones = {fill for _, fill in fills(show(np.array([0.0, 0.5, 1.0, 7.0]), span=(0.0, 1.0)))}
    assert len(tones) == 3 and {"#ffffff", "#222222"} < tones


def test_what_does_not_fit_is_said():
    with pytest.raises(VisionError, match=r"(?s)images of 34 pixels: how many rows and columns\?.*shape=\(rows, columns\)"):
        show(np.zeros((2, 34)))
    with pytest.raises(VisionError, match=r"images has shape \(2, 34\), and a picture of 5 x 7 has 35 pixels"):
        show(np.zeros((2, 34)), shape=(5, 7))
    with pytest.raises(VisionError, match="2 labels for 3 images: one for each"):
        show(letters("HXT"), "HX")
