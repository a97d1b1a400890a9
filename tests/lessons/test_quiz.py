"""Quizzes: every choice is answered, nothing in the page gives the right one away, and what was answered stays."""

import json
import re

import pytest

from brainlab import language, lessons
from brainlab.lessons import _quiz_widget, _store
from brainlab.lessons._exercise import quizzes

QUESTIONS = [(quiz, i) for quiz in quizzes().values() for i in range(len(quiz.questions))]


@pytest.fixture(autouse=True)
def new_student(monkeypatch, tmp_path):
    monkeypatch.setenv("BRAINLAB_HOME", str(tmp_path))
    yield
    language.use("en")


def test_the_chapters_have_their_number_of_questions():
    found = [(c, len(q.questions)) for c, q in quizzes().items()]
    numbers = {8: 5, 9: 6, 10: 5, 11: 6, 12: 5, 13: 5, 14: 5, 15: 6, 16: 5, 17: 6}
    assert found == [(str(chapter), number) for chapter, number in numbers.items()]


@pytest.mark.parametrize("quiz, i", QUESTIONS, ids=lambda x: getattr(x, "chapter", x))
def test_a_question_has_one_right_choice_and_an_answer_for_each(quiz, i):
    question = quiz.questions[i]
    names = [c.id for c in question.choices]
    assert names.count("right") == 1 and len(set(names)) == len(names) == 4
    assert len({c.text for c in question.choices}) == len({c.feedback for c in question.choices}) == 4
    right = next(c for c in question.choices if c.id == "right")
    assert right.feedback.startswith("Yes") and not any(c.feedback.startswith("Yes") for c in question.choices if c != right)


@pytest.mark.parametrize("quiz, i", QUESTIONS, ids=lambda x: getattr(x, "chapter", x))
def test_every_choice_gets_its_own_answer(quiz, i):
    widget, question = lessons.quiz(quiz.chapter), quiz.questions[i]
    for j, choice in enumerate(question.shuffled):
        widget._on_message(widget, {"kind": "answer", "question": i, "choice": j}, [])
        assert widget.answers[i] == {"choice": j, "right": choice.id == "right", "feedback": choice.feedback}
        assert all(answer == {} for k, answer in enumerate(widget.answers) if k != i)


def test_the_order_is_the_same_for_everybody_and_tells_nothing():
    places = [[c.id for c in quiz.questions[i].shuffled].index("right") for quiz, i in QUESTIONS]
    assert len(set(places)) >= 3
    assert [c.id for c in quizzes()["10"].questions[0].shuffled] == [c.id for c in quizzes()["10"].questions[0].shuffled]


def test_the_right_choice_is_not_given_away_by_its_length():
    longest = [max(quiz.questions[i].choices, key=lambda c: len(c.text)).id == "right" for quiz, i in QUESTIONS]
    assert sum(longest) <= 0.6 * len(longest)


@pytest.mark.parametrize("chapter", quizzes())
@pytest.mark.parametrize("chinese", [False, True])
def test_before_an_answer_the_page_does_not_know_it(chapter, chinese):
    language.use("zh" if chinese else "en")
    widget = lessons.quiz(chapter)
    state = json.dumps({k: v for k, v in widget.get_state().items() if k not in ("_esm", "_css")}, ensure_ascii=False)
    shown = [text for question in widget.questions for text in question["choices"]]
    for choice in (choice for question in quizzes()[chapter].questions for choice in question.choices):
        assert language.tr(choice.text) in shown
        assert language.tr(choice.feedback) not in state
        assert choice.id == "right" or f'"{choice.id}"' not in state
    assert set(widget.questions[0]) == {"text", "choices"} and widget.answers == [{}] * len(widget.questions)
    assert state.count('"right"') == 1  # a key of the labels


def test_after_a_wrong_answer_the_page_still_does_not_know_the_right_one():
    widget = lessons.quiz("10")
    question = quizzes()["10"].questions[0]
    wrong = next(j for j, c in enumerate(question.shuffled) if c.id != "right")
    widget._on_message(widget, {"kind": "answer", "question": 0, "choice": wrong}, [])
    state = json.dumps(widget.get_state()["answers"])
    assert next(c for c in question.choices if c.id == "right").feedback not in state


def test_a_second_try_counts_and_start_again_forgets():
    widget = lessons.quiz("10")
    shuffled = quizzes()["10"].questions[0].shuffled
    right = [c.id for c in shuffled].index("right")
    assert widget.answer(1, (right + 1) % 4 + 1).startswith("Not yet. ")
    assert widget.answer(1, right + 1).startswith("Right. Yes")
    assert _store.quiz("10")["rheobase"] == {"chosen": "right", "right": True, "tries": 2}
    assert "1 of 5 right" in repr(lessons.progress())
    assert lessons.quiz("10").answers[0]["choice"] == right  # a page opened later shows it
    widget._on_message(widget, {"kind": "again"}, [])
    assert widget.answers == [{}] * 5 and lessons.quiz("10").answers == [{}] * 5 and _store.quiz("10") == {}


@pytest.mark.parametrize(
    "message",
    [
        None,
        "answer",
        {},
        {"kind": []},
        {"kind": "answer"},
        *(
            {"kind": "answer", "question": i, "choice": j}
            for i, j in ((0, None), (0, 4), (-1, 0), ("0", 0), (0, True), (99, 0))
        ),
    ],
)
def test_nonsense_from_the_page_changes_nothing(message):
    widget = lessons.quiz("10")
    widget._on_message(widget, message, [])
    assert widget.answers == [{}] * 5


@pytest.mark.parametrize("question, choice", [(0, 1), (6, 1), (1, 0), (1, 5), ("1", 1)])
def test_a_wrong_number_is_said(question, choice):
    with pytest.raises((_quiz_widget.QuizError, TypeError), match="has no choice|str"):
        lessons.quiz("10").answer(question, choice)


def test_a_choice_that_no_longer_exists_is_no_answer():
    _store.update_quiz("10", "rheobase", {"chosen": "gone", "right": False, "tries": 1})
    assert lessons.quiz("10").answers[0] == {}


def test_the_page_changes_its_language():
    widget = lessons.quiz("10")
    widget.answer(1, 1)
    language.use("zh")
    assert widget.lang == "zh" and widget.labels["check"] == "检查答案" and "基强度" in widget.questions[0]["text"]
    assert re.search("[\u4e00-\u9fff]", widget.answers[0]["feedback"]) and not language.untranslated


def test_it_has_a_short_text():
    assert repr(lessons.quiz("11")) == "Quiz 11: 6 questions" and repr(lessons.quiz(10)) == "Quiz 10: 5 questions"
    bundle, _ = lessons.quiz("11")._repr_mimebundle_()
    assert bundle["text/plain"] == "Quiz 11: 6 questions"


def test_the_page_is_made_of_native_controls_and_no_html_strings():
    esm, css = _quiz_widget.QuizWidget._esm, _quiz_widget.QuizWidget._css
    assert all(word in esm for word in ('"fieldset"', '"legend"', 'type: "radio"', '"role", "status"', "requestSubmit"))
    assert "innerHTML" not in esm and "http" not in esm + css and "import " not in esm
    assert ":focus-visible" in css and 'data-jp-theme-light="false"' in css
