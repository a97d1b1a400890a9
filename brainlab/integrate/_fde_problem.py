"""What is given to a fractional differential equation: alpha, the initial values, how long the memory is."""

from __future__ import annotations

import math

import jax.numpy as jnp
import numpy as np

from ..math._array import unbox
from ..math._trace import is_tracer
from ..math._where import place, user_frame
from ._equation import Equation
from ._fde_methods import FDE
from ._methods import Method, find_method
from .errors import IntegrateError


def check_alpha(alpha, method: Method):
    """The order of the derivative as a float, in the range of the method. Traced ones pass."""
    number = unbox(alpha)
    if is_tracer(number):
        return number
    try:
        value = float(number) if not isinstance(number, str | bool) and np.ndim(number) == 0 else math.nan
    except (TypeError, ValueError):
        value = math.nan
    if not 0 < value < 2:
        system = "bl.solve_ode(lambda x, v, t: (v, f(x, t)), (x0, v0), ...)   # alpha = 2" if value == 2 else "alpha=0.8"
        raise IntegrateError(
            f"alpha = {alpha!r:.40}: the order of the derivative must be a number above 0 and below 2.",
            place(user_frame()),
            "alpha = 1 is the usual derivative, below it the past pulls back, above it there is inertia",
            system,
        )
    if value > max(1, method.coefficients.below):
        others = [row.name for row in FDE if row.coefficients.below > 1]
        raise IntegrateError(
            f"{method.name} is for alpha up to 1, and alpha = {value:g}.",
            place(user_frame()),
            "its weights are those of a first derivative that is smeared over the past",
            f'method="{others[-1]}"   # or {", ".join(others[:-1])}',
        )
    return value


def initial_values(equation: Equation, alpha, y0, most: int) -> tuple:
    """(y(0),) or (y(0), y'(0)), as many as alpha asks for; each a number or an array, or one for each state. An alpha that
    is traced asks for what is given, 1 to `most`."""
    names, n = ("y(0)", "y'(0)"), len(equation.states)
    listed = isinstance(y0, tuple | list)
    whole = n > 1 and listed and len(y0) == n and not any(isinstance(value, tuple | list) for value in y0)
    given = [y0] if whole or not listed else list(y0)
    needed = math.ceil(alpha) if not is_tracer(alpha) else min(max(len(given), 1), most)
    if len(given) != needed:
        order = "alpha" if is_tracer(alpha) else f"alpha = {alpha:g}"
        one = "0.0" if n == 1 else f"({', '.join('0.0' for _ in equation.states)})"
        vector = "; a state with several elements is an array" if n == 1 and needed == 1 else ""
        raise IntegrateError(
            f"{order} needs {' and '.join(names[:needed])}, and y0 = {y0!r:.40} has {len(given)} "
            f"value{'s' * (len(given) != 1)}.",
            place(user_frame()),
            f"an equation of order alpha has as many initial values as alpha rounded up{vector}",
            "y0=[bm.array([1.0, 2.0])]" if vector else f"y0=[{', '.join([one] * needed)}]",
        )
    return tuple(map(equation.initial, given))


def check_memory(memory, dt, method: Method, otherwise: str):
    """How many steps a memory of that time is; None for all of them."""
    if memory is None:
        return None
    if method.coefficients.remembers == "slopes":
        able = [row.name for row in FDE if row.coefficients.remembers == "states"]
        raise IntegrateError(
            f"{method.name} cannot forget: memory = {memory!r:.40}.",
            place(user_frame()),
            "it sums slopes, and what old slopes have moved stays moved; in methods that sum old states their weight fades",
            f'method="{able[-1]}"   # or {", ".join(able[:-1])}; {otherwise}',
        )
    value = unbox(memory)
    if is_tracer(value) or is_tracer(dt):
        return jnp.round(value / dt)
    try:
        fine = not isinstance(value, str | bool) and np.ndim(value) == 0 and float(value) > float(dt) * (1 - 1e-6)
    except (TypeError, ValueError):
        fine = False
    if not fine:
        raise IntegrateError(
            f"memory = {memory!r:.40}: the memory is a time, at least one step (dt = {float(dt):g}).",
            place(user_frame()),
            "what is older is forgotten",
            f"memory={100 * float(dt):g}   # 100 steps",
        )
    return np.round(float(value) / float(dt))


def _positive(name, value, example):
    if not (isinstance(value, int | float | np.number) and not isinstance(value, bool) and 0 < value < math.inf):
        raise IntegrateError(
            f"{name} = {value!r:.40}: a finite number above 0 is expected.", place(user_frame()), try_=f"{name}={example}"
        )


def short_memory_error(alpha: float, memory: float, size: float = 1.0) -> float:
    r"""How wrong $D^\alpha y$ is at most when all that is older than `memory` is forgotten:
    $M L^{-\alpha} / |\Gamma(1 - \alpha)|$.

    memory  : the time L, as in `solve_fde(..., memory=L)`
    size    : M, the largest |y - y(0)| (above alpha = 1 the largest |y - y(0) - y'(0) t|)
    returns : in units of y per time**alpha. It is 0 at alpha = 1, which has no memory. The solution of
              $D^\alpha y = -\lambda y + \ldots$ is wrong by at most this over lambda.

    Source: Podlubny (1999), Fractional Differential Equations, section 7.3.

    >>> f"{short_memory_error(0.5, memory=100.0):.4f}"
    '0.0564'
    """
    alpha = check_alpha(alpha, find_method(FDE, "gl"))
    _positive("memory", memory, 100.0)
    _positive("size", size, 1.0)
    weight = 0.0 if alpha == 1 else 1 / abs(math.gamma(1 - alpha))
    return size * weight * memory**-alpha
