"""Runs of a network: in pieces, interrupted, changed in between, monitored; and what is refused, with its words."""

import os
import signal
import threading

import numpy as np
import pytest

import brainlab as bl
import brainlab.math as bm
from brainlab.integrate import DivergedError
from brainlab.networks import Monitor, PoissonGroup, PoissonInput, SimulationError, SpikeTimes, _engine, _run_network
from brainlab.networks.network_run import NetworkRun
from brainlab.synapses import AMPA, STDP, Delta, Exponential, GapJunction, ShortTermPlasticity, SynapseError

RULE = bl.connect.FixedProbability(0.2)


def network(seed=7):
    """Something of everything that keeps a memory: delays, learning, short-term plasticity, NMDA, noise, given spikes."""
    E, I = bl.Population(bl.LIF(), 40, name="E", noise=0.3), bl.Population(bl.LIF(), 10, name="I")
    table = RULE(40, 10, seed=3, store="padded")
    late = 0.1 * np.random.default_rng(0).integers(1, 60, table.targets.shape)
    given = SpikeTimes(5, [0, 1, 2, 3, 4] * 4, np.linspace(3.0, 95.0, 20), name="given")
    return bl.Network(
        bl.Projection(E, I, table, Exponential(tau=5.0), weight=0.4, delay=late, name="late"),
        bl.Projection(
            E, E, RULE, Exponential(tau=5.0, E_rev=0.0), weight=0.01, delay=1.3, stdp=STDP(w_max=0.02), name="learned"
        ),
        bl.Projection(I, E, RULE, Exponential(tau=8.0), weight=-0.2, delay=0.8, stp=ShortTermPlasticity(), name="tired"),
        bl.Projection(E[:10], E[20:], RULE, bl.synapses.NMDA(), weight=0.01, name="slow"),
        bl.Projection(given, E, RULE, Delta(), weight=3.0, name="given to E"),
        bl.Projection(PoissonGroup(20, 50.0), I, RULE, Exponential(), weight=0.2, name="noise to I"),
        PoissonInput(E, Exponential(tau=5.0), rate=100.0, weight=0.05, n=10),
        seed=seed,
    )


INPUTS = {"E": 1.6, "I": 1.4}


def events(*runs):
    """(step, neuron) of all spikes of E and of I, in the network's own time."""
    found = []
    for name in ("E", "I"):
        parts = [run.of(name).spikes for run in runs]
        steps = np.concatenate([p.steps + round(p.t_start / p.dt) for p in parts])
        found.append(np.stack([steps, np.concatenate([p.neurons for p in parts])]))
    return found


def same(a, b):
    for x, y in zip(a, b, strict=True):
        np.testing.assert_array_equal(x, y)


@pytest.fixture(scope="module")
def whole():
    net = network()
    run = bl.simulate(net, 100.0, inputs=INPUTS, monitors="V")
    return net, run


# ---- in pieces


def test_the_reference_is_alive(whole):
    assert all(len(x[0]) > 50 for x in events(whole[1])) and whole[0].t == pytest.approx(100.0)


def test_two_calls_are_one(whole):
    net = network()
    runs = [bl.simulate(net, ms, inputs=INPUTS, monitors="V") for ms in (37.7, 62.3)]
    same(events(*runs), events(whole[1]))
    joined = runs[0] + runs[1]
    assert isinstance(joined, NetworkRun) and joined.duration == pytest.approx(100.0)
    same(events(joined), events(whole[1]))
    np.testing.assert_array_equal(joined.of("E")["V"], whole[1].of("E")["V"])
    np.testing.assert_array_equal(net.projections[1].w, whole[0].projections[1].w)
    assert runs[1].t[0] == pytest.approx(37.8) and "from 37.7 ms" in repr(runs[1])


