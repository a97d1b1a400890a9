"""Chapter 13 continued: the exercises on sparse products, events and delays, 13.2, 13.3 and 13.5."""

from __future__ import annotations

from collections.abc import Sized

import numpy as np

from ._diagnose import call, compare, is_close, numbers, require_function
from ._exercise import Exercise, Text, Wrong

# ---- 13.2


def _rows(rng, n_pre, n_post):
    """Compressed rows of random lengths; one is empty, in one a target stands twice."""
    lengths = rng.integers(1, 5, n_pre)
    lengths[1], lengths[2] = 0, 4
    indptr = np.concatenate([[0], np.cumsum(lengths)])
    indices = rng.integers(0, n_post, indptr[-1])
    indices[indptr[2] + 1] = indices[indptr[2]]
    return indptr, indices, rng.normal(1.0, 0.5, indptr[-1])


def check_product(product):
    require_function(product)
    rng = np.random.default_rng(132)
    for n_pre, n_post in ((6, 6), (8, 5), (4, 9)):
        indptr, indices, weights = _rows(rng, n_pre, n_post)
        x = rng.normal(2.0, 1.0, n_pre)
        row = np.repeat(np.arange(n_pre), np.diff(indptr))
        W = np.zeros((n_pre, n_post))
        np.add.at(W, (row, indices), weights)
        got = call(product, x.copy(), indptr.copy(), indices.copy(), weights.copy(), n_post)

        def summed(values, row=row, indices=indices, n_post=n_post):
            return np.bincount(indices[: len(values)], values, n_post)

        last, twice = np.zeros(n_post), np.zeros(n_post)
        last[indices] = x[row] * weights
        for a, b in zip(indptr[:-1], indptr[1:], strict=True):
            twice[indices[a:b]] += (x[row] * weights)[a:b]
        long = np.zeros(n_post)
        for i, (a, b) in enumerate(zip(indptr[:-1], indptr[1:], strict=True)):
            np.add.at(long, indices[a : b + 1], x[i] * weights[a : b + 1])
        if n_pre == n_post and is_close(numbers(got), W @ np.resize(x, n_post)):
            raise Wrong("That is W x: what each neuron would hear from those it sends to. Asked is x W, with the spikes.")
        got = numbers(got, (n_post,), "one sum for each neuron that receives")
        guesses = (
            (twice, "A target that stands twice in a row got one weight only: `y[j] += w` with an array j keeps the last."),
            (last, "What arrives later overwrites what arrived before. At each neuron all of it adds up."),
            (summed((x[row] * weights)[: indptr[-2]]), "The last row is missing: there are len(indptr) - 1 rows."),
            (long, "Each row takes the first entry of the next one: indptr[i + 1] is where the next row begins."),
            (summed(x[row]), "The weights are missing: every synapse has its own."),
            (summed(weights), "Where is x? Each row is multiplied by the number of the neuron that sends."),
        )
        compare(got, x @ W, [Text("neuron {j}", j=j) for j in range(n_post)], rtol=1e-5, guesses=guesses)


P_HEAD = "import numpy as np\n\n\ndef product(x, indptr, indices, weights, n_post):\n"
P_DOC = (
    '    """x @ W for a matrix stored by compressed rows: row i has its targets in indices[indptr[i]:indptr[i + 1]],\n'
    '    and its weights at the same places of weights. x: (n_pre,); returns (n_post,)."""\n'
)
P_BODY = """    y = np.zeros(n_post)
    for i in range({rows}):
        for k in range(indptr[i], {end}):
            {add}
    return y
"""
P_RIGHT = dict(rows="len(x)", end="indptr[i + 1]", add="y[indices[k]] += x[i] * weights[k]")


def _p(**change):
    return P_HEAD + P_BODY.format(**P_RIGHT | change)


