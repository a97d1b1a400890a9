"""The exercises of chapter 14: irregular neurons, rhythms, two populations, balance."""

from __future__ import annotations

import numpy as np

from ._ch14_rates import FIXED_POINTS, PUSH
from ._diagnose import call, compare, is_close, number, numbers, require_function
from ._exercise import Exercise, Text

# ---- 14.1


def _raster(shapes, means, rng):
    """Times and neurons of regular and irregular neurons, in the order of time; the last two hardly fire."""
    spikes = [np.cumsum(rng.gamma(k, mean / k, n)) for k, mean, n in zip(shapes, means, (12, 25, 40), strict=True)]
    spikes += [np.array([31.0, 64.5]), np.array([50.2])]
    times, neurons = np.concatenate(spikes), np.repeat(np.arange(5), [len(s) for s in spikes])
    order = np.argsort(times, kind="stable")
    return times[order], 3 * neurons[order] + 1  # numbers with gaps: not everybody fires


def check_irregularity(irregularity):
    require_function(irregularity)
    rng = np.random.default_rng(141)
    got, rows = [], []
    for shapes, means in (
        ((1, 9, 25), (30.0, 14.0, 9.0)),
        ((1, 1, 2), (50.0, 11.0, 6.0)),
        ((30, 40, 90), (25.0, 12.0, 8.0)),
    ):
        times, neurons = _raster(shapes, means, rng)
        got.append(number(call(irregularity, times.copy(), neurons.copy())))
        gaps = [np.diff(times[neurons == j]) for j in np.unique(neurons)]
        gaps = [g for g in gaps if len(g) > 1]
        cvs = np.array([g.std() / g.mean() for g in gaps])
        pooled, crowd = np.concatenate(gaps), np.diff(times)
        rows.append(
            [
                cvs.mean(),
                np.mean([g.std(ddof=1) / g.mean() for g in gaps]),
                crowd.std() / crowd.mean(),
                pooled.std() / pooled.mean(),
                cvs.sum() / 4,  # an interval alone has a spread of 0
                cvs.sum() / 5,
                (cvs**2).mean(),
                np.mean([g.var() / g.mean() for g in gaps]),
                np.mean([g.std() for g in gaps]),
                (1 / cvs).mean(),
                np.median(cvs),
                cvs.max(),
            ]
        )
    want, sample, crowd, pooled, pair, silent, squared, fano, spread, inverse, median, most = np.array(rows).T
    if is_close(got, sample):
        return  # np.std(..., ddof=1) is another estimate of the same
    guesses = (
        (crowd, "These are the intervals between spikes of different neurons. Take each neuron by itself."),
        (pooled, "All intervals in one heap: then fast and slow neurons look irregular, each of which may be a clock."),
        (pair, "A neuron with 2 spikes has one interval, and its spread is 0. That says nothing: leave it out."),
        (silent, "Neurons with fewer than 3 spikes are counted as CV 0. Leave them out, and divide by those that remain."),
        (squared, "That is the mean of CV². Asked is the mean of the CV."),
        (fano, "Variance over mean still has a unit, ms. The CV is the standard deviation over the mean."),
        (spread, "That is the spread in ms. A CV has no unit: divide by the mean interval."),
        (inverse, "Mean over standard deviation: a clock would be infinitely irregular. The other way round."),
        (median, "That is the median of the neurons. Asked is the mean."),
        (most, "That is the most irregular neuron. Asked is the mean over neurons."),
    )
    places = [Text("an irregular and two regular neurons"), Text("three irregular neurons"), Text("three regular neurons")]
    compare(got, want, places, guesses=guesses)


CV_HEAD = "import numpy as np\n\n\ndef irregularity(times, neurons):\n"
CV_DOC = (
    '    """The mean CV of the intervals. times: (spikes,) ms, in order; neurons: (spikes,), which neuron fired.\n'
    '    Neurons with fewer than 3 spikes are left out."""\n'
)
CV_BODY = """    cvs = []
    for neuron in np.unique(neurons):
        intervals = np.diff(times[neurons == neuron])
        if len(intervals) > {least}:
            cvs.append({cv})
    return {out}
"""
RATIO, MEAN = "np.std(intervals) / np.mean(intervals)", "np.mean(cvs)"


