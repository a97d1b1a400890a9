"""FitzHugh-Nagumo, Morris-Lecar, Hindmarsh-Rose, Connor-Stevens, Wilson-Cowan: fixed points, periods, onsets. In 64 bits."""

import tomllib
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq, root

import brainlab as bl
import brainlab.math as bm
from brainlab.analysis import fi_curve
from brainlab.models._rest import lowest_root
from brainlab.models.morris_lecar import SETS as ML
from brainlab.models.wilson_cowan import SETS as WC
from brainlab.networks.core import trace
from brainlab.params import ParamError, info

FHN, CS, HR = bl.FitzHughNagumo(), bl.ConnorStevens(), bl.HindmarshRose()


def slopes(model, y, *inputs):
    return np.array([float(d) for d in model.derivative(*map(float, y), *inputs)])


def jacobian(model, y, *inputs):
    def field(y):
        return jnp.stack([jnp.asarray(bm.asarray(d).value) for d in model.derivative(*y, *inputs)])

    return np.asarray(jax.jacfwd(field)(jnp.asarray(y)))


def rates(model, currents, duration, settle, **options):
    with bm.enable_x64():
        return fi_curve(model, currents, duration=duration, settle=settle, **options)


def agrees_with(model, plain, y0, I, t1, tolerance):
    """Our derivative in our RK4 against the equations as a textbook prints them in scipy's DOP853."""
    t = np.linspace(0, t1, 21)
    reference = solve_ivp(plain, (0, t1), y0, method="DOP853", rtol=1e-11, atol=1e-12, t_eval=t, args=(I,)).y
    dt = model.dt / 4
    out = trace(model, np.full(round(t1 / dt), I), dt, state=tuple(y0), record=model.states)
    every = round(t1 / dt / 20)
    for state, theirs in zip(model.states, reference, strict=True):
        np.testing.assert_allclose(out[state][every - 1 :: every], theirs[1:], atol=tolerance)


# ---- the fixed point


def test_lowest_root_takes_the_lowest(x64):
    roots = np.array([-1.25, 0.5, 2.0])
    f = lambda x: (x - roots[0]) * (x - roots[1]) * (x - roots[2])  # noqa: E731
    assert float(lowest_root(f, -3.0, 3.0)) == pytest.approx(-1.25, abs=1e-14)
    slope = jax.grad(lambda a: lowest_root(lambda x: jnp.exp(x) - a, -3.0, 3.0))(2.0)
    assert float(slope) == pytest.approx(0.5, rel=1e-12)  # d(log a)/da


@pytest.mark.parametrize("model", [FHN, *ML.values(), CS, HR, bl.FitzHughNagumo(b=1.5), bl.FitzHughNagumo(b=0.0)], ids=repr)
def test_initial_is_a_fixed_point(model, x64):
    np.testing.assert_allclose(slopes(model, model.initial(), 0.0), 0, atol=1e-11)


def test_rest_with_a_current(x64):
    for model, I in ((FHN, 0.5), (ML["hopf"], 90.0), (CS, 7.0), (HR, 2.0)):
        x = float(model.rest(I))
        guess = [float(model.rest(I)), *(float(s) for s in model.initial()[1:])]
        found = root(lambda y, model=model, I=I: slopes(model, y, I), guess, tol=1e-10).x
        assert x == pytest.approx(found[0], abs=1e-7)


def test_fitzhugh_nagumo_with_three_fixed_points_rests_on_the_lowest(x64):
    neuron = bl.FitzHughNagumo(a=0.0, b=2.0)  # v - v^3/3 = v/2: v = 0 and +- sqrt(3/2)
    assert float(neuron.rest()) == pytest.approx(-np.sqrt(1.5), abs=1e-12)


# ---- FitzHugh-Nagumo


def test_fitzhugh_nagumo_equations(x64):
    def plain(t, y, I):
        v, w = y
        return [v - v**3 / 3 - w + I, (v + 0.7 - 0.8 * w) / 12.5]

    agrees_with(FHN, plain, [-1.0, 0.5], 0.5, 50.0, 1e-6)


