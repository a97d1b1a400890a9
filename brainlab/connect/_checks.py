"""Is it a number that the rule can follow? Each answers with the value, or says why not."""

from __future__ import annotations

from numbers import Integral, Real

import numpy as np

from .errors import ConnectError


def whole(name: str, value, least: int, try_: str = "") -> int:
    if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
        raise ConnectError(f"{name} = {value!r}: it must be a whole number, {least} or more.", try_=try_)
    return int(value)


def probability(name: str, value, try_: str = "") -> float:
    if not is_real(value) or not 0 <= value <= 1:
        why = "a probability is a share: of 100 possible synapses p = 0.2 makes 20, and no rule can make more than all"
        raise ConnectError(f"{name} = {value!r}: a probability lies between 0 and 1.", why=why, try_=try_)
    return float(value)


def positive(name: str, value, try_: str = "") -> float:
    if not is_real(value) or value <= 0:
        raise ConnectError(f"{name} = {value!r}: it must be a finite number above 0.", try_=try_)
    return float(value)


def finite(name: str, value, try_: str = "") -> float:
    if not is_real(value):
        raise ConnectError(f"{name} = {value!r}: it must be a finite number.", try_=try_)
    return float(value)


def switch(name: str, value) -> bool:
    if not isinstance(value, bool | np.bool_):
        raise ConnectError(f"{name} = {value!r}: it must be True or False.", try_=f"{name}=True")
    return bool(value)


def is_real(value) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and bool(np.isfinite(value))


def same_size(rule, n_pre: int, n_post: int, why: str) -> None:
    if n_pre != n_post:
        raise ConnectError(
            f"{rule!r} needs as many neurons on both sides: n_pre = {n_pre}, n_post = {n_post}.",
            why=why,
            try_="bl.connect.FixedProbability(0.1)(n_pre, n_post)   # for two populations of different sizes",
        )


def enough(rule, wanted: int, there: int, what: str) -> None:
    if wanted > there:
        raise ConnectError(
            f"{rule!r}: {wanted} different {what} were asked for, and there are {there}.",
            why="without multapses no pair of neurons has two synapses",
            try_=f"at most {there}, or multapses=True: the same pair may then be drawn more than once",
        )
