"""Every text that a panel shows exists in Chinese, and switching the language changes all of them on the page."""

import re
import tomllib
from pathlib import Path

import pytest

from brainlab import language, panels
from brainlab.panels.controls import help_text
from brainlab.panels.prediction import Sketch

CATALOGUES = sorted((Path(language.__file__).parent / "zh").glob("*.toml"))
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(autouse=True)
def english_again():
    language.use("en")
    language.untranslated.clear()
    yield
    language.use("en")


def show_everything(panel):
    for name, scenario in panel.scenarios.items():
        panel.scenario(name)
        if scenario.predict is not None:
            panel.layout.reveal([0.0] * 80 if isinstance(scenario.predict, Sketch) else scenario.predict.options[0])
    panel._repr_mimebundle_()


@pytest.mark.parametrize("name", panels.all_panels())
def test_nothing_is_left_in_english(name):
    language.use("zh")
    language.untranslated.clear()  # panels of other tests may still be about, and follow
    show_everything(panels.all_panels()[name]())
    assert sorted(language.untranslated) == []


@pytest.mark.parametrize("name", panels.all_panels())
def test_a_panel_on_the_page_follows_the_language(name):
    panel = panels.all_panels()[name]()
    panel.snapshot()  # as displaying it does
    english = said(panel)
    language.use("zh")
    chinese = said(panel)
    assert english.keys() == chinese.keys()
    for place, text in chinese.items():
        assert not CHINESE.search(english[place]), place
        assert CHINESE.search(text) or text == english[place], (place, text)
    for place in ("title", "words", "look", "figure 0", "figure 1"):
        assert CHINESE.search(chinese[place]), place
    language.use("en")
    assert said(panel) == english


def said(panel):
    """What stands where."""
    texts = {"title": panel.layout.head.value, "words": panel.layout.readout.text, "look": panel.layout.look.value}
    for name, widget in panel.controls.items():
        texts |= {f"label of {name}": widget.label, f"help of {name}": widget.help}
    for i, figure in enumerate(panel.figures):
        texts |= {f"figure {i}": figure._header.value, f"x of {i}": figure.x.label, f"y of {i}": figure.y.label}
        texts |= {f"handle {i} {h['name']} {h['axis']}": h["label"] for h in figure.overlay.handles}
        texts |= {f"{part} of {i}": str(getattr(figure.overlay, part).get("label", "")) for part in ("draw", "brush")}
    return texts


def test_the_rule_of_a_parameter_is_told_in_the_language_of_the_moment():
    p = panels.LIFPanel.parameters["tau_m"]
    assert help_text(p) == "tau_m: above 0 ms. V would run away from rest instead of towards it"
    language.use("zh")
    assert help_text(p) == "tau_m: 必须大于 0 ms. 否则 V 会远离静息电位，而不是趋向它"


@pytest.mark.parametrize("file", CATALOGUES, ids=lambda f: f.name)
def test_a_translation_has_the_places_of_the_original(file):
    for english, chinese in tomllib.loads(file.read_text(encoding="utf-8")).items():
        places = [sorted(re.findall(r"\{(\w+)", text)) for text in (english, chinese)]
        assert places[0] == places[1], english
        assert chinese.strip(), english
