"""The exercises of chapter 17: a coarse look, guess and verify, what feedback rescues and spoils, time, hallucinations."""

from __future__ import annotations

import numpy as np

from ._ch17_feedback import ABLATION, CONFUSION, RACE
from ._diagnose import call, compare, numbers, require_function
from ._exercise import Exercise, Text, Wrong

# ---- 17.1


def _pool(images):
    return images.reshape(-1, 4, 2, 4, 2).mean((2, 4)).reshape(-1, 16)


def _nearest(codes, labels, asked):
    """(n,) digit whose mean code is nearest, and the most alike by the plain product."""
    means = np.array([codes[labels == c].mean(0) for c in range(10)])
    return ((asked[:, None] - means) ** 2).sum(-1), asked @ means.T


def check_glance(glance):
    require_function(glance)
    rng = np.random.default_rng(171)
    kinds, labels = rng.random((10, 64)) * rng.uniform(0.4, 1.6, (10, 1)), rng.permutation(np.repeat(np.arange(10), 6))
    images = np.clip(kinds[labels] + 0.4 * rng.normal(size=(60, 64)), 0, 1)
    shown = rng.integers(0, 10, 80)
    asked = np.clip(kinds[shown] + 0.6 * rng.normal(size=(80, 64)), 0, 1)
    got = numbers(call(glance, images.copy(), labels.copy(), asked.copy()), (80,), "one digit for each picture")
    far, product = _nearest(_pool(images), labels, _pool(asked))
    single = ((_pool(asked)[:, None] - _pool(images)) ** 2).sum(-1)
    four = {name: f(images.reshape(-1, 8, 8)) for name, f in _BLOCKS.items()}
    seen = {name: f(asked.reshape(-1, 8, 8)) for name, f in _BLOCKS.items()}
    by_block = {name: _nearest(four[name], labels, seen[name])[0].argmin(1) for name in _BLOCKS}
    guesses = (
        (_nearest(images, labels, asked)[0].argmin(1), "These are the guesses of all 64 pixels: nothing has been averaged."),
        (labels[single.argmin(1)], "That is the digit of the single nearest picture. Asked is the nearest *mean*: one for "
         "each digit."),
        (single.argmin(1), "That is the number of the nearest picture. Asked is a digit: the nearest mean of ten."),
        (far.argmax(1), "That is the digit that is furthest away. The nearest one has the smallest distance."),
        (product.argmax(1), "The product prefers means with much ink. Take the distance: the sum of squared differences."),
        (by_block["rows"], "Your cells see four pixels in a row. A cell sees a square of 2 x 2: two pixels of one row, and "
         "the two below."),
        (by_block["some"], "Your cells see one pixel of four. Each is the mean of all four; that is why noise "
         "averages out."),
        (by_block["most"], "Your cells say the darkest of their four pixels. Each is the mean of all four."),
        (by_block["tiles"], "Your cells see pixels that are far apart. A cell sees a square of 2 x 2 neighbours."),
    )  # fmt: skip
    places = [Text("picture {i}", i=i) for i in range(80)]
    compare(got, far.argmin(1), places, atol=0.1, rtol=0, guesses=guesses)


_BLOCKS = {
    "rows": lambda x: x.reshape(-1, 16, 4).mean(-1),
    "some": lambda x: x[:, ::2, ::2].reshape(-1, 16),
    "most": lambda x: x.reshape(-1, 4, 2, 4, 2).max((2, 4)).reshape(-1, 16),
    "tiles": lambda x: x.reshape(-1, 2, 4, 2, 4).mean((1, 3)).reshape(-1, 16),
}

G_HEAD = "import numpy as np\n\n\ndef glance(images, labels, asked):\n"
G_DOC = (
    '    """The digit that each of the `asked` pictures is taken for, (m,), by a coarse look.\n'
    '    images: (n, 64), 8 x 8 pixels each; labels: (n,), 0 to 9; asked: (m, 64)."""\n'
)
G_BODY = """    def coarse(x):
        return {pool}

    known, seen = coarse(images), coarse(asked)
    {learn}
    distance = {distance}
    return {out}
"""
POOL = "x.reshape(-1, 4, 2, 4, 2).mean((2, 4)).reshape(-1, 16)"
LEARN = "means = np.array([known[labels == c].mean(0) for c in range(10)])"
DISTANCE, OUT = "((seen[:, None] - means) ** 2).sum(-1)", "distance.argmin(1)"


