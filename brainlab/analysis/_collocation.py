"""Periodic orbits as zeros: collocation at Gauss points on a mesh that follows the orbit."""

from __future__ import annotations

import copy
import functools
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from ._branch import Point, normalised
from ._derivatives import Derivatives


class Gauss(NamedTuple):
    """The Gauss method with m stages, of order 2m."""

    c: np.ndarray  # (m,) where in the interval the stages are
    A: np.ndarray  # (m, m) integral of the j-th Lagrange polynomial from 0 to c_i
    b: np.ndarray  # (m,) and to 1
    lead: np.ndarray  # (m + 1,) the leading coefficient of the polynomial through (0, c) out of its values there
    fine: np.ndarray  # (24, m + 1) its values at 24 places out of those


@functools.cache
def gauss(m: int) -> Gauss:
    nodes, weights = np.polynomial.legendre.leggauss(m)
    c, b = (nodes + 1) / 2, weights / 2
    powers = np.arange(1, m + 1)
    A = (c[:, None] ** powers / powers) @ np.linalg.inv(c[:, None] ** (powers - 1))
    places = np.concatenate([[0.0], c])
    difference = places[:, None] - places + np.eye(m + 1)
    lead = 1 / difference.prod(1)
    return Gauss(c, A, b, lead, _lagrange(places, lead, np.arange(24) / 24))


def _lagrange(places, lead, shares):
    """The polynomial through `places` at `shares`, out of its values: (shares, places). The barycentric formula."""
    gap = shares[:, None] - places
    hit = np.abs(gap) < 1e-14
    parts = np.where(hit.any(1, keepdims=True), hit * 1.0, lead / np.where(hit, 1.0, gap))
    return parts / parts.sum(1, keepdims=True)


@dataclass(frozen=True)
class Orbit:
    """Of one cycle."""

    mesh: np.ndarray  # (intervals + 1,) from 0 to 1
    multipliers: np.ndarray  # (n,) Floquet; one of them is 1, the shift along the cycle
    low: np.ndarray  # (n,) the smallest value of each state
    high: np.ndarray

    @property
    def doubt(self) -> float:
        """How far the multiplier that is 1 is from 1. Where growth and decay on the way are huge, all have lost digits."""
        return float(np.abs(self.multipliers - 1).min())

    @property
    def others(self):
        """The multipliers without the one that is 1."""
        return np.delete(self.multipliers, np.argmin(np.abs(self.multipliers - 1)))


