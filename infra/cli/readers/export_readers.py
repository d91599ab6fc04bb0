"""`newsletter export`: every reader as CSV, streaming, as `newsletter import` takes them back."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import Any, TextIO

from cli.progress import counted
from newsletter.container import app
from newsletter.readers.imports.spreadsheet import guarded
from newsletter.readers.profiles.reader_export_store import COLUMNS


def export(path: Path | None, *, as_json: bool = False) -> int:
    """Profiles and waiting sign-ups, one line each (consent records: `consent show`). To stdout without a path.

    With `as_json`, each line is a JSON object and nothing is guarded against spreadsheets.
    """
    write = _write_json if as_json else _write
    if path is None:
        return write(sys.stdout)
    with path.open("w", encoding="utf-8", newline="") as file:
        return write(file)


def _write_json(file: TextIO) -> int:
    lines = counted(app.reader_export.lines(), "Readers")
    file.writelines(json.dumps(line, ensure_ascii=False, default=str) + "\n" for line in lines)
    return 0


def _write(file: TextIO) -> int:
    writer = csv.DictWriter(file, COLUMNS, restval="")
    writer.writeheader()
    for line in counted(app.reader_export.lines(), "Readers"):
        writer.writerow({name: _cell(value) for name, value in line.items()})
    return 0


def _cell(value: Any) -> str:
    return guarded(" ".join(value) if isinstance(value, list) else "" if value is None else str(value))
