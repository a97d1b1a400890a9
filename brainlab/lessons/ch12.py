"""The exercises of chapter 12, the half on dynamics: reduction, fixed points, bifurcation."""

from __future__ import annotations

import numpy as np

from ._diagnose import call, compare, is_close, number, numbers, require_function, with_unit
from ._exercise import Exercise, Text, Wrong
from ._reference import hh_currents, hh_rates, hh_steady

# ---- 12.1


def _reduced(V, n, I, h=lambda n: 0.8 - n, m=None, gates=4, sign=1.0, exchanged=False):
    m_now = hh_steady(V)[0] if m is None else m
    *_, a, b = hh_rates(V)
    open_h, open_n = (n, h(n)) if exchanged else (h(n), n)
    I_Na, _, I_L = hh_currents(V, m_now, open_h, open_n)
    I_K = 36.0 * open_n**gates * (V + 77.0)
    return I - sign * (I_Na + I_K + I_L), a * (1 - n) - b * n


def check_reduced(reduced):
    require_function(reduced)
    points = [(-65.0, 0.32, 0.0), (-50.0, 0.4, 10.0), (-20.0, 0.5, 10.0), (20.0, 0.65, 5.0), (-75.0, 0.7, 0.0)]
    got = np.array([numbers(call(reduced, *p), (2,), "dV/dt and dn/dt") for p in points])
    want = np.array([_reduced(*p) for p in points])
    slow = np.array([_reduced(V, n, I, m=0.0529) for V, n, I in points])
    for guess, message in (
        ([_reduced(*p, h=lambda n: n - 0.8) for p in points], "Turned round: h and n mirror each other, h = 0.8 - n."),
        ([_reduced(V, n, I, h=lambda n, V=V: hh_steady(V)[1]) for V, n, I in points],
         "The gate h is not at its steady state: it is slow, like n. It is 0.8 - n."),
        ([_reduced(*p, h=lambda n: n) for p in points], "The gate h is not n: when n opens, h closes. It is 0.8 - n."),
        (slow, "The gate m is not constant: it follows V at once, m = m_inf(V)."),
        ([_reduced(*p, gates=3) for p in points], "The potassium current has n to the power 4."),
        ([_reduced(*p, sign=-1.0) for p in points], "The ionic currents flow outwards: they are subtracted from I."),
        ([_reduced(V, n, 0.0) for V, n, I in points], "The current I is missing: dV/dt = I minus the three currents."),
        ([_reduced(*p, h=lambda n: 1 - n) for p in points], "The sum of h and n is 0.8, not 1: h = 0.8 - n."),
        ([_reduced(*p, exchanged=True) for p in points], "h and n are exchanged: it is currents(V, m, h, n)."),
        (want[:, ::-1], "The order is dV/dt, then dn/dt."),
    ):  # fmt: skip
        if is_close(got, guess, 1e-3, 1e-4):
            raise Wrong(message)
    units = ("mV/ms", "1/ms")
    for j, (name, unit) in enumerate(zip(("dV/dt", "dn/dt"), units, strict=True)):
        for (V, n, I), g, w in zip(points, got[:, j], want[:, j], strict=True):
            if not is_close(g, w, 1e-3, 1e-3):
                raise Wrong(
                    "At V = {V} mV, n = {n}, I = {I} uA/cm2 the answer for {name} should be {want}, yours is {got}.",
                    V=V, n=n, I=I, name=name, want=with_unit(w, unit), got=with_unit(g, unit),
                )  # fmt: skip


R_HEAD = "import brainlab as bl\n\nhh = bl.HH()\n\n\ndef reduced(V, n, I):\n"
R_DOC = '    """dV/dt and dn/dt of the neuron with two states: m follows V at once, h = 0.8 - n."""\n'
R_BODY = """    m, h = {}, {}
    currents = hh.currents(V, m, h, n)
    r = hh.rates(V)
    return {}, r.alpha_n * (1 - n) - r.beta_n * n
"""
M, H, DV = "hh.steady(V).m", "0.8 - n", "I - sum(currents)"