def _cv(cv=RATIO, out=MEAN, least=1):
    return CV_HEAD + CV_BODY.format(cv=cv, out=out, least=least)


IRREGULARITY = Exercise(
    id="14.1",
    title="How irregular is a network?",
    task="A raster is a list of events: at `times[k]` (ms, in order) neuron `neurons[k]` has fired. Write "
    "`irregularity(times, neurons)`: the CV of the intervals of each neuron, averaged over all neurons that have at least 3 "
    "spikes. The numbers of the neurons may have gaps.",
    stub=CV_HEAD + CV_DOC + "    return ...\n",
    answer="irregularity",
    solution=CV_HEAD + CV_DOC + CV_BODY.format(cv=RATIO, out=MEAN, least=1),
    hints=(
        "You have it for one neuron, from exercise 10.4. How do you get the times of one neuron out of the raster?",
        "times[neurons == 7] are the times of neuron 7, np.unique(neurons) is who fires at all. Leave out the short ones.",
        "For each: g = np.diff(times[neurons == j]); if len(g) > 1, append np.std(g) / np.mean(g). At the end the mean.",
    ),
    wrong={
        "crowd": (CV_HEAD + "    intervals = np.diff(times)\n    return " + RATIO + "\n", "spikes of different neurons"),
        "heap": (_cv("intervals", "np.std(np.concatenate(cvs)) / np.mean(np.concatenate(cvs))"), "in one heap"),
        "pairs": (_cv(least=0), "one interval, and its spread is 0"),
        "silent": (_cv(out="np.sum(cvs) / len(np.unique(neurons))"), "counted as CV 0"),
        "squared": (_cv(f"({RATIO}) ** 2"), "mean of CV²"),
        "fano": (_cv("np.var(intervals) / np.mean(intervals)"), "still has a unit"),
        "spread": (_cv("np.std(intervals)"), "the spread in ms"),
        "inverse": (_cv("np.mean(intervals) / np.std(intervals)"), "The other way round"),
        "median": (_cv(out="np.median(cvs)"), "the median of the neurons"),
        "most": (_cv(out="np.max(cvs)"), "the most irregular neuron"),
        "list": (_cv(out="np.array(cvs)"), "one number"),
    },
    check=check_irregularity,
    praise="The heap is the classic mistake: a crowd of clocks, each with its own period, looks as irregular as noise.",
)  # fmt: skip

# ---- 14.2


def check_rhythm(rhythm):
    require_function(rhythm)
    rng = np.random.default_rng(142)
    got, f, steps, dts = [], np.array([40.0, 175.0, 12.0, 65.0]), [1000, 800, 1500, 600], [1.0, 0.5, 2.0, 1.0]
    for hz, n, dt in zip(f, steps, dts, strict=True):
        t = np.arange(n) * dt / 1000
        rate = 30 + 6 * np.sin(2 * np.pi * hz * t + 1.0) + 2 * np.cos(2 * np.pi * 1.4 * hz * t) + rng.normal(0, 1, n)
        got.append(number(call(rhythm, rate, dt)))
    dt, length = np.array(dts), np.array(steps) * dts / 1000  # ms, s
    guesses = (
        (
            0 * f,
            "0 Hz is the mean, which is the largest of all. It is no rhythm: take it off, or leave out the first value.",
        ),
        (f * length, "That is the place in the list. Which frequency stands there? Ask `np.fft.rfftfreq`."),
        (f * length - 1, "That is the place in the list, of which the first value was cut off. Ask `np.fft.rfftfreq`."),
        (f / 1000, "Cycles per ms: dt is in ms. In Hz it is 1000 times that."),
        (f * dt / 1000, "Cycles per step: the time between two values is dt, not 1."),
        (f * dt, "dt plays no part in your answer: the list steps by 1 / (n dt)."),
        (2 * np.pi * f, "That is the angular frequency, in radians per second. Hz are cycles: 2 pi less."),
        (1000 / f, "That is the period in ms. The frequency is 1 over it, in Hz."),
        (2 * f, "Twice too much: `rfft` has frequencies only up to half of 1 / dt."),
        (f - 1 / length, "One place too low: you cut off the first value, and then all others have moved up."),
    )
    places = [Text("a rhythm of {f} Hz, dt = {dt} ms", f=f"{hz:g}", dt=dt) for hz, dt in zip(f, dts, strict=True)]
    compare(got, f, places, "Hz", rtol=0.006, guesses=guesses)


