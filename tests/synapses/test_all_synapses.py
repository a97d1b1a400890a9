"""What holds for every synapse: found through `all_synapses()`, so a new one is tested by existing."""

import jax
import numpy as np
import pytest

import brainlab as bl
import brainlab.math as bm
from brainlab.params import ParamError, info
from brainlab.synapses import SynapseError, response

ALL = bl.synapses.all_synapses()
SPIKING = {name: cls for name, cls in ALL.items() if issubclass(cls, bl.synapses.Synapse) and cls.side in ("post", "pre")}
every = pytest.mark.parametrize("name", ALL)
spiking = pytest.mark.parametrize("name", SPIKING)
TIMES = [0.0, 4.0, 6.0]


def ends(cls):
    """The synapse at both ends of each of its sliders."""
    return [cls(**{parameter: float(end)}) for parameter, p in info(cls).items() if not p.structural for end in p.slider]


@every
def test_table_and_metadata(name):
    text = repr(ALL[name].table())
    for parameter, p in info(ALL[name]).items():
        assert parameter in text and p.doc and p.doc in text
        if p.structural:
            continue
        assert p.unit and p.slider, parameter
        bounded = any(b is not None for b in (p.above, p.below, p.at_least, p.at_most))
        assert bool(p.why) == bounded, f"{name}.{parameter}: a bound needs its reason"
        assert not np.any(p.outside(p.slider))


@every
def test_docs_have_equation_source_and_example(name):
    doc = ALL[name].__doc__
    assert "$$" in doc and "Source:" in doc and ">>>" in doc


@every
def test_bounds_refuse_with_the_reason(name):
    for parameter, p in info(ALL[name]).items():
        for bound, beyond in ((p.above, 0.0), (p.at_least, -1.0), (p.below, 0.0), (p.at_most, 1.0)):
            if bound is not None:
                with pytest.raises(ParamError, match=p.why[:30]):
                    ALL[name](**{parameter: bound + beyond})


@every
def test_states_have_units_and_a_beginning(name):
    cls = ALL[name]
    assert list(cls.units) == list(cls.states) and len(cls().initial()) == len(cls.states)


@spiking
def test_without_spikes_it_stays_silent(name):
    synapse = SPIKING[name]()
    states = synapse.initial()
    for _ in range(3):
        states = synapse.advance(*states, 0.1) if synapse.side == "post" else synapse.advance(*states, False, 0.1)
    assert all(x == 0 for x in states) and synapse.output(*states) == 0


@spiking
def test_float32_by_default_and_close_to_float64(name):
    few = response(SPIKING[name](), TIMES, 20.0)
    assert few.g.dtype == np.float32 and np.isfinite(few.g).all()
    with bm.enable_x64():
        many = response(SPIKING[name](), TIMES, 20.0)
    np.testing.assert_allclose(few.g, many.g, rtol=1e-4, atol=1e-6)


@spiking
def test_the_time_step_does_not_matter(name, x64):
    """Exact steps; NMDA by Simpson's rule, which is as good as exact."""
    cls = SPIKING[name]
    fine, coarse = (response(cls(), TIMES, 20.0, dt=dt).g for dt in (0.1, 0.5))
    np.testing.assert_allclose(fine[::5], coarse, rtol=1e-6, atol=1e-12)


@spiking
def test_three_synapses_at_once_are_three_synapses(name, x64):
    cls = SPIKING[name]
    parameter = next(iter(info(cls)))
    values = getattr(cls(), parameter) * np.array([0.8, 1.0, 1.2])
    alone = [response(cls(**{parameter: value}), TIMES, 20.0).g for value in values]
    together = response(cls(**{parameter: values}), TIMES, 20.0).g
    mapped = bm.vmap(lambda value: response(cls(**{parameter: value}), TIMES, 20.0).g)(bm.array(values))
    for i, g in enumerate(alone):
        np.testing.assert_allclose(together[:, i], g, rtol=1e-12)
        np.testing.assert_allclose(mapped[i], g, rtol=1e-12)


