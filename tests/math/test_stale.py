"""Whatever compiled code was built from and has changed since is reported; and nothing else is."""

import copy
import functools
import gc
import itertools
import weakref

import numpy as np
import pytest

import brainlab as bl
import brainlab.math as bm
from brainlab.math.errors import NotAVariableError, StaleValueError

k = 1.0
V = bm.Variable(0.0)
pair = (1.0, 2.0)
nested = {"a": {"k": 1.0}}
arrays = {"w": bm.ones(2), "n": np.ones(2)}
rates = [[1.0], [2.0]]


def helper(x):
    return x


class Model(bl.Model):
    tau: float = bl.param(10.0, "ms", "time constant", above=0)


model = Model()


class Plain:
    shared = 1.0

    def __init__(self):
        self.k, self.n, self.f = 1.0, 0, None

    def step(self, x):
        return self.k * x

    def shared_step(self, x):
        return self.shared * x

    @bm.jit
    def decorated(self, x):
        return self.k * x


plain = Plain()


class Net(bl.Module):
    def __init__(self):
        self.act, self.pair, self.off, self.model = bm.sin, (1.0, 2.0), None, Model()
        self.parts = [bm.Variable(1.0), bm.Variable(2.0)]
        self.sub = Sub(1.0)
        self.cfg = Plain()

    def by_act(self, x):
        return self.act(x)

    def by_pair(self, x):
        return self.pair[0] * x

    def by_off(self, x):
        return x if self.off is None else x * self.off

    def by_model(self, x):
        return x / self.model.tau

    def by_parts(self, x):
        return self.parts[0] * x

    def by_sub(self, x):
        return self.sub.gain * x

    def by_cfg(self, x):
        return self.cfg.k * x


class Sub(bl.Module):
    def __init__(self, gain):
        self.gain = gain


def set_global(name, value):
    return lambda: globals().__setitem__(name, value)


GLOBAL = {
    "number": (lambda x: x * k, set_global("k", 9.0), "^k was 1.0"),
    "Variable": (lambda x: V + x, set_global("V", bm.Variable(9.0)), "^V was a Variable (.|\n)*V.value = "),
    "function": (lambda x: helper(x), set_global("helper", lambda x: 100 * x), "^helper was the function helper"),
    "model": (lambda x: x / model.tau, set_global("model", Model(tau=1.0)), "^model.tau was 10.0"),
    "tuple": (lambda x: x * pair[0], set_global("pair", (9.0, 2.0)), r"^pair\[0\] was 1.0"),
    "nested dict": (lambda x: x * nested["a"]["k"], lambda: nested["a"].update(k=9.0), r"^nested\['a'\]\['k'\] was 1.0"),
    "array in dict": (lambda x: x * arrays["w"], lambda: arrays["w"].__setitem__(0, 9.0), r"^arrays\['w'\] was"),
    "numpy in dict": (lambda x: x * arrays["n"], lambda: arrays["n"].__setitem__(0, 9.0), r"^arrays\['n'\] was"),
    "list in list": (lambda x: x * rates[0][0], lambda: rates[0].__setitem__(0, 9.0), r"^rates\[0\]\[0\] was"),
    "dict rebound": (lambda x: x * nested["a"]["k"], set_global("nested", {"a": {"k": 9.0}}), r"^nested\['a'\]\['k'\] was"),
    "attribute of a plain object": (lambda x: x * plain.k, lambda: setattr(plain, "k", 9.0), "^plain.k was 1.0"),
    "class attribute": (lambda x: plain.shared_step(x), lambda: setattr(Plain, "shared", 9.0), "shared was 1.0"),
    "inside a jitted function": (lambda x: bm.jit(lambda x: x * k)(x), set_global("k", 9.0), "^k was 1.0"),
    "under vmap": (bm.vmap(lambda x: x * k), set_global("k", 9.0), "^k was 1.0"),
    "under value_and_grad": (bm.value_and_grad(lambda x: (x * k).sum()), set_global("k", 9.0), "^k was 1.0"),
    "under checkpoint": (bm.checkpoint(lambda x: x * k), set_global("k", 9.0), "^k was 1.0"),
    "under for_loop": (bm.for_loop(lambda x: x * k), set_global("k", 9.0), "^k was 1.0"),
    "under partial": (functools.partial(lambda a, x: a * x * k, 1.0), set_global("k", 9.0), "^k was 1.0"),
}


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    for name in ("k", "V", "pair", "nested", "arrays", "rates", "helper", "model", "plain"):
        monkeypatch.setitem(globals(), name, globals()[name] if name in ("V", "helper") else copy.deepcopy(globals()[name]))
    monkeypatch.setattr(Plain, "shared", 1.0)


