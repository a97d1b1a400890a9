"""Brian2 as a peer of benchmarks/networks.py: C++ standalone, with the flags it chooses itself.

    python -m venv brian && brian/bin/pip install "brian2==2.9.0" "numpy<2.4" setuptools     and g++ and make
    brian/bin/python brian2_networks.py coba 4000 float64       then a seed and enter for each run

The equations are those of Brian's own versions of Brette et al. (2007); conductances are in units of g_L = 10 nS.
"""

import tempfile
import time

import brian2 as b2
import numpy as np
from brian2 import ms, mV
from common import HH_CURRENTS, LIF_CURRENTS, SYNAPSES, TASKS, peak_memory, results, serve

# the memory of the program that Brian2 writes, told by itself at its end
TELL_MEMORY = """{std::ifstream status("/proc/self/status"); std::ofstream("memory.txt") << status.rdbuf();}"""
FIRES = dict(threshold="v > -50*mV", reset="v = -60*mV", refractory=5 * ms)
COBA = """
dv/dt = (ge*(0*mV - v) + gi*(-80*mV - v) + (-60*mV - v)) / (20*ms) : volt (unless refractory)
dge/dt = -ge / (5*ms) : 1
dgi/dt = -gi / (10*ms) : 1
"""
CUBA = """
dv/dt = (ge + gi + (-49*mV - v)) / (20*ms) : volt (unless refractory)
dge/dt = -ge / (5*ms) : volt
dgi/dt = -gi / (10*ms) : volt
"""
HH = """
dv/dt = (I - 120*m**3*h*(v - 50*mV)/mV - 36*n**4*(v + 77*mV)/mV - 0.3*(v + 54.387*mV)/mV) * mV/ms : volt
dm/dt = (1 - m) / exprel(-(v + 40*mV)/(10*mV)) / ms - 4*exp(-(v + 65*mV)/(18*mV)) * m / ms : 1
dh/dt = 0.07*exp(-(v + 65*mV)/(20*mV)) * (1 - h) / ms - h / (1 + exp(-(v + 35*mV)/(10*mV))) / ms : 1
dn/dt = 0.1*(1 - n) / exprel(-(v + 55*mV)/(10*mV)) / ms - 0.125*exp(-(v + 65*mV)/(80*mV)) * n / ms : 1
I : 1
"""
LIF = """
dv/dt = (-65*mV - v + 10*mV*I) / (10*ms) : volt (unless refractory)
I : 1
"""


def coba(n):
    cells = b2.NeuronGroup(n, COBA, method="exponential_euler", **FIRES)
    cells.v = "-65*mV + 5*mV*randn()"
    cells.ge = "4 + 1.5*randn()"
    cells.gi = "20 + 12*randn()"
    return connected(cells, "6.0/10", "67.0/10")


def cuba(n):
    cells = b2.NeuronGroup(n, CUBA, method="exact", **FIRES)
    cells.v = "-60*mV + 10*mV*rand()"
    return connected(cells, "1.62*mV", "-9*mV")


def connected(cells, w_e, w_i):
    n = len(cells)
    first = int(0.8 * n)
    excite = b2.Synapses(cells[:first], cells, on_pre=f"ge += {w_e}")
    inhibit = b2.Synapses(cells[first:], cells, on_pre=f"gi += {w_i}")
    for synapses in (excite, inhibit):
        synapses.connect(p=SYNAPSES / n)
    return cells, excite, inhibit


def hh(size):  # n is a variable of the equations
    cells = b2.NeuronGroup(size, HH, method="exponential_euler", threshold="v > 0*mV", refractory="v > 0*mV")
    cells.v, cells.m, cells.h, cells.n = -65 * mV, 0.052932, 0.596121, 0.317677  # at rest
    cells.I = np.linspace(*HH_CURRENTS, size)
    return (cells,)


def lif(n):
    cells = b2.NeuronGroup(n, LIF, method="exact", threshold="v > -50*mV", reset="v = -65*mV", refractory=2 * ms)
    cells.v = -65 * mV
    cells.I = np.linspace(*LIF_CURRENTS, n)
    return (cells,)


def build(task, n, precision="float64"):
    duration, dt, _ = TASKS[task]
    folder = tempfile.TemporaryDirectory()
    b2.prefs.core.default_float_dtype = getattr(np, precision)
    b2.set_device("cpp_standalone", build_on_run=False)
    b2.defaultclock.dt = dt * ms
    parts = {"coba": coba, "cuba": cuba, "hh": hh, "lif": lif}[task](n)
    spikes = b2.SpikeMonitor(parts[0])
    network = b2.Network(*parts, spikes)
    network.run(duration * ms)
    b2.device.insert_code("after_end", TELL_MEMORY)
    b2.device.build(directory=folder.name, compile=True, run=False, with_output=False)

    def run(seed):
        """Brian2 draws its own seed in each run. Its loop, as it is timed by the program itself; all of the program."""
        start = time.perf_counter()
        b2.device.run(folder.name, with_output=False, run_args=[])
        whole = time.perf_counter() - start
        memory = peak_memory(f"{folder.name}/memory.txt")
        steps = np.round(np.asarray(spikes.t / ms) / dt)
        numbers = results(task, n, b2.device._last_run_time, whole, steps, np.asarray(spikes.i), memory)
        return numbers | {"writer": peak_memory()}

    run.folder = folder  # kept as long as the program
    return run


if __name__ == "__main__":
    serve(build)
