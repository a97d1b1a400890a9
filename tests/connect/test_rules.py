"""Rules: degrees, distances and graphs against distributions, closed forms and published numbers; every store alike."""

import dataclasses

import numpy as np
import pytest
import scipy.linalg
import scipy.sparse.csgraph
import scipy.spatial
import scipy.stats

import brainlab as bl
from brainlab import connect

N = 12
SMALL = [
    connect.AllToAll(),
    connect.AllToAll(self_connections=False),
    connect.OneToOne(),
    connect.FixedProbability(0.3),
    connect.FixedInDegree(3, multapses=True),
    connect.FixedOutDegree(7, self_connections=False),
    connect.FixedTotal(40, self_connections=False),
    connect.Ring(4),
    connect.Lattice(1.5, shape=(3, 4), periodic=False),
    connect.Gaussian(0.2),
    connect.MexicanHat(0.1, 0.3, radius=0.3),
    connect.SmallWorld(4, 0.3),
    connect.ScaleFree(2),
    connect.FromMatrix(np.arange(144).reshape(12, 12) % 5),
    connect.FromPairs([3, 1, 1, 11], [0, 2, 2, 11]),
]


def pairs(rule, n_pre, n_post=None, seed=0):
    """(pre, post) without a store."""
    n_post = n_pre if n_post is None else n_post
    rule.check(n_pre, n_post)
    keys = rule.draw(n_pre, n_post, np.random.default_rng(seed)).keys
    assert keys.dtype == np.int64 and np.all(np.diff(keys) >= 0)
    return keys // n_post, keys % n_post


def degrees(rule, n_pre, n_post=None, seed=0):
    pre, post = pairs(rule, n_pre, n_post, seed)
    return np.bincount(pre, minlength=n_pre), np.bincount(post, minlength=n_post or n_pre)


def matrix(rule, n_pre, n_post=None, seed=0):
    A = np.zeros((n_pre, n_post or n_pre))
    np.add.at(A, pairs(rule, n_pre, n_post, seed), 1)
    return A


# ---- every rule, every store


def test_every_rule_is_here():
    assert {type(rule) for rule in SMALL} == set(connect.all_rules().values())


@pytest.mark.parametrize("rule", SMALL, ids=repr)
def test_every_store_holds_the_same_synapses(rule):
    weight = connect.Normal(1.0, 0.1)
    padded = rule(N, N, seed=3, weight=weight, store="padded")
    expected = np.asarray(padded.dense())
    pre, post = pairs(rule, N, seed=(3, 0))
    assert padded.shape == (N, N) and padded.n_synapses == len(pre)
    assert [np.asarray(x).tolist() for x in padded.pairs()] == [pre.tolist(), post.tolist()]
    for store in ("ragged", "dense", "auto"):
        np.testing.assert_allclose(rule(N, N, seed=3, weight=weight, store=store).dense(), expected, rtol=1e-6)


@pytest.mark.parametrize("rule", SMALL, ids=repr)
def test_a_description_that_reads_like_its_call_and_does_not_change(rule):
    assert repr(rule).startswith(type(rule).__name__ + "(") and "self_connections=True" not in repr(rule)
    for field in dataclasses.fields(rule):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(rule, field.name, 1)


def test_seeds():
    rule = connect.FixedProbability(0.1)
    one, same, other = (rule(50, 40, seed=s, weight=connect.Uniform(0.0, 1.0)).dense() for s in (1, 1, 2))
    assert np.array_equal(one, same) and not np.array_equal(one, other)
    plain = rule(50, 40, seed=1).dense()
    assert np.array_equal(np.asarray(one) > 0, np.asarray(plain) > 0), "the weights changed the synapses"


