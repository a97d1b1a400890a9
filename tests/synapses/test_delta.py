"""Delta: nothing to integrate, so what is tested is what it refuses, and that it is over."""

import pytest

import brainlab as bl
from brainlab.synapses import SynapseError, response


def test_a_jump_is_over_after_a_step_and_may_go_down():
    synapse = bl.synapses.Delta()
    assert synapse.advance(0.3, 0.1) == (0.0,) and synapse.output(-0.3) == -0.3
    assert synapse.sign(-50.0) == 0.0
    synapse.check_weight([0.1, -0.5])  # a jump has either sign


def test_it_has_no_conductance_to_show():
    with pytest.raises(SynapseError, match=r"^Delta\(\) has no conductance that could be shown\.(.|\n)*jumps"):
        response(bl.synapses.Delta(), [1.0], 10.0)
    with pytest.raises(SynapseError, match=r"^weight = nan: the weight of Delta\(\) must be finite"):
        bl.synapses.Delta().check_weight(float("nan"))
