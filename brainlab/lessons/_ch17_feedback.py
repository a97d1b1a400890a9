"""Exercises 17.3 to 17.5: what feedback rescues and spoils, what each guess costs and brings, what is hallucinated."""

from __future__ import annotations

import numpy as np

from ._diagnose import call, compare, is_close, numbers, require_function
from ._exercise import Exercise, Text, Wrong

# ---- 17.3


def _answers(rng, labels, right):
    return np.where(rng.random(len(labels)) < right, labels, (labels + rng.integers(1, 10, len(labels))) % 10)


def check_ablation(ablation):
    require_function(ablation)
    rng = np.random.default_rng(173)
    got, rows = [], []
    for n, without, with_it in ((60, 0.4, 0.8), (80, 0.8, 0.5), (50, 0.6, 0.7)):
        labels, pictures = rng.integers(0, 10, n), rng.random((n, 64))
        said = {0.0: _answers(rng, labels, without), 1.0: _answers(rng, labels, with_it)}

        def look(shown, feedback, pictures=pictures, said=said):
            if np.shape(shown) != pictures.shape:
                raise Wrong("`look` takes all pictures at once, and gives back a digit for each.")
            if feedback not in said:
                raise Wrong("Ask for `feedback=1.0` and for `feedback=0.0`, nothing else: yours is {f}.", f=feedback)
            return said[feedback].copy()

        got.append(numbers(call(ablation, look, pictures.copy(), labels.copy()), (2,), "the rescued and the spoiled"))
        off, on = said[0.0] == labels, said[1.0] == labels
        differ = np.mean(said[0.0] != said[1.0])
        rows.append([
            [np.mean(on & ~off), np.mean(off & ~on)], [np.mean(off & ~on), np.mean(on & ~off)],
            [np.sum(on & ~off), np.sum(off & ~on)], [np.mean(on[~off]), np.mean(~on[off])], [np.mean(off), np.mean(on)],
            [np.mean(on), np.mean(off)], [np.mean(on) - np.mean(off), np.mean(off) - np.mean(on)],
            [max(np.mean(on) - np.mean(off), 0), max(np.mean(off) - np.mean(on), 0)], [differ, differ],
            [np.mean(on), np.mean(~on)], [np.mean(on & ~off), np.mean(~off & ~on)],
        ])  # fmt: skip
    want, swapped, counts, given, accuracies, turned, net, gain, changed, alone, both = np.array(rows).transpose(1, 0, 2)
    guesses = (
        (swapped, "Rescued and spoiled are exchanged: rescued is right *with* feedback and wrong without."),
        (counts, "These are numbers of pictures. Asked are shares of all pictures."),
        (given, "Shares of those that were wrong, or right, without feedback. Asked are shares of all pictures."),
        (accuracies, "That is how many are right without and with feedback. Compare picture by picture: which ones change?"),
        (turned, "That is how many are right with and without feedback. Compare picture by picture: which ones change?"),
        (net, "That is only the balance of the two. Feedback may rescue ten and spoil nine: count them apart."),
        (gain, "That is only the balance of the two. Feedback may rescue ten and spoil nine: count them apart."),
        (
            changed,
            "You count the answers that change. Some change from one wrong digit to another: compare with the labels.",
        ),
        (alone, "Right and wrong with feedback. To know what it *does* you need the same pictures without it."),
        (both, "The second one is wrong both times. Spoiled is right without feedback and wrong with it."),
    )
    places = [Text("experiment {i}: {what}", i=i + 1, what=Text(what)) for i in range(3) for what in ("rescued", "spoiled")]
    compare(np.array(got), want, places, atol=1e-6, guesses=guesses)


A_HEAD = "import numpy as np\n\n\ndef ablation(look, pictures, labels):\n"
A_DOC = (
    '    """(rescued, spoiled): shares of all pictures that are right only with, and only without feedback.\n'
    '    look(pictures, feedback=1.0) gives a digit for each picture; labels: (n,)."""\n'
)
A_BODY = """    on = look(pictures, feedback=1.0) == labels
    off = look(pictures, feedback=0.0) == labels
    return {out}
"""
A_OUT = "np.mean(on & ~off), np.mean(off & ~on)"


