"""Networks: where neurons are now, and how they are run."""

from . import inputs as inputs, ready as ready
from .errors import SimulationError as SimulationError
from .groups import PoissonGroup as PoissonGroup, PoissonInput as PoissonInput, SpikeTimes as SpikeTimes
from .monitor import Monitor as Monitor
from .network import Network as Network
from .network_run import NetworkRun as NetworkRun, PopulationRun as PopulationRun
from .population import Population as Population
from .projection import Projection as Projection
from .run import Run as Run
from .simulate import simulate as simulate
from .spikes import Spikes as Spikes, SpikesError as SpikesError
from .wilson_cowan_network import WilsonCowanNetwork as WilsonCowanNetwork
