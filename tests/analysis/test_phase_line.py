"""One state on its line, three in space, and what every model shows without being asked for ranges."""

import re

import numpy as np
import pytest

import brainlab as bl
from brainlab.analysis import phase_line, phase_plane, phase_space


def test_all_models_have_a_plane_or_a_line():
    for cls in (bl.LIF, bl.QIF, bl.AdEx, bl.Izhikevich, bl.MorrisLecar, bl.WilsonCowan):
        model = cls()
        found = phase_line(model) if len(model.states) == 1 else phase_plane(model, resolution=41)
        assert "<svg" in found.plot().text and len(found.fixed_points) >= 1, cls
        if cls in (bl.QIF, bl.AdEx, bl.Izhikevich):  # the threshold is in the picture, too
            assert [p.stable for p in found.fixed_points] == [True, False], cls


def test_phase_line():
    line = phase_line(lambda x, t, r: r + x - x**3, x_range=(-2, 2), args=(0.1,))
    roots = np.sort(np.roots([-1, 0, 1, 0.1]).real)
    np.testing.assert_allclose([p.y[0] for p in line.fixed_points], roots, atol=1e-10)
    assert [p.stable for p in line.fixed_points] == [True, False, True]
    np.testing.assert_allclose(line.slopes, 0.1 + line.at - line.at**3, atol=1e-12)
    assert "<svg" in line.plot().text


def test_phase_space():
    def lorenz(x, y, z, t, sigma=10.0, rho=28.0, beta=8 / 3):
        return sigma * (y - x), x * (rho - z) - y, x * y - beta * z

    box = {"x": (-30, 30), "y": (-30, 30), "z": (0, 60)}
    space = phase_space(lorenz, ranges=box, trajectories=[(1, 1, 1)], duration=5.0)
    assert len(space.fixed_points) == 3 and space.trajectories[0].y.shape == (2001, 3)
    assert space.plot().text.count("clipPath id") == 3  # each pair of three


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: phase_space(bl.FitzHughNagumo()), "the states are v, w, and a space has three"),
        (lambda: phase_space(bl.HH(), trajectories=[(1, 2)]), "4 finite numbers for each start"),
    ],
)
def test_errors(call, match, said):
    assert re.search("(?s)" + match, said(call))
