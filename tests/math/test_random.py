"""bm.random draws what NumPy draws: shapes, kinds of number and laws; and its stream works inside every transform."""

import inspect

import jax
import numpy as np
import pytest
from scipy import stats

import brainlab.math as bm
from brainlab.math import Array, random
from brainlab.math.errors import ShapeError

N = 20_000
NUMPY = np.random.RandomState(0)
STAND_IN = {  # for what NumPy does not have
    "bernoulli": lambda p, size: np.asarray(NUMPY.binomial(1, p, size)) == 1,
    "truncated_normal": NUMPY.uniform,
}


@pytest.fixture(autouse=True)
def fresh_stream():
    random.seed(2024)


# ---- shapes and kinds of number

PARAMETERS = {  # of every function whose parameters broadcast
    "beta": (2.0, 3.0),
    "binomial": (10, 0.3),
    "bernoulli": (0.3,),
    "chisquare": (3.0,),
    "exponential": (2.0,),
    "gamma": (2.0, 3.0),
    "geometric": (0.3,),
    "gumbel": (1.0, 2.0),
    "laplace": (1.0, 2.0),
    "logistic": (1.0, 2.0),
    "lognormal": (1.0, 0.5),
    "normal": (1.0, 2.0),
    "pareto": (3.0,),
    "poisson": (4.0,),
    "randint": (2, 9),
    "rayleigh": (2.0,),
    "standard_t": (3.0,),
    "truncated_normal": (-1.0, 2.0),
    "uniform": (-1.0, 2.0),
    "weibull": (1.5,),
}
OTHERS = (
    "choice dirichlet multivariate_normal permutation rand randn seed shuffle split standard_cauchy standard_normal"
).split()


def like_numpy(ours, theirs):
    theirs = np.asarray(theirs)
    assert type(ours) is Array
    assert ours.shape == theirs.shape
    assert ours.dtype.kind == theirs.dtype.kind


def test_every_function_is_tested_here():
    functions = [n for n, f in vars(random).items() if inspect.isfunction(f) and f.__module__ == random.__name__]
    assert sorted(n for n in functions if not n.startswith("_")) == sorted([*PARAMETERS, *OTHERS])


@pytest.mark.parametrize("name", PARAMETERS)
def test_sizes(name):
    ours, theirs = getattr(random, name), STAND_IN.get(name) or getattr(NUMPY, name)
    for size in (None, 3, (2, 3)):
        like_numpy(ours(*PARAMETERS[name], size=size), theirs(*PARAMETERS[name], size=size))


@pytest.mark.parametrize("size", [(), 0, 1, [2, 3], (2, 0), np.int64(3), np.array([2, 3])], ids=repr)
def test_unusual_sizes(size):
    like_numpy(random.normal(size=size), NUMPY.normal(size=size))
    like_numpy(random.normal(size=bm.array(size, int) if np.size(size) else size), NUMPY.normal(size=size))
    like_numpy(random.choice(4, size), NUMPY.choice(4, size))


def columns(make, parameters):
    """Each parameter as an array of its own shape: (2, 1), then (3,)."""
    return [make(np.full(shape, x)) for x, shape in zip(parameters, [(2, 1), (3,)], strict=False)]


@pytest.mark.parametrize("size", [None, (4, 2, 3)])
@pytest.mark.parametrize("name", PARAMETERS)
def test_parameters_broadcast(name, size):
    ours, theirs = getattr(random, name), STAND_IN.get(name) or getattr(NUMPY, name)
    expected = theirs(*columns(np.array, PARAMETERS[name]), size=size)
    like_numpy(ours(*columns(bm.array, PARAMETERS[name]), size=size), expected)
    like_numpy(ours(*columns(np.array, PARAMETERS[name]), size=size), expected)


@pytest.mark.parametrize("name", PARAMETERS)
def test_parameters_may_be_lists(name):
    lists = [[x, x] for x in PARAMETERS[name]]
    assert getattr(random, name)(*lists).shape == (2,)


@pytest.mark.parametrize("name", PARAMETERS)
def test_size_that_the_parameters_do_not_fit_into(name):
    """Otherwise normal(bm.zeros(3), size=1) would give three times the same number."""
    first, *rest = PARAMETERS[name]
    for size in (1, (2, 1), 2):
        with pytest.raises((ValueError, TypeError)):
            getattr(random, name)(bm.full(3, first), *rest, size=size)


