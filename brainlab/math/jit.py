"""jit: compile a function, and let it keep its state in Variables."""

from __future__ import annotations

import copy
import functools
import inspect
import itertools
import weakref
from types import MethodType

from . import errors
from ._array import as_arrays
from ._program import ByValue, Itself, boxed, find, split, stands_for_itself
from ._trace import local
from .module import Module

_epochs = itertools.count(1)


def jit(fun=None, *, static_argnums=(), static_argnames=()):
    """Compile `fun` on its first call and run the compiled code from then on.

    fun             : a function, bound method, Module or closure; Variables that it reads and writes keep their state
    static_argnums  : positions of arguments that are decided when it is compiled (sizes, names of methods)
    static_argnames : the same by name
    returns         : a function with the same arguments. Call it, or use `jit` as a decorator, also on methods.

    A Variable or Module passed as an argument stands for itself: what is written into it stays. Numbers that are not
    Variables are built in when the function is compiled; if one changes later, the next call raises `StaleValueError`.

    >>> import brainlab.math as bm
    >>> total = bm.Variable(0.)
    >>> @bm.jit
    ... def add(x):
    ...     total.value += x
    ...     return total * 2
    >>> add(1.), add(2.)
    (Array(2., dtype=float32), Array(6., dtype=float32))
    """
    if fun is None:
        return functools.partial(jit, static_argnums=static_argnums, static_argnames=static_argnames)
    return fun if isinstance(fun, Jit) else Jit(fun, static_argnums, static_argnames)


class Jit:
    """What `bm.jit` returns."""

    def __init__(self, fun, static_argnums=(), static_argnames=()):
        if not callable(fun):
            raise TypeError(f"bm.jit takes a function, got {fun!r}: bm.jit(f)(x), not bm.jit(f(x))")
        self.fun = fun
        self._given = static_argnums, static_argnames
        self._static = _positions_and_names(fun, static_argnums, static_argnames)
        self._program = None  # of the plain case: nothing static
        self._mine = weakref.WeakSet()  # the programs that this object has used
        self._epoch = 0
        functools.update_wrapper(self, fun, updated=())
        self.__name__ = getattr(fun, "__name__", type(fun).__name__)

    def __call__(self, *args, **kwargs):
        if local.stack or local.python:
            return as_arrays(self.fun(*self._boxed(args), **self._boxed(kwargs)))
        fun = self.fun
        if args and type(args[0]) is Itself:  # a jitted method of an object that is no Module
            fun = MethodType(fun, args[0].it)
        program, inline, args, kwargs = self.resolve(args, kwargs)
        if program.audit.entries:
            change = program.stale()
            if change:
                raise errors.StaleValueError.of(*change, self)
        return program(inline, (fun,), args, kwargs)

    def recompile(self):
        """Forget the compiled code, so that the next call reads every number anew."""
        self._program, self._epoch = None, next(_epochs)

    def _find(self, kept=()):
        """The program for these static arguments. One that another `jit` of the same function left behind will do,
        if nothing in it is out of date; one of our own that is out of date is for `__call__` to report."""
        program = find("jit", (self.fun,), (self._epoch, *kept), renew=False)
        if program not in self._mine:
            if program.stale():
                program = find("jit", (self.fun,), (self._epoch, *kept), fresh=True)
            self._mine.add(program)
        if not kept:
            self._program = program
        return program

    def resolve(self, args, kwargs):
        """The program for these arguments, the function it runs, and the arguments without the static ones."""
        if not (self._static or kwargs or any(map(stands_for_itself, args))):
            return self._program or self._find(), self.fun, args, kwargs
        kept, rest, named, together = split(args, kwargs, self._static)
        if not kept:
            return self._program or self._find(), self.fun, rest, named
        for which, value in kept.items():
            if which in self._static:
                self._check_static(which, value)

        def inline(*rest, **named):
            positional, named = together(rest, named)
            return self.fun(*positional, **named)

        by_value = tuple((k, ByValue(v) if k in self._static else v) for k, v in kept.items())
        return self._find(by_value), inline, rest, named

    def _check_static(self, which, value):
        try:
            hash(value)
        except TypeError:
            raise errors.StaticArgumentError(
                f"static argument {which} of {self.__name__} is a {type(value).__name__}, which has no hash.",
                why="a compiled version is kept for each value, and found again by its hash",
                try_="a tuple instead of a list, a number instead of an array, or leave it out of static_argnums",
            ) from None

    def _boxed(self, arguments):
        """Inside a trace: arrays for the function, except what is static or stands for itself."""
        if isinstance(arguments, dict):
            return {k: self._box_one(k, a) for k, a in arguments.items()}
        return tuple(self._box_one(i, a) for i, a in enumerate(arguments))

    def _box_one(self, which, a):
        if isinstance(a, Itself):
            return a.it
        return a if which in self._static else boxed(a)

    def __get__(self, owner, cls=None):
        """A jitted method: `self` stands for itself."""
        if owner is None:
            return self
        if isinstance(owner, Module):
            return MethodType(self, owner)
        method = functools.partial(self, Itself(owner))
        method.recompile = self.recompile
        return method

    def same_as(self):
        return self.fun, tuple(sorted(map(str, self._static))), self._epoch

    def __reduce__(self):
        return _again, (self.fun, *self._given)

    def __deepcopy__(self, memo):
        return Jit(copy.deepcopy(self.fun, memo), *self._given)

    def __repr__(self):
        return f"<bm.jit of {self.__name__}>"


def _again(fun, static_argnums, static_argnames):
    return Jit(fun, static_argnums, static_argnames)


def _positions_and_names(fun, numbers, names) -> frozenset:
    """Static arguments by position and by name, whichever way they were given and will be passed."""
    numbers = (numbers,) if isinstance(numbers, int) else tuple(numbers)
    names = (names,) if isinstance(names, str) else tuple(names)
    if not numbers and not names:
        return frozenset()
    parameters = list(inspect.signature(fun).parameters)
    for name in names:
        if name not in parameters:
            raise ValueError(f"static_argnames={name!r}: {fun.__name__} has the arguments {', '.join(parameters)}")
    numbers = tuple(n % len(parameters) if n < 0 else n for n in numbers)
    by_name = {parameters[n] for n in numbers if n < len(parameters)}
    return frozenset((*numbers, *names, *by_name, *(parameters.index(n) for n in names)))
