"""FitzHughNagumo: excitability in two variables that can be drawn on one page."""

from __future__ import annotations

import jax

from ..math._array import box, raw
from ..params import param
from ._rest import lowest_root
from .neuron import Neuron


class FitzHughNagumo(Neuron):
    r"""FitzHugh-Nagumo neuron: the Hodgkin-Huxley neuron, with all but its geometry taken away.

    $$\frac{dv}{dt} = v - \frac{v^3}{3} - w + I, \qquad \frac{dw}{dt} = \frac{v + a - b\,w}{\tau}$$

    Nothing here has a unit, not even time: a rate "in Hz" is 1000 over the period. A spike is counted when v crosses 0
    upwards. Between I = 0.331281 and 1.418719 the fixed point is unstable.

    Source: FitzHugh, Biophys. J. 1 (1961) 445; Nagumo, Arimoto & Yoshizawa, Proc. IRE 50 (1962) 2061. The sign of v and
    the default values are those in common use, with FitzHugh's 1/c^2 = 0.08 = 1/tau.

    >>> neuron = FitzHughNagumo()
    >>> print(*(f"{x:.4f}" for x in neuron.initial()))
    -1.1994 -0.6243
    >>> neuron.derivative(0.0, 0.0, 0.5)[0]
    0.5
    """

    states = ("v", "w")
    units = {"v": "1", "w": "1"}
    ranges = {"v": (-2.5, 2.5), "w": (-1.5, 2.5)}
    current_unit = "1"
    method = "rk4"
    dt = 0.1
    threshold = 0.0

    a: float = param(0.7, "1", "offset of the recovery nullcline", symbol="a", slider=(0, 1.5))
    b: float = param(
        0.8,
        "1",
        "how fast recovery forgets",
        symbol="b",
        slider=(0, 2),
        at_least=0,
        why="w would feed itself and grow without end",
    )
    tau: float = param(
        12.5,
        "1",
        "time constant of recovery",
        symbol=r"\tau",
        slider=(1, 50),
        above=0,
        why="w would run away from its nullcline instead of towards it",
    )

    def derivative(self, v, w, I):
        return v - v * v * v / 3 - w + I, (v + self.a - self.b * w) / self.tau

    def spike(self, before, after):
        return (before[0] < self.threshold) & (after[0] >= self.threshold)

    def initial(self):
        """At rest: the fixed point at I = 0."""
        v = self.rest()
        return v, v - v * v * v / 3

    def rest(self, I=0.0):
        """v at the fixed point for constant I, stable or not. Where there are three (b > 1), the lowest."""
        return box(_rest(raw(self), raw(I)))


@jax.jit
def _rest(model, I):
    a, b = model.a, model.b
    reach = 3 + abs(a) + b * abs(I)  # beyond it v + a - b w has the sign of v
    return lowest_root(lambda v: v + a - b * (v - v * v * v / 3 + I), -reach, reach)
