"""Chapter 11: what its prose and its saved outputs claim, against the equations solved once more with scipy.

The numbers of the panels and of the model itself are in tests/panels/test_surprises.py and tests/models/test_hh.py.
"""

import json
import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from brainlab.lessons import exercises

FILE = Path(__file__).resolve().parents[2] / "course" / "ch11_hodgkin_huxley.ipynb"
CELLS = {cell["id"]: cell for cell in json.loads(FILE.read_text(encoding="utf-8"))["cells"]}
PROSE = " ".join(" ".join(cell["source"]) for cell in CELLS.values() if cell["cell_type"] == "markdown")


def shown(id: str) -> np.ndarray:
    """All numbers in the saved output of a cell, in their order."""
    outputs = CELLS[id]["outputs"]
    text = "".join("".join(o.get("text") or o["data"]["text/plain"]) for o in outputs)
    return np.array(re.findall(r"(?<![\w.])-?\d+\.?\d*", text), float)


# ---- the paper's equations, in 64 bits and with an adaptive integrator


def rates(V):
    """(alpha, beta) of m, h, n, per ms at 6.3 C."""
    m = 0.1 * (V + 40) / -np.expm1(-(V + 40) / 10), 4 * np.exp(-(V + 65) / 18)
    h = 0.07 * np.exp(-(V + 65) / 20), 1 / (1 + np.exp(-(V + 35) / 10))
    return m, h, (0.01 * (V + 55) / -np.expm1(-(V + 55) / 10), 0.125 * np.exp(-(V + 65) / 80))


def steady(V):
    return [a / (a + b) for a, b in rates(V)]


def currents(V, m, h, n):
    return 120 * m**3 * h * (V - 50), 36 * n**4 * (V + 77), 0.3 * (V + 54.387)


REST = brentq(lambda V: sum(currents(V, *steady(V))), -80, -60)


class Run:
    """t (ms) every 0.01 ms, V, m, h, n; solved piece by piece between the times at which the current jumps."""

    def __init__(self, current, duration, jumps=(), T=6.3, start=None):
        phi = 3 ** ((T - 6.3) / 10)

        def slope(t, y):
            V, *gates = y
            moved = (phi * (a * (1 - x) - b * x) for (a, b), x in zip(rates(V), gates, strict=True))
            return [current(t) - sum(currents(*y)), *moved]

        y, parts = start or [REST, *steady(REST)], []
        ends = [0.0, *jumps, duration]
        for a, b in zip(ends[:-1], ends[1:], strict=True):
            inside = (a + b) / 2, (b - a) / 2 * (1 - 1e-9)  # a jump belongs to the piece after it, not to this one
            t = np.arange(round((b - a) / 0.01) + 1) * 0.01 + a
            clip = lambda t, y, mid=inside: slope(np.clip(t, mid[0] - mid[1], mid[0] + mid[1]), y)  # noqa: E731
            run = solve_ivp(clip, (a, b), y, t_eval=np.minimum(t, b), method="LSODA", rtol=1e-8, atol=1e-8)
            y = run.y[:, -1]
            parts.append(np.vstack([run.t, run.y])[:, :-1])
        self.t, self.V, self.m, self.h, self.n = np.hstack(parts)
        self.spikes = self.t[1:][(self.V[:-1] < 0) & (self.V[1:] >= 0)]

    def at(self, t):
        i = round(t / 0.01)
        return self.V[i], self.h[i], self.n[i]


def pulses(*each):
    """(amplitude, start) of pulses of 0.5 ms -> (current, jumps)"""
    jumps = sorted({edge for _, start in each for edge in (start, start + 0.5)} - {0.0})
    return lambda t: sum(a for a, start in each if start <= t < start + 0.5), jumps


@cache
def spike(T=6.3):
    current, jumps = pulses((40.0, 5.0))
    return Run(current, 30.0, jumps, T)


# ---- gates


def test_m_is_the_fast_gate():
    taus = [1 / (a + b) for a, b in rates(-40.0 + 1e-9)]
    np.testing.assert_allclose(shown("taus"), taus, atol=0.05)
    assert taus[1] / taus[0] == pytest.approx(5, abs=0.1) and taus[2] / taus[0] == pytest.approx(7, abs=0.1)
    for V in (-90.0, -65.0, 0.0, 30.0):
        m, h, n = (1 / (a + b) for a, b in rates(V))
        assert min(h, n) / m > 4
    assert (steady(-40.0 + 1e-9)[1]) == pytest.approx(0.05, abs=0.001)


def test_the_textbook_formula_in_32_bits():
    one, ten, rate = np.float32(1), np.float32(10), np.float32(0.01)

    def slope(V):  # the derivative of the formula, as a chain rule in 32 bits gives it
        u = np.float32(V) + np.float32(55)
        e = np.exp(-u / ten)
        return rate / (one - e) - rate * u * (e / ten) / (one - e) ** 2

    slopes = [slope(-55.0 + 1e-4), slope(-55.0 - 1e-4)]
    assert min(map(abs, slopes)) > 100 * 0.005
    x = 1e-5
    assert (1 - x * np.exp(-x) / -np.expm1(-x)) / -np.expm1(-x) * 0.01 == pytest.approx(0.005, rel=1e-3), "in 64 bits"
    np.testing.assert_allclose(shown("hole-textbook")[[0, -1]], [rates(V)[2][0] for V in (-60.0, -50.0)], atol=6e-5)
    np.testing.assert_allclose(shown("hole-safe"), [0.1, 0.005], atol=6e-5)


