"""CANN against its closed forms (Fung, Wong & Wu 2010) and the numbers of MODELS.md, 3.3, whose unit of time is tau."""

import jax
import numpy as np
import pytest

import brainlab as bl
import brainlab.math as bm
from brainlab.math._array import raw
from brainlab.models.cann import _run
from brainlab.params import ParamError

K = 0.5 / (8 * (2 * np.pi) ** 0.5 * 0.5)  # half of kc, for a = 0.5
U0 = 9.656854
# The rows of one experiment: (speed of the stimulus, where it begins, A / U0, m, start / U0, k)
ROWS = {
    **{f"track {v}": (v, 0.0, 0.2, 0.0, 1.0, K) for v in (0.005, 0.01, 0.02, 0.06)},
    "track strong": (0.005, 0.0, 0.5, 0.0, 1.0, K),
    **{f"adapt {m}": (0.01, 0.0, 0.2, m, 1.0, K) for m in (0.02, 0.05, 0.1)},
    **{f"wave {m}": (0.0, 0.0, 0.0, m, 1.0, K) for m in (0.01, 0.03, 0.05, 0.1, 0.2)},
    **{f"jump {z}": (0.0, z, 0.2, 0.0, 1.0, K) for z in (0.2, 1.0, 2.0)},
    "alone": (0.0, 0.0, 0.0, 0.0, 1.2, K),
    "too low": (0.0, 0.0, 0.0, 0.0, 0.99 * 1.656854 / U0, K),
    "just enough": (0.0, 0.0, 0.0, 0.0, 1.01 * 1.656854 / U0, K),
    "below kc": (0.0, 0.0, 0.0, 0.0, 1.0, 2 * 0.99 * K),
    "above kc": (0.0, 0.0, 0.0, 0.0, 1.0, 2 * 1.01 * K),
}
STEP, EVERY, LONG = 0.2, 5, 1500.0


@pytest.fixture(scope="module")
def seen():
    """seen[row]: (path (time,) in rad, U at the end), every tau."""

    def one(v, z, A, m, start, k):
        ring = bl.CANN(k=k, A=A * U0, m=m, size=64)
        bump = raw(bl.CANN(k=K, size=64).initial(np.array([0.0, -0.3]))[0])
        start = start * bump[0], m * bump[1]  # adapted as if the bump had come from there
        run = ring.run(lambda t: z + v * t, LONG, STEP, start=start, every=EVERY)
        return raw(run.path), raw(run.U)[-1]

    with bm.enable_x64():
        paths, U = jax.jit(jax.vmap(one))(*np.array(list(ROWS.values())).T)
        return dict(zip(ROWS, zip(np.asarray(paths), np.asarray(U), strict=True), strict=True))


def lag(seen, row):
    return ROWS[row][0] * LONG - seen[row][0][-1]


def speed(seen, row):
    return np.polyfit(np.arange(300), seen[row][0][-300:], 1)[0]


# ---- the bump


def test_height_in_closed_form(seen):
    ring = bl.CANN(k=K)
    assert float(ring.kc) == pytest.approx(0.0997356, abs=5e-8)
    assert float(ring.bump().U0) == pytest.approx(U0, rel=1e-6)
    assert float(ring.bump(stable=False).U0) == pytest.approx(1.656854, rel=1e-6)
    assert float(ring.bump().width) == pytest.approx(np.sqrt(0.5))
    assert seen["alone"][1].max() == pytest.approx(U0, rel=1e-5)
    assert seen["just enough"][1].max() == pytest.approx(U0, rel=1e-5)
    assert seen["too low"][1].max() < 1e-9


def test_rates_and_shape(seen):
    U = seen["alone"][1]
    assert float(raw(bl.CANN(k=K, size=64).rates(U)).max()) == pytest.approx(13.65685, rel=1e-5)
    np.testing.assert_allclose(U, U0 * np.exp(-(np.asarray(bl.CANN(size=64).x) ** 2)), atol=2e-3)


