"""The exercises of chapter 9: noise, memory, delay."""

from __future__ import annotations

import functools
import math

import numpy as np

from ._ch09_paths import MACKEY_GLASS, PASSAGE
from ._diagnose import call, compare, is_close, numbers, require_function
from ._exercise import Exercise, Text, Wrong

# ---- 9.1


def _path(f, g, x0, dt, dW, scale=1.0, drift=1.0, ahead=False):
    x = [x0]
    for w in dW:
        x_f = x[-1] + drift * dt * f(x[-1])
        x.append(x_f + scale * g(x_f if ahead else x[-1]) * w)
    return np.array(x)


def check_euler_maruyama(euler_maruyama):
    require_function(euler_maruyama)
    rng = np.random.default_rng(91)
    for f, g, what in (
        (lambda x: -x, lambda x: 0.5, "f = -x, g = 0.5"),
        (lambda x: -0.3 * x, lambda x: 0.4 * x, "f = -0.3 x, g = 0.4 x"),
        (lambda x: np.sin(x), lambda x: 0.2 + 0.1 * x * x, "f = sin(x), g = 0.2 + 0.1 x**2"),
    ):
        dt = float(rng.choice([0.01, 0.05]))
        dW = rng.normal(0.0, dt**0.5, 40)
        want = _path(f, g, 1.5, dt, dW)
        got = numbers(call(euler_maruyama, f, g, 1.5, dt, dW.copy()))
        if got.shape == (40,) and is_close(got, want[1:], 1e-6):
            raise Wrong("All 40 steps are right. But the path begins with x0: 41 numbers.")
        got = numbers(got, (41,), "x0 and one number for each step")
        path = functools.partial(_path, f, g, 1.5, dt, dW)
        for guess, message in (
            (path(scale=dt), "Your noise is dW times dt, and vanishes. But dW is a step already."),
            (path(scale=dt**-0.5), "Your noise is dW divided by sqrt(dt). But dW has its size already: take it as it is."),
            (path(scale=dt**0.5), "Your noise is dW times sqrt(dt). But the variance of dW is dt already."),
            (path(scale=0.0), "Your path has no noise: where is g(x) dW?"),
            (path(drift=0.0), "Your path has no drift: where is f(x) dt?"),
            (path(drift=1 / dt), "The drift is not multiplied by dt: each step moves x by all of f."),
            (_path(f, lambda x: 1.0, 1.5, dt, dW), "The noise is dW alone. It must be multiplied by g(x)."),
            (path(ahead=True), "Here g is taken at the x after the drift. Ito: at the x before the step."),
            (_path(f, g, 1.5, dt, np.abs(dW)), "The noise only ever pushes upwards. Let dW keep its sign."),
        ):  # fmt: skip
            if not is_close(guess, want, 1e-6) and is_close(got, guess, 1e-6):
                raise Wrong(message)
        places = [Text("{what}, step {i}", what=what, i=i) for i in range(41)]
        compare(got, want, places, rtol=1e-5)


EM_HEAD = "import numpy as np\n\n\ndef euler_maruyama(f, g, x0, dt, dW):\n"
EM_DOC = '    """The path of dx = f(x) dt + g(x) dW from x0: x0 and then one number for each increment in dW."""\n'
EM_BODY = "    x = [x0]\n    for w in dW:\n        x.append({})\n    return np.array(x)\n"


def _em(step):
    return EM_HEAD + EM_BODY.format(step)


EULER_MARUYAMA = Exercise(
    id="9.1",
    title="Euler and Maruyama",
    task="Write `euler_maruyama(f, g, x0, dt, dW)`: a path of $dx = f(x)\\,dt + g(x)\\,dW$ (Ito). `dW` holds the increments "
    "of the noise, one for each step, with variance dt. The answer is an array: x0, and x after each step.",
    stub=EM_HEAD + EM_DOC + "    return ...\n",
    answer="euler_maruyama",
    solution=EM_HEAD + EM_DOC + EM_BODY.format("x[-1] + f(x[-1]) * dt + g(x[-1]) * w"),
    hints=(
        "Without noise it is Euler's method. What does one step add when g is there too?",
        "The step adds f(x) dt + g(x) dW, with both functions taken at the x before the step.",
        "Loop over dW and append x[-1] + f(x[-1]) * dt + g(x[-1]) * w to a list that begins with x0.",
    ),
    wrong={
        "dt": (_em("x[-1] + (f(x[-1]) + g(x[-1]) * w) * dt"), "times dt, and vanishes"),
        "sqrt twice": (_em("x[-1] + f(x[-1]) * dt + g(x[-1]) * dt**0.5 * w"), "dt already"),
        "divided": (_em("x[-1] + f(x[-1]) * dt + g(x[-1]) * w / dt**0.5"), "take it as it is"),
        "no noise": (_em("x[-1] + f(x[-1]) * dt"), "has no noise"),
        "no drift": (_em("x[-1] + g(x[-1]) * w"), "has no drift"),
        "no step": (_em("x[-1] + f(x[-1]) + g(x[-1]) * w"), "by all of f"),
        "no g": (_em("x[-1] + f(x[-1]) * dt + w"), "multiplied by g(x)"),
        "ahead": (_em("(y := x[-1] + f(x[-1]) * dt) + g(y) * w"), "before the step"),
        "abs": (_em("x[-1] + f(x[-1]) * dt + g(x[-1]) * abs(w)"), "keep its sign"),
        "no start": (_em("x[-1] + f(x[-1]) * dt + g(x[-1]) * w").replace("(x)", "(x[1:])"), "begins with x0"),
        "one number": (_em("x[-1] + f(x[-1]) * dt + g(x[-1]) * w").replace("np.array(x)", "x[-1]"), "one number for each"),
    },
    check=check_euler_maruyama,
    praise="A random step grows with the square root of dt, a steady one with dt. That is why noise needs its own rule.",
)  # fmt: skip

