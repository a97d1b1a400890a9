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


@dataclass(frozen=True)
class Sketch:
    """Draw the curve before it is shown, on the figure with this index; the hand begins with a flat line at `start`."""

    question: str
    figure: int = 0
    start: float = 0.0
