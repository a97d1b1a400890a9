"""Chapter 11 continued: 11.4 to 11.6, the exercises that look at runs."""

from __future__ import annotations

import functools

import numpy as np

from ._diagnose import call, number, numbers, require_function, with_unit
from ._exercise import Exercise, Text, Wrong
from ._reference import crossings, hh_derivative, hh_run

DT = 0.025

# ---- 11.4


@functools.lru_cache(256)
def sustained(I: float) -> tuple[int, float]:
    """Under a step of I (uA/cm2) from rest: the spikes in 600 ms, and the rate at the end (Hz), 0 if it has stopped."""
    times = crossings(hh_run(np.full(24_000, I), DT)[:, 0], DT)
    if len(times) < 3 or times[-1] < 560:
        return len(times), 0.0
    return len(times), 1000 / float(np.diff(times)[-3:].mean())


def check_onset(onset):
    I, rate = numbers(onset, (2,), "current, rate")
    if not 0 <= I <= 200:
        raise Wrong("A current of {I} is not one to try: think of a few uA/cm2.", I=with_unit(I, "uA/cm2"))
    spikes, real = sustained(round(float(I), 4))
    if not real:
        raise Wrong(
            "Under a step to {I} the neuron spikes {n} times and then rests. Asked is firing that goes on.",
            I=with_unit(I, "uA/cm2"),
            n=spikes,
        )
    if sustained(round(float(I) - 0.1, 4))[1]:
        if 9.5 < I < 10:
            raise Wrong(
                "Above {I} rest itself is unstable (a Hopf bifurcation). But a step from rest makes the neuron fire "
                "for less current.",
                I=with_unit(I, "uA/cm2"),
            )
        raise Wrong("With 0.1 uA/cm2 less than your {I} the neuron still fires on and on.", I=with_unit(I, "uA/cm2"))
    for guess, message in (
        (real / 1000, "Your rate is in spikes per ms. In Hz it is 1000 times that."),
        (1000 / real, "That is the interval between the spikes, in ms. Asked is the rate, in Hz."),
        (0.0, "The rate does not begin at 0: run it at your current and count."),
    ):
        if abs(rate - guess) <= 0.02 * abs(guess) + 1e-9:
            raise Wrong(message)
    if abs(rate - real) > 0.03 * real:
        raise Wrong(
            "The current is right. Your rate is {got}; at {I}, once it is steady, the neuron fires at another one. "
            "Take the last intervals.",
            got=with_unit(rate, "Hz"),
            I=with_unit(I, "uA/cm2"),
        )


ONSET = Exercise(
    id="11.4",
    title="The slowest rate",
    task="Start `bl.HH()` at rest, switch on a constant current, and run 500 ms or more. Find the smallest current "
    "(uA/cm2, to 0.1) "
    "under which the firing goes on and on, and the rate (Hz) that it has there. Give both as a pair, `onset`.",
    stub="onset = (..., ...)  # current (uA/cm2), rate (Hz)\n",
    answer="onset",
    solution='''import brainlab as bl


def rate(I):
    """The steady rate (Hz) under a step of I from rest; 0 if the firing stops."""
    times = bl.simulate(bl.HH(), 600.0, 0.025, inputs=I).spike_times(0)
    return 0.0 if len(times) < 3 or times[-1] < 560 else 1000 / (times[-1] - times[-2])


I = 5.0
while rate(I) == 0:
    I += 0.05
onset = (I, rate(I))
''',
    hints=(
        "One spike, or three, is not yet firing: look at whether there are spikes at the end of the run.",
        "Try 2, 4, 6, 8 uA/cm2, and then go on in steps of 0.1 where it changes. Run 600 ms.",
        "The border lies between 6 and 7. The rate is 1000 / (the last interval in ms).",
    ),
    wrong={
        "one spike": ("onset = (2.3, 60.0)", "spikes 1 times and then rests"),
        "three spikes": ("onset = (6.2, 52.0)", "spikes 3 times"),
        "hopf": ("onset = (9.78, 68.0)", "Hopf"),
        "far": ("onset = (15.0, 78.65)", "still fires on and on"),
        "from zero": ("onset = (6.3, 0.0)", "does not begin at 0"),
        "per ms": ("onset = (6.3, 0.0524)", "spikes per ms"),
        "interval": ("onset = (6.3, 19.1)", "the interval between"),
        "other rate": ("onset = (6.3, 68.3)", "Take the last intervals"),
        "one number": ("onset = 6.3", "(current, rate)"),
        "half": ("onset = (6.3, ...)", "Nothing to check yet"),
    },
    check=check_onset,
    praise="More than 50 Hz, or nothing: this neuron cannot fire slowly (type II). A LIF neuron begins at 0 Hz (type I).",
)

