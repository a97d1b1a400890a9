"""Branches of fixed points, and what happens on them: folds, Hopf points, branch points."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ._branch import Point, normalised, solve_bordered
from ._derivatives import Derivatives


@dataclass(frozen=True)
class Facts:
    """Of one fixed point."""

    jacobian: np.ndarray  # (n, n + 1), by the states and the parameter
    eigenvalues: np.ndarray  # (n,) 1/time

    @property
    def unstable(self) -> int:
        """How many eigenvalues are to the right of the imaginary axis."""
        return int(np.sum(self.eigenvalues.real > 0))


class FixedPoints:
    """f(y, parameter) = 0 as a curve of z = (y, parameter), for `_branch.walk`."""

    tolerance = 1e-10  # the eigenvalues are those before the last step

    def __init__(self, derivatives: Derivatives, scale):
        self.of, self.weights = derivatives, 1 / np.asarray(scale, float) ** 2

    def newton(self, z, border, off):
        f, jacobian = self.of.linear(z)
        step, tangent = solve_bordered(jacobian, border, f, off)
        return step, tangent, jacobian

    def point(self, z, tangent, jacobian):
        return Point(z, tangent, Facts(jacobian, np.linalg.eigvals(jacobian[:, :-1]).astype(complex)))

    def prepare(self, point):
        """A state that has grown counts by what it is now: measured by the 0 it began with, all steps would be tiny."""
        self.weights[:-1] = np.minimum(self.weights[:-1], 1 / np.maximum(point.z[:-1] ** 2, 1e-300))
        return replace(point, tangent=normalised(self, point.tangent))

    def events(self, a, b):
        found = []
        if a.tangent[-1] * b.tangent[-1] < 0:
            found.append(("fold", lambda point: point.tangent[-1]))
        if self.orientation(a) * self.orientation(b) < 0:
            found.append(("branch point", lambda point: self.orientation(point) * _smallest_real(point)))
        if abs(b.facts.unstable - a.facts.unstable) >= 2:  # at a fold, or where branches cross, it is one
            middle = 0.5 * (a.facts.unstable + b.facts.unstable)
            found.append(("Hopf", lambda point: _pair(point, middle)))
        return found

    def orientation(self, point) -> float:
        """The sign of the determinant of the Jacobian with the tangent below it: it changes where branches cross."""
        sign, _ = np.linalg.slogdet(np.concatenate([point.facts.jacobian, (self.weights * point.tangent)[None]]))
        return sign


def _smallest_real(point):
    real = point.facts.eigenvalues[point.facts.eigenvalues.imag == 0].real
    return np.abs(real).min() if len(real) else 1.0


def _pair(point, middle):
    """Positive where more eigenvalues are unstable than `middle`; as large as the real part of the pair next to the axis."""
    pairs = point.facts.eigenvalues[point.facts.eigenvalues.imag > 0].real
    size = np.abs(pairs).min() if len(pairs) else np.abs(point.facts.eigenvalues.real).max()
    return size if point.facts.unstable > middle else -size


def critical_pair(jacobian):
    """(omega, q): the complex eigenvalue next to the imaginary axis, omega > 0, with its eigenvector, |q| = 1."""
    values, vectors = np.linalg.eig(jacobian)
    k = min((k for k in range(len(values)) if values[k].imag > 0), key=lambda k: abs(values[k].real))
    return float(values[k].imag), vectors[:, k] / np.linalg.norm(vectors[:, k])


def lyapunov(derivatives: Derivatives, z, jacobian, omega, q) -> float:
    r"""The first Lyapunov coefficient of a Hopf point: below 0 supercritical, above 0 subcritical.

    $$l_1 = \frac{1}{2\omega} \mathrm{Re}\left[\langle p, C(q,q,\bar q)\rangle - 2\langle p, B(q, A^{-1}B(q,\bar q))\rangle
    + \langle p, B(\bar q, (2i\omega - A)^{-1} B(q,q))\rangle\right]$$

    with A q = i omega q, A^T p = -i omega p, <p, q> = 1, |q| = 1, and B, C the second and third derivatives of f. They are
    needed along a few real directions only: B(u, v) = (B(u+v, u+v) - B(u-v, u-v))/4, and C likewise.

    Source: Kuznetsov, Elements of Applied Bifurcation Theory (2004), eq. 5.62.
    """
    values, vectors = np.linalg.eig(jacobian.T)
    p = vectors[:, np.argmin(np.abs(values + 1j * omega))]
    p = p / np.vdot(p, q).conj()
    a, b = q.real, q.imag
    zero = np.zeros_like(a)
    second, third = derivatives.along(z, np.stack([a, b, a + b, a - b, *[zero] * 8]))  # 12 rows: compiled once for both
    aa, bb, ab = second[0], second[1], (second[2] - second[3]) / 4
    aab = (third[2] - third[3] - 2 * third[1]) / 6
    abb = (third[2] + third[3] - 2 * third[0]) / 6
    cubic = third[0] + abb + 1j * (aab + third[1])
    constant = np.linalg.solve(jacobian, aa + bb)
    double = np.linalg.solve(2j * omega * np.eye(len(q)) - jacobian, aa - bb + 2j * ab)
    e, f = double.real, double.imag
    pairs = [(a, constant), (b, constant), (a, e), (b, f), (a, f), (b, e)]
    second, _ = derivatives.along(z, np.stack([u + s * v for s in (1, -1) for u, v in pairs]))
    ac, bc, ae, bf, af, be = (second[:6] - second[6:]) / 4
    inner = cubic - 2 * (ac + 1j * bc) + (ae + bf) + 1j * (af - be)
    return float(np.vdot(p, inner).real / (2 * omega))
