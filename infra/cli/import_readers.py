"""`newsletter import`: readers from a CSV file, streaming, safe to stop and to repeat."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Self, TextIO

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from cli.faults import Fault
from cli.output import say
from cli.roster_file import fingerprint, rows_of
from newsletter import wiring
from newsletter.adapters.items import GET_LIMIT
from newsletter.domain.errors import InvalidInput
from newsletter.domain.subscriber import Frequency
from newsletter.domain.times import whole_seconds
from newsletter.usecases.import_readers import Imported, Mode, Roster, Row, import_rows

WORKERS = 16
IN_WORDS = {
    Imported.ADDED: ("added as active readers", "would be added as active readers"),
    Imported.ASKED: ("asked to confirm", "would be asked to confirm"),
    Imported.KNOWN: ("known already, left as they are", "known already"),
    Imported.LEFT: ("left, bounced or were erased earlier: not woken up", "left, bounced or were erased earlier"),
}
"""What became of a row, and what would."""


def import_file(path: Path, how: str, evidence: str, *, dry: bool) -> int:
    """Import the file; 1 when rows could not be used (they are in the report beside the file)."""
    mode = Mode(how)
    if mode is Mode.CONFIRMED and not evidence.strip():
        raise Fault('--as confirmed needs --evidence TEXT: where and when these readers agreed, e.g. "fair 2026-10-02"')
    mark = fingerprint(path)
    roster = Roster(f"{path.stem[:40]}-{mark}", mode, evidence.strip())
    total = sum(1 for _ in rows_of(path))
    state = _State(path, mark, dry=dry)
    if state.line:
        say(f"Going on after line {state.line}, where the last run stopped.")
    resumed = state.begun
    counts: Counter[str] = Counter()
    state.begin()
    with _Report(path, state.line, dry=dry) as report, _bar() as bar:
        task = bar.add_task("Importing" if not dry else "Looking", total=total)
        for chunk in _chunks(path, state.line, bar, task):
            for (line, row), result in _import(chunk, roster, dry=dry, again=resumed):
                if isinstance(result, InvalidInput):
                    report.add(line, row, result)
                else:
                    counts[result] += 1
            bar.advance(task, len(chunk))
            state.reach(chunk[-1][0])
            resumed = False
    state.forget()
    for result, words in IN_WORDS.items():
        if counts[result]:
            say(f"{counts[result]:>9,} {words[dry]}")
    if report.rows:
        say(f"{report.rows:>9,} could not be used: {report.path}")
    return 1 if report.rows else 0


def _import(
    chunk: list[tuple[int, Row]], roster: Roster, *, dry: bool, again: bool
) -> Iterator[tuple[tuple[int, Row], Imported | InvalidInput]]:
    now, desk = whole_seconds(wiring.now()), wiring.front_desk()
    parts = [chunk[start : start + GET_LIMIT] for start in range(0, len(chunk), GET_LIMIT)]
    with ThreadPoolExecutor(WORKERS) as pool:
        done = pool.map(
            lambda part: import_rows([row for _, row in part], roster, now, desk, dry=dry, again=again), parts
        )
        for part, results in zip(parts, done, strict=True):
            yield from zip(part, results, strict=True)


def _chunks(path: Path, after: int, bar: Progress, task: object) -> Iterator[list[tuple[int, Row]]]:
    rows = rows_of(path)
    for skipped in rows:
        if skipped[0] > after:
            rows = _chain(skipped, rows)
            break
        bar.advance(task, 1)  # type: ignore[arg-type]
    else:
        return
    while chunk := list(islice(rows, GET_LIMIT * WORKERS)):
        yield chunk


def _chain(first: tuple[int, Row], rest: Iterator[tuple[int, Row]]) -> Iterator[tuple[int, Row]]:
    yield first
    yield from rest


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), transient=True
    )


def _in_words(row: Row, wrong: InvalidInput) -> str:
    """What is wrong with the row. Where the form shows a list to choose from, the report has to name it."""
    templates = wiring.templates()
    known: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
        "topics": (row.topics, tuple(topic.key for topic in templates.publication.topics)),
        "language": ((row.language,), templates.publication.languages),
        "frequency": ((row.frequency,), tuple(Frequency)),
    }
    if wrong.field not in known:
        return templates.text(wrong.message, templates.publication.language("en"))
    given, right = known[wrong.field]
    unknown = " ".join(value for value in given if value not in right)
    return f"{unknown} is unknown; choose from {', '.join(right)}"


class _State:
    """How far the import of this very file came, kept beside it until it is done."""

    def __init__(self, path: Path, mark: str, *, dry: bool) -> None:
        self._file = path.with_name(f"{path.name}.progress")
        self._mark = mark
        self._dry = dry
        self.line = 0
        self.begun = False
        with suppress(OSError, ValueError, KeyError, TypeError):
            kept = json.loads(self._file.read_text(encoding="utf-8"))
            if kept["file"] == mark and not dry:
                self.line = int(kept["line"])
                self.begun = True

    def begin(self) -> None:
        """Remember that the file was begun, so that a run which is stopped among its first lines is noticed too."""
        if not self.begun:
            self.reach(self.line)

    def reach(self, line: int) -> None:
        """Remember the last line that is done."""
        if not self._dry:
            self._file.write_text(json.dumps({"file": self._mark, "line": line}), encoding="utf-8")

    def forget(self) -> None:
        """The file is done."""
        if not self._dry:
            self._file.unlink(missing_ok=True)


class _Report:
    """The rows that could not be used, with line, field and reason; a file only when there is one.

    `after` is the line after which this run begins: what an earlier one said of the lines before it stays.
    """

    def __init__(self, path: Path, after: int, *, dry: bool) -> None:
        self.path = path.with_name(f"{path.stem}{'.dry-run' if dry else ''}.rejected.csv")
        self.rows = 0
        self._file: TextIO | None = None
        kept = self._before(after) if after else []
        self.path.unlink(missing_ok=True)
        self._write(kept)

    def __enter__(self) -> Self:
        return self

    def add(self, line: int, row: Row, wrong: InvalidInput) -> None:
        """One more row."""
        self._write([[str(line), row.email, wrong.field, _in_words(row, wrong)]])

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def _before(self, after: int) -> list[list[str]]:
        with suppress(OSError, ValueError, IndexError), self.path.open(encoding="utf-8", newline="") as file:
            return [row for row in list(csv.reader(file))[1:] if int(row[0]) <= after]
        return []

    def _write(self, rows: list[list[str]]) -> None:
        if self._file is None and rows:
            self._file = self.path.open("w", encoding="utf-8", newline="")
            csv.writer(self._file).writerow(("line", "email", "field", "problem"))
        if self._file is not None:
            csv.writer(self._file).writerows(rows)
        self.rows += len(rows)