def _r(m=M, h=H, dV=DV):
    return R_HEAD + R_BODY.format(m, h, dV)


REDUCED = Exercise(
    id="12.1",
    title="Four states become two",
    task="Write `reduced(V, n, I)`: (dV/dt, dn/dt) of the Hodgkin-Huxley neuron with m at its steady state and h = 0.8 - n. "
    "`hh.steady(V).m`, `hh.currents(V, m, h, n)` (three currents, outwards) and `hh.rates(V)` (`.alpha_n`, `.beta_n`) "
    "are there for you; C = 1 uF/cm2.",
    stub=R_HEAD + R_DOC + "    return ...\n",
    answer="reduced",
    solution=R_HEAD + R_DOC + R_BODY.format(M, H, DV),
    hints=(
        "Which of the four states are gone, and what stands in their place?",
        "m = hh.steady(V).m and h = 0.8 - n; then the equations for V and n are those of chapter 11.",
        "dV/dt = I - sum(hh.currents(V, m, h, n)); dn/dt = alpha_n (1 - n) - beta_n n.",
    ),
    wrong={
        "mirror": (_r(h="n - 0.8"), "mirror each other"),
        "steady h": (_r(h="hh.steady(V).h"), "not at its steady state"),
        "h is n": (_r(h="n"), "when n opens"),
        "sign": (_r(dV="I + sum(currents)"), "flow outwards"),
        "m rest": (_r(m="0.0529"), "follows V at once"),
        "no current": (_r(dV="-sum(currents)"), "current I is missing"),
        "one": (_r(h="1 - n"), "is 0.8, not 1"),
        "exchanged": (_r().replace("m, h, n)\n", "m, n, h)\n"), "h and n are exchanged"),
    },
    check=check_reduced,
    praise="Two states fit on a sheet of paper: from here on you can see why the neuron fires.",
)

# ---- 12.2


def _fields():
    """(what, f, its exact Jacobian, points), written out by hand."""
    yield (
        "FitzHugh-Nagumo",
        lambda s: np.array([s[0] - s[0] ** 3 / 3 - s[1] + 0.5, (s[0] + 0.7 - 0.8 * s[1]) / 12.5]),
        lambda s: np.array([[1 - s[0] ** 2, -1.0], [1 / 12.5, -0.8 / 12.5]]),
        [(-1.2, -0.62), (0.5, 0.3), (2.0, 1.0)],
    )
    yield (
        "f = (y, -4 x)",
        lambda s: np.array([s[1], -4 * s[0]]),
        lambda s: np.array([[0.0, 1.0], [-4.0, 0.0]]),
        [(1.0, 2.0), (0.0, 0.0)],
    )
    yield (
        "f = (x y, y z, z x)",
        lambda s: np.array([s[0] * s[1], s[1] * s[2], s[2] * s[0]]),
        lambda s: np.array([[s[1], s[0], 0.0], [0.0, s[2], s[1]], [s[2], 0.0, s[0]]]),
        [(1.0, 2.0, 3.0)],
    )


def check_jacobian(jacobian):
    require_function(jacobian)
    for what, f, exact, points in _fields():
        for point in points:
            y = np.array(point)
            n, want = len(y), exact(y)
            got = numbers(call(jacobian, f, y.copy()), (n, n), "a row for each derivative, a column for each state")
            places = [Text("{what}, row {i}, column {j}", what=what, i=i, j=j) for i in range(n) for j in range(n)]
            guesses = (
                (0 * want, "All differences are 0. `z = y` is the same array under another name: move a copy, y.copy()."),
                (want.T, "Rows and columns are exchanged: row i is about f[i], column j about the state y[j]."),
                (2 * want, "Twice too large: from y - h to y + h the state has moved by 2 h."),
                (want / 2, "Half of it: a step of h on one side only is divided by h."),
                (-want, "The size is right, the sign is not: ahead minus behind."),
                (np.diag(np.diag(want)), "Only the diagonal is filled. Each f depends on all states."),
            )
            if is_close(got, want, 1e-2, 1e-2) and not is_close(got, want, 1e-4, 1e-4):
                raise Wrong(
                    "Nearly: the error is {e}. Go to both sides, by about 1e-4: longer ones bend, much shorter ones drown "
                    "in rounding.",
                    e=f"{abs(got - want).max():.1g}",
                )
            compare(got, want, places, rtol=1e-4, atol=1e-4, guesses=guesses)


