"""The first 48 hours of a mailing as a chart: how many people, and machines, began to open its links in each hour."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from newsletter.platform.words.said import say_number
from newsletter.reports.visit_counts import HOURS, Opened

HEIGHT = 100
"""Of the tallest column, in units of the drawing; each hour is ten of them wide."""


class Column(NamedTuple):
    """An hour: heights of the two parts of its column, of which the whole chart's tallest has HEIGHT."""

    hour: int
    people: float
    machines: float


def columns_of(hours: Mapping[int, Opened]) -> list[Column]:
    """A column for each hour in which anybody began; none where nobody did."""
    tallest = max((opened.people + opened.machines for opened in hours.values()), default=0)
    return [
        Column(hour, *(round(HEIGHT * number / tallest, 1) for number in opened))
        for hour, opened in sorted(hours.items())
        if hour < HOURS and (opened.people or opened.machines)
    ]


def first_hours_in_words(hours: Mapping[int, Opened]) -> str:
    """How fast people came, as a sentence; empty where none did."""
    people = sum(opened.people for opened in hours.values())
    if not people:
        return ""
    so_far = 0
    for hour, opened in sorted(hours.items()):
        so_far += opened.people
        if so_far * 2 >= people:
            return say_number(
                "Half of the people who clicked in the first {hours} hours did so within the first hour.",
                "Half of the people who clicked in the first {hours} hours did so within the first {count} hours.",
                count=hour + 1,
                hours=HOURS,
            )
    return ""