def _a(out=A_OUT):
    return A_HEAD + A_BODY.format(out=out)


ABLATION = Exercise(
    id="17.3",
    title="Take the feedback away",
    task="Cut it, and see what is lost: that is how one learns what a part is for. `look(pictures, feedback=1.0)` gives the "
    "digit that each picture is taken for, and `feedback=0.0` cuts the feedback. Write `ablation(look, pictures, "
    "labels)`: the "
    "share of all pictures that feedback **rescues** (right with it, wrong without), and the share that it **spoils** "
    "(right "
    "without it, wrong with it).",
    stub=A_HEAD + A_DOC + "    return ...\n",
    answer="ablation",
    solution=A_HEAD + A_DOC + A_BODY.format(out=A_OUT),
    hints=(
        "Ask twice about the same pictures. For each picture there are four cases; two of them are asked for.",
        "`look(...) == labels` is True where it was right. `~` is not, `&` is and, and the mean of True and False is "
        "a share.",
        "on and off are the two comparisons with labels; return np.mean(on & ~off), np.mean(off & ~on).",
    ),
    wrong={
        "exchanged": (_a("np.mean(off & ~on), np.mean(on & ~off)"), "are exchanged"),
        "counts": (_a("np.sum(on & ~off), np.sum(off & ~on)"), "numbers of pictures"),
        "given": (_a("np.mean(on[~off]), np.mean(~on[off])"), "Shares of those that were"),
        "accuracies": (_a("np.mean(off), np.mean(on)"), "without and with"),
        "accuracies, turned": (_a("np.mean(on), np.mean(off)"), "with and without"),
        "balance": (_a("np.mean(on) - np.mean(off), np.mean(off) - np.mean(on)"), "only the balance"),
        "gain": (_a("max(on.mean() - off.mean(), 0), max(off.mean() - on.mean(), 0)"), "only the balance"),
        "one number": (_a("np.mean(on) - np.mean(off)"), "the rescued and the spoiled"),
        "changed": (
            A_HEAD + "    c = np.mean(look(pictures, feedback=1.0) != look(pictures, feedback=0.0))\n    return c, c\n",
            "answers that change",
        ),
        "no ablation": (_a("np.mean(on), np.mean(~on)"), "the same pictures without it"),
        "never": (_a("np.mean(on & ~off), np.mean(~on & ~off)"), "wrong both times"),
        "half": (_a().replace("0.0", "0.5"), "nothing else"),
        "one by one": (
            A_HEAD + "    return np.mean([look(p, feedback=1.0) == c for p, c in zip(pictures, labels)]), 0.0\n",
            "all pictures at once",
        ),
    },
    check=check_ablation,
    praise="Two numbers say more than their difference: a mask that rescues many and spoils some is another thing than one "
    "that does nothing.",
)  # fmt: skip

# ---- 17.4


def _accuracy(p, evidence, labels, weight=0.5, order=None):
    order = np.argsort(-p, 1) if order is None else order
    score = np.take_along_axis(evidence + weight * np.log(p), order, 1)
    won = np.array([np.take_along_axis(order, score[:, :k].argmax(1)[:, None], 1)[:, 0] for k in range(1, 11)])
    return (won == labels).mean(1)