PRODUCT = Exercise(
    id="13.2",
    title="A matrix without its zeros",
    task="A sparse matrix is stored by *compressed rows*: `indices` holds the columns of all entries, row after row, "
    "`weights` their values, and row i is `indices[indptr[i]:indptr[i + 1]]`. Write "
    "`product(x, indptr, indices, weights, n_post)`: $y_j = \\sum_i x_i W_{ij}$ without building W. "
    "A column may stand twice in a row (two synapses): then both count.",
    stub=P_HEAD + P_DOC + "    return ...\n",
    answer="product",
    solution=P_HEAD + P_DOC + P_BODY.format(**P_RIGHT),
    hints=(
        "Take neuron 0. Which places of `indices` are its own, and what does each of these synapses add, to whom?",
        "Begin with zeros (n_post,). For each row i and each place k of that row, something is added to y[indices[k]].",
        "for i in range(len(x)): for k in range(indptr[i], indptr[i + 1]): y[indices[k]] += x[i] * weights[k]",
    ),
    wrong={
        "transposed": (
            P_HEAD + "    y = [sum(weights[k] * x[indices[k] % len(x)] for k in range(a, b))\n"
            "         for a, b in zip(indptr[:-1], indptr[1:])]\n    return np.array(y)\n",
            "That is W x",
        ),
        "once": (
            P_HEAD + "    y = np.zeros(n_post)\n    for i in range(len(x)):\n        k = slice(indptr[i], indptr[i + 1])\n"
            "        y[indices[k]] += x[i] * weights[k]\n    return y\n",
            "keeps the last",
        ),
        "overwrites": (_p(add="y[indices[k]] = x[i] * weights[k]"), "overwrites what arrived"),
        "last row": (_p(rows="len(indptr) - 2"), "The last row is missing"),
        "too long": (_p(end="min(indptr[i + 1] + 1, len(indices))"), "first entry of the next one"),
        "no weights": (_p(add="y[indices[k]] += x[i]"), "weights are missing"),
        "no x": (_p(add="y[indices[k]] += weights[k]"), "Where is x"),
        "one number": (_p().replace("return y", "return y.sum()"), "one sum for each neuron"),
    },
    check=check_product,
    praise="As many additions as there are synapses, not n_pre * n_post: 50 times fewer where every neuron reaches 2 %.",
)

# ---- 13.3


def check_propagate(propagate):
    require_function(propagate)
    rng = np.random.default_rng(133)
    for n, m, K, active in ((8, 6, 3, [1, 4, 6]), (20, 9, 4, [3, 17]), (5, 5, 2, [0, 1, 2, 3, 4]), (6, 4, 3, [])):
        targets, weights, y = rng.integers(0, m, (n, K)), rng.normal(1.0, 0.4, (n, K)), rng.normal(size=m)
        targets[1, 1] = targets[1, 0]
        targets[[1, 3], -1] = m
        silent = np.setdiff1d(np.arange(n), active)
        weights[silent] = np.nan  # who looks at a row that did not spike, and multiplies it by 0, gets nan
        given = y.copy()
        got = call(propagate, list(active), given, targets.copy(), weights.copy())
        if not is_close(given, y):
            raise Wrong("Your function changes the y that it is given. Begin with a copy: `y = y.copy()`.")
        got = numbers(got, (m,), "what each neuron has then")
        if np.isnan(got).any():
            raise Wrong(
                "You multiply rows of neurons that did not spike. It gives 0, and costs as much: never look at them."
            )
        t, w = targets[active], weights[active]
        used = t < m
        arrived = np.bincount(t[used], w[used], m)
        once, last = y.copy(), y.copy()
        for i in active:
            j = targets[i] < m
            once[targets[i][j]] += weights[i][j]
            last[targets[i][j]] = weights[i][j]
        guesses = (
            (arrived, "What was in y is lost: the spikes are added to it."),
            (once, "Two synapses to one neuron count as one: `y[j] += w` with an array j keeps the last. See `np.add.at`."),
            (last, "A spike replaces what was there. At each neuron all of it adds up."),
            (y + np.bincount(t[used], minlength=m), "Every synapse has its own weight: weights[i] belongs to targets[i]."),
            (y + arrived + np.bincount(np.full(np.sum(~used), m - 1, int), w[~used], m), _missing("the last neuron")),
            (y + arrived + np.bincount(np.zeros(np.sum(~used), int), w[~used], m), _missing("neuron 0")),
            (y - arrived, "The size is right, the sign is not."),
        )
        for guess, message in guesses:
            if not is_close(guess, y + arrived, 1e-6) and is_close(got, guess, 1e-6):
                raise Wrong(message) if isinstance(message, str) else message
        compare(got, y + arrived, [Text("neuron {j}, after the spikes {who}", j=j, who=active) for j in range(m)], rtol=1e-5)


def _missing(who):
    return Wrong("A target of {m} means that there is no synapse. Yours goes to {who}.", m="len(y)", who=Text(who))


E_HEAD = "import numpy as np\n\n\ndef propagate(spikes, y, targets, weights):\n"
E_DOC = (
    '    """y and what the spikes add to it. spikes: the numbers of the neurons that spike, [3, 17]; y: (m,);\n'
    '    targets, weights: (n, K), row i belongs to neuron i; a target m is no synapse. y itself must not change."""\n'
)
E_BODY = """    y = {start}
    for i in {rows}:
        for j, w in zip(targets[i], weights[i]):
            if {used}:
                {add}
    return y
"""
E_RIGHT = dict(start="y.copy()", rows="spikes", used="j < len(y)", add="y[j] += w")


