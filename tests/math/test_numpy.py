"""bm has the whole of jax.numpy, and the names that the lecture uses give NumPy's numbers."""

import re
import types

import jax.numpy as jnp
import numpy as np
import pytest

import brainlab.math as bm
from brainlab.math import Array
from brainlab.math.errors import ShapeError

rng = np.random.default_rng(0)
NAMES = {
    "A": rng.normal(size=(4, 4)),
    "B": rng.normal(size=(4, 4)),
    "R": rng.normal(size=(6, 3)),
    "v": rng.normal(size=4),
    "z": rng.normal(size=8) + 1j * rng.normal(size=8),
    "k": rng.integers(-9, 9, (3, 5)),
}
A, B, R, v = (NAMES[name] for name in "ABRv")
S = A @ A.T + 4 * np.eye(4)  # symmetric, with positive eigenvalues


def same(ours, theirs, rtol=1e-4, atol=1e-5):
    """An `Array`, or a list or tuple of them, with NumPy's shape, kind of number and numbers."""
    if isinstance(theirs, list | tuple) and not isinstance(ours, Array):
        assert len(ours) == len(theirs)
        for one, other in zip(ours, theirs, strict=True):
            same(one, other)
    elif isinstance(theirs, np.ndarray | np.generic):
        assert type(ours) is Array
        assert ours.shape == theirs.shape
        assert ours.dtype.kind == theirs.dtype.kind
        np.testing.assert_allclose(np.asarray(ours), theirs, rtol=rtol, atol=atol)
    else:
        assert ours == theirs


def close(ours, theirs):
    np.testing.assert_allclose(np.asarray(ours), np.asarray(theirs), rtol=1e-3, atol=1e-4)


# ---- the names of the lecture: the same code with bm and with NumPy

LECTURE = """
bm.zeros(3)   bm.zeros((2,3))   bm.zeros((2,3),dtype=int)   bm.ones(3)   bm.ones((2,3))   bm.ones((2,3),bool)
bm.ones(())   bm.eye(3)   bm.eye(2,3)   bm.eye(3,k=1)   bm.trace(A)   bm.trace(A,offset=1)   A.trace()
bm.full((2,3),7.)   bm.empty(0)   bm.arange(5)   bm.arange(5.)   bm.arange(2,10,3)   bm.arange(5,0,-1)
bm.arange(0.,1.,.25)   bm.linspace(0,1,5)   bm.arange(12).reshape(3,4)   bm.arange(12).reshape((3,-1))
bm.reshape(A,(2,8))   bm.reshape(A,-1)   A.reshape(8,-1).shape   A.ndim   A.shape   A.size   R.T   R.T.shape
A.dtype.kind   k.dtype.kind   bm.ndim(R)   bm.shape(R)   bm.size(R)   A+1   A+v   v[:,None]*v   R[:,:1]-R[0]
A*v[:,None]   R/R.sum(axis=0)   2.**k[0]   bm.ones((3,1))+bm.arange(4)   bm.sum(A)   A.sum()   A.sum(axis=0)
A.sum(axis=1)   bm.sum(A,axis=0)   bm.sum(A,axis=1,keepdims=True)   k.sum(axis=0)   bm.cumsum(A)   A.cumsum(axis=0)
A.cumsum(axis=1)   k.cumsum()   A.max()   A.max(axis=0)   A.min(axis=1)   bm.min(k)   bm.max(k,axis=1)
bm.maximum(A,0)   bm.argmax(k)   bm.mean(R,axis=0)   bm.std(R)   bm.sort(v)   bm.abs(k)   A[0]   A[:,1]
A[1:3,::2]   A[-1,::-1]   A[A>0]   A[[0,2]]   A[0,0]   R[1:,None,0]   k[:,-2:]   bm.where(A>0,A,0)
bm.vstack((A,B))   bm.vstack([v,v])   bm.column_stack((v,v))   bm.column_stack((A,v))   bm.hstack((A,B))
bm.stack([v,v],axis=1)   bm.concatenate([A,B],axis=1)   bm.dot(A,B)   bm.dot(A,v)   bm.dot(v,v)   A.dot(B)   A@B
v@A   R.T@R   bm.matmul(A,v)   bm.outer(v,v)   bm.inner(v,v)   bm.einsum('ij,j->i',A,v)   bm.diag(A)
bm.split(v,2)   bm.sin(A)   bm.exp(v)   bm.log(bm.abs(v))   bm.tanh(A)   bm.sqrt(bm.abs(A))   bm.isnan(v)   bm.pi
bm.unique(k)   bm.meshgrid(v,v)   bm.zeros_like(k)   bm.interp(0.3,bm.array([0.,1.]),bm.array([2.,4.]))
bm.array([[1,2],[3,4.]])   bm.array([v,v])   bm.array([v[0],v[1]])   bm.asarray(v)
""".split()


