"""Two exercises of chapter 8: an exact step, and a step of two equations together."""

from __future__ import annotations

import numpy as np

from ._diagnose import call, compare, is_close, number, numbers, require_function
from ._exercise import Exercise, Wrong

# ---- 8.3


def check_exp_euler(exp_euler):
    require_function(exp_euler)
    cases = [(1.0, 0.0, 10.0, 1.0), (-65.0, -50.0, 10.0, 5.0), (0.2, 0.7, 2.0, 9.0), (30.0, -70.0, 20.0, 0.5)]
    got = np.array([number(call(exp_euler, *case)) for case in cases])
    x, x_inf, tau, dt = np.array(cases).T
    left = np.exp(-dt / tau)
    with np.errstate(all="ignore"):
        guesses = (
            (x + dt / tau * (x_inf - x), "That is Euler's method: a straight line. The exact solution is an exponential."),
            ((x + dt / tau * x_inf) / (1 + dt / tau), "That is backward Euler: it never explodes, but it is not exact."),
            (x * left, "That decays to 0. It should decay to x_inf: what decays is the distance from there."),
            (x * (1 - left) + x_inf * left, "The two shares are swapped: after a very short step x must still be x."),
            (x_inf + (x - x_inf) / left, "The exponent has the wrong sign: the distance from x_inf grows with every step."),
            (x_inf + (x - x_inf) * np.exp(-tau / dt), "It is upside down: dt / tau. A longer step must leave less of the "
            "distance."),
            ((x - x_inf) * left, "That is the distance that is left. Add x_inf, to which it is a distance."),
            ((x_inf - x) * (1 - left), "That is the change of x. Add it to x."),
            (x_inf + (x_inf - x) * left, "The distance is x - x_inf, not x_inf - x: your x jumps to the other side."),
            (x_inf + (x - x_inf) * np.exp(-dt * tau), "It is dt / tau, not dt times tau: with a longer tau less decays."),
            (x_inf + (x - x_inf) * np.exp(-dt), "Here tau is missing: how much decays in dt depends on the time constant."),
        )  # fmt: skip
    inputs = [f"x = {a:g}, x_inf = {b:g}, tau = {c:g}, dt = {d:g}" for a, b, c, d in cases]
    compare(got, x_inf + (x - x_inf) * left, inputs, rtol=1e-4, guesses=guesses)
    once = number(call(exp_euler, 1.0, 0.3, 5.0, 4.0))
    twice = number(call(exp_euler, number(call(exp_euler, 1.0, 0.3, 5.0, 2.0)), 0.3, 5.0, 2.0))
    if abs(once - twice) > 1e-5:
        raise Wrong("Two steps of 2 end elsewhere than one step of 4. An exact step does not care how time is cut.")


EXACT_HEAD = "import numpy as np\n\n\ndef exp_euler(x, x_inf, tau, dt):\n"
EXACT_DOC = '    """x after dt, if dx/dt = (x_inf - x) / tau. Exact for every dt."""\n'

EXP_EULER = Exercise(
    id="8.3",
    title="A step without error",
    task="The equation $dx/dt = (x_\\infty - x) / \\tau$ has a known solution, so a step needs no error at all. Write "
    "`exp_euler(x, x_inf, tau, dt)`: x after dt, exactly. `check` also takes one long step and two short ones: both must "
    "end in "
    "the same place.",
    stub=EXACT_HEAD + EXACT_DOC + "    return ...\n",
    answer="exp_euler",
    solution=EXACT_HEAD + EXACT_DOC + "    return x_inf + (x - x_inf) * np.exp(-dt / tau)\n",
    hints=(
        "Not x decays, but its distance from x_inf. By which factor, in the time dt?",
        "The distance x - x_inf is multiplied by exp(-dt / tau).",
        "The new x is x_inf + (x - x_inf) * np.exp(-dt / tau).",
    ),
    wrong={
        "euler": (EXACT_HEAD + "    return x + dt / tau * (x_inf - x)", "a straight line"),
        "backward": (EXACT_HEAD + "    return (x + dt / tau * x_inf) / (1 + dt / tau)", "backward Euler"),
        "to zero": (EXACT_HEAD + "    return x * np.exp(-dt / tau)", "decays to 0"),
        "swapped": (EXACT_HEAD + "    k = np.exp(-dt / tau)\n    return x * (1 - k) + x_inf * k", "shares are swapped"),
        "sign": (EXACT_HEAD + "    return x_inf + (x - x_inf) * np.exp(dt / tau)", "wrong sign"),
        "upside down": (EXACT_HEAD + "    return x_inf + (x - x_inf) * np.exp(-tau / dt)", "upside down"),
        "distance": (EXACT_HEAD + "    return (x - x_inf) * np.exp(-dt / tau)", "Add x_inf"),
        "change": (EXACT_HEAD + "    return (x_inf - x) * (1 - np.exp(-dt / tau))", "Add it to x"),
        "other side": (EXACT_HEAD + "    return x_inf + (x_inf - x) * np.exp(-dt / tau)", "to the other side"),
        "product": (EXACT_HEAD + "    return x_inf + (x - x_inf) * np.exp(-dt * tau)", "not dt times tau"),
        "no tau": (EXACT_HEAD + "    return x_inf + (x - x_inf) * np.exp(-dt)", "tau is missing"),
    },
    check=check_exp_euler,
    praise="Each gate of a Hodgkin-Huxley neuron is such an equation, as long as V stands still. During a step it does not "
    "quite: that is the error that is left.",
)

# ---- 8.5


def _leaky(V, n):
    return (-(V + 60.0) - 4.0 * n * (V + 80.0) + 20.0) / 5.0


