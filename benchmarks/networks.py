"""Spiking networks: brainlab beside hand-written C, Brian2's generated C++ and BrainPy, in one run.

    python benchmarks/networks.py                                    COBA and CUBA, 4000 neurons: brainlab and C
    python benchmarks/networks.py coba --n 4000 20000 100000         other sizes
    python benchmarks/networks.py coba cuba hh lif --brian2-python brian/bin/python --brainpy-python rival/bin/python

1 s of the networks of Brette et al. (2007) in steps of 0.1 ms, 80 synapses a neuron; cells alone: 1000 x Hodgkin-Huxley for
200 ms in steps of 0.01 ms, 1000 x LIF for 1 s. Each tool has a process of its own and builds once; then they run in turn,
and medians are given. What is simulated, and how the environments of the peers are made, is written in benchmarks/peers.

first use : s, from the start of the process to the first result: import, build, compile, run
build     : s, until it can run. Brian2: C++ is written and compiled; C: gcc and the tables. JAX compiles in the first run
run       : s, the loop alone, as each tool times it; in brackets the fastest
whole     : s, one run with what a user waits for besides: start of the program, tables, spikes fetched
x C       : run over that of the C program, the median of the rounds
Brian2 x  : Brian2's run over this one, likewise
MB        : peak memory of the process; Brian2: the C++ program + the Python that wrote it, without the compiler
Hz, CV    : from 200 ms on (cells alone: from 0 on), means over the rounds, which have different seeds
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PEERS = Path(__file__).resolve().parent / "peers"
ALONE = ("hh", "lif")  # cells without synapses: always 1000 of them, and no C program
HOW = {
    "brian2": 'python -m venv brian && brian/bin/pip install "brian2==2.9.0" "numpy<2.4" setuptools',
    "brainpy": 'python -m venv rival && rival/bin/pip install "brainpy==2.8.2" numba',
}
AIMS = {("coba", 4000): 2.5, ("coba", 100_000): 1.5, ("hh", 1000): 3.0}  # times as fast as Brian2
AIMS |= {("cuba", n): 1.2 for n in (4000, 20_000, 100_000)}
AIM_C = 3.0  # at most so many times the C program
TOOLS = ["c", "brainlab", "brian2", "brian2-float32", "brainpy"]


class Program:
    """The C program: compiled here, started anew for each run."""

    def __init__(self, task, n):
        self.folder = tempfile.TemporaryDirectory()
        self.command = [f"{self.folder.name}/networks", task, str(n)]
        start = time.perf_counter()
        flags = ["-O3", "-march=native", "-ffast-math"]
        subprocess.run(["gcc", *flags, PEERS / "networks.c", "-o", self.command[0], "-lm"], check=True)
        gcc = time.perf_counter() - start
        self.first = self.run(1)
        self.first_use, self.build = gcc + self.first["whole"], gcc + self.first["build"]

    def run(self, seed):
        start = time.perf_counter()
        done = subprocess.run([*self.command, str(seed)], check=True, capture_output=True, text=True)
        return json.loads(done.stdout) | {"whole": time.perf_counter() - start}

    def close(self):
        self.folder.cleanup()


class Peer:
    """A Python process that builds once, and runs whenever it reads a seed."""

    def __init__(self, python, script, task, n, *options):
        self.errors = tempfile.TemporaryFile("w+")
        command = [python, PEERS / script, task, str(n), *options]
        start = time.perf_counter()
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=self.errors, text=True)
        self.build = self.read()["build"]
        self.first = self.run(1)
        self.first_use = time.perf_counter() - start

    def run(self, seed):
        self.process.stdin.write(f"{seed}\n")
        self.process.stdin.flush()
        return self.read()

    def read(self):
        for line in self.process.stdout:
            if line.startswith("{"):  # the tools may print things of their own
                return json.loads(line)
        self.errors.seek(0)
        raise RuntimeError("".join(self.errors.readlines()[-1:]).strip() or "it ended without a word")

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def tools(task, n, args):
    """(name, how to start it) for each tool that was asked for and is there."""
    scripts = {
        "brainlab": (sys.executable, "brainlab_networks.py"),
        "brian2": (args.brian2_python, "brian2_networks.py"),
        "brian2-float32": (args.brian2_python, "brian2_networks.py", "float32"),
        "brainpy": (args.brainpy_python, "brainpy_networks.py"),
    }
    for name in args.tools:
        if name == "c":
            if task not in ALONE:
                yield name, lambda: Program(task, n)
        elif (python := scripts[name][0]) is None:
            peer = name.removesuffix("-float32")
            print(f"{name}: skipped, there is no --{peer}-python PATH. {HOW[peer]}")
        else:
            script, *options = scripts[name][1:]
            yield name, lambda python=python, script=script, options=options: Peer(python, script, task, n, *options)


def compare(task, n, args):
    print(f"\n{task.upper()}, {n} neurons, {args.rounds} rounds, load {os.getloadavg()[0]:.1f} before", flush=True)
    started, rows = {}, {}
    for name, start in tools(task, n, args):
        try:
            started[name] = start()
            rows[name] = []
        except (RuntimeError, OSError, subprocess.CalledProcessError) as error:
            print(f"{name}: skipped, it failed. {error}", flush=True)
    for seed in range(2, 2 + args.rounds):
        for name, tool in started.items():
            rows[name].append(tool.run(seed))
    for tool in started.values():
        tool.close()
    header = ("first use", "build", "first run", "run", "", "whole", "x C", "Brian2 x", "MB", "Hz", "CV")
    print(f"{'':<15}" + "".join(f"{h:>11}" for h in header))
    for name, tool in started.items():
        print(f"{name:<15}" + "".join(f"{cell:>11}" for cell in cells(name, tool, rows)))
    print(f"load {os.getloadavg()[0]:.1f} after" + aims(task, n, rows), flush=True)


def cells(name, tool, rows):
    def of(key, summary=statistics.median):
        return summary(row[key] for row in rows[name])

    yield from (f"{tool.first_use:.2f}", f"{tool.build:.2f}", f"{tool.first['run']:.3f}")
    yield from (f"{of('run'):.4f}", f"({of('run', min):.4f})", f"{of('whole'):.4f}")
    yield from (f"{ratio(rows, name, 'c'):.2f}", f"{ratio(rows, 'brian2', name):.2f}")
    yield f"{of('memory', max):.0f}" + (f" + {of('writer', max):.0f}" if "writer" in tool.first else "")
    yield from (f"{of('rate', statistics.mean):.2f}", f"{of('cv', statistics.mean):.3f}")


def ratio(rows, above, below):
    if above not in rows or below not in rows:
        return float("nan")
    return statistics.median(a["run"] / b["run"] for a, b in zip(rows[above], rows[below], strict=True))


def aims(task, n, rows):
    text = ""
    if "brainlab" in rows and "brian2" in rows and (task, n) in AIMS:
        text += f"   times as fast as Brian2: {ratio(rows, 'brian2', 'brainlab'):.2f}, aim {AIMS[task, n]}"
    if "brainlab" in rows and "c" in rows:
        text += f"   times the C program: {ratio(rows, 'brainlab', 'c'):.2f}, aim {AIM_C} at most"
    return text


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tasks", nargs="*", default=["coba", "cuba"], metavar="coba|cuba|hh|lif")
    parser.add_argument("--n", nargs="+", type=int, default=[4000])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--tools", nargs="+", default=TOOLS, choices=TOOLS)
    parser.add_argument("--brian2-python", metavar="PATH", help=HOW["brian2"])
    parser.add_argument("--brainpy-python", metavar="PATH", help=HOW["brainpy"])
    args = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}")
    for task in args.tasks:
        for n in [1000] if task in ALONE else args.n:
            compare(task, n, args)


if __name__ == "__main__":
    main()
