"""`newsletter export`: every reader as CSV, streaming, as `newsletter import` takes them back."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import Any, TextIO

from cli.imports.spreadsheet import guarded
from newsletter.container import app
from newsletter.readers.profiles.reader_export_store import COLUMNS


def export(path: Path | None) -> int:
    """Profiles and waiting sign-ups, one line each (consent records: `consent show`). To stdout without a path."""
    if path is None:
        return _write(sys.stdout)
    with path.open("w", encoding="utf-8", newline="") as file:
        return _write(file)


def _write(file: TextIO) -> int:
    writer = csv.DictWriter(file, COLUMNS, restval="")
    writer.writeheader()
    for line in app.reader_export.lines():
        writer.writerow({name: _cell(value) for name, value in line.items()})
    return 0


def _cell(value: Any) -> str:
    return guarded(" ".join(value) if isinstance(value, list) else "" if value is None else str(value))