def test_fitzhugh_nagumo_rest_and_hopf(x64):
    np.testing.assert_allclose([float(x) for x in FHN.initial()], [-1.199408, -0.624260], atol=1e-6)
    # Where the trace 1 - v^2 - b/tau is 0, I is (v + a)/b - v + v^3/3.
    for v, I in ((-np.sqrt(1 - 0.8 / 12.5), 0.331281), (np.sqrt(1 - 0.8 / 12.5), 1.418719)):
        assert (v + 0.7) / 0.8 - v + v**3 / 3 == pytest.approx(I, abs=1e-6)
        assert float(FHN.rest(I)) == pytest.approx(v, abs=2e-6)
        assert np.trace(jacobian(FHN, [v, (v + 0.7) / 0.8], I)) == pytest.approx(0, abs=1e-12)


def test_fitzhugh_nagumo_periods():
    periods = {0.325: 51.80, 0.335: 47.61, 0.4: 42.44, 0.5: 39.474, 1.0: 36.699, 1.4: 45.61}
    found = rates(FHN, [0.32, *periods], duration=1500.0, settle=300.0)
    assert found[0] == 0
    np.testing.assert_allclose(1000 / found[1:], list(periods.values()), atol=6e-3)


# ---- Morris-Lecar


def test_morris_lecar_equations(x64):
    def plain(t, y, I):
        V, w = y
        m, end = 0.5 * (1 + np.tanh((V + 1.2) / 18)), 0.5 * (1 + np.tanh((V - 2) / 30))
        current = 4.4 * m * (V - 120) + 8 * w * (V + 84) + 2 * (V + 60)
        return [(I - current) / 20, 0.04 * (end - w) * np.cosh((V - 2) / 60)]

    agrees_with(ML["hopf"], plain, [-60.0, 0.1], 150.0, 100.0, 1e-5)


def ml_at(neuron, V):
    """(I, trace, determinant) at the fixed point with membrane potential V."""
    w = float(neuron.steady(V).w)
    J = jacobian(neuron, [V, w], 0.0)
    return float(sum(neuron.currents(V, w))), np.trace(J), np.linalg.det(J)


def test_morris_lecar_hopf_points(x64):
    for name, bracket, I, frequency in (
        ("hopf", (-35.0, -20.0), 93.8576, 12.70),
        ("hopf", (0.0, 20.0), 212.0188, None),
        ("snic", (0.0, 20.0), 97.788, None),
        ("homoclinic", (-5.0, 15.0), 36.316, None),
    ):
        V = brentq(lambda V, name=name: ml_at(ML[name], V)[1], *bracket, xtol=1e-11)
        current, _, determinant = ml_at(ML[name], V)
        assert current == pytest.approx(I, abs=6e-4 if I < 97 else 6e-4), name
        assert determinant > 0
        if frequency:
            assert 1000 * np.sqrt(determinant) / (2 * np.pi) == pytest.approx(frequency, abs=6e-3)


def test_morris_lecar_folds(x64):
    """Where the steady current has a maximum or minimum two fixed points meet: there the determinant is 0."""
    for bracket, I in (((-40.0, -25.0), 39.9632), ((-20.0, 0.0), -9.949)):
        V = brentq(lambda V: ml_at(ML["snic"], V)[2], *bracket, xtol=1e-11)
        assert ml_at(ML["snic"], V)[0] == pytest.approx(I, abs=6e-4)


def test_morris_lecar_rates():
    found = rates(ML["hopf"], [85.0, 90.0, 100.0, 150.0], duration=1500.0, settle=500.0)
    np.testing.assert_allclose(found, [0, 9.73, 11.72, 15.11], atol=6e-3)
    currents = {40: 1.06, 40.2: 2.59, 41: 5.11, 45: 10.07, 60: 17.06, 100: 23.77}
    found = rates(ML["snic"], [39.9, *currents], duration=3000.0, settle=500.0)
    np.testing.assert_allclose(found, [0, *currents.values()], atol=6e-3)
    # It begins with a rate, after a second: I is just beyond the fold.
    found = rates(ML["homoclinic"], [39.9, 40.0], duration=3000.0, settle=2000.0)
    np.testing.assert_allclose(found, [0, 41.6], atol=0.06)


