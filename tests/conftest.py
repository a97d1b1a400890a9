"""Shared by all tests: no Variable is left with a tracer, random numbers start from the same seed, 32 bits unless asked."""

import jax
import pytest

import brainlab.math as bm
from brainlab.analysis import AnalysisError
from brainlab.math._trace import local


@pytest.fixture(autouse=True)
def clean():
    bm.random.seed(0)
    x64 = jax.config.jax_enable_x64
    yield
    assert local.stack == (), "a trace was left open"
    assert jax.config.jax_enable_x64 == x64, "64-bit numbers were left on"


@pytest.fixture
def x64():
    with bm.enable_x64():
        yield


@pytest.fixture
def said():
    """said(call): the text of its AnalysisError. Without `where`, in which stand the words that a test looks for."""

    def run(call):
        with pytest.raises(AnalysisError) as error:
            call()
        assert "test_" in error.value.where, "it does not point at the student's line"
        return "\n".join((error.value.what, error.value.why, error.value.try_))

    return run
