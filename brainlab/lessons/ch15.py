"""The exercises of chapter 15: Hebb's weights, energy, capacity, patterns that resemble each other, basins."""

from __future__ import annotations

import functools

import numpy as np

from ._ch15_memory import DECORRELATE, HEBB, hebb_weights, settle, sign, without_diagonal
from ._diagnose import call, compare, number, numbers, require_function
from ._exercise import Exercise, Text, Wrong

# ---- 15.2


def _energies(W, s, hears=None, field=1.0, always=False):
    """Energy before and after each neuron of one sweep; `hears`: the states that all neurons hear, if not each other's."""
    s, found = s.copy(), []
    for i in range(len(s) + 1):
        found.append(-0.5 * s @ W @ s)
        if i < len(s):
            s[i] = -s[i] if always else sign(field * W[i] @ (s if hears is None else hears))
    return np.array(found)


def check_descend(descend):
    require_function(descend)
    rng = np.random.default_rng(152)
    for N in (14, 9, 25):
        A = rng.normal(size=(N, N))
        W, s = without_diagonal(A + A.T) / np.sqrt(N), rng.choice([-1.0, 1.0], N)
        got = call(descend, W.copy(), s.copy())
        got = numbers(got, (N + 1,), "the energy at first, and after each neuron")
        E = _energies(W, s)
        late = np.concatenate([E[:1], E[:-1]])
        guesses = (
            (_energies(W, s, hears=s), "Your neurons all hear the first state. Each must hear what the others say by now: "
             "only then must the energy fall."),
            (2 * E, "Twice too much: in the sum over i and j each pair stands twice. That is what the 1/2 is for."),
            (-E, "Your energy climbs where it should fall: there is a minus in it."),
            (-2 * E, "Your energy climbs where it should fall: there is a minus in it. And each pair is counted twice."),
            (_energies(W, s, field=-1.0), "Your neurons turn against their field. A neuron takes the sign of its field."),
            (_energies(W, s, always=True), "Your neurons all flip. A neuron takes the sign of its field, whether it had it "
             "or not."),
            (late, "One neuron late: the energy is asked *after* each neuron has looked at its field."),
            (np.concatenate([E[:1], np.diff(E)]), "These are the changes. Asked is the energy itself."),
            (np.full(N + 1, E[0]), "The state does not change: store what each neuron takes, in `s`."),
            (np.full(N + 1, E[-1]), "That is the last energy, everywhere. Did you keep the state itself, which goes on "
             "changing, instead of its energy?"),
        )  # fmt: skip
        places = [Text("step {i}, N = {N}", i=i, N=N) for i in range(N + 1)]
        try:
            compare(got, E, places, rtol=2e-3, atol=1e-4, guesses=guesses)
        except Wrong as wrong:
            up = np.diff(got)
            if np.any(up > 1e-3) and not any(wrong.text.template == message for _, message in guesses):
                i = int(np.argmax(up))
                raise Wrong(
                    "Your energy rises by {up} at step {i}. With symmetric weights, and one neuron at a time, it cannot.",
                    up=f"{up[i]:.3g}",
                    i=i + 1,
                ) from None
            raise


E_HEAD = "import numpy as np\n\n\ndef descend(W, s):\n"
E_DOC = (
    '    """The energy before, and after each neuron of one sweep: N + 1 numbers. W: (N, N), symmetric, 0 on the diagonal;\n'
    '    s: (N,), each +1 or -1."""\n'
)
E_BODY = """    s = np.array(s, float)
    energies = [{energy}]
    for i in range(len(s)):
        {update}
        energies.append({energy})
    return {out}
"""
ENERGY, UPDATE, ALL = "-0.5 * s @ W @ s", "s[i] = 1.0 if W[i] @ s > 0 else -1.0", "np.array(energies)"
FIRST = "first = s.copy()\n    energies = "
E_ALIAS = f"""{E_HEAD}    states = [s]
    for i in range(len(s)):
        {UPDATE}
        states.append(s)
    return np.array([-0.5 * s @ W @ s for s in states])
"""


def _e(update=UPDATE, energy=ENERGY, out=ALL):
    return E_HEAD + E_BODY.format(update=update, energy=energy, out=out)