# ---- 11.5

FIRST = 40.0  # uA/cm2, for 0.5 ms: one spike


@functools.lru_cache(256)
def spikes_twice(gap: float, amplitude: float) -> bool:
    I = np.zeros(round((gap + 20) / DT))
    I[:20] = FIRST
    I[round(gap / DT) : round(gap / DT) + 20] += amplitude
    return len(crossings(hh_run(I, DT)[:, 0], DT)) >= 2


def check_refractory(threshold_after):
    require_function(threshold_after)
    gaps = (8.0, 10.0, 14.0, 18.0, 40.0)
    got = np.array([number(call(threshold_after, gap)) for gap in gaps])
    if np.ptp(got) < 0.02 * np.abs(got).max():
        raise Wrong(
            "You give {got} for every gap. But soon after a spike the threshold is several times higher.",
            got=with_unit(got[0]),
        )
    if (got < 1).any():
        raise Wrong(
            "Nearly nothing is needed, you say ({got}): has the first spike been counted as the second?",
            got=with_unit(got.min()),
        )
    for gap, mine in zip(gaps, got, strict=True):
        shown = {"gap": with_unit(gap, "ms"), "got": with_unit(mine, "uA/cm2")}
        if not np.isfinite(mine):
            raise Wrong("For a gap of {gap} your answer is {got}.", **shown)
        if not spikes_twice(gap, round(1.03 * float(mine), 3)):
            if spikes_twice(gap + 0.5, round(1.03 * float(mine), 3)):
                raise Wrong(
                    "For a gap of {gap}, {got} is too small, but right for a slightly longer gap. "
                    "The gap runs from the start of the first pulse to the start of the second.",
                    **shown,
                )
            raise Wrong("For a gap of {gap}, 3 % more than your {got} still gives no second spike.", **shown)
        if spikes_twice(gap, round(0.97 * float(mine), 3)):
            if gap == 18.0:
                raise Wrong(
                    "18 ms after a spike even less than your {got} is enough, less than at rest (13.3): is your "
                    "search closed to that?",
                    got=shown["got"],
                )
            raise Wrong("For a gap of {gap}, 3 % less than your {got} still gives a second spike.", **shown)


SECOND = '''import brainlab as bl
import numpy as np


def second_spike(gap, amplitude):
    """Do two pulses of 0.5 ms, the first of 40 uA/cm2, the second of `amplitude` and `gap` ms later, give two spikes?"""
    I = np.zeros(2400)
    I[:20] = 40.0
    start = round(gap / 0.025)
    I[start : start + 20] += amplitude
    return bl.simulate(bl.HH(), 60.0, 0.025, inputs=I).spikes.sum() >= 2


'''
THRESHOLD = "def threshold_after(gap):\n"
THRESHOLD_DOC = '    """The smallest second pulse (uA/cm2) that gives a second spike, `gap` ms after the first pulse."""\n'
TABLE = "{8: 73.1, 10: 42.2, 14: 17.48, 18: 11.33, 40: 13.2}"
LATE = "{8: 65.0, 10: 38.0, 14: 16.0, 18: 11.2, 40: 13.2}"  # the gap counted from the end of the first pulse
LOW = "{8: 20.0, 10: 15.0, 14: 13.0, 18: 11.2, 40: 13.2}"

