"""Chapter 10 continued: the exercises on voltage traces, 10.4 and 10.5."""

from __future__ import annotations

import numpy as np

from ._diagnose import call, compare, number, numbers, require_function, with_unit
from ._exercise import Exercise, Text, Wrong
from ._reference import lif_rate

# ---- 10.4

CELL = {"tau_m": 10.0, "R_m": 10.0, "E_L": -65.0, "V_th": -50.0, "V_reset": -70.0, "t_ref": 4.0}
CURRENTS = np.array([1.0, 1.8, 2.5, 4.0])


def check_step(step):
    require_function(step)
    V, spikes = _run(step, 1500, 0.1)
    if not spikes.any():
        top = V.max()
        if top < CELL["V_th"] and (np.diff(V[:, -1]) < -5).any():
            raise Wrong("V jumps back to the reset, and yet no spike is reported. In which order do test and reset stand?")
        raise Wrong(
            "No spike is reported in 150 ms at 4 nA; V stays between {low} and {top}.", low=_mv(V.min()), top=_mv(top)
        )
    if V.max() >= CELL["V_th"]:
        raise Wrong(
            "V is left above the threshold after a step ({top}): a neuron that spikes must be reset.", top=_mv(V.max())
        )
    first = int(np.argmax(spikes[:, 3]))
    other = V[first + 1 : first + 30, 0]
    if spikes[:, 3].any() and (np.ptp(other) < 1e-6 or np.allclose(other, CELL["V_reset"], atol=1e-3)):
        raise Wrong("When one neuron spikes, the others are stopped too. Each has its own `left`.")
    if spikes[:, 0].any() or not spikes[:, 1:].any(0).all():
        raise Wrong("At 1 nA (below the rheobase) there must be no spike, at 1.8, 2.5 and 4 nA there must be some.")
    after = V[spikes]
    if not np.allclose(after, CELL["V_reset"], atol=1e-3):
        raise Wrong("A spike leaves V at {got}; it must leave it at V_reset = -70 mV.", got=_mv(after[0]))
    _check_refractory(V, spikes)
    for j in (1, 2, 3):
        got = np.diff(np.flatnonzero(spikes[:, j])) * 0.1
        want = 1000 / float(lif_rate(CURRENTS[j], **CELL))
        if abs(got.mean() - want) > 0.35:
            raise Wrong(
                "At {I} the intervals are {got}; with a refractory period of 4 ms they should be about {want}.",
                I=with_unit(CURRENTS[j], "nA"),
                got=with_unit(got.mean(), "ms"),
                want=with_unit(want, "ms"),
            )


def _check_refractory(V, spikes):
    first = int(np.flatnonzero(spikes[:, 3])[0])
    held = V[first + 1 : first + 30, 3]
    if not np.allclose(held, CELL["V_reset"], atol=1e-3):
        raise Wrong("No more spikes are missed. But after one, V climbs at once: for t_ref = 4 ms it must stay at V_reset.")


def _run(step, steps, dt):
    """V (after each step) and spikes: (steps, 4)."""
    V, left = np.full(4, CELL["E_L"]), np.zeros(4)
    rows = []
    for _ in range(steps):
        out = call(step, V.copy(), left.copy(), CURRENTS.copy(), dt=dt, **CELL)
        if not isinstance(out, tuple | list) or len(out) != 3:
            raise Wrong("`step` must give back three things: V, left, spikes.")
        V, left, spikes = (numbers(x, (4,), "one for each neuron") for x in out)
        if not np.all((spikes == 0) | (spikes == 1)):
            raise Wrong("`spikes` must hold True or False for each neuron.")
        rows.append((V, spikes.astype(bool)))
    return tuple(np.array(column) for column in zip(*rows, strict=True))


def _mv(value):
    return with_unit(value, "mV")


HEAD = '''def step(V, left, I, dt=0.1, tau_m=10.0, R_m=10.0, E_L=-65.0, V_th=-50.0, V_reset=-70.0, t_ref=4.0):
    """One step of many neurons. V (mV) and left (ms of refractory period still to go), one for each; I in nA."""
'''
EULER = "    V = V + dt / tau_m * (-(V - E_L) + R_m * I)\n"
HOLD = "    V = np.where(left > 0, V_reset, V)\n"
SPIKE = "    spikes = V >= V_th\n"
RESET_V = "    V = np.where({}, V_reset, V)\n"
LEFT = "    left = np.where(spikes, t_ref, left - dt)\n    return V, left, spikes\n"

