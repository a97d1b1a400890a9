"""A network in plain NumPy, one step after the other, to hold the engine against: matrices, loops, no cleverness.

Spikes of step k are row k of `fired`; with a delay of d steps they arrive at the beginning of step k + d.
"""

import numpy as np


class Plain:
    """LIF cells (the default values of bl.LIF) and a list of synapses."""

    E_L, V_th, V_reset, tau_m, R_m, t_ref = -65.0, -50.0, -65.0, 10.0, 10.0, 2.0

    def __init__(self, n, synapses, I=0.0, dt=0.1):
        self.n, self.synapses, self.I, self.dt = n, synapses, np.broadcast_to(I, n), dt
        self.V, self.left, self.fired, self.trace = np.full(n, self.E_L), np.zeros(n), [], []

    def run(self, steps):
        for k in range(steps):
            for s in self.synapses:
                s.arrive(self, k)
            # dV/dt = slope - rate V, with what the synapses give in this step
            slope = (self.E_L + self.R_m * self.I) / self.tau_m
            rate = np.full(self.n, 1 / self.tau_m)
            jump = np.zeros(self.n)
            for s in self.synapses:
                g, drive, mV = s.gives(self)
                slope = slope + self.R_m * drive / self.tau_m
                rate = rate + self.R_m * g / self.tau_m
                jump += mV
            free = self.left == 0
            V = self.V + jump * free
            end = slope / rate + (V - slope / rate) * np.exp(-rate * self.dt)
            V = np.where(free, end, V)
            now = (V >= self.V_th) & free
            self.V = np.where(now, self.V_reset, V)
            self.left = np.where(now, round(self.t_ref / self.dt), np.maximum(self.left - 1, 0))
            self.fired.append(now)
            self.trace.append(self.V.copy())
            for s in self.synapses:
                s.goes_on(self)
        return np.array(self.fired), np.array(self.trace)


class Link:
    """W (n, n) from row to column, 0 where there is no synapse; D the delays in steps; source: (steps, n) spikes from
    elsewhere instead of the cells."""

    def __init__(self, W, D=1, source=None):
        self.W, self.D, self.source = np.asarray(W, float), np.broadcast_to(D, np.shape(W)), source

    def heard(self, net, k):
        """(row, column) 1 where a spike arrives in step k."""
        rows = self.source if self.source is not None else net.fired
        out = np.zeros(self.W.shape)
        for i in range(self.W.shape[0]):
            for j in range(self.W.shape[1]):
                then = k - self.D[i, j]
                out[i, j] = 0 <= then < len(rows) and rows[then][i]
        return out

    def goes_on(self, net):
        pass


class Decaying(Link):
    """Exponential(tau, E_rev), with or without short-term plasticity (U, tau_f, tau_d)."""

    def __init__(self, W, D=1, tau=5.0, E_rev=None, stp=None, **kw):
        super().__init__(W, D, **kw)
        self.tau, self.E_rev, self.stp = tau, E_rev, stp
        self.g = np.zeros(self.W.shape[1])
        self.u, self.x = np.zeros(len(self.W)), np.ones(len(self.W))

    def arrive(self, net, k):
        heard = self.heard(net, k)
        if self.stp is not None:
            U, tau_f, tau_d = self.stp
            at = heard.max(axis=1) > 0
            self.u = np.where(at, self.u + U * (1 - self.u), self.u)
            heard = heard * (self.u * self.x)[:, None]
            self.x = np.where(at, self.x * (1 - self.u), self.x)
            self.u = self.u * np.exp(-net.dt / tau_f)
            self.x = 1 - (1 - self.x) * np.exp(-net.dt / tau_d)
        self.g = self.g + (self.W * heard).sum(axis=0)

    def gives(self, net):
        g = self.g * np.exp(-net.dt / 2 / self.tau)
        return (0.0, g, 0.0) if self.E_rev is None else (g, g * self.E_rev, 0.0)

    def goes_on(self, net):
        self.g = self.g * np.exp(-net.dt / self.tau)


class Jumping(Link):
    def arrive(self, net, k):
        self.mV = (self.W * self.heard(net, k)).sum(axis=0)

    def gives(self, net):
        return 0.0, 0.0, self.mV


class Saturating(Link):
    """One state for each neuron that sends; `open_` moves it on by one step, `block` is what is free at V."""

    def __init__(self, W, D=1, **kw):
        super().__init__(W, D, **kw)
        self.s = np.zeros(len(self.W))

    def arrive(self, net, k):
        self.open_(self.heard(net, k).max(axis=1) > 0, net.dt)

    def gives(self, net):
        """Straightened at V, as the exponential Euler method does: I(v) = I(V) + I'(V) (v - V)."""

        def current(V):
            return self.s @ self.W * self.block(V) * (0.0 - V)

        slope = (current(net.V + 1e-4) - current(net.V - 1e-4)) / 2e-4
        return -slope, current(net.V) - slope * net.V, 0.0


class AMPA(Saturating):
    """1.1 and 0.19 per ms; a spike is a pulse of 1 ms and 1 mM, and one that comes in it prolongs it."""

    pulse = 0.0

    def open_(self, at, dt):
        self.pulse = np.where(at, round(1.0 / dt), self.pulse)
        opening = 1.1 * (self.pulse > 0)
        end = opening / (opening + 0.19)
        self.s = end + (self.s - end) * np.exp(-(opening + 0.19) * dt)
        self.pulse = np.maximum(self.pulse - 1, 0)

    def block(self, V):
        return 1.0


class NMDA(Saturating):
    """tau 2 and 100 ms, 0.5 per ms; Runge-Kutta in 20 pieces of a step."""

    x = 0.0

    def open_(self, at, dt):
        self.x = self.x + at
        h = dt / 20

        def slope(s, x):
            return 0.5 * x * (1 - s) - s / 100

        for _ in range(20):
            middle, end = self.x * np.exp(-h / 4), self.x * np.exp(-h / 2)
            k1 = slope(self.s, self.x)
            k2 = slope(self.s + h / 2 * k1, middle)
            k3 = slope(self.s + h / 2 * k2, middle)
            k4 = slope(self.s + h * k3, end)
            self.s, self.x = self.s + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4), end

    def block(self, V):
        return 1 / (1 + np.exp(-0.062 * V) / 3.57)


class Gap(Link):
    def arrive(self, net, k):
        self.others = net.V @ self.W

    def gives(self, net):
        return self.W.sum(axis=0), self.others, 0.0
