"""What a student may do to a panel, in any order, and what must be right again afterwards."""

import pytest
from test_panel import Browser, Line, wait_for

from brainlab import language, panels
from brainlab.panels.code import StateCodeError
from brainlab.params import ParamError


@pytest.fixture
def chinese():
    language.use("zh")
    yield
    language.use("en")


def pin_is_down(panel):
    return next(item["pressed"] for item in panel.layout.tools.items if item["name"] == "pin")


@pytest.mark.parametrize("seed", ["-1", "99999999999", "1.5"])
def test_a_seed_that_cannot_be_is_refused_and_not_kept(seed):
    panel = Line()
    with pytest.raises(StateCodeError, match="seed"):
        panel.load(f"Line seed={seed}")
    assert panel.set(slope=2.0)["end"] == 20.0


def test_a_live_panel_takes_every_seed():
    panel = panels.StripChartPanel()
    panel.load("StripChartPanel seed=4294967295")
    assert panel.run(10.0)["spikes"] > 0


@pytest.mark.parametrize("cls", [Line, panels.StripChartPanel])
def test_the_pin_is_up_again_when_the_ghost_has_gone(cls):
    panel = cls()
    panel.snapshot()
    panel.layout.tools.press("pin")
    assert pin_is_down(panel)
    panel.layout.tools.press("reset")
    assert not pin_is_down(panel) and panel._pinned is None
    panel.layout.tools.press("pin")
    assert pin_is_down(panel) and panel._pinned is not None


def test_the_flat_line_that_a_sketch_begins_with_does_not_open_the_lock():
    panel = Line()
    panel.scenario("sketch")
    assert all(handle["disabled"] for handle in panel.figure.overlay.handles)  # the hand draws, it does not drag
    panel.layout.reveal_button.press("reveal")
    assert not panel.line.visible and "Say it first" in panel.layout.question.value
    panel.figure.overlay.from_browser({"prediction": [1.0] * 80}, 1)
    panel.layout.reveal_button.press("reveal")
    assert panel.line.visible and not any(handle.get("disabled") for handle in panel.figure.overlay.handles)


@pytest.mark.parametrize(("V_th", "said"), [(0.0, "twice as much"), (-64.9, "half as much")])
def test_a_prediction_is_answered_also_when_the_student_has_moved_on(V_th, said):
    panel = panels.LIFPanel()
    panel.scenario("slower membrane")
    panel.set(V_th=V_th)
    panel.layout.options.from_browser("the same")
    panel.layout.reveal_button.press("reveal")
    assert panel.layout.question.value == f"You said: the same. It was: {said}." and panel.V.visible


def test_what_came_of_a_prediction_is_said_in_the_language_of_the_moment(chinese):
    panel = panels.LIFPanel()
    panel.scenario("slower membrane")
    panel.layout.reveal_button.press("reveal")
    assert "Say it first" not in panel.layout.question.value
    panel.layout.options.from_browser("the same")
    panel.layout.reveal_button.press("reveal")
    language.use("en")
    assert panel.layout.question.value == "You said: the same. It was: the same."


def test_reset_tells_the_page_to_forget_what_was_typed():
    panel = Line()
    before = panel.controls["slope"]._era
    panel.reset()  # no value changes, and yet the number box is to show it again
    assert panel.controls["slope"]._era > before


def test_a_live_panel_that_opens_with_what_cannot_be_recovers():
    panel = panels.StripChartPanel()
    panel.snapshot()
    browser = Browser(panel)
    panel.controls["I"].from_browser(1e7)
    panel.play()
    wait_for(lambda: "NaN" in panel.layout.readout.error, "the error is shown")
    assert not panel.playing
    panel.controls["I"].from_browser(10.0)
    wait_for(lambda: not panel.layout.readout.error and panel.numbers["spikes"] > 3, "it goes on")
    assert browser.frames > 1


def test_the_clamp_can_be_dragged_when_there_is_one():
    panel = panels.StripChartPanel()

    def disabled():
        return panel.V_figure.overlay.handles[0]["disabled"]

    panel.snapshot()
    assert disabled()
    panel.set(clamp=True)
    assert not disabled()


def test_under_clamp_the_program_says_where_the_gates_go(capsys):
    panel = panels.StripChartPanel(clamp=True)
    panel.snapshot()
    exec(panel.script(), {})
    m, h, n = panel.gates.y[:, -1]
    assert capsys.readouterr().out == f"V -40 mV: m {m:.3f}, h {h:.3f}, n {n:.3f}\n"


def test_values_that_do_not_go_together_are_refused_and_not_kept():
    panel = panels.LIFPanel()
    for wrong in (lambda: panel.set(V_th=-80.0), lambda: panel.load("LIFPanel V_th=-80.0")):
        with pytest.raises(ParamError, match="must be below V_th"):
            wrong()
        assert panel.set(I=2.0)["spikes"] == 12


def test_one_spike_has_no_rate():
    panel = panels.LIFPanel(I=1.51, tau_m=30.0)
    panel.snapshot()
    assert panel.layout.readout.text == "In 200 ms: one spike. It needs 1.5 nA to fire at all."
    axon = panels.StripChartPanel(I=0.0)
    axon.snapshot()
    assert axon.layout.readout.text == "V is -65 mV. In the last 100 ms: no spike."


def test_rates_beyond_the_curve_are_computed_and_not_cut_off():
    panel = panels.LIFPanel()
    fast = panel.set(I=10.0, t_ref=0.0, tau_m=2.0)
    assert fast["closed form (Hz)"] == pytest.approx(3080, rel=0.01)  # 1000 / (2 ln(100 / 85))
    assert panel.f_figure.y.span[1] >= panel.f.y.max()
    twins = panels.NoisePanel()
    assert twins.set(mu=3.0)["without noise (Hz)"] == pytest.approx(165, rel=0.01)  # 1000 / (2 + 10 ln(3 / 2))
    twins.set(tau=2.0, t_ref=0.0)
    assert twins.f_figure.y.span[1] >= twins.f_still.y.max() > 300


@pytest.mark.parametrize(("cls", "name"), [(panels.RampPanel, "rise"), (panels.ReboundPanel, "width")])
def test_what_would_end_after_the_simulation_is_refused(cls, name):
    panel = cls()
    panel.controls[name].from_browser(500.0)
    assert "at most" in panel.controls[name].error
