"""Clickers as CSV for spreadsheets: in parts that fit in an answer of Lambda, cells guarded against formulas."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import TYPE_CHECKING, NamedTuple

from newsletter.mailings.mailing import Mailing
from newsletter.platform.errors import InvalidInput
from newsletter.platform.shards import SHARDS
from newsletter.platform.times import iso
from newsletter.platform.words.said import say
from newsletter.readers.imports.spreadsheet import guarded
from newsletter.reports.clickers.clickers import Clicker, Place, clickers_of
from newsletter.reports.count_mailing import is_large

if TYPE_CHECKING:
    from newsletter.container import Container

COLUMNS = ("email", "status", "language", "links", "first_opened", "subscriber")
MAX_BYTES = 4_500_000
"""Of a part: Lambda answers with at most 6 MB (AWS: Lambda quotas), in which quotes and line breaks are escaped."""
IN_A_PART = 25_000
"""Recipients from which on a large mailing gets another part: their lines have some 3 MB if all of them clicked."""


class CsvPart(NamedTuple):
    """Lines with a header, and the place to go on from; None after the last line."""

    text: str
    following: Place | None


def csv_line(cells: Iterable[object]) -> str:
    """A line of CSV (RFC 4180) whose cells no spreadsheet computes (OWASP: CSV injection)."""
    file = StringIO()
    csv.writer(file).writerow([guarded(str(cell)) for cell in cells])
    return file.getvalue()


def cells_of(clicker: Clicker) -> tuple[object, ...]:
    """In the order of COLUMNS."""
    opened = iso(clicker.opened_at) if clicker.opened_at else ""
    return clicker.email, clicker.status, clicker.language, clicker.links, opened, clicker.subscriber


def csv_lines(clickers: Iterable[Clicker]) -> Iterator[str]:
    """The header and a line for each, however many there are."""
    yield csv_line(COLUMNS)
    for clicker in clickers:
        yield csv_line(cells_of(clicker))


def csv_part(clickers: Iterable[Clicker], *, limit: int | None = None) -> CsvPart:
    """As many lines as fit in an answer, at most `limit`."""
    lines, size = [csv_line(COLUMNS)], 0
    last: Place | None = None
    for number, clicker in enumerate(clickers):
        line = csv_line(cells_of(clicker))
        size += len(line.encode())
        if last is not None and (size > MAX_BYTES or number == limit):
            return CsvPart("".join(lines), last)
        lines.append(line)
        last = clicker.place
    return CsvPart("".join(lines), None)


def parts_of(mailing: Mailing, planned: int, app: Container) -> list[tuple[str, ...]]:
    """The shards of each part in which the console hands out the file; one part for a mailing that is not large.

    They follow from how many are `planned`, not from how many clicked so far, so that a part stays what it was.
    """
    if not is_large(mailing, app):
        return [tuple(SHARDS)]
    number = min(len(SHARDS), -(-planned // IN_A_PART))
    size = -(-len(SHARDS) // max(number, 1))
    shards = sorted(SHARDS)
    return [tuple(shards[start : start + size]) for start in range(0, len(shards), size)]


def part_number(text: str, parts: int) -> int:
    """The number of a part, from 1. Raises InvalidInput (`part`)."""
    if not (text or "1").isascii() or not (text or "1").isdigit() or not 1 <= int(text or "1") <= parts:
        raise InvalidInput("part", say("a whole number from {least} to {most}", least=1, most=parts))
    return int(text or "1")


def console_part(mailing: Mailing, number: int, planned: int, app: Container, *, link: str = "") -> str:
    """One part of the file, from 1. Raises InvalidInput (`link`), and (`part`) for one that would be too large."""
    shards = parts_of(mailing, planned, app)[number - 1]
    part = csv_part(clickers_of(mailing, app, link=link, shards=shards))
    if part.following is not None:
        raise InvalidInput(
            "part",
            say("is too large for a browser; use `newsletter mailing clickers {mailing} --csv`", mailing=mailing.id),
        )
    return part.text