def _e(**change):
    return E_HEAD + E_BODY.format(**E_RIGHT | change)


PROPAGATE = Exercise(
    id="13.3",
    title="Only what spikes",
    task="Rows of equal length, with one more trick: the places that a row does not need hold the target `m = len(y)`, "
    "a neuron that does not exist. Write `propagate(spikes, y, targets, weights)`: y and what arrives when the neurons "
    "listed in `spikes` fire. Rows of other neurons must not be touched at all; `check` will notice.",
    stub=E_HEAD + E_DOC + "    return ...\n",
    answer="propagate",
    solution=E_HEAD + E_DOC + E_BODY.format(**E_RIGHT),
    hints=(
        "How many rows of the table do you need if two of a thousand neurons spike? Loop over those.",
        "For neuron i of the list: go through targets[i] and weights[i] together, skip what is no synapse, add the rest.",
        "for i in spikes: for j, w in zip(targets[i], weights[i]): if j < len(y): y[j] += w, on a copy of y.",
    ),
    wrong={
        "in place": (_e(start="y"), "changes the y"),
        "all rows": (
            E_HEAD + "    fired = np.isin(np.arange(len(targets)), spikes)\n    y = np.append(y, 0.0)\n"
            "    np.add.at(y, targets, fired[:, None] * weights)\n    return y[:-1]\n",
            "never look at them",
        ),
        "lost": (_e(start="np.zeros(len(y))"), "What was in y is lost"),
        "once": (
            E_HEAD + "    y = np.append(y, 0.0)\n    for i in spikes:\n"
            "        y[targets[i]] += weights[i]\n    return y[:-1]\n",
            "count as one",
        ),
        "replaces": (_e(add="y[j] = w"), "A spike replaces"),
        "no weights": (_e(add="y[j] += 1"), "has its own weight"),
        "last": (_e(used="True", add="y[min(j, len(y) - 1)] += w"), "goes to the last neuron"),
        "first": (_e(used="True", add="y[j % len(y)] += w"), "goes to neuron 0"),
        "no bin": (_e(used="True"), "IndexError"),
        "inhibits": (_e(add="y[j] -= w"), "the sign is not"),
        "bin stays": (E_HEAD + "    return np.append(y, 0.0)\n", "what each neuron has then"),
    },
    check=check_propagate,
    praise="The cost is spikes times fan-out, however many neurons are silent. `bm.event.propagate` is this, compiled.",
)

# ---- 13.5


def check_delay(Delay):
    require_function(Delay)
    rng = np.random.default_rng(135)
    for steps, n in ((3, 2), (1, 3), (5, 1)):
        delay = _made(Delay, steps, n)
        sent = rng.normal(size=(4 * steps + 7, n))
        x, got = np.empty(n), []
        for row in sent:
            x[:] = row  # the caller's own array, used again in every step, as a simulator does
            got.append(numbers(call(delay.step, x), (n,), "what arrives at each neuron").copy())
        _check_late(np.array(got), sent, steps)
        kept = max((len(v) for v in getattr(delay, "__dict__", {}).values() if isinstance(v, Sized)), default=0)
        if kept > steps + 2:
            raise Wrong(
                "What comes out is right, but after {all} steps {kept} rows are kept: the memory grows for ever.",
                kept=kept,
                all=len(sent),
            )
        if np.any(numbers(call(_made(Delay, steps, n).step, np.ones(n)))):
            raise Wrong("A new `Delay` gives out what another one took in: each must make a ring for itself, in __init__.")


def _made(Delay, steps, n):
    made = call(Delay, steps, n)
    if not callable(getattr(made, "step", None)):
        raise Wrong("`Delay({steps}, {n})` must give an object with a method `step`.", steps=steps, n=n)
    return made


def _check_late(got, sent, steps):
    """Did each row come out `steps` later?"""

    def late(k, start=0.0):
        return np.concatenate([np.full((k, sent.shape[1]), start), sent])[: len(sent)]

    want = late(steps)
    if is_close(got, want):
        return
    alias = np.where(np.arange(len(sent))[:, None] < steps, 0.0, sent)
    for guess, message in (
        (late(0), "Nothing is late: what you give back is what has just come in. A row of an array is a view: copy it."),
        (
            alias,
            "What is stored changes afterwards: the caller uses its array again. Store a copy: `x.copy()`.",
        ),
        (late(steps - 1), "One step too short. Read what is to come out before you write over it."),
        (
            late(steps + 1),
            "One step too long. How many steps lie between writing a row and reading it?",
        ),
        (0 * sent, "Nothing ever arrives. Does each step write to the ring, and does the place move on?"),
    ):
        if not is_close(guess, want) and is_close(got, guess):
            raise Wrong(message)
    if is_close(got[steps:], want[steps:]):
        raise Wrong("In the first {n} steps nothing can arrive yet: 0.", n=steps)
    if is_close(got[: 2 * steps], want[: 2 * steps]):
        raise Wrong("The first lap is right, the second is not: the place has to go round, with `% steps`.")
    i = int(np.argmax(np.any(abs(got - want) > 1e-6, axis=1)))
    raise Wrong(
        "With a delay of {steps} steps, step {i} should give what went in at step {j}. Yours gives {got}, not {want}.",
        steps=steps,
        i=i,
        j=i - steps,
        got=np.round(got[i], 3),
        want=np.round(want[i], 3),
    )