# ---- Hindmarsh-Rose


def test_hindmarsh_rose_equations(x64):
    def plain(t, y, I):
        x, y, z = y
        return [y - x**3 + 3 * x**2 - z + I, 1 - 5 * x**2 - y, 0.006 * (4 * (x + 1.6) - z)]

    agrees_with(HR, plain, [-1.0, 0.0, 2.0], 3.25, 50.0, 2e-5)


def test_hindmarsh_rose_bursts():
    cases = {1.5: (1, 149.53), 2.0: (2, 128.506), 2.5: (3, 124.107), 4.0: (1, 20.13)}  # spikes in a burst, its period
    steps = round(1400 / HR.dt)
    with bm.enable_x64():
        spikes = np.asarray(trace(HR, np.broadcast_to([*cases, 3.25], (steps, 5)), HR.dt, record=())["spikes"])
    times = [HR.dt * np.flatnonzero(column) for column in spikes.T]
    for (I, (size, period)), t in zip(cases.items(), times, strict=False):
        t = t[t > 800]
        assert (t[size:] - t[:-size]).mean() == pytest.approx(period, abs=0.051), I  # spikes are counted at steps
        assert size == 1 or np.ptp(np.diff(t)) > 50  # it pauses between bursts
    chaotic = np.diff(times[-1][times[-1] > 300])
    assert chaotic.std() > 10 and len(np.unique(np.round(chaotic, 0))) > 8


# ---- Connor-Stevens


def cs_gates(V):
    """As Dayan & Abbott print them, in NumPy: (steady values, time constants)."""
    am, bm_ = 0.38 * (V + 29.7) / (1 - np.exp(-0.1 * (V + 29.7))), 15.2 * np.exp(-0.0556 * (V + 54.7))
    ah, bh = 0.266 * np.exp(-0.05 * (V + 48)), 3.8 / (1 + np.exp(-0.1 * (V + 18)))
    an, bn = 0.02 * (V + 45.7) / (1 - np.exp(-0.1 * (V + 45.7))), 0.25 * np.exp(-0.0125 * (V + 55.7))
    a = (0.0761 * np.exp(0.0314 * (V + 94.22)) / (1 + np.exp(0.0346 * (V + 1.17)))) ** (1 / 3)
    b = (1 / (1 + np.exp(0.0688 * (V + 53.3)))) ** 4
    tau_a = 0.3632 + 1.158 / (1 + np.exp(0.0497 * (V + 55.96)))
    tau_b = 1.24 + 2.678 / (1 + np.exp(0.0624 * (V + 50)))
    return np.array([am / (am + bm_), ah / (ah + bh), an / (an + bn), a, b]), np.array(
        [1 / (am + bm_), 1 / (ah + bh), 1 / (an + bn), tau_a, tau_b]
    )


def cs_plain(t, y, I):
    V, m, h, n, a, b = y
    current = 120 * m**3 * h * (V - 55) + 20 * n**4 * (V + 72) + 47.7 * a**3 * b * (V + 75) + 0.3 * (V + 17)
    steady, taus = cs_gates(V)
    return [I - current, *((steady - y[1:]) / taus)]


def test_connor_stevens_equations(x64):
    agrees_with(CS, cs_plain, [-60.0, 0.1, 0.9, 0.2, 0.5, 0.3], 20.0, 20.0, 2e-6)


@pytest.mark.parametrize("V", [-29.7, -45.7])
def test_connor_stevens_at_the_removable_singularities(V, x64):
    """Where the book's formula is 0/0: the value, and its gradient, are those of the neighbourhood."""
    for i in (0, 1):
        near = 0.5 * (cs_gates(V - 1e-4)[i] + cs_gates(V + 1e-4)[i])
        np.testing.assert_allclose([float(x) for x in CS.gates(V)[i]], near, rtol=1e-8)
        slope = jax.jacfwd(lambda V, i=i: jnp.stack([x.value for x in CS.gates(V)[i]]))(V)
        np.testing.assert_allclose(slope, (cs_gates(V + 1e-4)[i] - cs_gates(V - 1e-4)[i]) / 2e-4, rtol=1e-6, atol=1e-8)


