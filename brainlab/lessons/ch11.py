"""The exercises of chapter 11, Hodgkin-Huxley: 11.1 to 11.3. The others are in _ch11_runs.py."""

from __future__ import annotations

import numpy as np

from .. import math as bm
from ._ch11_runs import ONSET, REFRACTORY, SIGN
from ._diagnose import call, compare, explained, is_close, number, numbers, require_function, with_unit
from ._exercise import Exercise, Text, Wrong
from ._reference import hh_currents, hh_rest, hh_run, hh_steady, vtrap

# ---- 11.1


def check_alpha_n(alpha_n):
    require_function(alpha_n)
    V = np.array([-90.0, -77.0, -65.0, -50.0, -42.0, 0.0, 30.0])
    want = np.array([0.01 * vtrap(v + 55, 10) for v in V])
    got = numbers(call(alpha_n, bm.array(V)), V.shape, "one rate for each voltage")
    with np.errstate(all="ignore"):
        guesses = (
            ([0.1 * vtrap(v + 40, 10) for v in V], "That is alpha_m, the rate of the sodium gate m."),
            (
                0.01 * (10 - V) / np.expm1((10 - V) / 10),
                "That is the formula of 1952, with V counted from rest. Here rest is -65 mV.",
            ),
            (0.125 * np.exp(-(V + 65) / 80), "That is beta_n, the rate at which the gate closes."),
            (
                0.01 * (V + 55) / (np.exp(-(V + 55) / 10) - 1),
                "The size is right, the sign is not: a rate is never negative.",
            ),
        )
    compare(got, want, [f"V = {v:g} mV" for v in V], "per ms", guesses=guesses)
    at = number(call(alpha_n, bm.array(-55.0)))
    if not np.isfinite(at):
        raise Wrong(
            "At V = -55 mV exactly the formula is 0/0, and so is your answer ({got}). What is its limit there?", got=at
        )
    if not is_close(at, 0.1, 1e-3):
        raise Wrong("At V = -55 mV the limit of the formula is not {got}: expand the exponential.", got=f"{at:.4g}")
    _check_slope(alpha_n)


def _check_slope(alpha_n):
    for distance in (0.0, 1e-4, -1e-4, 1e-3, -1e-3, 0.01, -0.01, 0.1, -0.1, 5.0):
        try:
            slope = float(np.asarray(bm.grad(alpha_n)(-55.0 + distance)))
        except Exception as error:
            if isinstance(error, bm.errors.TracedValueError) or "Tracer" in type(error).__name__:
                raise Wrong(
                    "The values are right, but no gradient passes through: use the functions of `bm` throughout."
                ) from None
            raise explained(error) from None
        x = (distance if distance else 1e-4) / 10
        want = 0.005 if abs(x) < 0.02 else 0.01 * (1 - np.exp(-x) - x * np.exp(-x)) / (1 - np.exp(-x)) ** 2
        if not np.isfinite(slope):
            raise Wrong(
                "The values are right, but the gradient at {V} is {got}. `where` computes both branches, and 0 "
                "times infinity is "
                "NaN: give the formula a harmless number there, inside too.",
                V=f"{-55 + distance:.4f} mV",
                got=slope,
            )
        if slope == 0:
            raise Wrong("At {V} the gradient is 0: a constant fills the hole, but has no slope. One more term of "
                "the limit has it.",
                        V=f"{-55 + distance:.4f} mV")  # fmt: skip
        if abs(slope - want) > 2e-4:
            raise Wrong(
                "At {V} the gradient is {got}, it should be {want}. Close to -55 mV, 32 bits are too few for 1 - exp(-x): "
                "use `bm.expm1`, or the limit in a wider range.",
                V=f"{-55 + distance:.4f} mV",
                got=f"{slope:.3g}",
                want=f"{want:.3g}",
            )


ALPHA = "def alpha_n(V):\n"
DOC = '    """Opening rate of the potassium gate n (per ms) at V (mV)."""\n'
X = "    x = (V + 55) / 10\n"