J_HEAD = "import numpy as np\n\n\ndef jacobian(f, y):\n"
J_DOC = (
    '    """The matrix of the derivatives of f (row) along the states (column) at the point y, (n, n). f(y) is (n,)."""\n'
)
J_BODY = """    h = 1e-4
    columns = []
    for j in range(len(y)):
        step = np.zeros(len(y))
        step[j] = h
        columns.append(({}) / ({}))
    return np.stack(columns, axis={})
"""
BOTH = "f(y + step) - f(y - step)"


def _jacobian(difference=BOTH, by="2 * h", axis=1):
    return J_HEAD + J_BODY.format(difference, by, axis)


JACOBIAN = Exercise(
    id="12.2",
    title="The Jacobian",
    task="Near a fixed point a system is its Jacobian: the matrix of $\\partial f_i / \\partial y_j$, row i, column j. "
    "Write `jacobian(f, y)` for any f: y (n,) -> dy/dt (n,), by differences, to 4 digits.",
    stub=J_HEAD + J_DOC + "    return ...\n",
    answer="jacobian",
    solution=J_HEAD + J_DOC + J_BODY.format(BOTH, "2 * h", 1),
    hints=(
        "Move one state a little, and see how all of f changes: that is one column.",
        "To both sides: (f(y + h e_j) - f(y - h e_j)) / (2 h), with e_j = 1 in place j and 0 elsewhere.",
        "Collect the columns in a list and put them side by side: np.stack(columns, axis=1). h = 1e-4 is small enough.",
    ),
    wrong={
        "transposed": (_jacobian(axis=0), "exchanged"),
        "twice": (_jacobian(by="h"), "Twice too large"),
        "half": (_jacobian("f(y + step) - f(y)"), "Half of it"),
        "sign": (_jacobian("f(y - step) - f(y + step)"), "ahead minus behind"),
        "diagonal": (_jacobian(f"step * ({BOTH})", "2 * h * h"), "Only the diagonal"),
        "coarse": (_jacobian("f(y + step) - f(y)", "h").replace("1e-4", "1e-3"), "Go to both sides"),
        "alias": (
            _jacobian("f(step) - f(y)", "h").replace("np.zeros(len(y))", "y").replace("step[j] = h", "step[j] += h"),
            "move a copy",
        ),
    },
    check=check_jacobian,
    praise="The library does without differences: `jax.jacfwd` applies the rules of differentiation to the code.",
)  # fmt: skip

# ---- 12.3

KINDS = ("stable node", "stable focus", "unstable node", "unstable focus", "saddle")


def _kind(J):
    values = np.linalg.eigvals(J)
    if np.linalg.det(J) < 0:
        return "saddle"
    return ("stable" if values.real.max() < 0 else "unstable") + (" focus" if abs(values.imag).max() > 0 else " node")


