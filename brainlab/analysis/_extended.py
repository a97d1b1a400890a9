"""Folds and Hopf points as zeros of larger systems, which have them as regular solutions: with two parameters, curves."""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from ._branch import Point, solve_bordered
from ._derivatives import Derivatives
from ._special import critical_pair, lyapunov


def fold_equations(f, z, v0):
    r"""$f = 0,\; J v = 0,\; \langle v_0, v \rangle = 1$ for z = (y, v, two parameters)."""
    n = len(v0)
    y, v, values = z[:n], z[n:-2], z[-2:]
    slope, along_v = jax.jvp(lambda y: f(y, values), (y,), (v,))
    return jnp.concatenate([slope, along_v, (v0 @ v - 1)[None]])


def hopf_equations(f, z, a0, b0):
    r"""$f = 0,\; J q = i \omega q,\; \langle q_0, q \rangle = 1$ for q = a + ib, z = (y, a, b, omega, two parameters)."""
    n = len(a0)
    y, a, b, omega, values = z[:n], z[n : 2 * n], z[2 * n : 3 * n], z[-3], z[-2:]
    slope, push = jax.linearize(lambda y: f(y, values), y)
    norm = jnp.stack([a0 @ a + b0 @ b - 1, a0 @ b - b0 @ a])
    return jnp.concatenate([slope, push(a) + omega * b, push(b) - omega * a, norm])


@dataclass(frozen=True)
class Facts:
    """Of one point: quantities that are 0 where something more happens."""

    tests: dict  # kind -> number
    lyapunov: float = np.nan


class _Critical:
    """What both kinds share. A subclass has `system(z)`: the equations and their Jacobian."""

    tolerance = 1e-8

    def newton(self, z, border, off):
        residual, jacobian = self.system(z)
        return *solve_bordered(jacobian, border, residual, off), jacobian

    def events(self, a, b):
        return [
            (kind, lambda point, kind=kind: point.facts.tests[kind])
            for kind in a.facts.tests
            if a.facts.tests[kind] * b.facts.tests[kind] < 0
        ]


class Folds(_Critical):
    """A curve of folds, for `_branch.walk`. Source: Seydel (2010), ch. 5.4; Kuznetsov (2004), ch. 10.3."""

    def __init__(self, derivatives: Derivatives, scale, widths, y, values):
        self.of, self.n = derivatives, derivatives.n
        self.weights = np.concatenate([1 / scale**2, np.zeros(self.n), 1 / np.asarray(widths) ** 2])
        _, jacobian = derivatives.linear(np.append(y, values))
        left, _, right = np.linalg.svd(jacobian[:, : self.n])
        self.v0, self.w0 = right[-1], left[:, -1]
        self.guess = np.concatenate([y, self.v0, values])

    def system(self, z):
        return self.of.extended(fold_equations, z, self.v0)

    def point(self, z, tangent, jacobian):
        n = self.n
        w = np.linalg.svd(jacobian[:n, :n])[0][:, -1]
        w = w * np.sign(w @ self.w0)
        v = z[n : 2 * n]
        # d(Jv)/dy v is the second derivative along v: where it vanishes on w the two branches of folds meet in a cusp
        tests = {"cusp": w @ jacobian[n : 2 * n, :n] @ v, "Bogdanov-Takens": w @ v}
        return Point(z, tangent, Facts(tests))

    def prepare(self, point):
        v = point.z[self.n : 2 * self.n]
        _, jacobian = self.system(point.z)
        w = np.linalg.svd(jacobian[: self.n, : self.n])[0][:, -1]
        self.v0, self.w0 = v / (v @ v), w * np.sign(w @ self.w0)
        return point

    def stop(self, point):
        return ""


class Hopfs(_Critical):
    """A curve of Hopf points, for `_branch.walk`. Source: as for `Folds`."""

    def __init__(self, derivatives: Derivatives, scale, widths, y, values):
        self.of, self.n = derivatives, derivatives.n
        _, jacobian = derivatives.linear(np.append(y, values))
        omega, q = critical_pair(jacobian[:, : self.n])
        # omega counts: where it reaches 0, at a Bogdanov-Takens point, nothing else in z moves
        self.weights = np.concatenate([1 / scale**2, np.zeros(2 * self.n), [1 / omega**2], 1 / np.asarray(widths) ** 2])
        self.a0, self.b0 = q.real, q.imag
        self.guess = np.concatenate([y, q.real, q.imag, [omega], values])

    def system(self, z):
        return self.of.extended(hopf_equations, z, self.a0, self.b0)

    def point(self, z, tangent, jacobian):
        n, omega = self.n, z[-3]
        q = z[n : 2 * n] + 1j * z[2 * n : 3 * n]
        at = np.concatenate([z[:n], z[-2:]])
        coefficient = np.nan
        if omega > 0:
            coefficient = lyapunov(self.of, at, jacobian[:n, :n], omega, q / np.linalg.norm(q))
        return Point(z, tangent, Facts({"Bautin": coefficient, "Bogdanov-Takens": omega}, coefficient))

    def prepare(self, point):
        n = self.n
        a, b = point.z[n : 2 * n], point.z[2 * n : 3 * n]
        size = a @ a + b @ b
        self.a0, self.b0 = a / size, b / size
        return point

    def stop(self, point):
        return "Bogdanov-Takens" if point.z[-3] <= 0 else ""
