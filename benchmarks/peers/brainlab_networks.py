"""brainlab as one of the peers of benchmarks/networks.py: in a process of its own, so that memory and first use are honest.

python brainlab_networks.py coba 4000                       then a seed and enter for each run
"""

import time

import numpy as np
from common import HH_CURRENTS, LIF_CURRENTS, TASKS, results, serve

import brainlab as bl


def make(task, n, seed, **options):
    """(what is simulated, its input)"""
    if task == "hh":  # the method that the others use; RK4 is our default
        return bl.Population(bl.HH(), n, method="exp_euler"), np.linspace(*HH_CURRENTS, n)
    if task == "lif":
        return bl.Population(bl.LIF(), n), np.linspace(*LIF_CURRENTS, n)
    from brainlab.networks import ready

    return getattr(ready, task)(n=n, seed=seed, **options), 0.0


def build(task, n, store=None):
    duration, dt, _ = TASKS[task]
    options = {} if store is None else {"store": store}
    built = [make(task, n, 1, **options)]

    def run(seed):
        target, inputs = built.pop() if built else make(task, n, seed, **options)
        start = time.perf_counter()
        run = bl.simulate(target, duration, dt=dt, inputs=inputs, monitors=())
        loop = time.perf_counter() - start
        spikes = run.spikes
        steps, neurons = np.nonzero(spikes) if isinstance(spikes, np.ndarray) else (spikes.steps, spikes.neurons)
        return results(task, n, loop, time.perf_counter() - start, steps, neurons)

    return run


if __name__ == "__main__":
    serve(build)
