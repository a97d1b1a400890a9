"""ModernHopfield: one step of attention is the recall of a memory with real-valued patterns."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from ..math._array import Array, box, unbox
from ..math._trace import is_tracer
from ..params import param
from ._patterns import PatternError
from ._sweeps import check_sweeps, product
from .base import Model


class ModernHopfield(Model):
    r"""The modern Hopfield network: patterns compete by a softmax, and the state becomes their weighted mean.

    $$x \leftarrow \sum_\mu p_\mu\, \xi^\mu, \qquad p = \mathrm{softmax}(\beta\, \xi x), \qquad
    E = \frac{x \cdot x}{2} - \frac{1}{\beta} \ln \sum_\mu e^{\beta\, \xi^\mu \cdot x}$$

    States and patterns are real numbers, (d,). A large beta lets one pattern win, in one step; the number of patterns may
    grow exponentially with d. With a small beta the state ends in a mean of many patterns, which none of them is. With
    beta = 1 / sqrt(d) it is the attention of a transformer: x is the query, patterns are keys and values.

    Source: Ramsauer et al., ICLR 2021, eqs. 1 to 3; the step: Demircigil et al., J. Stat. Phys. 168 (2017) 288.

    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> patterns = rng.normal(size=(1000, 64))
    >>> query = patterns[7] + 0.5 * rng.normal(size=64)
    >>> for beta in (0.1, 0.5):
    ...     found = ModernHopfield(beta=beta).retrieve(patterns, query)
    ...     print(beta, round(float(np.linalg.norm(found - patterns[7]) / np.linalg.norm(patterns[7])), 2))
    0.1 0...
    0.5 0.0
    """

    beta: float = param(
        0.25, "1", "sharpness of the competition", symbol=r"\beta", slider=(0.01, 0.6), above=0,
        why="without sharpness nothing wins, and every answer is the mean of all patterns",
    )  # fmt: skip

    def weights(self, patterns, query) -> Array:
        """p, (..., P): the share of each pattern in the next state."""
        X, x = _checked(patterns, query)
        return box(jax.nn.softmax(unbox(self.beta) * product(x, X.T), -1))

    def retrieve(self, patterns, query, steps=1) -> Array:
        """The state after some steps, (..., d).

        patterns : (P, d) real numbers
        query    : (..., d) where to start
        """
        check_sweeps(steps, "steps")
        X, x = _checked(patterns, query)
        step = lambda i, x: product(jax.nn.softmax(unbox(self.beta) * product(x, X.T), -1), X)  # noqa: E731
        return box(lax.fori_loop(0, steps, step, x))

    def energy(self, patterns, query) -> Array:
        """E, (...), which no step raises."""
        X, x = _checked(patterns, query)
        beta = unbox(self.beta)
        return box((x * x).sum(-1) / 2 - jax.nn.logsumexp(beta * product(x, X.T), axis=-1) / beta)


def _checked(patterns, query):
    X, x = (_real(value, name) for value, name in ((patterns, "patterns"), (query, "query")))
    if X.ndim != 2 or X.size == 0:
        raise PatternError(
            f"patterns has shape {X.shape}: (P, d) is expected, one row for each pattern.", try_="patterns[None]"
        )
    if x.ndim == 0 or x.shape[-1] != X.shape[1]:
        raise PatternError(
            f"query has shape {x.shape}, and the patterns have d = {X.shape[1]} numbers.",
            why="what is compared with a pattern has as many numbers",
            try_="query = patterns[0]",
        )
    return X, x


def _real(values, name):
    values = unbox(values)
    if not is_tracer(values):
        try:
            numbers = np.asarray(values).astype(float)
        except (TypeError, ValueError):
            raise PatternError(
                f"{name} = {values!r:.40}: rows of numbers are expected.", try_=f"{name} = [[0.3, -1.2]]"
            ) from None
        wrong = np.argwhere(~np.isfinite(numbers))
        if len(wrong):
            at = ", ".join(str(int(i)) for i in wrong[0])
            raise PatternError(
                f"{name}[{at}] = {numbers[tuple(wrong[0])]}: it must be finite.", try_=f"np.nan_to_num({name})"
            )
        values = numbers
    return jnp.asarray(values, jnp.result_type(float))
