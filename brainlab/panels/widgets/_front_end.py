"""The text of the browser's half, and the few words it shows."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib.resources import files

from brainlab.language import tr


@cache
def _read(name: str) -> str:
    return (files("brainlab.panels") / "js" / name).read_text(encoding="utf-8")


def _slim(text: str) -> str:
    """Without comments, indents and empty lines: every widget carries its own copy to the browser."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    lines = (re.sub(r"(^|\s)//\s.*$", "", line).strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line)


@cache
def script(*names: str) -> str:
    """The ES module of a widget: the shared functions, then its own. (A module made from a blob cannot import by a path.)

    >>> script("label", "slider").splitlines()[-1].startswith("export default")
    True
    """
    return "\n".join(_slim(_read(f"{name}.js")) for name in ("common", *names))


@cache
def style(*names: str) -> str:
    """The style sheet of a widget: colours and the shared parts, then its own."""
    return "\n".join(_slim(_read(f"{name}.css")) for name in ("common", *names))


def plain_symbol(latex: str) -> str:
    r"""Greek letters by their sign; the browser sets what stands after `_` and `^` low and high.

    >>> plain_symbol(r"\tau_{m}"), plain_symbol(r"\Delta_T"), plain_symbol("V_th")
    ('τ_{m}', 'Δ_T', 'V_th')
    """

    def letter(match):
        name = match[1]
        size = "CAPITAL" if name[0].isupper() else "SMALL"
        try:
            return unicodedata.lookup(f"GREEK {size} LETTER {name.upper().replace('LAMBDA', 'LAMDA')}")
        except KeyError:
            return "" if name in ("mathrm", "text", "rm") else name

    return re.sub(r"\\([A-Za-z]+)", letter, latex)


def translated(words: dict[str, str]) -> dict[str, str]:
    """The words in the language of the moment. A word may hold {places} that the browser fills in."""
    return {name: tr(english) for name, english in words.items()}