ALPHA_N = Exercise(
    id="11.1",
    title="A rate with a hole in it",
    task="Write `alpha_n(V)`, the opening rate 0.01 (V + 55) / (1 - exp(-(V + 55) / 10)) per ms, with functions of `bm`. "
    "It must be right everywhere, at V = -55 mV as well, and so must its gradient.",
    stub="import brainlab.math as bm\n\n\n" + ALPHA + DOC + "    return ...\n",
    answer="alpha_n",
    solution="import brainlab.math as bm\n\n\n" + ALPHA + DOC + X
    + "    small = abs(x) < 0.01\n    safe = bm.where(small, 1.0, x)\n"
    + "    return 0.1 * bm.where(small, 1 + x / 2, safe / -bm.expm1(-safe))\n",
    hints=(
        "Put x = (V + 55) / 10: the rate is 0.1 x / (1 - exp(-x)). For small x, exp(-x) is nearly 1 - x + x^2 / 2.",
        "Near x = 0 the rate is 0.1 (1 + x / 2). A `bm.where` can choose it. But its gradient asks the other branch too.",
        "Let the formula never see a small x: `safe = bm.where(small, 1.0, x)`, and use `safe` in it, with "
        "`-bm.expm1(-safe)`.",
    ),
    wrong={
        "textbook": (ALPHA + X + "    return 0.1 * x / (1 - bm.exp(-x))", "exactly the formula is 0/0"),
        "one where": (ALPHA + X + "    return bm.where(x == 0, 0.1, 0.1 * x / (1 - bm.exp(-x)))", "`where` computes both"),
        "one point": (ALPHA + X + "    s = x == 0\n    q = bm.where(s, 1.0, x)\n"
                      "    return 0.1 * bm.where(s, 1 + x / 2, q / (1 - bm.exp(-q)))", "32 bits are too few"),
        "zero": (ALPHA + X + "    s = abs(x) < 0.01\n    q = bm.where(s, 1.0, x)\n"
                 "    return 0.1 * bm.where(s, 0.0, q / (1 - bm.exp(-q)))", "the limit of the formula"),
        "constant": (ALPHA + X + "    s = abs(x) < 0.01\n    q = bm.where(s, 1.0, x)\n"
                     "    return 0.1 * bm.where(s, 1.0, q / (1 - bm.exp(-q)))", "has no slope"),
        "alpha_m": (ALPHA + "    return 0.1 * (V + 40) / (1 - bm.exp(-(V + 40) / 10))", "That is alpha_m"),
        "1952": (ALPHA + "    return 0.01 * (10 - V) / (bm.exp((10 - V) / 10) - 1)", "formula of 1952"),
        "beta_n": (ALPHA + "    return 0.125 * bm.exp(-(V + 65) / 80)", "That is beta_n"),
        "sign": (ALPHA + X + "    return 0.1 * x / (bm.exp(-x) - 1)", "never negative"),
        "numpy": (ALPHA + X + "    return np.where(np.abs(x) < 1e-9, 0.1, 0.1 * x / (1 - np.exp(-np.where(x == 0, 1, x))))",
                  "use the functions of `bm`"),
    },
    check=check_alpha_n,
    praise="A value can be right while its gradient is NaN. Whoever fits or trains such a neuron would find out late.",
)  # fmt: skip

# ---- 11.2


def check_rest(rest):
    require_function(rest)
    for parameters in ({}, {"g_K": 60.0}, {"E_L": -60.0, "g_L": 0.6}):
        got = numbers(call(rest, **parameters), (4,), "V, m, h, n")
        V, *gates = got
        shown = ", ".join(f"{name} = {value:g}" for name, value in parameters.items()) or Text("the standard values")
        if not np.isfinite(got).all():
            raise Wrong("With {parameters} your answer holds {got}.", parameters=shown, got=got[~np.isfinite(got)][0])
        if not all(0 <= gate <= 1 for gate in gates):
            raise Wrong("A gate lies between 0 and 1, yours are {gates}. The order is V, m, h, n.", gates=np.round(gates, 3))
        for name, mine, steady in zip("mhn", gates, hh_steady(V), strict=True):
            if abs(mine - steady) > 2e-4:
                raise Wrong(
                    "At your V = {V} the gate {gate} does not stand still: it would move from {mine} to {steady}.",
                    V=f"{V:.3f} mV",
                    gate=name,
                    mine=f"{mine:.4f}",
                    steady=f"{steady:.4f}",
                )
        if abs(V - hh_rest(**parameters)[0]) > 2e-3:
            _explain_rest(V, gates, parameters, shown)


