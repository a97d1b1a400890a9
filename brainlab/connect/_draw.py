"""Random choices without a loop over neurons."""

from __future__ import annotations

import numpy as np


def bernoulli(trials: int, p: float, rng) -> np.ndarray:
    """The numbers, in order, of those among `trials` independent trials that succeed with probability p.

    Drawn from success to success: the gap between two is geometric, P(gap > g) = (1 - p)^g = exp(-g rate). So the cost is
    that of the successes, not of the trials, and every trial has exactly the probability p.
    Source: Batagelj & Brandes, Phys. Rev. E 71 (2005) 036113.

    >>> bernoulli(1_000_000, 1e-5, np.random.default_rng(0)).shape
    (9,)
    """
    if p == 0 or trials == 0:
        return np.empty(0, np.int64)
    if p == 1:
        return np.arange(trials)
    rate, last, found = -np.log1p(-p), -1, []
    while last < trials:
        expected = (trials - last) * p
        gaps = rng.standard_exponential(int(expected + 5 * np.sqrt(expected) + 10))
        gaps /= rate
        np.minimum(gaps, trials, out=gaps)  # one that leaves the range; a larger one might not be an int64
        places = gaps.astype(np.int64)
        places += 1
        np.cumsum(places, out=places)
        places += last
        found.append(places)
        last = places[-1]
    places = np.concatenate(found) if len(found) > 1 else found[0]
    return places[: np.searchsorted(places, trials)]


def exactly(n: int, of: int, rng) -> np.ndarray:
    """n different numbers out of range(of), in order; every set of n is equally likely.

    More than n are drawn by `bernoulli`, all alike, and then as many dropped by chance as are too many.

    >>> exactly(3, 5, np.random.default_rng(0)).shape
    (3,)
    """
    p = min(1.0, (n + 5 * np.sqrt(n) + 10) / of)
    found = bernoulli(of, p, rng)
    while len(found) < n:  # five standard deviations: about once in three million
        found = bernoulli(of, p, rng)
    return np.delete(found, rng.choice(len(found), len(found) - n, replace=False))


def distinct_rows(rows: int, k: int, n: int, rng) -> np.ndarray:
    """(rows, k): in every row k different numbers out of range(n), in order; every set of k is equally likely.

    Numbers drawn twice in a row are drawn again until there are none. No number is treated unlike another, so no set is.

    >>> distinct_rows(2, 3, 3, np.random.default_rng(0))
    array([[0, 1, 2],
           [0, 1, 2]])
    """
    if 2 * k > n:  # fewer to leave out than to take
        taken = np.ones((rows, n), bool)
        np.put_along_axis(taken, distinct_rows(rows, n - k, n, rng), False, axis=1)
        return np.nonzero(taken)[1].reshape(rows, k)
    found = rng.integers(0, n, (rows, k))
    found.sort(axis=1)
    left = np.arange(rows)
    while len(left):
        part = found[left]
        twice = np.zeros(part.shape, bool)
        twice[:, 1:] = part[:, 1:] == part[:, :-1]
        bad = twice.any(axis=1)
        left, part, twice = left[bad], part[bad], twice[bad]
        part[twice] = rng.integers(0, n, np.count_nonzero(twice))
        part.sort(axis=1)
        found[left] = part
    return found
