"""The exercises of chapter 10, leaky integrate-and-fire."""

from __future__ import annotations

import numpy as np

from ._ch10_traces import FIT, RESET
from ._diagnose import call, compare, is_close, number, numbers, require_function, with_unit
from ._exercise import Exercise, Text, Wrong
from ._reference import LIF, lif_rate, lif_spikes

# ---- 10.1


def check_rheobase(rheobase):
    require_function(rheobase)
    cells = [(-65.0, -50.0, 10.0), (-70.0, -55.0, 20.0), (-60.0, -52.0, 5.0), (-75.0, -45.0, 40.0)]
    E_L, V_th, R_m = np.array(cells).T
    got = np.array([number(call(rheobase, *cell)) for cell in cells])
    want = (V_th - E_L) / R_m
    for guess, message in (
        (V_th / R_m, "That is where R_m I alone reaches the threshold. But the neuron starts from E_L, not from 0 mV."),
        (R_m * (V_th - E_L), "A voltage is current times resistance (Ohm), so the current is a voltage divided by R_m."),
        (V_th - E_L, "That is the voltage to climb, in mV. Which current makes it, through R_m?"),
        ((E_L - V_th) / R_m, "The size is right, the sign is not: a positive current moves V up, from E_L to V_th."),
        (want * 1000, "Your answer is 1000 times too large. mV / MOhm is already nA."),
        (want / 1000, "Your answer is 1000 times too small. mV / MOhm is already nA."),
    ):
        if is_close(got, guess, 1e-3):
            raise Wrong(message)
    for cell, I in zip(cells, got, strict=True):
        shown = {"I": with_unit(I, "nA"), "cell": f"E_L = {cell[0]:g} mV, V_th = {cell[1]:g} mV, R_m = {cell[2]:g} MOhm"}
        neuron = {"tau_m": 10.0, "R_m": cell[2], "E_L": cell[0], "V_th": cell[1]}
        if not lif_spikes(I + 0.01 * abs(I), 100.0, **neuron):
            raise Wrong("With 1 % more than your {I} the simulated neuron stays silent ({cell}): too small.", **shown)
        if lif_spikes(I - 0.01 * abs(I), 100.0, **neuron):
            raise Wrong("With 1 % less than your {I} the simulated neuron still fires ({cell}): too large.", **shown)


RHEOBASE = Exercise(
    id="10.1",
    title="Rheobase",
    task="Which constant current just makes the neuron fire? Write `rheobase(E_L, V_th, R_m)` (mV, mV, MOhm; the "
    "answer in nA). "
    "`check` tries your current in a simulation: with 1 % more the neuron must fire, with 1 % less it must stay silent.",
    stub='''def rheobase(E_L, V_th, R_m):
    """The smallest constant current (nA) that makes the neuron fire."""
    return ...
''',
    answer="rheobase",
    solution='''def rheobase(E_L, V_th, R_m):
    """The smallest constant current (nA) that makes the neuron fire."""
    return (V_th - E_L) / R_m
''',
    hints=(
        "Suppose there is no threshold. To which voltage does V go under a constant current, when nothing changes any more?",
        "With dV/dt = 0 the equation says V = E_L + R_m I. The neuron fires if this lies above the threshold.",
        "Solve E_L + R_m I = V_th for I.",
    ),
    wrong={
        "from zero": ("def rheobase(E_L, V_th, R_m):\n    return V_th / R_m", "starts from E_L"),
        "times R": ("def rheobase(E_L, V_th, R_m):\n    return (V_th - E_L) * R_m", "divided by R_m"),
        "voltage": ("def rheobase(E_L, V_th, R_m):\n    return V_th - E_L", "through R_m"),
        "sign": ("def rheobase(E_L, V_th, R_m):\n    return (E_L - V_th) / R_m", "the sign is not"),
        "unit": ("def rheobase(E_L, V_th, R_m):\n    return (V_th - E_L) * 1000 / R_m", "already nA"),
        "number": ("def rheobase(E_L, V_th, R_m):\n    return 1.5", "still fires"),
        "too large": ("def rheobase(E_L, V_th, R_m):\n    return 0.5 * (V_th - E_L) / R_m", "stays silent"),
        "called": ("rheobase = 1.5", "the function itself"),
    },
    check=check_rheobase,
    praise="The time constant is not in the formula: tau_m says how fast V climbs, not how high.",
)

# ---- 10.2


