"""The program that does without the panel what P8c shows: its parts as functions, and its scheme as calls of steps."""

from __future__ import annotations

from ._scripts import code, value

CURRENTS = {
    "m": "neuron.g_Na * m**3 * h * (V - neuron.E_Na)",
    "n": "neuron.g_K * n**4 * (V - neuron.E_K)",
    "p": "g_M * p * (V - neuron.E_K)",
}


def script(model, gates, v, duration) -> str:
    """model: the neuron; gates: names; v: the panel's values; duration: ms"""
    listed = ", ".join(gates)
    states = ", ".join(("V", *gates))
    lines = ["import numpy as np", ""] + (["import brainlab.math as bm", ""] if "p" in gates else [])
    lines += [f"neuron = bl.{model!r}", f"I, dt = {value(v['I'])}, {value(v['dt'])}      # uA/cm2, ms"]
    lines += [f"g_M = {value(v['g_M'])}      # mS/cm2"] if "p" in gates else []
    currents = ["neuron.g_L * (V - neuron.E_L)", *(text for name, text in CURRENTS.items() if name in gates)]
    lines += ["", "", f"def membrane({', '.join(('V', 't', *gates))}):"]
    lines += [f"    current = {currents[0]}", *(f"    current += {text}" for text in currents[1:])]
    lines += ["    return (I - current) / neuron.C", ""]
    if gates:
        lines += ["", f"def gates({listed}, t, V):", *_gates(gates), ""]
    lines += ["", f"steps = int({duration} / dt)", f"start = ({', '.join(['-65.0', *_settled(gates)])},)"]
    split = gates and v["scheme"] in ("in_turn", "strang")
    lines += _split(gates, states, listed, v["scheme"]) if split else _joint(gates, v["scheme"])
    lines += ['print(f"spikes {((V[:-1] < 0) & (V[1:] >= 0)).sum()}")']
    return code(*lines)


def _gates(gates):
    lines, slopes = [], []
    if set(gates) - {"p"}:
        lines.append("    r = neuron.rates(V)")
    if "p" in gates:
        lines.append("    speed = (3.3 * bm.exp((V + 35) / 20) + bm.exp(-(V + 35) / 20)) / 600")
    for name in gates:
        slopes.append(
            "speed * (1 / (1 + bm.exp(-(V + 35) / 10)) - p)"
            if name == "p"
            else f"r.alpha_{name} * (1 - {name}) - r.beta_{name} * {name}"
        )
    if len(slopes) == 1:
        return [*lines, f"    return {slopes[0]}"]
    return [*lines, "    return (", *(f"        {slope}," for slope in slopes), "    )"]


def _settled(gates):
    return ["1 / (1 + np.exp(3.0))" if name == "p" else f"neuron.steady(-65.0).{name}" for name in gates]


def _joint(gates, scheme):
    """All parts in one equation: the library has methods for that."""
    method = "rk4" if scheme == "rk4" else "exp_euler"
    joint, start = ("bl.JointEq(membrane, gates)", "start") if gates else ("membrane", "start[0]")
    solved = f'run = bl.solve_ode({joint}, {start}, 0.0, steps * dt, steps=steps, method="{method}")'
    return [solved, 'V = np.asarray(run["V"])']


def _split(gates, states, listed, scheme):
    """One part after the other: alone, each is a linear equation, which exp_euler solves exactly."""
    lines = ['step_V = bl.odeint(membrane, "exp_euler", dt)', 'step_gates = bl.odeint(gates, "exp_euler", dt)']
    lines += [f"{states} = start", "trace = [V]", "for _ in range(steps):"]
    move_V = f"    V = step_V(V, 0.0, {listed})"
    if scheme == "strang":
        half = f"    {listed} = step_gates({listed}, 0.0, V, dt=dt / 2)"
        lines += [half, move_V, half]
    else:
        lines += [move_V, f"    {listed} = step_gates({listed}, 0.0, V)"]
    return [*lines, "    trace.append(V)", "V = np.array([float(V) for V in trace])"]
