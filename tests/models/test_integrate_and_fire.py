"""QIF, EIF, AdEx and Izhikevich against closed forms, fixed points and published counts."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import brainlab as bl
from brainlab.analysis import fi_curve
from brainlab.models import adex, izhikevich
from brainlab.networks.core import trace


def test_qif(x64):
    currents, rates = [4.0, 5.0, 8.0, 20.0], [2.192, 10.309, 23.767, 63.365]
    np.testing.assert_allclose(bl.QIF().rate(np.array(currents)), rates, rtol=2e-4)
    np.testing.assert_allclose(fi_curve(bl.QIF(), currents, dt=0.01, duration=1500.0), rates, rtol=6e-4)
    assert bl.QIF().rheobase() == pytest.approx(3.9375)
    assert float(bl.QIF().rate(3.9)) == 0.0
    assert fi_curve(bl.QIF(), [3.9], dt=0.05)[0] == 0.0


def test_eif(x64):
    rates = fi_curve(bl.EIF(), [0.161, 0.2, 1.0, 5.0], dt=0.01, duration=1500.0)
    np.testing.assert_allclose(rates, [0.0, 8.256, 57.72, 181.95], rtol=1e-3)
    assert bl.EIF().rheobase() == pytest.approx(0.162)


def test_eif_rheobase_is_where_the_fixed_point_vanishes(x64):
    model = bl.EIF()
    V = np.linspace(-65, -55, 100_001)
    assert -float(model.derivative(V, 0.0).min()) == pytest.approx(model.rheobase(), abs=1e-6)


@pytest.mark.parametrize("cls", [bl.EIF, bl.AdEx])
def test_the_exponential_does_not_overflow(cls):
    model = cls(Delta_T=0.2, V_peak=30.0)  # (V - V_T) / Delta_T reaches 400
    out = trace(model, np.full(4000, 1500.0 if cls is bl.AdEx else 3.0), 0.1, record=cls.states)
    assert all(np.isfinite(out[name]).all() for name in cls.states)
    assert 1 < out["spikes"].sum() < 400


@pytest.fixture(scope="module")
def adex_counts():
    import brainlab.math as bm

    with bm.enable_x64():
        I = np.broadcast_to([600.0, 700, 800, 1000, 1500], (50_000, 5))
        return np.asarray(trace(bl.AdEx(), I, 0.02, record=())["spikes"]).sum(0)


def test_adex_spike_counts(adex_counts):
    assert adex_counts.tolist() == [1, 9, 17, 31, 61]


def test_adex_bifurcations(x64):
    model = bl.AdEx()
    assert float(model.saddle_node()) == pytest.approx(627.311, abs=5e-4)
    assert float(model.hopf()) == pytest.approx(627.182, abs=5e-4)

    # against the Jacobian: along the fixed points w = a (V - E_L), and I is what makes dV zero
    def at(V):
        w = model.a * (V - model.E_L)
        I = -model.C * float(model.derivative(V, w, 0.0)[0])
        J = jax.jacfwd(lambda y: jnp.stack([x.value for x in map(bl.math.asarray, model.derivative(*y, I))]))(
            jnp.array([V, w])
        )
        return I, np.asarray(J)

    V = np.linspace(-52, -49.5, 2001)
    currents, jacobians = zip(*map(at, V[::10]), strict=True)
    assert max(currents) == pytest.approx(627.311, abs=0.01)
    traces = np.array([np.trace(J) for J in jacobians])
    crossing = np.interp(0.0, traces, currents)
    assert crossing == pytest.approx(627.182, abs=0.01)


NAUD = {
    "tonic": (51, 14.22),
    "adaptation": (10, 14.90),
    "initial burst": (10, 5.46),
    "regular bursting": (9, 16.16),
    "delayed accelerating": (36, 33.57),
    "delayed regular bursting": (26, 57.18),
    "transient": (1, 30.29),
    "irregular": (28, 15.64),
}


@pytest.fixture(scope="module")
def naud():
    import brainlab.math as bm

    with bm.enable_x64():
        models = [model for model, _ in adex.PATTERNS.values()]
        drives = np.stack([drive.values() for _, drive in adex.PATTERNS.values()], axis=1)
        many = jax.tree.map(lambda *leaves: np.array(leaves), *models)
        spikes = np.asarray(trace(many, drives, 0.01, record=())["spikes"])
    return {name: bl.analysis.spike_times(spikes[:, i], 0.01) for i, name in enumerate(adex.PATTERNS)}


@pytest.mark.parametrize("name", NAUD)
def test_naud_patterns(naud, name):
    count, first = NAUD[name]
    assert naud[name][0] == pytest.approx(first, abs=0.02)
    if name == "irregular":  # chaotic: the count depends on the last digit, the irregularity does not
        assert 22 <= len(naud[name]) <= 34 and np.diff(naud[name]).std() > 5
    else:
        assert len(naud[name]) == count


def test_naud_patterns_are_what_their_names_say(naud):
    intervals = {name: np.diff(times) for name, times in naud.items()}
    assert intervals["tonic"].std() < 0.05 * intervals["tonic"].mean()
    assert (np.diff(intervals["adaptation"]) > 0).all()
    assert intervals["initial burst"][0] < 0.2 * intervals["initial burst"][-1]
    assert (intervals["regular bursting"] < 15).any() and (intervals["regular bursting"] > 60).any()
    assert (np.diff(intervals["delayed accelerating"][:5]) < 0).all()


PUBLISHED = dict(zip("ABCDEFGHIJKLMNOPQRST", [5, 1, 28, 6, 6, 6, 10, 14, 1, 1, 1, 1, 1, 7, 1, 5, 1, 1, 3, 12], strict=True))


def test_there_are_twenty_patterns():
    assert [name[0] for name in izhikevich.PATTERNS] == list(PUBLISHED)


def izhikevich_program(model, drive):
    """The published program, written again in plain Python."""
    V, u, spikes = *drive.start, []
    for I in drive.values():
        V = V + drive.dt * (model.p1 * V**2 + model.p2 * V + model.p3 - u + I)
        u = u + drive.dt * model.a * (model.b * (V - model.V_u) - model.k_u * u)
        spikes.append(V > 30)
        if V > 30:
            V, u = model.c, u + model.d
    return np.array(spikes)


@pytest.mark.parametrize("name", izhikevich.PATTERNS)
def test_izhikevich_patterns(x64, name):
    model, drive = izhikevich.PATTERNS[name]
    spikes = np.asarray(trace(model, drive.values(), drive.dt, state=drive.start, record=())["spikes"])
    assert spikes.sum() == PUBLISHED[name[0]]
    assert (spikes == izhikevich_program(model, drive)).all()


@pytest.mark.parametrize(("letter", "count"), [("A", 5), ("C", 29), ("D", 8), ("H", 17), ("N", 14), ("P", 7), ("S", 4)])
def test_izhikevich_patterns_of_the_equations_are_others(x64, letter, count):
    model, drive = next(v for k, v in izhikevich.PATTERNS.items() if k[0] == letter)
    model, fine = model.replace(scheme="continuous"), np.repeat(drive.values(), 50)
    assert trace(model, fine, drive.dt / 50, state=drive.start, method="euler", record=())["spikes"].sum() == count


def test_izhikevich_rests_where_it_starts(x64):
    for b in (0.2, 0.25):
        model = bl.Izhikevich(b=b)
        V, u = model.initial()
        assert [float(x) for x in model.derivative(V, u, 0.0)] == pytest.approx([0, 0], abs=1e-9)
