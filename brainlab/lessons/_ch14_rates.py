"""Chapter 14: exercises on two populations, where they rest and what a push does to them."""

from __future__ import annotations

import numpy as np

from ._diagnose import call, compare, number, numbers, require_function
from ._exercise import Exercise, Text, Wrong

# ---- 14.3

LOW, HIGH = -0.05, 0.55
HYSTERESIS = (12.0, 4.0, 13.0, 11.0, 1.2, 2.8, 1.0, 4.0)  # c1 to c4, a_e, theta_e, a_i, theta_i, of Wilson and Cowan
SWINGING = (16.0, 12.0, 15.0, 3.0, 1.3, 4.0, 2.0, 3.7)
TAU = 8.0  # ms
NEAR = 1e-4  # of E, with which an answer is content
ROUGH = 0.01  # within this it is found, but not exactly


def slope_of(weights, P):
    """dE/dt as a function of E, a number or an array, where I has settled to what this E makes of it."""
    c1, c2, c3, c4, a_e, theta_e, a_i, theta_i = weights

    def share(x, a, theta):
        none = 1 / (1 + np.exp(a * theta))
        return 1 / (1 + np.exp(-a * (x - theta))) - none, 1 - none

    x = np.linspace(-5.0, 15.0, 20001)  # the input of the inhibitory cells: it rises with E
    S, k = share(x, a_i, theta_i)
    settled = k * S / (1 + S)
    caused = (x + c4 * settled) / c3

    def slope(E):
        E = np.asarray(E, float)
        S, k = share(c1 * E - c2 * np.interp(E, caused, settled) + P, a_e, theta_e)
        return ((k - E) * S - E) / TAU

    return slope


def zeros(f, low=LOW, high=HIGH):
    from scipy.optimize import brentq

    x = np.linspace(low, high, 2351)  # none of the zeros lies on one of these
    y = f(x)
    return np.array([brentq(f, x[i], x[i + 1], xtol=1e-12) for i in np.flatnonzero(y[:-1] * y[1:] < 0)])


def check_fixed_points(fixed_points):
    require_function(fixed_points)
    for weights, P in ((HYSTERESIS, 0.0), (HYSTERESIS, 0.6), (SWINGING, 1.0), (HYSTERESIS, -0.5), (SWINGING, 1.25)):
        slope = slope_of(weights, P)
        want = zeros(slope)
        got = np.sort(numbers(call(fixed_points, slope, LOW, HIGH)).ravel())
        _explain_extra(got, want, slope)
        for i in range(len(got) - 1):
            if abs(got[i + 1] - got[i]) < ROUGH / 2:
                raise Wrong("E = {E} is in your list twice. It is one fixed point.", E=f"{got[i]:.4g}")
        _explain_missing(got, want, slope)
        off = [E for E in got if abs(want - E).min() > NEAR]
        if off:
            raise Wrong(
                "You found it, but only as exactly as your grid is fine: dE/dt is 0 at E = {want}, and you say {got}. "
                "Between two points of the grid halve the interval again and again, or let `brentq` do it.",
                want=f"{want[abs(want - off[0]).argmin()]:.5f}",
                got=f"{off[0]:.5f}",
            )


def _explain_extra(got, want, slope):
    """A value at which nothing stands still."""
    if not np.all(np.isfinite(got)):
        raise Wrong("One of your values is not a finite number.")
    for E in got:
        if abs(want - E).min() < ROUGH:
            continue
        if min(abs(E - LOW), abs(E - HIGH)) < 1e-6:
            raise Wrong("The ends of the range are no fixed points: dE/dt is not 0 there.")
        steep = abs(slope(E + 1e-3) - slope(E - 1e-3)) / 2e-3
        if steep < 1e-3:
            raise Wrong("At E = {E} dE/dt is largest or smallest. A fixed point is where it is 0.", E=f"{E:.4g}")
        raise Wrong("At E = {E} dE/dt is {slope}: nothing stands still there.", E=f"{E:.4g}", slope=f"{float(slope(E)):.3g}")