@pytest.mark.parametrize("case", GLOBAL)
def test_globals(case):
    function, change, message = GLOBAL[case]
    f = bm.jit(function)
    f(bm.ones(2))
    f(bm.ones(2))
    change()
    with pytest.raises(StaleValueError, match=message):
        f(bm.ones(2))
    f.recompile()
    f(bm.ones(2))


ATTRIBUTE = {
    "function": ("by_act", lambda n: setattr(n, "act", bm.cos), "Net.act was"),
    "tuple": ("by_pair", lambda n: setattr(n, "pair", (9.0, 2.0)), "Net.pair was"),
    "None": ("by_off", lambda n: setattr(n, "off", 2.0), "Net.off was None"),
    "model": ("by_model", lambda n: setattr(n, "model", Model(tau=1.0)), "Net.model.tau was 10.0"),
    "Variable in a list": ("by_parts", lambda n: n.parts.__setitem__(0, bm.Variable(9.0)), "Net.parts was"),
    "submodule": ("by_sub", lambda n: setattr(n, "sub", Sub(9.0)), "Net.sub was"),
    "attribute of a submodule": ("by_sub", lambda n: setattr(n.sub, "gain", 9.0), "Sub.gain was 1.0"),
    "attribute of a plain part": ("by_cfg", lambda n: setattr(n.cfg, "k", 9.0), "Net.cfg.k was 1.0"),
}


@pytest.mark.parametrize("case", ATTRIBUTE)
def test_module_attributes(case):
    method, change, message = ATTRIBUTE[case]
    net = Net()
    f = bm.jit(getattr(net, method))
    f(1.0), f(2.0)
    change(net)
    with pytest.raises(StaleValueError, match=message):
        f(1.0)


def test_decorated_method_of_a_plain_object():
    one, other = Plain(), Plain()
    assert one.decorated(2.0) == 2.0 and other.decorated(3.0) == 3.0
    one.k = 5.0
    with pytest.raises(StaleValueError, match="Plain.k was 1.0"):
        one.decorated(2.0)
    assert other.decorated(3.0) == 3.0


def test_mutable_default_and_partial_argument():
    default, given = [1.0], [1.0]

    def f(x, by=default):
        return by[0] * x

    for function, container in ((f, default), (functools.partial(f, by=given), given)):
        jitted = bm.jit(function)
        jitted(1.0)
        container[0] = 9.0
        with pytest.raises(StaleValueError):
            jitted(1.0)


# ---- no false alarms


def test_what_was_not_read_may_change():
    global k
    obj, net = Plain(), Net()
    f, g = bm.jit(obj.step), bm.jit(net.by_sub)
    f(1.0), g(1.0)
    obj.n += 1
    obj.new = 5
    net.act, net.cfg.k = bm.cos, 7.0
    assert f(1.0) == 1.0 and g(1.0) == 1.0


def test_a_cell_that_is_run_again_with_the_same_text():
    scope = {"bm": bm}
    cell = "def helper(x):\n    return 2.0 * x\n"
    exec(compile(cell, "<cell>", "exec"), scope)
    f = bm.jit(eval("lambda x: helper(x)", scope))
    assert f(1.0) == 2.0
    exec(compile(cell, "<cell>", "exec"), scope)
    assert f(1.0) == 2.0
    exec(compile(cell.replace("2.0", "3.0"), "<cell>", "exec"), scope)
    with pytest.raises(StaleValueError, match="helper was the function helper"):
        f(1.0)


def test_counters_of_its_own():
    """A function may count how often it is traced; that is no reason to complain."""
    calls, count = [], 0

    @bm.jit
    def f(x):
        nonlocal count
        calls.append(1)
        count += 1
        return x

    f(1.0), f(bm.ones(2)), f(2.0), f(bm.ones(3)), f(1.0)
    assert len(calls) == count <= 4