def check_race(race):
    require_function(race)
    rng = np.random.default_rng(174)
    got, want, guesses = [], [], []
    for n, sure, clear in ((120, 1.0, 3.0), (90, 2.0, 4.0)):
        labels = rng.integers(0, 10, n)
        truth = np.eye(10)[labels]
        scores = sure * truth + rng.normal(size=(n, 10))
        p = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
        evidence = clear * truth + 1.5 * rng.normal(size=(n, 10)) - 20
        got.append(numbers(call(race, p.copy(), evidence.copy(), labels.copy()), (10,), "one share for each k, 1 to 10"))
        right = _accuracy(p, evidence, labels)
        order = np.argsort(-p, 1)
        found = np.array([(order[:, :k] == labels[:, None]).any(1).mean() for k in range(1, 11)])
        want.append(right)
        guesses.append([
            found, _accuracy(p, evidence, labels, order=np.argsort(p, 1)), _accuracy(p, evidence, labels, 0.0),
            _accuracy(p, evidence, labels, 1.0), np.full(10, right[0]), np.full(10, right[9]), right * n, 1 - right,
            np.append(right[1:], right[9]), np.append(0, right[:9]), _accuracy(p, evidence, labels, order=np.argsort(
                -evidence, 1)), _accuracy(p, evidence, labels, order=np.tile(np.arange(10), (n, 1))),
        ])  # fmt: skip
    messages = (
        "That is how often the digit is among the k guesses: the most that verifying can reach. It still has to win.",
        "You begin with the least probable guess. The best one comes first: sort by -p.",
        "The guess has no say in your verdict: 0.5 log p is missing.",
        "The logarithm of p counts half: 0.5 log p.",
        "Whatever k is, the first guess wins. Among the k guesses the one with the highest score wins.",
        "Whatever k is, all ten digits compete. For k = 3 only the 3 most probable guesses may win.",
        "These are numbers of pictures. Asked are shares.",
        "These are the shares that are wrong. Asked is how many are right.",
        "One k too far: the first number is for k = 1, the best guess alone.",
        "One k too few: the first number is for k = 1, the best guess alone.",
        "You verify the digits with the most evidence. But before it is verified, nobody knows the evidence: the k "
        "are those "
        "with the highest p.",
        "You verify the digits 0, 1, 2, ... in this order. The k are those with the highest p.",
    )
    pairs = zip(np.array(guesses).transpose(1, 0, 2), messages, strict=True)
    places = [Text("k = {k}, {n} pictures", k=k, n=n) for n in (120, 90) for k in range(1, 11)]
    compare(np.array(got), np.array(want), places, atol=1e-6, guesses=tuple(pairs))


R_HEAD = "import numpy as np\n\n\ndef race(p, evidence, labels):\n"
R_DOC = (
    '    """(10,): the share that is right if k = 1, 2, ... 10 guesses are verified.\n'
    '    p: (n, 10), of the fast path; evidence: (n, 10), log, from the slow one; labels: (n,)."""\n'
)
R_BODY = """    score = {score}
    order = {order}
    ranked = np.take_along_axis(score, order, axis=1)
    shares = []
    for k in {ks}:
        best = {best}
        verdict = order[np.arange(len(labels)), best]
        shares.append({share})
    return np.array(shares)
"""
R = {
    "score": "evidence + 0.5 * np.log(p)",
    "order": "np.argsort(-p, axis=1)",
    "ks": "range(1, 11)",
    "best": "ranked[:, :k].argmax(1)",
    "share": "np.mean(verdict == labels)",
}


def _r(**changes):
    return R_HEAD + R_BODY.format(**{**R, **changes})


