"""Every code listing of the lecture outline, with only the import lines changed.

The listings stand here as they are printed there (`>>>` and wrapped lines put straight), each under the number of its
outline line (L32 ...). What NumPy prints beside them is checked against NumPy itself.
"""

import subprocess
import sys

import numpy as np
import numpy.linalg
import numpy.random
import pytest
import scipy.fft
import scipy.stats

import brainlab as bp
import brainlab.math as bm

# ---- L32: dense operators


def test_arrays_as_in_numpy():
    results = []
    for np_or_bm in (np, bm):
        a = np_or_bm.zeros((2, 2))
        assert repr(a).replace("Array", "array").startswith("array([[0., 0.],")
        a[0] += 5.0  # in place
        results.append((a, a.max(), np_or_bm.dot(a, np_or_bm.ones((2, 1)))))
    for theirs, ours in zip(*results, strict=True):
        assert isinstance(ours, bm.Array)
        np.testing.assert_array_equal(ours, theirs)
    np.testing.assert_array_equal(results[1][2], [[10.0], [0.0]])  # as printed in the lecture


# ---- L33: random numbers


def test_random_as_in_numpy():
    for draw in (np.random, bm.random):
        assert draw.normal(size=(2, 1)).shape == (2, 1)
        uniform = draw.uniform(size=(2, 1))
        assert ((uniform >= 0) & (uniform < 1)).all()


# ---- L35-L38 come with the integrators: odeint, sdeint, fdeint.


# ---- L48: the class of the chapter on just-in-time compilation


class LogisticRegression(bp.BrainPyObject):
    def __init__(self, dimension):
        super(LogisticRegression, self).__init__()  # noqa: UP008

        # parameters
        self.dimension = dimension

        # variables
        self.w = bm.Variable(2.0 * bm.ones(dimension) - 1.3)

    def __call__(self, X, Y):
        u = bm.dot(((1.0 / (1.0 + bm.exp(-Y * bm.dot(X, self.w))) - 1.0) * Y), X)
        self.w.value = self.w - u  # in-place update


@pytest.mark.parametrize("compiled", [True, False])
def test_logistic_regression_trains(compiled):
    rng = np.random.default_rng(0)
    truth = rng.normal(size=10)
    X = rng.normal(size=(500, 10))
    Y = np.where(X @ truth > 0, 1.0, -1.0)

    reference = 2.0 * np.ones(10) - 1.3  # the same rule in NumPy
    model = LogisticRegression(10)
    step = bm.jit(model) if compiled else model
    for _ in range(30):
        step(X.astype(np.float32), Y.astype(np.float32))
        reference -= ((1.0 / (1.0 + np.exp(-Y * (X @ reference))) - 1.0) * Y) @ X
    np.testing.assert_allclose(model.w, reference, rtol=1e-3)
    assert (np.sign(X @ np.asarray(model.w)) == Y).mean() > 0.99


def test_forgotten_super_init_does_no_harm():
    class Short(bp.BrainPyObject):
        def __init__(self):
            self.w = bm.Variable(1.0)

    assert Short().w.value == 1.0


# ---- L50-L56: static arrays, dynamic variables


def test_value_is_the_jax_array():
    import jax

    assert isinstance(bm.zeros(2).value, jax.Array)
    assert isinstance(bm.Variable(bm.zeros(2)).value, jax.Array)


def test_array_is_static_and_variable_is_dynamic():
    static, dynamic = bm.zeros(1), bm.Variable(bm.zeros(1))

    def change(v):
        v[0] = 5.0

    bm.jit(lambda: change(dynamic))()
    assert dynamic[0] == 5.0
    with pytest.raises(bm.errors.NotAVariableError, match="it is a plain array, not a Variable"):
        bm.jit(lambda: change(static))()
    assert static[0] == 0.0


@pytest.mark.parametrize("compiled", [True, False])
def test_the_four_ways_to_update_in_place(compiled):
    v = bm.Variable(bm.zeros(3))

    def index():
        v[0] = 1.0
        v[1:] = 2.0

    def augmented():
        v.__iadd__(1.0)

    def value():  # the recommended one
        v.value = v * 10.0

    def update():
        v.update(v + 0.5)

    for change in (index, augmented, value, update):
        (bm.jit(change) if compiled else change)()
    np.testing.assert_allclose(v, [20.5, 30.5, 30.5])