DESCEND = Exercise(
    id="15.2",
    title="It can only fall",
    task="Write `descend(W, s)`: one sweep, and the energy $E = -\\frac{1}{2} \\sum_{ij} s_i W_{ij} s_j$ all the way. "
    "Neuron 0 first, then 1, and so on: each takes the sign of its field $h_i = \\sum_j W_{ij} s_j$, as the others are *by "
    "then*. The answer has N + 1 numbers: the energy at first, and after each neuron. `check` tries random symmetric "
    "weights.",
    stub=E_HEAD + E_DOC + "    return ...\n",
    answer="descend",
    solution=E_HEAD + E_DOC + E_BODY.format(update=UPDATE, energy=ENERGY, out=ALL),
    hints=(
        "You need a state that changes, neuron by neuron, and a list of energies that grows.",
        "A field is `W[i] @ s`, the energy is `-0.5 * s @ W @ s`. Copy s first: the caller may need it.",
        "for i in range(len(s)): s[i] = 1.0 if W[i] @ s > 0 else -1.0, then append -0.5 * s @ W @ s.",
    ),
    wrong={
        "together": (_e(UPDATE.replace("@ s", "@ first")).replace("energies = ", FIRST), "all hear the first state"),
        "twice": (_e(energy="-s @ W @ s"), "each pair stands twice"),
        "sign": (_e(energy="0.5 * s @ W @ s"), "there is a minus in it"),
        "sign, twice": (_e(energy="s @ W @ s"), "each pair is counted twice"),
        "against": (_e("s[i] = 1.0 if W[i] @ s < 0 else -1.0"), "turn against their field"),
        "flips": (_e("s[i] = -s[i]"), "all flip"),
        "late": (_e("before = " + ENERGY + "; " + UPDATE).replace(f"append({ENERGY})", "append(before)"), "One neuron late"),
        "changes": (_e(out="np.append(energies[0], np.diff(energies))"), "These are the changes"),
        "still": (_e("s[i]"), "The state does not change"),
        "alias": (E_ALIAS, "That is the last energy, everywhere"),
        "short": (_e(out="energies[1:]"), "after each neuron"),
        "random": (_e("s[i] = np.random.default_rng(i).choice([-1.0, 1.0])"), "Your energy rises"),
    },
    check=check_descend,
    praise="A neuron that flips changes E by -2 |h|, and nothing can fall for ever: that is the whole proof that the "
    "network comes to rest.",
)  # fmt: skip

# ---- 15.3

COUNTS = (5, 11, 15, 21)  # odd, and N is even: no field is ever 0
N_CURVE = 80


@functools.cache
def _explained_curves():
    """Patterns, the right curve, and what each misconception makes of it. (P,) each"""
    patterns = np.random.default_rng(153).choice([-1.0, 1.0], (max(COUNTS), N_CURVE))

    def curve(overlap):
        return np.array([overlap(patterns[:P]) for P in COUNTS])

    def end(p, **how):
        return settle(hebb_weights(p), p, **how)

    def together(p, steps):
        s = p
        for _ in range(steps):
            s = sign(s @ hebb_weights(p))
        return s

    everything = settle(hebb_weights(patterns), patterns)
    held = {P: settle(hebb_weights(patterns[:P], diagonal=True), patterns[:P]) for P in COUNTS}
    want = curve(lambda p: (end(p) * p).mean())
    return patterns, want, (
        (curve(lambda p: (end(p, sweeps=1) * p).mean()), "Not at rest yet: after one sweep errors still make new errors. Go "
         "on until nothing changes."),
        (curve(lambda p: (together(p, 1) * p).mean()), "That is one step of all neurons at once. Errors make new errors: go "
         "on, neuron after neuron, until nothing changes."),
        (curve(lambda p: (together(p, 100) * p).mean()), "All your neurons look at once. Asked is one after the other, each "
         "hearing what the ones before have become."),
        (curve(lambda p: (held[len(p)] * p).mean()), "The diagonal is not 0: a neuron that hears itself holds on to what it "
         "has. That looks like memory, and corrects nothing."),
        (curve(lambda p: (everything[: len(p)] * p).mean()), "You store all patterns every time. For P = 5 store the first "
         "5 only."),
        (curve(lambda p: (end(p)[0] * p[0]).mean()), "That is the first pattern alone. Asked is the mean over all that are "
         "stored."),
        ((1 + want) / 2, "That is the share of right pixels. The overlap is 0 if half of them are right, -1 if none is."),
        ((1 - want) / 2, "That is the share of wrong pixels. The overlap is 1 if none is wrong."),
        (curve(lambda p: (end(p) == p).all(1).mean()), "That is the share of patterns that are kept without any error. "
         "Asked is the overlap."),
        (N_CURVE * want, "The overlap is divided by the number of neurons: it is 1 if all is right."),
        (want * COUNTS, "That is the sum over patterns. Asked is their mean."),
    )  # fmt: skip