def _g(pool=POOL, learn=LEARN, distance=DISTANCE, out=OUT):
    return G_HEAD + G_BODY.format(pool=pool, learn=learn, distance=distance, out=out)


GLANCE = Exercise(
    id="17.1",
    title="A digit at a glance",
    task="The simplest fast path there is. A coarse cell sees the mean of 2 x 2 pixels, so a picture of 8 x 8 becomes 16 "
    "numbers. Write `glance(images, labels, asked)`: learn the mean coarse picture of each digit from `images` and "
    "`labels`, "
    "and take each of the `asked` pictures for the digit whose mean is nearest (the smallest sum of squared differences).",
    stub=G_HEAD + G_DOC + "    return ...\n",
    answer="glance",
    solution=G_HEAD + G_DOC + G_BODY.format(pool=POOL, learn=LEARN, distance=DISTANCE, out=OUT),
    hints=(
        "Three steps: make both sets of pictures coarse; ten means; ten distances for each picture, of which the smallest.",
        "Cut rows and columns into pairs: `x.reshape(-1, 4, 2, 4, 2)`; the axes 2 and 4 are what a cell sees. The mean of a "
        "digit c is `known[labels == c].mean(0)`.",
        "means: (10, 16); distance = ((seen[:, None] - means) ** 2).sum(-1) is (m, 10); return distance.argmin(1).",
    ),
    wrong={
        "fine": (_g("x"), "nothing has been averaged"),
        "nearest picture": (_g(learn="means = known", out="labels[distance.argmin(1)]"), "the single nearest picture"),
        "number": (_g(learn="means = known"), "the number of the nearest picture"),
        "furthest": (_g(out="distance.argmax(1)"), "furthest away"),
        "product": (_g(distance="-(seen @ means.T)"), "means with much ink"),
        "rows": (_g("x.reshape(-1, 16, 4).mean(-1)"), "four pixels in a row"),
        "one of four": (_g("x.reshape(-1, 8, 8)[:, ::2, ::2].reshape(-1, 16)"), "one pixel of four"),
        "darkest": (_g(POOL.replace("mean", "max")), "the darkest of their four"),
        "tiles": (_g("x.reshape(-1, 2, 4, 2, 4).mean((1, 3)).reshape(-1, 16)"), "far apart"),
        "distances": (_g(out="distance"), "one digit for each picture"),
    },
    check=check_glance,
    praise="Ten pictures of 16 numbers, and eight of ten digits are right. There is nothing here that needs time: "
    "one step, all cells at once.",
)  # fmt: skip

# ---- 17.2


def _loop(x, mu, U, pi, s, passes, *, mask_of=lambda g: g, ridge=True, half=False, norm=True, chance=True, e0=False):
    """(2, pixels): mask and reconstruction after so many passes. The options are what people get wrong."""
    z, g = np.zeros(U.shape[1]), np.ones(len(x))
    for i in range(passes + 1):
        if i or e0:
            e = x - mu - U @ z
            log_n = -0.5 * (e / s) ** 2 - (np.log(s * np.sqrt(2 * np.pi)) if norm else 0)
            odds = np.log(1 - pi) + log_n - np.log(pi) if chance else log_n
            g = mask_of(1 / (1 + np.exp(-odds)))
        A = (U.T * (1 if half else g)) @ U + (s**2 * np.eye(U.shape[1]) if ridge else 0)
        z = np.linalg.solve(A, U.T @ (g * (x - mu)))
    return np.stack([g, mu + U @ z])