@pytest.mark.parametrize("code", LECTURE)
def test_as_numpy_does(code):
    ours = {name: bm.array(x) for name, x in NAMES.items()}
    same(eval(code, {"bm": bm} | ours), eval(code, {"bm": np} | NAMES))


def test_row_stack_is_numpys_old_name_for_vstack():
    same(bm.row_stack((bm.array(v), bm.array(A))), np.vstack((v, A)))


LISTS = """
bm.sum([1.,2.])   bm.mean((1,2,3))   bm.max([3,4])   bm.cumsum([1,2])   bm.sin([0.,1.])   bm.dot([1,2],[3,4])
bm.vstack([[1,2],[3,4]])   bm.concatenate([[1],[2,3]])   bm.reshape([1,2],(2,1))   bm.trace([[1,2],[3,4]])
bm.where([True,False],1,2)   bm.linalg.inv([[1.,2.],[0.,1.]])   bm.fft.fft([1.,2.])   bm.maximum([1,5],[4,2])
""".split()


@pytest.mark.parametrize("code", LISTS)
def test_lists_as_in_numpy(code):
    same(eval(code), eval(code, {"bm": np}))


def test_shapes_that_do_not_broadcast():
    with pytest.raises((TypeError, ValueError), match=r"\(4,\).*\(3,\)|\(3,\).*\(4,\)"):
        bm.ones(4) + bm.ones(3)


def test_a_number_does_not_widen_an_array():
    assert (bm.arange(3) / 2).dtype == bm.ones(1).dtype
    assert (bm.arange(3) * 2.0).dtype == bm.ones(1).dtype
    assert (bm.ones(1, bm.float16) * 2.0).dtype == bm.float16


# ---- linalg: compared by what a decomposition must satisfy


@pytest.mark.parametrize("matrix", [A, R], ids=["square", "tall"])
def test_qr(matrix):
    q, r = bm.linalg.qr(bm.array(matrix))
    close(q @ r, matrix)
    close(q.T @ q, np.eye(matrix.shape[1]))
    close(r, np.triu(r))


def test_cholesky():
    low = bm.linalg.cholesky(bm.array(S))
    same(low, np.linalg.cholesky(S))
    close(low @ low.T, S)


def test_inv_and_solve():
    a = bm.array(S)
    same(bm.linalg.inv(a), np.linalg.inv(S))
    close(a @ bm.linalg.inv(a), np.eye(4))
    same(bm.linalg.solve(a, bm.array(v)), np.linalg.solve(S, v))
    same(bm.linalg.solve(a, bm.array(B)), np.linalg.solve(S, B))


def test_lstsq():
    b = rng.normal(size=6)
    ours, theirs = bm.linalg.lstsq(bm.array(R), bm.array(b)), np.linalg.lstsq(R, b)
    for i in (0, 1, 3):  # solution, residuals, singular values
        same(ours[i], theirs[i])
    assert ours[2] == theirs[2] == 3
    close(R.T @ (R @ np.asarray(ours[0]) - b), 0)  # what is left is orthogonal to the columns