def test_small_pieces_are_one(whole, monkeypatch):
    """An input that changes in time is cut as well; rows that are kept each 7th step do not depend on the cuts."""
    I = {"E": 1.6 + np.sin(np.arange(1000) / 50)[:, None] * np.ones(40), "I": 1.4}
    every = Monitor("V", of="E", every=7)
    one = bl.simulate(network(), 100.0, inputs=I, monitors=every)
    sizes, piece = [], _run_network._piece
    monkeypatch.setattr(_run_network, "PIECE", 0.0)
    monkeypatch.setattr(_run_network, "_piece", lambda *a: sizes.append(a[-2]) or piece(*a))
    many = bl.simulate(network(), 100.0, inputs=I, monitors=every)
    assert len(sizes) > 2 and sum(sizes) == 1000 and all(n % 7 == 0 for n in sizes[:-1])
    same(events(many), events(one))
    np.testing.assert_array_equal(many.of("E")["V"], one.of("E")["V"])
    assert many.of("E")["V"].shape == (142, 40)
    np.testing.assert_allclose(many.of("E").times("V"), 0.7 * np.arange(1, 143))


def test_from_the_beginning_again(whole):
    net = network()
    bl.simulate(net, 80.0, inputs=INPUTS, monitors="V")
    net.reset_state()
    assert net.t == 0
    same(events(bl.simulate(net, 100.0, inputs=INPUTS, monitors="V")), events(whole[1]))


def test_the_seed_decides(whole):
    first, other = events(whole[1])[0], events(bl.simulate(network(seed=8), 100.0, inputs=INPUTS, monitors="V"))[0]
    assert first.shape != other.shape or (first != other).any()
    bm.random.seed(1)
    a = bl.Network(bl.Population(bl.LIF())).seed
    bm.random.seed(1)
    assert a == bl.Network(bl.Population(bl.LIF())).seed


def test_changes_between_two_calls_compile_nothing(whole):
    net = network()
    bl.simulate(net, 30.0, inputs=INPUTS, monitors="V")
    compiled = _engine.run._cache_size()
    late, _, tired, slow, *_ = net.projections
    E = net.population("E")
    late.weight, tired.weight, slow.weight = 0.1, -0.5, 0.02
    net.inputs[0].rate, net.inputs[0].weight = 300.0, 0.02
    net.groups["PoissonGroup"].rate = np.linspace(0, 50, 20)
    E.model = E.model.replace(V_th=-48.0, tau_m=14.0)
    late.synapse = Exponential(tau=3.0)
    tired.delay = 0.7
    for ms in (30.0, 40.1, 50.0):
        bl.simulate(net, ms, inputs={"E": 2.0, "I": 1.0}, monitors="V")
    net.reset_state()
    net.seed = 99
    tired.delay = 0.8
    bl.simulate(net, 40.0, inputs={"E": 2.0}, monitors="V")
    bl.simulate(network(seed=5), 40.0, inputs=INPUTS, monitors="V")
    assert _engine.run._cache_size() == compiled


def test_a_changed_weight_acts(whole):
    group = bl.Population(bl.LIF(), 2, name="cells")
    sender = SpikeTimes(1, [0, 0], [1.0, 11.0])
    projection = bl.Projection(sender, group, bl.connect.AllToAll(), Exponential(tau=2.0), weight=0.1)
    net = bl.Network(projection, seed=0)
    first = bl.simulate(net, 10.0, monitors=Monitor("g", of=projection)).of(projection)["g"]
    projection.weight = 0.3
    second = bl.simulate(net, 10.0, monitors=Monitor("g", of=projection)).of(projection)["g"]
    assert second.max() == pytest.approx(0.3 * np.exp(-0.1 / 2) + first[-1, 0] * np.exp(-1.1 / 2), rel=1e-4)


# ---- interruption


