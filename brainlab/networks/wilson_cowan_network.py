"""WilsonCowanNetwork: regions of the brain, each a WilsonCowan node, joined by long excitatory fibres that may be slow."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from .. import math as bm
from ..integrate import Solution, solve_dde, solve_ode
from ..math._array import raw, unbox
from ..math._trace import is_tracer
from ..models.wilson_cowan import WilsonCowan
from ..params import info
from .errors import SimulationError

MOST_DELAYS = 12  # the solver meets a jump in some derivative after every sum of delays


class WilsonCowanNetwork:
    r"""n WilsonCowan nodes; what leaves a node is the activity of its excitatory cells.

    $$P_i \to P_i + \sum_j C_{ij}\, E_j(t - d_{ij}), \qquad Q_i \to Q_i + \sum_j C^I_{ij}\, E_j(t - d_{ij})$$

    node          : a WilsonCowan; its parameters are numbers, or (n,) for nodes that differ
    coupling      : C (n, n): row i holds what the excitatory cells of node i receive, none of it below 0
    to_inhibitory : C^I (n, n), what its inhibitory cells receive; None: nothing
    delay         : d in ms: one number, or (n, n); 0 is no delay

    If every node receives the same from all, sum_j C_ij = g, a solution is that all move as one node with c1 + g. Whether
    nodes that begin apart get there is another question. Two that oscillate, weakly coupled and without delay: fibres to
    excitatory cells drive them into antiphase, fibres to inhibitory cells bring them together, and a delay of half a
    period exchanges the two.

    Source: Wilson & Cowan, Biophys. J. 12 (1972) 1 for the node; two of them: Borisyuk, Borisyuk, Khibnik & Roose, Bull.
    Math. Biol. 57 (1995) 809; why a short delay is a shift of phase: Izhikevich, Phys. Rev. E 58 (1998) 905.

    >>> import brainlab as bl
    >>> pair = WilsonCowanNetwork(bl.WilsonCowan(), coupling=[[0.0, 1.0], [1.0, 0.0]])
    >>> run = pair.simulate(200.0, start=([0.1, 0.2], [0.05, 0.1]))
    >>> run
    Solution(t (2001,), E (2001, 2), I (2001, 2), method='rk4')
    """

    def __init__(self, node: WilsonCowan, coupling, *, to_inhibitory=None, delay=0.0):
        if not isinstance(node, WilsonCowan):
            raise SimulationError(
                f"{node!r:.60} is no WilsonCowan node.",
                try_="WilsonCowanNetwork(bl.WilsonCowan(), [[0.0, 1.0], [1.0, 0.0]])",
            )
        self.node, self.coupling = node, _weights("coupling", coupling)
        self.size = self.coupling.shape[0]
        to_inhibitory = bm.zeros(self.coupling.shape) if to_inhibitory is None else to_inhibitory
        self.to_inhibitory = _weights("to_inhibitory", to_inhibitory, self.size)
        self.delay = _delays(delay, self.size)
        for parameter in info(node):
            shape = np.shape(unbox(getattr(node, parameter)))
            if shape not in ((), (self.size,)):
                raise SimulationError(
                    f"WilsonCowan.{parameter} is {shape}, the network has {self.size} nodes.",
                    why="a parameter that differs between nodes has one value for each",
                    try_=f"{parameter}=np.full({self.size}, 1.0)",
                )

    def simulate(self, duration, dt=0.1, *, start=None, method="rk4") -> Solution:
        """Run it: `sol["E"]` and `sol["I"]` are (time, node), `sol.t` is in ms.

        start  : (E, I), each a number or (node,); before t = 0 it was there, too. None: silence
        method : a name from `bl.methods("ode")`, with delays from `bl.methods("dde")`
        """
        start = self._start(start)
        C = (self.coupling, self.to_inhibitory)
        if not self.delay.any():
            return solve_ode(_slopes, start, 0.0, duration, dt=dt, method=method, args=(self.node, C))
        taus = np.unique(self.delay[self.delay > 0])
        groups = np.stack([self.delay == tau for tau in (0.0, *taus)]).astype(float)  # who hears from whom how late
        return solve_dde(
            _delayed_slopes, list(taus), start, 0.0, duration, dt=dt, method=method, args=(self.node, C, groups)
        )

    def _start(self, start):
        start = self.node.initial() if start is None else start
        if not isinstance(start, tuple | list) or len(start) != 2:
            raise SimulationError(
                f"start = {start!r:.60}: a pair (E, I) is expected.",
                try_="start=([0.1, 0.2], 0.05)   # E of two nodes, I of both",
            )
        values = [raw(bm.asarray(x, dtype=float)) for x in start]
        for name, x in zip("EI", values, strict=True):
            if x.shape not in ((), (self.size,)):
                raise SimulationError(
                    f"{name} of start is {x.shape}, the network has {self.size} nodes.", try_=f"np.full({self.size}, 0.1)"
                )
        return tuple(jnp.broadcast_to(x, self.size) for x in values)

    def __repr__(self):
        late = self.delay[self.delay > 0]
        delays = f", delays {late.min():g} to {late.max():g} ms" if late.size else ""
        return f"WilsonCowanNetwork({self.size} nodes{delays})"


def _slopes(E, I, t, node, coupling):
    to_E, to_I = coupling
    return node.replace(P=node.P + to_E @ E, Q=node.Q + to_I @ E).derivative(E, I)


def _delayed_slopes(E, I, t, delayed, node, coupling, groups):
    heard = [E, *(then[0] for then in delayed)]  # now, and one for each delay
    to_E, to_I = (sum((C * group) @ x for group, x in zip(groups, heard, strict=True)) for C in coupling)
    return node.replace(P=node.P + to_E, Q=node.Q + to_I).derivative(E, I)


def _weights(name, C, size=None):
    """An (n, n) array of weights that excite."""
    C = bm.asarray(C, dtype=float)
    if C.ndim != 2 or C.shape[0] != C.shape[1] or (size is not None and C.shape[0] != size):
        nodes = "" if size is None else f", and coupling is ({size}, {size})"
        raise SimulationError(
            f"{name} has shape {tuple(C.shape)}{nodes}: it must be square, one row and one column for each node.",
            why="row i holds what node i receives from each node",
            try_=f"{name}=[[0.0, 1.0], [1.0, 0.0]]",
        )
    if not is_tracer(C.value) and not bool((C >= 0).all()):
        i, j = np.argwhere(~(np.asarray(C.value) >= 0))[0]
        other = "to_inhibitory" if name == "coupling" else "coupling"
        raise SimulationError(
            f"{name}[{i}, {j}] = {float(C[i, j]):g}: a weight of long fibres must be at least 0.",
            why="long fibres come from excitatory cells; what they inhibit they inhibit through the inhibitory cells there",
            try_=f"{other}=..." if name == "coupling" else f"{name}=abs({name})",
        )
    return C


def _delays(delay, size):
    """(n, n) ms, in NumPy: how many there are decides what is compiled."""
    if is_tracer(unbox(delay)):
        raise SimulationError("a delay must be a known number.", why="it decides what is compiled", try_="delay=10.0")
    d = np.asarray(unbox(delay), float)
    if d.shape not in ((), (size, size)):
        raise SimulationError(
            f"delay is {d.shape}, coupling is {(size, size)}: one number, or one for each pair.", try_="delay=10.0"
        )
    if not (np.isfinite(d) & (d >= 0)).all():
        raise SimulationError(
            f"delay = {d[~(np.isfinite(d) & (d >= 0))][0]:g} ms: it must be finite and at least 0 ms.",
            why="nothing arrives before it was sent",
            try_="delay=10.0",
        )
    if len(np.unique(d[d > 0])) > MOST_DELAYS:
        raise SimulationError(
            f"there are {len(np.unique(d[d > 0]))} different delays, and {MOST_DELAYS} at most are possible.",
            why="each sum of delays is a moment where a derivative of the solution jumps, and the solver steps on it",
            try_="delay=np.round(delay)   # whole milliseconds",
        )
    return np.broadcast_to(d, (size, size))
