"""response(): the grid of time steps, and what it refuses."""

import numpy as np
import pytest

import brainlab as bl
import brainlab.math as bm
from brainlab.synapses import AMPA, NMDA, Exponential, GapJunction, SynapseError, response


def test_times_and_rows(x64):
    answer = response(Exponential(tau=5.0), [0.0, 0.32], 1.0, dt=0.1)
    assert answer.t.tolist() == pytest.approx([0.1 * i for i in range(11)])
    assert answer.g[0] == 1.0 and answer.g[3] == pytest.approx(np.exp(-0.06) + 1)  # 0.32 ms is nearest to 0.3
    assert response(Exponential(), [1.0], 1.0).g[-1] == 1.0  # the last row is in it
    assert (response(Exponential(), [], 1.0).g == 0).all()
    assert response(Exponential(), [0.0], 1.0, dt=0.1).t.dtype == np.float64


def test_current_at_a_clamped_potential(x64):
    answer = response(NMDA(), [0.0], 20.0, V=-30.0, weight=0.2)
    np.testing.assert_allclose(answer.current, NMDA().current(answer.g, -30.0), rtol=1e-12)
    assert response(NMDA(), [0.0], 20.0).current is None
    assert response(AMPA(), [0.0], 20.0, V=0.0).current.tolist() == [0.0] * 201


def test_weight_and_potential_are_traced(x64):
    def charge(w, V):
        return response(AMPA(), [0.0], 20.0, V=V, weight=w).current.sum()

    one = charge(1.0, -1.0)
    assert float(bm.grad(charge)(0.3, -65.0)) == pytest.approx(65 * float(one), rel=1e-9)
    np.testing.assert_allclose(bm.vmap(lambda V: charge(1.0, V))(bm.array([-1.0, 2.0])), [one, -2 * one], rtol=1e-9)


@pytest.mark.parametrize(
    "wrong, message",
    [
        (dict(synapse=bl.LIF()), r"^a synapse was expected, got LIF\(\)\.\n  try: bl\.synapses\.Exponential"),
        (dict(synapse=AMPA), r"^AMPA is a class of synapses; a synapse is AMPA\(\)\.(.|\n)*try: bl\.synapses\.AMPA\(\)"),
        (dict(synapse=GapJunction()), r"^GapJunction\(\) does not respond to spikes\.\n  why: it passes the potential"),
        (dict(spike_times=3.0), r"^spike_times = 3\.0: a list of times in ms is expected"),
        (dict(spike_times=[-1.0]), r"^spike_times has -1 ms: it must lie from 0 to duration = 10 ms"),
        (dict(spike_times=[5.0, 12.0]), r"^spike_times has 12 ms: (.|\n)*try: duration=112"),
        (
            dict(spike_times=[5.0, 5.02]),
            r"^spike_times has 5 and 5\.02 ms in one step of dt = 0\.1 ms\.(.|\n)*dt=0\.01",
        ),
        (dict(duration=0.0), r"^duration = 0\.0: a number of ms above 0 is expected"),
        (dict(dt=-0.1), r"^dt = -0\.1: a number of ms above 0 is expected"),
        (dict(dt="a"), r"^dt = 'a': a number of ms"),
        (dict(dt=True), r"^dt = True: a number of ms"),
        (dict(V="a"), r"^V = 'a': the potential of the clamp is one finite number \(mV\)"),
        (dict(V=[-65.0, 0.0]), r"one finite number(.|\n)*try: synapse\.current\(answer\.g, V\)"),
        (dict(V=np.nan), "one finite number"),
        (dict(V=True), "one finite number"),
        (dict(weight=-1.0), r"^weight = -1: the weight of AMPA\(\) must be at least 0"),
    ],
)
def test_wrong_arguments(wrong, message):
    with pytest.raises(SynapseError, match=message):
        response(**{"synapse": AMPA(), "spike_times": [1.0], "duration": 10.0, **wrong})
