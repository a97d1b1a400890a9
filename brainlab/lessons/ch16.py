"""The exercises of chapter 16: widths of a bump, a moved bump, where it is, how it drifts, and choices."""

from __future__ import annotations

import numpy as np

from ._ch16_bumps import DISPLACED, WIDTHS
from ._diagnose import call, compare, number, numbers, require_function
from ._exercise import Exercise, Text, Wrong

# ---- 16.3

PLACES = np.array([3.0, -2.8, 1.2, -0.4, 2.2])  # rad
NEAR = 0.01  # rad


def _activity(z, rng, n=60):
    """(r, x): a bump of rates around z, of cells that do not lie evenly, with noise."""
    x = np.sort((np.arange(n) + 0.3 * rng.uniform(-1, 1, n)) * 2 * np.pi / n - np.pi)
    away = (x - z + np.pi) % (2 * np.pi) - np.pi
    return 10 * np.exp(-(away**2) / (2 * 0.5**2)) * (1 + 0.05 * rng.normal(0, 1, n)) + 0.5 * rng.uniform(0, 1, n), x


def _around(z):
    """As an angle from -pi to pi."""
    return (np.asarray(z) + np.pi) % (2 * np.pi) - np.pi


def check_place(place):
    require_function(place)
    rng = np.random.default_rng(163)
    rows, got, want = [], [], []
    for z in PLACES:
        r, x = _activity(z, rng)
        got.append(number(call(place, r.copy(), x.copy())))
        s, c = (r * np.sin(x)).sum(), (r * np.cos(x)).sum()
        want.append(np.arctan2(s, c))
        rows.append(
            [
                (r * x).sum() / r.sum(),
                x[r.argmax()],
                np.arctan2(c, s),
                np.arctan(s / c),
                np.degrees(want[-1]),
                np.arctan2(np.sin(x).sum(), np.cos(x).sum()),
                r.argmax(),
                np.hypot(s, c) / r.sum(),
                (r * x).sum(),
            ]
        )
    line, highest, turned, half, degrees, weightless, index, length, undivided = np.array(rows).T
    got, want = np.array(got), np.array(want)
    if np.isfinite(got).all() and np.abs(_around(got - want)).max() < NEAR:
        return  # from 0 to 2 pi is as good
    guesses = (
        (
            line,
            "That is the mean along a line. At 3 rad half of the bump lies beyond pi and is counted at -3: the mean falls "
            "in between, where nobody is active. Let each cell point in its direction.",
        ),
        (undivided, "You add up angles times rates. Let each cell point in its direction: `np.exp(1j * x)`."),
        (
            highest,
            "That is the most active cell: one cell decides, and its noise with it. Let all of them have their say.",
        ),
        (
            index,
            "That is the number of the most active cell. Asked is a place, in rad, and all cells should have their say.",
        ),
        (turned, "sin and cos are exchanged: it is arctan2(y, x), so sin comes first."),
        (half, "arctan(s / c) does not know on which half of the circle it is. arctan2(s, c) does."),
        (degrees, "That is in degrees. The places x are in rad, and so should the answer be."),
        (weightless, "The rates are missing: each cell points in its direction as strongly as it fires."),
        (length, "That is how long the sum of all arrows is. Where it points is its angle."),
        (-want, "The size is right, the sign is not: going round the ring, x grows."),
    )
    compare(got, want, [Text("a bump around {z} rad", z=f"{z:g}") for z in PLACES], "rad", atol=1e-4, guesses=guesses)


P_HEAD = "import numpy as np\n\n\ndef place(r, x):\n"
P_DOC = (
    '    """rad: where the bump is. r: (n,) Hz, the rates of cells that sit at x, (n,), from -pi to pi around a ring."""\n'
)
P_BODY = """    s = np.sum(r * np.sin(x))
    c = np.sum(r * np.cos(x))
    return {out}
"""


def _p(out):
    return P_HEAD + P_BODY.format(out=out)


