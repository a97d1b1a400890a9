"""The exercises of chapter 8, integrators of ordinary differential equations."""

from __future__ import annotations

import numpy as np

from ._ch08_steps import COMPOSE, EXP_EULER
from ._diagnose import call, compare, is_close, number, numbers, require_function
from ._exercise import Exercise, Wrong

# ---- 8.1


def _rules(f, x, t, dt):
    """What one step gives by the midpoint rule, and by what is taken for it."""
    k1 = f(x, t)
    half, full = x + dt / 2 * k1, x + dt * k1
    return {
        "right": x + dt * f(half, t + dt / 2),
        "euler": full,
        "heun": x + dt / 2 * (k1 + f(full, t + dt)),
        "late": x + dt * f(half, t),
        "far": x + dt * f(full, t + dt),
        "no dt": x + dt * f(x + k1 / 2, t + dt / 2),
        "half way": half,
        "half": half + dt / 2 * f(half, t + dt / 2),
        "change": dt * f(half, t + dt / 2),
        "slope": f(half, t + dt / 2),
        "late end": x + dt * f(half, t + dt),
    }


def check_rk2(rk2):
    require_function(rk2)
    cases = (
        (lambda x, t: -x / 10.0, 2.0, 0.0, 1.0, "f = -x / 10"),
        (lambda x, t: np.sin(t) - x, 0.5, 1.0, 0.3, "f = sin(t) - x"),
        (lambda x, t: x * (1 - x), 0.2, 0.0, 0.7, "f = x (1 - x)"),
        (lambda x, t: t * t, 1.0, 2.0, 0.5, "f = t**2"),
    )
    tables = [_rules(*case[:4]) for case in cases]
    got = np.array([number(call(rk2, *case[:4])) for case in cases])
    want = np.array([table["right"] for table in tables])
    messages = {
        "euler": "That is Euler's method: the slope is taken at the start only. Take a second slope, in the middle of "
        "the step.",
        "heun": "That is Heun's method: the mean of the slopes at both ends. Its order is 2 as well, but the midpoint rule "
        "uses one slope only, that in the middle.",
        "late": "Right where f does not depend on t. But the middle of the step is at t + dt / 2, and you ask for the slope "
        "at t.",
        "far": "You take the slope at the end of the step. In the middle is only half of it: dt / 2, in x and in t.",
        "no dt": "On the way to the middle dt is missing: x moves by dt / 2 times the slope.",
        "half way": "You stop in the middle. From x the slope found there is followed for the whole dt.",
        "half": "From the middle you go half a step on. The midpoint rule starts anew from x, and goes the whole dt.",
        "change": "That is the change of x. The step gives back the new x: x plus the change.",
        "slope": "That is the slope in the middle. The step gives back the new x: follow the slope from x for dt.",
        "late end": "Right where f does not depend on t. But the middle of the step is at t + dt / 2, and you ask for the "
        "slope at t + dt.",
    }
    guesses = [([table[name] for table in tables], message) for name, message in messages.items()]
    exchanged = [x + dt * f(t + dt / 2, x + dt / 2 * f(t, x)) for f, x, t, dt, _ in cases]
    guesses.append((exchanged, "You call f(t, x). Here the state comes first: f(x, t)."))
    compare(got, want, [f"{case[4]}, x = {case[1]}, t = {case[2]}, dt = {case[3]}" for case in cases], "",
            rtol=1e-5, guesses=guesses)  # fmt: skip
    spring, start = (lambda x, t: np.array([x[1], -x[0]])), np.array([1.0, 0.5])
    vector = numbers(call(rk2, spring, start.copy(), 0.0, 0.1), (2,), "one for each state")
    if not is_close(vector, _rules(spring, start, 0.0, 0.1)["right"], 1e-5):
        raise Wrong("With one number your step is right, with two states in an array it is not.")


RK2_HEAD = "def rk2(f, x, t, dt):\n"
RK2_DOC = '    """x one step of dt later, by the midpoint rule. f(x, t) is the slope."""\n'