def test_an_interrupted_run_gives_what_there_is_and_goes_on(whole, monkeypatch):
    net, count, piece = network(), [], _run_network._piece

    def pressed_in_the_third(*args):
        count.append(1)
        if len(count) == 3:
            thread = threading.Thread(target=os.kill, args=(os.getpid(), signal.SIGINT))
            thread.start()
            thread.join()
        return piece(*args)

    monkeypatch.setattr(_run_network, "PIECE", 0.0)  # pieces stay small
    monkeypatch.setattr(_run_network, "_piece", pressed_in_the_third)
    before = signal.getsignal(signal.SIGINT)
    with pytest.warns(
        UserWarning, match=r"interrupted after [\d.]+ of 100 ms\. Nothing is lost: .* bl\.simulate\(net, [\d.]+\) goes on"
    ):
        part = bl.simulate(net, 100.0, inputs=INPUTS, monitors="V")
    assert signal.getsignal(signal.SIGINT) is before
    assert 0 < part.duration < 100 and net.t == pytest.approx(part.duration) == pytest.approx(part.t[-1])
    rest = bl.simulate(net, 100.0 - part.duration, inputs=INPUTS, monitors="V")
    same(events(part, rest), events(whole[1]))
    np.testing.assert_array_equal((part + rest).of("E")["V"], whole[1].of("E")["V"])


def test_a_second_interrupt_stops_at_once(monkeypatch):
    net = network()

    def twice(*args):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(_run_network, "_piece", twice)
    with pytest.raises(KeyboardInterrupt):
        bl.simulate(net, 10.0)


def test_it_runs_in_another_thread_as_well(whole):
    found = []
    thread = threading.Thread(target=lambda: found.append(bl.simulate(network(), 100.0, inputs=INPUTS, monitors="V")))
    thread.start()
    thread.join()
    same(events(found[0]), events(whole[1]))


# ---- what is kept


def test_what_a_run_keeps_by_itself(whole):
    run = bl.simulate(network(), 5.0)
    assert run.of("E")["V"].shape == (50, 4) and run.of("I")["V"].shape == (50, 4)
    assert run.of(run.net.population("E")) is run.of("E")


def test_parts_means_and_every_so_many_steps(whole):
    net, V = network(), whole[1].of("E")["V"]
    kept = bl.simulate(
        net, 100.0, inputs=INPUTS, monitors=[Monitor("V", of=net.population("E")[10:30], neurons=[3, 5], every=4)]
    )
    np.testing.assert_array_equal(kept.of("E")["V"], V[3::4][:, [13, 15]])
    assert kept.of("E").neurons("V").tolist() == [13, 15]
    mean = bl.simulate(network(), 100.0, inputs=INPUTS, monitors=Monitor("V", of="E", neurons=slice(0, 8), mean=True))
    np.testing.assert_allclose(mean.of("E")["V"][:, 0], V[:, :8].mean(1), rtol=1e-5)


def test_what_is_kept_of_projections():
    net = network()
    names = {"late": ("g", "current"), "learned": ("g", "w"), "tired": ("u", "x"), "slow": ("s", "current")}
    wanted = [Monitor(what, of=of) for of, many in names.items() for what in many] + [Monitor("V", of="E")]
    run = bl.simulate(net, 50.0, inputs=INPUTS, monitors=wanted)
    late, learned, tired, slow = (run.of(name) for name in names)
    assert late["g"].shape == (500, 10) and tired["u"].shape == (500, 10) and slow["s"].shape == (500, 10)
    np.testing.assert_allclose(late["current"], late["g"] * np.exp(0.1 / 2 / 5), rtol=1e-4, atol=1e-7)  # mid-step
    assert learned["w"].shape == (500, net.projections[1].w.size)
    W = np.asarray(net.projections[3].connection.dense())
    V = run.of("E")["V"][:, 20:]
    expected = slow["s"] @ W / (1 + np.exp(-0.062 * V) / 3.57) * (0 - V)
    np.testing.assert_allclose(slow["current"], expected, rtol=1e-3, atol=1e-6)
    np.testing.assert_allclose(late.times("g"), run.t)