PLACE = Exercise(
    id="16.3",
    title="Read the compass",
    task="Cells around a ring sit at the angles `x`, from -pi to pi, and fire at the rates `r`, somewhat noisily. Write "
    "`place(r, x)`: where the bump is, in rad. Let each cell be an arrow that points in its direction, as long as its "
    "rate, and add them up: the *population vector*. Mind that pi and -pi are the same place.",
    stub=P_HEAD + P_DOC + "    return ...\n",
    answer="place",
    solution=P_HEAD + P_DOC + P_BODY.format(out="np.arctan2(s, c)"),
    hints=(
        "What is the mean of 179° and -179°? What should it be?",
        "The arrow of a cell at x has the ends cos(x) and sin(x), times its rate. Add up both separately.",
        "np.angle(np.sum(r * np.exp(1j * x))), or np.arctan2(np.sum(r * np.sin(x)), np.sum(r * np.cos(x))).",
    ),
    wrong={
        "line": (_p("np.sum(r * x) / np.sum(r)"), "the mean along a line"),
        "undivided": (_p("np.sum(r * x)"), "angles times rates"),
        "highest": (_p("x[np.argmax(r)]"), "one cell decides"),
        "number": (_p("np.argmax(r)"), "the number of the most active cell"),
        "turned": (_p("np.arctan2(c, s)"), "sin comes first"),
        "half": (_p("np.arctan(s / c)"), "which half of the circle"),
        "degrees": (_p("np.degrees(np.arctan2(s, c))"), "in degrees"),
        "no rates": (_p("np.angle(np.sum(np.exp(1j * x)))"), "The rates are missing"),
        "length": (_p("np.hypot(s, c) / np.sum(r)"), "how long the sum"),
        "backwards": (_p("-np.arctan2(s, c)"), "x grows"),
        "both": (_p("(c, s)"), "one number"),
    },
    check=check_place,
    praise="Simple, and not the best: cells far from the bump have only noise to say. The network itself reads better.",
)  # fmt: skip

# ---- 16.4

WALKS = ((0.5, 4.0, 5.0), (2.0, 3.0, 10.0), (0.2, 10.0, 20.0))  # D (rad^2/s), duration (s), dt (ms)
TRIALS = 1500


def _walks(D, duration, dt, rng):
    """z (trials, time): places on the ring that drift by chance, from anywhere."""
    steps = rng.normal(0, np.sqrt(2 * D * dt / 1000), (TRIALS, round(1000 * duration / dt)))
    start = rng.uniform(-np.pi, np.pi, (TRIALS, 1))
    return _around(np.concatenate([start, start + np.cumsum(steps, 1)], 1))


def check_diffusion(diffusion):
    require_function(diffusion)
    rng = np.random.default_rng(164)
    got, rows = [], []
    for D, duration, dt in WALKS:
        z = _walks(D, duration, dt, rng)
        got.append(number(call(diffusion, z.copy(), dt)))
        path = np.unwrap(z, axis=1)
        moved = path - path[:, :1]
        steps = np.diff(path, axis=1)
        rows.append(
            [
                D,
                (z - z[:, :1])[:, -1].var() / (2 * duration),
                path[:, -1].var() / (2 * duration),
                z[:, -1].var() / (2 * duration),
                moved[:, -1].std() / (2 * duration),
                moved[:, -1].std() / np.sqrt(2 * duration),
                moved.var(1).mean() / (2 * duration),
                moved[:, -1].var() / 2,
                2 * D,
                D / 1000,
                D * dt / 1000,
                moved[:, -1].mean() / (2 * duration),
                np.abs(steps).mean() * 1000 / dt,
            ]
        )
    want, jumps, spread, places, std, root, along, end, double, ms, step, mean, speed = np.array(rows).T
    guesses = (
        (
            jumps,
            "Who steps over pi comes in again at -pi, and you take that for a jump of 2 pi. `np.unwrap(z, axis=1)` helps.",
        ),
        (
            places,
            "That is the spread of the places in the end, which fill the ring. How far has each moved from where IT began?",
        ),
        (spread, "They began all over the ring: subtract from each where it began."),
        (std, "That is the standard deviation over time. Drift goes with its square, the variance."),
        (root, "That is the square root: the standard deviation grows as the root of time, the variance as time."),
        (along, "You took the variance along each path. Take it over the trials, at one time: axis 0."),
        (end, "That is the variance in the end. Divide by how long it took: (number of values - 1) times dt."),
        (double, "Twice too much: the variance grows as 2 D t, and you divide by t only."),
        (ms, "That is per ms: dt is in ms. Per second it is 1000 times that."),
        (step, "That is per step. A step lasts dt ms: divide by dt / 1000."),
        (speed, "That is how fast it trembles: it depends on dt. What is left over in the end is the variance."),
    )
    if np.abs(np.array(got) - mean).max() < 1e-6:
        raise Wrong("That is the mean displacement, and it is 0: as many drift to one side as to the other. How far apart?")
    places = [Text("D = {D}, for {duration} s", D=f"{D:g}", duration=f"{T:g}") for D, T, _ in WALKS]
    compare(got, want, places, "rad^2/s", rtol=0.12, guesses=guesses)


