"""The quiz in the page. The browser has the questions and sends a choice; Python judges it and answers."""

from __future__ import annotations

from pathlib import Path

import anywidget
import traitlets

from .. import language
from .._teaching import TeachingError
from ..language import tr
from . import _store
from ._exercise import find, quizzes
from ._quiz import Quiz

HERE = Path(__file__).parent / "js"


class QuizError(TeachingError, ValueError):
    """There is no such question or choice."""


class QuizWidget(anywidget.AnyWidget):
    """One fieldset of radio buttons per question. Everything works by keyboard.

    In the page's state stand the texts and what has been answered, never which choice is right:
    `answers[i]` is {} or {"choice": j, "right": bool, "feedback": text} for the choice that was made.
    """

    _esm = (HERE / "quiz.js").read_text(encoding="utf-8")
    _css = (HERE / "quiz.css").read_text(encoding="utf-8")
    title = traitlets.Unicode().tag(sync=True)
    questions = traitlets.List().tag(sync=True)  # [{"text": ..., "choices": [text, ...]}, ...]
    answers = traitlets.List().tag(sync=True)
    labels = traitlets.Dict().tag(sync=True)
    lang = traitlets.Unicode().tag(sync=True)
    note = traitlets.Unicode().tag(sync=True)

    def __init__(self, chapter: str):
        self._quiz: Quiz = find("quiz", quizzes(), chapter)
        super().__init__()
        self.relabel()
        language.follow(self)
        self.on_msg(self._on_message)

    def relabel(self):
        """All texts again, in the language that is set now."""
        with self.hold_sync():
            self.lang = language.current()
            self.title = tr(self._quiz.title)
            self.labels = {
                "check": tr("check answer"),
                "again": tr("start again"),
                "right": tr("Right."),
                "wrong": tr("Not yet."),
                "choose": tr("Choose an answer first."),
                "score": tr("{right} of {all} right", right="{right}", all="{all}"),
            }
            self.questions = [
                {"text": tr(q.text), "choices": [tr(c.text) for c in q.shuffled]} for q in self._quiz.questions
            ]
            self._refresh()

    def answer(self, question: int, choice: int) -> str:
        """Choose an answer from Python, both counted from 1 as in the page; returns what the page would say.

        >>> import brainlab.lessons
        >>> brainlab.lessons.quiz("10").answer(1, 9)
        Traceback (most recent call last):
        brainlab.lessons._quiz_widget.QuizError: quiz 10 has no choice 9 in question 1.
          try: quiz("10").answer(1, 4)
        """
        questions = self._quiz.questions
        if not (_is_index(question - 1, questions) and _is_index(choice - 1, questions[question - 1].shuffled)):
            last = len(questions[question - 1].choices) if _is_index(question - 1, questions) else 1
            first = question if _is_index(question - 1, questions) else 1
            raise QuizError(
                f"quiz {self._quiz.chapter} has no choice {choice} in question {question}.",
                try_=f'quiz("{self._quiz.chapter}").answer({first}, {last})',
            )
        self._judge(question - 1, choice - 1)
        said = self.answers[question - 1]
        return f"{self.labels['right' if said['right'] else 'wrong']} {said['feedback']}"

    def start_again(self):
        """Forget the answers given so far."""
        _store.forget_quiz(self._quiz.chapter)
        self._refresh()

    def _on_message(self, _, message, buffers):
        """From the browser: {"kind": "answer", "question": i, "choice": j} counted from 0, or {"kind": "again"}."""
        kind = message.get("kind") if isinstance(message, dict) else None
        if kind == "again":
            self.start_again()
        elif kind == "answer":
            i, j = message.get("question"), message.get("choice")
            if _is_index(i, self._quiz.questions) and _is_index(j, self._quiz.questions[i].choices):
                self._judge(i, j)

    def _judge(self, i, j):
        question = self._quiz.questions[i]
        tries = _store.quiz(self._quiz.chapter).get(question.id, {}).get("tries")
        chosen = question.shuffled[j].id
        entry = {"chosen": chosen, "right": chosen == "right", "tries": (tries if type(tries) is int else 0) + 1}
        _store.update_quiz(self._quiz.chapter, question.id, entry)
        self._refresh()

    def _refresh(self):
        known = _store.quiz(self._quiz.chapter)
        answers = []
        for question in self._quiz.questions:
            chosen = known.get(question.id, {}).get("chosen")
            made = [j for j, c in enumerate(question.shuffled) if c.id == chosen]
            choice = question.shuffled[made[0]] if made else None
            answers.append(
                {"choice": made[0], "right": choice.id == "right", "feedback": tr(choice.feedback)} if choice else {}
            )
        self.answers = answers
        self.note = "\n".join(map(str, _store.notes()))

    def __repr__(self):
        return tr("Quiz {chapter}: {n} questions", chapter=self._quiz.chapter, n=len(self._quiz.questions))


def _is_index(i, of) -> bool:
    return type(i) is int and 0 <= i < len(of)
