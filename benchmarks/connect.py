"""The cost of connecting: every rule of bl.connect at 100,000 neurons with about 80 synapses each, 8 million in all.

    python benchmarks/connect.py                every rule
    python benchmarks/connect.py Ring Gaussian  some of them

A row is the median of several builds, another seed each time, from the call to a Connection in the store "padded" (of
ScaleFree "ragged") whose arrays are there. The peer is scipy.sparse.random with the same number of entries, in turn with
ours; it draws as FixedTotal does and gives a matrix in coordinates, one more step from rows that a network can use (`csr`).
"""

from __future__ import annotations

import statistics
import sys
import time

import jax
import numpy as np
import scipy.sparse

from brainlab import connect

N, K, ROUNDS = 100_000, 80, 5

RULES = {
    "FixedProbability": connect.FixedProbability(K / N),
    "FixedProbability, no self": connect.FixedProbability(K / N, self_connections=False),
    "FixedInDegree": connect.FixedInDegree(K),
    "FixedInDegree, multapses": connect.FixedInDegree(K, multapses=True),
    "FixedOutDegree": connect.FixedOutDegree(K),
    "FixedTotal": connect.FixedTotal(K * N),
    "FixedTotal, multapses": connect.FixedTotal(K * N, multapses=True),
    "Ring": connect.Ring(K),
    "Lattice": connect.Lattice(5.05, shape=(250, 400)),
    "Gaussian, ring": connect.Gaussian(K / N / np.sqrt(2 * np.pi)),
    "Gaussian, grid": connect.Gaussian(np.sqrt(K / N / (2 * np.pi)), shape=(250, 400)),
    "MexicanHat": connect.MexicanHat(0.005, 0.01, radius=0.016, shape=(250, 400)),
    "SmallWorld": connect.SmallWorld(K, 0.1),
    "ScaleFree": connect.ScaleFree(K // 2),
}


def seconds(build, seed):
    start = time.perf_counter()
    jax.block_until_ready(jax.tree.leaves(build(seed)))
    return time.perf_counter() - start


def row(name, build, peer):
    build(0)
    times = [(seconds(build, seed), peer(seed)) for seed in range(1, ROUNDS + 1)]
    ours, theirs = zip(*times, strict=True)
    ratio = statistics.median(b / a for a, b in times)
    spread = f"({min(ours):.2f}-{max(ours):.2f})"
    print(
        f"{name:<28} {statistics.median(ours):6.2f} s {spread:<13} scipy {statistics.median(theirs):6.2f} s   {ratio:5.1f} x"
    )


def peer(seed):
    start = time.perf_counter()
    scipy.sparse.random_array((N, N), density=K / N, format="csr", rng=np.random.default_rng(seed), dtype=np.float32)
    return time.perf_counter() - start


def main(names):
    chosen = {name: rule for name, rule in RULES.items() if not names or name.split(",")[0] in names}
    for name, rule in chosen.items():
        row(name, lambda seed, rule=rule: rule(N, N, seed=seed), peer)
    if not names:
        rule = connect.FixedProbability(K / N)
        row("FixedProbability, weights", lambda seed: rule(N, N, seed=seed, weight=connect.Normal(1.0, 0.1)), peer)
        rule = connect.FixedOutDegree(K, multapses=True)
        row("FixedOutDegree, just in time", lambda seed: rule(N, N, seed=seed, store="just_in_time"), peer)


if __name__ == "__main__":
    main(sys.argv[1:])
