"""Scenes of which everything is known: what is said of them is counted again with SciPy."""

import numpy as np
import pytest
from scipy import ndimage

import brainlab as bl

EIGHT = np.ones((3, 3))


def pieces(picture, structure=None):
    return ndimage.label(picture, structure)[1]


def holes(figure, structure=None):
    """Regions of the background that the outside does not reach."""
    return pieces(~np.pad(figure, 1), structure) - 1


@pytest.mark.parametrize("count", [0, 1, 2, 3, None])
@pytest.mark.parametrize("size", [28, 32, 48])
def test_the_holes_are_there_and_the_shape_is_one_piece(count, size):
    scenes = bl.vision.shapes(40, holes=count, size=size, seed=1)
    for figure, said in zip(scenes.figure, scenes.holes, strict=True):
        assert holes(figure) == holes(figure, EIGHT) == said, "whichever neighbours one counts"
        assert pieces(figure) == pieces(figure, EIGHT) == 1
        assert not (figure[[0, -1]].any() or figure[:, [0, -1]].any()), "nothing is cut off at the border"
    if count is None:
        assert set(scenes.holes) == {0, 1, 2, 3}


@pytest.mark.parametrize("count", [1, 2, 3])
def test_an_opened_hole_is_none_and_looks_nearly_the_same(count):
    closed, opened = (bl.vision.shapes(40, holes=count, opened=opened, seed=2) for opened in (False, True))
    assert (opened.holes == 0).all()
    for figure in opened.figure:
        assert holes(figure) == holes(figure, EIGHT) == 0 and pieces(figure) == pieces(figure, EIGHT) == 1
    assert (closed.figure >= opened.figure).all()
    assert opened.figure.sum() > 0.8 * closed.figure.sum()


def test_a_seed_gives_the_same_scenes_and_another_gives_others():
    a, b, c = (bl.vision.shapes(5, seed=seed).images for seed in (0, 0, 1))
    np.testing.assert_array_equal(a, b)
    assert (a != c).any() and a.dtype == np.float32 and len(bl.vision.shapes(0)) == 0


def test_a_texture_tells_the_figure_by_its_orientation_alone():
    scenes = bl.vision.textured(bl.vision.shapes(60, holes=0, size=48, seed=3), noise=0.0, seed=3)
    inside, outside = scenes.images[scenes.figure], scenes.images[~scenes.figure]
    assert inside.mean() == pytest.approx(outside.mean(), abs=0.01)
    assert inside.std() == pytest.approx(outside.std(), abs=0.01)
    gradients = np.gradient(scenes.images, axis=(1, 2))
    angle = np.arctan2(*gradients)  # of the stripes' normal: twice the angle, so that up and down are one
    strength = np.hypot(*gradients)
    for i, figure in enumerate(scenes.figure):
        deep, far = ndimage.binary_erosion(figure, EIGHT), ~ndimage.binary_dilation(figure, EIGHT)
        turned = [np.angle((strength[i] ** 2 * np.exp(2j * angle[i]))[where].sum()) / 2 for where in (deep, far)]
        assert abs(np.cos(turned[0] - turned[1])) < 0.3, "at right angles"
    same = bl.vision.textured(bl.vision.shapes(4, seed=3), angle=0.0)
    assert same.images.min() >= 0 and same.images.max() <= 1


def test_a_bar_covers_and_hides_nothing_of_what_is_known():
    whole = bl.vision.shapes(40, holes=1, seed=4)
    seen = bl.vision.occluded(whole, width=6.0, grey=0.5, seed=4)
    assert (seen.images[seen.covered] == 0.5).all() and (seen.images == whole.images)[~seen.covered].all()
    np.testing.assert_array_equal(seen.figure, whole.figure & ~seen.covered)
    np.testing.assert_array_equal(seen.holes, whole.holes)
    assert (seen.figure.sum((1, 2)) < whole.figure.sum((1, 2))).all(), "it goes through every figure"
    assert seen.covered.sum((1, 2)).mean() == pytest.approx(6 * 32 * 1.2, rel=0.15)


def test_what_cannot_be_drawn_is_said():
    with pytest.raises(bl.vision.VisionError, match=r"holes = 4: a whole number from 0 to 3 is expected"):
        bl.vision.shapes(3, holes=4)
    with pytest.raises(bl.vision.VisionError, match=r"size = 20: a whole number from 28 to 512") as error:
        bl.vision.shapes(3, size=20)
    assert "thinner than the diagonal" in str(error.value) and "size=28" in str(error.value)
    with pytest.raises(bl.vision.VisionError, match="n = -1"):
        bl.vision.shapes(-1)
    with pytest.raises(bl.vision.VisionError, match="seed = 'x'"):
        bl.vision.textured(bl.vision.shapes(1), seed="x")