REFRACTORY = Exercise(
    id="11.5",
    title="Refractory, and then more than ready",
    task="After a spike a second one is hard to get. `second_spike` tries it. Write `threshold_after(gap)`: the "
        "smallest second "
    "pulse (uA/cm2, to 3 %) that gives a second spike, for gaps of 8 ms and more. At rest it is 13.3. Plot it: is "
    "it ever less?",
    stub=SECOND + THRESHOLD + THRESHOLD_DOC + "    return ...\n",
    answer="threshold_after",
    solution=SECOND + THRESHOLD + THRESHOLD_DOC
    + """    low, high = 0.0, 200.0
    while high - low > 0.1:
        middle = (low + high) / 2
        if second_spike(gap, middle):
            high = middle
        else:
            low = middle
    return high
""",
    hints=(
        "There is a current that is enough and one that is not. Try the one in the middle: which of the two does it "
        "replace?",
        "Begin with low = 0 and high = 200 and halve the interval ten times or more.",
        "If second_spike(gap, middle) is true, high = middle, otherwise low = middle; at the end return high.",
    ),
    wrong={
        "always": (THRESHOLD + "    return 13.33", "for every gap"),
        "first": (THRESHOLD + "    return 0.0001 * gap", "counted as the second"),
        "clipped": (THRESHOLD + f"    return max(13.33, {TABLE}[gap])", "less than at rest"),
        "from the end": (THRESHOLD + f"    return {LATE}[gap]", "slightly longer gap"),
        "too small": (THRESHOLD + f"    return {LOW}[gap]", "still gives no second"),
        "too large": (THRESHOLD + f"    return 1.5 * {TABLE}[gap]", "still gives a second spike"),
        "never": (THRESHOLD + "    return float('nan') if gap < 10 else 20.0", "your answer is nan"),
    },
    check=check_refractory,
    praise="First nothing helps, then it takes much more, then (near 18 ms) less than at rest: the supernormal period.",
)  # fmt: skip

# ---- 11.6


def check_derivative(derivative):
    require_function(derivative)

    def dV(V, m, h, n, I):
        return numbers(call(derivative, V, m, h, n, I), (4,), "dV, dm, dh, dn")[0]

    def line(**gates):
        """dV/dt is a straight line in V: its slope and where it is 0, without the leak."""
        at = {"m": 0.0, "h": 0.0, "n": 0.0} | gates
        low, high = (dV(V, *at.values(), 0.0) - dV(V, 0.0, 0.0, 0.0, 0.0) for V in (-80.0, 20.0))
        slope = (high - low) / 100
        return slope, (-80 - low / slope if slope else np.nan)

    for name, got, want in (
        ("I", dV(-65.0, 0.0, 0.0, 0.0, 10.0) - dV(-65.0, 0.0, 0.0, 0.0, 0.0), 10.0),
        ("I_L", dV(-64.387, 0.0, 0.0, 0.0, 0.0), 3.0),
    ):
        if abs(got - want) > 0.01:
            raise Wrong(
                "With all channels shut, only leak and I are left, and {name} gives {got} instead of {want} mV/ms.",
                name=name, got=f"{got:.4g}", want=f"{want:.4g}",
            )  # fmt: skip
    for channel, gates, conductance, reversal in (
        ("potassium", {"n": 0.5}, 36 * 0.5**4, -77.0),
        ("sodium", {"m": 0.5, "h": 0.5}, 120 * 0.5**4, 50.0),
    ):
        slope, zero = line(**gates)
        shown = {"channel": Text(channel), "got": with_unit(zero, "mV"), "want": with_unit(reversal, "mV")}
        if slope > 0 and abs(zero - reversal) < 0.1:
            raise Wrong("The {channel} current drives V away from {want}, not towards it.", **shown)
        if abs(zero - reversal) > 0.1:
            raise Wrong("The {channel} current is 0 at {got}. Where should it turn round?", **shown)
        if abs(slope + conductance) > 0.01 * conductance:
            raise Wrong(
                "The {channel} conductance comes out {factor} times too large.",
                factor=f"{-slope / conductance:.3g}",
                **shown,
            )
    _check_gates(derivative)


