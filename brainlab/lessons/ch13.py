"""The exercises of chapter 13: synapses, events, networks."""

from __future__ import annotations

import math

import numpy as np

from ._ch13_events import DELAY, PRODUCT, PROPAGATE
from ._diagnose import call, compare, numbers, require_function
from ._exercise import Exercise, Text

# ---- 13.1


def _conductance(spikes, w, tau, dt, keep=None, jump=None, sets=False):
    """g after each step; row i is at the time i dt, and a spike of that step has arrived."""
    keep, jump = math.exp(-dt / tau) if keep is None else keep, w if jump is None else jump
    g, rows = 0.0, []
    for s in spikes:
        g = jump if sets and s else g * keep + jump * s
        rows.append(g)
    return np.array(rows)


def check_synaptic_current(synaptic_current):
    require_function(synaptic_current)
    rng = np.random.default_rng(131)
    for dt, tau, E_rev in ((0.5, 4.0, -80.0), (0.1, 1.5, -70.0), (1.0, 6.0, 0.0)):
        w, V = 0.2 + rng.random(), -60.0 + 5 * rng.normal(size=60)
        spikes = rng.random(60) < 0.2
        spikes[[0, 10, 11]] = True
        got = call(synaptic_current, spikes.copy(), V.copy(), w, tau, E_rev, dt)
        got = numbers(got, (60,), "one current for each step")
        g, drive = _conductance(spikes, w, tau, dt), E_rev - V
        k = math.exp(-dt / tau)
        guesses = (
            (-g * drive, "The sign: with E_rev above V the current flows in and depolarises. That is g (E_rev - V)."),
            (g, "That is the conductance. The current is the conductance times the driving force, E_rev - V."),
            (g * -V, "The reversal potential is missing: the current is 0 where V = E_rev, not where V = 0."),
            (g * E_rev, "The current must depend on V: it gets smaller as V comes near to E_rev."),
            (g * (E_rev - V[0]), "The driving force changes with V: take the V of each step, not the first."),
            (w * spikes * drive, "The conductance is over as soon as the spike is. It must decay, with tau."),
            (np.cumsum(w * spikes) * drive, "What has opened never closes: between spikes g falls by exp(-dt / tau)."),
            (_conductance(spikes, w, tau, dt, keep=1 - dt / tau) * drive, "Euler's step is 1 - dt / tau: be exact."),
            (_conductance(spikes, w, tau, dt, keep=math.exp(-dt * tau)) * drive, "Time constants divide: exp(-dt / tau)."),
            (_conductance(spikes, w, tau, dt, keep=1 / k) * drive, "Your conductance grows between spikes: exp(-dt / tau)."),
            (_conductance(spikes, w, tau, dt, sets=True) * drive, "A spike adds w to what is open. Yours sets g to w."),
            ((g - w * spikes) * drive, "One step late: in the step of its arrival a spike counts already, in full."),
            (g * k * drive, "The spike of a step has decayed before it counts: first the decay, then the jump."),
            (_conductance(spikes, w, tau, dt, jump=1.0) * drive, "Each spike adds 1. It must add the weight w."),
            (_conductance(spikes, w, tau, dt, jump=w * dt) * drive, "A spike is a jump, not a flow: w is not times dt."),
            (_conductance(spikes, w, tau, dt, jump=w / tau) * drive, "Here w is the height of the jump, not its area."),
        )  # fmt: skip
        places = [
            Text("step {i}, dt = {dt} ms, tau = {tau} ms, E_rev = {E} mV", i=i, dt=dt, tau=tau, E=E_rev) for i in range(60)
        ]
        compare(got, g * drive, places, rtol=1e-5, guesses=guesses)


SC_HEAD = "import numpy as np\n\n\ndef synaptic_current(spikes, V, w, tau, E_rev, dt):\n"
SC_DOC = (
    '    """The current into the neuron (inward is positive) in each step. spikes: (steps,) bool, does one arrive?\n'
    '    V: (steps,) mV; w: the weight of a spike; tau, dt: ms; E_rev: mV."""\n'
)
SC_BODY = """    g, current = 0.0, []
    for spike, v in zip(spikes, V):
        {}
        current.append({})
    return np.array(current)
"""
STEP, OUT = "g = g * np.exp(-dt / tau) + w * spike", "g * (E_rev - v)"


def _sc(step=STEP, out=OUT):
    return SC_HEAD + SC_BODY.format(step, out)