@spiking
def test_a_moved_parameter_does_not_compile_anew(name, monkeypatch):
    cls, calls = SPIKING[name], []
    advance = cls.advance

    def counted(self, *args):
        calls.append(1)
        return advance(self, *args)

    monkeypatch.setattr(cls, "advance", counted)
    number = {"E_rev": 1.0}  # from None to a number it may compile anew, not from number to number
    response(cls(**number), TIMES, 7.0)  # a length that no other test has
    traced = len(calls)
    assert traced
    for synapse in ends(cls):
        response(synapse.replace(**number), [0.5], 14.0, dt=0.2, weight=2.0)
    response(cls(E_rev=-20.0), TIMES, 7.0)
    assert len(calls) == traced


@spiking
def test_gradients_are_finite_at_both_ends_of_every_slider(name):
    @jax.jit
    @jax.grad
    def gradient(synapse):
        answer = response(synapse, TIMES, 20.0, V=-60.0)
        return (answer.g.sum() + answer.current.sum()).value

    for synapse in ends(SPIKING[name]):
        assert all(np.isfinite(x) for x in jax.tree.leaves(gradient(synapse))), synapse


@spiking
def test_gradient_is_that_of_finite_differences(name, x64):
    cls = SPIKING[name]

    @jax.jit
    def total(synapse):
        return response(synapse, TIMES, 20.0, V=-60.0).current.sum().value

    synapse = cls(E_rev=10.0)
    if "pulse" in info(cls):
        synapse = synapse.replace(pulse=0.97)  # it ends within a step: where it ends g has a kink, and no slope
    gradient = jax.grad(total)(synapse)
    for parameter in info(cls):
        value = getattr(synapse, parameter)
        h = 1e-5 * (abs(value) or 1.0)
        up, down = (total(synapse.replace(**{parameter: value + step})) for step in (h, -h))
        assert getattr(gradient, parameter) == pytest.approx(float(up - down) / (2 * h), rel=1e-5, abs=1e-8), parameter


@spiking
def test_current_and_sign(name):
    synapse = SPIKING[name]()
    if synapse.E_rev is None:
        assert synapse.current(0.5, -70.0) == 0.5 and synapse.sign(-50.0) == 0
        synapse = synapse.replace(E_rev=-80.0)
    E = synapse.E_rev
    assert synapse.current(0.5, E) == 0 and synapse.current(0.5, E - 1) > 0 > synapse.current(0.5, E + 1)
    assert synapse.sign(E - 1) == 1 and synapse.sign(E + 1) == -1


@spiking
def test_negative_conductances_are_refused(name):
    synapse = SPIKING[name](E_rev=0.0)
    with pytest.raises(SynapseError, match=r"^weight\[1\] = -0\.2: the weight of \w+\(.*\) must be at least 0\.\n  why"):
        synapse.check_weight([0.1, -0.2])
    with pytest.raises(SynapseError, match=r"^weight = -1: (.|\n)*try: bl\.synapses\.GABA_A\(\), or E_rev=-80\.0"):
        response(synapse, TIMES, 10.0, weight=-1.0)
    synapse.check_weight(np.zeros((2, 0)))
    bm.jit(lambda w: synapse.check_weight(w))(-1.0)  # inside compiled code nothing is checked


@pytest.mark.parametrize(
    "weight, message",
    [
        ("a", r"weight = 'a': the weight of Exponential\(\) must be a number or an array of numbers"),
        ([[1.0], [1.0, 2.0]], "must be a number or an array of numbers"),
        (None, "weight = None: .* must be a number"),
        ([[1.0, np.nan]], r"weight\[0, 1\] = nan: the weight of Exponential\(\) must be finite"),
    ],
)
def test_weights_must_be_numbers(weight, message):
    with pytest.raises(SynapseError, match=message):
        bl.synapses.Exponential().check_weight(weight)


def test_currents_may_have_either_sign():
    bl.synapses.Exponential().check_weight([-1.0, 1.0])
    assert response(bl.synapses.Exponential(), [0.0], 1.0, weight=-2.0).g[0] == -2.0


def test_abstract_synapse_says_nothing_by_itself():
    synapse = bl.synapses.Synapse()
    for call in (synapse.initial, lambda: synapse.advance(0.0), lambda: synapse.output(0.0)):
        with pytest.raises(NotImplementedError):
            call()