def test_nan_and_minus_zero():
    scope = {"k": float("nan")}
    f = bm.jit(eval("lambda x: x * k", scope))
    f(1.0), f(1.0)
    scope["k"] = 0.0
    with pytest.raises(StaleValueError):
        f(1.0)
    g = bm.jit(eval("lambda x: x * k", scope))
    g(1.0)
    scope["k"] = -0.0
    with pytest.raises(StaleValueError, match="k was 0.0 .* is now -0.0"):
        g(1.0)


# ---- programs are found again only where they are the same


def test_equal_is_not_the_same():
    def scale(k):
        return bm.for_loop(lambda x: x * k, bm.arange(3))

    assert [scale(v).dtype.name for v in (np.int32(1), np.float32(1), 1, 1.0, True)] == [
        "int32",
        "float32",
        "int32",
        "float32",
        "int32",
    ]
    inverse = lambda k: bm.for_loop(lambda x: 1 / k * x, bm.ones(1))  # noqa: E731
    with np.errstate(divide="ignore"):
        assert inverse(np.float32(0.0)) == np.inf and inverse(np.float32(-0.0)) == -np.inf
    f = bm.jit(lambda x, k: x * k, static_argnums=1)
    assert f(1, np.int32(1)).dtype == np.int32 and f(1, np.float32(1)).dtype == np.float32

    class Key:
        def __init__(self, x, y):
            self.x, self.y = x, y

        def __eq__(self, other):
            return self.x == other.x

        def __hash__(self):
            return hash(self.x)

    add = lambda k: bm.for_loop(lambda x: x + k.y, bm.zeros(1))  # noqa: E731
    assert add(Key(1, 1)) == 1 and add(Key(1, 2)) == 2


def test_transforms_written_inline_are_compiled_once():
    runs = []

    def loss(x):
        runs.append(1)
        return x**2

    for _ in range(3):
        bm.vmap(bm.grad(loss))(bm.ones(3))
        bm.jit(bm.grad(loss))(1.0)
        bm.for_loop(bm.jit(loss), bm.ones(3))
    assert len(runs) <= 8


# ---- tracers do not escape


@pytest.mark.parametrize(
    "leak",
    [
        lambda o, x: o["list"].append((1, x)),
        lambda o, x: o["list"].append({"v": x}),
        lambda o, x: o["deep"]["h"].append(x),
        lambda o, x: o["set"].add(1) or o["list"].insert(0, [x]),
        lambda o, x: setattr(o["plain"], "f", x * 2),
        lambda o, x: setattr(o["net"], "off", (x,)),
        lambda o, x: setattr(o["net"], "sub", Sub(x)),
        lambda o, x: o["list"].append(bm.Variable(x)),
    ],
)
@pytest.mark.parametrize("transform", [bm.jit, bm.vmap, lambda f: bm.for_loop(f)])
def test_leaks_are_reported_and_undone(leak, transform):
    objects = {"list": [], "deep": {"h": []}, "set": set(), "plain": plain, "net": Net()}
    with pytest.raises(NotAVariableError, match="was changed inside bm"):
        transform(lambda x: leak(objects, x))(bm.ones(2))
    assert objects["list"] == [] and objects["deep"] == {"h": []} and plain.f is None
    assert objects["net"].off is None and objects["net"].sub.gain == 1.0


# ---- nothing is kept alive


class Child(bl.Module):
    def __init__(self, parent):
        self.parent, self.v = parent, bm.Variable(0.0)


class Parent(bl.Module):
    def __init__(self):
        self.children, self.named = [Child(self)], {"a": Child(self)}

    @bm.jit
    def step(self):
        for child in (*self.children, *self.named.values()):
            child.v += 1.0


class PlainWithJit:
    def __init__(self):
        self.v = bm.Variable(0.0)
        self.f = bm.jit(self.step)

    def step(self, x):
        self.v.value = self.v + x


def use_parent():
    parent = Parent()
    parent.step()
    return parent


def use_plain():
    obj = PlainWithJit()
    obj.f(1.0)
    return obj


def use_closure():
    children = [Child(None)]
    bm.for_loop(lambda x: children[0].v.update(children[0].v + x), bm.ones(3))
    return children[0]


@pytest.mark.parametrize("use", [use_parent, use_plain, use_closure])
def test_objects_die(use):
    alive = [weakref.ref(use()) for _ in range(5)]
    gc.collect()
    assert not any(ref() for ref in alive)


# ---- arguments that stand for themselves, in every transform


