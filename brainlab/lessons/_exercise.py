"""What an exercise is, and how a check says what it found. The exercises themselves are in chNN.py, one file per chapter."""

from __future__ import annotations

import difflib
import functools
import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field

from .._teaching import TeachingError
from ..language import tr


class Text:
    """A sentence for the student. It is translated when it is shown, so it follows the language of the page.

    >>> str(Text("{n} spikes", n=3))
    '3 spikes'
    """

    def __init__(self, template: str, /, **values):
        self.template, self.values = template, values

    def __str__(self):
        return tr(self.template, **{name: str(value) for name, value in self.values.items()})


class Wrong(Exception):
    """Raised by a check: the answer is not right yet, and this is what it looks like."""

    kind = "wrong"

    def __init__(self, template: str, /, **values):
        self.text = Text(template, **values)
        super().__init__(template)

    def __str__(self):
        return str(self.text)


class Untouched(Wrong):
    """The `...` of the stub is still there."""

    kind = "untouched"

    def __init__(self):
        super().__init__(
            "Nothing to check yet. Put your own code in the place of the ... and run the cell, then check again."
        )


class Failed(Wrong):
    """The student's own code raised an exception."""

    kind = "error"


@dataclass(frozen=True)
class Exercise:
    """One exercise: everything about it, written once.

    task     : Markdown; stands word for word in the chapter's notebook
    stub     : the cell that the student completes; ends by defining `answer`
    answer   : the name that the check cell hands over: check("10.1", rheobase)
    solution : code that passes; shown by reveal() after an attempt
    hints    : three, from a nudge to nearly the answer
    wrong    : name -> (code, part of the message it must get): the misconceptions that the check recognises
    check    : a function of the student's answer; returns if it is right, raises Wrong with the likely reason if not
    praise   : what to take along, said when it is right
    """

    id: str
    title: str
    task: str
    stub: str
    answer: str
    solution: str
    hints: tuple[str, str, str]
    check: Callable
    praise: str
    wrong: dict[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def chapter(self) -> str:
        return self.id.split(".")[0]

    def cells(self) -> list[tuple[str, str, str]]:
        """The exercise as it stands in the chapter's notebook: (cell id, cell type, source) of its three cells."""
        name = f"exercise-{self.id.replace('.', '-')}"
        return [
            (name, "markdown", f"### Exercise {self.id}: {self.title}\n\n{self.task}"),
            (f"{name}-stub", "code", self.stub.strip()),
            (f"{name}-check", "code", f'bl.lessons.check("{self.id}", {self.answer})'),
        ]


class UnknownLessonError(TeachingError, LookupError):
    """There is no exercise or quiz with this id."""


@functools.cache
def exercises() -> dict[str, Exercise]:
    """All exercises by id, from the files chNN.py of this folder."""
    return {exercise.id: exercise for module in _modules("ch") for exercise in module.EXERCISES}


@functools.cache
def quizzes() -> dict:
    """All quizzes by chapter, from the files quizNN.py of this folder."""
    return {module.QUIZ.chapter: module.QUIZ for module in _modules("quiz")}


def find(kind: str, table: dict, id):
    """The exercise or quiz, or an error that names the ones there are."""
    id = str(id)
    if id in table:
        return table[id]
    near = difflib.get_close_matches(id, table, n=1, cutoff=0.5)
    raise UnknownLessonError(
        f"there is no {kind} {id!r}.",
        where=f"{kind} ids: {', '.join(table)}",
        try_=f'"{near[0]}"' if near else "",
    )


def _modules(prefix: str):
    package = importlib.import_module(__package__)
    names = sorted(m.name for m in pkgutil.iter_modules(package.__path__) if m.name.removeprefix(prefix).isdigit())
    return [importlib.import_module(f"{__package__}.{name}") for name in names]
