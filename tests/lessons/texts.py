"""All texts that lessons show, read from the source: what must have a Chinese translation."""

import ast
import re
from pathlib import Path

from brainlab import lessons
from brainlab.lessons._exercise import exercises, quizzes

FOLDER = Path(lessons.__file__).parent
SAYS = {"Text", "Wrong", "Failed", "tr", "_say", "__init__"}


def spoken() -> set[str]:
    found = set()
    for exercise in exercises().values():
        found |= {exercise.title, exercise.task, exercise.praise, *exercise.hints}
    for quiz in quizzes().values():
        found.add(quiz.title)
        for question in quiz.questions:
            found |= {question.text, *(text for c in question.choices for text in (c.text, c.feedback))}
    for file in FOLDER.glob("*.py"):
        found |= set(_templates(ast.parse(file.read_text())))
    return found


def _templates(tree):
    """First arguments of Text, Wrong, tr ..., wherever they are; other sentences inside functions whose name has `check`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args:
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in SAYS:
                yield from (n.value for n in _strings(node.args[0]))
            if (
                name == "numbers" and len(node.args) == 3
            ):  # the meaning of a shape: numbers(value, shape, "one for each neuron")
                yield from (n.value for n in _strings(node.args[2]))
        if isinstance(node, ast.FunctionDef) and re.search("check|explain|systematic|traces", node.name):
            inside = {id(n) for n in ast.walk(node) if isinstance(n, ast.JoinedStr) for n in ast.walk(n)}
            docs = {id(n.value) for n in ast.walk(node) if isinstance(n, ast.Expr)}
            for n in ast.walk(node):
                if isinstance(n, ast.Constant) and isinstance(n.value, str) and id(n) not in inside | docs:
                    if re.match(r"[A-Z`E\-].{15,}[.?]$", n.value) or re.match(r"an? [\w ,]{8,}$", n.value):
                        yield n.value


def _strings(node):
    if isinstance(node, ast.IfExp):
        return [*_strings(node.body), *_strings(node.orelse)]
    return [node] if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value else []
