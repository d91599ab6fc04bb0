"""What commands print: tables and lines, in the publication's time zone, with text from outside shown as it is."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from rich.text import Text

PIPE_WIDTH = 200
"""Columns where no terminal says how many it has."""


def say(text: str = "") -> None:
    """Lines on stdout, word for word."""
    _console().print(Text(_clean(text)), soft_wrap=True)


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], numbers: Sequence[str] = ()) -> None:
    """A table; the columns in `numbers` are aligned to the right."""
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
    # Built at each use: tests and pipes exchange sys.stdout.
    return Console(file=sys.stdout, width=None if sys.stdout.isatty() else PIPE_WIDTH, highlight=False, emoji=False)


def _clean(text: str) -> str:
    """Without control characters, which a terminal would obey."""
    return "".join(character if character.isprintable() or character == "\n" else " " for character in text)
