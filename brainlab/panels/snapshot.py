"""The numbers that a panel shows."""

from __future__ import annotations


class Snapshot(dict):
    """What a panel shows, in rounded numbers."""

    @classmethod
    def of(cls, numbers: dict):
        """To four digits, so that a notebook's saved output is the same on another machine."""
        return cls({name: rounded(value) for name, value in numbers.items()})

    def __repr__(self):
        return ", ".join(f"{name} {short(value)}" for name, value in self.items())


def rounded(value):
    return value if isinstance(value, str | bool | int) else float(f"{float(value):.4g}")


def short(value) -> str:
    return f"{value:g}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)
