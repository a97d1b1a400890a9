"""What the panels of the fast path and of the space of guesses say, against NumPy."""

import numpy as np
import pytest

from brainlab import panels
from brainlab.params import ParamError
from brainlab.vision import GlobalHypothesis, digits, high_pass, low_pass


@pytest.fixture(scope="module")
def templates():
    found = digits()
    x, labels = np.asarray(found.train_images), np.asarray(found.train_labels)
    return np.stack([x[labels == k].mean(0) for k in range(10)])


def test_noise_takes_the_details_first(templates):
    panel = panels.FastPathPanel()
    noisy, clean = panel.scenario("at first glance"), panel.scenario("a clean digit")
    assert clean["right, coarse"] == pytest.approx(0.87, abs=0.01) and clean["right, details"] == pytest.approx(
        0.74, abs=0.01
    )
    assert noisy["right, coarse"] == pytest.approx(0.73, abs=0.04) and noisy["right, details"] == pytest.approx(
        0.45, abs=0.04
    )
    assert noisy["right, details, after 8 looks"] < noisy["right, coarse"] < noisy["right, whole"]
    assert noisy["guess, coarse"] == noisy["digit"] != noisy["guess, details"]
    found, rng = digits(), np.random.default_rng(5)
    x, labels = np.asarray(found.test_images), np.asarray(found.test_labels)
    for path, name in ((low_pass, "right, coarse"), (high_pass, "right, details")):
        for numbers, sigma in ((clean, 0.0), (noisy, 0.4)):
            seen, t = np.asarray(path(x + sigma * rng.normal(size=x.shape), 2.3)), np.asarray(path(templates, 2.3))
            nearest = ((seen[:, None] - t) ** 2).sum(-1).argmin(1)
            assert np.mean(nearest == labels) == pytest.approx(numbers[name], abs=0.04 if sigma else 0.002)


def test_details_hold_what_is_left_out_and_come_late():
    panel = panels.FastPathPanel()
    coarse = panel.scenario("too coarse")
    assert coarse["right, details"] > 1.5 * coarse["right, coarse"]
    assert panel.scenario("wait")["right, details"] > 1.3 * panel.scenario("at first glance")["right, details"]
    storm = panel.scenario("a storm")
    assert storm["right, coarse"] > 0.3


def test_there_is_nothing_between_two_digits(templates):
    memory = templates - templates.mean(0)
    memory = memory / np.linalg.norm(memory, axis=1, keepdims=True)
    first, second = np.divmod(np.arange(100), 10)
    first, second = first[first != second], second[first != second]
    mixed = 0.55 * memory[first] + 0.45 * memory[second]
    sharp = GlobalHypothesis(beta=8.0).settle(memory, mixed, steps=60)
    assert np.asarray(sharp.evidence[-1]).max(1).min() > 0.9 and np.mean(sharp.choice == first) > 0.95
    blunt = np.asarray(GlobalHypothesis(beta=2.0).settle(memory, mixed, steps=60).codes[-1])
    assert np.ptp(blunt, axis=0).max() < 0.02


def test_what_the_scenarios_of_guesses_say():
    panel = panels.HypothesisPanel()
    assert panel.scenario("one wins")["ends as"] == 3
    assert panel.scenario("no decision")["evidence at the end"] < 0.2
    assert panel.scenario("a guess from the fast path")["ends as"] == 2
    panel.set(g=0.0)
    assert panel.snapshot()["ends as"] == 3
    assert panel.scenario("a wrong guess")["ends as"] == 3
    panel.set(g=0.0)
    assert panel.snapshot()["ends as"] == 4
    assert panel.scenario("only noise")["evidence at the end"] > 0.9


@pytest.mark.parametrize(("cls", "name"), [(panels.FastPathPanel, "number"), (panels.HypothesisPanel, "told")])
def test_numbers_that_count_are_whole(cls, name):
    with pytest.raises(ParamError, match=rf"{name} = 2.5: the .* must be a whole number"):
        cls(**{name: 2.5})
