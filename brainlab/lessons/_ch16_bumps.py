"""Chapter 16: exercises on a bump: how wide it is, and what becomes of one that has been moved."""

from __future__ import annotations

import numpy as np

from ._diagnose import call, compare, is_close, number, numbers, require_function
from ._exercise import Exercise, Text, Wrong

# ---- 16.1

LONGEST = 10.0
FIELDS = (("a wizard hat, h = {h}", -0.2), ("a wizard hat, h = {h}", -0.3), ("a difference of Gaussians, h = {h}", -0.25))


def hat(x):
    return (1 - np.abs(x)) * np.exp(-np.abs(x))


def gaussians(x):
    x = np.asarray(x, float)
    return 2 * np.exp(-(x**2) / 2) - np.exp(-(x**2) / 8)


def up_to(w, D):
    """The integral of these weights from 0 to D, in closed form."""
    from scipy.special import erf

    return D * np.exp(-D) if w is hat else np.sqrt(2 * np.pi) * (erf(D / np.sqrt(2)) - erf(D / np.sqrt(8)))


def crossings(f):
    from scipy.optimize import brentq

    x = np.linspace(1e-3, 2 * LONGEST, 4001)
    y = f(x)
    return np.array([brentq(f, x[i], x[i + 1], xtol=1e-13) for i in np.flatnonzero(y[:-1] * y[1:] < 0)])


def check_widths(widths):
    require_function(widths)
    got, want, places, guesses = [], [], [], []
    for i, (about, h) in enumerate(FIELDS):
        w = gaussians if i == 2 else hat
        narrow, wide = crossings(lambda D, w=w, h=h: up_to(w, D) + h)
        answer = numbers(call(widths, w, h)).ravel()
        if len(answer) == 1:
            _explain_one(answer[0], w, h, narrow, wide)
        if len(answer) != 2:
            raise Wrong(
                "There are two widths, and you give {n} numbers: first the narrow one, then the wide one.", n=len(answer)
            )
        got += list(answer)
        want += [narrow, wide]
        about = Text(about, h=h)
        places += [Text("{field}, narrow", field=about), Text("{field}, wide", field=about)]
        both = crossings(lambda D, w=w, h=h: 2 * up_to(w, D) + h)  # if a cell in the middle of 2 D were asked
        guesses += [both]
    want, twice = np.array(want), np.concatenate(guesses)
    exchanged = want.reshape(-1, 2)[:, ::-1].ravel()
    if not is_close(got, want, rtol=1e-4) and is_close(got, want, rtol=5e-3, atol=0.012):
        raise Wrong(
            "You found both, but only as exactly as your grid is fine. Between two points of the grid use `brentq`, or a "
            "straight line."
        )
    guesses = (
        (exchanged, "Both are right, but the other way round: first the narrow one, then the wide one."),
        (want / 2, "That is from the middle to the front. The width is from front to front."),
        (2 * want, "That is twice the width: D is already the whole length from front to front."),
        (
            2 * twice,
            "You asked what a cell in the middle of the bump gets, from both sides. The one that decides is at the front: "
            "all of the bump lies on its one side, at distances from 0 to D.",
        ),
        (
            twice,
            "You added up the weights from -D to D. A cell at the front has the bump on one side only: from 0 to D.",
        ),
    )
    compare(got, want, places, rtol=1e-4, guesses=guesses)


def _explain_one(D, w, h, narrow, wide):
    if is_close(D, crossings(lambda x: w(x) + h)[:1].sum(), rtol=5e-3):
        raise Wrong(
            "That is where one weight is -h. A cell at the front hears all cells of the bump: add their weights up, from 0 "
            "to D."
        )
    if is_close(D, narrow, rtol=5e-3) or is_close(D, wide, rtol=5e-3):
        raise Wrong("You stop at one. W(D) rises and falls again: it passes -h twice.")


W_HEAD = "import numpy as np\nfrom scipy.integrate import quad\nfrom scipy.optimize import brentq\n\n\ndef widths(w, h):\n"
W_DOC = (
    '    """(narrow, wide): the two widths D at which a bump stays. w(x): the weight at the distance x, which takes\n'
    '    arrays; h: below 0."""\n'
)
W_BODY = """    D = np.linspace(0.001, 10.0, 1000)
    lift = [{lift} + h for d in D]
    zeros = [i for i in range(len(D) - 1) if lift[i] * lift[i + 1] < 0]
    found = [brentq(lambda d: {lift} + h, D[i], D[i + 1]) for i in zeros]
    return {out}
"""
LIFT, BOTH = "quad(w, 0.0, d)[0]", "found[0], found[1]"