def _check_gates(derivative):
    for V in (-80.0, -61.0, -30.0, 20.0):
        state = (V, 0.3, 0.6, 0.4)
        got = numbers(call(derivative, *state, 5.0), (4,), "dV, dm, dh, dn")
        for name, mine, want in zip(("dV", "dm", "dh", "dn"), got, hh_derivative(*state, 5.0), strict=True):
            if not abs(mine - want) <= 1e-3 * abs(want) + 1e-4:
                raise Wrong("{name} is {got} at V = {V}; it should be {want}.", name=name, got=f"{mine:.4g}",
                            V=with_unit(V, "mV"), want=f"{want:.4g}")  # fmt: skip


RATES = '''import numpy as np


def derivative(V, m, h, n, I):
    """dV/dt (mV/ms), dm/dt, dh/dt, dn/dt (per ms) of the Hodgkin-Huxley neuron. One sign is wrong."""
    alpha_m, beta_m = 0.1 * (V + 40) / (1 - np.exp(-(V + 40) / 10)), 4 * np.exp(-(V + 65) / 18)
    alpha_h, beta_h = 0.07 * np.exp(-(V + 65) / 20), 1 / (1 + np.exp(-(V + 35) / 10))
    alpha_n, beta_n = 0.01 * (V + 55) / (1 - np.exp(-(V + 55) / 10)), 0.125 * np.exp(-(V + 65) / 80)
'''
CURRENTS = """    I_Na = 120.0 * m**3 * h * (V - 50.0)
    I_K = 36.0 * n**4 * (V + 77.0)
    I_L = 0.3 * (V + 54.387)
    dV = I - I_Na - I_K - I_L
"""
GATES = """    dm = alpha_m * (1 - m) - beta_m * m
    dh = alpha_h * (1 - h) - beta_h * h
    dn = alpha_n * (1 - n) - beta_n * n
    return dV, dm, dh, dn
"""
MUTANT = CURRENTS.replace("(V + 77.0)", "(V - 77.0)")

SIGN = Exercise(
    id="11.6",
    title="Find the sign error",
    task="This neuron never rests: without any current its V climbs and stays up. One sign in `derivative` is "
    "wrong. Find it, and say "
    "to yourself what each current does at -65 mV.",
    stub=RATES + MUTANT + GATES,
    answer="derivative",
    solution=RATES + CURRENTS + GATES,
    hints=(
        "At rest the four derivatives are nearly 0. Call it with V = -65, m = 0.053, h = 0.596, n = 0.318, I = 0: "
        "which is not?",
        "Look at the three currents at that state, one at a time. Outward currents are positive; potassium flows "
        "outward there.",
        "Each current is 0 at its reversal potential. At which V is your potassium current 0?",
    ),
    wrong={
        "untouched": (RATES + MUTANT + GATES, "The potassium current is 0 at 77 mV"),
        "other sign": (RATES + MUTANT.replace("- I_K", "+ I_K") + GATES, "The potassium current is 0 at 77 mV"),
        "both": (RATES + CURRENTS.replace("- I_K", "+ I_K") + GATES, "drives V away from -77 mV"),
        "sodium": (RATES + CURRENTS.replace("(V - 50.0)", "(V + 50.0)") + GATES, "The sodium current is 0 at -50 mV"),
        "all turned": (RATES + CURRENTS.replace("I - I_Na - I_K - I_L", "-I + I_Na + I_K + I_L") + GATES, "and I gives -10"),
        "leak": (RATES + CURRENTS.replace("(V + 54.387)", "(V - 54.387)") + GATES, "I_L gives"),
        "a gate": (RATES + CURRENTS + GATES.replace("- beta_n * n", "+ beta_n * n"), "dn is"),
        "n^3": (RATES + CURRENTS.replace("n**4", "n**3") + GATES, "times too large"),
        "one thing": (RATES + CURRENTS + "    return dV", "(dV, dm, dh, dn)"),
    },
    check=check_derivative,
    praise="Every ionic current is g (V - E): outward above its reversal potential, inward below, and it enters "
    "dV/dt with a minus.",
)