RK2 = Exercise(
    id="8.1",
    title="A step of order two",
    task="Euler follows the slope at the start of a step. Better: go half a step with it, look at the slope *there*, and "
    "follow "
    "that one from the start for the whole step (the midpoint rule, Runge 1895). Write `rk2(f, x, t, dt)`; f(x, t) is "
    "the slope, "
    "and x may be a number or an array.",
    stub=RK2_HEAD + RK2_DOC + "    return ...\n",
    answer="rk2",
    solution=RK2_HEAD + RK2_DOC + "    middle = x + dt / 2 * f(x, t)\n    return x + dt * f(middle, t + dt / 2)\n",
    hints=(
        "You need f twice: once where you are, once in the middle of the step.",
        "In the middle x is about x + dt / 2 * f(x, t), and the time is t + dt / 2.",
        "middle = x + dt / 2 * f(x, t); then return x + dt * f(middle, t + dt / 2).",
    ),
    wrong={
        "euler": (RK2_HEAD + "    return x + dt * f(x, t)", "That is Euler's method"),
        "heun": (
            RK2_HEAD + "    k = f(x, t)\n    return x + dt / 2 * (k + f(x + dt * k, t + dt))",
            "That is Heun's method",
        ),
        "time": (RK2_HEAD + "    return x + dt * f(x + dt / 2 * f(x, t), t)", "at t + dt / 2"),
        "end": (RK2_HEAD + "    return x + dt * f(x + dt * f(x, t), t + dt)", "slope at the end"),
        "no dt": (RK2_HEAD + "    return x + dt * f(x + f(x, t) / 2, t + dt / 2)", "dt is missing"),
        "stops": (RK2_HEAD + "    return x + dt / 2 * f(x, t)", "stop in the middle"),
        "two halves": (
            RK2_HEAD + "    m = x + dt / 2 * f(x, t)\n    return m + dt / 2 * f(m, t + dt / 2)",
            "starts anew from x",
        ),
        "change": (RK2_HEAD + "    return dt * f(x + dt / 2 * f(x, t), t + dt / 2)", "x plus the change"),
        "slope": (RK2_HEAD + "    return f(x + dt / 2 * f(x, t), t + dt / 2)", "slope in the middle"),
        "late end": (RK2_HEAD + "    return x + dt * f(x + dt / 2 * f(x, t), t + dt)", "at t + dt."),
        "exchanged": (RK2_HEAD + "    return x + dt * f(t + dt / 2, x + dt / 2 * f(t, x))", "the state comes first"),
        "called": ("rk2 = 1.0", "the function itself"),
    },
    check=check_rk2,
    praise="Two slopes per step instead of one, and the error goes with dt squared: half the step, a quarter of the error.",
)

# ---- 8.2


def check_order(order):
    require_function(order)
    rng = np.random.default_rng(82)
    got, want, shown, guesses = [], [], [], {}
    for p, dt in (
        (1.0, np.array([0.1, 0.05, 0.025, 0.0125])),
        (2.0, np.array([0.001, 0.003, 0.009, 0.027, 0.081])),
        (4.0, np.array([0.5, 0.1, 0.02])),
        (0.5, 0.2 * 0.7 ** np.arange(6)),
    ):
        error = 3.0 * dt**p * np.exp(0.01 * rng.standard_normal(len(dt)))
        x, y = np.log(dt), np.log(error)
        got.append(number(call(order, dt.copy(), error.copy())))
        want.append(np.polyfit(x, y, 1)[0])
        shown.append(f"error = C dt**{p:g}")
        for name, guess in {
            "sign": -want[-1],
            "turned": np.polyfit(y, x, 1)[0],
            "inverse": 1 / want[-1],
            "plain": np.polyfit(dt, error, 1)[0],
            "half log": np.polyfit(dt, y, 1)[0],
            "ratio": error[0] / error[1],
            "log2": np.log2(error[0] / error[1]),
            "constant": np.polyfit(x, y, 1)[1],
            "quotient": np.mean(y / x),
            "undivided": np.log(error[0] / error[1]),
            "whole": float(np.round(want[-1])),
        }.items():
            guesses.setdefault(name, []).append(guess)
    messages = {
        "sign": "The sign is turned round: a longer step makes a larger error, so the order is positive.",
        "turned": "You have fitted log(dt) against log(error). The order says how the error follows dt: the other way "
        "round.",
        "inverse": "You have fitted log(dt) against log(error). The order says how the error follows dt: the other way "
        "round.",
        "plain": "That is the slope in a plain picture, error against dt. The order is the exponent: take logarithms of "
        "both.",
        "half log": "Only the error is in logarithms. A power law is a straight line when dt is in logarithms too.",
        "ratio": "That is the ratio of two errors. 4 for half a step means order 2: take logarithms, of the steps too.",
        "log2": "That is right only if each step is half of the one before. Divide by the logarithm of the ratio of the "
        "steps.",
        "constant": "`np.polyfit(x, y, 1)` gives the slope first and then the offset. The order is the slope.",
        "quotient": "You divide log(error) by log(dt), as if C were 1. How do the logarithms change from step to step?",
        "undivided": "That is the logarithm of the ratio of two errors. Divide it by that of the ratio of the steps.",
        "whole": "You have rounded. An order need not be a whole number: noise has methods of order 1/2.",
    }
    compare(got, want, shown, rtol=0.05, guesses=[(guesses[name], message) for name, message in messages.items()])


