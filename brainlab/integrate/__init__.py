"""Integrators: equations in, steps and solutions out. One readable engine and one table of methods per family."""

from .errors import DivergedError as DivergedError, IntegrateError as IntegrateError
from .ode import odeint as odeint, solve_ode as solve_ode
from .solution import Solution as Solution
from .tables import methods as methods