SYNAPTIC_CURRENT = Exercise(
    id="13.1",
    title="A synapse",
    task="A spike opens channels, which close again: $dg/dt = -g/\\tau$, and at a spike g jumps up by w. "
    "Write `synaptic_current(spikes, V, w, tau, E_rev, dt)`: the current $I = g\\,(E_{rev} - V)$ in each step. In step i "
    "first what is open decays, exactly, by one dt; then, if `spikes[i]`, the spike arrives; then the current flows, at the "
    "potential `V[i]`. In the beginning g is 0.",
    stub=SC_HEAD + SC_DOC + "    return ...\n",
    answer="synaptic_current",
    solution=SC_HEAD + SC_DOC + SC_BODY.format(STEP, OUT),
    hints=(
        "One number, g, is all that the synapse remembers. What becomes of it in one step without a spike?",
        "Without a spike g becomes g exp(-dt / tau): exact for every dt. A spike then adds w to it.",
        "Loop over the steps: g = g * np.exp(-dt / tau) + w * spike, then append g * (E_rev - v) to a list.",
    ),
    wrong={
        "sign": (_sc(out="g * (v - E_rev)"), "the current flows in"),
        "conductance": (_sc(out="g"), "That is the conductance"),
        "no reversal": (_sc(out="-g * v"), "reversal potential is missing"),
        "no V": (_sc(out="g * E_rev"), "must depend on V"),
        "first V": (_sc(out="g * (E_rev - V[0])"), "the V of each step"),
        "no memory": (_sc("g = w * spike"), "as soon as the spike is"),
        "no decay": (_sc("g = g + w * spike"), "never closes"),
        "euler": (_sc("g = g * (1 - dt / tau) + w * spike"), "Euler's step is"),
        "times tau": (_sc("g = g * np.exp(-dt * tau) + w * spike"), "Time constants divide"),
        "grows": (_sc("g = g * np.exp(dt / tau) + w * spike"), "grows between spikes"),
        "sets": (_sc("g = w if spike else g * np.exp(-dt / tau)"), "sets g to w"),
        "late": (_sc("g = g * np.exp(-dt / tau)", OUT + ")\n        g, _ = (g + w * spike, 0"), "One step late"),
        "decays first": (_sc("g = (g + w * spike) * np.exp(-dt / tau)"), "then the jump"),
        "one": (_sc("g = g * np.exp(-dt / tau) + spike"), "must add the weight"),
        "dt": (_sc("g = g * np.exp(-dt / tau) + w * spike * dt"), "a jump, not a flow"),
        "area": (_sc("g = g * np.exp(-dt / tau) + w * spike / tau"), "not its area"),
        "one number": (SC_HEAD + SC_BODY.format(STEP, OUT).replace("np.array(current)", "current[-1]"), "one current for"),
    },
    check=check_synaptic_current,
    praise="One state for all synapses of a neuron with this tau: what a thousand spikes do is the sum of what each does.",
)  # fmt: skip

# ---- 13.4


def check_window(weight_change):
    require_function(weight_change)
    rng = np.random.default_rng(134)
    for A_plus, A_minus, tau_plus, tau_minus in ((0.005, 0.00525, 20.0, 30.0), (0.02, 0.01, 17.0, 34.0)):
        t_pre = 100 * rng.random(12)
        interval = np.array([30.0, 12.0, 5.0, 1.0, 0.5, 60.0, -0.5, -2.0, -8.0, -15.0, -40.0, -70.0])
        t_post = t_pre + interval
        got = call(weight_change, t_pre.copy(), t_post.copy(), A_plus, A_minus, tau_plus, tau_minus)
        got = numbers(got, (12,), "one change for each pair")
        size = abs(interval)

        def window(after, before, t_plus=tau_plus, t_minus=tau_minus, interval=interval, size=size):
            return np.where(interval > 0, after * np.exp(-size / t_plus), before * np.exp(-size / t_minus))

        want = window(A_plus, -A_minus)
        guesses = (
            (
                np.where(interval > 0, -A_minus * np.exp(-size / tau_minus), A_plus * np.exp(-size / tau_plus)),
                "Before and after are exchanged. The neuron that sends can only be a cause if it fires FIRST.",
            ),
            (window(-A_plus, A_minus), "The signs are exchanged: the sender first strengthens, the receiver first weakens."),
            (window(A_plus, A_minus), "Here every pair strengthens. If the receiver fired first, the synapse gets weaker."),
            (window(A_plus, 0.0), "The other half is missing: if the receiver fired first, the synapse gets weaker."),
            (window(0.0, -A_minus), "The first half is missing: if the sender fired first, the synapse gets stronger."),
            (
                window(A_plus, -A_minus, tau_minus, tau_plus),
                "The two time constants are exchanged: tau_plus is that of the strengthening.",
            ),
            (window(A_plus, -A_minus, tau_plus, tau_plus), "The weakening has a time constant of its own, tau_minus."),
            (window(A_minus, -A_plus), "The two amplitudes are exchanged: A_plus is that of the strengthening."),
            (
                np.where(interval > 0, A_plus, -A_minus),
                "The change must fade with the interval, exponentially.",
            ),
            (
                np.where(interval > 0, A_plus * np.exp(size / tau_plus), -A_minus * np.exp(size / tau_minus)),
                "Your change grows with the interval: spikes that lie further apart must matter less.",
            ),
            (
                np.where(interval > 0, A_plus * np.exp(-size / tau_plus), -A_minus * np.exp(size / tau_minus)),
                "Where t_post < t_pre the exponent is positive, and the change grows. It needs the absolute value.",
            ),
        )
        places = [Text("t_post - t_pre = {dt} ms", dt=f"{x:g}") for x in interval]
        compare(got, want, places, rtol=1e-4, guesses=guesses)
    same = numbers(call(weight_change, np.array([3.0, 8.0]), np.array([3.0, 8.0]), 0.1, 0.2, 20.0, 20.0), (2,))
    compare(same, np.zeros(2), [Text("two spikes at the same time")] * 2)


