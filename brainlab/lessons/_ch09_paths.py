"""Chapter 9 continued: the exercises on delayed and random paths, 9.4 and 9.5."""

from __future__ import annotations

import numpy as np

from ._diagnose import call, compare, is_close, numbers, require_function
from ._exercise import Exercise, Text, Wrong

# ---- 9.4


def _mackey_glass(duration, dt, tau, x0, before=None, shift=0, all_delayed=False, no_delay=False, stride=None):
    """Euler; x(t) = before for t < 0."""
    before = x0 if before is None else before
    late, x = round(tau / dt), [x0]
    for i in range(round(duration / dt)):
        j = i - late + shift
        delayed = x[i] if no_delay else x[j] if j >= 0 else before
        loss = delayed if all_delayed else x[i]
        x.append(x[i] + (stride or dt) * (0.2 * delayed / (1 + delayed**10) - 0.1 * loss))
    return np.array(x)


def check_mackey_glass(mackey_glass):
    require_function(mackey_glass)
    for duration, dt, tau, x0 in ((100.0, 0.5, 17.0, 1.2), (60.0, 0.25, 6.0, 0.8), (80.0, 1.0, 25.0, 0.5)):
        run = (duration, dt, tau, x0)
        want = _mackey_glass(*run)
        got = numbers(call(mackey_glass, duration, dt, tau, x0))
        if got.shape == (want.size - 1,) and is_close(got, want[1:], 1e-6):
            raise Wrong("All steps are right. But the answer begins with x(0): one number more than steps.")
        got = numbers(got, want.shape, "x(0) and one number for each step")
        as_steps = _mackey_glass(duration, dt, round(tau) * dt, x0)
        for guess, message in (
            (_mackey_glass(*run, no_delay=True), "There is no delay in your run: the first term needs x at t - tau."),
            (_mackey_glass(*run, before=0.0), "Before t = 0 your x is 0. It stood at x0 all the time."),
            (_mackey_glass(*run, shift=1), "Your delay is one step too short. x[i - n] is n steps before x[i]."),
            (_mackey_glass(*run, shift=-1), "Your delay is one step too long. x[i - n] is n steps before x[i]."),
            (_mackey_glass(*run, all_delayed=True), "The loss -0.1 x is not delayed: what is lost now depends on x now."),
            (_mackey_glass(*run, stride=1.0), "The slope is not multiplied by dt: each step moves x by all of it."),
            (as_steps, "You go tau steps back. In steps the delay is tau / dt."),
        ):  # fmt: skip
            if not is_close(guess, want, 1e-6) and is_close(got, guess, 1e-6):
                raise Wrong(message)
        places = [Text("t = {t}, tau = {tau}, dt = {dt}", t=i * dt, tau=tau, dt=dt) for i in range(want.size)]
        compare(got, want, places, rtol=1e-5)


MG_HEAD = "def mackey_glass(duration, dt, tau, x0):\n"
MG_DOC = '    """x at 0, dt, 2 dt, ..., duration, by Euler\'s method; x(t) = x0 for t <= 0."""\n'
MG_BODY = """    n = round(tau / dt)
    x = [x0]
    for i in range(round(duration / dt)):
        late = x[i - n] if i >= n else x0
        x.append(x[i] + dt * (0.2 * late / (1 + late**10) - 0.1 * x[i]))
    return x
"""


def _mg(*change):
    return MG_HEAD + MG_BODY.replace(*change)


MACKEY_GLASS = Exercise(
    id="9.4",
    title="An equation that looks back",
    task="Write `mackey_glass(duration, dt, tau, x0)`: Euler's method for "
    "$dx/dt = 0.2\\,x_\\tau / (1 + x_\\tau^{10}) - 0.1\\,x$, with $x_\\tau = x(t - \\tau)$. Before and at t = 0, x is x0. "
    "The answer is the list of all values: x(0), x(dt), ..., x(duration). tau is a multiple of dt.",
    stub=MG_HEAD + MG_DOC + "    return ...\n",
    answer="mackey_glass",
    solution=MG_HEAD + MG_DOC + MG_BODY,
    hints=(
        "Keep all values in a list: the past is in it. How many steps back is t - tau?",
        "n = round(tau / dt) steps. At step i the value is x[i - n]; for i < n the run had not begun: it is x0.",
        "A negative index would read from the END of the list: ask `if i >= n` first.",
    ),
    wrong={
        "no delay": (_mg("x[i - n] if i >= n else x0", "x[i]"), "no delay in your run"),
        "zero before": (_mg("else x0", "else 0.0"), "Before t = 0"),
        "too short": (_mg("x[i - n] if i >= n", "x[i - n + 1] if i >= n - 1"), "one step too short"),
        "too long": (_mg("x[i - n] if i >= n", "x[i - n - 1] if i > n"), "one step too long"),
        "all delayed": (_mg("- 0.1 * x[i]", "- 0.1 * late"), "is not delayed"),
        "tau steps": (_mg("round(tau / dt)", "round(tau)"), "tau / dt"),
        "no dt": (_mg("dt * (0.2", "(0.2"), "not multiplied by dt"),
        "no start": (_mg("return x", "return x[1:]"), "begins with x(0)"),
    },
    check=check_mackey_glass,
    praise="With tau = 17 this innocent equation is chaotic: one number now is not enough, it needs a stretch of past.",
)