def test_connor_stevens_rest(x64):
    V = brentq(lambda V: cs_plain(0, [V, *cs_gates(V)[0]], 0.0)[0], -80, -50, xtol=1e-12)
    assert float(CS.rest()) == pytest.approx(V, abs=1e-9) and V == pytest.approx(-67.98, abs=5e-3)


def test_connor_stevens_fires_slowly_and_late():
    with bm.enable_x64():
        out = trace(CS, np.broadcast_to([8.0, 8.2, 10.0, 30.0], (90_000, 4)), CS.dt, record=())["spikes"]
        quick = trace(CS.replace(g_A=0.0), np.full(5_000, 10.0), CS.dt, record=())["spikes"]
    none, slow, middle, fast = (CS.dt * (np.flatnonzero(column) + 1) for column in np.asarray(out).T)
    assert len(none) == 0
    assert slow[0] == pytest.approx(307.8, abs=0.06) and 1000 / np.diff(slow)[0] == pytest.approx(3.46, abs=6e-3)
    assert middle[0] == pytest.approx(38.1, abs=0.06)
    assert 1000 * (len(middle) - 1) / (middle[-1] - middle[0]) == pytest.approx(34.05, abs=0.01)
    assert 1000 * (len(fast) - 1) / (fast[-1] - fast[0]) == pytest.approx(191.2, abs=0.06)
    times = CS.dt * (np.flatnonzero(quick) + 1)
    assert times[0] < 10 and len(times) > 5  # without I_A: early and fast at the same current


# ---- Wilson-Cowan


def wc_plain(c1, c2, c3, c4, a_e, theta_e, a_i, theta_i):
    def S(x, a, theta):
        return 1 / (1 + np.exp(-a * (x - theta))) - 1 / (1 + np.exp(a * theta))

    k_e, k_i = 1 - 1 / (1 + np.exp(a_e * theta_e)), 1 - 1 / (1 + np.exp(a_i * theta_i))

    def plain(t, y, P):
        E, I = y
        dE = -E + (k_e - E) * S(c1 * E - c2 * I + P, a_e, theta_e)
        return [dE / 8, (-I + (k_i - I) * S(c3 * E - c4 * I, a_i, theta_i)) / 8]

    return plain


WC_PLAIN = {
    "hysteresis": wc_plain(12, 4, 13, 11, 1.2, 2.8, 1, 4),
    "oscillation": wc_plain(16, 12, 15, 3, 1.3, 4, 2, 3.7),
}


@pytest.mark.parametrize("name", WC)
def test_wilson_cowan_equations(name, x64):
    for y in ([0.1, 0.05], [0.4, 0.3], [0.9, 0.0]):
        np.testing.assert_allclose(slopes(WC[name].replace(P=0.5), y), WC_PLAIN[name](0, y, 0.5), rtol=1e-12, atol=1e-15)


def test_wilson_cowan_remembers(x64):
    model = WC["hysteresis"]
    np.testing.assert_allclose(slopes(model, model.initial()), 0, atol=1e-15)
    for guess, fixed, stable in (((0.2, 0.07), (0.18967, 0.06810), False), ((0.4, 0.2), (0.43975, 0.22593), True)):
        found = root(lambda y: slopes(model, y), guess, tol=1e-12).x
        np.testing.assert_allclose(found, fixed, atol=6e-6)
        assert (np.linalg.eigvals(jacobian(model, found)).real.max() < 0) == stable
    assert np.linalg.eigvals(jacobian(model, [0.0, 0.0])).real.max() < 0


def end(model, y0, P, duration=1200.0):
    """(E) at the end for every P, from y0."""
    P = np.asarray(P)
    state = tuple(np.full(P.shape, x) for x in y0)
    f = lambda E, I, t, model: model.derivative(E, I)  # noqa: E731
    return np.asarray(bl.solve_ode(f, state, 0.0, duration, dt=1.0, args=(model.replace(P=P),))["E"])


