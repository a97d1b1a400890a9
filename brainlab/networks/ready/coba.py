"""COBA: conductances that excite and inhibit each other, and go on by themselves."""

from __future__ import annotations

import numpy as np

from ...connect import FixedProbability
from ...models import LIF
from ...synapses import Exponential
from ..network import Network
from ..population import Population
from ..projection import Projection

SYNAPSES = 80  # of each neuron, on average


def coba(n: int = 4000, seed: int = 0, store: str = "auto") -> Network:
    """The benchmark network with conductances: 80 % excitatory, 20 % inhibitory, 80 synapses each, no input at all.

    n     : neurons, 5 or more; the published size is 4000
    store : of the connections, see `bl.connect`; "just_in_time" takes no memory for synapses (every neuron has then 80)

    It starts with random potentials and conductances and keeps itself going, irregularly, at some 18 Hz. `cells` is its
    population; E and I are its projections.

    Source: Vogels & Abbott, J. Neurosci. 25 (2005) 10786; as benchmark 1 of Brette et al., J. Comput. Neurosci. 23 (2007)
    349, appendix 2: 200 pF, 10 nS, synapses of 6 and 67 nS.

    >>> net = coba(n=500)
    >>> net
    Network(cells: 500 LIF; 2 projections, ... synapses)
    """
    cells = Population(LIF(tau_m=20.0, R_m=100.0, E_L=-60.0, V_th=-50.0, V_reset=-60.0, t_ref=5.0), n, name="cells")
    e, i = Exponential(tau=5.0, E_rev=0.0), Exponential(tau=10.0, E_rev=-80.0)  # ms, mV
    net = two_kinds(cells, e, i, 0.006, 0.067, seed, store)  # uS
    rng = np.random.default_rng([seed, 1])
    E, I = net.projections
    cells.V = rng.normal(-65.0, 5.0, n)
    E.state.g = 0.01 * rng.normal(4.0, 1.5, n)  # in units of the leak, 10 nS
    I.state.g = 0.01 * rng.normal(20.0, 12.0, n)  # some below 0, as published; without them one network in four falls silent
    return net


def two_kinds(cells, e, i, w_e, w_i, seed, store) -> Network:
    """Everybody with everybody with probability 80/n; the first four fifths through synapse e, the others through i."""
    n = cells.size
    rule, first = FixedProbability(min(SYNAPSES / n, 1.0)), int(0.8 * n)
    if store == "just_in_time":
        from ...connect import FixedOutDegree

        rule = FixedOutDegree(SYNAPSES, multapses=True)
    parts = [
        Projection(pre, cells, rule(pre.size, n, seed=2 * seed + k, weight=w, store=store), synapse, name=name)
        for k, (name, pre, synapse, w) in enumerate((("E", cells[:first], e, w_e), ("I", cells[first:], i, w_i)))
    ]
    return Network(*parts, seed=seed)
