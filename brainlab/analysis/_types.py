"""What kind of fixed point it is, read off its eigenvalues."""

from __future__ import annotations

import numpy as np


def classify(eigenvalues, tol=1e-6) -> str:
    """The kind of a fixed point with these eigenvalues, (n,).

    "stable node", "stable focus", "unstable node", "unstable focus", "saddle", and with more than two states "saddle
    focus": some directions lead in, some out, one of them in a spiral. On the border: "centre" (a pair on the imaginary
    axis, where Hopf bifurcations are) and "degenerate" (an eigenvalue is 0, as at a fold).

    tol : what counts as 0, in parts of the largest eigenvalue: no computed number is exactly 0

    Source: Strogatz, Nonlinear Dynamics and Chaos (1994), ch. 5.2.

    >>> classify([-1.0, -2.0]), classify([0.1 + 2j, 0.1 - 2j]), classify([1.0, -1.0]), classify([1e-12 + 1j, -1j])
    ('stable node', 'unstable focus', 'saddle', 'centre')
    """
    values = np.atleast_1d(np.asarray(eigenvalues, complex))
    zero = tol * np.abs(values).max(initial=0.0)
    spiral = np.abs(values.imag) > zero
    if (np.abs(values) <= zero).any():
        return "degenerate"
    if (np.abs(values.real[spiral]) <= zero).any():
        return "centre"
    out = values.real > 0
    if out.any() and not out.all():
        return "saddle focus" if spiral.any() else "saddle"
    return f"{'unstable' if out.any() else 'stable'} {'focus' if spiral.any() else 'node'}"


def unstable_directions(eigenvalues, tol=1e-6) -> int:
    """How many directions lead away.

    >>> unstable_directions([1.0, -1.0, 0.0])
    1
    """
    values = np.atleast_1d(np.asarray(eigenvalues, complex))
    return int((values.real > tol * np.abs(values).max(initial=0.0)).sum())
