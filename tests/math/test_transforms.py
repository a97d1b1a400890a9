"""The transforms against closed forms, NumPy and raw JAX; in every form in which they can be called."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import brainlab as bl
import brainlab.math as bm


class Counter(bl.Module):
    def __init__(self):
        self.n = bm.Variable(0)

    def step(self, by=1):
        self.n += by
        return self.n * 10

    def __call__(self, by):
        return self.step(by)

    @bm.jit
    def decorated(self, by):
        return self.step(by)

    @bm.jit(static_argnames="times")
    def repeated(self, x, times=2):
        for _ in range(times):
            self.n += 1
        return x * times


# ---- jit


def test_jit_of_every_kind_of_callable():
    counter, plain = Counter(), bm.Variable(0)

    def function(by):
        plain.value += by
        return plain * 10

    for f in (
        function,
        lambda by: function(by),
        functools.partial(function),
        counter.step,
        counter,
        bm.jit(counter.step),
        lambda by: counter.decorated(by),
    ):
        jitted, before = bm.jit(f), int(counter.n) + int(plain)
        first, second = jitted(1), jitted(2)
        state = int(counter.n) + int(plain)
        assert state == before + 3 and second - first == 20


def test_jit_as_decorator_on_methods():
    a, b = Counter(), Counter()
    assert a.decorated(2) == 20 and a.decorated(3) == 50 and b.decorated(1) == 10
    assert a.repeated(1.5) == 3.0 and a.repeated(1.5, times=4) == 6.0 and b.repeated(1.0, 1) == 1.0
    assert (a.n, b.n) == (11, 2)

    class Plain:  # not a Module
        def __init__(self):
            self.v = bm.Variable(1.0)

        @bm.jit
        def double(self):
            self.v *= 2.0

    p, q = Plain(), Plain()
    p.double(), p.double(), q.double()
    assert (p.v, q.v) == (4.0, 2.0)


def test_jit_traces_once_per_signature():
    traces = []

    @bm.jit
    def f(x, k=1.0):
        traces.append(1)
        return x * k

    f(1.0), f(2.0), f(3.0)
    assert len(traces) <= 2  # one look for Variables, one compilation
    seen = len(traces)
    f(bm.ones(3)), f(bm.ones(3)), f(np.ones(3, np.float32)), f(jnp.zeros(3))
    assert len(traces) == seen + 1
    f(1.0, k=2.0), f(5.0, k=3.0)
    assert len(traces) == seen + 2
    assert len(bm.explain(f, 1.0).traces) == 3


def test_jit_twice_of_the_same_function_compiles_once():
    traces = []

    def f(x):
        traces.append(1)
        return x + 1

    bm.jit(f)(1.0)
    seen = len(traces)
    assert bm.jit(f)(2.0) == 3.0 and len(traces) == seen


def test_static_arguments_by_position_and_name():
    def power(x, n, *, scale=1):
        out = scale
        for _ in range(n):  # needs a Python number
            out = out * x
        return out

    for f in (
        bm.jit(power, static_argnums=1, static_argnames="scale"),
        bm.jit(power, static_argnames=("n", "scale")),
        bm.jit(static_argnums=(1,), static_argnames=("scale",))(power),
    ):
        assert f(2.0, 3) == 8.0 and f(3.0, n=2) == 9.0 and f(2.0, 1, scale=5) == 10.0


def test_variables_and_modules_as_arguments_stand_for_themselves():
    @bm.jit
    def add(target, x):
        target += x

    @bm.jit
    def step(counter, *, by):
        return counter.step(by)

    v, w, counter = bm.Variable(1.0), bm.Variable(10.0), Counter()
    add(v, 2.0), add(w, 3.0), add(v, 1.0)
    assert (v, w) == (4.0, 13.0)
    assert step(counter, by=3) == 30 and step(counter=counter, by=1) == 40


def test_pytrees_of_arrays_in_and_out():
    @bm.jit
    def f(tree):
        tree["a"][0] = 7.0  # an argument belongs to the function
        return {"out": (tree["a"] * 2, [tree["b"]]), "none": None}

    a = bm.zeros(2)
    out = f({"a": a, "b": 1})
    assert isinstance(out["out"][0], bm.Array) and out["out"][0].tolist() == [14.0, 0.0]
    assert a.tolist() == [0.0, 0.0] and out["none"] is None


def test_new_variables_in_a_later_branch_of_the_python_code():
    """Which Variables are met may depend on shapes."""
    v, w = bm.Variable(0.0), bm.Variable(0.0)

    @bm.jit
    def f(x):
        if x.ndim:
            w.value += x.sum()
        else:
            v.value += x

    f(1.0), f(bm.ones(3)), f(2.0), f(bm.ones(3))
    assert (v, w) == (3.0, 6.0)


def test_exception_leaves_everything_as_it_was():
    v = bm.Variable(1.0)

    @bm.jit
    def f(bad):
        v.value = v + 1
        if bad:
            raise RuntimeError("mine")
        return v.value

    f = bm.jit(f.fun, static_argnums=0)
    with pytest.raises(RuntimeError, match="mine"):
        f(True)
    assert v == 1.0 and f(False) == 2.0


def test_x64_switch_between_calls():
    f = bm.jit(lambda x: x + 1)
    assert f(1.0).dtype == jnp.float32
    with bm.enable_x64():
        assert f(1.0).dtype == jnp.float64
    assert f(1.0).dtype == jnp.float32


# ---- loops


def test_for_loop_forms():
    v, xs = bm.Variable(0.0), np.arange(4.0, dtype=np.float32)

    def body(x):
        v.value += x
        return v.value

    expected = np.cumsum(xs)
    decorated = bm.for_loop(body)
    for call in (
        lambda: bm.for_loop(body, xs),
        lambda: decorated(xs),
        lambda: bm.for_loop()(body, xs),
        lambda: bm.jit(lambda: bm.for_loop(body, xs))(),
        lambda: bm.for_loop(body, list(xs)),
    ):
        v.value = 0.0
        np.testing.assert_allclose(call(), expected)


def test_for_loop_walks_pytrees_ranges_and_backwards():
    out = bm.for_loop(lambda x: x["a"] * x["b"][0], {"a": bm.arange(3), "b": (bm.ones(3) * 2,)})
    assert out.tolist() == [0, 2, 4]
    assert bm.for_loop(lambda i: i * i, range(2, 5)).tolist() == [4, 9, 16]
    last = bm.Variable(0.0)
    out = bm.for_loop(lambda x: (last.value, last.update(x))[0], bm.arange(3.0), reverse=True)
    assert out.tolist() == [1.0, 2.0, 0.0] and last == 0.0
    assert bm.for_loop(lambda x: None, bm.arange(3)) is None
    assert bm.for_loop(lambda row: row.sum(), bm.ones((4, 2))).shape == (4,)


@pytest.mark.parametrize("python", [True, False])
def test_empty_loop(python):
    v = bm.Variable(1.0)
    with bm.disable_jit(python):
        out = bm.for_loop(lambda x: (v.update(v + 1), x * bm.ones(2))[1], bm.zeros((0,)))
    assert out.shape == (0, 2) and v == 1.0


def test_for_loop_again_traces_nothing():
    traces, v = [], bm.Variable(0.0)

    def body(x):
        traces.append(1)
        v.value += x

    bm.for_loop(body, bm.ones(3))
    seen = len(traces)
    for _ in range(5):
        bm.for_loop(body, bm.ones(3))
    assert len(traces) == seen and v == 18.0


def test_nested_loops_run_the_body_few_times():
    """n nested loops need about n + 2 runs of the innermost body, not 2**n."""
    runs = []

    def nest(depth):
        if depth == 0:
            return lambda x: (runs.append(1), x)[1]
        return lambda x: bm.for_loop(nest(depth - 1), bm.ones(2)).sum() + x

    bm.jit(nest(5))(0.0)
    assert len(runs) <= 10


def test_scan_is_jax_scan():
    xs = jnp.arange(5.0)
    ours = bm.scan(lambda c, x: (c * 0.5 + x, c), 1.0, xs)
    theirs = jax.lax.scan(lambda c, x: (c * 0.5 + x, c), 1.0, xs)
    np.testing.assert_allclose(ours[0], theirs[0])
    np.testing.assert_allclose(ours[1], theirs[1])
    carry, ys = bm.scan(lambda c, _: (c + 1, c), 0, length=4)
    assert carry == 4 and ys.tolist() == [0, 1, 2, 3]


def test_while_loop_with_variables():
    v = bm.Variable(0.0)

    def body(x):
        v.value += x[0]
        return x[0] + 1, x[1] * 2

    n, y = bm.while_loop(lambda x: v < 10.0, body, (1, 1.0))
    assert (v, n, y) == (10.0, 5, 16.0)


@pytest.mark.parametrize("n", [1, 2, 49, 50, 51, 100, 1003])
@pytest.mark.parametrize("reverse", [False, True])
def test_progress_bar(n, reverse, capsys):
    v = bm.Variable(0.0)

    def body(x):
        v.value = 0.5 * v + x
        return v.value

    xs = bm.arange(float(n))
    out = bm.for_loop(body, xs, reverse=reverse, progress=True)
    shown = capsys.readouterr().err
    assert f"{n}/{n}" in shown and "100%" in shown
    v.value = 0.0
    np.testing.assert_allclose(out, bm.for_loop(body, xs, reverse=reverse))


def test_progress_bar_inside_jit_and_in_python(capsys):
    f = bm.jit(lambda: bm.for_loop(lambda x: x, bm.arange(60.0), progress=True))
    for _ in range(2):
        f()
        jax.effects_barrier()
        assert "60/60" in capsys.readouterr().err
    with bm.disable_jit():
        bm.scan(lambda c, x: (c + x, None), 0.0, bm.arange(7.0), progress=True)
    assert "7/7" in capsys.readouterr().err


# ---- branches


@pytest.mark.parametrize("compiled", [True, False])
def test_ifelse_forms(compiled):
    v = bm.Variable(0.0)

    def set_to(value):
        return lambda x: (v.update(value), x * value)[1]

    def many(x):
        return bm.ifelse([x > 10, x > 5, x > 0], [set_to(3.0), set_to(2.0), set_to(1.0), set_to(0.0)], x)

    def without_else(x):
        return bm.ifelse([x > 5, x <= 5], [1, 2])

    wrap = bm.jit if compiled else lambda f: f
    for x, expected in ((20.0, 3.0), (7.0, 2.0), (1.0, 1.0), (-1.0, 0.0)):
        assert wrap(many)(x) == x * expected and v == expected
    assert (wrap(without_else)(6.0), wrap(without_else)(1.0)) == (1, 2)
    assert wrap(lambda x: bm.cond(x > 0, lambda a, b: a, lambda a, b: b, 1.0, 2.0))(-1.0) == 2.0
    assert wrap(lambda x: bm.ifelse(x > 0, (lambda: 5.0, 7.0)))(1.0) == 5.0


def test_only_the_chosen_branch_runs():
    """Both branches write, and only one write happens: also under vmap, where both are computed."""
    v = bm.Variable(bm.zeros(2))
    f = bm.vmap(lambda x: bm.ifelse(x > 0, [lambda: v.update(v + 1.0), lambda: v.update(v - 1.0)]), mapped=v)
    f(bm.array([1.0, -1.0]))
    assert v.tolist() == [1.0, -1.0]


# ---- gradients


def test_gradients_against_closed_forms():
    w, b = bm.Variable([1.0, 2.0], name="w"), bm.Variable(0.5)
    x = np.array([3.0, -1.0], np.float32)

    def loss(x, scale=1.0):
        return scale * ((w * x).sum() + b) ** 2

    residual = float((np.array([1.0, 2.0]) * x).sum() + 0.5)
    np.testing.assert_allclose(bm.grad(loss)(x), 2 * residual * np.array([1.0, 2.0]))
    np.testing.assert_allclose(bm.grad(loss, grad_vars=w)(x), 2 * residual * x)
    gw, gb = bm.grad(loss, grad_vars=[w, b])(x)
    np.testing.assert_allclose(gb, 2 * residual)
    named = bm.grad(loss, grad_vars={"w": w, "b": b})(x, scale=2.0)
    np.testing.assert_allclose(named["w"], 4 * residual * x)
    (by_var, by_arg), value = bm.grad(loss, grad_vars=w, argnums=0, return_value=True)(x)
    np.testing.assert_allclose(by_var, 2 * residual * x)
    np.testing.assert_allclose(by_arg, 2 * residual * np.array([1.0, 2.0]))
    np.testing.assert_allclose(value, residual**2)
    value, gradient = bm.value_and_grad(loss, grad_vars=b)(x)
    np.testing.assert_allclose([value, gradient], [residual**2, 2 * residual])
    (value, aux), gradient = bm.value_and_grad(lambda x: (x**2, x + 1), has_aux=True)(3.0)
    assert (value, aux, gradient) == (9.0, 4.0, 6.0)
    assert bm.grad(lambda x, y: x * y, argnums=(0, 1))(2.0, 3.0) == (3.0, 2.0)


def test_gradient_of_a_module_and_of_a_pytree_variable():
    class Net(bl.Module):
        def __init__(self):
            self.w = bm.Variable(2.0)
            self.tree = bm.Variable({"a": 3.0})

        def __call__(self, x):
            return self.w * x + self.tree.value["a"] ** 2

    net = Net()
    gradients = bm.grad(net, grad_vars=net)(5.0)
    assert gradients["w"] == 5.0 and gradients["tree"]["a"] == 6.0
    assert bm.grad(net, grad_vars=net.tree)(5.0)["a"] == 6.0


def test_functions_that_write_are_differentiated_and_the_writes_stay():
    v = bm.Variable(1.0)

    def f(x):
        v.value = v * x
        return v * x

    assert bm.grad(f)(3.0) == 6.0 and v == 3.0  # d(x^2)/dx
    with bm.disable_jit():
        assert bm.grad(f)(3.0) == 18.0 and v == 9.0


def test_jacobian_and_hessian():
    A = np.random.default_rng(0).normal(size=(3, 2)).astype(np.float32)
    x = np.array([0.3, -0.2], np.float32)
    np.testing.assert_allclose(bm.jacobian(lambda x: bm.dot(A, bm.sin(x)))(x), A * np.cos(x), rtol=1e-5)
    w = bm.Variable(x)
    np.testing.assert_allclose(bm.jacobian(lambda: bm.dot(A, w**2), grad_vars=w)(), 2 * A * x, rtol=1e-5)
    out = bm.jacobian(lambda x: {"a": x, "b": x.sum()})(x)
    np.testing.assert_allclose(out["a"], np.eye(2))
    np.testing.assert_allclose(out["b"], np.ones(2))
    S = A.T @ A
    np.testing.assert_allclose(bm.hessian(lambda x: 0.5 * x @ (S @ x))(x), S, rtol=1e-5)
    np.testing.assert_allclose(bm.hessian(lambda: 0.5 * w @ (S @ w), grad_vars=w)(), S, rtol=1e-5)
    rows = bm.hessian(lambda x, y: x**2 * y, argnums=(0, 1))(3.0, 2.0)
    np.testing.assert_allclose([[rows[0][0], rows[0][1]], [rows[1][0], rows[1][1]]], [[4.0, 6.0], [6.0, 0.0]])
    _, value = bm.jacobian(lambda x: x**2, return_value=True)(x)
    np.testing.assert_allclose(value, x**2, rtol=1e-6)


def test_the_safe_where_of_the_lesson():
    """sqrt at a negative number: the value of `where` is fine and its gradient is not, until the inner where."""
    assert bm.isnan(bm.grad(lambda x: bm.where(x > 0, bm.sqrt(x), 0.0))(-1.0))
    assert bm.grad(lambda x: bm.where(x > 0, bm.sqrt(bm.where(x > 0, x, 1.0)), 0.0))(-1.0) == 0.0


# ---- vmap


def test_vmap_axes():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(4, 3)).astype(np.float32), rng.normal(size=(3, 4)).astype(np.float32)
    for f in (lambda x, y: x @ y, lambda x, y: {"dot": x @ y, "x": x}):
        for axes in ((0, 1), [0, 1]):
            ours, theirs = bm.vmap(f, in_axes=axes)(a, b), jax.vmap(f, in_axes=axes)(a, b)
            jax.tree.map(lambda o, t: np.testing.assert_allclose(o, t, rtol=1e-5), *map(jax.tree.leaves, (ours, theirs)))
    assert bm.vmap(lambda x: x * 2, in_axes=1, out_axes=1)(a).shape == (4, 3)
    assert bm.vmap(lambda d: d["a"] * d["b"], in_axes=({"a": 0, "b": None},))({"a": a, "b": 2.0}).shape == (4, 3)


@pytest.mark.parametrize("python", [True, False])
def test_vmap_and_variables(python):
    shared, own, steps = bm.Variable(10.0), bm.Variable(bm.zeros(3)), bm.Variable(0)

    def lane(x):
        own.value += shared * x
        steps.value += 1
        return own.value

    with bm.disable_jit(python):
        out = bm.vmap(lane, mapped=own)(bm.arange(3.0))
        with pytest.raises(bm.errors.SharedWriteError, match="shared by the 3 lanes"):
            bm.vmap(lambda x: shared.update(x))(bm.arange(3.0))
    assert out.tolist() == own.tolist() == [0.0, 10.0, 20.0] and steps == 1 and shared == 10.0


def test_vmap_random_numbers_differ_and_are_reproducible():
    bm.random.seed(1)
    a = bm.vmap(lambda _: bm.random.normal())(bm.arange(100))
    after = bm.random.rand()
    bm.random.seed(1)
    with bm.disable_jit():
        b = bm.vmap(lambda _: bm.random.normal())(bm.arange(100))
    assert len(set(a.tolist())) == 100 and after == bm.random.rand()
    np.testing.assert_allclose(a, b, rtol=1e-6)


# ---- nesting, by hand (test_properties.py does it at random)


def test_grad_of_for_loop_of_ifelse():
    w = bm.Variable(2.0)

    def loss(xs):
        return bm.for_loop(lambda x: bm.ifelse(x > 0, [lambda x: w * x, lambda x: w**2], x), xs).sum()

    xs = bm.array([1.0, -1.0, 3.0])
    assert bm.grad(loss, grad_vars=w)(xs) == 1 + 2 * 2.0 + 3
    assert bm.jit(bm.grad(loss, grad_vars=w))(xs) == 8.0
    np.testing.assert_allclose(bm.vmap(bm.grad(loss))(bm.stack([xs, -xs])), [[2.0, 0.0, 2.0], [0.0, 2.0, 0.0]])


def test_training_loop_of_everything():
    """for_loop of grad of vmap: linear regression by gradient descent reaches the least-squares solution."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(50, 3)).astype(np.float32)
    y = X @ np.array([1.0, -2.0, 0.5], np.float32) + 0.1 * rng.normal(size=50).astype(np.float32)
    w = bm.Variable(bm.zeros(3))
    gradient = bm.grad(lambda: (bm.vmap(lambda x, y: (x @ w - y) ** 2)(X, y)).mean(), grad_vars=w, return_value=True)

    @bm.jit
    def train():
        def step(_):
            g, loss = gradient()
            w.value -= 0.1 * g
            return loss

        return bm.for_loop(step, bm.arange(300))

    losses = train()
    np.testing.assert_allclose(w, np.linalg.lstsq(X, y, rcond=None)[0], atol=1e-4)
    assert (bm.diff(losses) <= 1e-6).all()


