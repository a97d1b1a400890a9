"""BalancedBinary: cells that are on or off, in a network where excitation and inhibition nearly cancel."""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.scipy.stats import norm

from ...math._array import box, raw, unbox
from ...math._trace import is_tracer
from ...models.base import Model
from ...params import ParamError, param
from ..errors import SimulationError
from ._binary_run import BinaryRun, check_seed, run, wire

SILENT = 1e-9  # the spread would be 0 with a share of 0
FAR = 5.9  # standard deviations: beyond them there is less than that
WHY_J = "the sign is in the equation: the first population excites, and the second one inhibits"
WHY_TAU = "cells would look at their input less often than never"


class BalancedBinary(Model):
    r"""The balanced network of van Vreeswijk and Sompolinsky: N excitatory and N inhibitory cells, on or off.

    $$\sigma_i \leftarrow \Theta(u_i), \qquad u_i = K^{1-s} J_{k0}\, m_0 + K^{-s} \Big( J_{kE} \sum_{j \in E} c_{ij} \sigma_j
    - J_{kI} \sum_{j \in I} c_{ij} \sigma_j \Big) - \theta_k$$

    for cell i of population k. Cells look at their input at random moments, tau_k apart in the mean. Any two are connected
    with probability K/N: each cell hears K of each population. m_0 is the share of active cells in the outside world.

    With weights J / sqrt(K) (scaling s = 1/2) both currents are sqrt(K) times the threshold and the network settles where
    they cancel, so that what drives a cell are the fluctuations: it is irregular, and nobody put any noise in. The mean
    activity then is linear in m_0, out of cells that are steps (`balance`). At finite K it is not quite (`mean_field`).
    With weights J / K (s = 1) nothing has to cancel and nothing fluctuates: all cells of a population do the same.

    Source: van Vreeswijk & Sompolinsky, Science 274 (1996) 1724; Neural Comput. 10 (1998) 1321. There time is in units of
    tau_E and tau_I = 0.9.

    >>> net = BalancedBinary(N=1000, K=100)
    >>> print(*(f"{m:.3f}" for m in net.balance()))
    0.200 0.200
    >>> print(*(f"{m:.3f}" for m in net.mean_field()))
    0.123 0.163
    >>> net.simulate(100.0)
    BinaryRun(2 x 1000 cells, 100 ms: m_E 0.1..., m_I 0.1...)
    """

    N: int = param(5000, "1", "cells of each population", at_least=2, structural=True, why="cells need others")
    K: int = param(500, "1", "inputs of a cell from each population", at_least=1, structural=True, why="cells need inputs")
    m_0: float = param(
        0.2, "1", "share of active cells outside", symbol="m_0", slider=(0, 0.5), at_least=0, at_most=1, why="it is a share"
    )
    J_EE: float = param(1.0, "1", "excitatory to excitatory", symbol="J_{EE}", slider=(0, 3), at_least=0, why=WHY_J)
    J_EI: float = param(2.0, "1", "inhibitory to excitatory", symbol="J_{EI}", slider=(0, 3), at_least=0, why=WHY_J)
    J_IE: float = param(1.0, "1", "excitatory to inhibitory", symbol="J_{IE}", slider=(0, 3), at_least=0, why=WHY_J)
    J_II: float = param(1.8, "1", "inhibitory to inhibitory", symbol="J_{II}", slider=(0, 3), at_least=0, why=WHY_J)
    J_E0: float = param(1.0, "1", "outside to excitatory", symbol="J_{E0}", slider=(0, 3), at_least=0, why=WHY_J)
    J_I0: float = param(0.8, "1", "outside to inhibitory", symbol="J_{I0}", slider=(0, 3), at_least=0, why=WHY_J)
    theta_E: float = param(1.0, "1", "threshold of excitatory cells", symbol=r"\theta_E", slider=(0, 3))
    theta_I: float = param(0.7, "1", "threshold of inhibitory cells", symbol=r"\theta_I", slider=(0, 3))
    tau_E: float = param(10.0, "ms", "excitatory time constant", symbol=r"\tau_E", slider=(1, 50), above=0, why=WHY_TAU)
    tau_I: float = param(9.0, "ms", "inhibitory time constant", symbol=r"\tau_I", slider=(1, 50), above=0, why=WHY_TAU)
    scaling: float = param(
        0.5, "1", "weights fall as K to the minus", symbol="s", slider=(0.5, 1), at_least=0, at_most=1,
        why="weights would grow with the number of inputs, or the input vanish",
    )  # fmt: skip

    def __post_init__(self):
        super().__post_init__()
        if self.K > self.N:
            raise ParamError(
                f"BalancedBinary.K = {self.K} inputs from a population of N = {self.N} cells.",
                why="two cells are connected once at most",
                try_=f"BalancedBinary(N={10 * self.K}, K={self.K})",
            )

    def weights(self):
        """(2, 3): what an input changes, K^-s J. Rows: to E, to I; columns: from E, from I (below 0), from outside."""
        J = [[self.J_EE, -self.J_EI, self.J_E0], [self.J_IE, -self.J_II, self.J_I0]]
        return box(jnp.asarray(raw(J), float) * float(self.K) ** -unbox(self.scaling))

    def balance(self) -> tuple:
        r"""(m_E, m_I) for K to infinity: the currents cancel, $J_{k0} m_0 + J_{kE} m_E - J_{kI} m_I = 0$ for both k.

        Linear in m_0, whatever the thresholds are. Error: no such state with both active, which needs
        J_E0 / J_I0 > J_EI / J_II > J_EE / J_IE (or all three the other way, where it is not stable).
        """
        J = raw(self.weights())
        m = jnp.linalg.solve(J[:, :2], -J[:, 2] * unbox(self.m_0))
        if not is_tracer(m) and unbox(self.m_0) > 0 and not ((m > 0) & (m <= 1)).all():
            raise SimulationError(
                f"with these weights the currents cancel at m_E = {m[0]:.3g}, m_I = {m[1]:.3g}: there is no balanced state.",
                why="a share of active cells lies between 0 and 1; balance needs J_E0/J_I0 > J_EI/J_II > J_EE/J_IE",
                try_="BalancedBinary(J_E0=1.0, J_I0=0.8, J_EI=2.0, J_II=1.8)",
            )
        return tuple(box(m))

    def input_law(self, m_E, m_I, *, sparse=True) -> tuple:
        """(means, standard deviations) of the input u over cells and time, (2,) each: E, I. Above 0 a cell turns on.

        Inputs are many and nearly independent, so u is Gaussian: K random inputs, of which a share m is active.

        sparse : K much smaller than N, as in the paper; False: two cells are connected once at most, which takes a share
                 K/N of the variance
        """
        J, m = raw(self.weights()), jnp.stack([jnp.asarray(unbox(x), float) for x in (m_E, m_I)])
        thresholds = jnp.stack([jnp.asarray(unbox(x), float) for x in (self.theta_E, self.theta_I)])
        means = self.K * (J[:, :2] @ m + J[:, 2] * unbox(self.m_0)) - thresholds
        variances = self.K * (1 if sparse else 1 - self.K / self.N) * (J[:, :2] ** 2 @ m)
        return box(means), box(jnp.sqrt(variances))

    def mean_field(self, *, sparse=True) -> tuple:
        r"""(m_E, m_I) at finite K: the share of a Gaussian input that is above 0, $m_k = \Phi(\bar u_k / \sqrt{\alpha_k})$.

        Mean and variance are those of `input_law`, which depend on m_E and m_I themselves. Below 1e-9 counts as silent, 0.
        """
        m = _mean_field(self, sparse)
        if not is_tracer(m) and bool(jnp.isnan(m).any()):
            raise SimulationError(
                f"no steady activity was found for {self!r:.80}.",
                why="with strong excitation, or weak or slow inhibition, the activity may swing for ever",
                try_="net.simulate()   # and look at run.m_E",
            )
        return tuple(box(m))

    def wire(self, seed=0) -> np.ndarray:
        """(2N, most) int32: row j holds whom cell j tells, filled up with 2N."""
        check_seed(seed)
        return wire(2 * self.N, self.K / self.N, np.random.default_rng(seed))

    def simulate(self, duration=200.0, *, dt=1.0, settle=50.0, start=0.1, watch=(0,), seed=0, connections=None) -> BinaryRun:
        """Let it run, one cell after the other.

        duration : ms, of what is kept, after `settle` ms that are not
        dt       : ms between two looks at it; the network itself has no time step
        start    : share of active cells at the beginning, drawn at random
        watch    : cells whose currents are kept at each look: 0 ... N-1 are excitatory, N ... 2N-1 inhibitory
        seed     : a whole number, for the connections, the beginning, and who looks when
        connections : of `wire`, to use them again with other parameters; None: `self.wire(seed)`
        """
        targets = self.wire(seed) if connections is None else connections
        return run(self, targets, duration, dt, settle, start, watch, seed)


