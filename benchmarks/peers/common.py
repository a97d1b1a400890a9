"""What all peers of benchmarks/networks.py share: the tasks, what is measured, and how a peer is asked to run.

A peer builds its network, says so, then runs once for each line it reads (a seed), and prints one line of JSON each time.
So it compiles once, and the runs of all the tools can take turns. Needs NumPy only: it is imported in every environment.
"""

import json
import re
import sys
import time
from pathlib import Path

import numpy as np

TASKS = {  # ms: duration, step, and from when on spikes count
    "coba": (1000.0, 0.1, 200.0),
    "cuba": (1000.0, 0.1, 200.0),
    "hh": (200.0, 0.01, 0.0),  # cells alone, with currents of their own
    "lif": (1000.0, 0.1, 0.0),
}
SYNAPSES = 80  # outgoing ones of a neuron, on average: each pair is connected with probability SYNAPSES / n
HH_CURRENTS = (6.5, 9.5)  # uA/cm2, spread evenly over the cells: 62 Hz on average
LIF_CURRENTS = (1.0, 2.5)  # nA, times 10 MOhm; half of the cells are below threshold or close to it


def serve(build):
    """build(task, n, *options) makes a network and gives back run(seed) -> what came out, a dict."""
    task, n, *options = sys.argv[1:]
    start = time.perf_counter()
    run = build(task, int(n), *options)
    tell(build=time.perf_counter() - start)
    for line in sys.stdin:
        tell(**run(int(line)))


def tell(**numbers):
    print(json.dumps(numbers), flush=True)


def results(task, n, run, whole, steps, neurons, memory=None) -> dict:
    """One run: its time in s, that of everything around it, and the spikes, the step and the neuron of each."""
    duration, dt, since = TASKS[task]
    rate, cv = rate_and_cv(np.asarray(steps), np.asarray(neurons), n, since / dt, duration / dt, dt)
    return dict(run=run, whole=whole, rate=rate, cv=cv, memory=peak_memory() if memory is None else memory)


def rate_and_cv(steps, neurons, n, first, last, dt):
    """Hz, and the mean over the neurons with three spikes or more of the variation of their intervals."""
    kept = (steps >= first - 1e-6) & (steps < last)
    order = np.lexsort((steps[kept], neurons[kept]))
    steps, neurons = steps[kept][order], neurons[kept][order]
    same = neurons[1:] == neurons[:-1]
    gaps, owner = np.diff(steps)[same].astype(float), neurons[1:][same]
    count = np.bincount(owner, minlength=n)
    many = count > 1
    mean = np.bincount(owner, gaps, n)[many] / count[many]
    square = np.bincount(owner, gaps**2, n)[many] / count[many]
    cv = np.sqrt(np.maximum(0, square - mean**2)) / mean
    return len(steps) / n / ((last - first) * dt / 1000), float(cv.mean()) if len(cv) else 0.0


def peak_memory(status="/proc/self/status") -> float:
    """MB of this program alone. ru_maxrss would be wrong: it starts with what the program that started it had used."""
    return int(re.search(r"VmHWM:\s+(\d+)", Path(status).read_text())[1]) / 1024
