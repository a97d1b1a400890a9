"""Shared by all tests: no Variable is left with a tracer, random numbers start from the same seed, 32 bits unless asked."""

import jax
import pytest

import brainlab.math as bm
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
