"""Izhikevich's network of 2003: a thousand neurons, a million synapses, and rhythms that nobody put in."""

from __future__ import annotations

import numpy as np

from ...math.sparse import Dense
from ...models import Izhikevich
from ...synapses import Synapse
from ..groups import PoissonInput
from ..network import Network
from ..population import Population
from ..projection import Projection

N_E, N_I = 800, 200
SOURCES, RATE = 4, 1000.0  # of each sign, Hz: +-4 spikes in a step


class OneStep(Synapse):
    """A current that is there in the step in which a spike arrives, and in no other: that of the published program."""

    states = ("I",)
    units = {"I": "weight"}
    held = True
    E_rev = None

    def initial(self):
        return (0.0,)

    def advance(self, I, dt):
        return (0.0 * I,)

    def output(self, I):
        return I


def izhikevich_2003(seed: int = 0) -> Network:
    r"""800 excitatory and 200 inhibitory neurons, each connected to all, no two alike.

    With a random r from 0 to 1 for each neuron: excitatory ones go from regular spiking to chattering, $c = -65 + 15 r^2$,
    $d = 8 - 6 r^2$; inhibitory ones from fast spiking to low threshold, $a = 0.02 + 0.08 r$, $b = 0.25 - 0.05 r$. Weights
    are from 0 to 0.5, and from -1 to 0. A spike is a current in the next step of 1 ms.

    The thalamus is noise, 5 randn and 2 randn in each step in the published program. Here it is as many positive as
    negative spikes of Poisson sources, with the same mean and variance: `thalamus` and `less` (to E and to I).

    The step belongs to the network: V in two steps of 0.5 ms, u in one of 1 ms (scheme "2003"). With another it is another
    network, and with currents that act at once, or smaller steps, V no longer overshoots as it does here.

    Source: Izhikevich, IEEE Trans. Neural Networks 14 (2003) 1569, with its program.

    >>> izhikevich_2003()
    Network(E: 800 Izhikevich, I: 200 Izhikevich; 4 projections, 1000000 synapses)
    """
    rng = np.random.default_rng([seed, 1])
    r_E, r_I = rng.random(N_E), rng.random(N_I)
    models = {
        "E": Izhikevich(scheme="2003", a=0.02, b=0.2, c=-65 + 15 * r_E**2, d=8 - 6 * r_E**2),
        "I": Izhikevich(scheme="2003", a=0.02 + 0.08 * r_I, b=0.25 - 0.05 * r_I, c=-65.0, d=2.0),
    }
    cells = {
        name: Population(model, size, name=name) for (name, model), size in zip(models.items(), (N_E, N_I), strict=True)
    }
    pulse, parts = OneStep(), []
    for pre, largest in (("E", 0.5), ("I", -1.0)):
        for post in cells:
            weights = Dense(largest * rng.random((cells[pre].size, cells[post].size)))
            parts.append(Projection(cells[pre], cells[post], weights, pulse, name=f"{pre} to {post}"))
    for post, sigma in (("E", 5.0), ("I", 2.0)):
        weight = sigma / np.sqrt(2 * SOURCES * RATE / 1000)
        for name, sign in (("thalamus", 1), ("less", -1)):
            parts.append(PoissonInput(cells[post], pulse, RATE, sign * weight, n=SOURCES, name=f"{name} to {post}"))
    for population in cells.values():
        V = np.full(population.size, -65.0)
        population.V, population.u = V, np.asarray(population.model.b) * V
    return Network(*parts, seed=seed, dt=1.0)
