"""Several devices: who they are, how arrays are spread over them, and how results come back."""

from __future__ import annotations

import jax
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from .errors import SimulationError

AXIS = "neurons"


def mesh_of(devices) -> Mesh | None:
    """devices : None for the one there is; a number of them, or a list of jax devices. With `jax.distributed` they are those
    of all processes, each of which makes the same call."""
    if devices is None:
        return None
    there = jax.devices()
    if isinstance(devices, int | np.integer) and not isinstance(devices, bool):
        if not 1 <= devices <= len(there):
            raise SimulationError(
                f"devices = {devices}: there {'is' if len(there) == 1 else 'are'} {len(there)}.",
                why="a CPU is one device, unless JAX is told before it starts to make several of it",
                try_='os.environ["XLA_FLAGS"] = "--xla_force_host_platform_device_count=2"   # before import jax',
            )
        devices = there[:devices]
    if not isinstance(devices, list | tuple) or not devices or not all(isinstance(d, jax.Device) for d in devices):
        raise SimulationError(
            f"devices = {devices!r:.60}: a number, or a list of jax devices, is expected.", try_="devices=jax.devices()"
        )
    return Mesh(np.array(devices), (AXIS,))


def spread(tree, size: int, mesh: Mesh):
    """Arrays (..., size) are cut along their last axis, one part for each device; everything else is everywhere."""
    if size % mesh.size:
        raise SimulationError(
            f"{size} neurons on {mesh.size} devices: each needs the same number.",
            try_=f"size={-(-size // mesh.size) * mesh.size}",
        )

    def put(x):
        x = np.asarray(x)
        axes = (None,) * (x.ndim - 1) + (AXIS,) if x.ndim and x.shape[-1] == size else ()
        return jax.make_array_from_callback(x.shape, NamedSharding(mesh, PartitionSpec(*axes)), lambda where: x[where])

    return jax.tree.map(put, tree)


def fetch(x) -> np.ndarray:
    """All of an array as NumPy, from the devices of other processes too."""
    if getattr(x, "is_fully_addressable", True):
        return np.asarray(x)
    from jax.experimental import multihost_utils

    return np.asarray(multihost_utils.process_allgather(x, tiled=True))
