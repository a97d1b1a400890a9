"""Chapter 15: Hopfield's network in NumPy, in float64, for the checks, and the exercises on its weights."""

from __future__ import annotations

import numpy as np

from ._diagnose import call, compare, numbers, require_function
from ._exercise import Exercise, Failed, Text, Wrong


def hebb_weights(patterns, diagonal=False):
    W = patterns.T @ patterns / patterns.shape[1]
    return W if diagonal else without_diagonal(W)


def without_diagonal(W):
    return W - np.diag(np.diag(W))


def sign(h):
    """Of a field that is never 0."""
    return np.where(h > 0, 1.0, -1.0)


def settle(W, s, sweeps=100):
    """Neuron after neuron, in the order of their numbers, until nothing changes. s: (states, N)"""
    s = s.copy()
    for _ in range(sweeps):
        before = s.copy()
        for i in range(len(W)):
            s[:, i] = sign(s @ W[i])
        if np.array_equal(s, before):
            break
    return s


def _pairs(N):
    return [Text("the weight from {j} to {i}, N = {N}", i=i, j=j, N=N) for i in range(N) for j in range(N)]


# ---- 15.1


def check_hebb(hebb):
    require_function(hebb)
    rng = np.random.default_rng(151)
    for P, N in ((3, 8), (5, 12), (1, 6)):  # a single pattern last: it hides what is divided by P
        patterns = rng.choice([-1.0, 1.0], (P, N))
        patterns[:, 0], patterns[:, 1] = 1.0, -1.0  # a weight that is not 0 in any case
        got = numbers(call(hebb, patterns.copy()), (N, N), "one weight for each pair of neurons")
        W, full, all_in = hebb_weights(patterns), hebb_weights(patterns, diagonal=True), N * hebb_weights(patterns)
        mean = patterns - patterns.mean(0)
        self = "The diagonal must be 0: a neuron that hears itself holds on to what it has, right or wrong."
        many = "Nothing is divided by N: then the field of a memory is N instead of 1, and it grows with the network."
        centred = "Without the mean it is another rule, a covariance. Hebb's multiplies the values themselves."
        share = "Divided by the number of patterns. The 1 / N is one over the number of neurons."
        guesses = (
            (full, self),
            (N * full, many),
            (all_in, many),
            (N / P * full, share),
            (N / P * W, share),
            (hebb_weights(patterns[:1]), "Only the first pattern is in your weights. Each of them adds its own part."),
            (hebb_weights(patterns[-1:]), "Only the last pattern is left: each must add to what is there, not replace it."),
            (np.sign(W), "That is only the sign of each weight. How strong it is says how many patterns agree."),
            (np.triu(W), "Half of the weights are missing: what i is to j, j is to i."),
            (np.tril(W), "Half of the weights are missing: what i is to j, j is to i."),
            (2 * W, "Twice too much: is each pair counted twice?"),
            (mean.T @ mean / N, centred),
            (without_diagonal(mean.T @ mean / N), centred),
        )  # fmt: skip
        compare(got, W, _pairs(N), guesses=guesses)


H_HEAD = "import numpy as np\n\n\ndef hebb(patterns):\n"
H_DOC = '    """Hebb\'s weights, (N, N), without self-connections. patterns: (P, N), each value +1 or -1."""\n'
H_BODY = """    P, N = patterns.shape
    weights = {product}
    {diagonal}
    return {out}
"""
PRODUCT, NO_SELF = "patterns.T @ patterns / N", "np.fill_diagonal(weights, 0.0)"


def _h(product=PRODUCT, diagonal=NO_SELF, out="weights"):
    return H_HEAD + H_BODY.format(product=product, diagonal=diagonal, out=out)


