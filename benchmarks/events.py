"""The cost of delivering spikes: event-driven beside the products that look at every synapse, in one run.

    python benchmarks/events.py              4000 neurons, 80 synapses each; writes events.svg into docs/ and the course
    python benchmarks/events.py 20000        more neurons (no picture, and no dense matrix above 8000: it would be 1.6 GB)

One step is y + spikes @ W inside a compiled loop; the spikes are others in every step. All sides are timed in turn, in one
process, for several rounds; what is printed are medians, and ratios of medians. Weights and tables are arguments of the
compiled function: what it could see as constants it would unroll into something else.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
from jax.experimental.sparse import BCOO

import brainlab.math as bm
from brainlab.svg import COLORS, DASHES, Axes, Layer, compose

K, ROUNDS = 80, 9
SHARES = (0.001, 0.01, 0.1)  # of the neurons that spike in one step
DENSE_MOST = 8000


def by_matrix(s, y, tables):
    return y + s.astype(y.dtype) @ tables["matrix"]


def by_bcoo(s, y, tables):
    return y + s.astype(y.dtype) @ tables["bcoo"]


def by_segment_sum(s, y, tables):
    sent = jnp.where(s[:, None], tables["weights"], 0).ravel()
    return y + jax.ops.segment_sum(sent, tables["targets"].ravel(), num_segments=len(y))


def by_propagate(s, y, tables):
    return bm.event.propagate(s, y, tables["targets"], tables["weights"]).value


def by_ragged(s, y, tables):
    return tables["ragged"].add(s, y).value


def by_deliver(s, y, tables):
    """As a network does it: straight into a vector that has one place more."""
    return bm.event._deliver(bm.event.pack(s).value, y, tables["targets"], tables["weights"])


SIDES = {  # how it is done, and how many steps are timed at once
    "dense matrix": (by_matrix, 4),
    "BCOO": (by_bcoo, 20),
    "segment_sum": (by_segment_sum, 40),
    "propagate": (by_propagate, 1000),
    "Ragged.add": (by_ragged, 1000),
    "deliver, in place": (by_deliver, 1000),
}


def network(n):
    r = np.random.default_rng(0)
    targets = np.sort(r.integers(0, n, (n, K)).astype(np.int32), axis=1)
    weights = r.random((n, K)).astype(np.float32)
    connection = bm.sparse.Padded(targets, weights, n)
    tables = {"targets": jnp.asarray(targets), "weights": jnp.asarray(weights), "ragged": connection.ragged()}
    indices = np.stack([np.repeat(np.arange(n), K), targets.ravel()], 1)
    tables["bcoo"] = BCOO((jnp.asarray(weights.ravel()), jnp.asarray(indices)), shape=(n, n))
    if n <= DENSE_MOST:
        tables["matrix"] = connection.dense().value
    return tables


def looped(side, steps):
    def step(_, carry):
        s, y, tables = carry
        return jnp.roll(s, 1), side(s, y, tables), tables

    return jax.jit(lambda s, y, tables: jax.lax.fori_loop(0, steps, step, (s, y, tables))[1])


def seconds(f, *args) -> float:
    start = time.perf_counter()
    jax.block_until_ready(f(*args))
    return time.perf_counter() - start


def measure(n):
    """name -> one median per share, in microseconds a step"""
    tables, r = network(n), np.random.default_rng(1)
    sides = {name: side for name, side in SIDES.items() if name != "dense matrix" or n <= DENSE_MOST}
    loops = {name: (looped(side, steps), steps) for name, (side, steps) in sides.items()}
    medians = {name: [] for name in sides}
    for share in SHARES:
        spikes = np.zeros(n, bool)
        spikes[r.choice(n, round(share * n), replace=False)] = True
        args = {name: (jnp.asarray(spikes), jnp.zeros(n + (name == "deliver, in place")), tables) for name in sides}
        times = {name: [] for name in sides}
        for _ in range(ROUNDS + 1):
            for name, (f, steps) in loops.items():
                times[name].append(seconds(f, *args[name]) / steps * 1e6)
        for name in sides:
            medians[name].append(statistics.median(times[name][1:]))  # the first one compiles
    return medians


def report(n, medians):
    print(
        f"\n{n} neurons, {K} synapses each; medians of {ROUNDS} rounds, us a step (ns for each synapse that a spike crosses)"
    )
    first = next(iter(medians))
    for k, share in enumerate(SHARES):
        print(f"  {share:.1%} spike: {round(share * n)} neurons, {round(share * n) * K} events")
        for name, us in medians.items():
            each = us[k] * 1e3 / (round(share * n) * K)
            print(f"    {name:<20} {us[k]:10.2f} us  {each:9.2f} ns   {first} / this {medians[first][k] / us[k]:8.1f}")


def draw(n, medians):
    axes = Axes(
        "log10 of the share of neurons that spike",
        "log10 of us a step",
        f"{n} neurons, {K} synapses each",
        y_range=(0.0, 0.6 + np.log10(max(map(max, medians.values())))),  # room for the names
        height=320,
    )
    for i, (name, us) in enumerate(medians.items()):
        style = dict(color=COLORS[i], dash=list(DASHES)[i % len(DASHES)])
        x, y = np.log10(SHARES), np.log10(us)
        axes.layers += [Layer(x, y, name, **style), Layer(x, y, kind="points", **style)]
    picture = compose([axes], width=760, description="Cost of a step against the share of neurons that spike, six ways")
    for folder in ("docs", "course/pictures"):  # students have a copy of the course alone
        picture.save(Path(__file__).parent.parent / folder / "events.svg")
    print("written: events.svg")


if __name__ == "__main__":
    print(f"Python {sys.version.split()[0]}, jax {jax.__version__}, {jax.devices()[0].platform}, float32")
    for n in map(int, sys.argv[1:] or ["4000"]):
        medians = measure(n)
        report(n, medians)
        if n == 4000:
            ratio = medians["dense matrix"][0] / medians["propagate"][0]
            print(f"dense matrix over propagate at {SHARES[0]:.1%}: {ratio:.0f}   aim: at least 100")
            draw(n, medians)
