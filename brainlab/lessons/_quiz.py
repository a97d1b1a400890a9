"""A quiz: questions whose wrong choices are known misconceptions, each with an answer of its own (texts: quizNN.py)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Choice:
    """One choice: its name among the choices of the question, what it says, what is said to who takes it."""

    id: str
    text: str
    feedback: str


@dataclass(frozen=True)
class Question:
    """A question. The choice with the id "right" is right; the ids of the others name the misconception."""

    id: str
    text: str
    choices: tuple[Choice, ...]

    @cached_property
    def shuffled(self) -> tuple[Choice, ...]:
        """The same order for everybody and every day, and not the order of the source."""
        return tuple(sorted(self.choices, key=lambda c: hashlib.sha256(f"{self.id}/{c.id}/{c.text}".encode()).digest()))


@dataclass(frozen=True)
class Quiz:
    chapter: str
    title: str
    questions: tuple[Question, ...]