def test_just_in_time():
    connection = connect.FixedOutDegree(20, multapses=True)(300, 200, seed=5, weight=0.5, store="just_in_time")
    assert type(connection).__name__ == "JustInTime" and connection.shape == (300, 200) and connection.n_synapses == 6000
    np.testing.assert_allclose(np.asarray(connection.dense()).sum(axis=1), 10.0)
    alone = connect.FixedOutDegree(20, self_connections=False, multapses=True)(50, 50, store="just_in_time")
    assert np.trace(np.asarray(alone.dense())) == 0 and alone.n_synapses == 1000


def test_all_to_all_takes_what_suits():
    assert type(connect.AllToAll()(5, 4)).__name__ == "Uniform"
    assert type(connect.AllToAll()(5, 4, weight=connect.Normal(1.0, 0.1))).__name__ == "Dense"
    uniform, padded = (connect.AllToAll(False)(5, 5, weight=2.0, store=s).dense() for s in ("uniform", "padded"))
    assert np.array_equal(uniform, padded) and np.array_equal(uniform, 2.0 * (1 - np.eye(5)))


# ---- chance


def binomial_fits(counts, n, p):
    """Chi-square of observed degrees against the binomial distribution, bins of at least 8 expected."""
    low, high = scipy.stats.binom.ppf([0.005, 0.995], n, p)
    edges = np.concatenate([[-1], np.arange(low, high, 3), [n]])
    expected = np.diff(scipy.stats.binom.cdf(edges, n, p)) * len(counts)
    observed = np.diff([np.sum(counts <= e) for e in edges])
    keep = expected > 5
    return scipy.stats.chisquare(observed[keep], expected[keep] * observed[keep].sum() / expected[keep].sum()).pvalue > 1e-3


@pytest.mark.parametrize("self_connections", [True, False])
@pytest.mark.parametrize("p", [0.003, 0.1, 0.7])
def test_fixed_probability_has_binomial_degrees(p, self_connections):
    out, into = degrees(connect.FixedProbability(p, self_connections), 2000)
    n = 2000 if self_connections else 1999
    assert binomial_fits(out, n, p) and binomial_fits(into, n, p)
    assert abs(out.sum() - 2000 * n * p) < 4 * np.sqrt(2000 * n * p * (1 - p))


def test_the_other_side_of_a_fixed_degree_is_binomial():
    assert binomial_fits(degrees(connect.FixedOutDegree(40), 2000, 3000)[1], 2000, 40 / 3000)
    assert binomial_fits(degrees(connect.FixedInDegree(40), 3000, 2000)[0], 2000, 40 / 3000)
    assert binomial_fits(degrees(connect.FixedTotal(80_000), 2000)[0], 80_000, 1 / 2000)


RANDOM = [
    (connect.FixedProbability(0.4), 0.4),
    (connect.FixedOutDegree(2), 2 / 5),
    (connect.FixedOutDegree(4), 4 / 5),
    (connect.FixedInDegree(2), 2 / 5),
    (connect.FixedTotal(7), 7 / 25),
    (connect.FixedTotal(20), 20 / 25),
    (connect.FixedOutDegree(2, multapses=True), 2 / 5),
    (connect.FixedInDegree(2, multapses=True), 2 / 5),
    (connect.FixedTotal(7, multapses=True), 7 / 25),
]


@pytest.mark.parametrize("self_connections", [True, False])
@pytest.mark.parametrize("rule, p", RANDOM, ids=repr)
def test_every_pair_is_as_likely(rule, p, self_connections):
    """Over many seeds, each of the 25 pairs (20 without the diagonal) is found as often."""
    rule, runs = dataclasses.replace(rule, self_connections=self_connections), 600
    found = sum(matrix(rule, 5, seed=seed) for seed in range(runs))
    allowed = np.ones((5, 5), bool) if self_connections else ~np.eye(5, dtype=bool)
    p = p if self_connections or isinstance(rule, connect.FixedProbability) else p * 5 / 4
    assert np.all(found[~allowed] == 0)
    variance = runs * p * (1 if getattr(rule, "multapses", False) else 1 - p)  # of Poisson, an upper bound; of Bernoulli
    assert np.abs(found[allowed] - runs * p).max() <= 4.5 * np.sqrt(variance), "4.5: the most extreme of 25 pairs, 18 cases"