def check_rate(rate):
    require_function(rate)
    rng = np.random.default_rng(102)
    for k in range(4):
        cell = dict(LIF)
        if k:
            cell |= {"tau_m": 5.0 + 20 * rng.random(), "R_m": 5.0 + 20 * rng.random(), "t_ref": 1.0 + 4 * rng.random()}
            cell |= {"V_reset": -60.0 - 10 * rng.random()}
        least = (cell["V_th"] - cell["E_L"]) / cell["R_m"]
        I = least * np.array([0.0, 0.5, 0.99, 1.01, 1.2, 2.0, 4.0, 8.0])
        got = numbers(call(rate, I.copy(), **cell), I.shape, "one rate for each current")
        want, above = lif_rate(I, **cell), least < I
        inputs = [f"I = {with_unit(i, 'nA')}, tau_m = {cell['tau_m']:.3g} ms, t_ref = {cell['t_ref']:.3g} ms" for i in I]
        if is_close(got[above], want[above]) and not is_close(got, want):
            raise Wrong(
                "Above the rheobase all is right. Below it the neuron never fires: the rate is 0, not {got}.",
                got=with_unit(got[~above][np.argmax(got[~above] != 0)], "Hz"),
            )
        period = 1000 / want[above]
        free = period - cell["t_ref"]
        from_rest = 1000 / lif_rate(I[above], **(cell | {"V_reset": cell["E_L"], "t_ref": 0.0}))
        guesses = (
            (1000 / free, "The refractory period is missing: after each spike the neuron waits for t_ref."),
            (1000 / (free - cell["t_ref"]), "The refractory period makes the interval longer, not shorter."),
            (1000 / free + cell["t_ref"], "The time t_ref belongs to the interval, not to the rate."),
            (1 / period, "That is in spikes per ms: 1000 times too small for Hz."),
            (period, "That is the interval between spikes, in ms. The rate is its inverse, in Hz."),
            (1000 / (cell["t_ref"] + from_rest), "After a spike V starts from V_reset, not from E_L: here they differ."),
            (1000 / (cell["t_ref"] - free), "The logarithm has the wrong sign: numerator and denominator are swapped."),
        )
        compare(got[above], want[above], [t for t, a in zip(inputs, above, strict=True) if a], "Hz", guesses=guesses)


RATE_HEAD = "def rate(I, tau_m=10.0, R_m=10.0, E_L=-65.0, V_th=-50.0, V_reset=-65.0, t_ref=2.0):\n"
FREE = "    T = tau_m * np.log((E_L + R_m * I - V_reset) / (E_L + R_m * I - V_th))\n"
SAFE = "    fires = E_L + R_m * I > V_th\n    I = np.where(fires, I, (V_th - E_L + 1) / R_m)\n" + FREE

RATE = Exercise(
    id="10.2",
    title="The f-I curve with a refractory period",
    task="Write `rate(I, ...)`: the firing rate in Hz for each constant current of the array `I` (nA). "
    "The neuron climbs from `V_reset` towards E_L + R_m I, spikes at `V_th`, and rests for `t_ref` ms. "
    "Where it never fires, the rate is 0.",
    stub="import numpy as np\n\n\n"
    + RATE_HEAD
    + '    """Firing rate (Hz) for each constant current in I (nA); 0 below the rheobase."""\n    return ...\n',
    answer="rate",
    solution="import numpy as np\n\n\n"
    + RATE_HEAD
    + '    """Firing rate (Hz) for each constant current in I (nA); 0 below the rheobase."""\n'
    + SAFE
    + "    return np.where(fires, 1000 / (t_ref + T), 0.0)\n",
    hints=(
        "One interval has two parts: the refractory period, and the climb from V_reset to V_th.",
        "The climb follows V(t) = V_inf + (V_reset - V_inf) exp(-t / tau_m) with V_inf = E_L + R_m I. When is V(t) = V_th?",
        "The climb takes tau_m ln((V_inf - V_reset) / (V_inf - V_th)). Times are in ms, so the rate is 1000 / "
        "(t_ref + climb) Hz; "
        "use `np.where` for the currents where V_inf is not above V_th.",
    ),
    wrong={
        "no refractory": (RATE_HEAD + SAFE + "    return np.where(fires, 1000 / T, 0)", "waits for t_ref"),
        "subtracted": (RATE_HEAD + SAFE + "    return np.where(fires, 1000 / (T - t_ref), 0)", "longer, not shorter"),
        "added to the rate": (RATE_HEAD + SAFE + "    return np.where(fires, 1000 / T + t_ref, 0)", "not to the rate"),
        "per ms": (RATE_HEAD + SAFE + "    return np.where(fires, 1 / (t_ref + T), 0)", "spikes per ms"),
        "interval": (RATE_HEAD + SAFE + "    return np.where(fires, t_ref + T, 0)", "the interval between spikes"),
        "no mask": (RATE_HEAD + FREE + "    return 1000 / (t_ref + T)", "the rate is 0"),
        "log": (RATE_HEAD + SAFE + "    return np.where(fires, 1000 / (t_ref - T), 0)", "swapped"),
        "reset": (
            RATE_HEAD + "    V_reset = E_L\n" + SAFE + "    return np.where(fires, 1000 / (t_ref + T), 0)",
            "from V_reset",
        ),
        "if": (
            RATE_HEAD + "    if R_m * I + E_L > V_th:\n        return 1.0\n    return 0.0",
            "asks one `if` about many numbers",
        ),
        "one number": (RATE_HEAD + "    return 63.0", "one rate for each current"),
    },
    check=check_rate,
    praise="Near the rheobase the curve starts with an infinite slope; for large currents it bends towards 1000 / t_ref.",
)