def check_capacity_curve(capacity_curve):
    require_function(capacity_curve)
    patterns, want, guesses = _explained_curves()
    got = numbers(call(capacity_curve, patterns.copy(), COUNTS), (len(COUNTS),), "one overlap for each count")
    places = [Text("{P} patterns in {N} neurons", P=P, N=N_CURVE) for P in COUNTS]
    compare(got, want, places, guesses=guesses)


K_HEAD = "import numpy as np\n\n\ndef capacity_curve(patterns, counts):\n"
K_DOC = (
    '    """For each P in counts: the first P patterns are stored; the mean overlap between each of them and the state in\n'
    '    which the network comes to rest, if it starts there. patterns: (all, N) of +1 and -1."""\n'
)
K_BODY = """    overlaps = []
    for P in counts:
        stored = {stored}
        weights = stored.T @ stored / stored.shape[1]
        {diagonal}
        s, before = stored.copy(), None
        while {condition}:
            before = s.copy()
            {update}
        overlaps.append({overlap})
    return overlaps
"""
STORED, DIAGONAL, MOVES = "patterns[:P]", "np.fill_diagonal(weights, 0.0)", "before is None or (s != before).any()"
ONE_BY_ONE = "for i in range(len(weights)):\n                s[:, i] = np.sign(s @ weights[i])"
AT_ONCE = "s = np.sign(s @ weights)"
OVERLAP = "np.mean(s * stored)"


def _k(update=ONE_BY_ONE, overlap=OVERLAP, stored=STORED, diagonal=DIAGONAL, condition=MOVES):
    return K_HEAD + K_BODY.format(update=update, overlap=overlap, stored=stored, diagonal=diagonal, condition=condition)


CAPACITY = Exercise(
    id="15.3",
    title="How much does it hold?",
    task="Write `capacity_curve(patterns, counts)`. For each P in `counts` store the first P patterns (Hebb, 0 on the "
    "diagonal), start the network in each of these, and let it run: neuron after neuron in the order of their numbers, "
    "sweep after sweep, until a whole sweep changes nothing. The answer is, for each P, the mean over the P patterns of the "
    "overlap $\\frac{1}{N} \\sum_i \\xi_i s_i$ between pattern and end.",
    stub=K_HEAD + K_DOC + "    return ...\n",
    answer="capacity_curve",
    solution=K_HEAD + K_DOC + K_BODY.format(
        update=ONE_BY_ONE, overlap=OVERLAP, stored=STORED, diagonal=DIAGONAL, condition=MOVES
    ),
    hints=(
        "You have the weights from 15.1 and the sweep from 15.2. What is new is to go on until nothing changes.",
        "All P states can run side by side: an array s (P, N), and for neuron i `s[:, i] = np.sign(s @ weights[i])`.",
        "while s differs from its copy of before: copy it, one sweep. At the end np.mean(s * stored), for each P.",
    ),
    wrong={
        "one sweep": (_k(condition="before is None"), "after one sweep"),
        "one step": (_k(AT_ONCE, condition="before is None"), "one step of all neurons at once"),
        "at once": (_k("for _ in range(100): " + AT_ONCE, condition="before is None"), "All your neurons look at once"),
        "self": (_k(diagonal="pass"), "The diagonal is not 0"),
        "all": (_k(stored="patterns", overlap="np.mean((s * stored)[:P])"), "all patterns every time"),
        "first": (_k(overlap="np.mean(s[0] * stored[0])"), "the first pattern alone"),
        "right pixels": (_k(overlap="np.mean(s == stored)"), "share of right pixels"),
        "wrong pixels": (_k(overlap="np.mean(s != stored)"), "share of wrong pixels"),
        "perfect": (_k(overlap="np.mean((s == stored).all(1))"), "without any error"),
        "not divided": (_k(overlap="np.mean((s * stored).sum(1))"), "divided by the number of neurons"),
        "sum": (_k(overlap="np.sum(np.mean(s * stored, 1))"), "Asked is their mean"),
        "last": (K_HEAD + "    return float(len(counts))\n", "one overlap for each count"),
    },
    check=check_capacity_curve,
    praise="Nothing fades: up to some load nearly all is kept, and beyond it hardly anything. Eighty neurons smear the edge."
    "",
)  # fmt: skip

