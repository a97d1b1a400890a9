"""View: some neighbours of a population, as the pre- or postsynaptic side of a projection."""

from __future__ import annotations

from .errors import SimulationError


class View:
    """Neurons `start` to `stop - 1` of a population: `cells[:3200]`. It has no state of its own.

    >>> import brainlab as bl
    >>> cells = bl.Population(bl.LIF(), 4000, name="cells")
    >>> cells[:3200]
    cells[0:3200]
    >>> cells[3200:].size
    800
    """

    def __init__(self, population, part: slice):
        name = population.name or type(population).__name__
        if not isinstance(part, slice) or part.step not in (None, 1):
            raise SimulationError(
                f"{name}[{_written(part)}]: a part of a population is a range of neighbours.",
                why="projections address neurons by where a range begins and ends",
                try_=f"{name}[0:{max(1, population.size // 2)}]",
            )
        start, stop, _ = part.indices(population.size)
        if stop <= start:
            raise SimulationError(f"{name}[{_written(part)}] is empty: the population has {population.size} neurons.")
        self.population, self.start, self.stop = population, start, stop

    @property
    def size(self) -> int:
        return self.stop - self.start

    @property
    def name(self) -> str:
        return repr(self)

    def __repr__(self):
        return f"{self.population.name or type(self.population).__name__}[{self.start}:{self.stop}]"


def whole(group) -> tuple:
    """(population, start, stop) of a population or a view of one."""
    return (group.population, group.start, group.stop) if isinstance(group, View) else (group, 0, group.size)


def _written(part) -> str:
    if not isinstance(part, slice):
        return repr(part)
    shown = ["" if x is None else str(x) for x in (part.start, part.stop, part.step)]
    return ":".join(shown if part.step is not None else shown[:2])