ORDER_HEAD = "import numpy as np\n\n\ndef order(dt, error):\n"
ORDER_DOC = '    """The order of a method whose errors with the steps dt are `error`; both are arrays."""\n'

ORDER = Exercise(
    id="8.2",
    title="Measure an order",
    task="A method of order p has an error of about C dt**p. Write `order(dt, error)`: from the arrays of the steps and of "
    "the errors made with them, find p. The steps may be any, in any order; one number is asked for.",
    stub=ORDER_HEAD + ORDER_DOC + "    return ...\n",
    answer="order",
    solution=ORDER_HEAD + ORDER_DOC + "    return np.polyfit(np.log(dt), np.log(error), 1)[0]\n",
    hints=(
        "Take the logarithm of error = C dt**p. What kind of curve is log(error) against log(dt)?",
        "log(error) = log(C) + p log(dt): a straight line, and its slope is p.",
        "`np.polyfit(np.log(dt), np.log(error), 1)` gives the slope and the offset of the line; the slope stands first.",
    ),
    wrong={
        "sign": (ORDER_HEAD + "    return -np.polyfit(np.log(dt), np.log(error), 1)[0]", "The sign is turned round"),
        "turned": (ORDER_HEAD + "    return np.polyfit(np.log(error), np.log(dt), 1)[0]", "the other way round"),
        "inverse": (ORDER_HEAD + "    return 1 / np.polyfit(np.log(dt), np.log(error), 1)[0]", "the other way round"),
        "plain": (ORDER_HEAD + "    return np.polyfit(dt, error, 1)[0]", "take logarithms of both"),
        "half log": (ORDER_HEAD + "    return np.polyfit(dt, np.log(error), 1)[0]", "Only the error is in logarithms"),
        "ratio": (ORDER_HEAD + "    return error[0] / error[1]", "the ratio of two errors"),
        "log2": (ORDER_HEAD + "    return np.log2(error[0] / error[1])", "half of the one before"),
        "offset": (ORDER_HEAD + "    return np.polyfit(np.log(dt), np.log(error), 1)[1]", "the slope first"),
        "quotient": (ORDER_HEAD + "    return np.mean(np.log(error) / np.log(dt))", "as if C were 1"),
        "undivided": (ORDER_HEAD + "    return np.log(error[0] / error[1])", "ratio of the steps"),
        "whole": (ORDER_HEAD + "    return round(np.polyfit(np.log(dt), np.log(error), 1)[0])", "You have rounded"),
        "both": (ORDER_HEAD + "    return np.polyfit(np.log(dt), np.log(error), 1)", "one number"),
    },
    check=check_order,
    praise="This is how every method of this library is tested: the line must have the slope that the books promise.",
)

# ---- 8.4


