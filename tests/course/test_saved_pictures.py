"""Saved pictures: what another processor may draw a little differently is not compared, everything else is."""

import re
from pathlib import Path

import numpy as np
from nbval.plugin import get_sanitize_patterns

from brainlab import svg

RULES = Path(__file__).resolve().parents[2] / "course" / ".nbval_sanitize.cfg"


def compared(y, title="V", dots=40) -> str:
    x = np.arange(400.0)
    curve, points = svg.Layer(x, y, "V"), svg.Layer(x[:dots], y[:dots], "spike", kind="points")
    text = svg.compose([svg.Axes("t (ms)", "V (mV)", title, (0, 400), (-2, 2), [curve, points])]).text
    for pattern, replacement in get_sanitize_patterns(RULES.read_text()):
        text = re.sub(pattern, replacement, text)
    return text


def test_a_curve_that_differs_by_rounding_is_the_same_picture():
    y = np.sin(np.arange(400.0) / 30)
    assert compared(y) == compared(y + 0.003 * np.cos(np.arange(400.0))), "points of the curve"
    assert compared(y) == compared(y, dots=39), "one spike more or less"
    assert "M0 0" in compared(y) and "<circle/>" in compared(y)


def test_words_and_the_kind_of_curve_still_count():
    y = np.sin(np.arange(400.0) / 30)
    assert compared(y) != compared(y, title="I")
    assert "V (mV)" in compared(y) and "#0072B2" in compared(y) and ">400<" in compared(y)


def test_nbval_reads_these_rules(pytestconfig):
    assert Path(pytestconfig.option.nbval_sanitize_with).samefile(RULES)
