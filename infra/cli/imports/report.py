"""The files that an import writes beside its CSV: how far it came, and the rows that could not be used."""

from __future__ import annotations

import csv
import json
from contextlib import suppress
from pathlib import Path
from typing import Self, TextIO

from newsletter.readers.imports.import_file import REPORT_COLUMNS, Line
from newsletter.readers.imports.spreadsheet import guarded


class Progress:
    """How far the import came, kept until it is done. `mark` stands for a content of the file and a set of options."""

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
        """Record that the import began, so that a run that is stopped within its first lines is noticed too."""
        if not self.begun:
            self.reach(self.line)

    def reach(self, line: int) -> None:
        """Record the last line that is done."""
        if not self._dry:
            self._file.write_text(json.dumps({"file": self._mark, "line": line}), encoding="utf-8")

    def forget(self) -> None:
        """Delete the record: the import is complete."""
        if not self._dry:
            self._file.unlink(missing_ok=True)


class RejectedRows:
    """The rows that could not be used, unchanged, with line, field and reason before them. No rows, no file.

    Once corrected it can be imported. Cells that a spreadsheet would compute are guarded. `after` is the line after
    which this run begins: what an earlier run reported of the lines before it stays.
    """

    def __init__(self, path: Path, header: list[str], after: int, *, dry: bool) -> None:
        self.path = path.with_name(f"{path.stem}{'.dry-run' if dry else ''}.rejected.csv")
        self.rows = 0
        self._header = header
        self._file: TextIO | None = None
        kept = self._before(after) if after else []
        self.path.unlink(missing_ok=True)
        self._write(kept)

    def __enter__(self) -> Self:
        return self

    def add(self, line: Line, field: str, problem: str) -> None:
        """One more row."""
        self._write([[guarded(cell) for cell in (str(line.number), field, problem, *line.cells)]])

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
            csv.writer(self._file).writerow((*REPORT_COLUMNS, *map(guarded, self._header)))
        if self._file is not None:
            csv.writer(self._file).writerows(rows)
        self.rows += len(rows)
