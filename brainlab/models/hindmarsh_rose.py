"""HindmarshRose: bursts, periodic and chaotic, from three variables."""

from __future__ import annotations

import jax

from ..math._array import box, raw
from ..params import param
from ._rest import lowest_root
from .neuron import Neuron


class HindmarshRose(Neuron):
    r"""Hindmarsh-Rose neuron: a spiking neuron (x, y) and a slow current z that its own spikes build up.

    $$\frac{dx}{dt} = y - a x^3 + b x^2 - z + I, \qquad \frac{dy}{dt} = c - d x^2 - y, \qquad
    \frac{dz}{dt} = r\,(s\,(x - x_R) - z)$$

    Nothing here has a unit, not even time. A spike is counted when x crosses 0 upwards. With more and more current:
    rest, single spikes (I = 1.5), doublets (2), triplets (2.5), chaotic bursts (3.0, 3.25), tonic firing (4).

    Source: Hindmarsh & Rose, Proc. R. Soc. Lond. B 221 (1984) 87.

    >>> neuron = HindmarshRose()
    >>> neuron.derivative(0.0, 0.0, 0.0, 3.0)[:2]
    (3.0, 1.0)
    """

    states = ("x", "y", "z")
    units = {"x": "1", "y": "1", "z": "1"}
    ranges = {"x": (-2.0, 2.5), "y": (-20.0, 2.0), "z": (-1.0, 6.0)}
    current_unit = "1"
    method = "rk4"
    dt = 0.05
    threshold = 0.0

    a: float = param(
        1.0,
        "1",
        "strength of the cubic term",
        symbol="a",
        slider=(0.5, 2),
        above=0,
        why="nothing would bring x back",
    )
    b: float = param(3.0, "1", "strength of the square term", symbol="b", slider=(2, 3.5))
    c: float = param(1.0, "1", "drive of the fast recovery", symbol="c", slider=(0, 2))
    d: float = param(5.0, "1", "how strongly x drives the fast recovery", symbol="d", slider=(3, 7))
    r: float = param(
        0.006,
        "1",
        "speed of the slow current",
        symbol="r",
        slider=(0.001, 0.05),
        above=0,
        why="z would run away from its nullcline instead of towards it",
    )
    s: float = param(
        4.0,
        "1",
        "how strongly x drives the slow current",
        symbol="s",
        slider=(1, 5),
        above=0,
        why="spikes would add to what excites them, not to what ends the burst",
    )
    x_R: float = param(-1.6, "1", "where the slow current is zero", symbol="x_R", slider=(-2, -1))

    def derivative(self, x, y, z, I):
        dx = y - self.a * x * x * x + self.b * x * x - z + I
        dy = self.c - self.d * x * x - y
        dz = self.r * (self.s * (x - self.x_R) - z)
        return dx, dy, dz

    def spike(self, before, after):
        return (before[0] < self.threshold) & (after[0] >= self.threshold)

    def initial(self):
        """At rest: the fixed point at I = 0."""
        x = self.rest()
        return x, self.c - self.d * x * x, self.s * (x - self.x_R)

    def rest(self, I=0.0):
        """x at the fixed point for constant I, stable or not. Where there are several, the lowest."""
        return box(_rest(raw(self), raw(I)))


@jax.jit
def _rest(model, I):
    a, square, s, constant = model.a, model.d - model.b, model.s, -model.s * model.x_R - model.c - I
    reach = 1 + (abs(square) + abs(s) + abs(constant)) / a  # Cauchy's bound on the roots of a polynomial
    return lowest_root(lambda x: ((a * x + square) * x + s) * x + constant, -reach, reach)
