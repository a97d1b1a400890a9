"""Synapses: what a spike does on the other side, and how it depends on the spikes before. Pure, without state."""

from . import short_term_plasticity as short_term_plasticity
from ..models.base import Model
from .alpha import Alpha as Alpha
from .ampa import AMPA as AMPA
from .delta import Delta as Delta
from .dual_exponential import DualExponential as DualExponential
from .errors import SynapseError as SynapseError
from .exponential import Exponential as Exponential
from .gaba_a import GABA_A as GABA_A
from .gaba_b import GABA_B as GABA_B
from .gap_junction import GapJunction as GapJunction
from .graded import Graded as Graded
from .kinetic_nmda import KineticNMDA as KineticNMDA
from .nmda import NMDA as NMDA, magnesium_block as magnesium_block
from .response import Response as Response, response as response
from .short_term_plasticity import ShortTermPlasticity as ShortTermPlasticity
from .stdp import STDP as STDP, Learning as Learning
from .synapse import Synapse as Synapse


def all_synapses() -> dict[str, type[Model]]:
    """Every synapse and every rule of plasticity by name: the classes that this package exports, without their base.

    >>> list(all_synapses())
    ['Alpha', 'AMPA', 'Delta', 'DualExponential', 'Exponential', 'GABA_A', 'GABA_B', 'GapJunction', 'Graded', 'KineticNMDA',
    'NMDA', 'ShortTermPlasticity', 'STDP']
    """
    return {
        name: value
        for name, value in globals().items()
        if isinstance(value, type) and issubclass(value, Model) and value not in (Model, Synapse)
    }
