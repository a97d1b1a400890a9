"""Every wrong rule says what is wrong with it, and every line to paste is one that runs."""

import numpy as np
import pytest

import brainlab as bl
from brainlab import connect
from brainlab.connect import ConnectError, _build, _memory

AT_CONSTRUCTION = [
    (lambda: connect.FixedProbability(1.5), "FixedProbability: p = 1.5: a probability lies between 0 and 1."),
    (lambda: connect.FixedProbability(-0.1), "p = -0.1: a probability lies"),
    (lambda: connect.FixedProbability(float("nan")), "p = nan: a probability lies"),
    (lambda: connect.FixedProbability("0.1"), "p = '0.1': a probability lies"),
    (lambda: connect.FixedProbability(True), "p = True: a probability lies"),
    (lambda: connect.FixedProbability(0.1, self_connections=0), "self_connections = 0: it must be True or False."),
    (lambda: connect.AllToAll(self_connections=None), "AllToAll: self_connections = None: it must be True or False."),
    (lambda: connect.FixedInDegree(-3), "FixedInDegree: k = -3: it must be a whole number, 1 or more."),
    (lambda: connect.FixedInDegree(3, multapses="yes"), "FixedInDegree: multapses = 'yes'"),
    (lambda: connect.FixedOutDegree(2.5), "FixedOutDegree: k = 2.5: it must be a whole number, 1 or more."),
    (lambda: connect.FixedOutDegree(True), "FixedOutDegree: k = True: it must be a whole number"),
    (lambda: connect.FixedTotal(0), "FixedTotal: n = 0: it must be a whole number, 1 or more."),
    (lambda: connect.Ring(3), "Ring: k = 3: it must be even."),
    (lambda: connect.Ring(0), "Ring: k = 0: it must be a whole number, 2 or more."),
    (lambda: connect.Lattice(0.5), "Lattice: radius = 0.5: the nearest neighbour is 1 grid step away."),
    (lambda: connect.Lattice(-1), "Lattice: radius = -1: it must be a finite number above 0."),
    (lambda: connect.Lattice(1, shape=(3, 0)), "Lattice: shape = 0: it must be a whole number, 1 or more."),
    (lambda: connect.Lattice(1, shape=()), r"Lattice: shape = \(\): a grid has at least one axis."),
    (lambda: connect.Lattice(1, periodic="no"), "Lattice: periodic = 'no': it must be True or False."),
    (lambda: connect.Gaussian(0), "Gaussian: sigma = 0: it must be a finite number above 0."),
    (lambda: connect.Gaussian(0.1, p_max=2), "Gaussian: p_max = 2: a probability lies between 0 and 1."),
    (
        lambda: connect.Gaussian(0.1, positions=[0.1, 1.0]),
        "positions: 1 is not a place: every coordinate is at least 0",
    ),
    (lambda: connect.Gaussian(0.1, positions=np.zeros((2, 2, 2))), r"positions have shape \(2, 2, 2\): \(neuron,\)"),
    (lambda: connect.Gaussian(0.1, positions=[0.1], shape=1), "Gaussian has both shape= and positions="),
    (lambda: connect.Gaussian(0.1, post_positions=[0.1]), "Gaussian has post_positions= without positions="),
    (lambda: connect.Gaussian(0.1, positions=[0.1], post_positions=[[0.1, 0.2]]), "positions have 1 axes, post_positions 2"),
    (
        lambda: connect.MexicanHat(0.2, 0.1),
        r"sigma_near=0.2, sigma_far=0.1\): sigma_near must be below sigma_far",
    ),
    (lambda: connect.MexicanHat(0.1, 0.2, near=1, far=1), "near above far"),
    (lambda: connect.MexicanHat(0.1, 0.2, far=-1.0), "MexicanHat: far = -1.0: it must be a finite number above 0."),
    (lambda: connect.MexicanHat(0.1, 0.2, radius=0), "MexicanHat: radius = 0: it must be"),
    (lambda: connect.SmallWorld(5, 0.1), "SmallWorld: k = 5: it must be even."),
    (lambda: connect.SmallWorld(4, 1.1), "SmallWorld: p = 1.1: a probability lies"),
    (lambda: connect.ScaleFree(0), "ScaleFree: m = 0: it must be a whole number, 1 or more."),
    (lambda: connect.FromMatrix([]), r"FromMatrix: A has shape \(0,\)"),
    (lambda: connect.FromMatrix(np.zeros((3, 0))), r"FromMatrix: A has shape \(3, 0\)"),
    (lambda: connect.FromMatrix([["a"]]), r"FromMatrix: A has shape \(1, 1\) and holds <U1"),
    (lambda: connect.FromPairs([0, 1], [1]), "FromPairs: 2 neurons in pre, 1 in post."),
    (
        lambda: connect.FromPairs([0.5], [1]),
        "pre has shape .* and holds float64: a list of whole numbers is expected",
    ),
    (lambda: connect.FromPairs([0], [[1]]), r"FromPairs: post has shape \(1, 1\)"),
    (lambda: connect.Normal(0, -1), "Normal: std = -1: it must be a finite number above 0."),
    (lambda: connect.Uniform(2.0, 1.0), r"Uniform\(low=2, high=1\): low must be below high."),
    (lambda: connect.LogNormal(0.0, 1.0), "LogNormal: mean = 0: all weights have the sign of their mean, and 0 has none."),
    (lambda: connect.Gamma(0.0, 1.0), "Gamma: mean = 0"),
    (lambda: connect.Constant("big"), "Constant: value = 'big': it must be a finite number."),
    (lambda: connect.grid((3, -1)), "grid: shape = -1: it must be a whole number, 1 or more."),
]


