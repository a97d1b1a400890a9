"""brainlab: a teaching lab for computational neuroscience that you can touch."""

from ._xla import keep_small_loops_whole

keep_small_loops_whole()  # the only side effect of importing brainlab

from . import math as math  # noqa: E402
from ._doctor import doctor as doctor  # noqa: E402
from ._version import __version__ as __version__  # noqa: E402
from . import connect as connect, models as models, networks as networks, params as params, synapses as synapses  # noqa: E402
from .integrate import (  # noqa: E402
    JointEq as JointEq,
    Delay as Delay,
    event as event,
    brownian as brownian,
    fdeint as fdeint,
    methods as methods,
    odeint as odeint,
    sdeint as sdeint,
    solve_dde as solve_dde,
    solve_fde as solve_fde,
    solve_ode as solve_ode,
    solve_sde as solve_sde,
)
from .math._names import missing_name  # noqa: E402
from .math.module import Module as Module  # noqa: E402
from .models import (  # noqa: E402
    CANN as CANN,
    EIF as EIF,
    HH as HH,
    LIF as LIF,
    QIF as QIF,
    AdEx as AdEx,
    AmariField as AmariField,
    ConnorStevens as ConnorStevens,
    DenseMemory as DenseMemory,
    Dynamics as Dynamics,
    EIRates as EIRates,
    FitzHughNagumo as FitzHughNagumo,
    HindmarshRose as HindmarshRose,
    Hopfield as Hopfield,
    Izhikevich as Izhikevich,
    Model as Model,
    ModernHopfield as ModernHopfield,
    MorrisLecar as MorrisLecar,
    Neuron as Neuron,
    ThresholdLinear as ThresholdLinear,
    WangBuzsaki as WangBuzsaki,
    WilsonCowan as WilsonCowan,
    WinnerTakeAll as WinnerTakeAll,
    WongWang as WongWang,
    all_models as all_models,
)
from .networks import (  # noqa: E402
    Network as Network,
    Population as Population,
    Projection as Projection,
    inputs as inputs,
    simulate as simulate,
)
from .params import ParamError as ParamError, param as param  # noqa: E402

BrainPyObject = Module  # the lecture's name for it


LATER = ("analysis", "lessons", "panels", "vision")  # a first simulation does not need them, and two bring widgets


def __getattr__(name):
    """The parts that are loaded when first asked for."""
    if name in LATER:
        import importlib

        return importlib.import_module(f".{name}", __name__)
    raise missing_name(__name__, name, __dir__())


def __dir__():
    return sorted({*globals(), *LATER})
