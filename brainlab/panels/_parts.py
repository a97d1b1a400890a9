"""The parts of a neuron that P8c puts together, and the schemes that move them by one step.

Each part is one equation dx/dt = gain - loss * x, whose gain and loss depend on the other states only. So the joint equation
is the list of the parts, and each part alone can be solved exactly while the others stand still.
"""

from __future__ import annotations

import jax.numpy as jnp

from .. import math as bm
from ..integrate._steppers import phi1, stepper
from ..math._array import raw

SETS = {"V": (), "V+n": ("n",), "V+m,h,n": ("m", "h", "n"), "V+m,h,n,p": ("m", "h", "n", "p")}
SCHEMES = ("rk4", "exp_euler", "in_turn", "strang")


def membrane(model, g_M, I, y):
    """dV/dt: each channel that is plugged in pulls V to its reversal potential. y: states by name, V among them."""
    pulls = [(model.g_L, model.E_L)]
    if "m" in y:
        pulls.append((model.g_Na * y["m"] ** 3 * y["h"], model.E_Na))
    if "n" in y:
        pulls.append((model.g_K * y["n"] ** 4, model.E_K))
    if "p" in y:
        pulls.append((g_M * y["p"], model.E_K))
    return (I + sum(g * E for g, E in pulls)) / model.C, sum(g for g, _ in pulls) / model.C


def gate(model, name, V):
    """dx/dt = alpha (1 - x) - beta x of the gate `name` at V (mV)."""
    if name == "p":  # slow potassium; Yamada, Koch and Adams (1989), here with 600 ms
        opening = 1 / (1 + bm.exp(-(V + 35) / 10))
        loss = (3.3 * bm.exp((V + 35) / 20) + bm.exp(-(V + 35) / 20)) / 600.0
        return opening * loss, loss
    rates = model.rates(V)._asdict()
    return rates[f"alpha_{name}"], rates[f"alpha_{name}"] + rates[f"beta_{name}"]


def start(model, gates):
    """At -65 mV, and the gates where they settle at that."""
    gains = [raw(gate(model, name, -65.0)) for name in gates]
    return jnp.stack([jnp.asarray(-65.0), *(gain / loss for gain, loss in gains)])


def stepping(model, gates, scheme, g_M, I):
    """step(y, dt) -> y one step later; y (1 + gates,): V, then the gates."""

    def of_V(y):
        return raw(membrane(model, g_M, I, {"V": y[0], **dict(zip(gates, y[1:], strict=True))}))

    def of_gates(V):
        return tuple(jnp.stack(column) for column in zip(*(raw(gate(model, name, V)) for name in gates), strict=True))

    def field(y, t):
        gain, loss = of_V(y)
        slopes = [gain - loss * y[0]]
        if gates:
            gain, loss = of_gates(y[0])
            slopes += list(gain - loss * y[1:])
        return jnp.stack(slopes)

    def move_V(y, dt):
        return y.at[0].set(relaxed(y[0], *of_V(y), dt))

    def move_gates(y, V, dt):
        return y.at[1:].set(relaxed(y[1:], *of_gates(V), dt)) if gates else y

    def in_turn(y, dt):
        y = move_V(y, dt)
        return move_gates(y, y[0], dt)  # they see the new V already

    def strang(y, dt):
        y = move_V(move_gates(y, y[0], dt / 2), dt)
        return move_gates(y, y[0], dt / 2)

    def exp_euler(y, dt):
        return move_gates(move_V(y, dt), y[0], dt)  # all from the old state

    def rk4(y, dt):
        return stepper("rk4")(field, y, 0.0, dt)

    return dict(zip(SCHEMES, (rk4, exp_euler, in_turn, strang), strict=True))[scheme]


def relaxed(x, gain, loss, dt):
    """The exact solution of dx/dt = gain - loss * x after dt, gain and loss held."""
    return x + dt * phi1(-loss * dt) * (gain - loss * x)
