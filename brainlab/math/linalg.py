"""bm.linalg: jax.numpy.linalg for `Array`s."""

import jax.numpy

from ._names import missing_name
from ._numpy import namespace

globals().update(namespace(jax.numpy.linalg))


def __getattr__(name):
    raise missing_name("bm.linalg", name, globals())