STDP_HEAD = "import numpy as np\n\n\ndef weight_change(t_pre, t_post, A_plus, A_minus, tau_plus, tau_minus):\n"
STDP_DOC = (
    '    """What each pair of spikes does to the weight. t_pre, t_post: (pairs,) ms, when the neuron that sends and the\n'
    '    one that receives fired; A_plus, A_minus > 0; tau_plus, tau_minus: ms."""\n'
)
STDP_BODY = """    d = {}
    stronger = {} * np.exp({})
    weaker = {} * np.exp({})
    return np.where(d > 0, stronger, np.where(d < 0, weaker, 0.0))
"""


def _stdp(d="t_post - t_pre", up="A_plus", up_e="-abs(d) / tau_plus", down="-A_minus", down_e="-abs(d) / tau_minus"):
    return STDP_HEAD + STDP_BODY.format(d, up, up_e, down, down_e)


WINDOW = Exercise(
    id="13.4",
    title="Which came first?",
    task="Write `weight_change(t_pre, t_post, A_plus, A_minus, tau_plus, tau_minus)`: the change of the weight by each pair "
    "of one spike of the neuron that sends (at `t_pre`) and one of the neuron that receives (at `t_post`), arrays of times "
    "in ms. What may have been a cause is strengthened by `A_plus`, what cannot is weakened by `A_minus`; both fade "
    "exponentially with the interval, with `tau_plus` and `tau_minus`. Two spikes at the same time change nothing.",
    stub=STDP_HEAD + STDP_DOC + "    return ...\n",
    answer="weight_change",
    solution=STDP_HEAD
    + STDP_DOC
    + STDP_BODY.format("t_post - t_pre", "A_plus", "-abs(d) / tau_plus", "-A_minus", "-abs(d) / tau_minus"),
    hints=(
        "A cause comes before its effect. Which of the two neurons could have caused the spike of the other one?",
        "Take d = t_post - t_pre. Above 0 the sender was first: stronger. Below 0: weaker. `np.where` chooses between them.",
        "np.where(d > 0, A_plus * np.exp(-abs(d) / tau_plus), -A_minus * np.exp(-abs(d) / tau_minus)), and 0 where d is 0.",
    ),
    wrong={
        "exchanged": (_stdp("t_pre - t_post"), "Before and after are exchanged"),
        "signs": (_stdp(up="-A_plus", down="A_minus"), "The signs are exchanged"),
        "hebb": (_stdp(down="A_minus"), "every pair strengthens"),
        "half": (_stdp(down="0"), "The other half is missing"),
        "other half": (_stdp(up="0"), "The first half is missing"),
        "taus": (_stdp(up_e="-abs(d) / tau_minus", down_e="-abs(d) / tau_plus"), "time constants are exchanged"),
        "one tau": (_stdp(down_e="-abs(d) / tau_plus"), "time constant of its own"),
        "amplitudes": (_stdp(up="A_minus", down="-A_plus"), "amplitudes are exchanged"),
        "flat": (_stdp(up_e="0 * d", down_e="0 * d"), "must fade with the interval"),
        "grows": (_stdp(up_e="abs(d) / tau_plus", down_e="abs(d) / tau_minus"), "grows with the interval"),
        "no abs": (_stdp(down_e="-d / tau_minus"), "needs the absolute value"),
        "at once": (_stdp().replace("d > 0", "d >= 0"), "two spikes at the same time"),
        "sum": (_stdp().replace("return np.where", "return np.sum(np.where") + "    )\n", "one change for each pair"),
    },
    check=check_window,
    praise="Who fires first is heard more next time: a synapse learns what predicts. Hebb said it; spikes add the order.",
)  # fmt: skip

EXERCISES = [SYNAPTIC_CURRENT, PRODUCT, PROPAGATE, WINDOW, DELAY]
