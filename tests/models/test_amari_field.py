"""AmariField against the closed form W(D) = -h, and against its own fronts that stick when they are drawn carelessly."""

import jax
import numpy as np
import pytest
from scipy.integrate import quad

import brainlab as bl
from brainlab.math._array import raw
from brainlab.params import ParamError

HS = (-0.1, -0.2, -0.3, -0.35)
STABLE, UNSTABLE = (3.5772, 2.5426, 1.7813, 1.3497), (0.1118, 0.2592, 0.4894, 0.7166)  # MODELS.md, 3.1


@pytest.fixture(scope="module")
def ends():
    """ends[i, j]: the width at 600 ms, for h = HS[i], from 0.96, 1.04 of the unstable, 0.7, 1.3 of the stable width."""

    def end(h, width):
        field = bl.AmariField(h=h)
        return raw(field.run(field.bump(width), duration=600.0).width)[-1]

    starts = [(0.96 * u, 1.04 * u, 0.7 * s, 1.3 * s) for s, u in zip(STABLE, UNSTABLE, strict=True)]
    many = jax.jit(jax.vmap(jax.vmap(end, (None, 0)), (0, 0)))
    return np.asarray(many(np.array(HS, np.float32), np.array(starts, np.float32)))


def test_stable_widths(ends):
    """From below and from above, and from just above the unstable one."""
    np.testing.assert_allclose(ends[:, 1:], np.tile(STABLE, (3, 1)).T, atol=0.005)


def test_the_unstable_width_is_the_threshold(ends):
    assert (ends[:, 0] == 0).all()


def test_widths_in_closed_form():
    for h, stable, unstable in zip(HS, STABLE, UNSTABLE, strict=True):
        np.testing.assert_allclose(bl.AmariField(h=h).widths(), (stable, unstable), atol=6e-5)
    np.testing.assert_allclose(bl.AmariField(h=-0.25, kernel="dog").widths(), (3.2823, 0.2548), atol=6e-5)
    for field in (bl.AmariField(h=-0.37), bl.AmariField(h=0.05), bl.AmariField(h=-1.2, kernel="dog")):
        assert np.isnan(field.widths()).all()


@pytest.mark.parametrize("kernel", ["wizard hat", "dog"])
def test_W_is_the_integral_of_w(kernel):
    field = bl.AmariField(kernel=kernel)
    for D in (0.3, 1.4, 5.0):
        assert float(field.W(D)) == pytest.approx(quad(lambda x: float(field.w(x)), 0, D)[0], abs=2e-6)


def test_difference_of_gaussians():
    field = bl.AmariField(h=-0.25, kernel="dog")
    assert float(field.run(field.bump(2.0), duration=600.0).width[-1]) == pytest.approx(3.2823, abs=0.005)


def test_the_stable_bump_stands_still():
    field = bl.AmariField()
    u = field.bump()
    assert abs(np.asarray(field.derivative(u)) * field.tau).max() < 1e-3
    assert float(np.asarray(field.active(u)).sum() * 20 / 500) == pytest.approx(field.widths().stable, abs=1e-3)


def test_fronts_at_cells_stick():
    """n cells stay if the outermost of them receives enough and the one beside it does not: many n do."""
    field = bl.AmariField(fronts="at cells")
    dx = field.length / field.cells
    weights = (1 - np.arange(200) * dx) * np.exp(-np.arange(200) * dx) * dx
    inside = np.cumsum(weights)  # n cells: what the outermost receives, itself included
    outside = inside + np.append(weights[1:], 0) - weights[0]
    stays = 1 + np.flatnonzero((inside > 0.2) & (outside <= 0.2))
    stays = stays[stays * dx > 1]  # the others belong to the unstable bump
    found = [float(field.run(field.bump(width), duration=600.0).width[-1]) / dx for width in (1.5, 4.0)]
    assert len(stays) > 3
    for n in found:
        assert round(n) in stays and abs(n * dx - field.widths().stable) > 0.04
    assert found[1] - found[0] > 2.5


def test_input_moves_the_bump():
    field = bl.AmariField()
    x = np.asarray(field.x)
    u = np.asarray(field.run(field.bump(), duration=600.0, I=0.3 * np.exp(-((x - 1.5) ** 2))).u[-1])
    assert x[u > 0].mean() == pytest.approx(1.5, abs=0.06)


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: bl.AmariField(h=-0.5).bump(), r"AmariField.h = -0.5: there is no bump, h must be between -0.3679 and 0"),
        (lambda: bl.AmariField().run(np.zeros(3)), r"u0 has shape \(3,\): 500 cells are expected"),
        (
            lambda: bl.AmariField().run(np.zeros(500), I=np.zeros(7)),
            r"I has shape \(7,\): a number, \(500,\) or \(150, 500\)",
        ),
        (lambda: bl.AmariField(kernel="sombrero"), "one of 'wizard hat', 'dog'"),
        (lambda: bl.AmariField(cells=2), "at least 8"),
        (lambda: bl.AmariField(tau=0.0), "above 0 ms"),
    ],
)
def test_errors(call, match):
    with pytest.raises(ParamError, match=match):
        call()
