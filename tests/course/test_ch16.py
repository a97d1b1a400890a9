"""Chapter 16: the numbers that its saved outputs show and its prose claims, against closed forms, SciPy and plain NumPy."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import quad, solve_ivp
from scipy.optimize import brentq, fsolve

FILE = Path(__file__).resolve().parents[2] / "course" / "ch16_continuous_attractors.ipynb"
CELLS = {cell["id"]: cell for cell in json.loads(FILE.read_text(encoding="utf-8"))["cells"]}
PROSE = " ".join(" ".join(cell["source"]) for cell in CELLS.values() if cell["cell_type"] == "markdown")


def text(id: str) -> str:
    outputs = CELLS[id]["outputs"]
    return "".join("".join(o.get("text") or o["data"]["text/plain"]) for o in outputs)


def shown(id: str) -> np.ndarray:
    """All numbers in the saved output of a cell, in their order."""
    return np.array(re.findall(r"(?<![\w.])[-+]?\d+\.?\d*", text(id).replace("nan", "-1")), float)


# ---- 16.1


def W(D):
    """The wizard's hat, added up numerically."""
    return quad(lambda x: (1 - x) * np.exp(-x), 0, D)[0]


def test_widths():
    for h, stable, unstable in shown("widths").reshape(-1, 3):
        if h > -1 / np.e:
            assert stable == pytest.approx(brentq(lambda D, h=h: W(D) + h, 1, 20), abs=1e-4)
            assert unstable == pytest.approx(brentq(lambda D, h=h: W(D) + h, 0, 1), abs=1e-4)
        else:
            assert stable == unstable == -1 and max(W(D) for D in np.linspace(0, 9, 901)) + h < 0
    assert "Below h = -1/e = -0.37" in PROSE and W(1) == pytest.approx(1 / np.e, abs=1e-9)


def test_narrow_spots_die_and_all_others_become_one_bump():
    start, end = shown("spots").reshape(-1, 2).T
    np.testing.assert_allclose(end, np.where(start < 0.2592, 0, 2.5426), atol=0.005)


def front_at_cells(h, width, dx=0.04):
    """Where it stops if a cell is active or not: plain NumPy, Euler."""
    x = (np.arange(500) - 250) * dx
    d = (x[:, None] - x + 10) % 20 - 10
    w = (1 - abs(d)) * np.exp(-abs(d)) * dx
    lifted = lambda z: z * np.exp(-abs(z))  # noqa: E731
    u = lifted(x + width / 2) - lifted(x - width / 2) + h
    for _ in range(250):
        u += 0.2 * (w @ (u > 0) + h - u)
    return (u > 0).sum() * dx


def test_the_grid_holds_the_bump():
    for h, exact, *found in shown("fronts-table").reshape(-1, 6):
        np.testing.assert_allclose(found[:2], exact, atol=0.0101)
        assert exact == pytest.approx(brentq(lambda D, h=h: W(D) + h, 1, 20), abs=0.005)
        if h in (-0.1, -0.35):
            np.testing.assert_allclose(
                found[2:], [front_at_cells(h, s * exact) for s in (0.75, 1.5)], atol=0.081
            )  # two cells
        assert found[2] < exact - 0.09 and found[3] > exact + 0.09, "from inside too narrow, from outside too wide"


# ---- 16.2 and 16.3: the ring in plain NumPy

X = np.arange(64) * 2 * np.pi / 64 - np.pi
DX = X[1] - X[0]
wrap = lambda d: (d + np.pi) % (2 * np.pi) - np.pi  # noqa: E731
J = np.exp(-2 * wrap(X[:, None] - X) ** 2) / (np.sqrt(2 * np.pi) * 0.5) * DX
KC = 1 / (8 * np.sqrt(2 * np.pi) * 0.5)


def bump(z=0.0, height=9.627):
    return height * np.exp(-(wrap(X - z) ** 2))  # 4 a^2 = 1


def place(U):
    return np.angle(np.exp(1j * X) @ np.maximum(U, 0) ** 2)


def ring(duration, z=None, A=0.0, m=0.0, k=0.05, U=None, push=0.0, dt=0.05):
    """(U, path (steps,)) by Heun's method."""
    U, V, path = (bump() if U is None else U), m * bump(push), []

    def slope(U, V, t):
        r = np.maximum(U, 0) ** 2
        I = A * np.exp(-(wrap(X - z(t)) ** 2)) if z else 0.0
        return J @ (r / (1 + k * DX * r.sum())) + I - V - U, (m * U - V) / 50

    for i in range(round(duration / dt)):
        a, b = slope(U, V, i * dt), None
        b = slope(U + dt * a[0], V + dt * a[1], (i + 1) * dt)
        U, V = U + dt * (a[0] + b[0]) / 2, V + dt * (a[1] + b[1]) / 2
        path.append(place(U))
    return U, np.unwrap(path)


