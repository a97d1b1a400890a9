"""What checks compare with: closed forms and small NumPy integrations, independent of brainlab's own models.

LIF: tau_m dV/dt = -(V - E_L) + R_m I. HH: Hodgkin & Huxley (1952), J. Physiol. 117:500, in the modern sign convention,
rest near -65 mV. Units: ms, mV, MOhm and nA (LIF), uF/cm2, mS/cm2 and uA/cm2 (HH).
"""

from __future__ import annotations

import math

import numpy as np

LIF = {"tau_m": 10.0, "R_m": 10.0, "E_L": -65.0, "V_th": -50.0, "V_reset": -65.0, "t_ref": 2.0}
HH = {"C": 1.0, "g_Na": 120.0, "g_K": 36.0, "g_L": 0.3, "E_Na": 50.0, "E_K": -77.0, "E_L": -54.387}


def lif_rate(I, tau_m, R_m, E_L, V_th, V_reset, t_ref):
    """Firing rate (Hz) for a constant current; 0 where the neuron never reaches its threshold."""
    I = np.asarray(I, float)
    fires = R_m * I + E_L > V_th
    drive = np.where(fires, R_m * I + E_L, V_th + 1.0)
    return np.where(fires, 1000 / (t_ref + tau_m * np.log((drive - V_reset) / (drive - V_th))), 0.0)


def lif_spikes(I, duration, tau_m, R_m, E_L, V_th, V_reset=None, t_ref=2.0, dt=0.05):
    """Spike times (ms) of one neuron under a constant current; each step is exact."""
    V_reset = E_L if V_reset is None else V_reset
    V, left, decay, spikes = E_L, 0.0, math.exp(-dt / tau_m), []
    for i in range(round(duration / dt)):
        left -= dt
        V = V_reset if left > 0 else E_L + R_m * I + (V - E_L - R_m * I) * decay
        if V >= V_th:
            spikes.append((i + 1) * dt)
            V, left = V_reset, t_ref + dt
    return spikes


def vtrap(x, y):
    """x / (1 - exp(-x/y)), and its limit y + x/2 where that is 0/0."""
    return y + x / 2 if abs(x / y) < 1e-6 else x / -math.expm1(-x / y)


def hh_rates(V):
    """alpha_m, beta_m, alpha_h, beta_h, alpha_n, beta_n in 1/ms at V in mV."""
    return (
        0.1 * vtrap(V + 40, 10),
        4 * math.exp(-(V + 65) / 18),
        0.07 * math.exp(-(V + 65) / 20),
        1 / (1 + math.exp(-(V + 35) / 10)),
        0.01 * vtrap(V + 55, 10),
        0.125 * math.exp(-(V + 65) / 80),
    )


def hh_steady(V):
    """m, h, n after a long time at V."""
    am, bm, ah, bh, an, bn = hh_rates(V)
    return am / (am + bm), ah / (ah + bh), an / (an + bn)


def hh_currents(V, m, h, n, g_Na=120.0, g_K=36.0, g_L=0.3, E_Na=50.0, E_K=-77.0, E_L=-54.387, C=1.0):
    """I_Na, I_K, I_L in uA/cm2, outward positive."""
    return g_Na * m**3 * h * (V - E_Na), g_K * n**4 * (V - E_K), g_L * (V - E_L)


def hh_derivative(V, m, h, n, I, **parameters):
    """dV/dt (mV/ms), dm/dt, dh/dt, dn/dt (1/ms)."""
    am, bm, ah, bh, an, bn = hh_rates(V)
    dV = (I - sum(hh_currents(V, m, h, n, **parameters))) / parameters.get("C", 1.0)
    return dV, am * (1 - m) - bm * m, ah * (1 - h) - bh * h, an * (1 - n) - bn * n


def hh_rest(**parameters):
    """V, m, h, n without a current: the zero of the steady current that lies highest below -40 mV, by bisection."""

    def current(V):
        return sum(hh_currents(V, *hh_steady(V), **parameters))

    low, high = -120.0, -40.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if current(middle) < 0 else (low, middle)
    return (low, *hh_steady(low))


REST = hh_rest()


def hh_run(I, dt=0.025, start=REST):
    """A run by RK4 from rest: (steps, 4) states after each step. I: (steps,) uA/cm2."""
    state, out = tuple(start), np.empty((len(I), 4))
    for i, current in enumerate(np.asarray(I, float).tolist()):
        k1 = hh_derivative(*state, current)
        k2 = hh_derivative(*[s + dt / 2 * k for s, k in zip(state, k1, strict=True)], current)
        k3 = hh_derivative(*[s + dt / 2 * k for s, k in zip(state, k2, strict=True)], current)
        k4 = hh_derivative(*[s + dt * k for s, k in zip(state, k3, strict=True)], current)
        slopes = zip(state, k1, k2, k3, k4, strict=True)
        state = tuple(s + dt / 6 * (a + 2 * b + 2 * c + d) for s, a, b, c, d in slopes)
        out[i] = state
    return out


def crossings(V, dt, level=0.0):
    """Times (ms) at which V passes `level` upwards, between the steps by a straight line."""
    V = np.asarray(V, float)
    i = np.flatnonzero((V[:-1] < level) & (V[1:] >= level))
    return (i + 1 + (level - V[i]) / (V[i + 1] - V[i])) * dt