# ---- 15.5


def _nearest(memories):
    """A perfect memory: the state becomes the stored pattern, or the inverse of one, that it is most like."""

    def recall(s):
        m = memories @ np.asarray(s, float).reshape(-1)
        k = int(np.argmax(np.abs(m)))
        return memories[k] * (1.0 if m[k] >= 0 else -1.0)

    return recall


def _with_a_hole(recall, pattern, hole):
    def recall_but(s):
        s = np.asarray(s, float).reshape(-1)
        return s.copy() if (s != pattern).sum() in hole else recall(s)

    return recall_but


def _radius(recall, pattern, order, repaired=None):
    """(first k that is not repaired, how many of all k are, the largest that is), flipping the first k of `order`"""
    repaired = repaired or (lambda s: np.array_equal(s, pattern))
    good = []
    for k in range(1, len(order) + 1):
        s = pattern.copy()
        s[order[:k]] *= -1
        good.append(repaired(recall(s)))
    good = np.array(good)
    first = int(np.argmin(good)) + 1 if not good.all() else len(good) + 1
    return first, int(good.sum()), int(np.flatnonzero(good).max(initial=-1)) + 1


def check_basin(basin):
    require_function(basin)
    rng = np.random.default_rng(161)
    got, rows = [], []
    for N, P, hole in ((30, 3, ()), (40, 4, (9,)), (24, 2, (4, 6))):
        memories = rng.choice([-1.0, 1.0], (P, N))
        pattern, orders = memories[0], np.array([rng.permutation(N) for _ in range(4)])
        recall = _with_a_hole(_nearest(memories), pattern, hole)
        got.append(number(call(basin, recall, pattern.copy(), orders.copy())))
        first, good, largest = np.array([_radius(recall, pattern, order) for order in orders]).T
        either = [_radius(recall, pattern, order, lambda s, p=pattern: abs((s * p).mean()) > 0.999)[1] for order in orders]
        close = [_radius(recall, pattern, order, lambda s, p=pattern: (s * p).mean() > 0)[0] - 1 for order in orders]
        k = first - 1
        rows.append((k.mean(), first.mean(), good.mean(), largest.mean(), k.min(), k.max(), k[0], k.mean() / N, k.sum(), N,
                     np.mean(either), np.mean(close)))  # fmt: skip
    want, first, good, largest, least, most, one, share, total, N, either, close = np.array(rows, float).T
    guesses = (
        (first, "That is the first damage that it does not repair. Asked is the last one before that: one less."),
        (good, "You count what is repaired after a failure too. Stop at the first damage that it does not repair."),
        (largest, "That is the largest damage that happens to be repaired. But a smaller one was not: stop there."),
        (least, "That is the worst of the orders. Asked is their mean."),
        (most, "That is the best of the orders. Asked is their mean."),
        (one, "Only one of the orders counts in your answer. Asked is the mean over all."),
        (share, "That is a share of the neurons. Asked is their number."),
        (total, "That is the sum over the orders. Asked is their mean."),
        (N, "It repairs everything? Damage must add up: after k steps k neurons are wrong, order[0] to order[k - 1]."),
        (either, "The inverse of the pattern is another memory. It does not count as repaired."),
        (close, "Repaired means: all neurons are right again, not most of them."),
    )
    places = [Text("memory {i}", i=i + 1) for i in range(len(got))]
    compare(got, want, places, guesses=guesses)


