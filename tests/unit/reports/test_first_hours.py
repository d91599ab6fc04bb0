"""The chart of the first 48 hours."""

from __future__ import annotations

from newsletter.reports.visit_counts import HOURS, Opened
from newsletter.reports.words.first_hours import HEIGHT, Column, columns_of, first_hours_in_words


def test_the_tallest_column_fills_the_chart_and_the_others_keep_its_proportion() -> None:
    hours = {0: Opened(6, 2), 3: Opened(2, 0), 5: Opened(), HOURS: Opened(99, 0)}
    inside = {hour: opened for hour, opened in hours.items() if hour < HOURS}
    assert columns_of(inside) == [Column(0, 75.0, 25.0), Column(3, 25.0, 0.0)]
    assert all(column.people + column.machines <= HEIGHT for column in columns_of(inside))
    assert columns_of({}) == []


def test_the_pace_counts_people_alone() -> None:
    assert first_hours_in_words({0: Opened(0, 50), 4: Opened(3, 0), 9: Opened(2, 0)}).endswith("first 5 hours.")
    assert first_hours_in_words({0: Opened(3, 0), 1: Opened(3, 0)}).endswith("the first hour.")
    assert first_hours_in_words({2: Opened(0, 7)}) == ""
