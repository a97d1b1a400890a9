"""The prediction lock: say what will happen, then see. What was said stays beside what happens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Choose:
    """Pick one of the options before the curves are shown.

    answer : numbers of the run -> index of the option that came true, so that the run is the judge
    """

    question: str
    options: tuple[str, ...]
    answer: Callable[[dict], int]

    def came_true(self, numbers: dict) -> str:
        """The option; the nearest one, where the student has moved on to what the question did not think of.

        >>> Choose("How many?", ("none", "one"), answer=lambda numbers: numbers["spikes"]).came_true({"spikes": 7})
        'one'
        """
        return self.options[min(max(self.answer(numbers), 0), len(self.options) - 1)]


@dataclass(frozen=True)
class Sketch:
    """Draw the curve before it is shown, on the figure with this index; the hand begins with a flat line at `start`."""

    question: str
    figure: int = 0
    start: float = 0.0
