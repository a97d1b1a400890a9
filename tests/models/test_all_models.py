"""What holds for every model: found through `all_models()`, so a new one is tested by existing."""

import jax
import numpy as np
import pytest
import scipy.optimize

import brainlab as bl
import brainlab.math as bm
from brainlab.networks.core import trace
from brainlab.params import ParamError, info

MODELS = bl.all_models()
NEURONS = {name: cls for name, cls in MODELS.items() if issubclass(cls, bl.Neuron)}
DRIVE = {"LIF": 2.0, "QIF": 8.0, "EIF": 1.0, "AdEx": 1000.0, "Izhikevich": 14.0, "HH": 10.0}
DRIVE |= {"FitzHughNagumo": 0.5, "MorrisLecar": 150.0, "ConnorStevens": 30.0, "HindmarshRose": 4.0, "WangBuzsaki": 5.0}
every = pytest.mark.parametrize("name", MODELS)
neurons = pytest.mark.parametrize("name", NEURONS)


@every
def test_table_and_metadata(name):
    text = repr(MODELS[name].table())
    for parameter, p in info(MODELS[name]).items():
        assert parameter in text and p.doc and p.doc in text
        if p.structural:
            continue
        assert p.unit and p.slider, parameter
        bounded = any(b is not None for b in (p.above, p.below, p.at_least, p.at_most))
        assert bool(p.why) == bounded, f"{name}.{parameter}: a bound needs its reason"
        for end in p.slider:
            assert not p.outside(end)


@every
def test_sources_are_named(name):
    assert "Source:" in MODELS[name].__doc__


@every
def test_bounds_refuse_with_the_reason(name):
    for parameter, p in info(MODELS[name]).items():
        for bound, beyond in ((p.above, 0.0), (p.at_least, -1.0), (p.below, 0.0), (p.at_most, 1.0)):
            if bound is not None:
                with pytest.raises(ParamError, match=p.why[:30].replace("(", "\\(")):
                    MODELS[name](**{parameter: bound + beyond})


@neurons
def test_ordered_parameters(name):
    cls = NEURONS[name]
    for low, high, why in cls.ordered:
        with pytest.raises(ParamError, match="must be below") as error:
            cls(**{low: getattr(cls(), high)})
        assert why in str(error.value) and f"{cls.__name__}({low}=" in str(error.value)


@neurons
def test_float32_by_default_and_finite(name):
    cls = NEURONS[name]
    out = trace(cls(), np.full(400, DRIVE[name]), cls.dt, record=cls.states)
    for state in cls.states:
        assert out[state].dtype == np.float32 and np.isfinite(out[state]).all()
    assert len(cls().initial()) == len(cls.states) == len(cls.units)


@neurons
def test_float32_is_close_to_float64(name):
    cls, steps = NEURONS[name], round(60 / NEURONS[name].dt)
    few = trace(cls(), np.full(steps, DRIVE[name]), cls.dt)["spikes"]
    with bm.enable_x64():
        many = trace(cls(), np.full(steps, DRIVE[name]), cls.dt)["spikes"]
    few, many = np.flatnonzero(few), np.flatnonzero(many)
    assert len(few) == len(many) > 0
    assert np.abs(few - many).max() <= 2


@neurons
def test_a_population_of_three_is_three_neurons(name, x64):
    cls = NEURONS[name]
    parameter = next(n for n, p in info(cls).items() if not p.structural and p.default and n != "p1")
    values = getattr(cls(), parameter) * np.array([0.95, 1.0, 1.05])
    I = np.full(round(30 / cls.dt), DRIVE[name])
    together = trace(cls(**{parameter: values}), I, cls.dt)
    for i, value in enumerate(values):
        alone = trace(cls(**{parameter: value}), I, cls.dt)
        V = cls.states[0]
        np.testing.assert_allclose(together[V][:, i], alone[V], rtol=1e-9, atol=1e-9)
        assert (together["spikes"][:, i] == alone["spikes"]).all()


@neurons
def test_a_moved_parameter_does_not_compile_anew(name, monkeypatch):
    cls, calls = NEURONS[name], []
    derivative = cls.derivative

    def counted(self, *args):
        calls.append(1)
        return derivative(self, *args)

    monkeypatch.setattr(cls, "derivative", counted)
    I = np.full(37, DRIVE[name])  # a length that no other test has
    trace(cls(), I, cls.dt)
    traced = len(calls)
    assert traced
    for parameter, p in info(cls).items():
        if not p.structural:
            end = p.slider[1] if p.slider[1] != p.default else p.slider[0]
            try:
                trace(cls(**{parameter: end}), 1.1 * I, 0.9 * cls.dt)
            except ParamError:
                pass  # an end that another parameter forbids
    assert len(calls) == traced


@neurons
def test_gradients_are_finite_at_both_ends_of_every_slider(name):
    cls = NEURONS[name]

    @jax.jit
    @jax.grad
    def gradient(model):
        return sum(abs(x).sum() for x in trace(model, np.full(20, DRIVE[name]), cls.dt)["state"])

    for parameter, p in info(cls).items():
        if p.structural:
            continue
        for end in p.slider:
            try:
                model = cls(**{parameter: float(end)})
            except ParamError:
                continue
            assert all(np.isfinite(x) for x in jax.tree.leaves(gradient(model))), (parameter, end)


@neurons
def test_every_slider_end_runs(name):
    cls = NEURONS[name]
    ends = []
    for parameter, p in info(cls).items():
        for end in p.slider or ():
            try:
                ends.append(cls(**{parameter: float(end)}))
            except ParamError:
                pass
    many = jax.tree.map(lambda *leaves: np.array(leaves), *ends)
    out = trace(many, np.full(round(20 / cls.dt), DRIVE[name]), cls.dt, record=cls.states)
    for state in cls.states:
        bad = np.flatnonzero(~np.isfinite(out[state]).all(0))
        assert len(bad) == 0, [ends[i] for i in bad]


@neurons
def test_derivative_takes_numbers_and_arrays(name):
    model = NEURONS[name]()
    start = [float(x) for x in model.initial()]
    one = model.derivative(*start, DRIVE[name])
    two = model.derivative(*(bm.array([x, x]) for x in start), DRIVE[name])
    one, two = (x if isinstance(x, tuple) else (x,) for x in (one, two))
    for a, b in zip(one, two, strict=True):
        assert isinstance(b, bm.Array) and b.shape == (2,)
        np.testing.assert_allclose(b, float(a), rtol=1e-4, atol=1e-4)


def test_abstract_neuron_says_nothing_by_itself():
    for call in (bl.Neuron().initial, lambda: bl.Neuron().derivative(0.0, 0.0), lambda: bl.Neuron().threshold):
        with pytest.raises(NotImplementedError):
            call()


def test_rest_solver_agrees_with_scipy(x64):
    for model, I in ((bl.HH(), 0.0), (bl.HH(g_K=20.0), 3.0), (bl.HH(g_L=0.0), 0.0), (bl.HH(), 50.0)):
        root = scipy.optimize.brentq(
            lambda V, m=model, I=I: float(sum(m.currents(V, *m.steady(V)))) - I, -90.0, 0.0, xtol=1e-12
        )
        assert float(model.rest(I)) == pytest.approx(root, abs=1e-8)
