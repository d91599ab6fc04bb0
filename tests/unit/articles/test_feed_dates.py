"""Dates as feeds have them: of the standards, of people, with and without a zone, and none that does not exist."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.articles.parsing.feed_dates import EARLIEST, MONTHS, read_date
from tests.support.strategies import WHOLE

HELSINKI = ZoneInfo("Europe/Helsinki")
MIDNIGHT = datetime(2026, 11, 22, 22, tzinfo=UTC)
HALF_PAST_NINE = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "23 marraskuuta 2026",
        "23. marraskuuta 2026",
        "maanantaina 23. marraskuuta 2026",
        "maanantai, 23. marraskuu 2026",
        "2026/11/23",
        "2026年11月23日",
        "2026-W48-1",
        "2026W481",
        "2026-W48",
        "2026-11-23",
        "2026.11.23",
        "2026. 11. 23.",
        "20261123",
        "23.11.2026",
        "23. 11. 2026",
        "ma 23.11.2026",
        "23.11.26",
        "23/11/2026",
        "23-11-2026",
        "11/23/2026",
        "23 november 2026",
        "den 23 november 2026",
        "måndag den 23:e november 2026",
        "23rd November 2026",
        "November 23, 2026",
        "Monday, Nov. 23, 2026",
        "23-Nov-2026",
        "23 Nov 26",
        "23 de noviembre de 2026",
        "23. November 2026",
        "23 novembre 2026",
        "23 ноября 2026",
        "Julkaistu: 23.11.2026",
        "23.11.2026 EET",
        "23 marras\u00adkuuta\u00a02026",
    ],
)
def test_a_day_without_a_time_begins_in_the_zone_of_the_publication(written: str) -> None:
    assert read_date(written, HELSINKI) == MIDNIGHT


@pytest.mark.parametrize(
    "written",
    [
        "23.11.2026 9.30",
        "23.11.2026 klo 9.30",
        "23.11.2026 klo 09:30:00",
        "23.11.2026, 9:30",
        "23.11.2026 - 09.30",
        "23 marraskuuta 2026 kello 9.30",
        "23 november 2026 kl. 09.30",
        "23 november 2026 kl 9:30",
        "den 23 november 2026 09:30",
        "2026/11/23 09:30",
        "2026/11/23 09:30:00",
        "2026-11-23 09:30",
        "2026-11-23T09:30",
        "2026-11-23T09:30:00.123",
        "20261123T093000",
        "Mon, 23 Nov 2026 09:30:00",
        "Mon, 23 Nov 2026 09:30:00 EET",
        "Mon, 23 Nov 2026 08:30:00 CET",
        "Mon, 23 Nov 2026 10:30:00 MSK",
        "Mon, 23 Nov 2026 07:30:00 GMT",
        "Mon, 23 Nov 2026 07:30:00 Z",
        "Mon, 23 Nov 2026 07:30:00 UT",
        "Mon, 23 Nov 2026 02:30:00 EST",
        "Sun, 22 Nov 2026 23:30:00 PST",
        "Mon, 23 Nov 2026 09:30:00 +0200 (EET)",
        "Mon, 23 Nov 2026 09:30:00 GMT+0200 (Eastern European Standard Time)",
        "Mon, 23 Nov 2026 07:30:00 -0000",
        "2026-11-23T09:30:00+02:00[Europe/Helsinki]",
        "2026-11-23T09:30:00+02",
        "2026-11-23 09:30:00 +0200",
        "2026-11-23T07:30:00Z",
        "2026-11-23 07:30:00 UTC",
        "20261123T073000Z",
        "Mon Nov 23 09:30:00 EET 2026",
        "Mon Nov 23 09:30:00 2026",
        "Mon Nov 23 2026 09:30:00 GMT+0200",
        "November 23, 2026 at 9:30 am",
        "11/23/2026 9:30:00 AM",
        "23. November 2026 um 9:30 Uhr",
        "23 novembre 2026 à 09h30",
        "ma, 23 marras 2026 09:30:00 +0200",
        "1795419000",
        "1795419000000",
    ],
)
def test_a_time_is_of_the_zone_it_names_or_else_of_the_publication(written: str) -> None:
    assert read_date(written, HELSINKI) == HALF_PAST_NINE


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("15.7.2026 klo 12", datetime(2026, 7, 15, 9, tzinfo=UTC)),
        ("15 juli 2026 12:00 EEST", datetime(2026, 7, 15, 9, tzinfo=UTC)),
        ("15 July 2026 12:00 CEST", datetime(2026, 7, 15, 10, tzinfo=UTC)),
        ("15 Jul 2026 12:00:00 PDT", datetime(2026, 7, 15, 19, tzinfo=UTC)),
        ("3/4/2026 13:00", datetime(2026, 4, 3, 10, tzinfo=UTC)),
        ("3/4/2026 1:00 PM", datetime(2026, 3, 4, 11, tzinfo=UTC)),
        ("25.10.2026 3.30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # twice that night: the first time
        ("29.3.2026 3.30", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),  # not at all that night: an hour later
        ("2026-11-23T24:00:00Z", datetime(2026, 11, 24, tzinfo=UTC)),
        ("2016-12-31T23:59:60Z", datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("12:00 PM", None),
        ("Nov 23, 2026 12:15 AM", datetime(2026, 11, 22, 22, 15, tzinfo=UTC)),
        ("2026-11", datetime(2026, 10, 31, 22, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_summer_noon_and_midnight_are_what_they_are_there(written: str, moment: datetime | None) -> None:
    assert read_date(written, HELSINKI) == moment


@pytest.mark.parametrize(
    "written",
    [
        "", "eilen", "0000-00-00", "0000-00-00 00:00:00", "2026-13-01", "2026-02-30", "31.2.2026", "99.99.9999",
        "32 marraskuuta 2026", "2026-W54-1", "2026-W00",
        "23 foo 2026", "2026-11-23T25:00:00Z", "2026-11-23T09:61", "1.1.0001", "31.12.1969", "1970-01-01T00:00:00Z",
        "99999999999999999999", "23.11.2026 99:99", "Mon, 23 Nov 2026 09:30:00 +9999", "9999-12-31T23:59:59-12:00",
        "x" * 200,
    ],
)  # fmt: skip
def test_what_is_no_date_or_none_that_exists_is_none(written: str) -> None:
    assert read_date(written, HELSINKI) is None


def test_a_kind_that_is_unknown_here_is_left_to_who_knows_it() -> None:
    known = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    assert read_date("2026년 11월 23일", HELSINKI, known.utctimetuple()) == known
    assert read_date("31.2.2026", HELSINKI, known.utctimetuple()) is None


@given(
    st.datetimes(EARLIEST.replace(day=3, tzinfo=None), EARLIEST.replace(year=2200, tzinfo=None)),
    st.sampled_from([start for month in MONTHS for start in month]),
)
def test_every_way_of_writing_is_the_same_moment(moment: datetime, name: str) -> None:
    moment = moment.replace(microsecond=0, second=0)
    local = moment.replace(tzinfo=HELSINKI).astimezone(UTC)
    for form in ("%Y-%m-%d %H:%M", "%d.%m.%Y klo %H.%M", "%Y/%m/%d %H:%M:%S", "%d %B %Y %H:%M", "%B %d, %Y %I:%M %p"):
        assert read_date(moment.strftime(form), HELSINKI) == local, form
    number = next(number for number, starts in enumerate(MONTHS, start=1) if name in starts)
    day = moment.replace(day=min(moment.day, 28), month=number)
    assert read_date(f"{day.day} {name} {day.year} {day:%H:%M} GMT", HELSINKI) == day.replace(tzinfo=UTC)


dates = st.text(st.sampled_from("0123456789.:-/ +TZklonvmarska,()[]") | WHOLE, max_size=60)


@given(dates)
@example("0" * 60)
@example("a, " * 33)
@example("1 aaa" * 20)
def test_no_text_is_more_than_a_moment_or_none(written: str) -> None:
    moment = read_date(written, HELSINKI)
    assert moment is None or (moment >= EARLIEST and moment.utcoffset() == timedelta())