def test_eig():
    values, vectors = bm.linalg.eig(bm.array(A))
    assert type(values) is type(vectors) is Array
    close(bm.array(A) @ vectors, vectors * values)
    close(bm.sort(values), np.sort_complex(np.linalg.eigvals(A)))
    close(bm.sort(bm.linalg.eigvals(bm.array(A))), np.sort_complex(np.linalg.eigvals(A)))


def test_eigh():
    values, vectors = bm.linalg.eigh(bm.array(S))
    close(vectors @ bm.diag(values) @ vectors.T, S)
    same(values, np.linalg.eigvalsh(S))


def test_svd():
    u, s, vh = bm.linalg.svd(bm.array(R), full_matrices=False)
    close(u * s @ vh, R)
    same(s, np.linalg.svd(R, compute_uv=False))
    close(u.T @ u, np.eye(3))


def test_pinv():
    p = bm.linalg.pinv(bm.array(R))
    same(p, np.linalg.pinv(R))
    close(R @ np.asarray(p) @ R, R)


LINALG = """
linalg.norm(A)   linalg.norm(R,axis=0)   linalg.det(A)   linalg.matrix_rank(R)   linalg.matrix_power(A,3)
""".split()


@pytest.mark.parametrize("code", LINALG)
def test_linalg_numbers(code):
    ours = {name: bm.array(x) for name, x in NAMES.items()}
    same(eval(code, {"linalg": bm.linalg} | ours), np.asarray(eval(code, {"linalg": np.linalg} | NAMES)))


# ---- fft


FFT = """
fft.fft(v)   fft.fft(z)   fft.fft(A,axis=0)   fft.fft(v,n=8)   fft.ifft(z)   fft.ifft(fft.fft(v))   fft.fft2(A)
fft.ifft2(A)   fft.fftn(k)   fft.ifftn(k)   fft.rfft(v)   fft.irfft(z)   fft.irfft(fft.rfft(v))   fft.rfft2(A)
fft.irfft2(A)   fft.rfftn(A)   fft.irfftn(A)   fft.hfft(z)   fft.ihfft(v)   fft.fftshift(v)   fft.ifftshift(v)
fft.fftfreq(5,0.1)   fft.rfftfreq(6)
""".split()


@pytest.mark.parametrize("code", FFT)
def test_fft(code):
    ours = {name: bm.array(x) for name, x in NAMES.items()}
    same(eval(code, {"fft": bm.fft} | ours), eval(code, {"fft": np.fft} | NAMES), rtol=1e-3, atol=1e-4)


def test_fft_of_a_pure_tone_is_one_line():
    power = bm.abs(bm.fft.rfft(bm.sin(2 * bm.pi * 5 * bm.arange(64) / 64)))
    assert power.argmax() == 5
    close(power, 32 * (np.arange(33) == 5))


# ---- the whole namespace


MODULES = {"bm": (bm, jnp), "linalg": (bm.linalg, jnp.linalg), "fft": (bm.fft, jnp.fft)}


@pytest.mark.parametrize("name", MODULES)
def test_every_public_name_is_there(name):
    ours, theirs = MODULES[name]
    public = [n for n in dir(theirs) if not n.startswith("_")]
    public = [n for n in public if not isinstance(getattr(theirs, n), types.ModuleType)]
    assert len(public) > 15
    assert [n for n in public if n not in dir(ours)] == []


def test_functions_keep_their_names_and_docs():
    assert bm.cumsum.__name__ == "cumsum" and "axis" in bm.cumsum.__doc__
    assert bm.linalg.qr.__name__ == "qr" and bm.fft.rfft.__name__ == "rfft"


@pytest.mark.parametrize("code", ["r_[1:4]", "r_[0.:1.:3j]", "c_[v,v]", "mgrid[0:2,0:3]", "ogrid[0:2,0:3][0]"])
def test_index_tricks(code):
    ours, theirs = (eval(f"m.{code}", {"m": m, "v": make(v)}) for m, make in [(bm, bm.array), (np, np.array)])
    same(ours, theirs)
    ours[0] = 5


# ---- functions that take functions