# ---- L57-L59: conditions


def test_if_on_a_plain_number_is_fine_and_on_a_variable_an_error():
    v, plain = bm.Variable(1.0, name="v"), 1.0

    @bm.jit
    def on_number():
        return 0.0 if plain < 0 else 1.0

    @bm.jit
    def on_variable():
        if v < 0:
            return 0.0
        return 1.0

    assert on_number() == 1.0
    with pytest.raises(bm.errors.TracedValueError, match="`if` needs to know v now"):
        on_variable()


def test_where():
    a = 1.0
    assert bm.where(a < 0, 0.0, 1.0) == 1.0


def test_ifelse_is_the_listing():
    def ifelse(condition, branches, operands):
        true_fun, false_fun = branches
        if condition:
            return true_fun(operands)
        else:
            return false_fun(operands)

    branches = [lambda x: x + 1.0, lambda x: x * 2.0]
    for x in (-3.0, 4.0):
        expected = ifelse(x > 0, branches, x)
        assert bm.ifelse(x > 0, branches, x) == expected
        assert bm.jit(lambda x: bm.ifelse(x > 0, branches, x))(x) == expected


# ---- L60-L61: loops


def test_for_loop_is_the_listing():
    def for_loop_function(body_fun, xs):
        ys = []
        for x in xs:
            results = body_fun(x)
            ys.append(results)
        return ys

    total = bm.Variable(0.0)

    def body(x):
        total.value += x
        return total.value * x

    xs = np.arange(5.0)
    expected = [float(y) for y in for_loop_function(body, xs)]
    total.value = 0.0
    np.testing.assert_allclose(bm.for_loop(body, xs), expected)


def test_while_loop_is_the_listing():
    def cond_fun(x):
        return x < 100

    def body_fun(x):
        return x * 3

    x = 1
    while cond_fun(x):
        x = body_fun(x)
    assert bm.while_loop(cond_fun, body_fun, 1) == x


# ---- L62-L71: Python


def test_python_lists_and_tuples():
    myList, myList2 = [1, 2, 3], ["a"]
    assert (myList[0], myList[0:3], myList * 2) == (1, [1, 2, 3], [1, 2, 3, 1, 2, 3])
    assert myList + myList2 == [1, 2, 3, "a"]
    myList2 = myList[:]
    myList[0] = "hello"
    assert (myList, myList2) == (["hello", 2, 3], [1, 2, 3])
    with pytest.raises(TypeError, match="does not support item assignment"):
        (1, 2)[0] = 3


def test_a_variable_cannot_have_the_name_of_a_keyword():
    run = subprocess.run([sys.executable, "-c", "lambda = 1"], capture_output=True, text=True)
    assert "SyntaxError" in run.stderr


# ---- L72-L78: NumPy arrays, the same lines with both libraries


@pytest.mark.parametrize("lib", [np, bm], ids=["numpy", "brainlab"])
def test_numpy_listing(lib):
    assert lib.zeros((2, 2)).shape == (2, 2)
    assert lib.trace(lib.eye(3)) == 3
    a = lib.arange(10).reshape(2, 5)
    assert (a.ndim, a.shape, a.size, a.T.shape) == (2, (2, 5), 10, (5, 2))
    assert a.dtype == (int if lib is np else np.int32)
    np.testing.assert_array_equal(a.sum(axis=0), [5, 7, 9, 11, 13])
    np.testing.assert_array_equal(a.sum(axis=1), [10, 35])
    np.testing.assert_array_equal(a.cumsum(), np.arange(10).cumsum())
    assert (a.max(), a.min()) == (9, 0)
    np.testing.assert_array_equal(a[0:3, :], a)
    np.testing.assert_array_equal(a + lib.arange(5), np.arange(10).reshape(2, 5) + np.arange(5))
    np.testing.assert_array_equal(lib.column_stack([a, a]), np.hstack([a, a]))
    with pytest.raises((ValueError, TypeError), match="reshape"):
        a.reshape(3, 3)


