"""Chapter 13: the numbers that its saved outputs show and its prose claims, against closed forms and NumPy."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

import brainlab as bl
from brainlab.lessons import copies

PROJECT = Path(__file__).resolve().parents[2]
FILE = PROJECT / "course" / "ch13_synapses_sparse_events.ipynb"
CELLS = {cell["id"]: cell for cell in json.loads(FILE.read_text(encoding="utf-8"))["cells"]}
PROSE = " ".join(" ".join(cell["source"]) for cell in CELLS.values() if cell["cell_type"] == "markdown")


def text(id: str) -> str:
    outputs = CELLS[id]["outputs"]
    return "".join("".join(o.get("text") or o["data"]["text/plain"]) for o in outputs)


def shown(id: str) -> np.ndarray:
    """All numbers in the saved output of a cell, in their order."""
    return np.array(re.findall(r"(?<![\w.])[-+]?\d+\.?\d*", text(id).replace(",", "")), float)


def test_a_conductance_has_a_destination():
    current = shown("reversal").reshape(2, 3, 2)  # current, V
    np.testing.assert_allclose(current[0, :, 0], 0.0 - current[0, :, 1])
    np.testing.assert_allclose(current[1, :, 0], -70.0 - current[1, :, 1])


def test_the_block_wins_over_the_driving_force():
    def current(V):  # Jahr and Stevens (1990)
        return -V / (1 + np.exp(-0.062 * V) / 3.57)

    rows = shown("nmda-table").reshape(-1, 3)
    np.testing.assert_allclose(rows[:, 1], current(rows[:, 0]) / current(-70.0), atol=0.006)
    assert rows[2, 0] == -30 and rows[2, 1] > 3, "three times as much"
    V = np.linspace(-70, 0, 701)
    assert V[current(V).argmax()] == pytest.approx(-27, abs=0.5) and "until about -27 mV" in PROSE


def test_three_ways_and_one_result():
    dense, sparse, event = shown("same").reshape(3, -1)
    assert len(dense) == 5 and np.any(dense)
    np.testing.assert_array_equal(dense, sparse)
    np.testing.assert_array_equal(dense, event)


def test_operations_are_counted_right():
    active, dense, sparse, event = shown("counting")
    assert active == pytest.approx(4000 * 10 * 0.1 / 1000, abs=4 * np.sqrt(4 / 1000) + 0.05), "Poisson, a thousand steps"
    assert dense == 4000**2 and sparse == pytest.approx(0.02 * dense, rel=5 / np.sqrt(0.02 * dense))
    assert dense / sparse == pytest.approx(50, rel=0.02) and sparse / event == pytest.approx(1000, rel=0.05)
    assert "a factor of 50" in PROSE and "another factor of 1000" in PROSE and "50 000" in PROSE
    N, *ways = shown("meter-table").reshape(3, 4).T
    growth = [way[2] / way[1] for way in ways]
    assert growth == [4, 2, 2] and np.all(ways[0] == N**2)


def times(svg: str) -> dict:
    """name -> time of a step (us) at the shares 0.001, 0.01 and 0.1, read from the picture."""
    names = dict(re.findall(r'<path d="M\S+ \S+h18" stroke="(#\w+)"[^>]*/><text[^>]*>([^<]+)', svg))
    ticks = re.findall(r'y="([\d.]+)" text-anchor="end" fill="#444">(\d+)<', svg)
    (low, zero), (high, most) = sorted((float(y) - 4.0, float(v)) for y, v in ticks)[:: 1 - len(ticks)]  # text is 4 lower
    found = {}
    for path, color in re.findall(r'<path d="M([\d. L]+)" fill="none" stroke="(#\w+)"', svg):
        y = np.array([point.split()[1] for point in path.split("L")], float)
        found[names[color]] = 10 ** (zero + (y - low) / (high - low) * (most - zero))
    return found


def test_what_the_prose_says_of_the_measured_picture():
    us = times((PROJECT / "docs" / "events.svg").read_text(encoding="utf-8"))
    assert us["dense matrix"][0] == pytest.approx(1000, rel=0.3) and np.ptp(us["dense matrix"]) < 0.6 * us["dense matrix"][0]
    assert all(100 < us[way][0] < 500 for way in ("BCOO", "segment_sum")), "some hundred"
    assert us["propagate"][0] == pytest.approx(2, rel=0.2) and us["propagate"][2] > 10 * us["propagate"][0]
    assert us["dense matrix"][0] / us["propagate"][0] == pytest.approx(500, rel=0.3)


def test_the_measured_picture_is_the_one_of_the_benchmark_and_a_student_has_it(tmp_path):
    (name,) = re.findall(r"!\[[^]]+\]\(([^)]+)\)", "".join(CELLS["measured"]["source"]))
    copies.update(PROJECT / "course", tmp_path / "my_course")
    for file in (FILE.parent / name, tmp_path / "my_course" / name):
        assert file.read_bytes() == (PROJECT / "docs" / "events.svg").read_bytes(), (
            "copy what benchmarks/events.py has drawn"
        )


def test_what_is_not_stored_is_there():
    assert "100000000 synapses, 8 B" in text("just-in-time")
    reached, total = shown("just-in-time-use")
    expected = 100_000 * (1 - (1 - 1e-5) ** 1000)  # of 1000 draws with replacement
    assert reached < 1000 and reached == pytest.approx(expected, abs=12) and total == pytest.approx(1000 * 0.1, abs=0.05)


def test_a_synapse_that_tires_and_one_that_warms_up():
    tires, warms = shown("stp").reshape(2, 6)
    for seen, U, keep_u, keep_x in (
        (tires, 0.5, 0.0, np.exp(-50 / 800)),
        (warms, 0.05, np.exp(-50 / 1000), np.exp(-50 / 100)),
    ):
        u, x, releases = 0.0, 1.0, []
        for _ in range(6):
            u += U * (1 - u)
            releases.append(u * x)
            u, x = u * keep_u, 1 - (1 - x * (1 - u)) * keep_x
        np.testing.assert_allclose(seen, releases, atol=6e-4)
    assert np.all(np.diff(tires) < 0) and np.all(np.diff(warms) > 0)


def test_a_constant_rate_is_not_reported_and_a_change_is():
    rate, per_second = shown("stp-steady").reshape(-1, 2).T
    keep = np.exp(-1000 / rate / 800)
    np.testing.assert_allclose(per_second, rate * 0.5 * (1 - keep) / (1 - 0.5 * keep), atol=0.006)
    assert np.all(per_second < 1000 / 800)
    at = dict(zip(rate, per_second, strict=True))
    assert at[40] / at[20] == pytest.approx(1.05, abs=0.01), "5 % more"
    x, sent = 1.0, []
    for interval in [20.0] * 100 + [10.0] * 200:  # 50 Hz, then 100 Hz, as in the quiz
        sent.append(0.5 * x * 1000 / interval)
        x = 1 - (1 - 0.5 * x) * np.exp(-interval / 800)
    assert sent[101] / sent[99] > 1.4 and sent[-1] / sent[99] == pytest.approx(1.02, abs=0.01)


def test_the_order_of_two_spikes():
    gap, change = shown("stdp-table").reshape(-1, 2).T
    want = np.where(gap > 0, 0.5 * np.exp(-gap / 20), np.where(gap < 0, -0.525 * np.exp(gap / 20), 0.0))
    np.testing.assert_allclose(change, want, atol=6e-4)
    grown, shrunk = shown("stdp-order").reshape(2, -1)[:, -1]
    far = sum(np.exp(-(200 * k - 10) / 20) for k in (1, 2))  # the other pairs hardly count
    assert grown == pytest.approx(0.5 + 40 * 0.005 * np.exp(-0.5), abs=40 * 0.006 * far + 1e-3)
    assert shrunk == pytest.approx(0.5 - 40 * 0.00525 * np.exp(-0.5), abs=40 * 0.006 * far + 1e-3)


def test_a_delay_moves_the_spikes_behind_it_and_no_others():
    before, after = shown("chain-run").reshape(2, 2), shown("chain-delay").reshape(2, 2)
    np.testing.assert_array_equal(before[0], after[0])
    np.testing.assert_allclose(before[1] - after[1], 10.0 - 4.0, atol=1e-6)


def test_a_cut_connection_makes_more_activity():
    whole, cut = shown("graph-table").reshape(2, 3)
    assert whole[0] == cut[0] + 1 and cut[1] > 4 * whole[1] and whole[2] < 30 and cut[2] > 180


def test_the_fit_finds_the_truth_within_the_noise():
    tau, weight, true_tau, true_weight = shown("fit")
    # Cramer and Rao: the least error that an estimate from this recording can have
    t = np.arange(0, 100.5, 0.5)

    def g(tau, w):
        return w * sum(np.where(t >= s, np.exp(-np.maximum(t - s, 0) / tau), 0.0) for s in (5.0, 20.0, 24.0, 60.0))

    J = np.stack([(g(7.01, 0.8) - g(6.99, 0.8)) / 0.02, (g(7.0, 0.81) - g(7.0, 0.79)) / 0.02], 1)
    least = 0.05 * np.sqrt(np.diag(np.linalg.inv(J.T @ J)))
    assert abs(tau - true_tau) < 3 * least[0] + 0.05 and abs(weight - true_weight) < 3 * least[1] + 0.005


def test_stronger_inhibition_is_less_rate_and_more_irregular():
    w, rate, cv = shown("analyse-table").reshape(-1, 3).T
    assert np.all(np.diff(w) < 0) and np.all(np.diff(rate) < 0) and np.all(np.diff(cv) > 0)


def test_inhibition_is_stronger_for_other_seeds_as_well():
    """What the prose explains does not hang on the seed of the notebook."""
    found = []
    cells = bl.Population(bl.LIF(), 400, name="cells")
    fast, slow = bl.synapses.Exponential(tau=7.0), bl.synapses.Exponential(tau=10.0)
    some = bl.connect.FixedProbability(0.1)
    exc = bl.Projection(cells[:320], cells, some, fast, weight=0.05, delay=1.5, seed=11)
    inh = bl.Projection(cells[320:], cells, some, slow, weight=-0.25, delay=1.5, seed=12)
    outside = bl.networks.PoissonInput(cells, fast, rate=5.0, weight=0.05, n=1000)
    net = bl.Network(exc, inh, outside, seed=13)
    for weight in (-0.25, -1.0):
        inh.weight = weight
        net.reset_state()
        spikes = bl.simulate(net, 1000.0, dt=0.1, monitors=()).spikes
        found.append((spikes.rates().mean(), np.nanmean(bl.analysis.cv(spikes))))
    assert found[0][0] > 1.5 * found[1][0] and found[0][1] < found[1][1] - 0.1