def check_classify(classify):
    require_function(classify)
    rng, seen = np.random.default_rng(123), dict.fromkeys(KINDS, 0)
    mistakes = {}
    while min(seen.values()) < 4:
        J = rng.normal(0, 1, (2, 2)).round(2)
        trace, det = np.trace(J), np.linalg.det(J)
        if min(abs(trace), abs(det), abs(trace**2 / 4 - det)) < 0.05:
            continue  # too near a border to be fair
        want = _kind(J)
        if seen[want] >= 4:
            continue
        seen[want] += 1
        got = call(classify, J.copy())
        if not isinstance(got, str) or got not in KINDS:
            raise Wrong("The answer must be one of: {kinds}. Yours is {got}.", kinds=", ".join(KINDS), got=repr(got)[:40])
        if got != want:
            mistakes[want, got] = J
    if not mistakes:
        return
    flip = {"stable": "unstable", "unstable": "stable"}
    swaps = {
        (a, b) for a in KINDS for b in KINDS if a.split()[0] in flip and b == a.replace(a.split()[0], flip[a.split()[0]], 1)
    }
    forms = {(a, b) for a in KINDS for b in KINDS if a != b and a.split()[0] == b.split()[0]}
    (want, got), J = next(iter(mistakes.items()))
    if set(mistakes) <= swaps:
        raise Wrong("Stable and unstable are exchanged: a negative real part means that a small deviation fades.")
    if set(mistakes) <= forms:
        raise Wrong("Node and focus are confused: complex eigenvalues turn, so they make a focus.")
    if all(want == "saddle" for want, _ in mistakes):
        raise Wrong("A saddle is not recognised: one eigenvalue above 0, one below. Look at both.")
    raise Wrong(
        "J = {J} has the eigenvalues {values}: a {want}. You say {got}.",
        J=J.tolist(),
        values=", ".join(f"{x:.3g}" for x in np.linalg.eigvals(J)),
        want=want,
        got=got,
    )


C_HEAD = "import numpy as np\n\n\ndef classify(J):\n"
C_DOC = (
    '    """What kind of fixed point has the Jacobian J (2, 2): "stable node", "stable focus", "unstable node",\n'
    '    "unstable focus" or "saddle"."""\n'
)
C_BODY = """    values = np.linalg.eigvals(J)
    if {}:
        return "saddle"
    return ("stable" if {} else "unstable") + (" focus" if {} else " node")
"""
SADDLE, STABLE, TURNS = "values.real.min() < 0 < values.real.max()", "values.real.max() < 0", "abs(values.imag).max() > 0"

CLASSIFY = Exercise(
    id="12.3",
    title="Five kinds of rest",
    task="Write `classify(J)` for the Jacobian J (2, 2) of a fixed point in the plane. The answer is one of the texts "
    '"stable node", "stable focus", "unstable node", "unstable focus", "saddle". `check` tries 20 of them.',
    stub=C_HEAD + C_DOC + "    return ...\n",
    answer="classify",
    solution=C_HEAD + C_DOC + C_BODY.format(SADDLE, STABLE, TURNS),
    hints=(
        "All is in the two eigenvalues: `np.linalg.eigvals(J)`. What do their real parts say, what their imaginary parts?",
        "A real part below 0 fades, above 0 grows. One of each is a saddle. An imaginary part turns: a focus.",
        "First the saddle; then stable if the largest real part is below 0; then focus if an imaginary part is not 0.",
    ),
    wrong={
        "sign": (C_HEAD + C_BODY.format(SADDLE, "values.real.max() > 0", TURNS), "are exchanged"),
        "node": (C_HEAD + C_BODY.format(SADDLE, STABLE, "abs(values.imag).max() == 0"), "complex eigenvalues turn"),
        "no saddle": (C_HEAD + C_BODY.format("False", STABLE, TURNS), "one eigenvalue above 0"),
        "first only": (C_HEAD + C_BODY.format("False", "values.real[0] < 0", TURNS), "one eigenvalue above 0"),
        "number": (C_HEAD + "    return np.linalg.det(J)", "must be one of"),
        "always": (C_HEAD + '    return "stable node"', "has the eigenvalues"),
    },
    check=check_classify,
    praise="Determinant below 0: saddle. Otherwise the sign of the trace decides stability, and trace**2 < 4 det a focus.",
)

# ---- 12.4