B_HEAD = "import numpy as np\n\n\ndef basin(recall, pattern, orders):\n"
B_DOC = (
    '    """How many wrong neurons a memory repairs, mean over orders. recall(s): the state in which the network comes\n'
    '    to rest from s, (N,); pattern: (N,) of +1 and -1; orders: (k, N), each row all neurons in one order."""\n'
)
B_BODY = """    sizes = []
    for order in orders:
        k = 0
        while k < len(order):
            s = pattern.copy()
            s[{flipped}] *= -1
            if {lost}:
                break
            k += 1
        sizes.append({size})
    return {out}
"""
FLIPPED, LOST, MEAN_SIZE = "order[: k + 1]", "not np.array_equal(recall(s), pattern)", "np.mean(sizes)"


def _b(flipped=FLIPPED, lost=LOST, size="k", out=MEAN_SIZE):
    return B_HEAD + B_BODY.format(flipped=flipped, lost=lost, size=size, out=out)


def _b_all(size):
    """All k are tried, whatever happens."""
    body = "    sizes = []\n    for order in orders:\n        good = []\n        for k in range(1, len(order) + 1):\n"
    body += "            s = pattern.copy()\n            s[order[:k]] *= -1\n            good.append({repaired})\n"
    repaired = "abs(np.mean(recall(s) * pattern)) > 0.999" if size == "either" else "np.array_equal(recall(s), pattern)"
    size = "np.sum(good)" if size == "either" else size
    return B_HEAD + body.format(repaired=repaired) + f"        sizes.append({size})\n    return np.mean(sizes)\n"


BASIN = Exercise(
    id="15.5",
    title="How large is a basin?",
    task="How many wrong neurons does a memory repair? `recall(s)` gives the state in which a network comes to rest. Write "
    "`basin(recall, pattern, orders)`: for each order flip the first 1, 2, 3, ... neurons of it, each time starting from "
    "the undamaged pattern, until for the first time the pattern does not come back, neuron for neuron. The last number "
    "before that is the size for this order; the answer is the mean over all orders.",
    stub=B_HEAD + B_DOC + "    return ...\n",
    answer="basin",
    solution=B_HEAD + B_DOC + B_BODY.format(flipped=FLIPPED, lost=LOST, size="k", out=MEAN_SIZE),
    hints=(
        "For one order: damage, recall, compare. When do you stop, and what have you counted by then?",
        "`s = pattern.copy(); s[order[:k]] *= -1` has k wrong neurons. `np.array_equal` compares all of them.",
        "Count k up as long as np.array_equal(recall(s), pattern) is true for k + 1 wrong ones; then np.mean over orders.",
    ),
    wrong={
        "first failure": (_b(size="k + 1"), "the first damage that it does not repair"),
        "count": (_b_all("np.sum(good)"), "after a failure too"),
        "largest": (_b_all("np.max(np.flatnonzero(good)) + 1"), "happens to be repaired"),
        "worst": (_b(out="np.min(sizes)"), "the worst of the orders"),
        "best": (_b(out="np.max(sizes)"), "the best of the orders"),
        "one order": (_b(out="sizes[0]"), "Only one of the orders"),
        "share": (_b(size="k / len(order)"), "a share of the neurons"),
        "sum": (_b(out="np.sum(sizes)"), "the sum over the orders"),
        "one at a time": (_b(flipped="order[k]"), "Damage must add up"),
        "inverse": (_b_all("either"), "The inverse of the pattern"),
        "nearly": (_b(lost="np.mean(recall(s) * pattern) <= 0"), "not most of them"),
        "list": (_b(out="sizes"), "one number"),
    },
    check=check_basin,
    praise="A basin ends where another one begins. Store more, and all of them get smaller.",
)  # fmt: skip

EXERCISES = [HEBB, DESCEND, CAPACITY, DECORRELATE, BASIN]