def test_checkpoint_gives_the_same_gradient():
    w = bm.Variable(0.7)

    def f(x):
        w.value = bm.sin(w * x)
        return w.value

    plain = bm.grad(lambda x: f(x) + f(x))(0.3)
    w.value = 0.7
    again = bm.grad(lambda x: bm.checkpoint(f)(x) + bm.checkpoint(f)(x))(0.3)
    np.testing.assert_allclose(plain, again, rtol=1e-6)


def test_disable_jit_really_runs_python(capsys):
    total = bm.Variable(0.0)

    def body(x):
        total.value += x
        if total > 2.5:  # a real number, so this is allowed
            print(f"passed at {float(x)}")
        return total.value

    with bm.disable_jit():
        bm.jit(lambda: bm.for_loop(body, bm.ones(4)))()
        bm.while_loop(lambda x: x < 3, lambda x: (print(int(x)), x + 1)[1], 1)
    assert capsys.readouterr().out.split("\n") == ["passed at 1.0", "passed at 1.0", "1", "2", ""]


# ---- explain


def test_explain():
    k = 2.0
    V, I = bm.Variable(bm.zeros(3), name="V"), bm.Variable(1.0, name="I")

    def step(dt):
        V.value += dt * I * k

    f = bm.jit(step)
    f(0.1), f(0.2), f(bm.ones(3))
    e = bm.explain(f, 0.1)
    assert (e.reads, e.writes, e.built_in) == (["V", "I"], ["V"], {"k": "2.0"})
    assert len(e.traces) == 2 and e.traces[1].startswith("argument 0:") and "-> float32[3]" in e.traces[1]
    assert "mul" in str(e.jaxpr) and "reads     V, I" in repr(e) and "<table>" in e._repr_html_()
    assert V.tolist() == pytest.approx([2.6, 2.6, 2.6])  # explaining runs nothing
    with pytest.raises(bm.errors.TracedValueError):
        bm.explain(lambda x: 1 if x > 0 else 0, 1.0)


