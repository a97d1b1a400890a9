"""bm.counter: its numbers follow their laws and know nothing of each other, whatever seed, stream, step and element."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import special, stats

import brainlab.math as bm
from brainlab.math import _counter, counter
from brainlab.math.counter import CounterError

SEEDS = [np.uint32(seed) for seed in (0, 1, 12345, 2**32 - 1)]  # as Python's int the last one does not pass through jax.jit
STEPS, N = 500, 4000
FAR = 4.5  # standard deviations; the seeds are fixed, so a test that passes once passes always
DRAWS = {
    "bits": counter.bits,
    "uniform": counter.uniform,
    "normal": counter.normal,
    "integers": lambda *args: counter.integers(1000, *args),
    "poisson": lambda *args: counter.poisson(0.7, *args),
}


@jax.jit
def normals(seed, stream=0, first=0):
    """STEPS steps of N neurons."""
    return jax.vmap(lambda k: counter.normal(seed, k, N, stream).value)(first + jnp.arange(STEPS, dtype=jnp.uint32))


def sigmas(x, y):
    """How many standard deviations the correlation of two arrays of standard normal numbers is from 0."""
    return float(np.mean(np.asarray(x) * np.asarray(y), dtype=float) * np.sqrt(x.size))


# ---- the laws


@pytest.mark.parametrize("seed", SEEDS)
def test_normal_numbers_are_normal(seed):
    x = np.asarray(normals(seed), float).ravel()
    n = x.size  # 2e6. Moments of a standard normal: 0, 1, 0, 3; variances of their estimates: 1, 2, 15, 96 over n
    for power, (moment, variance) in enumerate([(0, 1), (1, 2), (0, 15), (3, 96)], start=1):
        assert abs((x**power).mean() - moment) < FAR * np.sqrt(variance / n), power
    assert stats.kstest(x, "norm").pvalue > 1e-3
    assert 4.3 < x.max() < 6.34 and -6.34 < x.min() < -4.3


def test_the_normal_quantile_is_scipys():
    p = 2.0 ** -np.linspace(1, 33, 100_001, dtype=np.float32)
    np.testing.assert_allclose(jax.jit(_counter.quantile)(p), -special.ndtri(p.astype(float)), atol=5e-6)


@pytest.mark.parametrize("seed", SEEDS)
def test_bits_and_uniform_numbers_are_even(seed):
    x = np.asarray(counter.bits(seed, 3, 2**20))
    ones = (x[:, None] >> np.arange(32, dtype=np.uint32) & 1).mean(0)
    assert np.abs(ones - 0.5).max() < FAR * 0.5 / 2**10
    for shift in (0, 8, 16, 24):
        assert stats.chisquare(np.bincount(x >> shift & 255, minlength=256)).pvalue > 1e-3
    u = np.asarray(counter.uniform(seed, 3, 2**20))
    assert 0 < u.min() < 1e-5 and 1 - 1e-5 < u.max() < 1
    assert stats.kstest(u.astype(float), "uniform").pvalue > 1e-3


def test_uniform_numbers_never_reach_0_or_1():
    ends = jnp.array([0, 2**32 - 1], jnp.uint32)
    u = ((ends >> 9).astype(jnp.float32) + 0.5) * 2.0**-23
    assert u.tolist() == [2.0**-24, 1 - 2.0**-24]


def test_integers():
    x = np.asarray(counter.integers(97, 5, 0, 100_000))
    assert (x.min(), x.max()) == (0, 96)
    assert stats.chisquare(np.bincount(x, minlength=97)).pvalue > 1e-3


@pytest.mark.parametrize("high", [1, 97, 2**16, 2**16 + 1, 100_003, 2**31 - 1])
def test_integers_are_the_high_half_of_an_exact_product(high):
    x = np.concatenate([np.random.default_rng(0).integers(0, 2**32, 1000), [0, 2**32 - 1]]).astype(np.uint32)
    expected = x.astype(np.uint64) * np.uint64(high) >> np.uint64(32)
    np.testing.assert_array_equal(jax.jit(_counter.scaled)(x, jnp.uint32(high)), expected.astype(int))


# ---- independence


@pytest.mark.parametrize("seed", SEEDS)
def test_steps_and_neurons_know_nothing_of_each_other(seed):
    x = normals(seed)
    for lag in (1, 2, 3, 10, 32, 64, 100):
        assert abs(sigmas(x[lag:], x[:-lag])) < FAR, ("steps", lag)
        assert abs(sigmas(x[:, lag:], x[:, :-lag])) < FAR, ("neurons", lag)
        assert abs(sigmas(x[lag:, lag:], x[:-lag, :-lag])) < FAR, ("both", lag)
        assert abs(sigmas(x[lag:] ** 2 - 1, x[:-lag] ** 2 - 1)) < 2 * FAR, ("squares", lag)


def test_no_pattern_is_shared_by_neurons():
    """The largest eigenvalue of the covariance of noise: Marchenko and Pastur (1967), with the spread of Tracy and Widom."""
    x = np.asarray(normals(7), float)[:, :250]
    share = 250 / STEPS
    edge = (1 + np.sqrt(share)) ** 2
    width = STEPS ** (-2 / 3) * (1 + np.sqrt(share)) ** (4 / 3) * share ** (-1 / 6)
    largest = np.linalg.eigvalsh(x.T @ x / STEPS)[-1]
    assert abs(largest - edge) < 5 * width


@pytest.mark.parametrize("seed", SEEDS)
def test_neighbouring_seeds_and_streams_are_independent(seed):
    x = normals(seed)
    others = {
        "seed": normals(seed ^ np.uint32(1)),
        "stream": normals(seed, 1),
        "last stream": normals(seed, SEEDS[-1]),
        "seed as stream": normals(np.uint32(0), seed ^ np.uint32(1)),
        "seed against step": jnp.roll(normals(seed ^ np.uint32(1)), 1, 0),
    }
    for name, y in others.items():
        assert abs(sigmas(x, y)) < FAR, name


def test_every_bit_of_seed_stream_step_and_element_changes_every_bit_in_half_of_all_cases():
    n = 4096
    bits = jax.jit(jax.vmap(_counter.bits, (0, 0, 0, 0)))
    element = np.arange(n, dtype=np.uint32)
    start = [element % 5, element // 2, element[:, None], element % 3]  # seed, step, element, stream: small, as they are
    first = np.asarray(bits(*start))
    worst = 0
    for word in range(4):
        for bit in range(32):
            flipped = [x ^ np.uint32((k == word) << bit) for k, x in enumerate(start)]
            changed = (first ^ np.asarray(bits(*flipped))) >> np.arange(32, dtype=np.uint32) & 1
            worst = max(worst, np.abs(changed.mean(0) - 0.5).max())
    assert worst < 5.5 * 0.5 / np.sqrt(n)  # of 4096 such shares


def test_steps_repeat_numbers_as_often_as_chance_does():
    """Birthday test: among 1e6 words of 32 bits, n**2 / 2**33 = 116 pairs are equal by chance."""
    x = jax.vmap(lambda k: counter.bits(0, k, 1000).value)(jnp.arange(1000))
    assert abs(x.size - len(np.unique(x)) - 116.4) < FAR * np.sqrt(116.4)


def test_late_steps():
    for first in (2**24 - 250, 2**31 - 250, 2**32 - STEPS):  # a float32 counter would stand still at the first
        x = normals(0, 0, np.uint32(first))
        assert abs(sigmas(x[1:], x[:-1])) < FAR and stats.kstest(np.ravel(x[::10]), "norm").pvalue > 1e-3
        assert len(np.unique(x[:, :8])) > 8 * STEPS - 3


# ---- counts


def chi_square(counts, rate):
    """p of the counts under Poisson's law; rare ones go into one class."""
    k = np.arange(int(stats.poisson.isf(10 / counts.size, rate)) + 1)
    expected = np.append(stats.poisson.pmf(k, rate), stats.poisson.sf(k[-1], rate)) * counts.size
    seen = np.bincount(np.minimum(counts, k[-1] + 1), minlength=len(expected))
    merged = [[0.0, 0.0]]
    for pair in zip(seen, expected, strict=True):
        if merged[-1][1] >= 10:
            merged.append([0.0, 0.0])
        merged[-1] = [a + b for a, b in zip(merged[-1], pair, strict=True)]
    seen, expected = np.transpose(merged)
    return stats.chisquare(seen, expected * seen.sum() / expected.sum()).pvalue