# ---- 10.3


def check_cv(cv):
    require_function(cv)
    rng = np.random.default_rng(103)
    trains = {"a regular train": np.full(400, 20.0)}
    for name, shape in (("a Poisson train", 1.0), ("a train between regular and Poisson", 4.0), ("a bursty train", 0.4)):
        trains[name] = rng.gamma(shape, 25.0 / shape, 2000)
    times = [300.0 + np.cumsum(intervals) for intervals in trains.values()]
    got = np.array([number(call(cv, t.copy())) for t in times])
    intervals = [np.diff(t) for t in times]
    mean, std = (np.array([f(i) for i in intervals]) for f in (np.mean, np.std))
    with np.errstate(all="ignore"):
        guesses = (
            (
                [t.std() / t.mean() for t in times],
                "That is the CV of the spike times. Take the intervals between them first.",
            ),
            (std, "That is the standard deviation in ms. Divide it by the mean, so that it has no unit."),
            (std**2 / mean, "That is the variance over the mean, in ms. The CV is the standard deviation over the mean."),
            ((std / mean) ** 2, "That is the square of the CV."),
            (mean / std, "Turned over: the CV is the standard deviation over the mean."),
            (mean, "That is the mean interval. The CV compares the spread of the intervals with it."),
        )
        for values, message in guesses:
            if is_close(got[1:], np.array(values)[1:], 0.01):
                raise Wrong(message)
    shifted = number(call(cv, times[1] + 3000.0))
    if not is_close(shifted, got[1], 0.005):
        raise Wrong(
            "Your answer changes if all spikes come 3 s later. Does the time before the first spike count as an interval?"
        )
    compare(got, std / mean, [Text(name) for name in trains], rtol=0.01, atol=1e-6)


CV = Exercise(
    id="10.3",
    title="How irregular? The CV of the intervals",
    task="Write `cv(times)`: the coefficient of variation of the intervals between spikes. `times` are the spike times "
    "of one neuron in ms. A clock has 0, a Poisson process 1.",
    stub='''import numpy as np


def cv(times):
    """The coefficient of variation of the intervals between the spikes at `times` (ms)."""
    return ...
''',
    answer="cv",
    solution='''import numpy as np


def cv(times):
    """The coefficient of variation of the intervals between the spikes at `times` (ms)."""
    intervals = np.diff(times)
    return intervals.std() / intervals.mean()
''',
    hints=(
        "The CV is about intervals. How do you get 9 intervals from 10 spike times?",
        "`np.diff(times)` gives the intervals.",
        "The CV is their standard deviation divided by their mean.",
    ),
    wrong={
        "times": ("def cv(times):\n    return np.std(times) / np.mean(times)", "CV of the spike times"),
        "std": ("def cv(times):\n    return np.std(np.diff(times))", "standard deviation in ms"),
        "fano": ("def cv(times):\n    d = np.diff(times)\n    return d.var() / d.mean()", "variance over the mean"),
        "squared": ("def cv(times):\n    d = np.diff(times)\n    return d.var() / d.mean() ** 2", "square of the CV"),
        "turned": ("def cv(times):\n    d = np.diff(times)\n    return d.mean() / d.std()", "Turned over"),
        "mean": ("def cv(times):\n    return np.diff(times).mean()", "mean interval"),
        "first": ("def cv(times):\n    d = np.diff(times, prepend=0)\n    return d.std() / d.mean()", "3 s later"),
        "no return": ("def cv(times):\n    d = np.diff(times)", "`return` missing"),
    },
    check=check_cv,
    praise="The CV has no unit: the same train, twice as fast, has the same CV.",
)

EXERCISES = [RHEOBASE, RATE, CV, RESET, FIT]
