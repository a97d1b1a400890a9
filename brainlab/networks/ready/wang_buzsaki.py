"""The Wang-Buzsaki network: inhibition alone makes a gamma rhythm."""

from __future__ import annotations

import numpy as np

from ...connect import AllToAll
from ...models import WangBuzsaki
from ...synapses import Graded
from ..errors import SimulationError
from ..network import Network
from ..population import Population
from ..projection import Projection

REST = WangBuzsaki().E_L


def wang_buzsaki(
    n: int = 100, I: float = 1.0, I_sd: float = 0.0, g: float = 0.1, tau: float = 10.0, seed: int = 0
) -> Network:
    r"""Interneurons that inhibit each other, everybody everybody, and fire together.

    n    : neurons, 2 or more
    I    : uA/cm2, the constant drive, and I_sd its standard deviation between neurons. It is written into the leak, which
           is the same: $g_L (E_L + I / g_L - V) = g_L (E_L - V) + I$. So the network runs without an input
    g    : mS/cm2, what each neuron receives if all synapses are open: each has the weight g/n
    tau  : ms, decay of the inhibition

    It begins disordered: potentials from -70 to -50 mV. Alone these cells fire at 60 Hz with I = 1, at 40 Hz together:
    the time constant of the inhibition sets the rhythm. Together they stay only if they are alike: with I_sd = 0.1 each
    goes its own way. `set_wang_buzsaki` changes everything but n in the middle of its life.

    Source: Wang & Buzsaki, J. Neurosci. 16 (1996) 6402; there each cell hears 60 others of 100, chosen at random.

    >>> wang_buzsaki(n=20)
    Network(cells: 20 WangBuzsaki; 1 projection, 400 synapses)
    """
    if isinstance(n, bool) or not isinstance(n, int) or n < 2:
        raise SimulationError(f"n = {n!r:.40}: a whole number of neurons, 2 or more, is expected.", try_="n=100")
    cells = Population(WangBuzsaki(E_L=np.full(n, REST)), n, name="cells")
    net = Network(Projection(cells, cells, AllToAll(), Graded(), weight=0.0, name="inhibition"), seed=seed)
    set_wang_buzsaki(net, I, I_sd, g, tau)
    V = np.random.default_rng([seed, 1]).uniform(-70.0, -50.0, n)
    cells.V, (cells.h, cells.n) = V, WangBuzsaki().steady(V)
    return net


def set_wang_buzsaki(net: Network, I=None, I_sd=None, g=None, tau=None) -> None:
    """Other values for a network that `wang_buzsaki` has made. Nothing is compiled anew.

    I and I_sd go together: each neuron keeps its place among the others.

    >>> net = wang_buzsaki(n=20)
    >>> set_wang_buzsaki(net, I=2.0, tau=20.0)
    >>> net.projections[0].synapse
    Graded(tau=20.0)
    """
    cells, inhibition = net.population("cells"), net.projections[0]
    model, n = cells.model, cells.size
    for name, value, least in (("I", I, -np.inf), ("I_sd", I_sd, 0.0), ("g", g, 0.0)):
        if value is not None and not (np.isreal(value) and np.isfinite(value) and value >= least):
            rule = "a finite number" if least else "a number, 0 or more,"
            raise SimulationError(f"{name} = {value!r:.40}: {rule} is expected.", try_=f"{name}=0.1")
    if I is not None or I_sd is not None:
        drive = (np.asarray(model.E_L) - REST) * model.g_L
        shape = np.random.default_rng([net.seed, 2]).standard_normal(n)
        shape = (shape - shape.mean()) / shape.std()  # so that I and I_sd are just that
        I, I_sd = drive.mean() if I is None else I, drive.std() if I_sd is None else I_sd
        cells.model = model.replace(E_L=REST + (I + I_sd * shape) / model.g_L)
    if g is not None:
        inhibition.weight = g / n
    if tau is not None:
        inhibition.synapse = inhibition.synapse.replace(tau=tau)