def test_a_network_of_one_population_is_read_directly():
    group = bl.Population(bl.LIF(), 5)
    run = bl.simulate(bl.Network(group, seed=0), 100.0, inputs=2.0)
    alone = bl.simulate(bl.LIF(), 100.0, inputs=2.0)
    np.testing.assert_allclose(run["V"][:, 0], alone["V"][:, 0], atol=1e-4)
    np.testing.assert_allclose(run.spike_times(0), alone.spike_times())
    assert run.rates().tolist() == [60.0] * 5 and run.spikes.count == 30
    assert run.plot() is not None


def test_what_a_run_does_not_have():
    run = bl.simulate(network(), 5.0)
    for call, message in (
        (lambda: run.spikes, "the network has several populations: 'E', 'I'"),
        (lambda: run.of("E")["u"], "'u' of E was not monitored in this run"),
        (lambda: run.of("late"), "nothing of late was monitored"),
        (lambda: run.of("X"), "'X' is no population of this network: it has 'E', 'I'"),
        (lambda: run + bl.simulate(network(), 5.0), "these runs are of two networks"),
    ):
        with pytest.raises(SimulationError, match=message):
            call()


def test_where_it_became_nan_is_found():
    group, quiet = bl.Population(bl.HH(), 3, name="axons"), bl.Population(bl.LIF(), 2, name="quiet")
    projection = bl.Projection(quiet, group, bl.connect.AllToAll(), Exponential(tau=5.0), weight=1.0)
    net = bl.Network(projection, seed=0)
    I = np.zeros((2000, 3))
    I[1000:, 1] = 1e9
    with pytest.raises(DivergedError) as error:
        bl.simulate(net, 20.0, dt=0.01, inputs={"axons": I})
    text = str(error.value)
    assert "of axons became" in text and "(neuron 1)" in text and "dt = 0.01 ms" in text
    at = float(text.split("t = ")[1].split(" ms")[0])
    assert 10.0 < at < 10.2
    assert net.t <= 10.0 and np.isfinite(np.asarray(group.V)).all()  # what went well stays


# ---- what is refused


def cells(n=4):
    return bl.Population(bl.LIF(), n, name="cells")


def go(*parts, **kw):
    return lambda: bl.simulate(bl.Network(*(p() for p in parts), seed=0), 1.0, **kw)


def link(**kw):
    def make():
        group = cells()
        given = dict(pre=group, post=group, connection=bl.connect.AllToAll(), synapse=Exponential()) | kw
        return bl.Projection(**given)

    return make


