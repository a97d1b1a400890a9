"""What a student reads, in English or Chinese. The English text is the key; the translations lie in `brainlab/zh/*.toml`."""

from __future__ import annotations

import functools
import os
import tomllib
import weakref
from pathlib import Path

from ._teaching import TeachingError

NAMES = {"en": "English", "zh": "中文"}
untranslated: set[str] = set()  # what tr() did not find: a test shows every panel and lesson in Chinese and wants this empty
_state = {"language": "en"}
_listeners: weakref.WeakSet = weakref.WeakSet()


class UnknownLanguageError(TeachingError, ValueError):
    """A language that there is no catalogue for.

    >>> use("zz")
    Traceback (most recent call last):
    brainlab.language.UnknownLanguageError: there is no language 'zz' here.
      why: the texts exist in en, zh.
      try: language.use("en")
    """


def use(language: str) -> None:
    """Show panels and lessons in this language from now on, those already on the page too.

    >>> use("zh"); tr("reset"); use("en"); tr("reset")
    '复位'
    'reset'
    """
    if language not in NAMES:
        raise UnknownLanguageError(
            f"there is no language {language!r} here.",
            why=f"the texts exist in {', '.join(NAMES)}",
            try_='language.use("en")',
        )
    _state["language"] = language
    for listener in list(_listeners):
        listener.relabel()


def current() -> str:
    """`en` or `zh`."""
    return _state["language"]


def tr(text: str, **values) -> str:
    """`text` in the current language, with `{name}` filled in.

    >>> tr("{n} spikes", n=3)
    '3 spikes'
    """
    if current() != "en" and text:
        found = _catalogue(current()).get(text)
        if found is None:
            untranslated.add(text)
        text = found or text
    return text.format(**values) if values else text


def follow(listener) -> None:
    """Call `listener.relabel()` whenever the language changes, as long as the listener lives."""
    _listeners.add(listener)


@functools.cache
def _catalogue(language: str) -> dict[str, str]:
    texts = {}
    for file in sorted((Path(__file__).parent / language).glob("*.toml")):
        for english, translation in tomllib.loads(file.read_text(encoding="utf-8")).items():
            if texts.get(english, translation) != translation:
                raise ValueError(f"{file.name} translates {english!r} a second time, and differently")
            texts[english] = translation
    return texts


if os.environ.get("BRAINLAB_LANGUAGE"):
    use(os.environ["BRAINLAB_LANGUAGE"])
