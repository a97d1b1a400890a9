"""The surprises of chapter 13's panels about events hold, and their numbers agree with others' arithmetic."""

import heapq
import re

import numpy as np
import pytest

from brainlab import panels
from brainlab.panels import _stopwatch, event_meter
from brainlab.panels._small_graphs import EDGES, MOST, N, place_of

# ---- P13b: operations are counted by doing them one by one


def counted(spikes, targets, way):
    """Additions that reach y, and those that were done: places of the matrix, synapses, or events."""
    n, done, y = len(spikes), 0, np.zeros(len(spikes))
    for i in range(n):
        if way == "event" and not spikes[i]:
            continue
        if way == "dense":
            row = np.bincount(targets[i], minlength=n)
            for j in range(n):
                y[j] += spikes[i] * row[j]
                done += 1
        else:
            for j in targets[i]:
                y[j] += spikes[i]
                done += 1
    return done, y


def test_the_counts_are_those_of_doing_it_and_all_ways_arrive_at_the_same():
    n, k, active = 200, 10, 2
    targets, weights = _stopwatch.connections(n, k)
    spikes = np.zeros(n, bool)
    spikes[[3, 150]] = True
    done = {way: counted(spikes, targets, way) for way in _stopwatch.WAYS}
    assert {way: float(count) for way, (count, _) in done.items()} == _stopwatch.operations(n, k, active / n)
    for way in ("sparse", "event"):
        np.testing.assert_array_equal(done[way][1], done["dense"][1])


def test_the_three_that_are_timed_give_one_result():
    n, k = 64, 5
    targets, weights = _stopwatch.connections(n, k)
    matrix = np.zeros((n, n), np.float32)
    np.add.at(matrix, (np.arange(n)[:, None], targets), weights)
    spikes = np.arange(n) % 7 == 0
    want = spikes @ matrix
    np.testing.assert_allclose(_stopwatch.dense(spikes, np.zeros(n, np.float32), matrix), want, rtol=1e-5)
    np.testing.assert_allclose(_stopwatch.sparse(spikes, np.zeros(n, np.float32), targets, weights), want, rtol=1e-5)
    got = _stopwatch.event(spikes, np.zeros(n + 1, np.float32), targets, weights)
    np.testing.assert_allclose(got[:-1], want, rtol=1e-5)


def test_one_neuron_in_a_thousand_spikes_in_a_step():
    panel = panels.EventMeterPanel()
    numbers = panel.snapshot()
    assert numbers["neurons that spike in a step"] == pytest.approx(4, rel=1e-12)
    assert numbers["operations, dense matrix"] == 4000 * 4000 and numbers["operations, all synapses"] == 4000 * 80
    assert numbers["operations, event-driven"] == pytest.approx(4 * 80, rel=1e-12)
    assert numbers["all synapses / event-driven"] == pytest.approx(1000, rel=1e-12)
    assert numbers["dense matrix / event-driven"] == pytest.approx(50_000, rel=1e-12)
    assert "320 event-driven, which is 1,000 times fewer" in panel.layout.readout.text


def test_the_work_of_a_second_does_not_depend_on_the_step_if_it_is_driven_by_events():
    panel = panels.EventMeterPanel()
    work = []
    for dt in (0.05, 0.1, 1.0):
        numbers = panel.set(dt=dt)
        work.append({way: numbers[f"operations, {way}"] * 1000 / dt for way in ("event-driven", "all synapses")})
    assert len({round(w["event-driven"], 6) for w in work}) == 1
    assert work[0]["all synapses"] == 20 * work[2]["all synapses"]


def test_the_raster_has_the_rate():
    panel = panels.EventMeterPanel(rate=500.0, dt=1.0)
    panel.snapshot()
    assert len(panel.raster.spikes.x) == pytest.approx(5000, abs=4 * np.sqrt(2500)), "half of 10,000 places"