@pytest.mark.parametrize("name", [n for n, p in PARAMETERS.items() if all(float(x).is_integer() for x in p)])
def test_parameters_may_be_whole_numbers(name):
    whole = [int(x) for x in PARAMETERS[name]]
    like_numpy(getattr(random, name)(*whole, size=3), (STAND_IN.get(name) or getattr(NUMPY, name))(*whole, size=3))


def test_parameters_have_numpys_names():
    for name in PARAMETERS.keys() - {"bernoulli", "truncated_normal", "randint"}:
        signature = inspect.signature(getattr(random, name))
        values = dict(zip(signature.parameters, PARAMETERS[name], strict=False))
        getattr(NUMPY, name)(**values, size=3)
        assert getattr(random, name)(**values, size=3).shape == (3,)


@pytest.mark.parametrize(
    "code",
    """
    rand()   rand(3)   rand(2,3)   randn()   randn(3)   randn(2,3)   standard_normal()   standard_normal(3)
    standard_normal((2,3))   standard_cauchy()   standard_cauchy(3)   standard_cauchy((2,3))   normal()   normal(1,2,3)
    normal(size=3,loc=1)   uniform(size=2)   poisson()   randint(5)   randint(5,size=3)   randint(2,9,(2,3))
    randint(0,9,3,dtype=np.int16)   randint(0,256,5,np.uint8)   dirichlet([1,2,3])   dirichlet((1.,2.),4)
    dirichlet([1,2,3],(2,4))   multivariate_normal([0,1],np.eye(2))   multivariate_normal([0,1],[[1,0],[0,2]],3)
    multivariate_normal([0,1],np.eye(2),(2,4))   choice(5)   choice(5,3)   choice(5,(2,3))   choice(5,3,False)
    choice([1.5,2.5])   choice([True,False],4)   choice(5,3,p=[.2]*5)   permutation(5)   permutation([3,4,5])
    permutation(np.ones((3,2)))   gamma(2.,size=3)   gamma(shape=2,scale=3)   binomial(n=10,p=.5)   bernoulli(size=3)
    """.split(),
)
def test_calls_like_numpy(code):
    if code.startswith("bernoulli"):
        expected = np.ones(3, bool)
    else:
        expected = eval(f"NUMPY.{code}")
    ours = eval(f"random.{code}")
    like_numpy(ours, expected)
    if "int16" in code or "uint8" in code:
        assert ours.dtype == expected.dtype


def test_results_can_be_changed_in_place():
    for draw in (random.rand, random.randn, random.permutation, lambda n: random.randint(0, 4, n)):
        x = draw(3)
        x[0] = 5
        assert x[0] == 5


# ---- laws

CONTINUOUS = [
    ("beta", (2.0, 3.0), stats.beta(2, 3)),
    ("beta", (0.5, 0.5), stats.beta(0.5, 0.5)),
    ("chisquare", (3.0,), stats.chi2(3)),
    ("exponential", (2.0,), stats.expon(scale=2)),
    ("gamma", (2.0, 3.0), stats.gamma(2, scale=3)),
    ("gamma", (0.3,), stats.gamma(0.3)),
    ("gumbel", (1.0, 2.0), stats.gumbel_r(1, 2)),
    ("laplace", (1.0, 2.0), stats.laplace(1, 2)),
    ("logistic", (1.0, 2.0), stats.logistic(1, 2)),
    ("lognormal", (1.0, 0.5), stats.lognorm(0.5, scale=np.e)),
    ("normal", (), stats.norm()),
    ("normal", (1.0, 2.0), stats.norm(1, 2)),
    ("pareto", (3.0,), stats.lomax(3)),
    ("rayleigh", (2.0,), stats.rayleigh(scale=2)),
    ("standard_cauchy", (), stats.cauchy()),
    ("standard_normal", (), stats.norm()),
    ("standard_t", (3.0,), stats.t(3)),
    ("truncated_normal", (-1.0, 2.0), stats.truncnorm(-1, 2)),
    ("uniform", (), stats.uniform()),
    ("uniform", (-1.0, 2.0), stats.uniform(-1, 3)),
    ("weibull", (1.5,), stats.weibull_min(1.5)),
]
WEIGHTS = [0.1, 0.0, 0.4, 0.2, 0.3]
DISCRETE = [
    ("bernoulli", (0.3,), stats.bernoulli(0.3)),
    ("binomial", (10, 0.3), stats.binom(10, 0.3)),
    ("binomial", (1000, 0.4), stats.binom(1000, 0.4)),
    ("choice", (5,), stats.randint(0, 5)),
    ("choice", (5, N, True, WEIGHTS), stats.rv_discrete(values=(range(5), WEIGHTS))),
    ("geometric", (0.3,), stats.geom(0.3)),
    ("poisson", (4.0,), stats.poisson(4)),
    ("poisson", (200.0,), stats.poisson(200)),
    ("randint", (2, 9), stats.randint(2, 9)),
    ("randint", (-3, 4), stats.randint(-3, 4)),
]