def _explain_rest(V, gates, parameters, shown):
    if abs(V - hh_rest()[0]) < 2e-3:
        raise Wrong(
            "Right for the standard neuron. But with {parameters} it rests elsewhere, and you give the same.",
            parameters=shown,
        )
    current = sum(hh_currents(V, *gates, **parameters))
    if abs(V - parameters.get("E_L", -54.387)) < 1e-3:
        raise Wrong(
            "E_L is where the leak alone would rest. At rest, sodium and potassium flow too: the sum of all three is 0."
        )
    if V == -65.0:
        raise Wrong("-65 mV is the rounded value. Find the zero itself, to 0.001 mV.")
    raise Wrong(
        "At your V = {V} a net current of {current} still flows ({parameters}): V would {way}.",
        V=f"{V:.3f} mV",
        current=f"{current:.3g} uA/cm2",
        parameters=shown,
        way=Text("fall" if current > 0 else "rise"),
    )


REST_HEAD = '''from scipy.optimize import brentq


def rest(**parameters):
    """V (mV), m, h, n at which bl.HH(**parameters) stays as it is, without a current."""
    neuron = bl.HH(**parameters)
'''

REST = Exercise(
    id="11.2",
    title="The state of rest",
    task="At rest nothing moves: the three gates have their steady values and the three currents add up to 0. Write "
    "`rest(**parameters)`, which finds V, m, h and n for `bl.HH(**parameters)`, V to 0.001 mV. Useful: `neuron.steady(V)`, "
    "`neuron.currents(V, m, h, n)`, `scipy.optimize.brentq`.",
    stub="import brainlab as bl\n" + REST_HEAD + "    return ...\n",
    answer="rest",
    solution="import brainlab as bl\n" + REST_HEAD
    + "\n    def net_current(V):\n        return float(sum(neuron.currents(V, *neuron.steady(V))))\n\n"
    + "    V = brentq(net_current, -100, -40)\n    return V, *neuron.steady(V)\n",
    hints=(
        "If m, h and n are steady they are functions of V. Then only one number is unknown.",
        "Write a function of V: the sum of the currents with m, h, n = neuron.steady(V). Where is it 0?",
        "`brentq(net_current, -100, -40)` finds the zero, if net_current gives a plain float. Return V and the "
        "steady gates there.",
    ),
    wrong={
        "only V": ("def rest(**p):\n    return -64.996", "(V, m, h, n)"),
        "order": ("def rest(**p):\n    return 0.053, 0.596, 0.318, -64.996", "The order is"),
        "not steady": ("def rest(**p):\n    return -64.9964, 0.0, 1.0, 0.0", "the gate m does not stand still"),
        "remembered": ("def rest(**p):\n    return -64.99638, 0.052955, 0.595994, 0.317732", "rests elsewhere"),
        "E_L": ("from brainlab.lessons._reference import hh_steady\n\n\ndef rest(E_L=-54.387, **p):\n"
                "    return E_L, *hh_steady(E_L)", "leak alone"),
        "rounded": ("from brainlab.lessons._reference import hh_steady\n\n\ndef rest(**p):\n"
                    "    return -65.0, *hh_steady(-65.0)", "rounded value"),
        "elsewhere": ("from brainlab.lessons._reference import hh_steady\n\n\ndef rest(**p):\n"
                      "    return -70.0, *hh_steady(-70.0)", "V would rise"),
    },
    check=check_rest,
    praise="Rest is not the reversal potential of any channel: it is where their currents balance, and it moves "
        "with each of them.",
)  # fmt: skip

# ---- 11.3