def test_at_rest_three_currents_cancel():
    Na, K, L = currents(REST, *steady(REST))
    np.testing.assert_allclose(shown("rest-currents"), [Na, K, L], atol=0.006)
    assert Na < 0 < K and L < 0, "the text says which flows in and which out"


def test_sodium_channels_that_were_held_at_minus_40_mv():
    t = np.linspace(0, 10, 2001)

    def peak(before):
        slope = lambda t, y: [a * (1 - x) - b * x for (a, b), x in zip(rates(-20.0), y, strict=True)]  # noqa: E731
        m, h, _ = solve_ivp(slope, (0, 10), steady(before), t_eval=t, rtol=1e-9, atol=1e-11).y
        return (m**3 * h).max()

    left = peak(-40.0 + 1e-9) / peak(-65.0)
    assert shown("clamp-before")[0] == pytest.approx(100 * left, abs=0.6) and left == pytest.approx(1 / 8, abs=0.01)


# ---- one spike


def test_the_story_of_the_spike():
    run = spike()
    g_Na, g_K = 120 * run.m**3 * run.h, 36 * run.n**4
    top, Na, K, m = (run.t[x.argmax()] for x in (run.V, g_Na, g_K, run.m))
    assert run.at(5.5)[0] - REST == pytest.approx(20, abs=2), "the push lifts V by some 20 mV"
    assert 5.5 < top < Na < m < K
    assert Na - top == pytest.approx(0.1, abs=0.03) and K - Na == pytest.approx(1.5, abs=0.02)
    assert run.V.max() == pytest.approx(41, abs=0.5) and run.V.max() - REST == pytest.approx(106, abs=0.5)
    assert np.gradient(run.V, 0.01).max() == pytest.approx(314, abs=1)
    assert REST - run.V.min() == pytest.approx(11, abs=0.5)


def test_most_sodium_is_wasted_and_less_so_in_the_warm():
    def waste(run):
        return -currents(run.V, run.m, run.h, run.n)[0].sum() * 0.01 / (run.V.max() - REST)

    cold, warm = waste(spike()), waste(spike(18.5))
    assert shown("sodium-charge")[0] == pytest.approx(cold, abs=0.06)
    np.testing.assert_allclose(shown("warm-charge"), [cold, warm], atol=0.06)
    assert cold / warm == pytest.approx(3, abs=0.2)


def test_a_warm_spike_is_narrow_and_small():
    runs = [spike(T) for T in (6.3, 16.3, 26.3, 36.3)]
    top, width = shown("warm").reshape(2, 4)
    np.testing.assert_allclose(top, [run.V.max() for run in runs], atol=0.51)
    np.testing.assert_allclose(width, [(run.V > -20).sum() * 0.01 for run in runs], atol=0.055)
    assert [len(run.spikes) for run in runs] == [1, 1, 1, 0]
    wide = [(run.V > -20).sum() for run in runs]
    assert 2.7 < wide[0] / wide[1] < 3.1 and 2.7 < wide[1] / wide[2] < 3.1


# ---- what a threshold is not


def test_the_threshold_is_not_a_voltage():
    jumped = [Run(lambda t: 0.0, 30.0, start=[REST + by, *steady(REST)]) for by in (6.0, 6.7)]
    assert [len(run.spikes) for run in jumped] == [0, 1]
    slow = Run(lambda t: 5.5 * np.clip((t - 10) / 14.9, 0, 1), 80.0, [10.0, 24.9])
    assert len(slow.spikes) == 0
    assert shown("ramp-highest")[1] == pytest.approx(slow.V.max(), abs=0.06)
    assert slow.V.max() > REST + 6.7 + 0.1, "higher than where the other one fired from"
    np.testing.assert_allclose(slow.at(24.9)[1:], [0.46, 0.39], atol=0.005)


def test_after_inhibition_rest_itself_is_above_the_border():
    held = Run(lambda t: -3.0 if t < 30 else 0.0, 60.0, [30.0])
    V, h, n = held.at(30.0)
    assert (h, n) == pytest.approx((0.70, 0.27), abs=0.005)
    assert held.spikes[0] - 30.0 == pytest.approx(7.15, abs=0.05)
    released = Run(lambda t: 0.0, 30.0, start=[REST, steady(REST)[0], h, n])
    assert len(released.spikes) == 1


# ---- currents that stay


def test_the_lif_neuron_begins_at_0_hz():
    I = np.array([1.501, 1.51, 1.6])
    np.testing.assert_allclose(shown("lif-rates"), [0, *1000 / (2 + 10 * np.log(10 * I / (10 * I - 15)))], atol=0.06)