def test_explain_tells_why_a_loop_was_compiled_again():
    class Cell(bl.Module):
        def __init__(self):
            self.k, self.v = 1.0, bm.Variable(0.0)

        def step(self, x):
            self.v += self.k * x

    cell = Cell()
    f = bm.jit(cell.step)
    f(1.0)
    cell.k = 2.0
    f.recompile()
    f(1.0)
    assert cell.v == 3.0 and bm.explain(f, 1.0).traces == ["first call"]


def test_hessian_of_containers():
    out = bm.hessian(lambda d: d["a"] ** 2 * d["b"])({"a": 1.0, "b": 2.0})
    assert (out["a"]["a"], out["a"]["b"], out["b"]["a"], out["b"]["b"]) == (4.0, 2.0, 2.0, 0.0)
    v = bm.Variable({"a": 1.0, "b": 2.0})
    out = bm.hessian(lambda: v.value["a"] ** 2 * v.value["b"], grad_vars=v)()
    assert out["a"]["b"] == 2.0 and out["a"]["a"] == 4.0


@pytest.mark.parametrize("python", [True, False])
def test_vmap_of_no_lanes(python):
    with bm.disable_jit(python):
        assert bm.vmap(lambda x: x * bm.ones(2))(bm.zeros(0)).shape == (0, 2)


