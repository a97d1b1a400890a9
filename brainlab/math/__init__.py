"""brainlab.math, `bm` for short: NumPy-like arrays, Variables, and transforms that know about them."""

from ._names import missing_name
from ._numpy import numpy_namespace

globals().update(numpy_namespace())  # bm.zeros, bm.dot, bm.sin, ...; what follows takes precedence

from . import (  # noqa: E402
    counter as counter,
    errors as errors,
    event as event,
    fft as fft,
    linalg as linalg,
    random as random,
    sparse as sparse,
)
from ._trace import disable_jit as disable_jit  # noqa: E402
from ._array import Array as Array  # noqa: E402
from .branches import cond as cond, ifelse as ifelse  # noqa: E402
from .dtypes import enable_x64 as enable_x64  # noqa: E402
from .explain import explain as explain  # noqa: E402
from .gradients import (  # noqa: E402
    checkpoint as checkpoint,
    grad as grad,
    hessian as hessian,
    jacobian as jacobian,
    value_and_grad as value_and_grad,
    vector_grad as vector_grad,
)
from .jit import jit as jit  # noqa: E402
from .loops import for_loop as for_loop, scan as scan, while_loop as while_loop  # noqa: E402
from .module import Module as Module  # noqa: E402
from .variable import Variable as Variable  # noqa: E402
from .vmap import vmap as vmap  # noqa: E402


def __getattr__(name):
    raise missing_name("brainlab.math", name, globals())