@pytest.mark.parametrize(("start", "silent"), [(114.0, True), (110.0, False), (118.0, False)])
def test_a_push_upwards_switches_the_axon_off(start, silent):
    push, jumps = pulses((10.0, start), (20.0, 300.0))
    run = Run(lambda t: 7.0 + push(t), 400.0, jumps)
    counts = np.histogram(run.spikes, bins=[0, 115, 300, 400])[0]
    assert counts[0] == 7
    if silent:
        np.testing.assert_array_equal(counts, shown("switch-count"))
        assert counts[1] == 0 and counts[2] > 0
    else:
        assert counts[1] > 8, "at another phase it only shifts the spikes"


def test_too_much_current_keeps_h_shut():
    blocked, firing = Run(lambda t: 160.0, 200.0), Run(lambda t: 20.0, 200.0)
    late = blocked.t > 150
    assert np.ptp(blocked.V[late]) < 2 and blocked.h[late].max() < 0.1 < 0.3 < firing.h[late].max()
    assert shown("block").tolist() == [86, 147, 168, 0]  # MODELS: 86.47, 147.27, 167.85 Hz; test_hh has them all


def test_refractory_and_supernormal():
    for gap, amplitude, fires in ((5, 20, 0), (8, 20, 0), (10, 20, 0), (14, 20, 1), (18, 20, 1), (18, 12, 1)):
        current, jumps = pulses((40.0, 0.0), (amplitude, float(gap)))
        assert len(Run(current, 60.0, jumps).spikes) == 1 + fires, (gap, amplitude)
    for amplitude, fires in ((12.0, 0), (13.3, 1)):
        current, jumps = pulses((amplitude, 0.0))
        assert len(Run(current, 60.0, jumps).spikes) == fires
    after = Run(pulses((40.0, 0.0))[0], 60.0, [0.5])
    for t, *values in shown("after-gates").reshape(-1, 4):
        assert np.all(np.abs(np.subtract(values, after.at(t))) < [0.06, 6e-4, 6e-4]), t
    assert after.at(18.0)[1] > steady(REST)[1] and after.at(18.0)[2] < steady(REST)[2]


# ---- steps


def test_one_method_is_right_or_fails_the_other_never_fails_and_is_never_right():
    period = np.diff(Run(lambda t: 10.0, 200.0).spikes)[-5:].mean()
    rk4, euler = shown("methods").reshape(2, 2, 2)[:, :, 1]
    np.testing.assert_allclose(rk4, 1000 / period, atol=0.02)
    for dt, rate, error in zip((0.01, 0.05), euler, (0.005, 0.024), strict=True):
        assert rate == pytest.approx(exponential_euler(dt), abs=0.05)
        assert rate * period / 1000 == pytest.approx(1 - error, abs=0.001)
    assert exponential_euler(0.1) * period / 1000 == pytest.approx(0.95, abs=0.005)
    grows = lambda z: abs(1 - z + z**2 / 2 - z**3 / 6 + z**4 / 24) - 1  # noqa: E731
    run = spike()
    steepest = (120 * run.m**3 * run.h + 36 * run.n**4 + 0.3).max()
    assert steepest == pytest.approx(37.5, abs=0.2) and brentq(grows, 2, 4) == pytest.approx(2.8, abs=0.02)
    assert brentq(grows, 2, 4) / steepest == pytest.approx(0.075, abs=0.001)


def exponential_euler(dt):
    """Rate (Hz) at 10 uA/cm2: V and each gate relax exponentially during a step, all with the values at its beginning."""
    y, spikes = [REST, *steady(REST)], []
    for i in range(round(150 / dt)):
        V, m, h, n = y
        g = 120 * m**3 * h, 36 * n**4, 0.3
        V_inf = (10 + g[0] * 50 - g[1] * 77 - g[2] * 54.387) / sum(g)
        new = [V_inf + (V - V_inf) * np.exp(-dt * sum(g))]
        for (a, b), x in zip(rates(V), (m, h, n), strict=True):
            new.append(a / (a + b) + (x - a / (a + b)) * np.exp(-dt * (a + b)))
        if V < 0 <= new[0]:
            spikes.append(i * dt + dt * -V / (new[0] - V))
        y = new
    return 1000 / np.diff(spikes)[-5:].mean()


# ---- exercises


@pytest.mark.parametrize("number", range(1, 7))
def test_the_exercises_are_those_of_the_lessons(number):
    exercise, cell = exercises()[f"11.{number}"], f"exercise-11-{number}"
    task = "".join(CELLS[cell]["source"])
    assert exercise.title in task and exercise.task in task
    assert "".join(CELLS[f"{cell}-stub"]["source"]) == exercise.stub.strip()
    assert "".join(CELLS[f"{cell}-check"]["source"]) == f'bl.lessons.check("11.{number}", {exercise.answer})'
    assert "not yet" in "".join(CELLS[f"{cell}-check"]["outputs"][0]["data"]["text/plain"])
