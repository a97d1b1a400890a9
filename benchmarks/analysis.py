"""Dynamics that follows a slider: what the first call costs, and what the next one does after a parameter has moved.

    python benchmarks/analysis.py                       medians of several moves
    python benchmarks/analysis.py path/to/python        the same in BrainPy, run by an interpreter that has it

BrainPy 2.8.2, measured by us on a quiet machine: 27 s for a phase plane of FitzHugh-Nagumo, 90 s for its bifurcation diagram
(Bifurcation2D, fixed points only), 26 s for the slow points of HH. All of it again after a parameter has moved.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

import jax

import brainlab as bl

BOX = dict(x_range=(-2.5, 2.5), y_range=(-1.5, 2.5))

PEER_PLANE = """
import time
import brainpy as bp, brainpy.math as bm
bm.enable_x64()
start = time.perf_counter()

@bp.odeint
def dv(v, t, w, I):
    return v - v * v * v / 3 - w + I

@bp.odeint
def dw(w, t, v):
    return (v + 0.7 - 0.8 * w) / 12.5

plane = bp.analysis.PhasePlane2D([dv, dw], target_vars={"v": [-2.5, 2.5], "w": [-1.5, 2.5]}, pars_update={"I": 0.5},
                                 resolutions=0.03)
plane.plot_nullcline()
plane.plot_vector_field()
plane.plot_fixed_point()
print("seconds", time.perf_counter() - start)
"""

PEER_DIAGRAM = (
    PEER_PLANE.split("plane =")[0]
    + """
diagram = bp.analysis.Bifurcation2D([dv, dw], target_vars={"v": [-2.5, 2.5], "w": [-1.5, 2.5]},
                                    target_pars={"I": [0.0, 2.0]}, resolutions={"I": 0.02})
diagram.plot_bifurcation()
print("seconds", time.perf_counter() - start)
"""
)


def row(name, call, values, bar="", peer=None):
    """call(value) once for the first time, and then once for each of the other values."""
    jax.clear_caches()
    first, *rest = values
    start = time.perf_counter()
    call(first)
    cold = time.perf_counter() - start
    moves = []
    for value in rest:
        start = time.perf_counter()
        call(value)
        moves.append((time.perf_counter() - start) * 1e3)
    text = f"{name:<52} first {cold:6.2f} s   after a move {statistics.median(moves):8.2f} ms"
    text += f" ({min(moves):.2f}-{max(moves):.2f})" + (f"   bar {bar}" if bar else "")
    print(text + (f"   BrainPy {in_brainpy(peer)}" if peer else ""), flush=True)


def in_brainpy(program, limit=300.0) -> str:
    if len(sys.argv) < 2:
        return "n/a"
    try:
        run = subprocess.run([sys.argv[1], "-c", program], capture_output=True, text=True, timeout=limit)
    except subprocess.TimeoutExpired:
        return f"more than {limit:g} s"
    words = run.stdout.split()
    if run.returncode or "seconds" not in words:
        return f"n/a ({(run.stderr.strip().splitlines() or ['no output'])[-1][:100]})"
    return f"{float(words[words.index('seconds') + 1]):.1f} s, every time"


def currents(n, low, high):
    return [low + (high - low) * i / (n - 1) for i in range(n)]


def phase_plane():
    call = lambda I: bl.analysis.phase_plane(bl.FitzHughNagumo(), trajectories=[(0.0, 0.0)], I=I, **BOX)  # noqa: E731
    row("phase plane of FHN: nullclines, fixed points, a run", call, currents(21, 0.0, 1.0), "30 ms", PEER_PLANE)


def reduced_hodgkin_huxley():
    call = lambda I: bl.analysis.phase_plane(bl.HH(), "V", "n", slaved=("m", "h"), I=I)  # noqa: E731
    row("phase plane of HH in V and n, m and h slaved", call, currents(21, 0.0, 10.0))


def slow_points():
    call = lambda I: bl.analysis.slow_points(bl.HH(), I=I)  # noqa: E731
    row("slow points of HH, 128 searches", call, currents(21, 0.0, 20.0), "1 s")


def limit_cycle():
    call = lambda I: bl.analysis.limit_cycle(bl.HH(), (-30.0, 0.05, 0.6, 0.3), duration=100.0, I=I)  # noqa: E731
    row("limit cycle of HH with its multipliers", call, currents(6, 10.0, 20.0))


def basins():
    call = lambda I: bl.analysis.basins(bl.FitzHughNagumo(), n=40, duration=300.0, I=I, **BOX)  # noqa: E731
    row("basins of FHN, 1600 starts", call, currents(6, 0.325, 0.33))


def bifurcation_diagram():
    call = lambda b: bl.analysis.continuation(bl.FitzHughNagumo(b=b), "I", 0, 2, cycles=False)  # noqa: E731
    row("diagram of FHN over I: fixed points, Hopf", call, currents(11, 0.8, 0.85), peer=PEER_DIAGRAM)
    call = lambda g_K: bl.analysis.continuation(bl.HH(g_K=g_K), "I", 0, 200)  # noqa: E731
    row("diagram of HH over I: fixed points, Hopf, cycles", call, currents(11, 36.0, 38.0), "2 s, then 300 ms")
    call = lambda g_K: bl.analysis.continuation(bl.HH(g_K=g_K), "I", 0, 200, cycles=False)  # noqa: E731
    row("  the same without the cycles", call, currents(11, 36.0, 38.0))


def two_parameters():
    hopf = bl.analysis.continuation(bl.HH(), "I", 0, 200, cycles=False).hopf[0]
    ranges = (0, 300), (10, 60)
    call = lambda g_L: bl.analysis.two_parameters(bl.HH(g_L=g_L), hopf, "I", "g_K", *ranges)  # noqa: E731
    row("Hopf points of HH over I and g_K", call, currents(6, 0.3, 0.31))


if __name__ == "__main__":
    print(f"Python {sys.version.split()[0]}, jax {jax.__version__}, {jax.devices()[0].platform}")
    phase_plane()
    reduced_hodgkin_huxley()
    slow_points()
    limit_cycle()
    basins()
    bifurcation_diagram()
    two_parameters()