@pytest.mark.parametrize("seed", range(3))
def test_every_set_is_as_likely(seed):
    """All 10 ways to take 2 or 3 out of 5; by taking, and by leaving out."""
    for k in (2, 3):
        _, post = pairs(connect.FixedOutDegree(k), 5000, 5, seed)
        codes = (2 ** post.reshape(-1, k)).sum(axis=1)
        counts = np.unique(codes, return_counts=True)[1]
        assert len(counts) == 10 and scipy.stats.chisquare(counts).pvalue > 1e-3


@pytest.mark.parametrize("k", [1, 5, 60, 99])
def test_exact_degrees_and_no_pair_twice(k):
    for self_connections in (True, False):
        out = matrix(connect.FixedOutDegree(k, self_connections), 100)
        into = matrix(connect.FixedInDegree(k, self_connections), 100)
        assert np.all(out.sum(axis=1) == k) and np.all(into.sum(axis=0) == k)
        assert out.max() == into.max() == 1 and (self_connections or out.trace() == into.trace() == 0)
    twice = matrix(connect.FixedOutDegree(k, multapses=True), 100)
    assert np.all(twice.sum(axis=1) == k) and (k < 50 or twice.max() > 1)


def test_fixed_total():
    for n in (1, 700, 9899, 9900):
        A = matrix(connect.FixedTotal(n, self_connections=False), 100)
        assert A.sum() == n and A.max() == 1 and A.trace() == 0
    assert matrix(connect.FixedTotal(500, multapses=True), 10, 7).sum() == 500


def test_ends_of_probability():
    assert np.all(matrix(connect.FixedProbability(1), 7, 5) == 1)
    assert np.array_equal(matrix(connect.FixedProbability(1.0, self_connections=False), 7), 1 - np.eye(7))
    assert connect.FixedProbability(0.0)(7, 5).n_synapses == 0
    assert connect.FixedProbability(1e-300)(7, 5).n_synapses == 0
    assert connect.FixedProbability(0.5, self_connections=False)(1, 1).n_synapses == 0


# ---- space


def test_ring_is_a_circulant_matrix():
    first = np.isin(np.arange(9), [1, 2, 7, 8]) * 1.0
    assert np.array_equal(matrix(connect.Ring(4), 9), scipy.linalg.circulant(first))


@pytest.mark.parametrize("periodic", [True, False])
@pytest.mark.parametrize("shape, radius", [((6, 7), 1), ((5, 8), 2.3), ((4, 4), 10.0), ((3, 4, 5), 1.5), ((20,), 3)])
def test_lattice_has_the_neighbours_that_a_tree_finds(shape, radius, periodic):
    n = int(np.prod(shape))
    places = connect.grid(shape) * shape
    tree = scipy.spatial.cKDTree(places, boxsize=shape if periodic else None)
    expected = np.zeros((n, n))
    expected[tuple(tree.query_pairs(radius + 1e-9, output_type="ndarray").T)] = 1
    assert np.array_equal(matrix(connect.Lattice(radius, shape, periodic), n), expected + expected.T)


def test_lattice_is_a_square_unless_told():
    assert np.array_equal(matrix(connect.Lattice(1), 25), matrix(connect.Lattice(1, shape=(5, 5)), 25))


def apart(x, y, periodic):
    """All distances, by scipy, periodic by taking the nearest of all images."""
    shifts = np.stack(np.meshgrid(*[[-1, 0, 1]] * x.shape[1]), -1).reshape(-1, x.shape[1]) if periodic else np.zeros((1, 1))
    return np.min([scipy.spatial.distance.cdist(x, y + shift) for shift in shifts], axis=0)