def test_vectorize():
    @bm.vectorize
    def f(x, y):
        assert type(x) is Array
        return x * y + 1

    same(f(bm.array(A), bm.array(v)), A * v + 1)


def test_vectorize_with_signature():
    norm = bm.vectorize(lambda x: bm.sqrt((x**2).sum()), signature="(n)->()")
    same(norm(bm.array(R)), np.linalg.norm(R, axis=1))


def test_apply_along_axis():
    def spread(x):
        x[0] = x[0]  # a student's function gets an Array, which it can change
        return x.max() - x.min()

    same(bm.apply_along_axis(spread, 0, bm.array(R)), np.ptp(R, axis=0))
    same(bm.apply_along_axis(bm.cumsum, 1, bm.array(R)), np.cumsum(R, axis=1))
    same(bm.apply_over_axes(bm.sum, bm.array(R), [0, 1]), np.apply_over_axes(np.sum, R, [0, 1]))


def test_piecewise():
    x = bm.array(v)
    same(bm.piecewise(x, [x < 0, x >= 0], [lambda x: -x, lambda x: 9 * x]), np.where(v < 0, -v, 9 * v))
    same(bm.piecewise(x, [x < 0], [bm.abs, bm.sqrt]), np.where(v < 0, -v, np.sqrt(np.abs(v))))


def test_piecewise_gives_its_functions_arrays():
    seen = []
    bm.piecewise(bm.array(v), [bm.array(v) < 0], [lambda x: seen.append(type(x)) or x, 0.0])
    assert seen == [Array]


def test_fromfunction_and_frompyfunc():
    same(bm.fromfunction(lambda i, j: i + 10 * j, (2, 3)), np.fromfunction(lambda i, j: i + 10 * j, (2, 3)))
    add = bm.frompyfunc(lambda x, y: x + y, 2, 1, identity=0)
    same(add(bm.array(v), 1), v + 1)
    same(add.reduce(bm.array(v)), v.sum())


def test_ufunc_methods():
    a = bm.array(R)
    same(bm.add.reduce(a), np.add.reduce(R))
    same(bm.add.reduce(a, axis=1), np.add.reduce(R, axis=1))
    same(bm.maximum.reduce(a), np.maximum.reduce(R))
    same(bm.add.accumulate(a), np.add.accumulate(R))
    same(bm.multiply.outer(a, bm.array(v)), np.multiply.outer(R, v))
    same(bm.add.reduceat(bm.array(v), bm.array([0, 2])), np.add.reduceat(v, [0, 2]))
    same(bm.add.at(bm.zeros(3), bm.array([0, 0, 2]), 1.0, inplace=False), np.array([2.0, 0.0, 1.0]))


# ---- errors that teach


@pytest.mark.parametrize("name", ["zeros", "ones", "empty"])
@pytest.mark.parametrize("sizes", ["3, 3", "2, 3, 4"])
def test_shape_is_one_tuple(name, sizes):
    with pytest.raises(ShapeError) as error:
        eval(f"bm.{name}({sizes})")
    assert str(error.value).startswith(f"bm.{name}({sizes}): the second argument is the dtype, not a size.\n")
    assert "why: the shape is one argument, a tuple" in str(error.value)
    assert str(error.value).endswith(f"try: bm.{name}(({sizes}))")


@pytest.mark.parametrize(
    "code, message",
    [
        ("bm.zeroes", "brainlab.math has no 'zeroes'. Did you mean 'zeros'?"),
        ("bm.arrange", "brainlab.math has no 'arrange'. Did you mean 'arange'?"),
        ("bm.random.randin", "bm.random has no 'randin'. Did you mean 'randint'?"),
        ("bm.linalg.invv", "bm.linalg has no 'invv'. Did you mean 'inv'?"),
        ("bm.fft.ftt", "bm.fft has no 'ftt'. Did you mean 'fft'?"),
        ("bm.linalg.cholesky_decomposition", "bm.linalg has no 'cholesky_decomposition'."),
    ],
)
def test_misspelt_name(code, message):
    with pytest.raises(AttributeError, match=re.escape(message)):
        eval(code)
