"""Chapter 15: the numbers that its saved outputs show and its prose claims, against NumPy, closed forms and other seeds."""

import itertools
import json
import re
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import brentq, fsolve
from scipy.special import erf
from scipy.stats import norm

from brainlab.vision import digits, letters

FILE = Path(__file__).resolve().parents[2] / "course" / "ch15_hopfield.ipynb"
CELLS = {cell["id"]: cell for cell in json.loads(FILE.read_text(encoding="utf-8"))["cells"]}
PROSE = " ".join(" ".join(cell["source"]) for cell in CELLS.values() if cell["cell_type"] == "markdown")
HXT = letters("HXT")
LOADS = (0.05, 0.10, 0.13, 0.138, 0.15, 0.16, 0.20)


def text(id: str) -> str:
    outputs = CELLS[id]["outputs"]
    return "".join("".join(o.get("text") or o["data"]["text/plain"]) for o in outputs)


def shown(id: str) -> np.ndarray:
    """All numbers in the saved output of a cell, in their order."""
    return np.array(re.findall(r"(?<![\w.])[-+]?\d+\.?\d*", text(id)), float)


def rows(id: str) -> list[np.ndarray]:
    """The numbers behind the colon or the name of each line."""
    return [np.array(re.findall(r"(?<![\w.=])[-+]?\d+\.?\d*", line.split(":")[-1]), float) for line in text(id).splitlines()]


def hebb(xi):
    W = xi.T @ xi / xi.shape[1]
    return W - np.diag(np.diag(W))


def heard(h, s):
    return np.where(abs(h) < 1e-9, s, np.sign(h))


def settle(W, s, rng, sweeps=30):
    """One neuron after the other, in an order of its own each time. s: (starts, N)"""
    s = s.copy()
    for _ in range(sweeps):
        before = s.copy()
        for i in rng.permutation(len(W)):
            s[:, i] = heard(s @ W[i], s[:, i])
        if (s == before).all():
            break
    return s


def stays(W, xi):
    return (heard(xi @ W, xi) == xi).all(1)


def flipped(xi, count, rng):
    s = xi.copy()
    for row in s:
        row[rng.permutation(len(row))[:count]] *= -1
    return s


# ---- 15.1


def test_a_damaged_letter_is_mended():
    first, last = shown("overlaps").reshape(2, 3)
    assert first[0] == pytest.approx(1 - 2 * 6 / 35, abs=5e-3)
    np.testing.assert_allclose(last, HXT @ HXT[0] / 35, atol=5e-3)
    all_of, stay, weakest = np.array([r[-3:] for r in rows("fields")]).T
    np.testing.assert_allclose(weakest, (HXT @ hebb(HXT) * HXT).min(1), atol=5e-3)
    assert list(all_of) == list(stay) == [35] * 3


def test_more_than_half_wrong_is_mended_towards_the_inverse():
    rng, W = np.random.default_rng(1), hebb(HXT)
    saved = {int(r[0]): r[1:] for r in (np.array(re.findall(r"\d+", x), float) for x in text("wrong-pixels").splitlines())}
    assert list(saved) == [6, 12, 17, 23, 29, 35]
    for count, share in saved.items():
        m = settle(W, flipped(np.tile(HXT[0], (300, 1)), count, rng), rng) @ HXT.T / 35
        want = [np.mean(m[:, 0] > 0.999), np.mean(m[:, 0] < -0.999), np.mean((abs(m[:, 1:]) > 0.999).any(1))]
        np.testing.assert_allclose(share / 100, want, atol=0.1)
    assert saved[35][1] == 100 and saved[6][0] > 85 and saved[17][2] > 70, "all wrong; few wrong; half wrong"


def mixtures(P, trials, rng, N=1000):
    """How alike the mixture of three of P patterns is to where it ends."""
    found = []
    for _ in range(trials):
        xi = rng.choice([-1.0, 1.0], (P, N))
        s = np.sign(xi[:3].sum(0))
        h, start = s @ xi.T @ xi / N - s * P / N, s.copy()
        for _ in range(30):
            before = s.copy()
            for i in rng.permutation(N):
                if h[i] * s[i] < -1e-9:
                    s[i] *= -1
                    h += 2 * s[i] * (xi[:, i] @ xi) / N
                    h[i] -= 2 * s[i] * P / N
            if (s == before).all():
                break
        found.append(s @ start / N)
    return np.array(found)