def _w(lift=LIFT, out=BOTH):
    return W_HEAD + W_BODY.format(lift=lift, out=out)


WIDTHS = Exercise(
    id="16.1",
    title="How wide is a bump?",
    task="A bump of width D stays if the cells at its fronts stand exactly at the threshold: what they hear from the bump, "
    "$W(D) = \\int_0^D w(x)\\,dx$, must be -h. Write `widths(w, h)`: both widths between 0 and 10 for which that holds, "
    "the narrow one first. `w` is a function; the answer should be right to 4 digits.",
    stub=W_HEAD + W_DOC + "    return ...\n",
    answer="widths",
    solution=W_HEAD + W_DOC + W_BODY.format(lift=LIFT, out=BOTH),
    hints=(
        "Which cells of the bump does the cell at its right front hear, and at which distances are they?",
        "`quad(w, 0, D)[0]` is W(D). W rises, as long as neighbours excite, and then falls: it passes -h once on the way up "
        "and once on the way down.",
        "lift = lambda D: quad(w, 0, D)[0] + h; see at 1000 values of D where its sign changes, and let brentq look there.",
    ),
    wrong={
        "weight": (_w("w(d)", "found[:2]"), "where one weight is -h"),
        "one": (_w(out="found[0]"), "You stop at one"),
        "both sides": (_w("quad(w, -d, d)[0]"), "from -D to D"),
        "middle": (_w("quad(w, -d / 2, d / 2)[0]"), "in the middle of the bump"),
        "exchanged": (_w(out="found[1], found[0]"), "the other way round"),
        "half": (_w(out="found[0] / 2, found[1] / 2"), "from the middle to the front"),
        "grid": (_w(out="D[zeros[0]], D[zeros[1]]"), "as exactly as your grid"),
        "sign": (_w(LIFT + " - 2 * h", "found"), "There are two widths"),
    },
    check=check_widths,
    praise="The narrow one is a threshold: a bump that is narrower dies, one that is wider grows, up to the wide one.",
)  # fmt: skip

# ---- 16.2

CELLS, A = 128, 0.5  # rad: how far connections reach


def ring(share, z, unstable=False):
    """(J (n, n) per tau, U (n,)) of a CANN at its bump around z, of which this share comes from a cue at the same place.

    A displacement then shrinks with the rate `share`, exactly: it is what the cue does not move along with.
    """
    x = np.arange(CELLS) * 2 * np.pi / CELLS - np.pi
    dx = x[1] - x[0]
    far = lambda d: (d + np.pi) % (2 * np.pi) - np.pi  # noqa: E731
    w = np.exp(-(far(x[:, None] - x) ** 2) / (2 * A**2)) / (np.sqrt(2 * np.pi) * A) * dx
    k = 0.5 / (8 * np.sqrt(2 * np.pi) * A)  # half of the inhibition at which the memory vanishes
    norm = k * np.sqrt(2 * np.pi) * A  # k times the integral of U**2 is norm times U0**2
    push = 1 / (1 - share) / np.sqrt(2)
    root = np.sqrt(push**2 - 4 * norm)  # U0 = push U0**2 / (1 + norm U0**2)
    U = (push - root if unstable else push + root) / (2 * norm) * np.exp(-(far(x - z) ** 2) / (4 * A**2))
    B = 1 + k * dx * (U**2).sum()
    rates = np.diag(2 * U / B) - np.outer(U**2, 2 * k * dx * U) / B**2
    return w @ rates - np.eye(CELLS), U


RINGS = ((0.0, 0.3, False), (0.1, -2.0, False), (0.3, 3.1, False), (0.0, 1.0, True))


