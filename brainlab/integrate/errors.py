"""What can go wrong when an equation is integrated."""

from __future__ import annotations

from .._teaching import TeachingError


class IntegrateError(TeachingError, ValueError):
    """A method, a step or a function that cannot be integrated.

    >>> import brainlab as bl
    >>> bl.odeint(lambda x, t: -x, method="rk44")
    Traceback (most recent call last):
    brainlab.integrate.errors.IntegrateError: there is no method 'rk44'. Did you mean 'rk4'?
    ...
    """


class DivergedError(TeachingError, ArithmeticError):
    """The solution became NaN or infinite.

    Wrong. A step that is longer than the fastest process in the equation overshoots, a little more each time: here x
    should fall by a factor e in 0.01, and one step of 0.1 multiplies it by -9.

    >>> import brainlab as bl
    >>> bl.solve_ode(lambda x, t: -100.0 * x, 1.0, 0.0, 10.0, dt=0.1, method="euler")
    Traceback (most recent call last):
    brainlab.integrate.errors.DivergedError: x became infinite at t = 4.
    ...

    Right: a step below that time.

    >>> bl.solve_ode(lambda x, t: -100.0 * x, 1.0, 0.0, 10.0, dt=0.005, method="euler").y.shape
    (2001,)
    """