@pytest.mark.parametrize("call, text", AT_CONSTRUCTION, ids=range(len(AT_CONSTRUCTION)))
def test_wrong_descriptions(call, text):
    with pytest.raises(ConnectError, match=text):
        call()


P = connect.FixedProbability(0.1)
WHEN_CALLED = [
    (lambda: P(0, 5), "FixedProbability: n_pre = 0: it must be a whole number, 1 or more."),
    (lambda: P(5, 2.0), "FixedProbability: n_post = 2.0: it must be a whole number"),
    (lambda: P(5, 5, seed=-1), "FixedProbability: seed = -1: it must be a whole number, 0 or more."),
    (lambda: P(5, 5, seed=0.5), "FixedProbability: seed = 0.5"),
    (lambda: P(5, 5, store="paded"), "there is no store 'paded'. Did you mean 'padded'?"),
    (lambda: P(5, 5, store="csr"), "there is no store 'csr'.\n  try: store='auto', 'padded', 'ragged'"),
    (lambda: P(5, 5, store=None), "there is no store None."),
    (lambda: P(50, 50, store="uniform"), r'FixedProbability\(p=0.1\) has no store "uniform".'),
    (lambda: P(50, 50, store="just_in_time"), r'FixedProbability\(p=0.1\) has no store "just_in_time".'),
    (lambda: connect.AllToAll()(5, 5, store="just_in_time"), 'no store "just_in_time"[^~]*try: store="uniform"'),
    (lambda: connect.AllToAll()(2, 2, weight=np.ones((2, 2)), store="uniform"), "holds one weight for all pairs"),
    (lambda: connect.FixedOutDegree(2)(5, 5, store="just_in_time"), r"FixedOutDegree\(k=2\) has no store[^~]*may repeat"),
    (
        lambda: connect.FixedOutDegree(2, multapses=True)(5, 5, store="just_in_time", weight=connect.Normal(1.0, 0.1)),
        "has one weight for all synapses; got Normal",
    ),
    (lambda: connect.FixedProbability(0.1, False)(5, 6), "needs as many neurons on both sides: n_pre = 5, n_post = 6."),
    (lambda: connect.AllToAll(False)(5, 6), "only within one population"),
    (lambda: connect.OneToOne()(5, 6), r"OneToOne\(\) needs as many neurons on both sides: n_pre = 5, n_post = 6."),
    (lambda: connect.Ring(2)(5, 6), r"Ring\(k=2\) needs as many neurons on both sides"),
    (lambda: connect.Lattice(1)(4, 9), r"Lattice\(\) needs as many|Lattice\(radius=1\) needs as many"),
    (lambda: connect.SmallWorld(2, 0.1)(9, 4), "needs as many neurons on both sides"),
    (lambda: connect.ScaleFree(1)(9, 4), "needs as many neurons on both sides"),
    (lambda: connect.FixedInDegree(6)(5, 9), r"FixedInDegree\(k=6\): 6 different inputs were asked for, and there are 5."),
    (lambda: connect.FixedInDegree(5, False)(5, 5), "5 different inputs were asked for, and there are 4."),
    (lambda: connect.FixedOutDegree(10)(5, 9), "10 different targets were asked for, and there are 9."),
    (lambda: connect.FixedOutDegree(1, False, multapses=True)(1, 1), "1 different targets were asked for, and there are 0."),
    (lambda: connect.FixedTotal(31)(5, 6), "31 different pairs were asked for, and there are 30."),
    (lambda: connect.Ring(6)(6, 6), r"Ring\(k=6\): 6 neighbours were asked for, and a ring of 6 neurons has 5 others."),
    (lambda: connect.Lattice(1)(10, 10), "10 neurons make no square grid."),
    (lambda: connect.Lattice(1, shape=(3, 4))(10, 10), r"a grid \(3, 4\) holds 12 neurons, the population has 10."),
    (lambda: connect.Gaussian(0.1, shape=(3, 4))(10, 10), r"a grid \(3, 4\) holds 12 neurons, the population has 10."),
    (lambda: connect.Gaussian(0.1, shape=(3, 4))(12, 10), "two grids of different sizes, n_pre = 12 and n_post = 10"),
    (lambda: connect.Gaussian(0.1, positions=[0.1, 0.2])(3, 3), "positions has 2 places, and n_pre = 3."),
    (
        lambda: connect.Gaussian(0.1, positions=[0.1], post_positions=[0.2])(1, 2),
        "post_positions has 1 places, and n_post = 2",
    ),
    (lambda: connect.MexicanHat(0.1, 0.2, positions=[0.1])(1, 2), "positions has 1 places, and n_post = 2."),
    (lambda: connect.SmallWorld(6, 0.1)(10, 10), "k = 6 is more than half of 10 neurons."),
    (lambda: connect.ScaleFree(5)(5, 5), "it begins with 6 neurons, and the population has 5."),
    (lambda: connect.FromMatrix(np.eye(3))(3, 4), r"A is \(3, 3\), the populations are \(n_pre, n_post\) = \(3, 4\)."),
    (lambda: connect.FromMatrix(np.ones((3, 4)))(4, 3), r"try: FromMatrix\(A.T\)"),
    (lambda: connect.FromPairs([0, 3], [0, 1])(3, 3), r"FromPairs: pre\[1\] = 3, and there are 3 neurons, 0 to 2."),
    (lambda: connect.FromPairs([0, 1], [0, -1])(3, 3), r"FromPairs: post\[1\] = -1, and there are 3 neurons"),
    (
        lambda: connect.OneToOne()(3, 3, weight=[1.0, 2.0]),
        r"weights have shape \(2,\); OneToOne\(\) made 3 synapses",
    ),
    (lambda: connect.OneToOne()(3, 3, weight=np.ones((2, 3))), r"the weights have shape \(2, 3\)"),
    (
        lambda: connect.OneToOne()(3, 3, weight="strong"),
        "an array of numbers, or an initialiser; got 'strong'",
    ),
    (lambda: connect.OneToOne()(3, 3, weight=None), "got None"),
    (lambda: connect.OneToOne()(3, 3, weight=[1.0, np.nan, 1.0]), "a weight is nan; all must be finite."),
    (lambda: connect.OneToOne()(3, 3, weight=float("inf")), "a weight is inf; all must be finite."),
    (lambda: connect.AllToAll()(3, 3, weight=float("inf")), "a weight is inf; all must be finite."),
    (lambda: connect.OneToOne()(3, 3, weight=lambda shape, rng: np.ones(2)), r"was asked for shape \(3,\) and gave \(2,\)."),
]


