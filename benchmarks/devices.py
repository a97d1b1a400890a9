"""A network on one device, on two of one process, and in two processes: what a second one costs, or saves.

    python benchmarks/devices.py              COBA and Brunel, 4000 and 20000 neurons

Each way has processes of its own, which build, run once to compile, and are then timed; medians of three runs. Two devices
of a CPU are two threads of the same processor: with two cores there is little to be won, and the exchange shows. COBA's
delay is one step, so devices talk at every step; Brunel's is 15 steps.
"""

from __future__ import annotations

import json
import os
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve()
SIZES, DURATION = (4000, 20_000), 300.0  # ms


def measure(how, network, n, port=None, number=None):
    """One process: prints the median time of a run and its number of spikes."""
    import jax

    if how == "process":
        jax.config.update("jax_cpu_collectives_implementation", "gloo")
        jax.distributed.initialize(f"127.0.0.1:{port}", num_processes=2, process_id=int(number))
    import brainlab as bl
    from brainlab.networks import ready

    made = {"coba": lambda: ready.coba(n=int(n), seed=1), "brunel": lambda: ready.brunel(5.0, 2.0, n=int(n))}[network]()
    devices, times = None if how == "one" else 2, []
    for _ in range(4):
        start = time.perf_counter()
        run = bl.simulate(made, DURATION, dt=0.1, monitors=(), devices=devices)
        times.append(time.perf_counter() - start)
    print(json.dumps({"run": statistics.median(times[1:]), "first": times[0], "spikes": run.spikes.count}), flush=True)


def started(how, network, n, *more):
    env = {k: v for k, v in os.environ.items() if k != "XLA_FLAGS"}
    if how == "two":
        env["XLA_FLAGS"] = "--xla_force_host_platform_device_count=2"
    return subprocess.Popen(
        [sys.executable, HERE, how, network, str(n), *map(str, more)], env=env, stdout=subprocess.PIPE, text=True
    )


def result(process):
    return json.loads(process.communicate()[0].splitlines()[-1])


def main():
    print(f"{DURATION:g} ms of the network in steps of 0.1 ms; s for a run, without compilation\n")
    print(f"{'':<16}{'one device':>12}{'two devices':>14}{'two processes':>16}   same spikes")
    for network in ("coba", "brunel"):
        for n in SIZES:
            rows = [result(started(how, network, n)) for how in ("one", "two")]
            with socket.socket() as s:
                s.bind(("127.0.0.1", 0))
                port = s.getsockname()[1]
            rows.append([result(p) for p in [started("process", network, n, port, k) for k in (0, 1)]][0])
            a, b, c = (row["run"] for row in rows)
            same = len({row["spikes"] for row in rows}) == 1
            print(f"{network:<8}{n:<8}{a:>12.3f}{b:>14.3f}{c:>16.3f}   {same}", flush=True)


if __name__ == "__main__":
    measure(*sys.argv[1:]) if sys.argv[1:] else main()