def test_shape_from_a_traced_number():
    with pytest.raises(
        bm.errors.TracedValueError, match=r"a shape needs to know n now(.|\n)*bm\.zeros\(n\)(.|\n)*static_argnums"
    ):
        bm.jit(lambda n: bm.zeros(n))(3)


def test_format_and_truth_inside_jit():
    seen = []
    bm.jit(lambda x: seen.append(f"{x:.2f}"))(1.0)
    assert "traced" in seen[0]
    assert bm.while_loop(lambda n: n, lambda n: n - 1, 3) == 0  # an integer as condition, as in Python


@pytest.mark.parametrize(
    "wrong, message",
    [
        (lambda: bm.for_loop(bm.ones(3), lambda x: x), "xs is a function .are the arguments swapped"),
        (lambda: bm.for_loop(lambda x: x, zip([1], [2], strict=True)), "xs is a zip"),
        (lambda: bm.for_loop(lambda x: x, "abc"), "xs is a str"),
        (lambda: bm.scan(lambda c, x: (c, x), 0.0), "neither xs nor length"),
        (lambda: bm.scan(lambda c, x: (c, x), 0.0, bm.ones(3), length=5), "xs has 3 elements, and length=5"),
        (lambda: bm.vmap(lambda x: x, in_axes=1)(bm.ones(3)), "axis 1 of argument 0, which has shape"),
        (lambda: bm.vmap(lambda x: x, out_axes=None)(bm.ones(3)), "out_axes=None says that all lanes give the same"),
        (lambda: bm.vmap(lambda x: x, mapped=bm.Variable(1.0, name="v"))(bm.ones(3)), "Variable 'v', which is one number"),
        (lambda: bm.jit(lambda x: "text")(1.0), "returned a str"),
        (lambda: bm.jit(lambda x: max(x, 0.0))(1.0), "bm.maximum"),
        (lambda: bm.jit(lambda x: __import__("math").sin(x))(1.0), "needs to know x now"),
    ],
)
def test_more_messages(wrong, message):
    import re

    with pytest.raises(bm.errors.TeachingError) as caught:
        wrong()
    assert re.search(message, str(caught.value)), str(caught.value)