RESET = Exercise(
    id="10.4",
    title="Bug hunt: the reset",
    task="This `step` moves many neurons by one time step. It has two mistakes: nobody ever sees a spike, and the "
        "refractory "
    "period does nothing. Run it, look, and mend both.",
    stub="import numpy as np\n\n\n" + HEAD + EULER + RESET_V.format("V >= V_th") + SPIKE + LEFT,
    answer="step",
    solution="import numpy as np\n\n\n" + HEAD + EULER + HOLD + SPIKE + RESET_V.format("spikes") + LEFT,
    hints=(
        "Print V and spikes for a current of 4 nA, step by step. What has happened to V when the threshold is tested?",
        "Test first, then reset: `spikes` must be made from the V before the reset. And who reads `left`?",
        "After the Euler step write `V = np.where(left > 0, V_reset, V)`; then `spikes`; then the reset where `spikes`.",
    ),
    wrong={
        "untouched": (HEAD + EULER + RESET_V.format("V >= V_th") + SPIKE + LEFT, "In which order"),
        "only the order": (HEAD + EULER + SPIKE + RESET_V.format("spikes") + LEFT, "V climbs at once"),
        "no reset": (HEAD + EULER + HOLD + SPIKE + LEFT, "must be reset"),
        "to rest": (HEAD + EULER + HOLD + SPIKE + "    V = np.where(spikes, E_L, V)\n" + LEFT, "at V_reset = -70 mV"),
        "minus threshold": (HEAD + EULER + HOLD + SPIKE + "    V = np.where(spikes, V - 15, V)\n" + LEFT, "at V_reset"),
        "all stop": (HEAD + EULER + "    V = V_reset + 0 * V if (left > 0).any() else V\n" + SPIKE
                     + RESET_V.format("spikes") + LEFT, "the others are stopped too"),
        "too long": (HEAD + EULER + HOLD + SPIKE + RESET_V.format("spikes")
                     + LEFT.replace("spikes, t_ref,", "spikes, 2 * t_ref,"), "the intervals are"),
        "two things": (HEAD + EULER + HOLD + SPIKE + RESET_V.format("spikes") + "    return V, spikes", "three things"),
    },
    check=check_step,
    praise="Integrate, hold, test, reset: the order of these four lines is part of the model.",
)  # fmt: skip

# ---- 10.5


def traces():
    """Responses to a current step at t = 0: names, t (ms), V (mV), the time constant (ms) and the step of time (ms)."""
    rng = np.random.default_rng(105)
    for name, tau, rest, change, dt in (
        ("a cell that is depolarised by 10 mV", 10.0, -65.0, 10.0, 0.1),
        ("a slow cell, depolarised by 8 mV", 27.0, -72.0, 8.0, 0.2),
        ("a fast cell, hyperpolarised by 12 mV", 6.0, -60.0, -12.0, 0.05),
        ("a cell that is hyperpolarised by 6 mV", 17.0, -68.0, -6.0, 0.25),
    ):
        t = np.arange(0, 6 * tau, dt)
        V = rest + change * (1 - np.exp(-t / tau)) + 0.05 * rng.standard_normal(t.size)
        yield name, t, V, tau, dt


def check_fit(fit_tau):
    require_function(fit_tau)
    names, _, _, want, dt = zip(*(rows := list(traces())), strict=True)
    got = np.array([number(call(fit_tau, t.copy(), V.copy())) for _, t, V, _, _ in rows])
    want, dt = np.array(want), np.array(dt)
    near = np.abs(got - want) <= 0.05 * want
    if near.all():
        return
    if near[:2].all():
        raise Wrong("Right for traces that rise, wrong for those that fall: after a negative current V goes down.")
    compare(
        got,
        want,
        [Text(name) for name in names],
        "ms",
        rtol=0.05,
        guesses=(
            (want * np.log(2), "That is the half time. After one time constant 63 % of the change is done, not 50 %."),
            (want * np.log(10), "A logarithm to base 10 has crept in: the exponential function belongs to `np.log`."),
            (want / np.log(10), "A logarithm to base 10 has crept in: the exponential function belongs to `np.log`."),
            (want / dt, "That is a number of samples. The time constant is in ms: use `t`."),
            (1 / want, "That is the rate 1 / tau, per ms."),
            (-want, "The size is right, the sign is not: the exponent is -t / tau."),
            (want * dt, "The step of time went in twice."),
        ),
    )


TEST = "import numpy as np\n\n\n"
DEF = 'def fit_tau(t, V):\n    """The membrane time constant (ms) of the trace V (mV) at the times t (ms)."""\n'
SHARE = "    end = V[-len(V) // 5 :].mean()\n    share = (V - V[0]) / (end - V[0])\n"
LINE = ("    end = V[-len(V) // 6 :].mean()\n    rest = (V - end) / (V[0] - end)\n    good = rest > 0.1\n"
        "    slope = np.polyfit(t[good], np.log(rest[good]), 1)[0]\n")  # fmt: skip

FIT = Exercise(
    id="10.5",
    title="Measure the time constant",
    task="At t = 0 a constant current is switched on, too small for a spike. From the trace `V` (mV, with a little "
    "noise) at the "
    "times `t` (ms), find tau_m in ms, to 5 %. V goes up or down, and lasts six time constants.",
    stub=TEST + DEF + "    return ...\n",
    answer="fit_tau",
    solution=TEST + DEF + LINE + "    return -1 / slope\n",
    hints=(
        "V goes from V[0] to its last value; what is left of the way shrinks as exp(-t / tau).",
        "Take rest = (V - end) / (V[0] - end) with end = the mean of the last samples. It runs from 1 to 0, for "
        "both directions.",
        "np.log(rest) is a straight line of slope -1 / tau: fit it with `np.polyfit` where rest > 0.1 (beyond, "
        "noise rules). "
        "`scipy.optimize.curve_fit` does it as well.",
    ),
    wrong={
        "half": (DEF + SHARE + "    return t[np.argmax(share >= 0.5)]", "half time"),
        "log10": (DEF + LINE.replace("np.log(", "np.log10(") + "    return -1 / slope", "base 10"),
        "samples": (DEF + SHARE + "    return np.argmax(share >= 0.632)", "number of samples"),
        "rate": (DEF + LINE + "    return -slope", "1 / tau"),
        "sign": (DEF + LINE + "    return 1 / slope", "the sign is not"),
        "only up": (DEF + SHARE + "    return t[np.argmax(V >= V[0] + 0.632 * (end - V[0]))]", "those that fall"),
        "number": (DEF + "    return 10.0", "should be about"),
    },
    check=check_fit,
    praise="No spike is needed to know tau_m: a small step of current is enough. This is how it is measured in a real cell.",
)