RACE = Exercise(
    id="17.4",
    title="What does each further guess buy?",
    task="Verifying takes time: one look for each guess, unless each has cells of its own. The fast path gives the "
    "probabilities `p` (n, 10), the slow path would find `evidence` (n, 10) for the ten digits, if it were asked. If "
    "k guesses "
    "are verified, these are the k most probable ones; among them the highest score wins, evidence + 0.5 log p. Write "
    "`race(p, evidence, labels)`: the share of pictures that are right for k = 1, 2, ... 10.",
    stub=R_HEAD + R_DOC + "    return ...\n",
    answer="race",
    solution=R_HEAD + R_DOC + R_BODY.format(**R),
    hints=(
        "For k = 1 the evidence changes nothing, and for k = 10 the order does not matter. Between them: who may compete?",
        "`np.argsort(-p, axis=1)` has the guesses in their order; `np.take_along_axis(score, order, axis=1)` their scores.",
        "For each k: best = ranked[:, :k].argmax(1); verdict = order[np.arange(len(labels)), best]; the mean of verdict == "
        "labels.",
    ),
    wrong={
        "among": (_r(share="np.mean((order[:, :k] == labels[:, None]).any(1))"), "the most that verifying can reach"),
        "worst first": (_r(order="np.argsort(p, axis=1)"), "least probable guess"),
        "no guess": (_r(score="evidence"), "no say in your verdict"),
        "whole": (_r(score="evidence + np.log(p)"), "counts half"),
        "first": (_r(best="0"), "the first guess wins"),
        "all": (_r(best="ranked.argmax(1)"), "all ten digits compete"),
        "counts": (_r(share="np.sum(verdict == labels)"), "numbers of pictures"),
        "errors": (_r(share="np.mean(verdict != labels)"), "that are wrong"),
        "too far": (_r(best="ranked[:, : k + 1].argmax(1)"), "One k too far"),
        "too few": (_r(best="ranked[:, : k - 1].argmax(1)", ks="range(2, 11)").replace(
            "return np.array(shares)", "return np.append(0.0, shares)"), "One k too few"),
        "by evidence": (_r(order="np.argsort(-evidence, axis=1)"), "the most evidence"),
        "as numbered": (_r(order="np.tile(np.arange(10), (len(p), 1))"), "in this order"),
        "last": (_r().replace("return np.array(shares)", "return shares[-1]"), "one share for each k"),
    },
    check=check_race,
    praise="It rises quickly, and then slowly: the fast path is rarely so wrong that the digit is not among its first few. "
    "What it does not think of, no verifying can find.",
)  # fmt: skip

# ---- 17.5


def _confused(labels, said):
    table = np.zeros((10, 10))
    np.add.at(table, (labels, said), 1)
    return table


def check_confusion(confusion):
    require_function(confusion)
    rng = np.random.default_rng(175)
    labels, pictures = rng.permutation(np.append(rng.integers(0, 9, 140), [3, 4, 8])), rng.random((143, 64))  # no 9 at all
    gains = (0.0, 1.0, 3.0)
    said = {g: _answers(rng, labels, 0.9 - 0.2 * g) for g in gains}

    def look(shown, feedback):
        if np.shape(shown) != pictures.shape:
            raise Wrong("`look` takes all pictures at once, and gives back a digit for each.")
        if feedback not in said:
            raise Wrong("`feedback` is one of the gains that were given, {gains}: yours is {f}.", gains=gains, f=feedback)
        return said[feedback].copy()

    got = call(confusion, look, pictures.copy(), labels.copy(), gains)
    got = numbers(got, (3, 10, 10), "gain, digit that was shown, digit that was seen")
    counts = np.array([_confused(labels, said[g]) for g in gains])
    shown = np.maximum(counts.sum(2, keepdims=True), 1)
    want, seen = counts / shown, counts / np.maximum(counts.sum(1, keepdims=True), 1)
    wrong = counts * (1 - np.eye(10))
    if np.isnan(got[:, 9]).all() and is_close(got[:, :9], want[:, :9]):
        raise Wrong("Nobody has shown a 9: 0 / 0 is nan. Such a row should be 0.")
    guesses = (
        (counts, "These are numbers of pictures. Divide each row by how often its digit was shown."),
        (np.swapaxes(want, 1, 2), "Rows and columns are exchanged: the row is what was shown, the column what was seen."),
        (np.swapaxes(seen, 1, 2), "Rows and columns are exchanged: the row is what was shown, the column what was seen."),
        (np.swapaxes(counts, 1, 2), "Rows and columns are exchanged, and these are numbers of pictures, not shares."),
        (seen, "You have divided by how often a digit was *seen*. Each row should add up to 1: divide by how often it was "
         "shown."),
        (counts / len(labels), "You have divided by the number of all pictures. Each row should add up to 1."),
        (want[[0, 0, 0]], "All gains give the same: each of them must reach `look`."),
        (want[[2, 2, 2]], "All gains give the same, that of the last one: each needs a table of its own."),
        (np.cumsum(counts, 0) / shown, "The tables add up from gain to gain: each begins at 0."),
        (want * (1 - np.eye(10)), "The diagonal is missing: what is read rightly belongs into the table, too."),
        (wrong / np.maximum(wrong.sum(2, keepdims=True), 1), "Only the mistakes are in your table. What is read rightly "
         "belongs into it, too."),
    )  # fmt: skip
    places = [Text("gain {g}, a {a} seen as {b}", g=g, a=a, b=b) for g in gains for a in range(10) for b in range(10)]
    compare(got, want, places, atol=1e-6, guesses=guesses)


