"""A panel's `simulate`, compiled once per structure: moving a parameter never compiles, changing a size does, elsewhere."""

from __future__ import annotations

import threading

import jax
import numpy as np


class Program:
    """The jitted form of a function of pytrees; counts how often JAX traced it.

    >>> square = Program(lambda x: x * x)
    >>> square(3.0), square(4.0), square.traces
    (array(9., dtype=float32), array(16., dtype=float32), 1)
    """

    def __init__(self, function):
        self.traces = 0
        self._ready = set()

        def counted(*args):
            self.traces += 1
            return function(*args)

        self._jitted = jax.jit(counted)

    def __call__(self, *args):
        """The result as NumPy arrays."""
        result = jax.tree.map(np.asarray, jax.device_get(self._jitted(*args)))
        self._ready.add(structure(*args))
        return result

    def is_ready(self, *args) -> bool:
        return structure(*args) in self._ready

    def build(self, args, then) -> None:
        """Compile in a thread of its own, then call `then(error or None)`. Other structures go on being drawn meanwhile."""

        def work():
            try:
                self(*args)
            except Exception as error:  # it is shown in the panel by whoever asked
                then(error)
            else:
                then(None)

        threading.Thread(target=work, name="brainlab-compile", daemon=True).start()


def structure(*args):
    """What decides whether the compiled code fits: the tree with its structural parameters, and the shapes in it."""
    leaves, tree = jax.tree.flatten(args)
    return tree, tuple(np.shape(leaf) for leaf in leaves)