def test_a_mixture_stays_if_there_are_few_patterns():
    first, last = shown("mixtures").reshape(2, 3)
    np.testing.assert_allclose(first, 0.5, atol=0.06)
    np.testing.assert_allclose(first, last, atol=0.02)
    rng = np.random.default_rng(2)
    assert mixtures(10, 3, rng).min() > 0.98 and np.mean(mixtures(50, 5, rng) < 0.9) >= 0.6


# ---- 15.2


def test_energy_falls_by_twice_the_field_with_each_turn():
    rng = np.random.default_rng(3)
    W, s = hebb(rng.choice([-1.0, 1.0], (10, 200))), rng.choice([-1.0, 1.0], 200)
    E = -0.5 * s @ W @ s
    for i in rng.permutation(200):
        h = W[i] @ s
        if s[i] * h < 0:
            s[i] *= -1
            assert -0.5 * s @ W @ s - E == pytest.approx(-2 * abs(h), abs=1e-9)
            E = -0.5 * s @ W @ s
    looks, turns, largest, first, rest = shown("descent-numbers")
    assert looks == 40_000 and 300 < turns < 700 and largest == 0 and abs(first) < 20
    assert -505 < rest < -440, "about -N/2 at a pattern, a little less deep in a mixture"


def test_two_that_disagree():
    one_by_one, at_once = text("two").splitlines()
    assert one_by_one.endswith("period 1") and re.findall(r"\[(.*?)\]", at_once) == ["1 1", "-1 -1"] * 2 + ["1 1"]
    assert at_once.endswith("period 2")


def test_all_at_once_makes_cycles_of_two_and_hills():
    rng, cycles, rises = np.random.default_rng(4), [], []
    for _ in range(6):
        W, s = hebb(rng.choice([-1.0, 1.0], (30, 100))), rng.choice([-1.0, 1.0], (300, 100))
        E, run = [], [s]
        for _ in range(40):
            E.append(-0.5 * (run[-1] @ W * run[-1]).sum(1))
            run.append(heard(run[-1] @ W, run[-1]))
        still, back = ((run[-1] == run[-k]).all(1) for k in (2, 3))
        cycles.append(np.mean(back & ~still))
        rises.append(np.mean((np.diff(E, axis=0) > 1e-9).any(0)))
        assert np.mean(still | back) > 0.97, "no other period"
    (none, no_rise), (cycle, rise) = rows("orders")
    assert none == no_rise == 0
    assert min(cycles) - 0.05 < cycle / 100 < max(cycles) + 0.05 and min(rises) - 0.05 < rise / 100 < max(rises) + 0.05


def test_a_memory_melts_at_1_and_a_mixture_of_three_at_046():
    T, m, theory = np.array(
        [re.findall(r"[\d.]+\d", line.replace(",", "")) for line in text("temperature-run").splitlines()], float
    ).T
    for one, want in zip(T, theory, strict=True):
        m_T = brentq(lambda m, T=one: np.tanh(m / T) - m, 0.05, 1) if one < 1 else 0.0
        assert want == pytest.approx(m_T, abs=5e-3)
    assert np.all(abs(m - theory) < 0.1) and np.all(np.diff(m) < 0) and np.all(m[T < 0.9] <= theory[T < 0.9])
    cold, warm = (np.sort(abs(r[-3:])) for r in rows("melt"))
    assert cold.min() > 0.4 and warm[-1] > 0.8 and warm[:2].max() < 0.15

    def slope(T):
        """Of a small difference between two of the three overlaps; above 1 it grows."""
        m = fsolve(lambda m: (np.tanh(3 * m / T) + np.tanh(m / T)) / 4 - m, 0.5)[0]
        three, one = np.tanh(3 * m / T) ** 2, np.tanh(m / T) ** 2
        return (1 - (three + 3 * one) / 4 + (three - one) / 4) / T

    assert brentq(lambda T: slope(T) - 1, 0.3, 0.6) == pytest.approx(0.46, abs=5e-3) and "end at 0.46" in PROSE


# ---- 15.3


def test_the_first_step_is_the_tail_of_a_gaussian():
    alpha, share = shown("one-step").reshape(-1, 2).T
    np.testing.assert_allclose(share / 100, norm.sf(1 / np.sqrt(alpha)), atol=6e-5)


