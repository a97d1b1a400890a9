"""GlobalHypothesis: an attractor network in the space of codes turns a noisy code into one guess."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax import random as jr

from ..math._array import Array, box, raw, unbox
from ..math._trace import is_tracer
from ..models.base import Model
from ..params import param
from ._checks import generator, whole
from .errors import VisionError


class GlobalHypothesis(Model):
    r"""One guess out of a code: cells for hypotheses compete, and each pulls the code towards what it expects.

    $$r(0) = \frac{r_f + g\, r_c}{1 + g}, \qquad p_k = \mathrm{softmax}_k ( \beta\, m_k \cdot r ), \qquad
    r \leftarrow r + \eta \Big( \sum_k p_k m_k - r \Big)$$

    m_k are the codes that are remembered, one for each hypothesis, of length 1; r_f is the code that comes in, and r_c that
    of the coarse path, which has been there before and biases the start: where both agree, r is long from the beginning. It
    is a continuous Hopfield network with as many hidden cells as memories, and goes downhill in
    $E = |r|^2/2 - \frac1\beta \log \sum_k e^{\beta\, m_k \cdot r}$. With a large beta every code ends at one memory, however
    it was mixed: that is the hypothesis. With a small one it ends between them all, and nothing has been decided. For ten
    memories as far from each other as can be, the point between them holds what comes near it as long as beta is below 9.

    Source: Ramsauer et al., ICLR (2021), Hopfield networks is all you need: eta = 1 is their update; here as the attractor
    network that forms the global hypothesis (Ji, Zou, Huang & Wu 2020 use a restricted Boltzmann machine).

    >>> memory = [[1.0, 0.0], [0.0, 1.0]]
    >>> found = GlobalHypothesis(beta=8.0).settle(memory, [0.6, 0.4])
    >>> [f"{p:.2f}" for p in found.evidence[[0, -1], 0]]
    ['0.83', '1.00']
    >>> undecided = GlobalHypothesis(beta=1.0, eta=1.0).settle(memory, [0.6, 0.4])
    >>> [f"{p:.2f}" for p in undecided.evidence[-1]]
    ['0.50', '0.50']
    """

    beta: float = param(
        16.0, "1", "sharpness of the competition", symbol=r"\beta", slider=(0.5, 30), above=0,
        why="at 0 all hypotheses are the same, and below it the worst one wins",
    )  # fmt: skip
    g: float = param(1.0, "1", "weight of the coarse guess", symbol="g", slider=(0, 3), at_least=0, why="it would be denied")
    eta: float = param(
        0.3, "1", "share of the way per step", symbol=r"\eta", slider=(0.02, 1), above=0, at_most=1,
        why="nothing would move, or it would jump too far",
    )  # fmt: skip

    def settle(self, memory, code, guess=None, *, noise=0.0, steps=20, seed=0) -> Trajectory:
        """Let codes fall into the memory.

        memory : (hypotheses, d)
        code   : (..., d)
        guess  : (..., d) the code r_c of the coarse path; None: there is none
        noise  : added to the code at the beginning: a random vector of about this length
        """
        memory, code = (jnp.asarray(raw(x), float) for x in (memory, code))
        coarse = jnp.zeros_like(code) if guess is None else jnp.asarray(raw(guess), float)
        if memory.ndim != 2 or code.ndim < 1 or code.shape[-1] != memory.shape[1] or coarse.shape != code.shape:
            raise VisionError(
                f"memory is {memory.shape}, code is {code.shape}, guess is {coarse.shape}: all end with the size of a code.",
                why="codes are compared with what is remembered, number by number",
                try_="hypothesis.settle(nets.memory, nets.fine(images), nets.coarse(images))",
            )
        value = unbox(noise)
        if not is_tracer(value) and (isinstance(value, bool | str) or np.ndim(value) or not 0 <= value < np.inf):
            raise VisionError(
                f"noise = {noise!r:.40}: a number, 0 or more, is expected.", why="it is a length", try_="noise=0.5"
            )
        steps = whole("steps", steps, 1, 100_000, "nothing settles in less")
        if not is_tracer(seed):
            generator(seed)
        model = self.replace(g=0.0) if guess is None else self
        return Trajectory(*box(_settle(raw(model), memory, code, coarse, jnp.asarray(value, float), seed, jnp.zeros(steps))))


class Trajectory(NamedTuple):
    """What `GlobalHypothesis.settle` returns.

    codes    : (steps + 1, ..., d) the code on its way
    evidence : (steps + 1, ..., hypotheses) p, how much of the code belongs to each
    energy   : (steps + 1, ...)
    """

    codes: Array
    evidence: Array
    energy: Array

    @property
    def choice(self) -> np.ndarray:
        """(...,) number of the hypothesis that won."""
        return np.asarray(self.evidence[-1]).argmax(-1)


@jax.jit
def _settle(model, memory, code, guess, noise, seed, clock):
    code = code + noise * jr.normal(jr.key(seed), code.shape) / jnp.sqrt(code.shape[-1])
    start = (code + model.g * guess) / (1 + model.g)

    def look(r):
        drive = model.beta * r @ memory.T
        p = jax.nn.softmax(drive)
        return p, (r * r).sum(-1) / 2 - jax.nn.logsumexp(drive, axis=-1) / model.beta

    def step(r, _):
        p, energy = look(r)
        return r + model.eta * (p @ memory - r), (r, p, energy)

    last, path = lax.scan(step, start, clock)
    return tuple(jnp.concatenate([x, y[None]]) for x, y in zip(path, (last, *look(last)), strict=True))