def check_peaks(peak_times):
    require_function(peak_times)
    dt, got, want, wrongs = 0.02, [], [], {"m": [], "m3": [], "index": [], "swapped": [], "value": []}
    for start, amplitude in ((2.0, 20.0), (6.0, 40.0), (9.0, 12.0)):
        I = np.zeros(1250)
        I[round(start / dt) : round((start + 1) / dt)] = amplitude
        V, m, h, n = hh_run(I, dt).T
        t = (np.arange(len(I)) + 1) * dt
        got.append(numbers(call(peak_times, t.copy(), m.copy(), h.copy(), n.copy()), (2,), "time of Na, time of K"))
        g_Na, g_K = m**3 * h, n**4
        i, k = int(np.argmax(g_Na)), int(np.argmax(g_K))
        want.append((t[i], t[k]))
        wrongs["m"].append((t[np.argmax(m)], t[k]))
        wrongs["index"].append((i, k))
        wrongs["swapped"].append((t[k], t[i]))
        wrongs["value"].append((120 * g_Na[i], 36 * g_K[k]))
        wrongs["m3"].append((t[np.argmax(m * h)], t[k]))
    got, want = np.array(got), np.array(want)
    for name, message in (
        ("m", "That is the peak of m. Sodium channels need h open as well: its fall cuts the peak of m^3 h short."),
        ("index", "Those are numbers of samples. Ask `t` for the time, in ms."),
        ("swapped", "The two are swapped: first the time of sodium, then that of potassium."),
        ("value", "Those are the conductances at their peaks. Asked are the times, in ms."),
        ("m3", "The sodium channel has three gates m: its conductance goes with m^3 h, not m h."),
    ):
        if is_close(got, np.array(wrongs[name]), 1e-6, 1e-3):
            raise Wrong(message)
    if (np.abs(got - want) <= 0.03).all():
        return
    for j, channel in ((0, "sodium"), (1, "potassium")):
        late = got[:, j] - want[:, j]
        i = int(np.argmax(np.abs(late)))
        if abs(late[i]) > 0.03:
            raise Wrong(
                "The time of {channel} is {got}; its conductance has its peak at {want}.",
                channel=Text(channel),
                got=with_unit(got[i, j], "ms"),
                want=with_unit(want[i, j], "ms"),
            )


PEAK = "import numpy as np\n\n\ndef peak_times(t, m, h, n):\n"
PEAK_DOC = '    """When (ms) the sodium and the potassium conductance have their peaks: (t_Na, t_K)."""\n'

PEAKS = Exercise(
    id="11.3",
    title="Which conductance comes first?",
    task="A run gives `m`, `h`, `n` at the times `t` (ms), with one spike. Write `peak_times(t, m, h, n)`: the pair "
        "of times at "
    "which the sodium and the potassium conductance are largest. Guess before you run it: which comes first, and how much?",
    stub=PEAK + PEAK_DOC + "    return ...\n",
    answer="peak_times",
    solution=PEAK + PEAK_DOC
    + "    g_Na = m**3 * h\n    g_K = n**4\n    return t[np.argmax(g_Na)], t[np.argmax(g_K)]\n",
    hints=(
        "A sodium channel is open if its three gates m and its gate h are open; a potassium channel has four gates n.",
        "The conductances go with m^3 h and n^4; the factors 120 and 36 do not move the peaks.",
        "`np.argmax` tells at which sample a peak is; `t[...]` tells when.",
    ),
    wrong={
        "m": (PEAK + "    return t[np.argmax(m)], t[np.argmax(n)]", "the peak of m"),
        "one m": (PEAK + "    return t[np.argmax(m * h)], t[np.argmax(n)]", "not m h"),
        "index": (PEAK + "    return np.argmax(m**3 * h), np.argmax(n**4)", "numbers of samples"),
        "swapped": (PEAK + "    return t[np.argmax(n**4)], t[np.argmax(m**3 * h)]", "swapped"),
        "value": (PEAK + "    return (120 * m**3 * h).max(), (36 * n**4).max()", "Asked are the times"),
        "h": (PEAK + "    return t[np.argmax(h)], t[np.argmax(n)]", "The time of sodium"),
        "one": (PEAK + "    return t[np.argmax(m**3 * h)]", "time of Na, time of K"),
    },
    check=check_peaks,
    praise="Sodium first, potassium half a millisecond or more later: the delay of n is what lets the spike rise "
        "before it ends.",
)  # fmt: skip

EXERCISES = [ALPHA_N, REST, PEAKS, ONSET, REFRACTORY, SIGN]
