"""The day of the week in the schedule of the digest."""

from __future__ import annotations

import pytest

from newsletter.mailings.schedules import digest_day


@pytest.mark.parametrize(
    ("schedule", "day"),
    [
        ("cron(0 8 ? * TUE *)", "tue"),
        ("cron(30 7 ? * thu,MON *)", "mon"),
        ("cron(0 8 * * WED-FRI *)", "wed"),
        ("cron(0 8 ? * 1 *)", "sun"),
        ("cron(0 8 ? * 7 *)", "sat"),
        ("cron(0 8 ? * 2-6 *)", "mon"),
    ],
)
def test_a_schedule_on_days_of_the_week_names_the_first_of_them(schedule: str, day: str) -> None:
    assert digest_day(schedule) == day


@pytest.mark.parametrize(
    "schedule", ["", "rate(7 days)", "cron(0 8 1 * ? *)", "cron(0 8 * * * *)", "cron(0 8 ? * TUE#1 *)", "tue"]
)
def test_where_no_day_of_the_week_is_named_none_is_said(schedule: str) -> None:
    assert digest_day(schedule) == ""