HEBB = Exercise(
    id="15.1",
    title="Hebb's weights",
    task="What fires together, wires together. Write `hebb(patterns)`: the weights "
    "$W_{ij} = \\frac{1}{N} \\sum_\\mu \\xi_i^\\mu \\xi_j^\\mu$ for $i \\ne j$, and $W_{ii} = 0$. `patterns` is an array "
    "(P, N) of +1 and -1, one pattern in each row.",
    stub=H_HEAD + H_DOC + "    return ...\n",
    answer="hebb",
    solution=H_HEAD + H_DOC + H_BODY.format(product=PRODUCT, diagonal=NO_SELF, out="weights"),
    hints=(
        "For one pattern it is a table: row i, column j, and in it the product of pixel i and pixel j. And for two patterns?"
        "",
        "Two loops will do, but a sum over patterns of products is a matrix product: (N, P) times (P, N).",
        "weights = patterns.T @ patterns / N, then np.fill_diagonal(weights, 0.0). The function must return the weights.",
    ),
    wrong={
        "self": (_h(diagonal="pass"), "The diagonal must be 0"),
        "not divided": (_h("patterns.T @ patterns", "np.fill_diagonal(weights, 0)"), "Nothing is divided by N"),
        "not divided, self": (_h("patterns.T @ patterns", "pass"), "Nothing is divided by N"),
        "by P": (_h("patterns.T @ patterns / P"), "Divided by the number of patterns"),
        "by P, self": (_h("patterns.T @ patterns / P", "pass"), "Divided by the number of patterns"),
        "patterns": (_h("patterns @ patterns.T / N"), "one weight for each pair"),
        "first": (_h("np.outer(patterns[0], patterns[0]) / N"), "Only the first pattern"),
        "last": (_h("np.outer(patterns[-1], patterns[-1]) / N"), "Only the last pattern"),
        "clipped": (_h(out="np.sign(weights)"), "only the sign of each weight"),
        "half": (_h(out="np.triu(weights)"), "Half of the weights are missing"),
        "other half": (_h(out="np.tril(weights)"), "Half of the weights are missing"),
        "twice": (_h("2 * patterns.T @ patterns / N"), "Twice too much"),
        "covariance": (_h("(patterns - patterns.mean(0)).T @ (patterns - patterns.mean(0)) / N"), "Without the mean"),
        "cov": (_h("np.cov(patterns.T, bias=True) * P / N", "pass"), "Without the mean"),
        "sign": (_h(out="-weights"), "The size is right, the sign is not"),
        "nothing": (_h(out="np.fill_diagonal(weights, 0.0)"), "gives back nothing"),
    },
    check=check_hebb,
    praise="A synapse has to know no more than its own two neurons. And nothing is stored anywhere by itself: each weight "
    "carries a part of every pattern.",
)  # fmt: skip

# ---- 15.4


def project(patterns, diagonal=False):
    W = np.linalg.pinv(patterns) @ patterns
    return W if diagonal else without_diagonal(W)


def check_decorrelate(decorrelate):
    require_function(decorrelate)
    rng = np.random.default_rng(154)
    template = rng.choice([-1.0, 1.0], 30)
    alike = template * np.where(rng.random((5, 30)) < 0.25, -1.0, 1.0)  # relatives, as letters are
    white = np.where(rng.random((4, 24)) < 0.75, 1.0, -1.0)
    twice = np.vstack([alike[:3], -alike[1]])
    for patterns in (alike, white, twice):
        P, N = patterns.shape
        try:
            got = numbers(call(decorrelate, patterns.copy()), (N, N), "one weight for each pair of neurons")
        except Failed as failed:
            if patterns is twice and "LinAlgError" in str(failed):
                got = np.full((N, N), np.nan)
            else:
                raise
        W, C, centred = project(patterns), patterns @ patterns.T / N, patterns - patterns.mean(0)
        if patterns is twice and not np.allclose(got, W, atol=1e-3):
            raise Wrong(
                "One of these patterns is the inverse of another: C cannot be inverted, and there is nothing new to store. "
                "`np.linalg.pinv` knows what to do."
            )
        guesses = (
            (project(patterns, diagonal=True), "The weights are right, but for the diagonal, which must be 0 here too."),
            (hebb_weights(patterns), "These are Hebb's weights. Between the two patterns belongs the inverse of C."),
            (hebb_weights(patterns, diagonal=True), "These are Hebb's weights. Between the two patterns belongs the inverse "
             "of C."),
            (without_diagonal(patterns.T @ C @ patterns / N), "That is C itself. Its inverse takes away what the patterns "
             "have in common; C adds to it."),
            (without_diagonal(patterns.T @ (1 / C) @ patterns / N), "With 1 / C each number is inverted by "
             "itself. The inverse of a matrix is another thing: `np.linalg.inv`."),
            (N * W, "Too large by N: C has a 1 / N in it, and so has W."),
            (W / N, "Too small by N: one of the two factors 1 / N is in it twice, or C lacks its own."),
            (project(centred), "The mean has been taken off. The rule needs no such thing: C takes care of it."),
            (project(centred, diagonal=True), "The mean has been taken off. The rule needs no such thing: C takes care of "
             "it."),
        )  # fmt: skip
        lost = np.flatnonzero((sign(patterns @ got) != patterns).any(1)) if np.all(np.isfinite(got)) else []
        try:
            compare(got, W, _pairs(N), atol=1e-5, guesses=guesses)
        except Wrong as wrong:
            if len(lost) and not any(wrong.text.template == message for _, message in guesses):
                raise Wrong(
                    "With your weights pattern {k} of {P} does not stay: some neuron's field points away from it.",
                    k=lost[0] + 1,
                    P=P,
                ) from None
            raise