D_HEAD = "import numpy as np\n\n\nclass Delay:\n"
D_DOC = '    """What goes in comes out `steps` steps later; before that, 0. For n neurons."""\n\n'
D_INIT = "    def __init__(self, steps, n):\n"
D_STEP = "    def step(self, x):\n"
D_RING = "        self.ring = np.zeros(({rows}, n))\n        self.i = 0\n\n"
D_BODY = """        place = self.i % len(self.ring)
        late = self.ring[place].copy()
        self.ring[place] = x
        self.i += 1
        return late
"""


def _d(body=D_BODY, rows="steps", ring=D_RING):
    return D_HEAD + D_INIT + ring.format(rows=rows) + D_STEP + body


DELAY = Exercise(
    id="13.5",
    title="A ring of time",
    task="An axon holds what was sent until it arrives. Write a class: `Delay(steps, n)` for n neurons, whose method "
    "`step(x)` is called once in every time step, takes what is sent now, an array (n,), and gives back what was sent "
    "`steps` steps ago (steps is 1 or more); in the beginning zeros. It may keep only so much of the past as it needs.",
    stub=D_HEAD
    + D_DOC
    + D_INIT
    + "        self.steps = steps\n\n"
    + D_STEP
    + '        """Take x, (n,), and give back what was taken `steps` steps ago."""\n        return ...\n',
    answer="Delay",
    solution=D_HEAD + D_DOC + D_INIT + D_RING.format(rows="steps") + D_STEP + D_BODY,
    hints=(
        "How many rows must be kept so that the oldest is the one from `steps` steps ago? What may be written over?",
        "`self.ring = np.zeros((steps, n))`, and a place that moves on in each step, from the end to the beginning.",
        "place = self.i % steps; late = self.ring[place].copy(); self.ring[place] = x; self.i += 1; return late",
    ),
    wrong={
        "at once": (_d("        return np.array(x)\n"), "Nothing is late"),
        "alias": (
            _d(
                "        self.ring.append(x)\n        return self.ring.pop(0)\n",
                ring="        self.ring = [np.zeros(n) for _ in range(steps)]\n\n",
            ),
            "Store a copy",
        ),
        "view": (_d(D_BODY.replace(".copy()", "")), "Nothing is late"),
        "short": (
            _d(
                "        self.ring = np.roll(self.ring, 1, axis=0)\n        self.ring[0] = x\n        return self.ring[-1]\n"
            ),
            "too short",
        ),
        "long": (_d(rows="steps + 1"), "One step too long"),
        "never": (_d(D_BODY.replace("= x", "= 0 * x")), "Nothing ever arrives"),
        "no lap": (_d(D_BODY.replace("= x", "= x if self.i < len(self.ring) else 0.0")), "has to go round"),
        "not 0": (_d(ring=D_RING.replace("np.zeros", "np.ones")), "nothing can arrive yet"),
        "grows": (
            _d(
                "        self.ring.append(np.array(x))\n        return self.ring[-1 - self.steps]\n",
                ring="        self.steps, self.ring = steps, [np.zeros(n)] * (steps + 1)\n\n",
            ),
            "grows for ever",
        ),
        "shared": (
            D_HEAD
            + "    ring = []\n\n"
            + D_INIT
            + "        self.steps, self.zero = steps, np.zeros(n)\n        self.ring.clear() if steps != 3 else None\n\n"
            + D_STEP
            + "        self.ring.insert(0, np.array(x))\n"
            "        late = self.ring[self.steps] if len(self.ring) > self.steps else self.zero\n"
            "        del self.ring[self.steps + 1 :]\n        return late\n",
            "for itself, in __init__",
        ),
        "no step": (D_HEAD + D_INIT + "        self.i = 0\n", "with a method `step`"),
    },
    check=check_delay,
    praise="`steps` rows, whatever the length of the run: all that is on its way. Networks keep their delays in such rings.",
)