def check_hopf(hopf):
    require_function(hopf)
    for offset, rate, slow in ((0.0, 1.0, 0.08), (0.7, -2.0, 0.3), (-1.3, 0.4, 0.6)):

        def J(I, offset=offset, rate=rate, slow=slow):
            return np.array([[rate * (I - offset) + slow, -1.0], [2.0 + 0.1 * I, -slow]])

        def two_real(I, offset=offset, rate=rate, slow=slow):  # one more state, whose own eigenvalue is real and negative
            return np.block([[np.full((1, 1), -0.5), np.zeros((1, 2))], [np.zeros((2, 1)), J(I, offset, rate, slow)]])

        for matrix in (J, two_real):
            got, want = number(call(hopf, matrix, offset - 1.0, offset + 0.6)), offset
            if is_close(got, want, 0, 1e-3):
                continue
            if matrix is two_real and is_close(got, offset + 0.5 / rate, 0, 1e-3):
                raise Wrong(
                    "The trace is the sum of all eigenvalues. With more than two states it is not that of the pair alone."
                )
            parts = np.linalg.eigvals(matrix(got)) if np.isfinite(got) else np.zeros(1)
            if min(abs(got - offset + 1.0), abs(got - offset - 0.6)) < 1e-9:
                raise Wrong(
                    "You give back an end of the interval, {I}. Between the ends the sign changes, upwards or downwards.",
                    I=f"{got:g}",
                )
            if is_close(got, want, 0, 0.1):
                raise Wrong("Near, but not to 3 digits: {I}. Halve the interval until it is short.", I=f"{got:.5g}")
            raise Wrong(
                "At I = {I} the eigenvalues are {values}: no pair stands on the imaginary axis (real part 0).",
                I=f"{got:.4g}",
                values=", ".join(f"{x:.3g}" for x in parts),
            )


H_HEAD = "import numpy as np\n\n\ndef hopf(J, low, high):\n"
H_DOC = '    """The I between low and high at which a complex pair of eigenvalues of J(I) has the real part 0."""\n'
H_BODY = """    def growth(I):
        return {}

    for _ in range({}):
        middle = (low + high) / 2
        if growth(low) * growth(middle) <= 0:
            high = middle
        else:
            low = middle
    return {}
"""
GROWTH = "np.linalg.eigvals(J(I)).real.max()"


def _hopf(growth=GROWTH, halvings=40, answer="low"):
    return H_HEAD + H_BODY.format(growth, halvings, answer)


HOPF = Exercise(
    id="12.4",
    title="Where does it begin to swing?",
    task="`J(I)` is the Jacobian at the fixed point for the current I. Somewhere between `low` and `high` a complex pair of "
    "its eigenvalues crosses the imaginary axis: a Hopf bifurcation. Write `hopf(J, low, high)`: the I where that "
    "happens, to 3 digits.",
    stub=H_HEAD + H_DOC + "    return ...\n",
    answer="hopf",
    solution=H_HEAD + H_DOC + H_BODY.format(GROWTH, 40, "low"),
    hints=(
        "`np.linalg.eigvals(J(I))` gives the eigenvalues. Which part of them says whether a small swing grows?",
        "The largest real part is negative on one side and positive on the other: look for its zero.",
        "Halve the interval 40 times: keep the half at whose ends the signs differ.",
    ),
    wrong={
        "imaginary": (_hopf("np.linalg.eigvals(J(I)).imag.max() - 1"), "an end of the interval"),
        "end": (_hopf(halvings=0), "an end of the interval"),
        "coarse": (_hopf(halvings=5), "not to 3 digits"),
        "middle": (_hopf(halvings=0, answer="(low + high) / 2"), "no pair stands"),
        "eigenvalue": (_hopf(halvings=2, answer="growth(low) + 0.3"), "no pair stands"),
        "trace": (_hopf("np.trace(J(I))"), "sum of all eigenvalues"),
        "rising only": (_hopf().replace("growth(low) * growth(middle) <= 0", "growth(middle) > 0"), "upwards or downwards"),
        "called": ("hopf = 0.33", "the function itself"),
    },
    check=check_hopf,
    praise="In two dimensions the trace says it: the sum of the pair, 0 at this I (if the determinant is above 0).",
)  # fmt: skip

EXERCISES = [REDUCED, JACOBIAN, CLASSIFY, HOPF]