def test_four_rings_stay_where_they_are():
    k, kc, height, closed, _, *ends = shown("cann")
    assert kc == pytest.approx(KC, abs=1e-4) and k == 0.05
    U0 = (1 + np.sqrt(1 - k / KC)) / (4 * np.sqrt(np.pi) * 0.5 * k)
    np.testing.assert_allclose([height, closed], U0, atol=0.005)
    assert ends == [-2.0, 0.0, 0.7, 3.0]


def test_the_memory_ends_at_kc_at_once():
    share, height, closed, low = shown("height-table").reshape(-1, 4).T
    np.testing.assert_allclose(height[:4], closed[:4], atol=0.011)
    root = np.sqrt(1 - share[:4])
    scale = 1 / (4 * np.sqrt(np.pi) * 0.5 * share[:4] * KC)
    np.testing.assert_allclose([closed[:4], low[:4]], [(1 + root) * scale, (1 - root) * scale], atol=0.006)
    assert height[4] == 0 and height[3] > 3 and share[4] > 1


def test_the_rates_of_deviations():
    U = fsolve(lambda U: J @ (U**2 / (1 + 0.05 * DX * (U**2).sum())) - U, bump())
    B = 1 + 0.05 * DX * (U**2).sum()
    linear = J @ (np.diag(2 * U / B) - np.outer(U**2, 0.1 * DX * U) / B**2) - np.eye(64)
    rates = np.sort(np.linalg.eigvals(linear).real)[::-1][:4]
    _, *found, overlap = shown("eigenvalues")  # the first number is that of 1/tau
    np.testing.assert_allclose(found, rates, atol=0.006)
    assert overlap == 1.0 and rates[2] == pytest.approx(-np.sqrt(1 - 0.05 / KC), abs=2e-3)


def test_the_lag_is_in_proportion_to_the_speed():
    v, lag, times = shown("track-table").reshape(-1, 3).T
    np.testing.assert_allclose(times, 6.3, atol=0.11)
    _, path = ring(100, z=lambda t: 0.04 * t - 3.0, A=0.2 * 9.627, U=bump(-3.0))
    assert lag[list(v).index(0.04)] == pytest.approx(0.04 * 100 - 3.0 - wrap(path[-1]), abs=3e-3)


def test_a_jump():
    jump, _, there = shown("jump").reshape(-1, 3).T
    for z, time in zip(jump, there, strict=True):
        _, path = ring(40, z=lambda t, z=z: z, A=0.2 * 9.627)
        assert time == np.ceil((1 + np.argmax(path > z - 0.1)) * 0.05 - 0.01)
    assert jump[-1] == 10 * jump[0] and there[-1] == pytest.approx(4 * there[0], abs=1.5)


def test_the_ring_reads_better_than_the_population_vector():
    vector, network = shown("read-code")
    rng = np.random.default_rng(2)
    z = rng.uniform(-np.pi, np.pi, 2000)
    I = 2 * np.exp(-(wrap(X[:, None] - z) ** 2)) + rng.normal(0, 1 * np.sqrt(0.5), (64, 2000))  # 64 cells for 128
    mean = np.sqrt((wrap(np.angle(np.exp(1j * X) @ I) - z) ** 2).mean())
    fits = np.exp(-(wrap(np.linspace(-np.pi, np.pi, 721)[:, None] - X) ** 2)) @ I  # maximum likelihood: the best overlap
    best = np.sqrt((wrap(np.linspace(-np.pi, np.pi, 721)[fits.argmax(0)] - z) ** 2).mean())
    assert vector == pytest.approx(mean, rel=0.25) and network == pytest.approx(best, rel=0.25) and network < 0.85 * vector


def test_the_drift_grows_as_the_root_of_time():
    t, spread, theory = shown("drift-table").reshape(-1, 3).T
    np.testing.assert_allclose(spread, theory, rtol=0.1)
    assert spread[2] / spread[0] == pytest.approx(2, rel=0.12) and list(t) == [100, 200, 400]
    # Noise along the left eigenvector of the rate 0: r'(x) of the bump, in NumPy.
    left, right = bump() * np.gradient(bump(), DX), np.gradient(bump(), DX)
    D = 0.3**2 / DX * (left**2).sum() / (left @ right) ** 2 / 2
    np.testing.assert_allclose(theory, np.sqrt(2 * D * t), rtol=0.02)


def test_tired_bumps_walk_and_run_ahead():
    m, speed = shown("wave").reshape(-1, 2).T
    np.testing.assert_allclose(speed[1:], [0.00780, 0.02530, 0.03859], atol=1.5e-4)  # MODELS.md, 3.3
    assert m[0] < 0.02 < m[1] and speed[0] == 0
    _, path = ring(300, m=0.1, push=-0.1)
    assert (path[-1] - path[-2001]) / 100 == pytest.approx(speed[2], abs=2e-4)
    lags = [float(x) * (-1 if side == "ahead" else 1) for x, side in re.findall(r"([\d.]+) rad (\w+)", text("anticipation"))]
    np.testing.assert_allclose(lags, [0.0631, 0.0267, -0.0259, -0.1092], atol=1e-3)  # as there