def overlap(alpha):
    """The theory of 1985 as three equations for m, r and C, solved as they stand in the paper."""

    def wrong(x):
        m, r, C = x
        width = np.sqrt(2 * alpha * r)
        return erf(m / width) - m, 1 / (1 - C) ** 2 - r, 2 / np.sqrt(np.pi) * np.exp(-((m / width) ** 2)) / width - C

    x, _, found, _ = fsolve(wrong, (1.0, 1.1, 0.05), full_output=True)
    return x[0] if found == 1 and x[0] > 0.5 else 0.0


def test_the_blackout():
    table = np.array([r[-7:] for r in rows("sizes")])
    assert tuple(table[0]) == LOADS
    np.testing.assert_allclose(table[3], [overlap(a) if a < 0.138 else 0 for a in LOADS], atol=6e-3)
    hundred, five_hundred = table[1:3]
    assert np.all(table[1:3, :2] > 0.98) and np.all(table[1:3, 4] > 0.8), "kept below, and still far above 0.138"
    assert five_hundred[-1] < hundred[-1] - 0.15 and hundred[-1] > 0.75, "the larger, the steeper"
    assert shown("critical")[[0, 1, 2]] == pytest.approx([0.1379, 0.967, 0])
    assert overlap(0.1378) > 0.96 and overlap(0.1381) == 0


@pytest.fixture(scope="module")
def small():
    """NumPy's own networks of 100: overlaps after recall of (load, share of wrong pixels)."""
    rng, found = np.random.default_rng(5), {}
    for P, wrong in ((10, 0), (20, 0), (10, 20), (10, 40)):
        m = []
        for _ in range(8):
            xi = rng.choice([-1.0, 1.0], (P, 100))
            m.append((settle(hebb(xi), flipped(xi, wrong, rng), rng) * xi).mean())
        found[P, wrong] = np.mean(m)
    return found


def test_a_small_network_has_hardly_a_step(small):
    table = np.array([r[-7:] for r in rows("sizes")])
    assert table[1, 1] == pytest.approx(small[10, 0], abs=0.02) and table[1, -1] == pytest.approx(small[20, 0], abs=0.1)


def test_valleys_get_narrow_before_they_are_gone(small):
    table = np.array([r[-7:] for r in rows("basin-table")[1:]])  # 10, 20, 30 and 40 % wrong
    assert np.all(np.diff(table, axis=0) < 0.01) and np.all(np.diff(table, axis=1) < 0.03)
    assert table[2, 0] > 0.99 and table[0, 2] > 0.9 and table[2, 2] < 0.6
    assert small[10, 20] > 0.9 > small[10, 40], "so it is in NumPy"


# ---- 15.4


def test_letters_that_resemble_each_other_are_lost():
    assert re.findall(r"keeps (\d) of \d", text("letters-hebb")) == ["3", "0", "1"]
    for name, kept in (("HXT", 3), ("BCDE", 0), ("ABCDEFGH", 1)):
        xi = letters(name)
        assert stays(hebb(xi), xi).sum() == kept
    every, four = letters(), list(itertools.combinations(range(26), 4))
    assert len(four) == 14_950 and "14 950" in PROSE
    some = [every[list(four[k])] for k in np.random.default_rng(6).permutation(len(four))[:1500]]
    assert np.mean([stays(hebb(xi), xi).all() for xi in some]) < 0.52
    rng = np.random.default_rng(7)
    random = [rng.choice([-1.0, 1.0], (4, 35)) for _ in range(500)]
    assert np.mean([stays(hebb(xi), xi).all() for xi in random]) > 0.97


def prototypes():
    data = digits()
    means = np.array([data.train_images[data.train_labels == k].mean(0) for k in range(10)])
    return np.where(means > 0.5, 1.0, -1.0)


def test_all_digits_end_in_one_picture():
    rng, xi = np.random.default_rng(8), prototypes()
    ends = settle(hebb(xi), xi, rng)
    assert not stays(hebb(xi), xi).any() and (ends == ends[0]).all(), "always the same answer"
    picture = "".join(CELLS["digits-hebb"]["outputs"][0]["data"]["image/svg+xml"])
    ink = re.findall(r'd="([^"]+)" fill="#222222"', picture)
    assert len(ink) == 10 and len({re.sub(r"M[\d. ]+", "M", path) for path in ink}) == 1, "and so it is drawn"
    random = [stays(hebb(x), x).sum() for x in (rng.choice([-1.0, 1.0], (10, 64)) for _ in range(200))]
    assert 7.5 < np.mean(random) < 9 and "eight are kept" in PROSE


