"""Wang's decision network: two groups excite themselves slowly, inhibit each other, and one of them wins."""

from __future__ import annotations

import numpy as np

from ...connect import AllToAll
from ...models import LIF
from ...synapses import NMDA, Exponential
from ..errors import SimulationError
from ..groups import PoissonInput
from ..network import Network
from ..population import Population
from ..projection import Projection

FULL = 2000  # neurons
BACKGROUND = 2400.0  # Hz, of all sources of a cell together
SELECTIVE, W_PLUS = 0.15, 1.7  # share of the excitatory cells in a group, and how much stronger it excites itself
W_MINUS = 1 - SELECTIVE * (W_PLUS - 1) / (1 - SELECTIVE)  # so much weaker are the others: what a cell hears stays the same


def wang_decision(coherence: float = 0.0, strength: float = 40.0, n: int = FULL, seed: int = 0) -> Network:
    r"""Which way do the dots move? 80 % excitatory cells, of which 15 % prefer A and 15 % prefer B; all connected to all.

    coherence : %, from -100 to 100. Group A hears $\mu_0 (1 + c)$, group B $\mu_0 (1 - c)$; below 0 the dots move to B
    strength  : $\mu_0$, Hz; 0 is no stimulus: the network waits, spontaneously active
    n         : neurons, 100 or more; the published size is 2000. In a smaller network each synapse is as much stronger, and
                chance has more to say

    Its populations are "E", in which A comes first and then B, and "I"; `A` and `B` are inputs, and what they hear can be
    changed in the middle of its life with `set_wang_decision`. How fast it decides depends on NMDA: with 100 ms it has time
    to add up evidence. After the stimulus it remembers.

    Source: Wang, Neuron 36 (2002) 955; cells and synapses as in Brunel & Wang, J. Comput. Neurosci. 11 (2001) 63.

    >>> net = wang_decision(coherence=51.2, n=200)
    >>> net
    Network(E: 160 LIF, I: 40 LIF; 12 projections, ... synapses)
    """
    if isinstance(n, bool) or not isinstance(n, int) or n < 100:
        raise SimulationError(f"n = {n!r:.40}: a whole number of neurons, 100 or more, is expected.", try_=f"n={FULL}")
    cell = dict(E_L=-70.0, V_th=-50.0, V_reset=-55.0)
    E = Population(LIF(tau_m=20.0, R_m=40.0, t_ref=2.0, **cell), round(0.8 * n), name="E")  # 0.5 nF, 25 nS
    I = Population(LIF(tau_m=10.0, R_m=50.0, t_ref=1.0, **cell), n - E.size, name="I")  # 0.2 nF, 20 nS
    group = round(SELECTIVE * E.size)
    A, B, selective, rest = E[:group], E[group : 2 * group], E[: 2 * group], E[2 * group :]
    ampa, nmda, gaba = Exponential(tau=2.0, E_rev=0.0), NMDA(), Exponential(tau=5.0, E_rev=-70.0)
    more = W_PLUS - W_MINUS
    scale, parts = 1e-3 * FULL / n, []  # weights are in nS here, in uS there
    for synapse, to_E, to_I in ((ampa, 0.05, 0.04), (nmda, 0.165, 0.13)):
        blocks = [(E, selective, W_MINUS), (E, rest, 1.0), (A, A, more), (B, B, more), (E, I, to_I / to_E)]
        parts += [_all(pre, post, synapse, to_E * w * scale) for pre, post, w in blocks]
    parts += [_all(I, E, gaba, 1.3 * scale), _all(I, I, gaba, 1.0 * scale)]
    parts += [PoissonInput(E, ampa, BACKGROUND, 2.1e-3), PoissonInput(I, ampa, BACKGROUND, 1.62e-3)]
    parts += [PoissonInput(cells, ampa, 0.0, 2.1e-3, name=name) for name, cells in (("A", A), ("B", B))]
    net = Network(*parts, seed=seed)
    set_wang_decision(net, coherence, strength)
    rng = np.random.default_rng([seed, 1])
    for population in (E, I):
        population.V = rng.uniform(-70.0, -50.0, population.size)
    return net


def _all(pre, post, synapse, weight):
    return Projection(pre, post, AllToAll(), synapse, weight=weight, delay=0.5)


def set_wang_decision(net: Network, coherence: float, strength: float = 40.0) -> None:
    """Another stimulus, or none (strength 0), for a network that `wang_decision` has made. Nothing is compiled anew.

    >>> net = wang_decision(strength=0.0, n=200)
    >>> set_wang_decision(net, coherence=25.6)
    >>> print(*(f"{input.name} {input.rate:.2f} Hz" for input in net.inputs[2:]))
    A 50.24 Hz B 29.76 Hz
    """
    for name, value, low, high in (("coherence", coherence, -100.0, 100.0), ("strength", strength, 0.0, np.inf)):
        if isinstance(value, bool | str) or np.ndim(value) or not (low <= value <= high and np.isfinite(value)):
            rule = "a number from -100 to 100 (%)" if high == 100 else "a number of Hz, 0 or more,"
            raise SimulationError(
                f"{name} = {value!r:.40}: {rule} is expected.", try_=f"{name}={'25.6' if high == 100 else '40.0'}"
            )
    for input, sign in zip(net.inputs[2:], (1, -1), strict=True):
        input.rate = strength * (1 + sign * coherence / 100)
