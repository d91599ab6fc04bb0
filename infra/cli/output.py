"""What commands print: tables and lines, with times in the publication's time zone and without control characters.

With --json it is gathered instead, and main.py prints it as one document.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from rich.text import Text

from newsletter.platform.text import composed, is_one_line

PIPE_WIDTH = 200
"""Columns where no terminal says how many it has."""


@dataclass
class Gathered:
    """What a command printed with --json: lines, rows of tables by column, and what it said as `facts`."""

    said: list[str] = field(default_factory=list)
    rows: list[dict[str, str]] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def as_json(self) -> str:
        """The facts, where the command has any; else its lines, and the rows of its tables."""
        found = self.facts or {"said": self.said} | ({"rows": self.rows} if self.rows else {})
        return json.dumps(found, ensure_ascii=False, indent=2)


_now: list[Gathered] = []
"""What gathers at the moment; empty where people read."""


@contextmanager
def gathered() -> Iterator[Gathered]:
    """Gather what is printed instead of printing it."""
    _now.append(Gathered())
    try:
        yield _now[-1]
    finally:
        _now.pop()


def gathers() -> bool:
    """Whether a program reads what is printed, and nobody can be asked."""
    return bool(_now)


def facts(found: Mapping[str, Any]) -> None:
    """What --json prints in place of the lines for people; without --json, nothing."""
    if _now:
        _now[-1].facts |= found


def say(text: str = "") -> None:
    """Print lines on stdout as they are, without wrapping or styling them."""
    if _now:
        _now[-1].said += [line for line in text.split("\n") if line.strip()]
        return
    _console().print(Text(_clean(text)), soft_wrap=True)


def table(
    columns: Sequence[str], rows: Iterable[Sequence[str]], numbers: Sequence[str] = (), whole: Sequence[str] = ()
) -> None:
    """Print a table; the columns in `numbers` are aligned to the right, those in `whole` never folded: to be copied."""
    if _now:
        _now[-1].rows += [dict(zip(columns, row, strict=True)) for row in rows]
        return
    grid = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="bold")
    for column in columns:
        grid.add_column(
            column, justify="right" if column in numbers else "left", overflow="fold", no_wrap=column in whole
        )
    for row in rows:
        grid.add_row(*(Text(_clean(cell)) for cell in row))
    _console().print(grid)


def when(moment: datetime, zone: ZoneInfo) -> str:
    """`2026-11-23 10:15` in the zone."""
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"


def _console() -> Console:
    # Built at each use, because tests replace sys.stdout.
    return Console(file=sys.stdout, width=None if sys.stdout.isatty() else PIPE_WIDTH, highlight=False, emoji=False)


def _clean(text: str) -> str:
    """The text without control characters, which would act on the terminal."""
    return "".join(each if is_one_line(each) or each == "\n" else " " for each in composed(text))