rng = np.random.default_rng(7)
CLOUD, OTHERS = rng.random((700, 2)), rng.random((500, 2))
PLACES = [
    (connect.Gaussian(0.1, 0.7), connect.grid(700), connect.grid(700)),
    (connect.Gaussian(0.3, periodic=False), connect.grid(700), connect.grid(700)),
    (connect.Gaussian(0.15, 0.9, shape=(20, 35)), connect.grid((20, 35)), connect.grid((20, 35))),
    (connect.Gaussian(0.2, shape=(35, 20), periodic=False), connect.grid((35, 20)), connect.grid((35, 20))),
    (connect.Gaussian(0.2, 0.5), connect.grid(700), connect.grid(500)),
    (connect.Gaussian(0.2, positions=CLOUD), CLOUD, CLOUD),
    (connect.Gaussian(0.2, 0.5, periodic=False, positions=CLOUD, post_positions=OTHERS), CLOUD, OTHERS),
]


@pytest.mark.parametrize("rule, x, y", PLACES, ids=[repr(case[0]) for case in PLACES])
def test_gaussian_follows_the_formula_at_every_distance(rule, x, y):
    A, d = matrix(rule, len(x), len(y)), apart(x, y, rule.periodic)
    p = rule.p_max * np.exp(-(d**2) / (2 * rule.sigma**2))
    assert A.max() == 1
    edges = np.quantile(d, np.linspace(0, 1, 16))
    edges[-1] += 1
    for low, high in zip(edges[:-1], edges[1:], strict=True):
        here = (d >= low) & (d < high)
        assert abs(A[here].sum() - p[here].sum()) < 4 * np.sqrt((p * (1 - p))[here].sum()) + 1
    assert abs(A[d == 0].sum() - rule.p_max * (d == 0).sum()) <= 4 * np.sqrt((d == 0).sum())
    # pairs are independent: degrees vary as a sum of independent draws does
    assert np.var(A.sum(axis=1) - p.sum(axis=1)) == pytest.approx((p * (1 - p)).sum(axis=1).mean(), rel=0.25)


def test_gaussian_without_self_connections():
    assert matrix(connect.Gaussian(0.1, self_connections=False), 200).trace() == 0
    assert matrix(connect.Gaussian(0.1), 200).trace() == 200


HATS = [
    (connect.MexicanHat(0.05, 0.2), connect.grid(60), connect.grid(60)),
    (connect.MexicanHat(0.05, 0.2, near=3.0, far=1.0, periodic=False, radius=0.3), connect.grid(60), connect.grid(60)),
    (connect.MexicanHat(0.1, 0.3, shape=(6, 10), radius=0.25), connect.grid((6, 10)), connect.grid((6, 10))),
    (connect.MexicanHat(0.1, 0.3, radius=0.2, positions=CLOUD[:60], post_positions=OTHERS[:40]), CLOUD[:60], OTHERS[:40]),
]


@pytest.mark.parametrize("rule, x, y", HATS, ids=[repr(case[0]) for case in HATS])
def test_mexican_hat_is_its_formula(rule, x, y):
    d = apart(x, y, rule.periodic)
    w = rule.near * np.exp(-(d**2) / (2 * rule.sigma_near**2)) - rule.far * np.exp(-(d**2) / (2 * rule.sigma_far**2))
    if rule.radius is not None:
        w = np.where(d <= rule.radius + 1e-9, w, 0.0)
    np.testing.assert_allclose(rule(len(x), len(y), weight=2.0).dense(), 2 * w, atol=1e-6)


# ---- graphs


def clustering_and_path(A):
    """Mean share of a neuron's pairs of neighbours that are connected, and mean length of the shortest path."""
    k = A.sum(axis=1)
    triangles = np.einsum("ij,ji->i", A @ A, A)
    lengths = scipy.sparse.csgraph.shortest_path(scipy.sparse.csr_array(A), unweighted=True)
    return np.mean(triangles / (k * (k - 1))), lengths.sum() / (len(A) * (len(A) - 1))