@pytest.mark.filterwarnings("ignore:`row_stack`")  # NumPy's own name for it is vstack now
@pytest.mark.parametrize("lib", [np, bm], ids=["numpy", "brainlab"])
def test_row_stack(lib):
    a = lib.ones((1, 2))
    row_stack = lib.row_stack if hasattr(lib, "row_stack") else lib.vstack  # the newest NumPy has dropped the old name
    assert row_stack([a, a]).shape == (2, 2) and bm.row_stack([a, a]).shape == (2, 2)


def test_the_outlines_own_faults_are_errors_that_a_student_sees():
    with pytest.raises(TypeError):
        np.ones(3, 3)
    with pytest.raises(bm.errors.ShapeError, match=r"try: bm\.ones\(\(3, 3\)\)"):
        bm.ones(3, 3)
    with pytest.raises(AttributeError):
        _ = np.random.randin
    with pytest.raises(AttributeError, match="Did you mean 'randint'"):
        _ = bm.random.randin


# ---- L79-L82: linear algebra, Fourier transform, random numbers


@pytest.mark.parametrize("lib", [np, bm], ids=["numpy", "brainlab"])
def test_linear_algebra_listing(lib):
    A = lib.array([[4.0, 1.0], [1.0, 3.0]])
    b = lib.array([1.0, 2.0])
    la, close = lib.linalg, dict(rtol=1e-5, atol=1e-5)
    Q, R = la.qr(A)
    np.testing.assert_allclose(Q @ R, A, **close)
    L = la.cholesky(A)
    np.testing.assert_allclose(L @ L.T, A, **close)
    np.testing.assert_allclose(la.inv(A) @ A, np.eye(2), **close)
    np.testing.assert_allclose(A @ la.solve(A, b), b, **close)
    np.testing.assert_allclose(la.lstsq(A, b)[0], la.solve(A, b), **close)
    expected = [(7 - 5**0.5) / 2, (7 + 5**0.5) / 2]  # of this matrix, in closed form
    np.testing.assert_allclose(np.sort(np.real(la.eig(A)[0])), expected, **close)
    np.testing.assert_allclose(np.sort(np.real(la.eigvals(A))), expected, **close)
    U, s, Vh = la.svd(A, False)
    np.testing.assert_allclose(U * s @ Vh, A, **close)
    np.testing.assert_allclose(la.pinv(A), la.inv(A), **close)


@pytest.mark.parametrize("lib", [np, bm], ids=["numpy", "brainlab"])
@pytest.mark.parametrize("name", ["fft", "fft2", "fftn", "ifft", "rfft"])
def test_fourier_listing(lib, name):
    x = np.random.default_rng(0).normal(size=(4, 8)).astype(np.float32)
    expected = getattr(scipy.fft, name)(x)
    np.testing.assert_allclose(getattr(lib.fft, name)(lib.asarray(x)), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("draw", [np.random, bm.random], ids=["numpy", "brainlab"])
def test_random_listing(draw):
    assert draw.rand(2, 3).shape == draw.randn(2, 3).shape == (2, 3)
    assert draw.randint(0, 5, 100).max() < 5
    sample = draw.choice(np.arange(5), 3, False, None)
    assert len(set(np.asarray(sample).tolist())) == 3
    a = np.arange(10)
    assert draw.shuffle(a) is None and sorted(a) == list(range(10)) and (a != np.arange(10)).any()
    b = draw.permutation(a)
    assert b is not a and sorted(np.asarray(b).tolist()) == list(range(10))
    for law, parameters in {
        "beta": (2.0, 3.0),
        "binomial": (10, 0.5),
        "chisquare": (3.0,),
        "exponential": (2.0,),
        "gamma": (2.0, 1.0),
        "laplace": (0.0, 1.0),
        "lognormal": (0.0, 1.0),
    }.items():
        assert getattr(draw, law)(*parameters, size=(4,)).shape == (4,)
    assert draw.dirichlet([1.0, 2.0, 3.0]).shape == (3,)
