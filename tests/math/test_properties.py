"""Random nests of jit, for_loop, ifelse, while_loop, vmap and grad over random programs equal their plain Python run."""

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import brainlab.math as bm

SIZE = 3  # of each Variable; two scalars and two vectors


class State:
    def __init__(self):
        self.scalars = [bm.Variable(1.0), bm.Variable(-0.5)]
        self.vectors = [bm.Variable(bm.arange(3.0)), bm.Variable(bm.ones(SIZE))]
        self.steps = bm.Variable(0)

    def values(self):
        return [np.asarray(v) for v in (*self.scalars, *self.vectors, self.steps)]


# A program is a nested tuple: ("assign", target, source) or (transform, ..., body); a body is a list of programs.
# Every assignment keeps numbers between -2 and 2, so that nothing overflows however deep the nest.

index = st.integers(0, 1)
leaf = st.one_of(
    st.tuples(st.just("scalar"), index, index, st.sampled_from([0.5, -1.0, 2.0])),
    st.tuples(st.just("vector"), index, index, st.sampled_from([0.5, -1.0])),
    st.tuples(st.just("element"), index, index, st.integers(0, SIZE - 1)),
    st.tuples(st.just("noise"), index),
    st.tuples(st.just("count")),
)


def nests(children):
    body = st.lists(children, min_size=1, max_size=2)
    return st.one_of(
        st.tuples(st.just("jit"), body),
        st.tuples(st.just("checkpoint"), body),
        st.tuples(st.just("for_loop"), st.integers(0, 3), st.booleans(), body),
        st.tuples(st.just("scan"), st.integers(1, 3), body),
        st.tuples(st.just("while_loop"), st.integers(0, 3), body),
        st.tuples(st.just("ifelse"), index, body, body),
        st.tuples(st.just("grad"), index, body),
        st.tuples(st.just("vmap"), st.integers(1, 3), index),
    )


programs = st.lists(st.recursive(leaf, nests, max_leaves=5), min_size=1, max_size=3)


def run(program, s, x):
    """Run a program; x is a number that the enclosing transform hands in. Returns a number that depends on all of it."""
    out = x
    for kind, *args in program:
        out = bm.tanh(out + RULES[kind](s, out, *args))
    return out


def scalar(s, x, target, source, factor):
    s.scalars[target].value = bm.tanh(factor * s.scalars[source] + x)
    return s.scalars[target].value


def vector(s, x, target, source, factor):
    s.vectors[target] *= factor
    s.vectors[target].value = bm.tanh(s.vectors[target] + s.vectors[source] * s.scalars[source] + x)
    return s.vectors[target].mean()


def element(s, x, target, source, i):
    s.vectors[target][i] = bm.sin(s.scalars[source] + x)
    return s.vectors[target].sum()


def noise(s, x, target):
    s.scalars[target].value = bm.random.uniform(-1.0, 1.0)
    return s.scalars[target] * x


def count(s, x):
    s.steps += 1
    return bm.sin(s.steps * 1.0)


def jit(s, x, body):
    return bm.jit(lambda x: run(body, s, x))(x)


def checkpoint(s, x, body):
    return bm.checkpoint(lambda x: run(body, s, x))(x)


def for_loop(s, x, n, reverse, body):
    return bm.for_loop(lambda y: run(body, s, x + y), bm.linspace(0.0, 1.0, n), reverse=reverse).sum()


def scan(s, x, n, body):
    carry, ys = bm.scan(lambda c, y: (run(body, s, c + y), c), x, bm.linspace(0.0, 1.0, n))
    return carry + ys.mean()


def while_loop(s, x, n, body):
    return bm.while_loop(lambda c: c[0] < n, lambda c: (c[0] + 1, run(body, s, c[1])), (0, x))[1]


def ifelse(s, x, which, body, other):
    return bm.ifelse(s.scalars[which] > x, [lambda x: run(body, s, x), lambda x: run(other, s, x)], x)


def grad(s, x, which, body):
    gradient, value = bm.grad(lambda: run(body, s, x), grad_vars=s.scalars[which], return_value=True)()
    return bm.tanh(gradient) + value


def vmap(s, x, n, which):
    def lane(y):
        s.steps += 1  # the same in every lane
        return bm.tanh(s.scalars[which] * y + bm.random.normal() + x)

    return bm.vmap(lane)(bm.arange(float(n))).sum()


RULES = {f.__name__: f for f in (scalar, vector, element, noise, count, jit, checkpoint, for_loop, scan, while_loop)}
RULES |= {f.__name__: f for f in (ifelse, grad, vmap)}


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(programs)
def test_random_nests_equal_plain_python(program):
    results = []
    for wrap in ("compiled", "eager transforms", "python"):
        s = State()
        bm.random.seed(3)
        if wrap == "compiled":
            f = bm.jit(lambda x, s=s: run(program, s, x))
            out = [f(0.25), f(0.25)]  # the second call runs what the first one compiled
        elif wrap == "python":
            with bm.disable_jit():
                out = [run(program, s, bm.array(0.25)) for _ in range(2)]
        else:
            out = [run(program, s, bm.array(0.25)) for _ in range(2)]
        results.append([*map(np.asarray, out), *s.values()])
    for other in results[1:]:
        for a, b in zip(results[0], other, strict=True):
            np.testing.assert_allclose(a, b, rtol=2e-3, atol=2e-4)