def test_small_world_of_watts_and_strogatz():
    """Their figure 2: n = 1000, k = 10. C(0) = 3 (k - 2) / 4 (k - 1), L(0) about n / 2k; random: C about k / n and
    L about ln n / ln k; between, at p = 0.01, nearly the lattice's C, and paths far shorter."""
    (C0, L0), (C, L), (C1, L1) = (clustering_and_path(matrix(connect.SmallWorld(10, p), 1000)) for p in (0, 0.01, 1))
    assert C0 == pytest.approx(3 * 8 / (4 * 9)) and L0 == pytest.approx(1000 / 20, rel=0.02)
    assert C1 < 0.02 and L1 == pytest.approx(np.log(1000) / np.log(10), rel=0.12)
    assert C / C0 == pytest.approx((1 - 0.01) ** 3, abs=0.02), "Barrat & Weigt, Eur. Phys. J. B 13 (2000) 547"
    assert 0.1 < L / L0 < 0.3


@pytest.mark.parametrize("n, k, p", [(1000, 10, 0.3), (20, 10, 1.0), (5, 2, 1.0), (8, 4, 0.9)])
def test_small_world_keeps_its_edges(n, k, p):
    for seed in range(20):
        A = matrix(connect.SmallWorld(k, p), n, seed=seed)
        assert np.array_equal(A, A.T) and A.sum() == n * k and A.max() == 1 and A.trace() == 0
    assert np.array_equal(matrix(connect.SmallWorld(k, 0), n), matrix(connect.Ring(k), n))


def test_small_world_moves_the_share_p():
    ring, moved = matrix(connect.Ring(10), 1000), matrix(connect.SmallWorld(10, 0.2), 1000)
    assert np.sum(ring * moved) / np.sum(ring) == pytest.approx(0.8, abs=0.02)


def test_scale_free_has_the_degrees_of_a_scale_free_network():
    """P(k) = 2m(m+1) / k(k+1)(k+2) in the limit of many neurons (Bollobas et al. 2001), an exponent of 3 in the tail."""
    m, n = 3, 30_000
    k, into = degrees(connect.ScaleFree(m), n)
    assert np.array_equal(k, into) and k.min() == m and k.sum() == 2 * (6 + (n - 4) * m)
    for degree in range(m, 12):
        expected = 2 * m * (m + 1) / (degree * (degree + 1) * (degree + 2))
        assert np.mean(k == degree) == pytest.approx(expected, abs=4 * np.sqrt(expected / n) + 0.002)
    tail = k[k >= 30]  # maximum likelihood, Clauset, Shalizi & Newman, SIAM Rev. 51 (2009) 661, eq. 3.7
    exponent = 1 + len(tail) / np.log(tail / 29.5).sum()
    assert exponent == pytest.approx(3.0, abs=4 * 2 / np.sqrt(len(tail)))
    assert k[:10].mean() > 20 * k[-1000:].mean(), "the oldest are the hubs"


@pytest.mark.parametrize("n, m", [(2, 1), (10, 9), (300, 40), (50, 1), (12, 7)])
def test_scale_free_has_no_edge_twice(n, m):
    for seed in range(5):
        A = matrix(connect.ScaleFree(m), n, seed=seed)
        assert np.array_equal(A, A.T) and A.max() == 1 and A.trace() == 0 and A.sum() == connect.ScaleFree(m).expected(n, n)
        assert np.all(np.tril(A)[m + 1 :].sum(axis=1) == m), "each newcomer brings m"
        assert scipy.sparse.csgraph.connected_components(A)[0] == 1


def test_scale_free_prefers_as_the_degrees_say():
    """With m = 1 and four neurons the fourth finds the middle of 0 - 1 - 2 (two of four ends) half of the time."""
    hub = [degrees(connect.ScaleFree(1), 4, seed=seed)[0].max() == 3 for seed in range(2000)]
    assert np.mean(hub) == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(2000))


