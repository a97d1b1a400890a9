"""Wrong programs: every transform with every mistake. The message names what the student wrote and what to do; the
state is as before; no tracer survives; and the next correct call works."""

import gc
import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import brainlab as bl
import brainlab.math as bm
from brainlab.math import errors


class Neuron(bl.Module):
    def __init__(self):
        self.V = bm.Variable(bm.zeros(3))
        self.count = bm.zeros(1)  # should be a Variable
        self.k = 1.0
        self.log = []
        self.rates = {}
        self.trace = np.zeros(3)


XS = bm.arange(3.0)

TRANSFORMS = {
    "jit": lambda f: bm.jit(f)(1.0),
    "grad": lambda f: bm.grad(lambda x: (f(x), x)[1])(1.0),
    "value_and_grad": lambda f: bm.value_and_grad(lambda x: (f(x), x)[1])(1.0),
    "vector_grad": lambda f: bm.vector_grad(lambda x: (f(x), x)[1])(1.0),
    "jacobian": lambda f: bm.jacobian(lambda x: (f(x), x)[1])(1.0),
    "hessian": lambda f: bm.hessian(lambda x: (f(x), x**2)[1])(1.0),
    "vmap": lambda f: bm.vmap(f)(XS),
    "for_loop": lambda f: bm.for_loop(f, XS),
    "scan": lambda f: bm.scan(lambda carry, x: (carry, f(x)), 0.0, XS),
    "while_loop": lambda f: bm.while_loop(lambda x: x < 3, lambda x: (f(x), x + 1)[1], 0.0),
    "ifelse": lambda f: bm.jit(lambda x: bm.ifelse(x > 0, [lambda x: (f(x), x)[1], lambda x: x], x))(1.0),
    "checkpoint": lambda f: bm.checkpoint(lambda x: (f(x), x)[1])(1.0),
}


def changed_array_attribute(n, x):
    n.count += 1


def changed_array_element(n, x):
    n.count[0] = x


def changed_number(n, x):
    n.k = n.k + 1


def stored_in_attribute(n, x):
    n.last = x


def appended_to_list(n, x):
    n.log.append(x)


def stored_in_dict(n, x):
    n.rates["now"] = x


def branched(n, x):
    if n.V[0] + x > 1e6:
        n.V[0] = 0.0


def looped(n, x):
    while n.V[0] + x < 1e6:
        break


def asserted(n, x):
    assert n.V[0] + x > -1e6


def made_a_float(n, x):
    float(n.V[0] + x)


def made_a_range(n, x):
    range((n.V[0] + x).astype(int))


def masked(n, x):
    n.V[n.V + x > 0].sum()


def asked_numpy(n, x):
    np.linalg.norm(n.V + x)


def wrote_into_numpy(n, x):
    n.trace[0] = x


def wrong_shape(n, x):
    n.V.value = bm.zeros(4) + x


def wrong_dtype(n, x):
    n.V.value = (bm.zeros(3) + x).astype(bm.complex64)


def bare_jax(n, x):
    def write():
        n.V.value = n.V + x

    jax.jit(write)()


MISTAKES = {  # mistake -> (error, what the message must say)
    changed_array_attribute: (errors.NotAVariableError, r"n\.count was changed .* plain array.*\n.*n\.count \+= 1"),
    changed_array_element: (
        errors.NotAVariableError,
        r"n\.count was changed .* try: n\.count = bm\.Variable\(bm\.zeros\(\(1,\)\)\)",
    ),
    changed_number: (errors.NotAVariableError, r"Neuron\.k was changed .* plain float.*try: self\.k = bm\.Variable\(1\.0\)"),
    stored_in_attribute: (errors.NotAVariableError, r"Neuron\.last was changed .*n\.last = x"),
    appended_to_list: (errors.NotAVariableError, r"Neuron\.log was changed"),
    stored_in_dict: (errors.NotAVariableError, r"Neuron\.rates.* was changed"),
    branched: (errors.TracedValueError, r"`if` needs to know n\.V.*if n\.V\[0\] \+ x > 1e6.*bm\.where"),
    looped: (errors.TracedValueError, r"`while` needs to know n\.V.*bm\.while_loop"),
    asserted: (errors.TracedValueError, r"`assert` needs to know n\.V"),
    made_a_float: (errors.TracedValueError, r"float\(\) needs to know n\.V.*disable_jit"),
    made_a_range: (errors.TracedValueError, r"range\(\) needs to know n\.V.*bm\.for_loop"),
    masked: (errors.TracedMaskError, r"a mask picks elements.*n\.V\[n\.V \+ x > 0\].*bm\.where\(mask, a, 0\.\)"),
    asked_numpy: (errors.TracedValueError, r"NumPy needs to know n\.V.*brainlab\.math"),
    wrote_into_numpy: (errors.TracedValueError, r"needs to know .*n\.trace\[0\] = x"),
    wrong_shape: (
        errors.ShapeError,
        r"Variable 'Neuron\.V' has shape \(3,\); the new value has shape \(4,\).*n\.V = bm\.Variable\(x\)   # where",
    ),
    wrong_dtype: (errors.DtypeError, r"Variable 'Neuron\.V' holds float32; complex64 does not fit"),
    bare_jax: (errors.RawTransformError, r"Variable 'Neuron\.V' was written inside a bare jax transform.*bm\.jit"),
}


