"""Code that does the same as a panel without it, and words about it: the parts that several panels share."""

from __future__ import annotations

from ..language import tr

HEAD = "import brainlab as bl\n"


def code(*lines: str) -> str:
    """The lines of a program, with the import that they need.

    >>> print(code("print(bl.LIF())"))
    import brainlab as bl
    <BLANKLINE>
    print(bl.LIF())
    <BLANKLINE>
    """
    return "\n".join([HEAD, *lines, ""])


def value(x: float) -> str:
    """A number as a student would write it.

    >>> value(5.5), value(-3.0000000001), value(20.0)
    ('5.5', '-3.0', '20.0')
    """
    return repr(float(f"{float(x):.7g}"))


def counted(n: int) -> str:
    """`no spike`, `one spike`, `3 spikes`, in the current language."""
    return tr("no spike") if n == 0 else tr("one spike") if n == 1 else tr("{n} spikes", n=n)
