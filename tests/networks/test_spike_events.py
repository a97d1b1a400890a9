"""Spikes as events, against tables and loops."""

import numpy as np
import pytest

import brainlab.math as bm
from brainlab.networks import Spikes
from brainlab.networks import spikes as module


@pytest.fixture
def table():
    return np.random.default_rng(0).random((50, 70)) < 0.05


def packed(table):
    """bit b of word j is neuron b * (number of words) + j, one bit after the other."""
    n_words = -(-table.shape[1] // 32)
    words = np.zeros((len(table), n_words), np.uint32)
    for step, neuron in zip(*np.nonzero(table), strict=True):
        words[step, neuron % n_words] |= np.uint32(1 << (neuron // n_words))
    return words


def same(a, b):
    np.testing.assert_array_equal(a.steps, b.steps)
    np.testing.assert_array_equal(a.neurons, b.neurons)
    assert (a.n_steps, a.size, a.dt) == (b.n_steps, b.size, b.dt)
    assert a.t_start == pytest.approx(b.t_start)
    assert a.steps.dtype == a.neurons.dtype == np.int32


def test_a_table_comes_back(table):
    spikes = Spikes.from_dense(table, 0.1, 5.0)
    np.testing.assert_array_equal(spikes.dense(), table)
    assert len(spikes) == spikes.count == table.sum()
    np.testing.assert_array_equal(spikes.counts(), table.sum(0))
    np.testing.assert_allclose(spikes.rates(), table.sum(0) / 0.005)
    np.testing.assert_allclose(spikes.of(3), 5.0 + (np.flatnonzero(table[:, 3]) + 1) * 0.1)
    np.testing.assert_array_equal(spikes.of(-1), spikes.of(69))
    assert (np.diff(spikes.times) >= 0).all() and spikes.duration == pytest.approx(5.0)


def test_the_order_in_which_they_are_given_does_not_matter(table):
    steps, neurons = np.nonzero(table)
    order = np.random.default_rng(1).permutation(len(steps))
    same(Spikes(steps[order], neurons[order], 50, 70, 0.1), Spikes.from_dense(table, 0.1))


@pytest.mark.parametrize("size", [1, 31, 32, 33, 70])
@pytest.mark.parametrize("at_once", [2**20, 7])  # all together, and a few rows at a time
def test_words(monkeypatch, table, size, at_once):
    monkeypatch.setattr(module, "WORDS_AT_ONCE", at_once)
    table = table[:, :size]
    table[-1, -1] = table[0, 0] = True
    same(Spikes.from_words(packed(table), size, 0.1, 2.0), Spikes.from_dense(table, 0.1, 2.0))


def test_words_of_a_large_and_quiet_network():
    rng = np.random.default_rng(2)
    steps, neurons = np.divmod(np.unique(rng.integers(0, 200 * 100_000, 5000)), 100_000)
    words = np.zeros((200, 3125), np.uint32)
    np.bitwise_or.at(words, (steps, neurons % 3125), (1 << (neurons // 3125)).astype(np.uint32))
    same(Spikes.from_words(words, 100_000, 0.1), Spikes(steps, neurons, 200, 100_000, 0.1))


def test_words_are_those_of_the_event_operators(table):
    words = np.stack([np.asarray(bm.event.pack(row)) for row in table[:3]])
    same(Spikes.from_words(words, 70, 0.1), Spikes.from_dense(table[:3], 0.1))


def test_silence():
    for spikes in (
        Spikes([], [], 10, 3, 0.1),
        Spikes.from_words(np.zeros((10, 1), np.uint32), 3, 0.1),
        Spikes.from_dense(np.zeros((10, 3), bool), 0.1),
        Spikes.from_times([], [], 1.0, 3, 0.1),
    ):
        same(spikes, Spikes.from_dense(np.zeros((10, 3), bool), 0.1))
        assert len(spikes) == 0 and not spikes.dense().any() and spikes.rates().tolist() == [0, 0, 0]
        assert repr(spikes) == "Spikes(0 spikes, 3 neurons, 1 ms, dt=0.1 ms, 0 Hz each)"
    nothing = Spikes.from_words(np.zeros((0, 1), np.uint32), 3, 0.1)
    assert repr(nothing) == "Spikes(0 spikes, 3 neurons, 0 ms, dt=0.1 ms)" and nothing.dense().shape == (0, 3)


def test_parts_join_to_the_whole(table):
    spikes = Spikes.from_dense(table, 0.1, 10.0)
    parts = [spikes.between(10, 11.5), spikes.between(11.5, 11.5), spikes.between(11.5, 15)]
    assert [part.n_steps for part in parts] == [15, 0, 35] and parts[2].t_start == pytest.approx(11.5)
    np.testing.assert_array_equal(parts[2].dense(), table[15:])
    same(parts[0] + parts[1] + parts[2], spikes)
    same(Spikes.join(parts), spikes)
    same(Spikes.join(part for part in parts), spikes)


def test_some_of_the_neurons(table):
    spikes = Spikes.from_dense(table, 0.1)
    np.testing.assert_array_equal(spikes.only(slice(10, 60, 2)).dense(), table[:, 10:60:2])
    np.testing.assert_array_equal(spikes.only([3, 5]).dense(), table[:, [3, 5]])
    np.testing.assert_array_equal(spikes.only(7).dense(), table[:, [7]])


def test_times_lie_in_the_step_that_ends_with_them():
    spikes = Spikes.from_times([100.1, 100.11, 101.0, 100.3], [0, 1, 2, 0], 1.0, 3, 0.1, 100.0)
    assert spikes.steps.tolist() == [0, 1, 2, 9] and spikes.neurons.tolist() == [0, 1, 0, 2]
    steps = np.arange(100_000)
    times = Spikes(steps, 0 * steps, 100_000, 1, 0.1).times
    assert (Spikes.from_times(times, 0 * steps, 10_000.0, 1, 0.1).steps == steps).all()


def test_a_raster_is_drawn(table):
    picture = Spikes.from_dense(table, 0.1).plot(neurons=20)
    assert repr(picture) == f"<a raster of 20 neurons and {table[:, :20].sum()} spikes>"
    assert picture.text.count("<circle") == table[:, :20].sum()


def spikes(**changes):
    return Spikes(**{"steps": [0, 3], "neurons": [0, 1], "n_steps": 10, "size": 5, "dt": 0.1} | changes)


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: spikes(steps=[0, 10]), r"steps holds 10: whole numbers from 0 to 9(.|\n)*the run has 10 steps"),
        (lambda: spikes(neurons=[-1, 0]), r"neurons holds -1: whole numbers from 0 to 4(.|\n)*first one is number 0"),
        (lambda: spikes(steps=[0.5, 1.5]), r"steps is \(2,\), float64: whole numbers"),
        (lambda: spikes(steps=[0]), r"steps has 1 values and neurons 2"),
        (lambda: spikes(steps=[3, 3], neurons=[1, 1]), r"neuron 1 fires twice in step 3"),
        (lambda: spikes(n_steps=10.0), "n_steps = 10.0: a whole number"),
        (lambda: spikes(size=0), "size = 0: a whole number, 1 or more"),
        (lambda: spikes(dt=-0.1), "dt = -0.1: a number above 0 ms"),
        (lambda: spikes(t_start="a"), "t_start = 'a': a number of ms"),
        (lambda: Spikes.from_dense([[0, 1]], 0.1), r"the table is \(1, 2\), int64(.|\n)*try: table != 0"),
        (lambda: Spikes.from_dense([True], 0), "dt = 0: a number above 0"),
        (lambda: Spikes.from_words(np.zeros((3, 2), int), 40, 0.1), r"words is \(3, 2\), int64: \(time, 2\) uint32"),
        (lambda: Spikes.from_words(np.zeros((3, 2), np.uint32), 70, 0.1), r"\(time, 3\) uint32(.|\n)*70 neurons have 3"),
        (lambda: Spikes.from_words(np.full((1, 1), 8, np.uint32), 3, 0.1), "words holds neuron 3, and there are 3 neurons"),
        (lambda: Spikes.from_times([0.0], [0], 1.0, 1, 0.1), r"times holds 0 ms: the run goes from 0 to 1 ms"),
        (lambda: Spikes.from_times([np.nan], [0], 1.0, 1, 0.1), "times holds nan ms"),
        (lambda: Spikes.from_times([0.5], [0], 1.05, 1, 0.1), "duration = 1.05 ms: a whole number of steps"),
        (lambda: spikes(n_steps=2**30).dense(), r"takes 5.37 GB(.|\n)*try: spikes.between\(0, 2\.14748e\+07\).dense"),
        (lambda: spikes().between(0, 2), r"between\(0, 2\): the run goes from 0 to 1 ms(.|\n)*try: between\(0, 1\)"),
        (lambda: spikes().between(1, 0), "the earlier one first"),
        (lambda: spikes().between("a", 0), "two times in ms are expected"),
        (lambda: spikes().only([3, 1]), "in rising order and each once"),
        (lambda: spikes().only([7]), "neurons holds 7: whole numbers from 0 to 4"),
        (lambda: spikes().only(slice(3, 3)), "numbers of some neurons are expected"),
        (lambda: spikes() + spikes(), "the next part starts at 0 ms, and the last one ended at 1 ms"),
        (lambda: spikes() + spikes(size=6, t_start=1.0), "6 neurons at dt = 0.1 ms cannot be joined to 5"),
        (lambda: Spikes.join([]), "nothing to join"),
        (lambda: spikes(n_steps=0, steps=[], neurons=[]).rates(), "0 steps has no rates"),
        (lambda: Spikes.from_dense(np.ones((300, 100), bool), 0.1).plot(), r"30,000 spikes(.|\n)*between\(0, 20\).plot"),
    ],
)
def test_wrong_events_teach(call, match):
    with pytest.raises(ValueError, match=match):
        call()


def test_a_neuron_that_is_not_there():
    with pytest.raises(IndexError, match="neuron 5 of 5"):
        spikes().of(5)
    with pytest.raises(TypeError):
        spikes() + 1