def check_displaced(displaced):
    require_function(displaced)
    made = [ring(*case) for case in RINGS]
    got = [number(call(displaced, J.copy(), U.copy())) for J, U in made]
    want = -np.array([share for share, *_ in RINGS])
    eig = np.array([np.sort(np.linalg.eigvals(J).real) for J, _ in made])
    slopes = [np.roll(U, -1) - np.roll(U, 1) for _, U in made]
    bends = [np.roll(U, -1) - 2 * U + np.roll(U, 1) for _, U in made]

    def shares(v):
        return [v @ J @ v / (v @ v) for (J, _), v in zip(made, v, strict=True)]

    pairs = [(J @ d, d) for (J, _), d in zip(made, slopes, strict=True)]
    guesses = (
        (
            eig[:, -1],
            "That is whatever grows fastest. In the fourth ring it is the height of the bump. Asked is its displacement.",
        ),
        (eig[:, 0], "That is what fades fastest. Asked is one deviation: that of a bump that has been moved."),
        (eig.sum(1), "That is the trace of J: all deviations added up. Asked is the one of a moved bump."),
        (
            shares([U for _, U in made]),
            "That is what becomes of a bump that has grown: the deviation is the bump itself. Moved a little, it differs "
            "from itself by its slope.",
        ),
        (shares(bends), "A bump that has become wider bends the other way. Moved, it differs by its first derivative."),
        (
            [x @ d for x, d in pairs],
            "Divide by b' · b': how much deviation there is has nothing to do with how fast it fades.",
        ),
        (
            [x @ d / np.sqrt(d @ d) for x, d in pairs],
            "Divide by b' · b', which is the square of its length: the slope stands in the numerator twice.",
        ),
        (
            -want,
            "The size is right, the sign is not: what fades has a rate below 0. Take the part of J b' along b', which has a "
            "sign; a length has none.",
        ),
    )
    texts = ("a ring by itself", "a cue that gives a tenth", "a cue that gives 30 %", "a bump that does not last")
    compare(got, want, [Text(text) for text in texts], "1/tau", rtol=0.0, atol=0.012, guesses=guesses)


D_HEAD = "import numpy as np\n\n\ndef displaced(J, bump):\n"
D_DOC = (
    '    """How fast a small displacement of the bump grows (above 0) or fades (below 0), per time constant.\n'
    '    J: (n, n); bump: (n,), around a ring."""\n'
)
D_BODY = """    slope = {slope}
    return {out}
"""
SLOPE, QUOTIENT = "np.roll(bump, -1) - np.roll(bump, 1)", "slope @ J @ slope / (slope @ slope)"


def _d(slope=SLOPE, out=QUOTIENT):
    return D_HEAD + D_BODY.format(slope=slope, out=out)


DISPLACED = Exercise(
    id="16.2",
    title="Nobody pushes it back",
    task="A small deviation d from a bump changes as $\\tau\\, dd/dt = J d$. Push the bump a little along the ring: it then "
    "differs from itself by its slope b'. Write `displaced(J, bump)`: how fast that deviation grows, "
    "$\\lambda = b' \\cdot J b' \\,/\\, b' \\cdot b'$. `check` gives it rings with and without a cue that holds the bump.",
    stub=D_HEAD + D_DOC + "    return ...\n",
    answer="displaced",
    solution=D_HEAD + D_DOC + D_BODY.format(slope=SLOPE, out=QUOTIENT),
    hints=(
        "Draw a bump, and the same bump a little further to the right. Where does the second one have more, where less?",
        "On a ring the neighbour of the last cell is the first: `np.roll(bump, 1)`. How large the deviation is drops out.",
        "d = np.roll(bump, -1) - np.roll(bump, 1); the rest is d @ J @ d / (d @ d).",
    ),
    wrong={
        "largest": (_d("bump", "np.linalg.eigvals(J).real.max()"), "whatever grows fastest"),
        "smallest": (_d("bump", "np.linalg.eigvals(J).real.min()"), "what fades fastest"),
        "trace": (_d("bump", "np.trace(J)"), "the trace of J"),
        "height": (_d("bump"), "the deviation is the bump itself"),
        "wider": (_d("np.roll(bump, -1) - 2 * bump + np.roll(bump, 1)"), "become wider"),
        "not divided": (_d(out="slope @ J @ slope"), "Divide by b' · b': how much"),
        "length": (_d(out="slope @ J @ slope / np.linalg.norm(slope)"), "the square of its length"),
        "size": (_d(out="np.linalg.norm(J @ slope) / np.linalg.norm(slope)"), "a length has none"),
        "sign": (_d(out="-slope @ J @ slope / (slope @ slope)"), "what fades has a rate below 0"),
        "matrix": (_d(out="J @ slope"), "one number"),
    },
    check=check_displaced,
    praise="By itself the ring has a 0 there: nothing pushes the bump back. A cue that gives a share s of it does, by -s.",
)  # fmt: skip