def _gate(n, V):
    return (0.5 + 0.5 * np.tanh((V + 50.0) / 16.0) - n) / 3.0


def _steps(V, n, dt, dV, dn):
    """(V, n) after one Euler step of the joint equations, and after what is taken for it."""
    V1, n1 = V + dt * dV(V, n), n + dt * dn(n, V)
    return {
        "right": (V1, n1),
        "new V": (V1, n + dt * dn(n, V1)),
        "new n": (V + dt * dV(V, n1), n1),
        "swapped": (n1, V1),
        "slopes": (dV(V, n), dn(n, V)),
        "changes": (dt * dV(V, n), dt * dn(n, V)),
        "no dt": (V + dV(V, n), n + dn(n, V)),
        "V alone": (V1, n),
        "n alone": (V, n1),
        "told wrongly": (V + dt * dV(n, V), n + dt * dn(V, n)),
        "gate told wrongly": (V1, n + dt * dn(V, n)),
    }


def check_compose(step):
    require_function(step)
    cases = [(-60.0, 0.2, 0.5), (-30.0, 0.6, 0.1), (-75.0, 0.05, 1.0), (-45.0, 0.9, 0.2)]
    tables = [_steps(*case, _leaky, _gate) for case in cases]
    got = np.array([numbers(call(step, *case, _leaky, _gate), (2,), "V and n") for case in cases])
    want = np.array([table["right"] for table in tables])
    messages = {
        "gate told wrongly": "Look at what each module takes: dV(V, n), but dn(n, V). Its own state comes first.",
        "new V": "The gate is told the new V. That is a splitting: V moves first, then n. The joint equations know one "
        "moment only: "
        "take both slopes from the old state, then move both.",
        "new n": "The membrane is told the new n. That is a splitting: n moves first, then V. The joint equations know one "
        "moment "
        "only: take both slopes from the old state, then move both.",
        "swapped": "V and n are given back in the wrong order.",
        "slopes": "Those are the slopes. The step gives back the new V and n.",
        "changes": "Those are the changes of V and n. Add them to the old values.",
        "no dt": "The slopes are added without dt.",
        "V alone": "The gate is not plugged in: n does not move.",
        "n alone": "The membrane is not plugged in: V does not move.",
        "told wrongly": "Look at what each module takes: dV(V, n), but dn(n, V). Its own state comes first.",
    }
    guesses = [([table[name] for table in tables], message) for name, message in messages.items()]
    inputs = [f"{name}(dt) from V = {V:g}, n = {n:g}, dt = {dt:g}" for V, n, dt in cases for name in ("V", "n")]
    compare(got, want, inputs, rtol=1e-5, guesses=guesses)
    other = numbers(call(step, 1.0, 0.5, 0.1, lambda V, n: -n, lambda n, V: V), (2,), "V and n")
    if not is_close(other, (0.95, 0.6), 1e-5):
        raise Wrong("With other modules it goes wrong. Use the dV and dn that are handed over, whatever they are.")


COMPOSE_HEAD = "def step(V, n, dt, dV, dn):\n"
COMPOSE_DOC = '    """(V, n) one Euler step later. dV(V, n) and dn(n, V) are the slopes, own state first."""\n'

COMPOSE = Exercise(
    id="8.5",
    title="Plug a gate under a membrane",
    task="Two modules: a membrane with the slope `dV(V, n)`, and a gate with the slope `dn(n, V)`. Neither knows what is "
    "inside "
    "the other. Write `step(V, n, dt, dV, dn)`: one Euler step of the two together, as one system. Give back V and n.",
    stub=COMPOSE_HEAD + COMPOSE_DOC + "    return ...\n",
    answer="step",
    solution=COMPOSE_HEAD + COMPOSE_DOC + "    return V + dt * dV(V, n), n + dt * dn(n, V)\n",
    hints=(
        "One state with two numbers. Euler takes the slope of both at the same moment.",
        "Both slopes belong to the old V and the old n. Compute both before you change either.",
        "The new V is V + dt * dV(V, n), the new n is n + dt * dn(n, V), both with the old V and n.",
    ),
    wrong={
        "new V": (COMPOSE_HEAD + "    V = V + dt * dV(V, n)\n    n = n + dt * dn(n, V)\n    return V, n", "told the new V"),
        "new n": (COMPOSE_HEAD + "    n = n + dt * dn(n, V)\n    V = V + dt * dV(V, n)\n    return V, n", "told the new n"),
        "swapped": (COMPOSE_HEAD + "    return n + dt * dn(n, V), V + dt * dV(V, n)", "wrong order"),
        "slopes": (COMPOSE_HEAD + "    return dV(V, n), dn(n, V)", "Those are the slopes"),
        "changes": (COMPOSE_HEAD + "    return dt * dV(V, n), dt * dn(n, V)", "Add them to the old"),
        "no dt": (COMPOSE_HEAD + "    return V + dV(V, n), n + dn(n, V)", "without dt"),
        "gate forgotten": (COMPOSE_HEAD + "    return V + dt * dV(V, n), n", "n does not move"),
        "membrane forgotten": (COMPOSE_HEAD + "    return V, n + dt * dn(n, V)", "V does not move"),
        "told wrongly": (COMPOSE_HEAD + "    return V + dt * dV(n, V), n + dt * dn(V, n)", "what each module takes"),
        "gate told wrongly": (COMPOSE_HEAD + "    return V + dt * dV(V, n), n + dt * dn(V, n)", "what each module takes"),
        "one": (COMPOSE_HEAD + "    return V + dt * dV(V, n)", "V and n"),
    },
    check=check_compose,
    praise="Neither module had to know the other. That is what makes a library of channels possible. And the wrong one, "
    "with the "
    "new V, is a method too: a splitting, and not a bad one.",
)