def names_of(cases):
    return [f"{name}{parameters[:2]}" for name, parameters, _ in cases]


def sample(name, parameters):
    draw = getattr(random, name)
    return np.asarray(draw(*parameters) if N in parameters else draw(*parameters, size=N), float)


@pytest.mark.parametrize("name, parameters, law", CONTINUOUS, ids=names_of(CONTINUOUS))
def test_continuous_law(name, parameters, law):
    assert stats.kstest(sample(name, parameters), law.cdf).pvalue > 1e-3


@pytest.mark.parametrize("name, parameters, law", DISCRETE, ids=names_of(DISCRETE))
def test_discrete_law(name, parameters, law):
    x = sample(name, parameters)
    values = np.arange(law.ppf(1e-3), law.ppf(1 - 1e-3) + 1)  # and everything below and above as two more bins
    expected = np.array([law.cdf(values[0] - 1), *law.pmf(values), law.sf(values[-1])])
    counts = np.array([(x < values[0]).sum(), *((x == v).sum() for v in values), (x > values[-1]).sum()])
    possible = expected > 1e-9
    assert counts[~possible].sum() == 0
    assert stats.chisquare(counts[possible], N * expected[possible] / expected.sum()).pvalue > 1e-3


@pytest.mark.parametrize("name, law", [("rand", stats.uniform()), ("randn", stats.norm())])
def test_law_of_rand_and_randn(name, law):
    x = np.asarray(getattr(random, name)(N // 2, 2))
    assert stats.kstest(x.ravel(), law.cdf).pvalue > 1e-3
    assert abs(np.corrcoef(x.T)[0, 1]) < 5 / np.sqrt(N)


def test_each_element_has_its_own_parameters():
    x = np.asarray(random.normal(bm.array([0.0, 10.0]), bm.array([1.0, 3.0]), size=(N, 2)))
    np.testing.assert_allclose(x.mean(axis=0), [0, 10], atol=0.1)
    np.testing.assert_allclose(x.std(axis=0), [1, 3], rtol=0.05)
    x = np.asarray(random.poisson(bm.array([1.0, 50.0]), size=(N, 2)))
    np.testing.assert_allclose(x.mean(axis=0), [1, 50], rtol=0.05)


def test_dirichlet():
    alpha = np.array([1.0, 2.0, 3.0])
    x = np.asarray(random.dirichlet(alpha, N))
    np.testing.assert_allclose(x.sum(axis=1), 1, rtol=1e-5)
    for i in range(3):
        assert stats.kstest(x[:, i], stats.beta(alpha[i], 6 - alpha[i]).cdf).pvalue > 1e-3


def test_multivariate_normal():
    mean, cov = np.array([1.0, -2.0]), np.array([[2.0, 0.6], [0.6, 1.0]])
    x = np.asarray(random.multivariate_normal(mean, cov, N), float)
    np.testing.assert_allclose(x.mean(axis=0), mean, atol=0.05)
    np.testing.assert_allclose(np.cov(x.T), cov, atol=0.07)
    distance = np.einsum("ni,ij,nj->n", x - mean, np.linalg.inv(cov), x - mean)
    assert stats.kstest(distance, stats.chi2(2).cdf).pvalue > 1e-3


@pytest.mark.parametrize(
    "code, value",
    [
        ("normal(3., 0.)", 3),
        ("uniform(2., 2.)", 2),
        ("exponential(0.)", 0),
        ("binomial(10, 0.)", 0),
        ("binomial(10, 1.)", 10),
        ("binomial(0, .5)", 0),
        ("bernoulli(0.)", False),
        ("bernoulli(1.)", True),
        ("geometric(1.)", 1),
        ("poisson(0.)", 0),
        ("randint(4, 5)", 4),
        ("choice([7])", 7),
        ("choice(3, p=[0., 1., 0.])", 1),
    ],
)
def test_law_of_a_single_value(code, value):
    assert eval(f"random.{code}") == value


# ---- choice, permutation, shuffle


def test_choice_without_replacement():
    for size in (5, (2, 5)):
        x = random.choice(10, size, replace=False)
        assert len(set(np.asarray(x).ravel().tolist())) == x.size
    firsts = [random.choice(3, 2, replace=False, p=[0.6, 0.4, 0.0]).tolist() for _ in range(20)]
    assert all(sorted(first) == [0, 1] for first in firsts)


def test_choice_of_elements_and_rows():
    assert set(random.choice(bm.array([2.0, 4.0]), 50).tolist()) == {2, 4}
    rows = random.choice(bm.arange(6).reshape(3, 2), 20)
    assert rows.shape == (20, 2) and set(map(tuple, rows.tolist())) == {(0, 1), (2, 3), (4, 5)}


def test_permutation_is_a_copy():
    a = bm.arange(50)
    b = random.permutation(a)
    assert a.tolist() == list(range(50)) != b.tolist()
    assert sorted(b.tolist()) == a.tolist()
    assert sorted(random.permutation(50).tolist()) == a.tolist()


def test_permutations_are_equally_likely():
    orders = [tuple(random.permutation(3).tolist()) for _ in range(600)]
    counts = [orders.count(order) for order in set(orders)]
    assert len(counts) == 6 and stats.chisquare(counts).pvalue > 1e-3


@pytest.mark.parametrize(
    "x",
    [
        list(range(20)),
        list("abcdefghij"),
        [[1], "two", None, 4.0, 5, 6, 7],
        np.arange(20),
        np.arange(20) / 7,
        np.arange(20) + 2**40,
        np.array(list("abcdefghij")),
        np.arange(20.0).reshape(10, 2),
        bm.arange(20),
        bm.arange(20.0).reshape(10, 2),
    ],
    ids=lambda x: f"{type(x).__name__} {np.shape(x) if not isinstance(x, list) else ''} {getattr(x, 'dtype', '')}",
)
def test_shuffle_in_place(x):
    before = x.tolist() if not isinstance(x, list) else list(x)
    assert random.shuffle(x) is None
    after = x.tolist() if not isinstance(x, list) else x
    assert after != before
    assert sorted(after, key=str) == sorted(before, key=str)  # the very same elements, not rounded ones


def test_shuffle_needs_something_that_changes():
    with pytest.raises(TypeError, match="changes its argument in place, and cannot change a tuple"):
        random.shuffle((1, 2))


# ---- the stream


def test_seed_makes_it_reproducible():
    def everything():
        return [getattr(random, name)(*PARAMETERS[name], size=3).tolist() for name in PARAMETERS]

    random.seed(5)
    first = everything()
    second = everything()
    random.seed(5)
    assert everything() == first != second
    random.seed(6)
    assert everything() != first


def test_seed_may_be_any_whole_number():
    numbers = set()
    for number in (0, 1, 2**31, 2**32 - 1, np.int64(7)):
        random.seed(number)
        numbers.add(random.rand().item())
    assert len(numbers) == 5


@pytest.mark.parametrize("bad", [1.5, "one", None, True, [1, 2]])
def test_bad_seed(bad):
    state = random.DEFAULT.value
    with pytest.raises((TypeError, ValueError), match="a seed is a whole number, got .*: bm.random.seed"):
        random.seed(bad)
    assert (random.DEFAULT.value == state).all()


def test_key_in_the_students_own_hands():
    key, other = random.split(2)
    state = random.DEFAULT.value
    for k in (key, key.value, jax.random.key(0)):
        assert random.rand(3, key=k).tolist() == random.rand(3, key=k).tolist()
    assert random.rand(key=key) != random.rand(key=other)
    assert (random.DEFAULT.value == state).all()  # the stream did not move


@pytest.mark.parametrize("name", sorted({*PARAMETERS, *OTHERS} - {"seed", "split"}))
def test_every_function_takes_a_key(name):
    more = {
        "choice": (100,),
        "dirichlet": ([1.0, 2.0],),
        "multivariate_normal": ([0.0, 0.0], np.eye(2)),
        "permutation": (50,),
        "shuffle": ([1],),
    }
    parameters = PARAMETERS.get(name) or more.get(name, ())
    draw, (key, other) = getattr(random, name), random.split(2)
    if name == "shuffle":
        a, b, c = list(range(50)), list(range(50)), list(range(50))
        for x, k in ((a, key), (b, key), (c, other)):
            random.shuffle(x, key=k)
    else:
        size = {} if name in ("rand", "randn", "permutation") else {"size": 30}
        a, b, c = (draw(*parameters, **size, key=k).tolist() for k in (key, key, other))
    assert a == b != c


def test_split():
    keys = random.split(5)
    assert type(keys) is Array and keys.shape == (5, 2) and random.split().shape == (2, 2)
    assert len({random.rand(key=key).item() for key in keys}) == 5
    assert random.split(5).tolist() != keys.tolist()


def test_a_stream_of_ones_own():
    a, b = random.RandomState(1), random.RandomState(1)
    assert random.rand(key=a.next_key()) == random.rand(key=b.next_key())
    assert random.rand(key=a.next_key()) != random.rand(key=bm.array(b.value))


# ---- parameters that make no sense


@pytest.mark.parametrize(
    "code, message",
    [
        ("normal(scale=-1.)", "bm.random.normal: scale must be >= 0, got -1.0"),
        ("normal(0., bm.array([1., -1.]))", r"scale must be >= 0, got \[1.0, -1.0\]"),
        ("exponential(-1)", "bm.random.exponential: scale must be >= 0"),
        ("lognormal(0., -1.)", "sigma must be >= 0"),
        ("laplace(0., -1.)", "scale must be >= 0"),
        ("logistic(0., -1.)", "scale must be >= 0"),
        ("gumbel(0., -1.)", "scale must be >= 0"),
        ("rayleigh(-1.)", "scale must be >= 0"),
        ("gamma(-1.)", "shape must be > 0"),
        ("gamma(1., -1.)", "scale must be >= 0"),
        ("beta(0., 1.)", "a must be > 0"),
        ("beta(1., 0.)", "b must be > 0"),
        ("chisquare(0)", "df must be > 0"),
        ("standard_t(0)", "df must be > 0"),
        ("pareto(-1.)", "a must be > 0"),
        ("weibull(-1.)", "a must be > 0"),
        ("poisson(-1.)", "lam must be >= 0"),
        ("poisson(np.nan)", "lam must be >= 0, got nan"),
        ("dirichlet([1., -1.])", "alpha must be > 0"),
        ("binomial(-1, .5)", "n must be >= 0"),
        ("binomial(3, 1.5)", "p must be between 0 and 1, got 1.5"),
        ("bernoulli(-.1)", "p must be between 0 and 1"),
        ("geometric(1.5)", "p must be"),
        ("geometric(0.)", "p must be"),
        ("truncated_normal(2., -2.)", "low|high"),
        ("randint(5, 5)", "low must be below high, got 5 and 5"),
        ("randint(5, 2)", "low must be below high, got 5 and 2"),
        ("randint(0)", "low must be below high, got 0 and 0"),
        ("randint(bm.array([1, 5]), bm.array([3, 4]))", "low must be below high"),
        ("randint(0, 300, 4, dtype=np.uint8)", "300|high"),
        ("choice(3, p=[.5, .6, .1])", "p must be 3 probabilities that add up to 1"),
        ("choice(3, p=[.5, .5])", "p must be 3 probabilities that add up to 1"),
        ("choice(3, p=[1.5, -.5, 0.])", "p must be 3 probabilities that add up to 1"),
        ("choice(3, 4, replace=False)", "cannot take 4 of 3 elements without replacement"),
        ("choice(3, 3, replace=False, p=[.5, .5, 0.])", "p"),
        ("choice(0)", "a must be greater than 0"),
        ("normal(size=-1)", "size|negative"),
    ],
)
def test_bad_parameters(code, message):
    if not code.startswith(("bernoulli", "truncated")):
        with pytest.raises(ValueError):
            eval(f"NUMPY.{code}", {"NUMPY": NUMPY, "np": np, "bm": np})
    with pytest.raises(ValueError, match=message):
        eval(f"random.{code}")


def test_bad_parameters_leave_the_stream_alone():
    state = random.DEFAULT.value
    with pytest.raises(ValueError):
        random.normal(scale=-1.0)
    assert (random.DEFAULT.value == state).all()


@pytest.mark.parametrize("code", ["rand((2, 3))", "normal(size=2.5)", "normal(size='3')", "uniform(size=(2, 1.5))"])
def test_size_that_is_no_shape(code):
    with pytest.raises(ShapeError, match=r"is not a shape(.|\n)*try: size=3 or size=\(2, 3\)"):
        eval(f"random.{code}")


# ---- inside transforms

PROGRAMS = {
    "jit": lambda: bm.jit(lambda: random.normal(size=3))(),
    "jit twice": lambda: bm.jit(lambda: bm.stack([random.rand(), random.rand()]))(),
    "for_loop": lambda: bm.for_loop(lambda i: i + random.normal(size=2), bm.arange(4.0)),
    "scan": lambda: bm.scan(lambda c, x: (c + random.rand(), c), 0.0, bm.arange(4.0))[1],
    "loop in jit": lambda: bm.jit(lambda: bm.for_loop(lambda i: random.rand(), bm.arange(4)))(),
    "jit in loop": lambda: bm.for_loop(lambda i: bm.jit(random.rand)(), bm.arange(4)),
    "vmap": lambda: bm.vmap(lambda x: x + random.rand())(bm.arange(4.0)),
    "vmap in loop": lambda: bm.for_loop(lambda i: bm.vmap(lambda x: random.rand())(bm.arange(3)), bm.arange(2)),
    "poisson": lambda: bm.jit(lambda rate: random.poisson(rate, 5))(4.0),
    "bernoulli": lambda: bm.for_loop(lambda p: random.bernoulli(p, 5), bm.array([0.2, 0.8])),
    "randint": lambda: bm.jit(lambda: random.randint(0, 1000, 4))(),
    "choice": lambda: bm.jit(lambda p: random.choice(4, 9, p=p))(bm.array([0.1, 0.2, 0.3, 0.4])),
    "permutation": lambda: bm.jit(lambda x: random.permutation(x))(bm.arange(20)),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_same_numbers_in_plain_python(name):
    random.seed(3)
    compiled, after = PROGRAMS[name](), random.rand()
    random.seed(3)
    with bm.disable_jit():
        plain, after_plain = PROGRAMS[name](), random.rand()
    np.testing.assert_allclose(np.asarray(compiled), np.asarray(plain), rtol=1e-5, atol=1e-6)
    assert after == after_plain  # and the stream stands at the same place


@pytest.mark.parametrize("name", PROGRAMS)
def test_stream_moves_on(name):
    first, second = PROGRAMS[name](), PROGRAMS[name]()
    assert first.tolist() != second.tolist()


def test_stream_moves_on_inside_jit():
    f = bm.jit(lambda: random.rand())
    random.seed(1)
    numbers = [f().item() for _ in range(5)] + [random.rand().item(), f().item()]
    assert len(set(numbers)) == 7
    random.seed(1)  # also what was compiled before starts again
    assert f().item() == numbers[0]


def test_every_step_of_a_loop_draws_anew():
    x = np.asarray(bm.for_loop(lambda i: random.normal(size=2), bm.arange(N // 2)))
    assert len(np.unique(x)) > 0.99 * N
    assert stats.kstest(x.ravel(), stats.norm().cdf).pvalue > 1e-3
    assert abs(np.corrcoef(x[:-1, 0], x[1:, 0])[0, 1]) < 5 / np.sqrt(N / 2)


def test_every_lane_of_vmap_draws_anew():
    x = np.asarray(bm.vmap(lambda i: random.normal(size=2))(bm.arange(N // 2)))
    assert len(np.unique(x)) > 0.99 * N
    assert stats.kstest(x.ravel(), stats.norm().cdf).pvalue > 1e-3
    first, again = (bm.vmap(lambda i: random.rand())(bm.arange(3)).tolist() for _ in range(2))
    assert not set(first) & set(again)


def test_seed_inside_jit():
    @bm.jit
    def f():
        random.seed(3)
        return random.rand()

    random.seed(3)
    assert f() == f()
    random.seed(3)
    assert random.rand() == f()


def test_shuffle_a_variable_inside_jit():
    order = bm.Variable(bm.arange(20), name="order")
    bm.jit(lambda: random.shuffle(order))()
    assert order.tolist() != list(range(20)) and sorted(order.tolist()) == list(range(20))


def test_gradient_flows_through_a_draw():
    """normal(loc, scale) = loc + scale * z, so its derivative by loc is 1 and by scale is z."""
    key = random.split(1)[0]
    z = random.normal(key=key)
    d_loc, d_scale = bm.grad(lambda loc, scale: random.normal(loc, scale, key=key), argnums=(0, 1))(2.0, 3.0)
    assert d_loc == 1 and abs(d_scale - z) < 1e-6
