"""The cost of the object-oriented layer: brainlab against raw JAX doing the same with explicit state, in one run.

    python benchmarks/core.py          prints medians, the range, and the ratio; BrainPy beside them where it is installed

Each row times both sides in turn, several rounds, and gives the median of the ratios, so that a machine that is busy
with other things changes both sides alike.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

import jax
import jax.numpy as jnp
import numpy as np

import brainlab as bl
import brainlab.math as bm

try:
    import brainpy.math as bp_math
except ImportError:
    bp_math = None


def per_call(f, seconds=0.05) -> float:
    """us per call, over as many calls as fit."""
    n = 1
    while True:
        start = time.perf_counter()
        for _ in range(n):
            out = f()
        jax.block_until_ready(jax.tree.leaves(out))
        took = time.perf_counter() - start
        if took > seconds:
            return took / n * 1e6
        n = max(n * 2, int(n * seconds / max(took, 1e-9)))


def compare(name, ours, theirs, rounds=15, limit=None, other="raw JAX"):
    ours(), theirs(), ours(), theirs()
    pairs = [(per_call(ours), per_call(theirs)) for _ in range(rounds)]
    ratios = sorted(a / b for a, b in pairs)
    ratio, a, b = (statistics.median(x) for x in (ratios, [p[0] for p in pairs], [p[1] for p in pairs]))
    aim = f"   aim {limit}" if limit else ""
    print(f"{name:<46} {a:10.1f} us   {other} {b:10.1f} us   ratio {ratio:6.2f} ({ratios[0]:.2f}-{ratios[-1]:.2f}){aim}")


class State(bl.Module):
    def __init__(self, n):
        self.parts = [bm.Variable(bm.zeros(10) + i) for i in range(n)]

    def step(self, x):
        for part in self.parts:
            part.value = part + x
        return x * 2


def call_overhead(n, limit):
    ours = bm.jit(State(n).step)
    raw = jax.jit(lambda state, x: ([s + x for s in state], x * 2))
    state, x = [jnp.zeros(10) + i for i in range(n)], jnp.float32(1.0)

    def theirs():
        nonlocal state
        state, y = raw(state, x)
        return y

    compare(f"jit call, {n} Variable(s)", lambda: ours(x), theirs, limit=limit)
    if bp_math is not None:
        parts = [bp_math.Variable(jnp.zeros(10) + i) for i in range(n)]

        def step(x):
            for part in parts:
                part.value = part + x
            return x * 2

        brainpy = bp_math.jit(step)
        compare(f"  the same, {n}", lambda: ours(x), lambda: brainpy(x), other="BrainPy")


def loop_again():
    V, xs = bm.Variable(0.0), jnp.arange(1000.0)

    def body(x):
        V.value = V + x
        return V.value

    def step(carry, x):
        return carry + x, carry + x

    compare("for_loop again, 1000 steps", lambda: bm.for_loop(body, xs), lambda: jax.lax.scan(step, 0.0, xs), limit="2")
    jitted = jax.jit(lambda c, xs: jax.lax.scan(step, c, xs))
    compare("  the same, lax.scan inside jax.jit", lambda: bm.for_loop(body, xs), lambda: jitted(0.0, xs))
    fresh = lambda: bm.for_loop(lambda x: body(x), xs)  # noqa: E731
    compare("  the same, a new lambda every time", fresh, lambda: jax.lax.scan(step, 0.0, xs))
    if bp_math is not None:
        W = bp_math.Variable(jnp.zeros(()))

        def their_body(x):
            W.value = W + x
            return W.value

        theirs = lambda: bp_math.for_loop(their_body, xs)  # noqa: E731
        compare("  the same", lambda: bm.for_loop(body, xs), theirs, rounds=3, other="BrainPy")


def progress_bar():
    V, xs = bm.Variable(0.0), jnp.arange(10_000_000.0)

    def body(x):
        V.value = 0.999 * V + bm.sin(x)

    import contextlib
    import io

    def with_bar():
        with contextlib.redirect_stderr(io.StringIO()):
            bm.for_loop(body, xs, progress=True)
        return V.value

    def without():
        bm.for_loop(body, xs)
        return V.value

    compare("for_loop, 1e7 steps, progress=True", with_bar, without, rounds=7, limit="1.05", other="without")


def logistic_regression(n, limit=None):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, 10)).astype(np.float32)
    Y = np.where(X[:, 0] > 0, 1.0, -1.0).astype(np.float32)

    class LogisticRegression(bl.BrainPyObject):  # the lecture's listing
        def __init__(self, dimension):
            self.w = bm.Variable(2.0 * bm.ones(dimension) - 1.3)

        def __call__(self, X, Y):
            u = bm.dot(((1.0 / (1.0 + bm.exp(-Y * bm.dot(X, self.w))) - 1.0) * Y), X)
            self.w.value = self.w - u

    model, X, Y = LogisticRegression(10), bm.array(X), bm.array(Y)
    step = bm.jit(model)

    def plain():
        with bm.disable_jit():
            step(X, Y)
        return model.w.value

    def jitted():
        step(X, Y)
        return model.w.value

    compare(f"LogisticRegression, {n} x 10, jit", jitted, plain, rounds=7, limit=limit, other="disable_jit")
    if n == 100_000:  # how much is there to gain at all
        raw_step = lambda w, X, Y: w - jnp.dot(((1.0 / (1.0 + jnp.exp(-Y * jnp.dot(X, w))) - 1.0) * Y), X)  # noqa: E731
        w, X, Y, raw_jit = model.w.value, X.value, Y.value, jax.jit(raw_step)
        compare(
            "  the same in raw JAX, jit",
            lambda: raw_jit(w, X, Y),
            lambda: raw_step(w, X, Y),
            rounds=7,
            other="op by op",
        )


def import_time():
    def cpu(code):
        program = f"import time; start = time.process_time(); {code}; print(time.process_time() - start)"
        return float(subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout)

    cpu("import brainlab")
    extra = [cpu("import jax, jax.numpy; start = time.process_time(); import brainlab") for _ in range(7)]
    print(f"{'import brainlab, on top of import jax':<46} {statistics.median(extra):.3f} s CPU   aim 0.15")


if __name__ == "__main__":
    print(f"Python {sys.version.split()[0]}, jax {jax.__version__}, {jax.devices()[0].platform}")
    import_time()
    for n, limit in ((1, "2"), (10, "1.5"), (50, "1.5")):
        call_overhead(n, limit)
    loop_again()
    progress_bar()
    logistic_regression(100_000, "0.1")
    logistic_regression(100)