LEARNED = dict(stdp=STDP())
WRONG = [
    (link(pre="cells"), r"pre = 'cells': a population is expected"),
    (link(pre=bl.LIF()), r"pre = LIF\(\): a population is expected"),
    (link(post=PoissonGroup(4, 5.0)), r"post = PoissonGroup\(4, rate=5 Hz\): it sends spikes and receives none"),
    (link(post=PoissonGroup(4, 5.0)[:2]), r"post = PoissonGroup.*: it sends spikes and receives none"),
    (link(connection=np.ones((4, 4))), r"connection = .*\n(.|\n)*FromMatrix\(matrix\)"),
    (link(connection=0.1), r"connection = 0\.1: a rule of bl\.connect or a Connection of bm\.sparse is expected"),
    (
        lambda: bl.Projection(cells(3), cells(5), bm.sparse.Dense(np.ones((4, 5))), Exponential()),
        r"the connection is 4 -> 5, cells has 3 neurons and cells 5",
    ),
    (
        lambda: bl.Projection(cells(9)[:3], cells(9)[2:], bm.sparse.Dense(np.ones((3, 5))), Exponential()),
        r"the connection is 3 -> 5, cells\[0:3\] has 3 neurons and cells\[2:9\] 7",
    ),
    (link(synapse=Exponential), r"Exponential is a class of synapses; a synapse is Exponential\(\)"),
    (link(synapse=STDP()), r"synapse = STDP\(\): a synapse of bl\.synapses is expected(.|\n)*stdp=bl\.synapses\.STDP\(\)"),
    (link(synapse=ShortTermPlasticity()), r"a synapse of bl\.synapses is expected(.|\n)*stp=bl\.synapses\.Short"),
    (link(synapse=5.0), r"synapse = 5\.0: a synapse of bl\.synapses is expected"),
    (link(stp=STDP()), r"stp = STDP\(\): a ShortTermPlasticity is expected"),
    (link(stdp=ShortTermPlasticity()), r"stdp = ShortTermPlasticity\(\): a STDP is expected"),
    (link(synapse=AMPA(), stdp=STDP()), r"stdp with AMPA: it needs a synapse that adds up what arrives"),
    (link(synapse=GapJunction(), stp=ShortTermPlasticity()), r"stp with GapJunction: it needs a synapse"),
    (link(stp=ShortTermPlasticity(), stdp=STDP()), r"a projection has stp or stdp, not both"),
    (link(delay=0.0), r"delay = 0\.0: ms above 0 are expected(.|\n)*no effect comes before its cause"),
    (link(delay=-1.0), r"delay = -1\.0: ms above 0 are expected"),
    (link(delay="slow"), r"delay = 'slow': ms above 0 are expected"),
    (link(delay=np.ones((4, 3))), r"delay is \(4, 3\): one for each synapse needs the shape of the table of targets"),
    (go(link(delay=0.05)), r"delay = 0\.05 is shorter than the step dt = 0\.1(.|\n)*try: delay=0\.1, or another dt"),
    (go(link(delay=0.25)), r"delay = 0\.25 is 2\.5 steps of dt = 0\.1(.|\n)*try: delay=0\.2, or another dt"),
    (lambda: link()().state, r"has no state for the neurons that receive(.|\n)*bl\.Network\(projection\)"),
    (lambda: setattr(link(**LEARNED)(), "weight", 0.1), r"its weights are learned(.|\n)*projection\.w\[:\] = 0\.5"),
    (lambda: setattr(link()(), "synapse", AMPA()), r"its synapse is Exponential, and cannot become AMPA\(\)"),
    (lambda: bl.Network("cells"), r"'cells' is no part of a network"),
    (lambda: bl.Network(), r"a network needs a population"),
    (lambda: bl.Network(cells(), cells()), r"two populations are called 'cells'"),
    (lambda: bl.Network(cells(), seed=-1), r"seed = -1: a whole number from 0 up to 2\*\*32 - 1"),
    (lambda: bl.Network(cells(), seed=1.5), r"seed = 1\.5: a whole number"),
    (go(cells, monitors="W"), r"this network has nothing called 'W' to monitor(.|\n)*it has V"),
    (go(cells, monitors=Monitor("v", of="cells")), r"'cells' has nothing called 'v' to monitor\. Did you mean 'V'\?"),
    (go(cells, monitors=3), r"monitors = 3: names, or Monitors, are expected"),
    (go(cells, monitors=Monitor("V", of="others")), r"'others' is no population of this network"),
    (go(cells, monitors=Monitor("V", neurons=[0, 9])), r"numbers of neurons from 0 to 3 are expected"),
    (go(cells, monitors=Monitor("g", of=link()())), r"this network has no such projection"),
    (lambda: Monitor(3), r"Monitor\(3\): the name of what is kept is expected"),
    (lambda: Monitor("V", every=0), r"every = 0: a whole number of steps"),
    (lambda: bl.simulate(network(), 1.0, monitors=Monitor("V")), r"several populations have it(.|\n)*of='E'"),
    (lambda: bl.simulate(network(), 1.0, monitors=Monitor("q", of="late")), r"has nothing called 'q' to monitor"),
    (lambda: bl.simulate(network(), 1.0, inputs=2.0), r"the network has 2 populations, and one input was given"),
    (lambda: bl.simulate(network(), 1.0, inputs={"X": 2.0}), r"'X' is no population of this network"),
    (go(cells, inputs=np.ones(7)), r"the input is \(7,\), the run has 10 steps and cells 4 neurons"),
    (go(cells, dt=-0.1), r"dt = -0\.1 ms: the time step must be above 0 ms"),
    (
        lambda: bl.simulate(bl.Network(bl.Projection(PoissonGroup(2, 2e4), cells(), RULE, Exponential())), 1.0),
        r"20000 Hz are 2 spikes in a step of 0\.1 ms",
    ),
    (
        lambda: bl.simulate(bl.Network(bl.Projection(PoissonGroup(4, 2.0)[:2], cells(), RULE, Exponential())), 1.0),
        r"a group sends as a whole",
    ),
    (
        lambda: bl.simulate(bl.Network(bl.Projection(PoissonGroup(4, 2.0), cells(), RULE, GapJunction())), 1.0),
        r"a group has no potential",
    ),
    (lambda: PoissonInput(cells(), AMPA(), 5.0, 0.1), r"PoissonInput: AMPA has a state for each presynaptic neuron"),
    (lambda: PoissonInput(cells(), Exponential(), -5.0, 0.1), r"PoissonInput: rate = -5\.0: it must be 0 or more, in Hz"),
    (lambda: PoissonInput(cells(), Exponential(), [1.0, 2.0], 0.1), r"rate is \(2,\), the group has size 4"),
]