def check_verify(verify):
    require_function(verify)
    rng = np.random.default_rng(172)
    cases = []
    for n, q, pi, s, passes in ((40, 3, 0.1, 0.15, 4), (30, 4, 0.3, 0.2, 3), (50, 2, 0.2, 0.1, 5)):
        mu, U = rng.random(n), 0.3 * rng.normal(size=(n, q))
        x = mu + U @ rng.normal(size=q) + 0.05 * rng.normal(size=n)
        x[: n // 6] += rng.uniform(0.3, 1.0, n // 6)  # something in front
        cases.append((x, mu, U, pi, s, passes))
    got = []
    for case in cases:
        answer = call(verify, *(a.copy() if isinstance(a, np.ndarray) else a for a in case))
        if not isinstance(answer, tuple | list | np.ndarray) or len(answer) != 2:
            raise Wrong("Two things are asked: the mask and the reconstruction, `return g, mu + U @ z`.")
        got.append(numbers(answer, (2, len(case[0])), "mask and reconstruction"))

    def all_of(**how):
        return np.concatenate([_loop(*case, **how).ravel() for case in cases])

    def also(change, **how):
        return np.concatenate([_loop(*change(*case), **how).ravel() for case in cases])

    flat, want = np.concatenate([g.ravel() for g in got]), all_of()
    guesses = (
        (np.concatenate([np.stack([_loop(*c)[0], _loop(*c)[1] - c[1]]).ravel() for c in cases]),
         "The reconstruction is mu + U z: yours lacks the mean mu."),
        (np.concatenate([_loop(*c)[::-1].ravel() for c in cases]), "Mask first, then the reconstruction."),
        (np.concatenate([np.stack([1 - _loop(*c)[0], _loop(*c)[1]]).ravel() for c in cases]), "Your mask says where "
         "something else is. It should be near 1 where the pixel belongs to the guess."),
        (all_of(mask_of=lambda g: 1 - g), "You keep what the guess does not explain, and silence what it does. The mask is "
         "the probability that a pixel *is* of the guess."),
        (all_of(mask_of=np.ones_like), "Nothing is masked in your loop: every pixel counts, whatever it says. That is P "
         "without feedback."),
        (all_of(mask_of=np.round), "Your mask is all or nothing. It is a probability, so that a pixel may be half "
         "believed."),
        (all_of(half=True), "The mask must be on both sides of the equation: in (U^T g U + s^2) z as well as in "
         "U^T g (x - mu)."),
        (all_of(ridge=False), "Without s^2 on the diagonal z may go anywhere: a guess could explain whatever is left "
         "of it."),
        (all_of(norm=False), "A density has a factor 1 / (s sqrt(2 pi)). Without it, it cannot be compared with the pi of "
         "the other explanation."),
        (all_of(chance=False), "The share pi is missing: how likely is it at all that something is in front?"),
        (all_of(e0=True), "Before the first fit there is nothing to compare with: in the beginning g is 1, and z is fitted "
         "to all pixels."),
        (also(lambda *c: (*c[:5], 1)), "Only one pass: the loop is left too early."),
        (also(lambda *c: (*c[:5], c[5] - 1)), "One pass too few: the first fit, to all pixels, is before the first pass."),
        (also(lambda *c: (*c[:5], c[5] + 1)), "One pass too many: after the first fit come exactly `passes` of them."),
        (also(lambda x, mu, U, pi, s, n: (x, mu, U, 1 - pi, s, n)), "You have exchanged pi, the share of pixels that are "
         "covered, and 1 - pi, the share of those that are not."),
    )  # fmt: skip
    places = [
        Text("{what} of pixel {i}, {n} pixels", what=Text(what), i=i, n=len(case[0]))
        for case in cases
        for what in ("the mask", "the reconstruction")
        for i in range(len(case[0]))
    ]
    compare(flat, want, places, rtol=2e-3, atol=2e-4, guesses=guesses)


V_HEAD = "import numpy as np\n\n\ndef verify(x, mu, U, pi, s, passes):\n"
V_DOC = (
    '    """(g, seen): the mask and mu + U z after `passes` of feedback.\n'
    "    x: (pixels,); mu: (pixels,), U: (pixels, Q), what the guess expects; pi: share of covered pixels; s: "
    'tolerance."""\n'
)
V_BODY = """    def fit(g):
        return np.linalg.solve({A}, {b})

    z = {first}
    for _ in range({passes}):
        e = x - mu - U @ z
        fits = {fits}
        g = {mask}
        z = fit(g)
    return {out}
"""
V = {
    "A": "(U.T * g) @ U + s**2 * np.eye(U.shape[1])",
    "b": "U.T @ (g * (x - mu))",
    "first": "fit(np.ones(len(x)))",
    "passes": "passes",
    "fits": "(1 - pi) * np.exp(-0.5 * (e / s) ** 2) / (s * np.sqrt(2 * np.pi))",
    "mask": "fits / (fits + pi)",
    "out": "g, mu + U @ z",
}


def _v(**changes):
    return V_HEAD + V_BODY.format(**{**V, **changes})


VERIFY = Exercise(
    id="17.2",
    title="Guess and verify",
    task="A guess knows what its digit looks like: $\\mu + U z$, for some z. Write the loop, "
    "`verify(x, mu, U, pi, s, passes)`. First fit z to all pixels, g = 1. Then, `passes` times: the error "
    "$e = x - \\mu - U z$; the mask, which is the probability that a pixel is of the digit, $g_i = \\frac{(1 - \\pi)\\, N_i}"
    "{(1 - \\pi)\\, N_i + \\pi}$ with $N_i = \\frac{1}{s \\sqrt{2 \\pi}}\\, e^{-e_i^2 / 2 s^2}$ (the $\\pi$ under the "
    "root is "
    "3.14...); and z again, from $(U^T G\\, U + s^2)\\, z = U^T G\\, (x - \\mu)$, where G has g on its diagonal. Give "
    "back the "
    "pair of g and $\\mu + U z$.",
    stub=V_HEAD + V_DOC + "    return ...\n",
    answer="verify",
    solution=V_HEAD + V_DOC + V_BODY.format(**V),
    hints=(
        "The same fit is needed before the loop and in it: make it a function of g.",
        "`(U.T * g) @ U` is U^T G U. `np.linalg.solve(A, b)` is z; A needs s**2 * np.eye(Q) added to it.",
        "In the loop: e = x - mu - U @ z; fits = (1 - pi) * np.exp(-0.5 * (e / s) ** 2) / (s * np.sqrt(2 * np.pi)); "
        "g = fits / (fits + pi); z = fit(g).",
    ),
    wrong={
        "no mean": (_v(out="g, U @ z"), "lacks the mean mu"),
        "order": (_v(out="mu + U @ z, g"), "Mask first"),
        "says other": (_v(out="1 - g, mu + U @ z"), "where something else is"),
        "inverse": (_v(mask="pi / (fits + pi)"), "silence what it does"),
        "no mask": (_v(mask="np.ones(len(x))"), "Nothing is masked"),
        "all or nothing": (_v(mask="np.round(fits / (fits + pi))"), "all or nothing"),
        "one side": (_v(A="U.T @ U + s**2 * np.eye(U.shape[1])"), "both sides"),
        "no ridge": (_v(A="(U.T * g) @ U"), "z may go anywhere"),
        "no factor": (_v(fits="(1 - pi) * np.exp(-0.5 * (e / s) ** 2)"), "A density has a factor"),
        "no share": (_v(mask="fits / (1 - pi) / (fits / (1 - pi) + 1)"), "The share pi is missing"),
        "exchanged": (_v(fits=V["fits"].replace("(1 - pi)", "pi"), mask="fits / (fits + 1 - pi)"), "exchanged pi"),
        "too few": (_v(passes="passes - 1"), "One pass too few"),
        "too many": (_v(passes="passes + 1"), "One pass too many"),
        "left early": (_v().replace("z = fit(g)\n    return", "z = fit(g)\n        break\n    return"), "Only one pass"),
        "only mask": (_v(out="g"), "Two things are asked"),
        "from nothing": (_v(first="np.zeros(U.shape[1])", passes="passes + 1"), "nothing to compare with"),
    },
    check=check_verify,
    praise="Segmentation and recognition in one loop: what is masked depends on the guess, and how well the guess fits "
    "depends on what is masked. Neither comes first.",
)  # fmt: skip

EXERCISES = (GLANCE, VERIFY, ABLATION, RACE, CONFUSION)
