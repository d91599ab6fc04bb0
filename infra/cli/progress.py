"""Bars that show how far a long command is: on a terminal only, and on stderr, so that stdout has the results alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from cli.output import gathers

T = TypeVar("T")


def bar() -> Bar:
    """A bar that is gone when its work is done; none where stderr is no terminal, or a program reads the output."""
    console = Console(stderr=True)
    return Bar(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        transient=True,
        console=console,
        disable=not console.is_terminal or gathers(),
    )


def counted(pieces: Iterable[T], what: str, total: int | None = None) -> Iterator[T]:
    """The same pieces, counted on a bar as they pass; `total` is how many there will be, if that is known."""
    with bar() as shown:
        task = shown.add_task(what, total=total)
        for piece in pieces:
            yield piece
            shown.advance(task)
