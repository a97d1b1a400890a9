"""The models: equations and parameters, without state."""

from . import adex as adex, izhikevich as izhikevich, morris_lecar as morris_lecar, wilson_cowan as wilson_cowan
from .adex import AdEx as AdEx
from .amari_field import AmariField as AmariField, FieldRun as FieldRun, Widths as Widths
from .base import Model as Model
from .cann import CANN as CANN, Bump as Bump, BumpRun as BumpRun
from .connor_stevens import ConnorStevens as ConnorStevens
from .dense_memory import DenseMemory as DenseMemory
from .dynamics import Dynamics as Dynamics
from .ei_rates import EIRates as EIRates
from .eif import EIF as EIF
from .fitzhugh_nagumo import FitzHughNagumo as FitzHughNagumo
from .hh import HH as HH
from .hindmarsh_rose import HindmarshRose as HindmarshRose
from .hopfield import Hopfield as Hopfield, Memory as Memory
from .izhikevich import Izhikevich as Izhikevich
from .lif import LIF as LIF
from .modern_hopfield import ModernHopfield as ModernHopfield
from .morris_lecar import MorrisLecar as MorrisLecar
from ._patterns import CapacityWarning as CapacityWarning, PatternError as PatternError, flip as flip
from .neuron import Drive as Drive, Neuron as Neuron
from .qif import QIF as QIF
from .threshold_linear import SteadyState as SteadyState, ThresholdLinear as ThresholdLinear
from .wang_buzsaki import WangBuzsaki as WangBuzsaki
from .wilson_cowan import WilsonCowan as WilsonCowan
from .winner_take_all import WinnerTakeAll as WinnerTakeAll
from .wong_wang import Decisions as Decisions, WongWang as WongWang, decide as decide


def all_models() -> dict[str, type[Model]]:
    """Every model by name: the classes that this package exports, without their abstract bases.

    >>> list(all_models())
    ['LIF', 'QIF', 'EIF', 'AdEx', 'Izhikevich', 'HH', 'FitzHughNagumo', 'MorrisLecar', 'ConnorStevens', 'HindmarshRose',
    'WilsonCowan', 'EIRates', 'ThresholdLinear', 'WongWang', 'WangBuzsaki', 'Hopfield', 'DenseMemory', 'ModernHopfield',
    'AmariField', 'CANN', 'WinnerTakeAll']
    """
    order = [  # as the course meets them; new ones come after
        *("LIF", "QIF", "EIF", "AdEx", "Izhikevich", "HH"),
        *("FitzHughNagumo", "MorrisLecar", "ConnorStevens", "HindmarshRose", "WilsonCowan"),
        *("EIRates", "ThresholdLinear", "WongWang", "WangBuzsaki"),
        *("Hopfield", "DenseMemory", "ModernHopfield", "AmariField", "CANN", "WinnerTakeAll"),
    ]
    found = {
        k: v
        for k, v in globals().items()
        if isinstance(v, type) and issubclass(v, Model) and v not in (Model, Dynamics, Neuron)
    }
    return dict(sorted(found.items(), key=lambda item: order.index(item[0]) if item[0] in order else len(order)))
