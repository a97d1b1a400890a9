"""Brunel's network: one drawing with two sliders, and four kinds of activity in it."""

from __future__ import annotations

import math

from ...connect import FixedInDegree
from ...models import LIF
from ...synapses import Delta
from ..errors import SimulationError
from ..groups import PoissonInput
from ..network import Network
from ..population import Population
from ..projection import Projection

TAU, V_TH, V_RESET, T_REF, DELAY = 20.0, 20.0, 10.0, 2.0, 1.5  # ms, mV above rest
TEACHING = 2500  # neurons, of which each hears 250
FULL = 12_500, 1250, 0.1  # neurons, inputs of each, mV


def brunel(g: float = 5.0, eta: float = 2.0, n: int = TEACHING, seed: int = 0, J: float | None = None) -> Network:
    r"""Leaky integrate-and-fire neurons, each with C_E = n/12.5 excitatory and C_E/4 inhibitory inputs chosen at random.

    g   : how much stronger inhibition is: an inhibitory spike is -g J
    eta : the rate of the world outside, over the one that alone would bring a neuron to its threshold:
          $\nu_{thr} = \theta / (J C_E \tau)$. Each neuron hears C_E outside sources of its own
    n   : neurons, 4/5 of them excitatory; the published size is 12500
    J   : mV, by which an excitatory spike lifts V. None: 0.1 mV at full size, and as much more in a smaller network as keeps
          the fluctuations, $0.1 \sqrt{12500/n}$ mV. Regimes stay where they are; rates do not: fewer inputs, each stronger

    (3, 2) everybody fires together and regularly; (6, 4) fast rhythm, irregular neurons; (5, 2) asynchronous, irregular;
    (4.5, 0.9) slow rhythm. `E`, `I`: its projections; `world`: its input. Change `net.projections[1].weight`, or
    `net.inputs[0].rate`, between two runs; `set_brunel(net, g, eta)` does both.

    Source: Brunel, J. Comput. Neurosci. 8 (2000) 183, model A.

    >>> brunel(g=5.0, eta=2.0, n=500)
    Network(cells: 500 LIF; 2 projections, 25000 synapses)
    """
    if isinstance(n, bool) or not isinstance(n, int) or n < 50:
        raise SimulationError(f"n = {n!r:.40}: a whole number of neurons, 50 or more, is expected.", try_=f"n={TEACHING}")
    first = round(0.8 * n)
    c_e = round(n / 12.5)
    c_i = max(1, round(c_e / 4))
    J = FULL[2] * math.sqrt(FULL[0] / n) if J is None else J
    cells = Population(LIF(tau_m=TAU, R_m=1.0, E_L=0.0, V_th=V_TH, V_reset=V_RESET, t_ref=T_REF), n, name="cells")
    jump = Delta()
    E, I = (
        Projection(pre, cells, FixedInDegree(c), jump, weight=w, delay=DELAY, seed=2 * seed + k, name=name)
        for k, (name, pre, c, w) in enumerate((("E", cells[:first], c_e, J), ("I", cells[first:], c_i, -g * J)))
    )
    world = PoissonInput(cells, jump, rate=0.0, weight=J, n=c_e, name="world")
    net = Network(E, I, world, seed=seed)
    set_brunel(net, g, eta)
    return net


def set_brunel(net: Network, g: float | None = None, eta: float | None = None, J: float | None = None) -> None:
    """Other values for a network that `brunel` has made, in the middle of its life. Nothing is compiled anew.

    >>> net = brunel(g=5.0, eta=2.0, n=500)
    >>> set_brunel(net, g=3.0)
    >>> print(f"{float(net.projections[1].weight):.3f} mV, {net.inputs[0].rate:.2f} Hz")
    -1.500 mV, 100.00 Hz
    """
    E, I, world = *net.projections, net.inputs[0]
    old = float(E.weight)
    g = -float(I.weight) / old if g is None else g
    eta = world.rate * old * world.n * TAU / (V_TH * 1000) if eta is None else eta
    J = old if J is None else J
    for name, value in (("g", g), ("eta", eta)):
        if not math.isfinite(value) or value < 0:
            raise SimulationError(f"{name} = {value!r:.40}: a number, 0 or more, is expected.", try_=f"{name}=4.0")
    if not math.isfinite(J) or J <= 0:
        raise SimulationError(f"J = {J!r:.40} mV: it must be above 0.", why="the network excites itself", try_="J=0.1")
    E.weight, I.weight, world.weight = J, -g * J, J
    world.rate = eta * V_TH / (J * world.n * TAU) * 1000  # Hz