D_HEAD = "import numpy as np\n\n\ndef decorrelate(patterns):\n"
D_DOC = '    """The pseudo-inverse weights, (N, N), without self-connections. patterns: (P, N) of +1 and -1."""\n'
D_BODY = """    P, N = patterns.shape
    C = {C}
    J = {product}
    np.fill_diagonal({self}, 0.0)
    return {out}
"""
C, BETWEEN = "patterns @ patterns.T / N", "patterns.T @ np.linalg.pinv(C) @ patterns / N"


def _d(C=C, product=BETWEEN, self="J", out="J"):
    return D_HEAD + D_BODY.format(C=C, product=product, self=self, out=out)


DECORRELATE = Exercise(
    id="15.4",
    title="Weights for patterns that resemble each other",
    task="$C_{\\mu\\nu} = \\frac{1}{N} \\sum_i \\xi_i^\\mu \\xi_i^\\nu$ says how much two patterns resemble each other. "
    "Write `decorrelate(patterns)`: the weights $W = \\frac{1}{N}\\, \\xi^T C^{-1} \\xi$, where the rows of $\\xi$ are the "
    "patterns, and then 0 on the diagonal. They must also do if a pattern depends on the others.",
    stub=D_HEAD + D_DOC + "    return ...\n",
    answer="decorrelate",
    solution=D_HEAD + D_DOC + D_BODY.format(C=C, product=BETWEEN, self="J", out="J"),
    hints=(
        "If the patterns did not resemble each other, C would be 1 on the diagonal and 0 elsewhere. Which rule is left then?"
        "",
        "C is (P, P): `patterns @ patterns.T / N`. `np.linalg.inv` inverts it, unless one pattern depends on the others; "
        "`np.linalg.pinv` does so in any case.",
        "J = patterns.T @ np.linalg.pinv(C) @ patterns / N, then np.fill_diagonal(J, 0.0); return J.",
    ),
    wrong={
        "self": (_d(self="C"), "but for the diagonal"),
        "hebb": (_d(product="patterns.T @ patterns / N"), "These are Hebb's weights"),
        "hebb, self": (_d(product="patterns.T @ patterns / N", self="C"), "These are Hebb's weights"),
        "not inverted": (_d(product="patterns.T @ C @ patterns / N"), "That is C itself"),
        "inv": (_d(product="patterns.T @ np.linalg.inv(C) @ patterns / N"), "C cannot be inverted"),
        "each number": (_d(product="patterns.T @ (1 / C) @ patterns / N"), "each number is inverted by itself"),
        "no 1/N": (_d(product="patterns.T @ np.linalg.pinv(C) @ patterns"), "Too large by N"),
        "C without N": (_d(C="patterns @ patterns.T"), "Too small by N"),
        "centred": (_d(product="np.linalg.pinv(patterns - patterns.mean(0)) @ (patterns - patterns.mean(0))"),
                    "The mean has been taken off"),
        "neurons": (_d("patterns.T @ patterns / N", "np.linalg.pinv(C)"), "does not stay"),
        "patterns": (_d(product="patterns @ np.linalg.pinv(patterns)"), "one weight for each pair"),
        "sign": (_d(out="-J"), "does not stay"),
    },
    check=check_decorrelate,
    praise="All of them stay, however alike they are. The price: a synapse must know all patterns at once, not only its two "
    "neurons.",
)  # fmt: skip