@functools.partial(jax.jit, static_argnames="sparse")
def _mean_field(net, sparse):
    """First as the network itself would come there, dm/dt = Phi(mean/spread) - m; then Newton's steps in z, m = Phi(z).

    In m the equation is a step where K is large, in z it is nearly linear; and where K is small the way there is smooth.
    """

    def above(m):
        means, spread = raw(net.input_law(*m, sparse=sparse))
        return means / spread

    def closer(i, m):
        excess = lambda m: norm.cdf(above(m)) - m  # noqa: E731
        return jnp.clip(m + jnp.linalg.solve(jnp.eye(2) / 0.05 - jax.jacfwd(excess)(m), excess(m)), SILENT, 1 - 1e-7)

    def newton(i, z):
        excess = lambda z: above(norm.cdf(z)) - z  # noqa: E731
        return jnp.clip(z - jnp.clip(jnp.linalg.solve(jax.jacfwd(excess)(z), excess(z)), -1, 1), -FAR, FAR)

    m = lax.fori_loop(0, 500, closer, jnp.full(2, 0.5, jnp.result_type(float)))
    z = lax.fori_loop(0, 30, newton, norm.ppf(m))
    options = jnp.stack([m, norm.cdf(z)])
    wrong = jax.vmap(lambda m: abs(norm.cdf(above(m)) - m).max())(options)
    wrong = jnp.where(jnp.isfinite(wrong), wrong, jnp.inf)
    m = options[jnp.argmin(wrong)]
    return jnp.where(wrong.min() < 1e-4, jnp.where(m > 1.01 * SILENT, m, 0.0), jnp.nan)