def storkey(xi):
    P, N = xi.shape
    W = np.zeros((N, N))
    for x in xi:
        h = (W @ x)[:, None] - np.diag(W)[:, None] * x[:, None] - W * x[None]
        W = W + (np.outer(x, x) - x[:, None] * h.T - h * x[None]) / N
    return W - np.diag(np.diag(W))


def test_the_pseudo_inverse_keeps_all_of_them():
    projector = lambda xi: np.linalg.pinv(xi) @ xi  # noqa: E731
    rng, saved = np.random.default_rng(9), iter(text("rules").splitlines())
    for xi in (letters("BCDE"), prototypes()):
        P = projector(xi)
        for W in (hebb(xi), storkey(xi), P - np.diag(np.diag(P))):
            kept, of, wrong, m = map(
                float, re.search(r"keeps +(\d+) of +(\d+); from (\d) .* ([\d.]+)$", next(saved)).groups()
            )
            assert kept == stays(W, xi).sum() and of == len(xi) and wrong == 3
            starts = np.tile(xi, (20, 1))
            assert m == pytest.approx((settle(W, flipped(starts, 3, rng), rng) * starts).mean(), abs=0.12)
    assert m > 0.98


# ---- 15.5


def test_a_sharper_energy_holds_a_hundred_in_a_hundred():
    rng = np.random.default_rng(10)
    xi = rng.choice([-1.0, 1.0], (100, 100))
    kept = {}
    for n in (2, 3):
        overlap = xi @ xi.T / 100  # pattern, state
        after = overlap[:, :, None] - 2 * xi[:, None, :] * xi[None] / 100  # if one neuron of the state turns
        kept[n] = ((after**n).sum(0) <= (overlap**n).sum(0)[:, None] + 1e-9).all(1).sum()
    assert list(kept.values()) == [0, 100]
    assert list(shown("dense")[[1, 4]]) == [0, 100]


def test_how_sharp_the_softmax_must_be():
    rng = np.random.default_rng(11)
    xi = rng.normal(size=(10_000, 64))
    questions = xi[:50] + 0.5 * rng.normal(size=(50, 64))
    for beta, wrong, best in shown("betas").reshape(4, 3):
        z = beta * questions @ xi.T
        p = np.exp(z - z.max(1, keepdims=True))
        p /= p.sum(1, keepdims=True)
        error = np.linalg.norm(p @ xi - xi[:50], axis=1) / np.linalg.norm(xi[:50], axis=1)
        assert wrong == pytest.approx(error.mean(), abs=0.06) and best == pytest.approx(p.max(1).mean(), abs=0.06)
    assert text("attention-same").strip().endswith("True")


def shares(stored, asked):
    """Softmax with beta = 50 of normalised pictures."""
    keys, questions = (x - stored.mean(0) for x in (stored, asked))
    keys, questions = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (keys, questions))
    p = np.exp(50 * questions @ keys.T)
    return p / p.sum(1, keepdims=True)


def test_names_for_digits_that_may_be_shuffled_but_not_moved():
    data = digits()
    stored, asked = data.train_images.astype(float), data.test_images.astype(float)

    def right(asked):
        return (shares(stored, asked) @ np.eye(10)[data.train_labels]).argmax(1) == data.test_labels[: len(asked)]

    one, two = (np.roll(asked.reshape(-1, 8, 8), step, axis=2).reshape(-1, 64) for step in (1, 2))
    named = right(asked)
    assert shown("names")[0] == pytest.approx(named.sum(), abs=1) and shown("names")[1] == 597 and named.mean() > 0.98
    share = np.array(re.findall(r"(\d+)% right", text("moved")), float) / 100
    np.testing.assert_allclose(share, [x.mean() for x in (named, right(one), right(two), named)], atol=0.01)
    assert 0.3 < share[0] - share[1] < 0.4 and share[2] < 0.2
    assert asked.reshape(-1, 8, 8)[:, :, 7].mean() < 0.03, "by one pixel nearly nothing is pushed over the edge"
    covered = asked[:8].copy()
    covered[:, 32:] = stored.mean(0)[32:]
    assert np.sum(~right(covered)) == 2 and "which two of these eight" in PROSE