def test_wilson_cowan_jumps(x64):
    """From silence upwards and from activity downwards. The folds of the curve of fixed points are at 0.3047 and -0.3996."""
    model = WC["hysteresis"]
    up, down = end(model, (0.0, 0.0), [0.30, 0.32])[-1], end(model, (0.44, 0.23), [-0.39, -0.42])[-1]
    assert up[0] < 0.1 < 0.4 < up[1]
    assert down[1] < 0.05 < 0.3 < down[0]


def test_wilson_cowan_oscillates(x64):
    """Periods by rising crossings of E's mean, on a straight line between the steps."""
    P = np.array([1.0, 1.1, 1.25, 1.5, 2.5])
    E = end(WC["oscillation"], (0.1, 0.05), P)[400:]
    swing = np.ptp(E, axis=0)
    assert swing[0] < 1e-3 and swing[-1] < 0.02 and (swing[1:4] > 0.1).all()
    np.testing.assert_allclose([E[:, 2].min(), E[:, 2].max()], [0.1026, 0.2697], atol=4e-4)
    for i, period, tolerance in ((1, 75.875, 0.02), (2, 39.967, 6e-3), (3, 26.559, 6e-3)):
        above = E[:, i] - E[:, i].mean()
        at = np.flatnonzero((above[:-1] < 0) & (above[1:] >= 0))
        times = at + above[at] / (above[at] - above[at + 1])
        assert (times[-1] - times[0]) / (len(times) - 1) == pytest.approx(period, abs=tolerance)


def test_wilson_cowan_far_out_is_finite():
    far = bl.WilsonCowan().derivative(bm.array([1e4, -1e4]), bm.array([-1e4, 1e4]))
    assert all(np.isfinite(x).all() for x in far)


# ---- dynamics that is no neuron, neurons whose first state is not called V


def test_population_refuses_what_is_no_neuron():
    with pytest.raises(bl.networks.SimulationError) as error:
        bl.Population(bl.WilsonCowan(), 3)
    text = str(error.value)
    assert "WilsonCowan() is no neuron model: it has no spikes." in text
    assert "bl.solve_ode(lambda E, I, t, model: model.derivative(E, I), " in text
    with pytest.raises(bl.networks.SimulationError, match="WilsonCowan is no neuron model"):
        bl.simulate(bl.WilsonCowan, 10.0)


def test_what_that_error_says_works():
    model = bl.WilsonCowan()
    sol = bl.solve_ode(lambda E, I, t, model: model.derivative(E, I), model.initial(), 0.0, 100.0, dt=0.1, args=(model,))
    assert sol["E"].shape == (1001,) and np.isfinite(sol["E"]).all()


def test_abstract_dynamics_says_nothing_by_itself():
    for call in (bl.Dynamics().initial, lambda: bl.Dynamics().derivative(0.0)):
        with pytest.raises(NotImplementedError):
            call()


def test_runs_of_neurons_without_a_state_V():
    run = bl.simulate(FHN, duration=60.0, inputs=0.5)
    assert run.monitors == ("v",) and run["v"].shape == (600, 1) and "v -" in repr(run)
    assert "v (1)" in run.plot()._repr_svg_()
    cells = bl.Population(HR, 2)
    cells.x[1] = -0.01
    assert np.asarray(cells.step(20.0)).tolist() == [False, True]


# ---- texts


@pytest.mark.parametrize("cls", [bl.FitzHughNagumo, bl.MorrisLecar, bl.ConnorStevens, bl.HindmarshRose, bl.WilsonCowan])
def test_every_text_exists_in_chinese(cls):
    catalogue = tomllib.loads((Path(bl.__file__).parent / "zh" / "models.toml").read_text(encoding="utf-8"))
    for p in info(cls).values():
        assert p.doc in catalogue and (not p.why or p.why in catalogue), p.name


def test_wilson_cowan_refuses_a_negative_synapse():
    with pytest.raises(ParamError, match="WilsonCowan.c2 = -1.0 1: the inhibitory to excitatory must be at least 0"):
        bl.WilsonCowan(c2=-1.0)