R_HEAD = "import numpy as np\n\n\ndef rhythm(rate, dt):\n"
R_DOC = '    """Hz: the frequency of the strongest rhythm in rate, an array with one value every dt ms."""\n'
R_BODY = """    power = abs(np.fft.rfft({signal})) ** 2
    f = np.fft.rfftfreq(len(rate), {step})
    return {out}
"""
SIGNAL, SECONDS, PEAK = "rate - np.mean(rate)", "dt / 1000", "f[np.argmax(power)]"


def _r(signal=SIGNAL, step=SECONDS, out=PEAK):
    return R_HEAD + R_BODY.format(signal=signal, step=step, out=out)


RHYTHM = Exercise(
    id="14.2",
    title="The frequency of a rhythm",
    task="`rate` is the rate of a population, one value every `dt` ms. Write `rhythm(rate, dt)`: the frequency of its "
    "strongest rhythm in Hz. It is where the spectrum of chapter 3 is highest. The mean is no rhythm.",
    stub=R_HEAD + R_DOC + "    return ...\n",
    answer="rhythm",
    solution=R_HEAD + R_DOC + R_BODY.format(signal=SIGNAL, step=SECONDS, out=PEAK),
    hints=(
        "`np.fft.rfft` takes a signal apart into waves. What are its values at, and where is the mean among them?",
        "Take off the mean. abs(np.fft.rfft(...)) is large where there is a rhythm; np.fft.rfftfreq(n, d) says at which "
        "frequency, if d is in seconds.",
        "f = np.fft.rfftfreq(len(rate), dt / 1000); power = abs(np.fft.rfft(rate - rate.mean())); f[power.argmax()].",
    ),
    wrong={
        "mean": (_r("rate"), "0 Hz is the mean"),
        "place": (_r(out="np.argmax(power)"), "the place in the list"),
        "moved place": (_r(out="np.argmax(power[1:])"), "was cut off"),
        "per ms": (_r(step="dt"), "Cycles per ms"),
        "per step": (_r(step="1.0"), "Cycles per step"),
        "no dt": (_r(step="0.001"), "dt plays no part"),
        "angular": (_r(out="2 * np.pi * " + PEAK), "angular frequency"),
        "period": (_r(out="1000 / " + PEAK), "period in ms"),
        "half": (_r(out="np.linspace(0, 1000 / dt, len(power))[np.argmax(power)]"), "Twice too much"),
        "moved": (_r("rate", out="f[np.argmax(power[1:])]"), "One place too low"),
        "spectrum": (_r(out="power"), "one number"),
    },
    check=check_rhythm,
    praise="A rhythm that no neuron has can be in all of them together: now you can read it off.",
)  # fmt: skip

# ---- 14.5


