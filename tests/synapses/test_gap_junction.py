"""GapJunction: two cells joined by a conductance, against the equations of their circuit."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from brainlab.synapses import GapJunction, SynapseError


def test_current_is_the_sum_over_the_neighbours():
    rng = np.random.default_rng(0)
    W, V = rng.uniform(size=(5, 5)), rng.uniform(-80, -40, size=5)
    expected = [sum(W[j, i] * (V[j] - V[i]) for j in range(5)) for i in range(5)]
    np.testing.assert_allclose(GapJunction().current(V @ W, W.sum(0), V), expected, rtol=1e-12)


@pytest.mark.parametrize("frequency", [0.0, 20.0, 200.0])
def test_coupling_coefficient(x64, frequency):
    """A cell with leak g_L and capacitance C, joined to one whose potential is a sine."""
    g_c, g_L, C = 0.05, 0.1, 0.5
    omega = 2e-3 * np.pi * frequency
    junction = GapJunction()
    end = 400.0
    out = solve_ivp(
        lambda t, V: (junction.current(g_c * np.cos(omega * t), g_c, V) - g_L * V) / C,
        (0, end), [0.0], rtol=1e-9, atol=1e-12, t_eval=np.linspace(end - 50, end, 10_001), max_step=1.0,
    )  # fmt: skip
    assert float(junction.coupling(g_c, g_L, C, frequency)) == pytest.approx(abs(out.y[0]).max(), rel=1e-4)


def test_weights():
    junction = GapJunction()
    junction.check_weight([0.0, 0.1])
    assert junction.sign(-60.0) == 0
    with pytest.raises(SynapseError, match=r"weight = -0\.1: .* must be at least 0\.\n  why: current would flow uphill"):
        junction.check_weight(-0.1)