C_HEAD = "import numpy as np\n\n\ndef confusion(look, pictures, labels, gains):\n"
C_DOC = (
    '    """(gains, 10, 10): the share of pictures of digit i (row) that are seen as digit j (column), for each gain.\n'
    "    look(pictures, feedback=gain) gives a digit for each picture; labels: (n,). A digit nobody has shown has a "
    "row of 0."
    '"""\n'
)
C_BODY = """    tables = []
    for gain in gains:
        seen = look(pictures, feedback={gain})
        table = np.zeros((10, 10))
        for {pair} in zip(labels, seen):
            table[i, j] += 1
        tables.append({table})
    return {out}
"""
C = {
    "gain": "gain",
    "pair": "i, j",
    "table": "table / np.maximum(table.sum(1, keepdims=True), 1)",
    "out": "np.array(tables)",
}


def _c(**changes):
    return C_HEAD + C_BODY.format(**{**C, **changes})


CONFUSION = Exercise(
    id="17.5",
    title="What is seen when the guess is too strong",
    task="Turn up the gain of the feedback, and the mistakes become other ones. "
    "`look(pictures, feedback=gain)` gives the digit that each picture is taken for. Write "
    "`confusion(look, pictures, labels, gains)`: for each gain a table of 10 x 10; row i, column j is the share of "
    "the pictures "
    "of digit i that are taken for j. A digit that nobody has shown has a row of 0.",
    stub=C_HEAD + C_DOC + "    return ...\n",
    answer="confusion",
    solution=C_HEAD + C_DOC + C_BODY.format(**C),
    hints=(
        "A table for each gain, and one mark in it for each picture: where?",
        "`table[i, j] += 1` for a picture of i that is taken for j. Then divide each row by its sum, but not by 0.",
        "For each gain: count as above, then append table / np.maximum(table.sum(1, keepdims=True), 1).",
    ),
    wrong={
        "counts": (_c(table="table"), "numbers of pictures"),
        "exchanged": (_c(pair="j, i"), "Rows and columns are exchanged: the row"),
        "exchanged counts": (_c(pair="j, i", table="table"), "not shares"),
        "by column": (_c(table="table / np.maximum(table.sum(0), 1)"), "how often a digit was *seen*"),
        "by all": (_c(table="table / len(labels)"), "the number of all pictures"),
        "first gain": (_c(gain="gains[0]"), "each of them must reach"),
        "last gain": (_c(gain="gains[-1]"), "that of the last one"),
        "one table": (
            _c().replace("    tables = []\n", "    tables, table = [], np.zeros((10, 10))\n    shown = np.bincount("
            "labels, minlength=10)[:, None]\n").replace("        table = np.zeros((10, 10))\n", "").replace(
            C["table"], "table / np.maximum(shown, 1)"), "add up from gain to gain"),
        "no diagonal": (_c(table=C["table"].replace("table /", "table * (1 - np.eye(10)) /")), "The diagonal is missing"),
        "mistakes": (_c().replace("            table[i, j] += 1", "            table[i, j] += i != j"), "Only the mistakes"),
        "nan": (_c(table="table / table.sum(1, keepdims=True)"), "0 / 0 is nan"),
        "own gain": (_c(gain="1.5"), "that were given"),
        "mean": (_c(out="np.mean(tables, axis=0)"), "gain, digit that was shown"),
        "one by one": (_c().replace("seen = look(pictures, feedback=gain)",
                                    "seen = [look(x, feedback=gain) for x in pictures]"), "all pictures at once"),
    },
    check=check_confusion,
    praise="With a moderate gain the mistakes lie between digits that look alike. With too much, hardly anything is left on "
    "the diagonal: that is what a hallucination looks like in a table.",
)  # fmt: skip