def test_variables_and_modules_as_arguments_of_every_transform():
    v, net = bm.Variable(0.0), Net()

    def f(a, x):
        a.value = a + 1.0
        return x

    bm.checkpoint(f)(v, 1.0)
    bm.jit(lambda x: bm.checkpoint(f)(v, x))(1.0)
    bm.vmap(f, in_axes=(None, 0))(v, bm.ones(3))
    bm.grad(f, argnums=1)(v, 1.0)
    assert v == 4.0
    assert bm.vmap(lambda m, x: m.sub.gain * x, in_axes=(None, 0))(net, bm.ones(3)).shape == (3,)
    assert bm.grad(lambda m, x: m.sub.gain * x, argnums=1)(net, 2.0) == 1.0
    assert bm.checkpoint(lambda m, x: m.sub.gain * x)(net, 2.0) == 2.0
    assert bm.jit(lambda x: bm.grad(lambda x, mode: x if mode == "a" else -x)(x, "a"))(1.0) == 1.0

    lanes = bm.Variable(bm.zeros(3))
    bm.vmap(f)(lanes, bm.ones(3))  # axis 0: each lane its own
    assert lanes.tolist() == [1.0, 1.0, 1.0]

    params = [bm.Variable(1.0), bm.Variable(2.0)]

    @bm.jit
    def decay(params):
        for p in params:
            p *= 0.5

    decay(params), decay(params)
    assert [float(p) for p in params] == [0.25, 0.5]
    with pytest.raises(NotAVariableError, match="mixes Variables"):
        bm.jit(lambda tree: tree)([params[0], bm.ones(2)])


# ---- what a second look found


def cells(*sources, **scope):
    """Run notebook cells in one namespace."""
    scope |= {"bm": bm, "bl": bl, "np": np, "__name__": "__main__"}
    for i, source in enumerate(sources):
        exec(compile(source, f"<ipython-input-{i}>", "exec"), scope)
    return scope


def test_an_argument_captured_by_an_inner_lambda_is_no_global():
    scope = cells("x = 5.0", "@bm.jit\ndef f(x):\n    return bm.for_loop(lambda i: i * x, bm.arange(3.0))")
    for x in (1.0, 2.0):
        scope["x"] = x
        assert scope["f"](x)[1] == x


def test_a_local_name_hides_no_attribute():
    class Cell(bl.Module):
        def __init__(self):
            self.tau = 2.0

        def run(self, x):
            tau = self.tau  # a closure variable of the lambda
            return bm.for_loop(lambda i: i * tau, x)

    cell = Cell()
    f = bm.jit(cell.run)
    assert f(bm.arange(3.0))[1] == 2.0
    assert bm.for_loop(lambda x: cell.run(bm.ones(1) * x), bm.ones(1))[0, 0] == 2.0
    cell.tau = 10.0
    assert bm.for_loop(lambda x: cell.run(bm.ones(1) * x), bm.ones(1))[0, 0] == 10.0
    with pytest.raises(StaleValueError, match="Cell.tau was 2.0"):
        f(bm.arange(3.0))


def test_slots():
    class Slotted:
        __slots__ = ("k",)

        def __init__(self):
            self.k = 1.0

        def step(self, x):
            return self.k * x

    s = Slotted()
    f, g = bm.jit(lambda x: x * s.k), bm.jit(s.step)
    assert f(2.0) == g(2.0) == 2.0
    s.k = 3.0
    for jitted in (f, g):
        with pytest.raises(StaleValueError, match="k was 1.0"):
            jitted(2.0)


def test_no_repr_of_the_students_is_run():
    class Loud(bl.Module):
        def __init__(self):
            self.V = bm.Variable(1.0)

        def __repr__(self):
            return f"Loud({float(self.V.value)})"

    class Holder(bl.Module):
        def __init__(self):
            self.part = Loud()

        def step(self):
            self.part.V += 1.0

    holder = Holder()
    bm.jit(holder.step)()
    assert holder.part.V == 2.0


def test_programs_keep_no_variable_alive():
    def closure(n):
        v = bm.Variable(bm.zeros(n))
        bm.for_loop(lambda x: v.update(v + x), bm.ones(3))
        bm.jit(lambda x: v.update(v + x))(1.0)
        bm.grad(lambda: v.sum(), grad_vars=v)()
        add_to(v, 1.0)
        return v

    @bm.jit
    def add_to(v, x):
        v += x

    alive = [weakref.ref(closure(3)) for _ in range(5)]
    gc.collect()
    assert not any(ref() for ref in alive)