def _explain_missing(got, want, slope):
    found = np.array([len(got) > 0 and abs(got - E).min() < ROUGH for E in want])
    if found.all():
        return
    falls = slope(want + 1e-5) < slope(want - 1e-5)
    if len(want) > 1 and np.array_equal(found, falls):
        raise Wrong(
            "Only those that attract. Where dE/dt rises through 0 everything also stands still, on a knife's edge: that "
            "one is the border between the others."
        )
    if len(want) > 1 and len(got) == 1:
        raise Wrong("You stop at one. Here are {n}: go on through the whole range.", n=len(want))
    if len(got) == 0:
        raise Wrong("Your list is empty, and dE/dt changes its sign near E = {E}.", E=f"{want[0]:.2g}")
    raise Wrong(
        "You found {k} of {n} fixed points; one lies near E = {E}.", k=len(got), n=len(want), E=f"{want[~found][0]:.2g}"
    )


FP_HEAD = "import numpy as np\nfrom scipy.optimize import brentq\n\n\ndef fixed_points(slope, low, high):\n"
FP_DOC = '    """All E between low and high at which slope(E) is 0, as a list. slope takes a number or an array."""\n'
FP_BODY = """    E = np.linspace(low, high, {n})
    rate = slope(E)
    found = []
    for i in range(len(E) - 1):
        if {condition}:
            {add}
    return {out}
"""
CROSSES, ADD = "rate[i] * rate[i + 1] < 0", "found.append(brentq(slope, E[i], E[i + 1]))"


def _fp(condition=CROSSES, add=ADD, out="found", n=500):
    return FP_HEAD + FP_BODY.format(condition=condition, add=add, out=out, n=n)


FIXED_POINTS = Exercise(
    id="14.3",
    title="Where can it rest?",
    task="If I always stands where this E puts it, dE/dt is a function of E alone, `slope`. `check` makes it from the "
    "equations of Wilson and Cowan, for several P. Write `fixed_points(slope, low, high)`: all E in this range at "
    "which dE/dt is 0, to 4 digits. There may be one, there may be three; none of them is closer than 0.01 to another.",
    stub=FP_HEAD + FP_DOC + "    return ...\n",
    answer="fixed_points",
    solution=FP_HEAD + FP_DOC + FP_BODY.format(condition=CROSSES, add=ADD, out="found", n=500),
    hints=(
        "A computer does not see a curve, only values. How do two neighbouring values tell that there is a zero in between?",
        "Take slope at 500 values of E. Wherever the sign changes from one to the next, look closer: `brentq` or halving.",
        "if rate[i] * rate[i + 1] < 0: found.append(brentq(slope, E[i], E[i + 1])), for all i of the grid.",
    ),
    wrong={
        "first": (_fp(out="found[:1]"), "You stop at one"),
        "last": (_fp(out="found[-1:]"), "You stop at one"),
        "stable": (_fp(CROSSES + " and rate[i] > 0"), "Only those that attract"),
        "grid": (_fp(add="found.append(E[i])"), "as exactly as your grid"),
        "twice": (_fp(add=ADD + "\n            found.append(E[i])"), "in your list twice"),
        "ends": (_fp(out="[low, *found, high]"), "ends of the range"),
        "extrema": (
            _fp("i and (rate[i] - rate[i - 1]) * (rate[i + 1] - rate[i]) < 0", "found.append(E[i])"),
            "largest or smallest",
        ),
        "unstable": (_fp(CROSSES + " and rate[i] < 0"), "You stop at one"),
        "empty": (_fp("rate[i] == 0"), "Your list is empty"),
        "values": (_fp(add="found.append(0.3)"), "nothing stands still there"),
        "coarse": (_fp(n=3), "You stop at one"),
    },
    check=check_fixed_points,
    praise="Three: two that it can rest in, and the border between them. Silence and activity, in one and the same circuit.",
)  # fmt: skip

# ---- 14.4


