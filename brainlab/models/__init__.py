"""The models: equations and parameters, without state."""

from . import adex as adex, izhikevich as izhikevich
from .adex import AdEx as AdEx
from .base import Model as Model
from .eif import EIF as EIF
from .hh import HH as HH
from .izhikevich import Izhikevich as Izhikevich
from .lif import LIF as LIF
from .neuron import Drive as Drive, Neuron as Neuron
from .qif import QIF as QIF


def all_models() -> dict[str, type[Model]]:
    """Every model by name: the classes that this package exports, without their abstract bases.

    >>> list(all_models())
    ['LIF', 'QIF', 'EIF', 'AdEx', 'Izhikevich', 'HH']
    """
    order = ["LIF", "QIF", "EIF", "AdEx", "Izhikevich", "HH"]  # as the course meets them; new ones come after
    found = {k: v for k, v in globals().items() if isinstance(v, type) and issubclass(v, Model) and v not in (Model, Neuron)}
    return dict(sorted(found.items(), key=lambda item: order.index(item[0]) if item[0] in order else len(order)))