F_HEAD = "import numpy as np\n\n\ndef diffusion(z, dt):\n"
F_DOC = (
    '    """rad^2/s: D, if the variance of the displacement grows as 2 D t. z: (trials, time) rad, from -pi to pi, one\n'
    '    place every dt ms, starting anywhere."""\n'
)
F_BODY = """    path = {path}
    moved = {moved}
    seconds = (path.shape[1] - 1) * dt / 1000
    return {out}
"""
UNWRAPPED, MOVED, SLOPE = "np.unwrap(z, axis=1)", "path - path[:, :1]", "np.var(moved[:, -1]) / (2 * seconds)"


def _f(path=UNWRAPPED, moved=MOVED, out=SLOPE):
    return F_HEAD + F_BODY.format(path=path, moved=moved, out=out)


DIFFUSION = Exercise(
    id="16.4",
    title="How fast does a memory fade?",
    task="`z[i, j]` is where the bump is in trial i at the time j dt: an angle from -pi to pi. Noise moves it, and nothing "
    "pushes it back: the variance of its displacement (over trials) grows as 2 D t. Write `diffusion(z, dt)`: D in rad²/s. "
    "`dt` is in ms, and each trial starts somewhere else.",
    stub=F_HEAD + F_DOC + "    return ...\n",
    answer="diffusion",
    solution=F_HEAD + F_DOC + F_BODY.format(path=UNWRAPPED, moved=MOVED, out=SLOPE),
    hints=(
        "The bump goes from 3.1 on to 3.2 rad. What stands in z?",
        "np.unwrap(z, axis=1) takes the jumps out. Subtract from each trial where it started. Then a variance, over a time.",
        "moved = np.unwrap(z, axis=1) - z[:, :1]; np.var(moved[:, -1]) / (2 * (z.shape[1] - 1) * dt / 1000).",
    ),
    wrong={
        "jumps": (_f("z"), "take that for a jump of 2 pi"),
        "places": (_f("z", "z"), "which fill the ring"),
        "starts": (_f(moved="path"), "subtract from each where it began"),
        "std": (_f(out="np.std(moved[:, -1]) / (2 * seconds)"), "standard deviation over time"),
        "root": (_f(out="np.std(moved[:, -1]) / np.sqrt(2 * seconds)"), "the square root"),
        "along": (_f(out="np.mean(np.var(moved, axis=1)) / (2 * seconds)"), "along each path"),
        "end": (_f(out="np.var(moved[:, -1]) / 2"), "how long it took"),
        "double": (_f(out="np.var(moved[:, -1]) / seconds"), "Twice too much"),
        "per ms": (_f(out="np.var(moved[:, -1]) / (2000 * seconds)"), "per ms"),
        "per step": (_f(out="np.var(np.diff(path, axis=1)) / 2"), "per step"),
        "mean": (_f(out="np.mean(moved[:, -1]) / (2 * seconds)"), "the mean displacement"),
        "trembling": (_f(out="np.mean(abs(np.diff(path, axis=1))) * 1000 / dt"), "how fast it trembles"),
    },
    check=check_diffusion,
    praise="The same law as that of ink in water, and for the same reason: many small pushes, and no force back.",
)  # fmt: skip

# ---- 16.5

LEVELS = np.array([-25.6, -6.4, 0.0, 6.4, 25.6])


def _choices(rng, n=60):
    """(c, choice) in a random order; whoever sees little evidence often does not decide."""
    c = rng.permutation(np.repeat(LEVELS, n))
    choice = 2 - (rng.random(len(c)) < 1 / (1 + np.exp(-c / 6.0)))
    return c, np.where(rng.random(len(c)) < 0.3 * np.exp(-np.abs(c) / 10), 0, choice)


