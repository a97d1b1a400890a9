"""The cost of integrating equations: brainlab beside diffrax and SciPy, in one run.

    python benchmarks/integrate.py              all rows; writes docs/work_precision.svg
    python benchmarks/integrate.py fixed fde    some of them: fixed vmap adaptive fde dde

Both sides are timed in turn, in one process. Run times are the best of several rounds, which a machine that is busy with
other things disturbs least, and the ratio is that of the bests. The first call, tracing and compilation, is in CPU seconds.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

import brainlab as bl
import brainlab.math as bm
from brainlab.svg import COLORS, DASHES, Axes, Layer, compose

try:
    import diffrax
except ImportError:
    diffrax = None

NEURON = bl.HH()
Y0 = (-60.0, 0.05, 0.6, 0.32)
I = 10.0


def hh(V, m, h, n, t, I):
    return NEURON.derivative(V, m, h, n, I)


def hh_vector(t, y, I):
    """The same for diffrax: its own way is one vector."""
    return jnp.stack(_plain(*y, I))


def _plain(V, m, h, n, I):
    def rate(x):
        return jnp.where(jnp.abs(x) < 1e-3, 1 + x / 2, x / -jnp.expm1(-x))

    a_m, b_m = rate((V + 40) / 10), 4 * jnp.exp(-(V + 65) / 18)
    a_h, b_h = 0.07 * jnp.exp(-(V + 65) / 20), 1 / (1 + jnp.exp(-(V + 35) / 10))
    a_n, b_n = 0.1 * rate((V + 55) / 10), 0.125 * jnp.exp(-(V + 65) / 80)
    dV = (
        I - NEURON.g_Na * m**3 * h * (V - NEURON.E_Na) - NEURON.g_K * n**4 * (V - NEURON.E_K) - NEURON.g_L * (V - NEURON.E_L)
    )
    return dV / NEURON.C, a_m * (1 - m) - b_m * m, a_h * (1 - h) - b_h * h, a_n * (1 - n) - b_n * n


def scipys(t, y):
    V, m, h, n = np.clip(y, -200, 200)  # a stage of a step that will be rejected may be anywhere
    x, z = (V + 40) / 10, (V + 55) / 10
    a_m, b_m = x / -np.expm1(-x), 4 * np.exp(-(V + 65) / 18)
    a_h, b_h = 0.07 * np.exp(-(V + 65) / 20), 1 / (1 + np.exp(-(V + 35) / 10))
    a_n, b_n = 0.1 * z / -np.expm1(-z), 0.125 * np.exp(-(V + 65) / 80)
    dV = (
        I - NEURON.g_Na * m**3 * h * (V - NEURON.E_Na) - NEURON.g_K * n**4 * (V - NEURON.E_K) - NEURON.g_L * (V - NEURON.E_L)
    )
    return [dV / NEURON.C, a_m * (1 - m) - b_m * m, a_h * (1 - h) - b_h * h, a_n * (1 - n) - b_n * n]


def seconds(f) -> float:
    start = time.perf_counter()
    jax.block_until_ready(f())
    return time.perf_counter() - start


def cpu_seconds(f) -> float:
    start = time.process_time()
    jax.block_until_ready(f())
    return time.process_time() - start


def compare(name, ours, theirs, other="diffrax", rounds=11, aim=("", "")):
    """Each side: its first call, then several in turn."""
    first = cpu_seconds(ours), cpu_seconds(theirs)
    pairs = [(seconds(ours), seconds(theirs)) for _ in range(rounds)]
    a, b = (min(p[i] for p in pairs) for i in (0, 1))
    ratio = a / b
    print(
        f"{name:<46} run {a * 1e3:9.2f} ms  {other} {b * 1e3:9.2f} ms  ratio {ratio:6.2f} {aim[0]:<5}"
        f" first call {first[0]:6.2f} s  {first[1]:6.2f} s  ratio {first[0] / first[1]:5.2f} {aim[1]}",
        flush=True,
    )


def rows(sol):
    return [y.value for y in sol.y]


def diffrax_fixed(solver, saveat, steps, dt=0.01):
    def solve(y0, I):
        times = jnp.linspace(0.0, steps * dt, steps + 1)
        return diffrax.diffeqsolve(
            diffrax.ODETerm(hh_vector),
            solver,
            0.0,
            steps * dt,
            dt,
            y0,
            I,
            saveat=saveat(times),
            stepsize_controller=diffrax.ConstantStepSize(),
            max_steps=steps + 1,
        ).ys

    return solve


def fixed():
    """1 s of Hodgkin-Huxley in 1e5 steps, all of them kept."""
    y0, every_step = jnp.array(Y0), diffrax.SaveAt(t0=True, steps=True)  # cheaper for diffrax than times that are given
    for method, solver in (("euler", "Euler"), ("heun2", "Heun"), ("rk4", "Dopri5"), ("tsit5", "Tsit5")):
        theirs = jax.jit(diffrax_fixed(getattr(diffrax, solver)(), lambda ts: every_step, 100_000))
        compare(
            f"HH 1 s, dt 0.01: {method} and {solver}",
            lambda method=method: rows(bl.solve_ode(hh, Y0, 0.0, 1000.0, dt=0.01, method=method, args=(I,))),
            lambda theirs=theirs: theirs(y0, I),
            aim=("<=1", "<=0.2"),
        )


def vmap():
    """1000 neurons with currents of their own, 2000 steps of 0.01 ms; the last state is kept."""
    currents, y0 = jnp.linspace(5.0, 20.0, 1000), jnp.array(Y0)
    for method, solver in (("heun2", "Heun"), ("tsit5", "Tsit5")):

        @bm.jit
        def ours(currents, method=method):
            end = lambda I: bl.solve_ode(hh, Y0, 0.0, 20.0, steps=2000, method=method, args=(I,))["V"][-1]  # noqa: E731
            return bm.vmap(end)(currents)

        single = diffrax_fixed(getattr(diffrax, solver)(), lambda ts: diffrax.SaveAt(t1=True), 2000)
        theirs = jax.jit(jax.vmap(single, (None, 0)))
        compare(
            f"1000 x HH 20 ms, dt 0.01: {method} and {solver}",
            lambda ours=ours: ours(currents).value,
            lambda theirs=theirs: theirs(y0, currents),
        )

    @bm.jit
    def adaptive(currents):
        end = lambda I: bl.solve_ode(hh, Y0, 0.0, 20.0, rtol=1e-5, times=[20.0], args=(I,))["V"][-1]  # noqa: E731
        return bm.vmap(end)(currents)

    theirs = jax.jit(jax.vmap(diffrax_adaptive, (None, 0, None, None)))
    compare(
        "1000 x HH 20 ms, rtol 1e-5: tsit5 and Tsit5",
        lambda: adaptive(currents).value,
        lambda: theirs(y0, currents, 1e-5, 20.0),
    )


def diffrax_adaptive(y0, I, rtol, t1):
    return diffrax.diffeqsolve(
        diffrax.ODETerm(hh_vector),
        diffrax.Tsit5(),
        0.0,
        t1,
        None,
        y0,
        I,
        saveat=diffrax.SaveAt(t1=True),
        stepsize_controller=diffrax.PIDController(rtol=rtol, atol=rtol),
        max_steps=1_000_000,
    ).ys


def adaptive():
    """Work and precision in float64: 100 ms of Hodgkin-Huxley, V at the end against DOP853 at 1e-13."""
    from scipy.integrate import solve_ivp

    t1 = 100.0
    with bm.enable_x64():
        y0, solve = jnp.array(Y0), jax.jit(diffrax_adaptive)
        exact = solve_ivp(scipys, (0, t1), Y0, method="DOP853", rtol=1e-13, atol=1e-13).y[:, -1]
        at_end = bm.jit(lambda rtol: bl.solve_ode(hh, Y0, 0.0, t1, rtol=rtol, times=[t1], args=(I,)).y)
        sides = {
            "brainlab, jit": lambda rtol: [y.value[-1] for y in at_end(rtol)],
            "brainlab, all steps": lambda rtol: [y[-1] for y in rows(bl.solve_ode(hh, Y0, 0.0, t1, rtol=rtol, args=(I,)))],
            "diffrax, jit": lambda rtol: solve(y0, I, rtol, t1)[-1],
            "SciPy RK45": lambda rtol: solve_ivp(scipys, (0, t1), Y0, method="RK45", rtol=rtol, atol=rtol).y[:, -1],
        }
        if diffrax is None:
            del sides["diffrax, jit"]
        tolerances = [10.0**-k for k in range(3, 10)]
        work = {name: [] for name in sides}
        for rtol in tolerances:
            for name, side in sides.items():
                end = np.asarray(side(rtol))
                took = min(seconds(lambda: side(rtol)) for _ in range(3 if "SciPy" in name else 100))  # noqa: B023
                work[name].append((float(np.abs(end - exact).max()), took))
            seen = (f"{name}: {points[-1][0]:.1e} in {points[-1][1] * 1e3:.2f} ms" for name, points in work.items())
            print(f"HH 100 ms, rtol {rtol:.0e}  " + "  ".join(seen), flush=True)
    if diffrax is not None:
        ratios = [_time_at(work["brainlab, jit"], e) / t for e, t in work["diffrax, jit"]]
        print(f"time at equal error, brainlab over diffrax: median {statistics.median(ratios):.2f}   aim 1.5")
    draw(work)


def _time_at(work, error):
    """Interpolated between the measured points, in logarithms."""
    errors, times = np.log([e for e, _ in work]), np.log([t for _, t in work])
    order = np.argsort(errors)
    return float(np.exp(np.interp(np.log(error), errors[order], times[order])))


def draw(work):
    axes = Axes(
        "log10 of the error of the last state", "log10 of the run time (s)", "HH, 100 ms, rtol 1e-3 to 1e-9", height=300
    )
    for i, (name, points) in enumerate(work.items()):
        x, y = np.log10(points).T
        style = dict(color=COLORS[i], dash=list(DASHES)[i])
        axes.layers += [Layer(x, y, name, **style), Layer(x, y, kind="points", **style)]
    path = Path(__file__).parent.parent / "docs" / "work_precision.svg"
    compose([axes], width=640, description="Error against run time of three solvers").save(path)
    print(f"written: {path.name}")


def fde():
    """The cost of a memory of the whole past: n steps cost n**2 by the plain sum, n (log n)**2 by Fourier transforms."""
    times, steps = [], (1000, 3000, 10_000, 30_000, 100_000)
    for n in steps:
        solve = lambda n=n: bl.solve_fde(lambda x, t: -x, 0.8, 1.0, 0.0, 10.0, steps=n).y.value  # noqa: E731
        first = seconds(solve)
        times.append(statistics.median(seconds(solve) for _ in range(5)))
        print(f"fde pece, {n} steps: {times[-1] * 1e3:.2f} ms, first call {first:.2f} s")
    print(f"cost ~ n**{np.polyfit(np.log(steps), np.log(times), 1)[0]:.2f}")


def dde():
    """A step with a delayed state beside a step without."""
    delayed = lambda x, t, past: -x + 0.5 * past[0]  # noqa: E731
    compare(
        "dde rk4, 1e5 steps, one delay; beside the ODE",
        lambda: bl.solve_dde(delayed, 1.0, lambda t: 1.0, 0.0, 1000.0, dt=0.01).y.value,
        lambda: bl.solve_ode(lambda x, t: -x, 1.0, 0.0, 1000.0, dt=0.01).y.value,
        other="ODE",
    )
    x, axon = bm.Variable(bm.zeros(1000)), bl.Delay(1000, 1.0, 0.1)

    def with_ring(I):
        x.value = 0.9 * x.value + 0.05 * axon.read() + I
        axon.push(x.value)

    def without(I):
        x.value = 0.9 * x.value + I

    def loop(step):
        bm.for_loop(step, inputs)
        return bm.asarray(x).value

    inputs = np.ones(10_000, np.float32)
    compare("ring buffer, 1000 neurons, 1e4 steps", lambda: loop(with_ring), lambda: loop(without), other="no delay")


if __name__ == "__main__":
    print(f"Python {sys.version.split()[0]}, jax {jax.__version__}, {jax.devices()[0].platform}, float32 unless said")
    jax.block_until_ready(jax.jit(lambda x: x + 1)(1.0))
    parts = {"fixed": fixed, "vmap": vmap, "adaptive": adaptive, "fde": fde, "dde": dde}
    for name in sys.argv[1:] or parts:
        if diffrax is None and name in ("fixed", "vmap"):
            print(f"{name}: diffrax is not installed")
            continue
        parts[name]()