def check_push(push):
    require_function(push)
    rng = np.random.default_rng(144)
    w = rng.uniform(0.3, 2.5, (8, 4))
    w[:, 0] = [0.2, 0.7, 1.0, 1.3, 1.8, 2.5, 0.5, 3.0]
    got = [number(call(push, *(float(x) for x in row))) for row in w]
    EE, EI, IE, II = w.T
    det = (1 - EE) * (1 + II) + EI * IE
    guesses = (
        (1 / (1 + II), "That is the answer of inhibitory cells alone. E changes too, and I lives on what it gets from E."),
        (-w_response(w, 1, 1), "The size is right, the sign is not: with w_EE = 0 more input must make I fire more."),
        (w_response(w, 0, 1), "That is what becomes of E. Asked is I: the second row."),
        (w_response(w, 1, 0), "That is what a push to E does to I. Here the inhibitory cells are pushed."),
        (w_response(w, 0, 0), "That is what a push to E does to E. Asked is I, pushed itself."),
        (
            (1 - EE) / ((1 - EE) * (1 + II) - EI * IE),
            "The sign of the loop through both: inhibition subtracts, so it is + w_EI w_IE in the determinant.",
        ),
        ((1 - EE) / ((1 - EE) * (1 - II) + EI * IE), "I inhibits itself: it is 1 + w_II, not 1 - w_II."),
        ((1 + EE) / ((1 + EE) * (1 + II) + EI * IE), "E excites itself: it is 1 - w_EE, not 1 + w_EE."),
        (-EE / (EI * IE - EE * II), "The leak is missing: -E and -I make the 1 in 1 - w_EE and in 1 + w_II."),
        (1 - EE, "That is only the numerator. Divide by the determinant."),
        (1 / det, "The numerator is missing: 1 / det is not yet an entry of the inverse."),
    )
    places = [
        Text("w_EE = {a}, w_EI = {b}, w_IE = {c}, w_II = {d}", **dict(zip("abcd", np.round(r, 2), strict=True))) for r in w
    ]
    compare(got, w_response(w, 1, 1), places, guesses=guesses)


def w_response(w, row, column):
    """An entry of the inverse of 1 - W, for weights (cases, 4)."""
    W = np.stack([w[:, 0], -w[:, 1], w[:, 2], -w[:, 3]], 1).reshape(-1, 2, 2)
    return np.linalg.inv(np.eye(2) - W)[:, row, column]


PUSH_HEAD = "import numpy as np\n\n\ndef push(w_EE, w_EI, w_IE, w_II):\n"
PUSH_DOC = '    """dI/dh_I: by how many Hz I changes in the end for each Hz that the inhibitory cells get more."""\n'
PUSH_BODY = """    leak = np.eye(2)
    W = np.array([[{a}, -w_EI], [w_IE, {d}]])
    return np.linalg.inv({m})[{at}]
"""


def _push(a="w_EE", d="-w_II", m="leak - W", at="1, 1"):
    return PUSH_HEAD + PUSH_BODY.format(a=a, d=d, m=m, at=at)


def _formula(text):
    return PUSH_HEAD + f"    return {text}\n"


PUSH = Exercise(
    id="14.4",
    title="The answer to a push",
    task="Both populations of `EIRates` are active and at rest: $E = w_{EE} E - w_{EI} I + h_E$, "
    "$I = w_{IE} E - w_{II} I + h_I$. Now $h_I$ becomes a little larger, and they come to rest elsewhere. Write "
    "`push(w_EE, w_EI, w_IE, w_II)`: $dI/dh_I$. Where does it change its sign?",
    stub=PUSH_HEAD + PUSH_DOC + "    return ...\n",
    answer="push",
    solution=PUSH_HEAD + PUSH_DOC + PUSH_BODY.format(a="w_EE", d="-w_II", m="leak - W", at="1, 1"),
    hints=(
        "Two equations, two unknowns, and they are linear. What multiplies E, what multiplies I, if all is on one side?",
        "With W = [[w_EE, -w_EI], [w_IE, -w_II]] the rates are r = (1 - W)^-1 h. Which entry leads from h_I to I?",
        "np.linalg.inv(np.eye(2) - W)[1, 1], which is (1 - w_EE) / ((1 - w_EE) * (1 + w_II) + w_EI * w_IE).",
    ),
    wrong={
        "alone": (_formula("1 / (1 + w_II)"), "inhibitory cells alone"),
        "sign": (_push(m="W - leak"), "with w_EE = 0"),
        "E": (_push(at="0, 1"), "what becomes of E"),
        "transposed": (_push(at="1, 0"), "a push to E does to I"),
        "EE": (_push(at="0, 0"), "a push to E does to E"),
        "loop": (_formula("(1 - w_EE) / ((1 - w_EE) * (1 + w_II) - w_EI * w_IE)"), "The sign of the loop"),
        "excites itself": (_push(d="w_II"), "I inhibits itself"),
        "inhibits itself": (_push(a="-w_EE"), "E excites itself"),
        "no leak": (_push(m="-W"), "The leak is missing"),
        "numerator": (_formula("1 - w_EE"), "only the numerator"),
        "determinant": (_formula("1 / ((1 - w_EE) * (1 + w_II) + w_EI * w_IE)"), "The numerator is missing"),
        "vector": (_push(at="1"), "one number"),
    },
    check=check_push,
    praise="It is (1 - w_EE) over something positive. Above w_EE = 1 the pushed cells fire less: a sign of who holds whom.",
)  # fmt: skip
