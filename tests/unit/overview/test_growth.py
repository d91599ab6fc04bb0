"""Joined and left are counted by week, each reader once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from newsletter.overview.growth import weekly, weeks_until
from newsletter.readers.profiles.movements_store import Movement, moved_in, week_of
from newsletter.readers.subscriber import Status

SUNDAY = datetime(2027, 1, 3, 23, 59, tzinfo=UTC)
MONDAY = datetime(2027, 1, 4, tzinfo=UTC)


def test_weeks_are_those_of_iso_8601_also_at_new_year() -> None:
    assert (week_of(SUNDAY), week_of(MONDAY)) == ("2026-W53", "2027-W01")
    assert weeks_until(MONDAY, 3) == ["2026-W52", "2026-W53", "2027-W01"]


def test_readers_of_all_shards_fall_in_four_parts_of_a_week() -> None:
    assert {moved_in(shard, MONDAY) for shard in "abcdefghijklmnopqrstuvwxyz234567"} == {
        f"2027-W01#{part}" for part in range(4)
    }


def test_each_is_counted_where_they_joined_and_where_they_left() -> None:
    movements = [
        Movement(Status.ACTIVE, SUNDAY, None, "blog"),
        Movement(Status.ACTIVE, MONDAY, None, "blog"),
        Movement(Status.UNSUBSCRIBED, SUNDAY, MONDAY, "fair"),
        Movement(Status.BOUNCED, None, MONDAY),
        Movement(Status.COMPLAINED, None, MONDAY),
        Movement(Status.ACTIVE, MONDAY - timedelta(days=60), None, "blog"),
    ]
    before, now = weekly(movements, ["2026-W53", "2027-W01"])
    assert (before.joined, before.left, before.net, dict(before.by_form)) == (2, 0, 2, {"blog": 1, "fair": 1})
    assert (now.joined, now.left, now.bounced, now.complained, now.net) == (1, 1, 1, 1, -2)
