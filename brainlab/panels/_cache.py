"""Compiled programs are kept on disk, so that a panel opens at once the second time."""

from __future__ import annotations

import os
from pathlib import Path

import jax


def keep_compiled_programs() -> None:
    """Switch JAX's cache of compiled programs on, unless the user has one. $BRAINLAB_CACHE names another folder."""
    if jax.config.jax_compilation_cache_dir:
        return
    folder = os.environ.get("BRAINLAB_CACHE") or Path.home() / ".cache" / "brainlab" / "jax"
    jax.config.update("jax_compilation_cache_dir", str(folder))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)