def test_a_variable_that_died_is_replaced():
    scope = cells("V = bm.Variable(1.0)\ndef step(x):\n    V.value = V + x")
    bm.for_loop(scope["step"], bm.ones(2))
    scope["V"] = bm.Variable(10.0)
    gc.collect()
    bm.for_loop(scope["step"], bm.ones(2))
    assert scope["V"] == 12.0


RERUN = [
    "@bm.jit\ndef helper(x):\n    return 2.0 * x",
    "import functools\n@functools.lru_cache\ndef two():\n    return 2.0\ndef helper(x):\n    return two() * x",
    "import functools\ndef times(a, x):\n    return a * x\nhelper = functools.partial(times, 2.0)",
    "def square(x):\n    return (x * x).sum()\nhelper = bm.grad(square)",
    "def double(x):\n    return 2.0 * x\nhelper = bm.vmap(double)",
    "mask = bm.array([True, True])\ndef helper(x):\n    return bm.where(mask, 2.0 * x, x)",
    "steps = range(3)\ndef helper(x):\n    return x * len(steps)",
    "wanted = {0, 8}\ndef helper(x):\n    return x * len(wanted)",
    "class Config:\n    def __init__(self):\n        self.k = 2.0\nconfig = Config()\n"
    "def helper(x):\n    return config.k * x",
    "from dataclasses import dataclass\n@dataclass\nclass Config:\n    k: float = 2.0\nconfig = Config()\n"
    "def helper(x):\n    return config.k * x",
    "from collections import namedtuple\nPair = namedtuple('Pair', 'a b')\npair = Pair(2.0, 1.0)\n"
    "def helper(x):\n    return pair.a * x",
    "import jax\nkey = jax.random.key(0)\ndef helper(x):\n    return x + jax.random.uniform(key)",
]


@pytest.mark.parametrize("cell", RERUN)
def test_running_a_cell_again_changes_nothing(cell):
    scope = cells(cell, "f = bm.jit(lambda x: helper(x))")
    first = scope["f"](bm.ones(2))
    for again in (cell, "# a comment on top\n" + cell):
        exec(compile(again, "<ipython-input-9>", "exec"), scope)
        np.testing.assert_array_equal(scope["f"](bm.ones(2)), first)


@pytest.mark.parametrize(
    "cell, change",
    [
        ("class C:\n    k = 1.0\ndef helper(x):\n    return x * C.k", "C.k = 2.0"),
        ("from types import SimpleNamespace\ns = SimpleNamespace(k=1.0)\ndef helper(x):\n    return x * s.k", "s.k = 2.0"),
        ("def h(x):\n    return x\nt = {'h': h}\ndef helper(x):\n    return t['h'](x)", "t['h'] = lambda x: 2 * x"),
        ("k = 1.0\n@bm.jit\ndef inner(x):\n    return x * k\ndef helper(x):\n    return inner(x)", "k = 2.0"),
        (
            "import functools\nk = 1.0\n@functools.lru_cache\ndef one():\n    return k\n"
            "def helper(x):\n    return x * one()",
            "k = 2.0",
        ),
        ("class C:\n    k = 1.0\nc = C()\ndef helper(x):\n    return x * (c.k if c else 2.0)", "c = None"),
        ("d = [1.0] * 3000\ndef helper(x):\n    return x * sum(d)", "d[0] = 2.0"),
        (
            "class C:\n    k = 1.0\n    def m(self, x):\n        return self.k * x\n"
            "c = C()\ndef helper(x):\n    return c.m(x)",
            "c.k = 2.0",
        ),
        ("cfg = {'dt': 1.0, 'runs': 0}\ndef helper(x):\n    return x * cfg['dt']", "cfg['dt'] = 2.0"),
    ],
)
def test_changes_that_were_once_missed(cell, change):
    scope = cells(cell, "f = bm.jit(lambda x: helper(x))")
    scope["f"](1.0)
    exec(change, scope)
    with pytest.raises(StaleValueError):
        scope["f"](1.0)