@pytest.mark.parametrize("transform", TRANSFORMS)
@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda m: m.__name__)
def test_mistake(transform, mistake):
    error, message = MISTAKES[mistake]
    neuron, run = Neuron(), TRANSFORMS[transform]
    with pytest.raises(error) as caught:
        run(lambda x: mistake(neuron, x))
    assert re.search(message, str(caught.value), re.DOTALL), str(caught.value)
    assert "test_wrong_programs.py, line" in str(caught.value)
    assert_untouched(neuron)

    def right(x):  # the next correct call works
        neuron.V.value = neuron.V + 1.0

    run(right)
    assert (neuron.V >= 1.0).all()
    with bm.disable_jit():
        run(right)


def assert_untouched(neuron):
    assert set(vars(neuron)) == {"V", "count", "k", "log", "rates", "trace"}
    np.testing.assert_array_equal(neuron.V._value, np.zeros(3))
    np.testing.assert_array_equal(neuron.count._value, np.zeros(1))
    np.testing.assert_array_equal(neuron.trace, np.zeros(3))
    assert (neuron.k, neuron.log, neuron.rates) == (1.0, [], {})


def test_no_tracer_is_left_anywhere():
    neuron = Neuron()
    for run in TRANSFORMS.values():
        for mistake, (error, _) in MISTAKES.items():
            with pytest.raises(error):
                run(lambda x, mistake=mistake: mistake(neuron, x))
    gc.collect()
    arrays = [o for o in gc.get_objects() if isinstance(o, bm.Array)]
    assert len(arrays) > 1 and not any(
        isinstance(leaf, jax.core.Tracer) for a in arrays for leaf in jax.tree.leaves(a._value)
    )


# ---- bare JAX around a Variable write


@pytest.mark.parametrize(
    "bare",
    [
        lambda f: jax.jit(f)(1.0),
        lambda f: jax.vmap(f)(jnp.arange(3.0)),
        lambda f: jax.grad(lambda x: (f(x), x)[1])(1.0),
        lambda f: jax.lax.scan(lambda c, x: (c, f(x)), 0.0, jnp.arange(3.0)),
        lambda f: jax.lax.while_loop(lambda x: x < 2, lambda x: (f(x), x + 1)[1], 0.0),
        lambda f: jax.lax.cond(jnp.array(True), lambda x: (f(x), x)[1], lambda x: x, 1.0),
    ],
    ids=["jit", "vmap", "grad", "scan", "while_loop", "cond"],
)
@pytest.mark.parametrize("jitted", [False, True])
def test_bare_jax(bare, jitted):
    v = bm.Variable(0.0, name="v")

    def write(x):
        v.value = v + x

    with pytest.raises(errors.RawTransformError, match="Variable 'v' was written inside a bare jax transform"):
        bare(bm.jit(write) if jitted else write)
    assert v._value == 0.0
    bm.jit(write)(2.0)
    assert v == 2.0


# ---- values that were built in and have changed

gain = 1.0
table = np.ones(3)
settings = {"gain": 1.0}


class Plain:
    def __init__(self):
        self.gain = 1.0

    def scaled(self, x):
        return self.gain * x


class Scaler(bl.Module):
    factor = 1.0

    def __init__(self):
        self.gain = 1.0
        self.array = bm.ones(1)
        self.numpy = np.ones(3)
        self.listed = [1.0, 2.0]
        self.inner = Neuron()
        self.unread = 0

    def by_gain(self, x):
        return self.gain * x

    def by_array(self, x):
        return self.array * x

    def by_numpy(self, x):
        return self.numpy * x

    def by_list(self, x):
        return self.listed[0] * x

    def by_inner(self, x):
        return self.inner.k * x

    def by_class(self, x):
        return self.factor * x


def set_global(_):
    global gain
    gain = 100.0


