"""What holds for every model of seeing: found through the package, so a new one is tested by existing."""

import jax
import pytest

import brainlab.vision as vision
from brainlab.models.base import Model
from brainlab.params import ParamError, info

MODELS = {name: x for name, x in vars(vision).items() if isinstance(x, type) and issubclass(x, Model)}
every = pytest.mark.parametrize("name", MODELS)


@every
def test_table_source_and_example(name):
    cls, text = MODELS[name], repr(MODELS[name].table())
    assert "Source:" in cls.__doc__ and ">>> " in cls.__doc__ and "$$" in cls.__doc__
    for parameter, p in info(cls).items():
        assert parameter in text and p.doc and p.doc in text
        if not p.structural and not p.switch:
            assert p.unit and p.slider, parameter
            assert not any(p.outside(end) for end in p.slider)
        bounded = any(b is not None for b in (p.above, p.below, p.at_least, p.at_most))
        assert bool(p.why) == bounded, f"{name}.{parameter}: a bound needs its reason"


@every
def test_bounds_refuse_with_the_reason(name):
    for parameter, p in info(MODELS[name]).items():
        for bound, beyond in ((p.above, 0.0), (p.at_least, -1.0), (p.below, 0.0), (p.at_most, 1.0)):
            if bound is not None:
                kind = type(p.default) if p.structural else float
                with pytest.raises(ParamError) as error:
                    MODELS[name](**{parameter: kind(bound + beyond)})
                assert p.why in str(error.value)


@every
def test_sliders_are_leaves(name):
    cls = MODELS[name]
    traced = [p for p in info(cls).values() if not p.structural]
    assert len(jax.tree.leaves(cls())) == len(traced)