def check_largest_dt(largest_dt):
    require_function(largest_dt)
    cases = {
        "-0.1 and -2": [-0.1, -2.0],
        "-0.5 + 3i and -0.5 - 3i": [-0.5 + 3j, -0.5 - 3j],
        "-4, -0.3 + i and -0.3 - i": [-4.0, -0.3 + 1j, -0.3 - 1j],
        "-0.02 + 0.05i and -0.02 - 0.05i": [-0.02 + 0.05j, -0.02 - 0.05j],
        "-50 and -1": [-50.0, -1.0],
    }
    arrays = [np.array(values, complex) for values in cases.values()]
    limits = [-2 * a.real / np.abs(a) ** 2 for a in arrays]
    got = np.array([number(call(largest_dt, a.copy())) for a in arrays])
    guesses = (
        ([min(2 / np.abs(a)) for a in arrays], "The rule 2 / |eigenvalue| holds for real ones only. Where a state turns, "
        "each step "
         "along the tangent leads outwards: look where |1 + dt * eigenvalue| is 1."),
        ([min(-2 / a.real) for a in arrays], "That looks at the real parts only. The imaginary part makes |1 + dt * "
        "eigenvalue| "
         "larger, and the step that is allowed shorter."),
        ([max(limit) for limit in limits], "That is the limit of the most patient of them. A step must be short enough "
        "for all: "
         "the smallest limit."),
        ([limit[0] for limit in limits], "That is the limit of the first eigenvalue. A step must be short enough for all "
        "of them."),
        ([min(limit) / 2 for limit in limits], "Half of the limit. With it x would not even jump beyond its rest: there is "
         "a factor of 2."),
        ([min(-2 * a.real / np.abs(a)) for a in arrays], "Nearly: the size of the eigenvalue has to be squared. Solve "
         "|1 + dt * eigenvalue| = 1 for dt once more."),
        ([-min(limit) for limit in limits], "The size is right, the sign is not: a step is positive, the real part is "
        "negative."),
    )  # fmt: skip
    compare(got, [min(limit) for limit in limits], list(cases), rtol=1e-3, guesses=guesses)
    for unstable in ([0.1, -1.0], [1j, -1j], [0.05 + 1j, 0.05 - 1j]):
        got = number(call(largest_dt, np.array(unstable, complex)))
        if not abs(got) <= 1e-9:  # NaN too
            raise Wrong(
                "With the eigenvalues {values} not all decay, whatever the step: the answer is 0, yours is {got}.",
                values=", ".join(f"{v:g}" for v in unstable),
                got=f"{got:.3g}",
            )


DT_HEAD = "import numpy as np\n\n\ndef largest_dt(eigenvalues):\n"
DT_DOC = '    """The step below which Euler decays for all these eigenvalues (complex array); 0 if there is none."""\n'
DT_LIMITS = "    limits = -2 * eigenvalues.real / np.abs(eigenvalues) ** 2\n"

LARGEST_DT = Exercise(
    id="8.4",
    title="A step for these eigenvalues",
    task="Near a fixed point a system does what its eigenvalues say. Euler multiplies the part of each eigenvalue by "
    "1 + dt * eigenvalue, and it decays if the size of that is below 1. Write `largest_dt(eigenvalues)`: the longest "
    "step for "
    "which all of them decay. `eigenvalues` is an array of complex numbers; if one of them never decays, the answer is 0.",
    stub=DT_HEAD + DT_DOC + "    return ...\n",
    answer="largest_dt",
    solution=DT_HEAD + DT_DOC + DT_LIMITS + "    return max(limits.min(), 0.0)\n",
    hints=(
        "For which dt is |1 + dt * eigenvalue| just 1? Begin with a real one, such as -2.",
        "|1 + dt (a + ib)|**2 = (1 + dt a)**2 + (dt b)**2. This is 1 for dt = 0 and for one other dt.",
        "It is -2 a / (a**2 + b**2), that is -2 * eigenvalues.real / np.abs(eigenvalues)**2. Take the smallest of them, "
        "and 0 if that is negative.",
    ),
    wrong={
        "real formula": (DT_HEAD + "    return (2 / np.abs(eigenvalues)).min()", "holds for real ones only"),
        "real part": (DT_HEAD + "    return (-2 / eigenvalues.real).min()", "the real parts only"),
        "slowest": (DT_HEAD + DT_LIMITS + "    return max(limits.max(), 0.0)", "short enough for all"),
        "first": (DT_HEAD + DT_LIMITS + "    return limits[0]", "the first eigenvalue"),
        "tau": (DT_HEAD + DT_LIMITS + "    return limits.min() / 2", "factor of 2"),
        "sign": (DT_HEAD + DT_LIMITS + "    return -limits.min()", "a step is positive"),
        "absolute": (
            DT_HEAD + "    return (2 * np.abs(eigenvalues.real) / np.abs(eigenvalues) ** 2).min()",
            "not all decay, whatever the step",
        ),
        "negative": (DT_HEAD + DT_LIMITS + "    return limits.min()", "the answer is 0, yours is -20"),
        "nan": (
            DT_HEAD + DT_LIMITS + "    return limits.min() if limits.min() > 0 else np.nan",
            "the answer is 0, yours is nan",
        ),
    },
    check=check_largest_dt,
    praise="The fastest decides the step, though one mostly wants to see the slow ones. Systems with both are called stiff.",
)

EXERCISES = [RK2, ORDER, EXP_EULER, LARGEST_DT, COMPOSE]
