"""check, hint, reveal, task, progress: what a notebook calls."""

from __future__ import annotations

from . import _store
from ._cards import Card, Table
from ._diagnose import explained, has_ellipsis
from ._exercise import Exercise, Text, Untouched, Wrong, exercises, find, quizzes


def check(id: str, answer) -> Card:
    """Try the student's answer to exercise `id` and say what was found. Never raises because of the answer.

    >>> check("10.1", ...)
    10.1 not yet: Nothing to check yet. Put your own code in the place of the ... and run the cell, then check again.
    """
    exercise: Exercise = find("exercise", exercises(), id)
    found = examine(exercise, answer)
    if found is None:
        _store.update_exercise(exercise.id, passed=True, attempts=_store.exercise(exercise.id)["attempts"] + 1)
        return Card("passed", Text("{id} passed", id=exercise.id), Text(exercise.praise))
    if found.kind != "untouched":
        _store.update_exercise(exercise.id, attempts=_store.exercise(exercise.id)["attempts"] + 1)
    foot = Text(
        '`bl.lessons.hint("{id}")` gives a hint; after an attempt `bl.lessons.reveal("{id}")` shows a solution.',
        id=exercise.id,
    )
    return Card(found.kind, Text("{id} not yet", id=exercise.id), found.text, foot=foot)


def examine(exercise: Exercise, answer) -> Wrong | None:
    """What is wrong with the answer, or None. Keeps no record."""
    try:
        if answer is None or has_ellipsis(answer):
            raise Untouched
        exercise.check(answer)
    except Wrong as found:
        return found
    except Exception as error:  # an answer of a kind that the check did not foresee
        return explained(error)
    return None


def hint(id: str) -> Card:
    """The next of three hints; after the third, the third again."""
    exercise = find("exercise", exercises(), id)
    n = min(_store.exercise(exercise.id)["hints"] + 1, len(exercise.hints))
    _store.update_exercise(exercise.id, hints=n)
    head = Text("Hint {n} of {all} for {id}", n=n, all=len(exercise.hints), id=exercise.id)
    return Card("info", head, Text(exercise.hints[n - 1]))


def reveal(id: str) -> Card:
    """A solution, once there has been an attempt of one's own."""
    exercise = find("exercise", exercises(), id)
    known = _store.exercise(exercise.id)
    if not known["attempts"]:
        text = Text(
            'Try it first: one `bl.lessons.check("{id}", ...)` of your own answer, right or wrong, opens it.',
            id=exercise.id,
        )
        return Card("info", Text("The solution of {id} is still closed", id=exercise.id), text)
    _store.update_exercise(exercise.id, revealed=True)
    return Card("info", Text("A solution of {id}", id=exercise.id), Text(exercise.praise), code=exercise.solution.strip())


def task(id: str) -> Card:
    """What exercise `id` asks for, in the language of the page."""
    exercise = find("exercise", exercises(), id)
    return Card("info", Text("{id} {title}", id=exercise.id, title=Text(exercise.title)), Text(exercise.task))


def progress() -> Table:
    """What has been done, exercise by exercise and quiz by quiz."""
    rows = []
    for exercise in exercises().values():
        known = _store.exercise(exercise.id)
        state = Text("passed") if known["passed"] else Text("tried") if known["attempts"] else Text("not begun")
        seen = Text("yes") if known["revealed"] else ""
        rows.append((exercise.id, Text(exercise.title), state, known["attempts"], known["hints"], seen))
    for quiz in quizzes().values():
        right, of = quiz_score(quiz.chapter)
        state = Text("{right} of {all} right", right=right, all=of)
        rows.append((Text("quiz {chapter}", chapter=quiz.chapter), Text(quiz.title), state, "", "", ""))
    head = (Text("exercise"), Text("title"), Text("status"), Text("attempts"), Text("hints"), Text("solution seen"))
    return Table(head, rows)


def quiz_score(chapter: str) -> tuple[int, int]:
    """How many questions of a chapter's quiz are answered rightly, of how many."""
    if chapter not in quizzes():
        return 0, 0
    known = _store.quiz(chapter)
    questions = quizzes()[chapter].questions
    return sum(known.get(q.id, {}).get("right") is True for q in questions), len(questions)


def chapter_score(chapter: str) -> tuple[int, int]:
    """Exercises passed and quiz questions right, of how many, in one chapter."""
    mine = [exercise for exercise in exercises().values() if exercise.chapter == chapter]
    right, of = quiz_score(chapter)
    return right + sum(_store.exercise(exercise.id)["passed"] for exercise in mine), of + len(mine)
