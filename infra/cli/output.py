"""What commands print: tables and lines, with times in the publication's time zone and without control characters."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from rich.text import Text

from newsletter.platform.text import composed, is_one_line

PIPE_WIDTH = 200
"""Columns where no terminal says how many it has."""


def say(text: str = "") -> None:
    """Print lines on stdout as they are, without wrapping or styling them."""
    _console().print(Text(_clean(text)), soft_wrap=True)


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], numbers: Sequence[str] = ()) -> None:
    """Print a table; the columns in `numbers` are aligned to the right."""
    grid = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="bold")
    for column in columns:
        grid.add_column(column, justify="right" if column in numbers else "left", overflow="fold")
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
