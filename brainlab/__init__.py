"""brainlab: a teaching lab for computational neuroscience that you can touch."""

from ._xla import keep_small_loops_whole

keep_small_loops_whole()  # the only side effect of importing brainlab

from . import math as math  # noqa: E402
from ._doctor import doctor as doctor  # noqa: E402
from ._version import __version__ as __version__  # noqa: E402
from . import params as params  # noqa: E402
from .math.module import Module as Module  # noqa: E402
from .models import Model as Model  # noqa: E402
from .params import ParamError as ParamError, param as param  # noqa: E402

BrainPyObject = Module  # the lecture's name for it