@pytest.mark.parametrize(
    "cell, change",
    [
        ("cfg = {'dt': 1.0, 'runs': 0}\ndef helper(x):\n    return x * cfg['dt']", "cfg['runs'] += 1"),
        ("s = {'V': bm.Variable(1.0), 'trace': []}\ndef helper(x):\n    return x * s['V']", "s['trace'].append(1.0)"),
        (
            "from dataclasses import dataclass, field\n@dataclass\nclass Sim:\n    V: object\n    n: int = 0\n"
            "    log: list = field(default_factory=list)\nsim = Sim(bm.Variable(1.0))\ndef helper(x):\n    return x * sim.V",
            "sim.n += 1; sim.log.append(2.0)",
        ),
        (
            "hist, record = [], False\ndef helper(x):\n    if record:\n        hist.append(x)\n    return x",
            "hist.append(3.0)",
        ),
    ],
)
def test_what_is_beside_it_may_change(cell, change):
    scope = cells(cell, "f = bm.jit(lambda x: helper(x))")
    scope["f"](1.0)
    exec(change, scope)
    assert scope["f"](1.0) == 1.0


def test_odd_containers_do_no_harm():
    mixed, own = {1: 2.0, "a": 3.0}, [1.0]
    own.append(own)
    assert bm.for_loop(lambda x: x * mixed[1] * own[0], bm.ones(1))[0] == 2.0


def test_recompile_of_a_method_of_a_plain_object():
    obj = Plain()
    obj.decorated(2.0)
    obj.k = 3.0
    obj.decorated.recompile()
    assert obj.decorated(2.0) == 6.0


def test_installed_packages_are_not_the_students():
    from brainlab.math._where import is_user_file

    for file in (
        "/home/a/.local/lib/python3.11/site-packages/jax/nn.py",
        "/usr/lib/python3/dist-packages/x.py",
        "<frozen os>",
    ):
        assert not is_user_file(file)
    for file in ("<ipython-input-3-abc>", "/tmp/ipykernel_12/123.py", "<doctest x[0]>", "/home/a/thesis/model.py"):
        assert is_user_file(file)


@pytest.mark.parametrize(
    "start, change, read",
    [
        ({"k": 1.0}, lambda p: p.update(k=5.0), lambda p: p["k"]),
        ([1.0], lambda p: p.__setitem__(0, 5.0), lambda p: p[0]),
        (np.ones(1), lambda p: p.__setitem__(0, 5.0), lambda p: p[0]),
        (bm.ones(1), lambda p: p.__setitem__(0, 5.0), lambda p: p[0]),
        ({"w": bm.ones(1)}, lambda p: p["w"].__setitem__(0, 5.0), lambda p: p["w"][0]),
        ([np.ones(1)], lambda p: p[0].__setitem__(0, 5.0), lambda p: p[0][0]),
        (Plain(), lambda p: setattr(p, "k", 5.0), lambda p: p.k),
        (Sub(1.0), lambda p: setattr(p, "gain", 5.0), lambda p: p.gain),
        ([Sub(1.0)], lambda p: setattr(p[0], "gain", 5.0), lambda p: p[0].gain),
    ],
)
@pytest.mark.parametrize("times", [1, 2])
def test_a_lambda_made_anew_sees_what_changed_inside(start, change, read, times):
    """The lambda that was compiled is gone, the object that it captured is not."""
    given = copy.deepcopy(start)

    def run(p):
        return bm.for_loop(lambda x: x * read(p), bm.ones(2)), bm.vmap(lambda x: x * read(p))(bm.ones(2))

    for _ in range(times):
        assert float(run(given)[0][0]) == float(run(given)[1][0]) == 1.0
    change(given)
    for _ in range(times):
        assert float(run(given)[0][0]) == float(run(given)[1][0]) == 5.0


def test_parameters_in_a_captured_dict_do_not_compile_anew():
    runs, given = itertools.count(), {"k": 1.0, "tau": [1.0, 2.0]}

    def run(p):
        return bm.for_loop(lambda x: (next(runs), x * p["k"])[1], bm.ones(2))

    run(given)
    seen = next(runs)
    for _ in range(5):
        run(given)
    assert next(runs) == seen + 1


def test_self_as_the_second_of_two_loads():
    """Python 3.13 reads two local names with one instruction."""

    class Scaled:
        def __init__(self):
            self.k = 1.0

        def step(self, x):
            return bm.multiply(x, self.k)

    s = Scaled()
    f = bm.jit(s.step)
    f(2.0)
    s.k = 3.0
    with pytest.raises(StaleValueError, match="Scaled.k was 1.0"):
        f(2.0)
