"""The arithmetic of bm.counter: a hash, and the laws that are made out of its bits. Pure JAX arrays, no checks.

seed, step, stream: scalars of any integer type, taken modulo 2**32; n: how many elements, or an array with their numbers.
"""

from __future__ import annotations

import math

import jax.numpy as jnp
import numpy as np
from jax import lax

# "triple32", the least biased of the searched hashes with three multiplications: Wellons (2018), Prospecting for hash
# functions, https://nullprogram.com/blog/2018/07/31/ and github.com/skeeto/hash-prospector. The key in its middle is ours.
_M1, _M2, _M3 = np.uint32(0xED5AD4BB), np.uint32(0xAC4C1B51), np.uint32(0x31848BAB)
_START = np.uint32(0x9E3779B9), np.uint32(0xBB67AE85)  # the fractions of the golden ratio and of the root of 3


def _mix(x, key):
    """One-to-one in x for every key: each bit of x and of the key changes each bit of the result in half of all cases."""
    x = (x ^ (x >> 17)) * _M1
    x = ((x ^ (x >> 11)) + key) * _M2
    x = (x ^ (x >> 15)) * _M3
    return x ^ (x >> 14)


def hashed(elements, *words):
    # Two words of key: with one of 32 bits, two of 1e5 steps would almost surely draw the same numbers (birthday problem)
    a, b = _START
    for word in words:
        word = jnp.uint32(word)
        a, b = _mix(a ^ word, b), _mix(b ^ word, a)
    return _mix(elements ^ a, b)


def elements(n):
    return lax.iota(jnp.uint32, n) if isinstance(n, int) else n.astype(jnp.uint32)


def bits(seed, step, n, stream=0):
    return hashed(elements(n), seed, stream, step)


def uniform(seed, step, n, stream=0):
    """The 2**23 numbers (k + 1/2) / 2**23: evenly spaced, exact in float32, never 0 or 1."""
    return (((bits(seed, step, n, stream) >> 9).astype(jnp.float32) + 0.5) * 2.0**-23).astype(float)


def integers(high, seed, step, n, stream=0):
    return scaled(bits(seed, step, n, stream), high)


def scaled(bits, high):
    """floor(bits * high / 2**32) without 64-bit numbers: in halves of 16 bits, as on paper."""
    high = jnp.uint32(high)
    a, b, c, d = bits >> 16, bits & 0xFFFF, high >> 16, high & 0xFFFF
    middle = a * d + ((b * d) >> 16)
    carry = b * c + (middle & 0xFFFF)
    return (a * c + (middle >> 16) + (carry >> 16)).astype(jnp.int32)


# ---- the normal law

# Both are our own least-maximum fits, of Hastings' forms (Approximations for Digital Computers, 1955; the second is
# Abramowitz and Stegun 26.2.23, which with its coefficients is good to 4.5e-4 only). The test compares with SciPy's ndtri.
_LOG = 1.00001278, -0.49985051, 0.33225872, -0.25472466, 0.22330078, -0.14319851  # log(1 + m) / m, to 1.5e-6
_TOP, _BOTTOM = (2.92402234, 4.02662315, 0.38783439), (1.0, 3.22387764, 1.4827265, 0.07069692)  # to 2.7e-6


def _polynomial(coefficients, x):
    total = coefficients[-1]
    for c in coefficients[-2::-1]:
        total = total * x + c
    return total


def _log(p):
    """log of p = 2**e (1 + m) from the bits of a float32: half the time of jnp.log, which also knows 0 and infinity."""
    pattern = lax.bitcast_convert_type(p, jnp.int32)
    e = (pattern - 0x3F3504F3) >> 23  # the pattern of sqrt(1/2): 1 + m lies between sqrt(1/2) and sqrt(2)
    m = lax.bitcast_convert_type(pattern - (e << 23), jnp.float32) - 1
    return math.log(2) * e.astype(jnp.float32) + m * _polynomial(_LOG, m)


def quantile(p):
    """The z >= 0 that a standard normal number exceeds with probability p, for float32 p from 2**-33 to 1/2."""
    t = jnp.sqrt(-2 * _log(p))
    return t - _polynomial(_TOP, t) / _polynomial(_BOTTOM, t)


def normal(seed, step, n, stream=0):
    x = bits(seed, step, n, stream)  # one bit for the sign, 31 for the tail: float32 is finest near p = 0
    z = quantile(((x >> 1).astype(jnp.float32) + 0.5) * 2.0**-32)
    return jnp.where(x & 1 == 1, z, -z).astype(float)


# ---- the Poisson law


def largest(most):
    """The largest count that 32 bits can show where `most` are expected: P(X > it) < 2**-33."""
    k, term, above = 0, math.exp(-most), -math.expm1(-most)
    while above > 2.0**-33:
        k += 1
        term *= most / k
        above -= term
    return k


def _count(bits, rate, most):
    """How many of the probabilities P(X > k) lie above one uniform number: inversion without a loop or a branch."""
    u = (bits.astype(jnp.float32) + 0.5) * 2.0**-32
    terms = [jnp.exp(-rate)]
    for k in range(1, largest(most) + 1):
        terms.append(terms[-1] * (rate * (1 / k)))
    above, count = jnp.zeros_like(rate), jnp.zeros(u.shape, jnp.int32)
    for term in terms[:0:-1]:  # from the smallest on, so that a small probability keeps its digits
        above = above + term
        count = count + (u < above).astype(jnp.int32)
    return count


def poisson(rate, seed, step, n, stream=0, most=4.0, pieces=True):
    """pieces=False says that no rate is above `most`."""
    rate = jnp.asarray(rate, jnp.float32)
    ok = (rate >= 0) & (rate < jnp.inf)
    rate = jnp.where(ok, rate, 0)
    count = _count(bits(seed, step, n, stream), jnp.minimum(rate, most), most)

    def more(state):
        return jnp.any(rate > most * state[0].astype(jnp.float32))

    def piece(state):
        i, count = state
        left = jnp.clip(rate - most * i.astype(jnp.float32), 0, most)
        return i + 1, count + _count(hashed(elements(n), seed, stream, step, i), left, most)

    if pieces:
        count = lax.while_loop(more, piece, (jnp.int32(1), count))[1]
    return jnp.where(ok, count, -1)
