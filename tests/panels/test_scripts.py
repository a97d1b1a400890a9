"""The code that a panel gives away runs without it and prints the panel's number."""

import re

import numpy as np
import pytest

import brainlab as bl
from brainlab import panels

ALL = panels.all_panels()
CASES = [
    ("LIFPanel", {}, 1e-4),
    ("LIFPanel", {"I": 3.0, "tau_m": 20.0, "V_th": -52.5, "method": "rk4"}, 2e-4),
    ("LIFPanel", {"I": 1.7, "drawn": np.sin(np.linspace(0.0, 9.0, 100))}, 0.01),
    ("LIFPanel", {"I": 2.0, "dt": 1.0, "method": "euler"}, 1e-4),
    ("NoisePanel", {}, 1e-4),
    ("NoisePanel", {"sigma": 0.2}, 0.15),  # other random numbers
    ("PopulationPanel", {}, 1e-3),
    ("PopulationPanel", {"spread": 3.0, "I": 1.7, "window": np.array([20.0, 60.0])}, 0.01),
    ("PopulationPanel", {"spread": 0.0, "sigma": 3.0}, 0.05),
    ("RampPanel", {}, 0),
    ("RampPanel", {"rise": 20.0}, 0),
    ("RampPanel", {"rise": 20.0, "I": 8.0, "g_K": 30.0}, 0),
    ("ReboundPanel", {"I": -3.0}, 0),
    ("ReboundPanel", {}, 0),
    ("HysteresisPanel", {}, 0.06),
    ("HysteresisPanel", {"top": 8.0, "noise": 0.0}, 0),
    ("ClampPanel", {}, 1e-3),
    ("ClampPanel", {"V_hold": 80.0, "V_before": -90.0, "T": 10.0}, 1e-3),
]


def run(script, capsys):
    """What the program prints: name -> number."""
    bl.math.random.seed(0)
    exec(compile(script, "script.py", "exec"), {"__name__": "__main__"})
    lines = capsys.readouterr().out.splitlines()
    return {match[1]: float(match[2]) for match in (re.fullmatch(r"(.*\S) ([-+.e\d]+)", line) for line in lines) if match}


@pytest.mark.parametrize(("name", "values", "tolerance"), CASES)
def test_the_script_prints_the_number_of_the_panel(name, values, tolerance, capsys):
    panel = ALL[name](**values)
    shown, printed = panel.snapshot(), run(panel.script(), capsys)
    for key, number in printed.items():
        assert number == pytest.approx(shown[key], rel=max(tolerance, 1e-9), abs=1e-9), key
    assert printed or shown["spikes"] == 0


@pytest.mark.parametrize("name", ALL)
def test_every_scenario_of_every_panel_has_a_program_that_compiles(name):
    panel = ALL[name]()
    for scenario in panel.scenarios:
        panel.scenario(scenario)
        text = panel.script()
        compile(text, "script.py", "exec")
        assert text.startswith("import brainlab as bl\n") and "print(" in text and max(map(len, text.splitlines())) < 1500
