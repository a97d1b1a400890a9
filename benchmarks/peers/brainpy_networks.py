"""BrainPy as a peer of benchmarks/networks.py: event-driven CSR products, synapses aligned with their targets, float32.

    python -m venv rival && rival/bin/pip install "brainpy==2.8.2" numba
    rival/bin/python brainpy_networks.py coba 4000              then a seed and enter for each run

The network has the form of BrainPy's own example of Brette et al. (2007). Each neuron has exactly 80 targets, drawn with
replacement: BrainPy's rule without it takes minutes for 1e5 neurons.
"""

import time

import brainpy as bp
import brainpy.math as bm
import jax
import numpy as np
from common import HH_CURRENTS, LIF_CURRENTS, SYNAPSES, TASKS, results, serve

CHUNK = 1000  # steps between two looks at the spikes, which come as a table of bool


class Balanced(bp.DynSysGroup):
    """N cells that project to themselves, the first 80 % of them excitatory."""

    def __init__(self, n, E_L, w_e, w_i, effect_e, effect_i):
        super().__init__()
        self.first = int(0.8 * n)
        self.cells = bp.dyn.LifRefLTC(
            n, V_rest=E_L, V_th=-50.0, V_reset=-60.0, tau=20.0, tau_ref=5.0, spk_reset="hard", method="exp_auto"
        )
        self.delay = bp.VarDelay(self.cells.spike, entries={"now": None})
        self.excite = self.projection(self.first, n, w_e, 5.0, effect_e)
        self.inhibit = self.projection(n - self.first, n, w_i, 10.0, effect_i)

    def projection(self, pre, n, w, tau, effect):
        rule = bp.conn.FixedProb(SYNAPSES / n, pre=pre, post=n, allow_multi_conn=True, seed=pre)
        comm, syn = bp.dnn.EventCSRLinear(rule, w), bp.dyn.Expon(size=n, tau=tau)
        return bp.dyn.HalfProjAlignPost(comm=comm, syn=syn, out=effect, post=self.cells)

    def update(self):
        spikes = self.delay.at("now")
        self.excite(spikes[: self.first])
        self.inhibit(spikes[self.first :])
        self.delay(self.cells())
        return self.cells.spike.value


class Alone(bp.DynSysGroup):
    """Cells without synapses, each with its current."""

    def __init__(self, cells, currents):
        super().__init__()
        self.cells, self.I = cells, bm.asarray(np.linspace(*currents, cells.num))

    def update(self):
        self.cells(self.I)
        return self.cells.spike.value


def make(task, n):
    if task == "coba":
        return Balanced(n, -60.0, 6.0 / 10, 67.0 / 10, bp.dyn.COBA(E=0.0), bp.dyn.COBA(E=-80.0))
    if task == "cuba":
        return Balanced(n, -49.0, 1.62, -9.0, bp.dyn.CUBA(), bp.dyn.CUBA())
    if task == "hh":
        return Alone(bp.dyn.HHLTC(n, gL=0.3, V_th=0.0, V_initializer=bp.init.Constant(-65.0)), HH_CURRENTS)
    cells = bp.dyn.LifRefLTC(
        n, V_rest=-65.0, V_th=-50.0, V_reset=-65.0, R=10.0, tau=10.0, tau_ref=2.0, spk_reset="hard", method="exp_auto"
    )
    return Alone(cells, LIF_CURRENTS)


def start(net, task, n, seed):
    """Everything as at the beginning, and the first values of Brette et al."""
    net.reset()
    rng = np.random.default_rng(seed)
    if task == "coba":
        net.cells.V.value = bm.asarray(rng.normal(-65, 5, n), dtype=bm.float32)
        net.excite.refs["syn"].g.value = bm.asarray(rng.normal(4, 1.5, n), dtype=bm.float32)
        net.inhibit.refs["syn"].g.value = bm.asarray(rng.normal(20, 12, n), dtype=bm.float32)
    elif task == "cuba":
        net.cells.V.value = bm.asarray(rng.uniform(-60, -50, n), dtype=bm.float32)
    elif task == "lif":
        net.cells.V.value = bm.full(n, -65.0)


def build(task, n):
    duration, dt, _ = TASKS[task]
    bm.set_dt(dt)
    net = make(task, n)
    chunk = bm.jit(lambda first: bm.for_loop(net.step_run, first + bm.arange(CHUNK)))

    def run(seed):
        start(net, task, n, seed)
        began, loop, steps, neurons = time.perf_counter(), 0.0, [], []
        for first in range(0, round(duration / dt), CHUNK):
            before = time.perf_counter()
            spikes = jax.block_until_ready(bm.as_jax(chunk(first)))
            loop += time.perf_counter() - before
            k, i = np.nonzero(np.asarray(spikes))
            steps.append(k + first)
            neurons.append(i)
        whole = time.perf_counter() - began
        return results(task, n, loop, whole, np.concatenate(steps), np.concatenate(neurons))

    return run


if __name__ == "__main__":
    serve(build)
