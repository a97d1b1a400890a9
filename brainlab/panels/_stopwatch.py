"""What one step of spikes times connections costs, counted and measured: the three ways that P13b compares."""

from __future__ import annotations

import threading
import time

import jax
import jax.numpy as jnp
import numpy as np

from ..math import _events

WAYS = ("dense", "sparse", "event")
SHARES = np.logspace(-4, 0, 9)  # of the neurons, that spike in the steps that are measured
LARGEST = 2**26  # bytes of a dense matrix that is made in order to be measured: 64 MB, 4000 neurons
SHORT, MOST = 1e-3, 10_000  # s that one run should last, and how many steps it has at most
ROUNDS = 9  # of which the shortest counts


def operations(N: int, K: int, share: float) -> dict[str, float]:
    """Multiplications with additions in one step, by way: every place of the matrix, every synapse, every event.

    >>> operations(N=4000, K=80, share=0.001)
    {'dense': 16000000.0, 'sparse': 320000.0, 'event': 320.0}
    """
    return {"dense": float(N * N), "sparse": float(N * K), "event": N * K * share}


def dense(spikes, y, matrix):
    """Every place of the (N, N) matrix, most of which are 0."""
    return y + spikes.astype(y.dtype) @ matrix


def sparse(spikes, y, targets, weights):
    """Every synapse, also of the neurons that are silent."""
    sent = jnp.where(spikes[:, None], weights, 0.0).ravel()
    return y + jax.ops.segment_sum(sent, targets.ravel(), num_segments=len(y))


def event(spikes, y, targets, weights):
    """The synapses of the neurons that spike, and no others; what bm.event.propagate does inside."""
    return _events.propagate(spikes, y, targets, weights)


def repeated(way):
    """`way` many times in one compiled loop: called one by one, the calls would be measured. The number is traced."""

    def run(times, spikes, y, *tables):
        def step(_, carry):
            spikes, y = carry
            return jnp.roll(spikes, 1), way(spikes, y, *tables)  # others spike in every step

        return jax.lax.fori_loop(0, times, step, (spikes, y))[1]

    return jax.jit(run)


_RUNS = {way.__name__: repeated(way) for way in (dense, sparse, event)}


def connections(N: int, K: int):
    """targets and weights (N, K) by chance, as a network has them."""
    r = np.random.default_rng(0)
    targets = np.sort(r.integers(0, N, (N, K)).astype(np.int32), axis=1)
    return targets, r.random((N, K)).astype(np.float32)


class Timed:
    """One product, ready to be timed: `run()` is us a step, of so many steps that the clock can tell."""

    def __init__(self, way: str, *args):
        self.way, self.args, self.steps, self.best = way, args, 1, np.inf
        self.run()  # compiles
        while (us := min(self.run() for _ in range(3))) * self.steps < 1e6 * SHORT and self.steps < MOST:
            self.steps = int(min(MOST, 20 * self.steps, 1 + 1.3e6 * SHORT / us))
        self.best = np.inf  # the first ones were too short

    def run(self) -> float:
        begin = time.perf_counter()
        _RUNS[self.way](self.steps, *self.args).block_until_ready()
        us = 1e6 * (time.perf_counter() - begin) / self.steps
        self.best = min(self.best, us)
        return us


def measure(N: int, K: int) -> dict:
    """us a step by way, for each of SHARES; nan for a dense matrix above LARGEST.

    The dense and the sparse product do the same whoever spikes: they are measured once. All take turns, so that what else
    the machine has to do meets all alike.
    """
    targets, weights = connections(N, K)
    tables, y = (jnp.asarray(targets), jnp.asarray(weights)), jnp.zeros(N)
    order = np.random.default_rng(1).permutation(N)
    spikes = [jnp.asarray(order < max(1, round(share * N))) for share in SHARES]
    timed = [Timed("event", s, jnp.zeros(N + 1), *tables) for s in spikes]
    timed.append(Timed("sparse", spikes[0], y, *tables))
    if 4 * N * N <= LARGEST:
        matrix = jnp.zeros((N, N)).at[jnp.arange(N)[:, None], tables[0]].add(tables[1])
        timed.append(Timed("dense", spikes[0], y, matrix))
    for _ in range(ROUNDS):
        for product in timed:
            product.run()
    us = {way: np.array([product.best for product in timed if product.way == way] or [np.nan]) for way in WAYS}
    return {way: np.broadcast_to(best, len(SHARES)) for way, best in us.items()}


class Stopwatch:
    """Measures in a thread of its own, one thing at a time, and remembers. `known(N, K)` is None until it is done.

    >>> watch = Stopwatch()
    >>> watch.start(100, 10, then=lambda: None); watch.wait(); sorted(watch.known(100, 10))
    ['dense', 'event', 'sparse']
    """

    def __init__(self):
        self._lock, self._known, self._thread = threading.Lock(), {}, None

    def known(self, N: int, K: int):
        return self._known.get((N, K))

    @property
    def running(self) -> bool:
        thread = self._thread  # it forgets itself when it is done
        return thread is not None and thread.is_alive()

    def start(self, N: int, K: int, then, anew: bool = False):
        """Measure, then call `then()`. Nothing happens while something is being measured, or if it is known."""
        with self._lock:
            if self.running or (self.known(N, K) is not None and not anew):
                return

            def work():
                try:
                    self._known[N, K] = measure(N, K)
                finally:
                    self._thread = None
                    then()

            # Not a daemon: Python may not end in the middle of compiled code. It is over in a second or two.
            self._thread = threading.Thread(target=work, name="brainlab-stopwatch")
            self._thread.start()

    def wait(self):
        """Until nothing is being measured."""
        thread = self._thread
        if thread is not None:
            thread.join()
