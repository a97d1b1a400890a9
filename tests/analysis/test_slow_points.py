"""Slow points: fixed points, what a fold leaves behind, memories of a network."""

import re

import jax.numpy as jnp
import numpy as np
import pytest

import brainlab as bl
from brainlab.analysis import slow_points


def test_slow_points():
    """What a fold leaves behind: x^2 + r is smallest at 0, q = r^2/2; where there are zeros they are the slow points."""
    (ghost,) = slow_points(lambda x, t, r: x**2 + r, {"x": (-1, 1)}, args=(0.01,))
    assert abs(ghost.y[0]) < 1e-6 and ghost.q == pytest.approx(5e-5) and not ghost.fixed and not ghost.stable
    both = slow_points(lambda x, t, r: x**2 + r, {"x": (-1, 1)}, args=(-0.01,))
    assert sorted(round(float(p.y[0]), 9) for p in both) == [-0.1, 0.1] and all(p.fixed for p in both)
    (rest,) = slow_points(bl.HH(), I=10.0)
    assert rest.fixed and not rest.stable and rest["V"] == pytest.approx(-59.5706, abs=1e-4)


def test_slow_points_of_a_network():
    """Two memories of Hopfield's, as attractors of a network of rates; x and -x are both stored."""
    rng = np.random.default_rng(3)
    patterns = rng.choice([-1.0, 1.0], (2, 40))
    W = jnp.asarray(1.5 * patterns.T @ patterns / 40)
    starts = np.vstack([patterns, -patterns]) + 0.1 * rng.normal(size=(4, 40))
    points = slow_points(lambda x, t: -x + W @ jnp.tanh(x), starts=starts, start=np.zeros(40))
    stored = [p for p in points if p.stable]
    overlaps = np.abs(np.array([np.sign(p.y) for p in stored]) @ patterns.T / 40).max(1)
    assert len(stored) == 4 and (overlaps > 0.95).all()


def test_a_plateau_is_no_slow_point():
    """The exponential of EIF is cut off far above threshold: |f| is the same everywhere there, and huge."""
    assert [p.kind for p in slow_points(bl.EIF(), {"V": (-90, 60)})] == ["stable node", "unstable node"]


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: slow_points(bl.FitzHughNagumo(), starts=np.zeros((3, 3))), r"starts is \(3, 3\): \(start, 2\)"),
        (lambda: slow_points(bl.FitzHughNagumo(), scale=(1.0, 0.0)), "a number above 0 for each state"),
        (lambda: slow_points(bl.FitzHughNagumo(), n=True), "n = True"),
    ],
)
def test_errors(call, match, said):
    assert re.search("(?s)" + match, said(call))
