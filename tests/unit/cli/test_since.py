"""From when on a story is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cli.faults import Fault
from cli.trace.since import read_since

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
HELSINKI = ZoneInfo("Europe/Helsinki")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("3d", NOW - timedelta(days=3)),
        ("12h", NOW - timedelta(hours=12)),
        ("30m", NOW - timedelta(minutes=30)),
        ("2026-11-20", datetime(2026, 11, 19, 22, tzinfo=UTC)),
        ("2026-11-20T08:00:00+02:00", datetime(2026, 11, 20, 6, tzinfo=UTC)),
        ("2026-11-20T06:00:00Z", datetime(2026, 11, 20, 6, tzinfo=UTC)),
    ],
)
def test_a_time_is_read_as_people_write_it(text: str, meant: datetime) -> None:
    assert read_since(text, NOW, HELSINKI) == meant


def test_nothing_means_from_the_beginning() -> None:
    assert read_since("", NOW, HELSINKI) is None


@pytest.mark.parametrize(
    "text", ["3", "d", "-3d", "99999d", "1.5h", "2026-13-01", "0000-00-00", "2026-11-20T08:00", "٣d"]
)
def test_what_cannot_be_read_is_named(text: str) -> None:
    with pytest.raises(Fault, match="must be like 3d"):
        read_since(text, NOW, HELSINKI)


@pytest.mark.parametrize("text", ["2099-01-01", "2026-11-28T12:00:01Z", "0001-01-01", "0001-01-01T00:00:00+02:00"])
def test_a_time_that_is_to_come_or_before_there_was_any_newsletter_is_refused(text: str) -> None:
    """CloudWatch refuses such times in words of its own, and every month since then would be asked for."""
    with pytest.raises(Fault, match="must be"):
        read_since(text, NOW, HELSINKI)
