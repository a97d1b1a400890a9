"""Lessons: exercises that know what a wrong answer means, quizzes, and the student's progress.

In a notebook, right under the cell with the student's answer:

    bl.lessons.check("10.1", rheobase)     what is right, or what the answer looks like
    bl.lessons.hint("10.1")                the next of three hints
    bl.lessons.reveal("10.1")              a solution, after an attempt
    bl.lessons.quiz("10")                  the quiz of chapter 10
    bl.lessons.progress()                  what is done
    bl.lessons.contents()                  the chapters in this folder

Texts follow the language: bl.lessons.language.use("zh"). A new chapter is one file of exercises (chNN.py), one of
questions (quizNN.py), and lines in zh/lessons.toml.
"""

from .. import language as language
from ._check import check as check, hint as hint, progress as progress, reveal as reveal, task as task
from ._contents import contents as contents
from ._exercise import Exercise as Exercise, exercises as exercises, quizzes as quizzes


def quiz(chapter: str):
    """The quiz of a chapter as a widget; answers given earlier are shown again.

    >>> quiz("10")
    Quiz 10: 5 questions
    """
    from ._quiz_widget import QuizWidget  # only here: a check needs no widgets

    return QuizWidget(str(chapter))