STALE = {
    "attribute": (lambda s: s.by_gain, lambda s: setattr(s, "gain", 100.0), "Scaler.gain was 1.0 .* is now 100.0"),
    "array in place": (
        lambda s: s.by_array,
        lambda s: s.array.__setitem__(0, 5.0),
        r"Scaler.array was \[1.0\] .* now \[5.0\]",
    ),
    "array rebound": (
        lambda s: s.by_array,
        lambda s: setattr(s, "array", bm.zeros(1)),
        r"Scaler.array was \[1.0\] .*\[0.0\]",
    ),
    "numpy in place": (
        lambda s: s.by_numpy,
        lambda s: s.numpy.__setitem__(2, 7.0),
        r"Scaler.numpy was \[1.0, 1.0, 1.0\] .* 7.0\]",
    ),
    "list": (lambda s: s.by_list, lambda s: s.listed.__setitem__(0, 9.0), r"Scaler.listed was \[1.0, 2.0\] .* \[9.0, 2.0\]"),
    "inner module": (lambda s: s.by_inner, lambda s: setattr(s.inner, "k", 3.0), "Neuron.k was 1.0 .* is now 3.0"),
    "global": (lambda s: lambda x: gain * x, set_global, "gain was 1.0 .* is now 100.0"),
    "global dict": (
        lambda s: lambda x: settings["gain"] * x,
        lambda s: settings.update(gain=2.0),
        r"settings\['gain'\] was 1.0 .* now 2.0",
    ),
    "global numpy": (lambda s: lambda x: table * x, lambda s: table.__imul__(2.0), r"table was \[1.0, 1.0, 1.0\] .* \[2.0"),
}


@pytest.mark.parametrize("case", STALE)
def test_stale_value_is_reported(case, monkeypatch):
    monkeypatch.setitem(globals(), "gain", 1.0)
    monkeypatch.setitem(globals(), "settings", {"gain": 1.0})
    monkeypatch.setitem(globals(), "table", np.ones(3))
    function, change, message = STALE[case]
    scaler = Scaler()
    f = bm.jit(function(scaler))
    before = np.asarray(f(2.0))
    change(scaler)
    for _ in range(2):  # and again, until something is done about it
        with pytest.raises(errors.StaleValueError, match=message):
            f(2.0)
    f.recompile()
    assert not np.array_equal(f(2.0), before)
    np.testing.assert_allclose(f(2.0), function(scaler)(bm.array(2.0)))


def test_stale_closure_and_plain_object():
    k = 1.0

    def scaled(x):
        return k * x

    f, plain = bm.jit(scaled), Plain()
    g = bm.jit(plain.scaled)
    assert (f(2.0), g(2.0)) == (2.0, 2.0)
    k, plain.gain = 3.0, 4.0
    with pytest.raises(errors.StaleValueError, match="^k was 1.0 when bm.jit compiled scaled, and is now 3.0"):
        f(2.0)
    with pytest.raises(errors.StaleValueError, match="^Plain.gain was 1.0 when bm.jit compiled scaled, and is now 4.0"):
        g(2.0)


def test_no_false_alarm():
    scaler = Scaler()
    f = bm.jit(scaler.by_gain)
    f(2.0)
    scaler.unread += 1  # not read by the compiled code
    scaler.gain = 0.5 + 0.5  # the same value again
    scaler.listed.append(3.0)
    scaler.inner.V.value = bm.ones(3)
    assert f(2.0) == 2.0


def test_loops_and_gradients_read_changed_values_anew():
    """They are not promised to stay compiled, so they just compile again."""
    scaler = Scaler()
    for gain in (1.0, 5.0):
        scaler.gain = gain
        np.testing.assert_allclose(bm.for_loop(scaler.by_gain, XS), gain * np.arange(3))
        assert bm.grad(scaler.by_gain)(1.0) == gain
        np.testing.assert_allclose(bm.vmap(scaler.by_gain)(XS), gain * np.arange(3))
    assert bm.jit(scaler.by_gain)(1.0) == 5.0  # a new `jit` reads them as well


# ---- one message each for the rest


