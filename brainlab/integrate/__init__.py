"""Integrators: equations in, steps and solutions out. One readable engine and one table of methods per family."""

from .dde import solve_dde as solve_dde
from .delay import Delay as Delay
from ._events import event as event
from ._fde_problem import short_memory_error as short_memory_error
from .errors import DivergedError as DivergedError, IntegrateError as IntegrateError
from .fde import fdeint as fdeint, solve_fde as solve_fde
from .noise import BrownianPath as BrownianPath, brownian as brownian
from .joint import JointEq as JointEq
from .ode import odeint as odeint, solve_ode as solve_ode
from .sde import sdeint as sdeint, solve_sde as solve_sde
from .solution import Solution as Solution
from .tables import methods as methods
