"""Every panel, walked: each control to both ends, each scenario, 200 random moves. All numbers stay finite."""

import math
import xml.etree.ElementTree as ET

import ipywidgets
import numpy as np
import pytest

from brainlab import panels
from brainlab.panels.code import StateCodeError
from brainlab.params import ParamError

PANELS = panels.all_panels()


@pytest.fixture(params=PANELS, scope="module")
def panel(request):
    return PANELS[request.param]()


@pytest.fixture(autouse=True)
def from_the_start(panel):
    panel.scenario(next(iter(panel.scenarios)))


def assert_finite(panel, what):
    for name, value in panel.snapshot().items():
        assert isinstance(value, str) or math.isfinite(value), (what, name, value)
    for figure in panel.figures:
        for curves in figure.curves:
            assert not np.isinf(curves.y).any(), (what, curves.labels)


def ends(panel, name):
    p, widget = panel.parameters[name], panel.controls[name]
    if p.choices:
        return list(p.choices)
    return [False, True] if isinstance(p.default, bool) else [widget.min, widget.max]


def traced(panel):
    return [name for name in panel.controls if not panel.parameters[name].structural]


def test_every_control_to_both_ends(panel):
    before = panel.traces
    for name in traced(panel):
        default = panel.parameters[name].default
        for value in ends(panel, name):
            try:
                panel.set(**{name: value})
            except ParamError:  # two sliders that exclude each other, such as a reset above the threshold: said, not drawn
                continue
            assert_finite(panel, (name, value))
        panel.set(**{name: default})
    assert panel.traces == before, "moving a parameter compiled something anew"


def test_every_structural_control(panel):
    for name in panel.controls.keys() - set(traced(panel)):
        for value in ends(panel, name):
            panel.set(**{name: value})
            assert_finite(panel, (name, value))


def test_every_scenario_tells_what_to_look_at(panel):
    assert 3 <= len(panel.scenarios) <= 6
    for name, scenario in panel.scenarios.items():
        panel.scenario(name)
        assert len(scenario.look) > 20, name
        assert_finite(panel, name)


def test_the_state_code_brings_everything_back(panel):
    rng = np.random.default_rng(1)
    for scenario in panel.scenarios:
        panel.scenario(scenario)
        for name in panel.visible:
            p, widget = panel.parameters[name], panel.controls[name]
            if not p.structural and p.numeric:
                try:
                    panel.set(**{name: round(float(rng.uniform(widget.min, widget.max)), 3)})
                except ParamError:
                    continue
        code, shown = panel.code(), panel.snapshot()
        other = type(panel)()
        other.load(code)
        assert other.code() == code
        if not isinstance(panel, panels.LivePanel):  # a live panel's numbers depend on how long it ran
            assert other.snapshot() == shown


def test_a_wrong_code_says_so(panel):
    with pytest.raises(StateCodeError, match="this is the state of OtherPanel"):
        panel.load("OtherPanel I=2")
    with pytest.raises(ParamError, match="has no parameter 'Inn'"):
        panel.load(f"{type(panel).__name__} Inn=2")


def test_200_random_moves_leave_nothing_behind(panel):
    rng = np.random.default_rng(0)
    names = [n for n in traced(panel) if panel.parameters[n].numeric]
    panel.pin(), panel.unpin()
    widgets, before = len(ipywidgets.widgets.widget._instances), panel.traces
    for _ in range(200):
        name = names[rng.integers(len(names))]
        widget = panel.controls[name]
        widget.from_browser(float(rng.uniform(widget.min, widget.max)))
        assert (widget.error == "") == (panel._wanted[name] == widget.value)
    assert_finite(panel, "after 200 moves")
    assert panel.traces == before and len(ipywidgets.widgets.widget._instances) == widgets


def test_how_it_is_shown(panel):
    bundle = panel._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert len(bundle["text/plain"]) < 400 and "0x" not in bundle["text/plain"]
    picture = ET.fromstring(bundle["image/svg+xml"])
    assert len(picture.findall(".//{http://www.w3.org/2000/svg}path")) > 5
    assert bundle["text/plain"] == repr(panel), "the same state must give the same text"


def test_it_has_a_question_and_few_controls(panel):
    assert panel.question.endswith("?") and panel.surprise.endswith(".")
    assert 2 <= len(panel.visible) <= 5
    for name in panel.controls:
        p = panel.parameters[name]
        assert p.doc, name
        assert p.unit or p.choices or isinstance(p.default, bool) or p.symbol or name, name


def test_a_value_that_cannot_be_is_said_and_not_drawn(panel):
    bounded = [n for n in traced(panel) if panel.parameters[n].above is not None or panel.parameters[n].at_least is not None]
    if not bounded:
        return
    name = bounded[0]
    before = panel.snapshot()
    panel.controls[name].from_browser(-1000.0)
    assert "must be" in panel.controls[name].error
    assert panel.snapshot() == before
    panel.controls[name].from_browser(panel.parameters[name].default)
    assert panel.controls[name].error == ""


def test_what_is_taken_home(panel):
    from brainlab.panels import export

    lines = export.csv(panel).splitlines()
    assert len(lines) > 10 and lines[0].count(" of ") >= 2  # "t (ms) of V"; not everything has a unit
    first = [cell for cell in lines[1].split(",") if cell]
    assert all(math.isfinite(float(cell)) for cell in first)