@pytest.mark.parametrize("call, text", WHEN_CALLED, ids=range(len(WHEN_CALLED)))
def test_wrong_calls(call, text):
    with pytest.raises(ConnectError, match=text):
        call()


def test_a_wrong_weight_is_said_even_where_no_synapse_is():
    with pytest.raises(ConnectError, match="a weight is nan"):
        connect.FixedProbability(0.0)(3, 3, weight=float("nan"))


# ---- memory


@pytest.fixture
def small_machine(monkeypatch):
    """100 MB are free. What is refused must be refused before it is drawn."""
    monkeypatch.setattr(_memory, "free_bytes", lambda: 100_000_000)


BIG = [
    (lambda: connect.FixedProbability(0.1)(100_000, 100_000), "need about 48.0 GB, and 0.1 GB of memory are free", 10_000),
    (lambda: connect.FixedOutDegree(80)(100_000, 100_000), r"8,000,000 synapses of FixedOutDegree\(k=80\)", 80),
    (lambda: connect.FixedInDegree(80)(50_000, 100_000), "8,000,000 synapses", 160),
    (lambda: connect.FixedTotal(10**9)(100_000, 100_000), "1,000,000,000 synapses", 10_000),
]


@pytest.mark.parametrize("call, text, k", BIG, ids=range(len(BIG)))
def test_what_will_not_fit_is_said_before_it_is_taken(small_machine, monkeypatch, call, text, k):
    for name in ("FixedProbability", "FixedOutDegree", "FixedInDegree", "FixedTotal"):
        monkeypatch.setattr(getattr(connect, name), "draw", lambda *_: pytest.fail("it began to draw"))
    with pytest.raises(ConnectError, match=text) as error:
        call()
    assert "just-in-time connectivity" in error.value.try_
    suggested = eval(error.value.try_, {"bl": bl})
    assert suggested.n_synapses == k * suggested.shape[0] and suggested.nbytes < 100