# ---- given


def test_from_matrix():
    A = scipy.sparse.random(20, 30, 0.2, random_state=1)
    dense = A.toarray()
    for given in (A, A.tocsr(), A.tocsc(), scipy.sparse.coo_array(A), dense):
        np.testing.assert_allclose(connect.FromMatrix(given)(20, 30, weight=2.0).dense(), 2 * dense, rtol=1e-6)
    assert np.array_equal(connect.FromMatrix(dense > 0)(20, 30, weight=0.5).dense(), 0.5 * (dense > 0))
    kept = connect.FromMatrix(dense)
    dense[:] = 0
    assert kept(20, 30).n_synapses == A.nnz, "the rule has a copy"


def test_from_pairs_keeps_the_order_of_its_weights_and_what_comes_twice():
    assert connect.FromPairs([], [])(3, 4).n_synapses == 0
    connection = connect.FromPairs([2, 0, 2, 2], [1, 3, 1, 0])(3, 4, weight=[1.0, 2.0, 3.0, 4.0])
    assert connection.n_synapses == 4
    assert np.asarray(connection.dense()).tolist() == [[0, 0, 0, 2], [0, 0, 0, 0], [4, 4, 0, 0]]


# ---- weights


def test_weights_of_every_form():
    rule = connect.FixedInDegree(4)
    connection = rule(20, 10, weight=-0.5)
    A = np.asarray(connection.dense())
    assert connection.weights.shape == () and set(A.ravel()) == {0, -0.5}, "one number stays one number"
    W = np.random.default_rng(0).random((20, 10))
    np.testing.assert_allclose(rule(20, 10, weight=W).dense(), np.where(A != 0, W, 0), rtol=1e-6)
    flat = np.arange(1.0, 41.0)
    expected = np.zeros((20, 10))
    expected[A != 0] = flat
    np.testing.assert_allclose(rule(20, 10, weight=flat).dense(), expected)
    np.testing.assert_allclose(rule(20, 10, weight=lambda shape, rng: np.full(shape, 3)).dense(), -6 * A)
    np.testing.assert_allclose(rule(20, 10, weight=bl.math.array(flat)).dense(), expected)


def test_weights_in_64_bits(x64):
    connection = connect.OneToOne()(2, 2, weight=[0.1, 0.2])
    assert np.asarray(connection.dense()).tolist() == [[0.1, 0.0], [0.0, 0.2]]


INITIALISERS = [
    (connect.Normal(2.0, 0.5), scipy.stats.norm(2.0, 0.5)),
    (connect.Uniform(-1.0, 3.0), scipy.stats.uniform(-1.0, 4.0)),
    (connect.LogNormal(2.0, 1.5), scipy.stats.lognorm(np.sqrt(np.log(1 + 0.5625)), scale=2 / np.sqrt(1 + 0.5625))),
    (connect.Gamma(2.0, 2.0), scipy.stats.expon(scale=2.0)),
    (connect.Gamma(1.0, 0.5), scipy.stats.gamma(4.0, scale=0.25)),
]


@pytest.mark.parametrize("init, law", INITIALISERS, ids=[repr(case[0]) for case in INITIALISERS])
def test_initialisers_draw_from_their_law(init, law):
    drawn = init((20_000,), np.random.default_rng(1))
    assert scipy.stats.kstest(drawn, law.cdf).pvalue > 1e-3
    assert init((3, 4), np.random.default_rng(1)).shape == (3, 4)


def test_the_sign_of_the_mean():
    for init in (connect.LogNormal, connect.Gamma):
        drawn = init(-2.0, 1.0)((20_000,), np.random.default_rng(1))
        assert (
            np.all(drawn < 0) and drawn.mean() == pytest.approx(-2, rel=0.03) and drawn.std() == pytest.approx(1, rel=0.05)
        )