def check_psychometric(psychometric):
    require_function(psychometric)
    rng = np.random.default_rng(165)
    got, rows, places = [], [], []
    for i in range(3):
        c, choice = _choices(rng)
        got.append(numbers(call(psychometric, c.copy(), choice.copy()), (len(LEVELS),), "one share for each coherence"))
        these = [choice[c == level] for level in LEVELS]
        decided = [x[x > 0] for x in these]
        share = np.array([(x == 1).mean() for x in decided])
        appearance = [list(LEVELS).index(level) for level in dict.fromkeys(c)]
        rows.append(
            [
                share,
                [(x == 1).mean() for x in these],
                1 - share,
                100 * share,
                np.where(LEVELS < 0, 1 - share, share),
                [x.mean() for x in decided],
                [x.mean() for x in these],
                [(x == 1).sum() for x in these],
                share[::-1],
                share[appearance],
                [len(x) / len(y) for x, y in zip(decided, these, strict=True)],
            ]
        )
        places += [Text("c = {c} %, set {i}", c=f"{level:g}", i=i + 1) for level in LEVELS]
    found = np.array(rows).transpose(1, 0, 2).reshape(len(rows[0]), -1)
    want, all_trials, other, percent, correct, mean, mean_all, count, falling, order, decided = found
    guesses = (
        (
            all_trials,
            "Trials without a decision are counted as decisions for 2. Leave them out: the share is of those that decide.",
        ),
        (other, "That is the share of choices of side 2. Evidence above 0 is for side 1: the curve must rise."),
        (percent, "That is in percent. A share goes from 0 to 1."),
        (
            correct,
            "That is the share of correct choices: it turns up at both ends. Asked is how many choose 1, where c is below 0 "
            "too.",
        ),
        (mean, "That is the mean of the numbers 1 and 2. How many of them are 1?"),
        (mean_all, "That is the mean of the numbers 0, 1 and 2. How many of those above 0 are 1?"),
        (count, "That is how many. Which share of them?"),
        (falling, "In the order of c: from the lowest to the highest."),
        (
            order,
            "That is in the order in which the coherences appear. Asked is from the lowest to the highest: `np.unique`.",
        ),
        (decided, "That is how many decide at all. How many of those choose 1?"),
    )
    compare(np.ravel(got), want, places, guesses=guesses)


C_HEAD = "import numpy as np\n\n\ndef psychometric(c, choice):\n"
C_DOC = (
    '    """(levels,): the share of choices of side 1 at each coherence, from the lowest to the highest.\n'
    '    c: (trials,) %, below 0 if the dots move to side 2; choice: (trials,) 1, 2, or 0 for none."""\n'
)
C_BODY = """    shares = []
    for level in {levels}:
        here = choice[{where}]
        shares.append({share})
    return np.array(shares)
"""
UNIQUE, DECIDED, SHARE = "np.unique(c)", "(c == level) & (choice > 0)", "np.mean(here == 1)"


def _c(levels=UNIQUE, where=DECIDED, share=SHARE):
    return C_HEAD + C_BODY.format(levels=levels, where=where, share=share)


PSYCHOMETRIC = Exercise(
    id="16.5",
    title="A psychometric curve",
    task="In each trial a share of the dots, `c` percent, moves together: to side 1, or to side 2 if c is below 0. `choice` "
    "is 1, 2, or 0 if there was no decision in time. Write `psychometric(c, choice)`: for each coherence, from the lowest "
    "to the highest, the share of choices of side 1 among the trials that were decided.",
    stub=C_HEAD + C_DOC + "    return ...\n",
    answer="psychometric",
    solution=C_HEAD + C_DOC + C_BODY.format(levels=UNIQUE, where=DECIDED, share=SHARE),
    hints=(
        "Which coherences are there? And for one of them: which trials belong to it and were decided?",
        "np.unique(c) has each coherence once, in order. choice[(c == level) & (choice > 0)] are the decisions at one.",
        "For each level: here = choice[(c == level) & (choice > 0)]; np.mean(here == 1). Collect these in an array.",
    ),
    wrong={
        "undecided": (_c(where="c == level"), "counted as decisions for 2"),
        "side 2": (_c(share="np.mean(here == 2)"), "the curve must rise"),
        "percent": (_c(share="100 * np.mean(here == 1)"), "in percent"),
        "correct": (_c(share="np.mean(here == (1 if level >= 0 else 2))"), "the share of correct choices"),
        "mean": (_c(share="np.mean(here)"), "the numbers 1 and 2"),
        "mean of all": (_c(where="c == level", share="np.mean(here)"), "the numbers 0, 1 and 2"),
        "count": (_c(share="np.sum(here == 1)"), "Which share of them"),
        "falling": (_c("np.unique(c)[::-1]"), "from the lowest to the highest"),
        "appearance": (_c("dict.fromkeys(c)"), "the order in which"),
        "decided": (_c(where="c == level", share="np.mean(here > 0)"), "how many decide at all"),
        "one": (_c().replace("np.array(shares)", "np.mean(shares)"), "one share for each coherence"),
    },
    check=check_psychometric,
    praise="The same curve is measured on people and monkeys, and then laid over that of the model.",
)  # fmt: skip

EXERCISES = [WIDTHS, DISPLACED, PLACE, DIFFUSION, PSYCHOMETRIC]