# ---- 9.2


def check_variance(ou_variance):
    require_function(ou_variance)
    rng = np.random.default_rng(92)
    for _ in range(3):
        tau, sigma = 5.0 + 20 * rng.random(), 0.2 + rng.random()
        t = tau * np.array([0.0, 0.05, 0.2, 0.5, 1.0, 2.0, 5.0])
        got = numbers(call(ou_variance, t.copy(), tau, sigma), t.shape, "one variance for each time")
        last = sigma**2 * tau / 2
        want = last * (1 - np.exp(-2 * t / tau))
        guesses = (
            (np.full(t.shape, last), "That is the variance after a long time. At t = 0 all paths stand at 0, so it is 0."),
            (last * (1 - np.exp(-t / tau)), "The mean forgets with the time constant tau, the variance twice as fast."),
            (np.sqrt(want), "That is the standard deviation. The variance is its square."),
            (sigma**2 * t, "That is free diffusion, without the leak: it grows for ever. The leak brings x back."),
            (2 * want, "Twice the right one: the kicks fade as exp(-s / tau), their variance as exp(-2 s / tau)."),
            (last * np.exp(-2 * t / tau), "That falls with time. The paths start together and then spread."),
            (want / sigma, "Sigma is not squared: twice the noise makes four times the variance."),
            (want * 2 / tau, "The factor tau / 2 is missing: look at the variance after a long time."),
            (want / tau, "The time constant is missing: a slower leak lets more kicks add up."),
        )  # fmt: skip
        compare(got, want, [Text("t = {t} ms, tau = {tau} ms", t=f"{x:.3g}", tau=f"{tau:.3g}") for x in t], guesses=guesses)


OU_HEAD = "import numpy as np\n\n\ndef ou_variance(t, tau, sigma):\n"
OU_DOC = '    """Variance of x at the times t (ms) for dx = -x/tau dt + sigma dW, when all paths start at x = 0."""\n'


def _ou(answer):
    return f"{OU_HEAD}    return {answer}\n"


OU_VARIANCE = Exercise(
    id="9.2",
    title="How wide do the paths spread?",
    task="Many paths of $dx = -x/\\tau\\,dt + \\sigma\\,dW$ start together at x = 0. Write `ou_variance(t, tau, sigma)`: "
    "the variance of x across the paths at each time of the array `t` (ms).",
    stub=OU_HEAD + OU_DOC + "    return ...\n",
    answer="ou_variance",
    solution=OU_HEAD + OU_DOC + "    return sigma**2 * tau / 2 * (1 - np.exp(-2 * t / tau))\n",
    hints=(
        "What is the variance at t = 0, and what after a very long time (the run above)?",
        "Each kick sigma dW fades by exp(-s / tau) in the time s. Independent kicks: their variances add up.",
        "The sum is sigma**2 times the integral of exp(-2 s / tau) from 0 to t.",
    ),
    wrong={
        "stationary": (_ou("sigma**2 * tau / 2 + 0 * t"), "after a long time"),
        "tau": (_ou("sigma**2 * tau / 2 * (1 - np.exp(-t / tau))"), "twice as fast"),
        "sd": (_ou("np.sqrt(sigma**2 * tau / 2 * (1 - np.exp(-2 * t / tau)))"), "standard deviation"),
        "free": (_ou("sigma**2 * t"), "free diffusion"),
        "double": (_ou("sigma**2 * tau * (1 - np.exp(-2 * t / tau))"), "Twice the right one"),
        "falls": (_ou("sigma**2 * tau / 2 * np.exp(-2 * t / tau)"), "The paths start together"),
        "sigma": (_ou("sigma * tau / 2 * (1 - np.exp(-2 * t / tau))"), "not squared"),
        "no factor": (_ou("sigma**2 * (1 - np.exp(-2 * t / tau))"), "tau / 2 is missing"),
        "no tau": (_ou("sigma**2 / 2 * (1 - np.exp(-2 * t / tau))"), "time constant is missing"),
    },
    check=check_variance,
    praise="With sigma = s sqrt(2 / tau) the spread in the end is s, whatever tau: that is how the panels name their noise.",
)

# ---- 9.3