def test_times_are_taken_only_when_asked_for_and_shown_with_what_was_measured(monkeypatch):
    watch = _stopwatch.Stopwatch()
    monkeypatch.setattr(event_meter, "stopwatch", watch)
    panel = panels.EventMeterPanel(N=500, K=10)
    panel.snapshot()
    assert watch.known(500, 10) is None and not panel.measured["event"].x.size
    assert "Nothing has been measured here yet" in panel.layout.readout.text
    panel.layout.tools.press("measure")
    watch.wait()
    panel.snapshot()
    us = watch.known(500, 10)
    for way in _stopwatch.WAYS:
        np.testing.assert_allclose(panel.measured[way].y, np.log10(us[way]), rtol=1e-6)
    said = panel.layout.readout.text
    assert "Measured here with 10 synapses of each neuron" in said and "dense matrix" in said
    assert re.search(r"Event-driven pays (until|even)", said)


def test_a_matrix_that_is_too_large_is_not_made(monkeypatch):
    watch = _stopwatch.Stopwatch()
    watch._known[8000, 80] = {way: np.ones(len(_stopwatch.SHARES)) for way in _stopwatch.WAYS} | {
        "dense": np.full(len(_stopwatch.SHARES), np.nan)
    }
    monkeypatch.setattr(event_meter, "stopwatch", watch)
    panel = panels.EventMeterPanel(N=8000)
    panel.snapshot()
    assert "the dense matrix not at all: it would take 244 MB." in panel.layout.readout.text
    monkeypatch.setattr(_stopwatch, "LARGEST", 4 * 100 * 100)
    assert np.isnan(_stopwatch.measure(101, 3)["dense"]).all() and np.isfinite(_stopwatch.measure(101, 3)["event"]).all()


def test_where_it_stops_paying():
    shares = _stopwatch.SHARES
    flat = np.full(len(shares), 100.0)
    assert event_meter.crossing({"event": 200 * shares, "sparse": flat}) == pytest.approx(0.5, rel=1e-4)
    assert event_meter.crossing({"event": 50 * shares, "sparse": flat}) == np.inf
    assert event_meter.crossing({"event": 200 + shares, "sparse": flat}) == 0


# ---- P13d: the same network as a list of events in continuous time


def pulses(edges, *, weight=20.0, delay=3.0, drive=0.0, t_ref=8.0, kicks={0: 10.0}, silenced=(), end=200.05):  # noqa: B006
    """(times, neurons): V decays exactly from event to event; between events nobody fires, as long as drive is below 1.5 nA.

    Neurons with the default values of LIF.
    """
    tau, rest, threshold, reset = 10.0, -65.0, -50.0, -65.0
    V, since, fired = np.full(N, rest), np.zeros(N), np.full(N, -np.inf)
    queue, spikes = [(round(t, 6), n, 30.0) for n, t in kicks.items()], []
    heapq.heapify(queue)
    while queue:
        t, n, jump = heapq.heappop(queue)
        while queue and queue[0][:2] == (t, n):
            jump += heapq.heappop(queue)[2]
        if t > end:
            break
        if n in silenced or t < fired[n] + t_ref + 1e-6:
            continue
        V[n] = rest + 10 * drive + (V[n] - rest - 10 * drive) * np.exp(-(t - since[n]) / tau) + jump
        since[n] = t
        if V[n] >= threshold:
            spikes.append((t, n))
            V[n], fired[n], since[n] = reset, t, t + t_ref
            for a, b in edges:
                if a == n:
                    heapq.heappush(queue, (round(t + delay, 6), b, weight))
    return spikes


def shown(panel):
    panel.snapshot()
    spikes = panel.raster.spikes
    return sorted(zip(spikes.x.astype(float).round(1).tolist(), (spikes.y.astype(int) - 1).tolist(), strict=True))


def without(edges, cut):
    return [edge for edge in edges if edge != cut]


@pytest.mark.parametrize("graph", EDGES)
@pytest.mark.parametrize("values", [{}, {"delay": 4.6, "t_ref": 2.0}, {"weight": 10.0, "drive": 1.1}])
def test_spikes_fall_where_exact_arithmetic_has_them(graph, values):
    panel = panels.GraphEditorPanel(graph=graph, **{"t_ref": 8.0, **values})
    want = sorted((round(t, 1), n) for t, n in pulses(EDGES[graph], **values))
    assert shown(panel) == want


