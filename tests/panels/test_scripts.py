"""The code that a panel gives away runs without it and prints the panel's number."""

import re

import numpy as np
import pytest

import brainlab as bl
from brainlab import panels
from brainlab.panels.hopfield_painter import FACE

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
    ("StepSizePanel", {"h": 2.1}, 1e-3),
    ("StepSizePanel", {"h": 1.5, "method": "heun2", "drive": 0.7}, 1e-3),
    ("PhaseDropPanel", {}, 0),
    ("PhaseDropPanel", {"I": 0.5, "method": "euler", "dt": 0.3}, 0),
    ("PhaseDropPanel", {"equations": "oscillator", "method": "heun2"}, 0),
    ("ComposePanel", {}, 0),
    ("ComposePanel", {"parts": "V+m,h,n,p", "scheme": "strang"}, 0),
    ("ComposePanel", {"parts": "V+n", "scheme": "rk4"}, 0),
    ("ClampPanel", {}, 1e-3),
    ("ClampPanel", {"V_hold": 80.0, "V_before": -90.0, "T": 10.0}, 1e-3),
    ("FastPathPanel", {"noise": 0.0, "cutoff": 3.0}, 1e-3),
    ("FastPathPanel", {"noise": 0.2, "looks": 4}, 0.03),  # other random numbers
    ("HypothesisPanel", {"noise": 0.0}, 1e-3),
    ("HypothesisPanel", {"noise": 0.0, "x": 0.0, "y": 0.1, "g": 1.0, "beta": 6.0}, 1e-3),
    ("ModernHopfieldPanel", {"beta": 0.15}, 0.03),  # other random numbers, here and below
    ("OverloadPanel", {"load": 0.05}, 0.02),
    ("EnergyHikePanel", {"together": False}, 0.0),
    ("NoiseScalingPanel", {}, 0.2),  # other random numbers, here and below
    ("NoiseScalingPanel", {"c": 0.4, "reading": "Stratonovich", "dt": 0.02}, 0.3),
    ("FractionalPanel", {}, 1e-3),
    ("FractionalPanel", {"alpha": 0.7, "memory": 5.0, "tau": 2.0}, 1e-3),
    ("DelayPanel", {}, 2e-3),
    ("DelayPanel", {"tau": 1.9, "b": 2.0, "equation": "Mackey-Glass"}, 0.05),  # chaos
    ("TrialsPanel", {}, 0.15),
    ("TrialsPanel", {"mu": 0.8, "trials": 1024}, 0.15),
    ("ReductionPanel", {}, 0),
    ("ReductionPanel", {"tied": False, "I": 15.0}, 0),
    ("SynapsePanel", {}, 1e-3),
    ("SynapsePanel", {"synapse": "NMDA", "V": -30.0, "window": 400.0}, 1e-3),
    ("SynapsePanel", {"synapse": "alpha", "tau_decay": 8.0, "E_rev": -80.0, "delay": 4.0}, 1e-3),
    ("STPPanel", {}, 1e-3),
    ("STPPanel", {"U": 0.05, "tau_f": 1000.0, "tau_d": 100.0, "rate": 33.0}, 1e-3),
    ("STDPPanel", {}, 1e-3),
    ("STDPPanel", {"gap": -12.0, "rate": 40.0, "pairing": "nearest"}, 1e-3),
    ("BifurcationPanel", {}, 1e-3),
    ("BifurcationPanel", {"g_Ca": 4.0, "V3": 12.0, "V4": 17.4, "phi": 0.23, "I": 37.0}, 1e-3),
    ("RasterTheatrePanel", {"N": 1000}, 0.1),  # another beginning
    ("RasterTheatrePanel", {"N": 1000, "g": 8.0, "eta": 4.0, "J": 0.7}, 0.1),
    ("RasterTheatrePanel", {"N": 1000, "network": "COBA", "g": 7.444, "eta": 0.5}, 0.3),  # long intervals need a long run
    ("EIPlanePanel", {}, 1e-3),
    ("EIPlanePanel", {"w_EE": 2.0, "push": -3.0, "E0": 10.0, "tau_I": 15.0}, 1e-3),
    ("WilsonCowanPanel", {}, 1e-3),
    ("WilsonCowanPanel", {"P": 0.7, "kick": 0.7, "c1": 15.0}, 2e-3),
    ("BalancePanel", {"N": 500}, 1e-3),
    ("BalancePanel", {"N": 500, "K": 50, "root": False, "theta_E": 0.1, "theta_I": 0.07, "m_0": 0.35}, 1e-3),
    ("HopfieldPainterPanel", {"letters": "ACEH", "own": FACE, "which": 5.0, "share": 40.0, "rule": "pseudo-inverse"}, 1e-3),
    ("HopfieldPainterPanel", {"painted": -FACE, "order": "synchronous", "T": 0.3}, 1e-3),
    ("EventMeterPanel", {}, 1e-6),
    ("EventMeterPanel", {"N": 500, "K": 320, "rate": 37.0, "dt": 0.5}, 1e-6),
    ("EvidencePanel", {}, 0.12),  # other random numbers
    ("EvidencePanel", {"coherence": 12.8, "late": -51.2, "when": 300.0, "drawn": np.full(161, 5.0)}, 0.12),
    ("GraphEditorPanel", {}, 0),
    ("GraphEditorPanel", {"graph": "two-way", "edges": 1.0 * (np.arange(16) != 3), "t_ref": 8.0}, 0),
    ("GraphEditorPanel", {"neurons": np.array([1, 0, 0, 2, 0, 0, 1, 0.0]), "drive": 1.7, "delay": 1.0}, 0),
    ("GraphEditorPanel", {"neurons": np.zeros(8), "edges": np.zeros(16), "drive": 1.8}, 0),
    ("BumpPanel", {"v": 0.02, "z": 1.0}, 1e-3),
    ("BumpPanel", {"m": 0.1, "v": 0.01, "z": 0.5, "A": 3.0, "a": 0.6}, 1e-3),
    ("PathIntegrationPanel", {}, 1e-3),
    ("PathIntegrationPanel", {"neurons": 64, "gain": 0.8, "a": 0.6}, 1e-3),
]


def run(script, capsys):
    """What the program prints: name -> number."""
    bl.math.random.seed(0)
    exec(compile(script, "script.py", "exec"), {"__name__": "__main__"})
    lines = capsys.readouterr().out.splitlines()
    return {match[1]: float(match[2]) for match in (re.fullmatch(r"(.*\S) ([-+.e\d]+)", line) for line in lines) if match}


@pytest.mark.parametrize(("name", "values", "tolerance"), CASES)
def test_the_script_prints_the_number_of_the_panel(name, values, tolerance, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)  # some save a picture
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