def check_weights(l1_weights):
    require_function(l1_weights)
    for n, alpha in ((6, 0.5), (12, 0.8), (9, 0.25)):
        k = np.arange(n)
        want = (k + 1) ** (1 - alpha) - k ** (1 - alpha)
        got = numbers(call(l1_weights, n, alpha), (n,), "one weight for each step of the past")
        gl = np.cumprod(np.append(1.0, 1 - (alpha + 1) / np.arange(1.0, n)))
        guesses = (
            ((k + 1) ** alpha - k**alpha, "The exponent is 1 - alpha: the smaller alpha, the longer the memory."),
            ((k + 2) ** (1 - alpha) - (k + 1) ** (1 - alpha), "The first weight, the newest, is missing: k begins at 0."),
            (want[::-1], "The order is turned round: k = 0 is the newest step, and counts most."),
            (gl, "These are the weights of Grunwald and Letnikov, for the values of x. L1 weighs the steps of x."),
            (-want, "The size is right, the sign is not: the weights are positive."),
            (np.ones(n), "All steps count the same: that would be alpha = 0, a memory that never fades."),
            (want / math.gamma(2 - alpha), "The factor 1 / Gamma(2 - alpha) stands before the sum, not in the weights."),
            ((k + 1) ** -alpha, "That is the kernel at the end of each step. L1 takes its integral over the step."),
        )  # fmt: skip
        compare(got, want, [Text("k = {k}, alpha = {alpha}", k=i, alpha=alpha) for i in k], rtol=1e-4, guesses=guesses)
    small = numbers(call(l1_weights, 5, 1.0), (5,), "one weight for each step of the past")
    if not is_close(small, [1, 0, 0, 0, 0]):
        raise Wrong("For alpha = 1 only the newest step counts: the weights are 1, 0, 0, ... Yours begin {w}.", w=small[:2])


L1_HEAD = "import numpy as np\n\n\ndef l1_weights(n, alpha):\n"
L1_DOC = '    """The weights of the last n steps of x, the newest first, in the L1 form of a derivative of order alpha."""\n'


def _l1(answer):
    return f"{L1_HEAD}    k = np.arange(n)\n    return {answer}\n"


L1_WEIGHTS = Exercise(
    id="9.3",
    title="What a fractional derivative remembers",
    task="A derivative of order α is a weighted sum of all steps that x has made (L1): "
    "$D^\\alpha x \\approx \\frac{dt^{-\\alpha}}{\\Gamma(2-\\alpha)} \\sum_k b_k\\,(x_{n-k} - x_{n-k-1})$ with "
    "$b_k = (k+1)^{1-\\alpha} - k^{1-\\alpha}$, k = 0 the newest step. Write `l1_weights(n, alpha)`: the n weights "
    "$b_0 \\ldots b_{n-1}$. It must hold up to alpha = 1.",
    stub=L1_HEAD + L1_DOC + "    return ...\n",
    answer="l1_weights",
    solution=L1_HEAD
    + L1_DOC
    + "    k = np.arange(n)\n    b = (k + 1.0) ** (1 - alpha) - k ** (1 - alpha)\n"
    + "    b[0] = 1.0  # 0**0 is 1\n    return b\n",
    hints=(
        "`np.arange(n)` gives k = 0 ... n-1; the formula works on the whole array.",
        "Look at k = 0 and alpha = 1: there 0**0 stands, and Python says it is 1. What should the first weight be?",
        "Compute (k + 1.0)**(1 - alpha) - k**(1 - alpha), then set the first weight to 1.",
    ),
    wrong={
        "alpha": (_l1("(k + 1.0) ** alpha - k ** alpha"), "exponent is 1 - alpha"),
        "from 1": (_l1("(k + 2.0) ** (1 - alpha) - (k + 1.0) ** (1 - alpha)"), "first weight"),
        "turned": (_l1("((k + 1.0) ** (1 - alpha) - k ** (1 - alpha))[::-1]"), "turned round"),
        "sign": (_l1("k ** (1 - alpha) - (k + 1.0) ** (1 - alpha)"), "the weights are positive"),
        "ones": (_l1("np.ones(n)"), "never fades"),
        "kernel": (_l1("(k + 1.0) ** -alpha"), "its integral over the step"),
        "grunwald": (
            L1_HEAD + "    w = [1.0]\n    for k in range(1, n):\n        w.append(w[-1] * (1 - (alpha + 1) / k))\n"
            "    return np.array(w)\n",
            "Grunwald and Letnikov",
        ),
        "gamma": (
            L1_HEAD + "    import math\n\n    k = np.arange(n)\n    b = (k + 1.0) ** (1 - alpha) - k ** (1 - alpha)\n"
            "    return b / math.gamma(2 - alpha)\n",
            "stands before the sum",
        ),
        "0**0": (_l1("(k + 1.0) ** (1 - alpha) - k ** (1 - alpha)"), "only the newest step counts"),
    },
    check=check_weights,
    praise="The weights fall like k to the power -alpha: slowly. Nothing is forgotten, and every step costs a longer sum.",
)  # fmt: skip

EXERCISES = [EULER_MARUYAMA, OU_VARIANCE, L1_WEIGHTS, MACKEY_GLASS, PASSAGE]