@jax.jit
def counts(rate):
    return counter.poisson(rate, 3, 14, 200_000)


@pytest.mark.parametrize("rate", [0.0002, 0.02, 0.5, 3.9, 4.0, 4.1, 10.0, 50.0])
def test_counts_follow_poissons_law(rate):
    """Above 4, in pieces. The rate is traced: compiled once for all of them."""
    assert chi_square(np.asarray(counts(jnp.float32(rate))), rate) > 1e-3


def test_each_element_has_its_own_rate():
    rates = np.array([0.1, 2.0, 7.0])
    drawn = np.asarray(counter.poisson(np.repeat(rates, 50_000), 0, 0, 150_000)).reshape(3, -1)
    for rate, own in zip(rates, drawn, strict=True):
        assert chi_square(own, rate) > 1e-3


@pytest.mark.parametrize("rate, most", [(0.001, 1.0), (0.5, 1.0), (1.0, 1.0), (9.5, 10.0), (60.0, 60.0)])
def test_a_count_is_the_inverse_of_poissons_law(rate, most):
    """Also for the rarest: counts that happen once in 4e9 draws, where the law is not to be seen in a sample."""
    rng = np.random.default_rng(0)
    bits = np.concatenate([np.arange(1000), rng.integers(0, 2**32, 100_000), 2.0 ** rng.uniform(0, 32, 100_000) // 1])
    bits = bits.astype(np.uint32)
    got = np.asarray(jax.jit(_counter._count, static_argnums=2)(bits, jnp.float32(rate), most))
    u = (bits.astype(float) + 0.5) * 2.0**-32
    expected = stats.poisson.isf(u, float(np.float32(rate)))
    wrong = got != expected
    limits = np.maximum(got, expected)[wrong] - 1  # u may lie on the other side of a limit that is rounded to float32
    assert np.all(np.abs(got - expected)[wrong] == 1)
    np.testing.assert_allclose(stats.poisson.sf(limits, rate), u[wrong], rtol=1e-5, atol=2.0**-32)
    assert wrong[1000:101_000].mean() < 1e-4  # of the evenly drawn ones


def test_pieces_are_as_good_as_one():
    for most in (1.0, 3.0, 20.0):
        drawn = np.asarray(counter.poisson(11.0, 0, 0, 100_000, most=most))
        assert chi_square(drawn, 11.0) > 1e-3, most


def test_rates_that_make_no_sense_are_marked_in_compiled_code():
    rates = jnp.array([-1.0, jnp.nan, jnp.inf, -jnp.inf, 0.0, 1e-30])
    assert jax.jit(lambda r: counter.poisson(r, 0, 0, 6))(rates).tolist() == [-1, -1, -1, -1, 0, 0]


# ---- a function of its arguments alone


@pytest.mark.parametrize("name", DRAWS)
def test_a_number_depends_on_seed_stream_step_and_element_only(name):
    draw = DRAWS[name]
    whole = np.asarray(draw(5, 7, 100, 2))
    np.testing.assert_array_equal(draw(5, 7, 10, 2), whole[:10])
    np.testing.assert_array_equal(draw(5, 7, bm.arange(60, 100), 2), whole[60:])
    np.testing.assert_array_equal(draw(5, 7, np.array([[3, 99], [0, 3]]), 2), whole[[[3, 99], [0, 3]]])
    np.testing.assert_array_equal(draw(np.int64(5), jnp.int32(7), np.int64(100), bm.array(2)), whole)
    assert draw(5, 7, 0).shape == (0,)


@pytest.mark.parametrize("name", DRAWS)
def test_inside_every_transform(name):
    draw, equal = DRAWS[name], np.testing.assert_array_equal
    if name == "normal":  # logarithms and roots: with jax 0.12 a compiler may round once where it rounds twice elsewhere
        equal = functools.partial(np.testing.assert_array_max_ulp, maxulp=2)
    expected = np.stack([draw(2**32 - 1, k, 5) for k in range(4)])
    seed = np.uint32(2**32 - 1)
    equal(np.asarray(bm.vmap(lambda k: draw(seed, k, 5))(bm.arange(4))), expected)
    equal(np.asarray(bm.for_loop(lambda k: draw(seed, k, 5), bm.arange(4))), expected)
    seeds = np.array([3, 2**32 - 1], np.uint32)
    equal(np.asarray(jax.vmap(lambda s: draw(s, 1, 5))(seeds)[1]), expected[1])


def test_another_seed_and_step_compile_nothing_anew():
    traced = []

    @jax.jit
    def f(seed, step, rate):
        traced.append(1)
        return counter.normal(seed, step, 4), counter.poisson(rate, seed, step, 4)

    for seed, step, rate in [(0, 0, 0.5), (1, 5, 2.0), (2, 9, 70.0)]:
        f(jnp.uint32(seed), step, rate)
    assert len(traced) == 1


def test_a_traced_step_goes_around_after_32_bits():
    at = jax.jit(lambda k: counter.bits(0, k, 3))
    np.testing.assert_array_equal(at(jnp.int32(-1)), counter.bits(0, 2**32 - 1, 3))


def test_dtypes():
    assert counter.normal(0, 0, 2).dtype == counter.uniform(0, 0, 2).dtype == jnp.float32
    assert counter.poisson(1.0, 0, 0, 2).dtype == counter.integers(5, 0, 0, 2).dtype == jnp.int32
    assert type(counter.normal(0, 0, 2)) is bm.Array


def test_with_64_bits_the_numbers_are_the_same(x64):
    x = counter.normal(7, 1000, 3)
    assert x.dtype == counter.uniform(0, 0, 2).dtype == jnp.float64
    assert counter.poisson(1.0, 0, 0, 2).dtype == jnp.int32
    with jax.enable_x64(False):
        np.testing.assert_array_equal(x, np.asarray(counter.normal(7, 1000, 3), float))
    np.testing.assert_array_equal(jax.jit(lambda k: counter.bits(0, k, 3))(jnp.int64(9)), counter.bits(0, 9, 3))


# ---- wrong arguments


@pytest.mark.parametrize(
    "call, text",
    [
        (lambda: counter.normal(-1, 0, 3), "seed = -1: a seed is a whole number from 0 up to 4294967295."),
        (lambda: counter.normal(2**32, 0, 3), "seed = 4294967296: a seed is a whole number"),
        (lambda: counter.uniform(0.5, 0, 3), "seed = 0.5: a seed is a whole number"),
        (lambda: counter.uniform(True, 0, 3), "seed = True: a seed is a whole number"),
        (lambda: counter.bits(jax.random.key(0), 0, 3), "seed = a key of jax.random: a seed is a whole number"),
        (lambda: counter.bits([1, 2], 0, 3), r"seed = .*1, 2.*: a seed is a whole number"),
        (lambda: counter.bits("7", 0, 3), "seed = '7': a seed is a whole number"),
        (lambda: counter.bits(0, -5, 3), "step = -5: a step is a whole number"),
        (lambda: counter.bits(0, 0.1, 3), "step = 0.1: a step is a whole number"),
        (lambda: jax.jit(counter.bits, static_argnums=2)(0, 0.1, 3), "step = a traced value: a step is a whole number"),
        (lambda: counter.bits(0, 0, 3, stream=-1), "stream = -1: a stream is a whole number"),
        (lambda: counter.bits(0, 0, -3), "n = -3: n is how many elements, or an array with their numbers, 0 or more."),
        (lambda: counter.bits(0, 0, 2.0), "n = 2.0: n is how many elements"),
        (lambda: counter.bits(0, 0, (2, 3)), r"n = .*2, 3.*: n is how many elements"),
        (lambda: counter.bits(0, 0, bm.array([1, -1])), r"n = \[1, -1\]: n is how many elements"),
        (lambda: jax.jit(counter.bits)(0, 0, 3), "n = a traced value: n is how many elements"),
        (lambda: counter.integers(0, 0, 0, 3), "high = 0: the number of possible values is a whole number from 1 up to"),
        (lambda: counter.integers(2**31, 0, 0, 3), "high = 2147483648: the number of possible values"),
        (lambda: counter.poisson(-1.0, 0, 0, 3), "rate = -1.0: a rate is a finite number, 0 or more."),
        (lambda: counter.poisson([1.0, np.inf], 0, 0, 2), "rate = inf: a rate is a finite number"),
        (lambda: counter.poisson(np.nan, 0, 0, 2), "rate = nan: a rate is a finite number"),
        (lambda: counter.poisson(bm.ones(2), 0, 0, 3), r"rate has shape \(2,\), n stands for \(3,\): both say element."),
        (lambda: counter.poisson(1.0, 0, 0, 3, most=0), "most = 0: a rate that is drawn at once is above 0 and at most 60."),
        (lambda: counter.poisson(1.0, 0, 0, 3, most=100.0), "most = 100.0: a rate that is drawn at once"),
        (lambda: counter.poisson("high", 0, 0, 3), "rate = 'high': a rate is a finite number"),
    ],
)
def test_wrong_arguments(call, text):
    with pytest.raises(CounterError, match=text) as error:
        call()
    assert "test_counter.py" in error.value.where and error.value.why and error.value.try_


def test_a_name_that_is_not_there():
    with pytest.raises(AttributeError, match="bm.counter has no 'gaussian'"):
        getattr(bm.counter, "gaussian")  # noqa: B009
    with pytest.raises(AttributeError, match="Did you mean 'normal'"):
        getattr(bm.counter, "normals")  # noqa: B009
