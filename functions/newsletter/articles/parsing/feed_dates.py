"""Dates of entries: those of the standards, and those that people and their software write instead.

A date is looked for first, then a time behind it, then a zone. Dates without a zone are of the publication's own zone.
Of `3/4/2026` the first number is the day, as in most of the world, except before a time with `AM` or `PM`.
"""

from __future__ import annotations

import re
from calendar import timegm
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Any

from newsletter.articles.parsing.zone_names import OFFSETS
from newsletter.platform.text import folded

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""Earlier dates are ignored: software writes 0001-01-01 and the like when there is none."""
MAX_WRITTEN = 100
"""Characters of a date."""
MONTHS = (
    ("jan", "ene", "gen", "jaan", "tammi", "янв"),
    ("feb", "fev", "fév", "veeb", "helmi", "фев"),
    ("mar", "mär", "mrz", "mrt", "maar", "maalis", "мар"),
    ("apr", "abr", "avr", "huhti", "апр"),
    ("may", "maj", "mai", "mei", "mag", "maí", "touko", "мая", "май"),
    ("jun", "juin", "juuni", "giu", "jún", "kesä", "июн"),
    ("jul", "juil", "juuli", "lug", "júl", "heinä", "июл"),
    ("aug", "ago", "aoû", "aou", "ágú", "elo", "авг"),
    ("sep", "set", "syys", "сен"),
    ("okt", "oct", "out", "ott", "loka", "окт"),
    ("nov", "nóv", "marras", "ноя"),
    ("dec", "dez", "des", "dic", "déc", "dets", "joulu", "дек"),
)
"""First letters of the months in English, Finnish, Swedish and most other languages of Europe."""
BEFORE = r"(?:[^\W\d]+[.,:]*\s+|[^\W\d]+[.,]+\s*|,\s*){0,4}"
"""A weekday, `den`, `on` or `published:` before the date."""
YEAR_FIRST = re.compile(BEFORE + r"(?P<year>\d{4})([-/.])\s?(?P<month>\d{1,2})\2\s?(?P<day>\d{1,2})\.?(?!\d)")
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:t(\d{2})(\d{2})(\d{2})?)?(?!\d)")
WEEK = re.compile(r"(\d{4})-?w(\d{2})(?:-?([1-7]))?(?!\d)")
"""`2026-W48-1` (ISO 8601, week dates), and its first day where none is named."""
IDEOGRAPHS = re.compile(r"(\d{4})\s?年\s?(\d{1,2})\s?月\s?(\d{1,2})\s?日")
MONTH_ALONE = re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})$")
DAY_FIRST = re.compile(BEFORE + r"(?P<day>\d{1,2})\s?([./-])\s?(?P<month>\d{1,2})\s?\2\s?(?P<year>\d{4}|\d{2})(?!\d)")
NAMED = re.compile(
    BEFORE + r"(?P<day>\d{1,2})(?:\.|º|:e|:a|st|nd|rd|th|er)?[\s-]*(?:(?:de|of)\s+)?(?P<name>[^\W\d]{3,})[.,]?[\s-]*"
    r"(?:(?:de|del)\s+)?(?P<year>\d{4}|\d{2})(?!\d)"
)
NAME_FIRST = re.compile(
    BEFORE + r"(?P<name>[^\W\d]{3,})\.?\s+(?P<day>\d{1,2})(?:\.|st|nd|rd|th)?,?\s+(?P<year>\d{4})(?!\d)"
)
UNIX = re.compile(  # `date`, asctime and Java: Mon Nov 23 08:00:00 EET 2026
    r"(?:[^\W\d]+,?\s+)?(?P<name>[^\W\d]{3,})\s+(?P<day>\d{1,2})\s+(?P<time>\d{1,2}:\d{2}(?::\d{2})?)\s+"
    r"(?P<zone>[a-z]{1,5}\s+|[+-]\d{4}\s+)?(?P<year>\d{4})"
)
SECONDS = re.compile(r"\d{10}(?:\d{3})?")
"""Seconds or milliseconds since 1970."""
TIME = re.compile(
    r"[t,;\s]*(?:[-–—|]\s*)?(?P<word>\b(?:klo|kello|kl|at|um|à|om|las|ore|o)\b\.?\s*)?"
    r"(?P<hour>\d{1,2})(?:(?:[:.]|\s?h\s?)(?P<minute>\d{2}))?(?::?(?<=\d)[:.](?P<second>\d{2})(?:[.,]\d{1,9})?)?"
    r"\s*(?P<half>[ap]\.?m\b\.?)?(?:\s*(?:uhr|h)\b)?"
)
OFFSET = re.compile(r"(?:utc|gmt)?\s*([+\-\u2212])(\d{1,2})(?::?(\d{2}))?(?::\d{2})?(?!\d)")
ZONE_NAME = re.compile(r"[a-z]{1,5}(?![a-z/])")
NOTES = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
"""Comments behind a date, and the names of regions that Java writes there."""


def published(raw: Mapping[str, Any], zone: tzinfo) -> datetime | None:
    """When the entry was published, else updated, in UTC; None without a valid date. `zone` is that of bare dates."""
    said = dict(raw.items())  # asked for a missing `updated`, feedparser returns `published` and warns
    for field in ("published", "updated", "created"):
        if text := said.get(field):
            moment = read_date(str(text), zone, said.get(f"{field}_parsed"))
            if moment:
                return moment
    return None


def read_date(text: str, zone: tzinfo, otherwise: Any = None) -> datetime | None:
    """The moment in UTC; None for what is no date, or none that exists, or is before EARLIEST.

    `otherwise` is the UTC struct_time of who knows more kinds of dates; it is used for those that are unknown here.
    """
    written = folded(text)
    try:
        if len(written) > MAX_WRITTEN:
            return None
        moment = _moment(written, zone)
        if moment is None and otherwise:
            moment = datetime.fromtimestamp(timegm(otherwise), UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment and moment >= EARLIEST else None


def _moment(written: str, zone: tzinfo) -> datetime | None:
    """None for a kind of date that is unknown here. Raises ValueError, OverflowError for one that does not exist."""
    if SECONDS.fullmatch(written):
        return datetime.fromtimestamp(int(written[:10]), UTC)
    written = COMPACT.sub(_extended, IDEOGRAPHS.sub(r"\1-\2-\3 ", WEEK.sub(_day_of_week, written)))
    if found := UNIX.match(written):
        return _made(found, TIME.match(found["time"]), f"{found['zone'] or ''} {written[found.end() :]}", zone)
    for kind in (YEAR_FIRST, MONTH_ALONE, DAY_FIRST, NAMED, NAME_FIRST):
        found = kind.match(written)
        if found and ("name" not in found.groupdict() or _month(found["name"])):
            time = TIME.match(written, found.end())
            return _made(found, time, written[time.end() if time else found.end() :], zone)
    return None


def _day_of_week(found: re.Match[str]) -> str:
    return date.fromisocalendar(int(found[1]), int(found[2]), int(found[3] or 1)).isoformat()


def _extended(found: re.Match[str]) -> str:
    """`20261123T093000` with the signs between (ISO 8601, extended format)."""
    day = "-".join(found.group(1, 2, 3))
    return f"{day}t{':'.join(filter(None, found.group(4, 5, 6)))}" if found[4] else f"{day} "


def _made(found: re.Match[str], time: re.Match[str] | None, rest: str, zone: tzinfo) -> datetime:
    said = found.groupdict()
    year, day = int(said["year"]), int(said.get("day") or 1)
    month = _month(said["name"]) if said.get("name") else int(said["month"])
    if len(said["year"]) == 2:
        year += 2000 if year < 70 else 1900
    hour = minute = second = 0
    if time and (time["minute"] or time["word"] or time["half"]):
        hour, minute, second = int(time["hour"]), int(time["minute"] or 0), min(int(time["second"] or 0), 59)
        if time["half"]:
            hour = hour % 12 + 12 * (time["half"][0] == "p")
    if found.re is DAY_FIRST and (month > 12 or (time and time["half"] and day <= 12)):
        day, month = month, day
    # 24:00 is the end of the day (ISO 8601), and a leap second counts as the second before it.
    past_midnight = timedelta(days=(hour, minute, second) == (24, 0, 0))
    hour = 0 if past_midnight else hour
    bare = datetime(year, month, day, hour, minute, second, tzinfo=_zone(rest, zone)) + past_midnight
    return bare.astimezone(UTC)


def _month(name: str) -> int:
    """1 to 12; 0 for what is no month."""
    # The longest beginning decides: marraskuu is no March.
    fitting = [
        (len(start), number)
        for number, starts in enumerate(MONTHS, start=1)
        for start in starts
        if name.startswith(start)
    ]
    return max(fitting, default=(0, 0))[1]


def _zone(rest: str, otherwise: tzinfo) -> tzinfo:
    text = NOTES.sub("", rest).strip(" .,")
    if offset := OFFSET.match(text):
        minutes = int(offset[2]) * 60 + int(offset[3] or 0)
        if len(offset[2]) == 2 or minutes < 15 * 60:
            return timezone(timedelta(minutes=minutes if offset[1] == "+" else -minutes))
    name = ZONE_NAME.match(text)
    if name and name[0] in OFFSETS:
        return timezone(timedelta(minutes=OFFSETS[name[0]]))
    return otherwise