class Cycles:
    r"""Periodic solutions of y' = f(y, parameter) as a curve of z = (u, Y, T, parameter), for `_branch.walk`.

    $$Y_{ij} = u_i + h_i T \sum_k a_{jk} f(Y_{ik}), \quad u_{i+1} = u_i + h_i T \sum_k b_k f(Y_{ik}), \quad u_N = u_0$$

    u (intervals, n) at the points of the mesh, Y (intervals, m, n) at the Gauss points in between. A condition on the phase
    fixes where on the cycle u_0 is. Newton's equations are solved for the Y first, interval by interval; what is left,
    du_{i+1} = M_i du_i + ..., holds the linear flow M_i of each interval, and their product is the monodromy matrix.

    Source: Doedel, Keller & Kernevez, Int. J. Bifurcation Chaos 1 (1991) 745 (collocation for cycles, adapted mesh);
    Hairer, Norsett & Wanner, Solving ODEs I (1993), II.7 (Gauss methods are collocation).
    """

    tolerance = 1e-6  # its square is less than what the mesh neglects
    coarse = 0.3  # of `error`: with more, folds appear that are none

    def __init__(self, derivatives: Derivatives, scale, width, intervals, stages):
        self.of, self.n, self.m = derivatives, derivatives.n, stages
        self.scale, self.width = np.asarray(scale, float), width  # of the states and of the parameter
        self.gauss = gauss(stages)
        self.mesh, self.most = np.linspace(0, 1, intervals + 1), 4 * intervals
        self.phase = self.reference = np.zeros((intervals, self.n))
        self.weights = np.zeros(intervals * (1 + stages) * self.n + 2)
        self.prepared = 0

    @property
    def N(self):
        return len(self.mesh) - 1

    def split(self, z):
        m, n = self.m, self.n
        N = (len(z) - 2) // (n * (m + 1))  # the mesh may have fewer intervals than now when z was found
        return z[: N * n].reshape(N, n), z[N * n : -2].reshape(N, m, n), z[-2], z[-1]

    def join(self, u, Y, T, value):
        return np.concatenate([np.ravel(u), np.ravel(Y), [T, value]])

    def places(self):
        """Where the Gauss points are: (intervals, m)."""
        return self.mesh[:-1, None] + np.diff(self.mesh)[:, None] * self.gauss.c

    def newton(self, z, border, off):
        N, m, n = self.N, self.m, self.n
        u, Y, T, value = self.split(z)
        A, b = self.gauss.A, self.gauss.b
        h = np.diff(self.mesh)[:, None, None]
        points = np.concatenate([Y.reshape(-1, n), np.full((N * m, 1), value)], axis=1)
        f, J = self.of.linear_many(points)
        f, J = h * f.reshape(N, m, n), (T * h[..., None]) * J.reshape(N, m, n, n + 1)  # over an interval, from here on
        inner = np.eye(m * n) - (A[:, None, :, None] * J[..., :n].transpose(0, 2, 1, 3)[:, None]).reshape(N, m * n, m * n)
        right = np.zeros((N, m, n, n + 3))  # of du, dT, d parameter, and the residual
        right[..., :n] = np.eye(n)
        right[..., n] = A @ f
        right[..., n + 1] = A @ J[..., n]
        right[..., n + 2] = u[:, None] + T * right[..., n] - Y
        stages = np.linalg.solve(inner, right.reshape(N, m * n, n + 3))
        ends = (b[:, None] * J[..., :n].transpose(0, 2, 1, 3)).reshape(N, n, m * n) @ stages
        ends[..., :n] += np.eye(n)
        whole = b @ f
        ends[..., n] += whole
        ends[..., n + 1] += b @ J[..., n]
        ends[..., n + 2] += u + T * whole - np.roll(u, -1, axis=0)
        k = N * n
        right = np.zeros((k + 2, 2))
        right[:k, 0] = ends[..., n + 2].ravel()
        right[k, 0] = -np.sum(self.phase * (u - self.reference))
        right[k + 1] = off, 1.0
        x = _solve_cyclic(-ends[..., :n], -ends[..., n : n + 2], self.phase, border[:k], border[-2:], right)
        local = np.concatenate([x[:k].reshape(N, n, 2), np.broadcast_to(x[None, k:], (N, 2, 2))], axis=1)
        inside = stages[..., : n + 2] @ local
        inside[..., 0] += stages[..., n + 2]
        step, tangent = np.concatenate([x[:k], inside.reshape(-1, 2), x[k:]]).T
        return step, tangent, ends[..., :n]

    def point(self, z, tangent, flows):
        monodromy = functools.reduce(lambda M, flow: flow @ M, flows)
        u, Y, _, _ = self.split(z)
        fine = np.einsum("sj,ija->isa", self.gauss.fine, np.concatenate([u[:, None], Y], axis=1)).reshape(-1, self.n)
        orbit = Orbit(self.mesh, np.linalg.eigvals(monodromy).astype(complex), fine.min(0), fine.max(0))
        return Point(z, tangent, orbit)

    def between(self, u, Y, interval, share):
        """The polynomials at a share (k,) of an interval (k,): (k, n)."""
        parts = _lagrange(np.concatenate([[0.0], self.gauss.c]), self.gauss.lead, share)
        return np.einsum("kj,kja->ka", parts, np.concatenate([u[:, None], Y], axis=1)[interval])

    def prepare(self, point):
        """New weights, a new phase condition, every third time a new mesh, and a finer one where it is too coarse."""
        if self.prepared % 3 == 2 or self.error(point.z) > self.coarse:
            point = self.on_mesh(point, self.N)
            if self.error(point.z) > self.coarse and 2 * self.N <= self.most:
                point = self.on_mesh(point, 2 * self.N)
        self.prepared += 1
        return self.pinned(point)

    def on_mesh(self, point, intervals):
        """The point on a mesh that fits it, which is the mesh from now on."""
        mesh = self.adapted(*self.split(point.z)[:2], intervals)
        bend = self.moved(point.bend, mesh) if np.ndim(point.bend) else point.bend
        z, tangent = self.moved(point.z, mesh), self.moved(point.tangent, mesh)
        self.mesh = mesh
        return replace(point, z=z, tangent=tangent, bend=bend)

    def pinned(self, point):
        u, _, T, _ = self.split(point.z)
        each = np.tile(1 / (self.N * self.scale**2), self.N)
        self.weights = np.concatenate([each, np.zeros(self.N * self.m * self.n), [1 / T**2, 1 / self.width**2]])
        ahead = u + 1e-3 * self.split(point.tangent)[0]  # at a Hopf point u does not move, its tangent does
        change = (np.roll(ahead, -1, axis=0) - np.roll(ahead, 1, axis=0)) / self.scale**2
        self.reference, self.phase = u, change / np.sqrt(np.sum(change**2))
        return replace(point, tangent=normalised(self, point.tangent))

    def error(self, z):
        """About how large y^(m+1) h^(m+1)/m! is, in parts of the scale, in the interval in which it is largest."""
        return float(np.max(self.derivative(*self.split(z)[:2]) * np.diff(self.mesh) ** (self.m + 1)))

    def derivative(self, u, Y):
        """|y^(m+1)|/m! in each interval, from the jumps of the one before it (de Boor 1973)."""
        h = np.diff(self.mesh)
        values = np.concatenate([u[:, None], Y], axis=1) / self.scale
        top = np.einsum("j,ija->ia", self.gauss.lead, values) / h[:, None] ** self.m
        jump = np.linalg.norm(np.roll(top, -1, axis=0) - top, axis=1) / (0.5 * (np.roll(h, -1) + h))  # at the right end
        return 0.5 * (jump + np.roll(jump, 1))

    def adapted(self, u, Y, intervals):
        """A mesh on which each interval has the same share of the error, |y^(m+1)|^(1/(m+1))."""
        h = np.diff(self.mesh)
        density = self.derivative(u, Y) ** (1 / (self.m + 1))
        density += 0.05 * np.sum(density * h) + 1e-12
        total = np.concatenate([[0.0], np.cumsum(density * h)])
        mesh = np.interp(np.linspace(0, total[-1], intervals + 1), total, self.mesh)
        mesh[0], mesh[-1] = 0.0, 1.0
        return mesh

    def moved(self, z, mesh):
        """z on another mesh."""
        u, Y, T, value = self.split(z)
        places = np.concatenate([mesh[:-1, None], mesh[:-1, None] + np.diff(mesh)[:, None] * self.gauss.c], axis=1).ravel()
        interval = np.clip(np.searchsorted(self.mesh, places, side="right") - 1, 0, self.N - 1)
        share = (places - self.mesh[interval]) / np.diff(self.mesh)[interval]
        new = self.between(u, Y, interval, share).reshape(len(mesh) - 1, self.m + 1, self.n)
        return self.join(new[:, 0], new[:, 1:], T, value)

    def events(self, a, b):
        found = []
        if a.tangent[-1] * b.tangent[-1] < 0:
            found.append(("fold of cycles", lambda point: point.tangent[-1]))
        if self.n == 2 or max(a.facts.doubt, b.facts.doubt) > 0.01:  # in a plane no cycle can double or become a torus
            return found
        if _past_minus_one(a) * _past_minus_one(b) < 0:
            found.append(("period doubling", _past_minus_one))
        before, after = (int(np.sum(np.abs(x.facts.others) > 1)) for x in (a, b))
        if abs(after - before) >= 2:
            found.append(("torus", lambda point: _pair_outside(point, 0.5 * (before + after))))
        return found