def test_the_bump_ends_at_kc(seen):
    assert seen["below kc"][1].max() == pytest.approx(float(bl.CANN(k=2 * 0.99 * K).bump().U0), rel=1e-4)
    assert seen["above kc"][1].max() < 1e-9
    assert np.asarray(bl.CANN(k=2 * 1.01 * K).initial()[0]).max() == 0


def test_eigenvalues_at_the_bump(seen, x64):
    """0 for a shift, -sqrt(1 - k/kc) for the height, and 2^(1-n) - 1 of the n-th Hermite function for the others."""
    ring, U = bl.CANN(k=K, size=64), seen["alone"][1]
    J = jax.jacfwd(lambda U: raw(ring.derivative(U, 0 * U)[0]))(U)
    values, vectors = np.linalg.eig(np.asarray(J))
    order = np.argsort(-values.real)
    np.testing.assert_allclose(values[order][:4].real, [0, -0.5, -np.sqrt(0.5), -0.75], atol=2e-3)
    assert abs(values[order[0]]) < 1e-4
    slope = np.gradient(U)
    shift = vectors[:, order[0]].real
    assert abs(shift @ slope) > 0.999 * np.linalg.norm(shift) * np.linalg.norm(slope)


# ---- following, adaptation


def test_lag_behind_a_moving_stimulus(seen):
    for row, expected in (
        ("track 0.005", 0.03155), ("track 0.01", 0.06311), ("track 0.02", 0.12635), ("track 0.06", 0.38336),
    ):  # fmt: skip
        assert lag(seen, row) == pytest.approx(expected, rel=5e-3), row


def test_lag_of_a_slow_stimulus_is_that_of_the_formula(seen):
    """v tau U / A, with the height U that the stimulus gives the bump."""
    for row, A in (("track 0.005", 0.2), ("track strong", 0.5)):
        U = seen[row][1].max()
        assert lag(seen, row) == pytest.approx(0.005 * U / (A * U0), rel=5e-3)
    assert lag(seen, "track strong") == pytest.approx(0.0161, abs=2e-4)


def test_reaction_time_to_a_jump(seen):
    """Within 0.02 rad of the new place, in tau: it grows slower than the jump."""
    for z, expected in ((0.2, 14.5), (1.0, 24.95), (2.0, 31.25)):
        path = seen[f"jump {z}"][0]
        after = np.flatnonzero(z - path < 0.02)[0]
        gap = z - path[after - 1 : after + 1]
        assert after - 1 + (gap[0] - 0.02) / (gap[0] - gap[1]) == pytest.approx(expected, rel=0.02), z


def test_anticipation(seen):
    for m, expected in ((0.02, 0.0267), (0.05, -0.0259), (0.1, -0.1092)):
        assert lag(seen, f"adapt {m}") == pytest.approx(expected, abs=1e-3), m


def test_travelling_waves(seen):
    for m, expected in ((0.03, 0.00780), (0.05, 0.01464), (0.1, 0.02530), (0.2, 0.03859)):
        ring = bl.CANN(k=K, m=m)
        assert speed(seen, f"wave {m}") == pytest.approx(expected, rel=0.01), m
        assert 1.2 < float(ring.wave_speed) / speed(seen, f"wave {m}") < 1.4  # as MODELS.md has it
    assert abs(speed(seen, "wave 0.01")) < 1e-4
    assert float(bl.CANN(m=0.019).wave_speed) == 0 < float(bl.CANN(m=0.021).wave_speed)


# ---- noise, decoding, integration


def test_the_angle_diffuses():
    ring = bl.CANN(k=K, sigma=0.2, size=64)
    assert float(ring.diffusion) == pytest.approx(27 * 0.5 * 0.04 / (16 * np.sqrt(np.pi) * U0**2), rel=1e-6)
    run = ring.run(None, 80.0, 0.2, start=np.zeros(300), I=np.zeros((300, 64), np.float32))
    t, variance = np.asarray(run.t)[10:], np.asarray(run.centre).var(axis=1)[10:]
    np.testing.assert_allclose(variance, 2 * float(ring.diffusion) * t, rtol=0.3)
    assert np.corrcoef(t, variance)[0, 1] > 0.99
    assert (np.asarray(run.U)[-1].max(axis=-1) > 0.8 * U0).all()