def test_turns_are_added_up():
    t, head, found = shown("turn").reshape(-1, 3).T
    integral = [quad(lambda s: 0.005 + 0.02 * np.sin(2 * np.pi * s / 400), 0, T)[0] for T in t]
    np.testing.assert_allclose(head, integral, atol=6e-4)
    np.testing.assert_allclose(found, integral, atol=1.6e-3)


# ---- 16.4


def test_one_is_left_between_the_borders():
    for line in text("wta").splitlines():
        w = float(re.search(r"w = ([\d.]+)", line)[1])
        found = np.array(re.findall(r"[\d.]+", re.search(r"\[(.*)\]", line)[1]), float)
        h = np.array([20.0, 20.2, 19.9, 20.1])
        slope = lambda t, r, w=w, h=h: np.maximum(w * r - r.sum() + h, 0) - r  # noqa: E731
        np.testing.assert_allclose(found, solve_ivp(slope, (0, 200), np.zeros(4), rtol=1e-8).y[:, -1], atol=0.06)
        assert ("True" in line) == (1 < w < 2) == ((found > 0).sum() == 1)


def test_the_winner_holds():
    assert shown("hold")[0] == 1 / (1 - 1.5 + 1) == 2
    ends = re.findall(r"gets (\d+) Hz: in the end \[ ?([\d.]+) +([\d.]+)\]", text("hold"))
    assert [float(a) > float(b) for _, a, b in ends] == [float(h) < 2 * 20 for h, *_ in ends] == [True, True, False]


def decision(c, S=None, duration=5000.0):
    """The gates of Wong & Wang (2006) without noise, by SciPy."""

    def slope(t, S):
        outside = 5.2e-4 * 30 * np.array([1 + c / 100, 1 - c / 100])
        u = 270 * (0.2609 * S - 0.0497 * S[::-1] + 0.3255 + outside) - 108
        return -S / 100 + (1 - S) * 0.641e-3 * u / (1 - np.exp(-0.154 * u))

    even = lambda t, S: S[0] - S[1]  # noqa: E731
    even.terminal = True
    return solve_ivp(slope, (0, duration), S, rtol=1e-8, atol=1e-10, events=even)


def test_late_evidence_hardly_turns_it():
    when, _, share = shown("race-late").reshape(-1, 3).T
    assert (np.diff(share) <= 0).all() and share[0] > 95 and share[-1] < 15 and list(when) == sorted(when)
    won = decision(0.0, np.array([0.66, 0.05])).y[:, -1]
    times = [decision(c, won).t[-1] for c in (-51.2, -69.0, -71.0, -90.0)]
    assert times[:2] == [5000, 5000] and times[2] < 5000 and 900 < times[3] < 1200, "70 %; a second at 90 %"
    assert "70 % of the dots" in PROSE and "even when 90 % do, it takes the state a second" in PROSE


def test_more_evidence_is_right_more_often_and_sooner():
    c, share, _, time = np.array([re.findall(r"[\d.]+", line) for line in text("psychometric").splitlines()], float).T
    np.testing.assert_allclose(share, [0.51, 0.698, 0.868, 0.985, 1.0], atol=0.05)  # MODELS.md, section 5
    assert time[0] == pytest.approx(453, abs=20) and (np.diff(time) < 8).all() and time[-1] == pytest.approx(265, abs=10)


# ---- 16.5


def test_two_cells_in_one_place_attract():
    twice, once = (np.array(re.findall(r"-> ([\d.]+)", line), float) for line in text("twice-table").splitlines())
    np.testing.assert_allclose(twice, [1, np.pi, np.pi], atol=0.01)
    np.testing.assert_allclose(once, [1, 2, 3], atol=0.01)


def test_a_sum_without_dx_depends_on_the_number_of_cells():
    n, k_dx, with_dx, k, without = shown("dx-table").reshape(-1, 5).T
    assert np.ptp(with_dx) == 0 and (k == 1.5).all() and (k_dx == 0.05).all()
    limit = KC * n / (2 * np.pi)  # rho = 1 / dx
    assert list(without > 0) == list(limit > 1.5) and "at 64 cells it is 1.02, at 128 it is 2.03" in PROSE
    np.testing.assert_allclose(limit[:2], [1.02, 2.03], atol=0.005)
    high = (1 + np.sqrt(1 - 1.5 / limit[1:])) / (4 * np.sqrt(np.pi) * 0.5 * 1.5)
    np.testing.assert_allclose(without[1:], high, atol=0.006)
