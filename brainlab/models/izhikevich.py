"""Izhikevich: the two-variable neuron of 2003, and the twenty patterns of 2004."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from .. import math as bm
from ..params import param
from .lif import REFRACTORY, WHY_RESET
from .neuron import Drive, Neuron


class Izhikevich(Neuron):
    r"""Izhikevich's simple model of a spiking neuron.

    $$\frac{dV}{dt} = p_1 V^2 + p_2 V + p_3 - u + I, \qquad \frac{du}{dt} = a\,(b\,(V - V_u) - k_u u)$$
    $$V \ge V_{peak} \Rightarrow V \leftarrow c,\; u \leftarrow u + d$$

    The units are only loosely those of a neuron: V looks like mV and t like ms, I and u have no unit.

    scheme : "published" is the author's own program: one Euler step in which u already sees the new V, a spike where
             V > V_peak after it. Several of the famous patterns (T, and N, P, Q, D) are made by this scheme at its step
             of 0.1 to 0.5 ms, and are others with a smaller one. "2003" is the program of the network of that year: V in
             two Euler steps of dt/2, then u in one of dt. "continuous" integrates the equations.

    Source: Izhikevich, IEEE Trans. Neural Networks 14 (2003) 1569 and 15 (2004) 1063; the twenty sets with their drives
    follow the program that the author published with figure 1 of the second (figure1.m).

    >>> print(*(f"{x:.2f}" for x in Izhikevich().initial()))
    -70.00 -14.00
    >>> Izhikevich(scheme="continuous").derivative(-65.0, -13.0, 10.0)
    (7.0, 0.0)
    """

    states = ("V", "u")
    units = {"V": "mV", "u": "1"}
    current_unit = "1"
    method = "rk4"
    dt = 0.25
    ordered: ClassVar = (("c", "V_peak", WHY_RESET),)

    a: float = param(0.02, "1/ms", "speed of the recovery variable", symbol="a", slider=(-0.05, 0.2))
    b: float = param(0.2, "1/mV", "how much recovery follows V below threshold", symbol="b", slider=(-1, 1))
    c: float = param(-65.0, "mV", "reset potential", symbol="c", slider=(-80, -40))
    d: float = param(6.0, "1", "recovery by each spike", symbol="d", slider=(-25, 10))
    V_peak: float = param(30.0, "mV", "where the spike is cut off", symbol=r"V_{peak}", slider=(0, 50))
    p1: float = param(
        0.04,
        "1/(mV ms)",
        "curvature",
        symbol="p_1",
        slider=(0.01, 0.1),
        above=0,
        why="the parabola would open downwards, and V fall without end instead of rising to a spike",
    )
    p2: float = param(5.0, "1/ms", "slope of the parabola", symbol="p_2", slider=(3, 6))
    p3: float = param(140.0, "mV/ms", "height of the parabola", symbol="p_3", slider=(100, 160))
    V_u: float = param(0.0, "mV", "where recovery is zero", symbol="V_u", slider=(-80, 0))
    k_u: float = param(
        1.0, "1", "decay of recovery", symbol="k_u", slider=(0, 2), at_least=0, why="u would grow without end by itself"
    )
    t_ref: float = param(0.0, "ms", "refractory period", **REFRACTORY)
    scheme: str = param("published", "", "numerical scheme", structural=True, choices=("published", "2003", "continuous"))

    def initial(self):
        """Rest at I = 0 (the lower root of the parabola), or the bottom of the parabola where there is no rest."""
        # p1 V^2 + (p2 - b/k) V + p3 + b V_u/k = 0; with k_u = 0 there is no line u = b (V - V_u)/k_u, and 1 stands in
        slope = self.b / bm.where(bm.equal(self.k_u, 0.0), 1.0, self.k_u)
        linear = self.p2 - slope
        inside = linear**2 - 4 * self.p1 * (self.p3 + slope * self.V_u)
        root = bm.where(inside > 0, bm.sqrt(bm.where(inside > 0, inside, 1.0)), 0.0)
        V = (-linear - root) / (2 * self.p1)
        return V, slope * (V - self.V_u)

    def derivative(self, V, u, I):
        dV = self.p1 * V * V + self.p2 * V + self.p3 - u + I
        du = self.a * (self.b * (V - self.V_u) - self.k_u * u)
        return dV, du

    @property
    def threshold(self):
        return self.V_peak

    def spike(self, before, after):
        return after[0] > self.V_peak if self.scheme == "published" else after[0] >= self.V_peak

    def reset(self, V, u):
        return self.c + 0 * V, u + self.d

    def scheme_step(self):
        return {"published": published_step, "2003": halves_step}.get(self.scheme)


def published_step(f, y, t, dt):
    """Euler, V first; u then sees the new V."""
    V, u = y
    V = V + dt * f((V, u), t)[0]
    return V, u + dt * f((V, u), t)[1]


def halves_step(f, y, t, dt):
    """V in two Euler steps of half the length; u then in one."""
    V, u = y
    V = V + dt / 2 * f((V, u), t)[0]
    return published_step(lambda y, t: (f(y, t)[0] / 2, f(y, t)[1]), (V, u), t, dt)


def _pulses(t, size, *starts, width):
    """`size` strictly between each start and start + width, the comparison of the author's program."""
    return size * np.any([(t > s) & (t < s + width) for s in starts], axis=0)


