"""float32 unless you ask for float64."""

from __future__ import annotations

import threading

import jax


class _Blocks(threading.local):
    open = 0  # blocks of this thread


_blocks = _Blocks()


class enable_x64:
    """Compute with 64-bit numbers: as a switch for a whole lesson, or for one block.

    The default is float32: faster, and exact enough for pictures. Convergence studies, thresholds and references need
    float64. Arrays and Variables keep the dtype that they were made with.

    >>> import brainlab.math as bm
    >>> with bm.enable_x64():
    ...     bm.array(0.1).dtype
    dtype('float64')
    >>> bm.array(0.1).dtype
    dtype('float32')

    `bm.enable_x64()` on a line of its own switches from here on, `bm.enable_x64(False)` back.
    """

    def __init__(self, enable: bool = True):
        self.enable, self.inside = enable, bool(_blocks.open)
        if self.inside:  # a block is for its thread only, and so is what happens in it
            self.context = jax.enable_x64(enable)
            self.context.__enter__()
        else:
            self.before = jax.config.jax_enable_x64
            jax.config.update("jax_enable_x64", enable)

    def __enter__(self):
        if not self.inside:  # it turns out to be a block: the switch for all is taken back
            jax.config.update("jax_enable_x64", self.before)
            self.context = jax.enable_x64(self.enable)
            self.context.__enter__()
        _blocks.open += 1
        return self

    def __exit__(self, *exc):
        _blocks.open -= 1
        return self.context.__exit__(*exc)

    def __repr__(self):
        return f"64-bit numbers are {'on' if self.enable else 'off'}"