def test_the_other_ways_out(small_machine):
    with pytest.raises(ConnectError, match='store="padded", which keeps only'):
        connect.FixedProbability(0.01)(10_000, 10_000, store="dense")
    with pytest.raises(ConnectError, match='AllToAll.. with store="uniform"'):
        connect.AllToAll()(10_000, 10_000, store="padded")
    star = connect.FromPairs(np.zeros(10_000, int), np.arange(10_000))
    with pytest.raises(ConnectError, match='each padded to the longest, 10,000 synapses, .*0.4 GB[^~]*store="ragged"'):
        star(10_000, 10_000)
    assert star(10_000, 10_000, store="ragged").n_synapses == 10_000


def test_free_memory_is_what_the_system_and_its_container_say(monkeypatch, tmp_path):
    meminfo, group = tmp_path / "meminfo", tmp_path / "cgroup"
    group.mkdir()
    meminfo.write_text("MemTotal: 9000 kB\nMemAvailable:    5000 kB\n")
    monkeypatch.setattr(_memory, "MEMINFO", meminfo)
    monkeypatch.setattr(_memory, "CGROUP", group)
    assert _memory.free_bytes() == 5_120_000
    (group / "memory.max").write_text("3000000\n")
    (group / "memory.current").write_text("1000000\n")
    assert _memory.free_bytes() == 2_000_000
    (group / "memory.stat").write_text("anon 500000\ninactive_file 400000\n")
    assert _memory.free_bytes() == 2_400_000
    (group / "memory.max").write_text("max\n")
    assert _memory.free_bytes() == 5_120_000
    meminfo.unlink()
    monkeypatch.setattr(_memory.os, "sysconf_names", {}, raising=False)
    assert _memory.free_bytes() is None
    _memory.check_fits("anything", 1e18, "")  # nothing is known, nothing is refused


def test_what_32_bits_cannot_count(monkeypatch):
    monkeypatch.setattr(_build, "RAGGED_MOST", 100)
    with pytest.raises(ConnectError, match="makes 100 synapses; a ragged store holds at most 99."):
        connect.FixedTotal(100)(20, 20, store="ragged")
    assert connect.FixedTotal(99)(20, 20, store="ragged").n_synapses == 99


def test_every_store_that_is_named_exists():
    rule = connect.FixedOutDegree(2, multapses=True)
    for store in _build.STORES:
        assert (connect.AllToAll() if store == "uniform" else rule)(4, 4, store=store).shape == (4, 4)
