"""explain: what a transform sees in a function. Which Variables, how often compiled and why, and the arithmetic left."""

from __future__ import annotations

import functools
import html
from dataclasses import dataclass
from types import MethodType

import jax

from ._audit import Audit
from ._program import JAX_ERRORS, run_boxed
from ._text import called
from ._trace import Trace, discover
from ._translate import translate
from .jit import Jit, jit


@dataclass
class Explanation:
    """What `bm.explain` returns. Print it, or let a notebook show it."""

    name: str
    reads: list[str]  # Variables
    writes: list[str]
    built_in: dict[str, str]  # numbers that are not Variables: name -> value when compiled
    traces: list[str]  # the reason for each time it was compiled
    jaxpr: jax.extend.core.ClosedJaxpr

    def rows(self) -> list[tuple[str, str]]:
        times = {0: "not yet", 1: "once"}.get(len(self.traces), f"{len(self.traces)} times")
        return [
            ("reads", ", ".join(self.reads) or "no Variable"),
            ("writes", ", ".join(self.writes) or "no Variable"),
            ("built in", ", ".join(f"{k} = {v}" for k, v in self.built_in.items()) or "no number from outside"),
            ("compiled", times),
            *((f"  {i}.", reason) for i, reason in enumerate(self.traces, 1)),
        ]

    def __repr__(self):
        lines = [
            self.name,
            *(f"  {label:<9} {text}" for label, text in self.rows()),
            "  the arithmetic that is compiled:",
        ]
        return "\n".join([*lines, *("    " + line for line in str(self.jaxpr).splitlines())])

    def _repr_html_(self):
        cell = "<td style='text-align:left'>"
        rows = "".join(f"<tr>{cell}<b>{html.escape(a)}</b></td>{cell}{html.escape(b)}</td></tr>" for a, b in self.rows())
        return (
            f"<b>{html.escape(self.name)}</b><table>{rows}</table>"
            f"<details><summary>the arithmetic that is compiled ({len(self.jaxpr.eqns)} lines)</summary>"
            f"<pre>{html.escape(str(self.jaxpr))}</pre></details>"
        )


def explain(fun, *args, **kwargs) -> Explanation:
    """How `bm.jit` sees `fun(*args, **kwargs)`. Nothing is run and no Variable changes.

    >>> import brainlab.math as bm
    >>> V, tau = bm.Variable(1., name="V"), 10.
    >>> def leak():
    ...     V.value -= 0.1 * V / tau
    >>> bm.explain(leak)
    leak
      reads     V
      writes    V
      built in  tau = 10.0
      compiled  not yet
      the arithmetic that is compiled:
        ...
    """
    if isinstance(fun, MethodType | functools.partial) and isinstance(getattr(fun, "__func__", None) or fun.func, Jit):
        owner = (fun.__self__,) if isinstance(fun, MethodType) else fun.args
        fun, args = getattr(fun, "__func__", None) or fun.func, (*owner, *args)
    fun = fun if isinstance(fun, Jit) else jit(fun)
    program, inline, rest, named = fun.resolve(args, kwargs)
    run = functools.partial(run_boxed, inline)
    audit = Audit((fun.fun,))
    try:
        variables = discover("jit", run, rest, named, audit=audit).variables
        seen = {}

        def pure(values, rest, named):
            with Trace("jit", variables, values) as trace:
                trace.audit = audit
                out = run(rest, named)
            seen["trace"] = trace
            return out, [trace.values[k] for k in trace.written]

        jaxpr = jax.make_jaxpr(pure)([v._value for v in variables], rest, named)
    except JAX_ERRORS as error:
        raise translate(error, "jit") from None
    finally:
        audit.restore()
    trace = seen["trace"]
    return Explanation(
        name=fun.__name__,
        reads=[_name(v) for v in variables if id(v) in trace.asked],
        writes=[_name(v) for v in trace.written.values()],
        built_in=audit.built_in(),
        traces=list(program.history),
        jaxpr=jaxpr,
    )


def _name(variable) -> str:
    return variable.name or called(variable)
