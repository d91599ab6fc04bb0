"""What a bench gives back: a figure for a row of the budget list, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A measured number. `note` is what to know beside it."""

    row: str
    value: float
    note: str = ""


@dataclass(frozen=True)
class LeftOut:
    """A row that could not be measured here, and why."""

    row: str
    why: str