def test_decoding_a_noisy_input():
    """The network does better than votes, and as well as its shape lets it: rms error 0.0623 against 0.0881."""
    ring, rng = bl.CANN(k=K, A=np.sqrt(333 / 64), size=64), np.random.default_rng(0)
    z = rng.uniform(-np.pi, np.pi, 300)
    I = np.asarray(ring.stimulus(z)) + rng.normal(0, 0.5, (300, 64)).astype(np.float32)

    def rms(found):
        return np.sqrt(np.mean(np.angle(np.exp(1j * (np.asarray(found) - z))) ** 2))

    network, votes = rms(ring.decode(I, duration=40.0)), rms(ring.population_vector(I))
    assert votes == pytest.approx(0.0881, rel=0.12)
    assert network == pytest.approx(0.0623, rel=0.15)


def test_shifted_weights_integrate():
    ring, place = bl.CANN(k=K, size=32), np.array([0.0, 1.0, 3.0], np.float32)
    run = ring.run(None, 40.0, start=place, turn=lambda t: 0.3 * bm.sin(t / 6))
    np.testing.assert_allclose(run.path, place + 1.8 * (1 - np.cos(np.asarray(run.t)[:, None] / 6)), atol=5e-3)


def test_what_a_run_returns():
    ring = bl.CANN(size=32)
    run = ring.replace(sigma=0.05).run(lambda t: bm.where(t < 20, 0.5, bm.nan), 40.0, start=np.full(3, 0.5, np.float32))
    assert run.t.shape == (41,) and run.U.shape == run.V.shape == (41, 3, 32) and run.x.shape == (32,)
    assert np.isnan(np.asarray(run.lag)).all(axis=1).tolist() == (np.asarray(run.t) >= 20).tolist()
    np.testing.assert_allclose(run.centre, 0.5, atol=0.1)
    assert len(set(np.asarray(run.centre[-1]).tolist())) == 3
    again = ring.run(np.full(400, 0.5), 40.0, start=np.full(3, 0.5, np.float32))
    np.testing.assert_allclose(again.lag, 0, atol=1e-4)
    compiled = _run._cache_size()
    other = bl.CANN(size=32, a=0.4, k=0.07, m=0.05, A=3.0, sigma=0.1)
    other.run(lambda t: 0.01 * t, 40.0, start=np.zeros(3, np.float32), turn=0.01, seed=5)
    assert _run._cache_size() == compiled, "a parameter was compiled anew"


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: bl.CANN(k=0.12).bump(), r"CANN.k = 0.12: there is no bump, k must be below kc = 0.09974"),
        (lambda: bl.CANN().run(every=7), "every = 7: a whole number that divides the 5000 steps"),
        (lambda: bl.CANN().run(np.zeros(5)), r"stimulus has shape \(5,\): a number, or one for each of the 5000 steps"),
        (lambda: bl.CANN().run(turn=np.zeros(5)), r"turn has shape \(5,\)"),
        (lambda: bl.CANN().run(start="left"), "start = 'left': an angle, angles"),
        (lambda: bl.CANN().run(start=(0.0, 1.0)), r"start = \(0.0, 1.0\): an angle, angles"),
        (lambda: bl.CANN().run(I=np.zeros(5)), r"I has shape \(5,\): its last axis must be the 128 neurons"),
        (lambda: bl.CANN(a=0.0), "above 0 rad"),
        (lambda: bl.CANN(k=0.0), "above 0 1"),
        (lambda: bl.CANN(m=-0.1), "at least 0 1"),
        (lambda: bl.CANN(size=2), "at least 3"),
    ],
)
def test_errors(call, match):
    with pytest.raises(ParamError, match=match):
        call()