@pytest.mark.parametrize(
    "wrong, error, message",
    [
        (
            lambda: bm.for_loop(lambda x: x, 5),
            errors.LoopTypeError,
            r"along the first axis of xs, and 5 has none.*bm\.arange\(5\)",
        ),
        (lambda: bm.for_loop(lambda x: x, (XS, bm.ones(2))), errors.LoopTypeError, "they have the lengths 3, 2"),
        (
            lambda: bm.scan(lambda c, x: (c + 1.5, x), 0, XS),
            errors.LoopTypeError,
            r"given int32\[\] and gave back float32\[\]",
        ),
        (
            lambda: bm.scan(lambda c, x: c, 0.0, XS),
            errors.LoopTypeError,
            "the body of bm.scan returned one Array.*return carry, y",
        ),
        (
            lambda: bm.while_loop(lambda x: x < 3, lambda x: x, XS),
            errors.LoopTypeError,
            r"has shape \(3,\), and must be one bool",
        ),
        (
            lambda: bm.while_loop(lambda x: x < 3, lambda x: (x, x), 0.0),
            errors.LoopTypeError,
            r"gave back \(float32\[\], float32\[\]\)",
        ),
        (
            lambda: bm.jit(lambda x: bm.ifelse(x > 0, [1, 2.5, 3]))(1.0),
            errors.BranchMismatchError,
            "1 condition.* and 3 branch",
        ),
        (
            lambda: bm.ifelse(XS > 0, [1.0, 2.0]),
            errors.BranchMismatchError,
            r"shape \(3,\), and must be one bool.*bm\.where",
        ),
        (
            lambda: bm.jit(lambda x: bm.ifelse(x > 0, [lambda: bm.ones(2, int), lambda: bm.ones(2)]))(1.0),
            errors.BranchMismatchError,
            r"branch 0 gives int32\[2\], branch 1 gives float32\[2\]",
        ),
        (lambda: bm.grad(lambda x: x)(3), errors.GradientError, "argument 0 holds int32.*3. instead of 3"),
        (lambda: bm.grad(lambda x: x * XS)(3.0), errors.GradientError, r"returned float32\[3\].*bm\.vector_grad"),
        (lambda: bm.grad(lambda x: x, argnums=1)(3.0), errors.GradientError, r"asked for argument 1, and got 1 argument"),
        (
            lambda: bm.grad(lambda x: x, grad_vars=bm.zeros(2)),
            errors.GradientError,
            "an Array|a Array, which is not a Variable",
        ),
        (
            lambda: bm.grad(lambda x: x, has_aux=True)(1.0),
            errors.GradientError,
            "must return .value, aux., because has_aux=True",
        ),
        (lambda: bm.vmap(lambda x, y: x)(XS, bm.ones(2)), errors.ShapeError, "argument 0: 3, argument 1: 2.*in_axes=None"),
        (lambda: bm.vmap(lambda x: x)(1.0), errors.ShapeError, "maps over argument 0, which is one number"),
        (lambda: bm.vmap(lambda x: x, in_axes=(0, 0))(XS), errors.ShapeError, "in_axes for 2 argument.s., and 1 argument"),
        (
            lambda: bm.jit(lambda x, mode: x)(1.0, "fast"),
            errors.StaticArgumentError,
            r"argument 1 of bm.jit is a str \('fast'\)",
        ),
        (lambda: bm.jit(lambda n: n, static_argnums=0)([1]), errors.StaticArgumentError, "argument 0 of <lambda> is a list"),
        (lambda: bm.jit(3.0), TypeError, r"bm.jit takes a function, got 3.0"),
        (lambda: bm.jit(lambda x: x, static_argnames="n"), ValueError, "static_argnames='n': <lambda> has the arguments x"),
    ],
)
def test_message(wrong, error, message):
    with pytest.raises(error) as caught:
        wrong()
    assert re.search(message, str(caught.value), re.DOTALL), str(caught.value)


def test_condition_of_while_loop_that_writes():
    v = bm.Variable(0.0, name="v")

    def condition(x):
        v.value += 1.0
        return x < 3

    with pytest.raises(errors.LoopTypeError, match="the condition of bm.while_loop writes Variable 'v'"):
        bm.while_loop(condition, lambda x: x + 1, 0.0)
    assert v._value == 0.0


def test_value_that_leaked_from_a_bare_transform():
    leaked = []
    jax.jit(lambda x: leaked.append(x))(1.0)
    with pytest.raises(errors.TracedValueError, match="holds a value that was traced by a function which has ended"):
        bm.jit(lambda: leaked[0] + 1)()


def test_every_error_class_is_a_lesson():
    lessons = [e for e in vars(errors).values() if isinstance(e, type) and issubclass(e, errors.TeachingError)]
    assert len(lessons) > 12
    for lesson in lessons:
        assert lesson is errors.TeachingError or ">>> " in lesson.__doc__, lesson


def test_a_variable_that_is_bound_anew_instead_of_written():
    V = bm.Variable(0.0)

    @bm.jit
    def step():
        nonlocal V
        V = V + 1

    with pytest.raises(errors.NotAVariableError, match=r"the name got a new array(.|\n)*try: V\.value = "):
        step()
    assert isinstance(V, bm.Variable) and V._value == 0.0