CLASS_1 = dict(p2=4.1, p3=108.0)  # the parabola of patterns G and L


def _pattern(a, b, c, d, V, dt, duration, current, u=None, **more):
    model = Izhikevich(a=a, b=b, c=c, d=d, **more)
    # One step more than duration / dt: the program's time axis includes both ends.
    return model, Drive(current, duration=duration + dt, dt=dt, start=(V, b * V if u is None else u))


# name -> (model, drive), lettered as in figure 1 of Izhikevich (2004).
PATTERNS = {
    "A tonic spiking": _pattern(0.02, 0.2, -65, 6, -70, 0.25, 100, lambda t: 14.0 * (t > 10)),
    "B phasic spiking": _pattern(0.02, 0.25, -65, 6, -64, 0.25, 200, lambda t: 0.5 * (t > 20)),
    "C tonic bursting": _pattern(0.02, 0.2, -50, 2, -70, 0.25, 220, lambda t: 15.0 * (t > 22)),
    "D phasic bursting": _pattern(0.02, 0.25, -55, 0.05, -64, 0.2, 200, lambda t: 0.6 * (t > 20)),
    "E mixed mode": _pattern(0.02, 0.2, -55, 4, -70, 0.25, 160, lambda t: 10.0 * (t > 16)),
    "F spike frequency adaptation": _pattern(0.01, 0.2, -65, 8, -70, 0.25, 85, lambda t: 30.0 * (t > 8.5)),
    "G class 1 excitable": _pattern(0.02, -0.1, -55, 6, -60, 0.25, 300, lambda t: 0.075 * np.maximum(t - 30, 0), **CLASS_1),
    "H class 2 excitable": _pattern(0.2, 0.26, -65, 0, -64, 0.25, 300, lambda t: -0.5 + 0.015 * np.maximum(t - 30, 0)),
    "I spike latency": _pattern(0.02, 0.2, -65, 6, -70, 0.2, 100, lambda t: _pulses(t, 7.04, 10, width=3)),
    "J subthreshold oscillation": _pattern(0.05, 0.26, -60, 0, -62, 0.25, 200, lambda t: _pulses(t, 2.0, 20, width=5)),
    "K resonator": _pattern(0.1, 0.26, -60, -1, -62, 0.25, 400, lambda t: _pulses(t, 0.65, 40, 60, 280, 320, width=4)),
    "L integrator": _pattern(
        0.02, -0.1, -55, 6, -60, 0.25, 100, lambda t: _pulses(t, 9.0, 100 / 11, 100 / 11 + 5, 70, 80, width=2), **CLASS_1
    ),
    "M rebound spike": _pattern(0.03, 0.25, -60, 4, -64, 0.2, 200, lambda t: _pulses(t, -15.0, 20, width=5)),
    "N rebound burst": _pattern(0.03, 0.25, -52, 0, -64, 0.2, 200, lambda t: _pulses(t, -15.0, 20, width=5)),
    "O threshold variability": _pattern(
        0.03, 0.25, -60, 4, -64, 0.25, 100, lambda t: _pulses(t, 1.0, 10, 80, width=5) + _pulses(t, -6.0, 70, width=5)
    ),
    "P bistability": _pattern(0.1, 0.26, -60, 0, -61, 0.25, 300, lambda t: 0.24 + _pulses(t, 1.0, 37.5, 216, width=5)),
    "Q depolarizing afterpotential": _pattern(1, 0.2, -60, -21, -70, 0.1, 50, lambda t: 20.0 * (abs(t - 10) < 1)),
    "R accommodation": _pattern(
        0.02,
        1,
        -55,
        4,
        -65,
        0.5,
        400,
        lambda t: np.select([t < 200, t < 300, t < 312.5], [t / 25, 0 * t, (t - 300) / 12.5 * 4], 0.0),
        u=-16.0,
        V_u=-65.0,
        k_u=0.0,
    ),
    "S inhibition-induced spiking": _pattern(
        -0.02, -1, -60, 8, -63.8, 0.5, 350, lambda t: np.where((t < 50) | (t > 250), 80.0, 75.0)
    ),
    "T inhibition-induced bursting": _pattern(
        -0.026, -1, -45, -2, -63.8, 0.5, 350, lambda t: np.where((t < 50) | (t > 250), 80.0, 75.0)
    ),
}
