"""bm.fft: jax.numpy.fft for `Array`s."""

import jax.numpy

from ._names import missing_name
from ._numpy import namespace

globals().update(namespace(jax.numpy.fft))


def __getattr__(name):
    raise missing_name("bm.fft", name, globals())
