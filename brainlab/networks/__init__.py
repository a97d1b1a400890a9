"""Networks: where neurons are now, and how they are run."""

from . import inputs as inputs
from .errors import SimulationError as SimulationError
from .population import Population as Population
from .run import Run as Run
from .simulate import simulate as simulate
