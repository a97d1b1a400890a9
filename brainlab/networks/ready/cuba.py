"""CUBA: the same network with currents."""

from __future__ import annotations

import numpy as np

from ...models import LIF
from ...synapses import Exponential
from ..network import Network
from ..population import Population
from .coba import two_kinds


def cuba(n: int = 4000, seed: int = 0, store: str = "auto") -> Network:
    """The benchmark network with currents: 80 % excitatory, 20 % inhibitory, 80 synapses each.

    n     : neurons, 5 or more; the published size is 4000
    store : of the connections, as in `coba`

    The resting potential, -49 mV, lies above the threshold: that is its input. Some 5.6 Hz. `cells` is its population; the
    weights are currents in nA, which through 100 MOhm are the 1.62 and 9 mV of the source.

    Source: Vogels & Abbott, J. Neurosci. 25 (2005) 10786; as benchmark 2 of Brette et al., J. Comput. Neurosci. 23 (2007)
    349, appendix 2.

    >>> cuba(n=500)
    Network(cells: 500 LIF; 2 projections, ... synapses)
    """
    cells = Population(LIF(tau_m=20.0, R_m=100.0, E_L=-49.0, V_th=-50.0, V_reset=-60.0, t_ref=5.0), n, name="cells")
    net = two_kinds(cells, Exponential(tau=5.0), Exponential(tau=10.0), 0.0162, -0.09, seed, store)
    cells.V = np.random.default_rng([seed, 1]).uniform(-60.0, -50.0, n)
    return net
