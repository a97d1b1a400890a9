"""How much memory is there, and will the synapses fit? Asked before anything is allocated."""

from __future__ import annotations

import os
from pathlib import Path

from .errors import ConnectError

MEMINFO = Path("/proc/meminfo")  # Linux
CGROUP = Path("/sys/fs/cgroup")  # the limit of a container, such as Binder's


def free_bytes() -> int | None:
    """What can still be allocated; None where the system does not say (Windows)."""
    found = []
    available = _table(MEMINFO).get("MemAvailable:")
    if available is not None:
        found.append(available * 1024)
    elif "SC_PHYS_PAGES" in getattr(os, "sysconf_names", {}):
        found.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    limit = CGROUP / "memory.max"
    if limit.exists() and limit.read_text().strip() != "max":
        used = int((CGROUP / "memory.current").read_text())
        cache = _table(CGROUP / "memory.stat").get("inactive_file", 0)  # counted as used, given back when asked for
        found.append(int(limit.read_text()) - used + cache)
    return min(found, default=None)


def _table(file) -> dict[str, int]:
    """Lines of a name and a whole number."""
    lines = file.read_text().splitlines() if file.exists() else []
    return {name: int(number) for name, number, *_ in map(str.split, lines)}


SYNAPSES = "every stored synapse takes 4 bytes for its target and 4 for a weight of its own, and building them more"


def check_fits(what: str, need: float, try_: str, why: str = SYNAPSES, error=ConnectError) -> None:
    """`need` bytes for `what`, or an error that says how many GB and what to do instead."""
    free = free_bytes()
    if free is not None and need > free:
        raise error(
            f"{what} need about {need / 1e9:,.1f} GB, and {max(free, 0) / 1e9:,.1f} GB of memory are free.",
            why=why,
            try_=try_,
        )
