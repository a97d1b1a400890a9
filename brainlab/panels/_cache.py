"""Compiled programs are kept on disk, so that a panel opens at once the next time; the compiler's memory is given back."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

import jax

_LONG = 0.02  # s; only a real compilation leaves megabytes behind


def keep_compiled_programs() -> None:
    """Switch JAX's cache of compiled programs on, unless the user has one. $BRAINLAB_CACHE names another folder."""
    if jax.config.jax_compilation_cache_dir:
        return
    folder = os.environ.get("BRAINLAB_CACHE") or Path.home() / ".cache" / "brainlab" / "jax"
    jax.config.update("jax_compilation_cache_dir", str(folder))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)


def give_memory_back() -> None:
    """After each compilation, hand the compiler's memory back to the system.

    glibc keeps what LLVM has freed: 40 MB after the first program, which counts against the 2 GB of a student on Binder.
    """
    if not sys.platform.startswith("linux"):
        return
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # not in every C library
    if trim is not None:

        def compiled(event, seconds, **kwargs):
            if event.endswith("backend_compile_duration") and seconds > _LONG:
                trim(0)

        jax.monitoring.register_event_duration_secs_listener(compiled)