# ---- 9.5


def check_first_passage(first_passage):
    require_function(first_passage)
    rng = np.random.default_rng(95)
    for trials, dt in ((6, 0.1), (8, 0.5)):
        x = np.cumsum(rng.normal(0.02, 0.3, (trials, 200)), axis=1)
        x = np.concatenate([np.zeros((trials, 1)), x], axis=1)
        threshold = float(np.sort(x.max(1))[1]) + 1e-3  # two trials never get there
        above = x >= threshold
        there = above.any(1)
        touching = there.argmax()
        x[touching, above[touching].argmax()] = threshold  # at it, not above
        first = above.argmax(1)
        want = np.where(there, first * dt, np.nan)
        got = numbers(call(first_passage, x.copy(), threshold, dt), (trials,), "one time for each trial")
        last = (x.shape[1] - 1 - above[:, ::-1].argmax(1)) * dt
        if is_close(got[there], want[there], 1e-6) and not np.isnan(got[~there]).all():
            raise Wrong(
                "Where the threshold is reached, all is right. A trial that never gets there has no time: nan, not {got}.",
                got=f"{got[~there][0]:g}",
            )
        if not np.isnan(got[~there]).all():
            bad = got[~there][~np.isnan(got[~there])][0]
            raise Wrong("A trial that never reaches the threshold has no time: nan, not {got}.", got=f"{bad:g}")
        for guess, message in (
            (first.astype(float), "That is the number of the step. In ms it is that number times dt."),
            ((x > threshold).argmax(1) * dt, "At the threshold counts as there: take >=, not >."),
            (last, "That is the last moment above the threshold. Which is the first one?"),
            ((first + 1) * dt, "One step too late: column 0 is the time 0."),
            ((first - 1) * dt, "One step too early: column 0 is the time 0."),
            (above.sum(1) * dt, "That is the time spent above the threshold, not the time until it is reached."),
            (x.argmax(1) * dt, "That is the time of the largest value. The threshold is reached earlier."),
        ):
            if is_close(got[there], guess[there], 1e-6):
                raise Wrong(message)
        places = [Text("trial {i}", i=i) for i in np.flatnonzero(there)]
        compare(got[there], want[there], places, "ms", rtol=1e-6)


FP_HEAD = "import numpy as np\n\n\ndef first_passage(x, threshold, dt):\n"
FP_DOC = '    """When each trial first reaches the threshold (ms), else nan. x: (trial, time), column 0 at t = 0."""\n'
FP_BODY = "    above = x >= threshold\n    return np.where(above.any(axis=1), {}, np.nan)\n"


def _fp(time):
    return FP_HEAD + FP_BODY.format(time)


PASSAGE = Exercise(
    id="9.5",
    title="How long until the threshold?",
    task="Write `first_passage(x, threshold, dt)`: for each row of `x` (trial, time) the time in ms at which the path first "
    "reaches the threshold (is at it or above). Column 0 is t = 0. A path that never does gets `np.nan`.",
    stub=FP_HEAD + FP_DOC + "    return ...\n",
    answer="first_passage",
    solution=FP_HEAD + FP_DOC + FP_BODY.format("above.argmax(axis=1) * dt"),
    hints=(
        "`x >= threshold` is an array of True and False. Where is the first True of each row?",
        "`argmax(axis=1)` gives the place of the first True, and 0 if there is none: that case needs its own answer.",
        "`np.where(above.any(axis=1), above.argmax(axis=1) * dt, np.nan)`.",
    ),
    wrong={
        "never": (FP_HEAD + "    return (x >= threshold).argmax(axis=1) * dt\n", "has no time: nan, not 0"),
        "steps": (_fp("above.argmax(axis=1)"), "number of the step"),
        "above": (FP_HEAD + FP_BODY.format("above.argmax(axis=1) * dt").replace(">=", ">"), "At the threshold counts"),
        "last": (_fp("(x.shape[1] - 1 - above[:, ::-1].argmax(axis=1)) * dt"), "last moment"),
        "late": (_fp("(above.argmax(axis=1) + 1) * dt"), "One step too late"),
        "early": (_fp("(above.argmax(axis=1) - 1) * dt"), "One step too early"),
        "sum": (_fp("above.sum(axis=1) * dt"), "time spent above"),
        "largest": (_fp("x.argmax(axis=1) * dt"), "largest value"),
        "mean": (FP_HEAD + "    return np.mean((x >= threshold).argmax(axis=1) * dt)\n", "one time for each trial"),
    },
    check=check_first_passage,
    praise="Times of first passage are skewed: most are short, some are very long. Reaction times look like this, too.",
)