def check_balanced(balanced):
    require_function(balanced)
    cases = np.array(
        [
            [1.0, 2.0, 1.0, 1.8, 1.0, 0.8, 0.2],
            [1.0, 1.5, 1.0, 1.2, 1.2, 0.8, 0.1],
            [0.5, 2.0, 1.0, 1.5, 1.0, 0.6, 0.3],
            [0.8, 1.2, 1.4, 1.6, 0.9, 1.0, 0.15],
        ]
    )  # J_EE, J_EI, J_IE, J_II, J_E0, J_I0, m_0

    def solved(a, b, c, d, E0, I0):
        return np.linalg.solve(np.stack([np.stack([a, b], -1), np.stack([c, d], -1)], 1), np.stack([E0, I0], -1)[..., None])[
            ..., 0
        ]

    got = [numbers(call(balanced, *(float(x) for x in row)), (2,), "m_E and m_I") for row in cases]
    EE, EI, IE, II, E0, I0, m_0 = cases.T
    want = solved(EE, -EI, IE, -II, -E0 * m_0, -I0 * m_0)
    guesses = (
        (
            -want,
            "The size is right, the sign is not: the sum of all three currents is 0, so the outside goes over as a minus.",
        ),
        (solved(EE, EI, IE, II, -E0 * m_0, -I0 * m_0), "Inhibition must come with a minus: nothing can cancel without it."),
        (solved(EE, EI, IE, II, E0 * m_0, I0 * m_0), "Inhibition must come with a minus: nothing can cancel without it."),
        (want[:, ::-1], "The two are exchanged: first m_E, then m_I."),
        (
            solved(EE, -IE, EI, -II, -E0 * m_0, -I0 * m_0),
            "J_EI leads from I to E: it belongs in the row of E. Yours is turned over.",
        ),
        (
            solved(EE, -EI, IE, -II, -E0, -I0),
            "m_0 is missing: the outside gives J_E0 and J_I0 times the share that is active there.",
        ),
        (
            solved(1 - EE, EI, -IE, 1 + II, E0 * m_0, I0 * m_0),
            "That is a network with a leak, as in 14.2. Here the currents are so large that they cancel among themselves.",
        ),
    )
    places = [Text("{who} of case {i}", who=Text(who), i=i + 1) for i in range(len(cases)) for who in ("m_E", "m_I")]
    compare(np.ravel(got), want.ravel(), places, guesses=guesses)


B_HEAD = "import numpy as np\n\n\ndef balanced(J_EE, J_EI, J_IE, J_II, J_E0, J_I0, m_0):\n"
B_DOC = '    """(m_E, m_I): the shares of active cells at which both currents cancel. All J are above 0."""\n'
B_BODY = """    J = np.array([{rows}])
    outside = np.array([J_E0, J_I0]) * m_0
    m_E, m_I = np.linalg.solve({system})
    return {out}
"""
ROWS, SYSTEM = "[J_EE, -J_EI], [J_IE, -J_II]", "J, -outside"


def _b(rows=ROWS, system=SYSTEM, out="m_E, m_I"):
    return B_HEAD + B_BODY.format(rows=rows, system=system, out=out)


BALANCED = Exercise(
    id="14.5",
    title="The rates of balance",
    task="In a large network the currents of E, of I and from outside must cancel, for both populations: "
    "$J_{E0} m_0 + J_{EE} m_E - J_{EI} m_I = 0$ and $J_{I0} m_0 + J_{IE} m_E - J_{II} m_I = 0$. Write "
    "`balanced(J_EE, J_EI, J_IE, J_II, J_E0, J_I0, m_0)`: the pair (m_E, m_I).",
    stub=B_HEAD + B_DOC + "    return ...\n",
    answer="balanced",
    solution=B_HEAD + B_DOC + B_BODY.format(rows=ROWS, system=SYSTEM, out="m_E, m_I"),
    hints=(
        "Two equations, two unknowns. What do you know already, and on which side does it belong?",
        "A matrix J times (m_E, m_I) is minus what comes from outside. `np.linalg.solve(J, b)` solves J m = b.",
        "J = [[J_EE, -J_EI], [J_IE, -J_II]]; m = np.linalg.solve(J, -np.array([J_E0, J_I0]) * m_0).",
    ),
    wrong={
        "sign": (_b(system="J, outside"), "goes over as a minus"),
        "all plus": (_b("[J_EE, J_EI], [J_IE, J_II]"), "Inhibition must come with a minus"),
        "all plus, right side": (_b("[J_EE, J_EI], [J_IE, J_II]", "J, outside"), "Inhibition must come with a minus"),
        "exchanged": (_b(out="m_I, m_E"), "The two are exchanged"),
        "transposed": (_b("[J_EE, -J_IE], [J_EI, -J_II]"), "belongs in the row of E"),
        "no outside": (_b(system="J, -outside / m_0"), "m_0 is missing"),
        "leak": (_b(system="np.eye(2) - J, outside"), "a network with a leak"),
        "one": (_b(out="m_E"), "m_E and m_I"),
    },
    check=check_balanced,
    praise="No threshold in it, and no curve: cells that are steps make a network that answers in proportion.",
)  # fmt: skip

EXERCISES = [IRREGULARITY, RHYTHM, FIXED_POINTS, PUSH, BALANCED]