def test_cutting_any_connection_of_the_two_way_ring_that_leads_off_makes_the_activity_last():
    panel = panels.GraphEditorPanel()
    numbers = panel.scenario("both ways round")
    assert not numbers["goes on"] and numbers["last spike (ms)"] == 22.0 and numbers["spikes"] == N
    traces, lasting = panel.traces, set()
    for k, edge in enumerate(EDGES["two-way"]):
        whole = np.ones(MOST)
        whole[k] = 0
        numbers = panel.set(edges=whole)
        spikes = pulses(without(EDGES["two-way"], edge))
        assert numbers["goes on"] == (spikes[-1][0] > 180) and numbers["spikes"] == len(spikes), edge
        if numbers["goes on"]:
            lasting.add((edge[0] + 1, edge[1] + 1))
    assert panel.traces == traces, "cutting compiles nothing anew"
    assert {(1, 8), (1, 2)} <= lasting
    numbers = panel.scenario("both ways, one cut")
    assert numbers["goes on"] and numbers["rate of neuron 1 (Hz)"] == pytest.approx(1000 / 24, rel=1e-3), "eight delays"


def test_of_a_dozen_connections_one_carries_the_activity():
    panel = panels.GraphEditorPanel()
    whole = panel.snapshot()
    assert whole["goes on"] and whole["connections"] == 12 and whole["neurons that fire"] == N
    assert whole["rate of neuron 1 (Hz)"] == pytest.approx(1000 / 15, rel=1e-3), "five delays"
    before, ends, same = shown(panel), [], []
    for k, edge in enumerate(EDGES["web"]):
        edges = np.ones(MOST)
        edges[k] = 0
        numbers = panel.set(edges=edges)
        if not numbers["goes on"]:
            ends.append(edge)
        elif shown(panel) == before:
            same.append(edge)
        if numbers["goes on"]:
            assert numbers["rate of neuron 1 (Hz)"] == whole["rate of neuron 1 (Hz)"]
    assert [(a + 1, b + 1) for a, b in ends] == [(8, 1)]
    assert len(same) == 8, "eight of the twelve change not a single spike"


def test_the_shortest_way_round_sets_the_pace():
    panel = panels.GraphEditorPanel()
    fast = panel.scenario("a shortcut")["rate of neuron 1 (Hz)"]
    edges = np.ones(MOST)
    edges[place_of("shortcut", 1, 6)] = 0
    slow = panel.set(edges=edges)["rate of neuron 1 (Hz)"]
    assert slow == pytest.approx(1000 / 24, rel=1e-3) and fast == pytest.approx(2 * slow, rel=1e-3)


def test_the_current_makes_up_for_a_weight_that_is_too_small():
    panel = panels.GraphEditorPanel()
    assert panel.scenario("too weak alone")["goes on"]
    numbers = panel.set(drive=0.0)
    assert not numbers["goes on"] and numbers["spikes"] == 1


def test_a_silenced_neuron_never_fires_and_a_second_pulse_may_be_given():
    neurons = np.array([1.0, 0, 0, 0, 1, 0, 2, 0])
    panel = panels.GraphEditorPanel(neurons=neurons)
    want = pulses(EDGES["web"], kicks={0: 10.0, 4: 10.0}, silenced=(6,))
    assert shown(panel) == sorted((round(t, 1), n) for t, n in want)
    assert 6 not in panel.raster.spikes.y - 1


def test_a_click_cuts_and_mends_and_another_network_is_whole():
    panel = panels.GraphEditorPanel()
    panel.snapshot()
    whole = panel.plan.overlay.value["edges"]
    assert whole == [1] * 12
    panel.plan.overlay.from_browser({"edges": [1] * 11 + [0]})
    assert not panel.snapshot()["goes on"] and panel.plan.overlay.value["edges"][-1] == 0
    code = panel.code()
    panel.plan.overlay.from_browser({"edges": whole})
    assert panel.snapshot()["goes on"]
    panel.load(code)
    assert panel.plan.overlay.value["edges"][-1] == 0 and not panel.numbers["goes on"]
    panel.set(graph="ring")
    assert panel.plan.overlay.value["edges"] == [1] * 8 and panel.numbers["goes on"]


def test_the_graph_shines_where_the_pulse_is():
    panel = panels.GraphEditorPanel()
    panel.scenario("a chain")
    for time, neuron in ((10.0, 1), (19.0, 4), (31.0, 8)):
        panel.set(time=time)
        assert np.argmax(panel.plan.overlay.lit) == neuron - 1 and max(panel.plan.overlay.lit) == 1.0
    panel.set(time=100.0)
    assert max(panel.plan.overlay.lit) < 0.01