def _past_minus_one(point):
    """Changes its sign where a real multiplier passes -1."""
    real = point.facts.multipliers[point.facts.multipliers.imag == 0].real
    return float(np.prod(np.sign(real + 1)) * np.abs(real + 1).min()) if len(real) else 1.0


def _pair_outside(point, middle):
    """Positive where more multipliers than `middle` are outside the unit circle; as large as the next pair's distance."""
    pairs = np.abs(point.facts.multipliers[point.facts.multipliers.imag > 0])
    size = np.abs(pairs - 1).min() if len(pairs) else 1.0
    return size if np.sum(np.abs(point.facts.others) > 1) > middle else -size


def _solve_cyclic(flows, sides, phase, border, corner, right):
    """The linear equations of `Cycles.newton`: each interval is joined to the next one, and all to T and the parameter.

    Sparse, and in the order in which it stands: it is nearly a band. The dense solver starts threads for this size, which
    wait for each other on a machine that is busy: 100 times slower there.
    """
    from scipy.sparse.linalg import splu  # here: `import brainlab` is fast without SciPy

    order, pattern = _pattern(*flows.shape[:2])
    values = np.concatenate([part.ravel() for part in (flows, sides, phase, border, corner, np.ones(1))])
    if not np.isfinite(values).all():
        raise np.linalg.LinAlgError("not finite")
    matrix = copy.copy(pattern)  # a shallow one: to make it anew, with its checks, takes as long as to solve it
    matrix.data = values[order]
    try:
        return splu(matrix, permc_spec="NATURAL").solve(right)
    except RuntimeError as error:  # "Factor is exactly singular"
        raise np.linalg.LinAlgError(str(error)) from error


@functools.cache
def _pattern(N, n):
    """(which of its numbers stands where, column by column; the matrix) of `_solve_cyclic`."""
    from scipy.sparse import csc_matrix

    k = N * n
    number = np.full((k + 2, k + 2), -1)  # in the order flows, sides, phase, border, corner; after them the 1
    count = np.cumsum([0, k * n, 2 * k, k, k, 2])
    flows, sides, phase, border, corner = (np.arange(a, b) for a, b in zip(count[:-1], count[1:], strict=True))
    blocks, i = number[:k, :k].reshape(N, n, N, n), np.arange(N)
    blocks[i, :, i, :] = flows.reshape(N, n, n)
    blocks[i, :, (i + 1) % N, :] = np.where(np.eye(n, dtype=bool), count[-1], -1)
    number[:k, k:] = sides.reshape(k, 2)
    number[k, :k], number[k + 1, :k], number[k + 1, k:] = phase, border, corner
    columns, rows = np.nonzero(number.T >= 0)
    pattern = csc_matrix((np.ones(len(rows)), (rows, columns)), shape=number.shape)
    return number[rows, columns], pattern