def test_explain_of_a_jitted_method():
    counter = Counter()
    counter.decorated(1)
    e = bm.explain(counter.decorated, 1)
    assert (e.name, e.writes, e.traces) == ("decorated", ["Counter.n"], ["first call"])


def test_reset_by_a_mask_works_everywhere():
    V = bm.Variable([1.0, -1.0, 2.0])

    @bm.jit
    def reset(th):
        V[V > th] = -65.0

    reset(0.0)
    assert V.tolist() == [-65.0, -1.0, -65.0]
    V[V < -50] = 0.0
    assert V.tolist() == [0.0, -1.0, 0.0]
    with pytest.raises(bm.errors.DtypeError):
        bm.array([1, 2])[bm.array([True, False])] = 1.5


@pytest.mark.parametrize(
    "line, advice",
    [
        ("1. if x > 0 else 2.", "`if` needs to know x"),
        ("x if not x > 0 else -x", "`if` needs to know x"),
        ("1. if 0 < x < 1 else 2.", "chain such as 0 < x < 1"),
        ("x > 0 and x < 1", "`and`, `or`"),
        ("bm.arange(0, x, 1)", "a shape|an index"),
        ("[i for i in range(x)]", r"range\(\) needs to know x"),
    ],
)
def test_the_statement_is_recognised(line, advice):
    import linecache

    source = f"f = lambda x: {line}\n"
    linecache.cache["<line>"] = (len(source), None, [source], "<line>")
    scope = {"bm": bm}
    exec(compile(source, "<line>", "exec"), scope)
    with pytest.raises(bm.errors.TracedValueError, match=advice):
        bm.jit(scope["f"])(3)
