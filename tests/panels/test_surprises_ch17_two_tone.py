"""The surprise of the panel of the chicken and the egg, with SciPy's regions and a search by hand for what it says."""

import jax
import numpy as np
import pytest
from scipy import ndimage

from brainlab import panels
from brainlab.params import ParamError
from brainlab.vision import mooney


@pytest.fixture(scope="module")
def panel():
    return panels.TwoTonePanel()


def test_each_alone_fails_and_both_together_do_not(panel):
    panel.scenario("both fail alone")
    found = []
    for seed in range(3):
        panel._seed = seed
        found.append(panel.snapshot())
    panel._seed = 0
    mean = {name: np.mean([numbers[name] for numbers in found]) for name in found[0] if name.startswith(("mean", "right"))}
    assert 0.15 < mean["mean overlap, segmentation alone"] < 0.35
    assert 0.35 < mean["right, recognition alone"] < 0.65, "and by chance it would be 1/6"
    assert mean["right, both"] > 0.95 and mean["mean overlap, both"] > 0.9


def test_each_alone_is_enough_where_the_other_is_not_needed(panel):
    assert panel.scenario("on an empty page")["right, recognition alone"] == 1.0
    assert panel.snapshot()["mean overlap, segmentation alone"] < 0.6, "half of it lies in shadow"
    assert panel.scenario("a silhouette")["mean overlap, segmentation alone"] > 0.85
    assert panel.scenario("too much blur")["right, both"] < 0.6


BLUR, THRESHOLD = 0.7, 0.4


@pytest.fixture(scope="module")
def looked_at():
    @jax.jit
    def look(key):
        scenes = mooney.two_tone(4, BLUR, 0.8, THRESHOLD, key)
        ways = [way(scenes.images, BLUR, THRESHOLD) for way in (mooney.whole_match, mooney.guess_and_check)]
        return scenes, mooney.best_region(scenes.images, scenes.figure), *ways

    return jax.tree.map(np.asarray, look(jax.random.key(3)))


def test_the_best_region_is_that_of_scipy(looked_at):
    scenes, (region, fit), *_ = looked_at
    for image, figure, mine, share in zip(scenes.images, scenes.figure, region, fit, strict=True):
        labels = [ndimage.label(image == tone)[0] for tone in (0, 1)]
        parts = [part == k for part in labels for k in range(1, part.max() + 1)]
        overlaps = [(part & figure).sum() / (part | figure).sum() for part in parts]
        assert share == pytest.approx(max(overlaps), abs=1e-6)
        np.testing.assert_array_equal(mine, parts[int(np.argmax(overlaps))])


def test_guess_and_check_finds_the_guess_of_most_evidence(looked_at):
    scenes, _, alone, (guess, evidence) = looked_at
    grey, outlines = mooney.things()
    for i, image in enumerate(scenes.images[:2]):
        checked, agreeing, white = {}, {}, image.mean()
        for kind, light in np.ndindex(mooney.KINDS, mooney.LIGHTS):
            T = ndimage.gaussian_filter(grey[kind, light], BLUR, mode="constant") > THRESHOLD
            for r, c in np.ndindex(mooney.PLACES, mooney.PLACES):
                window = image[2 * r : 2 * r + mooney.SIDE, 2 * c : 2 * c + mooney.SIDE] > 0.5
                mine = outlines[kind]
                thing = np.where(window == T, 0.9, 0.1)[mine]
                ground = np.where(window, white, 1 - white)[mine]
                checked[kind, light, 2 * r, 2 * c] = np.log(thing).sum() - np.log(ground).sum()
                agreeing[kind, light, 2 * r, 2 * c] = (window == T).sum()
        assert tuple(int(part[i]) for part in guess) == max(checked, key=checked.get)
        assert float(evidence[i]) == pytest.approx(max(checked.values()), abs=1e-2)
        assert agreeing[tuple(int(part[i]) for part in alone)] == max(agreeing.values())


def test_the_scene_is_a_whole_number(panel):
    with pytest.raises(ParamError, match=r"TwoTonePanel.scene = 1.5: the number of the scene must be a whole number"):
        panel.set(scene=1.5)
