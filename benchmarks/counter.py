"""The cost of random numbers that are drawn at every step: brainlab.math.counter beside jax.random, in one run.

    python benchmarks/counter.py              4000 and 100000 elements
    python benchmarks/counter.py 4000         one size

Each draw stands inside a compiled loop of many steps, where a simulation has it. Both sides are timed in turn, in one
process; the times are medians per step, without that of the loop that only adds.
"""

from __future__ import annotations

import statistics
import sys
import time

import jax
import jax.numpy as jnp

import brainlab.math as bm  # first: it tells XLA to keep small loops whole

ROUNDS = 15


def keyed(draw):
    """jax.random as it is used in a loop: the key of a step is folded out of one key."""
    return lambda seed, rate, step, n: draw(jax.random.fold_in(jax.random.key(seed), step), rate, n)


def counter(draw):
    return lambda seed, rate, step, n: draw(seed, rate, step, n).value


PAIRS = {
    "bits": (
        counter(lambda seed, rate, step, n: bm.counter.bits(seed, step, n)),
        keyed(lambda key, rate, n: jax.random.bits(key, (n,))),
    ),
    "uniform": (
        counter(lambda seed, rate, step, n: bm.counter.uniform(seed, step, n)),
        keyed(lambda key, rate, n: jax.random.uniform(key, (n,))),
    ),
    "normal": (
        counter(lambda seed, rate, step, n: bm.counter.normal(seed, step, n)),
        keyed(lambda key, rate, n: jax.random.normal(key, (n,))),
    ),
    "poisson, rate 0.5, most 1": (
        counter(lambda seed, rate, step, n: bm.counter.poisson(rate, seed, step, n, most=1.0)),
        keyed(lambda key, rate, n: jax.random.poisson(key, rate, (n,))),
    ),
    "poisson, rate 0.5": (
        counter(lambda seed, rate, step, n: bm.counter.poisson(rate, seed, step, n)),
        keyed(lambda key, rate, n: jax.random.poisson(key, rate, (n,))),
    ),
    "poisson, rate 0.5 for each": (
        counter(lambda seed, rate, step, n: bm.counter.poisson(jnp.broadcast_to(rate, n), seed, step, n)),
        keyed(lambda key, rate, n: jax.random.poisson(key, jnp.broadcast_to(rate, n), (n,))),
    ),
    "poisson, rate 10": (
        counter(lambda seed, rate, step, n: bm.counter.poisson(20 * rate, seed, step, n, most=10.0)),
        keyed(lambda key, rate, n: jax.random.poisson(key, 20 * rate, (n,))),
    ),
}


def loop(draw, n, steps):
    """f(seed, rate): the sum of a draw at each of `steps` steps."""

    def total(seed, rate):
        step = lambda k, y: y + draw(seed, rate, k, n)  # noqa: E731
        return jax.lax.fori_loop(0, steps, step, jnp.zeros_like(draw(seed, rate, 0, n)))

    compiled = jax.jit(total)
    seed, rate = jnp.uint32(1), jnp.float32(0.5)
    return lambda: jax.block_until_ready(compiled(seed, rate))


def microseconds(f, steps) -> float:
    start = time.perf_counter()
    f()
    return (time.perf_counter() - start) / steps * 1e6


def compare(name, n):
    steps = max(20, 800_000 // n)
    ours, theirs = (loop(draw, n, steps) for draw in PAIRS[name])
    plain = loop(lambda seed, rate, step, n: jnp.full(n, rate * step), n, steps)
    for f in (ours, theirs, plain):
        f()
    times = [[microseconds(f, steps) for f in (ours, theirs, plain)] for _ in range(ROUNDS)]
    a, b, c = map(statistics.median, zip(*times, strict=True))
    print(
        f"{name:<28} n = {n:<7} counter {a - c:9.2f} us  jax.random {b - c:9.2f} us  ratio {(b - c) / (a - c):6.1f}",
        flush=True,
    )


if __name__ == "__main__":
    for size in map(int, sys.argv[1:] or ("4000", "100000")):
        for row in PAIRS:
            compare(row, size)