@pytest.mark.parametrize("call, message", WRONG)
def test_what_is_wrong_is_said(call, message):
    with pytest.raises(SimulationError, match=message):
        call()


def test_negative_conductances_are_refused_now_and_later():
    with pytest.raises(SynapseError, match=r"weight = -0\.1: the weight of Exponential\(E_rev=0\.0\) must be at least 0"):
        link(synapse=Exponential(E_rev=0.0), weight=-0.1)()
    projection = link(synapse=AMPA(), weight=0.1)()
    with pytest.raises(SynapseError, match=r"weight = -0\.1: .*a synapse inhibits|must be at least 0"):
        projection.weight = -0.1
    assert float(projection.weight) == pytest.approx(0.1)
    with pytest.raises(SynapseError, match=r"must be from 0 to w_max = 1"):
        link(weight=2.0, **LEARNED)()
    with pytest.raises(SynapseError, match="at least 0"):
        PoissonInput(cells(), Exponential(E_rev=0.0), 5.0, -0.1)


def test_another_time_step_needs_a_new_beginning():
    net = bl.Network(link()(), seed=0)
    bl.simulate(net, 1.0)
    with pytest.raises(SimulationError, match=r"dt = 0\.05 ms: this network has run with 0\.1 ms so far(.|\n)*reset_state"):
        bl.simulate(net, 1.0, dt=0.05)
    net.reset_state()
    assert bl.simulate(net, 0.5, dt=0.05).dt == 0.05


def test_what_would_not_fit_is_refused_before_it_runs(monkeypatch):
    monkeypatch.setattr("brainlab.connect._memory.free_bytes", lambda: 10**8)
    net = network()
    message = (
        r"V of 40 every 1 steps, V of 10 every 1 steps for 1,000,000 steps need about 0\.2 GB, "
        r"and 0\.1 GB of memory are free(.|\n)*every=10\), or mean=True"
    )
    with pytest.raises(SimulationError, match=message):
        bl.simulate(net, 100_000.0, monitors="V")
    assert net.t == 0


def test_a_delay_beyond_what_is_remembered_is_refused():
    net = network()
    bl.simulate(net, 50.0, inputs=INPUTS, monitors="V")
    tired, late = net.projections[2], net.projections[0]
    tired.delay = 0.3
    bl.simulate(net, 50.0, inputs=INPUTS, monitors="V")
    tired.delay = 90.0
    with pytest.raises(SimulationError, match=r"its delay is now 90 ms, and the network remembers 0\.8 ms"):
        bl.simulate(net, 50.0, inputs=INPUTS, monitors="V")
    tired.delay, late.delay = 0.8, late.delay + 10.0
    with pytest.raises(SimulationError, match=r"its delay is now 15\.9 ms, and the network remembers 5\.9 ms"):
        bl.simulate(net, 50.0, inputs=INPUTS, monitors="V")
    assert net.t == pytest.approx(100.0)
